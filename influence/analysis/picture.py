"""The picture of a leader's network: the strongest alters, and the ties among them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

import numpy as np

from influence.contract.findings import EgoNetwork
from influence.kernels.arrays import Ints
from influence.measures.position import communities
from influence.network.network import Network
from influence.network.ties import responses_to
from influence.reach.ego import Ego
from influence.reach.steps import Alter

Tie: TypeAlias = tuple[str, str, float]
ALTERS_IN_PICTURE, TIES_IN_PICTURE = 400, 2_000


def picture(ego: Ego) -> EgoNetwork:
    """Draw up the leader, the strongest alters (most responses), and the ties among them, with communities.

    Communities are those of the ties among the alters shown, by the method of the measures; the leader is in none.
    """
    people, count = np.unique(ego.drawn.person, return_counts=True)
    strength: dict[int, float] = dict(zip(people.tolist(), count.tolist(), strict=True))
    mine = ego.ties.source == ego.leader
    strength.update(zip(ego.ties.target[mine].tolist(), ego.ties.weight[mine].tolist(), strict=True))
    of = {alter.person: alter for alter in ego.found}
    chosen = sorted(of, key=lambda code: (-strength.get(code, 0), ego.people.who[code].person))
    return _ego_network(ego, [of[code] for code in chosen[:ALTERS_IN_PICTURE]], len(of))


def _ego_network(ego: Ego, shown: Sequence[Alter], of: int) -> EgoNetwork:
    me = ego.people.who[ego.leader]
    if not shown:
        return EgoNetwork(nodes=((me.person, me.name, 0, 1.0, 0),), shown=0, of=of)
    names = [ego.people.who[alter.person].person for alter in shown]
    drawn = _among(ego, np.array(sorted([ego.leader, *(alter.person for alter in shown)]), np.int64))
    among = drawn.among(names)
    community = dict(zip(among.nodes, communities(among).own["community"], strict=True))
    nodes = [(me.person, me.name, 0, 1.0, -1)]
    for alter, name in zip(shown, names, strict=True):
        nodes.append((name, ego.people.who[alter.person].name, alter.step, alter.m, int(community[name])))
    ties, more = _strongest(drawn.ties(), me.person)
    return EgoNetwork(tuple(nodes), ties, len(shown), of, more)


def _among(ego: Ego, people: Ints) -> Network:
    """Return the ties of the window among some people (codes in order): responses, and those without times."""
    target, responder, times = responses_to(ego.log, people, ego.window)
    source, to = (np.concatenate(ends) for ends in ((target, ego.ties.source), (responder, ego.ties.target)))
    kept = np.isin(source, people) & np.isin(to, people)
    one, other = (np.searchsorted(people, end[kept]) for end in (source, to))
    weight = np.concatenate([times, ego.ties.weight])[kept]
    return Network.from_edges(ego.people.ids(people), one, other, weight)


def _strongest(ties: Sequence[Tie], leader: str) -> tuple[tuple[Tie, ...], int]:
    """Return the leader's own ties and the strongest others, sorted by name, and how many are left out."""
    order = sorted(ties, key=lambda tie: (leader not in tie[:2], -tie[2], tie))
    return tuple(sorted(order[:TIES_IN_PICTURE])), max(0, len(ties) - TIES_IN_PICTURE)
