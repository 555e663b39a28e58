"""Tags and topics of one's own: which of the leader's items carry them, and who responded to these."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from math import fsum
from typing import TYPE_CHECKING

import numpy as np

from influence.contract.details.tags import Carried, Tags
from influence.contract.findings import Finding
from influence.contract.language import because
from influence.contract.measures import Definition, finds, near_enough
from influence.contract.narrowing import is_tag
from influence.kernels.arrays import Ints
from influence.measures.reach import NO_TIMES
from influence.network.responses import Responses
from influence.network.subjects import tags_by, topic_flags, words_kept
from influence.reach.steps import Alter, headline
from influence.times import moment, weeks

if TYPE_CHECKING:
    from influence.reach.ego import Ego

NAME, UNIT = "tags", "people"
SHOWN, BY_WEEK = 10, 3
"""So many tags are told, and of so many of them, and of the topics, the weeks."""
NO_TAGS = because(
    "no item of the leader carries a tag, and no topics are named; name them under [topics] in influence.toml"
)


@near_enough
@finds(
    tags=Definition(
        "how many people never met responded to items of the leader with a tag, or on a topic of the settings",
        label="Tags and topics",
        meaning=(
            "People never met who responded to an item of the leader that carries a tag or is on a topic that the "
            "settings name. The details count each tag and each topic, week by week."
        ),
        unit="people",
        family="Spheres and topics",
    ),
)
def tags(ego: Ego) -> dict[str, Finding]:
    """Count who responded to the leader's items by what these carry: tags, and the topics under `[topics]`.

    tags = Σ (1 − m(v)) over the people v outside the team who responded first-hand, in the window, to an item of the
    leader (of any time) that carries a tag or a mark of a topic itself; m(v) and its range as in `reach_4`. `detail`
    has for each of the ten tags that drew most responses, and for each topic, the leader's items of the window,
    responses, people and people never met; for the three leading ones also the responses of every whole week, Monday
    to Monday in the workspace's zone, and, where `[voices]` names somebody, how many of their items in the window
    carry it.
    """
    if not ego.dated:
        return {NAME: Finding(NAME, None, UNIT, reason=NO_TIMES)}
    tagged, topics = tags_by(ego.tables, [ego.leader]), ego.settings.topics
    mine = ego.log.items.author == ego.leader
    on = {name: np.flatnonzero(topic_flags(ego.tables, marks) & mine) for name, marks in topics.items()}
    every = np.unique(np.concatenate([*tagged.values(), *on.values(), np.empty(0, np.int64)]))
    if not len(every):
        return {NAME: Finding(NAME, None, UNIT, reason=NO_TAGS)}
    counting = _Counting(ego)
    of_tags = counting.rows(tagged, counting.voices_by_tag)
    ranked = sorted(of_tags, key=lambda row: (-(row.responses or 0), -(row.items or 0), row.name))
    kept = words_kept(ego.tables)
    detail = Tags(
        tags=counting.with_weeks(ranked[:SHOWN], tagged),
        of=len(of_tags),
        topics=counting.with_weeks(counting.rows(on, counting.voices_on(topics)), on),
        first_week=counting.first_week,
        unread=tuple(name for name, marks in topics.items() if not kept and not all(map(is_tag, marks))),
    )
    _, people = counting.responses(every)
    return {NAME: Finding(NAME, headline(people), UNIT, *_bounds(people), detail=detail)}


class _Counting:
    """Counts what the leader's items drew in the window."""

    def __init__(self, ego: Ego) -> None:
        self.ego = ego
        self._found = {alter.person: alter for alter in ego.found}
        by_people = ~np.isin(ego.responses.responder, sorted(ego.nobody))
        self._mine = ego.responses.where((ego.responses.target == ego.leader) & by_people)
        self._inside = ego.window.holds(ego.log.items.time)
        self._edges = weeks(ego.window, ego.settings.zone)
        codes, _ = ego.people.owners(ego.settings.voices)
        self._voices = sorted(codes - {ego.leader})

    @property
    def first_week(self) -> str | None:
        """The day on which the first whole week begins."""
        if len(self._edges) < 2:
            return None
        return str(moment(int(self._edges[0]), self.ego.settings.zone))[:10]

    @cached_property
    def voices_by_tag(self) -> Mapping[str, Ints]:
        """The items of the named voices in the window by their tags."""
        return tags_by(self.ego.tables, self._voices) if self._voices else {}

    def voices_on(self, topics: Mapping[str, Sequence[str]]) -> Mapping[str, Ints]:
        """Return the items of the named voices that are on each topic."""
        theirs = np.isin(self.ego.log.items.author, self._voices)
        if not self._voices:
            return {}
        return {
            name: np.flatnonzero(topic_flags(self.ego.tables, marks) & theirs)
            for name, marks in topics.items()
        }

    def responses(self, items: Ints) -> tuple[Responses, list[Alter]]:
        """Return the responses to some items, and who gave them."""
        rows = self._mine.where(np.isin(self._mine.parent, items))
        people = np.unique(rows.responder).tolist()
        return rows, [self._found[code] for code in people if code in self._found]

    def rows(self, carried: Mapping[str, Ints], voices: Mapping[str, Ints]) -> list[Carried]:
        """Count items, responses and people of each name, of those that the leader used or drew responses by."""
        found = []
        for name, items in carried.items():
            given, people = self.responses(items)
            inside = int(self._inside[items].sum())
            theirs = voices.get(name, np.empty(0, np.int64))
            least, most = _bounds(people)
            found.append(
                Carried(
                    name=name,
                    items=inside,
                    responses=len(given),
                    people=len(people),
                    never_met=headline(people),
                    least=least,
                    most=most,
                    voices=int(self._inside[theirs].sum()) if self._voices else None,
                )
            )
        return [row for row in found if row.items or row.responses]

    def with_weeks(self, rows: Sequence[Carried], carried: Mapping[str, Ints]) -> tuple[Carried, ...]:
        """Give the leading few the responses of each week."""
        return tuple(
            replace(row, weeks=self._by_week(carried[row.name])) if place < BY_WEEK else row
            for place, row in enumerate(rows)
        )

    def _by_week(self, items: Ints) -> tuple[int, ...]:
        edges, time = self._edges, self.responses(items)[0].time
        place = np.searchsorted(edges, time, side="right") - 1
        inside = (place >= 0) & (place < len(edges) - 1)
        return tuple(np.bincount(place[inside], minlength=max(len(edges) - 1, 0)).tolist())


def _bounds(people: Sequence[Alter]) -> tuple[float, float]:
    """Return how many people never met there are if all the unknown had met the leader, and if none had."""
    outside = [alter for alter in people if alter.outside]
    surely = fsum(alter.unmet for alter in outside if alter.known)
    return surely, surely + sum(not alter.known for alter in outside)
