"""The pieces that a report is told in: sentences whose numbers link to their meaning, numbers in words, sections."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite
from string import Formatter
from typing import TypeAlias

from influence.contract import headline as lead
from influence.contract.details.position import Position
from influence.contract.details.reach import Crossings, Reach
from influence.contract.details.spheres import Sources
from influence.contract.findings import Finding, Report
from influence.contract.language import because, listing, message, numbered, recognised, spoken, translated
from influence.contract.wording import (
    between,
    counted,
    form_between,
    form_of,
    number,
    people_between,
    phrase,
    plain,
    scale,
    unit_for,
    unit_of,
)
from reports.story.glossary import definition

WEIGHED, BY_ROW, BY_NAME = message("weighed"), message("by row"), message("by name")
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
RANGE_ONLY = because(
    "of most of the people outside the team nothing tells whether they have met the leader, so a single number would "
    "only repeat what is supposed of them"
)
NO_REASON = because("no reason was given")
TOO_LITTLE = "too little to say: "
"""So a reason begins that says how much is missing."""
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


Part: TypeAlias = str | Span | Sentence
"""What a sentence is filled with: words, a number that links, or another sentence."""


@dataclass(frozen=True)
class Number:
    """One finding in words. `known` is False where the value is missing; `reason` then says why.

    `amount` is the whole number whose form of a noun goes with `text`;
    `reading` says what high and low mean, where they mean anything; `counted` in which of three ways people are counted
    as met, in the language spoken, and `counting` among the words of the glossary.
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
    counting: str = ""
    amount: int = 2

    @property
    def shown(self) -> str:
        """The number with its unit; what cannot be told has none."""
        return f"{self.text} {self.unit}".rstrip() if self.known else self.text


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
    return worded(finding, as_range=is_range(report, finding))


def is_nobody(report: Report) -> bool:
    """Tell whether the headline, as it is shown, says that nobody never met responded."""
    found = lead.headline(report)
    held = lead.bounds(found)
    if held and lead.mostly_unknown(report):
        return held[1] <= 0
    return found.value is not None and found.value <= 0


def is_range(report: Report, finding: Finding) -> bool:
    """Tell whether a finding is shown as its range alone: of most of the people it counts nothing tells."""
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
    bounds = lead.bounds(finding)
    held = _ends(finding, bounds)
    crossed = _crossed(finding)
    known = tellable(finding) or crossed > 0
    as_range = as_range and bounds is not None
    counting = COUNTED.get(finding.name, "")
    return Number(
        name=finding.name,
        label=plain(meant.label),
        meaning=meant.meaning,
        text=(held or "") if as_range else number(crossed) if crossed else _text(finding),
        unit=_unit(finding, bounds if as_range else None),
        known=known,
        bounds=None if as_range else held,
        interval=None if as_range and finding.unit == "people" else _ends(finding, finding.interval),
        reason=why(finding) if finding.reason or not known else None,
        note=None if as_range else _note(finding),
        reading=meant.reading,
        counted=translated(counting),
        counting=counting,
        amount=_amount(finding, bounds if as_range else None, crossed),
    )


def tellable(finding: Finding) -> bool:
    """Tell whether a finding has a value that is a number."""
    return finding.value is not None and isfinite(finding.value)


def why(finding: Finding) -> str:
    """Say in the language spoken why a finding tells nothing, as the end of a sentence: without a full stop."""
    return recognised(plain(finding.reason or NO_REASON).rstrip("."))


def why_too_little(finding: Finding) -> str:
    """Say why a finding tells nothing, without saying again that it is too little."""
    return recognised(plain(finding.reason or NO_REASON).rstrip(".").removeprefix(TOO_LITTLE))


def _amount(finding: Finding, held: tuple[float, float] | None, crossed: int) -> int:
    """Return the whole number whose form of a noun goes with a finding as it is shown."""
    half_up = finding.name != "reach_3"
    if held is not None and finding.unit == "people":
        return form_between(*held, half_up=half_up)
    if held is not None or finding.value is None or not isfinite(finding.value):
        return crossed or 2
    if not half_up:
        return form_between(finding.value, finding.value, half_up=False)
    return form_of(finding.value, finding.unit)


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


def _unit(finding: Finding, held: tuple[float, float] | None) -> str:
    if held is not None:
        return unit_of(finding.unit, _amount(finding, held, 0))
    return unit_of(finding.unit) if finding.value is None else unit_for(finding.value, finding.unit)


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


def say(pattern: str, **parts: Part) -> Sentence:
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


def in_words(text: str) -> Sentence:
    """Return what is said already as a sentence."""
    return Sentence((Span(plain(text)),))


def _pieces(part: Part) -> tuple[Span, ...]:
    if isinstance(part, str):
        return (Span(plain(part)),)
    return (part,) if isinstance(part, Span) else part.spans


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
    shown = told(report, report.findings[name])
    if one and shown.known:
        return Span(f"{shown.text} {numbered(one, many, shown.amount)}", name)
    return Span(shown.text, name)


def rate(report: Report, name: str) -> Span:
    """Return a rate with its unit as a piece of a sentence that links to its meaning."""
    return Span(phrase(report.findings[name].value, report.findings[name].unit), name)


def interval_of(report: Report, name: str) -> str:
    """Return a finding's 95 % interval in words; empty where it has none."""
    return _ends(report.findings[name], report.findings[name].interval) or ""


def cannot_tell(report: Report, *names: str) -> tuple[Sentence, ...]:
    """Say of the findings without a value why: those with the same reason in one sentence."""
    by_reason: dict[str, list[Number]] = {}
    for one in numbers(report, *names):
        if not one.known:
            by_reason.setdefault(one.reason or "", []).append(one)
    return tuple(
        say("Cannot tell {what}: {why}.", what=linked(missing), why=reason)
        for reason, missing in by_reason.items()
    )


def row(parts: Sequence[Part]) -> Sentence:
    """Set parts of a sentence beside each other, with a semicolon between them.

    >>> str(row(["one", "two"]))
    'one; two'
    """
    spans: list[Span] = []
    for part in parts:
        spans += [*([Span("; ")] if spans else []), *_pieces(part)]
    return Sentence(tuple(spans))


def linked(found: Sequence[Number]) -> Sentence:
    """List numbers by their labels, each a link to its meaning."""
    return listed(*(Span(in_a_sentence(one.label), one.name) for one in found))


def listed(*pieces: Span) -> Sentence:
    """List pieces as the language does; each keeps where it leads.

    >>> str(listed(Span("Ann", anchor="person-1"), Span("Bo")))
    'Ann and Bo'
    """
    places = listing([f"{{{place}}}" for place in range(len(pieces))])
    spans = []
    for literal, place, _, _ in Formatter().parse(places):
        spans += [Span(literal)] if literal else []
        spans += [pieces[int(place)]] if place else []
    return Sentence(tuple(spans))


def in_a_sentence(label: str) -> str:
    """Write a label inside a sentence: small in English, where a capital only begins it.

    >>> in_a_sentence("Time to an answer"), in_a_sentence("PageRank")
    ('time to an answer', 'PageRank')
    """
    small = label[1:].islower() and not spoken().large_nouns
    return label[:1].lower() + label[1:] if small else label


def _crossed(finding: Finding) -> int:
    """Return how many people have crossed, where only those are known by name."""
    if finding.name != "crossings" or finding.value is not None:
        return 0
    held = finding.told(Crossings)
    return len({*held.digital_first, *held.met_then_digital})


def _note(finding: Finding) -> str | None:
    place, inferred = finding.told(Position), finding.told(Reach).with_inferred
    if place.percentile is not None and place.of is not None:
        share, everybody = number(place.percentile / 100, "share"), counted(place.of, "person", "people")
        pattern = (
            translated("{share} of {n} have a lower value")
            if place.better == "lower"
            else translated("higher than {share} of {n}")
        )
        return pattern.format(share=share, n=everybody)
    if inferred is not None:
        counted_too = number(inferred, finding.unit)
        return translated("with inferred responses counted too: {n}").format(n=counted_too)
    return None
