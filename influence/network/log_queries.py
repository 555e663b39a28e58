"""Every question that is asked of the log in SQL, by name: a measure, the advice and the evidence hold none.

Each takes the `LogTables` that it needs; what comes back are arrays, or rows where there are few.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import ArrayLike, NDArray

from influence.contract.records import Tone
from influence.kernels.arrays import Flags, Floats, Ints
from influence.network.log_tables import LogTables
from influence.network.reading import MADE
from influence.times import Window

_IN_WINDOW = "epoch_us(time) >= $since AND epoch_us(time) < $until"


def _numbers(table: pa.Table, name: str) -> Ints:
    return np.asarray(table.column(name).combine_chunks().to_numpy(zero_copy_only=False), np.int64)


def _limits(window: Window) -> dict[str, int]:
    return {"since": window.since, "until": window.until}


def _offer(tables: LogTables, items: ArrayLike) -> None:
    """Offer some items, in their order, as `wanted_items`."""
    item = np.asarray(items, np.int64)
    tables.engine.offer("wanted_items", pa.table({"item": item, "row": np.arange(item.size)}))


# --- items --------------------------------------------------------------------------------------------------

_BY_AUTHORS = f"""
SELECT item, author FROM item WHERE author IN (SELECT unnest($authors)) AND {MADE} AND {_IN_WINDOW} ORDER BY item
"""


def items_by(tables: LogTables, authors: Sequence[int], window: Window) -> Ints:
    """Return the items that some people made in a window, in order of time."""
    return _numbers(tables.rows(_BY_AUTHORS, {"authors": list(authors), **_limits(window)}), "item")


_BEGINS = "parent IS NULL AND NOT coalesce(answers, false) AND verb IN ('post', 'message', 'share', 'quote')"
_BEGINNING = f"SELECT item FROM item WHERE author = $leader AND {_IN_WINDOW} AND {_BEGINS} ORDER BY item"


def items_that_answer_nothing(tables: LogTables, leader: int, window: Window) -> Ints:
    """Return a person's posts, messages, shares and quotes in a window that answer nothing, in order of time."""
    return _numbers(tables.rows(_BEGINNING, {"leader": leader, **_limits(window)}), "item")


def activity_ids(tables: LogTables, items: ArrayLike) -> dict[int, str]:
    """Return the activities' own ids of some items."""
    _offer(tables, np.unique(np.asarray(items, np.int64)))
    rows = tables.rows("SELECT i.item, i.id FROM item i JOIN wanted_items USING (item)")
    return dict(zip(rows.column("item").to_pylist(), rows.column("id").to_pylist(), strict=True))


def items_of_ids(tables: LogTables, ids: Sequence[str]) -> Ints:
    """Return the items of some activities, those that are there, in order of time."""
    tables.engine.offer("wanted_ids", pa.table({"id": pa.array(sorted(set(ids)), pa.string())}))
    return _numbers(
        tables.rows("SELECT i.item FROM item i JOIN wanted_ids USING (id) ORDER BY i.item"), "item"
    )


_DESCRIBED = """
WITH wanted AS MATERIALIZED (
    SELECT i.item, i.seq, i.id, epoch_us(i.time) AS time, i.author, i.verb, i.channel, i.source
    FROM item i JOIN wanted_items USING (item)),
told AS MATERIALIZED (
    SELECT seq, url, conversation, parent FROM activity_log WHERE seq IN (SELECT seq FROM wanted))
SELECT w.item, w.id, w.time, w.author, w.verb, w.channel, a.url, w.source,
    coalesce(a.conversation, c.original, a.parent) AS conversation, coalesce(c.original, a.parent) AS parent
FROM wanted w JOIN told a USING (seq)
LEFT JOIN (SELECT id, min(original) AS original FROM copies GROUP BY id) c ON c.id = a.parent ORDER BY w.item
"""
"""What is wanted is taken first: joined at once, every activity would be read and matched with its copies before."""


def described(tables: LogTables, items: ArrayLike) -> list[dict[str, Any]]:
    """Return what is shown of some items: when, who, where and what, never the text."""
    _offer(tables, np.unique(np.asarray(items, np.int64)))
    return list(tables.rows(_DESCRIBED).to_pylist())


_TONES = """
SELECT w.row, a.tone, (a.rating IS NOT NULL OR a.reaction IS NOT NULL) AS stated
FROM wanted_items w JOIN item i USING (item) JOIN activity_log a USING (seq) WHERE a.tone IS NOT NULL
"""


def tones_of(tables: LogTables, items: ArrayLike) -> tuple[Ints, Flags]:
    """Return the tone of some items, in their order, as its place in `Tone` (their number: not told), and if stated."""
    _offer(tables, items)
    rows = tables.rows(_TONES)
    size = np.asarray(items).size
    its, stated = np.full(size, len(Tone), np.int64), np.zeros(size, bool)
    place = {one.value: number for number, one in enumerate(Tone)}
    row = _numbers(rows, "row")
    its[row] = [place[one] for one in rows.column("tone").to_pylist()]
    stated[row] = rows.column("stated").to_pylist()
    return its, stated


_TEXTS = """
WITH held AS NOT MATERIALIZED (
    SELECT i.item, a.text, t.terms FROM item i JOIN activity_log a USING (seq)
    LEFT JOIN term_log t ON t.key = a.key AND a.text IS NULL
    WHERE (a.text IS NOT NULL OR t.terms IS NOT NULL) AND epoch_us(i.time) < $until)
SELECT item, text, terms, (SELECT count(*) FROM held) AS n FROM held ORDER BY item DESC LIMIT $most
"""
"""Counted apart: a count over all rows beside each would bring them all into one place."""


def texts_and_terms(tables: LogTables, until: int, most: int) -> pa.Table:
    """Return item, text (or else terms) and how many items have any (`n`): the latest before a moment, last first."""
    return tables.rows(_TEXTS, {"until": until, "most": most})


# --- to whom ------------------------------------------------------------------------------------------------

_SIZES = """
SELECT item, count(*) AS people FROM addressed
WHERE item IN (SELECT item FROM addressed WHERE person = $leader) GROUP BY item
"""


def addressed_to(tables: LogTables, leader: int) -> tuple[Ints, Ints]:
    """Return the items addressed to a person, and to how many people each was."""
    rows = tables.rows(_SIZES, {"leader": leader})
    return _numbers(rows, "item"), _numbers(rows, "people")


_ALONE = "SELECT item FROM addressed GROUP BY item HAVING count(*) = 1 AND bool_and(person = $leader)"


def addressed_to_alone(tables: LogTables, leader: int) -> Ints:
    """Return the items that are addressed to a person and to nobody else."""
    return _numbers(tables.rows(_ALONE, {"leader": leader}), "item")


_WRITTEN_TO = """
SELECT i.item, d.person, count(*) OVER (PARTITION BY i.item) AS people
FROM item i JOIN addressed d USING (item)
WHERE i.author = $leader AND d.person <> $leader AND epoch_us(i.time) < $until
"""


def written_to(tables: LogTables, leader: int, until: int) -> tuple[Ints, Ints, Ints]:
    """Return what a person wrote to others before a moment: item, to whom, and to how many others it went."""
    rows = tables.rows(_WRITTEN_TO, {"leader": leader, "until": until})
    return _numbers(rows, "item"), _numbers(rows, "person"), _numbers(rows, "people")


_WRITTEN_TO_FEW = f"""
SELECT d.item, d.person FROM addressed d JOIN item i USING (item)
WHERE i.author = $leader AND i.addressees <= $most AND i.{MADE} AND {_IN_WINDOW}
"""


def written_to_few(tables: LogTables, leader: int, most: int, window: Window) -> tuple[Ints, Ints]:
    """Return a person's items of a window to at most so many addressees: item and addressee."""
    rows = tables.rows(_WRITTEN_TO_FEW, {"leader": leader, "most": most, **_limits(window)})
    return _numbers(rows, "item"), _numbers(rows, "person")


_PAIRS = f"""
SELECT i.author * $people::BIGINT + d.person AS pair, count(*) AS n FROM addressed d JOIN item i USING (item)
WHERE i.{MADE} AND {_IN_WINDOW} GROUP BY pair ORDER BY pair
"""


def items_by_pair(tables: LogTables, window: Window) -> tuple[Ints, Ints]:
    """Return how many items each author wrote to each addressee: author · people + addressee, sorted, and the count."""
    rows = tables.rows(_PAIRS, {"people": len(tables.people), **_limits(window)})
    return _numbers(rows, "pair"), _numbers(rows, "n")


_TO_MANY = """
SELECT d.item FROM addressed d JOIN item i USING (item) WHERE i.author = $leader GROUP BY d.item
HAVING count(*) > $most ORDER BY d.item
"""


def written_to_many(tables: LogTables, leader: int, most: int) -> Ints:
    """Return a person's items that are addressed to more than so many people."""
    return _numbers(tables.rows(_TO_MANY, {"leader": leader, "most": most}), "item")


_BETWEEN = """
SELECT least(i.author, d.person) AS one, greatest(i.author, d.person) AS other, count(*) AS times
FROM item i JOIN addressed d USING (item) WHERE i.author <> d.person GROUP BY ALL
"""


def messages_between(tables: LogTables) -> list[dict[str, int]]:
    """Return how often each two people wrote to one another: `one`, `other`, `times`."""
    return list(tables.rows(_BETWEEN).to_pylist())


_ADDRESSEES = f"""
SELECT DISTINCT d.person FROM addressed d JOIN item i USING (item) WHERE i.author = $leader AND {_IN_WINDOW}
"""
_PLACES = f"SELECT DISTINCT system, channel FROM item WHERE author = $leader AND {_IN_WINDOW}"
_ONLOOKERS = """
SELECT DISTINCT person FROM (
    SELECT i.author AS person FROM item i JOIN (
        SELECT item, person FROM addressed UNION ALL SELECT item, person FROM mentioned) whom USING (item)
    WHERE i.verb = 'follow' AND whom.person = $leader AND epoch_us(i.time) < $until
    UNION ALL
    SELECT i.author FROM item i JOIN wanted_places own USING (system, channel)
    WHERE epoch_us(i.time) >= $since AND epoch_us(i.time) < $until)
"""
"""Who follows, or is active where the leader is: of the whole log, for whoever can see one item can see the next."""


def exposed_to(tables: LogTables, leader: int, window: Window) -> set[int]:
    """Return who could see a person's items: addressees, followers, and those active in the same channels."""
    given = {"leader": leader, **_limits(window)}
    seen = set(tables.rows(_ADDRESSEES, given).column("person").to_pylist())
    tables.whole.engine.offer("wanted_places", tables.rows(_PLACES, given))
    return seen | set(tables.whole.rows(_ONLOOKERS, given).column("person").to_pylist())


_TOLD = """
SELECT s.service, s.metric, sum(s.count)::BIGINT AS count, (s.time AT TIME ZONE 'UTC')::DATE AS day
FROM exposure_log s JOIN account_person p USING (account) WHERE p.person = $leader
GROUP BY s.service, s.metric, day ORDER BY s.service, day, count DESC, s.metric
"""


def told_exposure(tables: LogTables, leader: int) -> list[dict[str, Any]]:
    """Return the numbers that services tell of how widely a person's items were shown, most first; none of a part."""
    return [] if tables.partial else list(tables.rows(_TOLD, {"leader": leader}).to_pylist())


_ON_LIST = """
SELECT DISTINCT i.author FROM item i JOIN activity_log a USING (seq)
WHERE lower(i.channel) = $list OR list_contains(a.addressees, $account)
"""


def on_lists(tables: LogTables, rules: Mapping[str, Sequence[str]]) -> dict[str, set[int]]:
    """Return who wrote to each list or channel that a rule for spheres names (`list:NAME`), by the rule's words."""
    wanted = {mark.lower() for marks in rules.values() for mark in marks if mark.lower().startswith("list:")}
    found = {}
    for mark in sorted(wanted):
        name = mark.removeprefix("list:")
        rows = tables.whole.rows(_ON_LIST, {"list": name, "account": f"email:{name}"})
        found[mark] = set(rows.column("author").to_pylist())
    return found


# --- mass mail ----------------------------------------------------------------------------------------------

_FIRST_TURNS = """
SELECT person, min(time) AS time FROM (
    SELECT d.person, i.time FROM item i JOIN addressed d USING (item) WHERE i.author = $leader
    UNION ALL
    SELECT m.person, i.time FROM item i JOIN mentioned m USING (item) WHERE i.author = $leader
    UNION ALL
    SELECT q.author, i.time FROM item i JOIN link l USING (item) JOIN item q ON q.item = l.parent
    WHERE i.author = $leader AND l.responds AND (NOT l.inferred OR i.counts))
GROUP BY person
"""
"""When the leader first wrote to, named or answered each person."""
_STRANGERS = f"""
SELECT i.item, i.author, epoch_us(i.time) AS time, i.wording, i.subject
FROM (FROM item WHERE {_BEGINS} AND coalesce(wording, subject) IS NOT NULL) i JOIN addressed d USING (item)
LEFT JOIN ({_FIRST_TURNS}) t ON t.person = i.author
WHERE d.person = $leader AND i.author <> $leader AND i.author NOT IN (SELECT unnest($bots::BIGINT[]))
    AND coalesce(t.time >= i.time, true)
    AND i.item NOT IN (SELECT item FROM mentioned WHERE person = $leader)
"""
"""Letters to the leader that answer nothing, by people (no bots) to whom the leader had not turned before."""
_SAYS_NOTHING = """
SELECT sha256(m.value || w.words) FROM meta m, (SELECT unnest($says_nothing::VARCHAR[]) AS words) w
WHERE m.key = 'secret'
"""
_ALIKE = f"""
WITH letter AS MATERIALIZED ({_STRANGERS}),
marked AS (
    SELECT item, author, time, wording AS mark FROM letter WHERE wording IS NOT NULL
    UNION ALL
    SELECT item, author, time, 'subject ' || subject FROM letter
    WHERE subject IS NOT NULL AND (wording IS NULL OR subject NOT IN ({_SAYS_NOTHING}))),
every AS (
    SELECT unnest([i.wording, CASE WHEN {_BEGINS} THEN 'subject ' || i.subject END]) AS mark
    FROM item i JOIN addressed d USING (item) WHERE d.person = $leader AND i.author <> $leader),
telling AS (
    SELECT mark, row_number() OVER (ORDER BY mark) - 1 AS code
    FROM (SELECT mark, count(*) AS letters FROM marked GROUP BY mark HAVING count(DISTINCT author) >= $senders)
    JOIN every USING (mark) GROUP BY mark, letters HAVING 2 * letters >= count(*)),
begun AS (
    SELECT item, code, time, count(DISTINCT author) OVER (
        PARTITION BY code ORDER BY time RANGE BETWEEN CURRENT ROW AND $within::BIGINT FOLLOWING) AS senders
    FROM marked JOIN telling USING (mark))
SELECT item, code AS mark FROM begun
QUALIFY max(senders) OVER (
    PARTITION BY code ORDER BY time RANGE BETWEEN $within::BIGINT PRECEDING AND CURRENT ROW) >= $senders
ORDER BY item
"""


def letters_alike(
    tables: LogTables,
    leader: int,
    bots: Sequence[int],
    says_nothing: Sequence[str],
    *,
    senders: int,
    within: int,
) -> tuple[Ints, Ints]:
    """Return letters of strangers to a leader that many sent alike: item and mark, once for each mark that it bears.

    A mark is a text or a subject. Of each, the letters are those in any stretch of so many microseconds in which
    so many people sent it. A subject of `says_nothing` marks only what has no text to tell it by, and what stands as
    often in what others send to the leader is a form and marks nothing.
    """
    given = {"leader": leader, "bots": list(bots), "says_nothing": list(says_nothing)}
    rows = tables.rows(_ALIKE, {**given, "senders": senders, "within": within})
    return _numbers(rows, "item"), _numbers(rows, "mark")


def texts_told_apart(tables: LogTables, items: ArrayLike) -> Ints:
    """Return a number for the text of each item, the same for texts that begin alike; −1 where it is too short."""
    _offer(tables, items)
    rows = tables.rows("""
        SELECT w.row, CASE WHEN i.wording IS NULL THEN -1 ELSE dense_rank() OVER (ORDER BY i.wording) END AS text
        FROM item i JOIN wanted_items w USING (item) ORDER BY w.row""")
    return _numbers(rows, "text")


# --- what nobody said ---------------------------------------------------------------------------------------

_UNSAID = f"""
SELECT u.unsaid AS kind, count(*) AS everywhere, count(*) FILTER (
    WHERE list_contains(mine.accounts, u.actor) OR list_has_any(u.addressees, mine.accounts)) AS leaders
FROM unsaid_activities u, (SELECT list(account) AS accounts FROM account_person WHERE person = $leader) mine
WHERE {_IN_WINDOW} GROUP BY kind ORDER BY leaders DESC, everywhere DESC, kind
"""


def unsaid(tables: LogTables, leader: int, window: Window) -> dict[str, tuple[int, int]]:
    """Return of each kind of what nobody said how much is by or to a leader in a window, and how much there is."""
    rows = tables.rows(_UNSAID, {"leader": leader, **_limits(window)}).to_pylist()
    return {row["kind"]: (row["leaders"], row["everywhere"]) for row in rows}


def unsaid_in_all(tables: LogTables) -> dict[str, int]:
    """Return how much of each kind of what nobody said the store holds, the most first."""
    rows = tables.rows(
        "SELECT unsaid, count(*) AS n FROM unsaid_activities GROUP BY unsaid ORDER BY n DESC, unsaid"
    )
    return dict(zip(rows.column("unsaid").to_pylist(), rows.column("n").to_pylist(), strict=True))


# --- ties without times -------------------------------------------------------------------------------------

_TIES = """
SELECT a.person AS source, b.person AS target, sum(t.weight) AS weight FROM (
    SELECT source, target, weight FROM tie_log WHERE meaning = 'influence'
    UNION ALL SELECT target, source, weight FROM tie_log WHERE meaning = 'influence' AND NOT directed) t
JOIN account_person a ON a.account = t.source JOIN account_person b ON b.account = t.target
WHERE a.person <> b.person GROUP BY ALL ORDER BY ALL
"""


def ties_of_influence(tables: LogTables) -> tuple[Ints, Ints, Floats]:
    """Return the ties of all undated networks: who responded (target) to whom (source), and the weight."""
    rows = tables.rows(_TIES)
    weight = rows.column("weight").combine_chunks().to_numpy().astype(np.float64)
    source, target = _numbers(rows, "source"), _numbers(rows, "target")
    kept = _of_part(tables, source) & _of_part(tables, target)
    return source[kept], target[kept], weight[kept]


def _of_part(tables: LogTables, people: Ints) -> Flags:
    """Tell whose ties count: a tie has neither tag nor channel, and goes with the spheres of both its ends."""
    part, narrowed = tables.part, tables.narrowed
    if part is None or narrowed is None:
        return np.ones(len(people), bool)
    if narrowed.to.by_items or part.people is None:
        return np.zeros(len(people), bool)
    kept: Flags = part.people[people]
    return kept


_TIES_OF = """
SELECT p.person, t.origin, t.layer, t.source, t.target FROM (
    SELECT origin, layer, source, target FROM tie_log WHERE meaning = 'influence'
    UNION ALL SELECT origin, layer, target, source FROM tie_log WHERE meaning = 'influence' AND NOT directed) t
JOIN account_person l ON l.account = t.source JOIN account_person p ON p.account = t.target
WHERE l.person = ? AND p.person <> l.person ORDER BY ALL
"""


def ties_to(tables: LogTables, leader: int) -> list[dict[str, Any]]:
    """Return the ties by which people responded to a leader, as they were brought in."""
    rows = tables.rows(_TIES_OF, [leader])
    return list(rows.filter(pa.array(_of_part(tables, _numbers(rows, "person")))).to_pylist())


# --- what the sources held ----------------------------------------------------------------------------------


def months_by_source(tables: LogTables, zone: str, window: Window | None = None) -> dict[str, set[str]]:
    """Return the months of a time zone in which each source holds anything by anybody, in a window or at all."""
    held: dict[str, set[str]] = defaultdict(set)
    for (source, _), months in months_by_system(tables, zone, window).items():
        held[source] |= months
    return held


_EVER = Window(-(2**63), 2**63 - 1)
_MONTHS = """
SELECT DISTINCT source, system, strftime(timezone($zone, time), '%Y-%m') AS month FROM (
    SELECT source, system, unnest([min(time), max(time)]) AS time FROM item
    WHERE epoch_us(time) >= $since AND epoch_us(time) < $until
    GROUP BY source, system, epoch_us(time) // 86_400_000_000)
"""
"""A day of UTC is in no more than two months of any zone: its first and its last moment tell both."""


def months_by_system(
    tables: LogTables, zone: str, window: Window | None = None
) -> dict[tuple[str, str], set[str]]:
    """Return the months in which each source holds anything of each of its systems, in a window or at all."""
    held: dict[tuple[str, str], set[str]] = defaultdict(set)
    for row in tables.whole.rows(_MONTHS, {"zone": zone, **_limits(window or _EVER)}).to_pylist():
        held[row["source"], row["system"]].add(row["month"])
    return held


_ASIDE = (
    "SELECT source, sum(aside - coalesce(again, 0))::BIGINT AS aside, sum(stored)::BIGINT AS stored "
    "FROM batches GROUP BY source"
)


def set_aside(tables: LogTables) -> dict[str, tuple[int, int]]:
    """Return of each source how many rows were set aside, each once, and how many were stored."""
    return {row["source"]: (row["aside"], row["stored"]) for row in tables.rows(_ASIDE).to_pylist()}


_ORIGINS = """
SELECT source, system, o.activities, epoch_us(o.first) AS first, epoch_us(o.last) AS last, o.stated,
    count(l.item) AS guessed
FROM origin o LEFT JOIN (SELECT i.source, i.system, l.item FROM link l JOIN item i USING (item)
    WHERE l.inferred) l USING (source, system)
GROUP BY ALL ORDER BY source, o.activities DESC, system
"""


def origins(tables: LogTables) -> list[dict[str, Any]]:
    """Return what each source held of each system: activities, first, last, parents `stated` and `guessed`."""
    return list(tables.whole.rows(_ORIGINS).to_pylist())


_UNDATED = """
SELECT origin AS source, split_part(source, ':', 1) AS system, count(*) AS ties FROM tie_log
GROUP BY ALL ORDER BY ALL
"""


def undated_origins(tables: LogTables) -> list[dict[str, Any]]:
    """Return how many ties each source of an undated network held."""
    return list(tables.rows(_UNDATED).to_pylist())


def source_of(tables: LogTables, items: ArrayLike) -> list[str]:
    """Return the source of each item, in the order of the items."""
    _offer(tables, items)
    rows = tables.rows("SELECT i.source FROM item i JOIN wanted_items w USING (item) ORDER BY w.row")
    return list(rows.column("source").to_pylist())


def place_of(tables: LogTables, items: ArrayLike) -> list[str]:
    """Return source and system of each item, in the order of the items."""
    _offer(tables, items)
    rows = tables.rows(
        "SELECT i.source || ' ' || i.system AS place FROM item i JOIN wanted_items w USING (item) ORDER BY w.row"
    )
    return list(rows.column("place").to_pylist())


def system_of(tables: LogTables, items: ArrayLike) -> NDArray[np.str_]:
    """Return the system in which each item was made (`email`, `x`), in the order of the items."""
    _offer(tables, items)
    rows = tables.rows("SELECT i.system FROM item i JOIN wanted_items w USING (item) ORDER BY w.row")
    return np.array(rows.column("system").to_pylist(), np.str_)
