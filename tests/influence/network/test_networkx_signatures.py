"""The backend takes what networkx's own functions take; an argument that it does not take it refuses with its name."""

import inspect

import networkx as nx
import numpy as np
import pytest

from influence.network.network import Network
from influence.network.networkx_backend.interface import Backend, _dispatched, _function
from influence.network.networkx_backend.table import MODULE_OF


def parameters(function):
    """All but the graph, which networkx hands over by its place."""
    return dict(list(inspect.signature(function).parameters.items())[1:])


@pytest.mark.parametrize("name", sorted(MODULE_OF))
def test_arguments_have_networkx_names_places_and_defaults(name):
    theirs, ours = parameters(_dispatched(name).orig_func), parameters(_function(name))
    assert set() == set(ours) - set(theirs)
    assert [one for one in theirs if one in ours] == list(ours)
    assert {one: theirs[one].default for one in ours} == {one: told.default for one, told in ours.items()}
    by_place = {one: told.kind for one, told in ours.items() if theirs[one].kind is not told.KEYWORD_ONLY}
    assert by_place == {one: theirs[one].kind for one in by_place}


@pytest.mark.parametrize("name", sorted(MODULE_OF))
def test_an_argument_that_is_networkx_alone_is_refused_with_its_name(name):
    graph = nx.path_graph(3)
    theirs, ours = parameters(_dispatched(name).orig_func), parameters(_function(name))
    for other in set(theirs) - set(ours):
        told = Backend.can_run(name, (graph,), {other: object()})
        assert f"{name} does not take {other!r} on arrays" == told
        assert told == Backend.should_run(name, (graph,), {other: object()})


def test_what_nobody_gave_keeps_nobody_from_the_arrays():
    network = Network.from_edges(["a", "b", "c"], np.array([0, 1]), np.array([1, 2]))
    newer = {"sp": None}  # networkx hands it over at every call since 3.7
    assert {"a": 0.0, "b": 0.5, "c": 2 / 3} == Backend().closeness_centrality(network, **newer)
    assert "_mirror" not in vars(network), "it was converted"


@pytest.mark.parametrize(
    ("name", "newer"),
    [
        ("closeness_centrality", "sp"),
        ("hits", "method"),
        ("leiden_communities", "metric"),
        ("leiden_partitions", "theta"),
        ("pagerank", "not_yet_there"),
    ],
)
def test_what_a_newer_networkx_gives_is_refused_and_raises_nothing(name, newer):
    graph = nx.path_graph(3)
    assert Backend.can_run(name, (graph,), {}) is True
    for asked in (Backend.can_run, Backend.should_run):
        assert f"{name} does not take {newer!r} on arrays" == asked(name, (graph,), {newer: object()})
    assert "arguments on arrays, and" in Backend.can_run(name, (graph, *range(30)), {})
