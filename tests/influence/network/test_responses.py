"""Who answered whom, stated or guessed."""

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from influence.network.reading import responses
from influence.store.engine import DuckEngine

LEADER = "email:ann@acme.example"
BO, CIA, DAN = "email:bo@acme.example", "email:cia@acme.example", "email:dan@far.example"


def mail(ident, day, actor, to, subject=None, **more):
    verb = "reply" if more.get("parent") else "message"
    row = {"id": ident, "time": f"2026-01-{day:02}T09:00:00Z", "actor": actor, "verb": verb, "to": to}
    return row | ({"subject": subject} if subject else {}) | more


def reached(workspace):
    return {one.person for one in workspace.report(LEADER, measures=["reach_4"]).people}


def test_a_reply_to_the_leader_is_a_response(workspace):
    made = workspace(activities=[mail("1", 1, LEADER, [BO]), mail("2", 2, BO, [LEADER], parent="1")])
    assert {BO} == reached(made)


def test_a_person_who_was_only_mailed_is_not_reached(workspace):
    made = workspace(
        activities=[
            mail("1", 1, LEADER, [BO, CIA]),
            mail("2", 2, BO, [LEADER], parent="1"),
        ]
    )
    assert {BO} == reached(made)
    assert 2.0 == made.report(LEADER, measures=["audience"]).findings["audience"].value


def test_a_message_to_the_leader_that_answers_nothing_is_inbound_not_a_response(workspace):
    made = workspace(
        activities=[
            mail("1", 1, LEADER, [BO]),
            mail("2", 2, BO, [LEADER], parent="1"),
            mail("3", 3, DAN, [LEADER], "An offer"),
        ]
    )
    assert {BO} == reached(made)


@pytest.mark.parametrize(
    "prefix",
    [
        "Re: ",
        "RE:",
        "SV: ",
        "AW: ",
        "Re[2]: ",
        "Re: Fw: RE: ",
        "  re :",
        "Antw.: ",
        "Odpověď: ",
        "***SPAM*** Re: ",
        "Trả lời: ",
    ],
)
def test_a_reply_by_its_subject_is_guessed(workspace, prefix):
    made = workspace(
        activities=[mail("1", 1, LEADER, [BO], "The plan"), mail("2", 5, BO, [LEADER], f"{prefix}the  PLAN")]
    )
    found = made.report(LEADER, measures=["reach_4"])
    assert {BO} == {one.person for one in found.people}
    assert found.responses["2"].inferred
    assert ["inferred"] == [row.parents for row in found.coverage]


@pytest.mark.parametrize(
    ("subject", "day", "to"),
    [
        ("Fw: The plan", 5, LEADER),  # a forward is no answer
        ("The plan", 5, LEADER),  # nor is the same subject without Re:
        ("Re: Another plan", 5, LEADER),
        ("Re: The plan", 16, LEADER),  # 15 days later
        ("Re: The plan", 5, CIA),  # not to the author
    ],
)
def test_what_is_not_a_reply_by_its_subject(workspace, subject, day, to):
    made = workspace(activities=[mail("1", 1, LEADER, [BO], "The plan"), mail("2", day, BO, [to], subject)])
    assert set() == reached(made)


def test_the_latest_of_several_earlier_messages_is_answered(workspace):
    made = workspace(
        activities=[
            mail("1", 1, LEADER, [BO], "The plan"),
            mail("2", 2, CIA, [BO], "Re: The plan"),
            mail("3", 3, BO, [LEADER, CIA], "Re: The plan"),
        ]
    )
    assert set() == reached(made)  # bo answered cia, and cia was not answering the leader by name


def test_a_source_that_states_parents_leaves_guesses_out_of_the_headline_and_says_so(workspace):
    made = workspace(
        activities=[
            mail("1", 1, LEADER, [BO, CIA], "The plan"),
            mail("2", 2, BO, [LEADER], "Re: The plan", parent="1"),
            mail("3", 3, CIA, [LEADER], "Re: The plan"),
        ]
    )
    found = made.report(LEADER, measures=["reach_4"])
    assert {BO} == {one.person for one in found.people}
    assert 0.9 == pytest.approx(found.findings["reach_4"].value)
    assert 1.8 == pytest.approx(found.findings["reach_4"].detail.with_inferred)
    assert any("only inferred" in reason for reason in found.reasons)


def test_in_a_chat_without_threads_the_message_before_is_answered_within_a_day(workspace):
    def said(ident, hour, actor):
        return {
            "id": ident,
            "time": f"2026-01-01T{hour:02}:00:00Z",
            "actor": actor,
            "verb": "message",
            "channel": "one",
        }

    made = workspace(
        activities=[
            said("1", 1, "chat:ann"),
            said("2", 2, "chat:ann"),
            said("3", 3, "chat:bo"),
            {**said("4", 3, "chat:cia"), "time": "2026-01-03T03:00:00Z"},
        ]
    )
    assert ["chat:bo"] == [one.person for one in made.report("chat:ann", measures=["reach_4"]).people]


def test_without_subjects_and_threads_the_first_message_back_within_three_days_answers(workspace):
    made = workspace(
        activities=[
            mail("1", 1, LEADER, [BO]),
            mail("2", 3, BO, [LEADER]),
            mail("3", 3, CIA, [LEADER]),
            mail("4", 4, LEADER, [DAN]),
            mail("5", 8, DAN, [LEADER]),
        ]
    )
    assert {BO} == reached(made)


def test_copies_of_one_message_count_once_and_their_ids_still_find_it(workspace):
    made = workspace(
        activities=[
            {**mail("1", 1, LEADER, [BO]), "fingerprint": "same"},
            {**mail("1-copy", 1, LEADER, [BO]), "fingerprint": "same"},
            mail("2", 2, BO, [LEADER], parent="1-copy"),
        ]
    )
    assert {BO} == reached(made)
    assert 1.0 == made.report(LEADER, measures=["own_output"]).findings["own_output"].value


def test_a_deleted_activity_is_gone_and_an_older_export_does_not_bring_it_back(workspace, tmp_path):
    rows = [
        mail("1", 1, LEADER, [BO]),
        mail("2", 2, BO, [LEADER], parent="1"),
        mail("3", 3, CIA, [LEADER], parent="1"),
    ]
    made = workspace(activities=rows)
    made.import_path(_file(tmp_path, [{**rows[1], "deleted": True}]), connector="activities")
    assert {CIA} == reached(made)
    made.import_path(_file(tmp_path, rows), connector="activities")
    assert {CIA} == reached(made)


def _file(folder, rows):
    import json

    file = folder / "more.jsonl"
    file.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return file


def test_parents_in_a_circle_end(workspace):
    made = workspace(
        activities=[
            mail("1", 1, BO, [], parent="2"),
            mail("2", 2, CIA, [], parent="1"),
            mail("3", 3, LEADER, [], parent="3"),
            mail("4", 4, BO, [], parent="3"),
        ]
    )
    assert {BO} == reached(made)


def test_the_subject_is_kept_only_as_a_digest(workspace):
    made = workspace(activities=[mail("1", 1, LEADER, [BO], "Layoffs in Oslo")])
    made.close()
    stored = b"".join(file.read_bytes() for file in made.path.rglob("*") if file.is_file())
    assert b"Oslo" not in stored
    assert b"ann@acme.example" in stored


def test_what_bears_one_name_is_one_conversation_and_so_is_a_circle(workspace):
    def said(ident, day, **more):
        return mail(ident, day, LEADER, [BO], **more)

    made = workspace(
        activities=[
            said("head", 1, conversation="plan"),
            said("other", 2),
            said("again", 3, conversation="plan"),
            said("answer", 4, parent="again", conversation="something else"),
            said("lost", 5, parent="gone"),
            said("lost too", 6, parent="gone"),
            said("round", 7, parent="back"),
            said("back", 8, parent="round"),
            said("on the circle", 9, parent="back"),
        ]
    )
    assert [0, 1, 0, 0, 4, 4, 6, 6, 6] == made.analysis.log.items.conversation.tolist()


AUTHORS = st.lists(st.integers(0, 3), min_size=1, max_size=6)
PLACES = st.integers(0, 5)
ANSWERS = st.lists(st.tuples(PLACES, PLACES, st.booleans(), st.booleans()), max_size=12, unique=True)
NAMED = st.lists(st.tuples(PLACES, st.integers(0, 3)), max_size=6, unique=True)
RESPONSES = """
SELECT item, responder, target, min(parent) AS parent, bool_and(inferred) AS inferred FROM (
    SELECT l.item, i.author AS responder, q.author AS target, l.parent, l.inferred
    FROM link l JOIN item i ON i.item = l.item JOIN item q ON q.item = l.parent WHERE l.responds
    UNION ALL SELECT i.item, i.author, m.person, NULL, false FROM item i JOIN mentioned m USING (item))
WHERE responder <> target GROUP BY item, responder, target ORDER BY item, target
"""


@settings(deadline=None)
@given(authors=AUTHORS, answers=ANSWERS, named=NAMED)
def test_responses_are_what_sql_says_of_links_and_mentions(authors, answers, named):
    def table(rows, *names):
        of = [pa.bool_() if name in {"inferred", "responds"} else pa.int32() for name in names]
        kept = [row for row in rows if max(row[: 2 if len(names) > 2 else 1]) < len(authors)]
        columns = zip(*kept, strict=True) if kept else [[]] * len(names)
        return pa.table({n: pa.array(v, t) for n, v, t in zip(names, columns, of, strict=True)})

    item = table(list(enumerate(authors)), "item", "author")
    link = table(answers, "item", "parent", "inferred", "responds")
    mentioned = table(named, "item", "person")
    engine = DuckEngine()
    for name, rows in {"item": item, "link": link, "mentioned": mentioned}.items():
        engine.offer(name, rows)
    assert engine.arrow(RESPONSES).to_pylist() == responses(item, link, mentioned).to_pylist()
