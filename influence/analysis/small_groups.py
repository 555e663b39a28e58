"""Groups that are large enough to hide in: what few people share is merged, until as many share it as there must be."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from typing import TypeAlias, TypeVar

Value: TypeAlias = str | int | None
_Row = TypeVar("_Row")
_Group = TypeVar("_Group", bound=Hashable)
_TINY = 1e-6
"""Sums of chances are as exact as this."""


def hides(people: float, of: float, smallest: int) -> bool:
    """Whether part of a whole tells of no few people, neither by itself nor by those that the whole has besides.

    >>> hides(12, 20, 5), hides(3, 20, 5), hides(17, 20, 5), hides(20, 20, 5)
    (True, False, False, True)
    """
    return all(count < _TINY or count > smallest - _TINY for count in (people, of - people))


def kept(people: Mapping[_Group, int], smallest: int, merged: int = 0) -> frozenset[_Group]:
    """Return which groups are large enough; where the others together are not, the smallest of these joins them.

    `people` are how many people each group has, `merged` how many are merged in any case.

    >>> sorted(kept({"a": 9, "b": 3, "c": 2}, 5)), sorted(kept({"a": 9, "b": 6, "c": 2}, 5))
    (['a'], ['a'])
    """
    large = {group for group, count in people.items() if count >= smallest}
    merged += sum(count for group, count in people.items() if group not in large)
    for group in sorted(large, key=lambda one: (people[one], str(one))):
        if merged == 0 or merged >= smallest:
            break
        large.remove(group)
        merged += people[group]
    return frozenset(large)


def classes(
    rows: Sequence[_Row], attributes: Sequence[Callable[[_Row], Value]], smallest: int
) -> Iterator[tuple[list[_Row], tuple[Value, ...]]]:
    """Part rows by their attributes, one after the other, into classes of at least `smallest` rows.

    An attribute that too few of a class share is None for them; all are, where there are fewer rows than that at all.
    Each class comes with what is told of it. k-anonymity by generalisation: Sweeney 2002,
    doi:10.1142/S021848850200165X; one attribute at a time as LeFevre, DeWitt, Ramakrishnan 2006,
    doi:10.1109/ICDE.2006.101.

    >>> [(len(rows), told) for rows, told in classes("aaaabbc", [str], 3)]
    [(4, ('a',)), (3, (None,))]
    """
    if not attributes:
        yield list(rows), ()
        return
    groups: dict[Value, list[_Row]] = defaultdict(list)
    for row in rows:
        groups[attributes[0](row)].append(row)
    merged = groups.pop(None, [])
    large = kept({value: len(inside) for value, inside in groups.items()}, smallest, len(merged))
    for value in groups.keys() - large:
        merged += groups[value]
    parts: list[tuple[Value, list[_Row]]] = [(value, groups[value]) for value in groups if value in large]
    for told, inside in (*parts, *([(None, merged)] if merged else [])):
        for found, more in classes(inside, attributes[1:], smallest):
            yield found, (told, *more)
