import csv
import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from influence.contract.findings import Finding, Reached, Report
from influence.contract.plugins import load
from reports.formats.tables import defused, write_csv, write_json
from tests.kit.sample_report import LEADER, WINDOW, empty_report, large_report, sample_report, ties_report

REPORTS = [sample_report, large_report, empty_report, ties_report]


def read(path):
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


@pytest.mark.parametrize("make", REPORTS)
def test_json_reads_back_as_the_same_report(make, tmp_path):
    report = make()
    (path,) = write_json(report, tmp_path / "report.json")
    assert report == Report.from_json(json.loads(path.read_text(encoding="utf-8")))


def test_the_csv_holds_every_person_once_even_in_a_large_report(tmp_path):
    report = large_report()
    people, _ = write_csv(report, tmp_path / "report.csv")
    assert sorted(one.person for one in report.people) == sorted(row["person"] for row in read(people))


def test_the_csv_of_findings_stands_beside_and_holds_every_finding(tmp_path):
    report = sample_report()
    people, findings = write_csv(report, tmp_path / "mara.csv")
    assert ("mara.csv", "mara-findings.csv") == (people.name, findings.name)
    assert list(report.findings) == [row["finding"] for row in read(findings)]


def test_a_finding_without_a_value_has_an_empty_cell_and_its_reason(tmp_path):
    _, findings = write_csv(ties_report(), tmp_path / "report.csv")
    row = next(row for row in read(findings) if row["finding"] == "reach_4")
    assert ("", "the ties have no times") == (row["value"], row["reason"])


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r=", "＝", " ="])
def test_a_name_that_a_spreadsheet_would_run_is_defused(start, tmp_path):
    name = f"{start}HYPERLINK(A1)"
    person = Reached("=p", name, 4, 0.0, True, 1, "@public", 1)
    people, _ = write_csv(Report(LEADER, WINDOW, {}, people=(person,)), tmp_path / "report.csv")
    (row,) = read(people)
    on_its_line = name.replace("\r", " ")
    assert ("'=p", f"'{on_its_line}", "'@public") == (row["person"], row["name"], row["sphere"])


def test_what_a_csv_holds_steers_no_terminal_that_it_is_shown_on(tmp_path):
    steering = "\x1b[2J\x9b31m\u202eAnn\0\r\nEk\x7f\u2066"
    person = Reached("p", steering, 4, 0.0, True, 1, steering, 1, organisation=steering)
    found = Finding("reach_4", 1.0, "people", reason=steering, detail={"word": steering})
    for path in write_csv(Report(LEADER, WINDOW, {"reach_4": found}, people=(person,)), tmp_path / "r.csv"):
        assert not re.search(
            "[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]|\r(?!\n)",
            path.read_bytes().decode("utf-8"),
        )
        assert 2 == len(path.read_bytes().splitlines())


@given(st.text(alphabet=st.sampled_from("=+-@\t\r\n '\"a,;")))
def test_no_text_cell_starts_like_a_formula(text):
    assert str(defused(text)).lstrip(" ")[:1] not in set("=+-@\t\r\n") or text == ""


def test_a_number_stays_a_number():
    assert -1.5 == defused(-1.5)


def test_half_a_surrogate_pair_does_not_stop_a_report(tmp_path):
    person = Reached("p1", "Ada \ud800", 4, 0.0, True, 1, "public", 1)
    report = Report(LEADER, WINDOW, {"reach_4": Finding("reach_4", 1.0, "people")}, people=(person,))
    (path,) = write_json(report, tmp_path / "report.json")
    assert report == Report.from_json(json.loads(path.read_text(encoding="utf-8")))
    for name in ("csv", "html"):
        assert all(
            file.stat().st_size for file in load("influence.formats", name)(report, tmp_path / f"r.{name}")
        )
