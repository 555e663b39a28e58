"""A compiled loop that peels a network layer by layer."""

from __future__ import annotations

import numpy as np

from influence.kernels.arrays import Codes, Indices, Ints, check_rows
from influence.kernels.compiling import compiled


def onion_layers(indptr: Indices, indices: Indices) -> tuple[Ints, Codes]:
    """Return each node's layer, 1 the outermost, and the nodes in the order in which they are peeled off.

    A layer are all nodes with at most k ties to those that remain, k the number of the core that is peeled; where
    there is none, k rises. In a layer those with the fewest ties left come first. Nodes without ties are a layer of
    their own. The rows must be symmetric, without ties of a node with itself. O(ties + nodes · cores).

    Source: Hébert-Dufresne, Grochow, Allard 2016, Multi-scale structure and topological anomaly detection via a new
    network statistic: the onion decomposition, Sci. Rep. 6, 31708, doi:10.1038/srep31708.

    Raises:
        ValueError: the rows are not well formed.

    >>> layer, order = onion_layers(np.array([0, 1, 3, 4, 4]), np.array([1, 0, 2, 1]))
    >>> layer.tolist(), order.tolist()
    ([2, 3, 2, 1], [3, 0, 2, 1])
    """
    check_rows(indptr, indices)
    return _onion_layers(indptr, indices)


@compiled
def _onion_layers(indptr: Indices, indices: Indices) -> tuple[Ints, Codes]:
    n = indptr.size - 1
    layer, order = np.zeros(n, np.int64), np.empty(n, np.int32)
    count, current, core = 0, 1, 0
    left = indptr[1:] - indptr[:-1]
    for v in np.flatnonzero(left == 0):
        layer[v], order[count] = 1, v
        count += 1
    current, begin = current + (count > 0), count
    while begin < n:
        if begin == count:  # nobody has few enough: the next core begins
            core = max(core, left[layer == 0].min())
            for v in np.flatnonzero((layer == 0) & (left <= core)):
                layer[v], order[count] = current, v
                count += 1
        end = count
        peeled = order[begin:end]
        order[begin:end] = peeled[np.argsort(left[peeled] * n + peeled)]  # of equals the first node
        for i in range(begin, end):
            v = order[i]
            for e in range(indptr[v], indptr[v + 1]):
                w = indices[e]
                left[w] -= 1
                if layer[w] == 0 and left[w] <= core:
                    layer[w], order[count] = current + 1, w
                    count += 1
        begin = end
        current += 1
    return layer, order
