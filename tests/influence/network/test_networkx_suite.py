"""networkx's own tests of every function that runs on arrays, with networkx behind it and without."""

import runpy
from collections import Counter

import networkx as nx
import pytest

from influence.network.networkx_backend.table import MODULE_OF
from tests.influence.network.test_networkx_backend import ITS_OWN_LEIDEN
from tests.kit.places import ROOT

TOOL = runpy.run_path(str(ROOT / "tools/networkx_suite.py"))


@pytest.fixture(scope="module")
def behind():
    return TOOL["run"](networkx_behind=True)


@pytest.fixture(scope="module")
def alone():
    return TOOL["run"](networkx_behind=False)


def test_with_networkx_behind_every_test_passes(behind):
    assert {"passed"} == set(behind["outcomes"].values())
    assert len(behind["outcomes"]) > 600


def test_on_arrays_alone_nothing_is_wrong(alone):
    how = Counter(alone["outcomes"].values())
    assert 0 == how["failed"]
    assert how["passed"] > 340


def test_networkx_tries_nearly_every_function_on_arrays(behind):
    of_their_own = {"leiden_communities", "leiden_partitions"} if ITS_OWN_LEIDEN else set()
    assert {"local_constraint"} | of_their_own == set(MODULE_OF) - set(behind["calls"])


def test_the_tables_are_what_came_of_it(behind, alone):
    document = TOOL["DOCUMENT"].read_text(encoding="utf-8")
    if f"networkx {nx.__version__}:" not in document:
        pytest.skip("the tables are of another networkx")
    again = "write them again with: .venv/bin/python tools/networkx_suite.py"
    assert TOOL["written"](document, behind, alone) == document, again
