"""Do people whom the leader answered come back? Threads matched with threads like them."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import islice
from typing import TYPE_CHECKING

import numpy as np

from influence.advice.backtest import DRAWS, FEWEST_MATCHED, MOST_CONTROLS, percentiles
from influence.contract.details.advice import StepUp
from influence.contract.findings import Finding
from influence.contract.language import because
from influence.contract.turns import steps
from influence.kernels.arrays import Floats, Ints
from influence.measures.reach import NO_TIMES
from influence.network.log_queries import place_of
from influence.reach.ego import Ego

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix


TOGETHER = 16
"""Draws that are worked out at once."""


@dataclass(frozen=True)
class Thread:
    """A conversation begun by the leader: when each new person came, their weight, when the leader came back.

    `place` is the source and system it stands in: only conversations of one place are compared. `code` is its
    number in the log.
    """

    arrivals: tuple[int, ...]
    weights: tuple[float, ...]
    back: int | None
    place: str = ""
    code: int = -1

    def before(self, time: int) -> int:
        """How many people had come by a moment."""
        return bisect_right(self.arrivals, time)

    def after(self, time: int, delta: int) -> float:
        """The weight of those who came within δ after a moment."""
        start, end = self.before(time), self.before(time + delta)
        return float(sum(self.weights[start:end]))


@dataclass(frozen=True)
class Matched:
    """Conversations come back to (`back`, positions among all) with what came `after`, each with its like.

    Those like the i-th are `like[start[i]:start[i + 1]]`, with what came in them `instead`.
    """

    conversations: int
    back: Ints
    after: Floats
    start: Ints
    like: Ints
    instead: Floats

    @cached_property
    def _alike(self) -> tuple[csr_matrix, csr_matrix]:
        """How often each conversation is among those like each come back to, and what came in it then."""
        from scipy.sparse import csr_matrix  # 0.1 s, and only this needs it

        shape = len(self.back), self.conversations
        return (
            csr_matrix((np.ones(len(self.like)), self.like, self.start), shape),
            csr_matrix((np.asarray(self.instead, np.float64), self.like, self.start), shape),
        )

    def without(self, times: Floats | None = None) -> Floats:
        """Return the mean of those like each; `times` says how often each conversation counts (nan: none is left).

        `times` may have a column for each draw.
        """
        worth = np.ones(self.conversations) if times is None else times
        count, amount = self._alike
        with np.errstate(invalid="ignore"):
            mean: Floats = (amount @ worth) / (count @ worth)
        return mean

    def difference(self, times: Ints | None = None) -> float:
        """Return the mean of what came after, less the mean of those like each; nan where nothing is left.

        `times` says how often each conversation counts.
        """
        worth = np.ones(self.conversations) if times is None else times
        return float(self._differences(np.asarray(worth, np.float64)[:, None])[0])

    def _differences(self, times: Floats) -> Floats:
        """Return the difference for each column of `times`, how often each conversation counts."""
        other, worth = self.without(times), times[self.back]
        told = np.isfinite(other) & (worth > 0)
        weighed = np.where(told, worth * (self.after[:, None] - np.where(told, other, 0.0)), 0.0)
        with np.errstate(invalid="ignore"):
            found: Floats = weighed.sum(axis=0) / np.where(told, worth, 0.0).sum(axis=0)
        return found

    def interval(self, draws: int = DRAWS, seed: int = 1) -> tuple[float, float]:
        """Return the 95 % interval, drawing whole conversations again, in whichever part they play."""
        n = self.conversations
        random = np.random.default_rng(seed)
        found = []
        for begin in steps(range(0, draws, TOGETHER)):
            drawn = [random.integers(0, n, n) for _ in range(min(TOGETHER, draws - begin))]
            times = np.stack([np.bincount(each, minlength=n) for each in drawn], axis=1)
            found.append(self._differences(times.astype(np.float64)))
        values = np.concatenate(found)
        return percentiles(values[np.isfinite(values)])


@dataclass(frozen=True)
class ComingBack:
    """The finding `step_up`, and conversation and moment of each coming back, what most people followed first."""

    finding: Finding
    most: tuple[tuple[int, int], ...] = ()


def step_up(ego: Ego) -> Finding:
    """What coming back once to a conversation was followed by: more people never met than in its like without.

    See `matched`. Unit: people never met, for each conversation; 95 % interval by drawing conversations again. An
    association: the leader may come back to what promises most.
    """
    return coming_back(ego).finding


def coming_back(ego: Ego) -> ComingBack:
    """Return `step_up` with where and when the leader came back."""
    unit = "people a conversation"
    if not ego.dated:
        return ComingBack(Finding("step_up", None, unit, reason=NO_TIMES))
    of = threads(ego)
    found = matched(of, ego.passing.delta, seed=ego.settings.seed)
    detail = StepUp(
        conversations=len(of),
        came_back=sum(thread.back is not None for thread in of),
        compared=len(found.back),
    )
    if len(found.back) < FEWEST_MATCHED:
        why = because(
            "{n} conversations that the leader began and came back to have their like without; {least} are needed",
            n=len(found.back),
            least=FEWEST_MATCHED,
        )
        reason = because("too little to say: {why}", why=why)
        return ComingBack(Finding("step_up", None, unit, reason=reason, detail=detail))
    detail = replace(detail, with_=float(found.after.mean()), without=float(found.without().mean()))
    interval = found.interval(ego.settings.draws, ego.settings.seed)
    most = [of[found.back[n]] for n in np.argsort(-found.after, kind="stable")]
    return ComingBack(
        Finding("step_up", found.difference(), unit, interval=interval, detail=detail),
        tuple((thread.code, thread.back) for thread in most if thread.back is not None),
    )


def threads(ego: Ego) -> list[Thread]:
    """Return the conversations that the leader began, and in which people responded in the window."""
    items, drawn = ego.log.items, ego.drawn
    codes = np.unique(ego.unit[ego.unit >= 0])
    rows = np.flatnonzero(np.isin(items.conversation, codes))
    conversation, first = np.unique(items.conversation[rows], return_index=True)
    begun = conversation[items.author[rows[first]] == ego.leader]
    own = rows[items.author[rows] == ego.leader]
    mine: dict[int, list[int]] = defaultdict(list)
    for code, time in zip(items.conversation[own].tolist(), items.time[own].tolist(), strict=True):
        mine[code].append(time)
    weight = {alter.person: alter.unmet for alter in ego.found}
    came: dict[int, dict[int, int]] = defaultdict(dict)
    inside = np.isin(ego.unit, begun)
    touched = ego.unit[inside], drawn.person[inside], drawn.time[inside]
    for code, person, time in zip(*(column.tolist() for column in touched), strict=True):
        came[code].setdefault(person, time)
    place = dict(zip(conversation.tolist(), place_of(ego.tables, rows[first]), strict=True))
    return [_thread(code, came[code], mine[code], weight, place[code]) for code in sorted(came)]


def _thread(
    code: int, came: dict[int, int], mine: Sequence[int], weight: dict[int, float], place: str
) -> Thread:
    order = sorted((time, person) for person, time in came.items())
    back = next((time for time in mine if time > order[0][0]), None)
    weights = tuple(weight[person] for _, person in order)
    return Thread(tuple(time for time, _ in order), weights, back, place, code)


def matched(of: Sequence[Thread], delta: int, *, seed: int = 1) -> Matched:
    """Match each conversation come back to with those just like it, and see who came within δ after.

    Just like it: in the same source and system, with as many people so far, as long after the last of them
    came, and not come back to until then (at most 50, drawn at random). Conversations without their like are
    left out.

    Source: risk-set matching, Li, Propert, Rosenbaum 2001, doi:10.1198/016214501753208573.

    >>> back = Thread((0, 5, 6), (1.0, 1.0, 1.0), back=2)
    >>> quiet = Thread((0, 9), (1.0, 1.0), back=None)
    >>> matched([back, quiet], delta=10).difference()
    1.0
    """
    waiting: dict[tuple[str, int], list[int]] = defaultdict(list)
    for row in np.random.default_rng(seed).permutation(len(of)).tolist():
        for n in range(1, len(of[row].arrivals) + 1):
            waiting[of[row].place, n].append(row)
    back, after, start, like, instead = [], [], [0], [], []
    for row, thread in enumerate(of):
        if thread.back is None:
            continue
        n = thread.before(thread.back)
        gap = thread.back - thread.arrivals[n - 1]
        alike = list(islice((o for o in waiting[thread.place, n] if _like(of[o], n, gap)), MOST_CONTROLS))
        if alike:
            back.append(row)
            after.append(thread.after(thread.back, delta))
            like += alike
            instead += [of[o].after(of[o].arrivals[n - 1] + gap, delta) for o in alike]
            start.append(len(like))
    whole = (np.array(column, np.int64) for column in (back, start, like))
    positions, starts, likes = whole
    return Matched(len(of), positions, np.array(after), starts, likes, np.array(instead))


def _like(other: Thread, n: int, gap: int) -> bool:
    """Tell whether a conversation still had n people, and no coming back, `gap` after the n-th came."""
    then = other.arrivals[n - 1] + gap
    return other.before(then) == n and (other.back is None or other.back > then)
