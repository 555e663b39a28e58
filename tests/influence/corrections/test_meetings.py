"""Whom a leader has met, end to end: from words, calendars and declarations to m(v), and back again."""

import json
from datetime import UTC, datetime

import numpy as np
import pytest
from click.testing import CliRunner

from influence.cli import main
from influence.contract.details.contact import FirstContacts
from influence.corrections.acquaintances import MeetingError
from influence.measures.contact import before_contact
from influence.met.calibration import FitError
from influence.people.directory import UnknownPerson
from tests.kit.logs import weekly

ANN, BO, CIA = "email:ann@acme.example", "email:bo@acme.example", "email:cia@acme.example"
WORDS = "It was lovely to meet you yesterday!"


def message(number, actor, to, day, **more):
    row = {"id": str(number), "time": f"2026-03-{day:02}T09:00:00Z", "actor": actor, "verb": "message"}
    return row | {"to": to} | more


def told(made):
    rows = made.store.engine.arrow(
        "SELECT id, people, place, deleted FROM encounters ORDER BY id"
    ).to_pylist()
    return {row["id"]: (row["people"], row["place"]) for row in rows}


def m(made, person=BO):
    return next(
        (round(one.m, 6), one.known)
        for one in made.report(ANN, measures=["reach_4"]).people
        if one.person == person
    )


def told_of(made, name):
    return made.report(ANN, measures=[name]).findings[name]


TALK = [
    message(1, ANN, [BO], 1, text=WORDS),
    message(2, BO, [ANN], 2, verb="reply", parent="1"),
]


def test_words_in_a_message_are_evidence_for_writer_and_addressee(workspace):
    made = workspace(activities=TALK)
    assert {"words:1": ([ANN, BO], "message 1")} == told(made)
    assert (1 - 0.9 * 0.4, True) == pytest.approx(m(made))


def test_the_words_themselves_are_not_kept(workspace):
    made = workspace(activities=TALK)
    made.close()
    assert not any(b"lovely to" in file.read_bytes() for file in made.path.rglob("*") if file.is_file())


def test_importing_twice_adds_no_words_and_counts_no_rows(workspace, tmp_path):
    made = workspace(activities=TALK)
    again = made.import_path(tmp_path / "activities.jsonl", connector="activities").summary
    assert (2, 0, 2, 0) == (again.read, again.stored, again.known, again.aside)
    assert 1 == made.store.engine.arrow("SELECT count(*) AS n FROM encounter_log").column("n")[0].as_py()


def test_the_rows_of_a_file_with_words_are_the_rows_of_the_file(workspace, tmp_path):
    made = workspace()
    file = tmp_path / "said.jsonl"
    file.write_text("".join(json.dumps(row) + "\n" for row in TALK), encoding="utf-8")
    done = made.import_path(file, connector="activities").summary
    assert (2, 2, 0, 0) == (done.read, done.stored, done.known, done.aside)


@pytest.mark.parametrize("to", [[BO, CIA], [BO, CIA, "email:dan@acme.example"]])
def test_words_to_several_people_tell_of_nobody_unless_they_answer_one(workspace, to):
    row = message(1, ANN, to, 1, text=WORDS)
    assert {} == told(workspace(activities=[row]))
    asked = message(0, BO, [ANN], 1)
    answer = row | {"verb": "reply", "parent": "0", "time": "2026-03-02T09:00:00Z"}
    assert {"words:1": ([ANN, BO], "message 1")} == told(workspace(activities=[asked, answer]))


def test_words_in_an_answer_tell_of_whom_it_answers_whatever_comes_first(workspace):
    asked = message(1, BO, [], 1, channel="hall")
    answer = message(2, ANN, [], 2, verb="reply", parent="1", channel="hall", text=WORDS)
    for rows in ([asked, answer], [answer, asked]):
        assert {"words:2": ([ANN, BO], "message 2")} == told(workspace(activities=rows))


def test_words_in_an_answer_wait_for_the_import_that_brings_what_is_answered(workspace, tmp_path):
    made = workspace(activities=[message(2, ANN, [], 2, verb="reply", parent="1", text=WORDS)])
    assert {"words:2": ([ANN], "message 2")} == told(made)
    later = tmp_path / "later.jsonl"
    later.write_text(json.dumps(message(1, BO, [], 1)) + "\n", encoding="utf-8")
    made.import_path(later, connector="activities")
    assert {"words:2": ([ANN, BO], "message 2")} == told(made)


def test_a_copy_of_a_message_tells_nothing_more(workspace):
    row = message(1, ANN, [BO], 1, text=WORDS, fingerprint="same")
    assert 1 == len(told(workspace(activities=[row, row | {"id": "9"}])))


def test_words_of_a_deleted_message_are_gone(workspace, tmp_path):
    made = workspace(activities=TALK)
    gone = tmp_path / "gone.jsonl"
    gone.write_text(json.dumps(TALK[0] | {"deleted": True}) + "\n", encoding="utf-8")
    made.import_path(gone, connector="activities")
    assert {} == told(made)
    made.import_path(tmp_path / "activities.jsonl", connector="activities")
    assert {} == told(made)  # an old export brings nothing back


def test_words_of_one_message_do_not_make_everybody_with_mail_known(workspace):
    rows = [*TALK, message(3, CIA, [ANN], 3, verb="reply", parent="1")]
    assert (0.1, False) == m(workspace(activities=rows), CIA)


@pytest.mark.parametrize("text", [f"> {WORDS}", "See you tomorrow", f"On Monday Bo wrote:\n> {WORDS}"])
def test_a_message_that_does_not_tell_leaves_nothing(workspace, text):
    assert {} == told(workspace(activities=[message(1, ANN, [BO], 1, text=text)]))


# --- declared, explained, undone ----------------------------------------------------------------------------


POST = {"id": "1", "time": "2026-03-01T09:00:00Z", "actor": ANN, "verb": "post"}
REPLIES = [
    {"id": f"r{n}", "time": f"2026-03-02T09:00:0{n}Z", "actor": actor, "verb": "reply", "parent": "1"}
    for n, actor in enumerate([BO, CIA])
]
CALENDAR = {
    "time": "2026-04-01T09:00:00Z",
    "people": [ANN, BO],
    "kind": "in_person",
    "evidence": "calendar",
    "place": "Oslo",
}
PAT = "email:pat@acme.example"
KEPT = weekly(ANN, PAT, "2026-03-02T00:00:00")
"""A calendar kept for the whole year before the responses."""


@pytest.fixture
def made(workspace):
    return workspace(activities=[POST, *REPLIES], encounters=[CALENDAR, *KEPT])


def test_a_declaration_overrules_and_the_latest_wins(made):
    assert (0.0, True) == m(made)  # met a month after the first response
    done = made.meetings.declare(ANN, BO, met=True, because="lunch", by="ann")
    assert (2.0, 1.0) == (round(done.before, 6), round(done.after, 6))
    assert (1.0, True) == m(made)
    done = made.meetings.declare(ANN, BO, met=False)
    assert ["decision 1 by ann on"] == [said[:20] for said in done.contradicts]
    assert (0.0, True) == m(made)
    assert 2.0 == told_of(made, "reach_4").value


def test_a_declaration_counts_for_both_leaders(made):
    made.meetings.declare(BO, ANN, met=True)
    assert (1.0, True) == m(made)


def test_a_declaration_by_command_overrules_an_imported_one_of_any_date(workspace):
    late = CALENDAR | {"evidence": "declared", "kind": "never", "time": "2030-01-01T00:00:00Z"}
    made = workspace(activities=[POST, *REPLIES], encounters=[late])
    done = made.meetings.declare(ANN, BO, met=True)
    assert ["an imported declaration says never"] == done.contradicts
    assert (1.0, True) == m(made)


def test_undoing_brings_back_what_was_said_before(made):
    made.meetings.declare(ANN, BO, met=False)
    made.meetings.declare(ANN, BO, met=True)
    made.meetings.undo(ANN, 2)
    assert [("declared", "never")] == [(p.evidence, p.kind) for p in made.meetings.about(ANN, BO)[0].pieces]
    made.meetings.undo(ANN, 1)
    assert [CALENDAR["place"]] == [piece.place for piece in made.meetings.about(ANN, BO)[0].later]
    assert [1, 2, 3, 4] == [one.seq for one in made.meetings.decisions(ANN)]


def test_a_decision_about_others_is_not_undone_here(made):
    made.meetings.declare(ANN, BO, met=True)
    with pytest.raises(MeetingError, match="decision 1 is not about whom"):
        made.meetings.undo(CIA, 1)


def test_nobody_meets_themselves(made):
    with pytest.raises(MeetingError, match="nobody meets themselves"):
        made.meetings.declare(ANN, ANN, met=True)


def test_an_unknown_person_is_told_the_nearest(made):
    with pytest.raises(UnknownPerson, match="did you mean"):
        made.meetings.declare(ANN, "bo@acme.exampel", met=True)


def test_a_declaration_outlives_an_import_that_makes_the_account_a_person(made, tmp_path):
    made.meetings.declare(ANN, BO, met=True)
    people = tmp_path / "later.jsonl"
    people.write_text(json.dumps({"person": "p7", "accounts": [BO, "x:7"]}) + "\n", encoding="utf-8")
    made.import_path(people, connector="people")
    assert (1.0, True) == m(made, "p7")


def test_a_declared_date_is_an_encounter(made):
    made.meetings.declare(ANN, CIA, met=True, on=datetime(2026, 5, 1, tzinfo=UTC))
    assert (BO, CIA) == told_of(made, "crossings").detail.digital_first


def test_the_list_has_everybody_reached_and_everybody_with_evidence(workspace):
    other = CALENDAR | {"people": [ANN, "email:dan@acme.example"]}
    made = workspace(activities=[POST, *REPLIES], encounters=[CALENDAR, other, *KEPT])
    rows = {row.person: (round(row.m, 6), row.step) for row in made.meetings.known(ANN)}
    assert {BO: (0.0, 4), CIA: (0.0, 4), "email:dan@acme.example": (0.0, None)} == rows


# --- what cannot be meant -----------------------------------------------------------------------------------


def test_doubtful_encounters_are_kept_and_told(workspace):
    rows = [
        CALENDAR | {"id": "late", "time": "2026-12-31T09:00:00Z"},
        CALENDAR | {"id": "alone", "people": [ANN, "x:ann"], "time": "2026-03-01T09:00:00Z"},
        CALENDAR | {"id": "yes", "evidence": "declared", "time": "2026-03-01T09:00:00Z"},
        CALENDAR | {"id": "no", "evidence": "declared", "kind": "never", "time": "2026-03-01T09:00:00Z"},
    ]
    both = {"person": ANN, "accounts": [ANN, "x:ann"]}
    made = workspace(activities=[POST, *REPLIES], encounters=rows, people=[both])
    told = made.meetings.doubts()
    assert 3 == len(told)
    assert told[0].startswith("encounter late is dated 31 Dec 2026")
    assert told[1].startswith(f"encounter alone names one person only ({ANN})")
    assert told[2].startswith(f"{ANN} and {BO} are declared both met and never met")
    made.meetings.declare(ANN, BO, met=True)
    assert 2 == len(made.meetings.doubts())


def test_names_that_nobody_bears_are_told_once_and_are_no_meeting_with_oneself(workspace):
    rows = [CALENDAR | {"id": str(n), "people": [ANN, f"name:bo nr{n}"]} for n in range(300)]
    told = workspace(activities=[POST, *REPLIES], encounters=rows).meetings.doubts()
    assert 1 == sum(
        "called so by nobody here: 300, such as 'bo nr0', in 300 of the encounters" in one for one in told
    )
    assert not any("nobody meets themselves" in one for one in told)


def test_a_meeting_of_a_crowd_is_kept_and_tells_next_to_nothing(workspace):
    listed = CALENDAR | {
        "people": [ANN, BO, *(f"email:{n}@acme.example" for n in range(20_000))],
        "time": "2026-02-01T09:00:00Z",
    }
    stated = CALENDAR | {"people": [ANN, CIA], "attendees": 1_000_000, "time": "2026-02-01T09:00:00Z"}
    made = workspace(activities=[POST, *REPLIES], encounters=[stated, listed])
    met = made.meetings.ego(ANN).met
    asked = np.array([made.analysis.people.find(person) for person in (BO, CIA)])
    recorded = 1 - met.seen(asked, np.full(2, 2**60)).missed
    assert [0.95 * 8 / 20_002, 0.95 * 8 / 1_000_000] == pytest.approx(recorded.tolist())
    assert 20_002 == len(met.told)


def test_managers_in_a_cycle_are_no_hindrance(workspace):
    people = [
        {"person": "ann", "accounts": [ANN], "manager": "bo", "site": "Oslo"},
        {"person": "bo", "accounts": [BO], "manager": "ann", "site": "Oslo"},
        {"person": "cia", "accounts": [CIA], "manager": "bo", "site": "Oslo"},
    ]
    made = workspace(activities=[POST, *REPLIES], people=people)
    rows = {row.person: (round(row.m, 6), row.known) for row in made.meetings.known("ann")}
    assert {"bo": (0.1, False), "cia": (0.91, True)} == rows


# --- labels and what is fitted to them ----------------------------------------------------------------------


def crowd(count):
    """Half of the people were at a table with Ann before they responded, half at an online meeting."""
    people = [f"email:p{n:03}@acme.example" for n in range(count)]
    replies = [
        {
            "id": f"r{n}",
            "time": f"2026-03-02T09:{n // 60:02}:{n % 60:02}Z",
            "actor": who,
            "verb": "reply",
            "parent": "1",
        }
        for n, who in enumerate(people)
    ]
    meetings = [
        CALENDAR
        | {"people": [ANN, who], "time": "2026-02-01T09:00:00Z", "kind": "unknown" if n % 2 else "online"}
        for n, who in enumerate(people)
    ]
    return [POST, *replies], [*meetings, *KEPT]


def test_the_answers_that_would_move_the_headline_most_are_asked_for_first(workspace):
    activities, meetings = crowd(60)
    made = workspace(activities=activities, encounters=meetings)
    asked = made.meetings.questions(ANN)
    assert 50 == len(asked)
    assert 30 == sum(
        bool(question.pieces) and question.pieces[0].kind == "unknown" for question in asked[:30]
    )
    made.meetings.label(ANN, asked[0], "met")
    made.meetings.label(ANN, asked[1], "unsure")
    left = {question.person for question in made.meetings.questions(ANN, most=100)}
    assert 58 == len(left)
    assert (1.0, True) == m(made, asked[0].person)


@pytest.fixture
def labelled(workspace):
    """Whoever sat at a table had met, but for one in ten."""
    activities, meetings = crowd(80)
    made = workspace(activities=activities, encounters=meetings)
    for n, question in enumerate(sorted(made.meetings.questions(ANN, most=80), key=lambda q: q.person)[:60]):
        made.meetings.label(ANN, question, "met" if n % 2 and n % 20 != 1 else "never")
    made._forget_analysis()
    return made


def test_a_fit_is_shown_before_it_is_used_and_can_be_taken_back(labelled):
    before = told_of(labelled, "reach_4").value
    found = labelled.meetings.propose(ANN)
    assert 60 == found.fit.labels
    assert found.fit.brier < found.fit.brier_default
    assert before == pytest.approx(found.before)
    assert before == told_of(labelled, "reach_4").value
    assert 1 == labelled.meetings.accept(found)
    assert found.after == pytest.approx(told_of(labelled, "reach_4").value)
    assert 0.8 < m(labelled, "email:p071@acme.example")[0] < 1
    assert 1 == labelled.meetings.unfit()
    assert before == pytest.approx(told_of(labelled, "reach_4").value)
    with pytest.raises(FitError, match="no fit is in use"):
        labelled.meetings.unfit()


def test_answers_about_some_of_whom_nothing_tells_teach_what_to_suppose_of_the_others(workspace):
    made = workspace(activities=crowd(80)[0])
    for n, question in enumerate(sorted(made.meetings.questions(ANN, most=80), key=lambda q: q.person)[:60]):
        made.meetings.label(ANN, question, "met" if n % 3 == 0 else "never")
    made._forget_analysis()
    other = "email:p075@acme.example"
    assert ((20 + 10 * 0.1) / (60 + 10), False) == pytest.approx(m(made, other), abs=1e-6)
    made.meetings.accept(made.meetings.propose(ANN))
    assert 1 / 3 == pytest.approx(m(made, other)[0], abs=0.02)  # with a fit the setting no longer weighs


def test_those_of_whom_nothing_tells_are_asked_about_first(workspace):
    activities, meetings = crowd(10)
    strangers = [
        {"id": f"s{n}", "time": "2026-03-02T10:00:00Z", "actor": f"x:{n}", "verb": "reply", "parent": "1"}
        for n in range(3)
    ]
    made = workspace(activities=[*activities, *strangers], encounters=meetings)
    assert ["x:0", "x:1", "x:2"] == [question.person for question in made.meetings.questions(ANN, most=3)]


def test_a_fit_of_few_labels_or_of_one_answer_is_refused_in_plain_words(workspace):
    activities, meetings = crowd(60)
    made = workspace(activities=activities, encounters=meetings)
    with pytest.raises(FitError, match=r"needs 50 labels .* there are 0"):
        made.meetings.propose(ANN)
    for question in made.meetings.questions(ANN, most=60):
        made.meetings.label(ANN, question, "never")
    with pytest.raises(FitError, match=r"of 60, 0 say met and 60 say never"):
        made.meetings.propose(ANN)


# --- the command --------------------------------------------------------------------------------------------


@pytest.fixture
def typed(made):
    made.close()

    def run(*words, answers=None):
        done = CliRunner().invoke(
            main, ["met", *words], input=answers, env={"INFLUENCE_WORKSPACE": str(made.path)}
        )
        return done.exit_code, done.stdout, done.stderr

    return run


def test_met_lists_who_how_sure_and_on_which_evidence(typed):
    code, out, _ = typed(ANN)
    assert 0 == code
    assert "never met       bo@acme.example" in out
    assert "no evidence; later: a calendar meeting in person, 2 people, 2026-04-01, Oslo" in out
    rows = json.loads(typed(ANN, "--json")[1])
    assert {BO: 0.0, CIA: 0.0} == {row["person"]: row["m"] for row in rows}
    assert rows == json.loads(typed("--json", ANN)[1])


def test_explain_writes_the_sum_out(typed):
    assert 0 == typed(ANN, "declare", BO, "--met", "--on", "2026-01-15", "--because", "lunch")[0]
    code, out, _ = typed(ANN, "explain", BO)
    assert 0 == code
    assert "m = 1: a declaration overrules all evidence" in out
    assert "first encounter: 2026-01-15" in out
    typed(ANN, "undo", "1")
    code, out, _ = typed("--until", "2026-05-01", ANN, "explain", BO)
    assert "the calendar was kept in 12 of the 12 months before" in out
    assert "m = 0.000 by the first response, 2026-03-02" in out
    assert "too late to count" in out


def test_the_sum_of_some_pieces_is_written_out(workspace):
    vague = [CALENDAR | {"time": f"2026-02-0{day}T09:00:00Z", "kind": "unknown"} for day in (1, 2)]
    early = CALENDAR | {"time": "2026-02-03T09:00:00Z", "attendees": 16}
    made = workspace(activities=[POST, *REPLIES], encounters=[*vague, early])
    made.close()
    done = CliRunner().invoke(main, ["met", ANN, "explain", BO, "-w", str(made.path)])
    assert 2 == done.exit_code  # -w is the group's
    done = CliRunner().invoke(main, ["met", "-w", str(made.path), ANN, "explain", BO])
    assert (
        "m = 1 − (1 − 0.475) × (1 − 0.4) × (1 − 0.1) = 0.717 by the first response, 2026-03-02" in done.stdout
    )
    assert "of meetings of unknown kind only the strongest counts" in done.stdout
    assert "not known" in done.stdout  # no piece is strong, and no calendar was kept


def test_declare_says_how_the_headline_moves_and_what_it_contradicts(typed):
    assert "moves from 2 to 1 person never met" in typed(ANN, "declare", BO, "--met")[1]
    assert "decision 1" in typed(ANN, "declare", BO, "--never")[1]
    assert 2 == len(json.loads(typed(ANN, "decisions", "--json")[1]))


@pytest.mark.parametrize(
    ("words", "code", "reason"),
    [
        (["declare", BO], 2, "say --met or --never"),
        (["declare", BO, "--met", "--on", "soon"], 2, "is not a date"),
        (["declare", BO, "--never", "--on", "2026-01-01"], 1, "no date on which"),
        (["declare", "bo@acme.exampel", "--met"], 1, "did you mean"),
        (["declare", ANN, "--met"], 1, "nobody meets themselves"),
        (["undo", "7"], 1, "there is no decision 7"),
        (["fit"], 1, "a fit needs 50 labels"),
        (["fit", "--undo"], 1, "no fit is in use"),
    ],
)
def test_what_cannot_be_meant_is_refused_in_one_sentence(typed, words, code, reason):
    found, _, error = typed(ANN, *words)
    assert code == found
    assert reason in error


def test_label_asks_one_at_a_time_and_reads_answers_from_a_pipe(workspace):
    activities, meetings = crowd(6)
    made = workspace(activities=activities, encounters=meetings)
    made.close()
    words = ["met", "-w", str(made.path), ANN, "label"]
    done = CliRunner().invoke(main, words, input="m\nnever\nd\ns\n")
    assert 0 == done.exit_code
    assert "1 of 6: p001@acme.example" in done.stdout
    assert "0.4" not in done.stdout  # the witness is not led
    assert "3 answers kept." in done.stdout
    assert "The headline stays 5 people never met." in done.stdout
    done = CliRunner().invoke(main, words, input="m\n")
    assert "1 of 3:" in done.stdout
    assert "1 answers kept." in done.stdout


def test_fit_by_command_shows_the_scores_and_what_changes(labelled):
    labelled.close()
    words = ["met", "-w", str(labelled.path), ANN, "fit"]
    done = CliRunner().invoke(main, words)
    assert 0 == done.exit_code
    assert "60 labels. Brier score" in done.stdout
    assert "better than the default" in done.stdout
    assert "Nothing is changed yet" in done.stdout
    assert "Fit 1 is in use" in CliRunner().invoke(main, [*words, "--accept"]).stdout
    assert (
        "as fitted to your labels"
        in CliRunner()
        .invoke(main, ["met", "-w", str(labelled.path), ANN, "explain", "email:p071@acme.example"])
        .stdout
    )
    assert "Fit 1 is taken back" in CliRunner().invoke(main, [*words, "--undo"]).stdout


# --- influenced before first contact ------------------------------------------------------------------------


def test_customers_who_responded_before_the_first_meeting_come_first(workspace):
    people = [{"person": "bo", "accounts": [BO], "sphere": "customer"}]
    late = {"id": "z", "time": "2026-06-01T09:00:00Z", "actor": ANN, "verb": "post"}
    made = workspace(activities=[POST, *REPLIES, late], people=people, encounters=[CALENDAR, *KEPT])
    ego = made.meetings.ego(ANN)
    found = before_contact(ego)["before_contact"]
    assert (2.0, 2.0, 2.0, 1) == (found.value, found.low, found.high, found.detail.customers)
    assert ["customer", "company"] == list(found.detail.by_sphere)
    assert FirstContacts(met_later=("bo",), never_met=(), unknown=()) == found.detail.by_sphere["customer"]
    assert FirstContacts(met_later=(), never_met=(CIA,), unknown=()) == found.detail.by_sphere["company"]
    assert 30 == pytest.approx(found.detail.days_ahead, abs=0.01)


def test_a_meeting_after_the_last_activity_has_not_taken_place_yet(made):
    found = before_contact(made.meetings.ego(ANN))["before_contact"]
    assert (BO, CIA) == found.detail.by_sphere["company"].never_met


def test_an_undated_network_cannot_tell_who_came_first(workspace):
    ties = [{"source": "n:1", "target": "n:2", "meaning": "influence"}]
    found = before_contact(workspace(ties=ties).meetings.ego("n:1"))["before_contact"]
    assert found.value is None
    assert "no times" in found.reason
