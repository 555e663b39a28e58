"""What stands in a finding's detail, read with care: another program may have written it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from influence.contract.findings import Report

Detail = Mapping[str, object]


def detail(report: Report, name: str) -> Detail:
    """Return the detail of a finding; nothing where the report does not hold it."""
    finding = report.findings.get(name)
    return {} if finding is None else finding.detail


def value(report: Report, name: str) -> float | None:
    """Return the value of a finding; None where it has none or the report does not hold it."""
    finding = report.findings.get(name)
    return None if finding is None else finding.value


def known(report: Report, *names: str) -> bool:
    """Tell whether the report holds all these findings, each with a value."""
    return all(value(report, name) is not None for name in names)


def amount(of: Detail, key: str) -> float | None:
    """Return a finite number of a detail; None where there is none.

    >>> amount({"of": 3}, "of"), amount({"of": "many"}, "of"), amount({}, "of")
    (3.0, None, None)
    """
    return finite(of.get(key))


def finite(found: object) -> float | None:
    """Return what is found as a number if it is a finite one.

    >>> finite(2), finite(float("inf")), finite(True)
    (2.0, None, None)
    """
    if isinstance(found, bool) or not isinstance(found, (int, float)) or not math.isfinite(found):
        return None
    return float(found)


def words(of: Detail, key: str) -> str:
    """Return a text of a detail; empty where there is none."""
    found = of.get(key)
    return found if isinstance(found, str) else ""


def texts(of: Detail, key: str) -> tuple[str, ...]:
    """Return the texts of a list in a detail."""
    return tuple(each for each in listed(of.get(key)) if isinstance(each, str))


def pair(of: Detail, key: str) -> tuple[float, float] | None:
    """Return an interval of a detail.

    >>> pair({"interval": [1, 2]}, "interval"), pair({"interval": [None, 2]}, "interval")
    ((1.0, 2.0), None)
    """
    ends = [finite(each) for each in listed(of.get(key))]
    if len(ends) != 2 or ends[0] is None or ends[1] is None:
        return None
    return ends[0], ends[1]


def rows(of: Detail, key: str) -> tuple[Detail, ...]:
    """Return the rows of a table in a detail."""
    return tuple(each for each in listed(of.get(key)) if isinstance(each, Mapping))


def under(of: Detail, key: str) -> dict[str, Detail]:
    """Return a table by name in a detail: spheres, alternatives.

    >>> under({"by_sphere": {"customer": {"value": 1}, "media": 3}}, "by_sphere")
    {'customer': {'value': 1}}
    """
    found = of.get(key)
    if not isinstance(found, Mapping):
        return {}
    return {str(name): row for name, row in found.items() if isinstance(row, Mapping)}


def listed(found: object) -> Sequence[object]:
    """Return a list as it is, and nothing for what is none.

    >>> listed([1]), listed("text")
    ([1], ())
    """
    return found if isinstance(found, Sequence) and not isinstance(found, (str, bytes)) else ()
