"""Leadership for the many: whether influence beyond the people met is spread over an organisation or held by few."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
from numpy.typing import ArrayLike, NDArray

from influence.contract.details.many import CoverageCurve, SecondGenerationLeaders, Spread
from influence.contract.details.record import RECORDS
from influence.contract.findings import TEAM, Finding
from influence.contract.language import because
from influence.contract.measures import Definition, finds
from influence.contract.turns import steps
from influence.kernels.arrays import NEVER, UNDATED, Flags, Floats, Ints, among
from influence.measures.reach import NO_TIMES
from influence.network.responses import Responses
from influence.people.columns import Who
from influence.reach.everybody import Reaches, everybodys_reach, kept_for
from influence.reach.population import Population
from influence.times import Window

if TYPE_CHECKING:
    from influence.reach.ego import Ego

HALF = 0.5
MOST_MOVED = 20_000_000
"""So many pairs may be drawn again in all; where there are more pairs there are fewer draws."""
FEWEST_DRAWS = 200
"""With so many draws a standard error is itself off by 1 / √(2 · 200), 5 %."""
TOGETHER = 16
"""Draws that are added up at once: all in one array would take gigabytes."""
CURVE = 100
"""So many points of the coverage curve are shown."""
NOBODY = because("nobody here reached anybody beyond those they have met")
ALL_MET = because("with everybody met about whom nothing is known, nobody reaches anybody beyond")
ALONE = because("an organisation of one person has nothing to share out")
NO_CONVERSATIONS = because("an undated network has no conversations to draw again")


@finds(
    gini=Definition(
        (
            "how unequally the reach beyond is spread over the organisation: 0 all alike, towards 1 all "
            "with one"
        ),
        label="Gini",
        meaning=(
            "How unequally the people beyond are spread over everybody in this workspace: 0, all reach "
            "as many; towards 1, one reaches all."
        ),
        reading="Low: leadership for the many.",
        unit="index",
        family="Leadership for the many",
    ),
    absence_factor=Definition(
        "the fewest people who hold half of all reach beyond: without them half is gone",
        label="Absence factor",
        meaning="The fewest people who together hold half of all reach beyond in this workspace.",
        reading="Low: much is lost if a few leave.",
        unit="people",
        family="Leadership for the many",
    ),
    coverage_curve=Definition(
        "how few people, chosen well, cover half of everybody whom anybody reaches beyond",
        label="Who covers half",
        meaning=(
            "How few people, chosen so that they overlap least, reach half of all who are reached beyond "
            "by anybody."
        ),
        unit="people",
        family="Leadership for the many",
    ),
    second_generation_leaders=Definition(
        "people brought in by the leader who now reach others of their own",
        label="Brought in, now reaching others",
        meaning=(
            "People whose first response ever was to the leader and who have since drawn responses of "
            "their own from people never met."
        ),
        unit="people",
        family="Leadership for the many",
    ),
)
def many(ego: Ego) -> dict[str, Finding]:
    """Say how far leadership is spread over the many, and whom the leader brought in who now leads."""
    reaches = everybodys_reach(ego.population, ego.window)
    found = _kept_spread(ego.population, ego.window, reaches)
    brought = brought_in(ego.population, ego.window)
    own = Brought(*(column[brought.leader == ego.leader] for column in brought.columns))
    return found | {
        "second_generation_leaders": second_generation(reaches, own, ego.people.who, dated=ego.dated)
    }


def _kept_spread(population: Population, window: Window, reaches: Reaches) -> dict[str, Finding]:
    """Return `spread` over everybody active, which is the same whoever the report is about."""

    def make() -> pa.Table:
        members, settings = active(population, window), population.settings
        found = spread(reaches, members, draws=settings.draws, seed=settings.seed)
        return pa.table({name: [json.dumps(one.as_json())] for name, one in found.items()})

    table = population.kept.table("spread", make, *kept_for(population, window))
    rows = {name: Finding.from_json(name, json.loads(table[name][0].as_py())) for name in table.column_names}
    return {name: replace(one, detail=one.told(RECORDS[name])) for name, one in rows.items()}


def organisation(
    population: Population, window: Window, cohort: Sequence[int] | None = None
) -> dict[str, Finding]:
    """Return `gini`, `absence_factor`, `coverage_curve` and `second_generation_leaders` of everybody, or of a cohort.

    `cohort` are person codes; without it everybody counts who did anything in the window, bots left out.
    """
    members = active(population, window) if cohort is None else np.unique(np.asarray(cohort, np.int64))
    settings = population.settings
    reaches = everybodys_reach(population, window)
    found = spread(reaches, members, draws=settings.draws, seed=settings.seed)
    brought = brought_in(population, window)
    own = Brought(*(column[np.isin(brought.leader, members)] for column in brought.columns))
    generation = second_generation(reaches, own, dated=population.dated)
    return found | {generation.name: generation}


def active(population: Population, window: Window) -> Ints:
    """Return the codes of the people who did anything in the window, or have an undated tie; without bots."""
    items, ties = population.log.items, population.ties
    did = items.author[window.holds(items.time)].astype(np.int64)
    everybody = np.unique(np.concatenate([did, ties.source, ties.target]))
    return np.setdiff1d(everybody, np.fromiter(population.bots, np.int64))


def spread(reaches: Reaches, members: Ints, *, draws: int = 1000, seed: int = 1) -> dict[str, Finding]:
    """Return `gini`, `absence_factor` and `coverage_curve` of the reach_4 of the `members` (person codes).

    Bounds take all unknown people as met, then as unmet; the 95 % interval is the estimate ± 1.96 standard errors
    by the bootstrap of whole conversations, all members with the same conversations: a pair that touched in one
    conversation only comes with it, as often as it is drawn (Poisson, mean 1), any other stays.
    """
    readings = tuple(each[members] for each in reaches.reach_4())
    unequal, few = _again(reaches, members, draws, seed)
    return {
        "gini": _finding("gini", "index", _Asked(gini, unequal, (0.0, 1.0), draws), readings),
        "absence_factor": _finding(
            "absence_factor",
            "people",
            _Asked(absence_factor, few, (1.0, float(members.size)), draws),
            readings,
        ),
        "coverage_curve": _coverage(reaches, members),
    }


def gini(values: ArrayLike) -> float | None:
    """Return the Gini coefficient: half the mean difference between two people, as a part of the mean.

    G = Σ_i Σ_j |x_i − x_j| / (2 n² mean) = Σ_i (2 i − n − 1) x_i / (n Σ x), x sorted; 0 where all are alike,
    (n − 1) / n where one has all. None where there is nothing to share.

    Source: Gini 1912, Variabilità e mutabilità; Sen 1973, On Economic Inequality.

    Raises:
        ValueError: a value is below 0 or not finite.

    >>> gini([1, 1, 1, 1]), gini([0, 0, 0, 1]), gini([1, 2, 3])
    (0.0, 0.75, 0.2222222222222222)
    """
    x = _amounts(values)
    return _gini(np.sort(x[x > 0]), x.size)


def _gini(x: Floats, of: int) -> float | None:
    """Return the Gini coefficient of so many, from the sorted amounts of those who have any."""
    if not x.size:
        return None
    ranks = 2.0 * np.arange(of - x.size + 1, of + 1) - of - 1
    return max(0.0, float((ranks * x).sum() / (of * x.sum())))


def absence_factor(values: ArrayLike, share: float = HALF) -> int | None:
    """Return the fewest people who hold a share (half) of all reach_4: with them away, that much is gone.

    min |S| such that Σ_{i in S} x_i ≥ share · Σ x, in people. None where there is nothing to hold. For software
    the same count is the truck factor (Avelino et al. 2016, doi:10.1109/ICPC.2016.7503718).

    Raises:
        ValueError: a value is below 0 or not finite.

    >>> absence_factor([5, 1, 1, 1, 1, 1]), absence_factor([2, 2, 2, 2]), absence_factor([0, 0])
    (1, 2, None)
    """
    x = _amounts(values)
    return _holders(np.sort(x[x > 0]), share)


def _holders(x: Floats, share: float = HALF) -> int | None:
    """Return the absence factor from the sorted amounts of those who have any."""
    if not x.size:
        return None
    held = np.cumsum(x[::-1])
    return int(np.searchsorted(held, share * float(x.sum()) * (1 - 1e-12)) + 1)


def coverage_curve(
    reaches: Reaches, members: Ints, most: int | None = None, weight: Floats | None = None
) -> tuple[Ints, Floats]:
    """Return members chosen one by one, each who adds most, and how many people they cover together after each.

    Covered are Σ_v max over the chosen u of `weight`(u, v), in people: 1 − m_u(v), and 0 in u's team, unless other
    weights are given, one for each pair. Greedy: at least
    1 − 1/e of what the best choice of as many people covers (Nemhauser, Wolsey, Fisher 1978,
    doi:10.1007/BF01588971). It ends when nobody adds anything.

    >>> code = lambda *row: np.array(row, np.int32)
    >>> leader, person = code(0, 0, 1, 1, 2), code(3, 4, 4, 5, 6)
    >>> far, no = np.full(5, 4, np.int8), np.zeros(5)
    >>> reaches = Reaches(leader, person, far, no, no < 1, far, leader, leader, people=7)
    >>> coverage_curve(reaches, np.arange(3))[1].tolist()
    [2.0, 3.0, 4.0]
    """
    from influence.kernels.everybody import cover  # numba: loaded only when something is measured

    weight = reaches.unmet if weight is None else weight
    own = _flags(members, reaches.people)[reaches.leader] & (weight > 0)
    begin = np.searchsorted(np.searchsorted(members, reaches.leader[own]), np.arange(members.size + 1))
    most = members.size if most is None else most
    chosen, covered = cover(begin, reaches.person[own], weight[own], reaches.people, most)
    return members[chosen], covered


# --- whom somebody brought in -------------------------------------------------------------------------------


@dataclass(frozen=True)
class Brought:
    """Who was brought in by whom and when: the first response that a `person` ever made was to the `leader`."""

    leader: Ints
    person: Ints
    time: Ints

    @property
    def columns(self) -> tuple[Ints, Ints, Ints]:
        """Return leader, person and time."""
        return self.leader, self.person, self.time


def brought_in(population: Population, window: Window) -> Brought:
    """Find who made their first response ever in the window, and to whom; without bots.

    The log knows nothing of what was before it: everybody is new when it begins.
    """
    counted = population.log.counted()
    first = _first_responses(counted)
    mine = first.where(window.holds(first.time))
    human = ~_flags(np.fromiter(population.bots, np.int64), len(population.people))
    mine = mine.where(human[mine.responder] & human[mine.target])
    return Brought(mine.target.astype(np.int64), mine.responder.astype(np.int64), mine.time)


def _first_responses(responses: Responses) -> Responses:
    """Return each person's earliest response; one that answers several people is all of these."""
    order = np.lexsort((responses.item, responses.time, responses.responder))
    _, begin = np.unique(responses.responder[order], return_index=True)
    earliest = responses.item[order][begin]
    return responses.where(among(responses.item, np.sort(earliest)))


def second_generation(
    reaches: Reaches, brought: Brought, who: Sequence[Who] | None = None, *, dated: bool = True
) -> Finding:
    """Return how many of those brought in now have a reach_4 of their own, in people.

    |{v brought in by a leader : Σ (1 − m_v(w)) > 0 over the w who first responded to v after v was brought in, w
    no leader who brought v in}|. `low` takes every unknown w as met, `high` as unmet. `detail` says how many were
    `brought_in` at all, and given `who` has which code, who they are (`people`).
    """
    name = "second_generation_leaders"
    if not dated:
        return Finding(name, None, "people", reason=NO_TIMES)
    since = np.full(reaches.people, NEVER)
    since[brought.person] = brought.time
    own = (reaches.first > since[reaches.leader]) & (reaches.step != TEAM)
    pairs, back = (
        _key(reaches.leader, reaches.person, reaches),
        _key(brought.person, brought.leader, reaches),
    )
    own &= ~among(pairs, np.sort(back))
    sure, far, any_ = (
        np.unique(reaches.leader[own & weighty]).tolist()
        for weighty in (reaches.known & (reaches.m < 1), reaches.unmet > 0, ~reaches.known | (reaches.m < 1))
    )
    detail = SecondGenerationLeaders(
        brought_in=int(np.unique(brought.person).size),
        people=tuple(sorted(who[v].person for v in far)) if who is not None else None,
    )
    return Finding(name, float(len(far)), "people", float(len(sure)), float(len(any_)), detail=detail)


def _key(leader: NDArray[Any], person: NDArray[Any], reaches: Reaches) -> Ints:
    keys: Ints = leader.astype(np.int64) * reaches.people + person
    return keys


# --- findings -----------------------------------------------------------------------------------------------


def _amounts(values: ArrayLike) -> Floats:
    x = np.asarray(values, np.float64)
    if x.ndim != 1 or not np.isfinite(x).all() or (x < 0).any():
        raise ValueError("amounts must be one row of finite numbers of at least 0")
    return x


@dataclass(frozen=True)
class _Asked:
    """How something is measured, what it was in each draw (None: nothing to draw), its limits, the draws wanted."""

    measure: Callable[[ArrayLike], float | None]
    drawn: Floats | None
    limits: tuple[float, float]
    wanted: int


def _finding(name: str, unit: str, asked: _Asked, readings: Sequence[Floats]) -> Finding:
    values = [asked.measure(reading) for reading in readings]
    value = values[0]
    if value is None or readings[0].size < 2:
        return Finding(name, None, unit, reason=NOBODY if readings[0].size != 1 else ALONE)
    told = [float(each) for each in values if each is not None]
    low, high, why = _bounds(told, len(values))
    detail = Spread(int(readings[0].size), no_bounds=why)
    if asked.drawn is None:
        detail = replace(detail, no_interval=NO_CONVERSATIONS)
        return Finding(name, float(value), unit, low, high, detail=detail)
    if asked.drawn.size < asked.wanted:
        detail = replace(detail, draws=asked.drawn.size)
    something = asked.drawn[np.isfinite(asked.drawn)]
    error = 1.96 * float(np.std(something)) if something.size else 0.0
    interval = (max(asked.limits[0], value - error), min(asked.limits[1], value + error))
    return Finding(name, float(value), unit, low, high, interval, detail=detail)


def _again(reaches: Reaches, members: Ints, draws: int, seed: int) -> tuple[Floats | None, Floats | None]:
    """Return `gini` and `absence_factor` of each draw (nan: nobody reached anybody); None without conversations."""
    if (len(reaches) and (reaches.first == UNDATED).all()) or not members.size:
        return None, None
    unequal, few = [], []
    for drawn in _drawn(reaches, members, draws, seed):
        some = np.sort(drawn[drawn > 0])
        unequal.append(_gini(some, drawn.size) if some.size else np.nan)
        few.append(_holders(some) if some.size else np.nan)
    return np.array(unequal, np.float64), np.array(few, np.float64)


def _drawn(reaches: Reaches, members: Ints, draws: int, seed: int) -> Iterator[Floats]:
    """Draw the members' reach_4 again: what each is when every conversation counts as often as it is drawn."""
    from scipy.sparse import csr_matrix  # 0.1 s, and only this needs it

    weight = reaches.unmet
    alone = (reaches.unit >= 0) & (weight > 0) & _flags(members, reaches.people)[reaches.leader]
    units, code = np.unique(reaches.unit[alone], return_inverse=True)
    place, shape = np.searchsorted(members, reaches.leader[alone]), (members.size, units.size)
    moved = csr_matrix((weight[alone], (place, code)), shape)
    total = np.bincount(reaches.leader, weight, reaches.people)[members]
    rng = np.random.default_rng(seed)
    count = min(draws, max(FEWEST_DRAWS, MOST_MOVED // max(code.size, 1)))
    law = None if count == draws else _law()

    def times(together: int) -> Floats:
        """Return how often each conversation is drawn, less once: a column a draw."""
        if law is None:
            return np.stack([rng.poisson(1.0, units.size) - 1.0 for _ in range(together)], axis=1)
        chosen: Floats = law[rng.integers(0, law.size, (units.size, together), np.uint16)]
        return chosen

    for each in steps(_ahead(times, [min(TOGETHER, count - begin) for begin in range(0, count, TOGETHER)])):
        yield from np.maximum(total + (moved @ each).T, 0.0)


def _law() -> Floats:
    """Return Poisson's law less its mean, 1, as 65,536 numbers of which each is as likely: a fifth of the time."""
    from scipy.special import pdtr  # 0.1 s, and only this needs it

    places = (np.arange(1 << 16) + 0.5) / (1 << 16)
    return np.searchsorted(pdtr(np.arange(12), 1.0), places).astype(np.float64) - 1


def _ahead(draw: Callable[[int], Floats], sizes: Sequence[int]) -> Iterator[Floats]:
    """Draw batch after batch, each on another core while the one before is used."""
    with ThreadPoolExecutor(1) as pool:
        ready: Future[Floats] | None = None
        for size in sizes:
            drawing = pool.submit(draw, size)
            if ready is not None:
                yield ready.result()
            ready = drawing
        if ready is not None:
            yield ready.result()


def _flags(members: Ints, people: int) -> Flags:
    flags = np.zeros(people, bool)
    flags[members] = True
    return flags


def _coverage(reaches: Reaches, members: Ints) -> Finding:
    """Say how few people cover half of what all cover together; the curve itself is in the detail."""
    sure = np.where(reaches.known, reaches.unmet, 0.0)
    open_ = np.where(reaches.known | (reaches.step == TEAM), reaches.unmet, 1.0)
    curves = [coverage_curve(reaches, members, weight=each)[1] for each in (reaches.unmet, sure, open_)]
    covered = curves[0]
    if not covered.size:
        return Finding("coverage_curve", None, "people", reason=NOBODY)
    halves = [float(np.searchsorted(each, HALF * each[-1] * (1 - 1e-12)) + 1) for each in curves if each.size]
    low, high, why = _bounds(halves, len(curves))
    detail = CoverageCurve(
        curve=tuple(round(float(point), 6) for point in covered[:CURVE]),
        covered=round(float(covered[-1]), 6),
        chosen=int(covered.size),
        of=int(members.size),
        at_least="1 − 1/e of what the best choice of as many covers (greedy)",
        no_bounds=why,
    )
    return Finding("coverage_curve", halves[0], "people", low, high, detail=detail)


def _bounds(told: Sequence[float], readings: int) -> tuple[float | None, float | None, str | None]:
    """Return the least and the most of what the readings of the unknown tell; why not where one tells nothing."""
    return (min(told), max(told), None) if len(told) == readings else (None, None, ALL_MET)
