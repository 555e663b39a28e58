"""What part of the people whom a leader means to reach has responded."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from math import fsum
from typing import TYPE_CHECKING

import numpy as np

from influence.chance.bootstrap import conversation_draws
from influence.chance.intervals import interval
from influence.contract.details.audience_share import Audience, AudienceShare
from influence.contract.findings import Finding
from influence.contract.language import because
from influence.contract.measures import Definition, finds
from influence.kernels.arrays import Floats
from influence.measures.against_before import of_nobody
from influence.measures.audiences import Meant, UnknownGroup, who_is_meant
from influence.measures.reach import FEWEST_CONVERSATIONS

if TYPE_CHECKING:
    from influence.reach.ego import Ego

NAME, UNIT = "audience_share", "share"
NO_AUDIENCE = because(
    "no audience is named; name one by --audience FILE, or under [audiences] in influence.toml"
)

NAMES_NOBODY = because("the audience names nobody")


@finds(
    audience_share=Definition(
        "what part of an intended audience responded: a list of people, a sphere, who is in a channel",
        label="Of the audience",
        meaning=(
            "Of the people of an intended audience who are in the data, the part that responded, first-hand or through "
            "others. The range takes those of the list who are not in the data as not reached, then as reached. The "
            "95 % interval redraws whole conversations."
        ),
        reading="High: those who were meant to be reached respond.",
        unit="share",
        family="How far",
    ),
)
def audience_share(ego: Ego) -> dict[str, Finding]:
    """Return reached / people of the audience in the data, for the first audience asked for or named in the settings.

    Reached is who responded in the window, as for `reach_4`, the team too. `low` and `high` take who is on the list and
    not in the data as not reached, and as reached. The 95 % interval is that of the number reached in draws of whole
    conversations (`chance.conversation_draws`); of nobody reached, a score interval of nobody. `detail` has each
    audience, with those never met told apart; of fewer people in the data than `smallest_group` nothing is told.
    """
    named = _named(ego)
    if not named:
        return {NAME: Finding(NAME, None, UNIT, reason=NO_AUDIENCE)}
    found = [_found(ego, name, entries) for name, entries in named.items()]
    drawn = _draws(ego, [meant for meant, _ in found])
    rows = [
        _with_interval(ego, row, None if drawn is None else drawn[:, place])
        for place, (_, row) in enumerate(found)
    ]
    first, detail = rows[0], AudienceShare(tuple(rows))
    if first.share is None:
        return {NAME: Finding(NAME, None, UNIT, reason=first.reason, detail=detail)}
    missing = (first.absent or 0) + (first.unclear or 0)
    listed = (first.people or 0) + missing
    low, high = ((first.reached or 0) + more for more in (0, missing))
    value = Finding(NAME, first.share, UNIT, low / listed, high / listed, first.interval, detail=detail)
    return {NAME: value}


def _named(ego: Ego) -> dict[str, Sequence[tuple[str, ...]]]:
    """Return the audiences by their names: those asked for, then those of the settings."""
    stated = {name: [(words,) for words in held] for name, held in ego.settings.audiences.items()}
    return {
        **ego.asked.audiences,
        **{name: held for name, held in stated.items() if name not in ego.asked.audiences},
    }


def _found(ego: Ego, name: str, entries: Sequence[tuple[str, ...]]) -> tuple[Meant, Audience]:
    """Return whom an audience means, and what is told of it but the interval."""
    try:
        meant = who_is_meant(ego, entries)
    except UnknownGroup as why:
        return Meant(frozenset()), Audience(name, None, None, None, reason=str(why))
    people = len(meant.people)
    if people < ego.settings.smallest_group:
        return meant, Audience(name, None, None, None, reason=_too_few(ego, meant))
    reached = [alter for alter in ego.found if alter.person in meant.people]
    outside = [alter for alter in reached if alter.outside]
    least, unknown = fsum(alter.unmet for alter in outside if alter.known), sum(not a.known for a in outside)
    return meant, Audience(
        name,
        people,
        meant.absent,
        meant.unclear,
        reached=len(reached),
        share=len(reached) / people,
        team=float(len(reached) - len(outside)),
        met=fsum(alter.met for alter in outside),
        never_met=fsum(alter.unmet for alter in outside),
        least=least,
        most=least + unknown,
        unknown=unknown,
    )


def _too_few(ego: Ego, meant: Meant) -> str:
    missing = meant.absent + meant.unclear
    if not meant.people and missing:
        return because("none of the {n} people of the audience is in the data", n=missing)
    if not meant.people:
        return NAMES_NOBODY
    return because(
        "fewer than {least} people of the audience are in the data, and nothing is told of so few",
        least=ego.settings.smallest_group,
    )


def _draws(ego: Ego, audiences: Sequence[Meant]) -> Floats | None:
    """Return how many people of each audience are reached in draws (draws × audiences); None with nothing to draw."""
    if ego.drawn.undated or not len(ego.drawn.item) or ego.conversations < FEWEST_CONVERSATIONS:
        return None
    row: Mapping[int, int] = {alter.person: place for place, alter in enumerate(ego.found)}
    weight = np.zeros((len(ego.found), len(audiences)))
    for column, meant in enumerate(audiences):
        weight[[row[person] for person in meant.people if person in row], column] = 1.0
    person = np.array([row[code] for code in ego.drawn.person.tolist()], np.int64)
    chance = ego.settings
    return conversation_draws(
        ego.unit, person, weight, silent=ego.silent, draws=chance.draws, seed=chance.seed
    )


def _with_interval(ego: Ego, row: Audience, drawn: Floats | None) -> Audience:
    if drawn is None or row.share is None or not row.people:
        return row
    chance = ego.settings
    draws = drawn if row.reached else of_nobody(chance.draws, chance.seed)
    low, high = (min(1.0, max(0.0, end / row.people)) for end in interval(draws))
    return replace(row, interval=(min(low, row.share), max(high, row.share)))
