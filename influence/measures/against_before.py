"""How the number moved against the period before, and what moved it: who came, who stayed away, in which spheres."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from math import fsum
from typing import TYPE_CHECKING

import numpy as np

from influence.chance.bootstrap import conversation_draws
from influence.chance.intervals import interval
from influence.contract.details.trend import AgainstBefore, SphereMove
from influence.contract.findings import NETWORKED, Finding
from influence.contract.language import because
from influence.contract.measures import Definition, finds
from influence.kernels.arrays import Floats, Ints
from influence.measures.reach import FEWEST_CONVERSATIONS, NO_CONVERSATIONS, NO_TIMES, TOO_FEW
from influence.met.coverage import ENOUGH, MONTH
from influence.network.log_queries import origins
from influence.reach.steps import Alter, headline
from influence.times import DAY, Window, moment, months

if TYPE_CHECKING:
    from influence.reach.ego import Ego

UNIT = "people more than before"
COVERED = 0.9
"""A period is on record if the sources cover this share of it."""
FEWEST_DAYS = 7
"""A shorter period is made of weekdays: another one differs by which they are."""
SILENT = 5.0
"""A source ends, or begins, where it is silent for so many of its usual pauses."""
DIGITS = 9
"""A difference in the last digits of a sum is none."""


class CannotCompare(Exception):
    """Why there are no two periods to compare, in one sentence."""


@dataclass(frozen=True)
class Periods:
    """The leader in two periods of one length, one right after the other."""

    before: Ego
    now: Ego
    halves: bool

    @property
    def window(self) -> Window:
        """The two together."""
        return Window(self.before.window.since, self.now.window.until)


@finds(
    against_before=Definition(
        "how many more people never met responded than in the period of the same length before",
        label="Against the period before",
        meaning=(
            "Step 4 of this period less step 4 of the one of the same length right before it; where nothing is on "
            "record before, the second half of this period less its first half. The 95 % interval redraws whole "
            "conversations of both periods 1,000 times."
        ),
        reading="Above 0: more than before. Where the interval holds 0, chance alone could have moved it.",
        unit=UNIT,
        family="From month to month",
    ),
)
def against_before(ego: Ego) -> dict[str, Finding]:
    """Compare reach_4 with that of the period of the same length before, each as `four_steps` finds it.

    value = reach_4(now) − reach_4(before). The 95 % interval is that of the difference in draws of the conversations of
    both periods together (`chance.conversation_draws`), so that how many there are of each may also be chance; where
    nobody never met responded in one of them, its draws are those of a score interval of nobody. `low` and `high` take
    all people of whom nothing tells as met or as unmet, whichever gives less and more; who had met the leader, has.
    """
    try:
        periods = _periods(ego)
    except CannotCompare as why:
        return {"against_before": Finding("against_before", None, UNIT, reason=str(why))}
    return {"against_before": _moved(periods)}


# --- which two periods ----------------------------------------------------------------------------------------


def _periods(ego: Ego) -> Periods:
    """Return the window and the period before it; the window's halves if that is not on record.

    Raises:
        CannotCompare: neither is.
    """
    if not ego.dated:
        raise CannotCompare(NO_TIMES)
    window = on_record(ego, ego.window)
    _refuse_short(window)
    before = Window(2 * window.since - window.until, window.since)
    missing = _missing(ego, before)
    if missing is None:
        now = ego if window == ego.window else ego.during(window)
        return Periods(ego.during(before), now, halves=False)
    first, second = window.halves
    if not _long_enough(first):
        raise CannotCompare(because("{why}, and the window is too short to compare its halves", why=missing))
    missing = _missing(ego, first) or _missing(ego, second)
    if missing is not None:
        raise CannotCompare(missing)
    return Periods(ego.during(first), ego.during(second), halves=True)


def on_record(ego: Ego, window: Window) -> Window:
    """Return a window, cut to what is on record where that is less than nine tenths of it.

    Raises:
        CannotCompare: nothing of it is on record.
    """
    time = ego.population.recorded
    if not window.holds(time).any():
        raise CannotCompare(because("nothing is on record in this window"))
    if covered(time, window, ego.settings.zone) >= COVERED:
        return window
    return Window(max(window.since, int(time[0])), min(window.until, int(time[-1]) + 1))


def _refuse_short(window: Window) -> None:
    if not _long_enough(window):
        raise CannotCompare(
            because("the window is shorter than {days} days, too short to compare", days=FEWEST_DAYS)
        )


def _long_enough(window: Window) -> bool:
    return window.until - window.since >= FEWEST_DAYS * DAY


def covered(time: Ints, window: Window, zone: str) -> float:
    """Return the share of a window that is on record: the months in which anybody did anything.

    `time` are the sorted times of all activities; before the first of them and after the last nothing is on record.

    >>> covered(np.array([35 * DAY, 65 * DAY]), Window(25 * DAY, 75 * DAY), "UTC")
    0.6
    """
    held = 0
    for _, month in months(window, zone):
        first, after = np.searchsorted(time, [month.since, month.until]).tolist()
        if first < after:
            since = month.since if first else int(time[0])
            held += (month.until if after < len(time) else int(time[-1])) - since
    return held / (window.until - window.since)


def _missing(ego: Ego, period: Window) -> str | None:
    """Say why a period cannot be compared; None where activities and meetings are both on record in it."""
    time, zone = ego.population.recorded, ego.settings.zone
    if covered(time, period, zone) < COVERED:
        if time[0] > period.since:
            return because("nothing is on record before {day}", day=_day(int(time[0]), zone))
        return because(
            "of {since} to {until} too little is on record",
            since=_day(period.since, zone),
            until=_day(period.until - 1, zone),
        )
    kept = _calendar_since(ego)
    if kept is not None and kept > period.since + (1 - COVERED) * (period.until - period.since):
        return because(
            "the leader's calendar begins on {day}, so that before it nothing tells whom they had met",
            day=_day(kept, zone),
        )
    return None


def _calendar_since(ego: Ego) -> int | None:
    """Return from when on the leader's calendar was kept: the first entry of a month with enough of them."""
    begins = []
    for times in ego.met.coverage.entries.values():
        dense = np.flatnonzero(times[ENOUGH - 1 :] - times[: len(times) - ENOUGH + 1] <= MONTH)
        begins += [int(times[dense[0]])] if len(dense) else []
    return min(begins, default=None)


def _day(time: int, zone: str) -> str:
    return str(moment(time, zone))[:10]


# --- how it moved, and what moved it --------------------------------------------------------------------------


def _moved(periods: Periods) -> Finding:
    was, now = headline(periods.before.found), headline(periods.now.found)
    value = round(now - was, DIGITS)
    low, high = least_and_most(periods.before.found, periods.now.found)
    within, why = _interval(periods, value)
    doubtful = any(map(_mostly_unknown, (periods.before.found, periods.now.found)))
    came, stayed, stayed_away, met_since = who_moved(periods.before.found, periods.now.found)
    zone = periods.now.settings.zone
    since, middle, until = (
        moment(time, zone) for time in (periods.window.since, periods.now.window.since, periods.window.until)
    )
    detail = AgainstBefore(
        since=middle,
        until=until,
        before_since=since,
        before_until=middle,
        was=was,
        now=now,
        halves=periods.halves,
        apart=_apart(value, within, (low, high) if doubtful else None, _turns(periods)),
        came=came,
        stayed=stayed,
        stayed_away=stayed_away,
        by_sphere=_by_sphere(periods),
        met_since=met_since,
        mostly_unknown=doubtful or None,
        no_interval=why,
        sources=_changed(periods) or None,
    )
    return Finding("against_before", value, UNIT, min(low, value), max(high, value), within, detail=detail)


def least_and_most(before: list[Alter], now: list[Alter]) -> tuple[float, float]:
    """Return the least and the most that the difference may be, whomever of the unknown the leader has met.

    >>> ann = Alter(person=1, step=4, m=0.1, known=False, depth=1, first=0)
    >>> least_and_most([ann], [ann]), least_and_most([], [ann])
    ((-1.0, 0.0), (0.0, 1.0))
    """
    (least_was, most_was), (least_now, most_now) = map(_bounds, (before, now))
    earlier = {alter.person for alter in before if alter.outside and not alter.known}
    both = sum(alter.outside and not alter.known and alter.person in earlier for alter in now)
    return least_now - most_was, most_now - least_was - both


def _bounds(found: list[Alter]) -> tuple[float, float]:
    """Return reach_4 with everybody of whom nothing tells as met, and as unmet."""
    surely = fsum(alter.unmet for alter in found if alter.known)
    return surely, surely + sum(alter.outside and not alter.known for alter in found)


def _mostly_unknown(found: list[Alter]) -> bool:
    outside = [alter for alter in found if alter.outside]
    return 2 * sum(not alter.known for alter in outside) > len(outside)


def _turns(periods: Periods) -> bool:
    """Whether the answer turns round where all the unknown are met in both periods, or none is."""
    value = headline(periods.now.found) - headline(periods.before.found)
    was, now = _bounds(periods.before.found), _bounds(periods.now.found)
    return any(value * (after - earlier) < 0 for earlier, after in zip(was, now, strict=True))


def _apart(
    value: float,
    within: tuple[float, float] | None,
    doubt: tuple[float, float] | None,
    turns: bool,
) -> bool | None:
    if within is None:
        return None
    if within[0] <= 0 <= within[1] or not value:
        return False
    return None if turns or (doubt is not None and doubt[0] <= 0 <= doubt[1]) else True


def _interval(periods: Periods, value: float) -> tuple[tuple[float, float] | None, str | None]:
    """Return the 95 % interval of the difference, or why there is none."""
    before, now = periods.before, periods.now
    if before.drawn.undated or now.drawn.undated:
        return None, NO_CONVERSATIONS
    unit = np.concatenate([before.unit, now.unit])
    silent = _silent(now, periods.window, unit)
    if len(np.unique(unit)) + silent < FEWEST_CONVERSATIONS:
        return None, TOO_FEW
    person, weight = _people(before, now)
    chance = now.settings
    drawn = conversation_draws(unit, person, weight, silent=silent, draws=chance.draws, seed=chance.seed)
    was, later = (
        drawn[:, column] if weight[:, column].any() else of_nobody(chance.draws, chance.seed + 1 + column)
        for column in (0, 1)
    )
    low, high = interval(later - was)
    return (min(low, value), max(high, value)), None


def _silent(ego: Ego, window: Window, unit: Ints) -> int:
    """Count the leader's conversations in both periods that drew no response in either."""
    items = ego.log.items
    mine = (items.author == ego.leader) & window.holds(items.time)
    return len(np.setdiff1d(items.conversation[mine], unit))


def _people(before: Ego, now: Ego) -> tuple[Ints, Floats]:
    """Return whose each touch of the two periods is, and what each of these people adds to reach_4 of either.

    Somebody of both periods is two, each with their own weight.
    """
    person, weight, known = [], np.zeros((len(before.found) + len(now.found), 2)), 0
    for column, ego in enumerate((before, now)):
        place = {alter.person: known + row for row, alter in enumerate(ego.found)}
        person += [place[one] for one in ego.drawn.person.tolist()]
        weight[known : known + len(place), column] = [alter.unmet for alter in ego.found]
        known += len(place)
    return np.array(person, np.int64), weight


def of_nobody(draws: int, seed: int) -> Floats:
    """Return draws of a count of which none was seen: what a score interval gives to 0, y = z² above it.

    >>> bool(3.4 < np.quantile(of_nobody(100_000, 1), 0.975) < 4.3)
    True
    """
    steps = np.random.default_rng(seed).standard_normal(draws)
    return np.maximum(steps, 0.0) ** 2


def who_moved(before: list[Alter], now: list[Alter]) -> tuple[int, int, int, int]:
    """Count who came, stayed, stayed away and was met since, of the people never met in either period."""
    earlier, later = ({alter.person for alter in found if alter.step == NETWORKED} for found in (before, now))
    gone = earlier - later
    met = gone & {alter.person for alter in now}
    return len(later - earlier), len(later & earlier), len(gone) - len(met), len(met)


def _by_sphere(periods: Periods) -> tuple[SphereMove, ...]:
    sums: dict[str, list[list[float]]] = defaultdict(lambda: [[], []])
    for column, ego in enumerate((periods.before, periods.now)):
        for alter in ego.found:
            if alter.outside:
                sums[ego.spheres[alter.person]][column].append(alter.unmet)
    rows = [SphereMove(sphere, fsum(was), fsum(now)) for sphere, (was, now) in sums.items()]
    return tuple(sorted(rows, key=lambda row: (-round(abs(row.now - row.was), DIGITS), row.sphere)))


def _changed(periods: Periods) -> tuple[str, ...]:
    """Name the sources whose data begins or ends in the two periods: they cover part of them only."""
    spans: dict[str, list[tuple[int, int, int]]] = defaultdict(list)
    for row in origins(periods.now.tables):
        spans[row["source"]].append((row["first"], row["last"], row["activities"]))
    return tuple(sorted(source for source, rows in spans.items() if _breaks_off(rows, periods.window)))


def _breaks_off(rows: list[tuple[int, int, int]], window: Window) -> bool:
    first, last = min(row[0] for row in rows), max(row[1] for row in rows)
    if last < window.since or first >= window.until:
        return False
    pause = (last - first) / max(sum(row[2] for row in rows) - 1, 1)
    least = max((1 - COVERED) * (window.until - window.since) / 2, SILENT * pause)
    return first - window.since > least or window.until - last > least
