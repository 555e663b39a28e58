"""Person against brand: rates by hand, intervals that cover, and what cannot be told."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from influence.contract.details.brand import Side
from influence.measures import brand
from influence.measures.brand import against, person_against_brand, rate_ratio
from tests.kit.asking import answered, asking, row

ACME = "x:acme"


def posts(who, n, each):
    """`n` items by one account, each answered by `each` people."""
    return answered(who, n, [f"fan{j}" for j in range(each)])


ego_of = asking("x:lea")


@pytest.fixture
def compared(workspace):
    """Compare the leader with ACME in a few activities."""

    def found(*rows, accounts=(ACME,), **kinds):
        return against(ego_of(workspace(activities=rows, **kinds)), accounts)

    return found


def test_rates_by_hand(compared):
    """Ten items with three responses each against ten with one."""
    found = compared(*posts("lea", 10, 3), *posts("acme", 10, 1))
    assert (3, "the person draws more") == (found.value, found.detail.verdict)
    assert Side(items=10, responses=30, people=3, rate=3) == found.detail.person
    assert Side(items=10, responses=10, people=1, rate=1) == found.detail.brand
    assert 1 < found.interval[0] < 3 < found.interval[1]


def test_the_other_way_round_the_brand_draws_more(compared):
    found = compared(*posts("lea", 10, 1), *posts("acme", 10, 4))
    assert (0.25, "the brand draws more") == (found.value, found.detail.verdict)


def test_alike_cannot_be_told_apart(compared):
    found = compared(*posts("lea", 6, 2), *posts("acme", 6, 3))
    assert (2 / 3, "cannot be told apart") == (found.value, found.detail.verdict)


def test_a_few_items_are_too_little_to_say(compared):
    found = compared(*posts("lea", 4, 9), *posts("acme", 20, 1))
    assert (9, None, "too little to say") == (found.value, found.interval, found.detail.verdict)


def test_the_leader_the_brand_and_bots_do_not_count_as_drawn(compared):
    bot = [{"person": "robot", "accounts": ["x:robot"], "bot": True}]
    rows = [
        *posts("lea", 5, 1),
        *posts("acme", 5, 1),
        row("own", 30, "acme", "lea0"),
        row("own2", 31, "lea", "acme0"),
        row("b", 32, "robot", "lea1", "share"),
    ]
    found = compared(*rows, people=bot)
    assert (1, 5, 5) == (
        found.value,
        found.detail.person.responses,
        found.detail.brand.responses,
    )


def test_reactions_and_follows_are_responses_but_no_items(compared):
    rows = [row("r", 40, "lea", "elsewhere", "react"), row("f", 41, "lea", verb="follow")]
    assert 5 == compared(*posts("lea", 5, 1), *rows, *posts("acme", 5, 1)).detail.person.items


def test_adding_to_ones_own_items_changes_no_rate(compared):
    """Ten additions to an item, and who answers an addition answers the item."""
    rows = [*posts("lea", 6, 2), *posts("acme", 6, 2)]
    added = [row(f"s{i}", 40 + i, "lea", f"s{i - 1}" if i else "lea0") for i in range(10)]
    found = compared(*rows, *added, row("r", 60, "late", "s9"))
    assert Side(items=6, responses=13, people=3, rate=13 / 6) == found.detail.person


def test_two_accounts_of_the_brand_are_one_brand(compared):
    found = compared(
        *posts("lea", 6, 2), *posts("acme", 3, 1), *posts("news", 3, 1), accounts=[ACME, "x:news"]
    )
    assert 6 == found.detail.brand.items


def test_each_sphere_is_compared_by_itself(compared):
    """Customers answer the leader, partners the brand; both are told apart, together with 95 %."""
    people = [
        {"person": "c", "accounts": ["x:c"], "sphere": "customer"},
        {"person": "p", "accounts": ["x:p"], "sphere": "partner"},
    ]
    rows = [row(f"{who}{i}", i, who) for who in ("lea", "acme") for i in range(20)]
    rows += [row(f"c{i}", 40 + i, "c", f"lea{i}") for i in range(20)]
    rows += [row(f"p{i}", 40 + i, "p", f"acme{i}") for i in range(20)]
    found = compared(*rows, people=people)
    assert (1, "cannot be told apart") == (found.value, found.detail.verdict)
    customer, partner = (found.detail.spheres[sphere] for sphere in ("customer", "partner"))
    assert (1, 0, None, "the person draws more") == (
        customer.person,
        customer.brand,
        customer.ratio,
        customer.verdict,
    )
    together = rate_ratio([0] * 20, [1] * 20, share=0.975, draws=2_000)
    assert (together.low, together.high) == partner.interval
    assert (0, 1, 0, "the brand draws more") == (
        partner.person,
        partner.brand,
        partner.ratio,
        partner.verdict,
    )


@pytest.mark.parametrize(
    ("rows", "accounts", "reason"),
    [
        (posts("lea", 5, 1), (), brand.NO_BRAND),
        (posts("lea", 5, 1), (ACME,), brand.NOT_HERE),
        (posts("lea", 5, 1), ("x:lea",), brand.ITSELF),
        ([*posts("lea", 5, 1), row("r", 9, "acme", "lea0", "react")], (ACME,), brand.SILENT),
        ([*posts("acme", 5, 1), row("r", 9, "lea", "acme0", "react")], (ACME,), brand.SAID_NOTHING),
        ([*posts("lea", 5, 1), *posts("acme", 5, 0)], (ACME,), brand.NO_RESPONSE),
    ],
)
def test_what_cannot_be_compared_says_why(compared, rows, accounts, reason):
    found = compared(*rows, accounts=accounts)
    assert (None, reason) == (found.value, found.reason)


def test_an_account_that_is_not_here_is_named(compared):
    found = compared(*posts("lea", 5, 1), *posts("acme", 5, 1), accounts=[ACME, "x:nowhere"])
    assert (1, ("x:nowhere",)) == (found.value, found.detail.not_here)


def test_an_undated_network_has_no_items(workspace):
    ties = [{"source": "x:lea", "target": ACME, "meaning": "influence"}]
    found = against(ego_of(workspace(ties=ties)), [ACME])
    assert "the network has no times, which this measure needs" == found.reason


def test_the_accounts_of_the_settings_are_the_brand(workspace):
    one = workspace(
        settings='[brand]\naccounts = ["x:acme"]\n', activities=[*posts("lea", 6, 2), *posts("acme", 6, 2)]
    )
    assert 1 == person_against_brand(ego_of(one))["person_against_brand"].value


def test_without_the_setting_nothing_is_the_brand(workspace):
    one = workspace(activities=posts("lea", 6, 2))
    assert brand.NO_BRAND == person_against_brand(ego_of(one))["person_against_brand"].reason


# --- the interval of a ratio ----------------------------------------------------------------------------


def test_nothing_against_nothing_tells_nothing():
    found = rate_ratio([0] * 9, [0] * 9)
    assert (None, 0, None, "cannot be told apart") == (found.value, found.low, found.high, found.verdict)


def test_three_responses_against_none_are_chance():
    """Given three in all, the chance that all fall on one side is 1/8: the draws alone would be sure."""
    assert "cannot be told apart" == rate_ratio([1, 1, 1, 0, 0], [0] * 5).verdict


def test_the_exact_interval_is_that_of_two_poisson_counts():
    """16 of 25 in equal parts: Clopper and Pearson 0.4252 … 0.8203 (alike items, so that the draws are narrow)."""
    found = rate_ratio([1] * 16, [1] * 9 + [0] * 7)
    assert (0.4252 / 0.5748, 0.8203 / 0.1797) == pytest.approx((found.low, found.high), rel=2e-3)


def test_one_item_that_drew_most_does_not_make_a_person():
    """All in one item of ten: the exact interval would be sure, the draws are not."""
    assert "cannot be told apart" == rate_ratio([200] + [1] * 9, [5] * 10).verdict


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.integers(0, 9), min_size=1, max_size=30),
    st.lists(st.integers(0, 9), min_size=1, max_size=30),
    st.randoms(use_true_random=False),
)
def test_the_interval_holds_the_ratio_in_any_order_of_items(one, other, dice):
    found = rate_ratio(one, other, draws=200)
    if found.value is not None:
        assert found.low <= found.value
        assert found.high is None or found.value <= found.high
    dice.shuffle(one)
    dice.shuffle(other)
    assert found == rate_ratio(one, other, draws=200)


@pytest.mark.parametrize("spread", [None, 1.0])
def test_the_interval_covers_the_true_ratio(spread):
    """Two for one, by chance alone (spread None) or with items that differ widely (negative binomial)."""
    rng, hits = np.random.default_rng(5), 0
    for _ in range(300):
        draw = (
            (lambda mean, n: rng.poisson(mean, n))
            if spread is None
            else (lambda mean, n: rng.poisson(rng.gamma(spread, mean / spread, n)))
        )
        found = rate_ratio(draw(4, 60), draw(2, 60), draws=300)
        hits += found.low <= 2 <= (np.inf if found.high is None else found.high)
    assert hits >= 0.92 * 300


@pytest.mark.parametrize(("one", "other"), [([], [1]), ([1], []), ([-1], [1])])
def test_sides_without_items_are_refused(one, other):
    with pytest.raises(ValueError, match="both sides need items"):
        rate_ratio(one, other)
