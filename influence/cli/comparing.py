"""People side by side, or one person in two windows: compare."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import click

from influence.cli.giving import PRINTED, kinds_asked, output_option, print_file
from influence.cli.options import (
    Asked,
    asked_options,
    json_option,
    narrowing_options,
    near_option,
    progress,
    window_options,
)
from influence.cli.reporting import listed, said_of
from influence.cli.saying import say, say_json
from influence.contract import plugins
from influence.contract.language import ENGLISH, known, speaking
from influence.contract.wording import plain
from influence.kernels.ahead import compile_beside

if TYPE_CHECKING:
    from influence.analysis.comparison import Comparison
    from influence.contract.compared import Compared
    from influence.contract.narrowing import Narrowing

COMPARISONS = "influence.comparisons"


@click.command()
@click.argument("leaders", nargs=-1, required=True, metavar="LEADER…")
@window_options
@click.option(
    "--against",
    metavar="PERIOD",
    help="Compare one LEADER with themselves: with the period before (previous), or its first and last day, such as "
    "2026-01-01..2026-03-31.",
)
@click.option(
    "--measures", metavar="NAME,…", help="Only these measures (see: influence measures); all if left out."
)
@click.option(
    "--format", "formats", metavar="NAME,…", help="Write it too: html, pdf or txt, several with commas."
)
@output_option("The file (default: reports/compare in the workspace)")
@click.option("--language", default=ENGLISH, show_default=True, metavar="CODE", help="In which language.")
@narrowing_options()
@near_option
@asked_options
@json_option
def compare(
    leaders: tuple[str, ...],
    since: str | None,
    until: str | None,
    asked: Asked,
    only: Narrowing,
    as_json: bool,
    **how: Any,
) -> None:
    """Compare LEADERs in one window, or one in two: what tells them apart, what does not, and who does what.

    Every measure, like for like: one window, the same sources, what counts happenings for each active week. All
    differences are decided together. It ranks nobody: leaders stand in the order given.

    \b
    influence compare ann@acme.example "Bo Ek" --last quarter
    influence compare ann@acme.example --last quarter --against previous
    influence compare ann@acme.example "Bo Ek" --format html,pdf
    """
    spoken, kinds = known(how["language"]), kinds_asked(how["formats"], how["output"], as_json=as_json)
    writers = {kind: plugins.load(COMPARISONS, kind) for kind in kinds}
    compile_beside()
    with asked.opened() as workspace, progress("Comparing"):
        headline = None if how["against"] else workspace.compare(leaders, since, until, only)
        found = workspace.compared(
            leaders, since, until, only, against=how["against"], measures=listed(how["measures"] or "")
        )
        folder = workspace.path / "reports"
    if as_json:
        say_json(({} if headline is None else headline.as_json()) | {"compared": found.as_json()})
        return
    if how["output"] == PRINTED:
        with speaking(spoken):
            print_file(partial(writers[kinds[0]], found), f"compare.{kinds[0]}")
        return
    if headline is not None:
        _tell(headline, [side.person for side in found.sides])
    with speaking(spoken):
        say(*_text(found).splitlines())
        for kind, write in writers.items():
            place = how["output"] or folder / f"compare.{kind}"
            _write(write, found, place.with_suffix(f".{kind}") if len(writers) > 1 else place)


def _tell(found: Comparison, order: Sequence[str]) -> None:
    for person in order:
        say(plain(found.names.get(person, person)))
        for name, finding in found.people[person].items():
            value = f"cannot tell: {finding.reason}" if finding.value is None else said_of(finding)
            say(f"  {name:<14} {value}")
    for one in found.differences:
        sides = " and ".join(plain(found.names.get(side, side)) for side in (one.one, one.other))
        say(one.words if one.apart else f"{sides}, {one.measure}: {one.words}")
    for reason in found.reasons:
        say(reason)


def _text(found: Compared) -> str:
    with TemporaryDirectory() as waiting:
        file = Path(waiting) / "compare.txt"
        write: Any = plugins.load(COMPARISONS, "txt")
        write(found, file)
        return file.read_text(encoding="utf-8")


def _write(write: Any, found: Compared, place: Path) -> None:
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        for file in write(found, place):
            say(f"Wrote {file}")
    except OSError as error:
        raise click.ClickException(f"{place} cannot be written: {error.strerror}") from error


COMMANDS = (compare,)
