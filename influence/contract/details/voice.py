"""What belongs to voice: shares of the answers, and terms taken up, by topic."""

from __future__ import annotations

from dataclasses import dataclass

from influence.contract.details.record import Detail


@dataclass(frozen=True)
class TopicShare(Detail):
    """On one topic: the share of all responses that are to the leader, with its 95 % interval."""

    topic: str
    terms: tuple[str, ...]
    share: float | None
    interval: tuple[float, float] | None
    to_leader: int | None
    to_all: int | None


@dataclass(frozen=True)
class ShareOfVoice(Detail, of=("share_of_voice",), nameless=("texts_read", "texts")):
    """The share for each topic; how many texts were read, of how many."""

    topics: tuple[TopicShare, ...] | None = None
    texts_read: int | None = None
    texts: int | None = None


@dataclass(frozen=True)
class TopicLead(Detail):
    """On one topic: people who used a term after the leader, new users among them, and with times shuffled (mean).

    `q` is p adjusted over the topics (Benjamini and Hochberg).
    """

    topic: str
    takers: int | None
    new: int | None
    shuffled: float | None
    p: float | None
    q: float | None


@dataclass(frozen=True)
class Lead(
    Detail,
    of=("lead",),
    nameless=("shuffled", "shuffled_interval", "p", "texts_read", "texts"),
    counts=("takers",),
):
    """People who used a term after the leader, and new users with times shuffled: mean, 95 % interval, p; by topic."""

    takers: int | None = None
    shuffled: float | None = None
    shuffled_interval: tuple[float, float] | None = None
    p: float | None = None
    topics: tuple[TopicLead, ...] | None = None
    texts_read: int | None = None
    texts: int | None = None
