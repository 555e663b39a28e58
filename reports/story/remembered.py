"""What one report gives again and again while it is written is made once."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import TypeVar
from weakref import ReferenceType, ref

from influence.contract.findings import Report
from influence.contract.language import Language, spoken

_Made = TypeVar("_Made")


def once_a_report(make: Callable[[Report], _Made]) -> Callable[[Report], _Made]:
    """Remember what the last report gave in the language of the moment; what comes back is not to be changed.

    >>> once_a_report(lambda report: object())(Report({}, {}, {})) is None
    False
    """
    held: list[tuple[ReferenceType[Report], Language, _Made]] = []

    @wraps(make)
    def found(report: Report) -> _Made:
        for whose, language, made in held:
            if whose() is report and language is spoken():
                return made
        held[:] = [(ref(report), spoken(), make(report))]
        return held[0][2]

    return found
