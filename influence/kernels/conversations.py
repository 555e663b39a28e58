"""Compiled loops over what happened in time: whom contacts reach one after the other, and conversations.

Public functions check their arrays first: compiled code checks no index. Import this module only where it
is needed: it loads numba, and a function is compiled on its first call (then cached).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from influence.kernels.arrays import UNDATED, Indices, check_course, check_within, integers
from influence.kernels.compiling import compiled


class Contacts(NamedTuple):
    """What could pass something on, in order of time: from `sources[i]` to `targets[i]` at `times[i]`."""

    sources: Indices
    targets: Indices
    times: Indices


class Replies(NamedTuple):
    """Items with their `time` and `author`, sorted by time, and response links between their positions.

    Link i says that item `child[i]` responds to item `parent[i]`; links are sorted by child.
    """

    child: Indices
    parent: Indices
    time: Indices
    author: Indices


def checked_replies(replies: Replies, k_max: int) -> Replies:
    """Return replies as 64-bit integers, safe to walk through with up to `k_max` hands.

    Raises:
        ValueError: lengths differ, times or links are not sorted, no such item, or `k_max` is outside 0…32767.
    """
    child, parent = integers(replies.child, "child"), integers(replies.parent, "parent")
    time, author = integers(replies.time, "time"), integers(replies.author, "author")
    if child.size != parent.size or time.size != author.size:
        raise ValueError("child and parent must have one length, and so must time and author")
    check_course(time, k_max, 32767)  # the depths are 16-bit integers
    if (child[1:] < child[:-1]).any():
        raise ValueError("links must be sorted by child")
    for name, items in (("child", child), ("parent", parent)):
        check_within(items, 0, time.size, name)
    return Replies(child, parent, time, author)


def respect_time(contacts: Contacts, start: int, n: int, delta: int, k_max: int) -> NDArray[np.int8]:
    """Return the fewest contacts by which each node is reached from `start` in time order.

    A contact can carry on what reached its source strictly before its time and at most `delta` ago; the first
    contact from `start` may happen at any time, and again at any later one. The answer is 0 for `start`, h for
    a node reached by h ≤ `k_max` contacts and no fewer, −1 for every other node. A contact of a node with itself
    carries nothing. Times and `delta` share one unit (the store's: microseconds).

    One pass: O(contacts · k_max) time, O(n · k_max) memory.

    Source: Badie-Modiri, Karsai, Kivelä 2020, Efficient limited-time reachability estimation in temporal
    networks, Phys. Rev. E 101, 052303, doi:10.1103/PhysRevE.101.052303.

    Raises:
        ValueError: lengths differ, times are not sorted, no such node, or `k_max` is outside 0…127.

    >>> contacts = Contacts(np.array([0, 1, 2]), np.array([1, 2, 3]), np.array([10, 12, 30]))
    >>> respect_time(contacts, start=0, n=4, delta=5, k_max=4).tolist()
    [0, 1, 2, -1]
    """
    sources, targets = integers(contacts.sources, "sources"), integers(contacts.targets, "targets")
    times = integers(contacts.times, "times")
    if not sources.size == targets.size == times.size:
        raise ValueError("sources, targets and times must have one length")
    check_course(times, k_max, 127)  # the answers are 8-bit integers
    for name, nodes in (("sources", sources), ("targets", targets), ("start", np.array([start]))):
        check_within(nodes, 0, n, name)
    return _respect_time(Contacts(sources, targets, times), start, n, delta, k_max)


@compiled
def _respect_time(contacts: Contacts, start: int, n: int, delta: int, k_max: int) -> NDArray[np.int8]:
    sources, targets, times = contacts
    fewest = np.full(n, -1, np.int8)
    fewest[start] = 0
    # by number of contacts, since a late arrival by many may still be carried on where an early one by few is stale
    latest = np.full((n, k_max + 1), UNDATED, np.int64)
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
                carried = arrival != UNDATED and t - arrival <= delta
            # of several arrivals at one time only the first moves `latest` down: else `before` would be t too
            if carried and latest[v, h + 1] < t:
                before[v, h + 1], latest[v, h + 1] = latest[v, h + 1], t
            if carried and (fewest[v] < 0 or fewest[v] > h + 1):
                fewest[v] = h + 1
    return fewest


def conversation_depth(replies: Replies, leader: int, delta: int, k_max: int) -> NDArray[np.int16]:
    """Return how often the author changes from the leader's nearest item down to each item; −1 for none.

    Items of one time come in any order. An item by `leader` has depth 0. Another has the least of its parents' depths,
    plus 1 where the author changes, over the links with 0 < wait ≤ `delta` whose parent has a depth, if that
    is at most `k_max`. Since a wait is above 0, one pass over the links is enough: O(items + links).

    Raises:
        ValueError: as `checked_replies`.

    >>> replies = Replies(np.array([1, 2]), np.array([0, 1]), np.array([0, 5, 9]), np.array([7, 8, 9]))
    >>> conversation_depth(replies, leader=7, delta=10, k_max=4).tolist()
    [0, 1, 2]
    """
    return _conversation_depth(checked_replies(replies, k_max), leader, delta, k_max)


@compiled
def _conversation_depth(replies: Replies, leader: int, delta: int, k_max: int) -> NDArray[np.int16]:
    child, parent, time, author = replies
    depth = np.full(time.size, -1, np.int16)
    for i in range(time.size):
        if author[i] == leader:
            depth[i] = 0
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
        if root[at] < 0:  # a top, or the place where this walk came back to itself
            root[at] = at if parent[at] < 0 else _smallest_on_circle(parent, at)
        top, at = root[at], i  # told to all on the walk, so that none is walked again: hence O(items)
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
