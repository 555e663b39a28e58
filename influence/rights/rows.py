"""The rows of the store without one person: what is theirs goes, what is of others stays, without them.

Everything here runs within one transaction of whoever asks.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import pyarrow as pa

from influence.rights.told import told_without
from influence.rights.traces import Traces
from influence.store.engine import Engine

_ITEMS = """
    WITH theirs AS (SELECT DISTINCT id FROM activity_log WHERE actor IN (FROM gone)),
    named AS (SELECT id FROM theirs UNION SELECT c.id FROM copies c JOIN theirs t ON c.original = t.id)
    SELECT id, 'forgotten:' || uuid() AS nothing FROM named"""
"""Their items, also by the ids of copies; what answers them answers nothing that leads anywhere."""
_KEYS = "SELECT DISTINCT key FROM activity_log WHERE actor IN (FROM gone)"
_OTHERS = "list_filter({list}, lambda one: NOT list_contains($gone, one))"
_NAMES = "list_has_any({list}, $gone)"
_DECIDED = f"""{_NAMES.format(list="accounts")}
    OR len(others) > 0 AND len({_OTHERS.format(list="others")}) = 0
    OR list_has_any(string_split(coalesce(value, ''), ' '), (SELECT coalesce(list(id), []) FROM gone_items))"""
_THEIRS = {
    "term_log": "key IN (SELECT key::UUID FROM gone_keys)",
    "sent_log": "id IN (SELECT id FROM gone_items) OR outbox IN (FROM gone) OR typist IN (FROM gone)",
    "copies": "id IN (SELECT id FROM gone_items) OR original IN (SELECT id FROM gone_items)",
    "exposure_log": "account IN (FROM gone) OR id IN (SELECT id FROM gone_items)",
    "encounter_log": f"""absent IN (FROM gone) OR {_NAMES.format(list="people")}
        AND len({_OTHERS.format(list="people")}) < 2
        OR id IN (SELECT 'words:' || id FROM gone_items)""",
    "activity_log": "actor IN (FROM gone)",
    "people_log": f"person IN (FROM gone) OR {_NAMES.format(list='accounts')}",
    "tie_log": "source IN (FROM gone) OR target IN (FROM gone)",
    "decision_log": f"{_DECIDED} OR undoes IN (SELECT seq FROM decision_log WHERE {_DECIDED})",
    "link_log": "one IN (FROM gone) OR other IN (FROM gone)",
    "snapshot_log": "leader IN (FROM gone)",
    "baseline_log": "leader IN (FROM gone)",
    "release_log": "leader IN (FROM gone)",
    "note_log": "leader IN (FROM gone) OR about IN (FROM gone)",
}
"""What is theirs, table by table, in the order in which it goes."""
_BESIDE = (
    ("activity_log", "addressees", _OTHERS.format(list="addressees"), _NAMES.format(list="addressees")),
    ("activity_log", "mentions", _OTHERS.format(list="mentions"), _NAMES.format(list="mentions")),
    *(
        (
            "activity_log",
            name,
            f"(SELECT nothing FROM gone_items g WHERE g.id = {name})",
            f"{name} IN (SELECT id FROM gone_items)",
        )
        for name in ("parent", "conversation")
    ),
    ("encounter_log", "people", _OTHERS.format(list="people"), _NAMES.format(list="people")),
    ("people_log", "manager", "NULL", "manager IN (FROM gone)"),
    ("decision_log", "others", _OTHERS.format(list="others"), _NAMES.format(list="others")),
)
"""Where they stand in rows of others: table, column, what it becomes, and in which rows."""
TOLD = ("snapshot_log", "baseline_log")
"""Tables that keep what was told as JSON, compressed."""
_ACCOUNTS = frozenset(
    (
        *(
            "actor",
            "addressees",
            "mentions",
            "people",
            "absent",
            "accounts",
            "others",
            "one",
            "other",
            "target",
        ),
        *("account", "outbox", "typist", "person", "manager", "leader", "leaders", "mark", "chained"),
    )
)
"""Columns that hold whole accounts: another's may contain theirs."""
_APART = frozenset(("forgotten_log", "reading_log"))
"""Tables that name nobody, or are sealed and seen to by `Readings`."""
_GOES_WHOLE = frozenset(("cursors", "quarantine"))
"""Tables whose row goes where it names them: a pull begins anew, and what was set aside is only told of."""


def taken_out(engine: Engine, traces: Traces) -> dict[str, Counter[str]]:
    """Take somebody out of all tables; return how many rows of each were `removed` and how many `changed`."""
    return _Rows(engine, traces).taken_out()


def left(engine: Engine, traces: Traces) -> dict[str, int]:
    """Return in how many rows of which columns somebody is named still: where all went well, in none."""
    return _Rows(engine, traces).left()


def as_table(traces: Traces) -> pa.Table:
    """Return somebody's accounts and ids, as the statements here read them."""
    return pa.table({"account": pa.array(sorted(traces.exact), pa.string())})


@dataclass(frozen=True)
class _Text:
    """One column of text of one table; `listed` where it holds lists of them."""

    table: str
    column: str
    listed: bool

    @property
    def value(self) -> str:
        return f"array_to_string({self.column}, chr(10))" if self.listed else self.column

    @property
    def swept(self) -> bool:
        """Whether somebody may stand in it within a text."""
        holds_accounts = self.column in _ACCOUNTS or (self.table, self.column) == ("tie_log", "source")
        return self.table not in _APART and not holds_accounts

    def without(self, pattern: str) -> str:
        """Return what it becomes; twice, since two may share the character between them."""
        cleaned = "x" if self.listed else self.column
        for _ in range(2):
            cleaned = f"regexp_replace({cleaned}, {pattern}, '\\1\\3', 'g')"
        if not self.listed:
            return cleaned
        return f"list_filter(list_transform({self.column}, lambda x: {cleaned}), lambda x: x <> '')"


class _Rows:
    """The statements about one person in one store."""

    def __init__(self, engine: Engine, traces: Traces) -> None:
        self._engine, self._traces = engine, traces
        self._gone = sorted(traces.exact)
        self._patterns = ["'" + one.replace("'", "''") + "'" for one in traces.patterns]
        self._empty = _empty(engine)
        engine.offer("gone", as_table(traces))

    def taken_out(self) -> dict[str, Counter[str]]:
        self._engine.offer("gone_items", self._engine.arrow(_ITEMS))
        self._engine.offer("gone_keys", self._engine.arrow(_KEYS))
        removed, changed = Counter[str](), Counter[str]()
        for table, theirs in _THEIRS.items():
            removed[table] += self._delete(table, theirs)
        for table, column, becomes, where in _BESIDE:
            changed[table] += self._update(table, f"{column} = {becomes}", where)
        for table in TOLD:
            changed[table] += self._tell_again(table)
        for text in filter(lambda text: text.swept, texts(self._engine)):
            (removed if text.table in _GOES_WHOLE else changed)[text.table] += self._sweep(text)
        return {"removed": +removed, "changed": +changed}

    def left(self) -> dict[str, int]:
        found = {}
        for text in texts(self._engine):
            whole = _NAMES.format(list=text.column) if text.listed else f"{text.column} IN (FROM gone)"
            within = " OR ".join(f"regexp_matches({text.value}, {one})" for one in self._patterns)
            if rows := self._count(text.table, within or "false" if text.swept else whole):
                found[f"{text.table}.{text.column}"] = rows
        return found

    def _sweep(self, text: _Text) -> int:
        """Take them out of a column of texts, or the rows that name them out of the table."""
        rows = 0
        for pattern in self._patterns:
            where = f"regexp_matches({text.value}, {pattern})"
            if text.table in _GOES_WHOLE:
                rows += self._delete(text.table, where)
            else:
                rows += self._update(text.table, f"{text.column} = {text.without(pattern)}", where)
        return rows

    def _tell_again(self, table: str) -> int:
        changed = 0
        for row in self._engine.arrow(f"SELECT seq FROM {table} ORDER BY seq").to_pylist():
            told = self._engine.arrow(f"SELECT told FROM {table} WHERE seq = ?", [row["seq"]])["told"][
                0
            ].as_py()
            after = told_without(told, self._traces)
            if after is not None:
                self._engine.run(f"UPDATE {table} SET told = ? WHERE seq = ?", [after, row["seq"]])
                changed += 1
        return changed

    def _delete(self, table: str, where: str) -> int:
        rows = self._count(table, where)
        if rows:
            self._run(f"DELETE FROM {table} WHERE {where}")
        return rows

    def _update(self, table: str, becomes: str, where: str) -> int:
        rows = self._count(table, where)
        if rows:
            self._run(f"UPDATE {table} SET {becomes} WHERE {where}")
        return rows

    def _count(self, table: str, where: str) -> int:
        if table in self._empty:
            return 0
        sql = f"SELECT count(*) AS n FROM {table} WHERE {where}"
        return int(self._engine.arrow(sql, self._given(sql))["n"][0].as_py())

    def _run(self, sql: str) -> None:
        self._engine.run(sql, self._given(sql))

    def _given(self, sql: str) -> dict[str, list[str]]:
        return {"gone": self._gone} if "$gone" in sql else {}


def _empty(engine: Engine) -> frozenset[str]:
    """Return the tables that hold nothing, which need not be asked column by column."""
    names = engine.arrow("SELECT table_name AS name FROM duckdb_tables() ORDER BY ALL")["name"].to_pylist()
    asked = " UNION ALL ".join(f"SELECT '{name}' AS name WHERE NOT EXISTS (FROM {name})" for name in names)
    return frozenset(engine.arrow(asked)["name"].to_pylist())


def texts(engine: Engine) -> list[_Text]:
    """List every column of text in every table; views show nothing of their own."""
    rows = engine.arrow("""
        SELECT c.table_name AS "table", c.column_name AS "column", c.data_type = 'VARCHAR[]' AS listed
        FROM information_schema.columns c JOIN information_schema.tables t USING (table_schema, table_name)
        WHERE t.table_type = 'BASE TABLE' AND c.data_type IN ('VARCHAR', 'VARCHAR[]')
        ORDER BY c.table_name, c.column_name""")
    return [_Text(**row) for row in rows.to_pylist()]
