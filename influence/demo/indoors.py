"""The broadcaster's team stays among itself: it has met all colleagues by whom it is answered, before they answered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from influence.demo.cast import Cast
from influence.demo.conversing import Log
from influence.demo.dice import Dice
from influence.demo.meetings import SINCE, UNTIL, Meeting, office_time

SMALL, BEFORE = 8, 300
"""So many at a table have met for certain; so many days before the year the lunches were."""


def lunches(cast: Cast, log: Log, meetings: Sequence[Meeting], dice: Dice) -> list[Meeting]:
    """Return a lunch of two, in the year before, for each of the team and each colleague who answers that one at all.

    Who is outside the company is met at none: only those of the team who write in the open are answered by strangers.
    """
    team, staff = cast.team(cast.leaders["broadcast"]), set(cast.employees())
    met = {
        frozenset((one, other))
        for meeting in meetings
        if meeting.kind == "in_person" and len(meeting.people) <= SMALL and (meeting.time or UNTIL) < SINCE
        for one in meeting.people
        if one in team
        for other in meeting.people
    }
    found = []
    for one, other in sorted(_answered(cast, log, team)):
        if other in staff and (pair := frozenset((one, other))) not in met:
            met.add(pair)
            time = office_time(dice, cast.people[one].zone, -1 - dice.below(BEFORE))
            found.append(Meeting(time, (one, other), "in_person", place=f"{cast.people[one].site}, canteen"))
    return found


def _answered(cast: Cast, log: Log, team: set[int]) -> set[tuple[int, int]]:
    """Return who of the team is answered or named by whom, by however many hands."""
    owner = {account: who.index for who in cast.people for account in who.accounts.values()}
    numbers, actors, parents, mentions = (log.columns[name] for name in ("id", "actor", "parent", "mentions"))
    who = {number: owner[str(actor)] for number, actor in zip(numbers, actors, strict=True) if actor in owner}
    above = dict(zip(numbers, parents, strict=True))
    found = set()
    for number, named in zip(numbers, mentions, strict=True):
        if number in who:
            to = {who[each] for each in _over(number, above) if each in who}
            to |= {owner[one] for one in named if one in owner}  # type: ignore[attr-defined]
            found |= {(one, who[number]) for one in to & team if one != who[number]}
    return found


def _over(number: object, above: Mapping[object, object]) -> set[object]:
    """Return what an activity answers, through whatever is between."""
    found = set[object]()
    while (number := above.get(number)) is not None:
        found.add(number)
    return found
