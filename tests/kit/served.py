"""A service on the loopback interface: a real HTTP server that answers by a function, and remembers what was asked.

The services of this folder (`x_service`, `reddit_service` …) are programs too, for trying a connector by hand:

    python -m tests.kit.x_service --port 8720
"""

import json
import socket
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import click


@dataclass(frozen=True)
class Asked:
    """One request as it came."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes
    pairs: Sequence[tuple[str, str]] = ()
    """The query as it came: a name may stand there more than once."""

    @property
    def form(self) -> dict[str, str]:
        return dict(parse_qsl(self.body.decode()))


@dataclass(frozen=True)
class Said:
    """What the service says: a value that is written as JSON, bytes as they are, or pieces that come one by one.

    Of status 0 nothing is said: the connection is reset.
    """

    body: Any = None
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass
class Served:
    """A service while it runs: where, and what it was asked so far."""

    url: str
    asked: list[Asked]


@contextmanager
def served(answer: Callable[[Asked], Any], port: int = 0) -> Iterator[Served]:
    """Serve on a port of this machine (0: any free one) until the block ends; what is no `Said` is said with 200."""
    asked: list[Asked] = []

    class Handler(BaseHTTPRequestHandler):
        disable_nagle_algorithm = True

        def do_GET(self):
            where = urlsplit(self.path)
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            pairs = parse_qsl(where.query, keep_blank_values=True)
            asked.append(Asked(self.command, unquote(where.path), dict(pairs), self.headers, body, pairs))
            told = answer(asked[-1])
            self._say(told if isinstance(told, Said) else Said(told))

        do_POST = do_PUT = do_PROPFIND = do_REPORT = do_GET  # noqa: N815 - the names that http.server calls

        def _say(self, said):
            if not said.status:
                self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
                self.connection.close()
                return
            told = {"Content-Type": "application/json", **said.headers}
            if isinstance(said.body, Iterator):
                pieces = said.body
            else:
                pieces = [said.body if isinstance(said.body, bytes) else json.dumps(said.body).encode()]
                told = {"Content-Length": str(len(pieces[0])), **told}
            self.send_response_only(said.status)
            if "Date" not in told:
                told["Date"] = self.date_time_string()
            for name, value in told.items():
                self.send_header(name, value)
            self.end_headers()
            try:
                for piece in pieces:
                    self.wfile.write(piece)
            except OSError:  # whoever asked has heard enough
                return

        def log_message(self, *_):
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield Served(f"http://127.0.0.1:{server.server_port}", asked)
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@contextmanager
def raw(*says: Callable[[], Iterable[bytes]], resets: bool = False) -> Iterator[tuple[str, list[bytes]]]:
    """Serve bytes as they are, one of `says` a connection and the last for ever; gives the address and what came."""
    heard: list[bytes] = []
    listening = socket.create_server(("127.0.0.1", 0))

    def run() -> None:
        while True:
            try:
                one, _ = listening.accept()
            except OSError:
                return
            say = says[min(len(heard), len(says) - 1)]
            with suppress(OSError), one:
                heard.append(one.recv(65536))
                for piece in say():
                    one.sendall(piece)
                if resets:
                    one.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}", heard
    finally:
        with suppress(OSError):
            listening.shutdown(socket.SHUT_RDWR)
        listening.close()
        thread.join(5)


def trickle(before: bytes = b"") -> Iterator[bytes]:
    """Say a byte now and then, for ever."""
    yield before
    while True:
        time.sleep(0.05)
        yield b" "


def program(service: Callable[[], Any], how: str) -> click.Command:
    """Make a service a program; `how` says, with {url}, how a connector is pointed at it."""

    @click.command(help=service.__doc__)
    @click.option("--port", default=8720, show_default=True)
    def run(port: int) -> None:
        with served(service().answer, port) as here:
            click.echo(how.format(url=here.url))
            threading.Event().wait()

    return run
