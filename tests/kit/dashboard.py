"""The dashboard as it runs: a real server on this machine, and visitors who ask as browsers do, or never would."""

import http.client
import re
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import urlencode

from influence import Workspace
from reports.dashboard.serving import Serving


@dataclass
class Answer:
    """What came back."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def text(self):
        """It as text; of a file that is none, nothing is lost that a test looks for."""
        return self.body.decode("utf-8", "replace")


@dataclass
class Visitor:
    """Somebody who asks a port of this machine; their browser keeps `cookie`, and a form of theirs holds `word`."""

    port: int
    cookie: str = ""
    word: str = ""
    origin: str = field(init=False)

    def __post_init__(self):
        self.origin = f"http://127.0.0.1:{self.port}"

    def ask(self, method, path, body=None, headers=None):
        """Ask for something, with exactly these headers beside the cookie."""
        given = {
            "Host": f"127.0.0.1:{self.port}",
            **({"Cookie": self.cookie} if self.cookie else {}),
            **(headers or {}),
        }
        asking = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            asking.putrequest(method, path, skip_host=True)
            for name, value in given.items():
                asking.putheader(name, value)
            if body is not None:
                asking.putheader("Content-Length", str(len(body)))
            asking.endheaders(body)
            reply = asking.getresponse()
            return Answer(reply.status, dict(reply.getheaders()), reply.read())
        finally:
            asking.close()

    def get(self, path, **headers):
        """Open a page."""
        return self.ask("GET", path, headers=headers)

    def post(self, path, form=None, *, headers=None, word=None):
        """Send a form as a page of ours does."""
        held = {"word": self.word if word is None else word, **(form or {})}
        ours = {
            "Origin": self.origin,
            "Sec-Fetch-Site": "same-origin",
            "Content-Type": "application/x-www-form-urlencoded",
        }
        sent = ours if headers is None else headers
        return self.ask("POST", path, urlencode(held, doseq=True).encode(), sent)

    def enter(self, link):
        """Come in by a link, as a browser does, and learn the word of a form."""
        opened = self.get(link.removeprefix(self.origin))
        self.cookie = opened.headers.get("set-cookie", "").partition(";")[0]
        found = re.search(r'name="word" value="([^"]+)"', self.get("/").text)
        self.word = found[1] if found else ""
        return opened


@dataclass
class Open:
    """A dashboard that runs."""

    serving: Serving
    workspace: Workspace

    @property
    def port(self):
        return int(self.serving.door.host.rpartition(":")[2])

    def link(self):
        """A link that nobody has used."""
        return self.serving.door.address(self.serving.door.new_link())

    def visitor(self):
        """Somebody who came in."""
        one = Visitor(self.port)
        one.enter(self.link())
        return one

    def finished(self, visitor, path):
        """A page that takes long, once it is there."""
        for _ in range(3):
            answer = visitor.get(path)
            if "is being worked out" not in answer.text:
                return answer
            for work in list(self.serving.desk.works._all):
                self.serving.desk.works.wait(work, 60)
        raise AssertionError(f"{path} is never there")


@contextmanager
def open_dashboard(workspace, only=(), **more) -> Iterator[Open]:
    """Run the dashboard of a workspace on any free port until the block ends."""
    serving = Serving(workspace, 0, only, **more)
    thread = threading.Thread(target=serving.run)
    thread.start()
    try:
        yield Open(serving, workspace)
    finally:
        serving.stop()
        thread.join(20)


LEADER, OTHER = "ann@acme.example", "eve@acme.example"
SCRIPT = "<script>document.title='ran'</script>"


def activities():
    """Half a year of two leaders and those who answer them, some with names and channels that mean harm."""
    rows = []
    for month in range(1, 7):
        for leader, who in ((LEADER, "abcdefgh"), (OTHER, "uvwxyz")):
            for day in (2, 9):
                post = f"{leader[:3]}-{month}-{day}"
                channel = f"town {SCRIPT}" if leader == LEADER else "secret-plans"
                rows.append(
                    _row(
                        post,
                        month,
                        day,
                        8,
                        leader,
                        "post",
                        channel,
                        tags=["climate" if day == 2 else "budget"],
                    )
                )
                rows += [
                    _row(f"{post}-{one}", month, day, 9, f"{one}@else.example", "reply", channel, parent=post)
                    for one in who[: 3 + month]
                ]
    return rows


def _row(name, month, day, hour, actor, verb, channel, **more):
    time = f"2026-{month:02}-{day:02}T{hour:02}:00:00Z"
    return {"id": name, "time": time, "actor": f"email:{actor}", "verb": verb, "channel": channel, **more}


PEOPLE = [
    {"person": "ann", "name": f"Ann {SCRIPT}", "accounts": [f"email:{LEADER}"], "organisation": "Acme"},
    {"person": "eve", "name": "Eve Hidden", "accounts": [f"email:{OTHER}"], "organisation": "Acme"},
    {"person": "a", "name": '"><img src=x onerror=alert(1)>', "accounts": ["email:a@else.example"]},
]
