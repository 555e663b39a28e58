"""A campaign against named voices: what part of all responses went to those who posted, before, during and after."""

from __future__ import annotations

import numpy as np

from influence.campaigns.held import Held
from influence.campaigns.people import AFTER as LEFT_AFTER
from influence.chance.intervals import clustered_share
from influence.contract.campaigned import AFTER, BEFORE, DURING, AgainstVoices, Share
from influence.contract.language import because
from influence.kernels.arrays import Flags, Ints
from influence.measures.named_voices import NO_VOICES, NOT_HERE
from influence.measures.reach import FEWEST_CONVERSATIONS
from influence.network.log_queries import system_of
from influence.people.directory import UnknownPerson
from influence.times import Window, end_of_day

NO_RESPONSE = because("nobody responded to the voices named or to those who posted")


def against_voices(held: Held) -> AgainstVoices:
    """Return the share of all responses to those who posted (or the leader) and to the voices that is theirs.

    On any subject, in the systems in which a voice drew a response: before (as long as the campaign), during, and four
    weeks after. Programs' responses and those of both sides are left out; intervals take whole conversations as what
    may come again (`chance.clustered_share`). Those who posted are chosen for having posted, which favours the weeks
    during: the docs say so.
    """
    wanted = held.stated.voices or tuple(held.whole.settings.voices)
    if not wanted:
        return AgainstVoices(reason=NO_VOICES)
    theirs, missing = _codes(held, wanted)
    wanted = tuple(map(held.whole.people.told_as, wanted))
    if not len(theirs):
        return AgainstVoices(wanted, missing, reason=NOT_HERE)
    shares = tuple(
        _share(held, theirs, part, window) for part, window in _windows(held).items() if window is not None
    )
    if not any(one.of for one in shares):
        return AgainstVoices(wanted, missing, reason=NO_RESPONSE)
    return AgainstVoices(wanted, missing, shares, _apart(shares))


def _codes(held: Held, wanted: tuple[str, ...]) -> tuple[Ints, tuple[str, ...]]:
    """Return the people who are the voices, and the names that nobody has."""
    codes, missing = set(), []
    for name in wanted:
        try:
            codes.add(held.whole.people.find(name))
        except UnknownPerson:
            missing.append(held.whole.people.told_as(name))
    return np.array(sorted(codes - {held.leader}), np.int64), tuple(missing)


def _windows(held: Held) -> dict[str, Window | None]:
    """Return the time before, as long as the campaign if it is on record, the campaign, and four weeks after."""
    window, recorded = held.window, held.whole.whole_window()
    before = Window(max(recorded.since, 2 * window.since - window.until), window.since)
    after = Window(window.until, window.until + LEFT_AFTER)
    return {
        BEFORE: before if before.until > before.since else None,
        DURING: window,
        AFTER: after if end_of_day(recorded.until, held.whole.settings.zone) >= after.until else None,
    }


def _share(held: Held, theirs: Ints, part: str, window: Window) -> Share:
    ours = held.posted if held.leader is None else np.array([held.leader])
    ours = np.setdiff1d(ours, theirs)
    found = held.whole.responses(window)
    both = np.concatenate([ours, theirs])
    kept = np.isin(found.target, both) & (found.parent >= 0)
    kept &= ~np.isin(found.responder, [*both.tolist(), *held.whole.bots])
    found = found.where(kept)
    there = _where_voices_are(held, theirs, found.target.astype(np.int64), found.parent)
    found = found.where(there)
    if not len(found):
        return Share(part, None, None, 0)
    mine = np.isin(found.target, ours).astype(np.float64)
    _, row = np.unique(held.whole.log.items.conversation[found.parent], return_inverse=True)
    several = int(row.max()) + 1 >= FEWEST_CONVERSATIONS
    within = (
        clustered_share(np.bincount(row, mine).astype(np.float64), np.bincount(row).astype(np.float64))
        if several
        else None
    )
    return Share(part, float(mine.mean()), within, len(found))


def _where_voices_are(held: Held, theirs: Ints, target: Ints, parent: Ints) -> Flags:
    """Tell which responses were drawn in a system in which a voice drew any."""
    system = system_of(held.whole.tables, parent)
    there: Flags = np.isin(system, np.unique(system[np.isin(target, theirs)]))
    return there


def _apart(shares: tuple[Share, ...]) -> bool | None:
    """Tell whether the share during differs from that before by more than chance may (MOVER, Zou and Donner 2008)."""
    by = {one.part: one for one in shares}
    was, now = by.get(BEFORE), by.get(DURING)
    if was is None or now is None or was.interval is None or now.interval is None:
        return None
    p, q = float(was.share or 0), float(now.share or 0)
    low = q - p - np.hypot(q - now.interval[0], was.interval[1] - p)
    high = q - p + np.hypot(now.interval[1] - q, p - was.interval[0])
    return bool(low > 0 or high < 0)
