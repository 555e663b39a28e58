"""How far everybody could reach within k hands and δ, if everybody passed on."""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass

import numpy as np

from influence.kernels.arrays import Floats
from influence.network.responses import Responses
from influence.reach.steps import Passing

REGISTERS = 512


@dataclass(frozen=True)
class PossibleReach:
    """`possible_reach` of everybody by person code, in people; `error` is the relative standard error, 0 if exact."""

    values: Floats
    error: float


def everybodys_possible_reach(
    responses: Responses, people: int, bots: Set[int], passing: Passing, *, seed: int = 0
) -> PossibleReach:
    """Return the limited-waiting-time reach of everybody: `measures.reach.possible_reach` for all at once.

    Exact for at most 16,384 people who take part; beyond that by HyperLogLog sketches of 512 registers, with a
    relative standard error of 1.04 / √512, 4.6 % (and somebody whom influence comes back to may count themselves).
    Source: Badie-Modiri et al. 2020, doi:10.1103/PhysRevE.101.052303; Flajolet et al. 2007.
    """
    from influence.kernels import sets_of_people  # numba: loaded only when something is measured

    values = np.zeros(people)
    if not len(responses):
        return PossibleReach(values, 0.0)
    took_part = np.zeros(people, bool)
    took_part[responses.target], took_part[responses.responder] = True, True
    present, code = np.flatnonzero(took_part), np.cumsum(took_part) - 1
    counted = ~np.isin(present, list(bots))
    ends = code[responses.target], code[responses.responder]
    contacts = *ends, responses.time, passing.delta, passing.hands
    if present.size > sets_of_people.EXACT_SETS:
        values[present] = sets_of_people.sizes_carried_on(*contacts, counted, registers=REGISTERS, seed=seed)
        return PossibleReach(values, 1.04 / REGISTERS**0.5)
    found = sets_of_people.carried_on(*contacts, sets_of_people.singletons(counted))
    found &= ~sets_of_people.singletons(np.ones(present.size, bool))
    values[present] = sets_of_people.sizes(found)
    return PossibleReach(values, 0.0)
