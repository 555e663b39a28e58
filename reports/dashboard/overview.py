"""The overview: what is in, since when, what is covered, who is tracked, and what to look at."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from starlette.responses import Response

from influence.contract.errors import InfluenceError
from influence.contract.language import recognised
from influence.contract.tracked import Tracked
from influence.contract.wording import number
from influence.workspace.workspace import Workspace
from reports.dashboard.asked import Asked, shown
from reports.dashboard.desk import Desk
from reports.dashboard.going import listed
from reports.dashboard.pages import marked
from reports.dashboard.view import leader_path, with_query
from reports.figures.past import past_picture
from reports.story.tracked import told
from reports.story.wording import day

LISTED = 10
"""So many sources are listed, those that brought something last."""


@dataclass(frozen=True)
class Brought:
    """One source in words: how much it brought, and when it did so last."""

    source: str
    stored: str
    aside: str
    last: str
    times: int


def overview(desk: Desk, asked: Asked) -> Response:
    """Show what is in the workspace; who is tracked comes after, since it is longer in coming."""
    rows = [] if desk.narrow else prepared(desk)
    held = {} if desk.narrow else {"brought": rows[:LISTED], "further": max(0, len(rows) - LISTED)}
    ready = begin_with(desk) if desk.workspace.ready or desk.narrow else None
    return shown(desk, asked, "overview.html", "/", begin=ready, works=listed(desk), back="/", **held)


def prepared(desk: Desk) -> list[Brought]:
    """Return what came in; asked once before everything is read, so that the first page does not wait for that."""
    return desk.kept("brought", lambda: brought(desk.workspace))


def begin(desk: Desk, asked: Asked) -> Response:
    """Show who is tracked, what to look at, and with whom to begin."""
    return shown(desk, asked, "begin.html", "/", begin=begin_with(desk))


def brought(workspace: Workspace) -> list[Brought]:
    """Return every source that brought something, what came last first."""
    sources: dict[str, list[dict[str, Any]]] = {}
    for row in workspace.store.imports():
        sources.setdefault(row["source"], []).append(row)
    aside = workspace.store.kept_aside()
    newest = sorted(sources.items(), key=lambda one: (-one[1][-1]["batch"], one[0]))
    return [
        Brought(
            source,
            number(sum(row["stored"] for row in rows)),
            number(aside.get(source, 0)),
            day(rows[-1]["done"].replace(" ", "T")),
            len(rows),
        )
        for source, rows in newest
    ]


def begin_with(desk: Desk) -> dict[str, Any]:
    """Return whom to begin with: the leaders shown here, or those tracked and those who are answered most.

    `offered` are all of them, wherever one of them is chosen.
    """
    if desk.narrow:
        shown_here = [desk.person(one) for one in desk.only]
        return {"leaders": shown_here, "tracked": [], "look": [], "offered": shown_here}
    return desk.kept("begin", lambda: _begin(desk.workspace))


def _begin(workspace: Workspace) -> dict[str, Any]:
    try:
        tracked = workspace.tracking.latest()
    except InfluenceError:  # nobody is tracked yet
        tracked = ()
    try:
        heard = [(who.person, who.name) for who in workspace.heard()]
    except InfluenceError:
        heard = []
    ids = {str(one.report.leader["person"]) for one in tracked}
    last = max((str(one.report.window["until"]) for one in tracked), default="")
    older = {str(one.report.leader["person"]) for one in tracked if str(one.report.window["until"]) < last}
    names = {str(one.report.leader["person"]): str(one.report.leader["name"]) for one in tracked}
    return {
        "leaders": [(person, name) for person, name in heard if person not in ids],
        "offered": sorted((dict(heard) | names).items(), key=lambda one: one[1].casefold()),
        "tracked": [
            (_view_of(one), told(one, names_others=False, older=person in older), marked(past_picture(one)))
            for one in tracked
            for person in [str(one.report.leader["person"])]
        ],
        "look": [
            (_view_of(one), one.report.leader["name"], recognised(alert))
            for one in tracked
            if one.report.leader["person"] not in older
            for alert in one.alerts
        ],
    }


def _view_of(one: Tracked) -> str:
    """Return the address of a leader in the weeks of a snapshot: there stands the number that the snapshot told."""
    edges = [(edge, str(one.report.window[edge])[:10]) for edge in ("since", "until")]
    return with_query(leader_path(str(one.report.leader["person"])), edges)
