"""A preview of the digest: what would be mailed about those who are tracked, as they were told."""

from __future__ import annotations

from starlette.responses import Response

from influence.contract.errors import InfluenceError
from influence.contract.tracked import Digest
from influence.workspace.workspace import Workspace
from reports.dashboard.asked import Asked, shown
from reports.dashboard.desk import Desk
from reports.dashboard.framed import framed
from reports.dashboard.view import all_of
from reports.formats import letter as letters


def preview(desk: Desk, asked: Asked) -> Response:
    """Show the letter about one leader or about all who are tracked."""
    who, why, text = all_of(asked.query, "who"), "", ""
    try:
        text = desk.kept(("digest", who, desk.language), lambda: letters.as_text(_digest(desk, who)))
    except InfluenceError as error:
        why = str(error)
    tracked = [] if why and not who else desk.kept("tracked", lambda: _tracked(desk))
    return shown(
        desk,
        asked,
        "digest.html",
        "/digest",
        text=text,
        why=why,
        tracked=tracked,
        chosen=who,
        letter_query=[("who", one) for one in who],
    )


def letter(desk: Desk, asked: Asked) -> Response:
    """Show the letter as the page that a mail program shows."""
    who = all_of(asked.query, "who")
    written = desk.kept(("letter", who, desk.language), lambda: letters.as_page(_digest(desk, who)))
    return framed(written)


def _digest(desk: Desk, who: tuple[str, ...]) -> Digest:
    people = [desk.person(one)[0] for one in who] or list(desk.only)
    workspace: Workspace = desk.workspace
    return Digest(workspace.tracking.latest(people), workspace.settings.notice)


def _tracked(desk: Desk) -> list[tuple[str, str]]:
    found = desk.workspace.tracking.latest([])
    shown_here = [(str(one.report.leader["person"]), str(one.report.leader["name"])) for one in found]
    return [one for one in shown_here if not desk.narrow or one[0] in desk.only]
