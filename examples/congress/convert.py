"""Make ties.csv, met.csv and people.csv from the published files on the 117th US Congress.

    python convert.py FOLDER OUT

FOLDER holds congress.edgelist and congress_network_data.json (SNAP, Fink et al. 2023) and
legislators-social-media.yaml and committee-membership-current.yaml (unitedstates/congress-legislators).
Names and handles join the files and are then dropped: what is written is numbers only.
"""

from __future__ import annotations

import csv
import json
import re
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

TIES = ("source", "target", "weight", "meaning", "layer", "directed")
PEOPLE = ("person", "accounts")

# The two YAML files are written by a program, one key a line, so that lines are enough to read them.
_LEGISLATOR = re.compile(r" {4}bioguide: (\w+)")
_HANDLE = re.compile(r" {4}twitter: ['\"]?(\w+)['\"]?")
_COMMITTEE = re.compile(r"(\w+):")
_MEMBER = re.compile(r"(?:- | {2})bioguide: (\w+)")


@dataclass(frozen=True)
class Congress:
    """What was joined; everybody is the number of their node.

    `edges` are (a, b, weight) where b responded to a; `matched` are the nodes whose handle is known to the
    committee data; `committees` maps those with at least one committee or subcommittee to all of theirs.
    """

    edges: tuple[tuple[int, int, str], ...]
    matched: frozenset[int]
    committees: dict[int, frozenset[str]]

    def shared(self, a: int, b: int) -> bool:
        """Tell whether two members sit together on a committee or subcommittee."""
        return bool(self.committees.get(a, frozenset()) & self.committees.get(b, frozenset()))

    def pairs(self) -> list[tuple[int, int]]:
        """Return the unordered pairs with an edge that share a committee, sorted."""
        return sorted({(min(a, b), max(a, b)) for a, b, _ in self.edges if self.shared(a, b)})


def edges(text: str) -> tuple[tuple[int, int, str], ...]:
    """Read `from to weight` lines; the weight stays as it is written.

    Raises:
        ValueError: a line has not three fields; it is named.

    >>> edges("0 4 0.0021 ")
    ((0, 4, '0.0021'),)
    """
    found = []
    for number, line in enumerate(text.splitlines(), 1):
        fields = line.split()
        if len(fields) != 3:
            raise ValueError(
                f"congress.edgelist, line {number}: expected 'from to weight'; get the file again"
            )
        found.append((int(fields[0]), int(fields[1]), fields[2]))
    return tuple(found)


def handles(text: str) -> dict[str, str]:
    """Read lower-cased handle → bioguide identifier from legislators-social-media.yaml."""
    found: dict[str, str] = {}
    bioguide = ""
    for line in text.splitlines():
        if match := _LEGISLATOR.fullmatch(line):
            bioguide = match[1]
        elif match := _HANDLE.fullmatch(line):
            found[match[1].lower()] = bioguide
    return found


def memberships(text: str) -> dict[str, set[str]]:
    """Read bioguide identifier → committees and subcommittees from committee-membership-current.yaml."""
    found: dict[str, set[str]] = {}
    committee = ""
    for line in text.splitlines():
        if match := _COMMITTEE.match(line):
            committee = match[1]
        elif match := _MEMBER.fullmatch(line):
            found.setdefault(match[1], set()).add(committee)
    return found


def read(folder: Path) -> Congress:
    """Join the four files of `folder`.

    Raises:
        OSError: a file is missing.
        ValueError: a file is not what it should be.
    """
    names = _names((folder / "congress_network_data.json").read_text(encoding="utf-8"))
    known = handles((folder / "legislators-social-media.yaml").read_text(encoding="utf-8"))
    seats = memberships((folder / "committee-membership-current.yaml").read_text(encoding="utf-8"))
    bioguide = {node: known[name] for node, name in enumerate(names) if name in known}
    return Congress(
        edges((folder / "congress.edgelist").read_text(encoding="utf-8")),
        frozenset(bioguide),
        {node: frozenset(seats[who]) for node, who in bioguide.items() if who in seats},
    )


def _names(text: str) -> list[str]:
    try:
        return [name.lower() for name in json.loads(text)[0]["usernameList"]]
    except (AttributeError, IndexError, KeyError, TypeError):
        raise ValueError("congress_network_data.json: no usernameList in it; get the file again") from None


def write(congress: Congress, out: Path) -> None:
    """Write the three files of the generic import format into `out`."""
    influence = ((f"x:{a}", f"x:{b}", w, "influence", "x", "true") for a, b, w in congress.edges)
    met = ((f"congress:{a}", f"congress:{b}", 1, "met", "committee", "false") for a, b in congress.pairs())
    people = ((f"member-{n}", f"x:{n};congress:{n}") for n in sorted(congress.committees))
    _write_csv(out / "ties.csv", TIES, influence)
    _write_csv(out / "met.csv", TIES, met)
    _write_csv(out / "people.csv", PEOPLE, people)


def _write_csv(path: Path, header: tuple[str, ...], rows: Iterable[tuple[object, ...]]) -> None:
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
        congress = read(Path(arguments[0]))
        write(congress, Path(arguments[1]))
    except (OSError, ValueError) as error:
        sys.stderr.write(f"{arguments[0]}: {error}\n")
        return 1
    sys.stdout.write(
        f"{len(congress.edges)} ties, {len(congress.matched)} handles matched, "
        f"{len(congress.committees)} with a committee, {len(congress.pairs())} pairs share one\n"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
