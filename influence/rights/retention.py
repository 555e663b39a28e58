"""How long what was brought in is kept, by service or source and by kind; what is older goes for good."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import pyarrow as pa

from influence.contract.errors import InfluenceError
from influence.contract.records import Verb
from influence.settings import PERIOD
from influence.store.engine import Engine, Parameters
from influence.store.store import Store

_UNITS = {"d": "DAY", "w": "WEEK", "m": "MONTH", "y": "YEAR"}
_MEETING, _NUMBERS = "meeting", "numbers"
KINDS = (*(str(verb) for verb in Verb), _MEETING, _NUMBERS)
"""What a kind may be: what somebody did, a meeting, or the numbers that a service tells of its reach."""
_ALIASES = {"mail": "email"}
_OLD = "SELECT CAST($now AS TIMESTAMPTZ) - INTERVAL {length} AS since"
_WHENCE = "(source = $what OR starts_with({account}, $system || ':'))"
_LOGS = {
    "activity_log": ("time", _WHENCE.format(account="actor")),
    "encounter_log": (
        "time",
        "(source = $what OR evidence = $what "
        "OR len(list_filter(people, lambda one: starts_with(one, $system || ':'))) > 0)",
    ),
    "exposure_log": ("time", _WHENCE.format(account="account")),
}


class RetentionError(InfluenceError):
    """A rule that cannot be meant, in one sentence."""


@dataclass(frozen=True)
class Rule:
    """What is kept how long: of a service, an evidence or a source, all of it or one kind."""

    written: str
    what: str
    kind: str | None
    length: str

    def logs(self) -> Sequence[str]:
        """Return the tables that it is about."""
        match self.kind:
            case None:
                return list(_LOGS)
            case "meeting":
                return ["encounter_log"]
            case "numbers":
                return ["exposure_log"]
        return ["activity_log"]

    def since(self, engine: Engine, now: datetime) -> datetime:
        """Return from when on it is kept."""
        number, unit = self.length[:-1], self.length[-1]
        found = engine.arrow(_OLD.format(length=f"{number} {_UNITS[unit]}"), {"now": now}).to_pylist()[0][
            "since"
        ]
        return found if isinstance(found, datetime) else now


def rules(settings: Mapping[str, str]) -> list[Rule]:
    """Read the rules of `[retention]`.

    >>> [(rule.what, rule.kind, rule.length) for rule in rules({"mail": "2y", "slack.message": "1y"})]
    [('email', None, '2y'), ('slack', 'message', '1y')]

    Raises:
        RetentionError: a length is none.
    """
    found = []
    for written, length in settings.items():
        what, dot, kind = written.rpartition(".")
        what, kind = (what, kind) if dot and kind in KINDS else (written, "")
        if not PERIOD.fullmatch(length):
            raise RetentionError(f"[retention] {written} = {length!r} is not a length such as 90d, 6m or 2y")
        found.append(Rule(written, _ALIASES.get(what, what), kind or None, length))
    return found


@dataclass(frozen=True)
class Pruned:
    """How many rows each rule took out, or would: by the rule as it is written, then by table.

    `idle` are rules about which nothing is here: no source, service or evidence is called so.
    """

    rows: Mapping[str, Mapping[str, int]]
    idle: Sequence[str] = ()

    @property
    def total(self) -> int:
        """How many rows that are together."""
        return sum(sum(tables.values()) for tables in self.rows.values())


def prune(
    store: Store, wanted: Sequence[Rule], *, now: datetime | None = None, rehearse: bool = False
) -> Pruned:
    """Take out what is older than the rules say, and write the file anew where anything was; or only count it.

    What goes with an item goes as well: its terms, copies, in whose sent mail it lay. What answers it stays. A row of
    before a rule that comes in again goes again.

    Raises:
        EngineError: the disk is full, or the store is in use.
    """
    if not wanted:
        return Pruned({})
    moment, engine, counts = now or datetime.now(UTC), store.engine, {}
    idle = [rule.written for rule in wanted if not _concerns(engine, rule)]
    with engine.transaction():
        for rule in wanted:
            counts[rule.written] = _applied(engine, rule, moment, rehearse=rehearse)
        done = Pruned(counts, idle)
        if done.total and not rehearse:
            _with_them(engine)
            store.owe()
    if done.total and not rehearse:
        store.rewrite()
    return done


def _concerns(engine: Engine, rule: Rule) -> bool:
    given = {"what": rule.what, "system": rule.what}
    return any(
        _rows(engine, f"SELECT count(*) AS n FROM (FROM {log} WHERE {whence} LIMIT 1)", given)
        for log, (_, whence) in _LOGS.items()
    )


def _applied(engine: Engine, rule: Rule, now: datetime, *, rehearse: bool) -> dict[str, int]:
    given = {"what": rule.what, "system": rule.what, "since": rule.since(engine, now)}
    counts = {}
    for log in rule.logs():
        time, whence = _LOGS[log]
        where = f"{time} < $since AND {whence}"
        if log == "activity_log" and rule.kind:
            where += f" AND verb = '{rule.kind}'"
        rows = _rows(engine, f"SELECT count(*) AS n FROM {log} WHERE {where}", given)
        if rows and not rehearse:
            engine.run(f"DELETE FROM {log} WHERE {where}", given)
        counts[log] = rows
    return {log: rows for log, rows in counts.items() if rows}


def _with_them(engine: Engine) -> None:
    """Take out what belongs to items that are here no more."""
    engine.run("DELETE FROM term_log WHERE key NOT IN (SELECT key FROM activity_log)")
    engine.run("DELETE FROM sent_log WHERE id NOT IN (SELECT id FROM activity_log)")
    engine.run("DELETE FROM copies WHERE original NOT IN (SELECT id FROM activity_log)")
    engine.run(
        "DELETE FROM encounter_log "
        "WHERE starts_with(id, 'words:') AND substr(id, 7) NOT IN (SELECT id FROM activity_log)"
    )


def _rows(engine: Engine, sql: str, given: Parameters) -> int:
    table: pa.Table = engine.arrow(sql, given)
    return int(table.column("n")[0].as_py())
