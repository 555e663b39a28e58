"""Strengths fitted to labels: logistic regression over the evidence, then isotonic calibration.

A fit takes the place of the default strengths once the user has accepted it; it is kept as numbers, so that
nothing but NumPy is needed to use it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from influence.contract.errors import InfluenceError
from influence.kernels.arrays import Floats
from influence.people.decisions import this_user
from influence.store.engine import Engine

FEATURES = (
    *("meeting in_person", "meeting unknown", "meeting online"),
    *("message", "contact", "chart", "tie", "uncovered"),
)
"""What a fit knows of: evidence, and the part of a year that no calendar covers; amounts enter as ln(1 + amount)."""
FEWEST, OF_EACH = 50, 5
"""Labels that a fit needs, and of each answer."""
BINS = 5


class FitError(InfluenceError):
    """Why nothing can be fitted or taken back, in one sentence."""


@dataclass(frozen=True)
class Bin:
    """One row of the reliability curve: pairs with alike m, the mean of it, and how many of them had met."""

    pairs: int
    m: float
    met: float


@dataclass(frozen=True)
class Fit:
    """m = isotonic(b + Σ w ln(1 + amount)); `brier` is cross-validated, `brier_default` that of the defaults.

    `weights` go with `FEATURES`; `scores` and `values` are the steps of the isotonic part, scores ascending.
    """

    weights: tuple[float, ...]
    bias: float
    scores: tuple[float, ...]
    values: tuple[float, ...]
    labels: int
    brier: float
    brier_default: float
    curve: tuple[Bin, ...] = ()

    def each(self, rows: Floats) -> Floats:
        """Return the probability of having met, in (0, 1): `rows` is pairs × FEATURES, amounts as they are.

        >>> fit = Fit((2.0, *[0.0] * 7), -1.0, (-1.0, 1.0), (0.1, 0.9), 50, 0.05, 0.2)
        >>> fit.each(np.array([[0.0] * 8, [1.0] + [0.0] * 7])).round(3).tolist()
        [0.1, 0.655]
        """
        score = self.bias + np.log1p(rows) @ np.array(self.weights)
        found: Floats = np.interp(score, self.scores, self.values)
        return found


def fit(rows: Floats, met: NDArray[np.bool_], default: Floats, *, seed: int = 1) -> Fit:
    """Fit m to labelled pairs: `rows` (pairs × FEATURES) of evidence, whether they had `met`, m by `default`.

    The Brier score, the mean of (m − met)², is cross-validated over five folds, each with its own calibration, so
    that no pair is judged by a fit that has seen it; beside it stands the score of the defaults on the same
    pairs. Sources: Brier 1950, doi:10.1175/1520-0493(1950)078<0001:VOFEIT>2.0.CO;2; Zadrozny & Elkan 2002,
    doi:10.1145/775047.775151 (isotonic calibration).

    Raises:
        FitError: there are fewer than 50 labels, or fewer than five of one answer.

    >>> rows = np.zeros((60, 8))
    >>> rows[:30, 0] = 1.0
    >>> found = fit(rows, np.arange(60) < 30, np.full(60, 0.5))
    >>> found.brier < 0.01, found.brier_default, found.each(rows[:1]).round(2).tolist()
    (True, 0.25, [0.98])
    """
    _refuse(met)
    judged = _judged_unseen(rows, met, seed)
    weights, bias, scores, values = _fitted(rows, met, seed)
    return Fit(
        tuple(weights.tolist()),
        bias,
        tuple(scores.tolist()),
        tuple(values.tolist()),
        len(met),
        float(np.mean((judged - met) ** 2)),
        float(np.mean((default - met) ** 2)),
        tuple(reliability(judged, met)),
    )


def _refuse(met: NDArray[np.bool_]) -> None:
    yes, no = int(met.sum()), int((~met).sum())
    if yes + no < FEWEST:
        raise FitError(
            f"a fit needs {FEWEST} labels of people about whom there could be evidence; there are {yes + no}: "
            "go on with `label`"
        )
    if min(yes, no) < OF_EACH:
        raise FitError(
            f"a fit needs at least {OF_EACH} labels of each answer; of {yes + no}, {yes} say met and {no} say never"
        )


def _judged_unseen(rows: Floats, met: NDArray[np.bool_], seed: int) -> Floats:
    """Return m of every pair by a fit to the other folds."""
    judged = np.zeros(len(met))
    for seen, unseen in _folds(met, seed):
        weights, bias, scores, values = _fitted(rows[seen], met[seen], seed)
        judged[unseen] = np.interp(bias + np.log1p(rows[unseen]) @ weights, scores, values)
    return judged


def _fitted(rows: Floats, met: NDArray[np.bool_], seed: int) -> tuple[Floats, float, Floats, Floats]:
    """Fit the regression to all, and the isotonic part to scores of pairs that their regression has not seen.

    The calibrated values keep off 0 and 1 by one answer in n + 2: some evidence is wrong however much agrees.
    """
    from sklearn.isotonic import IsotonicRegression  # 1 s to import, and only a fit needs it

    unseen = np.zeros(len(met))
    for inside, outside in _folds(met, seed):
        weights, bias = _regressed(rows[inside], met[inside])
        unseen[outside] = bias + np.log1p(rows[outside]) @ weights
    edge = 1 / (len(met) + 2)
    steps = IsotonicRegression(y_min=edge, y_max=1 - edge, out_of_bounds="clip").fit(
        unseen, met.astype(float)
    )
    weights, bias = _regressed(rows, met)
    return weights, bias, steps.X_thresholds_, steps.y_thresholds_


def _regressed(rows: Floats, met: NDArray[np.bool_]) -> tuple[Floats, float]:
    from sklearn.linear_model import LogisticRegression

    model = LogisticRegression(C=1.0, max_iter=1_000).fit(np.log1p(rows), met)
    return model.coef_[0].astype(np.float64), float(model.intercept_[0])


def _folds(met: NDArray[np.bool_], seed: int) -> Sequence[tuple[NDArray[np.int64], NDArray[np.int64]]]:
    """Five folds with the same share of either answer; fewer where an answer is rare."""
    from sklearn.model_selection import StratifiedKFold

    count = max(2, min(5, int(met.sum()), int((~met).sum())))
    return list(StratifiedKFold(count, shuffle=True, random_state=seed).split(met, met))


def reliability(m: Floats, met: NDArray[np.bool_]) -> list[Bin]:
    """Return the reliability curve: five bins of m, equally wide, each with its mean m and the share who had met.

    >>> reliability(np.array([0.1, 0.1, 0.9]), np.array([False, True, True]))
    [Bin(pairs=2, m=0.1, met=0.5), Bin(pairs=1, m=0.9, met=1.0)]
    """
    places = np.minimum((m * BINS).astype(np.int64), BINS - 1)
    return [
        Bin(int(own.sum()), float(m[own].mean()), float(met[own].mean()))
        for own in (places == number for number in range(BINS))
        if own.any()
    ]


# --- what was accepted --------------------------------------------------------------------------------------


def standing_fit(engine: Engine) -> Fit | None:
    """Return the fit that the user accepted last and has not taken back."""
    found = _standing(engine)
    return _read(json.loads(found["fit"])) if found is not None else None


def accept(engine: Engine, found: Fit, *, by: str | None = None) -> int:
    """Keep a fit: from here on it says m. Returns its number."""
    return _append(engine, json.dumps(asdict(found), sort_keys=True), None, by)


def take_back(engine: Engine, *, by: str | None = None) -> int:
    """Undo the fit that stands, so that the one before it, or the default strengths, count again; return its number.

    Raises:
        FitError: no fit stands.
    """
    found = _standing(engine)
    if found is None:
        raise FitError("no fit is in use; the strengths of the settings count")
    _append(engine, None, int(found["seq"]), by)
    return int(found["seq"])


def _standing(engine: Engine) -> dict[str, Any] | None:
    rows = engine.arrow(
        "SELECT seq, fit FROM fit_log WHERE undoes IS NULL "
        "AND seq NOT IN (SELECT undoes FROM fit_log WHERE undoes IS NOT NULL) ORDER BY seq DESC LIMIT 1"
    ).to_pylist()
    return dict(rows[0]) if rows else None


def _append(engine: Engine, body: str | None, undoes: int | None, by: str | None) -> int:
    number = int(engine.arrow("SELECT coalesce(max(seq), 0) + 1 AS n FROM fit_log").column("n")[0].as_py())
    engine.run(
        "INSERT INTO fit_log VALUES (?, ?, ?, ?, ?)",
        [number, datetime.now(UTC), by or this_user(), body, undoes],
    )
    return number


def _read(body: Mapping[str, Any]) -> Fit:
    lists = {name: tuple(body[name]) for name in ("weights", "scores", "values")}
    # a fit that an earlier version kept did not know of coverage
    lists["weights"] += (0.0,) * (len(FEATURES) - len(lists["weights"]))
    curve = tuple(Bin(**each) for each in body.get("curve", ()))
    return Fit(**{**body, **lists, "curve": curve})
