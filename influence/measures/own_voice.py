"""Whether what bears the leader's name was typed by the leader: what others typed, decided or stated."""

from __future__ import annotations

from typing import TYPE_CHECKING

from influence.contract.details.own_voice import TypedByOthers, Typist
from influence.contract.findings import Finding
from influence.contract.measures import Definition, finds, near_enough
from influence.measures.exposure import NO_ITEMS
from influence.network.log_queries import items_by
from influence.network.sent_mail import typed_by_others

if TYPE_CHECKING:
    from influence.reach.ego import Ego


@near_enough
@finds(
    typed_by_others=Definition(
        "how many items of the leader's somebody else typed, as you decided or a source states",
        label="Typed by others",
        meaning=(
            "Items of the leader's that somebody else typed: an assistant's in the leader's sent mail, where you "
            "decided that they write for the leader, and those whose source states another sender."
        ),
        reading="High: much of this voice is lent.",
        unit="items",
        family="How far",
    ),
)
def own_voice(ego: Ego) -> dict[str, Finding]:
    """Count the leader's items in the window that others typed; the detail says who, and whether it was decided."""
    name, unit = "typed_by_others", "items"
    if not ego.dated:
        return {name: Finding(name, None, unit, reason=NO_ITEMS)}
    who = ego.people.who
    by = tuple(
        Typist(who[row["typist"]].person, who[row["typist"]].name, row["items"], row["decided"])
        for row in typed_by_others(ego.tables, ego.leader, ego.window)
    )
    made = len(items_by(ego.tables, [ego.leader], ego.window))
    detail = TypedByOthers(made, by)
    return {name: Finding(name, float(sum(one.items or 0 for one in by)), unit, detail=detail)}
