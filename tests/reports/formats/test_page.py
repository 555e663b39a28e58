import base64
import hashlib
import re
import shutil
import subprocess
import zlib
from dataclasses import replace
from functools import cache
from html.parser import HTMLParser

import pytest
from matplotlib import rc_context

from influence.contract.details.brand import EmployeesAgainstBrand
from influence.contract.findings import (
    Conversation,
    Coverage,
    EgoNetwork,
    Finding,
    MetEvidence,
    Month,
    Reached,
    Report,
    Response,
    SphereReach,
    Week,
)
from reports.figures.rings import people_a_mark
from reports.formats.page import page, write_page
from reports.story.evidence import PEOPLE_SHOWN, safe_link
from tests.kit.sample_report import LEADER, WINDOW, empty_report, large_report, sample_report, ties_report

REPORTS = [sample_report, large_report, empty_report, ties_report]


@cache
def page_of(make):
    """The page of one of the reports, made once: the same report gives the same page."""
    return page(make())


CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
ATTACKS = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "</title></svg></style><script>alert(1)</script>",
    "$x^2$ $\\frac{1}{0}$ $unclosed",
    "{{ 7*7 }}{% raw %}",
    "\u202eevil\u0000\u001b[31m",
    "عائشة 山田太郎 שלום",
    "]]>--><!--",
    "x" * 400,
    "",
)


class Reader(HTMLParser):
    """Reads a page as a browser would: its elements, its ids, what it shows."""

    def __init__(self, text):
        super().__init__()
        self.elements, self.shown, self._inside = [], [], []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        self._inside.append(tag)

    def handle_endtag(self, tag):
        if tag in self._inside:
            while self._inside.pop() != tag:
                pass

    def handle_data(self, data):
        if "style" not in self._inside:
            self.shown.append(data)

    @property
    def text(self):
        return " ".join("".join(self.shown).split())

    def values(self, name):
        return [attributes[name] for _, attributes in self.elements if name in attributes]


def hostile_findings(attack):
    """Every text in a detail, and every name of a row, is an attack."""
    row = {
        "who": attack,
        "kind": attack,
        "gain": 1.0,
        "interval": [0, 2],
        "reason": attack,
        "evidence": [attack, "a1"],
    }
    kinds = [row | {"kind": kind} for kind in ("person", "sphere", "conversation", attack)]
    waits = {"item": attack, "person": attack, "sphere": attack, "way": attack, "days": 3.0}
    topic = {"topic": attack, "share": 0.2, "interval": [0.1, 0.3], "to_all": 4, "new": 1, "shuffled": 0.2}
    alternatives = {attack: {"reach_4": 0.5}, "first_hand": {"reach_4": 0.1}}
    found = [
        Finding("reach_beyond", 0.8, attack),
        Finding("advice", 1.0, "people", detail={"rows": kinds, "words": attack}),
        Finding("advice_backtest", None, "AUC", reason=attack),
        Finding("step_up", None, "people a conversation", reason=attack),
        Finding("waiting_on_leader", 1.0, attack, detail={"list": [waits], "median_days": 3.0}),
        Finding("sources", 1.0, "people", detail={"by_sphere": {attack: {"value": 1.0}}}),
        Finding("before_contact", 1.0, "people", detail={"by_sphere": {attack: {"met_later": [attack]}}}),
        Finding("share_of_voice", 0.2, "share", detail={"topics": [topic]}),
        Finding("lead", 1.0, "people", detail={"topics": [topic], "shuffled": 0.2, "p": 0.5}),
        Finding(
            "person_against_brand",
            2.0,
            attack,
            interval=(1.0, 3.0),
            detail={"verdict": attack, "spheres": {attack: {"person": 1, "brand": 2, "verdict": attack}}},
        ),
        Finding("influence_test", None, "exponent", reason=attack),
        Finding("robustness", 0.5, "share", detail={"reach_4": 0.8, "alternatives": alternatives}),
        Finding("position_by_chance", 0.01, "p-value", detail={attack: {"discovery": True}}),
        Finding("unseen", 1.0, "people", detail={"sources": [{"source": attack, "missing": [attack]}]}),
        Finding("trend_slope", None, attack, reason=attack),
        Finding("trend_breaks", 1.0, attack, detail={"breaks": [{"month": attack, "sources": [attack]}]}),
        Finding("our_own", 1.0, attack, reason=attack, detail={attack: attack}),
    ]
    return {one.name: one for one in found}


def hostile_report(attack):
    """Every text of a report is an attack, except what the report's own vocabulary fixes."""
    person = Reached(
        attack,
        attack,
        4,
        0.2,
        True,
        2,
        attack,
        2,
        attack,
        attack,
        ("a1", "gone"),
        (MetEvidence(attack, attack, 0.2, attack, attack, 3),),
    )
    response = Response(
        "a1", attack, attack, attack, attack, attack, attack, attack, "javascript:alert(1)", True, attack
    )
    return Report(
        leader={"person": "p0", "name": attack},
        window={"since": attack, "until": attack, "zone": attack},
        findings={
            "reach_4": Finding("reach_4", 0.8, attack, 0.8, 0.8, (0.1, 2.0)),
            "reach_3": Finding("reach_3", None, "people", reason=attack),
            "crossings": Finding(
                "crossings", 1.0, "people", detail={"digital_first": [attack, attack + "?"]}
            ),
            **hostile_findings(attack),
        },
        people=(person,),
        coverage=(Coverage(attack, attack, 1, attack, attack, attack, 0, (attack, "2026-01")),),
        reasons=(attack,),
        spheres=(SphereReach(attack, 0.8, 1, 1, 0.8),),
        trend=(Month("2026-01", 0, 0.2, 0.8, 0.8, 0.8, 2), Month(attack, 0, 0, 1, 0, 2, 1)),
        weekly=(
            Week("2026-W02", 0, 0.2, 0.8, 0.8, 0.8, 2),
            Week(attack, 0, 0, 1, 0, 2, 1),
            Week("2026-W99", 0, 0, 1, 0, 2, 1),
        ),
        conversations=(Conversation(attack, attack, attack, 2, 1, 0.8, attack, ("a1",)),),
        responses={"a1": response},
        network=EgoNetwork(
            (("p0", attack, 0, 1.0, 0), (attack, attack, 4, 0.2, 1)), (("p0", attack, 2.0),), 1, 1
        ),
        notice=attack,
    )


@pytest.mark.parametrize("make", REPORTS)
def test_the_page_loads_nothing_and_sends_nothing(make):
    reader = Reader(page_of(make))
    tags = {tag for tag, _ in reader.elements}
    assert set() == tags & {"iframe", "object", "embed", "img", "image", "base", "audio", "video"}
    assert [] == reader.values("action") + reader.values("formaction")
    assert [] == [name for _, attributes in reader.elements for name in attributes if name.startswith("on")]
    assert [] == reader.values("src")
    assert ["icon"] == [attributes["rel"] for tag, attributes in reader.elements if tag == "link"]
    assert all(
        value.startswith("data:") for tag, a in reader.elements if tag == "link" for value in [a["href"]]
    )


PACKED = r'<script type="application/json" id="page-script">"([^"]*)"</script>'


def hashed(text):
    return f"'sha256-{base64.b64encode(hashlib.sha256(text).digest()).decode()}'"


@pytest.mark.parametrize("make", REPORTS)
def test_the_policy_allows_our_style_and_scripts_by_their_hashes_and_nothing_else(make):
    text = page_of(make)
    (style,) = re.findall(r"<style>(.*?)</style>", text, re.DOTALL)
    inline = re.findall(r"<script>(.*?)</script>", text, re.DOTALL)
    unpacked = [zlib.decompress(base64.b64decode(packed)) for packed in re.findall(PACKED, text)]
    (policy,) = [
        a["content"] for _, a in Reader(text).elements if a.get("http-equiv") == "Content-Security-Policy"
    ]
    rules = dict(rule.split(" ", 1) for rule in policy.split("; "))
    scripts = " ".join(map(hashed, [*(one.encode() for one in inline), *unpacked]))
    assert (scripts if inline else None) == rules.get("script-src")
    assert ("'none'", hashed(style.encode()), "data:") == (
        rules["default-src"],
        rules["style-src"],
        rules["img-src"],
    )
    assert {"base-uri": "'none'", "form-action": "'none'"}.items() <= rules.items()
    assert [] == Reader(text).values("style")
    assert "url(" not in style
    assert "@import" not in style


@pytest.mark.parametrize("make", REPORTS)
def test_outside_every_number_the_words_are_plain_and_the_caution_stands_once(make):
    before, _, rest = page_of(make).partition('<details class="aside every">')
    _, _, after = rest.partition('<details class="aside glossary">')
    said = Reader(before).text
    words = r"\bp = |\bAUC\b|PageRank|\bconstraint\b|social h\b|mixes|Brier|Hill number|exponent"
    assert [] == re.findall(words, said)
    assert after
    assert 1 == said.count("consistent with influence")


def test_a_number_is_not_broken_and_a_question_is_on_a_narrow_page():
    html = page_of(sample_report)
    kept = re.findall(r'<a class="n" href="[^"]*">([^<]*)</a>', html)
    broken = re.findall(r'<a class="n long" href="[^"]*">([^<]*)</a>', html)
    assert (True, True) == (bool(kept), bool(broken))
    assert max(map(len, kept)) <= 24 < min(map(len, broken))


@pytest.mark.parametrize("make", REPORTS)
def test_every_link_inside_the_page_leads_somewhere_once(make):
    reader = Reader(page_of(make))
    ids = reader.values("id")
    assert len(set(ids)) == len(ids)
    targets = {value[1:] for value in reader.values("href") if value.startswith("#")}
    assert targets
    assert set() == targets - set(ids)


@pytest.mark.parametrize("make", REPORTS)
def test_every_finding_appears_with_its_name(make):
    report, text = make(), page_of(make)
    assert set(report.findings) <= set(re.findall(r"<code>(\w+)</code>", text))


def test_a_finding_from_a_plug_in_appears_too():
    report = sample_report()
    report = replace(
        report, findings={**report.findings, "our_own_share": Finding("our_own_share", 0.31, "share")}
    )
    assert re.search(r"Our own share</span>\s*<span class=\"value\">31\s%", page(report))


@pytest.mark.parametrize("attack", ATTACKS)
def test_hostile_text_stays_text(attack):
    tame, reader = Reader(page(hostile_report("harmless"))), Reader(page(hostile_report(attack)))
    assert {tag for tag, _ in tame.elements} >= {tag for tag, _ in reader.elements}
    assert {name for _, a in tame.elements for name in a} >= {name for _, a in reader.elements for name in a}
    assert not any(control in reader.text for control in "\u202e\u0000\u001b")


@pytest.mark.parametrize("attack", ATTACKS[:5])
def test_a_hostile_name_is_shown_as_it_is_written(attack):
    assert attack in Reader(page(hostile_report(attack))).text


def test_dollar_signs_are_never_read_as_mathematics_whatever_the_users_settings():
    report = hostile_report("$x^2$")
    expected = page(report)
    with rc_context({"text.usetex": True, "lines.linewidth": 9, "font.size": 30}):
        assert expected == page(report)


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "JAVASCRIPT:alert(1)",
        "java\nscript:alert(1)",
        "data:text/html,x",
        "//host/path",
        "https:",
        "https://",
        "https://[broken",
        "file:///etc/passwd",
        " https://a.example",
        "https:\\\\a.example",
        None,
        "",
    ],
)
def test_only_web_addresses_become_links(url):
    assert safe_link(url) is None


def test_a_link_shows_the_host_that_it_leads_to():
    assert "evil.example" == safe_link("https://bank.example@evil.example/login").host


def test_a_withheld_link_is_said_to_be_withheld():
    text = page(hostile_report("Ada"))
    assert "link withheld: not a web address" in text
    assert "javascript:" not in text


def test_links_out_give_nothing_away():
    out = [
        a for tag, a in Reader(page_of(sample_report)).elements if tag == "a" and a["href"].startswith("http")
    ]
    assert out
    assert {"noopener noreferrer"} == {a["rel"] for a in out}


def test_each_shown_response_is_one_of_the_report():
    report = sample_report()
    times = {value for tag, a in Reader(page(report)).elements if tag == "time" for value in [a["datetime"]]}
    assert times
    items = [item.time for conversation in report.conversations for item in conversation.tree]
    assert times <= {*items, *(row.time for row in report.responses.values())}


def test_evidence_that_the_report_does_not_hold_is_counted():
    person = Reached(
        "p1", "Ada", 4, 0.0, True, 1, "public", 9, "2026-01-05T00:00:00+00:00", None, ("a1", "a2")
    )
    response = Response("a1", "2026-01-05T00:00:00+00:00", "p1", "reply", "p0")
    report = Report(LEADER, WINDOW, {}, people=(person,), responses={"a1": response})
    assert "And 8 more, not shown here." in Reader(page(report)).text


def test_people_stand_in_the_order_of_their_first_response_not_of_their_strength():
    people = tuple(
        Reached(f"p{n}", f"Person{n}", 4, 0.0, True, 1, "public", responses, f"2026-01-0{n}T00:00:00+00:00")
        for n, responses in ((1, 1), (2, 50), (3, 7))
    )
    text = page(Report(LEADER, WINDOW, {}, people=people))
    assert ["Person1", "Person2", "Person3"] == re.findall(r'class="who"><bdi>(\w+)<', text)


def test_a_large_report_stays_small_and_says_what_it_leaves_to_the_table():
    report, text = large_report(), page_of(large_report)
    assert len(text.encode()) < 5_000_000
    assert PEOPLE_SHOWN == len(re.findall(r'id="person-\d+"', text))
    assert f"{len(report.people) - PEOPLE_SHOWN:,} more are in the CSV" in Reader(text).text
    assert "Each mark stands for about 10 people" in Reader(text).text


@pytest.mark.parametrize(
    ("expected", "people"), [(1, 1), (1, 400), (2, 401), (2, 800), (5, 801), (10, 3000), (5000, 2_000_000)]
)
def test_a_mark_stands_for_as_few_people_as_fit(expected, people):
    assert expected == people_a_mark(people)


@pytest.mark.parametrize("people", [1, 5, 56, 400])
def test_every_person_has_one_mark_that_links_to_the_row(people):
    whole = sample_report()
    report = replace(
        large_report(), people=large_report().people[:people], network=EgoNetwork(), trend=whole.trend
    )
    rings = page(report).split('class="picture rings wide-only"')[1].split("</svg>")[0]
    assert people == len(set(re.findall(r'href="#(person-\d+)"', rings)))


def test_what_cannot_be_told_is_said_with_its_reason():
    text = Reader(page(ties_report())).text
    assert "cannot tell" in text
    assert "Cannot tell: the ties have no times." in text


def test_an_invented_company_says_so_on_top_and_at_the_end():
    assert 2 == page_of(sample_report).count("Invented company: every person and every message is made up.")


def test_audience_is_never_added_to_reach():
    assert "Audience is never added to reach" in Reader(page_of(sample_report)).text


def test_every_picture_has_a_name_and_a_description():
    text = page_of(sample_report)
    pictures = re.findall(r'<svg [^>]*role="(?:img|group)"[^>]*aria-labelledby="([^"]+)"', text)
    assert 14 == len(set(pictures)), "rings, network and both trends are there for a page and for a telephone"
    assert all(f'id="{key}"' in text for picture in pictures for key in picture.split())


@pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed")
@pytest.mark.parametrize("make", [*REPORTS, lambda: hostile_report(ATTACKS[2])])
def test_a_browser_opens_the_page_without_a_complaint(make, tmp_path):
    (path,) = write_page(make(), tmp_path / "report.html")
    done = subprocess.run(
        [
            *(CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
            *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
            *(
                f"--user-data-dir={tmp_path / 'profile'}",
                "--enable-logging=stderr",
                "--dump-dom",
                path.as_uri(),
            ),
        ],
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    assert [] == [
        line for line in done.stderr.splitlines() if "CONSOLE" in line or "Content Security" in line
    ]
    assert "How far beyond the people met?" in done.stdout
    assert re.search(r'class="big[^"]*" href="#n-\w+">[^<]+<', done.stdout)


def test_a_person_put_as_met_is_never_said_to_have_no_meeting():
    person = Reached("p1", "Ada", 3, 0.9, True, 1, "public", 1)
    text = Reader(page(Report(LEADER, WINDOW, {}, people=(person,)))).text
    assert "Put at 90 %; this report lists no single piece of evidence for it." in text
    assert "No meeting face to face" not in text


@pytest.mark.parametrize("by", ["week", "month"])
def test_the_page_shows_the_movement_by_week_and_by_month_whichever_is_told_first(by):
    body = page(replace(sample_report(), by=by))
    section = body.partition('<section id="trend">')[2].partition("</section>")[0]
    first, other = ("week", "month") if by == "week" else ("month", "week")
    told = {"week": "week from 5 Jan 2026</th>", "month": "January 2026</th>"}
    assert section.index(told[first]) < section.index(f"The same by {other}") < section.index(told[other])
    assert f"How did it move, {by} by {by}?" in section
    assert "week from 29 Dec 2025, in part</th>" in section


def test_tags_and_topics_stand_week_by_week_beside_the_named_voices():
    table = re.search(r'<table class="tagged">.*?</table>', page(sample_report()), re.DOTALL)[0]
    rows = re.findall(r"<tr>.*?</tr>", table, re.DOTALL)
    assert [6 + 1] * 4 == [len(re.findall(r"<t[hd]\b", row)) for row in rows]
    cells = [re.sub(r"<[^>]+>", "", cell) for cell in re.findall(r"<t[hd]\b.*?</t[hd]>", rows[1], re.DOTALL)]
    most = "Responses in each whole week; most in the week from 26 Jan 2026, 21."
    assert ["#ferry", most, "12", "40", "25", "14 to 17", "4"] == cells
    assert "M0 10v-1.43h0.8v1.43zM1 10v-4.29h0.8v4.29zM3 10v-10h0.8v10z" in rows[1]
    assert "<svg" not in rows[2] + rows[3]


def test_what_employees_draw_by_sphere_stands_beside_the_leader_and_the_brand():
    report = sample_report()
    finding = report.findings["employees_against_brand"]
    held = replace(finding.told(EmployeesAgainstBrand), spheres={"customer": (1.5, 0.25, 2.0)})
    told = replace(report, findings=report.findings | {finding.name: replace(finding, detail=held)})
    row = re.search(r"Employees against brand, by sphere.*?<tbody>(.*?)</tbody>", page(told), re.DOTALL)[1]
    assert ["customer", "1.5", "0.25", "2"] == re.sub(r"<[^>]+>", " ", row).split()
    assert "Employees against brand, by sphere" not in page(report)


def test_what_a_leader_asks_first_is_not_folded_away():
    shown = re.sub(r"<details.*?</details>", "", page(sample_report()), flags=re.DOTALL)
    text = re.sub(r"<[^>]+>", "", shown)
    assert "before anybody here had spoken with them" in text
    assert "are answered by people whom they never met" in text
