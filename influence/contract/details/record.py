"""A detail is a record that becomes JSON and is read back with care, since another program may have written it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import MISSING, Field, dataclass, fields
from types import NoneType, UnionType
from typing import Any, ClassVar, Self, Union, get_args, get_origin, get_type_hints

RECORDS: dict[str, type[Detail]] = {}
"""Which record is whose, by the name of the finding."""
_KINDS: dict[type[Detail], dict[str, Any]] = {}


@dataclass(frozen=True)
class Detail:
    """What belongs to a finding beside its value, or one row of that.

    An attribute stands in JSON under its own name (`with_` under `with`, which Python keeps for itself). One with a
    default is left out where it is None; any other is always written, None as null. `of` names the findings whose
    detail it is; a row names none. Numbers are finite; one that may be unreadable has None in its type.

    `nameless` lists the attributes that tell of nobody, `counts` those that are numbers of people, who may be few: a
    report without names has these and no others.

    >>> @dataclass(frozen=True)
    ... class Tally(Detail):
    ...     asked: int | None
    ...     people: tuple[str, ...]
    ...     since: str | None = None
    >>> Tally(3, ("ann",)).as_json()
    {'asked': 3, 'people': ['ann']}
    >>> Tally.from_json({"asked": "many", "people": ["ann", 7], "since": 2020})
    Tally(asked=None, people=('ann',), since=None)
    """

    nameless: ClassVar[tuple[str, ...]] = ()
    counts: ClassVar[tuple[str, ...]] = ()

    def __init_subclass__(
        cls, of: Sequence[str] = (), nameless: Sequence[str] = (), counts: Sequence[str] = (), **more: Any
    ) -> None:
        super().__init_subclass__(**more)
        cls.nameless, cls.counts = tuple(nameless), tuple(counts)
        RECORDS.update(dict.fromkeys(of, cls))

    def as_json(self) -> dict[str, Any]:
        """Return the record as JSON keeps it, in the order of its attributes."""
        found = ((one, getattr(self, one.name)) for one in fields(self))
        return {
            _key(one): _plain(value) for one, value in found if value is not None or one.default is MISSING
        }

    @classmethod
    def from_json(cls, body: Mapping[str, Any]) -> Self:
        """Read a record back; what is missing or not of its type is None or empty, and other keys are left aside."""
        kinds = _kinds(cls)
        return cls(**{one.name: _read(kinds[one.name], body.get(_key(one))) for one in fields(cls)})


def read(name: str, detail: Detail | Mapping[str, Any]) -> Detail | Mapping[str, Any]:
    """Return a mapping as the record of that name, or as it is if there is no such record; `{}` for what is empty.

    >>> read("our_own", {"a": 1}), read("lead", {})
    ({'a': 1}, {})
    """
    if not isinstance(detail, Detail):
        if not detail or name not in RECORDS:
            return detail
        detail = RECORDS[name].from_json(detail)
    return detail if detail.as_json() else {}


def _key(one: Field[Any]) -> str:
    return one.name.removesuffix("_")


def _plain(value: object) -> object:
    if isinstance(value, Detail):
        return value.as_json()
    if isinstance(value, tuple):
        return [_plain(each) for each in value]
    return {key: _plain(each) for key, each in value.items()} if isinstance(value, Mapping) else value


def _kinds(record: type[Detail]) -> dict[str, Any]:
    if record not in _KINDS:
        _KINDS[record] = get_type_hints(record)
    return _KINDS[record]


def _read(kind: Any, value: object) -> Any:
    """Return a value if it is of its kind, else None or what is empty of that kind."""
    found = _taken(kind, value)
    if found is not None or NoneType in get_args(kind):
        return found
    if isinstance(kind, type) and issubclass(kind, Detail):
        return kind.from_json({})
    return {} if get_origin(kind) is Mapping else (get_origin(kind) or kind)()


def _taken(kind: Any, value: object) -> Any:
    """Return a value if it is of its kind, else None; of a list or a table the parts that are."""
    origin, parts = get_origin(kind), get_args(kind)
    if origin in {Union, UnionType}:
        return _taken(parts[0], value)
    if kind in {str, bool}:
        return value if isinstance(value, kind) else None
    if kind in {int, float}:
        return _number(kind, value)
    if origin is tuple:
        return _listed(parts, value)
    if not isinstance(value, Mapping):
        return None
    if origin is None:
        return kind.from_json(value)
    rows = {str(key): _taken(parts[1], each) for key, each in value.items()}
    return {key: each for key, each in rows.items() if each is not None}


def _number(kind: type, value: object) -> int | float | None:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    try:
        if not math.isfinite(value):
            return None
    except OverflowError:  # an integer beyond all floats
        return None
    if kind is float:
        return value
    return int(value) if value == int(value) else None


def _listed(parts: tuple[Any, ...], value: object) -> tuple[Any, ...] | None:
    if not isinstance(value, Sequence) or isinstance(value, (str, bytes)):
        return None
    if parts[-1] is Ellipsis:
        found = (_taken(parts[0], each) for each in value)
        return tuple(each for each in found if each is not None)
    if len(value) != len(parts):
        return None
    fixed = tuple(_taken(kind, each) for kind, each in zip(parts, value, strict=True))
    whole = all(
        each is not None or NoneType in get_args(kind) for kind, each in zip(parts, fixed, strict=True)
    )
    return fixed if whole else None
