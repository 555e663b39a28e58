"""Comparing people in one window; it ranks nobody and says whom the data cannot tell apart."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from starlette.responses import Response

from influence.contract.errors import InfluenceError
from influence.contract.findings import Finding
from influence.contract.language import translated
from influence.contract.showing import label_of, more_of, number_of
from influence.contract.wording import plain
from influence.workspace.workspace import Workspace
from reports.dashboard.asked import Asked, shown
from reports.dashboard.desk import Desk
from reports.dashboard.framed import compared_by_all
from reports.dashboard.going import waiting
from reports.dashboard.overview import begin_with
from reports.dashboard.view import View, all_of, one_of, with_query
from reports.dashboard.work import Work
from reports.story.glossary import definition, headline_counts

COMPARED = ("reach_4", "beyond_share")
LATELY = "4w"
"""Against the time before one person is compared over so long, where no window is asked for."""
MOST = 8
"""So many people are compared on a page."""


def compare(desk: Desk, asked: Asked) -> Response:
    """Compare those who are named, or ask whom."""
    typed = [word.strip() for one in all_of(asked.query, "who") for word in one.split(",") if word.strip()][
        :MOST
    ]
    view, found, why = View(one_of(asked.query, "since"), one_of(asked.query, "until")), None, ""
    try:
        people = [desk.person(one)[0] for one in typed]
        if len(set(people)) > 1:
            key = ("compare", tuple(sorted(set(people))), view.since, view.until, desk.language)
            found = desk.kept(key, lambda: _compared(desk.workspace, sorted(set(people)), view))
    except InfluenceError as error:
        why = desk.said(error)
    known = begin_with(desk)["offered"]
    pairs = [*(("who", one) for one in typed), *view.pairs()]
    if len(typed) == 1 and not why:
        alone = replace(view, since=view.since or LATELY)
        pairs = [("who", typed[0]), *alone.pairs(), ("against", "previous")]
    frame = ""
    if one_of(asked.query, "every") == "yes" and not why:
        if isinstance(compared_by_all(desk, pairs), Work):
            return waiting(desk, asked, "/compare", translated("Compare"), with_query("/compare", pairs))
        frame = with_query("/compare/all", pairs)
    return shown(
        desk,
        asked,
        "compare.html",
        "/compare",
        typed=typed,
        view=view,
        found=found,
        why=why,
        known=known,
        others=[one for one in typed if one not in {person for person, _ in known}],
        alone=len(typed) == 1 and not why,
        every=with_query("/compare", [*pairs, ("every", "yes")]),
        frame=frame,
        pdf=with_query("/compare/pdf", pairs),
    )


def _compared(workspace: Workspace, people: list[str], view: View) -> dict[str, Any]:
    comparison = workspace.compare(people, view.since or None, view.until or None)
    return {
        "heads": [(label_of(name), _means(name)) for name in COMPARED],
        "rows": [
            (plain(comparison.names.get(person, person)), person, [_cell(one.get(name)) for name in COMPARED])
            for person, one in comparison.people.items()
        ],
        "told": [plain(line) for line in str(comparison).splitlines()],
        "reasons": [translated(reason) for reason in comparison.reasons],
    }


def _means(name: str) -> str:
    """Say in short what a column counts: its name alone says that to nobody who has not read a report."""
    return headline_counts() if name == COMPARED[0] else definition(name).line


def _cell(finding: Finding | None) -> tuple[str, tuple[str, ...]]:
    """Return a finding in a cell: its number, and its range and interval; or why there is none."""
    return ("–", ()) if finding is None else (number_of(finding), more_of(finding))
