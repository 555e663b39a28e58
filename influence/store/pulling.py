"""From a live service to the store: each reply is a transaction of its own, with its cursor."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from influence.contract.connector import ConnectorError, RateLimited, Reply, Secret, StoppedShort
from influence.contract.errors import InfluenceError
from influence.contract.secrecy import hushed
from influence.contract.wording import plain
from influence.store.importing import Imported, Reading
from influence.store.store import Store

_COUNTS = re.compile(r"(^|\s)[$€£]?\d[\d.,]*(?=[\s;]|$)")
"""A note with a number of its own says how far it is; one without is something to know."""


class ConnectorFault(ConnectorError):
    """A connector did what no connector should; whoever wrote it must mend it."""


@dataclass
class Pulled(Imported):
    """What a pull brought from one source; `note` is what was said last (how much is left, what it cost).

    `failed` is the sentence of what ended it early, empty where nothing did: all that came before is kept.
    """

    note: str = ""
    failed: str = ""
    facts: dict[str, None] = field(default_factory=dict)

    def __str__(self) -> str:
        moved = self.summary
        told = f"{moved.new:,} new, {moved.changed:,} changed, {moved.deleted:,} deleted"
        aside = f" ({moved.aside:,} set aside)" if moved.aside else ""
        return told + aside + (f"; {self.note}" if self.note else "")

    def hear(self, note: str) -> None:
        """Take what the service said with a reply: the last of it, and whatever is no mere count."""
        self.note = _line(note)
        if not _COUNTS.search(self.note):
            self.facts[self.note] = None

    @property
    def to_know(self) -> list[str]:
        """What was noted on the way, but for the `note` that was said last."""
        apart = [self.counted_apart] if self.unsaid else []
        return [*self.notes, *apart, *(fact for fact in self.facts if fact != self.note)]


def pull(
    store: Store, source: str, make: Callable[[], Any], secret: Secret, progress: Callable[[str], None]
) -> Pulled:
    """Fetch what is new from a live source, by the connector that `make` makes.

    Nothing that it raises is raised here, a fault of the connector included: `failed` says it.
    """
    done = Pulled()
    try:
        with faults_of(source):
            connector = make()
        with faults_of(getattr(connector, "name", source)):
            _fetch(store, source, connector, secret, done, progress)
    except InfluenceError as error:
        done.failed = _line(_sentence(error))
    return done


def look_again(
    store: Store, source: str, make: Callable[[], Any], secret: Secret, progress: Callable[[str], None]
) -> Pulled | None:
    """Ask a live source what became of everything that is stored of it, and take deletions and edits over.

    None where its connector cannot ask that. Nothing is raised; where it stopped is as good as not asked.
    """
    done = Pulled()
    try:
        with faults_of(source):
            connector = make()
        if not hasattr(connector, "look_again"):
            return None
        with faults_of(getattr(connector, "name", source)):
            ids = [one for beginning in connector.stored for one in store.ids(beginning)]
            for reply in connector.look_again(ids, secret):
                _land(store, source, connector, reply, done, progress, remember=False)
    except InfluenceError as error:
        done.failed = _line(_sentence(error))
    return done


def _fetch(
    store: Store, source: str, connector: Any, secret: Secret, done: Pulled, progress: Callable[[str], None]
) -> None:
    for reply in connector.fetch(store.cursor(source), secret):
        _land(store, source, connector, reply, done, progress)


def _land(
    store: Store,
    source: str,
    connector: Any,
    reply: Reply,
    done: Pulled,
    progress: Callable[[str], None],
    *,
    remember: bool = True,
) -> None:
    """Bring one reply in, with its cursor, or not at all."""
    with store.batch(source, connector.name, live=True) as batch:
        reading = Reading(batch, progress)
        reading.records(connector.name, reply.member.name, connector.parse(reply.member))
        landed = reading.finish()
        if remember:
            batch.remember(reply.cursor)
    done += landed
    if reply.note:
        done.hear(reply.note)
        progress(f"{source}: {done.note}")


@contextmanager
def faults_of(name: str) -> Iterator[None]:
    """Turn whatever a connector raises that is no sentence for a person into one that names it.

    Raises:
        ConnectorFault: it did.
    """
    try:
        yield
    except (InfluenceError, MemoryError):
        raise
    except (Exception, SystemExit) as error:
        told = _line(f"{type(error).__name__}: {error}")[:300]
        raise ConnectorFault(
            f"this is a fault of the connector {name!r}, please report it: {told}"
        ) from error


def _line(text: str) -> str:
    return hushed(plain(text))


def _sentence(error: InfluenceError) -> str:
    match error:
        case StoppedShort():
            return f"stopped short: {error}"
        case RateLimited(seconds=float() | int() as seconds) if 0 < seconds < timedelta.max.total_seconds():
            return f"{error}; that is at {_clock(seconds)}"
        case _:
            return str(error)


def _clock(seconds: float) -> str:
    try:
        return (datetime.now(UTC) + timedelta(seconds=seconds + 30)).strftime("%H:%M UTC on %d %B")
    except OverflowError:
        return "no time soon"
