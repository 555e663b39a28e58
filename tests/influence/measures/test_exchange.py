"""Exchange, not broadcast: small cases by hand, a plain reading of random logs, and the demo's leaders."""

import json
from datetime import timedelta

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from influence.contract.details.exchange import Stages, TakenUp, Wait
from influence.measures import cascades, letting_go
from influence.measures.asked import Acts, prompted
from influence.measures.brand import against
from influence.measures.exchange import LESS_THAN_HALF, NOBODY_ASKED, exchange
from influence.measures.two_way import two_way
from tests.kit.asking import DAY0, asking
from tests.kit.draws import draws
from tests.kit.logs import iso, logs, stored
from tests.kit.plain_reading import PlainReading

ASKED = ["pull", "response_rate", "response_time", "help", "waiting_on_leader"]


def row(name, hours, actor, *to, parent=None, verb=None, mentions=()):
    verb = verb or ("reply" if parent else "message")
    time = (DAY0 + timedelta(hours=hours)).isoformat()
    accounts = {"to": [f"m:{who}" for who in to], "mentions": [f"m:{who}" for who in mentions]}
    return {"id": name, "time": time, "actor": f"m:{actor}", "verb": verb, "parent": parent, **accounts}


SOURCE_WITH_PARENTS = [row("zz", 0, "yan"), row("zy", 1, "zoe", parent="zz")]
ego_of = asking("m:lea")


@pytest.fixture
def told(workspace):
    """Measure a few activities, in a source that states its parents: told(exchange, row(…), …)."""

    def measured(measure, *rows, until=None, **kinds):
        one = workspace(activities=[*SOURCE_WITH_PARENTS, *rows], **kinds)
        return measure(ego_of(one, until=until))

    return measured


# --- pull -----------------------------------------------------------------------------------------------


def test_who_writes_unasked_is_pull_and_who_was_written_to_is_not(told):
    """Ann writes out of the blue; bob after a mail to him; cem fifteen days after his."""
    found = told(
        exchange,
        row("a", 0, "ann", "lea"),
        row("b0", 1, "lea", "bob"),
        row("b", 2, "bob", "lea"),
        row("c0", 3, "lea", "cem"),
        row("c", 4 + 15 * 24, "cem", "lea"),
    )["pull"]
    assert (2 / 3, {"unknown": (2, 3)}) == (found.value, found.detail.spheres)


@pytest.mark.parametrize(
    "act",
    [
        row("l", 0, "lea", "ann"),
        row("l", 0, "lea", verb="post", mentions=["ann"]),
        row("l", 0, "lea", parent="ann0", verb="react"),
        row("l", 0, "lea", "ann", *(f"n{i}" for i in range(50))),
    ],
)
def test_writing_naming_answering_and_bulk_mail_are_acts_towards_a_person(told, act):
    found = told(exchange, row("ann0", -1, "ann", verb="post"), act, row("a", 5, "ann", "lea"))
    assert 0 == found["pull"].value


def test_an_act_at_the_very_moment_did_not_come_before(told):
    assert 1 == told(exchange, row("l", 5, "lea", "ann"), row("a", 5, "ann", "lea"))["pull"].value


def test_an_act_before_the_window_still_counts(workspace):
    one = workspace(activities=[*SOURCE_WITH_PARENTS, row("l", 5, "lea", "ann"), row("a", 9, "ann", "lea")])
    assert 0 == exchange(ego_of(one, since=(DAY0 + timedelta(hours=8)).isoformat()))["pull"].value


def test_mail_to_nine_is_bulk_and_mail_to_eight_is_not(told):
    many = ["lea", *(f"n{i}" for i in range(8))]
    found = told(exchange, row("a", 0, "ann", *many), row("b", 1, "bob", *many[:8]))["pull"]
    assert (1, 1) == (found.detail.bulk, found.detail.inbound)


def test_bulk_mail_that_names_the_leader_is_inbound(told):
    many = ["lea", *(f"n{i}" for i in range(8))]
    found = told(exchange, row("a", 0, "ann", *many, mentions=["lea"]))["pull"]
    assert (0, 1) == (found.detail.bulk, found.detail.inbound)


@pytest.mark.parametrize("verb", ["react", "follow", "view", "share", "edit"])
def test_what_says_nothing_to_the_leader_is_not_inbound(told, verb):
    found = told(exchange, row("p", 0, "lea", verb="post"), row("a", 1, "ann", parent="p", verb=verb))
    assert {(None, NOBODY_ASKED)} == {(one.value, one.reason) for one in found.values()}


def test_a_bot_and_the_leader_say_nothing_to_the_leader(told):
    bot = [{"person": "robot", "accounts": ["m:robot"], "bot": True}]
    found = told(exchange, row("a", 0, "robot", "lea"), row("b", 1, "lea", "lea"), people=bot)
    assert NOBODY_ASKED == found["pull"].reason


@settings(max_examples=80, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 3), st.integers(0, 20)), min_size=1, max_size=20),
    st.lists(st.tuples(st.integers(0, 3), st.integers(0, 20)), max_size=20),
    st.integers(0, 8),
)
def test_prompted_is_what_its_words_say(said, acts, delta):
    plain = [any(v == w and t - delta <= s < t for w, s in acts) for v, t in said]
    towards = np.array(acts, np.int64).reshape(-1, 2)
    found = prompted(*np.array(said).T, Acts(*towards.T, np.zeros(len(acts), bool)), delta)
    assert plain == found.tolist()


# --- answered -------------------------------------------------------------------------------------------

QUESTIONS = [
    row("q1", 0, "ann", "lea"),
    row("a1", 2, "lea", "ann", parent="q1"),
    row("q2", 10, "bob", "lea"),
    row("a2", 14, "lea", "bob", parent="q2"),
    row("a2b", 15, "lea", "bob", parent="q2"),
    row("q3", 20, "cem", "lea"),
    row("end", 30, "yan", verb="post"),
]


def test_rate_and_time_by_hand(told):
    """Answered after 2 and 4 hours; the third had waited 10 when the log ended: half are left at 4 hours."""
    found = told(exchange, *QUESTIONS)
    rate, time = found["response_rate"], found["response_time"]
    assert (2 / 3, 3, 2) == (rate.value, rate.detail.asked, rate.detail.answered)
    assert {"addressed": (2, 3), "named": (0, 0), "in_reply": (0, 0)} == rate.detail.ways
    assert (4, 2 / 3, 3) == pytest.approx(
        (time.value, time.detail.within_a_day, time.detail.median_of_answered)
    )


def test_what_still_waits_is_not_left_out_of_the_median(told):
    """One of three answered: the plain median of the answered would say two hours."""
    found = told(exchange, *QUESTIONS[:3], QUESTIONS[5], QUESTIONS[6])["response_time"]
    assert (None, LESS_THAN_HALF, 2) == (
        found.value,
        found.reason,
        found.detail.median_of_answered,
    )


def test_an_answer_after_the_window_is_not_there_yet(told):
    until = (DAY0 + timedelta(hours=13)).isoformat()
    found = told(exchange, *QUESTIONS, until=until)["response_rate"]
    assert (1 / 2, 2) == (found.value, found.detail.asked)


def test_a_mention_and_a_reply_ask_too_and_a_reaction_answers(told):
    found = told(
        exchange,
        row("p", 0, "lea", verb="post"),
        row("r", 1, "ann", parent="p"),
        row("n", 2, "bob", verb="post", mentions=["lea"]),
        row("x", 3, "lea", parent="r", verb="react"),
    )["response_rate"]
    assert {"addressed": (0, 0), "named": (0, 1), "in_reply": (1, 1)} == found.detail.ways


@pytest.mark.parametrize(("hours", "answered"), [(0, 1), (-1, 0)])
def test_an_answer_of_the_same_moment_counts_and_one_before_its_question_does_not(told, hours, answered):
    found = told(exchange, row("q", 0, "ann", "lea"), row("a", hours, "lea", "ann", parent="q"))
    assert answered == found["response_rate"].value


def test_nobody_is_seen_waiting_longer_than_the_log_goes(told):
    """A window that ends a year after the log says nothing about that year."""
    found = told(exchange, *QUESTIONS[-2:], until="2027-01-01")
    assert 10 / 24 == found["waiting_on_leader"].detail.longest_days


def test_what_was_not_seen_for_a_day_is_not_at_risk_for_a_day(told):
    """Answered after 20 hours, the only one that was seen so long: the other had waited 15 when the log ended."""
    rows = [
        row("q", 0, "ann", "lea"),
        row("r", 15, "bob", "lea"),
        row("a", 20, "lea", "ann", parent="q"),
        row("end", 30, "yan", verb="post"),
    ]
    assert 1 == told(exchange, *rows, until="2027-01-01")["response_time"].detail.within_a_day


def test_asking_again_by_answering_oneself_is_one_question_and_an_answer_to_any_part_answers_it(told):
    again = [row(f"m{i}", 1 + i, "ann", "lea", parent=f"m{i - 1}" if i else "q") for i in range(10)]
    rows = [row("q", 0, "ann", "lea"), *again, row("a", 20, "lea", "ann", parent="m9")]
    found = told(exchange, *rows)
    assert (1, 1, 20) == (
        found["response_rate"].detail.asked,
        found["response_rate"].value,
        found["response_time"].value,
    )


def test_answering_oneself_answers_nobody_else(told):
    """Ann's question under the leader's post waits, however often the leader adds to the post."""
    rows = [row("p", 0, "lea", verb="post"), row("q", 1, "ann", parent="p")]
    added = [row(f"s{i}", 2 + i, "lea", parent=f"s{i - 1}" if i else "p") for i in range(10)]
    assert 1 == told(exchange, *rows, *added)["waiting_on_leader"].value


def test_what_was_answered_before_it_was_put_to_the_leader_is_still_open(told):
    """The leader answers ann's post; only then she puts it to the leader."""
    rows = [
        row("o", 0, "ann", verb="post"),
        row("l", 1, "lea", parent="o"),
        row("q", 2, "ann", "lea", parent="o"),
    ]
    assert 0 == told(exchange, *rows)["response_rate"].value


def test_another_persons_answer_is_not_the_leaders(told):
    found = told(exchange, row("q", 0, "ann", "lea", "bob"), row("a", 1, "bob", "ann", parent="q"))
    assert 0 == found["response_rate"].value


# --- the ledger of help ---------------------------------------------------------------------------------


def test_question_answer_and_thanks_by_hand(told):
    sphere = [{"person": "ann", "accounts": ["m:ann"], "sphere": "customer"}]
    found = told(
        exchange,
        *QUESTIONS,
        row("t1", 16, "ann", "lea", parent="a1", verb="react"),
        row("t2", 17, "dan", "lea", parent="a2", verb="react"),
        people=sphere,
    )["help"]
    assert (1, 3, 2, 1) == (
        found.value,
        found.detail.asked,
        found.detail.answered,
        found.detail.taken_up,
    )
    assert Stages(asked=1, answered=1, taken_up=1) == found.detail.spheres["customer"]
    taken_up = TakenUp(
        person="ann",
        name="ann",
        sphere="customer",
        question="q1",
        answer="a1",
        thanks="t1",
        hours=2.0,
    )
    assert (taken_up,) == found.detail.ledger


# --- who waits ------------------------------------------------------------------------------------------


def test_what_nobody_answered_waits_from_its_first_question(told):
    found = told(exchange, *QUESTIONS, row("again", 24, "cem", "lea", parent="q3"))["waiting_on_leader"]
    assert (1, 1, 10 / 24) == (found.value, len(found.detail.list), found.detail.longest_days)
    waits = Wait(item="q3", person="m:cem", name="cem", sphere="unknown", way="addressed", days=10 / 24)
    assert waits == found.detail.list[0]


@pytest.mark.parametrize(
    ("later", "waits"),
    [
        (row("l", 25, "lea", "cem"), 0),
        (row("l", 25, "lea", "dan", parent="other"), 0),
        (row("l", 25, "lea", "cem", *(f"n{i}" for i in range(8))), 1),
        (row("l", 25, "lea", "eva"), 1),
        (row("l", 20, "lea", "cem"), 0),
        (row("l", 19, "lea", "cem"), 1),
    ],
)
def test_who_was_written_to_since_or_whose_conversation_went_on_does_not_wait(told, later, waits):
    """A later mail to cem, or a word in cem's conversation; not bulk mail, nor mail to others, nor an earlier one."""
    other = row("other", 24, "dan", "cem", parent="q3")
    assert waits == told(exchange, *QUESTIONS, other, later)["waiting_on_leader"].value


def test_old_questions_are_told_apart_from_new_ones(told):
    found = told(exchange, row("q", 0, "ann", "lea"), row("r", 30 * 24, "bob", "lea"))["waiting_on_leader"]
    assert (2, 1, 15) == (found.value, found.detail.older, found.detail.median_days)


def test_of_those_who_came_in_the_last_month_the_one_from_outside_who_waits_longest_is_named(told):
    """Ann has waited forty days, tea is in the team, bob came before cem."""
    found = told(
        exchange,
        row("a", 0, "ann", "lea"),
        row("t", 11 * 24, "tea", "lea"),
        row("b", 20 * 24, "bob", "lea"),
        row("c", 30 * 24, "cem", "lea"),
        row("z", 40 * 24, "zoe", "yan"),
        people=[
            {"person": "tea", "name": "tea", "accounts": ["m:tea"], "manager": "lea"},
            {"person": "lea", "name": "lea", "accounts": ["m:lea"]},
        ],
    )["waiting_on_leader"]
    assert ("m:bob", 20) == (found.detail.recent.person, found.detail.recent.days)
    assert "m:ann" == found.detail.list[0].person


# --- both ways ------------------------------------------------------------------------------------------


def test_both_ways_by_hand(told):
    """Ann answered the leader and was answered; bob only answered; cem answered ann."""
    rows = [
        row("p", 0, "lea", verb="post"),
        row("a", 1, "ann", parent="p"),
        row("l", 2, "lea", parent="a"),
        row("b", 3, "bob", parent="p"),
        row("c", 4, "cem", parent="a"),
    ]
    found = told(two_way, *rows)["two_way_share"]
    assert (1 / 3, 1, 3) == (
        pytest.approx(found.value),
        found.detail.both_ways,
        found.detail.people,
    )


def test_people_met_weigh_less_and_the_unknown_are_bounded(told):
    """Both ways: ann, whom the leader has met for sure, and cem, unknown. One way: bob, declared a stranger.

    Of the two declared one was met: cem is supposed to be with (1 + 10 · 0.1) / 12. 5/6 of 11/6 then, nothing of 1 if
    cem was met; 1 / 2 if not.
    """
    rows = [
        row("p", 0, "lea", verb="post"),
        *(row(who, 1, who, parent="p") for who in ("ann", "bob", "cem")),
        *(row(f"l{who}", 2, "lea", parent=who) for who in ("ann", "cem")),
        row("silent", 9, "lea", verb="post"),
    ]
    people = [{"person": who, "accounts": [f"m:{who}", f"n:{who}"]} for who in ("lea", "ann", "bob")]
    said = {"evidence": "declared", "time": DAY0.isoformat()}
    met = [said | {"people": ["n:lea", f"n:{who}"], "kind": kind} for who, kind in DECLARED.items()]
    found = told(two_way, *rows, people=people, encounters=met)["two_way_share"]
    assert (5 / 11, 0, 0.5) == pytest.approx((found.value, found.low, found.high))
    assert found.interval[0] <= found.value <= found.interval[1]


DECLARED = {"ann": "in_person", "bob": "never"}


def test_an_undated_network_knows_both_ways_too(workspace):
    ties = [
        {"source": "m:lea", "target": who, "meaning": "influence", "directed": directed}
        for who, directed in (("m:ann", False), ("m:bob", True))
    ]
    found = two_way(ego_of(workspace(ties=ties)))["two_way_share"]
    assert (0.5, None) == (found.value, found.interval)


def test_with_nobody_beyond_there_is_no_share(told):
    found = told(two_way, row("p", 0, "lea", verb="post"))["two_way_share"]
    assert (None, "nobody who had not been met responded") == (found.value, found.reason)


def test_an_undated_network_has_no_questions(workspace):
    ties = [{"source": "m:lea", "target": "m:ann", "meaning": "influence"}]
    found = exchange(ego_of(workspace(ties=ties)))
    assert set(ASKED) == set(found)
    assert {(None, "the network has no times, which this measure needs")} == {
        (one.value, one.reason) for one in found.values()
    }


# --- a plain reading ------------------------------------------------------------------------------------

SAYS = {"post", "message", "reply", "comment", "quote"}


@settings(max_examples=draws(8, 40), deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(log=logs())
def test_the_numbers_are_those_of_a_plain_reading(log, tmp_path_factory):
    activities, people, encounters, since, until = log
    if not activities:
        return
    plain = PlainReading(activities, people, encounters, "p0", since, until)
    with stored(tmp_path_factory.mktemp("log"), activities, people, encounters) as workspace:
        ego = ego_of(workspace, since=iso(since), until=iso(until), leader="p0")
        found, both = exchange(ego), two_way(ego)["two_way_share"]
    expected = plainly(plain)
    for name, value in expected.items():
        assert value == pytest.approx(found[name].value), name
    for finding in [*found.values(), both]:
        if finding.interval and finding.value is not None:
            low, high = finding.interval
            assert low - 1e-9 <= finding.value <= high + 1e-9, finding
    assert both_ways(plain) == pytest.approx((both.value, both.low, both.high))


@settings(max_examples=draws(3, 10), deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(log=logs(), dice=st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_nothing(log, dice, tmp_path_factory):
    activities, people, encounters, _, _ = log
    if not activities:
        return
    shuffled = dice.sample(activities, len(activities))
    found = []
    for rows in (activities, shuffled):
        with stored(tmp_path_factory.mktemp("log"), rows, people, encounters) as workspace:
            ego = ego_of(workspace, leader="p0")
            found.append([json.dumps(one.as_json()) for measure in EVERY for one in measure(ego).values()])
    assert found[0] == found[1]


EVERY = [
    exchange,
    two_way,
    cascades.cascades,
    cascades.generations,
    cascades.social_h,
    letting_go.carry_on,
    letting_go.only_leader_answers,
    letting_go.centralisation,
    lambda ego: {"brand": against(ego, ["p1", "b:2"])},
]


def plainly(plain):
    """The definitions word by word, item after item."""
    me, heard, said = plain.leader, set(), []
    for one in sorted(plain.activities, key=lambda one: (one["time"], one["id"])):
        inbound = plain.inside(one["id"]) and one["verb"] in SAYS and me in towards(plain, one)
        if inbound and plain.author(one) not in plain.bots() | {me} and run(plain, one["id"]) not in heard:
            heard.add(run(plain, one["id"]))
            said.append(one)
    if not said:
        return {"pull": None, "response_rate": None, "help": None, "waiting_on_leader": None}
    mine = [one for one in plain.activities if plain.author(one) == me and one["time"] < plain.until]
    questions = [one["id"] for one in said]
    answer = {item: first_response(plain, item, me, questions) for item in questions}
    told = [item for item in answer.values() if item is not None]
    unasked, waits, thanked = 0, set(), 0
    for one in said:
        v, t, place = plain.author(one), one["time"], root(plain, one["id"])
        unasked += not any(v in towards(plain, act) and t - plain.delta <= act["time"] < t for act in mine)
        since = [
            act
            for act in mine
            if act["time"] >= t
            and (v in towards(plain, act) or (root(plain, act["id"]) == place and begins(plain, act["id"])))
        ]
        if answer[one["id"]] is None and not since:
            waits.add(place)
        thanked += (
            answer[one["id"]] is not None and first_response(plain, answer[one["id"]], v, told) is not None
        )
    return {
        "pull": unasked / len(said),
        "response_rate": sum(one is not None for one in answer.values()) / len(said),
        "help": thanked,
        "waiting_on_leader": len(waits),
    }


def run(plain, item):
    """The item that its author began with and went on with."""
    for above in plain.answers.get(item, []):
        same = plain.author(plain.item[above]) == plain.author(plain.item[item])
        if same and plain.item[above]["time"] <= plain.item[item]["time"]:
            return run(plain, above)
    return item


def begins(plain, item):
    return run(plain, item) == item


def towards(plain, one):
    """Whom an activity is addressed to, names, or answers."""
    named = {plain.who(account) for account in one.get("to", []) + one.get("mentions", [])}
    return named | {plain.author(plain.item[parent]) for parent in plain.answers.get(one["id"], [])}


def first_response(plain, item, by, among):
    """The first response to a run of items by one author, from the first of them that is among those meant."""
    since = min(plain.item[one]["time"] for one in among if run(plain, one) == run(plain, item))
    found = [
        child
        for child, parents in plain.answers.items()
        for above in parents
        if run(plain, above) == run(plain, item)
        and plain.author(plain.item[child]) == by
        and since <= plain.item[above]["time"] <= plain.item[child]["time"] < plain.until
    ]
    return min(found, default=None)


def root(plain, item):
    """The top of an item's conversation, by stated links of any verb first."""
    above = plain.item[item].get("parent") or min(plain.answers.get(item, []), default=None)
    return root(plain, above) if above else item


def both_ways(plain):
    me, inside = plain.leader, [one for one in plain.responses() if plain.inside(one[0])]
    drawn = {v for _, v, u in inside if u == me}
    given_to = {u for _, v, u in inside if v == me}
    found, team = plain.reached(), plain.team()
    outside = {v: plain.m(v, first) for v, (first, _) in found.items() if v not in team}
    shares = []
    for unknown in (None, 1.0, 0.0):
        weight = {v: 1 - (m if known or unknown is None else unknown) for v, (m, known) in outside.items()}
        if sum(weight.values()) > 1e-12:
            shares.append(sum(weight[v] for v in weight if v in drawn & given_to) / sum(weight.values()))
    if not shares or sum(1 - m for m, _ in outside.values()) <= 1e-12:
        return (None, None, None)
    return shares[0], min(shares), max(shares)
