"""The kinds of the year's reactions, and one post that strangers answer by the dozen, with nothing but anger."""

from __future__ import annotations

from influence.demo.conversing import Conversing

KINDS = (("like", 0.72), ("heart", 0.12), ("haha", 0.1), ("surprised", 0.06))
"""What people react with, and how often: of the last two no table says how they are meant."""
ANGRY, STRANGERS, HOURS = "thumbsdown", 18, 6.0
"""The storm: with what, by how many, and in the median of how many hours."""


def name_kinds(talk: Conversing) -> None:
    """Give every reaction of the year a kind."""
    for row, verb in enumerate(talk.log.columns["verb"]):
        if verb == "react":
            talk.log.marks["reaction"][row] = _kind(talk.dice.uniform())


def _kind(draw: float) -> str:
    for kind, share in KINDS:
        draw -= share
        if draw < 0:
            return kind
    return KINDS[0][0]


def break_out(talk: Conversing) -> None:
    """Let strangers react with anger to the post in the middle of those in the broadcaster's blog."""
    leader = talk.cast.leaders["broadcast"]
    posts = [
        one for one in talk.log.open_items if one.author == leader and one.system == "blog" and not one.depth
    ]
    post = sorted(posts, key=lambda one: (one.time, one.id))[len(posts) // 2]
    for who in talk.dice.some(talk.cast.having("blog", talk.cast.outsiders()), STRANGERS):
        if talk.respond(who, post, "react", HOURS) is not None:
            talk.log.mark(reaction=ANGRY)
