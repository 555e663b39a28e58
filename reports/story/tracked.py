"""A snapshot in words: the number as it was told, how it moved, whose doing that is, and what to look at."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from influence.contract.findings import Conversation
from influence.contract.headline import leader_name, mostly_unknown, sentences
from influence.contract.language import listing, recognised, translated
from influence.contract.tracked import Digest, Moved, Tracked
from influence.contract.wording import counted, people, plain, whole
from reports.story.became import became
from reports.story.spheres import sphere_words
from reports.story.wording import day, period, shortened

SPHERES = 4
"""So many spheres are named, those that moved most."""
_LONGEST = 60


@dataclass(frozen=True)
class Told:
    """What is said of one leader: `headline` in a few sentences, `moved` and `look` sentence by sentence."""

    who: str
    when: str
    headline: tuple[str, ...]
    moved: tuple[str, ...]
    look: tuple[str, ...]
    kept: str


def told(tracked: Tracked, *, names_others: bool, older: bool = False) -> Told:
    """Say a snapshot; whoever came and went is named only where that is wanted.

    One that is `older` than others beside it says so: it is no news of the same weeks.
    """
    return Told(
        who=leader_name(tracked.report),
        when=period(tracked.report.window),
        headline=sentences(tracked.report),
        moved=tuple(_moved(tracked, names_others=names_others)),
        look=tuple(f"{recognised(one)[:1].upper()}{recognised(one)[1:]}." for one in tracked.alerts),
        kept=_kept(tracked, older=older),
    )


def advised(digest: Digest) -> tuple[str, ...]:
    """Say what became of advice that was noted about leaders of a programme."""
    return () if digest.became is None else tuple(became(digest.became))


def _kept(tracked: Tracked, *, older: bool) -> str:
    pattern = (
        translated(
            "Snapshot {n}, taken on {day}: it ends earlier than others here, and no newer one was taken."
        )
        if older
        else translated("Snapshot {n}, taken on {day} and kept as it was told.")
    )
    return pattern.format(n=tracked.number, day=day(tracked.taken))


def _moved(tracked: Tracked, *, names_others: bool) -> Iterator[str]:
    change = tracked.moved
    if change is None:
        if tracked.reason:
            pattern = translated("It cannot be compared with the snapshot before: {why}.")
            yield pattern.format(why=recognised(tracked.reason))
        else:
            yield translated("This is the first snapshot; the next one says what moved.")
        return
    if mostly_unknown(tracked.report):
        yield translated(
            "Too little tells whom the leader has met to say how the number moved; who came and went is told."
        )
    else:
        yield _lead(change)
    yield _flows(change)
    if names_others and change.came.names:
        pattern = translated("Those who came and count most: {names}.")
        yield pattern.format(names=listing([shortened(plain(one), _LONGEST) for one in change.came.names]))
    if spheres := list(_spheres(change)):
        yield translated("By sphere: {spheres}.").format(spheres=listing(spheres))
    if change.conversations:
        yield _brought(change.conversations[0])


def _lead(change: Moved) -> str:
    """Say what the number was; what it is now stands in the headline."""
    was, now = people(change.was), people(change.now)
    when = period({"since": change.since, "until": change.until})
    if was == now:
        return translated("As many as in the snapshot before ({when}).").format(when=when)
    patterns = {
        True: translated("It was {was} in the snapshot before ({when}): more than chance may move."),
        False: translated("It was {was} in the snapshot before ({when}): chance alone may move so much."),
        None: translated(
            "It was {was} in the snapshot before ({when}); whether that is chance alone cannot be told."
        ),
    }
    return patterns[change.apart].format(was=was, when=when)


def _flows(change: Moved) -> str:
    moves = (change.came, change.returned, change.lapsed)
    heads, weight = sum(one.people for one in moves), sum(one.weight for one in moves)
    if not heads:
        return translated("Nobody is new, and nobody stayed away.")
    pattern = (
        translated(
            "{came} new, {returned} back after a pause, {lapsed} not seen this time; most of them have probably been "
            "met, and count little in the number."
        )
        if 2 * weight < heads
        else translated("{came} new, {returned} back after a pause, {lapsed} not seen this time.")
    )
    return pattern.format(
        came=counted(change.came.people, "person", "people"),
        returned=people(change.returned.people),
        lapsed=people(change.lapsed.people),
    )


def _spheres(change: Moved) -> Iterator[str]:
    rounded = [(one.sphere, whole(one.now) - whole(one.was)) for one in change.spheres]
    for sphere, more in [one for one in rounded if one[1]][:SPHERES]:
        yield f"{sphere_words(sphere)} {'+' if more > 0 else '−'}{people(abs(more))}"


def _brought(one: Conversation) -> str:
    """Say which of the conversations that are new brought the most people."""
    amount = counted(one.unmet, "person", "people")
    if one.channel:
        pattern = translated("Of new conversations one in {channel} brought most: {n} never met.")
        return pattern.format(channel=shortened(plain(one.channel), _LONGEST), n=amount)
    return translated("Of new conversations one begun on {day} brought most: {n} never met.").format(
        day=day(one.began), n=amount
    )
