"""Whom one leader has met, among 50,000 people and 200,000 encounters: `python benchmarks/met.py [EVERY]`.

The leader is in every EVERY-th encounter (default 1: all of them, the worst case). Prints the seconds of each step and
the largest memory.
"""

from __future__ import annotations

import resource
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from influence import Workspace
from influence.met.encounters import met_by
from influence.reach.population import Population

PEOPLE, ENCOUNTERS, LISTED = 50_000, 200_000, 4
START = int(datetime(2025, 1, 1, tzinfo=UTC).timestamp())
YEAR = 365 * 86_400


def account(number: int) -> str:
    """Return the account of a person."""
    return f"email:p{number:05}@acme.example"


def activities() -> pa.Table:
    """Make one post by the leader, person 0, and an answer by everybody else."""
    rng = np.random.default_rng(1)
    times = np.sort(rng.integers(START, START + YEAR, PEOPLE))
    return pa.table(
        {
            "id": [str(n) for n in range(PEOPLE)],
            "time": pa.array(times * 1_000_000, pa.timestamp("us", "UTC")),
            "actor": [account(n) for n in range(PEOPLE)],
            "verb": ["post", *["reply"] * (PEOPLE - 1)],
            "parent": [None, *["0"] * (PEOPLE - 1)],
        }
    )


def encounters(every: int) -> pa.Table:
    """Make meetings of some people each, the leader in every `every`-th."""
    rng = np.random.default_rng(2)
    people = rng.integers(1, PEOPLE, (ENCOUNTERS, LISTED))
    people[::every, 0] = 0
    kinds = np.array(["in_person", "unknown", "online"])[rng.integers(0, 3, ENCOUNTERS)]
    return pa.table(
        {
            "id": [f"e{n}" for n in range(ENCOUNTERS)],
            "time": pa.array(
                rng.integers(START, START + YEAR, ENCOUNTERS) * 1_000_000, pa.timestamp("us", "UTC")
            ),
            "people": [[account(n) for n in row] for row in people.tolist()],
            "kind": kinds.tolist(),
            "evidence": ["calendar"] * ENCOUNTERS,
            "place": [f"room {n % 40}" for n in range(ENCOUNTERS)],
        }
    )


class Clock:
    """Prints how long each step took."""

    def __init__(self) -> None:
        self._last = perf_counter()

    def tell(self, what: str) -> None:
        """Print the seconds since the last step."""
        now = perf_counter()
        print(f"{what:<52}{now - self._last:>9.2f} s")
        self._last = perf_counter()


def main(every: int) -> None:
    """Import, read, gather the evidence, and ask m of everybody."""
    with tempfile.TemporaryDirectory() as folder, Workspace.create(Path(folder) / "acme") as workspace:
        for name, table in (("activities", activities()), ("encounters", encounters(every))):
            pq.write_table(table, Path(folder) / f"{name}.parquet")
            workspace.import_path(Path(folder) / f"{name}.parquet", connector=name)
        clock = Clock()
        population = Population(workspace.store.engine, workspace.settings)
        clock.tell("who is who, and the log")
        leader = population.people.find(account(0))
        met = met_by(population.tables, leader, workspace.settings.strengths)
        clock.tell(f"met_by: {len(met.pieces):,} pieces of evidence")
        at = (START + YEAR // 2) * 1_000_000
        everybody = np.arange(len(population.people))
        total = met.each(everybody, np.full_like(everybody, at))[0].sum()
        clock.tell(f"m of {len(population.people):,} people, {total:,.1f} met")
    used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1e6 if sys.platform == "darwin" else 1e3)
    print(f"{'largest memory, with the making of the data':<52}{used:>9.0f} MB")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1)
