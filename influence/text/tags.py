"""Tags: what somebody named their words by, as `#sustainability`, stated by the service or standing in the text."""

from __future__ import annotations

LONGEST = 100
"""Letters of a tag; no service takes longer ones."""
_MARK = "[#\\x{ff03}]"
_TAG = rf"(?:^|[^\p{{L}}\p{{N}}_&/#<;]){_MARK}([\p{{L}}\p{{M}}\p{{N}}_]*\p{{L}}[\p{{L}}\p{{M}}\p{{N}}_]*)"
"""A tag has a letter, so that `#7` is none; nor is the end of an address (`/page#part`) or a character's code."""


def tags(stated: str, text: str) -> str:
    """Write the expression for the tags of a message, in small letters and in order, each once; NULL where none is.

    `stated` is the expression for the list that a service states, `text` that for the words.

    >>> import duckdb
    >>> sql = tags("['Climate', '#AI']", "'We act: #climate, #Åre2026 and #7, see https://a.example/#part'")
    >>> duckdb.sql(f"SELECT {sql}").fetchall()
    [(['ai', 'climate', 'åre2026'],)]
    """
    lists = [] if stated.startswith("NULL") else [f"list_transform({stated}, lambda t: ltrim(t, '#\uff03'))"]
    if text != "NULL":
        found = f"regexp_extract_all({text}, '{_TAG}', 1)"
        lists.append(f"CASE WHEN contains({text}, '#') OR contains({text}, '\uff03') THEN {found} END")
    if not lists:
        return "NULL::VARCHAR[]"
    whole = lists[0] if len(lists) == 1 else f"list_concat({', '.join(lists)})"
    small = f"list_transform({whole}, lambda t: lower(nfc_normalize(trim(t))))"
    fit = f"list_filter({small}, lambda t: len(t) BETWEEN 1 AND {LONGEST})"
    return f"CASE WHEN len({whole}) > 0 THEN nullif(list_sort(list_distinct({fit})), []) END"
