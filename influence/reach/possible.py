"""How far everybody could reach within k hands and δ, if everybody passed on."""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass

import numpy as np

from influence.kernels.arrays import Floats
from influence.network.responses import Responses
from influence.reach.steps import Passing


@dataclass(frozen=True)
class PossibleReach:
    """`possible_reach` of everybody by person code, in people; `error` is the relative standard error, 0 if exact."""

    values: Floats
    error: float


def everybodys_possible_reach(
    responses: Responses, people: int, bots: Set[int], passing: Passing, *, seed: int = 0
) -> PossibleReach:
    """Return the limited-waiting-time reach of everybody: `measures.reach.possible_reach` for all at once.

    Exact for at most 16,384 people who take part; beyond that by HyperLogLog sketches, with a relative
    standard error of 1.04 / √registers (and somebody whom influence comes back to may count themselves).
    Source: Badie-Modiri et al. 2020, doi:10.1103/PhysRevE.101.052303; Flajolet et al. 2007.
    """
    from influence.kernels import sets_of_people  # numba: loaded only when something is measured

    values = np.zeros(people)
    if not len(responses):
        return PossibleReach(values, 0.0)
    order = np.argsort(responses.time, kind="stable")
    both = np.concatenate([responses.target[order], responses.responder[order]])
    present, code = np.unique(both, return_inverse=True)
    source, target = np.split(code, 2)
    counted = ~np.isin(present, list(bots))
    registers = sets_of_people.registers_for(present.size, passing.hands + 1)
    own = sets_of_people.singletons(counted, registers, seed)
    found = sets_of_people.carried_on(
        source, target, responses.time[order], passing.delta, passing.hands, own
    )
    if registers is None:
        found &= ~sets_of_people.singletons(np.ones(present.size, bool))
    values[present] = sets_of_people.sizes(found, registers)
    return PossibleReach(values, 1.04 / registers**0.5 if registers else 0.0)
