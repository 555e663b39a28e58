"""What is asked beside a window, at the terminal: it is done, or refused in one clear sentence."""

import json

import pytest
from click.testing import CliRunner

from influence.cli import main
from tests.influence.measures.test_moves import ninety_days


@pytest.fixture
def report(workspace, tmp_path):
    held = workspace(**ninety_days(["a", "b"], ["bc"], ["d", "a"]))
    held.close()

    def run(*words):
        place = tmp_path / "told.json"
        asked = ["report", "x:lea", "-w", str(held.path), "--format", "json", "-o", str(place), *words]
        done = CliRunner().invoke(main, asked)
        return done, json.loads(place.read_text(encoding="utf-8")) if place.exists() else None

    return run


def test_the_period_the_weeks_and_the_audience_that_are_asked_for_are_in_the_report(report, tmp_path):
    file = tmp_path / "launch.txt"
    file.write_text("x:a\nx:b\nx:c\nx:d\nx:other\nno@body.example\n", encoding="utf-8")
    done, told = report(
        *("--since", "2026-03-02", "--until", "2026-04-01", "--against", "2026-01-01..2026-01-30"),
        *("--by", "month", "--audience", str(file)),
    )
    assert 0 == done.exit_code, done.output
    assert "month" == told["by"]
    assert ["2026-W10", "2026-W14"] == [told["weekly"][place]["week"] for place in (0, -1)]
    moved = told["findings"]["against_before"]
    assert moved["value"] == moved["new"] + moved["returned"] - moved["lapsed"] == 0
    (row,) = told["findings"]["audience_share"]["audiences"]
    assert (5, 1, 2) == (row["people"], row["absent"], row["reached"])


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--against", "then"), "neither"),
        (("--against", "2026-01-01..2026-01-30"), "is not over when the window begins"),
        (("--audience", "nix"), "is no file"),
        (("--audience", "sphere:nix"), "nobody is in a sphere"),
        (("--by", "year"), "'year' is not one of 'week', 'month'"),
    ],
)
def test_what_cannot_be_asked_is_one_sentence_and_no_report(report, words, says):
    done, told = report(*words)
    assert 0 != done.exit_code
    assert told is None
    assert says in done.output
    assert "Traceback" not in done.output
    assert done.exception is None or isinstance(done.exception, SystemExit)
