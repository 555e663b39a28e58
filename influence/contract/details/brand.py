"""What belongs to person against brand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from influence.contract.details.record import Detail


@dataclass(frozen=True)
class Side(Detail, nameless=("items", "responses", "rate"), counts=("people",)):
    """What one side's items drew: `rate` is responses per item."""

    items: int | None
    responses: int | None
    people: int | None
    rate: float | None


@dataclass(frozen=True)
class SphereSides(Detail):
    """Responses per item of both sides in one sphere, their ratio and its interval; None is beyond all bounds."""

    person: float | None
    brand: float | None
    ratio: float | None
    interval: tuple[float | None, float | None] | None
    verdict: str


@dataclass(frozen=True)
class PersonAgainstBrand(
    Detail, of=("person_against_brand",), nameless=("verdict", "person", "brand", "at_least")
):
    """Which side draws more, and by sphere; `at_least` is the lower edge of an interval without an upper one.

    `not_here` are accounts of the organisation that nobody here has.
    """

    not_here: tuple[str, ...] | None = None
    verdict: str | None = None
    person: Side | None = None
    brand: Side | None = None
    spheres: Mapping[str, SphereSides] | None = None
    at_least: float | None = None


@dataclass(frozen=True)
class Pair(Detail, nameless=("one", "other", "ratio", "interval", "verdict")):
    """Two sides compared, responses per item of the first over the second's; None is beyond all bounds."""

    one: str
    other: str
    ratio: float | None
    interval: tuple[float | None, float | None] | None
    verdict: str


@dataclass(frozen=True)
class EmployeesAgainstBrand(
    Detail,
    of=("employees_against_brand",),
    nameless=("verdict", "leader", "employees", "brand", "pairs", "at_least"),
    counts=("writing",),
):
    """What outsiders' responses the leader, the other employees (`writing` of them) and the brand draw, and every pair.

    `spheres` has the responses per item of the three, in that order; `at_least` is the lower edge of an interval
    without an upper one.
    """

    verdict: str | None
    writing: int | None
    leader: Side | None
    employees: Side | None
    brand: Side | None
    pairs: tuple[Pair, ...] = ()
    spheres: Mapping[str, tuple[float, float, float]] | None = None
    at_least: float | None = None
