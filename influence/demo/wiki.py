"""The company's new wiki: most take it up within months, the broadcaster late, and of his team hardly anybody."""

from __future__ import annotations

from influence.demo.cast import plain
from influence.demo.conversing import Conversing, Place
from influence.demo.meetings import DAY, DAYS, office_time

SYSTEM = "wiki"
OPENED, HALF = 30, 60
"""The day of the year on which it is opened; days until half of those who take it up have begun."""
TAKE_UP, IN_HIS_TEAM, LEADERS_BEGIN, HE_BEGINS = 0.7, 0.1, 35, 290
"""The part of the employees who begin to write in it, and of the broadcaster's team; when leaders do, and he."""
PAGES, APART = 3, 12
"""Pages that each writes, and the days within which the next one follows."""


def take_up(talk: Conversing) -> None:
    """Let employees begin to write pages, each at a time of their own, and go on for a few."""
    cast, dice = talk.cast, talk.dice
    him, his = cast.leaders["broadcast"], cast.team(cast.leaders["broadcast"])
    begins = {who: LEADERS_BEGIN + dice.below(10) for who in cast.leaders.values()} | {him: HE_BEGINS}
    for who in cast.employees():
        takes_up = dice.happens(IN_HIS_TEAM if who in his else TAKE_UP)
        day = OPENED + dice.delay(24.0 * HALF) // DAY
        if who in begins or takes_up:
            _write(talk, who, begins.get(who, day))


def _write(talk: Conversing, who: int, day: int) -> None:
    """Write pages from one day of the year on, before all colleagues, as far as the year goes."""
    one = talk.cast.people[who]
    one.accounts[SYSTEM] = f"{SYSTEM}:{plain(one.name)}"
    for _ in range(PAGES):
        if day < DAYS - 3:
            talk.say(who, "post", office_time(talk.dice, one.zone, day), Place(SYSTEM, SYSTEM, 400))
        day += 1 + talk.dice.below(APART)
