"""Who answered whom, stated or guessed."""

import pytest

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


@pytest.mark.parametrize("prefix", ["Re: ", "RE:", "SV: ", "AW: ", "Re[2]: ", "Re: Fw: RE: ", "  re :"])
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
