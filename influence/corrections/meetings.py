"""Setting right who has met: list, explain, declare, label and fit, for one leader.

Declarations and labels go into the log of decisions and can be undone; the sources themselves are never touched.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np

from influence.contract.errors import InfluenceError
from influence.kernels.arrays import Floats
from influence.met import calibration
from influence.met.calibration import Fit
from influence.met.encounters import Met, Piece, answer_of, decided, met_by
from influence.people.decisions import Decision, Decisions, codes, marks
from influence.reach.ego import Ego
from influence.reach.population import Population
from influence.reach.steps import Alter, alters, headline
from influence.times import Window, exact, microseconds

ASKED = 50
"""How many people `label` asks about."""
ANSWERS = ("met", "never", "unsure")


class MeetingError(InfluenceError):
    """A declaration that cannot be meant, in one sentence."""


@dataclass(frozen=True)
class Acquaintance:
    """One person and what is known of having met them: m(v) by their first response, or by the end of the window.

    `step` is None for somebody who has not responded; `pieces` count up to that moment, `later` come after it.
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


@dataclass(frozen=True)
class Changed:
    """What a decision did: the decision, the headline before and after, and declarations that it contradicts."""

    decision: Decision
    before: float
    after: float
    contradicts: Sequence[str]


@dataclass(frozen=True)
class Question:
    """Somebody to ask about: had they met by this moment? `pieces` is the evidence, without what is made of it."""

    person: str
    name: str
    by: int
    responses: int
    pieces: Sequence[Piece]


@dataclass(frozen=True)
class Proposal:
    """A fit before it is accepted: whose m would change, from what to what, and the headline with it."""

    fit: Fit
    changes: Sequence[tuple[str, float, float]]
    before: float
    after: float


class Meetings:
    """What `influence met LEADER` can do.

    `population` gives everything as it is now; `changed` is called after a change. A leader or person is an id, an
    account, an e-mail address or a full name; every method raises UnknownPerson for a name that nobody bears.
    """

    def __init__(self, population: Callable[[], Population], changed: Callable[[], None]) -> None:
        self._population, self._changed = population, changed

    @property
    def _decisions(self) -> Decisions:
        return Decisions(self._population().engine)

    def ego(self, leader: str, window: Window | None = None) -> Ego:
        """Return the leader in a window, or in all that the store holds."""
        population = self._population()
        return Ego(population, population.people.find(leader), window or population.whole_window())

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

    # --- declaring --------------------------------------------------------------------------------------

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
            marks(ego.people, ego.leader),
            marks(ego.people, code),
            value=on.isoformat() if on is not None else None,
            reason=because,
            by=by,
        )
        return self._told(ego, number, before, contradicts)

    def _contradicting(self, ego: Ego, code: int, *, met: bool) -> list[str]:
        """Say which declarations hold the opposite; they stay in the log and in their source."""
        said = [
            f"decision {one.seq} by {one.author} on {one.decided:%Y-%m-%d} says {answer_of(one)}"
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
        after = headline(alters(ego.drawn, _anew(ego), ego.team))
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

    # --- labels -----------------------------------------------------------------------------------------

    def questions(self, leader: str, window: Window | None = None, most: int = ASKED) -> list[Question]:
        """Return the people outside the team whose answer would move the headline most, and were not asked yet.

        An answer moves reach_4 by 1 − m if they had met, which has probability m, and by m if they had not: by
        2 m (1 − m) people on average. Those who responded more come first among equals.
        """
        ego = self.ego(leader, window)
        asked = {
            code
            for one in self._decisions.standing()
            if answer_of(one) is not None
            for code in codes(ego.people, (*one.accounts, *one.others))
            if ego.leader in codes(ego.people, (*one.accounts, *one.others))
        }
        count = np.bincount(ego.drawn.person, minlength=len(ego.people))
        open_ = [
            alter
            for alter in ego.found
            if alter.outside
            and alter.first is not None
            and alter.person not in asked
            and alter.person not in ego.met.declared
        ]
        open_.sort(key=lambda a: (-a.m * (1 - a.m), -int(count[a.person]), ego.people.who[a.person].person))
        return [
            Question(
                ego.people.who[alter.person].person,
                ego.people.who[alter.person].name,
                alter.first or 0,
                int(count[alter.person]),
                ego.met.until(alter.person, alter.first),
            )
            for alter in open_[:most]
        ]

    def label(self, leader: str, question: Question, answer: str, *, by: str | None = None) -> int:
        """Keep an answer (met, never, unsure) and return its number; met and never also count as declarations.

        Raises:
            MeetingError: there is no such answer.
        """
        if answer not in ANSWERS:
            raise MeetingError(f"{answer!r} is no answer; there are: {', '.join(ANSWERS)}")
        people = self._population().people
        return self._decisions.record(
            "label",
            marks(people, people.find(leader)),
            marks(people, people.find(question.person)),
            value=f"{answer} by {exact(question.by).isoformat()}",
            by=by,
        )

    def settled(self, ego: Ego) -> float:
        """Return the headline of an ego as it is after some answers."""
        self._changed()
        return headline(alters(ego.drawn, _anew(ego), ego.team))

    # --- fitting ----------------------------------------------------------------------------------------

    def propose(self, leader: str) -> Proposal:
        """Fit m to all labels and say what would change for this leader; nothing is kept.

        Labels of people about whom nothing can be known are left out: there is no evidence to fit.

        Raises:
            FitError: there are too few labels, or too few of one answer.
        """
        ego = self.ego(leader)
        rows, met, default = self._examples(ego.population)
        fitted = calibration.fit(rows, met, default, seed=ego.settings.seed)
        now = ego.met
        then = Met(now.pieces, now.declared, now.covered, now.prior, fitted, now.told, now.evident)
        found = alters(ego.drawn, then, ego.team)
        changes = [
            (ego.people.who[one.person].person, one.m, other.m)
            for one, other in zip(ego.found, found, strict=True)
            if abs(one.m - other.m) >= 0.005
        ]
        return Proposal(fitted, changes, headline(ego.found), headline(found))

    def _examples(
        self, population: Population
    ) -> tuple[Floats, np.ndarray[tuple[int], np.dtype[np.bool_]], Floats]:
        """Return the evidence before each label, the answer, and m by the default strengths."""
        people, egos = population.people, {}
        answers: dict[tuple[int, int], tuple[bool, int]] = {}
        for one in self._decisions.standing():
            if one.verb != "label" or answer_of(one) not in {"met", "never"}:
                continue
            by = datetime.fromisoformat((one.value or "").partition(" by ")[2])
            for leader in codes(people, one.accounts):
                for person in codes(people, one.others) - {leader}:
                    answers[leader, person] = (answer_of(one) == "met", microseconds(by))
        rows, met, default = [], [], []
        for (leader, person), (answer, at) in answers.items():
            if leader not in egos:
                egos[leader] = met_by(population.tables, leader, population.settings.strengths)
            known = egos[leader]
            if person in known.evident:
                rows.append(calibration.row(known.seen(person, at)))
                met.append(answer)
                default.append(known.by_default(person, at))
        return (
            np.array(rows, np.float64).reshape(-1, len(calibration.FEATURES)),
            np.array(met, bool),
            np.array(default, np.float64),
        )

    def accept(self, proposal: Proposal, *, by: str | None = None) -> int:
        """Let a fit say m from here on, for every leader; return its number."""
        number = calibration.accept(self._population().engine, proposal.fit, by=by)
        self._changed()
        return number

    def unfit(self, *, by: str | None = None) -> int:
        """Take back the fit in use and return its number.

        Raises:
            FitError: no fit is in use.
        """
        number = calibration.take_back(self._population().engine, by=by)
        self._changed()
        return number

    # --- doubts -----------------------------------------------------------------------------------------

    def doubts(self) -> list[str]:
        """Say which encounters and declarations cannot be meant as they stand; all are kept, and none is guessed at.

        Encounters after the last activity or after now, encounters in which somebody meets themselves only, and
        imported declarations that contradict each other.
        """
        engine = self._population().engine
        now = datetime.now(UTC)
        found = [
            f"encounter {row['id']} is dated {row['time']:%Y-%m-%d}, {row['why']}: "
            "it counts only for responses after it"
            for row in engine.arrow(_AHEAD, {"now": now}).to_pylist()
        ]
        found += [
            f"encounter {row['id']} names one person only ({row['person']}): nobody meets themselves"
            for row in self._alone()
        ]
        return found + [
            f"{row['one']} and {row['other']} are declared both met and never met; the latest counts"
            for row in self._contradictions()
        ]

    def _alone(self) -> list[dict[str, str]]:
        population = self._population()
        rows = population.engine.arrow(_ALONE).to_pylist()
        return [{"id": row["id"], "person": population.people.who[row["person"]].person} for row in rows]

    def _contradictions(self) -> list[dict[str, str]]:
        population = self._population()
        rows = population.engine.arrow(_CONTRADICTING).to_pylist()
        standing = decided(population.engine, population.people)
        names = population.people.who
        return [
            {"one": names[row["one"]].person, "other": names[row["other"]].person}
            for row in rows
            if (row["one"], row["other"]) not in standing
        ]


_AHEAD = """
SELECT id, time, CASE WHEN time > $now THEN 'which is yet to come' ELSE 'after the last activity' END AS why
FROM encounters WHERE time > (SELECT max(time) FROM activities) OR time > $now ORDER BY time, id
"""

_ALONE = """
SELECT e.id, min(p.person) AS person
FROM (SELECT id, unnest(people) AS account FROM encounters WHERE coalesce(attendees, 1) = 1 AND evidence <> 'message') e
JOIN account_person p USING (account) GROUP BY e.id HAVING count(DISTINCT p.person) = 1 ORDER BY e.id
"""

_CONTRADICTING = """
WITH said AS (
    SELECT id, CASE WHEN kind IN ('never', 'online') THEN 0 ELSE 1 END AS met, unnest(people) AS account
    FROM encounters WHERE (evidence = 'declared' OR kind = 'never') AND len(people) <= 100),
who AS (SELECT DISTINCT id, met, person FROM said JOIN account_person USING (account))
SELECT a.person AS one, b.person AS other FROM who a JOIN who b ON a.id = b.id AND a.person < b.person
GROUP BY ALL HAVING min(a.met) <> max(a.met) ORDER BY ALL
"""
"""Pairs within one declaration; one that names hundreds of people is a crowd and declares nothing of a pair."""


def _anew(ego: Ego) -> Met:
    return met_by(ego.tables, ego.leader, ego.settings.strengths)


def _acquaintance(ego: Ego, code: int, alter: Alter | None) -> Acquaintance:
    who, met = ego.people.who[code], ego.met
    at = alter.first if alter is not None else ego.window.until
    pieces = met.until(code, at)
    every = met.ever(code)
    return Acquaintance(
        who.person,
        who.name,
        alter.m if alter is not None else met.probability(code, at),
        met.known(code),
        alter.step if alter is not None else None,
        alter.first if alter is not None else None,
        pieces,
        [piece for piece in every if piece not in pieces],
        met.first(code),
        met.last(code),
        code in met.declared,
    )
