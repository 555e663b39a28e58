"""Louvain's and Leiden's methods level by level, with the order of nodes given: a seed then fixes the answer."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np

from influence.kernels.arrays import Codes, Floats, Ints
from influence.kernels.compiling import compiled

_MOST_ROUNDS = 1000  # a few are enough, but for gains that are only rounding


class Edges(NamedTuple):
    """A network as its ties, each once, in an order that decides between equals."""

    n: int
    sources: Ints
    targets: Ints
    weights: Floats
    directed: bool


def levels(
    edges: Edges,
    drawn: Callable[[int], Ints],
    resolution: float = 1.0,
    threshold: float = 1e-7,
    *,
    multiplied: bool = False,
) -> Iterator[Ints]:
    """Yield each node's community after each level, numbered from 0.

    Nodes move to the neighbouring community that adds most to the modularity, in the order that `drawn` gives for so
    many nodes; then communities become nodes. It ends when a level adds no more than `threshold`. What a move adds is
    compared as a share, or `multiplied` by the square of all weight: nothing is divided then, and no rounding prefers
    one of two moves that add as much.

    Source: Blondel, Guillaume, Lambiotte, Lefebvre 2008, doi:10.1088/1742-5468/2008/10/P10008; for directed
    networks Dugué and Perez 2015, hal-01231784.

    Raises:
        ZeroDivisionError: the weights add up to 0.

    >>> path = Edges(3, np.array([0, 1]), np.array([1, 2]), np.ones(2), False)
    >>> [label.tolist() for label in levels(path, np.arange)]
    [[0, 0, 0]]
    """
    label, alone = np.arange(edges.n), np.arange(edges.n)
    total = float(edges.weights.sum())
    quality = _modularity(edges, alone, resolution)
    code = _level(edges, drawn(edges.n), total, resolution, np.arange(edges.n), multiplied)
    while True:
        label = code[label]
        yield label
        better = _modularity(edges, code, resolution)
        if better - quality <= threshold:
            return
        quality, edges = better, _merged(edges, code)
        code = _level(edges, drawn(edges.n), total, resolution, np.arange(edges.n), multiplied)
        if np.unique(code).size == edges.n:
            return


def leiden_levels(edges: Edges, drawn: Callable[[int], Ints], resolution: float = 1.0) -> Iterator[Ints]:
    """Yield each node's community after each level of the Leiden algorithm, until no node moves.

    As `levels`, but before communities become nodes they are split into parts that are well connected, and these
    become the nodes, so that no community falls apart. Of several parts a node joins the one that adds most (no
    draw among those that add something). Undirected networks only.

    Source: Traag, Waltman, van Eck 2019, From Louvain to Leiden, Sci. Rep. 9, 5233,
    doi:10.1038/s41598-019-41695-z.

    Raises:
        ValueError: the network is directed.

    >>> path = Edges(3, np.array([0, 1]), np.array([1, 2]), np.ones(2), False)
    >>> [label.tolist() for label in leiden_levels(path, np.arange)]
    [[0, 0, 0]]
    """
    if edges.directed:
        raise ValueError("the Leiden algorithm needs an undirected network")
    total, place, start = float(edges.weights.sum()), np.arange(edges.n), np.arange(edges.n)
    first = True
    while True:
        order = drawn(edges.n)
        label = _level(edges, order, total, resolution, start)
        if first or not np.array_equal(_numbered(start), label):
            yield label[place]
        if np.array_equal(_numbered(start), label):
            return
        first = False
        part = _numbered(
            _refined(*_around(edges), _degrees(edges)[0], order, label, resolution / (2 * total))
        )
        start = np.empty(part.max() + 1, np.int64)
        start[part] = label
        place, edges = part[place], _merged(edges, part)


def _numbered(label: Ints) -> Ints:
    """Number labels from 0 without gaps, in their order."""
    return np.unique(label, return_inverse=True)[1].astype(np.int64)


def _degrees(edges: Edges) -> tuple[Floats, Floats]:
    """Give the weight out and in; of an undirected network all of it, and nothing."""
    out: Floats = np.bincount(edges.sources, edges.weights, edges.n).astype(np.float64)
    in_: Floats = np.bincount(edges.targets, edges.weights, edges.n).astype(np.float64)
    return (out, in_) if edges.directed else (out + in_, np.zeros(edges.n))


def _modularity(edges: Edges, label: Ints, resolution: float) -> float:
    out, in_ = (np.bincount(label, degree, label.max() + 1) for degree in _degrees(edges))
    total = float(edges.weights.sum())
    if total == 0:
        raise ZeroDivisionError("division by zero")
    inside = edges.weights[label[edges.sources] == label[edges.targets]].sum()
    squared = (out * in_).sum() / total**2 if edges.directed else (out**2).sum() / (2 * total) ** 2
    return float(inside / total - resolution * squared)


def _level(
    edges: Edges, order: Ints, total: float, resolution: float, start: Ints, multiplied: bool = False
) -> Ints:
    indptr, indices, weights = _around(edges)
    out, in_ = _degrees(edges)
    both = 1 if edges.directed else 2
    scale = (resolution / both, total, 0.0) if multiplied else (resolution, total, both * total**2)
    return _numbered(_moved(indptr, indices, weights, out, in_, order, start.copy(), *scale))


def _around(edges: Edges) -> tuple[Ints, Codes, Floats]:
    """List the neighbours both ways without edges of a node with itself: directed, first out then in."""
    apart = edges.sources != edges.targets
    from_, to, weights = edges.sources[apart], edges.targets[apart], edges.weights[apart]
    turn = np.concatenate if edges.directed else np.column_stack
    rows = np.ravel(turn([from_, to]))
    order = np.argsort(rows, kind="stable")
    indices = np.ravel(turn([to, from_]))[order].astype(np.int32)
    indptr = np.concatenate([[0], np.cumsum(np.bincount(rows, minlength=edges.n))])
    return indptr, indices, np.ravel(turn([weights, weights]))[order]


def _merged(edges: Edges, code: Ints) -> Edges:
    """Make each community a node; ties come in the order in which its nodes list their neighbours."""
    n = int(code.max()) + 1
    from_, to = code[edges.sources], code[edges.targets]
    if not edges.directed:
        from_, to = np.minimum(from_, to), np.maximum(from_, to)
    keys, first, place = np.unique(from_ * n + to, return_index=True, return_inverse=True)
    weights = np.bincount(place, edges.weights, keys.size).astype(np.float64)
    # each tie stands where its first part stood, in the row of its lower end
    order = np.lexsort((first, keys // n))
    return Edges(n, keys[order] // n, keys[order] % n, weights[order], edges.directed)


@compiled
def _moved(
    indptr: Ints,
    indices: Codes,
    weights: Floats,
    out: Floats,
    in_: Floats,
    order: Ints,
    label: Ints,
    resolution: float,
    total: float,
    squared: float,
) -> Ints:
    """Move nodes between communities until no move adds to the modularity; where nothing is `squared`, multiplied."""
    n = indptr.size - 1
    held_out, held_in = np.zeros(n), np.zeros(n)
    for u in range(n):
        held_out[label[u]] += out[u]
        held_in[label[u]] += in_[u]
    # undirected, `in_` is nothing: what counts is the weight `out` of both
    symmetric = not in_.any()
    towards, met, touched = np.zeros(n), np.zeros(n, np.bool_), np.empty(n, np.int64)
    for _ in range(_MOST_ROUNDS):
        moves = 0
        for u in order:
            count = 0
            for e in range(indptr[u], indptr[u + 1]):
                c = label[indices[e]]
                if not met[c]:
                    met[c], touched[count], towards[c] = True, c, 0.0
                    count += 1
                towards[c] += weights[e]
            own = label[u]
            held_out[own] -= out[u]
            held_in[own] -= in_[u]
            against = out[u] * held_out[own] if symmetric else out[u] * held_in[own] + in_[u] * held_out[own]
            staying = towards[own] if met[own] else 0.0
            if squared == 0.0:
                leaving, best, most = 0.0, own, _gain(0.0, staying, against, resolution, total, squared)
            else:
                leaving, best, most = -staying / total + resolution * against / squared, own, 0.0
            for i in range(count):
                c = touched[i]
                against = out[u] * held_out[c] if symmetric else out[u] * held_in[c] + in_[u] * held_out[c]
                gain = _gain(leaving, towards[c], against, resolution, total, squared)
                if gain > most:
                    best, most = c, gain
                met[c] = False
            held_out[best] += out[u]
            held_in[best] += in_[u]
            moves += best != own
            label[u] = best
        if moves == 0:
            break
    return label


@compiled
def _gain(
    leaving: float, towards: float, against: float, resolution: float, total: float, squared: float
) -> float:
    if squared == 0.0:
        return towards * total - resolution * against
    return leaving + towards / total - resolution * against / squared


@compiled
def _inside(indptr: Ints, indices: Codes, weights: Floats, label: Ints) -> Floats:
    """Sum each node's weight to others of its community."""
    inside = np.zeros(indptr.size - 1)
    for u in range(inside.size):
        for e in range(indptr[u], indptr[u + 1]):
            if label[indices[e]] == label[u]:
                inside[u] += weights[e]
    return inside


@compiled
def _refined(
    indptr: Ints, indices: Codes, weights: Floats, degree: Floats, order: Ints, label: Ints, scale: float
) -> Ints:
    """Split communities into well connected parts: each node alone joins the part that adds most, if it stays alone."""
    n = indptr.size - 1
    part, alone = np.arange(n), np.ones(n, np.bool_)
    whole, held, towards = np.zeros(n), degree.copy(), np.zeros(n)
    out = _inside(indptr, indices, weights, label)  # from each part to the rest of its community
    for u in range(n):
        whole[label[u]] += degree[u]
    for u in order:
        if not alone[u] or out[u] < scale * degree[u] * (whole[label[u]] - degree[u]):
            continue
        for e in range(indptr[u], indptr[u + 1]):
            towards[part[indices[e]]] = 0.0
        for e in range(indptr[u], indptr[u + 1]):
            towards[part[indices[e]]] += weights[e]
        best, most = u, 0.0
        for e in range(indptr[u], indptr[u + 1]):
            c = part[indices[e]]
            gain = towards[c] - scale * degree[u] * held[c]
            if (
                label[c] == label[u]
                and gain > most
                and out[c] >= scale * held[c] * (whole[label[u]] - held[c])
            ):
                best, most = c, gain
        if best != u:
            part[u] = best
            out[best] += out[u] - 2 * towards[best]
            held[best] += degree[u]
            alone[u], alone[best] = False, False
    return part
