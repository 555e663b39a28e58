"""JSON of others: the one rule for what is odd in it, whichever way it comes."""

import re

import pytest

from connectors.kit import answers
from connectors.kit.answers import At, LeftOut, as_member, each, read
from connectors.kit.exports import each_file
from connectors.kit.json_files import document, line_rows, rows, values
from connectors.kit.times import moment
from influence.contract.connector import Changed, Unreadable
from influence.contract.files import Export
from influence.contract.records import Deleted, Person, SetAside

HALF = rb'{"a": "x\ud83d", "n\u0000": ["\udfff y"]}'
MENDED = {"a": "x\ufffd", "n\ufffd": ["\ufffd y"]}


def test_odd_characters_become_the_same_in_answers_documents_lists_values_and_lines():
    member = as_member("page.json", HALF)
    listed = as_member("page.json", b"[" + HALF + b"]")
    assert MENDED == read(member) == document(member)
    assert [At(1, MENDED)] == list(rows(listed)) == list(values(listed)) == list(values(member))
    [row] = line_rows(member, frozenset({"a", "n\ufffd"}), frozenset({"n\ufffd"}))
    assert MENDED == row.value


@pytest.mark.parametrize(
    "cut",
    [b"\xf0\x9f\x98", b"\xe2\x82", b"\xc3", b"\xed\xa0\xbd"],
    ids=["emoji", "euro", "letter", "surrogate"],
)
def test_half_a_character_at_the_end_of_a_text_takes_nothing_else_with_it(cut):
    body = b'{"a": "caf\xc3\xa9 ' + cut + b'", "b": 1}'
    assert {"a": "café \ufffd", "b": 1} == read(as_member("page.json", body))
    assert [At(1, {"a": "café \ufffd", "b": 1})] == list(values(as_member("page.json", body)))


def test_another_encoding_is_refused_and_not_guessed_at():
    latin = '{"a": "Jos\xe9 Garc\xeda"}'.encode("latin-1")
    assert {"a": "Jos\ufffd Garc\ufffda"} == read(as_member("page", latin))
    assert {"a": 1} == read(as_member("page", '{"a": 1}'.encode("utf-16")))  # it says so itself, by its mark
    with pytest.raises(Unreadable, match="the file is not UTF-8"):
        document(as_member("page", latin))
    assert [SetAside("line 1 is not UTF-8", 1)] == list(
        line_rows(as_member("page", latin), frozenset("a"), frozenset())
    )


def test_a_number_beyond_all_measure_is_none():
    assert {"a": None, "b": [None, None], "c": 1.5} == read(
        as_member("page", b'{"a": 1e400, "b": [NaN, -Infinity], "c": 1.5}')
    )


@pytest.mark.parametrize("depth", [answers.DEEPEST + 1, 5_000, 200_000])
def test_what_is_nested_too_deep_costs_no_other_value(depth):
    deep = b"[" * depth + b"]" * depth
    for reads in (read, document):
        assert 2 == reads(as_member("page", b'{"a": ' + deep + b', "b": 2}'))["b"]
    lines = list(values(as_member("page", b'{"a": 1}\n{"a": ' + deep + b"}\n{}\n")))
    assert [At(1, {"a": 1}), SetAside("the line is nested too deep", 2), At(3, {})] == lines
    listed = list(rows(as_member("page", b'[{"a": 1}, ' + deep + b', {"a": 2}]')))
    assert [At(1, {"a": 1}), SetAside("the value is nested too deep (byte 11)", 1), At(1, {"a": 2})] == listed


@pytest.mark.parametrize(
    "damaged", ['{"a": 1,, "b": 2}', '{"a": nul}', '{"a": "two\nlines"}', '{"a" 1}', "[1 2]"]
)
def test_a_damaged_value_of_a_list_costs_no_other(damaged):
    body = f'[{{"a": 1}},\n{damaged},\n{{"a": 2}}]'.encode()
    for reads in (rows, values):
        first, odd, last = reads(as_member("day.json", body))
        assert ({"a": 1}, {"a": 2}) == (first.value, last.value)
        assert re.match("the value is not JSON: ", odd.reason)
        assert 2 == odd.line


def test_a_number_of_thousands_of_digits_is_none():
    assert {"a": None, "b": 2} == read(as_member("page", b'{"a": ' + b"9" * 5000 + b', "b": 2}'))


def test_what_is_nested_as_deep_as_is_allowed_is_read():
    deep = b"[" * answers.DEEPEST + b"]" * answers.DEEPEST
    assert isinstance(read(as_member("page", deep)), list)


def test_an_answer_larger_than_the_limit_is_refused(monkeypatch):
    monkeypatch.setattr(answers, "LARGEST_ANSWER", 1024 * 1024)
    with pytest.raises(Changed, match="page is larger than 1 MiB"):
        read(as_member("page", b" " * (1024 * 1024 + 1)))


def test_mending_a_long_list_of_which_one_is_odd_takes_no_longer_than_its_length():
    body = b"[" + b",".join([b'{"text": "plain"}'] * 20_000 + [HALF]) + b"]"
    assert 20_001 == sum(isinstance(one, At) for one in rows(as_member("day", body)))


def read_one(item):
    if item == "out":
        raise LeftOut("no act")
    if item == "deep":
        raise RecursionError
    if item == "endless":
        return [Deleted(str(int(float("inf"))))]
    return [Deleted(item["id"])]


def test_each_sets_an_odd_item_aside_by_its_name_or_line_and_reads_on():
    items = [{"id": "1"}, {}, "out", "deep", "endless", {"id": "2"}]
    told = [(one.line, getattr(one, "reason", "")) for one in each(items, read_one, "the act")]
    assert [
        (1, ""),
        (1, "the act 2 cannot be read: it has no 'id'"),
        (1, "the act 3: no act"),
        (1, "the act 4 cannot be read: it is nested too deep"),
        (1, "the act 5 cannot be read: OverflowError: cannot convert float infinity to integer"),
        (1, ""),
    ] == told
    placed = [At(7, {"id": "1"}), SetAside("line 8 is not UTF-8", 8), At(9, {})]
    assert [Deleted("1", 7), placed[1], SetAside("the act cannot be read: it has no 'id'", 9)] == list(
        each(placed, lambda at: read_one(at.value), "the act")
    )


@pytest.mark.parametrize("items", [None, {}, "text", 5])
def test_items_that_are_no_list_have_changed(items):
    with pytest.raises(Changed, match="where a list of items"):
        list(each(items, read_one, "act"))


def test_a_damaged_file_of_an_export_is_set_aside_and_the_others_are_read():
    files = {"a": as_member("a", b"{"), "b": as_member("b", b'{"id": "p"}')}
    found = list(each_file(Export("zip", files), ["a", "b", "c"], lambda one: [Person(document(one)["id"])]))
    assert ["a", "b", "c"] == [name for name, _ in found]
    assert [SetAside, Person, SetAside] == [type(one) for _, one in found]
    assert found[0][1].reason.startswith("the file is not JSON: ")


@pytest.mark.parametrize(
    "value",
    [None, "", 5, True, [], "yesterday", "2026-01-05T09:00:00", "9999-12-31T23:59:59-23:00", "x" * 9000],
)
def test_what_is_no_moment_names_the_field(value):
    with pytest.raises(Changed, match=r"^created_at is ") as refused:
        moment(value, "created_at")
    assert len(str(refused.value)) < 120
