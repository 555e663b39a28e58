"""What waits for a leader: by what an answer is worth, marked as done or put off; small cases by hand."""

from __future__ import annotations

import json
from datetime import date, timedelta

import pytest
from click.testing import CliRunner

from influence.cli import main
from influence.corrections.waiting import WaitingError
from influence.measures.exchange import exchange
from influence.people.decisions import DecisionError
from tests.kit.asking import DAY0, asking

ego_of = asking("m:lea")
PEOPLE = [
    {"person": "lea", "accounts": ["m:lea"], "organisation": "Acme"},
    {"person": "kai", "accounts": ["m:kai"], "organisation": "Acme", "sphere": "company"},
    {"person": "tim", "accounts": ["m:tim"], "organisation": "Acme", "manager": "lea"},
    {"person": "cus", "accounts": ["m:cus"], "sphere": "customer"},
    {"person": "par", "accounts": ["m:par"], "sphere": "partner"},
]


def row(name, hours, actor, *to, parent=None, verb=None):
    verb = verb or ("reply" if parent else "message")
    time = (DAY0 + timedelta(hours=hours)).isoformat()
    accounts = {"to": [f"m:{who}" for who in to]}
    return {"id": name, "time": time, "actor": f"m:{actor}", "verb": verb, "parent": parent, **accounts}


@pytest.fixture
def made(workspace):
    """A workspace of a few activities, the last of which lies on the given day."""

    def found(*rows, last=20):
        states = [row("zz", 0, "yan"), row("zy", 1, "zoe", parent="zz"), row("zx", 24 * last, "yan")]
        return workspace(activities=[*states, *rows], people=PEOPLE)

    return found


def worth(one):
    return exchange(ego_of(one))["waiting_on_leader"].detail.worth


def order(one):
    return [each.person for each in worth(one)]


QUESTIONS = [
    row("k", 24, "kai", "lea"),
    row("t", 25, "tim", "lea"),
    row("c", 26, "cus", "lea"),
    row("p", 27, "par", "lea"),
]


def test_customers_and_partners_come_first_the_newest_before_the_others_and_the_team_last(made):
    """Nobody was ever met and nobody responded to anybody: w · (2 − m) · log2(2), m = 0.1 as supposed."""
    one = made(*QUESTIONS)
    assert ["par", "cus", "kai", "tim"] == order(one)
    values = {each.person: each.worth for each in worth(one)}
    assert values["par"] == values["cus"] == pytest.approx(2 * values["kai"])
    assert values["kai"] == pytest.approx(2 - 0.1)


def test_whom_others_respond_to_is_worth_more(made):
    """Two colleagues responded to Kai: log2(4) = 2 times what it would be, which is as much as a customer's."""
    answers = [
        row("ky", 30, "yan", parent="k"),
        row("kz", 31, "zoe", parent="k"),
        row("kl", 32, "zoe", parent="k"),
    ]
    found = {each.person: each for each in worth(made(*QUESTIONS, *answers))}
    assert 2 == found["kai"].answered_by
    assert found["kai"].worth == pytest.approx(found["par"].worth)


def test_those_who_wait_in_one_conversation_stand_as_one_under_who_weighs_most(made):
    one = made(row("k", 24, "kai", "lea"), row("c", 25, "cus", "lea", parent="k"), row("p", 27, "par", "lea"))
    first, second = worth(one)
    assert ("cus", 1, "c") == (first.person, first.others, first.last)
    assert ("par", 0) == (second.person, second.others)


def test_what_is_older_than_thirty_days_is_no_longer_worth_an_answer_but_counts(made):
    one = made(*QUESTIONS, row("late", 24 * 20, "kai", "lea"), last=40)
    found = exchange(ego_of(one))["waiting_on_leader"]
    assert (5, 1, ["kai"]) == (found.value, found.detail.still, [each.person for each in found.detail.worth])
    assert ["kai", "par", "cus", "kai", "tim"] == [
        each.person for each in one.waiting.listed("lea", older=True)
    ]
    assert ["kai"] == [each.person for each in one.waiting.listed("lea")]


def test_what_is_done_waits_no_longer_until_something_new_is_said(made, tmp_path):
    one = made(*QUESTIONS)
    name = worth(one)[0].short
    first, again = one.waiting.done("lea", name), one.waiting.done("lea", name)
    assert (False, True, first.decision) == (first.already, again.already, again.decision)
    found = exchange(ego_of(one))["waiting_on_leader"]
    assert (3, 1, 0) == (found.value, found.detail.done, found.detail.snoozed)
    assert ["cus", "kai", "tim"] == order(one)
    later = tmp_path / "later.jsonl"
    later.write_text(json.dumps(row("p2", 24 * 19, "par", "lea", parent="p")))
    one.import_path(later, connector="activities")
    found = exchange(ego_of(one))["waiting_on_leader"]
    assert (4, 0) == (found.value, found.detail.done)
    assert ["p2"] == [each.last for each in worth(one) if each.person == "par"]


def test_what_is_put_off_waits_again_when_the_record_reaches_that_day(made):
    one = made(*QUESTIONS, last=20)  # the last activity is of 21 January
    name = worth(one)[0].short
    one.waiting.snooze("lea", name, date(2026, 1, 22))
    found = exchange(ego_of(one))["waiting_on_leader"]
    assert (3, 0, 1) == (found.value, found.detail.done, found.detail.snoozed)
    one.waiting.undo("lea", 1)
    one.waiting.snooze("lea", name, date(2026, 1, 21))
    found = exchange(ego_of(one))["waiting_on_leader"]
    assert (4, 0) == (found.value, found.detail.snoozed)


def test_a_decision_is_listed_taken_back_and_taken_back_again(made):
    one = made(*QUESTIONS)
    one.waiting.done("lea", "p", because="by telephone")
    assert [("done", "p", "by telephone")] == [
        (each.verb, each.value, each.reason) for each in one.waiting.decisions("lea")
    ]
    one.waiting.undo("lea", 1)
    assert 4 == exchange(ego_of(one))["waiting_on_leader"].value
    one.waiting.undo("lea", 2)
    assert 3 == exchange(ego_of(one))["waiting_on_leader"].value
    assert [1, 2, 3] == [each.seq for each in one.waiting.decisions("lea")]
    assert [] == one.waiting.decisions("kai")
    with pytest.raises(WaitingError, match="decision 1 is not about what waits for kai"):
        one.waiting.undo("kai", 1)
    with pytest.raises(DecisionError, match="undone already"):
        one.waiting.undo("lea", 2)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("ffffff", "nothing called 'ffffff' waits for lea"),
        ("a", "nothing called 'a'"),
        ("", "nothing called ''"),
    ],
)
def test_what_does_not_wait_cannot_be_marked(made, name, said):
    with pytest.raises(WaitingError, match=said):
        made(*QUESTIONS).waiting.done("lea", name)


def test_the_command_lists_marks_and_takes_back(made):
    one, runner = made(*QUESTIONS), CliRunner()
    one.close()
    place = str(one.path)
    listed = runner.invoke(main, ["waiting", "lea", "-w", place]).output.splitlines()
    assert 5 == len(listed)
    name = listed[0].split()[0]
    assert f"  One that is done: influence waiting 'lea' done {name}" == listed[-1]
    assert "par (partner): wrote 19 days ago; met or not is unknown" in listed[0]
    done = runner.invoke(main, ["waiting", "lea", "-w", place, "done", name, "--because", "met her"])
    assert "Decision 1 is kept: done: p by m:par." in done.output
    again = runner.invoke(main, ["waiting", "lea", "-w", place, "done", "p"])
    assert "Decision 1 stood already" in again.output
    assert "because: met her" in runner.invoke(main, ["waiting", "lea", "-w", place, "decisions"]).output
    wrong = runner.invoke(main, ["waiting", "lea", "-w", place, "snooze", "c", "--until", "soon"])
    assert (2, True) == (wrong.exit_code, "is not a date such as" in wrong.output)
    assert 3 == len(json.loads(runner.invoke(main, ["waiting", "lea", "-w", place, "--json"]).output))
    back = runner.invoke(main, ["waiting", "lea", "-w", place, "undo", "1"])
    assert "Decision 1 is taken back by decision 2." in back.output
    assert listed == runner.invoke(main, ["waiting", "lea", "-w", place]).output.splitlines()
