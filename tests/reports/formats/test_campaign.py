"""A campaign as page, text and data: the same in each, nothing of others runs, and every reason is said."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from influence.campaigns.for_others import for_others
from influence.contract.campaigned import (
    EVERYTHING_THERE,
    AgainstBefore,
    AgainstVoices,
    Campaigned,
    NewPeople,
    Remained,
    Times,
    ToneOfCampaign,
)
from influence.contract.findings import Finding
from reports.figures.campaign import plot_campaign
from reports.formats.campaign import page, text, write_json
from tests.kit.axe import AXE, NO_AXE, barriers
from tests.kit.browser import CHROMIUM, DESK, NO_CHROMIUM, PHONE, launched, tab
from tests.kit.sample_campaign import sample_campaign

CAMPAIGN = sample_campaign()


def said(campaign: Campaigned) -> str:
    return " ".join(text(campaign).split())


def test_it_is_told_from_the_verdict_to_what_remained() -> None:
    for words in (
        "More people responded than the weeks before let expect: 1.6 times as many a week (1.2 to 2.1).",
        "That is consistent with influence of the campaign.",
        "252 people took part: 12 posted (80 items), 240 responded and did not post.",
        "By sphere: the company 42 and customers 210.",
        "New in the 26 weeks on record before: 14 had done nothing here, 60 had never responded to anybody.",
        "40 to 190 people responded whom nobody of those who posted had met",
        "In its first week 1.7 times as many as expected (1.1 to 2.6).",
        "The post of 20 Jul 2026 travelled farthest: 18 responses were answers to answers, through 4 hands.",
        "Of 61 people who responded marks, reactions or words tell it: 50 welcomed it, 8 took it neutrally, 3 with "
        "hostility. Of 179 nothing tells.",
        "During the campaign: 62 % (55 to 70 %) of 400 responses.",
        "During the campaign it was another than before, by more than chance may move it.",
        "Nobody here is x:nobody.",
        "Of 252 people who responded during the campaign 60 responded to its subject again within four weeks: 24 % "
        "(19 to 29 %). Of those who were new (14 people), 4 came back.",
        "it does not show that the campaign caused it",
    ):
        assert words in said(CAMPAIGN)


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        (
            {"before": AgainstBefore(mean=Times(0.6, 0.4, 0.9))},
            "Fewer people responded than the weeks before",
        ),
        (
            {"before": AgainstBefore(mean=Times(1.2, 0.8, 1.7))},
            "chance: 1.2 times as many a week, and the true figure may lie anywhere from 0.8 to 1.7",
        ),
        (
            {"before": AgainstBefore(reason="there is no whole week of the campaign on record")},
            "cannot be told: there is no whole week of the campaign on record.",
        ),
        ({"before": AgainstBefore(EVERYTHING_THERE)}, "Its subject is hardly on record before."),
        ({"new": NewPeople(0)}, "Nothing is on record before, so who was new cannot be told."),
        ({"tone": ToneOfCampaign(unknown=9)}, "Of nobody who responded anything tells how they took it."),
        ({"tone": ToneOfCampaign(hostile=9, storm=True)}, "with hostility: a storm, and no influence."),
        ({"travelled": ()}, "Nobody answered any of the posts."),
        ({"travelled": CAMPAIGN.travelled[1:]}, "nothing was passed on."),
        (
            {"voices": AgainstVoices(reason="no voices are named")},
            "That cannot be told: no voices are named.",
        ),
        (
            {"remained": Remained(reason="four weeks after its end are not on record yet")},
            "That cannot be told: four weeks after its end are not on record yet.",
        ),
        ({"running": True}, "it goes on after what is on record"),
        (
            {"beyond": Finding("beyond", None, "people", reason="nobody responded")},
            "How many never met responded cannot be told: nobody responded.",
        ),
        (
            {"leader": {"person": "ann", "name": "Ann Ek"}},
            "40 to 190 people responded whom Ann Ek had never met",
        ),
        ({"unread": ("climate",)}, "Of climate only the tags were looked for"),
    ],
)
def test_what_is_else_is_said(changed: dict[str, Any], words: str) -> None:
    assert words in said(replace(CAMPAIGN, **changed))
    page(replace(CAMPAIGN, **changed))


def test_lines_of_the_text_fit_a_mail() -> None:
    assert max(map(len, text(CAMPAIGN).splitlines()[1:])) <= 100
    assert "\x1b" not in text(replace(CAMPAIGN, notice="\x1b[31mred"))


def test_nothing_of_others_runs_in_the_page() -> None:
    made = page(CAMPAIGN).replace("&#39;", "'")
    assert "<script>alert" not in made
    assert "javascript:" not in made
    assert "{{7*7}}" in made  # as it stands: a template reads it as data
    assert re.search(r"default-src 'none'; style-src 'sha256-[^']+'; script-src 'sha256-[^']+'", made)
    assert not re.search(r"""(?:src|href)=["']?(?:https?:)?//""", made)
    assert page(CAMPAIGN) == page(sample_campaign())


def test_without_names_neither_page_nor_text_holds_any() -> None:
    told = for_others(CAMPAIGN, 5)
    for words in ("Ann Ek", "netzero", "x:rival", "p2"):
        assert words not in page(told)
        assert words not in text(told)
    assert [True, False] == [">Evidence<" in page(one) for one in (CAMPAIGN, told)]


def test_the_data_are_all_of_the_record(tmp_path: Path) -> None:
    (file,) = write_json(CAMPAIGN, tmp_path / "campaign.json")
    body = json.loads(file.read_text("utf-8"))
    assert (36, None, 1.21) == (len(body["weeks"]), body["weeks"][7]["people"], body["before"]["mean"]["low"])


def test_the_picture_has_every_week_the_campaign_shaded_and_two_lines() -> None:
    axes = plot_campaign(CAMPAIGN)
    *fitted, expected, people = axes.get_lines()
    assert 35 == len(people.get_xdata())
    assert [7, 18, 6, 4] == [len(one.get_xdata()) for one in fitted]
    assert ("--", 11) == (expected.get_linestyle(), len(expected.get_xdata()))
    assert (-0.5, 35.5) == axes.get_xlim()
    nothing = plot_campaign(replace(CAMPAIGN, weeks=()))
    assert "There are no whole weeks to follow." == nothing.texts[0].get_text()


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    if CHROMIUM is None:
        pytest.skip(NO_CHROMIUM)
    with launched() as one:
        yield one


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_the_page_opens_at_a_desk_and_on_a_telephone(browser: Any, tmp_path: Path, dark: bool) -> None:
    file = tmp_path / "campaign.html"
    file.write_text(page(CAMPAIGN), encoding="utf-8")
    for size in (DESK, PHONE):
        with tab(browser, file, size, dark=dark) as shown:
            assert [] == shown.complaints
            assert [] == shown.asked
            assert [] == shown.too_wide()
            (picture,) = [one for one in shown.boxes("svg.campaign") if one["width"]]
            assert picture["width"] > 0.8 * min(size[0], 800)


@pytest.mark.skipif(not AXE.exists(), reason=NO_AXE)
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_nobody_is_shut_out_of_the_page(browser: Any, tmp_path: Path, dark: bool) -> None:
    file = tmp_path / "campaign.html"
    file.write_text(page(CAMPAIGN), encoding="utf-8")
    with tab(browser, file, PHONE, dark=dark) as shown:
        assert [] == barriers(shown, colours=dark)
