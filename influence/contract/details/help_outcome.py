"""What belongs to the outcome of help: who asked, who was answered, and what became of them."""

from __future__ import annotations

from dataclasses import dataclass

from influence.contract.details.record import Detail


@dataclass(frozen=True)
class Asking(Detail):
    """People who asked at least so often and less often than the next row's: answered, not answered, and the good."""

    least: int | None
    helped: int | None
    helped_good: int | None
    others: int | None
    others_good: int | None


@dataclass(frozen=True)
class HelpOutcome(
    Detail,
    of=("help_outcome",),
    counts=("stated", "asked", "helped", "others", "unclear", "contradicting"),
    nameless=("crude", "crude_interval", "apart"),
):
    """People outside whose outcome is stated, who asked, who was answered and who was not, and how many did well.

    `unclear` have an outcome that is no word of the settings (`words`: which, and of how many people), `contradicting`
    one that is good and one that is bad; neither is counted. `crude` is the difference without strata, in percentage
    points, with Newcombe's interval; `apart` tells whether the interval of the value leaves 0 out.
    """

    stated: int | None = None
    asked: int | None = None
    helped: int | None = None
    helped_good: int | None = None
    others: int | None = None
    others_good: int | None = None
    unclear: int | None = None
    contradicting: int | None = None
    crude: float | None = None
    crude_interval: tuple[float, float] | None = None
    apart: bool | None = None
    by_requests: tuple[Asking, ...] = ()
    words: tuple[tuple[str, int], ...] = ()
