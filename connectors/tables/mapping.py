"""A mapping: which columns of a table make which activities, people and encounters, written as TOML.

Values are filled into `{Column}`, never run: a template is text with the names of columns in braces.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property, lru_cache, partial
from importlib.resources import files
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from connectors.kit.addresses import REMEMBERED, display_name
from connectors.kit.answers import LeftOut, guarded
from connectors.kit.csv_files import plain
from connectors.kit.modality.telling import Told, kind_of, place_of, says_nothing, stated_kind
from connectors.kit.sheets import Row
from connectors.kit.text import clean, is_nobody
from connectors.kit.times import named_zone
from connectors.tables.directions import came_in
from connectors.tables.marks import Scale, scale_of
from connectors.tables.time_formats import is_format, read_time
from connectors.tables.unread_kinds import UnreadKinds
from influence.contract.connector import ConnectorError
from influence.contract.records import Activity, Encounter, Evidence, Modality, Person, Record, SetAside, Verb
from influence.contract.toml_text import NotToml, as_toml

READY_MADE = {
    "tripadvisor": "reviews at TripAdvisor and the owner's responses, as the owner's own list",
    "ideas": "ideas, votes and comments of an idea platform",
    "requests": "requests of a service desk: who asked, who answered, who approved",
    "meetings": "a register of meetings: who met whom, when and where",
    "calendly": "meetings that were booked with Calendly",
    "servicenow": "incidents and requests of ServiceNow, a list with the names of fields",
    "servicenow-labels": "incidents and requests of ServiceNow, a list with the labels of fields",
    "zendesk-report": "tickets of Zendesk, an export that tells who asked by number and address",
    "zendesk-numbers": "tickets of Zendesk, a view that tells who asked by number",
    "zendesk": "tickets of Zendesk, a view",
}
"""Mappings that come with the package, used by their names, and the table that each reads."""
LONGEST_FILE = 1024 * 1024
_COLUMN = re.compile(r"\{([^{}]{1,200})\}")
_EMAIL = re.compile(r"(?<![^\s@<>:;,\"])[^\s@<>:;,\"]{1,128}+@[^\s@<>:;,\"]{1,253}\.[^\s@<>:;,\"]{1,60}")
_PREFIX = re.compile(r"[A-Za-z][\w.-]{0,60}:")
_ACTIVITY = frozenset(
    (
        *("when", "id", "time", "actor", "also", "name", "verb", "parent", "conversation", "to", "mentions"),
        *("audience", "text", "url", "subject", "tags", "rating", "reaction", "is", "incoming", "outgoing"),
        "channel",
    )
)
_ENCOUNTER = frozenset(
    ("when", "is", "id", "time", "people", "kind", "place", "words", "attendees", "evidence")
)
_TOP = frozenset(
    (
        *("version", "system", "zone", "time_format", "separator", "sheet", "nobody", "recognised_by"),
        *("activity", "encounter", "verbs", "kinds", "rating"),
    )
)
_SKIP = "skip"
OWNER = "owner"
"""Stands in a mapping for the account of whoever keeps the table."""
TIME_FORMAT = "time_format"
_ACCOUNTS = ("actor", "to", "mentions", "people")
_VERBS = frozenset(Verb)


class BadMapping(ConnectorError):
    """A mapping that cannot be used; the sentence names its place and the cure."""


@dataclass(frozen=True)
class Template:
    """Text with the names of columns in braces; empty where one of the columns is."""

    text: str

    @cached_property
    def _parts(self) -> tuple[str, ...]:
        """Text and plain names of columns in turn, beginning with text."""
        found = _COLUMN.split(self.text)
        return tuple(plain(part) if at % 2 else part for at, part in enumerate(found))

    def columns(self) -> list[str]:
        """Return the names of its columns."""
        return _COLUMN.findall(self.text)

    def fill(self, row: Row) -> str:
        """Put the values of a row in place.

        >>> Template("review-{Review ID}").fill({"reviewid": "7"}), Template("{To}").fill({})
        ('review-7', '')
        """
        filled = list(self._parts)
        for at in range(1, len(filled), 2):
            value = row.get(filled[at], "").strip()
            if not value:
                return ""
            filled[at] = value
        return "".join(filled).strip()


@dataclass(frozen=True)
class Mapped:
    """A mapping that was read and found to be usable.

    `rules` are pairs of `activity` or `encounter` and its fields.
    """

    name: str
    system: str
    rules: tuple[tuple[str, Mapping[str, tuple[Template, ...]]], ...]
    zone: ZoneInfo | None = None
    formats: tuple[str, ...] = ()
    separator: str = ";"
    sheet: str | None = None
    nobody: frozenset[str] = frozenset()
    recognised_by: tuple[str, ...] = ()
    verbs: Mapping[str, str] = field(default_factory=dict)
    kinds: Mapping[str, str] = field(default_factory=dict)
    scale: Scale | None = None

    def columns(self) -> list[str]:
        """Return the names of all columns that the mapping uses."""
        found = (name for _, rule in self.rules for one in rule.values() for t in one for name in t.columns())
        return list(dict.fromkeys(found))

    def lists(self) -> list[str]:
        """Return the names of the columns that may hold several values."""
        many = ("to", "mentions", "people", "tags")
        return [name for _, rule in self.rules for f in many for t in rule.get(f, ()) for name in t.columns()]

    def records(self, row: Row, line: int, unread: UnreadKinds) -> Iterator[Record]:
        """Yield what one row tells, by every rule that is for it; a rule that it does not fit is set aside.

        Kinds of meetings that are not understood are counted in `unread`.
        """
        fitting = [(kind, rule) for kind, rule in self.rules if _is_for(rule, row)]
        used = False
        for kind, rule in fitting:
            if len(fitting) > 1 and self._skips(_one(rule, "verb", row)):
                continue  # another rule reads the row
            used = True
            read = self._activity if kind == "activity" else partial(self._encounter, unread=unread)
            yield from guarded(partial(read, rule, row, line), "the row", line)
        if not used:
            yield SetAside("no rule of the mapping is for this row", line)

    def _activity(self, rule: Mapping[str, tuple[Template, ...]], row: Row, line: int) -> Iterator[Record]:
        verb = self._verb(_one(rule, "verb", row))
        also = self._accounts(rule.get("also", ()), row)
        if rule.get("to") and came_in(_one(rule, "incoming", row), _one(rule, "outgoing", row)):
            rule, also = {**rule, "actor": rule["to"], "to": rule["actor"]}, ()
        actor = self._account(rule["actor"][0], row, "actor")
        name = display_name(_one(rule, "name", row)) or self._shown(rule["actor"][0], row)
        if name or also:
            yield Person(name=name or None, accounts=(actor, *also), line=line)
        audience = _one(rule, "audience", row)
        parent = self._identity(_one(rule, "parent", row))
        own, mark = self._identity(_one(rule, "id", row)), _one(rule, "rating", row)
        yield Activity(
            id=own or f"{self.system}:line-{line}",
            time=self._time(_one(rule, "time", row)),
            actor=actor,
            verb=verb,
            parent=parent if parent != own else None,
            conversation=self._identity(_one(rule, "conversation", row)),
            to=self._accounts(rule.get("to", ()), row),
            mentions=self._accounts(rule.get("mentions", ()), row),
            channel=self._identity(_one(rule, "channel", row)),
            audience=int(audience) if re.fullmatch(r"\d{1,12}", audience) else None,
            text=_one(rule, "text", row) or None,
            url=clean(_one(rule, "url", row)) or None,
            subject=clean(_one(rule, "subject", row)) or None,
            tags=self._tags(rule.get("tags", ()), row),
            rating=self.scale.rating(mark) if self.scale and mark else None,
            reaction=clean(_one(rule, "reaction", row), 40).lower() or None if verb is Verb.REACT else None,
            line=line,
        )
        if self.scale and mark and self.scale.rating(mark) is None:
            told = f"the rating {clean(mark, 40)!r} is no mark from {self.scale}"
            yield SetAside(f"{told}; the rest of the row is read", line)

    def _tags(self, templates: Sequence[Template], row: Row) -> tuple[str, ...]:
        parts = (part for template in templates for part in template.fill(row).split(self.separator))
        return tuple(dict.fromkeys(filter(None, (clean(part, 200) for part in parts))))

    def _encounter(
        self, rule: Mapping[str, tuple[Template, ...]], row: Row, line: int, unread: UnreadKinds
    ) -> Iterator[Record]:
        people = self._accounts(rule["people"], row)
        if len(people) < 2:
            raise LeftOut("it names fewer than two people")
        for template in rule["people"]:
            for name, account in self._named(template, row):
                yield Person(name=name, accounts=(account,), line=line)
        place, attendees = _one(rule, "place", row), _one(rule, "attendees", row)
        stated = self._stated(_one(rule, "kind", row), unread)
        yield Encounter(
            people=people,
            kind=kind_of(Told((place,), title=_one(rule, "words", row), stated=stated)),
            evidence=Evidence(_one(rule, "evidence", row) or Evidence.EVENT),
            time=self._time(_one(rule, "time", row)),
            attendees=int(attendees) if re.fullmatch(r"[1-9]\d{0,6}", attendees) else None,
            place=place_of((place,)),
            id=self._identity(_one(rule, "id", row)),
            line=line,
        )

    def _stated(self, told: str, unread: UnreadKinds) -> Modality | None:
        """Return the kind that a column states, by the mapping or by its words; what is not understood is unknown."""
        if told.lower() in self.kinds:
            return Modality(self.kinds[told.lower()])
        if not told or says_nothing(told):
            return None
        kind = stated_kind(told)
        if kind is None:
            unread.count(told)
        return kind or Modality.UNKNOWN

    def _skips(self, told: str) -> bool:
        return self.verbs.get(told.lower()) == _SKIP

    def _verb(self, told: str) -> Verb:
        known = self.verbs.get(told.lower(), told.lower())
        if known == _SKIP:
            raise LeftOut(f"the mapping leaves out {clean(told, 60)!r}")
        if known not in _VERBS:
            raise LeftOut(f"the verb {clean(told, 60)!r} is not known: say under [verbs] what it means")
        return Verb(known)

    def _identity(self, value: str) -> str | None:
        return f"{self.system}:{clean(value, 200)}" if value else None

    def _accounts(self, templates: Sequence[Template], row: Row) -> tuple[str, ...]:
        found = (account for template in templates for _, account in self._each(template, row))
        return tuple(dict.fromkeys(found))

    def _each(self, template: Template, row: Row) -> Iterator[tuple[str, str]]:
        """Yield each of the values that a column holds, with its account."""
        prefix = _PREFIX.match(template.text)
        start = prefix[0] if prefix else ""
        filled = template.fill(row).removeprefix(start)
        for part in filled.split(self.separator) if filled else ():
            value = clean(part, 200)
            if value and not self._is_nobody(value):
                yield value, _written(start or f"{self.system}:", value)

    def _account(self, template: Template, row: Row, what: str) -> str:
        found = [account for _, account in self._each(template, row)]
        if not found:
            raise LeftOut(f"the {what} is empty, or stands for nobody in particular")
        if len(found) > 1:
            raise LeftOut(f"the {what} names {len(found)} people in one field, and one of them did it")
        return found[0]

    def _named(self, template: Template, row: Row) -> Iterator[tuple[str, str]]:
        """Yield the people of a column who are told by a name, not by an address or a number."""
        for value, account in self._each(template, row):
            name = display_name(value)
            if name and re.search(r"[^\W\d_]", name) and " " in name:
                yield name, account

    def _shown(self, template: Template, row: Row) -> str:
        return next((name for name, _ in self._named(template, row)), "")

    def is_by_name(self, person: Person) -> bool:
        """Tell whether somebody's one account is a name of several words, as no number and no address is."""
        return all(one.startswith(f"{self.system}:") and " " in one for one in person.accounts)

    def _is_nobody(self, value: str) -> bool:
        return value.lower() in self.nobody or _is_nobody(value)

    def _time(self, value: str) -> datetime:
        if not value:
            raise LeftOut("the time is empty")
        try:
            found = read_time(value, self.formats)
        except (ValueError, OverflowError, OSError):
            raise LeftOut(
                f"the time {clean(value, 40)!r} is not as the mapping says ({TIME_FORMAT})"
            ) from None
        if found.tzinfo is None and self.zone is None:
            raise LeftOut(
                f"the time {clean(value, 40)!r} states no zone: write zone in the mapping, or --zone"
            )
        try:
            return (found if found.tzinfo else found.replace(tzinfo=self.zone)).astimezone(UTC)
        except (OverflowError, ValueError):
            raise LeftOut(f"the time {clean(value, 40)!r} cannot be meant") from None


def refuse_columns(by: Mapped, found: Sequence[str], file: str) -> None:
    """Check that a table has the columns that the mapping needs.

    Raises:
        BadMapping: it lacks one.
    """
    there = {plain(name) for name in found}
    for name in by.columns():
        if plain(name) not in there:
            told = ", ".join(repr(clean(one, 60)) for one in found[:20])
            raise BadMapping(
                f"{file}: the mapping {by.name!r} names the column {name[:60]!r}, and the file has: {told}"
            )


@lru_cache(maxsize=REMEMBERED)
def _written(prefix: str, value: str) -> str:
    """Write a value as an account; an address is one of mail, whatever system the table is of."""
    if found := _EMAIL.search(value):
        return f"email:{found[0].lower()}"
    return f"{prefix}{value.lower()}"


@lru_cache(maxsize=REMEMBERED)
def _is_nobody(value: str) -> bool:
    return is_nobody(value)


def _is_for(rule: Mapping[str, tuple[Template, ...]], row: Row) -> bool:
    """Tell whether a rule is for a row: its `when` is not empty, and one of the values under `is`, if any."""
    if "when" not in rule:
        return True
    value, named = _one(rule, "when", row), rule.get("is", ())
    return bool(value) and (not named or value.lower() in {one.text.lower() for one in named})


def _one(rule: Mapping[str, tuple[Template, ...]], name: str, row: Row) -> str:
    return rule[name][0].fill(row) if rule.get(name) else ""


def ready_made(name: str) -> Mapped:
    """Return a mapping that comes with the package.

    >>> ready_made("tripadvisor").system
    'tripadvisor'
    """
    return read(
        files("connectors.tables").joinpath(f"mappings/{name}.toml").read_text(encoding="utf-8"), name
    )


def named(mapping: str, zone: str | None = None, owner: str | None = None) -> Mapped:
    """Return the mapping of that name or in that file; `zone` and `owner` are for one that leaves them open.

    Raises:
        BadMapping: there is no such mapping, or it cannot be used.
    """
    if mapping in READY_MADE:
        text, name = (
            files("connectors.tables").joinpath(f"mappings/{mapping}.toml").read_text("utf-8"),
            mapping,
        )
    else:
        path = Path(mapping)
        try:
            with path.open("rb") as stream:
                text = stream.read(LONGEST_FILE).decode("utf-8")
        except (OSError, ValueError):
            raise BadMapping(
                f"{mapping[:200]!r} is neither a mapping file nor one of: {', '.join(READY_MADE)}"
            ) from None
        name = path.name
    return read(text, name, zone, owner)


def read(text: str, name: str, zone: str | None = None, owner: str | None = None) -> Mapped:
    """Read a mapping and check it.

    Raises:
        BadMapping: it is no TOML, says something that cannot be meant, or leaves open whose table it is; the
            sentence names it.
    """
    try:
        body = as_toml(text)
    except NotToml as error:
        raise BadMapping(f"{name}: the mapping is no TOML: {error}") from None
    _refuse_unknown(body, _TOP, name)
    rules = tuple(
        (kind, _owned(_rule(rule, kind, f"{name}: [[{kind}]] {number}"), owner, name))
        for kind in ("activity", "encounter")
        for number, rule in enumerate(_list(body, kind, name), 1)
    )
    if not rules:
        raise BadMapping(f"{name}: the mapping needs at least one [[activity]] or [[encounter]]")
    system = str(body.get("system", "table"))
    if not re.fullmatch(r"[A-Za-z][\w.-]{0,60}", system):
        raise BadMapping(f"{name}: system is {system[:60]!r}; write one word, as in tripadvisor")
    scale = scale_of(body.get("rating"))
    if scale is None and ("rating" in body or any("rating" in rule for _, rule in rules)):
        raise BadMapping(
            f"{name}: say which mark is the worst and which the best: [rating] with worst = 1 and best = 5"
        )
    return Mapped(
        name=name,
        system=system,
        rules=rules,
        zone=named_zone(_text(body, "zone", name) or zone),
        formats=_formats(body, name),
        separator=_text(body, "separator", name) or ";",
        sheet=_text(body, "sheet", name),
        nobody=frozenset(one.lower() for one in _texts(body, "nobody", name)),
        recognised_by=_texts(body, "recognised_by", name),
        verbs=_meanings(body, "verbs", {*Verb, _SKIP}, name),
        kinds=_meanings(body, "kinds", set(Modality), name),
        scale=scale,
    )


def _formats(body: Mapping[str, Any], name: str) -> tuple[str, ...]:
    found = _texts(body, "time_format", name)
    for form in found:
        if not is_format(form):
            raise BadMapping(f"{name}: time_format is {form[:60]!r}; write one such as %d/%m/%Y %H:%M")
    return found


def _refuse_unknown(body: Mapping[str, Any], known: frozenset[str], where: str) -> None:
    for key in body:
        if key not in known:
            raise BadMapping(f"{where}: {key[:60]!r} is not known; there are: {', '.join(sorted(known))}")


def _list(body: Mapping[str, Any], kind: str, name: str) -> list[Any]:
    found = body.get(kind, [])
    if not isinstance(found, list) or not all(isinstance(rule, dict) for rule in found):
        raise BadMapping(f"{name}: write each rule under [[{kind}]], in two brackets")
    return found


def _rule(rule: Mapping[str, Any], kind: str, where: str) -> dict[str, tuple[Template, ...]]:
    known = _ACTIVITY if kind == "activity" else _ENCOUNTER
    _refuse_unknown(rule, known, where)
    found = {key: tuple(map(Template, _texts(rule, key, where))) for key in rule}
    for needed in ("time", "actor", "verb") if kind == "activity" else ("time", "people"):
        if not any(template.text.strip() for template in found.get(needed, ())):
            raise BadMapping(
                f"{where}: {needed} is missing: say which column it is, as in {{Name of the column}}"
            )
    return {key: value for key, value in found.items() if any(one.text.strip() for one in value)}


def _owned(
    rule: dict[str, tuple[Template, ...]], owner: str | None, name: str
) -> Mapping[str, tuple[Template, ...]]:
    """Put the account of the table's owner in place of the word that stands for it."""
    left_open = [field for field in _ACCOUNTS if any(one.text == OWNER for one in rule.get(field, ()))]
    if left_open and not owner:
        raise BadMapping(
            f"{name}: {left_open[0]} leaves open whose table this is: write the account in place of owner, as in "
            "email:ann@acme.example, or import with --set owner=ann@acme.example"
        )
    account = Template(_account_of(owner or ""))
    return rule | {
        field: tuple(account if one.text == OWNER else one for one in rule[field]) for field in left_open
    }


def _account_of(owner: str) -> str:
    """Return what was given as an account: as it is, or of an address, or of a name."""
    if ":" in owner:
        return owner
    return f"email:{owner}" if "@" in owner else f"name:{owner}"


def _text(body: Mapping[str, Any], key: str, where: str) -> str | None:
    found = _texts(body, key, where)
    return found[0] if found else None


def _texts(body: Mapping[str, Any], key: str, where: str) -> tuple[str, ...]:
    found = body.get(key, [])
    values = [found] if isinstance(found, str) else found
    if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
        raise BadMapping(f"{where}: {key} is no text; write it in quotes")
    return tuple(value for value in values if value)


def _meanings(body: Mapping[str, Any], key: str, known: set[Any], name: str) -> Mapping[str, str]:
    found = body.get(key, {})
    if not isinstance(found, dict):
        raise BadMapping(f'{name}: write [{key}] with one line for each word, as in Idea = "post"')
    for word, meaning in found.items():
        if meaning not in known:
            told = ", ".join(sorted(str(one) for one in known))
            raise BadMapping(
                f"{name}: [{key}] {word[:60]!r} is {str(meaning)[:60]!r}, which is not one of: {told}"
            )
    return {word.lower(): str(meaning) for word, meaning in found.items()}
