"""Exchange, not broadcast: who comes to the leader unasked, who is answered, how soon, and who waits.

Texts are not kept, so that a question cannot be told by its question mark: every *inbound* item counts as
one. Inbound is a post, message, reply, comment or quote by somebody else (no bot) that names the leader,
answers an item by the leader, or is addressed to the leader among at most eight people; mail to more is bulk.
Letters of mass mail stand apart (`influence.measures.inbound`); those that the leader answered count as help alone.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from influence.chance.intervals import kaplan_meier, median_wait, wilson
from influence.contract.details.exchange import (
    Help,
    Pull,
    ResponseRate,
    ResponseTime,
    Stages,
    TakenUp,
    Wait,
    WaitingOnLeader,
)
from influence.contract.findings import Finding
from influence.contract.language import because
from influence.contract.measures import Definition, finds
from influence.kernels.arrays import NEVER, UNDATED, Flags, Floats, Ints
from influence.measures.cascades import heads
from influence.measures.reach import NO_TIMES
from influence.network.log_queries import activity_ids, addressed_to, written_to
from influence.times import DAY, HOUR

if TYPE_CHECKING:
    from influence.reach.ego import Ego


ASKED_AT_ONCE = 8
"""Who writes to more people at once asks nobody in particular."""
LISTED = 20
STILL_HELPS = 30.0
"""Days; an answer that comes later than that is hardly one."""
NOBODY_ASKED = because("nobody wrote to, named or answered the leader in this window")
ONLY_MASS_MAIL = because("in this window nobody wrote to, named or answered the leader but by mass mail")
LESS_THAN_HALF = because("less than half of what was asked was answered while it could be seen")
WAYS = ("addressed", "named", "in_reply")


@dataclass(frozen=True)
class Inbound:
    """What others said to the leader, in order of time: arrays of one length.

    `way` is a position in `WAYS`; `answer` and `thanks` are the first item by which the leader answered, and
    the first by which the person responded to that answer, −1 where there is none; `mass` tells letters of mass
    mail; `bulk` items were left out.
    """

    item: Ints
    person: Ints
    time: Ints
    way: Ints
    answer: Ints
    thanks: Ints
    mass: Flags
    bulk: int = 0

    def __len__(self) -> int:
        return len(self.item)

    def where(self, kept: Flags) -> Inbound:
        """Return the items that a mask chooses."""
        return Inbound(
            self.item[kept],
            self.person[kept],
            self.time[kept],
            self.way[kept],
            self.answer[kept],
            self.thanks[kept],
            self.mass[kept],
            self.bulk,
        )


@dataclass(frozen=True)
class Acts:
    """What the leader did towards somebody, ever: wrote to, named or answered `person` at `time`.

    `bulk` is what was written to more people than eight.
    """

    person: Ints
    time: Ints
    bulk: Flags


@finds(
    pull=Definition(
        "the part of what others say to the leader that came with nothing said to them before",
        label="Unprompted",
        meaning=(
            "The part of what others say to the leader that came without the leader having turned to "
            "them in the 14 days before. Mail to more than eight people and mass mail are left out."
        ),
        reading="High: people come of their own accord.",
        unit="share",
        family="Exchange",
    ),
    response_rate=Definition(
        "the part of what others ask the leader that was answered",
        label="Answered",
        meaning="The part of what others say to the leader, mass mail aside, that the leader answered in the window.",
        unit="share",
        family="Exchange",
    ),
    response_time=Definition(
        "after how many hours the leader has answered half of it",
        label="Time to an answer",
        meaning=(
            "After how many hours half of what others say is answered; what still waits is counted as "
            "waiting (Kaplan–Meier)."
        ),
        unit="hours",
        family="Exchange",
    ),
    help=Definition(
        "how often somebody asked, the leader answered, and the answer was taken up; by sphere",
        label="Answers taken up",
        meaning=(
            "How often somebody asked, the leader answered, and the person responded to the answer. "
            "Texts are not kept, so that whatever is said to the leader counts as asking."
        ),
        unit="times",
        family="Exchange",
    ),
    waiting_on_leader=Definition(
        "how many conversations wait for the leader, and for how long",
        label="Waiting for the leader",
        meaning=(
            "Conversations, mass mail aside, in which something said to the leader was not answered, and the leader "
            "has since done nothing there or towards that person. Not all of it needs an answer: texts are "
            "not kept."
        ),
        reading="High: the leader may be the bottleneck.",
        unit="conversations",
        family="Exchange",
    ),
)
def exchange(ego: Ego) -> dict[str, Finding]:
    """Follow what others say and ask: unasked or not, answered or not, how soon, taken up, or waiting."""
    if not ego.dated:
        return {name: Finding(name, None, unit, reason=NO_TIMES) for name, unit in _UNITS.items()}
    every, acts = inbound(ego), acts_of(ego)
    said = every.where(~every.mass)
    if not len(said):
        reason = ONLY_MASS_MAIL if len(every) else NOBODY_ASKED
        return {
            name: Finding(name, None, unit, reason=reason, detail={"bulk": said.bulk})
            for name, unit in _UNITS.items()
        }
    taken_on = every.where(~every.mass | (every.answer >= 0))
    found = (pull(ego, said, acts), *answered(ego, said), helped(ego, taken_on), waiting(ego, said, acts))
    return {finding.name: finding for finding in found}


_UNITS = {
    "pull": "share",
    "response_rate": "share",
    "response_time": "hours",
    "help": "times",
    "waiting_on_leader": "conversations",
}


def inbound(ego: Ego) -> Inbound:
    """Find what others said to the leader in the window, what the leader answered and who took it up.

    An answer is a counted response by the leader to the item, a thank-you a counted response by the person
    to the answer (a reaction too); both not before what they respond to, and before the end of the window.
    Where people answer themselves, the first such item that is inbound stands for all, and an answer to any.
    Mass mail is marked, and its bulk is no bulk here.
    """
    said = ego.log.items.said & ego.window.holds(ego.log.items.time)
    addressed, people = addressed_to(ego.tables, ego.leader)
    drawn = ego.responses.where(ego.responses.target == ego.leader)
    items = [addressed[people <= ASKED_AT_ONCE], drawn.item[drawn.parent < 0], drawn.item[drawn.parent >= 0]]
    item, way = _last_of_each(items)
    bulk = np.setdiff1d(addressed[people > ASKED_AT_ONCE], np.union1d(item, ego.mass_mail.item))
    kept = said[item] & _by_others(ego, item)
    item, way = item[kept], way[kept]
    head = heads(ego.log)
    first = np.sort(np.unique(head[item], return_index=True)[1])
    item, way = item[first], way[first]
    person = ego.log.items.author[item].astype(np.int64)
    answer = _first_response(ego, head, item, np.full(len(item), ego.leader))
    thanks = _first_response(ego, head, answer, person)
    left_out = int((said[bulk] & _by_others(ego, bulk)).sum())
    mass = ego.mass_mail.holds(item)
    return Inbound(item, person, ego.log.items.time[item], way, answer, thanks, mass, left_out)


def _by_others(ego: Ego, item: Ints) -> Flags:
    return ~np.isin(ego.log.items.author[item], sorted(ego.nobody))


def _last_of_each(items: list[Ints]) -> tuple[Ints, Ints]:
    """Return each item once, with the last of the lists that holds it."""
    every = np.concatenate(items[::-1])
    way = np.repeat(np.arange(len(items))[::-1], [len(part) for part in items[::-1]])
    item, first = np.unique(every, return_index=True)
    return item, way[first]


def _first_response(ego: Ego, head: Ints, item: Ints, by: Ints) -> Ints:
    """Return the first counted response by a person to each item or to what its author added to it.

    −1 where there is none, or where the item is −1: no item.
    """
    links, items = ego.log.counted_links(), ego.log.items
    asked = item[item >= 0]
    since = np.full(len(items), NEVER)
    np.minimum.at(since, head[asked], items.time[asked])
    kept = since[head[links.parent]] <= items.time[links.parent]
    kept &= items.time[links.parent] <= items.time[links.child]
    kept &= items.time[links.child] < ego.window.until
    child, people = links.child[kept], len(ego.people)
    key = head[links.parent[kept]] * people + items.author[child]
    order = np.lexsort((child, key))
    key, child = key[order], child[order]
    wanted = np.where(item >= 0, head[item] * people + by, -1)
    place = np.searchsorted(key, wanted)
    there = place < len(key)
    there[there] = key[place[there]] == wanted[there]
    found = np.full(len(item), -1, np.int64)
    found[there] = child[place[there]]
    return found


def acts_of(ego: Ego) -> Acts:
    """Return all that the leader did towards somebody before the window's end, the window's beginning aside."""
    item, person, people = written_to(ego.tables, ego.leader, ego.window.until)
    every = ego.log.counted()
    mine = every.where((every.responder == ego.leader) & (every.time < ego.window.until))
    return Acts(
        np.concatenate([person, mine.target.astype(np.int64)]),
        np.concatenate([ego.log.items.time[item], mine.time]),
        np.concatenate([people > ASKED_AT_ONCE, np.zeros(len(mine), bool)]),
    )


def pull(ego: Ego, said: Inbound, acts: Acts) -> Finding:
    """Return the share of inbound items before which the leader had not acted towards that person within δ.

    pull = |inbound by v at t: no act by the leader towards v in [t − δ, t)| / |inbound|. An act is an item
    addressed to v (to however many others), one that names v, or a response to v. 95 % interval by Wilson,
    which takes items as independent of one another. `detail.spheres` has (unprompted, inbound) for each
    sphere, `bulk` what was left out.
    """
    free = ~prompted(said.person, said.time, acts, ego.passing.delta)
    spheres = [ego.spheres[code] for code in said.person.tolist()]
    every, unasked = Counter(spheres), Counter(s for s, alone in zip(spheres, free, strict=True) if alone)
    detail = Pull(
        inbound=len(said),
        unprompted=int(free.sum()),
        people=len(np.unique(said.person)),
        bulk=said.bulk,
        spheres={sphere: (unasked[sphere], every[sphere]) for sphere in sorted(every)},
    )
    return Finding("pull", float(free.mean()), "share", interval=wilson(free.sum(), len(free)), detail=detail)


def prompted(person: Ints, time: Ints, acts: Acts, delta: int) -> Flags:
    """Tell before which of some moments there was an act towards that person in [t − δ, t).

    >>> acts = Acts(np.array([8]), np.array([10]), np.array([False]))
    >>> prompted(np.array([8, 8, 8, 9]), np.array([10, 11, 16, 11]), acts, 5).tolist()
    [False, True, False, False]
    """
    everyone, moment = np.concatenate([person, acts.person]), np.concatenate([time, acts.time])
    is_act = np.arange(len(moment)) >= len(person)
    order = np.lexsort((is_act, moment, everyone))
    last = np.maximum.accumulate(np.where(is_act[order], np.arange(len(order)), -1))
    before = order[np.maximum(last, 0)]
    found = (last >= 0) & (everyone[before] == everyone[order]) & (moment[order] - moment[before] <= delta)
    answer = np.zeros(len(order), bool)
    answer[order] = found
    return answer[: len(person)]


def answered(ego: Ego, said: Inbound) -> tuple[Finding, Finding]:
    """Return `response_rate` and `response_time` for the inbound items of the window.

    response_rate = answered before the end / all, with Wilson's 95 % interval. response_time = the median
    wait in hours by Kaplan–Meier, where what is not answered yet counts as waiting until the end: of the
    window, or of the log if that is earlier; with the log-log interval (`median_wait`). Both take items as
    independent of one another. `detail` of the rate has (answered, asked) for each of the `ways`; of the
    time `within_a_day` and `within_a_week`, the estimated shares answered by then, `at_least`, the interval's
    lower end, and `median_of_answered`, which leaves out all that still waits and is too short.
    """
    done = said.answer >= 0
    items = ego.log.items
    end = min(ego.window.until, int(items.time[-1]))
    wait = np.where(done, items.time[said.answer] - said.time, np.maximum(end - said.time, 0)) / HOUR
    ways = {way: (int(done[said.way == n].sum()), int((said.way == n).sum())) for n, way in enumerate(WAYS)}
    within = wilson(done.sum(), len(done))
    counts = ResponseRate(asked=len(said), answered=int(done.sum()), bulk=said.bulk, ways=ways)
    rate = Finding("response_rate", float(done.mean()), "share", interval=within, detail=counts)
    curve = kaplan_meier(wait, done)
    median, low, high = median_wait(curve)
    detail = ResponseTime(
        asked=counts.asked,
        answered=counts.answered,
        bulk=said.bulk,
        within_a_day=1 - curve.at(24),
        within_a_week=1 - curve.at(168),
        at_least=low,
        median_of_answered=float(np.median(wait[done])) if done.any() else None,
    )
    reason = None if median is not None else LESS_THAN_HALF
    edges = (low, high) if low is not None and high is not None else None
    return rate, Finding("response_time", median, "hours", interval=edges, reason=reason, detail=detail)


def helped(ego: Ego, said: Inbound) -> Finding:
    """Return how often somebody asked, the leader answered, and the person took the answer up. Unit: times.

    `detail.spheres` counts `asked`, `answered` and `taken_up` in each sphere; `ledger` lists the latest
    that were taken up: who, in which sphere, the ids of question, answer and thanks, and the wait in hours.
    """
    stages = said.item >= 0, said.answer >= 0, said.thanks >= 0
    sphere = np.array([ego.spheres[code] for code in said.person.tolist()])
    counted = {
        name: Stages(*(int((mask & (sphere == name)).sum()) for mask in stages))
        for name in np.unique(sphere).tolist()
    }
    done = np.flatnonzero(stages[-1])
    asked, answered, taken_up = (int(mask.sum()) for mask in stages)
    ledger = _ledger(ego, said, done[::-1][:LISTED])
    detail = Help(asked=asked, answered=answered, taken_up=taken_up, spheres=counted, ledger=ledger)
    return Finding("help", float(len(done)), "times", detail=detail)


def _ledger(ego: Ego, said: Inbound, rows: Ints) -> tuple[TakenUp, ...]:
    ids = activity_ids(ego.tables, np.concatenate([said.item[rows], said.answer[rows], said.thanks[rows]]))
    time = ego.log.items.time
    return tuple(
        TakenUp(
            person=ego.people.who[int(said.person[row])].person,
            name=ego.people.who[int(said.person[row])].name,
            sphere=ego.spheres[int(said.person[row])],
            question=ids[int(said.item[row])],
            answer=ids[int(said.answer[row])],
            thanks=ids[int(said.thanks[row])],
            hours=float((time[said.answer[row]] - said.time[row]) / HOUR),
        )
        for row in rows
    )


def waiting(ego: Ego, said: Inbound, acts: Acts) -> Finding:
    """Return how many conversations wait for the leader at the end of the window.

    A conversation waits if something inbound in it was not answered and the leader has since done nothing in
    the conversation, or towards the person by anything but bulk. Its age is counted from the first such item
    to the end, in days. `detail` has the `median_days` and `longest_days` of waiting, how many are `older`
    than δ, how they came (`ways`), the `list` of those that have waited longest, and of those from outside the team
    that came in the last 30 days the one that has waited longest (`recent`).
    """
    last_word, last_act = _last(ego.log.items.conversation, ego.log.items.time, _own(ego)), _last_act(acts)
    conversation = ego.log.items.conversation[said.item]
    since = np.maximum(_at(last_word, conversation), _at(last_act, said.person))
    open_ = np.flatnonzero((said.answer < 0) & (since < said.time))
    _, first = np.unique(conversation[open_], return_index=True)
    rows = open_[np.sort(first)]  # in order of time, the longest wait first
    end = min(ego.window.until, int(ego.log.items.time[-1]))
    days = np.maximum(end - said.time[rows], 0) / DAY
    detail = WaitingOnLeader(
        of=len(np.unique(conversation)),
        older=int((days > ego.passing.delta / DAY).sum()),
        older_than_days=ego.passing.delta / DAY,
        ways={way: int((said.way[rows] == n).sum()) for n, way in enumerate(WAYS)},
        list=_waits(ego, said, rows[:LISTED], days[:LISTED]),
        median_days=float(np.median(days)) if len(rows) else None,
        longest_days=float(days.max()) if len(rows) else None,
        recent=_recent(ego, said, rows, days),
    )
    return Finding("waiting_on_leader", float(len(rows)), "conversations", detail=detail)


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
