"""One week: one thing to start, one to stop, three people to answer, and what that takes.

Each line has a name that stays (`influence.contract.plan`), by which it can be noted as done and scored later.
"""

from __future__ import annotations

from dataclasses import dataclass

from influence.contract.details.exchange import WaitingOnLeader
from influence.contract.findings import Report
from influence.contract.language import translated
from influence.contract.plan import line
from influence.contract.wording import counted, plain
from reports.story.brief import brief
from reports.story.next_to_respond import likeliest
from reports.story.sentences import Sentence, Span, say
from reports.story.spheres import sphere_words

ANSWERS = 3
"""So many people to answer fit a week beside one thing to start."""


@dataclass(frozen=True)
class PlanLine:
    """One line: its name, what kind of thing it is in a word, and what to do."""

    line: str
    kind: str
    words: Sentence


def plan(report: Report) -> tuple[PlanLine, ...]:
    """Return what to start and to stop, and whom to answer this week, where the record supports it."""
    said, leader = brief(report), str(report.leader.get("person", ""))
    lines = [
        PlanLine(_name(kind, leader, words, report), label, words)
        for kind, label, words in (
            ("start", translated("Start"), said.start),
            ("stop", translated("Stop"), said.stop),
        )
        if words is not None and any(span.about or span.anchor for span in words.spans)
    ]
    return (*lines, *answers(report))


def _name(kind: str, leader: str, words: Sentence, report: Report) -> str:
    """Return the name of a line to start or stop: of whom or what it is about, whatever its numbers are this week."""
    about = [span.about or span.anchor or "" for span in words.spans]
    best = likeliest(report)
    if best is not None and "next_to_respond" in about:
        return best.line
    return line(kind, leader, " ".join(one for one in about if one))


def answers(report: Report) -> tuple[PlanLine, ...]:
    """Return whom to answer this week: those first whom an answer is worth most to."""
    leader = str(report.leader.get("person", ""))
    rows = (report.told("waiting_on_leader", WaitingOnLeader).worth or ())[:ANSWERS]
    return tuple(
        PlanLine(
            line("answer", leader, row.item),
            translated("Answer"),
            say(
                "{who} ({sphere}).", who=plain(row.name) or plain(row.person), sphere=sphere_words(row.sphere)
            ),
        )
        for row in rows
    )


def takes(report: Report) -> Sentence | None:
    """Say what the answers of the plan take, where the record tells."""
    many = len(answers(report))
    if not many or not report.known("answer_minutes"):
        return None
    minutes = report.value("answer_minutes") or 0.0
    return say(
        "{answers} take about {minutes} together: {one} lie between two answers in one sitting, at the median.",
        answers=counted(many, "answer", "answers"),
        minutes=counted(max(1, round(minutes * many)), "minute", "minutes"),
        one=Span(counted(max(1, round(minutes)), "minute", "minutes"), "answer_minutes"),
    )
