"""The small line of past numbers: through the numbers, within their ranges, and none where there are too few."""

from xml.etree import ElementTree as ET

import pytest

from influence.contract.tracked import Past, Tracked
from reports.figures.past import past_picture
from tests.kit.sample_report import sample_report

NUMBERS = (10.0, 40.0, 20.0, 80.0)


def tracked(numbers=NUMBERS):
    past = tuple(
        Past(f"2026-0{place + 1}-01", value, None if value is None else value / 2, value)
        for place, value in enumerate(numbers)
    )
    return Tracked(sample_report(), "2026-07-01T00:00:00", "1", past=past)


def drawn(told):
    return ET.fromstring(past_picture(told))  # noqa: S314 (ours)


def points(picture, name):
    (found,) = (one for one in picture if one.tag == name)
    return [tuple(map(float, one.split(","))) for one in found.get("points").split()]


def test_the_line_runs_through_the_numbers_and_the_band_through_the_ranges():
    picture = drawn(tracked())
    line, band = points(picture, "polyline"), points(picture, "polygon")
    assert pytest.approx([34 * one / 80 for one in NUMBERS], abs=0.06) == [39 - y for _, y in line]
    assert sorted(x for x, _ in line) == [x for x, _ in line]
    low, high = band[:4], band[:3:-1]
    assert pytest.approx([17 * one / 80 for one in NUMBERS], abs=0.06) == [39 - y for _, y in low]
    assert line == high
    assert picture.get("aria-label") == (
        "Over 4 snapshots: 10, 40, 20, 80 people never met, the last one last."
    )


def test_of_few_and_of_what_was_not_told_there_is_no_line():
    assert "" == past_picture(tracked(NUMBERS[:2]))
    assert "" == past_picture(tracked((1.0, None, 2.0)))
    assert 3 == len(points(drawn(tracked((1.0, None, 2.0, 3.0))), "polyline"))
