"""Findings as ordered sections in plain words, so that page, slides and PDF tell the same story."""

from __future__ import annotations

from collections import Counter

from influence.contract import headline as lead
from influence.contract.details.cascades import Shape
from influence.contract.details.own_voice import TypedByOthers, Typist
from influence.contract.details.reach import Crossings
from influence.contract.findings import Report
from influence.contract.headline import CAUTION, leader_name, mostly_unknown, people_shown
from influence.contract.language import listing, message, recognised, translated
from influence.contract.wording import counted, number, plain, whole
from reports.story import movement, standing
from reports.story.advice import advised
from reports.story.chance import chance
from reports.story.doubt import doubts
from reports.story.evidence import mark_of
from reports.story.glossary import families
from reports.story.inbound import said_by_nobody
from reports.story.sentences import (
    Number,
    Section,
    Sentence,
    Span,
    headline,
    in_words,
    is_nobody,
    joined,
    numbers,
    rate,
    row,
    say,
    span,
    why,
)
from reports.story.spheres import spheres
from reports.story.tone import tone
from reports.story.wording import period
from reports.story.worth import worth

_MARKS = {
    "team": message("{n} in the team"),
    "met": message("{n} who most likely had met {who}"),
    "unmet": message("{n} who most likely had not"),
    "unknown": message("{n} of whom nothing tells"),
}
_TYPISTS = 5
"""So many who typed for the leader are named."""
AUDIENCE_APART = message(
    "Audience is never added to reach: a person who could see an item has not responded to it."
)


def story(report: Report) -> tuple[Section, ...]:
    """Tell a report as questions and their answers, in the order in which a reader asks them.

    A question that nothing in the report answers, since it was not measured, is left out.
    """
    sections = (
        Section("beyond", translated("How far beyond the people met?"), _beyond(report), (headline(report),)),
        Section(
            "people",
            translated("Who are they?"),
            _who(report),
            numbers(report, "own_output", "reach_2", "reach_3", "reach_4"),
        ),
        worth(report),
        spheres(report),
        advised(report),
        chance(report),
        Section("conversations", translated("By which conversations?"), _conversations(report)),
        Section("trend", movement.question(report), movement.trend(report)),
        Section("coverage", translated("What was covered, and what was not?"), _coverage(report)),
        Section("limits", translated("What are the limits?"), _limits(report)),
    )
    return tuple(section for section in sections if section.sentences)


def all_numbers(report: Report) -> tuple[Number, ...]:
    """Word every finding of the report: those defined here in their order, then any others by name."""
    defined = [name for family in families().values() for name in family]
    return numbers(report, *defined, *sorted(set(report.findings) - set(defined)))


def _beyond(report: Report) -> tuple[Sentence, ...]:
    shown = headline(report)
    who, when = leader_name(report), period(report.window)
    if not shown.known:
        return (say("Cannot tell: {why}.", why=shown.reason or ""),)
    if not report.people:
        return (say("Nobody is on record as having responded to {who}, {when}.", who=who, when=when),)
    if is_nobody(report):
        nobody = say(
            "Nobody who had never met {who} face to face is on record as having responded, {when}.",
            who=who,
            when=when,
        )
        return (nobody, *doubts(report))
    n = Span(people_shown(report), shown.name)
    if mostly_unknown(report) or whole(lead.headline(report).value or 0.0) < 1:
        n = Span(n.text[:1].upper() + n.text[1:], n.about)
        first = say(
            "{n} who had never met {who} face to face responded, first-hand or through others, {when}.",
            n=n,
            who=who,
            when=when,
        )
    else:
        first = say(
            "About {n} who had never met {who} face to face responded, first-hand or through others, {when}.",
            n=n,
            who=who,
            when=when,
        )
    return (first, *doubts(report), *_near(report))


def _near(report: Report) -> tuple[Sentence, ...]:
    if "beyond_share" not in report.findings:
        return ()
    if not report.known("beyond_share"):
        what = Span(translated("share of all who responded"), "beyond_share")
        reason = why(report.findings["beyond_share"])
        return (say("Which {what} they are cannot be told: {why}.", what=what, why=reason),)
    share = span(report, "beyond_share")
    if not report.known("beyond_ratio"):
        return (say("They are {share} of all who responded.", share=share),)
    if round(report.value("beyond_ratio") or 0, 1) == 1:
        return (say("They are {share} of all who responded: as many beyond as near.", share=share),)
    ratio = rate(report, "beyond_ratio")
    return (say("They are {share} of all who responded: {ratio}.", share=share, ratio=ratio),)


def _who(report: Report) -> tuple[Sentence, ...]:
    if not report.people:
        return (say("No person in this window is on record as having responded."),)
    sentences = (*standing.stage(report), _rows(report), *_sums(report), *_chain(report), *tone(report))
    sentences += _crossing_sentences(report)
    return (*sentences, *_typed(report), *_shown(report))


def _typed(report: Report) -> tuple[Sentence, ...]:
    """Say who typed what bears the leader's name, and whether that was decided or is stated."""
    told = report.told("typed_by_others", TypedByOthers)
    if not report.value("typed_by_others") or told.made is None:
        return ()
    by = [_typist(one) for one in told.by[:_TYPISTS]]
    if len(told.by) > _TYPISTS:
        by.append(say("{n} more typed the others", n=number(len(told.by) - _TYPISTS)))
    n, who = span(report, "typed_by_others", "item", "items"), leader_name(report)
    made = number(told.made)
    return (
        say("Others typed {n} of the {made} that are {who}'s: {by}.", n=n, made=made, who=who, by=row(by)),
    )


def _typist(one: Typist) -> Sentence:
    who, n = plain(one.name) or plain(one.person), number(one.items or 0)
    if one.decided:
        return say("{who} {n}, as you decided", who=who, n=n)
    return say("{who} {n}, as the source states", who=who, n=n)


def _shown(report: Report) -> tuple[Sentence, ...]:
    """Say in the services' own words how often the leader's items were shown; that is apart from all who responded."""
    finding = report.findings.get("shown")
    told = finding.as_json().get("said", []) if finding else []
    halves = (recognised(plain(str(one))).partition(": ") for one in told)
    return tuple(
        say(
            "{service}: {counts}. That names nobody and is no part of the numbers above.",
            service=Span(service, "shown"),
            counts=counts,
        )
        for service, _, counts in halves
    )


def _rows(report: Report) -> Sentence:
    """Say how many people there are of each kind: everybody stands once, by the likelier case."""
    kinds, who = Counter(mark_of(reached) for reached in report.people), leader_name(report)
    parts = [
        translated(pattern).format(n=number(kinds[kind]), who=who)
        for kind, pattern in _MARKS.items()
        if kinds[kind]
    ]
    return say(
        "{n} responded. By row, in the rings and the tables below, each stands once: {parts}.",
        n=counted(len(report.people), "person", "people"),
        parts=listing(parts),
    )


def _sums(report: Report) -> tuple[Sentence, ...]:
    """Say how the steps count the same people, weighed."""
    outside = sum(reached.outside for reached in report.people)
    if not report.known("reach_3", "reach_4") or not outside:
        return ()
    three, four = Span(translated("Steps 3"), "reach_3"), Span("4", "reach_4")
    n = counted(outside, "person", "people")
    if mostly_unknown(report):
        return (
            say(
                "{three} and {four} share the {n} outside the team: who belongs where is not known of most of them.",
                three=three,
                four=four,
                n=n,
            ),
        )
    return (
        say(
            "{three} and {four} share the same {n} outside the team, weighed: somebody who had met the leader with a "
            "chance of 30 % counts for 30 % in step 3 and for 70 % in step 4.",
            three=three,
            four=four,
            n=n,
        ),
    )


def _chain(report: Report) -> tuple[Sentence, ...]:
    if not report.known("first_hand", "passed_on"):
        return ()
    first, passed = span(report, "first_hand", "person", "people"), span(report, "passed_on")
    return (say("Of all who responded, {a} did so first-hand; {b} through others.", a=first, b=passed),)


def _crossing_sentences(report: Report) -> tuple[Sentence, ...]:
    held = report.told("crossings", Crossings)
    first, after = (
        Span(counted(len(people), "person", "people"), "crossings") if people else None
        for people in (held.digital_first, held.met_then_digital)
    )
    if first and after:
        return (
            say(
                "By name and date, whatever the size of the meeting: {first} responded before the first meeting with "
                "the leader that is on record, {after} responded again after the last one.",
                first=first,
                after=after,
            ),
        )
    if first:
        return (
            say(
                "By name and date, whatever the size of the meeting: {first} responded before the first meeting with "
                "the leader that is on record.",
                first=first,
            ),
        )
    if after:
        return (
            say(
                "By name and date, whatever the size of the meeting: {after} responded again after the last meeting "
                "with the leader that is on record.",
                after=after,
            ),
        )
    return ()


def _conversations(report: Report) -> tuple[Sentence, ...]:
    if not report.conversations:
        return (say("No conversation with a response is on record in this window."),)
    count = counted(len(report.conversations), "conversation", "conversations")
    drew = say("This report holds {n} with responses.", n=count)
    return (*joined(*_shape(report), *_returning(report)), drew)


def _shape(report: Report) -> tuple[Sentence, ...]:
    if not report.known("cascade_size", "cascade_depth"):
        return ()
    largest = report.told("cascade_size", Shape).largest
    size = span(report, "cascade_size", "item", "items")
    depth = span(report, "cascade_depth", "answer", "answers")
    if largest is None:
        return (
            say(
                "An answered conversation that the leader begins has {size} and goes {depth} deep (medians).",
                size=size,
                depth=depth,
            ),
        )
    return (
        say(
            "An answered conversation that the leader begins has {size} and goes {depth} deep (medians); the largest "
            "has {largest}.",
            size=size,
            depth=depth,
            largest=number(largest, "items"),
        ),
    )


def _returning(report: Report) -> tuple[Sentence, ...]:
    sentences = []
    if report.value("reproduction"):
        more = rate(report, "reproduction")
        sentences.append(say("Those reached bring others: {more}, on average.", more=more))
    elif report.known("reproduction"):
        nobody = Span(translated("Nobody"), "reproduction")
        sentences.append(say("{nobody} of those reached has brought others so far.", nobody=nobody))
    if (report.value("social_h") or 0) > 1:
        h = span(report, "social_h")
        sentences.append(say("{h} people outside the team came to {h} conversations or more each.", h=h))
    return tuple(sentences)


def _coverage(report: Report) -> tuple[Sentence, ...]:
    part = tuple(in_words(line) for line in report.narrowed.sentences()) if report.narrowed else ()
    if not report.coverage:
        return (*part, say("No source was read."))
    gaps = sum(len(one.missing_months) for one in report.coverage)
    aside = sum(one.set_aside for one in report.coverage)
    read = say(
        "{n} read; {gaps}; {aside}. Whatever happened elsewhere is not in this report.",
        n=counted(len(report.coverage), "source was", "sources were"),
        gaps=counted(gaps, "month is missing", "months are missing")
        if gaps
        else translated("no month is missing"),
        aside=counted(aside, "row was set aside", "rows were set aside")
        if aside
        else translated("nothing was set aside"),
    )
    return (*joined(*part), read, *said_by_nobody(report))


def _limits(report: Report) -> tuple[Sentence, ...]:
    reasons = report.reasons if CAUTION in report.reasons else (*report.reasons, CAUTION)
    return tuple(in_words(recognised(reason)) for reason in reasons)
