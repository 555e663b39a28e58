"""Somebody who could introduce the leader who reaches beyond to a customer she never reached: both answer at once."""

from __future__ import annotations

from typing import NamedTuple

from influence.demo.conversing import Conversing, Place
from influence.demo.meetings import DAY, DAYS, Meeting, office_time

LETTERS = 16
"""So often each of the two is written to; every letter is answered within hours."""
HOURS = 2.0


class Door(NamedTuple):
    """Who opens a door, and to whom; indexes into the cast."""

    opener: int
    customer: int


def open_door(talk: Conversing) -> tuple[Door, list[Meeting]]:
    """Let the leader and a colleague, and the colleague and a customer, meet and answer each other's letters."""
    door = _chosen(talk)
    leader, dice = talk.cast.leaders["beyond"], talk.dice
    zone = talk.cast.people[leader].zone
    meetings = []
    for one, other in ((leader, door.opener), (door.opener, door.customer)):
        day = 200 + dice.below(60)
        meetings.append(Meeting(office_time(dice, zone, day), (one, other), "in_person", place="Oslo, Fjord"))
        for number in range(LETTERS):
            time = office_time(dice, zone, 10 + number * (DAYS - 40) // LETTERS)
            letter = talk.say(one, "message", time, Place("email", "email", 1, (one, other)))
            answered = time + 60 + dice.delay(HOURS) % DAY
            talk.say(other, "reply", answered, Place("email", "email", 1, (one, other)), letter)
    return door, meetings


def _chosen(talk: Conversing) -> Door:
    """Choose a customer who only writes mail, never where the leader did, and a colleague who knows that house."""
    cast, columns = talk.cast, talk.log.columns
    leader = set(cast.people[cast.leaders["beyond"]].accounts.values())
    rows = list(zip(columns["actor"], columns["conversation"], strict=True))
    hers = {conversation for actor, conversation in rows if actor in leader}
    there = {actor for actor, conversation in rows if conversation in hers}
    for organisation in sorted(cast.clients):
        ours, theirs = cast.clients[organisation]
        opener = next(who for who in ours if who not in cast.leaders.values())
        for who in theirs:
            one = cast.people[who]
            if (
                one.sphere == "customer"
                and set(one.accounts) == {"email"}
                and one.accounts["email"] not in there
            ):
                return Door(opener, who)
    raise AssertionError("among thirty houses some customer only writes mail")
