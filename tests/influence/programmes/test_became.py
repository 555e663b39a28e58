"""What became of advice: each line once, all the same days, and of fewer leaders than the smallest group nothing."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from influence.contract.plan import line
from influence.contract.programmed import GIVEN, TAKEN, Became, Note
from influence.programmes.followed import JUDGED, added_up, became
from influence.reach.ego import Ego
from influence.times import DAY
from influence.workspace.workspace import Workspace
from reports.formats.letter import as_page, as_text
from reports.formats.programme import as_text as programme_text
from reports.story.became import became as said_of
from tests.influence.programmes.test_programme import brought
from tests.kit import programme_log as log


def stamp(microseconds: int) -> str:
    return datetime.fromtimestamp(microseconds / 1_000_000, UTC).isoformat()


def test_each_line_counts_once_as_taken_or_else_as_given_and_only_when_its_days_are_over(
    tmp_path: Path,
) -> None:
    with brought(tmp_path) as one:
        analysis = one.analysis
        leader = analysis.people.find(log.MENTEES[0])
        ego = Ego(analysis, leader, analysis.whole_window())
        came = ego.responses.where(ego.responses.target == leader)
        early = came.where(came.time < analysis.whole_window().until - 60 * DAY)
        person, at = int(early.responder[-1]), int(early.time[-1])
        silent = [
            code for code in range(len(analysis.people)) if code not in {*came.responder.tolist(), leader}
        ]
        one_, other, third = (
            line("reach", ego.person, analysis.people.who[code].person) for code in (person, *silent[:2])
        )

        def notes(*rows: tuple[str, str, int]) -> list[Note]:
            return [Note(1, stamp(when), "me", ego.person, kind, about, "x") for kind, about, when in rows]

        before, end = at - DAY, int(analysis.recorded[-1])
        told = notes(
            (GIVEN, one_, before), (TAKEN, one_, before), (TAKEN, one_, before),  # once, as taken
            (TAKEN, other, before), (GIVEN, third, before),
            (TAKEN, "reach-000000", before), (GIVEN, "sooner", before), ("note", third, before),
        )  # fmt: skip
        found = became(analysis, leader, told)
        assert Became(JUDGED, taken=2, came=1, mentees=1, left=1, left_came=0, left_mentees=1) == found
        assert 0 == became(analysis, leader, notes((TAKEN, one_, at - (JUDGED + 1) * DAY))).waiting
        waiting = became(analysis, leader, notes((TAKEN, one_, end - (JUDGED - 1) * DAY)))
        assert (1, 0, 0) == (waiting.waiting, waiting.taken, waiting.mentees)
        assert Became(JUDGED) == became(analysis, leader, [])


def test_of_fewer_leaders_than_the_smallest_group_nothing_is_told() -> None:
    each = [Became(JUDGED, taken=2, came=n % 2, mentees=1, waiting=1) for n in range(5)]
    left = [Became(JUDGED, left=1, left_came=1, left_mentees=1)]
    told = added_up([*each, *left], 5)
    assert told == Became(
        JUDGED, taken=10, came=2, mentees=5, left=None, left_came=None, left_mentees=0, waiting=5
    )
    few = added_up(each[:4], 5)
    assert few is not None
    assert (0, 0, None, 0) == (few.taken, few.came, few.left, few.waiting)
    assert (
        few.reason
        == "too few: of 4 leaders the days after advice that was taken are over; at least 5 are needed"
    )
    assert added_up([Became(JUDGED)], 5) is None
    assert added_up([*each, *left], 1) == Became(JUDGED, 10, 2, 5, 1, 1, 1, 5)


def test_of_one_leader_alone_it_is_told_that_nothing_can_be_judged_yet() -> None:
    early = added_up([Became(JUDGED, waiting=2)], 1)
    assert early == Became(JUDGED, left=None, left_came=None, waiting=2)
    assert ["Noted less than 28 days before the end of the record, and not judged yet: 2."] == list(
        said_of(early)
    )


def noted(one: Workspace, leader: str, kind: str, about: str, when: str) -> None:
    """Keep a note as it was kept on an earlier day."""
    one.store.engine.run(
        "INSERT INTO note_log SELECT coalesce(max(seq), 0) + 1, ?, 'me', 'Spring', ?, ?, ?, 'x', NULL FROM note_log",
        [datetime.fromisoformat(when), leader, kind, about],
    )


@pytest.fixture(scope="module")
def ended(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """A programme of six in which each took one piece of advice about somebody, a hundred days before the end."""
    one = brought(tmp_path_factory.mktemp("ended"))
    (one.path / "programme.toml").write_text(log.file(), encoding="utf-8")
    one.programme().start()
    analysis = one.analysis
    when = int(analysis.recorded[-1]) - 100 * DAY
    for n, name in enumerate(log.MENTEES):
        leader = analysis.people.find(name)
        ego = Ego(analysis, leader, analysis.whole_window())
        soon = ego.responses.time > when
        soon &= (ego.responses.target == leader) & (ego.responses.time < when + JUDGED * DAY)
        responder = int(ego.responses.responder[soon][0])
        silent = int(analysis.people.find(log.MENTEES[n - 1]))
        whom = analysis.people.who[responder if n < 4 else silent].person
        noted(one, ego.person, TAKEN, line("reach", ego.person, whom), stamp(when))
    return one


def test_the_end_report_tells_what_became_of_advice_without_names(ended: Workspace) -> None:
    told = ended.programme().ended()
    assert Became(JUDGED, taken=6, came=4, mentees=6, left=None, left_came=None) == told.became
    said = " ".join(programme_text(told).split())
    assert (
        "Advice taken about somebody, 28 days ago or more: 6. Followed by a response of theirs within these days: 4."
    ) in said
    assert "How that is beside advice that was not taken cannot be told: there is too little of it." in said
    assert not any(f"Name {one}" in said for one in log.MENTEES)


def test_the_digest_tells_it_of_one_leader_and_of_several_only_all_together(ended: Workspace) -> None:
    for name in log.MENTEES[:2]:
        ended.tracking.take(name)
    one, two = (ended.digest(names) for names in (log.MENTEES[:1], log.MENTEES[:2]))
    assert Became(JUDGED, taken=1, came=1, mentees=1, left=None, left_came=None) == one.became
    assert "Followed by a response of theirs within these days: 1." in " ".join(as_text(one).split())
    assert "Followed by a response of theirs within these days: 1." in as_page(one)
    assert two.became is not None
    assert two.became.taken == 0
    said = " ".join(as_text(two).split())
    assert "What became of advice that was taken cannot be told: too few: of 2 leaders" in said
