"""Claims about the charts in a browser: nothing is cut off on a telephone, and a mark says its words to everybody."""

from pathlib import Path

import pytest

import reports.formats as formats
from reports.figures.pictures import page_pictures
from tests.kit.browser import PHONE, tab
from tests.reports.figures.test_plots import hostile_report

FOLDER = Path(formats.__file__).parent
WORDS = """() => [...document.querySelectorAll("svg.picture")].filter(svg => svg.getBoundingClientRect().width)
  .flatMap(svg => [...svg.querySelectorAll("text")].map(text => {
    const [frame, box] = [svg, text].map(one => one.getBoundingClientRect());
    const inside = frame.left <= box.left + 1 && box.right <= frame.right + 1
      && frame.top <= box.top + 1 && box.bottom <= frame.bottom + 1;
    return [text.textContent, inside, svg.getScreenCTM().a * parseFloat(getComputedStyle(text).fontSize)];
  }))"""


@pytest.fixture(scope="module")
def opened(chromium, tmp_path_factory):
    """A page of charts alone, with our style sheet and our script, on a telephone."""
    style = (FOLDER / "templates" / "page.css").read_text(encoding="utf-8")
    script = (FOLDER / "web" / "charts.js").read_text(encoding="utf-8")
    charts = "".join(f"<figure>{drawn}</figure>" for drawn in page_pictures(hostile_report()).values())
    place = tmp_path_factory.mktemp("charts") / "charts.html"
    head = '<!doctype html><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
    html = f"{head}<style>{style}</style><body><main>{charts}</main><script>{script}</script>"
    place.write_text(html, encoding="utf-8")
    with tab(chromium, place, PHONE) as opened:
        yield opened.page


@pytest.mark.parametrize("width", [390, 737, 1280])
def test_every_word_is_inside_its_picture_and_can_be_read(opened, width):
    opened.set_viewport_size({"width": width, "height": 844})
    words = opened.evaluate(WORDS)
    opened.set_viewport_size({"width": 390, "height": 844})
    assert 60 < len(words)
    assert [] == [text for text, inside, _ in words if not inside]
    assert 11 <= min(size for _, _, size in words)


def test_a_month_says_its_words_under_the_pointer_until_escape(opened):
    month = opened.locator("svg.trend_chart.narrow-only .told").first
    month.scroll_into_view_if_needed()
    opened.wait_for_timeout(50)
    month.hover()
    box = opened.locator(".told-words")
    assert (
        "January 2026: 7 never met (range 6 to 8), 3 met. A source is missing in this month."
        == box.inner_text()
    )
    assert month.get_attribute("aria-label") == box.inner_text()
    place = box.bounding_box()
    assert 0 <= place["x"] <= 390 - place["width"]
    opened.keyboard.press("Escape")
    assert not box.is_visible()


def test_the_keyboard_walks_from_bar_to_bar(opened):
    opened.mouse.move(0, 0)
    opened.locator("svg.counted_again .told").first.focus()
    assert "as reported: 27" == opened.locator(".told-words").inner_text()
    opened.keyboard.press("Tab")
    assert "counting bots as people: 28" == opened.locator(".told-words").inner_text()


def test_a_person_says_the_name_under_the_pointer_and_is_no_stop_of_the_keyboard(opened):
    person = opened.locator("svg.rings.narrow-only a").nth(20)
    opened.evaluate("document.activeElement.blur()")
    person.scroll_into_view_if_needed()
    opened.evaluate("() => new Promise(requestAnimationFrame)")  # a scroll takes the words away
    person.hover(force=True)
    assert "met" in opened.locator(".told-words").inner_text()
    assert ("-1", "true") == (person.get_attribute("tabindex"), person.get_attribute("aria-hidden"))
