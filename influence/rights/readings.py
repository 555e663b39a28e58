"""Who read whose report: a log that only grows, each row sealed with the one before it, so that a change shows.

The seal is HMAC-SHA256 (RFC 2104) under the workspace's key, chained as Schneier and Kelsey 1999,
doi:10.1145/317087.317089. Whoever has the key and the file can write another log; who has only the file cannot.
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from influence.people.decisions import this_user
from influence.rights.traces import Traces
from influence.store.engine import Engine
from influence.store.forgotten import mark

_HEAD = "readings"
"""What stands in `meta`: the number of the last row and its seal, sealed again, so that rows cut off at the end are
missed, and nobody without the key can say that the log ends earlier."""
_ENDS = "the log ends with"
_GONE = "forgotten:"
"""What stands before the mark of somebody whose name was taken out of the log: the seal is over the mark, and holds."""


@dataclass(frozen=True)
class Reading:
    """One reading: who (the user of this machine), by which command, about which leaders (ids), on which basis."""

    seq: int
    read: datetime
    reader: str
    command: str
    leaders: tuple[str, ...]
    basis: str | None
    chained: str


class Readings:
    """The log of readings in one store; `key` gives what it is sealed with.

    >>> from influence.store.store import Store
    >>> readings = Readings(Store().engine, lambda: b"key")
    >>> readings.record("report", ["p1"], by="ann")
    >>> [(one.reader, one.command, one.leaders) for one in readings.all()], readings.broken()
    ([('ann', 'report', ('p1',))], [])
    """

    def __init__(self, engine: Engine, key: Callable[[], bytes]) -> None:
        self._engine, self._key = engine, key

    def record(
        self, command: str, leaders: Sequence[str], basis: str | None = None, *, by: str | None = None
    ) -> None:
        """Add a reading, in a transaction of its own."""
        key, now, reader = self._key(), datetime.now(UTC), by or this_user()
        with self._engine.transaction():
            number, before = self._end(key)
            row = Reading(number + 1, now, reader, command, tuple(sorted(set(leaders))), basis, "")
            sealed = _seal(key, before, row)
            self._engine.run(
                "INSERT INTO reading_log VALUES (?, ?, ?, ?, ?, ?, ?)",
                [row.seq, now, reader, command, list(row.leaders), basis, sealed],
            )
            self._engine.run("DELETE FROM meta WHERE key = ?", [_HEAD])
            self._engine.run("INSERT INTO meta VALUES (?, ?)", [_HEAD, _head(key, row.seq, sealed)])

    def all(self) -> list[Reading]:
        """List every reading, the oldest first."""
        rows = self._engine.arrow("SELECT * FROM reading_log ORDER BY seq").to_pylist()
        return [Reading(**{**row, "leaders": tuple(row["leaders"] or ())}) for row in rows]

    def about(self, ids: Iterable[str]) -> list[Reading]:
        """List the readings about somebody, by their ids."""
        wanted = set(ids)
        return [one for one in self.all() if wanted & {*one.leaders}]

    def broken(self) -> list[str]:
        """Say where the log is not as it was written: a row that was changed, taken out or cut off.

        Raises:
            InfluenceError: there are readings, and the key is nowhere.
        """
        rows = self.all()
        head = self._head()
        if not rows and head is None:
            return []
        key = self._key()
        return [*_breaks(key, rows), *_cut(key, rows, head)]

    def taken_out(self, traces: Traces) -> int:
        """Put the marks of somebody where their ids stood, and of a basis that names them; return in how many rows."""
        key, changed = self._key(), 0
        for row in self.all():
            leaders = [_hidden(key, one) if one in traces.exact else one for one in row.leaders]
            basis = row.basis
            if basis is not None and (traces.is_one(basis) or traces.names_them(basis)):
                basis = _hidden(key, basis)
            if (leaders, basis) != ([*row.leaders], row.basis):
                self._engine.run(
                    "UPDATE reading_log SET leaders = ?, basis = ? WHERE seq = ?", [leaders, basis, row.seq]
                )
                changed += 1
        return changed

    def _end(self, key: bytes) -> tuple[int, str]:
        """Return what the next row follows: the end that was sealed, though the rows before it be gone.

        Where the end is not as it was sealed, the row follows whatever stands there, and its seal will not hold.
        """
        head = self._head()
        if head is not None and (end := _end_of(key, head)) is not None:
            return end
        rows = self._engine.arrow("SELECT coalesce(max(seq), 0) AS seq FROM reading_log").to_pylist()
        return int(rows[0]["seq"]), head or ""

    def _head(self) -> str | None:
        rows = self._engine.arrow("SELECT value FROM meta WHERE key = ?", [_HEAD]).to_pylist()
        return str(rows[0]["value"]) if rows else None


def _head(key: bytes, number: int, sealed: str) -> str:
    return f"{number} {sealed} {mark(key, f'{_ENDS} {number} {sealed}')}"


def _end_of(key: bytes, head: str) -> tuple[int, str] | None:
    """Return the number and the seal of the last row, as the end tells; None where it was not sealed with the key."""
    number, sealed, _ = (*head.split(" "), "", "")[:3]
    whole = number.isdecimal() and hmac.compare_digest(
        head.encode("utf-8", "backslashreplace"), _head(key, int(number[:18]), sealed).encode()
    )
    return (int(number), sealed) if whole else None


def _breaks(key: bytes, rows: Sequence[Reading]) -> Iterator[str]:
    before, expected = "", 1
    for row in rows:
        when = row.read.isoformat(timespec="seconds")
        if row.seq != expected:
            yield f"the log of readings is broken: {expected} to {row.seq - 1} are missing before reading {row.seq}"
        elif not hmac.compare_digest(row.chained, _seal(key, before, row)):
            yield f"the log of readings is broken at reading {row.seq} ({when}): it was changed after it was written"
        before, expected = row.chained, row.seq + 1


def _cut(key: bytes, rows: Sequence[Reading], head: str | None) -> Iterator[str]:
    last = (rows[-1].seq, rows[-1].chained) if rows else (0, "")
    end = None if head is None else _end_of(key, head)
    if head is None:
        yield "the log of readings is broken: what says how long it is was taken out"
    elif end is None:
        yield "the log of readings is broken: what says how long it is was not sealed with the key of this workspace"
    elif end[0] > last[0]:
        yield f"the log of readings is broken: readings {last[0] + 1} to {end[0]} were cut off at its end"
    elif end != last:
        yield f"the log of readings is broken: {end[0]} readings were written, and {last[0]} are there"


def _seal(key: bytes, before: str, row: Reading) -> str:
    told: list[Any] = [
        *(before, row.seq, row.read.astimezone(UTC).isoformat(), row.reader, row.command),
        [_marked(key, one) for one in row.leaders],
        None if row.basis is None else _marked(key, row.basis),
    ]
    return mark(key, json.dumps(told, ensure_ascii=True))


def _marked(key: bytes, text: str) -> str:
    return text.removeprefix(_GONE) if text.startswith(_GONE) else mark(key, text)


def _hidden(key: bytes, text: str) -> str:
    return text if text.startswith(_GONE) else _GONE + mark(key, text)
