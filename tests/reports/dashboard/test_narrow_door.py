"""A narrower door shows some leaders and nobody else, whatever address is typed, and writes nothing."""

import hashlib
import json
import sys
from contextlib import contextmanager
from urllib.parse import quote, quote_plus

import pytest

from reports.dashboard.app import READ, WRITE
from reports.dashboard.desk import NotShown
from tests.kit.dashboard import open_dashboard

HIDDEN = ("Eve Hidden", "eve@acme.example", "secret-plans", "u@else.example", "v@else.example")


def held(workspace):
    """A sum over every row of every table but those that say who read, and over the settings."""
    engine = workspace.store.engine
    names = engine.arrow("SELECT table_name AS n FROM duckdb_tables() WHERE NOT temporary ORDER BY n")[
        "n"
    ].to_pylist()
    names = [name for name in names if name not in {"reading_log", "meta"}]
    rows = [sorted(map(repr, engine.arrow(f'SELECT * FROM "{name}"').to_pylist())) for name in names]  # noqa: S608
    rows.append((workspace.path / "influence.toml").read_text("utf-8"))
    return hashlib.sha256(json.dumps(rows).encode()).hexdigest()


@pytest.fixture(scope="module")
def narrow(small):
    """Its dashboard for those who may see Ann only."""
    small.glance("ann")
    before, files = held(small), sorted(small.path.rglob("*"))
    with open_dashboard(small, ["ann@acme.example"], read_only=True) as opened:
        yield opened
    assert before == held(small)
    assert [file for file in sorted(small.path.rglob("*")) if "worked-out" not in str(file)] == [
        file for file in files if "worked-out" not in str(file)
    ]


@pytest.fixture(scope="module")
def guest(narrow):
    return narrow.visitor()


def every_address():
    for path in READ:
        if "{person}" not in path:
            yield path
        for who in ("ann", "eve", "Eve%20Hidden", "eve%40acme.example", "u%40else.example", "nobody", "a"):
            if "{person}" in path:
                yield path.replace("{person}", who)
    yield from (
        "/leader?who=eve",
        "/leader?who=Eve+Hidden",
        "/leader?who=Ev",
        "/people?about=eve",
        "/people?about=ann",
    )
    yield from (
        "/compare?who=ann,eve",
        "/compare?who=eve,u%40else.example",
        "/digest?who=eve",
        "/digest/letter?who=eve",
    )
    yield from (
        "/people?kind=met&about=ann",
        "/leader/ann?channel=secret-plans",
        "/leader/ann?tag=secret",
        "/progress/1",
    )
    yield from (
        "/leader/ann?sphere=moon",
        "/leader/ann?topic=planet",
        "/leader/ann?channel=secret*",
        "/leader/ann?channel=*",
    )


@pytest.mark.parametrize("address", list(every_address()))
def test_no_address_shows_or_names_anybody_else(guest, address):
    text = guest.get(address).text
    assert not [
        word
        for word in HIDDEN
        if word in text
        and word not in address
        and word.replace("@", "%40").replace(" ", "%20") not in address
    ]


@contextmanager
def steps():
    """Count every step of Python that this thread takes: unlike a clock it counts the same on a busy machine."""
    counted = [0]

    def seen(*_):
        counted[0] += 1

    sys.setprofile(seen)
    try:
        yield counted
    finally:
        sys.setprofile(None)


ALIKE = [
    ("eve", "exe"),
    ("Eve Hidden", "Exe Hidden"),
    ("eve@acme.example", "exe@acme.example"),
    ("email:u@else.example", "email:q@else.example"),
    ("Hidden, Eve", "Hidden, Exe"),
]
"""Somebody who is there and not shown, and nobody, written alike."""


@pytest.mark.parametrize(("hidden", "nobody"), ALIKE)
def test_it_takes_the_same_whether_somebody_else_is_there_or_not(narrow, hidden, nobody):
    desk, taken = narrow.serving.desk, {}
    assert "ann" == desk.person("ann")[0]
    for words in (hidden, nobody, hidden, nobody):
        with steps() as counted, pytest.raises(NotShown) as told:
            desk.person(words)
        taken[words] = (counted[0], str(told.value))
    assert taken[hidden] == taken[nobody]


def test_a_leader_who_is_shown_is_found_by_all_that_they_are_called(narrow):
    names = ("ann", "ann@acme.example", "email:ann@acme.example", "ANN@acme.example")
    assert {"ann"} == {narrow.serving.desk.person(one)[0] for one in names}


@pytest.mark.parametrize("path", ["/leader/{}", "/leader/{}/report", "/leader?who={}", "/compare?who=ann,{}"])
@pytest.mark.parametrize(("hidden", "nobody"), ALIKE)
def test_the_answer_is_the_same_but_for_what_was_typed(guest, path, hidden, nobody):
    told = [guest.get(path.format(quote(words, safe=""))) for words in (hidden, nobody)]
    typed = [
        one.text.replace(words, "…").replace(quote_plus(words), "…")
        for one, words in zip(told, (hidden, nobody), strict=True)
    ]
    assert told[0].status == told[1].status
    assert typed[0] == typed[1]


@pytest.mark.parametrize("who", ["eve", "u%40else.example", "nobody-at-all"])
@pytest.mark.parametrize("path", ["/leader/{}", "/leader/{}/report", "/leader?who={}"])
def test_whether_somebody_else_is_there_is_not_told(guest, path, who):
    answer = guest.get(path.format(who))
    assert (404, True) == (answer.status, "There is no such page here." in answer.text)


def test_the_leader_is_there_with_filters_of_their_own_report_only(guest):
    text = guest.get("/leader/ann").text
    assert 'value="climate"' in text
    assert "secret-plans" not in text
    assert 200 == guest.get("/leader/ann?tag=climate").status


@pytest.mark.parametrize("path", ["/people", "/people/decisions", "/sources", "/aside", "/settings"])
def test_pages_about_everybody_are_not_there(guest, path):
    assert 404 == guest.get(path).status
    assert f'href="{path}"' not in guest.get("/").text


@pytest.mark.parametrize("path", [*WRITE, "/import", "/link"])
def test_nothing_can_be_changed(guest, path):
    form = {
        "number": "1",
        "section": "met",
        "name": "prior",
        "kind": "number",
        "value": "0.5",
        "answer": "yes",
    }
    assert guest.post(path, form).status in {403, 404}


def test_a_door_that_only_shows_lets_nothing_be_changed_though_it_shows_everything(small):
    before = held(small)
    with open_dashboard(small, read_only=True) as opened:
        one = opened.visitor()
        assert 200 == one.get("/settings").status
        assert "disabled" in one.get("/settings").text
        for path in WRITE:
            form = {
                "section": "met",
                "name": "prior",
                "kind": "number",
                "value": "0.5",
                "answer": "met",
                "number": "1",
            }
            assert one.post(path, form).status in {400, 403}, path
    assert before == held(small)
