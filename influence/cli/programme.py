"""A programme of leaders: programme draft, start, show, note, notes, undo, sheet, end."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial, wraps
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import click

from influence.cli.giving import PRINTED, one_alone, output_option, print_file
from influence.cli.options import (
    basis_option,
    inner_workspace_option,
    json_option,
    opened,
    progress,
    workspace_option,
)
from influence.cli.saying import say, say_json
from influence.contract import plugins
from influence.contract.language import ENGLISH, known, speaking
from influence.contract.wording import file_name, plain

if TYPE_CHECKING:
    from influence.contract.programmed import Ended, Programme, Sheet
    from influence.programmes.programme import Programmes

SHEETS = "influence.sheets"


@click.group()
@workspace_option
@click.pass_context
def programme(ctx: click.Context, folder: Path) -> None:
    """Run a programme of leaders: each against their own baseline and what was agreed, nobody against another.

    It is told in a file, programme.toml: who, from when to when, which goals. `start` freezes what each is measured
    against and chooses leaders like them who are not in it; nothing of that is worked out again. Of others a sheet
    shows a band of at least five, and the end report names nobody.

    \b
    influence programme draft ann@acme.example "Bo Ek"      # writes programme.toml; fill it in
    influence programme start                               # on the first day, or after it
    influence programme note "Bo Ek" "Answer within a day" --advice given --about sooner
    influence programme show                                # for the mentor
    influence programme sheet                               # one page a mentee, for the talk
    influence programme end                                 # for the sponsor, without names
    """
    ctx.obj = folder


@dataclass(frozen=True)
class _Asked:
    """Which programme is meant: the workspace, and its file if it is another than the workspace's own."""

    folder: Path
    file: Path | None

    @contextmanager
    def opened(self, doing: str = "Measuring") -> Iterator[Programmes]:
        with opened(self.folder) as workspace, progress(doing):
            yield workspace.programme(self.file)

    def place(self, output: Path | None) -> Path:
        return output or self.folder / "reports/programme"


def _asking(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command `-w` and `--file`, passed as `asked`."""

    @wraps(command)
    def run(*given: Any, folder: Path, file: Path | None, **more: Any) -> None:
        command(*given, asked=_Asked(folder, file), **more)

    told = "The programme's file; programme.toml of the workspace if left out."
    return inner_workspace_option(
        click.option("--file", type=click.Path(path_type=Path), help=told)(basis_option(run))
    )


_LANGUAGE = click.option(
    "--language", default=ENGLISH, show_default=True, metavar="CODE", help="In which language."
)


_FORMAT = click.option(
    "--format", "kind", default="html", show_default=True, help="html, a page to print, txt, or json."
)
_OUTPUT = output_option("The folder (default: reports/programme of the workspace)")


@programme.command()
@click.argument("mentees", nargs=-1, metavar="[MENTEE]...")
@_asking
def draft(asked: _Asked, mentees: Sequence[str]) -> None:
    """Write programme.toml to fill in, with a part for each MENTEE."""
    with asked.opened("Reading") as one:
        say(f"Wrote {one.draft(mentees)}: fill it in, then: influence programme start")


@programme.command()
@json_option
@_asking
def start(asked: _Asked, as_json: bool) -> None:
    """Freeze the baseline of every mentee, once; the start may lie in the past, where it is on record."""
    with asked.opened() as one:
        told = one.start()
        beside = {person: len(others) for person, others in one.baseline.beside.items()}
    if as_json:
        say_json(told.as_json())
        return
    say(f"{plain(told.name)} is started: the baseline of {len(told.sheets)} mentees is frozen and stays.")
    for sheet in told.sheets:
        say(f"  {plain(sheet.name)}: {beside[sheet.person]} leaders like them stand beside them")


@programme.command()
@click.option("--format", "kind", metavar="NAME", help="Write it instead: html, txt or json.")
@_OUTPUT
@json_option
@_LANGUAGE
@_asking
def show(asked: _Asked, kind: str | None, output: Path | None, as_json: bool, language: str) -> None:
    """Say how each mentee stands against their own baseline, and all together beside leaders like them."""
    spoken = known(language)
    with asked.opened() as one:
        told = one.show()
    if as_json:
        say_json(told.as_json())
    elif kind or output:
        _write({"programme": told}, kind or "html", asked.place(output), language)
    else:
        with speaking(spoken):
            say(*_text(told).splitlines())


@programme.command()
@click.argument("mentee")
@click.argument("words")
@click.option(
    "--advice", type=click.Choice(["given", "taken"]), help="It is advice that was given, or was taken."
)
@click.option(
    "--about",
    metavar="WHAT",
    help="An exercise, such as sooner, a line of the plan, such as reach-69a88e, or anything else.",
)
@_asking
def note(asked: _Asked, mentee: str, words: str, advice: str | None, about: str | None) -> None:
    """Note WORDS about a MENTEE. What was advised and taken is not advised first again."""
    with asked.opened("Reading") as one:
        kept = one.note(mentee, words, advice, about)
    say(
        f"Note {kept.seq} is kept: {_noted(kept)}.",
        f"  Take it back with: influence programme undo {kept.seq}",
    )


@programme.command()
@json_option
@_asking
def notes(asked: _Asked, as_json: bool) -> None:
    """List the notes that stand: number, when, by whom, about whom."""
    with asked.opened("Reading") as one:
        found = one.notes.standing()
        names = {person: str(kept.leader["name"]) for person, kept in one.baseline.reports.items()}
    if as_json:
        say_json([vars(each) for each in found])
        return
    for each in found:
        who = plain(names.get(each.leader, each.leader))
        say(f"{each.seq}  {each.noted[:10]}  {plain(each.author)}  {who}: {_noted(each)}")
    if not found:
        say("There is no note yet.")


def _noted(one: Any) -> str:
    about = f" ({plain(one.about)})" if one.about else ""
    return f"{one.kind}{about}: {one.words}"


@programme.command()
@click.argument("number", type=int)
@_asking
def undo(asked: _Asked, number: int) -> None:
    """Take back the note of that NUMBER; taking back can be taken back as well."""
    with asked.opened("Reading") as one:
        taken = one.notes.undo(number)
    say(f"Note {number} is taken back.", f"  Take that back with: influence programme undo {taken}")


@programme.command()
@click.argument("mentees", nargs=-1, metavar="[MENTEE]...")
@_FORMAT
@_OUTPUT
@_LANGUAGE
@_asking
def sheet(asked: _Asked, mentees: Sequence[str], kind: str, output: Path | None, language: str) -> None:
    """Write the sheet of each MENTEE, or of all: for the talk of two, without anybody else's data."""
    with asked.opened() as one:
        told = [one.sheet(mentee) for mentee in mentees] or list(one.sheets.values())
    _write({_file_name(each): each for each in told}, kind, asked.place(output), language)


@programme.command()
@_FORMAT
@_OUTPUT
@json_option
@_LANGUAGE
@_asking
def end(asked: _Asked, kind: str, output: Path | None, as_json: bool, language: str) -> None:
    """Write the end report for the sponsor: no name, and nothing about fewer people than the smallest group."""
    with asked.opened() as one:
        told = one.ended()
    if as_json:
        say_json(told.as_json())
        return
    _write({"end-report": told}, kind, asked.place(output), language)


def _write(told: Mapping[str, Sheet | Programme | Ended], kind: str, folder: Path, language: str) -> None:
    write: Any = plugins.load(SHEETS, kind)
    if folder == PRINTED:
        one_alone(folder, told, "name one MENTEE")
        with speaking(known(language)):
            ((name, one),) = told.items()
            print_file(partial(write, one), f"{name}.{kind}")
        return
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with speaking(known(language)):
            for name, one in told.items():
                for file in write(one, folder / f"{name}.{kind}"):
                    say(f"Wrote {file}")
    except OSError as error:
        raise click.ClickException(f"{folder} cannot be written: {error.strerror}") from error


def _file_name(one: Sheet) -> str:
    """Name a sheet by the mentee; by the id as well, since two may bear one name."""
    return file_name(f"{one.name} {one.person}")


def _text(told: Programme) -> str:
    with TemporaryDirectory() as waiting:
        file = Path(waiting) / "programme.txt"
        write: Any = plugins.load(SHEETS, "txt")
        write(told, file)
        return file.read_text(encoding="utf-8")


COMMANDS = (programme,)
