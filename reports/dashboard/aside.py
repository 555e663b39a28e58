"""What was set aside: every row with its file, line and reason, and how it can be brought in after all."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import Any

from starlette.responses import Response

from influence.contract.language import translated
from influence.contract.unread_kinds import KINDS
from influence.contract.wording import number, plain
from reports.dashboard.asked import Asked, shown
from reports.dashboard.desk import Desk

_PLACES = 20


@dataclass(frozen=True)
class Reason:
    """Why rows were set aside: how many, in which files, the first places, and the cure where one is known."""

    reason: str
    count: str
    files: tuple[str, ...]
    places: tuple[str, ...]
    further: int
    cure: str


def aside(desk: Desk, asked: Asked) -> Response:
    """Show what was set aside by reason, what is claimed twice, and what is doubtful."""
    desk.open_to_all()
    held = desk.kept("aside", lambda: _held(desk.workspace.doctor()))
    return shown(desk, asked, "aside.html", "/aside", **held)


def _held(found: dict[str, Any]) -> dict[str, Any]:
    rows: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in found["quarantine"]:
        rows[row["reason"]].append(row)
    reasons = [_reason(reason, held) for reason, held in sorted(rows.items(), key=lambda one: -len(one[1]))]
    return {
        "reasons": reasons,
        "count": number(len(found["quarantine"])),
        "doubts": [plain(one) for one in (*found["conflicts"], *found["doubts"])],
        "uncompared": number(found["linkage"]["left_out"]) if found["linkage"]["left_out"] else "",
    }


def _reason(reason: str, rows: list[dict[str, Any]]) -> Reason:
    files = [file for file, _ in Counter(str(row["file"]) for row in rows).most_common(_PLACES)]
    places = [_place(row) for row in rows[:_PLACES]]
    return Reason(
        plain(reason),
        number(len(rows)),
        tuple(map(plain, files)),
        tuple(places),
        max(0, len(rows) - _PLACES),
        _cure(files),
    )


def _place(row: dict[str, Any]) -> str:
    if row["line"] is None:
        return plain(str(row["file"]))
    return translated("{file}, line {n}").format(file=plain(str(row["file"])), n=row["line"])


def _cure(files: list[str]) -> str:
    """Return the cure of a kind that is known and not read as it is, where its name stands in the file's."""
    names = " ".join(files).lower()
    return next((plain(kind.cure) for kind in KINDS if kind.name.lower() in names), "")
