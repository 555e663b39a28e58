"""Could it be chance, and what would other readings give? In words."""

from __future__ import annotations

from influence.contract.details.against_chance import InfluenceTest, PositionByChance
from influence.contract.details.reach import Reach
from influence.contract.details.robustness import Robustness, Unseen
from influence.contract.findings import Report
from reports.story.glossary import definition
from reports.story.sentences import (
    Section,
    Sentence,
    Span,
    cannot_tell,
    headline,
    joined,
    listing,
    say,
    section,
    span,
)
from reports.story.wording import between, counted, number, plain

CHANCE = ("influence_test", "robustness", "unseen", "position_by_chance")
SURE = 0.05
LIKENESS = (
    "No test on a record can tell influence from likeness (Shalizi and Thomas 2011): the most it can say is that what "
    "is seen is consistent with influence."
)
ALTERNATIVES = {
    "with_bots": "counting bots as people",
    "without_suspected": "without those who answer like a program",
    "without_largest_alter": "without the one who responded most",
    "without_bulk": "without answers to bulk mail",
    "without_largest_conversation": "without the largest conversation",
    "first_hand": "counting first-hand responses only",
}


def chance(report: Report) -> Section:
    """Answer whether chance, one choice, or what was not seen could make the number."""
    told = (*_verdict(report), *joined(*_robust(report)), *_unseen(report), *_by_position(report))
    untold = cannot_tell(report, *(name for name in CHANCE if name != "influence_test"))
    question = "Could it be chance?"
    if not told:
        return section("chance", question, _inferred(report), (), untold)
    every = (*told[:1], *_sure(report), *told[1:], *_inferred(report), say(LIKENESS))
    return section("chance", question, every, (), untold)


def _verdict(report: Report) -> tuple[Sentence, ...]:
    finding = report.findings.get("influence_test")
    if finding is None:
        return ()
    test = Span("influence test", finding.name)
    if finding.value is None:
        why = plain(finding.reason or "no reason was given").rstrip(".")
        if why.startswith("too little to say: "):
            return (say("Too little to say: the {test} found {why}.", test=test, why=why.split(": ", 1)[1]),)
        return (say("Cannot tell by the {test}: {why}.", test=test, why=why),)
    p = finding.told(InfluenceTest).p
    chance_of = Span("p = " + (f"{p:.2g}" if p is not None else "not given"), finding.name)
    if p is not None and p <= SURE:
        pattern = (
            "More than chance, and consistent with influence: people took up the leader's conversations sooner once "
            "contacts of theirs had ({p})."
        )
    else:
        pattern = (
            "Cannot be told apart from chance: people came to the leader's conversations after contacts of theirs had, "
            "but orders drawn at random give as much ({p})."
        )
    return (say(pattern, p=chance_of),)


def _sure(report: Report) -> tuple[Sentence, ...]:
    lead = headline(report)
    drawn = f"95 of 100 redraws of whole conversations give {lead.interval}" if lead.interval else ""
    bounds = f"taking all unknown people as met, or none, gives {lead.bounds}" if lead.bounds else ""
    given = "; ".join(each for each in (drawn, bounds) if each)
    if not lead.known or not given:
        return ()
    return (say("The number itself is {n}: {given}.", n=Span(lead.text, lead.name), given=given),)


def alternatives(report: Report) -> list[tuple[str, float]]:
    """Return the headline under each alternative, in words, those of our own order first."""
    held = report.told("robustness", Robustness).alternatives
    names = [*(name for name in ALTERNATIVES if name in held), *sorted(set(held) - set(ALTERNATIVES))]
    found = [(ALTERNATIVES.get(name, plain(name).replace("_", " ")), held[name].reach_4) for name in names]
    return [(name, number_) for name, number_ in found if number_ is not None]


def _robust(report: Report) -> tuple[Sentence, ...]:
    """Say how far doubtful people and items move the headline, and how much of it is first-hand."""
    was = report.told("robustness", Robustness).reach_4
    told = dict(alternatives(report))
    if not report.known("robustness"):
        return ()
    if not was or not told:
        most = span(report, "robustness")
        return (say("Counted again under other choices it moves by {most} at most.", most=most),)
    near = told.pop(ALTERNATIVES["first_hand"], None)
    sentences = []
    if told:
        name, farthest = max(told.items(), key=lambda one: abs(one[1] - was))
        moved = Span(number(abs(farthest - was) / was, "share"), "robustness")
        count = counted(len(told), "other choice", "other choices")
        pattern = "Counted again under {count} it moves by {moved} at most: {name}, it would be {n}."
        sentences.append(say(pattern, count=count, moved=moved, name=name, n=number(farthest)))
    if near is not None:
        first = Span(number(near), "robustness")
        sentences.append(say("First-hand responses alone give {first}.", first=first))
    return tuple(sentences)


def _unseen(report: Report) -> tuple[Sentence, ...]:
    if not report.known("unseen"):
        return ()
    held = report.told("unseen", Unseen)
    more, within, covered = held.not_seen, held.not_seen_interval, held.coverage
    sentences = []
    if any(row.missing or row.set_aside for row in held.sources):
        n = span(report, "unseen", "person", "people")
        sentences.append(say("If what the sources lack were like what they hold, it would be {n}.", n=n))
    if more is not None and more >= 1 and covered is not None:
        about = Span(counted(more, "more person", "more people"), "unseen")
        around = f" ({between(*within)})" if within else ""
        pattern = (
            "The next response comes from somebody already counted with a chance of {covered}; if it went on for ever, "
            "about {more}{around} would respond."
        )
        sentences.append(say(pattern, covered=number(covered, "share"), more=about, around=Span(around)))
    return tuple(sentences)


def _by_position(report: Report) -> tuple[Sentence, ...]:
    p = report.value("position_by_chance")
    if p is None:
        return ()
    stands = Span("position in the network", "position_by_chance")
    if p > SURE:
        return (say("The leader's {stands} is what the number of ties would give by chance.", stands=stands),)
    found = [_measure(name) for name in report.told("position_by_chance", PositionByChance).discoveries]
    where = f": {listing(found)}" if found else ""
    pattern = "The leader's {stands} is not what the number of ties would give by chance{where}."
    return (say(pattern, stands=stands, where=Span(where)),)


def _measure(name: str) -> str:
    """Name a measure inside a sentence: PageRank keeps its capitals."""
    label = definition(name).label
    return label.lower() if label[1:].islower() else label


def _inferred(report: Report) -> tuple[Sentence, ...]:
    finding = report.findings.get("reach_4") or report.findings.get("reach_beyond")
    if finding is None or finding.value is None:
        return ()
    held = finding.told(Reach)
    with_them, without = held.with_inferred, held.without_inferred
    sentences = []
    if with_them is not None and with_them != finding.value:
        more = Span(number(with_them), finding.name)
        sentences.append(
            say("Counting the responses that the program inferred, it would be {more}.", more=more)
        )
    if without is not None and without != finding.value:
        less = Span(number(without), finding.name)
        sentences.append(say("Counting only responses that a source states, it would be {less}.", less=less))
    return tuple(sentences)
