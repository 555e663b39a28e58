"""What every format keeps, found by listing: it writes what it says and nothing else, and only the owner may read."""

import stat
from contextlib import suppress
from dataclasses import replace

import pytest

from influence.contract import durably, plugins
from influence.contract.errors import InfluenceError
from influence.contract.language import languages, speaking
from reports.formats.writing import write_whole
from tests.kit.sample_report import built, empty_report, sample_report, ties_report
from tests.reports.formats.test_page import hostile_report

FORMATS = plugins.names("influence.formats")
LONG = "Maximiliane von Hohenberg-Löwenstein zu Wertheim-Freudenberg 山田太郎 محمد الحسيني"


def long_names():
    report = built(people=24, conversations=5, seed=5)
    people = tuple(replace(one, name=LONG * (1 + 150 * (n % 3))) for n, one in enumerate(report.people))
    return replace(report, people=people, leader={**report.leader, "name": "Åse " * 2500})


REPORTS = {
    "sample": sample_report,
    "large": lambda: built(people=600, conversations=80, seed=11),
    "empty": empty_report,
    "ties": ties_report,
    "hostile": lambda: hostile_report('=HYPERLINK("http://x.example")<b>&amp; \x00\ud800{n}'),
    "long": long_names,
}


@pytest.fixture(scope="module")
def reports():
    return {name: make() for name, make in REPORTS.items()}


@pytest.mark.parametrize("kind", FORMATS)
@pytest.mark.parametrize("name", REPORTS)
def test_a_format_writes_the_files_it_names_for_their_owner_alone(kind, name, reports, tmp_path):
    write = plugins.load("influence.formats", kind)
    written = write(reports[name], tmp_path / f"report.{kind}")
    assert sorted(written) == sorted(tmp_path.rglob("*"))
    assert {0o600} == {stat.S_IMODE(file.stat().st_mode) for file in written}
    assert all(file.stat().st_size for file in written)


@pytest.mark.parametrize("kind", FORMATS)
def test_the_same_report_gives_the_same_bytes(kind, reports, tmp_path):
    write, (one, other) = plugins.load("influence.formats", kind), (tmp_path / "one", tmp_path / "other")
    for folder in (one, other):
        folder.mkdir()
    first = [file.read_bytes() for file in write(reports["long"], one / f"report.{kind}")]
    assert first == [file.read_bytes() for file in write(reports["long"], other / f"report.{kind}")]


@pytest.mark.parametrize("kind", FORMATS)
def test_a_failed_write_leaves_the_old_file_and_no_rubbish(kind, reports, tmp_path, monkeypatch):
    path = tmp_path / f"report.{kind}"
    path.write_text("old", encoding="utf-8")
    monkeypatch.setattr("pathlib.Path.replace", _full_disk)
    with pytest.raises(OSError, match="disk full"):
        plugins.load("influence.formats", kind)(reports["empty"], path)
    assert [path.name] == [file.name for file in tmp_path.iterdir()]
    assert "old" == path.read_text(encoding="utf-8")


def _full_disk(*_):
    raise OSError("disk full")


@pytest.mark.parametrize("kind", FORMATS)
def test_a_missing_folder_raises_an_oserror(kind, reports, tmp_path):
    with pytest.raises(FileNotFoundError):
        plugins.load("influence.formats", kind)(reports["empty"], tmp_path / "missing" / f"report.{kind}")


@pytest.mark.parametrize("kind", FORMATS)
def test_a_format_speaks_another_language(kind, reports, tmp_path):
    with speaking(languages()[-1]):
        assert plugins.load("influence.formats", kind)(reports["ties"], tmp_path / f"report.{kind}")


@pytest.mark.parametrize(
    ("kind", "module", "extra"), [("xlsx", "openpyxl", "tables"), ("pptx", "pptx", "slides")]
)
def test_a_missing_extra_is_one_sentence_with_the_command(
    kind, module, extra, reports, tmp_path, monkeypatch
):
    write = plugins.load("influence.formats", kind)
    monkeypatch.setitem(__import__("sys").modules, module, None)
    with pytest.raises(InfluenceError, match=rf"pip install 'networked-influence\[{extra}\]'"):
        write(reports["empty"], tmp_path / f"report.{kind}")
    with suppress(StopIteration):
        raise AssertionError(next(tmp_path.iterdir()))


def test_what_a_kill_left_lying_is_taken_away_by_the_next_writing(tmp_path):
    killed = durably.whole(tmp_path / "ann.json")
    killed.__enter__().write(b'{"half": ')
    assert [".ann.json.new"] == [file.name for file in tmp_path.iterdir()]
    write_whole(tmp_path / "ann.json", "{}")
    assert ["ann.json"] == [file.name for file in tmp_path.iterdir()]
