"""Asking: report, network."""

from __future__ import annotations

import json
from pathlib import Path

import click

from influence.cli.options import json_option, opened, progress, window_options, workspace_option


@click.command()
@click.argument("leader")
@window_options
@click.option(
    "--format",
    "formats",
    default="html",
    show_default=True,
    help="html, json, csv; several with commas.",
)
@click.option(
    "-o", "--output", type=click.Path(path_type=Path), help="The file to write (default: reports/)."
)
@click.option(
    "--measures",
    metavar="NAME,…",
    help="Only these measures beside the headline (see: influence measures); all if left out.",
)
@workspace_option
def report(
    leader: str,
    since: str | None,
    until: str | None,
    formats: str,
    output: Path | None,
    measures: str | None,
    folder: Path,
) -> None:
    """Report how far LEADER's influence reaches: an e-mail address, an account, a person's id or a full name.

    \b
    influence report "Louise Kitchen" --since 2000-05-01 --until 2001-12-31 --format html,json,csv
    """
    with opened(folder) as workspace, progress("Measuring"):
        found = workspace.report(leader, since, until, measures=_listed(measures or ""))
        wanted = _listed(formats)
        written = [
            file for name in wanted for file in workspace.write(found, name, _place(output, name, wanted))
        ]
    headline = found.findings["reach_4"]
    if headline.value is not None:
        low, high = headline.low or 0.0, headline.high or 0.0
        click.echo(
            f"{found.leader['name']} reached {headline.value:.1f} people never met "
            f"(bounds {low:.1f} to {high:.1f})."
        )
    for file in written:
        click.echo(f"Wrote {file}")


def _listed(words: str) -> list[str]:
    return [word.strip() for word in words.split(",") if word.strip()]


def _place(output: Path | None, name: str, wanted: list[str]) -> Path | None:
    return output.with_suffix(f".{name}") if output is not None and len(wanted) > 1 else output


@click.command()
@json_option
def measures(as_json: bool) -> None:
    """List every measure: what it finds, one line each; docs/measures.md has the formulas."""
    from influence.measures import catalogue

    rows = [
        {"measure": measure.name, "finding": name, "line": line}
        for measure in catalogue()
        for name, line in measure.finds.items()
    ]
    if as_json:
        click.echo(json.dumps(rows, ensure_ascii=False))
        return
    before = None
    for row in rows:
        if row["measure"] != before:
            click.echo(f"{row['measure']}")
        before = row["measure"]
        click.echo(f"  {row['finding']:<22} {row['line']}")


@click.command()
@window_options
@click.option(
    "--format",
    "format_",
    type=click.Choice(["graphml", "gexf", "parquet"]),
    default="graphml",
    show_default=True,
    help="Gephi and yEd read the first two.",
)
@click.option("-o", "--output", type=click.Path(path_type=Path), required=True, help="The file to write.")
@workspace_option
def network(since: str | None, until: str | None, format_: str, output: Path, folder: Path) -> None:
    """Write the network of responses: an arrow runs from the one responded to; its weight counts responses."""
    with opened(folder) as workspace:
        written = workspace.write_network(output, format_, since, until)
    click.echo(f"Wrote {output}: {written:,} people")


COMMANDS = (report, measures, network)
