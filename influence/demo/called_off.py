"""The calendar file of the leader who reaches beyond: meetings that were called off, and meetings in Teams."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from influence.demo.cast import DOMAIN, Cast, Somebody
from influence.demo.dice import Dice
from influence.demo.meetings import DAY, SINCE, office_time

CALLED_OFF = ("Canceled: Visit", "Cancelled: Visit", "Inställt: Besök", "Abgesagt: Besuch", "Visit", "Visit")
"""Titles of meetings called off, as Outlook writes them; the last ones are so by their status alone."""
ONLINE, ASKED = 8, 2
"""Meetings in Teams, and how many of those who had not responded yet are asked to each."""
TEAMS, CENTRE = "Microsoft Teams Meeting", "Visitor centre"


def called_off_and_online(cast: Cast, dice: Dice, strangers: dict[int, int]) -> str:
    """Return an iCalendar file of the leader's meetings with strangers, each soon before their first response.

    `strangers` maps people whom she never met to the time of their first response.
    """
    leader = cast.people[cast.leaders["beyond"]]
    later = [who for who, first in sorted(strangers.items()) if first > SINCE + 20 * DAY]
    guests = dice.some(cast.having("email", later), ASKED * (len(CALLED_OFF) + ONLINE))
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        f"PRODID:-//{DOMAIN}//demo//EN",
        f"X-WR-CALNAME:{_address(leader)}",
    ]
    for number in range(len(CALLED_OFF) + ONLINE):
        asked = guests[number * ASKED : (number + 1) * ASKED]
        day = (min(strangers[who] for who in asked) - SINCE) // DAY - 8
        lines += _entry(
            number, leader, [cast.people[who] for who in asked], office_time(dice, leader.zone, day)
        )
    return "\r\n".join([*lines, "END:VCALENDAR", ""])


def _entry(number: int, leader: Somebody, asked: Sequence[Somebody], time: int) -> Iterator[str]:
    held = number >= len(CALLED_OFF)
    yield from ("BEGIN:VEVENT", f"UID:{number}@{DOMAIN}")
    yield f"DTSTAMP:{_instant(time - DAY)}"
    yield from (f"DTSTART:{_instant(time)}", f"DTEND:{_instant(time + 3600)}")
    yield f"SUMMARY:{'Catch-up' if held else CALLED_OFF[number]}"
    yield f"LOCATION:{TEAMS if held else CENTRE}"
    yield f"STATUS:{'CANCELLED' if not held and CALLED_OFF[number] == 'Visit' else 'CONFIRMED'}"
    yield f"ORGANIZER:mailto:{_address(leader)}"
    for who in (leader, *asked):
        yield f"ATTENDEE;PARTSTAT=ACCEPTED:mailto:{_address(who)}"
    yield "END:VEVENT"


def _address(who: Somebody) -> str:
    return who.accounts["email"].removeprefix("email:")


def _instant(seconds: int) -> str:
    return f"{datetime.fromtimestamp(seconds, UTC):%Y%m%dT%H%M%SZ}"
