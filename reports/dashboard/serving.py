"""Serving the dashboard on this machine: the port, the link that opens it, and the end."""

from __future__ import annotations

import contextlib
import errno
import html
import logging
import os
import shutil
import socket
import tempfile
import threading
import webbrowser
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from influence.contract.errors import InfluenceError
from influence.contract.language import ENGLISH
from influence.workspace.workspace import Workspace
from reports.dashboard.door import Door
from reports.formats.writing import needing

if TYPE_CHECKING:
    import uvicorn
    from starlette.applications import Starlette

    from reports.dashboard.desk import Desk

_SECONDS = 2
"""So long open pages are waited for at the end."""


class CannotServe(InfluenceError):
    """Why the dashboard cannot be served, in one sentence."""


class Serving:
    """A dashboard that listens already: whoever has a link of its `door` comes in once it runs."""

    def __init__(
        self,
        workspace: Workspace,
        port: int,
        only: Sequence[str] = (),
        *,
        read_only: bool = False,
        language: str = ENGLISH,
    ) -> None:
        with needing("dashboard", "Pages that are served"):
            import uvicorn

            from reports.dashboard import overview
            from reports.dashboard.app import application
        from reports.dashboard.desk import Desk

        self.desk = Desk(workspace, only, read_only=read_only, language=language)
        overview.prepared(self.desk)
        self._sweep = partial(shutil.rmtree, workspace.copies, ignore_errors=True)
        self._sweep()
        self._listening = _listening(port)
        self.door = Door(self._listening.getsockname()[1])
        self._server = uvicorn.Server(_settings(application(self.desk, self.door)))

    def run(self) -> None:
        """Answer until somebody stops it."""
        threading.Thread(target=_warm, args=(self.desk,), daemon=True).start()
        try:
            self._server.run(sockets=[self._listening])
        finally:
            self.desk.close()
            self._listening.close()
            self._sweep()

    def stop(self) -> None:
        """Have it end, from another thread."""
        self._server.should_exit = True


def serve(
    workspace: Workspace,
    *,
    port: int,
    only: Sequence[str] = (),
    read_only: bool = False,
    browser: bool = True,
    language: str = ENGLISH,
    tell: Callable[[str], None] = print,
) -> None:
    """Serve the dashboard of a workspace on 127.0.0.1 until somebody stops it (Ctrl-C).

    `only` are the leaders who are shown, if not all; through a door that is `read_only` nothing is written. The link is
    opened in the browser, or said where there is none.

    Raises:
        CannotServe: the port is taken.
        CannotWrite: what the dashboard needs is not installed.
        UnknownPerson: one of the leaders is not in the data.
    """
    serving = Serving(workspace, port, only, read_only=read_only, language=language)
    link = serving.door.address(serving.door.new_link())
    with (
        contextlib.suppress(KeyboardInterrupt),
        _opened(link, workspace.path, browser=browser, tell=tell),
    ):
        tell(f"The dashboard is at {serving.door.origin}/ until you press Ctrl-C.")
        serving.run()


def _settings(application: Starlette) -> uvicorn.Config:
    import uvicorn

    logging.getLogger("uvicorn.error").setLevel(logging.CRITICAL)  # a log of requests would hold the link
    return uvicorn.Config(
        application,
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        ws="none",
        lifespan="off",
        timeout_graceful_shutdown=_SECONDS,
    )


def _listening(port: int) -> socket.socket:
    """Listen on this machine alone.

    Raises:
        CannotServe: the port is taken, or not allowed.
    """
    try:
        listening = socket.create_server(("127.0.0.1", port))
        # Passed on to every connection. asyncio does it for sockets of its own alone, and 40 ms of waiting for the
        # browser's acknowledgement would go before each second part of an answer.
        listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return listening
    except OverflowError:
        raise CannotServe(f"{port} is no port; there are 1 to 65535") from None
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise CannotServe(
                f"port {port} is in use by another program, perhaps another dashboard; choose another with --port"
            ) from None
        raise CannotServe(
            f"port {port} cannot be used: {error.strerror}; choose another with --port"
        ) from None


def _warm(desk: Desk) -> None:
    """Read everything while the first page is looked at; what fails then is told by the page that needs it."""
    with contextlib.suppress(InfluenceError), desk.workspace.alone:
        _ = desk.workspace.analysis


@contextlib.contextmanager
def _opened(link: str, folder: Path, *, browser: bool, tell: Callable[[str], None]) -> Iterator[None]:
    """Open the link in the browser, by a file that only this user reads: what a program is started with others see."""
    if not browser:
        tell(f"Open this link; it works once: {link}")
        yield
        return
    handle, name = tempfile.mkstemp(prefix=".dashboard-", suffix=".html", dir=folder)
    place = Path(name)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(_GOING_ON.format(link=html.escape(link)))
        if not _shows(place):
            tell(f"No browser could be opened here. Open this link; it works once: {link}")
        yield
    finally:
        place.unlink(missing_ok=True)


_GOING_ON = (
    '<!doctype html><html lang="en"><meta charset="utf-8"><meta name="referrer" content="no-referrer">'
    '<meta http-equiv="refresh" content="0;url={link}"><title>influence</title><p><a href="{link}">influence</a></p>'
)


def _shows(place: Path) -> bool:
    try:
        return webbrowser.open(place.resolve().as_uri())
    except (OSError, webbrowser.Error):
        return False
