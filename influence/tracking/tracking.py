"""Takes a leader's snapshot of the last whole period, once, and says what moved since the one before."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from influence.analysis.alike import CannotCompare
from influence.analysis.report import Analysis
from influence.contract.errors import InfluenceError
from influence.contract.language import day_in_english
from influence.contract.tracked import Moved, Tracked
from influence.store.engine import Engine
from influence.times import Window, exact, lately
from influence.tracking.alerts import alerts
from influence.tracking.moving import moved
from influence.tracking.snapshots import Snapshot, Snapshots

OVER = {"week": "4w", "month": "1m"}
"""How long the window of a snapshot is, by how often one is taken."""

DRAWN = 26
"""So many snapshots, up to the last, are told one beside another: half a year of weeks."""


class NothingTracked(InfluenceError):
    """There is no snapshot; the sentence names the command that takes one."""


@dataclass(frozen=True)
class Tracking:
    """Snapshots of leaders over an analysis of what is in the store now; `reads` hears about whom somebody reads."""

    engine: Engine
    analysis: Analysis
    reads: Callable[[str, Sequence[int]], None] = lambda *_: None

    def take(self, leader: str, every: str = "week", over: str | None = None) -> Tracked:
        """Take the snapshot of the last whole week or month on record; one that was taken stays as it was told.

        `over` is how long the window is that ends there: four weeks for every week, the month for every month.

        Raises:
            EmptyWindow: nothing happened in the window.
            NothingTracked: the length cannot be read, or this machine's clock was set back.
            UnknownPerson: nobody is known by that name.
        """
        self.analysis.refuse_unsaid()
        code, window = self.analysis.people.find(leader), self.window(every, over)
        self.reads("track", [code])
        snapshots = Snapshots(self.engine)
        kept = snapshots.of(self.analysis.people.who[code].person)
        of_window = [one for one in kept if one.window == window]
        if of_window:
            return self._told(of_window[-1], kept, fresh=False)
        _refuse_a_clock_set_back(kept)
        return self._told(snapshots.keep(self.analysis.about(code, window), window), kept, fresh=True)

    def again(self, leader: str) -> Tracked:
        """Take the next snapshot as the last one was: as long, every week or month; the first is of four weeks.

        Raises:
            EmptyWindow: nothing happened in the window.
            UnknownPerson: nobody is known by that name.
        """
        person = self.analysis.people.who[self.analysis.people.find(leader)].person
        kept = Snapshots(self.engine).of(person)
        if not kept:
            return self.take(leader)
        return self.take(leader, *_as_before(kept[-1].window, self.analysis.settings.zone))

    def latest(self, leaders: Sequence[str] = ()) -> tuple[Tracked, ...]:
        """Return the last snapshot of each of some leaders, or of all of whom there is one; nothing is worked out anew.

        Raises:
            NothingTracked: of one of them, or of nobody, there is a snapshot.
            UnknownPerson: nobody is known by one of the names.
        """
        snapshots, people = Snapshots(self.engine), self.analysis.people
        ids = [people.who[people.find(one)].person for one in leaders] or snapshots.leaders()
        if not ids:
            raise NothingTracked("nobody is tracked yet: influence track LEADER takes the first snapshot")
        codes = [self.analysis.people.code.get(person) for person in dict.fromkeys(ids)]
        self.reads("digest", [code for code in codes if code is not None])
        found = []
        for person in dict.fromkeys(ids):
            kept = snapshots.of(person)
            if not kept:
                raise NothingTracked(
                    f"of {person} there is no snapshot yet: influence track {person} takes one"
                )
            found.append(self._told(kept[-1], kept, fresh=False))
        return tuple(found)

    def window(self, every: str, over: str | None) -> Window:
        """Return the window of a snapshot: it ends with the last whole week or month on record."""
        zone, whole = self.analysis.settings.zone, self.analysis.whole_window()
        period = lately(every, whole.until, zone)
        window = period and lately(over or OVER[every], period.until, zone)
        if window is None or over in OVER:
            raise NothingTracked(f"--over {over!r} is not a length such as 4w, 6m or 1y")
        return window

    def _told(self, one: Snapshot, kept: Sequence[Snapshot], *, fresh: bool) -> Tracked:
        """Say what moved since the last snapshot of a window as long that ended earlier."""
        earlier = [other for other in kept if other.window.until < one.window.until]
        alike = [other for other in earlier if _alike(other.window, one.window)]
        change, reason = self._moved(one, alike)
        return Tracked(
            report=one.report,
            taken=one.taken.isoformat(timespec="seconds"),
            version=one.version,
            number=len({other.window.until for other in earlier}) + 1,
            fresh=fresh,
            moved=change,
            reason=reason,
            alerts=alerts(one.report, change, self.analysis.settings),
            past=tuple(other.told_of_reach for other in (*alike[1 - DRAWN :], one)),
        )

    def _moved(self, one: Snapshot, alike: Sequence[Snapshot]) -> tuple[Moved | None, str | None]:
        if not alike:
            return None, None
        before = alike[-1]
        earlier = set().union(*(other.reached for other in alike[:-1]))
        try:
            return moved(before.report, one.report, earlier, self._called_today), None
        except CannotCompare as why:
            return None, str(why)

    def _called_today(self, person: str) -> str:
        """Return the id of somebody who may have been merged with another since."""
        code = self.analysis.people.code.get(person)
        return person if code is None else self.analysis.people.who[code].person


def _refuse_a_clock_set_back(kept: Sequence[Snapshot]) -> None:
    """Refuse to write a day on a snapshot that is before that of one taken earlier; an hour may be the zone's doing."""
    now, last = datetime.now(UTC), max((one.taken for one in kept), default=None)
    if last is not None and last - now > timedelta(days=1):
        raise NothingTracked(
            f"the clock of this machine says {day_in_english(now)} and a snapshot was taken on "
            f"{day_in_english(last)}: set the clock right, then take it again"
        )


def _as_before(window: Window, zone: str) -> tuple[str, str | None]:
    """Return how often, and over how long, a snapshot of a window is taken."""
    since, until = (exact(edge).astimezone(ZoneInfo(zone)) for edge in (window.since, window.until))
    days = (until.date() - since.date()).days
    whole_weeks = until.weekday() == 0 and days % 7 == 0
    return ("month", None) if since.day == until.day == 1 and not whole_weeks else ("week", f"{days}d")


def _alike(one: Window, other: Window) -> bool:
    """Tell whether two windows are as long, but for months and hours that clocks put forward or back."""
    lengths = one.until - one.since, other.until - other.since
    return max(lengths) <= 1.15 * min(lengths)
