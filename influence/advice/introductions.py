"""Who could bring the leader to somebody not reached: chains of people who have met and answer one another.

Of several people those come first to whom the best chain leads and who are likeliest to respond next, both together.
"""

from __future__ import annotations

from collections.abc import Sequence, Set
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from influence.advice.backtest import FEWEST, auc, percentiles
from influence.advice.chains import HAVE_MET, Way, Ways
from influence.advice.next_to_respond import likely_to
from influence.contract.details.introductions import Chain, Hop, Introductions, Within
from influence.contract.errors import InfluenceError
from influence.contract.findings import Finding
from influence.contract.language import because
from influence.contract.measures import Definition, finds
from influence.contract.wording import between, number
from influence.kernels.arrays import Flags, Floats, Ints
from influence.measures.reach import NO_TIMES
from influence.network.log_queries import activity_ids
from influence.people.directory import Ambiguous, UnknownPerson
from influence.times import Window, moment

if TYPE_CHECKING:
    from influence.reach.ego import Ego

NAME, UNIT = "introductions", "people"
SPHERES = ("customer", "partner")
BEST, A_SPHERE = 5, 3
"""So many chains are named to a target that is asked for, and so many to each sphere in a report."""
NOBODY_LEFT = because("no customer and no partner who is known here is left to reach")


class IntroductionError(InfluenceError):
    """Why nobody can be introduced, in one sentence."""


@dataclass(frozen=True)
class Introduced:
    """The best chains to what was asked for, and what a back-test says of such chains."""

    target: str
    rows: tuple[Chain, ...]
    test: Trial


@dataclass(frozen=True)
class Trial:
    """Whether earlier chains came true: in words, and how often the better chain was that of who was reached."""

    words: str
    auc: float | None = None
    interval: tuple[float, float] | None = None

    @property
    def skill(self) -> bool:
        """Whether the whole interval lies above chance."""
        return self.interval is not None and self.interval[0] > 0.5


@finds(
    introductions=Definition(
        "how many customers and partners not reached somebody could bring the leader to, and who",
        label="Within reach of an introduction",
        meaning=(
            "Customers and partners who are known here, have not responded to the leader and have not met the leader, "
            "to whom a chain of one or two people leads who have each met the next. Those come first on "
            "whose chain everybody is likely to answer and who are likely to respond next."
        ),
        reading="High: much can be opened by asking for an introduction.",
        unit=UNIT,
        family="What to do",
    ),
)
def introductions(ego: Ego) -> dict[str, Finding]:
    """Count the customers and partners not reached to whom a chain leads, and name the best chains to each sphere.

    A chain is leader → a → target or leader → a → b → target, of people who have met by the end of the window, as far
    as is known (m ≥ 0.5, or one leads the other's team). Its score is the product over its hops of how likely the next
    answers the one before and the two have met (`chains.Ways`). People stand in the order of that score times the
    chance that they respond next (`next_to_respond`), where such lists have shown skill; else of the score alone.
    `detail` has the chains with their evidence, how many of each sphere are left and have a chain, and whether such an
    order came true when tested (`trial_of`).
    """
    if not ego.dated:
        return {NAME: Finding(NAME, None, UNIT, reason=NO_TIMES)}
    left = {sphere: _left(ego, _of_sphere(ego, sphere)) for sphere in SPHERES}
    every = np.concatenate(list(left.values()))
    if not len(every):
        return {NAME: Finding(NAME, None, UNIT, reason=NOBODY_LEFT)}
    ways = Ways(ego)
    best = by_likeliest(ego, _one_each(ways.best(np.sort(every))))
    led = {way.people[-1] for way in best}
    chosen = [way for codes in left.values() for way in _various(best, set(codes.tolist()))[:A_SPHERE]]
    test = trial_of(ego)
    detail = Introductions(
        rows=told(ways, chosen),
        spheres={
            sphere: Within(len(codes), len(led.intersection(codes.tolist())))
            for sphere, codes in left.items()
        },
        skill=test.skill,
        words=test.words,
        auc=test.auc,
        auc_interval=test.interval,
    )
    return {NAME: Finding(NAME, float(len(led)), UNIT, detail=detail)}


def introduce(ego: Ego, words: str) -> Introduced:
    """Return the best chains to a person, an organisation or a sphere.

    Raises:
        IntroductionError: the target is the leader, is reached or met already, or no chain leads there.
        UnknownPerson: nobody, no organisation and no sphere is called that.
    """
    if not ego.dated:
        raise IntroductionError(f"no chain can be told: {NO_TIMES}")
    name, codes, alone = _meant(ego, words)
    left = _left(ego, codes)
    if not len(left):
        raise IntroductionError(_nobody_left(ego, name, codes, alone=alone))
    ways = Ways(ego)
    found = ways.best(left)
    best = found[:BEST] if alone else _various(by_likeliest(ego, _one_each(found)), set(left.tolist()))[:BEST]
    if not best:
        raise IntroductionError(
            f"no chain of people who have met leads from {ego.people.who[ego.leader].name} to {name}: nobody whom the "
            "leader has met is known to have met them, nor to have met somebody who has"
        )
    return Introduced(name, told(ways, best), trial_of(ego))


# --- to whom ------------------------------------------------------------------------------------------------


def _meant(ego: Ego, words: str) -> tuple[str, Ints, bool]:
    """Return what is meant, the people of it, and whether it is one person: a sphere, an organisation or a person."""
    said = words.strip().casefold()
    if said in {sphere.casefold() for sphere in ego.spheres}:
        return words.strip(), _of_sphere(ego, said), False
    house = [
        (code, name) for code, name in ego.people.told("organisation") if name.strip().casefold() == said
    ]
    if house and said:
        return house[0][1].strip(), np.array([code for code, _ in house], np.int64), False
    try:
        code = ego.people.find(words)
    except Ambiguous:
        raise
    except UnknownPerson as error:
        raise UnknownPerson(f"{error}; no organisation and no sphere here is called that either") from None
    return ego.people.who[code].name, np.array([code], np.int64), True


def _of_sphere(ego: Ego, sphere: str) -> Ints:
    return np.array(
        [code for code, own in enumerate(ego.spheres) if own.casefold() == sphere.casefold()], np.int64
    )


def _left(ego: Ego, codes: Ints) -> Ints:
    """Return those of some people who are left to reach: no bots, who neither responded nor met the leader."""
    reached = [alter.person for alter in ego.found]
    left = codes[
        ~np.isin(codes, sorted(ego.nobody)) & ~np.isin(codes, reached) & ~np.isin(codes, sorted(ego.team))
    ]
    m, known = ego.met.each(left, np.full(len(left), ego.window.until))
    kept: Ints = left[~(known & (m >= HAVE_MET))]
    return kept


def _nobody_left(ego: Ego, name: str, codes: Ints, *, alone: bool) -> str:
    who = ego.people.who[ego.leader].name
    if not alone:
        return f"everybody of {name} who is known here has responded to {who} or met {who} already"
    code = int(codes[0])
    if code == ego.leader:
        return f"{name} is the leader: nobody needs an introduction to themselves"
    if code in ego.bots:
        return f"{name} is no person ({ego.people.who[code].kind})"
    if code in {alter.person for alter in ego.found}:
        return f"{name} has responded to {who} already: no introduction is needed"
    return f"{name} and {who} have met already: no introduction is needed"


def _one_each(ways: Sequence[Way]) -> list[Way]:
    """Return the best way to each target, the likeliest first."""
    best: dict[int, Way] = {}
    for way in ways:
        best.setdefault(way.people[-1], way)
    return list(best.values())


def by_likeliest(ego: Ego, ways: Sequence[Way]) -> list[Way]:
    """Order chains by their score times the chance that who they lead to responds next, where that can be told."""
    likely = likely_to(ego, np.array([way.people[-1] for way in ways], np.int64))
    if likely is None:
        return list(ways)
    score = likely * np.array([way.score for way in ways], np.float64)
    return [ways[n] for n in np.argsort(-score, kind="stable").tolist()]


def _various(ways: Sequence[Way], targets: Set[int]) -> list[Way]:
    """Return the ways to some people, first the best by each who begins one: three chains by one person are one."""
    mine = [way for way in ways if way.people[-1] in targets]
    begun: dict[int, Way] = {}
    for way in mine:
        begun.setdefault(way.people[0], way)
    return [*begun.values(), *(way for way in mine if way is not begun[way.people[0]])]


# --- in words and evidence ----------------------------------------------------------------------------------


def told(ways: Ways, chosen: Sequence[Way]) -> tuple[Chain, ...]:
    """Tell chains with what is on record of each hop."""
    ego = ways.ego
    every = [hop for way in chosen for hop in way.hops]
    one, other = (np.array([getattr(hop, side) for hop in every], np.int64) for side in ("one", "other"))
    asked, answered, last = ways.seen(one, other)
    ids = activity_ids(ego.tables, last[last >= 0])
    rows = iter(zip(asked.tolist(), answered.tolist(), last.tolist(), strict=True))
    chains = []
    for way in chosen:
        hops = []
        for hop in way.hops:
            n, k, item = next(rows)
            at = int(ego.log.items.time[item]) if item >= 0 else None
            hops.append(
                Hop(
                    person=ego.people.who[hop.other].person,
                    name=ego.people.who[hop.other].name,
                    asked=n,
                    answered=k,
                    chance=hop.chance,
                    met=hop.met,
                    met_last=_day(hop.last if hop.last >= 0 else None, ego.settings.zone),
                    answered_last=_day(at, ego.settings.zone),
                    evidence=(ids[item],) if item >= 0 else (),
                )
            )
        who = ego.people.who[way.people[-1]]
        sphere = ego.spheres[way.people[-1]]
        chains.append(Chain(who.person, who.name, sphere, who.organisation, way.score, tuple(hops)))
    return tuple(chains)


def _day(at: int | None, zone: str) -> str | None:
    said = moment(at, zone)
    return None if said is None else said[:10]


# --- would it have been right? ------------------------------------------------------------------------------


def trial_of(ego: Ego) -> Trial:
    """Find chains by two thirds of the window, and say whether who was reached in the last third stood before others.

    Scored are the people outside the organisation who had done something before, were neither reached nor met, and to
    whom a chain led: their place in the order of `by_likeliest` against whether they responded to the leader in the
    last third. The AUC has a 95 % interval over draws of the people (Hanley & McNeil 1982,
    doi:10.1148/radiology.143.1.7063747). Who responds may have come without any introduction: skill says that the order
    knows who comes near, not why.
    """
    cut = ego.window.since + 2 * (ego.window.until - ego.window.since) // 3
    first, last = Window(ego.window.since, cut), Window(cut, ego.window.until)
    earlier = ego.during(first)
    acted = np.unique(ego.log.items.author[first.holds(ego.log.items.time)]).astype(np.int64)
    outside = _left(earlier, acted[~ego.inside[acted]])
    order = by_likeliest(earlier, _one_each(Ways(earlier).best(outside)))
    people = np.array([way.people[-1] for way in order], np.int64)
    came = np.isin(people, ego.drawn.person[last.holds(ego.drawn.time)])
    hits = int(came.sum())
    if hits < FEWEST or len(people) - hits < FEWEST:
        return Trial(_too_few(len(people), hits))
    return scored(-np.arange(len(people), dtype=np.float64), came, ego.settings.draws, ego.settings.seed)


def scored(score: Floats, came: Flags, draws: int, seed: int) -> Trial:
    """Say how well the scores of chains told who came.

    >>> scored(np.arange(12.0), np.arange(12) > 5, 100, 1).skill
    True
    """
    n = len(score)
    times = np.random.default_rng(seed).multinomial(n, np.full(n, 1 / n), size=draws)
    times = times[(times[:, came].sum(axis=1) > 0) & (times[:, ~came].sum(axis=1) > 0)]
    found = float(auc(score, came, np.ones((1, n), np.int64))[0])
    interval = percentiles(auc(score, came, times))
    return Trial(_words(found, interval), found, interval)


def _too_few(people: int, hits: int) -> str:
    why = because(
        "of {people} people outside to whom a chain led by two thirds of the window, {hits} were reached in the last "
        "third; at least {least} who were and {least} who were not are needed to test such an order",
        people=people,
        hits=hits,
        least=FEWEST,
    )
    return because("too little to say: {why}", why=why)


def _words(found: float, interval: tuple[float, float]) -> str:
    measured = {"share": number(found, "share"), "range": between(*interval, "share")}
    if interval[0] > 0.5:
        return because(
            "such an order after two thirds of the window told who was reached in the last third better than chance: "
            "of two people to whom a chain led, the one who was reached stood first in {share} of cases ({range})",
            **measured,
        )
    return because(
        "whether such introductions come true cannot be told: of two people to whom a chain led by two thirds of the "
        "window, the one who was reached in the last third stood first in {share} of cases ({range}), where chance "
        "alone gives half",
        **measured,
    )
