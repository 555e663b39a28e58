"""What items are about, in the words of those who wrote them: tags, and the topics that the settings name; and where.

Tags always tell. Words tell where the text or the words of messages are kept, and only then.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from influence.contract.narrowing import bare, is_tag
from influence.kernels.arrays import Flags, Ints
from influence.network.log_tables import LogTables
from influence.network.reading import numbers
from influence.text.terms import own_words

_OPEN = "*"

_OF_TAG = """
SELECT tag AS name, count(*) AS items, count(DISTINCT author) AS people
FROM (SELECT i.author, unnest(a.tags) AS tag FROM item i JOIN activity_log a USING (seq)) t
GROUP BY tag ORDER BY items DESC, name
"""
_OF_CHANNEL = """
SELECT channel AS name, count(*) AS items, count(DISTINCT author) AS people
FROM item WHERE channel IS NOT NULL GROUP BY channel ORDER BY items DESC, name
"""
TAGGED = """
SELECT DISTINCT t.item FROM (
    SELECT i.item, unnest(a.tags) AS tag FROM item i JOIN activity_log a USING (seq)) t
JOIN wanted_name w ON w.name = t.tag
"""
_WITH_TERM = """
SELECT DISTINCT h.item, w.place FROM (
    SELECT i.item, unnest(t.terms) AS term FROM item i JOIN activity_log a USING (seq)
    JOIN term_log t ON t.key = a.key AND a.text IS NULL) h
JOIN wanted_word w ON starts_with(h.term, w.word) AND (w.begins OR h.term = w.word)
"""
_WITH_TEXT = """
SELECT i.item, a.text FROM item i JOIN activity_log a USING (seq)
WHERE a.text IS NOT NULL AND regexp_matches(lower(a.text), $hint)
"""
_WORDS_KEPT = """
SELECT count(*) AS n FROM (SELECT i.item FROM item i JOIN activity_log a USING (seq)
    LEFT JOIN term_log t ON t.key = a.key WHERE a.text IS NOT NULL OR t.terms IS NOT NULL LIMIT 1) h
"""


_TAGS_BY = """
SELECT i.item, unnest(a.tags) AS tag FROM item i JOIN activity_log a USING (seq)
WHERE i.author IN (SELECT unnest($authors))
"""
_TAGS_OF = """
SELECT i.item, a.tags FROM item i JOIN wanted_tagged w ON w.item = i.item JOIN activity_log a USING (seq)
WHERE a.tags IS NOT NULL
"""


@dataclass(frozen=True)
class Used:
    """A tag or a channel, and by how many items and people it is used."""

    name: str
    items: int
    people: int


def tags_used(tables: LogTables) -> list[Used]:
    """Return every tag with its items and people, the most used first."""
    return [Used(**row) for row in tables.whole.rows(_OF_TAG).to_pylist()]


def channels_used(tables: LogTables) -> list[Used]:
    """Return every channel with its items and people, the most used first."""
    return [Used(**row) for row in tables.whole.rows(_OF_CHANNEL).to_pylist()]


def subjects(tables: LogTables, topics: Mapping[str, Sequence[str]]) -> dict[str, list[Used]]:
    """Return tags, topics and channels by how many items and people use them; a topic's are those that name it."""
    author = numbers(tables.whole.log["item"], "author")
    found = []
    for name, marks in topics.items():
        flags = topic_flags(tables.whole, marks)
        found.append(Used(name, int(flags.sum()), len(np.unique(author[flags]))))
    return {"tags": tags_used(tables), "topics": found, "channels": channels_used(tables)}


def tags_by(tables: LogTables, authors: Sequence[int]) -> dict[str, Ints]:
    """Return the items of some people by the tags that they carry, in order of time."""
    rows = tables.rows(_TAGS_BY, {"authors": list(authors)})
    found: dict[str, list[int]] = {}
    for item, tag in zip(rows.column("item").to_pylist(), rows.column("tag").to_pylist(), strict=True):
        found.setdefault(tag, []).append(item)
    return {tag: np.unique(np.array(items, np.int64)) for tag, items in sorted(found.items())}


def tags_of(tables: LogTables, items: Ints) -> dict[int, list[str]]:
    """Return the tags of some items, of those that carry any."""
    tables.engine.offer("wanted_tagged", pa.table({"item": np.unique(items)}))
    rows = tables.rows(_TAGS_OF)
    return dict(zip(rows.column("item").to_pylist(), rows.column("tags").to_pylist(), strict=True))


def words_kept(tables: LogTables) -> bool:
    """Tell whether the words or the text of any message are kept."""
    return bool(tables.rows(_WORDS_KEPT).column("n")[0].as_py())


def topic_flags(tables: LogTables, marks: Sequence[str]) -> Flags:
    """Return which items have a tag or a word of a topic themselves, whatever they answer.

    Several words in one mark must all stand in an item, in any order: what is kept of words has none.
    """
    phrases = [mark.split() for mark in marks if not is_tag(mark)]
    tags = [bare(mark) for mark in marks if is_tag(mark)]
    there = [one.name for one in tags_used(tables)] if tags else []
    known = {one for one in there if any(is_meant(one, tag) for tag in tags)}
    tagged = items_named(tables, TAGGED, known) if known else np.empty(0, np.int64)
    flags = flags_of(len(tables.log["item"]), tagged)
    if phrases:
        flags |= _worded(tables, phrases)
    return flags


def is_meant(word: str, mark: str) -> bool:
    """Tell whether a word is a mark, or begins as one does that ends with an asterisk."""
    return word.startswith(mark.removesuffix(_OPEN)) if mark.endswith(_OPEN) else word == mark


def _worded(tables: LogTables, phrases: Sequence[Sequence[str]]) -> Flags:
    """Return which items hold all words of any phrase, from the text where it is kept, else from the terms."""
    marks = sorted({_plain(word) for phrase in phrases for word in phrase})
    held = np.zeros((len(marks), len(tables.log["item"])), bool)
    bases = [mark.removesuffix(_OPEN) for mark in marks]
    begins = pa.array([mark.endswith(_OPEN) for mark in marks], pa.bool_())
    columns = {"word": pa.array(bases, pa.string()), "begins": begins, "place": np.arange(len(marks))}
    tables.engine.offer("wanted_word", pa.table(columns))
    rows = tables.rows(_WITH_TERM)
    held[numbers(rows, "place"), numbers(rows, "item")] = True
    hint = "|".join(max(re.findall("[a-z]+", base), key=len, default="") for base in bases)
    rows = tables.rows(_WITH_TEXT, {"hint": hint})
    for item, text in zip(rows.column("item").to_pylist(), rows.column("text").to_pylist(), strict=True):
        said = own_words(text)
        for place, mark in enumerate(marks):
            held[place, item] |= any(is_meant(word, mark) for word in said)
    every = [held[[marks.index(_plain(word)) for word in phrase]].all(axis=0) for phrase in phrases]
    whole: Flags = np.logical_or.reduce(every)
    return whole


def _plain(word: str) -> str:
    return unicodedata.normalize("NFC", word).lower()


def items_named(tables: LogTables, sql: str, names: Iterable[str]) -> Ints:
    """Return the items that a statement finds by the names that are offered to it."""
    tables.engine.offer("wanted_name", pa.table({"name": pa.array(sorted(names), pa.string())}))
    return numbers(tables.rows(sql), "item")


def flags_of(of: int, items: Ints) -> Flags:
    """Mark some items among so many."""
    flags = np.zeros(of, bool)
    flags[items] = True
    return flags
