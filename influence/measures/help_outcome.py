"""What became of those who got help: outcomes of people who asked and were answered, beside those who were not."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from influence.chance.intervals import wilson
from influence.chance.strata import risk_difference
from influence.contract.details.help_outcome import Asking, HelpOutcome
from influence.contract.findings import Finding
from influence.contract.language import because
from influence.contract.measures import Definition, finds
from influence.kernels.arrays import Flags, Ints
from influence.measures.asked import ASKED_AT_ONCE, said_in
from influence.measures.peers import Share, difference
from influence.measures.reach import NO_TIMES
from influence.network.requests import letters_to
from influence.people.stated import told_by_tables
from influence.settings import Settings

if TYPE_CHECKING:
    from influence.reach.ego import Ego

NAME, UNIT = "help_outcome", "percentage points"
STRATA = (1, 2, 4, 10)
"""People who asked once, two or three times, four to nine times, and more often are compared among themselves."""
FEWEST = 10
"""With fewer people on a side, among those who asked about as often, there is too little to say."""
LISTED = 10
NO_OUTCOMES = because(
    "no outcome of anybody outside is known; a people table states it in the column outcome, in the words of "
    "[outcomes] in influence.toml"
)
NOBODY_ASKED = because("nobody outside whose outcome is known asked anything in this window")
TOO_FEW = because(
    "too few to compare: of the people outside whose outcome is known, at least 10 who were answered and 10 who were "
    "not have to have asked about as often"
)


@dataclass(frozen=True)
class Outcomes:
    """By person code whether the outcome is good; who has an outcome that is no known word, or two that disagree.

    `words` counts the people of each unknown word.
    """

    good: Mapping[int, bool]
    unclear: frozenset[int]
    contradicting: frozenset[int]
    words: Mapping[str, int]


@finds(
    help_outcome=Definition(
        "how many more of those who asked and were answered did well, compared with those who were not answered",
        label="Outcome of help",
        meaning=(
            "Of the people outside who asked the organisation something and whose outcome a people table states: the "
            "share with a good outcome among those who were answered, less that among those who were not, compared "
            "among people who asked about as often."
        ),
        reading=(
            "Above 0: more of those helped did well, which is consistent with help that helps. Who is answered may "
            "also be who was doing well."
        ),
        unit=UNIT,
        family="Exchange",
    ),
)
def help_outcome(ego: Ego) -> dict[str, Finding]:
    """Compare the outcomes of people outside who asked and were answered with those of people who were not.

    Asked is who said something in the window that names or answers anybody of the organisation (its spheres team,
    department and company, the leader, the accounts under `[brand]`), or is addressed to at most eight people of whom
    one is of it; mass mail aside. Helped is whom anybody of the organisation, bots aside, answered in words in the
    window. The value is the Mantel–Haenszel difference of the shares of good outcomes over strata of how often people
    asked (`STRATA`), in percentage points, with its score interval (`chance.strata`): who asks more often is answered
    at least once more often, whatever became of them. Outcomes have no date, so that some may have been known before.
    None with fewer than ten helped, or ten who were not, in strata that have both.
    """
    if not ego.dated:
        return {NAME: Finding(NAME, None, UNIT, reason=NO_TIMES)}
    inside = _organisation(ego)
    told = told_by_tables(ego.tables).outcomes
    outside = {code: words for code, words in told.items() if not inside[code] and code not in ego.bots}
    found = outcomes(outside, ego.settings)
    detail = _counted(found, stated=len(outside))
    if not found.good:
        return {NAME: Finding(NAME, None, UNIT, reason=NO_OUTCOMES, detail=detail)}
    people = np.array(sorted(found.good), np.int64)
    asked, answered = requests(ego, people, inside)
    if not asked.any():
        return {NAME: Finding(NAME, None, UNIT, reason=NOBODY_ASKED, detail=detail)}
    good = np.array([found.good[code] for code in people.tolist()], bool)
    return {NAME: _compared(asked, answered > 0, good, detail)}


def _organisation(ego: Ego) -> Flags:
    inside = ego.inside.copy()
    own = [ego.people.account_person.get(account) for account in ego.settings.brand]
    inside[[code for code in own if code is not None]] = True
    return inside


def outcomes(told: Mapping[int, Sequence[str]], settings: Settings) -> Outcomes:
    """Read the outcomes of people by the words and the score of the settings.

    >>> found = outcomes({7: ["Won"], 8: ["lost", "kept"], 9: ["maybe"], 5: ["8"]}, Settings(good_from=7))
    >>> dict(found.good), found.contradicting, found.unclear, dict(found.words)
    ({7: True, 5: True}, frozenset({8}), frozenset({9}), {'maybe': 1})
    """
    good, unclear, contradicting, unknown = {}, set(), set(), Counter[str]()
    for code, words in told.items():
        verdicts = {_verdict(word, settings) for word in words}
        unknown.update({word for word in words if _verdict(word, settings) is None})
        known = verdicts - {None}
        if len(known) == 2:
            contradicting.add(code)
        elif None in verdicts:
            unclear.add(code)
        else:
            good[code] = bool(known.pop())
    return Outcomes(good, frozenset(unclear), frozenset(contradicting), unknown)


def _verdict(word: str, settings: Settings) -> bool | None:
    said = word.strip().casefold()
    for words, verdict in ((settings.good, True), (settings.bad, False)):
        if said in {one.strip().casefold() for one in words}:
            return verdict
    if settings.good_from is None:
        return None
    try:
        score = float(said)
    except ValueError:
        return None
    return score >= settings.good_from if math.isfinite(score) else None


def requests(ego: Ego, people: Ints, inside: Flags) -> tuple[Ints, Ints]:
    """Return how often each of some people outside asked in the window, and how often they were answered."""
    asking = np.zeros(len(inside), bool)
    asking[people] = True
    said = said_in(ego)
    turned = ego.responses.where(asking[ego.responses.responder] & inside[ego.responses.target])
    letters = letters_to(ego.tables, asking, inside, ASKED_AT_ONCE, ego.window)
    item = np.union1d(letters, turned.item[said[turned.item]])
    item = item[~ego.mass_mail.holds(item)]
    links, items = ego.log.counted_links(), ego.log.items
    able = inside.copy()
    able[sorted(ego.bots)] = False
    answers = able[items.author[links.child]] & said[links.child] & np.isin(links.parent, item)
    answers &= items.time[links.child] >= items.time[links.parent]
    answered = np.isin(item, links.parent[answers])
    place = np.searchsorted(people, items.author[item])
    return np.bincount(place, minlength=len(people)), np.bincount(place[answered], minlength=len(people))


def _counted(found: Outcomes, stated: int) -> HelpOutcome:
    words = sorted(found.words.items(), key=lambda row: (-row[1], row[0]))[:LISTED]
    return HelpOutcome(
        stated=stated,
        unclear=len(found.unclear),
        contradicting=len(found.contradicting),
        words=tuple(words),
    )


def _compared(asked: Ints, helped: Flags, good: Flags, detail: HelpOutcome) -> Finding:
    rows = _by_requests(asked, helped, good)
    every, some, others, of_them = (np.array(column) for column in zip(*map(_sides, rows), strict=True))
    detail = replace(
        detail,
        asked=int(every.sum() + others.sum()),
        helped=int(every.sum()),
        helped_good=int(some.sum()),
        others=int(others.sum()),
        others_good=int(of_them.sum()),
        by_requests=rows,
    )
    both = (every > 0) & (others > 0)
    found = risk_difference(some, every, of_them, others)
    if found is None or min(every[both].sum(), others[both].sum()) < FEWEST:
        return Finding(NAME, None, UNIT, reason=TOO_FEW, detail=detail)
    value, (low, high) = found
    one, other = _share(some.sum(), every.sum()), _share(of_them.sum(), others.sum())
    least, most = difference(one, other)
    detail = replace(
        detail,
        crude=100 * (one[0] - other[0]),
        crude_interval=(100 * least, 100 * most),
        apart=not low <= 0 <= high,
    )
    return Finding(NAME, 100 * value, UNIT, interval=(100 * low, 100 * high), detail=detail)


def _sides(row: Asking) -> tuple[int, int, int, int]:
    return row.helped or 0, row.helped_good or 0, row.others or 0, row.others_good or 0


def _share(some: int, of: int) -> Share:
    return float(some / of), wilson(float(some), float(of))


def _by_requests(asked: Ints, helped: Flags, good: Flags) -> tuple[Asking, ...]:
    stratum = np.searchsorted(STRATA, asked, side="right") - 1  # −1: who asked nothing
    return tuple(
        Asking(least, *(int((mask & (stratum == number)).sum()) for mask in _masks(helped, good)))
        for number, least in enumerate(STRATA)
    )


def _masks(helped: Flags, good: Flags) -> tuple[Flags, ...]:
    """Tell who is counted in `Asking`, in its order."""
    return helped, helped & good, ~helped, ~helped & good
