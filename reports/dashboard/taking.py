"""What is taken along from a page: a whole report, or a comparison by every measure, as a file that a browser saves."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import quote

from starlette.responses import Response

from influence.contract import plugins
from influence.contract.findings import Report
from influence.contract.language import message, spoken, translated
from influence.contract.wording import file_name, plain
from reports.dashboard.asked import Asked, shown
from reports.dashboard.desk import Desk, NotShown
from reports.dashboard.framed import compared_by_all
from reports.dashboard.going import waiting
from reports.dashboard.leader import choices, meant
from reports.dashboard.view import leader_path, one_of, with_query
from reports.dashboard.whole import whole
from reports.dashboard.work import Work
from reports.formats.compared import as_document

OFFICE = "application/vnd.openxmlformats-officedocument"
KINDS: dict[str, tuple[str, str, str]] = {
    "pdf": ("application/pdf", message("PDF"), message("A few pages, to read, print and send.")),
    "pptx": (
        f"{OFFICE}.presentationml.presentation",
        message("Slides"),
        message("For a meeting: the number, what moves it and how well it holds."),
    ),
    "xlsx": (
        f"{OFFICE}.spreadsheetml.sheet",
        message("Workbook"),
        message("The numbers and the tables behind them, to go on with."),
    ),
    "html": ("text/html", message("Page"), message("All of it with its evidence; opens anywhere, offline.")),
    "json": (
        "application/json",
        message("Data"),
        message("For programs: every number as it was worked out."),
    ),
}
"""As what a report is taken along: what a browser calls it, and what it is called and is for here."""


def files(desk: Desk, asked: Asked) -> Response:
    """Offer the whole report of a view as files, once it is worked out."""
    person, name = desk.person(asked.path["person"])
    view = meant(desk, asked.query, choices(desk, person))
    back = with_query(leader_path(person), view.pairs())
    if isinstance(whole(desk, person, view), Work):
        return waiting(desk, asked, "/", plain(name), back)
    here = leader_path(person, "file")
    offered = [
        (with_query(here, [("as", kind), *view.pairs()]), called, meaning, f"{file_name(name)}.{kind}")
        for kind, (_, called, meaning) in KINDS.items()
    ]
    return shown(desk, asked, "files.html", "/", name=plain(name), back=back, offered=offered)


def file(desk: Desk, asked: Asked) -> Response:
    """Give out the whole report of a view as one file."""
    person, name = desk.person(asked.path["person"])
    view, kind = meant(desk, asked.query, choices(desk, person)), one_of(asked.query, "as")
    if kind not in KINDS:
        raise NotShown(translated("There is no such page here."))
    found = whole(desk, person, view)
    if isinstance(found, Work):
        return waiting(desk, asked, "/", plain(name), with_query(leader_path(person), view.pairs()))
    made = desk.kept(("file", kind, person, view, spoken().code), lambda: _made(found, kind))
    return _saved(made, name, kind)


def compared_pdf(desk: Desk, asked: Asked) -> Response:
    """Give out a comparison by every measure as a PDF."""
    found = compared_by_all(desk, asked.query)
    if isinstance(found, Work):
        return waiting(desk, asked, "/compare", translated("Compare"), with_query("/compare", asked.query))
    return _saved(as_document(found), translated("Compare"), "pdf")


def _made(report: Report, kind: str) -> bytes:
    """Return what a format writes; it lies on the disk no longer than that takes, where only its owner reads."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / f"made.{kind}"
        plugins.load("influence.formats", kind)(report, path)
        return path.read_bytes()


def _saved(content: bytes, name: str, kind: str) -> Response:
    named = quote(f"{file_name(name)}.{kind}")
    headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{named}"}
    return Response(content, media_type=KINDS[kind][0], headers=headers)
