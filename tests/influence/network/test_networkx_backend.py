"""The networkx backend: every function that runs on arrays answers as networkx does, for any graph."""

import math
import subprocess
import sys
from collections.abc import Iterator, Mapping, ValuesView
from inspect import signature
from random import Random

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from influence.network.network import Network
from influence.network.networkx_backend import backend
from influence.network.networkx_backend.table import MODULE_OF, SOON_DONE
from tests.kit.places import SHARED

# networkx warns whenever it uses a graph that it converted before, and divides by 0.
pytestmark = pytest.mark.filterwarnings("ignore:Note. conversions", "ignore::RuntimeWarning")

KINDS = [nx.Graph, nx.DiGraph, nx.MultiGraph, nx.MultiDiGraph]
NODES = [3, "ann", (1, 2), 0, "bob", frozenset("x"), 7]
SETTLED = {"tol": 1e-12, "max_iter": 5000}
# Since 3.7 networkx has a Leiden of its own, and ours is not asked.
ITS_OWN_LEIDEN = "metric" in signature(nx.community.leiden_communities.orig_func).parameters

# How each function is called: «some» stands for every second node, «one» for the last, «pairs» for some pairs.
CALLS = {
    "pagerank": [SETTLED, {"weight": None, **SETTLED}],
    "hits": [{}],
    "eigenvector_centrality": [{"max_iter": 1000}, {"max_iter": 1000, "weight": "weight"}],
    "eigenvector_centrality_numpy": [{}],
    "katz_centrality": [
        {"alpha": 0.01, "weight": "weight"},
        {"alpha": 0.01, "normalized": False},
        {"alpha": 1.0},
    ],
    "katz_centrality_numpy": [{"alpha": 0.01}, {"alpha": 0.01, "weight": "weight"}],
    "betweenness_centrality": [
        {},
        {"normalized": False},
        {"k": 2, "seed": 3},
        {"k": 1, "seed": 3, "normalized": False},
        {"weight": "weight"},
        {"endpoints": True},
        {"endpoints": True, "k": 2, "seed": 3, "weight": "weight", "normalized": False},
    ],
    "edge_betweenness_centrality": [{}, {"weight": "weight", "normalized": False}, {"k": 2, "seed": 3}],
    "betweenness_centrality_subset": [
        {"sources": "some", "targets": "some"},
        {"sources": "some", "targets": "all", "normalized": True, "weight": "weight"},
    ],
    "edge_betweenness_centrality_subset": [
        {"sources": "some", "targets": "some"},
        {"sources": "all", "targets": "some", "normalized": True, "weight": "weight"},
    ],
    "closeness_centrality": [{}, {"distance": "weight", "wf_improved": False}, {"u": "one"}],
    "harmonic_centrality": [
        {},
        {"distance": "weight"},
        {"nbunch": "some"},
        {"sources": "some"},
        {"nbunch": "one"},
    ],
    "single_source_shortest_path_length": [{"source": "one"}, {"source": "one", "cutoff": 1}],
    "single_target_shortest_path_length": [{"target": "one"}, {"target": "unknown"}],
    "all_pairs_shortest_path_length": [{}, {"cutoff": 1.5}],
    "shortest_path_length": [
        {},
        {"source": "one"},
        {"target": "one", "weight": "weight"},
        {"source": "one", "target": "first"},
        {"source": "one", "target": "first", "weight": "weight", "method": "bellman-ford"},
        {"source": "one", "method": "by foot"},
        {"source": "unknown"},
    ],
    "dijkstra_path_length": [{"source": "one", "target": "first"}, {"source": "unknown", "target": "one"}],
    "single_source_dijkstra_path_length": [{"source": "one"}, {"source": "one", "cutoff": 2}],
    "multi_source_dijkstra_path_length": [{"sources": "some"}, {"sources": "none"}],
    "all_pairs_dijkstra_path_length": [{}, {"cutoff": 2}],
    "degree_centrality": [{}],
    "in_degree_centrality": [{}],
    "out_degree_centrality": [{}],
    "reciprocity": [{}, {"nodes": "some"}, {"nodes": "one"}],
    "overall_reciprocity": [{}],
    "degree_assortativity_coefficient": [{}, {"weight": "weight"}, {"nodes": "some"}, {"x": "in", "y": "in"}],
    "degree_pearson_correlation_coefficient": [{}],
    "voterank": [{}, {"number_of_nodes": 2}],
    "core_number": [{}],
    "k_core": [{}, {"k": 1}],
    "k_shell": [{}, {"k": 1}],
    "k_crust": [{}, {"k": 1}],
    "k_corona": [{"k": 1}, {"k": 2}],
    "onion_layers": [{}],
    "triangles": [{}, {"nodes": "some"}, {"nodes": "one"}],
    "clustering": [{}, {"weight": "weight"}, {"nodes": "some"}, {"nodes": "one"}],
    "average_clustering": [{}, {"weight": "weight"}, {"count_zeros": False}],
    "transitivity": [{}],
    "square_clustering": [{}, {"nodes": "some"}],
    "constraint": [{}, {"nodes": "some"}, {"weight": "weight"}],
    "effective_size": [{"nodes": "all"}, {"nodes": "some"}, {"nodes": "all", "weight": "weight"}],
    "local_constraint": [{"u": "one", "v": "first"}, {"u": "one", "v": "first", "weight": "weight"}],
    "connected_components": [{}],
    "number_connected_components": [{}],
    "is_connected": [{}],
    "node_connected_component": [{"n": "one"}],
    "weakly_connected_components": [{}],
    "number_weakly_connected_components": [{}],
    "is_weakly_connected": [{}],
    "strongly_connected_components": [{}],
    "number_strongly_connected_components": [{}],
    "is_strongly_connected": [{}],
    "louvain_communities": [
        {"seed": 4},
        {"seed": 4, "weight": None, "max_level": 1},
        {"seed": 4, "max_level": 0},
    ],
    "louvain_partitions": [{"seed": 4, "resolution": 0.7}],
    "leiden_communities": [] if ITS_OWN_LEIDEN else [{"seed": 4}],
    "leiden_partitions": [] if ITS_OWN_LEIDEN else [{"seed": 4}],
    "label_propagation_communities": [{}],
    "asyn_lpa_communities": [{"seed": 4}, {"seed": 4, "weight": "weight"}],
    "fast_label_propagation_communities": [{"seed": 4}, {"seed": 4, "weight": "weight"}],
    "adamic_adar_index": [{"ebunch": "pairs"}, {"ebunch": "strange pair"}],
    "jaccard_coefficient": [{"ebunch": "pairs"}],
    "resource_allocation_index": [{"ebunch": "pairs"}],
    "preferential_attachment": [{"ebunch": "pairs"}],
}
STAND_FOR = {
    "some": lambda graph: list(graph)[::2],
    "all": list,
    "none": lambda _: [],
    "one": lambda graph: list(graph)[-1],
    "first": lambda graph: next(iter(graph)),
    "unknown": lambda _: "nobody",
    "pairs": lambda graph: [(u, v) for u in graph for v in list(graph)[::2]],
    "strange pair": lambda graph: [(next(iter(graph)), "nobody")],
}
NOT_IN_ARRAYS = {
    "structural holes need ties between two people, of weights above 0",
    "an edge of a node with itself votes twice",
    "paths are counted only where every length is above 0",
    "squares of a directed graph",
    "reciprocity of an undirected graph, or of parallel edges",
    "networkx itself reads no weight of parallel edges for a named node",
}
# Of what is as near, what is found first depends on the order of edges into a node, which rows do not keep.
ANY_ORDER = {"single_target_shortest_path_length", "shortest_path_length", "strongly_connected_components"}


def function(name):
    return getattr(nx, name, None) or getattr(nx.community, name)


def plain(value):
    """Make two answers comparable: what is yielded, what is named, what is a graph."""
    if isinstance(value, nx.Graph):
        return [list(value.nodes(data=True)), list(value.edges(data=True))]
    if isinstance(value, Mapping):
        return [(node, plain(each)) for node, each in value.items()]
    if isinstance(value, list | tuple | ValuesView | Iterator):
        return [plain(each) for each in value]
    return value


def answer(name, graph, arguments, backend_name=None):
    """What a function returns, or the kind of its error."""
    chosen = {
        key: STAND_FOR[value](graph) if isinstance(value, str) and value in STAND_FOR else value
        for key, value in arguments.items()
    }
    with np.errstate(all="ignore"):
        try:
            return plain(function(name)(graph, backend=backend_name, **chosen))
        except NotImplementedError as error:
            raise error
        except Exception as error:
            return type(error)


def _whatever_its_order(one):
    return repr(sorted(one, key=repr) if isinstance(one, set) else one)


def alike(expected, found, in_order=True):
    """Whether two answers are one; not a number and no end are alike, since they hang on the last digit."""
    if not in_order and isinstance(expected, list) and isinstance(found, list):
        expected, found = (sorted(each, key=_whatever_its_order) for each in (expected, found))
    if isinstance(expected, list | tuple) and isinstance(found, list | tuple):
        return len(expected) == len(found) and all(map(alike, expected, found))
    if isinstance(expected, float | int) and isinstance(found, float | int):
        unknown = not math.isfinite(expected) and not math.isfinite(found)
        return unknown or math.isclose(expected, found, rel_tol=1e-7, abs_tol=1e-9)
    return expected == found


WEIGHTS = st.sampled_from([1, 2, 3, 0.5, 2.5])


@st.composite
def graphs(draw):
    kind = draw(st.sampled_from(KINDS))
    nodes = draw(st.lists(st.sampled_from(NODES), min_size=1, max_size=6, unique=True))
    node = st.sampled_from(nodes)
    graph = kind()
    graph.add_nodes_from(nodes, colour="red")
    for u, v, weight in draw(st.lists(st.tuples(node, node, st.none() | WEIGHTS), max_size=14)):
        graph.add_edge(u, v, **({} if weight is None else {"weight": weight}))
    return graph


# Where networkx's own answer is one of several, or none: said below for one graph each.
SEVERAL_ANSWERS = {"hits", "eigenvector_centrality_numpy", "leiden_communities", "leiden_partitions"}
ONE_ANSWER = [(name, call) for name, calls in CALLS.items() if name not in SEVERAL_ANSWERS for call in calls]


def skipped(expected, name, graph):
    """A slip of networkx's own; or draws among the edges into a node, whose order rows do not keep."""
    return expected is TypeError or (name == "fast_label_propagation_communities" and graph.is_directed())


@settings(deadline=None, max_examples=30)
@given(graphs())
def test_an_answer_is_that_of_networkx(graph):
    for name, arguments in ONE_ANSWER:
        expected = answer(name, graph, arguments, "networkx")
        if skipped(expected, name, graph):
            continue
        try:
            found = answer(name, graph, arguments, "influence")
        except NotImplementedError as refusal:
            expected, found = True, any(reason in str(refusal.__cause__) for reason in NOT_IN_ARRAYS)
        assert alike(expected, found, name not in ANY_ORDER), (name, arguments, expected, found)


def test_the_table_names_what_is_tried_here():
    assert set(CALLS) == set(MODULE_OF)
    assert set(MODULE_OF) >= SOON_DONE


# --- where several answers are right ------------------------------------------------------------------------


def test_the_first_vectors_are_those_of_networkx():
    graph = nx.karate_club_graph()
    for name in ("hits", "eigenvector_centrality_numpy"):
        expected, found = (answer(name, graph, {}, each) for each in ("networkx", "influence"))
        assert alike(expected, found)


def test_nobody_is_less_than_nothing_of_a_hub_where_several_vectors_come_first():
    hubs, authorities = nx.hits(nx.star_graph(9), backend="influence")
    assert {0: 0.1} | dict.fromkeys(range(1, 10), 0.1) == pytest.approx(hubs)
    assert 1 == pytest.approx(sum(authorities.values()))
    assert min(authorities.values()) >= 0


@pytest.mark.skipif(ITS_OWN_LEIDEN, reason="networkx has its own Leiden")
@pytest.mark.parametrize("seed", range(4))
def test_leiden_finds_communities_that_hang_together_and_are_no_worse_than_louvain(seed):
    graph = nx.planted_partition_graph(8, 25, 0.4, 0.04, seed=seed)
    found = nx.community.leiden_communities(graph, seed=seed, backend="influence")
    assert found == nx.community.leiden_communities(graph, seed=seed, backend="influence")
    assert nx.community.is_partition(graph, found)
    assert all(nx.is_connected(graph.subgraph(community)) for community in found)
    louvain = nx.community.louvain_communities(graph, seed=seed)
    assert nx.community.modularity(graph, louvain) - 0.01 <= nx.community.modularity(graph, found)


@pytest.mark.parametrize("name", ["asyn_lpa_communities", "fast_label_propagation_communities"])
def test_random_numbers_go_on_where_networkx_would_go_on(name):
    graph, ours, theirs = nx.karate_club_graph(), Random(5), Random(5)  # noqa: S311 (no secret)
    for _ in range(3):  # some hundred numbers each: the state is turned in between
        expected = list(function(name)(graph, seed=theirs, backend="networkx"))
        assert expected == list(function(name)(graph, seed=ours, backend="influence"))
    assert theirs.random() == ours.random()


# --- what is refused ----------------------------------------------------------------------------------------


HOSTILE = {"name": "x", "debt": -1, "none": 0, "far": math.nan, "endless": math.inf, "long": 2**60}


@pytest.mark.parametrize(
    ("call", "reason"),
    [
        (lambda g: nx.diameter(g, backend="influence"), "it does not run on arrays"),
        (lambda g: nx.pagerank(g, weight="name", backend="influence"), "no finite number"),
        (lambda g: nx.closeness_centrality(g, distance="debt", backend="influence"), "lengths below 0"),
        (lambda g: nx.betweenness_centrality(g, weight="none", backend="influence"), "above 0"),
        (lambda g: nx.constraint(g, weight="debt", backend="influence"), "weights above 0"),
        (lambda g: nx.closeness_centrality(g, distance="far", backend="influence"), "no finite number"),
        (lambda g: nx.closeness_centrality(g, distance="endless", backend="influence"), "no finite number"),
        (lambda g: nx.closeness_centrality(g, distance="long", backend="influence"), "beyond"),
        (
            lambda g: nx.dijkstra_path_length(g, "a", "b", weight=lambda *_: 1, backend="influence"),
            "for the given arguments",
        ),
        (
            lambda g: nx.community.asyn_lpa_communities(
                g, seed=np.random.default_rng(1), backend="influence"
            ),
            "only Python's own random numbers",
        ),
    ],
)
def test_what_arrays_cannot_hold_is_refused_with_the_reason(call, reason):
    graph = nx.Graph([("a", "b", HOSTILE)])
    with pytest.raises(NotImplementedError) as refusal:
        call(graph)
    reasons = (str(refusal.value), str(refusal.value.__cause__), backend.can_run("diameter", (graph,), {}))
    assert any(reason in said for said in reasons)


def test_a_graph_that_changed_is_read_anew():
    graph = nx.path_graph(3)
    assert {0: 0, 1: 0, 2: 0} == nx.triangles(graph, backend="influence")
    graph.add_edge(0, 2)
    assert {0: 1, 1: 1, 2: 1} == nx.triangles(graph, backend="influence")


def test_a_weight_that_changed_is_read_anew(recwarn):
    graph = nx.path_graph(3)
    for length in (1, 7):
        graph[0][1]["weight"] = length
        assert length == nx.dijkstra_path_length(graph, 0, 1, backend="influence")
    assert {"cached graph" in str(warning.message) for warning in recwarn} <= {True}


def test_networkx_converts_by_itself_only_what_is_worth_it():
    graph = nx.path_graph(3)
    assert backend.should_run("triangles", (graph,), {}) is True
    assert backend.should_run("density", (graph,), {}) is False
    assert "before" in backend.should_run("degree_centrality", (graph,), {})
    assert backend.should_run("density", (Network.of(graph),), {}) is True


# --- a Network ----------------------------------------------------------------------------------------------


@pytest.fixture
def small():
    return Network.from_edges(["cem", "ann", "bob"], [1, 1, 1, 2, 2], [2, 2, 0, 0, 2], [1, 2, 1, 5, 9])


@settings(deadline=None, max_examples=10)
@given(graphs(), st.booleans())
def test_a_network_is_answered_as_its_graph(graph, directed):
    network = Network.of(nx.relabel_nodes(graph, str))
    network = network if directed else network.undirected()
    for name, arguments in ONE_ANSWER:
        expected = answer(name, network.graph(), arguments)
        if not skipped(expected, name, network):
            found = answer(name, network, arguments)
            assert alike(expected, found, name not in ANY_ORDER), (name, arguments, expected, found)


ON_ARRAYS = [(name, call) for name, call in ONE_ANSWER if not name.startswith("k_")]  # those give graphs


@pytest.mark.parametrize("directed", [True, False])
def test_what_runs_on_the_arrays_is_never_converted(directed, small, monkeypatch):
    network = small if directed else small.undirected()
    only_for = {"square_clustering"} if directed else {"reciprocity", "overall_reciprocity"}
    expected = [answer(name, network.graph(), arguments) for name, arguments in ON_ARRAYS]
    monkeypatch.setattr(Network, "graph", None)  # conversion would call it
    for (name, arguments), right in zip(ON_ARRAYS, expected, strict=True):
        if not skipped(right, name, network) and name not in only_for:
            assert alike(right, answer(name, network, arguments), name not in ANY_ORDER), name


def test_pagerank_settles_by_default_and_obeys_a_tolerance_that_is_given():
    rng = np.random.default_rng(5)
    network = Network.from_edges([f"{i:04}" for i in range(3000)], *rng.integers(0, 3000, (2, 9000)))
    exact = np.array(list(nx.pagerank(network.graph(), tol=1e-15, max_iter=9999).values()))
    ours, coarse = (
        np.array(list(found.values())) for found in (nx.pagerank(network), nx.pagerank(network, tol=2e-6))
    )
    theirs = np.array(list(nx.pagerank(network.graph(), tol=2e-6).values()))
    assert 1e-9 > abs(ours - exact).sum()
    assert theirs == pytest.approx(coarse, rel=1e-9)
    assert 1e-5 < abs(coarse - exact).sum()
    with pytest.raises(nx.PowerIterationFailedConvergence):
        nx.pagerank(network, max_iter=2)


def test_pagerank_takes_shares_as_networkx_does(small):
    shares = {"personalization": {"ann": 2, "bob": 1}, "dangling": {"cem": 1}, "nstart": {"bob": 1}}
    for chosen in ({}, *({key: value} for key, value in shares.items()), shares):
        expected = nx.pagerank(small.graph(), tol=1e-13, max_iter=999, **chosen)
        assert expected == pytest.approx(nx.pagerank(small, **chosen), abs=1e-9)
    with pytest.raises(ZeroDivisionError):
        nx.pagerank(small, personalization={"ann": 0})


@pytest.mark.parametrize("kind", KINDS)
def test_of_nobody_is_said_what_networkx_says(kind):
    for name, arguments in ONE_ANSWER:
        if not set(arguments.values()) & {"one", "first", "strange pair"}:
            expected = answer(name, kind(), arguments, "networkx")
            try:
                found = answer(name, kind(), arguments, "influence")
            except NotImplementedError:
                continue
            assert alike([] if name in ("constraint", "effective_size") else expected, found), name


def test_functions_that_networkx_does_not_dispatch_work_too(small):
    assert 0.5 == nx.density(small)
    assert [0, 0, 3] == nx.degree_histogram(small)
    assert {"weight": 3.0} == small["ann"]["bob"]


def test_a_converted_graph_is_made_once_and_without_a_warning(small):
    assert nx.transitivity(small) == nx.transitivity(small)
    assert backend.convert_to_nx(small) is backend.convert_to_nx(small)


def test_a_function_that_would_change_the_network_is_refused(small):
    for change in (
        lambda: nx.set_edge_attributes(small, 1, "x"),
        lambda: nx.stochastic_graph(small, copy=False),
    ):
        with pytest.raises(NotImplementedError, match="mutate"):
            change()
    assert 1.0 == pytest.approx(nx.stochastic_graph(small)["bob"]["cem"]["weight"])


def test_there_is_no_function_that_networkx_has_not(small):
    assert not hasattr(backend, "no_such_measure")
    assert not hasattr(backend, "graph__new__")
    with pytest.raises(AttributeError):
        small._no_such_thing  # noqa: B018


def test_a_graph_that_was_compressed_is_given_back():
    graph = nx.MultiDiGraph([("a", 1), ("a", 1), (1, 1)])
    compressed = backend.convert_from_nx(graph)
    assert compressed.is_directed()
    assert compressed.is_multigraph()
    assert [2, 1] == compressed.multiplicity.tolist()
    assert graph is backend.convert_to_nx(compressed)
    assert 7 == backend.convert_to_nx(7)


def test_networkx_finds_the_backend_and_does_not_load_numba_for_it():
    code = (
        "import sys, networkx as nx; import influence.network.network;"
        "print(nx.utils.backends.backend_info['influence']['backend_name'],"
        "'Runs on arrays' in nx.pagerank.__doc__, {'numba', 'scipy', 'duckdb'} & set(sys.modules))"
    )
    for first in ("", "import influence.network.network;"):
        run = [sys.executable, "-W", "error", "-c", first + code]
        done = subprocess.run(run, capture_output=True, text=True, check=False)
        assert ("influence True set()\n", "") == (done.stdout, done.stderr)


def test_on_real_mail_the_answers_are_those_of_networkx():
    """1,005 people of a research institute (SNAP email-Eu-core)."""
    file = SHARED / "data" / "email_eu_core" / "email-Eu-core.txt"
    if not file.exists():
        pytest.skip("the shared data is not here: email_eu_core")
    ties = np.loadtxt(file, dtype=int, skiprows=1)
    network = Network.from_edges([f"{i:04}" for i in range(ties.max() + 1)], *ties.T)
    graph = network.graph()
    assert (1005, 24_929, 642) == (len(network), network.size(), network.self_loops)
    assert nx.core_number(graph) == nx.core_number(network)
    assert nx.constraint(graph) == pytest.approx(nx.constraint(network), nan_ok=True)
    assert nx.pagerank(graph, tol=1e-13, max_iter=999) == pytest.approx(nx.pagerank(network), abs=1e-10)
    expected, found = (nx.betweenness_centrality(each, k=25, seed=1) for each in (graph, network))
    assert expected == pytest.approx(found)
