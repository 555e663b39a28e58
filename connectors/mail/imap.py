"""Mail over IMAP: the folders of a mailbox, read message by message and never marked as read.

A reply is an mbox, read as every other one; see `connectors.mail.files`. Only headers are kept.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

from connectors.kit.answers import as_member
from connectors.kit.deletions import are_tombstones, as_tombstones, tombstones
from connectors.mail.files import Mail
from connectors.mail.imap_session import Folder, Opened, Session
from influence.contract.connector import ConnectorError, Reply
from influence.contract.files import Member
from influence.contract.records import Activity, Record

PAGE = 100
"""Messages fetched at once."""
BODY_BYTES = 65_536
"""Of each body, to tell copies from messages that look alike."""
FOLLOWED = 500
"""The newest messages of a folder of which a deletion is noticed; see `Imap`."""
_NOT_READ = frozenset(("\\drafts", "\\junk", "\\trash"))
_NOT_READ_NAMES = re.compile(
    r"(.*[/.])?(drafts?|junk( e-?mail)?|spam|trash|deleted (items|messages)|utkast|søppelpost|slettede elementer"
    r"|kladder|uønsket mail|slettet post|entwürfe|papierkorb|gelöschte (elemente|objekte)|brouillons|corbeille"
    r"|courrier indésirable)",
    re.IGNORECASE,
)
_BEGINNING = b"From mailbox Thu Jan  1 00:00:00 1970\nX-Read-By: influence\n"
"""Begins each message; the field sees to it that one with a broken header begins too."""


@dataclass(frozen=True)
class Imap:
    """Messages and replies of a mailbox.

    `host` is the server, `user` the name to sign in with, `folders` names to read, divided by `;` (all but
    drafts, junk and trash, if empty), `zone` the IANA zone for dates that state none. A message that leaves the
    mailbox is withdrawn if it was among the newest 500 of its folder; older mail stays counted, since tidying
    up does not undo that it was sent.
    """

    host: str = ""
    user: str = ""
    port: str = "993"
    folders: str = ""
    zone: str | None = None

    name: ClassVar[str] = "imap"
    needs: ClassVar[Mapping[str, str]] = {}
    title: ClassVar[str] = "mail, live over IMAP"
    source: ClassVar[str] = "Connect with the IMAP server of your provider and an app password."
    secrets: ClassVar[tuple[str, ...]] = ("password",)
    reads: ClassVar[str] = "The headers of your mail; the beginning of each text is digested and not kept."
    revoke: ClassVar[str] = "Delete the app password at your provider."

    def fetch(self, cursor: Mapping[str, Any], secret: Callable[[str], str]) -> Iterator[Reply]:
        """Yield new messages a hundred at a time, folder by folder, then what has left the mailbox.

        Raises:
            NotAuthorised: the server does not accept the password.
            ConnectorError: it cannot be reached, a folder is not there, or an option cannot be meant.
        """
        if not (self.host and self.user):
            raise ConnectorError(
                "imap needs a server and a name: influence connect imap --set host=… --set user=…"
            )
        if not re.fullmatch(r"\d{1,5}", self.port):
            raise ConnectorError(f"port is {self.port[:20]!r}, which is no number; IMAP over TLS is 993")
        session = Session(self.host, int(self.port), self.user, secret("password"))
        try:
            yield from _Pull(session, Mail(self.zone), self._wanted(session.folders()), cursor).replies()
        finally:
            session.close()

    def parse(self, member: Member) -> Iterator[Record]:
        """Yield an activity for each message, and claims on people; or what has left the mailbox."""
        yield from tombstones(member) if are_tombstones(member) else Mail(self.zone).parse(member)

    def _wanted(self, found: Sequence[Folder]) -> list[Folder]:
        asked = [name.strip() for name in self.folders.split(";") if name.strip()]
        known = {folder.shown.lower(): folder for folder in found}
        if missing := [name for name in asked if name.lower() not in known]:
            there = ", ".join(folder.shown for folder in found)[:300]
            raise ConnectorError(f"{self.host} has no folder {missing[0]!r}; there are: {there}")
        if asked:
            return [known[name.lower()] for name in asked]
        return [
            folder
            for folder in found
            if not (_NOT_READ & folder.flags or _NOT_READ_NAMES.fullmatch(folder.shown))
        ]


@dataclass
class _Pull:
    """One pull. Of each folder the cursor keeps its numbering, the last message read, and the newest ids."""

    session: Session
    mail: Mail
    folders: Sequence[Folder]
    cursor: Mapping[str, Any]
    states: dict[str, dict[str, Any]] = field(default_factory=dict)
    left: dict[str, dict[str, str]] = field(default_factory=dict)
    refused: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.states = {
            raw: {**state, "newest": dict(state["newest"])}
            for raw, state in self.cursor.get("folders", {}).items()
        }
        for raw in self.states.keys() - {folder.raw for folder in self.folders}:
            self.left[raw] = dict(self.states[raw]["newest"])

    def replies(self) -> Iterator[Reply]:
        """Yield the new messages of each folder, then what is in none any more."""
        for folder in self.folders:
            yield from self._folder(folder)
        yield from self._gone()

    def _folder(self, folder: Folder) -> Iterator[Reply]:
        opened = self.session.open(folder)
        if opened is None:
            self.refused.append(folder.shown)
            return
        state = self.states.get(folder.raw)
        if state is None or state["validity"] != opened.validity:
            self._start_anew(folder.raw, opened.validity)
        state = self.states[folder.raw]
        self._note_left(folder.raw, state, opened)
        uids = self.session.uids(state["last"]) if opened.count else []
        followed = set(uids[-FOLLOWED:])
        for start in range(0, len(uids), PAGE):
            page = uids[start : start + PAGE]
            messages = self.session.messages(page, BODY_BYTES)
            state["last"] = page[-1]
            fresh = {str(uid): self._id(raw) for uid, raw in messages.items() if uid in followed}
            state["newest"] = _newest(state["newest"] | {uid: one for uid, one in fresh.items() if one})
            if messages:
                name = f"{folder.shown} {page[0]}-{page[-1]}.mbox"
                left, missing = len(uids) - start - len(page), len(page) - len(messages)
                note = self._note(left, f"left in {folder.shown}", missing)
                yield Reply(as_member(name, _mbox(messages.values())), self._cursor(), note)

    def _note(self, count: int, what: str, missing: int = 0) -> str:
        """Say how far the pull is, and what the server did not give."""
        parts = [f"{count:,} {what}"]
        if missing:
            parts.append(f"{missing:,} were listed but not given")
        if self.refused:
            parts.append(f"the server did not open: {', '.join(self.refused)[:200]}")
        return "; ".join(parts)

    def _start_anew(self, raw: str, validity: int) -> None:
        before = self.states.get(raw, {"newest": {}})["newest"]
        self.left[raw] = dict(before)
        self.states[raw] = {"validity": validity, "last": 0, "newest": {}, "before": dict(before)}

    def _note_left(self, raw: str, state: Mapping[str, Any], opened: Opened) -> None:
        """Note which of the newest messages are not in the folder any more."""
        newest = state["newest"]
        if newest:
            here = set(self.session.uids(min(map(int, newest)) - 1)) if opened.count else set()
            self.left[raw] = {uid: one for uid, one in newest.items() if int(uid) not in here}
        self.left.setdefault(raw, {}).update(state.get("before", {}))

    def _id(self, message: bytes) -> str | None:
        """Return the id of the activity that a message becomes, where it can be looked for again."""
        records = self.mail.parse(as_member("message", _mbox([message])))
        found = next((one.id for one in records if isinstance(one, Activity)), None)
        return found if found and re.fullmatch(r"mail:[!#-\[\]-~]{1,500}", found) and "@" in found else None

    def _gone(self) -> Iterator[Reply]:
        """Withdraw what left a folder and is in no other; mail that was moved is still there."""
        waiting = {one for left in self.left.values() for one in left.values()}
        if not (waiting or self.refused):
            return
        for folder in self.folders:
            if waiting and self.session.open(folder) is not None:
                waiting = {one for one in waiting if not self.session.holds(one.removeprefix("mail:"))}
        known = {folder.raw for folder in self.folders}
        self.states = {raw: state for raw, state in self.states.items() if raw in known}
        for raw, state in self.states.items():
            state.pop("before", None)
            left = self.left.get(raw, {})
            state["newest"] = {uid: one for uid, one in state["newest"].items() if left.get(uid) != one}
        yield Reply(
            as_tombstones("gone.json", sorted(waiting)), self._cursor(), self._note(len(waiting), "gone")
        )

    def _cursor(self) -> dict[str, Any]:
        return {"folders": {raw: {**state} for raw, state in self.states.items()}}


def _newest(ids: Mapping[str, str]) -> dict[str, str]:
    """Keep the newest by their numbers."""
    kept = sorted(ids, key=int)[-FOLLOWED:]
    return {uid: ids[uid] for uid in kept}


def _mbox(messages: Any) -> bytes:
    """Write messages one after the other; a line of a text that looks like a beginning is quoted."""
    return b"\n".join(
        _BEGINNING + re.sub(rb"(?m)^(>*From )", rb">\1", message.replace(b"\r\n", b"\n")) + b"\n"
        for message in messages
    )
