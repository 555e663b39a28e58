"""What the user is asked about people, in the order of what the answer moves: who writes for whom, then who is one.

How much an answer moves is counted in people outside the team who would come or go in a leader's report: the headline
moves by at most so many. The leader is the one named, or those with most responses.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

from influence.contract.wording import counted
from influence.corrections.people import Curation, Question
from influence.corrections.writers import (
    Wrote,
    called,
    circle,
    given,
    nothing_moves,
    open_about,
    open_writers,
    shortened,
    wrote_in_words,
)
from influence.network.sent_mail import typed_by_others
from influence.people.accounts import guards_of
from influence.people.columns import Who
from influence.people.decisions import WRITES_FOR, Decision, DecisionError, Decisions, marks, writers
from influence.people.directory import People
from influence.people.names import Name, parse_name
from influence.reach.ego import Ego
from influence.reach.population import Population
from influence.reach.supposing import Supposing

LEADERS = 5
"""So many leaders, those with most responses, are looked at where none is named."""
WRITES, SPELLINGS, ONE_PERSON = "writes for", "spellings", "one person"


@dataclass(frozen=True)
class Asked:
    """One question, of a `kind`: do the others write for `one`, are they all `one`, are the two one person.

    `words` say why it is asked, `counts` hold what they count, `moves` how many people would come or go in the report
    of `leader` (None: not worked out). `pair` tells in full of the two who may be one person.
    """

    kind: str
    words: str
    one: Who
    others: Sequence[Who]
    moves: int | None
    leader: Who
    counts: Mapping[str, float]
    pair: Question | None = None

    @property
    def question(self) -> str:
        """The question itself, to be answered yes or no."""
        first, many = called(self.others[0]), len(self.others)
        if self.kind == WRITES:
            return f"Does {first} write for {called(self.one)}?"
        if self.kind == ONE_PERSON:
            return "Same person?"
        return (
            f"Are these {many} all {called(self.one)}?"
            if many > 1
            else f"Is {shortened(self.others[0].person)} {called(self.one)} too?"
        )

    @property
    def sentence(self) -> str:
        """Why it is asked, and what the answer moves."""
        if not self.moves:
            return self.words
        return f"{self.words} (moves up to {counted(self.moves, 'person', 'people')} of {called(self.leader)}'s report)"

    @property
    def answers(self) -> tuple[str, ...]:
        """What may be answered."""
        return ("yes", "no", *(("one by one",) if len(self.others) > 1 else ()), "unsure", "stop")

    @property
    def needs_basis(self) -> Sequence[str]:
        """The services whose terms ask for a reason before the answer is yes."""
        return () if self.pair is None else self.pair.needs_basis

    def one_by_one(self) -> list[Asked]:
        """Return the question about each of the others alone."""
        return [replace(self, others=(other,), moves=None) for other in self.others]

    def as_json(self) -> dict[str, Any]:
        """Return kind, sides, counts and moves."""
        sides = {"one": asdict(self.one), "others": [asdict(other) for other in self.others]}
        body = {"kind": self.kind, "question": self.question, "words": self.words, **sides, **self.counts}
        pair = (
            {} if self.pair is None else {"reasons": self.pair.reasons, "needs_basis": self.pair.needs_basis}
        )
        return {**body, **pair, "moves": self.moves, "leader": self.leader.person}


@dataclass(frozen=True)
class Told:
    """A decision, and in plain words what it did."""

    decision: Decision
    items: int
    words: Sequence[str]


class Review:
    """Asks who writes for whom and who is one person, and keeps the answers.

    Every method that takes a name raises UnknownPerson for one that nobody bears.
    """

    def __init__(
        self, population: Callable[[], Population], curation: Curation, changed: Callable[[], None]
    ) -> None:
        self._population, self._curation, self._changed = population, curation, changed

    def writes_for(
        self, writer: str, leader: str, *, answer: str = "yes", because: str | None = None
    ) -> Told:
        """Decide whether one person writes for another: yes, no or unsure.

        What the writer wrote and what lay in the leader's sent mail is the leader's then; it goes no step further.

        Raises:
            DecisionError: the two are one person, or there is no such answer.
        """
        people = self._population().people
        first, second = people.find(writer), people.find(leader)
        if first == second:
            raise DecisionError(f"{called(people.who[first])} cannot write for the same person")
        if answer not in {"yes", "no", "unsure"}:
            raise DecisionError(f"{answer!r} is no answer; there are: yes, no, unsure")
        who = people.who[first], people.who[second]
        decisions = Decisions(self._population().engine)
        number = decisions.record(WRITES_FOR, marks(who[0]), marks(who[1]), value=answer, reason=because)
        self._changed()
        return self._told(next(one for one in decisions.history() if one.seq == number), *who)

    def _told(self, decision: Decision, writer: Who, leader: Who) -> Told:
        now = self._population()
        first, second = now.people.code[writer.person], now.people.code[leader.person]
        typed = typed_by_others(now.tables, second, now.whole_window())
        items = sum(row["items"] for row in typed if row["decided"] and row["typist"] == first)
        words = [given(decision, items, writer, leader)]
        if decision.value == "yes":
            if not items:
                words = [nothing_moves(now.tables, writer, leader, first)]
            decided = writers(now.people, Decisions(now.engine).standing())
            if way := circle(decided, first, second):
                names = " for ".join(called(now.people.who[code]) for code in (*way, second))
                words.append(
                    f"this closes a circle ({names}), which harms nothing: each mail goes one step, to the one in "
                    "whose Sent folder it lay"
                )
        return Told(decision, items, words)

    def open_about(self, leader: str) -> list[str]:
        """Say whose mails lie in a leader's sent mail and wait for a decision."""
        now = self._population()
        return open_about(now.tables, now.people.find(leader))

    def questions(self, leader: str | None = None) -> list[Asked]:
        """Return what is to be asked: who writes for whom first, then who is one person; first what moves most.

        Whatever is about a leader who is named comes before the rest.
        """
        now = self._population()
        named = None if leader is None else now.people.find(leader)
        return _Asking(now, named, self._curation.questions(), self._curation.answered()).all()

    def answer(self, asked: Asked, answer: str, *, basis: str | None = None) -> Decision | None:
        """Keep the answer `yes`, `no` or `unsure`; None where an answer before has settled it.

        Raises:
            DecisionError: a reason for matching an account of X or Reddit is needed.
        """
        if asked.kind == WRITES:
            return self.writes_for(asked.others[0].person, asked.one.person, answer=answer).decision
        people = self._population().people
        first = people.find(asked.one.person)
        others = [one for one in asked.others if people.find(one.person) != first]
        if not others:
            return None
        if asked.pair is not None:
            return self._curation.answer(asked.pair, answer, basis=basis)
        return self._curation.answer_all(asked.one, others, answer)


class _Asking:
    """Puts the questions of one workspace together."""

    def __init__(
        self,
        population: Population,
        leader: int | None,
        pairs: Sequence[Question],
        answered: Set[frozenset[str]],
    ) -> None:
        self._now, self._leader, self._pairs, self._answered = population, leader, pairs, answered
        self._supposing = Supposing(population)
        self._egos: dict[int, Ego] = {}

    def all(self) -> list[Asked]:
        """Return the questions about the leader named, then the others; in each who writes for whom comes first."""
        asked = [self._writes(one) for one in open_writers(self._now.tables)]
        spellings = [one for code in self._leaders for one in self._spellings(code)]
        taken = {frozenset((one.one.person, other.person)) for one in spellings for other in one.others}
        pairs = (pair for pair in self._pairs if frozenset((pair.one.person, pair.other.person)) not in taken)
        asked += [*spellings, *map(self._one_person, pairs)]
        self._supposing.close()
        return sorted(asked, key=self._turn)

    def _turn(self, one: Asked) -> tuple[bool, bool, int, bool]:
        """Return what puts a question in its place; among equals the first found comes first."""
        aside = self._leader is not None and self._people.who[self._leader] not in (one.one, *one.others)
        return aside, one.kind != WRITES, -(one.moves or 0), one.kind != SPELLINGS

    @property
    def _people(self) -> People:
        return self._now.people

    @cached_property
    def _leaders(self) -> list[int]:
        """The leader who is named, or those to whom most responses went."""
        if self._leader is not None:
            return [self._leader]
        drawn = np.bincount(self._now.log.counted().target, minlength=len(self._people))
        drawn[sorted(self._now.bots)] = 0
        return [code for code in np.argsort(-drawn, kind="stable")[:LEADERS].tolist() if drawn[code]]

    def _ego(self, leader: int) -> Ego:
        if leader not in self._egos:
            self._egos[leader] = Ego(self._now, leader, self._now.whole_window())
        return self._egos[leader]

    def _writes(self, one: Wrote) -> Asked:
        who, leader = self._people.who, one.leader if self._leader is None else self._leader
        moves = self._supposing.written(self._ego(leader), one.writer, one.leader) if len(one.items) else 0
        counts = {"written": len(one.items), "of": one.of, "typed": one.typed}
        words = wrote_in_words(self._people, one)
        return Asked(WRITES, words, who[one.leader], (who[one.writer],), moves, who[leader], counts)

    def _spellings(self, leader: int) -> list[Asked]:
        """Ask all together about who bears the leader's name, and what bears none and may be the leader's."""
        me, name = self._people.who[leader], parse_name(self._people.who[leader].name)
        nameless = self._nameless(me)
        others = {
            code for code, one in enumerate(self._people.who) if code != leader and _namesakes(name, one)
        }
        others = {code for code in others | nameless if self._may_be_one(me, self._people.who[code])}
        them = [self._people.who[code] for code in sorted(others)]
        if not them or (len(them) == 1 and others <= nameless):
            return []
        words = f"{counted(len(them), 'other spelling or address', 'other spellings and addresses')} of {called(me)}"
        moves = self._supposing.joined(self._ego(leader), sorted(others))
        return [Asked(SPELLINGS, words, me, them, moves, me, {"spellings": len(them)})]

    def _nameless(self, me: Who) -> set[int]:
        """Return the likely pairs of somebody with what bears no full name: an address, a short name."""
        sides = [(pair.one, pair.other) for pair in self._pairs if me in (pair.one, pair.other)]
        others = [other if one == me else one for one, other in sides]
        return {self._people.code[one.person] for one in others if parse_name(one.name) is None}

    def _may_be_one(self, me: Who, one: Who) -> bool:
        """Whether two may be joined by one answer: nothing was said of them, and no service wants a reason."""
        stated = me.person not in me.accounts and one.person not in one.accounts
        asked = frozenset((me.person, one.person)) in self._answered
        return not (stated or asked or guards_of((*me.accounts, *one.accounts)))

    def _one_person(self, pair: Question) -> Asked:
        likely = "over 99 %" if pair.probability >= 0.995 else f"{pair.probability:.0%}"
        words = f"{likely} likely one person by these signs: {pair.reasons}"
        moves, leader = self._joined(*(self._people.code[side.person] for side in (pair.one, pair.other)))
        counts = {"probability": pair.probability}
        return Asked(
            ONE_PERSON, words, pair.one, (pair.other,), moves, self._people.who[leader], counts, pair
        )

    def _joined(self, one: int, other: int) -> tuple[int | None, int]:
        """Return how many people would come or go in whose report if two people were one."""
        for leader in self._leaders:
            if leader in {one, other}:
                return self._supposing.joined(self._ego(leader), [one + other - leader]), leader
        moved = ((int({one, other} <= self._outside(leader)), leader) for leader in self._leaders)
        return max(moved, key=lambda each: each[0], default=(0, one))

    def _outside(self, leader: int) -> set[int]:
        return {alter.person for alter in self._ego(leader).found if alter.outside}


def _namesakes(name: Name | None, one: Who) -> bool:
    """Whether somebody bears a full name, whatever its short form, and no middle initial speaks against it."""
    other = None if one.bot or name is None or not name.full else parse_name(one.name)
    if name is None or other is None or (other.given, other.last) != (name.given, name.last):
        return False
    return not name.middle or not other.middle or name.middle == other.middle
