"""What the fourth step is worth, in which spheres, and whether it could be chance: answers in words."""

from __future__ import annotations

from influence.contract.details.many import SecondGenerationLeaders
from influence.contract.findings import Report
from influence.contract.headline import mostly_unknown, storm
from influence.contract.language import listing, message, translated
from influence.contract.wording import between, counted, number
from reports.story import standing
from reports.story.helped import help_outcome
from reports.story.sentences import (
    Section,
    Sentence,
    Span,
    cannot_tell,
    interval_of,
    is_nobody,
    joined,
    numbers,
    rate,
    say,
    section,
    span,
    why_too_little,
)
from reports.story.spheres import reached_outside, side, sphere_words, unmet_range, whole_by_sphere
from reports.story.tone import no_value

EVEN = 0.15
"""So far from a half a share is called even, where its interval holds the half."""
NAMED = 6
"""So many spheres are named in a sentence."""
EXCHANGE = ("two_way_share", "pull", "carry_on", "help")


# --- what it is worth ---------------------------------------------------------------------------------------


def worth(report: Report) -> Section:
    """Answer what the fourth step brings now, whether it is exchange or broadcast, and what a step up would bring."""
    told = (
        *joined(*_exchange(report), *standing.habit(report), *_carried(report)),
        *joined(*_brought_in(report), *standing.team(report)),
        *help_outcome(report),
        *standing.follows(report),
        *standing.walls(report),
        *joined(*_named(report), *_coming_back(report)),
    )
    untold = cannot_tell(
        report, *EXCHANGE, "persistence", "second_generation_leaders", "team_beyond", "walls"
    )
    return section(
        "worth",
        translated("How valuable are networked-leadership skills in this role?"),
        (*_brings(report), *told) if told or untold else (),
        numbers(report, *EXCHANGE),
        untold,
    )


def _brings(report: Report) -> tuple[Sentence, ...]:
    if not report.known("reach_4"):
        return ()
    if storm(report):
        return (no_value(),)
    n = span(report, "reach_4", "person", "people")
    if is_nobody(report):
        nobody = Span(translated("nobody"), "reach_4")
        return (say("The fourth step has brought {nobody} so far.", nobody=nobody),)
    brought = (
        say(
            "The fourth step brings this role {n} whom the first three do not: {share} of all who responded.",
            n=n,
            share=span(report, "beyond_share"),
        )
        if report.known("beyond_share")
        else say("The fourth step brings this role {n} whom the first three do not.", n=n)
    )
    spheres = _by_sphere(report)
    return joined(brought, say("By sphere: {spheres}.", spheres=listing(spheres))) if spheres else (brought,)


def _by_sphere(report: Report) -> list[str]:
    """Name the largest spheres with their people; the others together, so that they add up."""
    if mostly_unknown(report):
        ranges = [(row, between(*unmet_range(report, row))) for row in reached_outside(report)]
        return [
            f"{sphere_words(row.sphere)} {text}" for row, text in ranges if unmet_range(report, row)[1] > 0
        ][:NAMED]
    every = [(row, count) for row, count in whole_by_sphere(report) if count]
    named = [f"{sphere_words(row.sphere)} {number(count)}" for row, count in every[:NAMED]]
    others = sum(count for _, count in every[NAMED:])
    return [*named, translated("others {n}").format(n=number(others))] if others else named


def _exchange(report: Report) -> tuple[Sentence, ...]:
    sentences = []
    if report.known("two_way_share"):
        even = abs((report.value("two_way_share") or 0.0) - 0.5) <= EVEN
        way = side(
            report,
            "two_way_share",
            translated("mostly exchange"),
            translated("mostly one way"),
            translated("as much exchange as broadcast") if even else translated("too little to say which"),
        )
        both = span(report, "two_way_share")
        pattern = message(
            "Exchange or broadcast? It is {way}: with {both} of the people beyond, responses went both ways."
        )
        sentences.append(say(pattern, way=way, both=both))
    return tuple(sentences)


def _carried(report: Report) -> tuple[Sentence, ...]:
    if not report.known("carry_on"):
        return ()
    pattern = {
        "others": message(
            "Control is let go: others carry on {share} of the conversations between themselves."
        ),
        "leader": message(
            "The conversations run through the leader: others carry on {share} of them between themselves."
        ),
        "both": message("Others carry on {share} of the conversations between themselves."),
    }[side(report, "carry_on", "others", "leader", "both")]
    return (say(pattern, share=span(report, "carry_on")),)


def _brought_in(report: Report) -> tuple[Sentence, ...]:
    of = report.told("second_generation_leaders", SecondGenerationLeaders).brought_in
    if not report.known("second_generation_leaders") or not of:
        return ()
    new = span(report, "second_generation_leaders")
    people = counted(of, "person", "people")
    return (
        say("Of the {of} whom the leader brought in, {n} now reach others of their own.", of=people, n=new),
    )


def _named(report: Report) -> tuple[Sentence, ...]:
    """Say what one more exchange with the people whom the forecast names would bring, if it has shown skill."""
    if "advice" not in report.findings:
        return ()
    about = "advice_backtest" if "advice_backtest" in report.findings else "advice"
    if not report.known("advice"):
        return (
            say(
                "What a step up in exchange with chosen people would bring cannot be told: {why}.",
                why=Span(_why_not_named(report, about), about),
            ),
        )
    return (
        say(
            "What would a step up bring? One more exchange with each of the people whom the forecast names is "
            "expected to bring {n} never met; in the {test} the forecast did better than chance.",
            n=span(report, "advice", "person", "people"),
            test=Span(translated("back-test"), about),
        ),
    )


def _why_not_named(report: Report, about: str) -> str:
    if report.known("advice_backtest"):
        return translated("the forecast has shown no skill")
    if not report.findings[about].detail:  # nobody tried
        return why_too_little(report.findings[about])
    return translated("there is too little to test a forecast on")


def _coming_back(report: Report) -> tuple[Sentence, ...]:
    """Say what coming back to a conversation was followed by, against conversations just like it."""
    if "step_up" not in report.findings:
        return ()
    if not report.known("step_up"):
        back = Span(translated("coming back to a conversation"), "step_up")
        reason = why_too_little(report.findings["step_up"])
        return (say("What {back} brings cannot be told: {why}.", back=back, why=reason),)
    back = Span(translated("Coming back to a conversation"), "step_up")
    low, high = report.findings["step_up"].interval or (float("-inf"), float("inf"))
    if low > 0:
        pattern = message(
            "{back} was followed by more people never met than its like without: {n} ({within})."
        )
    elif high < 0:
        pattern = message(
            "{back} was followed by fewer people never met than its like without: {n} ({within})."
        )
    else:
        pattern = message(
            "{back} was followed by no more people never met, as far as can be told, than its like without: {n} "
            "({within})."
        )
    within = interval_of(report, "step_up") or translated("no interval")
    return (say(pattern, back=back, n=rate(report, "step_up"), within=within),)
