"""The page as a reader has it: in a window, on a telephone, by lamplight, on paper."""

import re
from dataclasses import replace

import pytest

from influence.contract.findings import Reached, Report
from reports.formats.page import write_page
from tests.kit.axe import AXE, NO_AXE, barriers
from tests.kit.browser import DESK, PHONE, tab
from tests.kit.sample_report import (
    LEADER,
    WINDOW,
    empty_report,
    large_report,
    sample_report,
    ties_report,
)

TWENTY_FIVE = "Maximiliane von Hohenberg"
SIXTY = "Maximiliane-Wilhelmina Freifrau von Hohenberg zu Oberstdorf-"
FIRST = ".notice, #brief .big, #brief .unit, #brief .range, .lines > div, h1, .period"


def named(name):
    return replace(sample_report(), leader=LEADER | {"name": name})


def long_names():
    """Everybody's name has sixty letters without a place to break it."""
    whole = named(SIXTY)
    people = tuple(replace(one, name=one.name.replace(" ", "").ljust(60, "x")) for one in whole.people)
    return replace(whole, people=people, names={})


def unknown():
    """Of most people nothing tells."""
    whole = sample_report()
    people = tuple(replace(one, m=0.1, known=False) if one.outside else one for one in whole.people)
    lead = whole.findings["reach_4"]
    told = replace(lead.detail, unknown=sum(one.outside for one in people))
    lead = replace(lead, low=0.0, high=float(told.outside), detail=told)
    return replace(whole, people=people, findings=whole.findings | {"reach_4": lead})


def fifty_thousand():
    """The numbers of 50,000 people; the rows are those of a few."""
    whole = sample_report()
    lead = whole.findings["reach_4"]
    told = replace(lead.detail, outside=50_000, unknown=12_345, least=35_001, most=49_876)
    lead = replace(lead, value=48_211.0, low=36_002.0, high=48_347.0, detail=told)
    return replace(whole, findings=whole.findings | {"reach_4": lead})


def one_person():
    return Report(LEADER, WINDOW, {}, people=(Reached("p1", "Ada", 4, 0.0, True, 1, "public", 1),))


MADE = {
    "sample": lambda: named(TWENTY_FIVE),
    "long-names": long_names,
    "unknown": unknown,
    "large": large_report,
    "fifty-thousand": fifty_thousand,
    "empty": empty_report,
    "ties": ties_report,
    "one": one_person,
}


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    """Every report as a page, written once."""
    folder, pages = tmp_path_factory.mktemp("pages"), {}

    def of(name):
        if name not in pages:
            (pages[name],) = write_page(MADE[name](), folder / f"{name}.html")
        return pages[name]

    return of


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
@pytest.mark.parametrize("name", ["sample", "unknown", "fifty-thousand", "empty", "ties", "one"])
def test_the_first_screen_holds_it_all_without_scrolling(chromium, written, name, size):
    with tab(chromium, written(name), size) as opened:
        boxes = opened.boxes(FIRST)
        assert boxes
        assert [] == [box for box in boxes if box["right"] > size[0] or box["left"] < 0]
        assert max(box["bottom"] for box in boxes if box["height"] and box["top"] < 2 * size[1]) <= size[1]


def test_the_first_screen_says_who_when_how_many_three_answers_start_stop_moved_and_trust(chromium, written):
    with tab(chromium, written("sample"), PHONE) as opened:
        kinds = opened.page.eval_on_selector_all(".lines > div", "all => all.map(one => one.className)")
        listened = opened.page.inner_text(".lines .answers:nth-child(2)")
    assert ["answers", "answers", "answers", "start", "stop", "moved", "trust"] == kinds
    assert "Emil Fontaine" in listened


@pytest.mark.parametrize("width", [390, 800, 1280, 2560])
@pytest.mark.parametrize("name", ["sample", "long-names"])
def test_no_page_scrolls_sideways(chromium, written, name, width):
    with tab(chromium, written(name), (width, 844)) as opened:
        opened.page.evaluate(
            "() => { for (const one of document.querySelectorAll('details')) one.open = true }"
        )
        assert [] == opened.too_wide()


@pytest.mark.parametrize("name", MADE)
def test_a_page_complains_of_nothing_and_asks_nobody(chromium, written, name):
    with tab(chromium, written(name)) as opened:
        assert ([], []) == (opened.complaints, opened.asked)


@pytest.mark.skipif(not AXE.is_file(), reason=NO_AXE)
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("name", ["sample", "large", "empty"])
def test_nobody_is_shut_out(chromium, written, name, dark):
    with tab(chromium, written(name), dark=dark) as opened:
        assert [] == barriers(opened, folded=name == "large", colours=dark)


@pytest.mark.parametrize("scripts", [True, False], ids=["", "without-scripts"])
@pytest.mark.parametrize(("name", "pages"), [("sample", 8), ("large", 8)])
def test_it_prints_on_eight_pages(chromium, written, name, pages, scripts):
    with tab(chromium, written(name), scripts=scripts) as opened:
        if scripts:
            opened.page.wait_for_selector("html[data-ready]", state="attached")  # its pictures are drawn
        printed = opened.page.pdf(prefer_css_page_size=True)
    assert 1 < len(re.findall(rb"/Type\s*/Page\b", printed)) <= pages


def test_the_index_stands_beside_the_page_and_is_a_menu_on_a_telephone(chromium, written):
    with tab(chromium, written("sample")) as wide, tab(chromium, written("sample"), PHONE) as narrow:
        assert (True, False) == (wide.page.is_visible("nav.side"), wide.page.is_visible("nav.menu summary"))
        assert (False, True) == (
            narrow.page.is_visible("nav.side"),
            narrow.page.is_visible("nav.menu summary"),
        )
        narrow.page.focus("nav.menu summary")
        narrow.page.keyboard.press("Enter")
        narrow.page.keyboard.press("Tab")
        assert "#beyond" == narrow.page.evaluate("() => document.activeElement.getAttribute('href')")


def test_a_number_opens_its_meaning_though_that_is_folded(chromium, written):
    with tab(chromium, written("sample")) as opened:
        opened.page.click("#brief .big")
        opened.page.wait_for_function("() => document.querySelector('#n-reach_4').checkVisibility()")


def test_a_tree_is_lists_inside_lists_that_fit_a_telephone(chromium, written):
    with tab(chromium, written("sample"), PHONE) as opened:
        opened.page.click(".trees summary >> nth=4")
        assert opened.page.locator(".trees details[open] .tree ul li").count() > 1
        assert [] == opened.too_wide()
