"""No chart says a number that the words do not say."""

from dataclasses import replace

from influence.contract.findings import Finding, Month, Report, SphereReach
from influence.contract.wording import whole
from reports.story import charted
from reports.story.sentences import numbers
from reports.story.spheres import unmet_by_sphere
from tests.kit.sample_report import LEADER, WINDOW, empty_report, sample_report, ties_report


def unknown():
    report = sample_report()
    people = tuple(replace(one, known=False, m=0.1) if one.outside else one for one in report.people)
    n = float(sum(one.outside for one in people))
    told = {name: Finding(name, 0.9 * n, "people", 0.0, n) for name in ("reach_4", "reach_3")}
    return replace(report, people=people, findings={**report.findings, **told})


def test_a_step_is_as_high_as_its_words():
    report = sample_report()
    words = [told.text for told in numbers(report, "reach_2", "reach_3", "reach_4")]
    assert words == [f"{bar.low:,.0f}" for bar in charted.steps(report)]


def test_where_most_is_unknown_a_step_is_its_two_ends():
    report = unknown()
    outside = float(sum(one.outside for one in report.people))
    assert (0.0, outside) == (charted.steps(report)[-1].low, charted.steps(report)[-1].high)


def test_what_cannot_be_told_has_no_bar():
    assert () == charted.steps(ties_report())
    assert {0.0} == {bar.high for bar in charted.steps(empty_report())}


def test_the_spheres_add_up_to_the_number_and_stand_as_the_words_say():
    report = sample_report()
    rows = charted.spheres(report)
    assert whole(report.value("reach_4")) == sum(row.reached.low for row in rows)
    assert {row.sphere: text for row, text in unmet_by_sphere(report)} == {
        row.label: f"{row.reached.low:,.0f}" for row in rows if row.reached.low or row.label != "unknown"
    }


def test_the_smaller_spheres_stand_together_and_nobody_is_lost():
    report = replace(
        sample_report(), spheres=tuple(SphereReach(f"s{n:02}", 1.0 + n, 9, 9, 0.5) for n in range(20))
    )
    rows = charted.spheres(report)
    assert (charted.MOST_SPHERES, "other spheres") == (len(rows), rows[-1].label)
    assert sum(1.0 + n for n in range(20)) == sum(row.reached.low for row in rows)


def test_a_month_of_which_most_is_unknown_has_its_range_alone():
    months = (Month("2026-01", 0, 0.2, 1.8, 0.0, 2.0, 2), Month("2026-02", 0, 3.0, 4.0, 4.0, 4.0, 9))
    first, second = charted.months(Report(LEADER, WINDOW, {}, trend=months))
    assert (None, 0.0, 2.0) == (first.unmet, first.low, first.high)
    assert (4.0, 3.0, "February 2026") == (second.unmet, second.met, second.label)


def test_fewer_than_one_is_not_nobody():
    assert (0.3, 0.0) == (charted.drawn(0.3), charted.drawn(0.0))
