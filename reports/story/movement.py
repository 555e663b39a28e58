"""How the number moved: by week or by month, and from one period to another, with what moved it."""

from __future__ import annotations

from collections.abc import Sequence

from influence.contract.details.trend import AgainstBefore, ConversationMove, TrendBreaks, TrendSlope
from influence.contract.findings import MONTH, WEEK, Month, Report, Week
from influence.contract.headline import month_unknown, mostly_unknown
from influence.contract.language import listing, message, recognised, translated
from influence.contract.wording import between, counted, counted_between, number, people, plain
from reports.story.evidence import conversation_anchors, names
from reports.story.sentences import Part, Sentence, Span, interval_of, joined, say, span, why
from reports.story.spheres import sphere_words
from reports.story.wording import day, month, period, shortened, week

NAMED = 3
"""So many spheres are named in a sentence."""
_HARDLY = {MONTH: 0.5, WEEK: 0.1}
"""A trend of fewer people a month, or a week, than this hardly moves."""
_WORDS, _NAME = 4, 72
"""So many words name a conversation, in so many letters at most."""
_FEW = 2
"""A conversation is named where it brought so many people."""
_QUESTION = {
    MONTH: message("How did it move, month by month?"),
    WEEK: message("How did it move, week by week?"),
}
_SLOPE = {MONTH: "trend_slope", WEEK: "weekly_slope"}
_BREAKS = {MONTH: "trend_breaks", WEEK: "weekly_breaks"}
_HARDLY_RISES = {
    MONTH: message("Does it rise or fall? It hardly moves: it is rising by {n} a month."),
    WEEK: message("Does it rise or fall? It hardly moves: it is rising by {n} a week."),
}
_HARDLY_FALLS = {
    MONTH: message("Does it rise or fall? It hardly moves: it is falling by {n} a month."),
    WEEK: message("Does it rise or fall? It hardly moves: it is falling by {n} a week."),
}
_RISES = {
    MONTH: message("Does it rise or fall? It is rising: {n} more a month, 95 % interval {within}."),
    WEEK: message("Does it rise or fall? It is rising: {n} more a week, 95 % interval {within}."),
}
_FALLS = {
    MONTH: message("Does it rise or fall? It is falling: {n} fewer a month, 95 % interval {within}."),
    WEEK: message("Does it rise or fall? It is falling: {n} fewer a week, 95 % interval {within}."),
}
_FALLS_BY = {
    MONTH: message("Does it rise or fall? It is falling: {n} more a month, 95 % interval {within}."),
    WEEK: message("Does it rise or fall? It is falling: {n} more a week, 95 % interval {within}."),
}
_NO_TREND = {
    MONTH: message(
        "Does it rise or fall? No trend can be told from chance: {n} more a month, 95 % interval {within}."
    ),
    WEEK: message(
        "Does it rise or fall? No trend can be told from chance: {n} more a week, 95 % interval {within}."
    ),
}
_CHANGED = {
    MONTH: message("The {level} in {when}."),
    WEEK: message("The {level} in the {when}."),
}
_CHANGED_WITH_SOURCE = {
    MONTH: message(
        "The {level} in {when}; a source begins or ends there, so it may be the record that changed."
    ),
    WEEK: message(
        "The {level} in the {when}; a source begins or ends there, so it may be the record that changed."
    ),
}
_HIGHEST = {
    MONTH: message(
        "The highest month was {m}, with {n} never met. Each month is counted on its own, so months do "
        "not add up to the window's number."
    ),
    WEEK: message(
        "The highest was the {m}, with {n} never met. Each week is counted on its own, so weeks do "
        "not add up to the window's number."
    ),
}


def question(report: Report) -> str:
    """Return what the section answers: how it moved by week, or by month."""
    return translated(_QUESTION[report.by])


def rows(report: Report, by: str | None = None) -> Sequence[Month | Week]:
    """Return the weeks or the months of a report: those by which its movement is told, or those asked for."""
    return report.weekly if (by or report.by) == WEEK else report.trend


def when(row: Month | Week) -> str:
    """Word which month or week a row is about.

    >>> when(Month("2026-01", 0, 0, 0, 0, 0, 0)), when(Week("2026-W02", 0, 0, 0, 0, 0, 0))
    ('January 2026', 'week from 5 Jan 2026')
    """
    return week(row.name) if isinstance(row, Week) else month(row.name)


def trend(report: Report) -> tuple[Sentence, ...]:
    """Say whether it rises or falls, where the level changed, what was highest, and what moved it."""
    return (*_over_time(report), *moved(report))


def _over_time(report: Report) -> tuple[Sentence, ...]:
    if not report.trend:
        return (say("There are no dated responses to follow from month to month."),)
    whole = [row for row in rows(report) if not isinstance(row, Week) or row.whole]
    if not whole:
        return (
            say(
                "No whole week, Monday to Sunday, lies in this window: no movement from week to week can be told."
            ),
        )
    if len(whole) == 1:
        one = when(whole[0])
        if report.by == WEEK:
            return (say("There is one whole week only, the {m}: no movement can be told.", m=one),)
        return (say("There is one month only, {m}: no movement can be told.", m=one),)
    best = max(whole, key=lambda row: row.high if mostly_unknown(report) else row.reach_4)
    highest = say(
        _HIGHEST[report.by],
        m=when(best),
        n=Span(people_in_month(best), "reach_4" if "reach_4" in report.findings else None),
    )
    return (*_slope(report), *_breaks(report), highest)


def in_short(report: Report) -> tuple[Sentence, ...]:
    """Say in a sentence how it moves: whether it rises or falls, or what was highest where that cannot be told."""
    told = _over_time(report)
    return told[:1] if report.known(_SLOPE[report.by]) else told[-1:]


def in_month(row: Month | Week) -> str:
    """Word how many people never met responded in a month: the range where of most of them nothing tells.

    >>> in_month(Month("2026-01", 0, 0.2, 1.8, 0.0, 2.0, 2)), in_month(Month("2026-02", 0, 3.0, 4.0, 4.0, 4.0, 9))
    ('0 to 2', '4')
    """
    return between(row.low, row.high) if month_unknown(row) else number(row.reach_4)


def people_in_month(row: Month | Week) -> str:
    """Word how many people never met responded in a month, with their noun."""
    if month_unknown(row):
        return counted_between(row.low, row.high, "person", "people")
    return counted(row.reach_4, "person", "people")


def _slope(report: Report) -> tuple[Sentence, ...]:
    finding = report.findings.get(_SLOPE[report.by])
    if finding is None:
        return ()
    if finding.value is None:
        about = Span(translated("trend"), finding.name)
        return (say("Cannot tell a {trend}: {why}.", trend=about, why=why(finding)),)
    direction = finding.told(TrendSlope).direction
    hardly = abs(finding.value) < _HARDLY[report.by] and not mostly_unknown(report)
    if direction in {"rising", "falling"} and hardly:
        less = Span(translated("less than one person"), finding.name)
        return (say((_HARDLY_RISES if direction == "rising" else _HARDLY_FALLS)[report.by], n=less),)
    return (_direction(report, direction),)


def _direction(report: Report, direction: str | None) -> Sentence:
    """Say whether it rises or falls, by how many people a month or a week, and in which range that lies."""
    name = _SLOPE[report.by]
    n, within = span(report, name, "person", "people"), interval_of(report, name) or translated("none")
    if direction == "rising":
        return say(_RISES[report.by], n=n, within=within)
    if direction == "falling" and not mostly_unknown(report):
        fewer = counted(abs(report.findings[name].value or 0.0), "person", "people")
        return say(_FALLS[report.by], n=Span(fewer, name), within=within)
    return say((_FALLS_BY if direction == "falling" else _NO_TREND)[report.by], n=n, within=within)


def _breaks(report: Report) -> tuple[Sentence, ...]:
    name = _BREAKS[report.by]
    breaks = report.told(name, TrendBreaks).breaks
    if not breaks:
        return ()
    word = week if report.by == WEEK else month
    dates = listing([word(each.month) for each in breaks if each.month])
    level = Span(translated("level changed"), name)
    changed = (_CHANGED_WITH_SOURCE if any(each.sources for each in breaks) else _CHANGED)[report.by]
    return (say(changed, level=level, when=dates),)


# --- from one period to another -------------------------------------------------------------------------------


def moved(report: Report) -> tuple[Sentence, ...]:
    """Say what of two periods is on record, who is new, returned or lapsed, and by which conversations.

    Where the two cannot be compared it says why.
    """
    finding = report.findings.get("against_before")
    if finding is None:
        return ()
    told = finding.told(AgainstBefore)
    if finding.value is None or told.since is None or told.before_since is None:
        about = Span(translated("how it moved"), "against_before")
        reason = recognised(plain(finding.reason or "no reason was given")).rstrip(".")
        return (say("Cannot tell {how}: {why}.", how=about, why=reason),)
    how = joined(*_covered(told), *_who(told), *_weighed(report, told), *_spheres(report, told))
    return (*how, *by_what(report))


def _covered(told: AgainstBefore) -> tuple[Sentence, ...]:
    """Say first what of both periods is on record: what was not seen cannot have moved."""
    if told.covered is None or told.before_covered is None:
        return ()
    return (
        say(
            "Compared are {before} and {now}; the sources cover {was} of the earlier and {share} of the later.",
            before=period({"since": told.before_since, "until": told.before_until}),
            now=period({"since": told.since, "until": told.until}),
            was=number(told.before_covered, "share"),
            share=number(told.covered, "share"),
        ),
    )


def _who(told: AgainstBefore) -> tuple[Sentence, ...]:
    """Count who came and who stayed away; who is new and who is back where there is a record to tell."""
    if told.came is None or told.stayed_away is None:
        return ()
    away = number(told.stayed_away)
    if told.came_back is None:
        return (
            say(
                "By row, {came} of the later were not in the earlier, and {away} of the earlier not in the later.",
                came=Span(counted(told.came, "person", "people"), "against_before"),
                away=away,
            ),
        )
    return (
        say(
            "By row, {new} are new, on record since {day}; {back} had responded before the earlier period and came "
            "back; {away} stayed away.",
            new=Span(counted(told.came - told.came_back, "person", "people"), "against_before"),
            day=day(told.record_since),
            back=number(told.came_back),
            away=away,
        ),
    )


def _weighed(report: Report, told: AgainstBefore) -> tuple[Sentence, ...]:
    """Say what new, returned and lapsed add up to; nothing where of most people nothing tells."""
    held = (told.new, told.returned, told.lapsed, told.anew)
    if told.mostly_unknown or mostly_unknown(report) or None in held:
        return ()
    new, returned, lapsed, anew = (float(one or 0.0) for one in held)
    parts = {"came": number(new + returned, "people"), "away": number(lapsed, "people")}
    if abs(anew) < 0.5:
        return (say("Weighed, those who came add {came}, and those who stayed away take {away}.", **parts),)
    if anew < 0:
        return (
            say(
                "Weighed, those who came add {came}, those who stayed away take {away}, and of those who responded in "
                "both, meetings since and what is now known take {anew}.",
                **parts,
                anew=number(-anew, "people"),
            ),
        )
    return (
        say(
            "Weighed, those who came add {came}, those who stayed away take {away}, and of those who responded in "
            "both, what is now known adds {anew}.",
            **parts,
            anew=number(anew, "people"),
        ),
    )


def _spheres(report: Report, told: AgainstBefore) -> tuple[Sentence, ...]:
    if told.mostly_unknown or mostly_unknown(report):
        return ()
    changed = [row for row in told.by_sphere if people(row.was) != people(row.now)][:NAMED]
    if not changed:
        return ()
    parts = [
        str(
            say(
                "{sphere} from {was} to {now}",
                sphere=sphere_words(row.sphere),
                was=number(row.was),
                now=number(row.now),
            )
        )
        for row in changed
    ]
    return (say("By sphere: {parts}.", parts=listing(parts)),)


def by_what(report: Report) -> tuple[Sentence, ...]:
    """Name the conversation that brought most, and the one by which most of those had come who stayed away."""
    told, sentences = report.told("against_before", AgainstBefore), []
    came, gone = (next(iter(each or ()), None) for each in (told.brought, told.lost))
    if came is not None and (came.people or 0) >= _FEW:
        sentences.append(
            say(
                "No conversation brought more of those who came than {name}, begun {day} by {who}: {n}.",
                **_named(report, came),
                n=counted(came.people or 0, "person", "people"),
            )
        )
    if gone is not None and (gone.people or 0) >= _FEW:
        sentences.append(
            say(
                "None had brought more of those who stayed away than {name}, begun {day} by {who}: {n}.",
                **_named(report, gone),
                n=counted(gone.people or 0, "person", "people"),
            )
        )
    return joined(*sentences)


def _named(report: Report, one: ConversationMove) -> dict[str, Part]:
    """Name a conversation by what it was about or where, leading to its row where the report shows it."""
    shown = next((each for each in report.conversations if set(each.evidence) & set(one.evidence)), None)
    words = [plain(each) for each in (*shown.words, *shown.tags)] if shown else []
    about = ", ".join(words[:_WORDS]) or plain(one.channel or "") or translated("a conversation")
    anchor = conversation_anchors(report).get(shown.id) if shown else None
    return {
        "name": Span(shortened(about, _NAME), anchor=anchor),
        "day": day(one.began),
        "who": plain(names(report).get(one.begun_by, one.name)),
    }
