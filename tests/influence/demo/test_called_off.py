"""Meetings called off or held in Teams stand in the leader's calendar file, and nobody has met her there."""

import re
from functools import cache

import pytest

from influence import Workspace
from influence.demo import write
from tests.kit.invented import company

GUESTS = re.compile(r"mailto:(\S+)")


def entries(text, *, online):
    events = text.split("BEGIN:VEVENT")[1:]
    return [event for event in events if ("Teams" in event) is online]


def guests(text, *, online):
    """The addresses of those who were asked, without hers."""
    asked = {address for event in entries(text, online=online) for address in GUESTS.findall(event)}
    return asked - {"ylva.nordahl@vindhall.example"}


@pytest.fixture(scope="module")
def reached(tmp_path_factory):
    """Who responded to her, by address, when this file is brought in with all else."""
    folder = tmp_path_factory.mktemp("called-off")
    invented = company()
    address = {
        row["person"]: next((a.removeprefix("email:") for a in row["accounts"] if "@" in a), None)
        for row in invented.people.to_pylist()
    }

    @cache
    def measured(calendar):
        name = str(hash(calendar))
        files = write(invented, folder / name)
        files[-1].write_text(calendar, encoding="utf-8", newline="")
        with Workspace.create(folder / f"{name}-workspace") as workspace:
            done = workspace.import_path(folder / name)
            report = workspace.report(invented.leaders["beyond"], measures=["four-steps"])
        return done, {address.get(one.person): one for one in report.people}

    return measured


def test_nobody_has_met_her_at_a_meeting_called_off_and_they_had_if_it_was_held(reached):
    done, people = reached(company().calendar)
    asked = guests(company().calendar, online=False)
    assert 12 == len(asked)
    assert 6 == done.by_connector["calendar"].aside
    assert max(people[one].m for one in asked) < 0.5

    confirmed = re.sub(r"SUMMARY:.*: ", "SUMMARY:", company().calendar).replace("CANCELLED", "CONFIRMED")
    done, people = reached(confirmed)
    assert 0 == done.by_connector["calendar"].aside
    assert min(people[one].m for one in asked) > 0.5


def test_nobody_has_met_her_in_teams_and_they_had_if_it_was_a_room(reached):
    asked = guests(company().calendar, online=True)
    assert 16 == len(asked)
    _, people = reached(company().calendar)
    assert max(people[one].m for one in asked) < 0.5

    _, people = reached(company().calendar.replace("Microsoft Teams Meeting", "Visitor centre"))
    assert min(people[one].m for one in asked) > 0.5


def test_the_calendar_invites_only_people_of_the_company_s_table():
    known = {account for row in company().people.to_pylist() for account in row["accounts"]}
    both = guests(company().calendar, online=False) | guests(company().calendar, online=True)
    assert set() == {f"email:{one}" for one in both} - known
