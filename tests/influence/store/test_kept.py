"""What was worked out is used again only while everything that it was made of is the same."""

import os

import pyarrow as pa
import pytest

from influence.people.decisions import Decisions
from influence.store.kept import Kept, stamp
from influence.store.store import Store


class Made:
    def __init__(self, n=1):
        self.times, self.n = 0, n

    def __call__(self):
        self.times += 1
        return pa.table({"n": [self.n] * 1000})


def test_a_table_is_made_once(tmp_path):
    made = Made()
    for _ in range(3):
        assert 1000 == Kept(tmp_path / "kept", "a").table("log", made, 14, "UTC").num_rows
    assert 1 == made.times
    assert ["0o600"] == [oct(file.stat().st_mode & 0o777) for file in (tmp_path / "kept").iterdir()]


@pytest.mark.parametrize(("stamped", "matters"), [("b", (14,)), ("a", (15,)), ("a", (14.0,))])
def test_one_that_was_made_of_anything_else_is_not_used(tmp_path, stamped, matters):
    Kept(tmp_path, "a").table("log", Made(1), 14)
    assert 2 == Kept(tmp_path, stamped).table("log", Made(2), *matters)["n"][0].as_py()


@pytest.mark.parametrize("left", [0, 8, 500, -1])
def test_a_file_that_was_cut_is_made_anew(tmp_path, left):
    Kept(tmp_path, "a").table("log", Made(1))
    (file,) = tmp_path.iterdir()
    os.truncate(file, left % file.stat().st_size)
    made = Made(2)
    assert 2 == Kept(tmp_path, "a").table("log", made)["n"][0].as_py()
    Kept(tmp_path, "a").table("log", made)
    assert 1 == made.times


def test_what_belongs_to_an_older_state_is_taken_away(tmp_path):
    for word in ("a", "b"):
        for window in range(20):
            Kept(tmp_path, word).table("log", Made(), window)
    assert {"b"} == {file.name.partition("-")[0] for file in tmp_path.iterdir()}
    assert 12 == len(list(tmp_path.iterdir()))


def test_where_nothing_can_be_written_the_numbers_are_the_same(tmp_path):
    (tmp_path / "taken").write_text("a file where the folder would be")
    assert 1000 == Kept(tmp_path / "taken", "a").table("log", Made()).num_rows


def test_a_decision_and_a_batch_change_the_stamp():
    store = Store()
    seen = [stamp(store.engine), stamp(store.engine)]
    Decisions(store.engine).record("rename", ["x:1"], value="Ann")
    seen.append(stamp(store.engine))
    with store.batch("a", "b"):
        pass
    seen.append(stamp(store.engine))
    assert [seen[0], seen[0]] == seen[:2]
    assert 3 == len(set(seen))
