"""Which spheres are reached: how much of reach_4 lies in whose world."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence, Set
from math import fsum

from influence.findings import SphereReach
from influence.steps import Alter


def sphere_reach(found: Sequence[Alter], of: Sequence[str], left_out: Set[int]) -> list[SphereReach]:
    """Return `sphere_reach[s]` = Σ (1 − m(v)) over reached v in s, and its share of the known people of s.

    People of the team are in it with weight 0: they are near by definition. `left_out` (the leader, bots)
    are not counted among the known people of a sphere.
    """
    reached: dict[str, list[Alter]] = defaultdict(list)
    for alter in found:
        reached[of[alter.person]].append(alter)
    known: dict[str, int] = defaultdict(int)
    for code, sphere in enumerate(of):
        known[sphere] += code not in left_out
    rows = []
    for sphere in sorted(reached, key=lambda s: (-len(reached[s]), s)):
        value = fsum(1 - alter.m for alter in reached[sphere] if alter.step != 2)
        share = value / known[sphere] if known[sphere] else None
        rows.append(SphereReach(sphere, value, len(reached[sphere]), known[sphere], share))
    return rows
