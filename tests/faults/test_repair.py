"""A damaged store says so, and what can be read of it is saved; the damaged file is left as it is."""

import random
import stat

import pytest
from click.testing import CliRunner

from influence.cli import main
from influence.store.engine import DuckEngine, EngineError
from influence.store.repairing import repair
from influence.store.store import Store, StoreError
from tests.kit.draws import LONG

BLOCK = 262_144
ROWS = 150_000
SHORT = 3000


@pytest.fixture(scope="module")
def healthy(tmp_path_factory):
    """The bytes of a store of activities and 3,000 people."""
    path = tmp_path_factory.mktemp("healthy") / "influence.duckdb"
    store = Store(path)
    store.engine.run(
        "INSERT INTO activity_log BY NAME SELECT range AS seq, 1 AS batch, 's' AS source, 'id' || range AS id, "
        "uuid() AS key, 'x:' || (range % 1000) AS actor, 'post' AS verb, repeat('word ', 9) || range AS text, "
        "'2026-01-01'::TIMESTAMPTZ AS time, false AS deleted, [] AS addressees, [] AS mentions FROM range(?)",
        [ROWS],
    )
    store.engine.run(
        "INSERT INTO people_log BY NAME SELECT range AS seq, 1 AS batch, 's' AS source, uuid() AS key, "
        "'p' || range AS person, ['x:' || range] AS accounts FROM range(?)",
        [SHORT],
    )
    store.engine.run("INSERT INTO batches VALUES (1, now(), 's', 'activities', ?, ?, 0, 0, 0)", [ROWS, ROWS])
    store.close()
    return path.read_bytes()


def damaged(folder, content, *places):
    """A store in which 64 bytes at each of these places are others."""
    folder.mkdir(exist_ok=True)
    path, broken = folder / "influence.duckdb", bytearray(content)
    for place in places:
        for at in range(place, min(place + 64, len(broken))):
            broken[at] ^= 0xFF
    path.write_bytes(broken)
    return path


def ids(path):
    engine = DuckEngine(path)
    found = engine.arrow("SELECT id, text FROM activity_log ORDER BY seq").to_pylist()
    engine.close()
    return {row["id"]: row["text"] for row in found}


def test_of_a_store_in_which_nothing_is_damaged_no_new_one_is_made(tmp_path, healthy):
    path = damaged(tmp_path, healthy)
    done = repair(path, tmp_path / "new.duckdb")
    assert done.whole
    assert done.path is None
    assert ["influence.duckdb"] == [file.name for file in tmp_path.iterdir()]
    assert ROWS + SHORT + 1 == sum(one.saved for one in done.tables)


@pytest.mark.parametrize("seed", range(200 if LONG else 1))
def test_what_is_saved_is_as_it_was_and_what_is_lost_is_counted(tmp_path, healthy, seed):
    chance = random.Random(seed)  # noqa: S311 - it only picks places
    places = [chance.randrange(3 * 4096, len(healthy)) for _ in range(1 + seed % 3)]
    path = damaged(tmp_path, healthy, *places)
    before, beside = path.read_bytes(), tmp_path / "new.duckdb"
    done = refusal = None
    try:
        done = repair(path, beside)
    except StoreError as refused:
        refusal = str(refused)
    assert before == path.read_bytes()
    assert not list(tmp_path.glob(".*"))
    if done is None or done.path is None:  # nothing can be read, or what was hit is a block that nothing uses
        assert done.whole if done else "nothing of it can be read" in refusal
        return
    saved = ids(beside)
    tables = {one.name: one for one in done.tables}
    assert tables["activity_log"].saved == len(saved)
    assert tables["activity_log"].lost == ROWS - len(saved)
    wrong = [one for one, text in saved.items() if text not in (None, "word " * 9 + one.removeprefix("id"))]
    assert [] == wrong
    assert "-rw-------" == stat.filemode(beside.stat().st_mode)
    again = Store(beside)  # it can be opened, and nothing is swept away
    assert len(saved) == again.engine.arrow("SELECT id FROM activities").num_rows
    again.close()


def test_a_damaged_block_costs_few_of_the_rows(tmp_path, healthy):
    path = damaged(tmp_path, healthy, 8 * BLOCK + 20_000)
    done = repair(path, tmp_path / "new.duckdb")
    (log,) = [one for one in done.tables if one.name == "activity_log"]
    assert ROWS // 3 < log.saved <= ROWS
    assert log.lost or log.poorer


def test_of_a_damaged_log_of_changes_those_before_the_damage_are_saved(tmp_path, healthy):
    path = damaged(tmp_path / "a", healthy)
    engine = DuckEngine(path)
    for n in range(30):
        engine.run("INSERT INTO people_log BY NAME SELECT ? AS person, 1 AS batch", [f"later {n}"])
    content, log = path.read_bytes(), path.with_name("influence.duckdb.wal").read_bytes()
    engine.close()
    path = damaged(tmp_path / "b", content)
    damaged(tmp_path / "b", log, log.index(b"later 15") - 30).rename(path.with_name("influence.duckdb.wal"))
    path.write_bytes(content)
    with pytest.raises(EngineError, match="influence doctor --repair"):
        DuckEngine(path)
    done = repair(path, tmp_path / "new.duckdb")
    assert done.changes_lost
    (people,) = [one for one in done.tables if one.name == "people_log"]
    assert SHORT + 5 < people.saved < SHORT + 25
    assert ROWS == len(ids(tmp_path / "new.duckdb"))


def test_the_command_says_what_was_saved_and_how_to_go_on(tmp_path, healthy):
    def typed(*words):
        done = CliRunner().invoke(main, [*words, "-w", str(tmp_path)], catch_exceptions=False)
        return done.exit_code, done.output

    path = damaged(tmp_path, healthy, *range(2 * BLOCK, len(healthy) - BLOCK, 5 * BLOCK))
    engine = DuckEngine(path)
    with pytest.raises(EngineError, match="save what can be read with influence doctor --repair"):
        engine.arrow("SELECT sum(hash(COLUMNS(*))) FROM activity_log")
    engine.close()
    code, told = typed("doctor", "--repair")
    assert 0 == code
    assert "lost" in told or "without a text" in told
    new = tmp_path / "influence.repaired.duckdb"
    assert f"mv {new} {path}" in told
    code, told = typed("doctor", "--repair")
    assert (1, True) == (code, "is there already" in told)
    new.replace(path)
    assert (0, True) == (typed("doctor")[0], "Nothing is damaged" in typed("doctor", "--repair")[1])


@pytest.mark.parametrize("content", [b"", b"words and words " * 2000])
def test_of_what_is_no_database_nothing_is_saved_and_that_is_said(tmp_path, content):
    (tmp_path / "influence.duckdb").write_bytes(content or b"\0" * 20_000)
    done = CliRunner().invoke(main, ["doctor", "--repair", "-w", str(tmp_path)], catch_exceptions=False)
    assert 1 == done.exit_code
    assert "nothing of it can be read" in done.output
    assert ["influence.duckdb"] == [file.name for file in tmp_path.iterdir()]
