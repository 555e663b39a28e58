"""A conversation by its name, and who answered whom in it as rows that nest, for eye, ear and keyboard alike."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from influence.contract.findings import Branch, Conversation
from influence.contract.wording import plain
from reports.story.sentences import say
from reports.story.wording import day, day_and_hour, shortened

NESTED = 8
"""Answers deeper than this stand at this level and say whom they answer, so that a tree fits a telephone."""
SHOWN = 60
_WORDS, _NAME = 4, 72
"""So many words or tags name a conversation, in so many letters at most."""


@dataclass(frozen=True)
class TreeRow:
    """One item: `level` from 0; `opens` whether answers to it follow inside, `closes` how many levels end after it.

    `answers` names whose item it answers where its place does not show it, else it is empty.
    """

    who: str
    time: str | None
    when: str
    answers: str
    level: int
    opens: bool
    closes: int


def conversation_name(one: Conversation, who: Mapping[str, str]) -> str:
    """Name a conversation by what it was about, else by where it was, else by who began it and when."""
    words = [plain(each) for each in (*one.words, *one.tags) if plain(each)]
    about = ", ".join(dict.fromkeys(words[:_WORDS])) or plain(one.channel or "")
    if about:
        return shortened(about, _NAME)
    begun = say("begun by {who}, {day}", who=who.get(one.begun_by, plain(one.begun_by)), day=day(one.began))
    return str(begun)


def tree(branches: Sequence[Branch], who: Mapping[str, str]) -> tuple[tuple[TreeRow, ...], int]:
    """Lay out a tree, each item before its answers, earliest first; and count the items that are not shown.

    What answers an item that is not in the tree begins a branch of its own; what answers itself is left out.

    >>> rows, _ = tree([Branch("a", "p1", None), Branch("b", "p2", None, "a")], {"p1": "Ann", "p2": "Bo"})
    >>> [(row.who, row.level, row.opens, row.closes) for row in rows]
    [('Ann', 0, True, 0), ('Bo', 1, False, 1)]
    """
    by_id = {one.id: one for one in branches}
    walked = [walk for _, walk in zip(range(SHOWN), _walk(by_id), strict=False)]
    levels = [min(depth, NESTED) for depth, _ in walked]
    rows = []
    for (depth, one), level, after in zip(walked, levels, [*levels, 0][1:], strict=True):
        asked = by_id.get(one.parent or "") if depth > NESTED else None
        rows.append(
            TreeRow(
                who=_name(one, who),
                time=one.time,
                when=day_and_hour(one.time),
                answers=_name(asked, who) if asked else "",
                level=level,
                opens=after > level,
                closes=max(0, level - after),
            )
        )
    return tuple(rows), len(branches) - len(rows)


def _walk(by_id: Mapping[str, Branch]) -> Iterator[tuple[int, Branch]]:
    """Yield each item with its depth, before its answers."""
    answers: dict[str, list[Branch]] = defaultdict(list)
    roots = []
    for one in by_id.values():
        if one.parent in by_id:
            answers[one.parent or ""].append(one)
        else:
            roots.append(one)
    open_ = [(0, one) for one in reversed(roots)]
    while open_:
        depth, one = open_.pop()
        yield depth, one
        open_ += [(depth + 1, answer) for answer in reversed(answers[one.id])]


def _name(one: Branch, who: Mapping[str, str]) -> str:
    return who.get(one.person, plain(one.person))
