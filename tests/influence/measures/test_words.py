"""A measure has one name, and finds what it announces, in the unit that it announces."""

from datetime import UTC, datetime, timedelta

import pytest

from influence.contract import plugins
from influence.contract.findings import Finding
from influence.contract.measures import GROUP, Definition, Measure, catalogue, finds
from influence.reach.ego import Ego

START = datetime(2026, 1, 1, tzinfo=UTC)


def test_entry_point_and_function_have_one_name():
    for name in plugins.names(GROUP):
        assert name.replace("-", "_") == plugins.load(GROUP, name).__name__


@pytest.fixture
def ego(workspace):
    def row(name, hours, actor, parent=None):
        time = (START + timedelta(hours=hours)).isoformat()
        more = {"verb": "reply", "parent": parent} if parent else {"verb": "post"}
        return {"id": name, "time": time, "actor": actor} | more

    rows = [
        row("p", 0, "s:lea"),
        row("a", 1, "s:ann", "p"),
        row("b", 2, "s:bob", "a"),
        row("c", 3, "s:lea", "a"),
    ]
    analysis = workspace(activities=rows).analysis
    return Ego(analysis, analysis.people.find("s:lea"), analysis.whole_window())


def test_every_measure_finds_what_it_announces_in_its_unit(ego):
    for measure in catalogue():
        announced = {name: words.unit for name, words in measure.finds.items()}
        assert announced == {name: finding.unit for name, finding in measure(ego).items()}, measure.name


def test_one_line_may_do():
    @finds(posts="how many items the leader made", hours=Definition("when", unit="hours"))
    def posts(_):
        return {"posts": Finding("posts", 1.0, "items")}

    assert Definition("how many items the leader made") == posts.finds["posts"]
    assert "hours" == posts.finds["hours"].unit


def test_a_measure_of_another_package_that_fails_says_why():
    def broken(_):
        return 1 / 0

    found = Measure("broken", broken, {"broken": Definition("nothing")})(None)
    assert f"the measure broken of {__name__} failed: division by zero" == found["broken"].reason
