"""Texts that try to run, in every place where others write, at the dashboard: none runs, nobody is asked."""

import json

import pytest

from influence import Workspace
from tests.faults.test_hostile import ATTACKS
from tests.kit.browser import DESK
from tests.kit.dashboard import open_dashboard
from tests.kit.figures import measured
from tests.reports.dashboard.test_in_a_browser import inside

LEADER = "email:ann@acme.example"
PAGES = (
    "/",
    "/leader/ann",
    "/leader/ann?tag=x&sphere=x",
    "/leader/ann/report",
    "/compare?who=ann,p1",
    "/people",
    "/people?kind=met&about=ann",
    "/sources",
    "/aside",
    "/settings",
)


def rows(texts):
    """A post for each text, with an answer by somebody of that name, in a channel, with a tag and a link called so."""
    for n, text in enumerate(texts):
        day = f"2026-0{1 + n % 6}-{1 + n % 27:02}"
        post = {
            "actor": LEADER,
            "verb": "post",
            "channel": text,
            "tags": [text],
            "url": text,
            "subject": text,
        }
        yield {"id": f"post{n}", "time": f"{day}T08:00:00Z", **post}
        yield {
            "id": f"reply{n}",
            "time": f"{day}T09:00:00Z",
            "actor": f"x:{n}",
            "verb": "reply",
            "parent": f"post{n}",
        }


def people(texts):
    yield {"person": "ann", "name": texts[0], "accounts": [LEADER], "organisation": "Acme"}
    for n, text in enumerate(texts):
        world = {"organisation": text, "department": text, "sphere": text if n % 9 == 0 else "customer"}
        yield {"person": f"p{n}", "name": text, "accounts": [f"x:{n}"], **world}


@pytest.fixture(scope="module")
def attacked(tmp_path_factory):
    """A dashboard over a workspace in which everything is called so; one file is named so too, and not read."""
    folder = tmp_path_factory.mktemp("attacked")
    with Workspace.create(folder / "w") as workspace:
        for kind, made in (("activities", rows), ("people", people)):
            file = folder / f"{kind}.jsonl"
            file.write_text("".join(json.dumps(row) + "\n" for row in made(ATTACKS)), encoding="utf-8")
            workspace.import_path(file, connector=kind)
        odd = folder / "odd"
        odd.mkdir()
        (odd / "<img src=x onerror=window.pwned=1>.xyz").write_bytes(b"\0nothing")
        (odd / "one.jsonl").write_text(
            json.dumps({"id": "1", "time": ATTACKS[0], "actor": "x:1", "verb": "post"})
        )
        (odd / "two.jsonl").write_text(
            json.dumps({"id": "2", "time": "2026-01-01T08:00:00Z", "actor": "x:1", "verb": "post"})
        )
        workspace.import_path(odd)
        with open_dashboard(workspace) as opened:
            yield opened


def test_at_the_dashboard_nothing_runs_and_nobody_is_asked(chromium, attacked):
    dialogs, seen = [], ""
    with inside(chromium, attacked, DESK) as (tab, go):
        tab.page.on("dialog", lambda one: (dialogs.append(one.message), one.dismiss()))
        for path in PAGES:
            go(path)
            tab.page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
            tab.page.wait_for_timeout(200)
            assert tab.page.evaluate("window.pwned === undefined"), path
            seen += tab.page.inner_text("body")
        assert [] == tab.asked
    assert [] == dialogs
    assert sum(text in seen for text in ATTACKS) > 5, "they stand there, and as text"
    measured("hostile", "dashboard", texts=len(ATTACKS), ran=0, asked=0)
