"""How far: the people who responded, by step, with bounds and intervals; and how far it could have gone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence, Set
from dataclasses import replace
from math import fsum
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from influence.chance.bootstrap import conversation_draws
from influence.chance.intervals import count_between, interval
from influence.contract.details.reach import Crossed, Crossings, PossibleReach, Prior, Reach
from influence.contract.findings import Finding
from influence.contract.language import because
from influence.contract.measures import Definition, finds, near_enough
from influence.contract.turns import steps
from influence.kernels.arrays import Floats, Ints
from influence.met.known import Met, moments
from influence.network.responses import Count, Responses
from influence.reach.steps import Alter, Touches, alters, headline
from influence.times import DAY

if TYPE_CHECKING:
    from influence.reach.ego import Ego

GRID_HANDS = (1, 2, 3, 4)
GRID_DAYS = (1, 7, 14, 30)
NOBODY = because("nobody responded to the leader in this window")
MOSTLY_UNKNOWN = because(
    "of more than half of the people outside the team nothing tells whether they have met the leader, so a share "
    "would only repeat what is supposed of them"
)
NO_TIMES = because("the network has no times, which this measure needs")
NO_CONVERSATIONS = because("an undated network has no conversations to draw again")
FEWEST_CONVERSATIONS = 5
TOO_FEW = because("fewer than {n} conversations are too few to draw again", n=FEWEST_CONVERSATIONS)


@near_enough
@finds(
    reach_2=Definition(
        "how many people of the team responded",
        label="Step 2, team",
        meaning="Direct and indirect reports, or the declared team, who responded in the window.",
        unit="people",
        family="How far",
    ),
    reach_3=Definition(
        "how many people outside the team who had been met responded: the sum of m(v)",
        label="Step 3, met",
        meaning=(
            "People outside the team who responded, each counted with the probability of having met face "
            "to face by the first response."
        ),
        unit="people",
        family="How far",
    ),
    reach_4=Definition(
        "how many people never met responded, the headline: the sum of 1 − m(v)",
        label="Step 4, networked",
        meaning=(
            "People outside the team who responded, each counted with the probability of never having "
            "met. The range takes everybody of whom nothing is known as met, then as unmet, and holds the "
            "count with 99 % certainty; the 95 % interval redraws whole conversations 1,000 times."
        ),
        unit="people",
        family="How far",
    ),
    reach_beyond=Definition(
        "the same as reach_4",
        label="Beyond the people met",
        meaning=(
            "The headline, the same number as step 4: people outside the team, never met face to face, "
            "who responded. Each counts with the probability of not having met, so the sum can hold a "
            "fraction."
        ),
        unit="people",
        family="How far",
    ),
    beyond_share=Definition(
        "the part of everybody reached who had never been met",
        label="Share beyond",
        meaning="People never met, as a share of all who responded: step 4 / (step 2 + step 3 + step 4).",
        unit="share",
        family="How far",
    ),
    beyond_ratio=Definition(
        "people beyond for each one near",
        label="Beyond for each one near",
        meaning="People never met for each one near: step 4 / (step 2 + step 3).",
        unit="people beyond for each one near",
        family="How far",
    ),
    first_hand=Definition(
        "how many people responded to the leader's own items",
        label="First-hand",
        meaning="People who responded to an item by the leader, or named the leader.",
        unit="people",
        family="How far",
    ),
    passed_on=Definition(
        "how many people were reached through others only",
        label="Passed on",
        meaning=(
            "People who responded only to somebody else's response: what the leader began came to them "
            "through others."
        ),
        unit="people",
        family="How far",
    ),
)
def four_steps(ego: Ego) -> dict[str, Finding]:
    """Count the people who responded, by step and by hands, with bounds and 95 % intervals."""
    chance = ego.settings
    few = ego.dated and ego.conversations < FEWEST_CONVERSATIONS
    draws = drawn_reach(
        ego.found, ego.drawn, ego.unit, silent=ego.silent, draws=chance.draws, seed=chance.seed
    )
    findings = reach(ego.found, None if few else draws, TOO_FEW if few else NO_CONVERSATIONS)
    beyond = replace(
        findings["reach_4"].told(Reach),
        with_inferred=_unmet(ego, "all"),
        without_inferred=_unmet(ego, "stated"),
    )
    return doubted(ego, findings | {"reach_4": replace(findings["reach_4"], detail=beyond)}) | hands(
        ego.found
    )


def doubted(ego: Ego, findings: Mapping[str, Finding]) -> dict[str, Finding]:
    """Return the steps with how many people are unknown, what is supposed of them, and the range of the count."""
    outside = [alter for alter in ego.found if alter.outside]
    unknown = [alter.person for alter in outside if not alter.known]
    least, most = whole_people(outside, ego.met)
    beyond = replace(
        findings["reach_4"].told(Reach),
        outside=len(outside),
        unknown=len(unknown),
        addressed=sum(any(map(_is_address, ego.people.who[person].accounts)) for person in unknown),
        priors=supposed(ego.met, unknown),
        least=least,
        most=most,
    )
    near = replace(findings["reach_3"].told(Reach), least=len(outside) - most, most=len(outside) - least)
    details = {"reach_3": near, "reach_4": beyond, "reach_beyond": beyond}
    return {
        name: replace(each, detail=details[name]) if name in details else each
        for name, each in findings.items()
    }


def _is_address(account: str) -> bool:
    return account.startswith("email:")


def whole_people(outside: Sequence[Alter], met: Met) -> tuple[int, int]:
    """Return between which whole numbers of people reach_4 lies, with 99 % certainty.

    All people of whom nothing tells have met the leader, or none; of the others each has with m(v), which is worked out
    with the most, and with the least, that could be supposed of meetings that nobody recorded.
    """
    known = [alter for alter in outside if alter.known]
    person, first = (
        np.array([alter.person for alter in known], np.int64),
        moments(alter.first for alter in known),
    )
    low, high = (replace(met, supposed=each).each(person, first)[0] for each in met.supposed.at_edges())
    return count_between(1 - high)[0], count_between(1 - low)[1] + len(outside) - len(known)


def supposed(met: Met, unknown: Sequence[int]) -> tuple[Prior, ...]:
    """Say what is supposed of the people of whom nothing tells, by circle, the largest first."""
    counted = Counter(met.supposed.group[person] for person in unknown)
    return tuple(
        Prior(
            circle,
            met.supposed.chance.get(circle, met.supposed.prior),
            met.supposed.people.get(circle, 0),
            people,
        )
        for circle, people in sorted(counted.items(), key=lambda each: (-each[1], each[0]))
    )


def _unmet(ego: Ego, count: Count) -> float:
    found = alters(ego.touches(count), ego.met, ego.team)
    return headline(found)


@finds(
    possible_reach=Definition(
        "how many people could have been reached at most, by waiting time and hands",
        label="Possible reach",
        meaning=(
            "An upper bound: everybody whom a chain of responses in rising order of time could have "
            "reached, of whatever conversation (limited-waiting-time reachability, Badie-Modiri et al. "
            "2020). Not a count of people reached."
        ),
        unit="people",
        family="How far",
    ),
)
def possible_reach(ego: Ego) -> dict[str, Finding]:
    """Bound the reach from above: everybody whom some path of responses joins to the leader in time."""
    if not ego.dated:
        return {"possible_reach": Finding("possible_reach", None, "people", reason=NO_TIMES)}
    default = ego.passing.hands, ego.settings.delta_days
    found = limited_waiting_time_reach(ego.responses, ego.leader, len(ego.people), ego.bots, default)
    return {"possible_reach": found}


@near_enough
@finds(
    crossings=Definition(
        "how many people responded before they first met the leader, by sphere; and the other way",
        label="Crossings",
        meaning=(
            "People whose first response came before the first meeting, and people met who went on only "
            "digitally."
        ),
        unit="people",
        family="How far",
    ),
)
def crossings(ego: Ego) -> dict[str, Finding]:
    """Count who crossed from digital to face to face, and who went on only digitally."""
    ids = {code: who.person for code, who in ego.reached.items()}
    return {"crossings": who_crossed(ego.found, ego.drawn, ego.met, ids, ego.spheres)}


def reach(
    found: Sequence[Alter], draws: Floats | None, no_interval: str = NO_CONVERSATIONS
) -> dict[str, Finding]:
    """Return `reach_2/3/4`, `reach_beyond`, `beyond_share` and `beyond_ratio` with bounds and 95 % intervals.

    reach_2 = |V ∩ team|, reach_3 = Σ m(v), reach_4 = Σ (1 − m(v)) over v in V outside the team, in people.
    Bounds take every unknown person as met, then as unmet. `draws` (draws × 3) are bootstrap values of the
    three sums; None gives no interval, for the reason `no_interval`.

    >>> ada = Alter(person=7, step=4, m=0.1, known=False, depth=1, first=0)
    >>> reach([ada], None)["reach_4"].value, reach([ada], None)["reach_4"].high
    (0.9, 1.0)
    """
    near = float(sum(not a.outside for a in found))
    outside = [a for a in found if a.outside]
    met = fsum(a.met for a in outside)
    surely = fsum(a.met for a in outside if a.known)
    unknown = float(sum(not a.known for a in outside))
    unmet = headline(outside)
    surely_unmet = fsum(a.unmet for a in outside if a.known)
    of = _intervals(draws)
    findings = {
        "reach_2": Finding("reach_2", near, "people", near, near, of.get("reach_2")),
        "reach_3": Finding("reach_3", met, "people", surely, surely + unknown, of.get("reach_3")),
        "reach_4": Finding(
            "reach_4", unmet, "people", surely_unmet, surely_unmet + unknown, of.get("reach_4")
        ),
    }
    shares = _shares(
        near,
        (met, unmet),
        (surely + unknown, surely_unmet),
        (surely, surely_unmet + unknown),
        of,
        mostly_unknown=2 * unknown > len(outside),
    )
    if draws is None:
        findings = {name: _without_interval(finding, no_interval) for name, finding in findings.items()}
    return findings | {"reach_beyond": _renamed(findings["reach_4"], "reach_beyond")} | shares


def _intervals(draws: Floats | None) -> dict[str, tuple[float, float]]:
    if draws is None:
        return {}
    two, three, four = draws.T
    total, near = two + three + four, two + three
    found = {"reach_2": interval(two), "reach_3": interval(three), "reach_4": interval(four)}
    if (total > 0).all():
        found["beyond_share"] = interval(four / total)
    if (near > 0).all():
        found["beyond_ratio"] = interval(four / near)
    return found


def _without_interval(finding: Finding, why: str) -> Finding:
    return Finding(
        finding.name,
        finding.value,
        finding.unit,
        finding.low,
        finding.high,
        detail=Reach(why),
    )


def _renamed(finding: Finding, name: str) -> Finding:
    return Finding(
        name, finding.value, finding.unit, finding.low, finding.high, finding.interval, detail=finding.detail
    )


def _shares(
    near: float,
    point: tuple[float, float],
    all_met: tuple[float, float],
    none_met: tuple[float, float],
    of: Mapping[str, tuple[float, float]],
    *,
    mostly_unknown: bool,
) -> dict[str, Finding]:
    """Return the two ratios; each pair is (reach_3, reach_4) under one reading of the unknown."""
    why = NOBODY if near + sum(point) == 0 else MOSTLY_UNKNOWN if mostly_unknown else None
    if why is not None:
        return {
            "beyond_share": Finding("beyond_share", None, "share", reason=why),
            "beyond_ratio": Finding("beyond_ratio", None, "people beyond for each one near", reason=why),
        }
    share = [four / (near + three + four) for three, four in (point, all_met, none_met)]
    ratio = [
        four / (near + three) if near + three > 0 else None for three, four in (point, all_met, none_met)
    ]
    unit = "people beyond for each one near"
    if ratio[0] is None:
        beyond = Finding(
            "beyond_ratio",
            None,
            unit,
            reason=because("nobody near responded, so there is nobody to divide by"),
        )
    else:
        beyond = Finding("beyond_ratio", ratio[0], unit, ratio[1], ratio[2], of.get("beyond_ratio"))
    return {
        "beyond_share": Finding(
            "beyond_share", share[0], "share", share[1], share[2], of.get("beyond_share")
        ),
        "beyond_ratio": beyond,
    }


def drawn_reach(
    found: Sequence[Alter], drawn: Touches, unit: Ints, *, silent: int, draws: int, seed: int
) -> Floats | None:
    """Return bootstrap values of reach_2, reach_3 and reach_4 (draws × 3); None for an undated network.

    `unit` is the conversation of each touch; a touch outside any conversation is a unit of its own.
    `silent` of the leader's conversations drew no response.
    """
    if drawn.undated or not len(drawn.item):
        return None
    code = {alter.person: row for row, alter in enumerate(found)}
    weight = np.array([alter.weights for alter in found])
    person = np.array([code[p] for p in drawn.person.tolist()], np.int64)
    return conversation_draws(unit, person, weight, silent=silent, draws=draws, seed=seed)


def hands(found: Sequence[Alter]) -> dict[str, Finding]:
    """Return `first_hand` and `passed_on`: people reached at depth 1, and only at depth 2 and more."""
    near = sum(alter.depth == 1 for alter in found)
    far = len(found) - near
    dated = any(alter.first is not None for alter in found) or not found
    passed = (
        Finding("passed_on", float(far), "people")
        if dated
        else Finding("passed_on", None, "people", reason=NO_TIMES)
    )
    return {"first_hand": Finding("first_hand", float(near), "people"), "passed_on": passed}


def who_crossed(
    found: Sequence[Alter], drawn: Touches, met: Met, ids: Mapping[int, str], of: Sequence[str] = ()
) -> Finding:
    """Return how many people crossed from digital to face to face: first response before first encounter.

    Only who would be on record had they met before counts: the calendar was kept, or it is declared. `detail` lists
    them (`digital_first`) and those whom the leader had met and who went on only digitally,
    that is, responded after their last encounter (`met_then_digital`); where everybody's sphere is given
    (`of`, by person code), `by_sphere` counts both in each. Unit: people.
    """
    dated = [alter for alter in found if alter.first is not None]
    if found and not dated:
        return Finding("crossings", None, "people", reason=NO_TIMES)
    last_response = dict(zip(drawn.person.tolist(), drawn.time.tolist(), strict=True))
    digital_first, met_then_digital = list[int](), list[int]()
    for alter in dated:
        first, last = met.first(alter.person), met.last(alter.person)
        if first is None or last is None or alter.first is None:
            continue
        if met.first_after(alter.person, alter.first) is not None:
            digital_first.append(alter.person)
        elif first <= alter.first and last < last_response[alter.person]:
            met_then_digital.append(alter.person)
    detail = Crossings(
        tuple(ids[code] for code in digital_first),
        tuple(ids[code] for code in met_then_digital),
        _by_sphere(digital_first, met_then_digital, of) if of else None,
    )
    return Finding("crossings", float(len(digital_first)), "people", detail=detail)


def _by_sphere(first: Sequence[int], after: Sequence[int], of: Sequence[str]) -> dict[str, Crossed]:
    spheres = sorted({of[code] for code in (*first, *after)})
    return {
        sphere: Crossed(sum(of[code] == sphere for code in first), sum(of[code] == sphere for code in after))
        for sphere in spheres
    }


def limited_waiting_time_reach(
    responses: Responses, leader: int, people: int, bots: Set[int], default: tuple[int, float]
) -> Finding:
    """Return the limited-waiting-time reach: an upper bound, over all responses of whatever conversation.

    possible_reach(k, δ) = |{v : a path leader → … → v of ≤ k responses, times strictly increasing, each wait
    ≤ δ}|, in people, bots left out. `detail["grid"]` has it for k = 1…4 and δ = 1, 7, 14, 30 days.
    Source: Badie-Modiri et al. 2020, Phys. Rev. E 101, 052303, arXiv:1908.11831.
    """
    if not len(responses):
        return Finding(
            "possible_reach", None, "people", reason=because("there is no dated response in this window")
        )
    order = np.argsort(responses.time, kind="stable")
    contacts = responses.target[order], responses.responder[order], responses.time[order]
    counted = np.ones(people, bool)
    counted[[*bots, leader]] = False
    grid = {}
    for days in steps(sorted({*GRID_DAYS, default[1]})):
        fewest = _fewest_hands(contacts, leader, people, int(days * DAY), max(*GRID_HANDS, default[0]))
        for k in {*GRID_HANDS, default[0]}:
            grid[k, days] = int(((fewest > 0) & (fewest <= k) & counted).sum())
    shown = {f"{k},{days}": grid[k, days] for k in GRID_HANDS for days in GRID_DAYS}
    return Finding("possible_reach", float(grid[default]), "people", detail=PossibleReach(shown))


def _fewest_hands(
    contacts: tuple[Any, Any, Any], leader: int, people: int, delta: int, hands: int
) -> NDArray[np.int8]:
    # numba: loaded only when something is measured
    from influence.kernels.conversations import Contacts, respect_time

    return respect_time(Contacts(*contacts), start=leader, n=people, delta=delta, k_max=hands)
