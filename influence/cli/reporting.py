"""Asking: report, network."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import click

from influence.cli.giving import PRINTED, one_alone, output_option, print_file
from influence.cli.options import (
    Asked,
    asked_options,
    json_option,
    narrowing_options,
    near_option,
    progress,
    window_options,
)
from influence.cli.saying import say, say_json
from influence.contract import plugins
from influence.contract.details.advice import EXPECTED, GAINS_IN
from influence.contract.details.next_to_respond import NextTested, NextToRespond
from influence.contract.headline import bounds, sentences, unsure
from influence.contract.language import ENGLISH, known, languages, speaking
from influence.contract.wording import between, counted, number, phrase, plain, scale, unit_of
from influence.kernels.ahead import compile_beside

if TYPE_CHECKING:
    from influence.advice.introductions import Introduced
    from influence.advice.week import Week
    from influence.analysis.writing import Writing
    from influence.contract.details.introductions import Hop
    from influence.contract.findings import Finding, Report
    from influence.contract.narrowing import Narrowing


class _Listing(click.Option):
    """An option whose help lists what there is; it is looked up only when the help is asked for."""

    def __init__(self, *words: Any, there_is: Callable[[], Sequence[str]], **more: Any) -> None:
        super().__init__(*words, **more)
        self.there_is = there_is

    def get_help_record(self, ctx: click.Context) -> tuple[str, str] | None:
        """Return the option and its help."""
        told = super().get_help_record(ctx)
        if told is None:
            return None
        return told[0], told[1].replace(self.help or "", f"{self.help}: {', '.join(self.there_is())}.", 1)


@click.command()
@click.argument("leader")
@window_options
@click.option(
    "--format",
    "formats",
    cls=_Listing,
    there_is=lambda: plugins.names("influence.formats"),
    default="html",
    show_default=True,
    metavar="NAME,…",
    help="One, or several with commas",
)
@output_option("The file to write (default: in reports/); of several formats each gets its own ending")
@click.option(
    "--measures",
    metavar="NAME,…",
    help="Only these measures beside the headline (see: influence measures); all if left out.",
)
@click.option(
    "--against",
    metavar="PERIOD",
    help="The earlier period to compare with: previous, or its first and last day, such as 2026-01-01..2026-03-31; "
    "if left out the one before, where it is on record.",
)
@click.option(
    "--by",
    type=click.Choice(["week", "month"]),
    help="By what movement is told first; by week in a window of less than half a year if left out.",
)
@click.option(
    "--audience",
    multiple=True,
    metavar="FILE",
    help="Whom the leader means to reach: a file with a person a line (or a .csv), a name under [audiences] in "
    "influence.toml, or sphere:NAME, channel:NAME, tag:NAME, topic:NAME, conversation:ID. May be given several times.",
)
@click.option(
    "--language",
    cls=_Listing,
    there_is=languages,
    default=ENGLISH,
    show_default=True,
    metavar="CODE",
    help="In which language",
)
@click.option(
    "--template",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="Your own document for the formats that fill one (a .pptx or .potx for pptx).",
)
@click.option(
    "--without-names",
    is_flag=True,
    help="A copy for others: people are “a customer”, small groups are merged, and no evidence leads to anybody.",
)
@narrowing_options()
@near_option
@asked_options
def report(
    leader: str,
    since: str | None,
    until: str | None,
    measures: str | None,
    against: str | None,
    by: Literal["week", "month"] | None,
    audience: tuple[str, ...],
    asked: Asked,
    only: Narrowing,
    **how: Any,
) -> None:
    """Report how far LEADER's influence reaches: an e-mail address, an account, a person's id or a full name.

    \b
    influence report "Louise Kitchen" --since 2000-05-01 --until 2001-12-31 --format html,json,csv
    influence report ann@acme.example --format pdf,pptx --language sv --without-names
    influence report ann@acme.example --audience launch.csv --audience sphere:customer
    influence report ann@acme.example --last quarter --against 2026-01-01..2026-03-31
    influence report ann@acme.example --tag climate --sphere customer --last quarter
    influence report ann@acme.example --engine spark --lake /data/lake
    """
    wanted = _Wanted(listed(how.pop("formats")), **how)
    known(wanted.language)
    if asked.near and audience:
        raise click.UsageError("--audience asks what everybody did: leave --near out")
    one_alone(wanted.output, wanted.formats, "name one format by --format")
    compile_beside()
    with asked.opened() as workspace, progress("Measuring") as on:
        place = None if wanted.printed else wanted.output
        workspace.rehearse(wanted.formats, place, language=wanted.language, template=wanted.template)
        found = workspace.report(
            leader,
            since,
            until,
            measures=listed(measures or ""),
            against=against,
            by=by,
            audience=audience,
            only=only,
        )
        unanswered = workspace.open_about(found.leader["person"])
        written = []
        for name in wanted.formats:
            on(f"writing {name}")
            written += wanted.write(workspace, found, name)
    if wanted.printed:
        return
    with speaking(wanted.language):
        for line in sentences(found):
            say(line)
    if unanswered and not wanted.without_names:
        say(f"Open: {unanswered[0]}")
    for file in written:
        say(f"Wrote {file}")


@dataclass(frozen=True)
class _Wanted:
    """How a report is wanted: in which formats, where, in which language, in whose document, for whom."""

    formats: list[str]
    output: Path | None
    language: str
    template: Path | None
    without_names: bool

    @property
    def printed(self) -> bool:
        """Whether it goes to standard output, alone."""
        return self.output == PRINTED

    def write(self, workspace: Writing, found: Report, name: str) -> list[Path]:
        """Write it in one format, or print it; a template goes to those that take one."""
        if self.printed:
            print_file(lambda place: self._write(workspace, found, name, place), f"report.{name}")
            return []
        place = self.output
        if place is not None and len(self.formats) > 1:
            place = place.with_suffix(f".{name}")
        return self._write(workspace, found, name, place)

    def _write(self, workspace: Writing, found: Report, name: str, place: Path | None) -> list[Path]:
        from influence.analysis.writing import takes_template  # NumPy: `--help` must not wait for it

        fills = takes_template(plugins.load("influence.formats", name))
        return workspace.write(
            found,
            name,
            place,
            language=self.language,
            template=self.template if fills else None,
            without_names=self.without_names,
        )


def listed(words: str) -> list[str]:
    """Return the names in a list with commas, each once."""
    return list(dict.fromkeys(word.strip() for word in words.split(",") if word.strip()))


@click.command()
@json_option
def measures(as_json: bool) -> None:
    """List every measure: what it finds, one line each; docs/measures.md has the formulas."""
    from influence.contract.measures import catalogue

    rows = [
        {"measure": measure.name, "finding": name, "line": words.line}
        for measure in catalogue()
        for name, words in measure.finds.items()
    ]
    if as_json:
        say_json(rows)
        return
    before = None
    for row in rows:
        if row["measure"] != before:
            say(f"{row['measure']}")
        before = row["measure"]
        say(f"  {row['finding']:<22} {row['line']}")


@click.command()
@click.option(
    "--most", type=click.IntRange(1), default=30, show_default=True, help="So many of each are listed."
)
@asked_options
@json_option
def tags(most: int, asked: Asked, as_json: bool) -> None:
    """List tags, channels and your own topics, by how many items and people use them: what a report can be narrowed to.

    \b
    influence tags
    influence report ann@acme.example --tag climate --channel 'general*'
    """
    with asked.opened() as workspace:
        found = workspace.subjects()
    if as_json:
        say_json({kind: [vars(one) for one in rows] for kind, rows in found.items()})
        return
    for kind, rows in found.items():
        say(f"{kind}: {len(rows):,}" + (f", of these the {most:,} most used" if len(rows) > most else ""))
        for one in rows[:most]:
            name = f"#{one.name}" if kind == "tags" else one.name
            items, people = counted(one.items, "item", "items"), counted(one.people, "person", "people")
            say(f"  {plain(name):<40} {items}, {people}")
    if not found["topics"]:
        say("topics of your own are named under [topics] in influence.toml")


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
@click.option("--digital", is_flag=True, help="Only ties between people who are not known to have met.")
@output_option("The file to write; only counts if left out")
@narrowing_options(spheres=False)
@asked_options
@json_option
def network(
    since: str | None,
    until: str | None,
    digital: bool,
    output: Path | None,
    asked: Asked,
    only: Narrowing,
    as_json: bool,
    **how: str,
) -> None:
    """Count and write the network of responses: an arrow runs from the one responded to, its weight counts them.

    Says of how many ties it is known whether the two have met, and how many have.
    """
    if as_json and output == PRINTED:
        raise click.UsageError("--json prints the counts, -o - the network: leave one out")
    with asked.opened() as workspace:

        def write(place: Path) -> int:
            return workspace.write_network(place, how["format_"], since, until, digital=digital, only=only)

        if output == PRINTED:
            print_file(lambda place: [place] if write(place) >= 0 else [], f"network.{how['format_']}")
            return
        counts = workspace.acquaintance(since, until, only)
        counts = {"people": len(workspace.network(since, until, only)), **counts}
        written = write(output) if output else 0
    if as_json:
        say_json(counts)
        return
    say(
        f"{counts['people']:,} people, {counts['ties']:,} ties; of {counts['known']:,} it is known whether the two "
        f"have met: {counts['met']:,} have, {counts['not_met']:,} have not "
        f"({counts['pairs_not_met']:,} pairs)"
    )
    if output:
        say(f"Wrote {output}: {written:,} people")


@click.command()
@click.argument("people", nargs=-1, metavar="[PERSON]…")
@window_options
@narrowing_options()
@asked_options
@json_option
def many(
    people: tuple[str, ...],
    since: str | None,
    until: str | None,
    asked: Asked,
    only: Narrowing,
    as_json: bool,
) -> None:
    """Say how far leadership is spread over everybody here, or over the PEOPLE named: leadership for the many."""
    from influence.contract.measures import measure

    words = measure("many").finds
    compile_beside()
    with asked.opened() as workspace, progress("Measuring everybody"):
        found = workspace.organisation(since, until, people, only)
    if as_json:
        body = {name: finding.as_json() for name, finding in found.items()}
        say_json(body)
        return
    for name, finding in found.items():
        value = f"cannot tell: {finding.reason}" if finding.value is None else said_of(finding)
        say(f"{name:<28} {value}")
        say(f"  {words[name].line}")


@click.command()
@click.argument("leader")
@click.option(
    "--to", metavar="NAME", help="Who could bring LEADER to this person, organisation or sphere instead."
)
@window_options
@narrowing_options()
@asked_options
@json_option
def advise(
    leader: str,
    to: str | None,
    since: str | None,
    until: str | None,
    asked: Asked,
    only: Narrowing,
    as_json: bool,
) -> None:
    """Say with whom one more exchange by LEADER is expected to add most people never met, and if that held before.

    With --to: who could bring LEADER to somebody not reached, by chains of people who have met and answer one another.

    \b
    influence advise ann@acme.example
    influence advise ann@acme.example --to "Harbour Insurance"
    influence advise ann@acme.example --to customer
    """
    compile_beside()
    if to is not None:
        with asked.opened() as workspace, progress("Looking for chains"):
            introduced = workspace.introduce(leader, to, since, until, only)
        _tell_introduced(introduced, as_json=as_json)
        return
    with asked.opened() as workspace, progress("Learning from the log"):
        found = workspace.advise(leader, since, until, only)
        week = workspace.this_week(leader, since, until, only)
    if as_json:
        rows = [row.as_detail().as_json() for row in found.rows]
        told = {"rows": rows, "together": found.together, "back_test": found.test.words}
        say_json(told | {"this_week": week.as_json()})
        return
    _tell_week(week)
    say(f"With whom one more exchange may bring most: {found.test.words}")
    forecast = found.forecast if found.test.skill else ()
    for place, row in enumerate((*forecast, *found.rows[len(found.forecast) :])):
        if place == len(forecast):
            say("What held when tested (associations, not forecasts):")
        low, high = row.interval
        unit = GAINS_IN.get(row.kind, EXPECTED)
        spread = between(low, high, unit, of=scale(row.gain, unit))
        gain = number(row.gain, "share") if unit == "change" else phrase(row.gain, unit)
        say(f"{row.kind} {plain(row.name or row.who)}: {gain} ({spread})")
        say(f"  {row.reason}")
    say(f"Tried: {found.tried}")


def _tell_week(week: Week) -> None:
    """Say who is likely to respond next and why, and whom to answer this week, each with the name of its line."""
    following, tested = week.findings["next_to_respond"], week.findings["next_to_respond_tested"]
    held = following.told(NextToRespond)
    if not held.rows:
        say(f"Who will respond next cannot be told: {following.reason}")
    else:
        say(
            f"Likely to respond within {counted(round(held.days or 0), 'day', 'days')}, and not reached so far:"
        )
        for one in held.rows:
            say(f"{one.line}  {plain(one.name)} ({plain(one.sphere)}): {phrase(one.chance, 'share')}")
            say(f"  {one.reason}")
        if following.reason is not None:
            say(f"How likely each is cannot be told: {following.reason}")
        say(f"Tested: {tested.told(NextTested).words}")
    if week.answers:
        minutes = week.minutes
        spent = "" if minutes is None else f", about {counted(max(1, round(minutes)), 'minute', 'minutes')}"
        say(f"To answer this week{spent}:")
    for row in week.answers:
        say(f"{row.line}  {plain(row.name)} ({plain(row.sphere)})")


def _tell_introduced(found: Introduced, *, as_json: bool) -> None:
    if as_json:
        rows = [row.as_json() for row in found.rows]
        say_json({"to": found.target, "rows": rows, "back_test": found.test.words, "skill": found.test.skill})
        return
    for row in found.rows:
        house = f" ({plain(row.organisation)})" if row.organisation else ""
        way = ", who could bring you to ".join(plain(hop.name) for hop in row.hops)
        say(f"{way}{house}: {phrase(row.score, 'share')} that everybody answers and has met")
        for hop in row.hops:
            say(f"  {plain(hop.name)}: {_on_record(hop)}")
    say(f"Tested on the record: {found.test.words}")


def _on_record(hop: Hop) -> str:
    met = f"met last on {hop.met_last} by the one before" if hop.met_last else "has met the one before"
    if not hop.asked:
        return f"{met}; was asked nothing on record"
    last = f", last on {hop.answered_last}" if hop.answered_last else ""
    return f"{met}; answered {hop.answered} of {counted(hop.asked, 'item', 'items')}{last} ({' '.join(hop.evidence)})"


def said_of(finding: Finding) -> str:
    """Word a number as every report does: whole people, the range alone where of most of them nothing tells."""
    held, unit = bounds(finding), finding.unit
    if held and unsure(finding):
        return f"{between(*held, unit)} {unit_of(unit)}: of most of them nothing tells whether they have met".strip()
    said = []
    if held and held[0] != held[1]:
        said.append(f"{between(*held, unit)} by whom they had met")
    if finding.interval is not None:
        said.append(f"{between(*finding.interval, unit)} if run again")
    return phrase(finding.value, unit) + (f" ({'; '.join(said)})" if said else "")


COMMANDS = (report, measures, advise, many, network, tags)
