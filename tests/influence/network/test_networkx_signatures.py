"""The backend takes what networkx's own functions take; an argument that it does not take it refuses with its name."""

import inspect

import networkx as nx
import pytest

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
    assert {one: theirs[one].kind for one in ours} == {one: told.kind for one, told in ours.items()}


@pytest.mark.parametrize("name", sorted(MODULE_OF))
def test_an_argument_that_is_networkx_alone_is_refused_with_its_name(name):
    graph = nx.path_graph(3)
    theirs, ours = parameters(_dispatched(name).orig_func), parameters(_function(name))
    for other in set(theirs) - set(ours):
        told = Backend.can_run(name, (graph,), {other: theirs[other].default})
        assert f"{name} does not take {other!r} on arrays" == told
        assert told == Backend.should_run(name, (graph,), {other: theirs[other].default})


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
        assert f"{name} does not take {newer!r} on arrays" == asked(name, (graph,), {newer: None})
    assert "arguments on arrays, and" in Backend.can_run(name, (graph, *range(30)), {})
