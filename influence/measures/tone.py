"""How the people beyond took it: welcomed, neutral, hostile, or nothing tells; a hostile storm is no influence."""

from __future__ import annotations

from collections.abc import Sequence
from math import fsum
from typing import TYPE_CHECKING

import numpy as np

from influence.chance.intervals import wilson
from influence.contract.details.tone import Toned, ToneOf
from influence.contract.findings import Finding
from influence.contract.language import because
from influence.contract.measures import Definition, finds, near_enough
from influence.contract.records import Tone
from influence.kernels.arrays import Ints
from influence.measures.reach import NO_TIMES
from influence.network.log_queries import tones_of
from influence.reach.steps import Alter

if TYPE_CHECKING:
    from influence.reach.ego import Ego

NAME, UNIT = "tone", "share"
UNKNOWN = "unknown"
NOBODY_BEYOND = because("nobody outside the team responded to the leader in this window")
MOSTLY_UNTOLD = because("of most of those who responded nothing tells how they took it")
CLASSES = (*(one.value for one in Tone), UNKNOWN)
_WELCOMED, _NEUTRAL, _HOSTILE, _UNTOLD = range(4)
ONE_SIDED = 0.9
"""A two-sided interval of 90 % leaves 5 % below it."""


@near_enough
@finds(
    tone=Definition(
        "what part of those never met who responded, and of whom it is told, took it in a hostile way",
        label="Hostile among those told",
        meaning=(
            "Of the people never met who responded, and whose marks, reactions or words tell how they took it: the "
            "part of whom most are hostile. Those of whom nothing tells are a class of their own."
        ),
        reading="Above one half: a storm against the leader, which is no influence.",
        unit="share",
        family="How far",
    ),
)
def tone(ego: Ego) -> dict[str, Finding]:
    """Return the hostile part of reach_4 among those whose tone is told: Σ (1 − m(v)) over the hostile / over the told.

    A response is of the class that its mark, the kind of its reaction or its words tell (`influence.text.tone`). A
    person outside the team is of the class that more of their responses in the window are of: neutral where as many
    are welcomed as hostile, unknown where none is told. Bounds take all unknown as not hostile, then as hostile. The
    95 % interval is Wilson's for as many people as would have that variance, (Σ w)² / Σ w² (Kish 1965). There is no
    value where less than half of reach_4 is told. `detail.storm` is whether the lower edge of the one-sided 95 %
    interval is above one half. Responses to somebody else's response count too, whomever their tone is towards.
    """
    if not ego.dated:
        return {NAME: Finding(NAME, None, UNIT, reason=NO_TIMES)}
    outside = [alter for alter in ego.found if alter.outside]
    reach = fsum(alter.unmet for alter in outside)
    if not reach > 0:
        return {NAME: Finding(NAME, None, UNIT, reason=NOBODY_BEYOND)}
    counted, by_words = _responses(ego, outside)
    its = class_of(counted)
    weight = np.array([alter.unmet for alter in outside])
    by_class = np.bincount(its, weight, len(CLASSES)).tolist()
    hostile, told = by_class[_HOSTILE], reach - by_class[_UNTOLD]
    known = weight[its != _UNTOLD]
    many = float(known.sum() ** 2 / (known**2).sum()) if (known > 0).any() else 0.0
    detail = ToneOf(
        storm=many > 0 and wilson(many * min(1.0, hostile / told), many, ONE_SIDED)[0] > 1 / 2,
        people=len(outside),
        told=int((its != _UNTOLD).sum()),
        by_words=by_words,
        classes={
            name: Toned(int((its == place).sum()), int(counted[:, place].sum()), by_class[place])
            for place, name in enumerate(CLASSES)
        },
    )
    if not many > 0 or 2 * told < reach:
        return {NAME: Finding(NAME, None, UNIT, reason=MOSTLY_UNTOLD, detail=detail)}
    share = min(1.0, hostile / told)
    bounds = hostile / reach, min(1.0, (hostile + by_class[_UNTOLD]) / reach)
    within = wilson(many * share, many)
    return {NAME: Finding(NAME, share, UNIT, *bounds, within, detail=detail)}


def _responses(ego: Ego, outside: Sequence[Alter]) -> tuple[Ints, int]:
    """Count each person's responses by class, one row a person, and how many in all are told by words alone."""
    row = {alter.person: place for place, alter in enumerate(outside)}
    kept = np.isin(ego.drawn.person, list(row))
    item, person = ego.drawn.item[kept], ego.drawn.person[kept]
    its, stated = tones_of(ego.tables, item)
    place = np.array([row[one] for one in person.tolist()], np.int64) * len(CLASSES) + its
    counted = np.bincount(place, minlength=len(outside) * len(CLASSES)).reshape(-1, len(CLASSES))
    return counted.astype(np.int64), int(((its != _UNTOLD) & ~stated).sum())


def class_of(counted: Ints) -> Ints:
    """Return the class of each person by the counts of their responses.

    >>> class_of(np.array([[2, 0, 1, 9], [1, 0, 1, 0], [0, 0, 1, 5], [0, 0, 0, 3], [0, 4, 0, 0]])).tolist()
    [0, 1, 2, 3, 1]
    """
    good, bad = counted[:, _WELCOMED], counted[:, _HOSTILE]
    told = counted[:, :_UNTOLD].sum(axis=1) > 0
    side = np.where(good > bad, _WELCOMED, np.where(bad > good, _HOSTILE, _NEUTRAL))
    return np.where(told, side, _UNTOLD).astype(np.int64)
