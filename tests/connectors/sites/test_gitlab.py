"""GitLab: the export of a project whole, its members, and recorded answers."""

from __future__ import annotations

import io
import json
import tarfile
from pathlib import Path
from typing import Any

import pytest

from connectors.sites.gitlab import GitLab
from influence.contract.connector import Unreadable
from influence.contract.files import names, open_export
from influence.contract.records import Activity, Note, Person, Verb
from influence.contract.testing import member_of
from tests.kit.connector_records import recognised_by
from tests.kit.places import SHARED

MERGE: dict[str, Any] = {
    "id": 5,
    "iid": 1,
    "project_id": 7,
    "author_id": 11,
    "title": "Plan",
    "created_at": "2026-01-05T09:00:00Z",
    "approvals": [{"user_id": 12, "created_at": "2026-01-05T10:00:00Z"}],
    "notes": [{"id": 9, "note": "odd", "author_id": 12, "created_at": "soon", "system": False}],
}
MEMBER = {
    "access_level": 40,
    "user_id": 12,
    "user": {"id": 12, "username": "Bo.Ek", "public_email": "bo@acme.example"},
}


def test_the_export_of_a_project_is_read_whole(tmp_path: Path) -> None:
    file = tmp_path / "2026-01-05_acme_plan_export.tar.gz"
    with tarfile.open(file, "w:gz") as packed:
        for name, body in (
            ("tree/project.json", {"description": "x"}),
            ("tree/project/merge_requests.ndjson", MERGE),
            ("tree/project/project_members.ndjson", MEMBER),
            ("VERSION", "0.2.4"),
        ):
            content = json.dumps(body).encode() + b"\n"
            told = tarfile.TarInfo(name)
            told.size = len(content)
            packed.addfile(told, io.BytesIO(content))
    assert GitLab().claims(names(file))
    with open_export(file) as export:
        records = [record for _, record in GitLab().parse_export(export)]
    assert ("gitlab:12", "gitlab:@bo.ek", "email:bo@acme.example") == next(
        one.accounts for one in records if isinstance(one, Person)
    )
    acts = [one for one in records if isinstance(one, Activity)]
    assert [("gitlab:merge-5", Verb.POST, None), ("gitlab:merge-5", Verb.REACT, "approved")] == [
        (one.parent or one.id, one.verb, one.reaction) for one in acts
    ]
    assert any("2" in one.text for one in records if isinstance(one, Note))


def test_another_file_is_refused() -> None:
    assert not GitLab().claims(["project.json", "issues.ndjson"])
    with pytest.raises(Unreadable, match="no answer of GitLab"):
        list(GitLab().parse(member_of(b'[{"iid": 1}]')))


@pytest.mark.skipif(not SHARED.exists(), reason="the shared recordings are not on this machine")
@pytest.mark.parametrize(
    ("name", "verb"),
    [("issue_page_1", Verb.POST), ("merge_1", Verb.POST), ("notes_2", Verb.COMMENT), ("emoji", Verb.REACT)],
)
def test_recorded_answers_are_read(name: str, verb: Verb) -> None:
    member = member_of(next((SHARED / "payloads/gitlab").rglob(name)))
    assert ["gitlab"] == recognised_by(member)
    records = list(GitLab().parse(member))
    acts = [one for one in records if isinstance(one, Activity)]
    assert all(one.verb is verb for one in acts)
    assert acts or any(isinstance(one, Note) for one in records)


def answer(*rows: dict[str, Any]) -> list[Any]:
    member = member_of(json.dumps(rows).encode())
    assert ["gitlab"] == recognised_by(member)
    return list(GitLab().parse(member))


def test_a_merge_request_of_an_export_is_in_the_project_into_which_it_goes() -> None:
    row = {**MERGE, "target_project_id": 7, "source_branch": "x"}
    del row["project_id"]
    lines = "".join(json.dumps(one) + "\n" for one in (row,)).encode()
    with_mark = lines.replace(b'"iid"', b'"project_id": null, "iid"')
    acts = [one for one in GitLab().parse(member_of(with_mark)) if isinstance(one, Activity)]
    assert [("gitlab:merge-5", "gitlab:project-7")] == [(one.id, one.channel) for one in acts if one.channel]


def test_the_notes_of_a_discussion_answer_its_first() -> None:
    told = {"noteable_type": "Issue", "noteable_id": 4, "body": "x", "system": False, "author_id": 12}
    notes = [{**told, "id": number, "created_at": f"2026-01-05T09:0{number}:00Z"} for number in (1, 2)]
    found = answer({"id": "d1", "individual_note": False, "notes": notes})
    assert ["gitlab:issue-4", "gitlab:note-1"] == [one.parent for one in found]


def test_who_was_invited_and_has_no_account_is_nobody(tmp_path: Path) -> None:
    file = tmp_path / "tree/project/project_members.ndjson"
    file.parent.mkdir(parents=True)
    file.write_text(
        json.dumps({"id": 3, "access_level": 30, "user_id": None, "invite_email": "cy@x.example"})
    )
    with open_export(tmp_path) as export:
        found = [one for _, one in GitLab().parse_export(export)]
    assert ["not read: 1 members who were invited and have no account yet"] == [one.text for one in found]
