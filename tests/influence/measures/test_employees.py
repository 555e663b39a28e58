"""Employees against the brand: rates by hand, from outside alone, and never of few."""

import numpy as np
import pytest

from influence.contract.details.brand import Side
from influence.measures.brand import ALIKE, NO_BRAND, SILENT, TOO_LITTLE, rate_ratio
from influence.measures.employees import EVERYBODY_SILENT, FIRST_MORE, SECOND_MORE, employees_against_brand
from tests.kit.asking import answered, asking, row
from tests.kit.draws import draws

ego_of = asking("x:lea")
BRAND = '[brand]\naccounts = ["x:acme"]\n'
STAFF = [f"s{n}" for n in range(5)]
FANS = [f"f{n}" for n in range(6)]
PEOPLE = [
    *({"person": one, "accounts": [f"x:{one}"], "organisation": "Acme"} for one in ("lea", *STAFF)),
    {"person": "acme", "accounts": ["x:acme"], "organisation": "Acme"},
    *({"person": one, "accounts": [f"x:{one}"], "sphere": "customer"} for one in FANS),
]


def posts(who, n, each, by=FANS):
    return answered(who, n, by[:each])


@pytest.fixture
def compared(workspace):
    def found(*rows, settings=BRAND, people=PEOPLE):
        one = workspace(settings, activities=rows, people=people)
        return employees_against_brand(ego_of(one))["employees_against_brand"]

    return found


def test_rates_by_hand(compared):
    """Five employees with two posts of four answers each; the brand ten with one, the leader six with one."""
    staff = [one for name in STAFF for one in posts(name, 2, 4)]
    found = compared(*staff, *posts("acme", 10, 1), *posts("lea", 6, 1))
    assert (4, 5) == (found.value, found.detail.writing)
    assert 1 < found.interval[0] < 4 < found.interval[1]
    assert Side(10, 40, 4, 4) == found.detail.employees
    assert (Side(6, 6, 1, 1), Side(10, 10, 1, 1)) == (found.detail.leader, found.detail.brand)
    assert [
        ("leader", "employees", SECOND_MORE),
        ("leader", "brand", ALIKE),
        ("employees", "brand", FIRST_MORE),
    ] == [(one.one, one.other, one.verdict) for one in found.detail.pairs]
    assert {"customer": (1, 4, 1)} == found.detail.spheres


def test_what_colleagues_answer_is_not_from_outside(compared):
    staff = [one for name in STAFF for one in posts(name, 2, 1, by=["lea"])]
    found = compared(*staff, *posts("acme", 10, 1))
    assert (0, 0) == (found.value, found.detail.employees.responses)


def test_what_is_written_inside_is_not_held_against_the_brand(compared):
    """Mail to colleagues draws nothing from outside, and the brand writes none."""
    staff = [one for name in STAFF for one in posts(name, 2, 4)]
    mail = [row(f"m{n}", n, "s0") | {"actor": "email:s0@acme.example"} for n in range(50)]
    people = [*PEOPLE[:1], PEOPLE[1] | {"accounts": ["x:s0", "email:s0@acme.example"]}, *PEOPLE[2:]]
    assert 4 == compared(*staff, *posts("acme", 10, 1), *mail, people=people).value


def test_of_few_employees_nothing_is_told(compared):
    few = [one for name in STAFF[:4] for one in posts(name, 2, 4)]
    found = compared(*few, *posts("acme", 10, 1))
    assert found.value is None
    assert "fewer than 5 employees" in found.reason
    assert found.detail == {}


def test_without_a_brand_or_items_it_says_so(compared):
    staff = [one for name in STAFF for one in posts(name, 2, 4)]
    assert NO_BRAND == compared(*staff, settings="").reason
    assert SILENT == compared(*staff, row("r", 90, "acme", "s00", verb="react")).reason
    assert EVERYBODY_SILENT == compared(*posts("acme", 10, 1)).reason


def test_a_side_with_few_items_is_too_little_to_say(compared):
    staff = [one for name in STAFF for one in posts(name, 2, 4)]
    found = compared(*staff, *posts("acme", 3, 1))
    assert (None, TOO_LITTLE) == (found.interval, found.detail.verdict)


@pytest.mark.parametrize(("items", "brand", "tail"), [(300, 40, 1.5), (100, 100, 3.0), (1000, 30, 1.2)])
def test_where_items_are_dealt_out_by_chance_no_difference_is_found(items, brand, tail) -> None:
    """However few items draw most of the responses: found in 5 % of companies at most, give or take chance."""
    random, companies = np.random.default_rng(11), draws(200, 1_000)
    found = 0
    for company in range(companies):
        counts = random.permutation(np.minimum(random.pareto(tail, items + brand), 200).astype(int))
        ratio = rate_ratio(counts[:items], counts[items:], seed=company)
        found += not (ratio.low <= 1 and (ratio.high is None or ratio.high >= 1))
    assert found / companies <= 0.05 + 3 * (0.05 * 0.95 / companies) ** 0.5
