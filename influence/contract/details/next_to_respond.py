"""What belongs to who is likely to respond next: the people, how likely each is and why, and how such a list did."""

from __future__ import annotations

from dataclasses import dataclass

from influence.contract.details.record import Detail


@dataclass(frozen=True)
class Likely(Detail):
    """Somebody not yet reached: how likely they respond within the time foreseen, and why in plain words.

    `line` names this line of a plan, the same as long as it is about that person and that leader; `unmet` is how likely
    they have not met the leader; `evidence` are ids of activities that show why.
    """

    line: str
    person: str
    name: str
    sphere: str
    chance: float | None
    unmet: float | None
    reason: str
    evidence: tuple[str, ...] = ()


@dataclass(frozen=True)
class NextToRespond(Detail, of=("next_to_respond",), nameless=("days", "here")):
    """The first ten, the likeliest first, and of how many people who were active and are not reached.

    `days` is how far ahead is foreseen; `here` tells whether the weights were learned from this record or elsewhere.
    """

    rows: tuple[Likely, ...] = ()
    of_people: int | None = None
    days: float | None = None
    here: bool | None = None


@dataclass(frozen=True)
class NextTested(
    Detail,
    of=("next_to_respond_tested",),
    nameless=("skill", "leaders", "most", "most_interval", "ties", "ties_interval", "brier"),
):
    """How such lists did on the last third, over all leaders to whom somebody came then.

    `most` is by how much the AUC is above that of ranking by responses given to anybody, `ties` above that of ranking
    by ties with people already reached, each with its 95 % interval; `brier` the Brier skill of the probabilities.
    """

    skill: bool
    words: str
    leaders: int | None = None
    most: float | None = None
    most_interval: tuple[float, float] | None = None
    ties: float | None = None
    ties_interval: tuple[float, float] | None = None
    brier: float | None = None
