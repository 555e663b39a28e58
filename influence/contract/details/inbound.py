"""What belongs to what came in and is no conversation: mass mail, and what nobody said."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from influence.contract.details.record import Detail


@dataclass(frozen=True)
class Campaign(Detail):
    """One campaign, as far as it lies in the window: its letters, their senders, and the days of the first and last.

    `texts` is how many different texts were told apart among them, None where no letter was long enough to tell.
    """

    letters: int | None
    senders: int | None
    since: str | None
    until: str | None
    texts: int | None = None


@dataclass(frozen=True)
class MassMail(Detail, of=("mass_mail",), nameless=("answered",), counts=("senders",)):
    """The campaigns, largest first, all their senders, and how many of the letters the leader answered."""

    campaigns: tuple[Campaign, ...]
    senders: int | None = None
    answered: int | None = None


@dataclass(frozen=True)
class Unsaid(Detail, of=("unsaid",), nameless=("kinds", "everywhere")):
    """How much of each kind was by or to the leader, and how much there was in all, in the window."""

    kinds: Mapping[str, int]
    everywhere: Mapping[str, int]
