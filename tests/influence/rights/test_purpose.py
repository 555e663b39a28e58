"""A workspace that is for the reports of some people asks why where somebody else is asked about."""

import pytest

from influence import Workspace
from influence.rights.purpose import PurposeError
from tests.influence.rights.test_readings import LOG

FOR_ANN = '[purpose]\nfor = ["Ann Berg"]\n'


def test_about_somebody_else_a_basis_is_needed_and_recorded(workspace):
    held = workspace(FOR_ANN, **LOG)
    held.report("x:1")
    with pytest.raises(PurposeError, match=r"not for reports about Bo Ek \(p2\): state on what basis"):
        held.report("x:2")
    with pytest.raises(PurposeError):
        held.compare(["x:1", "x:2"])
    with pytest.raises(PurposeError):
        held.access("x:2")
    held.close()
    with Workspace(held.path, basis="he asked for it himself") as again:
        again.report("x:2")
        told = [(one.command, one.leaders, one.basis) for one in again.readings.all()]
    assert [("report", ("p1",), None), ("report", ("p2",), "he asked for it himself")] == told


def test_somebody_who_sits_there_is_asked_once(workspace):
    held = workspace(FOR_ANN, **LOG)
    held.close()
    asked = []
    with Workspace(held.path, ask=lambda told: asked.append(told) or "a review") as again:
        again.report("x:2")
        again.compare(["x:1", "x:2"])
        assert ["Bo Ek (p2)"] == asked
        assert {"a review"} == {one.basis for one in again.readings.all()}


def test_an_answer_of_blanks_is_none(workspace):
    held = workspace(FOR_ANN, **LOG)
    held.close()
    with Workspace(held.path, basis="  ", ask=lambda _: " ") as again, pytest.raises(PurposeError):
        again.report("x:2")


def test_init_names_whose_reports_it_is_for(tmp_path):
    with Workspace.create(tmp_path / "w", ["ann@acme.example", 'Bo "the" Ek']) as held:
        assert ("ann@acme.example", 'Bo "the" Ek') == held.settings.reports_for


def asked_about_bo():
    """Each way to read about somebody: what would be recorded."""
    return {
        "met": lambda held: held.meetings.known("x:2"),
        "why met": lambda held: held.meetings.about("x:2", "x:1"),
        "what to label": lambda held: held.meetings.questions("x:2"),
        "a leader to measure": lambda held: held.ego("x:2"),
    }


@pytest.mark.parametrize("way", asked_about_bo())
def test_whom_somebody_met_and_what_is_measured_of_them_is_read_on_a_basis_too(workspace, way):
    held = workspace(FOR_ANN, **LOG)
    with pytest.raises(PurposeError):
        asked_about_bo()[way](held)
    held.close()
    with Workspace(held.path, basis="a review") as again:
        asked_about_bo()[way](again)
        assert [(("p2",), "a review")] == [(one.leaders, one.basis) for one in again.readings.all()]


def test_ties_of_those_who_have_not_met_are_entered_as_the_network_is(workspace):
    held = workspace(**LOG)
    held.digital_network()
    held.acquaintance()
    assert [("network", ())] == [(one.command, one.leaders) for one in held.readings.all()]


def test_who_reads_on_after_people_changed_reads_about_others(workspace, tmp_path):
    held = workspace(FOR_ANN, **LOG)
    held.report("x:1")
    first = held.analysis.people.who[0].person
    (tmp_path / "more.csv").write_text("id,time,actor,verb\nx:c,2026-03-03T10:00:00Z,a:0,post\n", "utf-8")
    held.import_path(tmp_path / "more.csv")
    assert first != held.analysis.people.who[0].person, "somebody else stands first now"
    with pytest.raises(PurposeError):
        held.report("a:0")
