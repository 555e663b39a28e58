"""GitLab: the export of a project (tar.gz), and saved answers of its API.

References: GitLab Docs, Project import and export; REST API: Issues, Merge requests, Notes, Emoji reactions, Events.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, ClassVar

from connectors.kit.addresses import address_account
from connectors.kit.answers import At, guarded, identifier, mapping
from connectors.kit.apart import not_read
from connectors.kit.exports import each_file
from connectors.kit.json_files import holds, values
from connectors.kit.lists import rows_of
from connectors.kit.text import clean
from connectors.kit.times import moment
from influence.contract.connector import Unreadable
from influence.contract.files import Export, Member
from influence.contract.records import Activity, Note, Person, Record, SetAside, Verb

_FILES = re.compile(r"(?:\./)?tree/project/(issues|merge_requests|project_members)\.ndjson")
_MARKS = (
    (b'"iid"', b'"project_id"', b'"author"', b'"web_url"'),
    (b'"iid"', b'"project_id"', b'"author_id"', b'"title"'),
    (b'"noteable_type"', b'"noteable_id"', b'"body"'),
    (b'"awardable_type"', b'"awardable_id"'),
    (b'"action_name"', b'"target_type"', b'"author"'),
)
_KINDS = {
    "issue": "issue",
    "mergerequest": "merge",
    "merge_request": "merge",
    "epic": "epic",
    "snippet": "snippet",
}
_MENTION = re.compile(r"(?<![\w@./`])@([a-z0-9_](?:[\w.-]{0,60}[a-z0-9_])?)", re.IGNORECASE)


@dataclass(frozen=True)
class GitLab:
    """Issues and merge requests, the notes on them, emoji and approvals."""

    name: ClassVar[str] = "gitlab"
    title: ClassVar[str] = "GitLab: the export of a project (tar.gz), or saved answers of its API"
    each_has: ClassVar[frozenset[str]] = frozenset(("project.json",))
    source: ClassVar[str] = "In the project: Settings, General, Advanced, Export project."

    def claims(self, names: Sequence[str]) -> bool:
        """Tell the export of a project by the tree inside."""
        return any(_FILES.fullmatch(name) for name in names)

    def recognises(self, member: Member, head: bytes) -> bool:  # noqa: ARG002 - a name proves nothing
        """Tell an answer by its fields."""
        return holds(head, *_MARKS)

    def parse(self, member: Member) -> Iterator[Record]:
        """Yield what an answer, or one file of an export, tells.

        Raises:
            Unreadable: it is none that is known.
        """
        if not holds(member.head(), *_MARKS):
            raise Unreadable(
                f"{member.name}: the file is no answer of GitLab with issues, notes, emoji or events"
            )
        reader = _Reader()
        yield from reader.file(member)
        yield from not_read(reader.apart)

    def parse_export(self, export: Export) -> Iterator[tuple[str, Record]]:
        """Yield the members, the issues and the merge requests of a project."""
        read = sorted(
            (name for name in export.files if _FILES.fullmatch(name)), key=lambda name: "members" not in name
        )
        reader = _Reader()
        yield from each_file(export, read, reader.file)
        yield from ((export.name, note) for note in not_read(reader.apart))
        if left := len(export.files) - len(read):
            yield export.name, Note(f"files that are not read (the code, pipelines, settings): {left:,}")


@dataclass
class _Reader:
    named: set[str] = field(default_factory=set)
    apart: Counter[str] = field(default_factory=Counter)

    def file(self, member: Member) -> Iterator[Record]:
        """Yield what each row of a file tells, by its fields."""
        is_merge = "merge_requests" in member.name
        for at in values(member):
            if isinstance(at, SetAside):
                yield at
            elif not isinstance(at.value, Mapping):
                yield SetAside("the row is no JSON object", at.line)
            else:
                yield from guarded(partial(self._row, at, is_merge=is_merge), "the row", at.line)

    def _row(self, at: At, *, is_merge: bool) -> Iterator[Record]:
        row = at.value
        if "access_level" in row:
            yield from self._member(row, at.line)
        elif "awardable_type" in row:
            yield from self._award(row, _item(row["awardable_type"], row["awardable_id"]), at.line)
        elif "individual_note" in row:
            yield from self._discussion(row, at.line)
        elif "noteable_type" in row:
            yield from self._note(row, _item(row["noteable_type"], row.get("noteable_id")), at.line, {})
        elif "action_name" in row:
            yield from self._event(row, at.line)
        else:
            yield from self._issue(row, at.line, "merge" if is_merge or "source_branch" in row else "issue")

    def _who(self, row: Mapping[str, Any], line: int, name: str = "author") -> Iterator[Person | str]:
        """Yield who it is where that is new, then the account."""
        user = mapping(row.get(name))
        account = f"gitlab:{identifier(user.get('id') or row.get(f'{name}_id'), f'the {name}')}"
        shown = clean(str(user.get("name") or ""), 200)
        handle = str(user.get("username") or "").lower()
        if f"{account} {handle}" not in self.named and (shown or handle):
            self.named.add(f"{account} {handle}")
            bot = (
                True if re.fullmatch(r"(?:project|group)_\d+_bot\w{0,40}|ghost|support-bot", handle) else None
            )
            also = (f"gitlab:@{handle}",) if handle else ()
            yield Person(name=shown or None, accounts=(account, *also), bot=bot, line=line)
        yield account

    def _member(self, row: Mapping[str, Any], line: int) -> Iterator[Record]:
        user = mapping(row.get("user"))
        if not user and row.get("user_id") is None:
            self.apart["members who were invited and have no account yet"] += 1
            return
        own = user.get("id") or row.get("user_id")
        account = f"gitlab:{identifier(own, 'the member')}"
        mail = address_account(user.get("public_email") or user.get("email"))
        handle = str(user.get("username") or "").lower()
        also = (*((f"gitlab:@{handle}",) if handle else ()), *((mail,) if mail else ()))
        self.named.add(account)
        yield Person(
            name=clean(str(user.get("name") or ""), 200) or None, accounts=(account, *also), line=line
        )

    def _issue(self, row: Mapping[str, Any], line: int, kind: str) -> Iterator[Record]:
        *people, actor = self._who(row, line)
        yield from (one for one in people if isinstance(one, Person))
        # An export knows a merge request by the project into which it goes.
        project = row.get("project_id") or row.get("target_project_id")
        item = _item(kind, row.get("id") or f"{project}-{row.get('iid')}")
        labels = row.get("labels") if isinstance(row.get("labels"), list) else []
        named = [str(mapping(one.get("label")).get("title") or "") for one in rows_of(row, "label_links")]
        text = "\n".join(str(row[name]) for name in ("title", "description") if row.get(name))
        yield Activity(
            id=item,
            time=moment(row.get("created_at"), "created_at"),
            actor=str(actor),
            verb=Verb.POST,
            conversation=item,
            mentions=_mentions(text),
            channel=f"gitlab:project-{identifier(project, 'project_id')}",
            text=text or None,
            url=clean(str(row.get("web_url") or ""), 500) or None,
            tags=tuple(one for one in (*map(str, labels or ()), *named) if one),
            line=line,
        )
        yield from self._within(row, item, line)

    def _within(self, row: Mapping[str, Any], item: str, line: int) -> Iterator[Record]:
        """Yield what stands within an issue of an export: notes, emoji, approvals."""
        begun: dict[str, str] = {}
        for note in rows_of(row, "notes"):
            yield from guarded(partial(self._note, note, item, line, begun), "a note", line)
        for award in rows_of(row, "award_emoji"):
            yield from guarded(partial(self._award, award, item, line), "an emoji", line)
        for approval in rows_of(row, "approvals"):
            told = {**approval, "name": "approved", "id": f"approval-{approval.get('user_id')}"}
            yield from guarded(partial(self._award, told, item, line), "an approval", line)

    def _note(self, row: Mapping[str, Any], item: str, line: int, begun: dict[str, str]) -> Iterator[Record]:
        if row.get("system") is True:
            self.apart["notes of the program (labels, states, who was assigned)"] += 1
            return
        *people, actor = self._who(row, line)
        yield from (one for one in people if isinstance(one, Person))
        text, talk = str(row.get("body") or row.get("note") or ""), str(row.get("discussion_id") or "")
        number = row.get("id") or f"{item}-{row.get('created_at')}-{actor}"
        own = f"gitlab:note-{identifier(number, 'id')}"
        first = begun.setdefault(talk, own) if talk else own
        named = (one for one in _mentions(text) if one != actor)
        yield Activity(
            id=own,
            time=moment(row.get("created_at"), "created_at"),
            actor=str(actor),
            verb=Verb.COMMENT if first == own else Verb.REPLY,
            parent=item if first == own else first,
            conversation=item,
            mentions=tuple(named),
            text=text or None,
            line=line,
        )
        for award in rows_of(row, "award_emoji"):
            yield from guarded(partial(self._award, award, own, line), "an emoji", line)

    def _discussion(self, row: Mapping[str, Any], line: int) -> Iterator[Record]:
        """Yield the notes of a discussion: those after the first answer it."""
        begun: dict[str, str] = {}
        for note in rows_of(row, "notes"):
            item = _item(note.get("noteable_type"), note.get("noteable_id"))
            told = {**note, "discussion_id": row.get("id")}
            yield from guarded(partial(self._note, told, item, line, begun), "a note", line)

    def _award(self, row: Mapping[str, Any], item: str, line: int) -> Iterator[Record]:
        *people, actor = self._who(row, line, "user")
        yield from (one for one in people if isinstance(one, Person))
        sign = clean(str(row.get("name") or ""), 60)
        yield Activity(
            id=f"gitlab:award-{clean(str(row.get('id') or ''), 60)}:{item}:{sign}:{actor}",
            time=moment(row.get("created_at"), "created_at"),
            actor=str(actor),
            verb=Verb.REACT,
            parent=item,
            conversation=item if ":note-" not in item else None,
            reaction=sign or None,
            line=line,
        )

    def _event(self, row: Mapping[str, Any], line: int) -> Iterator[Record]:
        action, target = str(row["action_name"]), str(row.get("target_type") or "")
        if action == "commented on" and row.get("note"):
            note = {**mapping(row["note"]), "author": row.get("author")}
            yield from self._note(note, _item(note.get("noteable_type"), note.get("noteable_id")), line, {})
        elif action == "opened" and target.lower() in _KINDS:
            told = {**row, "id": row.get("target_id"), "title": row.get("target_title")}
            yield from self._issue(told, line, _KINDS[target.lower()])
        elif action == "approved":
            told = {**row, "user": row.get("author"), "user_id": row.get("author_id"), "name": "approved"}
            yield from self._award(told, _item(target, row.get("target_id")), line)
        else:
            self.apart[f"events ({clean(action, 40)})"] += 1


def _item(kind: Any, number: Any) -> str:
    """Name an issue, a merge request or what else can be answered."""
    name = _KINDS.get(str(kind).lower(), clean(str(kind), 40).lower())
    return f"gitlab:{name}-{identifier(number, 'the item')}"


def _mentions(text: str) -> tuple[str, ...]:
    return tuple(
        dict.fromkeys(f"gitlab:@{one.lower()}" for one in _MENTION.findall(text) if one.lower() != "all")
    )
