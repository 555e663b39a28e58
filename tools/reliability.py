"""Writes docs/reliability.md from what `make trust` measured: how often each fault was tried, and what came of it.

The lines behind the tables are kept in docs/reliability.jsonl. `tools/reliability.py FILE…` adds those of other runs:
what was drawn by another seed, or with other connectors, counts beside them; the same again takes their place.
"""

from __future__ import annotations

import json
import os
import platform
import sys
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeAlias

ROOT = Path(__file__).resolve().parents[1]
DOCUMENT, KEPT = ROOT / "docs/reliability.md", ROOT / "docs/reliability.jsonl"
BEGIN, END = "<!-- written by tools/reliability.py -->\n", "<!-- end -->\n"
Row: TypeAlias = dict[str, Any]
Rows: TypeAlias = Sequence[Row]


# --- lines of several runs ------------------------------------------------------------------------------------


def merged(kept: Rows, fresh: Rows) -> list[Row]:
    """Return the lines of all runs: of one table, row and seed the newest; of services the newest of each connector."""
    lines = [*kept, *_by_fault(fresh)]
    newest = {_key(one): number for number, one in enumerate(lines)}
    found = [one for number, one in enumerate(lines) if newest[_key(one)] == number]
    return [one for number, one in enumerate(found) if not _outdone(one, found[number + 1 :])]


def _key(one: Row) -> tuple[str, ...]:
    return (*(str(one.get(name, "")) for name in ("table", "row", "seed")), *one.get("connectors", ()))


def _outdone(one: Row, later: Rows) -> bool:
    """Tell whether a later line tells of all the connectors of this one."""
    own = set(one.get("connectors", ()))
    return bool(own) and any(
        other["row"] == one["row"] and own <= set(other["connectors"])
        for other in later
        if other["table"] == one["table"]
    )


def _by_fault(measured: Rows) -> list[Row]:
    """Return the lines, those of services put together: one for each fault, with the connectors that were tried."""
    tried = {
        (one["row"], one["connector"], one["place"], one["once"]): one
        for one in measured
        if one["table"] == "services" and "connector" in one
    }
    by_fault: dict[str, list[Row]] = defaultdict(list)
    for one in tried.values():
        by_fault[one["row"]].append(one)
    rest = [one for one in measured if one["table"] != "services" or "connectors" in one]
    return rest + [
        {
            "table": "services",
            "row": fault,
            "date": max(one["date"] for one in pulls),
            "connectors": sorted({one["connector"] for one in pulls}),
            "pulls": len(pulls),
            "asked": max(one["asked"] for one in pulls),
            "lost": sum(one["lost"] for one in pulls),
        }
        for fault, pulls in by_fault.items()
    ]


# --- tables ---------------------------------------------------------------------------------------------------


def tables(measured: Rows) -> str:
    """Return the tables of all that was measured."""
    by_table: dict[str, list[Row]] = defaultdict(list)
    for row in measured:
        by_table[row["table"]].append(row)
    parts = [write(by_table[name]) for name, write in _TABLES.items() if by_table[name]]
    lines = [f"- {said(one)}" for name, said in _MACHINE.items() for one in by_table[name]]
    machine = "\n".join(("### The machine, files that others made, and people's rights", "", *lines, ""))
    return "\n".join([_when(by_table["run"]), "", *parts, machine])


def _when(runs: Rows) -> str:
    machines = "; ".join(f"{one['row']} ({one['date']})" for one in runs)
    return (
        f"Measured on {machines}; other programs ran beside. Each line has its own count, put together from runs "
        "on the days that it names."
    )


def this_machine(date: str) -> Row:
    """Return a line that tells on what a run was made."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    told = (
        f"{os.cpu_count()} processors ({platform.machine()}) and {memory:.0f} GB of memory, {platform.system()}, "
        f"Python {platform.python_version()}"
    )
    return {"table": "run", "row": told, "date": date}


def _table(title: str, heads: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    lines = [f"| {' | '.join(heads)} |", f"|{'---|' * len(heads)}"]
    lines += [f"| {' | '.join(_said(cell) for cell in row)} |" for row in rows]
    return "\n".join((f"### {title}", "", *lines, ""))


def _said(cell: object) -> str:
    return f"{cell:,}" if isinstance(cell, int) else str(cell)


def _put_together(rows: Rows, added: Sequence[str], most: Sequence[str] = ()) -> Iterable[Sequence[object]]:
    """Yield a line for each name: counts of its runs added up, or the greatest of them, and when they were."""
    by_name: dict[str, list[Row]] = defaultdict(list)
    for one in rows:
        by_name[one["row"]].append(one)
    for name, runs in by_name.items():
        sums = (sum(one[count] for one in runs) for count in added)
        yield name, *sums, *(max(one[count] for one in runs) for count in most), _days(runs)


def _days(runs: Rows) -> str:
    return ", ".join(sorted({one["date"] for one in runs}))


def _kills(rows: Rows) -> str:
    heads = (
        "command",
        "kills",
        "died in the middle",
        "had landed already",
        "rows lost",
        "rows doubled",
        "day",
    )
    cells = _put_together(rows, ("kills", "died", "landed", "lost", "double"))
    return _table("Killed at random moments (kill −9)", heads, cells)


def _services(rows: Rows) -> str:
    heads = (
        "fault",
        "connectors",
        "pulls",
        "lost after the next pull",
        "most requests beyond a calm pull",
        "day",
    )
    counted = [{**one, "many": len(one["connectors"])} for one in rows]
    cells = _put_together(counted, ("many", "pulls", "lost"), ("asked",))
    return _table("Faults of a service: first, middle, last request; once and for ever", heads, cells)


def _fuzz(rows: Rows) -> str:
    heads = ("format", "inputs", "of these read", "failed", "day")
    return _table("Files that are nearly right", heads, _put_together(rows, ("inputs", "landed", "failed")))


def _hostile(rows: Rows) -> str:
    heads = ("format", "texts", "ran", "requests that left", "day")
    cells = _put_together(rows, (), ("texts", "ran", "asked"))
    return _table("Hostile texts in every place where others write", heads, cells)


def _collections(rows: Rows) -> str:
    heads = ("kind", "files", "ways in which they were tried, in all", "failed", "day")
    return _table(
        "Files that broke other programs", heads, _put_together(rows, ("files", "inputs", "failed"))
    )


_TABLES = {
    "kills": _kills,
    "services": _services,
    "fuzz": _fuzz,
    "collections": _collections,
    "hostile": _hostile,
}
_MACHINE = {
    "migration": lambda one: f"a store of {one['row']}: {one['rows']:,} rows, {one['lost']} lost",
    "two processes": lambda one: (
        f"`{one['row']}` beside another process: told in {one['seconds']} s who holds it"
    ),
    "stopped by hand": lambda one: (
        f"`{one['row']}` by {one.get('by', 'Ctrl-C')}: {one['stops']} times, {one['stopped']} in the middle, "
        f"{one['lost']} lost"
    ),
    "disk": lambda one: f"disk {one['row']}: told in a sentence, whole afterwards",
    "zones": lambda one: f"{one['row']} in {one['zones']} zones: {one['differ']} differ",
    **{
        name: (lambda one: f"{one['row']}: {one['told']}")
        for name in ("archives", "secrets", "repair", "expressions", "rights")
    },
    "clock": lambda one: f"a clock {one['row']}: {one['told']}",
}


def written(document: str, measured: Rows) -> str:
    """Return a document with the tables in their place."""
    before, _, rest = document.partition(BEGIN)
    return f"{before}{BEGIN}\n{tables(measured)}\n{END}{rest.partition(END)[2]}"


def read(files: Iterable[str | Path]) -> list[Row]:
    """Return lines of JSON, as `make trust` wrote them."""
    return [json.loads(line) for file in files for line in Path(file).read_text("utf-8").splitlines()]


def _as_lines(measured: Iterable[Mapping[str, Any]]) -> str:
    return "".join(json.dumps(one, ensure_ascii=False) + "\n" for one in measured)


if __name__ == "__main__":
    fresh = read(sys.argv[1:])
    found = merged(
        read([KEPT]), [*fresh, *(this_machine(max(one["date"] for one in fresh)) for _ in fresh[:1])]
    )
    KEPT.write_text(_as_lines(found), encoding="utf-8")
    DOCUMENT.write_text(written(DOCUMENT.read_text("utf-8"), found), encoding="utf-8")
