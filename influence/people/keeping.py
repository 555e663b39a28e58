"""Who is who as tables that can be kept, and back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import overload

import pyarrow as pa

from influence.people.accounts import Link
from influence.people.columns import TOLD, Everyone, Numbered
from influence.people.directory import People

_LINK = pa.schema(
    [
        ("one", pa.string()),
        ("other", pa.string()),
        ("stage", pa.string()),
        ("reason", pa.string()),
        ("weight", pa.float64()),
    ]
)
_AT_ONCE = 10_000
NAMES = ("people", "accounts", "joined", "conflicts", "merged")
"""The tables that hold who is who."""


class Joined(Sequence[Link]):
    """Links over a table: one is made when somebody asks for it."""

    def __init__(self, rows: pa.Table) -> None:
        self.rows = rows

    def __len__(self) -> int:
        return int(self.rows.num_rows)

    @overload
    def __getitem__(self, place: int) -> Link: ...
    @overload
    def __getitem__(self, place: slice) -> list[Link]: ...
    def __getitem__(self, place: int | slice) -> Link | list[Link]:
        if isinstance(place, slice):
            return [self[each] for each in range(*place.indices(len(self)))]
        return Link(**self.rows.slice(range(len(self))[place], 1).to_pylist()[0])

    def __iter__(self) -> Iterator[Link]:
        for start in range(0, len(self), _AT_ONCE):
            yield from (Link(**row) for row in self.rows.slice(start, _AT_ONCE).to_pylist())


def links_table(links: Sequence[Link]) -> pa.Table:
    """Return links as columns."""
    return (
        links.rows
        if isinstance(links, Joined)
        else pa.Table.from_pylist([vars(link) for link in links], _LINK)
    )


def as_tables(people: People) -> dict[str, pa.Table]:
    """Return people that were worked out from a store as tables by `NAMES`."""
    rows = people.rows.append_column("acts", pa.array(people.acts)).append_column("also", people.also)
    merged = {"person": pa.array(people.merged, pa.string()), "code": [*people.merged.values()]}
    return {
        "people": rows,
        "accounts": people.table(),
        "joined": links_table(people.links),
        "conflicts": pa.table({"words": pa.array(people.conflicts, pa.string())}),
        "merged": pa.table({"person": merged["person"], "code": pa.array(merged["code"], pa.int32())}),
    }


def from_tables(tables: Mapping[str, pa.Table]) -> People:
    """Return the people that such tables hold."""
    rows, accounts, merged = (tables[name].combine_chunks() for name in ("people", "accounts", "merged"))
    account, person = (accounts.column(name).combine_chunks() for name in ("account", "person"))
    return People(
        Everyone(rows.select(TOLD.names)),
        Numbered(account, person.to_numpy()),
        tables["conflicts"].column("words").to_pylist(),
        Joined(tables["joined"]),
        dict(zip(merged.column("person").to_pylist(), merged.column("code").to_pylist(), strict=True)),
        rows.column("acts").to_numpy(),
        rows.column("also").combine_chunks(),
    )
