"""Invented activities of any number, as a real log has them: few people do most, answers come soon, some meet.

`python benchmarks/generated.py 1000000 FOLDER` writes `activities.parquet`, `.csv` and `.jsonl`.
The same number gives the same rows. A third word, from 0 to 1, is the part of all activities that are one person's.
"""

from __future__ import annotations

import sys
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

_VERBS = np.array(["message", "post", "reply", "comment", "react"])
_SHARE = (0.25, 0.15, 0.35, 0.15, 0.10)
_BEGINS, _SECONDS = np.datetime64("2024-01-01T00:00:00", "us"), 2 * 365 * 86_400


def activities(count: int, seed: int = 1, share: float | None = None) -> pa.Table:
    """Make activities in order of time by `count` / 5 people, of whom a few do most (Zipf, 1.1; `x:0` most of all).

    Answers go to one of the 2,000 items before them; messages to one to three people, whom a person draws anew. `share`
    is the part of all that `x:0` does, beside whom nobody stands out then.
    """
    rng = np.random.default_rng(seed)
    people = max(50, count // 5)
    actor = _drawn(rng, people, count) if share is None else _beside_one(rng, people, count, share)
    verb = rng.choice(_VERBS.size, count, p=_SHARE)
    moment = np.sort(rng.integers(0, _SECONDS * 1_000_000, count))
    back = 1 + np.minimum(rng.geometric(0.01, count), np.arange(count))
    parent = np.where((verb >= 2) & (np.arange(count) > 0), np.maximum(np.arange(count) - back, 0), -1)
    near = (actor[:, None] + rng.integers(1, 40, (count, 3))) % people
    sent = np.where(verb == 0, rng.integers(1, 4, count), 0)
    held = np.arange(3) < sent[:, None]
    names = pa.array([f"x:{code}" for code in range(people)])
    offsets = pa.array(np.concatenate([[0], np.cumsum(sent)]).astype(np.int32))
    ids = pc.binary_join_element_wise("a", pa.array(np.arange(count)).cast(pa.string()), "")
    return pa.table(
        {
            "id": ids,
            "time": pa.array(_BEGINS + moment.astype("timedelta64[us]")).cast(pa.timestamp("us", "UTC")),
            "actor": names.take(pa.array(actor)),
            "verb": pa.array(_VERBS[verb]),
            "parent": ids.take(pa.array(parent, mask=parent < 0)),
            "to": pa.ListArray.from_arrays(offsets, names.take(pa.array(near[held]))),
            "channel": pa.array([f"c{n}" for n in range(50)]).take(pa.array(rng.integers(0, 50, count))),
            "text": pa.array(_PHRASES).take(pa.array(rng.integers(0, len(_PHRASES), count))),
        }
    )


_PHRASES = [
    "thanks, that works for us",
    "could you have a look at the second page before Friday?",
    "great to meet you in Oslo yesterday",
    'he said: "no, not yet", and left it there; we go on',
    "see https://example.org/a/b?c=d, and tell me what you think",
    "ok",
    "the numbers of last quarter are out and they look better than what we had hoped for in spring",
]


def _drawn(rng: np.random.Generator, people: int, count: int) -> np.ndarray:
    weight = np.cumsum(1 / np.arange(1, people + 1) ** 1.1)
    return np.searchsorted(weight, rng.random(count) * weight[-1])


_AHEAD = 300
"""So many are left out of those who do most, that nobody may stand out."""


def _beside_one(rng: np.random.Generator, people: int, count: int, share: float) -> np.ndarray:
    weight = np.cumsum(1 / np.arange(_AHEAD, _AHEAD + people - 1) ** 1.1)
    others = 1 + np.searchsorted(weight, rng.random(count) * weight[-1])
    return np.where(rng.random(count) < share, 0, others)


def write(count: int, folder: Path, share: float | None = None) -> None:
    """Write the activities in each of our formats."""
    folder.mkdir(parents=True, exist_ok=True)
    rows = activities(count, share=share)
    pq.write_table(rows, folder / "activities.parquet")
    engine = duckdb.connect()
    engine.register("rows", rows)
    engine.execute("SET TimeZone = 'UTC'")
    stamped = "SELECT * REPLACE (strftime(time, '%Y-%m-%dT%H:%M:%S.%fZ') AS time"
    flat = f'{stamped}, array_to_string("to", \';\') AS "to") FROM rows'
    engine.execute(f"COPY ({flat}) TO '{folder / 'activities.csv'}' (HEADER)")
    engine.execute(f"COPY ({stamped}) FROM rows) TO '{folder / 'activities.jsonl'}' (FORMAT json)")


if __name__ == "__main__":
    write(int(sys.argv[1]), Path(sys.argv[2]), *map(float, sys.argv[3:]))
