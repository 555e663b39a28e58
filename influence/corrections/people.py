"""Setting right who is who: merge, split, rename, bots, spheres, and the queue of questions.

Every decision goes into the log of decisions and can be undone; the sources themselves are never touched.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from influence.contract.no_person import BOT
from influence.people.accounts import Link, guards_of
from influence.people.bots import KINDS
from influence.people.columns import Who
from influence.people.decisions import Decision, DecisionError, Decisions, codes, marks
from influence.people.directory import People, UnknownPerson, spellings
from influence.people.identity import to_be_asked
from influence.store.engine import Engine

BASES = {
    "self-published": "they publish the connection themselves, for example in a profile",
    "public-record": "a public record states it",
    "consent": "they have agreed to it",
}
"""What is a reason to match an account of X or of Reddit with an identity elsewhere."""


@dataclass(frozen=True)
class Known:
    """One person with the links that make their accounts one, and the decisions about them."""

    who: Who
    links: Sequence[Link]
    decisions: Sequence[Decision]


@dataclass(frozen=True)
class Question:
    """Two people who may be one: how likely that is, and what speaks for it and against it.

    `needs_basis` names the services whose terms ask for a reason before the answer is yes.
    """

    one: Who
    other: Who
    probability: float
    reasons: str
    needs_basis: Sequence[str]


class Curation:
    """What the user may decide about people. `people` gives everybody as they are now; `changed` is called after.

    Every method raises UnknownPerson for a name that nobody bears.
    """

    def __init__(self, engine: Engine, people: Callable[[], People], changed: Callable[[], None]) -> None:
        self._engine, self._people, self._changed = engine, people, changed
        self._decisions = Decisions(engine)

    def show(self, words: str) -> Known:
        """Return a person, why each account is theirs, and what was decided about them."""
        people = self._people()
        code = people.find(words)
        own = set(marks(people.who[code]))
        about = [one for one in self._decisions.standing() if own & {*one.accounts, *one.others}]
        return Known(people.who[code], people.why(code), about)

    def merge(
        self, one: str, other: str, *, because: str | None = None, basis: str | None = None
    ) -> Decision:
        """Decide that two people are one.

        Raises:
            DecisionError: they are one already, both come from a people table, or a reason for matching an
                account of X or Reddit is needed (`basis`: self-published, public-record, consent).
        """
        first, second = self._who(one), self._who(other)
        if first.person == second.person:
            raise DecisionError(
                f"{one!r} and {other!r} are one person already: {first.name} ({first.person})"
            )
        if basis is not None and basis not in BASES:
            raise DecisionError(f"{basis!r} is no basis; there are: {', '.join(BASES)}")
        services = " and ".join(guards_of((*first.accounts, *second.accounts)))
        if services and basis is None:
            raise DecisionError(
                f"this matches an account of {services} with somebody elsewhere, which is allowed there for a "
                "recorded reason only: "
                f"say --basis with one of {', '.join(BASES)}"
            )
        why = ": ".join(part for part in (basis, because) if part) or None
        return self._decide("same", marks(first), marks(second), reason=why)

    def split(self, words: str, accounts: Sequence[str], *, because: str | None = None) -> Decision:
        """Decide that some accounts of a person are somebody else's; they stay together among themselves.

        Raises:
            DecisionError: an account is not theirs, or none would be left.
        """
        who = self._who(words)
        theirs = dict.fromkeys(self._own(who, account) for account in accounts)
        rest = [mark for mark in marks(who) if mark not in theirs]
        if not rest:
            raise DecisionError(
                f"{who.name} would be left with no account; name fewer of {', '.join(who.accounts)}"
            )
        return self._decide("apart", list(theirs), rest, reason=because)

    def rename(self, words: str, name: str, *, because: str | None = None) -> Decision:
        """Decide what a person is called.

        Raises:
            DecisionError: the name is empty.
        """
        if not name.strip():
            raise DecisionError("a name needs at least one letter")
        return self._decide("rename", marks(self._who(words)), value=name.strip(), reason=because)

    def bot(self, words: str, *, kind: str = BOT, because: str | None = None) -> Decision:
        """Decide what somebody is: `bot`, `list`, `shared mailbox`, `deleted user`, or `person`.

        Raises:
            DecisionError: there is no such kind.
        """
        if kind not in {*KINDS, "person"}:
            raise DecisionError(f"{kind!r} is none of: {', '.join(KINDS)}, person")
        value = "" if kind == "person" else kind
        return self._decide("bot", marks(self._who(words)), value=value, reason=because)

    def sphere(self, words: str, sphere: str, *, because: str | None = None) -> Decision:
        """Decide whose world a person belongs to."""
        return self._decide("sphere", marks(self._who(words)), value=sphere.strip().lower(), reason=because)

    def undo(self, number: int, *, because: str | None = None) -> Decision:
        """Take back a decision by its number.

        Raises:
            DecisionError: there is no such decision, or it is undone already.
        """
        done = self._decisions.undo(number, reason=because)
        self._changed()
        return done

    def history(self) -> list[tuple[Decision, bool]]:
        """List every decision, oldest first, with who, when and why, and whether it still stands."""
        undone = self._decisions.undone()
        return [(one, one.seq not in undone) for one in self._decisions.history()]

    def questions(self) -> list[Question]:
        """List the pairs of people who may be one, the likeliest first; what was answered is not asked again."""
        people = self._people()
        rows = to_be_asked(self._engine)
        answered = self.answered()
        asked: dict[frozenset[str], Question] = {}
        for row in rows:
            try:
                first, second = (people.who[people.find(row[side])] for side in ("one", "other"))
            except UnknownPerson:
                continue
            pair = frozenset((first.person, second.person))
            if len(pair) == 2 and pair not in answered and pair not in asked:
                services = guards_of((*first.accounts, *second.accounts))
                asked[pair] = Question(first, second, row["probability"], row["reasons"], services)
        return list(asked.values())

    def answered(self) -> set[frozenset[str]]:
        """Return the pairs of people about whom it was said that they are not one, or that nobody knows."""
        return _answered(self._people(), self._decisions.standing())

    def answer(self, question: Question, answer: str, *, basis: str | None = None) -> Decision:
        """Keep the answer `yes`, `no` or `unsure` to a question.

        Raises:
            DecisionError: see `merge`.
        """
        if answer == "yes":
            return self.merge(question.one.person, question.other.person, basis=basis)
        verb = {"no": "apart", "unsure": "unsure"}[answer]
        return self._decide(verb, marks(question.one), marks(question.other))

    def answer_all(self, one: Who, others: Sequence[Who], answer: str) -> Decision:
        """Keep by one decision whether several people are all one: `yes`, `no` or `unsure`."""
        verb = {"yes": "same", "no": "apart", "unsure": "unsure"}[answer]
        return self._decide(verb, marks(one), [mark for other in others for mark in marks(other)])

    def _who(self, words: str) -> Who:
        people = self._people()
        return people.who[people.find(words)]

    def _own(self, who: Who, account: str) -> str:
        """Return an account of somebody as it is held, however it was written."""
        people, handle = self._people(), account.lower().lstrip("@")
        for written in people.written(account.strip()):
            if written in who.accounts:
                return written
        hidden = people.by_handle(account)
        short = [own for own in who.accounts if handle in spellings(own) or own in hidden]
        if len(short) == 1:
            return short[0]
        raise DecisionError(f"{account!r} is no account of {who.name}, who has {', '.join(who.accounts)}")

    def _decide(
        self,
        verb: str,
        accounts: Sequence[str],
        others: Sequence[str] = (),
        *,
        value: str | None = None,
        reason: str | None = None,
    ) -> Decision:
        number = self._decisions.record(verb, accounts, others, value=value, reason=reason)
        self._changed()
        return next(one for one in self._decisions.history() if one.seq == number)


def _answered(people: People, decided: Sequence[Decision]) -> set[frozenset[str]]:
    return {
        frozenset(people.who[code].person for code in (one, other))
        for decision in decided
        if decision.verb in {"apart", "unsure"}
        for one in codes(people, decision.accounts)
        for other in codes(people, decision.others)
    }
