"""Parquet files that unpack to far more than they weigh: read within bounded memory, or refused in one sentence."""

from __future__ import annotations

import io
import random

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from connectors.tables import parquet, parquet_footer
from connectors.tables.generic import Activities
from influence.contract.connector import Unreadable
from influence.contract.files import members
from influence.contract.records import Rows, SetAside


def repeated(text, count):
    return pa.DictionaryArray.from_arrays(pa.array(np.zeros(count, np.int32)), [text])


def written(folder, count, **more):
    """A file of rows that are all equal, each text in it once."""
    said = {"time": "2026-01-05T09:00:00Z", "actor": "x:1", "verb": "post"}
    table = pa.table({name: repeated(text, count) for name, text in said.items()} | more)
    pq.write_table(table, folder / "a.parquet", compression="zstd", store_schema=False)
    return next(members(folder / "a.parquet"))


def lists(rows, each, text):
    return pa.ListArray.from_arrays(
        pa.array(np.arange(rows + 1, dtype=np.int32) * each), repeated(text, rows * each)
    )


def three(folder, **more):
    """A file of three parts, of more columns than a short list counts."""
    columns = {f"c{n}": list(range(30)) for n in range(20)} | {"to": [["a", "b"]] * 30, "verb": ["post"] * 30}
    pq.write_table(pa.table(columns), folder / "a.parquet", row_group_size=10, **more)
    return folder / "a.parquet"


def rows_of(records):
    return [row for record in records if isinstance(record, Rows) for row in record.table.to_pylist()]


def refused(member):
    with pytest.raises(Unreadable) as reason:
        list(Activities().parse(member))
    return str(reason.value)


def test_a_row_for_less_than_a_byte_is_refused_by_the_footer(tmp_path, monkeypatch):
    monkeypatch.setattr(parquet, "_MANY", 10_000)
    member = written(tmp_path, 100_000)
    told = (
        f"the Parquet file says that it holds 100,000 values in {member.size:,} bytes; nothing of it was read"
    )
    assert f"a.parquet: {told}" == refused(member)


def test_so_are_elements_of_lists_for_less_than_a_byte(tmp_path):
    assert "holds 20,000,000 values" in refused(written(tmp_path, 20, to=lists(20, 1_000_000, "x:2")))


def test_a_text_that_stands_a_million_times_is_refused_before_it_is_written_out(tmp_path):
    member = written(tmp_path, 1_000_000, text=repeated("a" * 1_000_000, 1_000_000))
    before = pa.default_memory_pool().max_memory()
    assert "unpacks to more than 67 MB, 200 times its size; it is not read" in refused(member)
    assert pa.default_memory_pool().max_memory() - before < 200_000_000


def test_so_is_a_text_in_the_list_of_a_single_row_behind_one_without(tmp_path):
    to = pa.ListArray.from_arrays([0, 0, 1_000_000], repeated("x:" + "2" * 10_000, 1_000_000))
    assert "unpacks to more than 67 MB" in refused(written(tmp_path, 2, to=to))


def test_texts_that_compress_well_are_refused_by_the_footer(tmp_path):
    member = written(tmp_path, 100, text=pa.array([f"{n}" + "a" * 1_000_000 for n in range(100)]))
    assert "unpacks to more than 67 MB" in refused(member)


def test_texts_are_written_out_for_no_more_rows_than_memory_has_room_for(tmp_path, monkeypatch):
    monkeypatch.setattr(parquet, "_HELD", 100_000)
    texts = pa.DictionaryArray.from_arrays(pa.array([0, 1, None, 0] * 25, pa.int32()), ["é" * 1_000, "b"])
    to = pa.array([["x:2", "x:3"], [], None, ["x:2"]] * 25)
    found = list(Activities().parse(written(tmp_path, 100, text=texts, to=to)))
    assert 1 < len(found)
    assert ["é" * 1_000, "b", None, "é" * 1_000] * 25 == [row["text"] for row in rows_of(found)]
    assert [["x:2", "x:3"], [], None, ["x:2"]] * 25 == [row["to"] for row in rows_of(found)]
    assert list(range(1, 101)) == [row["line"] for row in rows_of(found)]


def test_a_row_too_large_for_memory_is_set_aside_and_the_others_are_read(tmp_path, monkeypatch):
    monkeypatch.setattr(parquet, "_HELD", 1_000_000)
    texts = pa.DictionaryArray.from_arrays(pa.array([1, 0, 1], pa.int32()), ["a" * 2_000_000, "b"])
    found = list(Activities().parse(written(tmp_path, 3, text=texts)))
    assert [1, 3] == [row["line"] for row in rows_of(found)]
    assert [SetAside("the row takes more than 0 MiB", 2)] == [
        one for one in found if isinstance(one, SetAside)
    ]


def test_categories_as_pandas_writes_them_are_bounded_as_well(tmp_path):
    table = pa.table(
        {
            "time": repeated("2026-01-05T09:00:00Z", 1_000_000),
            "actor": repeated("x:1", 1_000_000),
            "verb": repeated("a" * 1_000_000, 1_000_000),
        }
    )
    pq.write_table(table, tmp_path / "a.parquet")
    assert "unpacks to more than 67 MB" in refused(next(members(tmp_path / "a.parquet")))


def test_a_file_of_several_parts_is_read_whole_whichever_columns_are_empty_where_a_part_begins(tmp_path):
    """Of a column that is empty in the first row nothing is known after the first part, and of the others all is."""
    rows = [
        {
            "time": f"2026-01-05T09:00:0{n}Z",
            "actor": f"x:{n}",
            "verb": "post",
            "to": None if n < 2 else [f"x:{n}0"],
        }
        for n in range(6)
    ]
    pq.write_table(pa.Table.from_pylist(rows), tmp_path / "a.parquet", row_group_size=2)
    found = rows_of(Activities().parse(next(members(tmp_path / "a.parquet"))))
    assert [(row["actor"], row["to"]) for row in rows] == [(row["actor"], row["to"]) for row in found]


# --- the footer ---------------------------------------------------------------------------------------------


def test_the_footer_says_what_arrow_says_of_it(tmp_path):
    path = three(tmp_path)
    told = pq.ParquetFile(path).metadata
    columns = [[told.row_group(part).column(n) for n in range(22)] for part in range(3)]
    with path.open("rb") as stream:
        found = parquet_footer.chunks(stream)
    assert [[(one.num_values, one.total_uncompressed_size) for one in part] for part in columns] == found


def test_statistics_that_contradict_the_schema_are_damage_and_do_not_end_the_program(tmp_path):
    member = written(tmp_path, 30)
    content = (tmp_path / "a.parquet").read_bytes()
    may_be_empty, may_not = (b"\x25" + bit + b"\x18\x04verb" for bit in (b"\x02", b"\x00"))
    assert 1 == content.count(may_be_empty)
    (tmp_path / "a.parquet").write_bytes(content.replace(may_be_empty, may_not))
    assert "is damaged (Definition level histogram size mismatch" in refused(member)


def test_a_footer_that_is_nearly_right_is_read_or_damaged(tmp_path):
    whole, chance, damaged = three(tmp_path).read_bytes(), random.Random(1), 0  # noqa: S311 - it only picks changes
    size = int.from_bytes(whole[-8:-4], "little")
    for _ in range(300):
        content = bytearray(whole)
        for _ in range(chance.randint(1, 4)):
            content[chance.randrange(len(whole) - 8 - size, len(whole) - 4)] = chance.choice(
                (0, 127, 128, 255)
            )
        try:
            parquet_footer.chunks(io.BytesIO(content))
        except parquet_footer.Damaged:
            damaged += 1
    assert 50 < damaged < 300


@pytest.mark.parametrize(
    "footer", [b"\x1c" * 40, b"\x05" + b"\x80" * 100_000, b"\x19\xfc" + b"\xff" * 9 + b"\x01"]
)
def test_a_footer_without_end_is_damaged(footer):
    with pytest.raises(parquet_footer.Damaged):
        parquet_footer.chunks(io.BytesIO(b"PAR1" + footer + len(footer).to_bytes(4, "little") + b"PAR1"))
