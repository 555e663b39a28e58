"""Every question that may be asked of a workspace; what a command asks, a notebook asks by the same name."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal, Self

import numpy as np

from influence import settings
from influence.analysis import asking
from influence.analysis.report import Analysis
from influence.contract.errors import InfluenceError
from influence.contract.findings import Finding, Report
from influence.contract.narrowing import EVERYTHING, Narrowing, NarrowingError
from influence.network.network import Network
from influence.network.subjects import Used, subjects
from influence.people.columns import Who
from influence.reach.asked import Asked
from influence.reach.ego import Ego
from influence.times import Window, lately, meant, moment

if TYPE_CHECKING:
    from influence.advice.adviser import Advice
    from influence.advice.introductions import Introduced
    from influence.advice.week import Week
    from influence.analysis.comparison import Comparison
    from influence.contract.compared import Compared

PERIODS = ", nor a period such as 7d, 4w, 6m, 1y, week, month, quarter or year"


class WorkspaceError(InfluenceError):
    """Something the user can mend, in one sentence."""


_PARTS, _EGOS = 12, 24
"""So many parts of the log, and leaders in all their time, are kept for the next question."""


def _shortened(kept: dict[Any, Any], most: int) -> None:
    """Let go of what was kept first where one more would be too many."""
    while len(kept) >= most:
        del kept[next(iter(kept))]


class Questions(ABC):
    """Asks the analysis; a workspace is one that also brings activity in and writes reports out."""

    settings: settings.Settings

    @abstractmethod
    def close(self) -> None:
        """Let go of what is held."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    @abstractmethod
    def analysis(self) -> Analysis:
        """Everything in the store, ready for questions."""

    def report(
        self,
        leader: str,
        since: str | date | None = None,
        until: str | date | None = None,
        *,
        measures: Sequence[str] = (),
        against: str | None = None,
        by: Literal["week", "month"] | None = None,
        audience: Sequence[str] = (),
        only: Narrowing = EVERYTHING,
    ) -> Report:
        """Report on a leader (an id, an account, an e-mail address or a full name) in [since, until).

        `measures` names those that are wanted, or findings of theirs; all if left out. The headline is always there.
        `against` is the period to compare with: `previous`, or two days such as 2026-01-01..2026-03-31. Movement is
        told `by` week or month, by week where less than half a year is on record if neither is asked for. `audience`
        names those whom the leader means to reach: names under `[audiences]`, files with a person a line, groups such
        as sphere:customer, channel:NAME, topic:WORD.
        `only` narrows the report to a part of the log: `Narrowing(tags=["climate"], spheres=["customer"])`.

        Raises:
            CannotAsk: the period to compare with cannot be read, or is not an earlier one of the same length; there is
                no such audience.
            ListError: a list of people cannot be read.
            PluginError: there is no such measure.
            UnknownGroup: there is no such sphere, channel, conversation or topic.
            UnknownPerson: nobody is known by that name.
            WorkspaceError: a date cannot be read, or the window is reversed.
            NarrowingError: there is no such tag, topic, channel or sphere, or nothing is left.
            EmptyWindow: nothing happened in the window.
        """
        self.analysis.refuse_unsaid()
        code, window = self.analysis.people.find(leader), self.window(since, until)
        self.reads("report", [code])
        earlier = None if against is None else asking.against(against, window, self.settings.zone)
        meant = asking.audiences(audience, self.settings.audiences)
        return self.part(only, [code]).about(code, window, measures, Asked(earlier, by, meant))

    def glance(
        self,
        leader: str,
        since: str | date | None = None,
        until: str | date | None = None,
        only: Narrowing = EVERYTHING,
    ) -> Report:
        """Return what is shown of a leader at a glance: headline, steps, spheres, conversations, movement; no evidence.

        Its numbers are those of `report`, in a fraction of its time.

        Raises:
            UnknownPerson: nobody is known by that name.
            WorkspaceError: a date cannot be read, or the window is reversed.
            NarrowingError: there is no such tag, topic, channel or sphere, or nothing is left.
            EmptyWindow: nothing happened in the window.
        """
        from influence.analysis.glance import glance

        self.analysis.refuse_unsaid()
        code, window = self.analysis.people.find(leader), self.window(since, until)
        self.reads("report", [code])
        part = self.part(only, [code])
        part.refuse_empty(window)
        return glance(self._lasting(part, code).during(window), self.analysis.held)

    def _lasting(self, part: Analysis, code: int) -> Ego:
        """Return a leader in the window of everything, kept for those of other windows."""
        if (id(part), code) not in self._egos:
            _shortened(self._egos, _EGOS)
            self._egos[id(part), code] = Ego(part, code, part.whole_window())
        return self._egos[id(part), code]

    @cached_property
    def _egos(self) -> dict[tuple[int, int], Ego]:
        """The leaders at whom somebody looked last; each holds the part that it is of."""
        return {}

    def heard(self, most: int = 5) -> Sequence[Who]:
        """Return those whom most responses went to, in order of their names: somebody to begin with, no ranking."""
        analysis = self.analysis
        drawn = np.bincount(analysis.log.counted().target, minlength=len(analysis.people))
        drawn[sorted(analysis.bots)] = 0
        codes = [code for code in np.argsort(-drawn, kind="stable")[:most].tolist() if drawn[code]]
        return sorted(analysis.people.some(codes), key=lambda who: (who.name, who.person))

    @abstractmethod
    def reads(self, command: str, codes: Sequence[int] = ()) -> None:
        """Hear that somebody reads about leaders (by code), and record it where there is a log of that."""

    def part(self, only: Narrowing, seen_from: Sequence[int] = ()) -> Analysis:
        """Return the part of the analysis that is asked for; spheres are as some leaders (by code) see them.

        Raises:
            NarrowingError: there is no such tag, topic, channel or sphere, or nothing is left, or nobody sees spheres.
        """
        if only.spheres and not seen_from:
            raise NarrowingError(
                f"{', '.join(only.spheres)}: a sphere is seen from somebody; name the people"
            )
        if not only:
            return self.analysis
        seen = tuple(seen_from) if only.spheres else ()
        if (only, seen) not in self._parts:
            _shortened(self._parts, _PARTS)
            self._parts[only, seen] = self.analysis.narrowed(only, seen)
        return self._parts[only, seen]

    @cached_property
    def _parts(self) -> dict[tuple[Narrowing, tuple[int, ...]], Analysis]:
        """The parts that were asked for, by what they were narrowed to and who sees the spheres."""
        return {}

    def open_about(self, _person: str) -> Sequence[str]:
        """Return what is to be asked about a person, first what moves most; nothing where no answer could be kept."""
        return ()

    def ego(
        self,
        leader: str,
        since: str | date | None = None,
        until: str | date | None = None,
        only: Narrowing = EVERYTHING,
    ) -> Ego:
        """Return a leader in a window: what a measure is a function of.

        Raises:
            UnknownPerson: nobody is known by that name.
            NarrowingError: there is no such tag, topic, channel or sphere, or nothing is left.
        """
        self.reads("report", [self.analysis.people.find(leader)])
        return self._ego(leader, since, until, only)

    def _ego(self, leader: str, since: str | date | None, until: str | date | None, only: Narrowing) -> Ego:
        code = self.analysis.people.find(leader)
        return Ego(self.part(only, [code]), code, self.window(since, until))

    def window(self, since: str | date | None, until: str | date | None) -> Window:
        """Return [since, until) as microseconds; a date without a zone is in the zone of the workspace.

        `since` may also be a period that ends at `until`, or with what is on record: see `times.lately`.
        """
        whole = self.analysis.whole_window()
        end = whole.until if until is None else self._moment(until, "--until")
        period = lately(since, end, self.settings.zone) if isinstance(since, str) else None
        if period is not None:
            return period
        start = whole.since if since is None else self._moment(since, "--since")
        if start >= end:
            raise WorkspaceError(
                f"the window is empty or reversed: since {since} is not before until {until}"
            )
        return Window(start, end)

    def _moment(self, given: str | date, option: str) -> int:
        try:
            return meant(given, self.settings.zone)
        except ValueError:
            raise WorkspaceError(
                f"{option} {given!r} is not a date such as 2026-01-31{PERIODS if option == '--since' else ''}"
            ) from None

    def who(self, words: str) -> Who:
        """Return the person meant by an id, an account, an e-mail address or a full name.

        Raises:
            UnknownPerson: nobody is known by that name.
        """
        people = self.analysis.people
        return people.who[people.find(words)]

    def who_among(self, some: Sequence[str]) -> Callable[[str], Who]:
        """Return what answers as `who` does, of some people alone: how long it takes tells nothing of anybody else.

        Raises:
            UnknownPerson: one of those some is known by no such name.
        """
        people = self.analysis.people
        among = people.among(sorted({people.find(one) for one in some}))
        return lambda words: among.who[among.find(words)]

    def moment(self, time: int) -> str:
        """Return a moment (microseconds since 1970, UTC) as text in the zone of the workspace."""
        return str(moment(time, self.settings.zone))

    def people(self) -> Sequence[Who]:
        """List everybody: id, name, accounts, and what the sources say of them."""
        return self.analysis.people.who

    def network(
        self,
        since: str | date | None = None,
        until: str | date | None = None,
        only: Narrowing = EVERYTHING,
    ) -> Network:
        """Return the response network of a window; it opens as a networkx graph."""
        self.reads("network")
        return self.part(only).network(self.window(since, until))

    def digital_network(
        self,
        since: str | date | None = None,
        until: str | date | None = None,
        only: Narrowing = EVERYTHING,
    ) -> Network:
        """Return the part of the response network of a window that joins people not known to have met."""
        from influence.reach.acquaintance import digital_network

        self.reads("network")
        return digital_network(self.part(only), self.window(since, until))

    def acquaintance(
        self,
        since: str | date | None = None,
        until: str | date | None = None,
        only: Narrowing = EVERYTHING,
    ) -> dict[str, int]:
        """Count the ties of a window's response network, and how many join people who have met, or have not."""
        from influence.reach.acquaintance import acquaintance

        self.reads("network")
        return acquaintance(self.part(only), self.window(since, until)).counts()

    def organisation(
        self,
        since: str | date | None = None,
        until: str | date | None = None,
        cohort: Sequence[str] = (),
        only: Narrowing = EVERYTHING,
    ) -> dict[str, Finding]:
        """Say how far leadership is spread over everybody here, or over a cohort: leadership for the many.

        Raises:
            UnknownPerson: nobody is known by a name of the cohort.
            NarrowingError: there is no such tag, topic, channel or sphere, or nothing is left.
        """
        from influence.measures.many import organisation

        codes = [self.analysis.people.find(one) for one in cohort]
        self.reads("many", codes)
        return organisation(self.part(only, codes), self.window(since, until), codes or None)

    def compare(
        self,
        leaders: Sequence[str],
        since: str | date | None = None,
        until: str | date | None = None,
        only: Narrowing = EVERYTHING,
    ) -> Comparison:
        """Compare people in one window, and say who cannot be told apart; it ranks nobody.

        Raises:
            UnknownPerson: nobody is known by one of the names.
            CohortError: there are fewer than two of them.
            NarrowingError: there is no such tag, topic, channel or sphere, or nothing is left.
        """
        from influence.analysis.comparison import compare

        codes = [self.analysis.people.find(one) for one in leaders]
        self.reads("compare", codes)
        part, window = self.part(only, codes), self.window(since, until)
        return compare([Ego(part, code, window) for code in codes])

    def compared(
        self,
        leaders: Sequence[str],
        since: str | date | None = None,
        until: str | date | None = None,
        only: Narrowing = EVERYTHING,
        *,
        against: str | None = None,
        measures: Sequence[str] = (),
    ) -> Compared:
        """Put people side by side by every measure in one window, or one person in two, like for like.

        `against` is the earlier window of one person: `previous`, or two days such as 2026-01-01..2026-03-31.

        Raises:
            CannotAsk: the earlier window cannot be read, or is not an earlier one of the same length.
            CannotCompare: one window is much better on record than the other.
            CohortError: there are too few or too many of them, or one twice.
            PluginError: there is no such measure.
            UnknownPerson: nobody is known by one of the names.
            NarrowingError: there is no such tag, topic, channel or sphere, or nothing is left.
        """
        from influence.analysis.comparison import compare
        from influence.analysis.side_by_side import compared_measures, side, side_by_side

        self.analysis.refuse_unsaid()
        names = compared_measures(measures)
        codes = [self.analysis.people.find(one) for one in leaders]
        self.reads("compare", codes)
        part, window = self.part(only, codes), self.window(since, until)
        if against is not None:
            return self._over_time(part, codes, window, against, names)
        headline = compare([Ego(part, code, window) for code in codes])
        return side_by_side([side(part, code, window, names) for code in codes], names, headline)

    def _over_time(
        self, part: Analysis, codes: Sequence[int], window: Window, against: str, names: Sequence[str]
    ) -> Compared:
        from influence.analysis.alike import refuse_unlike
        from influence.analysis.comparison import CohortError
        from influence.analysis.side_by_side import side, side_by_side

        if len(codes) != 1:
            raise CohortError("--against compares two windows of one person: name that one alone")
        earlier = asking.against(against, window, self.settings.zone)
        if isinstance(earlier, str):
            earlier = Window(2 * window.since - window.until, window.since)
        found = [side(part, codes[0], each, names) for each in (earlier, window)]
        refuse_unlike(found[0][0], found[1][0])
        return side_by_side(found, names)

    def subjects(self) -> dict[str, list[Used]]:
        """List the tags and channels here and the topics of the settings, by how many items and people use them.

        A topic that nothing here is on, or everything, has none.
        """
        return subjects(self.analysis.tables, self.settings.topics)

    def advise(
        self,
        leader: str,
        since: str | date | None = None,
        until: str | date | None = None,
        only: Narrowing = EVERYTHING,
    ) -> Advice:
        """Return what a leader might do next, and how such advice did on the last third of the window.

        Raises:
            UnknownPerson: nobody is known by that name.
            WorkspaceError: there are no times to learn from.
            NarrowingError: there is no such tag, topic, channel or sphere, or nothing is left.
        """
        from influence.advice.adviser import advise

        if not self.analysis.dated:
            raise WorkspaceError(
                "a network without times gives nothing to learn from; bring in dated activity"
            )
        self.reads("advise", [self.analysis.people.find(leader)])
        return advise(self._ego(leader, since, until, only))

    def this_week(
        self,
        leader: str,
        since: str | date | None = None,
        until: str | date | None = None,
        only: Narrowing = EVERYTHING,
    ) -> Week:
        """Return who is likely to respond to a leader next, whom to answer this week, and what that takes.

        Raises:
            UnknownPerson: nobody is known by that name.
            NarrowingError: there is no such tag, topic, channel or sphere, or nothing is left.
        """
        from influence.advice.week import this_week

        self.reads("advise", [self.analysis.people.find(leader)])
        return this_week(self._ego(leader, since, until, only))

    def introduce(
        self,
        leader: str,
        to: str,
        since: str | date | None = None,
        until: str | date | None = None,
        only: Narrowing = EVERYTHING,
    ) -> Introduced:
        """Return who could bring a leader to a person, an organisation or a sphere that is not reached.

        Raises:
            IntroductionError: the target is the leader, or reached or met already, or no chain leads there.
            UnknownPerson: the leader is not known, or nobody, no organisation and no sphere is called `to`.
            NarrowingError: there is no such tag, topic, channel or sphere, or nothing is left.
        """
        from influence.advice.introductions import introduce

        self.reads("advise", [self.analysis.people.find(leader)])
        return introduce(self._ego(leader, since, until, only), to)
