"""Reports whose numbers follow from their people, as in the analysis: any mix of met, never met and unknown."""

from __future__ import annotations

from collections.abc import Sequence
from math import fsum
from typing import Any

from hypothesis import strategies as st

from influence.contract.details.reach import Prior, Reach
from influence.contract.findings import Finding, Month, Reached, Report, SphereReach
from influence.measures.reach import MOSTLY_UNKNOWN, NOBODY
from tests.kit.sample_report import LEADER, WINDOW

SPHERES = ("company", "customer", "public")


def reached(number: int, m: float, *, known: bool = True, team: bool = False, name: str = "") -> Reached:
    """Return one person who responded once in a month and a sphere that go by the number."""
    step = 2 if team else 3 if known and m >= 0.5 else 4
    first = f"2026-0{1 + number % 6}-11T09:00:00+00:00"
    sphere = "team" if team else SPHERES[number % 3]
    return Reached(f"p{number}", name or f"Person {number}", step, m, known, 1, sphere, 1 + number % 4, first)


def report_of(people: Sequence[Reached], **changed: Any) -> Report:
    """Return the report of these people: sums, bounds, months and spheres as the measures define them."""
    return Report(
        **{
            "leader": LEADER,
            "window": WINDOW,
            "findings": {one.name: one for one in _steps(people)},
            "people": tuple(people),
            "spheres": tuple(_spheres(people)),
            "trend": tuple(_months(people)),
        }
        | changed
    )


def _steps(people: Sequence[Reached]) -> list[Finding]:
    outside = [one for one in people if one.outside]
    unknown, near = sum(not one.known for one in outside), float(len(people) - len(outside))
    met, unmet = fsum(one.m for one in outside), fsum(1 - one.m for one in outside)
    low3 = fsum(one.m for one in outside if one.known)
    low4 = fsum(1 - one.m for one in outside if one.known)
    why = NOBODY if not people else MOSTLY_UNKNOWN if 2 * unknown > len(outside) else None
    share = None if why else unmet / (near + met + unmet)
    ratio = None if why or near + met == 0 else unmet / (near + met)
    told = Reach(
        outside=len(outside),
        unknown=unknown,
        priors=(Prior("company", 0.3333, 40, unknown),) if unknown else (),
    )
    return [
        Finding("reach_2", near, "people", near, near),
        Finding("reach_3", met, "people", low3, low3 + unknown),
        Finding("reach_4", unmet, "people", low4, low4 + unknown, (unmet - 2.5, unmet + 3.25), detail=told),
        Finding("beyond_share", share, "share", reason=why),
        Finding(
            "beyond_ratio",
            ratio,
            "people beyond for each one near",
            reason=why or (None if ratio is not None else "nobody near responded"),
        ),
    ]


def _spheres(people: Sequence[Reached]) -> list[SphereReach]:
    found = []
    for sphere in ("team", *SPHERES):
        inside = [one for one in people if one.sphere == sphere]
        value = fsum(1 - one.m for one in inside if one.outside)
        if inside:
            found.append(SphereReach(sphere, value, len(inside), 2 * len(inside), value / (2 * len(inside))))
    return found


def _months(people: Sequence[Reached]) -> list[Month]:
    found = []
    for month in range(1, 7):
        name = f"2026-0{month}"
        inside = [one for one in people if (one.first_response or "").startswith(name)]
        outside = [one for one in inside if one.outside]
        low = fsum(1 - one.m for one in outside if one.known)
        high = low + sum(not one.known for one in outside)
        met, unmet = fsum(one.m for one in outside), fsum(1 - one.m for one in outside)
        near = float(len(inside) - len(outside))
        found.append(Month(name, near, met, unmet, low, high, sum(one.responses for one in inside)))
    return found


_CHANCES = st.sampled_from((0.0, 0.05, 0.25, 0.4, 0.5, 0.75, 0.95, 1.0)) | st.floats(0, 1)
REPORTS = st.lists(
    st.tuples(_CHANCES, st.sampled_from(("known", "known", "unknown", "unknown", "team"))), max_size=40
).map(
    lambda drawn: report_of(
        [reached(n, m, known=kind != "unknown", team=kind == "team") for n, (m, kind) in enumerate(drawn)]
    )
)
"""Reports of up to forty people of every kind."""
