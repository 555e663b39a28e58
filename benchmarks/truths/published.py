"""What others found on public data, and that data: figures and a free table stand here, the rest is read where given.

What may not stand here is looked for in the folder that INFLUENCE_TRUTHS names, else in ../shared/data/truths;
truths.md says of each file where it is public and under what terms.
"""

from __future__ import annotations

import csv
import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from influence.chance.thread_test import Contacts, Threads, contacts, threads
from influence.times import DAY, HOUR

Ints = NDArray[np.int64]
ROOT = Path(__file__).resolve().parents[2]


def given(name: str) -> Path:
    """Return where a file lies, if it is at hand."""
    return Path(os.environ.get("INFLUENCE_TRUTHS") or ROOT.parent / "shared/data/truths") / name


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
    with (ROOT / "benchmarks/truths/nile.csv").open(encoding="ascii", newline="") as stream:
        return {int(row["year"]): float(row["volume"]) for row in csv.DictReader(stream)}


# --- paths that respect time (Lentz, Selhorst, Sokolov 2013) -------------------------------------------------

HYPERTEXT = "sociopatterns_hypertext.dat"
"""Rows `one other time` of 20,818 contacts of 20 s between 113 people; time in steps of 20 s."""


@dataclass(frozen=True)
class Meetings:
    """Who was face to face with whom, in order of time; people are numbered from 0."""

    one: Ints
    other: Ints
    time: Ints
    people: int

    def both_ways(self) -> Meetings:
        """Return each contact twice, once in each direction."""
        pairs = (self.one, self.other), (self.other, self.one)
        one, other = (np.stack(ends, axis=1).ravel() for ends in zip(*pairs, strict=True))
        return Meetings(one, other, np.repeat(self.time, 2), self.people)


def hypertext() -> Meetings:
    """Read the contacts of the conference.

    Raises:
        OSError: the file is not at hand.
    """
    rows = np.loadtxt(given(HYPERTEXT), dtype=np.int64)
    rows = rows[np.argsort(rows[:, 2], kind="stable")]
    badges, ends = np.unique(rows[:, :2], return_inverse=True)
    one, other = ends.reshape(-1, 2).T
    return Meetings(one, other, rows[:, 2], len(badges))


# --- what spread from one to the next, and what did not (Gomez-Rodriguez et al. 2010; Coleman et al. 1957) ----

CASCADES, NETWORK = "netinf-example-cascades.txt", "netinf-example-network.txt"
"""NETINF's example: 54 cascades simulated over a network of 32 nodes and 63 links, and that network."""
PHYSICIANS = "medical_innovation.csv"
"""Columns of netdiffuseR's `medInnovations`: city, id, toa (month of the first prescription, 18 for none), net*."""


@dataclass(frozen=True)
class Spread:
    """Who took up what when (a row each), and who knew whom; people are numbered from 0, times in microseconds."""

    what: Ints
    person: Ints
    time: Ints
    ties: Ints
    people: int

    def shuffled(self, seed: int) -> Spread:
        """Return the same with who came when shuffled among those who took up each."""
        random, person = np.random.default_rng(seed), self.person.copy()
        for one in np.unique(self.what):
            person[self.what == one] = random.permutation(person[self.what == one])
        return Spread(self.what, person, self.time, self.ties, self.people)

    def known(self) -> Contacts:
        """Return who knew whom, from the beginning."""
        one, other = self.ties.T
        return contacts(one, other, np.full(len(self.ties), -1), self.people)

    def threads(self) -> Threads:
        """Return what was taken up as threads that begin at 0."""
        return threads(self.what, self.person, self.time, np.zeros_like(self.what))


def cascades() -> Spread:
    """Read NETINF's example; a unit of its time is taken as an hour.

    Raises:
        OSError: a file is not at hand.
    """
    nodes, runs = given(CASCADES).read_text("ascii").split("\n\n")
    _, links = given(NETWORK).read_text("ascii").split("\n\n")
    number = {line.split(",")[0]: n for n, line in enumerate(nodes.split())}
    pairs = [line.split(",") for line in links.split()]
    rows = [
        (what, number[who], round(float(when) * HOUR))
        for what, line in enumerate(runs.split())
        for who, when in zip(line.split(",")[::2], line.split(",")[1::2], strict=True)
    ]
    what, person, time = np.array(rows, np.int64).T
    ties = np.array([[number[one], number[other]] for one, other, *_ in pairs], np.int64)
    return Spread(what, person, time, ties, len(number))


def physicians() -> Spread:
    """Read Medical Innovation: physicians of four cities, whom they named as advisers, discussion partners, friends.

    Named physicians who were not asked, and those who did not prescribe in 17 months, take nothing up.

    Raises:
        OSError: the file is not at hand.
    """
    with given(PHYSICIANS).open(encoding="utf-8", newline="") as stream:
        rows = [
            {
                name: int(float(value))
                for name, value in row.items()
                if value not in ("", "NA") and _used(name)
            }
            for row in csv.DictReader(stream)
        ]
    number = {(row["city"], row["id"]): n for n, row in enumerate(rows)}
    named = [
        (n, number[row["city"], value])
        for n, row in enumerate(rows)
        for name, value in row.items()
        if name.startswith("net") and (row["city"], value) in number
    ]
    took = [(row["city"], n, row["toa"] * 30 * DAY) for n, row in enumerate(rows) if row["toa"] < 18]
    what, person, time = np.array(took, np.int64).T
    return Spread(what, person, time, np.array(named, np.int64), len(rows))


def _used(name: str) -> bool:
    return name in ("city", "id", "toa") or name.startswith("net")
