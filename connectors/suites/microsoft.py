"""Microsoft 365 by Microsoft Graph: mail, meetings, chats and channels of Teams, and who reports to whom.

The sign-in is MSAL's; Graph is asked by httpx rather than by msgraph-sdk (hundreds of megabytes of generated
code for eight requests).
Mail comes by delta links. Channels and chats come newest first, down to what is known: the delta of
channels reaches back eight months only. Meetings come by a window that ends now, since a meeting counts
when it has taken place.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, ClassVar
from urllib.parse import quote

from connectors.kit.answers import identifier, listed, needed, once, read, shape_expected, written
from connectors.kit.deletions import Window, are_tombstones, tombstones
from connectors.kit.entra import KEPT, NEEDS, Entra
from connectors.kit.http import Service, Withheld
from connectors.kit.json_files import holds
from connectors.kit.paging import Answer, State, Task, afresh, everything, next_page, swept, walk
from connectors.kit.permission import SignedIn, parts_chosen
from connectors.kit.text import clean
from connectors.kit.times import day_given, moment
from connectors.suites.microsoft_records import Reading, name_of_entry
from influence.contract.connector import ConnectorError, Gone, NotAuthorised, RateLimited, Reply, Secret
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
_FIRST = {
    "people": "/me?$select=id",
    "mail": "/me/mailFolders/inbox?$select=id",
    "calendar": "/me/calendar?$select=id",
    "chats": "/me/chats?$top=1",
    "channels": "/me/joinedTeams?$select=id",
}
"""What shows at once whether a part can be read."""
AGAIN = timedelta(days=30)
"""How far back a pull looks again at meetings, which may have changed."""
LONGEST_PAST = timedelta(days=2 * 366)
_USER = "id,displayName,mail,userPrincipalName,companyName,department,officeLocation"
_MAIL = (
    "internetMessageId,subject,sentDateTime,receivedDateTime,from,sender,toRecipients,ccRecipients,"
    "bccRecipients,replyTo,isDraft,internetMessageHeaders"
)
_EVENT = (
    "id,iCalUId,originalStart,lastModifiedDateTime,subject,bodyPreview,start,location,locations,attendees,organizer,"
    "isCancelled,isAllDay,isOnlineMeeting,onlineMeetingUrl,responseStatus,showAs,type"
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
    needs: ClassVar[Mapping[str, str]] = NEEDS
    required: ClassVar[tuple[str, ...]] = ("client_id",)
    secrets: ClassVar[tuple[str, ...]] = KEPT
    beforehand: ClassVar[str] = (
        "Your organisation registers an application with Microsoft Entra ID (docs/connectors/microsoft.md), and an "
        "administrator must agree to the parts people and channels. The sign-in lasts for as long as it is pulled: "
        "it ends after 90 days without a pull, or when your organisation says so."
    )
    reads: ClassVar[str] = (
        "It reads the headers of your mail, your meetings, the messages of your chats and channels in Teams, "
        "and who reports to whom; it changes nothing."
    )
    revoke: ClassVar[str] = (
        "Remove the application at https://myapps.microsoft.com (… > Manage your application)."
    )

    def sign_in(self, ask: Callable[[str], None], given: Mapping[str, str]) -> dict[str, str]:  # noqa: ARG002 - nothing is asked for first
        """Let a person give the permission by device code and return what is to be kept."""
        return self._entra().by_device_code(ask)

    def signed_in_as(self, secret: Secret) -> str:
        """Ask for a little of the first part, and say whose sign-in it is.

        Raises:
            RateLimited, NotAuthorised, Gone, Changed: as they say.
        """
        entra, part = self._entra(), (self._parts() or list(PARTS))[0]
        with shape_expected():
            SignedIn(Service(self.server), entra.permission(secret)).get(_FIRST[part])
        return f"{entra.user() or 'an account without a name'} in Microsoft 365"

    def _entra(self) -> Entra:
        scopes = " ".join(PARTS[part] for part in self._parts()).split()
        return Entra(self.client_id, scopes, self.login, self.tenant)

    def _parts(self) -> list[str]:
        return parts_chosen(self.parts, PARTS)

    # --- files --------------------------------------------------------------------------------------------

    def recognises(self, member: Member, head: bytes) -> bool:  # noqa: ARG002 - a name proves nothing
        """Tell an answer of Graph by the fields of a mail, a meeting, a message of Teams or a user."""
        return holds(
            head,
            (b'"internetMessageId"', b'"toRecipients"'),
            (b'"attendees"', b'"iCalUId"', b'"organizer"', b'"emailAddress"'),
            (b'"createdDateTime"', b'"contentType"', b'"displayName"', b'"from"'),
            (b'"userPrincipalName"', b'"displayName"', b'"id"'),
        )

    def parse(self, member: Member) -> Iterator[Record]:
        """Yield what an answer says: activities, encounters, people; what is none of these is set aside.

        Raises:
            Changed: it is no answer of Graph.
            ConnectorError: `until` is no date.
        """
        if are_tombstones(member):
            yield from tombstones(member)
            return
        with shape_expected():
            yield from once(Reading(day_given(self.until)).records(read(member)))

    # --- live ---------------------------------------------------------------------------------------------

    def fetch(self, cursor: Mapping[str, Any], secret: Secret) -> Iterator[Reply]:
        """Yield the pages of every part that is read, each going on from its own place in the cursor.

        Raises:
            RateLimited, NotAuthorised, Gone, Changed: as they say.
            ConnectorError: an option is not what it should be.
        """
        entra = self._entra()
        asked = SignedIn(Service(self.server), entra.permission(secret))
        parts: dict[str, _Part] = {name: _PARTS[name](self, asked, entra) for name in self._parts()}
        yield from walk(
            cursor,
            lambda _: [[name] for name in parts],
            lambda task, state: parts[task[0]].ask(task, state),
            keeps_tasks=False,
        )


@dataclass(frozen=True)
class _Part(ABC):
    """One part of a pull. Of each stream of it the cursor holds under a key where it stands."""

    options: Microsoft
    asked: SignedIn
    entra: Entra

    @abstractmethod
    def ask(self, task: Task, state: State) -> Answer:
        """Ask for what is next, and note in the state where the part stands after it."""

    def _all(self, path: str, params: Mapping[str, str] | None = None) -> Iterator[dict[str, Any]]:
        """Yield the items of a list."""
        yield from everything(
            path,
            lambda link: self.asked.get(link, params if link == path else None),
            lambda answer: listed(answer, "value"),
            lambda answer, _: self._next(answer),
        )

    def _next(self, answer: Any, what: str = "@odata.nextLink") -> str | None:
        return next_page(answer.get(what), self.options.server)


def _reply(key: str, place: Mapping[str, Any], answer: Any, state: State) -> Member:
    """Note where a stream stands, and write the answer that brought it there."""
    state[key] = {name: value for name, value in place.items() if value is not None}
    return written(f"microsoft-{clean(key.partition(':')[0], 20)}.json", answer)


class _People(_Part):
    """The owner of the account with their manager, then everybody who has reports, level by level."""

    def ask(self, task: Task, state: State) -> Answer:
        if len(task) == 1:
            me = self.asked.get("/me", {"$select": _USER, "$expand": f"manager($select={_USER})"})
            known = {needed(me, "id", "the user")}
            return Answer(_reply("people", {}, me, state), self._below([(me, 0)], known))
        _, (user, level), others, known = task
        reports = list(self._all(f"/users/{_part(user['id'])}/directReports", {"$select": _USER}))
        new = [one for one in reports if one.get("id") not in known and one.get("userPrincipalName")]
        known.update(one["id"] for one in new)
        below = [({**one, "manager": {"id": user["id"]}}, level + 1) for one in new]
        then = self._below([*others, *below], known)
        return Answer(_reply("people", {}, {**user, "directReports": new}, state) if new else None, then)

    def _below(self, waiting: list[Any], known: set[str]) -> list[Task]:
        first, *others = waiting or [None]
        return [["people", first, others, known]] if first and first[1] < self._levels() else []

    def _levels(self) -> int:
        if not self.options.levels.isdecimal():
            raise ConnectorError(f"levels is {self.options.levels[:20]!r}; give a number")
        return int(self.options.levels)


class _Mail(_Part):
    """What is new in every folder of mail that was sent or received."""

    def ask(self, task: Task, state: State) -> Answer:
        if len(task) == 1:
            without = set(filter(None, map(self._folder, _NO_MAIL)))
            return self._folders("/me/mailFolders/delta", {"$select": "id,displayName"}, without, state)
        if task[1] == "folders":
            return self._folders(task[2], None, task[3], state)
        return self._page(task[2], task[3], task[4], state)

    def _folder(self, name: str) -> str | None:
        try:
            return str(self.asked.get(f"/me/mailFolders/{name}", {"$select": "id"}).get("id"))
        except Gone:
            return None

    def _folders(self, link: str, params: Any, without: set[str], state: State) -> Answer:
        answer = self.asked.get(link, params)
        found: list[Task] = []
        for folder in listed(answer, "value"):
            number = identifier(folder.get("id"), "the folder's id")
            if number not in without and "@removed" not in folder:
                place = state.get(f"mail:{number}", {})
                begins, name = place.get("next") or place.get("delta"), str(folder.get("displayName") or "")
                found.append(["mail", "folder", number, begins, name])
        following = self._next(answer)
        return Answer(None, found, more=["mail", "folders", following, without] if following else None)

    def _page(self, folder: str, link: str | None, name: str, state: State) -> Answer:
        key, first = f"mail:{folder}", f"/me/mailFolders/{_part(folder)}/messages/delta"
        try:
            answer = dict(self.asked.get(link or first, None if link else {"$select": _MAIL}, _LARGE_PAGES))
        except Gone:
            if link is None:
                raise
            return Answer(None, [["mail", "folder", folder, None, name]])
        following, delta = self._next(answer), self._next(answer, "@odata.deltaLink")
        member, messages = None, listed(answer, "value")
        if messages or "delta" not in state.get(key, {}):
            told = {**answer, "folder": name, "owner": self.entra.user()}
            member = _reply(key, {"next": following} if following else {"delta": delta}, told, state)
        more = ["mail", "folder", folder, following, name] if following else None
        held = (key, messages) if messages else None
        return Answer(member, more=more, empty=not messages, held=held, afresh=afresh(state, key))


class _Calendar(_Part):
    """The meetings of the default calendar that have taken place, the last 30 days of them again."""

    def ask(self, task: Task, state: State) -> Answer:
        window = Window("calendar")
        if gone := window.told(task, state):
            return gone
        place = dict(state.get("calendar", {}))
        upto = moment(place["upto"], "upto") if "upto" in place else day_given(self.options.until)
        link, since = place.get("next"), self._from(place.get("until"), upto)
        answer = self._page(link, since, upto)
        window.see(place, Reading(upto).records(answer), listed(answer, "value"), name_of_entry)
        following = self._next(answer)
        told = upto.isoformat()
        if following is not None:
            place |= {"next": following, "upto": told}
            held, again = listed(answer, "value"), afresh(state, "calendar")
            member = _reply("calendar", place, answer, state)
            return Answer(member, more=task, empty=not held, held=held, afresh=again)
        place = {"until": told} | window.closed(place, since, upto - AGAIN)
        return Answer(_reply("calendar", place, answer, state), [["calendar", "gone"]])

    def _page(self, link: str | None, since: datetime, until: datetime) -> dict[str, Any]:
        if link:
            return dict(self.asked.get(link, None, _UTC))
        window = {"startDateTime": since.isoformat(), "endDateTime": until.isoformat()}
        params = window | {"$select": _EVENT, "$orderby": "start/dateTime", "$top": "100"}
        return dict(self.asked.get("/me/calendarView", params, _UTC))

    def _from(self, until: str | None, upto: datetime) -> datetime:
        if until:
            return moment(until, "until") - AGAIN
        return day_given(self.options.since) if self.options.since else upto - LONGEST_PAST


@dataclass(frozen=True)
class _Sweep:
    """A chat or channel that is read from its newest messages back to what is known."""

    key: str
    path: str
    params: Mapping[str, str]
    beside: Mapping[str, Any]


class _Teams(_Part):
    """Messages of Teams: an interrupted sweep goes on where it stood."""

    def _sweep(self, sweep: _Sweep, state: State, *, resumed: bool) -> Answer:
        place = dict(state.get(sweep.key, {}))
        answer, place = self._page(sweep, place, resumed=resumed)
        messages = listed(answer, "value")
        for message in messages:
            self._complete(message, sweep.beside)
        latest = [_last_change(message) for message in messages]
        if latest or "since" in place:
            place.setdefault("newest", max(latest, default=place.get("since")))
        following = self._next(answer)
        known = bool(latest) and "since" in place and max(latest) <= place["since"]
        ended = following is None or known
        moved = not known and bool(messages)
        place = swept(place) if ended else place | {"next": following}
        member = None
        if moved or place != state.get(sweep.key, {}):
            told = {**answer, **sweep.beside} if "chat" in sweep.beside else answer
            member = _reply(sweep.key, place, told, state)
        more = None if ended else [sweep.key.partition(":")[0] + "s", sweep, False]
        held = (sweep.key, messages) if messages else None
        again = afresh(state, sweep.key)
        return Answer(member, more=more, empty=not messages, held=held, afresh=again)

    def _page(
        self, sweep: _Sweep, place: dict[str, Any], *, resumed: bool
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        if link := place.get("next"):
            try:
                return dict(self.asked.get(link)), place
            except (RateLimited, NotAuthorised):
                raise
            except ConnectorError:  # links to pages run out: the sweep begins anew
                if not resumed:
                    raise
                place = {name: value for name, value in place.items() if name == "since"}
        return dict(self.asked.get(sweep.path, sweep.params)), place

    def _complete(self, message: dict[str, Any], beside: Mapping[str, Any]) -> None:
        """Add the replies beyond the first thousand, and the channel where the service leaves it out."""
        if link := self._next(message, "replies@odata.nextLink"):
            message["replies"] = [*listed(message, "replies"), *self._all(link)]
        for one in (message, *listed(message, "replies")):
            if "channelIdentity" in beside and not one.get("channelIdentity"):
                one["channelIdentity"] = beside["channelIdentity"]


class _Chats(_Teams):
    """What is new or changed in every chat, newest first, each page with the members of the chat."""

    def ask(self, task: Task, state: State) -> Answer:
        if len(task) > 1:
            return self._sweep(task[1], state, resumed=task[2])
        chats = list(self._all("/me/chats", {"$expand": "members", "$top": "50"}))
        return Answer(None, [["chats", self._of_chat(chat, state), True] for chat in chats])

    def _of_chat(self, chat: Mapping[str, Any], state: State) -> _Sweep:
        number = identifier(chat.get("id"), "the chat's id")
        said = {"id": number, "chatType": chat.get("chatType"), "members": listed(chat, "members")}
        since = state.get(f"chat:{number}", {}).get("since")
        params = {"$top": "50", "$orderby": "lastModifiedDateTime desc"}
        params |= {"$filter": f"lastModifiedDateTime gt {since}"} if since else {}
        return _Sweep(f"chat:{number}", f"/chats/{_part(number)}/messages", params, {"chat": said})


class _Channels(_Teams):
    """What is new or changed in every channel of the teams joined, with its replies, newest first."""

    def ask(self, task: Task, state: State) -> Answer:
        match task[1:]:
            case []:
                teams = [identifier(team.get("id"), "the team") for team in self._all("/me/joinedTeams")]
                return Answer(None, [["channels", team] for team in teams])
            case [str(team)]:
                channels = list(self._all(f"/teams/{_part(team)}/channels"))
                return Answer(None, [["channels", _of_channel(team, one), True] for one in channels])
        return self._readable(task[1], state, resumed=task[2])

    def _readable(self, sweep: _Sweep, state: State, *, resumed: bool) -> Answer:
        """Pass over a channel that its owners keep to themselves, and say so."""
        try:
            return self._sweep(sweep, state, resumed=resumed)
        except (Withheld, Gone) as error:
            member = _reply(sweep.key, state.get(sweep.key, {}), {"value": []}, state)
            return Answer(member, note=f"channel passed over: {error}")


_PARTS: Mapping[str, type[_Part]] = {
    "people": _People,
    "mail": _Mail,
    "calendar": _Calendar,
    "chats": _Chats,
    "channels": _Channels,
}


def _of_channel(team: str, channel: Mapping[str, Any]) -> _Sweep:
    number = identifier(channel.get("id"), "the channel")
    path = f"/teams/{_part(team)}/channels/{_part(number)}/messages"
    beside = {"channelIdentity": {"teamId": team, "channelId": number}}
    return _Sweep(f"channel:{number}", path, {"$top": "50", "$expand": "replies"}, beside)


def _part(text: str) -> str:
    return quote(text, safe="")


def _last_change(message: Mapping[str, Any]) -> str:
    """Return when a message or one of its replies last changed, as text that sorts by time."""
    times = [
        one.get("lastModifiedDateTime") or one.get("createdDateTime")
        for one in (message, *listed(message, "replies"))
    ]
    last = max(moment(time, "lastModifiedDateTime") for time in times)
    return last.isoformat(timespec="milliseconds").replace("+00:00", "Z")
