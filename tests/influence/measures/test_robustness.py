"""Does the headline stand when something is left out, and how much was not seen."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from influence.chance.unseen import longer
from influence.chance.unseen import unseen as not_seen
from influence.measures.against_chance import influence_test
from influence.measures.reach import crossings, four_steps, possible_reach
from influence.measures.robustness import robustness, unseen
from tests.kit.asking import asking

START = datetime(2026, 1, 5, 9, tzinfo=UTC)
BUTTERFLIES = [118, 74, 44, 24, 29, 22, 20, 19, 20, 15, 12, 14, 6, 12, 6, 9, 9, 6, 10, 10, 11, 5, 3, 3]
"""Species of Malayan butterflies that Corbet caught once, twice, … (Fisher, Corbet & Williams 1943)."""


def at(**later):
    return (START + timedelta(**later)).isoformat()


ego_of = asking("s:p0")


def alternatives(workspace):
    return robustness(ego_of(workspace))["robustness"].detail.alternatives


def post(name, actor="s:p0", **more):
    return {"id": name, "time": at(), "actor": actor, "verb": "post"} | more


def reply(name, actor, parent, **later):
    return {"id": name, "time": at(**later), "actor": actor, "verb": "reply", "parent": parent}


# --- the headline again -------------------------------------------------------------------------------------

ROWS = [
    post("a"),
    reply("b", "s:1", "a", hours=1),
    reply("c", "s:1", "a", hours=2),
    reply("d", "s:2", "b", hours=3),  # hangs on what 1 said
    reply("e", "s:3", "a", hours=4),
]


def test_without_the_largest_alter_what_hangs_on_them_is_gone_too(workspace):
    found = robustness(ego_of(workspace(activities=ROWS)))["robustness"]
    rows = found.detail.alternatives
    assert 2.7 == pytest.approx(found.detail.reach_4)  # three people, not known to have been met
    assert 0.9 == pytest.approx(rows["without_largest_alter"].reach_4)
    assert ("s:1",) == rows["without_largest_alter"].people
    assert -2 / 3 == pytest.approx(rows["without_largest_alter"].change)
    assert 1.0 == pytest.approx(found.value)  # without its one conversation nothing is left


def test_bots_count_only_where_they_are_let_in(workspace):
    people = [{"person": "s:1", "accounts": ["s:1"], "bot": True}]
    rows = alternatives(workspace(activities=ROWS, people=people))
    assert 2.7 == pytest.approx(rows["with_bots"].reach_4)
    assert 0.5 == pytest.approx(rows["with_bots"].change)
    assert ("s:1",) == rows["with_bots"].people


def test_who_answers_within_seconds_again_and_again_is_suspected(workspace):
    rows = [post(f"p{n}") | {"time": at(days=n)} for n in range(5)]
    rows += [reply(f"q{n}", "s:quick", f"p{n}", days=n, seconds=2 if n < 3 else 600) for n in range(5)]
    rows += [reply(f"s{n}", "s:slow", f"p{n}", days=n, seconds=2 if n < 2 else 600) for n in range(5)]
    rows += [reply(f"f{n}", "s:few", f"p{n}", days=n, seconds=2) for n in range(4)]
    found = alternatives(workspace(activities=rows))["without_suspected"]
    assert ("s:quick",) == found.people
    assert 1.8 == pytest.approx(found.reach_4)


def test_answers_to_bulk_mail_can_be_left_out(workspace):
    many, some = ([f"email:{n}@a.example" for n in range(count)] for count in (21, 20))
    mail = {"actor": "email:p0@a.example", "verb": "message"}
    rows = [post("bulk", **mail, to=many), post("letter", **mail, to=some)]
    rows += [
        reply("x", "email:1@a.example", "bulk", hours=1),
        reply("y", "email:2@a.example", "letter", hours=1),
    ]
    ego = ego_of(workspace(activities=rows), leader="email:p0@a.example")
    found = robustness(ego)["robustness"].detail.alternatives["without_bulk"]
    assert 1 == found.left_out
    assert -0.5 == pytest.approx(found.change)


def test_where_nobody_responded_there_is_nothing_to_test(workspace):
    for measure in (robustness, unseen):
        (found,) = measure(ego_of(workspace(activities=[post("a")]))).values()
        assert found.value is None
        assert "nobody responded" in found.reason


def test_a_network_without_times_cannot_be_asked(workspace):
    ties = [{"source": "s:p0", "target": "s:1", "meaning": "influence"}]
    for measure in (robustness, unseen):
        (found,) = measure(ego_of(workspace(ties=ties))).values()
        assert found.value is None
        assert "no times" in found.reason


def busy_log(seed=1):
    """Forty people talk in threads of a leader's and of each other's."""
    rng = np.random.default_rng(seed)
    rows = []
    for n in range(60):
        about = post(f"t{n}", "s:p0" if n % 2 else f"s:{rng.integers(1, 40)}") | {"time": at(days=n)}
        rows.append(about)
        for m in range(int(rng.integers(1, 8))):
            parent = rows[-1]["id"] if m and rng.random() < 0.4 else about["id"]
            rows.append(reply(f"t{n}r{m}", f"s:{rng.integers(1, 40)}", parent, days=n, hours=m + 1))
    return rows


def test_ten_times_more_self_replies_move_no_score_by_more_than_one_percent(workspace):
    rows = busy_log()
    own = [
        reply(f"self{n}", row["actor"], row["id"])
        | {"time": row["time"].replace(":00+", f":{n % 50 + 1:02}+")}
        for n, row in enumerate(rows * 10)
    ]
    assert 10 * len(rows) == len(own)
    before, after = (ego_of(workspace(activities=some)) for some in (rows, rows + own))
    for measure in (four_steps, possible_reach, crossings, robustness, unseen, influence_test):
        one, other = measure(before), measure(after)
        assert one.keys() == other.keys()
        for name, finding in one.items():
            if finding.value is None:
                assert other[name].value is None, name
                continue
            assert finding.value == pytest.approx(other[name].value, rel=0.01), name
            if finding.interval and name.startswith("reach"):
                assert finding.interval == pytest.approx(other[name].interval, rel=0.01), name
    assert before.network.size("weight") == after.network.size("weight")


def test_the_order_of_rows_does_not_matter(workspace):
    rows = busy_log()
    turned = [rows[n] for n in np.random.default_rng(3).permutation(len(rows))]
    one, other = (ego_of(workspace(activities=some)) for some in (rows, turned))
    for measure in (robustness, unseen):
        assert [found.as_json() for found in measure(one).values()] == [
            found.as_json() for found in measure(other).values()
        ]


# --- what was not seen --------------------------------------------------------------------------------------


def test_the_people_not_seen_are_those_of_chao_1987_by_hand():
    """Four once, two twice, one five times, of ten conversations: 9/10 · 16 / 4."""
    found = not_seen([1, 1, 1, 1, 2, 2, 5], np.full(7, 0.5), units=10)
    assert 0.5 * 3.6 == pytest.approx(found.more)
    assert 1 - 4 / 13 * (9 * 4) / (9 * 4 + 4) == pytest.approx(found.coverage)
    assert found.low < found.more < found.high


def test_where_nobody_came_twice_the_bias_corrected_form_holds():
    assert 0.9 * 6 == pytest.approx(not_seen([1, 1, 1, 1], np.ones(4), units=10).more)
    assert 1 - 4 / 4 * (9 * 3) / (9 * 3 + 2) == pytest.approx(
        not_seen([1, 1, 1, 1], np.ones(4), units=10).coverage
    )


def test_one_conversation_does_not_show_who_comes_again():
    assert (0, 0) == (not_seen([1], [1.0], units=1).more, not_seen([1, 1], np.ones(2), units=1).coverage)


def test_where_everybody_came_again_nothing_is_missing():
    assert (0, 0, 0, 1) == tuple(vars(not_seen([2, 3], np.ones(2), units=5)).values())


def test_longer_windows_bring_what_efron_and_hastie_print_for_the_butterflies():
    """Computer Age Statistical Inference, table 6.3: 11.10, 20.96 and 45.2 new species for 0.1, 0.2, 0.5."""
    times = np.repeat(np.arange(1, 25), BUTTERFLIES)
    for more, species in ((0.1, 11.10), (0.2, 20.96), (0.5, 45.2)):
        assert species == pytest.approx(longer(times, np.ones(len(times)), more), rel=0.005)


@given(st.lists(st.integers(1, 30), max_size=40), st.floats(0, 1))
def test_more_of_the_same_brings_at_least_nobody_and_at_most_as_many_as_came_once(times, more):
    found = longer(times, np.ones(len(times)), more)
    assert 0 <= found <= sum(k % 2 for k in times) + 1e-9
    assert 0 == longer(times, np.ones(len(times)), 0.0)


def test_what_cannot_be_is_refused():
    for times, units in (([0], 5), ([6], 5), ([1, 2], 5)):
        with pytest.raises(ValueError, match="at least one conversation"):
            not_seen(times, [1.0], units)
    with pytest.raises(ValueError, match="between 0 and 1"):
        longer([1], [1.0], 1.5)


def test_a_source_with_a_missing_month_says_which_and_what_it_would_add(workspace):
    rows = [post("a"), reply("b", "s:1", "a", hours=1), reply("c", "s:2", "a", hours=2)]
    rows += [post("z") | {"time": at(days=60)}, reply("y", "s:3", "z", days=60, hours=1)]
    found = unseen(ego_of(workspace(activities=rows)))["unseen"]
    (source,) = found.detail.sources
    assert (2, ("2026-02",)) == (source.months, source.missing)
    expected = longer([1, 1, 1], np.full(3, 0.9), 0.5)
    assert expected == pytest.approx(source.would_add)
    assert 2.7 + expected == pytest.approx(found.value)
    assert found.low == pytest.approx(2.7)
    assert found.low <= found.value <= found.high


def test_rows_that_were_set_aside_count_as_missing(workspace):
    rows = [post("a"), reply("b", "s:1", "a", hours=1), {"id": "broken", "time": "no time", "actor": "s:4"}]
    (source,) = unseen(ego_of(workspace(activities=rows)))["unseen"].detail.sources
    assert 1 == source.set_aside
    assert longer([1], [0.9], 0.5) == pytest.approx(source.would_add)


def test_a_complete_source_adds_nothing(workspace):
    found = unseen(ego_of(workspace(activities=ROWS)))["unseen"]
    assert found.detail.reach_4 == found.value == found.low
