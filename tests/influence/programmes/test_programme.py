"""A programme from its file to its end report: frozen once, like for like, and nobody else's data on a sheet."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from influence.cli import main
from influence.contract.language import day_in_english
from influence.contract.plan import line
from influence.contract.programmed import GIVEN, TAKEN, Goal, Note, Sought
from influence.programmes.followed import NOBODY, NOTHING_SINCE, followed
from influence.programmes.notes import NoteError
from influence.programmes.plan import PlanError
from influence.programmes.programme import ProgrammeError, Programmes
from influence.programmes.sheets import bands
from influence.reach.ego import Ego
from influence.rights.released import TooAlike
from influence.workspace.workspace import Workspace
from tests.kit import programme_log as log


def made(workspace: Any, weeks: int = 16, more: float = 1.5, text: str | None = None) -> Workspace:
    one: Workspace = workspace(activities=log.activities(weeks, more), people=log.people())
    (one.path / "programme.toml").write_text(log.file() if text is None else text, encoding="utf-8")
    return one


@pytest.fixture(scope="module")
def started(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Programmes]:
    """A programme that was started after it was over, for those tests that only read it."""
    folder = tmp_path_factory.mktemp("started")
    with brought(folder) as one:
        (one.path / "programme.toml").write_text(log.file(), encoding="utf-8")
        programme = one.programme()
        programme.start()
        yield programme


def brought(folder: Path) -> Workspace:
    """A workspace of the house on disk."""
    one = Workspace.create(folder / "w")
    for kind, rows in (("activities", log.activities(more=1.5)), ("people", log.people())):
        file = folder / f"{kind}.jsonl"
        file.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
        one.import_path(file, connector=kind)
    return one


def test_whoever_reads_of_a_mentee_is_in_the_log_of_readings(tmp_path: Path) -> None:
    with brought(tmp_path) as one:
        (one.path / "programme.toml").write_text(log.file(), encoding="utf-8")
        one.programme().start()
    read: list[tuple[str, int]] = []
    with Workspace(tmp_path / "w") as one:
        programme = replace(one.programme(), reads=lambda command, codes: read.append((command, len(codes))))
        programme.sheet(log.MENTEES[0])
        assert [("programme", 1)] == read
        assert len(log.MENTEES) == len(programme.sheets)
        programme.ended()
    assert [("programme", 1), ("programme", len(log.MENTEES)), ("programme", 0)] == read


def test_a_programme_that_moved_its_mentees_is_told_apart_and_each_goal_judged(started: Programmes) -> None:
    told = started.show()
    assert [sheet.name for sheet in told.sheets] == [f"Name {mentee}" for mentee in log.MENTEES]
    assert [sheet.goals[0].reached for sheet in told.sheets] == [True] * 6
    assert (told.together.mentees, told.together.others, told.together.apart) == (6, 30, True)
    assert told.together.value == pytest.approx(0.5, abs=0.12)
    first = told.sheets[0]
    assert (first.before["until"], first.now and first.now["until"]) == (
        f"{log.START}T00:00:00+00:00",
        f"{log.START + timedelta(weeks=8)}T00:00:00+00:00",
    )
    assert first.weeks == (4, 4)


def test_baseline_and_goals_are_frozen_once_whatever_comes_later(workspace: Any, tmp_path: Path) -> None:
    one = made(workspace)
    before = one.programme().start().sheets[0].measure("first_hand")
    late = {
        "id": "late",
        "time": f"{log.START - timedelta(days=7)}T12:00:00Z",
        "actor": "x:late",
        "verb": "reply",
        "parent": "m0-7",
    }
    file = tmp_path / "late.jsonl"
    file.write_text(json.dumps(late) + "\n", encoding="utf-8")
    one.import_path(file, connector="activities")
    (one.path / "programme.toml").write_text(log.file().replace("+20 %", "+99 %"), encoding="utf-8")
    told = one.programme().show()
    assert (told.changed, told.sheets[0].goals[0].goal.amount) == (True, pytest.approx(0.2))
    after = told.sheets[0].measure("first_hand")
    assert before is not None
    assert after is not None
    assert after.was == before.was
    with pytest.raises(ProgrammeError, match=r"'Spring' was started on .* and its baseline stays"):
        one.programme().start()


def test_a_window_before_the_start_is_over_is_too_early(workspace: Any) -> None:
    one = made(workspace, weeks=11)
    told = one.programme().start()
    why = f"too early: the first 4 weeks since the start are over on {day_in_english(log.START + timedelta(weeks=4))}"
    assert {sheet.reason for sheet in told.sheets} == {why}
    assert (told.together.reason, one.programme().ended().reason) == (why, why)
    first = told.sheets[0]
    assert first.exercise is not None or first.no_exercise
    assert ("first_hand", None, None) == (
        first.measured[0].name,
        first.measured[0].now,
        first.goals[0].reached,
    )
    assert first.goals[0].wanted == pytest.approx(1.2 * float(first.measured[0].was or 0))


def test_a_source_that_fell_silent_is_not_compared(workspace: Any) -> None:
    one = workspace(
        activities=[
            *log.activities(),
            *(
                {
                    "id": f"y{n}",
                    "time": f"{log.MONDAY + timedelta(days=n)}T08:00:00Z",
                    "actor": "y:1",
                    "verb": "post",
                }
                for n in range(70)
            ),
        ],
        people=log.people(),
    )
    (one.path / "programme.toml").write_text(log.file(), encoding="utf-8")
    told = one.programme().start()
    assert told.together.value is None
    assert "what is on record of y covers" in str(told.sheets[0].reason)


def test_what_cannot_be_started_is_one_sentence_and_keeps_nothing(workspace: Any) -> None:
    one = made(workspace)
    for text, error, match in (
        (log.file(("m0", "nobody")), PlanError, r"programme.toml, line 12: nobody here is called 'nobody'"),
        (log.file(("m0", "Name m0")), PlanError, "'Name m0' and 'm0' are one person; leave one out"),
        (
            log.file(start="2027-01-04", end="2027-06-07"),
            ProgrammeError,
            "starts on 4 Jan 2027 and what is on record",
        ),
        (log.file(start="2026-02-01"), ProgrammeError, "the baseline would begin on 4 Jan 2026"),
    ):
        (one.path / "programme.toml").write_text(text, encoding="utf-8")
        with pytest.raises(error, match=match):
            one.programme().start()
    with pytest.raises(ProgrammeError, match="'Spring' is not started; `influence programme start`"):
        one.programme().show()
    assert 0 == len(one.store.engine.arrow("SELECT * FROM baseline_log"))


def test_a_baseline_may_begin_on_the_first_day_on_record(workspace: Any) -> None:
    one = made(workspace, weeks=5, text=log.file(start="2026-02-02"))
    assert one.programme().start().sheets[0].before["since"] == "2026-01-05T00:00:00+00:00"


def test_a_programme_of_three_has_no_band_and_no_number_for_a_sponsor(workspace: Any) -> None:
    one = made(workspace, text=log.file(log.MENTEES[:3]))
    told = one.programme().start()
    assert {(sheet.bands, sheet.no_band) for sheet in told.sheets} == {
        ((), "a band needs at least 5 other mentees of whom the same can be told")
    }
    ended = one.programme().ended()
    assert (ended.reached, ended.agreed, ended.moved, ended.given) == (None, None, (), None)
    assert "of fewer than 5 nothing is told" in str(ended.reason)
    assert ended.together.value is None


def test_a_sheet_holds_nobody_elses_data_and_the_end_report_nobodys(started: Programmes) -> None:
    note = started.note("m1", "A word about Name m2's team", "given", "sooner")
    sheet, ended = json.dumps(started.sheet("m0").as_json()), json.dumps(started.ended().as_json())
    for mentee in (*log.MENTEES[1:], *log.OTHERS):
        assert f'"{mentee}"' not in sheet
        assert f"Name {mentee}" not in sheet + ended
    assert "Name m0" not in ended
    assert started.ended().given == 1
    started.notes.undo(note.seq)


def test_end_reports_of_two_programmes_tell_of_nobody_by_their_difference(tmp_path: Path) -> None:
    with brought(tmp_path) as one:
        (one.path / "programme.toml").write_text(log.file(), encoding="utf-8")
        one.programme().start()
        told = one.programme().ended()
        assert told == one.programme().ended(), "the same again is no more"
        another = one.path / "another.toml"
        another.write_text(log.file(log.MENTEES[1:], name='"Another"'), encoding="utf-8")
        one.programme(another).start()
        with pytest.raises(TooAlike, match="would tell of 1 of those"):
            one.programme(another).ended()


def test_a_band_is_of_all_others_alone(started: Programmes) -> None:
    sheet = started.sheet("m0")
    assert {band.people for band in sheet.bands} == {5}
    low, high = next((band.low, band.high) for band in sheet.bands if band.measure == "first_hand")
    assert 0.3 < low <= high < 0.8


def test_where_no_band_is_of_what_was_agreed_a_sheet_says_so_though_there_are_others(
    started: Programmes,
) -> None:
    sheets = {one.person: one for one in started.show().sheets}
    agreed = Sought(Goal("of_nobody_else", "least", 1.0), 1.0, None)
    other = sheets | {"m0": replace(sheets["m0"], goals=(agreed,))}
    assert (True, None) == (bool(bands(sheets, "m0", 5)[0]), bands(sheets, "m0", 5)[1])
    assert "at least 5 other mentees" in str(bands(other, "m0", 5)[1])
    assert bands(other, "m0", 5)[0] == bands(sheets, "m0", 5)[0]


def test_notes_are_kept_and_taken_back(started: Programmes) -> None:
    def standing() -> list[tuple[str, str, str | None]]:
        return [(note.leader, note.kind, note.about) for note in started.notes.standing()]

    first = started.note("Name m0", "Answer", "given", "sooner").seq
    started.note("m1", "x")
    both = [("m0", "advice given", "sooner"), ("m1", "note", None)]
    assert standing() == both
    undone = started.notes.undo(first)
    assert standing() == both[1:]
    started.notes.undo(undone)
    assert standing() == both
    with pytest.raises(NoteError, match="there is no note 99"):
        started.notes.undo(99)
    with pytest.raises(NoteError, match=f"note {undone} is taken back already"):
        started.notes.undo(undone)
    with pytest.raises(NoteError, match="the note says nothing"):
        started.note("m0", " \x00 ")
    with pytest.raises(ProgrammeError, match="'o00' is no mentee of 'Spring'; there are: m0, m1"):
        started.note("o00", "x")


def test_the_commands_start_show_note_write_and_end(tmp_path: Path) -> None:
    brought(tmp_path).close()
    runner = CliRunner(env={"INFLUENCE_WORKSPACE": str(tmp_path / "w")})

    def said(*words: str) -> tuple[int, str]:
        done = runner.invoke(main, ["programme", *words])
        return done.exit_code, done.output

    code, told = said("show")
    assert (code, "influence programme draft MENTEE…" in told) == (1, True)
    assert 0 == said("draft", *log.MENTEES)[0]
    code, told = said("draft")
    assert (code, "is there already" in told) == (1, True)
    (tmp_path / "w/programme.toml").write_text(log.file(), encoding="utf-8")
    code, told = said("start")
    assert (code, "Spring is started: the baseline of 6 mentees is frozen" in told) == (0, True)
    assert 0 == said("note", "m0", "Answer", "--advice", "taken", "--about", "sooner")[0]
    code, told = said("show")
    told = " ".join(told.split())
    assert (code, "moved by +" in told, "Advice given 0 times, taken 1 time." in told) == (0, True, True)
    assert 0 == said("sheet")[0]
    assert 0 == said("end", "--format", "txt")[0]
    names = {file.name for file in (tmp_path / "w/reports/programme").iterdir()}
    assert names == {*(f"name-{one}-{one}.html" for one in log.MENTEES), "end-report.txt"}


def test_advice_taken_about_a_line_of_the_plan_says_what_followed(tmp_path: Path) -> None:
    with brought(tmp_path) as one:
        analysis = one.analysis
        leader = analysis.people.find(log.MENTEES[0])
        ego = Ego(analysis, leader, analysis.whole_window())
        came = ego.responses.where(ego.responses.target == leader)
        person, at = int(came.responder[-1]), int(came.time[-1])
        who = analysis.people.who[person]
        line_ = line("reach", ego.person, who.person)
        silent = next(
            other
            for code, other in enumerate(analysis.people.who)
            if code not in {*came.responder.tolist(), leader}
        )

        def noted(about: str, microseconds: int, kind: str = TAKEN) -> str | None:
            when = datetime.fromtimestamp(microseconds / 1_000_000, UTC).isoformat()
            note = Note(1, when, "me", ego.person, kind, about, "Wrote to them")
            return followed(analysis, leader, [note])[0].followed

        day = day_in_english(datetime.fromtimestamp(at / 1_000_000, UTC))
        assert noted(line_, at - 1_000_000) == f"{who.name} responded on {day}"
        later = noted(line("reach", ego.person, silent.person), at - 1_000_000)
        assert (later or "").startswith(f"{silent.name} has not responded up to ")
        assert noted("reach-000000", at - 1_000_000) == NOBODY
        assert noted(line_, 2 * at) == NOTHING_SINCE
        assert noted(line_, at - 1_000_000, GIVEN) is None
        assert noted("sooner", at - 1_000_000) is None


def test_the_sheet_keeps_what_followed_of_a_note_about_a_line(tmp_path: Path) -> None:
    with brought(tmp_path) as one:
        (one.path / "programme.toml").write_text(log.file(), encoding="utf-8")
        programme = one.programme()
        programme.start()
        person = one.analysis.people.who[one.analysis.people.find(log.MENTEES[0])].person
        other = one.analysis.people.who[one.analysis.people.find(log.MENTEES[1])].person
        programme.note(log.MENTEES[0], "Wrote to him", "taken", line("reach", person, other))
        (note,) = one.programme().sheet(log.MENTEES[0]).notes
        assert note.followed == NOTHING_SINCE


def test_where_nothing_is_on_record_a_draft_begins_this_week(tmp_path: Path) -> None:
    with Workspace.create(tmp_path / "w") as one:
        text = one.programme().example()
    today = datetime.now(UTC).date()
    monday = {day - timedelta(days=day.weekday()) for day in (today, today + timedelta(days=1))}
    assert [day for day in monday if f"start = {day}" in text]
