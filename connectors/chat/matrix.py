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
from connectors.kit.answers import as_member, needed
from connectors.kit.answers import read as answer
from connectors.kit.http import Service
from influence.contract.connector import Changed, Gone, NotAuthorised, Reply
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
_API = "/_matrix/client/v3"


@dataclass(frozen=True)
class Matrix:
    """Messages, answers and reactions in the rooms of an account; encrypted ones without their words.

    `server` is the address of the home server (`https://matrix.org`).
    """

    server: str = "https://matrix.org"

    name: ClassVar[str] = "matrix"
    title: ClassVar[str] = "Matrix rooms, live or as Element's export (.json)"
    source: ClassVar[str] = (
        "Connect with an access token, or in Element: room info, Export chat, format JSON."
    )
    secrets: ClassVar[tuple[str, ...]] = ("access_token",)
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
        body = answer(member)
        for room in _rooms(body, member.name):
            yield from read_room(room)

    def fetch(self, cursor: Mapping[str, Any], secret: Callable[[str], str]) -> Iterator[Reply]:
        """Yield what is new, then what is older in each room, until its beginning.

        Raises:
            RateLimited, NotAuthorised, Changed: as they say.
            ConnectorError: the server cannot be reached.
        """
        service = Service(self.server, {"Authorization": f"Bearer {secret('access_token')}"})
        try:
            yield from _Fetch(service, cursor).replies()
        finally:
            service.close()


def _rooms(body: Any, name: str) -> Iterator[Room]:
    """Take the rooms out of a sync, a page of messages or an export."""
    if not isinstance(body, Mapping):
        raise Changed(f"{name} is no answer of a Matrix server and no export of Element")
    members = _mapping(body.get("members"))
    originals = body.get("originals") or []
    if "chunk" in body or "exported_by" in body:
        events = needed(body, "chunk" if "chunk" in body else "messages", "the page of messages")
        yield Room(body.get("room_id"), events, _joined(members, body.get("room_id")), originals)
        return
    needed(body, "next_batch", "the sync")
    for state in ("join", "leave"):
        for room_id, room in _mapping(_mapping(body.get("rooms")).get(state)).items():
            timeline = needed(room, "timeline", f"the room {room_id[:80]}")
            known = _joined(members, room_id)
            state_events = needed(_mapping(room.get("state")) or {"events": []}, "events", "the state")
            yield Room(room_id, needed(timeline, "events", "the timeline"), known, originals, state_events)


def _joined(members: Mapping[str, Any], room_id: Any) -> Mapping[str, Any] | None:
    found = members.get(str(room_id))
    return found if isinstance(found, Mapping) else None


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


@dataclass
class _Fetch:
    """One pull: where it stands (`since`, rooms known, gaps to fill) and who is in which room."""

    service: Service
    cursor: Mapping[str, Any]
    since: str | None = None
    known: dict[str, None] = field(default_factory=dict)
    gaps: list[dict[str, str]] = field(default_factory=list)
    members: dict[str, Any] = field(default_factory=dict)
    seen: set[tuple[str, str]] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.since = self.cursor.get("since")
        self.known = dict.fromkeys(self.cursor.get("rooms", ()))
        self.gaps = [dict(gap) for gap in self.cursor.get("gaps", ())]

    def replies(self) -> Iterator[Reply]:
        """Fill what an earlier pull left open, then sync and fill until nothing is new."""
        yield from self._older()
        while (reply := self._sync()) is not None:
            yield reply
            yield from self._older()

    def _sync(self) -> Reply | None:
        body = self._ask("sync", since=self.since, timeout="0", filter=json.dumps(_SYNC_FILTER))
        before, self.since = self.since, str(needed(body, "next_batch", "the sync"))
        rooms = [
            (room_id, room)
            for state in ("join", "leave")
            for room_id, room in _mapping(_mapping(body.get("rooms")).get(state)).items()
        ]
        fresh = [(room_id, room) for room_id, room in rooms if _mapping(room.get("timeline")).get("events")]
        if not fresh or self.since == before:
            return None
        for room_id, room in fresh:
            self._note_gap(room_id, room["timeline"], before)
        left = _mapping(_mapping(body.get("rooms")).get("leave"))
        body["members"] = {room_id: self._members(room_id) for room_id, _ in fresh if room_id not in left}
        body["originals"] = [
            one for room_id, room in fresh for one in self._originals(room_id, room["timeline"]["events"])
        ]
        body.pop("account_data", None)
        return self._reply("sync.json", body, f"{len(fresh):,} rooms with news")

    def _note_gap(self, room_id: str, timeline: Mapping[str, Any], before: str | None) -> None:
        """Remember what lies between this sync and the one before; all the past in a room that is new."""
        start = timeline.get("prev_batch")
        if start and (timeline.get("limited") or room_id not in self.known):
            until = before if before and room_id in self.known else ""
            self.gaps.append({"room": room_id, "from": str(start), "to": until})
        self.known[room_id] = None

    def _older(self) -> Iterator[Reply]:
        while self.gaps:
            gap = self.gaps[0]
            body = self._page(gap)
            end = str(body.get("end") or "")
            if not body["chunk"] or not end or (gap["room"], end) in self.seen:
                self.gaps.pop(0)
            else:
                gap["from"] = end
            self.seen.add((gap["room"], end))
            body |= {"room_id": gap["room"], "members": {gap["room"]: self._members(gap["room"])}}
            body["originals"] = list(self._originals(gap["room"], body["chunk"]))
            left = f"{len(self.gaps):,} rooms to go back in"
            yield self._reply(f"messages {gap['room']} {gap['from']}.json", body, left)

    def _page(self, gap: Mapping[str, str]) -> dict[str, Any]:
        self.seen.add((gap["room"], gap["from"]))
        where = {"from": gap["from"], "to": gap["to"] or None, "dir": "b", "limit": str(PAGE)}
        body = self._permitted(gap["room"], "messages", **where) or {"chunk": []}
        if not isinstance(needed(body, "chunk", "the page of messages"), list):
            raise Changed("the page of messages has no list 'chunk': the service's answer has changed")
        return dict(body)

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
        except NotAuthorised:
            self._ask("account/whoami")  # refuses too where it is the token that is not accepted
            return None

    def _ask(self, path: str, **params: Any) -> Any:
        try:
            return self.service.get(f"{_API}/{path}", **params).json()
        except ValueError:
            raise Changed(f"the server answers {path.partition('/')[0]} with no JSON") from None

    def _originals(self, room_id: str, events: Any) -> Iterator[Any]:
        """Yield the messages that are edited by these events and do not stand among them."""
        listed = [event for event in events if isinstance(event, Mapping)] if isinstance(events, list) else []
        here = {str(event.get("event_id")) for event in listed}
        relations = [_mapping(_mapping(event.get("content")).get("m.relates_to")) for event in listed]
        edited = {str(one.get("event_id")) for one in relations if one.get("rel_type") == "m.replace"}
        for event_id in sorted(edited - here):
            original = self._permitted(room_id, f"event/{quote(event_id, safe='')}")
            if original is not None:
                yield original

    def _reply(self, name: str, body: Mapping[str, Any], note: str) -> Reply:
        cursor = {"since": self.since, "rooms": list(self.known), "gaps": [dict(gap) for gap in self.gaps]}
        return Reply(as_member(name, json.dumps(body, ensure_ascii=False).encode()), cursor, note)
