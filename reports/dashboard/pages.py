"""Pages made of templates: what is data never becomes markup, and every page says where one is."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Any

from jinja2 import Environment, PackageLoader
from markupsafe import Markup

from influence.contract.language import message, speaking, spoken, translated
from reports.dashboard.desk import Desk
from reports.dashboard.door import Session
from reports.dashboard.view import leader_path, with_query
from reports.formats.markup import environment
from reports.formats.page import icon, style

PLACES = (
    ("/", message("Overview"), False),
    ("/compare", message("Compare"), False),
    ("/digest", message("Digest"), False),
    ("/campaigns", message("Campaigns"), True),
    ("/programme", message("Programme"), True),
    ("/people", message("People"), True),
    ("/sources", message("Sources"), True),
    ("/aside", message("Set aside"), True),
    ("/settings", message("Settings"), True),
)
"""The places that the bar leads to, and whether each is about everybody."""
_WEB = files("reports.dashboard") / "web"


@cache
def templates() -> Environment:
    """Return the environment of the reports' pages, with our templates beside theirs."""
    made = environment(PackageLoader("reports.dashboard", "templates"))
    made.globals |= {"leader_path": leader_path, "with_query": with_query}
    return made


def page(desk: Desk, session: Session | None, template: str, place: str = "", **held: Any) -> str:
    """Return one page as it is sent, in the language of the desk."""
    with speaking(desk.language):
        return (
            templates()
            .get_template(template)
            .render(
                language=spoken().code,
                places=[
                    (to, translated(what))
                    for to, what, everybody in PLACES
                    if not (everybody and desk.narrow)
                ],
                place=place,
                session=session,
                narrow=desk.narrow,
                changes=not (desk.read_only or desk.narrow),
                notice=desk.workspace.settings.notice,
                live=script() is not None,
                icon=icon(),
                **held,
            )
        )


@cache
def sheet() -> str:
    """Return the style sheet: that of the reports, and what only these pages have."""
    own, _, _ = templates().loader.get_source(templates(), "dashboard.css")  # type: ignore[union-attr]
    return f"{style()}\n{own}"


@cache
def script() -> str | None:
    """Return the script as it was bundled when the wheel was built; None where it could not be."""
    built = _WEB / "built" / "dashboard.js"
    return built.read_text("utf-8") if built.is_file() else None


def marked(svg: str) -> Markup:
    """Return a picture of ours, which an XML writer wrote, as it stands in a page."""
    return Markup(svg)  # noqa: S704 (by an XML writer)
