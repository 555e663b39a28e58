"""A campaign of six weeks: a dozen colleagues post on one subject, and strangers respond; a part of it stays."""

from __future__ import annotations

from influence.demo.conversing import Conversing, Item, Place
from influence.demo.meetings import DAY, SINCE

SUBJECT = "delivery"
"""The subject and tag of its posts, which others use all year."""
FIRST, LAST = 273, 315
"""Its days of the year: from 1 June up to, not including, 13 July."""
AFTER = 35
"""Days after it on which some of it goes on."""
COLLEAGUES, CROWD = 12, 160
"""Who posts, and out of how many outside those come who respond."""
A_WEEK, LEFT = 14, 3
"""Posts a week during the campaign, and after it."""
DRAWN, LIKES, ONWARD = 5.0, 0.5, 0.6
"""Responses to a post, in the mean; the part of them that are likes; the part of the others that somebody answers."""


def run(talk: Conversing) -> list[str]:
    """Let colleagues who lead nobody post on the subject, and people outside respond; return the conversations."""
    cast, dice = talk.cast, talk.dice
    leading = {*cast.leaders.values(), *cast.teams}
    colleagues = dice.some(
        [who for who in cast.having("x", cast.employees()) if who not in leading], COLLEAGUES
    )
    crowd = dice.some(cast.having("x", cast.outsiders()), CROWD)
    conversations = []
    for first, posts in _weeks():
        for _ in range(posts):
            day = first + dice.below(7)
            time = SINCE + day * DAY + int(3600 * (8 + 9 * dice.uniform()))
            post = talk.say(dice.pick(colleagues), "post", time, Place("x", "x", 400))
            conversations.append(post.conversation)
            _answer(talk, post, crowd)
    return conversations


def _weeks() -> list[tuple[int, int]]:
    """Return the first day of each week and its posts."""
    during = [(day, A_WEEK) for day in range(FIRST, LAST, 7)]
    return during + [(day, LEFT) for day in range(LAST, LAST + AFTER, 7)]


def _answer(talk: Conversing, post: Item, crowd: list[int]) -> None:
    """Let some of the crowd like a post or answer it, and others answer the answers."""
    for _ in range(talk.dice.count(DRAWN)):
        likes = talk.dice.happens(LIKES)
        said = talk.respond(talk.dice.pick(crowd), post, "react" if likes else "reply")
        if said is not None and likes:
            talk.log.mark(reaction="like")
        elif said is not None and talk.dice.happens(ONWARD):
            talk.respond(talk.dice.pick(crowd), said, "reply")
