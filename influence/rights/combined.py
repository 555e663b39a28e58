"""What the sizes of several groups tell together: few people whose number follows from them by sums and differences.

Who knows how many people are in each of some groups knows it of whatever can be put together of them with weights: of
one group less two others, of two that overlap less what lies around both (trackers: Denning, Denning, Schwartz 1979,
doi:10.1145/320064.320069). People who are in the same groups are one class. What can be put together is linear: it is
what is left of the groups when each class of many is taken out of them (Gaussian elimination, modulo a prime). Of what
is left, each row has a class of its own, so that a group put together is a choice of rows: which of them holds fewest
people is asked of an integer programme.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass

import numpy as np

from influence.kernels.arrays import Flags, Floats, Ints

_PRIME = 2**31 - 1
"""Products of two numbers below it stay within 63 bits."""
_LARGEST = 2**15
"""Numerators and denominators of weights are looked for up to this."""
_SECONDS = 20.0
"""So long a question may take; what is not answered then is taken for told."""
_NONE = 2
"""What scipy calls a programme that nothing solves."""


def told_together(groups: Iterable[Set[str]], smallest: int, known: Set[str] = frozenset()) -> frozenset[str]:
    """Return the fewest people, below `smallest`, whose number follows from those of some groups; else nobody.

    A group whose people are all `known` is passed over.

    >>> whole, customers, partners = frozenset("abcdefghijk"), frozenset("abcd"), frozenset("efgh")
    >>> sorted(told_together([whole, customers, partners], 4)), sorted(told_together([whole, customers], 4))
    (['i', 'j', 'k'], [])
    """
    classes = _classes(list(dict.fromkeys(frozenset(group) for group in groups if group)))
    sums = _echelon(_without_many(classes, smallest))
    if not len(sums.weights):
        return frozenset()
    unknown = np.array([not set(one) <= known for one in sums.people])
    chosen = _fewest(_plain(sums.weights), sums.sizes, smallest, unknown)
    return frozenset(one for n in np.flatnonzero(chosen).tolist() for one in sums.people[n])


def all_told(groups: Sequence[Set[str]], smallest: int) -> frozenset[str]:
    """Return everybody who is among fewer than `smallest` people whose number follows from those of some groups.

    >>> sorted(all_told([set("abcdefgh"), set("abcdef"), set("cdefgh")], 3))
    ['a', 'b', 'g', 'h']
    """
    told: frozenset[str] = frozenset()
    while more := told_together(groups, smallest, told) - told:
        told |= more
    return told


@dataclass(frozen=True)
class _Sums:
    """What is put together of groups, one a row: the weight (modulo the prime) of each class, and who is in it."""

    weights: Ints
    people: Sequence[Sequence[str]]

    @property
    def sizes(self) -> Ints:
        return np.array([len(one) for one in self.people], np.int64)


def _classes(groups: Sequence[frozenset[str]]) -> _Sums:
    """Return the groups themselves, of classes of people who are in the same of them."""
    within: dict[str, list[int]] = defaultdict(list)
    for n, group in enumerate(groups):
        for one in group:
            within[one].append(n)
    alike: dict[tuple[int, ...], list[str]] = defaultdict(list)
    for one, inside in within.items():
        alike[tuple(inside)].append(one)
    weights = np.zeros((len(groups), len(alike)), np.int64)
    for n, places in enumerate(alike):
        weights[list(places), n] = 1
    return _Sums(weights, list(alike.values()))


def _without_many(sums: _Sums, smallest: int) -> _Sums:
    """Return what can be put together without a class of many; classes that have one weight in all of it are one."""
    while True:
        many = sums.sizes >= smallest
        order = np.argsort(~many, kind="stable")
        reduced, pivots = _reduced(sums.weights[:, order])
        kept = reduced[pivots >= int(many.sum())][:, np.argsort(order)]
        merged = _merged(_Sums(kept, sums.people))
        if not len(kept) or len(merged.people) == len(sums.people):
            return merged
        sums = merged


def _echelon(sums: _Sums) -> _Sums:
    """Return the same, each row with a class of its own: the larger classes first, of which few can be chosen."""
    order = np.argsort(-sums.sizes, kind="stable")
    reduced, _ = _reduced(sums.weights[:, order])
    return _Sums(reduced, [sums.people[n] for n in order.tolist()])


def _reduced(rows: Ints) -> tuple[Ints, Ints]:
    """Return the reduced row echelon form modulo the prime, without rows of zeros, and each row's pivot."""
    rows, pivots = rows % _PRIME, list[int]()
    for column in range(rows.shape[1]):
        done = len(pivots)
        found = done + np.flatnonzero(rows[done:, column])
        if not len(found):
            continue
        rows[[done, found[0]]] = rows[[found[0], done]]
        rows[done] = rows[done] * pow(int(rows[done, column]), -1, _PRIME) % _PRIME
        others = np.flatnonzero(rows[:, column])
        others = others[others != done]
        rows[others] = (rows[others] - rows[others, column][:, None] * rows[done] % _PRIME) % _PRIME
        pivots.append(column)
    return rows[: len(pivots)], np.array(pivots, np.int64)


def _merged(sums: _Sums) -> _Sums:
    """Return the same with classes of one weight in every row as one; those that are in none are left out."""
    alike: dict[bytes, list[int]] = defaultdict(list)
    columns = np.ascontiguousarray(sums.weights.T)
    for n in np.flatnonzero(columns.any(axis=1)).tolist():
        alike[columns[n].tobytes()].append(n)
    first = [places[0] for places in alike.values()]
    people = [[one for n in places for one in sums.people[n]] for places in alike.values()]
    return _Sums(sums.weights[:, first], people)


def _fewest(weights: Floats, sizes: Ints, smallest: int, unknown: Flags) -> Flags:
    """Choose rows whose sum holds fewest people, one of an unknown class at least, and return the classes in it."""
    from scipy.optimize import (
        Bounds,
        LinearConstraint,
        milp,
    )  # 0.3 s, and only few copies of one leader need it

    of_each = weights @ sizes
    found = milp(
        of_each,
        integrality=np.ones(len(weights), np.int64),
        bounds=Bounds(0, 1),
        constraints=[
            LinearConstraint(weights.T, 0, 1),
            LinearConstraint(of_each[None, :], 1, smallest - 1),
            LinearConstraint((weights @ unknown)[None, :], 1, np.inf),
        ],
        options={"time_limit": _SECONDS},
    )
    if found.x is not None:
        return np.asarray(np.round(found.x) @ weights > 0.5)
    if found.status == _NONE:
        return np.zeros(len(sizes), bool)
    return sizes < smallest


def _plain(weights: Ints) -> Floats:
    """Return the fractions that weights modulo the prime stand for."""
    values, places = np.unique(weights, return_inverse=True)
    fractions = np.array([_fraction(one) for one in values.tolist()])
    return np.asarray(fractions[places].reshape(weights.shape), np.float64)


def _fraction(weight: int) -> float:
    """Return the fraction of small numbers that a weight stands for (Wang 1981, doi:10.1145/800206.806398)."""
    before, now, factor_before, factor = _PRIME, weight, 0, 1
    while now > _LARGEST:
        quotient = before // now
        before, now = now, before - quotient * now
        factor_before, factor = factor, factor_before - quotient * factor
    return now / factor
