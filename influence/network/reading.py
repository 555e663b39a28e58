"""Reads the whole log once: items, to whom they are addressed, what each answers, by statement and by guess.

A response is stated by its source (explicit) or guessed (inferred), by three rules:

* `subject`: "Re:" and the same subject, to the author of the earlier message or who typed it, within 14 days;
* `chat`: in a chat without threads, the message before it by somebody else within 24 hours;
* `exchange`: where there are neither subjects nor threads, the first message v → u within 3 days of one u → v.

A source without a single stated parent (reactions aside: every chat states those) counts inferred responses in
its headline; any other does not.

What somebody wrote who writes for a leader, by decision, and what lay in that leader's sent mail, is the leader's
item; who typed it is kept. One step only: what comes to a leader so goes on to nobody.
"""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256
from typing import Any

import numpy as np
import pyarrow as pa

from influence.contract.records import RESPONSE_VERBS
from influence.kernels.arrays import Ints
from influence.store.engine import Engine

_VERBS = ", ".join(f"'{verb}'" for verb in RESPONSE_VERBS)
MADE = "verb NOT IN ('react', 'follow', 'view')"
"""What makes an item of one's own: a reaction, a follow or a view does not."""

_ORDER = """
CREATE OR REPLACE TEMP TABLE read_order AS
SELECT seq, author, hour, row_number() OVER (PARTITION BY hour ORDER BY time, id) AS nth FROM (
    SELECT a.seq, a.time, a.id, p.person AS author, epoch_us(a.time) // 3_600_000_000 AS hour
    FROM activity_log a JOIN (SELECT seq FROM activities) USING (seq) JOIN account_person p ON p.account = a.actor)
"""
"""Only what it takes to tell the order is sorted, hour by hour: each hour is a piece of work of its own."""

_BEFORE = """
CREATE OR REPLACE TEMP TABLE read_hour AS
SELECT hour, (sum(items) OVER (ORDER BY hour))::BIGINT - items AS before
FROM (SELECT hour, count(*) AS items FROM read_order GROUP BY hour)
"""
"""How many items lie before each hour: the number of an item is that and its place within the hour."""

_ITEMS = """
CREATE OR REPLACE TEMP TABLE read_item AS
SELECT (h.before + o.nth - 1)::INTEGER AS item, a.seq, a.id, a.time, o.author, a.verb,
    coalesce(c.original, a.parent) AS parent, a.conversation, a.channel, a.source,
    split_part(a.actor, ':', 1) AS system, a.subject, a.wording, a.answers, a.inferred,
    array_length(a.addressees)::INTEGER AS addressees, nullif(t.person, o.author) AS typist, false AS decided
FROM activity_log a JOIN read_order o USING (seq) JOIN read_hour h USING (hour)
LEFT JOIN (SELECT id, min(original) AS original FROM copies GROUP BY id) c ON c.id = a.parent
LEFT JOIN (SELECT s.id, min(p.person) AS person FROM sent_log s JOIN account_person p ON p.account = s.typist
    GROUP BY s.id) t ON t.id = a.id
"""
"""`typist` typed an item of somebody else's; `decided` tells those that are its author's by a decision."""

_SENT = """
CREATE OR REPLACE TEMP TABLE read_sent AS
SELECT DISTINCT s.source, s.outbox, p.person AS owner, i.author AS writer, i.item
FROM sent_log s JOIN read_item i USING (id) LEFT JOIN (FROM account_person
    QUALIFY bool_or(NOT starts_with(account, 'mailbox:')) OVER (PARTITION BY person)) p ON p.account = s.outbox
WHERE s.outbox IS NOT NULL
"""
"""Which items lay in whose sent mail and who wrote them; no owner where the mailbox is all that is known of one."""

_WRITTEN_FOR = """
CREATE OR REPLACE TEMP TABLE read_item AS
SELECT i.item, i.seq, i.id, i.time, coalesce(f.leader, i.author) AS author, i.verb, i.parent, i.conversation,
    i.channel, i.source, i.system, i.subject, i.wording, i.answers, i.inferred, i.addressees,
    CASE WHEN f.leader IS NULL THEN i.typist ELSE i.author END AS typist, f.leader IS NOT NULL AS decided
FROM read_item i LEFT JOIN (
    WITH filled AS (SELECT source, outbox, writer AS leader, count(*) AS items FROM read_sent
        WHERE owner IS NULL GROUP BY ALL)
    SELECT s.item, arg_max(w.leader, (s.owner IS NOT NULL, coalesce(f.items, 0), -w.leader)) AS leader
    FROM read_sent s JOIN writes_for w ON w.writer = s.writer AND w.leader = coalesce(s.owner, w.leader)
    LEFT JOIN filled f ON f.source = s.source AND f.outbox = s.outbox AND f.leader = w.leader
    WHERE s.owner IS NOT NULL OR f.items IS NOT NULL GROUP BY s.item) f USING (item)
"""
"""An outbox whose owner no account tells is that leader's who has mail of their own in it, the most of several."""

_PARENTS = """
CREATE OR REPLACE TEMP TABLE read_parent AS
SELECT i.item, q.item AS parent FROM read_item i JOIN read_item q ON q.id = i.parent
"""

_ORIGINS = """
SELECT source, system, count(*) AS activities, min(time) AS first, max(time) AS last,
    count(*) FILTER (WHERE parent IS NOT NULL AND verb <> 'react' AND NOT inferred) AS stated,
    count(*) FILTER (WHERE parent IS NOT NULL AND verb <> 'react') AS parents,
    count(*) FILTER (WHERE subject IS NOT NULL) AS subjects
FROM read_item GROUP BY source, system
"""
"""Few rows, asked for and offered again: so every machine gets all of them, else all items of a source met in one."""

_ADDRESSED = """
CREATE OR REPLACE TEMP TABLE read_addressed AS
SELECT DISTINCT i.item, p.person FROM (SELECT seq, unnest(addressees) AS account FROM activity_log) a
JOIN read_item i USING (seq) JOIN account_person p USING (account)
"""
_MENTIONED = """
CREATE OR REPLACE TEMP TABLE read_mentioned AS
SELECT DISTINCT i.item, p.person FROM (SELECT seq, unnest(mentions) AS account FROM activity_log) a
JOIN read_item i USING (seq) JOIN account_person p USING (account)
"""

_BY_SUBJECT = """
SELECT i.item, max(q.item) AS parent FROM read_item i
JOIN read_item q ON q.subject = i.subject AND q.author <> i.author
    AND q.time < i.time AND q.time >= i.time - INTERVAL 14 DAY
    AND i.author IS DISTINCT FROM q.typist
JOIN read_addressed d ON d.item = i.item AND (d.person = q.author OR d.person = q.typist)
WHERE i.answers AND i.item NOT IN (SELECT item FROM read_parent WHERE parent <> item) GROUP BY i.item
"""

_BY_CHAT = """
SELECT item, parent FROM (
    SELECT item, time, max(item) OVER earlier AS parent, max(time) OVER earlier AS sent
    FROM (
        SELECT i.*, sum(CASE WHEN i.author IS DISTINCT FROM i.before THEN 1 ELSE 0 END)
            OVER (PARTITION BY i.source, i.system, i.channel ORDER BY i.item) AS turn
        FROM (
            SELECT i.item, i.time, i.author, i.source, i.system, i.channel,
                lag(author) OVER (PARTITION BY i.source, i.system, i.channel ORDER BY i.item) AS before
            FROM read_item i JOIN read_origin o USING (source, system)
            WHERE o.parents = 0 AND i.channel IS NOT NULL AND i.subject IS NULL AND i.addressees = 0
                AND i.verb = 'message') i)
    WINDOW earlier AS (PARTITION BY source, system, channel ORDER BY turn
        RANGE BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING))
WHERE parent IS NOT NULL AND time > sent AND time <= sent + INTERVAL 24 HOUR
"""

_BY_EXCHANGE = """
WITH said AS (
    SELECT i.item, i.time, i.author AS v, d.person AS u, least(i.author, d.person) AS low,
        greatest(i.author, d.person) AS high, i.source, i.system
    FROM read_item i JOIN read_origin o USING (source, system) JOIN read_addressed d USING (item)
    WHERE o.parents = 0 AND o.subjects = 0 AND i.verb = 'message' AND d.person <> i.author
    QUALIFY row_number() OVER (PARTITION BY i.source, i.system, i.author, d.person, i.time ORDER BY i.item) = 1),
before AS (
    SELECT item, time, v, low,
        max(CASE WHEN v = low THEN item END) OVER pair AS low_item,
        max(CASE WHEN v = low THEN time END) OVER pair AS low_time,
        max(CASE WHEN v = high THEN item END) OVER pair AS high_item,
        max(CASE WHEN v = high THEN time END) OVER pair AS high_time
    FROM said WINDOW pair AS (PARTITION BY source, system, low, high ORDER BY epoch_us(time)
        RANGE BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)),
turned AS (
    SELECT item, time, CASE WHEN v = low THEN high_item ELSE low_item END AS parent,
        CASE WHEN v = low THEN high_time ELSE low_time END AS sent,
        CASE WHEN v = low THEN low_time ELSE high_time END AS own FROM before)
SELECT item, parent FROM turned
WHERE sent IS NOT NULL AND (own IS NULL OR own <= sent) AND time <= sent + INTERVAL 3 DAY
"""

_LINKS = f"""
CREATE OR REPLACE TEMP TABLE read_link AS
SELECT s.item, s.parent, i.inferred, i.verb IN ({_VERBS}) AS responds
FROM read_parent s JOIN read_item i USING (item) WHERE s.parent <> s.item
UNION ALL SELECT item, parent, true, true FROM ({_BY_SUBJECT})
UNION ALL SELECT item, parent, true, true FROM ({_BY_CHAT})
UNION ALL SELECT item, parent, true, true FROM ({_BY_EXCHANGE})
"""

_WORDS = ("verb", "channel", "source", "system", "subject", "wording")
"""What many items say alike: where they come here each text is held once, before anything else of the items is read."""
_TEXTS = f"SELECT item, {', '.join(_WORDS)} FROM read_item"
_ITEM = f"""
SELECT i.item, i.seq, i.id, i.time, i.author,
    CASE WHEN i.parent IS NOT NULL THEN coalesce(q.parent, -1) END AS parent,
    i.answers, i.inferred, i.addressees, i.typist, i.decided, o.stated = 0 AS counts, i.{MADE} AS made,
    i.verb IN ('post', 'message', 'reply', 'comment', 'quote') AS said, coalesce(i.addressees, 0) = 0 AS public{{more}}
FROM read_item i JOIN read_origin o USING (source, system) LEFT JOIN read_parent q USING (item)
ORDER BY i.item
"""
_TABLES = {
    "sent": "FROM read_sent ORDER BY ALL",
    "origin": "FROM read_origin ORDER BY ALL",
    "addressed": "FROM read_addressed ORDER BY ALL",
    "mentioned": "FROM read_mentioned ORDER BY ALL",
    "link": "FROM read_link ORDER BY item, inferred, parent",
}
_NUMBERS = {
    "item": "SELECT epoch_us(time) AS time, author, counts, made, said, public FROM item ORDER BY item",
    "link": "SELECT TRY_CAST(item AS INTEGER) AS item, TRY_CAST(parent AS INTEGER) AS parent, inferred, responds "
    "FROM link ORDER BY item, inferred, parent",
    "mentioned": "SELECT TRY_CAST(item AS INTEGER) AS item, person FROM mentioned",
}
"""What arrays hold of the log, and what responses are worked out of: items that come here are counted in 32 bits."""
THREAD = "thread"
_THREAD = "coalesce(i.conversation, CASE WHEN q.parent IS NULL THEN i.parent END)"
NAMED = f"coalesce(i.{THREAD}, i.id)"
"""What a conversation is called by what heads it: as a source says, as what that answers and is not here, or as it."""
_FIRSTS = """
WITH root AS (
    SELECT i.item, {name} AS name
    FROM {item} LEFT JOIN (SELECT DISTINCT item, true AS linked FROM {link}) l USING (item)
    WHERE l.linked IS NULL OR i.item IN (SELECT item FROM circle)),
named AS (SELECT name, min(item) AS first FROM root GROUP BY name HAVING count(*) > 1)
SELECT r.item, n.first FROM root r JOIN named n USING (name) WHERE n.first < r.item
"""
"""Of what heads no conversation of its own, since an earlier item has the same name of one: that item. They are few."""
_READ = "read_item i LEFT JOIN read_parent q USING (item)"
_FIRSTS_READ = _FIRSTS.format(item=_READ, link="read_link", name=f"coalesce({_THREAD}, i.id)")
_FIRSTS_MADE = _FIRSTS.format(item="item i", link="link", name=NAMED)
NAMES = ("item", *_TABLES, "response")
_BY_MONTH = ("item", "addressed", "mentioned", "link")
_MADE = {name: name in _BY_MONTH for name in ("item", *_TABLES)}
"""The tables that are made where the log lies, and which of them go by the months of their items."""
_FIRST = {"first": False}


def read(engine: Engine, writing: Mapping[tuple[int, int], str]) -> dict[str, pa.Table]:
    """Return the tables `NAMES` of the whole store, in which `account_person` says whose each account is.

    `writing` is what is decided of who writes for whom. In `item`, `parent` is the item that is answered, −1 where it
    is not here; `addressees` how many there are; `counts` whether what is guessed of it counts.
    """
    _work_out(engine, writing)
    texts = _texts(engine)
    queries = {"item": _ITEM.format(more=""), **_TABLES}
    found = {name: engine.arrow(sql) for name, sql in queries.items()}
    found["response"] = responses(found["item"], found["link"], found["mentioned"])
    roots = _heads(len(found["item"]), found["link"])
    _offer_circles(engine, roots, found["link"])
    texts["conversation"] = _conversations(engine.arrow(_FIRSTS_READ), roots)
    for name, column in texts.items():
        found["item"] = found["item"].append_column(name, column)
    _let_go(engine)
    return found


def make(engine: Engine, writing: Mapping[tuple[int, int], str], whose: pa.Table) -> object:
    """Make the tables `NAMES` where the log lies, but for `response`; return what they are made of beside the log.

    Those that the engine kept of the same rows, when accounts were theirs `whose` they are now, are read again.
    """
    made_of = (sorted(writing.items()), _sum(whose))
    if not engine.kept(_MADE, made_of):
        _work_out(engine, writing)
        whole = _ITEM.format(more="".join(f", i.{name}" for name in _WORDS) + f", {_THREAD} AS {THREAD}")
        for name, sql in {"item": whole, **_TABLES}.items():
            engine.run(f"CREATE OR REPLACE TEMP TABLE {name} AS {sql}")
        _let_go(engine)
        engine.keep(_MADE, made_of)
    return made_of


def as_numbers(engine: Engine, made_of: object = None) -> dict[str, pa.Table]:
    """Return items, links and responses of tables that were made where the log lies: as `read` does, without any text.

    Which items head one conversation is kept with the tables, by all that they are `made_of`.
    """
    found = {name: engine.arrow(sql) for name, sql in _NUMBERS.items()}
    found["response"] = responses(found["item"], found["link"], found.pop("mentioned"))
    roots = _heads(len(found["item"]), found["link"])
    if not engine.kept(_FIRST, ("first", made_of)):
        _offer_circles(engine, roots, found["link"])
        engine.run(f"CREATE OR REPLACE TEMP TABLE first AS {_FIRSTS_MADE}")
        engine.keep(_FIRST, ("first", made_of))
    conversation = _conversations(engine.arrow("FROM first"), roots)
    found["item"] = found["item"].append_column("conversation", conversation)
    return found


def responses(item: pa.Table, link: pa.Table, mentioned: pa.Table) -> pa.Table:
    """Return who responded to whom by which item: by answering (the earliest `parent` of several) or by naming.

    `inferred` are those of which only guesses tell.
    """
    author, answers = numbers(item, "author"), link.filter(link.column("responds"))
    child, above = numbers(answers, "item"), numbers(answers, "parent")
    by = np.concatenate([child, numbers(mentioned, "item")])
    target = np.concatenate([author[above], numbers(mentioned, "person")])
    parent = np.concatenate([above, np.full(len(by) - len(above), len(author))])  # to name somebody has none
    guess = np.concatenate([numbers(answers, "inferred") > 0, np.zeros(len(by) - len(above), bool)])
    order = np.lexsort((parent, target, by))
    order = order[author[by[order]] != target[order]]
    by, target, parent = by[order], target[order], parent[order]
    first = np.flatnonzero(np.append(True, (np.diff(by) != 0) | (np.diff(target) != 0))[: len(by)])
    told = {"item": by[first], "responder": author[by[first]], "target": target[first]}
    columns = {name: pa.array(codes, pa.int32()) for name, codes in told.items()}
    columns["parent"] = pa.array(parent[first], pa.int32(), mask=parent[first] == len(author))
    return pa.table({**columns, "inferred": np.logical_and.reduceat(guess[order], first)})


def _work_out(engine: Engine, writing: Mapping[tuple[int, int], str]) -> None:
    engine.offer("writes_for", _writes_for(writing))
    for statement in (_ORDER, _BEFORE, _ITEMS, "DROP TABLE read_order", "DROP TABLE read_hour"):
        engine.run(statement)
    for statement in (_SENT, *([_WRITTEN_FOR] if writing else []), _PARENTS):
        engine.run(statement)
    engine.offer("read_origin", engine.arrow(_ORIGINS))
    for statement in (_ADDRESSED, _MENTIONED, _LINKS):
        engine.run(statement)


def _let_go(engine: Engine) -> None:
    for name in ("item", "sent", "parent", "addressed", "mentioned", "link"):
        engine.run(f"DROP TABLE read_{name}")
    engine.slim()


def _writes_for(decided: Mapping[tuple[int, int], str]) -> pa.Table:
    """Return who writes for whom, as person codes."""
    pairs = [pair for pair, answer in decided.items() if answer == "yes"]
    return pa.table(
        {
            "writer": pa.array([writer for writer, _ in pairs], pa.int32()),
            "leader": pa.array([leader for _, leader in pairs], pa.int32()),
        }
    )


def _sum(table: pa.Table) -> str:
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as rows:
        rows.write_table(table.combine_chunks())
    return sha256(sink.getvalue()).hexdigest()


def _heads(items: int, links: pa.Table) -> Ints:
    """Return the item above each from which all that answers it descends."""
    return _roots(items, numbers(links, "item"), numbers(links, "parent"))


def _offer_circles(engine: Engine, roots: Ints, links: pa.Table) -> None:
    child = numbers(links, "item")
    engine.offer("circle", pa.table({"item": pa.array(np.unique(child[roots[child] == child]), pa.int32())}))


def _conversations(named: pa.Table, roots: Ints) -> pa.Array:
    """Return the conversation of each item, the same for all that descends from one item: the first that heads it."""
    first = np.arange(len(roots), dtype=np.int32)
    first[numbers(named, "item")] = numbers(named, "first")
    return pa.array(first[roots])


def _texts(engine: Engine) -> dict[str, pa.Array]:
    """Return the texts that many items say alike, in the order of the items."""
    rows = engine.arrow(_TEXTS)
    order = np.empty(len(rows), np.int64)
    order[numbers(rows, "item")] = np.arange(len(rows))
    return {name: _each_once(rows.column(name).combine_chunks(), order) for name in rows.column_names[1:]}


def _each_once(column: pa.Array, order: Ints) -> pa.DictionaryArray:
    """Return texts in an order, each held once, where it stands first."""
    encoded = column.dictionary_encode()
    codes = numbers(pa.table({"code": encoded.indices}), "code")[order]
    known = np.flatnonzero(codes >= 0)
    first = np.zeros(len(encoded.dictionary), np.int64)
    first[codes[known[::-1]]] = known[::-1]
    words = np.argsort(first)
    place = np.append(np.argsort(words), -1).astype(np.int32)  # what has no text is −1
    indices = pa.array(place[codes], mask=codes < 0)
    return pa.DictionaryArray.from_arrays(indices, encoded.dictionary.take(pa.array(words)))


def _roots(items: int, child: Ints, parents: Ints) -> Ints:
    from influence.kernels.conversations import (
        conversation_root,  # numba: loaded only when something is measured
    )

    parent = np.full(items, -1, np.int64)
    child, first = np.unique(child, return_index=True)
    parent[child] = parents[first]
    roots: Ints = conversation_root(parent)
    return roots


def numbers(table: pa.Table, name: str, missing: int = -1) -> np.ndarray[Any, np.dtype[np.int64]]:
    """Return a column of whole numbers as an array of one's own."""
    column = table.column(name)
    filled = column.fill_null(missing) if column.null_count else column
    return np.array(filled.combine_chunks().to_numpy(zero_copy_only=False), np.int64)
