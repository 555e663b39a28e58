"""Who waits for the leader: what was said to the leader and not answered, and what answering it is worth."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from hashlib import sha256
from typing import TYPE_CHECKING

import numpy as np

from influence.contract.details.exchange import Wait, WaitingOnLeader, Worth
from influence.contract.findings import Finding
from influence.kernels.arrays import UNDATED, Flags, Floats, Ints
from influence.measures.asked import WAYS, Acts, Inbound, said_in
from influence.measures.cascades import heads
from influence.network.log_queries import activity_ids, items_of_ids
from influence.network.ties import responses_to
from influence.people.decisions import DONE, SNOOZE, Decision, Decisions, codes
from influence.times import DAY, stated

if TYPE_CHECKING:
    from influence.reach.ego import Ego

LISTED = 20
STILL_HELPS = 30.0
"""Days; an answer that comes later than that is hardly one."""
WEIGHT = {"customer": 2.0, "partner": 2.0, "team": 0.5}
"""What an answer to somebody of a sphere weighs; of any other sphere 1. A rule, no estimate."""
SHORT = 6
"""So many digits at least name a conversation that waits."""


@dataclass(frozen=True)
class Mark:
    """What was decided of a conversation: that it is done, or put off `until` a moment, up to an item in it.

    What is said there later waits anew.
    """

    seq: int
    item: int
    until: int | None


@dataclass(frozen=True)
class Open:
    """Inbound items that wait, as positions in `Inbound`, in order of time.

    `last` is the latest item in which the person went on with it, `marked` tells which a decision sets aside; `done`
    and `snoozed` are how many conversations wait no longer, or not yet, by a decision alone.
    """

    rows: Ints
    last: Ints
    marked: Flags
    done: int = 0
    snoozed: int = 0

    @property
    def left(self) -> Open:
        """Those that no decision sets aside."""
        kept = ~self.marked
        return Open(self.rows[kept], self.last[kept], self.marked[kept])


def waiting(ego: Ego, said: Inbound, acts: Acts) -> Finding:
    """Return how many conversations wait for the leader at the end of the window.

    A conversation waits if something inbound in it was not answered and the leader has since done nothing in
    the conversation, or towards the person by anything but bulk, nor marked it as done or put it off. Its age is
    counted from the first such item to the end, in days. `detail` has the `median_days` and `longest_days` of waiting,
    how many are `older` than δ, how they came (`ways`), the `list` of those that have waited longest, and of those from
    outside the team that came in the last 30 days the one that has waited longest (`recent`); `worth` lists those of
    the last 30 days by what an answer is worth (`by_worth`), of `still` such; `done` and `snoozed` were marked.
    """
    opened = open_items(ego, said, acts)
    conversation = ego.log.items.conversation[said.item]
    _, first = np.unique(conversation[opened.left.rows], return_index=True)
    rows = opened.left.rows[np.sort(first)]  # in order of time, the longest wait first
    days = ages(ego, said, rows)
    ordered = by_worth(ego, said, opened.left)
    still = int(ordered.still.sum())
    detail = WaitingOnLeader(
        of=len(np.unique(conversation)),
        older=int((days > ego.passing.delta / DAY).sum()),
        older_than_days=ego.passing.delta / DAY,
        ways={way: int((said.way[rows] == n).sum()) for n, way in enumerate(WAYS)},
        list=_waits(ego, said, rows[:LISTED], days[:LISTED]),
        median_days=float(np.median(days)) if len(rows) else None,
        longest_days=float(days.max()) if len(rows) else None,
        recent=_recent(ego, said, rows, days),
        still=still,
        worth=tuple(worths(ego, said, ordered, min(still, LISTED))),
        done=opened.done,
        snoozed=opened.snoozed,
    )
    return Finding("waiting_on_leader", float(len(rows)), "conversations", detail=detail)


# --- what waits ---------------------------------------------------------------------------------------------


def open_items(ego: Ego, said: Inbound, acts: Acts) -> Open:
    """Return which inbound items wait, and which of them a decision sets aside."""
    last_word, last_act = _last(ego.log.items.conversation, ego.log.items.time, _own(ego)), _last_act(acts)
    conversation = ego.log.items.conversation[said.item]
    since = np.maximum(_at(last_word, conversation), _at(last_act, said.person))
    rows = np.flatnonzero((said.answer < 0) & (since < said.time))
    last, every, end = _went_on(ego, said.item)[rows], marks_of(ego), the_end(ego)
    done = _covered(ego, last, [mark for mark in every if mark.until is None])
    put_off = [mark for mark in every if mark.until is not None and mark.until > end]
    off = _covered(ego, last, put_off) & ~done
    left = conversation[rows[~done & ~off]]
    gone = [len(np.setdiff1d(conversation[rows[mask]], left)) for mask in (done, off)]
    return Open(rows, last, done | off, *gone)


def _went_on(ego: Ego, item: Ints) -> Ints:
    """Return the latest item in which its author went on with each, by answering themselves; the item if nothing is."""
    head, said = heads(ego.log), np.flatnonzero(said_in(ego))
    last = np.arange(len(head))
    np.maximum.at(last, head[said], said)
    found: Ints = last[item]
    return found


def the_end(ego: Ego) -> int:
    """Return up to when something can have waited: the end of the window, or of what is on record."""
    return min(ego.window.until, int(ego.population.recorded[-1]))


def ages(ego: Ego, said: Inbound, rows: Ints) -> Floats:
    """Return how many days ago some inbound items came, by the end."""
    found: Floats = np.maximum(the_end(ego) - said.time[rows], 0) / DAY
    return found


def marks_of(ego: Ego) -> list[Mark]:
    """Return what was decided of conversations that wait for the leader, as far as they are on record here."""
    told = [one for one in Decisions(ego.tables.engine).standing() if one.verb in {DONE, SNOOZE}]
    told = [one for one in told if ego.leader in codes(ego.people, one.accounts)]
    ids = activity_ids(ego.tables, items_of_ids(ego.tables, [marked_item(one) for one in told]))
    item = {ident: number for number, ident in ids.items()}
    return [
        Mark(one.seq, item[marked_item(one)], _until(one, ego.settings.zone))
        for one in told
        if marked_item(one) in item
    ]


def marked_item(one: Decision) -> str:
    """Return the id of the item up to which a decision speaks of a conversation."""
    value = one.value or ""
    return value.partition(" ")[2] if one.verb == SNOOZE else value


def _until(one: Decision, zone: str) -> int | None:
    return stated((one.value or "").partition(" ")[0], zone) if one.verb == SNOOZE else None


def _covered(ego: Ego, item: Ints, marks: Sequence[Mark]) -> Flags:
    """Tell which items a mark covers: those of its conversation up to its item."""
    conversation = ego.log.items.conversation
    covered = np.zeros(len(item), bool)
    for mark in marks:
        covered |= (conversation[item] == conversation[mark.item]) & (item <= mark.item)
    return covered


# --- what answering is worth --------------------------------------------------------------------------------


@dataclass(frozen=True)
class Conversations:
    """Conversations that wait, arrays of one length.

    `first` is what the person asked first under whom it stands, as a position in `Inbound`, and `last` the latest item
    that waits there, as an item; `others` how many others wait, `still` whether an answer still helps, `worth` what one
    is worth.
    """

    first: Ints
    last: Ints
    others: Ints
    still: Flags
    worth: Floats
    m: Floats
    known: Flags
    answered_by: Ints


def by_worth(ego: Ego, said: Inbound, opened: Open) -> Conversations:
    """Order the conversations that wait: those of the last 30 days first, in each by what an answer is worth.

    worth = Σ over the people who wait there of w(sphere) · (2 − m(v)) · log2(2 + a(v)): w as in `WEIGHT`, m(v) by the
    moment at which they asked, a(v) how many people besides the leader responded to them in the window. It stands
    under the one of them with the largest share. Where it is equal the newest comes first.
    """
    rows = opened.rows
    conversation = ego.log.items.conversation[said.item[rows]]
    codes_, number = np.unique(conversation, return_inverse=True)
    pair, first = np.unique(number * len(ego.people) + said.person[rows], return_index=True)
    asked, number_of = rows[first], pair // max(len(ego.people), 1)
    m, known = ego.met.each(said.person[asked], said.time[asked])
    answered = _answered_by(ego, said.person[asked])
    weight = np.array(
        [WEIGHT.get(ego.spheres[code], 1.0) for code in said.person[asked].tolist()], np.float64
    )
    share = weight * (2 - m) * np.log2(2 + answered)
    last = np.zeros(len(codes_), np.int64)
    np.maximum.at(last, number, opened.last)
    order = np.lexsort((-said.time[asked], -share, number_of))
    best = order[np.unique(number_of[order], return_index=True)[1]]
    worth: Floats = np.bincount(number_of, share, minlength=len(codes_)).astype(np.float64)
    still = the_end(ego) - ego.log.items.time[last] <= STILL_HELPS * DAY
    others = np.bincount(number_of, minlength=len(codes_)) - 1
    found = Conversations(asked[best], last, others, still, worth, m[best], known[best], answered[best])
    return _in_order(found, np.lexsort((-last, -worth, ~still)))


def _in_order(found: Conversations, order: Ints) -> Conversations:
    return Conversations(*(getattr(found, one.name)[order] for one in fields(found)))


def worths(ego: Ego, said: Inbound, found: Conversations, most: int | None = None) -> list[Worth]:
    """Tell the first of some conversations that wait: who, how, since when, how many wait, and what it is worth."""
    ids = activity_ids(ego.tables, np.concatenate([said.item[found.first], found.last]))
    short = short_names([ids[item] for item in found.last.tolist()])
    days = ages(ego, said, found.first)
    return [
        Worth(
            item=ids[int(said.item[found.first[n]])],
            last=ids[int(found.last[n])],
            short=short[ids[int(found.last[n])]],
            person=ego.people.who[int(said.person[found.first[n]])].person,
            name=ego.people.who[int(said.person[found.first[n]])].name,
            sphere=ego.spheres[int(said.person[found.first[n]])],
            way=WAYS[int(said.way[found.first[n]])],
            days=float(days[n]),
            others=int(found.others[n]),
            answered_by=int(found.answered_by[n]),
            met=bool(found.m[n] >= 0.5) if found.known[n] else None,
            worth=float(found.worth[n]),
        )
        for n in range(len(found.first))[:most]
    ]


def _answered_by(ego: Ego, person: Ints) -> Ints:
    """Return how many people besides the leader responded to each of some people in the window."""
    target, responder, _ = responses_to(ego.log, np.unique(person), ego.window)
    return np.bincount(target[responder != ego.leader], minlength=len(ego.people))[person]


def short_names(ids: Sequence[str], *, whole: bool = False) -> dict[str, str]:
    """Name each id by the first digits of its digest: six, or as many as tell all of them apart, or the whole of it.

    >>> short_names(["<1@mail.example>", "<2@mail.example>"])
    {'<1@mail.example>': '0284b0', '<2@mail.example>': 'bb5741'}
    """
    digest = {one: sha256(one.encode("utf-8", "surrogatepass")).hexdigest() for one in ids}
    length = 64 if whole else SHORT
    while len({each[:length] for each in digest.values()}) < len(digest):
        length += 1
    return {one: each[:length] for one, each in digest.items()}


def _own(ego: Ego) -> Flags:
    """Tell which items are the leader's, those aside in which they only answer themselves."""
    items = ego.log.items
    begins = heads(ego.log) == np.arange(len(items))
    own: Flags = begins & (items.author == ego.leader) & (items.time < ego.window.until)
    return own


def _last(key: Ints, time: Ints, kept: Flags) -> tuple[Ints, Ints]:
    """Return each key once and its last moment; what comes in is in order of time."""
    keys, back = np.unique(key[kept][::-1], return_index=True)
    return keys, time[kept][::-1][back]


def _last_act(acts: Acts) -> tuple[Ints, Ints]:
    order = np.argsort(acts.time, kind="stable")
    return _last(acts.person[order], acts.time[order], ~acts.bulk[order])


def _at(last: tuple[Ints, Ints], keys: Ints) -> Ints:
    """Look the last moment of each key up; long before everything where there is none."""
    known, moment = last
    place = np.minimum(np.searchsorted(known, keys), max(len(known) - 1, 0))
    found = np.full(len(keys), UNDATED)
    if len(known):
        there = known[place] == keys
        found[there] = moment[place[there]]
    return found


def _waits(ego: Ego, said: Inbound, rows: Ints, days: Floats) -> tuple[Wait, ...]:
    ids = activity_ids(ego.tables, said.item[rows])
    return tuple(
        Wait(
            item=ids[int(said.item[row])],
            person=ego.people.who[int(said.person[row])].person,
            name=ego.people.who[int(said.person[row])].name,
            sphere=ego.spheres[int(said.person[row])],
            way=WAYS[int(said.way[row])],
            days=float(age),
        )
        for row, age in zip(rows, days, strict=True)
    )


def _recent(ego: Ego, said: Inbound, rows: Ints, days: Floats) -> Wait | None:
    outside = ~np.isin(said.person[rows], list(ego.team))
    still = np.flatnonzero(outside & (days <= STILL_HELPS))[:1]
    return next(iter(_waits(ego, said, rows[still], days[still])), None)
