"""A real HTTP server on the loopback interface that plays a service: it gives tokens and asks for them."""

import json
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, unquote, urlsplit


class Refused(Exception):
    """What the service answers instead: a status, and headers."""

    def __init__(self, status, **headers):
        super().__init__(status)
        self.status, self.headers = status, headers


class Played:
    """A service: `answer(method, path, query, body)` gives what it says; every request is remembered.

    A POST to a path that ends in `token` is the sign-in: it wants the refresh token `placeholder`.
    Anything else wants `wanted` among its headers.
    """

    def __init__(self, answer, wanted=("Authorization", "Bearer access")):
        self.answer, self.wanted = answer, wanted
        self.requests, self.signed_in = [], 0
        self.url = ""

    def reply(self, method, path, query, headers, body):
        if path.endswith("/token"):
            self.signed_in += 1
            given = dict(parse_qsl(body.decode()))
            if given.get("refresh_token") != "placeholder":
                return 400, {}, {"error": "invalid_grant"}
            return 200, {}, {"access_token": "access", "expires_in": 3600}
        self.requests.append((method, path, query))
        if self.wanted and headers.get(self.wanted[0]) != self.wanted[1]:
            return 401, {}, {"error": "unauthorized"}
        try:
            return 200, {}, self.answer(method, path, query, body)
        except Refused as refused:
            return refused.status, refused.headers, {}


@contextmanager
def serving(service):
    """Serve on a free port until the block ends; `service.url` is where. One request a connection."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            where = urlsplit(self.path)
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            status, headers, said = service.reply(
                self.command, unquote(where.path), dict(parse_qsl(where.query)), self.headers, body
            )
            content = json.dumps(said).encode()
            self.send_response(status)
            told = {**headers, "Content-Type": "application/json", "Content-Length": len(content)}
            for name, value in told.items():
                self.send_header(name, str(value))
            self.end_headers()
            self.wfile.write(content)

        do_POST = do_GET  # noqa: N815 - the name that http.server calls

        def log_message(self, *_):
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    service.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield service
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def pull_again(workspace, connector, secret):
    """Pull once more into a workspace that was pulled into before; return how many rows it added."""
    added = 0
    for reply in connector.fetch(workspace.store.cursor("source"), secret):
        with workspace.store.batch("source", connector.name) as batch:
            for record in connector.parse(reply.member):
                batch.add(record, reply.member.name)
            batch.remember(reply.cursor)
        added += batch.summary.stored
    return added


def stored(workspace):
    """Return what is in the store by id: verb, actor and parent of each activity that is not deleted."""
    rows = workspace.store.engine.arrow("SELECT id, verb, actor, parent FROM activities WHERE NOT deleted")
    return {row["id"]: (row["verb"], row["actor"], row["parent"]) for row in rows.to_pylist()}
