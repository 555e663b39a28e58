"""SQL as the house writes it, in DuckDB's dialect, as Spark understands it: each statement is kept once.

SQLGlot does the most; its version is pinned, and every statement's answers are compared on both engines.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import sqlglot
from sqlglot import exp


def _called(name: str) -> Callable[[exp.Expression], exp.Expression]:
    """Call a function by its name in Spark, with what it was given."""
    return lambda node: exp.Anonymous(this=name, expressions=list(node.iter_expressions()))


def _turned(node: exp.Expression) -> exp.Expression:
    zone, moment = node.expressions
    return exp.Anonymous(this="from_utc_timestamp", expressions=[moment, zone])


_FUNCTIONS = {
    "epoch_us": _called("unix_micros"),
    "timezone": _turned,
}
"""Functions that SQLGlot does not know, each with what it is in Spark."""


def _rule(node: exp.Expression) -> exp.Expression:
    """Turn one node of a statement into what Spark has for it."""
    match node:
        case exp.Anonymous() if node.name.lower() in _FUNCTIONS:
            return _FUNCTIONS[node.name.lower()](node)
        case exp.Parameter():
            return exp.Placeholder(this=node.name)
        case exp.ArrayOverlaps():
            return _called("arrays_overlap")(node)
        case exp.ArrayAgg(this=exp.Order(this=listed, expressions=[exp.Ordered(this=by)])) if listed == by:
            # Spark lists in whatever order rows come
            return _called("sort_array")(exp.Anonymous(expressions=[exp.ArrayAgg(this=listed)]))
        case exp.SHA2():
            return exp.Anonymous(this="sha2", expressions=[node.this, exp.Literal.number(256)])
        case exp.CTE():
            node.set("materialized", None)
        case exp.DataType(this=exp.DataType.Type.INT) if not isinstance(node.parent, exp.TryCast):
            # a cluster may hold more rows than 32 bits count; what comes here has room in them, and is tried
            return exp.DataType.build("BIGINT")
        case exp.Window(this=exp.Count(this=exp.Distinct(expressions=[counted]))):
            # Spark counts no different values over a window; of a set it tells the size
            return exp.Anonymous(
                this="size",
                expressions=[_over(node, exp.Anonymous(this="collect_set", expressions=[counted]))],
            )
    return node


def _over(window: exp.Expression, function: exp.Expression) -> exp.Expression:
    moved = window.copy()
    moved.set("this", function)
    return moved


@cache
def spoken(sql: str, apart: frozenset[str] = frozenset(), sign: str = "") -> tuple[str | None, str]:
    """Return the table that a statement makes, if it makes one, and its query as Spark understands it.

    Tables that are kept `apart` are read under their names with a sign before them.

    Raises:
        ValueError: it is neither a query nor makes a table of one.

    >>> spoken("SELECT len(word) AS n FROM said WHERE epoch_us(time) < $until")
    (None, 'SELECT LENGTH(word) AS n FROM said WHERE UNIX_MICROS(time) < :until')
    """
    tree = sqlglot.parse_one(sql, read="duckdb").transform(_rule)
    for table in tree.find_all(exp.Table):
        if table.name in apart and not (isinstance(tree, exp.Create) and table is tree.this):
            alias = table.alias or table.name
            table.set("this", exp.to_identifier(sign + table.name))
            table.set("alias", exp.TableAlias(this=exp.to_identifier(alias)))
    match tree:
        case exp.Create():
            tree.expression.set("order", None)  # a table has none, and sorting moves every row
            return tree.this.name, tree.expression.sql(dialect="spark")
        case exp.Query():
            return None, tree.sql(dialect="spark")
    raise ValueError(f"Spark only answers: {sql.split()[0]}")
