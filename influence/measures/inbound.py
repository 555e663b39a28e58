"""What lies in the sources and is no conversation with the leader: mass mail, and what nobody said."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from influence.contract.details.inbound import Campaign, MassMail, Unsaid
from influence.contract.findings import Finding
from influence.contract.measures import Definition, finds, near_enough
from influence.kernels.arrays import Ints
from influence.measures.reach import NO_TIMES
from influence.network import log_queries
from influence.times import Window, moment

if TYPE_CHECKING:
    from influence.reach.ego import Ego

EVER = Window(-(2**62), 2**62)


@near_enough
@finds(
    mass_mail=Definition(
        "how many letters of campaigns came: one letter, many strangers; counted apart from all that is asked",
        label="Mass mail",
        meaning=(
            "Letters of one text or one subject that at least 20 people, to whom the leader had not turned before, "
            "sent to the leader within 14 days. They are counted apart: not as unprompted, not as waiting, not in "
            "what is answered, not in the advice."
        ),
        reading="Each campaign is one matter, however many sent its letter.",
        unit="letters",
        family="Exchange",
    ),
)
def mass_mail(ego: Ego) -> dict[str, Finding]:
    """Count the letters of campaigns to the leader in the window. Unit: letters.

    A campaign is one text or one subject from at least 20 people within 14 days, to none of whom the leader had turned
    before (`influence.network.mass_mail`); it is told from the whole log, and shown as far as it lies in the window.
    `detail` has the `campaigns`, largest first, with their letters, senders and days; all `senders`; and how many
    letters the leader `answered` in the window.
    """
    name, unit = "mass_mail", "letters"
    if not ego.dated:
        return {name: Finding(name, None, unit, reason=NO_TIMES)}
    found, items = ego.mass_mail, ego.log.items
    inside = ego.window.holds(items.time[found.item])
    letter, campaign = found.item[inside], found.campaign[inside]
    text = log_queries.texts_told_apart(ego.tables, letter)
    rows = [
        _campaign(ego, letter[one], text[one])
        for number in np.unique(campaign)
        for one in [campaign == number]
    ]
    mine = ego.responses.where(ego.responses.responder == ego.leader)
    detail = MassMail(
        campaigns=tuple(sorted(rows, key=lambda row: -(row.letters or 0))),
        senders=len(np.unique(items.author[letter])),
        answered=int(np.isin(letter, mine.parent).sum()),
    )
    return {name: Finding(name, float(len(letter)), unit, detail=detail)}


def _campaign(ego: Ego, letter: Ints, text: Ints) -> Campaign:
    zone, items = ego.settings.zone, ego.log.items
    return Campaign(
        letters=len(letter),
        senders=len(np.unique(items.author[letter])),
        since=moment(int(items.time[letter[0]]), zone),
        until=moment(int(items.time[letter[-1]]), zone),
        texts=len(np.unique(text[text >= 0])) or None,
    )


@near_enough
@finds(
    unsaid=Definition(
        "how much by or to the leader nobody said: spam, drafts, automatic replies; never counted as a response",
        label="Said by nobody",
        meaning=(
            "What lies in the mailboxes and chats by or to the leader and is nobody's word to anybody: automatic "
            "replies, receipts, answers to invitations, drafts, spam and trash. It is no item, no response and "
            "nothing that waits."
        ),
        unit="items",
        family="Exchange",
    ),
)
def unsaid(ego: Ego) -> dict[str, Finding]:
    """Count what nobody said and the sources hold: by or to the leader, in the window. Unit: items.

    `detail.kinds` counts it by kind, `detail.everywhere` all that the window holds, whoever it is by or to. Where the
    window is the whole record, what lies before the first item or after the last one counts too.
    """
    name, unit = "unsaid", "items"
    if not ego.dated:
        return {name: Finding(name, None, unit, reason=NO_TIMES)}
    whole = ego.window == ego.population.whole_window()
    found = log_queries.unsaid(ego.tables, ego.leader, EVER if whole else ego.window)
    detail = Unsaid(
        kinds={kind: leaders for kind, (leaders, _) in found.items() if leaders},
        everywhere={kind: every for kind, (_, every) in found.items()},
    )
    return {name: Finding(name, float(sum(detail.kinds.values())), unit, detail=detail)}
