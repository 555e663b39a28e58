"""What people may ask of those who hold data about them: forget, access, prune."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from influence.cli.giving import PRINTED, output_option
from influence.cli.options import basis_option, json_option, opened, progress, workspace_option
from influence.cli.saying import say, say_json
from influence.contract.wording import counted, plain

if TYPE_CHECKING:
    from influence.rights.forgetting import Receipt
    from influence.store.pulling import Pulled


@click.command()
@click.argument("person")
@click.option("--yes", is_flag=True, help="Do not ask first.")
@click.option(
    "--reports",
    is_flag=True,
    help="Take away the reports that name them too, and those that nobody can look into (pdf, pictures).",
)
@output_option("Write the receipt there too, as JSON")
@workspace_option
@json_option
def forget(person: str, yes: bool, reports: bool, output: Path | None, folder: Path, as_json: bool) -> None:
    """Take PERSON out of everything that is held here, for good, and keep them out of what comes in later.

    It cannot be undone. What others said stays, without them. The file of the store is written anew, since a
    database keeps the bytes of what was deleted. Copies that you made elsewhere (backups, lakes, reports that you
    sent) are yours to see to.

    \b
    influence forget bo@buyer.example
    influence forget bo@buyer.example --reports --yes -o receipt.json
    """
    with opened(folder) as workspace:
        whom = workspace.to_be_forgotten(person)
        if not yes:
            if not sys.stdin.isatty():
                raise click.ClickException("nobody is there to be asked: say --yes if you mean it")
            say(
                f"{plain(whom.who.name)} ({plain(whom.who.person)}), with {plain(', '.join(whom.who.accounts))}"
            )
            click.confirm("Forget them? This cannot be undone", abort=True)
        with progress("Forgetting"):
            receipt = workspace.forget(person, reports=reports)
    if output is not None and output != PRINTED:
        _write(output, receipt)
    if as_json or output == PRINTED:
        say_json(receipt.as_json())
    else:
        _tell(receipt)


def _write(output: Path, receipt: Receipt) -> None:
    import json

    from influence.contract import durably

    try:
        durably.replace(output, json.dumps(receipt.as_json(), indent=1) + "\n")
    except OSError as error:
        raise click.ClickException(f"{output} cannot be written: {error.strerror}") from error


def _tell(receipt: Receipt) -> None:
    for verb, counts in (("removed", receipt.removed), ("changed", receipt.changed)):
        for table, rows in sorted(counts.items()):
            say(f"{verb} in {table}: {counted(rows, 'row', 'rows')}")
    for kind, rows in sorted(receipt.kinds.items()):
        say(f"  of what they did, {kind}: {rows:,}")
    say(
        f"worked out before, or copied to be read, and taken away: {counted(receipt.worked_out, 'file', 'files')}"
    )
    say(f"reports taken away: {receipt.reports:,}; lists of the settings changed: {receipt.lists:,}")
    say(f"{receipt.database} is written anew; {receipt.marks:,} keyed marks keep them out")
    for file, why in receipt.held:
        say(f"still there, and yours to see to: {plain(file)} ({why})")
    say("It cannot be undone. Backups, lakes and reports that were sent elsewhere hold them still.")


@click.command()
@click.argument("person")
@output_option("Write it there: .json for a machine")
@basis_option
@workspace_option
@json_option
def access(person: str, output: Path | None, folder: Path, as_json: bool) -> None:
    """Write all that is held about PERSON, in plain words: whence, since when, who decided and who read.

    Others are not named. It is recorded that it was read.

    \b
    influence access bo@buyer.example
    influence access bo@buyer.example -o bo.json
    """
    import json

    from influence.contract import durably

    with opened(folder) as workspace, progress("Looking everywhere"):
        found = workspace.access(person)
    if output is not None and output != PRINTED:
        text = (
            json.dumps(found.as_json(), indent=1, ensure_ascii=False)
            if output.suffix == ".json"
            else str(found)
        )
        try:
            durably.replace(output, text)
        except OSError as error:
            raise click.ClickException(f"{output} cannot be written: {error.strerror}") from error
        say(f"Wrote {output}")
    elif as_json:
        say_json(found.as_json())
    else:
        say(*str(found).splitlines())


@click.command()
@click.option("--dry-run", is_flag=True, help="Only say what would go.")
@workspace_option
@json_option
def prune(dry_run: bool, folder: Path, as_json: bool) -> None:
    """Take out what is older than [retention] in influence.toml says, for good; import and pull do it as well.

    \b
    influence prune --dry-run
    """
    with opened(folder) as workspace, progress("Looking for what is old"):
        ruled = bool(workspace.settings.retention)
        done = workspace.prune(rehearse=dry_run)
    if as_json:
        say_json({"rows": done.rows, "total": done.total, "idle": list(done.idle), "dry_run": dry_run})
        return
    if not ruled:
        say("No rule stands under [retention] in influence.toml: everything is kept.")
        return
    for rule, tables in done.rows.items():
        parts = ", ".join(f"{rows:,} of {table}" for table, rows in tables.items()) or "nothing"
        say(f"{rule}: {parts}")
    for rule in done.idle:
        say(f"{rule}: no source, service or evidence is called so")
    would = "would go" if dry_run else "went for good"
    say(f"{counted(done.total, 'row', 'rows')} {would}")


@click.command()
@click.argument("names", nargs=-1, metavar="[SOURCE]…")
@workspace_option
@json_option
def comply(names: tuple[str, ...], folder: Path, as_json: bool) -> None:
    """Ask live sources what became of everything that is stored of them; take deletions and edits over.

    X, Reddit, Bluesky and Mastodon can be asked. A pull looks at the last 30 days; this at all of it, so that what
    was deleted there is deleted here whatever its age, and its bytes with it. Safe from cron; X charges each post
    that is asked for.

    \b
    influence comply
    influence comply reddit
    """
    with opened(folder) as workspace, progress("Looking again") as step:
        done = workspace.comply(names, progress=step)
    if as_json:
        say_json({name: one and {**vars(one.summary), "failed": one.failed} for name, one in done.items()})
    else:
        for name, one in done.items():
            say(f"{name}: {_complied(one)}", err=bool(one and one.failed))
        if not done:
            say("There is no live source: influence connect NAME adds one.")
    if any(one and one.failed for one in done.values()):
        sys.exit(1)


def _complied(one: Pulled | None) -> str:
    if one is None:
        return "cannot be asked about what is stored"
    told = f"{one.summary.changed:,} changed, {one.summary.deleted:,} deleted there and here"
    return f"{told}; {one.failed}" if one.failed else told


COMMANDS = (forget, access, prune, comply)
