"""The evidence behind the numbers: which responses, in which conversations, from which sources."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from math import fsum

import numpy as np
import pyarrow as pa

from influence.contract.findings import Conversation, Coverage, Finding, MetEvidence, Reached, Response
from influence.kernels.arrays import Ints
from influence.measures.trend import months
from influence.met.encounters import Met, Piece
from influence.network.responses import Log
from influence.people.directory import People
from influence.reach.steps import Alter, Touches
from influence.store.engine import Engine
from influence.times import Window, moment

PER_PERSON = 5
PER_CONVERSATION = 12
CONVERSATIONS = 200


def reached(
    found: Sequence[Alter],
    drawn: Touches,
    people: People,
    met: Met,
    spheres: Sequence[str],
    ids: Mapping[int, str],
    tied: Mapping[int, Sequence[Response]],
    zone: str,
) -> list[Reached]:
    """Return one row a person, by step and then by first response, with the responses and ties that show it."""
    items: dict[int, list[int]] = defaultdict(list)
    for person, item in zip(drawn.person.tolist(), drawn.item.tolist(), strict=True):
        items[person].append(item)
    order = sorted(found, key=lambda a: (a.step, a.first is None, a.first or 0, people.who[a.person].person))
    return [
        Reached(
            person=people.who[alter.person].person,
            name=people.who[alter.person].name,
            step=alter.step,
            m=alter.m,
            known=alter.known,
            depth=alter.depth,
            sphere=spheres[alter.person],
            responses=len(items[alter.person]) + len(tied.get(alter.person, ())),
            first_response=moment(alter.first, zone),
            organisation=people.who[alter.person].organisation,
            evidence=(
                *(ids[item] for item in items[alter.person][:PER_PERSON]),
                *(tie.id for tie in tied.get(alter.person, ())),
            ),
            met=tuple(_met(piece, zone) for piece in met.until(alter.person, alter.first)),
        )
        for alter in order
    ]


def _met(piece: Piece, zone: str) -> MetEvidence:
    return MetEvidence(
        piece.evidence, piece.kind, piece.strength, moment(piece.time, zone), piece.place, piece.attendees
    )


def shown_items(drawn: Touches, unit: Ints) -> Ints:
    """Choose the items that are shown as evidence: the first few of each person and of each conversation."""
    keep = _first_few(drawn.person.astype(np.int64), PER_PERSON)
    _, code, size = np.unique(unit, return_inverse=True, return_counts=True)
    largest = np.argsort(-size, kind="stable")[:CONVERSATIONS]
    keep |= np.isin(code, largest) & _first_few(unit, PER_CONVERSATION)
    return drawn.item[keep]


def cited(engine: Engine, findings: Mapping[str, Finding]) -> Ints:
    """Return the items that findings name in their details as evidence, by position."""
    ids = sorted({word for finding in findings.values() for word in _ids(finding.as_json())})
    engine.offer("cited_rows", pa.table({"id": pa.array(ids, pa.string())}))
    rows = engine.arrow("SELECT i.item FROM item i JOIN cited_rows USING (id) ORDER BY i.item")
    items: Ints = rows.column("item").combine_chunks().to_numpy().astype(np.int64)
    return items


def _ids(part: object, *, named: bool = False) -> Iterator[str]:
    """Walk through a finding for the texts that stand under `evidence` or `item`."""
    if isinstance(part, Mapping):
        for key, value in part.items():
            yield from _ids(value, named=key in {"evidence", "item"})
    elif isinstance(part, (list, tuple)):
        for one in part:
            yield from _ids(one, named=named)
    elif named and isinstance(part, str):
        yield part


def _first_few(group: Ints, few: int) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Mark the first rows of each group; rows are in order of time."""
    order = np.argsort(group, kind="stable")
    ordered = group[order]
    starts = np.flatnonzero(np.r_[True, ordered[1:] != ordered[:-1]]) if len(ordered) else np.empty(0, int)
    rank = np.arange(len(ordered)) - np.repeat(starts, np.diff(np.r_[starts, len(ordered)]))
    marks = np.zeros(len(group), bool)
    marks[order] = rank < few
    return marks


def details(
    engine: Engine, log: Log, items: Ints, people: People, leader: int, zone: str
) -> dict[int, Response]:
    """Look up when, who, where and what verb for some items, by their position."""
    engine.offer("shown_rows", pa.table({"item": pa.array(np.unique(items), pa.int64())}))
    rows = engine.arrow("""
        SELECT i.item, i.id, epoch_us(i.time) AS time, i.author, i.verb, i.channel, a.url, i.source,
            coalesce(i.conversation, i.parent) AS conversation, i.parent
        FROM item i JOIN shown_rows USING (item) JOIN activities a USING (id) ORDER BY i.item""").to_pylist()
    target, guessed = _targets(log, items, leader)
    return {
        row["item"]: Response(
            id=row["id"],
            time=moment(row["time"], zone),
            actor=people.who[row["author"]].person,
            verb="reply" if row["verb"] == "message" and guessed.get(row["item"]) else row["verb"],
            target=people.who[target[row["item"]]].person if row["item"] in target else "",
            parent=row["parent"],
            conversation=row["conversation"],
            channel=row["channel"],
            url=row["url"],
            inferred=guessed.get(row["item"], False),
            source=row["source"],
        )
        for row in rows
    }


_TIES = """
SELECT p.person, t.origin, t.layer, t.source, t.target FROM (
    SELECT origin, layer, source, target FROM tie_log WHERE meaning = 'influence'
    UNION ALL SELECT origin, layer, target, source FROM tie_log WHERE meaning = 'influence' AND NOT directed) t
JOIN account_person l ON l.account = t.source JOIN account_person p ON p.account = t.target
WHERE l.person = ? AND p.person <> l.person ORDER BY ALL
"""


def ties(engine: Engine, people: People, leader: int) -> dict[int, list[Response]]:
    """Return the ties of undated networks by which people responded to the leader, by person code."""
    found: dict[int, list[Response]] = defaultdict(list)
    for row in engine.arrow(_TIES, [leader]).to_pylist():
        found[row["person"]].append(
            Response(
                id=f"tie:{row['layer'] or ''}:{row['source']}>{row['target']}",
                time=None,
                actor=people.who[row["person"]].person,
                verb="tie",
                target=people.who[leader].person,
                channel=row["layer"],
                source=row["origin"],
            )
        )
    return dict(found)


def _targets(log: Log, items: Ints, leader: int) -> tuple[dict[int, int], dict[int, bool]]:
    """Say of some items whom each responded to (the leader where it is one of several) and whether by guess."""
    responses = log.responses.where(np.isin(log.responses.item, items))
    order = np.lexsort((responses.target != leader, responses.item))[::-1]
    item = responses.item[order].tolist()
    return (
        dict(zip(item, responses.target[order].tolist(), strict=True)),
        dict(zip(item, responses.inferred[order].tolist(), strict=True)),
    )


def conversations(
    drawn: Touches,
    unit: Ints,
    found: Sequence[Alter],
    log: Log,
    people: People,
    details: Mapping[int, Response],
    zone: str,
) -> list[Conversation]:
    """Return the conversations in which most people responded, with the responses that show it."""
    weight = {alter.person: 0.0 if alter.step == 2 else 1 - alter.m for alter in found}
    rows: dict[int, list[int]] = defaultdict(list)
    for row, code in enumerate(unit.tolist()):
        rows[code].append(row)
    largest = sorted(rows, key=lambda code: (-len(rows[code]), code))[:CONVERSATIONS]
    opened = _openings(log, largest)
    return [
        _conversation(drawn, rows[code], opened.get(code), weight, log, people, details, zone)
        for code in largest
    ]


def _openings(log: Log, units: Sequence[int]) -> dict[int, int]:
    """Return the first item of each conversation (units below 0 are mentions outside any)."""
    wanted = np.flatnonzero(np.isin(log.items.conversation, np.array(units, np.int64)))
    codes, first = np.unique(log.items.conversation[wanted], return_index=True)
    return dict(zip(codes.tolist(), wanted[first].tolist(), strict=True))


def _conversation(
    drawn: Touches,
    rows: Sequence[int],
    opened: int | None,
    weight: Mapping[int, float],
    log: Log,
    people: People,
    details: Mapping[int, Response],
    zone: str,
) -> Conversation:
    persons = {int(drawn.person[row]) for row in rows}
    first = opened if opened is not None else int(drawn.item[rows[0]])
    shown = [details[item] for row in rows if (item := int(drawn.item[row])) in details][:PER_CONVERSATION]
    return Conversation(
        id=shown[0].id,
        began=moment(int(log.items.time[first]), zone),
        begun_by=people.who[int(log.items.author[first])].person,
        responses=len(rows),
        people=len(persons),
        unmet=fsum(weight[person] for person in persons),
        channel=next((one.channel for one in shown if one.channel), None),
        evidence=tuple(one.id for one in shown),
    )


def coverage(engine: Engine, window: Window, zone: str) -> list[Coverage]:
    """Say for each source and system what it held, how its parents are known, and which months are missing.

    What a source set aside stands once, with its largest system.
    """
    aside = {
        row["source"]: row["rows"]
        for row in engine.arrow(
            "SELECT source, sum(aside)::BIGINT AS rows FROM batches GROUP BY source"
        ).to_pylist()
    }
    held: dict[tuple[str, str], set[str]] = defaultdict(set)
    for row in engine.arrow(
        "SELECT DISTINCT source, system, strftime(timezone(?, time), '%Y-%m') AS month FROM item", [zone]
    ).to_pylist():
        held[row["source"], row["system"]].add(row["month"])
    rows = engine.arrow("""
        SELECT source, system, o.activities, epoch_us(o.first) AS first, epoch_us(o.last) AS last, o.stated,
            count(l.item) AS guessed
        FROM origin o LEFT JOIN (SELECT i.source, i.system, l.item FROM link l JOIN item i USING (item)
            WHERE l.inferred) l USING (source, system)
        GROUP BY ALL ORDER BY source, o.activities DESC, system""").to_pylist()
    undated = engine.arrow("""
        SELECT origin AS source, split_part(source, ':', 1) AS system, count(*) AS ties FROM tie_log
        GROUP BY ALL ORDER BY ALL""").to_pylist()
    return [
        Coverage(
            row["source"], row["system"], row["ties"], None, None, "undated", aside.get(row["source"], 0)
        )
        for row in undated
    ] + [
        Coverage(
            source=row["source"],
            system=row["system"],
            activities=row["activities"],
            first=moment(row["first"], zone),
            last=moment(row["last"], zone),
            parents="explicit" if row["stated"] else "inferred" if row["guessed"] else "none",
            set_aside=aside.pop(row["source"], 0),
            missing_months=tuple(
                name for name, _ in months(window, zone) if name not in held[row["source"], row["system"]]
            ),
        )
        for row in rows
    ]
