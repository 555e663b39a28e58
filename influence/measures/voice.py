"""Voice: what is talked about, how much of the answers is to the leader, and whose terms are taken up.

Topics are found by TF-IDF and NMF (Lee and Seung 1999, doi:10.1038/44565) over the terms of conversations. A term is
used only if at least three people used it, and never if it is a word of somebody's name (`text.terms`). They are read
from the text where it is kept (`[privacy] keep_text`), else from the terms that were kept of it (`keep_terms`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import sqrt
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from influence.chance.p_values import adjusted
from influence.contract.details.voice import Lead, ShareOfVoice, TopicLead, TopicShare
from influence.contract.findings import Finding
from influence.contract.language import because
from influence.contract.measures import Definition, finds
from influence.contract.wording import counted
from influence.kernels.arrays import Floats, Ints
from influence.measures.reach import NO_TIMES
from influence.measures.topics import (
    FEWEST_CONVERSATIONS,
    SHOWN,
    Corpus,
    Topics,
    corpus,
    documents_of,
    topic_of_items,
    topics,
)
from influence.network.log_queries import texts_and_terms
from influence.network.responses import Responses

if TYPE_CHECKING:
    from influence.reach.ego import Ego


MOST_TEXTS = 200_000
FEWEST_TAKERS = 5
NO_TEXT = because(
    "neither the words nor the text of messages are kept in this workspace, so that there are no topics; to have them "
    "set keep_terms = true under [privacy] in influence.toml and import again: what is here already gets its words too"
)
TOO_LITTLE = because(
    "too little to say: {why}",
    why=because("fewer than {n} conversations share terms", n=FEWEST_CONVERSATIONS),
)
SHARE_UNIT, LEAD_UNIT = "share of responses", "people"


@dataclass(frozen=True)
class Talk:
    """What is talked about in a window: the corpus, its topics, and the topic of every item of the log (−1: none)."""

    held: Corpus
    found: Topics
    topic: Ints


@dataclass(frozen=True)
class Heard:
    """What was read of a log: how many texts, of how many there are, and what is talked about (None: too little)."""

    read: int
    of: int
    talk: Talk | None


_HEARD: WeakKeyDictionary[Ego, Heard] = WeakKeyDictionary()


@finds(
    share_of_voice=Definition(
        "the part of the answers on the leader's topics that go to the leader",
        label="Share of voice",
        meaning="Of all responses to anything that has a topic, the part that is to the leader.",
        unit="share of responses",
        family="Spheres and topics",
    ),
    lead=Definition(
        ("how many people took up a new term after answering the leader's use of it, against shuffled times"),
        label="Terms taken up",
        meaning=(
            "People who first used a term of a topic within 14 days after they had responded to the "
            "leader's use of it, against the same count when times are shuffled."
        ),
        unit="people",
        family="Spheres and topics",
    ),
)
def voice(ego: Ego) -> dict[str, Finding]:
    """What is talked about, the leader's share of the answers on each topic, and whose new terms are taken up."""
    if not ego.dated:
        return _nothing(NO_TIMES)
    read = heard(ego)
    if not read.of:
        return _nothing(NO_TEXT)
    found = _measured(ego, read.talk)
    share, lead = found["share_of_voice"], found["lead"]
    return {
        share.name: replace(
            share, detail=replace(share.told(ShareOfVoice), texts_read=read.read, texts=read.of)
        ),
        lead.name: replace(lead, detail=replace(lead.told(Lead), texts_read=read.read, texts=read.of)),
    }


def voice_of(documents: Mapping[int, Sequence[str]], ego: Ego) -> dict[str, Finding]:
    """Return `share_of_voice` and `lead` from the terms of items (by code), however these were come by.

    Topics are those of the window; who had used a term before is asked of everything before its end.
    """
    return _measured(ego, talk_of(documents, ego))


def heard(ego: Ego) -> Heard:
    """Read what was said before the end of the window and find its topics, once for each ego."""
    if ego not in _HEARD:
        texts, terms, of = said(ego)
        talk = talk_of(documents_of(ego, texts, terms), ego) if of else None
        _HEARD[ego] = Heard(len(texts) + len(terms), of, talk)
    return _HEARD[ego]


def heard_already(ego: Ego) -> Talk | None:
    """Return what is talked about, if a measure has asked for it; None where none has, or there is too little."""
    read = _HEARD.get(ego)
    return None if read is None else read.talk


def talk_of(documents: Mapping[int, Sequence[str]], ego: Ego) -> Talk | None:
    """Find the topics of the window in the terms of items (by code); None where there is too little for any."""
    items = ego.log.items
    held = corpus(documents, items.author)
    inside = ego.window.holds(items.time[held.items])
    found = topics(held, items.conversation[held.items], inside, seed=ego.settings.seed)
    return None if found is None else Talk(held, found, topic_of_items(held, found, items.conversation))


def _measured(ego: Ego, talk: Talk | None) -> dict[str, Finding]:
    if talk is None:
        return _nothing(TOO_LITTLE)
    by_people = ego.responses.where(~np.isin(ego.responses.responder, sorted(ego.bots)))
    share = share_of_voice(by_people, ego.leader, talk.topic, ego.log.items.conversation, talk.found)
    return {"share_of_voice": share, "lead": _lead(ego, talk.held, talk.found)}


def _nothing(reason: str) -> dict[str, Finding]:
    return {
        "share_of_voice": Finding("share_of_voice", None, SHARE_UNIT, reason=reason),
        "lead": Finding("lead", None, LEAD_UNIT, reason=reason),
    }


# --- from text to topics ------------------------------------------------------------------------------------


def said(ego: Ego) -> tuple[dict[int, str], dict[int, list[str]], int]:
    """Return by item what was said before the end of the window: texts, or else terms; and how many items have any.

    The latest 200,000 at most. Mass mail is left out: one letter in a thousand copies is no talk of a thousand people.
    """
    rows = texts_and_terms(ego.tables, ego.window.until, MOST_TEXTS)
    texts, terms, mass = dict[int, str](), dict[int, list[str]](), frozenset(ego.mass_mail.item.tolist())
    columns = (rows.column(name).to_pylist()[::-1] for name in ("item", "text", "terms"))
    for item, text, bag in zip(*columns, strict=True):
        if item in mass:
            continue
        if text is None:
            terms[item] = bag
        else:
            texts[item] = text
    left_out = rows.num_rows - len(texts) - len(terms)
    return texts, terms, rows.column("n")[0].as_py() - left_out if rows.num_rows else 0


# --- share of voice -----------------------------------------------------------------------------------------


def share_of_voice(
    responses: Responses, leader: int, topic: Ints, conversation: Ints, found: Topics
) -> Finding:
    """Return the share of all responses that are to the leader; `detail.topics` has it for each topic.

    share_of_voice[t] = responses to the leader on topic t / responses to all on t. A response has the topic of what it
    answers; a mention, its own. `topic` and `conversation` are by item. 95 % interval: Wilson's, with as many
    responses as those of whole conversations are worth (Korn and Graubard 1998, Survey Methodology 24).

    >>> none, item = np.zeros(2, bool), np.array([2, 3])
    >>> answers = Responses(item, np.array([8, 9]), np.array([0, 1]), np.array([0, 1]), none, item)
    >>> plan = Topics((("plan",),), np.array([0]), np.array([0, 0]))
    >>> found = share_of_voice(answers, 0, np.zeros(4, int), np.arange(4), plan)
    >>> found.value, found.detail.topics[0].to_leader, found.detail.topics[0].to_all
    (0.5, 1, 2)
    """
    of = topic[np.where(responses.parent >= 0, responses.parent, responses.item)]
    mine, group = responses.target == leader, conversation[responses.item]
    told = of >= 0
    if not told.any():
        reason = because("nobody responded to anything that has a topic in this window")
        return Finding("share_of_voice", None, SHARE_UNIT, reason=reason)
    rows = []
    for number in range(len(found.terms)):
        on = of == number
        if on.any():
            share, low, high = clustered_share(mine[on], group[on])
            rows.append(
                TopicShare(
                    topic=found.name(number),
                    terms=tuple(found.terms[number][:SHOWN]),
                    share=share,
                    interval=(low, high),
                    to_leader=int(mine[on].sum()),
                    to_all=int(on.sum()),
                )
            )
    share, low, high = clustered_share(mine[told], group[told])
    detail = ShareOfVoice(tuple(rows))
    return Finding("share_of_voice", share, SHARE_UNIT, interval=(low, high), detail=detail)


def clustered_share(hit: NDArray[np.bool_], group: Ints) -> tuple[float, float, float]:
    """Return a share and its 95 % interval where rows of one group go together.

    The variance is that of a ratio over groups (Cochran 1977, Sampling Techniques, chapter 6); the interval
    Wilson's for n / (that variance over the binomial one) rows, at most n, and for as many as there are
    groups where the share is 0 or 1.

    >>> alone = clustered_share(np.arange(100) < 30, np.arange(100))
    >>> tuple(round(x, 3) for x in alone)
    (0.3, 0.219, 0.396)
    >>> tuple(round(x, 2) for x in clustered_share(np.arange(100) < 30, np.arange(100) // 10))
    (0.3, 0.1, 0.62)
    """
    n, share = len(hit), float(hit.mean())
    _, row = np.unique(group, return_inverse=True)
    size, hits = np.bincount(row), np.bincount(row, weights=hit)
    groups = len(size)
    worth = float(groups)
    if 0 < share < 1:
        spread = float(((hits - share * size) ** 2).sum()) * groups / max(groups - 1, 1) / n**2
        worth = min(float(n), share * (1 - share) / spread) if spread else float(n)
    z = 1.959963984540054
    middle = (share + z * z / (2 * worth)) / (1 + z * z / worth)
    half = z / (1 + z * z / worth) * sqrt(share * (1 - share) / worth + z * z / (4 * worth * worth))
    return share, max(0.0, min(middle - half, share)), min(1.0, max(middle + half, share))


# --- whose terms are taken up -------------------------------------------------------------------------------


def _lead(ego: Ego, held: Corpus, found: Topics) -> Finding:
    """Return `lead`: people who took up a term within δ after responding to the leader's use, and never before.

    `detail.topics` has for each topic the `takers`, how many of them are `new`, how many would be with their times
    shuffled (mean and 95 %), p, and q (Benjamini and Hochberg over the topics). See `chance.uptake`. What somebody
    says again in a conversation counts neither way: its subject carries on, whoever leads. So what was taken up at
    once, in the same conversation, is missed rather than claimed.
    """
    from influence.chance.uptake import (  # numba: loaded only when something is measured
        Exposures,
        Said,
        Slots,
        Uses,
        uptake,
    )

    items = ego.log.items
    opened = openings(items.author[held.items], items.conversation[held.items], items.time[held.items])
    slots, uses = _uses(held, found, items.author, items.time, opened)
    exposed = _exposures(ego, held, found)
    draws = max(ego.settings.draws, 1_000)
    taken = uptake(
        Said(Slots(*slots), Uses(*uses), Exposures(*exposed)),
        found.of_term,
        len(found.terms),
        ego.passing.delta,
        draws=draws,
        seed=ego.settings.seed,
    )
    if taken.takers[-1] < FEWEST_TAKERS:
        reason = because(
            "too little to say: {why}",
            why=because(
                "{people} used a term of a topic after responding to the leader's use of it; {least} are needed",
                people=counted(int(taken.takers[-1]), "person", "people"),
                least=FEWEST_TAKERS,
            ),
        )
        return Finding("lead", None, LEAD_UNIT, reason=reason)
    return _lead_finding(found, taken.takers, taken.new, taken.shuffled, taken.p())


def _lead_finding(found: Topics, takers: Ints, new: Ints, shuffled: Ints, p: Floats) -> Finding:
    told = [number for number in range(len(found.terms)) if takers[number]]
    q = adjusted(p[told]) if told else p[:0]
    rows = tuple(
        TopicLead(
            topic=found.name(number),
            takers=int(takers[number]),
            new=int(new[number]),
            shuffled=float(shuffled[:, number].mean()),
            p=float(p[number]),
            q=float(q[place]),
        )
        for place, number in enumerate(told)
    )
    low, high = np.quantile(shuffled[:, -1], [0.025, 0.975])
    detail = Lead(
        takers=int(takers[-1]),
        shuffled=float(shuffled[:, -1].mean()),
        shuffled_interval=(float(low), float(high)),
        p=float(p[-1]),
        topics=rows,
    )
    return Finding("lead", float(new[-1]), LEAD_UNIT, detail=detail)


def openings(author: NDArray[Any], conversation: NDArray[Any], time: NDArray[Any]) -> NDArray[np.bool_]:
    """Tell which items are the first of their author in their conversation.

    >>> openings(np.array([7, 8, 7, 7]), np.array([0, 0, 0, 1]), np.array([1, 2, 3, 4])).tolist()
    [True, True, False, True]
    """
    order = np.lexsort((np.arange(len(time)), time, conversation, author))
    pairs = np.stack([author[order], conversation[order]])
    first = np.ones(len(time), bool)
    first[order[1:]] = (pairs[:, 1:] != pairs[:, :-1]).any(axis=0)
    return first


def _uses(
    held: Corpus, found: Topics, author: NDArray[Any], time: Ints, opened: NDArray[np.bool_]
) -> tuple[tuple[Ints, Ints], tuple[Ints, Ints]]:
    """Return slots (person, time), sorted, and uses (slot, term) of terms that belong to a topic."""
    person, when = author[held.items].astype(np.int64), time[held.items]
    order = np.lexsort((held.items, when, person))
    order = order[opened[order]]
    cells = held.counts[order].tocoo()
    kept = found.of_term[cells.col] >= 0
    return (person[order], when[order]), (cells.row[kept].astype(np.int64), cells.col[kept].astype(np.int64))


def _exposures(ego: Ego, held: Corpus, found: Topics) -> tuple[Ints, Ints, Ints]:
    """Return who responded when to which term of the leader: person, term, time."""
    rows = ego.responses.where((ego.responses.target == ego.leader) & (ego.responses.parent >= 0))
    rows = rows.where(np.isin(rows.parent, held.items) & ~np.isin(rows.responder, sorted(ego.bots)))
    cells = held.counts[np.searchsorted(held.items, rows.parent)].tocoo()
    kept = found.of_term[cells.col] >= 0
    row = cells.row[kept]
    return rows.responder[row].astype(np.int64), cells.col[kept].astype(np.int64), rows.time[row]
