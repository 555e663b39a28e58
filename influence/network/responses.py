"""Who answered whom: items, the links between them, and responses, as SQL and then as arrays.

A response is stated by its source (explicit) or guessed (inferred), by three rules:

* `subject`: "Re:" and the same subject, written to the author of the earlier message, within 14 days;
* `chat`: in a chat without threads, the message before it by somebody else within 24 hours;
* `exchange`: where there are neither subjects nor threads, the first message v → u within 3 days of one u → v.

A source without a single stated parent (reactions aside: every chat states those) counts inferred responses in
its headline; any other does not.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from influence.contract.records import RESPONSE_VERBS
from influence.kernels.arrays import Flags, Ints
from influence.people.directory import People
from influence.store.engine import Engine

Count: TypeAlias = Literal["headline", "stated", "all"]
"""Which responses count: the stated and those of sources without parents; only the stated; all."""


_VERBS = ", ".join(f"'{verb}'" for verb in RESPONSE_VERBS)

_ITEMS = """
CREATE OR REPLACE TEMP TABLE item AS
SELECT row_number() OVER (ORDER BY a.time, a.id) - 1 AS item, a.id, a.time, p.person AS author, a.verb,
    coalesce(c.original, a.parent) AS parent, a.conversation, a.channel, a.source,
    split_part(a.actor, ':', 1) AS system, a.subject, a.answers, a.inferred, a.addressees, a.mentions
FROM activities a JOIN account_person p ON p.account = a.actor
LEFT JOIN (SELECT id, min(original) AS original FROM copies GROUP BY id) c ON c.id = a.parent
"""

_STATED = """
CREATE OR REPLACE TEMP TABLE stated AS
SELECT i.item, q.item AS parent, i.inferred FROM item i JOIN item q ON q.id = i.parent
WHERE q.item <> i.item
"""

_ORIGINS = """
CREATE OR REPLACE TEMP TABLE origin AS
SELECT source, system, count(*) AS activities, min(time) AS first, max(time) AS last,
    count(*) FILTER (WHERE parent IS NOT NULL AND verb <> 'react' AND NOT inferred) AS stated,
    count(*) FILTER (WHERE parent IS NOT NULL AND verb <> 'react') AS parents,
    count(*) FILTER (WHERE subject IS NOT NULL) AS subjects
FROM item GROUP BY source, system
"""

_ADDRESSED = """
CREATE OR REPLACE TEMP TABLE addressed AS
SELECT DISTINCT i.item, p.person FROM (SELECT item, unnest(addressees) AS account FROM item) i
JOIN account_person p USING (account)
"""

_BY_SUBJECT = """
SELECT i.item, max(q.item) AS parent FROM item i
JOIN item q ON q.subject = i.subject AND q.author <> i.author
    AND q.time < i.time AND q.time >= i.time - INTERVAL 14 DAY
JOIN addressed d ON d.item = i.item AND d.person = q.author
WHERE i.answers AND i.item NOT IN (SELECT item FROM stated) GROUP BY i.item
"""

_BY_CHAT = """
SELECT item, parent FROM (
    SELECT item, time, max(item) OVER earlier AS parent, max(time) OVER earlier AS sent
    FROM (
        SELECT i.*, sum(CASE WHEN i.author IS DISTINCT FROM i.before THEN 1 ELSE 0 END)
            OVER (PARTITION BY i.source, i.system, i.channel ORDER BY i.item) AS turn
        FROM (
            SELECT i.*, lag(author) OVER (PARTITION BY i.source, i.system, i.channel ORDER BY i.item) AS before
            FROM item i JOIN origin o USING (source, system)
            WHERE o.parents = 0 AND i.channel IS NOT NULL AND i.subject IS NULL AND len(i.addressees) = 0
                AND i.verb = 'message') i)
    WINDOW earlier AS (PARTITION BY source, system, channel ORDER BY turn
        RANGE BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING))
WHERE parent IS NOT NULL AND time > sent AND time <= sent + INTERVAL 24 HOUR
"""

_BY_EXCHANGE = """
WITH said AS (
    SELECT i.item, i.time, i.author AS v, d.person AS u, least(i.author, d.person) AS low,
        greatest(i.author, d.person) AS high, i.source, i.system
    FROM item i JOIN origin o USING (source, system) JOIN addressed d USING (item)
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
CREATE OR REPLACE TEMP TABLE link AS
SELECT s.item, s.parent, s.inferred, i.verb IN ({_VERBS}) AS responds FROM stated s JOIN item i USING (item)
UNION ALL SELECT item, parent, true, true FROM ({_BY_SUBJECT})
UNION ALL SELECT item, parent, true, true FROM ({_BY_CHAT})
UNION ALL SELECT item, parent, true, true FROM ({_BY_EXCHANGE})
"""

_RESPONSES = """
SELECT item, responder, target, min(parent) AS parent, bool_and(inferred) AS inferred FROM (
    SELECT l.item, i.author AS responder, q.author AS target, l.parent, l.inferred
    FROM link l JOIN item i ON i.item = l.item JOIN item q ON q.item = l.parent WHERE l.responds
    UNION ALL
    SELECT i.item, i.author, p.person, NULL, false
    FROM (SELECT item, author, unnest(mentions) AS account FROM item) i JOIN account_person p USING (account))
WHERE responder <> target GROUP BY item, responder, target ORDER BY item, target
"""


@dataclass(frozen=True)
class Items:
    """All activities in order of time, as arrays of one length; `time` in microseconds since 1970, UTC.

    `counts` is True where the item's source states no parents, so that its inferred responses count;
    `conversation` is a code, the same for all that descends from one item.
    """

    time: Ints
    author: NDArray[np.int32]
    counts: Flags
    conversation: Ints

    def __len__(self) -> int:
        return len(self.time)


@dataclass(frozen=True)
class Links:
    """Parent links, one row each: child and parent as positions in `Items`, sorted by child."""

    child: Ints
    parent: Ints
    inferred: Flags
    responds: Flags


@dataclass(frozen=True)
class Responses:
    """Responses in order of time: influence runs from `target` to `responder`; `parent` is -1 for a mention."""

    item: Ints
    responder: NDArray[np.int32]
    target: NDArray[np.int32]
    parent: Ints
    inferred: Flags
    time: Ints

    def __len__(self) -> int:
        return len(self.item)

    def where(self, mask: Flags) -> Responses:
        """Return the responses that a mask chooses."""
        return Responses(
            self.item[mask],
            self.responder[mask],
            self.target[mask],
            self.parent[mask],
            self.inferred[mask],
            self.time[mask],
        )


@dataclass(frozen=True)
class Log:
    """Everything that was done and answered, ready to be measured."""

    items: Items
    links: Links
    responses: Responses

    def counted(self, count: Count = "headline") -> Responses:
        """Return the responses of the headline, only the stated ones, or all."""
        chosen = self._chosen(count, self.responses.inferred, self.responses.item)
        return self.responses if count == "all" else self.responses.where(chosen)

    def counted_links(self, count: Count = "headline") -> Links:
        """Return the parent links that go with `counted`."""
        links = self.links
        mask = links.responds & self._chosen(count, links.inferred, links.child)
        return Links(links.child[mask], links.parent[mask], links.inferred[mask], links.responds[mask])

    def _chosen(self, count: Count, inferred: Flags, item: Ints) -> Flags:
        if count == "all":
            return np.ones(len(inferred), bool)
        return ~inferred if count == "stated" else ~inferred | self.items.counts[item]


def read_log(engine: Engine, people: People) -> Log:
    """Work out items, links and responses of the whole store.

    Leaves the tables `account_person`, `item`, `origin`, `addressed` and `link` behind for later questions.
    """
    engine.offer("account_person_rows", people.table())
    engine.run("CREATE OR REPLACE TEMP TABLE account_person AS FROM account_person_rows")
    for statement in (_ITEMS, _STATED, _ORIGINS, _ADDRESSED, _LINKS):
        engine.run(statement)
    links = _links(engine)
    items = _items(engine, links)
    return Log(items, links, _responses(engine, items))


def _column(table: pa.Table, name: str) -> NDArray[np.generic]:
    array: NDArray[np.generic] = table.column(name).combine_chunks().to_numpy(zero_copy_only=False)
    return array


def _links(engine: Engine) -> Links:
    rows = engine.arrow("SELECT item, parent, inferred, responds FROM link ORDER BY item, inferred, parent")
    return Links(
        _column(rows, "item").astype(np.int64),
        _column(rows, "parent").astype(np.int64),
        _column(rows, "inferred").astype(np.bool_),
        _column(rows, "responds").astype(np.bool_),
    )


def _items(engine: Engine, links: Links) -> Items:
    rows = engine.arrow("""
        SELECT epoch_us(i.time) AS time, i.author, o.stated = 0 AS counts,
            dense_rank() OVER (ORDER BY coalesce(i.conversation, i.parent, i.id)) AS named
        FROM item i JOIN origin o USING (source, system) ORDER BY i.item""")
    named = _column(rows, "named").astype(np.int64)
    return Items(
        _column(rows, "time").astype(np.int64),
        _column(rows, "author").astype(np.int32),
        _column(rows, "counts").astype(np.bool_),
        named[_roots(len(named), links)],
    )


def _roots(count: int, links: Links) -> Ints:
    from influence.kernels.conversations import (
        conversation_root,  # numba: loaded only when something is measured
    )

    parent = np.full(count, -1, np.int64)
    child, first = np.unique(links.child, return_index=True)
    parent[child] = links.parent[first]
    roots: Ints = conversation_root(parent)
    return roots


def _responses(engine: Engine, items: Items) -> Responses:
    rows = engine.arrow(_RESPONSES)
    item = _column(rows, "item").astype(np.int64)
    parent = rows.column("parent").fill_null(-1).combine_chunks().to_numpy(zero_copy_only=False)
    return Responses(
        item,
        _column(rows, "responder").astype(np.int32),
        _column(rows, "target").astype(np.int32),
        parent.astype(np.int64),
        _column(rows, "inferred").astype(np.bool_),
        items.time[item],
    )
