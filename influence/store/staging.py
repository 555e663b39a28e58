"""Checks and converts rows on their way into the store: one SELECT a kind, whatever format they came in.

Each query gives a row its columns in the store's types and a `reason` where it must be set aside.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import pyarrow as pa
import pyarrow.types as kinds

from influence.contract.records import Evidence, Modality, Unsaid, Verb
from influence.store.incoming import tidy
from influence.store.schema import DAY, KINDS, NUMBER, REAL, TEXT, TEXTS, TRUTH
from influence.text.meeting_phrases import heard
from influence.text.tags import tags
from influence.text.tone import SAID, stated_tone
from influence.times import EARLIEST, LATEST

_ACCOUNT = r"^[^:\s]+:\s*\S"
_SEVERAL = (
    r"^[^:\s]+:(\S*\s+|.*[,|]\s*)[A-Za-z][A-Za-z0-9_-]{0,40}:\S|^email:[^\s@,|]+@[^\s@,|]+[\s,|]+[^\s@,|]+@"
)
"""An account behind which another begins: by a blank, a comma or a bar, where a semicolon is meant."""
_ZONE = r"([zZ]|[+-]\d{2}(:?\d{2}){0,2}|[A-Za-z]+/[A-Za-z_/]+|UTC|GMT)$"
_WILD = r"\d:\d\d.*[+-](1[6-9]|[2-9]\d)(:?\d{2}){0,2}$"
"""An offset that no place on Earth has."""
_SPACE = r"[\s\x{a0}\x{202f}\x{3000}]*"
_NUMBERED = rf"\.?{_SPACE}([\[(^]\d{{1,3}}[\])]?)?{_SPACE}[:\x{{ff1a}}]"
"""As in `Re[2]:`, and the colon that Chinese is written with."""
_OUTSIDE = "externa?l?|extern[eoa]|ext|outside|untrusted|caution|((suspected|possible|likely)[ _])?spam"
_FROM_OUTSIDE = (
    rf"(([\[({{<*]{{1,3}}({_OUTSIDE})[^\[\](){{}}<>*]{{0,30}}[\])}}>*]{{1,3}}{_SPACE}[:-]?|(externa?l?|ext){_SPACE}:)"
    rf"{_SPACE})"
)
"""What a company's mail server writes before the subject of a mail from outside: `[EXTERNAL]`."""
_ANSWERS = (
    "re|r|rép|rep|res|resp|ref|réf|rif|sv|aw|antw|antwort|vs|vast|vá|odp|odg|отв|ответ|на|відп|отг|ynt|yanıt|atb|ats|bls|tl"
    "|răsp|απ|σχετ|回复|回覆|答复|答覆|返信|회신|답장|תגובה|השב|رد|ตอบ|ตอบกลับ|svar|vastaus|resposta|respuesta|risposta|réponse"
    "|odpowiedź|odpověď|odpoveď|odgovor|válasz|răspuns|відповідь|απάντηση|trả lời|balas|balasan|תשובה|الرد|返事"
)
_PASSED_ON = (
    "fw|fwd|vb|wg|vl|tr|i|rv|enc|pd|fs|doorst|továbbítás|ilt|İLT|πρθ|пересл|edasi|trs|yml|转发|轉寄|轉發|転送|전달|הועבר"
    "|إعادة توجيه|přeposláno|preposlané|προωθ|chuyển tiếp|teruskan"
)
_REPLY = rf"^{_SPACE}{_FROM_OUTSIDE}*(\[[^\[\]]{{1,40}}\]{_SPACE})?({_ANSWERS}){_NUMBERED}"
_FIRST, _LAST = (f"TIMESTAMPTZ '{one}'" for one in (EARLIEST, LATEST))
_PREFIXES = rf"^({_SPACE}({_FROM_OUTSIDE}|({_ANSWERS}|{_PASSED_ON}){_NUMBERED}))+{_SPACE}"
_BEHIND_TAG = rf"^(\[[^\[\]]{{1,40}}\]{_SPACE})(({_ANSWERS}|{_PASSED_ON}){_NUMBERED}{_SPACE})+"
"""A list writes its name before the subject, some of them also before the `Re:`."""


_EMPTY = "NULL::VARCHAR[]"
_WEIGHED = 3_000
"""Letters of a message whose words are weighed."""
_BEGINNING, _TELLING = 300, 100
"""Letters of a message that are digested to know copies of it, and how long it must be."""


@dataclass(frozen=True)
class Keeping:
    """What a store keeps of a message besides its facts: its text, or its terms; `secret` keys the digests."""

    secret: str = field(repr=False)
    text: bool = False
    terms: bool = False


def staging(kind: str, incoming: pa.Table, zone: str | None, keeping: Keeping) -> str:
    """Write the query that checks and converts the rows of `incoming`, whose columns `readable` has made."""
    found = {name: incoming[name].type for name in incoming.column_names if _says_anything(incoming[name])}
    there = [name for name in KINDS[kind].given if name in found]
    as_it_is = tidy(incoming.select([name for name in there if _is_as_declared(kind, name, found[name])]))
    made = [
        f'{_tidy(kind, name) if name in as_it_is else _converted(kind, name, found[name], zone)} AS "{name}"'
        for name in there
    ]
    told = ['"time" AS told'] if "time" in there else []
    given = f"given AS (SELECT {', '.join(['line', 'file', 'row', *made, *told])} FROM incoming)"
    column = {name: f'"{name}"' if name in there else _nothing(kind, name) for name in KINDS[kind].given}
    match kind:
        case "activities":
            return f"WITH {given}, {_activities(column, found.get('time'), keeping)}"
        case "encounters":
            return f"WITH {given}, {_encounters(column, found.get('time'))}"
        case "people":
            return f"WITH {given}, {_people(column)}"
        case _:
            return f"WITH {given}, {_ties(column)}"


def _says_anything(column: pa.ChunkedArray) -> bool:
    """Tell whether any row has a value: what is asked of a column that is empty takes as long to plan as of any."""
    if kinds.is_list(column.type) or kinds.is_large_list(column.type):
        return any(len(chunk.flatten()) for chunk in column.chunks)
    return bool(column.null_count < len(column))


def _is_as_declared(kind: str, name: str, found: pa.DataType) -> bool:
    """Tell whether a column of texts holds texts, and one of lists lists; a time is never only text."""
    listed = KINDS[kind].type_of(name) == TEXTS
    return name != "time" and (kinds.is_nested(found) if listed else _is_text(found))


def _nothing(kind: str, name: str) -> str:
    return _EMPTY if KINDS[kind].type_of(name) == TEXTS else "NULL"


def _tidy(kind: str, name: str) -> str:
    """A column whose texts need no trimming; of a list of several accounts each is kept once."""
    if KINDS[kind].type_of(name) == TEXTS:
        return f'CASE WHEN len("{name}") > 1 THEN list_distinct("{name}") ELSE coalesce("{name}", []) END'
    return f'"{name}"'


def _converted(kind: str, name: str, found: pa.DataType, zone: str | None) -> str:
    quoted, declared = f'"{name}"', KINDS[kind].type_of(name)
    if declared == TEXTS:
        return _list(quoted, found)
    if name == "time":
        return _moment(quoted, found, zone)
    if declared in {NUMBER, REAL, TRUTH} and _is_number(found):
        return quoted
    if declared == DAY and (kinds.is_timestamp(found) or kinds.is_date(found)):
        return f"CAST({quoted} AS DATE)"
    return f"nullif(trim({_as_text(quoted, found)}), '')"


def _is_text(found: pa.DataType) -> bool:
    return bool(kinds.is_string(found) or kinds.is_large_string(found))


def _is_number(found: pa.DataType) -> bool:
    return bool(kinds.is_integer(found) or kinds.is_floating(found) or kinds.is_decimal(found)) or _is_truth(
        found
    )


def _is_truth(found: pa.DataType) -> bool:
    return bool(kinds.is_boolean(found))


def _as_text(quoted: str, found: pa.DataType) -> str:
    return quoted if _is_text(found) else f"CAST({quoted} AS VARCHAR)"


def _list(quoted: str, found: pa.DataType) -> str:
    items = quoted if kinds.is_nested(found) else f"string_split({_as_text(quoted, found)}, ';')"
    tidy = "CASE WHEN starts_with(lower(trim(a)), 'email:') THEN lower(trim(a)) ELSE trim(a) END"
    tidied = f"list_distinct(list_filter(list_transform({items}, lambda a: {tidy}), lambda a: a <> ''))"
    return f"CASE WHEN len({items}) > 0 THEN {tidied} ELSE []::VARCHAR[] END"


def _moment(quoted: str, found: pa.DataType, zone: str | None) -> str:
    """A point in time from text, a timestamp or an epoch; None where it is unclear which moment is meant."""
    place = zone.replace("'", "") if zone else None
    if kinds.is_timestamp(found):
        if found.tz is not None:
            return f"{quoted}::TIMESTAMPTZ"
        return _local(f"{quoted}::TIMESTAMP", place)
    if _is_number(found) and not _is_truth(found):
        return _epoch(f"{quoted}::DOUBLE")
    text = f"trim({_as_text(quoted, found)})"
    moment = f"try_cast({text} AS TIMESTAMPTZ)"
    return (
        f"CASE WHEN ends_with({text}, 'Z') AND {text}[14] = ':' AND {moment} IS NOT NULL THEN {moment} "
        f"WHEN regexp_full_match({text}, '-?\\d+(\\.\\d+)?') THEN {_epoch(f'try_cast({text} AS DOUBLE)')} "
        f"WHEN regexp_matches({text}, '{_WILD}') THEN NULL "
        f"WHEN regexp_matches({text}, '\\d:\\d\\d.*{_ZONE}') THEN {moment} "
        f"ELSE {_local(f'try_cast({text} AS TIMESTAMP)', place)} END"
    )


def _local(moment: str, place: str | None) -> str:
    """The moment at which it is that time in a place; a time that is refused anyway is taken for one in UTC.

    In the hour that comes twice it is the first, as calendars (RFC 5545, 3.3.5) and Python have it. The engine takes
    the last, so it is reckoned again by how far the clocks there were from UTC some hours before.
    """
    if place is None:
        return "NULL::TIMESTAMPTZ"
    meant = f"{moment} BETWEEN TIMESTAMP '1800-01-01' AND TIMESTAMP '2300-01-01'"
    last = f"timezone('{place}', {moment})"
    before = f"({last} - INTERVAL 3 HOUR)"
    first = f"timezone('UTC', {moment} - (timezone('{place}', {before}) - timezone('UTC', {before})))"
    local = f"CASE WHEN timezone('{place}', {first}) = {moment} THEN {first} ELSE {last} END"
    return f"CASE WHEN {meant} THEN {local} ELSE timezone('UTC', {moment}) END"


def _epoch(number: str) -> str:
    """Seconds, milliseconds or microseconds since 1970, told apart by their size; None for what is none of them."""
    scale = f"CASE WHEN abs({number}) < 1e11 THEN 1e6 WHEN abs({number}) < 1e14 THEN 1e3 ELSE 1 END"
    micros = f"try_cast(round({number} * {scale}) AS BIGINT)"
    return f"CASE WHEN abs({number}) < 2e17 THEN make_timestamptz({micros}) END"


def _account(expression: str) -> str:
    if expression == "NULL":
        return expression
    return (
        f"CASE WHEN starts_with(lower({expression}), 'email:') THEN lower({expression}) ELSE {expression} END"
    )


def _not_accounts(items: str, name: str) -> str:
    """Refuse a list that holds what is no account, or more than one; one that is always empty is not looked at."""
    if items == _EMPTY:
        return ""
    wrong = f"list_filter({items}, lambda a: NOT regexp_matches(a, '{_ACCOUNT}') OR regexp_matches(a, '{_SEVERAL}'))"
    return (
        f"WHEN len({wrong}) > 0 THEN '{name}: ''' || left({wrong}[1], 60) || "
        f"CASE WHEN regexp_matches({wrong}[1], '{_ACCOUNT}') "
        f"THEN ''' holds more than one account: write a semicolon between them' "
        f"ELSE ''' is not an account, which is written system:identifier, as in name:Ann Lee' END "
    )


def _not_one_of(expression: str, name: str, allowed: Iterable[str]) -> str:
    words = ", ".join(f"'{word}'" for word in allowed)
    return (
        f"WHEN {expression} IS NULL THEN '{name} is empty' "
        f"WHEN {expression} NOT IN ({words}) THEN '{name} ''' || left({expression}, 60) || "
        f"''' is not one of: {', '.join(allowed)}'"
    )


def _bad_time(moment: str, found: pa.DataType | None, *, needed: bool) -> str:
    if found is None:
        return "WHEN true THEN 'time is empty'" if needed else ""
    text = "left(CAST(told AS VARCHAR), 60)"
    empty = "coalesce(trim(told), '') = ''" if _is_text(found) else "told IS NULL"
    naive = kinds.is_timestamp(found) and found.tz is None
    shaped = "true" if naive else f"try_cast({text} AS TIMESTAMP) IS NOT NULL"
    wild = f"regexp_matches({text}, '{_WILD}')" if _is_text(found) else "false"
    return (
        (f"WHEN {moment} IS NULL AND {empty} THEN 'time is empty' " if needed else "")
        + f"WHEN {moment} IS NULL AND {wild} THEN 'time ''' || {text} || ''' states an offset that no place has' "
        + f"WHEN {moment} IS NULL AND NOT {empty} AND {shaped} THEN 'time ''' || {text} || "
        + "''' has no zone: add one to it, or import with --zone' "
        + f"WHEN {moment} IS NULL AND NOT {empty} THEN 'time ''' || {text} || ''' is not a date and time' "
        + f"WHEN {moment} NOT BETWEEN {_FIRST} AND {_LAST} THEN 'time ''' || {text} || ''' cannot be meant' "
    )


def _meant(moment: str) -> str:
    """The moment where it can be meant: of others no number of microseconds is made."""
    return f"CASE WHEN {moment} BETWEEN {_FIRST} AND {_LAST} THEN {moment} END::TIMESTAMPTZ"


def _known_word(expression: str, name: str, allowed: Iterable[str]) -> str:
    if expression == "NULL":
        return ""
    words = ", ".join(f"'{word}'" for word in allowed)
    return (
        f"WHEN {expression} IS NOT NULL AND {expression} NOT IN ({words}) THEN '{name} ''' || left({expression}, 60) "
        f"|| ''' is not one of: {', '.join(allowed)}'"
    )


def _truth(expression: str) -> str:
    return f"coalesce(try_cast({expression} AS BOOLEAN), false)"


def _selected(kind: str, column: Mapping[str, str], made: Mapping[str, str]) -> str:
    """The columns of a kind, each as it is made, or else as the text that was given."""
    return ", ".join(
        f"{made.get(one.name) or column[one.field] + '::' + TEXT} AS {one.name}"
        for one in KINDS[kind].columns
    )


def _digest(kind: str) -> str:
    return f"md5(concat_ws(chr(31), {', '.join(KINDS[kind].telling)}))"


def _words(text: str) -> str:
    """What may tell of a meeting stays for a closer look before it is dropped like all text; NULL elsewhere."""
    return "NULL::VARCHAR" if text == "NULL" else heard(text)


def _opening(text: str) -> str:
    """As much of a text as is weighed: of a long one most is quoted."""
    if text == "NULL":
        return text
    return f"CASE WHEN strlen({text}) > {_WEIGHED} THEN left({text}, {_WEIGHED}) ELSE {text} END"


def _wording(text: str, verb: str, secret: str) -> str:
    """A keyed digest of how a message begins, without spaces and line ends; NULL where it is too short to tell copies.

    The end is left out: copies of one letter are signed by many. A regular expression would take six times as long.
    """
    if text == "NULL":
        return "NULL"
    letters = f"lower(left({text}, {2 * _BEGINNING}))"
    for code in (32, 10, 13, 9):
        letters = f"replace({letters}, chr({code}), '')"
    digest = f"sha256('{secret}' || left({letters}, {_BEGINNING}))"
    return f"CASE WHEN {verb} = 'message' AND len({text}) >= {_TELLING} THEN {digest} END"


def _lower(expression: str) -> str:
    return expression if expression == "NULL" else f"lower({expression})"


def _subject(given: str, secret: str) -> dict[str, str]:
    """A keyed digest of a subject without what marks an answer, and whether it is marked as one."""
    if given == "NULL":
        return {"answers": "false"}
    plain = f"regexp_replace({given}, '{_PREFIXES}', '', 'i')"
    subject = f"lower(trim(regexp_replace({plain}, '{_BEHIND_TAG}', '\\1', 'i')))"
    words = f"nullif(regexp_replace({subject}, '\\s+', ' ', 'g'), '')"
    return {
        "subject": f"sha256('{secret}' || {words})",
        "answers": f"coalesce(regexp_matches({given}, '{_REPLY}', 'i'), false)",
    }


def _activities(column: dict[str, str], time: pa.DataType | None, keeping: Keeping) -> str:
    actor, verb = _account(column["actor"]), f"lower({column['verb']})"
    sent_with = {name: f"{_account(column[name])}::VARCHAR" for name in ("outbox", "typist")}
    sending = ", ".join(column[name] for name in sent_with if column[name] != "NULL")
    unsaid = _lower(column["unsaid"])
    made = {
        "time": _meant(column["time"]),
        "actor": f"{actor}::VARCHAR",
        "verb": f"{verb}::VARCHAR",
        "addressees": f"coalesce({column['to']}, [])",
        "mentions": f"coalesce({column['mentions']}, [])",
        "audience": f"try_cast({column['audience']} AS BIGINT)",
        "text": f"{column['text'] if keeping.text else 'NULL'}::VARCHAR",
        **_subject(column["subject"], keeping.secret),
        "inferred": _truth(column["inferred"]),
        "fingerprint": f"sha256('{keeping.secret}' || {column['fingerprint']})",
        **sent_with,
        "deleted": _truth(column["deleted"]),
        "unsaid": f"{unsaid}::VARCHAR",
        "wording": f"{_wording(column['text'], verb, keeping.secret)}::VARCHAR",
        "tags": tags(column["tags"], column["text"]),
        "rating": f"try_cast({column['rating']} AS DOUBLE)",
        "tone": stated_tone(column["rating"], column["reaction"], actor),
    }
    spoken, spoken_words = ", ".join(f"'{one}'" for one in SAID), _opening(column["text"])
    return f"""
        converted AS (
            SELECT line, file, row, {column["id"]}::VARCHAR AS given, {_selected("activities", column, made)},
                CASE WHEN tone IS NULL AND {verb} IN ({spoken}) THEN {spoken_words} END::VARCHAR AS words_said,
                {_words(column["text"])} AS words, {column["text"] if keeping.terms else "NULL"}::VARCHAR AS said,
                CASE {_bad_time(column["time"], time, needed=True)}
                    WHEN {actor} IS NULL THEN 'actor is empty'
                    {_not_accounts(f"[{actor}]", "actor")}
                    {_not_one_of(verb, "verb", Verb)}
                    {_not_accounts(column["to"], "to")}
                    {_not_accounts(column["mentions"], "mentions")}
                    {_not_accounts(f"[{sending}]" if sending else _EMPTY, "outbox or typist")}
                    {_known_word(unsaid, "unsaid", Unsaid)}
                    WHEN {column["audience"]} IS NOT NULL AND try_cast({column["audience"]} AS BIGINT) IS NULL
                    THEN 'audience is not a number'
                    WHEN {column["rating"]} IS NOT NULL
                    AND NOT coalesce(try_cast({column["rating"]} AS DOUBLE) BETWEEN 0 AND 1, false)
                    THEN 'rating is not a number from 0 (the worst mark) to 1 (the best)'
                END AS reason
            FROM given),
        digested AS (SELECT *, {_digest("activities")} AS digest FROM converted)
        SELECT * EXCLUDE (given, digest), coalesce(given, 'row:' || digest) AS id, hash(id) AS id_mark,
            md5(coalesce(fingerprint, coalesce(given, 'row') || ':' || digest) || coalesce(':' || unsaid, '')) AS key,
            CASE WHEN fingerprint IS NOT NULL THEN hash(key::UUID) END AS key_mark
        FROM digested"""


def _encounters(column: dict[str, str], time: pa.DataType | None) -> str:
    kind, evidence = f"lower({column['kind']})", f"lower({column['evidence']})"
    made = {
        "time": _meant(column["time"]),
        "people": f"coalesce({column['people']}, [])",
        "kind": f"{kind}::VARCHAR",
        "evidence": f"{evidence}::VARCHAR",
        "attendees": f"try_cast({column['attendees']} AS BIGINT)",
        "deleted": "false",
        "version": f"try_cast({column['version']} AS BIGINT)",
        "absent": "NULL::VARCHAR",
    }
    return f"""
        converted AS (
            SELECT line, file, row, {column["id"]}::VARCHAR AS given, {_selected("encounters", column, made)},
                CASE {_bad_time(column["time"], time, needed=False)}
                    WHEN len(coalesce({column["people"]}, [])) = 0 THEN 'people is empty'
                    {_not_accounts(column["people"], "people")}
                    WHEN len({column["people"]}) = 1 THEN 'the meeting names fewer than two people'
                    {_not_one_of(kind, "kind", Modality)}
                    {_not_one_of(evidence, "evidence", Evidence)}
                    WHEN {column["attendees"]} IS NOT NULL
                    AND coalesce(try_cast({column["attendees"]} AS BIGINT), 0) < 1
                    THEN 'attendees is not a number of people'
                    WHEN {column["version"]} IS NOT NULL AND try_cast({column["version"]} AS BIGINT) IS NULL
                    THEN 'version is not a whole number'
                END AS reason
            FROM given),
        digested AS (SELECT *, {_digest("encounters")} AS digest FROM converted)
        SELECT * EXCLUDE (given, digest), coalesce(given, 'row:' || digest) AS id,
            md5(coalesce(given, 'row') || ':' || digest || coalesce(':' || version, '')) AS key
        FROM digested"""


def _people(column: dict[str, str]) -> str:
    made = {
        "accounts": f"coalesce({column['accounts']}, [])",
        "bot": f"try_cast({column['bot']} AS BOOLEAN)",
        "first_contact": f"try_cast({column['first_contact']} AS DATE)",
    }
    return f"""
        converted AS (
            SELECT line, file, row, {_selected("people", column, made)},
                CASE WHEN {column["person"]} IS NULL AND len(coalesce({column["accounts"]}, [])) = 0
                    THEN 'neither person nor accounts is given'
                    {_not_accounts(column["accounts"], "accounts")}
                    WHEN {column["bot"]} IS NOT NULL AND try_cast({column["bot"]} AS BOOLEAN) IS NULL
                    THEN 'bot is neither true nor false'
                    WHEN {column["first_contact"]} IS NOT NULL
                    AND try_cast({column["first_contact"]} AS DATE) IS NULL
                    THEN 'first_contact is not a day: write it as 2026-03-31'
                END AS reason
            FROM given)
        SELECT *, md5({_digest("people")}) AS key FROM converted"""


def _ties(column: dict[str, str]) -> str:
    source, target = _account(column["source"]), _account(column["target"])
    meaning = f"lower(coalesce({column['meaning']}, 'influence'))"
    made = {
        "source": f"{source}::VARCHAR",
        "target": f"{target}::VARCHAR",
        "weight": f"coalesce(try_cast({column['weight']} AS DOUBLE), 1)",
        "meaning": meaning,
        "directed": f"coalesce(try_cast({column['directed']} AS BOOLEAN), true)",
    }
    return f"""
        converted AS (
            SELECT line, file, row, {_selected("ties", column, made)},
                CASE WHEN {source} IS NULL THEN 'source is empty' WHEN {target} IS NULL THEN 'target is empty'
                    {_not_accounts(f"[{source}, {target}]", "source or target")}
                    {_not_one_of(meaning, "meaning", ("influence", "met"))}
                    WHEN {column["weight"]} IS NOT NULL
                    AND NOT coalesce(isfinite(try_cast({column["weight"]} AS DOUBLE)), false)
                    THEN 'weight is not a number'
                END AS reason
            FROM given)
        SELECT *, md5({_digest("ties")}) AS key FROM converted"""
