"""What is near a leader, taken alone from where the log lies, gives the numbers of the whole; the rest says so."""

from dataclasses import fields, replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from influence.contract.measures import NEAR_ONLY, catalogue
from tests.kit.draws import draws
from tests.kit.in_cluster import elsewhere
from tests.kit.logs import logs, stored
from tests.kit.plain_reading import DAY

NEAR = [measure.name for measure in catalogue() if measure.near]


@st.composite
def tangled(draw):
    """A log whose threads may bear names, answer what came later, or go round in circles."""
    activities, people, encounters, _, _ = draw(logs())
    ids = [row["id"] for row in activities]
    for row in activities:
        if draw(st.integers(0, 3)) == 0:
            row["conversation"] = draw(st.sampled_from(["one", "two", *ids]))
        if "parent" in row and draw(st.integers(0, 4)) == 0:
            row["parent"] = draw(st.sampled_from(ids))
    return activities, people, encounters


def item(name, actor, day, parent=None):
    """A post, or a reply to something."""
    answers = {"verb": "reply", "parent": parent} if parent else {"verb": "post"}
    return {"id": name, "time": day * DAY, "actor": actor, **answers}


def never():
    raise AssertionError("the whole log was asked for")


def told(analysis, code, measures=NEAR):
    """All that a report says, by name."""
    report = analysis.about(code, analysis.whole_window(), measures)
    return {each.name: getattr(report, each.name) for each in fields(report)}


def near(workspace, *codes):
    """What is near some leaders; the numbers of the whole log never come."""
    whole = elsewhere(workspace)
    whole.tables = replace(whole.tables, reads=never)
    return whole.near(codes)


def without_guesses(report):
    """A report but for what is told of the whole log's guesses and of where the numbers come from."""
    said = [one for one in report["reasons"] if "inferred, because" not in one and "--near" not in one]
    return {**report, "reasons": said}


def without_words(report):
    """A report but for the words of conversations, which everybody's talk tells apart."""
    return {**report, "conversations": [replace(one, words=()) for one in report["conversations"]]}


@settings(
    max_examples=draws(6, 150),
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(log=tangled())
def test_a_report_of_what_is_near_is_that_of_the_whole(log, tmp_path_factory):
    with stored(tmp_path_factory.mktemp("log"), *log) as workspace:
        if not workspace.analysis.dated:
            return
        code = workspace.analysis.people.find("p0")
        assert without_guesses(told(workspace.analysis, code)) == without_guesses(
            told(near(workspace, code), code)
        )


@pytest.fixture(scope="module")
def demo(invented, tmp_path_factory):
    """The invented company."""
    workspace, leader = invented(tmp_path_factory.mktemp("near") / "demo")
    yield workspace, workspace.analysis.people.find(leader)
    workspace.close()


def test_of_the_invented_company_an_eighth_is_near_its_leader_and_tells_the_same(demo):
    workspace, leader = demo
    part = near(workspace, leader)
    here, there = told(workspace.analysis, leader), told(part, leader)
    assert 5 * len(part.log.items) < len(workspace.analysis.log.items)
    assert without_guesses(without_words(here)) == without_guesses(without_words(there))


def test_what_needs_everybody_says_so(tmp_path):
    log = [item("a", "x:ann", 1), item("b", "x:bob", 2, "a"), item("c", "x:cem", 3)]
    with stored(tmp_path, log, [], []) as workspace:
        code = workspace.analysis.people.find("x:ann")
        part = near(workspace, code)
        found = part.about(code, part.whole_window()).findings
        assert len(part.log.items) == 2
    for measure in catalogue():
        if not measure.near:
            assert {found[name].reason for name in measure.finds} == {NEAR_ONLY}, measure.name
    assert found["reach_4"].value is not None


@pytest.mark.parametrize("length", [1, 2, 3, 7, 40])
def test_a_thread_is_near_from_end_to_end_and_no_other_is(tmp_path, length):
    def thread(name, of):
        above = [None, *(f"{name}{n}" for n in range(length))]
        return [item(f"{name}{n}", f"x:{of}{n % 3}", 1 + n, above[n]) for n in range(length)]

    last = item("last", "x:ann", length + 1, f"a{length - 1}")
    with stored(tmp_path, [*thread("a", "bob"), *thread("b", "cem"), last], [], []) as workspace:
        part = near(workspace, workspace.analysis.people.find("x:ann"))
        assert len(part.log.items) == length + 1
        assert len(set(part.log.items.conversation.tolist())) == 1


def test_what_answers_two_at_once_is_near_by_the_second_too(tmp_path):
    """Where neither threads nor subjects tell, dan answers eve and bob by one message: bob's answered ann."""

    def sent(name, day, actor, *to):
        return {**item(name, f"x:{actor}", day), "verb": "message", "to": [f"x:{one}" for one in to]}

    log = [
        sent("far", 1, "eve", "dan"),
        sent("own", 1.5, "ann", "bob"),
        sent("answer", 2, "bob", "ann", "dan"),
        sent("both", 3, "dan", "eve", "bob"),
        sent("other", 3, "fay", "gus"),
    ]
    with stored(tmp_path, log, [], []) as workspace:
        code = workspace.analysis.people.find("x:ann")
        part = near(workspace, code)
        found = told(part, code)
    assert len(part.log.items) == 4
    assert found["findings"]["passed_on"].value == 1


@pytest.mark.parametrize(
    "place", [elsewhere, lambda workspace: near(workspace, workspace.analysis.people.find("x:ann"))]
)
def test_a_window_within_an_hour_holds_what_was_done_in_it(tmp_path, place):
    log = [item(f"a{n}", "x:ann", 1 + n / 1440) for n in range(3)]
    with stored(tmp_path, log, [], []) as workspace:
        minute = workspace.window("2026-01-02T00:00:30+00:00", "2026-01-02T00:01:30+00:00")
        found = place(workspace).about(workspace.analysis.people.find("x:ann"), minute, ["exposure"])
    assert found.findings["own_output"].value == 1


def test_several_leaders_are_taken_at_once(demo):
    workspace, leader = demo
    other = workspace.analysis.people.find("e003")
    both = near(workspace, leader, other)
    for code in (leader, other):
        alone = near(workspace, code)
        assert len(alone.log.items) < len(both.log.items)
        assert told(both, code, ["four-steps"]) == told(alone, code, ["four-steps"])
