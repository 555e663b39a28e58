"""Microsoft 365 by Microsoft Graph: mail, meetings, chats and channels of Teams, and who reports to whom.

Written on httpx rather than msgraph-sdk (hundreds of megabytes of generated code for eight requests).
Mail comes by delta links. Channels and chats come newest first, down to what is known: the delta of
channels reaches back eight months only. Meetings come by a window that ends now, since a meeting counts
when it has taken place.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, ClassVar
from urllib.parse import quote

from connectors.kit.answers import identifier, listed, moment, next_page, once, read, tells_what_changed
from connectors.kit.http import Service, as_member, field
from connectors.kit.meetings import moment_of
from connectors.kit.sign_in import Application, Permission, SignedIn, by_device_code, kept
from connectors.kit.text import clean
from connectors.suites.microsoft_records import Answer
from influence.contract.connector import ConnectorError, Gone, NotAuthorised, RateLimited, Reply
from influence.contract.files import Member
from influence.contract.records import Record

PARTS = {
    "people": "User.Read.All",
    "mail": "Mail.ReadBasic",
    "calendar": "Calendars.Read",
    "chats": "Chat.Read",
    "channels": "Team.ReadBasic.All Channel.ReadBasic.All ChannelMessage.Read.All",
}
"""What can be read, and the permissions that it takes."""
AGAIN = timedelta(days=30)
"""How far back a pull looks again at meetings, which may have changed."""
LONGEST_PAST = timedelta(days=2 * 366)
_USER = "id,displayName,mail,userPrincipalName,companyName,department,officeLocation"
_MAIL = (
    "internetMessageId,subject,sentDateTime,receivedDateTime,from,sender,toRecipients,ccRecipients,"
    "bccRecipients,isDraft,internetMessageHeaders"
)
_EVENT = (
    "id,iCalUId,subject,bodyPreview,start,location,locations,attendees,organizer,isCancelled,isAllDay,"
    "isOnlineMeeting,onlineMeetingUrl,responseStatus,type"
)
_NO_MAIL = ("drafts", "deleteditems", "junkemail", "outbox")
_UTC = {"Prefer": 'outlook.timezone="UTC"'}
_LARGE_PAGES = {"Prefer": "odata.maxpagesize=100"}


@dataclass(frozen=True)
class Microsoft:
    """Mail (headers), meetings, Teams and people of one person's Microsoft 365 account.

    `client_id` is that of the application that your organisation registered, `tenant` its id or domain;
    `parts` what is read (people, mail, calendar, chats, channels); `levels` how many levels of reports
    below you; `since` from when meetings are read (ISO 8601, default two years ago) and `until` up to when
    they have taken place (default now).
    """

    client_id: str = ""
    tenant: str = "organizations"
    parts: str = "people,mail,calendar,chats,channels"
    levels: str = "3"
    since: str = ""
    until: str = ""
    server: str = "https://graph.microsoft.com/v1.0"
    login: str = "https://login.microsoftonline.com"

    name: ClassVar[str] = "microsoft"
    title: ClassVar[str] = "Microsoft 365: Outlook mail and calendar, Teams, and who reports to whom"
    source: ClassVar[str] = (
        "Connect with: influence connect microsoft; saved answers of Microsoft Graph are read too."
    )
    secrets: ClassVar[tuple[str, ...]] = ("refresh_token",)
    reads: ClassVar[str] = (
        "It reads the headers of your mail, your meetings, the messages of your chats and channels in Teams, "
        "and who reports to whom; it changes nothing."
    )
    revoke: ClassVar[str] = (
        "Remove the application at https://myapps.microsoft.com (… > Manage your application)."
    )

    def sign_in(self, ask: Callable[[str], None]) -> dict[str, str]:
        """Let a person give the permission by device code and return what is to be kept."""
        return kept(by_device_code(self._application(), ask))

    def _application(self) -> Application:
        place = f"{self.login}/{self.tenant}/oauth2/v2.0"
        scope = " ".join(["offline_access", *(PARTS[part] for part in self._parts())])
        return Application(self.client_id, scope, f"{place}/token", f"{place}/devicecode")

    def _parts(self) -> list[str]:
        found = [part.strip() for part in self.parts.replace(";", ",").split(",") if part.strip()]
        for part in found:
            if part not in PARTS:
                raise ConnectorError(f"parts has {part[:40]!r}; there are: {', '.join(PARTS)}")
        return found

    # --- files --------------------------------------------------------------------------------------------

    def recognises(self, member: Member, head: bytes) -> bool:  # noqa: ARG002 - a name proves nothing
        """Tell an answer of Graph by the fields of a mail, a meeting, a message of Teams or a user."""
        if not head.lstrip(b"\xef\xbb\xbf \r\n").startswith((b"{", b"[")):
            return False
        kinds = (
            (b'"internetMessageId"', b'"toRecipients"'),
            (b'"attendees"', b'"iCalUId"', b'"organizer"', b'"emailAddress"'),
            (b'"createdDateTime"', b'"contentType"', b'"displayName"', b'"from"'),
            (b'"userPrincipalName"', b'"displayName"', b'"id"'),
        )
        return any(all(name in head for name in kind) for kind in kinds)

    def parse(self, member: Member) -> Iterator[Record]:
        """Yield what an answer says: activities, encounters, people; what is none of these is set aside.

        Raises:
            Changed: it is no answer of Graph.
            ConnectorError: `until` is no date.
        """
        yield from once(Answer(moment_of(self.until)).records(read(member)))

    # --- live ---------------------------------------------------------------------------------------------

    @tells_what_changed
    def fetch(self, cursor: Mapping[str, Any], secret: Callable[[str], str]) -> Iterator[Reply]:
        """Yield the pages of every part that is read, each going on from its own place in the cursor.

        Raises:
            RateLimited, NotAuthorised, Gone, Changed: as they say.
            ConnectorError: an option is not what it should be.
        """
        permission = Permission(self._application(), secret("refresh_token"))
        pull = _Pull(self, SignedIn(Service(self.server), permission), dict(cursor))
        for part in self._parts():
            yield from {
                "people": pull.people,
                "mail": pull.mail,
                "calendar": pull.calendar,
                "chats": pull.chats,
                "channels": pull.channels,
            }[part]()


@dataclass(frozen=True)
class _Pull:
    """One pull: what is asked, and where each stream stands (`at`, by the stream's key)."""

    options: Microsoft
    asked: SignedIn
    at: dict[str, Any]

    def _reply(self, key: str, state: Mapping[str, Any], answer: Any, note: str = "") -> Reply:
        self.at[key] = {name: value for name, value in state.items() if value is not None}
        name = f"microsoft-{clean(key.partition(':')[0], 20)}.json"
        return Reply(as_member(name, json.dumps(answer).encode()), json.loads(json.dumps(self.at)), note)

    def _all(self, path: str, params: Mapping[str, str] | None = None) -> Iterator[dict[str, Any]]:
        """Yield the items of a list, page by page; a page that was seen already ends it."""
        link: str | None = path
        seen: set[str] = set()
        while link and link not in seen:
            seen.add(link)
            answer = self.asked.get(link, params if link == path else None)
            yield from listed(answer, "value")
            link = next_page(answer.get("@odata.nextLink"), self.options.server)

    # --- people -------------------------------------------------------------------------------------------

    def people(self) -> Iterator[Reply]:
        """Yield the owner of the account with their manager, then everybody who has reports, level by level."""
        me = self.asked.get("/me", {"$select": _USER, "$expand": f"manager($select={_USER})"})
        yield self._reply("people", {}, me)
        level, seen = [me], {field(me, "id", "the user")}
        for _ in range(self._levels()):
            below: list[dict[str, Any]] = []
            for user in level:
                reports = list(self._all(f"/users/{_part(user['id'])}/directReports", {"$select": _USER}))
                new = [one for one in reports if one.get("id") not in seen and one.get("userPrincipalName")]
                seen.update(one["id"] for one in new)
                if new:
                    yield self._reply("people", {}, {**user, "directReports": new})
                below += [{**one, "manager": {"id": user["id"]}} for one in new]
            level = below

    def _levels(self) -> int:
        if not self.options.levels.isdecimal():
            raise ConnectorError(f"levels is {self.options.levels[:20]!r}; give a number")
        return int(self.options.levels)

    # --- mail ---------------------------------------------------------------------------------------------

    def mail(self) -> Iterator[Reply]:
        """Yield what is new in every folder of mail that was sent or received."""
        without = set(filter(None, map(self._folder, _NO_MAIL)))
        for folder in self._all("/me/mailFolders/delta", {"$select": "id"}):
            number = identifier(folder.get("id"), "the folder's id")
            if number not in without and "@removed" not in folder:
                yield from self._folder_mail(number)

    def _folder(self, name: str) -> str | None:
        try:
            return str(self.asked.get(f"/me/mailFolders/{name}", {"$select": "id"}).get("id"))
        except Gone:
            return None

    def _folder_mail(self, folder: str) -> Iterator[Reply]:
        key, first = f"mail:{folder}", f"/me/mailFolders/{_part(folder)}/messages/delta"
        state = dict(self.at.get(key, {}))
        link = state.get("next") or state.get("delta")
        while True:
            try:
                answer = self._mail_page(link, first)
            except Gone:
                if link is None:
                    raise
                link = None
                continue
            following = next_page(answer.get("@odata.nextLink"), self.options.server)
            delta = next_page(answer.get("@odata.deltaLink"), self.options.server)
            if listed(answer, "value") or "delta" not in state:
                state = {"next": following} if following else {"delta": delta}
                yield self._reply(key, state, answer)
            if following is None or following == link:
                return
            link = following

    def _mail_page(self, link: str | None, first: str) -> dict[str, Any]:
        return dict(self.asked.get(link or first, None if link else {"$select": _MAIL}, _LARGE_PAGES))

    # --- calendar -----------------------------------------------------------------------------------------

    def calendar(self) -> Iterator[Reply]:
        """Yield the meetings of the default calendar that have taken place, the last 30 days of them again."""
        until = moment_of(self.options.until)
        state = dict(self.at.get("calendar", {}))
        link = state.get("next")
        while True:
            answer = self._calendar_page(link, state.get("until"), until)
            following = next_page(answer.get("@odata.nextLink"), self.options.server)
            ended = following is None or following == link
            if ended:
                state = {"until": state.get("upto") or until.isoformat()}
            else:
                state |= {"next": following, "upto": state.get("upto") or until.isoformat()}
            yield self._reply("calendar", state, answer)
            if ended:
                return
            link = following

    def _calendar_page(self, link: str | None, since: str | None, until: datetime) -> dict[str, Any]:
        if link:
            return dict(self.asked.get(link, None, _UTC))
        start = moment(since, "until") - AGAIN if since else self._first_day(until)
        window = {"startDateTime": start.isoformat(), "endDateTime": until.isoformat()}
        params = window | {"$select": _EVENT, "$orderby": "start/dateTime", "$top": "100"}
        return dict(self.asked.get("/me/calendarView", params, _UTC))

    def _first_day(self, until: datetime) -> datetime:
        return moment_of(self.options.since) if self.options.since else until - LONGEST_PAST

    # --- Teams --------------------------------------------------------------------------------------------

    def chats(self) -> Iterator[Reply]:
        """Yield what is new or changed in every chat, newest first, each page with the members of the chat."""
        for chat in list(self._all("/me/chats", {"$expand": "members", "$top": "50"})):
            number = identifier(chat.get("id"), "the chat's id")
            said = {"id": number, "chatType": chat.get("chatType"), "members": listed(chat, "members")}
            since = self.at.get(f"chat:{number}", {}).get("since")
            params = {"$top": "50", "$orderby": "lastModifiedDateTime desc"}
            params |= {"$filter": f"lastModifiedDateTime gt {since}"} if since else {}
            yield from self._sweep(
                f"chat:{number}", f"/chats/{_part(number)}/messages", params, {"chat": said}
            )

    def channels(self) -> Iterator[Reply]:
        """Yield what is new or changed in every channel of the teams joined, with its replies, newest first."""
        for team in list(self._all("/me/joinedTeams")):
            place = f"/teams/{_part(identifier(team.get('id'), 'the team'))}"
            for channel in list(self._all(f"{place}/channels")):
                number = identifier(channel.get("id"), "the channel")
                key = f"channel:{number}"
                params = {"$top": "50", "$expand": "replies"}
                path = f"{place}/channels/{_part(number)}/messages"
                beside = {"channelIdentity": {"teamId": team["id"], "channelId": number}}
                yield from self._readable(key, self._sweep(key, path, params, beside))

    def _readable(self, key: str, replies: Iterator[Reply]) -> Iterator[Reply]:
        """Pass over a chat or channel that its owners keep to themselves, and say so."""
        try:
            yield from replies
        except (NotAuthorised, Gone) as error:
            yield self._reply(
                key, self.at.get(key, {}), {"value": []}, f"{key.partition(':')[0]} passed over: {error}"
            )

    def _sweep(
        self, key: str, path: str, params: Mapping[str, str], beside: Mapping[str, Any]
    ) -> Iterator[Reply]:
        """Go from the newest messages back to what is known; an interrupted sweep goes on where it stood."""
        state = dict(self.at.get(key, {}))
        link = state.get("next")
        while True:
            answer = self._sweep_page(link, path, params, state)
            messages = listed(answer, "value")
            for message in messages:
                self._complete(message, beside)
            latest = [_last_change(message) for message in messages]
            if latest or "since" in state:
                state.setdefault("newest", max(latest, default=state.get("since")))
            following = next_page(answer.get("@odata.nextLink"), self.options.server)
            known = bool(latest) and "since" in state and max(latest) <= state["since"]
            ended = following is None or following == link or not messages or known
            moved = not known and bool(messages)
            state = _after(state) if ended else state | {"next": following}
            if moved or state != self.at.get(key, {}):
                yield self._reply(key, state, {**answer, **beside} if "chat" in beside else answer)
            if ended:
                return
            link = following

    def _sweep_page(
        self, link: str | None, path: str, params: Mapping[str, str], state: dict[str, Any]
    ) -> dict[str, Any]:
        if link and link == state.get("next"):
            try:
                return dict(self.asked.get(link))
            except (RateLimited, NotAuthorised):
                raise
            except ConnectorError:  # links to pages run out: the sweep begins anew
                for name in ("next", "newest"):
                    state.pop(name, None)
                return dict(self.asked.get(path, params))
        return dict(self.asked.get(link or path, None if link else params))

    def _complete(self, message: dict[str, Any], beside: Mapping[str, Any]) -> None:
        """Add the replies beyond the first thousand, and the channel where the service leaves it out."""
        link = next_page(message.get("replies@odata.nextLink"), self.options.server)
        if link:
            message["replies"] = [*listed(message, "replies"), *self._all(link)]
        for one in (message, *listed(message, "replies")):
            if "channelIdentity" in beside and not one.get("channelIdentity"):
                one["channelIdentity"] = beside["channelIdentity"]


def _part(text: str) -> str:
    return quote(text, safe="")


def _after(state: Mapping[str, Any]) -> dict[str, Any]:
    """Return where a stream stands after a whole sweep; nothing where there is no message at all."""
    return {"since": state["newest"]} if "newest" in state else {}


def _last_change(message: Mapping[str, Any]) -> str:
    """Return when a message or one of its replies last changed, as text that sorts by time."""
    times = [
        one.get("lastModifiedDateTime") or one.get("createdDateTime")
        for one in (message, *listed(message, "replies"))
    ]
    last = max(moment(time, "lastModifiedDateTime") for time in times)
    return last.isoformat(timespec="milliseconds").replace("+00:00", "Z")
