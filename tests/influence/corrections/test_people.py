"""Setting right who is who: decisions that hold, outlive imports and can be undone."""

import json
import tomllib

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from influence import Workspace
from influence.corrections.spheres import as_settings, suggest
from influence.people.accounts import DECIDED, STATED, Accounts, Link
from influence.people.bots import told_by
from influence.people.decisions import DecisionError, Decisions
from influence.people.directory import UnknownPerson
from influence.people.identity import likely_links
from influence.store.schema import VERSION
from influence.store.store import Store

SEEN = [
    {"id": account, "time": "2026-01-01T09:00:00Z", "actor": account, "verb": "post"}
    for account in ("email:ann@acme.example", "email:bo@acme.example", "slack:T/U1", "x:7")
]
TABLE = [
    {"person": "p1", "name": "Ann Berg", "accounts": ["email:ann@acme.example", "slack:T/U1"]},
    {"person": "p2", "name": "Bo Ek", "accounts": ["email:bo@acme.example"], "sphere": "customer"},
]


def who(made, words):
    people = made.analysis.people
    return people.who[people.find(words)]


def accounts_of(made, words):
    return set(who(made, words).accounts)


def test_two_merged_people_are_one_under_either_id(workspace):
    made = workspace(activities=SEEN, people=TABLE)
    made.curation.merge("p1", "bo@acme.example", because="a second mailbox")
    assert who(made, "p1") == who(made, "p2")
    assert {"email:ann@acme.example", "email:bo@acme.example", "slack:T/U1"} == accounts_of(made, "p1")
    assert "customer" == who(made, "p1").sphere


def test_a_merge_is_undone_without_a_trace_in_the_numbers_and_with_one_in_the_log(workspace):
    made = workspace(activities=SEEN, people=TABLE)
    before = made.people()
    done = made.curation.merge("p1", "p2")
    made.curation.undo(done.seq, because="they are father and son")
    assert before == made.people()
    assert [("same", False), ("undo", True)] == [(one.verb, holds) for one, holds in made.curation.history()]


def test_an_undone_undoing_holds_again(workspace):
    made = workspace(activities=SEEN, people=TABLE)
    merge = made.curation.merge("p1", "p2")
    undoing = made.curation.undo(merge.seq)
    made.curation.undo(undoing.seq)
    assert who(made, "p1") == who(made, "p2")


def test_decisions_survive_a_second_import_of_the_same_and_of_more(workspace, tmp_path):
    made = workspace(activities=SEEN, people=TABLE)
    made.curation.split("p1", ["slack:T/U1"])
    made.curation.rename("p2", "Bo Ekman")
    again = tmp_path / "again.jsonl"
    again.write_text(
        "".join(json.dumps(row | {"department": "Sales"}) + "\n" for row in TABLE), encoding="utf-8"
    )
    made.import_path(again, connector="people")
    assert {"slack:T/U1"} == accounts_of(made, "slack:T/U1")
    assert ("Bo Ekman", "Sales") == (who(made, "p2").name, who(made, "p2").department)


def test_the_latest_of_two_contradicting_decisions_holds(workspace):
    made = workspace(activities=SEEN)
    made.curation.merge("ann@acme.example", "bo@acme.example")
    made.curation.split("ann@acme.example", ["bo@acme.example"])
    assert {"email:bo@acme.example"} == accounts_of(made, "bo@acme.example")
    made.curation.merge("ann@acme.example", "bo@acme.example")
    assert {"email:ann@acme.example", "email:bo@acme.example"} == accounts_of(made, "bo@acme.example")


def test_a_person_merged_into_themselves_is_refused(workspace):
    made = workspace(activities=SEEN, people=TABLE)
    with pytest.raises(DecisionError, match=r"are one person already: Ann Berg \(p1\)"):
        made.curation.merge("p1", "slack:T/U1")
    assert [] == made.curation.history()


@pytest.mark.parametrize(("account", "service"), [("x:7", "X"), ("reddit:ann", "Reddit")])
def test_an_account_of_x_or_reddit_is_matched_for_a_recorded_reason_only(workspace, account, service):
    seen = [{**row, "actor": account if row["actor"] == "x:7" else row["actor"]} for row in SEEN]
    made = workspace(activities=seen, people=TABLE)
    with pytest.raises(
        DecisionError, match=f"an account of {service} with .* recorded reason only: say --basis"
    ):
        made.curation.merge("p1", account)
    made.curation.merge("p1", account, basis="self-published", because="her profile")
    assert "self-published: her profile" in made.curation.show("p1").links[0].reason


def test_a_split_that_would_leave_nothing_is_refused(workspace):
    made = workspace(activities=SEEN)
    with pytest.raises(DecisionError, match="would be left with no account"):
        made.curation.split("x:7", ["x:7"])


def test_a_split_names_accounts_that_are_theirs(workspace):
    made = workspace(activities=SEEN, people=TABLE)
    with pytest.raises(
        DecisionError, match=r"is no account of Ann Berg, who has email:ann@acme\.example, slack:T/U1"
    ):
        made.curation.split("p1", ["x:7"])
    with pytest.raises(UnknownPerson):
        made.curation.split("nobody at all", ["x:7"])


def test_every_account_says_why_it_is_theirs(workspace):
    made = workspace(activities=SEEN, people=TABLE)
    links = made.curation.show("p1").links
    assert {"given together by people.jsonl"} == {link.reason for link in links}
    assert {STATED} == {link.stage for link in links}


@pytest.mark.parametrize(
    ("account", "kind"),
    [
        ("email:no-reply@shop.example", "bot"),
        ("email:mailer-daemon@acme.example", "bot"),
        ("github:dependabot[bot]", "bot"),
        ("email:sales-all@acme.example", "list"),
        ("email:anything@lists.acme.example", "list"),
        ("email:info@acme.example", "shared mailbox"),
        ("reddit:[deleted]", "deleted user"),
        ("github:ghost", "deleted user"),
        ("email:noreen.playfair@acme.example", None),
        ("email:ann.office@acme.example", None),
        ("reddit:all", None),
    ],
)
def test_the_signs_tell_what_is_no_single_human_being(account, kind):
    told = told_by([account], None)
    assert kind == (told and told[0])
    assert told is None or told[1]


def test_a_shared_mailbox_is_not_reached_until_the_user_says_that_it_is_a_person(workspace):
    activities = [
        {"id": "1", "time": "2026-01-01T09:00:00Z", "actor": "x:7", "verb": "post"},
        {
            "id": "2",
            "time": "2026-01-02T09:00:00Z",
            "actor": "email:info@a.example",
            "verb": "reply",
            "parent": "1",
        },
    ]
    made = workspace(activities=activities)
    assert () == made.report("x:7", measures=["reach_4"]).people
    made.curation.bot("info@a.example", kind="person", because="Ann alone reads it")
    assert ["email:info@a.example"] == [
        reached.person for reached in made.report("x:7", measures=["reach_4"]).people
    ]


def test_the_user_s_word_on_a_bot_overrules_the_source(workspace):
    made = workspace(activities=SEEN, people=[{"person": "b", "accounts": ["x:7"], "bot": True}])
    assert "its source says so" == who(made, "b").why
    made.curation.bot("b", kind="person")
    assert not who(made, "b").bot


def test_a_question_that_was_answered_is_not_asked_again(workspace):
    made = workspace(activities=SEEN)
    made.store.engine.run(
        "INSERT INTO link_log VALUES (1, 'email:ann@acme.example', 'slack:T/U1', 0.8, 2.0, 'review', 'same name')"
    )
    [question] = made.curation.questions()
    made.curation.answer(question, "no")
    assert [] == made.curation.questions()


def test_a_yes_makes_one_person_of_two(workspace):
    made = workspace(activities=SEEN)
    made.store.engine.run(
        "INSERT INTO link_log VALUES (1, 'email:ann@acme.example', 'slack:T/U1', 0.8, 2.0, 'review', 'same name')"
    )
    [question] = made.curation.questions()
    made.curation.answer(question, "yes")
    assert {"email:ann@acme.example", "slack:T/U1"} == accounts_of(made, "slack:T/U1")


def test_what_was_split_is_not_linked_again_by_likelihood(workspace):
    made = workspace(activities=SEEN)
    made.curation.merge("ann@acme.example", "slack:T/U1")
    made.curation.split("ann@acme.example", ["slack:T/U1"])
    made.store.engine.run(
        "INSERT INTO link_log VALUES (1, 'email:ann@acme.example', 'slack:T/U1', 1.0, 20.0, 'linked', 'same name')"
    )
    made.curation.rename("x:7", "X")  # everything is read anew
    assert 1 == len(likely_links(made.store.engine))
    assert {"slack:T/U1"} == accounts_of(made, "slack:T/U1")


ACCOUNTS = st.sampled_from([f"s:{n}" for n in range(6)])


@given(
    st.lists(st.tuples(ACCOUNTS, ACCOUNTS), max_size=6),
    st.lists(st.tuples(ACCOUNTS, ACCOUNTS).filter(lambda pair: pair[0] != pair[1]), max_size=4),
)
def test_what_is_put_apart_is_never_joined(links, apart):
    joined = Accounts()
    for one, other in apart:
        joined.part(one, other)
    for one, other in links:
        joined.join(Link(one, other, DECIDED, ""))
    assert not [pair for pair in apart if joined.together(*pair)]


@settings(deadline=None, max_examples=25)
@given(st.lists(st.booleans(), max_size=8))
def test_what_stands_is_what_was_not_undone(undo):
    decisions, stand = Decisions(Store().engine), []
    for number, undone in enumerate(undo):
        done = decisions.record("rename", ["x:1"], value=str(number))
        if undone:
            decisions.undo(done)
        else:
            stand.append(str(number))
    assert stand == [one.value for one in decisions.standing()]


def test_a_store_of_an_older_version_is_brought_up_when_it_is_opened(tmp_path):
    Workspace.create(tmp_path / "old").close()
    with duckdb.connect(str(tmp_path / "old" / "influence.duckdb")) as old:
        for table in ("decision_log", "link_log", "fit_log", "term_log", "exposure_log", "sent_log"):
            old.execute(f"DROP TABLE {table}")
        old.execute("UPDATE meta SET value = '1' WHERE key = 'version'")
    with Workspace(tmp_path / "old") as opened:
        assert [] == opened.curation.history()
        assert 0 == opened.store.engine.arrow("FROM term_log").num_rows
        assert (
            str(VERSION)
            == opened.store.engine.arrow("SELECT value FROM meta WHERE key = 'version'")[0][0].as_py()
        )


def test_a_list_in_a_rule_places_those_who_write_to_it(workspace):
    activities = [
        {"id": "1", "time": "2026-01-01T09:00:00Z", "actor": "x:7", "verb": "post"},
        {
            "id": "2",
            "time": "2026-01-02T09:00:00Z",
            "actor": "email:eve@b.example",
            "verb": "reply",
            "parent": "1",
            "to": ["email:users@lists.acme.example"],
        },
    ]
    settings = '[spheres]\ncustomer = ["list:users@lists.acme.example"]\n'
    [reached] = workspace(settings=settings, activities=activities).report("x:7", measures=["reach_4"]).people
    assert "customer" == reached.sphere


def test_spheres_are_suggested_with_what_tells_and_the_rest_stays_unknown(workspace):
    people = [
        {"person": f"h{n}", "accounts": [f"email:h{n}@acme.example"], "department": "Sales", "manager": "h0"}
        for n in range(3)
    ]
    outside = [
        "a@buyer.example",
        "b@buyer.example",
        "c@gmail.com",
        "d@gmail.com",
        "e@odd.example",
        "f@odd.example",
    ]
    activities = [
        {
            "id": f"{n}",
            "time": "2026-01-02T09:00:00Z",
            "actor": f"email:{one}",
            "verb": "message",
            "to": ["email:h1@acme.example"] if "buyer" in one else [],
        }
        for n, one in enumerate(outside)
    ]
    made = workspace(people=people, activities=activities)
    found = suggest(made.analysis.tables, {})
    assert {"buyer.example": "customer", "gmail.com": "public", "odd.example": None} == {
        one.house: one.sphere for one in found
    }
    assert {"customer": ["buyer.example"], "public": ["gmail.com"]} == tomllib.loads(as_settings(found))[
        "spheres"
    ]
