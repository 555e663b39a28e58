"""What is known of whom a leader has met, listed and explained."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from influence.contract.errors import InfluenceError
from influence.corrections.about_leaders import AboutLeaders
from influence.met.evidence import Piece
from influence.met.known import moments
from influence.reach.ego import Ego
from influence.reach.steps import Alter, alters, headline
from influence.times import Window


class MeetingError(InfluenceError):
    """A declaration that cannot be meant, in one sentence."""


@dataclass(frozen=True)
class Acquaintance:
    """One person and what is known of having met them: m(v) by their first response, or by the end of the window.

    `step` is None for somebody who has not responded; `pieces` count up to that moment, `later` come after it.
    `coverage` is c(v) and `unrecorded` r(v), the chance of a meeting that nobody recorded, by the same moment.
    """

    person: str
    name: str
    m: float
    known: bool
    step: int | None
    first_response: int | None
    pieces: Sequence[Piece]
    later: Sequence[Piece]
    first: int | None
    last: int | None
    declared: bool
    coverage: float
    unrecorded: float


class Acquaintances(AboutLeaders):
    """Everybody a leader has met or may have met, with the evidence; a person is named as a leader is."""

    def ego(self, leader: str, window: Window | None = None) -> Ego:
        """Return the leader in a window, or in all that the store holds; it is heard that somebody reads about them."""
        ego = self._ego(leader, window)
        self._reads("met", [ego.leader])
        return ego

    def known(self, leader: str, window: Window | None = None) -> list[Acquaintance]:
        """List the people reached, and everybody else about whom there is evidence; the surest first.

        The people reached come before the others, the known before the unknown.
        """
        ego = self.ego(leader, window)
        found = {alter.person: alter for alter in ego.found}
        others = (ego.met.told | set(ego.met.declared)) - set(found) - ego.nobody
        rows = [_acquaintance(ego, code, found.get(code)) for code in (*found, *sorted(others))]
        return sorted(rows, key=lambda row: (row.step is None, not row.known, -row.m, row.person))

    def about(self, leader: str, person: str, window: Window | None = None) -> tuple[Acquaintance, Ego, int]:
        """Return what is known of one person, with the ego that it was read from and the person's code.

        Raises:
            MeetingError: the person is the leader.
        """
        ego = self.ego(leader, window)
        code = self._other(ego, person)
        alter = next((alter for alter in ego.found if alter.person == code), None)
        return _acquaintance(ego, code, alter), ego, code

    def _other(self, ego: Ego, person: str) -> int:
        code = ego.people.find(person)
        if code == ego.leader:
            raise MeetingError(f"{person!r} is the leader: nobody meets themselves")
        return code

    def _headline_anew(self, ego: Ego) -> float:
        """Return the headline of an ego by what is known of meetings now."""
        return headline(alters(ego.drawn, ego.met_anew(), ego.team))


def _acquaintance(ego: Ego, code: int, alter: Alter | None) -> Acquaintance:
    who, met = ego.people.who[code], ego.met
    at = alter.first if alter is not None else ego.window.until
    pieces = met.until(code, at)
    every = met.ever(code)
    who_, when = np.array([code]), moments([at])
    m, known = met.each(who_, when)
    return Acquaintance(
        who.person,
        who.name,
        float(m[0]),
        bool(known[0]),
        alter.step if alter is not None else None,
        alter.first if alter is not None else None,
        pieces,
        [piece for piece in every if piece not in pieces],
        met.first(code),
        met.last(code),
        code in met.declared,
        float(met.coverage.of(who_, when)[0]),
        float(met.unrecorded(who_, when)[0]),
    )
