"""The dashboard as somebody has it: at a desk, on a telephone, by lamplight, by keyboard, without scripts."""

import time
from contextlib import contextmanager
from threading import Event, Thread

import pytest

from reports.dashboard.pages import script
from tests.kit.axe import AXE, NO_AXE, barriers
from tests.kit.browser import DESK, PHONE, Tab
from tests.kit.dashboard import open_dashboard

FRAMED = ("/campaigns?name=spring", "/programme", "/programme?mentee=ann")
MADE = (*FRAMED, "/leader/ann/files")
"""What is worked out beside, and shown once it is there."""
PAGES = (
    "/",
    "/leader/ann",
    "/leader/ann?tag=climate&since=2026-03-01",
    "/leader/ann?since=nonsense",
    "/compare?who=ann,eve",
    "/compare?who=ann",
    "/digest",
    "/campaigns",
    *MADE,
    "/people?kind=met&about=ann",
    "/people/decisions",
    "/sources",
    "/aside",
    "/settings",
    "/nowhere",
)
ON_A_PHONE = ("/", "/leader/ann", "/compare?who=ann,eve", *MADE, "/settings")
"""Pages that are laid out otherwise there."""
CAMPAIGN = '\n[campaigns.spring]\ntags = ["climate"]\nsince = "2026-04-01"\nuntil = "2026-05-31"\n'
PROGRAMME = """
name = "Spring"
mentor = "Mia"
start = 2026-04-06
end = 2026-06-01
window = "4w"
[[mentees]]
who = "ann"
goals = [{ measure = "first_hand", aim = "+20 %" }]
"""
NOT_BUILT = "the dashboard's script is not built: npm run bundle"


@pytest.fixture(scope="module")
def tracked(small):
    """The small workspace with all that a page may be about: a snapshot, a campaign, a programme."""
    small.tracking.take("ann", "month")
    (small.path / "influence.toml").write_text(
        (small.path / "influence.toml").read_text("utf-8") + CAMPAIGN, "utf-8"
    )
    (small.path / "programme.toml").write_text(PROGRAMME, "utf-8")
    small.change_setting("chance", "seed", 1)  # settings are read anew
    small.programme().start()
    with open_dashboard(small) as opened:
        visitor = opened.visitor()
        made = [opened.finished(visitor, path).text for path in MADE]
        assert all("<iframe" in page or 'class="taken"' in page for page in made)
        yield opened


@contextmanager
def inside(browser, opened, size=DESK, *, dark=False, scripts=True):
    """Come in with a browser; whatever is asked of others is stopped and kept."""
    context = browser.new_context(
        viewport={"width": size[0], "height": size[1]},
        color_scheme="dark" if dark else "light",
        java_script_enabled=scripts,
        reduced_motion="reduce",
    )
    tab, origin = Tab(context.new_page()), opened.serving.door.origin

    def answer(route):
        if route.request.url.startswith((origin, "data:")):
            route.continue_()
        else:
            tab.asked.append(route.request.url)
            route.abort()

    tab.page.route("**/*", answer)
    tab.page.on(
        "console",
        lambda said: (
            "the server responded with a status of 404" in said.text or tab.complaints.append(said.text)
        ),
    )
    tab.page.on("pageerror", lambda error: tab.complaints.append(str(error)))
    try:
        tab.page.goto(opened.link())
        tab.page.wait_for_url(f"{origin}/")
        yield tab, lambda path: tab.page.goto(origin + path)
    finally:
        context.close()


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_no_page_complains_asks_others_scrolls_sideways_or_runs_a_name(chromium, tracked, size):
    with inside(chromium, tracked, size) as (tab, go):
        for path in PAGES:
            go(path)
            assert [] == tab.too_wide(), path
            assert "ran" != tab.page.title(), path
        assert ([], []) == (tab.complaints, tab.asked)


@pytest.mark.skipif(not AXE.is_file(), reason=NO_AXE)
@pytest.mark.parametrize(
    ("size", "dark", "pages"),
    [(DESK, False, PAGES), (DESK, True, PAGES), (PHONE, False, ON_A_PHONE)],
    ids=["light", "dark", "phone"],
)
def test_nobody_is_shut_out(chromium, tracked, size, dark, pages):
    with inside(chromium, tracked, size, dark=dark) as (tab, go):
        for path in pages:
            go(path)
            # axe is put in by the browser itself: a page of ours runs no script of others
            assert [] == barriers(tab, folded=True, colours=dark), path


def test_on_a_telephone_no_number_of_a_sphere_is_out_of_sight_nor_what_a_window_may_be(chromium, tracked):
    fits = "all => all.map(one => one.scrollWidth <= one.clientWidth)"
    with inside(chromium, tracked, PHONE) as (tab, go):
        go("/leader/ann")
        assert [True] == tab.page.eval_on_selector_all("#spheres .scroll:has(table)", fits)
        tab.page.eval_on_selector("#since", "one => { one.value = one.placeholder }")
        assert [True] == tab.page.eval_on_selector_all("#since", fits)


def test_without_scripts_everything_can_be_read_filtered_and_answered(chromium, tracked):
    with inside(chromium, tracked, scripts=False) as (tab, go):
        go("/leader/ann")
        tab.page.select_option("#tag", "climate")
        tab.page.click("text=Show")
        assert "tag=climate" in tab.page.url
        assert "#climate" in tab.page.inner_text("#view")
        go("/people?kind=met&about=ann")
        question = tab.page.inner_text("#question")
        tab.page.click("button[value=unsure]")
        assert question != tab.page.inner_text("#question")
        tab.page.click("text=Undo")
        assert question == tab.page.inner_text("#question")


@pytest.mark.skipif(script() is None, reason=NOT_BUILT)
def test_a_filter_answers_in_the_same_page_and_its_address_opens_the_same_view(chromium, tracked):
    with inside(chromium, tracked) as (tab, go):
        go("/leader/ann")
        tab.page.evaluate("() => { window.same = true }")
        tab.page.select_option("#tag", "climate")
        tab.page.wait_for_url("**tag=climate**")
        tab.page.wait_for_selector("#view:has-text('#climate')")
        shown = tab.page.inner_text("#view")
        assert tab.page.evaluate("() => window.same")
        tab.page.reload()
        assert shown == tab.page.inner_text("#view")
        tab.page.fill("#since", "nonsense")
        tab.page.keyboard.press("Enter")
        tab.page.wait_for_selector("#view [role=alert]")
        assert "is not a date" in tab.page.inner_text("#view")
        assert [] == tab.complaints


@pytest.mark.skipif(script() is None, reason=NOT_BUILT)
@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_a_page_in_a_frame_is_as_long_as_it_is_and_opens_alone(chromium, tracked, size):
    with inside(chromium, tracked, size) as (tab, go):
        for path in ("/digest", *FRAMED):
            go(path)
            frame = tab.page.wait_for_selector("iframe")
            tab.page.wait_for_function(
                """() => { const shown = document.querySelector('iframe').contentDocument;
                return shown?.body?.childElementCount && shown.documentElement.scrollHeight <= innerHeightOf(shown);
                function innerHeightOf(one) { return one.defaultView.innerHeight } }"""
            )
            assert frame.get_attribute("src") == tab.page.get_attribute("a[target=_blank]", "href")
        assert [] == tab.complaints


@pytest.mark.skipif(script() is None, reason=NOT_BUILT)
def test_keys_answer_the_queue_and_take_an_answer_back_but_not_while_somebody_types(chromium, tracked):
    with inside(chromium, tracked) as (tab, go):
        go("/people?kind=met&about=ann")
        first = tab.page.inner_text("#question")
        for key in "uu":
            before = tab.page.inner_text("#question")
            tab.page.keyboard.press(key)
            tab.page.wait_for_function(
                "text => document.querySelector('#question')?.innerText !== text", arg=before
            )
        third = tab.page.inner_text("#question")
        tab.page.keyboard.press("z")
        tab.page.wait_for_function(
            "text => document.querySelector('#question')?.innerText !== text", arg=third
        )
        assert tab.page.inner_text("#question") not in {first, third}
        go("/people")
        tab.page.fill("#about", "yy")
        assert "/people" in tab.page.url


def test_everything_is_reached_by_the_keyboard(chromium, tracked):
    with inside(chromium, tracked) as (tab, go):
        go("/leader/ann")
        seen = []
        for _ in range(20):
            tab.page.keyboard.press("Tab")
            seen.append(
                tab.page.evaluate("() => document.activeElement.id || document.activeElement.innerText")
            )
        assert "Skip to the page" == seen[0]
        assert {"Overview", "Settings", "since", "until", "tag", "channel", "Show"} <= set(seen)


def test_who_is_tracked_leads_to_the_number_that_the_snapshot_told(chromium, tracked):
    with inside(chromium, tracked) as (tab, go):
        go("/begin")
        card = tab.page.inner_text(".cards article p:nth-of-type(2)")
        tab.page.click(".cards article a")
        assert f" {tab.page.inner_text('.big')} " in f" {card} "


def hold(lock, held):
    """Let nothing be answered for a while."""
    with lock:
        held.set()
        time.sleep(3)


@pytest.mark.skipif(script() is None, reason=NOT_BUILT)
def test_whoever_leaves_a_page_that_waits_is_not_called_back_however_slow_the_other_is(chromium, tracked):
    with inside(chromium, tracked) as (tab, go):
        go("/leader/ann/report?since=2026-02-03")
        assert tab.page.query_selector("[data-again]"), "it is not there yet"
        held = Event()
        busy = Thread(target=lambda: hold(tracked.serving.desk.workspace.alone, held))
        busy.start()
        held.wait()
        go("/leader/ann?since=2026-03-03")
        assert tab.page.url.endswith("/leader/ann?since=2026-03-03")
        busy.join()


@pytest.mark.skipif(script() is None, reason=NOT_BUILT)
def test_a_page_that_waits_shows_what_it_waited_for(chromium, tracked):
    with inside(chromium, tracked) as (tab, go):
        go("/leader/ann/report?since=2026-02-04")
        assert tab.page.query_selector("[data-again]")
        tab.page.wait_for_selector("text=In one minute", timeout=60_000)
