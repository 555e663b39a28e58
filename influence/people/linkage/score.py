"""Which people that exact keys left apart are one person, by likelihood: Fellegi–Sunter linkage with splink.

Every pair gets a weight, the sum over comparisons of log2(m / u): m = how often one person's two accounts agree
so, u = how often two people's do. Names and places weigh by how rare they are. The m stand in `linkage_model`;
u of the hours and correspondents is counted on a sample of the workspace.
References: Fellegi & Sunter 1969, J. Am. Stat. Assoc. 64 (328), 1183–1210, doi 10.1080/01621459.1969.10501049;
Winkler 2006 (term frequencies), US Census Bureau RRS2006/02; splink, https://doi.org/10.23889/ijpds.v7i3.1794.
"""

from __future__ import annotations

import hashlib
import logging
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from heapq import nsmallest
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from influence.people.linkage.alone import company
from influence.people.linkage.model import MODEL, RARITIES, Compared, at_large
from influence.people.linkage.profiles import (
    Record,
    hours_kept,
    keys_of,
    rare_correspondents,
    record_of,
    record_table,
)

if TYPE_CHECKING:
    import duckdb
    from splink import Linker

_STRONG = 0.5
"""What pairs this likely could join is looked at as one cluster: the unlikely pairs within it are kept."""
_FLOOR = 0.05
"""Pairs less likely than this are not handed on, unless links would put them into one cluster."""
_BLOCK_CAP = 10_000
"""A key under which more pairs than this would meet is too common to compare them."""
_MATES, _FEWEST = 0.5, 500
"""How many further groups of the same person each group is expected to have: the prior is this / (n - 1), and
never more than among 500."""
_SAMPLE = 1_200
"""Records whose pairs are counted for u."""
_ENOUGH = 400
"""With fewer records than this the u of a sample says less than the fixed ones."""
_MEMORY = "1200MB"


@dataclass(frozen=True)
class Pair:
    """Two groups compared: probability that they are one person, weight (log2 of the Bayes factor), and why.

    `reasons` are the comparisons that said something: its name, what was found, and its part of the weight.
    """

    one: str
    other: str
    probability: float
    weight: float
    reasons: tuple[tuple[str, str, float], ...] = ()


@dataclass(frozen=True)
class Candidates:
    """The pairs worth a thought, the likeliest first; how many were compared, and how many at most were not.

    `left_out` counts pairs whose only common keys were too common (`common`: how many keys that were).
    """

    pairs: tuple[Pair, ...] = ()
    compared: int = 0
    left_out: int = 0
    common: int = 0

    def __iter__(self) -> Iterator[Pair]:
        return iter(self.pairs)

    def __len__(self) -> int:
        return len(self.pairs)


@dataclass(frozen=True)
class _Described:
    """Who is compared (`table`, `groups`), how many there are in all, and a sample of those."""

    table: pa.Table
    groups: Sequence[str]
    everybody: int
    sample: pa.Table


def candidates(
    profiles: pa.Table,
    habits: Callable[[], pa.Table] | None = None,
    *,
    seed: int = 1,
    prepare: Callable[[Linker], None] | None = None,
) -> Candidates:
    """Score the pairs of profiles (columns as in `linkage_records.PROFILES`) that share a key.

    The order of the rows, the number of threads and the machine change nothing. `habits` reads the columns `hours`
    and `correspondents` in the order of the rows where they are asked for, instead of those of the profiles; nobody
    asks where no two can meet. `prepare` may change splink's linker before it scores (other weights, training); the
    words of the reasons assume that it did not.

    Raises:
        ValueError: two profiles have one group.

    >>> from influence.people.linkage.profiles import PROFILES
    >>> rows = [{"group": f"email:{who}", "names": ["Louise Kitchen"], "accounts": [f"email:{who}"]}
    ...         for who in ("louise.kitchen@enron.example", "kitchen@home.example")]
    >>> found = candidates(pa.Table.from_pylist(rows, PROFILES))
    >>> [(pair.one, pair.reasons[1][1]) for pair in found.pairs]
    [('email:kitchen@home.example', 'the same surname')]
    """
    if pc.count_distinct(profiles.column("group")).as_py() < len(profiles):
        raise ValueError("two profiles have one group")
    them = company(profiles)
    if sum(bool(record.names or record.handles) for record in them.records) < 2:
        return Candidates()
    known = habits() if habits else profiles
    hours = known.column("hours").combine_chunks()
    near = rare_correspondents(known.column("correspondents").combine_chunks())
    rows = pa.array(them.rows, pa.int64())
    table = record_table(them.records, hours_kept(hours.take(rows)), near.take(rows), them.others)
    left, right, left_out, common = _meetings(them.records, near.take(rows), near)
    if not len(left):
        return Candidates(left_out=left_out, common=common)
    groups = [record.group for record in them.records]
    drawn = _drawn(profiles.column("group").to_pylist(), seed)
    sample = _sample(
        drawn, dict(zip(them.rows, table.column("organisation").to_pylist(), strict=True)), hours, near
    )
    pairs = _scored(_Described(table, groups, len(profiles), sample), left, right, prepare)
    return Candidates(tuple(pairs), len(left), left_out, common)


def records_of(profiles: pa.Table) -> list[Record]:
    """Return what can be compared of each profile, in order."""
    columns = (profiles.column(name).to_pylist() for name in ("group", "names", "accounts", "organisation"))
    return [
        record_of(group, names or (), accounts or (), at)
        for group, names, accounts, at in zip(*columns, strict=True)
    ]


def _sample(
    drawn: Sequence[int], organisation: Mapping[int, str | None], hours: pa.Array, near: pa.ListArray
) -> pa.Table:
    """Return what is counted of the profiles that were drawn; where somebody works is told only of who has a record."""
    rows = pa.array(drawn, pa.int64())
    return pa.table(
        {
            "unique_id": rows,
            "organisation": pa.array([organisation.get(row) for row in drawn], pa.string()),
            "hours": hours_kept(hours.take(rows)),
            "correspondents": near.take(rows),
        }
    )


def _meetings(
    records: Sequence[Record], near: pa.ListArray, everybodys: pa.ListArray
) -> tuple[np.ndarray, np.ndarray, int, int]:
    """Return the pairs of rows that share a key (lower row first), what too common keys would add, and those keys."""
    theirs = everybodys.flatten()
    theirs = theirs.filter(pc.is_in(theirs, near.flatten().unique()))
    spread = {each["values"]: each["counts"] for each in pc.value_counts(theirs).to_pylist()}
    codes: dict[str, int] = {}
    rows, of, looks = [], [], []
    for row, (record, friends) in enumerate(zip(records, near.to_pylist(), strict=True)):
        for key, looking in keys_of(record, friends, spread).items():
            rows.append(row)
            of.append(codes.setdefault(key, len(codes)))
            looks.append(looking)
    return _within(np.array(rows, np.int64), np.array(of, np.int64), np.array(looks, np.bool_), len(codes))


def _within(
    rows: np.ndarray, codes: np.ndarray, looks: np.ndarray, keys: int
) -> tuple[np.ndarray, np.ndarray, int, int]:
    """Pair who looks for company under a key with everybody there, key by key; keys with too many pairs are left."""
    order = np.argsort(codes, kind="stable")
    rows, codes, looks = rows[order], codes[order], looks[order]
    sizes = np.bincount(codes, minlength=keys)
    pairs = np.bincount(codes, weights=looks, minlength=keys).astype(np.int64) * sizes
    common = pairs > _BLOCK_CAP
    starts = np.cumsum(sizes) - sizes
    lookers = np.flatnonzero(looks & ~common[codes])
    many = sizes[codes[lookers]]
    nth = np.arange(many.sum()) - np.repeat(np.cumsum(many) - many, many)
    one = np.repeat(rows[lookers], many)
    other = rows[np.repeat(starts[codes[lookers]], many) + nth]
    met = np.unique((np.minimum(one, other) << 32 | np.maximum(one, other))[one != other])
    return met >> 32, met & 0xFFFFFFFF, int(pairs[common].sum()), int(common.sum())


def _scored(
    told: _Described, left: np.ndarray, right: np.ndarray, prepare: Callable[[Linker], None] | None
) -> list[Pair]:
    import duckdb  # an own database: linkage must not touch the workspace's

    with duckdb.connect(":memory:", config={"memory_limit": _MEMORY}) as connection:
        u = counted_u(connection, told.sample) if told.everybody >= _ENOUGH else {}
        linker = linker_of(connection, told.table, u, everybody=told.everybody)
        if prepare:
            prepare(linker)
        register_pairs(linker, left, right)
        found = linker.inference.predict(warning_mode="never")
        connection.execute(f"CREATE TEMP VIEW found AS FROM {found.physical_name}")
        weights = _weights(u)
        return [_pair(row, told.groups, weights) for row in _worth_a_thought(connection, len(told.groups))]


def register_pairs(linker: Linker, left: np.ndarray, right: np.ndarray) -> None:
    """Have splink score exactly these pairs of rows."""
    blocked = pa.table({"join_key_l": left, "join_key_r": right, "match_key": pa.array(["0"] * len(left))})
    linker.table_management.register_blocked_pairs_for_predict(linker._db_api.register(blocked))


def linker_of(
    connection: duckdb.DuckDBPyConnection,
    table: pa.Table,
    u: dict[str, list[float]] | None = None,
    *,
    everybody: int = 0,
) -> Linker:
    """Return splink's linker with the model over the records; `u` by comparison replaces what the model says.

    `everybody` counts all profiles, those without a record too.
    """
    from splink import DuckDBAPI, Linker, SettingsCreator  # half a second that only linkage pays

    logging.getLogger("splink").setLevel(logging.ERROR)
    api = DuckDBAPI(connection)
    settings = SettingsCreator(
        link_type="dedupe_only",
        comparisons=[_comparison(each, (u or {}).get(each.name)) for each in MODEL],
        blocking_rules_to_generate_predictions=[],
        probability_two_random_records_match=_MATES / max(_FEWEST, max(everybody, len(table)) - 1),
        retain_matching_columns=False,
        retain_intermediate_calculation_columns=True,
    )
    linker = Linker(api.register(table), settings, log_level=None, validate_settings=False)
    for column in RARITIES:
        linker.table_management.register_term_frequency_lookup(api.register(_rarity(table, column)), column)
    return linker


def _comparison(compared: Compared, u: Sequence[float] | None) -> dict[str, Any]:
    levels: list[dict[str, Any]] = [
        {"sql_condition": compared.missing, "label_for_charts": "missing", "is_null_level": True}
    ]
    for level in compared.weighing(u):
        made = {
            "sql_condition": level.condition or "ELSE",
            "label_for_charts": level.words,
            "m_probability": level.m,
            "u_probability": level.u,
        }
        if level.rarity:
            made |= {"tf_adjustment_column": level.rarity, "disable_tf_exact_match_detection": True}
        levels.append(made)
    return {"output_column_name": compared.name, "comparison_levels": levels}


def _rarity(table: pa.Table, column: str) -> pa.Table:
    """Return how common each value is beside one bearer of it: of full names for names, of records otherwise.

    Somebody's own accounts must not make their name common: a full name counts once, and one bearer is the person
    asked about. A thousand ordinary people are counted in, so that a small workspace does not make a name rare.
    """
    values = table.column(column).to_pylist()
    ordered = sorted({value for value in values if value})
    if named := column in ("given", "surname"):
        names = set(zip(table.column("given").to_pylist(), table.column("surname").to_pylist(), strict=True))
        values = [name[column == "surname"] for name in names if name[0] and len(name[0]) > 1]
    count = Counter(value for value in values if value)
    total = count.total() + 1_000
    tf = [(max(0, count[value] - named) + 1_000 * at_large(column, value)) / total for value in ordered]
    return pa.table({column: pa.array(ordered, pa.string()), f"tf_{column}": pa.array(tf, pa.float64())})


def counted_u(connection: duckdb.DuckDBPyConnection, sample: pa.Table) -> dict[str, list[float]]:
    """Count u of the comparisons marked so over all pairs of a sample.

    Hardly any of those pairs are one person. A level keeps half of what the model says of it, so that nothing
    that the sample happens not to show becomes proof.
    """
    connection.register("drawn", sample)
    found = {}
    for compared in (each for each in MODEL if each.counted):
        cases = " ".join(f"WHEN {level.condition} THEN {n}" for n, level in enumerate(compared.levels[:-1]))
        said = " ".join((compared.missing, *(level.condition for level in compared.levels)))
        columns = sorted(set(re.findall(r"(\w+)_l\b", said)))
        sides = [", ".join(f"{name} AS {name}_{side}" for name in ("unique_id", *columns)) for side in "lr"]
        rows = connection.execute(
            f"SELECT CASE {cases} ELSE {len(compared.levels) - 1} END AS level, count(*) FROM "  # noqa: S608 - our own SQL
            f"(SELECT {sides[0]} FROM drawn), (SELECT {sides[1]} FROM drawn) "
            f"WHERE unique_id_l < unique_id_r AND NOT ({compared.missing}) GROUP BY level"
        ).fetchall()
        counts = dict(rows)
        total = sum(counts.values())
        if total >= 10_000:
            found[compared.name] = [
                0.5 * counts.get(n, 0) / total + 0.5 * level.u for n, level in enumerate(compared.levels)
            ]
    connection.unregister("drawn")
    return found


def _drawn(groups: Sequence[str], seed: int) -> list[int]:
    """Draw a sample of profiles by a digest of group and seed."""
    return nsmallest(_SAMPLE, range(len(groups)), key=lambda row: _digest(groups[row], seed))


def _digest(group: str, seed: int) -> bytes:
    return hashlib.blake2b(f"{seed} {group}".encode(), digest_size=8).digest()


def _worth_a_thought(connection: duckdb.DuckDBPyConnection, size: int) -> list[dict[str, Any]]:
    """Return the rows above the floor, and those below it that links would put into one cluster."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    strong = connection.execute(
        "SELECT unique_id_l, unique_id_r FROM found WHERE match_probability >= ?", [_STRONG]
    ).fetchnumpy()
    ends = (strong["unique_id_l"], strong["unique_id_r"])
    graph = coo_array((np.ones(len(ends[0]), np.int8), ends), shape=(size, size))
    cluster = connected_components(graph, directed=False)[1]
    connection.register("clusters", pa.table({"row": np.arange(size), "cluster": cluster}))
    kept = connection.sql(
        "SELECT found.* FROM found LEFT JOIN clusters l ON l.row = unique_id_l "
        "LEFT JOIN clusters r ON r.row = unique_id_r WHERE match_probability >= $floor OR l.cluster = r.cluster",
        params={"floor": _FLOOR},
    )
    rows = kept.to_arrow_table().to_pylist()
    return sorted(
        rows, key=lambda row: (-round(row["match_weight"], 6), row["unique_id_l"], row["unique_id_r"])
    )


def _weights(u: dict[str, list[float]]) -> dict[str, list[tuple[float, str]]]:
    """Return what each level of each comparison weighs before rarity, and its words; splink keeps only weights."""
    return {
        compared.name: [(level.weight, level.words) for level in compared.weighing(u.get(compared.name))]
        for compared in MODEL
    }


def _pair(row: dict[str, Any], groups: Sequence[str], weights: dict[str, list[tuple[float, str]]]) -> Pair:
    one, other = sorted((row["unique_id_l"], row["unique_id_r"]))
    reasons, weight = [], 0.0
    for name, levels in weights.items():
        base = row[f"mw_{name}"]
        if base == 0.0:  # nothing to compare: no level weighs nothing
            continue
        part = base + row.get(f"mw_tf_adj_{name}", 0.0)
        words = min((abs(level - base), words) for level, words in levels)[1]
        reasons.append((name.replace("_", " "), words, round(part, 3)))
        weight += part
    probability = round(float(row["match_probability"]), 9)
    return Pair(groups[one], groups[other], probability, round(weight, 6), tuple(reasons))
