"""How well words tell the tone of a text: against labels that others made, in files that you name.

    .venv/bin/python benchmarks/tone.py en=tweets.tsv da=tweets.tsv

Each file has one text a line, a tab, and its label: positive, neutral or negative (or 1, 0, -1). The benchmark reads
the texts as an import does, and prints of each file: in how many texts the words tell anything; the macro-F1 of
welcomed and hostile among those (a neutral text that is told counts as an error), beside that of always saying the
more frequent of the two; and the macro-F1 of all three labels where what is not told is taken for neutral. Last stands
for each language whether its words may tell at all: the macro-F1 of what is told reaches 0.6 on each of its files, and
so does the lower edge of its 95 % interval over all of them together (texts drawn again); else the language is unknown.
`--seconds` reads all texts of the files, many times over, and prints how long that takes.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from time import process_time

import numpy as np

from influence.contract.records import Tone
from influence.store.toning import tones

LABELS = {"positive": Tone.WELCOMED, "1": Tone.WELCOMED, "negative": Tone.HOSTILE, "-1": Tone.HOSTILE}
NEUTRAL = ("neutral", "0")
SIDES = (Tone.WELCOMED.value, Tone.HOSTILE.value)
ENOUGH = 0.6
"""The macro-F1 below which a language is unknown."""
DRAWS = 1_000


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
    sides, found = SIDES, tones(list(texts))
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


def told_of(texts: Sequence[str], truth: Sequence[str]) -> list[tuple[str, str]]:
    """Return label and class of the texts that are told."""
    return [(label, tone) for label, tone in zip(truth, tones(list(texts)), strict=True) if tone]


def verdict(language: str, files: Sequence[Sequence[tuple[str, str]]]) -> str:
    """Say whether the words of a language may tell: by each file alone, and by all together with what chance gives.

    >>> verdict("xx", [[("hostile", "hostile"), ("welcomed", "welcomed")], [("neutral", "hostile")]])
    'xx: unknown: macro-F1 of what is told at least 0.000 on a file, over all 0.833 (95 % interval 0.000 to 1.000)'
    """
    least = min(_of(one) for one in files)
    together = [pair for one in files for pair in one]
    random, of = np.random.default_rng(1), len(together)
    drawn = [_of([together[place] for place in random.integers(0, of, of)]) for _ in range(DRAWS)]
    low, high = np.quantile(drawn, [0.025, 0.975])
    says = "told" if min(least, low) >= ENOUGH else "unknown"
    return (
        f"{language}: {says}: macro-F1 of what is told at least {least:.3f} on a file, over all {_of(together):.3f} "
        f"(95 % interval {low:.3f} to {high:.3f})"
    )


def _of(told: Sequence[tuple[str, str]]) -> float:
    """Return the macro-F1 of what is told; 0 where nothing is."""
    return macro_f1([label for label, _ in told], [tone for _, tone in told], SIDES)


def main(arguments: Sequence[str]) -> None:
    """Print a line for each file, and where asked the time that reading takes."""
    files = [one.partition("=") for one in arguments if not one.startswith("--")]
    if not files:
        raise SystemExit(__doc__)
    everything: list[str] = []
    of_language: dict[str, list[list[tuple[str, str]]]] = {}
    for language, _, path in files:
        texts, truth = labelled(Path(path))
        everything += texts
        print(report(f"{language} {Path(path).name}", texts, truth))
        of_language.setdefault(language, []).append(told_of(texts, truth))
    for language, sets in of_language.items():
        print(verdict(language, sets))
    if "--seconds" in arguments:
        many = everything * max(1, 200_000 // max(1, len(everything)))
        began = process_time()
        tones(many)
        print(f"{len(many):,} texts in {process_time() - began:.2f} s of processor time")


if __name__ == "__main__":
    main(sys.argv[1:])
