"""A row of bars small enough for a cell of a table, as the path of an SVG."""

from __future__ import annotations

from collections.abc import Sequence

HIGH = 10
"""How high the highest bar is; each stands in a place 1 wide."""
_BAR, _LEAST = 0.8, 0.5


def bars(values: Sequence[int]) -> str:
    """Draw values as bars in their order, the largest `HIGH` high and none that is above 0 too low to be seen.

    >>> bars([0, 5, 10])
    'M1 10v-5h0.8v5zM2 10v-10h0.8v10z'
    """
    most = max(values, default=0)
    heights = [round(max(_LEAST, HIGH * value / most), 2) if value > 0 else 0 for value in values]
    return "".join(
        f"M{place} {HIGH}v-{high:g}h{_BAR}v{high:g}z" for place, high in enumerate(heights) if high
    )
