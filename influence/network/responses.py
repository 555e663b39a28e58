"""Who answered whom: items, the links between them, and responses, as arrays."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from influence.kernels.arrays import Flags, Ints
from influence.network.log_tables import LogTables

Count: TypeAlias = Literal["headline", "stated", "all"]
"""Which responses count: the stated and those of sources without parents; only the stated; all."""
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
    """Everything that was done and answered, ready to be measured; `tables` hold what arrays do not."""

    tables: LogTables
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


def read_log(tables: LogTables) -> Log:
    """Read items, links and responses of the whole store."""
    links = _links(tables)
    items = _items(tables, links)
    return Log(tables, items, links, _responses(tables, items))


def _column(table: pa.Table, name: str) -> NDArray[np.generic]:
    array: NDArray[np.generic] = table.column(name).combine_chunks().to_numpy(zero_copy_only=False)
    return array


def _links(tables: LogTables) -> Links:
    rows = tables.rows("SELECT item, parent, inferred, responds FROM link ORDER BY item, inferred, parent")
    return Links(
        _column(rows, "item").astype(np.int64),
        _column(rows, "parent").astype(np.int64),
        _column(rows, "inferred").astype(np.bool_),
        _column(rows, "responds").astype(np.bool_),
    )


def _items(tables: LogTables, links: Links) -> Items:
    rows = tables.rows("""
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


def _responses(tables: LogTables, items: Items) -> Responses:
    rows = tables.rows(_RESPONSES)
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
