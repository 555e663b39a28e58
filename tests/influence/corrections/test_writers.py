"""Somebody who writes for the leader: what moves by a decision, what stays, and what is asked first."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from influence import Workspace
from influence.corrections.whose_mail import others_write
from influence.people.decisions import DecisionError
from influence.people.directory import UnknownPerson
from tests.kit.command_line import said

ANN, BO, PAT = "email:ann@acme.example", "email:bo@acme.example", "email:pat@acme.example"
NAMES = [
    {"name": "Ann Boss", "accounts": [ANN]},
    {"name": "Bo Chief", "accounts": [BO]},
    {"name": "Pat Aide", "accounts": [PAT]},
]
START = datetime(2026, 1, 5, 9, tzinfo=UTC)
OUTSIDE = [f"email:{name}@buyer.example" for name in ("cy", "di", "ed", "flo", "gus", "hal")]


def mail(ident, actor, to, day=0, **more):
    time = (START + timedelta(days=day)).isoformat()
    row = {"id": ident, "time": time, "actor": actor, "verb": "message", "to": [to], "subject": ident}
    return row | more


def answered(ident, outsider, to, day=1):
    """An outsider's answer by subject: their mail states no parent, as most of a mailbox's do not."""
    return mail(f"re {ident}", outsider, to, day, subject=f"Re: {ident}")


def lent(writer=PAT, outbox=ANN, to_whom=None, name="lent"):
    """Six mails in somebody's sent mail that another wrote, each answered by another outsider."""
    rows = []
    for number, outsider in enumerate(OUTSIDE):
        rows.append(mail(f"{name}{number}", writer, outsider, outbox=outbox))
        rows.append(answered(f"{name}{number}", outsider, to_whom or writer))
    return rows


OWN = [mail("own", ANN, OUTSIDE[0], outbox=ANN), answered("own", OUTSIDE[0], ANN)]


def authors(made, *ids):
    rows = made.analysis.tables.rows("SELECT id, author FROM item").to_pylist()
    who = {row["id"]: made.analysis.people.who[row["author"]].name for row in rows}
    return [who[one] for one in ids]


def items(made, leader="Ann Boss"):
    return made.report(leader, measures=["own_output"]).findings["own_output"].value


def reached(made, leader="Ann Boss"):
    return len(made.report(leader, measures=["reach_4"]).people)


def writing(made, leader=None):
    return [one for one in made.review.questions(leader) if one.kind == "writes for"]


def test_what_an_assistant_wrote_in_the_leaders_sent_mail_is_the_leaders(workspace):
    made = workspace(activities=[*OWN, *lent()], people=NAMES)
    assert (1, 1) == (items(made), reached(made))
    told = made.review.writes_for("Pat Aide", "Ann Boss", because="her assistant")
    assert (6, "writes-for") == (told.items, told.decision.verb)
    assert (7, 6) == (items(made), reached(made))


def test_who_answers_the_assistant_answers_the_leader_by_whatever_address(workspace):
    for to_whom in (PAT, ANN):
        made = workspace(activities=[*OWN, *lent(to_whom=to_whom)], people=NAMES)
        made.review.writes_for("Pat Aide", "Ann Boss")
        assert 6 == reached(made)


def test_the_assistants_own_answer_to_what_was_typed_for_the_leader_is_no_response(workspace):
    again = mail("again", PAT, ANN, 2, subject="Re: lent0")
    made = workspace(activities=[*OWN, *lent(), again], people=NAMES)
    made.review.writes_for("Pat Aide", "Ann Boss")
    assert "Pat Aide" not in [one.name for one in made.report("Ann Boss", measures=["reach_4"]).people]


def test_undone_nothing_of_it_is_left_in_the_numbers(workspace):
    made = workspace(activities=[*OWN, *lent()], people=NAMES)
    before = made.report("Ann Boss", measures=["reach_4"]).as_json()
    told = made.review.writes_for("Pat Aide", "Ann Boss")
    made.curation.undo(told.decision.seq)
    assert before == made.report("Ann Boss", measures=["reach_4"]).as_json()
    assert 1 == len(writing(made))


def test_mail_of_the_assistants_own_mailbox_stays_the_assistants(workspace):
    own = mail("pat's", PAT, OUTSIDE[0], outbox=PAT)
    made = workspace(activities=[*OWN, *lent(), own, mail("loose", PAT, OUTSIDE[1])], people=NAMES)
    made.review.writes_for("Pat Aide", "Ann Boss")
    assert ["Ann Boss", "Pat Aide", "Pat Aide"] == authors(made, "lent0", "pat's", "loose")


def test_with_two_bosses_each_mail_goes_to_the_one_in_whose_mailbox_it_lay(workspace):
    made = workspace(activities=[*OWN, *lent(), *lent(outbox=BO, name="other")], people=NAMES)
    made.review.writes_for("Pat Aide", "Ann Boss")
    made.review.writes_for("Pat Aide", "Bo Chief")
    assert ["Ann Boss", "Bo Chief"] == authors(made, "lent0", "other0")


def test_an_assistant_who_becomes_a_leader_has_an_assistant_of_their_own(workspace):
    later = [*lent(writer=BO, outbox=PAT, name="later"), mail("pat's", PAT, OUTSIDE[0], outbox=PAT)]
    made = workspace(activities=[*OWN, *lent(), *later], people=NAMES)
    made.review.writes_for("Pat Aide", "Ann Boss")
    told = made.review.writes_for("Bo Chief", "Pat Aide")
    assert ["Ann Boss", "Pat Aide", "Pat Aide"] == authors(made, "lent0", "later0", "pat's")
    assert 1 == len(told.words)


def test_a_circle_is_kept_and_told_and_goes_one_step_only(workspace):
    back = lent(writer=ANN, outbox=PAT, name="back")
    made = workspace(activities=[*OWN, *lent(), *back], people=NAMES)
    made.review.writes_for("Pat Aide", "Ann Boss")
    told = made.review.writes_for("Ann Boss", "Pat Aide")
    assert "closes a circle (Pat Aide for Ann Boss for Pat Aide)" in told.words[1]
    assert ["Ann Boss", "Pat Aide", "Ann Boss"] == authors(made, "lent0", "back0", "own")


def test_a_circle_of_three_is_told_and_two_who_write_for_one_are_none(workspace):
    made = workspace(activities=[*OWN, *lent()], people=NAMES)
    assert 1 == len(made.review.writes_for("Pat Aide", "Ann Boss").words)
    assert 1 == len(made.review.writes_for("Bo Chief", "Ann Boss").words)
    made.review.writes_for("Ann Boss", "Bo Chief", answer="no")
    told = made.review.writes_for("Ann Boss", "Pat Aide")
    assert "(Pat Aide for Ann Boss for Pat Aide)" in told.words[1]


def test_two_who_are_merged_later_write_for_nobody_and_parted_again_they_do(workspace):
    made = workspace(activities=[*OWN, *lent()], people=NAMES)
    made.review.writes_for("Pat Aide", "Ann Boss")
    merged = made.curation.merge("Pat Aide", "Ann Boss")
    assert ["Ann Boss"] == authors(made, "lent0")
    assert [] == writing(made)
    made.curation.undo(merged.seq)
    assert (7, 6) == (items(made), reached(made))


def test_a_decision_goes_with_the_account_into_whomever_it_is_merged(workspace):
    made = workspace(activities=[*OWN, *lent()], people=NAMES)
    made.review.writes_for("Pat Aide", "Ann Boss")
    made.curation.merge("Pat Aide", "Bo Chief")
    assert (7, ["Ann Boss"]) == (items(made), authors(made, "lent0"))


def test_nobody_writes_for_themselves_and_nobody_for_somebody_unknown(workspace):
    made = workspace(activities=OWN, people=NAMES)
    with pytest.raises(DecisionError, match="Ann Boss cannot write for the same person"):
        made.review.writes_for("Ann Boss", "ann@acme.example")
    with pytest.raises(UnknownPerson):
        made.review.writes_for("Nobody At All", "Ann Boss")
    with pytest.raises(DecisionError, match="no answer; there are: yes, no, unsure"):
        made.review.writes_for("Bo Chief", "Ann Boss", answer="perhaps")
    assert [] == made.curation.history()


def test_where_nothing_moves_it_says_why_and_what_to_bring_in(workspace):
    made = workspace(activities=[*OWN, mail("loose", PAT, OUTSIDE[1])], people=NAMES)
    told = made.review.writes_for("Pat Aide", "Ann Boss")
    assert 0 == told.items
    assert "no mail of Pat Aide lies in a Sent folder of Ann Boss, so nothing moves yet" in told.words[0]
    assert "influence import PATH" in told.words[0]


def test_a_folder_without_an_owner_is_the_leaders_who_has_mail_in_it_by_decision(workspace):
    folder = [mail("own", ANN, OUTSIDE[0], outbox="mailbox:sent"), *lent(outbox="mailbox:sent")]
    made = workspace(activities=folder, people=NAMES)
    assert 6 == made.review.writes_for("Pat Aide", "Ann Boss").items
    told = made.review.writes_for("Pat Aide", "Bo Chief")
    assert ["Ann Boss"] == authors(made, "lent0")
    assert "lie in mailbox:sent, and no account tells whose that is" in told.words[0]


def test_a_folder_without_an_owner_is_asked_about_for_whom_most_mail_is_addressed_to(workspace):
    folder = [mail("own", ANN, OUTSIDE[0], outbox="mailbox:sent"), *lent(outbox="mailbox:sent")]
    inbox = [mail(f"in{number}", outsider, ANN) for number, outsider in enumerate(OUTSIDE * 2)]
    made = workspace(activities=[*folder, *inbox], people=NAMES)
    [asked] = writing(made)
    assert ("Does Pat Aide write for Ann Boss?", {"written": 6, "of": 7, "typed": 0}) == (
        asked.question,
        asked.counts,
    )


def test_a_no_about_a_folder_without_an_owner_turns_the_question_round(workspace):
    folder = [mail("own", ANN, OUTSIDE[0], outbox="mailbox:sent"), *lent(outbox="mailbox:sent")]
    made = workspace(activities=folder, people=NAMES)
    [asked] = writing(made)
    assert "Does Ann Boss write for Pat Aide?" == asked.question
    made.review.answer(asked, "no")
    [asked] = writing(made)
    assert "Does Pat Aide write for Ann Boss?" == asked.question
    made.review.answer(asked, "yes")
    assert ([], ["Ann Boss"]) == (writing(made), authors(made, "lent0"))


def test_a_sent_folder_with_three_writers_is_three_questions_first_what_moves_most(workspace):
    office = "email:office.chair@acme.example"
    three = [
        *lent(),
        *lent(writer=BO, name="bo")[:6],
        *(mail(f"office{number}", office, one, outbox=ANN) for number, one in enumerate(OUTSIDE)),
    ]
    made = workspace(
        activities=[*OWN, *three], people=[*NAMES, {"name": "Office of the Chair", "accounts": [office]}]
    )
    asked = writing(made, "Ann Boss")
    assert [("Pat Aide", 5), ("Bo Chief", 2), ("Office of the Chair", 0)] == [
        (one.others[0].name, one.moves) for one in asked
    ]
    assert asked == made.review.questions("Ann Boss")[:3]
    for one in asked:
        made.review.answer(one, "yes")
    assert 16 == items(made)


def test_a_leader_who_is_named_is_asked_about_first_and_what_moves_is_of_their_report(workspace):
    made = workspace(
        activities=[
            *OWN,
            *lent(),
            *lent("email:kim@acme.example", BO, name="kim")[:4],
            mail("bo", BO, OUTSIDE[5]),
        ],
        people=NAMES,
    )
    asked = made.review.questions("Bo Chief")
    assert ["Bo Chief", "Ann Boss"] == [one.one.name for one in asked if one.kind == "writes for"]
    assert ([2, 0], {"Bo Chief"}) == ([one.moves for one in asked[:2]], {one.leader.name for one in asked})
    assert ["Ann Boss", "Bo Chief"] == [one.one.name for one in writing(made)]


def test_what_the_answer_moves_is_what_it_moved(workspace):
    made = workspace(activities=[*OWN, *lent()], people=NAMES)
    [asked] = writing(made)
    before = reached(made)
    made.review.answer(asked, "yes")
    assert asked.moves == reached(made) - before
    assert "6 of the 7 mails in the Sent folder of Ann Boss are written by Pat Aide" in asked.sentence
    assert "(moves up to 5 people of Ann Boss's report)" in asked.sentence


@pytest.mark.parametrize("answer", ["yes", "no", "unsure"])
def test_what_was_answered_is_not_asked_again_and_only_yes_moves_anything(workspace, answer):
    made = workspace(activities=[*OWN, *lent()], people=NAMES)
    made.review.answer(writing(made)[0], answer)
    assert [] == writing(made)
    assert (7 if answer == "yes" else 1) == items(made)


def test_one_odd_mail_among_many_is_not_asked_about(workspace):
    many = [mail(f"own{number}", ANN, OUTSIDE[0], number, outbox=ANN) for number in range(20)]
    made = workspace(activities=[*many, mail("odd", PAT, OUTSIDE[0], outbox=ANN)], people=NAMES)
    assert [] == writing(made)


def test_somebody_stated_to_type_is_asked_about_and_told_as_stated(workspace):
    made = workspace(activities=[*OWN, mail("typed", ANN, OUTSIDE[1], typist=PAT)], people=NAMES)
    [asked] = writing(made)
    assert ("1 mail of Ann Boss says that Pat Aide typed it", 0) == (asked.words, asked.moves)
    assert ["Pat Aide types mail that goes out as Ann Boss: influence people review asks"] == others_write(
        made.store.engine
    )
    made.review.answer(asked, "yes")
    assert [] == others_write(made.store.engine)
    told = made.report("Ann Boss", measures=["typed_by_others"]).findings["typed_by_others"]
    assert [(1, False)] == [(one["items"], one["decided"]) for one in told.as_json()["by"]]


def test_that_many_write_in_the_name_of_a_desk_is_no_question(workspace):
    desk = "email:support@acme.example"
    made = workspace(activities=[*lent(PAT, desk), mail("stated", desk, OUTSIDE[0], typist=BO)], people=NAMES)
    assert [] == writing(made)
    assert [] == others_write(made.store.engine)


def test_the_report_says_how_many_items_others_typed_and_whether_that_was_decided(workspace):
    made = workspace(activities=[*OWN, *lent()], people=NAMES)
    assert 0 == made.report("Ann Boss", measures=["typed_by_others"]).value("typed_by_others")
    made.review.writes_for("Pat Aide", "Ann Boss")
    told = made.report("Ann Boss", measures=["typed_by_others"]).findings["typed_by_others"].as_json()
    by = [{"person": PAT, "name": "Pat Aide", "items": 6, "decided": True}]
    assert (6.0, 7, by) == (told["value"], told["made"], told["by"])


def test_the_open_question_stands_first_among_the_limits_until_it_is_answered(workspace):
    made = workspace(activities=[*OWN, *lent()], people=NAMES)
    first = made.report("Ann Boss", measures=["reach_4"]).reasons[0]
    assert first.startswith("6 of the 7 mails in the Sent folder of Ann Boss are written by Pat Aide.")
    assert "not counted as Ann Boss's until you say so" in first
    made.review.answer(writing(made)[0], "no")
    assert "A response is consistent" in made.report("Ann Boss", measures=["reach_4"]).reasons[0]


def test_what_is_stated_to_be_typed_is_not_said_to_wait_for_an_answer(workspace):
    typed = mail("typed", ANN, OUTSIDE[0], outbox=ANN, typist=PAT)
    made = workspace(activities=[*OWN, *lent(), typed], people=NAMES)
    first = made.report("Ann Boss", measures=["reach_4"]).reasons[0]
    assert first.startswith("6 of the 8 mails in the Sent folder of Ann Boss are written by Pat Aide.")


def test_an_import_says_at_once_where_others_write_most_and_no_more_once_it_is_decided(workspace):
    made = workspace(people=NAMES, activities=[*OWN, *lent()])
    words = [
        "somebody else writes most of the mail in the Sent folder of Ann Boss: influence people review asks"
    ]
    assert words == others_write(made.store.engine)
    made.review.writes_for("Pat Aide", "Ann Boss", answer="no")
    assert [] == others_write(made.store.engine)


def test_an_import_that_could_ask_about_many_names_three(workspace):
    bosses = [f"email:boss{number}@acme.example" for number in range(5)]
    rows = [one for number, boss in enumerate(bosses) for one in lent(PAT, boss, name=f"m{number}-")]
    told = others_write(workspace(activities=rows).store.engine)
    assert (4, "and 2 more such questions: influence people review asks") == (len(told), told[3])


def test_an_import_says_of_a_folder_without_an_owner_that_several_write_in_it(workspace):
    made = workspace(
        people=NAMES, activities=[*lent(outbox="mailbox:x"), *lent(ANN, "mailbox:x", name="own")]
    )
    assert ["several people write the mail in x: influence people review asks"] == others_write(
        made.store.engine
    )


def test_the_leaders_other_spellings_are_one_question_one_decision_and_one_undoing(workspace):
    spelt = ("email:ann.boss@home.example", "unaddressed:ann boss", "chat:77")
    rows = [mail(f"s{number}", one, OUTSIDE[number]) for number, one in enumerate(spelt)]
    replies = [answered(f"s{number}", OUTSIDE[number], one) for number, one in enumerate(spelt)]
    names = [{"name": "Ann Boss", "accounts": [one]} for one in spelt]
    unlinked = "[people]\nlink = 1.0\nask = 0.99\n"
    made = workspace(unlinked, activities=[*rows, *replies, *OWN], people=[*NAMES, *names])
    [asked] = [one for one in made.review.questions("ann@acme.example") if one.kind == "spellings"]
    assert ("Are these 3 all Ann Boss?", 2) == (asked.question, asked.moves)
    assert [f"Is {one} Ann Boss too?" for one in sorted(spelt)] == [
        one.question for one in asked.one_by_one()
    ]
    done = made.review.answer(asked, "yes")
    assert (4, 3) == (items(made), reached(made))
    made.curation.undo(done.seq)
    made.review.answer(asked.one_by_one()[0], "no")
    [asked] = [one for one in made.review.questions("ann@acme.example") if one.kind == "spellings"]
    assert "Are these 2 all Ann Boss?" == asked.question


def test_two_of_one_name_in_a_people_table_are_no_spellings(workspace):
    table = [
        {"person": number, "name": "Ann Boss", "accounts": [account]}
        for number, account in (("1", ANN), ("2", BO))
    ]
    made = workspace(activities=[*OWN, mail("other", BO, OUTSIDE[1])], people=table)
    assert [] == [one for one in made.review.questions("1") if one.kind == "spellings"]


def test_a_name_of_ten_thousand_letters_is_kept_and_cut_where_it_is_said(workspace):
    long = [NAMES[0], {"name": "Pat " + "Aide" * 2_500, "accounts": [PAT]}]
    made = workspace(activities=[*OWN, *lent()], people=long)
    [asked] = writing(made)
    assert len(asked.sentence) < 300
    told = made.review.writes_for("pat@acme.example", "Ann Boss", because="b" * 10_000)
    assert (6, 10_000) == (told.items, len(told.decision.reason))
    assert 300 > len(told.words[0])
    made.curation.undo(told.decision.seq)
    assert 1 == items(made)


def test_the_command_asks_first_who_writes_for_whom_keeps_the_answer_and_says_what_is_open(tmp_path):
    for kind, rows in (("people", NAMES), ("activities", [*OWN, *lent()])):
        (tmp_path / f"{kind}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    with Workspace.create(tmp_path / "w") as made:
        made.import_path(tmp_path / "people.jsonl", connector="people")
    told = said(tmp_path, "import", str(tmp_path / "activities.jsonl"), "--as", "activities")[1]
    assert "note: somebody else writes most of the mail in the Sent folder of Ann Boss" in told
    report = ("report", "Ann Boss", "--format", "json", "--measures", "reach_4")
    assert "Open: 6 of the 7 mails in the Sent folder of Ann Boss" in said(tmp_path, *report)[1]
    [first, *_] = json.loads(said(tmp_path, "people", "review", "--json")[1])
    assert ("writes for", "Pat Aide", 6, 7, 5) == (
        first["kind"],
        first["others"][0]["name"],
        first["written"],
        first["of"],
        first["moves"],
    )
    told = said(tmp_path, "people", "review", "--leader", "Ann Boss", answers="yes\nstop\n")[1]
    assert "Does Pat Aide write for Ann Boss? (yes, no, unsure, stop)" in told
    assert "Open:" not in said(tmp_path, *report)[1]
    told = said(tmp_path, "people", "writes-for", "Pat Aide", "Ann Boss", "--not")[1]
    assert "Pat Aide is not taken to write for Ann Boss, and it is not asked again." in told
    assert "Take it back with: influence people undo 2" in told
