"""Who is likely to respond next: the first ten in rows, and in a sentence how such lists did when tested."""

from __future__ import annotations

from dataclasses import dataclass

from influence.contract.details.next_to_respond import Likely, NextTested, NextToRespond
from influence.contract.findings import Report
from influence.contract.language import recognised, translated
from influence.contract.wording import counted, number, plain
from reports.story.evidence import ResponseRow, anchors, names, response_rows
from reports.story.sentences import Sentence, Span, say, span, why_too_little
from reports.story.spheres import sphere_name


@dataclass(frozen=True)
class NextRow:
    """Somebody likely to respond: how likely, why, the evidence, and the name of this line of the plan."""

    who: str
    anchor: str
    sphere: str
    likely: str
    why: str
    line: str
    evidence: tuple[ResponseRow, ...]
    kept: tuple[str, ...]


def next_to_respond(report: Report) -> tuple[Sentence, ...]:
    """Say how many of the likeliest are expected to respond and how such lists did, or why it cannot be told."""
    if "next_to_respond" not in report.findings:
        return ()
    tested = Span(translated("test"), "next_to_respond_tested")
    held = report.told("next_to_respond", NextToRespond)
    why = why_too_little(report.findings["next_to_respond"])
    if not held.rows:
        return (say("By the {test}, who will respond next cannot be told: {why}.", test=tested, why=why),)
    first = _how_many(report, held) if report.known("next_to_respond") else _in_order(held, why)
    words = report.told("next_to_respond_tested", NextTested).words
    if not words:
        return (first,)
    return first, say("The {test}: {words}.", test=tested, words=recognised(plain(words).rstrip(".")))


def _in_order(held: NextToRespond, why: str) -> Sentence:
    few = counted(len(held.rows), "person", "people")
    return say(
        "{few} are likelier than others to respond next; how likely cannot be told: {why}.", few=few, why=why
    )


def _how_many(report: Report, held: NextToRespond) -> Sentence:
    among = {
        "days": counted(round(held.days or 0), "day", "days"),
        "few": number(len(held.rows)),
        "all": counted(held.of_people or 0, "person", "people"),
    }
    if round(report.value("next_to_respond") or 0) == 0:
        return say(
            "Within {days}, expect {hardly_any} from people never met, even among the {few} likeliest of {all} who "
            "were active lately and have not responded yet.",
            hardly_any=Span(translated("hardly any first response"), "next_to_respond"),
            **among,
        )
    return say(
        "Within {days}, expect a first response from {n} never met, among the {few} likeliest of {all} who were active "
        "lately and have not responded yet.",
        n=span(report, "next_to_respond", "person", "people"),
        **among,
    )


def likeliest(report: Report) -> Likely | None:
    """Return who is likeliest to respond of those who have probably not met the leader; None where nothing tells."""
    rows = report.told("next_to_respond", NextToRespond).rows if report.known("next_to_respond") else ()
    return next((row for row in rows if (row.unmet or 0.0) > 0.5), None)


def next_rows(report: Report) -> tuple[NextRow, ...]:
    """List the likeliest, with the reasons that carried their place and what shows them."""
    known, people = names(report), anchors(report)
    rows = []
    for row in report.told("next_to_respond", NextToRespond).rows:
        evidence, kept = response_rows(row.evidence, report, known)
        rows.append(
            NextRow(
                who=plain(row.name) or plain(row.person),
                anchor=people.get(row.person, ""),
                sphere=sphere_name(row.sphere),
                likely=number(row.chance, "share"),
                why=recognised(plain(row.reason)),
                line=plain(row.line),
                evidence=evidence,
                kept=kept,
            )
        )
    return tuple(rows)
