"""The leader's tags and the topics that the settings name: who responded to them, and in which week most."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from influence.contract.details.tags import Carried, Tags
from influence.contract.findings import Report
from influence.contract.language import translated
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


@dataclass(frozen=True)
class TagRow:
    """A tag or topic in words; `weeks` has the responses of each whole week, and `words` tells of them."""

    name: str
    items: str
    responses: str
    people: str
    never_met: str
    voices: str
    weeks: tuple[int, ...]
    words: str


def tag_rows(report: Report) -> tuple[TagRow, ...]:
    """List the leader's tags and the topics of the settings; only of the leading few the weeks are known."""
    held = report.told("tags", Tags)
    rows = (*((f"#{one.name}", one) for one in held.tags), *((one.name, one) for one in held.topics))
    return tuple(_listed(plain(name), one, held.first_week) for name, one in rows)


def _listed(name: str, one: Carried, first: str | None) -> TagRow:
    most = _most(one, first)
    return TagRow(
        name,
        number(one.items or 0),
        number(one.responses or 0),
        number(one.people or 0),
        between(one.least or 0.0, one.most or 0.0),
        "" if one.voices is None else number(one.voices),
        one.weeks if most else (),
        translated("Responses in each whole week; most in the week from {day}, {most}.").format(
            day=most[0], most=most[1]
        )
        if most
        else "",
    )


def _most(one: Carried, first: str | None) -> tuple[str, str] | None:
    """Return on which day the week with most responses began, and how many it had; None where no week is told."""
    if not any(one.weeks) or first is None:
        return None
    most = max(one.weeks)
    began = date.fromisoformat(first) + timedelta(weeks=one.weeks.index(most))
    return day(f"{began}T00:00:00+00:00"), number(most)


def _row(name: str, one: Carried, first: str | None) -> tuple[Sentence, ...]:
    items = counted(one.items or 0, "item", "items")
    if not one.responses:
        return (say("{name}: {items}, and nobody responded.", name=name, items=items), *_voices(name, one))
    responses = counted(one.responses, "response", "responses")
    people = counted(one.people or 0, "person", "people")
    never = between(one.least or 0.0, one.most or 0.0)
    most = _most(one, first)
    if most is None:
        told = say(
            "{name}: {items} drew {responses} by {people}, never met {never}.",
            name=name,
            items=items,
            responses=responses,
            people=people,
            never=never,
        )
        return (told, *_voices(name, one))
    told = say(
        "{name}: {items} drew {responses} by {people}, never met {never}; most in the week from {day}, {most}.",
        name=name,
        items=items,
        responses=responses,
        people=people,
        never=never,
        day=most[0],
        most=most[1],
    )
    return (told, *_voices(name, one))


def _voices(name: str, one: Carried) -> tuple[Sentence, ...]:
    if one.voices is None:
        return ()
    items = counted(one.voices, "item", "items")
    return (say("The voices named carry {name} in {items}.", name=name, items=items),)
