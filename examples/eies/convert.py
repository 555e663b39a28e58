"""Make the files of this folder from the published data on the researchers who used EIES in 1978.

    python convert.py FOLDER OUT

FOLDER holds eies_messages.rda and eies_relations.rda of the R package networkdata
(github.com/schochastics/networkdata). Of R's serialisation only what these two files use is read.
"""

from __future__ import annotations

import csv
import gzip
import struct
import sys
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import Any

TIES = ("source", "target", "weight", "meaning", "layer", "directed")
PEOPLE = ("person", "name", "accounts", "department")
ACTIVITIES = ("time", "actor", "verb", "mentions")
ENCOUNTERS = ("time", "people", "kind", "evidence")

DISCIPLINES = {1: "Sociology", 2: "Anthropology", 3: "Mathematics and statistics", 4: "Other"}
MET = 2
"""The code of a person I have met; 3 is a friend, 4 a close one, 1 only heard of, 0 unknown or no reply."""
DURING, AFTER = "1978-05-01T12:00:00Z", "1978-09-01T12:00:00Z"
"""Moments of ours, for the order alone: the published data date neither a message nor a questionnaire."""

_BROKEN = (AttributeError, EOFError, IndexError, KeyError, RecursionError, TypeError, ValueError)
Pair = tuple[int, int]


@dataclass(frozen=True)
class Study:
    """What was published; researchers are numbered from 1.

    `messages` counts what i sent to j, nothing to oneself; `before` and `after` are what i said of j.
    """

    disciplines: tuple[str, ...]
    messages: dict[Pair, int]
    before: dict[Pair, int]
    after: dict[Pair, int]

    def met(self, said: dict[Pair, int]) -> list[Pair]:
        """Return the pairs who had met by the word of either, the lower number first."""
        numbers = range(1, len(self.disciplines) + 1)
        return [
            (i, j)
            for i, j in combinations(numbers, 2)
            if max(said.get((i, j), 0), said.get((j, i), 0)) >= MET
        ]


def read(folder: Path) -> Study:
    """Read the two files of `folder`.

    Raises:
        OSError: a file is missing or not compressed as published.
        ValueError: a file is not what it should be.
    """
    messages, _, counts = _graph(folder / "eies_messages.rda", ("weight",))
    relations, disciplines, codes = _graph(folder / "eies_relations.rda", ("rank_1", "rank_2"))
    before, after = (
        {pair: int(code) for pair, code in zip(relations, codes[name], strict=True) if code == code}
        for name in ("rank_1", "rank_2")
    )
    sent = {(i, j): int(n) for (i, j), n in zip(messages, counts["weight"], strict=True) if i != j}
    return Study(tuple(disciplines), sent, before, after)


def _graph(path: Path, wanted: tuple[str, ...]) -> tuple[list[Pair], list[str], dict[str, list[float]]]:
    """Return the edges of an igraph graph, everybody's discipline, and the wanted attributes of the edges."""
    try:
        graph = _R(gzip.decompress(path.read_bytes())).graph(path.stem)
        from_, to, attributes = graph[2], graph[3], graph[8]
        vertices, edges = (dict(zip(*reversed(each), strict=True)) for each in attributes[2:4])
        pairs = [(int(i) + 1, int(j) + 1) for i, j in zip(from_, to, strict=True)]
        disciplines = [DISCIPLINES[code] for code in vertices["Discipline"]]
        return pairs, disciplines, {name: edges[name] for name in wanted}
    except (*_BROKEN, struct.error, zlib.error):
        raise ValueError(f"{path.name}: this is not the published graph; get the file again") from None


class _R:
    """Reads R's binary serialisation (XDR), from which `save` makes its files.

    A list with names is read as (values, names), every other vector as a list, and what is no data as None.
    """

    def __init__(self, data: bytes):
        header = b"RDX3\nX\n"
        if not data.startswith(header):
            raise ValueError("not a file of R, version 3")
        self.data, self.at, self.seen = data, len(header) + 12, list[Any]()
        self._bytes(self._int())

    def graph(self, name: str) -> list[Any]:
        """Return what igraph keeps of the graph saved under `name`, but its last part, which is memory alone."""
        self._int()
        if self._item() != name or self._numbers("i", 2)[1] != 10:
            raise ValueError(f"no graph {name} is in the file")
        return [self._item() for _ in range(9)]

    def _bytes(self, length: int) -> bytes:
        taken = self.data[self.at : self.at + length]
        if length < 0 or len(taken) < length:
            raise ValueError("the file ends too early")
        self.at += length
        return taken

    def _int(self) -> int:
        return self._numbers("i", 1)[0]

    def _numbers(self, code: str, count: int) -> list[Any]:
        form = f">{count}{code}"
        return list(struct.unpack(form, self._bytes(struct.calcsize(form))))

    def _item(self) -> Any:
        flags = self._int()
        kind, attributes, tagged = flags & 0xFF, bool(flags & 0x200), bool(flags & 0x400)
        if kind == 2:
            return self._pairs(attributes, tagged)
        if kind == 1:
            self.seen.append(self._item())
            return self.seen[-1]
        if kind == 255:
            return self.seen[(flags >> 8 or self._int()) - 1]
        if kind == 9:
            length = self._int()
            return None if length < 0 else self._bytes(length).decode()
        if kind == 254:
            return None
        return self._vector(kind, attributes)

    def _pairs(self, attributes: bool, tagged: bool) -> list[Any]:
        """Read a chain of pairs: (tag, value) where there is a tag."""
        if attributes:
            self._item()
        tag = self._item() if tagged else None
        value = self._item()
        return [(tag, value) if tagged else value, *(self._item() or ())]

    def _vector(self, kind: int, attributes: bool) -> Any:
        length = self._int()
        if kind in {10, 13}:
            values = self._numbers("i", length)
        elif kind == 14:
            values = self._numbers("d", length)
        elif kind in {16, 19}:
            values = [self._item() for _ in range(length)]
        else:
            raise ValueError(f"type {kind} of R is not read here")
        said = dict(self._item() or ()) if attributes else {}
        return (values, said["names"]) if "names" in said else values


def write(study: Study, out: Path) -> None:
    """Write the files of the generic import format into `out`."""
    before = set(study.met(study.before))
    since = [pair for pair in study.met(study.after) if pair not in before]
    _write(out / "people.csv", PEOPLE, _people(study))
    _write(out / "messages.csv", TIES, _messages(study))
    for name, layer, said in (("before", "first", study.before), ("after", "second", study.after)):
        _write(out / f"met-{name}.csv", TIES, _said(said, f"{layer} questionnaire"))
    sent = ((DURING, _account(i), "message", _account(j)) for i, j in sorted(study.messages))
    _write(out / "messages-in-between.csv", ACTIVITIES, sent)
    met = ((AFTER, f"{_account(i)};{_account(j)}", "in_person", "event") for i, j in since)
    _write(out / "met-since.csv", ENCOUNTERS, met)


def _account(number: int) -> str:
    return f"eies:{number:02}"


def _people(study: Study) -> Iterable[tuple[str, ...]]:
    for number, discipline in enumerate(study.disciplines, 1):
        yield f"researcher-{number:02}", f"Researcher {number:02}", _account(number), discipline


def _messages(study: Study) -> Iterable[tuple[object, ...]]:
    """What i sent to j is influence j → i: i was moved to write to j."""
    for (i, j), count in sorted(study.messages.items()):
        layer = "both ways" if (j, i) in study.messages else "one way"
        yield _account(j), _account(i), count, "influence", layer, "true"


def _said(said: dict[Pair, int], layer: str) -> Iterable[tuple[object, ...]]:
    """Whom each says to have met; the weight is the code that was answered."""
    for (i, j), code in sorted(said.items()):
        if code >= MET:
            yield _account(i), _account(j), code, "met", layer, "true"


def _write(path: Path, header: tuple[str, ...], rows: Iterable[tuple[object, ...]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


def main(arguments: list[str]) -> int:
    """Convert `arguments` = [folder of the published files, folder to write into]; return the exit code."""
    if len(arguments) != 2:
        sys.stderr.write("usage: python convert.py FOLDER OUT\n")
        return 2
    try:
        study = read(Path(arguments[0]))
        write(study, Path(arguments[1]))
    except (OSError, ValueError) as error:
        sys.stderr.write(f"{arguments[0]}: {error}\n")
        return 1
    sys.stdout.write(
        f"{len(study.messages)} ties of messages, {len(study.met(study.before))} pairs met before, "
        f"{len(study.met(study.after))} after\n"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
