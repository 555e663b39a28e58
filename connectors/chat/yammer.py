"""Yammer, now Viva Engage: live by its REST interface, or the network data export (a zip of CSV files).

The sign-in is MSAL's; the interface is asked by httpx, since there is no maintained package for it. It dates no
like, and the newest messages come first; a pull goes back over the last `again` days, so that likes and edits of
those are seen.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import PurePosixPath
from typing import Any, ClassVar

from connectors.chat.yammer_records import answer_records, table_of, table_records
from connectors.kit.answers import (
    listed,
    mapping,
    needed,
    needed_list,
    once,
    read,
    shape_expected,
    whole,
    written,
)
from connectors.kit.entra import KEPT, NEEDS, Entra
from connectors.kit.exports import each_file
from connectors.kit.http import Service
from connectors.kit.json_files import holds
from connectors.kit.paging import Answer, State, Task, everything, sound, walk
from connectors.kit.permission import SignedIn
from connectors.kit.text import clean
from connectors.kit.times import days_given, moment
from influence.contract.connector import Reply, Secret
from influence.contract.files import Export, Member
from influence.contract.records import Note, Record, SetAside

PAGE = 20
ALLOWED, WITHIN = 10, 30.0
"""Requests, and the seconds in which the service allows so many."""
_NO_ACTIVITY = frozenset(("groups.csv", "networks.csv", "topics.csv", "admins.csv", "files.csv", "pages.csv"))


@dataclass(frozen=True)
class Yammer:
    """Messages, replies, mentions and likes of a Yammer (Viva Engage) network, and whose accounts they are.

    `client_id` is that of the application that your organisation registered, `tenant` the organisation's
    id or domain; `again` how many days a pull goes back for likes and edits.
    """

    client_id: str = ""
    tenant: str = "organizations"
    again: str = "30"
    scope: str = "https://www.yammer.com/.default"
    server: str = "https://www.yammer.com/api/v1"
    login: str = "https://login.microsoftonline.com"

    name: ClassVar[str] = "yammer"
    title: ClassVar[str] = "Viva Engage (Yammer): live, or the network data export"
    source: ClassVar[str] = (
        "A network administrator exports it under Network Admin > Export Data; or: influence connect yammer."
    )
    needs: ClassVar[Mapping[str, str]] = NEEDS
    required: ClassVar[tuple[str, ...]] = ("client_id",)
    secrets: ClassVar[tuple[str, ...]] = KEPT
    beforehand: ClassVar[str] = (
        "Your organisation registers an application with Microsoft Entra ID (docs/connectors/yammer.md). The sign-in "
        "lasts for as long as it is pulled: it ends after 90 days without a pull, or when your organisation says so."
    )
    reads: ClassVar[str] = (
        "It reads the messages that you can see, who wrote, answered, named and liked, and nothing else."
    )
    revoke: ClassVar[str] = (
        "Remove the application at https://myapps.microsoft.com (… > Manage your application)."
    )

    def sign_in(self, ask: Callable[[str], None], given: Mapping[str, str]) -> dict[str, str]:  # noqa: ARG002 - nothing is asked for first
        """Let a person give the permission by device code and return what is to be kept."""
        return self._entra().by_device_code(ask)

    def signed_in_as(self, secret: Secret) -> str:
        """Ask who it is, and in which network.

        Raises:
            RateLimited, NotAuthorised, Gone, Changed: as they say.
        """
        with shape_expected():
            user = self._signed_in(secret).get("/users/current.json")
            name, network = needed(user, "full_name", "the user"), user.get("network_name")
        return f"{clean(str(name), 100)} in {clean(str(network or 'Viva Engage'), 100)}"

    def _entra(self) -> Entra:
        return Entra(self.client_id, self.scope.split(), self.login, self.tenant)

    def _signed_in(self, secret: Secret) -> SignedIn:
        return SignedIn(Service(self.server), self._entra().permission(secret))

    # --- live ---------------------------------------------------------------------------------------------

    def fetch(self, cursor: Mapping[str, Any], secret: Secret) -> Iterator[Reply]:
        """Yield pages of messages, newest first: what an interrupted pull left, then what is new since.

        Raises:
            RateLimited, NotAuthorised, Gone, Changed: as they say.
            ConnectorError: an option is not what it should be.
        """
        pull = _Pull(self._signed_in(secret), days_given(self.again), Pace())
        yield from walk(cursor, pull.begin, pull.ask, keeps_tasks=False)

    # --- files --------------------------------------------------------------------------------------------

    def recognises(self, member: Member, head: bytes) -> bool:  # noqa: ARG002 - a name proves nothing
        """Tell messages or users by their fields: a saved answer, or a table of the network data export."""
        message = (b'"sender_id"', b'"replied_to_id"', b'"thread_id"')
        return holds(head, message, (b'"full_name"', b'"network_id"', b'"state"')) or bool(table_of(head))

    def parse(self, member: Member) -> Iterator[Record]:
        """Yield messages, likes and people of one answer or one table.

        Raises:
            Unreadable: the table is none of the export's.
            Changed: the answer no longer has the shape it had.
        """
        with shape_expected():
            head = member.head()
            if holds(head, ()):
                yield from once(answer_records(read(member), member.name))
            else:
                yield from table_records(member)

    def claims(self, names: Sequence[str]) -> bool:
        """Tell a network data export by its Messages.csv and Users.csv."""
        return {"messages.csv", "users.csv"} <= {PurePosixPath(name).name.lower() for name in names}

    def parse_export(self, export: Export) -> Iterator[tuple[str, Record]]:
        """Yield what the tables of an export say; what is no table of it is set aside by name."""
        wanted = {"messages.csv", "users.csv"}
        by_kind = {name: PurePosixPath(name).name.lower() for name in sorted(export.files)}
        yield from each_file(export, [n for n, kind in by_kind.items() if kind in wanted], self.parse)
        for name, kind in by_kind.items():
            if kind in _NO_ACTIVITY or kind in {"log.txt", "request.txt"}:
                yield name, Note("the table holds nothing that anybody did to somebody, and is not used")
            elif kind not in wanted:
                yield name, SetAside("the file is no table of the export that is read")


class Pace:
    """Keeps within what the service allows: ten requests for messages in thirty seconds, by user and application."""

    def __init__(
        self, now: Callable[[], float] = time.monotonic, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        self._now, self._sleep = now, sleep
        self._asked: deque[float] = deque(maxlen=ALLOWED)

    def wait(self) -> None:
        """Wait until one more request is within the limit."""
        if len(self._asked) == ALLOWED:
            self._sleep(max(0.0, self._asked[0] + WITHIN - self._now()))
        self._asked.append(self._now())


@dataclass(frozen=True)
class _Pull:
    """One pull; the cursor holds up to which message all is known (`since`), and how far back a sweep came."""

    signed_in: SignedIn
    again: timedelta
    pace: Pace

    def begin(self, state: State) -> list[Task]:
        """Plan a pull: what an interrupted sweep left, then from the newest message back to what is known."""
        if state.get("older_than"):
            return [["sweep"], ["sweep"]]
        _only_known(state)
        return [["sweep"]]

    def ask(self, task: Task, state: State) -> Answer:
        """Ask for a page of messages, newest first, and who likes each."""
        answer = self._get("/messages.json", {"older_than": state.get("older_than"), "limit": PAGE})
        found = list(sound(needed_list(answer, "messages", "the page of messages"), _number))
        messages, ids = [message for message, _ in found], [number for _, number in found]
        ended = self._ended(answer, messages, ids, state)
        if not ids and ended and "newest" not in state:
            _only_known(state)
            return Answer(None)
        if ids and "newest" not in state:
            state |= {"newest": max(ids), "newest_time": messages[ids.index(max(ids))].get("created_at")}
        if ended:
            state |= _after(state)
            _only_known(state)
        elif ids:
            state["older_than"] = min(ids)
        answer = answer | {"likers": dict(self._likers(messages))} if messages else answer
        member = written(f"yammer-{max(ids, default=0)}.json", answer)
        again: State = {name: state[name] for name in ("since", "since_time") if name in state}
        held = (state.get("since"), ids) if ids else None
        return Answer(member, more=None if ended else task, empty=not ids, held=held, afresh=again)

    def _ended(
        self, answer: Mapping[str, Any], messages: Sequence[Any], ids: Sequence[int], at: Mapping[str, Any]
    ) -> bool:
        older = mapping(answer.get("meta")).get("older_available")
        if older is False or not ids:
            return older is not True
        if "since" not in at or min(ids) > int(at["since"]):
            return False
        oldest = moment(messages[ids.index(min(ids))].get("created_at"), "created_at")
        return oldest < moment(at.get("since_time"), "created_at") - self.again

    def _get(self, path: str, params: Mapping[str, Any]) -> Any:
        self.pace.wait()
        return self.signed_in.get(path, params)

    def _likers(self, messages: Sequence[Any]) -> Iterator[tuple[str, list[Any]]]:
        """Yield who likes a message, where the message names fewer than it counts."""
        for message in messages:
            liked = mapping(message.get("liked_by"))
            count, number = liked.get("count"), str(message["id"])
            if isinstance(count, int) and count > len(listed(liked, "names")):
                yield number, list(self._all_likers(number))

    def _all_likers(self, message: str) -> Iterator[Any]:
        return everything(
            1,
            lambda page: self._get(f"/users/liked_message/{message}.json", {"page": page}),
            lambda answer: listed(answer, "users"),
            lambda answer, page: page + 1 if answer.get("more_available") else None,
        )


def _number(message: Any) -> int:
    return whole(needed(message, "id", "a message"), "a message's id")


def _only_known(state: State) -> None:
    """Forget where a sweep stood; up to where all is known stays."""
    for name in state.keys() - {"since", "since_time"}:
        del state[name]


def _after(at: Mapping[str, Any]) -> dict[str, Any]:
    """Return up to where all is known after a whole sweep."""
    newest = max(int(at["newest"]), int(at.get("since", 0)))
    time = at.get("newest_time") if newest == int(at["newest"]) else at.get("since_time")
    return {"since": newest, "since_time": time}
