"""What a campaign did: campaign."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import click

from influence.cli.giving import PRINTED, kinds_asked, output_option, print_file
from influence.cli.options import Asked, asked_options, json_option, narrowing_options, progress
from influence.cli.saying import say, say_json
from influence.contract import plugins
from influence.contract.language import ENGLISH, known, speaking
from influence.contract.wording import file_name

if TYPE_CHECKING:
    from influence.contract.campaigned import Campaigned, Stated
    from influence.contract.narrowing import Narrowing
    from influence.workspace.campaigning import Campaigning

PAGES = "influence.campaign-pages"


@click.command()
@click.argument("name", required=False)
@click.option("--leader", metavar="LEADER", help="Only as far as it was this person's.")
@click.option("--since", metavar="DATE", help="Its first day, for a campaign that is not in the settings.")
@click.option("--until", metavar="DATE", help="The first day after it; left out where it goes on.")
@click.option(
    "--voice", "voices", multiple=True, metavar="ACCOUNT", help="Compare with this voice. Again: with both."
)
@click.option("--format", "formats", metavar="NAME,…", help="Write files instead: html, txt, json.")
@output_option("The file (default: in reports/); of several formats each gets its own ending")
@click.option(
    "--without-names", is_flag=True, help="A copy for others: no names, no links, small spheres merged."
)
@click.option("--language", default=ENGLISH, show_default=True, metavar="CODE", help="In which language.")
@narrowing_options(spheres=False)
@asked_options
@json_option
def campaign(name: str | None, only: Narrowing, asked: Asked, as_json: bool, **how: Any) -> None:
    """Say what a campaign did: who took part, who was new, how far beyond it went, and if more responded than before.

    Campaigns stand in influence.toml as [campaigns.NAME]; without NAME they are listed. One that is not there is told
    by options. The time before is compared by an interrupted time series: pip install 'networked-influence[campaign]'.

    \b
    influence campaign spring
    influence campaign spring --leader ann@acme.example --format html,json
    influence campaign --tag netzero --since 2026-03-02 --until 2026-04-13
    """
    spoken, kinds = known(how["language"]), kinds_asked(how["formats"], how["output"], as_json=as_json)
    for kind in kinds:
        plugins.load(PAGES, kind)
    given = bool(only or how["since"] or how["until"] or how["voices"])
    with asked.opened() as workspace:
        if name is None and not given:
            _list(workspace, as_json=as_json)
            return
        with progress("Measuring"):
            stated = _stated(workspace, name, only, given=given, **how)
            tell = workspace.campaign_for_others if how["without_names"] else workspace.campaign
            told = tell(stated, how["leader"])
        place = how["output"] or workspace.path / "reports" / f"campaign-{_file_name(told)}"
    with speaking(spoken):
        if as_json:
            say_json(told.as_json())
        elif kinds:
            _write(told, kinds, place)
        else:
            say(*_as(told, "txt").splitlines())


def _stated(
    workspace: Campaigning,
    name: str | None,
    only: Narrowing,
    *,
    given: bool,
    since: str | None,
    until: str | None,
    voices: Sequence[str],
    **_: Any,
) -> Stated:
    from influence.campaigns import campaigns  # NumPy: `--help` must not wait for it

    if not given and name is not None:
        return campaigns.named(name, workspace.settings.campaigns)
    if name is not None and name in workspace.settings.campaigns:
        raise click.UsageError(
            f"{name} stands in influence.toml: leave the options out, or give it another name"
        )
    return campaigns.given(name, only, since, until, tuple(voices))


def _list(workspace: Campaigning, *, as_json: bool) -> None:
    found = list(workspace.settings.campaigns.values())
    if as_json:
        say_json([one.as_json() for one in found])
        return
    for one in found:
        until = one.until or "still running"
        say(f"{one.name}  {one.since} to {until}  {', '.join(one.marks)}")
    if not found:
        say("No campaign is set: write [campaigns.NAME] in influence.toml, or give --tag and --since.")


def _write(told: Campaigned, kinds: Sequence[str], place: Path) -> None:
    from influence.contract.campaigned import CampaignError  # Babel: `--help` must not wait for it

    for kind in kinds:
        write: Any = plugins.load(PAGES, kind)
        if place == PRINTED:
            print_file(partial(write, told), f"campaign.{kind}")
            return
        known_ending = place.suffix[1:] in plugins.names(PAGES)
        file = place.with_suffix(f".{kind}") if known_ending else place.with_name(f"{place.name}.{kind}")
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            written = write(told, file)
        except OSError as error:
            raise CampaignError(f"{file} cannot be written: {error.strerror}") from error
        for one in written:
            say(f"Wrote {one}")


def _as(told: Campaigned, kind: str) -> str:
    with TemporaryDirectory() as waiting:
        file = Path(waiting) / f"campaign.{kind}"
        write: Any = plugins.load(PAGES, kind)
        write(told, file)
        return file.read_text(encoding="utf-8")


def _file_name(told: Campaigned) -> str:
    """Make a safe file name of the campaign's name and the leader's."""
    words = f"{told.stated.name} {told.leader['name'] if told.leader else ''}"
    return file_name(words.strip() or "of options")


COMMANDS = (campaign,)
