"""Who could see it: the leader's own output and its audience. Exposure is never added to responses."""

from __future__ import annotations

from collections.abc import Set
from typing import TYPE_CHECKING

from influence.contract.findings import Finding
from influence.contract.measures import Definition, finds
from influence.store.engine import Engine
from influence.times import Window

if TYPE_CHECKING:
    from influence.reach.ego import Ego

_AUDIENCE = """
SELECT DISTINCT person FROM (
    SELECT d.person FROM addressed d JOIN item i USING (item)
    WHERE i.author = $leader AND epoch_us(i.time) >= $since AND epoch_us(i.time) < $until
    UNION ALL
    SELECT i.author FROM item i JOIN (
        SELECT item, person FROM addressed UNION ALL
        SELECT m.item, p.person FROM (SELECT item, unnest(mentions) AS account FROM item WHERE verb = 'follow') m
        JOIN account_person p USING (account)) whom USING (item)
    WHERE i.verb = 'follow' AND whom.person = $leader AND epoch_us(i.time) < $until
    UNION ALL
    SELECT i.author FROM item i
    WHERE epoch_us(i.time) >= $since AND epoch_us(i.time) < $until AND (i.system, i.channel) IN (
        SELECT (system, channel) FROM item
        WHERE author = $leader AND channel IS NOT NULL AND epoch_us(time) >= $since AND epoch_us(time) < $until))
"""

_OUTPUT = """
SELECT count(*) AS items FROM item
WHERE author = $leader AND verb NOT IN ('react', 'follow', 'view')
    AND epoch_us(time) >= $since AND epoch_us(time) < $until
"""


NO_ITEMS = "the network tells who is tied to whom, not who made or saw what"


@finds(
    own_output=Definition(
        "how many items the leader made: step 1",
        label="Step 1, own output",
        meaning="Items that the leader wrote in the window.",
        unit="items",
        family="How far",
    ),
    audience=Definition(
        "how many people could see the leader's items; never added to reach",
        label="Audience",
        meaning=(
            "Different people who received or could see an item by the leader. It is never added to "
            "reach: being able to see is not responding (Cha et al. 2010)."
        ),
        unit="people",
        family="How far",
    ),
)
def exposure(ego: Ego) -> dict[str, Finding]:
    """Count the leader's own items and who could see them; both None where there is only an undated network."""
    if not ego.dated:
        return {
            "own_output": Finding("own_output", None, "items", reason=NO_ITEMS),
            "audience": Finding("audience", None, "people", reason=NO_ITEMS),
        }
    return {
        "own_output": own_output(ego.engine, ego.leader, ego.window),
        "audience": audience(ego.engine, ego.leader, ego.window, ego.nobody),
    }


def audience(engine: Engine, leader: int, window: Window, left_out: Set[int]) -> Finding:
    """Return how many distinct people were exposed: addressees, followers, and those active in the same channels.

    Unit: people, without the leader and bots. Never summed with reach: Cha et al. 2010, Measuring user
    influence in Twitter: the million follower fallacy.
    """
    rows = engine.arrow(_AUDIENCE, _asked(leader, window))
    seen = set(rows.column("person").to_pylist()) - left_out
    return Finding("audience", float(len(seen)), "people")


def own_output(engine: Engine, leader: int, window: Window) -> Finding:
    """Return step 1: how many items the leader made (not reactions, follows or views). Unit: items."""
    count = engine.arrow(_OUTPUT, _asked(leader, window)).column("items")[0].as_py()
    return Finding("own_output", float(count), "items")


def _asked(leader: int, window: Window) -> dict[str, int]:
    return {"leader": leader, "since": window.since, "until": window.until}
