"""How reach beyond moves: slope, breaks, and the months that are not whole."""

from datetime import UTC, datetime, timedelta
from itertools import combinations
from statistics import median

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from influence.contract.findings import Month, Week
from influence.measures.reach import NO_TIMES
from influence.measures.trend import (
    breaks,
    gaps,
    largest_shift,
    movement,
    theil_sen,
    trend_breaks,
    trend_slope,
)
from influence.times import DAY, Window, partial_months
from tests.kit.asking import asking

# Flow of the Nile at Aswan, 1871–1970, in 10^8 m³ (Durbin and Koopman 2001; the mean is 919.35).
NILE = """
1120 1160 963 1210 1160 1160 813 1230 1370 1140 995 935 1110 994 1020 960 1180 799 958 1140 1100 1210 1150 1250 1260
1220 1030 1100 774 840 874 694 940 833 701 916 692 1020 1050 969 831 726 456 824 702 1120 1100 832 764 821 768 845
864 862 698 845 744 796 1040 759 781 865 845 944 984 897 822 1010 771 676 649 846 812 742 801 1040 860 874 848 890
744 749 838 1050 918 986 797 923 975 815 1020 906 901 1170 912 746 919 718 714 740"""


def month(n, reach, low=None, high=None):
    name = f"{2020 + n // 12}-{n % 12 + 1:02}"
    return Month(name, 0.0, 0.0, reach, reach if low is None else low, reach if high is None else high, n)


ego_of = asking("p0")


# --- the slope ----------------------------------------------------------------------------------------------


def test_the_slope_of_three_points_is_the_median_of_three_slopes():
    # slopes by hand: (0,0)-(1,1) 1, (0,0)-(3,9) 3, (1,1)-(3,9) 4
    assert theil_sen([0, 1, 3], [0, 1, 9]).value == pytest.approx(3)


def test_the_slope_is_per_month_also_across_a_month_that_is_left_out():
    rows = [month(n, 5.0 * n) for n in range(10)]
    rows[4] = month(4, 0.0)
    assert trend_slope(rows, {"2020-05"}).value == pytest.approx(5)
    assert trend_slope(rows, {"2020-05"}).detail.left_out == ("2020-05",)


def test_kendalls_p_of_four_rising_values_is_two_of_twenty_four():
    assert theil_sen([0, 1, 2, 3], [1, 2, 3, 4]).p == pytest.approx(2 / 24)


def test_a_flat_series_has_slope_zero_and_no_direction():
    found = trend_slope([month(n, 7.0) for n in range(12)])
    assert (found.value, found.interval) == (0.0, (0.0, 0.0))
    assert found.detail.direction == "none to be told"
    assert found.detail.p == 1.0


def test_a_falling_series_is_called_falling():
    assert trend_slope([month(n, 40.0 - 3 * n) for n in range(12)]).detail.direction == "falling"


def test_a_slope_is_that_of_the_last_1_040_so_that_one_mail_of_1900_takes_no_gigabyte():
    found = trend_slope([month(n, 9000.0 if n < 200 else 2.0 * n) for n in range(1240)])
    assert (2.0, 1040) == (found.value, found.detail.months)


def test_bounds_are_the_slopes_with_the_unknown_all_met_and_all_unmet():
    rows = [month(n, 2.0 * n, low=1.0 * n, high=4.0 * n) for n in range(8)]
    found = trend_slope(rows)
    assert (found.low, found.value, found.high) == pytest.approx((1, 2, 4))


def test_five_whole_months_are_too_few_and_the_reason_says_so():
    found = trend_slope([month(n, float(n)) for n in range(5)])
    assert found.value is None
    assert "5 whole months" in found.reason


@pytest.mark.parametrize(("x", "y"), [([0, 1], [1, 2]), ([0, 1, 1], [1, 2, 3]), ([0, 1, 2], [1, 2])])
def test_a_slope_refuses_what_is_no_series(x, y):
    with pytest.raises(ValueError, match="a slope needs"):
        theil_sen(x, y)


@settings(max_examples=60, deadline=None)
@given(y=st.lists(st.integers(0, 50), min_size=3, max_size=25))
def test_the_slope_is_the_plain_median_of_all_slopes_and_its_interval_holds_it(y):
    found = theil_sen(range(len(y)), y)
    plain = median((y[j] - y[i]) / (j - i) for i, j in combinations(range(len(y)), 2))
    if len(set(y)) > 1:
        assert found.value == pytest.approx(plain)
    assert found.low <= found.value <= found.high
    assert 0 < found.p <= 1


def test_the_95_percent_interval_of_the_slope_holds_the_truth_in_93_to_97_percent():
    random, inside = np.random.default_rng(5), 0
    for _ in range(1000):
        found = theil_sen(range(24), 0.5 * np.arange(24) + random.normal(size=24))
        inside += found.low <= 0.5 <= found.high
    assert 0.93 <= inside / 1000 <= 0.97


# --- the breaks ---------------------------------------------------------------------------------------------


def test_the_nile_broke_after_1898():
    flow = [float(value) for value in NILE.split()]
    assert len(flow) == 100
    assert sum(flow) / 100 == pytest.approx(919.35)
    start, end, p = largest_shift(flow)
    assert (1870 + start, end) == (1898, 100)  # the last year of the old level; the dam was begun in 1899
    assert p == pytest.approx(1 / 2000)
    assert (sum(flow[:28]) / 28, sum(flow[28:]) / 72) == pytest.approx((1097.75, 849.97), abs=0.005)
    assert [1870 + found.at for found in breaks(flow)] == [1898]


def test_the_largest_shift_is_the_plain_largest_of_all_stretches():
    random = np.random.default_rng(8)
    for _ in range(20):
        y = random.permutation(9)

        def shift(start, end, y=y):
            m = end - start
            return abs(sum(y[start:end]) - 4 * m) / (m * (9 - m) / 9) ** 0.5

        allowed = [(a, b) for a in range(3, 7) for b in [*range(a + 3, 7), 9]]
        start, end, _ = largest_shift(y)
        assert shift(start, end) == pytest.approx(max(shift(*pair) for pair in allowed))


def test_five_values_have_no_largest_shift():
    with pytest.raises(ValueError, match="at least 6 values"):
        largest_shift([1, 2, 3, 4, 5])


def test_two_breaks_are_found_with_the_levels_around_them():
    low, high = [3, 4, 3, 4, 3, 4, 3, 4, 3, 4], [20, 21, 20, 21, 20, 21, 20, 21, 20, 21]
    found = breaks([*low, *high, *low])
    assert [one.at for one in found] == [10, 20]
    assert [(one.before, one.after) for one in found] == [(3.5, 20.5), (20.5, 3.5)]


def test_a_steady_rise_is_a_slope_and_not_a_break():
    random = np.random.default_rng(2)
    rise = np.arange(36) + random.normal(size=36)
    assert largest_shift(rise)[2] < 0.01
    assert breaks(rise) == []


def test_a_series_without_change_is_cut_in_at_most_5_percent():
    random = np.random.default_rng(3)
    cut = sum(bool(breaks(random.poisson(10, 24))) for _ in range(150))
    assert cut / 150 <= 0.05 + 2 * (0.05 * 0.95 / 150) ** 0.5


def test_a_break_where_a_source_begins_names_the_source():
    rows = [month(n, 3.0 + n % 2 if n < 8 else 30.0 + n % 2) for n in range(16)]
    found = trend_breaks(rows, edges={"2020-09": ["mail"], "2020-03": ["chat"]})
    assert [(row.month, row.sources) for row in found.detail.breaks] == [("2020-09", ("mail",))]
    assert trend_breaks(rows).detail.breaks[0].sources == ()


def test_less_than_a_tenth_of_a_person_is_no_break():
    assert trend_breaks([month(n, 0.0 if n < 8 else 1e-8 * n) for n in range(16)]).detail.breaks == ()


# --- months that are not whole ------------------------------------------------------------------------------


def test_parts_of_a_month_are_told_by_the_zone():
    whole = Window(0, 31 * DAY)
    assert partial_months(whole, "UTC") == set()
    assert partial_months(whole, "Europe/Stockholm") == {"1970-01", "1970-02"}


def test_a_source_that_is_mostly_empty_is_quiet_and_has_no_gaps():
    names = [f"2026-{n:02}" for n in range(1, 10)]
    assert gaps({"letters": {"2026-01", "2026-09"}}, names) == {}
    assert gaps({"mail": set(names) - {"2026-05"}, "letters": {"2026-01"}}, names) == {"2026-05": ["mail"]}


def yearly(replies):
    """A post by p0 on the first of each month of 2025 and as many replies, by others each time, a day later."""
    rows = []
    for n, count in enumerate(replies):
        when = datetime(2025, n + 1, 1, tzinfo=UTC)
        if count is None:
            continue
        rows.append({"id": f"post{n}", "time": when.isoformat(), "actor": "x:p0", "verb": "post"})
        rows += [
            {
                "id": f"reply{n}-{m}",
                "time": (when + timedelta(days=1)).isoformat(),
                "actor": f"x:{n}-{m}",
                "verb": "reply",
                "parent": f"post{n}",
            }
            for m in range(count)
        ]
    return rows


def test_a_month_without_any_data_is_a_gap_and_not_a_zero(workspace):
    replies = [2, 3, 4, 5, 6, None, 8, 9, 10, 11, 12, 13]
    ego = ego_of(workspace(activities=yearly(replies)), leader="x:p0", since="2025-01-01", until="2026-01-01")
    slope = movement(ego)["trend_slope"]
    assert slope.value == pytest.approx(0.9)  # one person more a month, each of them unmet with 0.9
    assert slope.detail.gaps == {"2025-06": (next(iter(slope.detail.gaps["2025-06"])),)}
    assert slope.detail.left_out == ("2025-06",)
    assert slope.detail.months == 11


def test_a_quiet_month_of_the_leader_is_a_zero_where_others_were_active(workspace):
    replies = [2, 3, 4, 5, 6, None, 8, 9, 10, 11, 12, 13]
    other = {"id": "o", "time": "2025-06-10T00:00:00Z", "actor": "x:other", "verb": "post"}
    ego = ego_of(
        workspace(activities=[*yearly(replies), other]), leader="x:p0", since="2025-01-01", until="2026-01-01"
    )
    slope = movement(ego)["trend_slope"]
    assert slope.detail.left_out == ()
    assert slope.detail.months == 12


def test_the_first_and_the_last_month_are_left_out_where_the_window_cuts_them(workspace):
    ego = ego_of(
        workspace(activities=yearly([4] * 12)), leader="x:p0", since="2025-01-15", until="2025-12-15"
    )
    assert movement(ego)["trend_slope"].detail.left_out == ("2025-01", "2025-12")


def test_a_doubled_audience_comes_out_as_a_break(workspace):
    ego = ego_of(
        workspace(activities=yearly([2, 3, 2, 3, 2, 3, 12, 13, 12, 13, 12, 13])),
        leader="x:p0",
        since="2025-01-01",
    )
    found = movement(ego)["trend_breaks"]
    assert [row.month for row in found.detail.breaks] == ["2025-07"]


def test_an_undated_network_has_no_trend_and_says_why(workspace):
    ego = ego_of(
        workspace(ties=[{"source": "x:p0", "target": "x:p1", "meaning": "influence"}]), leader="x:p0"
    )
    assert {NO_TIMES} == {finding.reason for finding in movement(ego).values()}
    assert {None} == {finding.value for finding in movement(ego).values()}


# --- by week ------------------------------------------------------------------------------------------------


def week(n, reach):
    """The n-th week from the first of 2025, a year of 52 weeks."""
    name = f"2025-W{n + 1:02}" if n < 52 else f"2026-W{n - 51:02}"
    return Week(name, 0.0, 0.0, reach, reach, reach, n)


def test_the_weeks_of_a_window_are_told_as_its_months_are(workspace):
    """Three weeks from Thursday 1 January 2026: a part, a whole one in which two responded, a part."""
    rows = [
        {"id": f"p{day}", "time": f"2026-01-{day:02}T09:00:00Z", "actor": "x:lea", "verb": "post"}
        for day in (1, 6, 13)
    ]
    rows += [
        {
            "id": f"{who}{day}",
            "time": f"2026-01-{day:02}T10:00:00Z",
            "actor": f"x:{who}",
            "verb": "reply",
            "parent": f"p{day}",
        }
        for who, day in (("a", 1), ("a", 6), ("b", 6), ("b", 13))
    ]
    held = workspace(activities=rows)
    report = held.report("x:lea", "2026-01-01", "2026-01-15", measures=["movement"])
    assert [("2026-W01", 1, False), ("2026-W02", 2, True), ("2026-W03", 1, False)] == [
        (one.week, one.responses, one.whole) for one in report.weekly
    ]
    assert [0.9, 1.8, 0.9] == pytest.approx([one.reach_4 for one in report.weekly])
    assert report.by == "week"
    assert report == type(report).from_json(report.as_json())


def test_a_week_with_a_part_of_it_outside_has_no_say_in_the_slope():
    rows = [week(n, 3.0 * n) for n in range(8)]
    found = trend_slope(rows, {rows[0].week}, "week")
    assert ("weekly_slope", "people more in each week", 3.0) == (found.name, found.unit, found.value)
    assert (7, None, (rows[0].week,)) == (found.detail.weeks, found.detail.months, found.detail.left_out)
    few = trend_slope(rows[:5], by="week")
    assert "too little to say: 5 whole weeks with data from every source; 6 are needed" == few.reason


def test_a_change_of_level_is_found_by_week_over_the_turn_of_the_year():
    found = trend_breaks([week(n, 9.0 if n > 54 else 2.0) for n in range(40, 66)], by="week")
    assert ("weekly_breaks", 1.0, "2026-W04") == (found.name, found.value, found.detail.breaks[0].month)


def test_breaks_are_looked_for_in_the_last_two_years_of_weeks_only():
    rows = [Week(f"w{n:03}", 0, 0, 9.0 if n < 20 else 2.0, 0, 0, 0) for n in range(20 + 104)]
    assert trend_breaks(rows, by="week").value == 0
    assert trend_breaks(rows[:110], by="week").value == 1


def test_weeks_that_touch_a_month_without_a_source_are_left_out(workspace):
    """The source holds nothing in March 2026: the weeks from 23 February, which ends on 1 March, to 30 March."""
    days = [datetime(2026, 1, 5, 9, tzinfo=UTC) + timedelta(days=n) for n in range(150)]
    rows = [
        {"id": f"p{n}", "time": day.isoformat(), "actor": "x:lea", "verb": "post"}
        for n, day in enumerate(days)
        if day.month != 3
    ]
    held = workspace(activities=rows)
    found = movement(held.ego("x:lea", "2026-01-05", "2026-06-01"))
    assert {f"2026-W{n:02}" for n in range(9, 15)} == set(found["weekly_slope"].detail.left_out)
    assert {"2026-03": (next(iter(found["trend_slope"].detail.gaps["2026-03"])),)} == {
        month: tuple(sources) for month, sources in found["trend_slope"].detail.gaps.items()
    }


@pytest.mark.parametrize(
    ("until", "by"), [("2026-02-02", "week"), ("2026-07-01", "week"), ("2026-07-15", "month")]
)
def test_a_window_of_less_than_half_a_year_is_told_by_week(workspace, until, by):
    days = [datetime(2026, 1, 1, tzinfo=UTC) + timedelta(days=n) for n in range(250)]
    rows = [
        {"id": f"p{n}", "time": day.isoformat(), "actor": "x:lea", "verb": "post"}
        for n, day in enumerate(days)
    ]
    held = workspace(activities=rows)
    assert by == held.report("x:lea", "2026-01-01", until, measures=["movement"]).by
    other = "month" if by == "week" else "week"
    assert other == held.report("x:lea", "2026-01-01", until, measures=["movement"], by=other).by


def test_without_times_there_are_no_weeks(workspace):
    held = workspace(ties=[{"source": "x:lea", "target": "x:a", "meaning": "influence"}])
    report = held.report("x:lea", measures=["movement"])
    assert ((), NO_TIMES) == (report.weekly, report.findings["weekly_slope"].reason)
