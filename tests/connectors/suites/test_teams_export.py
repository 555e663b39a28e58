"""Teams (free) and Skype: conversations of two and of several, quotes, deleted messages."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from connectors.suites.teams_export import TeamsExport
from influence import Workspace
from influence.contract.connector import Unreadable
from influence.contract.errors import InfluenceError
from influence.contract.records import Activity, Encounter, Modality, Note, Person, Record, Verb
from influence.contract.testing import member_of
from tests.kit.connector_records import recognised_by
from tests.kit.places import SHARED


def message(number: int, who: str, **more: Any) -> dict[str, Any]:
    at = {"originalarrivaltime": f"2026-01-05T09:0{number}:00.000Z", "messagetype": "RichText"}
    return {"id": f"17676036{number}0000", "displayName": None, "content": "x", "from": who, **at, **more}


def read(talk: str, *messages: dict[str, Any]) -> list[Record]:
    body = {
        "userId": "8:ann",
        "conversations": [{"id": talk, "displayName": "Bo", "MessageList": list(messages)}],
    }
    member = member_of(json.dumps(body).encode(), "messages.json")
    assert ["teams-export"] == recognised_by(member)
    return list(TeamsExport().parse(member))


def acts(records: list[Record]) -> list[Activity]:
    return [one for one in records if isinstance(one, Activity)]


def test_what_two_write_is_to_the_other_under_both_names() -> None:
    records = read("8:bo", message(1, "8:bo"), message(2, "8:ann"))
    assert [("skype:ann",), ("skype:bo",)] == [one.to for one in acts(records)]
    assert {"teams:skype:ann+skype:bo"} == {one.conversation for one in acts(records)}
    assert [("Bo", ("skype:bo",))] == [(one.name, one.accounts) for one in records if isinstance(one, Person)]


def test_answers_by_teams_and_by_skype() -> None:
    teams = '<blockquote itemscope itemtype="http://schema.skype.com/Reply" itemid="1767603610000">x</blockquote>yes'
    told = acts(read("19:a@thread.v2", message(1, "8:bo"), message(2, "8:ann", content=teams)))
    assert (Verb.REPLY, told[0].id, "yes", ()) == (told[1].verb, told[1].parent, told[1].text, told[1].to)


def test_what_is_no_message_is_counted() -> None:
    records = read(
        "19:a@thread.v2",
        message(1, "8:bo", properties={"deletetime": 1767603610000}),
        message(2, "8:bo", messagetype="ThreadActivity/AddMember"),
        message(3, "8:bo", messagetype="Event/Call"),
    )
    assert [] == acts(records)
    told = next(one.text for one in records if isinstance(one, Note))
    assert all(
        part in told
        for part in ("1 calls that began", "1 messages that were deleted", "1 lines of the program")
    )


def call(kind: str, **seconds: str) -> str:
    parts = (
        f'<part identity="{who}"><name>x</name>{f"<duration>{told}</duration>" if told else ""}</part>'
        for who, told in seconds.items()
    )
    return f'<partlist type="{kind}" alt="" callId="1">{"".join(parts)}</partlist>'


def met(*contents: str) -> list[Encounter]:
    told = (message(n, "8:bo", messagetype="Event/Call", content=one) for n, one in enumerate(contents, 1))
    return [one for one in read("8:bo", *told) if isinstance(one, Encounter)]


def test_a_call_in_which_two_spoke_is_an_online_meeting_of_theirs() -> None:
    (found,) = met(call("ended", **{"8:ann": "84.82", "live:bo": "84"}))
    assert (("skype:ann", "skype:live:bo"), Modality.ONLINE) == (found.people, found.kind)


@pytest.mark.parametrize(
    "content",
    [
        call("started", ann="", bo=""),
        call("missed", ann="", bo=""),
        call("ended", ann="12", bo=""),
        call("ended", ann="12", bo="0"),
        call("ended", ann="0.00", bo="0.0"),
        call("ended", ann="12", **{"8:ann": "12"}),
        "",
    ],
)
def test_a_call_that_nobody_answered_is_none(content: str) -> None:
    assert [] == met(content)


def test_an_export_of_calls_alone_is_read(tmp_path: Path) -> None:
    body = {"userId": "8:ann", "exportDate": "2026", "conversations": [{"id": "8:bo", "MessageList": []}]}
    calls = [call("ended", ann="84", bo="84"), call("missed")]
    body["conversations"][0]["MessageList"] = [  # type: ignore[index]
        message(n, "8:bo", messagetype="Event/Call", content=one) for n, one in enumerate(calls, 1)
    ]
    (tmp_path / "messages.json").write_text(json.dumps(body), "utf-8")
    with Workspace.create(tmp_path / "work") as work:
        done = work.import_path(tmp_path / "messages.json")
    assert (1, ["messages.json: not read: 1 calls that began, or were missed"]) == (
        done.summary.stored,
        done.notes,
    )


def test_an_export_in_which_nothing_is_read_says_what_it_held(tmp_path: Path) -> None:
    body = {
        "userId": "8:ann",
        "conversations": [{"id": "8:bo", "MessageList": [message(1, "8:bo", messagetype="Event/Call")]}],
    }
    (tmp_path / "messages.json").write_text(json.dumps(body), "utf-8")
    with (
        Workspace.create(tmp_path / "work") as work,
        pytest.raises(InfluenceError, match=r"nothing in it that is read: not read: 1 calls that began"),
    ):
        work.import_path(tmp_path / "messages.json")


def test_another_file_is_refused() -> None:
    with pytest.raises(Unreadable, match=r"no messages\.json"):
        list(TeamsExport().parse(member_of(b'{"messages": []}')))


@pytest.mark.skipif(not SHARED.exists(), reason="the shared cases are not on this machine")
def test_the_case_is_read() -> None:
    member = member_of(SHARED / "cases/sources/teams-messages.json")
    assert ["teams-export"] == recognised_by(member)
    assert [("skype:bo", ("skype:ann",))] == [
        (one.actor, one.to) for one in acts(list(TeamsExport().parse(member)))
    ]


ORGANISATION = "1fce8e1c-7b3b-4b8f-a2a3-0b6d3a0e5c11", "2fce8e1c-7b3b-4b8f-a2a3-0b6d3a0e5c11"


@pytest.mark.parametrize(
    ("talk", "who", "kind", "to"),
    [
        ("4:+4512345678", "8:ann", "RichText/Sms", "phone:+4512345678"),
        ("28:concierge", "28:concierge", "RichText", "skype:ann"),
        (
            f"19:{'_'.join(ORGANISATION)}@unq.gbl.spaces",
            f"8:orgid:{ORGANISATION[0]}",
            "RichText/Html",
            f"microsoft:{ORGANISATION[1]}",
        ),
    ],
)
def test_a_conversation_with_one_other_is_to_them(talk: str, who: str, kind: str, to: str) -> None:
    assert [(to,)] == [one.to for one in acts(read(talk, message(1, who, messagetype=kind)))]


def test_a_program_of_skype_is_a_program() -> None:
    told = read("28:concierge", message(1, "28:concierge", displayName="Skype"))
    assert {True} == {one.bot for one in told if isinstance(one, Person)}


@pytest.mark.parametrize("time", [1767603700000, "1767603700000"])
def test_a_reaction_has_its_time_as_a_number_or_as_text(time: object) -> None:
    heart = [{"key": "heart", "users": [{"mri": "8:ann", "time": time}]}]
    for emotions in (heart, json.dumps(heart)):
        *_, reaction = acts(read("8:bo", message(1, "8:bo", properties={"emotions": emotions})))
        assert "2026-01-05T09:01:40+00:00" == reaction.time.isoformat()
