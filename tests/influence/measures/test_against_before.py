"""Against the period before: which periods, how far the number moved, and what moved it."""

import json

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from influence.contract.details.trend import SphereMove
from influence.contract.findings import Finding
from influence.measures.against_before import against_before, least_and_most
from influence.measures.moves import who_moved
from influence.measures.periods import covered
from influence.measures.reach import NO_TIMES, TOO_FEW, four_steps
from influence.reach.steps import Alter
from influence.times import DAY, Window
from tests.kit.asking import asking, row
from tests.kit.logs import logs, stored
from tests.kit.plain_reading import PlainReading

ego_of = asking("x:lea")
SINCE, MIDDLE, UNTIL = "2026-01-01", "2026-01-31", "2026-03-02"


def found(ego) -> Finding:
    return against_before(ego)["against_before"]


def talk(answers, start=0):
    """A post of the leader a day from a day on, and who answered each: so many a day, by name."""
    for n, names in enumerate(answers):
        day = start + n
        yield row(f"p{day}", 24 * day, "lea")
        for name in names:
            yield row(f"{name}{day}", 24 * day + 1, name, f"p{day}")


def sixty_days(before, after):
    """Days of two periods of 30 days, each with the answers given, and somebody who writes on every day."""
    rows = [*talk(before), *talk(after, start=30)]
    return [*rows, *(row(f"o{day}", 24 * day, "other") for day in range(60))]


def declared(*pairs):
    """The leader says of people whether they have met."""
    day = "2020-01-01T00:00:00Z"
    return [
        {"people": ["x:lea", f"x:{name}"], "kind": kind, "evidence": "declared", "time": day}
        for name, kind in pairs
    ]


NEVER = [(name, "never") for name in "abcdefgh"]


def test_the_number_of_both_periods_is_that_of_a_report_on_each(workspace):
    held = workspace(
        activities=sixty_days(["a", "ab", "", "c"] * 3, ["d", "", "ae"] * 4),
        encounters=declared(("a", "never")),
    )
    told = found(ego_of(held, MIDDLE, UNTIL)).detail
    assert four_steps(ego_of(held, SINCE, MIDDLE))["reach_4"].value == told.was
    assert four_steps(ego_of(held, MIDDLE, UNTIL))["reach_4"].value == told.now
    assert not told.halves
    assert (f"{SINCE}T00:00:00+00:00", f"{MIDDLE}T00:00:00+00:00") == (told.before_since, told.before_until)
    assert (f"{MIDDLE}T00:00:00+00:00", f"{UNTIL}T00:00:00+00:00") == (told.since, told.until)


def test_who_came_who_stayed_and_who_stayed_away_are_told_by_person(workspace):
    held = workspace(
        activities=sixty_days(["ab", "abc", "a", "", "b"], ["bd", "d", "be", "", "f"]),
        encounters=declared(*NEVER),
    )
    one = found(ego_of(held, MIDDLE, UNTIL))
    told = one.detail
    assert (3, 4, 1.0) == (told.was, told.now, one.value)
    assert (3, 1, 2, 0) == (told.came, told.stayed, told.stayed_away, told.met_since)


def test_whom_the_leader_met_between_the_two_was_met_since(workspace):
    met = {
        "people": ["x:lea", "x:a"],
        "kind": "in_person",
        "evidence": "calendar",
        "time": "2026-01-30T09:00:00Z",
    }
    held = workspace(
        activities=sixty_days(["ab"] * 5, ["ab"] * 5), encounters=[met, *declared(("b", "never"))]
    )
    told = found(ego_of(held, MIDDLE, UNTIL)).detail
    assert (0, 1, 0, 1) == (told.came, told.stayed, told.stayed_away, told.met_since)


def test_the_sphere_that_moved_most_comes_first(workspace):
    people = [
        {"person": name, "accounts": [f"x:{name}"], "sphere": sphere}
        for name, sphere in (
            ("a", "customer"),
            ("b", "customer"),
            ("c", "customer"),
            ("d", "media"),
            ("e", "partner"),
        )
    ]
    held = workspace(
        people=people,
        activities=sixty_days(["abc", "d", "", "", "e"], ["d", "e", "", "", ""]),
        encounters=declared(*NEVER),
    )
    rows = found(ego_of(held, MIDDLE, UNTIL)).detail.by_sphere
    assert (
        SphereMove("customer", 3, 0, new=0, returned=0, lapsed=3),
        SphereMove("media", 1, 1, new=0, returned=0, lapsed=0),
        SphereMove("partner", 1, 1, new=0, returned=0, lapsed=0),
    ) == rows


def test_a_window_with_nothing_on_record_before_is_compared_by_its_halves(workspace):
    held = workspace(
        activities=sixty_days(["ab", "", "", "", "c"], ["d", "", "", "", ""]), encounters=declared(*NEVER)
    )
    told = found(ego_of(held, SINCE, UNTIL)).detail
    assert (True, 3, 1) == (told.halves, told.was, told.now)
    assert told.until == f"{UNTIL}T00:00:00+00:00"
    assert told.before_until == told.since == f"{MIDDLE}T00:00:00+00:00"


def test_where_neither_is_on_record_it_cannot_tell_and_says_why(workspace):
    short = workspace(activities=[*talk(["a"] * 10), *(row(f"o{n}", 24 * n, "other") for n in range(10))])
    assert found(ego_of(short)).reason == (
        "nothing is on record before 1 Jan 2026, and the window is too short to compare its halves"
    )
    week = workspace(activities=[*talk(["a"] * 3)])
    assert "shorter than 7 days" in found(ego_of(week)).reason
    assert found(ego_of(short, "2030-01-01", "2030-06-01")).reason == "nothing is on record in this window"
    ties = workspace(ties=[{"source": "x:lea", "target": "x:a", "meaning": "influence"}])
    assert NO_TIMES == found(ego_of(ties)).reason


def test_a_calendar_that_begins_later_does_not_make_people_met_that_were_not(workspace):
    def kept(*days):
        times = [f"2026-02-{day:02}T09:00:00Z" for day in days]
        people = ["x:lea", "x:other"]
        return [{"people": people, "kind": "online", "evidence": "calendar", "time": time} for time in times]

    rows = sixty_days(["a"] * 9, ["a"] * 9)
    assert found(
        ego_of(workspace(activities=rows, encounters=kept(*range(1, 20))), MIDDLE, UNTIL)
    ).detail.halves
    why = found(ego_of(workspace(activities=rows, encounters=kept(*range(12, 28))), MIDDLE, UNTIL)).reason
    assert (
        "the leader's calendar begins on 12 Feb 2026, so that before it nothing tells whom they had met"
        == why
    )


def test_a_source_that_begins_in_one_of_the_periods_is_named(workspace):
    held = workspace(activities=sixty_days(["a"] * 9, ["a"] * 9))
    late = [
        {"id": f"m{n}", "time": f"2026-02-{n:02}T09:00:00Z", "actor": "chat:z", "verb": "post"}
        for n in range(1, 28)
    ]
    file = held.path / "late.jsonl"
    file.write_text("\n".join(map(json.dumps, late)))
    assert found(ego_of(held, MIDDLE, UNTIL)).detail.sources is None
    held.import_path(file, connector="activities")
    (source,) = found(ego_of(held, MIDDLE, UNTIL)).detail.sources
    assert "late" in source


def test_a_few_people_more_are_not_told_from_chance_and_many_are(workspace):
    crowd = [f"u{n}" for n in range(60)]
    alone = [[name] for name in crowd]
    few = workspace(
        activities=sixty_days(alone[:10], alone[30:43]), encounters=declared(*((n, "never") for n in crowd))
    )
    one = found(ego_of(few, MIDDLE, UNTIL))
    assert one.interval[0] < 0 < one.interval[1]
    assert one.detail.apart is False
    many = workspace(
        activities=sixty_days(alone[:5], alone[30:]), encounters=declared(*((n, "never") for n in crowd))
    )
    one = found(ego_of(many, MIDDLE, UNTIL))
    assert one.interval[0] > 0
    assert one.detail.apart is True


def test_a_period_in_which_nobody_responded_may_be_chance(workspace):
    crowd = [f"u{n}" for n in range(30)]
    for people, apart in ((2, False), (25, True)):
        rows = sixty_days([[]] * 30, [[name] for name in crowd[:people]])
        held = workspace(activities=rows, encounters=declared(*((n, "never") for n in crowd)))
        assert apart is found(ego_of(held, MIDDLE, UNTIL)).detail.apart


def test_where_nothing_tells_of_most_people_the_range_must_not_hold_0(workspace):
    crowd = [f"u{n}" for n in range(60)]
    alone = [[name] for name in crowd]
    one = found(ego_of(workspace(activities=sixty_days(alone[:5], alone[30:])), MIDDLE, UNTIL))
    assert one.interval[0] > 0 > one.low
    assert one.detail.mostly_unknown
    assert one.detail.apart is None


def test_few_conversations_have_no_interval(workspace):
    held = workspace(
        activities=[*talk([["a"], ["b"]]), *(row(f"o{day}", 24 * day, "other") for day in range(60))]
    )
    told = found(ego_of(held, MIDDLE, UNTIL))
    assert (None, None, TOO_FEW) == (told.interval, told.detail.apart, told.detail.no_interval)


def test_swapped_periods_turn_the_sign(workspace):
    before, after = ["ab", "abc", "", "a"], ["bd", "", "be", "f"]
    there, back = (
        found(ego_of(workspace(activities=sixty_days(*each), encounters=declared(*NEVER)), MIDDLE, UNTIL))
        for each in ((before, after), (after, before))
    )
    assert (there.value, there.low, there.high) == (-back.value, -back.high, -back.low)
    assert (there.detail.was, there.detail.now) == (back.detail.now, back.detail.was)
    assert (there.detail.came, there.detail.stayed) == (back.detail.stayed_away, back.detail.stayed)


ALTERS = st.dictionaries(
    st.integers(0, 12), st.tuples(st.sampled_from((2, 3, 4, 4)), st.floats(0, 1), st.booleans())
).map(lambda rows: [Alter(person, *row, 1, 0) for person, row in sorted(rows.items())])


@given(ALTERS, ALTERS)
def test_who_came_and_stayed_adds_up_to_the_people_of_each_period(before, now):
    came, stayed, stayed_away, met_since = who_moved(before, now)
    assert came + stayed == sum(alter.step == 4 for alter in now)
    assert stayed + stayed_away + met_since == sum(alter.step == 4 for alter in before)
    back = who_moved(now, before)
    assert (came, stayed) == (back[2] + back[3], back[1])


@given(ALTERS, ALTERS, st.integers(13, 20), st.floats(0, 1), st.booleans())
def test_somebody_more_before_takes_from_the_difference_and_somebody_more_now_adds(
    before, now, person, m, known
):
    more = Alter(person, 4, m, known, 1, 0)
    low, high = least_and_most(before, now)
    assert low - 1 - 1e-9 <= least_and_most([*before, more], now)[0] <= low
    assert high - 1 - 1e-9 <= least_and_most([*before, more], now)[1] <= high + 1e-9
    assert least_and_most(before, [*now, more])[1] >= high
    assert who_moved([*before, more], now)[2] == who_moved(before, now)[2] + 1


@settings(max_examples=6, deadline=None, suppress_health_check=list(HealthCheck))
@given(logs())
def test_a_random_log_is_read_as_plainly(tmp_path_factory, log):
    activities, people, encounters, _, _ = log
    activities = [
        *activities,
        *({"id": f"o{n}", "time": n * 86_400, "actor": "c:9", "verb": "post"} for n in range(60)),
    ]
    with stored(tmp_path_factory.mktemp("log"), activities, people, encounters) as held:
        one = found(held.ego("p0", MIDDLE, UNTIL))
    periods = [(0, 30 * 86_400), (30 * 86_400, 60 * 86_400)]
    was, now = (PlainReading(activities, people, encounters, "p0", *period) for period in periods)
    if one.value is None:
        assert "calendar begins" in one.reason
        return
    assert now.numbers()["reach_4"] - was.numbers()["reach_4"] == pytest.approx(one.value)
    earlier, later = ({v for v, row in each.steps().items() if row[0] == 4} for each in (was, now))
    told = one.detail
    assert (len(later - earlier), len(later & earlier)) == (told.came, told.stayed)
    assert len(earlier - later) == told.stayed_away + told.met_since
    assert told.now - told.was == pytest.approx(sum(row.now - row.was for row in told.by_sphere))
    assert one.low <= one.value <= one.high


def test_nothing_is_on_record_before_the_first_and_after_the_last_activity():
    time = np.array([10 * DAY, 20 * DAY])
    assert 0.5 == covered(time, Window(10 * DAY, 30 * DAY), "UTC")
    assert 0.0 == covered(time, Window(40 * DAY, 50 * DAY), "UTC")
