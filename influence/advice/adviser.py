"""What to do next: whom to exchange with and where to add most to reach_4, which topics and habits brought more.

The forecast of people, spheres and conversations is an independent cascade with probabilities learned from the log
(`forecast`), tested on the part of the window that it has not seen (`backtest`). Topics and habits are what has been
seen (`topics`, `habits_tested`).
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from os import cpu_count
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from influence.advice.backtest import BackTest, back_test
from influence.advice.coming_back import step_up
from influence.advice.forecast import Ledger, gains_by, shared_answering, thrown
from influence.advice.habits_tested import habit_rows
from influence.advice.topics import EVIDENCE, Advised, topic_rows
from influence.contract.details import advice as details
from influence.contract.findings import Finding
from influence.contract.language import because
from influence.contract.measures import Definition, finds
from influence.contract.wording import counted, number
from influence.kernels.arrays import Floats
from influence.measures.reach import NO_TIMES
from influence.network.log_queries import activity_ids
from influence.reach.ego import Ego
from influence.times import Window, moment

if TYPE_CHECKING:
    from influence.advice.spread import Acts, Sets


PEOPLE, SPHERES, CONVERSATIONS = 10, 5, 5
DRAWS, SETS_A_DRAW = 60, 20_000
FORECAST = ("person", "sphere", "conversation")
"""Kinds that the forecast names; topics and habits are what has been seen."""
NOBODY_LEFT = because(
    "everybody active whom the leader has likely not met has responded already, or nobody is active"
)


@dataclass(frozen=True)
class Advice:
    """What to do next, how the forecast did when tested, and what all exchanges together are expected to bring.

    `together` is for one exchange with each person of `rows`; they share some whom they would bring. `rows` of topics
    and habits are no part of the forecast: each held before the last third of the record and in it. `tried` says in
    words how many habits were tried.
    """

    rows: tuple[Advised, ...]
    together: float
    test: BackTest
    step_up: Finding
    tried: str = ""

    @property
    def forecast(self) -> tuple[Advised, ...]:
        """The rows that the forecast names, and its test is of."""
        return tuple(row for row in self.rows if row.kind in FORECAST)


@finds(
    advice=Definition(
        "how many people never met the exchanges advised are expected to bring, all together",
        label="Expected from the advice",
        meaning=(
            "How many people never met one more exchange with each person named is expected to bring, by "
            "a forecast learned from the log. No number where the forecast has shown no skill."
        ),
        unit="people",
        family="What to do",
    ),
    advice_backtest=Definition(
        "how well such advice would have done in the last third of the window",
        label="Forecast, tested",
        meaning=(
            "Learned on the first two thirds of the window, scored on the last: how often somebody who "
            "brought new people was ranked above somebody who did not (AUC)."
        ),
        reading="0.5 is a coin; 1 is always right.",
        unit="AUC",
        family="What to do",
    ),
    step_up=Definition(
        "how many more people never met a conversation brings where the leader comes back once",
        label="Coming back once",
        meaning=(
            "How many more people never met came to a conversation after the leader came back to it than "
            "to conversations just like it. An association: the leader may come back to what promises "
            "most."
        ),
        unit="people a conversation",
        family="What to do",
    ),
)
def advice(ego: Ego) -> dict[str, Finding]:
    """What to do next: where one more exchange is expected to bring most people never met, and if that held before."""
    unit = "people"
    if not ego.dated:
        names = (("advice", unit), ("advice_backtest", "AUC"), ("step_up", "people a conversation"))
        return {name: Finding(name, None, of, reason=NO_TIMES) for name, of in names}
    found = advise(ego)
    detail = details.Advice(tuple(row.as_detail() for row in found.rows), found.test.words, found.tried)
    reason = NOBODY_LEFT if not found.forecast else None if found.test.skill else found.test.words
    value = None if reason else found.together
    return {
        "advice": Finding("advice", value, unit, reason=reason, detail=detail),
        "advice_backtest": found.test.finding(),
        "step_up": found.step_up,
    }


def advise(ego: Ego) -> Advice:
    """Return what to do next: up to 10 people, 5 spheres and 5 conversations, the largest expected gain first.

    People are chosen one after the other by IMM (`cascade_model.most_spread`), so that the second brings others
    than the first; `gain` is that of each alone. A sphere's gain is the mean over its people. A conversation
    counts if it was alive in the last δ of the window; one more item there reaches each of its people with
    the probability that they answer an item of the leader in a conversation they share. Intervals: 60 draws of
    all probabilities from their posteriors. None of these where nobody who is active is left to reach.

    Then up to 3 topics (`topics.topic_rows`) and the habits (`habits_tested.habit_rows`) that held when tested: what
    was seen, not forecast.

    Raises:
        ValueError: the network has no times.
    """
    if not ego.dated:
        raise ValueError(NO_TIMES)
    ledger = Ledger(ego)
    adviser = _Adviser(ego, ledger)
    habits, tried = habit_rows(ego)
    rows = (*adviser.rows(), *topic_rows(ego), *habits)
    return Advice(rows, adviser.plan[1], back_test(ego, ledger), step_up(ego), tried)


class _Adviser:
    """One fit over the whole window, and the rows that follow from it."""

    def __init__(self, ego: Ego, ledger: Ledger) -> None:
        self.ego, self.ledger = ego, ledger
        self.fit = ledger.fit(ego.window)
        self.hops = max(ego.passing.hands - 1, 0)
        self.seed = ego.settings.seed

    @cached_property
    def thrown(self) -> Sets:
        """Sets by the mean probabilities."""
        return thrown(self.fit, self.hops, seed=self.seed)

    @cached_property
    def gain(self) -> Floats:
        return gains_by(self.fit, self.thrown, self.fit.answering())

    @cached_property
    def alive(self) -> _Alive:
        return _Alive(self.ego, self.ledger)

    @cached_property
    def draws(self) -> tuple[Floats, Floats]:
        """Gains of candidates and of conversations alive under each draw of the probabilities: a row a draw."""
        from influence.advice.spread import even_roots, reverse_sets  # loads numba

        acts, roots = self.alive.acts(), even_roots(self.fit.weight, SETS_A_DRAW)

        def draw(seed: int) -> tuple[Floats, Floats]:
            random = np.random.default_rng(seed)
            drawn = reverse_sets(self.fit.model(random), roots, hops=self.hops, seed=seed)
            answering = self.fit.answering(random)
            return gains_by(self.fit, drawn, answering)[self.fit.candidates], self._act_gains(acts, drawn)

        with ThreadPoolExecutor(cpu_count()) as pool:
            drawn = pool.map(draw, range(self.seed + 1, self.seed + 1 + DRAWS))
            people, conversations = zip(*drawn, strict=True)
        return np.stack(people), np.stack(conversations)

    def rows(self) -> tuple[Advised, ...]:
        if not self.fit.weight.any():
            return ()
        return (*self.people(), *self.spheres(), *self.conversations())

    @cached_property
    def plan(self) -> tuple[list[int], float]:
        """Return the people to exchange with once more, and what all of them together are expected to bring."""
        from influence.advice.spread import Acts, Search, most_spread  # loads numba

        if not self.fit.weight.any():
            return [], 0.0
        able = self.fit.candidates[self.gain[self.fit.candidates] > 0]
        if not len(able):
            return [], 0.0
        chance = self.fit.answering()[able]
        acts: Acts = Acts(np.arange(len(able) + 1), able, chance)
        found = most_spread(
            self.fit.model(),
            PEOPLE,
            acts=acts,
            weight=self.fit.weight,
            search=Search(epsilon=0.5, hops=self.hops, seed=self.seed),
        )
        return [int(able[act]) for act in found.acts], found.spread

    def people(self) -> list[Advised]:
        chosen = sorted(self.plan[0], key=lambda code: (-self.gain[code], code))
        seen = self._evidence(chosen)
        return [
            Advised(
                "person",
                self.ego.people.who[code].person,
                float(self.gain[code]),
                self._interval(self._draws_of([code])[:, 0], float(self.gain[code])),
                self._why(code),
                seen[code],
                self.ego.people.who[code].name,
            )
            for code in chosen
        ]

    def _draws_of(self, candidates: ArrayLike) -> Floats:
        """Return the gains of some candidates under each draw: a row a draw."""
        return self.draws[0][:, np.searchsorted(self.fit.candidates, candidates)]

    def _interval(self, draws: Floats, gain: float) -> tuple[float, float]:
        low, high = np.quantile(draws, [0.025, 0.975])
        return min(float(low), gain), max(float(high), gain)

    def _why(self, code: int) -> str:
        tries, good = int(self.fit.tries[code]), int(self.fit.successes[code])
        habit = (
            because(
                "answered {good} of the leader's {tries} within {days}",
                good=good,
                tries=counted(tries, "exchange", "exchanges"),
                days=f"{self.ego.settings.delta_days:g} days",
            )
            if tries
            else because(
                "no exchange with the leader yet; by their habit they answer about {share}",
                share=number(float(self.fit.answering()[code]), "share"),
            )
        )
        behind = int(((self.fit.source == code) & (self.fit.weight[self.fit.target] > 0)).sum())
        new = [because("not reached yet")] if self.fit.weight[code] > 0 else []
        others = because(
            "{people} whom the leader has not reached answered them in this window",
            people=counted(behind, "person", "people"),
        )
        return "; ".join([*new, habit, others])

    def _evidence(self, codes: Sequence[int]) -> dict[int, tuple[str, ...]]:
        """Return for each person the latest exchanges with the leader, and items of theirs that others answered."""
        item, person = self.ledger.exchanges
        source, target, parent, _ = self.ledger.passed
        carried = self.fit.weight[target] > 0
        chosen = {}
        for code in codes:
            own = item[person == code][-3:].tolist()
            theirs = np.unique(parent[(source == code) & carried])[-(EVIDENCE - len(own)) :].tolist()
            chosen[code] = [*own, *theirs] or self._latest(code)
        ids = activity_ids(self.ego.tables, [one for items in chosen.values() for one in items])
        return {code: tuple(ids[one] for one in items) for code, items in chosen.items()}

    def _latest(self, code: int) -> list[int]:
        """Return the last item by somebody: it shows at least that they are there."""
        items = self.ego.log.items
        own = np.flatnonzero((items.author == code) & self.ego.window.holds(items.time))
        return [int(item) for item in own[-1:]]

    def spheres(self) -> list[Advised]:
        sphere = np.array([self.ego.spheres[code] for code in self.fit.candidates])
        rows = []
        for name in sorted(set(sphere.tolist()) - {"team"}):
            inside = self.fit.candidates[sphere == name]
            left = int((self.fit.weight[inside] > 0).sum())
            if not left:
                continue
            best = sorted(inside.tolist(), key=lambda code: (-self.gain[code], code))[:3]
            shown = [ids[0] for ids in self._evidence(best).values() if ids]
            rows.append(
                Advised(
                    "sphere",
                    name,
                    float(self.gain[inside].mean()),
                    self._interval(self._draws_of(inside).mean(axis=1), float(self.gain[inside].mean())),
                    because(
                        "{left} of its {n} people active in the last 90 days are not reached yet; the gain is that "
                        "of one more exchange with one of them, whoever it is",
                        left=left,
                        n=len(inside),
                    ),
                    tuple(shown),
                )
            )
        return sorted(rows, key=lambda row: (-row.gain, row.who))[:SPHERES]

    # --- conversations ------------------------------------------------------------------------------------

    def conversations(self) -> list[Advised]:
        alive = self.alive
        gain = self._act_gains(alive.acts(), self.thrown)
        best = sorted(range(len(gain)), key=lambda n: (-gain[n], alive.codes[n]))[:CONVERSATIONS]
        best = [n for n in best if gain[n] > 0]
        opened = activity_ids(self.ego.tables, [item for n in best for item in alive.shown(n)])
        return [
            Advised(
                "conversation",
                opened[alive.shown(n)[0]],
                float(gain[n]),
                self._interval(self.draws[1][:, n], float(gain[n])),
                alive.why(n, self.fit.weight),
                tuple(opened[item] for item in alive.shown(n)),
                alive.name(n),
            )
            for n in best
        ]

    def _act_gains(self, acts: Acts, drawn: Sets) -> Floats:
        """Return what each act is expected to bring, by sets: Σ weight · (1 − Π(1 − chance)) over its people."""
        from influence.advice.spread import covered_by  # loads numba

        return covered_by(drawn, len(self.fit.weight), acts) * float(self.fit.weight.sum())


class _Alive:
    """Conversations with an item in the last δ of the window, in which others than the leader wrote; no mass mail."""

    def __init__(self, ego: Ego, ledger: Ledger) -> None:
        self.ego, items = ego, ego.log.items
        recent = Window(max(ego.window.since, ego.window.until - ego.passing.delta), ego.window.until)
        single = ~ego.mass_mail.holds(np.arange(len(items)))
        codes = np.unique(items.conversation[recent.holds(items.time) & single])
        self._rows = np.flatnonzero(
            ego.window.holds(items.time) & single & np.isin(items.conversation, codes)
        )
        others = self._rows[~np.isin(items.author[self._rows], ledger.nobody)]
        pair = np.unique(items.conversation[others] * ledger.people + items.author[others])
        code, self.person = pair // ledger.people, pair % ledger.people
        found, count = np.unique(code, return_counts=True)
        self.codes: list[int] = found.tolist()
        self.indptr = np.concatenate([[0], np.cumsum(count)]).astype(np.int64)
        self.chance = shared_answering(ego, ledger)

    def acts(self) -> Acts:
        from influence.advice.spread import Acts  # loads numba

        return Acts(self.indptr, self.person, self.chance[self.person])

    def shown(self, n: int) -> list[int]:
        """Return the first item of the conversation in the window and its latest ones."""
        rows = self._rows[self.ego.log.items.conversation[self._rows] == self.codes[n]]
        return [int(rows[0]), *(int(row) for row in rows[1:][-(EVIDENCE - 1) :])]

    def name(self, n: int) -> str:
        """Say who began a conversation, and when."""
        first = self.shown(n)[0]
        author = self.ego.people.who[int(self.ego.log.items.author[first])].name
        day = str(moment(int(self.ego.log.items.time[first]), self.ego.settings.zone))[:10]
        return because("with an item by {who}, {day}", who=author, day=day)

    def why(self, n: int, weight: Floats) -> str:
        inside = self.person[self.indptr[n] : self.indptr[n + 1]]
        items, count = self.ego.log.items, len(inside)
        rows = self._rows[items.conversation[self._rows] == self.codes[n]]
        mine = int((items.author[rows] == self.ego.leader).sum())
        left = int((weight[inside] > 0).sum())
        part = (
            because("the leader wrote {n} of its items", n=mine)
            if mine
            else because("the leader has not taken part")
        )
        wrote = because(
            "{people} wrote there, {left} of them not reached yet",
            people=counted(count, "person", "people"),
            left=left,
        )
        return f"{wrote}; {part}"
