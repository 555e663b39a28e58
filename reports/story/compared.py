"""People side by side in words, or one person in two windows: who does what, what tells them apart, every measure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

from influence.contract.compared import Compared, Line, Role, Side, Value
from influence.contract.language import listing, numbered, recognised, translated
from influence.contract.wording import counted, number, plain
from reports.story.glossary import FAMILIES, definition
from reports.story.weekly import WEEKS, value_of, within_of
from reports.story.wording import period, shortened

_NAME = 60


@dataclass(frozen=True)
class Valued:
    """A value in words, and between what it lies; `within` is empty where nothing says so."""

    text: str
    within: str

    def __str__(self) -> str:
        """Say both; what stands in brackets stays on one line."""
        return f"{self.text} ({self.within.replace(' ', chr(160))})" if self.within else self.text


@dataclass(frozen=True)
class Row:
    """One measure of every side, and the heading under which it stands."""

    label: str
    values: tuple[Valued, ...]
    family: str


@dataclass(frozen=True)
class ToldApart:
    """A measure that tells sides apart: a sentence; for a picture its name, who has which value, and which pairs."""

    sentence: str
    measure: str
    sides: tuple[str, ...]
    values: tuple[Valued, ...]
    held: tuple[Value, ...]
    pairs: str
    whole: float


@dataclass(frozen=True)
class Told:
    """A comparison: of whom, when, the lead, what each mostly does, what is told apart, every measure, the limits."""

    kind: str
    who: str
    when: str
    lead: str
    apart: tuple[ToldApart, ...]
    drawn: str
    roles: tuple[str, ...]
    ways: str
    sides: tuple[str, ...]
    rows: tuple[Row, ...]
    notes: tuple[str, ...]
    limits: tuple[str, ...]
    notice: str | None = None


def told(compared: Compared) -> Told:
    """Say a comparison; sides stay in the order in which they were asked for."""
    sides = tuple(_label(compared, side) for side in compared.sides)
    apart = sum(one.apart for one in compared.differences)
    names = dict.fromkeys(_name(side) for side in compared.sides)
    return Told(
        kind=translated("One person in two windows") if compared.one_person else translated("Side by side"),
        who=listing([*names]),
        when=_when(compared),
        lead=_lead(compared, apart),
        apart=tuple(_apart(compared, sides)),
        drawn=translated(
            "The dot is the value, the bar its 95 % interval. Each measure has a scale of its own, from nothing; of "
            "shares it goes to all."
        ),
        roles=tuple(_role(_of(compared, side), side.role) for side in compared.sides),
        ways=translated(
            "An act connects if it shares, quotes or names two others; it answers if it responds to somebody; it "
            "begins if it turns to eight people or fewer, or to nobody by name and is answered; it listens if it "
            "reacts, follows or looks; else it broadcasts."
        ),
        sides=sides,
        rows=tuple(sorted(map(_row, compared.lines), key=lambda row: _place(row.family))),
        notes=(_weeks(compared, sides), *_brackets(compared)),
        limits=(
            *map(recognised, compared.reasons),
            translated("The order is that of the question; it is no rank."),
        ),
        notice=compared.notice,
    )


def _name(side: Side) -> str:
    return shortened(plain(side.name) or side.person, _NAME)


def _label(compared: Compared, side: Side) -> str:
    return period(side.window) if compared.one_person else _name(side)


def _of(compared: Compared, side: Side) -> str:
    if not compared.one_person:
        return _name(side)
    return translated("{who} ({when})").format(who=_name(side), when=period(side.window))


def _when(compared: Compared) -> str:
    if compared.one_person:
        return listing([period(side.window) for side in compared.sides])
    return period(compared.sides[0].window)


def _lead(compared: Compared, apart: int) -> str:
    if not compared.differences:
        return translated("Nothing here has an interval, so nothing can be told apart.")
    tested = counted(len(compared.differences), "difference", "differences")
    if not apart:
        return translated("Of {tested} that could be tested none is more than chance may make.").format(
            tested=tested
        )
    pattern = numbered(
        "Of {tested} that could be tested {n} is more than chance may make.",
        "Of {tested} that could be tested {n} are more than chance may make.",
        apart,
    )
    return pattern.format(tested=tested, n=number(apart))


def _apart(compared: Compared, sides: tuple[str, ...]) -> Iterator[ToldApart]:
    """Say what tells sides apart, measure by measure: the value of each, then which pairs, by the shorter list."""
    for line in compared.lines:
        of_this = [one for one in compared.differences if one.apart and one.measure == line.name]
        if not of_this:
            continue
        places, measure = _told(line), _measure(line)
        apart = {(min(one.one, one.other), max(one.one, one.other)) for one in of_this}
        together = set(combinations(places, 2)) - apart
        sentence, short = _patterns(few=len(apart) < len(together), every=not together)
        named = sorted(apart if len(apart) < len(together) else together)
        pairs = "; ".join(listing([sides[one], sides[other]]) for one, other in named)
        values = listing([_said_of(line, place, sides[place]) for place in places])
        yield ToldApart(
            sentence=sentence.format(measure=measure, values=values, pairs=pairs),
            measure=measure,
            sides=tuple(sides[place] for place in places),
            values=tuple(_valued(line, line.values[place]) for place in places),
            held=tuple(line.values[place] for place in places),
            pairs=short.format(pairs=pairs),
            whole=1.0 if line.unit == "share" else 0.0,
        )


def _patterns(*, few: bool, every: bool) -> tuple[str, str]:
    """Return how a sentence says which pairs are told apart, and how a line beside a picture does."""
    if every:
        return translated("{measure}: {values}."), ""
    if few:
        return translated("{measure}: {values}; told apart: {pairs}."), translated("Told apart: {pairs}.")
    return translated("{measure}: {values}; not told apart: {pairs}."), translated("Not told apart: {pairs}.")


def _told(line: Line) -> list[int]:
    """Return the places of the sides that have a value."""
    return [place for place, one in enumerate(line.values) if one.value is not None]


def _said_of(line: Line, place: int, who: str) -> str:
    return translated("{who} {value}").format(who=who, value=_valued(line, line.values[place]))


def _valued(line: Line, one: Value) -> Valued:
    return Valued(
        value_of(one.value, line.unit, weekly=line.weekly),
        within_of(one.value, one.interval, line.unit, weekly=line.weekly),
    )


def _measure(line: Line) -> str:
    label = definition(line.name).label or line.name
    if not line.weekly:
        return label
    return translated("{measure}, in {weeks} active weeks").format(measure=label, weeks=WEEKS)


def _row(line: Line) -> Row:
    values = tuple(_valued(line, one) for one in line.values)
    return Row(_measure(line), values, definition(line.name).family)


def _place(family: str) -> int:
    """Return where a heading stands among those of the glossary; what another package names comes last."""
    return FAMILIES.index(family) if family in FAMILIES else len(FAMILIES)


def _weeks(compared: Compared, sides: tuple[str, ...]) -> str:
    if not any(side.of for side in compared.sides):
        return translated("These are ties without times.")
    weeks = [
        translated("{who} {n} of {of}").format(who=name, n=number(side.weeks), of=number(side.of))
        for name, side in zip(sides, compared.sides, strict=True)
    ]
    return translated("Weeks in which anything was done: {weeks}.").format(weeks=listing(weeks))


def _brackets(compared: Compared) -> tuple[str, ...]:
    """Say what stands in brackets, where anything does, and what it means where nothing does."""
    if not any(one.interval for line in compared.lines for one in line.values):
        return ()
    none = translated(
        "A number without brackets has none: it is a count of what is on record, or the report gives it no interval."
    )
    return (f"{translated('In brackets stands the 95 % interval.')} {none}",)


def _role(who: str, role: Role) -> str:
    if role.reason is not None:
        return translated("What {who} mostly does cannot be told: {why}.").format(
            who=who, why=recognised(role.reason)
        )
    patterns = {
        "answers": translated("{who} mostly answers: of {acts} {times}."),
        "begins": translated("{who} mostly begins: of {acts} {times}."),
        "connects": translated("{who} mostly connects: of {acts} {times}."),
        "broadcasts": translated("{who} mostly broadcasts: of {acts} {times}."),
        "listens": translated("{who} mostly listens: of {acts} {times}."),
        None: translated("{who} does no one thing more than all others: of {acts} {times}."),
    }
    return patterns[role.mostly].format(
        who=who, acts=counted(role.acts, "act", "acts"), times=listing(list(_times(role)))
    )


def _times(role: Role) -> Iterator[str]:
    for way, times in role.times.items():
        if times:
            yield _counted(way, times)


def _counted(way: str, times: int) -> str:
    patterns = {
        "answers": numbered("{n} answers", "{n} answer", times),
        "begins": numbered("{n} begins", "{n} begin", times),
        "connects": numbered("{n} connects", "{n} connect", times),
        "broadcasts": numbered("{n} broadcasts", "{n} broadcast", times),
        "listens": numbered("{n} listens", "{n} listen", times),
    }
    return patterns[way].format(n=number(times))
