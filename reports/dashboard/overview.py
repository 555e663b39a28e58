"""The overview: what is in, since when, what is covered, who is tracked, and what to look at."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from starlette.responses import Response

from influence.contract.errors import InfluenceError
from influence.contract.language import recognised
from influence.contract.wording import number
from influence.workspace.workspace import Workspace
from reports.dashboard.asked import Asked, shown
from reports.dashboard.desk import Desk
from reports.story.tracked import told
from reports.story.wording import day


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
    held = {} if desk.narrow else {"brought": prepared(desk)}
    ready = begin_with(desk) if desk.workspace.ready or desk.narrow else None
    return shown(desk, asked, "overview.html", "/", begin=ready, **held)


def prepared(desk: Desk) -> list[Brought]:
    """Return what came in; asked once before everything is read, so that the first page does not wait for that."""
    return desk.kept("brought", lambda: brought(desk.workspace))


def begin(desk: Desk, asked: Asked) -> Response:
    """Show who is tracked, what to look at, and with whom to begin."""
    return shown(desk, asked, "begin.html", "/", begin=begin_with(desk))


def brought(workspace: Workspace) -> list[Brought]:
    """Return every source that brought something, by name."""
    sources: dict[str, list[dict[str, Any]]] = {}
    for row in workspace.store.imports():
        sources.setdefault(row["source"], []).append(row)
    return [
        Brought(
            source,
            number(sum(row["stored"] for row in rows)),
            number(sum(row["aside"] for row in rows)),
            day(rows[-1]["done"].replace(" ", "T")),
            len(rows),
        )
        for source, rows in sorted(sources.items())
    ]


def begin_with(desk: Desk) -> dict[str, Any]:
    """Return whom to begin with: the leaders shown here, or those tracked and those who are answered most."""
    if desk.narrow:
        return {"leaders": [desk.person(one) for one in desk.only], "tracked": [], "look": []}
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
    return {
        "leaders": heard,
        "tracked": [(one.report.leader["person"], told(one, names_others=False)) for one in tracked],
        "look": [
            (one.report.leader["person"], one.report.leader["name"], recognised(alert))
            for one in tracked
            for alert in one.alerts
        ],
    }
