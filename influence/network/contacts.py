"""When anybody of an organisation was in contact with somebody outside it: letters to few, and encounters."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from influence.kernels.arrays import Flags, Ints
from influence.network.log_tables import LogTables

_WRITTEN = """
SELECT CASE WHEN a.inside THEN d.person ELSE i.author END AS outsider, epoch_us(i.time) AS time,
    i.author = $leader OR t.item IS NOT NULL AS leaders
FROM item i JOIN addressed d USING (item)
JOIN inside_people a ON a.person = i.author JOIN inside_people b ON b.person = d.person
LEFT JOIN (SELECT DISTINCT item FROM addressed WHERE person = $leader) t USING (item)
WHERE i.addressees <= $few AND i.verb IN ('post', 'message', 'reply', 'comment') AND a.inside <> b.inside
"""
_ENCOUNTERED = """
CREATE OR REPLACE TEMP TABLE contact_encounter AS
SELECT e.id, e.time, p.person, p.inside, p.person = $leader AS leader
FROM (SELECT id, time, unnest(people) AS account FROM encounters WHERE kind <> 'never' AND time IS NOT NULL) e
JOIN account_person a USING (account) JOIN inside_people p USING (person)
"""
_MET = """
SELECT e.person AS outsider, epoch_us(e.time) AS time, i.leaders
FROM contact_encounter e JOIN (
    SELECT id, bool_or(leader) AS leaders FROM contact_encounter GROUP BY id HAVING bool_or(inside)) i USING (id)
WHERE NOT e.inside
"""


@dataclass(frozen=True)
class Contacts:
    """Contacts of an organisation with people outside it, in order of time: arrays of one length.

    With whom (person code), when (microseconds), and whether the leader took part: such a one tells nothing of what
    others of the organisation have on record.
    """

    outsider: Ints
    time: Ints
    leaders: Flags

    def __len__(self) -> int:
        return len(self.outsider)


def contacts_outside(tables: LogTables, leader: int, inside: Flags, few: int) -> Contacts:
    """Find all contacts of the people `inside` (by person code) with the others: letters to `few`, dated encounters.

    However narrow a report is, they are those of the whole log: who wrote about something else was in contact too.
    """
    tables = tables.whole
    tables.engine.offer(
        "inside_people", pa.table({"person": np.arange(len(inside), dtype=np.int32), "inside": inside})
    )
    tables.engine.run(_ENCOUNTERED, {"leader": leader})
    found = [tables.rows(_WRITTEN, {"leader": leader, "few": few}), tables.rows(_MET)]
    outsider, time, leaders = (
        np.concatenate([table.column(name).to_numpy().astype(np.int64) for table in found])
        for name in ("outsider", "time", "leaders")
    )
    order = np.lexsort((outsider, time))
    return Contacts(outsider[order], time[order], leaders[order].astype(bool))
