"""Two tests against chance: did people join because their contacts had; is the position more than ties would give?"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from influence.chance.null_networks import position_against_chance
from influence.chance.p_values import discoveries
from influence.chance.shuffle_test import ShuffleTest, shuffle_test
from influence.chance.thread_test import Contacts, Threads, ThreadTest, contacts, thread_test, threads
from influence.contract.details.against_chance import ByChance, InfluenceTest, PositionByChance, Textbook
from influence.contract.findings import Finding
from influence.contract.language import because
from influence.contract.measures import Definition, finds
from influence.kernels.arrays import Floats, Ints
from influence.measures.reach import NO_TIMES
from influence.network.responses import Log
from influence.times import HOUR

if TYPE_CHECKING:
    from influence.reach.ego import Ego

FEWEST_TELLING = 30
"""Moments in which those left differed in how many contacts were active: with fewer, too little to say."""
FEWEST_ACTIVATED = 10
MOST_STEPS, FEWEST_SHUFFLES = 40_000_000, 199
"""Contacts that all shuffles may look at together, and the fewest shuffles; where contacts are many they are fewer."""
MOST_PLACES, FEWEST_WALKS = 8_000_000, 499
"""People of threads whom all orders drawn may hold together, and the fewest orders."""
CERTAIN = 0.05
MORE_THAN_CHANCE = because(
    "people took up the leader's threads sooner once contacts of theirs had: more than chance gives"
)
LIKE_CHANCE = because("this cannot be told apart from chance")


@finds(
    influence_test=Definition(
        "whether people take up the leader's threads sooner once their contacts have, against chance",
        label="Influence test",
        meaning=(
            "Did people join because their contacts had? The exponent α: a person of whose contacts a are already "
            "in a conversation of the leader's is (a + 1)^α times as likely to be the next to come. 0 is no "
            "influence. p: how often orders drawn by chance give as much."
        ),
        unit="exponent",
        family="How well does it hold?",
    ),
)
def influence_test(ego: Ego) -> dict[str, Finding]:
    """Test whether people come to the leader's threads because contacts of theirs came, or as chance would have it.

    A thread is a conversation in which the leader wrote; a person takes it up with their first valid response
    in it in the window. Contacts are pairs who had exchanged a response, either way, anywhere, before the thread
    was first taken up; the leader, active for everybody from the beginning, and bots are left out. The value is
    α of `influence.chance.thread_test`: a person with a contacts in the thread already is (a + 1)^α times as likely
    to be the next; 0 is no influence; its interval is α ± 1.96 standard errors. `detail.p` is how often orders drawn
    by chance give as much ((1 + #{≥}) / (1 + draws), at least 1,000 draws, 499 of very many people); `by_chance` the
    2.5, 50 and 97.5 % points of theirs. `textbook` is the same question asked of each person's first response in the
    window and of everybody at risk (Anagnostopoulos, Kumar & Mahdian 2008, doi:10.1145/1401890.1401897); it takes it
    for influence when contacts like the same threads.

    Too little to say with fewer than 30 telling moments. People who are alike in ways that no log
    shows also come together (Shalizi & Thomas 2011, doi:10.1177/0049124111404820): the test says what is
    more than chance, not what caused it.
    """
    if not ego.dated:
        return {"influence_test": Finding("influence_test", None, "exponent", reason=NO_TIMES)}
    asked = question(ego)
    draws, seed = max(1000, ego.settings.draws), ego.settings.seed
    walks = min(draws, max(FEWEST_WALKS, MOST_PLACES // max(len(asked.taken.person), 1)))
    test = (
        thread_test(asked.taken, asked.known, asked.hours, draws=walks, seed=seed)
        if len(asked.taken.person)
        else None
    )
    return {"influence_test": _finding(asked, test, draws, seed)}


@dataclass(frozen=True)
class Question:
    """What is asked: who took up which thread when, who knew whom, everybody's hours, everybody's first time."""

    taken: Threads
    known: Contacts
    hours: Floats
    person: Ints
    first: Ints


def question(ego: Ego) -> Question:
    """Gather what the tests need from a leader's window."""
    drawn, unit, log = ego.drawn, ego.unit, ego.log
    inside = unit >= 0
    thread, person, time = unit[inside], drawn.person[inside].astype(np.int64), drawn.time[inside]
    taken = threads(thread, person, time, _opened(log, thread), seed=ego.settings.seed)
    order = np.lexsort((drawn.time, drawn.person))
    people, first = np.unique(drawn.person[order], return_index=True)
    known = _known(log, len(ego.people), ego.nobody)
    return Question(taken, known, _hours(log, ego), people.astype(np.int64), drawn.time[order][first])


def _opened(log: Log, thread: Ints) -> Ints:
    """Return when the conversation of each response began."""
    codes, first = np.unique(log.items.conversation, return_index=True)
    began: Ints = log.items.time[first][np.searchsorted(codes, thread)]
    return began


def _known(log: Log, people: int, nobody: frozenset[int]) -> Contacts:
    counted = log.counted()
    out = np.fromiter(nobody, np.int64, len(nobody))
    kept = ~np.isin(counted.target, out) & ~np.isin(counted.responder, out)
    return contacts(counted.target[kept], counted.responder[kept], counted.time[kept], people)


def _hours(log: Log, ego: Ego) -> Floats:
    """Count when in the day (UTC) each person responded to others, outside the leader's threads."""
    counted = log.counted()
    elsewhere = ~np.isin(log.items.conversation[counted.item], np.unique(ego.unit[ego.unit >= 0]))
    cell = counted.responder[elsewhere].astype(np.int64) * 24 + counted.time[elsewhere] // HOUR % 24
    counts = np.bincount(cell, minlength=len(ego.people) * 24).reshape(-1, 24)
    return counts.astype(np.float64)


def _finding(asked: Question, test: ThreadTest | None, draws: int, seed: int) -> Finding:
    telling = test.telling if test else 0
    detail = InfluenceTest(
        telling=telling,
        threads=len(asked.taken.start) - 1,
        threads_of=asked.taken.of,
        people=test.people if test else 0,
    )
    if test is None or telling < FEWEST_TELLING:
        reason = because(
            "too little to say: {why}",
            why=because(
                "{n} moments at which the order could tell, {least} needed", n=telling, least=FEWEST_TELLING
            ),
        )
        return Finding("influence_test", None, "exponent", reason=reason, detail=detail)
    detail = replace(
        detail,
        p=test.p,
        one_step=test.one_step,
        by_chance=_points(test.by_chance),
        draws=len(test.by_chance),
        cut=asked.taken.cut,
        says=MORE_THAN_CHANCE if test.p <= CERTAIN else LIKE_CHANCE,
        textbook=_textbook(asked, draws, seed),
    )
    margin = 1.959964 * test.error
    interval = (test.alpha - margin, test.alpha + margin)
    return Finding("influence_test", test.alpha, "exponent", interval=interval, detail=detail)


def _textbook(asked: Question, draws: int, seed: int) -> Textbook:
    if len(asked.person) < FEWEST_ACTIVATED:
        return Textbook(
            reason=because(
                "too little to say: {why}",
                why=because(
                    "{n} people responded, {least} needed", n=len(asked.person), least=FEWEST_ACTIVATED
                ),
            )
        )
    steps = int(np.diff(asked.known.indptr)[asked.person].sum())
    fewer = min(draws, max(FEWEST_SHUFFLES, MOST_STEPS // max(steps, 1)))
    test: ShuffleTest = shuffle_test(asked.person, asked.first, asked.known, draws=fewer, seed=seed)
    points = _points(test.by_chance)
    return Textbook(test.alpha, test.p, points, test.activated, draws=fewer if fewer < draws else None)


def _points(values: Floats) -> tuple[float, float, float]:
    low, middle, high = np.quantile(values, [0.025, 0.5, 0.975]).tolist()
    return low, middle, high


MOST_TIES = 20_000
"""Networks with more ties take longer to draw again than a report may: 199 draws of 10 swaps a tie."""
DRAWN_NETWORKS = 199


@finds(
    position_by_chance=Definition(
        "whether the leader's position is more than everybody's number of ties would give by chance",
        label="Position by chance",
        meaning=(
            "Is the position more than the number of ties would give? The smallest p, adjusted for asking four "
            "times, that the leader's position is what everybody's number of ties would give by chance."
        ),
        unit="p-value",
        family="How well does it hold?",
    ),
)
def position_by_chance(ego: Ego) -> dict[str, Finding]:
    """Compare the leader's position with that in networks drawn by chance, in which all keep their number of ties.

    The value is the smallest p after Benjamini & Hochberg's adjustment over PageRank, constraint, clustering and
    reciprocity; `detail` holds for each `value`, `mean` and `points` (2.5, 50, 97.5 %) by chance, `z`,
    `p` (two-sided) and whether it is a discovery at q = 0.05. 199 degree-preserving draws of 10 swaps a tie
    (Gauvin et al. 2022, doi:10.1137/19M1242252; `influence.chance.null_networks`). Too many ties for a report (over
    20,000), or no ties: None with the reason.
    """
    network, person = ego.network, ego.person
    reason = None
    if person not in network:
        reason = because("this person is not in the network of responses")
    elif network.size() > MOST_TIES:
        reason = because(
            "{n} ties are too many to draw again in a report (at most {most}); ask "
            "influence.chance.null_networks.position_against_chance",
            n=int(network.size()),
            most=MOST_TIES,
        )
    if reason is not None:
        return {"position_by_chance": Finding("position_by_chance", None, "p-value", reason=reason)}
    found = position_against_chance(network, person, draws=DRAWN_NETWORKS, seed=ego.settings.seed)
    p_values = [one.p for one in found.values()]
    told = {
        name: ByChance(
            one.value, float(one.by_chance.mean()), _points(one.by_chance), one.z, one.p, discovery
        )
        for (name, one), discovery in zip(found.items(), discoveries(p_values), strict=True)
    }
    adjusted = min(p * len(p_values) / rank for rank, p in enumerate(sorted(p_values), 1))
    detail = PositionByChance(**told)
    return {"position_by_chance": Finding("position_by_chance", min(1.0, adjusted), "p-value", detail=detail)}
