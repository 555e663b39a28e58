"""Is m(v) right as often as it says? `python benchmarks/calibration/met.py` writes met.md beside it.

Invented leaders of whom it is known whom they had met, read by the program itself: imported, resolved and measured,
1,000 leaders a row in the first world and 250 in the others. About a quarter of an hour on two cores. `--quick` takes
fifty leaders a row and prints instead of writing.
"""

from __future__ import annotations

import argparse
import multiprocessing
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import chain
from math import ceil, floor, sqrt
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from influence import Workspace
from influence.measures.reach import whole_people
from influence.reach.ego import Ego

LEADERS, FURTHER, FEW = 1000, 250, 50
SHARES = (0.0, 0.25, 0.5, 0.75, 1.0)
MONTH, MONTHS = 2_629_800, 36
WINDOW = int(datetime(2026, 1, 1, tzinfo=UTC).timestamp())
ABOUT = {"the same site": 0.7, "another site": 0.3, "customers": 0.2, "partners": 0.1}
"""Circles of people, and about which share of each the leader has met; each leader's own share varies around it."""
RIGHT = {"in_person": 0.95, "unknown": 0.4}
"""How often an entry of a kind was a meeting face to face, as the settings say."""


@dataclass(frozen=True)
class World:
    """How meetings happen: `again` further meetings with whom one has met, a share `old` of all before the last year.

    `since`: the calendar is kept from some day on, not in months here and there.
    """

    name: str
    again: float = 2.0
    old: float = 0.2
    since: bool = False


WORLDS = (
    World("who is met is met three times, months kept here and there"),
    World("who is met is met once", again=0.0),
    World("who is met is met six times", again=5.0),
    World("the calendar is kept from some day on", since=True, old=0.0),
)


@dataclass(frozen=True)
class Leader:
    """What is true of one leader's people: circle and whether met, by person, and the entries that were kept."""

    circle: NDArray[np.str_]
    met: NDArray[np.bool_]
    entries: tuple[tuple[int, int, str], ...]


def invent(world: World, share: float, rng: np.random.Generator) -> Leader:
    """Invent a leader: whom they had met before everybody's first response, and what of it the calendar kept.

    An entry in person is a meeting face to face as often as the settings say, independently of others; all entries of
    unknown kind with one person are, or none is.
    """
    size = rng.integers(5, 40, len(ABOUT))
    circle = np.repeat(np.array(list(ABOUT)), size)
    likely = np.repeat([rng.beta(6 * p, 6 * (1 - p)) for p in ABOUT.values()], size)
    met, held = np.zeros(len(circle), bool), list[tuple[int, int, str]]()
    for person in np.flatnonzero(rng.uniform(size=len(circle)) < likely).tolist():
        entries = list(_meetings(person, world, rng))
        vague = rng.uniform() < RIGHT["unknown"]
        met[person] = any(
            vague if kind == "unknown" else rng.uniform() < RIGHT["in_person"] for _, _, kind in entries
        )
        held += entries
    held += [
        (int(month), int(rng.integers(len(circle))), "online") for month in np.repeat(np.arange(MONTHS), 8)
    ]
    kept = np.arange(MONTHS) < round(share * 12)
    if not world.since:
        kept = rng.permutation(np.arange(MONTHS) < round(share * MONTHS))
    return Leader(circle, met, tuple(entry for entry in held if kept[entry[0]]))


def _meetings(person: int, world: World, rng: np.random.Generator) -> Iterator[tuple[int, int, str]]:
    """Yield the entries with one person: months ago, person, kind."""
    for _ in range(1 + rng.poisson(world.again)):
        kind = "in_person" if rng.uniform() < 0.8 else "unknown"
        yield int(rng.integers(12, MONTHS) if rng.uniform() < world.old else rng.integers(12)), person, kind


def write(leaders: list[Leader], folder: Path, rng: np.random.Generator) -> None:
    """Write what the program reads: a post by each leader and everybody's answer, the people, the calendars."""
    acts, people, meetings = [], [], []
    for number, one in enumerate(leaders):
        me, post = f"email:l{number}@acme.example", f"p{number}"
        acts.append((post, WINDOW, me, "post", None))
        people.append((me, [me], None, "Oslo", f"Group {number}"))
        for person, circle in enumerate(one.circle.tolist()):
            who = f"email:l{number}p{person}@{_HOUSE[circle]}.example"
            acts.append((f"{post}-{person}", WINDOW + 60 + person, who, "reply", post))
            people.append((who, [who], _SPHERE[circle], _SITE[circle], None))
        for month, person, kind in one.entries:
            who = f"email:l{number}p{person}@{_HOUSE[one.circle[person]]}.example"
            when = WINDOW - month * MONTH - int(rng.integers(1, MONTH))
            meetings.append((when, [me, who], kind, "calendar"))
    _table(folder / "activities.parquet", ("id", "time", "actor", "verb", "parent"), acts)
    _table(folder / "people.parquet", ("person", "accounts", "sphere", "site", "organisation"), people)
    if meetings:
        _table(folder / "encounters.parquet", ("time", "people", "kind", "evidence"), meetings)


_HOUSE = {"the same site": "acme", "another site": "acme", "customers": "buyer", "partners": "ally"}
_SPHERE = {"the same site": None, "another site": None, "customers": "customer", "partners": "partner"}
_SITE = {"the same site": "Oslo", "another site": "Rome", "customers": None, "partners": None}


def _table(file: Path, names: tuple[str, ...], rows: list[tuple[object, ...]]) -> None:
    columns = dict(zip(names, map(list, zip(*rows, strict=True)), strict=True))
    if "time" in columns:
        columns["time"] = pa.array([1_000_000 * when for when in columns["time"]], pa.timestamp("us", "UTC"))
    pq.write_table(pa.table(columns), file)


def measured(leaders: list[Leader], rng: np.random.Generator) -> Iterator[tuple[Ego, list[int]]]:
    """Import everything and yield each leader with whom they reached, by place among the leader's people."""
    with tempfile.TemporaryDirectory() as folder:
        write(leaders, Path(folder), rng)
        with Workspace.create(Path(folder) / "workspace") as workspace:
            for kind in ("activities", "people", "encounters"):
                if (file := Path(folder) / f"{kind}.parquet").exists():
                    workspace.import_path(file, connector=kind)
            population = workspace.analysis
            for number in range(len(leaders)):
                ego = Ego(
                    population,
                    population.people.find(f"email:l{number}@acme.example"),
                    population.whole_window(),
                )
                names = [population.people.who[alter.person].person for alter in ego.found]
                yield ego, [int(name.partition("@")[0].rpartition("p")[2]) for name in names]


@dataclass
class Tally:
    """What came out for one circle: people, those truly met, Σ m; over all and over those of whom nothing tells."""

    people: int = 0
    met: int = 0
    m: float = 0.0

    def add(self, met: NDArray[np.bool_], m: NDArray[np.float64]) -> None:
        """Take some people in."""
        self.people, self.met, self.m = (
            self.people + len(met),
            self.met + int(met.sum()),
            self.m + float(m.sum()),
        )

    def told(self) -> str:
        """Write mean m against the true share, in percent."""
        if not self.people:
            return "–"
        return f"{100 * self.m / self.people:.1f} / {100 * self.met / self.people:.1f}"


def row(
    world: World, share: float, leaders: int, seed: int
) -> tuple[Mapping[str, Tally], Tally, Tally, float, float]:
    """Return mean m against truth by circle, of the known and the unknown, and how often the bounds hold."""
    rng = np.random.default_rng(seed)
    invented = [invent(world, share, rng) for _ in range(leaders)]
    circles, known, unknown = {name: Tally() for name in ABOUT}, Tally(), Tally()
    held = literal = 0
    # a store of a thousand leaders would be read a thousand times
    stores = [invented[place : place + FEW] for place in range(0, leaders, FEW)]
    egos = chain.from_iterable(measured(store, rng) for store in stores)
    for one, (ego, person) in zip(invented, egos, strict=True):
        m, tells = np.array([alter.m for alter in ego.found]), np.array([alter.known for alter in ego.found])
        met = one.met[person]
        for name, tally in circles.items():
            own = one.circle[person] == name
            tally.add(met[own], m[own])
        known.add(met[tells], m[tells])
        unknown.add(met[~tells], m[~tells])
        truth, sure = int((~met).sum()), float((1 - m[tells]).sum())
        least, most = whole_people(ego.found, ego.met)
        held += least <= truth <= most
        literal += floor(sure) <= truth <= ceil(sure + (~tells).sum())
    return circles, known, unknown, held / leaders, literal / leaders


def line(asked: tuple[World, int, int]) -> str:
    """Return one line of a table: a world, the place of a share of months kept, how many leaders."""
    world, number, leaders = asked
    circles, known, unknown, held, literal = row(world, SHARES[number], leaders, 100 + number)
    error = 100 * sqrt(max(held * (1 - held), 1 / leaders) / leaders)
    told = " | ".join(tally.told() for tally in circles.values())
    return (
        f"| {SHARES[number]:.0%} | {told} | {known.told()} | {unknown.told()} | "
        f"{100 * held:.1f} ± {error:.1f} | {100 * literal:.1f} |"
    )


HEAD = """# Is m(v) right as often as it says?

Made by `python benchmarks/calibration/met.py`. Invented leaders with 20 to 156 people each who responded, in four
circles of whom the leader has met about 70, 30, 20 and 10 % (each leader's own shares vary around these: a beta law of
weight 6). The calendars were kept for 0 to 100 % of the months. Each cell is mean m(v) / the share truly met, in
percent; all is imported and measured by the program itself.

Entries in person are meetings face to face as often as the settings say (95 %), and so are entries of unknown kind
(40 %, all of one person or none). At 0 % nothing tells, and m(v) is what the settings suppose: such a number is never
shown, only the range. At 25 % most people are unknown; what is supposed of them is learned from the few months that
were kept, and in small circles held near the setting, as if ten people more were known (κ = 10).

The last two columns say how often the number of people never met is held, in percent: by the range that a
report shows (99 % certainty; ± one Monte-Carlo error), and by the bounds alone, rounded outwards, which say only what
hangs on the unknown and take what is known of people at its word.
"""
TITLE = (
    "| months kept | " + " | ".join(ABOUT) + " | all known | all unknown | shown range holds | bounds alone |"
)


def main(*, quick: bool) -> str:
    """Return the whole page."""
    leaders = {world: FEW if quick else LEADERS if world is WORLDS[0] else FURTHER for world in WORLDS}
    asked = [(world, number, leaders[world]) for world in WORLDS for number in range(len(SHARES))]
    parts, lines = [HEAD], []
    with multiprocessing.get_context("spawn").Pool() as pool:
        for each in pool.imap(line, asked):
            print(each, flush=True)
            lines.append(each)
    for place, world in enumerate(WORLDS):
        own = lines[place * len(SHARES) : (place + 1) * len(SHARES)]
        title = f"\n## {world.name[0].upper()}{world.name[1:]}\n\n{leaders[world]:,} leaders a row.\n"
        parts += [title, TITLE, "|---" * 9 + "|", *own]
    return "\n".join(parts) + "\n"


if __name__ == "__main__":
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--quick", action="store_true")
    quick = asked.parse_args().quick
    page = main(quick=quick)
    if not quick:
        Path(__file__).with_suffix(".md").write_text(page, encoding="utf-8")
