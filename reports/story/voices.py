"""The leader beside other voices: the brand, employees, voices that are named, and all who speak of a topic."""

from __future__ import annotations

from influence.contract.details.brand import EmployeesAgainstBrand, PersonAgainstBrand
from influence.contract.details.named_voices import AmongVoices, Voice
from influence.contract.details.voice import Lead
from influence.contract.findings import Report
from influence.contract.headline import leader_name
from influence.contract.language import message, recognised, translated
from influence.contract.wording import between, counted, number, plain, span_of
from reports.story.chance import SURE
from reports.story.sentences import Sentence, Span, interval_of, joined, say, span, why

_DRAWS_MORE = {
    "the first draws more": message("employees draw more"),
    "the second draws more": message("the brand draws more"),
}
NAMED = 5
"""So many voices are told in a sentence each, in the order of the settings."""


def brand(report: Report) -> tuple[Sentence, ...]:
    """Say whether the leader draws more than the organisation's own accounts."""
    finding = report.findings.get("person_against_brand")
    if finding is None:
        return ()
    brand = Span(translated("the organisation's own accounts"), finding.name)
    if finding.value is None:
        if finding.reason and "no account is flagged" in finding.reason:
            return ()
        return (say("Cannot compare the leader with {brand}: {why}.", brand=brand, why=why(finding)),)
    within, n = interval_of(report, finding.name), span(report, finding.name)
    verdict = finding.told(PersonAgainstBrand).verdict
    says = recognised(plain(verdict)) if verdict else translated("no verdict was given")
    if within:
        return (
            say(
                "Person or brand? An item by the leader draws {n} times the responses of one by {brand} ({within}): "
                "{says}.",
                n=n,
                brand=brand,
                within=within,
                says=says,
            ),
        )
    return (
        say(
            "Person or brand? An item by the leader draws {n} times the responses of one by {brand}: {says}.",
            n=n,
            brand=brand,
            says=says,
        ),
    )


def employees(report: Report) -> tuple[Sentence, ...]:
    """Say whether what employees write draws more from outside than what the organisation's own accounts do."""
    finding = report.findings.get("employees_against_brand")
    if finding is None or finding.value is None:
        return ()
    held, within = finding.told(EmployeesAgainstBrand), interval_of(report, finding.name)
    if held.verdict is None or not within:
        return ()
    n = span(report, finding.name)
    writing = counted(held.writing or 0, "employee", "employees")
    return (
        say(
            "Employees or brand? What the other {writing} who wrote make draws {n} times the responses from outside "
            "that the organisation's own accounts draw ({within}): {says}.",
            writing=writing,
            n=n,
            within=within,
            says=translated(_DRAWS_MORE.get(held.verdict, "")) or recognised(plain(held.verdict)),
        ),
    )


def named(report: Report) -> tuple[Sentence, ...]:
    """Say which part of the responses among the voices named is to the leader, and how each compares."""
    held = report.told("among_voices", AmongVoices)
    if not report.known("among_voices") or not held.voices:
        return ()
    within = interval_of(report, "among_voices")
    share, who = span(report, "among_voices"), leader_name(report)
    told = (
        say(
            "Of all responses to {who} and the voices named {share} are to {who} ({within}).",
            who=who,
            share=share,
            within=within,
        )
        if within
        else say("Of all responses to {who} and the voices named {share} are to {who}.", who=who, share=share)
    )
    return joined(told, *(_voice(one) for one in held.voices[1 : NAMED + 1]))


def _voice(one: Voice) -> Sentence:
    name = plain(one.name) or plain(one.person)
    people = between(one.least or 0.0, one.most or 0.0)
    if one.ratio is None or one.interval is None or one.interval[1] is None:
        return say(
            "{name}: too little to compare responses per item; never met {people}.", name=name, people=people
        )
    within = span_of(number(one.interval[0], "times"), number(one.interval[1], "times"))
    return say(
        "{name}: an item by the leader draws {n} times as many responses ({within}: {says}); people never met who "
        "responded there, {people}.",
        name=name,
        n=number(one.ratio, "times"),
        within=within,
        says=recognised(one.verdict or ""),
        people=people,
    )


def on_topics(report: Report) -> tuple[Sentence, ...]:
    """Say which part of the talk on topics is about the leader's, and who takes up whose words."""
    sentences = []
    if report.known("share_of_voice"):
        share = span(report, "share_of_voice")
        within = interval_of(report, "share_of_voice")
        sentences.append(
            say(
                "Of all responses on any topic {share} are to the leader ({within}).",
                share=share,
                within=within,
            )
        )
    if report.known("lead"):
        new, held = span(report, "lead", "person", "people"), report.told("lead", Lead)
        shuffled = number(held.shuffled)
        if held.p is not None and held.p <= SURE:
            pattern = message(
                "Do others take up the leader's words? {new} first used a term after responding to the leader's use "
                "of it, {shuffled} with times shuffled: more than chance gives."
            )
        else:
            pattern = message(
                "Do others take up the leader's words? {new} first used a term after responding to the leader's use "
                "of it, {shuffled} with times shuffled: which cannot be told apart from chance."
            )
        sentences.append(say(pattern, new=new, shuffled=shuffled))
    return tuple(sentences)
