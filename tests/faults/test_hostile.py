"""Texts that try to run, in every place where others write, through every format: none runs, no request leaves.

`INFLUENCE_ATTACKS=all` tries all of them (`make trust`), else a sample.
"""

import csv
import io
import os
import re
import xml.etree.ElementTree as ET
from dataclasses import replace
from email import message_from_bytes
from email.policy import default

import openpyxl
import pytest
from markdown_it import MarkdownIt
from pptx import Presentation

from influence.contract.plugins import load, names
from influence.contract.tracked import Digest, Tracked
from influence.contract.wording import file_name
from reports.formats.letter import as_mail, as_page, as_text
from tests.kit.attacks import attacks
from tests.kit.browser import tab
from tests.kit.figures import measured
from tests.kit.sample_report import built

ALL = os.environ.get("INFLUENCE_ATTACKS") == "all"
ATTACKS = attacks() if ALL else attacks()[:: len(attacks()) // 40]
PORTION = 400
"""Attacks in one report."""
PORTIONS = [ATTACKS[at : at + PORTION] for at in range(0, len(ATTACKS), PORTION)]
FACES = {"html": ".html", "md": ".md", "digest": ".html"}
"""What a browser shows; the dashboard has a file of its own."""


def test_there_are_as_many_as_are_promised():
    assert 2300 <= len(attacks()) == len(set(attacks()))


def hostile(texts):
    """A report in which every name, organisation, sphere, tag, place, channel, link and source is one of these."""
    made = built(people=len(texts), conversations=min(60, len(texts)), seed=3)
    sayings = {one.person: text for one, text in zip(made.people, texts, strict=True)}
    by = list(texts)

    def told(n):
        return by[n % len(by)]

    people = tuple(
        replace(
            one,
            name=text,
            organisation=text,
            sphere=text if n % 3 == 0 else one.sphere,
            tags=(text, told(n + 1)),
            met=tuple(replace(met, place=text) for met in one.met),
        )
        for n, (one, text) in enumerate(zip(made.people, texts, strict=True))
    )
    return replace(
        made,
        leader=made.leader | {"name": told(7)},
        people=people,
        notice=told(3),
        reasons=(told(5), *made.reasons),
        spheres=tuple(replace(one, sphere=told(n)) for n, one in enumerate(made.spheres)),
        coverage=tuple(
            replace(one, source=told(n), system=told(n + 2)) for n, one in enumerate(made.coverage)
        ),
        conversations=tuple(
            replace(one, channel=told(n), words=(told(n + 1), told(n + 2)), tags=(told(n + 3),))
            for n, one in enumerate(made.conversations)
        ),
        responses={
            key: replace(one, channel=told(n), url=told(n), source=told(n + 4))
            for n, (key, one) in enumerate(made.responses.items())
        },
        network=replace(
            made.network,
            nodes=tuple((who, sayings.get(who, told(1)), *rest) for who, _, *rest in made.network.nodes),
        ),
        names={who: told(n) for n, who in enumerate(made.names)},
    )


@pytest.fixture(scope="module", params=range(len(PORTIONS)))
def report(request):
    return hostile(PORTIONS[request.param])


def write(report, kind, folder):
    """The files of a report in a format."""
    return load("influence.formats", kind)(report, folder / f"report.{kind}")


def digest(report):
    return Digest(
        (Tracked(report, taken="2026-07-02T06:30:00+00:00", version="0.1.0", number=1),), report.notice
    )


def shown(face, report, folder):
    """What a browser is given of a face."""
    file = folder / f"{face}.html"
    match face:
        case "html":
            (file,) = write(report, "html", folder)
        case "md":
            (source,) = write(report, "md", folder)
            file.write_text(MarkdownIt("commonmark").render(source.read_text("utf-8")), "utf-8")
        case "digest":
            file.write_text(as_page(digest(report)), "utf-8")
    return file


@pytest.mark.parametrize("face", FACES)
def test_in_a_browser_nothing_runs_and_nobody_is_asked(report, face, chromium, tmp_path):
    with tab(chromium, shown(face, report, tmp_path)) as opened:
        dialogs = []
        opened.page.on("dialog", lambda one: (dialogs.append(one.message), one.dismiss()))
        opened.page.wait_for_timeout(500)
        opened.page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
        opened.page.mouse.move(200, 300)
        opened.page.wait_for_timeout(200)
        assert opened.page.evaluate("window.pwned === undefined")
        links = opened.page.eval_on_selector_all(
            "[href], [src]", "all => all.map(one => one.getAttribute('href') || one.getAttribute('src'))"
        )
        assert [] == [one for one in links if not re.match(r"https?://|#|data:image/", str(one))]
    assert [] == opened.asked
    assert [] == dialogs
    assert [] == [
        one for one in opened.complaints if "Content Security Policy" in one or "SyntaxError" in one
    ]
    measured("hostile", face, texts=len(ATTACKS), ran=0, asked=0)


def test_no_cell_of_a_table_is_run(report, tmp_path):
    for path in write(report, "csv", tmp_path):
        for row in csv.reader(io.StringIO(path.read_text("utf-8-sig"), newline="")):
            for cell in row:
                is_number = re.fullmatch(r"-?\d+(\.\d+)?(e[+-]?\d+)?", cell)
                assert is_number or cell.lstrip(" ")[:1] not in set("=+-@\t\r\0＝") or not cell, cell[:60]
                assert "\0" not in cell
    measured("hostile", "csv", texts=len(ATTACKS), ran=0, asked=0)


def test_no_cell_of_a_workbook_is_run(report, tmp_path):
    (path,) = write(report, "xlsx", tmp_path)
    for sheet in openpyxl.load_workbook(path):
        for row in sheet.iter_rows():
            for cell in row:
                assert cell.data_type not in {"f", "e"}, cell.value
                assert not (isinstance(cell.value, str) and cell.value.lstrip(" ")[:1] in set("=+@\t\r\0＝"))
                assert cell.hyperlink is None or cell.hyperlink.target is None or web(cell.hyperlink.target)
    measured("hostile", "xlsx", texts=len(ATTACKS), ran=0, asked=0)


def web(address):
    return str(address).startswith(("https://", "http://", "#"))


@pytest.mark.parametrize("kind", ["graphml", "gexf"])
def test_a_network_is_well_formed_xml_that_declares_nothing(report, kind, tmp_path):
    (path,) = write(report, kind, tmp_path)
    content = path.read_bytes()
    assert b"<!DOCTYPE" not in content
    assert b"<!ENTITY" not in content
    found = ET.fromstring(content)  # noqa: S314 - ours, and it declares nothing
    assert len(list(found.iter())) > len(report.people) // 4
    measured("hostile", kind, texts=len(ATTACKS), ran=0, asked=0)


def test_a_document_is_set_and_links_to_the_web_alone(report, tmp_path):
    (path,) = write(report, "pdf", tmp_path)
    content = path.read_bytes()
    assert content.startswith(b"%PDF")
    assert not re.search(rb"/JavaScript|/JS\b|/Launch|/SubmitForm", content)
    assert all(web(one.decode("latin-1")) for one in re.findall(rb"/URI \(([^)]*)\)", content))
    measured("hostile", "pdf", texts=len(ATTACKS), ran=0, asked=0)


def test_slides_open_and_link_to_the_web_alone(report, tmp_path):
    (path,) = write(report, "pptx", tmp_path)
    for slide in Presentation(path).slides:
        for rel in slide.part.rels.values():
            assert not rel.is_external or web(rel.target_ref)
    measured("hostile", "pptx", texts=len(ATTACKS), ran=0, asked=0)


def test_every_other_format_is_written_and_reads_back(report, tmp_path):
    done = {"html", "md", "csv", "xlsx", "graphml", "gexf", "pdf", "pptx"}
    rest = set(names("influence.formats")) - done
    assert rest == {"json", "parquet"}
    for kind in rest:
        assert all(path.stat().st_size for path in write(report, kind, tmp_path))


def test_a_mail_of_a_digest_has_the_headers_that_we_wrote_and_no_others(report):
    told = message_from_bytes(bytes(as_mail(digest(report), ["ann@acme.example"], None)), policy=default)
    assert {"subject", "to", "content-type", "mime-version"} >= {name.lower() for name in told} - {
        *("from", "date", "message-id", "auto-submitted", "content-transfer-encoding")
    }
    assert not re.search("[\0-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", as_text(digest(report)))
    measured("hostile", "mail", texts=len(ATTACKS), ran=0, asked=0)


def test_a_file_is_named_by_letters_digits_and_dashes(tmp_path):
    for text in ATTACKS if ALL else attacks():
        name = f"{file_name(text)}-without-names.parquet"
        assert re.fullmatch(r"[\w-]+\.parquet", name), name
        assert not name.startswith(("-", "."))
        assert len(name.encode()) <= 255, name
        (tmp_path / name).touch()
