"""The leader's tags and the topics that the settings name: who responded to them, and in which week most."""

from __future__ import annotations

from datetime import date, timedelta

from influence.contract.details.tags import Carried, Tags
from influence.contract.findings import Report
from influence.contract.narrowing import tags_alone
from influence.contract.wording import between, counted, number, plain
from reports.story.sentences import Sentence, in_words, joined, say, span
from reports.story.wording import day

TOLD = 3
"""So many tags are told in a sentence each, and so many topics; the others stand in the data."""


def tagged(report: Report) -> tuple[Sentence, ...]:
    """Say how many people never met responded to tags and topics, and each of the leading ones by its numbers."""
    if not report.known("tags"):
        return ()
    held = report.told("tags", Tags)
    n = span(report, "tags", "person", "people")
    first = say("{n} never met responded to what the leader tagged or wrote on a topic of the settings.", n=n)
    rows = [
        *((f"#{one.name}", one) for one in held.tags[:TOLD]),
        *((one.name, one) for one in held.topics[:TOLD]),
    ]
    told = [sentence for name, one in rows for sentence in _row(plain(name), one, held.first_week)]
    unread = (in_words(tags_alone(held.unread)),) if held.unread else ()
    return joined(first, *told, *unread)


def _row(name: str, one: Carried, first: str | None) -> tuple[Sentence, ...]:
    items = counted(one.items or 0, "item", "items")
    if not one.responses:
        return (say("{name}: {items}, and nobody responded.", name=name, items=items), *_voices(name, one))
    responses = counted(one.responses, "response", "responses")
    people = counted(one.people or 0, "person", "people")
    never = between(one.least or 0.0, one.most or 0.0)
    if not any(one.weeks) or first is None:
        told = say(
            "{name}: {items} drew {responses} by {people}, never met {never}.",
            name=name,
            items=items,
            responses=responses,
            people=people,
            never=never,
        )
        return (told, *_voices(name, one))
    most = max(one.weeks)
    began = date.fromisoformat(first) + timedelta(weeks=one.weeks.index(most))
    told = say(
        "{name}: {items} drew {responses} by {people}, never met {never}; most in the week from {day}, {most}.",
        name=name,
        items=items,
        responses=responses,
        people=people,
        never=never,
        day=day(f"{began}T00:00:00+00:00"),
        most=number(most),
    )
    return (told, *_voices(name, one))


def _voices(name: str, one: Carried) -> tuple[Sentence, ...]:
    if one.voices is None:
        return ()
    items = counted(one.voices, "item", "items")
    return (say("The voices named carry {name} in {items}.", name=name, items=items),)
