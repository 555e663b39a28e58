"""What was told to somebody and is kept (a snapshot, a baseline), without a person who asks to be forgotten."""

from __future__ import annotations

import json
import zlib
from typing import Any

from influence.rights.traces import Traces

_WHOSE = frozenset(("person", "who", "account", "one", "other", "actor", "source", "target", "begun_by"))
"""Fields that hold the id of a person."""
_ROWS_OF = _WHOSE - {"begun_by"} | {"name", "id"}
"""Fields that say whose a row is: without them there is no row."""
_BY_PERSON = frozenset(("people", "names", "beside", "before"))
"""What is told by the id of a person; a list there is one of people."""
_CHAINS = "hops"
"""A chain of people that lacks one of them leads nowhere."""


def told_without(told: bytes, traces: Traces) -> bytes | None:
    """Return what was told (JSON, compressed) without somebody; None where it does not name them.

    Rows about them go, and so do chains that lead through them; elsewhere they are replaced by nothing. Numbers stay as
    they were told.
    """
    before = json.loads(zlib.decompress(told))
    after = _Telling(traces).without(before)
    if after == before:
        return None
    return zlib.compress(json.dumps(after, ensure_ascii=True).encode(), 9)


class _Telling:
    def __init__(self, traces: Traces) -> None:
        self._traces = traces

    def without(self, value: Any, field: str = "") -> Any:
        match value:
            case str():
                return "" if self._is_one(value, field) else self._traces.taken_out(value)
            case dict():
                return {
                    key: self.without(one, "person" if field in _BY_PERSON and isinstance(one, list) else key)
                    for key, one in value.items()
                    if not (
                        self._is_one(key, "person" if field in _BY_PERSON else "")
                        or self._traces.names_them(key)
                    )
                }
            case list():
                return [self.without(one, field) for one in value if not self._is_theirs(one, field)]
        return value

    def _is_one(self, text: str, field: str) -> bool:
        return self._traces.is_one(text) or (field in _WHOSE and text in self._traces.exact)

    def _is_theirs(self, item: Any, field: str) -> bool:
        match item:
            case str():
                return self._is_one(item, field)
            case list():
                return any(isinstance(one, str) and self._traces.is_one(one) for one in item)
            case dict():
                told = ((key, item.get(key)) for key in _ROWS_OF)
                whose = any(isinstance(one, str) and self._is_one(one, key) for key, one in told)
                return whose or any(self._is_theirs(hop, _CHAINS) for hop in item.get(_CHAINS) or ())
        return False
