"""Position: where a person stands in the network of responses, and where that is among all people in it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import log
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from influence.contract.details.position import Position
from influence.contract.findings import Finding
from influence.contract.language import because
from influence.contract.measures import Definition, finds
from influence.kernels.arrays import Floats
from influence.network.network import Network
from influence.reach.acquaintance import digital_network
from influence.reach.everybody import kept_for

if TYPE_CHECKING:
    import networkx as nx

    from influence.reach.ego import Ego


EXACT_WORK = 3e8
"""How many steps along ties exact betweenness may take (people × ties): about a second on two cores."""
SAMPLED_WORK = 1.5e8
"""The same for an estimate (sources × ties), of which the other measures leave room for less."""
EXACT_PEOPLE = 5_000
FEWEST_PIVOTS = 64
CONFIDENCE = 0.95
STEPS = 4
DEGREES = 3
"""Three degrees of influence (Christakis and Fowler 2009): of N(1) to N(4) the one that is the value."""
ORDERS, ORDERED_TIES = 4, 200_000
"""Louvain runs in so many orders where there are at most so many ties; of them the highest modularity stays."""
SAME = 1e-9
"""Values that differ by less than this part of themselves are one value: sums differ in their last digits."""


@dataclass(frozen=True)
class Scores:
    """One measure for everybody, in the order of the network's nodes.

    `error` bounds how far each value may be off where it is an estimate. `detail` holds for everybody alike,
    `own` for each person, in the order of the nodes.
    """

    values: Floats
    error: Floats | None = None
    detail: tuple[tuple[str, Any], ...] = ()
    own: Mapping[str, Sequence[Any] | NDArray[Any]] = field(default_factory=dict)


_WORDS = {
    "pagerank": Definition(
        "the share of all responses that lead here, those of the much answered counting more",
        label="PageRank",
        meaning=(
            "The share of all responses that lead to the leader, those of people who are themselves much "
            "answered counting more."
        ),
        unit="share",
        family="Position in the network",
    ),
    "betweenness": Definition(
        "the share of shortest paths between others that lead through the leader",
        label="Betweenness",
        meaning=(
            "The share of the shortest paths of responses between two others that lead through the leader."
        ),
        unit="share",
        family="Position in the network",
    ),
    "constraint": Definition(
        "how much the leader's contacts are bound up with each other; lower is more open",
        label="Constraint",
        meaning="Burt's constraint: how far the leader's contacts are tied to one another.",
        reading="Low: the leader bridges groups that are otherwise apart.",
        unit="index",
        family="Position in the network",
    ),
    "effective_size": Definition(
        "how many contacts the leader has who do not overlap",
        label="Effective size",
        meaning=(
            "How many of the leader's contacts are not tied to one another (Burt): people who bring "
            "something new."
        ),
        unit="people",
        family="Position in the network",
    ),
    "core_number": Definition(
        "how deep in the dense core of the network the leader stands",
        label="Core number",
        meaning="The largest k such that the leader belongs to a group in which everybody has k ties.",
        unit="people",
        family="Position in the network",
    ),
    "communities": Definition(
        "in how many of the network's communities the leader has contacts",
        label="Communities",
        meaning="In how many of the communities of the network the leader has contacts (Louvain).",
        unit="communities",
        family="Position in the network",
    ),
    "neighbourhood": Definition(
        "how many people are within three responses of the leader",
        label="Within three responses",
        meaning="How many people are at most three responses away.",
        unit="people",
        family="Position in the network",
    ),
    "voterank": Definition(
        ("the turn at which the leader is elected as a spreader where each reaches others than the last"),
        label="Elected spreader",
        meaning=(
            "The turn at which the leader is elected when each in turn is the one who reaches most that "
            "nobody elected before reaches (VoteRank)."
        ),
        reading="1: elected first.",
        unit="turn",
        family="Position in the network",
    ),
}


def _digital(words: Definition) -> Definition:
    """Return the words for the same measure on the digital part of the network."""
    return replace(
        words,
        line=f"{words.line}, by ties between people who have not met",
        label=f"{words.label}, digital only",
        meaning=f"{words.meaning} By ties between people who have not met.",
    )


@finds(**_WORDS, **{f"digital_{name}": _digital(words) for name, words in _WORDS.items()})
def position(ego: Ego) -> dict[str, Finding]:
    """Say where the leader stands in the network of responses and in its digital part, among all people."""
    kept, matters = ego.population.kept, kept_for(ego.population, ego.window)

    def digital() -> pa.Table:
        network = digital_network(ego.population, ego.window)
        same = network.size() == ego.network.size()
        return pa.table({}) if same else _as_table(network)

    found = _position_in(kept.table("position", lambda: _as_table(ego.network), *matters), ego.person)
    apart = kept.table("digital-position", digital, *matters)
    there = _position_in(apart, ego.person) if apart.num_columns else found
    return found | {f"digital_{name}": replace(one, name=f"digital_{name}") for name, one in there.items()}


def position_of(network: Network | nx.Graph, person: str, *, seed: int = 0) -> dict[str, Finding]:
    """Find a person's PageRank, betweenness, constraint, effective size, core number, and so on: `scores`.

    Accepts a Network (u → v: v responded to u, weighted by responses) or any networkx graph, directed or not;
    ties of a node with itself are left out. Every finding's detail holds `percentile`, the share of the people
    with a lower value (0 to 100), `rank` (1 is the best; people with the same value share a rank), `of` (people
    for whom the value is defined) and `better` ("higher", or "lower" for constraint and voterank). Where the
    person is not in the network, or has no ties, the value is None with the reason.

    >>> network = Network.from_edges(["ann", "bob", "cem"], [0, 0, 1], [1, 2, 2])
    >>> found = position_of(network, "ann")
    >>> found["core_number"].value, round(found["pagerank"].value, 3), found["pagerank"].detail.rank
    (2.0, 0.521, 1)
    """
    return _position_in(_as_table(Network.of(network), seed=seed), person)


def _as_table(network: Network, *, seed: int = 0) -> pa.Table:
    """Return the scores of everybody in a network, a row each, so that they can be kept."""
    tied = np.diff(network.indptr) > 0
    tied[network.indices] = True
    columns: dict[str, Any] = {"person": pa.array(network.nodes, pa.string()), "tied": tied}
    details = {}
    for name, one in scores(network, seed=seed).items() if tied.any() else ():
        details[name] = one.detail
        columns[name] = one.values
        if one.error is not None:
            columns[f"{name}.error"] = one.error
        columns |= {f"{name}.{key}": _column(each) for key, each in one.own.items()}
    return pa.table(columns, metadata={"details": json.dumps(details)})


def _column(values: Sequence[Any] | NDArray[Any]) -> Any:
    """Return a column of values; rows of several numbers by their names."""
    if not isinstance(values, np.ndarray) or values.dtype.names is None:
        return values
    names = values.dtype.names
    return pa.StructArray.from_arrays([values[name] for name in names], names)


def _position_in(table: pa.Table, person: str) -> dict[str, Finding]:
    place, reason = pc.index(table["person"], person).as_py(), None
    if place < 0:
        reason = because("this person is not in the network of responses")
    elif not table["tied"][place].as_py():
        reason = because("this person has no ties in the network of responses")
    if reason is not None:
        return {name: Finding(name, None, words.unit, reason=reason) for name, words in _WORDS.items()}
    details = json.loads(table.schema.metadata[b"details"])
    return {name: _finding(name, _scores_in(table, name, place, details[name])) for name in _MEASURES}


def _scores_in(table: pa.Table, name: str, place: int, detail: Iterable[tuple[str, Any]]) -> _One:
    own = {
        column.removeprefix(f"{name}."): table[column][place].as_py()
        for column in table.column_names
        if column.startswith(f"{name}.")
    }
    return _One(table[name].to_numpy(), place, own.pop("error", None), {**dict(detail), **own})


@dataclass(frozen=True)
class _One:
    """One measure for somebody: everybody's values, their place among these, the error and detail of their own."""

    values: Floats
    place: int
    error: float | None
    detail: Mapping[str, Any]


def scores(network: Network | nx.Graph, *, seed: int = 0) -> dict[str, Scores]:
    """Score everybody by every measure of position, by the name of the finding.

    >>> import networkx as nx
    >>> scores(nx.path_graph(3))["betweenness"].values.tolist()
    [0.0, 1.0, 0.0]
    """
    network = Network.of(network)
    constraint, effective_size = structural_holes(network)
    found = (
        pagerank(network),
        betweenness(network, seed=seed),
        constraint,
        effective_size,
        core_number(network),
        communities(network, seed=seed),
        neighbourhood(network, seed=seed),
        voterank(network),
    )
    return dict(zip(_MEASURES, found, strict=True))


def pagerank(network: Network | nx.Graph) -> Scores:
    """Score PageRank on the turned arrows: a response is a vote for the one responded to.

    x(v) = α Σ_u x(u) w(u, v) / Σ w(u, ·) + (1 − α) / n, with w(u, v) the responses of u to v and α = 0.85;
    who responds to nobody votes for all alike. A share: they add up to 1. Settled to 1e-10.

    Source: Page, Brin, Motwani, Winograd 1999; Langville and Meyer 2004, doi:10.1080/15427951.2004.10129091.
    """
    from influence.kernels import centrality  # numba: loaded only when something is measured

    network = Network.of(network)
    ranks = centrality.pagerank_by_voters(network.indptr, network.indices, network.weights)
    if ranks is None:
        raise ArithmeticError("PageRank has not settled in 1,000 rounds")
    return Scores(ranks)


def betweenness(network: Network | nx.Graph, *, seed: int = 0) -> Scores:
    """Score betweenness: the share of pairs (s, t) of others whose shortest paths lead through a person.

    c(v) = 1 / ((n − 1)(n − 2)) · Σ_{s ≠ v ≠ t} σ_st(v) / σ_st along the arrows, unweighted (Freeman 1977,
    doi:10.2307/3033543; Brandes 2001, doi:10.1080/0022250X.2001.9990249). Exact for at most 5,000 people
    and 3e8 steps (people × ties); beyond that it is estimated from m sources drawn at random with
    replacement (Brandes and Pich 2007, doi:10.1142/S0218127407018403), and with 95 % certainty off by at most
    `error` = n / (n − 1) · (√(2 V ln(4/η) / m) + 7 ln(4/η) / (3 (m − 1))), η = 0.05, where V is the sample
    variance of the share of others that a source reaches through v: the empirical Bernstein bound for
    numbers in [0, 1], both sides (Maurer and Pontil 2009, theorem 4, arXiv:0907.3740).
    """
    from influence.kernels import centrality  # numba: loaded only when something is measured

    network = Network.of(network)
    n = len(network)
    if n < 3:
        return Scores(np.zeros(n), detail=(("exact", True),))
    if n <= EXACT_PEOPLE and n * network.size() <= EXACT_WORK:
        sums, _ = centrality.dependencies(network.indptr, network.indices, np.arange(n))
        return Scores(sums / ((n - 1) * (n - 2)), detail=(("exact", True),))
    m = int(np.clip(SAMPLED_WORK // max(network.size(), 1), FEWEST_PIVOTS, EXACT_PEOPLE))
    pivots = np.random.default_rng(seed).integers(0, n, m)
    sums, squares = centrality.dependencies(network.indptr, network.indices, pivots)
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


def structural_holes(network: Network | nx.Graph) -> tuple[Scores, Scores]:
    """Score Burt's constraint and effective size, both undefined without ties.

    With p_uv the share of v in all responses between u and anybody, both ways, and m_vw the responses between
    v and w as a part of the most that v has with anybody: constraint Σ_v (p_uv + Σ_w p_uw p_wv)², an index of
    how much a person's network is bound up with itself, lower where it is more open, near 0 for many
    strangers and above 1 in some groups of three; effective size Σ_v (1 − Σ_w p_uw m_vw), in people:
    contacts, less what they overlap.

    Source: Burt 1992, Structural Holes, chapter 2; Burt 2004, Am. J. Sociology 110(2), doi:10.1086/421787.
    """
    from influence.kernels import triangles  # numba: loaded only when something is measured

    mutual = Network.of(network).undirected()
    constraint, size = triangles.structural_holes(mutual.indptr, mutual.indices, mutual.weights)
    return Scores(constraint), Scores(size)


def core_number(network: Network | nx.Graph) -> Scores:
    """Score the core number: the largest k of a group around a person in which all have k others as contacts.

    Directions and weights are left out. People.

    Source: Seidman 1983, doi:10.1016/0378-8733(83)90028-X; Batagelj and Zaveršnik 2003, arXiv:cs/0310049.
    """
    from influence.kernels import centrality  # numba: loaded only when something is measured

    mutual = Network.of(network).undirected()
    return Scores(centrality.core_number(mutual.indptr, mutual.indices).astype(np.float64))


def communities(network: Network | nx.Graph, *, seed: int = 0) -> Scores:
    """Score in how many communities of the network a person or their contacts are, by Louvain's method.

    Undirected, weighted by responses both ways. The seed draws in which order people are looked at; with at
    most 200,000 ties the best of four draws, by modularity Q = Σ_c (W_c / 2m − (K_c / 2m)²). `detail` has how many
    `communities` there are and Q (`modularity`), `own` each person's `community` (0 is the largest) and how many
    people are in it (`community_people`).

    Source: Blondel, Guillaume, Lambiotte, Lefebvre 2008, doi:10.1088/1742-5468/2008/10/P10008.

    >>> pairs = Network.from_edges("abcdef", [0, 0, 1, 3, 3, 4, 2], [1, 2, 2, 4, 5, 5, 3])
    >>> communities(pairs).values.tolist(), communities(pairs).own["community"]
    ([1.0, 1.0, 2.0, 2.0, 1.0, 1.0], [0, 0, 0, 1, 1, 1])
    """
    from influence.kernels import communities  # numba: loaded only when something is measured

    mutual = Network.of(network).undirected()
    rows = mutual.indptr, mutual.indices, mutual.weights
    orders = ORDERS if mutual.size() <= ORDERED_TIES else 1
    drawn = [communities.communities(*rows, seed=seed + order) for order in range(orders)]
    labels = max(drawn, key=lambda each: round(modularity(mutual, each), 9))
    count = int(labels.max()) + 1 if labels.size else 0
    from_ = np.repeat(np.arange(len(mutual)), np.diff(mutual.indptr))
    both = np.concatenate([from_, np.arange(len(mutual))]) * count
    touched = np.unique(both + labels[np.concatenate([mutual.indices, np.arange(len(mutual))])])
    people = np.bincount(labels, minlength=count)
    return Scores(
        np.bincount(touched // max(count, 1), minlength=len(mutual)).astype(np.float64),
        detail=(("communities", count), ("modularity", modularity(mutual, labels))),
        own={"community": labels.tolist(), "community_people": people[labels].tolist()},
    )


def modularity(network: Network | nx.Graph, labels: NDArray[np.int64]) -> float:
    """Return how much more weight lies inside communities than chance would put there: −½ to 1.

    Q = Σ_c (W_c / 2m − (K_c / 2m)²), W_c the weight inside c both ways, K_c all weight at its people, over the
    undirected network; 0 without ties. `labels` has the community of each node, from 0 up.

    Source: Newman and Girvan 2004, Phys. Rev. E 69, 026113, doi:10.1103/PhysRevE.69.026113.

    >>> modularity(Network.from_edges("abcd", [0, 2], [1, 3]), np.array([0, 0, 1, 1]))
    0.5
    """
    mutual = Network.of(network).undirected()
    total = float(mutual.weights.sum())
    if not total:
        return 0.0
    of = np.repeat(labels, np.diff(mutual.indptr))
    inside = of == labels[mutual.indices]
    held = np.bincount(of, mutual.weights) / total
    return float(mutual.weights[inside].sum() / total - (held**2).sum())


def neighbourhood(network: Network | nx.Graph, *, steps: int = STEPS, seed: int = 0) -> Scores:
    """Score the neighbourhood function N(3): how many people are within three responses along the arrows.

    N(k) = |{v ≠ u : v is reached from u by at most k ties}|, in people; `own` has N(1) to N(`steps`) as `grid`.
    Exact for at most 16,384 people; beyond that by HyperBall: each person's ball is a HyperLogLog counter that
    takes in those of the people one step on, with a relative standard error of 1.04 / √registers; `error` is
    1.96 of them.

    Source: Boldi and Vigna 2013, HyperBall, doi:10.1109/ICDMW.2013.10; Flajolet et al. 2007.

    >>> neighbourhood(Network.from_edges("abcde", [0, 1, 2, 3], [1, 2, 3, 4])).values.tolist()
    [3.0, 3.0, 2.0, 1.0, 0.0]
    """
    from influence.kernels import sets_of_people  # numba: loaded only when something is measured

    network = Network.of(network)
    registers = sets_of_people.registers_for(len(network), 2)
    balls = sets_of_people.singletons(np.ones(len(network), bool), registers, seed)
    within = []
    for _ in range(steps):
        balls = sets_of_people.grown(network.indptr, network.indices, balls)
        within.append(np.maximum(sets_of_people.sizes(balls, registers) - 1, 0))
    grid = np.empty(len(network), [(str(k), np.float64) for k in range(1, steps + 1)])
    for k, ball in enumerate(within, start=1):
        grid[str(k)] = ball
    values = within[min(DEGREES, steps) - 1]
    if registers is None:
        return Scores(values, detail=(("exact", True),), own={"grid": grid})
    error = 1.96 * 1.04 / registers**0.5 * (values + 1)
    return Scores(values, error, (("exact", False), ("registers", registers)), {"grid": grid})


def voterank(network: Network | nx.Graph, most: int | None = None) -> Scores:
    """Score the turn at which a person is elected by VoteRank, 1 first; not a number for who is never elected.

    Everybody votes for those to whom they responded. Who has the most votes is elected, and those who voted for
    them vote with less from then on, by 1 / (mean number of ties): so that those elected reach different people.
    Unweighted; of equals the first by name. At most `most` people are elected.

    Source: Zhang, Chen, Dong, Zhao 2016, Identifying a set of influential spreaders in complex networks,
    Sci. Rep. 6, 27823, doi:10.1038/srep27823.

    >>> voterank(Network.from_edges("abcd", [0, 0, 0], [1, 2, 3])).values.tolist()
    [1.0, nan, nan, nan]
    """
    from influence.kernels import communities  # numba: loaded only when something is measured

    network = Network.of(network)
    turns = np.full(len(network), np.nan)
    elected = communities.elections(network.indptr, network.indices, most)
    turns[elected] = np.arange(1, elected.size + 1)
    return Scores(turns)


_HELD = because("there are more shortest paths than a number can hold")
_LEFT = because("nobody has a vote left for this person when their turn would come")
_MEASURES = {
    "pagerank": ("higher", _HELD),
    "betweenness": ("higher", _HELD),
    "constraint": ("lower", _HELD),
    "effective_size": ("higher", _HELD),
    "core_number": ("higher", _HELD),
    "communities": ("higher", _HELD),
    "neighbourhood": ("higher", _HELD),
    "voterank": ("lower", _LEFT),
}
"""Which way is better, and why a value may be undefined for somebody who has ties."""


def _finding(name: str, found: _One) -> Finding:
    unit, (better, reason) = _WORDS[name].unit, _MEASURES[name]
    value = float(found.values[found.place])
    if not np.isfinite(value):
        return Finding(name, None, unit, reason=reason)
    defined = found.values[np.isfinite(found.values)]
    margin = SAME * abs(value)
    lower, higher = int((defined < value - margin).sum()), int((defined > value + margin).sum())
    detail = Position(
        percentile=100 * lower / defined.size,
        rank=1 + (higher if better == "higher" else lower),
        of=int(defined.size),
        better=better,
        **found.detail,
    )
    if found.error is None:
        return Finding(name, value, unit, detail=detail)
    error = found.error
    most = 1.0 if unit == "share" else float(defined.size)
    interval = (max(0.0, value - error), max(value, min(most, value + error)))
    return Finding(name, value, unit, interval=interval, detail=replace(detail, error=error))
