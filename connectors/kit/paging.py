"""Pulling page by page: where a pull stands is in its cursor, so that any page may be the last.

A task is a short list (`["replies", "12345", None]`). A connector says with which tasks a pull begins, and
for each task what came of it and which tasks follow at once.
"""

from __future__ import annotations

import copy
import hashlib
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, TypeAlias, TypeVar
from urllib.parse import urlsplit

from connectors.kit.answers import ODD_SHAPES, shape_expected, told
from connectors.kit.text import clean
from influence.contract.connector import (
    Changed,
    ConnectorError,
    NotAuthorised,
    RateLimited,
    Reply,
    StoppedShort,
)
from influence.contract.files import Member

Task: TypeAlias = list[Any]
State: TypeAlias = dict[str, Any]
Place = TypeVar("Place")
Item = TypeVar("Item")
MOST_PAGES = 10_000
"""Pages of one list; a service that goes on and on ends there."""
MOST_EMPTY = 50
"""Pages in a row that hold nothing and name a next one."""
_PULLS = 3
"""Pulls in which an answer that cannot be read is asked for."""
MOST_ODD = 20
"""Answers in a row in which nothing can be found: the service is another one by now."""


@dataclass(frozen=True)
class Answer:
    """What came of one task: the raw reply (None: the service does not give it), and what to ask next.

    `then` is what follows from it, `more` the next page of the same list, asked for after that; `empty` says
    that the page held nothing, `held` what it held and of which list (where the very same comes again, the
    list is going round). A list's mark in the state moves when its last page has come, so that a list which
    stopped short is gone through again: `afresh` is the state in which it is, where its place is in there.
    """

    member: Member | None
    then: Sequence[Task] = ()
    note: str = ""
    more: Task | None = None
    empty: bool = False
    held: Any = None
    afresh: State | None = None


def walk(
    cursor: Mapping[str, Any],
    begin: Callable[[State], Sequence[Task]],
    ask: Callable[[Task, State], Answer],
    *,
    keeps_tasks: bool = True,
) -> Iterator[Reply]:
    """Work through tasks, depth first; `ask` may change the state, which is part of the next cursor.

    A pull that was cut off goes on with the tasks that its cursor keeps (`todo`). Where `keeps_tasks` is
    False the cursor is the state alone: every pull begins anew, and each task finds its place in the state.
    What could not be read is kept there too (`unread`), and asked for again by the next pulls.

    Raises:
        Changed: at the end, where one answer or more had a shape in which nothing can be found; at once after
            MOST_ODD in a row.
        StoppedShort: at the end, where a list went round in circles or on and on with nothing.

    >>> from connectors.kit.answers import as_member
    >>> def ask(task, state):
    ...     return Answer(as_member(f"{task[0]}.json", b"[]"), [["b"]] if task == ["a"] else [])
    >>> [(r.member.name, r.cursor["todo"]) for r in walk({}, lambda state: [["a"]], ask)]
    [('a.json', [['b']]), ('b.json', [])]
    """
    state: State = copy.deepcopy(dict(cursor))
    unread = _Unread(state.pop("unread", None))
    todo: list[Task] = (keeps_tasks and state.pop("todo", None)) or []
    with shape_expected():
        todo = todo or list(begin(state))
    again = unread.but(todo)
    todo = [*again, *todo]
    lists = _Lists()
    while todo:
        task, *rest = todo
        try:
            with shape_expected(), lists.told_of(str(task[0])):
                answer = ask(task, state)
        except Changed as odd:
            unread.keep(task)
            lists.passed_over(odd)
            todo = rest
            continue
        except (
            ConnectorError
        ) as refused:  # where a page stood that was asked for before, there may be none by now
            if task not in again or isinstance(refused, RateLimited | NotAuthorised):
                raise
            unread.keep(task)
            todo = rest
            continue
        todo = [*answer.then, *lists.following(answer, state), *rest]
        unread.settle(task, whole=not lists.told_now)
        if answer.member is not None:
            kept = {**state, **({"todo": todo} if keeps_tasks else {}), **unread.kept}
            yield Reply(answer.member, copy.deepcopy(kept), answer.note)
    lists.close()


class _Unread:
    """Tasks whose answer could not be read: the next pulls ask for them again, a few times each."""

    def __init__(self, kept: Any) -> None:
        with shape_expected():
            self._tries = {repr(task): (list(task), int(tries)) for task, tries in kept or ()}

    @property
    def kept(self) -> State:
        """What of it goes into the cursor: nothing where nothing is left."""
        return {"unread": [list(one) for one in self._tries.values()]} if self._tries else {}

    def but(self, todo: Sequence[Task]) -> list[Task]:
        """Return the tasks that do not stand in a list anyway."""
        return [task for task, _ in self._tries.values() if task not in todo]

    def keep(self, task: Task) -> None:
        """Keep a task for the next pull, unless it was asked for often enough."""
        _, tries = self._tries.pop(repr(task), (task, 0))
        if tries + 1 < _PULLS and len(self._tries) < MOST_PAGES:
            self._tries[repr(task)] = task, tries + 1

    def settle(self, task: Task, *, whole: bool) -> None:
        """Let go of a task that was read, or keep it where a list of it had to be left before its end."""
        if whole:
            self._tries.pop(repr(task), None)
        else:
            self.keep(task)


_LEFT = "and was left there: what lies behind it is not read."
_CIRCLE = f"went round in a circle {_LEFT}"
_NOTHING = f"gave one page after the other in which there was nothing new {_LEFT}"
_tell: ContextVar[Callable[[str], None] | None] = ContextVar("_tell", default=None)
"""Whom `everything` tells that a list stopped short: the walk in which it is read."""


class _Lists:
    """Which pages were asked for in one pull, and which lists had to be left before their end."""

    def __init__(self) -> None:
        self._short: list[str] = []
        self._odd: list[Changed] = []
        self._in_a_row = 0
        self._asked: set[bytes] = set()
        self._empty = 0
        self.told_now = False

    def following(self, answer: Answer, state: State) -> list[Task]:
        """Return the next page if it leads on: the same page in the same state came before, or nothing ever comes."""
        self._empty = self._empty + 1 if answer.empty else 0
        self._in_a_row = 0
        if answer.more is None:
            return []
        held = None if answer.empty else answer.held
        seen = self._seen(("place", answer.more, state)) or (held is not None and self._seen(("held", held)))
        if not seen and self._empty < MOST_EMPTY:
            return [answer.more]
        self.note(str(answer.more[0]), _CIRCLE if seen else _NOTHING)
        self._empty = 0
        if answer.afresh is not None:
            state.clear()
            state.update(answer.afresh)
        return []

    def _seen(self, what: Any) -> bool:
        digest = hashlib.sha256(repr(what).encode("utf-8", "surrogatepass")).digest()
        known = digest in self._asked
        self._asked.add(digest)
        return known

    def note(self, name: str, why: str) -> None:
        """Note that a list was left, once for each name and reason."""
        said = f"the list of {clean(name, 40)} {why}"
        if said not in self._short and len(self._short) < MOST_ODD:
            self._short.append(said)

    def passed_over(self, odd: Changed) -> None:
        """Note an answer in which nothing could be found; the others are asked for all the same.

        Raises:
            Changed: there were too many in a row.
        """
        self._odd.append(odd)
        self._in_a_row += 1
        if self._in_a_row >= MOST_ODD:
            raise odd

    def close(self) -> None:
        """Tell what could not be read.

        Raises:
            Changed, StoppedShort: as for `walk`.
        """
        if self._odd:
            first, more = self._odd[0], len(self._odd) - 1
            raise Changed(f"{first}; so with {more:,} more answers") if more else first
        if self._short:
            raise StoppedShort(" ".join(self._short))

    @contextmanager
    def told_of(self, name: str) -> Iterator[None]:
        """Be told of the lists that are read whole for one task; `told_now` says whether one was left."""
        self.told_now = False

        def tell(why: str) -> None:
            self.told_now = True
            self.note(name, why)

        before = _tell.set(tell)
        try:
            yield
        finally:
            _tell.reset(before)


def everything(
    first: Place | None,
    ask: Callable[[Place], Any],
    rows: Callable[[Any], Iterable[Item]],
    after: Callable[[Any, Place], Place | None],
) -> Generator[Item, None, bool]:
    """Yield the items of a list that is needed whole, each once, page by page; return whether that was all.

    A list that goes round in a circle, or on and on with nothing new, is left, and the `walk` in which it is
    read tells so at its end; what must know at once asks by `gathered`.

    Raises:
        StoppedShort: outside of a walk, after the items that could be read.

    >>> found = ["ab", "bc"]
    >>> "".join(everything(0, lambda page: found[page], list, lambda _, page: page + 1 if page < 1 else None))
    'abc'
    """
    place, asked, known, empty = first, list[Place](), set[str](), 0
    while place is not None:
        page = ask(place)
        found = list(rows(page))
        fresh = [row for row in found if repr(row) not in known]
        known.update(map(repr, fresh))
        yield from fresh
        asked.append(place)
        place, empty = after(page, place), 0 if found else empty + 1
        circles = place in asked or (bool(found) and not fresh)
        if place is not None and (circles or empty >= MOST_EMPTY or len(asked) >= MOST_PAGES):
            _left(_CIRCLE if circles else _NOTHING)
            return False
    return True


def sound(items: Iterable[Any], reads: Callable[[Any], Item], what: str = "") -> Iterator[tuple[Any, Item]]:
    """Yield the items of a list that can be read, each beside what `reads` makes of it.

    One that cannot be read is set aside where its page is parsed; where that is nowhere, `what` names it, and the
    `walk` tells of it at its end.

    Raises:
        Changed: it is no list, or no item of it can be read.

    >>> list(sound([{"id": 1}, None], lambda row: row["id"]))
    [({'id': 1}, 1)]
    """
    if not isinstance(items, Iterable) or isinstance(items, str | Mapping):
        raise Changed("where a list should be there is none: the service's answer has changed")
    odd, is_sound = None, False
    for item in items:
        try:
            found = reads(item)
        except ODD_SHAPES as error:
            odd = error
            if what:
                _left(f"holds {what} that cannot be read and is left out: {told(error)}.")
            continue
        is_sound = True
        yield item, found
    if odd is not None and not is_sound:
        raise Changed(told(odd)) from odd


def leads_nowhere() -> None:
    """Tell that a list names a next page, and not where it begins."""
    _left(f"does not say where its next page begins {_LEFT}")


def gathered(pages: Generator[Item, None, bool]) -> tuple[list[Item], bool]:
    """Return the items of `everything`, and whether that was all.

    >>> gathered(everything(0, lambda page: "ab", list, lambda *_: None))
    (['a', 'b'], True)
    """
    found: list[Item] = []
    while True:
        try:
            found.append(next(pages))
        except StopIteration as end:
            return found, bool(end.value)


def _left(why: str) -> None:
    tell = _tell.get()
    if tell is None:
        raise StoppedShort(f"a list {why}")
    tell(why)


def swept(state: Mapping[str, Any]) -> State:
    """Return what is kept of a sweep from the newest item downwards at its end: up to where all is known.

    >>> swept({"since": 3, "newest": 7, "after": "x"}), swept({})
    ({'since': 7}, {})
    """
    newest = state.get("newest") or state.get("since")
    return {"since": newest} if newest else {}


def afresh(state: Mapping[str, Any], part: str) -> State:
    """Return the state in which a part of a pull is gone through again: without its place among the pages.

    >>> afresh({"mail": {"history": "7", "page": "x"}, "drive": {}}, "mail")
    {'mail': {'history': '7'}, 'drive': {}}
    """
    marks = {"history", "since", "until", "held"}  # up to where all of a part is known
    return {**state, part: {name: value for name, value in state.get(part, {}).items() if name in marks}}


def next_page(link: Any, server: str) -> str | None:
    """Return the address of the next page, if it is one of the same service: the sign-in goes nowhere else.

    Raises:
        Changed: it lies elsewhere.

    >>> next_page("https://graph.acme.example/v1/me?skip=2", "https://graph.acme.example/v1")
    'https://graph.acme.example/v1/me?skip=2'
    """
    if not link:
        return None
    there, here = urlsplit(str(link)), urlsplit(server)
    if (there.scheme, there.netloc) != (here.scheme, here.netloc):
        raise Changed(
            f"the next page lies at {clean(there.netloc, 80)!r}, not at {here.netloc!r}, and is not asked for"
        )
    return str(link)


def left(headers: Mapping[str, str]) -> str:
    """Say how much a service still gives, by its `x-rate-limit-*` or `x-ratelimit-*` headers.

    >>> left({"x-rate-limit-remaining": "88", "x-rate-limit-limit": "900"})
    '88 of 900 requests left'
    """
    for prefix in ("x-rate-limit-", "x-ratelimit-", "ratelimit-"):
        remaining, limit = headers.get(f"{prefix}remaining"), headers.get(f"{prefix}limit")
        if remaining is not None:
            return f"{remaining[:12].removesuffix('.0')}{f' of {limit[:12]}' if limit else ''} requests left"
    return ""
