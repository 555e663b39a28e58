"""The whole organisation at once: everybody's reach, possible reach and position, and how they are shared out.

`python benchmarks/organisation.py DATA`, where DATA holds `lean_zulip/lean_zulip_activities.parquet`: 838,795
activities of 5,400 people. Prints seconds and the largest memory so far (the loops are compiled on the last day
first, which takes a second run no time), and checks some people one by one.
"""

from __future__ import annotations

import resource
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from time import perf_counter
from typing import TypeVar

import numpy as np

from influence import Workspace
from influence.measures import many
from influence.measures.position import scores
from influence.measures.reach import limited_waiting_time_reach
from influence.reach.acquaintance import digital_network
from influence.reach.ego import Ego
from influence.reach.everybody import everybodys_reach
from influence.reach.possible import everybodys_possible_reach
from influence.reach.steps import Passing
from influence.times import DAY

_Result = TypeVar("_Result")
CHECKED = 50


def timed(what: str, part: Callable[[], _Result]) -> _Result:
    """Run one part and print how long it took and how much memory was held at most until then."""
    begun = perf_counter()
    result = part()
    seconds = perf_counter() - begun
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1e6 if sys.platform == "darwin" else 1e3)
    print(f"{what:<58}{seconds:>8.2f} s{memory:>8.0f} MB", flush=True)
    return result


def main(data: Path) -> None:
    """Import the archive into a new workspace and measure everybody."""
    with tempfile.TemporaryDirectory() as folder:
        with Workspace.create(Path(folder) / "lean") as workspace:
            log = data / "lean_zulip/lean_zulip_activities.parquet"
            timed("import 838,795 activities", lambda: workspace.import_path(log))
        with Workspace(Path(folder) / "lean") as workspace:
            begun = perf_counter()
            measure(workspace)
            print(f"{'all but the import':<58}{perf_counter() - begun:>8.2f} s")
            check(workspace)


def measure(workspace: Workspace) -> None:
    """Time each part."""
    population = timed("read: people, links, responses", lambda: workspace.analysis)
    window, people = population.whole_window(), len(population.people)
    timed("compile on one day", lambda: _compile(workspace))
    reaches = timed(
        "everybody's reach: who reached whom, and m", lambda: everybodys_reach(population, window)
    )
    responses = population.responses(window)
    timed(
        "everybody's possible reach (k = 4, 14 days), exact",
        lambda: everybodys_possible_reach(responses, people, population.bots, Passing()),
    )
    network = timed("network of responses", lambda: population.network(window))
    timed("its digital part", lambda: digital_network(population, window))
    timed("everybody's position, all eight measures", lambda: scores(network))
    timed(
        "shared out: gini, absence, coverage, second generation",
        lambda: many.organisation(population, window),
    )
    print(
        f"{people:,} people, {len(responses):,} responses, {len(reaches):,} pairs of leader and reached, {network}"
    )


def _compile(workspace: Workspace) -> None:
    population = workspace.analysis
    whole = population.whole_window()
    day = type(whole)(whole.until - DAY, whole.until)
    responses = population.responses(day)
    everybodys_possible_reach(responses, len(population.people), population.bots, Passing())
    scores(population.network(day))
    many.organisation(population, day)


def check(workspace: Workspace) -> None:
    """Compare some people with what one leader's own reading gives."""
    population = workspace.analysis
    window, people = population.whole_window(), len(population.people)
    reaches, responses = everybodys_reach(population, window), population.responses(window)
    possible = everybodys_possible_reach(responses, people, population.bots, Passing())
    chosen = np.random.default_rng(1).choice(people, CHECKED, replace=False).tolist()
    for leader in chosen:
        ego = Ego(population, leader, window)
        one = limited_waiting_time_reach(responses, leader, people, population.bots, (4, 14))
        if ego.found != reaches.of(leader) or one.value != possible.values[leader]:
            raise SystemExit(f"{ego.person} differs")
    print(f"{CHECKED} people drawn at random are the same one by one")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
