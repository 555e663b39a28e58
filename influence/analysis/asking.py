"""What a report is asked beside its window, as a person writes it: the period to compare with, audiences."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from difflib import get_close_matches
from pathlib import Path
from typing import Literal

from influence.contract.errors import InfluenceError
from influence.contract.language import day_in_english
from influence.contract.wording import plain
from influence.measures.audiences import GROUPS
from influence.measures.periods import FEWEST_DAYS
from influence.people.listed import read_list
from influence.times import DAY, Window, day_at, meant, moment

PREVIOUS: Literal["previous"] = "previous"
ALIKE = 1 / 30
"""Two periods are of one length where they differ by no more than this: the quarters of a year do."""


class CannotAsk(InfluenceError):
    """What is asked for cannot be meant, in one sentence that says what can."""


def against(words: str, window: Window, zone: str) -> Window | Literal["previous"]:
    """Read the period to compare a window with: `previous`, or two days such as 2026-01-01..2026-03-31, both in it.

    Raises:
        CannotAsk: the words are neither, or the period is not an earlier one of the window's length.

    >>> days = Window(meant("2026-04-01", "UTC"), meant("2026-07-01", "UTC"))
    >>> moment(against("2026-01-01..2026-03-31", days, "UTC").until, "UTC")[:10]
    '2026-04-01'
    """
    if words.strip().lower() == PREVIOUS:
        return PREVIOUS
    period = _period(words, zone)
    if period.until > window.since:
        raise CannotAsk(
            f"--against {words} is not over when the window begins, on {day_in_english(day_at(window.since, zone))}: "
            "an earlier period is compared"
        )
    length, held = (one.until - one.since for one in (period, window))
    if abs(length - held) > ALIKE * max(length, held):
        first = str(moment(period.until - held, zone))[:10]
        last = str(moment(period.until - 1, zone))[:10]
        raise CannotAsk(
            f"--against {words} has {_days(length)} days and the window {_days(held)}: periods of one length are "
            f"compared, such as --against {first}..{last}"
        )
    return period


def audiences(
    wanted: Sequence[str], stated: Mapping[str, Sequence[str]]
) -> dict[str, Sequence[tuple[str, ...]]]:
    """Read whom a leader means to reach: names of `[audiences]`, files with a person a line, or groups.

    Raises:
        CannotAsk: it is none of these; the sentence names the nearest.
        ListError: the file cannot be read, or names nobody.

    >>> audiences(["launch", "sphere:customer"], {"launch": ["bo@buyer.example"]})
    {'launch': [('bo@buyer.example',)], 'sphere:customer': [('sphere:customer',)]}
    """
    found: dict[str, Sequence[tuple[str, ...]]] = {}
    for words in wanted:
        if words in stated:
            found[words] = [(each,) for each in stated[words]]
        elif words.partition(":")[0].strip().lower() in GROUPS:
            found[words] = [(words,)]
        else:
            found[Path(words).stem] = _listed(words, stated)
    return found


def _listed(words: str, stated: Mapping[str, Sequence[str]]) -> Sequence[tuple[str, ...]]:
    try:
        there = Path(words).is_file()
    except (OSError, ValueError):  # a name too long, or with a zero byte
        there = False
    if there:
        return read_list(Path(words))
    near = get_close_matches(words, list(stated), n=3, cutoff=0.5)
    known = f"did you mean {' or '.join(near)}?" if near else _those(stated)
    raise CannotAsk(
        f"--audience {plain(words[:80])!r} is no file, no group such as sphere:customer or channel:NAME, and no name "
        f"under [audiences] in influence.toml; {known}"
    )


def _those(stated: Mapping[str, Sequence[str]]) -> str:
    return f"there are: {', '.join(sorted(stated)[:8])}" if stated else "there are none yet"


def _days(length: int) -> int:
    return round(length / DAY)


def _period(words: str, zone: str) -> Window:
    first, dots, last = words.partition("..")
    try:
        since, until = meant(first.strip(), zone), meant(str(_after(last.strip())), zone)
    except (ValueError, OverflowError):
        dots = ""
    if not dots:
        raise CannotAsk(
            f'--against {words!r} is neither "previous" nor two days such as 2026-01-01..2026-03-31'
        )
    if until - since < FEWEST_DAYS * DAY:
        raise CannotAsk(f"--against {words} is shorter than {FEWEST_DAYS} days, or reversed")
    return Window(since, until)


def _after(day: str) -> date:
    return date.fromisoformat(day) + timedelta(days=1)
