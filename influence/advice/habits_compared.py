"""Each habit beside conversations just like it, leader by leader: rows of comparisons, and what they come to.

A comparison sets conversations of one leader in which a habit was kept beside others of the same leader that stood
alike: in the same channel, as busy so far, in the same sixth of the window. Compared is who came within δ after:
people who first responded to the leader there, each with 1 − m(v).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from influence.advice.acted import Acted
from influence.kernels.arrays import NEVER, UNDATED, Flags, Floats, Indices, Ints, as_one, distinct_pairs
from influence.times import DAY, Window

PERIODS = 6
MOST_KEPT, MOST_LIKE = 600, 40
"""Of a leader so many conversations in which a habit was kept are compared, each with so many, drawn at random."""
MORNING, AFTERNOON, EVENING = (6, 12), (12, 18), (18, 6)


@dataclass(frozen=True)
class Arrivals:
    """When somebody first wrote in a conversation, and their weight, 1 − m(v): arrays of one length.

    `row` is the conversation's place.
    """

    row: Ints
    time: Ints
    weight: Floats

    def until(self, row: Ints, time: Ints) -> tuple[Ints, Floats]:
        """Return how many people had come to conversations by a moment, and what they weigh.

        >>> came = Arrivals(np.array([0, 0, 1]), np.array([5, 7, 6]), np.array([1.0, 0.5, 1.0]))
        >>> [part.tolist() for part in came.until(np.array([0, 0, 1]), np.array([6, 7, 5]))]
        [[1, 2, 0], [1.0, 1.5, 0.0]]
        """
        times, key, total = self._in_order
        many = len(times) + 1
        start = np.searchsorted(key, row * many, "left")
        end = np.searchsorted(key, row * many + np.searchsorted(times, time, "right"), "right")
        return (end - start).astype(np.int64), total[end] - total[start]

    @cached_property
    def _in_order(self) -> tuple[Ints, Ints, Floats]:
        """All moments in order; by row and moment: a number that rises, and what all before it weigh."""
        order = np.lexsort((self.time, self.row))
        times = np.sort(self.time)
        key = self.row[order] * (len(times) + 1) + np.searchsorted(times, self.time[order], "right")
        return times, key, np.concatenate([[0.0], np.cumsum(self.weight[order])])


@dataclass(frozen=True)
class Comparison:
    """Conversations compared, arrays of one length: of which leader, within which set, which conversation.

    `kept` tells in which the habit was kept, `brought` what came within δ after.
    """

    leader: Ints
    within: Ints
    conversation: Ints
    kept: Flags
    brought: Floats
    item: Ints

    def where(self, rows: Flags) -> Comparison:
        """Return those that a mask chooses."""
        leader, within, conversation, item = (
            column[rows] for column in (self.leader, self.within, self.conversation, self.item)
        )
        return Comparison(leader, within, conversation, self.kept[rows], self.brought[rows], item)


@dataclass(frozen=True)
class Risk:
    """Conversations in which something happens after a `wait`, or never: arrays of one length.

    `origin` is the item at which one stands, `start` the moment from which it waits; `kept` tells in which what
    happened is the habit, by `item`, and `pool` which may be beside them.
    """

    leader: Ints
    origin: Ints
    start: Ints
    wait: Ints
    kept: Flags
    pool: Flags
    item: Ints


@dataclass(frozen=True)
class Effect:
    """By how much more came where one leader kept a habit: `share` of what all compared brought on average.

    `variance` is that of the share, `worth` how many people came in what was compared (Σ weight · mean), `kept` and
    `like` how many conversations were compared.
    """

    leader: int
    share: float
    variance: float
    worth: float
    kept: int
    like: int


def effects(of: Comparison) -> list[Effect]:
    """Return the effect for each leader with comparisons, where anybody came at all.

    Within a set of n₁ conversations in which the habit was kept and n₀ in which it was not the difference is that of
    the means; sets are weighed by n₁ n₀ / (n₁ + n₀), which is best where both are spread alike. It is told as a share
    of the mean of all of them with the same weights, which no other assignment of the habit within sets would change:
    so the share is 0 on average where the habit changes nothing. The variance is that of what each conversation moves
    the difference by (the infinitesimal jackknife, Efron 1982), whole conversations together.

    >>> of = Comparison(*(np.array(c) for c in ([0] * 4, [0, 0, 1, 1], [0, 1, 2, 3])),
    ...     np.array([True, False] * 2), np.array([3.0, 1.0, 2.0, 2.0]), np.arange(4))
    >>> [(one.share, one.worth, one.kept, one.like) for one in effects(of)]
    [(0.5, 2.0, 2, 2)]
    """
    sets, set_ = np.unique(of.within, return_inverse=True)
    many, kept = len(sets), of.kept
    n1, n0 = (np.bincount(set_[one], minlength=many).astype(np.float64) for one in (kept, ~kept))
    with np.errstate(invalid="ignore", divide="ignore"):
        y1, y0 = (
            np.bincount(set_[one], of.brought[one], minlength=many) / n
            for one, n in ((kept, n1), (~kept, n0))
        )
        weight, mean = n1 * n0 / (n1 + n0), (n1 * y1 + n0 * y0) / (n1 + n0)
    leader = np.zeros(many, np.int64)
    leader[set_] = of.leader
    found = []
    for one in np.unique(leader).tolist():
        its = (leader == one) & (weight > 0)
        rows = its[set_]
        total = float(weight[its].sum())
        worth = float(weight[its] @ mean[its]) if its.any() else 0.0
        if worth <= 0:
            continue
        difference = float(weight[its] @ (y1[its] - y0[its])) / total
        at = set_[rows]
        off = of.brought[rows] - y0[at]
        moved = weight[at] / total * np.where(kept[rows], (off - difference) / n1[at], -off / n0[at])
        place = np.unique(of.conversation[rows], return_inverse=True)[1]
        variance = float((np.bincount(place, moved) ** 2).sum())
        treated = np.unique(of.conversation[rows & kept])
        like = np.unique(of.conversation[rows & ~kept])
        level = worth / total
        found.append(Effect(one, difference / level, variance / level**2, worth, len(treated), len(like)))
    return found


class Doings:
    """The conversations of all leaders in a part of a window, and who came to them."""

    def __init__(self, acted: Acted, window: Window, part: Window, delta: int, seed: int = 1) -> None:
        self.acted, self.window, self.part, self.delta, self.seed = acted, window, part, delta, seed

    @cached_property
    def first(self) -> Ints:
        """As `first_ever`, at the latest δ before the part ends, in order of time."""
        return np.sort(self.first_ever[self._within(self.acted.time[self.first_ever], self.delta)])

    @cached_property
    def first_ever(self) -> Ints:
        """The leaders' first items of the window that say something in each conversation."""
        of = self.acted
        own = np.flatnonzero(of.said & np.isin(of.author, of.leaders) & self.window.holds(of.time))
        found: Ints = own[np.unique(self._key(of.who(own), of.conversation[own]), return_index=True)[1]]
        return found

    def _within(self, time: Ints, length: int) -> Flags:
        found: Flags = (time >= self.part.since) & (time + length <= self.part.until)
        return found

    def _key(self, leader: Ints, conversation: Ints) -> Ints:
        return leader * (int(self.acted.conversation.max(initial=0)) + 1) + conversation

    @cached_property
    def arrivals(self) -> tuple[Ints, Arrivals]:
        """The keys of conversations to which anybody came, sorted, and who first came when."""
        of = self.acted
        kept = np.isin(of.target, of.leaders)
        key = self._key(of.target[kept], of.conversation[of.response[kept]])
        person, time, unmet = of.responder[kept], of.time[of.response[kept]], of.unmet[kept]
        order = np.lexsort((time, person, key))
        again = (np.diff(key[order]) == 0) & (np.diff(person[order]) == 0)
        rows = order[np.append(np.ones(min(len(order), 1), bool), ~again)]
        keys, row = np.unique(key[rows], return_inverse=True)
        return keys, Arrivals(row.astype(np.int64), time[rows], unmet[rows])

    def brought(self, leader: Ints, conversation: Ints, time: Ints, length: int) -> Floats:
        """Return what came within some time after some moments."""
        later, so_far = (self._until(leader, conversation, one)[1] for one in (time + length, time))
        return later - so_far

    def lives(self, leader: Ints, conversation: Ints, time: Ints) -> Ints:
        """Return what a conversation is like before a moment: a row each for who had come, items, and how quiet it is.

        People who had come to the leader are counted exactly, items in powers of two, minutes since the last in
        powers of four.
        """
        of = self.acted
        end, begin = (
            np.searchsorted(of.told, of.number(conversation, one), "left")
            for one in (time, np.full_like(time, UNDATED))
        )
        items = end - begin
        last = of.time[of.led[np.maximum(end - 1, 0)]]
        quiet = np.where(items > 0, (time - last) // (DAY // 1440), 0)
        return np.stack(
            [self._until(leader, conversation, time - 1)[0], _doubled(items), _doubled(quiet) // 2]
        )

    def _until(self, leader: Ints, conversation: Ints, time: Ints) -> tuple[Ints, Floats]:
        keys, came = self.arrivals
        wanted = self._key(leader, conversation)
        place = np.searchsorted(keys, wanted)
        there = place < len(keys)
        there[there] = keys[place[there]] == wanted[there]
        count, weight = came.until(np.where(there, place, len(keys)), time)
        return np.where(there, count, 0), np.where(there, weight, 0.0)

    def stands(self, leader: Ints, item: Ints) -> Ints:
        """Return a number for each of some items: the same where leader, place, busyness and period are."""
        of = self.acted
        before = of.before[item]
        period = (
            (of.time[item] - self.window.since) * PERIODS // max(self.window.until - self.window.since, 1)
        )
        told = as_one(leader, of.place[item], _doubled(before), period)
        found: Ints = np.unique(told, return_inverse=True)[1]
        return found

    # --- of an item: one number of conversations beside another -----------------------------------------

    @cached_property
    def _firsts(self) -> Comparison:
        """Where the first items stand and what came after them, whatever habit was kept in which of them."""
        of, item = self.acted, self.first
        leader, conversation = of.who(item), of.conversation[item]
        came = self.brought(leader, conversation, of.time[item], self.delta)
        return Comparison(
            leader, self.stands(leader, item), conversation, np.zeros(len(item), bool), came, item
        )

    def among(self, kept: Flags) -> Comparison:
        """Compare first items in which a habit was kept with those in which it was not, where they stand alike."""
        return replace(self._firsts, kept=kept)

    def naming(self) -> Comparison:
        """Naming others."""
        return self.among(np.isin(self.first, self.acted.named_in))

    def asking(self) -> Comparison:
        """Asking instead of telling, where texts are kept."""
        asks = self.acted.asks[self.first]
        return self.among(asks == 1).where(asks >= 0)

    def at_hours(self, since: int, until: int) -> Comparison:
        """Writing within some hours of the day."""
        hour = self.acted.hour[self.first]
        inside = (hour >= since) & (hour < until) if since < until else (hour >= since) | (hour < until)
        return self.among(inside)

    # --- of a moment: each beside conversations that stood alike after as long ----------------------------

    def sooner(self) -> Comparison:
        """Answering within a day, beside conversations that had no answer yet after as long and got one within δ.

        What comes is counted for twice δ after, so that at least δ lie after the late answers too.
        """
        of = self.acted
        mine = np.flatnonzero(np.isin(of.responder, of.leaders) & (of.to >= 0) & of.said[of.response])
        mine = mine[of.who(of.to[mine]) != of.responder[mine]]
        order = mine[np.argsort(of.time[of.response[mine]], kind="stable")]
        key = self._key(of.responder[order], of.conversation[of.response[order]])
        rows = order[np.unique(key, return_index=True)[1]]
        asked, answer = of.to[rows], of.response[rows]
        leader, start = of.responder[rows], of.time[asked]
        wait = of.time[answer] - start
        pool = (wait > DAY) & (wait <= self.delta)
        risk = Risk(leader, asked, start, wait, wait <= DAY, pool, answer)
        return self._at_risk(risk, 2 * self.delta)

    def coming_back(self) -> Comparison:
        """Coming back to a conversation of one's own to which somebody came, beside those not come back to by then."""
        of = self.acted
        begun = self.first_ever[of.before[self.first_ever] == 0]
        keys, came = self.arrivals
        wanted = self._key(of.who(begun), of.conversation[begun])
        earliest = np.full(len(keys), NEVER)
        np.minimum.at(earliest, came.row, came.time)
        place = np.minimum(np.searchsorted(keys, wanted), max(len(keys) - 1, 0))
        answered = keys[place] == wanted if len(keys) else np.zeros(len(begun), bool)
        begun, start = begun[answered], earliest[place[answered]] if len(keys) else np.empty(0, np.int64)
        back = self._next_own(begun, start)
        wait = np.where(back >= 0, of.time[back] - start, NEVER)
        everything = np.ones(len(begun), bool)
        return self._at_risk(Risk(of.who(begun), begun, start, wait, back >= 0, everything, back), self.delta)

    def _next_own(self, begun: Ints, after: Ints) -> Ints:
        """Return the leader's first item after a moment in the conversation that each item began (−1: none)."""
        of = self.acted
        own = np.flatnonzero(of.said & np.isin(of.author, of.leaders))
        key = self._key(of.who(own), of.conversation[own])
        order = np.lexsort((of.time[own], key))
        own, key = own[order], key[order]
        times = np.sort(of.time[own])
        many = len(times) + 1
        told = key * many + np.searchsorted(times, of.time[own], "left")
        wanted = self._key(of.who(begun), of.conversation[begun])
        place = np.searchsorted(told, wanted * many + np.searchsorted(times, after, "right"), "left")
        there = place < len(own)
        there[there] = key[place[there]] == wanted[there]
        found = np.full(len(begun), -1, np.int64)
        found[there] = own[place[there]]
        return found

    def _at_risk(self, of: Risk, length: int) -> Comparison:
        """Pair what happened after a wait with conversations that lived alike and in which it had not happened by then.

        Source: risk-set matching, Li, Propert, Rosenbaum 2001, doi:10.1198/016214501753208573.
        """
        leader, conversation = of.leader, self.acted.conversation[of.origin]
        moment = of.start + np.where(of.kept, of.wait, 0)
        keep = of.kept & self._within(moment, length)
        one, other = _drawn(
            self.stands(leader, of.origin), leader, keep, of.pool, np.random.default_rng(self.seed)
        )
        then = of.start[other] + of.wait[one]
        alike = (of.wait[other] > of.wait[one]) & (conversation[other] != conversation[one])
        alike &= self._within(then, length)
        alike &= (
            self.lives(leader[one], conversation[one], moment[one])
            == self.lives(leader[other], conversation[other], then)
        ).all(axis=0)
        one, other, then = one[alike], other[alike], then[alike]
        each = np.unique(one)
        rows, times = np.append(each, other), np.append(moment[each], then)
        return Comparison(
            leader[rows],
            np.append(each, one),
            conversation[rows],
            np.arange(len(rows)) < len(each),
            self.brought(leader[rows], conversation[rows], times, length),
            np.append(of.item[each], of.origin[other]),
        )


def _doubled(count: Indices) -> Ints:
    """Return counts in powers of two: 0, 1, 2 to 3, 4 to 7, and so on.

    >>> _doubled(np.array([0, 1, 2, 3, 4, 7, 8])).tolist()
    [0, 1, 2, 2, 3, 3, 4]
    """
    found: Ints = np.ceil(np.log2(count + 1)).astype(np.int64)
    return found


def _drawn(
    group: Ints, leader: Ints, keep: Flags, pool: Flags, random: np.random.Generator
) -> tuple[Ints, Ints]:
    """Draw for each of those kept, at most so many a leader, some of its group out of a pool: all where few are."""
    ones = np.flatnonzero(keep)
    ones = random.permutation(ones)
    order = np.argsort(leader[ones], kind="stable")
    begins = np.unique(leader[ones][order], return_index=True)[1]
    rank = np.arange(len(ones)) - np.repeat(begins, np.diff(np.append(begins, len(ones))))
    ones = np.sort(ones[order][rank < MOST_KEPT])
    held = np.flatnonzero(pool)
    held = held[np.argsort(group[held], kind="stable")]
    begin, end = (np.searchsorted(group[held], group[ones], side) for side in ("left", "right"))
    size = end - begin
    all_ = np.arange(MOST_LIKE)[None, :]
    offset = np.where(
        size[:, None] <= MOST_LIKE,
        all_,
        random.integers(0, np.maximum(size, 1)[:, None], (len(ones), MOST_LIKE)),
    )
    told = offset < size[:, None]
    one = np.repeat(ones, told.sum(axis=1))
    other = held[(begin[:, None] + offset)[told]]
    return distinct_pairs(one, other)


HABITS: Mapping[str, Callable[[Doings], Comparison]] = {
    "answer_sooner": Doings.sooner,
    "come_back": Doings.coming_back,
    "ask": Doings.asking,
    "name_others": Doings.naming,
    "morning": lambda of: of.at_hours(*MORNING),
    "afternoon": lambda of: of.at_hours(*AFTERNOON),
    "evening": lambda of: of.at_hours(*EVENING),
}
