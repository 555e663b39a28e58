"""Does a programme without effect "work"? `python benchmarks/programmes.py` writes programmes.md beside it.

Invents programmes, 500 of each kind, and asks `influence.programmes.cohort` whether the mentees moved otherwise than
leaders like them. Some two minutes on two busy cores. `--quick` takes a tenth and prints instead of writing;
`--log WORKSPACE` draws mentees who were in no programme from a real log.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import sqrt
from pathlib import Path

import numpy as np

from influence.contract.programmed import Together
from influence.kernels.arrays import Floats, Ints
from influence.programmes.cohort import Before, Cohort, reach_and_weeks, together
from influence.programmes.matching import Leaders, level, matched
from influence.times import WEEK, Window
from influence.workspace.workspace import Workspace

PROGRAMMES, LEAST, WEEKS, EFFECT = 500, 5, 8, 0.3
CHOSEN = ("at random", "the loudest", "the quietest", "who was falling", "who was rising", "truly loud")


@dataclass(frozen=True)
class World:
    """A house: leaders, the median of people reached in eight weeks and its spread, and how it comes and goes.

    `drift` is the spread of a slow change of each leader (AR(1), 0.6 from one eight weeks to the next), `burst` that of
    single weeks (a gamma law of this shape), `season` what moves everybody; departments drift apart too.
    """

    leaders: int = 150
    median: float = 6.0
    spread: float = 1.0
    drift: float = 0.3
    burst: float = 4.0
    season: float = 0.15
    mentees: int = 8


@dataclass(frozen=True)
class Happened:
    """Reach and active weeks of all in five windows (window × leader): three before the baseline, it, and after."""

    usual: Floats
    department: Ints
    reach: Floats
    weeks: Ints

    def before(self) -> list[Before]:
        """Return what is known of everybody before the start."""
        reach, weeks = self.reach[:3].sum(axis=0), self.weeks[:3].sum(axis=0)
        return [
            Before(float(self.reach[3, n]), int(self.weeks[3, n]), level(float(reach[n]), int(weeks[n])))
            for n in range(self.reach.shape[1])
        ]


def happen(world: World, rng: np.random.Generator) -> Happened:
    """Let a house live through five windows, and one between the baseline and the last."""
    n = world.leaders
    usual, department = rng.normal(np.log(world.median), world.spread, n), rng.integers(0, 6, n)
    slow, apart = rng.normal(0, world.drift, n), rng.normal(0, 0.1, 6)
    reach, weeks = [], []
    for time in range(6):
        active = np.maximum(1, rng.binomial(WEEKS, 0.9, n))
        rate = np.exp(usual + slow + rng.normal(0, world.season) + time * apart[department])
        reach.append(rng.poisson(rate * rng.gamma(world.burst, 1 / world.burst, n) * active / WEEKS))
        weeks.append(active)
        slow = 0.6 * slow + 0.8 * rng.normal(0, world.drift, n)
    kept = [0, 1, 2, 3, 5]
    return Happened(usual, department, np.array(reach, np.float64)[kept], np.array(weeks)[kept])


def choose(how: str, house: Happened, mentees: int, rng: np.random.Generator) -> Ints:
    """Return who takes part: drawn from three times as many of whom it holds, or from all."""
    many, noise = 3 * mentees, rng.random(len(house.usual))
    last, before = house.reach[3], house.reach[2]
    by = {
        "the loudest": -last,
        "the quietest": last,
        "who was falling": last - before,
        "who was rising": before - last,
    }
    if how == "truly loud":
        weight = np.exp(house.usual)
        return rng.choice(len(noise), mentees, replace=False, p=weight / weight.sum())
    if how == "at random":
        return rng.choice(len(noise), mentees, replace=False)
    return rng.choice(np.argsort(by[how] + noise)[:many], mentees, replace=False)


def programme(world: World, how: str, seed: int, effect: float = 0.0) -> Together:
    """Run one invented programme; with an effect so many people more respond to the mentees afterwards."""
    rng = np.random.default_rng(seed)
    house = happen(world, rng)
    mentees = choose(how, house, world.mentees, rng)
    after = house.reach[4].copy()
    after[mentees] += rng.poisson(effect * after[mentees])
    return compared(house.before(), house.department, np.stack([after, house.weeks[4]]), mentees)


def compared(before: Sequence[Before], department: Ints, after: Floats, mentees: Ints) -> Together:
    """Match the mentees and say how all moved; `after` has a row of reach and one of active weeks."""
    everybody = np.arange(len(before))
    others = np.setdiff1d(everybody, mentees)
    levels, nobody = np.array([one.levels for one in before]), np.zeros(len(before), np.int64)
    rows = matched(*(Leaders(levels[who], nobody[who], department[who]) for who in (mentees, others)))
    beside = {str(one): [str(other) for other in others[row]] for one, row in zip(mentees, rows, strict=True)}
    now = {str(n): (float(after[0, n]), int(after[1, n])) for n in everybody}
    return together(beside, {str(n): one for n, one in enumerate(before)}, now, LEAST)


def share(hits: int, of: int) -> str:
    """Write a share with its 95 % Monte-Carlo error, in per cent."""
    if not of:
        return "too few"
    rate = hits / of
    return f"{100 * rate:.1f} ± {196 * sqrt(max(rate * (1 - rate), 1 / of) / of):.1f}"


def row(name: str, found: Sequence[Together]) -> str:
    """Return one row: how often it worked, how often what followed differs either way, how often it is too few."""
    told = [one for one in found if one.value is not None]
    differs = sum(one.apart for one in told)
    worked = sum(one.apart and (one.value or 0) > 0 for one in told)
    return f"| {name} | {share(worked, len(told))} | {share(differs, len(told))} | {len(found) - len(told)} |"


HEAD = "| {} | worked, % | differs, % | too few |\n|---|---|---|---|"


def table(many: int) -> str:
    """Return everything that is measured, as Markdown."""
    worlds = {"reach 6 in eight weeks": World(), "reach 20, steadier": World(median=20, drift=0.2, burst=10)}
    lines = [HEAD.format("without effect; mentees are")]
    for name, world in worlds.items():
        for how in CHOSEN:
            found = [programme(world, how, seed) for seed in range(many)]
            lines.append(row(f"{how} ({name})", found))
    lines += ["", HEAD.format(f"with {EFFECT:.0%} more people".replace("%", " %"))]
    for name, world in worlds.items():
        for mentees in (8, 16, 40):
            larger = replace(world, mentees=mentees, leaders=150 + 6 * mentees)
            found = [programme(larger, "at random", seed, EFFECT) for seed in range(many)]
            lines.append(row(f"{mentees} mentees ({name})", found))
    return "\n".join(lines) + "\n"


def placebos(path: Path, many: int) -> str:
    """Draw mentees from a real log, at starts through its second half: nobody was in a programme."""
    lines = [HEAD.format("a real log; mentees were in no programme")]
    with Workspace(path) as workspace:
        until = workspace.analysis.whole_window().until
        seen = [_seen(workspace, until - weeks * WEEK) for weeks in (16, 24, 32, 40)]
    for effect in (0.0, EFFECT):
        found = [_placebo(*one, seed, effect) for one in seen for seed in range(many // len(seen))]
        leaders = ", ".join(str(len(before)) for before, _ in seen)
        told = "no effect" if not effect else f"{effect:.0%} more people added".replace("%", " %")
        lines.append(row(f"{told}, of {leaders} leaders", found))
    return "\n".join(lines) + "\n"


def _seen(workspace: Workspace, start: int, fewest: float = 3.0) -> tuple[list[Before], Floats]:
    """Return how far those who reached some people did so before a start, and eight to sixteen weeks after it."""
    analysis, length = workspace.analysis, WEEKS * WEEK
    human = np.setdiff1d(np.arange(len(analysis.people)), list(analysis.bots))
    every = Cohort(analysis, human, Window(start - length, start), WEEKS).before(human)
    kept = [
        n
        for n, one in enumerate(every)
        if one.reach >= fewest and one.weeks >= WEEKS / 2 and one.earlier is not None
    ]
    after = reach_and_weeks(analysis, Window(start + length, start + 2 * length), WEEKS, human[kept])
    return [every[n] for n in kept], np.stack(after).astype(np.float64)


def _placebo(before: Sequence[Before], after: Floats, seed: int, effect: float) -> Together:
    rng = np.random.default_rng(seed)
    mentees = rng.choice(len(before), World.mentees, replace=False)
    moved = after.copy()
    moved[0, mentees] += rng.poisson(effect * moved[0, mentees])
    return compared(before, np.zeros(len(before), np.int64), moved, mentees)


def main() -> None:
    """Measure, and write or print."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--quick", action="store_true")
    asked.add_argument("--log", type=Path, metavar="WORKSPACE")
    given = asked.parse_args()
    many = PROGRAMMES // 10 if given.quick else PROGRAMMES
    told = placebos(given.log, many) if given.log else table(many)
    print(told)
    if not given.quick and not given.log:
        place = Path(__file__).with_suffix(".md")
        place.write_text(f"{place.read_text().partition('<!-- measured -->')[0]}<!-- measured -->\n\n{told}")


if __name__ == "__main__":
    main()
