"""The store: append-only tables in one DuckDB file. Nothing is changed in place, nothing added twice.

A row is known by its `key`. The newest row of an id is the activity as it is now; a deletion is a row
too (a tombstone). What cannot be read stands in `quarantine` with its file, line and reason.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from influence.contract.errors import InfluenceError
from influence.store import rewriting
from influence.store.batch import Batch
from influence.store.engine import DuckEngine, EngineError, count
from influence.store.forgotten import Forgotten, mark, marks_in
from influence.store.pseudonyms import Pseudonyms
from influence.store.schema import (
    LATER,
    MORTAL,
    OF_BATCHES,
    TABLES,
    VERSION,
)
from influence.store.staging import Keeping
from influence.store.summary import Summary

_SEAL, _PSEUDONYMS = "sealed", "pseudonymous"
_EMPTIED = ", ".join(
    (
        "actor = ''",
        *(f"{name} = []" for name in ("addressees", "mentions", "tags")),
        *(
            f"{name} = NULL"
            for name in ("parent", "conversation", "channel", "audience", "text", "url", "subject")
        ),
        *(f"{name} = NULL" for name in ("wording", "rating", "reaction", "tone")),
    )
)
"""What is left of an activity that was deleted where it was made: its id, its key, and when."""


class StoreError(InfluenceError):
    """The store cannot be used, in one sentence."""


def _no_key() -> bytes:
    raise StoreError(
        "the key that tells who was forgotten is not here: this store is opened without a workspace"
    )


class Store:
    """The tables of one workspace; `key` gives what the marks of those who were forgotten are made with.

    Raises:
        EngineError: the file cannot be opened.
        StoreError: a newer version of the program made it.
    """

    def __init__(
        self,
        path: Path | None = None,
        *,
        keep_text: bool = False,
        keep_terms: bool = False,
        key: Callable[[], bytes] = _no_key,
        pseudonyms: Pseudonyms | None = None,
    ) -> None:
        fresh = path is None or not path.exists()
        self._path, self._key, self._pseudonyms = path, key, pseudonyms
        self.engine = DuckEngine(path)
        if fresh:
            self._create(path)
        self._check_version(path)
        self.sweep()
        self.keep(text=keep_text, terms=keep_terms)
        if self._meta(rewriting.OWED):
            with suppress(EngineError):  # there is no room now: what is shown is right, and it is tried again
                self.rewrite()

    def keep(self, *, text: bool, terms: bool) -> None:
        """Say what is kept of the texts that come from now on."""
        named = self._pseudonyms is None
        self._text, self._terms = text and named, terms and not text and named

    def _create(self, path: Path | None) -> None:
        with self.engine.transaction():
            self.engine.run(TABLES)
            for tables in LATER.values():
                self.engine.run(tables)
            self.engine.run(
                "INSERT INTO meta VALUES ('version', ?), ('secret', ?)", [VERSION, secrets.token_hex()]
            )
        if path is not None:
            path.chmod(0o600)

    def _check_version(self, path: Path | None) -> None:
        version = int(self._meta("version") or 0)
        if version > VERSION:
            raise StoreError(
                f"{path} was made by a newer version of influence (store {version}, this one reads {VERSION}); "
                "upgrade with: pip install --upgrade networked-influence"
            )
        if version < VERSION:
            self._upgrade(version)

    def _upgrade(self, version: int) -> None:
        with self.engine.transaction():
            for later in range(version + 1, VERSION + 1):
                self.engine.run(LATER[later])
            self.engine.run("UPDATE meta SET value = ? WHERE key = 'version'", [str(VERSION)])

    def _meta(self, key: str) -> str | None:
        rows = self.engine.arrow("SELECT value FROM meta WHERE key = ?", [key]).to_pylist()
        return rows[0]["value"] if rows else None

    def is_sealed_with(self, key: bytes) -> bool:
        """Tell whether a key is the one that marks were made with; the first that is shown is."""
        shown, known = mark(key, _SEAL), self._meta(_SEAL)
        if known is None:
            self.engine.run("INSERT INTO meta VALUES (?, ?)", [_SEAL, shown])
        return known in {None, shown}

    @property
    def is_sealed(self) -> bool:
        """Whether anything was marked with a key."""
        return self._meta(_SEAL) is not None

    def close(self) -> None:
        """Let go of the file."""
        self.engine.close()

    def owe(self) -> None:
        """Within a transaction that takes rows out for good: owe a new file, written now or by who opens it next."""
        now = datetime.now(UTC).isoformat()
        self.engine.run("DELETE FROM meta WHERE key IN (?, 'linked', 'taken')", [rewriting.OWED])
        self.engine.run("INSERT INTO meta VALUES (?, ?), ('taken', ?)", [rewriting.OWED, now, now])

    def rewrite(self) -> None:
        """Write the file anew, without what was taken out of it: a database keeps the bytes of rows that are deleted.

        Raises:
            EngineError: there is no room for it; the file is as it was.
        """
        if self._path is None:
            return
        self.engine.close()
        try:
            rewriting.rewrite(self._path)
        finally:
            self.engine = DuckEngine(self._path)

    @contextmanager
    def batch(self, source: str, connector: str, *, live: bool = False) -> Iterator[Batch]:
        """Open a batch: all that is added in the `with` block counts together, or nothing of it.

        What a `live` source shows again after it was deleted is back; an old export brings nothing back.
        """
        number = count(self.engine, "SELECT coalesce(max(batch), 0) + 1 AS n FROM batches")
        self._check_pseudonyms(number)
        if self._pseudonyms is not None and not live:
            source = self._pseudonyms.file(source)
        forgotten = Forgotten(marks_in(self.engine), self._key)
        try:
            with self.engine.transaction():
                batch = Batch(
                    *(self.engine, self._keeping(), forgotten, number, source),
                    live=live,
                    pseudonyms=self._pseudonyms,
                )
                yield batch
                batch.close()
                self._close(number, source, connector, batch.summary)
        except BaseException:
            self.sweep()
            raise

    def _check_pseudonyms(self, number: int) -> None:
        """See that names and pseudonyms never stand in one store, and that these are of one key.

        Raises:
            StoreError: they would.
        """
        known = self._meta(_PSEUDONYMS)
        if self._pseudonyms is None:
            if known is not None:
                raise StoreError(
                    "this workspace holds pseudonyms, and names would come beside them: set pseudonymous = true "
                    "under [privacy] in influence.toml"
                )
            return
        shown = mark(self._pseudonyms.key, _PSEUDONYMS)
        if known is None and number > 1:
            raise StoreError(
                "this workspace holds names already; for pseudonyms make a new one and import again"
            )
        if known is None:
            self.engine.run("INSERT INTO meta VALUES (?, ?)", [_PSEUDONYMS, shown])
        elif known != shown:
            raise StoreError("the key is another than the one with which the pseudonyms here were made")

    def _keeping(self) -> Keeping:
        return Keeping(self._meta("secret") or "", text=self._text, terms=self._terms)

    def _close(self, number: int, source: str, connector: str, total: Summary) -> None:
        """Enter the batch in the book: from here on it counts."""
        self.engine.run(
            "INSERT INTO batches VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [
                number,
                datetime.now(UTC),
                source,
                connector,
                total.read,
                total.stored,
                total.known,
                total.aside,
                total.again,
            ],
        )

    def sweep(self) -> None:
        """Take away what a batch that never ended has left: a failure, or a machine that stopped."""
        unfinished = "batch > (SELECT coalesce(max(batch), 0) FROM batches)"
        left = " UNION ALL ".join(f"SELECT count(*) AS n FROM {log} WHERE {unfinished}" for log in OF_BATCHES)
        if count(self.engine, f"SELECT sum(n) AS n FROM ({left})"):
            with self.engine.transaction():
                for log in OF_BATCHES:
                    self.engine.run(f"DELETE FROM {log} WHERE {unfinished}")

    def cursor(self, source: str) -> dict[str, Any]:
        """Return where the last fetch from a source ended; empty before the first."""
        rows = self.engine.arrow(
            "SELECT cursor FROM cursors WHERE source = ? ORDER BY batch DESC LIMIT 1", [source]
        ).to_pylist()
        found = dict(json.loads(rows[0]["cursor"])) if rows else {}
        return self._pseudonyms.unseal(found) if self._pseudonyms else found

    def forget_cursor(self, source: str) -> None:
        """Forget where the last fetch from a source ended: the next one begins anew."""
        self.engine.run("DELETE FROM cursors WHERE source = ?", [source])

    def ids(self, beginning: str) -> list[str]:
        """Return the ids of the activities that are shown, of those that begin so."""
        rows = self.engine.arrow(
            "SELECT id FROM activities WHERE starts_with(id, ?) ORDER BY id", [beginning]
        )
        return list(rows["id"].to_pylist())

    def empty_deleted(self, beginnings: Sequence[str]) -> int:
        """Take out what deleted activities said, whom they named and who made them; return of how many rows.

        Their ids and keys stay, so that no old export brings them back.
        """
        begun = " OR ".join(["starts_with(id, ?)"] * len(beginnings)) or "false"
        held = (
            "activity_log WHERE actor <> '' AND id IN (SELECT id FROM activity_log WHERE deleted) "
            f"AND id NOT IN (SELECT id FROM activities) AND ({begun})"
        )
        rows = self.engine.arrow(f"SELECT count(*) AS n FROM {held}", list(beginnings))["n"][0].as_py()
        if rows:
            with self.engine.transaction():
                self.engine.run(
                    f"DELETE FROM term_log WHERE key IN (SELECT key FROM {held})", list(beginnings)
                )
                self.engine.run(
                    f"UPDATE {held.replace(' WHERE ', f' SET {_EMPTIED} WHERE ', 1)}", list(beginnings)
                )
                self.owe()
        return int(rows)

    def shown_of(self, source: str) -> int:
        """Return how much of what is shown came from a source: activities, encounters, people, numbers, ties."""
        tables = {**dict.fromkeys(MORTAL, "source"), "people_log": "source", "tie_log": "origin"}
        rows = " UNION ALL ".join(f"SELECT count(*) AS n FROM {t} WHERE {c} = $1" for t, c in tables.items())
        return int(self.engine.arrow(f"SELECT sum(n)::BIGINT AS n FROM ({rows})", [source])["n"][0].as_py())

    def quarantine(self) -> list[dict[str, object]]:
        """List what was set aside: file, line, reason, oldest batch first."""
        return list(
            self.engine.arrow(
                "SELECT file, line, reason FROM quarantine ORDER BY batch, file, line NULLS FIRST, reason"
            ).to_pylist()
        )

    def kept_aside(self) -> dict[str, int]:
        """Count by source what was set aside; a row that was brought in twice is one."""
        rows = self.engine.arrow(
            "SELECT source, count(*) AS n FROM quarantine JOIN batches USING (batch) GROUP BY source"
        )
        return {row["source"]: row["n"] for row in rows.to_pylist()}

    def imports(self) -> list[dict[str, Any]]:
        """List the batches so far: when each was done, whence, by which connector, and what became of its rows."""
        return list(
            self.engine.arrow(
                "SELECT batch, strftime(done, '%Y-%m-%d %H:%M') AS done, source, connector, read, stored, known, "
                "aside, coalesce(again, 0) AS again FROM batches ORDER BY batch"
            ).to_pylist()
        )
