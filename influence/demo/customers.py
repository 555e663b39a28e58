"""What the invented company's table of customers states: when each was first spoken with, and what became of them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta

from influence.demo.cast import Cast
from influence.demo.conversing import Log
from influence.demo.dice import Dice
from influence.demo.meetings import SINCE

GOOD = {True: 0.8, False: 0.45}
"""How likely it is that a customer who was answered, or was not, is won or kept."""
PAUSED = 0.04
"""The part of them of whom the table says something else."""


def first_contacts(cast: Cast, dice: Dice) -> Mapping[int, date]:
    """Draw since when the company has spoken with its clients: one to four years before the record begins."""
    begin = datetime.fromtimestamp(SINCE, UTC).date()
    people = sorted(who for _, outside in cast.clients.values() for who in outside)
    return {who: begin - timedelta(days=365 + dice.below(1_100)) for who in people}


def outcomes(cast: Cast, log: Log, dice: Dice) -> Mapping[int, str]:
    """Draw what became of each customer and partner; more of those are won and kept whose questions were answered."""
    helped = answered(cast, log)
    found = {}
    for who in cast.people:
        if who.sphere not in {"customer", "partner"}:
            continue
        good = dice.happens(GOOD[who.index in helped])
        words = ("won", "kept") if good else ("lost", "left")
        found[who.index] = "paused" if dice.happens(PAUSED) else dice.pick(words)
    return found


def answered(cast: Cast, log: Log) -> set[int]:
    """Return whom of the people outside an employee has answered in words, whatever they said and where."""
    owner = {account: who.index for who in cast.people for account in who.accounts.values()}
    staff = set(cast.employees())
    columns = log.columns
    author = dict(zip(columns["id"], (owner.get(str(actor)) for actor in columns["actor"]), strict=True))
    rows = zip(columns["parent"], columns["actor"], columns["verb"], strict=True)
    asked = (
        author.get(parent)
        for parent, actor, verb in rows
        if parent is not None and verb in {"reply", "comment", "quote"} and owner.get(str(actor)) in staff
    )
    return {who for who in asked if who is not None and who not in staff}
