"""The log as tables: items, what they answer, to whom they are addressed, and what each source states."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property, partial

import numpy as np
import pyarrow as pa

from influence.contract.narrowing import Narrowed
from influence.kernels.arrays import Flags, Ints
from influence.network.reading import NAMES, as_numbers, make, numbers, read
from influence.people.decisions import Decisions, writers
from influence.people.directory import People
from influence.people.tables import PeopleTables
from influence.store.engine import Engine
from influence.store.kept import Kept


@dataclass(frozen=True)
class LogTables(PeopleTables):
    """An engine with the tables of `reading` beside `account_person`: item, sent, origin, addressed, mentioned, link.

    Every statement over the log asks for this, so that none can run before the log was read. `reads` brings them here
    once they are asked for as a whole. `part` says of what they are only a part, `made_of` by what an engine elsewhere
    tells whether it keeps them.
    """

    reads: Callable[[], Mapping[str, pa.Table]]
    part: Part | None = None
    made_of: object = None

    @cached_property
    def log(self) -> Mapping[str, pa.Table]:
        """The tables; of an engine elsewhere only the numbers of items, links and responses."""
        return self.reads()

    @property
    def narrowed(self) -> Narrowed | None:
        """What the log was narrowed to, if it was."""
        return None if self.part is None else self.part.narrowed

    @property
    def partial(self) -> bool:
        """Whether anything is left out that was asked to be."""
        return self.narrowed is not None and self.narrowed.items < self.narrowed.of

    @property
    def near(self) -> bool:
        """Whether this is only what is near some leaders."""
        return self.part is not None and self.part.narrowed is None

    @property
    def whole(self) -> LogTables:
        """The whole log: what a source covers and who ever wrote to whom is asked of it, however narrow a report is."""
        return self if self.part is None else self.part.whole

    @cached_property
    def stated(self) -> tuple[Ints, Ints]:
        """What sources state to be answered, in order, and the item that answers it."""
        answered, item = self._links(guessed=False)
        order = np.argsort(answered, kind="stable")
        return answered[order], item[order]

    @cached_property
    def guessed(self) -> tuple[Ints, Ints]:
        """What is guessed to be answered, and the item that does."""
        return self._links(guessed=True)

    def _links(self, guessed: bool) -> tuple[Ints, Ints]:
        link = self.log["link"]
        kept = numbers(link, "inferred").astype(bool) == guessed
        return numbers(link, "parent")[kept], numbers(link, "item")[kept]

    @classmethod
    def of(
        cls,
        engine: Engine,
        people: People,
        writing: Mapping[tuple[int, int], str] | None = None,
        kept: Kept | None = None,
    ) -> LogTables:
        """Offer the tables of the whole store, in place of those before, as they are `kept` or read anew.

        `writing` is what is decided if left out; what is only supposed is never kept.
        """
        PeopleTables.of(engine, people)
        decided = writers(people, Decisions(engine).standing()) if writing is None else writing
        if engine.elsewhere:
            made_of = make(engine, decided, people.table())
            return cls(engine, people, partial(as_numbers, engine, made_of), made_of=made_of)
        keep = kept if kept and writing is None else Kept(None, "")
        log = keep.tables("log", NAMES, lambda: read(engine, decided))
        for name, table in log.items():
            engine.offer(name, table)
        return cls(engine, people, lambda: log)


@dataclass(frozen=True)
class Part:
    """What a log was narrowed from and to; `people` are those whose items are kept (None: everybody's).

    What is only near some leaders is `narrowed` to nothing: whoever needs more says that it cannot tell.
    """

    whole: LogTables
    narrowed: Narrowed | None = None
    people: Flags | None = None
