"""Google Chat in Takeout: topics, dates in the language of the account, reactions, quotes."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from connectors.kit.months import spoken_moment
from connectors.suites.google import Google
from influence.contract.records import Activity, Deleted, Person, SetAside, Verb
from influence.contract.testing import member_of

ANN, BO = (
    {"name": n, "email": f"{n[:2].lower()}@acme.example", "user_type": "Human"} for n in ("Ann Lee", "Bo Ek")
)


def message(who: dict[str, str], number: str, **more: Any) -> dict[str, Any]:
    told = {"creator": who, "created_date": "Monday, January 5, 2026 at 9:00:00\u202fAM UTC", "text": "Hi"}
    return {**told, "topic_id": "t1", "message_id": f"S/t1/{number}", **more}


def read(*messages: dict[str, Any]) -> list[Any]:
    member = member_of(json.dumps({"messages": messages}).encode(), "messages.json")
    assert Google().recognises(member, member.head())
    return list(Google().parse(member))


def test_what_comes_later_in_a_topic_answers_what_began_it() -> None:
    found = [one for one in read(message(ANN, "t1"), message(BO, "m2")) if isinstance(one, Activity)]
    assert [(Verb.MESSAGE, None), (Verb.REPLY, "google-chat:S/t1/t1")] == [
        (one.verb, one.parent) for one in found
    ]


def test_reactions_quotes_deletions_and_programs() -> None:
    polly = {"name": "Polly", "email": "polly@acme.example", "user_type": "Bot"}
    records = read(
        message(ANN, "t1", reactions=[{"emoji": {"unicode": "👍"}, "reactor_emails": ["bo@acme.example"]}]),
        message(BO, "m2", quoted_message_metadata={"creator": ANN}),
        message(ANN, "m3", message_state="DELETED"),
        message(polly, "m4"),
        message({"user_type": "Human"}, "m5"),
    )
    acts = [one for one in records if isinstance(one, Activity)]
    assert [("email:bo@acme.example", "google-chat:S/t1/t1")] == [
        (one.actor, one.parent) for one in acts if one.verb is Verb.REACT
    ]
    assert [("email:an@acme.example",)] == [one.mentions for one in acts if one.mentions]
    assert ["google-chat:S/t1/m3"] == [one.id for one in records if isinstance(one, Deleted)]
    assert ["Polly"] == [one.name for one in records if isinstance(one, Person) and one.bot]
    assert 1 == sum(isinstance(one, SetAside) for one in records)


def test_who_takes_part_is_known() -> None:
    member = member_of(json.dumps({"name": "Plan", "members": [ANN, BO]}).encode(), "group_info.json")
    assert Google().recognises(member, member.head())
    assert ["Ann Lee", "Bo Ek"] == [one.name for one in Google().parse(member) if isinstance(one, Person)]


@pytest.mark.parametrize(
    "text",
    [
        "Monday, January 5, 2026 at 9:00:00 PM UTC",
        "Montag, 5. Januar 2026 um 21:00:00 UTC",
        "måndag 5 januari 2026 kl. 21:00:00 UTC",
        "mandag den 5. januar 2026 kl. 21.00.00 UTC",
        "lun. 5 janvier 2026 à 21:00:00 UTC",
        "lunes, 5 de enero de 2026, 21:00:00 UTC",
        "2026年1月5日月曜日 21:00:00 UTC",
        "понедельник, 5 января 2026 г. в 21:00:00 UTC",
    ],
)
def test_a_time_is_read_in_the_language_of_the_account(text: str) -> None:
    assert datetime(2026, 1, 5, 21, tzinfo=UTC) == spoken_moment(text, UTC)


@pytest.mark.parametrize("text", ["Monday", "5 Foo 2026 09:00", "January 2026"])
def test_a_time_that_is_none_is_told(text: str) -> None:
    with pytest.raises(ValueError, match="cannot be read"):
        spoken_moment(text, UTC)


def at_place(place: str, *messages: dict[str, Any]) -> list[Activity]:
    member = member_of(json.dumps({"messages": messages}).encode(), place)
    assert Google().recognises(member, member.head())
    return [one for one in Google().parse(member) if isinstance(one, Activity)]


@pytest.mark.parametrize(
    ("folder", "to"),
    [("DM x1", [("email:bo@acme.example",), ("email:an@acme.example",)]), ("Space x1", [(), ()])],
)
def test_who_writes_in_a_conversation_that_is_no_space_writes_to_the_others(folder: str, to: object) -> None:
    place = f"Takeout/Google Chat/Groups/{folder}/messages.json"
    assert to == [one.to for one in at_place(place, message(ANN, "t1"), message(BO, "m2"))]


def test_messages_of_old_conversations_have_no_ids() -> None:
    told = [{**message(who, "x"), "message_id": None, "topic_id": None} for who in (ANN, BO, BO)]
    old = [{key: value for key, value in one.items() if value is not None} for one in told]
    found = at_place("Google Chat/Groups/DM x/messages.json", *old)
    assert 3 == len({one.id for one in found})
    assert {Verb.MESSAGE} == {one.verb for one in found}


def test_a_quote_answers_the_message_that_it_names() -> None:
    quote = message(BO, "m2", topic_id="t2", quoted_message_metadata={"message_id": "S/t1/t1"})
    assert [None, "google-chat:S/t1/t1"] == [one.parent for one in at_place("x", message(ANN, "t1"), quote)]


@pytest.mark.parametrize("begun", [{"message_state": "DELETED"}, {"creator": {"user_type": "Human"}}])
def test_an_answer_to_what_is_gone_answers_nobody_else(begun: dict[str, Any]) -> None:
    found = at_place("x", message(ANN, "t1", **begun), message(BO, "m2"), message(ANN, "m3"))
    assert ["google-chat:S/t1/t1"] * 2 == [one.parent for one in found]


def test_a_program_without_an_address_is_a_program() -> None:
    records = read(message({"name": "Jira", "user_type": "Bot"}, "t1"))
    assert ["google-chat:bot Jira"] == [one.actor for one in records if isinstance(one, Activity)]
    assert [True] == [one.bot for one in records if isinstance(one, Person)]


@pytest.mark.parametrize(
    "text",
    [
        "2026年1月5日月曜日 21時00分00秒 UTC",
        "2026年1月5日星期一 UTC 下午9:00:00",
        "2026년 1월 5일 월요일 오후 9시 0분 0초 UTC",
        "الاثنين، 5 يناير 2026 في 9:00:00 م UTC",
        "יום שני, 5 בינואר 2026 בשעה 21:00:00 UTC",
        "Thứ Hai, 5 tháng 1, 2026 lúc 21:00:00 UTC",
        "Δευτέρα 5 Ιανουαρίου 2026 στις 9:00:00 μ.μ. UTC",
        "January 5, 2569 at 9:00:00 PM UTC",
    ],
)
def test_a_time_is_read_in_languages_with_other_letters(text: str) -> None:
    assert datetime(2026, 1, 5, 21, tzinfo=UTC) == spoken_moment(text, UTC)


@pytest.mark.parametrize("text", ["دوشنبه ۱۵ دی ۱۴۰۴ ۹:۲۱:۰۰ UTC", "15 Dey 1404 9:00", "5 Rajab 1447 9:00"])
def test_a_month_of_another_calendar_is_told_and_not_guessed(text: str) -> None:
    with pytest.raises(ValueError, match="cannot be read"):
        spoken_moment(text, UTC)
