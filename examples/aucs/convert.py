"""Make ties.csv from the published AUCS multiplex file.

    python convert.py aucs.mpx ties.csv

Source: M. Magnani, B. Micenkova, L. Rossi, "Combinatorial analysis of multiple networks", arXiv:1303.4986.
"""

from __future__ import annotations

import csv
import sys
from pathlib import Path

MEANING = {"facebook": "influence", "leisure": "met", "lunch": "met", "work": "met"}
"""What each layer says; a layer that is not named here (coauthor) is left out."""
COLUMNS = ("source", "target", "weight", "meaning", "layer", "directed")


def edges(text: str) -> list[tuple[str, str, str]]:
    """Read (person, person, layer) from the `#EDGES` part of a multiplex (.mpx) file.

    Raises:
        ValueError: there is no such part, or a line of it has not three fields; the line is named.
    """
    lines = [line.strip() for line in text.splitlines()]
    if "#EDGES" not in lines:
        raise ValueError("no line #EDGES: this is not a multiplex (.mpx) file; take aucs.mpx")
    found = []
    for number, line in enumerate(lines[lines.index("#EDGES") + 1 :], lines.index("#EDGES") + 2):
        fields = line.split(",")
        if line and len(fields) != 3:
            raise ValueError(f"line {number}: expected person,person,layer; get the file again")
        if line:
            found.append((fields[0], fields[1], fields[2]))
    return found


def ties(text: str) -> list[tuple[str, str, int, str, str, str]]:
    r"""Turn the file into rows of the ties format: undirected, weight 1, sorted by layer and number.

    The published file writes most pairs in both directions; each is kept once.

    >>> ties("#EDGES\nU2,U10,lunch\nU10,U2,lunch\nU1,U2,coauthor")
    [('aucs:U2', 'aucs:U10', 1, 'met', 'lunch', 'false')]
    """
    kept = set()
    for one, other, layer in edges(text):
        if layer in MEANING:
            kept.add((layer, *_in_order(_number(one), _number(other))))
    return [(f"aucs:U{a}", f"aucs:U{b}", 1, MEANING[layer], layer, "false") for layer, a, b in sorted(kept)]


def _in_order(one: int, other: int) -> tuple[int, int]:
    return (one, other) if one <= other else (other, one)


def _number(person: str) -> int:
    if not (person.startswith("U") and person[1:].isdecimal()):
        raise ValueError(f"{person!r} is not a person of this network (U1, U2, …); get the file again")
    return int(person[1:])


def write(rows: list[tuple[str, str, int, str, str, str]], path: Path) -> None:
    """Write the rows under their header, lines ending in a newline alone."""
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(COLUMNS)
        writer.writerows(rows)


def main(arguments: list[str]) -> int:
    """Convert `arguments` = [published file, ties.csv]; return the exit code."""
    if len(arguments) != 2:
        sys.stderr.write("usage: python convert.py aucs.mpx ties.csv\n")
        return 2
    try:
        rows = ties(Path(arguments[0]).read_text(encoding="utf-8"))
        write(rows, Path(arguments[1]))
    except (OSError, ValueError) as error:
        sys.stderr.write(f"{arguments[0]}: {error}\n")
        return 1
    sys.stdout.write(f"{len(rows)} ties\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
