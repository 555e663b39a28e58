"""Dates of numbers alone, such as 05/01/2026: all dates of a file together tell which number is the day.

A number above 12 can be no month. Where none is, a file that was written from day to day tells by its order: read the
wrong way, its dates go back and forth. Where that tells nothing, only the user can say.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime

from influence.contract.connector import ConnectorError

DAY_FIRST, MONTH_FIRST = "day-first", "month-first"
_STATED = {"": "", DAY_FIRST: DAY_FIRST, MONTH_FIRST: MONTH_FIRST}
_MORNING = "am fm ap de dop vorm öö sa πμ дп проб ص قظ pd pg 上午 午前 오전 早上 凌晨 清晨 ก่อนเที่ยง"
_AFTERNOON = "pm em ip du odp nachm ös ch μμ пп слоб م بظ md ptg 下午 午後 오후 晚上 傍晚 中午 หลังเที่ยง"
_HALVES = {word: after for after, words in ((0, _MORNING), (12, _AFTERNOON)) for word in words.split()}
"""The halves of a day, before the time or behind it, where hours count to 12: the hours to be added."""
_HALF = "|".join(
    r"\.? ?".join(map(re.escape, word)) + r"\.?" for word in sorted(_HALVES, key=len, reverse=True)
)
_AT = r"klo|kl|kello|à|um|às|a las|at|alle|ore|om|ob|в|u|o|la"
_DATE = r"(?P<first>\d{1,4})(?P<separator>[./-]) ?(?P<second>\d{1,2})(?P=separator) ?(?P<last>\d{1,4})\.?(?: г\.?)?"
_TIME = (
    rf"(?:(?:{_AT})\.? )?(?:(?P<half>{_HALF}) ?)?(?P<hour>\d{{1,2}})(?:[:.]| ?h ?)(?P<minute>\d\d)"
    rf"(?:(?:[:.]| ?min ?)(?P<seconds>\d\d)(?:\.\d{{1,9}})?)?(?: ?s(?= ?\]))?(?: ?ч\.?)?"
    rf"(?: ?(?P<behind>{_HALF})(?!\w))?"
)
_WRITTEN = re.compile(_DATE + r"[,،、T]? {0,2}" + _TIME, re.IGNORECASE)
_TIME_FIRST = re.compile(_TIME + r",? {1,2}" + _DATE, re.IGNORECASE)
_SPACES = str.maketrans(dict.fromkeys("\u202f\u00a0", " "))
_UNSEEN = re.compile("[\u200e\u200f\u061c]")
_LONGEST = 60
"""Characters within which a date and its time end."""
_BUDDHIST = 543
"""Years by which the calendar of Thailand is ahead."""


@dataclass(frozen=True)
class Written:
    """A date of three numbers and a time, as they are written; `end` is the character behind them."""

    date: tuple[int, int, int]
    separator: str
    clock: tuple[int, int, int]
    end: int

    @property
    def year_first(self) -> bool:
        """Whether the date begins with the year, so that nothing is in doubt."""
        return self.date[0] > 31

    def local(self, order: str) -> datetime:
        """Return the moment, by the clock of whoever wrote it.

        Raises:
            ValueError: there is no such moment.
        """
        first, second, last = self.date
        if self.year_first:
            return datetime(full_year(first), second, last, *self.clock)
        day, month = (first, second) if order == DAY_FIRST else (second, first)
        return datetime(full_year(last), month, day, *self.clock)


def read_written(text: str) -> Written | None:
    """Read the date and time with which a text begins; None where it begins with none.

    >>> read_written("5.1.2026 klo 21.00").clock, read_written("1/5/26, 9:00\\u202fPM - Ann").clock
    ((21, 0, 0), (21, 0, 0))
    >>> read_written("25 May") is None
    True
    """
    told = text[:_LONGEST].translate(_SPACES)
    seen = _UNSEEN.sub("", told)
    found = _WRITTEN.match(seen) or _TIME_FIRST.match(seen)
    if found is None:
        return None
    date, clock = (int(found["first"]), int(found["second"]), int(found["last"])), _clock(found)
    if clock is None or sum(one > 31 for one in date) > 1 or date[1] > 31:
        return None
    return Written(date, found["separator"], clock, _end(told, found.end()))


_BEFORE = re.compile(r"(上午|午前|오전|早上|凌晨|清晨|ก่อนเที่ยง|下午|午後|오후|晚上|傍晚|中午|หลังเที่ยง) ?$")
_BEHIND = re.compile(rf" ?({_HALF})(?!\w)", re.IGNORECASE)


def hour_of_day(hour: int, before: str, behind: str) -> int:
    """Return an hour that counts to 12 as one of the day, by what stands right before it and right behind its minutes.

    >>> hour_of_day(9, "5 يناير 2026 في ", " م UTC"), hour_of_day(12, "오전 ", ""), hour_of_day(9, "om ", " UTC")
    (21, 0, 9)
    """
    found = _BEHIND.match(behind.translate(_SPACES)) or _BEFORE.search(before.translate(_SPACES))
    return hour if found is None else hour % 12 + _HALVES[re.sub(r"[. ]", "", found[1].lower())]


def _end(told: str, seen: int) -> int:
    """Return where a text is at, of which so many characters are seen."""
    end = seen
    while (unseen := len(_UNSEEN.findall(told[:end]))) > end - seen:
        end = seen + unseen
    return end


def _clock(found: re.Match[str]) -> tuple[int, int, int] | None:
    hour, minute, second = int(found["hour"]), int(found["minute"]), int(found["seconds"] or 0)
    if told := found["behind"] or found["half"]:
        hour = hour % 12 + _HALVES[re.sub(r"[. ]", "", told.lower())]
    return (hour, minute, second) if hour < 24 and minute < 60 and second < 60 else None


@dataclass
class _Walk:
    """Dates in the order of the file: whether they went on, and whether they went back."""

    at: tuple[int, int, int] | None = None
    on: bool = False
    back: bool = False

    def step(self, date: tuple[int, int, int]) -> None:
        if self.at is not None:
            self.on, self.back = self.on or date > self.at, self.back or date < self.at
        self.at = date


@dataclass
class DayOrder:
    """What the dates of a file tell of their order.

    >>> order = DayOrder()
    >>> for first, second in ((5, 1), (6, 1), (13, 1)):
    ...     order.add(first, second, 2026)
    >>> order.decided("", "chat.txt"), order.reason
    ('day-first', '1 dates can only be read so')
    """

    only: dict[str, int] = field(default_factory=lambda: {DAY_FIRST: 0, MONTH_FIRST: 0})
    doubtful: int = 0
    points: bool = False
    reason: str = ""
    _walks: dict[str, _Walk] = field(default_factory=lambda: {DAY_FIRST: _Walk(), MONTH_FIRST: _Walk()})

    def learn(self, written: Written) -> None:
        """Look at one more date."""
        if not written.year_first:
            self.add(*written.date, written.separator)

    def add(self, first: int, second: int, year: int, separator: str = "/") -> None:
        """Look at one more date, whose year comes last."""
        self.points = self.points or separator == "."
        if second > 12 >= first:
            self.only[MONTH_FIRST] += 1
        elif first > 12 >= second:
            self.only[DAY_FIRST] += 1
        elif first <= 12 and first != second:
            self.doubtful += 1
        if first <= 12:
            self._walks[MONTH_FIRST].step((year, first, second))
        if second <= 12:
            self._walks[DAY_FIRST].step((year, second, first))

    def decided(self, stated: str, file: str) -> str:
        """Return the order, as it is `stated` or told by all dates; `reason` then says by what, where there was doubt.

        Raises:
            ConnectorError: it is stated as no order is, or the dates do not tell it.
        """
        if stated not in _STATED:
            raise ConnectorError(f"dates is {stated[:20]!r}; write {DAY_FIRST} or {MONTH_FIRST}")
        if stated:
            return stated
        certain = [order for order, count in self.only.items() if count]
        if len(certain) == 1:
            self.reason = f"{self.only[certain[0]]:,} dates can only be read so"
            return certain[0]
        if len(certain) > 1:
            told = " and ".join(f"{count:,} only {order}" for order, count in self.only.items())
            raise ConnectorError(
                f"{file}: of its dates {told} can be read; say which is meant: --set dates={DAY_FIRST}"
            )
        return self._by_the_way(file)

    def _by_the_way(self, file: str) -> str:
        """Return the order in which the dates never turn back, or that which dates with points have."""
        if not self.doubtful:
            return DAY_FIRST
        straight = [order for order, walk in self._walks.items() if not (walk.on and walk.back)]
        if len(straight) == 1:
            self.reason = "only so do the dates follow each other"
            return straight[0]
        if self.points:
            self.reason = "dates with points begin with the day"
            return DAY_FIRST
        raise ConnectorError(
            f"{file}: its dates can be read with the day first or the month first, and nothing in it tells which: "
            f"--set dates={DAY_FIRST} or --set dates={MONTH_FIRST}"
        )


def full_year(year: int) -> int:
    """Return a year of two digits as one of this century, and one of Thailand's calendar as it is elsewhere.

    >>> full_year(26), full_year(1999), full_year(2569)
    (2026, 1999, 2026)
    """
    if 1900 + _BUDDHIST < year < 2200 + _BUDDHIST:
        return year - _BUDDHIST
    return year + 2000 if year < 100 else year
