"""What other formats write as a page of its own (letter, campaign, programme), in a frame where it may do nothing."""

from __future__ import annotations

from starlette.responses import HTMLResponse, Response

from influence.contract.campaigned import Campaigned
from influence.contract.errors import InfluenceError
from influence.contract.language import translated
from influence.contract.wording import plain
from influence.workspace.workspace import Workspace
from reports.dashboard.asked import Asked, shown
from reports.dashboard.desk import Desk
from reports.dashboard.view import View, all_of, one_of, with_query
from reports.dashboard.work import Work
from reports.formats import campaign, compared, programme

_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'; "
    "sandbox"
)


def framed(html: str) -> Response:
    """Return a page that a frame of ours shows: it runs nothing, sends nothing, and stands in no frame of others."""
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
    return _waited(found) if isinstance(found, Work) else framed(campaign.page(found, scripts=False))


def _campaign(desk: Desk, name: str) -> Campaigned | Work:
    return desk.lasting(("campaign", name), name, lambda workspace: workspace.campaign(name))


# --- programmes -------------------------------------------------------------------------------------------------


def programmes(desk: Desk, asked: Asked) -> Response:
    """Show the programme of the workspace: each mentee against their own baseline; or one mentee's sheet."""
    desk.open_to_all()
    why, text, sheets, mentee = "", "", list[tuple[str, str]](), one_of(asked.query, "mentee")
    try:
        sheets = desk.kept("mentees", lambda: _mentees(desk.workspace))
        found = _programme(desk, mentee)
        if isinstance(found, Work):
            title = translated("Programme")
            return shown(desk, asked, "waiting.html", "/programme", name=title, back="/")
        text = programme.as_text(found)
    except InfluenceError as error:
        why = str(error)
    frame = with_query("/programme/page", [("mentee", mentee)] if mentee else []) if text else ""
    return shown(
        desk,
        asked,
        "programme.html",
        "/programme",
        why=why,
        text=text,
        frame=frame,
        sheets=sheets,
        mentee=mentee,
    )


def programme_page(desk: Desk, asked: Asked) -> Response:
    """Show the programme, or one mentee's sheet, as its page has it."""
    desk.open_to_all()
    found = _programme(desk, one_of(asked.query, "mentee"))
    return _waited(found) if isinstance(found, Work) else framed(programme.as_page(found))


def _programme(desk: Desk, mentee: str) -> programme.Record | Work:
    def make(workspace: Workspace) -> programme.Record:
        asked = workspace.programme()
        return asked.sheet(mentee) if mentee else asked.show()

    return desk.lasting(("programme", mentee), mentee, make)


def _mentees(workspace: Workspace) -> list[tuple[str, str]]:
    frozen = workspace.programme().baseline
    return [(person, plain(str(report.leader["name"]))) for person, report in frozen.reports.items()]


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


def _waited(_: Work) -> Response:
    """Say in a frame that it is not there yet; the page around it waits for it before it shows a frame."""
    return framed(f"<!doctype html><p>{translated('One moment, please.')}</p>")
