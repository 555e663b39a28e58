"""Copies for others are given out so that they tell of no small group by differences, however many are held together.

Of each copy the sets of people behind its numbers are kept, as keyed marks. A copy is refused where a set of it and one
of an earlier copy about the same leader, or about everybody, lie within one another and differ by fewer people than may
be shown: the one number taken from the other would tell of them. Restricting answers by how they overlap: Dobkin,
Jones, Lipton 1979, doi:10.1145/320083.320088. It is refused too where any sum and difference of its numbers and those
of earlier copies would tell of so few (`combined`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence, Set
from datetime import UTC, datetime
from typing import TypeAlias

from influence.analysis.small_groups import hides
from influence.analysis.without_names import OTHERS, large_spheres
from influence.contract.errors import InfluenceError
from influence.contract.findings import Report
from influence.rights.combined import all_told, told_together
from influence.store.engine import Engine
from influence.store.forgotten import mark

Cells: TypeAlias = Mapping[str, frozenset[str]]
Before: TypeAlias = Mapping[str, Sequence[frozenset[str]]]
_ALL, _SPHERE, _MONTH = "all", "sphere:", "month:"
_WHOLE = (_ALL, _SPHERE)
"""Of these every sum and difference is looked at: spheres part the whole, and a copy may be narrowed to one."""
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
    influence.rights.released.TooAlike: together with copies given before, this one would tell of 1 of those ...
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
        before, beside = self._before(leader), self._beside(leader)
        told = (
            tells(marked, before, smallest)
            or tells_by_sums(marked, before, smallest)
            or tells_beside(marked, before, beside, smallest)
        )
        if told:
            raise TooAlike(
                f"together with copies given before, this one would tell of {told} of those reached, fewer than may be "
                "shown: give the window and the part that an earlier copy had, or those of quite another one"
            )
        new = {name: people for name, people in marked.items() if people not in before[name]}
        with self._engine.transaction():
            for name, people in new.items():
                self._engine.run(
                    "INSERT INTO release_log SELECT coalesce(max(seq), 0) + 1, ?, ?, ?, ? FROM release_log",
                    [datetime.now(UTC), leader, name, sorted(people)],
                )

    def _before(self, leader: str) -> Before:
        """Return what was told of a leader and of everybody; of everybody, what was told of anybody."""
        return self._kept("? IN (leader, ?) OR leader = ?", [leader, EVERYBODY, EVERYBODY])

    def _beside(self, leader: str) -> Before:
        """Return what was told of other leaders, if something was told of everybody: it holds their parts."""
        return self._kept(
            "leader NOT IN (?, ?) AND EXISTS (FROM release_log WHERE leader = ?)",
            [leader, EVERYBODY, EVERYBODY],
        )

    def _kept(self, where: str, of: list[str]) -> Before:
        rows = self._engine.arrow(
            f"SELECT cell, marks FROM release_log WHERE {where}",
            of,
        ).to_pylist()
        found: dict[str, list[frozenset[str]]] = defaultdict(list)
        for row in rows:
            found[row["cell"]].append(frozenset(row["marks"]))
        return found


def tells(cells: Cells, before: Before, smallest: int) -> int:
    """Return of how few people a copy tells with one earlier one; 0 where of none, or of enough.

    A number of one kind is held against those of every other: all who posted may be all of a copy but few.

    >>> tells({"all": frozenset("abc")}, {"all": [frozenset("ab"), frozenset("xyz")]}, 5)
    1
    """
    old = {people for sets in before.values() for people in sets}
    new = set(cells.values())
    few = [
        len(people ^ other)
        for people in new - old
        for other in old - new
        if (people < other or other < people) and len(people ^ other) < smallest
    ]
    return min(few, default=0)


def tells_by_sums(cells: Cells, before: Before, smallest: int) -> int:
    """Return of how few people a copy tells with earlier ones by any sum and difference; 0 where of none, or of enough.

    Summed are the whole and its spheres, and each other cell with its like.

    >>> tells_by_sums({"all": frozenset("abcdefg")}, {"all": [frozenset("abc"), frozenset("def")]}, 3)
    1
    """
    return _few(_whole(before), _new(cells, before), smallest) or next(
        (
            few
            for name, people in cells.items()
            if not name.startswith(_WHOLE) and people not in before.get(name, ())
            if (few := _few(before.get(name, ()), [people], smallest))
        ),
        0,
    )


def tells_beside(cells: Cells, before: Before, beside: Before, smallest: int) -> int:
    """Return of how few people a copy tells with earlier ones about it and, `beside`, about others; 0 where of enough.

    What those beside it tell with one another without what was told of everybody is chance, and nobody knows it.
    """
    if not beside:
        return 0
    others = _whole(beside)
    chance = all_told([*others, *_whole({name: [people] for name, people in cells.items()})], smallest)
    return _few([*_whole(before), *others], _new(cells, before), smallest, chance)


def _few(
    old: Sequence[frozenset[str]],
    new: Sequence[frozenset[str]],
    smallest: int,
    chance: Set[str] = frozenset(),
) -> int:
    """Return of how few people new sets tell with old ones, beyond those of whom old ones do, or a small one alone."""
    if not new or not old or not told_together([*old, *new], smallest):
        return 0
    alone = frozenset[str]().union(*(people for people in new if len(people) < smallest))
    return len(told_together([*old, *new], smallest, all_told(old, smallest) | alone | chance))


def _whole(before: Before) -> list[frozenset[str]]:
    return [people for name, sets in before.items() if name.startswith(_WHOLE) for people in sets]


def _new(cells: Cells, before: Before) -> list[frozenset[str]]:
    told = set(_whole(before))
    return [people for name, people in cells.items() if name.startswith(_WHOLE) and people not in told]


def cells_of(report: Report, smallest: int) -> dict[str, frozenset[str]]:
    """Return the sets of people behind the numbers of a copy: all, by step, by sphere as it is told, by month.

    Of months and steps only those that are large, of months not all but few: others are left out of a copy, or told
    in any.
    """
    found: dict[str, set[str]] = defaultdict(set)
    stand = large_spheres(report.spheres, smallest)
    for one in report.people:
        sphere = one.sphere if one.sphere in stand else OTHERS
        for name in (
            _ALL,
            f"step:{one.step}",
            f"{_SPHERE}{sphere}",
            *(f"{_MONTH}{month}" for month in one.months),
        ):
            found[name].add(one.person)
    of = len(found[_ALL])
    return {
        name: frozenset(people)
        for name, people in found.items()
        if name == _ALL
        or (hides(len(people), of, smallest) if name.startswith(_MONTH) else len(people) >= smallest)
    }
