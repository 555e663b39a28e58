"""Which habits hold over all leaders of a record: found before its last third, and again in it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from influence.advice.acted import Acted
from influence.advice.habits_compared import HABITS, Doings, Effect, effects
from influence.advice.topics import EVIDENCE, Advised, shown
from influence.chance.p_values import discoveries
from influence.chance.pooled import Pooled, pooled
from influence.contract.language import because
from influence.contract.wording import between, counted, number
from influence.times import Window

if TYPE_CHECKING:
    from influence.reach.ego import Ego
    from influence.reach.population import Population

FEWEST_LEADERS, FEWEST_ON_A_SIDE = 5, 10
"""So many leaders with so many conversations in which a habit was kept, and as many others, are needed."""
LEAST = 0.1
"""A habit that changes by less who comes is nothing to act on, however surely it does."""
NAMES = {
    "answer_sooner": because("answering others within a day"),
    "come_back": because("coming back to a conversation of one's own"),
    "ask": because("asking instead of telling"),
    "name_others": because("naming others"),
    "morning": because("writing between 6 and 12 o'clock"),
    "afternoon": because("writing between 12 and 18 o'clock"),
    "evening": because("writing between 18 and 6 o'clock"),
}


@dataclass(frozen=True)
class Habit:
    """A habit that was tried: what it came to before the last third and in it, and whether it holds.

    `leaders` is of how many leaders enough was on record before the last third. It holds where it is among what may be
    discovered of all habits tried (Benjamini and Hochberg, 5 %), and the last third says the same: its whole interval
    lies on that side of none, and its share is a tenth or more.
    """

    name: str
    leaders: int
    before: Pooled | None
    last: Pooled | None
    holds: bool


def tried(acted: Acted, window: Window, delta: int, seed: int = 1) -> tuple[Habit, ...]:
    """Try all habits on a record: what is found before its last third must be found in it again."""
    cut = window.until - (window.until - window.since) // 3
    parts = (Window(window.since, cut), Window(cut, window.until))
    first, last = (Doings(acted, window, part, delta, seed) for part in parts)
    before = {name: summed(effects(compare(first))) for name, compare in HABITS.items()}
    p = {name: one.p for name, (one, _) in before.items() if one is not None}
    found = dict(zip(p, discoveries(list(p.values())), strict=True))
    return tuple(_habit(name, *before[name], found.get(name, False), last) for name in HABITS)


def _habit(name: str, before: Pooled | None, leaders: int, found: bool, last: Doings) -> Habit:
    again = summed(effects(HABITS[name](last)))[0] if before is not None else None
    return Habit(name, leaders, before, again, found and before is not None and _agree(before, again))


def _agree(before: Pooled, again: Pooled | None) -> bool:
    if again is None:
        return False
    low, high = again.interval
    return abs(again.value) >= LEAST and (low > 0 if before.value > 0 else high < 0)


def summed(of: Sequence[Effect]) -> tuple[Pooled | None, int]:
    """Pool the effects of leaders of whom enough is on record; None where there are too few of them.

    The variance of a share is taken as φ over how many people came in what was compared, with one φ for all leaders
    (the mean of variance times people, by people; 1 at least, as of people who come one by one by chance). A leader's
    own variance would go with their own effect, as counts
    are skewed, and draw the mean down.
    """
    enough = [one for one in of if min(one.kept, one.like) >= FEWEST_ON_A_SIDE]
    if len(enough) < FEWEST_LEADERS:
        return None, len(enough)
    worth, variance = (np.array([getattr(one, name) for one in enough]) for name in ("worth", "variance"))
    phi = max(float((variance * worth) @ worth / worth.sum()), 1.0)
    return pooled(np.array([one.share for one in enough]), phi / worth), len(enough)


# --- in words -----------------------------------------------------------------------------------------------


def habits_of(population: Population, window: Window, delta: int) -> tuple[Habit, ...]:
    """Try all habits on a window; what was found of it before is taken from what is kept."""

    def make() -> pa.Table:
        found = tried(Acted.of(population, window), window, delta, population.settings.seed)
        return pa.table({"habits": [json.dumps([asdict(one) for one in found])]})

    matters = window.since, window.until, repr(population.settings)
    table = population.kept.table("habits", make, *matters)
    return tuple(_read(row) for row in json.loads(table.column("habits")[0].as_py()))


def _read(row: Mapping[str, Any]) -> Habit:
    sides = {
        name: row[name] and Pooled(**row[name] | {"interval": tuple(row[name]["interval"])})
        for name in _SIDES
    }
    return Habit(row["name"], row["leaders"], sides["before"], sides["last"], row["holds"])


_SIDES = ("before", "last")


def habit_rows(ego: Ego) -> tuple[list[Advised], str]:
    """Return the habits that hold over all leaders, with the leader's own conversations that show them; what was tried.

    `gain` and `interval` are those of the last third of the record.
    """
    found = habits_of(ego.population, ego.window, ego.passing.delta)
    kept = [one for one in found if one.holds]
    if not kept:
        return [], _in_words(found)
    mine = Doings(
        Acted.of(ego.population, ego.window, [ego.leader]), ego.window, ego.window, ego.passing.delta
    )
    return [_row(ego, mine, one) for one in kept], _in_words(found)


def _in_words(found: Sequence[Habit]) -> str:
    told = [one for one in found if one.before is not None]
    if not told:
        most = max(one.leaders for one in found)
        return because(
            "habits are too little on record: {leaders} kept one in {least} conversations and did not in {least} just "
            "like them before the last third of the record; {needed} are needed",
            leaders=counted(most, "leader", "leaders"),
            least=FEWEST_ON_A_SIDE,
            needed=FEWEST_LEADERS,
        )
    of, n = counted(len(told), "habit", "habits"), sum(one.holds for one in told)
    if not n:
        return because(
            "of {of} tried over all leaders here, none held before the last third of the record and in it",
            of=of,
        )
    return because(
        "of {of} tried over all leaders here, held before the last third of the record and in it: {n}",
        of=of,
        n=n,
    )


def _row(ego: Ego, mine: Doings, of: Habit) -> Advised:
    if of.last is None:
        raise ValueError(f"{of.name} does not hold")
    own = HABITS[of.name](mine)
    kept = np.unique(own.conversation[own.kept])
    ends = [abs(one) for one in of.last.interval]
    words = {
        "leaders": counted(of.last.of, "leader", "leaders"),
        "share": number(abs(of.last.value), "share"),
        "range": between(min(ends), max(ends), "change"),
        "n": len(kept),
        "of": counted(len(np.unique(own.conversation)), "conversation", "conversations"),
    }
    more = because(
        "in the last third of the record {share} more people never met came so ({range}, over {leaders}) than to "
        "conversations just like them, and before it more too; the leader did so in {n} of {of} compared",
        **words,
    )
    fewer = because(
        "in the last third of the record {share} fewer people never met came so ({range}, over {leaders}) than to "
        "conversations just like them, and before it fewer too; the leader did so in {n} of {of} compared",
        **words,
    )
    rows = np.flatnonzero(own.kept)
    best = rows[np.argsort(-own.brought[rows], kind="stable")][:EVIDENCE]
    return Advised(
        "habit",
        of.name,
        of.last.value,
        of.last.interval,
        more if of.last.value > 0 else fewer,
        shown(ego, list(dict.fromkeys(own.item[best].tolist()))),
        NAMES[of.name],
    )
