"""A leader who begins late: people take up her posts because people close to them have, and chance gives less.

A few connectors have a following of their own, who respond to them all year. What a connector takes up of the
leader's, some of the following take up soon after; all others who respond to her bring nobody.
"""

from __future__ import annotations

from influence.demo.cast import LATER, Cast
from influence.demo.conversing import Conversing, Item, Place
from influence.demo.meetings import DAY, DAYS, SINCE, UNTIL

BEGINS = 181
"""The day of the year from which on she posts often: 1 March."""
EARLY, OFTEN = 5, 90
"""Posts before that day and after it."""
CONNECTORS, FOLLOWING, LONERS = 24, 22, 70
POSTS, HEARD = 6, 0.3
"""How often a connector posts, and which share of the following responds to that."""
TAKES_UP, SPREADS, ONWARD = 1.7, 0.13, 0.7
"""Connectors who take up a post of hers, the share of a following that does so then, and how many of these respond to
the connector rather than to her."""
ALONE = 2.6
"""Others who respond to a post of hers."""
WORDS = ("reply", "quote", "share")
"""How people respond to her; with them she talks, and a reaction says nothing to answer."""
ANSWERS, COMES_BACK = 0.95, 0.7
"""Of those who wrote to her, whom she answers; and of the connectors whom she answered, who answer back."""
SOON, SLOW = 0.4, 12.0
"""The median hours after which a following responds once its connector has, and others to her post."""
FOLLOWERS = 700


class Contagion:
    """Lets the leader of `LATER` post, and what she posts spread from contact to contact."""

    def __init__(self, talk: Conversing) -> None:
        self.talk, self.dice, self.cast = talk, talk.dice, talk.cast
        self.leader = appointed(self.cast)
        self.connectors = self._connect()
        taken = {self.leader, *self.connectors, *(i for group in self.connectors.values() for i in group)}
        self.loners = self.dice.some([i for i in self._public() if i not in taken], LONERS)

    def _public(self) -> list[int]:
        return self.cast.having("x", self.cast.outsiders())

    def _connect(self) -> dict[int, list[int]]:
        """Draw the connectors, and for each a following that nobody shares."""
        drawn = self.dice.some(self._public(), CONNECTORS * (1 + FOLLOWING))
        heads, rest = drawn[:CONNECTORS], drawn[CONNECTORS:]
        return {who: rest[n::CONNECTORS] for n, who in enumerate(heads)}

    def spread(self) -> None:
        """Let the connectors post all year, and the leader seldom before her day and often after it."""
        for who, following in self.connectors.items():
            for number in range(POSTS):
                span = DAYS // POSTS
                self._post(who, following, number * span + self.dice.below(span if number else 20))
        days = [self.dice.below(BEGINS) for _ in range(EARLY)]
        days += [BEGINS + self.dice.below(DAYS - BEGINS) for _ in range(OFTEN)]
        for day in sorted(days):
            self._taken_up(self._say(self.leader, day, FOLLOWERS))

    def _say(self, who: int, day: int, followers: int) -> Item:
        time = SINCE + day * DAY + 8 * 3600 + self.dice.below(9 * 3600) - self.cast.people[who].zone * 3600
        place = Place("x", "x", int(followers * self.dice.pareto()))
        return self.talk.say(who, "post", min(max(time, SINCE), UNTIL - 1), place)

    def _post(self, who: int, following: list[int], day: int) -> None:
        post = self._say(who, day, 60)
        for other in following:
            if self.dice.happens(HEARD):
                self.talk.respond(other, post)

    def _taken_up(self, post: Item) -> None:
        """Let some respond to her alone, and connectors pass her on; she answers most of those who wrote to her."""
        for who in self.dice.some(self.loners, self.dice.count(ALONE)):
            self._answer(self.talk.respond(who, post, self.dice.pick(WORDS), SLOW))
        for who in self.dice.some(list(self.connectors), self.dice.count(TAKES_UP)):
            passed = self.talk.respond(who, post, self.dice.pick(WORDS))
            if passed is not None:
                self._follow(who, passed, post)
                answer = self._answer(passed)
                if answer is not None and self.dice.happens(COMES_BACK):
                    self.talk.respond(who, answer, "reply")

    def _follow(self, who: int, passed: Item, post: Item) -> None:
        """Let some of a connector's following respond soon after, to the connector or to her."""
        for other in self.connectors[who]:
            if not self.dice.happens(SPREADS):
                continue
            if self.dice.happens(ONWARD):
                self.talk.respond(other, passed, hours=SOON)
            else:
                after = post._replace(time=passed.time)
                self._answer(self.talk.respond(other, after, self.dice.pick(WORDS), SOON))

    def _answer(self, said: Item | None) -> Item | None:
        if said is None or not self.dice.happens(ANSWERS):
            return None
        return self.talk.respond(self.leader, said, "reply")


def appointed(cast: Cast) -> int:
    """Make the person of `LATER` a leader with a public account, and return the index."""
    role, department, _ = LATER
    leader = cast.departments[department][0]
    cast.leaders[role] = leader
    cast.people[leader].accounts.setdefault("x", "x:maren_solheim")
    return leader
