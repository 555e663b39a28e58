"""Mass mail: one letter that many strangers send to a leader, which is a campaign and not so many conversations."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from influence.kernels.arrays import Flags, Ints
from influence.network.log_queries import letters_alike
from influence.network.responses import Log
from influence.text.subjects import SAYING_NOTHING
from influence.times import DAY

SENDERS, WITHIN = 20, 14 * DAY
"""So many people within so long make a campaign; so long a silence ends it."""


@dataclass(frozen=True)
class MassMail:
    """The letters of the campaigns to one leader: `item`, sorted, and the number of its `campaign`, the first 0."""

    item: Ints
    campaign: Ints

    def __len__(self) -> int:
        return len(self.item)

    def holds(self, items: ArrayLike) -> Flags:
        """Tell which items are letters of a campaign."""
        found: Flags = np.isin(np.asarray(items, np.int64), self.item)
        return found


def mass_mail(log: Log, leader: int, bots: Sequence[int]) -> MassMail:
    """Find the campaigns to a leader in the whole log; `bots` send none.

    Letters are alike by their text (as far as it begins alike) or by their subject, if it says anything. A letter
    counts if it answers nothing and does not name the leader, is by somebody to whom the leader had not turned before
    (by an item addressed to them, one that names them, or a response), and lies in 14 days in which 20 such people
    sent it. What is alike with what is alike is one campaign, until it rests for more than 14 days.
    """
    item, mark = letters_alike(
        log.tables, leader, bots, sorted(SAYING_NOTHING), senders=SENDERS, within=WITHIN
    )
    if not len(item):
        return MassMail(item, item)
    letter, row = np.unique(item, return_inverse=True)
    return MassMail(letter, campaigns(log.items.time[letter], row, mark))


def campaigns(time: Ints, row: Ints, mark: Ints) -> Ints:
    """Return the campaign of each letter, numbered by when they begin; `row` bears `mark`, once for each of its marks.

    `time` is that of each letter, in order.

    >>> campaigns(np.array([0, 1, 2, 30]) * DAY, np.array([0, 1, 1, 2, 3]), np.array([0, 0, 1, 1, 2])).tolist()
    [0, 0, 0, 1]
    >>> campaigns(np.array([0, 14, 29]) * DAY, np.array([0, 1, 2]), np.array([0, 0, 0])).tolist()
    [0, 0, 1]
    """
    from scipy.sparse import coo_array  # scipy costs 0.1 s, and only mass mail needs it here
    from scipy.sparse.csgraph import connected_components

    size = len(time) + int(mark.max()) + 1
    tied = coo_array((np.ones(len(row)), (row, len(time) + mark)), shape=(size, size))
    alike = connected_components(tied, directed=False)[1][: len(time)]
    order = np.lexsort((time, alike))
    begins = np.ones(len(time), bool)
    begins[1:] = (np.diff(alike[order]) != 0) | (np.diff(time[order]) > WITHIN)
    number = np.empty(len(time), np.int64)
    number[order] = np.cumsum(begins)
    _, first, code = np.unique(number, return_index=True, return_inverse=True)
    return np.argsort(np.argsort(first, kind="stable"), kind="stable")[code]
