"""Who of those not yet reached is likely to respond next, how likely and why, and how such lists did before."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from influence.advice.history import History
from influence.advice.likely import Chances, Ranked, Record, Weights
from influence.advice.signs import asked_at
from influence.advice.tested import Tested, back_tested
from influence.advice.why_likely import Reasons
from influence.contract.details.next_to_respond import Likely, NextTested, NextToRespond
from influence.contract.findings import Finding
from influence.contract.language import because
from influence.contract.measures import Definition, finds
from influence.contract.plan import line
from influence.contract.wording import counted
from influence.kernels.arrays import Floats, Ints
from influence.measures.reach import NO_TIMES
from influence.reach.ego import Ego
from influence.reach.population import Population
from influence.times import DAY, Window

NAME, TESTED, MINUTES, UNIT = "next_to_respond", "next_to_respond_tested", "answer_minutes", "people"
SITTING, FEWEST_GAPS = 60, 20
"""Minutes within which two answers are of one sitting, and so many pairs of them before a median is told."""
FIRST = 10
SHORTEST = 28 * DAY
NOBODY_LEFT = because("everybody who was active in the last 90 days of the window has responded already")
NOTHING_DONE = because("nobody but the leader did anything in the last 90 days of the window")
NO_CHANCES = because(
    "too few responded for the first time in the third of the record before the last to say how likely it is; at least "
    "20 are needed"
)

NO_BETTER = because(
    "on the last third of the record the probabilities of such lists were no better than the share of all who responded"
)


@dataclass(frozen=True)
class Learned:
    """What a record taught: how to score, how likely a score is, and how that did when tested."""

    weights: Weights
    chances: Chances | None
    test: Tested

    @property
    def likely(self) -> Chances | None:
        """How likely a score is, where that was better than the share of all when tested."""
        return self.chances if self.test.brier is not None and self.test.brier > 0 else None


def learned(population: Population, window: Window, history: History) -> Learned:
    """Learn from all leaders of a window; what was learned of it before is taken from what is kept."""

    def make() -> pa.Table:
        record = Record(history, window.since, window.until)
        found = Learned(record.weights(window.until), record.chances(window.until), back_tested(record))
        return pa.table({"learned": [json.dumps(_as_json(found))]})

    table = population.kept.table("next", make, window.since, window.until)
    return _from_json(json.loads(table.column("learned")[0].as_py()))


def _as_json(found: Learned) -> dict[str, Any]:
    weights = found.weights
    return {
        "raw": weights.raw.tolist(),
        "rank": weights.rank.tolist(),
        "level": weights.level,
        "here": weights.here,
        "chances": found.chances and asdict(found.chances),
        "test": asdict(found.test),
    }


def _from_json(row: dict[str, Any]) -> Learned:
    weights = Weights(np.array(row["raw"]), np.array(row["rank"]), row["level"], row["here"])
    test: dict[str, Any] = {
        name: tuple(one) if isinstance(one, list) else one for name, one in row["test"].items()
    }
    chances = Chances(**row["chances"]) if row["chances"] else None
    return Learned(weights, chances, Tested(**test))


@finds(
    next_to_respond=Definition(
        "how many of the ten people likeliest to respond next are expected to, of those never met",
        label="Likely to respond next",
        meaning=(
            "Of the people who were active lately and are not reached, the ten likeliest to respond to the leader in "
            "the time to come, and how many of them, never met, are expected to. Learned from earlier cuts of the "
            "same record. No number where such lists have shown no skill."
        ),
        unit=UNIT,
        family="What to do",
    ),
    next_to_respond_tested=Definition(
        "how well such lists would have done in the last third of the window, over all leaders",
        label="Such lists, tested",
        meaning=(
            "Learned before the last third of the window, scored on it: how often somebody who responded was ranked "
            "above somebody who did not (AUC), the mean over the leaders of this record."
        ),
        reading="0.5 is a coin; 1 is always right.",
        unit="AUC",
        family="What to do",
    ),
    answer_minutes=Definition(
        "how many minutes lie between two answers of the leader in one sitting, at the median",
        label="What an answer takes",
        meaning=(
            "The median time from one answer of the leader to the next within the same hour: at most so long did "
            "reading and answering take. When something was read is not on record."
        ),
        unit="minutes",
        family="What to do",
    ),
)
def next_to_respond(ego: Ego) -> dict[str, Finding]:
    """Name who is likely to respond next, if such lists have shown skill, and say how they did."""
    reason = _too_little(ego)
    if reason:
        return {
            NAME: Finding(NAME, None, UNIT, reason=reason),
            TESTED: Finding(TESTED, None, "AUC", reason=reason),
            MINUTES: Finding(MINUTES, None, "minutes", reason=reason),
        }
    history = History.of(ego.population, ego.window)
    found = learned(ego.population, ego.window, history)
    return {NAME: _next(ego, history, found), TESTED: _tested(found.test), MINUTES: answer_minutes(ego)}


def _too_little(ego: Ego) -> str | None:
    if not ego.dated:
        return NO_TIMES
    length = ego.window.until - ego.window.since
    if length < SHORTEST:
        return because(
            "the window has {days}; at least {least} are needed to learn who responds next",
            days=counted(length // DAY, "day", "days"),
            least=SHORTEST // DAY,
        )
    return None


def answer_minutes(ego: Ego) -> Finding:
    """Return the median minutes between two answers of the leader within one hour; items that answer are answers."""
    mine = ego.responses.where(ego.responses.responder == ego.leader)
    gaps = np.diff(np.unique(mine.time)) / (DAY / 1440)
    gaps = gaps[gaps <= SITTING]
    if len(gaps) < FEWEST_GAPS:
        reason = because(
            "{n} times two answers of the leader lie within an hour; {least} are needed to say what one takes",
            n=len(gaps),
            least=FEWEST_GAPS,
        )
        return Finding(MINUTES, None, "minutes", reason=reason)
    return Finding(MINUTES, float(np.median(gaps)), "minutes")


def _tested(test: Tested) -> Finding:
    detail = NextTested(
        test.skill, test.words, test.leaders, test.most, test.most_interval, test.ties, test.ties_interval, test.brier
    )  # fmt: skip
    if test.auc is None:
        return Finding(TESTED, None, "AUC", reason=test.words, detail=detail)
    return Finding(TESTED, test.auc, "AUC", interval=test.interval, detail=detail)


def _next(ego: Ego, history: History, found: Learned) -> Finding:
    asked = _left(ego, history)
    if not len(asked.asked):
        return Finding(NAME, None, UNIT, reason=NOBODY_LEFT if len(history.time) else NOTHING_DONE)
    if not found.test.skill:
        return Finding(NAME, None, UNIT, reason=found.test.words)
    rows = _rows(ego, history, found, asked)
    detail = NextToRespond(
        rows, len(asked.asked), (ego.window.until - ego.window.since) / 3 / DAY, found.weights.here
    )
    if found.likely is None:
        reason = NO_CHANCES if found.chances is None else NO_BETTER
        return Finding(NAME, None, UNIT, reason=reason, detail=detail)
    value = float(sum((row.chance or 0.0) * (row.unmet or 0.0) for row in rows))
    return Finding(NAME, value, UNIT, detail=detail)


def likely_to(ego: Ego, people: Ints) -> Floats | None:
    """Return a chance of each of some people that they respond next, 0 of who was not active lately; not calibrated.

    None where too little is on record, or where such lists have shown no skill.
    """
    if _too_little(ego):
        return None
    history = History.of(ego.population, ego.window)
    found = learned(ego.population, ego.window, history)
    if not found.test.skill:
        return None
    ranked = Ranked.of(asked_at(history, ego.window.until, [ego.leader], people))
    chance = np.zeros(len(ego.people))
    chance[ranked.asked.person] = Chances(1.0, 0.0).of(found.weights.scores(ranked))
    return chance[people]


def _left(ego: Ego, history: History) -> Ranked:
    """Return who could be named: no team, nobody whom the leader reached by any hand."""
    ranked = Ranked.of(asked_at(history, ego.window.until, [ego.leader]))
    out = [*ego.team, *ego.nobody, *(alter.person for alter in ego.found)]
    return ranked.where(~np.isin(ranked.asked.person, out))


def _rows(ego: Ego, history: History, found: Learned, asked: Ranked) -> tuple[Likely, ...]:
    scores = found.weights.scores(asked)
    best = np.lexsort((asked.asked.person, -scores))[:FIRST]
    chances = None if found.likely is None else found.likely.of(scores[best])
    people, parts = asked.asked.person[best], found.weights.parts(asked)[best]
    unmet = 1 - ego.met.each(people, np.full(len(people), ego.window.until - 1))[0]
    reasons = Reasons(ego, history, people).told(parts)
    rows = []
    for n, (code, (words, evidence)) in enumerate(zip(people.tolist(), reasons, strict=True)):
        who = ego.people.who[code]
        rows.append(
            Likely(
                line=line("reach", ego.person, who.person),
                person=who.person,
                name=who.name,
                sphere=ego.spheres[code],
                chance=None if chances is None else float(chances[n]),
                unmet=float(unmet[n]),
                reason=words,
                evidence=evidence,
            )
        )
    return tuple(rows)
