"""Score the advice and what the field would do on five real logs; the last cut is opened only when asked for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from time import perf_counter

import click
import numpy as np

from benchmarks.advice import scoring
from benchmarks.advice.learning import SUBSET, learned
from benchmarks.advice.logs import NEVER_LEARNED, SOURCES, Log, read
from influence.advice.likely import Weights
from influence.advice.signs import came

EARLIER, LAST = (0.4, 0.533, 0.667), (1.0,)
"""The parts of a log that had passed when the thirds foreseen ended: where things were chosen, and the last."""
MODEL = "the advice"


@click.command()
@click.option("--data", type=click.Path(path_type=Path, exists=True), required=True, help="Published data.")
@click.option(
    "--inputs", "folder", type=click.Path(path_type=Path), default=Path("build/advice"), show_default=True
)
@click.option("--last", is_flag=True, help="Open the last cut, and the log that nothing was learned from.")
@click.option(
    "--write", type=click.Path(path_type=Path), help="Write the weights learned from public logs here."
)
def main(data: Path, folder: Path, last: bool, write: Path | None) -> None:
    """Print a table for each log."""
    names = [name for name in SOURCES if last or name != NEVER_LEARNED]
    logs = {name: read(name, data, folder) for name in names}
    public = [log for name, log in logs.items() if name != NEVER_LEARNED]
    if write is not None:
        write.write_text(_file(learned(public, EARLIER)), "utf-8")
    for name, log in logs.items():
        told = learned([one for one in public if one.name != name], EARLIER)
        for line in _told(log, told, LAST if last else EARLIER):
            click.echo(line)


def _told(log: Log, told: Weights, ends: Sequence[float]) -> Iterator[str]:
    start = perf_counter()
    scores: dict[str, dict[str, scoring.ByLeader]] = {}
    chances, outcomes, here = [], [], []
    for end in ends:
        record = log.until(end, told)
        cut = record.until - record.ahead
        pairs = record.at(cut)
        outcome = came(record.history, pairs.asked, cut, record.until)
        weights = record.weights(cut)
        here.append(weights.here)
        ranked = {MODEL: weights.scores(pairs), "learned elsewhere alone": told.scores(pairs)}
        ranked |= {name: one(pairs.asked) for name, one in scoring.BASELINES.items()}
        for name, score in ranked.items():
            for how in (scoring.auc, scoring.precision, scoring.first_ten):
                held = scores.setdefault(name, {}).setdefault(how.__name__, {})
                held |= scoring.by_leader(pairs.asked, score, outcome, how, end)
        curve = record.chances(cut)
        if curve is not None:
            chances.append(curve.of(ranked[MODEL]))
            outcomes.append(outcome)
    taken = perf_counter() - start
    leaders = scoring.mean(scores[MODEL]["auc"]).leaders
    learnt = "here" if all(here) else "elsewhere" if not any(here) else "here at some cuts"
    yield f"\n## {log.name}: {leaders} leaders to whom somebody came; learned {learnt}; {taken:.1f} s\n"
    yield "| ranked by | AUC | average precision | of the first ten | the advice's AUC beyond it |"
    yield "|---|---|---|---|---|"
    for name, one in scores.items():
        values = " | ".join(
            f"{scoring.mean(one[how]).value:.3f}" for how in ("auc", "precision", "first_ten")
        )
        ahead = "" if name == MODEL else str(scoring.mean(scores[MODEL]["auc"], one["auc"]))
        yield f"| {name} | {values} | {ahead} |"
    if chances:
        yield from _calibration(np.concatenate(chances), np.concatenate(outcomes))
    else:
        yield "\nToo few came for probabilities."


def _calibration(chance: np.ndarray, outcome: np.ndarray) -> Iterator[str]:
    skill = scoring.brier_skill(chance, outcome)
    yield f"\nBrier skill {skill:+.3f}; {chance.mean():.4f} expected, {outcome.mean():.4f} came.\n"
    rows = scoring.reliability(chance, outcome)
    yield "| told | " + " | ".join(f"{told:.3f}" for told, _, _ in rows) + " |"
    yield "|---" * (len(rows) + 1) + "|"
    yield "| came | " + " | ".join(f"{share:.3f}" for _, share, _ in rows) + " |"


def _file(weights: Weights) -> str:
    head = """\
# What a sign's rank among everybody who could be named to a leader adds to the log-odds that somebody responds next.
# Learned by `python -m benchmarks.advice --data DIR --write influence/advice/learned_elsewhere.txt` from public logs:
# the Lean community's Zulip, a manufacturing company's mail, a Slack of Houston and the mail of Enron executives, at
# cuts of their first two thirds; a log with more people who came counts like one with 200. Ranks from -0.5 to 0.5.
"""
    return head + "".join(f"{name} {weights.rank[n]:.4f}\n" for n, name in SUBSET)


if __name__ == "__main__":
    main()
