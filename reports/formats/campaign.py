"""A campaign as a page that opens anywhere, as plain text, and as JSON."""

from __future__ import annotations

import json
from importlib.resources import files
from pathlib import Path

from markupsafe import Markup

from influence.contract.campaigned import Campaigned
from influence.contract.language import spoken, translated
from influence.contract.wording import plain
from reports.figures import palette
from reports.figures.campaign import campaign_pictures
from reports.formats.lines import paragraph
from reports.formats.markup import environment
from reports.formats.page import policy
from reports.formats.writing import write_whole
from reports.story.campaigned import Told, told


def write_page(campaigned: Campaigned, path: Path) -> list[Path]:
    """Write a campaign as one offline page.

    Raises:
        OSError: the file cannot be written.
    """
    return [write_whole(path, page(campaigned))]


def write_text(campaigned: Campaigned, path: Path) -> list[Path]:
    """Write a campaign as plain text.

    Raises:
        OSError: the file cannot be written.
    """
    return [write_whole(path, text(campaigned))]


def write_json(campaigned: Campaigned, path: Path) -> list[Path]:
    """Write a campaign as JSON: all of the record.

    Raises:
        OSError: the file cannot be written.
    """
    return [write_whole(path, json.dumps(campaigned.as_json(), ensure_ascii=False, indent=1) + "\n")]


def page(campaigned: Campaigned, *, scripts: bool = True) -> str:
    """Return a campaign as one HTML document; the same campaign gives the same bytes.

    Without `scripts` its pictures do not answer a pointer: for a frame that runs nothing.
    """
    pages = environment()
    style = str(pages.get_template("page.css").render(palette=palette)).strip()
    style += "\n" + str(pages.get_template("campaign.css").render()).strip()
    charts = (files("reports.formats") / "web" / "charts.js").read_text("utf-8") if scripts else ""
    return pages.get_template("campaign.html").render(
        style=Markup(style),  # noqa: S704 (our own files)
        script=Markup(charts),  # noqa: S704 (our own file)
        policy=policy(style, *filter(None, [charts])),
        language=spoken().code,
        told=told(campaigned),
        picture=Markup(campaign_pictures(campaigned)),  # noqa: S704 (by an XML writer)
    )


def text(campaigned: Campaigned) -> str:
    """Return a campaign as plain text of lines that fit a mail."""
    said = told(campaigned)
    lines = [plain(said.title), plain(said.when), paragraph(said.what, ""), "", paragraph(said.lead, "")]
    for chapter in said.chapters:
        lines += ["", chapter.heading, *map(paragraph, chapter.sentences)]
        lines += _posts(said) if chapter.key == "travelled" else []
    lines += ["", paragraph(said.caution, "")]
    return "\n".join([*([said.notice] if said.notice else []), *lines]) + "\n"


def _posts(said: Told) -> list[str]:
    pattern = translated("{day}: {people} responded, {passed} passed on, depth {depth}")
    rows = [
        " ".join(
            [pattern.format(day=row.day, people=row.people, passed=row.passed_on, depth=row.depth), row.id]
        )
        for row in said.posts
    ]
    return [paragraph(row.strip(), "  - ") for row in rows]
