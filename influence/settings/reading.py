"""What `influence.toml` says, read with plain errors and sensible defaults."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import date
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from influence.contract.campaigned import Stated
from influence.contract.errors import InfluenceError
from influence.contract.narrowing import Narrowing, NarrowingError
from influence.contract.records import SPHERES
from influence.contract.toml_text import NotToml, as_toml
from influence.contract.wording import quoted
from influence.met.evidence import Strengths

_LONGEST_NAME = 200

DEFAULTS = """\
# Settings of this workspace. Everything here may be changed; what is left out has the value shown.

zone = "UTC"            # the zone in which days and months are counted, e.g. "Europe/Stockholm"
# notice = "..."        # shown on every page of every report

[met]                   # how much each kind of evidence says that two people have met, 0 to 1
in_person = 0.95        # a meeting in person, shared out when more than `table` people came
unknown = 0.4           # a meeting of unknown kind; of all with one person only the strongest counts
same_manager_and_site = 0.9  # the same manager at the same site, by the organisation chart
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
seed = 1                # of all that is drawn: the same seed draws the same

[privacy]
keep_text = false       # keep the text of messages? Nothing in a report needs it
keep_terms = false      # keep the words of messages, sorted, without addresses? Topics need them
pseudonymous = false    # keyed pseudonyms in place of accounts, and no names; made so by init --pseudonymous
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
good = ["won", "kept"]  # words for what ended well
bad = ["lost", "left"]  # words for what did not
# good_from = 7         # where it is a score: good from here on, bad below; a number is unknown if this is left out

[audiences]             # whom a leader means to reach: people by a name, or sphere:, channel:, tag:, topic:NAME
# launch = ["bo@buyer.example", "Cia Lind", "channel:launch"]

[topics]                # topics of your own: words and tags, with * at the end for whatever begins so
# climate = ["#climate", "#netzero", "net zero", "decarbon*"]

[campaigns]             # what `influence campaign` tells of; `until` is the first day after it
# [campaigns.spring]
# tags = ["#netzero"]   # or topics = [...], channels = [...]
# since = "2026-03-02"
# until = "2026-04-13"
# voices = ["x:rival"]  # in place of those under [voices]

[mail]                  # only for `influence digest --send`
# host = "smtp.acme.example"
# security = "starttls" # or "tls", or "none" for a server on this machine
# port = 587
# user = "ann"          # the password is asked for once, and kept in the keyring
# sender = "ann@acme.example"

[teams]                 # a leader's team where no organisation chart gives it
# "ann@acme.example" = ["bo@acme.example", "Cia Lind"]
"""


FEWEST = {"smallest_group": 3, "smallest_shown": 5}
"""Fewer people than this are no group, and do not hide one another from others."""


class SettingsError(InfluenceError):
    """A setting that cannot be meant, in one sentence that names the file and the setting."""


@dataclass(frozen=True)
class MailServer:
    """Where a digest is handed in for sending: `security` is "starttls", "tls" or, on this machine only, "none"."""

    host: str
    port: int
    security: str = "starttls"
    user: str = ""
    sender: str = ""


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
    pseudonymous: bool = False
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
    campaigns: Mapping[str, Stated] = field(default_factory=dict)
    reports_for: Sequence[str] = ()
    retention: Mapping[str, str] = field(default_factory=dict)
    sources: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    mail: MailServer | None = None


_SECTIONS: Mapping[str, Mapping[str, type]] = {
    "met": {f.name: float for f in fields(Strengths)},
    "people": {"link": float, "ask": float},
    "passing": {"delta_days": float, "hands": int},
    "chance": {"draws": int, "seed": int},
    "privacy": {
        "keep_text": bool,
        "keep_terms": bool,
        "pseudonymous": bool,
        "smallest_group": int,
        "smallest_shown": int,
    },
    "alerts": {"sphere_quiet": float, "silent": float, "took_off": float},
}


def read(path: Path) -> Settings:
    """Read the settings; a missing file gives the defaults.

    Raises:
        SettingsError: the file is not TOML, or a setting is unknown or of the wrong type.
    """
    return understood(path, text_of(path)) if path.exists() else Settings()


def _refuse_long_names(path: Path, body: Mapping[str, Any], deep: int = 3) -> None:
    """Raise SettingsError where a name of a section, or within it, is longer than errors can tell of it."""
    for name, told in body.items():
        if len(name) > _LONGEST_NAME:
            raise SettingsError(f"{path}: {name[:40]!r} … is no name: it has {len(name):,} letters")
        if isinstance(told, dict) and deep > 1:
            _refuse_long_names(path, told, deep - 1)


def understood(path: Path, text: str) -> Settings:
    """Return what a text of settings says.

    Raises:
        SettingsError: a setting is unknown or of the wrong type.
    """
    body = parsed(path, text)
    _refuse_long_names(path, body)
    lists = {"brand", "voices", "outcomes", "spheres", "teams", "audiences", "topics", "purpose", "retention"}
    known = {"zone", "notice", "sources", "campaigns", "mail", *lists, *_SECTIONS}
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
        campaigns=_campaigns(path, body),
        reports_for=_accounts(path, "purpose", body, "for"),
        retention=_periods(path, body),
        sources=_sources(path, body),
        mail=_mail(path, body.get("mail", {})),
        **_outcomes(path, body.get("outcomes", {})),
        **values["people"],
        **values["passing"],
        **values["chance"],
        **values["privacy"],
        **values["alerts"],
    )


def text_of(path: Path) -> str:
    """Return what a file of settings holds.

    Raises:
        SettingsError: it is no text.
    """
    content = path.read_bytes()
    try:
        return content.decode()
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise SettingsError(f"{path}, line {line} is not text in UTF-8") from error


def parsed(path: Path, text: str) -> dict[str, Any]:
    """Return a text of settings as TOML has it.

    Raises:
        SettingsError: it is no TOML; the sentence names the line.
    """
    try:
        return as_toml(text)
    except NotToml as error:
        raise SettingsError(f"{error.within(path)} is not readable as TOML: {error.why}") from error


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
            raise SettingsError(f"{path}: [{name}] {key} = {quoted(value)} should be a {_WORDS[wanted[key]]}")
        if (name == "people" or (name == "met" and key != "table")) and not 0 <= value <= 1:
            raise SettingsError(f"{path}: [{name}] {key} = {quoted(value)} should lie between 0 and 1")
        if value < FEWEST.get(key, value):
            raise SettingsError(f"{path}: [privacy] {key} = {quoted(value)} should be {FEWEST[key]} or more")
        if (
            not isinstance(value, bool)
            and value <= 0
            and key not in {"seed"}
            and name not in {"met", "people"}
        ):
            raise SettingsError(f"{path}: [{name}] {key} = {quoted(value)} should be more than 0")
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
                    f"{path}: [topics] {name} = {quoted(mark)} should be one #tag or words; * may end a word"
                )
    return topics


_OF_CAMPAIGN = ("tags", "topics", "channels", "voices")


def _campaigns(path: Path, body: Mapping[str, Any]) -> dict[str, Stated]:
    stated = body.get("campaigns", {})
    if not isinstance(stated, dict):
        raise SettingsError(f"{path}: [campaigns] should be sections of their own, [campaigns.NAME]")
    return {name: _campaign(path, name, one) for name, one in stated.items()}


def _campaign(path: Path, name: str, body: Any) -> Stated:
    where = f"{path}: [campaigns.{name}]"
    if not isinstance(body, dict):
        raise SettingsError(f"{path}: [campaigns] {name} should be a section of its own, [campaigns.{name}]")
    for key in body.keys() - {*_OF_CAMPAIGN, "since", "until"}:
        raise SettingsError(
            f"{where} has no setting {key!r}; it has: {', '.join(_OF_CAMPAIGN)}, since, until"
        )
    lists = _lists(
        path, f"campaigns.{name}", {f"campaigns.{name}": {k: body.get(k, []) for k in _OF_CAMPAIGN}}
    )
    try:
        only = Narrowing(lists["tags"], lists["topics"], lists["channels"])
    except NarrowingError as error:
        raise SettingsError(f"{where}: {error}") from error
    if not only:
        raise SettingsError(f"{where} should say what belongs to it: tags, topics or channels")
    since, until = (_day(where, key, body.get(key)) for key in ("since", "until"))
    if since is None:
        raise SettingsError(f'{where} should say when it began: since = "2026-01-31"')
    if until is not None and until <= since:
        raise SettingsError(
            f"{where} ends ({until}) before it begins ({since}): until is the first day after it"
        )
    return Stated(name, only, since, until, tuple(lists["voices"]))


def _day(where: str, key: str, given: Any) -> str | None:
    """Read a day as TOML has it, or in quotes."""
    try:
        return None if given is None else date.fromisoformat(str(given)).isoformat()
    except ValueError:
        raise SettingsError(f"{where}: {key} = {quoted(given)} should be a day such as 2026-01-31") from None


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
                f"{path}: [retention] {what} = {quoted(period)} should be a length such as 90d, 6m or 2y, in quotes"
            )
    return dict(periods)


def _outcomes(path: Path, section: Mapping[str, Any]) -> dict[str, Any]:
    values = {"good": list(Settings.good), "bad": list(Settings.bad), "good_from": None, **section}
    for key, value in values.items():
        if key == "good_from":
            if value is not None and (isinstance(value, bool) or not isinstance(value, (int, float))):
                raise SettingsError(f"{path}: [outcomes] good_from = {quoted(value)} should be a number")
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


PORTS = {"starttls": 587, "tls": 465, "none": 25}
"""The usual port of each kind of security."""
_THIS_MACHINE = frozenset({"localhost", "127.0.0.1", "::1"})


def _mail(path: Path, body: Any) -> MailServer | None:
    if not isinstance(body, dict):
        raise SettingsError(f"{path}: [mail] should be a section of its own")
    if not body:
        return None
    known = [one.name for one in fields(MailServer)]
    for key, value in body.items():
        if key not in known:
            raise SettingsError(f"{path}: [mail] has no setting {key!r}; it has: {', '.join(known)}")
        if not isinstance(value, str) and key != "port":
            raise SettingsError(f"{path}: [mail] {key} = {quoted(value)} should be text in quotes")
    security, host = body.get("security", "starttls"), body.get("host", "")
    if not host or security not in PORTS:
        raise SettingsError(f"{path}: [mail] should have a host and a security of: {', '.join(PORTS)}")
    if security == "none" and host not in _THIS_MACHINE:
        raise SettingsError(f'{path}: [mail] security = "none" is for a server on this machine alone')
    port = body.get("port", PORTS[security])
    if isinstance(port, bool) or not isinstance(port, int) or not 0 < port < 65536:
        raise SettingsError(f"{path}: [mail] port = {quoted(port)} should be a whole number below 65,536")
    return MailServer(**{**body, "port": port})


def _sources(path: Path, body: Mapping[str, Any]) -> dict[str, dict[str, str]]:
    sources = body.get("sources", {})
    for name, source in sources.items():
        if not isinstance(source, dict) or "connector" not in source:
            raise SettingsError(f'{path}: [sources.{name}] should say connector = "..."')
        if not all(isinstance(value, str) for value in source.values()):
            raise SettingsError(f"{path}: [sources.{name}] should hold texts in quotes only")
    return dict(sources)
