"""The application: which address is which page, and that nothing answers what the door refuses."""

from __future__ import annotations

import math
import sys
import traceback
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, TypeAlias

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from influence.contract.errors import InfluenceError
from influence.contract.language import speaking, translated
from influence.contract.wording import plain
from reports.dashboard import (
    aside,
    bringing,
    campaigns,
    comparing,
    digest,
    framed,
    going,
    leader,
    overview,
    people,
    preferences,
    programme,
    sources,
    taking,
)
from reports.dashboard.asked import Asked, Handler
from reports.dashboard.desk import Busy, Desk, NotShown, ReadOnly
from reports.dashboard.door import HEADERS, Door, Session, ours
from reports.dashboard.pages import page, script, sheet
from reports.dashboard.view import leader_path

LARGEST_FORM = 256 * 1024
_PATIENCE_S, _PATIENCE_TO_CHANGE_S = 1.5, 15.0
"""So long a page, and a change, waits for long work before it says what it waits for."""
_Endpoint: TypeAlias = Callable[[Request], Awaitable[Response]]

READ: Mapping[str, Handler] = {
    "/": overview.overview,
    "/begin": overview.begin,
    "/leader": leader.find,
    "/leader/{person}": leader.glance,
    "/leader/{person}/report": leader.whole,
    "/leader/{person}/files": taking.files,
    "/leader/{person}/file": taking.file,
    "/compare": comparing.compare,
    "/compare/all": framed.compared_page,
    "/compare/pdf": taking.compared_pdf,
    "/campaigns": campaigns.campaigns,
    "/campaigns/page": campaigns.campaign_page,
    "/programme": programme.programmes,
    "/programme/page": programme.programme_page,
    "/digest": digest.preview,
    "/digest/letter": digest.letter,
    "/people": people.queue,
    "/people/decisions": people.decisions,
    "/sources": sources.sources,
    "/aside": aside.aside,
    "/settings": preferences.settings,
}
WRITE: Mapping[str, Handler] = {
    "/pull": sources.pull,
    "/track": digest.take,
    "/campaigns": campaigns.write,
    "/campaigns/remove": campaigns.remove,
    "/programme/begin": programme.begin,
    "/programme/write": programme.write,
    "/programme/correct": programme.correct,
    "/programme/note": programme.note,
    "/programme/undo": programme.undo,
    "/people": people.answer,
    "/people/undo": people.undo,
    "/settings": preferences.change,
}


def application(desk: Desk, door: Door) -> Starlette:
    """Return the application of a desk behind a door."""
    routes: list[BaseRoute] = [
        Route("/static/dashboard.css", _static(sheet, "text/css")),
        Route("/static/dashboard.js", _static(script, "text/javascript")),
        Route("/link", _another_link(desk, door), methods=["POST"]),
        Route("/leave", _leave(desk, door), methods=["POST"]),
        Route("/import", bringing.receiving(desk), methods=["POST"]),
        # it ends work, and changes nothing that is kept
        Route("/stop", _writing(desk, going.stop), methods=["POST"]),
        Route("/progress/{number}", sources.events(desk)),
    ]
    routes += [Route(path, _reading(desk, handler), methods=["GET"]) for path, handler in READ.items()]
    routes += [Route(path, _writing(desk, handler), methods=["POST"]) for path, handler in WRITE.items()]
    return Starlette(
        routes=routes,
        middleware=[Middleware(Guard, desk=desk, door=door)],
        exception_handlers={
            Busy: going.busy(desk),
            InfluenceError: _told(desk),
            HTTPException: _not_there(desk),
            Exception: _failed(desk),
        },
    )


# --- the door ---------------------------------------------------------------------------------------------------


class Guard:
    """Stands before everything: refuses what does not come from here, lets in who has a link, and says the headers."""

    def __init__(self, app: ASGIApp, desk: Desk, door: Door) -> None:
        self._app, self._desk, self._door = app, desk, door

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            if scope["type"] == "lifespan":
                await self._app(scope, receive, send)
            return  # there are no sockets here: what is not answered is closed

        async def sent(message: Message) -> None:
            if message["type"] == "http.response.start":
                told = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    told.setdefault(name, value)
            await send(message)

        answer = self._refused(scope) or self._at_the_door(Request(scope))
        await (answer or self._app)(scope, receive, sent)

    def _refused(self, scope: Scope) -> Response | None:
        headers = {key.decode("latin-1"): value.decode("latin-1") for key, value in scope["headers"]}
        why = self._door.refuses(scope["method"], headers)
        if why is None:
            return None
        with speaking(self._desk.language):
            words, status = {
                "host": (translated("This is not the address of this dashboard."), 421),
                "method": (translated("That is not done here."), 405),
                "origin": (
                    translated("This did not come from a page of this dashboard, so nothing was changed."),
                    403,
                ),
            }[why]
            return PlainTextResponse(words, status)

    def _at_the_door(self, request: Request) -> Response | None:
        """Let a known session pass, open one for a link, and tell everybody else how to come in."""
        session = self._door.session(request.cookies.get(self._door.cookie, ""))
        word = request.query_params.get("token")
        if session is not None:
            request.scope["session"] = session
            return None
        if request.url.path == "/static/dashboard.css":
            return None
        if word is None:
            return HTMLResponse(page(self._desk, None, "closed.html", why="no link"), 401)
        if request.method != "GET" or "prefetch" in request.headers.get("sec-purpose", ""):
            return Response(status_code=403)  # a browser that only guesses must not use the link up
        opened = self._door.enter(word)
        if opened is None:
            return HTMLResponse(page(self._desk, None, "closed.html", why="wrong link"), 403)
        answer = HTMLResponse(
            page(self._desk, None, "welcome.html"), headers={"Referrer-Policy": "no-referrer"}
        )
        # Not a redirect: a browser that came from elsewhere would not show a strict cookie on the way on.
        answer.set_cookie(self._door.cookie, opened.word, httponly=True, samesite="strict", path="/")
        return answer


# --- handlers ---------------------------------------------------------------------------------------------------


def _reading(desk: Desk, handler: Handler) -> _Endpoint:
    async def endpoint(request: Request) -> Response:
        asked = Asked(_session(request), request.path_params, request.query_params.multi_items())
        return await run_in_threadpool(_spoken, desk, handler, asked, _patience(request))

    return endpoint


def _patience(request: Request) -> float:
    """Say how long a page waits: what comes into a page later, which says that it comes, waits as long as it takes."""
    later = request.url.path == "/begin" and "hx-request" in request.headers
    return math.inf if later else _PATIENCE_S


def _writing(desk: Desk, handler: Handler) -> _Endpoint:
    async def endpoint(request: Request) -> Response:
        form = await _form(request)
        session = _session(request)
        if not ours(session, next((word for name, word in form if name == "word"), "")):
            raise HTTPException(403, "word")
        asked = Asked(session, request.path_params, request.query_params.multi_items(), form)
        return await run_in_threadpool(_spoken, desk, handler, asked, _PATIENCE_TO_CHANGE_S)

    return endpoint


def _spoken(desk: Desk, handler: Handler, asked: Asked, seconds: float) -> Response:
    with speaking(desk.language), desk.patient(seconds):
        return handler(desk, asked)


def _session(request: Request) -> Session:
    session: Session = request.scope["session"]
    return session


async def _form(request: Request) -> list[tuple[str, str]]:
    """Read the form that was sent, if it is no longer than a form of ours.

    Raises:
        HTTPException: it is longer, or does not say how long it is.
    """
    length = request.headers.get("content-length", "")
    if not length.isdecimal() or int(length) > LARGEST_FORM:
        raise HTTPException(413)
    async with request.form(max_files=0, max_fields=200) as form:
        return [(name, value) for name, value in form.multi_items() if isinstance(value, str)]


def _another_link(desk: Desk, door: Door) -> _Endpoint:
    """Give whoever is in a link for another browser: two people at one desk, each with a session of their own."""

    def handler(desk: Desk, asked: Asked) -> Response:
        desk.open_to_all()
        return HTMLResponse(page(desk, asked.session, "link.html", address=door.address(door.new_link())))

    return _writing(desk, handler)


def _leave(desk: Desk, door: Door) -> _Endpoint:
    def handler(desk: Desk, asked: Asked) -> Response:
        door.leave(asked.session)
        return HTMLResponse(page(desk, None, "closed.html", why="left"))

    return _writing(desk, handler)


def _static(text: Callable[[], str | None], kind: str) -> _Endpoint:
    async def endpoint(_: Request) -> Response:
        held = text()
        if held is None:
            raise HTTPException(404)
        return Response(
            held, media_type=f"{kind}; charset=utf-8", headers={"Cache-Control": "private, max-age=60"}
        )

    return endpoint


# --- what goes wrong --------------------------------------------------------------------------------------------


def _told(desk: Desk) -> Callable[[Request, Exception], Response]:
    """Say an expected error in its one sentence."""

    def answer(request: Request, error: Exception) -> Response:
        status = 404 if isinstance(error, NotShown) else 403 if isinstance(error, ReadOnly) else 400
        near = getattr(error, "near", ()) if not desk.narrow else ()
        return _error(desk, request, desk.said(error), status, near)

    return answer


def _not_there(desk: Desk) -> Callable[[Request, Exception], Response]:
    def answer(request: Request, error: Exception) -> Response:
        status = error.status_code if isinstance(error, HTTPException) else 404
        with speaking(desk.language):
            words = {
                403: translated("This form is of another session, or too old; open the page again."),
                413: translated("That is longer than anything that is sent here."),
            }.get(status, translated("There is no such page here."))
        return _error(desk, request, words, status)

    return answer


def _failed(desk: Desk) -> Callable[[Request, Exception], Response]:
    """Say a fault of ours: in a sentence on the page, and where it is on the terminal, without what it was about."""

    def answer(request: Request, error: Exception) -> Response:
        steps = traceback.extract_tb(error.__traceback__)
        where = " < ".join(f"{step.filename}:{step.lineno}" for step in reversed(steps[-6:]))
        sys.stderr.write(f"influence serve: {type(error).__name__} at {where}\n")
        with speaking(desk.language):
            words = translated(
                "Something failed here that should not; the terminal says where. Please report it."
            )
        return _error(desk, request, words, 500)

    return answer


def _error(
    desk: Desk, request: Request, words: str, status: int, near: Sequence[tuple[str, str]] = ()
) -> Response:
    session: Any = request.scope.get("session")
    people = [(leader_path(person), plain(name)) for person, name in near]
    return HTMLResponse(page(desk, session, "error.html", words=words, near=people), status)
