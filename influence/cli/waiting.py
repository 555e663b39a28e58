"""Who waits for a leader: waiting."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from influence.cli.options import (
    OfLeader,
    basis_option,
    json_option,
    opened,
    progress,
    window_options,
    workspace_option,
)
from influence.cli.saying import say, say_json
from influence.contract.wording import counted, plain

if TYPE_CHECKING:
    from influence.contract.details.exchange import Worth
    from influence.corrections.waiting import Marked
    from influence.people.decisions import Decision

_WAY = {"addressed": "wrote", "named": "named the leader", "in_reply": "answered the leader"}
_MET = {True: "met", False: "never met", None: "met or not is unknown"}


@click.group(cls=OfLeader, invoke_without_command=True, subcommand_metavar="[COMMAND]…")
@click.argument("leader")
@window_options
@click.option("--all", "older", is_flag=True, help="Also what has waited for more than 30 days.")
@basis_option
@workspace_option
@json_option
@click.pass_context
def waiting(
    ctx: click.Context,
    leader: str,
    since: str | None,
    until: str | None,
    older: bool,
    folder: Path,
    as_json: bool,
) -> None:
    """List what waits for LEADER, first what an answer is worth most to, and why; mark it as done or put it off.

    Without a command: the conversations of the last 30 days in which something said to LEADER was not answered.

    \b
    influence waiting ann@acme.example
    influence waiting ann@acme.example done 3f9a1c --because "answered by telephone"
    influence waiting ann@acme.example snooze 3f9a1c --until 2026-12-01
    influence waiting ann@acme.example undo 7
    """
    ctx.obj = {"leader": leader, "folder": folder, "json": as_json}
    if ctx.invoked_subcommand is not None:
        return
    with opened(folder) as workspace, progress("Reading"):
        rows = workspace.waiting.listed(leader, workspace.window(since, until), older=older)
    if as_json:
        say_json([row.as_json() for row in rows])
        return
    for row in rows:
        say(f"{row.short}  {plain(row.name) or plain(row.person)} ({plain(row.sphere)}): {_why(row)}")
    if rows:
        say(f"  One that is done: influence waiting {leader!r} done {rows[0].short}")
    else:
        say("Nothing waits." if older else "Nothing of the last 30 days waits; --all shows what is older.")


def _why(row: Worth) -> str:
    days = round(row.days or 0.0)
    waited = f"{counted(days, 'day', 'days')} ago" if days else "today"
    why = [f"{_WAY.get(row.way, plain(row.way))} {waited}", _MET[row.met]]
    if row.others:
        why.append(f"{counted(row.others, 'other waits', 'others wait')} there")
    if row.answered_by:
        why.append(f"{counted(row.answered_by, 'person', 'people')} responded to them")
    return "; ".join(why)


def _because(command: Any) -> Any:
    return click.option("--because", metavar="TEXT", help="Why; kept with the decision.")(command)


@waiting.command()
@click.argument("name")
@_because
@click.pass_obj
def done(asked: dict[str, Any], name: str, because: str | None) -> None:
    """Decide that the conversation of that NAME (its first word in the list) waits no longer.

    What is said there later waits anew.
    """
    with opened(asked["folder"]) as workspace:
        _told(workspace.waiting.done(asked["leader"], name, because=because), asked["leader"])


@waiting.command()
@click.argument("name")
@click.option(
    "--until", metavar="DATE", required=True, help="The day on which it waits again, e.g. 2026-12-01."
)
@_because
@click.pass_obj
def snooze(asked: dict[str, Any], name: str, until: str, because: str | None) -> None:
    """Put the conversation of that NAME off until a day; what is said there later waits anew."""
    try:
        day = date.fromisoformat(until)
    except ValueError:
        raise click.UsageError(f"--until {until!r} is not a date such as 2026-12-01") from None
    with opened(asked["folder"]) as workspace:
        _told(workspace.waiting.snooze(asked["leader"], name, day, because=because), asked["leader"])


def _told(marked: Marked, leader: str) -> None:
    one = marked.decision
    say(f"Decision {one.seq} {'stood already' if marked.already else 'is kept'}: {_said(one)}.")
    say(f"  Take it back with: influence waiting {leader!r} undo {one.seq}")


def _said(one: Decision) -> str:
    if one.verb == "undo":
        return f"undoes {one.undoes}"
    day, _, item = (one.value or "").partition(" ") if one.verb == "snooze" else ("", "", one.value or "")
    who = next((mark for mark in one.others if not mark.startswith(" ")), ", ".join(one.others).strip())
    what = f"{plain(item)} by {plain(who)}"
    return f"put off until {day}: {what}" if day else f"done: {what}"


@waiting.command()
@click.argument("number", type=int)
@_because
@click.pass_obj
def undo(asked: dict[str, Any], number: int, because: str | None) -> None:
    """Take back the decision of that NUMBER; an undoing can be undone as well."""
    with opened(asked["folder"]) as workspace:
        taken = workspace.waiting.undo(asked["leader"], number, because=because)
    say(f"Decision {number} is taken back by decision {taken.seq}.")
    say(f"  Take that back with: influence waiting {asked['leader']!r} undo {taken.seq}")


@waiting.command()
@json_option
@click.pass_obj
def decisions(asked: dict[str, Any], as_json: bool) -> None:
    """List every decision about what waits for LEADER: number, who, when, why."""
    with opened(asked["folder"]) as workspace:
        found = workspace.waiting.decisions(asked["leader"])
    if as_json or asked["json"]:
        say_json([{**vars(one), "decided": one.decided.isoformat()} for one in found])
        return
    for one in found:
        because = f", because: {one.reason}" if one.reason else ""
        say(f"{one.seq}  {one.decided:%Y-%m-%d %H:%M}  {one.author}: {_said(one)}{because}")


COMMANDS = (waiting,)
