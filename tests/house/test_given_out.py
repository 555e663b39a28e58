"""`-o -`: what is one file goes to standard output and nowhere else; what is not says so in one sentence."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from influence.cli import main
from influence.cli.giving import print_file
from tests.influence.programmes.test_programme import brought
from tests.kit import programme_log as log

Typed = Callable[..., tuple[int, bytes, str]]


@pytest.fixture(scope="module")
def made(tmp_path_factory: Any) -> Path:
    """A workspace with a programme that was begun and a leader who is tracked."""
    place: Path = tmp_path_factory.mktemp("given")
    brought(place).close()
    (place / "w/programme.toml").write_text(log.file(), encoding="utf-8")
    for words in (("programme", "start"), ("track", "m0")):
        done = CliRunner(env={"INFLUENCE_WORKSPACE": str(place / "w")}).invoke(main, list(words))
        assert 0 == done.exit_code, done.output
    return place / "w"


@pytest.fixture
def typed(made: Path, tmp_path: Path, monkeypatch: Any) -> Typed:
    """Type a command in an empty folder."""
    monkeypatch.chdir(tmp_path)

    def run(*words: str) -> tuple[int, bytes, str]:
        done = CliRunner(env={"INFLUENCE_WORKSPACE": str(made)}).invoke(main, list(words))
        return done.exit_code, done.stdout_bytes, done.stderr

    return run


PRINTED = (
    ("report", "m0", "--format", "json", "--measures", "reach_4"),
    ("compare", "m0", "m1", "--format", "txt", "--measures", "reach_4"),
    ("network", "--format", "graphml"),
    ("digest", "--format", "txt"),
    ("access", "m0"),
)
SHEETS = (
    (("programme", "show", "--format", "txt"), "programme.txt"),
    (("programme", "sheet", "m0", "--format", "txt"), "name-m0-m0.txt"),
    (("programme", "end", "--format", "txt"), "end-report.txt"),
)


@pytest.mark.parametrize("words", PRINTED, ids=lambda words: words[0])
def test_one_file_is_printed_as_it_would_be_written(typed: Typed, words: Any, tmp_path: Path) -> None:
    code, out, error = typed(*words, "-o", "-")
    assert (0, "") == (code, error)
    assert not list(tmp_path.iterdir())
    assert 0 == typed(*words, "-o", "written")[0]
    if words[0] != "access":  # each reading of it is recorded, and told by the next
        assert out == (tmp_path / "written").read_bytes()
    assert out


@pytest.mark.parametrize(("words", "file"), SHEETS, ids=lambda one: one[1])
def test_a_sheet_of_a_programme_is_printed(typed: Typed, words: Any, file: str, tmp_path: Path) -> None:
    code, out, error = typed(*words, "-o", "-")
    assert (0, "") == (code, error)
    assert not list(tmp_path.iterdir())
    assert 0 == typed(*words, "-o", "folder")[0]
    assert out == (tmp_path / "folder" / file).read_bytes()


@pytest.mark.parametrize(
    ("words", "code", "why"),
    [
        (("programme", "sheet", "-o", "-"), 2, "-o - prints one file: name one MENTEE"),
        (("report", "m0", "--format", "html,json", "-o", "-"), 2, "-o - prints one file: name one format"),
        (("compare", "m0", "m1", "-o", "-"), 2, "-o - prints one file: name one format"),
        (("compare", "m0", "m1", "--json", "--format", "pdf"), 2, "--json prints"),
        (("network", "--json", "-o", "-"), 2, "--json prints the counts"),
        (("demo", "-o", "-"), 2, "a folder is made here, which cannot be printed: name one after -o"),
        (
            ("export", "--parquet", "-"),
            2,
            "a folder is made here, which cannot be printed: name one after --parquet",
        ),
    ],
    ids=lambda one: " ".join(one[:2]) if isinstance(one, tuple) else None,
)
def test_what_is_not_one_file_says_so(typed: Typed, words: Any, code: int, why: str, tmp_path: Path) -> None:
    ended, out, error = typed(*words)
    assert (code, b"") == (ended, out)
    assert why in " ".join(error.split())
    assert not list(tmp_path.iterdir())


def test_a_comparison_is_written_where_only_a_place_is_named(typed: Typed, tmp_path: Path) -> None:
    assert 0 == typed("compare", "m0", "m1", "--measures", "reach_4", "-o", "side.txt")[0]
    assert "Who does what" in (tmp_path / "side.txt").read_text("utf-8")


def test_several_files_and_what_a_terminal_cannot_show_are_not_printed(monkeypatch: Any) -> None:
    def two(place: Path) -> list[Path]:
        return [place, place]

    def drawn(place: Path) -> list[Path]:
        place.write_bytes(b"\x89PNG\0")
        return [place]

    with pytest.raises(Exception, match=r"csv is 2 files, which cannot be printed"):
        print_file(two, "report.csv")
    monkeypatch.setattr("influence.cli.giving.sys.stdout", _Terminal())
    with pytest.raises(Exception, match=r"png is no text to show on a terminal"):
        print_file(drawn, "picture.png")


class _Terminal:
    def isatty(self) -> bool:
        return True
