"""Who took part in a campaign, who was new, whom nobody of it had met, how they took it, and who came back."""

from __future__ import annotations

from collections import Counter

import numpy as np

from influence.campaigns.held import Held
from influence.chance.intervals import wilson
from influence.contract.campaigned import NewPeople, OfSphere, Remained, ToneOfCampaign, TookPart
from influence.contract.findings import Finding
from influence.contract.language import because
from influence.contract.records import SPHERES, Tone
from influence.kernels.arrays import NEVER, Flags, Ints
from influence.measures.reach import four_steps
from influence.measures.tone import CLASSES, ONE_SIDED, class_of
from influence.network.log_queries import on_lists, tones_of
from influence.people.spheres import houses, spheres
from influence.times import DAY, WEEK, Window, day_at, end_of_day, stated

AFTER = 28 * DAY
"""Four weeks: what is left then, remained."""
MOST_PAIRS = 2_000_000
"""So many pairs of who posted and who responded are looked at; more would take too much memory."""
UNIT = "people"
NOBODY_ELSE = because("nobody responded who did not post as well")
TOO_MANY = because("too many people posted and responded to look at every two of them")
NOT_OVER = because("four weeks after its end are not on record yet")
NOBODY = because("nobody responded")


def took_part(held: Held) -> TookPart:
    """Say who took part, by sphere, the known order of spheres first; names by the alphabet."""
    posted, responded = (Counter(spheres_of(held, codes)) for codes in (held.posted, held.responded))
    order = {name: place for place, name in enumerate(SPHERES)}
    names = sorted({*posted, *responded}, key=lambda one: (order.get(one, len(order)), one))
    return TookPart(
        posted=len(held.posted),
        responded=len(held.responded),
        posts=len(held.posts),
        responses=len(held.drawn.item),
        spheres=tuple(OfSphere(one, posted[one], responded[one]) for one in names),
        names=held.known_as(held.posted.tolist()),
    )


def spheres_of(held: Held, codes: Ints) -> list[str]:
    """Return the spheres of people, as the leader sees them, or as the house of most who posted does."""
    rules, people = held.whole.settings.spheres, held.whole.people
    listed = on_lists(held.whole.tables, rules)
    if held.leader is not None:
        team = held.whole.teams.of(held.leader)
        seen = spheres(people, held.leader, team, rules, listed)
        return [seen[code] for code in codes.tolist()]
    seen = spheres(people, _seat(held), set(), rules, listed)
    return ["company" if seen[code] in {"team", "department"} else seen[code] for code in codes.tolist()]


def _seat(held: Held) -> int:
    """Return somebody who posted and is of the house of most who did: the campaign is seen from there."""
    who = held.posted.tolist() or held.responded.tolist() or [0]
    home = {code: houses(one) for code, one in zip(who, held.whole.people.some(who), strict=True)}
    most = Counter(house for own in home.values() for house in own)
    if not most:
        return int(who[0])
    house = min(most, key=lambda one: (-most[one], one))
    return int(next(code for code in who if house in home[code]))


def new_people(held: Held) -> NewPeople:
    """Count who had done nothing, or never responded to anybody, before the campaign, as far as is on record."""
    log, since = held.whole.log, held.window.since
    weeks = int(max(0, since - held.whole.whole_window().since) // WEEK)
    if not weeks:
        return NewPeople(0)
    counted = log.counted()
    who = np.concatenate([held.posted, held.responded])
    acted = np.unique(log.items.author[log.items.time < since])
    responded = np.unique(counted.responder[counted.time < since])
    active, responding = (int((~np.isin(who, known)).sum()) for known in (acted, responded))
    return NewPeople(weeks, active, responding)


def beyond(held: Held) -> Finding:
    """Count who responded, posted nothing, and had met nobody of those who posted, or the leader, by that time.

    Of a leader it is reach_4 of what is part of the campaign. Else those who posted are meant who are of the house of
    most of them: whom strangers have met no source tells. How their meetings hang together nobody can say, so there
    are bounds, and no value where anything is unknown: `low` are the people of whom each pair is known and not met,
    `high` adds those of whom a pair is unknown and none known as met.
    """
    if held.ego is not None:
        return four_steps(held.ego)["reach_4"]
    if not len(held.responded):
        return Finding("beyond", None, UNIT, reason=NOBODY_ELSE)
    own = _own(held)
    if len(held.responded) * len(own) > MOST_PAIRS:
        return Finding("beyond", None, UNIT, reason=TOO_MANY)
    met, untold = _met_by_any(held, own)
    low, high = float((~met & ~untold).sum()), float((~met).sum())
    return Finding("beyond", low if low == high else None, UNIT, low, high)


def _own(held: Held) -> Ints:
    """Return who posted and is of the house of most who did; all who posted, where no house is known."""
    at_home = np.array([one == "company" for one in spheres_of(held, held.posted)], bool)
    return held.posted[at_home] if at_home.any() else held.posted


def _met_by_any(held: Held, own: Ints) -> tuple[Flags, Flags]:
    """Return who is known to have met one of those who posted, or is in their team; and of whom that is unknown."""
    first = np.full(len(held.whole.people), NEVER)
    np.minimum.at(first, held.drawn.person, held.drawn.time)
    leader = np.repeat(own, len(held.responded)).astype(np.int32)
    person = np.tile(held.responded, len(own)).astype(np.int32)
    m, known = held.whole.met_by_pairs(leader, person, first[person])
    team = held.whole.teams.hold(leader, person)
    shape = (len(own), len(held.responded))
    met, untold = team | (known & (m >= 1 / 2)), ~known & ~team
    return np.logical_or.reduce(met.reshape(shape)), np.logical_or.reduce(untold.reshape(shape))


def tone(held: Held) -> ToneOfCampaign:
    """Say how those who responded took it, each person by most of what they did (`measures.tone`)."""
    who, row = np.unique(held.drawn.person, return_inverse=True)
    if not len(who):
        return ToneOfCampaign()
    its, stated = tones_of(held.part.tables, held.drawn.item)
    size = len(CLASSES)
    counted = np.bincount(row * size + its, minlength=len(who) * size).reshape(-1, size)
    by = dict(zip(CLASSES, np.bincount(class_of(counted), minlength=size).tolist(), strict=True))
    told, hostile = len(who) - by["unknown"], by[Tone.HOSTILE]
    storm = 2 * told >= len(who) and told > 0 and wilson(hostile, told, ONE_SIDED)[0] > 1 / 2
    by_words = int(((its != size - 1) & ~stated).sum())
    return ToneOfCampaign(by[Tone.WELCOMED], by[Tone.NEUTRAL], hostile, by["unknown"], storm, by_words)


def _not_over(until: str | None, zone: str) -> str:
    if until is None:
        return NOT_OVER
    day = day_at(stated(until, zone) + AFTER, zone)
    return because("four weeks after its end are over on {day}, which is not on record yet", day=day)


def remained(held: Held, *, running: bool) -> Remained:
    """Say how many of those who responded came back within four weeks after the end, and of the new among them."""
    after = Window(held.window.until, held.window.until + AFTER)
    during = np.unique(held.drawn.person)
    zone = held.whole.settings.zone
    if running or end_of_day(held.whole.whole_window().until, zone) < after.until:
        return Remained(of=len(during), reason=_not_over(held.stated.until, zone))
    if not len(during):
        return Remained(reason=NOBODY)
    again = np.isin(during, held.ever.within(after).person)
    log = held.whole.log
    new = ~np.isin(during, log.items.author[log.items.time < held.window.since])
    came = int(again.sum())
    return Remained(
        of=len(during),
        came_back=came,
        share=came / len(during),
        interval=wilson(came, len(during)),
        new=int(new.sum()),
        new_came_back=int((new & again).sum()),
    )
