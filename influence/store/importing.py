"""From a path to the store: connectors are asked in turn, records go in as they come."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

import pyarrow as pa

from influence.contract.errors import SourceError
from influence.contract.files import ArchiveError, Export, Member, members, open_export
from influence.contract.records import Note, Record
from influence.contract.secrecy import hushed
from influence.contract.unpacking import DAMAGED_MEMBER, unpacked_name
from influence.contract.unread_kinds import refusal
from influence.store.batch import Batch
from influence.store.recognising import Connectors, ReadingError, several
from influence.store.store import Store
from influence.store.summary import Summary

_DAMAGED = (SourceError, ValueError, OSError, EOFError, RecursionError, pa.ArrowException)
_NAMED = 5
_ARCHIVES = (".zip", ".tar", ".tgz", ".tar.gz", ".tar.bz2", ".tar.xz")


@dataclass
class Imported:
    """What an import did: the rows by connector, files that nobody knows or that are damaged, and notes.

    `unsaid` counts, by kind, what nobody said to anybody: it is kept apart and is never a response.
    """

    summary: Summary = field(default_factory=Summary)
    by_connector: dict[str, Summary] = field(default_factory=dict)
    not_recognised: list[str] = field(default_factory=list)
    unreadable: dict[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    unsaid: Counter[str] = field(default_factory=Counter)

    @property
    def counted_apart(self) -> str:
        """What nobody said or somebody threw away, in one sentence; empty where there was none.

        >>> Imported(unsaid=Counter({"spam": 1200, "draft": 2})).counted_apart
        '1,202 counted apart, never as a response: 1,200 spam, 2 draft'
        """
        kinds = ", ".join(f"{count:,} {kind}" for kind, count in self.unsaid.most_common())
        told = f"{self.unsaid.total():,} counted apart, never as a response"
        return f"{told}: {kinds}" if kinds else ""

    def lines(self, name: str) -> Iterator[tuple[str, bool]]:
        """Yield what became of the rows of `name`, line by line, and whether each is about what could not be read."""
        yield f"{name}: {self.summary}", False
        if len(self.by_connector) > 1:
            yield from ((f"  {each}: {held}", False) for each, held in sorted(self.by_connector.items()))
        if self.unsaid:
            yield f"  {self.counted_apart}", False
        yield from ((f"  note: {note}", False) for note in self.notes)
        yield from ((f"  not readable: {file}: {reason}", True) for file, reason in self.unreadable.items())
        if self.not_recognised:
            shown = ", ".join(self.not_recognised[:3]) + (" …" if len(self.not_recognised) > 3 else "")
            yield f"  {len(self.not_recognised)} files of no known kind: {shown}", False

    def __iadd__(self, more: Imported) -> Self:
        self.summary += more.summary
        for name, summary in more.by_connector.items():
            self.by_connector[name] = self.by_connector.get(name, Summary()) + summary
        self.not_recognised += more.not_recognised
        self.unreadable |= more.unreadable
        self.notes += more.notes
        self.unsaid += more.unsaid
        return self


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
        reading = Bringing(batch, known, progress)
        reading.bring(path)
        done = reading.finish()
        if not done.summary.read:
            if not batch.claims:
                raise ReadingError(_nothing_read(path, done))
            done.notes.append(f"no rows, but {batch.claims:,} names and accounts were learnt")
    return done


class Reading:
    """One import: passes records on to the batch and keeps account of whose they were."""

    def __init__(self, batch: Batch, progress: Callable[[str], None]) -> None:
        self._batch, self._progress, self._done = batch, progress, Imported()
        self._before, self._whose = Summary(), ""

    def records(self, whose: str, file: str, records: Iterable[Record]) -> None:
        """Pass on the records of one file, up to where it is damaged."""
        self._account(whose)
        try:
            for record in records:
                self._record(record, file)
        except _DAMAGED as error:
            reason = str(error) if isinstance(error, SourceError) else f"cannot be read as {whose}: {error}"
            self._refuse(file, reason)

    def _refuse(self, file: str, reason: str) -> None:
        reason = reason.removeprefix(f"{file}: ").removeprefix(f"{unpacked_name(file)}: ")
        self._done.unreadable[file] = hushed(reason)
        self._batch.refuse(file, reason)

    def _record(self, record: Record, file: str) -> None:
        if isinstance(record, Note):
            self._done.notes.append(hushed(f"{file}: {record.text}"))
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
        """Close the account."""
        self._account("")
        self._batch.flush()
        self._done.summary = self._batch.summary
        self._done.unsaid = self._batch.unsaid
        if self._batch.forgotten:
            self._done.notes.append(
                f"{self._batch.forgotten:,} rows are of somebody who was forgotten, and stay out"
            )
        return self._done


class Bringing(Reading):
    """One import of a path: which connector reads what of it."""

    def __init__(self, batch: Batch, known: Connectors, progress: Callable[[str], None]) -> None:
        super().__init__(batch, progress)
        self._known = known

    def bring(self, path: Path) -> None:
        """Read a path: an export whole, and what lies beside it by itself; else file by file.

        Raises:
            ArchiveError: the path cannot be opened.
            ReadingError: several know it for their own, and it does not fall into parts of theirs.
        """
        for part in (parts := self._known.side_by_side(path)):
            self._apart(part)
        if parts:
            return
        whole = self._known.claimant(path)
        if whole is not None:
            self._export(path, *whole)
            return
        for member in members(path):
            self._member(member, path)

    def _apart(self, path: Path) -> None:
        """Read one of several things in a folder: what is wrong with it stops none of the others."""
        try:
            self.bring(path)
        except (ArchiveError, ReadingError) as error:
            self._refuse(path.name, str(error).removeprefix(f"{path}: "))

    def _member(self, member: Member, folder: Path) -> None:
        """Let the connector that recognises a file read it; what nobody knows or can open is set aside."""
        name = member.found_as
        self._progress(name)
        try:
            reader = self._known.reader(member)
        except ReadingError as question:
            self._refuse(name, str(question))
            return
        except DAMAGED_MEMBER as error:
            self._refuse(name, f"the file is damaged: {error}")
            return
        if reader is not None:
            self.records(reader[0], name, reader[1].parse(member))
        elif archive := _archive(folder, member.name):
            self._apart(archive)  # opened as if it were named itself
        elif why := refusal(member.name, member.head()):
            self._refuse(name, why)
        else:
            self._done.not_recognised.append(name)
            self._batch.refuse(name, "a file of no known kind")

    def _export(self, path: Path, whose: str, connector: Any) -> None:
        """Pass on the records of an export whose files belong together, then what lies beside it and is another's."""
        self._account(whose)
        with open_export(path) as export:
            told, beside = set[str](), list[str]()
            parts = several(connector, list(export.files))
            for part in parts:
                told |= self._part(export.below(part), connector)
            if parts:
                named = ", ".join(part[:-1] for part in parts[:_NAMED]) + (
                    " and others" if parts[_NAMED:] else ""
                )
                self._done.notes.append(f"{len(parts)} exports of {whose}, each read by itself: {named}")
            else:
                told = self._told(export, connector)
            for name, member in export.files.items():
                is_outside = parts and not name.startswith(tuple(parts))
                if name not in told and (is_outside or self._is_of_others(member, path, whose)):
                    beside.append(name)
                    self._member(member, path)
        if beside:
            shown = ", ".join(beside[:_NAMED]) + (" and others" if len(beside) > _NAMED else "")
            self._done.notes.append(
                f"{len(beside)} beside the export of {whose}, read by themselves: {shown}"
            )

    def _told(self, export: Export, connector: Any) -> set[str]:
        """Pass on the records of an export, and return the files of which they tell."""
        told = set[str]()
        for file, record in connector.parse_export(export):
            self._progress(file)
            self._record(record, file)
            told.add(file)
        return told

    def _part(self, export: Export, connector: Any) -> set[str]:
        """Read one of several exports: what is wrong with it stops none of the others."""
        try:
            return self._told(export, connector)
        except SourceError as error:
            self._refuse(export.name, str(error))
            return set()

    def _is_of_others(self, member: Member, folder: Path, whose: str) -> bool:
        return bool(_archive(folder, member.name)) or self._known.likely(member, besides=whose)


def _archive(folder: Path, name: str) -> Path | None:
    """Return where an archive lies in a folder, by its name: documents are packed too, and are not opened."""
    packed = (
        folder / f"{name}{ending}" for ending in ("", ".gz", ".bz2", ".xz")
    )  # which a file loses where it is listed
    return next((one for one in packed if one.name.lower().endswith(_ARCHIVES) and one.is_file()), None)


def _nothing_read(path: Path, done: Imported) -> str:
    if done.unreadable:
        file, reason = next(iter(done.unreadable.items()))
        return reason if file in reason else f"{file}: {reason}"
    if done.by_connector and done.notes:
        told = "; ".join(note.removeprefix(f"{path.name}: ") for note in done.notes[:_NAMED])
        return f"{path}: there is nothing in it that is read: {told}"
    if done.by_connector:
        return f"{path}: there is nothing in it"
    return (
        f"{path}: no file in it is of a known kind; `influence connectors` lists the kinds, --as names one, "
        "and for a table of your own --map writes a first mapping"
    )
