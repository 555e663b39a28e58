"""Would the forecast have been right? Learned on the first two thirds of a window, scored on the last.

And what coming back to a conversation was followed by, against conversations just like it: risk-set matching.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

import numpy as np
import pyarrow as pa

from influence.advice.forecast import Ledger, gains
from influence.contract.findings import Finding
from influence.kernels.arrays import Flags, Floats, Ints
from influence.measures.reach import NO_TIMES
from influence.reach.ego import Ego
from influence.reach.steps import Window

FEWEST = 5
"""People who brought somebody new, and people who did not: fewer of either score nothing."""
FEWEST_MATCHED = 10
DRAWS = 1_000
MOST_CONTROLS = 50
LONGEST_CHAIN = 64


@dataclass(frozen=True)
class BackTest:
    """How a ranking made at two thirds of the window did in the last third, over the people exchanged with there.

    `auc` is the probability that somebody who brought new people never met was ranked above somebody who did
    not (0.5: chance), with its 95 % interval; `baseline` the same for ranking by responses so far, `ahead` the
    difference and its interval. `lift` is what the best-ranked third brought for each exchange partner, over
    the mean of all. None where there were too few (`words` says so).
    """

    exchanged: int
    brought: int
    words: str
    auc: float | None = None
    auc_interval: tuple[float, float] | None = None
    baseline: float | None = None
    ahead: float | None = None
    ahead_interval: tuple[float, float] | None = None
    lift: float | None = None

    @property
    def skill(self) -> bool:
        """Whether the whole interval lies above chance, and the best-ranked third brought more than the mean."""
        above = self.auc_interval is not None and self.auc_interval[0] > 0.5
        return above and self.lift is not None and self.lift > 1

    def finding(self) -> Finding:
        """Return `advice_backtest`: the AUC, or why there is none."""
        detail: dict[str, Any] = {
            "exchanged": self.exchanged,
            "brought": self.brought,
            "skill": self.skill,
            "words": self.words,
        }
        if self.auc is None:
            return Finding("advice_backtest", None, "AUC", reason=self.words, detail=detail)
        detail |= {"baseline": self.baseline, "ahead": self.ahead, "lift": self.lift}
        detail["ahead_interval"] = list(self.ahead_interval or ())
        return Finding("advice_backtest", self.auc, "AUC", interval=self.auc_interval, detail=detail)


def back_test(ego: Ego, ledger: Ledger) -> BackTest:
    """Fit on the first two thirds of the window, rank the people known then, score by the last third.

    Scored are those with whom the leader exchanged in the last third; v brought w if w, never reached before, not
    near and likely not met, came after that exchange by a chain of responses on which v wrote (or w is v).
    """
    cut = ego.window.since + 2 * (ego.window.until - ego.window.since) // 3
    first, last = Window(ego.window.since, cut), Window(cut, ego.window.until)
    fit = ledger.fit(first)
    people, since = _exchanged(ego, ledger, last, fit.candidates)
    value = brought(ego, ledger, last, people, since)
    predicted = gains(fit, max(ego.passing.hands - 1, 0), seed=ego.settings.seed)[people]
    drawn = ego.drawn.person[first.holds(ego.drawn.time)]
    so_far = np.bincount(drawn, minlength=ledger.people)[people].astype(np.float64)
    return scored(predicted, so_far, value, draws=ego.settings.draws, seed=ego.settings.seed)


def _exchanged(ego: Ego, ledger: Ledger, last: Window, known: Ints) -> tuple[Ints, Ints]:
    """Return the people exchanged with in a window who were known before it, and when that began."""
    item, person = ledger.exchanges
    time = ego.log.items.time[item]
    kept = last.holds(time) & np.isin(person, known)
    people, first = np.unique(person[kept], return_index=True)
    return people, time[kept][first]


def brought(ego: Ego, ledger: Ledger, last: Window, people: Ints, since: Ints) -> Floats:
    """Return Σ (1 − m(w)) over the newly reached w whom each of `people` brought after the time in `since`."""
    drawn = ego.drawn
    _, earliest = np.unique(drawn.person, return_index=True)
    fresh = earliest[last.holds(drawn.time[earliest]) & ~ledger.near[drawn.person[earliest]]]
    item, person, time = drawn.item[fresh], drawn.person[fresh].astype(np.int64), drawn.time[fresh]
    weight = np.array([1 - ego.met.probability(int(w), int(t)) for w, t in zip(person, time, strict=True)])
    row, author = chains(ego, item)
    place = np.minimum(np.searchsorted(people, author), max(len(people) - 1, 0))
    value = np.zeros(len(people))
    if len(people):
        good = (people[place] == author) & (since[place] < time[row])
        np.add.at(value, place[good], weight[row[good]])
    return value


def chains(ego: Ego, items: Ints) -> tuple[Ints, Ints]:
    """Return who wrote on the way from each item up to the leader's, the item's own author too: row and author.

    Each is named once a chain. Only links that pass influence on are followed: a wait above 0 and at most δ.
    """
    above = _first_parent(ego)
    author, row, here = ego.log.items.author, np.arange(len(items)), items
    seen = []
    for _ in range(LONGEST_CHAIN):
        going = (here >= 0) & (author[np.maximum(here, 0)] != ego.leader)
        row, here = row[going], here[going]
        if not len(here):
            break
        seen.append(np.stack([row, author[here].astype(np.int64)]))
        here = above[here]
    pairs = np.unique(np.concatenate(seen, axis=1), axis=1) if seen else np.empty((2, 0), np.int64)
    return pairs[0], pairs[1]


def _first_parent(ego: Ego) -> Ints:
    links, time = ego.log.counted_links(), ego.log.items.time
    wait = time[links.child] - time[links.parent]
    kept = (wait > 0) & (wait <= ego.passing.delta)
    above = np.full(len(time), -1, np.int64)
    child, first = np.unique(links.child[kept], return_index=True)
    above[child] = links.parent[kept][first]
    return above


def scored(
    predicted: Floats, baseline: Floats, value: Floats, *, draws: int = DRAWS, seed: int = 1
) -> BackTest:
    """Score a ranking, and a baseline's, by what came; the intervals draw the people again.

    Source of the AUC: Hanley and McNeil 1982, doi:10.1148/radiology.143.1.7063747.

    >>> up = np.arange(12.0)
    >>> scored(up, up[::-1].copy(), (up > 5).astype(float)).auc
    1.0
    """
    came = value > 0
    n, hits = len(value), int(came.sum())
    if hits < FEWEST or n - hits < FEWEST:
        return BackTest(n, hits, _too_few(n, hits))
    times = np.random.default_rng(seed).multinomial(n, np.full(n, 1 / n), size=draws)
    times = times[(times[:, came].sum(axis=1) > 0) & (times[:, ~came].sum(axis=1) > 0)]
    mine, other = auc(predicted, came, times), auc(baseline, came, times)
    once = np.ones((1, n), np.int64)
    found, base = float(auc(predicted, came, once)[0]), float(auc(baseline, came, once)[0])
    top = np.argsort(-predicted, kind="stable")[: max(1, n // 3)]
    interval, ahead = _interval(mine), _interval(mine - other)
    return BackTest(
        n,
        hits,
        _words(found, interval, ahead),
        found,
        interval,
        base,
        found - base,
        ahead,
        float(value[top].mean() / value.mean()),
    )


def auc(score: Floats, came: Flags, times: Ints) -> Floats:
    """Return the probability that a score of those who came is above one of those who did not; ties count half.

    One value for each row of `times`: how often each person is counted.

    >>> auc(np.array([1.0, 2.0, 2.0]), np.array([False, True, False]), np.array([[1, 1, 1], [1, 1, 3]])).tolist()
    [0.75, 0.625]
    """
    order = np.argsort(score, kind="stable")
    value, hit, count = score[order], came[order], times[:, order]
    below = np.concatenate([np.zeros((len(count), 1), np.int64), np.cumsum(count * ~hit, axis=1)], axis=1)
    less, up_to = np.searchsorted(value, value, "left"), np.searchsorted(value, value, "right")
    won = (count * hit * (below[:, less] + below[:, up_to]) / 2).sum(axis=1)
    aucs: Floats = won / ((count * hit).sum(axis=1) * (count * ~hit).sum(axis=1))
    return aucs


def _interval(values: Floats) -> tuple[float, float]:
    low, high = np.quantile(values, [0.025, 0.975])
    return float(low), float(high)


def _too_few(exchanged: int, hits: int) -> str:
    return (
        f"too little to say: in the last third of the window there were exchanges with {exchanged} people known "
        f"before, and {hits} of them were followed by somebody new; at least {FEWEST} who were and {FEWEST} who "
        "were not are needed"
    )


def _words(found: float, interval: tuple[float, float], ahead: tuple[float, float]) -> str:
    measured = f"AUC {found:.2f}, 95 % interval {interval[0]:.2f} to {interval[1]:.2f}"
    if interval[0] <= 0.5:
        return f"too little to say: on the last third of the window the ranking cannot be told from chance ({measured})"
    if ahead[0] <= 0:
        return (
            f"on the last third of the window the ranking did better than chance ({measured}), "
            "but cannot be told apart from simply going to those who responded most before"
        )
    return (
        f"on the last third of the window the ranking did better than chance ({measured}) "
        "and better than going to those who responded most before"
    )


# --- what coming back was followed by -----------------------------------------------------------------------


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

    def without(self, times: Ints | None = None) -> Floats:
        """Return the mean of those like each; `times` says how often each conversation counts (nan: none is left)."""
        worth = (np.ones(self.conversations) if times is None else times)[self.like]
        if not len(worth):
            return np.empty(0)
        total = np.add.reduceat(worth, self.start[:-1])
        with np.errstate(invalid="ignore"):
            mean: Floats = np.add.reduceat(worth * self.instead, self.start[:-1]) / total
        return mean

    def difference(self, times: Ints | None = None) -> float:
        """Return the mean of what came after, less the mean of those like each; nan where nothing is left."""
        other, worth = (
            self.without(times),
            (np.ones(self.conversations) if times is None else times)[self.back],
        )
        told = np.isfinite(other) & (worth > 0)
        if not told.any():
            return float("nan")
        return float(np.average(self.after[told] - other[told], weights=worth[told]))

    def interval(self, draws: int = DRAWS, seed: int = 1) -> tuple[float, float]:
        """Return the 95 % interval, drawing whole conversations again, in whichever part they play."""
        n = self.conversations
        random = np.random.default_rng(seed)
        drawn = [self.difference(np.bincount(random.integers(0, n, n), minlength=n)) for _ in range(draws)]
        return _interval(np.array([value for value in drawn if np.isfinite(value)]))


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
    detail: dict[str, Any] = {
        "conversations": len(of),
        "came_back": sum(thread.back is not None for thread in of),
        "compared": len(found.back),
    }
    if len(found.back) < FEWEST_MATCHED:
        reason = (
            f"too little to say: {len(found.back)} conversations that the leader began and came back to have "
            f"their like without; {FEWEST_MATCHED} are needed"
        )
        return ComingBack(Finding("step_up", None, unit, reason=reason, detail=detail))
    detail |= {"with": float(found.after.mean()), "without": float(found.without().mean())}
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
    weight = {alter.person: 0.0 if alter.step == 2 else 1 - alter.m for alter in ego.found}
    came: dict[int, dict[int, int]] = defaultdict(dict)
    inside = np.isin(ego.unit, begun)
    touched = ego.unit[inside], drawn.person[inside], drawn.time[inside]
    for code, person, time in zip(*(column.tolist() for column in touched), strict=True):
        came[code].setdefault(person, time)
    place = dict(zip(conversation.tolist(), places(ego, rows[first]), strict=True))
    return [_thread(code, came[code], mine[code], weight, place[code]) for code in sorted(came)]


def places(ego: Ego, items: Ints) -> list[str]:
    """Return source and system of each item (positions in the log)."""
    ego.engine.offer("wanted_items", pa.table({"item": items, "row": np.arange(len(items))}))
    rows = ego.engine.arrow(
        "SELECT i.source || ' ' || i.system AS place FROM item i JOIN wanted_items w USING (item) ORDER BY w.row"
    )
    return [str(place) for place in rows.column("place").to_pylist()]


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
