"""The settings of a workspace: `influence.toml`, read with plain errors and sensible defaults."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from influence import durably
from influence.contract.errors import InfluenceError
from influence.contract.records import SPHERES
from influence.met.evidence import Strengths

DEFAULTS = """\
# Settings of this workspace. Everything here may be changed; what is left out has the value shown.

zone = "UTC"            # the zone in which days and months are counted, e.g. "Europe/Stockholm"
# notice = "..."        # shown on every page of every report

[met]                   # how much each kind of evidence says that two people have met, 0 to 1
in_person = 0.95        # a meeting in person, shared out when more than `table` people came
unknown = 0.4           # a meeting of unknown kind; of all with one person only the strongest counts
same_manager_and_site = 0.9
message = 0.6           # words such as "great to meet you yesterday"
contact = 0.3           # a contact card with a phone number
table = 8               # so many people can meet at one table
prior = 0.1             # how likely somebody was met of whose kind of people nothing is known
registers = []          # sources that name everybody who was asked, such as a survey of who met whom

[people]                # how likely before two accounts that no source joins are taken for one person
link = 0.9              # from here on they are; 1 never does it
ask = 0.2               # from here on `influence people review` asks you

[passing]
delta_days = 14         # how long a response may wait to count as passed on
hands = 4               # through how many hands influence is followed

[chance]
draws = 1000            # of the bootstrap
seed = 1

[privacy]
keep_text = false       # keep the text of messages? Nothing in a report needs it
keep_terms = false      # keep the words of messages, sorted, without addresses? Topics need them
smallest_group = 5      # fewer people than this are no group to measure
smallest_shown = 10     # in a copy for others, smaller groups of people are merged or left out; 5 at least

[purpose]               # whose reports this workspace is for; about anybody else a basis is asked for, and recorded
# for = ["ann@acme.example"]

[retention]             # how long what was brought in is kept, by service or source, and by kind; else for good
# mail = "2y"
# "slack.message" = "1y"

[spheres]               # organisations, e-mail domains, "department:Name", "list:Name" -> whose world they belong to
# customer = ["acme.example", "Acme Inc", "list:customers@vindhall.example"]
# partner = ["department:Alliances"]

[brand]                 # the organisation's own accounts, to compare the person with
accounts = []           # e.g. ["x:vindhall", "linkedin:vindhall"]

[voices]                # competitors, other executives, to compare the person with; nobody is ranked
accounts = []           # e.g. ["x:rival", "Ann Other"]

[alerts]                # what `influence track` points at
sphere_quiet = 0.5      # a sphere of which less than this share of the window before is left
silent = 14             # a system, such as email or x, of which nothing came for so many days
took_off = 2            # a tag or topic whose last week drew so many times the responses of any week before

[outcomes]              # what a people table may state as `outcome`; any other word is unknown
good = ["won", "kept"]
bad = ["lost", "left"]
# good_from = 7         # where it is a score: good from here on, bad below; a number is unknown if this is left out

[audiences]             # whom a leader means to reach, by a name; beside people also sphere:, channel:, topic:NAME
# launch = ["bo@buyer.example", "Cia Lind", "channel:launch"]

[topics]                # topics of your own: words and tags, with * at the end for whatever begins so
# climate = ["#climate", "#netzero", "net zero", "decarbon*"]

[teams]                 # a leader's team where no organisation chart gives it
# "ann@acme.example" = ["bo@acme.example", "Cia Lind"]
"""


_FEWEST = {"smallest_group": 3, "smallest_shown": 5}
"""Fewer people than this are no group, and do not hide one another from others."""


class SettingsError(InfluenceError):
    """A setting that cannot be meant, in one sentence that names the file and the setting."""


@dataclass(frozen=True)
class Settings:
    """What `influence.toml` says."""

    zone: str = "UTC"
    notice: str | None = None
    strengths: Strengths = field(default_factory=Strengths)
    registers: Sequence[str] = ()
    link: float = 0.9
    ask: float = 0.2
    delta_days: float = 14
    hands: int = 4
    draws: int = 1000
    seed: int = 1
    keep_text: bool = False
    keep_terms: bool = False
    smallest_group: int = 5
    smallest_shown: int = 10
    sphere_quiet: float = 0.5
    silent: float = 14
    took_off: float = 2
    brand: Sequence[str] = ()
    voices: Sequence[str] = ()
    good: Sequence[str] = ("won", "kept")
    bad: Sequence[str] = ("lost", "left")
    good_from: float | None = None
    spheres: Mapping[str, Sequence[str]] = field(default_factory=dict)
    teams: Mapping[str, Sequence[str]] = field(default_factory=dict)
    audiences: Mapping[str, Sequence[str]] = field(default_factory=dict)
    topics: Mapping[str, Sequence[str]] = field(default_factory=dict)
    reports_for: Sequence[str] = ()
    retention: Mapping[str, str] = field(default_factory=dict)
    sources: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


_SECTIONS: Mapping[str, Mapping[str, type]] = {
    "met": {f.name: float for f in fields(Strengths)},
    "people": {"link": float, "ask": float},
    "passing": {"delta_days": float, "hands": int},
    "chance": {"draws": int, "seed": int},
    "privacy": {"keep_text": bool, "keep_terms": bool, "smallest_group": int, "smallest_shown": int},
    "alerts": {"sphere_quiet": float, "silent": float, "took_off": float},
}


def read(path: Path) -> Settings:
    """Read the settings; a missing file gives the defaults.

    Raises:
        SettingsError: the file is not TOML, or a setting is unknown or of the wrong type.
    """
    if not path.exists():
        return Settings()
    body = _parsed(path, _text(path))
    lists = {"brand", "voices", "outcomes", "spheres", "teams", "audiences", "topics", "purpose", "retention"}
    known = {"zone", "notice", "sources", *lists, *_SECTIONS}
    for name in body.keys() - known:
        raise SettingsError(f"{path}: there is no setting {name!r}; there are: {', '.join(sorted(known))}")
    registers = _registers(path, body.get("met", {}))
    values = {name: _section(path, name, body.get(name, {})) for name in _SECTIONS}
    return Settings(
        zone=zone_name(body.get("zone", "UTC"), str(path)),
        notice=body.get("notice"),
        strengths=Strengths(**values["met"]),
        registers=registers,
        brand=_accounts(path, "brand", body),
        voices=_accounts(path, "voices", body),
        spheres=_lists(path, "spheres", body),
        teams=_lists(path, "teams", body),
        audiences=_lists(path, "audiences", body),
        topics=_topics(path, body),
        reports_for=_accounts(path, "purpose", body, "for"),
        retention=_periods(path, body),
        sources=_sources(path, body),
        **_outcomes(path, body.get("outcomes", {})),
        **values["people"],
        **values["passing"],
        **values["chance"],
        **values["privacy"],
        **values["alerts"],
    )


def _text(path: Path) -> str:
    content = path.read_bytes()
    try:
        return content.decode()
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise SettingsError(f"{path}, line {line} is not text in UTF-8") from error


def _parsed(path: Path, text: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        told = re.fullmatch(r"(.*) \(at line (\d+), column \d+\)", str(error))
        why, line = told.groups() if told else (str(error).partition(" (at")[0], text.count("\n") + 1)
        raise SettingsError(f"{path}, line {line} is not readable as TOML: {why}") from error


def zone_name(name: str, where: str) -> str:
    """Return the name of a time zone if there is one of that name.

    Raises:
        SettingsError: there is none.
    """
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError, TypeError):
        raise SettingsError(
            f"{where}: {name!r} is not a time zone; use a name such as Europe/Stockholm or UTC"
        ) from None
    return name


def _registers(path: Path, section: Mapping[str, Any]) -> tuple[str, ...]:
    found = section.get("registers", [])
    if not isinstance(found, list) or not all(isinstance(source, str) for source in found):
        raise SettingsError(f"{path}: [met] registers should be a list of sources in quotes")
    return tuple(found)


def _section(path: Path, name: str, body: Mapping[str, Any]) -> dict[str, Any]:
    wanted = _SECTIONS[name]
    values = {key: value for key, value in body.items() if (name, key) != ("met", "registers")}
    for key, value in values.items():
        if key not in wanted:
            raise SettingsError(f"{path}: [{name}] has no setting {key!r}; it has: {', '.join(wanted)}")
        good = isinstance(value, bool) if wanted[key] is bool else isinstance(value, (int, float))
        if not good or (wanted[key] is int and not isinstance(value, int)):
            raise SettingsError(f"{path}: [{name}] {key} = {value!r} should be a {_WORDS[wanted[key]]}")
        if (name == "people" or (name == "met" and key != "table")) and not 0 <= value <= 1:
            raise SettingsError(f"{path}: [{name}] {key} = {value!r} should lie between 0 and 1")
        if value < _FEWEST.get(key, value):
            raise SettingsError(f"{path}: [privacy] {key} = {value!r} should be {_FEWEST[key]} or more")
        if (
            not isinstance(value, bool)
            and value <= 0
            and key not in {"seed"}
            and name not in {"met", "people"}
        ):
            raise SettingsError(f"{path}: [{name}] {key} = {value!r} should be more than 0")
    return values


_WORDS = {float: "number", int: "whole number", bool: "true or false"}


def _lists(path: Path, name: str, body: Mapping[str, Any]) -> dict[str, list[str]]:
    lists = body.get(name, {})
    for key, value in lists.items():
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise SettingsError(f"{path}: [{name}] {key} should be a list of names in quotes")
        if name == "spheres" and not key.isidentifier() and key not in SPHERES:
            raise SettingsError(f"{path}: [{name}] {key!r} should be one word")
    return dict(lists)


_MARK = re.compile(r"[#\uff03][^\s*#\uff03]+\*?|[^\s*#\uff03]+\*?(\s+[^\s*#\uff03]+\*?)*")
"""A tag, or words, each of which may end with an asterisk."""


def _topics(path: Path, body: Mapping[str, Any]) -> dict[str, list[str]]:
    topics = _lists(path, "topics", body)
    for name, marks in topics.items():
        if not marks:
            raise SettingsError(f"{path}: [topics] {name} names no word and no tag")
        for mark in marks:
            if not _MARK.fullmatch(mark.strip()):
                raise SettingsError(
                    f"{path}: [topics] {name} = {mark!r} should be one #tag or words; * may end a word"
                )
    return topics


def _accounts(path: Path, section: str, body: Mapping[str, Any], only: str = "accounts") -> tuple[str, ...]:
    lists = _lists(path, section, body)
    for key in lists.keys() - {only}:
        raise SettingsError(f"{path}: [{section}] has no setting {key!r}; it has: {only}")
    return tuple(lists.get(only, ()))


PERIOD = re.compile(r"([1-9]\d{0,3})([dwmy])")
"""How long something is kept: so many days, weeks, months or years."""


def _periods(path: Path, body: Mapping[str, Any]) -> dict[str, str]:
    periods = body.get("retention", {})
    if not isinstance(periods, dict):
        raise SettingsError(f"{path}: [retention] should be a section of its own")
    for what, period in periods.items():
        if not isinstance(period, str) or not PERIOD.fullmatch(period):
            raise SettingsError(
                f"{path}: [retention] {what} = {period!r} should be a length such as 90d, 6m or 2y, in quotes"
            )
    return dict(periods)


def _outcomes(path: Path, section: Mapping[str, Any]) -> dict[str, Any]:
    values = {"good": list(Settings.good), "bad": list(Settings.bad), "good_from": None, **section}
    for key, value in values.items():
        if key == "good_from":
            if value is not None and (isinstance(value, bool) or not isinstance(value, (int, float))):
                raise SettingsError(f"{path}: [outcomes] good_from = {value!r} should be a number")
        elif key not in {"good", "bad"}:
            raise SettingsError(f"{path}: [outcomes] has no setting {key!r}; it has: good, bad, good_from")
        elif not isinstance(value, list) or not all(isinstance(word, str) for word in value):
            raise SettingsError(f"{path}: [outcomes] {key} should be a list of words in quotes")
    both = {word.strip().casefold() for word in values["good"]} & {
        w.strip().casefold() for w in values["bad"]
    }
    if both:
        raise SettingsError(
            f"{path}: [outcomes] {min(both)!r} stands under good and under bad; leave one out"
        )
    return {**values, "good": tuple(values["good"]), "bad": tuple(values["bad"])}


def _sources(path: Path, body: Mapping[str, Any]) -> dict[str, dict[str, str]]:
    sources = body.get("sources", {})
    for name, source in sources.items():
        if not isinstance(source, dict) or "connector" not in source:
            raise SettingsError(f'{path}: [sources.{name}] should say connector = "..."')
        if not all(isinstance(value, str) for value in source.values()):
            raise SettingsError(f"{path}: [sources.{name}] should hold texts in quotes only")
    return dict(sources)


def checked_name(name: str) -> str:
    """Return the name of a source if it can be one.

    Raises:
        SettingsError: it is not letters, digits and dashes.
    """
    if not re.fullmatch(r"[A-Za-z0-9_-]+", name):
        raise SettingsError(f"a source is named with letters, digits and dashes, not {name!r}")
    return name


def set_purpose(path: Path, people: Sequence[str]) -> None:
    """Write whose reports a workspace is for; all else stays as a person wrote it.

    Raises:
        SettingsError: the settings are not readable or not writable.
    """
    import tomlkit  # the command line must not wait for it

    read(path)
    document: Any = tomlkit.parse(_text(path) if path.exists() else "")
    document.setdefault("purpose", {})["for"] = list(people)
    _write(path, tomlkit.dumps(document), document.unwrap().get("sources", {}))


def set_source(path: Path, name: str, connector: str, options: Mapping[str, str]) -> None:
    """Add a live source, or give it these options in place of those it has; all else stays as a person wrote it.

    Raises:
        SettingsError: the name is not letters, digits and dashes, or the settings are not readable or not writable.
    """
    import tomlkit  # the command line must not wait for it

    wanted = {"connector": connector, **options}
    known = read(path).sources
    before, section, after = _around(path, checked_name(name))
    document: Any = tomlkit.parse(section or f"[sources.{name}]\n")
    table = document["sources"][name]
    for key in table.keys() - wanted.keys():
        del table[key]
    table.update(wanted)
    gap = "" if section or not before or before.endswith("\n\n") else "\n"
    _write(path, before + gap + tomlkit.dumps(document) + after, {**known, name: wanted})


def remove_source(path: Path, name: str) -> None:
    """Take a live source out of the settings; all else stays as a person wrote it.

    Raises:
        SettingsError: the settings are not readable or not writable.
    """
    left = {key: source for key, source in read(path).sources.items() if key != name}
    before, _, after = _around(path, name)
    _write(path, before.rstrip() + "\n" + ("\n" if after.strip() else "") + after.lstrip("\r\n"), left)


def _around(path: Path, name: str) -> tuple[str, str, str]:
    """Split the settings into what stands before the section of a source, the section, and what comes after it.

    Comments at its end are taken for those of what comes after it.
    """
    lines = (_text(path) if path.exists() else "").splitlines(keepends=True)
    if lines and not lines[-1].endswith("\n"):
        lines[-1] += "\n"
    header = re.compile(rf"""\s*\[\s*["']?sources["']?\s*\.\s*["']?{re.escape(name)}["']?\s*\]""")
    start = next((n for n, line in enumerate(lines) if header.match(line)), len(lines))
    end = next((n for n in range(start + 1, len(lines)) if lines[n].lstrip().startswith("[")), len(lines))
    while end > start + 1 and lines[end - 1].strip()[:1] in {"", "#"}:
        end -= 1
    return "".join(lines[:start]), "".join(lines[start:end]), "".join(lines[end:])


def _write(path: Path, text: str, sources: Mapping[str, Mapping[str, str]]) -> None:
    """Write the settings if they say afterwards what they should: they are a person's own."""
    try:
        understood = tomllib.loads(text).get("sources", {}) == sources
    except tomllib.TOMLDecodeError:
        understood = False
    if not understood:
        raise SettingsError(f"{path}: write each source there as a section of its own, [sources.NAME]")
    try:
        durably.replace(path, text)
    except UnicodeEncodeError as error:
        raise SettingsError("half a character (a surrogate) stands in an option; write it anew") from error
    except OSError as error:
        raise SettingsError(f"{path} cannot be written: {error.strerror}") from error
