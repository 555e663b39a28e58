"""Findings as ordered sections in plain words, so that page, slides and PDF tell the same story."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from string import Formatter

from influence.findings import Finding, Report
from reports.glossary import FINDINGS, definition
from reports.wording import CANNOT_TELL, between, counted, month, number, period, plain

CAUTION = (
    "This is consistent with influence. It does not show that the leader caused it: people who are alike "
    "also act alike (Shalizi and Thomas 2011)."
)
AUDIENCE_APART = "Audience is never added to reach: a person who could see an item has not responded to it."
POSITION = ("pagerank", "betweenness", "constraint", "core_number")


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
    """One finding in words. `known` is False where the value is missing; `reason` then says why."""

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


@dataclass(frozen=True)
class Section:
    """One question of the report, answered in sentences and numbers."""

    key: str
    question: str
    sentences: tuple[Sentence, ...]
    numbers: tuple[Number, ...] = ()


def story(report: Report) -> tuple[Section, ...]:
    """Tell a report as six questions and their answers, in the order in which a reader asks them."""
    return (
        Section("beyond", "How far beyond the people met?", _beyond(report), (headline(report),)),
        Section(
            "people",
            "Who are they?",
            _who(report),
            _numbers(report, "own_output", "reach_2", "reach_3", "reach_4"),
        ),
        Section("conversations", "By which conversations?", _conversations(report)),
        Section("trend", "How did it move, month by month?", _trend(report)),
        Section("coverage", "What was covered, and what was not?", _coverage(report)),
        Section("limits", "What are the limits?", _limits(report), _numbers(report, *POSITION)),
    )


def headline(report: Report) -> Number:
    """Word the number that leads every report: reach_4, the people beyond."""
    finding = report.findings.get("reach_4") or report.findings.get("reach_beyond")
    if finding is None:
        finding = Finding("reach_4", None, "people", reason="this report does not hold it")
    return worded(finding)


def all_numbers(report: Report) -> tuple[Number, ...]:
    """Word every finding of the report: those defined here in their order, then any others by name."""
    others = sorted(set(report.findings) - set(FINDINGS))
    return _numbers(report, *FINDINGS, *others)


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
    known = finding.value is not None
    return Number(
        name=finding.name,
        label=plain(meant.label),
        meaning=meant.meaning,
        text=_crossed(finding) or number(finding.value, unit),
        unit="" if unit in {"share", "score", "ratio"} else plain(unit),
        known=known or bool(_crossed(finding)),
        bounds=bounds,
        interval=between(*finding.interval, unit) if finding.interval else None,
        reason=plain(finding.reason) if finding.reason else (None if known else "no reason was given"),
        note=_note(finding),
    )


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


def leader_name(report: Report) -> str:
    """Return the leader's name, or the id where no name is known."""
    return plain(report.leader.get("name") or "") or plain(report.leader.get("person", "")) or "the leader"


def _numbers(report: Report, *names: str) -> tuple[Number, ...]:
    return tuple(worded(report.findings[name]) for name in names if name in report.findings)


def _value(report: Report, name: str) -> float | None:
    finding = report.findings.get(name)
    return None if finding is None else finding.value


def _span(report: Report, name: str, one: str = "", many: str = "") -> Span:
    finding = report.findings[name]
    text = number(finding.value, finding.unit)
    if one and finding.value is not None:
        text = counted(finding.value, one, many)
    return Span(text, name)


def _crossed(finding: Finding) -> str:
    if finding.name != "crossings" or finding.value is not None:
        return ""
    persons = [*finding.detail.get("digital_first", ()), *finding.detail.get("met_then_digital", ())]
    return number(len(set(persons))) if persons else ""


def _note(finding: Finding) -> str | None:
    detail: Mapping[str, object] = finding.detail
    place, of, inferred = detail.get("percentile"), detail.get("of"), detail.get("with_inferred")
    if isinstance(place, (int, float)) and isinstance(of, (int, float)):
        return f"higher than {number(place / 100, 'share')} of {counted(of, 'person', 'people')}"
    if isinstance(inferred, (int, float)):
        return f"with inferred responses counted too: {number(float(inferred), finding.unit)}"
    return None


def _beyond(report: Report) -> tuple[Sentence, ...]:
    lead = headline(report)
    who, when = leader_name(report), period(report.window)
    if not lead.known:
        return (
            say("{cannot}: {why}.", cannot=CANNOT_TELL.capitalize(), why=(lead.reason or "").rstrip(".")),
        )
    if not report.people:
        return (say("Nobody is on record as having responded to {who}, {when}.", who=who, when=when),)
    if lead.text == "0":
        pattern = "Nobody who had never met {who} face to face is on record as having responded, {when}."
        return (say(pattern, who=who, when=when), *_inferred(report), *_chain(report))
    people = "person" if lead.text == "1" else "people"
    first = say(
        "About {n} "
        + people
        + " who had never met {who} face to face responded, first-hand or through others, "
        "{when}.",
        n=Span(lead.text, lead.name),
        who=who,
        when=when,
    )
    return (
        first,
        *_mostly_unknown(report),
        *_near(report),
        *_inferred(report),
        *_chain(report),
        say(CAUTION),
    )


def _mostly_unknown(report: Report) -> tuple[Sentence, ...]:
    """Say at once where the number rests on people of whom nothing tells whether they have met."""
    outside = [reached for reached in report.people if reached.step != 2]
    unknown = sum(not reached.known for reached in outside)
    if 2 * unknown <= len(outside):
        return ()
    pattern = (
        "Take it with care: of {unknown} of the {outside} outside the team nothing tells whether they have met, "
        "so the true number can lie anywhere within the bounds. A calendar would tell."
    )
    return (say(pattern, unknown=f"{unknown:,}", outside=counted(len(outside), "person", "people")),)


def _near(report: Report) -> tuple[Sentence, ...]:
    if _value(report, "beyond_share") is None:
        return ()
    share = _span(report, "beyond_share")
    if _value(report, "beyond_ratio") is None:
        return (say("They are {share} of all who responded.", share=share),)
    pattern = "They are {share} of all who responded: {ratio} beyond for each one near."
    return (say(pattern, share=share, ratio=_span(report, "beyond_ratio")),)


def _inferred(report: Report) -> tuple[Sentence, ...]:
    finding = report.findings.get("reach_4") or report.findings["reach_beyond"]
    with_them, without = finding.detail.get("with_inferred"), finding.detail.get("without_inferred")
    sentences = []
    if isinstance(with_them, (int, float)) and with_them != finding.value:
        more = Span(number(float(with_them)), finding.name)
        sentences.append(
            say("Counting the responses that the program inferred, it would be {more}.", more=more)
        )
    if isinstance(without, (int, float)) and without != finding.value:
        less = Span(number(float(without)), finding.name)
        sentences.append(say("Counting only responses that a source states, it would be {less}.", less=less))
    return tuple(sentences)


def _chain(report: Report) -> tuple[Sentence, ...]:
    if _value(report, "first_hand") is None or _value(report, "passed_on") is None:
        return ()
    first, passed = _span(report, "first_hand", "person", "people"), _span(report, "passed_on")
    return (say("Of all who responded, {a} did so first-hand; {b} through others.", a=first, b=passed),)


def _who(report: Report) -> tuple[Sentence, ...]:
    if not report.people:
        return (say("No person in this window is on record as having responded."),)
    unknown = sum(not reached.known and reached.step != 2 for reached in report.people)
    sentences = [
        say(
            "{n} responded. Every one is in exactly one row below, by the likelier case; the sums weigh "
            "each by its probability.",
            n=Span(counted(len(report.people), "person", "people")),
        )
    ]
    if unknown:
        pattern = (
            "Of {n} nothing tells whether they have met: marked unknown, and the bounds show both cases."
        )
        sentences.append(say(pattern, n=counted(unknown, "person", "people")))
    return (*sentences, *_crossing_sentences(report))


def _crossing_sentences(report: Report) -> tuple[Sentence, ...]:
    finding = report.findings.get("crossings")
    if finding is None:
        return ()
    first, after = (len(finding.detail.get(key, ())) for key in ("digital_first", "met_then_digital"))
    sentences = []
    if first:
        text = Span(counted(first, "person", "people"), "crossings")
        sentences.append(say("{n} responded first and met the leader later.", n=text))
    if after:
        text = Span(counted(after, "person", "people"), "crossings")
        sentences.append(say("{n} had met the leader and went on only digitally.", n=text))
    return tuple(sentences)


def _conversations(report: Report) -> tuple[Sentence, ...]:
    if not report.conversations:
        return (say("No conversation with a response is on record in this window."),)
    count = counted(len(report.conversations), "conversation", "conversations")
    return (say("{n} drew responses. Open a row to see who responded, when and where.", n=count),)


def _trend(report: Report) -> tuple[Sentence, ...]:
    if not report.trend:
        return (say("There are no dated responses to follow from month to month."),)
    if len(report.trend) == 1:
        only = report.trend[0]
        return (say("There is one month only, {m}: no movement can be told.", m=month(only.month)),)
    best = max(report.trend, key=lambda row: row.reach_4)
    sentence = say(
        "The highest month was {m}, with about {n} never met. Each month is counted on its own, so months do "
        "not add up to the window's number.",
        m=month(best.month),
        n=Span(counted(best.reach_4, "person", "people"), "reach_4"),
    )
    return (sentence,)


def _coverage(report: Report) -> tuple[Sentence, ...]:
    if not report.coverage:
        return (say("No source was read."),)
    gaps = sum(len(row.missing_months) for row in report.coverage)
    aside = sum(row.set_aside for row in report.coverage)
    gap_words = counted(gaps, "month is", "months are") + " missing" if gaps else "no month is missing"
    aside_words = counted(aside, "row was", "rows were") + " set aside" if aside else "nothing was set aside"
    pattern = "{n} read; {gaps}; {aside}. Whatever happened elsewhere is not in this report."
    sources = counted(len(report.coverage), "source was", "sources were")
    return (say(pattern, n=sources, gaps=gap_words, aside=aside_words),)


def _limits(report: Report) -> tuple[Sentence, ...]:
    given = tuple(say("{reason}", reason=reason) for reason in report.reasons)
    return (
        given
        if any("consistent with influence" in reason for reason in report.reasons)
        else (*given, say(CAUTION))
    )
