"""Says of each person what the sources and the user tell: id, name, house, kind; who is told of by nobody is a row."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from typing import Any, TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from influence.contract.language import day_in_english
from influence.contract.no_person import BOT
from influence.people.accounts import Accounts, Link, stated_id
from influence.people.bots import signs, told_by
from influence.people.columns import TOLD, Everyone, Numbered, Who, as_rows
from influence.people.decisions import Decision
from influence.people.directory import People
from influence.people.keeping import Joined, links_table
from influence.people.names import canonical_name
from influence.people.uses import Uses

_GIVEN = ("name", "organisation", "department", "site", "manager", "sphere", "bot")
_Claims: TypeAlias = Sequence[Mapping[str, Any]]
_Names: TypeAlias = Mapping[str, Counter[str]]
_Told: TypeAlias = tuple[Who, list[str], list[str]]
"""A person, their accounts, and the ids that people tables give them."""


def described(
    joined: Accounts, claims: _Claims, uses: Uses, names: _Names, decided: Sequence[Decision]
) -> People:
    """Return everybody in canonical order: who is joined or told of, and everybody who is but an account."""
    groups = joined.groups()
    acted, others = uses.split(mark for _, members in groups for mark in members)
    known = acted.keys() | {account for claim in claims for account in claim["accounts"]}
    told = list(_each_told(groups, known, claims, _overruled(decided), (acted, names)))
    rows = pa.concat_tables([_told_rows(told, acted, names), _rows_of_accounts(others)])
    merged = {person: row for row, (_, _, ids) in enumerate(told) for person in ids}
    return _in_order(rows, merged, joined.conflicts, joined.links)


def gathered(parts: Iterable[People]) -> People:
    """Return everybody of some parts in canonical order; nobody is in two."""
    rows, links, merged, conflicts, before = [], [], dict[str, int](), list[str](), 0
    for part in parts:
        rows.append(part.rows.append_column("acts", pa.array(part.acts)).append_column("also", part.also))
        links.append(links_table(part.links))
        merged |= {person: before + code for person, code in part.merged.items()}
        conflicts += part.conflicts
        before += len(part)
    return _in_order(pa.concat_tables(rows), merged, conflicts, Joined(pa.concat_tables(links)))


def _in_order(
    rows: pa.Table, merged: Mapping[str, int], conflicts: Sequence[str], links: Sequence[Link]
) -> People:
    alone = np.ones(len(rows), bool)
    alone[[*merged.values()]] = False  # an id of a people table goes before an account that reads alike
    ids = pa.table({"person": rows.column("person"), "alone": alone})
    order = pc.sort_indices(ids, [("person", "ascending"), ("alone", "ascending")])
    rows = rows.take(order).combine_chunks()
    place = np.empty(len(order), np.int32)
    place[order.to_numpy()] = np.arange(len(order), dtype=np.int32)
    return People(
        Everyone(rows.select(TOLD.names)),
        _owners(rows.column("accounts").combine_chunks()),
        conflicts,
        links,
        merged={person: int(place[row]) for person, row in merged.items()},
        acts=rows.column("acts").to_numpy(),
        also=rows.column("also").combine_chunks(),
    )


def _owners(accounts: pa.ListArray) -> Numbered:
    """Return whose each account is, from the accounts of each person."""
    flat = accounts.flatten()
    person = np.repeat(np.arange(len(accounts), dtype=np.int32), accounts.value_lengths().to_numpy())
    order = pc.sort_indices(flat)
    return Numbered(flat.take(order), person[order.to_numpy()])


def _each_told(
    groups: Sequence[tuple[str | None, list[str]]],
    known: Set[str],
    claims: _Claims,
    overruled: Mapping[str, Mapping[str, Any]],
    seen: tuple[Mapping[str, int], _Names],
) -> Iterator[_Told]:
    stated, claimed = _attributes(claims)
    for person, members in groups:
        accounts = [mark for mark in members if mark in known]
        ids = [one for mark in members if (one := stated_id(mark)) is not None and one in stated]
        if not ids and all(account.startswith("name:") for account in accounts):
            continue  # words of a calendar that match nobody by name, or accounts that are only decided about
        given = _given(ids, accounts, stated, claimed)
        for mark in members:
            given |= overruled.get(mark, {})
        yield _who(person if ids else None, accounts, given, *seen), accounts, ids


def _told_rows(told: Sequence[_Told], acted: Mapping[str, int], names: _Names) -> pa.Table:
    acts = [sum(acted.get(account, 0) for account in accounts) for _, accounts, _ in told]
    also = [sorted(set().union(*(names.get(a, ()) for a in accounts))) for _, accounts, _ in told]
    rows = as_rows(who for who, _, _ in told).append_column("acts", pa.array(acts, pa.int64()))
    return rows.append_column("also", pa.array(also, pa.list_(pa.string())))


def _rows_of_accounts(uses: pa.Table) -> pa.Table:
    """Return people of whom nothing is known but an account each: their id and, without its kind, their name."""
    account = uses.column("account").combine_chunks()
    n, last = len(account), pc.replace_substring_regex(account, r"^[^:]*:", "")
    found = signs(account)
    kind, why = ([found[row][part] if row in found else None for row in range(n)] for part in (0, 1))
    columns = {
        "person": account,
        "name": pc.if_else(pc.equal(pc.binary_length(last), 0), account, last),
        "accounts": pa.ListArray.from_arrays(np.arange(n + 1, dtype=np.int32), account),
        "bot": pa.array([row in found for row in range(n)], pa.bool_()),
        "kind": pa.array(kind, pa.string()),
        "why": pa.array(why, pa.string()),
    }
    whole = [columns.get(field.name, pa.nulls(n, field.type)) for field in TOLD]
    nothing = pa.ListArray.from_arrays(np.zeros(n + 1, np.int32), pa.array([], pa.string()))
    return pa.table([*whole, uses.column("acted"), nothing], names=[*TOLD.names, "acts", "also"])


def _overruled(decided: Iterable[Decision]) -> dict[str, dict[str, Any]]:
    """Return what the user decided of names, bots and spheres, by account; the latest decision stays."""
    by_account: dict[str, dict[str, Any]] = defaultdict(dict)
    for one in decided:
        for account in one.accounts:
            if one.verb == "rename":
                by_account[account]["renamed"] = one.value
            elif one.verb == "sphere":
                by_account[account]["sphere"] = one.value
            elif one.verb == "bot":
                why = f"decided by {one.author} on {day_in_english(one.decided)}"
                by_account[account] |= {"decided_kind": one.value, "decided_why": why}
    return by_account


def _attributes(
    claims: Iterable[Mapping[str, Any]],
) -> tuple[dict[str, dict[str, Any]], dict[str, dict[str, Any]]]:
    """Return the newest stated value of each attribute, by person id and by claimed account."""
    by_person: dict[str, dict[str, Any]] = defaultdict(dict)
    by_account: dict[str, dict[str, Any]] = defaultdict(dict)
    for claim in claims:
        given = {key: claim[key] for key in _GIVEN if claim[key] is not None}
        if claim["person"] is not None:
            by_person[claim["person"]].update(given)
        else:
            for account in claim["accounts"]:
                by_account[account].update(given)
    return by_person, by_account


def _given(
    ids: Sequence[str],
    accounts: Sequence[str],
    stated: Mapping[str, Mapping[str, Any]],
    claimed: Mapping[str, Mapping[str, Any]],
) -> dict[str, Any]:
    """Return what the sources say of a person: what is claimed of accounts, then what a people table states."""
    given: dict[str, Any] = {}
    for account in accounts:
        given |= claimed.get(account, {})
    given["name"] = None
    for person in reversed(ids):
        given |= stated[person]
    return given


def _who(
    person: str | None,
    accounts: Sequence[str],
    given: Mapping[str, Any],
    acted: Mapping[str, int],
    names: _Names,
) -> Who:
    ident = person if person is not None else _main_account(accounts, acted)
    name = given.get("renamed") or given["name"] or _best_name(accounts, names)
    kind, why = _kind(accounts, name, given)
    return Who(
        person=ident,
        name=name or ident.partition(":")[2] or ident,
        accounts=tuple(accounts),
        bot=kind is not None,
        kind=kind,
        why=why,
        **{key: given.get(key) for key in ("organisation", "department", "site", "manager", "sphere")},
    )


def _kind(
    accounts: Sequence[str], name: str | None, given: Mapping[str, Any]
) -> tuple[str | None, str | None]:
    """Say what somebody is who is no single human being: the user decides, then the source, then the signs."""
    if "decided_kind" in given:
        return given["decided_kind"] or None, given["decided_why"]
    if given.get("bot") is False:
        return None, None
    return told_by(accounts, name) or ((BOT, "its source says so") if given.get("bot") else (None, None))


def _main_account(accounts: Sequence[str], acted: Mapping[str, int]) -> str:
    """Choose the account that names the person: the e-mail address used most, else the account used most."""
    return min(accounts, key=lambda a: (not a.startswith("email:"), -acted.get(a, 0), a))


def _best_name(accounts: Sequence[str], names: _Names) -> str | None:
    votes: Counter[str] = Counter()
    for account in accounts:
        votes.update(names.get(account, Counter()))
    full = {name: count for name, count in votes.items() if canonical_name(name)} or votes
    if not full:
        return None
    best = min(full, key=lambda name: (-full[name], "," in name, len(name), name))
    last, comma, first = best.partition(",")
    return f"{first.strip()} {last.strip()}" if comma and first.strip() and last.strip() else best
