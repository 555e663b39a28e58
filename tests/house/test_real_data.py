"""The first road on real input: what the commands find where the truth is known by other means."""

import csv
import json
import re
from collections import defaultdict
from datetime import datetime, timedelta

import pytest

from influence import Workspace, demo
from tests.kit.places import ROOT, TRASH_COUNTS

EXAMPLES = ROOT / "examples"


@pytest.fixture(scope="module")
def company(invented, tmp_path_factory):
    """The demo company in a workspace, as `influence demo` makes it."""
    workspace, _ = invented(tmp_path_factory.mktemp("demo") / "company")
    yield workspace
    workspace.close()


@pytest.mark.parametrize("role", ["beyond", "near"])
def test_of_teams_departments_and_employees_numbers_are_told_and_no_person(company, role):
    leader = demo.build().leaders[role]
    report = company.report(
        leader, measures=["team-beyond", "team-follows", "employees-against-brand", "walls"]
    )
    told = {
        name: json.dumps(finding.as_json(), default=str)
        for name, finding in report.findings.items()
        if name in {"team_beyond", "team_follows", "employees_against_brand", "walls"}
    }
    assert 4 == len(told)
    who = [one for one in company.analysis.people.who if one.person != leader]
    named = {one.person for one in who} | {one.name for one in who}
    assert len(named) > 1_000
    for name, text in told.items():
        words = set(re.findall(r'"([^"]+)"', text))
        assert not words & named, name


def test_reach_and_audience_tell_the_one_who_reaches_from_the_one_who_broadcasts(company):
    leaders = demo.build().leaders
    reaches, broadcasts = (
        company.report(leaders[role], measures=["four-steps", "exposure"]).findings
        for role in ("beyond", "broadcast")
    )
    assert broadcasts["audience"].value >= reaches["audience"].value
    assert reaches["reach_4"].value > 30 * broadcasts["reach_4"].value  # nearly all of his is a storm


def example(folder, name, *files):
    workspace = Workspace.create(folder / name)
    for file in files:
        workspace.import_path(EXAMPLES / name / file)
    return workspace


def test_the_department_as_its_example_says(tmp_path):
    with example(tmp_path, "aucs", "ties.csv") as workspace:
        found = workspace.report("aucs:U79").findings
    assert (11.0, 4.0, 4.0, 4.0) == (
        found["reach_3"].value,
        found["reach_4"].value,
        found["reach_4"].low,
        found["reach_4"].high,
    )


def test_the_congress_as_its_example_says(tmp_path):
    with example(tmp_path, "congress", "ties.csv", "met.csv", "people.csv") as workspace:
        found = workspace.report("x:393").findings
        assert (84.1, 81.0, 85.0) == tuple(
            round(value, 1) for value in (found["reach_4"].value, found["reach_4"].low, found["reach_4"].high)
        )
        assert found["pagerank"].detail.of == 475


def test_louise_kitchen_in_the_enron_mail(shared, tmp_path):
    with Workspace.create(tmp_path / "enron") as workspace:
        done = workspace.import_path(
            shared / "data/enron_executives/enron_executives.tar.xz", options=TRASH_COUNTS
        ).summary
        assert (14_912, 14_912) == (done.read, done.stored + done.known + done.aside)
        report = workspace.report("Louise Kitchen", "2000-05-01", "2001-12-31")
        who = {one.name: one for one in report.people}
        assert "louise.kitchen@enron.com" in report.leader["person"]
    assert {
        "John Lavorato",
        "Laura Luce",
        "Sally Beck",
        "Kevin Presto",
        "Faith Killen",
        "Frank Vickers",
        "Greg Piper",
        "Kimberly Hillis",
    } == {one.name for one in report.people if one.step == 3}
    assert (2, 2) == (who["Barbara Gray"].depth, who["Chip Schneider"].depth)
    assert all(response.inferred for response in report.responses.values() if response.target)
    assert any("were inferred" in reason for reason in report.reasons)
    assert 60 <= len(report.people) <= 70


def test_a_chief_executive_by_plain_counting(shared, tmp_path):
    folder = shared / "data/manufacturing_email"
    with Workspace.create(tmp_path / "factory") as workspace:
        workspace.import_path(folder / "communication.csv", zone="Europe/Warsaw")
        workspace.import_path(folder / "reportsto.csv")
        found = workspace.report("86")
    wrote_back, addressed = who_wrote_back(folder / "communication.csv", "86")
    assert (float(len(wrote_back)), 0.0) == (found.findings["reach_2"].value, found.findings["reach_4"].value)
    assert float(len(addressed)) == found.findings["audience"].value
    assert wrote_back == {one.person for one in found.people}


def who_wrote_back(file, leader):
    """Whose first mail after one of the leader's came within three days; and to whom the leader wrote."""
    mails = defaultdict(set)
    with file.open(newline="", encoding="utf-8") as rows:
        for row in csv.DictReader(rows, delimiter=";"):
            mails[row["Sender"], row["Recipient"]].add(datetime.fromisoformat(row["EventDate"]))
    wrote_back = set()
    for (sender, recipient), times in mails.items():
        back = sorted(mails.get((recipient, sender), ()))
        for time in times if sender == leader != recipient else ():
            after = [each for each in back if each > time]
            if after and after[0] - time <= timedelta(days=3):
                wrote_back.add(recipient)
    return wrote_back, {recipient for sender, recipient in mails if sender == leader} - {leader}
