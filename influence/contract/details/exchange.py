"""What belongs to exchange: who comes unasked, who is answered, how soon, who waits, and with whom it goes both ways.

Where nobody said anything to the leader only `bulk`, what was left out, is told.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from influence.contract.details.record import Detail


@dataclass(frozen=True)
class Pull(Detail, of=("pull",), nameless=("inbound", "unprompted", "bulk"), counts=("people",)):
    """Inbound items, those of them unprompted, and how many people they are of; by sphere [unprompted, inbound]."""

    inbound: int | None = None
    unprompted: int | None = None
    people: int | None = None
    bulk: int | None = None
    spheres: Mapping[str, tuple[int, int]] | None = None


@dataclass(frozen=True)
class ResponseRate(Detail, of=("response_rate",), nameless=("asked", "answered", "bulk", "ways")):
    """Inbound items and how many were answered; [answered, asked] for each way in which they came."""

    asked: int | None = None
    answered: int | None = None
    bulk: int | None = None
    ways: Mapping[str, tuple[int, int]] | None = None


@dataclass(frozen=True)
class ResponseTime(
    Detail,
    of=("response_time",),
    nameless=("asked", "answered", "bulk", "within_a_day", "within_a_week", "at_least", "median_of_answered"),
):
    """Estimated shares answered within a day and a week; `at_least` is the interval's lower end, in hours.

    `median_of_answered` leaves out all that still waits, and is too short.
    """

    asked: int | None = None
    answered: int | None = None
    bulk: int | None = None
    within_a_day: float | None = None
    within_a_week: float | None = None
    at_least: float | None = None
    median_of_answered: float | None = None


@dataclass(frozen=True)
class Stages(Detail):
    """In one sphere: how often somebody asked, the leader answered, and the person took the answer up."""

    asked: int | None
    answered: int | None
    taken_up: int | None


@dataclass(frozen=True)
class TakenUp(Detail):
    """One answer that was taken up: whose, the ids of question, answer and thanks, and the wait in hours."""

    person: str
    name: str
    sphere: str
    question: str
    answer: str
    thanks: str
    hours: float | None


@dataclass(frozen=True)
class Help(Detail, of=("help",), nameless=("bulk", "asked", "answered", "taken_up")):
    """The three stages together and by sphere, and the latest answers that were taken up."""

    bulk: int | None = None
    asked: int | None = None
    answered: int | None = None
    taken_up: int | None = None
    spheres: Mapping[str, Stages] | None = None
    ledger: tuple[TakenUp, ...] | None = None


@dataclass(frozen=True)
class Wait(Detail):
    """One conversation that waits: the id of what was said, by whom, in which way, and how many days ago."""

    item: str
    person: str
    name: str
    sphere: str
    way: str
    days: float | None


@dataclass(frozen=True)
class Worth(Detail):
    """One conversation that waits, and what answering it is worth: under whom it stands, as in `Wait`, and why.

    `last` is the id of the latest item that waits there, `short` a short name for it that commands take. `others` wait
    there too; `answered_by` people besides the leader responded to this person in the window; `met` tells whether the
    two had met, None where nothing tells.
    """

    item: str
    last: str
    short: str
    person: str
    name: str
    sphere: str
    way: str
    days: float | None
    others: int | None
    answered_by: int | None
    met: bool | None = None
    worth: float | None = None


@dataclass(frozen=True)
class WaitingOnLeader(
    Detail,
    of=("waiting_on_leader",),
    nameless=(
        *("bulk", "of", "older", "older_than_days", "ways", "median_days", "longest_days"),
        *("still", "done", "snoozed"),
    ),
):
    """Of how many conversations, how many wait longer than δ, how they came, and which have waited longest.

    `recent` is the one from outside the team that has waited longest of those that came in the last month. `worth`
    lists those of the last month by what an answer is worth, of `still` such; `done` and `snoozed` wait no longer, or
    not yet, by a decision.
    """

    bulk: int | None = None
    of: int | None = None
    older: int | None = None
    older_than_days: float | None = None
    ways: Mapping[str, int] | None = None
    list: tuple[Wait, ...] | None = None
    median_days: float | None = None
    longest_days: float | None = None
    recent: Wait | None = None
    still: int | None = None
    worth: tuple[Worth, ...] | None = None
    done: int | None = None
    snoozed: int | None = None


@dataclass(frozen=True)
class TwoWayShare(Detail, of=("two_way_share",), counts=("both_ways", "people")):
    """People outside the team with whom responses went both ways, of how many reached."""

    both_ways: int | None
    people: int | None
