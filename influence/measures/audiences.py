"""Who is meant by an intended audience: people by name, a sphere, or those who took part in something."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING

import numpy as np

from influence.contract.errors import InfluenceError
from influence.contract.narrowing import bare
from influence.measures.voice import heard
from influence.network.groups import acted, addressed, channels, in_channel, took_part
from influence.network.log_queries import items_of_ids
from influence.network.subjects import tags_used, topic_flags
from influence.people.directory import Ambiguous

if TYPE_CHECKING:
    from influence.people.listed import Entry
    from influence.reach.ego import Ego


class UnknownGroup(InfluenceError):
    """There is no such group; the sentence names the nearest."""


@dataclass(frozen=True)
class Meant:
    """An audience: the codes of those who are in the data, and how many of the list are not, or are not told apart.

    The leader and bots are in no audience.
    """

    people: frozenset[int]
    absent: int = 0
    unclear: int = 0


def who_is_meant(ego: Ego, entries: Sequence[Entry]) -> Meant:
    """Return whom the entries of a list mean: a sphere, channel, conversation, tag, topic (`sphere:…`), or somebody.

    In the data is who did anything at all, is tied to somebody, or was written to: of anybody else it could not be
    seen whether they respond.

    Raises:
        UnknownGroup: there is no such sphere, channel, conversation, tag or topic.
    """
    groups, named = set[int](), set[int]()
    unclear = absent = 0
    for entry in entries:
        group = _group(ego, entry)
        if group is not None:
            groups |= group
            continue
        try:
            code = next((code for words in entry if (code := ego.people.known(words)) is not None), None)
        except Ambiguous:
            unclear += 1
            continue
        if code is None:
            absent += 1
        else:
            named.add(code)
    seen = _seen(ego, named)
    return Meant(frozenset((groups | seen) - ego.nobody), absent + len(named - seen - ego.nobody), unclear)


def _seen(ego: Ego, people: set[int]) -> set[int]:
    """Return those of some people of whom anything is on record: by them, to them, or a tie."""
    wanted = np.array(sorted(people), np.int64)
    if not len(wanted):
        return set()
    present = acted(ego.tables, wanted) | np.isin(wanted, [*ego.ties.source, *ego.ties.target])
    return set(wanted[present].tolist()) | addressed(ego.tables, wanted[~present])


def _group(ego: Ego, entry: Entry) -> set[int] | None:
    """Return who is in a group; None where the entry names somebody."""
    kind, colon, name = entry[0].partition(":")
    find = GROUPS.get(kind.strip().lower())
    return None if find is None or not colon or len(entry) > 1 else find(ego, name.strip())


def _sphere(ego: Ego, name: str) -> set[int]:
    found = {code for code, sphere in enumerate(ego.spheres) if sphere.casefold() == name.casefold()}
    if not found - ego.nobody:
        raise UnknownGroup(_nobody("sphere", name, set(ego.spheres)))
    return found


def _channel(ego: Ego, name: str) -> set[int]:
    found = in_channel(ego.tables.whole, name, ego.window)
    if not found:
        raise UnknownGroup(_nobody("channel", name, channels(ego.tables.whole)))
    return found


def _conversation(ego: Ego, name: str) -> set[int]:
    items = ego.log.items
    held = np.isin(items.conversation, items.conversation[items_of_ids(ego.tables, [name])])
    held &= items.time < ego.window.until
    if not held.any():
        raise UnknownGroup(
            f"there is no conversation {name!r}: name it by the id of any activity in it, as a report's evidence does"
        )
    return set(np.unique(items.author[held]).tolist())


def _tag(ego: Ego, name: str) -> set[int]:
    found = _about(ego, [f"#{bare(name)}"])
    if not found:
        raise UnknownGroup(
            _nobody("tag", f"#{bare(name)}", {f"#{one.name}" for one in tags_used(ego.tables)})
        )
    return found


def _topic(ego: Ego, name: str) -> set[int]:
    """Return who is on a topic of the settings by that name, else who spoke of a topic found in what was said."""
    stated = {topic.casefold(): marks for topic, marks in ego.settings.topics.items()}
    if name.casefold() not in stated:
        return _found_topic(ego, name)
    found = _about(ego, stated[name.casefold()])
    if not found:
        raise UnknownGroup(_nobody("topic", name, set(ego.settings.topics)))
    return found


def _about(ego: Ego, marks: Sequence[str]) -> set[int]:
    """Return who made an item with one of some marks in the window, or responded to such a one by others.

    Who only responded to the leader's own is left out: an audience that the leader's responses make is always reached.
    """
    whole = ego.tables.whole
    return took_part(whole, topic_flags(whole, marks), ego.window, ego.leader) - ego.nobody


def _found_topic(ego: Ego, name: str) -> set[int]:
    talk = heard(ego).talk
    terms = [] if talk is None else [{term.casefold() for term in each} for each in talk.found.terms]
    wanted = [topic for topic, held in enumerate(terms) if name.casefold() in held]
    if talk is None or not wanted:
        there = {term for held in terms for term in held} | set(ego.settings.topics)
        raise UnknownGroup(_nobody("topic", name, there))
    items = ego.log.items
    return set(np.unique(items.author[np.isin(talk.topic, wanted) & ego.window.holds(items.time)]).tolist())


GROUPS: Mapping[str, Callable[[Ego, str], set[int]]] = {
    "sphere": _sphere,
    "channel": _channel,
    "conversation": _conversation,
    "tag": _tag,
    "topic": _topic,
}
"""Which groups can be named, each by its kind, a colon and its name."""


def _nobody(kind: str, name: str, there: set[str]) -> str:
    nobody = f"nobody is in a {kind} {name!r} in this window"
    if any(one.casefold() == name.casefold() for one in there):
        return f"{nobody}, only outside it"
    near = get_close_matches(name, sorted(there), n=3, cutoff=0.5)
    hint = f"did you mean {' or '.join(near)}?" if near else f"there are: {', '.join(sorted(there)[:8])}"
    return f"{nobody}; {hint if there else 'none is on record'}"
