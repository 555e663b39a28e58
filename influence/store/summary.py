"""The account of an import: what became of its rows, and what that made of what is shown."""

from __future__ import annotations

import operator
from dataclasses import astuple, dataclass


@dataclass
class Summary:
    """What became of the rows of an import: `read` = `stored` + `known` + `aside`, always.

    What it made of what is shown now: `new` was not there before, `changed` was there with other content, `deleted`
    was there and is no more (so are the times that a meeting no longer lists, which are no rows of their own). `again`
    are those of `aside` that an earlier import of the same file had set aside already.

    >>> str(Summary(read=5, stored=3, known=1, aside=1))
    '5 read = 3 stored + 1 already known + 1 set aside'
    """

    read: int = 0
    stored: int = 0
    known: int = 0
    aside: int = 0
    new: int = 0
    changed: int = 0
    deleted: int = 0
    again: int = 0

    def __add__(self, other: Summary) -> Summary:
        return Summary(*map(operator.add, astuple(self), astuple(other)))

    def __sub__(self, other: Summary) -> Summary:
        return Summary(*map(operator.sub, astuple(self), astuple(other)))

    def __str__(self) -> str:
        return (
            f"{self.read:,} read = {self.stored:,} stored + {self.known:,} already known "
            f"+ {self.aside:,} set aside"
        )
