"""Which posts of a campaign travelled: how many answered an answer, and through how many hands."""

from __future__ import annotations

import numpy as np

from influence.campaigns.held import Held
from influence.contract.campaigned import Travelled
from influence.network.log_queries import described
from influence.times import moment

SHOWN = 10
"""So many posts are listed."""


def travelled(held: Held) -> tuple[Travelled, ...]:
    """Return the posts from which most was passed on, with depth, responses and people; those unanswered left out.

    A response is passed on where it answers a response of somebody else's; depth is how often the author changes on
    the way (`measures.cascades.shapes`). Responses up to the end of the campaign count, programs' do not.
    """
    from influence.kernels.cascades import depths, grow_trees  # numba: loaded only when something is measured

    log, roots = held.part.log, held.posts
    items, links = log.items, log.counted_links()
    seen = items.time[links.child] < held.window.until
    joined = np.isin(items.author, sorted(held.whole.bots))
    tree, above = grow_trees(links.child[seen], links.parent[seen], items.time, items.author, roots, joined)
    nodes = np.flatnonzero(above >= 0)
    place = np.full(len(items), -1, np.int64)
    every = np.union1d(nodes, roots)
    place[every] = np.arange(len(every))
    depth = depths(np.where(above[every] >= 0, place[above[every]], -1))[place[nodes]]
    rows = [(root, nodes[of], depth[of]) for root in roots.tolist() for of in [tree[nodes] == root]]
    answered = [row for row in rows if len(row[1])]
    answered.sort(key=lambda row: (-int((row[2] > 1).sum()), -len(row[1]), row[0]))
    shown = answered[:SHOWN]
    told = {row["item"]: row for row in described(held.part.tables, [row[0] for row in shown])}
    return tuple(
        Travelled(
            day=str(moment(told[root]["time"], held.whole.settings.zone)),
            people=len(np.unique(items.author[below])),
            responses=len(below),
            passed_on=int((hands > 1).sum()),
            depth=int(hands.max()),
            id=told[root]["id"],
            channel=told[root]["channel"],
            url=told[root]["url"],
        )
        for root, below, hands in shown
    )
