"""What belongs to persistence: in how many weeks there was an exchange beyond, and how they lie."""

from __future__ import annotations

from dataclasses import dataclass

from influence.contract.details.record import Detail


@dataclass(frozen=True)
class Persistence(
    Detail,
    of=("persistence",),
    nameless=("weeks", "held", "longest", "since_last", "shown"),
    counts=("people",),
):
    """Whole weeks of the window, in how many there was an exchange, the longest run of them, and the weeks since.

    `people` with whom there was one; `shown` tells of each week, in order, whether there was one.
    """

    weeks: int | None
    held: int | None
    longest: int | None
    since_last: int | None
    people: int | None
    shown: tuple[bool, ...] = ()
