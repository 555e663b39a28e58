"""Who is who: people."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from influence.cli.options import json_option, opened, workspace_option


@click.command()
@click.option("--find", metavar="WORDS", help="Only people whose name or account holds these words.")
@workspace_option
@json_option
def people(find: str | None, folder: Path, as_json: bool) -> None:
    """List everybody: id, name and accounts, and who is a bot."""
    with opened(folder) as workspace:
        everybody = workspace.people()
    words = (find or "").lower()
    chosen = [one for one in everybody if words in " ".join((one.person, one.name, *one.accounts)).lower()]
    if as_json:
        click.echo(json.dumps([vars_of(one) for one in chosen], ensure_ascii=False))
        return
    for one in chosen:
        bot = " (bot)" if one.bot else ""
        click.echo(f"{one.person}\t{one.name}{bot}\t{'; '.join(one.accounts)}")


def vars_of(one: Any) -> dict[str, Any]:
    """Return the fields of a record with slots or without, ready for JSON."""
    from dataclasses import asdict

    return asdict(one)


COMMANDS = (people,)
