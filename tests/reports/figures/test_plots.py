"""Claims about the charts: on whose axes, with which words, and that every letter can be read on a telephone."""

import io
import re
from dataclasses import replace
from datetime import date, timedelta
from functools import cache
from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from matplotlib import style
from matplotlib.figure import Figure

import reports.figures as charts
from influence.contract.details.trend import AgainstBefore
from influence.contract.findings import Finding, Month, Report, Week
from influence.contract.language import speaking
from reports.figures import NothingToDraw, palette, stage
from reports.figures.letters import SMALL
from reports.figures.network import network_picture
from reports.figures.pictures import page_pictures
from reports.figures.rings import rings_picture
from reports.figures.svg import Picture, house_style, to_png, to_svg
from reports.figures.trend import other_picture, trend_picture
from tests.kit.languages import in_our_words, pseudo, untranslated
from tests.kit.sample_report import LEADER, WINDOW, empty_report, large_report, sample_report, ties_report

CSS = Path(charts.__file__).parent.parent / "formats" / "templates" / "page.css"
PLOTS = {name: getattr(charts, name) for name in charts.__all__ if name.startswith("plot_")}
ON_A_TELEPHONE = 390 - 2 * 1.15 * 16
"""How many pixels wide a picture is there: the page less its padding."""
NAMES = (
    "Maximiliane Alexandra von Hohenberg-Wittelsbach zu Sayn-Berl",
    "山田太郎" * 15,
    "عائشة محمد عبد الرحمن الهاشمي بنت عبد الله",
    "Ö" * 60,
    "$x^2$ {0} \\frac{1}{0} & <b>",
    "",
    "x" * 10_000,
)


def moved(*spheres):
    told = AgainstBefore.from_json(
        {"was": 120.0, "now": 170.0, "by_sphere": [{"sphere": s, "was": 9.0, "now": 30.0} for s in spheres]}
    )
    return Finding("against_before", 50.0, "people", detail=told)


@cache
def full_report(make=sample_report):
    report = make()
    return replace(report, findings={**report.findings, "against_before": moved("customer", "media")})


@cache
def hostile_report():
    """Name everybody and every sphere as nobody should be named."""
    report, n = full_report(), len(NAMES)
    nodes = [(row[0], NAMES[place % n], *row[2:]) for place, row in enumerate(report.network.nodes)]
    people = [
        replace(one, name=NAMES[place % n], sphere=NAMES[place // 3 % n] if place % 3 else one.sphere)
        for place, one in enumerate(report.people)
    ]
    spheres = [replace(row, sphere=NAMES[place % n]) for place, row in enumerate(report.spheres)]
    return replace(
        report,
        leader=LEADER | {"name": NAMES[0]},
        people=tuple(people),
        spheres=tuple(spheres),
        network=replace(report.network, nodes=tuple(nodes)),
        findings=report.findings | {"against_before": moved(*NAMES)},
    )


@cache
def long_report():
    """Let it run for thirty years."""
    months = [
        Month(f"{1996 + n // 12}-{1 + n % 12:02}", 1, 12_000 + n, 1_000 + n, 900, 1_500, 9)
        for n in range(360)
    ]
    return replace(full_report(), trend=tuple(months))


def full_large_report():
    return full_report(large_report)


@cache
def drawn(make):
    return page_pictures(make())


def on(plot, report, size=(6.4, 4.8)):
    figure = Figure(figsize=size)
    axes = figure.add_subplot()
    return figure, axes, plot(report, axes)


# --- on whose axes ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", PLOTS)
def test_a_chart_draws_on_the_axes_it_is_given_and_returns_them(name):
    figure, axes, returned = on(PLOTS[name], full_report())
    assert axes is returned
    assert [axes] == figure.axes
    assert axes.texts or axes.get_xticklabels()
    figure.savefig(io.BytesIO(), format="png")


def test_the_users_own_settings_stay_and_draw_nothing_of_ours():
    with style.context({"font.size": 40, "text.color": "red", "lines.linewidth": 9}):
        _, axes, _ = on(charts.plot_spheres, sample_report())
        assert {SMALL} == {text.get_fontsize() for text in axes.texts}


@pytest.mark.parametrize(
    ("name", "finding"),
    [
        ("plot_possible_reach", "possible_reach"),
        ("plot_movement", "against_before"),
        ("plot_walls", "walls"),
    ],
)
def test_a_finding_suffices_where_the_chart_needs_no_more(name, finding):
    _, axes, _ = on(PLOTS[name], full_report().findings[finding])
    assert axes.texts


@pytest.mark.parametrize(("by", "first", "ticks"), [("week", "5 Jan\n2026", 7), ("month", "Jan\n2026", 6)])
def test_the_trend_is_drawn_by_week_or_by_month(by, first, ticks):
    _, axes, _ = on(lambda report, ax: charts.plot_trend(report, ax, by=by), sample_report(), (9.0, 3.6))
    named = [label.get_text() for label in axes.get_xticklabels()]
    assert (first, ticks) == (named[0], len(named))
    whole = [row for row in sample_report().weekly if row.whole]
    rows = whole if by == "week" else sample_report().trend
    drawn_places = {x for line in axes.lines for x in line.get_xdata() if float(x).is_integer()}
    assert len(rows) - 1 == max(drawn_places) - min(drawn_places)


def test_a_report_by_week_is_drawn_by_week_and_beside_it_by_month():
    weekly = trend_picture(replace(sample_report(), by="week"))
    assert "by week" in weekly.title
    assert "week from 5 Jan 2026: 2 never met" in weekly.description
    other = other_picture(replace(sample_report(), by="week"))
    assert "January 2026" in other.description
    assert "by week" in other_picture(sample_report()).title


def test_more_weeks_than_can_be_told_apart_are_cut_to_the_last_two_years():
    rows = tuple(
        Week("{}-W{:02}".format(*(date(2020, 1, 6) + timedelta(weeks=n)).isocalendar()), 0, 1, 2, 2, 2, 3)
        for n in range(300)
    )
    picture = trend_picture(replace(sample_report(), by="week", weekly=rows))
    assert "week from 6 Jan 2020" not in picture.description
    assert 104 == picture.description.count("never met")


# --- a picture of nobody ------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["plot_possible_reach", "plot_movement", "plot_robustness"])
def test_what_a_report_does_not_hold_is_one_clear_error(name):
    with pytest.raises(NothingToDraw, match="this report holds no"):
        on(PLOTS[name], Report(LEADER, WINDOW, {}))


def test_another_finding_is_refused_by_name():
    with pytest.raises(NothingToDraw, match="this is the finding reach_4; the picture is of possible_reach"):
        on(charts.plot_possible_reach, sample_report().findings["reach_4"])


@pytest.mark.parametrize(
    ("expected", "name", "make"),
    [
        ("nobody responded", "plot_rings", empty_report),
        ("nobody responded", "plot_sureness", empty_report),
        ("Whose doing carries this role is not known.", "plot_stage", empty_report),
        ("Nobody never met responded", "plot_spheres", empty_report),
        ("There are no ties to draw.", "plot_network", empty_report),
        ("There are no dated responses", "plot_trend", empty_report),
        ("the ties have no times", "plot_possible_reach", ties_report),
        ("the ties have no times", "plot_sureness", ties_report),
    ],
)
def test_a_picture_of_nobody_says_so_in_words(expected, name, make):
    _, axes, _ = on(PLOTS[name], make())
    assert expected in " ".join(text.get_text().replace("\n", " ") for text in axes.texts)


def test_the_four_parts_add_up_to_a_hundred():
    """40 own items, 20 responses of the team, 10 of people met, 30 of people never met."""
    rows = stage.parts(full_report())
    assert [("own output", 40), ("team", 20), ("met", 10), ("never met", 30)] == [
        (one.by, one.percent) for one in rows
    ]
    assert 4 == len({one.colour for one in rows})


# --- every letter can be read -------------------------------------------------------------------------------


def pictures_of(report):
    """Draw the pictures of the page that are wide, and their narrow ones."""
    for make in (rings_picture, network_picture, trend_picture):
        for narrow in (False, True):
            yield make(report, narrow=narrow)


def words(figure):
    """Return the words that are drawn, of an axis those within its ends; CJK only a browser surely has a font for."""
    (axes,) = figure.axes
    ticks = [(axes.get_xticklabels(), axes.get_xlim(), 0), (axes.get_yticklabels(), axes.get_ylim(), 1)]
    inside = [t for labels, (low, high), n in ticks for t in labels if low <= t.get_position()[n] <= high]
    every = [*axes.texts, *(inside if axes.axison else ())]
    return [text for text in every if "山" not in text.get_text()]


@pytest.mark.filterwarnings("ignore:Glyph")
@pytest.mark.parametrize("make", [full_report, full_large_report, hostile_report, long_report])
def test_no_word_is_cut_off_at_either_width(make):
    with house_style():
        for picture in pictures_of(make()):
            frame = picture.figure.bbox
            picture.figure.draw_without_rendering()
            for text in words(picture.figure):
                box = text.get_window_extent()
                assert frame.x0 - 1 <= box.x0 <= box.x1 <= frame.x1 + 1, text.get_text()
                assert frame.y0 - 1 <= box.y0 <= box.y1 <= frame.y1 + 1, text.get_text()


def svgs(make):
    return re.findall(r"<svg .*?</svg>", "".join(drawn(make).values()), re.DOTALL)


@pytest.mark.parametrize("make", [full_report, hostile_report])
def test_letters_are_eleven_pixels_high_on_a_telephone(make):
    shown = [svg for svg in svgs(make) if "wide-only" not in svg.split(">")[0]]
    assert 10 == len(shown)
    for svg in shown:
        scale = ON_A_TELEPHONE / float(re.search(r'viewBox="0 0 ([\d.]+)', svg)[1])
        sizes = [float(size) for size in re.findall(r'font-size="([\d.]+)px"', svg)]
        assert 11 <= scale * min(sizes)


def test_names_of_months_keep_apart_however_many_there_are():
    with house_style():
        for picture in (trend_picture(long_report(), narrow=narrow) for narrow in (False, True)):
            (axes,) = picture.figure.axes
            picture.figure.draw_without_rendering()
            boxes = [tick.get_window_extent() for tick in axes.get_xticklabels()]
            assert 2 < len(boxes)
            assert all(one.x1 < other.x0 for one, other in pairwise(boxes))


# --- what the page carries ----------------------------------------------------------------------------------


@pytest.mark.parametrize("make", [full_report, hostile_report, full_large_report])
def test_a_picture_has_no_style_no_script_and_no_id_twice(make):
    every = svgs(make)
    whole = ET.fromstring(f"<html>{''.join(every)}</html>")  # noqa: S314 (our own output)
    assert not [one for one in whole.iter() if "style" in one.attrib or one.tag.endswith(("script", "style"))]
    ids = [one.attrib["id"] for one in whole.iter() if "id" in one.attrib]
    assert len(ids) == len(set(ids))
    links = [value for one in whole.iter() for name, value in one.attrib.items() if name.endswith("href")]
    assert all(re.fullmatch(r"#[\w-]+", link) for link in links)


def test_the_same_report_gives_the_same_bytes():
    assert drawn(full_report) == page_pictures(replace(full_report()))


def test_three_thousand_people_take_few_bytes():
    assert 250_000 > sum(map(len, drawn(full_large_report).values()))


def test_a_month_and_a_bar_tell_their_words_as_the_picture_describes_them():
    told = re.findall(r'class="told" tabindex="0"[^>]*><title>([^<]*)<', drawn(full_report)["trend_chart"])
    assert 2 * len(sample_report().trend) == len(told)
    assert "January 2026: 7 never met (range 6 to 8), 3 met. A source is missing in this month." == told[0]
    assert "<title>customer: 9 before, 30 now.</title>" in drawn(full_report)["movement"]
    departments = drawn(full_report)["departments"]
    assert "<title>Finance and Research: 4 pairs, 18.5 by chance.</title>" in departments
    assert "<title>Within Research: 60 pairs, 31 by chance.</title>" in departments
    assert "<title>without the one who responded most: 25</title>" in drawn(full_report)["counted_again"]


def test_more_marks_than_sixty_are_no_stops_of_the_keyboard():
    chart = drawn(long_report)["trend_chart"]
    assert 720 == chart.count('class="told"')
    assert "tabindex" not in chart


def test_every_colour_of_a_picture_has_another_at_night():
    night = CSS.read_text(encoding="utf-8").split("prefers-color-scheme:dark")[1]
    used = set(re.findall(r'(fill|stroke)="(#[0-9a-f]{6})"', "".join(svgs(full_report))))
    assert used
    assert [] == sorted(f"{name} {colour}" for name, colour in used if f'[{name}="{colour}"]' not in night)


def test_a_png_is_as_wide_as_was_asked():
    data = to_png(trend_picture(sample_report()), across=800)
    assert b"\x89PNG" == data[:4]
    assert 800 == int.from_bytes(data[16:20])


def test_words_of_a_mark_cannot_leave_their_place():
    figure = Figure()
    with house_style():
        axes = figure.add_subplot()
        axes.plot([0, 1])[0].set_gid('told: "><script>alert(1)</script>')
        assert "<script" not in to_svg(Picture(figure, "</title><b>", "]]>"), "k")


# --- colours ------------------------------------------------------------------------------------------------


def luminance(colour):
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def without_green(colour):
    """Return how a colour looks without green cones, in linear light (Viénot, Brettel and Mollon 1999)."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    yellow = 0.29275 * red + 0.70725 * green
    return yellow, -0.02234 * red + 0.02234 * green + blue


def test_met_and_never_met_differ_without_green_cones_and_by_shape():
    met, unmet = palette.MARKS["met"], palette.MARKS["unmet"]
    near = [
        abs(one - other)
        for one, other in zip(without_green(met.fill), without_green(unmet.fill), strict=True)
    ]
    assert 0.2 < max(near)
    assert len(palette.MARKS) == len({mark.marker for mark in palette.MARKS.values()})


@pytest.mark.parametrize("colour", [palette.INK, palette.MUTED, palette.MET, palette.UNMET, palette.UNKNOWN])
def test_a_mark_stands_out_from_the_paper(colour):
    assert 3 <= 1.05 / (luminance(colour) + 0.05)


# --- in other languages -------------------------------------------------------------------------------------


def test_no_word_of_a_picture_is_untranslated():
    report = in_our_words(full_report())
    with speaking(pseudo()):
        said = re.findall(r"<(?:text|title|desc)[^>]*>([^<]*)<", "".join(page_pictures(report).values()))
    assert {"ML"} >= untranslated("\n".join(said), report)
