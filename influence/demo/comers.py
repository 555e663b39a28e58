"""People who come near to the leader who reaches beyond, and respond to her only in the last weeks of the year."""

from __future__ import annotations

from influence.demo.conversing import Conversing, Item, Place
from influence.demo.meetings import DAY, SINCE

COMERS = 5
NEAR, COMES, LAST = 262, 303, 350
"""Days of the year: when they come near, the day before which none has responded to her (1 July), and the last."""
LETTERS, ANSWERS, RESPONSES = 2, 12, 2
"""Letters that she answers; posts, of people who answer her, that she and they answer; later responses to her."""


def come_near(talk: Conversing) -> tuple[int, ...]:
    """Let a few strangers write to her, and answer the same people as she does; weeks later they respond to her.

    Whoever looks at the log as it was on 1 July can foresee them by what they did towards others, and by nothing else.
    """
    leader, dice = talk.cast.leaders["beyond"], talk.dice
    near = _posts_near(talk)[:ANSWERS]
    for item in near:
        talk.say(leader, "reply", item.time + 3600 + dice.below(3600), Place("x", "x", 900), item)
    hers = [one for one in talk.log.open_items if (one.author, one.system, one.depth) == (leader, "x", 0)]
    hers = [one for one in hers if SINCE + COMES * DAY <= one.time < SINCE + LAST * DAY]
    comers = tuple(dice.some(_strangers(talk), COMERS))
    for who in comers:
        for number in range(LETTERS):
            time = SINCE + (NEAR + 18 * number + dice.below(18)) * DAY + 36_000 + dice.below(20_000)
            letter = talk.say(who, "message", time, Place("email", "email", 1, (who, leader)))
            talk.say(
                leader,
                "reply",
                time + 1800 + dice.below(7200),
                Place("email", "email", 1, (who, leader)),
                letter,
            )
        for item in near:
            talk.say(who, "reply", item.time + 900 + dice.below(DAY // 2), Place("x", "x", 300), item)
        for item in dice.some(hers, RESPONSES):
            talk.say(who, "reply", item.time + 900 + dice.below(7200), Place("x", "x", 300), item)
    return comers


def _posts_near(talk: Conversing) -> list[Item]:
    """Return the posts, in those weeks, of people who answer her most."""
    author = dict(zip(talk.log.columns["id"], talk.log.columns["actor"], strict=True))
    her = set(talk.cast.people[talk.cast.leaders["beyond"]].accounts.values())
    rows = zip(*(talk.log.columns[name] for name in ("actor", "parent")), strict=True)
    often: dict[object, int] = {}
    for actor, parent in rows:
        if author.get(parent) in her and actor not in her:
            often[actor] = often.get(actor, 0) + 1
    since, until = SINCE + NEAR * DAY, SINCE + (COMES - 2) * DAY
    held = [
        one
        for one in talk.log.open_items
        if (one.system, one.depth) == ("x", 0)
        and since <= one.time < until
        and talk.cast.people[one.author].accounts["x"] in often
    ]
    return sorted(held, key=lambda one: (-often[talk.cast.people[one.author].accounts["x"]], one.id))


def _strangers(talk: Conversing) -> list[int]:
    """Return people outside, no customers and no partners, who were never where she was, nor named her."""
    cast, columns = talk.cast, talk.log.columns
    her = set(cast.people[cast.leaders["beyond"]].accounts.values())
    rows = list(zip(*(columns[name] for name in ("actor", "conversation", "mentions")), strict=True))
    hers = {conversation for actor, conversation, _ in rows if actor in her}
    known = {
        actor
        for actor, conversation, named in rows
        if conversation in hers or her & set(named if isinstance(named, list) else ())
    }
    return [
        who
        for who in cast.having("email", cast.having("x", cast.outsiders()))
        if cast.people[who].sphere in {"industry", "public"}
        and not known & set(cast.people[who].accounts.values())
    ]
