"""Setting aside what waits for a leader: done, or put off until a day; and taking that back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from influence.contract.details.exchange import Worth
from influence.contract.errors import InfluenceError
from influence.corrections.about_leaders import AboutLeaders
from influence.measures.asked import acts_of, inbound
from influence.measures.waiting import by_worth, marked_item, open_items, short_names, worths
from influence.network.log_queries import activity_ids
from influence.people.decisions import DONE, SNOOZE, Decision, codes, marks
from influence.reach.ego import Ego
from influence.times import Window

FEWEST_DIGITS = 4
"""With fewer digits a short name is not understood: a slip of the finger would mean another conversation."""


class WaitingError(InfluenceError):
    """What cannot be set aside, in one sentence."""


@dataclass(frozen=True)
class Marked:
    """A decision about a conversation, and whether it stood already."""

    decision: Decision
    already: bool = False


class Waiting(AboutLeaders):
    """What waits for a leader, and what the user decided of it."""

    def listed(self, leader: str, window: Window | None = None, *, older: bool = False) -> list[Worth]:
        """List the conversations that wait by what an answer is worth: of the last 30 days, or `older` ones after them.

        Raises:
            WaitingError: nothing here has a time.
        """
        ego = self._dated(leader, window)
        self._reads("waiting", [ego.leader])
        every = inbound(ego)
        said = every.where(~every.mass)
        if not len(said):
            return []
        found = by_worth(ego, said, open_items(ego, said, acts_of(ego)).left)
        return worths(ego, said, found, None if older else int(found.still.sum()))

    def _dated(self, leader: str, window: Window | None) -> Ego:
        ego = self._ego(leader, window)
        if not ego.dated:
            raise WaitingError("a network without times tells of nothing that waits; bring in dated activity")
        return ego

    def done(self, leader: str, name: str, *, because: str | None = None) -> Marked:
        """Decide that a conversation waits no longer; what is said there later waits anew.

        `name` is the short name that the list and the page show, or the id of an item that waits there. Who decides
        the same again gets the decision that stands.

        Raises:
            WaitingError: nothing of that name waits, or several conversations.
        """
        return self._mark(leader, name, DONE, None, because)

    def snooze(self, leader: str, name: str, until: date, *, because: str | None = None) -> Marked:
        """Decide that a conversation waits only from a day on: when what is on record has reached it.

        Raises:
            WaitingError: nothing of that name waits, or several conversations.
        """
        return self._mark(leader, name, SNOOZE, until, because)

    def _mark(self, leader: str, name: str, verb: str, until: date | None, because: str | None) -> Marked:
        ego = self._dated(leader, None)
        item, person = self._meant(ego, name)
        value = item if until is None else f"{until.isoformat()} {item}"
        for one in self._about(ego, self._decisions.standing()):
            if (one.verb, one.value) == (verb, value):
                return Marked(one, already=True)
        people = ego.people.who
        number = self._decisions.record(
            verb, marks(people[ego.leader]), marks(people[person]), value=value, reason=because
        )
        self._changed()
        return Marked(next(one for one in self._decisions.history() if one.seq == number))

    def _meant(self, ego: Ego, name: str) -> tuple[str, int]:
        """Return the id of the latest item that waits in the conversation meant, and who wrote it."""
        every = inbound(ego)
        said = every.where(~every.mass)
        waits = said.item, said.item
        if len(said):
            opened = open_items(ego, said, acts_of(ego))
            waits = said.item[opened.rows], opened.last
        items = ego.log.items
        latest = {int(items.conversation[item]): item for item in sorted(waits[1].tolist())}
        ids = activity_ids(ego.tables, np.concatenate(waits))
        exactly = [item for item in ids if ids[item] == name]
        if exactly:
            meant = [latest[int(items.conversation[exactly[0]])]]
        else:
            short = short_names([ids[item] for item in latest.values()], whole=True)
            wanted = name.strip().lower()
            meant = [item for item in latest.values() if short[ids[item]].startswith(wanted)]
            meant = meant if len(wanted) >= FEWEST_DIGITS else []
        if not meant:
            raise WaitingError(
                f"nothing called {name!r} waits for {ego.person}; `influence waiting` lists what does"
            )
        if len(meant) > 1:
            raise WaitingError(
                f"{len(meant)} conversations that wait begin with {name!r}; write more of the name"
            )
        return ids[meant[0]], int(items.author[meant[0]])

    def undo(self, leader: str, number: int, *, because: str | None = None) -> Decision:
        """Take back a decision about what waits for the leader; an undoing can be undone as well.

        Raises:
            DecisionError: there is no such decision, or it does not stand.
            WaitingError: it is not about what waits for this leader.
        """
        if number not in {one.seq for one in self.decisions(leader)}:
            raise WaitingError(f"decision {number} is not about what waits for {leader}")
        done = self._decisions.undo(number, reason=because)
        self._changed()
        return done

    def decisions(self, leader: str) -> list[Decision]:
        """List every decision about what waits for the leader, the undone and the undoings too."""
        history = self._decisions.history()
        about = {one.seq for one in self._about(self._ego(leader, None), history)}
        for one in history:  # an undoing of an undoing too
            about |= {one.seq} if one.undoes in about else set()
        return [one for one in history if one.seq in about]

    def _about(self, ego: Ego, decided: Sequence[Decision]) -> list[Decision]:
        return [
            one
            for one in decided
            if one.verb in {DONE, SNOOZE}
            and marked_item(one)
            and ego.leader in codes(ego.people, one.accounts)
        ]
