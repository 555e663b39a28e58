"""Copies for others: no two of them tell of a small group, whoever asks how often he likes."""

import os
import random

import pytest

from influence.rights.released import Released, TooAlike, cells_of, tells
from influence.store.store import Store
from tests.kit.figures import measured
from tests.kit.sample_report import sample_report

QUERIES = 10_000 if os.environ.get("INFLUENCE_LONG") else 400
SPHERES = ("customer", "partner", "public", "media")
SMALLEST = 10


class Attacker:
    """Knows every question that was answered, and takes whatever number from whatever other one lies around it."""

    def __init__(self):
        self.answers = []

    def hear(self, question, number):
        self.answers.append((question, number))

    def small_groups(self):
        """What lies between two answers whose questions lie within one another: (within, around, how many)."""
        for (one, few), (other, many) in ((a, b) for a in self.answers for b in self.answers):
            if one != other and within(one, other) and 0 < many - few < SMALLEST:
                yield one, other, many - few


def within(one, other):
    (since, until, sphere), (from_, to, around) = one, other
    return from_ <= since and until <= to and around in {None, sphere}


def answer(people, question):
    since, until, sphere = question
    return frozenset(
        name for name, (day, whose) in people.items() if since <= day < until and sphere in {None, whose}
    )


@pytest.mark.parametrize("seed", [1, 2])
def test_an_attacker_who_asks_at_random_learns_of_no_small_group_by_difference(seed):
    drawn = random.Random(seed)  # noqa: S311 - an attacker in a test
    people = {f"p{n}": (drawn.randrange(365), drawn.choice(SPHERES)) for n in range(300)}
    attacker, granted, refused = Attacker(), {"all": []}, 0
    for _ in range(QUERIES):
        since, until = sorted(drawn.sample(range(366), 2))
        question = (since, until, drawn.choice([None, *SPHERES]))
        told = answer(people, question)
        if len(told) < SMALLEST or tells({"all": told}, granted, SMALLEST):
            refused += 1
            continue
        if told not in granted["all"]:
            granted["all"].append(told)
        attacker.hear(question, len(told))
    assert 10 < len(attacker.answers), "some is answered"
    assert 0 < refused
    assert [] == list(attacker.small_groups())
    told = f"{len(attacker.answers):,} answered, {refused:,} refused, 0 groups below {SMALLEST} told by a difference"
    measured("rights", f"{QUERIES:,} random questions for copies, drawn by {seed}", told=told)


def test_without_the_ledger_the_same_attacker_learns_of_them():
    drawn = random.Random(1)  # noqa: S311 - an attacker in a test
    people = {f"p{n}": (drawn.randrange(365), drawn.choice(SPHERES)) for n in range(300)}
    attacker = Attacker()
    for _ in range(100):
        since, until = sorted(drawn.sample(range(366), 2))
        attacker.hear((since, until, None), len(answer(people, (since, until, None))))
    assert [] != list(attacker.small_groups())


def test_the_same_copy_is_given_again_and_nobody_is_named_in_the_ledger():
    released = Released(Store().engine, lambda: b"key")
    cells = {"all": frozenset(f"email:p{n}@x.example" for n in range(20))}
    released.grant("p1", cells, SMALLEST)
    released.grant("p1", cells, SMALLEST)
    [row] = released._engine.arrow("SELECT * FROM release_log").to_pylist()
    assert not any("@" in mark for mark in row["marks"])
    released.grant("another leader", {"all": frozenset([*cells["all"]][:19])}, SMALLEST)
    with pytest.raises(TooAlike, match="differs from this one by 1 of those reached"):
        released.grant("p1", {"all": frozenset([*cells["all"]][:19])}, SMALLEST)


def test_a_part_that_lacks_a_few_of_the_whole_is_refused():
    released = Released(Store().engine, lambda: b"key")
    whole = frozenset(map(str, range(40)))
    released.grant("p1", {"all": whole, "sphere:customer": frozenset(map(str, range(30)))}, SMALLEST)
    with pytest.raises(TooAlike):
        released.grant("p1", {"all": frozenset(map(str, range(28)))}, SMALLEST)


def test_the_cells_of_a_report_are_those_that_a_copy_tells():
    report = sample_report()
    cells = cells_of(report, 2)
    assert {one.person for one in report.people} == cells["all"]
    assert all(len(people) >= 2 for people in cells.values())
