"""Words that only the page has: its index, and the captions in which a word leads to its meaning."""

from __future__ import annotations

from influence.contract.findings import MONTH, WEEK, Month, Report, Week
from influence.contract.headline import mostly_unknown
from influence.contract.language import message, translated
from reports.story import glossary
from reports.story.movement import when
from reports.story.sentences import Section, Sentence, Span, say

INDEX = {
    "beyond": message("How far"),
    "people": message("People"),
    "worth": message("Value"),
    "spheres": message("Spheres"),
    "takes": message("What it takes"),
    "chance": message("How well it holds"),
    "conversations": message("Conversations"),
    "trend": message("Movement"),
    "coverage": message("Coverage"),
    "limits": message("Limits and words"),
}
"""What the index calls each section."""
PARENTS = {
    "explicit": message("stated by the source"),
    "inferred": message("inferred by the program"),
    "none": message("none stated"),
    "undated": message("a network of ties, undated"),
}
"""How it is known what an item answers, by source."""


BY = {
    MONTH: {
        "table": message("Month by month"),
        "column": message("Month"),
        "summary": message("The same by month"),
    },
    WEEK: {
        "table": message("Week by week"),
        "column": message("Week"),
        "summary": message("The same by week"),
    },
}
"""What the tables of the movement are called."""


def part_of(row: Month | Week) -> str:
    """Word which month or week a row is about, and whether the window holds a part of the week only.

    >>> part_of(Week("2026-W02", 0, 0, 0, 0, 0, 0, whole=False))
    'week from 5 Jan 2026, in part'
    """
    if isinstance(row, Week) and not row.whole:
        return str(say("{week}, in part", week=when(row)))
    return when(row)


def index(sections: dict[str, Section], *others: str) -> tuple[tuple[str, str], ...]:
    """Return the sections that the page has, each with its short name; `others` are there without an answer."""
    here = {*sections, *others}
    return tuple((key, translated(name)) for key, name in INDEX.items() if key in here)


def word_anchor(word: str) -> str:
    """Return the anchor of a word of the glossary.

    >>> word_anchor("95 % interval")
    'w-95-interval'
    """
    return "w-" + "-".join("".join(letter if letter.isalnum() else " " for letter in word).split())


def words() -> tuple[tuple[str, str, str], ...]:
    """Return the glossary: the anchor of each word, the word, and what it means."""
    return tuple((word_anchor(key), word, meaning) for key, word, meaning in glossary.words())


def captions(report: Report) -> dict[str, Sentence]:
    """Return the captions and notes in which a word leads to its meaning, by their place on the page."""
    weighed = _word("weighed", translated("weighed"))
    return {
        "spheres": say(
            "People never met, by sphere, {weighed}. Right: those who responded to the leader, of all who are known "
            "there. Left: those to whom the leader responded.",
            weighed=weighed,
        ),
        "sphere": say(
            "Never met is {weighed}; the spheres add up to {step}.",
            weighed=weighed,
            step=Span(translated("step 4"), "reach_4" if "reach_4" in report.findings else None),
        ),
        "conversations": _conversations(report, weighed),
        "trend": _trend(report, weighed),
        "movement": say("People never met, {weighed}: before (circle) and now (diamond).", weighed=weighed),
        "possible": say(
            "People whom chains of responses could have reached, by steps in the chain and the longest wait for each. "
            "It is a ceiling, {not_count}.",
            not_count=Span(translated("not a count of people reached"), "possible_reach"),
        ),
    }


def _conversations(report: Report, weighed: Span) -> Sentence:
    if mostly_unknown(report):
        return say(
            "Somebody can be in several conversations, so they do not add up to the number at the top."
        )
    return say(
        "Never met is {weighed}. Somebody can be in several conversations, so they do not add up to the number at "
        "the top.",
        weighed=weighed,
    )


def _trend(report: Report, weighed: Span) -> Sentence:
    if mostly_unknown(report) and report.by == WEEK:
        return say(
            "Never met (orange) within its range, alone in weeks in which of most people nothing tells; met (blue, "
            "circles); both {weighed}. Whole weeks, Monday to Sunday.",
            weighed=weighed,
        )
    if mostly_unknown(report):
        return say(
            "Never met (orange) within its range, alone in months in which of most people nothing tells; met (blue, "
            "circles); both {weighed}.",
            weighed=weighed,
        )
    if report.by == WEEK:
        return say(
            "Never met (orange, diamonds) with its range; met (blue, circles); both {weighed}. Whole weeks, Monday to "
            "Sunday.",
            weighed=weighed,
        )
    return say(
        "Never met (orange, diamonds) with its range; met (blue, circles); both {weighed}.", weighed=weighed
    )


def _word(word: str, text: str) -> Span:
    return Span(text, anchor=word_anchor(word))
