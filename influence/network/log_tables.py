"""The log as tables: items, what they answer, to whom they are addressed, and what each source states.

A response is stated by its source (explicit) or guessed (inferred), by three rules:

* `subject`: "Re:" and the same subject, to the author of the earlier message or who typed it, within 14 days;
* `chat`: in a chat without threads, the message before it by somebody else within 24 hours;
* `exchange`: where there are neither subjects nor threads, the first message v → u within 3 days of one u → v.

A source without a single stated parent (reactions aside: every chat states those) counts inferred responses in
its headline; any other does not.

What somebody wrote who writes for a leader, by decision, and what lay in that leader's sent mail, is the leader's
item; who typed it is kept. One step only: what comes to a leader so goes on to nobody.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pyarrow as pa

from influence.contract.records import RESPONSE_VERBS
from influence.people.decisions import Decisions, writers
from influence.people.directory import People
from influence.people.tables import PeopleTables
from influence.store.engine import Engine

_VERBS = ", ".join(f"'{verb}'" for verb in RESPONSE_VERBS)

_ITEMS = """
CREATE OR REPLACE TEMP TABLE item AS
SELECT row_number() OVER (ORDER BY a.time, a.id) - 1 AS item, a.id, a.time, p.person AS author, a.verb,
    coalesce(c.original, a.parent) AS parent, a.conversation, a.channel, a.source,
    split_part(a.actor, ':', 1) AS system, a.subject, a.wording, a.answers, a.inferred, a.addressees,
    a.mentions, nullif(t.person, p.person) AS typist, false AS decided
FROM activities a JOIN account_person p ON p.account = a.actor
LEFT JOIN (SELECT id, min(original) AS original FROM copies GROUP BY id) c ON c.id = a.parent
LEFT JOIN (SELECT s.id, min(p.person) AS person FROM sent_log s JOIN account_person p ON p.account = s.typist
    GROUP BY s.id) t ON t.id = a.id
"""
"""`typist` typed an item of somebody else's; `decided` tells those that are its author's by a decision."""

_SENT = """
CREATE OR REPLACE TEMP TABLE sent AS
SELECT DISTINCT s.source, s.outbox, p.person AS owner, i.author AS writer, i.item
FROM sent_log s JOIN item i USING (id) LEFT JOIN (FROM account_person
    QUALIFY bool_or(NOT starts_with(account, 'mailbox:')) OVER (PARTITION BY person)) p ON p.account = s.outbox
WHERE s.outbox IS NOT NULL
"""
"""Which items lay in whose sent mail and who wrote them; no owner where the mailbox is all that is known of one."""

_WRITTEN_FOR = """
UPDATE item SET author = f.leader, typist = item.author, decided = true FROM (
    WITH filled AS (SELECT source, outbox, writer AS leader, count(*) AS items FROM sent
        WHERE owner IS NULL GROUP BY ALL)
    SELECT s.item, arg_max(w.leader, (s.owner IS NOT NULL, coalesce(f.items, 0), -w.leader)) AS leader
    FROM sent s JOIN writes_for w ON w.writer = s.writer AND w.leader = coalesce(s.owner, w.leader)
    LEFT JOIN filled f ON f.source = s.source AND f.outbox = s.outbox AND f.leader = w.leader
    WHERE s.owner IS NOT NULL OR f.items IS NOT NULL GROUP BY s.item) f
WHERE f.item = item.item
"""
"""An outbox whose owner no account tells is that leader's who has mail of their own in it, the most of several."""

_STATED = """
CREATE OR REPLACE TEMP TABLE stated AS
SELECT i.item, q.item AS parent, i.inferred FROM item i JOIN item q ON q.id = i.parent
WHERE q.item <> i.item
"""

_ORIGINS = """
CREATE OR REPLACE TEMP TABLE origin AS
SELECT source, system, count(*) AS activities, min(time) AS first, max(time) AS last,
    count(*) FILTER (WHERE parent IS NOT NULL AND verb <> 'react' AND NOT inferred) AS stated,
    count(*) FILTER (WHERE parent IS NOT NULL AND verb <> 'react') AS parents,
    count(*) FILTER (WHERE subject IS NOT NULL) AS subjects
FROM item GROUP BY source, system
"""

_ADDRESSED = """
CREATE OR REPLACE TEMP TABLE addressed AS
SELECT DISTINCT i.item, p.person FROM (SELECT item, unnest(addressees) AS account FROM item) i
JOIN account_person p USING (account)
"""

_BY_SUBJECT = """
SELECT i.item, max(q.item) AS parent FROM item i
JOIN item q ON q.subject = i.subject AND q.author <> i.author
    AND q.time < i.time AND q.time >= i.time - INTERVAL 14 DAY
    AND i.author IS DISTINCT FROM q.typist
JOIN addressed d ON d.item = i.item AND (d.person = q.author OR d.person = q.typist)
WHERE i.answers AND i.item NOT IN (SELECT item FROM stated) GROUP BY i.item
"""

_BY_CHAT = """
SELECT item, parent FROM (
    SELECT item, time, max(item) OVER earlier AS parent, max(time) OVER earlier AS sent
    FROM (
        SELECT i.*, sum(CASE WHEN i.author IS DISTINCT FROM i.before THEN 1 ELSE 0 END)
            OVER (PARTITION BY i.source, i.system, i.channel ORDER BY i.item) AS turn
        FROM (
            SELECT i.*, lag(author) OVER (PARTITION BY i.source, i.system, i.channel ORDER BY i.item) AS before
            FROM item i JOIN origin o USING (source, system)
            WHERE o.parents = 0 AND i.channel IS NOT NULL AND i.subject IS NULL AND len(i.addressees) = 0
                AND i.verb = 'message') i)
    WINDOW earlier AS (PARTITION BY source, system, channel ORDER BY turn
        RANGE BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING))
WHERE parent IS NOT NULL AND time > sent AND time <= sent + INTERVAL 24 HOUR
"""

_BY_EXCHANGE = """
WITH said AS (
    SELECT i.item, i.time, i.author AS v, d.person AS u, least(i.author, d.person) AS low,
        greatest(i.author, d.person) AS high, i.source, i.system
    FROM item i JOIN origin o USING (source, system) JOIN addressed d USING (item)
    WHERE o.parents = 0 AND o.subjects = 0 AND i.verb = 'message' AND d.person <> i.author
    QUALIFY row_number() OVER (PARTITION BY i.source, i.system, i.author, d.person, i.time ORDER BY i.item) = 1),
before AS (
    SELECT item, time, v, low,
        max(CASE WHEN v = low THEN item END) OVER pair AS low_item,
        max(CASE WHEN v = low THEN time END) OVER pair AS low_time,
        max(CASE WHEN v = high THEN item END) OVER pair AS high_item,
        max(CASE WHEN v = high THEN time END) OVER pair AS high_time
    FROM said WINDOW pair AS (PARTITION BY source, system, low, high ORDER BY epoch_us(time)
        RANGE BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)),
turned AS (
    SELECT item, time, CASE WHEN v = low THEN high_item ELSE low_item END AS parent,
        CASE WHEN v = low THEN high_time ELSE low_time END AS sent,
        CASE WHEN v = low THEN low_time ELSE high_time END AS own FROM before)
SELECT item, parent FROM turned
WHERE sent IS NOT NULL AND (own IS NULL OR own <= sent) AND time <= sent + INTERVAL 3 DAY
"""

_LINKS = f"""
CREATE OR REPLACE TEMP TABLE link AS
SELECT s.item, s.parent, s.inferred, i.verb IN ({_VERBS}) AS responds FROM stated s JOIN item i USING (item)
UNION ALL SELECT item, parent, true, true FROM ({_BY_SUBJECT})
UNION ALL SELECT item, parent, true, true FROM ({_BY_CHAT})
UNION ALL SELECT item, parent, true, true FROM ({_BY_EXCHANGE})
"""


@dataclass(frozen=True)
class LogTables(PeopleTables):
    """An engine with the tables `item`, `sent`, `stated`, `origin`, `addressed` and `link` beside `account_person`.

    Every statement over the log asks for this, so that none can run before the log was read.
    """

    @classmethod
    def of(
        cls, engine: Engine, people: People, writing: Mapping[tuple[int, int], str] | None = None
    ) -> LogTables:
        """Make the tables of the whole store, in place of those before; `writing` is what is decided if left out."""
        PeopleTables.of(engine, people)
        decided = writers(people, Decisions(engine).standing()) if writing is None else writing
        engine.offer("writes_for", _writes_for(decided))
        for statement in (_ITEMS, _SENT, _WRITTEN_FOR, _STATED, _ORIGINS, _ADDRESSED, _LINKS):
            engine.run(statement)
        return cls(engine, people)


def _writes_for(decided: Mapping[tuple[int, int], str]) -> pa.Table:
    """Return who writes for whom, as person codes."""
    pairs = [pair for pair, answer in decided.items() if answer == "yes"]
    return pa.table(
        {
            "writer": pa.array([writer for writer, _ in pairs], pa.int32()),
            "leader": pa.array([leader for _, leader in pairs], pa.int32()),
        }
    )
