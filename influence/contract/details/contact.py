"""What belongs to influence before first contact."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from influence.contract.details.record import Detail


@dataclass(frozen=True)
class FirstContacts(Detail):
    """People's ids of one sphere, by how they stood to the leader when they first responded."""

    met_later: tuple[str, ...]
    never_met: tuple[str, ...]
    unknown: tuple[str, ...]


@dataclass(frozen=True)
class BeforeContact(Detail, of=("before_contact",), nameless=("days_ahead",), counts=("customers",)):
    """Who they are by sphere, customers first; median days from first response to first encounter; customers."""

    by_sphere: Mapping[str, FirstContacts]
    days_ahead: float | None
    customers: int | None
