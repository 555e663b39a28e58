"""Who is who as tables that can be kept, and back."""

from __future__ import annotations

from collections.abc import Mapping

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
NAMES = ("people", "accounts", "joined", "conflicts", "merged")
"""The tables that hold who is who."""


def as_tables(people: People) -> dict[str, pa.Table]:
    """Return people that were worked out from a store as tables by `NAMES`."""
    rows = people.rows.append_column("acts", pa.array(people.acts)).append_column("also", people.also)
    merged = {"person": pa.array(people.merged, pa.string()), "code": [*people.merged.values()]}
    return {
        "people": rows,
        "accounts": people.table(),
        "joined": pa.Table.from_pylist([vars(link) for link in people.links], _LINK),
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
        [Link(**row) for row in tables["joined"].to_pylist()],
        dict(zip(merged.column("person").to_pylist(), merged.column("code").to_pylist(), strict=True)),
        rows.column("acts").to_numpy(),
        rows.column("also").combine_chunks(),
    )
