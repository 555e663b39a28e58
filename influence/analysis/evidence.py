"""The evidence behind the numbers: which responses, in which conversations, from which sources."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from influence.analysis.conversations import PER_CONVERSATION
from influence.contract.findings import Coverage, EgoNetwork, Finding, MetEvidence, Reached, Response
from influence.kernels.arrays import Ints, distinct_pairs
from influence.met.evidence import Piece
from influence.met.known import moments
from influence.network.log_queries import (
    described,
    items_of_ids,
    months_by_system,
    origins,
    set_aside,
    ties_to,
    undated_origins,
)
from influence.network.log_tables import LogTables
from influence.network.responses import Log
from influence.network.subjects import tags_of
from influence.reach.ego import Ego
from influence.reach.steps import Alter, Touches
from influence.times import Window, moment, months

PER_PERSON = 5


def reached(
    ego: Ego, ids: Mapping[int, str], tied: Mapping[int, Sequence[Response]], network: EgoNetwork
) -> list[Reached]:
    """Return one row a person, by step and then by first response, with the responses and ties that show it."""
    who, zone, told = ego.reached, ego.settings.zone, _what_calendars_tell(ego)
    tags = _tags(ego)
    active, community = _months(ego), {node[0]: node[4] for node in network.nodes if node[2]}
    items: dict[int, list[int]] = defaultdict(list)
    for person, item in zip(ego.drawn.person.tolist(), ego.drawn.item.tolist(), strict=True):
        items[person].append(item)
    order = sorted(ego.found, key=lambda a: (a.step, a.first is None, a.first or 0, who[a.person].person))
    return [
        replace(
            person_reached(ego, alter, len(items[alter.person]) + len(tied.get(alter.person, ()))),
            evidence=(
                *(ids[item] for item in items[alter.person][:PER_PERSON]),
                *(tie.id for tie in tied.get(alter.person, ())),
            ),
            met=tuple(_met(piece, zone) for piece in ego.met.until(alter.person, alter.first)),
            coverage=told[alter.person][0],
            unrecorded=told[alter.person][1],
            months=active.get(alter.person, ()),
            tags=tags.get(alter.person, ()),
            community=community.get(who[alter.person].person),
        )
        for alter in order
    ]


def person_reached(ego: Ego, alter: Alter, responses: int) -> Reached:
    """Return the row of somebody who was reached, without what shows it."""
    who = ego.reached[alter.person]
    return Reached(
        person=who.person,
        name=who.name,
        step=alter.step,
        m=alter.m,
        known=alter.known,
        depth=alter.depth,
        sphere=ego.spheres[alter.person],
        responses=responses,
        first_response=moment(alter.first, ego.settings.zone),
        organisation=who.organisation,
    )


def _tags(ego: Ego) -> dict[int, tuple[str, ...]]:
    """Return the tags of the items by which each person responded, or of what these answer, in order."""
    drawn, links = ego.drawn, ego.log.counted_links()
    inside = np.isin(links.child, drawn.item)
    above: dict[int, list[int]] = defaultdict(list)
    for child, parent in zip(links.child[inside].tolist(), links.parent[inside].tolist(), strict=True):
        above[child].append(parent)
    of_item = tags_of(ego.tables, np.concatenate([drawn.item, links.parent[inside]]))
    found: dict[int, set[str]] = defaultdict(set)
    for person, item in zip(drawn.person.tolist(), drawn.item.tolist(), strict=True):
        for one in (item, *above[item]):
            found[person].update(of_item.get(one, ()))
    return {person: tuple(sorted(tags)) for person, tags in found.items()}


def _months(ego: Ego) -> dict[int, tuple[str, ...]]:
    """Return the months in which each person responded, in order."""
    if not len(ego.drawn.time):
        return {}
    first, last = int(ego.drawn.time[0]), int(ego.drawn.time[-1])
    cut = months(Window(first, last + 1), ego.settings.zone)
    month = np.searchsorted([window.since for _, window in cut], ego.drawn.time, side="right") - 1
    found: dict[int, list[str]] = defaultdict(list)
    pairs = distinct_pairs(ego.drawn.person.astype(np.int64), month)
    for person, place in zip(*(each.tolist() for each in pairs), strict=True):
        found[person].append(cut[place][0])
    return {person: tuple(names) for person, names in found.items()}


def _what_calendars_tell(ego: Ego) -> dict[int, tuple[float | None, float | None]]:
    """Return c(v) and r(v) of everybody reached; None where it is declared whether they have met."""
    person = np.array([alter.person for alter in ego.found], np.int64)
    first = moments(alter.first for alter in ego.found)
    coverage, unrecorded = (
        ego.met.coverage.of(person, first).tolist(),
        ego.met.unrecorded(person, first).tolist(),
    )
    rows = zip(person.tolist(), coverage, unrecorded, strict=True)
    return {code: (None, None) if code in ego.met.declared else (c, r) for code, c, r in rows}


def _met(piece: Piece, zone: str) -> MetEvidence:
    return MetEvidence(
        piece.evidence, piece.kind, piece.strength, moment(piece.time, zone), piece.place, piece.attendees
    )


def shown_items(drawn: Touches, unit: Ints, shown: Ints) -> Ints:
    """Choose the items that are shown as evidence: the first few of each person and of each conversation shown."""
    keep = _first_few(drawn.person.astype(np.int64), PER_PERSON)
    keep |= np.isin(unit, shown) & _first_few(unit, PER_CONVERSATION)
    return drawn.item[keep]


def firsts(ego: Ego, wanted: Ints) -> dict[int, Response]:
    """Return the first response in each conversation wanted: who, when and where, of what the log holds of it."""
    inside = np.flatnonzero(np.isin(ego.unit, wanted))
    _, first = np.unique(ego.unit[inside], return_index=True)
    items = np.unique(ego.drawn.item[inside[first]])
    rows = ego.tables.log["item"].select(["id", "author", "verb", "channel"]).take(items).to_pylist()
    return {
        item: Response(
            id=row["id"],
            time=moment(int(ego.log.items.time[item]), ego.settings.zone),
            actor=ego.people.who[row["author"]].person,
            verb=row["verb"],
            target="",
            channel=row["channel"],
        )
        for item, row in zip(items.tolist(), rows, strict=True)
    }


def cited(tables: LogTables, findings: Mapping[str, Finding]) -> Ints:
    """Return the items that findings name in their details as evidence, by position."""
    return items_of_ids(tables, [word for finding in findings.values() for word in _ids(finding.as_json())])


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


def details(log: Log, items: Ints, leader: int, zone: str) -> dict[int, Response]:
    """Look up when, who, where and what verb for some items, by their position."""
    people = log.tables.people
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
        for row in described(log.tables, items)
    }


def ties(tables: LogTables, leader: int) -> dict[int, list[Response]]:
    """Return the ties of undated networks by which people responded to the leader, by person code."""
    found: dict[int, list[Response]] = defaultdict(list)
    people = tables.people
    for row in ties_to(tables, leader):
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


@dataclass(frozen=True)
class Held:
    """What each source held, whatever the window: undated and dated ones, their months, and what is set aside."""

    undated: Sequence[Mapping[str, Any]]
    dated: Sequence[Mapping[str, Any]]
    months: Mapping[tuple[str, str], set[str]]
    aside: Mapping[str, int]


def held(tables: LogTables, zone: str) -> Held:
    """Ask what each source held."""
    aside = {source: rows for source, (rows, _) in set_aside(tables).items()}
    return Held(list(undated_origins(tables)), list(origins(tables)), months_by_system(tables, zone), aside)


def coverage(found: Held, window: Window, zone: str) -> list[Coverage]:
    """Say for each source and system what it held, how its parents are known, and which months are missing.

    What a source set aside stands once, with its largest system.
    """
    aside = dict(found.aside)
    return [
        Coverage(
            row["source"], row["system"], row["ties"], None, None, "undated", aside.get(row["source"], 0)
        )
        for row in found.undated
    ] + [
        Coverage(
            source=row["source"],
            system=row["system"],
            activities=row["activities"],
            first=moment(row["first"], zone),
            last=moment(row["last"], zone),
            parents="explicit" if row["stated"] else "inferred" if row["guessed"] else "none",
            set_aside=aside.pop(row["source"], 0),
            missing_months=tuple(_missing(found, row["source"], row["system"], months(window, zone))),
        )
        for row in found.dated
    ]


def _missing(found: Held, source: str, system: str, asked: Iterable[tuple[str, Window]]) -> Iterator[str]:
    """Yield the months in which a source holds nothing, and none of those that took turns with it.

    Sources of a system take turns where no two months are in the span of both, as where each week comes as a file of
    its own. Two mailboxes that went on at one time do not: what ends early lacks the rest.
    """
    own = found.months[source, system]
    held = set(own)
    for (_, other), there in found.months.items():
        if other == system and own and there and max(min(own), min(there)) >= min(max(own), max(there)):
            held |= there
    yield from (name for name, _ in asked if name not in held)
