"""Whether a weekly count is another while something runs than the weeks before let expect: interrupted time series."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from influence.contract.errors import InfluenceError
from influence.contract.language import because
from influence.kernels.arrays import Flags, Floats

FEWEST_BEFORE = 12
"""With fewer weeks before, what would have been is known so badly that nothing but a flood would show."""
FEWEST_A_WEEK = 3.0
"""With fewer people a week than this, in the mean of the weeks before, the logarithm follows the noise."""
TWO_YEARS = 104
"""From so many weeks before on a yearly wave is allowed for."""
_YEAR = 365.25 / 7
_SLOPE_FROM = 3
"""A line through fewer weeks than this says nothing of where they are going."""
ERRORS = tuple((float(rho), own) for rho in (*np.linspace(0.0, 0.9, 16), 0.98) for own in (0.0, 0.33, 0.66))
"""What errors may be like: the correlation ρ of what goes on from week to week, and the part that is each week's."""
_EDGE = 0.025
_NO_NOISE = 1e-9
"""Weeks that are all alike have no scatter, and nothing may be divided by it."""


class CannotTell(InfluenceError):
    """The weeks do not let it be told; the sentence says what it would take."""


class NeedsStatsmodels(InfluenceError):
    """The library of the field is not installed; the sentence has the command that installs it."""


@dataclass(frozen=True)
class Factor:
    """By how many times something is more or less, with its 95 % interval; 1 is no change."""

    times: float
    low: float
    high: float

    @property
    def apart(self) -> bool:
        """Whether the interval leaves out 1."""
        return self.low > 1 or self.high < 1


@dataclass(frozen=True)
class Interrupted:
    """What a segmented regression tells of a weekly count; arrays have one value a week, in the count's own unit.

    `mean` is the whole of the weeks during against what those before let expect, and decides; `level` is the step in
    the first of them, `slope` how much faster it grows a week (None of fewer than three weeks), `after` the weeks
    after against the same expectation (None without any). `expected` goes on with the weeks before as if nothing had
    happened. `correlation` is that of one week with the next, `yearly` tells whether a wave of the year is in it.
    """

    mean: Factor
    level: Factor
    slope: Factor | None
    after: Factor | None
    fitted: Floats
    expected: Floats
    correlation: float
    yearly: bool

    @property
    def changed(self) -> bool:
        """Whether the weeks during are others than those before let expect."""
        return self.mean.apart


def interrupted(week: ArrayLike, count: ArrayLike, during: int) -> Interrupted:
    """Compare a weekly count with the weeks before by a segmented regression whose errors may go on from week to week.

    `week` numbers the weeks from the first one during (0), those before are negative, and some may be missing; `count`
    is how many there were in each; `during` how many weeks it runs. log(count + ½) = level + trend (+ a yearly wave,
    from two years before on) + step and bend during + step after + error: an AR(1) over the weeks between them and a
    noise of each week's own, as counts have it. Its correlation ρ and the part of the noise are not estimated and then
    taken for true, which in short series makes chance look like change, but averaged over (`ERRORS`): each pair weighs
    with its restricted likelihood and 1 / (1 − ρ), and gives each effect a t law; the interval is that of the mixture.
    `benchmarks/campaigns.md` has how often it cries wolf.

    Source: Wagner, Soumerai, Zhang, Ross-Degnan 2002, Segmented regression analysis of interrupted time series studies,
    J. Clin. Pharm. Ther. 27(4), doi:10.1046/j.1365-2710.2002.00430.x; Zellner and Tiao 1964, Bayesian analysis of the
    regression model with autocorrelated errors, JASA 59, doi:10.1080/01621459.1964.10480726, for the averaging; Turner
    et al. 2021, doi:10.1186/s12874-021-01306-w, for what the usual corrections do in short series.

    Raises:
        CannotTell: there are too few weeks before, none during, or too little in them.
        NeedsStatsmodels: statsmodels is not installed.
        ValueError: lengths differ, or a count is negative.

    >>> weeks = np.arange(-30, 6)
    >>> found = interrupted(weeks, np.where(weeks >= 0, 40, 20) + weeks % 3, during=6)
    >>> found.changed, 1.8 < found.mean.times < 2.2
    (True, True)
    """
    at, counts = np.asarray(week, np.float64), np.asarray(count, np.float64)
    if at.shape != counts.shape or at.ndim != 1 or (counts < 0).any():
        raise ValueError("week and count must have one length, and no count may be negative")
    _refuse_too_little(at, counts, during)
    columns = _columns(at, during)
    laws = _Laws(at, np.log(counts + 0.5), columns)
    return Interrupted(
        mean=laws.factor(columns.effect("step")),
        level=laws.factor(_at_first(columns)),
        slope=laws.factor(columns.effect("bend")) if "bend" in columns.names else None,
        after=laws.factor(columns.effect("after")) if "after" in columns.names else None,
        fitted=np.exp(laws.fitted(columns.design)),
        expected=np.exp(laws.fitted(np.where(columns.of_effects, 0.0, columns.design))),
        correlation=laws.correlation,
        yearly="wave" in columns.names,
    )


def _refuse_too_little(at: Floats, counts: Floats, during: int) -> None:
    before = at < 0
    if before.sum() < FEWEST_BEFORE:
        raise CannotTell(
            because(
                "it needs {needed} weeks on record before the campaign, and there are {n}",
                needed=FEWEST_BEFORE,
                n=int(before.sum()),
            )
        )
    if not ((at >= 0) & (at < during)).any():
        raise CannotTell(because("there is no whole week of the campaign on record"))
    if counts[before].mean() < FEWEST_A_WEEK:
        raise CannotTell(
            because(
                "fewer than {n} people a week responded before the campaign, too few to compare with",
                n=int(FEWEST_A_WEEK),
            )
        )


# --- the regression -----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Columns:
    """The design: one column a name, the effects marked."""

    names: tuple[str, ...]
    design: Floats
    during: Floats

    @property
    def of_effects(self) -> Flags:
        """Which columns are what happened since the first week, rather than what went before."""
        return np.isin(self.names, ("step", "bend", "after"))

    def effect(self, name: str) -> Floats:
        """Return the contrast that picks one column."""
        return np.array([float(one == name) for one in self.names])


def _columns(at: Floats, during: int) -> _Columns:
    on, after = (at >= 0) & (at < during), at >= during
    columns = {"level": np.ones(len(at)), "trend": at / _YEAR}
    if at.min() <= -TWO_YEARS:
        angle = 2 * np.pi * at / _YEAR
        columns |= {"wave": np.sin(angle), "other wave": np.cos(angle)}
    columns["step"] = on.astype(np.float64)
    if on.sum() >= _SLOPE_FROM:
        columns["bend"] = np.where(on, at - at[on].mean(), 0.0)
    if after.any():
        columns["after"] = after.astype(np.float64)
    return _Columns(tuple(columns), np.stack(list(columns.values()), axis=1), at[on])


def _at_first(columns: _Columns) -> Floats:
    """Return the contrast of the first week during: the step, and where the bend begins."""
    first = columns.during[0] - columns.during.mean()
    contrast: Floats = columns.effect("step") + first * columns.effect("bend")
    return contrast


class _Laws:
    """The law of every effect: a t law for each correlation of the errors, and how much each weighs."""

    def __init__(self, at: Floats, logs: Floats, columns: _Columns) -> None:
        fits = [_fit(logs, columns.design, spread_of(at, *one)) for one in ERRORS]
        self._next = np.array([rho * (1 - own) for rho, own in ERRORS])
        self._coefficients = np.stack([fit.params for fit in fits])
        self._spread = np.stack([fit.cov_params() for fit in fits])
        self._free = float(fits[0].df_resid)
        weight = np.array([_restricted(fit) for fit in fits]) - np.log([1 - rho for rho, _ in ERRORS])
        weight = np.exp(weight - weight.max())
        self._weight = weight / weight.sum()

    @property
    def correlation(self) -> float:
        """The mean correlation of one week's error with the next one's."""
        return float(self._weight @ self._next)

    def fitted(self, design: Floats) -> Floats:
        """Return what a design lets expect, in logarithms."""
        fitted: Floats = design @ (self._weight @ self._coefficients)
        return fitted

    def factor(self, contrast: Floats) -> Factor:
        """Return an effect as a factor, with the interval that leaves 2.5 % of the mixture on either side."""
        from scipy.optimize import brentq  # scipy costs 0.1 s, and only a campaign needs it

        middle = self._coefficients @ contrast
        scale = np.sqrt(np.einsum("i,kij,j->k", contrast, self._spread, contrast)) + _NO_NOISE
        reach = 1 + 400 * float(scale.max())
        edges = (middle.min() - reach, middle.max() + reach)

        def beyond(value: float, share: float) -> float:
            return self._below(value, middle, scale) - share

        low, high = (float(brentq(beyond, *edges, args=(share,))) for share in (_EDGE, 1 - _EDGE))
        with np.errstate(over="ignore"):
            return Factor(*(float(np.exp(one)) for one in (self._weight @ middle, low, high)))

    def _below(self, value: float, middle: Floats, scale: Floats) -> float:
        from scipy.special import stdtr

        return float(self._weight @ stdtr(self._free, (value - middle) / scale))


def spread_of(at: Floats, correlation: float, own: float) -> Floats:
    """Return how errors go together: by ρ to the power of the weeks between them, but for the part that is their own.

    >>> spread_of(np.array([0.0, 1.0, 3.0]), 0.5, 0.2)[0].round(3).tolist()
    [1.0, 0.4, 0.1]
    """
    apart = np.abs(at[:, None] - at[None, :])
    spread: Floats = np.where(apart == 0, 1.0, (1 - own) * correlation**apart)
    return spread


def _fit(logs: Floats, design: Floats, spread: Floats) -> Any:
    """Fit by generalised least squares."""
    try:
        from statsmodels.regression.linear_model import GLS  # a second, and only a campaign needs it
    except ModuleNotFoundError:
        raise NeedsStatsmodels(
            "to compare with the time before, statsmodels is needed: pip install 'networked-influence[campaign]'"
        ) from None
    return GLS(logs, design, sigma=spread).fit()


def _restricted(fit: Any) -> float:
    """Return the restricted log-likelihood of a fit, without what all fits share."""
    model = fit.model
    _, spread = np.linalg.slogdet(model.sigma)
    _, known = np.linalg.slogdet(model.wexog.T @ model.wexog)
    return float(-0.5 * (spread + known + fit.df_resid * np.log(max(float(fit.ssr), 1e-12))))
