"""The pieces that a report is told in: sentences whose numbers link to their meaning, numbers in words, sections."""

from __future__ import annotations

from dataclasses import dataclass
from string import Formatter

from influence.contract import headline as lead
from influence.contract.details.position import Position
from influence.contract.details.reach import Crossings, Reach
from influence.contract.details.spheres import Sources
from influence.contract.findings import Finding, Report
from influence.contract.language import translated
from influence.contract.wording import (
    CANNOT_TELL,
    between,
    counted,
    noun,
    number,
    people_between,
    phrase,
    plain,
    scale,
    unit_for,
    unit_of,
)
from reports.story.glossary import definition

WEIGHED, BY_ROW, BY_NAME = "weighed", "by row", "by name"
"""The three ways in which people are counted as met or not; each stands among the words of the glossary."""
COUNTED = {
    "reach_3": WEIGHED,
    "reach_4": WEIGHED,
    "reach_beyond": WEIGHED,
    "sources": WEIGHED,
    "unseen": WEIGHED,
    "before_contact": BY_ROW,
    "crossings": BY_NAME,
}
RANGE_ONLY = (
    "of most of the people outside the team nothing tells whether they have met the leader, so a single number would "
    "only repeat what is supposed of them"
)
_HELD_BY_RANGE = ("reach_3", "reach_4", "reach_beyond", "trend_slope")


@dataclass(frozen=True)
class Span:
    """A piece of a sentence; `about` names the finding that a number in it comes from.

    `anchor` is what else of the report it leads to: a person's row, a word of the glossary.
    """

    text: str
    about: str | None = None
    anchor: str | None = None


@dataclass(frozen=True)
class Sentence:
    """One sentence in pieces, so that a format can link each number to its definition.

    >>> str(Sentence((Span("12 people", "reach_2"), Span(" responded."))))
    '12 people responded.'
    """

    spans: tuple[Span, ...]

    def __str__(self) -> str:
        return "".join(span.text for span in self.spans)


@dataclass(frozen=True)
class Number:
    """One finding in words. `known` is False where the value is missing; `reason` then says why.

    `reading` says what high and low mean, where they mean anything; `counted` in which of three ways people are counted
    as met.
    """

    name: str
    label: str
    meaning: str
    text: str
    unit: str
    known: bool
    bounds: str | None = None
    interval: str | None = None
    reason: str | None = None
    note: str | None = None
    reading: str = ""
    counted: str = ""


@dataclass(frozen=True)
class Section:
    """One question of the report, answered in sentences and numbers; the first sentence is the answer.

    `untold` says what cannot be told, and why.
    """

    key: str
    question: str
    sentences: tuple[Sentence, ...]
    numbers: tuple[Number, ...] = ()
    untold: tuple[Sentence, ...] = ()


def headline(report: Report) -> Number:
    """Word the number that leads every report: reach_4, the people beyond; the range where most is unknown."""
    return told(report, lead.headline(report))


def told(report: Report, finding: Finding) -> Number:
    """Word one finding as this report shows it: as its range where of most people it counts nothing tells."""
    if finding.name == "unseen" and lead.mostly_unknown(report):
        finding = Finding(finding.name, None, finding.unit, reason=RANGE_ONLY)
    return worded(finding, as_range=_is_range(report, finding))


def _is_range(report: Report, finding: Finding) -> bool:
    held = lead.bounds(finding)
    if held is None:
        return False
    if finding.name in _HELD_BY_RANGE:
        return lead.mostly_unknown(report)
    if finding.name == "sources":
        everybody = sum(row.people or 0 for row in (finding.told(Sources).by_sphere or {}).values())
        return 2 * (held[1] - held[0]) > everybody
    return finding.name == "before_contact" and 2 * (held[1] - held[0]) > held[1]


def worded(finding: Finding, *, as_range: bool = False) -> Number:
    """Word one finding.

    >>> worded(Finding("reach_4", 17.47, "people", low=16.57, high=17.57, interval=(12.1, 22.8))).interval
    '12 to 23'
    >>> worded(Finding("reach_4", 1.8, "people", low=0.0, high=2.0), as_range=True).text
    '0 to 2'
    >>> worded(Finding("beyond_share", None, "share", reason="nobody responded")).text
    'cannot tell'
    """
    meant = definition(finding.name)
    held = _ends(finding, lead.bounds(finding))
    text = held if as_range and held else _crossed(finding) or _text(finding)
    known = text != CANNOT_TELL
    return Number(
        name=finding.name,
        label=plain(meant.label),
        meaning=meant.meaning,
        text=text,
        unit=_unit(finding, text, as_range=as_range),
        known=known,
        bounds=None if as_range else held,
        interval=None if as_range and finding.unit == "people" else _ends(finding, finding.interval),
        reason=plain(finding.reason) if finding.reason else (None if known else "no reason was given"),
        note=None if as_range else _note(finding),
        reading=meant.reading,
        counted=COUNTED.get(finding.name, ""),
    )


def _text(finding: Finding) -> str:
    """Word a value; met is rounded half down, so that met and never met add up to the people there are."""
    if finding.name == "reach_3" and finding.value is not None and finding.unit == "people":
        return people_between(finding.value, finding.value, half_up=False)
    return number(finding.value, finding.unit)


def _ends(finding: Finding, held: tuple[float, float] | None) -> str | None:
    if held is None:
        return None
    if finding.name == "reach_3" and finding.unit == "people":
        return people_between(*held, half_up=False)
    return between(*held, finding.unit, of=scale(finding.value or 0.0, finding.unit))


def _unit(finding: Finding, text: str, *, as_range: bool) -> str:
    if as_range or finding.value is None:
        return unit_of(finding.unit, one=noun(text) == "person")
    return unit_for(finding.value, finding.unit)


def section(
    key: str,
    question: str,
    told: tuple[Sentence, ...],
    shown: tuple[Number, ...],
    untold: tuple[Sentence, ...],
) -> Section:
    """Make a section; where nothing can be told, why not is its answer."""
    known = tuple(one for one in shown if one.known)
    return Section(key, question, told, known, untold) if told else Section(key, question, untold, known)


def numbers(report: Report, *names: str) -> tuple[Number, ...]:
    """Word those of some findings that the report holds."""
    return tuple(told(report, report.findings[name]) for name in names if name in report.findings)


def say(pattern: str, **parts: str | Span | Sentence) -> Sentence:
    """Fill a pattern of our own, in the language spoken, with pieces; a piece is never read as a pattern.

    >>> str(say("{who} wrote.", who="{x}"))
    '{x} wrote.'
    """
    spans: list[Span] = []
    for literal, name, _, _ in Formatter().parse(translated(pattern)):
        if literal:
            spans.append(Span(literal))
        if name:
            spans += _pieces(parts[name])
    return Sentence(tuple(spans))


def _pieces(part: str | Span | Sentence) -> tuple[Span, ...]:
    if isinstance(part, Sentence):
        return part.spans
    return (part if isinstance(part, Span) else Span(plain(part)),)


def joined(*sentences: Sentence) -> tuple[Sentence, ...]:
    """Make one paragraph of sentences that belong together; none of none.

    >>> [str(one) for one in joined(say("It rose."), say("Then it fell."))]
    ['It rose. Then it fell.']
    """
    spans: list[Span] = []
    for sentence in sentences:
        spans += [Span(" "), *sentence.spans] if spans else sentence.spans
    return (Sentence(tuple(spans)),) if spans else ()


def span(report: Report, name: str, one: str = "", many: str = "") -> Span:
    """Return a finding's value as a piece of a sentence that links to its meaning, with a noun if one is given.

    Where of most of the people it counts nothing tells, it is their range.
    """
    text = told(report, report.findings[name]).text
    if one and text != CANNOT_TELL:
        text = f"{text} {noun(text, one, many)}"
    return Span(text, name)


def rate(report: Report, name: str) -> Span:
    """Return a rate with its unit as a piece of a sentence that links to its meaning."""
    return Span(phrase(report.findings[name].value, report.findings[name].unit), name)


def interval_of(report: Report, name: str) -> str:
    """Return a finding's 95 % interval in words; empty where it has none."""
    return _ends(report.findings[name], report.findings[name].interval) or ""


def cannot_tell(report: Report, *names: str) -> tuple[Sentence, ...]:
    """Say of the findings without a value why: those with the same reason in one sentence."""
    by_reason: dict[str, list[str]] = {}
    for one in numbers(report, *names):
        if not one.known:
            by_reason.setdefault((one.reason or "").rstrip("."), []).append(one.name)
    sentences = []
    for reason, missing in by_reason.items():
        labels = [definition(name).label.lower() for name in missing]
        spans = [Span("Cannot tell ")]
        for place, (name, label) in enumerate(zip(missing, labels, strict=True)):
            spans += [Span(_joint(place, len(labels))), Span(label, name)]
        sentences.append(Sentence((*spans, Span(f": {plain(reason)}."))))
    return tuple(sentences)


def _joint(place: int, of: int) -> str:
    return "" if place == 0 else " and " if place == of - 1 else ", "


def listing(words: list[str]) -> str:
    """Join words as a sentence lists them.

    >>> listing(["a"]), listing(["a", "b", "c"])
    ('a', 'a, b and c')
    """
    return "".join(f"{_joint(place, len(words))}{word}" for place, word in enumerate(words))


def listed(*spans: Span) -> Sentence:
    """Join pieces as a sentence lists them; each keeps where it leads.

    >>> str(listed(Span("Ann", anchor="person-1"), Span("Bo")))
    'Ann and Bo'
    """
    pieces = [(Span(_joint(place, len(spans))), one) for place, one in enumerate(spans)]
    return Sentence(tuple(span for pair in pieces for span in pair if span.text))


def _crossed(finding: Finding) -> str:
    if finding.name != "crossings" or finding.value is not None:
        return ""
    held = finding.told(Crossings)
    persons = {*held.digital_first, *held.met_then_digital}
    return number(len(persons)) if persons else ""


def _note(finding: Finding) -> str | None:
    place, inferred = finding.told(Position), finding.told(Reach).with_inferred
    if place.percentile is not None and place.of is not None:
        share, everybody = number(place.percentile / 100, "share"), counted(place.of, "person", "people")
        if place.better == "lower":
            return f"{share} of {everybody} have a lower value"
        return f"higher than {share} of {everybody}"
    if inferred is not None:
        return f"with inferred responses counted too: {number(inferred, finding.unit)}"
    return None
