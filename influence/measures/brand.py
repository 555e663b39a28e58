"""Person against brand: who draws more responses, the leader or the organisation's own accounts?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from influence.contract.details.brand import PersonAgainstBrand, Side, SphereSides
from influence.contract.findings import Finding
from influence.contract.language import because
from influence.contract.measures import Definition, finds, near_enough
from influence.kernels.arrays import Flags, Floats, Ints
from influence.measures.cascades import heads
from influence.measures.reach import NO_TIMES
from influence.network.log_queries import items_by, system_of

if TYPE_CHECKING:
    from influence.reach.ego import Ego


NO_BRAND = because(
    "no account is flagged as the organisation's own; name them under [brand] in influence.toml"
)
NOT_HERE = because("none of the accounts flagged as the organisation's own is in this workspace")
SILENT = because("the organisation's accounts made no item in this window")
SAID_NOTHING = because("the leader made no item in this window")
NO_RESPONSE = because("nobody responded to the organisation's accounts, so there is nothing to divide by")
TOO_LITTLE = because("too little to say")
FEWEST = 5
"""With fewer items on a side nothing is known of how much items differ."""
ITSELF = because("the leader is flagged as the organisation's own account")
ALIKE = because("cannot be told apart")
PERSON_MORE, BRAND_MORE = because("the person draws more"), because("the brand draws more")
NAME = "person_against_brand"
UNIT = "times the brand's responses per item"


@dataclass(frozen=True)
class Ratio:
    """Two rates compared: `value` is the first over the second, `low` and `high` its interval.

    `value` and `high` are None where they are beyond all bounds: nothing was drawn on the second side.
    """

    value: float | None
    low: float
    high: float | None

    @property
    def verdict(self) -> str:
        """Say which of the two draws more, if the interval parts them."""
        if self.low > 1:
            return PERSON_MORE
        return BRAND_MORE if self.high is not None and self.high < 1 else ALIKE


@dataclass(frozen=True)
class Drawn:
    """What some items drew: `items` of them; one row a response: which item it answers, and who responds."""

    items: int
    item: Ints
    responder: Ints

    def counts(self, mask: Flags | None = None) -> Ints:
        """Return how many responses each item drew, of those that a mask chooses."""
        chosen = self.item if mask is None else self.item[mask]
        return np.bincount(chosen, minlength=self.items)


@near_enough
@finds(
    person_against_brand=Definition(
        "how many times the responses per item of the organisation's accounts the leader draws",
        label="Person against brand",
        meaning=(
            "How many times the responses per item of the organisation's own accounts an item by the "
            "leader draws."
        ),
        reading="Above 1: the person draws more. Where the interval holds 1 they cannot be told apart.",
        unit="times the brand's responses per item",
        family="Exchange",
    ),
)
def person_against_brand(ego: Ego) -> dict[str, Finding]:
    """Compare how many responses an item by the leader and an item by the organisation's own accounts draws.

    The accounts are those of the setting `[brand] accounts`. See `against`.
    """
    return {"person_against_brand": against(ego, ego.settings.brand)}


def against(ego: Ego, brand: Sequence[str]) -> Finding:
    """Return the leader's rate of responses over that of the accounts named, in responses per item of each.

    rate = counted responses in the window to items of the window / items (no reactions, follows or views; what
    only continues an own item is one with it).
    Responses by bots, by the leader and by the brand are left out. The 95 % interval is that of `rate_ratio`.
    `detail` has the `verdict` ("cannot be told apart" where the interval holds 1, "too little to say" where
    a side has fewer than five items), `person` and `brand` (items, responses, people, rate), `at_least` (the
    lower edge where there is no upper one), `not_here` (accounts that nobody here has), and `spheres`: the
    same for the responses of each sphere, with intervals that hold for all of them together (Bonferroni).
    """
    if not brand:
        return _unknown(NO_BRAND)
    if not ego.dated:
        return _unknown(NO_TIMES)
    codes, missing = ego.people.owners(brand)
    not_here = tuple(missing) or None
    if not codes or ego.leader in codes:
        return _unknown(ITSELF if codes else NOT_HERE, not_here)
    person, other = drawn_by(ego, {ego.leader}, codes), drawn_by(ego, codes, codes)
    if not person.items or not other.items:
        return _unknown(SILENT if person.items else SAID_NOTHING, not_here)
    draws, seed = ego.settings.draws, ego.settings.seed
    ratio = rate_ratio(person.counts(), other.counts(), draws=draws, seed=seed)
    detail = PersonAgainstBrand(
        not_here=not_here,
        verdict=verdict_of(ratio, person, other),
        person=side_of(person),
        brand=side_of(other),
        spheres=_by_sphere(ego, person, other),
        at_least=ratio.low if ratio.high is None else None,
    )
    edges = (ratio.low, ratio.high) if ratio.high is not None and _enough(person, other) else None
    reason = NO_RESPONSE if ratio.value is None else None
    return Finding(NAME, ratio.value, UNIT, interval=edges, reason=reason, detail=detail)


def _unknown(reason: str, not_here: tuple[str, ...] | None = None) -> Finding:
    return Finding(NAME, None, UNIT, reason=reason, detail=PersonAgainstBrand(not_here) if not_here else {})


def systems_of(ego: Ego, authors: set[int]) -> frozenset[str]:
    """Return the systems in which some people made items in the window."""
    items = items_by(ego.tables, sorted(authors), ego.window)
    return frozenset(system_of(ego.tables, items).tolist())


def drawn_by(ego: Ego, authors: set[int], brand: set[int], systems: frozenset[str] | None = None) -> Drawn:
    """Find what the items of some authors drew in the window, from all but bots, the leader and the brand.

    An item that only continues one by its own author is one with it. `systems` are those whose items count, all if left
    out.
    """
    items = items_by(ego.tables, sorted(authors), ego.window)
    if systems is not None:
        items = items[np.isin(system_of(ego.tables, items), sorted(systems))]
    head, responses = heads(ego.log), ego.responses
    kept = np.isin(responses.parent, items) & np.isin(responses.target, sorted(authors))
    kept &= ~np.isin(responses.responder, sorted(ego.nobody | brand))
    begun = np.unique(head[items])
    place = np.searchsorted(begun, head[responses.parent[kept]])
    return Drawn(len(begun), place, responses.responder[kept].astype(np.int64))


def side_of(drawn: Drawn) -> Side:
    """Return how much a side drew, and from how many people."""
    return Side(
        items=drawn.items,
        responses=len(drawn.item),
        people=len(np.unique(drawn.responder)),
        rate=len(drawn.item) / drawn.items if drawn.items else None,
    )


def _enough(person: Drawn, brand: Drawn) -> bool:
    return min(person.items, brand.items) >= FEWEST


def verdict_of(ratio: Ratio, person: Drawn, brand: Drawn) -> str:
    """Say which of the two draws more; of few items on a side, that it is too little to say."""
    return ratio.verdict if _enough(person, brand) else TOO_LITTLE


def _by_sphere(ego: Ego, person: Drawn, brand: Drawn) -> dict[str, SphereSides]:
    """Compare the responses of each sphere; the more spheres are looked at, the wider the intervals."""
    sphere = np.array(ego.spheres)
    here, there = sphere[person.responder], sphere[brand.responder]
    names = np.unique(np.concatenate([here, there])).tolist()
    found = {}
    for name in names:
        counts = person.counts(here == name), brand.counts(there == name)
        draws = ego.settings.draws * len(names)
        ratio = rate_ratio(*counts, share=1 - 0.05 / len(names), draws=draws, seed=ego.settings.seed)
        found[name] = SphereSides(
            person=float(counts[0].mean()),
            brand=float(counts[1].mean()),
            ratio=ratio.value,
            interval=(ratio.low, ratio.high),
            verdict=verdict_of(ratio, person, brand),
        )
    return found


def rate_ratio(
    one: ArrayLike, other: ArrayLike, *, share: float = 0.95, draws: int = 1000, seed: int = 1
) -> Ratio:
    """Return the ratio of two means of counts, with an interval that is not narrower than any of three.

    `one` and `other` are how many responses each item drew. The first interval is exact for counts that
    differ by chance alone (Poisson): given all responses together, those of `one` are binomial. The second is
    the percentile bootstrap over items, which allows for a few items that draw most. The third holds the ratios
    at which who made which item might have been dealt out by chance; it alone knows that the largest counts may
    all have come to one side, however few items the other has. Each edge is the farthest of the three.

    Source: Przyborowski and Wilenski 1940, Homogeneity of results in testing samples from Poisson series,
    Biometrika 31, doi:10.1093/biomet/31.3-4.313; Efron 1979 for the bootstrap; Pitman 1937, Significance tests
    which may be applied to samples from any populations, doi:10.2307/2984124, for the third.

    Raises:
        ValueError: a side has no items, or a count is negative.

    >>> same = rate_ratio([1, 2, 3, 2, 1, 3], [2, 1, 3, 1, 3, 2])
    >>> same.value, same.low < 1 < same.high, same.verdict
    (1.0, True, 'cannot be told apart')
    """
    first, second = np.asarray(one, np.int64), np.asarray(other, np.int64)
    if not first.size or not second.size or min(first.min(), second.min()) < 0:
        raise ValueError("both sides need items, each with 0 responses or more")
    edges = (
        _exact(first, second, share),
        _bootstrap(first, second, share, draws, seed),
        _dealt(first, second, share, draws, seed),
    )
    low, high = min(low for low, _ in edges), max(high for _, high in edges)
    value = float(first.mean() / second.mean()) if second.any() else None
    return Ratio(value, low, high if np.isfinite(high) else None)


def _exact(first: Ints, second: Ints, share: float) -> tuple[float, float]:
    """Turn Clopper and Pearson's interval of the first side's part in all responses into one of the ratio."""
    from scipy.special import betaincinv  # scipy costs 0.1 s, and only a report needs it

    x, y, edge = int(first.sum()), int(second.sum()), (1 - share) / 2
    low = float(betaincinv(x, y + 1, edge)) if x else 0.0
    high = float(betaincinv(x + 1, y, 1 - edge)) if y else 1.0
    fair = second.size / first.size
    return fair * low / (1 - low), fair * high / (1 - high) if high < 1 else np.inf


def _bootstrap(first: Ints, second: Ints, share: float, draws: int, seed: int) -> tuple[float, float]:
    random = np.random.default_rng(seed)
    above, below = _drawn_means(first, draws, random), _drawn_means(second, draws, random)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = above / below  # 0/0 could be anything: nothing for the low edge, all for the high
    edge = (1 - share) / 2
    low = np.quantile(np.nan_to_num(ratio, nan=0.0, posinf=np.inf), edge, method="lower")
    high = np.quantile(np.nan_to_num(ratio, nan=np.inf, posinf=np.inf), 1 - edge, method="higher")
    return float(low), float(high)


def _dealt(first: Ints, second: Ints, share: float, draws: int, seed: int) -> tuple[float, float]:
    """Return between which ratios who made which item may have been dealt out by chance.

    At the ratio r the items of the first side and r times those of the second are alike; dealt out anew, the first
    side then has less than it has where r < what it gave away / what it got.
    """
    (own, of_own), (others, of_others) = (np.unique(side, return_counts=True) for side in (first, second))
    cells = np.concatenate([of_own, of_others])
    random = np.random.default_rng(seed)
    dealt = random.multivariate_hypergeometric(cells, first.size, draws, method="marginals")
    given = first.sum() - dealt[:, : own.size] @ own
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = given / (dealt[:, own.size :] @ others)  # 0/0 as in the bootstrap
    beyond = int((1 - share) / 2 * (draws + 1))
    if not beyond:
        return 0.0, np.inf
    low = np.sort(np.nan_to_num(ratio, nan=0.0, posinf=np.inf))[beyond - 1]
    return float(low), float(np.sort(np.nan_to_num(ratio, nan=np.inf, posinf=np.inf))[-beyond])


def _drawn_means(counts: Ints, draws: int, random: np.random.Generator) -> Floats:
    """Draw as many items as there are with replacement, by how many there are of each count."""
    values, many = np.unique(counts, return_counts=True)
    times = random.multinomial(counts.size, many / counts.size, size=draws)
    means: Floats = times @ values / counts.size
    return means
