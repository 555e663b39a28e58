"""Which likely pairs are joined, which are asked about, and why not the others."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import pyarrow as pa

from influence.people.accounts import guards
from influence.people.linkage.profiles import Record
from influence.people.linkage.score import Pair, records_of
from influence.people.names import contradict

UPPER, LOWER = 0.9, 0.2
"""From UPPER two groups are linked; from LOWER up to it somebody is asked."""
_CLUSTER_CAP = 8
"""More groups than this are not linked into one person."""
_CLEARLY = 7.0
"""Of two namesakes one is clearly the better match if its weight is this much more (128 times as likely)."""
_BETTER = 3.0
"""The same of two who may be one person themselves (8 times as likely)."""


@dataclass(frozen=True)
class Doubt:
    """A pair that somebody should look at, and why it was not linked."""

    pair: Pair
    reason: str


@dataclass(frozen=True)
class Choice:
    """Which pairs are linked, the likeliest first, and which go to review."""

    linked: tuple[Pair, ...] = ()
    review: tuple[Doubt, ...] = ()


def choose(
    pairs: Iterable[Pair],
    profiles: pa.Table,
    *,
    upper: float = UPPER,
    lower: float = LOWER,
    cap: int = _CLUSTER_CAP,
) -> Choice:
    """Say which pairs are linked and which somebody must be asked about, the likeliest first; the rest is left.

    `pairs` are all that `candidates` found: the unlikely ones speak against others. A link is not made but asked
    about where it would make a person of more than `cap` groups, join groups that were compared and found
    unlikely or mostly never compared, join namesakes of one organisation or choose between them without one being
    clearly the better match, join two of two organisations who are asked about themselves by somebody outside, or
    tell whose an account of X or Reddit is: their terms ask for a recorded reason.

    >>> from influence.people.linkage.profiles import PROFILES
    >>> rows = [{"group": who, "names": ["Bo Ek"], "accounts": [who]} for who in ("x:12", "email:bo@ek.example")]
    >>> found = [Pair("email:bo@ek.example", "x:12", 0.99, 14.0)]
    >>> [each.reason for each in choose(found, pa.Table.from_pylist(rows, PROFILES)).review]
    ['an account of X needs a reason: self-published, public record or consent']
    """
    ordered = sorted(pairs, key=lambda pair: (-pair.weight, pair.one, pair.other))
    linking = _Linking(
        {record.group: record for record in records_of(profiles)}, ordered, (lower, upper), cap
    )
    linked, review = [], []
    for pair in ordered:
        if pair.probability < lower or linking.two(pair):
            continue
        doubt = "likely, but not sure" if pair.probability < upper else linking.doubt(pair)
        if doubt:
            review.append(Doubt(pair, doubt))
        elif linking.link(pair):
            linked.append(pair)
    return Choice(tuple(linked), tuple(review))


class _Linking:
    """Clusters as they grow, and what forbids them to."""

    def __init__(
        self, records: dict[str, Record], pairs: Sequence[Pair], bounds: tuple[float, float], cap: int
    ) -> None:
        self._records, (self._lower, self._upper), self._cap = records, bounds, cap
        self._scored = {(pair.one, pair.other): pair for pair in pairs}
        self._near: dict[str, list[Pair]] = defaultdict(list)
        for pair in pairs:
            self._near[pair.one].append(pair)
            self._near[pair.other].append(pair)
        self._cluster: dict[str, list[str]] = {}

    def _of(self, group: str) -> list[str]:
        return self._cluster.setdefault(group, [group])

    def two(self, pair: Pair) -> bool:
        """Tell whether names say that these are two people, as in one family or firm; one handle leaves it open."""
        one, other = self._records[pair.one], self._records[pair.other]
        return _contrary(one, other) and not one.handles & other.handles

    def doubt(self, pair: Pair) -> str | None:
        """Return why a likely pair should not be linked without asking; None if nothing speaks against it."""
        one, other = self._records[pair.one], self._records[pair.other]
        if services := guards(one.systems | other.systems):
            names = " and ".join(services)
            return f"an account of {names} needs a reason: self-published, public record or consent"
        if _contrary(one, other):
            return "one handle, but first names, initials or suffixes that are two people's"
        if _namesakes(one, other):
            return "one name, one organisation, and yet two accounts of one system: perhaps namesakes"
        for outside, inside in ((pair.one, pair.other), (pair.other, pair.one)):
            if rival := self._rival(pair, outside, inside):
                return f"{outside} also fits {rival}, who may be somebody else than {inside}"
        return self._too_much(self._of(pair.one), self._of(pair.other))

    def _rival(self, pair: Pair, outside: str, inside: str) -> str | None:
        house = self._records[outside].places & self._records[inside].places
        for other in self._near[outside]:
            rival = other.other if other.one == outside else other.one
            ahead = pair.weight - other.weight
            if rival == inside or other.probability < self._lower or ahead >= _CLEARLY:
                continue
            if self._apart(inside, rival) or (not house and ahead < _BETTER and self._open(inside, rival)):
                return rival
        return None

    def _open(self, one: str, other: str) -> bool:
        """Tell whether two of two organisations were compared and are asked about: no third answers that for them."""
        scored = self._scored.get((min(one, other), max(one, other)))
        mine, theirs = self._records[one].places, self._records[other].places
        elsewhere = bool(mine and theirs) and not mine & theirs
        return elsewhere and scored is not None and scored.probability < self._upper

    def _apart(self, one: str, other: str) -> bool:
        scored = self._scored.get((min(one, other), max(one, other)))
        unlikely = scored is not None and scored.probability < self._lower
        mine, theirs = self._records[one], self._records[other]
        return unlikely or _namesakes(mine, theirs) or _contrary(mine, theirs)

    def _too_much(self, ones: list[str], others: list[str]) -> str | None:
        if ones is others:
            return None
        if len(ones) + len(others) > self._cap:
            return f"more than {self._cap} accounts or people would become one person"
        compared = 0
        for one in ones:
            for other in others:
                if self._apart(one, other):
                    return f"it would also join {one} and {other}, who are unlikely to be one person"
                compared += (min(one, other), max(one, other)) in self._scored
        return (
            None
            if 2 * compared >= len(ones) * len(others)
            else "it would join people who have nothing in common"
        )

    def link(self, pair: Pair) -> bool:
        """Join two clusters; False if they are one already."""
        ones, others = self._of(pair.one), self._of(pair.other)
        if ones is others:
            return False
        ones += others
        for group in others:
            self._cluster[group] = ones
        return True


def _namesakes(one: Record, other: Record) -> bool:
    return bool(one.fulls & other.fulls and one.places & other.places)


def _contrary(one: Record, other: Record) -> bool:
    """Tell whether every name given for one contradicts every name given for the other."""
    given = one.own_name and other.own_name
    return given and all(contradict(first, second) for first in one.names for second in other.names)
