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
