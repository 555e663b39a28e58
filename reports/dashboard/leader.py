"""A leader as it stands now: a glance with filters, each view an address, and the whole report behind it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from starlette.responses import HTMLResponse, Response

from influence.contract.errors import InfluenceError
from influence.contract.findings import Report
from influence.contract.headline import asked as asked_about
from influence.contract.headline import leader_name, mostly_unknown
from influence.contract.language import spoken, translated
from influence.contract.wording import plain
from influence.workspace.workspace import Workspace
from reports.dashboard.asked import Asked, see, shown
from reports.dashboard.desk import Desk, NotShown
from reports.dashboard.going import waiting
from reports.dashboard.pages import marked
from reports.dashboard.view import KINDS, Choice, Pairs, View, leader_path, one_of, with_query
from reports.dashboard.whole import whole as whole_report
from reports.dashboard.work import Work
from reports.figures.pictures import glance_pictures
from reports.formats.page import page as report_page
from reports.formats.page import policy_of
from reports.story import brief as briefing
from reports.story import doubt, evidence, sentences
from reports.story.spheres import sphere_name
from reports.story.wording import care, period

_CHOICES = 60
"""So many names of one kind are offered, those that most people share."""


def find(desk: Desk, asked: Asked) -> Response:
    """Go to whoever is called what was typed."""
    person, _ = desk.person(one_of(asked.query, "who"))
    return see(leader_path(person))


def glance(desk: Desk, asked: Asked) -> Response:
    """Show a view of a leader; where it cannot be meant, the filters stay and a sentence says why."""
    person, name = desk.person(asked.path["person"])
    why, view = "", View()
    offered = choices(desk, person)
    try:
        view = meant(desk, asked.query, offered)
        body = desk.kept(("body", person, view, spoken().code), lambda: _body(desk.look(person, view)))
    except NotShown:
        raise
    except InfluenceError as error:
        why, body = desk.said(error), None
    return shown(
        desk,
        asked,
        "leader.html",
        "/",
        person=person,
        name=plain(name),
        view=view,
        body=body,
        why=why,
        since=one_of(asked.query, "since"),
        until=one_of(asked.query, "until"),
        filters=_filters(offered, view),
        here=leader_path(person),
        whole=with_query(leader_path(person, "report"), view.pairs()),
        taken=with_query(leader_path(person, "files"), view.pairs()),
    )


def whole(desk: Desk, asked: Asked) -> Response:
    """Show the whole report of a view, as its page has it; while it is worked out, say so."""
    person, name = desk.person(asked.path["person"])
    view = meant(desk, asked.query, choices(desk, person))
    found = whole_report(desk, person, view)
    if isinstance(found, Work):
        return waiting(desk, asked, "/", plain(name), leader_path(person))
    written = desk.kept(("page", person, view, spoken().code), lambda: report_page(found))
    policy = f"{policy_of(found)}; frame-ancestors 'none'"
    return HTMLResponse(written, headers={"Content-Security-Policy": policy})


# --- what is chosen ---------------------------------------------------------------------------------------------


def choices(desk: Desk, person: str) -> dict[str, list[tuple[str, str]]]:
    """Return what a leader's view may be narrowed to, by kind: the value, and what it is called.

    All of it stands in the leader's own report, so that a narrow door tells no more than that does.
    """
    return desk.kept(("choices", person), lambda: _choices(desk, person))


def _choices(desk: Desk, person: str) -> dict[str, list[tuple[str, str]]]:
    try:
        told = desk.glance(person, View())
    except InfluenceError:
        return {kind: [] for kind in KINDS}
    used = _used_by_leader(told) if desk.narrow else desk.kept("used", lambda: _used(desk.workspace))
    return {
        "sphere": [(row.sphere, sphere_name(row.sphere)) for row in told.spheres],
        "tag": [(tag, f"#{tag}") for tag in used["tags"]],
        "topic": [(topic, topic) for topic in used["topics"]],
        "channel": [(channel, channel) for channel in used["channels"]],
    }


def _used(workspace: Workspace) -> dict[str, list[str]]:
    """Return the names that are used most in the whole workspace, in order."""
    found = workspace.subjects()
    return {kind: sorted(one.name for one in found[kind][:_CHOICES] if one.items) for kind in found}


def _used_by_leader(told: Report) -> dict[str, list[str]]:
    tags = {tag for one in told.conversations for tag in one.tags}
    channels = {one.channel for one in told.conversations if one.channel}
    return {"tags": sorted(tags), "topics": [], "channels": sorted(channels)}


def meant(desk: Desk, query: Pairs, offered: Mapping[str, Sequence[tuple[str, str]]]) -> View:
    """Read the view; a narrow door takes only filters that the report itself names."""
    view = View.read(query)
    if desk.narrow:
        for kind, many in KINDS.items():
            known = {value for value, _ in offered[kind]}
            if set(getattr(view.only, many)) - known:
                raise NotShown(translated("There is no such page here."))
    return view


def _filters(offered: Mapping[str, Sequence[tuple[str, str]]], view: View) -> dict[str, list[Choice]]:
    """Return every filter with what is chosen; what was typed into the address stands among them."""
    found = {}
    for kind, many in KINDS.items():
        chosen = getattr(view.only, many)
        typed = [(value, value) for value in chosen if value not in {value for value, _ in offered[kind]}]
        found[kind] = [
            Choice(value, plain(label), value in chosen) for value, label in (*offered[kind], *typed)
        ]
    return found


# --- what is shown ----------------------------------------------------------------------------------------------


def _body(report: Report) -> dict[str, Any]:
    """Return what the page shows of a report, in words and pictures."""
    rows, further = evidence.conversations(report)
    return {
        "brief": briefing.brief(report),
        "who": leader_name(report),
        "period": period(report.window),
        "zone": report.window.get("zone"),
        "headline": sentences.headline(report),
        "as_range": mostly_unknown(report),
        "asked": bool(asked_about(report)),
        "doubts": doubt.doubts(report),
        "steps": sentences.numbers(report, "reach_2", "reach_3", "reach_4"),
        "spheres": evidence.spheres(report),
        "conversations": rows,
        "further": further,
        "narrowed": tuple(report.narrowed.sentences()) if report.narrowed else (),
        "care": care(report),
        **{key: marked(svg) for key, svg in glance_pictures(report).items()},
    }
