"""What belongs to the stage of a role: by whose doing it is carried, and what it reaches digitally."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from influence.contract.details.record import Detail


@dataclass(frozen=True)
class Digital(Detail, counts=("reached", "of")):
    """Of the people of a sphere who could be reached only digitally, weighed: how many were reached, of how many."""

    reached: float | None
    of: float | None


@dataclass(frozen=True)
class Stage(Detail, of=("stage",), nameless=("own", "team", "met", "networked")):
    """How much was done by whom, in items and responses: the leader, the team, people met, people never met."""

    own: float | None
    team: float | None
    met: float | None
    networked: float | None
    spheres: Mapping[str, Digital]

    @property
    def parts(self) -> tuple[float, float, float, float] | None:
        """The four parts of all that was done; None where nothing was, or the record is not whole."""
        known = [one for one in (self.own, self.team, self.met, self.networked) if one is not None]
        total = sum(known)
        if len(known) < 4 or not total > 0:
            return None
        own, team, met, networked = (one / total for one in known)
        return own, team, met, networked
