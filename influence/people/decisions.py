"""What the user has decided: who is one person and who is not, who writes for whom, names, bots, spheres, who has met.

Every decision is kept with who decided, when and why, and names accounts, so that it outlives any import. An
undoing is a decision too: nothing is ever taken out of the log.
"""

from __future__ import annotations

import getpass
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from influence.contract.errors import InfluenceError
from influence.people.accounts import stated_id, token
from influence.people.columns import Who
from influence.people.directory import People
from influence.store.engine import Engine

WRITES_FOR = "writes-for"
"""Whether `accounts` write for `others`: the value is yes, no or unsure."""
DONE, SNOOZE = "done", "snooze"
"""What `others` said to the leader of `accounts` waits no longer, up to the item whose id is the value, or not before
a day: then the value is that day, a space and the id."""


class DecisionError(InfluenceError):
    """A decision that cannot be meant, in one sentence that names the cure."""


@dataclass(frozen=True)
class Decision:
    """One decision about `accounts`, and where two sides are meant about `others`.

    `verb` is same, apart, unsure, writes-for, rename, bot, sphere, met, never, label, done, snooze or undo; `value` is
    the new name, sphere, date, answer or item; `undoes` the number of the decision that is taken back.
    """

    seq: int
    decided: datetime
    author: str
    verb: str
    accounts: tuple[str, ...]
    others: tuple[str, ...] = ()
    value: str | None = None
    reason: str | None = None
    undoes: int | None = None


class Decisions:
    """The log of decisions in one store.

    >>> from influence.store.store import Store
    >>> decisions = Decisions(Store().engine)
    >>> first = decisions.record("rename", ["x:1"], value="Ann Berg")
    >>> [one.value for one in decisions.standing()]
    ['Ann Berg']
    >>> decisions.undo(first).undoes
    1
    >>> decisions.standing()
    []
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def record(
        self,
        verb: str,
        accounts: Sequence[str],
        others: Sequence[str] = (),
        *,
        value: str | None = None,
        reason: str | None = None,
        by: str | None = None,
    ) -> int:
        """Keep a decision and return its number; `by` is the user of this machine if left out."""
        return self._keep(by, [verb, sorted(set(accounts)), sorted(set(others)), value, reason, None])

    def _keep(self, by: str | None, said: Sequence[object]) -> int:
        number = self._next()
        self._engine.run(
            "INSERT INTO decision_log VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [number, datetime.now(UTC), by or this_user(), *said],
        )
        return number

    def _next(self) -> int:
        rows = self._engine.arrow("SELECT coalesce(max(seq), 0) + 1 AS n FROM decision_log")
        return int(rows.column("n")[0].as_py())

    def undo(self, number: int, *, reason: str | None = None, by: str | None = None) -> Decision:
        """Take a decision back, and return the decision that does so; an undoing can be undone as well.

        Raises:
            DecisionError: there is no decision of that number, or it does not stand.
        """
        known = {one.seq: one for one in self.history()}
        if number not in known:
            raise DecisionError(f"there is no decision {number}; `influence people decisions` lists them")
        if number in self.undone():
            raise DecisionError(f"decision {number} is undone already")
        done = self._keep(by, ["undo", sorted(set(known[number].accounts)), [], None, reason, number])
        return next(one for one in self.history() if one.seq == done)

    def history(self) -> list[Decision]:
        """List every decision ever made, oldest first."""
        rows = self._engine.arrow("SELECT * FROM decision_log ORDER BY seq").to_pylist()
        return [
            Decision(**{**row, "accounts": tuple(row["accounts"]), "others": tuple(row["others"])})
            for row in rows
        ]

    def standing(self) -> list[Decision]:
        """List the decisions that hold, oldest first: those that are neither undone nor undoings."""
        undone = self.undone()
        return [one for one in self.history() if one.verb != "undo" and one.seq not in undone]

    def undone(self) -> set[int]:
        """Return the numbers of what is undone; walked from the newest, since an undoing may itself be undone."""
        undone: set[int] = set()
        for one in reversed(self.history()):
            if one.undoes is not None and one.seq not in undone:
                undone.add(one.undoes)
        return undone


def this_user() -> str:
    """Return the name under which somebody works on this machine."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container may run under a number that has no name
        return "unknown"


def marks(who: Who) -> list[str]:
    """Return what a decision about a person names: their accounts, and their id where it is no account."""
    return [*who.accounts, *([] if who.person in who.accounts else [token(who.person)])]


def codes(people: People, named: Sequence[str]) -> set[int]:
    """Return whose the accounts and ids that a decision names are now."""
    stated = {person for mark in named if (person := stated_id(mark)) is not None}
    ids = {people.code[person] for person in stated if person in people.code}
    return ids | {people.account_person[mark] for mark in named if mark in people.account_person}


def writers(people: People, decided: Iterable[Decision]) -> dict[tuple[int, int], str]:
    """Return what is decided of who writes for whom, by the codes of the two: yes, no or unsure, the latest of each.

    Two who have become one person since write for nobody.
    """
    return {
        (writer, leader): one.value or "yes"
        for one in decided
        if one.verb == WRITES_FOR
        for writer in codes(people, one.accounts)
        for leader in codes(people, one.others)
        if writer != leader
    }
