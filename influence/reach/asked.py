"""What a report is asked beside its leader and window."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from influence.times import Window


@dataclass(frozen=True)
class Asked:
    """Against which period to compare, by week or by month, and of which audiences to tell.

    `against` is an earlier period, or the `previous` one and no other; None for the previous one where it is on record.
    `audiences` are people and groups by a name, told before those of the settings; each entry is somebody by every way
    in which a list names them.
    """

    against: Window | Literal["previous"] | None = None
    by: Literal["week", "month"] | None = None
    audiences: Mapping[str, Sequence[tuple[str, ...]]] = field(default_factory=dict)
