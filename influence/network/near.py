"""The neighbourhood of some leaders: all items of the conversations that they take part in, found where the log lies.

Near is what a leader made, what names or is addressed to them, what they answered and what answers them; every
conversation in which one of these stands, whole; and what answers any of that across conversations, through as many
hands as influence is followed. Nothing of any other item comes to this machine.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import pyarrow as pa

from influence.kernels.arrays import Ints
from influence.network.log_tables import LogTables, Part
from influence.network.narrowing import tables_beside
from influence.network.reading import NAMED, as_numbers, numbers
from influence.store.engine import Engine, count

_UP = """
CREATE OR REPLACE TEMP TABLE up AS
SELECT item, arg_min(parent, (inferred, parent)) AS head FROM link GROUP BY item
"""
"""The item above each that answers one, as `reading` takes it where there are several."""
_TWICE_AS_FAR = """
CREATE OR REPLACE TEMP TABLE up AS
SELECT u.item, coalesce(h.head, u.head) AS head, h.item IS NOT NULL AS going
FROM up u LEFT JOIN up h ON h.item = u.head
"""
"""Each turn looks twice as far up: a thread of a thousand answers takes ten. What goes round in a circle never ends."""
_GOING = "SELECT count(*) AS n FROM up WHERE going"

_TALK = f"""
CREATE OR REPLACE TEMP TABLE talk AS
WITH root AS (SELECT i.item, {NAMED} AS name, coalesce(u.going, false) AS circular
    FROM item i LEFT JOIN up u USING (item) WHERE u.item IS NULL OR u.going),
named AS (SELECT name, CASE WHEN bool_or(circular) THEN -1 ELSE min(item) END AS head FROM root
    GROUP BY name HAVING count(*) > 1 OR bool_or(circular)),
headed AS (SELECT r.item, n.head FROM root r JOIN named n USING (name) WHERE n.head < r.item)
SELECT u.item, coalesce(h.head, u.head) AS talk FROM up u LEFT JOIN headed h ON h.item = u.head WHERE NOT u.going
UNION ALL SELECT item, head FROM headed
"""
"""The conversation of each item that does not head one; −1 is that of everything that goes round in a circle."""

_SEEDS = """
CREATE OR REPLACE TEMP TABLE seed AS
WITH own AS (SELECT item FROM item WHERE author IN (SELECT person FROM wanted_people))
SELECT item FROM own
UNION SELECT item FROM mentioned WHERE person IN (SELECT person FROM wanted_people)
UNION SELECT item FROM addressed WHERE person IN (SELECT person FROM wanted_people)
UNION SELECT l.parent FROM link l JOIN own o USING (item)
UNION SELECT l.item FROM link l JOIN own o ON o.item = l.parent
"""
_NEAR = """
CREATE OR REPLACE TEMP TABLE near AS
WITH here AS (SELECT DISTINCT coalesce(t.talk, s.item) AS talk FROM seed s LEFT JOIN talk t USING (item))
SELECT t.item FROM talk t JOIN here h USING (talk) UNION SELECT talk FROM here WHERE talk >= 0
"""
_ACROSS = """
CREATE OR REPLACE TEMP TABLE seed AS
SELECT l.item FROM link l JOIN near n ON n.item = l.parent UNION SELECT item FROM near
"""
_NEW = "SELECT count(*) AS n FROM seed s LEFT JOIN near n ON n.item = s.item WHERE n.item IS NULL"

_ACTIVITIES = """
CREATE OR REPLACE TEMP TABLE activity_log AS
SELECT a.seq, a.key, a.url, a.conversation, a.parent, a.tags, a.tone, a.rating, a.reaction, a.text FROM activity_log a
SEMI JOIN item i ON i.seq = a.seq
"""
"""What statements ask of these items they need not look for among everything."""

_KEPT = {"talk": True}


def near(whole: LogTables, leaders: Sequence[int], hands: int) -> LogTables:
    """Return the tables of what is near some leaders (person codes), over an engine beside that of a whole log.

    Items are numbered anew, in their order. How many statements that takes grows with the logarithm of the longest
    thread.
    """
    engine = whole.engine
    if not engine.kept(_KEPT, ("talk", whole.made_of)):
        _tell_conversations(engine)
        engine.keep(_KEPT, ("talk", whole.made_of))
    beside = tables_beside(whole, _items(engine, leaders, hands))
    beside.run(_ACTIVITIES)
    return LogTables(beside, whole.people, partial(as_numbers, beside), Part(whole))


def _tell_conversations(engine: Engine) -> None:
    engine.run(_UP)
    going, before = -1, 0
    while going not in (0, before):
        before = going
        engine.run(_TWICE_AS_FAR)
        going = count(engine, _GOING)
    engine.run(_TALK)
    engine.run("DROP TABLE up")


def _items(engine: Engine, leaders: Sequence[int], hands: int) -> Ints:
    """Return what is near: mostly whole conversations; where one item answers several, what hangs by a second too."""
    engine.offer("wanted_people", pa.table({"person": pa.array(leaders, pa.int32())}))
    for hand in range(hands + 1):
        engine.run(_ACROSS if hand else _SEEDS)
        if hand and not count(engine, _NEW):
            break
        engine.run(_NEAR)
    found = numbers(engine.arrow("SELECT item FROM near ORDER BY item"), "item")
    for name in ("seed", "near"):
        engine.run(f"DROP TABLE {name}")
    return found
