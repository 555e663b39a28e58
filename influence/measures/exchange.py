"""Exchange, not broadcast: who comes to the leader unasked, who is answered, how soon, and who waits.

What is said to the leader is *inbound* (`influence.measures.asked`). Letters of mass mail stand apart
(`influence.measures.inbound`); those that the leader answered count as help alone.
"""

from __future__ import annotations

from collections import Counter
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
)
from influence.contract.findings import Finding
from influence.contract.language import because
from influence.contract.measures import Definition, finds, near_enough
from influence.kernels.arrays import Ints
from influence.measures.asked import WAYS, Acts, Inbound, acts_of, inbound, prompted
from influence.measures.reach import NO_TIMES
from influence.measures.waiting import LISTED, waiting
from influence.network.log_queries import activity_ids
from influence.times import HOUR

if TYPE_CHECKING:
    from influence.reach.ego import Ego


NOBODY_ASKED = because("nobody wrote to, named or answered the leader in this window")
ONLY_MASS_MAIL = because("in this window nobody wrote to, named or answered the leader but by mass mail")
LESS_THAN_HALF = because("less than half of what was asked was answered while it could be seen")


@near_enough
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
            "not kept. What you marked as done or put off is left out."
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
    end = min(ego.window.until, int(ego.population.recorded[-1]))
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
