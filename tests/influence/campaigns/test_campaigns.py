"""A campaign told by hand: who took part, who was new, what travelled, against before and voices, what remained."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from influence import Workspace
from influence.campaigns.for_others import for_others, merged
from influence.contract.campaigned import (
    EVERYTHING_THERE,
    SUBJECT,
    Campaigned,
    CampaignError,
    OfSphere,
    Stated,
)
from influence.contract.narrowing import Narrowing, NarrowingError
from tests.kit.campaign_log import PEOPLE, SETTINGS, monday, row, year
from tests.kit.campaign_log import spring as made

NET_ZERO = Narrowing(tags=["netzero"])


@pytest.fixture(scope="module")
def spring(tmp_path_factory: Any) -> Iterator[Workspace]:
    """The campaign of the settings, over a year in which three times as many answer during it; nobody changes it."""
    with made(tmp_path_factory.mktemp("spring")) as one:
        yield one


def test_who_took_part_and_who_was_new(spring: Any) -> None:
    told = spring.campaign("spring")
    who = told.took_part
    assert (2, 34, 5) == (who.posted, who.responded, who.posts)
    assert ("Ann Ek", "Bo Lind") == who.names
    assert {"company": (2, 0), "customer": (0, 4), "unknown": (0, 30)} == {
        one.sphere: (one.posted, one.responded) for one in who.spheres
    }
    # up to eleven answered before: v0 to v11; new, x1 and v12 to v31 did nothing before, and Bo and Ann never answered
    assert 20 == told.new.weeks
    assert 23 == told.new.active
    assert 24 == told.new.responding


def test_against_the_weeks_before(spring: Any) -> None:
    before = spring.campaign("spring").before
    assert (SUBJECT, 20, 4) == (before.counts, before.before, before.during)
    assert before.changed
    assert before.mean.low < 3 < before.mean.high
    assert before.after.low < 1 < before.after.high


def test_weeks_are_counted_from_its_first_day(spring: Any) -> None:
    weeks = spring.campaign("spring").weeks
    assert ["before"] * 20 + ["during"] * 4 + ["after"] * 4 == [one.part for one in weeks]
    assert "2026-05-25T00:00:00+00:00" == weeks[20].since
    assert [32, 31, 32, 30] == [one.people for one in weeks[20:24]]


def test_a_campaign_that_brings_no_more_than_before_changed_nothing_that_can_be_told(workspace: Any) -> None:
    one = workspace(SETTINGS, activities=year(during=10), people=PEOPLE)
    assert one.campaign("spring").before.changed is False


def test_which_posts_travelled(spring: Any) -> None:
    most, *others = spring.campaign("spring").travelled
    assert ("bo", 3, 3, 2, 3, "x") == (
        most.id,
        most.people,
        most.responses,
        most.passed_on,
        most.depth,
        most.channel,
    )
    assert [32, 31, 30, 30] == sorted((one.responses for one in others), reverse=True)
    assert {0} == {one.passed_on for one in others}


def test_what_remained(spring: Any) -> None:
    """Up to twelve answer a week after: v0 to v11, all of whom answered during and before."""
    left = spring.campaign("spring").remained
    assert (34, 12, 22, 0) == (left.of, left.came_back, left.new, left.new_came_back)
    assert left.interval[0] < 12 / 34 < left.interval[1]


def test_against_named_voices(spring: Any) -> None:
    """Before, 40 answers to Ann in four weeks and 8 to the rival; the rival's own and a stranger's name are told."""
    voices = spring.campaign("spring").voices
    assert (("x:nobody",), ["before", "during", "after"]) == (
        voices.missing,
        [one.part for one in voices.shares],
    )
    before, during, _ = voices.shares
    assert pytest.approx((before.of - 8) / before.of) == before.share
    assert before.of < during.of
    assert 8 / during.of == pytest.approx(1 - during.share)


def test_a_leader_in_it_is_told_by_who_responded_to_them(spring: Any) -> None:
    told = spring.campaign("spring", "x:bo")
    assert (1, 1, 3) == (told.took_part.posted, told.took_part.posts, told.took_part.responded)
    assert {"person": "bo", "name": "Bo Lind"} == told.leader
    assert ("reach_4", 0.0, 3.0) == (told.beyond.name, told.beyond.low, told.beyond.high)
    assert ["bo"] == [one.id for one in told.travelled]
    assert EVERYTHING_THERE == told.before.counts
    with pytest.raises(CampaignError, match="V0 posted nothing in spring; leave --leader out"):
        spring.campaign("spring", "x:v0")


def test_whom_nobody_who_posted_had_met_has_bounds(workspace: Any) -> None:
    """Of v0 a declaration says that Ann met them, of all others nothing tells."""
    met = [
        {
            "people": ["x:ann", "x:v0"],
            "kind": "in_person",
            "evidence": "declared",
            "time": "2026-01-06T09:00:00Z",
        }
    ]
    never = [
        {
            "people": [f"x:{who}", "x:v1"],
            "kind": "never",
            "evidence": "declared",
            "time": "2026-01-06T09:00:00Z",
        }
        for who in ("ann", "bo")
    ]
    one = workspace(SETTINGS, activities=year(), people=PEOPLE, encounters=met + never)
    beyond = one.campaign("spring").beyond
    assert (None, 1.0, 33.0) == (beyond.value, beyond.low, beyond.high)


def test_a_new_tag_has_no_before_so_all_that_is_said_there_is_compared(workspace: Any) -> None:
    rows = [{**one, "tags": []} if one["id"].startswith("p-") else one for one in year()]
    told = workspace(SETTINGS, activities=rows, people=PEOPLE).campaign("spring")
    assert EVERYTHING_THERE == told.before.counts
    # those who answer Ann and the two who answer the rival
    assert [14, 13, 12] == [one.people for one in told.weeks[:3]]


def test_a_campaign_that_goes_on_is_told_as_far_as_it_is_on_record(spring: Any) -> None:
    told = spring.campaign("coming")
    assert (True, None) == (told.running, told.remained.share)
    assert "four weeks after its end are not on record yet" == told.remained.reason
    assert 5 == told.before.during


def test_too_few_weeks_before_are_told(spring: Any) -> None:
    told = spring.campaign(Stated("early", NET_ZERO, "2026-02-02", "2026-03-02"))
    assert (None, 4) == (told.before.changed, told.before.before)
    assert "it needs 12 weeks on record before the campaign, and there are 4" == told.before.reason
    assert {"before", "during", "after"} == {one.part for one in told.weeks}
    first = spring.campaign(Stated("first", NET_ZERO, "2026-01-05", "2026-02-02"))
    assert (0, None) == (first.new.weeks, first.new.active)


def test_weeks_in_which_a_source_is_silent_are_left_out(workspace: Any) -> None:
    silent = {monday(-number).isoformat()[:10] for number in (5, 6)}
    rows = [one for one in year() if one["id"].split("-")[1:2] not in ([["5"], ["6"]])]
    told = workspace(SETTINGS, activities=rows, people=PEOPLE).campaign("spring")
    assert silent == {one.since[:10] for one in told.weeks if one.people is None}
    assert 18 == told.before.before


@pytest.mark.parametrize(
    ("stated", "why"),
    [
        (Stated("a", NET_ZERO, "2026-06-22", "2026-05-25"), r"ends \(2026-05-25\) before it begins"),
        (Stated("a", NET_ZERO, "2025-01-01", "2025-02-01"), "is not on record: the activities here run from"),
        (Stated("a", NET_ZERO, "2027-01-01"), "begins on 1 Jan 2027 and what is on record ends on"),
        (Stated("a", NET_ZERO, "spring"), "since 'spring' is not a date such as 2026-01-31"),
        (
            Stated("a", NET_ZERO, "2026-05-23", "2026-05-25"),
            "nothing of a was posted in its window; what there is",
        ),
        (Stated("a", Narrowing(), "2026-05-25"), "nothing says what belongs to a"),
    ],
)
def test_what_cannot_be_meant_is_one_sentence(spring: Any, stated: Stated, why: str) -> None:
    with pytest.raises(CampaignError, match=why):
        spring.campaign(stated)


def test_an_unknown_campaign_or_tag_names_the_nearest(spring: Any, workspace: Any) -> None:
    with pytest.raises(CampaignError, match="there is no campaign 'sprung'; there are: spring"):
        spring.campaign("sprung")
    with pytest.raises(NarrowingError, match="nothing here is tagged #netzer; the nearest: #netzero"):
        spring.campaign(Stated("a", Narrowing(tags=["netzer"]), "2026-05-25"))
    with pytest.raises(CampaignError, match=r"none are set; write \[campaigns.NAME\]"):
        workspace(activities=year()).campaign("spring")


def test_programs_take_no_part(workspace: Any) -> None:
    people = [*PEOPLE, {"person": "bot", "name": "Bot", "accounts": ["x:bot"], "bot": True}]
    rows = [*year(), row("by-bot", monday(0), "bot", tags=["netzero"]), row("bot-2", monday(1), "bot", "bo")]
    told = workspace(SETTINGS, activities=rows, people=people).campaign("spring")
    assert (2, 34) == (told.took_part.posted, told.took_part.responded)
    assert 3 == told.travelled[0].responses


# --- the record ---------------------------------------------------------------------------------------------


def test_a_copy_without_names_names_nobody_and_merges_small_spheres(spring: Any) -> None:
    told = for_others(spring.campaign("spring"), 5)
    assert ((), {""}, {None}) == (
        told.took_part.names,
        {one.id for one in told.travelled},
        {one.channel for one in told.travelled},
    )
    assert (OfSphere("unknown", None, None, 30), OfSphere(None, None, None, 6)) == told.took_part.spheres
    assert "netzero" not in str(told.as_json())
    assert "rival" not in str(told.as_json())
    assert "Ann" not in str(told.as_json())


@pytest.mark.parametrize(
    ("sizes", "told"),
    [([9, 2, 1], [12]), ([9, 4, 3], [9, 7]), ([5, 5], [5, 5]), ([2], []), ([9, 6, 2], [9, 8])],
)
def test_spheres_too_small_are_merged_with_the_smallest_others(sizes: list[int], told: list[int]) -> None:
    spheres = tuple(OfSphere(f"s{n}", size, 0) for n, size in enumerate(sizes))
    assert told == [one.people for one in merged(spheres, 5)]


def test_the_record_is_plain_json(spring: Any) -> None:
    told: Campaigned = spring.campaign("spring")
    body = json.loads(json.dumps(told.as_json()))
    assert ("influence.campaign/1", True) == (body["schema"], body["changed"])
    assert {"name": "spring", "tags": ["netzero"], "since": "2026-05-25", "until": "2026-06-22"}.items() <= (
        body["stated"].items()
    )
    assert body["before"]["mean"]["times"] == told.before.mean.times
