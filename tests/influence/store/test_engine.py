"""What the database fails at is told in one sentence, and what it writes is for its owner alone."""

from __future__ import annotations

import os
import stat
import threading
import time
from pathlib import Path

import duckdb
import pytest

from influence.store.engine import DuckEngine, EngineError, InUse


def modes(folder: Path) -> set[str]:
    return {stat.filemode(file.stat().st_mode) for file in folder.iterdir()}


@pytest.mark.skipif(os.name == "nt", reason="files there have no such modes")
def test_whatever_the_database_writes_is_for_its_owner_alone(tmp_path: Path) -> None:
    before = os.umask(0o022)
    try:
        (tmp_path / "a.duckdb.wal").touch(0o644)
        engine = DuckEngine(tmp_path / "a.duckdb")
        engine.run("CREATE TABLE t AS SELECT range AS a FROM range(1000)")
        with engine.transaction():
            engine.run("INSERT INTO t SELECT range FROM range(1000)")
            engine.turn()
            engine.run("INSERT INTO t SELECT range FROM range(1000)")
            assert {"a.duckdb", "a.duckdb.wal"} == {file.name for file in tmp_path.iterdir()}
            assert {"-rw-------"} == modes(tmp_path)
        assert 0o022 == os.umask(0o022), "what others write stays as they wish it"
    finally:
        os.umask(before)


def test_a_damaged_file_is_told_in_one_sentence(tmp_path: Path) -> None:
    path = tmp_path / "a.duckdb"
    engine = DuckEngine(path)
    engine.run("CREATE TABLE t AS SELECT range AS a, repeat('a', 50) || range AS b FROM range(200000)")
    engine.close()
    whole = bytearray(path.read_bytes())
    for at in range(len(whole) // 2, len(whole), 11):
        whole[at] ^= 0xFF
    path.write_bytes(whole)
    with pytest.raises(EngineError, match="damaged") as told:
        DuckEngine(path).arrow("SELECT max(a), max(b) FROM t")
    assert not isinstance(told.value, InUse)


def test_a_file_that_is_no_database_is_told_so(tmp_path: Path) -> None:
    (tmp_path / "a.duckdb").write_bytes(b"words and words " * 2000)
    with pytest.raises(EngineError, match="no database"):
        DuckEngine(tmp_path / "a.duckdb")


@pytest.mark.parametrize("ask", ["run", "arrow"])
def test_want_of_memory_is_told_in_one_sentence(ask: str) -> None:
    engine = DuckEngine()
    engine.run("SET memory_limit = '20MB'")
    engine.run("SET max_temp_directory_size = '0KB'")
    with pytest.raises(EngineError, match="the memory or the disk is full"):
        getattr(engine, ask)("SELECT list(range) FROM range(30000000)")


@pytest.mark.parametrize("ask", ["run", "arrow"])
def test_a_table_of_another_program_is_told_in_one_sentence(ask: str) -> None:
    with pytest.raises(EngineError, match="not as this version expects it"):
        getattr(DuckEngine(), ask)("SELECT nothing FROM nowhere")


class PressedMeanwhile:
    """Rows of Arrow, while which are read somebody presses Ctrl-C."""

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        raise KeyboardInterrupt


def test_ctrl_c_while_rows_are_offered_is_no_failure_of_the_database() -> None:
    with pytest.raises(KeyboardInterrupt):
        DuckEngine().offer("gone", PressedMeanwhile())  # type: ignore[arg-type]


def test_of_a_transaction_that_fails_nothing_lands() -> None:
    engine = DuckEngine()
    engine.run("CREATE TABLE t (a TINYINT)")

    def bring_in() -> None:
        with engine.transaction():
            engine.run("INSERT INTO t VALUES (1)")
            engine.run("INSERT INTO t SELECT 1000")

    with pytest.raises(EngineError, match="nothing of this landed"):
        bring_in()
    assert 0 == engine.arrow("FROM t").num_rows


def test_a_transaction_of_one_thread_is_one_turn_and_no_other_thread_sees_half_of_it() -> None:
    engine, within, seen = DuckEngine(), threading.Event(), list[int]()
    engine.run("CREATE TABLE t (a INTEGER)")

    def look() -> None:
        within.wait(10)
        seen.append(engine.arrow("FROM t").num_rows)

    other = threading.Thread(target=look)
    other.start()
    with engine.transaction():
        engine.run("INSERT INTO t VALUES (1)")
        within.set()
        time.sleep(0.1)  # the other thread asks now
        engine.turn()
        engine.run("INSERT INTO t VALUES (2)")
    other.join(10)
    assert [2] == seen


def test_the_locked_database_does_not_encrypt_by_itself(tmp_path):
    """Once it does, docs/privacy.md is to be changed, and stores can be encrypted."""
    if duckdb.__version__.startswith("1."):
        pytest.skip("the older DuckDB says it in other words")
    with (
        duckdb.connect(":memory:", config={"autoload_known_extensions": False}) as connection,
        pytest.raises(duckdb.Error, match="NOT securely encrypted"),
    ):
        connection.execute(f"ATTACH '{tmp_path / 'a.duckdb'}' AS a (ENCRYPTION_KEY 'word')")
