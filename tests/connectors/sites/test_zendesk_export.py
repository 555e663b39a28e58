"""Zendesk's own export: who asked, who answered, in whose words; and what is odd in it."""

import json

import pytest

from connectors.sites.zendesk_export import ZendeskExport
from influence.contract.records import Activity, Person, SetAside
from influence.contract.testing import member_of
from tests.kit.connector_records import recognised_by

BO = {"id": 7, "name": "Bo Ek", "email": "bo@buyer.example"}
ANN = {"id": 8, "name": "Ann Lee", "email": "ann@acme.example"}


def comment(number, author, public=True):
    return {
        "id": number,
        "author": author,
        "created_at": f"2026-01-0{number}T09:00:00Z",
        "body": "x",
        "public": public,
    }


TICKET = {
    "id": 1,
    "created_at": "2026-01-05T09:00:00Z",
    "subject": "Help",
    "requester": BO,
    "submitter": BO,
    "assignee": ANN,
    "tags": ["vip"],
    "comments": [comment(5, BO), comment(6, ANN), comment(7, ANN, public=False)],
}


def exported(*tickets):
    return member_of("\n".join(map(json.dumps, tickets)).encode(), "tickets.json")


def acts(member, **options):
    return [
        (one.verb.value, one.actor, one.parent)
        for one in ZendeskExport(**options).parse(member)
        if isinstance(one, Activity)
    ]


def test_a_ticket_is_the_requesters_and_comments_answer_it():
    assert ["zendesk-export"] == recognised_by(exported(TICKET))
    expected = [
        ("post", "zendesk:user:7", None),
        ("reply", "zendesk:user:8", "zendesk:1"),
        ("reply", "zendesk:user:8", "zendesk:1"),
    ]
    assert expected == acts(exported(TICKET))
    assert expected[:2] == acts(exported(TICKET), private="no")


def test_names_and_addresses_are_told_once():
    people = [
        one for one in ZendeskExport().parse(exported(TICKET, {**TICKET, "id": 2})) if isinstance(one, Person)
    ]
    assert [("zendesk:user:7", "email:bo@buyer.example"), ("zendesk:user:8", "email:ann@acme.example")] == [
        one.accounts for one in people
    ]


def test_an_answer_of_the_api_names_people_by_number():
    answer = {
        "tickets": [
            {
                "id": 1,
                "raw_subject": "x",
                "created_at": "2026-01-05T09:00:00Z",
                "requester_id": 7,
                "submitter_id": 7,
                "assignee_id": None,
            }
        ]
    }
    member = member_of(json.dumps(answer).encode(), "a.json")
    assert ["zendesk-export"] == recognised_by(member)
    assert [("post", "zendesk:user:7", None)] == acts(member)


def test_a_ticket_that_breaks_off_or_names_nobody_is_set_aside_and_the_rest_is_read():
    content = (
        json.dumps({**TICKET, "requester": None}) + "\n" + json.dumps(TICKET) + "\n" + json.dumps(TICKET)[:90]
    )
    records = list(ZendeskExport().parse(member_of(content.encode(), "tickets.json")))
    assert 2 == sum(isinstance(one, SetAside) for one in records)
    assert 3 == sum(isinstance(one, Activity) for one in records)


def test_zendesk_itself_is_a_program():
    found = list(
        ZendeskExport().parse(
            exported({**TICKET, "comments": [comment(5, BO), comment(6, {"id": -1, "name": "Zendesk"})]})
        )
    )
    assert [("Zendesk", True)] == [
        (one.name, one.bot) for one in found if isinstance(one, Person) and one.bot
    ]


USER = {
    "id": 9,
    "name": "Cy Ray",
    "email": "cy@x.example",
    "role": "agent",
    "time_zone": "UTC",
    "locale": "en",
}


@pytest.mark.parametrize("body", [USER, {"users": [USER]}, {"tickets": [], "users": [USER]}])
def test_who_is_who_stands_in_the_list_of_users_too(body):
    told = json.dumps(body).replace('"role"', '"ticket_restriction": null, "role"')
    if "tickets" in body:
        told = told.replace(
            '"tickets": []',
            '"tickets": [{"id": 1, "requester_id": 9, "submitter_id": 9, '
            '"created_at": "2026-01-05T09:00:00Z", "raw_subject": "x"}]',
        )
    member = member_of(told.encode())
    assert ["zendesk-export"] == recognised_by(member)
    people = [one for one in ZendeskExport().parse(member) if isinstance(one, Person)]
    assert [("Cy Ray", ("zendesk:user:9", "email:cy@x.example"))] == [
        (one.name, one.accounts) for one in people
    ]
