"""How often a campaign without effect is told as a change, and how often one with an effect is: simulated weeks.

    .venv/bin/python benchmarks/campaigns.py [--campaigns 500] [--lift 1.3]
    .venv/bin/python benchmarks/campaigns.py --others 500

Prints a table for `benchmarks/campaigns.md`: of each kind of weeks, in how many of so many campaigns without effect
`influence.chance.interrupted` says "changed", and in how many with the lift. The weekly count of people is negative
binomial around a mean that wanders as an AR(1) in logarithms; short forms of it run in the tests. `--others` prints how
often the usual ways say so of such campaigns without effect, with the same columns: plain least squares, Newey and
West's errors with four lags, and an AR(1) that is estimated and taken for known (statsmodels' GLSAR).
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import stdtr
from statsmodels.regression.linear_model import GLSAR, OLS

from influence.chance.interrupted import ERRORS, interrupted, spread_of
from influence.kernels.arrays import Flags, Floats, Ints

AFTER = 4


@dataclass(frozen=True)
class Kind:
    """Weeks of one kind: how many before and during, people a week, correlation and spread of what wanders.

    `lumps` is the size of the negative binomial: a small one makes counts far more scattered than chance alone would.
    """

    before: int
    during: int
    mean: float
    correlation: float
    spread: float
    lumps: float
    trend: float = 0.0
    yearly: float = 0.0

    def __str__(self) -> str:
        """Name it as a row of the table."""
        told = f"{self.before} | {self.during} | {self.mean:.0f} | {self.correlation} | {self.spread:.0%}"
        return f"{told} | {self.lumps:.0f} | {self.trend:+.0%} | {self.yearly:.0%}"


KINDS = (
    Kind(12, 4, 20, 0.3, 0.25, 20),
    Kind(12, 4, 100, 0.6, 0.25, 50),
    Kind(26, 4, 20, 0.0, 0.0, 10),
    Kind(26, 4, 20, 0.3, 0.25, 20),
    Kind(26, 8, 20, 0.6, 0.25, 20),
    Kind(26, 8, 100, 0.6, 0.1, 200),
    Kind(26, 2, 100, 0.6, 0.1, 200),
    Kind(52, 6, 5, 0.6, 0.3, 10),
    Kind(52, 6, 20, 0.6, 0.25, 20),
    Kind(52, 6, 20, 0.3, 0.1, 100),
    Kind(52, 6, 100, 0.6, 0.1, 200),
    Kind(52, 13, 20, 0.6, 0.25, 20),
    Kind(52, 13, 100, 0.3, 0.1, 200, trend=0.5),
    Kind(110, 6, 100, 0.6, 0.1, 200, yearly=0.2),
    Kind(110, 6, 20, 0.3, 0.25, 20, trend=-0.3, yearly=0.2),
)


def weeks(kind: Kind) -> Ints:
    """Return the numbers of the weeks before, during and after."""
    return np.arange(-kind.before, kind.during + AFTER)


def simulated(kind: Kind, lift: float, random: np.random.Generator) -> Ints:
    """Draw how many people responded in each week; during the campaign so many times as many are to be expected."""
    at = weeks(kind)
    wander, last = np.empty(len(at)), random.standard_normal()
    for week in range(len(at)):
        wander[week] = last
        last = kind.correlation * last + np.sqrt(1 - kind.correlation**2) * random.standard_normal()
    logs = np.log(kind.mean) + kind.spread * wander + np.log1p(kind.trend) * at / 52
    expected = np.exp(logs + kind.yearly * np.sin(2 * np.pi * at / 52.18))
    expected[(at >= 0) & (at < kind.during)] *= lift
    lumpy: Floats = expected * random.gamma(kind.lumps, 1 / kind.lumps, len(at))
    return random.poisson(lumpy).astype(np.int64)


def columns(kind: Kind) -> Floats:
    """Return the columns of the regression, the step last."""
    at = weeks(kind).astype(np.float64)
    during = (at >= 0) & (at < kind.during)
    found = [np.ones(len(at)), at, at >= kind.during]
    if kind.during >= 3:
        found.append(np.where(during, at - at[during].mean(), 0.0))
    if kind.before >= 104:
        found += [np.sin(2 * np.pi * at * 7 / 365.25), np.cos(2 * np.pi * at * 7 / 365.25)]
    return np.stack([*found, during], axis=1).astype(np.float64)


def changed(kind: Kind, lift: float, campaigns: int, seed: int = 1) -> int:
    """Return of how many campaigns it is said that they changed something.

    All are worked out at once, as `interrupted` works out one; the first ten are asked of it too.

    Raises:
        ArithmeticError: the two do not agree.
    """
    random = np.random.default_rng(seed)
    drawn = np.stack([simulated(kind, lift, random) for _ in range(campaigns)], axis=1)
    told = _told(weeks(kind).astype(np.float64), columns(kind), np.log(drawn + 0.5))
    asked = [interrupted(weeks(kind), one, kind.during).changed for one in drawn.T[:10]]
    if told[:10].tolist() != asked:
        raise ArithmeticError(f"worked out at once and one by one do not agree: {kind}")
    return int(told.sum())


def _told(at: Floats, design: Floats, logs: Floats) -> Flags:
    """Tell of which columns of counts, in logarithms, the interval of the step leaves out 0."""
    free = len(at) - design.shape[1]
    likelihood, below = [], []
    for rho, own in ERRORS:
        whiten = np.linalg.inv(np.linalg.cholesky(spread_of(at, rho, own)))
        basis, upper = np.linalg.qr(whiten @ design)
        white = whiten @ logs
        rest = ((white - basis @ (basis.T @ white)) ** 2).sum(axis=0)
        step = np.linalg.inv(upper)[-1]
        scale = np.sqrt(step @ step * rest / free)
        below.append(stdtr(free, -(step @ basis.T @ white) / scale))
        sizes = np.log(np.diag(whiten)).sum() - np.log(np.abs(np.diag(upper))).sum()
        likelihood.append(sizes - free / 2 * np.log(rest) - np.log(1 - rho))
    weight = np.exp(np.array(likelihood) - np.max(likelihood, axis=0))
    share = (weight / weight.sum(axis=0) * np.array(below)).sum(axis=0)
    apart: Flags = (share < 0.025) | (share > 0.975)
    return apart


def others(kind: Kind, campaigns: int) -> list[float]:
    """Return how often least squares, Newey and West, and an estimated AR(1) find a change where there is none."""
    random, at = np.random.default_rng(1), weeks(kind).astype(float)
    during = (at >= 0) & (at < kind.during)
    columns = [np.ones(len(at)), at, during, np.where(during, at - at[during].mean(), 0), at >= kind.during]
    design = np.stack(columns, axis=1).astype(float)
    found = np.zeros(3)
    for _ in range(campaigns):
        logs = np.log(simulated(kind, 1.0, random) + 0.5)
        plain = OLS(logs, design)
        fits = (
            plain.fit(),
            plain.fit(cov_type="HAC", cov_kwds={"maxlags": 4, "use_correction": True}),
            GLSAR(logs, design, rho=1).iterative_fit(maxiter=20),
        )
        found += [fit.pvalues[2] < 0.05 for fit in fits]
    return [float(one) for one in found / campaigns]


def compare(campaigns: int) -> None:
    """Print the table of the others."""
    print("| before | during | people a week | ρ | least squares | Newey–West | estimated AR(1) |")
    print("|---|---|---|---|---|---|---|")
    for kind in (KINDS[1], KINDS[4], KINDS[8], KINDS[11]):
        told = " | ".join(f"{one:.1%}" for one in others(kind, campaigns))
        print(
            f"| {kind.before} | {kind.during} | {kind.mean:.0f} | {kind.correlation} | {told} |", flush=True
        )


def main(words: Sequence[str]) -> None:
    """Print the table."""
    given = dict(zip(words[::2], words[1::2], strict=True))
    if "--others" in given:
        compare(int(given["--others"]))
        return
    campaigns, lift = int(given.get("--campaigns", 500)), float(given.get("--lift", 1.3))
    print(f"| before | during | people a week | ρ | spread | lumps | trend | yearly | without | × {lift} |")
    print("|---|---|---|---|---|---|---|---|---|---|")
    falsely, every = 0, 0
    for kind in KINDS:
        wrong, right = (changed(kind, one, campaigns) for one in (1.0, lift))
        falsely, every = falsely + wrong, every + campaigns
        print(f"| {kind} | {wrong / campaigns:.1%} | {right / campaigns:.0%} |", flush=True)
    print(f"\nOf {every:,} campaigns without effect {falsely / every:.1%} are told as a change.")


if __name__ == "__main__":
    main(sys.argv[1:])
