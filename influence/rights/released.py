"""Copies for others are given out so that no two of them tell of a small group by their difference.

Of each copy the sets of people behind its numbers are kept, as keyed marks. A copy is refused where a set of it and one
of an earlier copy about the same leader, or about everybody, lie within one another and differ by fewer people than may
be shown: the one number taken from the other would tell of them. Restricting answers by how they overlap: Dobkin,
Jones, Lipton 1979, doi:10.1145/320083.320088. What three or more copies tell together is not looked at.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from typing import TypeAlias

from influence.contract.errors import InfluenceError
from influence.contract.findings import Report
from influence.store.engine import Engine
from influence.store.forgotten import mark

Cells: TypeAlias = Mapping[str, frozenset[str]]
_ALL, _SPHERE = "all", "sphere:"
EVERYBODY = ""
"""Where a copy tells of everybody: it is held against those about each leader, and these against it."""
_LONG = 16
"""Letters of a mark that are kept: two of a million people share one at odds of one in 37 million."""


class TooAlike(InfluenceError):
    """A copy would tell, together with an earlier one, of fewer people than may be shown."""


class Released:
    """What copies for others were given out from one store.

    >>> from influence.store.store import Store
    >>> released = Released(Store().engine, lambda: b"key")
    >>> released.grant("p1", {"all": frozenset("abcdefghijkl")}, 5)
    >>> released.grant("p1", {"all": frozenset("abcdefghijk")}, 5)  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    influence.rights.released.TooAlike: a copy given before differs from this one by 1 of those reached, ...
    """

    def __init__(self, engine: Engine, key: Callable[[], bytes]) -> None:
        self._engine, self._key = engine, key

    def grant(self, leader: str, cells: Cells, smallest: int) -> None:
        """Let a copy be given out, and keep of whom it tells.

        Raises:
            TooAlike: with an earlier copy it would tell of fewer people than `smallest`.
        """
        key = self._key()
        marked = {name: frozenset(mark(key, one)[:_LONG] for one in people) for name, people in cells.items()}
        before = self._before(leader)
        told = tells(marked, before, smallest)
        if told:
            raise TooAlike(
                f"a copy given before differs from this one by {told} of those reached, and together they would tell "
                "of them: give the window and the part that the earlier copy had, or those of quite another one"
            )
        new = {name: people for name, people in marked.items() if people not in before[name]}
        with self._engine.transaction():
            for name, people in new.items():
                self._engine.run(
                    "INSERT INTO release_log SELECT coalesce(max(seq), 0) + 1, ?, ?, ?, ? FROM release_log",
                    [datetime.now(UTC), leader, name, sorted(people)],
                )

    def _before(self, leader: str) -> dict[str, list[frozenset[str]]]:
        rows = self._engine.arrow(
            "SELECT cell, marks FROM release_log WHERE ? IN (leader, ?) OR leader = ?",
            [leader, EVERYBODY, EVERYBODY],
        ).to_pylist()
        found: dict[str, list[frozenset[str]]] = defaultdict(list)
        for row in rows:
            found[row["cell"]].append(frozenset(row["marks"]))
        return found


def tells(cells: Cells, before: Mapping[str, list[frozenset[str]]], smallest: int) -> int:
    """Return of how few people a copy tells with an earlier one; 0 where of none, or of enough.

    >>> tells({"all": frozenset("abc")}, {"all": [frozenset("ab"), frozenset("xyz")]}, 5)
    1
    """
    few = [
        len(people ^ other)
        for name, people in cells.items()
        for like in _like(name, before)
        for other in before[like]
        if (people < other or other < people) and len(people ^ other) < smallest
    ]
    return min(few, default=0)


def _like(name: str, before: Mapping[str, list[frozenset[str]]]) -> Iterator[str]:
    """Yield the cells that may be taken from one another: a part narrowed to a sphere is a sphere of the whole."""
    for other in before:
        of_spheres = {name, other} - {_ALL}
        if name == other or (_ALL in {name, other} and all(one.startswith(_SPHERE) for one in of_spheres)):
            yield other


def cells_of(report: Report, smallest: int) -> dict[str, frozenset[str]]:
    """Return the sets of people behind the numbers of a copy: all, by step, by sphere, by month, if they are large."""
    found: dict[str, set[str]] = defaultdict(set)
    for one in report.people:
        for name in (
            _ALL,
            f"step:{one.step}",
            f"{_SPHERE}{one.sphere}",
            *(f"month:{month}" for month in one.months),
        ):
            found[name].add(one.person)
    return {
        name: frozenset(people) for name, people in found.items() if name == _ALL or len(people) >= smallest
    }
