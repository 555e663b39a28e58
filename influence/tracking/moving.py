"""How a leader's number moved between two snapshots, and whose doing that is."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from math import fsum

from influence.analysis.alike import refuse_unlike
from influence.contract.details.trend import SphereMove
from influence.contract.findings import Conversation, Finding, Reached, Report
from influence.contract.tracked import Moved, Movers
from influence.measures.peers import difference

NAMED = 5
"""So many of those who count most are named."""
TOLD = 3
"""So many conversations are told."""
_LAST = 1e-9


def moved(
    before: Report,
    now: Report,
    earlier: Collection[str],
    called: Callable[[str], str] = lambda person: person,
) -> Moved:
    """Say how reach_4 moved from one snapshot to the next, by people, spheres and conversations.

    `earlier` are people of snapshots before the last; `called` gives the id by which a person is known today, so that
    who was merged since is nobody new. The sums are exact: now = was + came + returned − lapsed + stayed, where a
    person counts with the chance that the leader has not met them. Whether it is more than chance may move is told by
    the interval of the difference of the two numbers (Newcombe's method 10, which for other intervals is that of
    Zou and Donner 2008, doi:10.1002/sim.3095); where the windows overlap it is too wide rather than too narrow.

    Raises:
        CannotCompare: a number is missing, or one window is much better on record than the other.
    """
    refuse_unlike(before, now)
    old, new = _weights(before, called), _weights(now, called)
    came = new.keys() - old.keys()
    back = came & {called(person) for person in earlier}
    names = {called(one.person): one.name for report in (before, now) for one in report.people}
    return Moved(
        since=str(before.window["since"]),
        until=str(before.window["until"]),
        was=fsum(old.values()),
        now=fsum(new.values()),
        came=_movers(came - back, new, names),
        returned=_movers(back, new, names),
        lapsed=_movers(old.keys() - new.keys(), old, names),
        stayed=fsum(new[person] - old[person] for person in old.keys() & new.keys()),
        apart=_apart(before.findings["reach_4"], now.findings["reach_4"]),
        spheres=_spheres(before, now),
        conversations=tuple(_new_conversations(before, now)),
    )


def _weights(report: Report, called: Callable[[str], str]) -> dict[str, float]:
    """Return what each person outside the team counts: the chance that the leader has not met them."""
    return {called(one.person): 1 - one.m for one in report.people if _counts(one)}


def _counts(one: Reached) -> bool:
    return one.outside and one.m < 1


def _movers(who: Iterable[str], weight: Mapping[str, float], names: Mapping[str, str]) -> Movers:
    ordered = sorted(who, key=lambda person: (-weight[person], person))
    most = tuple(names[person] for person in ordered[:NAMED])
    return Movers(len(ordered), fsum(weight[person] for person in ordered), most)


def _apart(before: Finding, now: Finding) -> bool | None:
    if before.value is None or now.value is None or before.interval is None or now.interval is None:
        return None
    low, high = difference((now.value, now.interval), (before.value, before.interval))
    return not low <= 0 <= high


def _spheres(before: Report, now: Report) -> tuple[SphereMove, ...]:
    sums: dict[str, list[list[float]]] = defaultdict(lambda: [[], []])
    for column, report in enumerate((before, now)):
        for one in report.people:
            if one.outside:
                sums[one.sphere][column].append(1 - one.m)
    rows = [SphereMove(sphere, fsum(was), fsum(later)) for sphere, (was, later) in sums.items()]
    changed = [row for row in rows if abs(row.now - row.was) > _LAST]
    return tuple(sorted(changed, key=lambda row: (-abs(row.now - row.was), row.sphere)))


def _new_conversations(before: Report, now: Report) -> Sequence[Conversation]:
    known = {one.id for one in before.conversations}
    fresh = [one for one in now.conversations if one.id not in known and one.unmet > _LAST]
    return sorted(fresh, key=lambda one: (-one.unmet, one.id))[:TOLD]
