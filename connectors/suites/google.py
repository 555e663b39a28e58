"""Google Workspace: Gmail (headers), Calendar, contacts, and who did what to whose files in Drive.

Written on httpx rather than google-api-python-client, which has no time-outs of its own and brings its own
HTTP library. Meetings come by a window that ends now rather than by a sync token: a meeting counts when it
has taken place, and a token tells of it only when it is changed.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, ClassVar

from connectors.kit.answers import identifier, listed, moment, once, read, tells_what_changed
from connectors.kit.http import Service, as_member, field
from connectors.kit.meetings import moment_of
from connectors.kit.sign_in import Application, Permission, SignedIn, by_loopback, kept
from connectors.suites.google_records import HEADERS, Answer
from influence.contract.connector import ConnectorError, Gone, NotAuthorised, Reply
from influence.contract.files import Member
from influence.contract.records import Record

SCOPES = {
    "people": ("contacts.readonly", "userinfo.email", "userinfo.profile"),
    "mail": ("gmail.metadata",),
    "calendar": ("calendar.events.readonly",),
    "drive": ("drive.activity.readonly", "userinfo.profile"),
}
"""What can be read, and the permissions that it takes."""
AGAIN = timedelta(days=30)
LONGEST_PAST = timedelta(days=2 * 366)
PAGE = 50
_PERSON = "names,emailAddresses,phoneNumbers,organizations,metadata"
_API = {
    "people": "https://people.googleapis.com/v1",
    "mail": "https://gmail.googleapis.com/gmail/v1/users/me",
    "calendar": "https://www.googleapis.com/calendar/v3",
    "drive": "https://driveactivity.googleapis.com/v2",
}


@dataclass(frozen=True)
class Google:
    """Mail (headers), meetings, contacts and Drive of one person's Google account.

    `client_id` is that of an application of the kind "Desktop app" in your organisation's project;
    `parts` what is read (people, mail, calendar, drive); `since` from when meetings are read (ISO 8601,
    default two years ago) and `until` up to when they have taken place (default now); `server` an address
    to ask in place of Google's.
    """

    client_id: str = ""
    parts: str = "people,mail,calendar,drive"
    since: str = ""
    until: str = ""
    server: str = ""
    login: str = "https://accounts.google.com/o/oauth2/v2/auth"
    token_url: str = "https://oauth2.googleapis.com/token"  # noqa: S105 - the address, not a token

    name: ClassVar[str] = "google"
    title: ClassVar[str] = "Google Workspace: Gmail, Calendar, contacts and Drive"
    source: ClassVar[str] = (
        "Connect with: influence connect google; Takeout's mail and calendars are read as files."
    )
    given: ClassVar[tuple[str, ...]] = ("client_secret",)
    """Secrets that a person has before they sign in: `sign_in` asks for them."""
    secrets: ClassVar[tuple[str, ...]] = ("client_secret", "refresh_token")
    reads: ClassVar[str] = (
        "It reads the headers of your mail, your meetings, your contacts, and who commented on and edited "
        "files in Drive; no text and no file, and it changes nothing."
    )
    revoke: ClassVar[str] = "Remove the application at https://myaccount.google.com/connections."

    def sign_in(
        self, ask: Callable[[str], None], secret: Callable[[str], str] | None = None
    ) -> dict[str, str]:
        """Let a person give the permission in their browser and return what is to be kept."""
        known = secret("client_secret") if secret is not None else ""
        tokens = kept(by_loopback(self._application(known), ask))
        return tokens | {"client_secret": known}

    def _application(self, client_secret: str) -> Application:
        scopes = dict.fromkeys(scope for part in self._parts() for scope in SCOPES[part])
        scope = " ".join(f"https://www.googleapis.com/auth/{one}" for one in scopes)
        more = {"access_type": "offline", "prompt": "consent"}
        return Application(self.client_id, scope, self.token_url, "", self.login, client_secret, more)

    def _parts(self) -> list[str]:
        found = [part.strip() for part in self.parts.replace(";", ",").split(",") if part.strip()]
        for part in found:
            if part not in SCOPES:
                raise ConnectorError(f"parts has {part[:40]!r}; there are: {', '.join(SCOPES)}")
        return found

    # --- files --------------------------------------------------------------------------------------------

    def recognises(self, member: Member, head: bytes) -> bool:  # noqa: ARG002 - a name proves nothing
        """Tell an answer of Gmail, Calendar, People or Drive Activity by its fields."""
        if not head.lstrip(b"\xef\xbb\xbf \r\n").startswith(b"{") or b'"$ref"' in head:
            return False
        kinds = (
            (b'"threadId"', b'"payload"', b'"headers"', b'"internalDate"'),
            (b'"calendar#event', b'"iCalUID"'),
            (b'"connections"', b'"resourceName"'),
            (b'"activities"', b'"primaryActionDetail"', b'"targets"'),
        )
        return any(all(name in head for name in kind) for kind in kinds)

    def parse(self, member: Member) -> Iterator[Record]:
        """Yield what an answer says: activities, encounters, people; what is none of these is set aside.

        Raises:
            Changed: it is none of the answers that are known.
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
        application = self._application(secret("client_secret"))
        permission = Permission(application, secret("refresh_token"))
        pull = _Pull(self, permission, dict(cursor))
        for part in self._parts():
            yield from {
                "people": pull.people,
                "mail": pull.mail,
                "calendar": pull.calendar,
                "drive": pull.drive,
            }[part]()


@dataclass(frozen=True)
class _Pull:
    """One pull: what is asked, and where each part stands (`at`)."""

    options: Google
    permission: Permission
    at: dict[str, Any]

    def _api(self, part: str) -> SignedIn:
        address = f"{self.options.server}/{part}" if self.options.server else _API[part]
        return SignedIn(Service(address), self.permission)

    def _reply(self, part: str, state: Mapping[str, Any], answer: Any, note: str = "") -> Reply:
        self.at[part] = {name: value for name, value in state.items() if value}
        cursor = json.loads(json.dumps(self.at))
        return Reply(as_member(f"google-{part}.json", json.dumps(answer).encode()), cursor, note)

    # --- people -------------------------------------------------------------------------------------------

    def people(self) -> Iterator[Reply]:
        """Yield every contact; they are few, and all are asked for each time."""
        api = self._api("people")
        me = api.get("/people/me", {"personFields": _PERSON})
        owner = next((one.get("value") for one in listed(me, "emailAddresses")), None)
        yield self._reply("people", {}, {"connections": [me], "owner": owner})
        page: str | None = None
        seen: set[str | None] = set()
        while page not in seen:
            seen.add(page)
            asked = {"personFields": _PERSON, "pageSize": 500, "pageToken": page}
            answer = api.get("/people/me/connections", asked)
            if listed(answer, "connections"):
                yield self._reply("people", {}, {**answer, "owner": owner})
            page = answer.get("nextPageToken")
            if not page:
                return

    # --- mail ---------------------------------------------------------------------------------------------

    def mail(self) -> Iterator[Reply]:
        """Yield every message at first, later what was added; where Google forgot that, every one again."""
        api, state = self._api("mail"), dict(self.at.get("mail", {}))
        if "history" in state:
            try:
                yield from self._added(api, state)
                return
            except Gone:
                state = {}
        yield from self._everything(api, state)

    def _everything(self, api: SignedIn, state: dict[str, Any]) -> Iterator[Reply]:
        upto = state.get("upto") or str(field(api.get("/profile"), "historyId", "the profile of Gmail"))
        page = state.get("page")
        while True:
            answer = api.get("/messages", {"maxResults": PAGE, "pageToken": page})
            following = answer.get("nextPageToken")
            ended = not following or following == page
            state = {"history": upto} if ended else {"upto": upto, "page": following}
            yield self._reply("mail", state, self._messages(api, listed(answer, "messages")))
            if ended:
                return
            page = following

    def _added(self, api: SignedIn, state: dict[str, Any]) -> Iterator[Reply]:
        page = state.get("page")
        while True:
            asked = {"startHistoryId": state["history"], "historyTypes": "messageAdded", "pageToken": page}
            answer = api.get("/history", asked)
            added = [
                one["message"] for step in listed(answer, "history") for one in listed(step, "messagesAdded")
            ]
            following = answer.get("nextPageToken")
            ended = not following or following == page
            reached = str(answer.get("historyId") or state["history"])
            state = {"history": reached} if ended else {"history": state["history"], "page": following}
            if added or not ended or page:
                yield self._reply("mail", state, self._messages(api, added))
            if ended:
                return
            page = following

    def _messages(self, api: SignedIn, named: Sequence[Any]) -> dict[str, Any]:
        """Ask for the header of each message; one that is gone by now is passed over."""
        found = []
        for number in dict.fromkeys(identifier(one.get("id"), "the message") for one in named):
            try:
                asked = {"format": "metadata", "metadataHeaders": list(HEADERS)}
                found.append(api.get(f"/messages/{number}", asked))
            except Gone:
                continue
        return {"messages": found}

    # --- calendar -----------------------------------------------------------------------------------------

    def calendar(self) -> Iterator[Reply]:
        """Yield the meetings of the main calendar that have taken place, the last 30 days of them again."""
        api, until = self._api("calendar"), moment_of(self.options.until)
        state = dict(self.at.get("calendar", {}))
        upto = moment(state["upto"], "upto") if "upto" in state else until
        page = state.get("page")
        while True:
            asked = {
                "timeMin": self._from(state.get("until"), upto).isoformat(),
                "timeMax": upto.isoformat(),
                "singleEvents": "true",
                "orderBy": "startTime",
                "maxResults": 250,
                "pageToken": page,
            }
            answer = api.get("/calendars/primary/events", asked)
            following = answer.get("nextPageToken")
            ended = not following or following == page
            if ended:
                state = {"until": upto.isoformat()}
            else:
                state |= {"upto": upto.isoformat(), "page": following}
            yield self._reply("calendar", state, answer)
            if ended:
                return
            page = following

    def _from(self, until: str | None, upto: datetime) -> datetime:
        if until:
            return moment(until, "until") - AGAIN
        return moment_of(self.options.since) if self.options.since else upto - LONGEST_PAST

    # --- Drive --------------------------------------------------------------------------------------------

    def drive(self) -> Iterator[Reply]:
        """Yield who did what to the files that the person can see, newest first, down to what is known."""
        api, people = self._api("drive"), self._api("people")
        state = dict(self.at.get("drive", {}))
        page = state.get("page")
        while True:
            body: dict[str, Any] = {"pageSize": 100, "consolidationStrategy": {"none": {}}}
            body |= {"filter": f'time > "{state["since"]}"'} if state.get("since") else {}
            answer = api.post("/activity:query", body | ({"pageToken": page} if page else {}))
            activities = listed(answer, "activities")
            newest = max((_time(one) for one in activities), default="")
            state.setdefault("newest", newest or state.get("since", ""))
            following = answer.get("nextPageToken")
            ended = not following or following == page
            if not ended:
                state |= {"page": following}
            done = {"since": state["newest"]} if ended else state
            if activities:
                named = self._named(people, activities)
                note = "" if named else "Google tells nobody's name: the accounts in Drive stay numbers"
                yield self._reply("drive", done, {**answer, "people": named}, note)
            elif page and ended:
                yield self._reply("drive", done, {"activities": []})
            if ended:
                return
            page = following

    def _named(self, api: SignedIn, activities: Sequence[Any]) -> list[Any]:
        """Ask whose accounts stand in some activities: Drive names people by number only."""
        names = sorted(set(_names(activities)))
        found: list[Any] = []
        for start in range(0, len(names), 200):
            asked = {"resourceNames": names[start : start + 200], "personFields": _PERSON}
            with suppress(NotAuthorised, Gone):
                found += listed(api.get("/people:batchGet", asked), "responses")
        return [one for one in found if one.get("person")]


def _time(activity: Mapping[str, Any]) -> str:
    time = activity.get("timestamp") or (activity.get("timeRange") or {}).get("endTime")
    return moment(time, "timestamp").isoformat().replace("+00:00", "Z")


def _names(value: Any) -> Iterator[str]:
    """Yield the numbers of all people in an answer."""
    waiting = [value]
    while waiting:
        one = waiting.pop()
        if isinstance(one, Mapping):
            name = one.get("personName")
            if isinstance(name, str) and name.startswith("people/"):
                yield name
            waiting += one.values()
        elif isinstance(one, list):
            waiting += one
