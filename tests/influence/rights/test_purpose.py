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
