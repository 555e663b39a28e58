"""Who has met whom: met."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

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
from influence.cli.saying import ask, say, say_json
from influence.contract.wording import counted, people

if TYPE_CHECKING:
    from influence.corrections.acquaintances import Acquaintance
    from influence.corrections.declarations import Changed
    from influence.corrections.labels import Proposal, Question
    from influence.met.evidence import Piece
    from influence.met.known import Met
    from influence.workspace.workspace import Workspace

SHOWN, FEW = 50, 3
_STEP = {2: "team", 3: "met", 4: "never met", None: "did not respond"}
_EVIDENCE = {
    "calendar": "a calendar meeting",
    "event": "an event",
    "declared": "declared",
    "contact": "a contact card with a phone number",
    "message": "words in a message",
    "chart": "the same manager and site in the organisation chart",
    "tie": "a published network of meetings",
}
_KIND = {"in_person": "in person", "unknown": "in person or not", "online": "online", "never": "never met"}
_ASK = {"m": "met", "n": "never", "d": "unsure", "s": "stop"}


@click.group(cls=OfLeader, invoke_without_command=True, subcommand_metavar="[COMMAND]…")
@click.argument("leader")
@window_options
@click.option("--all", "everybody", is_flag=True, help=f"Everybody, not only the first {SHOWN}.")
@workspace_option
@basis_option
@json_option
@click.pass_context
def met(
    ctx: click.Context,
    leader: str,
    since: str | None,
    until: str | None,
    everybody: bool,
    folder: Path,
    as_json: bool,
) -> None:
    """List whom LEADER has met, how sure that is and why; explain it, or set it right.

    Without a command: the people reached, and everybody about whom there is evidence.

    \b
    influence met ann@acme.example
    influence met ann@acme.example explain "Bo Ek"
    influence met ann@acme.example declare "Bo Ek" --met --on 2026-01-15 --because "lunch in Oslo"
    influence met ann@acme.example undo 7
    influence met ann@acme.example label
    influence met ann@acme.example fit --accept
    """
    ctx.obj = {"leader": leader, "since": since, "until": until, "folder": folder, "json": as_json}
    if ctx.invoked_subcommand is not None:
        return
    with opened(folder) as workspace, progress("Reading"):
        rows = workspace.meetings.known(leader, workspace.window(since, until))
        zone = workspace.settings.zone
    if as_json:
        say_json([_row(row, zone) for row in rows])
        return
    shown = rows if everybody else rows[:SHOWN]
    for row in shown:
        sure = f"{row.m:5.2f}" if row.known else "    ?"
        say(f"{sure}  {_STEP[row.step]:<16}{row.name} ({row.person}): {_strongest(row, zone)}")
    if not rows:
        say("Nobody responded, and there is no evidence about anybody.")
    elif len(shown) < len(rows):
        say(f"… and {len(rows) - len(shown):,} more; --all shows them")


def _strongest(row: Acquaintance, zone: str) -> str:
    if not row.known:
        return "unknown: no calendar was kept, and nothing else tells"
    if not row.pieces:
        return "no evidence" + (f"; later: {_words(row.later[0], zone)}" if row.later else "")
    return _words(max(row.pieces, key=lambda piece: (piece.strength, piece.time or 0)), zone)


def _words(piece: Piece, zone: str) -> str:
    said = _EVIDENCE.get(piece.evidence, piece.evidence)
    if piece.evidence in {"calendar", "event"}:
        said += f" {_KIND[piece.kind]}, {piece.attendees or 0:,} people"
    elif piece.evidence == "declared":
        said += " never met" if piece.strength == 0 else " met"
    if piece.time is not None:
        said += f", {_date(piece.time, zone)}"
    return said + (f", {piece.place}" if piece.place else "")


def _date(time: int, zone: str) -> str:
    from influence.times import exact

    return exact(time).astimezone(ZoneInfo(zone)).strftime("%Y-%m-%d")


def _iso(time: int | None, zone: str) -> str | None:
    from influence.times import exact

    return None if time is None else exact(time).astimezone(ZoneInfo(zone)).isoformat(timespec="seconds")


def _row(row: Acquaintance, zone: str) -> dict[str, Any]:
    return {
        "person": row.person,
        "name": row.name,
        "m": row.m,
        "known": row.known,
        "step": row.step,
        "first_response": _iso(row.first_response, zone),
        "first_encounter": _iso(row.first, zone),
        "last_encounter": _iso(row.last, zone),
        "declared": row.declared,
        "coverage": row.coverage,
        "unrecorded": row.unrecorded,
        "evidence": [_piece(piece, zone) for piece in row.pieces],
        "later": [_piece(piece, zone) for piece in row.later],
    }


def _piece(piece: Piece, zone: str) -> dict[str, Any]:
    return {
        "evidence": piece.evidence,
        "kind": piece.kind,
        "strength": piece.strength,
        "time": _iso(piece.time, zone),
        "place": piece.place,
        "attendees": piece.attendees,
    }


# --- explain ------------------------------------------------------------------------------------------------


@met.command()
@click.argument("person")
@json_option
@click.pass_obj
def explain(asked: dict[str, Any], person: str, as_json: bool) -> None:
    """Say why PERSON counts as met or not: each piece of evidence, the sum, and what would change it."""
    with opened(asked["folder"]) as workspace, progress("Reading"):
        window = workspace.window(asked["since"], asked["until"])
        row, ego, code = workspace.meetings.about(asked["leader"], person, window)
        zone = workspace.settings.zone
    if as_json or asked["json"]:
        say_json(_row(row, zone))
        return
    me = ego.people.who[ego.leader]
    say(f"{row.name} ({row.person}) and {me.name} ({me.person})")
    for line in _explained(row, zone, ego.met, code):
        say(f"  {line}")


def _explained(row: Acquaintance, zone: str, met: Met, code: int) -> Iterator[str]:
    when = "the end of the window"
    if row.first_response is not None:
        when = f"the first response, {_date(row.first_response, zone)}"
        yield f"first response: {_date(row.first_response, zone)}"
    elif row.step is None:
        yield "has not responded in this window"
    if row.first is not None and row.last is not None:
        yield f"first encounter: {_date(row.first, zone)}, last: {_date(row.last, zone)}"
    yield from (f"{piece.strength:.2f}  {_words(piece, zone)}" for piece in row.pieces)
    yield from (f"  –   {_words(piece, zone)} (too late to count)" for piece in row.later[:FEW])
    if len(row.later) > FEW:
        yield f"  –   and {len(row.later) - FEW:,} more after {when}; --json lists them"
    if not row.declared:
        yield f"{row.unrecorded:.2f}  {_unrecorded(row, met, code)}"
    yield _sum(row, when, met)
    yield _what_would_change(row)


def _unrecorded(row: Acquaintance, met: Met, code: int) -> str:
    """Say how likely a meeting is that nobody recorded, and from what that follows."""
    from influence.met.coverage import MONTHS

    covered, supposed = round(row.coverage * MONTHS), met.supposed
    kept = (
        f"the calendar was kept in {covered} of the {MONTHS} months before"
        if covered
        else "no calendar covers it"
    )
    circle = supposed.group[code] if supposed.group else ""
    learned = supposed.people.get(circle, 0)
    share = f"{100 * supposed.of(code):.0f} % of people like these ({circle or 'the team'}) are supposed to have met"
    origin = f"learned from {learned:,} of them" if learned else "as the settings say"
    return f"a meeting that nobody recorded: {kept}, and {share}, {origin}"


def _sum(row: Acquaintance, when: str, met: Met) -> str:
    if row.declared:
        return f"m = {row.m:g}: a declaration overrules all evidence"
    if met.fit is not None:
        return f"m = {row.m:.3f} by {when}, as fitted to your labels"
    vague = [piece.strength for piece in row.pieces if piece.vague]
    telling = [piece.strength for piece in row.pieces if piece.strength > 0 and not piece.vague]
    counted = [*telling, *([max(vague)] if vague and max(vague) > 0 else []), row.unrecorded]
    product = " × ".join(f"(1 − {strength:.3g})" for strength in counted if strength >= 0.0005)
    told = f"m = 1 − {product} = {row.m:.3f} by {when}" if product else f"m = {row.m:.3f} by {when}"
    told += "; of meetings of unknown kind only the strongest counts" if len(vague) > 1 else ""
    return told if row.known else f"not known: this only says what is supposed. {told}"


def _what_would_change(row: Acquaintance) -> str:
    if row.declared:
        return "to change it: a later `declare`, or `undo` with the number of the decision"
    if not row.known:
        return "to change it: import a calendar of the year before, or `declare` with --met or --never"
    if row.later:
        return "to change it: `declare --met` if they had met before; the later encounters do not tell"
    return "to change it: `declare` with --met or --never overrules all evidence"


# --- declare, undo, decisions -------------------------------------------------------------------------------


@met.command()
@click.argument("person")
@click.option("--met/--never", "met_", default=None, help="They have met face to face, or never have.")
@click.option("--on", metavar="DATE", help="When they met, e.g. 2026-01-15.")
@click.option("--because", metavar="TEXT", help="Why; kept with the declaration.")
@click.pass_obj
def declare(
    asked: dict[str, Any], person: str, met_: bool | None, on: str | None, because: str | None
) -> None:
    """Declare that LEADER and PERSON have met, or never have; the latest declaration overrules everything."""
    if met_ is None:
        raise click.UsageError("say --met or --never")
    with opened(asked["folder"]) as workspace:
        done = workspace.meetings.declare(
            asked["leader"], person, met=met_, on=_day(workspace, on), because=because
        )
        _tell(done, asked["leader"])


def _day(workspace: Workspace, given: str | None) -> datetime | None:
    if given is None:
        return None
    try:
        when = datetime.fromisoformat(given)
    except ValueError:
        raise click.UsageError(f"--on {given!r} is not a date such as 2026-01-31") from None
    return when if when.tzinfo is not None else when.replace(tzinfo=ZoneInfo(workspace.settings.zone))


def _tell(done: Changed, leader: str) -> None:
    one = done.decision
    what = "taken back" if one.verb == "undo" else "kept"
    say(f"Decision {one.seq} is {what}. {_moved(done.before, done.after)}")
    for other in done.contradicts:
        say(f"  It contradicts what was said before, which stays in the log: {other}")
    say(f"  Take it back with: influence met {leader!r} undo {one.seq}")


def _moved(before: float, after: float) -> str:
    if people(before) == people(after):
        return f"The headline stays {counted(after, 'person', 'people')} never met."
    return f"The headline moves from {people(before)} to {counted(after, 'person', 'people')} never met."


@met.command()
@click.argument("number", type=int)
@click.option("--because", metavar="TEXT", help="Why; kept with the undoing.")
@click.pass_obj
def undo(asked: dict[str, Any], number: int, because: str | None) -> None:
    """Take back the declaration or label of that NUMBER; an undoing can be undone as well."""
    with opened(asked["folder"]) as workspace:
        _tell(workspace.meetings.undo(asked["leader"], number, because=because), asked["leader"])


@met.command()
@json_option
@click.pass_obj
def decisions(asked: dict[str, Any], as_json: bool) -> None:
    """List every declaration and label about LEADER: number, who, when, why."""
    with opened(asked["folder"]) as workspace:
        found = workspace.meetings.decisions(asked["leader"])
    if as_json or asked["json"]:
        rows = [{**vars(one), "decided": one.decided.isoformat()} for one in found]
        say_json(rows)
        return
    for one in found:
        said = f"undoes {one.undoes}" if one.undoes is not None else f"{one.verb} {one.value or ''}".strip()
        because = f", because: {one.reason}" if one.reason else ""
        others = ", ".join(mark.strip() for mark in one.others)
        say(f"{one.seq}  {one.decided:%Y-%m-%d %H:%M}  {one.author}: {said} [{others}]{because}")


# --- label, fit ---------------------------------------------------------------------------------------------


@met.command()
@click.pass_obj
def label(asked: dict[str, Any]) -> None:
    """Answer, one at a time, whether you had met: first the people of whom nothing tells, then by what it moves."""
    from influence.reach.steps import headline

    with opened(asked["folder"]) as workspace:
        meetings, leader = workspace.meetings, asked["leader"]
        window = workspace.window(asked["since"], asked["until"])
        ego = meetings.ego(leader, window)
        before = headline(ego.found)
        questions, kept = meetings.questions(leader, window), 0
        for number, question in enumerate(questions, start=1):
            _show(question, number, len(questions), workspace.settings.zone)
            answer = _asked()
            if answer == "stop":
                break
            meetings.label(leader, question, answer)
            kept += 1
        say("Nobody is left to ask about." if not questions else f"{kept} answers kept.")
        if kept:
            say(_moved(before, meetings.settled(ego)))


def _show(question: Question, number: int, of: int, zone: str) -> None:
    say("", f"{number} of {of}: {question.name} ({question.person}), {question.responses} responses")
    say(f"  Had you met face to face by {_date(question.by, zone)}?")
    for piece in question.pieces:
        say(f"  {_words(piece, zone)}")
    if not question.pieces:
        say("  There is no evidence either way.")


def _asked() -> str:
    try:
        given = ask(
            "  met, never, don't know or stop",
            type=click.Choice([*_ASK, "met", "never", "unsure", "stop"], case_sensitive=False),
            show_choices=False,
            prompt_suffix=" [m/n/d/s]: ",
        )
    except click.Abort:  # the answers in a pipe are at their end
        return "stop"
    return str(_ASK.get(given, given))


@met.command()
@click.option("--accept", is_flag=True, help="Let the fit say how likely people have met, from here on.")
@click.option("--undo", "back", is_flag=True, help="Take back the fit in use.")
@json_option
@click.pass_obj
def fit(asked: dict[str, Any], accept: bool, back: bool, as_json: bool) -> None:
    """Fit the strengths of evidence to your labels (50 or more), and show what would change; --accept uses it."""
    if accept and back:
        raise click.UsageError("say --accept or --undo, not both")
    with opened(asked["folder"]) as workspace, progress("Fitting"):
        if back:
            say(f"Fit {workspace.meetings.unfit()} is taken back.")
            return
        found = workspace.meetings.propose(asked["leader"])
        number = workspace.meetings.accept(found) if accept else None
    if as_json or asked["json"]:
        say_json(_proposal(found, number))
        return
    _tell_fit(found)
    say(
        f"Fit {number} is in use; take it back with --undo."
        if number is not None
        else "Nothing is changed yet; --accept uses the fit."
    )


def _proposal(found: Proposal, number: int | None) -> dict[str, Any]:
    from dataclasses import asdict

    return {
        "accepted": number,
        "fit": asdict(found.fit),
        "changes": [
            {"person": person, "before": before, "after": after} for person, before, after in found.changes
        ],
        "reach_4": {"before": found.before, "after": found.after},
    }


def _tell_fit(found: Proposal) -> None:
    one = found.fit
    better = "better than" if one.brier < one.brier_default else "no better than"
    say(
        f"{one.labels} labels. Brier score {one.brier:.3f} (cross-validated; 0 is perfect), {better} the default "
        f"strengths' {one.brier_default:.3f}."
    )
    say("  m as fitted   had met   pairs")
    for bin_ in one.curve:
        say(f"  {bin_.m:11.2f}   {bin_.met:7.2f}   {bin_.pairs:5}")
    say(_moved(found.before, found.after))
    largest: Sequence[tuple[str, float, float]] = sorted(
        found.changes, key=lambda c: (-abs(c[2] - c[1]), c[0])
    )
    for person, before, after in largest[:10]:
        say(f"  {person}: {before:.2f} → {after:.2f}")
    if len(largest) > 10:
        say(f"  … and {len(largest) - 10:,} more")


COMMANDS = (met,)
