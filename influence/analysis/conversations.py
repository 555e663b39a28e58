"""The conversations by what they brought: what they were about, how deep they went, and who answered whom."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from influence.contract.findings import Branch, Conversation, Response
from influence.kernels.arrays import Floats, Ints, distinct_pairs
from influence.measures.voice import heard_already
from influence.network.log_queries import activity_ids
from influence.network.subjects import tags_of
from influence.reach.ego import Ego
from influence.times import moment

CONVERSATIONS = 200
PER_CONVERSATION = 12
TREES, PER_TREE = 5, 200
WORDS = 3
"""The strongest terms of its topic name a conversation."""
_DIGITS = 9


@dataclass(frozen=True)
class Brought:
    """What conversations brought, most first: `unit` as an ego numbers them, responses, people, Σ (1 − m(v))."""

    unit: Ints
    responses: Ints
    people: Ints
    unmet: Floats


def brought(ego: Ego) -> Brought:
    """Return the conversations that brought most people never met, of these first those of most responses."""
    unit, code, responses = np.unique(ego.unit, return_inverse=True, return_counts=True)
    pairs = distinct_pairs(code, ego.drawn.person.astype(np.int64))
    weight = np.zeros(len(ego.people))
    for alter in ego.found:
        weight[alter.person] = alter.unmet
    people = np.bincount(pairs[0], minlength=len(unit))
    unmet: Floats = np.round(np.bincount(pairs[0], weight[pairs[1]], minlength=len(unit)), _DIGITS)
    order = np.lexsort((unit, -responses, -unmet))[:CONVERSATIONS]
    return Brought(unit[order], responses[order], people[order], unmet[order])


def conversations(
    ego: Ego, most: Brought, details: Mapping[int, Response], *, trees: bool = True
) -> list[Conversation]:
    """Return the conversations that brought most, with the responses that show it and, of some, who answered whom."""
    rows = _rows(ego.unit, most.unit)
    wholes = _Wholes(ego, most.unit)
    words = _words(ego, wholes)
    found = [_conversation(ego, most, place, rows[place], wholes, details) for place in range(len(rows))]
    tags = _tags(ego, wholes)
    named = [
        replace(one, words=words.get(place, ()), tags=tags.get(place, ())) for place, one in enumerate(found)
    ]
    return _with_trees(ego, named, wholes) if trees else named


def _rows(unit: Ints, wanted: Ints) -> list[list[int]]:
    """Return the first touches of each conversation wanted, in order of time."""
    place = {code: n for n, code in enumerate(wanted.tolist())}
    rows: list[list[int]] = [[] for _ in place]
    for row in np.flatnonzero(np.isin(unit, wanted)).tolist():
        rows[place[int(unit[row])]].append(row)
    return rows


class _Wholes:
    """All items of some conversations before the end of the window, and what each answers there.

    `item` are positions in the log, in order of time; `of` the places among `item` of each conversation wanted, `above`
    of what an item answers (−1: nothing), `root` of where that began, and `depth` how many answers lie between.
    """

    def __init__(self, ego: Ego, units: Ints) -> None:
        # numba: loaded only when something is measured
        from influence.kernels.cascades import depths
        from influence.kernels.conversations import conversation_root

        items = ego.log.items
        self.item = np.flatnonzero(np.isin(items.conversation, units) & (items.time < ego.window.until))
        self.of = _members(items.conversation[self.item], units)
        self.above = _above(ego, self.item)
        self.root, self.depth = conversation_root(self.above), depths(self.above)

    def deepest(self, place: int) -> int | None:
        """Return the place of the item that is farthest from a beginning, the first of several; None without items."""
        mine = self.of[place]
        return int(mine[np.argmax(self.depth[mine])]) if len(mine) else None


def _members(conversation: Ints, units: Ints) -> list[Ints]:
    """Return the places of the items of each conversation, in order of time; none for a mention outside any."""
    order = np.argsort(conversation, kind="stable")
    ordered = conversation[order]
    ends = zip(np.searchsorted(ordered, units), np.searchsorted(ordered, units, side="right"), strict=True)
    return [order[first:after] for first, after in ends]


def _above(ego: Ego, held: Ints) -> Ints:
    """Return for each item the place of the first one among them that it answers, which came before it; −1 for none."""
    links = ego.log.counted_links()
    inside = np.isin(links.child, held) & np.isin(links.parent, held) & (links.parent < links.child)
    child, parent = (np.searchsorted(held, each[inside]) for each in (links.child, links.parent))
    above = np.full(len(held), -1, np.int64)
    above[child[::-1]] = parent[::-1]
    return above


def _words(ego: Ego, wholes: _Wholes) -> dict[int, tuple[str, ...]]:
    """Return the strongest terms of the topic that most items of a conversation have, where topics were found."""
    talk = heard_already(ego)
    if talk is None:
        return {}
    topics = ((place, talk.topic[wholes.item[mine]]) for place, mine in enumerate(wholes.of))
    told = ((place, topic[topic >= 0]) for place, topic in topics)
    return {
        place: talk.found.terms[int(np.bincount(topic).argmax())][:WORDS]
        for place, topic in told
        if len(topic)
    }


def _tags(ego: Ego, wholes: _Wholes) -> dict[int, tuple[str, ...]]:
    """Return the tags that most items of a conversation carry."""
    of_item = tags_of(ego.tables, wholes.item)
    counted = ((place, Counter(_each(of_item, wholes.item[mine]))) for place, mine in enumerate(wholes.of))
    return {
        place: tuple(sorted(tags, key=lambda tag: (-tags[tag], tag))[:WORDS])
        for place, tags in counted
        if tags
    }


def _each(of_item: Mapping[int, Sequence[str]], items: Ints) -> list[str]:
    return [tag for item in items.tolist() for tag in of_item.get(item, ())]


def _conversation(
    ego: Ego,
    most: Brought,
    place: int,
    rows: Sequence[int],
    wholes: _Wholes,
    details: Mapping[int, Response],
) -> Conversation:
    drawn, items = ego.drawn, ego.log.items
    mine, deepest = wholes.of[place], wholes.deepest(place)
    first = int(wholes.item[mine[0]] if len(mine) else drawn.item[rows[0]])
    shown = [details[item] for row in rows if (item := int(drawn.item[row])) in details][:PER_CONVERSATION]
    return Conversation(
        id=shown[0].id,
        began=moment(int(items.time[first]), ego.settings.zone),
        begun_by=ego.people.who[int(items.author[first])].person,
        responses=int(most.responses[place]),
        people=int(most.people[place]),
        unmet=float(most.unmet[place]),
        channel=next((one.channel for one in shown if one.channel), None),
        evidence=tuple(one.id for one in shown),
        depth=None if deepest is None else int(wholes.depth[deepest]),
    )


# --- who answered whom ----------------------------------------------------------------------------------------


def _with_trees(ego: Ego, found: list[Conversation], wholes: _Wholes) -> list[Conversation]:
    """Give those that travelled furthest their trees: the deepest, of these those that brought most."""
    order = sorted(range(len(found)), key=lambda place: (-(found[place].depth or 0), place))
    shown = {place: _tree(wholes, place) for place in order[:TREES] if found[place].depth}
    ids = activity_ids(ego.tables, wholes.item[np.concatenate([*shown.values(), np.empty(0, np.int64)])])
    for place, kept in shown.items():
        branches = tuple(_branch(ego, wholes, one, ids) for one in kept.tolist())
        found[place] = replace(found[place], tree=branches, tree_more=len(wholes.of[place]) - len(kept))
    return found


def _tree(wholes: _Wholes, place: int) -> Ints:
    """Choose what is shown: the way to the deepest item, and what hangs together with it, earliest first.

    What is answered comes before its answers, so that a cut leaves a tree.
    """
    at, way = wholes.deepest(place), list[int]()
    while at is not None and at >= 0:
        way.append(at)
        at = int(wholes.above[at])
    kept, mine = np.array(way[-PER_TREE:], np.int64), wholes.of[place]
    others = mine[(wholes.root[mine] == way[-1]) & ~np.isin(mine, kept)]
    return np.sort(np.concatenate([kept, others[: PER_TREE - len(kept)]]))


def _branch(ego: Ego, wholes: _Wholes, one: int, ids: Mapping[int, str]) -> Branch:
    items, item, above = ego.log.items, int(wholes.item[one]), int(wholes.above[one])
    return Branch(
        id=ids[item],
        person=ego.people.who[int(items.author[item])].person,
        time=moment(int(items.time[item]), ego.settings.zone),
        parent=None if above < 0 else ids[int(wholes.item[above])],
    )
