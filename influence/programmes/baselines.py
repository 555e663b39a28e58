"""The frozen baseline of a programme: kept in the store when it starts, and never worked out again."""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from importlib.metadata import version
from typing import Any

from influence.contract.findings import Report
from influence.programmes.cohort import Before
from influence.programmes.plan import Plan
from influence.store.engine import Engine
from influence.times import Window, exact, microseconds
from influence.tracking.snapshots import without_evidence

_PROGRAM = version("networked-influence")
_AGREED = ""
"""Under no leader's id stands what was agreed, and who stands beside whom."""


@dataclass(frozen=True)
class Baseline:
    """All that was frozen: the plan as it was agreed, each mentee's report by id, and who stands beside each.

    `before` tells how far mentees and all others reached, by id.
    """

    plan: Plan
    window: Window
    reports: Mapping[str, Report]
    beside: Mapping[str, Sequence[str]]
    before: Mapping[str, Before]
    taken: datetime


def _planned(baseline: Baseline) -> dict[str, Any]:
    """Return the plan with the id of each mentee beside what they are called in it, so that one may be taken out."""
    body = baseline.plan.as_json()
    rows = zip(body["mentees"], baseline.reports, strict=True)
    return body | {"mentees": [{**row, "person": person} for row, person in rows]}


class Baselines:
    """The baselines in one store."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def keep(self, baseline: Baseline) -> None:
        """Keep a baseline, whole or not at all."""
        agreed = {
            "plan": _planned(baseline),
            "beside": {mentee: list(others) for mentee, others in baseline.beside.items()},
            "before": {person: asdict(one) for person, one in baseline.before.items()},
        }
        with self._engine.transaction():
            self._write(baseline, _AGREED, agreed)
            for person, report in baseline.reports.items():
                self._write(baseline, person, without_evidence(report).as_json())

    def _write(self, baseline: Baseline, leader: str, told: Mapping[str, Any]) -> None:
        window = exact(baseline.window.since), exact(baseline.window.until)
        packed = zlib.compress(json.dumps(told, ensure_ascii=True).encode(), 9)
        self._engine.run(
            "INSERT INTO baseline_log SELECT coalesce(max(seq), 0) + 1, ?, ?, ?, ?, ?, ?, ? FROM baseline_log",
            [baseline.taken, baseline.plan.name, leader, *window, _PROGRAM, packed],
        )

    def of(self, programme: str) -> Baseline | None:
        """Return the baseline of a programme; None where it has not been started."""
        rows = self._engine.arrow(
            "SELECT taken, leader, since, until, told FROM baseline_log WHERE programme = ? ORDER BY seq",
            [programme],
        ).to_pylist()
        told = {row["leader"]: json.loads(zlib.decompress(row["told"])) for row in rows}
        if _AGREED not in told:
            return None
        agreed, first = told.pop(_AGREED), rows[0]
        return Baseline(
            plan=Plan.from_json(agreed["plan"]),
            window=Window(microseconds(first["since"]), microseconds(first["until"])),
            reports={person: Report.from_json(body) for person, body in told.items()},
            beside=agreed["beside"],
            before={person: Before(**one) for person, one in agreed["before"].items()},
            taken=first["taken"],
        )
