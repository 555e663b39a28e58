"""What nobody said stands apart, one id is one message, and the store knows in whose sent mail each lay."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from influence.contract.records import Activity, Unsaid, Verb
from influence.store.store import Store

START = datetime(2026, 1, 5, 9, tzinfo=UTC)
ANN, BO = "email:ann@acme.example", "email:bo@beta.example"


def mail(name: str = "mail:1", actor: str = ANN, hours: float = 0, **more: Any) -> Activity:
    given = {"fingerprint": f"{actor} {hours} {more.get('subject')} {more.get('text')}"} | more
    return Activity(name, START + timedelta(hours=hours), actor, Verb.MESSAGE, to=(BO,), **given)


def kept(store: Store, *batches: Iterable[Activity]) -> Store:
    for number, activities in enumerate(batches):
        with store.batch(f"file {number}", "test") as batch:
            for activity in activities:
                batch.add(activity, "file")
    return store


def shown(store: Store, what: str = "id", of: str = "activities") -> list[Any]:
    rows = store.engine.arrow(f"SELECT {what} AS value FROM {of} ORDER BY ALL")  # noqa: S608 - our own words
    return list(rows["value"].to_pylist())


def test_what_nobody_said_is_counted_and_not_shown() -> None:
    store = kept(Store(), [mail("mail:1"), mail("mail:2", hours=1, unsaid=Unsaid.SPAM)])
    assert ["mail:1"] == shown(store)
    assert ["spam"] == shown(store, "unsaid", "unsaid_activities")


def test_a_draft_gives_way_to_the_mail_that_was_sent_whichever_comes_first() -> None:
    draft, sent = mail(unsaid=Unsaid.DRAFT), mail(hours=1)
    for order in ([[draft], [sent]], [[sent], [draft]], [[draft, sent]], [[sent, draft]]):
        store = kept(Store(), *order)
        assert [START + timedelta(hours=1)] == shown(store, "time")
        assert [] == shown(store, of="unsaid_activities")


def test_a_draft_of_the_same_words_and_minute_is_no_copy_of_the_mail() -> None:
    store = kept(Store(), [mail("mail:draft", fingerprint="f", unsaid=Unsaid.DRAFT)], [mail(fingerprint="f")])
    assert ["mail:1"] == shown(store)


def test_two_mails_with_one_id_are_two_and_a_second_import_changes_nothing() -> None:
    first, second = mail(subject="Scan"), mail(actor=BO, hours=24, subject="Another")
    for batches in ([[first, second]], [[first], [second]], [[first, second], [second, first]]):
        store = kept(Store(), *batches)
        assert [ANN, BO] == sorted(shown(store, "actor"))
        assert "mail:1" in shown(store)
        assert 0 == shown(store, "count(*)", "copies")[0]


def test_a_copy_of_a_mail_with_a_footer_of_its_list_stays_one() -> None:
    store = kept(Store(), [mail(text="Hello"), mail(text="Hello. List footer", hours=0.005)])
    assert ["mail:1"] == shown(store)


def test_another_sender_and_subject_at_one_minute_is_another_mail() -> None:
    store = kept(Store(), [mail(subject="One"), mail(actor=BO, subject="Other")])
    assert 2 == len(shown(store))


def test_an_edited_post_without_a_fingerprint_stays_one() -> None:
    store = kept(Store(), [mail(fingerprint=None)], [mail(hours=2, fingerprint=None, text="edited")])
    assert ["mail:1"] == shown(store)


def test_the_sent_mail_is_remembered_of_a_copy_too() -> None:
    store = kept(Store(), [mail("mail:a", fingerprint="f")], [mail("mail:b", fingerprint="f", outbox=BO)])
    assert [("mail:a", BO, None)] == [
        tuple(row.values())
        for row in store.engine.arrow("SELECT id, outbox, typist FROM sent_log").to_pylist()
    ]


def test_an_outbox_that_is_no_account_and_a_word_that_is_no_reason_are_set_aside() -> None:
    odd = mail(unsaid="gossip")  # type: ignore[arg-type]
    store = kept(Store(), [mail(outbox="no account"), odd])
    reasons = [str(row["reason"]) for row in store.quarantine()]
    assert [True, True] == ["not an account" in reasons[0], "is not one of: automatic, receipt" in reasons[1]]


def test_copies_of_one_letter_have_one_wording_whoever_signs() -> None:
    letter = "We demand that the river is given back to the people who live beside it. " * 6
    told = [mail(f"mail:{n}", hours=n, text=f"{letter} Yours, person {n}") for n in range(2)]
    store = kept(Store(), [*told, mail("mail:9", text="Thanks!")])
    assert 1 == len({word for word in shown(store, "wording") if word})
    assert 1 == shown(store, "wording").count(None)
