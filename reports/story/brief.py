"""The first screen of a report: who and when, one number with its one range, three answers, movement, trust.

Page, document, slides and digest all open with it, so that none can say what another does not.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from influence.contract.details.advice import Advice, Advised
from influence.contract.details.exchange import Wait, WaitingOnLeader
from influence.contract.details.letting_go import OnlyLeaderAnswers
from influence.contract.details.spheres import Sources
from influence.contract.details.trend import AgainstBefore
from influence.contract.findings import Report
from influence.contract.headline import ASKED, command, leader_name, mostly_unknown, storm, unknown
from influence.contract.language import listing, message, numbered, recognised, translated
from influence.contract.wording import counted, number, people, phrase, plain
from reports.story.advice import advised, difference
from reports.story.doubt import doubts
from reports.story.evidence import anchors, names
from reports.story.next_to_respond import likeliest
from reports.story.sentences import (
    Number,
    Section,
    Sentence,
    Span,
    headline,
    joined,
    listed,
    say,
    span,
)
from reports.story.spheres import reached_outside, sources_by_sphere, sphere_words, spheres
from reports.story.tone import no_value
from reports.story.wording import period, shortened
from reports.story.worth import worth

NAMED = 3
"""So many spheres and so many people are named in a line."""
_LONG_NAME, _LONG_LEADER = 28, 60
"""Names longer than this are cut on the first screen."""
_OFTEN, _PART = 5, 0.1
"""So many conversations, and such a part of all, before one is told to stop."""
_FEW = 20


_BEFORE = {
    "up": message("{now}, up from {was} in the period before."),
    "down": message("{now}, down from {was} in the period before."),
    "same": message("{now}, as many as in the period before."),
}
_CAME = {
    (False, False): message("{came} came, {away} stayed away."),
    (True, False): message("{came} came, {away} stayed away, {met} were met."),
    (False, True): message("{came} came, {back} of them back after a while; {away} stayed away."),
    (True, True): message(
        "{came} came, {back} of them back after a while; {away} stayed away, {met} were met."
    ),
}
"""Who came and who stayed away: whether anybody was met since, and whether anybody came back."""
_HALVES = {
    "up": message("{now} in the second half, up from {was} in the first."),
    "down": message("{now} in the second half, down from {was} in the first."),
    "same": message("{now} in the second half, as many as in the first."),
}


@dataclass(frozen=True)
class Answer:
    """One of the three answers in a line: `key` is the section that tells more, `label` the question in a few words."""

    key: str
    label: str
    sentence: Sentence


@dataclass(frozen=True)
class Brief:
    """What a reader with one minute reads.

    `number` leads, `range` says its one range in words and what it depends on; `answers` are value, spheres and what it
    takes; `start` and `stop` one thing each for this week; `moved` how it moved against the period before and what
    moved it; `trust` how far to trust it, with the cure. What the report does not hold is None.
    """

    who: str
    when: str
    number: Number
    range: Sentence | None
    answers: tuple[Answer, ...]
    start: Sentence | None
    stop: Sentence | None
    moved: Sentence | None
    trust: Sentence | None


def brief(report: Report) -> Brief:
    """Say a report in one screen."""
    who = shortened(leader_name(report), _LONG_LEADER)
    report = replace(report, leader={**report.leader, "name": who})
    told = headline(report)
    doubt = doubts(report) if told.known else ()
    return Brief(
        who=who,
        when=period(report.window),
        number=told,
        range=doubt[0] if doubt else None,
        answers=_answers(report),
        start=_start(report),
        stop=_stop(report),
        moved=_moved(report),
        trust=_trust(report),
    )


# --- three answers, a line each -----------------------------------------------------------------------------


def _answers(report: Report) -> tuple[Answer, ...]:
    told = (
        _answer(worth(report), translated("Value"), _value(report)),
        _answer(spheres(report), translated("Spheres"), _heard(report)),
        _answer(advised(report), translated("What it takes"), _takes(report)),
    )
    return tuple(one for one in told if one)


def _answer(section: Section, label: str, line: Sentence | None) -> Answer | None:
    """Make an answer of its line; where there is none, of what the section says first."""
    if line is None and not section.sentences:
        return None
    return Answer(section.key, label, line or section.sentences[0])


def _value(report: Report) -> Sentence | None:
    if storm(report):
        return no_value()
    if not report.value("reach_4"):
        return (
            None if not report.known("reach_4") else say("Nobody beyond the people met has responded so far.")
        )
    if not report.known("beyond_share"):
        return None
    share = span(report, "beyond_share")
    if not report.known("two_way_share"):
        return say("People never met are {share} of all who responded.", share=share)
    return say(
        "People never met are {share} of all who responded; with {both} of them responses went both ways.",
        share=share,
        both=span(report, "two_way_share"),
    )


def _heard(report: Report) -> Sentence | None:
    """Say by whom the leader is heard, and to whom they listen, by name."""
    out = [row.sphere for row in reached_outside(report) if row.sphere != "unknown"][:NAMED]
    to, heard = _listened_to(report), listing([sphere_words(sphere) for sphere in out])
    if out and to:
        return say("Heard most by {out}; listens most to {names}.", out=heard, names=to)
    if to:
        return say("Listens most to {names}.", names=to)
    if out and report.value("sources") == 0:
        nobody = Span(translated("answers nobody beyond the people met"), "sources")
        return say("Heard most by {out}; {nobody}.", out=heard, nobody=nobody)
    return say("Heard most by {out}.", out=heard) if out else None


def _listened_to(report: Report) -> Sentence | None:
    """Name those outside the team to whom the leader responded most, by name; else their spheres."""
    most = (report.told("sources", Sources).most or ())[:NAMED]
    shown = anchors(report)
    found = sorted((_called(report, one.person, one.name), shown.get(one.person, "")) for one in most)
    if found:
        return listed(*(Span(name, None if anchor else "sources", anchor or None) for name, anchor in found))
    back = [sphere for sphere in sources_by_sphere(report) if sphere != "unknown"][:NAMED]
    return listed(*(Span(sphere_words(sphere), "sources") for sphere in back)) if back else None


def _takes(report: Report) -> Sentence | None:
    waits = bool(report.value("waiting_on_leader"))
    if report.known("response_rate") and waits:
        return say(
            "Of what others say to the leader {share} is answered; still open: {n}.",
            share=span(report, "response_rate"),
            n=span(report, "waiting_on_leader", "conversation", "conversations"),
        )
    if report.known("response_rate"):
        return say(
            "Of what others say to the leader {share} is answered.", share=span(report, "response_rate")
        )
    return None


def _called(report: Report, person: str, name: str) -> str:
    """Return what to call somebody: the name that the row gives, else the one that the report knows."""
    return shortened(name if plain(name) else names(report).get(person, person), _LONG_NAME)


# --- one thing to start and one to stop ---------------------------------------------------------------------


def _start(report: Report) -> Sentence | None:
    """Say what to start this week: what the forecast names if it has skill, else whom to answer, else what was seen."""
    if not _asked_for(report):
        return None
    return (
        _turn_to(report)
        or _likely(report)
        or _answer_first(report)
        or _more_of(report)
        or say("Nothing in this record stands out to start.")
    )


def _stop(report: Report) -> Sentence | None:
    """Say what to stop this week, where something supports it."""
    if not _asked_for(report):
        return None
    ways: tuple[Callable[[Report], Sentence | None], ...] = (
        _less_of,
        _leave_to_others,
        _only_sending,
        _close,
    )
    found = (way(report) for way in ways)
    return next((one for one in found if one), say("Nothing in this record stands out to stop."))


def _asked_for(report: Report) -> bool:
    """Whether the report holds anything that could say what to start or stop."""
    could = ("advice", "next_to_respond", "waiting_on_leader", "only_leader_answers", "two_way_share")
    return any(name in report.findings for name in could)


def _turn_to(report: Report) -> Sentence | None:
    rows = [row for row in report.told("advice", Advice).rows if row.kind == "person" and row.gain]
    if not report.known("advice") or not rows:
        return None
    best = max(rows, key=lambda row: row.gain or 0.0)
    return say(
        "Turn to {who} once more; new people never met to expect: {gain}.",
        who=_person(report, best.who, best.name, "advice"),
        gain=Span(phrase(best.gain, "people expected"), "advice"),
    )


def _likely(report: Report) -> Sentence | None:
    """Name who is likeliest to respond next."""
    best = likeliest(report)
    if best is None:
        return None
    return say(
        "Turn to {who}, the likeliest to respond next of all not yet reached: {chance}.",
        who=_person(report, best.person, best.name, "next_to_respond"),
        chance=Span(number(best.chance, "share"), "next_to_respond"),
    )


def _answer_first(report: Report) -> Sentence | None:
    """Name whom outside the team an answer is worth most to, else who has waited longest."""
    told = report.told("waiting_on_leader", WaitingOnLeader)
    worth = next((row for row in told.worth or () if row.sphere != "team" and row.days is not None), None)
    if worth is not None:
        told = replace(
            told, recent=Wait(worth.item, worth.person, worth.name, worth.sphere, worth.way, worth.days)
        )
    if told.recent is not None and told.recent.days is not None:
        return say(
            "Answer {who} ({sphere}), waiting for {days}.",
            who=_person(report, told.recent.person, told.recent.name, "waiting_on_leader"),
            sphere=sphere_words(told.recent.sphere),
            days=Span(_waited(told.recent.days), "waiting_on_leader"),
        )
    rows: tuple[Wait, ...] = told.list or ()
    outside = [row for row in rows if row.sphere != "team" and row.days is not None]
    if not outside:
        return None
    longest = max(outside, key=lambda row: row.days or 0.0)
    return say(
        "Answer {who} ({sphere}), who has waited longest: {days}.",
        who=_person(report, longest.person, longest.name, "waiting_on_leader"),
        sphere=sphere_words(longest.sphere),
        days=Span(_waited(longest.days or 0.0), "waiting_on_leader"),
    )


def _waited(days: float) -> str:
    """Say how long somebody waits; of the first day that it is less than one."""
    return counted(days if days < 1 else round(days), "day", "days")


def _more_of(report: Report) -> Sentence | None:
    seen = [row for row in _seen(report) if row.interval and row.interval[0] > 0]
    if not seen:
        return None
    best = max(seen, key=lambda row: row.gain or 0.0)
    return say("More of this: {what}, seen with {more}.", what=_what(best), more=_difference(best))


def _less_of(report: Report) -> Sentence | None:
    seen = [row for row in _seen(report) if row.interval and row.interval[1] < 0]
    if not seen:
        return None
    worst = min(seen, key=lambda row: row.gain or 0.0)
    return say("Less of this: {what}, seen with {fewer}.", what=_what(worst), fewer=_difference(worst))


def _seen(report: Report) -> list[Advised]:
    rows = report.told("advice", Advice).rows
    return [row for row in rows if row.kind in {"habit", "topic"} and row.gain is not None]


def _what(row: Advised) -> str:
    return recognised(plain(row.name) or plain(row.who))


def _difference(row: Advised) -> Span:
    return Span(difference(row), "advice")


def _leave_to_others(report: Report) -> Sentence | None:
    held = report.told("only_leader_answers", OnlyLeaderAnswers)
    if not held.conversations or held.only_leader is None or held.asked_alone is None:
        return None
    left = held.only_leader - held.asked_alone
    if left < _OFTEN or left < _PART * held.conversations:
        return None
    return say(
        "Answering what others could: in {n} open to others only the leader did.",
        n=Span(counted(left, "conversation", "conversations"), "only_leader_answers"),
    )


def _only_sending(report: Report) -> Sentence | None:
    if not report.known("two_way_share"):
        return None
    _, high = report.findings["two_way_share"].interval or (0.0, 1.0)
    if high >= 0.5:
        return None
    both = span(report, "two_way_share")
    return say("Sending without exchange: with {both} of the people beyond it goes both ways.", both=both)


def _close(report: Report) -> Sentence | None:
    held = report.told("waiting_on_leader", WaitingOnLeader)
    if held.older is None or held.older_than_days is None or held.older < _OFTEN:
        return None
    return say(
        "Leaving people waiting: close or hand on the {n} older than {days}.",
        n=Span(counted(held.older, "conversation", "conversations"), "waiting_on_leader"),
        days=counted(round(held.older_than_days), "day", "days"),
    )


def _person(report: Report, person: str, name: str, finding: str) -> Span:
    """Name somebody, leading to their row if the report shows it, else to the finding."""
    anchor = anchors(report).get(person)
    return Span(_called(report, person, name), None if anchor else finding, anchor)


# --- movement and trust -------------------------------------------------------------------------------------


def _moved(report: Report) -> Sentence | None:
    finding = report.findings.get("against_before")
    if finding is None:
        return None
    told = finding.told(AgainstBefore)
    if finding.value is None or told.now is None or told.was is None:
        why = recognised(plain(finding.reason or "no reason was given")).rstrip(".")
        how = Span(translated("how it moved"), "against_before")
        return say("Cannot tell {how}: {why}.", how=how, why=why)
    if told.mostly_unknown:
        how = Span(translated("how it moved"), "against_before")
        return say(
            "Cannot tell {how}: of most people nothing tells whether they had met the leader.", how=how
        )
    return joined(_against(told), *_by_whom(told), *_by_else(told))[0]


def _against(told: AgainstBefore) -> Sentence:
    now, was = Span(people(told.now or 0.0), "against_before"), people(told.was or 0.0)
    way = _way(told.now or 0.0, told.was or 0.0)
    return say((_HALVES if told.halves else _BEFORE)[way], now=now, was=was)


def _way(now: float, was: float) -> str:
    return "same" if people(now) == people(was) else "up" if now > was else "down"


def _by_whom(told: AgainstBefore) -> tuple[Sentence, ...]:
    """Say what moved it: who came and who stayed away, and the sphere that moved most."""
    sentences = []
    if told.came is not None and told.stayed_away is not None:
        counts = {"came": counted(told.came, "person", "people"), "away": number(told.stayed_away)}
        counts |= {"met": number(told.met_since)} if told.met_since else {}
        counts |= {"back": number(told.came_back)} if told.came_back else {}
        sentences.append(say(_CAME[bool(told.met_since), bool(told.came_back)], **counts))
    most = told.by_sphere[0] if told.by_sphere else None
    if most and people(most.was) != people(most.now):
        pattern = "Largest change: {sphere}, from {was} to {now}."
        of = sphere_words(most.sphere)
        sentences.append(say(pattern, sphere=of, was=people(most.was), now=people(most.now)))
    return tuple(sentences)


def _by_else(told: AgainstBefore) -> tuple[Sentence, ...]:
    """Say what else could have moved it: chance, or the record."""
    if told.apart is False:
        return (say("That much could be chance."),)
    if told.sources:
        return (say("A source begins or ends in between, so it may be the record that changed."),)
    return ()


def _trust(report: Report) -> Sentence | None:
    """Say how far to trust the number, by what weakens it most, and what would cure that."""
    if not headline(report).known or not report.people:
        return None
    of_whom, outside = unknown(report)
    gaps = sum(len(row.missing_months) for row in report.coverage)
    if mostly_unknown(report):
        only = Span(translated("Only as a range"), anchor="beyond")
        return say("{only}, until more is known. {cure}.", only=only, cure=_cure(report, of_whom))
    if gaps:
        return say(
            "Not all was seen: the sources lack {gaps}. Bring in what is missing and run it again.",
            gaps=Span(counted(gaps, "month", "months"), anchor="coverage"),
        )
    if of_whom:
        return say(
            "It is known of {known} of {of} outside the team whether they had met. {cure}.",
            known=Span(number(outside - of_whom), anchor="beyond"),
            of=counted(outside, "person", "people"),
            cure=_cure(report, of_whom),
        )
    if outside < _FEW:
        return say("Few people: one more or less changes every share. A longer period would tell more.")
    return say("Of everybody outside the team it is known whether they had met: nothing would narrow it.")


def _cure(report: Report, of_whom: int) -> str:
    answers = min(ASKED, of_whom)
    pattern = numbered("To settle it: “{command}”", "To settle {n} more: “{command}”", answers)
    return pattern.format(n=answers, command=command(report))
