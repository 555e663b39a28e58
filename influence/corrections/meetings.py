"""Setting right who has met whom: what is known, declarations, labels, fits, and doubts."""

from __future__ import annotations

from datetime import UTC, datetime

from influence.contract.language import day_in_english
from influence.corrections.declarations import Declarations
from influence.corrections.labels import Labels
from influence.met.doubts import ahead, alone, contradicting, strange
from influence.met.encounters import decided


class Meetings(Declarations, Labels):
    """What `influence met LEADER` can do."""

    def doubts(self) -> list[str]:
        """Say which encounters and declarations cannot be meant as they stand.

        Encounters after the last activity or after now, encounters in which somebody meets themselves only, names
        that nobody bears, and imported declarations that contradict each other.
        """
        tables = self._population().tables
        found = [
            f"encounter {row['id']} is dated {day_in_english(row['time'])}, {row['why']}: "
            "it counts only for responses after it"
            for row in ahead(tables, datetime.now(UTC))
        ]
        found += [
            f"encounter {key} names one person only ({person}): nobody meets themselves"
            for key, person in alone(tables)
        ]
        encounters, names, example = strange(tables)
        if encounters:
            found.append(
                f"named in words, and called so by nobody here: {names:,}, such as "
                f"{(example or '').removeprefix('name:')!r}, in {encounters:,} of the encounters; "
                "they count once a person of that name is known"
            )
        return found + [
            f"{one} and {other} are declared both met and never met; the latest counts"
            for one, other in contradicting(tables, decided(tables.engine, tables.people))
        ]
