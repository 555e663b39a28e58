"""Writes docs/reliability.md from what `make trust` measured: how often each fault was tried, and what came of it."""

from __future__ import annotations

import json
import os
import platform
import sys
from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, TypeAlias

ROOT = Path(__file__).resolve().parents[1]
DOCUMENT = ROOT / "docs/reliability.md"
BEGIN, END = "<!-- written by tools/reliability.py -->\n", "<!-- end -->\n"
Row: TypeAlias = dict[str, Any]
Rows: TypeAlias = Sequence[Row]


def tables(measured: Rows) -> str:
    """Return the tables of all that was measured."""
    by_table: dict[str, list[Row]] = defaultdict(list)
    for row in measured:
        by_table[row["table"]].append(row)
    parts = [write(by_table[name]) for name, write in _TABLES.items() if by_table[name]]
    return "\n".join([_when(measured), "", *parts])


def _when(measured: Rows) -> str:
    days = sorted({row["date"] for row in measured})
    seeds = "".join(
        f", seed {seed}" for seed in sorted({str(row["seed"]) for row in measured if "seed" in row})
    )
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return (
        f"Measured {' to '.join(dict.fromkeys((days[0], days[-1])))}{seeds}, on {os.cpu_count()} processors "
        f"({platform.machine()}) and {memory:.0f} GB of memory, {platform.system()}, "
        f"Python {platform.python_version()}; other programs ran beside."
    )


def _table(title: str, heads: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    lines = [f"| {' | '.join(heads)} |", f"|{'---|' * len(heads)}"]
    lines += [f"| {' | '.join(_said(cell) for cell in row)} |" for row in rows]
    return "\n".join((f"### {title}", "", *lines, ""))


def _said(cell: object) -> str:
    return f"{cell:,}" if isinstance(cell, int) else str(cell)


def _last(rows: Rows) -> list[Row]:
    """Return the newest row of each name: a run that was made again counts once."""
    return list({row["row"]: row for row in rows}.values())


def _kills(rows: Rows) -> str:
    heads = ("command", "kills", "died in the middle", "had landed already", "rows lost", "rows doubled")
    cells = (
        (one["row"], one["kills"], one["died"], one["landed"], one["lost"], one["double"])
        for one in _last(rows)
    )
    return _table("Killed at random moments (kill −9)", heads, cells)


def _services(rows: Rows) -> str:
    found: dict[str, list[Row]] = defaultdict(list)
    tried = {(one["row"], one["connector"], one["place"], one["once"]): one for one in rows}
    for one in tried.values():
        found[one["row"]].append(one)
    heads = (
        "fault",
        "connectors",
        "pulls",
        "most requests beyond those of a calm pull",
        "lost after the next pull",
    )
    cells = (
        (
            fault,
            len({one["connector"] for one in pulls}),
            len(pulls),
            max(one["asked"] for one in pulls),
            sum(one["lost"] for one in pulls),
        )
        for fault, pulls in found.items()
    )
    return _table("Faults of a service: first, middle, last request; once and for ever", heads, cells)


def _fuzz(rows: Rows) -> str:
    heads = ("format", "inputs", "of these read at least in part", "failed")
    cells = [(one["row"], one["inputs"], one["landed"], one["failed"]) for one in _last(rows)]
    return _table("Files that are nearly right", heads, cells)


def _hostile(rows: Rows) -> str:
    heads = ("format", "texts", "ran", "requests that left")
    cells = [(one["row"], one["texts"], one["ran"], one["asked"]) for one in _last(rows)]
    return _table("Hostile texts in every place where others write", heads, cells)


def _machine(rows: Rows) -> str:
    said = {
        "migration": lambda one: f"a store of {one['row']}: {one['rows']:,} rows, {one['lost']} lost",
        "two processes": lambda one: (
            f"`{one['row']}` beside another process: told in {one['seconds']} s who holds it"
        ),
        "stopped by hand": lambda one: (
            f"`{one['row']}` by Ctrl-C: {one['stops']} times, {one['stopped']} in the middle, {one['lost']} lost"
        ),
        "disk": lambda one: f"disk {one['row']}: told in a sentence, whole afterwards",
        "zones": lambda one: f"{one['row']} in {one['zones']} zones: {one['differ']} differ",
        "archives": lambda one: f"{one['row']}: {one['told']}",
        "secrets": lambda one: f"{one['row']}: {one['told']}",
        "repair": lambda one: f"{one['row']}: {one['told']}",
        "clock": lambda one: f"a clock {one['row']}: {one['told']}",
    }
    newest = {(one["table"], one["row"]): one for one in rows}
    lines = [f"- {said[one['table']](one)}" for one in newest.values()]
    return "\n".join(("### The machine", "", *lines, ""))


_TABLES = {
    "kills": _kills,
    "services": _services,
    "fuzz": _fuzz,
    "hostile": _hostile,
}
_OF_MACHINE = {
    "migration",
    "two processes",
    "stopped by hand",
    "disk",
    "zones",
    "archives",
    "secrets",
    "repair",
    "clock",
}


def written(document: str, measured: Rows) -> str:
    """Return a document with the tables in their place."""
    machine = [row for row in measured if row["table"] in _OF_MACHINE]
    others = [row for row in measured if row["table"] not in _OF_MACHINE]
    told = tables(others) + ("\n" + _machine(machine) if machine else "")
    before, _, rest = document.partition(BEGIN)
    return before + BEGIN + "\n" + told + "\n" + END + rest.partition(END)[2]


def added(document: str, measured: Rows) -> str:
    """Return a document with what a run in part measured beside what stands there: under a heading of its own."""
    told = written(f"{BEGIN}{END}", measured).removeprefix(BEGIN).removesuffix(END).strip()
    before, _, rest = document.partition(END)
    return f"{before}## Measured in part since\n\n{told}\n\n{END}{rest}"


def read(files: Iterable[str]) -> list[Row]:
    """Return the lines of JSON that `make trust` wrote."""
    return [json.loads(line) for file in files for line in Path(file).read_text("utf-8").splitlines()]


if __name__ == "__main__":
    in_part, *files = sys.argv[1:] if "--add" in sys.argv[1:2] else ["", *sys.argv[1:]]
    write = added if in_part else written
    DOCUMENT.write_text(write(DOCUMENT.read_text("utf-8"), read(files)), encoding="utf-8")
