"""One import on its way into the store."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

import pyarrow as pa
import pyarrow.compute as pc

from influence.contract.records import (
    Activity,
    Deleted,
    Encounter,
    Exposure,
    Note,
    Person,
    Record,
    Rows,
    SetAside,
    Tie,
    Withdrawn,
)
from influence.store.engine import Engine
from influence.store.exposed import keep_exposures
from influence.store.forgotten import REASON, Forgotten
from influence.store.gathering import Gathered
from influence.store.incoming import readable
from influence.store.listening import Listening
from influence.store.logs import Logs
from influence.store.pseudonyms import UNTOLD, Pseudonyms
from influence.store.quarantine import set_aside, set_aside_before
from influence.store.schema import KIND_OF, ODD_VALUES, as_table, that_fit
from influence.store.staging import Keeping, staging
from influence.store.summary import Summary
from influence.store.toning import with_tone

_AT_ONCE = 20_000
"""Records of one kind that are kept in memory before they go in."""
_PEOPLE_AT_ONCE = 200_000
"""Accounts of encounters that are kept in memory: a meeting of thousands, every day, is more than its rows."""
_TURN = 300_000
"""Rows after which a long batch lands what it has: DuckDB holds in memory what has not landed. Until the batch
is entered in `batches` it does not count, and `sweep` takes it away."""
_Row: TypeAlias = Activity | Encounter | Person | Tie | Deleted


class Batch:
    """One import on its way into the store; `summary` is right after `flush`.

    `claims` counts what was said of accounts (a name, that two belong together): these are no rows of a file;
    `forgotten` the rows that stay out because they are of somebody who was forgotten.
    """

    def __init__(
        self,
        engine: Engine,
        keeping: Keeping,
        forgotten: Forgotten,
        number: int,
        source: str,
        *,
        live: bool = False,
        pseudonyms: Pseudonyms | None = None,
    ) -> None:
        self._engine, self._keeping, self._forgotten = engine, keeping, forgotten
        self._pseudonyms = pseudonyms
        self._number, self._source, self._live = number, source, live
        self._logs = Logs(engine, number, source, live=live)
        self._text = Listening(engine, number, source, live=live)
        self._tables = Gathered()
        self._waiting: dict[str, list[tuple[_Row, str]]] = defaultdict(list)
        self._aside: list[tuple[SetAside, str]] = []
        self._refused: dict[tuple[str, str], None] = {}
        self._exposures: list[Exposure] = []
        self._withdrawn: dict[tuple[str, str | None], Withdrawn] = {}
        self._turned = self.claims = self._people = self.forgotten = 0
        self.unsaid: Counter[str] = Counter()
        self.summary = Summary()

    def add(self, record: Record, file: str) -> None:
        """Add a record read in `file`; records wait until there are enough of them to go in at once."""
        if self._pseudonyms is not None:
            record, file = self._pseudonyms.told(record, file)
        self._add(record, file)

    def _add(self, record: Record, file: str) -> None:
        match record:
            case Rows():
                self._gather(record, file)
            case SetAside():
                self._aside.append((record, file))
                if len(self._aside) >= _AT_ONCE:
                    self._set_aside()
            case Note():
                pass
            case Withdrawn():
                self._withdraw(record)
            case Exposure():
                self._exposures.append(record)
            case Person(person=None):
                self.claims += 1
                self._wait("claims", record, file)
            case Deleted():
                self._wait("deleted", record, file)
            case _:
                if self._withdrawn and isinstance(record, Encounter):
                    self._say_again(record)
                self._wait(KIND_OF[type(record)], record, file)

    def _gather(self, rows: Rows, file: str) -> None:
        """Let a table wait, with others of its kind and columns, until there are enough rows to go in at once."""
        if self._waiting or self._withdrawn or not self._tables.fits(rows):
            self.flush()
        self._tables.add(rows, file)
        while self._tables.is_enough():
            self._take_tables()
            self._turn()

    def _take_tables(self) -> None:
        if self._tables:
            rows, table = self._tables.take()
            self.summary += self._take(rows.kind, rows.zone, table)

    def _withdraw(self, record: Withdrawn) -> None:
        """Let it wait for the encounters before it; of two of one version the later one holds."""
        if self._forgotten.withdraws(record):
            return
        key = (record.id, record.absent)
        known = self._withdrawn.pop(key, record)
        self._withdrawn[key] = record if (record.version or 0) >= (known.version or 0) else known
        if len(self._withdrawn) >= _AT_ONCE:
            self.flush()

    def _say_again(self, record: Encounter) -> None:
        """Forget what waits to be withdrawn where the same or a higher version says, later, that it took place."""
        waiting = self._withdrawn.get((record.id or "", None))
        if waiting is not None and (waiting.version or 0) <= (record.version or 0):
            del self._withdrawn[waiting.id, None]

    def _wait(self, kind: str, record: _Row, file: str) -> None:
        """Let a record wait; what was there before a deletion, or comes after it, goes in before it or after it."""
        self._take_tables()
        if self._waiting and (kind == "deleted") != ("deleted" in self._waiting):
            self.flush()
        self._waiting[kind].append((record, file))
        self._people += len(record.people) if isinstance(record, Encounter) else 0
        if len(self._waiting[kind]) >= _AT_ONCE or self._people >= _PEOPLE_AT_ONCE:
            self.flush()

    def flush(self) -> None:
        """Bring everything that waits into the store; people that only claim accounts are not counted as rows."""
        self._take_tables()
        for kind, pairs in self._waiting.items():
            if kind == "deleted":
                self.summary += self._delete(
                    [record.id for record, _ in pairs if isinstance(record, Deleted)]
                )
                continue
            of = "people" if kind == "claims" else kind
            added = self._take(of, None, self._table(of, pairs))
            self.summary += added if kind != "claims" else Summary()
        self._waiting.clear()
        self._people = 0
        self._expose()
        if self._withdrawn:
            self.summary += Summary(deleted=self._logs.withdraw(list(self._withdrawn.values())))
            self._withdrawn.clear()
        self._set_aside()
        self._turn()

    def _set_aside(self) -> None:
        """Put what was set aside into the quarantine, and the files that could not be read, each once."""
        files = [(SetAside(reason), file) for file, reason in self._refused]
        again = self._before(self._aside)
        self._keep_aside([*self._aside, *files])
        self.summary += Summary(read=len(self._aside), aside=len(self._aside), again=again)
        self._aside.clear()
        self._refused.clear()

    def _keep_aside(self, aside: Sequence[tuple[SetAside, str]]) -> None:
        set_aside(self._engine, self._number, self._told(aside))

    def _before(self, aside: Sequence[tuple[SetAside, str]]) -> int:
        """Count what an earlier import of the same file had set aside; replies of a service are never the same file."""
        return 0 if self._live else set_aside_before(self._engine, self._number, self._told(aside))

    def _told(self, aside: Sequence[tuple[SetAside, str]]) -> Sequence[tuple[SetAside, str]]:
        """Return what was set aside as it is kept: beside pseudonyms no reason stands, since it may name somebody."""
        if self._pseudonyms is None:
            return aside
        return [(SetAside(UNTOLD, one.line), file) for one, file in aside]

    def _table(self, kind: str, pairs: Sequence[tuple[_Row, str]]) -> pa.Table:
        """Make a table of records; one that holds a value of another kind is set aside."""
        try:
            return as_table(kind, *zip(*pairs, strict=True))
        except ODD_VALUES:
            fit, odd = that_fit(kind, pairs)
            self._aside += odd
            return as_table(kind, [record for record, _ in fit], [file for _, file in fit])

    def _expose(self) -> None:
        if told := self._forgotten.exposures(self._exposures):
            self.summary += keep_exposures(self._engine, self._number, self._source, told)
        self._exposures = []

    def _turn(self) -> None:
        written = self.summary.stored + self._text.bags
        if written - self._turned >= _TURN:
            self._engine.turn()
            self._turned = written

    def close(self) -> None:
        """Bring in what waits, and settle what messages told."""
        self.flush()
        self._text.settle()

    def refuse(self, file: str, reason: str) -> None:
        """Keep in the quarantine that a whole file could not be read; it counts as no row."""
        self._refused[self._pseudonyms.file(file) if self._pseudonyms else file, reason] = None
        if len(self._refused) >= _AT_ONCE:
            self._set_aside()

    def remember(self, cursor: Mapping[str, Any]) -> None:
        """Keep where to go on after this batch, in the same transaction, in place of what was kept before."""
        self._logs.remember(self._pseudonyms.seal(cursor) if self._pseudonyms else cursor)

    def _delete(self, ids: Sequence[str]) -> Summary:
        """Add a tombstone for each activity or encounter of these ids that is here and not deleted yet."""
        buried = self._logs.bury(ids)
        stored = min(buried, len(ids))
        return Summary(len(ids), stored, len(ids) - stored, 0, deleted=buried)

    def _take(self, kind: str, zone: str | None, table: pa.Table) -> Summary:
        """Check, convert and keep the rows of one kind.

        They wait outside the database: a temporary table that is replaced stays in memory until the end of
        the transaction.
        """
        engine = self._engine
        table = readable(table)
        engine.offer("incoming", table)
        staged = engine.arrow(staging(kind, table, zone, self._keeping))
        if kind == "activities":
            staged = with_tone(staged)
        if self._pseudonyms is not None:
            staged = self._pseudonyms.rows(engine, kind, staged)
        staged = self._forgotten.set_apart(kind, staged)
        told = staged.select(["file", "line", "reason"])
        refused = told.filter(pc.is_valid(told["reason"])).to_pylist()
        self.forgotten += sum(row["reason"] == REASON for row in refused)
        reasons = [(SetAside(row["reason"], row["line"]), row["file"]) for row in refused]
        again = self._before(reasons)
        self._keep_aside(list(dict.fromkeys(reasons)))
        added = self._logs.append(
            kind, staged if not refused else staged.filter(pc.is_null(staged["reason"]))
        )
        if kind == "activities":
            self._listen(staged if not refused else staged.filter(pc.is_null(staged["reason"])))
        known = table.num_rows - added.stored - len(refused)
        return added + Summary(read=table.num_rows, known=known, aside=len(refused), again=again)

    def _listen(self, staged: pa.Table) -> None:
        """Hear what was said; what nobody said is only counted."""
        self.unsaid.update(staged["unsaid"].drop_null().to_pylist())
        unsaid = staged["unsaid"]
        said = staged.filter(pc.is_null(unsaid)) if unsaid.null_count < len(unsaid) else staged
        self._text.listen(said)
        if self._keeping.terms:
            self._engine.offer("staged", said)
            self._text.keep_terms()
