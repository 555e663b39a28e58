"""Long work asks at its own steps whether it should go on: a stop takes effect inside one measure too."""

from itertools import count
from time import monotonic, sleep

import numpy as np
import pytest

from influence.advice.topics import drawn_sums
from influence.chance.null_networks import position_against_chance
from influence.chance.thread_test import BATCHES, contacts, thread_test, threads
from influence.contract.turns import Stop, working
from influence.kernels.centrality import dependencies
from influence.kernels.cores import on_all_cores
from influence.measures.reach import limited_waiting_time_reach
from influence.measures.trend import PERMUTATIONS, largest_shift
from influence.network.network import Network
from influence.times import DAY
from tests.influence.advice.test_next_to_respond import DAYS, record
from tests.influence.reach.test_everybody import responses_of


def asked(do):
    """Return how often some work asked whether it should go on."""
    asks = count()
    with working(lambda: next(asks)):
        do()
    return next(asks)


def possible_reach():
    limited_waiting_time_reach(responses_of([(1, 0, 1), (2, 1, 2)]), 0, 3, set(), (4, 7))


def permuted():
    talk = threads(np.repeat(np.arange(40), 6), np.tile(np.arange(6), 40), np.arange(1, 241), [0] * 240)
    thread_test(talk, contacts([0, 2], [1, 3], [0, 0], people=6), np.ones((6, 24)))


def between_all():
    ring = Network.from_edges("abcdefghij", range(10), [*range(1, 10), 0])
    dependencies(ring.indptr, ring.indices, np.arange(10))


@pytest.mark.parametrize(
    ("do", "least"),
    [
        (possible_reach, 4),  # once a waiting time
        (permuted, BATCHES),
        (between_all, 8),  # once a batch
        (lambda: largest_shift([1, 2, 1, 2, 9, 8, 9, 8, 9]), PERMUTATIONS),
        (lambda: drawn_sums(np.ones((2_000_000, 1)), 3, 1), 2),
        (lambda: record(planted=True).weights(DAYS * DAY), 4),  # three cuts, and the fit
    ],
)
def test_what_takes_long_asks_at_its_own_steps(do, least):
    assert asked(do) >= least


def test_a_stop_takes_effect_inside_one_measure():
    until = monotonic() + 0.3

    def check():
        if monotonic() > until:
            raise Stop

    ring = Network.from_edges("abcdef", range(6), [*range(1, 6), 0])
    with pytest.raises(Stop), working(check):
        position_against_chance(ring, "a", draws=100_000_000)  # hours


def test_of_work_that_is_ended_the_parts_that_were_not_begun_are_left_out():
    begun = []

    def part(number):
        begun.append(number)
        sleep(0.3 if number else 0)

    def refuse():
        raise Stop

    with pytest.raises(Stop), working(refuse):
        list(on_all_cores(part, range(20), at_once=1))
    assert begun[:2] == list(range(len(begun)))
