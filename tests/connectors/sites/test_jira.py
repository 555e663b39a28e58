"""Jira: tables in which columns stand many times, dates of several countries, and recorded answers."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from connectors.kit.months import short_moment
from connectors.sites.jira import Jira
from influence.contract.connector import ConnectorError, Unreadable
from influence.contract.records import Activity, Person, Record, SetAside, Verb
from influence.contract.testing import member_of
from tests.kit.connector_records import recognised_by
from tests.kit.places import SHARED

HEADER = "Summary,Issue key,Issue id,Reporter,Creator,Created,Comment,Comment"


def read(*rows: str, **options: str) -> list[Record]:
    member = member_of("\n".join([HEADER, *rows]).encode(), "jira.csv")
    assert ["jira"] == recognised_by(member)
    return list(Jira(**{"zone": "UTC", **options}).parse(member))


def acts(records: list[Record]) -> list[Activity]:
    return [one for one in records if isinstance(one, Activity)]


@pytest.mark.parametrize(
    "told",
    [
        "05/Jan/26 9:00 PM",
        "5. jan. 2026 21:00",
        "2026-01-05 21:00",
        "05/01/2026 21:00",
        "05-ene-26 9:00 p.m.",
    ],
)
def test_a_date_is_read_as_the_site_writes_it(told: str) -> None:
    (found,) = acts(read(f"x,ACME-1,1,ann,ann,{told},,", dates="day-first"))
    assert datetime(2026, 1, 5, 21, tzinfo=UTC) == found.time


def test_comments_answer_their_issue_and_an_odd_one_costs_only_itself() -> None:
    records = read('x,ACME-1,1,ann,bo@acme.example,05/Jan/26 9:00 AM,"06/Jan/26 9:00 AM;cy;a;b [~ann]",odd')
    issue, comment = acts(records)
    assert ("email:bo@acme.example", Verb.POST) == (issue.actor, issue.verb)
    assert ("jira:cy", Verb.COMMENT, issue.id, "a;b [~ann]", ("jira:ann",)) == (
        *(comment.actor, comment.verb, comment.parent, comment.text),
        comment.mentions,
    )
    assert [2] == [one.line for one in records if isinstance(one, SetAside)]


@pytest.mark.parametrize(
    "header",
    [
        "Zusammenfassung,Vorgangsschlüssel,Vorgangs-ID,Autor,Ersteller,Erstellt,Kommentar",
        "Résumé,Clé de ticket,ID de ticket,Rapporteur,Créateur,Création,Commentaire",
        "Resumen,Clave de incidencia,ID de la incidencia,Informador,Creador,Creada,Comentario",
        "Sammanfattning,Ärendenyckel,Ärende-ID,Rapportör,Skapare,Skapad,Kommentar",
    ],
)
def test_a_header_in_another_language_is_the_same_table(header: str) -> None:
    row = "X,ACME-1,1,ann,ann,05/01/2026 21:00,05/01/2026 22:00;bo;done"
    member = member_of(f"{header}\n{row}\n".encode(), "jira.csv")
    assert ["jira"] == recognised_by(member)
    made = acts(list(Jira(zone="UTC", dates="day-first").parse(member)))
    assert [("jira:ACME-1", "jira:ann"), ("jira:ACME-1:20260105T220000:jira:bo", "jira:bo")] == [
        (one.id, one.actor) for one in made
    ]


def test_what_the_table_does_not_tell_is_asked_for() -> None:
    with pytest.raises(ConnectorError, match="--zone"):
        list(Jira().parse(member_of(f"{HEADER}\nx,A-1,1,a,a,05/Jan/26 9:00 AM,,".encode())))
    with pytest.raises(ConnectorError, match="--set dates="):
        read("x,A-1,1,a,a,05/01/2026 09:00,,")
    with pytest.raises(Unreadable, match="no columns Issue key"):
        list(Jira(zone="UTC").parse(member_of(b"Summary,Status\nx,Open\n")))
    with pytest.raises(ValueError, match="cannot be read"):
        short_moment("05/Foo/26 9:00", UTC)


@pytest.mark.skipif(not SHARED.exists(), reason="the shared cases are not on this machine")
def test_the_case_is_read() -> None:
    member = member_of(SHARED / "cases/sources/jira.csv")
    assert ["jira"] == recognised_by(member)
    told = acts(list(Jira(zone="UTC").parse(member)))
    assert [("jira:ann", Verb.POST), ("jira:bo", Verb.COMMENT)] == [(one.actor, one.verb) for one in told]


@pytest.mark.skipif(not SHARED.exists(), reason="the shared recordings are not on this machine")
def test_recorded_answers_are_read() -> None:
    file = next((SHARED / "payloads/jira").rglob("jira_issues_page_1.json"))
    member = member_of(file)
    assert ["jira"] == recognised_by(member)
    records = list(Jira().parse(member))
    assert {Verb.POST} == {one.verb for one in acts(records)}
    assert 1 <= len(acts(records)) == sum(not isinstance(one, Person) for one in records)


@pytest.mark.parametrize("who", ["Anonymous", "anonymous", "Former user"])
def test_those_who_were_not_signed_in_are_no_one_person(who: str) -> None:
    records = read(f"x,ACME-1,1,ann,ann,2026-01-05 09:00,2026-01-05 09:30;{who};y,2026-01-05 09:31;bo;z")
    assert ["jira:ann", "jira:bo"] == [one.actor for one in acts(records)]
    assert ["a comment cannot be read: it names nobody who wrote it"] == [
        one.reason for one in records if isinstance(one, SetAside)
    ]


def test_a_shown_name_is_kept_where_the_table_has_no_ids() -> None:
    records = read("x,ACME-1,1,Ann Lee,Ann Lee,2026-01-05 09:00,,")
    assert ["Ann Lee"] == [one.name for one in records if isinstance(one, Person)]


COMMENT = {
    "id": "1",
    "author": {"accountId": "b", "displayName": "Rule", "accountType": "app"},
    "created": "2026-01-05T09:30:00.000+0100",
    "body": {
        "type": "doc",
        "content": [{"type": "paragraph", "content": [{"type": "mention", "attrs": {"id": "c"}}]}],
    },
}
ISSUE = {
    "key": "ACME-1",
    "self": "x",
    "fields": {
        "summary": "Plan",
        "creator": {"accountId": "a", "displayName": "Ann"},
        "created": "2026-01-05T09:00:00.000+0100",
        "comment": {"comments": [COMMENT]},
    },
}


@pytest.mark.parametrize("body", [ISSUE, {"issues": [ISSUE]}])
def test_an_answer_tells_programs_and_whom_a_document_mentions(body: object) -> None:
    member = member_of(json.dumps(body).encode())
    assert ["jira"] == recognised_by(member)
    records = list(Jira().parse(member))
    assert [(), ("jira:c",)] == [one.mentions for one in acts(records)]
    assert [None, True] == [one.bot for one in records if isinstance(one, Person)]
