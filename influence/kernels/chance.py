"""Compiled loops of the tests against chance: who follows whom in a thread, activations, rewired networks.

Arrays are checked by the callers (`influence.chance`): compiled code checks no index. Import this module only where
it is needed: it loads numba.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from influence.kernels.arrays import NEVER, Floats, Indices, Ints
from influence.kernels.compiling import compiled


@compiled
def local_contacts(
    start: Indices, person: Indices, began: Indices, indptr: Indices, contact: Indices, since: Indices
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """List for every place in a thread the places of the contacts in the same thread, as compressed rows.

    Thread c has the places `start[c]` … `start[c + 1]`; the contacts of person p are
    `contact[indptr[p]:indptr[p + 1]]`, sorted, each `since` a moment, which must lie before the thread `began`.

    >>> begin, place = local_contacts(*map(np.array, ([0, 2], [0, 1], [5], [0, 1, 2], [1, 0], [0, 9])))
    >>> begin.tolist(), place.tolist()
    ([0, 1, 1], [1])
    """
    place = np.full(indptr.size - 1, -1, np.int64)
    begin = np.zeros(person.size + 1, np.int64)
    # first to count, then to fill: an array of the right size, and no list that grows
    for listing in range(2):
        found = np.empty(begin[-1] if listing else 0, np.int64)
        count = 0
        for c in range(start.size - 1):
            for i in range(start[c], start[c + 1]):
                place[person[i]] = i
            for i in range(start[c], start[c + 1]):
                first, last = indptr[person[i]], indptr[person[i] + 1]
                # of somebody with very many contacts the people of the thread are looked up among these
                few = 16 * (start[c + 1] - start[c]) < last - first
                for n in range(start[c + 1] - start[c] if few else last - first):
                    e = _lookup(contact, first, last, person[start[c] + n]) if few else first + n
                    if e >= 0 and place[contact[e]] >= 0 and since[e] < began[c]:
                        if listing:
                            found[count] = place[contact[e]]
                        count += 1
                begin[i + 1] = count
            for i in range(start[c], start[c + 1]):
                place[person[i]] = -1
    return begin, found


@compiled
def _lookup(contact: Indices, first: int, last: int, wanted: int) -> int:
    """Return where a person stands among sorted contacts, -1: nowhere."""
    end = last
    while first < end:
        middle = (first + end) // 2
        if contact[middle] < wanted:
            first = middle + 1
        else:
            end = middle
    return first if first < last and contact[first] == wanted else -1


class Course(NamedTuple):
    """Threads laid out for the test: place i of thread c is in `start[c]` … `start[c + 1]`.

    `group` numbers the moments, `hour` is the hour of the day of each place, `row` a person's row in `clock` (people ×
    24), `still` what does not change (places × 4), and `neighbour[begin[i]:begin[i + 1]]` the contacts' places.
    """

    start: Indices
    group: Indices
    hour: Indices
    row: Indices
    still: Floats
    clock: Floats
    begin: Indices
    neighbour: Indices


class _Factors(NamedTuple):
    """exp(θ · f) taken apart, so that a slot needs no exponential: what stands still, the hour, the contacts."""

    base: Floats
    pulse: Floats
    grown: Floats
    logs: Floats


class _Walk(NamedTuple):
    """Where the walk is: who is `left`, how many contacts of each are `active`, and the `weight` of each left."""

    left: Indices
    active: Indices
    weight: Floats


def follow(course: Course, theta: Floats, drawn: bool) -> tuple[Floats, Floats, float, int]:
    """Walk through all threads once, as they were or with an order drawn by chance.

    At slot k the next to take up the thread is v among those left with probability proportional to
    exp(θ · f(v, k)), f = (ln(a + 1), clock[row[v], hour[k]], *still[v]), a = contacts who took it up at an
    earlier moment (`group` numbers the moments). Returns the score Σ (f(v) − E f), the information
    Σ cov f, the log-likelihood, and in how many slots a differed among those left.

    >>> alike = np.zeros((2, 4)), np.zeros((2, 24)), np.zeros(3, int), np.empty(0, int)
    >>> course = Course(*map(np.array, ([0, 2], [0, 1], [0, 1], [0, 1])), *alike)
    >>> round(float(follow(course, np.zeros(6), False)[2]), 3)  # one of two, ln ½
    -0.693
    """
    # not compiled, since all that it calls would be compiled once more with it
    return _followed(course, _factors(course, theta), theta.size, drawn)


@compiled
def _followed(
    course: Course, factors: _Factors, terms: int, drawn: bool
) -> tuple[Floats, Floats, float, int]:
    walk = _walk(course)
    taken = np.empty(course.row.size, np.int64)
    score, information = np.zeros(terms), np.zeros((terms, terms))
    mean, square, f = np.zeros(terms), np.zeros((terms, terms)), np.zeros(terms)
    likelihood, telling = 0.0, 0
    for c in range(course.start.size - 1):
        first, remaining, told = course.start[c], course.start[c + 1] - course.start[c], course.start[c]
        for i in range(remaining):
            walk.left[i] = first + i
        for k in range(first, course.start[c + 1] - 1):  # the last one left has no rival and tells nothing
            # who acts in the same moment has not seen one another, so contacts become active when it is over
            if k > first and course.group[k] != course.group[k - 1]:
                _activate(taken[told:k], course.begin, course.neighbour, walk.active)
                told = k
            total = _weigh(course, factors, walk, k, remaining, mean)
            chosen = _next(walk.weight[:remaining], total, walk.left, k, drawn)
            if not drawn:  # only what happened is fitted; a drawn order needs its score alone
                telling += _differ(walk.active, walk.left[:remaining])
                likelihood += np.log(walk.weight[chosen] / total)
                _squares(course, factors, walk, k, remaining, square)
                _inform(information, square, mean, total)
            taken[k] = walk.left[chosen]
            _terms(f, course, factors.logs[walk.active[taken[k]]], taken[k], k)
            for t in range(terms):
                score[t] += f[t] - mean[t] / total
            remaining -= 1  # the last of those left takes the place: their order means nothing
            walk.left[chosen] = walk.left[remaining]
    return score, information, likelihood, telling


@compiled
def _factors(course: Course, theta: Floats) -> _Factors:
    # loops of numbers, which compile in a fifth of the time that expressions of arrays take
    most = 0
    for i in range(course.row.size):
        most = max(most, course.begin[i + 1] - course.begin[i])
    logs, grown = np.empty(most + 1), np.empty(most + 1)  # nobody has more active contacts than contacts
    for a in range(most + 1):
        logs[a] = np.log(a + 1.0)
        grown[a] = np.exp(theta[0] * logs[a])
    base, pulse = np.empty(course.row.size), np.empty_like(course.clock)
    for i in range(base.size):
        weight = 0.0
        for t in range(course.still.shape[1]):
            weight += course.still[i, t] * theta[t + 2]
        base[i] = np.exp(weight)
    for person in range(pulse.shape[0]):
        for hour in range(pulse.shape[1]):
            pulse[person, hour] = np.exp(theta[1] * course.clock[person, hour])
    return _Factors(base, pulse, grown, logs)


@compiled
def _walk(course: Course) -> _Walk:
    places = course.row.size
    return _Walk(np.empty(places, np.int64), np.zeros(places, np.int64), np.empty(places))


@compiled
def _weigh(course: Course, factors: _Factors, walk: _Walk, k: int, remaining: int, mean: Floats) -> float:
    """Weigh everybody left at slot k, add up the weighted terms in `mean`, and return all weight."""
    total, contacts, pulse = 0.0, 0.0, 0.0
    one, two, three, four = 0.0, 0.0, 0.0, 0.0  # no loop over the terms: this is where the time goes
    hour = course.hour[k]
    for j in range(remaining):
        i = walk.left[j]
        row, active = course.row[i], walk.active[i]
        w = factors.base[i] * factors.pulse[row, hour] * factors.grown[active]
        walk.weight[j] = w
        total += w
        contacts += w * factors.logs[active]
        pulse += w * course.clock[row, hour]
        one += w * course.still[i, 0]
        two += w * course.still[i, 1]
        three += w * course.still[i, 2]
        four += w * course.still[i, 3]
    mean[0], mean[1], mean[2], mean[3], mean[4], mean[5] = contacts, pulse, one, two, three, four
    return total


@compiled
def _squares(course: Course, factors: _Factors, walk: _Walk, k: int, remaining: int, square: Floats) -> None:
    """Add up the weighted products of the terms of everybody left at slot k."""
    square[:] = 0.0
    f = np.zeros(square.shape[0])
    for j in range(remaining):
        i = walk.left[j]
        _terms(f, course, factors.logs[walk.active[i]], i, k)
        _add(square, f, walk.weight[j])


@compiled
def _inform(information: Floats, square: Floats, mean: Floats, total: float) -> None:
    """Add the covariance of the terms of those who might have come."""
    for t in range(mean.size):
        for u in range(mean.size):
            information[t, u] += square[t, u] / total - mean[t] * mean[u] / (total * total)


@compiled
def _activate(people: Indices, begin: Indices, neighbour: Indices, active: Indices) -> None:
    # neighbours are places of the same thread: counts need no clearing between threads
    for v in people:
        for e in range(begin[v], begin[v + 1]):
            active[neighbour[e]] += 1


@compiled
def _terms(f: Floats, course: Course, contacts: float, i: int, k: int) -> None:
    """Write the terms of place i at slot k: `contacts` is ln(a + 1)."""
    f[0], f[1] = contacts, course.clock[course.row[i], course.hour[k]]
    for t in range(course.still.shape[1]):
        f[t + 2] = course.still[i, t]


@compiled
def _add(square: Floats, f: Floats, weight: float) -> None:
    for t in range(f.size):
        for u in range(f.size):
            square[t, u] += weight * f[t] * f[u]


@compiled
def _differ(active: Indices, left: Indices) -> bool:
    differs = False
    for i in left:
        differs = differs or active[i] != active[left[0]]
    return differs


@compiled
def _next(weight: Floats, total: float, left: Indices, k: int, drawn: bool) -> int:
    """Choose who comes next: by chance, or who did come (the one of slot k)."""
    chosen = 0
    if not drawn:
        while left[chosen] != k:
            chosen += 1
        return chosen
    mark = np.random.random() * total
    # never past the last, though rounding may leave a little of the mark
    while chosen < weight.size - 1 and mark >= weight[chosen]:
        mark -= weight[chosen]
        chosen += 1
    return chosen


@compiled
def follow_by_chance(course: Course, theta: Floats, draws: int, seed: int) -> Floats:
    """Return the scores (draws × terms) of so many walks whose orders are drawn by chance.

    >>> alike = np.zeros((2, 4)), np.zeros((2, 24)), np.zeros(3, int), np.empty(0, int)
    >>> course = Course(*map(np.array, ([0, 2], [0, 1], [0, 1], [0, 1])), *alike)
    >>> follow_by_chance(course, np.zeros(6), 2, 1).shape
    (2, 6)
    """
    np.random.seed(seed)
    scores, factors = np.empty((draws, theta.size)), _factors(course, theta)
    for d in range(draws):
        # a comparison, since a loop is compiled once more for a constant
        score = _followed(course, factors, theta.size, d >= 0)[0]
        for t in range(theta.size):
            scores[d, t] = score[t]
    return scores


class Neighbours(NamedTuple):
    """The contacts of each of so many `people`: those of person p are `contact[indptr[p]:indptr[p + 1]]`.

    Nobody has more than `most`.
    """

    indptr: Indices
    contact: Indices
    people: int
    most: int


@compiled
def activations(
    order: Indices, moment: Indices, known: Neighbours
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Count activations, and chances to be activated, by how many contacts were active before.

    Person `order[i]` is activated at the `moment[i]`-th moment (sorted, from 0). At each moment everybody not
    yet active is at risk. Returns two rows of length `known.most` + 1.

    >>> pair = Neighbours(np.array([0, 1, 2]), np.array([1, 0], np.int32), 2, 1)
    >>> [row.tolist() for row in activations(np.array([0, 1]), np.array([0, 1]), pair)]
    [[1, 1], [2, 1]]
    """
    indptr, contact, people, most = known
    steps = moment[-1] + 1
    acted, at_risk = np.zeros(most + 1, np.int64), np.zeros(most + 1, np.int64)
    # where the spans at risk with so many contacts end because one more is active; there the next ones begin, so that
    # no beginning need be remembered
    more = np.zeros(most + 1, np.int64)
    active = np.zeros(people, np.int32)  # -1: activated already
    i = 0
    while i < order.size:
        end, now = i, moment[i] + 1
        while end < order.size and moment[end] == moment[i]:
            v = order[end]
            acted[active[v]] += 1
            at_risk[active[v]] += now
            active[v] = -1
            end += 1
        # only now, when all of this moment are counted: who is activated at one moment has not seen the others
        for j in range(i, end):
            for e in range(indptr[order[j]], indptr[order[j] + 1]):
                w = contact[e]
                if active[w] >= 0:
                    more[active[w]] += now
                    active[w] += 1
        i = end
    for v in range(people):
        if active[v] >= 0:
            at_risk[active[v]] += steps
    # loops of numbers here too: an assignment to a slice compiles the words of its error as well, for a second
    for a in range(most, -1, -1):
        at_risk[a] += more[a] - (more[a - 1] if a > 0 else 0)
    return acted, at_risk


def shuffled_activations(
    order: Indices,
    moment: Indices,
    stratum: Indices,
    known: Neighbours,
    draws: int,
    seed: int,
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return `activations` for so many shuffles of who is activated when, each within its stratum.

    `stratum` is one number for each place in `order`; the places of one stratum exchange their people.

    >>> pair = Neighbours(np.array([0, 1, 2]), np.array([1, 0], np.int32), 2, 1)
    >>> shuffled_activations(*map(np.array, ([0, 1], [0, 1], [0, 0])), pair, 2, 1)[0].tolist()
    [[1, 1], [1, 1]]
    """
    # sorted here: a sort takes longer to compile than to run
    return _shuffled_activations(
        order, moment, stratum, np.argsort(stratum, kind="stable"), known, draws, seed
    )


@compiled
def _shuffled_activations(
    order: Indices,
    moment: Indices,
    stratum: Indices,
    places: Indices,
    known: Neighbours,
    draws: int,
    seed: int,
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    np.random.seed(seed)
    acted = np.empty((draws, known.most + 1), np.int64)
    at_risk = np.empty((draws, known.most + 1), np.int64)
    shuffled = order.copy()  # each shuffle goes on from the one before: as even, and nothing is copied back
    for d in range(draws):
        begin = 0
        while begin < places.size:
            end = begin
            while end < places.size and stratum[places[end]] == stratum[places[begin]]:
                end += 1
            for i in range(end - 1, begin, -1):  # Fisher and Yates
                j = begin + np.random.randint(0, i - begin + 1)
                here, there = places[i], places[j]
                shuffled[here], shuffled[there] = shuffled[there], shuffled[here]
            begin = end
        drawn = activations(shuffled, moment, known)
        for a in range(known.most + 1):
            acted[d, a], at_risk[d, a] = drawn[0][a], drawn[1][a]
    return acted, at_risk


class Layout(NamedTuple):
    """What was said, laid out by person and, within a person, by pair of person and term.

    By person: first and last slot, first pair, first mark (a slot that holds any such term). By pair: topic, first
    use, first response. And flat: marks, uses (as marks), moments of responses; `time` is that of each slot.
    """

    slot_from: Ints
    slot_to: Ints
    pair_start: Ints
    mark_start: Ints
    pair_topic: Ints
    use_start: Ints
    heard_start: Ints
    marks: Ints
    mark_of_use: Ints
    heard: Ints
    time: Ints


@compiled
def taken_up(
    laid: Layout,
    topics: int,
    delta: int,
    draws: int,
    random: np.random.Generator,
) -> tuple[Ints, Ints, Ints]:
    """Count by topic, and for any, who took up a term, who for the first time, and how many would in shuffled times.

    One person, who heard the only term of topic 0 at 5 and used it at 7:

    >>> starts, first = np.array([0, 1]), np.array([0])
    >>> laid = Layout(first, first + 1, starts, starts, first, starts, starts, first, first, first + 5, first + 7)
    >>> [row.tolist() for row in taken_up(laid, 1, 9, 0, np.random.default_rng(1))]
    [[1, 1], [1, 1], []]
    """
    counted = np.zeros((draws + 1, topics + 1), np.int64)
    takers = np.zeros(topics + 1, np.int64)
    at = laid.time[laid.marks].copy()
    for p in range(laid.slot_from.size):
        first, many = laid.slot_from[p], laid.slot_to[p] - laid.slot_from[p]
        places = np.arange(many)
        any_use = np.zeros(topics + 1, np.bool_)
        for draw in range(draws + 1):
            # draw 0 is what happened
            if draw:  # Fisher and Yates, as far as there are marks: what was said together stays together
                for m in range(laid.mark_start[p], laid.mark_start[p + 1]):
                    taken = m - laid.mark_start[p]
                    other = taken + int(random.random() * (many - taken))
                    places[taken], places[other] = places[other], places[taken]
                    at[m] = laid.time[first + places[taken]]
            hit = np.zeros(topics + 1, np.bool_)
            for pair in range(laid.pair_start[p], laid.pair_start[p + 1]):
                uses = at[laid.mark_of_use[laid.use_start[pair] : laid.use_start[pair + 1]]]
                responded = laid.heard[laid.heard_start[pair] : laid.heard_start[pair + 1]]
                if _is_new(uses, responded, delta):
                    hit[laid.pair_topic[pair]] = True
                if not draw and _any_within(uses, responded, delta):
                    any_use[laid.pair_topic[pair]] = True
            hit[topics] = hit.any()
            counted[draw] += hit
        any_use[topics] = any_use.any()
        takers += any_use
    return takers, counted[0], counted[1:]


@compiled
def _is_new(uses: Ints, responded: Ints, delta: int) -> bool:
    """Tell whether the first use before which nothing was said came within δ after a response; both not empty."""
    first = uses.min()
    second = NEVER
    for use in uses:
        if first < use < second:
            second = use
    place = np.searchsorted(responded, first)  # responses strictly before the first use end here
    if place > 0 and first - responded[place - 1] <= delta:
        return True
    echoed = place < responded.size and responded[place] == first
    return bool(echoed and second != NEVER and second - first <= delta)


@compiled
def _any_within(uses: Ints, responded: Ints, delta: int) -> bool:
    for use in uses:
        place = np.searchsorted(responded, use)
        if place > 0 and use - responded[place - 1] <= delta:
            return True
    return False
