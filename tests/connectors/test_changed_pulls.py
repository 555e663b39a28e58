"""One value of one answer is another: the others are read all the same, and what is not read is told.

Each service is played over a real connection. `INFLUENCE_MUTATIONS=500` tries so many values for each (`make hostile`).
"""

import copy
import json
import os
import random
import re
from itertools import islice

import pytest

from influence.contract.connector import ConnectorError
from influence.contract.records import Activity, Encounter, Note, SetAside
from influence.contract.testing import Remembered
from tests.kit.connector_records import places
from tests.kit.played import PLAYED
from tests.kit.served import Said, served

TRIES = int(os.environ.get("INFLUENCE_MUTATIONS", "4"))
GONE, TWICE = "%gone%", "%twice%"
RAW = {
    "%nan%": "NaN",
    "%beyond%": "1e400",
    "%below%": "-Infinity",
    "%deep%": "[" * 3000 + "]" * 3000,
    "%long%": "9" * 5000,
    "%half%": '"half \\ud83d"',
}
"""What no value of Python is written as."""
ODD = (
    *(None, True, False, 0, -1, 5, 10**30, 1e308, "", "x", "a\0b", "\u202e\x1b[31m", "9" * 600, "x" * 50_000),
    *(
        "2026-99-99T99:99:99Z",
        "0001-01-01T00:00:00Z",
        "9999-12-31T23:59:59-23:59",
        "https://[::1",
        "//",
        "\n",
    ),
    *([], {}, [None], [[]], [5], ["x"], [{}], {"id": []}, {"a": {"b": []}}, GONE, TWICE, *RAW),
)
OTHERWISE = ("caldav", "carddav", "feed", "linkedin")
"""What they answer is XML, or a few totals."""


class Changing:
    """A service that gives, wherever it is asked for the same, an answer in which one value is another."""

    def __init__(self, answer, where=None, odd=None):
        self._answer, self._where, self._odd = answer, where, odd
        self.answers = {}

    def __call__(self, asked):
        try:
            told = self._answer(asked)
        except (LookupError, TypeError, ValueError):  # what it gave was asked for again
            return Said({}, 404)
        told = told if isinstance(told, Said) else Said(told)
        if told.status >= 400 or not isinstance(told.body, dict | list):
            return told
        key = (asked.path, *sorted(asked.query.items()), asked.body if len(asked.body) < 300 else b"")
        self.answers.setdefault(key, told.body)
        if self._where is None or key != self._where[0]:
            return told
        return Said(changed(told.body, self._where[1], self._odd), told.status, told.headers)


def changed(answer, at, odd):
    """An answer as JSON in which another value stands at a place."""
    found = json.loads(json.dumps(answer))
    place = found
    try:
        for key in at[:-1]:
            place = place[key]
        before = place[at[-1]]
    except (LookupError, TypeError):  # the service gives something else by now
        return json.dumps(found).encode()
    if odd == GONE:
        del place[at[-1]]
    else:
        place[at[-1]] = [before, copy.deepcopy(before)] if odd == TWICE else odd
    text = json.dumps(found)
    return (
        text.replace(json.dumps(odd), RAW[odd]).encode()
        if isinstance(odd, str) and odd in RAW
        else text.encode()
    )


def says_none(odd):
    """Whether a value is a way to say that there is nothing."""
    return not odd or odd in (GONE, "%nan%", "%beyond%", "%below%", "%long%", 0)


def kind_of(where):
    (path, *_), at = where
    return path.rpartition("/")[2], tuple("*" if isinstance(key, int) else key for key in at)


def pulled(name, where=None, odd=None):
    """What a pull reads (ids), what is told (reasons, notes, the sentence at its end), and the answers it had."""
    make_service, make = PLAYED[name]
    service = Changing(make_service(), where, odd)
    read, told = set(), []
    with served(service) as here:
        connector = make(here.url)
        try:
            for reply in islice(connector.fetch({}, Remembered()), 500):
                json.dumps(reply.cursor, allow_nan=False)
                try:
                    for record in connector.parse(reply.member):
                        if isinstance(record, Activity | Encounter):
                            read.add(re.sub(r"127\.0\.0\.1:\d+", "HOST", str(record.id)))
                        elif isinstance(record, SetAside):
                            told.append(record.reason)
                        elif isinstance(record, Note):
                            told.append(record.text)
                except ConnectorError as error:
                    told.append(str(error))
                if reply.note:
                    told.append(reply.note)
        except ConnectorError as error:
            told.append(str(error))
        asked = len(here.asked)
    return read, told, service.answers, asked


@pytest.mark.parametrize("name", [name for name in PLAYED if name not in OTHERWISE])
def test_one_odd_value_costs_what_it_stands_in_and_is_told(name):
    whole, said, answers, asked = pulled(name)
    assert whole
    chance = random.Random(f"{name} {os.environ.get('INFLUENCE_SEED', '1')}")  # noqa: S311 - it only picks samples
    kinds = {}
    for key, answer in answers.items():
        for at in places(answer):
            kinds.setdefault(kind_of((key, at)), []).append((key, at))
    for _ in range(TRIES):
        where = chance.choice(kinds[chance.choice(list(kinds))])
        odd = chance.choice(ODD)
        read, told, _, again = pulled(name, where, odd)
        what = f"{kind_of(where)} is {str(odd)[:40]!r}: {told}"
        assert all(re.fullmatch(r"[^\n\0]{2,700}", one) for one in told), what
        assert again <= 20 + 4 * asked, what
        missing = len(whole - read)
        assert missing <= len(whole) // 2 or set(told) - set(said) or says_none(odd), what
