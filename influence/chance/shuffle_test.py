"""The shuffle test: are people activated after their contacts more often than in a shuffled order?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from influence.chance.p_values import p_value
from influence.chance.thread_test import PRIOR, Contacts
from influence.contract.turns import steps
from influence.kernels.arrays import Floats, Ints

if TYPE_CHECKING:
    from influence.kernels.chance import Neighbours

CELLS = 2**16
"""Counts that are fitted at once: half a megabyte, which stays near the processor."""


@dataclass(frozen=True)
class ShuffleTest:
    """What the textbook's test found: `alpha`, the same for shuffled times, and how often they give as much."""

    alpha: float
    by_chance: Floats
    p: float
    activated: int


def shuffle_test(
    person: ArrayLike,
    time: ArrayLike,
    known: Contacts,
    *,
    strata: ArrayLike | None = None,
    draws: int = 1000,
    seed: int = 1,
) -> ShuffleTest:
    """Test whether people are activated sooner once contacts of theirs are, by shuffling the times of all.

    `person` and `time` say who was activated when (once each). At each moment of an activation everybody not
    yet active is at risk; fitted by maximum likelihood is logit P(act) = α ln(a + 1) + β, a = contacts
    activated at an earlier moment; the same for times shuffled among the activated, which keeps who is
    activated and when somebody is. p is one-sided, (1 + #{≥}) / (1 + draws).

    It tells influence from people who are alike only as far as those who are alike are not also
    activated at about the same time; where they are (threads that suit some and not others), it finds
    influence where there is none. `strata` (one number for each row) shuffles within groups only. `thread_test`
    does better.

    Source: Anagnostopoulos, Kumar & Mahdian 2008, Influence and correlation in social networks, KDD,
    doi:10.1145/1401890.1401897; Shalizi & Thomas 2011, doi:10.1177/0049124111404820, for its limits.

    Raises:
        ValueError: nobody is activated, somebody twice, or lengths differ.

    >>> from influence.chance.thread_test import contacts
    >>> chain = contacts([0, 1, 2, 3], [1, 2, 3, 4], [0, 0, 0, 0], people=8)
    >>> shuffle_test([0, 1, 2, 3, 4], [1, 2, 3, 4, 5], chain).activated
    5
    """
    who, when = np.asarray(person, np.int64), np.asarray(time, np.int64)
    among = np.zeros(len(who), np.int64) if strata is None else np.asarray(strata, np.int64)
    if not who.size or len(np.unique(who)) < who.size or not who.shape == when.shape == among.shape:
        raise ValueError("the test needs people activated once each, with a time and a stratum for everybody")
    from influence.kernels import chance  # numba: loaded only when something is measured

    order = np.lexsort((who, when))
    moment = np.cumsum(np.diff(when[order], prepend=when[order][0]) != 0)
    row, near, out = _near(who[order], known)
    counts = chance.activations(row, moment, near)
    shuffled = chance.shuffled_activations(row, moment, among[order], near, draws, seed)
    acted, at_risk = (np.vstack([found, drawn]) for found, drawn in zip(counts, shuffled, strict=True))
    at_risk[:, 0] += out * (moment[-1] + 1)  # who has no contact among them is at risk at every moment
    alphas = _logit(acted, at_risk)
    return ShuffleTest(float(alphas[0]), alphas[1:], p_value(float(alphas[0]), alphas[1:]), len(who))


def _near(who: Ints, known: Contacts) -> tuple[Ints, Neighbours, int]:
    """Number the activated, their contacts, and no others, anew; return how many are left out."""
    from influence.kernels.chance import Neighbours  # numba: loaded only when something is measured

    count = known.indptr[who + 1] - known.indptr[who]
    begin = np.concatenate([[0], np.cumsum(count)]).astype(np.int64)
    theirs = known.contact[np.repeat(known.indptr[who] - begin[:-1], count) + np.arange(begin[-1])]
    code = np.full(known.people, -1, np.int32)
    code[who] = np.arange(len(who))
    outside = np.zeros(known.people, bool)
    outside[theirs] = True
    outside[who] = False
    others = np.flatnonzero(outside)
    code[others] = len(who) + np.arange(len(others))
    people = len(who) + len(others)
    # the others' own contacts are never asked for: only who is activated makes contacts active
    indptr = np.concatenate([begin, np.full(len(others), begin[-1])])
    most = min(int(np.bincount(code[theirs], minlength=1).max()), len(who))
    return np.arange(len(who)), Neighbours(indptr, code[theirs], people, most), known.people - people


def _logit(acted: Ints, at_risk: Ints) -> Floats:
    """Fit logit P = α ln(a + 1) + β to each row of counts by a; return the αs."""
    seen = np.flatnonzero(at_risk.any(axis=0))
    acted, at_risk, x = acted[:, seen], at_risk[:, seen], np.log1p(seen)
    together = max(1, CELLS // max(len(seen), 1))
    blocks = (slice(begin, begin + together) for begin in steps(range(0, len(acted), together)))
    return np.concatenate([_fitted(acted[rows], at_risk[rows], x) for rows in blocks])


def _fitted(acted: Ints, at_risk: Ints, x: Floats) -> Floats:
    alpha = np.zeros(len(acted))
    beta = np.log((acted.sum(axis=1) + 0.5) / (at_risk.sum(axis=1) - acted.sum(axis=1) + 0.5))
    for _ in range(100):
        p = 1 / (1 + np.exp(-(alpha[:, None] * x + beta[:, None])))
        expected = at_risk * p
        rest, w = acted - expected, expected * (1 - p)
        g0, g1 = rest.sum(axis=1), rest @ x - PRIOR * alpha
        h00, h01, h11 = w.sum(axis=1) + 1e-12, w @ x, w @ (x * x) + PRIOR
        determinant = h00 * h11 - h01 * h01
        steps = (h00 * g1 - h01 * g0) / determinant, (h11 * g0 - h01 * g1) / determinant
        size = np.maximum(np.abs(steps[0]), np.abs(steps[1]))
        damp = np.minimum(1.0, 2.0 / np.maximum(size, 1e-12))
        alpha, beta = alpha + damp * steps[0], beta + damp * steps[1]
        if size.max() < 1e-9:
            break
    return alpha
