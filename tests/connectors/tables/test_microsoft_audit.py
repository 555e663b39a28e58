"""The audit log of Microsoft 365: who did what to which page or file, and what is nobody's act."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import pytest

from connectors.tables.microsoft_audit import MicrosoftAudit
from influence.contract.connector import Unreadable
from influence.contract.records import Activity, Note, Record, SetAside, Verb
from influence.contract.testing import member_of
from tests.kit.connector_records import recognised_by
from tests.kit.places import SHARED

PAGE = "https://acme.sharepoint.example/p.aspx"


COLUMNS = "RecordId,CreationDate,Operation,UserId,AuditData"


def read(*acts: tuple[str, str, dict[str, Any]], header: str = COLUMNS) -> list[Record]:
    table = io.StringIO()
    writer = csv.writer(table)
    writer.writerow(header.split(","))
    for number, (operation, user, told) in enumerate(acts):
        data = {"CreationTime": f"2026-01-05T09:0{number}:00", "ObjectId": PAGE, **told}
        row = {"RecordId": f"r{number}", "CreationDate": "", "AuditData": json.dumps(data)}
        row |= dict.fromkeys(("Operation", "Operations"), operation) | dict.fromkeys(
            ("UserId", "UserIds"), user
        )
        writer.writerow([row[name] for name in header.split(",")])
    member = member_of(table.getvalue().encode(), "audit.csv")
    assert ["microsoft-audit"] == recognised_by(member)
    return list(MicrosoftAudit().parse(member))


def acts(records: list[Record]) -> list[Activity]:
    return [one for one in records if isinstance(one, Activity)]


@pytest.mark.parametrize(
    ("operation", "verb"),
    [
        ("PageViewed", Verb.VIEW),
        ("FileAccessedExtended", Verb.VIEW),
        ("FileModified", Verb.EDIT),
        ("AddedToSecureLink", Verb.SHARE),
        ("PageCommentCreated", Verb.COMMENT),
        ("PageLiked", Verb.REACT),
    ],
)
def test_an_operation_is_what_somebody_did(operation: str, verb: Verb) -> None:
    made, told = acts(read(("FileUploaded", "ann@acme.example", {}), (operation, "bo@acme.example", {})))
    assert (Verb.POST, verb, made.id) == (made.verb, told.verb, told.parent)


def test_a_file_that_is_uploaded_again_is_changed() -> None:
    told = acts(read(("FileUploaded", "ann@acme.example", {}), ("FileUploaded", "bo@acme.example", {})))
    assert [(Verb.POST, None), (Verb.EDIT, told[0].id)] == [(one.verb, one.parent) for one in told]


def test_programs_and_other_operations_are_counted() -> None:
    records = read(
        ("PageViewed", "app@sharepoint", {}),
        ("PageViewed", "urn:spo:anon#17", {}),
        ("UserLoggedIn", "ann@acme.example", {}),
        ("PageViewed", "ann@acme.example", {"ObjectId": ""}),
        ("PageViewed", "ann@acme.example", {"CreationTime": "soon"}),
    )
    assert [] == acts(records)
    assert 1 == sum(isinstance(one, SetAside) for one in records)
    notes = [one.text for one in records if isinstance(one, Note)]
    assert [True, True] == [
        notes[0].startswith("2 records of other operations"),
        notes[1].startswith("2 records are of programs"),
    ]


def test_a_share_is_to_whom_it_names_and_not_to_a_group() -> None:
    one = {"TargetUserOrGroupName": "cy_ek.example#ext#@acme.example", "TargetUserOrGroupType": "Guest"}
    group = {"TargetUserOrGroupName": "all@acme.example", "TargetUserOrGroupType": "SecurityGroup"}
    told = acts(read(("SharingSet", "ann@acme.example", one), ("SharingSet", "ann@acme.example", group)))
    assert [("email:cy@ek.example",), ()] == [one.to for one in told]


def test_the_older_columns_are_read() -> None:
    told = acts(
        read(("PageViewed", "ann@acme.example", {}), header="CreationDate,UserIds,Operations,AuditData")
    )
    assert ["email:ann@acme.example"] == [one.actor for one in told]


def test_another_table_is_refused() -> None:
    with pytest.raises(Unreadable, match="no column AuditData"):
        list(MicrosoftAudit().parse(member_of(b"Date,User\n1,2\n")))


@pytest.mark.skipif(not SHARED.exists(), reason="the shared cases are not on this machine")
def test_the_case_is_read() -> None:
    member = member_of(SHARED / "cases/sources/audit.csv")
    assert ["microsoft-audit"] == recognised_by(member)
    told = acts(list(MicrosoftAudit().parse(member)))
    assert [("email:ann@acme.example", Verb.VIEW)] == [(one.actor, one.verb) for one in told]
