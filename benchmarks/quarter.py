"""A quarter in which nothing is waited for: the invented company's last 13 weeks, brought in week by week.

`python -m benchmarks.quarter FOLDER [--weeks 13]` makes a workspace in FOLDER/acme of what was on record on 1 June
2026, then lives through the weeks after as three people do by command: on Monday the new week is imported and the
leaders are tracked, a digest is written, the comms lead asks after the campaign, the mentor notes and writes sheets; at
the end the programme is told to its sponsor. FOLDER/told has what each week said, command by command, with the seconds
that each took. A walk that was stopped goes on. What ends with an error is listed at the end, and is exit code 1.
"""

from __future__ import annotations

import os
import sys
import time
from argparse import ArgumentParser
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import tomlkit
from click.testing import CliRunner

from influence import Workspace, demo
from influence.cli import main
from influence.settings import DEFAULTS

BEGINS, WEEKS = datetime(2026, 6, 1, tzinfo=UTC), 13
"""A Monday: the first day of the programme and of the campaign, and so many weeks until the last day on record."""
OTHERS = 2
"""So many mentees beside those of whom something is planted, so that each has five others for a band."""
TRACKED = 2
"""So many leaders are tracked, every week."""
TALKS = (2, 5, 9)
"""After which weeks the mentor talks with the mentees."""

Command = Sequence[str]


@dataclass
class Lived:
    """What was said, week by week, and what went wrong."""

    folder: Path
    wrong: list[str] = field(default_factory=list)

    @property
    def workspace(self) -> Path:
        """The folder of the workspace."""
        return self.folder / "acme"

    def say(self, week: str, commands: Iterator[Command]) -> None:
        """Run some commands, and keep what each said; what was lived through before is not done again."""
        place = self.folder / "told" / f"{week}.txt"
        place.parent.mkdir(parents=True, exist_ok=True)
        if place.exists():
            return
        begun = place.with_suffix(".begun")
        with begun.open("w", encoding="utf-8") as told:
            for words in commands:
                print(f"\n$ influence {' '.join(words)}", file=told, flush=True)
                before, began = time.process_time(), time.monotonic()
                done = CliRunner().invoke(main, list(words))
                took, used = time.monotonic() - began, time.process_time() - before
                print(
                    f"{done.output}[exit {done.exit_code}, {took:.1f} s, processor {used:.1f} s]",
                    file=told,
                    flush=True,
                )
                if done.exit_code or not isinstance(done.exception, SystemExit | None):
                    self.wrong.append(
                        f"{week}: influence {' '.join(words)}: {done.exception or done.output[-300:]}"
                    )
        begun.rename(place)


def lay_out(company: demo.Company, folder: Path, weeks: int = WEEKS) -> None:
    """Write what was on record at the beginning into FOLDER/base, and each week after it into FOLDER/week-NN."""
    base = folder / "base"
    base.mkdir(parents=True)
    pq.write_table(company.people, base / "people.parquet")
    (base / "calendar.ics").write_text(company.calendar, encoding="utf-8", newline="")
    moments = [None, *(BEGINS + timedelta(weeks=week) for week in range(weeks + 1))]
    for week, (since, until) in enumerate(pairwise(moments)):
        place = base if since is None else folder / f"week-{week:02}"
        place.mkdir(exist_ok=True)
        for name, table in {"activities": company.activities, "encounters": company.encounters}.items():
            pq.write_table(_between(table, since, until), place / f"{name}.parquet")


def _between(table: pa.Table, since: datetime | None, until: datetime | None) -> pa.Table:
    """Return the rows of a time; those without a time are the first's."""
    time = table["time"]
    kept = pc.less(time, pa.scalar(until, time.type))
    if since is None:
        return table.filter(pc.or_kleene(kept, pc.is_null(time)))
    return table.filter(pc.and_(kept, pc.greater_equal(time, pa.scalar(since, time.type))))


def settings(company: demo.Company) -> str:
    """Return the settings that the three wrote on the first day."""
    made = tomlkit.parse(DEFAULTS)
    for section, held in {
        "privacy": {"keep_terms": True},
        "brand": {"accounts": list(company.brand)},
        "topics": {name: list(words) for name, words in company.topics.items()},
        "campaigns": {name: dict(one) for name, one in company.campaigns.items()},
    }.items():
        made[section] |= held  # type: ignore[operator]
    return tomlkit.dumps(made)


def mentees(company: demo.Company) -> list[str]:
    """Return those of whom something is planted, but for the chief executive, and those who have most people."""
    planted = [person for role, person in company.leaders.items() if role != "near"]
    managers = pc.value_counts(company.people["manager"].drop_null()).to_pylist()
    ordered = sorted(managers, key=lambda one: (-one["counts"], one["values"]))
    known = {*company.leaders.values()}
    return planted + [one["values"] for one in ordered if one["values"] not in known][:OTHERS]


def programme(people: Sequence[str]) -> str:
    """Return the file that the mentor wrote."""
    goals = '[{ measure = "reach_4", aim = "+20 %" }, { measure = "response_rate", aim = "at least 50 %" }]'
    each = "".join(f'\n[[mentees]]\nwho = "{one}"\ngoals = {goals}\n' for one in people)
    end = (BEGINS + timedelta(weeks=WEEKS)).date()
    return (
        f'name = "Summer"\nmentor = "Mia Mentor"\nstart = {BEGINS.date()}\nend = {end}\nwindow = "8w"\n{each}'
    )


def first_day(people: Sequence[str]) -> Iterator[Command]:
    """What is done once."""
    yield ("import", "../in/base")
    yield ("track", *people[:TRACKED])
    yield ("digest",)
    yield ("programme", "start")
    yield ("programme", "show")
    yield ("campaign",)
    yield ("track", *people[:TRACKED], "--timer", "cron")


def monday(week: int, people: Sequence[str]) -> Iterator[Command]:
    """What each week brings."""
    executive = people[0]
    yield ("import", f"../in/week-{week:02}")
    yield ("track", *people[:TRACKED])
    yield ("digest", "--format", "txt", "-o", f"reports/week-{week:02}-all.txt")
    yield ("digest", executive, "--format", "txt", "-o", f"reports/week-{week:02}.txt")
    if week in {1, 2, 5, 6, 10}:
        yield ("campaign", "on-time")
        yield ("waiting", executive)
    if week in TALKS:
        yield from _talk(people)
    if week in {4, 8, 12}:
        yield ("compare", executive, "--last", "4w", "--against", "previous")
        yield ("advise", executive, "--since", "6m")


def _talk(people: Sequence[str]) -> Iterator[Command]:
    yield ("programme", "show")
    yield ("programme", "sheet", "--format", "txt")
    for one in people[:3]:
        yield ("programme", "note", one, "Answer within a day", "--advice", "given", "--about", "sooner")
    yield ("programme", "notes")


def last_day(people: Sequence[str]) -> Iterator[Command]:
    """What the end of the quarter brings."""
    yield ("programme", "show")
    yield ("programme", "sheet")
    yield ("programme", "end")
    yield ("programme", "end", "--format", "txt")
    yield ("compare", *people[:4], "--last", "quarter", "--format", "html,pdf")
    yield ("campaign", "on-time", "--format", "html,json")
    yield ("track", people[0], "--list")
    yield ("digest",)
    yield ("report", people[0], "--last", "quarter", "--format", "html,pdf")


def live() -> int:
    """Live through it."""
    words = ArgumentParser(description=__doc__)
    words.add_argument("folder", type=Path)
    words.add_argument("--weeks", type=int, default=WEEKS)
    given = words.parse_args()
    company = demo.build()
    lived, people = Lived(given.folder.resolve()), mentees(company)
    if not (given.folder / "in").exists():
        lay_out(company, given.folder / "in", given.weeks)
        Workspace.create(lived.workspace).close()
        (lived.workspace / "influence.toml").write_text(settings(company), encoding="utf-8")
        (lived.workspace / "programme.toml").write_text(programme(people), encoding="utf-8")
    os.chdir(lived.workspace)
    lived.say("week-00", first_day(people))
    for week in range(1, given.weeks + 1):
        lived.say(f"week-{week:02}", monday(week, people))
    lived.say("week-last", last_day(people))
    print(*lived.wrong, sep="\n")
    return int(bool(lived.wrong))


if __name__ == "__main__":
    sys.exit(live())
