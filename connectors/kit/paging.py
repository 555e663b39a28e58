"""Pulling page by page: what is still to be asked stands in the cursor, so that any page may be the last.

A task is a short list (`["replies", "12345", None]`). Each reply is given on with a cursor that holds the
tasks left and what the connector remembers; a fetch that begins with tasks left goes on with them.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from influence.contract.connector import Reply
from influence.contract.files import Member

Task: TypeAlias = list[Any]
State: TypeAlias = dict[str, Any]


@dataclass(frozen=True)
class Answer:
    """What came of one task: the raw reply (None: the service does not give it), and what to ask next."""

    member: Member | None
    then: Sequence[Task] = ()
    note: str = ""


def walk(
    cursor: Mapping[str, Any],
    begin: Callable[[State], Sequence[Task]],
    ask: Callable[[Task, State], Answer],
) -> Iterator[Reply]:
    """Work through tasks, depth first; `ask` may change the state, which is part of the next cursor.

    >>> from connectors.kit.http import as_member
    >>> def ask(task, state):
    ...     return Answer(as_member(f"{task[0]}.json", b"[]"), [["b"]] if task == ["a"] else [])
    >>> [(r.member.name, r.cursor["todo"]) for r in walk({}, lambda state: [["a"]], ask)]
    [('a.json', [['b']]), ('b.json', [])]
    """
    state: State = copy.deepcopy(dict(cursor))
    todo: list[Task] = state.pop("todo", None) or list(begin(state))
    while todo:
        task, *rest = todo
        answer = ask(task, state)
        todo = [*answer.then, *rest]
        if answer.member is not None:
            yield Reply(answer.member, {**copy.deepcopy(state), "todo": copy.deepcopy(todo)}, answer.note)


def left(headers: Mapping[str, str]) -> str:
    """Say how much a service still gives, by its `x-rate-limit-*` or `x-ratelimit-*` headers.

    >>> left({"x-rate-limit-remaining": "88", "x-rate-limit-limit": "900"})
    '88 of 900 requests left'
    """
    for prefix in ("x-rate-limit-", "x-ratelimit-", "ratelimit-"):
        remaining, limit = headers.get(f"{prefix}remaining"), headers.get(f"{prefix}limit")
        if remaining is not None:
            return f"{remaining[:12]}{f' of {limit[:12]}' if limit else ''} requests left"
    return ""
