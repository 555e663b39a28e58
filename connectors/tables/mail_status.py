"""What a log says became of each mail, by words that are known; of the others nothing is believed.

The words are those of Exchange's message trace and of its tracking log, and of logs like them. Source: "Event types in
the message tracking log", https://learn.microsoft.com/exchange/mail-flow/transport-logs/message-tracking
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import IntEnum
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from connectors.kit.csv_files import plain
from influence.contract.records import SetAside, Unsaid

if TYPE_CHECKING:
    import pyarrow as pa


class Fate(IntEnum):
    """What became of a mail; of several words for one mail the highest counts. `SENT` is a step on its way."""

    SENT, UNKNOWN, WAITS, NOTICE, FAILED, ARRIVED, SPAM = range(7)


_WORDS = {
    Fate.SENT: (
        "accepted agentinfo clientsubmission duplicateexpand duplicateredirect expand expanded haredirect hareceive "
        "initmessagecreated load moderatorapprove process processed processmeetingmessage queued receive received "
        "redirect redirected relayed resolve resolved resubmit send sendexternal sent submit submitted transfer "
        "transferred"
    ),
    Fate.WAITS: (
        "defer deferred delayed gettingstatus held inprogress pending processing resubmitdefer submitdefer throttle"
    ),
    Fate.NOTICE: "dsn hadiscard notifymapi notifyshadow",
    Fate.FAILED: (
        "badmail blocked bounce bounced deliverfail denied discarded drop dropped expired fail failed failure "
        "haredirectfail hardbounce moderationexpire moderatorreject moderatorsallndr notdelivered notsent "
        "poisonmessage refused reject rejected resubmitfail returned softbounce submitfail suppressed undeliverable "
        "undelivered"
    ),
    Fate.ARRIVED: "deliver delivered delivery duplicatedeliver ok success successful succeeded",
    Fate.SPAM: "filteredasspam junk quarantine quarantined spam",
}
_FATES = {word: fate for fate, words in _WORDS.items() for word in words.split()}
_CODE = re.compile(r"\s*([245])(?:\d\d[ -]\S|\.\d{1,3}\.\d{1,3}\b)")
"""An answer of a mail server: `250 OK`, `5.1.1` (RFC 5321, 4.2; RFC 3463)."""
_OF_CODE = {"2": Fate.ARRIVED, "4": Fate.WAITS, "5": Fate.FAILED}
_REASONS = {
    Fate.FAILED: "the mail was not delivered, as the log says",
    Fate.WAITS: "the mail was still on its way when the log was written",
    Fate.NOTICE: "a notice that a mail server wrote, and nobody sent",
}
_SHOWN, _LONGEST = 5, 40


def fate(told: str | None) -> Fate:
    """Return what one word, a code, or a list of words says became of a mail; nothing said is a step on its way.

    >>> fate("FilteredAsSpam").name, fate("Receive, Fail").name, fate("550 5.1.1 unknown user").name, fate("Blue").name
    ('SPAM', 'FAILED', 'FAILED', 'UNKNOWN')
    """
    if not told or not told.strip():
        return Fate.SENT
    if code := _CODE.match(told):
        return _OF_CODE[code[1]]
    words = (plain(word) for word in re.split("[,;|]", told))
    return max((_FATES.get(word, Fate.UNKNOWN) for word in words if word), default=Fate.UNKNOWN)


@dataclass
class Fates:
    """What the whole log says: whether any of its words is known, and which mails failed behind steps of their way."""

    is_known: bool = False
    strange: list[str] = field(default_factory=list)
    _arrived: set[int | None] = field(default_factory=set)
    _failed: set[int | None] = field(default_factory=set)

    def learn(self, table: pa.Table) -> None:
        """Take some rows of the log in, each of one recipient."""
        if "status" not in table.column_names:
            return
        words = table.column("status").unique().drop_null().to_pylist()
        strange = [word[:_LONGEST] for word in words if fate(word) is Fate.UNKNOWN]
        self.is_known |= len(strange) < len(words)
        self.strange = list(dict.fromkeys([*self.strange, *strange]))[:_SHOWN]
        if "message" in table.column_names:
            found = _fates(table.column("status"))
            self._failed.update(_mails(table.filter(found == Fate.FAILED)))
            self._arrived.update(_mails(table.filter(found == Fate.ARRIVED)))
            self._failed.discard(None)

    def apart(self, table: pa.Table) -> tuple[pa.Table, list[SetAside]]:
        """Take out what did not reach anybody, as far as the log says, or of which nothing known is said.

        What is left has a column `unsaid`, which tells spam.
        """
        if "status" not in table.column_names:
            return table, []
        found = _fates(table.column("status"))
        if self._failed:
            steps = [mail in self._failed and mail not in self._arrived for mail in _mails(table)]
            found[(found == Fate.SENT) & np.array(steps, np.bool_)] = Fate.FAILED
        kept = np.isin(found, (Fate.SENT, Fate.ARRIVED, Fate.SPAM))
        lost = table.filter(~kept)
        reasons = map(_reason, found[~kept].tolist(), lost.column("status").to_pylist())
        aside = [
            SetAside(reason, line)
            for reason, line in zip(reasons, lost.column("line").to_pylist(), strict=True)
        ]
        return table.filter(kept).append_column("unsaid", _spam(found[kept])), aside


def _spam(fates: NDArray[np.int8]) -> pa.Array:
    import pyarrow as pa

    return pa.array([None, Unsaid.SPAM.value], pa.string()).take(pa.array(fates == Fate.SPAM).cast(pa.int8()))


def _reason(its: int, told: str | None) -> str:
    said = f"the log says {(told or '')[:_LONGEST]!r}, which is no known word for what became of a mail"
    return _REASONS.get(Fate(its), said)


def _fates(statuses: pa.ChunkedArray) -> NDArray[np.int8]:
    """Return the fate of each row; few words stand in many rows."""
    import pyarrow.compute as pc

    encoded = statuses.combine_chunks().dictionary_encode()
    fates = np.array([fate(word) for word in [*encoded.dictionary.to_pylist(), None]], np.int8)
    at = pc.fill_null(encoded.indices, len(fates) - 1).to_numpy(zero_copy_only=False)
    found: NDArray[np.int8] = fates[at]
    return found


def _mails(table: pa.Table) -> list[int | None]:
    """Return a number for each row's mail and recipient; None where the mail has none."""
    rows = zip(table.column("message").to_pylist(), table.column("recipient").to_pylist(), strict=True)
    return [hash((mail, (to or "").strip().lower())) if mail else None for mail, to in rows]
