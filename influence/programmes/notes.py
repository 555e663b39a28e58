"""What a mentor notes of mentees: advice given, advice taken; every note is kept, and an undoing is a note too."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from influence.contract.errors import InfluenceError
from influence.contract.programmed import NOTE, Note
from influence.contract.wording import plain
from influence.people.decisions import this_user
from influence.store.engine import Engine

LONGEST = 2_000
UNDO = "undo"


class NoteError(InfluenceError):
    """A note that cannot be kept or taken back, in one sentence that names the cure."""


class Notes:
    """The notes of one programme in a store.

    >>> from influence.store.store import Store
    >>> notes = Notes(Store().engine, "Leaders 2026")
    >>> notes.keep("p1", "Write less, answer more", "advice given", "answer").seq
    1
    >>> notes.undo(1), [one.words for one in notes.standing()]
    (2, [])
    """

    def __init__(self, engine: Engine, programme: str) -> None:
        self._engine, self._programme = engine, programme

    def keep(self, leader: str, words: str, kind: str = NOTE, about: str | None = None) -> Note:
        """Keep a note about a mentee (a person's id).

        Raises:
            NoteError: it says nothing, or is longer than 2,000 letters.
        """
        said = plain(words)
        if not said:
            raise NoteError("the note says nothing; write what was advised in quotes")
        if len(said) > LONGEST:
            raise NoteError(f"the note has {len(said):,} letters; keep it to {LONGEST:,}")
        number = self._write([leader, kind, about, said, None])
        return next(one for one in self.standing() if one.seq == number)

    def undo(self, number: int) -> int:
        """Take a note back, or an undoing; return the number of the note that does so.

        Raises:
            NoteError: there is no such note of this programme, or it is taken back already.
        """
        rows = {row["seq"]: row for row in self._rows()}
        if number not in rows:
            raise NoteError(f"there is no note {number}; `influence programme notes` lists them")
        if number in self._undone():
            raise NoteError(f"note {number} is taken back already")
        return self._write([rows[number]["leader"], UNDO, None, "", number])

    def standing(self) -> list[Note]:
        """List the notes that hold, oldest first."""
        undone = self._undone()
        return [
            Note(
                seq=row["seq"],
                noted=row["noted"].isoformat(timespec="seconds"),
                author=row["author"],
                leader=row["leader"],
                kind=row["kind"],
                about=row["about"],
                words=row["words"],
            )
            for row in self._rows()
            if row["kind"] != UNDO and row["seq"] not in undone
        ]

    def _rows(self) -> list[dict[str, Any]]:
        query = "SELECT * FROM note_log WHERE programme = ? ORDER BY seq"
        rows: list[dict[str, Any]] = self._engine.arrow(query, [self._programme]).to_pylist()
        return rows

    def _undone(self) -> set[int]:
        """Return the numbers of what is taken back; walked from the newest, as an undoing may be taken back too."""
        undone: set[int] = set()
        for row in reversed(self._rows()):
            if row["undoes"] is not None and row["seq"] not in undone:
                undone.add(row["undoes"])
        return undone

    def _write(self, said: list[object]) -> int:
        with self._engine.transaction():
            rows = self._engine.arrow("SELECT coalesce(max(seq), 0) + 1 AS n FROM note_log")
            number = int(rows.column("n")[0].as_py())
            self._engine.run(
                "INSERT INTO note_log VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                [number, datetime.now(UTC), this_user(), self._programme, *said],
            )
        return number
