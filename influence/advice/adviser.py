"""What to do next: whom to exchange with to add most to reach_4, where to write, which topics and habits bring more.

The forecast of people is an independent cascade with probabilities learned from the log (`forecast`), tested on the
part of the window that it has not seen (`backtest`). Conversations and spheres (`choices_tested`), topics (`topics`)
and habits (`habits_tested`) are what has been seen twice.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from influence.advice.backtest import BackTest, back_test
from influence.advice.choices_tested import choice_rows
from influence.advice.coming_back import step_up
from influence.advice.forecast import Ledger, gains_by, thrown
from influence.advice.habits_tested import habit_rows
from influence.advice.topics import EVIDENCE, Advised, topic_rows
from influence.contract.details import advice as details
from influence.contract.findings import Finding
from influence.contract.language import because
from influence.contract.measures import Definition, finds
from influence.contract.wording import counted, number
from influence.kernels.arrays import Floats
from influence.kernels.cores import on_all_cores
from influence.measures.reach import NO_TIMES
from influence.network.log_queries import activity_ids
from influence.reach.ego import Ego

if TYPE_CHECKING:
    from influence.advice.spread import Acts, Sets


PEOPLE = 10
DRAWS, SETS_A_DRAW = 60, 20_000
FORECAST = ("person",)
"""Kinds that the forecast names; all others are what has been seen."""
NOBODY_LEFT = because(
    "everybody active whom the leader has likely not met has responded already, or nobody is active"
)


@dataclass(frozen=True)
class Advice:
    """What to do next, how the forecast did when tested, and what all exchanges together are expected to bring.

    `together` is for one exchange with each person of `rows`; they share some whom they would bring. Other `rows` are
    no part of the forecast: what each says held before the last third of the record and in it. `tried` says in words
    what was tried, and what of it did not hold or cannot be told.
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
    """Return what to do next: up to 10 people, the largest expected gain first, then what was seen.

    People are chosen one after the other by IMM (`cascade_model.most_spread`), so that the second brings others
    than the first; `gain` is that of each alone. Intervals: 60 draws of all probabilities from their posteriors. Nobody
    where nobody who is active is left to reach.

    Then conversations to write in and the sphere to turn to (`choices_tested.choice_rows`), up to 3 topics
    (`topics.topic_rows`) and habits (`habits_tested.habit_rows`), as far as each held when tested.

    Raises:
        ValueError: the network has no times.
    """
    if not ego.dated:
        raise ValueError(NO_TIMES)
    (chosen, choices), (habits, tried) = choice_rows(ego), habit_rows(ego)
    people, together, test = _forecast(ego)
    rows = (*people, *chosen, *topic_rows(ego), *habits)
    return Advice(rows, together, test, step_up(ego), f"{choices}; {tried}")


def _forecast(ego: Ego) -> tuple[list[Advised], float, BackTest]:
    """Return the people to exchange with, what all of them are expected to bring, and how that did when tested.

    What they are told from is the largest of all that advice holds, and let go of before the rest.
    """
    ledger = Ledger(ego)
    people, together = _Adviser(ego, ledger).told()
    return people, together, back_test(ego, ledger)


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
    def draws(self) -> Floats:
        """Gains of candidates under each draw of the probabilities: a row a draw."""
        from influence.advice.spread import even_roots, reverse_sets  # loads numba

        roots = even_roots(self.fit.weight, SETS_A_DRAW)

        def draw(seed: int) -> Floats:
            random = np.random.default_rng(seed)
            drawn = reverse_sets(self.fit.model(random), roots, hops=self.hops, seed=seed)
            return gains_by(self.fit, drawn, self.fit.answering(random))[self.fit.candidates]

        seeds = range(self.seed + 1, self.seed + 1 + DRAWS)
        return np.stack(list(on_all_cores(draw, seeds, at_once=DRAWS)))

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

    def told(self) -> tuple[list[Advised], float]:
        """Return a row for each of the people, and what all of them together are expected to bring."""
        return self.people(), self.plan[1]

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
        return self.draws[:, np.searchsorted(self.fit.candidates, candidates)]

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
        source, target, parent, _ = self.ledger.passed()
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
