"""Who can meet nobody in the linkage: no name, and no handle but such as nobody else's can be; told by columns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from influence.people.linkage.profiles import DIGITS, Record, record_of, spelt_here
from influence.people.names import LONGEST, ROLES

_PLAIN = rf"^[!-9;-~]{{1,{LONGEST // 2}}}:[ -<>?A-~]{{0,{LONGEST // 2}}}$"
"""An account whose handle is all that stands after its system; any other is looked at singly."""
_NUMBER = r"^[!-9;-~]{1,99}:[0-9]{0,15}$"
"""An account that bears no handle; what is sought among a million accounts first."""
_SPELLS = r"^[._-]*[a-z]{2,}[._-]+[a-z]+([._-]+[a-z]+)?[._-]*$"
"""A handle that may spell a name."""


@dataclass(frozen=True)
class Company:
    """Who may meet somebody: their places among the profiles and what can be compared of them, by group.

    `others` are the handles of everybody else; no two are the same, and nobody here has one of them.
    """

    rows: Sequence[int]
    records: Sequence[Record]
    others: pa.Array


def company(profiles: pa.Table) -> Company:
    """Return who may share a key with somebody (`keys_of`); of everybody else no Python object is made.

    >>> from influence.people.linkage.profiles import PROFILES
    >>> rows = [{"group": one, "accounts": [one]} for one in ("x:12", "x-handle:bluetit", "y:blue-tit", "y:b1rdie")]
    >>> found = company(pa.Table.from_pylist(rows, PROFILES))
    >>> found.rows, found.others.to_pylist()
    ([1, 2], ['b1rdie'])
    """
    accounts = profiles.column("accounts").combine_chunks()
    handle, row = handles(pc.list_flatten(accounts)), pc.list_parent_indices(accounts).to_numpy()
    told = pc.or_(
        pc.greater(pc.fill_null(pc.list_value_length(profiles.column("names")), 0), 0),
        profiles.column("organisation").is_valid(),
    ).to_numpy()
    told = np.array(told, np.bool_)
    told[row[handle.is_null().to_numpy(zero_copy_only=False)]] = True
    bears = pc.fill_null(pc.not_equal(handle, ""), False).to_numpy(zero_copy_only=False) & ~told[row]
    handle, row = handle.filter(pa.array(bears)), row[bears]
    told[row[_twice(handle)]] = True
    first = _records(profiles, np.flatnonzero(told))
    second = _records(profiles, np.unique(row[_met(handle, [record for _, record in first]) & ~told[row]]))
    told[[place for place, _ in second]] = True
    both = sorted(first + second, key=lambda each: each[1].group)
    rows, records = [place for place, _ in both], [record for _, record in both]
    return Company(rows, records, handle.filter(pa.array(~told[row])))


def handles(accounts: pa.Array) -> pa.Array:
    """Return the handle that is compared of each account, empty where none is; null where it takes a look by itself.

    >>> handles(pa.array(["x:12", "slack:Blue-Tit", "email:bo@ek.example", "x:bo.ek", "x:info"])).to_pylist()
    ['', 'blutit', None, None, '']
    """
    words = pc.invert(pc.match_substring_regex(accounts, _NUMBER))
    return pc.replace_with_mask(pa.repeat("", len(accounts)), words, _bare(accounts.filter(words)))


def _bare(accounts: pa.Array) -> pa.Array:
    low = pc.utf8_lower(pc.replace_substring_regex(accounts, r"^[^:]*:", "", max_replacements=1))
    bare = pc.replace_substring_regex(low, r"[^a-z0-9-]", "")
    for two in ("aa", "ae", "oe", "ue"):  # as `fold` does
        bare = pc.replace_substring(bare, two, two[0])
    bare = pc.replace_substring(bare, "-", "")
    size, letters = (pc.binary_length(each) for each in (bare, pc.replace_substring_regex(bare, "[0-9]", "")))
    number = pc.and_(pc.less(pc.multiply(letters, 2), size), pc.less(size, 16))
    short = pc.or_(pc.less(size, 4), pc.is_in(bare, pa.array(sorted(ROLES))))
    bare = pc.if_else(pc.or_(number, short), "", bare)
    plain = pc.and_(pc.match_substring_regex(accounts, _PLAIN), pc.invert(pc.starts_with(accounts, "email:")))
    spells = pc.and_(pc.match_substring_regex(low, "[._]"), pc.match_substring_regex(low, _SPELLS))
    single = pc.or_(pc.invert(plain), spells)
    return pc.if_else(single, pa.scalar(None, pa.string()), bare)


def _twice(handle: pa.Array) -> np.ndarray:
    """Tell which handles stand there more than once."""
    codes = handle.dictionary_encode().indices.to_numpy()
    return np.bincount(codes)[codes] > 1 if len(codes) else np.zeros(0, np.bool_)


def _met(handle: pa.Array, records: Sequence[Record]) -> np.ndarray:
    """Tell which handles somebody has, or is expected to have by their name, or in which somebody's name is spelt."""
    whole, surnames = spelt_here(records)
    known = set().union(*(record.handles | record.forms for record in records))
    letters = pc.utf8_rtrim(handle, DIGITS)
    met = (
        pc.is_in(each, pa.array(sorted(words), pa.string()))
        for each, words in (
            (handle, known),
            (letters, whole),
            (pc.utf8_slice_codeunits(letters, 1), surnames),
        )
    )
    found: np.ndarray = np.logical_or.reduce([each.to_numpy(zero_copy_only=False) for each in met])
    return found


def _records(profiles: pa.Table, rows: np.ndarray) -> list[tuple[int, Record]]:
    chosen = profiles.select(["group", "names", "accounts", "organisation"]).take(pa.array(rows, pa.int64()))
    columns = (column.to_pylist() for column in chosen.columns)
    return [
        (row, record_of(group, names or (), accounts or (), at))
        for row, group, names, accounts, at in zip(rows.tolist(), *columns, strict=True)
    ]
