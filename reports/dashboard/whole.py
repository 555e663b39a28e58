"""The whole report of a view, as its page and the plan have it: worked out beside, and kept until something changes."""

from __future__ import annotations

from influence.contract.findings import Report
from influence.contract.language import translated
from influence.contract.wording import plain
from reports.dashboard.desk import Desk
from reports.dashboard.view import View
from reports.dashboard.work import Work


def whole(desk: Desk, person: str, view: View) -> Report | Work:
    """Return the whole report of a view, or the work on it.

    Raises:
        InfluenceError: it cannot be told; the sentence says why.
    """
    return desk.lasting(
        ("whole", person, view),
        translated("The whole report on {name}").format(name=plain(desk.person(person)[1])),
        lambda workspace: workspace.report(person, view.since or None, view.until or None, only=view.only),
    )


def known_whole(desk: Desk, person: str, view: View) -> Report | None:
    """Return the whole report of a view if it was worked out since something changed last."""
    found: Report | None = desk.known(("whole", person, view))
    return found
