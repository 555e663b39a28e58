"""Slides: native charts with the report's numbers, nothing over the edge, the evidence in the notes, any template."""

import io
import re
import shutil
import subprocess
import zipfile
from dataclasses import replace
from math import isclose

import pytest

from influence.contract.errors import InfluenceError
from influence.contract.findings import Finding, Month, SphereReach
from reports.formats.fitting import height
from reports.formats.slides import write_slides
from reports.formats.template import POINT
from reports.story import charted
from reports.story.advice import tried
from reports.story.brief import brief
from tests.kit.sample_report import built, empty_report, sample_report, ties_report
from tests.reports.formats.test_page import hostile_report

pptx = pytest.importorskip("pptx", reason="the extra `slides` is not installed (python-pptx)")
from openpyxl import load_workbook  # noqa: E402 (it comes with the slides' own test needs)

TITLES = [
    "How far Mara Lindqvist's influence reaches",
    "In short",
    "Who responded, step by step",
    "Spheres, outward and back",
    "Movement, month by month",
    "What it takes",
    "How well it holds",
    "What was covered, and the limits",
]


def opened(report, folder, template=None):
    (path,) = write_slides(report, folder / "report.pptx", template)
    return pptx.Presentation(path)


def charts(deck):
    return [shape for slide in deck.slides for shape in slide.shapes if shape.has_chart]


def notes(deck):
    return [slide.notes_slide.notes_text_frame.text for slide in deck.slides]


def named(leader, names):
    report = sample_report()
    people = tuple(replace(one, name=names[n % len(names)]) for n, one in enumerate(report.people))
    return replace(report, people=people, leader={**report.leader, "name": leader})


def of_many():
    """Return a report with more spheres, months, sources and reasons than slides have room for."""
    report = built(people=60, conversations=9, seed=5)
    spheres = tuple(
        SphereReach(f"A sphere with a long name, {n}", 10.0 + n, 15 + n, 40, 0.3) for n in range(20)
    )
    months = tuple(
        Month(f"{2015 + n // 12}-{n % 12 + 1:02}", 3.0, 4.0, 5.0, 4.0, 6.0, 30) for n in range(130)
    )
    return replace(
        report,
        spheres=spheres,
        trend=months,
        coverage=tuple(replace(row, source=f"{n}-{row.source}") for n in range(6) for row in report.coverage),
        reasons=("A reason that is long and tells what is missing in the record. " * 4,) * 20,
    )


def unknown():
    report = sample_report()
    people = tuple(replace(one, known=False) if one.outside else one for one in report.people)
    n = float(sum(one.outside for one in people))
    range_only = {
        name: Finding(name, 0.9 * n, "people", 0.0, n) for name in ("reach_4", "reach_beyond", "reach_3")
    }
    months = tuple(replace(row, low=0.0, high=row.reach_3 + row.reach_4) for row in report.trend)
    return replace(report, people=people, findings={**report.findings, **range_only}, trend=months)


HARD = {
    "empty": empty_report,
    "ties": ties_report,
    "nothing": lambda: replace(empty_report(), findings={}, coverage=()),
    "unknown": unknown,
    "many": of_many,
    "hostile": lambda: hostile_report('=HYPERLINK("http://x.example")<b>&amp;\x00\ud800{n}'),
    "long": lambda: named("Maximiliane Friederike von Hohenberg-Löwenstein zu Freudenberg", ["Åse " * 2500]),
    "east": lambda: named(
        "山田太郎（株式会社グローバルコミュニケーションズ）代表取締役社長", ["김철수", "李明"]
    ),
}


@pytest.fixture(scope="module")
def deck(tmp_path_factory):
    return opened(sample_report(), tmp_path_factory.mktemp("deck"))


def test_every_slide_has_its_title_notes_and_language(deck):
    assert TITLES == [slide.shapes.title.text for slide in deck.slides]
    assert all(notes(deck))
    spoken = re.findall(
        r'<a:rPr[^>]*lang="([^"]+)"', "".join(slide.part.blob.decode() for slide in deck.slides)
    )
    assert {"en-GB", "en-US"} >= set(spoken)
    assert 16 / 9 == pytest.approx(deck.slide_width / deck.slide_height)


def test_the_first_slide_says_the_number_and_its_range(deck):
    said = brief(sample_report())
    shown = "\n".join(shape.text_frame.text for shape in deck.slides[0].shapes if shape.has_text_frame)
    assert said.number.shown in shown
    assert str(said.range) in shown


def test_the_charts_hold_the_numbers_that_the_words_say(deck):
    report = sample_report()
    steps, spheres, months, choices = (shape.chart for shape in charts(deck))
    assert [bar.words for bar in charted.steps(report)] == [
        f"{n:,.0f}" for n in steps.plots[0].series[0].values
    ]
    reached, heard = (series.values for series in spheres.plots[0].series)
    assert [row.reached.low for row in charted.spheres(report)] == list(reached)
    assert [row.heard for row in charted.spheres(report)] == list(heard)
    assert [point.unmet for point in charted.months(report)] == list(months.plots[0].series[0].values)
    assert [bar.low for bar in charted.choices(report)] == list(choices.plots[0].series[0].values)


def test_a_chart_is_told_to_who_cannot_see_it_and_can_be_edited(deck):
    for shape in charts(deck):
        assert len(shape._element.nvGraphicFramePr.cNvPr.get("descr")) > 60
        book = load_workbook(io.BytesIO(shape.chart.part.chart_workbook.xlsx_part.blob))
        assert book.active.max_row > 2


def test_the_notes_say_what_was_tried_as_advice(deck):
    assert 1 == sum(tried(sample_report()) in one for one in notes(deck))


def test_the_notes_name_people_with_their_responses_dates_and_sources(deck):
    told = notes(deck)[2]
    report = sample_report()
    one = min((each for each in report.people if each.step == 4), key=lambda each: each.first_response)
    assert one.name in told
    assert "forum.csv" in told
    assert "Jan 2026" in told
    assert "People outside the team who responded" in told


@pytest.mark.parametrize("name", HARD)
def test_no_text_is_higher_than_its_frame_and_nothing_lies_over_the_edge(name, tmp_path):
    deck = opened(HARD[name](), tmp_path)
    for slide in deck.slides:
        assert len(slide.shapes) == len({shape.shape_id for shape in slide.shapes})
        for shape in slide.shapes:
            assert 0 <= shape.left <= shape.left + shape.width <= deck.slide_width
            assert 0 <= shape.top <= shape.top + shape.height <= deck.slide_height
            if shape.has_text_frame and shape.text_frame.text and not _is_number(shape):
                assert _text_height(shape) <= shape.height / POINT, (
                    slide.shapes.title.text,
                    shape.text_frame.text,
                )


def _is_number(shape):
    return shape.is_placeholder and "SLIDE_NUMBER" in str(shape.placeholder_format.type)


def _text_height(shape):
    paragraphs = shape.text_frame.paragraphs
    size = paragraphs[0].runs[0].font.size.pt
    room = shape.width / POINT - 15
    return height([p.text.replace("\v", "\n") for p in paragraphs], size, room)


def test_what_has_no_room_is_in_the_notes_and_that_is_said(tmp_path):
    deck = opened(of_many(), tmp_path)
    last = deck.slides[len(deck.slides) - 1]
    assert "More in the notes." in "\n".join(
        shape.text_frame.text for shape in last.shapes if shape.has_text_frame
    )
    assert 6 <= notes(deck)[-1].count("chat.json")


def test_no_label_is_a_formula_or_a_link_in_the_charts_own_workbook(tmp_path):
    report = sample_report()
    labels = ["=1+1", "http://x.example", "{=A1}", "mailto:a@b", "internal:A1", "<b>&"]
    spheres = tuple(SphereReach(label, 9.0 - n, 9, 9, 1.0) for n, label in enumerate(labels))
    deck = opened(replace(report, spheres=spheres), tmp_path)
    book = load_workbook(io.BytesIO(charts(deck)[1].chart.part.chart_workbook.xlsx_part.blob))
    cells = [cell for row in book.active.iter_rows() for cell in row]
    assert not any(cell.data_type == "f" or cell.hyperlink for cell in cells)
    assert {"'=1+1", "'http://x.example", "<b>&"} <= {cell.value for cell in cells}


def test_names_written_from_right_to_left_leave_what_follows_in_its_place(tmp_path):
    name = "محمد بن عبد الله الحسيني"
    deck = opened(named(name, [name]), tmp_path)
    assert f"{name}\u200e" in deck.slides[0].shapes.title.text


# --- templates ----------------------------------------------------------------------------------------------


def sample_template(folder, name="corporate.pptx"):
    """Make a presentation of 4:3 with two slides of its own."""
    made = pptx.Presentation()
    for layout in list(made.slide_layouts)[:2]:
        made.slides.add_slide(layout).shapes.title.text = "Sample"
    made.save(folder / name)
    return folder / name


def with_part(path, name, change):
    """Change one part of a presentation."""
    with zipfile.ZipFile(path) as packed:
        held = {each: packed.read(each) for each in packed.namelist()}
    with zipfile.ZipFile(path, "w") as packed:
        for each, part in held.items():
            packed.writestr(each, change(part) if each == name else part)
    return path


def test_a_template_gives_its_size_and_layouts_and_its_own_slides_are_left_out_and_told(tmp_path):
    deck = opened(sample_report(), tmp_path, sample_template(tmp_path))
    assert 4 / 3 == pytest.approx(deck.slide_width / deck.slide_height)
    assert TITLES == [slide.shapes.title.text for slide in deck.slides]
    assert {"Title Slide", "Title and Content"} == {slide.slide_layout.name for slide in deck.slides}
    assert "The template's own 2 slides were left out" in notes(deck)[0]
    with zipfile.ZipFile(tmp_path / "report.pptx") as packed:
        assert 8 == sum(name.startswith("ppt/slides/slide") for name in packed.namelist())


def test_a_potx_is_filled_as_a_presentation(tmp_path):
    path = with_part(
        sample_template(tmp_path, "corporate.potx"),
        "[Content_Types].xml",
        lambda part: part.replace(b"presentation.main+xml", b"template.main+xml"),
    )
    assert len(TITLES) == len(opened(sample_report(), tmp_path, path).slides)


def test_a_template_whose_text_is_written_downwards_is_not_written_downwards(tmp_path):
    made = pptx.Presentation()
    for layout in list(made.slide_layouts)[:-2]:
        made.slide_layouts.remove(layout)
    made.save(tmp_path / "downwards.pptx")
    deck = opened(sample_report(), tmp_path, tmp_path / "downwards.pptx")
    texts = [shape for slide in deck.slides for shape in slide.placeholders if shape.text_frame.text]
    assert not any(
        'orient="vert"' in shape._element.xml for shape in texts if "TITLE" not in shape.name.upper()
    )


BROKEN = {
    "none.pptx": (lambda path: path.unlink(), "cannot be read"),
    "text.pptx": (lambda path: path.write_text("no template"), "is no PowerPoint presentation or template"),
    "half.pptx": (lambda path: path.write_bytes(path.read_bytes()[:9000]), "is no PowerPoint"),
    "word.pptx": (
        lambda path: with_part(
            path, "[Content_Types].xml", lambda part: part.replace(b"presentation.main", b"x")
        ),
        "is no PowerPoint",
    ),
    "macros.pptm": (
        lambda path: with_part(path, "[Content_Types].xml", lambda part: part + b"<!--macroEnabled-->"),
        "holds macros",
    ),
    "damaged.pptx": (
        lambda path: with_part(path, "ppt/presentation.xml", lambda part: part[:300]),
        "is damaged",
    ),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_template_that_cannot_be_filled_is_one_sentence_and_no_file(name, tmp_path):
    breaking, sentence = BROKEN[name]
    folder = tmp_path / "templates"
    folder.mkdir()
    path = folder / name
    sample_template(folder, name)
    breaking(path)
    with pytest.raises(InfluenceError, match=sentence) as error:
        opened(sample_report(), tmp_path, path)
    assert "\n" not in str(error.value)
    assert ["templates"] == [each.name for each in tmp_path.iterdir()]


def test_a_template_without_a_title_is_refused_with_what_to_do(tmp_path):
    made = pptx.Presentation()
    for layout in made.slide_layouts:
        for shape in list(layout.placeholders):
            shape._element.getparent().remove(shape._element)
    made.save(tmp_path / "untitled.pptx")
    with pytest.raises(InfluenceError, match="no slide layout with a title"):
        opened(sample_report(), tmp_path, tmp_path / "untitled.pptx")


def test_libreoffice_makes_as_many_pages_as_there_are_slides(deck, tmp_path):
    office, info = shutil.which("soffice"), shutil.which("pdftotext")
    if office is None or info is None:
        pytest.skip("LibreOffice or poppler-utils is not installed (soffice, pdftotext)")
    deck.save(tmp_path / "report.pptx")
    own = f"-env:UserInstallation=file://{tmp_path}/profile"
    command = [
        office,
        own,
        "--headless",
        "--convert-to",
        "pdf",
        "--outdir",
        tmp_path,
        tmp_path / "report.pptx",
    ]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    boxed = subprocess.run(
        [info, "-bbox", tmp_path / "report.pdf", "-"], check=True, capture_output=True, text=True, timeout=60
    ).stdout
    assert len(TITLES) == boxed.count("<page ")
    wide, high = (
        float(size) for size in re.search(r'<page width="([\d.]+)" height="([\d.]+)"', boxed).groups()
    )
    assert isclose(16 / 9, wide / high, rel_tol=0.01)
    words = [
        tuple(map(float, found))
        for found in re.findall(r'<word xMin="([^"]+)" yMin="([^"]+)" xMax="([^"]+)" yMax="([^"]+)"', boxed)
    ]
    assert all(0 <= left and right <= wide and 0 <= top and low <= high for left, top, right, low in words)


def test_a_report_by_week_has_its_weeks_on_the_slide(tmp_path):
    deck = opened(replace(sample_report(), by="week"), tmp_path)
    titles = [slide.shapes.title.text for slide in deck.slides if slide.shapes.title is not None]
    assert "Movement, week by week" in titles
    labels = [list(shape.chart.plots[0].categories) for shape in charts(deck)]
    whole = [row.week for row in sample_report().weekly if row.whole]
    assert whole in labels
