"""Everybody's team at once, by the same rules as one leader's."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from itertools import chain

import numpy as np

from influence.kernels.arrays import Codes, Flags, Ints
from influence.people.directory import People, UnknownPerson


class Teams:
    """Everybody's team: the declared one, else the chart's, else the people whose sphere is `team`.

    A manager's team is a span of numbers in one walk through the chart; where managers run in a circle, whoever
    is on it has everybody who hangs on it in the team.

    >>> from influence.people.columns import Who
    >>> chart = [Who("ann", "Ann"), Who("bob", "Bob", manager="ann"), Who("cem", "Cem", manager="bob")]
    >>> Teams(People(chart, {}), {}).hold(np.array([0, 1, 2]), np.array([2, 0, 1])).tolist()
    [True, False, False]
    """

    def __init__(self, people: People, declared: Mapping[str, Sequence[str]]) -> None:
        self._declared = _declared_teams(people, declared)
        above = {
            code: boss
            for code, _ in people.told("manager")
            if isinstance(boss := people.manager(people.who[code]), int) and boss != code
        }
        self._circle, self._begin, self._end = _spans(above, len(people))
        self._leads, self._sphere = np.zeros(len(people), bool), np.zeros(len(people), bool)
        self._leads[list(above.values())] = True
        self._sphere[[code for code, sphere in people.told("sphere") if sphere == "team"]] = True

    def hold(self, leader: Codes, person: Codes) -> Flags:
        """Tell for each pair whether the person is in the leader's team."""
        begin, end, circle = self._begin, self._end, self._circle
        within = (begin[person] > begin[leader]) & (begin[person] < end[leader])
        within |= (circle[leader, 0] == 1) & (circle[leader, 1] == circle[person, 1])
        team = np.where(self._leads[leader], within, self._sphere[person]) & (leader != person)
        for code, members in self._declared.items():
            own = leader == code
            team[own] = np.isin(person[own], list(members))
        flags: Flags = team
        return flags

    def of(self, leader: int) -> set[int]:
        """Return the codes of one leader's team."""
        everybody = np.arange(self._begin.size, dtype=np.int32)
        return set(np.flatnonzero(self.hold(np.full_like(everybody, leader), everybody)).tolist())

    def everybodys(self, least: int, most: int) -> Iterator[tuple[int, Ints]]:
        """Yield who has a team of at least and at most so many people, with its codes: declared, or the chart's."""
        for code, members in self._declared.items():
            if least <= len(members) <= most:
                yield code, np.array(sorted(members), np.int64)
        charted = np.flatnonzero(self._begin >= 0)
        charted = charted[np.argsort(self._begin[charted])]
        size = self._end - self._begin - 1
        for code in np.flatnonzero(self._leads & (size >= least) & (size <= most)).tolist():
            if code not in self._declared and not self._circle[code, 0]:
                begin = int(np.searchsorted(self._begin[charted], self._begin[code], side="right"))
                yield code, charted[begin : begin + int(size[code])]


def _declared_teams(people: People, declared: Mapping[str, Sequence[str]]) -> dict[int, Set[int]]:
    teams: dict[int, Set[int]] = {}
    for words, members in declared.items():
        for find in (people.code.__getitem__, people.account_person.__getitem__, people.find):
            code = _found(find, words)
            if code is not None and code not in teams:
                teams[code] = {people.find(member) for member in members} - {code}
    return teams


def _found(find: Callable[[str], int], words: str) -> int | None:
    try:
        return find(words)
    except (KeyError, UnknownPerson):
        return None


def _spans(above: Mapping[int, int], n: int) -> tuple[Ints, Ints, Ints]:
    """Return what `_walk` does for n people, of whom few stand in the chart: who does not is in no span."""
    charted = sorted({*above, *above.values()})
    place = {code: row for row, code in enumerate(charted)}
    circle, begin, end = np.stack([np.zeros(n, np.int64), -1 - np.arange(n)], axis=1), *np.full((2, n), -1)
    found = _walk([place[above[code]] if code in above else -1 for code in charted])
    for whole, part in zip((circle, begin, end), found, strict=True):
        whole[charted] = part
    return circle, begin, end


def _walk(above: Sequence[int]) -> tuple[Ints, Ints, Ints]:
    """Walk the chart from its tops down; return (on a circle, which circle) and the span of each one's numbers."""
    n = len(above)
    below: list[list[int]] = [[] for _ in range(n)]
    for code, boss in enumerate(above):
        if boss >= 0:
            below[boss].append(code)
    on_circle, circle = _circles(above)
    begin, end = np.zeros(n, np.int64), np.zeros(n, np.int64)
    which = np.array(circle, np.int64)
    number = 0
    for top in chain((c for c in range(n) if above[c] < 0), (c for c in range(n) if on_circle[c])):
        waiting = [(top, False)]
        while waiting:
            code, done = waiting.pop()
            if done:
                end[code] = number
                continue
            begin[code], number = number, number + 1
            which[code] = which[top]
            waiting.append((code, True))
            waiting += [(each, False) for each in below[code] if not on_circle[each]]
    return np.stack([np.array(on_circle, np.int64), which], axis=1).reshape(n, 2), begin, end


def _circles(above: Sequence[int]) -> tuple[list[bool], list[int]]:
    """Find the circles: for each person whether they are on one, and its number (−1 − code: none)."""
    n = len(above)
    walked, on_circle, circle = [-1] * n, [False] * n, [-1 - code for code in range(n)]
    for start in range(n):
        at = start
        while at >= 0 and walked[at] < 0:
            walked[at] = start
            at = above[at]
        if at >= 0 and walked[at] == start and not on_circle[at]:
            first = at
            while not on_circle[at]:
                on_circle[at], circle[at] = True, first
                at = above[at]
    return on_circle, circle
