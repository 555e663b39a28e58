"""The sources: how fresh each is, and a pull that begins here and goes on when nobody looks."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from sse_starlette import EventSourceResponse
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from influence.contract.language import translated
from influence.contract.wording import counted, number, plain
from influence.workspace.workspace import Workspace
from reports.dashboard.asked import Asked, numbered, see, shown
from reports.dashboard.desk import Desk
from reports.dashboard.work import Progress, Work
from reports.story.wording import day_and_hour

PULL, IMPORT = "pull", "import"
"""Kinds of work: what fetches, and what reads files; one of each at a time."""
_EVERY_S = 0.4


@dataclass(frozen=True)
class Source:
    """One live source in words: its connector, when it brought something last, how much, and whether it is stale."""

    name: str
    connector: str
    last: str
    ago: str
    stored: str
    stale: bool


def sources(desk: Desk, asked: Asked) -> Response:
    """Show the sources with their freshness, and the pull that goes on or ended last."""
    desk.open_to_all()
    rows = desk.kept(("sources", date.today()), lambda: _sources(desk.workspace))
    return shown(
        desk,
        asked,
        "sources.html",
        "/sources",
        sources=rows,
        pulled=said_of(desk.works.latest(PULL)),
        brought=said_of(desk.works.latest(IMPORT)),
        files=not desk.workspace.settings.pseudonymous,
    )


def pull(desk: Desk, asked: Asked) -> Response:
    """Begin to fetch what is new, from one source or from all; where a pull goes on, show that one."""
    desk.may_change()
    desk.open_to_all()
    name = asked.said("source")
    names = (name,) if name else ()
    title = translated("Pull from {name}").format(name=plain(name) or translated("all sources"))
    desk.works.start(PULL, title, lambda tell: _pull(desk, names, tell))
    return see("/sources")


def _pull(desk: Desk, names: Sequence[str], tell: Progress) -> list[str]:
    """Pull, and return what became of each source."""
    ended: list[str] = []

    def end(name: str, pulled: Any) -> None:
        ended.append(desk.said(f"{name}: {pulled.failed or pulled}"))
        tell(ended[-1])

    try:
        desk.workspace.pull(names, progress=tell, ended=end)
    finally:
        desk.changed()
    return ended


def _sources(workspace: Workspace) -> list[Source]:
    last: dict[str, dict[str, Any]] = {}
    stored: Counter[str] = Counter()
    for batch in workspace.store.imports():
        last[batch["source"]] = batch
        stored[batch["source"]] += batch["stored"]
    now, silent = datetime.now(UTC), workspace.settings.silent
    found: list[Source] = []
    for name, options in sorted(workspace.sources().items()):
        row = last.get(name)
        days = (now - _moment(row["done"])).days if row else None
        found.append(
            Source(
                plain(name),
                plain(options["connector"]),
                day_and_hour(_moment(row["done"]).isoformat()) if row else "",
                ""
                if days is None
                else translated("today")
                if days < 1
                else counted(days, "day ago", "days ago"),
                number(stored[name]),
                days is None or days > silent,
            )
        )
    return found


def _moment(done: str) -> datetime:
    return datetime.fromisoformat(done.replace(" ", "T")).replace(tzinfo=UTC)


def said_of(work: Work | None) -> dict[str, Any] | None:
    """Return some work in words, as the page shows it and as events tell it."""
    if work is None:
        return None
    return {
        "number": work.number,
        "running": work.running,
        "state": _state(work),
        "lines": list(work.lines),
        "account": work.account,
        "steps": work.steps,
    }


def _state(work: Work) -> str:
    if work.waits:
        return translated("It waits until other work is done; the overview says which.")
    if work.running:
        return translated("It goes on, also if you close this page.")
    if work.stopped:
        return translated("It was stopped; nothing is lost.")
    return (
        translated("It failed: {why}").format(why=work.failed) if work.failed else translated("It is done.")
    )


def events(desk: Desk) -> Callable[[Request], Awaitable[Response]]:
    """Return the endpoint that tells how far some work is, as it goes on, until it has ended."""

    async def endpoint(request: Request) -> Response:
        work = desk.works.of(numbered(request.path_params["number"]))
        if work is None or (desk.narrow and work.kind == PULL):
            raise HTTPException(404)
        return EventSourceResponse(_events(work), ping=20)

    return endpoint


async def _events(work: Work) -> AsyncIterator[dict[str, str]]:
    told: tuple[int, bool] | None = None
    while work.running:
        if (work.steps, work.waits) != told:
            told = (work.steps, work.waits)
            yield {"event": "on", "data": _written(work)}
        await asyncio.sleep(_EVERY_S)
    yield {"event": "end", "data": _written(work)}


def _written(work: Work) -> str:
    return json.dumps(said_of(work))
