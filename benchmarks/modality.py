"""How well places, titles and links tell how people met: `python benchmarks/modality.py [FOLDER]`.

Each set has labels that others made. Sets that do not come with the project lie in FOLDER (default `../shared`):

    git clone https://github.com/rust-lang/this-week-in-rust FOLDER/this-week-in-rust
    git clone https://github.com/tech-conferences/conference-data FOLDER/conference-data

Prints a table for each set: rows are labels, columns what is told. A set that is not there says so.
"""

from __future__ import annotations

import csv
import json
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

from connectors.kit.modality.telling import Told, kind_of

HERE = Path(__file__).parent
LABELS = ("in_person", "online", "hybrid")
KINDS = ("in_person", "online", "unknown")
Labelled = tuple[str, Told]


def phrases(_: Path) -> Iterator[Labelled]:
    """Yield what calendars and meeting services write as a place, and places, by language."""
    with (HERE / "modality_phrases.csv").open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            yield row["label"], Told((row["phrase"],))


def rust_events(folder: Path) -> Iterator[Labelled]:
    """Yield the announcements of a weekly newsletter: the section is the label, "Virtual" or a continent.

    Those that stand under "Virtual" and name a town alone, whose group it is, are left out: their place tells nothing.
    """
    for file in sorted((folder / "this-week-in-rust/content").glob("20*.md")):
        section = ""
        for line in file.read_text(encoding="utf-8").splitlines():
            if heading := re.match(r"#{2,4}\s*(.*)", line):
                section = heading[1].strip(" :").lower()
            elif row := re.match(r"\s*[*-]\s*\[?\**\d{4}-\d\d-\d\d[^|]*\|([^|]*)\|", line):
                place = row[1].strip(" *")
                apart = re.search(r"virtual|online|remote|hybrid", place, re.IGNORECASE)
                if section != "virtual" or apart:
                    both = re.search(r"hybrid|\+|in-person", place, re.IGNORECASE)
                    yield (
                        "hybrid" if both else "online" if section == "virtual" else "in_person",
                        Told((place,)),
                    )


def conferences(folder: Path) -> Iterator[tuple[str, Told, str]]:
    """Yield conferences with their towns and names; whoever announced one said whether it was online."""
    for file in sorted((folder / "conference-data/conferences").rglob("*.json")):
        for one in json.loads(file.read_text(encoding="utf-8")):
            town = ", ".join(filter(None, (one.get("city"), one.get("country"))))
            label = "hybrid" if one.get("online") and town else "online" if one.get("online") else "in_person"
            yield label, Told((town,)), one["name"]


def conference_towns(folder: Path) -> Iterator[Labelled]:
    """Yield the towns of conferences that were not online."""
    yield from ((label, told) for label, told, _ in conferences(folder) if label == "in_person")


def conference_names(folder: Path) -> Iterator[Labelled]:
    """Yield names without towns: a name may say that a conference was online, and few do."""
    yield from ((label, Told(title=name)) for label, _, name in conferences(folder) if label != "hybrid")


SETS: dict[str, tuple[Callable[[Path], Iterator[Labelled]], str]] = {
    "phrases of calendars and services, and places, in 27 languages": (
        phrases,
        "benchmarks/modality_phrases.csv",
    ),
    "events announced in This Week in Rust (their own sections)": (rust_events, "this-week-in-rust"),
    "towns of conferences that were not online (confs.tech)": (conference_towns, "conference-data"),
    "names of conferences, online or not (confs.tech)": (conference_names, "conference-data"),
}


def share(part: int, whole: int) -> str:
    """Write a share; a dash where there is nothing."""
    return f"{part / whole:.4f}" if whole else "–"


def tell(name: str, rows: Iterator[Labelled]) -> None:
    """Print the table of a set."""
    counted = Counter((label, kind_of(told).value) for label, told in rows)
    print(
        f"\n{name}: {counted.total():,}\n\n| label | told in person | told online | told unknown |\n|---|---|---|---|"
    )
    for label in LABELS:
        if any(counted[label, kind] for kind in KINDS):
            print(
                f"| {label.replace('_', ' ')} | "
                + " | ".join(f"{counted[label, kind]:,}" for kind in KINDS)
                + " |"
            )
    for kind in KINDS[:2]:
        right = counted[kind, kind]
        told = sum(counted[label, kind] for label in LABELS)
        labelled = sum(counted[kind, one] for one in KINDS)
        print(f"{kind.replace('_', ' ')}: precision {share(right, told)}, recall {share(right, labelled)}")
    unknown = sum(counted[label, "unknown"] for label in LABELS)
    print(f"unknown: {share(unknown, counted.total())}")


def main() -> None:
    """Tell every set that is there."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else HERE.parents[1] / "shared"
    for name, (read, needs) in SETS.items():
        if (HERE.parent / needs).exists() or (folder / needs).exists():
            tell(name, read(folder))
        else:
            print(f"\n{name}: not there; it is looked for in {folder / needs}")


if __name__ == "__main__":
    main()
