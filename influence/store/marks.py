"""Which ids or keys the activity log may hold: what bears none of its marks is not there, and need not be looked for.

A mark is a number of 64 bits made of a value. Two values may share one, so that a mark that is found proves
nothing: the log itself is asked then.
"""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from influence.store.engine import Engine, count

_Marks: TypeAlias = npt.NDArray[np.uint64]
_FEW = 10
"""A batch that brings less than a tenth of what is there asks the log itself: to learn its marks would cost more."""


class Marks:
    """The marks of one column of the activity log, in sorted runs; they are learnt once a batch is large enough.

    >>> from influence.store.engine import DuckEngine
    >>> engine = DuckEngine()
    >>> engine.run("CREATE TABLE activity_log AS SELECT 'a' AS id")
    >>> marks = Marks(engine, "id")
    >>> marks.met(engine.arrow("SELECT hash(id) AS id_mark FROM (VALUES ('a'), ('b'), ('c'), ('c')) t (id)")).tolist()
    [True, False, True, True]
    """

    def __init__(self, engine: Engine, column: str) -> None:
        self._engine, self._column = engine, column
        self._asked = 0
        self._learnt = False
        self._runs: list[_Marks] = []

    def met(self, rows: pa.Table) -> npt.NDArray[np.bool_]:
        """Tell of each row whether the log, or another of these rows, may hold the same."""
        self._asked += rows.num_rows
        if not self._learnt and not self._learn():
            return np.ones(rows.num_rows, np.bool_)
        column = rows[f"{self._column}_mark"]
        there = np.flatnonzero(column.is_valid().to_numpy())
        marks = column.drop_null().to_numpy()
        order = np.argsort(marks)
        met = np.zeros(rows.num_rows, np.bool_)
        met[there[order]] = self._met(marks[order])
        return met

    def _met(self, marks: _Marks) -> npt.NDArray[np.bool_]:
        same = marks[1:] == marks[:-1]
        met = np.zeros(marks.size, np.bool_)
        met[1:] |= same
        met[:-1] |= same
        for run in self._runs:
            met |= run[np.minimum(np.searchsorted(run, marks), run.size - 1)] == marks
        return met

    def _learn(self) -> bool:
        if count(self._engine, "SELECT count(*) AS n FROM activity_log") > _FEW * self._asked:
            return False
        self._learnt = True
        self._enter(self._engine.arrow(f"SELECT hash({self._column}) AS mark FROM activity_log")["mark"])
        return True

    def add(self, rows: pa.Table) -> None:
        """Take in the marks of rows that went into the log."""
        if self._learnt:
            self._enter(rows[f"{self._column}_mark"])

    def _enter(self, marks: pa.ChunkedArray) -> None:
        """Keep them sorted; runs of like size become one, so that there are few."""
        run = np.sort(marks.drop_null().to_numpy())
        while self._runs and self._runs[-1].size < 2 * run.size:
            run = np.sort(np.concatenate([self._runs.pop(), run]), kind="stable")
        if run.size:
            self._runs.append(run)
