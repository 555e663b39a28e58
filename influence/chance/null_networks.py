"""Networks as chance would make them, with everybody's number of ties kept: is a position more than that?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from influence.chance.p_values import p_value
from influence.contract.turns import steps
from influence.kernels.arrays import Floats
from influence.network.network import Network

SWAPS_A_TIE = 10


def degree_preserving(network: Network, draws: int, seed: int = 1) -> Iterator[Network]:
    """Yield networks in which everybody has as many ties out and in as before, but to whom is left to chance.

    Each draw tries 10·m exchanges of the targets of two ties (m ties), going on from the draw before: a → b, c → d
    become a → d, c → b, unless that makes a tie of a node with itself or a second one between two nodes. A
    weight stays with its source, so that everybody's weight out is kept, too; the weight in is not.

    Source: Gauvin et al. 2022, Randomized reference models for temporal networks, SIAM Review 64(4),
    doi:10.1137/19M1242252; Milo et al. 2003, arXiv:cond-mat/0312028, for 10·m and more.

    Raises:
        ValueError: the network is undirected, or `draws` is below 0.

    >>> ring = Network.from_edges("abcdef", [0, 1, 2, 3, 4, 5], [1, 2, 3, 4, 5, 0])
    >>> [np.diff(one.indptr).tolist() for one in degree_preserving(ring, 2)]
    [[1, 1, 1, 1, 1, 1], [1, 1, 1, 1, 1, 1]]
    """
    if not network.directed or draws < 0:
        raise ValueError("degree-preserving draws need a directed network, and not fewer than none of them")
    from influence.kernels import swaps  # numba: loaded only when something is drawn

    nodes = len(network)
    sources = np.repeat(np.arange(nodes, dtype=np.int64), np.diff(network.indptr))
    targets = network.indices.astype(np.int64)
    table = swaps.tie_table(sources, targets, nodes)
    for draw in range(draws):
        if len(targets) > 1:
            times = SWAPS_A_TIE * len(targets)
            swaps.swap_ties(sources, targets, table, nodes, times, seed * 1_000_003 + draw)
        yield Network.from_edges(network.nodes, sources, targets, network.weights)


@dataclass(frozen=True)
class AgainstChance:
    """A value and the same for networks drawn by chance; None where it is not defined.

    `z` is (value − mean) / standard deviation; `p` is two-sided: twice the smaller of how often chance gives as
    much and as little, (1 + #) / (1 + draws), at most 1.
    """

    value: float
    by_chance: Floats
    z: float | None
    p: float


def position_against_chance(
    network: Network, person: str, *, draws: int = 199, seed: int = 1
) -> dict[str, AgainstChance]:
    """Compare a person's position with that in `draws` degree-preserving networks.

    `pagerank` on the turned arrows (a share), `constraint` (Burt's), `clustering` (the share of pairs of contacts
    that are tied, either way; 0 with fewer than two), `reciprocity` (the share of ties that are returned:
    2 · both ways / (ties out + ties in)).

    Raises:
        KeyError: there is no such person.
        ValueError: the network is undirected, the person has no ties, or there is no draw.

    >>> hub = Network.from_edges("abcde", [0, 0, 0, 1, 2, 3], [1, 2, 3, 0, 0, 4])
    >>> found = position_against_chance(hub, "a", draws=19)
    >>> found["reciprocity"].value
    0.8
    """
    place = network.index(person)
    if not (network.indptr[place] < network.indptr[place + 1] or (network.indices == place).any()):
        raise ValueError(f"{person!r} has no ties")
    if draws < 1:
        raise ValueError("a comparison with chance needs at least one draw")
    actual = _position(network, place)
    drawn = np.array([_position(one, place) for one in steps(degree_preserving(network, draws, seed))])
    return {name: _compared(actual[i], drawn[:, i]) for i, name in enumerate(_NAMES)}


_NAMES = ("pagerank", "constraint", "clustering", "reciprocity")


def _position(network: Network, place: int) -> tuple[float, float, float, float]:
    from influence.kernels import centrality  # numba: loaded only when something is measured

    votes, mutual = network.reverse(), network.undirected()
    ranks = centrality.pagerank(votes.indptr, votes.indices, votes.weights)
    if ranks is None:
        raise ArithmeticError("PageRank has not settled in 1,000 rounds")
    constraint, _ = centrality.structural_holes(mutual.indptr, mutual.indices, mutual.weights)
    return (
        float(ranks[place]),
        float(constraint[place]),
        _clustering(mutual, place),
        _returned(network, place),
    )


def _clustering(mutual: Network, place: int) -> float:
    around = mutual.indices[mutual.indptr[place] : mutual.indptr[place + 1]]
    if len(around) < 2:
        return 0.0
    inside = np.zeros(len(mutual), bool)
    inside[around] = True
    tied = (np.repeat(inside, np.diff(mutual.indptr)) & inside[mutual.indices]).sum()
    return float(tied) / (len(around) * (len(around) - 1))


def _returned(network: Network, place: int) -> float:
    out = network.indices[network.indptr[place] : network.indptr[place + 1]]
    turned = network.reverse()
    into = turned.indices[turned.indptr[place] : turned.indptr[place + 1]]
    return 2 * len(np.intersect1d(out, into)) / (len(out) + len(into))


def _compared(value: float, by_chance: Floats) -> AgainstChance:
    spread = float(by_chance.std())
    z = (value - float(by_chance.mean())) / spread if spread > 1e-12 else None
    p = min(1.0, 2 * min(p_value(value, by_chance), p_value(-value, -by_chance)))
    return AgainstChance(value, by_chance, z, p)
