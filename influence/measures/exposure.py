"""Who could see it: the leader's own output and its audience. Exposure is never added to responses."""

from __future__ import annotations

from collections.abc import Set
from datetime import date
from typing import TYPE_CHECKING

from influence.contract.findings import Finding
from influence.contract.language import because
from influence.contract.measures import Definition, finds, near_enough
from influence.network.log_queries import exposed_to, items_by, told_exposure
from influence.network.log_tables import LogTables
from influence.times import Window

if TYPE_CHECKING:
    from influence.reach.ego import Ego

NO_ITEMS = because("the network tells who is tied to whom, not who made or saw what")

OF_ALL = because("services tell how often all items of an account were shown, and not those of a part")
NOT_TOLD = because("no service has said how often the items were shown; LinkedIn does, where it is connected")


@near_enough
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
    shown=Definition(
        "how often services say that the leader's items were shown; a count that names nobody",
        label="Shown",
        meaning=(
            "How often a service says that the leader's items were shown, over all time, on the day on which it "
            "was asked. It names nobody, so it is never people, never a response, and never added to reach."
        ),
        unit="impressions",
        family="How far",
    ),
)
def exposure(ego: Ego) -> dict[str, Finding]:
    """Count the leader's own items and who could see them; both None where there is only an undated network.

    What services say of how often items were shown stands apart.
    """
    if not ego.dated:
        return {
            "own_output": Finding("own_output", None, "items", reason=NO_ITEMS),
            "audience": Finding("audience", None, "people", reason=NO_ITEMS),
            "shown": shown(ego.tables, ego.leader),
        }
    return {
        "own_output": own_output(ego.tables, ego.leader, ego.window),
        "audience": audience(ego.tables, ego.leader, ego.window, ego.nobody),
        "shown": shown(ego.tables, ego.leader),
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


def shown(tables: LogTables, leader: int) -> Finding:
    """Return what services say of how often the leader's items were shown; None where none says it.

    Unit: impressions, of all services that tell them; the detail holds each service's own words and their day.
    """
    told = told_exposure(tables, leader)
    said: dict[tuple[str, date], list[str]] = {}
    for row in told:
        said.setdefault((row["service"], row["day"]), []).append(f"{row['count']:,} {row['metric']}")
    words = [
        because("{who} says: {counts} ({day})", who=service, counts=", ".join(counts), day=day)
        for (service, day), counts in said.items()
    ]
    counts = [row["count"] for row in told if row["metric"] == "impressions"]
    if not counts:
        reason = OF_ALL if tables.partial else NOT_TOLD
        return Finding("shown", None, "impressions", reason=reason, detail={"said": words} if words else {})
    return Finding("shown", float(sum(counts)), "impressions", detail={"said": words})
