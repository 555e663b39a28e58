"""Reticula, another program for temporal networks (MIT), reaches on random logs whom we reach.

It is no dependency (23 MB): `pip install reticula` lets this run; on Python 3.11 reticula 0.10.1, since those from
0.11 on need 3.12.
"""

import numpy as np
import pytest

from influence.kernels.conversations import Contacts, respect_time
from influence.network.responses import Responses
from influence.reach.possible import everybodys_possible_reach
from influence.reach.steps import Passing

reticula = pytest.importorskip("reticula", reason="reticula is not installed")


def random_log(seed):
    """Who carried what to whom when, in order of time; short of time, so that many contacts fall together."""
    random = np.random.default_rng(seed)
    people, contacts = random.integers(2, 40), random.integers(1, 400)
    one = random.integers(0, people, contacts)
    other = (one + random.integers(1, people, contacts)) % people
    return int(people), Contacts(one, other, np.sort(random.integers(0, 200, contacts)))


def reached_by_reticula(contacts, people, delta):
    """Return whom each person reaches, other than themselves: what follows from any contact of theirs."""
    kind = reticula.int64, reticula.double
    edge = reticula.directed_temporal_edge[kind]
    rows = zip(*(column.tolist() for column in contacts), strict=True)
    events = [edge(u, v, float(t)) for u, v, t in rows]
    network = reticula.directed_temporal_network[kind](events, list(range(people)))
    adjacency = reticula.temporal_adjacency.limited_waiting_time[edge](float(delta))
    found = [set() for _ in range(people)]
    for event in network.edges():
        (start,) = event.mutator_verts()
        cluster = reticula.out_cluster(network, adjacency, event)
        found[start] |= set(cluster.interval_sets()) - {start}
    return found


@pytest.mark.parametrize("seed", range(60))
def test_reticula_reaches_whom_we_reach_however_long_one_may_wait(seed):
    people, contacts = random_log(seed)
    passing = Passing(delta=[1, 5, 20, 1000][seed % 4], hands=people)
    expected = reached_by_reticula(contacts, people, passing.delta)
    for start, whom in enumerate(expected):
        fewest = respect_time(contacts, start, people, passing.delta, passing.hands)
        assert whom == set(np.flatnonzero(fewest > 0).tolist())
    nothing = np.full(len(contacts.times), -1)
    responses = Responses(nothing, contacts.targets, contacts.sources, nothing, nothing < -1, contacts.times)
    reach = everybodys_possible_reach(responses, people, set(), passing)
    assert [len(whom) for whom in expected] == reach.values.tolist()
