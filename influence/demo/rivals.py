"""Who else is heard in the company's trade: two of the industry who post most on X, to be set beside its leaders."""

from __future__ import annotations

from collections import Counter

from influence.demo.cast import Cast
from influence.demo.conversing import Log

NAMED = 2


def rivals(cast: Cast, log: Log) -> tuple[str, ...]:
    """Return the accounts of those of the industry who began most conversations on X, the first of equals first."""
    theirs = {who.accounts["x"] for who in cast.people if who.sphere == "industry" and "x" in who.accounts}
    rows = zip(log.columns["actor"], log.columns["verb"], strict=True)
    begun = Counter(str(actor) for actor, verb in rows if verb == "post" and actor in theirs)
    return tuple(sorted(begun, key=lambda account: (-begun[account], account))[:NAMED])
