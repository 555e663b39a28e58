"""What tracking tells: how a leader's number moved since the snapshot before, by whom, and what to look at."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from influence.contract.details.trend import SphereMove
from influence.contract.findings import Conversation, Report
from influence.contract.programmed import Became


@dataclass(frozen=True)
class Movers:
    """So many people, and what they add to or take from the number of people never met who responded.

    `names` are those who count most.
    """

    people: int = 0
    weight: float = 0.0
    names: tuple[str, ...] = ()


@dataclass(frozen=True)
class Moved:
    """How reach_4 moved from one snapshot to the next: now = was + came + returned − lapsed + stayed, exactly.

    `came` were in no snapshot before, `returned` in one before the last, `lapsed` in the last and no more; `stayed` is
    what those in both count more or less. `apart` tells whether it is more than chance may move, None where that
    cannot be told; `conversations` brought the most of those that the snapshot before did not have.
    """

    since: str
    until: str
    was: float
    now: float
    came: Movers = Movers()
    returned: Movers = Movers()
    lapsed: Movers = Movers()
    stayed: float = 0.0
    apart: bool | None = None
    spheres: tuple[SphereMove, ...] = ()
    conversations: tuple[Conversation, ...] = ()


@dataclass(frozen=True)
class Past:
    """What one snapshot said of reach_4: its window's end, the number and its range; None where that was not told."""

    until: str
    value: float | None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class Tracked:
    """One leader's snapshot: the report as it was told on the day it was `taken`, by which `version` of the program.

    `number` counts the leader's snapshots up to this one; `fresh` is False where it had been taken before. `moved` is
    None for the first one and where `reason` says why two cannot be compared. `alerts` are sentences. `past` are the
    snapshots of windows as long up to this one, the earliest first.
    """

    report: Report
    taken: str
    version: str
    number: int = 1
    fresh: bool = True
    moved: Moved | None = None
    reason: str | None = None
    alerts: tuple[str, ...] = ()
    past: tuple[Past, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """Return it as plain values: of the report who, when and the findings."""
        return {
            "leader": dict(self.report.leader),
            "window": dict(self.report.window),
            "taken": self.taken,
            "version": self.version,
            "number": self.number,
            "fresh": self.fresh,
            "findings": {name: finding.as_json() for name, finding in self.report.findings.items()},
            "moved": None if self.moved is None else _plain(asdict(self.moved)),
            "reason": self.reason,
            "alerts": list(self.alerts),
        }


@dataclass(frozen=True)
class Digest:
    """One page about one or several leaders who are tracked; of several nobody but they themselves is named.

    With `named` others are named all the same: it is for whoever keeps the workspace, and goes nowhere. `became` tells
    of advice that was noted about lines of their plans, all together.
    """

    tracked: tuple[Tracked, ...]
    notice: str | None = None
    named: bool = False
    became: Became | None = None

    @property
    def names_others(self) -> bool:
        """Whether it may name the people who came and went: it is about one leader, and for them."""
        return self.named or len(self.tracked) == 1


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: _plain(one) for name, one in value.items()}
    return [_plain(one) for one in value] if isinstance(value, list | tuple) else value
