"""Runs networkx's own tests on the backend, and writes what came of them into docs/networkx.md.

Each test runs twice: with networkx behind the backend, and on the arrays alone, where networkx takes every test that
needs anything else for one that is expected to fail. Loaded by pytest (`-p tools.networkx_suite`) this file counts.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
DOCUMENT = ROOT / "docs/networkx.md"
BEGIN, END = "<!-- written by tools/networkx_suite.py -->\n", "<!-- end -->\n"
RECORD = "NETWORKX_SUITE_RECORD"
TESTS = {
    "assortativity": "correlation",
    "centrality": (
        "betweenness_centrality betweenness_centrality_subset closeness_centrality degree_centrality "
        "eigenvector_centrality harmonic_centrality katz_centrality voterank"
    ),
    "community": "label_propagation leiden louvain",
    "components": "connected strongly_connected weakly_connected",
    "link_analysis": "hits pagerank",
    "shortest_paths": "generic unweighted weighted",
    "": "cluster core link_prediction reciprocity structuralholes",
}
"""networkx's files of tests for the functions that run on arrays."""

calls: Counter[str] = Counter()
refused: Counter[tuple[str, str]] = Counter()
outcomes: dict[str, str] = {}


def pytest_collection_modifyitems() -> None:
    """Count every call from here on."""
    from influence.network.networkx_backend import interface

    interface._on_arrays = counted(interface._on_arrays)


def counted(run: Callable[..., Any]) -> Callable[..., Any]:
    """Return a runner of functions that counts, and notes what was refused and why."""

    def running(name: str, *args: Any, **kwargs: Any) -> Any:
        try:
            answer = run(name, *args, **kwargs)
        except NotImplementedError as refusal:
            refused[name, str(refusal)] += 1
            raise
        except Exception:
            calls[name] += 1  # an error is an answer too
            raise
        calls[name] += 1
        return answer

    return running


def pytest_runtest_logreport(report: Any) -> None:
    """Keep how each test ended, and why it was expected to fail."""
    if report.when == "call" or report.outcome != "passed":
        outcomes[report.nodeid] = getattr(report, "wasxfail", None) or report.outcome


def pytest_sessionfinish() -> None:
    """Write down what was counted."""
    record = {"outcomes": outcomes, "calls": calls, "refused": [[*key, n] for key, n in refused.items()]}
    Path(os.environ[RECORD]).write_text(json.dumps(record), encoding="utf-8")


def run(*, networkx_behind: bool) -> dict[str, Any]:
    """Run networkx's tests on the backend and return what was counted."""
    modules = (
        f"networkx.algorithms.{folder}.tests.test_{name}".replace("..", ".")
        for folder, names in TESTS.items()
        for name in names.split()
    )
    with tempfile.TemporaryDirectory() as folder:
        alone = Path(folder, "pytest.ini")
        alone.write_text("[pytest]\n", encoding="utf-8")
        command = [sys.executable, "-m", "pytest", "-q", "--tb=no", "-c", alone, "-p", "no:cacheprovider"]
        environment = {**os.environ, RECORD: f"{folder}/record", "NETWORKX_TEST_BACKEND": "influence"}
        environment.pop("PYTEST_XDIST_WORKER", None)
        if networkx_behind:
            environment["NETWORKX_FALLBACK_TO_NX"] = "1"
        run = [*command, "-p", "tools.networkx_suite", "--pyargs", *modules]
        subprocess.run(run, cwd=ROOT, env=environment, check=False, stdout=subprocess.DEVNULL)  # noqa: S603 (ours)
        record: dict[str, Any] = json.loads(Path(folder, "record").read_bytes())
    return record


def table(behind: dict[str, Any], alone: dict[str, Any]) -> str:
    """Return the tables: how the tests ended, what was called, what was refused, what is networkx's own."""
    import networkx as nx

    own = Counter(needed(why) for why in reasons(alone))
    refusals = sorted((name, why, n) for name, why, n in behind["refused"])
    rows = [
        f"networkx {nx.__version__}:",
        "",
        "| networkx's tests of these functions | run | passed | need what is not on arrays | failed |",
        "|---|---|---|---|---|",
        *(ended(title, record) for title, record in (("networkx behind", behind), ("arrays alone", alone))),
        "",
        "| function | calls on arrays in these tests |",
        "|---|---|",
        *(f"| `{name}` | {n:,} |" for name, n in sorted(behind["calls"].items())),
        "",
        "| refused, so that networkx runs it | reason | calls |",
        "|---|---|---|",
        *(f"| `{name}` | {why} | {n} |" for name, why, n in refusals),
        "",
        "| what tests need that is not on arrays | tests |",
        "|---|---|",
        *(f"| {why} | {n} |" for why, n in sorted(own.items(), key=lambda each: (-each[1], each[0]))),
        "",
    ]
    return "\n".join(rows)


def needed(why: str) -> str:
    """Return what was missing: a function that is networkx's own, or something of one that runs on arrays."""
    from influence.network.networkx_backend.table import MODULE_OF

    name = re.match(r"'(\w+)' not implemented", why)
    if name is None:
        return why
    return f"`{name[1]}`" + " with weights that a function gives" * (name[1] in MODULE_OF)


def reasons(record: dict[str, Any]) -> list[str]:
    """List why tests were expected to fail."""
    return [how for how in record["outcomes"].values() if how not in ("passed", "failed", "skipped")]


def ended(title: str, record: dict[str, Any]) -> str:
    """Return a line on how the tests ended."""
    how = Counter(record["outcomes"].values())
    needing = len(reasons(record))
    return f"| {title} | {how.total() - how['skipped']} | {how['passed']} | {needing} | {how['failed']} |"


def written(document: str, behind: dict[str, Any], alone: dict[str, Any]) -> str:
    """Return a document with the tables in their place."""
    before, _, rest = document.partition(BEGIN)
    return before + BEGIN + table(behind, alone) + END + rest.partition(END)[2]


if __name__ == "__main__":
    records = run(networkx_behind=True), run(networkx_behind=False)
    DOCUMENT.write_text(written(DOCUMENT.read_text(encoding="utf-8"), *records), encoding="utf-8")
