"""How well words tell the tone of a text: against labels that others made, in files that you name.

    .venv/bin/python benchmarks/tone.py en=tweets.tsv da=tweets.tsv

Each file has one text a line, a tab, and its label: positive, neutral or negative (or 1, 0, -1). The benchmark reads
the texts as an import does, and prints of each file: in how many texts the words tell anything; the macro-F1 of
welcomed and hostile among those (a neutral text that is told counts as an error), beside that of always saying the
more frequent of the two; and the macro-F1 of all three labels where what is not told is taken for neutral. `--seconds`
reads all texts of the files, many times over, and prints how long that takes.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from time import process_time

from influence.contract.records import Tone
from influence.store.toning import tones

LABELS = {"positive": Tone.WELCOMED, "1": Tone.WELCOMED, "negative": Tone.HOSTILE, "-1": Tone.HOSTILE}
NEUTRAL = ("neutral", "0")


def labelled(path: Path) -> tuple[list[str], list[str]]:
    """Read the texts and labels of a file; lines without a label are passed over."""
    rows = [line.rpartition("\t") for line in path.read_text(encoding="utf-8").splitlines()]
    known = [(text, label.strip().lower()) for text, _, label in rows]
    kept = [(text, label) for text, label in known if label in LABELS or label in NEUTRAL]
    return [text for text, _ in kept], [LABELS.get(label, Tone.NEUTRAL).value for _, label in kept]


def macro_f1(truth: Sequence[str], said: Sequence[str], classes: Sequence[str]) -> float:
    """Return the mean of the F1 of some classes.

    >>> macro_f1(["a", "a", "b"], ["a", "b", "b"], ["a", "b"])
    0.6666666666666666
    """
    return sum(_f1(truth, said, one) for one in classes) / len(classes)


def _f1(truth: Sequence[str], said: Sequence[str], one: str) -> float:
    right = sum(t == s == one for t, s in zip(truth, said, strict=True))
    claimed, there = sum(s == one for s in said), sum(t == one for t in truth)
    return 2 * right / (claimed + there) if claimed + there else 0.0


def report(name: str, texts: Sequence[str], truth: Sequence[str]) -> str:
    """Say in one line how well the words of some texts tell their labels."""
    sides = (Tone.WELCOMED.value, Tone.HOSTILE.value)
    found = tones(list(texts))
    told = [(label, tone) for label, tone in zip(truth, found, strict=True) if tone]
    if not told:
        return f"{name}: {len(texts):,} texts, none is told"
    labels, said = zip(*told, strict=True)
    majority = max(sides, key=labels.count)
    whole = [tone or Tone.NEUTRAL.value for tone in found]
    return (
        f"{name}: {len(texts):,} texts, told {len(told) / len(texts):.0%}; of these macro-F1 "
        f"{macro_f1(labels, said, sides):.3f} (hostile {_f1(labels, said, sides[1]):.2f}, welcomed "
        f"{_f1(labels, said, sides[0]):.2f}), majority {macro_f1(labels, [majority] * len(labels), sides):.3f}; "
        f"of all three labels {macro_f1(truth, whole, [*sides, Tone.NEUTRAL.value]):.3f}"
    )


def main(arguments: Sequence[str]) -> None:
    """Print a line for each file, and where asked the time that reading takes."""
    files = [one.partition("=") for one in arguments if not one.startswith("--")]
    if not files:
        raise SystemExit(__doc__)
    everything: list[str] = []
    for language, _, path in files:
        texts, truth = labelled(Path(path))
        everything += texts
        print(report(f"{language} {Path(path).name}", texts, truth))
    if "--seconds" in arguments:
        many = everything * max(1, 200_000 // max(1, len(everything)))
        began = process_time()
        tones(many)
        print(f"{len(many):,} texts in {process_time() - began:.2f} s of processor time")


if __name__ == "__main__":
    main(sys.argv[1:])
