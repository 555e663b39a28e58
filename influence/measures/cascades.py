"""What is set in motion: the trees that grow from the conversations a leader begins, and whom they bring."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from influence.chance.bootstrap import conversation_draws
from influence.chance.intervals import median_interval, share_interval
from influence.contract.details.cascades import Generations, Shape, SocialH, Tree
from influence.contract.findings import Finding
from influence.contract.language import because
from influence.contract.measures import Definition, finds, near_enough
from influence.kernels.arrays import NEVER, Flags, Floats, Ints, distinct_pairs
from influence.measures.reach import NO_TIMES, NOBODY
from influence.network.log_queries import activity_ids, items_that_answer_nothing
from influence.network.responses import Links, Log

if TYPE_CHECKING:
    import networkx as nx

    from influence.reach.ego import Ego


SHOWN = 5
"""So many of the largest conversations stand in a finding's detail."""
BEGAN_NONE = because("the leader began no conversation in this window")
UNANSWERED = because("nobody answered the conversations that the leader began in this window")


@dataclass(frozen=True)
class Shapes:
    """The trees of some conversations, arrays of one length: `root` is the item that began each.

    `size` counts the nodes, the beginning too; `depth` is the farthest node's distance from it, `mean_depth`
    the mean distance of all other nodes, `virality` the mean distance between any two nodes; both are not a
    number where there is nothing but the beginning.
    """

    root: Ints
    size: Ints
    depth: Ints
    mean_depth: Floats
    virality: Floats

    def __len__(self) -> int:
        return len(self.root)

    def where(self, mask: Flags) -> Shapes:
        """Return the conversations that a mask chooses."""
        return Shapes(
            self.root[mask], self.size[mask], self.depth[mask], self.mean_depth[mask], self.virality[mask]
        )


@near_enough
@finds(
    cascade_size=Definition(
        "how large the answered conversations that the leader begins grow: median, and the largest",
        label="Size of a conversation",
        meaning=(
            "How many items an answered conversation that the leader began has, its beginning too: the "
            "median."
        ),
        unit="items",
        family="What is set in motion",
    ),
    cascade_depth=Definition(
        "through how many hands they go: median, and the deepest",
        label="Depth of a conversation",
        meaning=(
            "How far the farthest answer is from the beginning, counted in answers: the median over the "
            "answered conversations that the leader began."
        ),
        unit="hands",
        family="What is set in motion",
    ),
    mean_depth=Definition(
        "how far from the beginning an average response in them is",
        label="Mean depth",
        meaning="How far an average answer is from the beginning: the median over the same conversations.",
        unit="hands",
        family="What is set in motion",
    ),
    structural_virality=Definition(
        "how far apart any two responses in them are: one hub or many hands",
        label="Structural virality",
        meaning="The mean distance between any two items of a conversation: the median (Goel et al. 2016).",
        reading=(
            "Near 2: everybody answers one item, as after a broadcast. Higher: it goes from hand to hand."
        ),
        unit="hands",
        family="What is set in motion",
    ),
)
def cascades(ego: Ego) -> dict[str, Finding]:
    """Describe the conversations that the leader began: size, depth, mean depth, structural virality.

    Each value is the median over the conversations begun in the window that somebody answered in it, with the
    95 % interval of a median (`median_interval`). `detail` has `conversations` (how many the leader began),
    `answered`, the `mean` and the `largest` value; `cascade_size` also has the `inferred` share of the links
    in these conversations (a chat without threads is a chain of guesses) and lists the `top` five. See `shapes`.
    """
    if not ego.dated:
        return _nothing(NO_TIMES)
    roots = begun(ego)
    every = shapes_of(ego, roots)
    answered = every.where(every.size > 1)
    if not len(answered):
        return _nothing(UNANSWERED if len(roots) else BEGAN_NONE, Shape(len(roots), answered=0))
    columns = answered.size, answered.depth, answered.mean_depth, answered.virality
    found = {
        name: _median(name, values, _UNITS[name], len(roots))
        for name, values in zip(_UNITS, columns, strict=True)
    }
    size = found["cascade_size"]
    detail = replace(size.told(Shape), inferred=_inferred(ego, roots), top=_top(ego, answered))
    return found | {size.name: replace(size, detail=detail)}


_UNITS = {
    "cascade_size": "items",
    "cascade_depth": "hands",
    "mean_depth": "hands",
    "structural_virality": "hands",
}


def _nothing(reason: str, detail: Shape | None = None) -> dict[str, Finding]:
    return {
        name: Finding(name, None, unit, reason=reason, detail=detail or {}) for name, unit in _UNITS.items()
    }


def _median(name: str, values: NDArray[Any], unit: str, conversations: int) -> Finding:
    detail = Shape(
        conversations, answered=len(values), mean=float(np.mean(values)), largest=float(np.max(values))
    )
    value = float(np.median(values))
    return Finding(name, value, unit, interval=median_interval(values), detail=detail)


def _inferred(ego: Ego, roots: Ints) -> float:
    """Return the share of the links that were guessed, in the conversations that some items began."""
    links, conversation = ego.log.counted_links(), ego.log.items.conversation
    inside = np.isin(conversation[links.child], conversation[roots])
    return float(links.inferred[inside].mean()) if inside.any() else 0.0


def _top(ego: Ego, answered: Shapes) -> tuple[Tree, ...]:
    order = np.lexsort((answered.root, -answered.size))[:SHOWN]
    ids = activity_ids(ego.tables, answered.root[order])
    return tuple(
        Tree(
            conversation=ids[int(answered.root[i])],
            size=int(answered.size[i]),
            depth=int(answered.depth[i]),
            structural_virality=float(answered.virality[i]),
        )
        for i in order
    )


def begun(ego: Ego) -> Ints:
    """Return the items by which the leader began a conversation in the window, in order of time.

    Such an item is a post, message, share or quote that answers nothing, seen or not, and in the conversation
    that its source names no other item that answers nothing is earlier.
    """
    found = items_that_answer_nothing(ego.tables, ego.leader, ego.window)
    items = ego.log.items
    free = np.ones(len(items), bool)
    free[ego.log.links.child] = False
    earliest = np.full(int(items.conversation.max(initial=-1)) + 1, NEVER)
    np.minimum.at(earliest, items.conversation[free], items.time[free])
    kept: Ints = found[items.time[found] == earliest[items.conversation[found]]]
    return kept


def heads(log: Log) -> Ints:
    """Return for each item the one that its author began with and went on with, by answering themselves.

    An item that does not answer one by its own author, of its time or earlier, is its own head.
    """
    from influence.kernels.conversations import (
        conversation_root,  # numba: loaded only when something is measured
    )

    links, items = log.counted_links(), log.items
    own = items.author[links.child] == items.author[links.parent]
    own &= items.time[links.parent] <= items.time[links.child]
    above = np.full(len(items), -1, np.int64)
    above[links.child[own][::-1]] = links.parent[own][::-1]  # of several links the first
    return conversation_root(above)


def shapes_of(ego: Ego, roots: Ints) -> Shapes:
    """Return the shapes of the trees that grew in the window from some items; bots are no nodes."""
    links, items, until = ego.log.counted_links(), ego.log.items, ego.window.until
    seen = items.time[links.child] < until
    inside = Links(links.child[seen], links.parent[seen], links.inferred[seen], links.responds[seen])
    joined = np.isin(items.author, sorted(ego.bots))
    return shapes(inside, items.time, items.author, roots, joined)


def shapes(
    links: Links, time: Ints, author: NDArray[np.int32], roots: Ints, joined: Flags | None = None
) -> Shapes:
    """Return the shape of the tree that grew from each root, by response links whose waits are above 0.

    Where people continue their own item it stays one node, so that depth is how often the author changes, as
    in passed-on reach, and nobody makes a cascade larger by answering themselves. `joined` items (a bot's)
    are no nodes either: what answers them hangs on what they answered. Of several links of one item the
    first that leads into a tree counts. Items are sorted by time, links by child; `roots` are items.

    size n, in items; depth = max d(root, v); mean_depth = Σ_{v ≠ root} d(root, v) / (n − 1); virality =
    2 / (n (n − 1)) · Σ_{u < v} d(u, v), all in hands. A link below which s of n nodes lie is on the way
    of s (n − s) pairs, so Σ d(u, v) is one sum over the links: O(items + links).

    Source: Goel, Anderson, Hofman, Watts 2016, The structural virality of online diffusion, Management
    Science 62(1), doi:10.1287/mnsc.2015.2158.

    Raises:
        ValueError: time or links are not sorted, lengths differ, or there is no such item.

    >>> star = Links(np.array([1, 2, 3]), np.zeros(3, np.int64), np.zeros(3, bool), np.ones(3, bool))
    >>> found = shapes(star, np.arange(4), np.array([7, 8, 9, 5], np.int32), np.array([0]))
    >>> found.size.tolist(), found.depth.tolist(), found.virality.tolist()
    ([4], [1], [1.5])
    """
    from influence.kernels.cascades import depths, grow_trees, subtree_sizes  # numba: loaded when measured

    joined = np.zeros(len(time), bool) if joined is None else joined
    roots = np.unique(roots)
    tree, above = grow_trees(links.child, links.parent, time, author, roots, joined)
    is_node = above >= 0
    is_node[roots] = True
    nodes = np.flatnonzero(is_node)
    place = np.full(len(time), -1, np.int64)
    place[nodes] = np.arange(len(nodes))
    up = np.where(above[nodes] >= 0, place[above[nodes]], -1)
    of = np.searchsorted(roots, tree[nodes])
    return _shapes(roots, of, depths(up), subtree_sizes(up))


def _shapes(roots: Ints, of: Ints, depth: Ints, below: Ints) -> Shapes:
    """Sum over the nodes of each tree: `of` is a node's tree, `below` how many nodes are at and below it."""
    size = np.bincount(of, minlength=len(roots)).astype(np.int64)
    deepest = np.zeros(len(roots), np.int64)
    np.maximum.at(deepest, of, depth)
    inside = size[of].astype(np.float64)
    distance = np.bincount(of, below * (inside - below), len(roots))
    others = np.where(size > 1, size - 1, np.nan)
    mean_depth = np.bincount(of, depth, len(roots)) / others
    return Shapes(roots, size, deepest, mean_depth, 2 * distance / (size * others))


def structural_virality(tree: ArrayLike | nx.Graph) -> float:
    """Return the mean distance between all pairs of nodes of one tree: 2 / (n (n − 1)) · Σ_{u < v} d(u, v).

    `tree` is for each node the position of the node above it (−1 for the root), in any order, or a networkx
    graph that is a tree, directed or not. Not a number for fewer than two nodes. The value is between
    2 (n − 1) / n (a star, one broadcast) and (n + 1) / 3 (a chain). O(n), by `subtree_sizes`.

    Source: Goel, Anderson, Hofman, Watts 2016, doi:10.1287/mnsc.2015.2158; the Wiener index of chemistry.

    Raises:
        ValueError: it is not one tree.

    >>> structural_virality([-1, 0, 0, 0]), round(structural_virality([-1, 0, 1, 2]), 4)
    (1.5, 1.6667)
    """
    from influence.kernels.cascades import subtree_sizes  # numba: loaded only when something is measured

    above = _above(tree) if hasattr(tree, "edges") else np.asarray(tree)
    if above.size and (above == -1).sum() != 1:
        raise ValueError(f"a tree has one root, not {(above == -1).sum()}")
    below = subtree_sizes(above).astype(np.float64)
    n = below.size
    return float(2 * (below * (n - below)).sum() / (n * (n - 1))) if n > 1 else float("nan")


def _above(graph: nx.Graph) -> Ints:
    import networkx as nx  # only a networkx graph needs it

    if not len(graph):
        return np.empty(0, np.int64)
    if not nx.is_tree(graph):
        raise ValueError("the graph is not one tree")
    place = {node: i for i, node in enumerate(graph)}
    above = np.full(len(place), -1, np.int64)
    for up, down in nx.bfs_edges(graph.to_undirected(as_view=True), next(iter(graph))):
        above[place[down]] = place[up]
    return above


@near_enough
@finds(
    reproduction=Definition(
        "how many new people each person reached brings on average",
        label="New people per person reached",
        meaning=(
            "How many new people each person reached brings on average, whose first response was to "
            "somebody else than the leader. Always below 1, since every chain begins with an answer to "
            "the leader."
        ),
        reading="High: those who are reached reach others.",
        unit="new people per person reached",
        family="What is set in motion",
    ),
    second_generation=Definition(
        "the part of the people reached who were reached through others only",
        label="Reached through others only",
        meaning="People who responded only to others' responses, as a share of all reached.",
        unit="share",
        family="What is set in motion",
    ),
)
def generations(ego: Ego) -> dict[str, Finding]:
    """Measure whether those who are reached reach others.

    `reproduction` = people whose first response answered somebody else than the leader / people reached: the
    mean number of new people who respond per person reached. It is below 1, since the first of every chain
    answered the leader; `detail.generations` counts the people by the depth of their first response, and
    `ratios` divides each by the one before. `second_generation` = people of depth ≥ 2 in all they did /
    people reached. 95 % intervals by the bootstrap of whole conversations. Those of an undated network have
    no depth; they are left out and counted (`undated`).

    Source: Wallinga and Teunis 2004, doi:10.1093/aje/kwh255, for the mean over who brought whom.
    """
    if not len(ego.drawn.item):
        reason = NO_TIMES if ego.drawn.undated or not ego.dated else NOBODY
        return {name: Finding(name, None, unit, reason=reason) for name, unit in _GENERATIONS.items()}
    first, brought = first_depths(ego.drawn.person, ego.drawn.depth)
    person = np.searchsorted(first, ego.drawn.person)
    least = np.full(len(first), np.iinfo(np.int16).max, np.int64)
    np.minimum.at(least, person, ego.drawn.depth)
    weight = np.stack([brought > 1, least > 1, np.ones(len(first), bool)], axis=1).astype(np.float64)
    chance = ego.settings
    draws = conversation_draws(
        ego.unit, person, weight, silent=ego.silent, draws=chance.draws, seed=chance.seed
    )
    counts = np.bincount(brought)[1:].tolist()
    detail = Generations(tuple(counts), _ratios(counts), undated=len(ego.drawn.undated) or None)
    several = len(np.unique(ego.unit)) + ego.silent > 1
    found = {}
    for column, (name, unit) in enumerate(_GENERATIONS.items()):
        value, held = float(weight[:, column].mean()), weight[:, column] > 0
        within = share_interval(draws[:, column], draws[:, 2], weight[:, 2], held) if several else None
        found[name] = Finding(name, value, unit, interval=within, detail=detail)
    return found


_GENERATIONS = {"reproduction": "new people per person reached", "second_generation": "share"}


def first_depths(person: ArrayLike, depth: ArrayLike) -> tuple[Ints, Ints]:
    """Return everybody who responded and the depth of their first response; rows come in order of time.

    >>> people, depth = first_depths([8, 9, 8], [2, 1, 1])
    >>> people.tolist(), depth.tolist()
    ([8, 9], [2, 1])
    """
    people, first = np.unique(np.asarray(person), return_index=True)
    return people.astype(np.int64), np.asarray(depth, np.int64)[first]


def _ratios(counts: Sequence[int]) -> tuple[float, ...]:
    return tuple(after / before for before, after in pairwise(counts) if before)


@near_enough
@finds(
    social_h=Definition(
        "the largest h such that h people outside the team responded in h conversations each",
        label="Social h",
        meaning=(
            "The largest h such that h people outside the team responded in at least h conversations each."
        ),
        reading="High: many come back, rather than once.",
        unit="people and conversations",
        family="What is set in motion",
    ),
)
def social_h(ego: Ego) -> dict[str, Finding]:
    """Find the largest h such that h people outside the team each responded in at least h conversations.

    A mention outside the leader's conversations is a conversation of its own. `detail.people` counts the
    people outside the team, `returning` those with two conversations and more. See `h_index`.
    """
    name, unit = "social_h", "people and conversations"
    if not len(ego.drawn.item):
        reason = NO_TIMES if ego.drawn.undated or not ego.dated else NOBODY
        return {name: Finding(name, None, unit, reason=reason)}
    outside = ~np.isin(ego.drawn.person, sorted(ego.team))
    pairs = distinct_pairs(ego.drawn.person[outside].astype(np.int64), ego.unit[outside])
    _, counts = np.unique(pairs[0], return_counts=True)
    detail = SocialH(people=len(counts), returning=int((counts > 1).sum()))
    return {name: Finding(name, float(h_index(counts)), unit, detail=detail)}


def h_index(counts: ArrayLike) -> int:
    """Return the largest h such that h of the counts are at least h: in how many conversations each responded.

    Source: Hirsch 2005, An index to quantify an individual's scientific research output, PNAS 102(46),
    doi:10.1073/pnas.0507655102.

    >>> h_index([10, 8, 5, 4, 3]), h_index([])
    (4, 0)
    """
    ordered = np.sort(np.asarray(counts))[::-1]
    return int((ordered >= np.arange(1, len(ordered) + 1)).sum())
