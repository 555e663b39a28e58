"""From a path or a live service to the store: connectors are asked in turn, records go in as they come."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa

from influence.contract.connector import Secret
from influence.contract.errors import SourceError
from influence.contract.files import DAMAGED_MEMBER, Member, members, open_export
from influence.contract.records import Note, Record
from influence.store.batch import Batch, Summary
from influence.store.recognising import Connectors, ReadingError
from influence.store.store import Store

_DAMAGED = (SourceError, ValueError, OSError, EOFError, pa.ArrowException, *DAMAGED_MEMBER)


@dataclass
class Imported:
    """What an import did: the rows by connector, files that nobody knows or that are damaged, and notes."""

    summary: Summary = field(default_factory=Summary)
    by_connector: dict[str, Summary] = field(default_factory=dict)
    not_recognised: list[str] = field(default_factory=list)
    unreadable: dict[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


def read_path(
    store: Store,
    path: Path,
    *,
    connector: str | None,
    zone: str | None,
    options: Mapping[str, str],
    progress: Callable[[str], None],
) -> Imported:
    """Bring in a file, a folder or an archive, in one batch: it counts whole, or not at all.

    Raises:
        ArchiveError: the path cannot be opened.
        ReadingError: nothing of it is of a known kind, or nothing is readable.
    """
    known = Connectors(connector, zone, options)
    with store.batch(path.name, connector or "recognised") as batch:
        reading = _Reading(batch, progress)
        whole = known.claimant(path)
        if whole is not None:
            reading.export(path, *whole)
        else:
            for member in members(path):
                reading.member(member, known)
        done = reading.finish()
        if not done.summary.read and not batch.claims:
            raise ReadingError(_nothing_read(path, done))
    return done


def pull(
    store: Store,
    source: str,
    connector: Any,
    secret: Secret,
    *,
    progress: Callable[[str], None],
) -> Imported:
    """Fetch what is new from a live source. Each reply is a transaction of its own, with its cursor.

    Raises:
        SourceError: the service refuses, is gone, or has changed; what came before is kept.
    """
    done = Imported()
    for reply in connector.fetch(store.cursor(source), secret):
        with store.batch(source, connector.name, live=True) as batch:
            reading = _Reading(batch, progress, done)
            reading.records(connector.name, reply.member.name, connector.parse(reply.member))
            reading.finish()
            batch.remember(reply.cursor)
        if reply.note:
            progress(f"{source}: {reply.note}")
    return done


class _Reading:
    """One import: passes records on to the batch and keeps account of whose they were."""

    def __init__(self, batch: Batch, progress: Callable[[str], None], done: Imported | None = None) -> None:
        self._batch, self._progress = batch, progress
        self._done = done if done is not None else Imported()
        self._before, self._whose = Summary(), ""

    def member(self, member: Member, known: Connectors) -> None:
        self._progress(member.name)
        try:
            reader = known.reader(member)
        except DAMAGED_MEMBER as error:
            self._refuse(member.name, f"the file is damaged: {error}")
            return
        if reader is None:
            self._done.not_recognised.append(member.name)
            self._batch.refuse(member.name, "a file of no known kind")
            return
        name, connector = reader
        self.records(name, member.name, connector.parse(member))

    def records(self, whose: str, file: str, records: Iterable[Record]) -> None:
        self._account(whose)
        try:
            for record in records:
                self._record(record, file)
        except _DAMAGED as error:
            reason = str(error) if isinstance(error, SourceError) else f"cannot be read as {whose}: {error}"
            self._refuse(file, reason)

    def _refuse(self, file: str, reason: str) -> None:
        self._done.unreadable[file] = reason
        self._batch.refuse(file, reason)

    def export(self, path: Path, whose: str, connector: Any) -> None:
        self._account(whose)
        with open_export(path) as export:
            for file, record in connector.parse_export(export):
                self._progress(file)
                self._record(record, file)

    def _record(self, record: Record, file: str) -> None:
        if isinstance(record, Note):
            self._done.notes.append(f"{file}: {record.text}")
        self._batch.add(record, file)

    def _account(self, whose: str) -> None:
        """Close the account of the connector that read so far when another one goes on."""
        if whose == self._whose:
            return
        self._batch.flush()
        if self._whose:
            added = self._batch.summary - self._before
            self._done.by_connector[self._whose] = self._done.by_connector.get(self._whose, Summary()) + added
        self._before, self._whose = self._batch.summary, whose

    def finish(self) -> Imported:
        self._account("")
        self._batch.flush()
        self._done.summary += self._batch.summary
        if self._batch.claims and not self._batch.summary.read:
            self._done.notes.append(f"no rows, but {self._batch.claims:,} names and accounts were learnt")
        return self._done


def _nothing_read(path: Path, done: Imported) -> str:
    if done.unreadable:
        file, reason = next(iter(done.unreadable.items()))
        return reason if file in reason else f"{file}: {reason}"
    if done.by_connector:
        return f"{path}: there is nothing in it"
    return (
        f"{path}: no file in it is of a known kind; `influence connectors` lists the kinds, --as names one, "
        "and for a table of your own --map writes a first mapping"
    )
