"""Topics of a leader's conversations: TF-IDF and NMF over the terms that the store kept."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from influence.contract.turns import step
from influence.kernels.arrays import Floats, Ints
from influence.network.subjects import tags_of
from influence.text.terms import name_words, terms_in_groups, without_names

if TYPE_CHECKING:
    from influence.reach.ego import Ego


FEWEST_PEOPLE = 3
"""A term that fewer people used is nobody's topic, and may be private."""
FEWEST_CONVERSATIONS = 20
MOST_TERMS, MOST_FITTED = 5_000, 20_000
MOST_TOPICS, PER_TOPIC = 12, 30
SHOWN = 8


@dataclass(frozen=True)
class Corpus:
    """Which item holds which term how often: `items` are codes in ascending order, `counts` items × vocabulary."""

    items: Ints
    vocabulary: tuple[str, ...]
    counts: Any


@dataclass(frozen=True)
class Topics:
    """Topics by number: the terms of each, the strongest first, and each term's topic (−1: none's) by its number.

    `of_item` is the topic of each item of the corpus, −1 where none of its terms is of any.
    """

    terms: tuple[tuple[str, ...], ...]
    of_term: Ints
    of_item: Ints

    def name(self, topic: int) -> str:
        """Return the three strongest terms of a topic."""
        return ", ".join(self.terms[topic][:3])


def documents_of(
    ego: Ego, texts: Mapping[int, str], terms: Mapping[int, Sequence[str]]
) -> dict[int, list[str]]:
    """Return the terms of each item, from its text or as they were kept, and its tags; without anybody's name here."""
    people = ego.people.who
    names = name_words([name for one in people for name in (one.person, one.name, *one.accounts)])
    conversation = ego.log.items.conversation
    groups = conversation[np.fromiter(texts, np.int64, len(texts))].tolist()
    read = terms_in_groups(list(texts.values()), groups, names)
    found = dict(zip(texts, read, strict=True)) | {
        item: without_names(bag, names) for item, bag in terms.items()
    }
    for item, tags in tags_of(ego.tables, np.array(sorted(found), np.int64)).items():
        found[item] = [*found[item], *(f"#{tag}" for tag in without_names(tags, names))]
    return found


def corpus(documents: Mapping[int, Sequence[str]], author: NDArray[Any]) -> Corpus:
    """Count the terms that at least 3 people used, the 5,000 that most people used; `author` is by item.

    >>> held = corpus({0: ["plan", "plan"], 1: ["plan"], 2: ["plan", "secret"]}, np.array([7, 8, 9]))
    >>> held.vocabulary, held.counts.toarray().tolist()
    (('plan',), [[2], [1], [1]])
    """
    from scipy.sparse import coo_matrix  # 0.1 s, and only texts need it

    items = sorted(documents)
    users: dict[str, set[int]] = {}
    for item in items:
        for term in documents[item]:
            users.setdefault(term, set()).add(int(author[item]))
    shared = [term for term, people in users.items() if len(people) >= FEWEST_PEOPLE]
    chosen = sorted(sorted(shared, key=lambda term: (-len(users[term]), term))[:MOST_TERMS])
    code = {term: n for n, term in enumerate(chosen)}
    cells = [(row, code[term]) for row, item in enumerate(items) for term in documents[item] if term in code]
    row, column = np.array(cells, np.int64).reshape(-1, 2).T
    counts = coo_matrix((np.ones(len(cells), np.int64), (row, column)), (len(items), len(chosen))).tocsr()
    return Corpus(np.array(items, np.int64), tuple(chosen), counts)


def topics(held: Corpus, group: Ints, inside: NDArray[np.bool_], *, seed: int = 1) -> Topics | None:
    """Find up to 12 topics of the conversations (`group`, by item of the corpus) that are `inside`.

    A conversation is one text: TF-IDF with 1 + ln(count), then NMF from a seeded start, on at most 20,000
    conversations. There is one topic for every 25 conversations, at least 2. A term belongs to the topic in
    which it weighs most, if it is among that topic's 30 strongest; an item belongs to the topic whose weights
    are most alike to its terms (cosine). Topics come with the commonest first. None where fewer than 20
    conversations share terms.

    >>> words = [["plan", "cost"], ["soil", "seed"]]
    >>> held = corpus({n: words[n % 2] for n in range(40)}, np.arange(40) % 5)
    >>> found = topics(held, np.arange(40), np.ones(40, bool))
    >>> found.terms, found.of_item[:4].tolist()
    ((('cost', 'plan'), ('seed', 'soil')), [0, 1, 0, 1])
    """
    rows = np.flatnonzero(inside & (held.counts.getnnz(axis=1) > 0))
    if not len(rows):
        return None
    texts = _by_group(held.counts[rows], group[rows])
    if texts.shape[0] < FEWEST_CONVERSATIONS:
        return None
    weights, idf = _factors(texts, seed)
    weights = weights[(weights > 0).any(axis=1)]
    unit = weights / np.linalg.norm(weights, axis=1, keepdims=True)
    likeness = np.asarray(held.counts.multiply(idf) @ unit.T)
    of_item = np.where(likeness.max(axis=1) > 0, likeness.argmax(axis=1), -1)
    common = np.bincount(of_item[rows][of_item[rows] >= 0], minlength=len(weights))
    order = sorted(range(len(weights)), key=lambda t: (-common[t], _strongest(weights[t], held.vocabulary)))
    place = np.empty(len(order) + 1, np.int64)
    place[order], place[-1] = np.arange(len(order)), -1
    weights = weights[order]
    terms = tuple(_strongest(row, held.vocabulary) for row in weights)
    return Topics(terms, _topic_of_terms(weights, terms, held.vocabulary), place[of_item])


def _by_group(counts: Any, group: Ints) -> Any:
    """Add up the rows of one conversation; of too many conversations an even choice is taken."""
    from scipy.sparse import coo_matrix  # 0.1 s, and only texts need it

    found, row = np.unique(group, return_inverse=True)
    adder = coo_matrix((np.ones(len(row)), (row, np.arange(len(row)))), (len(found), len(row))).tocsr()
    texts = (adder @ counts).tocsr()
    if texts.shape[0] <= MOST_FITTED:
        return texts
    return texts[np.linspace(0, texts.shape[0] - 1, MOST_FITTED).astype(np.int64)]


def _factors(texts: Any, seed: int) -> tuple[Floats, Floats]:
    """Return topics × terms, and the IDF of each term."""
    from sklearn.decomposition import NMF  # 1 s, and only texts need it
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.feature_extraction.text import TfidfTransformer

    many = min(MOST_TOPICS, max(2, texts.shape[0] // 25), texts.shape[1])
    scale = TfidfTransformer(sublinear_tf=True)
    weighed = scale.fit_transform(texts)
    step()
    # 200 rounds are enough to name topics; of a perfect fit the root of an error of −1e-17 is taken.
    with warnings.catch_warnings(), np.errstate(invalid="ignore"):
        warnings.simplefilter("ignore", ConvergenceWarning)
        model = NMF(many, init="nndsvda", random_state=seed, max_iter=200).fit(weighed)
    return np.round(model.components_, 9), np.asarray(scale.idf_)


def _strongest(weights: Floats, vocabulary: Sequence[str]) -> tuple[str, ...]:
    order = sorted(np.flatnonzero(weights > 0).tolist(), key=lambda n: (-weights[n], vocabulary[n]))
    return tuple(vocabulary[n] for n in order[:PER_TOPIC])


def _topic_of_terms(weights: Floats, terms: Sequence[Sequence[str]], vocabulary: Sequence[str]) -> Ints:
    code = {term: n for n, term in enumerate(vocabulary)}
    of_term = np.full(len(vocabulary), -1, np.int64)
    best = weights.argmax(axis=0)
    for topic, words in enumerate(terms):
        for word in words:
            if best[code[word]] == topic:
                of_term[code[word]] = topic
    return of_term


def topic_of_items(held: Corpus, found: Topics, conversation: Ints) -> Ints:
    """Return the topic of every item of the log: its own, else the commonest of its conversation, else −1.

    >>> held = Corpus(np.array([0]), ("plan",), None)
    >>> topic_of_items(held, Topics((("plan",),), np.array([0]), np.array([0])), np.array([5, 5, 6])).tolist()
    [0, 0, -1]
    """
    own = np.full(len(conversation), -1, np.int64)
    own[held.items] = found.of_item
    told = np.flatnonzero(own >= 0)
    groups, row = np.unique(conversation[told], return_inverse=True)
    votes = np.zeros((len(groups), len(found.terms)), np.int64)
    np.add.at(votes, (row, own[told]), 1)
    if not len(groups):
        return own
    place = np.minimum(np.searchsorted(groups, conversation), len(groups) - 1)
    shared = np.where(groups[place] == conversation, votes.argmax(axis=1)[place], -1)
    return np.where(own >= 0, own, shared)
