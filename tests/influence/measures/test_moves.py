"""What moved the number: new, returned, lapsed, by conversation, and which periods may be compared at all."""

import json
from math import fsum

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from influence.analysis.asking import CannotAsk
from influence.contract.narrowing import Narrowing
from influence.measures.moves import moves
from influence.reach.steps import Alter
from tests.influence.measures.test_against_before import declared, talk
from tests.kit.asking import row
from tests.kit.logs import logs, stored

NEVER = [(name, "never") for name in "abcdefgh"]
THIRD, END = "2026-03-02", "2026-04-01"
"""A third period of 30 days after two of 60."""


def ninety_days(*answers, **more):
    """Days of three periods of 30 days, each with the answers given, and somebody who writes on every day."""
    rows = [one for n, names in enumerate(answers) for one in talk(names, start=30 * n)]
    return {
        "activities": [*rows, *(row(f"o{day}", 24 * day, "other") for day in range(90))],
        "encounters": declared(*NEVER),
        **more,
    }


def told(held, since=THIRD, until=END, **asked):
    return held.report("x:lea", since, until, measures=["against-before"], **asked).findings["against_before"]


def test_new_returned_and_lapsed_are_told_apart(workspace):
    """In the third period d is new, a is back after a period away; b and c are gone, e stayed."""
    one = told(workspace(**ninety_days(["a", "b"], ["bc", "e", "b"], ["d", "ae"])))
    detail = one.detail
    assert (1, 1, 2, 0) == (detail.new, detail.returned, detail.lapsed, detail.anew)
    assert one.value == 0 == detail.new + detail.returned - detail.lapsed
    assert (2, 1, 1, 2) == (detail.came, detail.came_back, detail.stayed, detail.stayed_away)
    assert detail.record_since == "2026-01-01"


def test_where_nothing_is_on_record_before_the_two_nobody_is_told_to_be_back(workspace):
    held = workspace(**ninety_days(["a", "b"], ["bc"], []))
    detail = told(held, "2026-01-31", THIRD).detail
    assert (None, None) == (detail.came_back, detail.record_since)
    assert (1, 0, 1) == (detail.new, detail.returned, detail.lapsed)


def test_somebody_met_in_between_is_neither_new_nor_lapsed(workspace):
    met = {"people": ["x:lea", "x:a"], "kind": "in_person", "evidence": "calendar"}
    made = ninety_days([""], ["ab"], ["ab"])
    made["encounters"] = [met | {"time": "2026-03-01T09:00:00Z"}, *declared(("b", "never"))]
    one = told(workspace(**made))
    detail = one.detail
    assert (0, 0, 0) == (detail.new, detail.returned, detail.lapsed)
    assert one.value == pytest.approx(detail.anew) == pytest.approx(-0.95 * 0.9, abs=0.1)
    assert detail.met_since == 1


def test_the_conversations_that_brought_and_lost_most_come_with_evidence(workspace):
    made = ninety_days([""], ["abc", "d"], ["e", "", "fgh", "e"])
    for one in made["activities"]:
        if one["id"] in {"p30", "a30"}:
            one["channel"] = "plans"
    detail = told(workspace(**made)).detail
    first, second = detail.brought
    assert (3, 3.0, ("f62", "g62", "h62")) == (first.people, first.weighed, first.evidence)
    assert (1, ("e60",)) == (
        second.people,
        second.evidence,
    )  # e came by the first; the later one brought nobody
    assert ("x:lea", "2026-03-04T00:00:00+00:00", None) == (first.begun_by, first.began, first.channel)
    gone, other = detail.lost
    assert (3, ("a30", "b30", "c30"), "plans") == (gone.people, gone.evidence, gone.channel)
    assert (1, ("d31",)) == (other.people, other.evidence)


def test_the_evidence_of_what_moved_is_among_the_responses_of_the_report(workspace):
    report = workspace(**ninety_days([""], ["a"], ["b"])).report("x:lea", THIRD, END)
    assert {"a30", "b60"} <= set(report.responses)


def late_source(held, responses):
    """A second source that begins in the third period: somebody's answers to the leader's posts."""
    days = [30 * 2 + n for n in range(28)]
    rows = [row(f"late{day}", 24 * day + 2, "z", f"p{day}") for day in days[:responses]]
    rows += [row(f"q{day}", 24 * day + 3, "y") for day in days]
    file = held.path / "late.jsonl"
    file.write_text("\n".join(map(json.dumps, rows)))
    held.import_path(file, connector="activities")


def test_periods_that_the_sources_cover_unlike_are_not_compared(workspace):
    """A source with most of the responses is there in the later period only; with few of them it is only named."""
    held = workspace(**ninety_days(["a"] * 10, ["a"] * 10, ["a"] * 20))
    assert told(held).value is not None
    late_source(held, 20)
    one = told(held, against="previous")
    assert one.value is None
    assert "of the earlier period and 100 % of the later, too unlike to compare" in one.reason
    few = workspace(**ninety_days(["a"] * 10, ["a"] * 10, ["a"] * 20))
    late_source(few, 1)
    detail = told(few, against="previous").detail
    assert detail.before_covered < 1 == detail.covered
    assert detail.covered - detail.before_covered <= 0.2
    assert detail.sources is not None


def test_an_earlier_period_may_be_asked_for(workspace):
    held = workspace(**ninety_days(["a", "b"], ["bc"], ["d", "a"]))
    detail = told(held, against="2026-01-01..2026-01-30").detail
    assert ("2026-01-01T00:00:00+00:00", "2026-01-31T00:00:00+00:00") == (
        detail.before_since,
        detail.before_until,
    )
    assert (2, 2, 1, 1) == (detail.was, detail.now, detail.new, detail.lapsed)
    assert detail.returned == 0
    assert told(held, against="previous") == told(held)


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ("last year", 'neither "previous" nor two days such as 2026-01-01..2026-03-31'),
        ("2026-01-01..soon", "neither"),
        ("..", "neither"),
        ("2026-01-01..2026-01-15", "15 days and the window 30: periods of one length"),
        ("2026-02-10..2026-03-11", "is not over when the window begins, on 2 Mar 2026"),
        ("2026-01-30..2026-01-01", "shorter than 7 days, or reversed"),
        ("0001-01-01..9999-12-31", "neither"),
    ],
)
def test_a_period_that_cannot_be_meant_is_one_clear_sentence(workspace, words, says):
    with pytest.raises(CannotAsk, match=says.replace("(", r"\(")) as told_:
        told(workspace(**ninety_days(["a"], ["b"], ["c"])), against=words)
    assert "\n" not in str(told_.value)


def test_no_other_period_takes_the_place_of_one_that_is_asked_for(workspace):
    held = workspace(**ninety_days(["a"], ["b"], ["c"]))
    assert told(held, "2026-01-01", END).detail.halves
    asked = told(held, "2026-01-01", END, against="previous")
    assert "nothing is on record before 1 Jan 2026" == asked.reason


ALTERS = st.dictionaries(
    st.integers(0, 12), st.tuples(st.sampled_from((2, 3, 4, 4)), st.floats(0, 1), st.booleans())
).map(lambda rows: [Alter(person, *told_, 1, 0) for person, told_ in sorted(rows.items())])


@given(ALTERS, ALTERS, st.frozensets(st.integers(0, 12)))
def test_everybody_moves_the_number_in_one_way(before, now, earlier):
    found = moves(before, now, earlier)
    kinds = [set(kind) for kind in (found.new, found.returned, found.lapsed, found.anew)]
    assert sum(map(len, kinds)) == len(set.union(*kinds))
    assert set.union(*kinds) == {one.person for one in (*before, *now)}
    assert found.new.keys().isdisjoint(earlier)
    assert found.returned.keys() <= earlier
    new, returned, lapsed, anew = found.among()
    difference = fsum(one.unmet for one in now) - fsum(one.unmet for one in before)
    assert new + returned - lapsed + anew == pytest.approx(difference, abs=1e-12)


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(logs(), st.sampled_from(["2026-01-21", "2026-01-31"]))
def test_new_and_returned_less_lapsed_is_the_difference_on_random_logs(tmp_path_factory, log, since):
    """Without meetings nobody is weighed anew, and the three add up exactly; with them the fourth makes up the rest."""
    activities, people, encounters, _, _ = log
    filler = [{"id": f"o{n}", "time": n * 86_400, "actor": "c:9", "verb": "post"} for n in range(60)]
    until = "2026-02-10" if since == "2026-01-21" else THIRD
    for meetings in ([], encounters):
        folder = tmp_path_factory.mktemp("log")
        with stored(folder, [*activities, *filler], people, meetings) as held:
            one = held.report("p0", since, until, measures=["against-before"]).findings["against_before"]
        if one.value is None:
            assert meetings
            continue
        detail = one.detail
        if not meetings:
            assert detail.anew == 0
            assert one.value == round(detail.new + detail.returned - detail.lapsed, 9)
        parts = (detail.new, detail.returned, -detail.lapsed, detail.anew)
        assert one.value == round(fsum(parts), 9)
        assert detail.new + detail.returned == pytest.approx(
            fsum((each.new or 0) + (each.returned or 0) for each in detail.by_sphere)
        )
        assert detail.lapsed == pytest.approx(fsum(each.lapsed or 0 for each in detail.by_sphere))


def test_a_narrowed_report_is_compared_where_the_whole_is_on_record(workspace):
    """Of one channel little is said in the earlier period; what the sources cover of it is all the same."""
    made = ninety_days([""], ["a"], ["b", "c", "d"])
    for one in made["activities"]:
        if one["id"] in {"p30", "a30", "p60", "b60", "p61", "c61"}:
            one["channel"] = "plans"
    held = workspace(**made)
    report = held.report("x:lea", THIRD, END, measures=["against-before"], only=Narrowing(channels=["plans"]))
    one = report.findings["against_before"]
    assert (1, 2, 1.0) == (one.detail.was, one.detail.now, one.value)
    assert (2, 0, 1, "2026-01-01") == (
        one.detail.new,
        one.detail.returned,
        one.detail.lapsed,
        one.detail.record_since,
    )
    assert "week" == report.by
