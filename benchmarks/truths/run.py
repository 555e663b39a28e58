"""Does ours find what others found? `python benchmarks/truths/run.py` writes truths.md beside it (two minutes).

The files that may not stand here must be at hand: see `published.given`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from published import (
    CASCADES,
    HYPERTEXT,
    NETWORK,
    PHYSICIANS,
    SURVEYS,
    Ints,
    Meetings,
    Spread,
    cascades,
    given,
    hypertext,
    nile,
    physicians,
)

from influence.chance.shuffle_test import shuffle_test
from influence.chance.thread_test import ThreadTest, thread_test
from influence.chance.unseen import unseen
from influence.kernels.sets_of_people import carried_on, singletons, sizes
from influence.measures.trend import breaks

LEVEL, SHUFFLES, DRAWS = 0.05, 400, 199
PAGE = """# Does ours find what others found?

Made by `python benchmarks/truths/run.py` from public data; ± is one Monte-Carlo standard error, shares are in percent.
What others found is a test too (`tests/influence/measures/test_published_values.py`, with what data sets state of their
graphs); who is who in public data is scored in [identity.md](../identity.md).

## Who was not seen

Chao's estimators (1984; 1987, doi:10.2307/2531532) by their authors' program iNEXT 3.0.2 (Hsieh, Ma, Chao 2016,
doi:10.1111/2041-210X.12613): Chao1 of individuals, Chao2 of samples, both with the factor (n − 1) / n, the intervals of
95 %, and the sample coverage (Chao & Jost 2012, doi:10.1890/11-1952.1). The spiders are those of Ellison et al. 2010
(doi:10.1111/j.2041-210X.2010.00025.x), the ciliates those of Foissner, Agatha & Berger 2002 (Denisia 5).

| survey | iNEXT: species | ours | iNEXT: coverage | ours |
|---|---|---|---|---|
{species}

The coverage of the three surveys in samples was 0.7930, 0.8342 and 0.7714 before this page was made: it took the number
of responses for the number of conversations. Where nobody was in two conversations it was 1 − f₁ / n.

## Paths that respect time

Lentz, Selhorst, Sokolov 2013, doi:10.1103/PhysRevLett.110.118701, on 20,818 contacts of 20 s between 113 people at a
conference (Hypertext 2009; Isella et al. 2011, doi:10.1016/j.jtbi.2010.11.033).

| contacts carry | expected | ours |
|---|---|---|
| from the first named to the other | 12,057 | {directed} |
| both ways | 12,663 | {undirected} |

They count pairs (i, j) for which j can be reached from i by contacts at strictly rising times, and each person from
themselves: 113 × 113 = 12,769 at most. `possible_reach` leaves the person out: 11,944 and 12,550 in all.

Reticula (Badie-Modiri, Kivelä 2023, doi:10.1016/j.softx.2022.101301), another program, MIT, agrees on sixty random logs
with waits of at most 1, 5, 20 or 1,000: 1,342 people, 12,857 contacts, 16,134 pairs reached, none by one alone
(`tests/influence/reach/test_second_opinion.py`, where reticula is installed).

## The level that broke

| series | expected | ours |
|---|---|---|
| the Nile at Aswan, 1871 to 1970 (Cobb 1978, doi:10.1093/biomet/65.2.243) | one change, from 1899 on | {nile} |

## Influence that is there, and that is not

| data | expected | the thread test |
|---|---|---|
| NETINF's example: cascades that ran over a network | p ≤ 0.01 | {ran} |
| … who came when shuffled within each cascade, 400 times | found at 0.05 in 5 | {shuffled} |
| … everybody given another's place in the network, anew in each cascade | found at 0.05 in 5 | {renamed} |
| … everybody given another's place in the network, for good | found at 0.05 in 5 | **{for_good}** |
| Medical Innovation (Coleman, Katz, Menzel 1957, doi:10.2307/2785979) | not found | {prescribed} |
| … in an order drawn at random, 400 times | found at 0.05 in 5 | {none} |
| … with influence planted, α = 0.5, 400 times | found | {weak} |
| … α = 1 | found | {middling} |
| … α = 2 | found | {strong} |

NETINF's example is that of Gomez-Rodriguez, Leskovec & Krause 2010, doi:10.1145/1835804.1835933. The fourth row is not
met: people still follow each other, only over ties that nobody recorded, the same in one cascade after another.
The test takes threads to be independent of one another but for how quick each person is, so that 54 threads count for
more than they tell. With ties that come anew in each cascade it errs no more often than it says.

The physicians of four cities prescribed a new drug within 17 months; 109 of the 125 asked did, and ties are whom they
named as adviser, partner in discussion or friend. Van den Bulte & Lilien 2001 (doi:10.1086/320819) find that contagion
disappears once the firms' marketing is counted. The textbook's test, shuffled within cities, does not find it
either (p = {textbook}). The planted rows say what the test could have found among as many people, ties and months.

## The files that do not stand here

They are looked for in the folder that `INFLUENCE_TRUTHS` names, else in ../shared/data/truths; without them their tests
are skipped, by name. `nile.csv` beside this page is the table that statsmodels ships, in the public domain.

| file | where it is public | terms |
|---|---|---|
| `sociopatterns_hypertext.dat` | `edgelists` of hartmutlentz/TemporalNetworkAccessibility on GitHub | see below |
| `netinf-example-cascades.txt` | `example-cascades.txt` of NETINF in snap-stanford/snap on GitHub | BSD |
| `netinf-example-network.txt` | `example-network.txt` of the same | BSD |
| `medical_innovation.csv` | R: `write.csv(netdiffuseR::medInnovations, …)` | MIT |

The contacts come from SocioPatterns, which gives them out for uses that are not commercial; Lentz's repository says
CC BY 4.0. The physicians were asked by Coleman, Katz and Menzel; Burt gave their answers to others, and Valente gives
them out with netdiffuseR.
"""


def species() -> Iterable[str]:
    """Return one row a survey: richness, its interval and coverage, iNEXT's and ours."""
    for survey in SURVEYS:
        times = survey.times()
        found = unseen(times, np.ones(len(times)), survey.units)
        more, low, high = (survey.species + value for value in (found.more, found.low, found.high))
        yield (
            f"| {survey.place} | {survey.richness:.3f} ({survey.interval[0]:.3f} – {survey.interval[1]:.3f}) "
            f"| {more:.3f} ({low:.3f} – {high:.3f}) | {survey.coverage:.4f} | {found.coverage:.4f} |"
        )


def paths(met: Meetings) -> int:
    """Count the paths that respect time, one for each pair and one from each person to themselves."""
    own = singletons(np.ones(met.people, bool))
    found = carried_on(met.one, met.other, met.time, 10**9, met.people - 1, own)
    return int(sizes(found | own).sum())


def flow() -> str:
    """Tell where the level of the Nile broke."""
    years = list(nile())
    return "; ".join(
        f"{years[found.at]}: {found.before:,.0f} before, {found.after:,.1f} after, p = {found.p:.4f}"
        for found in breaks(list(nile().values()))
    )


def by_threads(spread: Spread, draws: int = 1000) -> ThreadTest:
    """Test for influence; nothing is known of anybody's hours."""
    return thread_test(spread.threads(), spread.known(), np.ones((spread.people, 24)), draws=draws)


def found_in(one: Callable[[int], Spread]) -> str:
    """Say how often influence is found in what was drawn with each of many seeds, in percent."""
    p_values = np.array([by_threads(one(seed), DRAWS).p for seed in range(SHUFFLES)])
    share = float((p_values <= LEVEL).mean())
    return f"{100 * share:.1f} ± {100 * np.sqrt(share * (1 - share) / SHUFFLES):.1f}"


def renamed(spread: Spread, for_good: bool, seed: int) -> Spread:
    """Return the same with everybody in another's place in the network: in all cascades alike, or anew in each."""
    random, person = np.random.default_rng(seed), spread.person.copy()
    order = random.permutation(spread.people)
    for one in np.unique(spread.what):
        rows = spread.what == one
        person[rows] = order[person[rows]]
        order = order if for_good else random.permutation(spread.people)
    return Spread(spread.what, person, spread.time, spread.ties, spread.people)


def planted(spread: Spread, alpha: float, seed: int) -> Spread:
    """Return the same people at the same moments, come in an order in which contacts count (a + 1)^α times."""
    random, person = np.random.default_rng(seed), spread.person.copy()
    ties = np.zeros((spread.people, spread.people), bool)
    ties[tuple(spread.ties.T)] = True
    ties |= ties.T
    for one in np.unique(spread.what):
        rows = np.flatnonzero(spread.what == one)
        rows = rows[np.argsort(spread.time[rows], kind="stable")]
        person[rows] = _order(person[rows], spread.time[rows], ties, alpha, random)
    return Spread(spread.what, person, spread.time, spread.ties, spread.people)


def _order(
    people: Ints, times: Ints, ties: NDArray[np.bool_], alpha: float, random: np.random.Generator
) -> list[int]:
    left, came = people.tolist(), []
    for n, time in enumerate(times):
        active = came[: np.searchsorted(times[:n], time)]
        weight = (ties[np.ix_(left, active)].sum(axis=1) + 1.0) ** alpha
        came.append(left.pop(random.choice(len(left), p=weight / weight.sum())))
    return came


def page() -> str:
    """Put everything on one page."""
    met, spread, doctors = hypertext(), cascades(), physicians()
    ran, prescribed = by_threads(spread), by_threads(doctors)
    textbook = shuffle_test(doctors.person, doctors.time, doctors.known(), strata=doctors.what)
    return PAGE.format(
        species="\n".join(species()),
        directed=f"{paths(met):,}",
        undirected=f"{paths(met.both_ways()):,}",
        nile=flow(),
        ran=_told(ran),
        shuffled=found_in(spread.shuffled),
        renamed=found_in(partial(renamed, spread, False)),
        for_good=found_in(partial(renamed, spread, True)),
        prescribed=_told(prescribed),
        textbook=f"{textbook.p:.2f}",
        weak=found_in(partial(planted, doctors, 0.5)),
        middling=found_in(partial(planted, doctors, 1.0)),
        strong=found_in(partial(planted, doctors, 2.0)),
        none=found_in(partial(planted, doctors, 0.0)),
    )


def _told(test: ThreadTest) -> str:
    return f"α = {test.alpha:.2f} ± {test.error:.2f}, p = {test.p:.3f}".replace("-", "−")


if __name__ == "__main__":
    absent = [name for name in (HYPERTEXT, CASCADES, NETWORK, PHYSICIANS) if not given(name).exists()]
    if absent:
        raise SystemExit(f"not at hand: {', '.join(absent)} (truths.md says where they are public)")
    (Path(__file__).parent / "truths.md").write_text(page(), encoding="utf-8")
