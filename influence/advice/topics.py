"""What the leader's own conversations show: topics that brought more people never met.

These are differences in what has been, not forecasts: associations, each with an interval by drawing whole
conversations again (Efron 1979, doi:10.1214/aos/1176344552).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from influence.contract.details import advice as details
from influence.contract.findings import NETWORKED
from influence.contract.language import because
from influence.contract.turns import steps
from influence.contract.wording import counted, people
from influence.kernels.arrays import Flags, Floats, Ints
from influence.measures.voice import heard
from influence.network.log_queries import activity_ids, items_by
from influence.reach.ego import Ego

EVIDENCE = 5
FEWEST_ON_A_TOPIC = 5
TOPICS = 3
CERTAIN = 0.95
FEWEST_DRAWS = 2_000
CELLS = 4_000_000
"""Numbers drawn at a time."""


@dataclass(frozen=True)
class Advised:
    """One thing to do: one more exchange with somebody, a conversation, a sphere or a topic to turn to, a habit.

    `gain` is how many people never met and not reached in the window it is expected to bring (of conversations, spheres
    and habits: by how much more people came, as a share), `interval` its 95 % interval, `reason` why in plain words,
    `evidence` the ids of activities that show it, `name` what people call whom or what `who` means.
    """

    kind: str
    who: str
    gain: float
    interval: tuple[float, float]
    reason: str
    evidence: tuple[str, ...]
    name: str = ""

    def as_detail(self) -> details.Advised:
        """Return the row as a report keeps it."""
        return details.Advised(
            kind=self.kind,
            who=self.who,
            name=self.name or self.who,
            gain=self.gain,
            interval=self.interval,
            reason=self.reason,
            evidence=self.evidence,
        )


# --- topics -------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Conversations:
    """Conversations in which the leader wrote in the window: the leader's first item, and whom each brought.

    `brought` is Σ (1 − m(v)) over the people never met whose first response in the window was there.
    """

    code: Ints
    item: Ints
    brought: Floats

    def where(self, kept: Flags) -> Conversations:
        """Return the conversations that a mask chooses."""
        return Conversations(self.code[kept], self.item[kept], self.brought[kept])


def topic_rows(ego: Ego) -> list[Advised]:
    """Return up to 3 topics on which the leader's conversations brought more people never met than on average.

    A topic is named where that was so in conversations begun before the last third of the window (of all topics with at
    least 5 of them, see `topic_gains`) and again in those begun in it; told is the latter. Who was reached first in a
    conversation counts for that one only, so that what came early in the window has more to bring. A conversation has
    the topic of the leader's first item there. None where neither texts nor terms are kept.
    """
    talk = heard(ego).talk if ego.dated else None
    if talk is None:
        return []
    cut = ego.window.until - (ego.window.until - ego.window.since) // 3
    own = conversations_of(ego)
    early = ego.log.items.time[own.item] < cut
    before, again = own.where(early), own.where(~early)
    every = np.arange(len(talk.found.terms))
    _, found = _bringing_more(ego, before, talk.topic, every)
    gains, kept = _bringing_more(ego, again, talk.topic, found)
    best = sorted(kept.tolist(), key=lambda topic: -gains[topic].gain)[:TOPICS]
    return [_topic_row(ego, again, talk.topic, talk.found.name(topic), gains[topic]) for topic in best]


def _bringing_more(ego: Ego, own: Conversations, topics: Ints, among: Ints) -> tuple[dict[int, Gain], Ints]:
    """Return what conversations on some topics gain, and the topics of which that is surely above 0."""
    topic = topics[own.item]
    count = np.bincount(
        topic[topic >= 0], minlength=int(max(topics.max(initial=0), among.max(initial=0))) + 1
    )
    asked = among[(count[among] >= FEWEST_ON_A_TOPIC) & (count[among] < len(topic))]
    gains = topic_gains(own.brought, topic, asked, draws=ego.settings.draws, seed=ego.settings.seed)
    each = {
        code: Gain(
            code,
            float(gains.mean[n]),
            gains.overall,
            float(gains.gain[n]),
            (float(gains.low[n]), float(gains.high[n])),
        )
        for n, code in enumerate(asked.tolist())
    }
    return each, np.array([code for code, one in each.items() if one.interval[0] > 0], np.int64)


def conversations_of(ego: Ego) -> Conversations:
    """Find the conversations in which the leader wrote in the window, and whom each brought first."""
    item = items_by(ego.tables, [ego.leader], ego.window)
    code, first = np.unique(ego.log.items.conversation[item], return_index=True)
    weight = {one.person: one.unmet for one in ego.found if one.step == NETWORKED}
    person, earliest = np.unique(ego.drawn.person, return_index=True)
    new = np.array([weight.get(one, 0.0) for one in person.tolist()], np.float64)
    return Conversations(code, item[first], _added(code, ego.unit[earliest], new))


def _added(code: Ints, of: Ints, weight: Floats) -> Floats:
    """Add up weights by the code that each is of; codes are sorted, and weights of other codes are left out."""
    if not len(code):
        return np.empty(0)
    place = np.minimum(np.searchsorted(code, of), len(code) - 1)
    kept = code[place] == of
    return np.bincount(place[kept], weights=weight[kept], minlength=len(code)).astype(np.float64)


@dataclass(frozen=True)
class Gain:
    """What a conversation on one topic brought, what any did, the difference, and between which bounds."""

    topic: int
    mean: float
    overall: float
    gain: float
    interval: tuple[float, float]


@dataclass(frozen=True)
class Gains:
    """What a conversation on each topic brought, less what any of the leader's did, and between which bounds."""

    mean: Floats
    overall: float
    gain: Floats
    low: Floats
    high: Floats


def topic_gains(
    brought: Floats, topic: Ints, asked: Ints, *, draws: int = FEWEST_DRAWS, seed: int = 1
) -> Gains:
    """Return for each topic asked for mean(brought on it) − mean(brought), one value a conversation.

    Unit: people a conversation. The intervals draw conversations again, at least 2,000 times, are widened by
    √(n / (n − 1)) for n conversations on the topic, and hold for all topics asked for together in 95 of 100
    (Bonferroni): of twelve topics the best looks good by chance. Counts are skewed: the lower edge, by which a topic is
    said to bring more, is on the safe side; the upper edge of topics that brought fewer is too low.

    >>> found = topic_gains(np.array([3.0, 3.0, 0.0, 0.0]), np.array([0, 0, 1, -1]), np.array([0]))
    >>> found.mean.tolist(), found.overall, found.gain.tolist()
    ([3.0], 1.5, [1.5])
    """
    on = topic[:, None] == asked[None, :]
    columns = np.column_stack([on, np.ones(len(topic)), on * brought[:, None], brought]).astype(np.float64)
    many = len(asked) + 1
    sums = columns.sum(axis=0)
    if not len(asked):
        return Gains(np.empty(0), float(brought.mean()) if len(brought) else 0.0, *(np.empty(0),) * 3)
    means = sums[many:] / sums[:many]
    gain = means[:-1] - means[-1]
    drawn = drawn_sums(columns, max(draws, FEWEST_DRAWS), seed)
    with np.errstate(invalid="ignore"):
        again = drawn[:, many:] / drawn[:, :many]
    size = sums[: many - 1]
    spread = (again[:, :-1] - again[:, -1:] - gain) * np.sqrt(size / np.maximum(size - 1, 1))
    tail = (1 - CERTAIN) / 2 / len(asked)
    low, high = np.nanquantile(spread, [tail, 1 - tail], axis=0)
    return Gains(means[:-1], float(means[-1]), gain, gain + np.minimum(low, 0), gain + np.maximum(high, 0))


def drawn_sums(columns: Floats, draws: int, seed: int) -> Floats:
    """Return the sums of columns over rows drawn again with replacement: one row a draw.

    >>> drawn_sums(np.ones((5, 1)), draws=3, seed=1).tolist()
    [[5.0], [5.0], [5.0]]
    """
    n, random = len(columns), np.random.default_rng(seed)
    step = max(1, CELLS // max(n, 1))
    parts = []
    for start in steps(range(0, draws, step)):
        size = min(step, draws - start)
        chosen = random.integers(0, n, (size, n)) + n * np.arange(size)[:, None]
        times = np.bincount(chosen.ravel(), minlength=size * n).reshape(size, n)
        parts.append(times @ columns)
    return np.concatenate(parts)


def _topic_row(ego: Ego, own: Conversations, topics: Ints, name: str, of: Gain) -> Advised:
    rows = np.flatnonzero(topics[own.item] == of.topic)
    best = rows[np.argsort(-own.brought[rows], kind="stable")][:EVIDENCE]
    why = because(
        "in the last third of the window {n} conversations on {topic} brought {people} never met, where the average "
        "would have been {average}; before it such conversations brought more too",
        n=len(rows),
        topic=name,
        people=counted(len(rows) * of.mean, "person", "people"),
        average=people(len(rows) * of.overall),
    )
    return Advised("topic", name, of.gain, of.interval, why, shown(ego, own.item[best].tolist()), name)


def shown(ego: Ego, items: Sequence[int]) -> tuple[str, ...]:
    """Return the ids of some items, in their order."""
    ids = activity_ids(ego.tables, items)
    return tuple(ids[item] for item in items)
