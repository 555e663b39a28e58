"""Somebody asks to be forgotten: out of every table, file and worked-out table, for good, and kept out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from influence.contract.errors import InfluenceError
from influence.rights import rows
from influence.rights.folder import Held, emptied, naming, taken_away, unlisted
from influence.rights.readings import Readings
from influence.rights.traces import Traces
from influence.store.forgotten import mark
from influence.store.store import Store


class ForgetError(InfluenceError):
    """Somebody could not be forgotten whole, and nothing was taken out of the store."""


@dataclass(frozen=True)
class Place:
    """Where a workspace keeps what: its folder, settings, database, reports and secrets; `passing` is what may go."""

    folder: Path
    settings: Path
    database: Path
    reports: Path
    passing: Sequence[Path]
    secrets: Path

    def files_naming(self, traces: Traces) -> tuple[list[Held], list[Held]]:
        """List the reports that name somebody or cannot be looked into, and the user's other files here that do."""
        log = self.database.with_name(f"{self.database.name}.wal")
        found = naming(self.folder, traces, [self.database, log, self.secrets])
        apart = [one for one in found if not set(self.passing) & set(one.file.parents)]
        reports = [one for one in apart if self.reports in one.file.parents]
        return reports, [one for one in apart if one not in reports]


@dataclass(frozen=True)
class Receipt:
    """What forgetting took out, without saying whom.

    `removed` and `changed` count rows by table, `kinds` the items by what they were, `worked_out` and `reports` files
    that were taken away (of the former also copies that were sent here and left before they were read), `lists` the
    lists of the settings. `held` names files that may name them still, with why.
    """

    done: str
    removed: Mapping[str, int]
    changed: Mapping[str, int]
    kinds: Mapping[str, int]
    marks: int
    worked_out: int
    reports: int
    lists: int
    held: Sequence[tuple[str, str]]
    database: str

    def as_json(self) -> dict[str, Any]:
        """Return the receipt as a mapping."""
        return asdict(self)


def forget(store: Store, place: Place, traces: Traces, key: bytes, *, reports: bool) -> Receipt:
    """Take somebody out for good: of the files, then of the store in one transaction, then of its file's bytes.

    Killed before the transaction ends, the store is as it was and the same command begins again; killed after it,
    whoever opens the store next ends the writing. `reports` takes away the reports that name them, or that nobody can
    look into.

    Raises:
        ForgetError: somebody would be named still; nothing was taken out of the store.
        EngineError: the disk is full, or the store is in use.
        OSError: a file cannot be taken away.
    """
    gone = taken_away([one.file for one in place.files_naming(traces)[0]]) if reports else 0
    lists, worked_out = unlisted(place.settings, traces), sum(map(emptied, place.passing))
    engine = store.engine
    with engine.transaction():
        kinds = kinds_of(store, traces)
        done = rows.taken_out(engine, traces)
        done["changed"]["reading_log"] += Readings(engine, lambda: key).taken_out(traces)
        if left := rows.left(engine, traces):
            raise ForgetError(
                f"they would still stand in {', '.join(left)}; nothing was taken out, please report this"
            )
        _remember(store, key, traces.marked)
        store.owe()
    store.rewrite()
    for folder in place.passing:
        emptied(folder)
    written, others = place.files_naming(traces)
    return Receipt(
        done=datetime.now(UTC).isoformat(timespec="seconds"),
        removed=dict(done["removed"]),
        changed=dict(+done["changed"]),
        kinds=kinds,
        marks=len(traces.marked),
        worked_out=worked_out,
        reports=gone,
        lists=lists,
        held=[(str(one.file), one.why) for one in (*written, *others)],
        database=str(place.database),
    )


def kinds_of(store: Store, traces: Traces) -> dict[str, int]:
    """Count what somebody did, by what it was: post, reply, message and so on."""
    store.engine.offer("gone", rows.as_table(traces))
    found = store.engine.arrow(
        "SELECT verb, count(*) AS n FROM activity_log WHERE actor IN (FROM gone) GROUP BY verb ORDER BY verb"
    )
    return {row["verb"]: row["n"] for row in found.to_pylist()}


def _remember(store: Store, key: bytes, accounts: Sequence[str]) -> None:
    """Keep the marks by which they are known if they come in again."""
    now = datetime.now(UTC)
    for account in accounts:
        store.engine.run(
            "INSERT INTO forgotten_log SELECT coalesce(max(seq), 0) + 1, ?, ? FROM forgotten_log",
            [now, mark(key, account)],
        )
