"""Comparing people, and saying when they cannot be told apart. Never a ranking: people come in order of their id."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import asdict, dataclass, field
from itertools import combinations
from typing import Any

import numpy as np

from influence.chance.bootstrap import conversation_draws
from influence.chance.intervals import interval
from influence.chance.p_values import discoveries
from influence.contract.errors import InfluenceError
from influence.contract.findings import Finding
from influence.contract.headline import unsure
from influence.contract.language import recognised, translated
from influence.contract.showing import compared_html, label_of, more_of, number_of
from influence.contract.wording import between
from influence.kernels.arrays import Floats, Ints
from influence.measures.reach import FEWEST_CONVERSATIONS, TOO_FEW, four_steps
from influence.reach.ego import Ego

FALSE_SHARE = 0.05
"""q: at most this share of the differences that are called so may be false."""
MOST_PEOPLE = 30
DIGITS = 9
"""A difference in the last digits of a sum is none."""
COMPARED = {"reach_4": "people", "beyond_share": "share"}
NO_TIMES = "an undated network has no conversations to draw again, so nothing says how sure a difference is"
NOT_APART = "cannot be told apart"
TURNS = "cannot be told apart: the answer turns with whom the unknown people have met"
UNSIZED = (
    "if the unknown people have met the one as seldom as the other; of most of them nothing tells, so by how many "
    "cannot be said"
)
ONE_WINDOW = (
    "What is compared is one window and what was brought into this workspace; people whose work leaves other traces "
    "are not comparable by it."
)


class CohortError(InfluenceError):
    """Why these people cannot be compared, in one sentence."""


@dataclass(frozen=True)
class Difference:
    """One measure of one person less that of another: its 95 % interval, p, and whether they are told apart."""

    measure: str
    one: str
    other: str
    value: float | None
    interval: tuple[float, float] | None
    p: float | None
    apart: bool
    words: str

    @property
    def turns(self) -> bool:
        """Whether the answer turns with whom the unknown people have met."""
        return self.words == TURNS


@dataclass(frozen=True, repr=False)
class Comparison:
    """What was found about each person, by id, and every difference; `reasons` are the limits of it."""

    people: Mapping[str, Mapping[str, Finding]]
    differences: tuple[Difference, ...]
    reasons: tuple[str, ...] = ()
    names: Mapping[str, str] = field(default_factory=dict)

    def __repr__(self) -> str:
        """Name the comparison; all that it holds would fill screens."""
        return f"<Comparison of {', '.join(map(repr, self.people))}: {len(self.differences)} differences>"

    def __str__(self) -> str:
        """Say every difference in words."""
        return "\n".join(self._told())

    def _repr_html_(self) -> str:
        """Show the comparison in a notebook: everybody's numbers, then the differences and their limits in words."""
        heads = (translated("Person"), *map(label_of, COMPARED))
        rows = [
            (self._name(person), *(_in_a_cell(findings.get(name)) for name in COMPARED))
            for person, findings in self.people.items()
        ]
        return compared_html(heads, rows, self._told(), map(translated, self.reasons))

    def _told(self) -> list[str]:
        """Say of each difference between whom and in what it is; of those told apart the words say so already."""
        pattern = translated("{measure}, {one} and {other}: {words}")
        return [
            one.words
            if one.apart
            else pattern.format(
                measure=label_of(one.measure),
                one=self._name(one.one),
                other=self._name(one.other),
                words=recognised(one.words),
            )
            for one in self.differences
        ]

    def _name(self, person: str) -> str:
        return self.names.get(person, person)

    def as_json(self) -> dict[str, Any]:
        """Return everything as JSON-able values; people in order of their id."""
        return {
            "schema": "influence.comparison/1",
            "people": {
                person: {"name": self.names.get(person, person)}
                | {name: finding.as_json() for name, finding in findings.items()}
                for person, findings in self.people.items()
            },
            "differences": [asdict(one) for one in self.differences],
            "reasons": list(self.reasons),
        }


def _in_a_cell(finding: Finding | None) -> str:
    return "" if finding is None else "; ".join((number_of(finding), *more_of(finding)))


def compare(egos: Sequence[Ego], *, q: float = FALSE_SHARE, draws: int | None = None) -> Comparison:
    """Compare reach_4 and beyond_share between people in one window.

    Whole conversations are drawn with replacement, the same for all people (`chance.conversation_draws`): what two
    people share moves both. A difference has its 95 % percentile interval and p = 2 · min(share of draws ≤ 0,
    share ≥ 0), with (1 + #) / (1 + B); two people are told apart where Benjamini and Hochberg's procedure at q over
    all differences finds it, and where it does not turn round when all the unknown are met, or none.
    B is at least the settings' draws and 2 · differences / q, so that p can be small enough.

    Sources: Efron and Tibshirani 1993, chapter 13; Benjamini and Hochberg 1995,
    doi:10.1111/j.2517-6161.1995.tb02031.x.

    Raises:
        CohortError: fewer than two or more than 30 people, one of them twice, or different windows.
    """
    _refuse(egos)
    egos = sorted(egos, key=lambda ego: ego.person)
    pairs = list(combinations(range(len(egos)), 2))
    enough = int(np.ceil(2 * len(pairs) * len(COMPARED) / q))
    sums = _sums(egos, max(draws or egos[0].settings.draws, enough))
    found = [_of_one(ego) for ego in egos]
    differences = [
        _difference(
            measure, egos[i], egos[j], (found[i][measure], found[j][measure]), _less(sums, measure, i, j)
        )
        for measure in COMPARED
        for i, j in pairs
    ]
    names = {ego.person: ego.people.who[ego.leader].name for ego in egos}
    doubtful = {ego.person for ego, mine in zip(egos, found, strict=True) if unsure(mine["reach_4"])}
    return Comparison(
        {ego.person: findings for ego, findings in zip(egos, found, strict=True)},
        tuple(_told_apart(differences, q, names, doubtful)),
        (ONE_WINDOW,) if sums is not None else (ONE_WINDOW, NO_TIMES),
        names,
    )


def _refuse(egos: Sequence[Ego]) -> None:
    people = [ego.person for ego in egos]
    if not 2 <= len(people) <= MOST_PEOPLE:
        raise CohortError(f"a comparison is of 2 to {MOST_PEOPLE} people, not {len(people)}")
    twice = next((person for person in people if people.count(person) > 1), None)
    if twice is not None:
        raise CohortError(f"{twice} is named twice; a comparison is of different people")
    if any(ego.population is not egos[0].population or ego.window != egos[0].window for ego in egos):
        raise CohortError("people are compared in one window of one workspace")


def _sums(egos: Sequence[Ego], draws: int) -> Floats | None:
    """Draw reach_2, reach_3 and reach_4 of everybody (draws × 3 columns a person) with the same conversations."""
    if not egos[0].dated or any(ego.drawn.undated for ego in egos):
        return None
    items = egos[0].log.items
    leaders = [ego.leader for ego in egos]
    theirs = np.unique(items.conversation[np.isin(items.author, leaders)])
    units, people, weights, known = [], [], [], 0
    for i, ego in enumerate(egos):
        units.append(_units(ego, theirs))
        place = {alter.person: known + row for row, alter in enumerate(ego.found)}
        people.append(np.array([place[person] for person in ego.drawn.person.tolist()], np.int64))
        own = np.zeros((len(ego.found), 3 * len(egos)))
        own[:, 3 * i : 3 * i + 3] = [a.weights for a in ego.found] or np.zeros((0, 3))
        weights.append(own)
        known += len(ego.found)
    unit = np.concatenate(units)
    begun = np.isin(items.author, leaders) & egos[0].window.holds(items.time)
    silent = len(np.setdiff1d(items.conversation[begun], unit))
    seed = egos[0].settings.seed
    return conversation_draws(
        unit, np.concatenate(people), np.concatenate(weights), silent=silent, draws=draws, seed=seed
    )


def _units(ego: Ego, theirs: Ints) -> Ints:
    """Return the conversation of each touch; a mention outside anybody's conversations is one of its own."""
    conversation = ego.log.items.conversation[ego.drawn.item]
    return np.where(np.isin(conversation, theirs), conversation, -1 - ego.drawn.item)


def _of_one(ego: Ego) -> dict[str, Finding]:
    """Return what a report on that person says: drawn with others', the same number would have another interval."""
    findings = four_steps(ego)
    return {name: findings[name] for name in COMPARED}


def _less(sums: Floats | None, measure: str, one: int, other: int) -> Floats | None:
    """Return the draws of one person's measure less the other's; None where it is not defined in every draw."""
    if sums is None:
        return None
    mine, theirs = (_drawn(sums[:, 3 * i : 3 * i + 3], measure) for i in (one, other))
    return None if mine is None or theirs is None else np.round(mine - theirs, DIGITS)


def _drawn(sums: Floats, measure: str) -> Floats | None:
    four, total = sums[:, 2], sums.sum(axis=1)
    if measure == "reach_4":
        return four
    return four / total if (total > 0).all() else None


def _difference(
    measure: str, one: Ego, other: Ego, found: tuple[Finding, Finding], draws: Floats | None
) -> Difference:
    mine, theirs = found
    few = draws is not None and any(ego.conversations < FEWEST_CONVERSATIONS for ego in (one, other))
    if few or mine.value is None or theirs.value is None or draws is None:
        reasons = dict.fromkeys(reason for reason in (mine.reason, theirs.reason) if reason)
        reason = TOO_FEW if few else "; ".join(reasons) or NO_TIMES
        value = (
            None if mine.value is None or theirs.value is None else round(mine.value - theirs.value, DIGITS)
        )
        return Difference(
            measure, one.person, other.person, value, None, None, False, f"cannot tell: {reason}"
        )
    value = round(mine.value - theirs.value, DIGITS)
    low, high = interval(draws)
    fewer = 1 + min(int((draws <= 0).sum()), int((draws >= 0).sum()))
    p = min(1.0, 2 * fewer / (1 + draws.size))
    turned = [
        value * (getattr(mine, bound) - getattr(theirs, bound)) < 0
        for bound in ("low", "high")
        if getattr(mine, bound) is not None and getattr(theirs, bound) is not None
    ]
    held = (min(low, value), max(high, value))
    return Difference(
        measure,
        one.person,
        other.person,
        value,
        held,
        p,
        not any(turned),
        TURNS if any(turned) else NOT_APART,
    )


def _told_apart(
    differences: Sequence[Difference], q: float, names: Mapping[str, str], doubtful: Set[str]
) -> list[Difference]:
    """Decide over all differences together which are told apart, and say it in words."""
    tested = [one for one in differences if one.p is not None]
    decided = dict(zip(map(id, tested), discoveries([one.p or 0.0 for one in tested], q), strict=True))
    return [
        _said(
            one, one.apart and decided.get(id(one), False), names, sized=not doubtful & {one.one, one.other}
        )
        for one in differences
    ]


def _said(one: Difference, apart: bool, names: Mapping[str, str], *, sized: bool) -> Difference:
    """Say who has more, and by how much; not by how much where of most people of either nothing tells."""
    words = one.words
    if apart and one.value is not None and one.interval is not None:
        more, fewer = (one.one, one.other) if one.value > 0 else (one.other, one.one)
        low, high = sorted(abs(edge) for edge in one.interval)
        size = between(low, high, COMPARED[one.measure])
        what, noun = ("reach beyond", " people") if one.measure == "reach_4" else ("of a share beyond", "")
        words = f"{names[more]} has more {what} than {names[fewer]}, "
        words += f"by {size}{noun}" if sized else UNSIZED
    return Difference(one.measure, one.one, one.other, one.value, one.interval, one.p, apart, words)
