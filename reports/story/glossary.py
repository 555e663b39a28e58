"""What each number and each word of a report means, in one place for every format."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Definition:
    """What a finding is called in a report and what it means, in one or two sentences.

    `reading` says what a high or a low value tells, where it tells anything.
    """

    label: str
    meaning: str
    reading: str = ""


_STEPS = {
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
    "before_contact": Definition(
        "Before first contact",
        "People outside the team who responded before they had met the leader: those met later, and those never met "
        "so far. The upper bound adds those of whom nothing is known.",
        "High among customers and partners: they knew the leader by what was written before anybody shook hands.",
    ),
}

_MOTION = {
    "cascade_size": Definition(
        "Size of a conversation",
        "How many items an answered conversation that the leader began has, its beginning too: the median.",
    ),
    "cascade_depth": Definition(
        "Depth of a conversation",
        "How far the farthest answer is from the beginning, counted in answers: the median over the answered "
        "conversations that the leader began.",
    ),
    "mean_depth": Definition(
        "Mean depth",
        "How far an average answer is from the beginning: the median over the same conversations.",
    ),
    "structural_virality": Definition(
        "Structural virality",
        "The mean distance between any two items of a conversation: the median (Goel et al. 2016).",
        "Near 2: everybody answers one item, as after a broadcast. Higher: it goes from hand to hand.",
    ),
    "reproduction": Definition(
        "New people per person reached",
        "How many new people each person reached brings on average, whose first response was to somebody else "
        "than the leader. Always below 1, since every chain begins with an answer to the leader.",
        "High: those who are reached reach others.",
    ),
    "second_generation": Definition(
        "Reached through others only",
        "People who responded only to others' responses, as a share of all reached.",
    ),
    "social_h": Definition(
        "Social h",
        "The largest h such that h people outside the team responded in at least h conversations each.",
        "High: many come back, rather than once.",
    ),
}

_EXCHANGE = {
    "two_way_share": Definition(
        "Both ways",
        "The part of the people beyond with whom responses went both ways: they responded to the leader, and the "
        "leader to them.",
        "High: exchange. Low: broadcast.",
    ),
    "pull": Definition(
        "Unprompted",
        "The part of what others say to the leader that came without the leader having turned to them in the 14 days "
        "before. Mail to more than eight people is left out.",
        "High: people come of their own accord.",
    ),
    "carry_on": Definition(
        "Carried on by others",
        "Of the conversations that the leader began and in which three others or more responded, the part in which "
        "most responses are between others.",
        "High: control is let go. Low: it all goes through the leader.",
    ),
    "help": Definition(
        "Answers taken up",
        "How often somebody asked, the leader answered, and the person responded to the answer. Texts are not kept, so "
        "that whatever is said to the leader counts as asking.",
    ),
    "response_rate": Definition(
        "Answered", "The part of what others say to the leader that the leader answered in the window."
    ),
    "response_time": Definition(
        "Time to an answer",
        "After how many hours half of what others say is answered; what still waits is counted as waiting "
        "(Kaplan–Meier).",
    ),
    "waiting_on_leader": Definition(
        "Waiting for the leader",
        "Conversations in which something said to the leader was not answered, and the leader has since done nothing "
        "there or towards that person. Not all of it needs an answer: texts are not kept.",
        "High: the leader may be the bottleneck.",
    ),
    "only_leader_answers": Definition(
        "Only the leader answers",
        "Of the conversations begun by others in which the leader answered, the part in which nobody else did.",
        "High: what others could answer waits for one person.",
    ),
    "centralisation": Definition(
        "Centralisation",
        "How far the ties among the people around the leader, the leader too, hang on one person (Freeman 1979): 0, "
        "all have as many; 100 %, all hang on one.",
        "High: little goes on without the leader.",
    ),
    "person_against_brand": Definition(
        "Person against brand",
        "How many times the responses per item of the organisation's own accounts an item by the leader draws.",
        "Above 1: the person draws more. Where the interval holds 1 they cannot be told apart.",
    ),
}

_SPHERES = {
    "sphere_breadth": Definition(
        "Breadth",
        "Over how many spheres the people beyond are spread, counted as if all were equally large (Hill number).",
        "1: all in one sphere.",
    ),
    "sources": Definition(
        "Listened to",
        "People never met to whom the leader responds or whose items the leader shares, each counted with the "
        "probability of never having met: where the leader's own influences come from.",
    ),
    "balance": Definition(
        "Heard where listening",
        "How far the spheres that respond are those that the leader responds to: 100 %, the same mix; 0, none in "
        "common.",
    ),
    "share_of_voice": Definition(
        "Share of voice", "Of all responses to anything that has a topic, the part that is to the leader."
    ),
    "lead": Definition(
        "Terms taken up",
        "People who first used a term of a topic within 14 days after they had responded to the leader's use of it, "
        "against the same count when times are shuffled.",
    ),
}

_POSITION_MEANINGS = {
    "pagerank": Definition(
        "PageRank",
        "The share of all responses that lead to the leader, those of people who are themselves much answered counting "
        "more.",
    ),
    "betweenness": Definition(
        "Betweenness",
        "The share of the shortest paths of responses between two others that lead through the leader.",
    ),
    "constraint": Definition(
        "Constraint",
        "Burt's constraint: how far the leader's contacts are tied to one another.",
        "Low: the leader bridges groups that are otherwise apart.",
    ),
    "effective_size": Definition(
        "Effective size",
        "How many of the leader's contacts are not tied to one another (Burt): people who bring something new.",
    ),
    "core_number": Definition(
        "Core number", "The largest k such that the leader belongs to a group in which everybody has k ties."
    ),
    "communities": Definition(
        "Communities", "In how many of the communities of the network the leader has contacts (Louvain)."
    ),
    "neighbourhood": Definition(
        "Within three responses", "How many people are at most three responses away."
    ),
    "voterank": Definition(
        "Elected spreader",
        "The turn at which the leader is elected when each in turn is the one who reaches most that nobody elected "
        "before reaches (VoteRank).",
        "1: elected first.",
    ),
}

_POSITION = _POSITION_MEANINGS | {
    f"digital_{name}": Definition(
        f"{meant.label}, digital only",
        f"{meant.meaning} By ties between people who have not met.",
        meant.reading,
    )
    for name, meant in _POSITION_MEANINGS.items()
}

_MANY = {
    "second_generation_leaders": Definition(
        "Brought in, now reaching others",
        "People whose first response ever was to the leader and who have since drawn responses of their own from "
        "people never met.",
    ),
    "gini": Definition(
        "Gini",
        "How unequally the people beyond are spread over everybody in this workspace: 0, all reach as many; towards 1, "
        "one reaches all.",
        "Low: leadership for the many.",
    ),
    "absence_factor": Definition(
        "Absence factor",
        "The fewest people who together hold half of all reach beyond in this workspace.",
        "Low: much is lost if a few leave.",
    ),
    "coverage_curve": Definition(
        "Who covers half",
        "How few people, chosen so that they overlap least, reach half of all who are reached beyond by anybody.",
    ),
}

_MOVEMENT = {
    "trend_slope": Definition(
        "Slope by month",
        "By how many people never met each month differs from the one before (the median slope, Theil–Sen); months "
        "that are partly outside the window, or lack a source, are left out.",
    ),
    "trend_breaks": Definition(
        "Breaks", "Months at which the level changed by more than shuffled months give."
    ),
}

_CHANCE = {
    "influence_test": Definition(
        "Influence test",
        "The exponent α: a person of whose contacts a are already in a conversation of the leader's is (a + 1)^α times "
        "as likely to be the next to come. 0 is no influence. p: how often orders drawn by chance give as much.",
    ),
    "position_by_chance": Definition(
        "Position by chance",
        "The smallest p, adjusted for asking four times, that the leader's position is what everybody's number of ties "
        "would give by chance.",
    ),
    "robustness": Definition(
        "Largest change",
        "By how much the headline moves at most when it is counted again without bots, without the largest alter, "
        "without bulk mail and so on.",
        "Low: the headline does not hang on one choice.",
    ),
    "unseen": Definition(
        "With what was not seen",
        "The headline if missing months and rows behaved like those seen (Good and Toulmin 1956); the upper bound adds "
        "people who would respond if it went on for ever (Chao 1987).",
    ),
}

_ADVICE = {
    "advice": Definition(
        "Expected from the advice",
        "How many people never met one more exchange with each person named is expected to bring, by a forecast "
        "learned from the log. No number where the forecast has shown no skill.",
    ),
    "advice_backtest": Definition(
        "Forecast, tested",
        "Learned on the first two thirds of the window, scored on the last: how often somebody who brought new people "
        "was ranked above somebody who did not (AUC).",
        "0.5 is a coin; 1 is always right.",
    ),
    "step_up": Definition(
        "Coming back once",
        "How many more people never met came to a conversation after the leader came back to it than to conversations "
        "just like it. An association: the leader may come back to what promises most.",
    ),
}

FAMILIES: dict[str, dict[str, Definition]] = {
    "How far": _STEPS,
    "What is set in motion": _MOTION,
    "Exchange": _EXCHANGE,
    "Spheres and topics": _SPHERES,
    "What to do": _ADVICE,
    "Could it be chance?": _CHANCE,
    "From month to month": _MOVEMENT,
    "Position in the network": _POSITION,
    "Leadership for the many": _MANY,
}
"""The definitions by family, in the order in which a report lists them."""

FINDINGS: dict[str, Definition] = {
    name: meant for family in FAMILIES.values() for name, meant in family.items()
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
    (
        "exchange",
        "Writing to somebody, naming them, or responding to something of theirs.",
    ),
    (
        "back-test",
        "A forecast is learned on the first two thirds of the window and scored on the last third, which it has not "
        "seen.",
    ),
    (
        "p",
        "How often chance alone would give as much: below 0.05 is called more than chance.",
    ),
)


def definition(name: str) -> Definition:
    """Look a finding up; one that is not known here is shown under its own name.

    >>> definition("reach_4").label
    'Step 4, networked'
    >>> definition("our_own_measure").label
    'Our own measure'
    """
    return FINDINGS.get(name) or Definition(
        name.replace("_", " ").capitalize(), "An additional measure; its own documentation defines it."
    )
