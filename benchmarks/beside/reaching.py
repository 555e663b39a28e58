"""Reach through time, and whom to begin with: ours beside Reticula, Raphtory and pynetim."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.beside import inputs
from benchmarks.beside.graphs import _ties
from benchmarks.beside.work import Inputs, Timed, Work

WAIT, HANDS = 14 * 86_400, 4
ASKED = 200
"""Sources from which Raphtory is asked; for everybody it would take days."""
SEEDS, RUNS = 20, 2_000


# --- possible reach -------------------------------------------------------------------------------------------


def our_reach(path: Path) -> Timed:
    """Estimate everybody's possible reach through at most four hands; of a few contacts before, to compile."""
    held = np.load(path)
    columns = held["source"], held["target"], held["time"] * 1_000_000
    people = int(held["nodes"])
    _possible(people, *(column[:50_000] for column in columns))
    return lambda: _possible(people, *columns)


def _possible(people: int, source: np.ndarray, target: np.ndarray, time: np.ndarray) -> Any:
    from influence.network.responses import Responses
    from influence.reach.possible import everybodys_possible_reach
    from influence.reach.steps import Passing

    none = np.full(time.size, -1)
    codes = (each.astype(np.int32) for each in (target, source))
    responses = Responses(np.arange(time.size), *codes, none, none > 0, time)
    return everybodys_possible_reach(responses, people, frozenset(), Passing(WAIT * 1_000_000, HANDS))


def _stated(_: Path, found: Any) -> float:
    return float(found.error) if hasattr(found, "error") else float("nan")


def reticula_reach(path: Path) -> Timed:
    """Estimate the out-cluster of every contact within the same waiting time, through any number of hands."""
    import reticula as r

    held = np.load(path)
    edge = r.directed_temporal_edge[r.int64, r.int64]
    rows = zip(held["source"].tolist(), held["target"].tolist(), held["time"].tolist(), strict=True)
    network = r.directed_temporal_network[r.int64, r.int64]([edge(*row) for row in rows])

    def timed() -> None:
        waiting = r.temporal_adjacency.limited_waiting_time[edge](WAIT)
        r.out_cluster_size_estimates(network, waiting, 1, 1)

    return timed


def raphtory_reach(path: Path) -> Timed:
    """Follow time-respecting paths of at most four hands from `ASKED` sources, one after another."""
    import pandas as pd
    from raphtory import Graph, algorithms

    held = np.load(path)
    graph = Graph()
    columns = {"time": held["time"], "src": held["source"], "dst": held["target"]}
    graph.load_edges(pd.DataFrame(columns), time="time", src="src", dst="dst")
    sources = np.unique(held["source"])[:ASKED].tolist()

    def timed() -> None:
        for source in sources:
            algorithms.temporally_reachable_nodes(graph, HANDS, -1, [source])

    return timed


# --- whom to begin with ---------------------------------------------------------------------------------------


def _chances(path: Path) -> tuple[int, np.ndarray, np.ndarray, np.ndarray]:
    """Return the ties with the chance of the weighted cascade: 1 by the number of ties that lead to the target."""
    nodes, source, target = _ties(path)
    return nodes, source, target, 1 / np.bincount(target, minlength=nodes)[target]


def _spread(path: Path, seeds: Any) -> float:
    from influence.advice.spread import CascadeModel, simulated_spread

    return simulated_spread(CascadeModel.from_ties(*_chances(path)), list(seeds), runs=RUNS)


def our_seeds(path: Path) -> Timed:
    """Find the best seeds by IMM, ε = 0.3."""
    from influence.advice.spread import CascadeModel, most_spread

    ties = _chances(path)
    most_spread(CascadeModel.from_ties(3, [0, 1], [1, 2], [0.5, 0.5]), 1)
    return lambda: most_spread(CascadeModel.from_ties(*ties), SEEDS).acts


def pynetim_seeds(path: Path) -> Timed:
    """Find them by pynetim's IMM with the same ε."""
    import pynetim

    _, source, target, chance = _chances(path)
    ties, weights = list(zip(source.tolist(), target.tolist(), strict=True)), chance.tolist()

    def search() -> Any:
        graph = pynetim.IMGraph(ties, weights, renumber=False)
        return pynetim.IMMAlgorithm(graph, model="IC", epsilon=0.3).run(k=SEEDS)

    return search


def _few(given: Inputs) -> Path:
    return inputs.contacts(given.folder, 20_000, 100_000)


def _many(given: Inputs) -> Path:
    size = (1_000_000, 10_000_000) if given.full else (100_000, 1_000_000)
    return inputs.contacts(given.folder, *size)


def _network(given: Inputs) -> Path:
    return inputs.network(given.folder, *((100_000, 1_000_000) if given.full else (20_000, 200_000)))


WORKS = [
    Work(
        "possible reach for everybody, many contacts",
        _many,
        our_reach,
        {},
        answer="stated error",
        judge=_stated,
    ),
    Work(
        "possible reach for everybody, 100,000 contacts",
        _few,
        our_reach,
        {"Reticula": reticula_reach, f"Raphtory, from {ASKED} only": raphtory_reach},
        answer="stated error",
        judge=_stated,
    ),
    Work(
        f"the {SEEDS} best seeds",
        _network,
        our_seeds,
        {"pynetim": pynetim_seeds},
        20,
        "pynetim",
        "people reached",
        _spread,
    ),
]
