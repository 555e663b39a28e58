"""Declaring that two people have met, or never have, and taking it back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from influence.contract.language import day_in_english
from influence.corrections.acquaintances import Acquaintances, MeetingError
from influence.met.encounters import answer_of
from influence.people.decisions import Decision, codes, marks
from influence.reach.ego import Ego
from influence.reach.steps import headline


@dataclass(frozen=True)
class Changed:
    """What a decision did: the decision, the headline before and after, and declarations that it contradicts."""

    decision: Decision
    before: float
    after: float
    contradicts: Sequence[str]


class Declarations(Acquaintances):
    """What the user says of whom a leader has met; it overrules all evidence, and the latest counts."""

    def declare(
        self,
        leader: str,
        person: str,
        *,
        met: bool,
        on: datetime | None = None,
        because: str | None = None,
        by: str | None = None,
    ) -> Changed:
        """Keep that the two have met, or never have; it overrules all evidence, and the latest declaration wins.

        Raises:
            MeetingError: they are one person, or `on` is given for people who never met.
        """
        if on is not None and not met:
            raise MeetingError("people who never met have no date on which they did; leave --on out")
        ego = self.ego(leader)
        code, before = self._other(ego, person), headline(ego.found)
        contradicts = self._contradicting(ego, code, met=met)
        number = self._decisions.record(
            "met" if met else "never",
            marks(ego.people.who[ego.leader]),
            marks(ego.people.who[code]),
            value=on.isoformat() if on is not None else None,
            reason=because,
            by=by,
        )
        return self._told(ego, number, before, contradicts)

    def _contradicting(self, ego: Ego, code: int, *, met: bool) -> list[str]:
        """Say which declarations hold the opposite; they stay in the log and in their source."""
        said = [
            f"decision {one.seq} by {one.author} on {day_in_english(one.decided)} says {answer_of(one)}"
            for one in self._about_pair(ego, code)
            if answer_of(one) == ("never" if met else "met")
        ]
        own = ego.met.declared.get(code)
        if own is not None and own.strength != float(met) and not (own.place or "").startswith("decision "):
            said.append(f"an imported declaration says {'met' if own.strength else 'never'}")
        return said

    def _about_pair(self, ego: Ego, code: int) -> list[Decision]:
        pair = {ego.leader, code}
        return [
            one
            for one in self._decisions.standing()
            if answer_of(one) is not None
            and pair <= codes(ego.people, one.accounts) | codes(ego.people, one.others)
        ]

    def _told(self, ego: Ego, number: int, before: float, contradicts: Sequence[str] = ()) -> Changed:
        decision = next(one for one in self._decisions.history() if one.seq == number)
        after = self._headline_anew(ego)
        self._changed()
        return Changed(decision, before, after, contradicts)

    def undo(self, leader: str, number: int, *, because: str | None = None) -> Changed:
        """Take back a declaration or a label about the leader.

        Raises:
            DecisionError: there is no such decision, or it does not stand.
            MeetingError: it is not about whom this leader has met.
        """
        ego = self.ego(leader)
        chosen = next((one for one in self._decisions.history() if one.seq == number), None)
        if chosen is not None and (
            answer_of(chosen) is None
            or ego.leader not in codes(ego.people, (*chosen.accounts, *chosen.others))
        ):
            raise MeetingError(f"decision {number} is not about whom {leader} has met")
        before = headline(ego.found)
        done = self._decisions.undo(number, reason=because)
        return self._told(ego, done.seq, before)

    def decisions(self, leader: str) -> list[Decision]:
        """List every declaration and label about the leader, the undone and the undoings too."""
        ego = self.ego(leader)
        history = self._decisions.history()
        about = {
            one.seq
            for one in history
            if answer_of(one) is not None and ego.leader in codes(ego.people, (*one.accounts, *one.others))
        }
        return [one for one in history if one.seq in about or one.undoes in about]
