"""A year of a small company in which one campaign runs: who posts, who answers, and how many each week."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from influence import Workspace

FIRST = datetime(2026, 1, 5, tzinfo=UTC)
"""A Monday; the campaign begins on the Monday twenty weeks later."""
BEFORE, DURING, AFTER = 20, 4, 4
SETTINGS = """
[campaigns.spring]
tags = ["#NetZero"]
since = 2026-05-25
until = "2026-06-22"
voices = ["x:rival", "x:nobody"]

[campaigns.coming]
tags = ["netzero"]
since = "2026-06-15"
"""


def monday(week: int) -> datetime:
    """Return the Monday of a week, counted from the first of the campaign."""
    return FIRST + timedelta(weeks=BEFORE + week)


def row(number: str, when: datetime, actor: str, parent: str | None = None, **more: Any) -> dict[str, Any]:
    """Return an activity: a post, or an answer to `parent`."""
    answers = {"verb": "reply", "parent": parent} if parent else {"verb": "post"}
    return {"id": number, "time": when.isoformat(), "actor": f"x:{actor}", "channel": "x", **answers, **more}


def week(number: int, many: int, names: str = "v") -> Iterator[dict[str, Any]]:
    """Yield a post by Ann on the subject, which so many people answer, and a rival's, which two do."""
    start = monday(number) + timedelta(hours=9 + abs(number) % 7 * 24)
    yield row(f"p{number}", start, "ann", tags=["netzero"])
    for one in range(many):
        when = start + timedelta(minutes=10 + one)
        yield row(f"a{number}-{one}", when, f"{names}{one}", f"p{number}")
    yield row(f"r{number}", start, "rival")
    for one in range(2):
        yield row(f"b{number}-{one}", start + timedelta(hours=1), f"w{one}", f"r{number}")


def year(during: int = 30, before: int = 10, after: int = 10) -> list[dict[str, Any]]:
    """Return the whole log: so many answers a week before, during and after, one or two more every other week.

    In the campaign's first week Bo posts too, `new` answers him, `v0` answers that, and `x1` answers `v0`.
    """
    rows = [row("begin", FIRST, "rival")]
    for number in range(-BEFORE, DURING + AFTER):
        base = before if number < 0 else during if number < DURING else after
        rows += week(number, base + abs(number) % 3)
    at = monday(0) + timedelta(hours=30)
    rows.append(row("bo", at, "bo", tags=["netzero"]))
    rows.append(row("n1", at + timedelta(hours=1), "new", "bo"))
    rows.append(row("n2", at + timedelta(hours=2), "v0", "n1"))
    rows.append(row("n3", at + timedelta(hours=3), "x1", "n2"))
    rows.append(row("end", monday(DURING + AFTER) + timedelta(hours=1), "rival"))
    return rows


PEOPLE = [
    {"person": "ann", "name": "Ann Ek", "accounts": ["x:ann"], "organisation": "Acme", "sphere": "company"},
    {"person": "bo", "name": "Bo Lind", "accounts": ["x:bo"], "organisation": "Acme", "sphere": "company"},
    *({"person": f"v{n}", "name": f"V{n}", "accounts": [f"x:v{n}"], "sphere": "customer"} for n in range(4)),
]


def spring(folder: Path) -> Workspace:
    """Make the workspace of this year in a folder, with the settings of its campaigns."""
    Workspace.create(folder).close()
    (folder / "influence.toml").write_text(SETTINGS, encoding="utf-8")
    one = Workspace(folder)
    for kind, rows in (("activities", year()), ("people", PEOPLE)):
        file = folder / f"{kind}.jsonl"
        file.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
        one.import_path(file, connector=kind)
    return one
