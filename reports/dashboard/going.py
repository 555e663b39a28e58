"""Long work that goes on: what waits for what, on every page that has to wait, and how it is stopped."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from influence.contract.language import speaking, translated
from influence.contract.wording import plain
from reports.dashboard.asked import Asked, numbered, see, shown
from reports.dashboard.desk import Desk
from reports.dashboard.pages import page
from reports.dashboard.work import Work

_OURS = re.compile(r"/(?![/\\])[^\0-\x20\x7f]*")
"""An address of this server. A browser leaves tabs and line breaks out: with one between, `//` leads elsewhere too."""


def listed(desk: Desk) -> list[dict[str, Any]]:
    """Return the work that goes on, in words: what it is, and whether it waits, and for what."""
    going = desk.works.going()
    first = next((plain(one.title) for one in going if not one.waits), "")
    return [
        {
            "number": one.number,
            "title": plain(one.title),
            "state": _state(one, first),
            "stopping": one.stopping.is_set(),
        }
        for one in going
    ]


def _state(work: Work, first: str) -> str:
    if work.stopping.is_set():
        return translated("it ends as soon as it may")
    if not work.waits:
        return translated("begun at {time}").format(time=f"{work.began.astimezone():%H:%M}")
    if first:
        return translated("waits for: {work}").format(work=first)
    return translated("waits for its turn")


def waiting(desk: Desk, asked: Asked, place: str, name: str, back: str) -> Response:
    """Show a page that waits for what it was asked for, and is opened anew until that is there."""
    return shown(desk, asked, "waiting.html", place, name=name, back=back, works=listed(desk))


def busy(desk: Desk) -> Callable[[Request, Exception], Response]:
    """Say what a page waits for, and open it anew until it can be shown; of a change, that nothing was changed."""

    def answer(request: Request, _: Exception) -> Response:
        address = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        if "hx-request" in request.headers:
            return Response(headers={"HX-Redirect": address})
        changes = request.method == "POST"
        with speaking(desk.language):
            held: dict[str, Any] = {
                "works": listed(desk),
                "changed": changes,
                "back": "/" if changes else address,
            }
            told = page(desk, request.scope.get("session"), "busy.html", **held)
        return HTMLResponse(told, 503 if changes else 200)

    return answer


def stop(desk: Desk, asked: Asked) -> Response:
    """Have some work end, and go back to the page that waited for it."""
    desk.works.stop(numbered(asked.said("number")))
    back = next((word for name, word in asked.form if name == "back"), "/")
    return see(back if _OURS.fullmatch(back) else "/")
