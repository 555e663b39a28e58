"""Statements in DuckDB's words, as Spark understands them."""

import pytest

from influence.store.schema import VIEWS
from influence.store.spark_sql import spoken


@pytest.mark.parametrize(
    ("ours", "sparks"),
    [
        ("SELECT epoch_us(time) AS t FROM item", "SELECT UNIX_MICROS(time) AS t FROM item"),
        ("SELECT a FROM t WHERE a = $leader AND b = ?", "SELECT a FROM t WHERE a = :leader AND b = ?"),
        ("SELECT a::INTEGER AS b FROM t", "SELECT CAST(a AS BIGINT) AS b FROM t"),
        ("SELECT TRY_CAST(a AS INTEGER) AS b FROM t", "SELECT TRY_CAST(a AS INT) AS b FROM t"),
        ("SELECT sha256(a) AS b FROM t", "SELECT SHA2(a, 256) AS b FROM t"),
        ("SELECT list_has_any(a, b) AS c FROM t", "SELECT ARRAYS_OVERLAP(a, b) AS c FROM t"),
        (
            "WITH a AS MATERIALIZED (SELECT 1 AS b) SELECT b FROM a",
            "WITH a AS (SELECT 1 AS b) SELECT b FROM a",
        ),
        (
            "SELECT count(DISTINCT a) OVER (ORDER BY b) AS n FROM t",
            "SELECT SIZE(COLLECT_SET(a) OVER (ORDER BY b NULLS LAST)) AS n FROM t",
        ),
        (
            "SELECT strftime(timezone($zone, time), '%Y-%m') AS month FROM item",
            "SELECT DATE_FORMAT(FROM_UTC_TIMESTAMP(time, :zone), 'yyyy-MM') AS month FROM item",
        ),
    ],
    ids=(
        "moments",
        "what is given",
        "whole numbers",
        "whole numbers that come here",
        "digests",
        "lists",
        "materialized",
        "different ones in a window",
        "months",
    ),
)
def test_what_the_two_say_otherwise_is_turned(ours, sparks):
    assert (None, sparks) == spoken(ours)


def test_a_statement_that_makes_a_table_tells_its_name():
    assert ("tied", "SELECT 1 AS n") == spoken("CREATE OR REPLACE TEMP TABLE tied AS SELECT 1 AS n")
    assert ["encounters", "activities", "unsaid_activities"] == [spoken(view)[0] for view in VIEWS]


def test_nothing_else_is_done_to_a_lake():
    with pytest.raises(ValueError, match="Spark only answers: DELETE"):
        spoken("DELETE FROM item")
