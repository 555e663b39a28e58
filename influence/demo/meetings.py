"""The invented calendar: who was together, when, where and how, as a calendar would say it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from influence.demo.cast import SITES, Cast
from influence.demo.dice import Dice

DAY = 86_400
SINCE = 1_756_684_800
"""2025-09-01T00:00Z in seconds since 1970, a Monday."""
UNTIL = 1_788_220_800
"""2026-09-01T00:00Z."""
DAYS = (UNTIL - SINCE) // DAY
ROOMS = ("Birch", "Fjord", "Heather", "Juniper", "Lark", "Moss", "Pine", "Tern")


@dataclass(frozen=True)
class Meeting:
    """Who was together (indexes), the organiser first; `time` in seconds since 1970, None where undated."""

    time: int | None
    people: tuple[int, ...]
    kind: str
    evidence: str = "calendar"
    attendees: int | None = None
    place: str | None = None


def office_time(dice: Dice, zone: int, day: int) -> int:
    """Draw a time in the working hours of a zone, on a given day of the year, or the Monday after it."""
    day += {5: 2, 6: 1}.get(day % 7, 0)
    slot = 9 * 3600 + dice.below(16) * 1800
    return min(SINCE + day * DAY + slot - zone * 3600, UNTIL - 3600)


def calendar(cast: Cast, dice: Dice) -> list[Meeting]:
    """Draw a year of meetings: teams, one-to-ones, projects, clients, all hands, conferences, remarks."""
    found = [*_teams(cast, dice), *_projects(cast, dice), *_clients(cast, dice), *_all_hands(cast, dice)]
    found += [*_conferences(cast, dice), *_remarks(cast, dice)]
    return found


def met_later(cast: Cast, dice: Dice, first: Mapping[int, int], known: set[int], count: int) -> list[Meeting]:
    """Let the leader who reaches beyond meet some of those who had responded before, weeks afterwards.

    `first` maps a person to the time of the first response; nobody in `known` takes part.
    """
    early = [i for i in sorted(first) if first[i] < UNTIL - 120 * DAY and i not in known]
    guests = dice.some(cast.having("email", early), count)
    leader = cast.leaders["beyond"]
    found = []
    for at in range(0, len(guests), 3):
        group = guests[at : at + 3]
        day = (max(first[i] for i in group) - SINCE) // DAY + 20 + dice.below(60)
        time = office_time(dice, cast.people[leader].zone, day)
        found.append(Meeting(time, (leader, *group), "in_person", place="Visitor centre"))
    return found


def met(leader: int, meetings: list[Meeting]) -> set[int]:
    """Return everybody whom a meeting that was not online puts beside the leader."""
    return {i for m in meetings if leader in m.people and m.kind != "online" for i in m.people}


def _held(cast: Cast, dice: Dice, day: int, people: list[int]) -> Meeting:
    """Hold one meeting: in person where all share a site, else mostly online, sometimes not stated."""
    host = cast.people[people[0]]
    together = len({cast.people[i].site for i in people}) == 1
    limits = (0.85, 0.93) if together else (0.2, 0.75)
    draw = dice.uniform()
    kind = "in_person" if draw < limits[0] else "online" if draw < limits[1] else "unknown"
    place = {"in_person": f"{host.site}, {dice.pick(ROOMS)}", "online": "Online"}.get(kind)
    return Meeting(office_time(dice, host.zone, day), tuple(people), kind, place=place)


def year_before(cast: Cast, dice: Dice) -> list[Meeting]:
    """Draw the meetings of teams in the year before: what a calendar covers begins before what it is asked about."""
    return list(_teams(cast, dice, range(-DAYS // 7, 0)))


def _teams(cast: Cast, dice: Dice, weeks: range = range(DAYS // 7)) -> Iterator[Meeting]:
    for manager, reports in cast.teams.items():
        weekday = dice.below(5)
        for week in weeks:
            if dice.happens(0.6):
                yield _held(cast, dice, week * 7 + weekday, [manager, *reports])
            if dice.happens(0.5):
                yield _held(cast, dice, week * 7 + dice.below(5), [manager, dice.pick(reports)])


def _projects(cast: Cast, dice: Dice) -> Iterator[Meeting]:
    for members in cast.projects:
        start = dice.below(120)
        for day in range(start, min(DAYS - 7, start + 240), 14):
            if dice.happens(0.8):
                yield _held(cast, dice, day + dice.below(3), members)


def _clients(cast: Cast, dice: Dice) -> Iterator[Meeting]:
    """Meet clients about six times a year, in person half of the time; the first meeting comes early."""
    for ours, theirs in cast.clients.values():
        for number in range(6):
            people = [*ours, *(theirs if number == 0 else dice.some(theirs, 3))]
            day = dice.below(10) if number == 0 else dice.below(DAYS - 7)
            time = office_time(dice, cast.people[ours[0]].zone, day)
            if number == 0 or dice.happens(0.5):
                yield Meeting(time, tuple(people), "in_person", place="Visitor centre")
            else:
                yield Meeting(time, tuple(people), "online", place="Online")


def _all_hands(cast: Cast, dice: Dice) -> Iterator[Meeting]:
    """Once a quarter each site comes together; only the hosts are listed, the rest is a number."""
    heads = cast.teams[0]
    for quarter in range(4):
        for site in SITES:
            present = [i for i in cast.employees() if cast.people[i].site == site]
            hosts = [0, *dice.some(heads, 2)]
            listed = tuple(dict.fromkeys([*hosts, *dice.some(present, 12)]))
            time = office_time(dice, SITES[site], quarter * 91 + 20)
            attendees = len(present) + len(hosts)
            yield Meeting(time, listed, "in_person", "event", attendees, f"{site}, main hall")


def _conferences(cast: Cast, dice: Dice) -> Iterator[Meeting]:
    """Hold six conferences: a few are listed of very many, which says little on who met whom."""
    industry = [i for i in cast.outsiders() if cast.people[i].sphere == "industry"]
    for number in range(6):
        listed = dice.some(cast.having("email", industry), 10)
        speakers = [cast.leaders["beyond"], *dice.some(cast.employees()[1:], 2)]
        people = tuple(dict.fromkeys([*speakers, *listed]))
        time = office_time(dice, 1, 30 + number * 55)
        yield Meeting(time, people, "in_person", "event", 200 + dice.below(300), "Trade fair hall")


def _remarks(cast: Cast, dice: Dice) -> Iterator[Meeting]:
    """Add contact cards, words such as "good to meet you" in a message, and declarations by two leaders."""
    outsiders = cast.having("email", cast.outsiders())
    for _ in range(60):
        yield Meeting(None, (dice.pick(cast.employees()), dice.pick(outsiders)), "unknown", "contact")
        pair = (dice.pick(cast.employees()), dice.pick(outsiders))
        yield Meeting(SINCE + dice.below(UNTIL - SINCE), pair, "in_person", "message")
    for other in dice.some(outsiders, 3):
        yield Meeting(SINCE + DAY, (cast.leaders["near"], other), "in_person", "declared")
    for other in dice.some(outsiders, 2):
        yield Meeting(SINCE + DAY, (cast.leaders["beyond"], other), "never", "declared")
