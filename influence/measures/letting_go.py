"""Letting go of control: whether others carry on what the leader begins, or all goes through the leader."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from influence.chance.intervals import wilson
from influence.contract.details.letting_go import CarryOn, Centralisation, OnlyLeaderAnswers
from influence.contract.findings import Finding
from influence.contract.language import because
from influence.contract.measures import Definition, finds, near_enough
from influence.kernels.arrays import Flags, Ints, distinct_pairs
from influence.measures.cascades import BEGAN_NONE, begun
from influence.measures.reach import NO_TIMES
from influence.network.log_queries import addressed_to_alone
from influence.network.network import Network
from influence.network.responses import Responses

if TYPE_CHECKING:
    import networkx as nx

    from influence.reach.ego import Ego

ENOUGH = 3
"""With fewer other people a conversation cannot be carried on between others."""
TOO_FEW = because("in no conversation that the leader began did three other people respond")
ANSWERED_NONE = because("the leader answered in no conversation that somebody else began in this window")
NO_CIRCLE = because("fewer than two people are tied to the leader, so there is no network around them")


@dataclass(frozen=True)
class Threads:
    """Who responded in some conversations: arrays of one length, sorted by `conversation`.

    `others` counts the people who responded, the leader aside; `between` is the share of the responses that
    are neither by nor to the leader.
    """

    conversation: Ints
    others: Ints
    between: NDArray[np.float64]


@near_enough
@finds(
    carry_on=Definition(
        "the part of the conversations begun by the leader that others carry on between themselves",
        label="Carried on by others",
        meaning=(
            "Of the conversations that the leader began and in which three others or more responded, the "
            "part in which most responses are between others."
        ),
        reading="High: control is let go. Low: it all goes through the leader.",
        unit="share",
        family="Exchange",
    ),
)
def carry_on(ego: Ego) -> dict[str, Finding]:
    """Measure whether others carry on between themselves what the leader begins.

    carry_on = conversations begun by the leader in which more than half of the responses are between others
    / conversations begun by the leader in which at least three other people responded. A response is
    between others if it is neither by nor to the leader; bots do not count. 95 % interval by Wilson over the
    conversations. `detail` has `conversations` (begun), `judged` (with three others) and `carried_on`.
    """
    name, unit = "carry_on", "share"
    if not ego.dated:
        return {name: Finding(name, None, unit, reason=NO_TIMES)}
    codes = np.unique(ego.log.items.conversation[begun(ego)])
    found = threads(*_in_conversations(ego, codes), ego.leader)
    judged = found.others >= ENOUGH
    carried = int((found.between[judged] > 0.5).sum())
    detail = CarryOn(len(codes), judged=int(judged.sum()), carried_on=carried)
    if not judged.any():
        reason = TOO_FEW if len(codes) else BEGAN_NONE
        return {name: Finding(name, None, unit, reason=reason, detail=detail)}
    every = int(judged.sum())
    return {name: Finding(name, carried / every, unit, interval=wilson(carried, every), detail=detail)}


def _in_conversations(ego: Ego, codes: Ints) -> tuple[Responses, Ints]:
    """Return the window's responses in some conversations, no bot's and to no bot, and the conversation of each."""
    bots = sorted(ego.bots)
    responses = ego.responses
    conversation = ego.log.items.conversation[responses.item]
    kept = np.isin(conversation, codes)
    kept &= ~np.isin(responses.responder, bots) & ~np.isin(responses.target, bots)
    return responses.where(kept), conversation[kept]


def threads(responses: Responses, conversation: Ints, leader: int) -> Threads:
    """Count who responded in each conversation; `conversation` is that of each response. O(n log n).

    >>> one = np.zeros(3, np.int64)
    >>> said = Responses(one, np.array([8, 9, 5], np.int32), np.array([7, 8, 9], np.int32), one, one > 0, one)
    >>> found = threads(said, one, leader=7)
    >>> found.others.tolist(), found.between.round(3).tolist()
    ([3], [0.667])
    """
    codes, thread = np.unique(conversation, return_inverse=True)
    other = responses.responder != leader
    pairs = distinct_pairs(thread[other], responses.responder[other].astype(np.int64))
    every = np.bincount(thread, minlength=len(codes))
    between = np.bincount(thread, other & (responses.target != leader), len(codes)) / every
    return Threads(codes, np.bincount(pairs[0], minlength=len(codes)), between)


@near_enough
@finds(
    only_leader_answers=Definition(
        "the part of others' conversations in which nobody but the leader answers",
        label="Only the leader answers",
        meaning=(
            "Of the conversations begun by others in which the leader answered, the part in which nobody "
            "else did."
        ),
        reading="High: what others could answer waits for one person.",
        unit="share",
        family="Exchange",
    ),
)
def only_leader_answers(ego: Ego) -> dict[str, Finding]:
    """Measure in how many of others' conversations the leader is the only one who answers.

    only_leader_answers = conversations begun by others in which, of all but the person who began them, only
    the leader responded in the window / conversations begun by others in which the leader did. 95 % interval
    by Wilson. `detail` has `conversations`, `only_leader`, and how many of those were `asked_alone`: begun by
    something addressed to nobody else, which nobody else could have answered. Bots do not count.
    """
    name, unit = "only_leader_answers", "share"
    if not ego.dated:
        return {name: Finding(name, None, unit, reason=NO_TIMES)}
    items = ego.log.items
    answered = np.zeros(int(items.conversation.max(initial=0)) + 1, bool)
    answered[items.conversation[ego.responses.item[ego.responses.responder == ego.leader]]] = True
    rows = np.flatnonzero(answered[items.conversation])
    first = rows[np.unique(items.conversation[rows], return_index=True)[1]]
    first = first[~np.isin(items.author[first], sorted(ego.nobody))]
    responses, conversation = _in_conversations(ego, items.conversation[first])
    joined = _joined(responses.responder, conversation, items.author[first], items.conversation[first])
    by_leader = np.unique(conversation[responses.responder == ego.leader])
    only = np.setdiff1d(by_leader, conversation[joined & (responses.responder != ego.leader)])
    if not len(by_leader):
        return {name: Finding(name, None, unit, reason=ANSWERED_NONE)}
    to_leader_alone = addressed_to_alone(ego.tables, ego.leader)
    alone = first[np.isin(items.conversation[first], only) & np.isin(first, to_leader_alone)]
    detail = OnlyLeaderAnswers(len(by_leader), only_leader=len(only), asked_alone=len(alone))
    within = wilson(len(only), len(by_leader))
    return {name: Finding(name, len(only) / len(by_leader), unit, interval=within, detail=detail)}


def _joined(
    responder: NDArray[np.int32], conversation: Ints, beginner: NDArray[np.int32], code: Ints
) -> Flags:
    """Tell which responses are by somebody else than the person who began the conversation."""
    order = np.argsort(code)
    other: Flags = responder != beginner[order][np.searchsorted(code, conversation, sorter=order)]
    return other


@finds(
    centralisation=Definition(
        "how far the network around the leader hangs on one person, with and without the leader",
        label="Centralisation",
        meaning=(
            "How far the ties among the people around the leader, the leader too, hang on one person "
            "(Freeman 1979): 0, all have as many; 100 %, all hang on one."
        ),
        reading="High: little goes on without the leader.",
        unit="share of the largest possible",
        family="Exchange",
    ),
)
def centralisation(ego: Ego) -> dict[str, Finding]:
    """Measure how far the network of responses around the leader hangs on one person.

    The leader and all who responded to the leader or to whom the leader responded, with the ties among them,
    either direction, each pair once, bots left out: `centralisation` of it, and `detail.without_leader`
    of what is left when the leader goes. 1 is a star, 0 a circle in which all have the same number of ties.
    Needs no times. See `degree_centralisation`.
    """
    name, unit = "centralisation", "share of the largest possible"
    bots = {ego.people.who[code].person for code in ego.bots}
    degrees = circle_degrees(ego.network, ego.person, bots)
    if degrees is None or len(degrees[0]) < ENOUGH:
        return {name: Finding(name, None, unit, reason=NO_CIRCLE)}
    with_leader, without = degrees
    detail = Centralisation(len(without), without_leader=degree_centralisation(without))
    return {name: Finding(name, degree_centralisation(with_leader), unit, detail=detail)}


def circle_degrees(
    network: Network, ego: str, left_out: set[str] | frozenset[str] = frozenset()
) -> tuple[Ints, Ints] | None:
    """Return how many ties everybody has in the network around one person: with that person, and without.

    The network is that person, all tied to them in either direction, and the ties among all of these.
    `left_out` are not in it. None where the person is not in the network.

    >>> star = Network.from_edges(["ann", "bob", "cem"], [0, 0], [1, 2])
    >>> [degrees.tolist() for degrees in circle_degrees(star, "ann")]
    [[2, 1, 1], [0, 0]]
    """
    if ego not in network:
        return None
    ties, place = network.undirected(), network.index(ego)
    inside = np.zeros(len(ties), bool)
    inside[ties.indices[ties.indptr[place] : ties.indptr[place + 1]]] = True
    inside[[network.index(name) for name in left_out if name in network]] = False
    inside[place] = True
    row = np.repeat(np.arange(len(ties)), np.diff(ties.indptr))
    row, to = row[inside[row] & inside[ties.indices]], ties.indices[inside[row] & inside[ties.indices]]
    degree = np.bincount(row, minlength=len(ties))
    fewer = degree - np.bincount(row[to == place], minlength=len(ties))
    others = inside.copy()
    others[place] = False
    return degree[inside], fewer[others]


def degree_centralisation(ties: ArrayLike | Network | nx.Graph) -> float | None:
    """Return Freeman's degree centralisation: Σ (max d − d_i) / ((n − 1) (n − 2)), in [0, 1].

    `ties` is how many ties each of n people has, a `Network`, or any networkx graph; directions, weights and
    loops are left aside and each pair counts once. None for fewer than three people.

    Source: Freeman 1979, Centrality in social networks: conceptual clarification, Social Networks 1(3),
    doi:10.1016/0378-8733(78)90021-7.

    Raises:
        ValueError: somebody has more ties than there are others.

    >>> degree_centralisation([3, 1, 1, 1]), degree_centralisation([2, 2, 2, 2])
    (1.0, 0.0)
    """
    degree = _degrees(ties) if hasattr(ties, "nodes") else np.asarray(ties, np.int64)
    n = degree.size
    if n < ENOUGH:
        return None
    if degree.min() < 0 or degree.max() >= n:
        raise ValueError(f"among {n} people somebody has 0 to {n - 1} ties")
    return float((degree.max() - degree).sum() / ((n - 1) * (n - 2)))


def _degrees(network: Network | nx.Graph) -> Ints:
    if isinstance(network, Network):
        return np.diff(network.undirected().indptr)
    pairs = {frozenset(edge[:2]) for edge in network.edges()}
    place = {node: i for i, node in enumerate(network)}
    ends = [place[node] for pair in pairs if len(pair) == 2 for node in pair]
    return np.bincount(np.array(ends, np.int64), minlength=len(place))
