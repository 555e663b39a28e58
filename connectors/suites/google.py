"""Google Workspace: Gmail (headers), Calendar, contacts, and who did what to whose files in Drive.

The sign-in is by Google's own libraries; the services are asked by httpx rather than by google-api-python-client,
which has no time-outs of its own and brings its own HTTP library. Meetings come by a window that ends now rather
than by a sync token: a meeting counts when it has taken place, and a token tells of it only when it is changed.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, ClassVar

from connectors.kit.answers import identifier, listed, needed, once, read, shape_expected, written
from connectors.kit.deletions import Window, are_tombstones, tombstones
from connectors.kit.http import Service, Withheld
from connectors.kit.json_files import holds
from connectors.kit.paging import Answer, State, Task, afresh, swept, walk
from connectors.kit.permission import SignedIn, parts_chosen
from connectors.kit.text import clean
from connectors.kit.times import day_given, moment
from connectors.suites.google_chat import chat_records, is_chat
from connectors.suites.google_records import HEADERS, Reading, name_of_entry
from influence.contract.connector import ConnectorError, Gone, MissingExtra, NotAuthorised, Reply, Secret
from influence.contract.files import Member
from influence.contract.records import Record

if TYPE_CHECKING:
    from connectors.suites.google_sign_in import Application

SCOPES = {
    "people": ("contacts.readonly", "userinfo.email", "userinfo.profile"),
    "mail": ("gmail.metadata",),
    "calendar": ("calendar.events.readonly",),
    "drive": ("drive.activity.readonly", "userinfo.profile"),
}
"""What can be read, and the permissions that it takes; without the first it cannot be."""
_SCOPE = "https://www.googleapis.com/auth/"
AGAIN = timedelta(days=30)
LONGEST_PAST = timedelta(days=2 * 366)
PAGE = 50
_PERSON = "names,emailAddresses,phoneNumbers,organizations,metadata"
_WHO: Mapping[str, tuple[str, str, Mapping[str, Any]]] = {
    "people": ("people", "/people/me", {"personFields": "names,emailAddresses"}),
    "mail": ("mail", "/profile", {}),
    "calendar": ("calendar", "/calendars/primary/events", {"maxResults": 1, "fields": "summary"}),
    "drive": ("people", "/people/me", {"personFields": "names"}),
}
"""Who tells, with the permissions of a part, whose account it is."""
_API = {
    "people": "https://people.googleapis.com/v1",
    "mail": "https://gmail.googleapis.com/gmail/v1/users/me",
    "calendar": "https://www.googleapis.com/calendar/v3",
    "drive": "https://driveactivity.googleapis.com/v2",
}


def _is_answer(head: bytes) -> bool:
    return holds(
        head,
        (b'"threadId"', b'"payload"', b'"headers"', b'"internalDate"'),
        (b'"calendar#event', b'"iCalUID"'),
        (b'"connections"', b'"resourceName"'),
        (b'"activities"', b'"primaryActionDetail"', b'"targets"'),
    )


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
    needs: ClassVar[Mapping[str, str]] = {"google_auth_oauthlib": "google", "httpx": "google"}
    required: ClassVar[tuple[str, ...]] = ("client_id",)
    given: ClassVar[tuple[str, ...]] = ("client_secret",)
    """Secrets that a person has before they sign in."""
    secrets: ClassVar[tuple[str, ...]] = ("client_secret", "refresh_token")
    beforehand: ClassVar[str] = (
        "You make an OAuth client of the kind Desktop app in a project of your organisation "
        "(docs/connectors/google.md). If its consent screen is Internal, or published, the sign-in lasts until it is "
        "taken back or is not pulled for six months; while it is in testing, Google ends it after 7 days."
    )
    reads: ClassVar[str] = (
        "It reads the headers of your mail, your meetings, your contacts, and who commented on and edited "
        "files in Drive; no text and no file, and it changes nothing."
    )
    revoke: ClassVar[str] = "Remove the application at https://myaccount.google.com/connections."

    def sign_in(self, ask: Callable[[str], None], given: Mapping[str, str]) -> dict[str, str]:
        """Let a person give the permission in their browser and return what is to be kept."""
        client_secret = given.get("client_secret", "")
        refresh_token, scopes = self._application(client_secret).by_browser(ask)
        left = [part for part in self._parts() if f"{_SCOPE}{SCOPES[part][0]}" not in scopes]
        if len(left) == len(self._parts()):
            raise NotAuthorised("you gave none of the permissions that were asked for; connect again")
        if left:
            ask(f"Without their permission these parts are not read: {', '.join(left)}")
        return {"client_secret": client_secret, "refresh_token": refresh_token}

    def signed_in_as(self, secret: Secret) -> str:
        """Ask the first part that is given whose account it is.

        Raises:
            RateLimited, NotAuthorised, Gone, Changed: as they say.
        """
        apis, refused = self._apis(secret), NotAuthorised("Google gives none of the parts; connect again")
        for part in self._parts():
            name, path, asked = _WHO[part]
            try:
                with shape_expected():
                    return f"{_who(apis[name].get(path, asked))} in Google"
            except Withheld as error:
                refused = error
        raise refused

    def _application(self, client_secret: str) -> Application:
        try:
            from connectors.suites.google_sign_in import Application  # extras, and 0.2 s
        except ImportError:
            raise MissingExtra("Google needs: pip install 'networked-influence[google]'") from None
        if not self.client_id:
            raise ConnectorError(
                "client_id is not set: make an OAuth client (docs/connectors/google.md says how) and give its id "
                "with --set client_id=…"
            )
        scopes = dict.fromkeys(f"{_SCOPE}{scope}" for part in self._parts() for scope in SCOPES[part])
        return Application(self.client_id, client_secret, tuple(scopes), self.login, self.token_url)

    def _apis(self, secret: Secret) -> Mapping[str, SignedIn]:
        permission = self._application(secret.get("client_secret")).permission(secret)
        return {name: SignedIn(Service(self._address(name)), permission) for name in _API}

    def _parts(self) -> list[str]:
        return parts_chosen(self.parts, SCOPES)

    def _address(self, part: str) -> str:
        return f"{self.server}/{part}" if self.server else _API[part]

    # --- files --------------------------------------------------------------------------------------------

    def recognises(self, member: Member, head: bytes) -> bool:  # noqa: ARG002 - a name proves nothing
        """Tell an answer of Gmail, Calendar, People or Drive Activity, or Takeout's Google Chat, by its fields."""
        return b'"$ref"' not in head and (is_chat(head) or _is_answer(head))

    def parse(self, member: Member) -> Iterator[Record]:
        """Yield what an answer says: activities, encounters, people; what is none of these is set aside.

        Raises:
            Changed: it is none of the answers that are known.
            ConnectorError: `until` is no date.
        """
        if are_tombstones(member):
            yield from tombstones(member)
            return
        if is_chat(member.head()):
            yield from chat_records(member)
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
        apis = self._apis(secret)
        parts: dict[str, _Part] = {name: _PARTS[name](self, apis) for name in self._parts()}
        pull = _Pull(parts)
        yield from walk(cursor, lambda _: [[name] for name in parts], pull.ask, keeps_tasks=False)


@dataclass
class _Pull:
    """One pull; a part that the person did not give is passed over, with a note."""

    parts: Mapping[str, _Part]
    withheld: set[str] = field(default_factory=set)

    def ask(self, task: Task, state: State) -> Answer:
        """Ask for what is next of a part.

        Raises:
            NotAuthorised: none of the parts is given.
        """
        name = task[0]
        try:
            return self.parts[name].ask(task, state)
        except Withheld as error:
            self.withheld.add(name)
            if self.withheld >= set(self.parts):
                raise
            return Answer(written(f"google-{name}.json", {"withheld": name, "why": str(error)}))


@dataclass(frozen=True)
class _Part(ABC):
    """One part of a pull; the cursor holds under its name where it stands."""

    options: Google
    apis: Mapping[str, SignedIn]

    @abstractmethod
    def ask(self, task: Task, state: State) -> Answer:
        """Ask for what is next, and note in the state where the part stands after it."""


def _reply(part: str, place: Mapping[str, Any], answer: Any, state: State) -> Member:
    """Note where a part stands, and write the answer that brought it there."""
    state[part] = {name: value for name, value in place.items() if value}
    return written(f"google-{part}.json", answer)


class _People(_Part):
    """Every contact; they are few, and all are asked for each time."""

    def ask(self, task: Task, state: State) -> Answer:
        api = self.apis["people"]
        if len(task) == 1:
            me = api.get("/people/me", {"personFields": _PERSON})
            owner = next((one.get("value") for one in listed(me, "emailAddresses")), None)
            first = _reply("people", {}, {"connections": [me], "owner": owner}, state)
            return Answer(first, [["people", owner, None]])
        _, owner, page = task
        asked = {"personFields": _PERSON, "pageSize": 500, "pageToken": page}
        answer = api.get("/people/me/connections", asked)
        found = listed(answer, "connections")
        following = answer.get("nextPageToken")
        more = ["people", owner, following] if following else None
        member = _reply("people", {}, {**answer, "owner": owner}, state) if found else None
        return Answer(member, more=more, empty=not found, held=found)


class _Mail(_Part):
    """Every message at first, later what was added; where Google forgot that, every one again."""

    def ask(self, task: Task, state: State) -> Answer:
        api, place = self.apis["mail"], dict(state.get("mail", {}))
        if "history" not in place:
            return self._everything(api, place, task, state)
        try:
            return self._added(api, place, task, state)
        except Gone:
            state["mail"] = {}
            return Answer(None, [task])

    def _everything(self, api: SignedIn, place: State, task: Task, state: State) -> Answer:
        if "upto" not in place:
            profile = api.get("/profile")
            place["upto"] = str(needed(profile, "historyId", "the profile of Gmail"))
            place["owner"] = str(profile.get("emailAddress") or "")
        upto, owner = place["upto"], place.get("owner", "")
        page = place.get("page")
        answer = api.get("/messages", {"maxResults": PAGE, "pageToken": page})
        following, named = answer.get("nextPageToken"), listed(answer, "messages")
        place = {"upto": upto, "page": following} if following else {"history": upto}
        place["owner"] = owner
        member = _reply("mail", place, _messages(api, named, owner), state)
        more, again = task if following else None, afresh(state, "mail")
        return Answer(member, more=more, empty=not named, held=named, afresh=again)

    def _added(self, api: SignedIn, place: State, task: Task, state: State) -> Answer:
        since, page, owner = place["history"], place.get("page"), place.get("owner", "")
        asked = {"startHistoryId": since, "historyTypes": "messageAdded", "pageToken": page}
        answer = api.get("/history", asked)
        added = [
            one["message"] for step in listed(answer, "history") for one in listed(step, "messagesAdded")
        ]
        following = answer.get("nextPageToken")
        upto = str(answer.get("historyId") or since)
        place = {"history": since, "page": following} if following else {"history": upto}
        place["owner"] = owner
        told = added or following or page
        member = _reply("mail", place, _messages(api, added, owner), state) if told else None
        more, again = task if following else None, afresh(state, "mail")
        return Answer(member, more=more, empty=not added, held=added, afresh=again)


def _messages(api: SignedIn, named: Sequence[Any], owner: str) -> dict[str, Any]:
    """Ask for the header of each message of an owner's mailbox; one that is gone by now is passed over."""
    found = []
    for number in dict.fromkeys(identifier(one.get("id"), "the message") for one in named):
        with suppress(Gone):
            asked = {"format": "metadata", "metadataHeaders": list(HEADERS)}
            found.append(api.get(f"/messages/{number}", asked))
    return {"messages": found, "owner": owner}


class _Calendar(_Part):
    """The meetings of the main calendar that have taken place, the last 30 days of them again."""

    def ask(self, task: Task, state: State) -> Answer:
        window = Window("calendar")
        if gone := window.told(task, state):
            return gone
        place = dict(state.get("calendar", {}))
        upto = moment(place["upto"], "upto") if "upto" in place else day_given(self.options.until)
        page, since = place.get("page"), self._from(place.get("until"), upto)
        asked = {
            "timeMin": since.isoformat(),
            "timeMax": upto.isoformat(),
            "singleEvents": "true",
            "showDeleted": "true",
            "orderBy": "startTime",
            "maxResults": 250,
            "pageToken": page,
        }
        answer = self.apis["calendar"].get("/calendars/primary/events", asked)
        window.see(place, Reading(upto).records(answer), listed(answer, "items"), name_of_entry)
        following = answer.get("nextPageToken")
        told = upto.isoformat()
        if following:
            place |= {"upto": told, "page": following}
            held, again = listed(answer, "items"), afresh(state, "calendar")
            member = _reply("calendar", place, answer, state)
            return Answer(member, more=task, empty=not held, held=held, afresh=again)
        place = {"until": told} | window.closed(place, since, upto - AGAIN)
        return Answer(_reply("calendar", place, answer, state), [["calendar", "gone"]])

    def _from(self, until: str | None, upto: datetime) -> datetime:
        if until:
            return moment(until, "until") - AGAIN
        return day_given(self.options.since) if self.options.since else upto - LONGEST_PAST


class _Drive(_Part):
    """Who did what to the files that the person can see, newest first, down to what is known."""

    def ask(self, task: Task, state: State) -> Answer:
        place = dict(state.get("drive", {}))
        page = place.get("page")
        body: dict[str, Any] = {"pageSize": 100, "consolidationStrategy": {"none": {}}}
        body |= {"filter": f'time > "{place["since"]}"'} if place.get("since") else {}
        answer = self.apis["drive"].post("/activity:query", body | ({"pageToken": page} if page else {}))
        activities = listed(answer, "activities")
        newest = max((_time(one) for one in activities), default="")
        place.setdefault("newest", newest or place.get("since", ""))
        following = answer.get("nextPageToken")
        place = place | {"page": following} if following else swept(place)
        more, empty = task if following else None, not activities
        if empty and following:
            state["drive"] = place
        again = afresh({**state, "drive": place}, "drive")
        if empty and (following or not page):
            return Answer(None, more=more, empty=empty, afresh=again)
        named = self._named(activities)
        note = "" if named or empty else "Google tells nobody's name: the accounts in Drive stay numbers"
        told = {**answer, "people": named} if activities else {"activities": []}
        member = _reply("drive", place, told, state)
        return Answer(member, note=note, more=more, empty=empty, held=activities, afresh=again)

    def _named(self, activities: Sequence[Any]) -> list[Any]:
        """Ask whose accounts stand in some activities: Drive names people by number only."""
        names = sorted(set(_names(activities)))
        found: list[Any] = []
        for start in range(0, len(names), 200):
            asked = {"resourceNames": names[start : start + 200], "personFields": _PERSON}
            with suppress(Withheld, Gone):
                found += listed(self.apis["people"].get("/people:batchGet", asked), "responses")
        return [one for one in found if one.get("person")]


_PARTS: Mapping[str, type[_Part]] = {
    "people": _People,
    "mail": _Mail,
    "calendar": _Calendar,
    "drive": _Drive,
}


def _who(answer: Any) -> str:
    """Return whose account it is: the profile of Gmail, the main calendar's name, or oneself among the people."""
    addresses = [one.get("value") for one in listed(answer, "emailAddresses")]
    names = [one.get("displayName") for one in listed(answer, "names")]
    known = [answer.get("emailAddress"), answer.get("summary"), *addresses, *names]
    return clean(str(next(filter(None, known), "an account without a name")), 100)


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
