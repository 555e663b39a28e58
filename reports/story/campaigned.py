"""A campaign in words: the verdict first, then who took part, how far beyond it went, what travelled, what remained."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from influence.contract.campaigned import (
    AFTER,
    BEFORE,
    DURING,
    SUBJECT,
    AgainstBefore,
    Campaigned,
    Share,
    Times,
    Travelled,
)
from influence.contract.language import because, listing, message, recognised, translated
from influence.contract.narrowing import any_of, tags_alone
from influence.contract.wording import between, counted, number, people, plain, span_of
from reports.story.spheres import sphere_words
from reports.story.wording import day, period, shortened

NAMES = 60
"""So many of those who posted are named."""
_LONGEST = 80
STORM = because("most of those of whom it is told took it with hostility: a storm, and no influence")
"""Said where the campaign drew a storm."""
CAUTION = because(
    "A response is consistent with influence of the campaign; it does not show that the campaign caused it: something "
    "else may have happened in the same weeks"
)
"""Said at the end of all that is told of a campaign."""


@dataclass(frozen=True)
class Chapter:
    """One question about the campaign and its answer, sentence by sentence; `names` are a list beneath it."""

    key: str
    heading: str
    sentences: tuple[str, ...]
    names: tuple[str, ...] = ()


@dataclass(frozen=True)
class PostRow:
    """A post that travelled, in words."""

    day: str
    where: str
    people: str
    passed_on: str
    depth: str
    id: str
    url: str | None


@dataclass(frozen=True)
class WeekRow:
    """A week in words."""

    day: str
    part: str
    people: str
    expected: str


@dataclass(frozen=True)
class Told:
    """All that is said of a campaign: `lead` answers whether anything changed."""

    title: str
    when: str
    what: str
    lead: str
    chapters: tuple[Chapter, ...]
    posts: tuple[PostRow, ...]
    weeks: tuple[WeekRow, ...]
    notice: str
    caution: str


def told(one: Campaigned) -> Told:
    """Say a campaign, in the language spoken."""
    chapters = (
        Chapter("part", translated("Who took part?"), tuple(_part(one)), _names(one)),
        Chapter("beyond", translated("How far beyond?"), tuple(_beyond(one))),
        Chapter("before", translated("More than in the weeks before?"), tuple(_before(one))),
        Chapter("travelled", translated("Which posts travelled?"), tuple(_travelled(one))),
        Chapter("tone", translated("How did they take it?"), tuple(_tone(one))),
        Chapter("voices", translated("Against named voices?"), tuple(_voices(one))),
        Chapter("remained", translated("What remained four weeks after?"), tuple(_remained(one))),
    )
    return Told(
        title=_title(one),
        when=_when(one),
        what=" ".join(_what(one)),
        lead=_lead(one),
        chapters=chapters,
        posts=tuple(_post(row) for row in one.travelled),
        weeks=tuple(
            WeekRow(day(row.since), translated(_PARTS[row.part]), *_counts(row.people, row.expected))
            for row in one.weeks
        ),
        notice=recognised(plain(one.notice)) if one.notice else "",
        caution=f"{recognised(CAUTION)}.",
    )


# --- what it is ---------------------------------------------------------------------------------------------

_PARTS = {BEFORE: message("before"), DURING: message("campaign"), AFTER: message("after")}


def _title(one: Campaigned) -> str:
    name = shortened(one.stated.name, _LONGEST)
    if one.leader is None:
        return translated("The campaign {name}").format(name=name)
    who = shortened(one.leader["name"], _LONGEST)
    return translated("The campaign {name}, and {who} in it").format(name=name, who=who)


def _when(one: Campaigned) -> str:
    when = period(one.window)
    if not one.running:
        return when
    return translated("{when}; it goes on after what is on record").format(when=when)


def _what(one: Campaigned) -> Iterator[str]:
    if one.nameless:
        yield translated("What belongs to it is left out, as names are.")
        return
    yield translated("What belongs to it: {names}, and what answers it.").format(
        names=any_of(one.stated.marks)
    )
    if one.unread:
        yield tags_alone(one.unread)


def _lead(one: Campaigned) -> str:
    before = one.before
    if before.mean is None:
        pattern = translated("Whether more people responded than in the weeks before cannot be told: {why}.")
        return pattern.format(why=recognised(before.reason or ""))
    words = {"times": _times(before.mean), "within": _within(before.mean)}
    if not before.changed:
        return translated(
            "Whether more people responded than the weeks before let expect cannot be told from chance: {times} times "
            "as many a week, and the true figure may lie anywhere from {within}."
        ).format(**words)
    if before.mean.times > 1:
        return translated(
            "More people responded than the weeks before let expect: {times} times as many a week ({within}). That is "
            "consistent with influence of the campaign."
        ).format(**words)
    return translated(
        "Fewer people responded than the weeks before let expect: {times} times as many a week ({within})."
    ).format(**words)


def _times(one: Times) -> str:
    return number(one.times, "times")


def _within(one: Times) -> str:
    return span_of(number(one.low, "times"), number(one.high, "times"))


# --- who ----------------------------------------------------------------------------------------------------


def _part(one: Campaigned) -> Iterator[str]:
    who = one.took_part
    yield translated(
        "{all} took part: {posted} posted ({posts}), {responded} responded and did not post."
    ).format(
        all=counted(who.people, "person", "people"),
        posted=people(who.posted),
        posts=counted(who.posts, "item", "items"),
        responded=people(who.responded),
    )
    rows = [f"{_sphere(row.sphere)} {people(row.people)}" for row in who.spheres if row.people]
    if rows:
        yield translated("By sphere: {spheres}.").format(spheres=listing(rows))
    new = one.new
    if new.reason is not None:
        yield translated("Who was new cannot be told: {why}.").format(why=recognised(new.reason))
    elif new.active is None or new.responding is None:
        yield translated("Nothing is on record before, so who was new cannot be told.")
    else:
        pattern = translated(
            "New in the {weeks} on record before: {active} had done nothing here, {responding} had never responded to "
            "anybody."
        )
        yield pattern.format(
            weeks=counted(new.weeks, "week", "weeks"),
            active=people(new.active),
            responding=people(new.responding),
        )


def _sphere(sphere: str | None) -> str:
    return translated("others") if sphere is None else sphere_words(sphere)


def _names(one: Campaigned) -> tuple[str, ...]:
    names = one.took_part.names
    told = tuple(shortened(plain(name), _LONGEST) for name in names[:NAMES])
    more = len(names) - len(told)
    return (*told, translated("and {n} more").format(n=people(more))) if more else told


def _beyond(one: Campaigned) -> Iterator[str]:
    found = one.beyond
    if found.low is None or found.high is None:
        yield translated("How many never met responded cannot be told: {why}.").format(
            why=recognised(found.reason or "")
        )
        return
    words = {"n": between(found.low, found.high)}
    if one.leader is not None:
        yield translated(
            "{n} people responded whom {who} had never met, depending on those of whom nothing tells."
        ).format(who=shortened(one.leader["name"], _LONGEST), **words)
        return
    yield translated(
        "{n} people responded whom nobody of those who posted had met, depending on those of whom nothing tells. Of "
        "those who posted the colleagues count: whom strangers have met no source tells."
    ).format(**words)


# --- against before -----------------------------------------------------------------------------------------


def _before(campaigned: Campaigned) -> Iterator[str]:
    one, leader = campaigned.before, campaigned.leader
    if leader is not None:
        yield _counted_of(shortened(leader["name"], _LONGEST), one)
    elif one.counts == SUBJECT:
        yield translated(
            "Counted is how many people respond in a week to what is on its subject: {before} before, {during} of the "
            "campaign."
        ).format(**_weeks(one))
    else:
        yield translated(
            "Its subject is hardly on record before. So counted is how many people respond in a week to anything "
            "where it ran: {before} before, {during} of the campaign."
        ).format(**_weeks(one))
    if one.mean is None:
        yield translated("The comparison cannot be made: {why}.").format(why=recognised(one.reason or ""))
        return
    yield from _effects(one)
    yield translated(
        "Weeks of seven days are counted from its first day, so that weekdays play no part, and that one week is like "
        "the next (correlation {rho}) is allowed for."
    ).format(rho=number(one.correlation, "index"))
    if one.yearly:
        yield translated("So is a wave that comes every year.")


def _counted_of(who: str, one: AgainstBefore) -> str:
    if one.counts == SUBJECT:
        return translated(
            "Counted is how many people respond in a week to {who} on its subject: {before} before, {during} of the "
            "campaign."
        ).format(who=who, **_weeks(one))
    return translated(
        "{who} is hardly on record on its subject before. So counted is how many people respond in a week to {who} on "
        "anything where it ran: {before} before, {during} of the campaign."
    ).format(who=who, **_weeks(one))


def _weeks(one: AgainstBefore) -> dict[str, str]:
    return {
        "before": counted(one.before, "week", "weeks"),
        "during": counted(one.during, "week", "weeks"),
    }


def _effects(one: AgainstBefore) -> Iterator[str]:
    if one.level is not None:
        yield translated("In its first week {times} times as many as expected ({within}).").format(
            times=_times(one.level), within=_within(one.level)
        )
    if one.slope is not None:
        yield translated(
            "From one week to the next it grew by the factor {times} beside the growth of before ({within})."
        ).format(times=_times(one.slope), within=_within(one.slope))


# --- what travelled, tone, voices, what remained ------------------------------------------------------------


def _travelled(one: Campaigned) -> Iterator[str]:
    rows = one.travelled
    if not rows and one.nameless and one.took_part.responses:
        yield translated("Of posts that few people answered a copy for others tells nothing.")
    elif not rows:
        yield translated("Nobody answered any of the posts.")
    elif not rows[0].passed_on:
        yield translated("Posts were answered, and no answer was answered: nothing was passed on.")
    else:
        most = rows[0]
        yield translated(
            "The post of {day} travelled farthest: {passed} were answers to answers, through {hands}."
        ).format(
            day=day(most.day),
            passed=counted(most.passed_on, "response", "responses"),
            hands=counted(most.depth, "hand", "hands"),
        )


def _post(row: Travelled) -> PostRow:
    return PostRow(
        day(row.day),
        shortened(plain(row.channel or ""), _LONGEST),
        people(row.people),
        people(row.passed_on),
        people(row.depth),
        plain(row.id),
        row.url,
    )


def _tone(one: Campaigned) -> Iterator[str]:
    tone = one.tone
    if tone.reason is not None:
        yield translated("That cannot be told: {why}.").format(why=recognised(tone.reason))
        return
    if not tone.told:
        yield translated("Of nobody who responded anything tells how they took it.")
        return
    pattern = translated(
        "Of {told} who responded marks, reactions or words tell it: {welcomed} welcomed it, {neutral} took it "
        "neutrally, {hostile} with hostility. Of {unknown} nothing tells."
    )
    yield pattern.format(
        told=counted(tone.told, "person", "people"),
        welcomed=people(tone.welcomed),
        neutral=people(tone.neutral),
        hostile=people(tone.hostile),
        unknown=people(tone.unknown),
    )
    if tone.storm:
        said = recognised(STORM)
        yield f"{said[:1].upper()}{said[1:]}."


def _voices(one: Campaigned) -> Iterator[str]:
    voices = one.voices
    if voices.reason is not None:
        yield translated("That cannot be told: {why}.").format(why=recognised(voices.reason))
    elif one.nameless:
        yield translated("Of all responses to them and to the voices compared with, the part to them:")
    elif one.leader is None:
        yield translated(
            "Of all responses to those who posted and to {voices}, the part to those who posted:"
        ).format(voices=_named(voices.voices))
    else:
        yield translated("Of all responses to {who} and to {voices}, the part to {who}:").format(
            who=shortened(one.leader["name"], _LONGEST), voices=_named(voices.voices)
        )
    yield from (_share(row) for row in voices.shares)
    if voices.shares:
        yield translated(_APART[voices.apart])
    if voices.missing:
        yield translated("Nobody here is {names}.").format(names=listing([plain(n) for n in voices.missing]))


def _named(voices: Sequence[str]) -> str:
    return listing([shortened(plain(each), _LONGEST) for each in voices])


_APART = {
    True: message("During the campaign it was another than before, by more than chance may move it."),
    False: message("Chance alone may move it so much."),
    None: message("Whether it moved cannot be told from so few conversations."),
}
_SHARES = {
    BEFORE: message("Before: {share} of {of}."),
    DURING: message("During the campaign: {share} of {of}."),
    AFTER: message("In the four weeks after: {share} of {of}."),
}


def _share(row: Share) -> str:
    share = number(row.share, "share")
    if row.interval is not None:
        share = f"{share} ({between(*row.interval, 'share')})"
    return translated(_SHARES[row.part]).format(share=share, of=counted(row.of, "response", "responses"))


def _remained(one: Campaigned) -> Iterator[str]:
    left = one.remained
    if left.share is None or left.interval is None:
        yield translated("That cannot be told: {why}.").format(why=recognised(left.reason or ""))
        return
    yield translated(
        "Of {of} who responded during the campaign {n} responded to its subject again within four weeks: {share} "
        "({within})."
    ).format(
        of=counted(left.of, "person", "people"),
        n=people(left.came_back),
        share=number(left.share, "share"),
        within=between(*left.interval, "share"),
    )
    if left.new:
        yield translated("Of those who were new ({of}), {n} came back.").format(
            of=counted(left.new, "person", "people"), n=people(left.new_came_back)
        )
    if one.before.after is not None:
        after = one.before.after
        yield translated(
            "In the weeks after, {times} times as many people a week responded as without it the weeks before let "
            "expect ({within})."
        ).format(times=_times(after), within=_within(after))


def _counts(amount: int | None, expected: float | None) -> tuple[str, str]:
    return (
        translated("not on record") if amount is None else people(amount),
        "" if expected is None else people(expected),
    )
