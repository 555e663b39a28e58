"""Whom to answer first: what waits for the leader by what an answer is worth, with the reason and how to mark it."""

from __future__ import annotations

from dataclasses import dataclass

from influence.contract.details.exchange import WaitingOnLeader, Worth
from influence.contract.findings import Report
from influence.contract.headline import named
from influence.contract.language import message, translated
from influence.contract.wording import counted, plain
from reports.story.advice import SHOWN, WAYS
from reports.story.evidence import ResponseRow, anchors, names, response_rows
from reports.story.spheres import sphere_name

_MET = {
    True: message("met"),
    False: message("never met"),
    None: message("nothing tells whether they have met"),
}


@dataclass(frozen=True)
class WorthRow:
    """One conversation that waits: who asked, from which sphere, why it stands there, since when, how to mark it."""

    who: str
    anchor: str
    sphere: str
    why: str
    days: str
    command: str
    evidence: tuple[ResponseRow, ...]
    item: str


def worth_rows(report: Report) -> tuple[WorthRow, ...]:
    """List what waits and came in the last month, first what an answer is worth most to."""
    held = report.told("waiting_on_leader", WaitingOnLeader).worth or ()
    known, people = names(report), anchors(report)
    return tuple(
        WorthRow(
            who=plain(row.name) or known.get(row.person, plain(row.person)),
            anchor=people.get(row.person, ""),
            sphere=sphere_name(row.sphere),
            why=_why(row),
            days=counted(round(row.days), "day", "days") if row.days is not None else translated("unknown"),
            command=f"influence waiting {named(report)} done {plain(row.short)}",
            evidence=response_rows((row.item,), report, known)[0],
            item=plain(row.item),
        )
        for row in held[:SHOWN]
    )


def _why(row: Worth) -> str:
    told = [translated(WAYS.get(row.way, "")) or plain(row.way), translated(_MET[row.met])]
    if row.others:
        told.append(counted(row.others, "other waits there", "others wait there"))
    if row.answered_by:
        told.append(counted(row.answered_by, "person responded to them", "people responded to them"))
    return "; ".join(told)
