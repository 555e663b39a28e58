"""Files and records for the tests of connectors."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from influence.contract.connector import Connector
from influence.contract.files import Member
from influence.contract.plugins import load, names
from tests.kit.places import PAYLOADS

GROUP = "influence.connectors"
FIXED_OPTIONS: dict[str, dict[str, Any]] = {
    "calendar": {"until": "2026-06-30"},
    "instagram": {"owner": "annlee"},
    "confluence": {"zone": "Europe/Oslo"},
    "jira": {"zone": "Europe/Oslo"},
    "table": {"zone": "Europe/Oslo"},
    "phone": {"owner": "+4790000000", "zone": "Europe/Oslo"},
    "whatsapp": {"zone": "Europe/Oslo"},
}
"""Options without which a connector's answer would depend on the day of the test."""
NEEDED = {"outlook": "oxmsg"}
"""Packages of an extra without which a connector reads nothing."""


def connector(name: str, **options: Any) -> Connector:
    made: Connector = load(GROUP, name)(**(FIXED_OPTIONS.get(name, {}) | options))
    return made


def connectors() -> list[Connector]:
    return [connector(name) for name in names(GROUP)]


def recognised_by(member: Member) -> list[str]:
    head = member.head()
    return [one.name for one in connectors() if reads_files(one) and one.recognises(member, head)]


def reads_files(one: Connector) -> bool:
    """Tell whether a connector takes files; some only fetch, and read their own replies."""
    return hasattr(one, "recognises")


def payloads() -> list[Path]:
    """Return what every connector is tried on; those whose package is not installed have nothing to be tried on."""
    found = sorted(path for path in PAYLOADS.glob("*/*") if not path.name.endswith(".expected.json"))
    return [path for path in found if find_spec(NEEDED.get(path.parent.name, "json"))]


def places(value: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yield every place in an answer, as the keys that lead there."""
    if at:
        yield at
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, below in items:
        yield from places(below, (*at, key))
