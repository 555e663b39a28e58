"""The one place that narrows a log: which items count, and the tables of these alone, as if nothing else were here.

An item is kept where it, or anything above it in its thread (what it answers), has a tag, is on a topic or stands in a
channel that is asked for: who answers a tagged post seldom repeats the tag. The way up follows what sources state, and
one guess at most: a chat without threads, where every message is guessed to answer the one before, would else be kept
whole for one tag in it. Spheres are other than that: they keep what some people said, whatever it answers.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

import numpy as np
import pyarrow as pa

from influence.contract.narrowing import Narrowed, Narrowing, NarrowingError, bare, is_tag
from influence.kernels.arrays import Flags, Ints
from influence.network.log_tables import LogTables, Part
from influence.network.reading import NAMES, THREAD, numbers, responses
from influence.network.subjects import (
    TAGGED,
    flags_of,
    items_named,
    tags_used,
    topic_flags,
    words_kept,
)
from influence.people.tables import PeopleTables
from influence.store.engine import Engine

_NEAR = 3
"""So many of the nearest names are told where one is unknown."""
_LIST = "`influence tags` lists what there is"
_OPEN = "*"

_CHANNELS = (
    "SELECT channel FROM item WHERE channel IS NOT NULL GROUP BY channel ORDER BY count(*) DESC, channel"
)
_IN_CHANNEL = "SELECT i.item FROM item i JOIN wanted_name w ON w.name = i.channel"


@dataclass(frozen=True)
class View:
    """How a log is looked at: `topics` are the settings' (name → words and tags), `people` those of the spheres."""

    topics: Mapping[str, Sequence[str]]
    people: Flags | None = None


# --- which items --------------------------------------------------------------------------------------------


def narrowed(tables: LogTables, only: Narrowing, view: View) -> LogTables:
    """Return the tables of what is kept of a whole log, over an engine beside it; the whole stays as it is.

    Raises:
        NarrowingError: there is no such name here, or nothing is left, or a topic of the settings is on everything.
    """
    if not only:
        return tables
    whole = tables.whole
    of = len(whole.log["item"])
    mark, unread = np.ones(of, bool), list[str]()
    if only.tags:
        mark &= below(whole, flags_of(of, _tagged(whole, only.tags)))
    if only.channels:
        mark &= below(whole, flags_of(of, _in_channels(whole, only.channels)))
    if only.topics:
        on = [_on_topic(whole, name, _marks_of(view.topics, name)) for name in only.topics]
        mark &= below(whole, np.logical_or.reduce([flags for flags, _ in on]))
        unread = [name for name, (_, missed) in zip(only.topics, on, strict=True) if missed]
    if view.people is not None:
        mark &= view.people[numbers(whole.log["item"], "author")]
    kept = np.flatnonzero(mark)
    if not len(kept) and of:
        raise NarrowingError(f"nothing here is all of this at once: {_asked(only)}; leave one of it out")
    told = Narrowed(only, len(kept), of, tuple(unread))
    return _tables_of(whole, kept, Part(whole, told, view.people))


def _asked(only: Narrowing) -> str:
    parts = [f"#{one}" for one in only.tags], only.topics, only.channels, only.spheres
    return ", ".join(" or ".join(part) for part in parts if part)


def below(tables: LogTables, own: Flags) -> Flags:
    """Return what is marked and whatever answers it, at any depth, over one guessed link at most."""
    sure = _descendants(own, *tables.stated)
    answered, item = tables.guessed
    after = np.zeros(len(own), bool)
    after[item[sure[answered]]] = True
    return sure | _descendants(after, *tables.stated)


def _descendants(own: Flags, above: Ints, under: Ints) -> Flags:
    """Return what is marked and all that hangs under it; `above` is in order."""
    found, new = own.copy(), np.flatnonzero(own)
    while len(new):
        first, after = np.searchsorted(above, new), np.searchsorted(above, new, side="right")
        count = after - first
        rows = np.repeat(first - np.cumsum(count) + count, count) + np.arange(count.sum())
        new = np.unique(under[rows])
        new = new[~found[new]]
        found[new] = True
    return found


# --- tags and channels --------------------------------------------------------------------------------------


def _tagged(tables: LogTables, wanted: Sequence[str]) -> Ints:
    there = [one.name for one in tags_used(tables)]
    return items_named(tables, TAGGED, _named(wanted, there, str, "nothing here is tagged #{name}", "#"))


def _in_channels(tables: LogTables, wanted: Sequence[str]) -> Ints:
    there = tables.rows(_CHANNELS).column("channel").to_pylist()
    return items_named(
        tables, _IN_CHANNEL, _named(wanted, there, _alike, "there is no channel {name!r} here", "")
    )


def _alike(name: str) -> str:
    return unicodedata.normalize("NFC", name).casefold()


def _named(
    wanted: Sequence[str], there: Sequence[str], alike: Callable[[str], str], nothing: str, sign: str
) -> set[str]:
    """Return the names that are meant, each exactly or by how it begins.

    Raises:
        NarrowingError: a name means none of them; the nearest are told.
    """
    found: set[str] = set()
    for name in wanted:
        given = alike(name)
        begins = given.removesuffix(_OPEN)
        held = {
            one
            for one in there
            if (alike(one).startswith(begins) if given != begins else alike(one) == given)
        }
        if not held:
            near = get_close_matches(begins, [alike(one) for one in there], _NEAR)
            told = [sign + one for one in there if alike(one) in near][:_NEAR]
            nearest = f"; the nearest: {', '.join(told)}" if told else ""
            raise NarrowingError(f"{nothing.format(name=name)}{nearest}; {_LIST}")
        found |= held
    return found


# --- topics of the settings ---------------------------------------------------------------------------------


def _marks_of(topics: Mapping[str, Sequence[str]], name: str) -> Sequence[str]:
    if name in topics:
        return topics[name]
    if not topics:
        raise NarrowingError(
            f"there is no topic {name!r}: name topics under [topics] in influence.toml, such as "
            f'{name} = ["#{bare(name) or "tag"}", "a word", "begin*"]'
        )
    near = get_close_matches(name, list(topics), _NEAR)
    raise NarrowingError(f"there is no topic {name!r} under [topics]; there are: {', '.join(near or topics)}")


def _on_topic(tables: LogTables, name: str, marks: Sequence[str]) -> tuple[Flags, bool]:
    """Return which items of a whole log are on a topic, and whether it has words that could not be looked for.

    Raises:
        NarrowingError: that is none of the items, or all of them.
    """
    flags, of = topic_flags(tables, marks), len(tables.log["item"])
    missed = not words_kept(tables) and not all(map(is_tag, marks))
    if not flags.any():
        why = (
            "neither the words nor the text of messages are kept: set keep_terms = true under [privacy] and import "
            "again, or give it tags"
            if missed
            else f"give it other words or tags under [topics] in influence.toml; {_LIST}"
        )
        raise NarrowingError(f"nothing here is on the topic {name!r}; {why}")
    if flags.all():
        raise NarrowingError(
            f"everything here ({of:,} items) is on the topic {name!r}, so that it narrows nothing; give it fewer words "
            "under [topics] in influence.toml"
        )
    return flags, missed


# --- the tables of what is kept -----------------------------------------------------------------------------

_COLUMNS = (
    *("seq", "id", "time", "author", "answers", "inferred", "addressees", "typist", "decided", "counts"),
    *("made", "said", "public"),
    *("verb", "channel", "source", "system", "subject", "wording"),
)
_ITEM = f"""
SELECT k.place AS item, CASE WHEN i.parent IS NOT NULL THEN coalesce(p.place, -1) END AS parent,
    {", ".join(f"i.{name}" for name in _COLUMNS)}{{more}}
FROM item i JOIN kept_item k ON k.item = i.item LEFT JOIN kept_item p ON p.item = i.parent ORDER BY k.place
"""
_WHOM = "SELECT k.place AS item, a.person FROM {of} a JOIN kept_item k ON k.item = a.item ORDER BY ALL"
_LINK = """
SELECT k.place AS item, p.place AS parent, l.inferred, l.responds FROM link l
JOIN kept_item k ON k.item = l.item JOIN kept_item p ON p.item = l.parent ORDER BY k.place, l.inferred, p.place
"""
_TABLES = {
    "addressed": _WHOM.format(of="addressed"),
    "mentioned": _WHOM.format(of="mentioned"),
    "link": _LINK,
}
_NUMBERS = {"link": "FROM link ORDER BY item, inferred, parent", "mentioned": "FROM mentioned"}


def _tables_of(whole: LogTables, kept: Ints, part: Part) -> LogTables:
    """Make the tables of some items, numbered anew in their order; conversations stay those of the whole log."""
    engine = tables_beside(whole, kept)

    def read() -> dict[str, pa.Table]:
        log = {name: engine.arrow(sql) for name, sql in _NUMBERS.items()}
        log["item"] = whole.log["item"].take(pa.array(kept))
        log["response"] = responses(log["item"], log["link"], log.pop("mentioned"))
        return log

    return LogTables(engine, whole.people, read, part)


def tables_beside(whole: LogTables, kept: Ints) -> Engine:
    """Return an engine beside that of a whole log whose tables hold some items, numbered anew in their order."""
    engine = whole.engine.beside()
    PeopleTables.of(engine, whole.people)
    if not engine.elsewhere:
        for name in NAMES:
            engine.offer(name, whole.log[name])
    engine.offer("kept_item", pa.table({"item": kept, "place": np.arange(len(kept), dtype=np.int32)}))
    queries = {**_TABLES, "item": _ITEM.format(more=f", i.{THREAD}" if engine.elsewhere else "")}
    made = {} if engine.elsewhere else {name: engine.arrow(sql) for name, sql in queries.items()}
    for name, sql in queries.items():
        if engine.elsewhere:
            engine.run(f"CREATE OR REPLACE TEMP TABLE {name} AS {sql}")
        else:
            engine.offer(name, made[name])
    return engine
