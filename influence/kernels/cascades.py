"""Compiled loops over conversation trees: which item hangs on which, and how large everything below it is.

Public functions check their arrays first: compiled code checks no index. Import this module only where it
is needed: it loads numba, and a function is compiled on its first call (then cached).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from influence.kernels.arrays import Flags, Indices, integers
from influence.kernels.compiling import compiled


def grow_trees(
    child: ArrayLike, parent: ArrayLike, time: ArrayLike, author: ArrayLike, roots: ArrayLike, joined: Flags
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return, for each item, the root of the tree it is in and the node above it; −1 for none.

    Items come sorted by time (ties in any order). `child` and `parent` are the response links, positions of
    items, sorted by child; of several links of one item the first counts that leads into a tree and whose
    wait is above 0. An item is no node of its own where its author wrote the node above it, or where it is
    `joined` (a bot's): what answers it hangs on that node. Such an item has a root and is above nothing.
    A root hangs on nothing, whatever its links say. O(items + links).

    Raises:
        ValueError: lengths differ, times or links are not sorted, or there is no such item.

    >>> links, authors = ([1, 2, 3], [0, 0, 2]), [7, 7, 8, 9]
    >>> root, above = grow_trees(*links, [0, 1, 2, 3], authors, [0], np.zeros(4, bool))
    >>> root.tolist(), above.tolist()
    ([0, 0, 0, 0], [-1, -1, 0, 2])
    """
    below, over = integers(child, "child"), integers(parent, "parent")
    when, who = np.asarray(time, np.int64), np.asarray(author, np.int64)
    tops = integers(roots, "roots")
    if below.size != over.size or not when.size == who.size == joined.size:
        raise ValueError("child and parent must have one length, and so must time, author and joined")
    if (when[1:] < when[:-1]).any() or (below[1:] < below[:-1]).any():
        raise ValueError("items must be sorted by time, and links by child")
    for name, items in (("child", below), ("parent", over), ("roots", tops)):
        if items.size and (items.min() < 0 or items.max() >= when.size):
            raise ValueError(f"{name} must be positions of items, 0 to {when.size - 1}")
    return _grow_trees(below, over, when, who, tops, joined)


@compiled
def _grow_trees(
    child: Indices, parent: Indices, time: Indices, author: Indices, roots: Indices, joined: Flags
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    root, above = np.full(time.size, -1, np.int64), np.full(time.size, -1, np.int64)
    node = np.full(time.size, -1, np.int64)  # the node that an item is, or is part of
    for r in roots:
        root[r], node[r] = r, r
    # a wait above 0 puts the parent earlier in order, so that its own place is settled; equal times do not chain
    for c, p in zip(child, parent):  # noqa: B905 - numba knows no strict zip
        if root[c] >= 0 or root[p] < 0 or time[p] >= time[c]:
            continue
        root[c] = root[p]
        # the author of the node, not of the item above: what a bot or the author added speaks for the node
        if joined[c] or author[c] == author[node[p]]:
            node[c] = node[p]
        else:
            node[c], above[c] = c, node[p]
    return root, above


def subtree_sizes(above: ArrayLike) -> NDArray[np.int64]:
    """Return how many nodes are at and below each node of a forest: O(nodes).

    `above` is the position of the node above, −1 for a root; nodes come in any order.

    Raises:
        ValueError: a position is no node, or links run in a circle.

    >>> subtree_sizes([-1, 0, 0, 2]).tolist()
    [4, 1, 2, 1]
    """
    up = integers(above, "above")
    if up.size and (up.min() < -1 or up.max() >= up.size):
        raise ValueError(f"above must be positions of nodes, 0 to {up.size - 1}, or -1")
    sizes = _subtree_sizes(up)
    if sizes.size and sizes.min() == 0:
        raise ValueError("links run in a circle: this is not a tree")
    return sizes


@compiled
def _subtree_sizes(above: Indices) -> NDArray[np.int64]:
    """Peel the leaves, again and again; what stands on a circle is never peeled and keeps the size 0."""
    waiting = np.zeros(above.size, np.int64)  # how many below each node are not peeled yet
    for up in above:
        if up >= 0:
            waiting[up] += 1
    grown, sizes = np.ones(above.size, np.int64), np.zeros(above.size, np.int64)
    for leaf in range(above.size):
        at = leaf
        # each node is peeled by the last of those below it, so that all walks together are O(nodes)
        while at >= 0 and waiting[at] == 0 and sizes[at] == 0:
            sizes[at] = grown[at]
            up = above[at]
            if up >= 0:
                grown[up] += grown[at]
                waiting[up] -= 1
            at = up
    return sizes


def depths(above: ArrayLike) -> NDArray[np.int64]:
    """Return how many links each node of a forest is below its root, nodes in the order of time: O(nodes).

    Raises:
        ValueError: a node does not come after the one above it.

    >>> depths([-1, 0, 0, 2]).tolist()
    [0, 1, 1, 2]
    """
    up = integers(above, "above")
    if (up >= np.arange(up.size)).any() or (up < -1).any():
        raise ValueError("a node must come after the one above it")
    return _depths(up)


@compiled
def _depths(above: Indices) -> NDArray[np.int64]:
    depth = np.zeros(above.size, np.int64)
    for i in range(above.size):
        if above[i] >= 0:
            depth[i] = depth[above[i]] + 1
    return depth
