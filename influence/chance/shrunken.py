"""Rates of many pairs of whom little is seen each: what they are likely to be, learned from all of them."""

from __future__ import annotations

import numpy as np

from influence.kernels.arrays import Floats, Ints

FEWEST = 10
"""From fewer pairs nothing is learned."""
EVEN = (1.0, 1.0)
"""What is supposed where nothing can be learned: any rate is as likely."""
_MOST = 1_000.0
"""So many trials at most is what is supposed worth."""


def beta_binomial(answered: Ints, asked: Ints) -> tuple[float, float]:
    """Return α and β of the beta law of rates, of which each pair's count is a binomial draw, by maximum likelihood.

    A pair's rate is then (answered + α) / (asked + α + β): where much is seen of it it is its own, where little is it
    is near the mean. `EVEN` with fewer than ten pairs.

    Source: Griffiths 1973, doi:10.2307/2529131.

    >>> alpha, beta = beta_binomial(np.array([0, 10] * 20), np.full(40, 10))
    >>> round(alpha / (alpha + beta), 2), alpha + beta < 0.2
    (0.5, True)
    """
    tried = asked > 0
    if int(tried.sum()) < FEWEST:
        return EVEN
    from scipy.optimize import minimize  # 0.3 s, and only introductions need it
    from scipy.special import betaln

    pairs, times = np.unique(np.stack([answered[tried], asked[tried]]), axis=1, return_counts=True)
    some, of = pairs.astype(np.float64)

    def unlikely(point: Floats) -> float:
        mean, weight = 1 / (1 + np.exp(-point[0])), np.exp(point[1])
        alpha, beta = mean * weight, (1 - mean) * weight
        return -float((times * (betaln(some + alpha, of - some + beta) - betaln(alpha, beta))).sum())

    share = (float(answered.sum()) + 0.5) / (float(asked.sum()) + 1)
    start = np.array([np.log(share / (1 - share)), 0.0])
    found = minimize(unlikely, start, method="L-BFGS-B", bounds=[(-9.0, 9.0), (-4.0, np.log(_MOST))]).x
    mean, weight = float(1 / (1 + np.exp(-found[0]))), float(np.exp(found[1]))
    return mean * weight, (1 - mean) * weight
