"""Do people take up a thread after their contacts did, more than chance would have it? A test by permutation.

`thread_test` shuffles who comes when within each thread.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from influence.chance.p_values import p_value
from influence.kernels.arrays import Floats, Ints
from influence.kernels.cores import on_all_cores
from influence.times import HOUR

if TYPE_CHECKING:
    from influence.kernels.chance import Course

LONGEST = 300
"""Of a thread taken up by more people, the first so many are looked at."""
MOST_WORK = 150_000
"""Pairs of people and slots that one walk may take; beyond that, threads are drawn at random."""
TERMS = 6
"""α and the five γ of `thread_test`."""
BATCHES = 8
PRIOR = 0.1
"""The precision of a faint prior at 0 for every coefficient, so that each has a finite estimate."""
BOUND = 20.0
ALIKE, USUAL = 60.0, 5.0
"""With how many activities at their contacts' hours a person's own are mixed, and those with everybody's."""
FASTEST = 1 / 12
"""Hours: all who come within the first minutes are about as quick."""
FAINT = 2.0
"""How many threads at a middling place a person's own promptness is mixed with."""


@dataclass(frozen=True)
class Contacts:
    """Who has exchanged with whom, both ways: `contact[indptr[p]:indptr[p + 1]]` of person p, since when."""

    indptr: Ints
    contact: Ints
    since: Ints

    @property
    def people(self) -> int:
        """How many people there are."""
        return len(self.indptr) - 1

    def of(self, person: int) -> Ints:
        """The contacts of one person."""
        return self.contact[self.indptr[person] : self.indptr[person + 1]]


def contacts(one: ArrayLike, other: ArrayLike, time: ArrayLike, people: int) -> Contacts:
    """Return everybody's contacts: pairs who exchanged a response, either way, and the first time they did.

    Raises:
        ValueError: the arrays differ in length, or a person is not below `people`.

    >>> contacts([0, 1, 1], [1, 0, 2], [9, 4, 7], people=3).contact.tolist()
    [1, 0, 2, 1]
    """
    u, v, when = (np.asarray(column, np.int64) for column in (one, other, time))
    if not u.shape == v.shape == when.shape:
        raise ValueError("one, other and time must have one length")
    if u.size and (min(u.min(), v.min()) < 0 or max(u.max(), v.max()) >= people):
        raise ValueError(f"people must be numbered from 0 to {people - 1}")
    apart = u != v
    low, high = np.minimum(u, v)[apart], np.maximum(u, v)[apart]
    order = np.lexsort((when[apart], low * people + high))
    keys = (low * people + high)[order]
    first = np.flatnonzero(np.diff(keys, prepend=-1))
    low, high = np.divmod(keys[first], max(people, 1))
    since = when[apart][order][first]
    from_, to = np.concatenate([low, high]), np.concatenate([high, low])
    rows = np.lexsort((to, from_))
    indptr = np.concatenate([[0], np.cumsum(np.bincount(from_, minlength=people))]).astype(np.int64)
    return Contacts(indptr, to[rows], np.concatenate([since, since])[rows])


@dataclass(frozen=True)
class Threads:
    """Who took up which thread when: one row each time somebody first did, by thread and then in order of time.

    Thread c has the rows `start[c]` … `start[c + 1]`; `of` are all threads with three people and more, of which
    these were drawn; `cut` are those of which only the first 300 people are here.
    """

    start: Ints
    person: Ints
    time: Ints
    opened: Ints
    of: int = 0
    cut: int = 0

    @property
    def lengths(self) -> Ints:
        """How many people took up each thread."""
        return np.diff(self.start)


def threads(
    thread: ArrayLike, person: ArrayLike, time: ArrayLike, opened: ArrayLike, *, seed: int = 1
) -> Threads:
    """Arrange responses (one row each, any order) by thread, each person once, at their first response.

    Threads of one or two people are left out: there the order tells nothing. At most 300 people of a
    thread and 150,000 pairs of people and slots in all are kept.

    Raises:
        ValueError: the arrays differ in length.

    >>> threads([7, 7, 7, 7, 8], [2, 1, 2, 0, 0], [5, 3, 1, 9, 9], [0] * 5).person.tolist()
    [2, 1, 0]
    """
    c, p, when, begun = (np.asarray(column, np.int64) for column in (thread, person, time, opened))
    if not c.shape == p.shape == when.shape == begun.shape:
        raise ValueError("thread, person, time and opened must have one length")
    order = np.lexsort((when, p, c))
    first = np.r_[True, (np.diff(c[order]) != 0) | (np.diff(p[order]) != 0)] if c.size else np.empty(0, bool)
    order = order[first]
    order = order[np.lexsort((p[order], when[order], c[order]))]
    c, p, when, begun = c[order], p[order], when[order], begun[order]
    _, begin, length = np.unique(c, return_index=True, return_counts=True)
    chosen = _affordable(np.flatnonzero(length >= 3), np.minimum(length, LONGEST), seed)
    kept = np.minimum(length[chosen], LONGEST)
    start = np.concatenate([[0], np.cumsum(kept)]).astype(np.int64)
    rows = np.repeat(begin[chosen] - start[:-1], kept) + np.arange(start[-1])
    return Threads(
        start,
        p[rows],
        when[rows],
        begun[begin[chosen]],
        int((length >= 3).sum()),
        int((length[chosen] > LONGEST).sum()),
    )


def _affordable(candidates: Ints, length: Ints, seed: int) -> Ints:
    work = length[candidates].astype(np.float64) ** 2 / 2
    if work.sum() <= MOST_WORK:
        return candidates
    order = np.random.default_rng(seed).permutation(len(candidates))
    affordable = order[np.cumsum(work[order]) <= MOST_WORK]
    return candidates[np.sort(affordable)]


@dataclass(frozen=True)
class ThreadTest:
    """What the test found: `alpha` with its standard error `error`, and the same for orders drawn by chance.

    `one_step` is the estimate that is compared with `by_chance`; `p` says how often chance gives as much;
    `telling` counts the slots in which those left differed in how many contacts were active.
    """

    alpha: float
    error: float
    one_step: float
    by_chance: Floats
    p: float
    telling: int
    threads: int
    people: int
    nuisance: tuple[float, ...]


def thread_test(
    taken: Threads, known: Contacts, hours: ArrayLike, *, draws: int = 1000, seed: int = 1
) -> ThreadTest:
    """Test whether people take up a thread sooner once contacts of theirs have.

    In every thread, at each moment when somebody takes it up, the next is v, among those who will, with
    probability proportional to exp(α ln(a + 1) + γ · z): a the contacts of v who took it up at an earlier moment,
    and z what else may bring v sooner: ln of the share of v's responses that falls in this hour of the day (from
    `hours`, people × 24 counts, mixed with the contacts'), ln of 1 + the contacts of v in the thread, ln of 1 + the
    contacts of v at all, and how promptly v, and the contacts of v, came to the other threads (minus the mean of
    ln of the waking hours since each was `opened`). It is the model logit P(act) = α ln(a + 1) + β (Anagnostopoulos,
    Kumar & Mahdian 2008, doi:10.1145/1401890.1401897) with a β of its own for each moment, which
    conditioning on who acts takes out (McFadden 1974; Butts 2008, doi:10.1111/j.1467-9531.2008.00203.x). Contacts
    count from before the thread was first taken up, so that the thread itself makes none.

    Chance is who comes when: orders are drawn from the model with α = 0 (γ fitted; γ = 0 would be plain
    shuffles), within each thread. So people who are alike, who take up the same threads at the same
    times, who wake at the same hours or who are quick, do not look like influence, as far as the log shows
    it; `benchmarks/calibration` shows how far that is. Threads count as independent: where the same people
    follow each other in one after another, over ties that no log shows, chance is taken for too little
    (`benchmarks/truths`). Compared is the one-step estimate of α, (U_α − I_αγ I_γγ⁻¹ U_γ) /
    (I_αα − I_αγ I_γγ⁻¹ I_γα), U and I the score and the information at α = 0; p is one-sided, (1 + #{≥}) / (1 + draws).

    Raises:
        ValueError: `hours` has another shape, or there is no thread or no draw.

    >>> pairs = contacts([0, 2], [1, 3], [0, 0], people=6)
    >>> talk = threads(np.repeat(np.arange(40), 6), np.tile([0, 1, 2, 3, 4, 5], 40), np.arange(1, 241), [0] * 240)
    >>> thread_test(talk, pairs, np.ones((6, 24))).telling
    80
    """
    counts = np.asarray(hours, np.float64)
    if counts.shape != (known.people, 24):
        raise ValueError("hours must have 24 counts for each person")
    if not len(taken.person) or draws < 1:
        raise ValueError("the test needs at least one thread of three people, and one draw")
    from influence.kernels import chance  # numba: loaded only when something is measured

    course = _course(taken, known, counts)
    null = _fitted(course, np.arange(TERMS) > 0)
    score, information, _, telling = chance.follow(course, null, False)
    projection, precision = _projection(information)
    (scores,) = _in_batches(
        lambda size, own: (chance.follow_by_chance(course, null, size, own),), draws, seed
    )
    by_chance = scores @ projection
    one_step, by_chance = float(score @ projection / precision), by_chance / precision
    full = _fitted(course, np.ones(TERMS, bool))
    error = float(np.sqrt(_inverse(_information(course, full))[0, 0]))
    return ThreadTest(
        alpha=float(full[0]),
        error=error,
        one_step=one_step,
        by_chance=by_chance,
        p=p_value(one_step, by_chance),
        telling=int(telling),
        threads=len(taken.start) - 1,
        people=len(np.unique(taken.person)),
        nuisance=tuple(null[1:].tolist()),
    )


def _in_batches(
    draw: Callable[[int, int], tuple[NDArray[Any], ...]], draws: int, seed: int
) -> list[NDArray[Any]]:
    """Draw in batches on all cores, each batch with its own seed, so that the number of cores changes nothing."""
    sizes = [len(batch) for batch in np.array_split(np.arange(draws), BATCHES) if len(batch)]
    seeds = [seed * BATCHES + number for number in range(len(sizes))]
    parts = list(on_all_cores(draw, sizes, seeds, at_once=BATCHES))
    return [np.concatenate(rows) for rows in zip(*parts, strict=True)]


def _course(taken: Threads, known: Contacts, hours: Floats) -> Course:
    """Lay out what the walk needs: threads, moments, hours, people's terms, contacts in the same thread."""
    from influence.kernels import chance  # numba: loaded only when something is measured

    people, row = np.unique(taken.person, return_inverse=True)
    began = taken.time[taken.start[:-1]]
    begin, neighbour = chance.local_contacts(
        taken.start, taken.person, began, known.indptr, known.contact, known.since
    )
    clock = _clock(hours, known, people)
    own, theirs = _promptness(taken, row, known, clock, begin, neighbour)
    everywhere = np.diff(known.indptr)[taken.person]
    still = np.stack([np.log1p(np.diff(begin)), np.log1p(everywhere), own, theirs], axis=1)
    group = np.cumsum(np.diff(taken.time, prepend=taken.time[0]) != 0)
    hour = taken.time // HOUR % 24
    return chance.Course(taken.start, group, hour, row.astype(np.int64), still, clock, begin, neighbour)


def _clock(hours: Floats, known: Contacts, people: Ints) -> Floats:
    """Return ln of the share of each person's activity in each hour, mixed with the contacts' and everybody's."""
    usual = (hours.sum(axis=0) + 1) / (hours.sum() + 24)
    theirs = np.stack([hours[known.of(person)].sum(axis=0) for person in people.tolist()]) + USUAL * usual
    own = hours[people] + ALIKE * theirs / theirs.sum(axis=1, keepdims=True)
    clock: Floats = np.log(own / own.sum(axis=1, keepdims=True))
    return clock


def _promptness(
    taken: Threads, row: Ints, known: Contacts, clock: Floats, begin: Ints, neighbour: Ints
) -> tuple[Floats, Floats]:
    """Return how early each person, and their contacts, came in the other threads: 1 first, −1 last, on average."""
    early = -np.log(_awake_between(np.repeat(taken.opened, taken.lengths), taken.time, row, clock) + FASTEST)
    early -= early.mean()
    total, count = np.zeros(known.people), np.zeros(known.people)
    np.add.at(total, taken.person, early)
    np.add.at(count, taken.person, 1)
    own = (total[taken.person] - early) / (count[taken.person] - 1 + FAINT)
    who = np.repeat(np.arange(known.people), np.diff(known.indptr))
    their_total = np.bincount(who, total[known.contact], known.people)[taken.person]
    their_count = np.bincount(who, count[known.contact], known.people)[taken.person]
    here = np.repeat(np.arange(len(row)), np.diff(begin))
    their_total -= np.bincount(here, early[neighbour], len(row))
    return own, their_total / (their_count - np.diff(begin) + FAINT)


def _awake_between(since: Ints, until: Ints, row: Ints, clock: Floats) -> Floats:
    """Return the hours between two moments, each hour of the day counted by how active a person is in it."""
    share = 24 * np.exp(clock) / np.exp(clock).sum(axis=1, keepdims=True)
    passed = np.concatenate([np.zeros((len(share), 1)), np.cumsum(share, axis=1)], axis=1)

    def hours_until(moment: Ints) -> Floats:
        day, within = np.divmod(moment, 24 * HOUR)
        hour, part = np.divmod(within, HOUR)
        hours: Floats = 24.0 * day + passed[row, hour] + share[row, hour] * part / HOUR
        return hours

    return np.maximum(hours_until(until) - hours_until(since), 0.0)


def _fitted(course: Course, free: NDArray[np.bool_]) -> Floats:
    """Find the free coefficients that make what happened most likely, by Newton's method."""
    from influence.kernels import chance  # numba: loaded only when something is measured

    theta = np.zeros(TERMS)
    best, at_best = -np.inf, theta
    step = np.zeros(TERMS)
    for _ in range(50):
        score, information, likelihood, _ = chance.follow(course, theta, False)
        penalised = likelihood - PRIOR / 2 * (theta**2).sum()
        if penalised < best - 1e-9:
            step /= 2
            theta = at_best + step
            continue
        best, at_best = penalised, theta
        step = np.zeros(TERMS)
        slope = (score - PRIOR * theta)[free]
        step[free] = np.linalg.solve((information + PRIOR * np.eye(TERMS))[np.ix_(free, free)], slope)
        if np.abs(step).max() < 1e-8:
            break
        theta = np.clip(theta + step, -BOUND, BOUND)
    return at_best


def _information(course: Course, theta: Floats) -> Floats:
    from influence.kernels import chance  # numba: loaded only when something is measured

    information: Floats = chance.follow(course, theta, False)[1]
    return information


def _inverse(information: Floats) -> Floats:
    return np.asarray(np.linalg.inv(information + PRIOR * np.eye(len(information))), np.float64)


def _projection(information: Floats) -> tuple[Floats, float]:
    """Return what turns a score into the part that only α explains, and that part's information."""
    apart = information[0, 1:] @ _inverse(information[1:, 1:])
    projection = np.concatenate([[1.0], -apart])
    return projection, max(float(projection @ information[:, 0]), 1e-9)
