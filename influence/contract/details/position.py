"""What belongs to a person's position in the network."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from influence.contract.details.record import Detail

NAMES = (
    *("pagerank", "betweenness", "constraint", "effective_size"),
    *("core_number", "communities", "neighbourhood", "voterank"),
)


@dataclass(frozen=True)
class Position(
    Detail,
    of=(*NAMES, *(f"digital_{name}" for name in NAMES)),
    nameless=(
        "percentile",
        "rank",
        "of",
        "better",
        "exact",
        "pivots",
        "registers",
        "communities",
        "modularity",
        "grid",
        "error",
    ),
):
    """Where the person is among all: the share with a lower value (0 to 100), rank (1 is the best), of how many.

    `better` is "higher" or "lower". Then how the value was come by: `exact`, or from so many `pivots` with such a
    `bound`, or from counters of so many `registers`; how many `communities` there are with which `modularity`, the
    person's own `community` and how many people are in it; a `grid` of people within 1 to 4 responses; and by how
    much the value may be off (`error`).
    """

    percentile: float | None
    rank: int | None
    of: int | None
    better: str
    exact: bool | None = None
    pivots: int | None = None
    bound: str | None = None
    registers: int | None = None
    communities: int | None = None
    modularity: float | None = None
    community: int | None = None
    community_people: int | None = None
    grid: Mapping[str, float] | None = None
    error: float | None = None
