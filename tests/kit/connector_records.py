"""Files and records for the tests of connectors."""

from __future__ import annotations

import io
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from influence.contract.connector import Connector
from influence.contract.files import Member
from influence.contract.plugins import load, names
from influence.contract.records import Record, Rows
from tests.kit.places import PAYLOADS

GROUP = "influence.connectors"
FIXED_OPTIONS: dict[str, dict[str, Any]] = {"calendar": {"until": "2026-06-30"}}
"""Options without which a connector's answer would depend on the day of the test."""


def connector(name: str, **options: Any) -> Connector:
    made: Connector = load(GROUP, name)(**(FIXED_OPTIONS.get(name, {}) | options))
    return made


def connectors() -> list[Connector]:
    return [connector(name) for name in names(GROUP)]


def file_member(path: Path) -> Member:
    return Member(path.name, path.stat().st_size, lambda: path.open("rb"))


def bytes_member(content: bytes, name: str = "file") -> Member:
    return Member(name, len(content), lambda: io.BytesIO(content))


def recognised_by(member: Member) -> list[str]:
    head = member.head()
    return [one.name for one in connectors() if reads_files(one) and one.recognises(member, head)]


def reads_files(one: Connector) -> bool:
    """Tell whether a connector takes files; some only fetch, and read their own replies."""
    return hasattr(one, "recognises")


def payloads() -> list[Path]:
    return sorted(path for path in PAYLOADS.glob("*/*") if not path.name.endswith(".expected.json"))


def told(records: Iterable[Record]) -> list[dict[str, Any]]:
    """Write records as plain values, without what is empty, so that they can stand in a file."""
    return [{"record": type(record).__name__, **_values(record)} for record in records]


def _values(record: Record) -> dict[str, Any]:
    if isinstance(record, Rows):
        rows = record.table.to_pylist()
        return {"kind": record.kind, "rows": [_kept(row) for row in rows]}
    return _kept(asdict(record))


def _kept(row: dict[str, Any]) -> dict[str, Any]:
    plain = {key: _plain(value) for key, value in row.items()}
    return {key: value for key, value in plain.items() if value not in (None, [], False, "")}


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return list(value)
    return value.isoformat() if hasattr(value, "isoformat") else value
