"""Likelihood on its way into a workspace: what is linked, what is asked, and that it can all be taken back."""

import pytest

from influence.people.identity import likely_links
from influence.people.linkage.run import told

MAIL, CHAT, HOME = "email:josefin.ahlgren@vindhall.example", "slack:T/U9", "email:j.ahlgren@home.example"
FRIENDS = {
    f"email:{name.lower().replace(' ', '.')}@vindhall.example": name
    for name in ("Ole Vinter", "Tuomas Niemi", "Ingrid Falk", "Birgitte Krog", "Hannes Roth", "Claire Morel")
}


def seen(number, actor, *to):
    return {
        "id": f"m{number}",
        "time": f"2026-01-{number % 28 + 1:02}T09:00:00Z",
        "actor": actor,
        "verb": "message",
        "to": list(to),
    }


def josefin(name="Josefin Ahlgren", chat=CHAT):
    """Two accounts of one name with the same correspondents; nothing joins them exactly."""
    people = [
        {"accounts": [MAIL], "name": "Josefin Ahlgren", "organisation": "Vindhall"},
        {"accounts": [chat], "name": name, "organisation": "Vindhall"},
        *({"accounts": [friend], "name": given} for friend, given in FRIENDS.items()),
    ]
    pairs = [(one, friend) for friend in FRIENDS for one in (MAIL, chat)]
    return {"people": people, "activities": [seen(n, one, friend) for n, (one, friend) in enumerate(pairs)]}


def accounts_of(made, words):
    people = made.analysis.people
    return set(people.who[people.find(words)].accounts)


def test_one_rare_name_in_one_organisation_among_the_same_people_is_one_person(workspace):
    made = workspace(**josefin())
    assert {MAIL, CHAT} == accounts_of(made, CHAT)
    [link] = made.curation.show(CHAT).links
    assert ("probable", True) == (link.stage, link.weight > 5)
    assert "the same surname" in link.reason


def test_a_link_by_likelihood_is_taken_apart_by_a_word_and_stays_apart(workspace):
    made = workspace(**josefin())
    made.curation.split(MAIL, [CHAT], because="mother and daughter")
    assert {CHAT} == accounts_of(made, CHAT)
    assert [] == made.curation.questions()


def test_a_linkage_that_is_stopped_before_all_of_it_is_told_is_made_again(workspace, monkeypatch):
    made = workspace(**josefin())
    engine = made.store.engine
    run = engine.run

    def stopped(sql, given=()):
        if given and given[0] == "linkage" and sql.startswith("INSERT"):
            raise KeyboardInterrupt
        return run(sql, given)

    with monkeypatch.context() as patched:
        patched.setattr(engine, "run", stopped)
        with pytest.raises(KeyboardInterrupt):
            _ = made.analysis
    assert 0 == engine.arrow("SELECT * FROM link_log").num_rows
    assert {MAIL, CHAT} == accounts_of(made, CHAT)
    assert 0 < told(engine)["compared"]


@pytest.mark.parametrize(("account", "service"), [("x:99", "X"), ("reddit:josefin", "Reddit")])
def test_an_account_of_x_or_reddit_is_never_linked_but_asked_about(workspace, account, service):
    made = workspace(**josefin(chat=account))
    assert {account} == accounts_of(made, account)
    [question] = [
        one for one in made.curation.questions() if account in (*one.one.accounts, *one.other.accounts)
    ]
    assert (service,) == question.needs_basis
    made.curation.answer(question, "yes", basis="consent")
    assert {MAIL, account} == accounts_of(made, account)


def test_a_workspace_may_forbid_links_by_likelihood(workspace):
    made = workspace(settings="[people]\nlink = 1\nask = 1\n", **josefin())
    assert {CHAT} == accounts_of(made, CHAT)


def test_people_of_different_names_are_not_even_asked_about(workspace):
    made = workspace(**josefin(name="Karl Svensson"))
    assert {CHAT} == accounts_of(made, CHAT)
    assert [] == made.curation.questions()


def test_nothing_is_linked_twice_and_new_rows_are_linked_anew(workspace, tmp_path):
    made = workspace(**josefin())
    before = made.analysis.people.who
    runs = "SELECT max(run) AS runs FROM link_log"
    assert 1 == made.store.engine.arrow(runs).column("runs")[0].as_py()
    made.import_path(tmp_path / "activities.jsonl", connector="activities")
    assert before == made.analysis.people.who
    more = tmp_path / "more.jsonl"
    more.write_text(
        '{"accounts": ["email:jahlgren@vindhall.example"], "name": "J. Ahlgren"}\n', encoding="utf-8"
    )
    made.import_path(more, connector="people")
    assert {MAIL, CHAT} <= accounts_of(made, CHAT)
    assert told(made.store.engine)["compared"] > 0
    assert likely_links(made.store.engine)


def test_an_import_does_not_change_what_is_linked_by_the_order_of_its_rows(workspace):
    rows = josefin()
    turned = {kind: list(reversed(many)) for kind, many in rows.items()}
    one, other = workspace(**rows), workspace(**turned)
    assert sorted(who.accounts for who in one.people()) == sorted(who.accounts for who in other.people())


@pytest.mark.parametrize("words", ["josefin.ahlgren@vindhall.example", "Josefin Ahlgren", CHAT])
def test_a_linked_person_is_found_by_any_of_their_names(workspace, words):
    assert {MAIL, CHAT} == accounts_of(workspace(**josefin()), words)


def test_a_decision_needs_no_new_linkage(workspace):
    made = workspace(**josefin(chat="x:99"))
    made.curation.answer(made.curation.questions()[0], "unsure")
    assert made.people()
    assert 1 == made.store.engine.arrow("SELECT max(run) AS runs FROM link_log").column("runs")[0].as_py()
