"""Who could see it: the leader's own output and its audience. Exposure is never added to responses."""

from __future__ import annotations

from collections.abc import Set
from typing import TYPE_CHECKING

from influence.contract.findings import Finding
from influence.contract.measures import Definition, finds
from influence.network.log_queries import exposed_to, items_by
from influence.network.log_tables import LogTables
from influence.times import Window

if TYPE_CHECKING:
    from influence.reach.ego import Ego

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
        "own_output": own_output(ego.tables, ego.leader, ego.window),
        "audience": audience(ego.tables, ego.leader, ego.window, ego.nobody),
    }


def audience(tables: LogTables, leader: int, window: Window, left_out: Set[int]) -> Finding:
    """Return how many distinct people were exposed: addressees, followers, and those active in the same channels.

    Unit: people, without the leader and bots. Never summed with reach: Cha et al. 2010, Measuring user
    influence in Twitter: the million follower fallacy.
    """
    seen = exposed_to(tables, leader, window) - left_out
    return Finding("audience", float(len(seen)), "people")


def own_output(tables: LogTables, leader: int, window: Window) -> Finding:
    """Return step 1: how many items the leader made (not reactions, follows or views). Unit: items."""
    return Finding("own_output", float(len(items_by(tables, [leader], window))), "items")
