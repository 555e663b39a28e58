"""How well the number holds: what was tested against chance, by its question, and what other readings give."""

from __future__ import annotations

from collections.abc import Mapping

from influence.contract.details.against_chance import InfluenceTest, PositionByChance
from influence.contract.details.reach import Reach
from influence.contract.details.robustness import Robustness, Unseen
from influence.contract.findings import Finding, Report
from influence.contract.headline import mostly_unknown
from influence.contract.language import message, translated
from influence.contract.wording import between, counted, number, plain
from reports.story.sentences import (
    TOO_LITTLE,
    Section,
    Sentence,
    Span,
    cannot_tell,
    joined,
    say,
    section,
    span,
    why,
    why_too_little,
)

HOLDS = message("How well does it hold?")
JOINED = message("Did people join because their contacts had?")
MORE_TIES = message("Is the position more than the number of ties would give?")
CHANCE = ("influence_test", "robustness", "unseen", "position_by_chance")
SURE = 0.05
ALTERNATIVES = {
    "with_bots": message("counting bots as people"),
    "without_suspected": message("without those who answer like a program"),
    "without_largest_alter": message("without the one who responded most"),
    "without_bulk": message("without answers to bulk mail"),
    "without_largest_conversation": message("without the largest conversation"),
    "first_hand": message("counting first-hand responses only"),
}


def chance(report: Report) -> Section:
    """Answer how well it holds: each test by the question it asks, other choices, and what was not seen."""
    told = (*_verdict(report), *joined(*_robust(report)), *_unseen(report), *_by_position(report))
    untold = cannot_tell(report, *(name for name in CHANCE if name != "influence_test"))
    question = translated(HOLDS)
    if not told:
        return section("chance", question, _inferred(report), (), untold)
    return section("chance", question, (*told, *_inferred(report)), (), untold)


def _verdict(report: Report) -> tuple[Sentence, ...]:
    finding = report.findings.get("influence_test")
    if finding is None:
        return ()
    asked = Span(translated(JOINED), finding.name)
    if finding.value is None:
        return (_untested(finding, asked),)
    p = finding.told(InfluenceTest).p
    often = translated("an unknown part") if p is None else number(p, "share")
    if p is not None and p <= SURE:
        return (
            say(
                "{asked} More often than chance gives: they took up the leader's conversations sooner once contacts "
                "of theirs had (chance alone gives as much in {often} of cases).",
                asked=asked,
                often=often,
            ),
        )
    return (
        say(
            "{asked} That cannot be told apart from chance: people came to the leader's conversations after contacts "
            "of theirs had, but orders drawn at random give as much in {often} of cases.",
            asked=asked,
            often=often,
        ),
    )


def _untested(finding: Finding, asked: Span) -> Sentence:
    if (finding.reason or "").startswith(TOO_LITTLE):
        return say(
            "{asked} Too little to say: the influence test found {why}.",
            asked=asked,
            why=why_too_little(finding),
        )
    return say("{asked} Cannot tell: {why}.", asked=asked, why=why(finding))


def alternatives(report: Report) -> list[tuple[str, float]]:
    """Return the headline under each alternative, in words, those of our own order first."""
    held = report.told("robustness", Robustness).alternatives
    names = [*(name for name in ALTERNATIVES if name in held), *sorted(set(held) - set(ALTERNATIVES))]
    found = [(_alternative(name), held[name].reach_4) for name in names]
    return [(name, number_) for name, number_ in found if number_ is not None]


def _alternative(name: str) -> str:
    """Say how the headline is counted under an alternative; one of another package is its name."""
    return translated(ALTERNATIVES.get(name, "")) or plain(name).replace("_", " ")


def _robust(report: Report) -> tuple[Sentence, ...]:
    """Say how far doubtful people and items move the headline, and how much of it is first-hand."""
    was = report.told("robustness", Robustness).reach_4
    apart = mostly_unknown(report)
    told = dict(alternatives(report))
    if not report.known("robustness"):
        return ()
    if not was or not told:
        most = span(report, "robustness")
        return (
            say(
                "Does it hang on one choice? Counted again under other choices it moves by {most} at most.",
                most=most,
            ),
        )
    near = told.pop(_alternative("first_hand"), None)
    sentences = []
    if told:
        sentences.append(_farthest(told, was, apart=apart))
    if near is not None and not apart:
        first = Span(number(near), "robustness")
        sentences.append(say("First-hand responses alone give {first}.", first=first))
    return tuple(sentences)


def _farthest(told: Mapping[str, float], was: float, *, apart: bool) -> Sentence:
    """Say which other choice moves the headline most; to what, where the headline is a number."""
    name, farthest = max(told.items(), key=lambda one: abs(one[1] - was))
    moved = Span(number(abs(farthest - was) / was, "share"), "robustness")
    count = counted(len(told), "other choice", "other choices")
    if apart:
        return say(
            "Does it hang on one choice? Counted again under {count} it moves by {moved} at most: {name}.",
            count=count,
            moved=moved,
            name=name,
        )
    return say(
        "Does it hang on one choice? Counted again under {count} it moves by {moved} at most: {name}, it would be "
        "{n}.",
        count=count,
        moved=moved,
        name=name,
        n=number(farthest),
    )


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
        sentences.append(_going_on(number(covered, "share"), about, between(*within) if within else ""))
    return tuple(sentences)


def _going_on(covered: str, more: Span, within: str) -> Sentence:
    """Say how many more would respond if it went on for ever."""
    if within:
        return say(
            "Who was not seen yet? The next response comes from somebody already counted with a chance of {covered}; "
            "if it went on for ever, about {more} ({within}) would respond.",
            covered=covered,
            more=more,
            within=within,
        )
    return say(
        "Who was not seen yet? The next response comes from somebody already counted with a chance of {covered}; "
        "if it went on for ever, about {more} would respond.",
        covered=covered,
        more=more,
    )


def _by_position(report: Report) -> tuple[Sentence, ...]:
    p = report.value("position_by_chance")
    if p is None:
        return ()
    asked = Span(translated(MORE_TIES), "position_by_chance")
    if p > SURE:
        return (say("{asked} No: networks drawn by chance with the same ties give as much.", asked=asked),)
    found = len(report.told("position_by_chance", PositionByChance).discoveries)
    if not found:
        return (
            say(
                "{asked} Yes, it differs from what networks drawn by chance with the same ties give.",
                asked=asked,
            ),
        )
    return (
        say(
            "{asked} Yes, by {n} it differs from what networks drawn by chance with the same ties give.",
            asked=asked,
            n=counted(found, "measure of position", "measures of position"),
        ),
    )


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
