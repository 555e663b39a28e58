"""Every fault of a service, at the first, a middle and the last request of a pull: bounded, told, and nothing is lost.

Each connector pulls from a real server on this machine. `INFLUENCE_FAULTS=all` tries every fault at every place for
every connector (`make trust`); else each connector is given a few of them, others each, so that every fault is tried.
"""

import os
import re
import threading
import time
from itertools import count, islice

import pytest

import connectors.kit.http as kit_http
from connectors.kit import sessions
from influence.contract import plugins
from influence.contract.connector import ConnectorError
from influence.contract.records import Activity, Encounter, Exposure, Note, Person, SetAside
from influence.contract.testing import PLACEHOLDER, Remembered
from tests.kit.figures import measured
from tests.kit.played import ON_A_PAGE, PLAYED
from tests.kit.served import Said, served

GROUP = "influence.connectors"
EVERY = os.environ.get("INFLUENCE_FAULTS") == "all"
PLACES = ("first", "middle", "last")
MOST = 60
"""Requests that a pull may make beyond those of one that nothing disturbs."""
LATE = threading.Event()


def cut(told):
    """The beginning of an answer whose end never comes."""
    body = told.body if isinstance(told.body, bytes) else _json(told.body)
    return Said(
        iter([body[: len(body) // 2]]), told.status, {**told.headers, "Content-Length": str(len(body))}
    )


def half(told):
    """An answer that is whole as HTTP, and half as JSON."""
    body = told.body if isinstance(told.body, bytes) else _json(told.body)
    return Said(body[: len(body) // 2], told.status, told.headers)


def _json(value):
    import json

    return json.dumps(value).encode()


def renamed(told):
    """An answer in which every field has another name."""
    if isinstance(told.body, bytes):
        return Said(re.sub(rb"(</?(?:\w+:)?\w+)", rb"\1_2", told.body), told.status, told.headers)
    return Said(re.sub(rb'"(\w+)":', rb'"\1_2":', _json(told.body)), told.status, told.headers)


_ENTRIES = re.compile(rb"<((?:\w+:)?(?:item|response))[ >].*?</\1>", re.DOTALL)


def emptied(told):
    """An answer whose lists hold nothing, though it may name a next page."""

    def without(value):
        if isinstance(value, dict):
            return {name: without(one) for name, one in value.items()}
        return [] if isinstance(value, list) else value

    if isinstance(told.body, bytes):
        return Said(_ENTRIES.sub(b"", told.body), told.status, told.headers)
    return Said(without(told.body), told.status, told.headers)


def late(told):
    LATE.wait(1.0)
    return told


def in_a_moment():
    from email.utils import formatdate

    return formatdate(time.time() + 3, usegmt=True)


FAULTS = {
    "429": lambda _: Said({"error": "slow down"}, 429),
    "429 with Retry-After": lambda _: Said({"error": "slow down"}, 429, {"Retry-After": "2"}),
    "429 with a date": lambda _: Said({"error": "slow down"}, 429, {"Retry-After": in_a_moment()}),
    "500": lambda _: Said(b"<html>oops</html>", 500),
    "503": lambda _: Said(b"", 503),
    "time-out": late,
    "reset": lambda _: Said(status=0),
    "cut off": cut,
    "half of the JSON": half,
    "no JSON": lambda _: Said(b"<html>Please sign in to the hotel's network</html>"),
    "401": lambda _: Said({"error": "invalid_token"}, 401),
    "other fields": renamed,
    "empty": emptied,
    "in a circle": None,
    "to another host": None,
}
ONLY_FOR_EVER = {"other fields", "in a circle"}


UNHEARD = {"429", "429 with Retry-After", "429 with a date", "500", "503", "reset", "no JSON", "401"}
"""Where the service did nothing."""
_PAGE = {
    *("cursor", "page", "paged", "after", "before", "offset", "skip", "$skiptoken", "start", "pageToken"),
    *(
        "max_id",
        "min_id",
        "since_id",
        "pagination_token",
        "older_than",
        "anchor",
        "num_before",
        "latest",
        "oldest",
    ),
}


def _list(asked):
    """Of which list a page is asked for, whichever page."""
    sent = asked.query | (asked.form if asked.body.isascii() else {})
    kind = re.findall(rb"<([\w:-]+)", asked.body[:300])[:1]
    return (
        asked.method,
        asked.path,
        *kind,
        *sorted((name, value) for name, value in sent.items() if name not in _PAGE),
    )


class Faulty:
    """A service that shows a fault at its n-th request: once, or from then on."""

    def __init__(self, answer, fault="", at=0, *, once=True, elsewhere=""):
        self._answer, self._fault, self._at, self._once, self._elsewhere = answer, fault, at, once, elsewhere
        self._number, self._lock, self._before = count(), threading.Lock(), {}

    def heal(self):
        self._fault = ""

    def __call__(self, asked):
        with self._lock:
            number = next(self._number)
        due = self._fault and number >= self._at and (number == self._at or not self._once)
        if due and self._fault == "to another host":
            return Said(b"", 302, {"Location": f"{self._elsewhere}{asked.path}"})
        if due and self._fault in UNHEARD:
            return FAULTS[self._fault](None)
        try:
            told = self._answer(asked)
        except (LookupError, TypeError, ValueError):  # what it gave was asked for again
            return Said({}, 404)
        told = told if isinstance(told, Said) else Said(told)
        if not due or self._fault == "in a circle":
            before = self._before.setdefault(_list(asked), told)
            return before if due else told
        if self._fault in ("other fields", "empty") and not isinstance(told.body, dict | list | bytes):
            return told
        return FAULTS[self._fault](told)


@pytest.fixture(autouse=True)
def waits(monkeypatch):
    """Nobody waits, but how long they would is kept; who says nothing is left after a moment."""
    waited, here, really = [], threading.current_thread(), time.sleep

    def sleep(seconds):
        """Other threads wait all the same: one that an earlier test left may look round each second."""
        (waited.append if threading.current_thread() is here else really)(seconds)

    monkeypatch.setattr(time, "sleep", sleep)
    monkeypatch.setitem(kit_http.Service.__init__.__kwdefaults__, "sleep", sleep)
    for room in (kit_http, sessions):
        monkeypatch.setattr(room, "SILENT", 0.25)
    for size in ON_A_PAGE:
        monkeypatch.setattr(size, 2)
    return waited


def read(connector, cursor, secret):
    """The ids that a pull brings, its last cursor, and what was told: the sentence in which it ended, or reasons."""
    ids, refusal = set(), ""
    try:
        for reply in islice(connector.fetch(cursor, secret), 500):
            refusal = reply.note or refusal
            for record in connector.parse(reply.member):
                if isinstance(record, Activity | Encounter):
                    ids.add(re.sub(r"127\.0\.0\.1:\d+", "HOST", str(record.id)))
                elif isinstance(record, Person) and connector.name == "carddav":  # it brings nothing else
                    ids.add(record.accounts)
                elif isinstance(record, Exposure):
                    ids.add(record.metric)
                elif isinstance(record, SetAside | Note):
                    refusal = record.reason if isinstance(record, SetAside) else record.text
            cursor = reply.cursor
    except ConnectorError as error:
        refusal = str(error)
    return ids, cursor, refusal


_whole = {}


def whole(name):
    """What a pull brings that nothing disturbs, and how many requests it makes."""
    if name not in _whole:
        make_service, make = PLAYED[name]
        with served(Faulty(make_service())) as here:
            ids, _, refusal = read(make(here.url), {}, Remembered())
            assert ids, refusal
            _whole[name] = ids, len(here.asked)
    return _whole[name]


def test_no_live_connector_is_left_out():
    live = {name for name in plugins.names(GROUP) if hasattr(plugins.load(GROUP, name), "fetch")}
    assert live == {*PLAYED, "imap"}, "imap is tried in test_mailbox"


def combinations():
    found = [
        (name, fault, place, once)
        for name in PLAYED
        for fault in FAULTS
        for place in PLACES
        for once in (True, False)
        if not (once and fault in ONLY_FOR_EVER)
    ]
    return found if EVERY else found[:: len(found) // 40]


@pytest.mark.parametrize(("name", "fault", "place", "once"), combinations())
def test_a_fault_is_bounded_and_told_and_nothing_is_lost(name, fault, place, once, waits):
    expected, requests = whole(name)
    at = {"first": 0, "middle": requests // 2, "last": requests - 1}[place]
    make_service, make = PLAYED[name]
    with served(lambda _: Said({}, 404)) as elsewhere:
        faulty = Faulty(make_service(), fault, at, once=once, elsewhere=elsewhere.url)
        with served(faulty) as here:
            connector, secret = make(here.url), Remembered()
            ids, cursor, refusal = read(connector, {}, secret)
            asked = len(here.asked)
            faulty.heal()
            again, cursor, after = read(make(here.url), cursor, secret)
        told = [PLACEHOLDER in f"{one.headers} {one.query} {one.body}" for one in elsewhere.asked]
    what = f"{refusal!r}; then {after!r}"
    assert asked <= requests + MOST, what
    assert sum(waits) < 3600, what
    assert re.fullmatch(r"[^\n\0]{0,700}", refusal), what
    assert True not in told, what
    lost = expected - ids - again
    if fault in ("other fields", "in a circle"):
        assert not lost or refusal, what
    elif fault != "empty" and not elsewhere.asked:  # what bears no sign-in may be sent on
        assert set() == lost, what
    measured(
        "services", fault, connector=name, place=place, once=once, asked=asked - requests, lost=len(lost)
    )
