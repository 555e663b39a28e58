"""Findings as ordered sections in plain words, so that page, slides and PDF tell the same story."""

from __future__ import annotations

from collections import Counter

from influence.contract.details.cascades import Shape
from influence.contract.details.own_voice import TypedByOthers
from influence.contract.details.reach import Crossings
from influence.contract.details.trend import TrendBreaks, TrendSlope
from influence.contract.findings import Month, Report
from influence.contract.headline import leader_name, month_unknown, mostly_unknown
from influence.contract.wording import CANNOT_TELL, between, counted, noun, number, plain
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
    interval_of,
    joined,
    listing,
    numbers,
    rate,
    say,
    span,
)
from reports.story.spheres import spheres
from reports.story.wording import month, period
from reports.story.worth import worth

CAUTION = (
    "This is consistent with influence. It does not show that the leader caused it: people who are alike "
    "also act alike (Shalizi and Thomas 2011)."
)
_TYPISTS = 5
"""So many who typed for the leader are named."""
AUDIENCE_APART = "Audience is never added to reach: a person who could see an item has not responded to it."


def story(report: Report) -> tuple[Section, ...]:
    """Tell a report as questions and their answers, in the order in which a reader asks them.

    A question that nothing in the report answers, since it was not measured, is left out.
    """
    sections = (
        Section("beyond", "How far beyond the people met?", _beyond(report), (headline(report),)),
        Section(
            "people",
            "Who are they?",
            _who(report),
            numbers(report, "own_output", "reach_2", "reach_3", "reach_4"),
        ),
        worth(report),
        spheres(report),
        advised(report),
        chance(report),
        Section("conversations", "By which conversations?", _conversations(report)),
        Section("trend", "How did it move, month by month?", _trend(report)),
        Section("coverage", "What was covered, and what was not?", _coverage(report)),
        Section("limits", "What are the limits?", _limits(report)),
    )
    return tuple(section for section in sections if section.sentences)


def all_numbers(report: Report) -> tuple[Number, ...]:
    """Word every finding of the report: those defined here in their order, then any others by name."""
    defined = [name for family in families().values() for name in family]
    return numbers(report, *defined, *sorted(set(report.findings) - set(defined)))


def _beyond(report: Report) -> tuple[Sentence, ...]:
    lead = headline(report)
    who, when = leader_name(report), period(report.window)
    if not lead.known:
        return (
            say("{cannot}: {why}.", cannot=CANNOT_TELL.capitalize(), why=(lead.reason or "").rstrip(".")),
        )
    if not report.people:
        return (say("Nobody is on record as having responded to {who}, {when}.", who=who, when=when),)
    if lead.text == "0":
        pattern = "Nobody who had never met {who} face to face is on record as having responded, {when}."
        return (say(pattern, who=who, when=when), *doubts(report), say(CAUTION))
    pattern = "{n} who had never met {who} face to face responded, first-hand or through others, {when}."
    about = lead.text.replace(",", "").isdecimal()
    n = Span(f"{lead.text} {noun(lead.text)}", lead.name)
    first = say("About " + pattern if about else pattern, n=n, who=who, when=when)
    first = first if about else Sentence((Span(n.text[:1].upper() + n.text[1:], n.about), *first.spans[1:]))
    return (first, *doubts(report), *_near(report), say(CAUTION))


def _near(report: Report) -> tuple[Sentence, ...]:
    if "beyond_share" not in report.findings:
        return ()
    if not report.known("beyond_share"):
        what = Span("share of all who responded", "beyond_share")
        why = plain(report.findings["beyond_share"].reason or "no reason was given").rstrip(".")
        return (say("Which {what} they are cannot be told: {why}.", what=what, why=why),)
    share = span(report, "beyond_share")
    if not report.known("beyond_ratio"):
        return (say("They are {share} of all who responded.", share=share),)
    pattern = "They are {share} of all who responded: {ratio}."
    return (say(pattern, share=share, ratio=rate(report, "beyond_ratio")),)


def _who(report: Report) -> tuple[Sentence, ...]:
    if not report.people:
        return (say("No person in this window is on record as having responded."),)
    sentences = (_rows(report), *_sums(report), *_chain(report), *_crossing_sentences(report))
    return (*sentences, *_typed(report), *_shown(report))


def _typed(report: Report) -> tuple[Sentence, ...]:
    """Say who typed what bears the leader's name, and whether that was decided or is stated."""
    told = report.told("typed_by_others", TypedByOthers)
    if not report.value("typed_by_others") or told.made is None:
        return ()
    by = [
        f"{plain(one.name) or plain(one.person)} {one.items or 0:,}, as "
        f"{'you decided' if one.decided else 'the source states'}"
        for one in told.by[:_TYPISTS]
    ]
    by += [f"{len(told.by) - _TYPISTS:,} more typed the others"] if len(told.by) > _TYPISTS else []
    n, who = span(report, "typed_by_others", "item", "items"), leader_name(report)
    pattern = "Others typed {n} of the {made} that are {who}'s: {by}."
    return (say(pattern, n=n, made=f"{told.made:,}", who=who, by="; ".join(by)),)


def _shown(report: Report) -> tuple[Sentence, ...]:
    """Say in the services' own words how often the leader's items were shown; that is apart from all who responded."""
    finding = report.findings.get("shown")
    told = finding.as_json().get("said", []) if finding else []
    pattern = "{service}: {counts}. That names nobody and is no part of the numbers above."
    halves = (plain(str(one)).partition(": ") for one in told)
    return tuple(say(pattern, service=Span(service, "shown"), counts=counts) for service, _, counts in halves)


def _rows(report: Report) -> Sentence:
    """Say how many people there are of each kind: everybody stands once, by the likelier case."""
    kinds, who = Counter(mark_of(reached) for reached in report.people), leader_name(report)
    parts = [
        f"{kinds['team']:,} in the team" if kinds["team"] else "",
        f"{kinds['met']:,} who most likely had met {who}" if kinds["met"] else "",
        f"{kinds['unmet']:,} who most likely had not" if kinds["unmet"] else "",
        f"{kinds['unknown']:,} of whom nothing tells" if kinds["unknown"] else "",
    ]
    pattern = "{n} responded. By row, in the rings and the tables below, each stands once: {parts}."
    everybody = counted(len(report.people), "person", "people")
    return say(pattern, n=everybody, parts=listing([part for part in parts if part]))


def _sums(report: Report) -> tuple[Sentence, ...]:
    """Say how the steps count the same people, weighed."""
    outside = sum(reached.outside for reached in report.people)
    if not report.known("reach_3", "reach_4") or not outside:
        return ()
    three, four = Span("Steps 3", "reach_3"), Span("4", "reach_4")
    if mostly_unknown(report):
        pattern = "{three} and {four} share the {n} outside the team: who belongs where is not known of most of them."
    else:
        pattern = (
            "{three} and {four} share the same {n} outside the team, weighed: somebody who had met the leader with a "
            "chance of 30 % counts for 30 % in step 3 and for 70 % in step 4."
        )
    return (say(pattern, three=three, four=four, n=counted(outside, "person", "people")),)


def _chain(report: Report) -> tuple[Sentence, ...]:
    if not report.known("first_hand", "passed_on"):
        return ()
    first, passed = span(report, "first_hand", "person", "people"), span(report, "passed_on")
    return (say("Of all who responded, {a} did so first-hand; {b} through others.", a=first, b=passed),)


def _crossing_sentences(report: Report) -> tuple[Sentence, ...]:
    held = report.told("crossings", Crossings)
    first, after = len(held.digital_first), len(held.met_then_digital)
    pattern, parts = [], {}
    if first:
        pattern.append("{first} responded before the first meeting with the leader that is on record")
        parts["first"] = Span(counted(first, "person", "people"), "crossings")
    if after:
        pattern.append("{after} responded again after the last one")
        parts["after"] = Span(counted(after, "person", "people"), "crossings")
    if not pattern:
        return ()
    if not first:
        pattern = ["{after} responded again after the last meeting with the leader that is on record"]
    return (say(f"By name and date, whatever the size of the meeting: {', '.join(pattern)}.", **parts),)


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
    pattern = "An answered conversation that the leader begins has {size} and goes {depth} deep (medians)"
    ending = f"; the largest has {number(largest)}." if largest is not None else "."
    size = span(report, "cascade_size", "item", "items")
    depth = span(report, "cascade_depth", "answer", "answers")
    return (say(pattern + "{ending}", size=size, depth=depth, ending=Span(ending)),)


def _returning(report: Report) -> tuple[Sentence, ...]:
    sentences = []
    if report.value("reproduction"):
        more = rate(report, "reproduction")
        sentences.append(say("Those reached bring others: {more}, on average.", more=more))
    elif report.known("reproduction"):
        nobody = Span("Nobody", "reproduction")
        sentences.append(say("{nobody} of those reached has brought others so far.", nobody=nobody))
    if (report.value("social_h") or 0) > 1:
        h = span(report, "social_h")
        sentences.append(say("{h} people outside the team came to {h} conversations or more each.", h=h))
    return tuple(sentences)


def _trend(report: Report) -> tuple[Sentence, ...]:
    if not report.trend:
        return (say("There are no dated responses to follow from month to month."),)
    if len(report.trend) == 1:
        only = report.trend[0]
        return (say("There is one month only, {m}: no movement can be told.", m=month(only.month)),)
    best = max(report.trend, key=lambda row: row.high if mostly_unknown(report) else row.reach_4)
    text = in_month(best)
    sentence = say(
        "The highest month was {m}, with {n} never met. Each month is counted on its own, so months do "
        "not add up to the window's number.",
        m=month(best.month),
        n=Span(f"{text} {noun(text)}", "reach_4" if "reach_4" in report.findings else None),
    )
    return (*_slope(report), *_breaks(report), sentence)


def in_month(row: Month) -> str:
    """Word how many people never met responded in a month: the range where of most of them nothing tells.

    >>> in_month(Month("2026-01", 0, 0.2, 1.8, 0.0, 2.0, 2)), in_month(Month("2026-02", 0, 3.0, 4.0, 4.0, 4.0, 9))
    ('0 to 2', '4')
    """
    return between(row.low, row.high) if month_unknown(row) else number(row.reach_4)


def _slope(report: Report) -> tuple[Sentence, ...]:
    if "trend_slope" not in report.findings:
        return ()
    if not report.known("trend_slope"):
        reason = report.findings["trend_slope"].reason or ""
        return (
            say("Cannot tell a {trend}: {why}.", trend=Span("trend", "trend_slope"), why=reason.rstrip(".")),
        )
    slope, within = span(report, "trend_slope"), interval_of(report, "trend_slope")
    direction = report.told("trend_slope", TrendSlope).direction
    if direction in {"rising", "falling"} and slope.text.lstrip("−-") == "0":
        less = Span("less than one person", slope.about)
        return (
            say("Does it rise or fall? It hardly moves: it is {way} by {n} a month.", way=direction, n=less),
        )
    if direction in {"rising", "falling"}:
        pattern = f"Does it rise or fall? It is {direction}: {{n}} more a month, 95 % interval {{within}}."
    else:
        pattern = "Does it rise or fall? No trend can be told from chance: {n} more a month, 95 % interval {within}."
    slope = Span(f"{slope.text} {noun(slope.text)}", slope.about)
    return (say(pattern, n=slope, within=within or "none"),)


def _breaks(report: Report) -> tuple[Sentence, ...]:
    breaks = report.told("trend_breaks", TrendBreaks).breaks
    if not breaks:
        return ()
    when = listing([month(each.month) for each in breaks if each.month])
    sources = any(each.sources for each in breaks)
    why = "; a source begins or ends there, so it may be the record that changed" if sources else ""
    level = Span("level changed", "trend_breaks")
    return (say("The {level} in {when}{why}.", level=level, when=when, why=Span(why)),)


def _coverage(report: Report) -> tuple[Sentence, ...]:
    if not report.coverage:
        return (say("No source was read."),)
    gaps = sum(len(row.missing_months) for row in report.coverage)
    aside = sum(row.set_aside for row in report.coverage)
    gap_words = counted(gaps, "month is", "months are") + " missing" if gaps else "no month is missing"
    aside_words = counted(aside, "row was", "rows were") + " set aside" if aside else "nothing was set aside"
    pattern = "{n} read; {gaps}; {aside}. Whatever happened elsewhere is not in this report."
    sources = counted(len(report.coverage), "source was", "sources were")
    read = say(pattern, n=sources, gaps=gap_words, aside=aside_words)
    return (read, *said_by_nobody(report))


def _limits(report: Report) -> tuple[Sentence, ...]:
    given = tuple(say("{reason}", reason=reason) for reason in report.reasons)
    return (
        given
        if any("consistent with influence" in reason for reason in report.reasons)
        else (*given, say(CAUTION))
    )
