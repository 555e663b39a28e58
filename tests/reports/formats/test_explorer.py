"""People searched, filtered, pointed at and opened, as a reader does it."""

import re
from contextlib import contextmanager
from dataclasses import replace

import pytest

from influence.contract.findings import EgoNetwork, Reached, Report, Response
from influence.contract.language import speaking
from reports.formats import people_data
from reports.formats.page import page
from reports.story import explorer
from tests.kit.browser import DESK, PHONE, tab
from tests.kit.languages import in_our_words, pseudo, texts_in, untranslated
from tests.kit.sample_report import LEADER, WINDOW, built, large_report, sample_report

MONTHS, TAGS = ("2026-01", "2026-02", "2026-03", "2026-04"), ("strategy", "product")
ATTACK = '</script><script>window.pwned=1</script><img src=x onerror="window.pwned=1">{{1}}'
NOT_BUILT = "the page's script is not built: npm run bundle"

pytestmark = pytest.mark.skipif(people_data.script("page.js") is None, reason=NOT_BUILT)


def filtered_report(people=120):
    """Return a report whose people have months, tags and communities, by turns."""
    whole = built(people=people, conversations=9, seed=7)
    turned = [
        replace(one, months=(MONTHS[n % 4],), tags=(TAGS[n % 2],) if n % 3 else (), community=n % 2)
        for n, one in enumerate(whole.people)
    ]
    nodes = tuple((*node[:4], int(node[0][1:]) % 2) for node in whole.network.nodes)
    return replace(whole, people=tuple(turned), network=replace(whole.network, nodes=nodes))


REPORT = filtered_report()


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    file = tmp_path_factory.mktemp("explorer") / "page.html"
    file.write_text(page(REPORT), encoding="utf-8")
    return file


@contextmanager
def ready(chromium, file, size=DESK, **how):
    """Open a page whose people can be looked through; nothing may be complained of, nobody asked."""
    with tab(chromium, file, size, **how) as opened:
        opened.page.wait_for_selector("html[data-ready]", state="attached")
        opened.page.evaluate("document.getElementById('listed').open = true")
        yield opened.page
        assert [] == [said for said in opened.complaints if "GL Driver" not in said]
        assert [] == opened.asked


@pytest.fixture(scope="module")
def opened_once(chromium, written):
    with ready(chromium, written, (1280, 1000)) as window:
        yield window


@pytest.fixture
def window(opened_once):
    """The page that most tests share: nothing filtered, nobody opened; it stays sorted as it was."""
    opened_once.evaluate("document.querySelector('[name=clear]').click()")
    return opened_once


def drawn(window):
    """Scroll to the picture and wait until it moves."""
    window.evaluate("document.getElementById('explorer').scrollIntoView()")
    window.wait_for_selector("html.moving", state="attached")
    window.evaluate("document.getElementById('pictures').scrollIntoView()")


def names(window):
    return window.eval_on_selector_all("#listed tbody th a", "all => all.map(one => one.textContent)")


def found(window):
    return window.inner_text("#found")


def choose(window, name, value):
    window.fill("#find", "")
    window.eval_on_selector(
        f"[name={name}]",
        "(one, value) => { one.value = value; one.dispatchEvent(new Event('input', {bubbles: true})) }",
        value,
    )


def test_a_search_finds_names_and_organisations_whatever_their_accents(window):
    window.fill("#find", "zoe")
    wanted = {one.name for one in REPORT.people if one.name.startswith("Zoë")}
    assert wanted == set(names(window))
    window.fill("#find", "nordlys")
    count = sum(one.organisation == "Nordlys" for one in REPORT.people)
    assert f"of {count} are shown" in found(window)
    window.fill("#find", "nobody of this name")
    assert "Nobody is left by these filters; 120 in all." == found(window)
    window.click("[name=clear]")
    assert "People 1 to 50 of 120 are shown." == found(window)


FILTERS = {
    "sphere": ("customer", lambda one: one.sphere == "customer"),
    "tag": ("strategy", lambda one: "strategy" in one.tags),
    "community": (None, lambda one: one.community == 0),
}


@pytest.mark.parametrize("name", FILTERS)
def test_each_filter_leaves_the_people_it_says(window, name):
    label, passes = FILTERS[name]
    wanted = sum(map(passes, REPORT.people))
    options = {
        one.inner_text(): one.get_attribute("value") for one in window.locator(f"#{name} option").all()
    }
    choose(window, name, options[label] if label else "0")
    assert f" of {wanted} are shown; 120 in all." in found(window)


def test_steps_and_months_filter_together_and_the_slider_says_its_months(window):
    for kind in ("met", "unmet", "unknown"):
        window.uncheck(f"[name=kind][value={kind}]")
    team = [one for one in REPORT.people if one.step == 2]
    assert len(team) == len(names(window))
    window.focus("[name=from]")
    window.keyboard.press("ArrowRight")
    assert "February 2026" == window.get_attribute("[name=from]", "aria-valuetext")
    assert "February 2026 to April 2026" == window.inner_text("output")
    assert sum(one.months[0] >= "2026-02" for one in team) == len(names(window))


def test_a_filter_that_would_choose_among_fewer_than_two_is_hidden(chromium, tmp_path):
    file = tmp_path / "page.html"
    file.write_text(page(replace(sample_report(), network=EgoNetwork())), encoding="utf-8")
    with ready(chromium, file) as window:
        assert not window.is_visible("#tag")
        assert not window.is_visible(".months")
        assert not window.is_visible("#community")
        assert window.is_visible("#sphere")


def test_the_table_is_folded_until_somebody_is_looked_for(window):
    window.evaluate("document.getElementById('listed').open = false")
    window.fill("#find", names(window)[0])
    assert window.is_visible("#listed tbody tr")


def test_the_table_ranks_nobody_until_it_is_sorted_and_says_how_it_is(window):
    order = sorted(REPORT.people, key=lambda one: (one.step, one.first_response, one.person))
    assert [one.name for one in order[:50]] == names(window)
    assert 0 == window.locator("th[aria-sort]").count()
    window.click("th[data-by=responses] button")
    assert "descending" == window.get_attribute("th[data-by=responses]", "aria-sort")
    most = max(one.responses for one in REPORT.people)
    assert str(most) == window.inner_text("#listed tbody tr:first-child td:last-child")
    window.click("th[data-by=name] button")
    assert min(one.name for one in REPORT.people) == names(window)[0]
    window.click(".pages button:last-child")
    assert "People 51 to 100 of 120 are shown." == found(window)


def test_a_person_opens_with_the_evidence_and_back_or_escape_closes(window):
    window.click("#listed tbody tr:nth-child(3) a")
    opened = window.locator("#person")
    who = names(window)[2]
    order = sorted(REPORT.people, key=lambda one: (one.step, one.first_response, one.person))
    person = next(one for one in order if one.name == who)
    assert who == opened.locator("h3").inner_text()
    assert len(person.evidence) == opened.locator("tbody tr").count()
    assert re.search(r"#person-\d+$", window.url)
    window.go_back()
    assert not opened.is_visible()
    window.go_forward()
    assert opened.is_visible()
    window.keyboard.press("Escape")
    assert not opened.is_visible()
    assert "#person" not in window.url


def test_the_keyboard_alone_searches_opens_and_comes_back_to_where_it_was(window):
    window.focus("#find")
    window.keyboard.type("ada")
    window.focus("#listed tbody tr:first-child a")
    window.keyboard.press("Enter")
    assert window.is_visible("#person")
    assert "H3" == window.evaluate("document.activeElement.tagName")
    window.keyboard.press("Escape")
    window.wait_for_selector("#person", state="hidden")
    assert names(window)[0] == window.evaluate("document.activeElement.textContent")


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_a_link_to_a_person_opens_that_person(chromium, written, size):
    with ready(chromium, written, size) as window:
        window.goto(f"{written.as_uri()}#person-7")
        window.reload()
        window.wait_for_selector("#person h3")
        order = sorted(REPORT.people, key=lambda one: (one.step, one.first_response, one.person))
        assert order[6].name == window.inner_text("#person h3")
        window.click("#person .close")
        assert not window.is_visible("#person")


def is_hand(window):
    return "pointer" == window.evaluate(
        "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame("
        "() => done(document.querySelector('.stage').style.cursor))))"
    )


def point_at_somebody(window):
    """Move over the picture until the pointer is a hand; return where."""
    box = window.locator(".stage").bounding_box()
    for n in range(300):
        across, down = (0.3 + 0.4 * (n % 20) / 20, 0.2 + 0.6 * (n // 20) / 15)
        x, y = box["x"] + box["width"] * across, box["y"] + box["height"] * down
        window.mouse.move(x, y)
        if is_hand(window):
            return x, y
    pytest.fail("there is nobody to point at")


@pytest.mark.parametrize("view", ["rings", "network"])
def test_a_mark_that_is_pressed_opens_its_person(window, view):
    drawn(window)
    window.click(f"[data-view={view}]")
    assert "true" == window.get_attribute(f"[data-view={view}]", "aria-pressed")
    window.mouse.click(*point_at_somebody(window))
    window.wait_for_selector("#person h3")
    assert window.inner_text("#person h3") in {one.name for one in REPORT.people}
    window.keyboard.press("Escape")
    window.wait_for_selector("#person", state="hidden")


def test_whoever_is_filtered_out_cannot_be_pressed(window):
    drawn(window)
    x, y = point_at_somebody(window)
    window.fill("#find", "nobody of this name")
    window.wait_for_timeout(200)
    window.mouse.click(x, y)
    assert not window.is_visible("#person")


def test_without_webgl_the_still_pictures_stay_and_the_table_works(chromium, written):
    context = chromium.new_context()
    window = context.new_page()
    said = []
    window.on("pageerror", lambda error: said.append(str(error)))
    window.add_init_script(
        "const get = HTMLCanvasElement.prototype.getContext;"
        "HTMLCanvasElement.prototype.getContext = function (kind, ...rest) {"
        " return /webgl/.test(kind) ? null : get.call(this, kind, ...rest) }"
    )
    window.goto(written.as_uri())
    window.wait_for_selector("html[data-ready]", state="attached")
    window.evaluate("document.getElementById('explorer').scrollIntoView()")
    window.wait_for_selector("#pictures", state="detached")
    assert window.is_visible("svg.rings")
    window.fill("#find", "ada")
    assert names(window)
    assert [] == said
    context.close()


def test_without_javascript_the_pictures_and_the_strongest_stay(chromium, written):
    with tab(chromium, written, scripts=False) as opened:
        window = opened.page
        assert window.is_visible("svg.rings")
        assert not window.is_visible("#explorer")
        assert not window.is_visible("#listed")
        window.click("#still-rows > details:last-of-type > summary")
        assert window.is_visible("#still-rows .rows summary")
        assert 120 == window.locator("#still-rows [role=listitem]").count()


def test_names_tags_places_and_links_are_text_and_never_markup(chromium, tmp_path):
    response = Response(
        "a1",
        "2026-01-02T08:00:00+00:00",
        ATTACK,
        "reply",
        "p0",
        channel=ATTACK,
        url="javascript:alert(1)",
        source=ATTACK,
    )
    people = tuple(
        Reached(
            f"{ATTACK}{n}",
            ATTACK,
            4,
            0.0,
            True,
            1,
            ATTACK,
            1,
            None,
            ATTACK,
            ("a1",),
            months=(ATTACK, "2026-01"),
            tags=(ATTACK, str(n)),
            community=n,
        )
        for n in range(3)
    )
    nodes = (("p0", ATTACK, 0, 1.0, 0), *((one.person, ATTACK, 4, 0.0, 0) for one in people))
    edges = tuple(("p0", one.person, 2.0) for one in people)
    report = Report(
        LEADER | {"name": ATTACK},
        WINDOW,
        {},
        people,
        responses={"a1": response},
        network=EgoNetwork(nodes, edges, 3, 3),
    )
    file = tmp_path / "page.html"
    file.write_text(page(report), encoding="utf-8")
    with ready(chromium, file) as window:
        drawn(window)
        window.click("[data-view=network]")
        window.click("#listed tbody tr:first-child a")
        assert ATTACK == window.inner_text("#person h3")
        assert "link withheld: not a web address" in window.inner_text("#person")
        assert 0 == window.locator("#person img, #person script, #explorer img, #listed img").count()
        assert window.evaluate("window.pwned === undefined")


def test_the_page_of_five_thousand_people_is_small_and_holds_everybody_with_the_evidence():
    report = filtered_report(5000)
    data = people_data.people_data(report)
    assert 5000 == len(data["people"]["name"])
    held = {row for rows in data["evidence"] for row in map(tuple, rows)}
    assert sum(len(one.evidence) for one in report.people) == sum(map(len, data["evidence"]))
    assert held
    assert len(page(report).encode()) <= 1_500_000


def test_of_more_people_the_strongest_have_their_evidence_and_the_page_says_so(monkeypatch):
    monkeypatch.setattr("reports.story.evidence.PEOPLE_OPENED", 30)
    monkeypatch.setattr("reports.story.explorer.PEOPLE_OPENED", 30)
    data = people_data.people_data(REPORT)
    assert 30 == sum(data["people"]["opened"])
    assert "the evidence is here for the 30 with the most responses" in page(REPORT)


def test_nothing_that_the_script_says_is_untranslated():
    report = in_our_words(REPORT)
    with speaking(pseudo()):
        data = people_data.people_data(report)
        told = (
            data["texts"],
            list(data["words"].values()),
            data["people"]["communityNames"],
            explorer.who_is_where(report),
        )
        text = re.sub(r"\{\w+\}", "", "\n".join(texts_in(told)))
    assert set() == untranslated(text, report)


def test_a_page_whose_script_was_not_built_shows_everything_standing_still(monkeypatch, tmp_path):
    monkeypatch.setattr(people_data, "BUILT", tmp_path)
    text = page(REPORT)
    assert 120 == text.count('<details role="listitem">')
    assert all(name not in text for name in ("page-script", "people-data", 'id="explorer"', "sigma"))
    assert 'class="picture rings' in text


def test_the_same_report_gives_the_same_page():
    assert page(REPORT) == page(filtered_report())


def test_anchors_of_the_page_are_those_of_the_table():
    data = people_data.people_data(large_report())
    numbers = data["people"]["anchor"]
    assert sorted(numbers) == list(range(1, len(numbers) + 1))
