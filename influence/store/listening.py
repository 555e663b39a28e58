"""What messages tell while they pass: words of a meeting, and terms where asked. Their text is dropped after it."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from influence.store.engine import Engine, count
from influence.text.meeting_phrases import ANSWERED_WORDS, DELETED_WORDS, HEARD, told_words
from influence.text.terms import kept_terms

_HEARD_AT_ONCE = 32_000_000
"""Bytes of messages that wait for a closer look."""
_BAGS_AT_ONCE = 10_000
_UNTOLD = """
SELECT key, said, coalesce(conversation, parent, id) AS conversation FROM staged s
WHERE said IS NOT NULL AND NOT deleted AND NOT EXISTS (FROM term_log t WHERE t.key = s.key::UUID)
QUALIFY row_number() OVER (PARTITION BY key ORDER BY row) = 1 ORDER BY conversation, time, id"""
_WORDS = "encounter_log WHERE evidence = 'message' AND starts_with(id, 'words:')"


class Listening:
    """Hears the messages of one batch; `bags` counts those whose terms were kept."""

    def __init__(self, engine: Engine, number: int, source: str, *, live: bool) -> None:
        self._engine, self._number, self._source, self._live = engine, number, source, live
        self._heard: list[pa.Table] = []
        self.bags = 0

    def listen(self, staged: pa.Table) -> None:
        """Set aside, for a closer look, what may tell of a meeting."""
        heard = staged.filter(pc.is_valid(staged["words"]))
        if heard.num_rows:
            self._heard.append(heard.select(list(HEARD)))
        if sum(table.nbytes for table in self._heard) > _HEARD_AT_ONCE:
            self._remember()

    def keep_terms(self) -> None:
        """Keep the terms of messages whose terms are not known yet, those that were here before as well."""
        told = self._engine.arrow(_UNTOLD)
        for start in range(0, told.num_rows, _BAGS_AT_ONCE):
            some = told.slice(start, _BAGS_AT_ONCE)
            terms = kept_terms(some["said"].to_pylist(), some["conversation"].to_pylist())
            bags = pa.table({"key": some["key"], "terms": pa.array(terms, pa.list_(pa.string()))})
            self._engine.offer("bags", bags)
            self._engine.run("INSERT INTO term_log SELECT ?, key::UUID, terms FROM bags", [self._number])
        self.bags += told.num_rows

    def settle(self) -> None:
        """Say whom words of a meeting were told where the message answered is here now; forget those of the deleted."""
        self._remember()
        gone = f"SELECT count(*) AS n FROM activity_log WHERE batch = {self._number} AND deleted"
        if count(self._engine, f"SELECT count(*) AS n FROM {_WORDS} AND len(people) = 1"):
            self._engine.run(ANSWERED_WORDS, {"batch": self._number})
        if count(self._engine, gone) and count(self._engine, f"SELECT count(*) AS n FROM {_WORDS}"):
            self._engine.run(DELETED_WORDS, {"batch": self._number})

    def _remember(self) -> None:
        """Keep that a message tells of a meeting, and which message; these are no rows of the file."""
        if self._heard:
            self._engine.offer("heard", pa.concat_tables(self._heard))
            self._engine.run(told_words(live=self._live), {"batch": self._number, "source": self._source})
            self._heard.clear()
