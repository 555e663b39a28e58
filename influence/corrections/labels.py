"""Labels: who is asked about, what was answered, and what a fit to the answers would change."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np

from influence.corrections.acquaintances import Acquaintances, MeetingError
from influence.kernels.arrays import Floats
from influence.met import calibration
from influence.met.calibration import Fit
from influence.met.encounters import answer_of
from influence.met.evidence import Piece
from influence.met.known import Met
from influence.people.decisions import codes, marks
from influence.reach.ego import Ego
from influence.reach.population import Population
from influence.reach.steps import alters, headline
from influence.times import Window, exact, microseconds

ASKED = 50
"""How many people `questions` asks about."""
ANSWERS = ("met", "never", "unsure")


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


class Labels(Acquaintances):
    """Asking about the people whose answers would move the headline most, and fitting m(v) to the answers."""

    def questions(self, leader: str, window: Window | None = None, most: int = ASKED) -> list[Question]:
        """Return the people outside the team whose answer would move the headline most, and were not asked yet.

        First those of whom nothing tells: an answer narrows the range by a person. Then by how far it moves reach_4:
        by 1 − m if they had met, which has probability m, and by m if they had not, 2 m (1 − m) people on average.
        Those who responded more come first among equals.
        """
        ego = self.ego(leader, window)
        answered = self._answered(ego) | ego.met.declared.keys()
        count = np.bincount(ego.drawn.person, minlength=len(ego.people))
        open_ = [
            alter
            for alter in ego.found
            if alter.outside and alter.first is not None and alter.person not in answered
        ]
        open_.sort(
            key=lambda a: (
                a.known,
                -a.m * (1 - a.m) if a.known else 0.0,
                -int(count[a.person]),
                a.first or 0,
                ego.people.who[a.person].person,
            )
        )
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

    def _answered(self, ego: Ego) -> set[int]:
        """Return about whom the leader was asked before, whatever the answer."""
        pairs = [
            codes(ego.people, (*one.accounts, *one.others))
            for one in self._decisions.standing()
            if answer_of(one) is not None
        ]
        return {code for pair in pairs if ego.leader in pair for code in pair}

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
            marks(people.who[people.find(leader)]),
            marks(people.who[people.find(question.person)]),
            value=f"{answer} by {exact(question.by).isoformat()}",
            by=by,
        )

    def settled(self, ego: Ego) -> float:
        """Return the headline of an ego as it is after some answers."""
        self._changed()
        return self._headline_anew(ego)

    def propose(self, leader: str) -> Proposal:
        """Fit m to all labels and say what would change for this leader; nothing is kept.

        Labels of people of whom nothing tells count too: from them the chance of such a person is fitted.

        Raises:
            FitError: there are too few labels, or too few of one answer.
        """
        ego = self.ego(leader)
        rows, met, default = self._examples(ego.population)
        fitted = calibration.fit(rows, met, default, seed=ego.settings.seed)
        found = alters(ego.drawn, replace(ego.met, fit=fitted), ego.team)
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
        people, egos = population.people, dict[int, Met]()
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
                egos[leader] = Ego(population, leader, population.whole_window()).met
            asked = np.array([person]), np.array([at])
            rows.append(egos[leader].seen(*asked).amounts[0])
            met.append(answer)
            default.append(egos[leader].by_default(*asked)[0])
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
