"""What others found on public data."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]


# --- species not seen (Chao 1984, 1987) ---------------------------------------------------------------------


@dataclass(frozen=True)
class Survey:
    """How many species one survey saw in how many units (individuals, or soil samples), and what iNEXT says of it.

    `once` and `twice` are the species seen in one and two units, `sightings` all that were seen, each species once a
    unit. `richness`, its 95 % interval and the sample `coverage` are iNEXT 3.0.2's `ChaoRichness` and `DataInfo`.
    """

    place: str
    units: int
    sightings: int
    species: int
    once: int
    twice: int
    richness: float
    interval: tuple[float, float]
    coverage: float

    def times(self) -> Ints:
        """Return in how many units each species was seen: those seen more than twice share the rest evenly."""
        rest = self.species - self.once - self.twice
        each, more = divmod(self.sightings - self.once - 2 * self.twice, rest)
        return np.repeat([1, 2, each, each + 1], [self.once, self.twice, rest - more, more])


SURVEYS = (
    Survey("spiders, girdled trees", 168, 168, 26, 12, 4, 43.893, (30.511, 96.971), 0.9289),
    Survey("spiders, logged trees", 252, 252, 37, 14, 4, 61.403, (43.502, 128.583), 0.9446),
    Survey("ciliates, Etosha Pan", 19, 516, 216, 107, 44, 339.255, (290.496, 419.928), 0.8017),
    Survey("ciliates, Central Namib", 17, 379, 130, 63, 28, 196.706, (165.015, 257.078), 0.8425),
    Survey("ciliates, Southern Namib", 15, 358, 150, 82, 28, 262.067, (212.388, 351.305), 0.7816),
)


# --- a level that broke (Cobb 1978) --------------------------------------------------------------------------


def nile() -> dict[int, float]:
    """Return the flow of the Nile at Aswan by year, 1871 to 1970, in 10⁸ m³."""
    with (Path(__file__).parent / "nile.csv").open(encoding="ascii", newline="") as stream:
        return {int(row["year"]): float(row["volume"]) for row in csv.DictReader(stream)}
