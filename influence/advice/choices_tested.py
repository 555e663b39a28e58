"""Which conversation to write in and to which sphere to turn: what held over all leaders, and rows for today."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from typing import TYPE_CHECKING

import numpy as np

from influence.advice.acted import leading
from influence.advice.choices_compared import Turned
from influence.advice.topics import EVIDENCE, Advised, shown
from influence.advice.twice import FEWEST_LEADERS, FEWEST_ON_A_SIDE, Compare, Tried, found_twice, kept
from influence.chance.pooled import Pooled
from influence.contract.language import because
from influence.contract.wording import between, counted, number
from influence.kernels.arrays import Ints
from influence.times import Window, day_at

if TYPE_CHECKING:
    from influence.reach.ego import Ego
    from influence.reach.population import Population

CONVERSATION, SPHERE = "conversation", "sphere"
CONVERSATIONS = 5
_SAID = {
    CONVERSATION: (
        because(
            "conversations in which people not reached wrote lately brought more, before the last third of the record "
            "and in it"
        ),
        because(
            "whether conversations in which people not reached wrote lately bring more cannot be told: in the last "
            "third of the record too few leaders wrote both in these and in others, so that none is named"
        ),
        because(
            "that conversations in which people not reached wrote lately bring more did not hold before the last third "
            "of the record and in it, so that none is named"
        ),
    ),
    SPHERE: (
        because(
            "the sphere that had answered a leader most went on to, before the last third of the record and in it"
        ),
        because(
            "whether the sphere that answered most goes on to cannot be told: in the last third of the record too few "
            "leaders turned both to it and to others, so that none is named"
        ),
        because(
            "that the sphere which answered most goes on to did not hold before the last third of the record and in "
            "it, so that none is named"
        ),
    ),
}
"""Of each choice: that it held, that it cannot be told, that it did not hold."""


def choices(of: Turned) -> tuple[Tried, ...]:
    """Try both choices on a record: what is found before its last third must be found in it again."""
    ways: Mapping[str, Compare] = {CONVERSATION: of.conversations, SPHERE: of.spheres}
    return found_twice(of.window, ways)


def choices_of(population: Population, window: Window, delta: int) -> tuple[Tried, ...]:
    """Try both choices on a window; what was found of it before is taken from what is kept."""
    return kept(population, window, "choices", lambda: choices(Turned(population, window, delta)))


def choice_rows(ego: Ego) -> tuple[list[Advised], str]:
    """Return conversations to write in and the sphere to turn to, as far as such choices held; and what was tried.

    `gain` and `interval` are those of the last third of the record, over all leaders: one conversation is not told
    from another by them.
    """
    found = {one.name: one for one in choices_of(ego.population, ego.window, ego.passing.delta)}
    words = "; ".join(_in_words(found[name]) for name in (CONVERSATION, SPHERE))
    held = {name: one.last for name, one in found.items() if one.last is not None and _more(one)}
    rows = []
    if SPHERE in held:  # whose rates are drawn to everybody's
        everybody = {*leading(ego.population, ego.window), ego.leader}
        rows += _sphere_rows(ego, _turned(ego, everybody), held[SPHERE])
    if CONVERSATION in held:
        rows += _conversation_rows(ego, _turned(ego, {ego.leader}), held[CONVERSATION])
    return rows, words


def _turned(ego: Ego, leaders: Set[int]) -> Turned:
    return Turned(ego.population, ego.window, ego.passing.delta, sorted(leaders))


def _in_words(one: Tried) -> str:
    """Say what became of a choice: it held, it did not, or it cannot be told."""
    if one.before is None:
        return _too_little(one)
    held, unknown, not_held = _SAID[one.name]
    return held if _more(one) else unknown if one.last is None else not_held


def _too_little(one: Tried) -> str:
    words = {
        "leaders": counted(one.leaders, "leader", "leaders"),
        "least": FEWEST_ON_A_SIDE,
        "needed": FEWEST_LEADERS,
    }
    if one.name == CONVERSATION:
        return because(
            "whether conversations in which people not reached wrote lately bring more is too little on record: "
            "{leaders} wrote in {least} of these and in {least} others before the last third; {needed} are needed",
            **words,
        )
    return because(
        "whether the sphere that answered most goes on to is too little on record: {leaders} turned {least} times to "
        "it and {least} times to others before the last third; {needed} are needed",
        **words,
    )


def _more(one: Tried) -> bool:
    return one.holds and one.last is not None and one.last.value > 0


def _told(of: Pooled) -> dict[str, str]:
    return {
        "share": number(of.value, "share"),
        "range": between(*of.interval, "change"),
        "leaders": counted(of.of, "leader", "leaders"),
    }


# --- conversations ------------------------------------------------------------------------------------------


def _conversation_rows(ego: Ego, of: Turned, held: Pooled) -> list[Advised]:
    """Return conversations alive at the end of the window in which people not reached wrote lately, most people first.

    Conversations of mass mail are left out.
    """
    items, end = ego.log.items, ego.window.until
    recent = np.flatnonzero(Window(end - of.delta, end).holds(items.time) & items.said)
    codes = np.unique(items.conversation[recent[~ego.mass_mail.holds(recent)]])
    leader = np.full(len(codes), ego.leader, np.int64)
    _, fresh = of.lately(leader, codes, np.full(len(codes), end, np.int64))
    best = np.lexsort((codes, -fresh))[:CONVERSATIONS]
    return [
        _conversation_row(ego, recent[items.conversation[recent] == codes[n]], int(fresh[n]), held)
        for n in best[fresh[best] > 0].tolist()
    ]


def _conversation_row(ego: Ego, recent: Ints, fresh: int, held: Pooled) -> Advised:
    items = ego.log.items
    first = int(np.flatnonzero(items.conversation == items.conversation[recent[0]])[0])
    ids = shown(ego, list(dict.fromkeys([first, *recent[-(EVIDENCE - 1) :].tolist()])))
    day = day_at(int(items.time[first]), ego.settings.zone)
    why = because(
        "{people} who had not responded to the leader wrote there in the last {days}; in the last third of the record "
        "such conversations brought more people never met than the others that leaders wrote in, by {share} of the "
        "average ({range}, over {leaders}), and before it more too",
        people=counted(fresh, "person", "people"),
        days=f"{ego.settings.delta_days:g} days",
        **_told(held),
    )
    name = because("with an item by {who}, {day}", who=ego.people.who[int(items.author[first])].name, day=day)
    return Advised(CONVERSATION, ids[0], held.value, held.interval, why, ids, name)


# --- spheres ------------------------------------------------------------------------------------------------


def _sphere_rows(ego: Ego, of: Turned, held: Pooled) -> list[Advised]:
    """Return the sphere that has answered the leader most so far, if there is one beside others."""
    named = of.named(ego.leader)
    mine = of.exchanges.where(of.leaders[of.exchanges.place] == ego.leader)
    there = mine.sphere == named
    if named < 0 or there.all():
        return []
    answered = mine.brought > 0
    one, other = mine.where(there), mine.where(~there)
    why = because(
        "of {n} with people of this sphere who had not responded before {k} were answered within {days}, of {others} "
        "with people of others {m}; in the last third of the record exchanges in the sphere that had answered most "
        "brought more people never met, by {share} of the average ({range}, over {leaders}), and before it more too",
        n=counted(len(one.time), "exchange", "exchanges"),
        k=int(answered[there].sum()),
        others=counted(len(other.time), "exchange", "exchanges"),
        m=int(answered[~there].sum()),
        days=f"{ego.settings.delta_days:g} days",
        **_told(held),
    )
    shows: Sequence[int] = mine.item[there & answered][-EVIDENCE:].tolist() or one.item[-EVIDENCE:].tolist()
    sphere = ego.spheres[int(one.person[-1])]
    return [Advised(SPHERE, sphere, held.value, held.interval, why, shown(ego, list(dict.fromkeys(shows))))]
