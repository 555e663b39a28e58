"""The claims bite: a connector or a measure that breaks one is refused."""

from datetime import UTC, datetime

import pytest

from influence.contract.connector import ConnectorError, Reply
from influence.contract.findings import Finding
from influence.contract.measures import finds
from influence.contract.records import Activity, Verb
from influence.contract.testing import (
    PLACEHOLDER,
    ConnectorClaims,
    HostileClaims,
    LiveClaims,
    MeasureClaims,
    PayloadClaims,
    member_of,
    read_or_refused,
)

DAY = datetime(2026, 1, 5, tzinfo=UTC)


def post(number, **more):
    return Activity(f"a:{number}", DAY, "a:ann", Verb.POST, **{"line": 1, **more})


class Reads:
    """A connector that yields what it is told to, whatever the file."""

    def __init__(self, *records, raises=None):
        self.records, self.raises = records, raises

    def recognises(self, _member, _head):
        return True

    def parse(self, _member):
        if self.raises is not None:
            raise self.raises
        yield from self.records


def claim(kind, name, **about):
    one = kind()
    for key, value in about.items():
        setattr(one, key, value)
    getattr(one, name)()


@pytest.mark.parametrize(
    ("broken", "name"),
    [
        (Reads(post(1), post(1)), "test_ids_are_unique_and_times_have_a_zone"),
        (Reads(post(1, line=None)), "test_every_record_says_on_which_line_it_stands"),
        (Reads(post(1, line=9)), "test_every_record_says_on_which_line_it_stands"),
        (Reads(post(1, url="https://a.example/?token=abc")), "test_nothing_that_smells_of_a_secret_is_kept"),
        (Reads(post(1)), "test_it_is_read_as_expected"),
        (Reads(raises=ConnectorError("no")), "test_cut_off_anywhere_it_is_read_or_refused_in_a_sentence"),
    ],
)
def test_a_payload_that_is_read_wrongly_is_refused(tmp_path, broken, name):
    payload = tmp_path / "one.txt"
    payload.write_text("a\nb\n")
    (tmp_path / "one.txt.expected.json").write_text("[]")
    with pytest.raises(AssertionError):
        claim(PayloadClaims, name, connector=broken, payload=payload)


def test_a_traceback_on_a_hostile_file_is_refused():
    with pytest.raises(KeyError):
        claim(
            HostileClaims,
            "test_a_hostile_file_is_read_or_refused_in_a_sentence",
            connector=Reads(raises=KeyError("x")),
        )


def test_a_connector_without_a_title_is_refused():
    with pytest.raises(AttributeError):
        claim(ConnectorClaims, "test_it_has_a_name_a_title_and_a_source", connector=Reads())


def test_a_refusal_that_is_a_sentence_is_none_too_many():
    assert [] == read_or_refused(
        Reads(raises=ConnectorError("the file is cut off; get it again")), member_of(b"")
    )


class Pulls(Reads):
    """A live connector of three replies; `start` says from which reply a cursor goes on."""

    def __init__(self, start, body=b"", cursor=lambda n: {"n": n}, who="ann"):
        super().__init__()
        self.start, self.body, self.cursor, self.who = start, body, cursor, who

    def signed_in_as(self, secret):
        return f"{self.who} in a test" if self.who else secret.get("token")

    def fetch(self, cursor, _secret):
        for n in range(self.start(cursor.get("n", 0)), 3):
            yield Reply(member_of(self.body or str(n).encode(), str(n)), self.cursor(n + 1))

    def parse(self, member):
        yield post(member.name)


def live(**about):
    kind = type("Claims", (LiveClaims,), {"make": lambda _: Pulls(**about)})
    return [name for name in dir(kind) if name.startswith("test_")], kind


def test_a_pull_that_goes_on_rightly_keeps_every_claim():
    names, kind = live(start=lambda n: n)
    assert 4 == len(names)
    for name in names:
        claim(kind, name)


@pytest.mark.parametrize(
    ("about", "name"),
    [
        ({"start": lambda n: n + 1 if n else 0}, "test_a_fetch_that_is_cut_goes_on_where_it_stopped"),
        ({"start": lambda _: 3}, "test_something_is_fetched_and_every_cursor_can_be_kept"),
        (
            {"start": lambda n: n, "body": PLACEHOLDER.encode()},
            "test_no_secret_stands_in_a_reply_or_a_cursor",
        ),
        (
            {"start": lambda n: n, "cursor": lambda n: {"key": PLACEHOLDER, "n": n}},
            "test_no_secret_stands_in_a_reply_or_a_cursor",
        ),
    ],
)
def test_a_pull_that_loses_repeats_or_tells_is_refused(about, name):
    with pytest.raises(AssertionError):
        claim(live(**about)[1], name)


def measured(finding, words=("posts",)):
    @finds(**dict.fromkeys(words, "how many"))
    def posts(_ego):
        return {"posts": finding}

    kind = type("Claims", (MeasureClaims,), {"measure": staticmethod(posts), "egos": lambda _: [None]})
    return [name for name in dir(kind) if name.startswith("test_")], kind


def test_an_honest_measure_keeps_every_claim():
    names, kind = measured(Finding("posts", 2.0, "items", 1.0, 3.0, (0.5, 4.0)))
    assert 4 == len(names)
    for name in names:
        claim(kind, name)


@pytest.mark.parametrize(
    ("finding", "name"),
    [
        (Finding("others", 1.0, "items"), "test_it_says_what_it_finds_and_finds_that"),
        (Finding("posts", None, "items"), "test_what_has_no_value_has_a_reason"),
        (Finding("posts", 5.0, "items", 1.0, 3.0), "test_bounds_and_intervals_are_in_order"),
        (Finding("posts", 2.0, "items", interval=(3.0, 1.0)), "test_bounds_and_intervals_are_in_order"),
    ],
)
def test_a_measure_that_hides_or_muddles_is_refused(finding, name):
    with pytest.raises(AssertionError):
        claim(measured(finding)[1], name)


def test_a_number_that_no_other_program_can_read_is_refused():
    with pytest.raises(ValueError, match="JSON"):
        claim(
            measured(Finding("posts", float("nan"), "items"))[1],
            "test_a_finding_is_the_same_as_json_and_back",
        )
