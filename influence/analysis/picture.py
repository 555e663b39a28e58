"""The picture of a leader's network: the strongest alters, and the ties among them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from influence.contract.findings import EgoNetwork
from influence.network.network import Network
from influence.people.directory import People
from influence.reach.ego import Ego
from influence.reach.steps import Alter

ALTERS_IN_PICTURE = 120


def _picture(ego: Ego) -> EgoNetwork:
    """The leader, the strongest alters (most responses), and the ties among them, with communities."""
    people, count = np.unique(ego.drawn.person, return_counts=True)
    strength: dict[int, float] = dict(zip(people.tolist(), count.tolist(), strict=True))
    mine = ego.ties.source == ego.leader
    strength.update(zip(ego.ties.target[mine].tolist(), ego.ties.weight[mine].tolist(), strict=True))
    of = {alter.person: alter for alter in ego.found}
    chosen = sorted(of, key=lambda code: (-strength.get(code, 0), ego.people.who[code].person))
    shown = [of[code] for code in chosen[:ALTERS_IN_PICTURE]]
    return _ego_network(ego.network, ego.people, ego.leader, shown, len(of))


def _ego_network(
    network: Network, people: People, leader: int, shown: Sequence[Alter], of: int
) -> EgoNetwork:
    import networkx as nx  # 0.2 s, and only a report needs it

    me = people.who[leader].person
    if not shown:
        return EgoNetwork(nodes=((me, people.who[leader].name, 0, 1.0, 0),), shown=0, of=of)
    names = [me, *(people.who[alter.person].person for alter in shown)]
    graph = network.graph().subgraph(names)
    around = nx.Graph(graph.subgraph(names[1:]))
    around.add_nodes_from(names[1:])
    ordered = nx.Graph()
    ordered.add_nodes_from(sorted(around))
    ordered.add_edges_from(sorted((*sorted(edge), around.edges[edge]) for edge in around.edges))
    groups = nx.community.louvain_communities(ordered, seed=1)
    community = {
        name: n for n, group in enumerate(sorted(groups, key=lambda g: (-len(g), min(g)))) for name in group
    }
    nodes = [(me, people.who[leader].name, 0, 1.0, -1)]
    for alter in shown:
        who = people.who[alter.person]
        nodes.append((who.person, who.name, alter.step, alter.m, community[who.person]))
    edges = sorted((u, v, float(data["weight"])) for u, v, data in graph.edges(data=True))
    return EgoNetwork(tuple(nodes), tuple(edges), len(shown), of)
