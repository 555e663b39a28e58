"""The pieces that a report is told in: sentences whose numbers link to their meaning, numbers in words, sections."""

from __future__ import annotations

from dataclasses import dataclass
from string import Formatter

from influence.contract.details.position import Position
from influence.contract.details.reach import Crossings, Reach
from influence.contract.findings import Finding, Report
from reports.story.glossary import definition
from reports.story.wording import between, counted, number, plain, unit_of


@dataclass(frozen=True)
class Span:
    """A piece of a sentence; `about` names the finding that a number in it comes from."""

    text: str
    about: str | None = None


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

    `reading` says what high and low mean, where they mean anything.
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
    """Word the number that leads every report: reach_4, the people beyond."""
    finding = report.findings.get("reach_4") or report.findings.get("reach_beyond")
    if finding is None:
        finding = Finding("reach_4", None, "people", reason="this report does not hold it")
    return worded(finding)


def worded(finding: Finding) -> Number:
    """Word one finding.

    >>> worded(Finding("reach_4", 17.47, "people", low=16.57, high=17.57, interval=(12.1, 22.8))).interval
    '12 to 23'
    >>> worded(Finding("beyond_share", None, "share", reason="nobody responded")).text
    'cannot tell'
    """
    meant, unit = definition(finding.name), finding.unit
    bounds = (
        between(finding.low, finding.high, unit)
        if finding.low is not None and finding.high is not None
        else None
    )
    text = _crossed(finding) or number(finding.value, unit)
    known = finding.value is not None
    return Number(
        name=finding.name,
        label=plain(meant.label),
        meaning=meant.meaning,
        text=text,
        unit=unit_of(unit, one=text == "1"),
        known=known or bool(_crossed(finding)),
        bounds=bounds,
        interval=between(*finding.interval, unit) if finding.interval else None,
        reason=plain(finding.reason) if finding.reason else (None if known else "no reason was given"),
        note=_note(finding),
        reading=meant.reading,
    )


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
    return tuple(worded(report.findings[name]) for name in names if name in report.findings)


def say(pattern: str, **parts: str | Span) -> Sentence:
    """Fill a pattern of our own with pieces; a piece is never read as a pattern.

    >>> str(say("{who} wrote.", who="{x}"))
    '{x} wrote.'
    """
    spans: list[Span] = []
    for literal, name, _, _ in Formatter().parse(pattern):
        if literal:
            spans.append(Span(literal))
        if name:
            part = parts[name]
            spans.append(part if isinstance(part, Span) else Span(plain(part)))
    return Sentence(tuple(spans))


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
    """Return a finding's value as a piece of a sentence that links to its meaning, with a noun if one is given."""
    finding = report.findings[name]
    text = number(finding.value, finding.unit)
    if one and finding.value is not None:
        text = f"{text} {one if text == '1' else many}"
    return Span(text, name)


def interval_of(report: Report, name: str) -> str:
    """Return a finding's 95 % interval in words; empty where it has none."""
    finding = report.findings[name]
    return between(*finding.interval, finding.unit) if finding.interval else ""


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


def leader_name(report: Report) -> str:
    """Return the leader's name, or the id where no name is known."""
    return plain(report.leader.get("name") or "") or plain(report.leader.get("person", "")) or "the leader"


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
