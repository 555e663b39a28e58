"""What other formats write as a page of its own, in a frame where it may do nothing; a comparison by every measure."""

from __future__ import annotations

from starlette.responses import HTMLResponse, Response

from influence.contract.compared import Compared
from influence.contract.language import translated
from reports.dashboard.asked import Asked
from reports.dashboard.desk import Desk
from reports.dashboard.going import waiting
from reports.dashboard.view import Pairs, View, all_of, one_of
from reports.dashboard.work import Work
from reports.formats import compared

_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'; "
    "sandbox allow-same-origin"
)


def framed(html: str) -> Response:
    """Return a page that a frame of ours shows: it runs nothing, sends nothing, and stands in no frame of others.

    It is of our origin, so that the page around it can measure how long it is; without scripts that lets it do nothing.
    """
    return HTMLResponse(html, headers={"Content-Security-Policy": _POLICY, "X-Frame-Options": "SAMEORIGIN"})


# --- comparisons ------------------------------------------------------------------------------------------------


def compared_page(desk: Desk, asked: Asked) -> Response:
    """Show people side by side by every measure, or one against a time before, as its page has it."""
    found = compared_by_all(desk, asked.query)
    if isinstance(found, Work):
        return waiting(desk, asked, "/compare", translated("Compare"), "/compare")
    return framed(compared.as_page(found))


def compared_by_all(desk: Desk, query: Pairs) -> Compared | Work:
    """Return people side by side by every measure, or the work that goes on for it.

    Raises:
        InfluenceError: they cannot be compared.
    """
    people = tuple(sorted({desk.person(one)[0] for one in all_of(query, "who")}))
    view = View(one_of(query, "since"), one_of(query, "until"))
    since, until, against = view.since or None, view.until or None, one_of(query, "against") or None
    return desk.lasting(
        ("compared", people, view, against),
        translated("Compare"),
        lambda workspace: workspace.compared(people, since, until, against=against),
    )


def waited(_: Work) -> Response:
    """Say in a frame that it is not there yet; the page around it waits for it before it shows a frame."""
    return framed(f"<!doctype html><p>{translated('One moment, please.')}</p>")
