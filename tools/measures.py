"""Writes the table of all findings into docs/measures.md from the words that stand beside each measure."""

from pathlib import Path

from influence.contract.measures import catalogue

DOCUMENT = Path(__file__).resolve().parents[1] / "docs/measures.md"
BEGIN, END = "<!-- written by tools/measures.py -->\n", "<!-- end -->\n"


def table() -> str:
    """Return the table: every finding of every measure here, in one line each."""
    rows = (
        f"| `{name}` | {words.line} | {words.unit} | `{measure.name}` | {'yes' if measure.near else ''} |"
        for measure in catalogue()
        for name, words in measure.finds.items()
        if measure.own
    )
    return "\n".join(("| name | what | unit | measure | near |", "|---|---|---|---|---|", *rows, ""))


def written(document: str) -> str:
    """Return a document with the table in its place."""
    before, _, rest = document.partition(BEGIN)
    return before + BEGIN + table() + END + rest.partition(END)[2]


if __name__ == "__main__":
    DOCUMENT.write_text(written(DOCUMENT.read_text(encoding="utf-8")), encoding="utf-8")
