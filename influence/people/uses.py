"""Every account that the store speaks of, and how often each acted: most of a large log are nothing but a name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from influence.people.addresses import MAY_BE_OWNED
from influence.store.engine import Engine

USES = """
WITH shown AS (SELECT actor, addressees, mentions FROM activity_log SEMI JOIN activities USING (seq))
SELECT account, sum(acted)::BIGINT AS acted FROM (
    SELECT actor AS account, count(*) AS acted FROM shown GROUP BY actor
    UNION ALL SELECT unnest(addressees), 0 FROM shown
    UNION ALL SELECT unnest(mentions), 0 FROM shown
    UNION ALL SELECT unnest(people), 0 FROM encounters
    UNION ALL SELECT account, 0 FROM (SELECT unnest([outbox, typist]) AS account FROM sent_log)
        WHERE NOT starts_with(account, 'mailbox:')
    UNION ALL SELECT source, 0 FROM tie_log UNION ALL SELECT target, 0 FROM tie_log)
WHERE account IS NOT NULL GROUP BY account ORDER BY account
"""
_TO_JOIN = rf"^name:|{MAY_BE_OWNED}"


@dataclass(frozen=True)
class Uses:
    """Accounts in order (`account`), and how many activities are by each (`acted`)."""

    rows: pa.Table

    @classmethod
    def of(cls, acted: Mapping[str, int]) -> Uses:
        """Return the uses of some accounts."""
        ordered = sorted(acted.items())
        account = pa.array([account for account, _ in ordered], pa.string())
        return cls(pa.table({"account": account, "acted": pa.array([n for _, n in ordered], pa.int64())}))

    @classmethod
    def read(cls, engine: Engine) -> Uses:
        """Return every account that the store speaks of."""
        return cls(engine.arrow(USES))

    def to_join(self) -> list[str]:
        """Return the accounts that may belong to another by how they are written, in order."""
        account = self.rows.column("account")
        found: list[str] = account.filter(pc.match_substring_regex(account, _TO_JOIN)).to_pylist()
        return found

    def split(self, named: Iterable[str]) -> tuple[dict[str, int], pa.Table]:
        """Return how often each of the named accounts acted that are here, and the rows of all others."""
        asked = pc.is_in(self.rows.column("account"), pa.array(sorted(named), pa.string()))
        mine = self.rows.filter(asked)
        acted = dict(zip(mine.column("account").to_pylist(), mine.column("acted").to_pylist(), strict=True))
        return acted, self.rows.filter(pc.invert(asked))
