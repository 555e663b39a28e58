"""Position: where a person stands in the network of responses, and where that is among all people in it."""

from __future__ import annotations

from dataclasses import dataclass
from math import log
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from influence import kernels
from influence.findings import Finding
from influence.measures import finds
from influence.network import Network

if TYPE_CHECKING:
    from influence.ego import Ego

Floats = NDArray[np.float64]

EXACT_WORK = 3e8
"""How many steps along ties exact betweenness may take (people × ties): about a second on two cores."""
SAMPLED_WORK = 1.5e8
"""The same for an estimate (sources × ties), of which the other measures leave room for less."""
EXACT_PEOPLE = 5_000
FEWEST_PIVOTS = 64
CONFIDENCE = 0.95
SAME = 1e-9
"""Values that differ by less than this part of themselves are one value: sums differ in their last digits."""


@dataclass(frozen=True)
class Scores:
    """One measure for everybody, in the order of the network's nodes.

    `error` bounds how far each value may be off where it is an estimate.
    """

    values: Floats
    error: Floats | None = None
    detail: tuple[tuple[str, Any], ...] = ()


@finds(
    pagerank="the share of all responses that lead here, those of the much answered counting more",
    betweenness="the share of shortest paths between others that lead through the leader",
    constraint="how much the leader's contacts are bound up with each other; lower is more open",
    effective_size="how many contacts the leader has who do not overlap",
    core_number="how deep in the dense core of the network the leader stands",
)
def standing(ego: Ego) -> dict[str, Finding]:
    """Say where the leader stands in the network of responses, with the percentile among all."""
    return position(ego.network, ego.person)


def position(network: Network, person: str, *, seed: int = 0) -> dict[str, Finding]:
    """Find a person's PageRank, betweenness, constraint, effective size and core number.

    Accepts a directed network (u → v: v responded to u), weighted by responses; more in each function below.
    Every finding's detail holds `percentile`, the share of the people with a lower value (0 to 100), `rank`
    (1 is the best; people with the same value share a rank), `of` (people for whom the value is defined) and
    `better` ("higher", or "lower" for constraint). Where the person is not in the network, or has no ties,
    the value is None with the reason.

    Raises:
        ValueError: the network is undirected.

    >>> network = Network.from_edges(["ann", "bob", "cem"], [0, 0, 1], [1, 2, 2])
    >>> found = position(network, "ann")
    >>> found["core_number"].value, round(found["pagerank"].value, 3), found["pagerank"].detail["rank"]
    (2.0, 0.521, 1)
    """
    if not network.directed:
        raise ValueError("position needs the direction of responses; this network is undirected")
    reason = _absence(network, person)
    if reason is not None:
        return {name: Finding(name, None, unit, reason=reason) for name, (unit, _) in _MEASURES.items()}
    open_, people = structural_holes(network)
    scores = (pagerank(network), betweenness(network, seed=seed), open_, people, core_number(network))
    place = network.index(person)
    return {
        name: _finding(name, unit, better, score, place)
        for (name, (unit, better)), score in zip(_MEASURES.items(), scores, strict=True)
    }


def pagerank(network: Network) -> Scores:
    """Score PageRank on the turned arrows: a response is a vote for the one responded to.

    x(v) = α Σ_u x(u) w(u, v) / Σ w(u, ·) + (1 − α) / n, with w(u, v) the responses of u to v and α = 0.85;
    who responds to nobody votes for all alike. A share: they add up to 1. Settled to 1e-10.

    Source: Page, Brin, Motwani, Winograd 1999; Langville and Meyer 2004, doi:10.1080/15427951.2004.10129091.
    """
    votes = network.reverse()
    ranks = kernels.pagerank(votes.indptr, votes.indices, votes.weights)
    if ranks is None:
        raise ArithmeticError("PageRank has not settled in 1,000 rounds")
    return Scores(ranks)


def betweenness(network: Network, *, seed: int = 0) -> Scores:
    """Score betweenness: the share of pairs (s, t) of others whose shortest paths lead through a person.

    c(v) = 1 / ((n − 1)(n − 2)) · Σ_{s ≠ v ≠ t} σ_st(v) / σ_st along the arrows, unweighted (Freeman 1977,
    doi:10.2307/3033543; Brandes 2001, doi:10.1080/0022250X.2001.9990249). Exact for at most 5,000 people
    and 3e8 steps (people × ties); beyond that it is estimated from m sources drawn at random with
    replacement (Brandes and Pich 2007, doi:10.1142/S0218127407018403), and with 95 % certainty off by at most
    `error` = n / (n − 1) · (√(2 V ln(4/η) / m) + 7 ln(4/η) / (3 (m − 1))), η = 0.05, where V is the sample
    variance of the share of others that a source reaches through v: the empirical Bernstein bound for
    numbers in [0, 1], both sides (Maurer and Pontil 2009, theorem 4, arXiv:0907.3740).
    """
    n = len(network)
    if n < 3:
        return Scores(np.zeros(n), detail=(("exact", True),))
    if n <= EXACT_PEOPLE and n * network.size() <= EXACT_WORK:
        sums, _ = kernels.dependencies(network.indptr, network.indices, np.arange(n))
        return Scores(sums / ((n - 1) * (n - 2)), detail=(("exact", True),))
    m = int(np.clip(SAMPLED_WORK // max(network.size(), 1), FEWEST_PIVOTS, EXACT_PEOPLE))
    pivots = np.random.default_rng(seed).integers(0, n, m)
    sums, squares = kernels.dependencies(network.indptr, network.indices, pivots)
    mean = sums / (m * (n - 2))
    variance = np.maximum(squares / (n - 2) ** 2 - m * mean**2, 0) / (m - 1)
    doubt = log(4 / (1 - CONFIDENCE))
    error = n / (n - 1) * (np.sqrt(2 * variance * doubt / m) + 7 * doubt / (3 * (m - 1)))
    detail = (
        ("exact", False),
        ("pivots", m),
        ("bound", "empirical Bernstein, 95 % (Maurer and Pontil 2009)"),
    )
    return Scores(mean * n / (n - 1), error, detail)


def structural_holes(network: Network) -> tuple[Scores, Scores]:
    """Score Burt's constraint and effective size, both undefined without ties.

    With p_uv the share of v in all responses between u and anybody, both ways, and m_vw the responses between
    v and w as a part of the most that v has with anybody: constraint Σ_v (p_uv + Σ_w p_uw p_wv)², an index of
    how much a person's network is bound up with itself, lower where it is more open, near 0 for many
    strangers and above 1 in some groups of three; effective size Σ_v (1 − Σ_w p_uw m_vw), in people:
    contacts, less what they overlap.

    Source: Burt 1992, Structural Holes, chapter 2; Burt 2004, Am. J. Sociology 110(2), doi:10.1086/421787.
    """
    mutual = network.undirected()
    constraint, size = kernels.structural_holes(mutual.indptr, mutual.indices, mutual.weights)
    return Scores(constraint), Scores(size)


def core_number(network: Network) -> Scores:
    """Score the core number: the largest k of a group around a person in which all have k others as contacts.

    Directions and weights are left out. People.

    Source: Seidman 1983, doi:10.1016/0378-8733(83)90028-X; Batagelj and Zaveršnik 2003, arXiv:cs/0310049.
    """
    mutual = network.undirected()
    return Scores(kernels.core_number(mutual.indptr, mutual.indices).astype(np.float64))


_MEASURES = {
    "pagerank": ("share", "higher"),
    "betweenness": ("share", "higher"),
    "constraint": ("index", "lower"),
    "effective_size": ("people", "higher"),
    "core_number": ("people", "higher"),
}


def _absence(network: Network, person: str) -> str | None:
    if person not in network:
        return "this person is not in the network of responses"
    place = network.index(person)
    if network.indptr[place] < network.indptr[place + 1] or (network.indices == place).any():
        return None
    return "this person has no ties in the network of responses"


def _finding(name: str, unit: str, better: str, scores: Scores, place: int) -> Finding:
    value = float(scores.values[place])
    if not np.isfinite(value):
        return Finding(name, None, unit, reason="there are more shortest paths than a number can hold")
    defined = scores.values[np.isfinite(scores.values)]
    margin = SAME * abs(value)
    lower, higher = int((defined < value - margin).sum()), int((defined > value + margin).sum())
    detail: dict[str, Any] = {
        "percentile": 100 * lower / defined.size,
        "rank": 1 + (higher if better == "higher" else lower),
        "of": int(defined.size),
        "better": better,
        **dict(scores.detail),
    }
    if scores.error is None:
        return Finding(name, value, unit, detail=detail)
    error = float(scores.error[place])
    interval = (max(0.0, value - error), min(1.0, value + error))
    return Finding(name, value, unit, interval=interval, detail=detail | {"error": error})
