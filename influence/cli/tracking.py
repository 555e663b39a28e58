"""Week after week: track, digest."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import click

from influence.cli.giving import PRINTED, output_option, print_file
from influence.cli.options import basis_option, json_option, opened, progress, workspace_option
from influence.cli.saying import ask, say, say_json
from influence.contract import plugins
from influence.contract.language import ENGLISH, known, speaking

if TYPE_CHECKING:
    from influence.contract.tracked import Digest, Tracked
    from influence.tracking.timers import Timed
    from influence.workspace.workspace import Workspace

DIGESTS = "influence.digests"
_PATIENCE = 60
"""Seconds that a command from a timer waits for another program to let go of the workspace."""


@click.command()
@click.argument("leaders", nargs=-1, required=True, metavar="LEADER...")
@click.option(
    "--every",
    type=click.Choice(["week", "month"]),
    default="week",
    show_default=True,
    help="Take the snapshot of the last whole week or month on record.",
)
@click.option(
    "--over",
    metavar="LENGTH",
    help="How long a window ends there: 4w if left out (of months: 1m). Keep to one.",
)
@click.option("--list", "listing", is_flag=True, help="List the snapshots there are, and take none.")
@click.option(
    "--timer",
    type=click.Choice(["cron", "systemd"]),
    help="Print what makes this machine do it by itself, and take none.",
)
@click.option(
    "--to",
    multiple=True,
    metavar="ADDRESS",
    help="With --timer: have the digest sent there after it, by the server of [mail]; may be repeated.",
)
@click.option("--quiet", is_flag=True, help="Say nothing but what to look at: for a timer.")
@basis_option
@workspace_option
@json_option
def track(
    leaders: Sequence[str], every: str, over: str | None, folder: Path, as_json: bool, **how: Any
) -> None:
    """Take a snapshot of each LEADER's findings, once a week or month, and say what moved since the last.

    A snapshot stays as it was told: what is brought in later changes no number that somebody has seen. Running it
    again changes nothing. `influence digest` writes the last ones as a page or a mail.

    \b
    influence track ann@acme.example
    influence track ann@acme.example "Bo Ek" --every month
    (crontab -l; influence track ann@acme.example --timer cron --to ann@acme.example) | crontab -
    """
    if how["timer"]:
        timed = _timed(folder, leaders, every, how["to"])
        click.echo(_timer(how["timer"])(timed), nl=False)
        return
    if how["to"]:
        raise click.UsageError("--to goes with --timer; `influence digest --to` writes a mail now")
    with opened(folder, _PATIENCE) as workspace, progress("Measuring"):
        if how["listing"]:
            _list(workspace, leaders, as_json=as_json)
            return
        told = [workspace.tracking.take(one, every, over) for one in leaders]
        notice = workspace.settings.notice
    if as_json:
        say_json([one.as_json() for one in told])
    elif how["quiet"]:
        _say_alerts(told)
    else:
        say(*_text(tuple(told), notice).splitlines())


@click.command()
@click.argument("leaders", nargs=-1, metavar="[LEADER]...")
@click.option(
    "--format",
    "kind",
    default="html",
    show_default=True,
    help="html, txt, or eml: a mail that holds both, for `sendmail -t`.",
)
@output_option("The file (default: in reports/)")
@click.option("--to", multiple=True, metavar="ADDRESS", help="Whom the mail goes to (eml); may be repeated.")
@click.option("--from", "sender", metavar="ADDRESS", help="Whom the mail comes from (eml).")
@click.option("--language", default=ENGLISH, show_default=True, metavar="CODE", help="In which language.")
@click.option(
    "--send", is_flag=True, help="Hand the mail (eml) to the server that [mail] in influence.toml names."
)
@basis_option
@workspace_option
def digest(leaders: Sequence[str], kind: str, output: Path | None, folder: Path, **how: Any) -> None:
    """Write the last snapshots of the LEADERs, or of all that are tracked, as one page for mail.

    About one leader it names who came; about several nobody but the leaders. Nothing is worked out anew. Your own mail
    program sends it; this one only where you say `--send`, by the server that [mail] in influence.toml names.

    \b
    influence digest ann@acme.example
    influence digest --format eml --to ann@acme.example -o - | sendmail -t
    influence digest --format eml --to ann@acme.example --send
    """
    write: Any = plugins.load(DIGESTS, kind)
    language = known(how["language"])
    more = {"to": how["to"], "sender": how["sender"]} if kind == "eml" else {}
    if kind != "eml" and (how["to"] or how["sender"] or how["send"]):
        raise click.UsageError("--to, --from and --send go with --format eml")
    if how["send"] and output:
        raise click.UsageError("--send writes no file: leave out --output")
    with opened(folder, _PATIENCE) as workspace:
        made = workspace.digest(leaders)
        place = workspace.path / "reports" / f"digest.{kind}"
        if how["send"]:
            _send(workspace, made, write, how)
            return
    with speaking(language):
        if output == PRINTED:
            print_file(lambda place: write(made, place, **more), f"digest.{kind}")
            return
        place = output or place
        place.parent.mkdir(parents=True, exist_ok=True)
        for file in write(made, place, **more):
            say(f"Wrote {file}")


def _send(workspace: Workspace, made: Digest, write: Any, how: dict[str, Any]) -> None:
    """Hand the mail in, from whom the command or the settings say."""
    server = workspace.settings.mail
    sender = how["sender"] or (server.sender if server else None)
    with TemporaryDirectory() as waiting, speaking(known(how["language"])):
        (mail,) = write(made, Path(waiting) / "digest.eml", to=how["to"], sender=sender)
        to = workspace.send(mail.read_bytes(), _asked if sys.stdin.isatty() else None)
    say(f"Sent to {', '.join(to)}")


def _asked(words: str) -> str:
    return str(ask(words, hide_input=True))


def _text(told: tuple[Tracked, ...], notice: str | None) -> str:
    from influence.contract.tracked import Digest

    with TemporaryDirectory() as waiting:
        file = Path(waiting) / "digest.txt"
        write: Any = plugins.load(DIGESTS, "txt")
        write(Digest(told, notice, named=True), file)
        return file.read_text(encoding="utf-8")


def _say_alerts(told: Sequence[Tracked]) -> None:
    for one in told:
        for alert in one.alerts:
            say(f"{one.report.leader['name']}: {alert}")


def _list(workspace: Workspace, leaders: Sequence[str], *, as_json: bool) -> None:
    from influence.contract.headline import people_shown
    from influence.tracking.snapshots import Snapshots

    people, snapshots = workspace.analysis.people, Snapshots(workspace.store.engine)
    rows = [
        {
            "leader": str(one.report.leader["name"]),
            "since": str(one.report.window["since"]),
            "until": str(one.report.window["until"]),
            "reached": people_shown(one.report),
            "taken": one.taken.isoformat(timespec="seconds"),
            "version": one.version,
        }
        for leader in leaders
        for one in snapshots.of(people.who[people.find(leader)].person)
    ]
    if as_json:
        say_json(rows)
        return
    for row in rows:
        since, until, taken = (row[when][:10] for when in ("since", "until", "taken"))
        say(f"{row['leader']}  {since} to {until}  {row['reached']} never met  (taken {taken})")
    if not rows:
        say("There is no snapshot yet.")


def _timed(folder: Path, leaders: Sequence[str], every: str, to: Sequence[str]) -> Timed:
    from influence.tracking.timers import Timed

    program = shutil.which("influence") or str(Path(sys.argv[0]).resolve())
    return Timed(program, folder.resolve(), leaders, every, to)


def _timer(kind: str) -> Callable[[Timed], str]:
    from influence.tracking import timers

    return timers.cron if kind == "cron" else timers.systemd


COMMANDS = (track, digest)
