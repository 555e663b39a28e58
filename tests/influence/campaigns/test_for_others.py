"""A copy of a campaign for others tells of no few people, alone or with another copy of whatever command."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from itertools import permutations
from typing import Any

import pytest

from influence import Workspace
from influence.analysis.without_names import OTHERS
from influence.campaigns.campaigns import held_of, told
from influence.campaigns.for_others import LEFT_OUT, counted_in, for_others
from influence.contract.campaigned import (
    Campaigned,
    CampaignError,
    CampaignWeek,
    NewPeople,
    Remained,
    Stated,
    ToneOfCampaign,
    Travelled,
)
from influence.contract.findings import Finding
from influence.contract.narrowing import Narrowing
from influence.rights.released import TooAlike
from reports.formats.campaign import page, text
from tests.kit.campaign_log import monday
from tests.kit.campaign_log import spring as made
from tests.kit.sample_campaign import sample_campaign

SMALLEST, NET_ZERO = 10, Narrowing(tags=["netzero"])
CAMPAIGN = sample_campaign()


@pytest.fixture
def spring(tmp_path: Any) -> Iterator[Workspace]:
    with made(tmp_path) as one:
        yield one


def test_what_fewer_people_share_is_left_out_and_that_is_said() -> None:
    copy = for_others(CAMPAIGN, SMALLEST)
    assert LEFT_OUT == copy.tone.reason, "eight took it neutrally, three with hostility"
    assert LEFT_OUT == copy.remained.reason, "four of the new came back"
    assert [25] == [one.people for one in copy.travelled], "nine answered the other post"
    assert (14, 60) == (copy.new.active, copy.new.responding)
    assert 3 <= text(copy).count("too few people share an answer") + page(copy).count(
        "too few people share an answer"
    )


@pytest.mark.parametrize(
    ("part", "left_out"),
    [
        ({"tone": ToneOfCampaign(50, 12, 10, 180)}, False),
        ({"tone": ToneOfCampaign(50, 12, 9, 181)}, True),
        ({"new": NewPeople(26, 14, 60)}, False),
        ({"new": NewPeople(26, 14, 15)}, True),
        ({"new": NewPeople(26, 244, 244)}, True),
        ({"new": NewPeople(0)}, False),
        ({"remained": Remained(252, 60, 0.2, (0.1, 0.3), 30, 10)}, False),
        ({"remained": Remained(252, 60, 0.2, (0.1, 0.3), 30, 29)}, True),
        ({"remained": Remained(252, 0, 0.0, (0.0, 0.1), 0, 0)}, False),
    ],
)
def test_an_answer_of_few_or_of_all_but_few_is_left_out(part: dict[str, Any], left_out: bool) -> None:
    [name] = part
    copy = for_others(replaced(**part), SMALLEST)
    assert left_out == (getattr(copy, name).reason == LEFT_OUT)
    assert left_out or getattr(copy, name) == part[name]


def replaced(**part: Any) -> Campaigned:
    return replace(CAMPAIGN, **part)


def test_weeks_and_posts_of_few_are_not_there_and_no_detail_leads_to_anybody() -> None:
    found = Finding("reach_4", 40.0, "people", detail={"evidence": ["x:1"]})
    few = (
        CampaignWeek("2026-01-05T00:00:00+00:00", "before", 3),
        CampaignWeek("2026-01-12T00:00:00+00:00", "before", 0),
    )
    one = Travelled("2026-07-16T09:00:00+00:00", 9, 9, 0, 1, "p2", "x")
    copy = for_others(replaced(weeks=few, travelled=(one,), beyond=found, notice="Ann Ek says so"), SMALLEST)
    assert [0] == [row.people for row in copy.weeks]
    assert () == copy.travelled
    assert "tells nothing" in text(copy)
    assert "x:1" not in str(copy.as_json())
    assert "Ann Ek" not in text(copy) + page(copy)


def test_weeks_and_posts_of_all_but_few_are_not_there() -> None:
    of = CAMPAIGN.took_part.people
    weeks = tuple(
        CampaignWeek("2026-07-06T00:00:00+00:00", part, of - left)
        for part in ("before", "during")
        for left in (0, 9, 10)
    )
    posts = tuple(
        Travelled("2026-07-16T09:00:00+00:00", of - left, 9, 0, 1, "p2", "x") for left in (0, 9, 10)
    )
    copy = for_others(replaced(weeks=weeks, travelled=posts), SMALLEST)
    assert [of, of - 9, of - 10, of, of - 10] == [row.people for row in copy.weeks], "another week is no part"
    assert [of, of - 10] == [one.people for one in copy.travelled]


def asked(since: int, until: int) -> Stated:
    """A campaign of some days, counted from the first of the one in the settings."""
    days = [(monday(0) + timedelta(days=one)).date().isoformat() for one in (since, until)]
    return Stated("drawn", NET_ZERO, *days)


def test_the_sets_that_are_kept_are_those_that_a_copy_tells(spring: Workspace) -> None:
    stated = asked(0, 28)
    held, running = held_of(spring.analysis, stated, None)
    kept, copy = counted_in(held, 2), for_others(told(held, running=running), 2)
    assert (copy.took_part.posted, copy.took_part.responded) == (len(kept["posted"]), len(kept["responded"]))
    spheres = {one.sphere or OTHERS: one.people for one in copy.took_part.spheres}
    assert spheres == {
        name.partition(":")[2]: len(people) for name, people in kept.items() if name.startswith("sphere:")
    }
    assert spheres


def test_two_campaigns_that_differ_by_one_person_are_not_both_told(spring: Workspace) -> None:
    first, second = asked(0, 28), asked(7, 28)
    sizes = [spring.campaign(one).took_part.people for one in (first, second)]
    assert 0 < sizes[0] - sizes[1] < SMALLEST, "the attack would tell of them"
    told = spring.campaign_for_others(first)
    assert told == spring.campaign_for_others(first), "the same again is no more"
    with pytest.raises(TooAlike):
        spring.campaign_for_others(second)


def test_a_leaders_part_is_held_against_the_whole_and_against_reports(spring: Workspace) -> None:
    whole = spring.campaign(asked(0, 28))
    part = spring.campaign(asked(0, 28), "x:ann")
    assert 0 < whole.took_part.people - part.took_part.people < SMALLEST
    spring.campaign_for_others(asked(0, 28), "x:ann")
    with pytest.raises(TooAlike):
        spring.campaign_for_others(asked(0, 28))
    with pytest.raises(TooAlike):
        spring.without_names(spring.report("x:ann", "2026-05-25", "2026-06-22", only=NET_ZERO))


def test_an_attacker_who_takes_every_copy_from_every_other_learns_of_no_few(spring: Workspace) -> None:
    drawn, answers, refused = random.Random(1), [], 0  # noqa: S311 - an attacker in a test
    for _ in range(30):
        since, until = sorted(drawn.sample(range(-60, 60, 5), 2))
        leader = drawn.choice([None, "x:ann"])
        try:
            told = spring.campaign_for_others(asked(since, until), leader)
        except TooAlike:
            refused += 1
            continue
        except CampaignError:
            continue  # nothing was posted in these days
        answers.append((since, until, leader, told.took_part.people))
    assert len(answers) > 3
    assert refused
    learnt = [
        many[3] - few[3]
        for few, many in permutations(answers, 2)
        if many[0] <= few[0] and few[1] <= many[1] and many[2] in {None, few[2]}
    ]
    assert not [size for size in learnt if 0 < size < SMALLEST]
