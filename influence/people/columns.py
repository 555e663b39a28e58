"""People and their accounts as columns: a `Who` is made when somebody asks for that person, and for nobody else."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import ItemsView, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from operator import index
from typing import overload

import pyarrow as pa

from influence.kernels.arrays import Codes
from influence.people.accounts import domains

_TEXT, _TEXTS = pa.string(), pa.list_(pa.string())
TOLD = pa.schema(
    [
        ("person", _TEXT),
        ("name", _TEXT),
        ("accounts", _TEXTS),
        ("organisation", _TEXT),
        ("department", _TEXT),
        ("site", _TEXT),
        ("manager", _TEXT),
        ("sphere", _TEXT),
        ("bot", pa.bool_()),
        ("kind", _TEXT),
        ("why", _TEXT),
    ]
)
"""The fields of `Who` as columns; the row of a person is their code."""
_ACCOUNTS, _AT_ONCE = TOLD.get_field_index("accounts"), 10_000


@dataclass(frozen=True)
class Who:
    """One person as the sources and the user describe them.

    `bot` is true of whatever is no single human being; `kind` says what it is then (bot, list, shared
    mailbox, deleted user) and `why` what tells.
    """

    person: str
    name: str
    accounts: tuple[str, ...] = ()
    organisation: str | None = None
    department: str | None = None
    site: str | None = None
    manager: str | None = None
    sphere: str | None = None
    bot: bool = False
    kind: str | None = None
    why: str | None = None

    def domains(self) -> set[str]:
        """Return the domains of the person's e-mail accounts."""
        return domains(self.accounts)


class Everyone(Sequence[Who]):
    """Everybody by code, over a table as `TOLD`.

    >>> Everyone(as_rows([Who("x:1", "Ann"), Who("x:2", "Bo")]))[1].name
    'Bo'
    """

    def __init__(self, rows: pa.Table) -> None:
        self.rows = rows.combine_chunks()
        self._columns = [whole(self.rows, name) for name in TOLD.names]
        self._made: dict[int, Who] = {}

    def __len__(self) -> int:
        return int(self.rows.num_rows)

    @overload
    def __getitem__(self, code: int) -> Who: ...
    @overload
    def __getitem__(self, code: slice) -> list[Who]: ...
    def __getitem__(self, code: int | slice) -> Who | list[Who]:
        if isinstance(code, slice):
            return [self[each] for each in range(*code.indices(len(self)))]
        made = self._made.get(code)
        return made or self._make(index(code))

    def some(self, codes: Sequence[int]) -> list[Who]:
        """Return some people by code, those not yet made all at once."""
        new = [code for code in dict.fromkeys(codes) if code not in self._made]
        told = [column.take(pa.array(new, pa.int64())).to_pylist() for column in self._columns]
        told[_ACCOUNTS] = map(tuple, told[_ACCOUNTS])
        self._made.update(zip(new, map(Who, *told), strict=True))
        return [self._made[code] for code in codes]

    def _make(self, code: int) -> Who:
        if not -len(self) <= code < len(self):
            raise IndexError(code)
        place = code % len(self)
        told = [column[place].as_py() for column in self._columns]
        told[_ACCOUNTS] = tuple(told[_ACCOUNTS])
        return self._made.setdefault(code, Who(*told))

    def __iter__(self) -> Iterator[Who]:
        for start in range(0, len(self), _AT_ONCE):
            told = [column.slice(start, _AT_ONCE).to_pylist() for column in self._columns]
            told[_ACCOUNTS] = map(tuple, told[_ACCOUNTS])
            yield from map(Who, *told)

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Everyone):
            return bool(self.rows.equals(other.rows))
        return isinstance(other, Sequence) and list(self) == list(other)

    __hash__ = None  # type: ignore[assignment]


def whole(rows: pa.Table, name: str) -> pa.Array:
    """Return a column in one piece."""
    column = rows.column(name)
    return column.chunk(0) if column.num_chunks == 1 else column.combine_chunks()


def as_rows(who: Iterable[Who]) -> pa.Table:
    """Return people as columns."""
    everybody = list(who)
    columns = {
        field.name: pa.array([getattr(one, field.name) for one in everybody], field.type) for field in TOLD
    }
    return pa.table(columns, schema=TOLD)


class Numbered(Mapping[str, int]):
    """The number that stands beside a word, over words in ascending order; of a word that stands twice, the last.

    >>> import numpy as np
    >>> Numbered(pa.array(["a", "c"]), np.array([7, 9], np.int32))["c"]
    9
    """

    def __init__(self, words: pa.Array, numbers: Codes) -> None:
        self.words, self.numbers = words, numbers

    def __len__(self) -> int:
        return len(self.words)

    def __getitem__(self, word: str) -> int:
        place = self._place(word)
        if place < 0:
            raise KeyError(word)
        return int(self.numbers[place])

    def __contains__(self, word: object) -> bool:
        return self._place(word) >= 0

    def _place(self, word: object) -> int:
        if not isinstance(word, str):
            return -1
        place = bisect_right(range(len(self.words)), word, key=lambda at: self.words[at].as_py()) - 1
        return place if place >= 0 and self.words[place].as_py() == word else -1

    def __iter__(self) -> Iterator[str]:
        return iter(self._all)

    def items(self) -> ItemsView[str, int]:
        """Return every word and its number; this makes a dictionary of them."""
        return self._all.items()

    @cached_property
    def _all(self) -> dict[str, int]:
        return dict(zip(self.words.to_pylist(), self.numbers.tolist(), strict=True))
