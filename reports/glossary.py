"""What each number and each word of a report means, in one place for every format."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Definition:
    """What a finding is called in a report and what it means, in one or two sentences."""

    label: str
    meaning: str


FINDINGS: dict[str, Definition] = {
    "reach_beyond": Definition(
        "Beyond the people met",
        "The headline, the same number as step 4: people outside the team, never met face to face, who "
        "responded. Each counts with the probability of not having met, so the sum can hold a fraction.",
    ),
    "own_output": Definition("Step 1, own output", "Items that the leader wrote in the window."),
    "reach_2": Definition(
        "Step 2, team", "Direct and indirect reports, or the declared team, who responded in the window."
    ),
    "reach_3": Definition(
        "Step 3, met",
        "People outside the team who responded, each counted with the probability of having met face to face "
        "by the first response.",
    ),
    "reach_4": Definition(
        "Step 4, networked",
        "People outside the team who responded, each counted with the probability of never having met. "
        "The bounds take everybody of whom nothing is known as met, then as unmet; the 95 % interval redraws "
        "whole conversations 1,000 times.",
    ),
    "beyond_share": Definition(
        "Share beyond",
        "People never met, as a share of all who responded: step 4 / (step 2 + step 3 + step 4).",
    ),
    "beyond_ratio": Definition(
        "Beyond for each one near", "People never met for each one near: step 4 / (step 2 + step 3)."
    ),
    "first_hand": Definition(
        "First-hand", "People who responded to an item by the leader, or named the leader."
    ),
    "passed_on": Definition(
        "Passed on",
        "People who responded only to somebody else's response: what the leader began came to them through "
        "others.",
    ),
    "possible_reach": Definition(
        "Possible reach",
        "An upper bound: everybody whom a chain of responses in rising order of time could have reached, of "
        "whatever conversation (limited-waiting-time reachability, Badie-Modiri et al. 2020). Not a count of "
        "people reached.",
    ),
    "audience": Definition(
        "Audience",
        "Different people who received or could see an item by the leader. It is never added to reach: being "
        "able to see is not responding (Cha et al. 2010).",
    ),
    "crossings": Definition(
        "Crossings",
        "People whose first response came before the first meeting, and people met who went on only "
        "digitally.",
    ),
    "pagerank": Definition(
        "PageRank",
        "The share of a random walk along responses that is spent with the leader; higher is more central.",
    ),
    "betweenness": Definition(
        "Betweenness", "How often the leader lies on a shortest path of responses between two other people."
    ),
    "constraint": Definition(
        "Constraint",
        "Burt's constraint: how far the leader's contacts are tied to one another. Lower means more bridges "
        "between separate groups.",
    ),
    "effective_size": Definition(
        "Effective size",
        "How many of the leader's contacts are not tied to one another (Burt): people who bring something new.",
    ),
    "core_number": Definition(
        "Core number", "The largest k such that the leader belongs to a group in which everybody has k ties."
    ),
}

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
        "A person of whom nothing tells whether they have met. Unknown is not unmet: the bounds "
        "show both cases.",
    ),
    (
        "sphere",
        "Whose world a person belongs to, seen from the leader: department, company, customer, public …",
    ),
    ("bounds", "The number if every unknown had been met, and if none had."),
    (
        "95 % interval",
        "The range that holds 95 of 100 results when whole conversations are drawn again at random.",
    ),
    ("first-hand", "Responded to the leader's own item, or named the leader."),
    ("passed on", "Responded to somebody else's response, so that the leader's item came by way of others."),
)


def definition(name: str) -> Definition:
    """Look a finding up; one that is not known here is shown under its own name.

    >>> definition("reach_4").label
    'Step 4, networked'
    >>> definition("two_way_share").label
    'Two way share'
    """
    return FINDINGS.get(name) or Definition(
        name.replace("_", " ").capitalize(), "An additional measure; its own documentation defines it."
    )
