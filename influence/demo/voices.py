"""How people begin conversations and how others take them up: one voice for most, one for each leader."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Voice:
    """One way to talk and to be heard.

    `roots` are conversations begun in a year, by system. `first` is the mean number of direct responses to
    one, never below `least`; `onward` the mean number of responses to a response at depth 1, 2, …
    `answers` is the chance that the beginner answers a direct response, or a question by mail.
    `strangers` is the share of responders drawn from a `crowd` of that many people in each system who are
    no contacts, `abroad` whether there are outsiders among them. `followers` scales the audience outside;
    `asked` counts questions by mail, `visits` responses to others' posts.
    """

    roots: Mapping[str, int] = field(default_factory=dict)
    first: float = 0.95
    onward: tuple[float, ...] = (0.42, 0.35, 0.3, 0.25, 0.2)
    least: int = 0
    answers: float = 0.15
    strangers: float = 0.0
    crowd: int = 0
    abroad: bool = False
    followers: int = 40
    asked: int = 0
    visits: int = 0

    def mean(self, depth: int) -> float:
        """Return the mean number of responses to an item at this depth of a conversation (0: its start)."""
        if depth == 0:
            return self.first
        return self.onward[depth - 1] if depth <= len(self.onward) else 0.0


ORDINARY = Voice()

VOICES = {
    "near": Voice(
        roots={"email": 220, "chat": 90, "yammer": 90, "x": 30},
        first=2.6,
        onward=(0.25, 0.15),
        answers=0.5,
        strangers=0.4,
        crowd=300,
        followers=300,
        asked=70,
        visits=30,
    ),
    "beyond": Voice(
        roots={"email": 120, "chat": 90, "yammer": 70, "x": 110, "blog": 30},
        first=6.5,
        onward=(0.45, 0.5, 0.45, 0.3),
        answers=0.3,
        strangers=0.75,
        crowd=320,
        abroad=True,
        followers=250,
        asked=180,
        visits=220,
    ),
    "broadcast": Voice(
        roots={"email": 40, "chat": 20, "yammer": 240, "x": 140, "blog": 30},
        first=0.04,
        onward=(0.1,),
        answers=0.05,
        followers=9_000,
        asked=12,
    ),
    "carried_on": Voice(
        roots={"email": 60, "chat": 140, "yammer": 130},
        first=0.8,
        onward=(3.4, 1.3, 0.8, 0.4),
        least=1,
        answers=0.03,
        strangers=0.1,
        crowd=60,
        asked=50,
        visits=50,
    ),
}
"""The four planted ways to lead, by their role in `cast.LEADERS`."""
