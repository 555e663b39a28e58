"""A pull from WebDAV collections: page by page, with a cursor that can be cut anywhere, and what is gone at last.

Of each resource the cursor keeps which records came of it, so that a resource that is changed or deleted
withdraws those that no resource holds any more.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from connectors.agenda.dav import Dav, Listing
from connectors.kit.answers import as_member
from connectors.kit.deletions import as_tombstones
from influence.contract.connector import Reply

PAGE = 100
"""Resources fetched at once."""

Ids: TypeAlias = Mapping[str, int | None]
"""Ids of records with their times (seconds since 1970, None if undated)."""


@dataclass(frozen=True)
class Reading:
    """What a kind of resource needs: `ids` of its records, `is_open` (to be read again), `is_spared` (never gone)."""

    suffix: str
    ids: Callable[[str], Ids]
    is_open: Callable[[str], bool] = lambda _: False
    is_spared: Callable[[int | None], bool] = lambda _: False


@dataclass
class Pull:
    """One pull. `collections` holds of each its `token`, `open` resources and `held` records.

    While a listing is read in pages, `after` is the last resource read and `next` the token that will be
    valid at its end: what changes meanwhile is listed again from there.
    """

    dav: Dav
    reading: Reading
    cursor: Mapping[str, Any]
    collections: dict[str, dict[str, Any]] = field(default_factory=dict)
    pending: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.collections = {
            href: {**state, "held": dict(state.get("held", {}))}
            for href, state in self.cursor.get("collections", {}).items()
        }
        self.pending = list(self.cursor.get("pending", ()))

    def replies(self) -> Iterator[Reply]:
        """Yield the resources that are new or changed, and at the end what is gone."""
        try:
            yield from self._all()
        finally:
            self.dav.close()

    def _all(self) -> Iterator[Reply]:
        found = self.dav.collections()
        for collection in found:
            yield from self._collection(collection)
        for collection in self.collections.keys() - set(found):
            for ids in self.collections.pop(collection)["held"].values():
                self.pending += ids
        yield from self._gone()

    def _collection(self, collection: str) -> Iterator[Reply]:
        state = self.collections.setdefault(collection, {"token": "", "open": [], "held": {}})
        resumed = "next" in state
        yield from self._round(collection, state)
        if resumed:
            yield from self._round(collection, state)

    def _round(self, collection: str, state: dict[str, Any]) -> Iterator[Reply]:
        listing = self.dav.changes(collection, state["token"])
        state.setdefault("next", listing.token)
        wanted = sorted({*listing.changed, *state["open"]} - set(listing.gone))
        left = [href for href in wanted if href > state.get("after", "")]
        for start in range(0, len(left), PAGE):
            page = left[start : start + PAGE]
            texts = self.dav.contents(collection, page)
            for href, text in texts.items():
                self._hold(state, href, text)
            state["after"] = page[-1]
            if start + PAGE >= len(left):
                self._finish(state, listing)
            name = f"{_last_part(collection)} {_last_part(page[0])}{self.reading.suffix}"
            body = "\r\n".join(texts[href] for href in sorted(texts)).encode()
            remaining = f"{max(0, len(left) - start - PAGE):,} left in {_last_part(collection)}"
            yield Reply(as_member(name, body), self._cursor(), remaining)
        if not left:
            self._finish(state, listing)

    def _hold(self, state: dict[str, Any], href: str, text: str) -> None:
        """Take what a resource holds now; what it held before, and what is not out of sight, may be gone."""
        before, now = state["held"].pop(href, {}), dict(self.reading.ids(text))
        for one in before.keys() - now.keys():
            if self.reading.is_spared(before[one]):
                now[one] = before[one]
            else:
                self.pending.append(one)
        if now:
            state["held"][href] = now
        state["open"] = [one for one in state["open"] if one != href]
        if self.reading.is_open(text):
            state["open"].append(href)

    def _finish(self, state: dict[str, Any], listing: Listing) -> None:
        gone = set(listing.gone)
        if listing.whole:
            gone |= state["held"].keys() - set(listing.changed)
        for href in gone:
            self.pending += state["held"].pop(href, {})
        state["open"] = sorted(set(state["open"]) - gone)
        state["token"] = state.pop("next")
        state.pop("after", None)

    def _gone(self) -> Iterator[Reply]:
        """Withdraw what no resource holds any more; a meeting that was only moved is not gone."""
        held = {one for state in self.collections.values() for ids in state["held"].values() for one in ids}
        gone, had_pending = sorted(set(self.pending) - held), bool(self.pending)
        self.pending = []
        if gone or had_pending:
            yield Reply(as_tombstones("gone.json", gone), self._cursor(), f"{len(gone):,} gone")

    def _cursor(self) -> dict[str, Any]:
        states = {
            href: {**state, "open": list(state["open"]), "held": dict(state["held"])}
            for href, state in self.collections.items()
        }
        return {"collections": states, "pending": list(self.pending)}


def _last_part(href: str) -> str:
    parts: Sequence[str] = href.rstrip("/").rsplit("/", 1)
    return parts[-1][:60].removesuffix(".ics").removesuffix(".vcf")
