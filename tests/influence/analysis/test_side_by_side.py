"""Side by side: every measure like for like, decided together, never ranked; what somebody mostly does."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from influence.analysis.alike import CannotCompare
from influence.analysis.asking import CannotAsk
from influence.analysis.comparison import CohortError
from influence.analysis.side_by_side import TOO_FEW_ACTS, compared_measures
from influence.chance.intervals import wilson
from influence.cli import main
from influence.contract.compared import WAYS, Compared
from influence.contract.plugins import PluginError
from influence.measures.peers import difference, p_of_difference
from influence.workspace.workspace import Workspace
from tests.influence.analysis.test_comparison import threads

FEW = ["reach_4", "response_rate", "own_output"]


@pytest.fixture(scope="module")
def three(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Ann draws 120 people by 120 posts, bob and cem 20 each by 80, and bob answers thirty others."""
    folder = tmp_path_factory.mktemp("three")
    rows = threads("ann", 120, lambda i: [f"a{i}"]) + threads(
        "bob", 80, lambda i: [f"b{i}"] if i % 4 == 0 else []
    )
    rows += threads("cem", 80, lambda i: [f"c{i}"] if i % 4 == 1 else []) + threads(
        "dan", 300, lambda _: ["bob"]
    )
    file = folder / "activities.jsonl"
    file.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    with Workspace.create(folder / "w") as one:
        one.import_path(file, connector="activities")
        yield one


def of(found: Compared, measure: str) -> set[frozenset[str]]:
    """Who is told apart by a measure."""
    return {
        frozenset({found.sides[one.one].name, found.sides[one.other].name})
        for one in found.differences
        if one.apart and one.measure == measure
    }


def test_sides_stand_in_the_order_given_and_that_changes_nothing_else(three: Workspace) -> None:
    found = three.compared(["x:cem", "x:ann", "x:bob"], measures=FEW)
    again = three.compared(["x:ann", "x:bob", "x:cem"], measures=FEW)
    assert [side.name for side in found.sides] == ["cem", "ann", "bob"]
    for measure in FEW:
        assert of(found, measure) == of(again, measure)
    assert of(found, "reach_4") == {frozenset({"ann", "bob"}), frozenset({"ann", "cem"})}


def test_what_counts_happenings_is_told_for_each_active_week(three: Workspace) -> None:
    found = three.compared(["x:ann", "x:cem"], measures=FEW)
    own = found.line("own_output")
    assert own.weekly
    for side, told, items in zip(found.sides, own.values, (120, 80), strict=True):
        assert told.value is not None
        assert told.value * side.weeks == pytest.approx(items)
        assert 0 < side.weeks <= side.of


def test_what_somebody_mostly_does(three: Workspace) -> None:
    found = three.compared(["x:ann", "x:bob", "x:dan"], measures=["reach_4"])
    roles = {side.name: side.role for side in found.sides}
    assert [roles[name].mostly for name in ("ann", "bob", "dan")] == ["begins", "answers", "begins"]
    assert (roles["bob"].times["answers"], roles["bob"].acts) == (300, 380)
    assert (roles["bob"].times["begins"], roles["bob"].times["broadcasts"]) == (20, 60)


def test_each_way_and_too_few_acts(workspace: Any) -> None:
    at = "2026-01-05T09:00:00Z"
    kinds: list[dict[str, Any]] = [
        {"verb": "post"},
        {"verb": "message", "to": ["x:b"]},
        {"verb": "message", "to": [f"x:{n}" for n in range(9)]},
        {"verb": "react", "parent": "q"},
        {"verb": "share", "parent": "q"},
        {"verb": "reply", "parent": "q", "mentions": ["x:b", "x:c"]},
        {"verb": "reply", "parent": "q"},
    ]
    rows = [{"id": "q", "time": "2026-01-05T08:00:00Z", "actor": "x:b", "verb": "post"}]
    rows += [{"id": f"k{n}", "time": at, "actor": "x:lea", **kind} for n, kind in enumerate(kinds)]
    one = workspace(activities=rows)
    found = one.compared(["x:lea", "x:b"], measures=["own_output"])
    (lea, b), own = found.sides, found.line("own_output")
    assert (lea.weeks, b.weeks, own.weekly) == (1, 1, False)
    assert [told.value for told in own.values] == [6, 1], "as they are: both were active in one week"
    told = {"answers": 1, "begins": 1, "connects": 2, "broadcasts": 2, "listens": 1}
    assert (lea.role.times, lea.role.mostly, lea.role.reason) == (told, None, TOO_FEW_ACTS)
    assert tuple(lea.role.times) == WAYS


def test_one_person_in_two_windows(three: Workspace) -> None:
    found = three.compared(["x:ann"], "2026-03-02", "2026-04-01", against="previous", measures=FEW)
    assert [side.window["since"][:10] for side in found.sides if side.window["since"]] == [
        "2026-01-31",
        "2026-03-02",
    ]
    assert found.one_person
    assert not any(one.apart for one in found.differences)


def test_what_cannot_be_compared_is_one_sentence(three: Workspace) -> None:
    with pytest.raises(CohortError, match="--against compares two windows of one person"):
        three.compared(["x:ann", "x:bob"], against="previous")
    with pytest.raises(CohortError, match="a comparison is of 2 to 30 people, not 1"):
        three.compared(["x:ann"])
    with pytest.raises(CannotAsk, match="is not over when the window begins"):
        three.compared(["x:ann"], "2026-03-02", "2026-04-01", against="2026-03-01..2026-03-20")
    with pytest.raises(CannotCompare, match="what is on record of x covers"):
        three.compared(["x:ann"], "2026-01-15", "2026-02-14", against="2025-12-16..2026-01-14", measures=FEW)
    with pytest.raises(PluginError, match="there is no measure 'reach_5'"):
        three.compared(["x:ann", "x:bob"], measures=["reach_5"])


def test_a_network_without_times_has_no_windows_and_no_weeks(workspace: Any) -> None:
    tie = {"source": "x:a", "target": "x:b", "meaning": "influence"}
    one = workspace(ties=[tie, {"source": "x:b", "target": "x:a", "meaning": "influence"}])
    found = one.compared(["x:a", "x:b"], measures=["reach_4"])
    assert ([side.of for side in found.sides], found.differences) == ([0, 0], ())
    with pytest.raises(CannotCompare, match="a network without times has no windows to compare"):
        one.compared(["x:a"], against="previous")


def test_nothing_that_ranks_or_is_about_everybody_is_compared() -> None:
    names = compared_measures()
    assert {"reach_4", "response_rate", "carry_on"} <= {*names}
    assert not {"voterank", "digital_voterank", "gini", "walls", "influence_test", "advice"} & {*names}


@settings(deadline=None)  # the first loads scipy
@given(st.integers(0, 60), st.integers(1, 60), st.integers(0, 60), st.integers(1, 60))
def test_p_is_small_just_where_the_interval_leaves_nothing_out(a: int, n: int, b: int, m: int) -> None:
    some, others = min(a, n), min(b, m)
    one, other = (some / n, wilson(some, n)), (others / m, wilson(others, m))
    low, high = difference(one, other)
    p = p_of_difference(one, other)
    assert 0 <= p <= 1
    if not np.isclose(low, 0, atol=1e-9) and not np.isclose(high, 0, atol=1e-9):
        assert (p < 0.05) == (not low <= 0 <= high)
    assert p == pytest.approx(p_of_difference(other, one))


def test_the_command_tells_and_writes(three: Workspace) -> None:
    three.close()
    runner = CliRunner(env={"INFLUENCE_WORKSPACE": str(three.path)})
    words = ["compare", "x:cem", "x:ann", "--measures", "reach_4,own_output"]
    done = runner.invoke(main, [*words, "--format", "html,pdf,txt"])
    assert done.exit_code == 0, done.output
    assert done.output.index("cem\n") < done.output.index("ann\n")
    assert "ann mostly begins: of 120 acts 120 begin." in done.output
    names = {file.name for file in (three.path / "reports").iterdir()}
    assert names == {"compare.html", "compare.pdf", "compare.txt"}
    assert (three.path / "reports/compare.pdf").read_bytes().startswith(b"%PDF")
    body = json.loads(runner.invoke(main, [*words, "--json"]).output)
    assert (body["schema"], len(body["compared"]["sides"])) == ("influence.comparison/1", 2)
    refused = runner.invoke(main, [*words, "--format", "docx"])
    assert (refused.exit_code, "docx" in refused.output) == (1, True)
