"""Checks and converts rows on their way into the store: one SELECT a kind, whatever format they came in.

Each query gives a row its columns in the store's types and a `reason` where it must be set aside.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import pyarrow as pa
import pyarrow.types as kinds

from influence.contract.records import Activity, Encounter, Evidence, Modality, Person, Tie, Verb
from influence.text import meeting_phrases as meeting_words

COLUMNS = {
    "activities": (
        *("id", "time", "actor", "verb", "parent", "conversation", "to", "mentions", "channel", "audience"),
        *("text", "url", "subject", "inferred", "fingerprint", "deleted"),
    ),
    "encounters": ("id", "time", "people", "kind", "evidence", "attendees", "place"),
    "people": (
        *("person", "name", "accounts", "organisation", "department", "site", "manager", "sphere", "bot"),
    ),
    "ties": ("source", "target", "weight", "meaning", "layer", "directed"),
}
KIND_OF = {Activity: "activities", Encounter: "encounters", Person: "people", Tie: "ties"}
_LISTS = {"to", "mentions", "people", "accounts"}
_ACCOUNT = r"^[^:\s]+:\s*\S"
_ZONE = r"([zZ]|[+-]\d{2}(:?\d{2}){0,2}|[A-Za-z]+/[A-Za-z_/]+|UTC|GMT)$"
_REPLY = r"^\s*(re|sv|aw|antw|vs|ref|rif)(\[\d+\])?\s*:"
_PREFIXES = r"^(\s*(re|sv|aw|antw|vs|ref|rif|fw|fwd|vb|wg|vl|tr|i)(\[\d+\])?\s*:)+\s*"


def as_table(
    kind: str, records: Sequence[Activity | Encounter | Person | Tie], files: Sequence[str] = ()
) -> pa.Table:
    """Turn records of one kind into rows, one column a field; `files` says of each where it was read.

    >>> as_table("ties", [Tie("x:1", "x:2", "met")]).column("meaning").to_pylist()
    ['met']
    """
    columns = {
        name: pa.array([getattr(record, name) for record in records], _arrow_type(name))
        for name in COLUMNS[kind]
    }
    places = {
        "line": pa.array([record.line for record in records], pa.int64()),
        "file": pa.array(files or [""] * len(records), pa.string()),
        "row": pa.array(range(len(records)), pa.int64()),
    }
    return pa.table(columns | places)


def placed(table: pa.Table, file: str) -> pa.Table:
    """Add to rows of one file the columns that every staging query reads: `file` and `row`."""
    rows = table.num_rows
    named = table.append_column("file", pa.repeat(pa.scalar(file, pa.string()), rows))
    return named.append_column("row", pa.array(range(rows), pa.int64()))


def _arrow_type(name: str) -> pa.DataType:
    if name in _LISTS:
        return pa.list_(pa.string())
    special = {
        "time": pa.timestamp("us", "UTC"),
        "audience": pa.int64(),
        "attendees": pa.int64(),
        "weight": pa.float64(),
    }
    truths = {"inferred", "deleted", "bot", "directed"}
    return pa.bool_() if name in truths else special.get(name, pa.string())


def staging(
    kind: str, schema: pa.Schema, zone: str | None, secret: str, *, keep_text: bool, keep_terms: bool = False
) -> str:
    """Write the query that checks and converts the rows of `incoming`, whose columns are `schema`."""
    found = {field.name: field.type for field in schema}
    column = {name: _converted(name, found.get(name), zone) for name in COLUMNS[kind]}
    build = {"activities": _activities, "encounters": _encounters, "people": _people, "ties": _ties}[kind]
    if kind == "activities":
        return _activities(column, found.get("time"), secret, keep_text=keep_text, keep_terms=keep_terms)
    return build(column, found.get("time"))  # type: ignore[operator, no-any-return]


def _converted(name: str, found: pa.DataType | None, zone: str | None) -> str:
    quoted = f'"{name}"'
    if found is None or kinds.is_null(found):
        return "NULL::VARCHAR[]" if name in _LISTS else "NULL"
    if name in _LISTS:
        return _list(quoted, found)
    if name == "time":
        return _moment(quoted, found, zone)
    return quoted if not _is_text(found) else f"nullif(trim({quoted}), '')"


def _is_text(found: pa.DataType) -> bool:
    return bool(kinds.is_string(found) or kinds.is_large_string(found) or kinds.is_dictionary(found))


def _list(quoted: str, found: pa.DataType) -> str:
    items = quoted if not _is_text(found) else f"string_split({quoted}, ';')"
    tidy = "CASE WHEN starts_with(lower(trim(a)), 'email:') THEN lower(trim(a)) ELSE trim(a) END"
    return f"list_distinct(list_filter(list_transform({items}, lambda a: {tidy}), lambda a: a <> ''))"


def _moment(quoted: str, found: pa.DataType, zone: str | None) -> str:
    """A point in time from text, a timestamp or an epoch; None where it is unclear which moment is meant."""
    place = zone.replace("'", "") if zone else None
    if kinds.is_timestamp(found):
        if found.tz is not None:
            return f"{quoted}::TIMESTAMPTZ"
        return f"timezone('{place}', {quoted}::TIMESTAMP)" if place else "NULL::TIMESTAMPTZ"
    if not _is_text(found):
        return _epoch(f"{quoted}::DOUBLE")
    text = f"trim({quoted})"
    local = f"timezone('{place}', try_cast({text} AS TIMESTAMP))" if place else "NULL"
    return (
        f"CASE WHEN regexp_full_match({text}, '-?\\d+(\\.\\d+)?') THEN {_epoch(f'{text}::DOUBLE')} "
        f"WHEN regexp_matches({text}, '\\d:\\d\\d.*{_ZONE}') THEN try_cast({text} AS TIMESTAMPTZ) "
        f"ELSE {local} END"
    )


def _epoch(number: str) -> str:
    """Seconds, milliseconds or microseconds since 1970, told apart by their size."""
    scale = f"CASE WHEN abs({number}) < 1e11 THEN 1e6 WHEN abs({number}) < 1e14 THEN 1e3 ELSE 1 END"
    return f"make_timestamptz(CAST(round({number} * {scale}) AS BIGINT))"


def _account(expression: str) -> str:
    return (
        f"CASE WHEN starts_with(lower({expression}), 'email:') THEN lower({expression}) ELSE {expression} END"
    )


def _not_accounts(items: str, name: str) -> str:
    bad = f"list_filter({items}, lambda a: NOT regexp_matches(a, '{_ACCOUNT}'))"
    return (
        f"WHEN len({bad}) > 0 THEN '{name}: ''' || left({bad}[1], 60) || "
        f"''' is not an account, which is written system:identifier'"
    )


def _not_one_of(expression: str, name: str, allowed: Iterable[str]) -> str:
    words = ", ".join(f"'{word}'" for word in allowed)
    return (
        f"WHEN {expression} IS NULL THEN '{name} is empty' "
        f"WHEN {expression} NOT IN ({words}) THEN '{name} ''' || left({expression}, 60) || "
        f"''' is not one of: {', '.join(allowed)}'"
    )


def _bad_time(moment: str, found: pa.DataType | None, *, needed: bool) -> str:
    if found is None or kinds.is_null(found):
        return "WHEN true THEN 'time is empty'" if needed else ""
    told = 'left(CAST("time" AS VARCHAR), 60)'
    empty = '("time" IS NULL OR trim(CAST("time" AS VARCHAR)) = \'\')'
    naive = kinds.is_timestamp(found) and found.tz is None
    shaped = "true" if naive else f"try_cast({told} AS TIMESTAMP) IS NOT NULL"
    return (
        (f"WHEN {empty} THEN 'time is empty' " if needed else "")
        + f"WHEN NOT {empty} AND {moment} IS NULL AND {shaped} THEN 'time ''' || {told} || "
        + "''' has no zone: add one to it, or import with --zone' "
        + f"WHEN NOT {empty} AND {moment} IS NULL THEN 'time ''' || {told} || ''' is not a date and time' "
        + f"WHEN NOT {empty} AND {moment} NOT BETWEEN TIMESTAMPTZ '1900-01-01 00:00:00+00' "
        + f"AND TIMESTAMPTZ '2200-01-01 00:00:00+00' THEN 'time ''' || {told} || ''' cannot be meant' "
    )


def _truth(expression: str) -> str:
    return f"coalesce(try_cast({expression} AS BOOLEAN), false)"


def _digest(columns: Sequence[str]) -> str:
    parts = ", ".join(f"coalesce(CAST({column} AS VARCHAR), '')" for column in columns)
    return f"md5(concat_ws(chr(31), {parts}))"


def _words(text: str) -> str:
    """What may tell of a meeting stays for a closer look before it is dropped like all text; NULL elsewhere."""
    return "NULL::VARCHAR" if text == "NULL" else meeting_words.heard(text)


def _activities(
    column: dict[str, str], time: pa.DataType | None, secret: str, *, keep_text: bool, keep_terms: bool
) -> str:
    actor = _account(column["actor"])
    subject = f"lower(trim(regexp_replace({column['subject']}, '{_PREFIXES}', '', 'i')))"
    words = f"nullif(regexp_replace({subject}, '\\s+', ' ', 'g'), '')"
    verb = f"lower({column['verb']})"
    return f"""
        WITH converted AS (
            SELECT line, file, row, {column["id"]}::VARCHAR AS given, {column["time"]} AS time, {
        actor
    }::VARCHAR AS actor,
                {verb}::VARCHAR AS verb, {column["parent"]}::VARCHAR AS parent,
                {column["conversation"]}::VARCHAR AS conversation,
                coalesce({column["to"]}, []) AS addressees, coalesce({column["mentions"]}, []) AS mentions,
                {column["channel"]}::VARCHAR AS channel, try_cast({column["audience"]} AS BIGINT) AS audience,
                {column["text"] if keep_text else "NULL"}::VARCHAR AS text, {column["url"]}::VARCHAR AS url,
                sha256('{secret}' || {words}) AS subject,
                coalesce(regexp_matches({column["subject"]}, '{_REPLY}', 'i'), false) AS answers,
                {_truth(column["inferred"])} AS inferred, sha256('{secret}' || {
        column["fingerprint"]
    }) AS fingerprint,
                {_truth(column["deleted"])} AS deleted, {_words(column["text"])} AS words,
                {column["text"] if keep_terms else "NULL"}::VARCHAR AS said,
                CASE {_bad_time(column["time"], time, needed=True)}
                    WHEN {actor} IS NULL THEN 'actor is empty'
                    {_not_accounts(f"[{actor}]", "actor")}
                    {_not_one_of(verb, "verb", Verb)}
                    {_not_accounts(column["to"], "to")}
                    {_not_accounts(column["mentions"], "mentions")}
                    WHEN {column["audience"]} IS NOT NULL AND try_cast({column["audience"]} AS BIGINT) IS NULL
                    THEN 'audience is not a number'
                END AS reason
            FROM incoming),
        digested AS (
            SELECT *, {
        _digest(
            [
                "epoch_us(time)",
                "actor",
                "verb",
                "parent",
                "conversation",
                "addressees",
                "mentions",
                "channel",
                "audience",
                "url",
                "subject",
                "answers",
                "inferred",
                "deleted",
            ]
        )
    } AS digest FROM converted)
        SELECT * EXCLUDE (given, fingerprint, digest), coalesce(given, 'row:' || digest) AS id,
            md5(coalesce(fingerprint, coalesce(given, 'row') || ':' || digest)) AS key
        FROM digested"""


def _encounters(column: dict[str, str], time: pa.DataType | None) -> str:
    kind, evidence = f"lower({column['kind']})", f"lower({column['evidence']})"
    return f"""
        WITH converted AS (
            SELECT line, file, row, {column["id"]}::VARCHAR AS given, {column["time"]}::TIMESTAMPTZ AS time,
                coalesce({column["people"]}, []) AS people, {kind}::VARCHAR AS kind,
                {evidence}::VARCHAR AS evidence, try_cast({column["attendees"]} AS BIGINT) AS attendees,
                {column["place"]}::VARCHAR AS place,
                CASE {_bad_time(column["time"], time, needed=False)}
                    WHEN len(coalesce({column["people"]}, [])) = 0 THEN 'people is empty'
                    {_not_accounts(column["people"], "people")}
                    {_not_one_of(kind, "kind", Modality)}
                    {_not_one_of(evidence, "evidence", Evidence)}
                    WHEN {column["attendees"]} IS NOT NULL
                    AND coalesce(try_cast({column["attendees"]} AS BIGINT), 0) < 1
                    THEN 'attendees is not a number of people'
                END AS reason
            FROM incoming),
        digested AS (
            SELECT *, {
        _digest(["epoch_us(time)", "list_sort(people)", "kind", "evidence", "attendees", "place"])
    } AS digest FROM converted)
        SELECT * EXCLUDE (given, digest), false AS deleted, coalesce(given, 'row:' || digest) AS id,
            md5(coalesce(given, 'row') || ':' || digest) AS key
        FROM digested"""


def _people(column: dict[str, str], _time: pa.DataType | None) -> str:
    fields = ", ".join(
        f"{column[name]}::VARCHAR AS {name}"
        for name in ("person", "name", "organisation", "department", "site", "manager", "sphere")
    )
    return f"""
        WITH converted AS (
            SELECT line, file, row, {fields}, coalesce({column["accounts"]}, []) AS accounts,
                try_cast({column["bot"]} AS BOOLEAN) AS bot,
                CASE WHEN {column["person"]} IS NULL AND len(coalesce({column["accounts"]}, [])) = 0
                    THEN 'neither person nor accounts is given'
                    {_not_accounts(column["accounts"], "accounts")}
                    WHEN {column["bot"]} IS NOT NULL AND try_cast({column["bot"]} AS BOOLEAN) IS NULL
                    THEN 'bot is neither true nor false'
                END AS reason
            FROM incoming)
        SELECT *, md5({
        _digest(
            [
                "person",
                "name",
                "list_sort(accounts)",
                "organisation",
                "department",
                "site",
                "manager",
                "sphere",
                "bot",
            ]
        )
    }) AS key
        FROM converted"""


def _ties(column: dict[str, str], _time: pa.DataType | None) -> str:
    meaning = f"lower(coalesce({column['meaning']}, 'influence'))"
    source, target = _account(column["source"]), _account(column["target"])
    directed = f"coalesce(try_cast({column['directed']} AS BOOLEAN), true)"
    return f"""
        WITH converted AS (
            SELECT line, file, row, {source}::VARCHAR AS source, {target}::VARCHAR AS target,
                coalesce(try_cast({column["weight"]} AS DOUBLE), 1) AS weight, {meaning} AS meaning,
                {column["layer"]}::VARCHAR AS layer, {directed} AS directed,
                CASE WHEN {source} IS NULL THEN 'source is empty' WHEN {target} IS NULL THEN 'target is empty'
                    {_not_accounts(f"[{source}, {target}]", "source or target")}
                    {_not_one_of(meaning, "meaning", ("influence", "met"))}
                    WHEN {column["weight"]} IS NOT NULL AND try_cast({column["weight"]} AS DOUBLE) IS NULL
                    THEN 'weight is not a number'
                END AS reason
            FROM incoming)
        SELECT *, md5({_digest(["source", "target", "weight", "meaning", "layer", "directed"])}) AS key
        FROM converted"""
