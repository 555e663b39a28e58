"""What people tables state of contacts: when the organisation was first in contact, and what became of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from influence.people.directory import People
from influence.people.tables import PeopleTables

_STATED = """
SELECT seq, batch, person, accounts, source, first_contact, outcome FROM people_log
WHERE source IN (SELECT source FROM people_log WHERE first_contact IS NOT NULL OR outcome IS NOT NULL)
ORDER BY seq
"""


@dataclass(frozen=True)
class Stated:
    """What the people tables state, by person code.

    `contact` is the first day of contact; `outcomes` every outcome that stands, in the table's own words, in order;
    `listed` are, for each table (by source) that states a first contact of anybody, all people whom it lists.
    """

    contact: Mapping[int, date]
    outcomes: Mapping[int, Sequence[str]]
    listed: Mapping[str, frozenset[int]]


def told_by_tables(tables: PeopleTables) -> Stated:
    """Read what the people tables state; of what one row is told in several imports the newest import stands.

    A row is known again by its id, or where it has none by each of its accounts. Who is told of in several rows (two
    rows of one import, or two people who were joined) keeps the earliest of their days, and all of their outcomes.
    """
    rows = tables.rows(_STATED).to_pylist()
    contact: dict[int, date] = {}
    for code, day in _standing(tables.people, rows, "first_contact"):
        contact[code] = min(day, contact.get(code, day))
    outcomes: dict[int, set[str]] = defaultdict(set)
    for code, words in _standing(tables.people, rows, "outcome"):
        if words.strip():
            outcomes[code].add(words.strip())
    telling = {row["source"] for row in rows if row["first_contact"] is not None}
    listed: dict[str, set[int]] = {source: set() for source in sorted(telling)}
    for row in rows:
        if row["source"] in listed:
            listed[row["source"]].update(code for _, code in _whose(tables.people, row))
    return Stated(
        contact,
        {code: sorted(words) for code, words in sorted(outcomes.items())},
        {source: frozenset(codes) for source, codes in listed.items()},
    )


def _standing(people: People, rows: Sequence[Mapping[str, Any]], name: str) -> Iterator[tuple[int, Any]]:
    """Yield whose each value of a column is, of those that the newest import of their row states."""
    newest: dict[str, int] = {}
    found: dict[str, list[tuple[int, Any]]] = defaultdict(list)
    for row in rows:
        if row[name] is None:
            continue
        for key, code in _whose(people, row):
            if newest.get(key) != row["batch"]:  # rows come in order, so that this import is newer
                newest[key] = row["batch"]
                found[key].clear()
            found[key].append((code, row[name]))
    for each in found.values():
        yield from each


def _whose(people: People, row: Mapping[str, Any]) -> Iterator[tuple[str, int]]:
    """Yield what a row is known by, and whose it is: by its id, else by each account."""
    if row["person"] is not None:
        if row["person"] in people.code:
            yield f" {row['person']}", people.code[row["person"]]
        return
    for account in row["accounts"]:
        if account in people.account_person:
            yield account, people.account_person[account]
