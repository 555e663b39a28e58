"""What the log teaches about the leader's next exchange: who would answer, and whom they would bring.

An exchange with v is an act of the leader towards v: a response to v, or an item written to at most eight people
of whom v is one. Everything is learned from one part of a window and from nothing after it, so that the rest can
test it (`influence.advice.backtest`).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from influence.kernels.arrays import Floats, Ints
from influence.network.log_queries import items_by_pair, written_to_few
from influence.reach.ego import Ego
from influence.times import DAY, Window

if TYPE_CHECKING:
    from influence.advice.spread import CascadeModel, Sets
    from influence.kernels.spread import Beliefs


WRITTEN_TO = 8
"""More addressees than this and an item is an announcement, not an exchange."""
RECENT = 90 * DAY
"""Who did nothing in the last 90 days of what is learned from cannot be counted on to be there."""
SETS = 200_000
MOST_TIES = 50_000
"""Of more ties, and of everybody's answers then, only those probabilities are drawn that are asked for."""


@dataclass(frozen=True)
class Fit:
    """What a window teaches, by person code: Beta posteriors (a, b) of answering, and of every tie.

    `answers` is that v answers one more exchange with the leader (people × 2); `tie_a`, `tie_b` that v answers
    one item by u; `weight` is 1 − m(v) of those whom the leader had not reached, 0 of all others; `tries` and
    `successes` count exchanges and those answered. `candidates` made an item in the last 90 days; nobody else
    has a weight or can be advised.
    """

    source: Ints
    target: Ints
    tie_a: Floats
    tie_b: Floats
    answer_a: Floats
    answer_b: Floats
    weight: Floats
    tries: Ints
    successes: Ints
    candidates: Ints

    @cached_property
    def _mean_model(self) -> CascadeModel:
        from influence.advice.spread import CascadeModel  # numba: loaded only when something is measured

        mean = self.tie_a / (self.tie_a + self.tie_b)
        return CascadeModel.from_ties(len(self.weight), self.source, self.target, mean)

    def model(self, random: np.random.Generator | None = None) -> CascadeModel:
        """Return the cascade model of the mean probabilities, or of one draw from their posterior."""
        if random is None:
            return self._mean_model
        if not self._many:
            return replace(self._mean_model, probability=random.beta(*self._by_target))
        return replace(self._mean_model, probability=self._undrawn, beliefs=self._by_target)

    @property
    def _many(self) -> bool:
        return len(self.source) > MOST_TIES

    @cached_property
    def _undrawn(self) -> Floats:
        return np.full(len(self.source), -1.0)

    @cached_property
    def _by_target(self) -> Beliefs:
        """The posteriors of all ties in the order of the model."""
        from influence.kernels.spread import Beliefs  # numba: loaded only when something is measured

        order = np.lexsort((self.source, self.target))
        return Beliefs(self.tie_a[order], self.tie_b[order])

    def answering(self, random: np.random.Generator | None = None) -> Floats:
        """Return for everybody the probability that they answer one more exchange: its mean, or one draw.

        Where there are many ties, a draw is of the candidates alone, and 0 for all others.
        """
        if random is None:
            return self.answer_a / (self.answer_a + self.answer_b)
        if not self._many:
            return random.beta(self.answer_a, self.answer_b)
        drawn, asked = np.zeros(len(self.weight)), self.candidates
        drawn[asked] = random.beta(self.answer_a[asked], self.answer_b[asked])
        return drawn


class Ledger:
    """Who did what towards whom around a leader, as arrays, so that any part of the window can be fitted."""

    def __init__(self, ego: Ego) -> None:
        self.ego, self.people = ego, len(ego.people)
        self.nobody = np.array(sorted(ego.nobody), np.int64)
        self.near = np.zeros(self.people, bool)
        self.near[[*ego.team, *ego.nobody]] = True

    @cached_property
    def exchanges(self) -> tuple[Ints, Ints]:
        """The leader's acts towards others in the window: item and person, once each, in order of time."""
        ego = self.ego
        mine = ego.responses.where(ego.responses.responder == ego.leader)
        item, person = written_to_few(ego.tables, ego.leader, WRITTEN_TO, ego.window)
        item = np.concatenate([mine.item, item])
        person = np.concatenate([mine.target.astype(np.int64), person])
        key = np.unique((item * self.people + person)[~np.isin(person, self.nobody)])
        return key // self.people, key % self.people

    @cached_property
    def answered(self) -> Ints:
        """When each exchange was answered by that person (microseconds); -1 where it was not within δ."""
        ego = self.ego
        to_me = ego.responses.where((ego.responses.target == ego.leader) & (ego.responses.parent >= 0))
        return self.first_answer(*self.exchanges, to_me.parent, to_me.responder, to_me.time)

    def first_answer(self, item: Ints, person: Ints, parent: Ints, responder: Any, time: Ints) -> Ints:
        """Return the time at which `person` first answered `item`, for each pair; -1 where not within δ."""
        wait = time - self.ego.log.items.time[parent]
        valid = np.flatnonzero((wait > 0) & (wait <= self.ego.passing.delta))
        valid = valid[np.argsort(time[valid], kind="stable")]
        keys, first = np.unique(parent[valid] * self.people + responder[valid], return_index=True)
        if not len(keys):
            return np.full(len(item), -1, np.int64)
        wanted = item * self.people + person
        place = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
        return np.where(keys[place] == wanted, time[valid][first][place], -1)

    def passed(self) -> tuple[Ints, Ints, Ints, Ints]:
        """Who answered whose item within δ, leader and bots aside: source, target, item answered, time."""
        ego = self.ego
        rows = ego.responses.where(ego.responses.parent >= 0)
        wait = rows.time - ego.log.items.time[rows.parent]
        kept = (wait > 0) & (wait <= ego.passing.delta)
        kept &= ~np.isin(rows.target, self.nobody) & ~np.isin(rows.responder, self.nobody)
        rows = rows.where(kept)
        return rows.target.astype(np.int64), rows.responder.astype(np.int64), rows.parent, rows.time

    @cached_property
    def _by_pair(self) -> tuple[Ints, Ints, Ints, Ints]:
        """All pairs source → target as numbers, sorted, and by pair and item which pair, item and time of `passed`."""
        source, target, parent, time = self.passed()
        pairs, code = np.unique(source * self.people + target, return_inverse=True)
        order = np.argsort(code * len(self.ego.log.items) + parent)
        return pairs, code[order], parent[order], time[order]

    @cached_property
    def replies_to_all(self) -> tuple[Ints, Ints, Ints]:
        """For every response x → v of anybody but the leader: v, its time, and when v answered it (-1: not)."""
        ego = self.ego
        rows = ego.responses.where(ego.responses.responder != ego.leader)
        person = rows.target.astype(np.int64)
        back = ego.responses.where(ego.responses.parent >= 0)
        return person, rows.time, self.first_answer(rows.item, person, back.parent, back.responder, back.time)

    @cached_property
    def output(self) -> tuple[Ints, Ints, NDArray[np.bool_]]:
        """Everybody's items in the window: author, time, and whether they were addressed to nobody in particular.

        Mass mail to the leader is left out: its senders are not those with whom an exchange is likely.
        """
        items = self.ego.log.items
        item = np.flatnonzero(items.made & self.ego.window.holds(items.time))
        item = item[~self.ego.mass_mail.holds(item)]
        return items.author[item].astype(np.int64), items.time[item], items.public[item]

    def _addressed(self, window: Window) -> tuple[Ints, Ints]:
        """How many items each author wrote to each addressee: the pair as one number, sorted, and the count."""
        return items_by_pair(self.ego.tables, window)

    # --- learning ---------------------------------------------------------------------------------------

    def fit(self, window: Window) -> Fit:
        """Learn every probability from a part of the window: nothing at or after its end is looked at."""
        tries, successes = self._tries(window)
        answer = self._answering(tries, successes, window)
        source, target, tie_a, tie_b = self._ties(window)
        author, time, _ = self.output
        active = np.zeros(self.people, bool)
        recent = Window(max(window.since, window.until - RECENT), window.until)
        active[author[recent.holds(time)]] = True
        active[self.nobody] = False
        return Fit(
            source, target, tie_a, tie_b, *answer, self._weight(window, active), tries, successes,
            np.flatnonzero(active),
        )  # fmt: skip

    def _tries(self, window: Window) -> tuple[Ints, Ints]:
        item, person = self.exchanges
        inside = window.holds(self.ego.log.items.time[item])
        good = inside & (self.answered >= 0) & (self.answered < window.until)
        return (
            np.bincount(person[inside], minlength=self.people),
            np.bincount(person[good], minlength=self.people),
        )

    def _answering(self, tries: Ints, successes: Ints, window: Window) -> tuple[Floats, Floats]:
        """Shrink how often each answered the leader to how often they answer anybody, scaled to this leader."""
        person, time, back = self.replies_to_all
        inside = window.holds(time)
        n = np.bincount(person[inside], minlength=self.people)
        k = np.bincount(person[inside & (back >= 0) & (back < window.until)], minlength=self.people)
        a, b = shrunken_strength(k[n > 0], n[n > 0])
        habit = (k + a) / (n + a + b)
        expected = float((habit * tries).sum())
        scale = (float(successes.sum()) + 1) / (expected + 1)
        mean = np.clip(habit * scale, 1e-6, 1 - 1e-6)
        told = tries > 0
        strength = prior_strength(successes[told], tries[told], mean[told])
        return successes + mean * strength, tries - successes + (1 - mean) * strength

    def _ties(self, window: Window) -> tuple[Ints, Ints, Floats, Floats]:
        """Return u → v with the Beta posterior that v answers one item by u which v could see."""
        pairs, code, parent, time = self._by_pair
        inside = window.holds(time)
        code, parent = code[inside], parent[inside]
        once = (np.diff(code, prepend=-1) != 0) | (np.diff(parent, prepend=-1) != 0)
        answered = np.bincount(code[once], minlength=len(pairs))
        pair, k = pairs[answered > 0], answered[answered > 0]
        author, when, public = self.output
        open_items = np.bincount(author[public & window.holds(when)], minlength=self.people)
        n = open_items[pair // self.people] + _looked_up(pair, *self._addressed(window))
        n = np.maximum(n, k)
        a, b = shrunken_strength(k, n)
        tie_a: Floats = (k + a).astype(np.float64)
        tie_b: Floats = (n - k + b).astype(np.float64)
        return pair // self.people, pair % self.people, tie_a, tie_b

    def _weight(self, window: Window, active: NDArray[np.bool_]) -> Floats:
        """Return 1 − m(v) at the end of the window for those active, not near and not reached; else 0."""
        drawn, met = self.ego.drawn, self.ego.met
        weight = np.zeros(active.size)
        others = np.flatnonzero(active & ~self.near)
        weight[others] = 1 - met.each(others, np.full(len(others), window.until - 1))[0]
        weight[drawn.person[drawn.time < window.until]] = 0.0
        return weight


def gains(fit: Fit, hops: int, *, sets: int = SETS, seed: int = 1) -> Floats:
    """Return for everybody the people whom one more exchange with them is expected to bring.

    gain(v) = P(v answers) · (weight(v) + Σ_w weight(w) · P(w is in the cascade from v within `hops`)), w ≠ v, by
    reverse-reachable sets. In people; `hops` is one less than the hands followed.

    >>> half, once, none = np.array([1.0, 1.0]), np.array([1.0]), np.zeros(2, np.int64)
    >>> fit = Fit(np.array([0]), np.array([1]), once, once, half, half, np.array([0.0, 0.9]), none, none, np.arange(2))
    >>> gains(fit, hops=3).round(2).tolist()  # person 0 answers by half, and is answered by person 1 by half
    [0.23, 0.45]
    """
    if not fit.weight.any():
        return np.zeros(len(fit.weight))
    return gains_by(fit, thrown(fit, hops, sets=sets, seed=seed), fit.answering())


def thrown(fit: Fit, hops: int, *, sets: int = SETS, seed: int = 1) -> Sets:
    """Return reverse-reachable sets by the mean probabilities."""
    from influence.advice.spread import even_roots, reverse_sets  # loads numba

    return reverse_sets(fit.model(), even_roots(fit.weight, sets), hops=hops, seed=seed)


def gains_by(fit: Fit, drawn: Sets, answering: Floats) -> Floats:
    """Return the gains that sets and the probabilities of answering give (see `gains`)."""
    people = len(fit.weight)
    others = np.bincount(drawn.members, minlength=people)
    others -= np.bincount(drawn.members[drawn.offsets[:-1]], minlength=people)
    found: Floats = answering * (fit.weight + fit.weight.sum() * others / len(drawn))
    return found


def _looked_up(wanted: Ints, keys: Ints, values: Ints) -> Ints:
    if not len(keys):
        return np.zeros(len(wanted), np.int64)
    place = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
    return np.where(keys[place] == wanted, values[place], 0)


# --- rates, shrunken ----------------------------------------------------------------------------------------


def shrunken_strength(successes: ArrayLike, trials: ArrayLike) -> tuple[float, float]:
    """Return (a, b) of the Beta prior that rates k / n are shrunken to: (k + a) / (n + a + b).

    The mean is (Σk + 1/2) / (Σn + 1); the strength a + b is the most likely of 1/2, 1, 2 … 1024
    under the beta-binomial distribution: empirical Bayes.

    Sources: Skellam 1948, doi:10.1111/j.2517-6161.1948.tb00014.x; rates of ties: Goyal, Bonchi, Lakshmanan
    2010, doi:10.1145/1718487.1718518 (their static Bernoulli model is k / n).

    Raises:
        ValueError: lengths differ, a count is below 0, or k > n.

    >>> a, b = shrunken_strength([5, 5, 5, 5], [10, 10, 10, 10])
    >>> a, b
    (512.0, 512.0)
    >>> a, b = shrunken_strength([0, 10, 0, 10], [10, 10, 10, 10])
    >>> a, b
    (0.25, 0.25)
    """
    k, n = np.asarray(successes, np.float64), np.asarray(trials, np.float64)
    if k.shape != n.shape or (k < 0).any() or (k > n).any():
        raise ValueError("successes must lie between 0 and trials, one for each")
    mean = float((k.sum() + 0.5) / (n.sum() + 1))
    # few rates stand for many: each is weighed once (a complex number sorts by its real part first)
    rate, count = np.unique(k + 1j * n, return_counts=True)
    strength = prior_strength(rate.real, rate.imag, np.full(rate.shape, mean), count)
    return mean * strength, (1 - mean) * strength


def prior_strength(
    successes: ArrayLike, trials: ArrayLike, means: ArrayLike, count: ArrayLike = 1.0
) -> float:
    """Return how many trials the expected `means` are worth: the most likely of 1/2, 1, 2 … 1024; 1 without data.

    The likelihood is the beta-binomial one, with prior Beta(mean · s, (1 − mean) · s) for each row, which stands for
    `count` alike.

    >>> prior_strength([0, 10], [10, 10], [0.5, 0.5]), prior_strength([5, 5], [10, 10], [0.5, 0.5])
    (0.5, 1024.0)
    """
    from scipy.special import betaln  # 0.1 s, and only advice needs it

    k, n = np.asarray(successes, np.float64), np.asarray(trials, np.float64)
    mean, alike = np.asarray(means, np.float64), np.asarray(count, np.float64)
    if not n.sum():
        return 1.0
    strengths = (2.0 ** np.arange(-1, 11)).tolist()
    likely = [
        float(
            (alike * (betaln(k + mean * s, n - k + (1 - mean) * s) - betaln(mean * s, (1 - mean) * s))).sum()
        )
        for s in strengths
    ]
    return float(strengths[int(np.argmax(np.round(likely, 9)))])
