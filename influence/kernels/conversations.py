"""Compiled loops over arrays: time-respecting reach, conversations, and position in a network.

Public functions check their arrays first: compiled code checks no index. Import this module only where it
is needed: it loads numba, and a function is compiled on its first call (then cached).
A network comes as compressed sparse rows: the ties of node u are `indices[indptr[u]:indptr[u + 1]]`.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from influence.kernels.arrays import Indices, check_course, check_within, integers
from influence.kernels.compiling import compiled

_NEVER = np.iinfo(np.int64).min


def respect_time(
    sources: ArrayLike, targets: ArrayLike, times: ArrayLike, start: int, n: int, delta: int, k_max: int
) -> NDArray[np.int8]:
    """Return the fewest contacts by which each node is reached from `start` in time order.

    A contact (source, target, time) can carry on what reached its source strictly before `time` and at most
    `delta` ago; the first contact from `start` may happen at any time, and again at any later one. The answer
    is 0 for `start`, h for a node reached by h ≤ `k_max` contacts and no fewer, −1 for every other node.
    A contact of a node with itself carries nothing. Times and `delta` share one unit (the store's:
    microseconds). One pass: O(contacts · k_max) time, O(n · k_max) memory.

    Source: Badie-Modiri, Karsai, Kivelä 2020, Efficient limited-time reachability estimation in temporal
    networks, Phys. Rev. E 101, 052303, doi:10.1103/PhysRevE.101.052303.

    Raises:
        ValueError: lengths differ, times are not sorted, no such node, or `k_max` is outside 0…127.

    >>> respect_time([0, 1, 2], [1, 2, 3], [10, 12, 30], start=0, n=4, delta=5, k_max=4).tolist()
    [0, 1, 2, -1]
    """
    from_, to, when = integers(sources, "sources"), integers(targets, "targets"), integers(times, "times")
    if not from_.size == to.size == when.size:
        raise ValueError("sources, targets and times must have one length")
    check_course(when, k_max, 127)
    for name, nodes in (("sources", from_), ("targets", to), ("start", np.array([start]))):
        check_within(nodes, 0, n, name)
    return _respect_time(from_, to, when, start, n, delta, k_max)


@compiled
def _respect_time(
    sources: Indices, targets: Indices, times: Indices, start: int, n: int, delta: int, k_max: int
) -> NDArray[np.int8]:
    fewest = np.full(n, -1, np.int8)
    fewest[start] = 0
    latest = np.full((n, k_max + 1), _NEVER, np.int64)
    before = latest.copy()  # the arrival before `latest`, since contacts at equal times do not chain
    for i in range(times.size):
        u, v, t = sources[i], targets[i], times[i]
        if u == v or fewest[u] < 0:
            continue
        for h in range(k_max):
            if h == 0:
                carried = u == start
            else:
                arrival = latest[u, h] if latest[u, h] < t else before[u, h]
                carried = arrival != _NEVER and t - arrival <= delta
            if carried and latest[v, h + 1] < t:
                before[v, h + 1], latest[v, h + 1] = latest[v, h + 1], t
            if carried and (fewest[v] < 0 or fewest[v] > h + 1):
                fewest[v] = h + 1
    return fewest


def conversation_depth(
    child: ArrayLike,
    parent: ArrayLike,
    time: ArrayLike,
    author: ArrayLike,
    leader: int,
    delta: int,
    k_max: int,
) -> NDArray[np.int16]:
    """Return how often the author changes from the leader's nearest item down to each item; −1 for none.

    Items come sorted by time (ties in any order). `child` and `parent` are the response links, positions of
    items, sorted by child. An item by `leader` has depth 0. Another has the least of its parents' depths,
    plus 1 where the author changes, over the links with 0 < wait ≤ `delta` whose parent has a depth, if that
    is at most `k_max`. Since a wait is above 0, one pass over the links is enough: O(items + links).

    Raises:
        ValueError: lengths differ, times or links are not sorted, no such item, or `k_max` is outside 0…32767.

    >>> conversation_depth([1, 2], [0, 1], [0, 5, 9], [7, 8, 9], leader=7, delta=10, k_max=4).tolist()
    [0, 1, 2]
    """
    below, above = integers(child, "child"), integers(parent, "parent")
    when, who = integers(time, "time"), integers(author, "author")
    if below.size != above.size or when.size != who.size:
        raise ValueError("child and parent must have one length, and so must time and author")
    check_course(when, k_max, 32767)
    if (below[1:] < below[:-1]).any():
        raise ValueError("links must be sorted by child")
    for name, items in (("child", below), ("parent", above)):
        check_within(items, 0, when.size, name)
    return _conversation_depth(below, above, when, who, leader, delta, k_max)


@compiled
def _conversation_depth(
    child: Indices, parent: Indices, time: Indices, author: Indices, leader: int, delta: int, k_max: int
) -> NDArray[np.int16]:
    depth = np.where(author == leader, 0, -1).astype(np.int16)
    for c, p in zip(child, parent):  # noqa: B905 - numba knows no strict zip
        if author[c] == leader or depth[p] < 0 or not 0 < time[c] - time[p] <= delta:
            continue
        below = depth[p] + (1 if author[c] != author[p] else 0)
        if below <= k_max and (depth[c] < 0 or below < depth[c]):
            depth[c] = below
    return depth


def conversation_root(parent: ArrayLike) -> NDArray[np.int64]:
    """Return the index of the item at the top of each item's conversation: O(items).

    `parent` is an index or −1. Links that run in a circle (only broken or hostile input holds such) end at
    the circle's smallest index, for everything that hangs on the circle too.

    Raises:
        ValueError: a parent is no index.

    >>> conversation_root([-1, 0, 1, 4, 3]).tolist()
    [0, 0, 0, 3, 3]
    """
    above = integers(parent, "parent")
    check_within(above, -1, above.size, "parent")
    return _conversation_root(above)


@compiled
def _conversation_root(parent: Indices) -> NDArray[np.int64]:
    root = np.full(parent.size, -1, np.int64)
    walk = np.full(parent.size, -1, np.int64)  # the walk on which an item was first seen
    for i in range(parent.size):
        at = i
        while root[at] < 0 and walk[at] != i and parent[at] >= 0:
            walk[at] = i
            at = parent[at]
        if root[at] < 0:
            root[at] = at if parent[at] < 0 else _smallest_on_circle(parent, at)
        top, at = root[at], i
        while root[at] < 0:
            root[at] = top
            at = parent[at]
    return root


@compiled
def _smallest_on_circle(parent: Indices, entry: int) -> int:
    smallest, at = entry, parent[entry]
    while at != entry:
        smallest = min(smallest, at)
        at = parent[at]
    return smallest
