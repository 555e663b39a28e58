"""Copies for others: no two of them tell of a small group, whoever asks how often he likes."""

import os
import random
from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest

from influence.rights.released import Released, TooAlike, cells_of, tells, tells_by_sums
from influence.store.store import Store
from tests.kit.figures import measured
from tests.kit.sample_report import sample_report

QUERIES = 10_000 if os.environ.get("INFLUENCE_LONG") else 400
SUMMED = 1_000 if os.environ.get("INFLUENCE_LONG") else 100
"""Questions after which all answers are summed in every way."""
SPHERES = ("customer", "partner", "public", "media")
SMALLEST = 10


class Attacker:
    """Knows every question that was answered, and takes whatever number from whatever other one lies around it."""

    def __init__(self):
        self.answers = []

    def hear(self, question, number):
        self.answers.append((question, number))

    def by_any_sum(self, count):
        """What follows from all answers by whatever sum of them, each taken any number of times: (question, how many).

        A question is the days and spheres that it holds; what is in their span is known, however many it takes.
        """
        held = np.array([grid(question) for question, _ in self.answers], float)
        _, weight, across = np.linalg.svd(held, full_matrices=False)
        span = across[weight > 1e-9 * weight[0]]
        edges = sorted({edge for (since, until, _), _ in self.answers for edge in (since, until)})
        for since, until in combinations(edges, 2):
            for sphere in (None, *SPHERES):
                wanted = grid((since, until, sphere)).astype(float)
                left = wanted - span.T @ (span @ wanted)
                few = count((since, until, sphere))
                if 0 < few < SMALLEST and left @ left < 1e-9:
                    yield (since, until, sphere), few

    def small_groups(self):
        """What lies between two answers whose questions lie within one another: (within, around, how many)."""
        for (one, few), (other, many) in ((a, b) for a in self.answers for b in self.answers):
            if one != other and within(one, other) and 0 < many - few < SMALLEST:
                yield one, other, many - few


def within(one, other):
    (since, until, sphere), (from_, to, around) = one, other
    return from_ <= since and until <= to and around in {None, sphere}


def grid(question):
    since, until, sphere = question
    held = np.zeros((len(SPHERES), 366), bool)
    held[[n for n, one in enumerate(SPHERES) if sphere in {None, one}], since:until] = True
    return held.ravel()


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


def asked(many, seed, *rules):
    """Return an attacker who asked at random and heard what some rules let through, and how many a question holds."""
    drawn = random.Random(seed)  # noqa: S311 - an attacker in a test
    people = {f"p{n}": (drawn.randrange(365), drawn.choice(SPHERES)) for n in range(300)}
    attacker, granted = Attacker(), {"all": []}
    for _ in range(many):
        since, until = sorted(drawn.sample(range(366), 2))
        question = (since, until, drawn.choice([None, *SPHERES]))
        told = answer(people, question)
        if len(told) >= SMALLEST and not any(rule({"all": told}, granted, SMALLEST) for rule in rules):
            granted["all"].append(told)
            attacker.hear(question, len(told))
    return attacker, lambda question: len(answer(people, question))


@pytest.mark.parametrize("seed", [1, 2])
def test_an_attacker_who_sums_all_answers_learns_of_no_small_group(seed):
    attacker, count = asked(SUMMED, seed, tells, tells_by_sums)
    assert len(attacker.answers) > 10
    assert [] == list(attacker.by_any_sum(count))
    told = f"{len(attacker.answers):,} answered, 0 groups below {SMALLEST} told by any sum of all answers"
    measured("rights", f"{SUMMED:,} random questions for copies, drawn by {seed}, summed", told=told)


def test_of_copies_compared_by_twos_alone_the_same_attacker_learns_of_them():
    attacker, count = asked(400, 2, tells)
    assert [] != list(attacker.by_any_sum(count))


WHOLE = frozenset(map(str, range(53)))
CUSTOMERS, PARTNERS = frozenset(map(str, range(30))), frozenset(map(str, range(30, 50)))


@pytest.mark.parametrize("last", range(3))
def test_three_copies_of_which_two_may_be_told_are_not_all_told(last):
    released, copies = Released(Store().engine, lambda: b"key"), [WHOLE, CUSTOMERS, PARTNERS]
    third = copies.pop(last)
    for one in copies:
        released.grant("p1", {"all": one}, SMALLEST)
    with pytest.raises(TooAlike, match="would tell of 3 of those reached"):
        released.grant("p1", {"all": third}, SMALLEST)
    for one in copies:
        released.grant("p1", {"all": one}, SMALLEST)


def test_four_copies_that_overlap_tell_of_what_lies_between():
    def days(since, until):
        return {"all": frozenset(map(str, range(since, until)))}

    released = Released(Store().engine, lambda: b"key")
    for one in (days(0, 60), days(20, 60), days(23, 90)):
        released.grant("p1", one, SMALLEST)
    with pytest.raises(TooAlike, match="would tell of 3 "):
        released.grant("p1", days(0, 90), SMALLEST)


@pytest.mark.parametrize("last", ["", "p1", "p2"])
def test_the_whole_less_the_parts_of_all_leaders_is_not_told(last):
    released, copies = Released(Store().engine, lambda: b"key"), {"": WHOLE, "p1": CUSTOMERS, "p2": PARTNERS}
    third = copies.pop(last)
    for leader, people in copies.items():
        released.grant(leader, {"all": people}, SMALLEST)
    with pytest.raises(TooAlike):
        released.grant(last, {"all": third}, SMALLEST)


def test_a_month_of_a_long_copy_is_held_against_a_copy_of_that_month():
    released = Released(Store().engine, lambda: b"key")
    released.grant("p1", {"all": WHOLE, "month:2026-02": CUSTOMERS}, SMALLEST)
    with pytest.raises(TooAlike):
        released.grant("p1", {"all": CUSTOMERS - {"1"}}, SMALLEST)


@pytest.mark.parametrize(("one", "other"), [("posted", "responded"), ("step:4", "month:2026-02")])
def test_a_number_of_one_kind_is_held_against_those_of_another(one, other):
    released = Released(Store().engine, lambda: b"key")
    released.grant("p1", {"all": WHOLE, one: CUSTOMERS}, SMALLEST)
    later = frozenset(map(str, range(1, 100)))
    with pytest.raises(TooAlike, match="would tell of 1 of those reached"):
        released.grant("p1", {"all": later, other: CUSTOMERS - {"0"}}, SMALLEST)
    released.grant("p1", {"all": later, other: CUSTOMERS}, SMALLEST)


@pytest.mark.parametrize("seed", range(3))
def test_copies_of_each_quarter_of_two_years_may_all_be_told(seed):
    drawn, released = random.Random(seed), Released(Store().engine, lambda: b"key")  # noqa: S311
    people = {f"p{n}": drawn.choice("cccppm") for n in range(240)}
    for _ in range(8):
        active = {one: sphere for one, sphere in people.items() if drawn.random() < 0.5}
        cells = {f"sphere:{one}": frozenset(who for who in active if active[who] == one) for one in "cpm"}
        released.grant("p1", {"all": frozenset(active), **cells}, SMALLEST)
    assert 8 == len(released._before("p1")["all"])


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
    with pytest.raises(TooAlike, match="would tell of 1 of those reached"):
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


def test_a_month_of_all_but_few_is_told_by_no_copy_and_held_against_none():
    report = sample_report()
    people = [
        replace(one, months=("2026-01", "2026-02")[: 2 if n else 1]) for n, one in enumerate(report.people)
    ]
    cells = cells_of(replace(report, people=tuple(people)), 2)
    assert "month:2026-01" in cells
    assert "month:2026-02" not in cells
