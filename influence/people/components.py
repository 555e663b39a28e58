"""Connected components of a graph that lies in tables, by statements alone: no node comes to this machine.

Large star and small star in turn (Kiveris, Lattanzi, Mirrokni, Rastogi, Vassilvitskii, 2014, "Connected Components in
MapReduce and Beyond", DOI 10.1145/2670979.2670997). Every step is a table of its own, so that no plan grows; steps grow
with the logarithm of the longest way through a component.
"""

from __future__ import annotations

from influence.store.engine import Engine, count

_BEGIN = """
CREATE OR REPLACE TEMP TABLE star AS
SELECT DISTINCT greatest(one, other) AS one, least(one, other) AS other FROM joined WHERE one <> other
"""
_LARGE = """
CREATE OR REPLACE TEMP TABLE star AS
WITH ends AS (SELECT one AS node, other AS near FROM star UNION ALL SELECT other, one FROM star),
lowest AS (SELECT node, least(node, min(near)) AS low FROM ends GROUP BY node)
SELECT DISTINCT b.near AS one, l.low AS other FROM ends b JOIN lowest l USING (node) WHERE b.near > b.node
"""
"""Every node joins what is greater among its neighbours to the least of them and itself."""
_SMALL = """
CREATE OR REPLACE TEMP TABLE star AS
WITH lowest AS (SELECT one, min(other) AS low FROM star GROUP BY one)
SELECT one, low AS other FROM lowest
UNION SELECT s.other AS one, l.low AS other FROM star s JOIN lowest l ON l.one = s.one WHERE s.other <> l.low
"""
"""Every node joins itself and what is less among its neighbours to the least of them."""
_LEFT = """
SELECT (SELECT count(*) - count(DISTINCT one) FROM star)
    + (SELECT count(*) FROM star s SEMI JOIN star t ON t.one = s.other) AS n
"""
"""Nothing is left to do where every node but the least of its component is joined to that, and to nothing else."""
_COMPONENTS = """
CREATE OR REPLACE TEMP TABLE component AS
SELECT one AS node, other AS least FROM star
UNION SELECT other, other FROM star
UNION SELECT j.one, j.one FROM joined j ANTI JOIN star s ON s.one = j.one WHERE j.one = j.other
"""


def components(engine: Engine) -> int:
    """Make the table `component` of the edges in `joined` (`one`, `other`: texts); return how many rounds it took.

    `component` tells of each `node` the `least` of its component. An edge from a node to itself only tells that it is
    there.

    >>> import pyarrow as pa
    >>> from influence.store.engine import DuckEngine
    >>> engine = DuckEngine()
    >>> engine.offer("joined", pa.table({"one": ["a", "b", "e"], "other": ["b", "c", "e"]}))
    >>> rounds = components(engine)
    >>> found = engine.arrow("SELECT * FROM component ORDER BY node").to_pylist()
    >>> [f"{row['node']} of {row['least']}" for row in found]
    ['a of a', 'b of a', 'c of a', 'e of e']
    """
    engine.run(_BEGIN)
    rounds = 0
    while count(engine, _LEFT):
        engine.run(_LARGE)
        engine.run(_SMALL)
        rounds += 1
    engine.run(_COMPONENTS)
    engine.run("DROP TABLE star")
    return rounds
