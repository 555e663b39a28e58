"""What a handler is given and what it gives back: a handler is a function of the desk and of what was asked."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from starlette.responses import HTMLResponse, RedirectResponse, Response

from reports.dashboard.desk import Desk
from reports.dashboard.door import Session
from reports.dashboard.pages import page
from reports.dashboard.view import Pairs, one_of


@dataclass(frozen=True)
class Asked:
    """One request: whose session, the parts of its path, its query, and the form that was sent."""

    session: Session
    path: Mapping[str, str] = field(default_factory=dict)
    query: Pairs = ()
    form: Pairs = ()

    def said(self, name: str) -> str:
        """Return the value of a name in the form; empty where there is none."""
        return one_of(self.form, name)


Handler: TypeAlias = Callable[[Desk, Asked], Response]


def shown(desk: Desk, asked: Asked, template: str, place: str = "", **held: Any) -> Response:
    """Return a page."""
    return HTMLResponse(page(desk, asked.session, template, place, **held))


def numbered(words: str) -> int:
    """Return a number as a page of ours sends it; 0 where it is none, which is nobody's.

    >>> numbered("12"), numbered("-1"), numbered("9" * 5000)
    (12, 0, 0)
    """
    return int(words) if words.isdecimal() and len(words) < 10 else 0


def see(address: str) -> Response:
    """Send the browser to a page after something was changed, so that going back changes nothing again."""
    return RedirectResponse(address, status_code=303)
