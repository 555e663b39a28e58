"""One exercise, called for by a measure that tells; or why there is none."""

from __future__ import annotations

from typing import Any

import pytest

from influence.contract.findings import Finding, Report
from influence.programmes.exercises import EXERCISES, NOT_CALLED_FOR, NOTHING_TELLS, exercise


def report(*findings: Finding) -> Report:
    return Report({"person": "ann", "name": "Ann"}, {}, {one.name: one for one in findings})


def share(name: str, value: float, within: tuple[float, float] | None = None, **detail: Any) -> Finding:
    return Finding(name, value, "share", interval=within, detail=detail)


def waiting(still: int, of: int = 45) -> Finding:
    return Finding("waiting_on_leader", 9.0, "conversations", detail={"still": still, "of": of})


def hours(value: float, within: tuple[float, float] | None = None) -> Finding:
    return Finding("response_time", value, "hours", interval=within)


CALLED = {
    "waiting": (waiting(3), waiting(2), "3 conversations of the last 30 days wait"),
    "return": (
        share("persistence", 0.25, weeks=8, held=2),
        share("persistence", 0.5, weeks=8, held=4),
        "in 2 of 8 weeks there was an exchange with somebody never met",
    ),
    "step back": (
        share("only_leader_answers", 0.8, (0.6, 0.9), conversations=20, only_leader=16, asked_alone=0),
        share("only_leader_answers", 0.8, (0.4, 0.9), conversations=5, only_leader=4, asked_alone=0),
        "in 16 of 20 conversations that others began nobody else answered",
    ),
    "sooner": (
        hours(60, (30, 90)),
        hours(60, (20, 90)),
        "half of what others say is answered only after 60 hours",
    ),
    "answer": (
        share("response_rate", 0.3, (0.2, 0.4)),
        share("response_rate", 0.3, (0.1, 0.6)),
        "20 to 40 % of what others say is answered",
    ),
    "hand over": (
        share("carry_on", 0.1, (0.0, 0.3), conversations=40, judged=20, carried_on=2),
        share("carry_on", 0.1, (0.0, 0.6), conversations=40, judged=3, carried_on=0),
        "of 20 conversations in which three others responded, others carried on 2",
    ),
    "both ways": (
        share("two_way_share", 0.1, (0.05, 0.2), both_ways=3, people=30),
        share("two_way_share", 0.4, (0.3, 0.6), both_ways=12, people=30),
        "with 5 to 20 % of the people outside the team who responded it goes both ways",
    ),
}


def test_every_exercise_is_tried_here() -> None:
    assert [rule.name for rule in EXERCISES] == list(CALLED)
    assert {rule.measure for rule in EXERCISES} == {called.name for called, *_ in CALLED.values()}


@pytest.mark.parametrize("name", CALLED)
def test_it_is_called_for_by_its_measure_and_by_no_less(name: str) -> None:
    called, not_called, why = CALLED[name]
    found, none = exercise(report(called))
    assert found is not None
    assert (found.name, found.measure, found.why, none) == (name, called.name, why, None)
    assert exercise(report(not_called)) == (None, NOT_CALLED_FOR)


def test_a_few_who_wait_of_many_call_for_nothing() -> None:
    assert exercise(report(waiting(9, of=46))) == (None, NOT_CALLED_FOR)


def test_where_no_measure_tells_nothing_is_advised() -> None:
    untold = Finding("response_rate", None, "share", reason="nobody wrote")
    assert exercise(report(untold)) == exercise(report()) == (None, NOTHING_TELLS)


def test_the_first_that_applies_is_told_and_what_was_taken_comes_last() -> None:
    both = report(CALLED["waiting"][0], CALLED["answer"][0])
    names = [
        found.name
        for taken in ((), ("waiting",), ("waiting", "answer"))
        if (found := exercise(both, taken)[0])
    ]
    assert names == ["waiting", "answer", "waiting"]
