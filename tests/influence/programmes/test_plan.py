"""The file of a programme: what it says, and one clear sentence, with file and line, for what cannot be meant."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from influence.contract.programmed import Goal
from influence.programmes.plan import Plan, PlanError, aim, draft, read

GOOD = """\
name = "Spring"
mentor = "Mia"
start = 2026-04-06
end = 2026-07-06
window = "4w"

[[mentees]]
who = "ann@acme.example"
goals = [
  { measure = "reach_4", aim = "+20 %" },
  { measure = "response_rate", aim = "at least 60 %" },
]

[[mentees]]
who = "Bo Ek"
"""


def written(tmp_path: Path, text: str) -> Path:
    file = tmp_path / "programme.toml"
    file.write_text(text, encoding="utf-8")
    return file


def test_a_file_says_who_when_and_which_goals(tmp_path: Path) -> None:
    plan = read(written(tmp_path, GOOD))
    assert (plan.name, plan.start, plan.end, plan.weeks) == ("Spring", date(2026, 4, 6), date(2026, 7, 6), 4)
    assert [(one.who, one.line) for one in plan.mentees] == [("ann@acme.example", 8), ("Bo Ek", 15)]
    assert plan.mentees[0].goals == (Goal("reach_4", "change", 0.2), Goal("response_rate", "least", 0.6))
    assert Plan.from_json(plan.as_json()).as_json() == plan.as_json()


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('name = "Spring"', "name = 7", "line 1: name should be said in quotes"),
        ('name = "Spring"', "name = ", "line 1 is not readable as TOML"),
        ('name = "Spring"', "name = " + "[" * 5000, "is not readable as TOML: it is nested deeper"),
        ('name = "Spring"', "name = " + "9" * 5000, "is not readable as TOML: a number in it is longer"),
        ("start = 2026-04-06", 'start = "soon"', "line 3: start should be a day without quotes"),
        ("start = 2026-04-06", "start = 0001-01-01", "line 3: start should be a day without quotes"),
        ("end = 2026-07-06", "end = 9999-12-31", "line 4: end should be a day without quotes"),
        ("end = 2026-07-06", "end = 2026-04-06", "line 4: end 2026-04-06 is not after start 2026-04-06"),
        (
            'window = "4w"',
            'window = "4 days"',
            'line 5: window should be 4 to 52 weeks, such as window = "8w"',
        ),
        ('window = "4w"', 'window = "26w"', "a window compared would begin before the start"),
        ('window = "4w"', "smallest_group = 2", "line 5: smallest_group should be 3 or more"),
        ('window = "4w"', 'windw = "4w"', "line 5: the file has no 'windw'; it has: name, mentor"),
        ('"Bo Ek"', '"ann@ACME.example"', "line 15: 'ann@ACME.example' is a mentee twice; leave one out"),
        ('who = "Bo Ek"', "goals = []", "line 14: say who the mentee is"),
        ('who = "Bo Ek"', 'who = "Bo Ek"\nage = 4', "line 16: a mentee has no 'age'"),
        ('{ measure = "reach_4", aim', "{ aim", "line 9: a goal names no measure"),
        ('"reach_4"', '"reach_5"', "line 10: there is no measure 'reach_5'; did you mean 'reach_4'?"),
        ('"+20 %"', '"more"', "line 10: the aim of reach_4, 'more', should be such as"),
        ('"at least 60 %"', '"at least 60"', "line 11: the aim of response_rate, 'at least 60', should be"),
        (GOOD[GOOD.index("[[") :], "", "no mentee is named; name each in a part of its own"),
    ],
)
def test_what_cannot_be_meant_is_one_sentence_with_its_line(
    tmp_path: Path, old: str, new: str, said: str
) -> None:
    with pytest.raises(PlanError) as told:
        read(written(tmp_path, GOOD.replace(old, new, 1)))
    assert said in str(told.value)
    assert str(tmp_path / "programme.toml") in str(told.value)
    assert "\n" not in str(told.value)


def test_a_file_that_is_missing_or_no_text_says_so(tmp_path: Path) -> None:
    with pytest.raises(PlanError, match="`influence programme draft MENTEE…` writes one"):
        read(tmp_path / "programme.toml")
    (tmp_path / "programme.toml").write_bytes(b"name = \xff")
    with pytest.raises(PlanError, match="is not text in UTF-8"):
        read(tmp_path / "programme.toml")


@pytest.mark.parametrize("words", ["", "20 %", "+ %", "at least", "at most −5", "+20", "at least 5 people"])
def test_an_aim_that_is_none(words: str) -> None:
    assert aim(words, share=False) is None


def test_an_aim_may_fall() -> None:
    goal = aim("-50 %", share=False)
    assert goal is not None
    assert (goal.reached(8, 4), goal.reached(8, 5), goal.reached(None, 5), goal.reached(8, None)) == (
        True,
        False,
        None,
        None,
    )
    most = aim("at most 5", share=False)
    assert most is not None
    assert (most.reached(None, 5), most.reached(None, 6)) == (True, False)


def test_a_draft_can_be_read_whatever_a_mentee_is_called(tmp_path: Path) -> None:
    names = ['Ann "Red" Berg', "a\\b", "x = 1\n[[mentees]]"]
    called = ['Ann "Red" Berg', "Bo\n[[mentees]]\rwho = 1", "Cem"]
    plan = read(
        written(
            tmp_path,
            draft(dict(zip(names, called, strict=True)), lambda: (date(2026, 1, 5), date(2026, 4, 6))),
        )
    )
    assert [one.who for one in plan.mentees] == names
