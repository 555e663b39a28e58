"""What one week holds: who is likely to respond next, whom to answer, and what answers take."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from influence.advice.next_to_respond import next_to_respond
from influence.contract.details.exchange import WaitingOnLeader
from influence.contract.findings import Finding
from influence.contract.plan import line
from influence.measures.asked import acts_of, inbound
from influence.measures.waiting import waiting
from influence.reach.ego import Ego

ANSWERS = 3
"""So many people to answer fit a week beside one thing to start."""


@dataclass(frozen=True)
class ToAnswer:
    """Somebody who waits for the leader: the name of that line of the plan, who, and from which sphere."""

    line: str
    name: str
    sphere: str


@dataclass(frozen=True)
class Week:
    """What one leader's week holds."""

    findings: Mapping[str, Finding]
    answers: tuple[ToAnswer, ...]

    @property
    def minutes(self) -> float | None:
        """What the answers take together, where the record tells."""
        one = self.findings["answer_minutes"].value
        return None if one is None or not self.answers else one * len(self.answers)

    def as_json(self) -> dict[str, Any]:
        """Return it as JSON keeps it."""
        answers = [{"line": one.line, "name": one.name, "sphere": one.sphere} for one in self.answers]
        return {name: one.as_json() for name, one in self.findings.items()} | {"answers": answers}


def this_week(ego: Ego) -> Week:
    """Return what the week holds: up to three people to answer, those first whom an answer is worth most to."""
    worth = waiting(ego, inbound(ego), acts_of(ego)).told(WaitingOnLeader).worth or ()
    answers = tuple(
        ToAnswer(line("answer", ego.person, row.item), row.name or row.person, row.sphere)
        for row in worth[:ANSWERS]
    )
    return Week(next_to_respond(ego), answers)
