"""What the fourth step is worth, in which spheres, and whether it could be chance: answers in words."""

from __future__ import annotations

from influence.contract.details.many import SecondGenerationLeaders
from influence.contract.findings import Report
from influence.contract.headline import mostly_unknown
from influence.contract.wording import counted, plain
from reports.story.sentences import (
    Section,
    Sentence,
    Span,
    cannot_tell,
    interval_of,
    joined,
    listing,
    numbers,
    rate,
    say,
    section,
    span,
)
from reports.story.spheres import side, sphere_words, unmet_by_sphere

EVEN = 0.15
"""So far from a half a share is called even, where its interval holds the half."""
NAMED = 6
"""So many spheres are named in a sentence."""
EXCHANGE = ("two_way_share", "pull", "carry_on", "help")


# --- what it is worth ---------------------------------------------------------------------------------------


def worth(report: Report) -> Section:
    """Answer what the fourth step brings now, whether it is exchange or broadcast, and what a step up would bring."""
    told = (
        *joined(*_exchange(report), *_carried(report), *_brought_in(report)),
        *joined(*_named(report), *_coming_back(report)),
    )
    untold = cannot_tell(report, *EXCHANGE, "second_generation_leaders")
    return section(
        "worth",
        "How valuable are networked-leadership skills in this role?",
        (*_brings(report), *told) if told or untold else (),
        numbers(report, *EXCHANGE),
        untold,
    )


def _brings(report: Report) -> tuple[Sentence, ...]:
    if not report.known("reach_4"):
        return ()
    n = span(report, "reach_4", "person", "people")
    if n.text == "0 people":
        return (say("The fourth step has brought {nobody} so far.", nobody=Span("nobody", "reach_4")),)
    of = ": {share} of all who responded" if report.known("beyond_share") else ""
    parts = {"share": span(report, "beyond_share")} if of else {}
    spheres = _by_sphere(report)
    where = f". By sphere: {listing(spheres)}." if spheres else "."
    pattern = "The fourth step brings this role {n} whom the first three do not" + of + "{where}"
    return (say(pattern, n=n, where=Span(where), **parts),)


def _by_sphere(report: Report) -> list[str]:
    """Name the largest spheres with their people; the others together, so that they add up."""
    every = [(row, text) for row, text in unmet_by_sphere(report) if text != "0"]
    named = [f"{sphere_words(row.sphere)} {text}" for row, text in every[:NAMED]]
    if len(every) <= NAMED or mostly_unknown(report):
        return named
    return [*named, f"others {sum(int(text.replace(',', '')) for _, text in every[NAMED:]):,}"]


def _exchange(report: Report) -> tuple[Sentence, ...]:
    sentences = []
    if report.known("two_way_share"):
        even = abs((report.value("two_way_share") or 0.0) - 0.5) <= EVEN
        between = "as much exchange as broadcast" if even else "too little to say which"
        way = side(report, "two_way_share", "mostly exchange", "mostly one way", between)
        both = span(report, "two_way_share")
        pattern = (
            "Exchange or broadcast? It is {way}: with {both} of the people beyond, responses went both ways."
        )
        sentences.append(say(pattern, way=way, both=both))
    return tuple(sentences)


def _carried(report: Report) -> tuple[Sentence, ...]:
    if not report.known("carry_on"):
        return ()
    pattern = {
        "others": "Control is let go: others carry on {share} of the conversations between themselves.",
        "leader": "The conversations run through the leader: others carry on {share} of them between themselves.",
        "both": "Others carry on {share} of the conversations between themselves.",
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
    test = Span("back-test", "advice_backtest" if "advice_backtest" in report.findings else "advice")
    if not report.known("advice"):
        pattern = "What a step up in exchange with chosen people would bring cannot be told: {why}."
        scored = report.known("advice_backtest")
        why = "the forecast has shown no skill" if scored else "there is too little to test a forecast on"
        return (say(pattern, why=Span(why, test.about)),)
    n = span(report, "advice", "person", "people")
    pattern = (
        "What would a step up bring? One more exchange with each of the people whom the forecast names is expected to "
        "bring {n} never met; in the {test} the forecast did better than chance."
    )
    return (say(pattern, n=n, test=test),)


def _coming_back(report: Report) -> tuple[Sentence, ...]:
    """Say what coming back to a conversation was followed by, against conversations just like it."""
    if "step_up" not in report.findings:
        return ()
    back = Span("Coming back to a conversation", "step_up")
    if not report.known("step_up"):
        why = plain(report.findings["step_up"].reason or "no reason was given").rstrip(".")
        back = Span("coming back to a conversation", "step_up")
        pattern = "What {back} brings cannot be told: {why}."
        return (say(pattern, back=back, why=why.removeprefix("too little to say: ")),)
    low, high = report.findings["step_up"].interval or (float("-inf"), float("inf"))
    n, within = rate(report, "step_up"), interval_of(report, "step_up") or "no interval"
    if low > 0:
        pattern = "{back} was followed by more people never met than its like without: {n} ({within})."
    elif high < 0:
        pattern = "{back} was followed by fewer people never met than its like without: {n} ({within})."
    else:
        pattern = (
            "{back} was followed by no more people never met, as far as can be told, than its like without: {n} "
            "({within})."
        )
    return (say(pattern, back=back, n=n, within=within),)
