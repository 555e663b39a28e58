"""Who could bring the leader to whom: each chain in a sentence, with what is on record of every hop."""

from __future__ import annotations

from dataclasses import dataclass

from influence.contract.details.introductions import Chain, Hop, Introductions
from influence.contract.findings import Report
from influence.contract.headline import leader_name
from influence.contract.language import recognised, translated
from influence.contract.wording import counted, number, plain
from reports.story.evidence import ResponseRow, anchors, names, response_rows
from reports.story.sentences import Sentence, Span, joined, say, span
from reports.story.spheres import sphere_name
from reports.story.wording import day


@dataclass(frozen=True)
class ChainRow:
    """One chain: to whom it leads, from which sphere and organisation, in words, how likely it is, and its evidence."""

    who: str
    anchor: str
    sphere: str
    words: str
    likely: str
    evidence: tuple[ResponseRow, ...]
    kept: tuple[str, ...]


def introductions(report: Report) -> tuple[Sentence, ...]:
    """Say how many customers and partners somebody could bring the leader to, and the best chain to each."""
    finding = report.findings.get("introductions")
    held = report.told("introductions", Introductions)
    if finding is None or finding.value is None:
        return ()
    n = span(report, "introductions", "person", "people")
    if not finding.value:
        none = Span(translated("nobody"), "introductions")
        return (
            say(
                "No chain of people who have met leads to customers or partners not reached: {none}.",
                none=none,
            ),
        )
    told = [
        say(
            "Among customers and partners whom the leader neither reached nor met, somebody could introduce the leader "
            "to {n}.",
            n=n,
        )
    ]
    best = {row.sphere: row for row in reversed(held.rows)}
    told += [sentence(row, leader_name(report)) for _, row in sorted(best.items())]
    if held.words:
        told.append(say("Tested on the record: {words}.", words=recognised(plain(held.words).rstrip("."))))
    return joined(*told)


def sentence(row: Chain, leader: str) -> Sentence:
    """Say who could bring the leader to whom, and why: who has met, and who answered how often."""
    target = _called(row)
    who = plain(row.hops[0].name) if row.hops else target
    before = [leader, *(plain(hop.name) for hop in row.hops)]
    hops = "; ".join(_hop(one, hop) for one, hop in zip(before, row.hops, strict=False))
    if len(row.hops) > 2:
        between = plain(row.hops[1].name)
        return say(
            "{who} could bring {leader} to {between}, and {between} to {target}: {hops}.",
            who=who, leader=leader, between=between, target=target, hops=hops,
        )  # fmt: skip
    return say(
        "{who} could bring {leader} to {target}: {hops}.", who=who, leader=leader, target=target, hops=hops
    )


def _hop(one: str, after: Hop) -> str:
    """Word one hop: that the two have met, when last, and how often the second answered the first."""
    other = plain(after.name) or plain(after.person)
    met = (
        str(say("{one} and {other} met last on {day}", one=one, other=other, day=day(after.met_last)))
        if after.met_last
        else str(say("{one} and {other} have met", one=one, other=other))
    )
    if not after.asked:
        return met
    asked = counted(after.asked, "item", "items")
    answered = number(after.answered or 0)
    return str(
        say("{met}, and {other} answered {n} of {asked}", met=met, other=other, n=answered, asked=asked)
    )


def _called(row: Chain) -> str:
    name = plain(row.name) or plain(row.person)
    if not row.organisation:
        return name
    return str(say("{name} of {house}", name=name, house=plain(row.organisation)))


def chain_rows(report: Report) -> tuple[ChainRow, ...]:
    """List the best chains of each sphere with their evidence."""
    held, known, people = report.told("introductions", Introductions).rows, names(report), anchors(report)
    rows = []
    for row in held:
        ids = tuple(item for hop in row.hops for item in hop.evidence)
        evidence, kept = response_rows(ids, report, known)
        rows.append(
            ChainRow(
                who=_called(row),
                anchor=people.get(row.person, ""),
                sphere=sphere_name(row.sphere),
                words=str(sentence(row, leader_name(report))),
                likely=number(row.score, "share"),
                evidence=evidence,
                kept=kept,
            )
        )
    return tuple(rows)
