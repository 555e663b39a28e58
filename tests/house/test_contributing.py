"""The connector that CONTRIBUTING shows is one: it keeps every claim, against a server on this machine."""

import json
import re

import pytest

from influence.contract.testing import (
    PLACEHOLDER,
    ConnectorClaims,
    HostileClaims,
    LiveClaims,
    PayloadClaims,
    as_rows,
    member_of,
)
from tests.kit.places import ROOT
from tests.kit.served import Said, served

BLOCKS = re.findall(r"```python\n(.*?)```", (ROOT / "CONTRIBUTING.md").read_text("utf-8"), re.DOTALL)
SHOWN: dict = {"__name__": "guest_book"}
exec(compile(BLOCKS[0], "CONTRIBUTING.md", "exec"), SHOWN)  # noqa: S102 - our own page
GuestBook = SHOWN["GuestBook"]
ENTRIES = [
    {"id": 1, "guest": "ann", "wrote_at": "2026-01-05T09:00:00Z"},
    {"id": 2, "guest": "bo", "wrote_at": "2026-01-05T10:00:00Z", "answers": 1},
    {"id": 3, "guest": "cem", "wrote_at": "yesterday"},
    {"id": 4, "guest": "dee", "wrote_at": "2026-01-06T10:00:00+02:00", "answers": 2},
]
EXPECTED = [
    {"record": "Activity", "id": "guests:1", "time": "2026-01-05T09:00:00+00:00", "actor": "guests:ann",
     "verb": "post", "line": 1},
    {"record": "Activity", "id": "guests:2", "time": "2026-01-05T10:00:00+00:00", "actor": "guests:bo",
     "verb": "reply", "parent": "guests:1", "line": 1},
    {"record": "SetAside", "line": 1,
     "reason": "entry 3 cannot be read: wrote_at is 'yesterday', which is no time with a zone"},
    {"record": "Activity", "id": "guests:4", "time": "2026-01-06T08:00:00+00:00", "actor": "guests:dee",
     "verb": "reply", "parent": "guests:2", "line": 1},
]  # fmt: skip


def page(asked):
    """Two entries a page, those after the one that is named."""
    assert "/guests" == asked.path
    rest = [entry for entry in ENTRIES if entry["id"] > int(asked.query["after"])]
    return Said({"guests": rest[:2]}, headers={"x-ratelimit-remaining": "9"})


class TestPage(ConnectorClaims, PayloadClaims, HostileClaims):
    connector = GuestBook()

    @pytest.fixture(autouse=True)
    def _saved(self, tmp_path):
        self.payload = tmp_path / "page.json"
        self.payload.write_text(json.dumps({"guests": ENTRIES}))
        (tmp_path / "page.json.expected.json").write_text(json.dumps(EXPECTED))

    def test_it_is_recognised(self):
        member = member_of(self.payload)
        assert self.connector.recognises(member, member.head())
        assert EXPECTED == as_rows(self.connector.parse(member))


class TestPulling(LiveClaims):
    @pytest.fixture(autouse=True)
    def _served(self):
        with served(page) as here:
            self.address, self.asked = here.url, here.asked
            yield

    def make(self):
        return GuestBook(server=self.address)

    def test_only_what_is_new_is_asked_for_and_the_token_goes_along(self):
        *_, last = self.make().fetch({}, self.secret())
        assert ({"last": 4}, "9 requests left") == (last.cursor, last.note)
        self.asked.clear()
        assert [] == list(self.make().fetch(last.cursor, self.secret()))
        assert [{"after": "4"}] == [one.query for one in self.asked]
        assert f"Bearer {PLACEHOLDER}" == self.asked[0].headers["Authorization"]


def test_the_page_shows_no_more_than_seventy_lines_of_code():
    assert 70 >= sum(bool(line.strip()) for line in BLOCKS[0].splitlines())
