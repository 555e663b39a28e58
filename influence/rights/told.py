"""What was told to somebody and is kept (a snapshot, a baseline), without a person who asks to be forgotten."""

from __future__ import annotations

import json
import zlib
from typing import Any

from influence.rights.traces import Traces

_WHOSE = frozenset(("person", "who", "account", "one", "other", "name", "id"))
"""Fields that say whose a row is: without them there is no row."""
_CHAINS = "hops"
"""A chain of people that lacks one of them leads nowhere."""


def told_without(told: bytes, traces: Traces) -> bytes | None:
    """Return what was told (JSON, compressed) without somebody; None where it does not name them.

    Rows about them go, and so do chains that lead through them; elsewhere they are replaced by nothing. Numbers stay as
    they were told.
    """
    before = json.loads(zlib.decompress(told))
    after = _without(before, traces)
    if after == before:
        return None
    return zlib.compress(json.dumps(after, ensure_ascii=True).encode(), 9)


def _without(value: Any, traces: Traces) -> Any:
    match value:
        case str():
            return "" if traces.is_one(value) else traces.taken_out(value)
        case dict():
            return {key: _without(one, traces) for key, one in value.items() if not traces.names_them(key)}
        case list():
            return [_without(one, traces) for one in value if not _is_theirs(one, traces)]
    return value


def _is_theirs(item: Any, traces: Traces) -> bool:
    match item:
        case str():
            return traces.is_one(item)
        case list():
            return any(isinstance(one, str) and traces.is_one(one) for one in item)
        case dict():
            whose = any(isinstance(item.get(key), str) and traces.is_one(item[key]) for key in _WHOSE)
            return whose or any(_is_theirs(hop, traces) for hop in item.get(_CHAINS) or ())
    return False
