"""What lies in the invented mailboxes besides what people say, and that a report is not moved by it."""

from collections import Counter, defaultdict
from dataclasses import replace
from datetime import timedelta
from functools import cache
from pathlib import Path

import pyarrow as pa
import pytest

from influence import Workspace
from influence.contract.records import Unsaid
from influence.demo import write
from influence.demo.mailroom import ASSISTANT, LETTER, LETTERS
from tests.influence.demo.shuffling import shuffled
from tests.kit.invented import company

CHIEF, LEADER, DESK = (
    f"email:{name}@vindhall.example" for name in ("aksel.brandt", "ylva.nordahl", "support")
)
EXPECTED = {"automatic": 500, "calendar answer": 100, "spam": 30, "draft": 5, "receipt": 3, "trash": 5}
"""At least so many of each."""


@cache
def rows(seed=1):
    return company(seed).activities.to_pylist()


@cache
def rows_shuffled():
    return shuffled(company(1), 7).activities.to_pylist()


def largest_share(sent):
    """The share of those who wrote most of a Sent folder but its owner."""
    by = Counter(row["actor"] for row in sent if row["actor"] != CHIEF)
    return max(by.values()) / len(sent)


def senders_unknown(activities):
    """Who sent the letter without ever having had a mail from the leader, or sent another."""
    senders = {row["actor"] for row in activities if row["text"] == LETTER}
    known = {account for row in activities if row["actor"] == LEADER for account in row["to"]}
    known |= {row["actor"] for row in activities if row["text"] != LETTER and LEADER in row["to"]}
    return senders - known


@cache
def imported(folder, *, all_said):
    invented = company()
    if all_said:
        place = invented.activities.schema.get_field_index("unsaid")
        nothing = pa.nulls(invented.activities.num_rows, pa.string())
        said = invented.activities.set_column(place, "unsaid", nothing)
        invented = replace(invented, activities=said)
    with Workspace.create(folder / str(all_said)) as workspace:
        done = [workspace.import_path(file) for file in write(invented, folder / f"{all_said}-files")]
        return done[0], workspace.report(invented.leaders["broadcast"], measures=["four-steps"])


@pytest.fixture(scope="module")
def broadcaster(tmp_path_factory):
    folder: Path = tmp_path_factory.mktemp("said")
    return lambda all_said: imported(folder, all_said=all_said)


@pytest.mark.parametrize("seed", [1, 2])
def test_there_is_something_of_every_kind_that_nobody_says(seed):
    found = Counter(row["unsaid"] for row in rows(seed) if row["unsaid"])
    assert {str(kind) for kind in Unsaid} == found.keys()
    assert [] == [kind for kind, least in EXPECTED.items() if found[kind] < least]


def test_what_nobody_says_is_counted_apart_on_import(broadcaster):
    done, _ = broadcaster(all_said=False)
    assert Counter(row["unsaid"] for row in rows() if row["unsaid"]) == done.unsaid


def test_the_broadcaster_is_answered_by_programs_and_by_hardly_anybody_else(broadcaster):
    programs = {
        row["actor"]
        for row in rows()
        if row["unsaid"] == "automatic" and "email:gareth.pryce@vindhall.example" in row["to"]
    }
    assert len(programs) >= 200
    _, report = broadcaster(all_said=False)
    assert report.findings["reach_4"].value < 30
    _, deceived = broadcaster(all_said=True)
    assert deceived.findings["reach_4"].value > 150


def test_a_program_answers_each_sender_once_a_week():
    answers = [row for row in rows() if row["unsaid"] == "automatic"]
    weeks = Counter(
        (row["actor"], row["to"][0], row["time"] - timedelta(row["time"].weekday())) for row in answers
    )
    assert {1} == set(weeks.values())


@pytest.mark.parametrize("seed", [1, 2])
def test_most_of_the_mail_in_the_chief_executive_s_sent_folder_is_by_his_assistant(seed):
    sent = [row for row in rows(seed) if row["outbox"] == CHIEF]
    by = Counter((row["actor"], row["typist"]) for row in sent)
    (assistant,) = {actor for actor, _ in by} - {CHIEF}
    names = {a: p["name"] for p in company(seed).people.to_pylist() for a in p["accounts"]}
    assert ASSISTANT == names[assistant]
    assert 0.55 * len(sent) < by[assistant, None] < 0.75 * len(sent)
    assert by[CHIEF, assistant] >= 20
    assert len(sent) == by[assistant, None] + by[CHIEF, assistant] + by[CHIEF, None]


def test_after_the_shuffle_nobody_writes_for_the_chief_executive():
    assert largest_share([row for row in rows() if row["outbox"] == CHIEF]) > 0.5
    assert largest_share([row for row in rows_shuffled() if row["outbox"] == CHIEF]) < 0.1


def test_only_the_chief_executive_s_sent_folder_was_brought_in():
    assert {CHIEF} == {row["outbox"] for row in rows()} - {None}
    his = [row for row in rows() if row["actor"] == CHIEF and not row["unsaid"]]
    assert {CHIEF} == {row["outbox"] for row in his}


def test_in_her_own_name_the_assistant_writes_little():
    own = [
        row for row in rows() if row["actor"] == "email:signhild.rask@vindhall.example" and not row["outbox"]
    ]
    assert 20 <= len(own) <= 60


def test_customers_write_to_a_desk_that_answers_most_of_them_and_says_who_typed():
    people = company(1).people.to_pylist()
    (desk,) = (row for row in people if DESK in row["accounts"])
    assert desk["bot"] is None
    customers = {account for row in people if row["sphere"] == "customer" for account in row["accounts"]}
    asked = [row for row in rows() if DESK in row["to"] and row["parent"] is None and not row["unsaid"]]
    assert set() == {row["actor"] for row in asked} - customers
    answered = [row for row in rows() if row["actor"] == DESK]
    assert 0.8 * len(asked) < len(answered) < len(asked)
    assert None not in {row["typist"] for row in answered}


@pytest.mark.parametrize("seed", [1, 2])
def test_one_letter_comes_from_many_strangers_within_a_fortnight(seed):
    letters = [row for row in rows(seed) if row["text"] == LETTER]
    times = [row["time"] for row in letters]
    assert LETTERS == len({row["actor"] for row in letters}) >= 25
    assert max(times) - min(times) < timedelta(14)
    told = defaultdict(set)
    for row in rows(seed):
        told[row["actor"]].update(row["to"])
    assert {LEADER} == {account for row in letters for account in told[row["actor"]]}
    assert [] == [row for row in rows(seed) if {row["actor"] for row in letters} & set(row["to"])]


def test_after_the_shuffle_the_letter_is_no_longer_one_of_strangers():
    assert LETTERS == len(senders_unknown(rows()))
    assert len(senders_unknown(rows_shuffled())) < 20
