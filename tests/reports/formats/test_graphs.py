"""A report as GEXF and GraphML: read back by networkx, and by the rules by which Gephi reads GEXF."""

import xml.etree.ElementTree as ET
from pathlib import Path

import networkx as nx
import pytest

from influence.contract.findings import EgoNetwork, Reached, Report
from reports.formats.graphs import write_gexf, write_graphml
from tests.kit.sample_report import LEADER, WINDOW, built, sample_report, ties_report
from tests.reports.formats.test_page import hostile_report

GOLDEN = Path(__file__).parent / "golden" / "network.gexf"
NAMESPACE = "{http://www.gexf.net/1.2draft}"
READ = {"string": str, "integer": int, "double": float, "boolean": lambda text: {"true": 1, "false": 0}[text]}
KINDS = {"gexf": (write_gexf, nx.read_gexf), "graphml": (write_graphml, nx.read_graphml)}


def small():
    return built(people=8, conversations=2, seed=7)


def written(report, kind, folder):
    (path,) = KINDS[kind][0](report, folder / f"network.{kind}")
    return KINDS[kind][1](path)


def assert_gephi_reads(path):
    """Check what Gephi's importer asks of a GEXF 1.2 file."""
    root = ET.parse(path).getroot()  # noqa: S314 (our own file)
    assert (f"{NAMESPACE}gexf", "1.2") == (root.tag, root.get("version"))
    graph = root.find(f"{NAMESPACE}graph")
    assert "directed" == graph.get("defaultedgetype")
    declared = {
        part.get("class"): {one.get("id"): one.get("type") for one in part}
        for part in graph.iter(f"{NAMESPACE}attributes")
    }
    assert {"step", "sphere", "m", "known", "met", "community", "organisation"} <= set(declared["node"])
    nodes = [node.get("id") for node in graph.iter(f"{NAMESPACE}node")]
    assert len(nodes) == len(set(nodes))
    edges = list(graph.iter(f"{NAMESPACE}edge"))
    assert len(edges) == len({edge.get("id") for edge in edges})
    assert all({edge.get("source"), edge.get("target")} <= set(nodes) for edge in edges)
    assert all(0 < float(edge.get("weight")) < float("inf") for edge in edges)
    for kind, tag in (("node", "node"), ("edge", "edge")):
        for value in (v for one in graph.iter(f"{NAMESPACE}{tag}") for v in one.iter(f"{NAMESPACE}attvalue")):
            READ[declared[kind][value.get("for")]](value.get("value"))
            assert value.get("value") not in {"None", "nan", "inf", ""}
    assert all(node.get("label") for node in graph.iter(f"{NAMESPACE}node"))


def test_the_file_of_a_small_report_is_the_golden_one_and_keeps_gephis_rules(tmp_path):
    (path,) = write_gexf(small(), tmp_path / "network.gexf")
    assert GOLDEN.read_text(encoding="utf-8") == path.read_text(encoding="utf-8")
    assert_gephi_reads(GOLDEN)


@pytest.mark.parametrize(
    "make", [sample_report, ties_report, lambda: hostile_report("<&\x00\ud800\ufffe\"'>")]
)
def test_any_report_keeps_gephis_rules(make, tmp_path):
    (path,) = write_gexf(make(), tmp_path / "network.gexf")
    assert_gephi_reads(path)


@pytest.mark.parametrize("kind", KINDS)
def test_everybody_reached_is_a_node_with_step_sphere_and_whether_met(kind, tmp_path):
    report = sample_report()
    graph = written(report, kind, tmp_path)
    assert {"p0", *(one.person for one in report.people)} == set(graph)
    for one in report.people:
        held = graph.nodes[one.person]
        assert (one.step, one.sphere, one.m, one.known) == (
            held["step"],
            held["sphere"],
            held["m"],
            held["known"],
        )
    assert "m" not in graph.nodes["p0"]


@pytest.mark.parametrize("kind", KINDS)
def test_the_ties_of_the_picture_keep_their_weight(kind, tmp_path):
    report = small()
    graph = written(report, kind, tmp_path)
    first = {(source, target): 0.0 for source, target, _ in report.network.edges}
    for source, target, weight in report.network.edges:
        first[source, target] += weight
    assert first == {(a, b): held["weight"] for a, b, held in graph.edges(data=True)}


def test_a_person_outside_the_picture_is_tied_by_their_evidence(tmp_path):
    report = sample_report()
    alone = Report(LEADER, WINDOW, {}, report.people, responses=report.responses, network=EgoNetwork())
    graph = written(alone, "gexf", tmp_path)
    one = next(each for each in report.people if each.depth == 1 and each.evidence)
    held = graph.edges["p0", one.person]
    assert (len(one.evidence), "evidence") == (held["weight"], held["counted"])


def test_two_ids_that_look_the_same_stay_two_people(tmp_path):
    people = tuple(Reached(person, "Ada", 4, 0.0, True, 1, "public", 1) for person in ("a\x00b", "ab"))
    graph = written(Report(LEADER, WINDOW, {}, people), "graphml", tmp_path)
    assert {"p0", "ab", "ab (2)"} == set(graph)
