"""What each number and each word of a report means: a finding's words come from its measure, the others stand here."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from functools import cache

from influence.contract import plugins
from influence.contract.language import message, numbered, translated
from influence.contract.measures import GROUP, Definition, Measure, measure

FAMILIES = (
    "How far",
    "What is set in motion",
    "Exchange",
    "Spheres and topics",
    "What to do",
    "How well does it hold?",
    "From month to month",
    "Position in the network",
    "Leadership for the many",
)
"""The headings of the glossary, in order; a heading that only another package's measure names comes after them."""

_FIRST = (
    *("reach_beyond", "own_output", "reach_2", "reach_3", "reach_4", "beyond_share", "beyond_ratio"),
    *(
        "first_hand",
        "passed_on",
        "possible_reach",
        "audience",
        "audience_share",
        "shown",
        "stage",
        "tone",
        "crossings",
    ),
    *("first_touch", "before_contact"),
    *(
        "two_way_share",
        "persistence",
        "pull",
        "carry_on",
        "help",
        "help_outcome",
        "response_rate",
        "response_time",
        "waiting_on_leader",
    ),
    *("mass_mail", "unsaid"),
    *("sphere_breadth", "sources", "balance", "share_of_voice", "lead", "tags"),
    *(
        "only_leader_answers",
        "centralisation",
        "second_generation_leaders",
        "team_beyond",
        "team_follows",
        "walls",
    ),
)
"""In a family these come first, in this order; the others follow as their measures announce them."""

WORDS: tuple[tuple[str, str], ...] = (
    ("item", "What somebody wrote or made: a post, a comment, a message, a document."),
    (
        "response",
        "A reply, comment, share, quote, reaction or edit on an item, or an activity that names its author. "
        "Receiving or seeing something is not a response.",
    ),
    ("explicit", "A response whose source states what it answers."),
    (
        "inferred",
        "A response that the program guessed: the same subject among the same people within 14 days, or the "
        "next message in a chat without threads.",
    ),
    ("conversation", "An item that answers nothing, and all that descends from it."),
    (
        "met",
        "A person with whom there is dated evidence of having been together face to face, from 0 (never) to "
        "1 (certain). An online meeting is not evidence.",
    ),
    (
        "unknown",
        "A person of whom nothing tells whether they have met. Unknown is not unmet: the range "
        "shows both cases.",
    ),
    (
        "sphere",
        "Whose world a person belongs to, seen from the leader: department, company, customer, public …",
    ),
    (
        "range",
        "The number if every unknown had been met, and if none had: the one range beside the headline.",
    ),
    (
        "weighed",
        "Each person outside the team counts in part as met and in part as never met, by the chance of having met. "
        "Sums are rounded to whole people so that parts and their total agree.",
    ),
    (
        "by row",
        "Each person stands once, as met or as never met, by the likelier case; unknown people stand apart.",
    ),
    ("by name", "A list of people, made by the dates of their responses and meetings; no chance is weighed."),
    (
        "95 % interval",
        "The range that holds 95 of 100 results when whole conversations are drawn again at random: what such a window "
        "would give if it were run again. It does not hold the doubt about who has met whom.",
    ),
    ("first-hand", "Responded to the leader's own item, or named the leader."),
    ("passed on", "Responded to somebody else's response, so that the leader's item came by way of others."),
    (
        "exchange",
        "Writing to somebody, naming them, or responding to something of theirs.",
    ),
    (
        "back-test",
        "A forecast is learned on the first two thirds of the window and scored on the last third, which it has not "
        "seen.",
    ),
)
"""Words that a report uses, each with its meaning; `words` says them in the language spoken."""


@cache
def definitions() -> Mapping[str, Definition]:
    """Return the words of every finding that a measure announces, by name, in the order in which a report lists them.

    A measure that cannot be loaded has no words; of two that announce one name, ours has them.
    """
    found: dict[str, Definition] = {}
    for one in sorted(_measures(), key=lambda one: not one.own):
        found = found | {name: words for name, words in one.finds.items() if name not in found}
    return dict(sorted(found.items(), key=lambda row: (_family_place(row[1].family), _place(row[0]))))


def families() -> dict[str, dict[str, Definition]]:
    """Group the definitions by family, in the order in which a report lists them; those of no family are left out."""
    grouped: dict[str, dict[str, Definition]] = {}
    for name, words in definitions().items():
        if words.family:
            grouped.setdefault(translated(words.family), {})[name] = words
    return grouped


def definition(name: str) -> Definition:
    """Look a finding up; what its measure does not say of it is made of its name.

    >>> definition("reach_4").label
    'Step 4, networked'
    >>> definition("our_own_measure").label
    'Our own measure'
    """
    words = definitions().get(name, Definition(""))
    unnamed = message("An additional measure; its own documentation defines it.")
    return replace(
        words,
        line=translated(words.line),
        label=translated(words.label) or name.replace("_", " ").capitalize(),
        meaning=translated(words.meaning or unnamed),
        reading=translated(words.reading),
        family=translated(words.family),
    )


def headline_counts() -> str:
    """Say what the headline counts, where no steps 1 to 3 stand beside it.

    >>> headline_counts()
    'people never met who responded'
    """
    return numbered("person never met who responded", "people never met who responded", 2)


def words() -> tuple[tuple[str, str, str], ...]:
    """Return each word of a report: its name in English, by which links find it, the word, and what it means."""
    return tuple((word, translated(word), translated(meaning)) for word, meaning in WORDS)


def _measures() -> list[Measure]:
    found = []
    for name in plugins.names(GROUP):
        with suppress(plugins.PluginError):
            found.append(measure(name))
    return found


def _family_place(family: str) -> tuple[int, str]:
    """Place our own headings first, then those of other packages, then what has none."""
    own = FAMILIES.index(family) if family in FAMILIES else len(FAMILIES)
    return (own + (not family), family)


def _place(name: str) -> int:
    return _FIRST.index(name) if name in _FIRST else len(_FIRST)
