"""What is measured on: networks with hubs (R-MAT), logs of any number of activities, and published data."""

from __future__ import annotations

import tarfile
from pathlib import Path

import numpy as np

from benchmarks.generated import write

_QUARTERS = (0.57, 0.19, 0.19, 0.05)
"""How likely a tie falls into each quarter of the matrix: Graph500's."""
CONTACTS_LAST = 2 * 365 * 86_400
"""Seconds over which contacts are spread."""


class MissingInput(Exception):
    """An input that cannot be made here; the sentence says where it comes from."""


def network(folder: Path, nodes: int, ties: int) -> Path:
    """Return a file with `source` and `target` of a directed network, each tie once, without loops.

    Source: Chakrabarti, Zhan, Faloutsos 2004, R-MAT: a recursive model for graph mining,
    doi:10.1137/1.9781611972740.43.
    """
    place = folder / f"network-{nodes}-{ties}.npz"
    if not place.exists():
        rng = np.random.default_rng(1)
        levels = int(np.ceil(np.log2(nodes)))
        keys = np.empty(0, np.int64)
        while keys.size < ties:
            source, target = _fallen(rng, levels, ties + ties // 4)
            kept = (source != target) & (source < nodes) & (target < nodes)
            keys = np.unique(np.concatenate([keys, source[kept] * nodes + target[kept]]))
        chosen = np.sort(rng.permutation(keys)[:ties])
        np.savez(place, source=chosen // nodes, target=chosen % nodes, nodes=nodes)
    return place


def _fallen(rng: np.random.Generator, levels: int, count: int) -> tuple[np.ndarray, np.ndarray]:
    source, target = np.zeros(count, np.int64), np.zeros(count, np.int64)
    for _ in range(levels):
        quarter = np.searchsorted(np.cumsum(_QUARTERS)[:-1], rng.random(count))
        source, target = 2 * source + quarter // 2, 2 * target + quarter % 2
    return source, target


def contacts(folder: Path, people: int, count: int) -> Path:
    """Return a file with `source`, `target` and `time` (whole seconds, sorted) of contacts with hubs."""
    place = folder / f"contacts-{people}-{count}.npz"
    if not place.exists():
        rng = np.random.default_rng(2)
        weight = np.cumsum(1 / np.arange(1, people + 1) ** 0.7)
        source, target = (np.searchsorted(weight, rng.random(count) * weight[-1]) for _ in range(2))
        target = np.where(source == target, (target + 1) % people, target)
        time = np.sort(rng.integers(0, CONTACTS_LAST, count))
        np.savez(place, source=source, target=target, time=time, nodes=people)
    return place


def log(folder: Path, count: int) -> Path:
    """Return a folder with the same generated activities as Parquet, CSV and JSON Lines."""
    place = folder / f"log-{count}"
    if not (place / "activities.jsonl").exists():
        write(count, place)
    return place


def mailbox(folder: Path, data: Path | None) -> Path:
    """Return a folder with one mbox of the mail of four executives (Enron, public).

    Raises:
        MissingInput: the published archive is not at hand.
    """
    place = folder / "mailbox"
    if not (place / "mail.mbox").exists():
        archive = published(data, "enron_executives/enron_executives.tar.xz")
        place.mkdir(parents=True, exist_ok=True)
        with tarfile.open(archive) as packed, (place / "mail.mbox").open("wb") as mbox:
            for member in packed:
                if member.isfile() and (held := packed.extractfile(member)) is not None:
                    _appended(mbox, held.read())
    return place


def _appended(mbox, content: bytes) -> None:  # type: ignore[no-untyped-def]
    if content.startswith(b"From "):
        mbox.write(content)
    elif (
        content.lstrip()
        .lower()
        .startswith((b"message-id:", b"received:", b"from:", b"date:", b"return-path:"))
    ):
        mbox.write(b"From - Mon Jan  1 00:00:00 2001\n" + content.replace(b"\nFrom ", b"\n>From ") + b"\n\n")


def published(data: Path | None, name: str) -> Path:
    """Return a file of the folder of published data.

    Raises:
        MissingInput: it is not there.
    """
    if data is None or not (data / name).exists():
        raise MissingInput(f"{name} is not at hand: --data names the folder that holds it")
    return data / name
