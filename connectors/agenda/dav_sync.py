"""A pull from WebDAV collections: page by page, with a cursor that can be cut anywhere, and what is gone at last.

Of each resource the cursor keeps which records came of it, so that a resource that is changed or deleted
withdraws those that no resource holds any more.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from connectors.agenda.dav import Dav, Listing
from connectors.kit.answers import as_member
from connectors.kit.deletions import as_tombstones
from connectors.kit.paging import Answer, State, Task, walk
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


@dataclass(frozen=True)
class Pull:
    """One pull. `collections` holds of each its `token`, `open` resources and `held` records.

    While a listing is read in pages, `after` is the last resource read and `next` the token that will be
    valid at its end: what changes meanwhile is listed again from there. `pending` may be gone.
    """

    dav: Dav
    reading: Reading

    def replies(self, cursor: Mapping[str, Any]) -> Iterator[Reply]:
        """Yield the resources that are new or changed, and at the end what is gone."""
        try:
            yield from walk(cursor, self._begin, self._ask, keeps_tasks=False)
        finally:
            self.dav.close()

    def _begin(self, state: State) -> list[Task]:
        state |= {"collections": state.get("collections", {}), "pending": state.get("pending", [])}
        found = self.dav.collections()
        return [*(["collection", href] for href in found), ["dropped", found], ["gone"]]

    def _ask(self, task: Task, state: State) -> Answer:
        match task:
            case ["collection", str(href)]:
                place = state["collections"].setdefault(href, {"token": "", "open": [], "held": {}})
                return Answer(None, [["round", href]] * (2 if "next" in place else 1))
            case ["round", str(href)]:
                return Answer(None, self._round(href, state))
            case ["page", str(href), listing, list(page), int(left)]:
                return self._page(href, listing, page, left, state)
            case ["dropped", list(found)]:
                for href in state["collections"].keys() - set(found):
                    for ids in state["collections"].pop(href)["held"].values():
                        state["pending"] += ids
                return Answer(None)
        return _gone(state)

    def _round(self, href: str, state: State) -> list[Task]:
        place = state["collections"][href]
        listing = self.dav.changes(href, place["token"])
        place.setdefault("next", listing.token)
        wanted = sorted({*listing.changed, *place["open"]} - set(listing.gone))
        left = [one for one in wanted if one > place.get("after", "")]
        if not left:
            _finish(place, listing, state)
        starts = range(0, len(left), PAGE)
        return [["page", href, listing, left[at : at + PAGE], max(0, len(left) - at - PAGE)] for at in starts]

    def _page(self, href: str, listing: Listing, page: list[str], left: int, state: State) -> Answer:
        place = state["collections"][href]
        texts = self.dav.contents(href, page)
        for one, text in texts.items():
            self._hold(place, one, text, state)
        place["after"] = page[-1]
        if not left:
            _finish(place, listing, state)
        name = f"{_last_part(href)} {_last_part(page[0])}{self.reading.suffix}"
        body = "\r\n".join(texts[one] for one in sorted(texts)).encode()
        return Answer(as_member(name, body), note=f"{left:,} left in {_last_part(href)}")

    def _hold(self, place: dict[str, Any], href: str, text: str, state: State) -> None:
        """Take what a resource holds now; what it held before, and what is not out of sight, may be gone."""
        before, now = place["held"].pop(href, {}), dict(self.reading.ids(text))
        for one in before.keys() - now.keys():
            if self.reading.is_spared(before[one]):
                now[one] = before[one]
            else:
                state["pending"].append(one)
        if now:
            place["held"][href] = now
        place["open"] = [one for one in place["open"] if one != href]
        if self.reading.is_open(text):
            place["open"].append(href)


def _finish(place: dict[str, Any], listing: Listing, state: State) -> None:
    gone = set(listing.gone)
    if listing.whole:
        gone |= place["held"].keys() - set(listing.changed)
    for href in gone:
        state["pending"] += place["held"].pop(href, {})
    place["open"] = sorted(set(place["open"]) - gone)
    place["token"] = place.pop("next")
    place.pop("after", None)


def _gone(state: State) -> Answer:
    """Withdraw what no resource holds any more; a meeting that was only moved is not gone."""
    pending, state["pending"] = state["pending"], []
    held = {one for place in state["collections"].values() for ids in place["held"].values() for one in ids}
    gone = sorted(set(pending) - held)
    return Answer(as_tombstones("gone.json", gone) if pending else None, note=f"{len(gone):,} gone")


def _last_part(href: str) -> str:
    parts: Sequence[str] = href.rstrip("/").rsplit("/", 1)
    return parts[-1][:60].removesuffix(".ics").removesuffix(".vcf")
