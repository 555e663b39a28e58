"""The independent-cascade model: spread, reverse-reachable sets, and where the most is reached."""

from dataclasses import replace
from itertools import combinations, product

import numpy as np
import pytest

from influence.advice.spread import (
    Acts,
    CascadeModel,
    Search,
    Sets,
    even_roots,
    greedy_cover,
    most_spread,
    reverse_sets,
    simulated_spread,
    weighted_roots,
)
from influence.kernels.spread import Beliefs

# --- plain readings -----------------------------------------------------------------------------------------


def plain_spread(n, ties, seeds, hops=99):
    """Expected number reached, over all 2^m ways in which the ties can fall."""
    total = 0.0
    for live in product([False, True], repeat=len(ties)):
        chance = np.prod([p if on else 1 - p for (_, _, p), on in zip(ties, live, strict=True)])
        reached = set(seeds)
        for _ in range(min(hops, n)):
            reached |= {v for (u, v, _), on in zip(ties, live, strict=True) if on and u in reached}
        total += chance * len(reached)
    return total


def random_ties(seed, n=6, m=8):
    random = np.random.default_rng(seed)
    pairs = [(u, v) for u in range(n) for v in range(n) if u != v]
    chosen = random.choice(len(pairs), m, replace=False)
    return [(*pairs[i], float(random.choice([0.1, 0.3, 0.5, 0.9, 1.0]))) for i in chosen]


def model_of(n, ties):
    return CascadeModel.from_ties(n, *(np.array(column) for column in zip(*ties, strict=True)))


# --- the cascade model --------------------------------------------------------------------------------------


def test_on_a_path_the_spread_is_one_and_a_half_and_a_half_of_that():
    path = model_of(3, [(0, 1, 0.5), (1, 2, 0.5)])
    assert plain_spread(3, [(0, 1, 0.5), (1, 2, 0.5)], [0]) == 1.75
    assert simulated_spread(path, [0], runs=40_000) == pytest.approx(1.75, abs=0.02)
    assert simulated_spread(path, [0], runs=40_000, hops=1) == pytest.approx(1.5, abs=0.02)


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("hops", [1, 2, 99])
def test_sets_and_simulation_agree_with_all_ways_in_which_ties_can_fall(seed, hops):
    ties = random_ties(seed)
    model = model_of(6, ties)
    drawn = reverse_sets(model, even_roots(np.ones(6), 30_000), hops=hops, seed=seed)
    share = np.bincount(drawn.members, minlength=6) / len(drawn)
    for person in range(6):
        exact = plain_spread(6, ties, [person], hops)
        assert 6 * share[person] == pytest.approx(exact, abs=0.07)  # four standard errors
        assert simulated_spread(model, [person], runs=20_000, hops=hops) == pytest.approx(exact, abs=0.07)


FOLLOWERS = 400


@pytest.mark.parametrize(
    "kind", ["all alike", "unlike", "hardly any", "some of them known for sure not to be"]
)
def test_where_many_ties_are_unlikely_each_succeeds_as_often_as_its_chance_says_and_none_minds_another(kind):
    random = np.random.default_rng(5)
    chance = {
        "all alike": np.full(FOLLOWERS, 0.05),
        "unlike": random.random(FOLLOWERS) * 0.29,
        "hardly any": np.full(FOLLOWERS, 1e-4),
        "some of them known for sure not to be": np.where(random.random(FOLLOWERS) < 0.5, 0.0, 0.1),
    }[kind]
    star = CascadeModel.from_ties(FOLLOWERS + 1, np.arange(1, FOLLOWERS + 1), np.zeros(FOLLOWERS), chance)
    count = 20_000
    drawn = reverse_sets(star, np.zeros(count, np.int64), seed=9)
    came = np.bincount(drawn.members, minlength=FOLLOWERS + 1)[1:]
    assert ((chance > 0) | (came == 0)).all()
    spread = np.sqrt(count * chance * (1 - chance)) + 1e-9
    assert (np.abs(came - count * chance) / spread < 5).all()
    assert (((came - count * chance) / spread)[chance > 0] ** 2).mean() == pytest.approx(1, abs=0.35)
    # independent of one another: how many succeed at once varies as much as the sum of the variances, and neighbours
    # succeed together as often as the product of their chances
    sizes = np.diff(drawn.offsets) - 1
    assert sizes.mean() == pytest.approx(chance.sum(), abs=5 * np.sqrt((chance * (1 - chance)).sum() / count))
    assert sizes.var() == pytest.approx((chance * (1 - chance)).sum(), rel=0.06)
    here = np.zeros((count, FOLLOWERS + 1), bool)
    here[np.repeat(np.arange(count), np.diff(drawn.offsets)), drawn.members] = True
    pairs = (here[:, 1:-1] & here[:, 2:]).sum()
    expected = count * (chance[:-1] * chance[1:]).sum()
    assert pairs == pytest.approx(expected, abs=6 * np.sqrt(expected) + 1)


@pytest.mark.parametrize("hops", [1, 2, 99])
def test_in_a_network_of_unlikely_ties_sets_are_as_large_as_cascades_that_throw_every_tie(hops):
    random = np.random.default_rng(hops)
    pairs = random.permutation(60 * 60)[:1_500]
    kept = pairs // 60 != pairs % 60
    chance = np.where(random.random(kept.sum()) < 0.1, 0.6, random.random(kept.sum()) * 0.08)
    model = CascadeModel.from_ties(60, pairs[kept] // 60, pairs[kept] % 60, chance)
    share = np.bincount(reverse_sets(model, even_roots(np.ones(60), 60_000), hops=hops).members) / 60_000
    for person in range(0, 60, 12):
        plain = simulated_spread(model, [person], runs=40_000, hops=hops, seed=person + 1)
        assert 60 * share[person] == pytest.approx(plain, rel=0.04)


@pytest.mark.parametrize("seed", range(12))
def test_imm_keeps_its_guarantee_on_graphs_small_enough_to_try_every_pair(seed):
    ties = random_ties(100 + seed, n=7, m=9)
    best = max(plain_spread(7, ties, pair) for pair in combinations(range(7), 2))
    found = most_spread(model_of(7, ties), 2, search=Search(epsilon=0.2, seed=seed))
    assert plain_spread(7, ties, found.acts) >= (1 - np.exp(-1) - 0.2) * best
    assert found.spread == pytest.approx(plain_spread(7, ties, found.acts), rel=0.1)


def test_imm_takes_the_two_hubs_and_not_the_follower_they_share():
    ties = [(0, v, 1.0) for v in (2, 3, 4, 5)] + [(1, v, 1.0) for v in (5, 6, 7)] + [(5, 0, 0.1)]
    found = most_spread(model_of(8, ties), 2)
    assert set(found.acts) == {0, 1}
    assert found.spread == pytest.approx(8, rel=0.05)
    assert found.adds[0] > found.adds[1]


def test_a_person_without_weight_adds_nothing():
    found = most_spread(model_of(2, [(0, 1, 1.0)]), 2, weight=[0.0, 3.0])
    assert found.acts[0] in {0, 1}
    assert len(found.acts) == 1  # either reaches the one who counts; then nothing is left to add
    assert found.spread == pytest.approx(3)


def test_an_act_that_succeeds_half_the_time_brings_half():
    alone = CascadeModel.from_ties(1, [], [], [])
    assert most_spread(alone, 1, acts=Acts.everybody(1, 0.5)).spread == pytest.approx(0.5)


def test_greedy_takes_the_plain_best_at_each_turn():
    random = np.random.default_rng(4)
    for _ in range(30):
        groups = [sorted(random.choice(6, random.integers(1, 4), replace=False).tolist()) for _ in range(9)]
        sets = Sets(np.cumsum([0, *map(len, groups)]), np.concatenate(groups))
        chance = random.choice([0.25, 0.5, 1.0], 6)
        left, wanted = np.ones(9), []
        for _ in range(3):
            gain = [sum(left[i] * chance[p] for i in range(9) if p in groups[i]) for p in range(6)]
            wanted.append(max(gain) / 9)
            best = int(np.argmax(gain))
            left *= [1 - chance[best] if best in group else 1 for group in groups]
        found = greedy_cover(sets, 6, Acts.everybody(6, chance), 3)[1]
        assert found[0] == pytest.approx(wanted[0])
        assert sum(found) == pytest.approx(sum(wanted), rel=0.2)  # ties may be broken another way
        assert sorted(found, reverse=True) == pytest.approx(found)


def test_greedy_chooses_whom_the_plain_greedy_chooses_and_of_equals_the_first():
    random = np.random.default_rng(8)
    for _ in range(40):
        groups = [sorted(random.choice(12, random.integers(1, 5), replace=False).tolist()) for _ in range(25)]
        sets = Sets(np.cumsum([0, *map(len, groups)]), np.concatenate(groups))
        left, wanted = list(groups), []
        while left and len(wanted) < 5:
            best = int(np.argmax([sum(p in group for group in left) for p in range(12)]))
            wanted.append(best)
            left = [group for group in left if best not in group]
        assert wanted == greedy_cover(sets, 12, Acts.everybody(12), 5)[0]


def test_an_act_towards_several_covers_a_set_unless_all_of_them_fail():
    sets = Sets(np.array([0, 3]), np.array([0, 1, 2]))
    acts = Acts(np.array([0, 3]), np.array([0, 1, 2]), np.array([0.5, 0.5, 0.2]))
    assert greedy_cover(sets, 3, acts, 1) == ([0], pytest.approx([1 - 0.5 * 0.5 * 0.8]))


def test_roots_come_in_proportion_to_their_weight():
    assert np.bincount(even_roots([1, 2, 0, 1], 400)).tolist() == [100, 200, 0, 100]
    drawn = np.bincount(weighted_roots([1, 2, 0, 1], 40_000))
    assert drawn[2] == 0
    assert drawn / 40_000 == pytest.approx([0.25, 0.5, 0, 0.25], abs=0.02)


@pytest.mark.parametrize("weight", [[], [0, 0], [-1, 2], [float("nan"), 1], [float("inf")]])
def test_roots_need_some_weight(weight):
    with pytest.raises(ValueError, match="weights must be"):
        even_roots(weight, 3)


@pytest.mark.parametrize(
    ("ties", "words"),
    [(([0], [2], [0.5]), "positions"), (([0], [1], [1.5]), "probability"), (([0], [1, 0], [0.5]), "length")],
)
def test_a_model_refuses_what_is_no_tie(ties, words):
    with pytest.raises(ValueError, match=words):
        CascadeModel.from_ties(2, *ties)


def test_the_same_seed_gives_the_same_sets_whatever_the_order_of_ties():
    ties = random_ties(1)
    one = reverse_sets(model_of(6, ties), np.arange(6), seed=3)
    other = reverse_sets(model_of(6, ties[::-1]), np.arange(6), seed=3)
    assert one.members.tolist() == other.members.tolist()


def test_a_chance_that_is_only_believed_is_drawn_once_for_all_sets_and_only_where_a_set_looks():
    believed = Beliefs(np.array([2.0, 1.0]), np.array([2.0, 3.0]))
    path = replace(model_of(3, [(0, 1, 1.0), (1, 2, 1.0)]), probability=np.full(2, -1.0), beliefs=believed)
    shares = []
    for seed in range(400):
        drawn = reverse_sets(path, np.full(300, 2), hops=1, seed=seed)
        shares.append((len(drawn.members) - 300) / 300)
    assert (path.probability == -1).all()
    assert 0.25 == pytest.approx(np.mean(shares), abs=0.03)  # Beta(1, 3)
    assert np.sqrt(0.0375) == pytest.approx(np.std(shares), abs=0.03)  # one chance for all sets of a draw


@pytest.mark.parametrize("heavy", [1, 9], ids=["about alike", "few have nearly all"])
def test_roots_are_found_where_all_stand_in_a_row_each_as_wide_as_their_weight(heavy):
    weight = np.random.default_rng(heavy).random(500) ** heavy * (np.arange(500) % 3 > 0)
    places = np.random.default_rng(3).random(5_000)
    row = np.searchsorted(np.cumsum(weight), places * np.cumsum(weight)[-1], side="right")
    assert row.tolist() == weighted_roots(weight, 5_000, seed=3).tolist()
