"""Mass mail and what nobody said stand apart from all that is asked of the leader."""

import json
from datetime import timedelta

import pytest

from influence import Workspace
from influence.analysis.report import EmptyWindow
from influence.contract.details.inbound import Campaign, MassMail, Unsaid
from influence.contract.findings import Finding
from influence.measures.exchange import ONLY_MASS_MAIL, exchange
from influence.measures.inbound import mass_mail, unsaid
from influence.measures.voice import said as texts_said
from tests.kit.asking import DAY0, asking, row

ego_of = asking("x:lea")
TALK = [
    row("l0", 0, "lea", verb="message", to=["x:bob"]),
    row("b0", 5, "bob", parent="l0", to=["x:lea"]),
    row("c0", 6, "cem", verb="message", to=["x:lea"]),
    row("l1", 7, "lea", parent="c0", to=["x:cem"]),
    row("d0", 8, "dee", verb="message", to=["x:lea"], subject="My own matter"),
]
END = row("end", 2000, "yan")


def petition(many=25, hours=100, **more):
    given = {"verb": "message", "to": ["x:lea"], "subject": "Give it back"} | more
    return [row(f"p{n}", hours + n, f"p{n}", **given) for n in range(many)]


@pytest.fixture
def told(workspace):
    def measured(measure, *rows, since=None, until=None, **kinds):
        return measure(ego_of(workspace(activities=list(rows), **kinds), since, until))

    return measured


def numbers(found):
    names = ("pull", "response_rate", "response_time", "help", "waiting_on_leader")
    return {name: (found[name].value, found[name].as_json()) for name in names}


def test_a_campaign_changes_no_number_of_the_exchange(told):
    assert numbers(told(exchange, *TALK, END)) == numbers(told(exchange, *TALK, *petition(300), END))


def test_a_campaign_that_the_leader_answers_in_part_changes_help_alone(told):
    answers = [row(f"a{n}", 500 + n, "lea", parent=f"p{n}", to=[f"x:p{n}"]) for n in range(3)]
    thanks = [row("t0", 600, "p0", parent="a0", to=["x:lea"])]
    before, after = told(exchange, *TALK, END), told(exchange, *TALK, *petition(), *answers, *thanks, END)
    asked = before["response_rate"].detail.asked
    assert (asked + 1, asked + 1 + 3) == (after["response_rate"].detail.asked, after["help"].detail.asked)
    assert before["help"].value + 1 == after["help"].value
    waiting = {one.item for one in after["waiting_on_leader"].detail.list}
    assert {"b0", "d0", "t0"} == waiting


def test_what_a_sender_says_later_is_an_ordinary_matter(told):
    later = row("later", 900, "p7", verb="message", to=["x:lea"], subject="Something of my own")
    found = told(exchange, *TALK, *petition(), later, END)
    assert {"b0", "d0", "later"} == {one.item for one in found["waiting_on_leader"].detail.list}


def test_where_only_campaigns_came_that_is_the_reason(told):
    found = told(exchange, *petition(), END)
    assert {(None, ONLY_MASS_MAIL)} == {(one.value, one.reason) for one in found.values()}


def test_a_campaign_copied_to_the_whole_board_is_no_bulk(told):
    board = ["x:lea", *(f"x:b{n}" for n in range(10))]
    assert 0 == told(exchange, *TALK, *petition(to=board), END)["pull"].detail.bulk
    assert 3 == told(exchange, *TALK, *petition(3, to=board), END)["pull"].detail.bulk


def test_its_words_are_no_talk(told):
    long = "We demand that the river is given back to the people who live beside it, and to all who follow them. "
    texts, _, of = told(texts_said, *TALK, *petition(text=long), row("w", 9, "eve", text="bridge"), END)
    assert ([], 0) == (list(texts), of)  # no text is kept unless it is asked for


@pytest.mark.parametrize("keep", ["keep_text = true", "keep_terms = true"])
def test_its_words_are_no_talk_where_words_are_kept(workspace, keep):
    long = "We demand that the river is given back to the people who live beside it, and to all who follow them. "
    one = workspace(
        f"[privacy]\n{keep}\n", activities=[*petition(text=long), row("w", 9, "eve", text="bridge")]
    )
    texts, terms, of = texts_said(ego_of(one))
    assert (1, 1) == (len(texts) + len(terms), of)


def test_each_campaign_has_its_size_and_its_days_and_no_names(told):
    found = told(mass_mail, *TALK, *petition(), row("p3b", 130, "p3", **TO_LEA), END)["mass_mail"]
    since, until = "2026-01-05T04:00:00+00:00", "2026-01-06T10:00:00+00:00"
    assert (26.0, MassMail((Campaign(26, 25, since, until),), senders=25, answered=0)) == (
        found.value,
        found.detail,
    )
    assert found == Finding.from_json("mass_mail", json.loads(json.dumps(found.as_json())))


TO_LEA = {"verb": "message", "to": ["x:lea"], "subject": "Give it back"}


def test_the_largest_campaign_comes_first_and_an_answered_letter_is_counted(told):
    small = [one | {"id": f"s{n}", "actor": f"x:s{n}"} for n, one in enumerate(petition(20, subject="Small"))]
    found = told(mass_mail, *small, *petition(30, 700), row("a", 1900, "lea", parent="p0"), END)
    assert [30, 20] == [one.letters for one in found["mass_mail"].detail.campaigns]
    assert (50, 1) == (found["mass_mail"].detail.senders, found["mass_mail"].detail.answered)


def test_a_window_shows_its_part_of_a_campaign_that_is_told_from_the_whole_log(told):
    since = DAY0.replace(day=5, hour=20).isoformat()
    found = told(mass_mail, *TALK, *petition(), END, since=since)["mass_mail"]
    assert [(9, 9)] == [(one.letters, one.senders) for one in found.detail.campaigns]


def test_without_a_campaign_there_is_none(told):
    assert (0.0, {}) == (told(mass_mail, *TALK, *petition(19), END)["mass_mail"].value, {})
    assert 0 == told(unsaid, *TALK, END)["unsaid"].value


def nobody(name, hours, kind, actor="eve", to="x:lea"):
    return row(name, hours, actor, verb="message", to=[to], unsaid=kind)


def test_what_nobody_said_is_counted_by_kind_by_or_to_the_leader_and_in_all(told):
    held = [
        nobody("u1", 3, "spam"),
        nobody("u2", 4, "spam"),
        nobody("u3", 5, "automatic"),
        nobody("u4", 6, "draft", actor="lea", to="x:bob"),
        nobody("u5", 7, "spam", to="x:bob"),
        nobody("u6", 5000, "trash"),
    ]
    found = told(unsaid, *TALK, *held, END)["unsaid"]
    kinds = {"spam": 2, "automatic": 1, "draft": 1, "trash": 1}
    assert (5.0, Unsaid(kinds, kinds | {"spam": 3})) == (found.value, found.detail)


def test_in_a_window_stands_what_lay_in_it(told):
    held = [nobody("u1", 3, "spam"), nobody("u2", 50, "spam")]
    until = DAY0.replace(day=2).isoformat()
    assert {"spam": 1} == told(unsaid, *TALK, *held, END, until=until)["unsaid"].detail.kinds


def test_what_nobody_said_moves_no_other_number(workspace):
    held = [nobody(f"u{n}", 6, "automatic", actor=f"r{n}") | {"parent": "l0"} for n in range(30)]
    plain, more = (workspace(activities=[*TALK, END, *rows]).report("x:lea") for rows in ([], held))
    apart = {"unsaid"}
    assert {n: f for n, f in plain.findings.items() if n not in apart} == {
        n: f for n, f in more.findings.items() if n not in apart
    }


def test_a_campaign_changes_no_advice(workspace):
    threads = [
        one
        for n in range(30)
        for one in (
            row(f"t{n}", 24 * n, "lea"),
            row(f"r{n}", 24 * n + 1, f"u{n % 7}", parent=f"t{n}"),
            row(f"s{n}", 24 * n + 2, f"w{n}", verb="post"),
        )
    ]
    plain, more = (
        workspace(activities=[*threads, *rows]).report("x:lea", measures=["advice"]).findings["advice"]
        for rows in ([], petition(40, 600))
    )
    assert {"person"} == {one.kind for one in plain.detail.rows}
    assert [_advised(one) for one in plain.detail.rows] == [_advised(one) for one in more.detail.rows]
    assert not {f"x:p{n}" for n in range(40)} & {one.who for one in more.detail.rows}


def _advised(one):
    """What is advised, but for the people among whom the dice choose: more people, other dice."""
    return one.kind, one.reason, round(one.gain, 6)


def test_where_nobody_said_anything_the_report_says_so(workspace):
    one = workspace(
        activities=[nobody("u1", 3, "spam"), nobody("u2", 4, "automatic"), nobody("u3", 5, "spam")]
    )
    with pytest.raises(EmptyWindow, match=r"nobody said it or it was thrown away \(2 spam, 1 automatic\)"):
        one.report("x:lea")


def test_three_hundred_strangers_in_a_mailbox_are_one_line_and_not_three_hundred_who_wait(tmp_path):
    mails = [mail(1, "Lea <lea@acme.example>", "Bo <bo@acme.example>", "Plan")]
    mails += [
        mail(2, "Bo <bo@acme.example>", "Lea <lea@acme.example>", "Re: Plan", "In-Reply-To: <m1@x.example>\n")
    ]
    mails += [
        mail(10 + n, f"P{n} <p{n}@far{n}.example>", "lea@acme.example", "Give it back") for n in range(300)
    ]
    (tmp_path / "inbox.mbox").write_text("".join(mails), encoding="utf-8")
    with Workspace.create(tmp_path / "w") as one:
        one.import_path(tmp_path / "inbox.mbox")
        found = one.report("lea@acme.example", measures=["exchange", "mass-mail"]).findings
    assert (1, 1) == (found["waiting_on_leader"].value, found["pull"].detail.inbound)
    assert ((300, 300),) == tuple(
        (each.letters, each.senders) for each in found["mass_mail"].detail.campaigns
    )


def mail(number, sender, to, subject, more=""):
    when = (DAY0 + timedelta(minutes=number)).strftime("%a, %d %b %Y %H:%M:%S +0000")
    head = f"From x Mon Jan  5 10:00:00 2026\nMessage-ID: <m{number}@x.example>\nDate: {when}\n"
    return f"{head}From: {sender}\nTo: {to}\nSubject: {subject}\n{more}\n{sender} has something to say\n\n"
