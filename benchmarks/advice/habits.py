"""Try habits over all leaders of five real logs, found before a log's last third and in it, as advice shows them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from benchmarks.advice.logs import SOURCES, window_of
from influence import Workspace
from influence.advice.acted import Acted
from influence.advice.habits_tested import tried
from influence.advice.twice import FEWEST_LEADERS, Tried
from influence.chance.pooled import Pooled
from influence.times import DAY


@click.command()
@click.option(
    "--inputs", "folder", type=click.Path(path_type=Path), default=Path("build/advice"), show_default=True
)
@click.option(
    "--part", default=1.0, show_default=True, help="So much of each log has passed; earlier: 0.667, 0.533."
)
def main(folder: Path, part: float) -> None:
    """Print a table of the logs that `python -m benchmarks.advice` has brought into the folder."""
    click.echo("| log | habit | before the last third | in the last third | shown |")
    click.echo("|---|---|---|---|---|")
    for name, source in SOURCES.items():
        with Workspace(folder / name.lower()) as workspace:
            population = workspace.analysis
            window = window_of(source, population, part)
            delta = int(population.settings.delta_days * DAY)
            for line in lines(name, tried(Acted.of(population, window), window, delta)):
                click.echo(line)


def lines(name: str, found: Sequence[Tried]) -> list[str]:
    """Return the rows of a table: what each came to before the last third and in it."""
    told = [one for one in found if one.before is not None]
    if not told:
        return [f"| {name} | none | fewer than {FEWEST_LEADERS} leaders with enough | | |"]
    return [
        f"| {name} | {one.name} | {_worded(one.before)} | {_worded(one.last)} | {'yes' if one.holds else 'no'} |"
        for one in told
    ]


def _worded(one: Pooled | None) -> str:
    if one is None:
        return "too few"
    low, high = one.interval
    return f"{one.value:+.2f} ({low:+.2f} to {high:+.2f}), {one.of} leaders"


if __name__ == "__main__":
    main()
