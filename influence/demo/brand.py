"""The company's own account: it posts thrice a week, and its customers respond now and then."""

from __future__ import annotations

from influence.demo.cast import COMPANY
from influence.demo.conversing import Conversing, Place

BRAND = "x:vindhall"
POSTS, FOLLOWERS, DRAWN, CROWD, ANSWERED = 160, 5_200, 0.9, 200, 0.15
"""A year's posts, who could see them, the mean number of responses to one, from how many people, and how many of
them the brand answers."""


def post_as_brand(talk: Conversing) -> None:
    """Let the brand post for a year: most who respond are customers, and some of them get an answer."""
    cast, dice = talk.cast, talk.dice
    brand = cast.join("b-brand", COMPANY, {"x": BRAND}, organisation=COMPANY, zone=1, bot=True)
    outside = cast.having("x", cast.outsiders())
    customers = [i for i in outside if cast.people[i].sphere == "customer"]
    crowd = [*dice.some(outside, CROWD // 2), *dice.some(customers, CROWD // 2)]
    for _ in range(POSTS):
        post = talk.say(brand, "post", talk.moment(brand), Place("x", "x", FOLLOWERS))
        for _ in range(dice.count(DRAWN)):
            said = talk.respond(dice.pick(crowd), post)
            if said is not None and talk.log.columns["verb"][-1] == "reply" and dice.happens(ANSWERED):
                talk.respond(brand, said, "reply")
