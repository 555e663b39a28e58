"""How those who responded took it: the classes, and above all that a storm is no influence."""

from __future__ import annotations

from influence.contract.details.tone import ToneOf
from influence.contract.findings import Report
from influence.contract.headline import storm
from influence.contract.language import listing, message, translated
from influence.contract.wording import between, counted, number
from reports.story.sentences import Sentence, Span, in_words, joined, say

_CLASSES = {
    "welcomed": message("{n} welcomed it"),
    "neutral": message("{n} took it neutrally"),
    "hostile": message("{n} took it with hostility"),
}


def warned(report: Report) -> tuple[Sentence, ...]:
    """Say that most of those reached were hostile, where that is so."""
    said = storm(report)
    return (in_words(said),) if said else ()


def no_value() -> Sentence:
    """Say what a storm is worth."""
    return say(
        "The fourth step brings this role {storm} and no value so far.",
        storm=Span(translated("a storm"), "tone"),
    )


def tone(report: Report) -> tuple[Sentence, ...]:
    """Say how many took it how, of how many nothing tells, and what cannot be told at all."""
    held = report.told("tone", ToneOf)
    if held.told is None or held.people is None or "tone" not in report.findings:
        return ()
    of = counted(held.people, "person", "people")
    if not held.told:
        nothing = Span(translated("how they took it"), "tone")
        return (say("Of the {of} outside the team nothing tells {nothing}.", of=of, nothing=nothing),)
    parts = [
        translated(pattern).format(n=number(held.classes[name].people or 0))
        for name, pattern in _CLASSES.items()
        if name in held.classes and held.classes[name].people
    ]
    n = Span(number(held.told), "tone")
    told = say(
        "How did they take it? Of {n} of the {of} outside the team marks, reactions or words tell it: {parts}.",
        n=n,
        of=of,
        parts=listing(parts),
    )
    note = message(
        "Whether a response is against the leader or against somebody else in the conversation, and whether it is "
        "meant as it stands, nothing tells."
    )
    return joined(told, *_hostile(held), say(note)) if parts else ()


def _hostile(held: ToneOf) -> tuple[Sentence, ...]:
    """Say how many of the people never met were hostile, with the unknown and without; or that none is known to be."""
    its, unknown = (
        held.classes[name].reach if name in held.classes else None for name in ("hostile", "unknown")
    )
    if its is None or unknown is None:
        return ()
    reach = Span(translated("people never met"), "reach_4")
    if round(its) == 0:
        nobody = message(
            "Of the {reach} nobody is known to have taken it with hostility; of {n} nothing tells."
        )
        return (say(nobody, reach=reach, n=number(unknown, "people")),)
    return (say("Of the {reach}, {range} were hostile.", reach=reach, range=between(its, its + unknown)),)
