"""`influence campaign`: listed, told, written, and what is typed wrongly, each in one sentence."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from influence.cli import main
from tests.kit.campaign_log import spring


@pytest.fixture(scope="module")
def folder(tmp_path_factory: Any) -> Path:
    """A workspace with two campaigns in its settings."""
    place: Path = tmp_path_factory.mktemp("campaigns")
    spring(place).close()
    return place


def told(folder: Path, *words: str) -> tuple[int, str, str]:
    done = CliRunner().invoke(main, ["campaign", *words, "-w", str(folder)])
    return done.exit_code, done.stdout, done.stderr


def test_campaigns_are_listed_in_the_order_of_the_settings(folder: Path) -> None:
    assert (
        0,
        "spring  2026-05-25 to 2026-06-22  #netzero\ncoming  2026-06-15 to still running  #netzero\n",
        "",
    ) == (told(folder))
    listed = json.loads(told(folder, "--json")[1])
    assert ["spring", "coming"] == [one["name"] for one in listed]


def test_a_campaign_is_told_in_words_and_as_json(folder: Path) -> None:
    code, out, _ = told(folder, "spring")
    assert 0 == code
    assert "More people responded than the weeks before let expect: " in out
    assert "36 people took part: 2 posted (5 items), 34 responded and did not post." in out
    assert "The post of 26 May 2026 travelled farthest: 2 responses were answers to answers" in " ".join(
        out.split()
    )
    body = json.loads(told(folder, "spring", "--json")[1])
    assert (True, ["Ann Ek", "Bo Lind"]) == (body["changed"], body["took_part"]["names"])


def test_options_tell_of_one_that_is_not_in_the_settings(folder: Path) -> None:
    named = told(folder, "spring", "--json")[1]
    given = told(folder, "--tag", "netzero", "--since", "2026-05-25", "--until", "2026-06-22", "--json")[1]
    one, other = json.loads(named), json.loads(given)
    assert "#netzero" == other["stated"]["name"]
    assert one["before"] == other["before"]
    assert one["took_part"] == other["took_part"]


def test_files_are_written_and_a_copy_without_names(folder: Path, tmp_path: Path) -> None:
    code, out, _ = told(folder, "spring", "--format", "html,txt,json")
    assert (0, 3) == (code, out.count("Wrote "))
    page = (folder / "reports/campaign-spring.html").read_text("utf-8")
    assert "Ann Ek" in page
    code, out, _ = told(folder, "spring", "--without-names", "-o", str(tmp_path / "copy.html"))
    assert (0, f"Wrote {tmp_path / 'copy.html'}\n") == (code, out)
    copy = (tmp_path / "copy.html").read_text("utf-8")
    assert not [name for name in ("Ann Ek", "netzero", "rival") if name in copy]
    assert 0o600 == (tmp_path / "copy.html").stat().st_mode & 0o777
    printed = told(folder, "spring", "--format", "txt", "-o", "-")[1]
    assert (folder / "reports/campaign-spring.txt").read_text("utf-8") == printed


@pytest.mark.parametrize(
    ("words", "code", "why"),
    [
        (["sprung"], 1, "there is no campaign 'sprung'; there are: spring"),
        (["--since", "2026-05-25"], 1, "give --tag, --topic or --channel"),
        (["--tag", "netzero"], 1, "nothing says when the campaign began: give --since"),
        (["--tag", "nothing", "--since", "2026-05-25"], 1, "nothing here is tagged #nothing"),
        (["spring", "--tag", "netzero"], 2, "spring stands in influence.toml: leave the options out"),
        (["spring", "--leader", "nobody at all"], 1, "nobody"),
        (["spring", "--format", "pdf"], 1, "'pdf'; there are: html, json, txt"),
        (["spring", "--json", "--format", "txt"], 2, "leave one out"),
        (["spring", "--format", "html,txt", "-o", "-"], 2, "-o - prints one file"),
        (["spring", "--language", "xx"], 1, "xx"),
        (["spring", "-o", "/proc/nowhere/page.html"], 1, "/proc/nowhere/page.html cannot be written"),
    ],
)
def test_what_is_typed_wrongly_is_one_sentence(folder: Path, words: list[str], code: int, why: str) -> None:
    ended, out, error = told(folder, *words)
    assert (code, "") == (ended, out)
    assert why in error
    assert "Traceback" not in error
