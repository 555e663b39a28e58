"""What it would take: whom to turn to, where, and who waits for the leader; each with its reason and its evidence."""

from __future__ import annotations

from dataclasses import dataclass

from influence.contract.details.advice import EXPECTED, GAINS_IN, Advice, Advised
from influence.contract.details.exchange import ResponseTime, Wait, WaitingOnLeader
from influence.contract.details.letting_go import OnlyLeaderAnswers
from influence.contract.findings import Report
from influence.contract.language import message, recognised, translated
from influence.contract.wording import between, counted, number, phrase, plain, scale
from reports.story.evidence import ResponseRow, anchors, conversation_anchors, names, response_rows
from reports.story.inbound import campaigns
from reports.story.introductions import introductions
from reports.story.next_to_respond import next_to_respond
from reports.story.sentences import (
    Section,
    Sentence,
    Span,
    cannot_tell,
    numbers,
    say,
    section,
    span,
    why_too_little,
)
from reports.story.spheres import sphere_name
from reports.story.wording import day

TAKES = ("waiting_on_leader", "only_leader_answers", "response_rate", "response_time")
SHOWN = 20
KINDS = {"person": message("People")}
SEEN = {
    "sphere": message("Spheres"),
    "conversation": message("Conversations"),
    "topic": message("Topics"),
    "habit": message("Habits"),
}
"""Kinds that are no forecast: what held when tested, each with its own interval."""
WAYS = {
    "addressed": message("wrote to the leader"),
    "named": message("named the leader"),
    "in_reply": message("answered the leader"),
}


@dataclass(frozen=True)
class AdviceRow:
    """One more exchange: with whom or where, what it is expected to bring, why, and the evidence.

    `anchor` is the row elsewhere on the page that it is about, if there is one; `kept` are ids of activities that
    the workspace holds and this report does not show; `forecast` is False for what has been seen and is not forecast.
    """

    who: str
    anchor: str
    about: str
    why: str
    gain: str
    interval: str
    evidence: tuple[ResponseRow, ...]
    kept: tuple[str, ...]
    forecast: bool


@dataclass(frozen=True)
class WaitingRow:
    """One conversation that waits for the leader: who came, how, from which sphere, and how long ago."""

    who: str
    anchor: str
    sphere: str
    how: str
    days: str
    evidence: tuple[ResponseRow, ...]
    item: str


def advised(report: Report) -> Section:
    """Answer what it would take: advice if the forecast has shown skill, and where others wait for the leader."""
    following = next_to_respond(report)
    advice, habits = (
        _advice(report),
        (
            *_waiting(report),
            *introductions(report),
            *campaigns(report),
            *_alone(report),
            *_answers(report),
        ),
    )
    told = (*advice, *habits) if report.known("advice") else (*habits, *advice)
    told = (*following, *told) if report.known("next_to_respond") else (*told, *following)
    return section(
        "takes", translated("What would it take?"), told, numbers(report, *TAKES), cannot_tell(report, *TAKES)
    )


@dataclass(frozen=True)
class _Known:
    """Names and anchors of the page, looked up once for all rows."""

    report: Report
    names: dict[str, str]
    people: dict[str, str]
    conversations: dict[str, str]

    @classmethod
    def of(cls, report: Report) -> _Known:
        return cls(report, names(report), anchors(report), conversation_anchors(report))


def advice_rows(report: Report) -> tuple[tuple[str, tuple[AdviceRow, ...]], ...]:
    """List whom the forecast names, then what was seen twice, by kind; then any other."""
    held, page = report.told("advice", Advice).rows, _Known.of(report)
    titles = KINDS | SEEN
    kinds = [*titles, *sorted({row.kind for row in held} - set(titles))]
    grouped = (
        (kind, tuple(_advice_row(row, page) for row in held if row.kind == kind)[:SHOWN]) for kind in kinds
    )
    return tuple(
        (translated(titles.get(kind, "")) or plain(kind) or translated("Other"), group)
        for kind, group in grouped
        if group
    )


def waiting_rows(report: Report) -> tuple[WaitingRow, ...]:
    """List what has waited longest for the leader."""
    held, page = report.told("waiting_on_leader", WaitingOnLeader).list or (), _Known.of(report)
    return tuple(_waiting_row(row, page) for row in held[:SHOWN])


def _advice(report: Report) -> tuple[Sentence, ...]:
    if "advice" not in report.findings:
        return ()
    about = "advice_backtest" if "advice_backtest" in report.findings else None
    if not report.known("advice"):
        why = why_too_little(report.findings["advice"])
        if about is None or not report.findings[about].detail:  # nobody tried
            return (say("Whom to turn to cannot be told: {why}.", why=why),)
        return (
            say(
                "By the {skill}, whom to turn to cannot be told from this record: {why}.",
                why=why,
                skill=Span(translated("back-test"), about),
            ),
        )
    held = report.told("advice", Advice)
    people = sum(row.kind == "person" for row in held.rows)
    n = span(report, "advice", "person", "people")
    first = (
        say(
            "One more exchange with each of the {who} below is expected to bring {n} never met, all together.",
            who=counted(people, "person", "people"),
            n=n,
        )
        if people
        else say("One more exchange with each of them is expected to bring {n} never met, all together.", n=n)
    )
    tested = recognised(plain(held.words).rstrip("."))
    skill = Span(translated("back-test"), about)
    return (first, say("The {skill}: {tested}.", skill=skill, tested=tested)) if tested else (first,)


def tried(report: Report) -> str:
    """Say what was tried besides the forecast over all leaders here, and what of it did not hold or cannot be told."""
    words = recognised(plain(report.told("advice", Advice).tried or ""))
    return translated("Tried over all leaders here: {tried}.").format(tried=words) if words else ""


def _waiting(report: Report) -> tuple[Sentence, ...]:
    if not report.known("waiting_on_leader"):
        return ()
    if not report.value("waiting_on_leader"):
        nobody = Span(translated("No conversation"), "waiting_on_leader")
        return (say("{nobody} waits for the leader.", nobody=nobody),)
    n = span(report, "waiting_on_leader", "conversation", "conversations")
    median = report.told("waiting_on_leader", WaitingOnLeader).median_days
    if median is None:
        return (
            say(
                "In {n} something said to the leader has had no answer: what needs one can be answered, handed on or "
                "closed.",
                n=n,
            ),
        )
    return (
        say(
            "In {n} something said to the leader has had no answer, in half of them for more than {days}: what needs "
            "one can be answered, handed on or closed.",
            n=n,
            days=counted(round(median), "day", "days"),
        ),
    )


def _alone(report: Report) -> tuple[Sentence, ...]:
    if not report.value("only_leader_answers"):
        return ()
    held, share = report.told("only_leader_answers", OnlyLeaderAnswers), span(report, "only_leader_answers")
    only, asked = held.only_leader, held.asked_alone
    if only is None or asked is None or only <= asked:
        return (
            say(
                "In {share} of the conversations of others that the leader answers, nobody else does.",
                share=share,
            ),
        )
    return (
        say(
            "In {share} of the conversations of others that the leader answers, nobody else does: {more} to others "
            "too, who could have.",
            share=share,
            more=counted(only - asked, "was open", "were open"),
        ),
    )


def _answers(report: Report) -> tuple[Sentence, ...]:
    if not report.known("response_rate"):
        return ()
    share, day_ = span(report, "response_rate"), report.told("response_time", ResponseTime).within_a_day
    if day_ is None:
        return (say("Of what others say to the leader {share} is answered.", share=share),)
    return (
        say(
            "Of what others say to the leader {share} is answered, {day} within a day.",
            share=share,
            day=number(day_, "share"),
        ),
    )


def _advice_row(row: Advised, page: _Known) -> AdviceRow:
    evidence, kept = response_rows(row.evidence, page.report, page.names)
    unit = GAINS_IN.get(row.kind, EXPECTED)
    name, anchor, about = _named(row.kind, row.who, row.name, page)
    worth = difference(row)
    spread = between(*row.interval, unit, of=scale(row.gain or 0.0, unit)) if row.interval else ""
    return AdviceRow(
        who=name,
        anchor=anchor,
        about=about,
        why=recognised(plain(row.reason)),
        gain=worth,
        interval=spread if spread != worth else "",
        evidence=evidence,
        kept=kept,
        forecast=row.kind not in SEEN,
    )


def difference(row: Advised) -> str:
    """Say what a row gains, where it is a share by how much more or fewer came."""
    if GAINS_IN.get(row.kind) != "change" or row.gain is None:
        return phrase(row.gain, GAINS_IN.get(row.kind, EXPECTED))
    share = number(abs(row.gain), "share")
    if row.gain < 0:
        return translated("{share} fewer people").format(share=share)
    return translated("{share} more people").format(share=share)


def _named(kind: str, who: str, name: str, page: _Known) -> tuple[str, str, str]:
    """Return what to call whom or what a row is about, the row of the page about it, and what else is known."""
    if kind == "sphere":
        return sphere_name(who), "", ""
    if kind == "habit":
        return recognised(plain(name) or plain(who)), "", ""
    if kind == "person":
        return plain(name) or page.names.get(who, plain(who)), page.people.get(who, ""), ""
    if kind != "conversation":
        return plain(name) or plain(who), "", ""
    for one in page.report.conversations:
        if one.id == who:
            begun = page.names.get(one.begun_by, plain(one.begun_by))
            said = translated("begun by {who}, {day}").format(who=begun, day=day(one.began))
            return said, page.conversations.get(who, ""), plain(one.channel or "")
    return recognised(plain(name)) or translated("conversation {id}").format(id=plain(who)), "", ""


def _waiting_row(row: Wait, page: _Known) -> WaitingRow:
    evidence, _ = response_rows((row.item,), page.report, page.names)
    return WaitingRow(
        who=plain(row.name) or page.names.get(row.person, plain(row.person)),
        anchor=page.people.get(row.person, ""),
        sphere=sphere_name(row.sphere),
        how=translated(WAYS.get(row.way, "")) or plain(row.way),
        days=counted(round(row.days), "day", "days") if row.days is not None else translated("unknown"),
        evidence=evidence,
        item=plain(row.item),
    )
