"""Matrix: what an account can see in its rooms, by the client-server API, and Element's chat exports as JSON.

References: https://spec.matrix.org/latest/client-server-api/ (sync, messages, relations, redactions). The
first sync holds a few events of each room; what is older is fetched page by page, backwards.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar
from urllib.parse import quote

from connectors.chat.matrix_records import Room, read_room
from connectors.chat.matrix_session import PASTE, Session, host_of, signed_in
from connectors.kit.answers import mapping, needed, needed_list, read, shape_expected, written
from connectors.kit.http import Withheld
from connectors.kit.paging import Answer, State, Task, walk
from connectors.kit.text import clean
from influence.contract.connector import Changed, ConnectorError, Gone, Reply, Secret
from influence.contract.files import Member
from influence.contract.records import Record

PAGE = 100
"""Events asked for at once."""
_SYNC_FILTER = {
    "presence": {"types": []},
    "account_data": {"types": []},
    "room": {
        "timeline": {"limit": PAGE},
        "state": {"types": ["m.room.member"], "lazy_load_members": True},
        "ephemeral": {"types": []},
        "account_data": {"types": []},
    },
}


@dataclass(frozen=True)
class Matrix:
    """Messages, answers and reactions in the rooms of an account; encrypted ones without their words.

    `server` is the address of the home server (`https://matrix.org`), `user` the name to sign in with, where
    that is to be by password.
    """

    server: str = "https://matrix.org"
    user: str = ""

    name: ClassVar[str] = "matrix"
    title: ClassVar[str] = "Matrix rooms, live or as Element's export (.json)"
    source: ClassVar[str] = (
        "Connect with an access token, or in Element: room info, Export chat, format JSON."
    )
    secrets: ClassVar[tuple[str, ...]] = ("access_token", "refresh_token")
    given: ClassVar[tuple[str, ...]] = ("access_token", "password")
    beforehand: ClassVar[str] = (
        "Give an access token, which holds as long as its session; or set user and give the password, which is "
        "sent once and not kept: that makes a session of its own, whose token is renewed at every pull."
    )
    reads: ClassVar[str] = "Who wrote, answered and reacted in the rooms that your account has joined."
    revoke: ClassVar[str] = "In Element: Settings, Sessions, sign out the session that the token belongs to."

    def recognises(self, member: Member, head: bytes) -> bool:  # noqa: ARG002 - a name proves nothing
        """Tell an answer of the API by its names, and an export by its beginning."""
        if not head.lstrip().startswith(b"{"):
            return False
        synced = b'"next_batch"' in head and (b'"rooms"' in head or b'"account_data"' in head)
        page = (b'"chunk"' in head or b'"exported_by"' in head) and b'"origin_server_ts"' in head
        return synced or page

    def parse(self, member: Member) -> Iterator[Record]:
        """Yield an activity for each message, answer and reaction; redactions become tombstones.

        Raises:
            Changed: it is no answer of the API and no export.
        """
        with shape_expected():
            for room in _rooms(read(member), member.name):
                yield from read_room(room)

    def sign_in(self, ask: Callable[[str], None], given: Mapping[str, str]) -> dict[str, str]:
        """Sign in with the password, or take the token that is given; return the tokens to keep.

        What is returned empty is not kept: the password, and what would renew the token of another session.

        Raises:
            NotAuthorised: the server does not accept the name and the password.
            ConnectorError: there is no token, and no name with a password; or the server wants none.
        """
        if self.user and (password := given.get("password")):
            return signed_in(self.server, self.user, password, ask) | {"password": ""}
        if token := given.get("access_token"):
            ask("The token holds as long as its session: until you sign that out, or the server ends it.")
            return {"access_token": token, "refresh_token": "", "password": ""}
        raise ConnectorError(
            f"give an access token, or --set user=… and the password of that account; for a token {PASTE}"
        )

    def signed_in_as(self, secret: Secret) -> str:
        """Ask whose the token is.

        Raises:
            RateLimited, NotAuthorised, Changed: as they say.
        """
        session = Session(self.server, secret)
        try:
            who = str(needed(session.json("account/whoami"), "user_id", "the account"))
            return f"{clean(who, 260)} on {host_of(self.server)}"
        finally:
            session.close()

    def fetch(self, cursor: Mapping[str, Any], secret: Secret) -> Iterator[Reply]:
        """Yield what is new, then what is older in each room, until its beginning.

        Raises:
            RateLimited, NotAuthorised, Changed, StoppedShort: as they say.
            ConnectorError: the server cannot be reached.
        """
        session = Session(self.server, secret)
        try:
            pull = _Pull(session)
            yield from walk(cursor, pull.begin, pull.ask, keeps_tasks=False)
        finally:
            session.close()


def _rooms(body: Any, name: str) -> Iterator[Room]:
    """Take the rooms out of a sync, a page of messages or an export."""
    if not isinstance(body, Mapping):
        raise Changed(f"{name} is no answer of a Matrix server and no export of Element")
    members = mapping(body.get("members"))
    originals = body.get("originals") or []
    if "chunk" in body or "exported_by" in body:
        events = needed(body, "chunk" if "chunk" in body else "messages", "the page of messages")
        yield Room(body.get("room_id"), events, _joined(members, body.get("room_id")), originals)
        return
    needed(body, "next_batch", "the sync")
    for state in ("join", "leave"):
        for room_id, room in mapping(mapping(body.get("rooms")).get(state)).items():
            timeline = needed(room, "timeline", f"the room {room_id[:80]}")
            known = _joined(members, room_id)
            state_events = needed(mapping(room.get("state")) or {"events": []}, "events", "the state")
            yield Room(room_id, needed(timeline, "events", "the timeline"), known, originals, state_events)


def _joined(members: Mapping[str, Any], room_id: Any) -> Mapping[str, Any] | None:
    found = members.get(str(room_id))
    return found if isinstance(found, Mapping) else None


@dataclass
class _Pull:
    """One pull. The cursor holds up to where it synchronised, the rooms known, and the gaps still to fill."""

    session: Session
    members: dict[str, Any] = field(default_factory=dict)
    begun: set[tuple[str, str]] = field(default_factory=set)

    def begin(self, state: State) -> list[Task]:
        """Plan a pull: fill what an earlier one left open, then synchronise and fill until nothing is new."""
        state |= {"since": state.get("since"), "rooms": state.get("rooms", []), "gaps": state.get("gaps", [])}
        return [["gaps"], ["sync"]]

    def ask(self, task: Task, state: State) -> Answer:
        """Ask for what is new, or for an older page of a room with a gap; each gap is gone through once."""
        if task == ["gaps"]:
            open_ = [(gap["room"], gap["to"]) for gap in state["gaps"]]
            fresh = [one for one in open_ if one not in self.begun]
            self.begun.update(fresh)
            return Answer(None, [["older messages", *one] for one in fresh])
        if task == ["sync"]:
            member, note = self._sync(state)
            return Answer(member, [["gaps"]] if member else [], note, task if member else None)
        _, room_id, to = task
        gap = next(gap for gap in state["gaps"] if (gap["room"], gap["to"]) == (room_id, to))
        member, events, is_last = self._older(gap)
        if is_last:
            state["gaps"].remove(gap)
            self.begun.discard((room_id, to))
        note = f"{len(state['gaps']):,} rooms to go back in"
        return Answer(member, note=note, more=None if is_last else task, empty=not events)

    def _sync(self, state: State) -> tuple[Member | None, str]:
        before = state["since"]
        body = self._ask("sync", since=before, timeout="0", filter=json.dumps(_SYNC_FILTER))
        state["since"] = str(needed(body, "next_batch", "the sync"))
        told = mapping(body.get("rooms"))
        rooms = [one for kind in ("join", "leave") for one in mapping(told.get(kind)).items()]
        fresh = [(room_id, room) for room_id, room in rooms if mapping(room.get("timeline")).get("events")]
        if not fresh:
            return None, ""
        for room_id, room in fresh:
            _note_gap(room_id, room["timeline"], before, state)
        left = mapping(told.get("leave"))
        body["members"] = {room_id: self._members(room_id) for room_id, _ in fresh if room_id not in left}
        body["originals"] = [
            one for room_id, room in fresh for one in self._originals(room_id, room["timeline"]["events"])
        ]
        body.pop("account_data", None)
        return written("sync.json", body), f"{len(fresh):,} rooms with news"

    def _older(self, gap: dict[str, str]) -> tuple[Member, list[Any], bool]:
        """Ask for an older page of a room; return it, its events, and whether it is the last."""
        room_id, before = gap["room"], gap["from"]
        where = {"from": before, "to": gap["to"] or None, "dir": "b", "limit": str(PAGE)}
        body = dict(self._permitted(room_id, "messages", **where) or {"chunk": []})
        events, end = needed_list(body, "chunk", "the page of messages"), str(body.get("end") or "")
        body |= {"room_id": room_id, "members": {room_id: self._members(room_id)}}
        body["originals"] = list(self._originals(room_id, events))
        gap["from"] = end
        return (
            written(f"messages {room_id} {before}.json", body),
            events,
            not end or (not events and end == before),
        )

    def _members(self, room_id: str) -> Any:
        """Ask once a pull who is in a room."""
        if room_id not in self.members:
            body = self._permitted(room_id, "joined_members") or {"joined": {}}
            self.members[room_id] = needed(body, "joined", "the members")
        return self.members[room_id]

    def _permitted(self, room_id: str, what: str, **params: Any) -> Any:
        """Ask something of a room; None where the room was left, or what is asked for is not there."""
        try:
            return self._ask(f"rooms/{quote(room_id, safe='')}/{what}", **params)
        except Gone:
            return None
        except Withheld:
            self._ask("account/whoami")  # refuses too where it is the token that is not accepted
            return None

    def _ask(self, path: str, **params: Any) -> Any:
        return self.session.json(path, **params)

    def _originals(self, room_id: str, events: Any) -> Iterator[Any]:
        """Yield the messages that are edited by these events and do not stand among them."""
        listed = [event for event in events if isinstance(event, Mapping)] if isinstance(events, list) else []
        here = {str(event.get("event_id")) for event in listed}
        relations = [mapping(mapping(event.get("content")).get("m.relates_to")) for event in listed]
        edited = {str(one.get("event_id")) for one in relations if one.get("rel_type") == "m.replace"}
        for event_id in sorted(edited - here):
            original = self._permitted(room_id, f"event/{quote(event_id, safe='')}")
            if original is not None:
                yield original


def _note_gap(room_id: str, timeline: Mapping[str, Any], before: str | None, state: State) -> None:
    """Remember what lies between this sync and the one before; all the past in a room that is new."""
    start, is_known = timeline.get("prev_batch"), room_id in state["rooms"]
    to = before if before and is_known else ""
    is_open = any((gap["room"], gap["to"]) == (room_id, to) for gap in state["gaps"])
    if start and (timeline.get("limited") or not is_known) and not is_open:
        state["gaps"].append({"room": room_id, "from": str(start), "to": to})
    if not is_known:
        state["rooms"].append(room_id)
