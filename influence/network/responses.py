"""Who answered whom: items, the links between them, and responses, as arrays."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Literal, TypeAlias

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from influence.kernels.arrays import Flags, Ints
from influence.network.log_tables import LogTables
from influence.network.reading import numbers
from influence.times import Window

Count: TypeAlias = Literal["headline", "stated", "all"]
"""Which responses count: the stated and those of sources without parents; only the stated; all."""


@dataclass(frozen=True)
class Items:
    """All activities in order of time, as arrays of one length; `time` in microseconds since 1970, UTC.

    `counts` is True where the item's source states no parents, so that its inferred responses count;
    `conversation` is a code, the same for all that descends from one item. `made` are items of one's own (no reactions,
    follows or views), `said` those that say something, `public` those addressed to nobody.
    """

    time: Ints
    author: NDArray[np.int32]
    counts: Flags
    conversation: Ints
    made: Flags
    said: Flags
    public: Flags

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

    def where(self, mask: Flags | slice) -> Responses:
        """Return the responses that a mask chooses, or a stretch of them as a view."""
        return Responses(
            self.item[mask],
            self.responder[mask],
            self.target[mask],
            self.parent[mask],
            self.inferred[mask],
            self.time[mask],
        )

    def within(self, window: Window) -> Responses:
        """Return the responses of a window: a view."""
        return self.where(window.stretch(self.time))


@dataclass(frozen=True)
class Log:
    """Everything that was done and answered, ready to be measured; `tables` hold what arrays do not."""

    tables: LogTables
    items: Items
    links: Links
    responses: Responses

    @cached_property
    def guessed(self) -> bool:
        """Whether anything is guessed at all; else it is all one which responses count."""
        return bool(self.responses.inferred.any() or self.links.inferred.any())

    def counted(self, count: Count = "headline") -> Responses:
        """Return the responses of the headline, only the stated ones, or all."""
        if count == "all" or not self.guessed:
            return self.responses
        return self.responses.where(self._chosen(count, self.responses.inferred, self.responses.item))

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
    """Return items, links and responses of the whole store as arrays."""
    item, link, response = (tables.log[name] for name in ("item", "link", "response"))
    time = item.column("time").cast(pa.int64())
    items = Items(
        numbers(pa.table({"time": time}), "time"),
        numbers(item, "author").astype(np.int32),
        numbers(item, "counts").astype(np.bool_),
        numbers(item, "conversation"),
        *(numbers(item, name).astype(np.bool_) for name in ("made", "said", "public")),
    )
    return Log(tables, items, _links(link), _responses(response, items))


def _links(rows: pa.Table) -> Links:
    return Links(
        numbers(rows, "item"),
        numbers(rows, "parent"),
        numbers(rows, "inferred").astype(np.bool_),
        numbers(rows, "responds").astype(np.bool_),
    )


def _responses(rows: pa.Table, items: Items) -> Responses:
    item = numbers(rows, "item")
    return Responses(
        item,
        numbers(rows, "responder").astype(np.int32),
        numbers(rows, "target").astype(np.int32),
        numbers(rows, "parent"),
        numbers(rows, "inferred").astype(np.bool_),
        items.time[item],
    )
