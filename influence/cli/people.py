"""Who is who: list and show people, set right what the program took for one person or for two."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from influence.cli.options import inner_workspace_option, json_option, opened, workspace_option
from influence.cli.saying import ask, say, say_json
from influence.contract.wording import plain

if TYPE_CHECKING:
    from influence.corrections.review import Asked
    from influence.people.columns import Who
    from influence.people.decisions import Decision
    from influence.workspace.workspace import Workspace

_Command = TypeVar("_Command", bound=Callable[..., Any])
_BASES = click.Choice(["self-published", "public-record", "consent"])


def _because(command: _Command) -> _Command:
    return click.option("--because", metavar="WORDS", help="Why; kept with the decision.")(command)


@click.group(invoke_without_command=True)
@click.option("--find", metavar="WORDS", help="Only people whose name or account holds these words.")
@click.option(
    "--bots", is_flag=True, help="Only bots, lists, shared mailboxes and deleted users, with the reason."
)
@workspace_option
@json_option
@click.pass_context
def people(context: click.Context, find: str | None, bots: bool, folder: Path, as_json: bool) -> None:
    """List everybody with their accounts, and set right who is who.

    \b
    influence people --find lindberg
    influence people show "Eva Lindberg"
    influence people merge eva@acme.example slack:T1/U7 --because "her own profile says so"
    influence people review
    """
    context.obj = folder
    if context.invoked_subcommand is not None:
        return
    with opened(folder) as workspace:
        everybody = workspace.people()
        known = workspace.analysis.people
    written = {*known.written(find.strip()), *known.by_handle(find)} if find else set()
    chosen = [one for one in everybody if _holds(one, find or "", written) and (one.bot or not bots)]
    if as_json:
        say_json([asdict(one) for one in chosen])
        return
    for one in chosen:
        say("\t".join(map(plain, (one.person, one.name + _kind(one), "; ".join(one.accounts)))))


def _holds(one: Who, words: str, written: set[str]) -> bool:
    """Whether somebody's name or account holds some words, or is `written` so: as a pseudonym, it may be."""
    held = (one.person, one.name, *one.accounts)
    return words.lower() in " ".join(held).lower() or not written.isdisjoint(held)


def _kind(one: Who) -> str:
    return f" ({one.kind}: {one.why})" if one.kind else ""


@people.command()
@click.argument("person")
@json_option
@inner_workspace_option
def show(folder: Path, person: str, as_json: bool) -> None:
    """Show one person: accounts, why each belongs to them and how surely, what was decided about them."""
    with opened(folder) as workspace:
        known = workspace.curation.show(person)
    if as_json:
        say_json(asdict(known), default=str)
        return
    who = known.who
    say(f"{who.name} ({who.person}){_kind(who)}")
    for label in ("organisation", "department", "site", "manager", "sphere"):
        if getattr(who, label):
            say(f"  {label}: {getattr(who, label)}")
    say(f"  accounts: {', '.join(who.accounts) or 'none'}")
    for link in known.links:
        weight = "" if link.weight is None else f", 2^{link.weight:.1f} to 1"
        say(f"  {link.one.strip()} = {link.other.strip()}: {link.reason} ({link.stage}{weight})")
    for decision in known.decisions:
        say(f"  {_decision(decision)}")


@people.command()
@click.argument("one")
@click.argument("other")
@_because
@click.option(
    "--basis",
    type=_BASES,
    help="Needed to match an account of X or Reddit with anybody elsewhere: their terms.",
)
@inner_workspace_option
def merge(folder: Path, one: str, other: str, because: str | None, basis: str | None) -> None:
    """Decide that ONE and OTHER are one person."""
    with opened(folder) as workspace:
        _told(workspace.curation.merge(one, other, because=because, basis=basis))


@people.command()
@click.argument("person")
@click.argument("accounts", nargs=-1, required=True, metavar="ACCOUNT…")
@_because
@inner_workspace_option
def split(folder: Path, person: str, accounts: tuple[str, ...], because: str | None) -> None:
    """Decide that these ACCOUNTs are not PERSON's but somebody else's."""
    with opened(folder) as workspace:
        _told(workspace.curation.split(person, accounts, because=because))


@people.command("writes-for")
@click.argument("assistant")
@click.argument("leader")
@click.option("--not", "denied", is_flag=True, help="ASSISTANT does not write for LEADER; never ask again.")
@_because
@inner_workspace_option
def writes_for(folder: Path, assistant: str, leader: str, denied: bool, because: str | None) -> None:
    """Decide that ASSISTANT (a person or a role mailbox) writes for LEADER.

    What ASSISTANT wrote and what lay in LEADER's sent mail counts as LEADER's; who typed it is kept. Mail of
    ASSISTANT's own mailbox stays ASSISTANT's.

    \b
    influence people writes-for pat@acme.example "Ann Boss" --because "her assistant since 2019"
    """
    with opened(folder) as workspace:
        told = workspace.review.writes_for(
            assistant, leader, answer="no" if denied else "yes", because=because
        )
    for words in told.words:
        say(f"{words[:1].upper()}{words[1:]}.")
    _told(told.decision)


@people.command()
@click.argument("person")
@click.argument("name")
@_because
@inner_workspace_option
def rename(folder: Path, person: str, name: str, because: str | None) -> None:
    """Decide what PERSON is called."""
    with opened(folder) as workspace:
        _told(workspace.curation.rename(person, name, because=because))


@people.command()
@click.argument("person")
@click.option(
    "--kind",
    default="bot",
    show_default=True,
    help="bot, list, shared mailbox or deleted user; `person` for a human being.",
)
@_because
@inner_workspace_option
def bot(folder: Path, person: str, kind: str, because: str | None) -> None:
    """Decide that PERSON is a bot (or list, …), which is never reached; or, with --kind person, is none."""
    with opened(folder) as workspace:
        _told(workspace.curation.bot(person, kind=kind, because=because))


@people.command()
@click.argument("person")
@click.argument("sphere")
@_because
@inner_workspace_option
def sphere(folder: Path, person: str, sphere: str, because: str | None) -> None:
    """Decide whose world PERSON belongs to: customer, partner, industry, media, public or a word of yours."""
    with opened(folder) as workspace:
        _told(workspace.curation.sphere(person, sphere, because=because))


@people.command()
@click.option(
    "--suggest", is_flag=True, help="Write rules for influence.toml, drawn from the data, to choose from."
)
@inner_workspace_option
@json_option
def spheres(suggest: bool, folder: Path, as_json: bool) -> None:
    """List the rules for spheres and how many people each finds; --suggest proposes more."""
    from influence.corrections.spheres import as_settings, matches
    from influence.corrections.spheres import suggest as suggested

    with opened(folder) as workspace:
        everybody, rules = workspace.analysis.people, workspace.settings.spheres
        found = suggested(workspace.analysis.tables, rules) if suggest else []
    rows = matches(everybody, rules)
    if as_json:
        say_json({"rules": rows, "suggestions": [asdict(one) for one in found]})
        return
    for row in rows:
        say(f"{row['sphere']}: {row['rule']} finds {row['people']:,} people")
    if found:
        say(*as_settings(found).split("\n"))
    elif suggest:
        say("There is nothing to suggest: no house outside holds two people without a sphere.")
    elif not rows:
        say("There is no rule yet; see: influence people spheres --suggest")


@people.command()
@click.argument("number", type=int)
@_because
@inner_workspace_option
def undo(folder: Path, number: int, because: str | None) -> None:
    """Take back the decision of this NUMBER; an undoing can be undone too."""
    with opened(folder) as workspace:
        _told(workspace.curation.undo(number, because=because))


@people.command()
@json_option
@inner_workspace_option
def decisions(folder: Path, as_json: bool) -> None:
    """List every decision: its number, who made it, when and why."""
    with opened(folder) as workspace:
        history = workspace.curation.history()
    if as_json:
        rows = [asdict(one) | {"stands": stands} for one, stands in history]
        say_json(rows, default=str)
        return
    for one, stands in history:
        say(_decision(one) + ("" if stands else " (undone)"))


def _told(decision: Decision) -> None:
    say(_decision(decision))
    say(f"Take it back with: influence people undo {decision.seq}")


def _decision(one: Decision) -> str:
    what = {"undo": f"undo of {one.undoes}", "bot": f"bot {one.value or 'no: a person'}"}.get(
        one.verb, one.verb
    )
    value = f" {one.value!r}" if one.value and one.verb != "bot" else ""
    sides = " | ".join(
        ", ".join(mark.strip() for mark in side) for side in (one.accounts, one.others) if side
    )
    because = f" because: {one.reason}" if one.reason else ""
    return f"decision {one.seq}, {one.author}, {one.decided:%Y-%m-%d %H:%M}: {what}{value} [{sides}]{because}"


@people.command()
@click.option(
    "--leader", metavar="NAME", help="Whose report the answers shall move first (default: who drew most)."
)
@json_option
@inner_workspace_option
def review(folder: Path, leader: str | None, as_json: bool) -> None:
    """Answer, one at a time, who writes for whom and who is one person: yes, no, don't know; stop at any time.

    First of all who writes for whom, then who may be one; in each first what moves the number of people reached most.
    """
    with opened(folder) as workspace:
        questions = workspace.review.questions(leader)
        if as_json:
            say_json([one.as_json() for one in questions])
            return
        for number, asked in enumerate(questions, start=1):
            _ask(asked, f"{number} of {len(questions)}")
            if not _answered(workspace, asked):
                return
    say("Nothing is left to ask." if questions else "There is nothing to ask.")


def _ask(asked: Asked, place: str) -> None:
    from influence.corrections.writers import called

    say("", f"{place}: {asked.sentence}")
    for one in (asked.one, *asked.others):
        house = f", {plain(one.organisation)}" if one.organisation else ""
        say(f"  {called(one)}{house}: {', '.join(one.accounts)}")


def _answered(workspace: Workspace, asked: Asked) -> bool:
    """Ask one question and keep the answer; False where somebody wants to stop."""
    answer = ask(asked.question, type=click.Choice(asked.answers), default="unsure")
    if answer == "stop":
        return False
    if answer == "one by one":
        return all(_answered(workspace, each) for each in asked.one_by_one())
    basis = None
    if answer == "yes" and asked.needs_basis:
        services = " and ".join(asked.needs_basis)
        basis = ask(f"The terms of {services} ask for a reason", type=_BASES)
    workspace.review.answer(asked, answer, basis=basis)
    return True


COMMANDS = (people,)
