"""What to do next: what the log teaches, and whether the forecast would have been right."""

import json
from datetime import UTC, datetime, timedelta
from itertools import product

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from influence.advice.adviser import NOBODY_LEFT, advice, advise
from influence.advice.backtest import auc, brought, chains, scored
from influence.advice.coming_back import Thread, matched, step_up
from influence.advice.forecast import Ledger, gains, prior_strength, shrunken_strength
from influence.contract.findings import Finding
from influence.measures.reach import NO_TIMES
from influence.reach.ego import Ego
from influence.reach.population import Population
from influence.times import DAY, Window
from tests.kit.asking import asking
from tests.kit.draws import draws
from tests.kit.logs import iso, logs, stored
from tests.kit.plain_reading import PlainReading

START = datetime(2026, 1, 1, tzinfo=UTC)


# --- rates --------------------------------------------------------------------------------------------------


def test_rates_that_agree_are_shrunken_hard_and_rates_that_differ_hardly():
    assert sum(shrunken_strength([5] * 9, [10] * 9)) == 1024
    assert sum(shrunken_strength([0, 10] * 9, [10] * 18)) == 0.5
    assert prior_strength([], [], []) == 1.0


def test_more_successes_than_trials_are_refused():
    with pytest.raises(ValueError, match="between 0 and trials"):
        shrunken_strength([3], [2])


# --- what the log teaches -----------------------------------------------------------------------------------


def row(n, day, actor, verb="post", **more):
    return {
        "id": f"i{n:03}",
        "time": (START + timedelta(days=day)).isoformat(),
        "actor": f"x:{actor}",
        "verb": verb,
    } | more


ego_of = asking("x:boss")
BY_HAND = [
    row(0, 0, "ann"),
    row(1, 1, "boss", "reply", parent="i000"),  # an exchange with ann
    row(2, 2, "ann", "reply", parent="i001"),  # that she answers
    row(3, 3, "ann"),
    row(4, 4, "boss", "reply", parent="i003"),  # one that she does not
    row(5, 5, "bob"),
    row(6, 6, "boss", "reply", parent="i005"),
    row(7, 30, "bob", "reply", parent="i006"),  # 24 days: too late
    row(8, 31, "cem", "reply", parent="i003"),  # 28 days: too late
    row(9, 32, "ann"),
    row(10, 33, "cem", "reply", parent="i009"),  # one of ann's five items
]


def test_exchanges_and_answers_are_counted_as_by_hand(workspace):
    ego = ego_of(workspace(activities=BY_HAND))
    fit = Ledger(ego).fit(ego.window)
    of = {one.person: code for code, one in enumerate(ego.people.who)}
    assert (fit.tries[of["x:ann"]], fit.successes[of["x:ann"]]) == (2, 1)
    assert (fit.tries[of["x:bob"]], fit.successes[of["x:bob"]]) == (1, 0)
    assert [(fit.source.tolist(), fit.target.tolist())] == [([of["x:ann"]], [of["x:cem"]])]
    a, b = shrunken_strength([1], [4])
    assert (fit.tie_a[0], fit.tie_b[0]) == pytest.approx((1 + a, 3 + b))


def plain_rates(plain, leader, bots, delta):
    """Tries, successes, and (k, n) of every tie, straight from the definitions: sets of items and people."""
    before = {child: [] for child, _ in plain.links()}
    for child, parent in plain.links():
        before[child].append(parent)

    def order(item):
        return plain.item[item]["time"], item

    def answered(item, u):
        """The item by u that an item answers: the earliest, if it answers several of theirs."""
        return min(
            (p for p in before.get(item, []) if plain.author(plain.item[p]) == u), key=order, default=None
        )

    def valid(item, parent):
        return parent is not None and 0 < plain.item[item]["time"] - plain.item[parent]["time"] <= delta

    inside = [row for row in plain.responses() if plain.inside(row[0])]
    output = [
        row
        for row in plain.activities
        if plain.inside(row["id"]) and row["verb"] not in {"react", "follow", "view"}
    ]
    exchanges = {(item, u) for item, v, u in inside if v == leader}
    exchanges |= {
        (row["id"], plain.who(a)) for row in output for a in row["to"] if plain.author(row) == leader
    }
    exchanges = {(item, u) for item, u in exchanges if u not in bots | {leader}}
    answers = {
        (answered(item, leader), v) for item, v, u in inside if u == leader and valid(item, answered(item, u))
    }
    tries, successes, ties = {}, {}, {}
    for item, u in exchanges:
        tries[u] = tries.get(u, 0) + 1
        successes[u] = successes.get(u, 0) + ((item, u) in answers)
    for item, v, u in inside:
        if not {u, v} & (bots | {leader}) and valid(item, answered(item, u)):
            ties.setdefault((u, v), set()).add(answered(item, u))
    rates = {}
    for (u, v), items in ties.items():
        seen = [
            row
            for row in output
            if plain.author(row) == u and (not row["to"] or v in map(plain.who, row["to"]))
        ]
        rates[u, v] = (len(items), max(len(items), len(seen)))
    return tries, successes, rates


@settings(
    max_examples=draws(7, 25),
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(log=logs())
def test_what_is_learned_agrees_with_a_plain_reading_of_random_logs(log, tmp_path_factory):
    activities, people, encounters, since, until = log
    plain = PlainReading(activities, people, encounters, "p0", since, until)
    if not any(since <= one["time"] < until for one in activities):
        return
    with stored(tmp_path_factory.mktemp("log"), activities, people, encounters) as place:
        population = Population(place.store.engine, place.settings)
        ego = Ego(population, population.people.find("p0"), place.window(iso(since), iso(until)))
        fit = Ledger(ego).fit(ego.window)
    tries, successes, rates = plain_rates(plain, "p0", plain.bots(), ego.passing.delta // 1_000_000)
    name = [one.person for one in ego.people.who]
    assert tries == {name[code]: n for code, n in enumerate(fit.tries.tolist()) if n}
    assert successes == {name[code]: int(fit.successes[code]) for code in np.flatnonzero(fit.tries)}
    a, b = shrunken_strength([k for k, _ in rates.values()], [n for _, n in rates.values()])
    pairs = zip(fit.source.tolist(), fit.target.tolist(), fit.tie_a.tolist(), fit.tie_b.tolist(), strict=True)
    found = {(name[u], name[v]): (x - a, x + y - a - b) for u, v, x, y in pairs}
    assert rates.keys() == found.keys()
    for tie, counts in rates.items():
        assert counts == pytest.approx(found[tie])
    reached = plain.reached().keys()
    near = reached | plain.team() | plain.bots() | {"p0"}
    assert not {name[code] for code in np.flatnonzero(fit.weight)} & near


def test_only_those_unmet_unreached_and_active_weigh(workspace):
    ego = ego_of(workspace(activities=BY_HAND))
    weight = Ledger(ego).fit(ego.window).weight
    named = {ego.people.who[code].person: w for code, w in enumerate(weight.tolist()) if w}
    assert named == pytest.approx({"x:cem": 0.9})  # ann has been reached, and so has bob, late as he was


def test_who_was_silent_for_ninety_days_is_not_advised(workspace):
    late = row(11, 150, "dan")
    ego = ego_of(workspace(activities=[*BY_HAND, late]))
    fit = Ledger(ego).fit(ego.window)
    assert [ego.people.who[code].person for code in fit.candidates] == ["x:dan"]


def test_an_announcement_to_nine_people_is_no_exchange(workspace):
    to = [f"x:{n}" for n in range(9)]
    rows = [row(0, 0, "boss", "message", to=to), row(1, 1, "boss", "message", to=to[:8])]
    ego = ego_of(workspace(activities=rows))
    item, _ = Ledger(ego).exchanges
    assert item.tolist() == [1] * 8


def test_nothing_after_the_cut_is_looked_at(workspace):
    after = [
        row(20 + n, 45 + n, name, "reply", parent="i001") for n, name in enumerate(["ann", "bob", "cem"])
    ]
    cut = Window(0, int((START + timedelta(days=40)).timestamp() * 1e6))
    fits = []
    for rows in (BY_HAND, [*BY_HAND, *after]):
        ego = ego_of(workspace(activities=rows), until="2026-03-01")
        fits.append(Ledger(ego).fit(Window(ego.window.since, cut.until)))
    for name in (
        "source",
        "target",
        "tie_a",
        "tie_b",
        "answer_a",
        "answer_b",
        "weight",
        "tries",
        "successes",
    ):
        assert getattr(fits[0], name).tolist() == getattr(fits[1], name).tolist()


def test_the_gain_is_by_hand_answering_times_own_weight_and_who_follows(workspace):
    ego = ego_of(workspace(activities=BY_HAND))
    fit = Ledger(ego).fit(ego.window)
    of = {one.person: code for code, one in enumerate(ego.people.who)}
    answering, tie = fit.answering(), fit.tie_a[0] / (fit.tie_a[0] + fit.tie_b[0])
    found = gains(fit, hops=3)
    assert found[of["x:cem"]] == pytest.approx(answering[of["x:cem"]] * 0.9)
    assert found[of["x:bob"]] == 0
    assert found[of["x:ann"]] == pytest.approx(answering[of["x:ann"]] * tie * 0.9, rel=0.02)
    assert gains(fit, hops=0)[of["x:ann"]] == 0


# --- the back-test ------------------------------------------------------------------------------------------


@settings(max_examples=100, deadline=None)
@given(rows=st.lists(st.tuples(st.integers(0, 5), st.booleans(), st.integers(0, 3)), min_size=2, max_size=12))
def test_the_auc_is_the_share_of_pairs_in_the_right_order(rows):
    people = [(score, came) for score, came, times in rows for _ in range(times)]
    pairs = [(a, b) for (a, yes), (b, no) in product(people, people) if yes and not no]
    if not pairs:
        return
    plain = sum((a > b) + (a == b) / 2 for a, b in pairs) / len(pairs)
    score, came, times = (np.array(column) for column in zip(*rows, strict=True))
    assert auc(score.astype(float), came.astype(bool), times[np.newaxis])[0] == pytest.approx(plain)


def test_too_few_who_brought_anybody_tell_nothing():
    found = scored(np.arange(9.0), np.arange(9.0), np.array([1.0] * 4 + [0.0] * 5))
    assert found.auc is None
    assert not found.skill
    assert found.words.startswith("too little to say")
    assert found.finding().value is None


def test_a_ranking_by_chance_has_skill_in_at_most_some_5_percent():
    random = np.random.default_rng(6)
    skilled = [
        scored(random.random(60), random.random(60), (random.random(60) < 0.4).astype(float), draws=200).skill
        for _ in range(300)
    ]
    assert sum(skilled) / 300 <= 0.025 + 3 * (0.025 * 0.975 / 300) ** 0.5


def test_a_ranking_that_is_right_is_ahead_of_one_by_chance():
    random = np.random.default_rng(7)
    value = (random.random(80) < 0.4).astype(float)
    found = scored(value + random.normal(0, 0.5, 80), random.random(80), value)
    assert found.skill
    assert found.ahead_interval[0] > 0
    assert "better than going to those who responded most" in found.words
    assert found.lift > 1.5


def test_a_chain_names_everybody_on_the_way_up_to_the_leader(workspace):
    rows = [
        row(0, 0, "boss"),
        row(1, 1, "ann", "reply", parent="i000"),
        row(2, 2, "bob", "reply", parent="i001"),
        row(3, 3, "ann", "reply", parent="i002"),
        row(4, 40, "cem", "reply", parent="i003"),  # waited too long: the chain does not go on from here
    ]
    ego = ego_of(workspace(activities=rows))
    pairs = list(zip(*(column.tolist() for column in chains(ego, np.array([3, 4]))), strict=True))
    named = {(at, ego.people.who[code].person) for at, code in pairs}
    assert named == {(0, "x:ann"), (0, "x:bob"), (1, "x:cem")}


def test_who_was_brought_came_first_after_the_exchange_and_through_that_person(workspace):
    rows = [
        row(0, 0, "boss"),
        row(1, 1, "old", "reply", parent="i000"),  # reached before the last part
        row(2, 50, "hub"),
        row(3, 51, "boss"),
        row(4, 52, "early", "reply", parent="i003"),  # new, but before the exchange, and not through hub
        row(5, 53, "boss", "reply", parent="i002"),  # the exchange
        row(6, 54, "hub", "reply", parent="i005"),
        row(7, 55, "new", "reply", parent="i006"),
        row(8, 56, "old", "reply", parent="i006"),
        row(9, 57, "early", "reply", parent="i006"),
    ]
    ego = ego_of(workspace(activities=rows))
    last = Window(int((START + timedelta(days=40)).timestamp() * 1e6), ego.window.until)
    people = np.array(sorted(ego.people.find(f"x:{name}") for name in ("hub", "early")))
    since = np.full(2, int((START + timedelta(days=53)).timestamp() * 1e6))
    value = dict(zip(people.tolist(), brought(ego, Ledger(ego), last, people, since).tolist(), strict=True))
    assert value[ego.people.find("x:hub")] == pytest.approx(0.9 + 0.9)  # hub and new, each unmet with 0.9
    assert value[ego.people.find("x:early")] == 0


# --- coming back to a conversation --------------------------------------------------------------------------


def test_a_conversation_is_compared_only_with_its_like():
    back = Thread((0, 5, 6), (1.0, 1.0, 1.0), 2)
    alike = Thread((0, 9), (1.0, 1.0), None)
    busier = Thread((0, 1, 9), (1.0, 1.0, 1.0), None)  # had two people by then
    elsewhere = Thread((0,), (1.0,), None, "another source")
    found = matched([back, alike, busier, elsewhere], delta=10)
    assert (found.back.tolist(), found.like.tolist()) == ([0], [1])
    assert found.difference() == 2.0 - 1.0
    assert np.isnan(found.difference(np.array([2, 0, 1, 1])))  # drawn again without its like


def test_a_conversation_drawn_twice_counts_twice():
    back = Thread((0, 5, 6), (1.0, 1.0, 1.0), 2)
    quiet, lively = Thread((0,), (1.0,), None), Thread((0, 7, 8, 9), (1.0,) * 4, None)
    found = matched([back, quiet, lively], delta=10)
    assert found.difference() == pytest.approx(2 - (0 + 3) / 2)
    assert found.difference(np.array([1, 2, 1])) == pytest.approx(2 - (0 + 0 + 3) / 3)


def thread(random, lift):
    """People arrive at a rate; the leader comes back after one of them, and the rate is multiplied from then on."""
    rate, time, came, back = random.gamma(2, 0.05), 0.0, [], None
    wants = random.random() < 0.5
    while len(came) < 60:
        faster = rate * (lift if back is not None else 1)
        time += random.exponential(1 / faster)
        if time > 100:
            break
        came.append(int(time * 1000))
        if wants and back is None and random.random() < 0.3:
            back = came[-1] + 1
    return Thread(tuple(came), (1.0,) * len(came), back) if came else None


def matched_of(seed, lift):
    random = np.random.default_rng(seed)
    return matched([one for one in (thread(random, lift) for _ in range(200)) if one], 20_000)


def test_coming_back_without_effect_differs_from_its_like_by_nothing_in_95_of_100():
    intervals = [matched_of(seed, 1.0).interval(draws=200, seed=seed) for seed in range(100)]
    inside = sum(low <= 0 <= high for low, high in intervals)
    assert 0.95 - 3 * (0.95 * 0.05 / 100) ** 0.5 <= inside / 100


def test_coming_back_that_triples_what_follows_comes_out():
    low, _ = matched_of(1, 3.0).interval()
    assert low > 0.5


# --- the whole advice ---------------------------------------------------------------------------------------


def company(hubs=8, rounds=6):
    """Hubs are answered by three followers each, quiet ones by nobody; both always answer the boss.

    The followers first come to the boss's conversations in the last third: they answer the hubs there.
    """
    rows = []

    def add(day, actor, verb="post", **more):
        rows.append(row(len(rows), day, actor, verb, **more))
        return rows[-1]["id"]

    for turn in range(rounds):
        for n in range(hubs):
            day = turn * 15 + n / hubs
            for kind in ("hub", "quiet"):
                asked = add(day, f"{kind}{n}")
                exchange = add(day + 0.1, "boss", "reply", parent=asked)
                answer = add(day + 0.2, f"{kind}{n}", "reply", parent=exchange)
                own = add(day + 0.3, f"{kind}{n}")
                for follower in range(3 if kind == "hub" else 0):
                    target = answer if turn == rounds - 1 else own
                    add(day + 0.4, f"follower{n}-{follower}", "reply", parent=target)
    return rows


def test_where_the_planted_truth_is_learnable_the_back_test_shows_skill_and_hubs_come_first(workspace):
    rows = company()
    ego = ego_of(workspace(activities=rows))
    found = advise(ego).test
    assert found.exchanged == 16
    assert found.brought == 8
    assert found.auc == 1.0
    assert found.skill


def test_before_the_followers_came_the_hubs_are_advised_and_the_quiet_are_not(workspace):
    rows = [one for one in company() if one["time"] < (START + timedelta(days=74)).isoformat()]
    found = advise(ego_of(workspace(activities=rows)))
    people = [one for one in found.rows if one.kind == "person"]
    assert people
    hubs = [one for one in people if one.who.startswith("x:hub")]
    assert {f"x:hub{n}" for n in range(8)} == {one.who for one in hubs}
    assert not any(one.who.startswith("x:quiet") for one in people)
    assert all(one.interval[0] <= one.gain <= one.interval[1] for one in found.rows)
    assert "answered 5 of the leader's 5 exchanges within 14 days" in hubs[0].reason
    assert {one.kind for one in found.rows} == {"person"}
    assert found.together <= sum(one.gain for one in people) * 1.05
    ids = {one["id"] for one in rows}
    assert all(one.evidence and set(one.evidence) <= ids for one in found.rows)


def test_advice_that_failed_its_test_says_too_little_to_say(workspace):
    found = advice(ego_of(workspace(activities=BY_HAND)))
    assert found["advice"].value is None
    assert found["advice"].reason.startswith("too little to say")
    assert found["advice_backtest"].value is None
    assert found["step_up"].value is None
    assert "needed" in found["step_up"].reason


def test_the_findings_are_plain_json_that_reads_back(workspace):
    for finding in advice(ego_of(workspace(activities=company()))).values():
        body = json.loads(json.dumps(finding.as_json(), allow_nan=False))
        assert Finding.from_json(finding.name, body) == finding


def test_where_nobody_is_left_the_advice_says_so(workspace):
    rows = [row(0, 0, "boss"), row(1, 1, "ann", "reply", parent="i000")]
    found = advice(ego_of(workspace(activities=rows)))
    assert found["advice"].reason == NOBODY_LEFT
    assert found["advice"].detail.rows == ()


def test_bots_the_team_and_the_met_are_not_brought(workspace):
    people = [
        {"person": "boss", "accounts": ["x:boss"]},
        {"person": "bob", "accounts": ["x:bob"], "manager": "boss"},
        {"person": "cem", "accounts": ["x:cem"], "bot": True},
    ]
    ego = ego_of(workspace(activities=BY_HAND, people=people), leader="boss")
    assert not Ledger(ego).fit(ego.window).weight.any()
    assert advise(ego).rows == ()


def test_the_order_of_rows_changes_nothing(workspace):
    rows = [one for one in company(hubs=3) if one["time"] < (START + timedelta(days=74)).isoformat()]
    one, other = (
        advice(ego_of(workspace(activities=given)))["advice"].detail.rows for given in (rows, rows[::-1])
    )
    assert one == other


def test_an_undated_network_gives_no_advice_and_says_why(workspace):
    ego = ego_of(workspace(ties=[{"source": "x:boss", "target": "x:ann", "meaning": "influence"}]))
    assert {NO_TIMES} == {finding.reason for finding in advice(ego).values()}
    assert step_up(ego).reason == NO_TIMES
    with pytest.raises(ValueError, match="no times"):
        advise(ego)


def test_delta_is_that_of_the_settings(workspace):
    ego = ego_of(workspace("[passing]\ndelta_days = 30\n", activities=BY_HAND))
    assert ego.passing.delta == 30 * DAY
    fit = Ledger(ego).fit(ego.window)
    of = {one.person: code for code, one in enumerate(ego.people.who)}
    assert (fit.tries[of["x:bob"]], fit.successes[of["x:bob"]]) == (1, 1)
