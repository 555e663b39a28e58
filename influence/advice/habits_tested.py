"""Which habits hold over all leaders of a record, and the leader's own conversations that show them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from influence.advice.acted import Acted
from influence.advice.habits_compared import HABITS, Comparison, Doings
from influence.advice.topics import EVIDENCE, Advised, shown
from influence.advice.twice import FEWEST_LEADERS, FEWEST_ON_A_SIDE, Compare, Tried, found_twice, kept
from influence.contract.language import because
from influence.contract.wording import between, counted, number
from influence.times import Window

if TYPE_CHECKING:
    from influence.reach.ego import Ego
    from influence.reach.population import Population

NAMES = {
    "answer_sooner": because("answering others within a day"),
    "come_back": because("coming back to a conversation of one's own"),
    "ask": because("asking instead of telling"),
    "name_others": because("naming others"),
    "morning": because("writing between 6 and 12 o'clock"),
    "afternoon": because("writing between 12 and 18 o'clock"),
    "evening": because("writing between 18 and 6 o'clock"),
}


def tried(acted: Acted, window: Window, delta: int, seed: int = 1) -> tuple[Tried, ...]:
    """Try all habits on a record: what is found before its last third must be found in it again."""

    def of(habit: Callable[[Doings], Comparison]) -> Compare:
        return lambda part: habit(doings(part))

    @cache
    def doings(part: Window) -> Doings:
        return Doings(acted, window, part, delta, seed)

    return found_twice(window, {name: of(habit) for name, habit in HABITS.items()})


def habits_of(population: Population, window: Window, delta: int) -> tuple[Tried, ...]:
    """Try all habits on a window; what was found of it before is taken from what is kept."""

    def make() -> tuple[Tried, ...]:
        return tried(Acted.of(population, window), window, delta, population.settings.seed)

    return kept(population, window, "habits", make)


# --- in words -----------------------------------------------------------------------------------------------


def habit_rows(ego: Ego) -> tuple[list[Advised], str]:
    """Return the habits that hold over all leaders, with the leader's own conversations that show them; what was tried.

    `gain` and `interval` are those of the last third of the record.
    """
    found = habits_of(ego.population, ego.window, ego.passing.delta)
    holding = [one for one in found if one.holds]
    if not holding:
        return [], _in_words(found)
    mine = Doings(
        Acted.of(ego.population, ego.window, [ego.leader]), ego.window, ego.window, ego.passing.delta
    )
    return [_row(ego, mine, one) for one in holding], _in_words(found)


def _in_words(found: Sequence[Tried]) -> str:
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


def _row(ego: Ego, mine: Doings, of: Tried) -> Advised:
    if of.last is None:
        raise ValueError(f"{of.name} does not hold")
    own = HABITS[of.name](mine)
    did = np.unique(own.conversation[own.kept])
    ends = [abs(one) for one in of.last.interval]
    words = {
        "leaders": counted(of.last.of, "leader", "leaders"),
        "share": number(abs(of.last.value), "share"),
        "range": between(min(ends), max(ends), "change"),
        "n": len(did),
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
