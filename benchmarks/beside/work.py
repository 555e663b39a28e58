"""What is measured: a piece of work, who does it, and what we want to be beside them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

Timed = Callable[[], Any]
"""What is timed, once all is prepared."""
Prepare = Callable[[Path], Timed]
"""Loads libraries and input, which is not timed, and returns what is."""


@dataclass(frozen=True)
class Inputs:
    """Where inputs are made and kept, where published data lie, and how large the large ones are."""

    folder: Path
    data: Path | None
    full: bool


@dataclass(frozen=True)
class Work:
    """One row of the table and its peers.

    `goal` is the least ratio wanted (their time by ours) to the peer that `beside` names. `judge` says, when the clock
    has stopped, how good what came out is: a number that `answer` names.
    """

    name: str
    input: Callable[[Inputs], Path]
    ours: Prepare
    peers: dict[str, Prepare]
    goal: float | None = None
    beside: str = ""
    answer: str = ""
    judge: Callable[[Path, Any], float] | None = None


OURS = "influence"
