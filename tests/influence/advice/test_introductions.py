"""Who could introduce the leader to whom; small cases by hand."""

from __future__ import annotations

import json
from datetime import timedelta

import numpy as np
import pytest
from click.testing import CliRunner

from influence.advice.introductions import (
    NOBODY_LEFT,
    IntroductionError,
    introduce,
    introductions,
    scored,
)
from influence.chance.shrunken import EVEN, beta_binomial
from influence.cli import main
from influence.contract.findings import Report
from influence.people.directory import UnknownPerson
from reports.story.introductions import sentence
from tests.kit.asking import DAY0, asking

ego_of = asking("m:lea")
HOUSE = [
    {"person": name, "accounts": [f"m:{name}"], "organisation": "Acme"}
    for name in ("lea", "kai", "una", "moe")
]
OUTSIDE = [
    {"person": name, "name": name.title(), "accounts": [f"m:{name}"], "sphere": sphere, "organisation": house}
    for name, sphere, house in (
        ("cem", "customer", "Harbour Insurance"),
        ("dan", "customer", "Harbour Insurance"),
        ("eva", "partner", "Mill"),
        ("fay", "industry", None),
    )
]


def row(name, days, actor, *to, parent=None, verb=None):
    verb = verb or ("reply" if parent else "message")
    time = (DAY0 + timedelta(days=days)).isoformat()
    return {
        "id": name, "time": time, "actor": f"m:{actor}", "verb": verb, "parent": parent, "to": [f"m:{o}" for o in to],
    }  # fmt: skip


def asks(one, other, n, k, begin=0):
    """One person writes to another so many times, and is answered the first few of them the day after."""
    rows = [row(f"{one}{other}{i}", begin + i, one, other) for i in range(n)]
    return rows + [
        row(f"{other}{one}{i}", begin + i + 0.5, other, one, parent=f"{one}{other}{i}") for i in range(k)
    ]


def meet(day, *people, kind="in_person", **more):
    return {
        "people": [f"m:{one}" for one in people],
        "kind": kind,
        "evidence": "calendar",
        "time": (DAY0 + timedelta(days=day)).isoformat(),
        **more,
    }


@pytest.fixture
def made(workspace):
    """A workspace of some activities and meetings, whose last activity is of day 60."""

    def found(*rows, meetings=()):
        last = [row("zz", 0, "yan"), row("zy", 60, "zoe", parent="zz")]
        given = {"encounters": list(meetings)} if meetings else {}
        return workspace(activities=[*last, *rows], people=[*HOUSE, *OUTSIDE], **given)

    return found


def names(found):
    return [[hop.person for hop in one.hops] for one in found]


def test_somebody_met_who_has_met_the_target_is_a_chain(made):
    """Kai answered 4 of 4 of the leader's, Cem 1 of 2 of Kai's; too few pairs to learn from, so Beta(1, 1) is added."""
    one = made(
        *asks("lea", "kai", 4, 4),
        *asks("kai", "cem", 2, 1),
        meetings=[meet(3, "lea", "kai"), meet(5, "kai", "cem")],
    )
    (chain,) = introduce(ego_of(one), "cem").rows
    first, second = chain.hops
    assert (4, 4, 5 / 6, 1, 2, 2 / 4) == (
        first.answered, first.asked, first.chance, second.answered, second.asked, second.chance,
    )  # fmt: skip
    assert chain.score == pytest.approx(first.met * second.met * 5 / 6 / 2)
    assert first.met >= 0.95
    assert second.met >= 0.95
    assert ("2026-01-06", ("cemkai0",)) == (second.met_last, second.evidence)


def test_a_chain_may_have_two_between_and_never_somebody_twice(made):
    one = made(
        *asks("lea", "kai", 1, 1),
        meetings=[meet(3, "lea", "kai"), meet(4, "kai", "una"), meet(5, "una", "eva"), meet(6, "kai", "lea")],
    )
    assert [["kai", "una", "eva"]] == names(introduce(ego_of(one), "eva").rows)


def test_an_online_meeting_a_large_one_and_an_answer_alone_are_no_meeting(made):
    one = made(
        *asks("lea", "kai", 4, 4),
        *asks("kai", "cem", 4, 4),
        meetings=[
            meet(3, "lea", "kai"),
            meet(5, "kai", "cem", kind="online"),
            meet(6, "kai", "cem", attendees=400),
            meet(70, "una", "cem"),
        ],
    )
    with pytest.raises(
        IntroductionError, match=r"no chain of people who have met leads from .* to Cem: nobody"
    ):
        introduce(ego_of(one), "cem")


def test_the_team_has_been_met_and_who_answers_more_comes_first(workspace):
    people = [{**one, "manager": "lea" if one["person"] in {"kai", "una"} else None} for one in HOUSE]
    one = workspace(
        activities=[*asks("lea", "kai", 6, 1), *asks("lea", "una", 6, 6), row("zz", 60, "yan")],
        people=[*people, *OUTSIDE],
        encounters=[meet(3, "kai", "cem"), meet(3, "una", "cem")],
    )
    assert [["una", "cem"], ["kai", "cem"]] == names(introduce(ego_of(one), "cem").rows)


def test_an_organisation_and_a_sphere_are_targets(made):
    one = made(meetings=[meet(3, "lea", "kai"), meet(4, "kai", "cem"), meet(5, "kai", "eva")])
    found = introduce(ego_of(one), "harbour insurance")
    assert ("Harbour Insurance", [["kai", "cem"]]) == (found.target, names(found.rows))
    assert [["kai", "eva"]] == names(introduce(ego_of(one), "Partner").rows)


@pytest.mark.parametrize(
    ("to", "said"),
    [
        ("lea", "lea is the leader: nobody needs an introduction to themselves"),
        ("dan", "Dan and lea have met already: no introduction is needed"),
        ("eva", "Eva has responded to lea already: no introduction is needed"),
        ("Mill", "everybody of Mill who is known here has responded to lea or met lea already"),
        ("fay", "no chain of people who have met leads from lea to Fay"),
    ],
)
def test_where_there_is_nobody_to_introduce_it_says_why(made, to, said):
    one = made(*asks("lea", "eva", 1, 1), meetings=[meet(3, "lea", "dan"), meet(3, "lea", "kai")])
    with pytest.raises(IntroductionError, match=said):
        introduce(ego_of(one), to)


def test_who_is_not_known_is_said_so(made):
    with pytest.raises(UnknownPerson, match=r"nobody here is called 'Nessie'.*no organisation and no sphere"):
        introduce(ego_of(made()), "Nessie")


def test_a_declared_stranger_is_no_hop(made):
    one = made(meetings=[meet(3, "lea", "kai"), meet(4, "kai", "cem")])
    one.meetings.declare("kai", "cem", met=False)
    with pytest.raises(IntroductionError, match="no chain"):
        introduce(ego_of(one), "cem")
    one.meetings.declare("una", "cem", met=True)
    one.meetings.declare("lea", "una", met=True)
    assert [["una", "cem"]] == names(introduce(ego_of(one), "cem").rows)


def test_a_report_counts_whom_a_chain_leads_to_by_sphere(made):
    one = made(meetings=[meet(3, "lea", "kai"), meet(4, "kai", "cem"), meet(5, "kai", "fay")])
    found = introductions(ego_of(one))["introductions"]
    assert 1 == found.value
    assert {"customer": (2, 1), "partner": (1, 0)} == {
        sphere: (each.left, each.with_chain) for sphere, each in found.detail.spheres.items()
    }
    assert [["kai", "cem"]] == names(found.detail.rows)
    assert found.detail.words.startswith("too little to say: of ")


def test_where_nobody_is_left_it_says_so(workspace):
    one = workspace(activities=[row("zz", 0, "lea"), row("zy", 9, "kai", parent="zz")], people=HOUSE)
    assert NOBODY_LEFT == introductions(ego_of(one))["introductions"].reason


def test_what_is_told_of_a_chain_names_who_has_met_whom_and_who_answered(made):
    one = made(
        *asks("lea", "kai", 4, 4),
        *asks("kai", "cem", 2, 1),
        meetings=[meet(3, "lea", "kai"), meet(5, "kai", "cem")],
    )
    (chain,) = introduce(ego_of(one), "cem").rows
    assert (
        "kai could bring Ann to Cem of Harbour Insurance: Ann and kai met last on 4 Jan 2026, and kai answered 4 of 4 "
        "items; kai and Cem met last on 6 Jan 2026, and Cem answered 1 of 2 items."
    ) == str(sentence(chain, "Ann"))


def test_a_copy_without_names_tells_of_no_chain(made):
    one = made(meetings=[meet(3, "lea", "kai"), meet(4, "kai", "cem")])
    whole = one.report("lea", measures=["introductions"])
    copy = one.without_names(whole)
    assert whole.findings["introductions"].detail.rows
    said = json.dumps(Report.as_json(copy))
    assert not [name for name in ("Cem", "cem", "kai", "Harbour") if name in said]


def test_the_command_says_who_could(made):
    one = made(meetings=[meet(3, "lea", "kai"), meet(4, "kai", "cem")])
    one.close()
    told = CliRunner().invoke(main, ["advise", "lea", "--to", "Harbour Insurance", "-w", str(one.path)])
    assert "kai, who could bring you to Cem (Harbour Insurance): " in told.output
    assert "Tested on the record: too little to say" in told.output
    asked = ["advise", "lea", "--to", "cem", "--json", "-w", str(one.path)]
    body = json.loads(CliRunner().invoke(main, asked).output)
    assert (["cem"], False) == ([each["person"] for each in body["rows"]], body["skill"])
    wrong = CliRunner().invoke(main, ["advise", "lea", "--to", "lea", "-w", str(one.path)])
    assert (1, "Error: lea is the leader: nobody needs an introduction to themselves\n") == (
        wrong.exit_code, wrong.output,
    )  # fmt: skip


def test_chance_has_no_skill_and_what_foretells_has():
    random = np.random.default_rng(3)
    came = random.random(400) < 0.3
    assert not scored(random.random(400), came, 500, 1).skill
    better = scored(random.random(400) + came, came, 500, 1)
    assert better.skill
    assert "told who was reached in the last third better than chance" in better.words


def test_the_law_of_many_pairs_is_found_again():
    """Rates of Beta(2, 6), of which one to eight draws each are seen."""
    random = np.random.default_rng(1)
    asked = random.integers(1, 9, 4_000)
    alpha, beta = beta_binomial(random.binomial(asked, random.beta(2, 6, 4_000)), asked)
    assert alpha / (alpha + beta) == pytest.approx(0.25, abs=0.01)
    assert alpha + beta == pytest.approx(8, rel=0.25)
    assert EVEN == beta_binomial(np.ones(9, np.int64), np.full(9, 2))
