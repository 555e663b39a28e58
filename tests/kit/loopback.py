"""Real servers on this machine for the tests of live connectors, and pulls from them."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import threading
import time
import urllib.request
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import pytest

from influence.contract.testing import Remembered


@contextmanager
def answering(answer):
    """Serve `answer(path, params) -> (status, body, headers)` on a free port; gives the address and what was asked."""
    asked = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            where = urlsplit(self.path)
            params = {key: values[-1] for key, values in parse_qs(where.query).items()}
            asked.append((where.path, params, dict(self.headers)))
            status, body, headers = answer(where.path, params)
            content = body if isinstance(body, bytes) else json.dumps(body).encode()
            self.send_response(status)
            for name, value in {"Content-Length": str(len(content)), **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_):
            """Be silent."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", asked
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def needs(package, *programs):
    """Skip, with the name of the missing package, where a program or a file of it is not here."""
    for program in programs:
        found = os.path.exists(program) if program.startswith("/") else shutil.which(program)  # noqa: PTH110
        if not found:
            pytest.skip(f"the Debian package {package} is not installed ({program} is missing)")


@contextmanager
def process(command, log, **more):
    """Run a server in a process group of its own, and end it with its children."""
    with log.open("ab") as output:
        running = subprocess.Popen(
            command, stdout=output, stderr=output, stdin=subprocess.DEVNULL, start_new_session=True, **more
        )
    try:
        yield running
    finally:
        try:
            os.killpg(running.pid, signal.SIGTERM)
            running.wait(20)
        except ProcessLookupError:
            running.wait(1)
        except subprocess.TimeoutExpired:
            os.killpg(running.pid, signal.SIGKILL)
            running.wait(5)


def wait_for(check, what, seconds=40):
    """Wait until `check` is true; it may raise while the server is still starting."""
    last = None
    for _ in range(seconds * 5):
        try:
            if check():
                return
        except (OSError, subprocess.CalledProcessError) as error:
            last = error
        time.sleep(0.2)
    pytest.fail(f"{what} did not start: {last}")


def responds(address):
    with urllib.request.urlopen(address, timeout=5) as reply:  # noqa: S310 - an address of ours
        return reply.status == 200


def pull_into(workspace, connector, secret=None):
    """Pull as the command does, into a workspace that may have been pulled into before; give the replies' names."""
    secret = secret or Remembered()
    names = []
    for reply in connector.fetch(workspace.store.cursor("source"), secret):
        with workspace.store.batch("source", connector.name) as batch:
            for record in connector.parse(reply.member):
                batch.add(record, reply.member.name)
            batch.remember(reply.cursor)
        names.append(reply.member.name)
    return names


def rows(workspace, columns="id"):
    """The activities that count, as sorted tuples."""
    found = workspace.store.engine.arrow(f"SELECT {columns} FROM activities WHERE NOT deleted").to_pylist()  # noqa: S608 - our own words
    return sorted(tuple(row.values()) for row in found)
