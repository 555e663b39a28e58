"""A lake holds all that a store holds, and nothing that is not whole is ever taken for one."""

from __future__ import annotations

import json
import re
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from influence import Workspace
from influence.contract.records import (
    Activity,
    Encounter,
    Evidence,
    Modality,
    Person,
    SetAside,
    Tie,
    Verb,
)
from influence.store.lake import LOGS, OLDEST, LakeError, open_lake, take_lake, write_lake
from influence.store.schema import LATER, VERSION, VIEWS, added_since
from influence.store.store import Store
from tests.kit.draws import draws

START = datetime(2026, 1, 29, 9, tzinfo=UTC)


def told(store: Store) -> dict[str, list[dict[str, object]]]:
    """Every row of every table, in order."""
    return {
        kind: store.engine.arrow(f"FROM {log} ORDER BY ALL").to_pylist() for kind, log in LOGS.items()
    } | {"meta": store.engine.arrow("FROM meta ORDER BY ALL").to_pylist()}


def a_store(rows: list[tuple[int, int, bool]]) -> Store:
    """A store of a batch for each row: an answer of some day, or its deletion, a meeting, a person and a tie."""
    store = Store(keep_terms=True)
    for n, (day, who, deleted) in enumerate(rows):
        when, account = START + timedelta(days=day), f"x:{who}"
        answer = Activity(
            f"m{day}",
            when,
            account,
            Verb.REPLY,
            parent="m0",
            text="the budget",
            subject="Budget",
            deleted=deleted,
        )
        meeting = Encounter((account, "x:9"), Modality.ONLINE, Evidence.CALENDAR, when, id=f"e{n}")
        with store.batch(f"source {n % 2}", "activities") as batch:
            for record in (
                answer,
                meeting,
                Person(f"p{who}", "Bo Ek", (account,)),
                Tie(account, "x:9", "met"),
            ):
                batch.add(record, "log.jsonl")
            batch.add(SetAside("no time", 3), "log.jsonl")
    return store


ROWS = st.lists(st.tuples(st.integers(0, 6), st.integers(0, 2), st.booleans()), max_size=6)


@settings(max_examples=draws(3, 8), deadline=None)
@given(rows=ROWS)
def test_what_comes_back_is_what_was_there(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[int, int, bool]]
) -> None:
    folder = tmp_path_factory.mktemp("lakes") / "lake"
    there, back = a_store(rows), Store()
    written = write_lake(there.engine, folder)
    assert written == take_lake(back, folder)
    assert told(there) == told(back)


@pytest.fixture
def lake(tmp_path: Path) -> Path:
    write_lake(a_store([(0, 1, False), (1, 2, False), (6, 1, False), (1, 2, True)]).engine, tmp_path / "lake")
    return tmp_path / "lake"


def test_activities_and_encounters_lie_by_month_and_other_engines_read_them(lake: Path) -> None:
    months = {"month=2026-01", "month=2026-02"}
    assert [months, months] == [
        {each.name for each in (lake / kind).iterdir()} for kind in ("activities", "encounters")
    ]
    february = pq.read_table(lake / "activities" / "month=2026-02" / "part-0.parquet")
    assert ["m6"] == february["id"].to_pylist()
    assert [16] == [len(key) for key in february["key"].to_pylist()]


def test_nobody_else_may_look_into_a_lake(lake: Path) -> None:
    assert 0o700 == lake.stat().st_mode & 0o777
    assert 0o600 == (lake / "secret").stat().st_mode & 0o777


def test_what_is_imported_afterwards_is_known_again(lake: Path) -> None:
    store = Store()
    take_lake(store, lake)
    with store.batch("source 0", "activities") as batch:
        batch.add(
            Activity("m0", START, "x:1", Verb.REPLY, parent="m0", text="the budget", subject="Budget"),
            "again",
        )
    assert (0, 1) == (batch.summary.stored, batch.summary.known)


def test_a_file_that_is_missing_cut_or_changed_is_named_and_nothing_of_the_lake_lands(lake: Path) -> None:
    file = lake / "activities" / "month=2026-02" / "part-0.parquet"
    whole = file.read_bytes()
    wrong = {
        "cannot be read": lambda: file.unlink(),
        "Parquet": lambda: file.write_bytes(whole[:50]),
        "has no column 'verb'": lambda: pq.write_table(
            pq.read_table(pa.BufferReader(whole)).drop_columns("verb"), file
        ),
        "holds 0 rows where lake.json tells of 1": lambda: pq.write_table(
            pq.read_table(pa.BufferReader(whole)).slice(1), file
        ),
        "Unsupported cast|Failed to parse|cannot be read": lambda: pq.write_table(
            _with_lists_for_verbs(whole), file
        ),
    }
    for reason, harm in wrong.items():
        harm()
        store = Store()
        with pytest.raises(LakeError, match=reason) as told_of:
            take_lake(store, lake)
        assert str(file) in str(told_of.value)
        assert all(not rows for kind, rows in told(store).items() if kind != "meta")


def _with_lists_for_verbs(whole: bytes) -> pa.Table:
    rows = pq.read_table(pa.BufferReader(whole))
    at = rows.schema.get_field_index("verb")
    return rows.set_column(at, "verb", pc.split_pattern(rows["verb"], ","))


def of_store_7(lake: Path) -> None:
    """Make a lake what a store of version 7 wrote, which knew no tags, ratings, reactions, tones and outcomes."""
    for kind, log in LOGS.items():
        for file in (lake / kind).rglob("*.parquet"):
            rows = pq.read_table(file, partitioning=None)
            pq.write_table(rows.drop_columns(sorted(added_since(7)[log])), file)
    body = json.loads((lake / "lake.json").read_text())
    (lake / "lake.json").write_text(json.dumps(body | {"store": 7}))


NOT_IN_A_LAKE = {"snapshot_log", "baseline_log", "note_log", "forgotten_log", "reading_log", "release_log"}


def test_since_the_oldest_lake_that_is_read_only_columns_came() -> None:
    for version in range(OLDEST + 1, VERSION + 1):
        whole = LATER[version].removesuffix("".join(VIEWS)).split(";")
        for statement in filter(None, (" ".join(one.split()) for one in whole)):
            made = re.match(r"CREATE TABLE IF NOT EXISTS (\w+)", statement)
            column = re.fullmatch(r"ALTER TABLE \w+ ADD COLUMN IF NOT EXISTS .*", statement)
            filled = statement.startswith(
                "UPDATE batches SET again = "
            )  # of a lake it stays empty: nothing is known
            assert column or filled or (made and made[1] in NOT_IN_A_LAKE), statement


def test_a_lake_of_an_older_store_is_read_and_what_it_did_not_know_is_empty(lake: Path) -> None:
    new, old = Store(), Store()
    take_lake(new, lake)
    of_store_7(lake)
    take_lake(old, lake)
    later = {name: None for columns in added_since(7).values() for name in columns}
    emptied = {
        kind: [{name: later.get(name, value) for name, value in row.items()} for row in rows]
        for kind, rows in told(new).items()
    }
    assert emptied == told(old)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"store": 6}, "another version"),
        ({"store": VERSION + 1}, "another version"),
        ({"store": [8]}, "not what"),
        ({"schema": "influence.lake/2"}, "another version"),
        ({"files": {"../secret": 1}}, "names the file"),
        ({"files": {"/etc/passwd": 1}}, "names the file"),
        ({"files": {"activities/../../x": 1}}, "names the file"),
        ({"files": []}, "not what"),
        ({"meta": None}, "not what"),
    ],
    ids=(
        "a store too old",
        "a newer store",
        "a store of no number",
        "another schema",
        "outside",
        "elsewhere",
        "by a detour",
        "no files",
        "nothing known",
    ),
)
def test_a_lake_that_tells_of_itself_otherwise_is_refused(
    lake: Path, change: dict[str, object], reason: str
) -> None:
    body = json.loads((lake / "lake.json").read_text())
    (lake / "lake.json").write_text(json.dumps(body | change))
    with pytest.raises(LakeError, match=reason):
        open_lake(lake)


def test_what_is_no_lake_or_lacks_its_secret_is_refused(lake: Path, tmp_path: Path) -> None:
    (lake / "secret").unlink()
    with pytest.raises(LakeError, match="lacks its file 'secret'"):
        take_lake(Store(), lake)
    with pytest.raises(LakeError, match=r"no lake: its lake\.json cannot be read \(No such file"):
        take_lake(Store(), tmp_path)


def test_a_lake_goes_only_into_a_workspace_that_holds_nothing(lake: Path) -> None:
    store = a_store([(0, 1, False)])
    before = told(store)
    with pytest.raises(LakeError, match="holds something already"):
        take_lake(store, lake)
    assert before == told(store)


def test_of_two_who_write_one_lake_the_first_keeps_it(lake: Path, tmp_path: Path) -> None:
    held = sorted(lake.rglob("*"))
    with pytest.raises(LakeError, match="holds something already"):
        write_lake(Store().engine, lake)
    other = tmp_path / "other"

    def meanwhile(_: str) -> None:
        if not other.exists():
            shutil.copytree(lake, other)

    with pytest.raises(LakeError, match="other was filled by another program meanwhile; what it wrote stays"):
        write_lake(a_store([(0, 1, False)]).engine, other, meanwhile)
    assert [each.relative_to(lake) for each in held] == sorted(
        each.relative_to(other) for each in other.rglob("*")
    )
    assert {"lake", "other"} == {each.name for each in tmp_path.iterdir()}


def test_a_folder_that_is_there_and_empty_is_filled(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    assert {
        "batches": 1,
        "activities": 1,
        "encounters": 1,
        "people": 1,
        "ties": 1,
        "terms": 1,
        "aside": 1,
    } == dict(write_lake(a_store([(0, 1, False)]).engine, tmp_path / "empty").rows)


def test_a_report_from_a_lake_is_the_report(invented, tmp_path: Path) -> None:
    workspace, leader = invented(tmp_path / "demo")
    with workspace:
        before = workspace.report(leader, measures=["exchange", "two-way"])
        workspace.export_lake(tmp_path / "lake")
    with Workspace.create(tmp_path / "again") as again:
        shutil.copy(tmp_path / "demo" / "influence.toml", tmp_path / "again")
    with Workspace(tmp_path / "again") as again:
        again.import_lake(tmp_path / "lake")
        assert before == again.report(leader, measures=["exchange", "two-way"])
