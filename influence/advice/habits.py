"""What the leader's own conversations show: topics that brought more people never met, and habits that did.

These are differences in what has been, not forecasts: associations, each with an interval by drawing whole
conversations again (Efron 1979, doi:10.1214/aos/1176344552).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from influence.advice.coming_back import ComingBack, Matched
from influence.contract.details import advice as details
from influence.contract.findings import NETWORKED
from influence.contract.language import because, forms
from influence.contract.wording import counted, people
from influence.kernels.arrays import Flags, Floats, Ints
from influence.measures.asked import inbound
from influence.measures.voice import heard
from influence.network.log_queries import activity_ids, items_by, place_of
from influence.reach.ego import Ego
from influence.times import DAY

EVIDENCE = 5
FEWEST_ON_A_TOPIC = 5
TOPICS = 3
FEWEST_ON_A_SIDE = 10
CERTAIN = 0.95
FEWEST_DRAWS = 2_000
MOST_PAIRS = 400_000
CELLS = 4_000_000
"""Numbers drawn at a time."""
ALIKE = because("this cannot be told apart from the leader's other topics")
NO_DIFFERENCE = because("the difference cannot be told apart from none")


@dataclass(frozen=True)
class Advised:
    """One thing to do: one more exchange with somebody or in a conversation, one more item on a topic, a habit.

    `gain` is how many people never met and not reached in the window it is expected to bring, `interval` its
    95 % interval, `reason` why in plain words, `evidence` the ids of activities that show it, `name` what people
    call whom or what `who` means.
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


def topic_rows(ego: Ego) -> list[Advised]:
    """Return up to 3 topics on which the leader's conversations brought more people never met than on average.

    Who was reached first in a conversation counts for that one only, so that what came early in the window has more to
    bring. A conversation has the topic of the leader's first item there. Asked of topics with at least 5
    conversations; none where neither texts nor terms are kept. See `topic_gains`.
    """
    talk = heard(ego).talk if ego.dated else None
    if talk is None:
        return []
    own = conversations_of(ego)
    topic = talk.topic[own.item]
    count = np.bincount(topic[topic >= 0], minlength=len(talk.found.terms))
    asked = np.flatnonzero((count >= FEWEST_ON_A_TOPIC) & (count < len(topic)))
    gains = topic_gains(own.brought, topic, asked, draws=ego.settings.draws, seed=ego.settings.seed)
    best = sorted((n for n in range(len(asked)) if gains.gain[n] > 0), key=lambda n: -gains.gain[n])[:TOPICS]
    return [_topic_row(ego, own, topic == asked[n], talk.found.name(int(asked[n])), gains, n) for n in best]


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
    for start in range(0, draws, step):
        size = min(step, draws - start)
        chosen = random.integers(0, n, (size, n)) + n * np.arange(size)[:, None]
        times = np.bincount(chosen.ravel(), minlength=size * n).reshape(size, n)
        parts.append(times @ columns)
    return np.concatenate(parts)


def _topic_row(ego: Ego, own: Conversations, on: Flags, name: str, gains: Gains, n: int) -> Advised:
    rows = np.flatnonzero(on)
    best = rows[np.argsort(-own.brought[rows], kind="stable")][:EVIDENCE]
    interval = float(gains.low[n]), float(gains.high[n])
    why = because(
        "{n} conversations on {topic} brought {people} never met, where the average would have been {average}",
        n=len(rows),
        topic=name,
        people=_people(len(rows) * gains.mean[n]),
        average=people(len(rows) * gains.overall),
    )
    return Advised(
        "topic",
        name,
        float(gains.gain[n]),
        interval,
        _with_doubt(why, interval, ALIKE),
        _ids(ego, own.item[best].tolist()),
        name,
    )


def _ids(ego: Ego, items: Sequence[int]) -> tuple[str, ...]:
    ids = activity_ids(ego.tables, items)
    return tuple(ids[item] for item in items)


def _with_doubt(why: str, interval: tuple[float, float], doubt: str) -> str:
    return f"{why}; {doubt}" if interval[0] <= 0 <= interval[1] else why


# --- habits -------------------------------------------------------------------------------------------------


def habit_rows(ego: Ego, back: ComingBack) -> list[Advised]:
    """Return what coming back, and answering sooner, was followed by; where there is too little there is no row."""
    rows = (_back_row(ego, back), _sooner_row(ego))
    return [row for row in rows if row is not None]


def _back_row(ego: Ego, back: ComingBack) -> Advised | None:
    found, detail = back.finding, back.finding.told(details.StepUp)
    if found.value is None or found.interval is None:
        return None
    n, came, without = detail.compared or 0, detail.with_ or 0.0, detail.without or 0.0
    why = because(
        "after the leader came back to {n} conversations of their own {people} never met came, {without} to as many "
        "conversations just like them",
        n=n,
        people=_people(n * came),
        without=people(n * without),
    )
    return Advised(
        "habit",
        "come_back",
        found.value,
        found.interval,
        _with_doubt(why, found.interval, NO_DIFFERENCE),
        _ids(ego, [_back_item(ego, code, time) for code, time in back.most[:EVIDENCE]]),
        because("coming back once to a conversation of one's own"),
    )


def _back_item(ego: Ego, code: int, time: int) -> int:
    items = ego.log.items
    mine = (items.conversation == code) & (items.author == ego.leader) & (items.time == time)
    return int(np.flatnonzero(mine)[0])


@dataclass(frozen=True)
class Answered:
    """Conversations in which the leader answered somebody, by the first answer there: arrays of one length.

    `wait` (microseconds) is how long that took since somebody first said something to the leader there, `asked`; only
    conversations of one `kind` (the source and system, and whether the leader began it) are compared.
    """

    item: Ints
    asked: Ints
    wait: Ints
    kind: Ints


@dataclass(frozen=True)
class Arrivals:
    """When somebody first wrote in a conversation, and their weight, 1 − m(v): arrays of one length.

    `row` is the conversation's place in `Answered`.
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
        order = np.lexsort((self.time, self.row))
        times, many = np.sort(self.time), len(self.time) + 1
        key = self.row[order] * many + np.searchsorted(times, self.time[order], "right")
        total = np.concatenate([[0.0], np.cumsum(self.weight[order])])
        start = np.searchsorted(key, row * many, "left")
        end = np.searchsorted(key, row * many + np.searchsorted(times, time, "right"), "right")
        return (end - start).astype(np.int64), total[end] - total[start]


def answered(ego: Ego) -> tuple[Answered, Arrivals]:
    """Find the leader's first answer in each conversation of the window, and who first responded there when."""
    items, said = ego.log.items, inbound(ego)
    said = said.where(~said.mass)
    answer = np.sort(said.answer[said.answer >= 0])
    code, first = np.unique(items.conversation[answer], return_index=True)
    answer = answer[first]
    within = np.isin(items.conversation[said.item], code)
    spoken, begin = np.unique(items.conversation[said.item][within], return_index=True)
    kept = np.isin(code, spoken)
    code, answer, asked = code[kept], answer[kept], said.time[within][begin]
    found = Answered(answer, asked, items.time[answer] - asked, _kinds(ego, answer, code))
    return found, _arrivals(ego, code)


def _kinds(ego: Ego, answer: Ints, code: Ints) -> Ints:
    items = ego.log.items
    rows = np.flatnonzero(np.isin(items.conversation, code))
    _, first = np.unique(items.conversation[rows], return_index=True)
    begun = items.author[rows[first]] == ego.leader
    _, place = np.unique(place_of(ego.tables, answer), return_inverse=True)
    kinds: Ints = np.asarray(place, np.int64) * 2 + begun
    return kinds


def _arrivals(ego: Ego, code: Ints) -> Arrivals:
    """Return who first responded when in conversations; bots and the leader do not come, the team weighs nothing."""
    rows = ego.responses.where(~np.isin(ego.responses.responder, sorted(ego.nobody)))
    conversation = ego.log.items.conversation[rows.item]
    place = np.minimum(np.searchsorted(code, conversation), max(len(code) - 1, 0))
    kept = np.flatnonzero(code[place] == conversation) if len(code) else np.empty(0, np.int64)
    people = len(ego.people)
    _, first = np.unique(place[kept] * people + rows.responder[kept], return_index=True)
    chosen = kept[first]
    person, time = rows.responder[chosen], rows.time[chosen]
    weight = np.zeros(people)
    who, earliest = _earliest(person, time)
    weight[who] = np.where(np.isin(who, sorted(ego.team)), 0.0, 1 - ego.met.each(who, earliest)[0])
    return Arrivals(place[chosen].astype(np.int64), time, weight[person])


def _earliest(person: NDArray[Any], time: Ints) -> tuple[Ints, Ints]:
    order = np.lexsort((time, person))
    who, first = np.unique(person[order], return_index=True)
    return who.astype(np.int64), time[order][first]


def sooner(of: Answered, came: Arrivals, middle: int, delta: int, *, seed: int = 1) -> Matched:
    """Match each conversation answered within `middle` with those answered later, at the same wait.

    What came within δ after the answer is compared with what came within δ after the same wait in conversations of
    one kind that had no answer yet, and to which as many people had come (exactly up to 8, then in steps of a fifth).
    So neither a conversation that dies down nor one that is busy from its start counts for the early answer. At most
    200 are drawn at random for each; conversations without their like are left out.

    Source: risk-set matching, Li, Propert, Rosenbaum 2001, doi:10.1198/016214501753208573.

    >>> of = Answered(np.array([8, 9]), np.array([0, 0]), np.array([2, 50]), np.array([0, 0]))
    >>> came = Arrivals(np.array([0, 0, 1]), np.array([3, 4, 9]), np.ones(3))
    >>> sooner(of, came, middle=2, delta=10).difference()
    1.0
    """
    one, like = _pairs(of, middle, seed)
    then, instead = of.asked[one] + of.wait[one], of.asked[like] + of.wait[one]
    before, weight = came.until(one, then)
    before_like, weight_like = came.until(like, instead)
    kept = np.flatnonzero(_so_far(before) == _so_far(before_like))
    after = came.until(one, then + delta)[1] - weight
    after_like = came.until(like, instead + delta)[1] - weight_like
    back, start = np.unique(one[kept], return_index=True)
    return Matched(
        len(of.item),
        back,
        after[kept][start],
        np.append(start, len(kept)).astype(np.int64),
        like[kept],
        after_like[kept],
    )


def _pairs(of: Answered, middle: int, seed: int) -> tuple[Ints, Ints]:
    """Pair each conversation answered soon with those of its kind answered late: all, or some drawn at random."""
    soon, random = of.wait <= middle, np.random.default_rng(seed)
    most = int(np.clip(MOST_PAIRS // max(int(soon.sum()), 1), 5, 200))
    ones, others = [np.empty(0, np.int64)], [np.empty(0, np.int64)]
    for kind in np.unique(of.kind):
        inside = of.kind == kind
        early, late = np.flatnonzero(inside & soon), np.flatnonzero(inside & ~soon)
        if not len(late):
            continue
        few = len(late) <= most
        drawn = np.tile(late, (len(early), 1)) if few else random.choice(late, (len(early), most))
        ones.append(np.repeat(early, drawn.shape[1]))
        others.append(drawn.ravel())
    one, other = np.concatenate(ones), np.concatenate(others)
    order = np.argsort(one, kind="stable")
    return one[order], other[order]


def _so_far(count: Ints) -> Ints:
    steps = 8 + np.floor(np.log(np.maximum(count, 8) / 8) / np.log(1.2))
    sizes: Ints = np.where(count <= 8, count, steps).astype(np.int64)
    return sizes


def _sooner_row(ego: Ego) -> Advised | None:
    of, came = answered(ego)
    if len(of.item) < 2 * FEWEST_ON_A_SIDE:
        return None
    middle = int(np.sort(of.wait)[(len(of.wait) - 1) // 2])
    found = sooner(of, came, middle, ego.passing.delta, seed=ego.settings.seed)
    others = len(np.unique(found.like))
    if min(len(found.back), others) < FEWEST_ON_A_SIDE:
        return None
    difference = found.difference()
    interval = found.interval(ego.settings.draws, ego.settings.seed)
    n, within, days = len(found.back), _duration(middle), f"{ego.settings.delta_days:g} days"
    why = because(
        "in {n} conversations the leader first answered within {within}, the leader's own median: {people} never met "
        "came within {days} after, {without} to as many like the {others} that were answered later",
        n=n,
        within=within,
        people=_people(found.after.sum()),
        days=days,
        without=people(found.without().sum()),
        others=others,
    )
    best = found.back[np.argsort(-found.after, kind="stable")][:EVIDENCE]
    return Advised(
        "habit",
        "answer_sooner",
        difference,
        (min(interval[0], difference), max(interval[1], difference)),
        _with_doubt(why, interval, NO_DIFFERENCE),
        _ids(ego, of.item[best].tolist()),
        because("answering others within {within}", within=within),
    )


def _people(count: float) -> str:
    return counted(count, "person", "people")


_DURATIONS = (
    (forms("day", "days"), DAY),
    (forms("hour", "hours"), DAY // 24),
    (forms("minute", "minutes"), DAY // 1440),
)


def _duration(wait: int) -> str:
    """Word microseconds: minutes, hours or days.

    >>> _duration(5_400_000_000), _duration(40_000_000), _duration(3 * DAY)
    ('1.5 hours', '1 minute', '3 days')
    """
    (unit, units), size = next((one for one in _DURATIONS if wait >= one[1]), _DURATIONS[-1])
    text = f"{max(wait / size, 1):.2g}"
    return f"{text} {unit if text == '1' else units}"
