"""Elections (VoteRank, a compiled loop) and communities of a network."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from influence.kernels.arrays import Floats, Indices, check_rows
from influence.kernels.compiling import compiled
from influence.kernels.rows import fixed, sorted_rows
from influence.kernels.tournament import replay, seated

_SETTLED = 1e-4  # a round of moves that adds less to the modularity is the last


def elections(indptr: Indices, indices: Indices, most: int | None = None) -> NDArray[np.int64]:
    """Return the nodes that VoteRank elects, in the order of their election, at most `most` of them.

    Every node votes for those whose ties lead to it, with an ability that is 1 at first. The node with the most
    votes is elected (of equals the first); then its ability is 0, and that of the nodes its ties lead to falls
    by 1 / (mean number of ties), to 0 at the least. It ends when nobody has a vote. O(ties · log n) and more
    where many votes fall.

    Source: Zhang, Chen, Dong, Zhao 2016, Identifying a set of influential spreaders in complex networks,
    Sci. Rep. 6, 27823, doi:10.1038/srep27823.

    Raises:
        ValueError: the rows are not well formed.

    >>> elections(np.array([0, 3, 4, 5, 6]), np.array([1, 2, 3, 0, 0, 0])).tolist()
    [0]
    """
    n = check_rows(indptr, indices)
    if not indices.size:
        return np.empty(0, np.int64)
    return _elections(*fixed(indptr, indices), n if most is None else min(most, n))


@compiled
def _elections(indptr: Indices, indices: Indices, most: int) -> NDArray[np.int64]:
    n = indptr.size - 1
    ability = np.ones(n)
    fall = 1 / (indices.size / n)
    promised = np.empty(n)
    for u in range(n):
        promised[u] = indptr[u + 1] - indptr[u]
    winner, elected, count = seated(promised), np.empty(most, np.int64), 0
    while count < most:
        u, votes = winner[1], 0.0
        if promised[u] <= 0:  # votes only fall: who has none will never have any
            break
        for e in range(indptr[u], indptr[u + 1]):
            votes += ability[indices[e]]
        # some of its voters have lost ability since: it stands again, lower. Who keeps what was promised has
        # the most, since the others' promises are no less than their votes
        if votes < promised[u]:
            promised[u] = votes
        else:
            promised[u], elected[count], ability[u] = 0.0, u, 0.0
            count += 1
            for e in range(indptr[u], indptr[u + 1]):
                v = indices[e]
                ability[v] = max(ability[v] - fall, 0.0)
        replay(winner, promised, u)
    return elected[:count]


def communities(indptr: Indices, indices: Indices, weights: Floats, seed: int = 0) -> NDArray[np.int64]:
    """Return each node's community by Louvain's method, as scikit-network has it: the largest community is 0.

    Nodes move to the neighbouring community that adds most to the modularity Q = Σ_c (W_c / 2m − (K_c / 2m)²), W_c
    the weight inside c (both ways) and K_c all weight at its nodes; then communities become nodes, and so on until
    little adds. In which order nodes are looked at the seed draws. Lastly a community whose members do not hang
    together is split, which only adds (Louvain may leave such: Traag, Waltman, van Eck 2019,
    doi:10.1038/s41598-019-41695-z). The rows must be symmetric.

    Source: Blondel, Guillaume, Lambiotte, Lefebvre 2008, Fast unfolding of communities in large networks,
    J. Stat. Mech. P10008, doi:10.1088/1742-5468/2008/10/P10008.

    Raises:
        ValueError: the rows are not well formed.

    >>> communities(np.array([0, 1, 2, 3, 4]), np.array([1, 0, 3, 2]), np.ones(4)).tolist()
    [0, 0, 1, 1]
    """
    n = check_rows(indptr, indices, weights)
    if not indices.size:
        return np.arange(n)
    rank = np.random.default_rng(seed).permutation(n).astype(np.int32)
    from_ = rank[np.repeat(np.arange(n), np.diff(indptr))]
    found = _louvain(*sorted_rows(n, from_, rank[indices], weights))
    return _largest_first(_hanging_together(indptr, indices, found[rank]))


def _louvain(indptr: Indices, indices: Indices, weights: Floats) -> Indices:
    from scipy.sparse import csr_matrix  # 0.1 s, and only communities need it
    from sknetwork.clustering import Louvain  # the same

    ties = csr_matrix((weights, indices, indptr), shape=(indptr.size - 1, indptr.size - 1))
    louvain = Louvain(
        tol_optimization=_SETTLED, sort_clusters=False, return_probs=False, return_aggregate=False
    )
    found: Indices = louvain.fit_predict(ties)
    return found


def _hanging_together(indptr: Indices, indices: Indices, label: Indices) -> Indices:
    from scipy.sparse import coo_array  # 0.1 s, and only communities need it
    from scipy.sparse.csgraph import connected_components

    n = label.size
    from_ = np.repeat(np.arange(n), np.diff(indptr))
    inside = label[from_] == label[indices]
    ties = coo_array((np.ones(int(inside.sum())), (from_[inside], indices[inside])), shape=(n, n))
    parts: Indices = connected_components(ties, directed=False)[1] if n else label
    return parts


def _largest_first(label: Indices) -> NDArray[np.int64]:
    """Number communities by size, the largest first; of equals the one with the first node."""
    _, first, code, count = np.unique(label, return_index=True, return_inverse=True, return_counts=True)
    rank = np.empty(count.size, np.int64)
    rank[np.lexsort((first, -count))] = np.arange(count.size)
    numbered: NDArray[np.int64] = rank[code]
    return numbered
