"""The digest: what would be mailed about those who are tracked, as they were told; their next snapshots are taken."""

from __future__ import annotations

from starlette.responses import Response

from influence.contract.errors import InfluenceError
from influence.contract.language import speaking, translated
from influence.contract.tracked import Digest
from influence.contract.wording import plain
from reports.dashboard.asked import Asked, see, shown
from reports.dashboard.desk import Desk
from reports.dashboard.framed import framed
from reports.dashboard.sources import said_of
from reports.dashboard.view import all_of
from reports.dashboard.work import Progress
from reports.formats import letter as letters

TRACK = "track"
"""The kind of work that takes snapshots: one at a time."""


def preview(desk: Desk, asked: Asked) -> Response:
    """Show the letter about one leader or about all who are tracked."""
    who, why, text = all_of(asked.query, "who"), "", ""
    try:
        text = desk.kept(("digest", who, desk.language), lambda: letters.as_text(_digest(desk, who)))
    except InfluenceError as error:
        why = desk.said(error)
    tracked = desk.kept("tracked", lambda: _tracked(desk))
    return shown(
        desk,
        asked,
        "digest.html",
        "/digest",
        text=text,
        why=why,
        nobody=not tracked,
        tracked=tracked,
        chosen=who,
        letter_query=[("who", one) for one in who],
        work=said_of(desk.works.latest(TRACK)),
    )


def take(desk: Desk, asked: Asked) -> Response:
    """Take the next snapshot of whoever is named, or of all who are tracked; it goes on when the page is closed."""
    desk.may_change()
    people = [desk.person(one) for one in all_of(asked.form, "who")]
    desk.works.start(TRACK, translated("The next snapshots"), lambda tell: _take(desk, people, tell))
    return see("/digest")


def _take(desk: Desk, people: list[tuple[str, str]], tell: Progress) -> None:
    try:
        with desk.workspace.alone:
            wanted = people or _tracked(desk)
        for person, name in wanted:
            tell("")
            with desk.workspace.alone:
                told = desk.workspace.tracking.again(person)
            with speaking(desk.language):
                pattern = (
                    translated("{name}: snapshot {n} is taken.")
                    if told.fresh
                    else translated(
                        "{name}: snapshot {n} was taken before; the next week is not on record yet."
                    )
                )
                tell(pattern.format(name=plain(name), n=told.number))
    finally:
        desk.changed()


def letter(desk: Desk, asked: Asked) -> Response:
    """Show the letter as the page that a mail program shows."""
    who = all_of(asked.query, "who")
    written = desk.kept(("letter", who, desk.language), lambda: letters.as_page(_digest(desk, who)))
    return framed(written)


def _digest(desk: Desk, who: tuple[str, ...]) -> Digest:
    people = [desk.person(one)[0] for one in who] or list(desk.only)
    if desk.narrow:  # a programme is shown to nobody there
        return Digest(desk.workspace.tracking.latest(people), desk.workspace.settings.notice)
    return desk.workspace.digest(people)


def _tracked(desk: Desk) -> list[tuple[str, str]]:
    try:
        found = desk.workspace.tracking.latest([])
    except InfluenceError:  # nobody is tracked yet
        return []
    shown_here = [(str(one.report.leader["person"]), str(one.report.leader["name"])) for one in found]
    return [one for one in shown_here if not desk.narrow or one[0] in desk.only]
