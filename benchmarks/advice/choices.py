"""Try where to write and to which sphere to turn over all leaders of five real logs and of an invented company."""

from __future__ import annotations

from pathlib import Path

import click

from benchmarks.advice.habits import lines
from benchmarks.advice.logs import SOURCES, Source, window_of
from influence import Workspace
from influence.advice.choices_compared import Turned
from influence.advice.choices_tested import choices
from influence.times import DAY

INVENTED = "invented"


@click.command()
@click.option(
    "--inputs", "folder", type=click.Path(path_type=Path), default=Path("build/advice"), show_default=True
)
@click.option("--demo", type=click.Path(path_type=Path, exists=True), help="A workspace of `influence demo`.")
@click.option(
    "--part", default=1.0, show_default=True, help="So much of each log has passed; earlier: 0.667, 0.533."
)
def main(folder: Path, demo: Path | None, part: float) -> None:
    """Print a table of the logs that `python -m benchmarks.advice` has brought into the folder."""
    click.echo("| log | choice | before the last third | in the last third | shown |")
    click.echo("|---|---|---|---|---|")
    for name, source in SOURCES.items():
        _tell(name, source, folder / name.lower(), part)
    if demo is not None:
        _tell(INVENTED, Source((), {}), demo, part)


def _tell(name: str, source: Source, folder: Path, part: float) -> None:
    with Workspace(folder) as workspace:
        population = workspace.analysis
        window = window_of(source, population, part)
        of = Turned(population, window, int(population.settings.delta_days * DAY))
        for line in lines(name, choices(of)):
            click.echo(line)


if __name__ == "__main__":
    main()
