"""The report's people and findings as typed columns (Parquet), for notebooks and databases."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, tzinfo
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from influence.contract import durably
from influence.contract.findings import Reached, Report
from reports.formats.tables import FINDING_COLUMNS, finding_row
from reports.formats.writing import encodable
from reports.story.evidence import in_order
from reports.story.sentences import told

if TYPE_CHECKING:
    import pyarrow as pa


def write_parquet(report: Report, path: Path) -> list[Path]:
    """Write one row a person, typed, and beside it `<stem>-findings.parquet`, one row a finding.

    `first_response` is a time in the window's own zone; what is no time is null, and so is what the report does not
    hold.

    Raises:
        OSError: a file cannot be written.
    """
    beside = path.with_name(f"{path.stem}-findings.parquet")
    return [_written(path, _people(report)), _written(beside, _findings(report))]


def zone_of(report: Report) -> tzinfo:
    """Return the time zone of a report's window; UTC where it names none that there is.

    >>> zone_of(Report({}, {"zone": "Europe/Oslo"}, {})), zone_of(Report({}, {"zone": "../x"}, {}))
    (zoneinfo.ZoneInfo(key='Europe/Oslo'), datetime.timezone.utc)
    """
    named = report.window.get("zone")
    try:
        return ZoneInfo(named) if named else UTC
    except (ValueError, OSError, KeyError):
        return UTC


def moment_of(time: str | None, zone: tzinfo) -> datetime | None:
    """Return an ISO 8601 time in a zone; None for what is no time, or none that a calendar can hold there."""
    try:
        read = datetime.fromisoformat(time or "")
        return (read if read.tzinfo else read.replace(tzinfo=zone)).astimezone(zone)
    except (ValueError, OverflowError):
        return None


def _written(path: Path, table: pa.Table) -> Path:
    import pyarrow.parquet as pq

    with durably.whole(path, durably.OWNER) as stream:
        pq.write_table(table, stream)
    return path


def _people(report: Report) -> pa.Table:
    import pyarrow as pa  # heavy, and no other format needs it

    zone, rows = zone_of(report), in_order(report.people)
    texts, met = pa.list_(pa.string()), pa.struct(_piece(pa))
    columns: dict[str, tuple[Any, Callable[[Reached], object]]] = {
        "person": (pa.string(), lambda one: encodable(one.person)),
        "name": (pa.string(), lambda one: encodable(one.name)),
        "step": (pa.int32(), lambda one: one.step),
        "m": (pa.float64(), lambda one: one.m),
        "known": (pa.bool_(), lambda one: one.known),
        "depth": (pa.int32(), lambda one: one.depth),
        "sphere": (pa.string(), lambda one: encodable(one.sphere)),
        "organisation": (pa.string(), lambda one: _or_null(one.organisation)),
        "responses": (pa.int64(), lambda one: one.responses),
        "first_response": (
            pa.timestamp("us", str(zone)),
            lambda one: moment_of(one.first_response, zone),
        ),
        "months": (texts, lambda one: [encodable(each) for each in one.months]),
        "tags": (texts, lambda one: [encodable(each) for each in one.tags]),
        "community": (pa.int64(), lambda one: one.community),
        "coverage": (pa.float64(), lambda one: one.coverage),
        "unrecorded": (pa.float64(), lambda one: one.unrecorded),
        "evidence": (texts, lambda one: [encodable(each) for each in one.evidence]),
        "met": (pa.list_(met), _met),
    }
    return pa.table({name: pa.array(map(of, rows), kind) for name, (kind, of) in columns.items()})


def _piece(pa: Any) -> list[tuple[str, Any]]:
    return [
        ("evidence", pa.string()),
        ("kind", pa.string()),
        ("strength", pa.float64()),
        ("time", pa.string()),
        ("place", pa.string()),
        ("attendees", pa.int64()),
    ]


def _met(one: Reached) -> list[Mapping[str, object]]:
    return [
        {
            "evidence": encodable(piece.evidence),
            "kind": encodable(piece.kind),
            "strength": piece.strength,
            "time": _or_null(piece.time),
            "place": _or_null(piece.place),
            "attendees": piece.attendees,
        }
        for piece in one.met
    ]


def _or_null(text: str | None) -> str | None:
    return None if text is None else encodable(text)


def _findings(report: Report) -> pa.Table:
    import pyarrow as pa

    numeric = {"value", "low", "high", "interval_low", "interval_high"}
    rows = [finding_row(report, finding) for finding in report.findings.values()]
    columns = list(zip(*rows, strict=True)) or [()] * len(FINDING_COLUMNS)
    words = [told(report, finding) for finding in report.findings.values()]
    return pa.table(
        {
            name: pa.array(
                [encodable(cell) if isinstance(cell, str) else cell for cell in column],
                pa.float64() if name in numeric else pa.string(),
            )
            for name, column in zip(FINDING_COLUMNS, columns, strict=True)
        }
        | {
            "label": pa.array([encodable(each.label) for each in words], pa.string()),
            "meaning": pa.array([encodable(each.meaning) for each in words], pa.string()),
        }
    )
