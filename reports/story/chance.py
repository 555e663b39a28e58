"""How well the number holds: what was tested against chance, by its question, and what other readings give."""

from __future__ import annotations

from influence.contract.details.against_chance import InfluenceTest, PositionByChance
from influence.contract.details.reach import Reach
from influence.contract.details.robustness import Robustness, Unseen
from influence.contract.findings import Report
from influence.contract.headline import mostly_unknown
from influence.contract.wording import between, counted, number, plain
from reports.story.glossary import definition
from reports.story.sentences import (
    Section,
    Sentence,
    Span,
    cannot_tell,
    joined,
    listing,
    say,
    section,
    span,
)

HOLDS = "How well does it hold?"
JOINED = "Did people join because their contacts had?"
MORE_TIES = "Is the position more than the number of ties would give?"
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
    """Answer how well it holds: each test by the question it asks, other choices, and what was not seen."""
    told = (*_verdict(report), *joined(*_robust(report)), *_unseen(report), *_by_position(report))
    untold = cannot_tell(report, *(name for name in CHANCE if name != "influence_test"))
    question = HOLDS
    if not told:
        return section("chance", question, _inferred(report), (), untold)
    every = (*told, *_inferred(report), say(LIKENESS))
    return section("chance", question, every, (), untold)


def _verdict(report: Report) -> tuple[Sentence, ...]:
    finding = report.findings.get("influence_test")
    if finding is None:
        return ()
    asked, test = Span(JOINED, finding.name), "the influence test"
    if finding.value is None:
        why = plain(finding.reason or "no reason was given").rstrip(".")
        if why.startswith("too little to say: "):
            pattern = "{asked} Too little to say: {test} found {why}."
            return (say(pattern, asked=asked, test=test, why=why.split(": ", 1)[1]),)
        return (say("{asked} Cannot tell: {why}.", asked=asked, why=why),)
    p = finding.told(InfluenceTest).p
    chance_of = Span("p = " + (f"{p:.2g}" if p is not None else "not given"), finding.name)
    if p is not None and p <= SURE:
        pattern = (
            "{asked} More often than chance gives, which is consistent with influence: they took up the leader's "
            "conversations sooner once contacts of theirs had ({p})."
        )
    else:
        pattern = (
            "{asked} That cannot be told apart from chance: people came to the leader's conversations after contacts "
            "of theirs had, but orders drawn at random give as much ({p})."
        )
    return (say(pattern, asked=asked, p=chance_of),)


def alternatives(report: Report) -> list[tuple[str, float]]:
    """Return the headline under each alternative, in words, those of our own order first."""
    held = report.told("robustness", Robustness).alternatives
    names = [*(name for name in ALTERNATIVES if name in held), *sorted(set(held) - set(ALTERNATIVES))]
    found = [(ALTERNATIVES.get(name, plain(name).replace("_", " ")), held[name].reach_4) for name in names]
    return [(name, number_) for name, number_ in found if number_ is not None]


def _robust(report: Report) -> tuple[Sentence, ...]:
    """Say how far doubtful people and items move the headline, and how much of it is first-hand."""
    was = report.told("robustness", Robustness).reach_4
    apart = mostly_unknown(report)
    told = dict(alternatives(report))
    if not report.known("robustness"):
        return ()
    if not was or not told:
        most = span(report, "robustness")
        pattern = "Does it hang on one choice? Counted again under other choices it moves by {most} at most."
        return (say(pattern, most=most),)
    near = told.pop(ALTERNATIVES["first_hand"], None)
    sentences = []
    if told:
        name, farthest = max(told.items(), key=lambda one: abs(one[1] - was))
        moved = Span(number(abs(farthest - was) / was, "share"), "robustness")
        count = counted(len(told), "other choice", "other choices")
        pattern = (
            "Does it hang on one choice? Counted again under {count} it moves by {moved} at most: {name}"
        )
        pattern += "." if apart else ", it would be {n}."
        sentences.append(say(pattern, count=count, moved=moved, name=name, n=number(farthest)))
    if near is not None and not apart:
        first = Span(number(near), "robustness")
        sentences.append(say("First-hand responses alone give {first}.", first=first))
    return tuple(sentences)


def _unseen(report: Report) -> tuple[Sentence, ...]:
    if not report.known("unseen"):
        return ()
    held = report.told("unseen", Unseen)
    more, within, covered = held.not_seen, held.not_seen_interval, held.coverage
    sentences = []
    if any(row.missing or row.set_aside for row in held.sources) and not mostly_unknown(report):
        n = span(report, "unseen", "person", "people")
        sentences.append(say("If what the sources lack were like what they hold, it would be {n}.", n=n))
    if more is not None and more >= 1 and covered is not None:
        about = Span(counted(more, "more person", "more people"), "unseen")
        around = f" ({between(*within)})" if within else ""
        pattern = (
            "Who was not seen yet? The next response comes from somebody already counted with a chance of {covered}; "
            "if it went on for ever, about {more}{around} would respond."
        )
        sentences.append(say(pattern, covered=number(covered, "share"), more=about, around=Span(around)))
    return tuple(sentences)


def _by_position(report: Report) -> tuple[Sentence, ...]:
    p = report.value("position_by_chance")
    if p is None:
        return ()
    asked = Span(MORE_TIES, "position_by_chance")
    if p > SURE:
        return (say("{asked} No: networks drawn by chance with the same ties give as much.", asked=asked),)
    found = [_measure(name) for name in report.told("position_by_chance", PositionByChance).discoveries]
    where = f": {listing(found)}" if found else ""
    pattern = "{asked} Yes, it differs from what networks drawn by chance with the same ties give{where}."
    return (say(pattern, asked=asked, where=Span(where)),)


def _measure(name: str) -> str:
    """Name a measure inside a sentence: PageRank keeps its capitals."""
    label = definition(name).label
    return label.lower() if label[1:].islower() else label


def _inferred(report: Report) -> tuple[Sentence, ...]:
    finding = report.findings.get("reach_4") or report.findings.get("reach_beyond")
    if finding is None or finding.value is None or mostly_unknown(report):
        return ()
    held = finding.told(Reach)
    with_them, without = held.with_inferred, held.without_inferred
    sentences = []
    as_it_is = number(finding.value)
    if with_them is not None and number(with_them) != as_it_is:
        more = Span(number(with_them), finding.name)
        sentences.append(
            say("Counting the responses that the program inferred, it would be {more}.", more=more)
        )
    if without is not None and number(without) != as_it_is:
        less = Span(number(without), finding.name)
        sentences.append(say("Counting only responses that a source states, it would be {less}.", less=less))
    return tuple(sentences)
