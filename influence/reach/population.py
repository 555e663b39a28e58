"""Everybody and everything in one store, read once and asked often: people, log, undated ties, networks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Self

import numpy as np

from influence.contract.narrowing import Narrowing, NarrowingError
from influence.contract.records import SPHERES
from influence.kernels.arrays import Codes, Flags, Floats, Ints
from influence.met.everybody import Pairs, met_by_pairs
from influence.network.doings import channel_by_item
from influence.network.heard import hours_recorded
from influence.network.log_queries import on_lists, ties_of_influence
from influence.network.log_tables import LogTables
from influence.network.narrowing import View, narrowed
from influence.network.near import near
from influence.network.network import Network
from influence.network.responses import Log, Responses, read_log
from influence.people.directory import People
from influence.people.identity import resolve
from influence.people.spheres import circles_of_pairs, spheres
from influence.people.teams import Teams
from influence.settings import Settings
from influence.store.engine import Engine
from influence.store.kept import Kept
from influence.times import Window


@dataclass(frozen=True)
class Ties:
    """The influence ties of an undated network, as person codes: `target` responded to `source`."""

    source: Ints
    target: Ints
    weight: Floats


class Population:
    """Everybody in one store and what they did.

    `people` if it is known already who is who; `kept` holds what was worked out before, if anything is kept. `tables`
    are the log's, if they are made already, as those of a part are.
    """

    def __init__(
        self,
        engine: Engine,
        settings: Settings,
        people: People | None = None,
        kept: Kept | None = None,
        tables: LogTables | None = None,
    ) -> None:
        self.engine, self.settings = engine, settings
        self.kept = kept or Kept(None, "")
        self.people = resolve(engine) if people is None else people
        self.tables = tables or LogTables.of(engine, self.people, kept=self.kept)

    @cached_property
    def log(self) -> Log:
        """Items, links and responses as arrays."""
        return read_log(self.tables)

    @cached_property
    def recorded(self) -> Ints:
        """When anything was done at all, in order, of a part of the log as of the whole; elsewhere by the hour.

        Of each hour its first moment and its last tell what any month or day holds.
        """
        return hours_recorded(self.tables) if self.engine.elsewhere else self.log.items.time

    def narrowed(self, only: Narrowing, seen_from: Sequence[int] = ()) -> Self:
        """Return the part of it that is asked for; spheres are those that some leaders (by code) see, and themselves.

        Nothing of it is kept beside the store.

        Raises:
            NarrowingError: there is no such name here, or nothing is left.
        """
        if not only:
            return self
        people = self._of_spheres(only, seen_from) if only.spheres else None
        tables = narrowed(self.tables, only, View(self.settings.topics, people))
        part = type(self)(tables.engine, self.settings, self.people, tables=tables)
        part.recorded = self.recorded
        return part

    def near(self, leaders: Sequence[int]) -> Self:
        """Return what is near some leaders (person codes), and the brand and voices they are held against, alone.

        It is taken of a log that lies elsewhere; measures that need everybody say so (`contract.measures.near_enough`).
        """
        named, _ = self.people.owners((*self.settings.brand, *self.settings.voices))
        tables = near(self.tables, sorted({*leaders, *named}), self.settings.hands)
        part = type(self)(tables.engine, self.settings, self.people, tables=tables)
        part.recorded = self.recorded
        return part

    def _of_spheres(self, only: Narrowing, seen_from: Sequence[int]) -> Flags:
        """Return who is one of some leaders or in one of the spheres asked for, as any of these leaders sees it."""
        rules = self.settings.spheres
        listed = on_lists(self.tables, rules)
        seen = [
            np.array(spheres(self.people, leader, self.teams.of(leader), rules, listed))
            for leader in seen_from
        ]
        there = sorted({*SPHERES, *rules, *(name for one in seen for name in np.unique(one).tolist())})
        if unknown := [name for name in only.spheres if name not in there]:
            raise NarrowingError(f"there is no sphere {unknown[0]!r}; there are: {', '.join(there)}")
        kept: Flags = np.logical_or.reduce([np.isin(one, only.spheres) for one in seen])
        kept[list(seen_from)] = False
        if not kept.any():
            raise NarrowingError(f"nobody here is of the sphere {' or '.join(only.spheres)}")
        kept[list(seen_from)] = True
        return kept

    @cached_property
    def bots(self) -> frozenset[int]:
        """The codes of bots, who are never reached."""
        return frozenset(code for code, bot in self.people.told("bot") if bot)

    @cached_property
    def channels(self) -> Ints:
        """The channel of each item as a number; -1 where it stands in none."""
        return channel_by_item(self.tables, len(self.log.items))

    @cached_property
    def teams(self) -> Teams:
        """Who is in whose team."""
        return Teams(self.people, self.settings.teams)

    @cached_property
    def ties(self) -> Ties:
        """The influence ties of all undated networks."""
        return Ties(*ties_of_influence(self.tables))

    @property
    def dated(self) -> bool:
        """Whether there is any activity with a time; an undated network has none."""
        return len(self.recorded) > 0

    def met_by_pairs(self, leader: Codes, person: Codes, first: Ints) -> tuple[Floats, Flags]:
        """Return m(v) of many pairs by a moment each, and whether it is known; pairs are sorted by leader, person."""
        rules = self.settings.spheres
        circle = circles_of_pairs(self.people, rules, on_lists(self.tables, rules), (leader, person))
        group = np.where(self.teams.hold(leader, person), -1, circle)
        return met_by_pairs(
            self.tables, self.settings.strengths, Pairs(leader, person, first, group), self.settings.registers
        )

    def whole_window(self) -> Window:
        """Return the window that holds everything."""
        time = self.recorded
        return Window(int(time[0]), int(time[-1]) + 1) if len(time) else Window(0, 1)

    def responses(self, window: Window) -> Responses:
        """Return the responses of a window that count in headlines."""
        return self.log.counted().within(window)

    def network(self, window: Window) -> Network:
        """Return the response network of a window: u → v weighs how often v responded to u."""
        return response_network(self.people, self.responses(window), self.ties)


def response_network(people: People, responses: Responses, ties: Ties) -> Network:
    """Return the network of responses: u → v weighs how often v responded to u; only people with a tie."""
    source = np.concatenate([responses.target.astype(np.int64), ties.source])
    target = np.concatenate([responses.responder.astype(np.int64), ties.target])
    weight = np.concatenate([np.ones(len(responses)), ties.weight])
    there = np.zeros(len(people), bool)
    there[source] = there[target] = True
    code = np.cumsum(there) - 1
    return Network.from_edges(people.ids(np.flatnonzero(there)), code[source], code[target], weight)
