"""Would the forecast have been right? Learned on the first two thirds of a window, scored on the last.

And what coming back to a conversation was followed by, against conversations just like it: risk-set matching.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from influence.advice.forecast import Ledger, gains
from influence.contract.details.advice import AdviceBacktest
from influence.contract.findings import Finding
from influence.contract.language import because
from influence.contract.wording import between, number
from influence.kernels.arrays import Flags, Floats, Ints
from influence.reach.ego import Ego
from influence.times import Window

FEWEST = 5
"""People who brought somebody new, and people who did not: fewer of either score nothing."""
FEWEST_MATCHED = 10
DRAWS = 1_000
_AT_ONCE = 2_000_000
"""So many people times draws are held at once."""
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
        detail = AdviceBacktest(
            self.exchanged, self.brought, self.skill, self.words,
            self.baseline, self.ahead, self.lift, self.ahead_interval,
        )  # fmt: skip
        if self.auc is None:
            return Finding("advice_backtest", None, "AUC", reason=self.words, detail=detail)
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
    weight = 1 - ego.met.each(person, time)[0]
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
    child, parent = links.child[kept], links.parent[kept]
    above[child[::-1]] = parent[::-1]  # children stand in order: the first of each is set last
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
    mine, other = _drawn_again((predicted, baseline), came, draws, seed)
    once = np.ones((1, n), np.int64)
    found, base = float(auc(predicted, came, once)[0]), float(auc(baseline, came, once)[0])
    top = np.argsort(-predicted, kind="stable")[: max(1, n // 3)]
    interval, ahead = percentiles(mine), percentiles(mine - other)
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


def _drawn_again(scores: tuple[Floats, Floats], came: Flags, draws: int, seed: int) -> tuple[Floats, Floats]:
    """Return the AUC of two scores in each draw of as many people, of those in which some came and some did not.

    Draws are made some at a time: all of them at once are gigabytes where many people were exchanged with.
    """
    rng, n = np.random.default_rng(seed), len(came)
    at_once = max(1, _AT_ONCE // n)
    found = []
    for done in range(0, draws, at_once):
        times = rng.multinomial(n, np.full(n, 1 / n), size=min(at_once, draws - done))
        times = times[(times[:, came].sum(axis=1) > 0) & (times[:, ~came].sum(axis=1) > 0)]
        found.append([auc(score, came, times) for score in scores])
    mine, other = (np.concatenate(of) for of in zip(*found, strict=True))
    return mine, other


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


def percentiles(values: Floats) -> tuple[float, float]:
    """Return what 95 % of the values lie between."""
    low, high = np.quantile(values, [0.025, 0.975])
    return float(low), float(high)


def _too_few(exchanged: int, hits: int) -> str:
    why = because(
        "in the last third of the window there were exchanges with {exchanged} people known before, and {hits} of them "
        "were followed by somebody new; at least {least} who were and {least} who were not are needed",
        exchanged=exchanged,
        hits=hits,
        least=FEWEST,
    )
    return because("too little to say: {why}", why=why)


def _words(found: float, interval: tuple[float, float], ahead: tuple[float, float]) -> str:
    """Say what the back-test showed; the AUC is how often, of two people, the one who brought more ranked first."""
    measured = {"share": number(found, "share"), "range": between(*interval, "share")}
    if interval[0] <= 0.5:
        why = because(
            "on the last third of the window the ranking cannot be told from chance: of two people it put the better "
            "one first in {share} of cases ({range})",
            **measured,
        )
        return because("too little to say: {why}", why=why)
    if ahead[0] <= 0:
        return because(
            "on the last third of the window the ranking did better than chance, but cannot be told apart from simply "
            "going to those who responded most before: of two people it put the better one first in {share} of cases "
            "({range})",
            **measured,
        )
    return because(
        "on the last third of the window the ranking did better than chance and better than going to those who "
        "responded most before: of two people it put the better one first in {share} of cases ({range})",
        **measured,
    )


# --- what coming back was followed by -----------------------------------------------------------------------
