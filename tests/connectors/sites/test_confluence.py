"""Confluence: the versions of a page, the export of a space, and recorded answers."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from connectors.sites.confluence import Confluence
from influence.contract.connector import Unreadable
from influence.contract.files import names, open_export
from influence.contract.records import Activity, Note, Person, Record, SetAside, Verb
from influence.contract.testing import member_of
from tests.kit.connector_records import recognised_by
from tests.kit.places import PAYLOADS, SHARED

ENTITIES = (PAYLOADS / "confluence/entities.xml").read_bytes()


def acts(records: list[Record]) -> list[Activity]:
    return [one for one in records if isinstance(one, Activity)]


def page(number: str, version: int, *more: str) -> str:
    told = {"version": str(version), "creationDate": "2026-01-05 10:00:00.000"}
    told["lastModificationDate"] = "2026-01-06 10:00:00"
    plain = "".join(f'<property name="{name}">{value}</property>' for name, value in told.items())
    roles = ("creator", "lastModifier")
    who = "".join(f'<property name="{role}"><id name="key">u{version}</id></property>' for role in roles)
    return f'<object class="Page"><id name="id">{number}</id>{plain}{who}{"".join(more)}</object>'


def test_each_version_is_an_edit_of_the_page() -> None:
    older = page("11", 2, '<property name="originalVersion" class="Page"><id name="id">10</id></property>')
    first = page("12", 1, '<property name="originalVersion" class="Page"><id name="id">10</id></property>')
    body = f"<hibernate-generic>{page('10', 3)}{older}{first}</hibernate-generic>"
    told = acts(list(Confluence(zone="UTC").parse(member_of(body.encode()))))
    assert [
        ("confluence:10", Verb.POST, None),
        ("confluence:10:v3", Verb.EDIT, "confluence:10"),
        ("confluence:10:v2", Verb.EDIT, "confluence:10"),
    ] == [(one.id, one.verb, one.parent) for one in told]


def test_the_export_of_a_space_is_read_whole(tmp_path: Path) -> None:
    file = tmp_path / "space.zip"
    with zipfile.ZipFile(file, "w") as packed:
        packed.writestr("entities.xml", ENTITIES)
        packed.writestr("exportDescriptor.properties", "exportType=space\n")
        packed.writestr("attachments/1/2", "x")
    assert Confluence().claims(names(file))
    with open_export(file) as export:
        records = [record for _, record in Confluence(zone="UTC").parse_export(export)]
        with pytest.raises(Unreadable, match="--zone"):
            list(Confluence().parse_export(export))
    assert 5 == len(acts(records))
    assert any("attachments" in one.text for one in records if isinstance(one, Note))


def test_cut_in_the_middle_what_came_before_is_read() -> None:
    records = list(Confluence(zone="UTC").parse(member_of(ENTITIES[: ENTITIES.index(b"2002")])))
    assert 3 == len(acts(records))
    assert "cannot be read from line" in next(one.reason for one in records if isinstance(one, SetAside))


def test_an_answer_tells_who_made_and_changed_a_page() -> None:
    by: dict[str, Any] = {"accountId": "a1", "displayName": "Ann Lee", "email": "ann@acme.example"}
    row = {
        "id": "7",
        "type": "page",
        "title": "Plan",
        "space": {"key": "ACME"},
        "history": {"createdBy": by, "createdDate": "2026-01-05T10:00:00.000+01:00"},
        "version": {"by": {"username": "Bo"}, "when": "2026-01-06T10:00:00.000Z", "number": 2},
        "metadata": {"labels": {"results": [{"name": "budget"}]}},
    }
    talk = {**row, "id": "8", "type": "comment", "container": {"id": "7"}, "version": {}}
    member = member_of(json.dumps({"results": [row, talk, {"id": "9", "history": {}}]}).encode())
    assert ["confluence"] == recognised_by(member)
    records = list(Confluence().parse(member))
    assert [
        ("confluence:7", Verb.POST, "confluence:a1", None, ("budget",)),
        ("confluence:7:v2", Verb.EDIT, "confluence:@bo", "confluence:7", ()),
        ("confluence:8", Verb.COMMENT, "confluence:a1", "confluence:7", ("budget",)),
    ] == [(one.id, one.verb, one.actor, one.parent, one.tags) for one in acts(records)]
    assert [("Ann Lee", ("confluence:a1", "email:ann@acme.example"))] == [
        (one.name, one.accounts) for one in records if isinstance(one, Person) and one.name
    ]
    assert 1 == sum(isinstance(one, SetAside) for one in records)


def test_another_file_is_refused() -> None:
    with pytest.raises(Unreadable, match="neither entities"):
        list(Confluence(zone="UTC").parse(member_of(b"<html/>")))


@pytest.mark.skipif(not SHARED.exists(), reason="the shared recordings are not on this machine")
def test_a_recorded_answer_is_read() -> None:
    member = member_of(next((SHARED / "payloads/confluence").rglob("confluence_content_1_v3.json")))
    assert ["confluence"] == recognised_by(member)
    assert Verb.POST in {one.verb for one in acts(list(Confluence().parse(member)))}


def test_a_page_alone_may_hold_lists_of_its_own() -> None:
    who = {"accountId": "a", "displayName": "Ann"}
    page = {
        "id": "1",
        "type": "page",
        "title": "T",
        "history": {"createdBy": who, "createdDate": "2026-01-05T09:00:00.000Z"},
        "metadata": {"labels": {"results": [{"name": "budget"}]}},
    }
    found = [
        one for one in Confluence().parse(member_of(json.dumps(page).encode())) if isinstance(one, Activity)
    ]
    assert [("budget",)] == [one.tags for one in found]
