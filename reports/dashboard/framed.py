"""What other formats write as a page of its own (campaign, comparison), in a frame where it may do nothing."""

from __future__ import annotations

from starlette.responses import HTMLResponse, Response

from influence.contract.campaigned import Campaigned
from influence.contract.errors import InfluenceError
from influence.contract.language import translated
from influence.contract.wording import plain
from reports.dashboard.asked import Asked, shown
from reports.dashboard.desk import Desk
from reports.dashboard.view import View, all_of, one_of, with_query
from reports.dashboard.work import Work
from reports.formats import campaign, compared

_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'; "
    "sandbox allow-same-origin"
)


def framed(html: str) -> Response:
    """Return a page that a frame of ours shows: it runs nothing, sends nothing, and stands in no frame of others.

    It is of our origin, so that the page around it can measure how long it is; without scripts that lets it do nothing.
    """
    return HTMLResponse(html, headers={"Content-Security-Policy": _POLICY, "X-Frame-Options": "SAMEORIGIN"})


# --- campaigns --------------------------------------------------------------------------------------------------


def campaigns(desk: Desk, asked: Asked) -> Response:
    """Show the campaigns of the settings, and the one that is asked for."""
    desk.open_to_all()
    name, why, text = one_of(asked.query, "name"), "", ""
    listed = list(desk.workspace.settings.campaigns)
    try:
        found = _campaign(desk, name) if name else None
        if isinstance(found, Work):
            return shown(desk, asked, "waiting.html", "/campaigns", name=plain(name), back="/campaigns")
        text = campaign.text(found) if found else ""
    except InfluenceError as error:
        why = str(error)
    frame = with_query("/campaigns/page", [("name", name)]) if text else ""
    return shown(
        desk, asked, "campaigns.html", "/campaigns", listed=listed, name=name, why=why, text=text, frame=frame
    )


def campaign_page(desk: Desk, asked: Asked) -> Response:
    """Show a campaign as its page has it."""
    desk.open_to_all()
    found = _campaign(desk, one_of(asked.query, "name"))
    return waited(found) if isinstance(found, Work) else framed(campaign.page(found, scripts=False))


def _campaign(desk: Desk, name: str) -> Campaigned | Work:
    return desk.lasting(("campaign", name), name, lambda workspace: workspace.campaign(name))


# --- comparisons ------------------------------------------------------------------------------------------------


def compared_page(desk: Desk, asked: Asked) -> Response:
    """Show people side by side by every measure, or one against a time before, as its page has it."""
    people = tuple(sorted({desk.person(one)[0] for one in all_of(asked.query, "who")}))
    view = View(one_of(asked.query, "since"), one_of(asked.query, "until"))
    since, until, against = view.since or None, view.until or None, one_of(asked.query, "against") or None
    found = desk.lasting(
        ("compared", people, view, against),
        translated("Compare"),
        lambda workspace: workspace.compared(people, since, until, against=against),
    )
    if isinstance(found, Work):
        name = translated("Compare")
        return shown(desk, asked, "waiting.html", "/compare", name=name, back="/compare")
    return framed(compared.as_page(found))


def waited(_: Work) -> Response:
    """Say in a frame that it is not there yet; the page around it waits for it before it shows a frame."""
    return framed(f"<!doctype html><p>{translated('One moment, please.')}</p>")
