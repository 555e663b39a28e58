"""What a campaign did, as others may see it: no names, and no few people told apart; and of whom such a copy tells."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace
from math import inf

from influence.analysis.small_groups import hides
from influence.analysis.without_names import OTHERS
from influence.campaigns.held import Held
from influence.campaigns.people import spheres_of, took_part
from influence.contract.campaigned import (
    DURING,
    Campaigned,
    NewPeople,
    OfSphere,
    Remained,
    ToneOfCampaign,
    TookPart,
    Travelled,
)
from influence.contract.findings import Finding
from influence.contract.language import because
from influence.contract.narrowing import Narrowing
from influence.demo import NOTICE

LEFT_OUT = because("too few people share an answer, so a copy for others leaves it out")


def for_others(told: Campaigned, smallest: int) -> Campaigned:
    """Return a copy in which nobody but the leader can be told, and no fewer people than `smallest` are told apart.

    No names, links, channels and ids; spheres, posts and weeks of fewer people are merged or left out, posts and weeks
    of all but fewer too, and so is how people took it, who was new and who came back, where one of the answers is that
    of fewer. How many posted and how many responded is told whatever it is.
    """
    of = told.took_part.people
    names_out = because("Names are left out; groups below {n} people are merged.", n=smallest)
    return replace(
        told,
        stated=replace(told.stated, only=Narrowing(), voices=()),
        took_part=_took_part(told.took_part, smallest),
        new=_new(told.new, of, smallest),
        beyond=_number(told.beyond),
        tone=_tone(told.tone, smallest),
        travelled=tuple(
            _post(one) for one in told.travelled if one.people and hides(one.people, of, smallest)
        ),
        voices=replace(told.voices, voices=(), missing=()),
        remained=_remained(told.remained, smallest),
        weeks=tuple(
            row for row in told.weeks if hides(row.people or 0, of if row.part == DURING else inf, smallest)
        ),
        unread=(),
        nameless=True,
        notice="\n".join([*([NOTICE] if told.notice == NOTICE else []), names_out]),
    )


def counted_in(held: Held, smallest: int) -> Mapping[str, frozenset[str]]:
    """Return of which people (ids) a copy tells: all who took part, who posted, who only responded, and by sphere."""
    ids = held.whole.people.ids
    posted, responded = frozenset(ids(held.posted)), frozenset(ids(held.responded))
    found = {"all": posted | responded, "posted": posted, "responded": responded}
    told = {one.sphere for one in merged(took_part(held).spheres, smallest)}
    of: dict[str, set[str]] = defaultdict(set)
    for codes in (held.posted, held.responded):
        for person, sphere in zip(ids(codes), spheres_of(held, codes), strict=True):
            of[f"sphere:{sphere if sphere in told else OTHERS}"].add(person)
    return found | {name: frozenset(people) for name, people in of.items() if len(people) >= smallest}


def _few(smallest: int, *sizes: int) -> bool:
    """Whether any of some groups is one of few people; nobody is no group."""
    return any(0 < size < smallest for size in sizes)


def _took_part(who: TookPart, smallest: int) -> TookPart:
    return replace(who, names=(), spheres=merged(who.spheres, smallest))


def merged(spheres: tuple[OfSphere, ...], smallest: int) -> tuple[OfSphere, ...]:
    """Merge spheres of few people, and the smallest others with them, until they hide one another.

    Of each it is told how many took part; who of them posted might be few.

    >>> spheres = (OfSphere("customer", 1, 8), OfSphere("public", 0, 4), OfSphere("media", 2, 1))
    >>> [(one.sphere, one.people, one.posted) for one in merged(spheres, 5)]
    [('customer', 9, None), (None, 7, None)]
    """
    kept = sorted(spheres, key=lambda one: one.people)
    rest = 0
    while kept and (kept[0].people < smallest or 0 < rest < smallest):
        rest += kept.pop(0).people
    order = {one.sphere: place for place, one in enumerate(spheres)}
    told = [(one.sphere, one.people) for one in sorted(kept, key=lambda one: order[one.sphere])]
    return tuple(
        OfSphere(sphere, None, None, people)
        for sphere, people in (*told, *([(None, rest)] if rest >= smallest else []))
    )


def _new(new: NewPeople, of: int, smallest: int) -> NewPeople:
    if new.active is None or new.responding is None:
        return new
    parts = (new.active, of - new.active, new.responding, of - new.responding, new.responding - new.active)
    return NewPeople(new.weeks, reason=LEFT_OUT) if _few(smallest, *parts) else new


def _number(found: Finding) -> Finding:
    return Finding(found.name, found.value, found.unit, found.low, found.high, found.interval, found.reason)


def _tone(tone: ToneOfCampaign, smallest: int) -> ToneOfCampaign:
    parts = (tone.welcomed, tone.neutral, tone.hostile, tone.unknown)
    return ToneOfCampaign(reason=LEFT_OUT) if _few(smallest, *parts) else replace(tone, by_words=0)


def _post(one: Travelled) -> Travelled:
    return replace(one, id="", channel=None, url=None)


def _remained(left: Remained, smallest: int) -> Remained:
    again, new, both = left.came_back, left.new, left.new_came_back
    parts = (again, left.of - again, new, left.of - new, both, new - both, again - both)
    few = left.share is not None and _few(smallest, *parts)
    return Remained(left.of, reason=LEFT_OUT) if few else left
