"""Mail over IMAP: the folders of a mailbox, read message by message and never marked as read.

A reply is an mbox, read as every other one; see `connectors.mail.files`. Only headers are kept.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any, ClassVar

from connectors.kit.addresses import address_account
from connectors.kit.answers import as_member
from connectors.kit.deletions import are_tombstones, as_tombstones, tombstones
from connectors.kit.paging import Answer, State, Task, walk
from connectors.kit.text import clean
from connectors.mail.files import Mail
from connectors.mail.folders import place_of, place_written
from connectors.mail.imap_session import Fetched, Folder, Opened, Session
from influence.contract.connector import ConnectorError, Reply, Secret
from influence.contract.files import Member
from influence.contract.records import Activity, Record, Unsaid

PAGE = 100
"""Messages fetched at once."""
BODY_BYTES = 65_536
"""Of each body, to tell copies from messages that look alike."""
FOLLOWED = 500
"""The newest messages of a folder of which a deletion is noticed; see `Imap`."""
_UNSAID = {"\\drafts": Unsaid.DRAFT, "\\junk": Unsaid.SPAM, "\\trash": Unsaid.TRASH}
"""What lies in the folders that a server marks (RFC 6154); a message itself may be marked too (RFC 3501)."""
_MARKED = {"\\draft": Unsaid.DRAFT, "\\deleted": Unsaid.TRASH}
_SEPARATOR = b"From mailbox Thu Jan  1 00:00:00 1970\n"


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
    required: ClassVar[tuple[str, ...]] = ("host", "user")
    beforehand: ClassVar[str] = (
        "Make an app password at your provider and give that; it holds until you delete it. Microsoft lets nobody in "
        "here with a password any more: for Outlook and Microsoft 365 use the connector microsoft."
    )
    reads: ClassVar[str] = "The headers of your mail; the beginning of each text is digested and not kept."
    revoke: ClassVar[str] = "Delete the app password at your provider."

    def fetch(self, cursor: Mapping[str, Any], secret: Secret) -> Iterator[Reply]:
        """Yield new messages a hundred at a time, folder by folder, then what has left the mailbox.

        Raises:
            NotAuthorised: the server does not accept the password.
            ConnectorError: it cannot be reached, a folder is not there, or an option cannot be meant.
        """
        session = self._session(secret)
        try:
            found = session.folders()
            wanted = self._wanted(found)
            passed_over = [one.shown for one in found if one not in wanted and _kind(one)]
            pull = _Pull(session, Mail(self.zone), wanted, self._owner(), passed_over)
            yield from walk(cursor, pull.begin, pull.ask, keeps_tasks=False)
        finally:
            session.close()

    def _owner(self) -> str:
        return address_account(self.user) or f"mailbox:{clean(self.user, 200)}@{self.host}".lower()

    def signed_in_as(self, secret: Secret) -> str:
        """Sign in, and say where.

        Raises:
            NotAuthorised: the server does not accept the password.
            ConnectorError: it cannot be reached, or an option cannot be meant.
        """
        with closing(self._session(secret)) as session:
            count = len(session.folders())
        return f"{clean(self.user, 200)} on {self.host}: {count:,} folder{'s' if count != 1 else ''}"

    def _session(self, secret: Secret) -> Session:
        if not (self.host and self.user):
            raise ConnectorError(
                "imap needs a server and a name: influence connect imap --set host=… --set user=…"
            )
        if not re.fullmatch(r"\d{1,5}", self.port):
            raise ConnectorError(f"port is {self.port[:20]!r}, which is no number; IMAP over TLS is 993")
        return Session(self.host, int(self.port), self.user, secret.get("password"))

    def parse(self, member: Member) -> Iterator[Record]:
        """Yield an activity for each message, and claims on people; or what has left the mailbox."""
        yield from tombstones(member) if are_tombstones(member) else Mail(self.zone).parse_live(member)

    def _wanted(self, found: Sequence[Folder]) -> list[Folder]:
        asked = [name.strip() for name in self.folders.split(";") if name.strip()]
        known = {folder.shown.lower(): folder for folder in found}
        if missing := [name for name in asked if name.lower() not in known]:
            there = ", ".join(folder.shown for folder in found)[:300]
            raise ConnectorError(f"{self.host} has no folder {missing[0]!r}; there are: {there}")
        if asked:
            return [known[name.lower()] for name in asked]
        return [folder for folder in found if not _kind(folder)]


@dataclass
class _Pull:
    """One pull. Of each folder the cursor keeps its numbering, the last message read, and the newest ids.

    `owner` is the account whose mailbox it is, `passed_over` the folders in which nobody said anything; `left` is
    what is not in a folder any more, `refused` the folders that the server did not open.
    """

    session: Session
    mail: Mail
    folders: Sequence[Folder]
    owner: str
    passed_over: Sequence[str] = ()
    left: dict[str, dict[str, str]] = field(default_factory=dict)
    refused: list[str] = field(default_factory=list)

    def begin(self, state: State) -> list[Task]:
        """Plan a pull: the new messages of each folder, then what is in none any more."""
        places = state.setdefault("folders", {})
        for raw in places.keys() - {folder.raw for folder in self.folders}:
            self.left[raw] = dict(places[raw]["newest"])
        return [*(["folder", folder] for folder in self.folders), ["gone"]]

    def ask(self, task: Task, state: State) -> Answer:
        """Open a folder, ask for a page of its messages, or look for what left."""
        match task:
            case ["folder", Folder() as folder]:
                return Answer(None, self._folder(folder, state["folders"]))
            case ["page", Folder() as folder, list(page), set(followed), int(left)]:
                return self._page(folder, page, followed, left, state["folders"][folder.raw])
        return self._gone(state)

    def _folder(self, folder: Folder, places: dict[str, Any]) -> list[Task]:
        opened = self.session.open(folder)
        if opened is None:
            self.refused.append(folder.shown)
            return []
        if folder.raw not in places or places[folder.raw]["validity"] != opened.validity:
            before = dict(places.get(folder.raw, {"newest": {}})["newest"])
            self.left[folder.raw] = dict(before)
            places[folder.raw] = {"validity": opened.validity, "last": 0, "newest": {}, "before": before}
        place = places[folder.raw]
        self._note_left(folder.raw, place, opened)
        uids = self.session.uids(place["last"]) if opened.count else []
        followed, ends = set(uids[-FOLLOWED:]), range(0, len(uids), PAGE)
        return [
            ["page", folder, uids[at : at + PAGE], followed, max(0, len(uids) - at - PAGE)] for at in ends
        ]

    def _page(
        self, folder: Folder, page: list[int], followed: set[int], left: int, place: dict[str, Any]
    ) -> Answer:
        messages = self.session.messages(page, BODY_BYTES)
        place["last"] = page[-1]
        fresh = {str(uid): self._id(one.raw) for uid, one in messages.items() if uid in followed}
        place["newest"] = _newest(place["newest"] | {uid: one for uid, one in fresh.items() if one})
        if not messages:
            return Answer(None)
        name = f"{folder.shown} {page[0]}-{page[-1]}.mbox"
        note = self._note(left, f"left in {folder.shown}", len(page) - len(messages))
        content = _mbox((_place(folder, one, self.owner), one.raw) for one in messages.values())
        return Answer(as_member(name, content), note=note)

    def _note(self, count: int, what: str, missing: int = 0) -> str:
        """Say how far the pull is, and what the server did not give."""
        parts = [f"{count:,} {what}"]
        if missing:
            parts.append(f"{missing:,} were listed but not given")
        if self.passed_over:
            parts.append(f"not read are {', '.join(self.passed_over)[:200]}")
            self.passed_over = ()
        if self.refused:
            parts.append(f"the server did not open: {', '.join(self.refused)[:200]}")
        return "; ".join(parts)

    def _note_left(self, raw: str, place: Mapping[str, Any], opened: Opened) -> None:
        """Note which of the newest messages are not in the folder any more."""
        newest = place["newest"]
        if newest:
            here = set(self.session.uids(min(map(int, newest)) - 1)) if opened.count else set()
            self.left[raw] = {uid: one for uid, one in newest.items() if int(uid) not in here}
        self.left.setdefault(raw, {}).update(place.get("before", {}))

    def _id(self, message: bytes) -> str | None:
        """Return the id of the activity that a message becomes, where it can be looked for again."""
        records = self.mail.parse(as_member("message", _mbox([(place_written("", None), message)])))
        found = next((one.id for one in records if isinstance(one, Activity)), None)
        return found if found and re.fullmatch(r"mail:[!#-\[\]-~]{1,500}", found) and "@" in found else None

    def _gone(self, state: State) -> Answer:
        """Withdraw what left a folder and is in no other; mail that was moved is still there."""
        waiting = {one for left in self.left.values() for one in left.values()}
        if not (waiting or self.refused):
            return Answer(None)
        for folder in self.folders:
            if waiting and self.session.open(folder) is not None:
                waiting = {one for one in waiting if not self.session.holds(one.removeprefix("mail:"))}
        known = {folder.raw for folder in self.folders}
        state["folders"] = {raw: place for raw, place in state["folders"].items() if raw in known}
        for raw, place in state["folders"].items():
            place.pop("before", None)
            left = self.left.get(raw, {})
            place["newest"] = {uid: one for uid, one in place["newest"].items() if left.get(uid) != one}
        return Answer(as_tombstones("gone.json", sorted(waiting)), note=self._note(len(waiting), "gone"))


def _newest(ids: Mapping[str, str]) -> dict[str, str]:
    """Keep the newest by their numbers."""
    kept = sorted(ids, key=int)[-FOLLOWED:]
    return {uid: ids[uid] for uid in kept}


def _kind(folder: Folder) -> Unsaid | None:
    """Tell a folder of what nobody said, by its mark or its name."""
    marked = (kind for mark, kind in _UNSAID.items() if mark in folder.flags)
    return next(marked, None) or place_of(folder.shown).unsaid


def _place(folder: Folder, message: Fetched, owner: str) -> bytes:
    kinds = {_kind(folder), *(kind for mark, kind in _MARKED.items() if mark in message.flags)}
    is_sent = "\\sent" in folder.flags or place_of(folder.shown).outbox is not None
    labels = [*(kind.value for kind in kinds if kind), *(["sent"] if is_sent else [])]
    return place_written(",".join(sorted(labels)), owner)


def _mbox(messages: Iterable[tuple[bytes, bytes]]) -> bytes:
    """Write messages one after the other, before each where it lay; quote a line that looks like a beginning."""
    return b"\n".join(
        _SEPARATOR + place + re.sub(rb"(?m)^(>*From )", rb">\1", message.replace(b"\r\n", b"\n")) + b"\n"
        for place, message in messages
    )
