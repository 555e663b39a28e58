"""A house in which leaders post each week and others answer, and the file of a programme for some of them."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

MONDAY = date(2026, 1, 5)
START = MONDAY + timedelta(weeks=8)
MENTEES = tuple(f"m{n}" for n in range(6))
OTHERS = tuple(f"o{n:02}" for n in range(30))


def people() -> list[dict[str, Any]]:
    """Mentees and others of one company and one department, and nobody's team."""
    return [
        {
            "person": one,
            "name": f"Name {one}",
            "accounts": [f"x:{one}"],
            "organisation": "Acme",
            "department": "Sales",
            "sphere": "company",
        }
        for one in (*MENTEES, *OTHERS)
    ]


def activities(weeks: int = 16, more: float = 1.0) -> list[dict[str, Any]]:
    """Each leader posts on Mondays and some six people answer, from the ninth week on `more` times as many."""
    rows = []
    for n, leader in enumerate((*MENTEES, *OTHERS)):
        for week in range(weeks):
            day, ident = MONDAY + timedelta(weeks=week), f"{leader}-{week}"
            rows.append({"id": ident, "time": f"{day}T09:00:00Z", "actor": f"x:{leader}", "verb": "post"})
            many = 5 + (7 * n + 3 * week) % 3
            many = round(many * more) if leader in MENTEES and week >= 8 else many
            rows += [
                {
                    "id": f"{ident}-{k}",
                    "time": f"{day}T1{k % 10}:30:00Z",
                    "actor": f"x:fan-{leader}-{week}-{k}",
                    "verb": "reply",
                    "parent": ident,
                }
                for k in range(many)
            ]
    end = MONDAY + timedelta(weeks=weeks, days=-1)
    return [*rows, {"id": "end", "time": f"{end}T23:00:00Z", "actor": "x:o00", "verb": "post"}]


def file(mentees: tuple[str, ...] = MENTEES, **changed: str) -> str:
    """The file of a programme of eight weeks in windows of four."""
    said = {
        "name": '"Spring"',
        "mentor": '"Mia"',
        "start": str(START),
        "end": str(START + timedelta(weeks=8)),
        "window": '"4w"',
    } | changed
    head = "".join(f"{key} = {value}\n" for key, value in said.items())
    goals = '[{ measure = "first_hand", aim = "+20 %" }]'
    return head + "".join(f'\n[[mentees]]\nwho = "{one}"\ngoals = {goals}\n' for one in mentees)
