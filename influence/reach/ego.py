"""One leader in one window, and everything that a measure may ask about them."""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property

import numpy as np

from influence.kernels.arrays import Flags, Ints
from influence.met.encounters import met_by
from influence.met.known import Met, with_learned
from influence.network.log_queries import on_lists
from influence.network.mass_mail import MassMail, mass_mail
from influence.network.network import Network
from influence.network.responses import Count, Responses
from influence.people.columns import Who
from influence.people.spheres import circles, spheres
from influence.reach.asked import Asked
from influence.reach.population import Population
from influence.reach.steps import Alter, Passing, Touches, alters, first_and_depth, touches
from influence.times import DAY, Window

_INSIDE = ("team", "department", "company")


class Ego:
    """The ego of a report: `leader` is a person's code in `people`; what is asked for is worked out once.

    A measure is a function of an ego that returns findings by name; it comes by the entry point
    `influence.measures`.
    """

    def __init__(
        self, population: Population, leader: int, window: Window, asked: Asked | None = None
    ) -> None:
        self.population, self.leader, self.window = population, leader, window
        self.asked = asked or Asked()
        self.people, self.log, self.settings = population.people, population.log, population.settings
        self.tables, self.ties, self.dated = population.tables, population.ties, population.dated
        self.bots = population.bots
        self.nobody: frozenset[int] = population.bots | {leader}
        self.passing = Passing(int(self.settings.delta_days * DAY), self.settings.hands)

    @property
    def person(self) -> str:
        """The leader's id."""
        return self.people.who[self.leader].person

    @cached_property
    def team(self) -> set[int]:
        """The declared team, else the organisation chart's, else the people whose sphere is `team`."""
        return self.population.teams.of(self.leader)

    @cached_property
    def met(self) -> Met:
        """Whom the leader has met, and why we think so."""
        return self.met_anew()

    def met_anew(self) -> Met:
        """Gather whom the leader has met, and learn from those who responded what to suppose of the others."""
        settings = self.settings
        met = met_by(self.population.tables, self.leader, settings.strengths, settings.registers)
        first, _ = first_and_depth(self.drawn)
        return with_learned(met, first, self.circles)

    @cached_property
    def circles(self) -> list[str]:
        """In which circle of the leader's everybody is, by person code."""
        return circles(self.people, self.leader, self.spheres)

    def during(self, window: Window) -> Ego:
        """Return the same leader in another window; what does not depend on the window is not gathered again."""
        other = Ego(self.population, self.leader, window, self.asked)
        other.__dict__.update(team=self.team, spheres=self.spheres, ever=self.ever, circles=self.circles)
        first, _ = first_and_depth(other.drawn)
        other.__dict__["met"] = with_learned(self.met, first, self.circles)
        return other

    @cached_property
    def drawn(self) -> Touches:
        """Every valid response that the leader drew in the window."""
        return replace(self.ever.within(self.window), undated=self.ever.undated)

    @cached_property
    def ever(self) -> Touches:
        """Every valid response that the leader drew at any time."""
        return self._touches("headline", self.population.whole_window())

    def touches(self, count: Count = "headline") -> Touches:
        """Find the valid responses when stated, headline or all responses count."""
        return self._touches(count, self.window) if count != "headline" and self.log.guessed else self.drawn

    def _touches(self, count: Count, window: Window) -> Touches:
        undated = self.ties.target[self.ties.source == self.leader].tolist()
        passing = replace(self.passing, count=count)
        return touches(self.log, self.leader, window, passing, self.nobody, undated)

    @cached_property
    def found(self) -> list[Alter]:
        """Everybody reached: step, m(v), depth, first response."""
        return alters(self.drawn, self.met, self.team)

    @cached_property
    def reached(self) -> dict[int, Who]:
        """Who was reached, by person code."""
        codes = [alter.person for alter in self.found]
        return dict(zip(codes, self.people.some(codes), strict=True))

    @cached_property
    def unit(self) -> Ints:
        """The conversation of each touch; a mention outside the leader's conversations is one of its own."""
        items = self.log.items
        mine = np.unique(items.conversation[items.author == self.leader])
        conversation = items.conversation[self.drawn.item]
        return np.where(np.isin(conversation, mine), conversation, -1 - self.drawn.item)

    @cached_property
    def silent(self) -> int:
        """How many of the leader's conversations in the window drew no response."""
        items = self.log.items
        mine = (items.author == self.leader) & self.window.holds(items.time)
        return len(np.setdiff1d(items.conversation[mine], self.unit))

    @cached_property
    def conversations(self) -> int:
        """How many conversations there are to draw again: those that were answered, and the silent ones."""
        return len(np.unique(self.unit)) + self.silent

    @cached_property
    def spheres(self) -> list[str]:
        """Everybody's sphere by person code, seen from the leader."""
        rules = self.settings.spheres
        return spheres(self.people, self.leader, self.team, rules, on_lists(self.population.tables, rules))

    @cached_property
    def inside(self) -> Flags:
        """Who is of the leader's organisation, by person code: the leader, the team, and who is in a sphere of it."""
        flags: Flags = np.isin(np.array(self.spheres), _INSIDE)
        flags[[self.leader, *self.team]] = True
        return flags

    @cached_property
    def responses(self) -> Responses:
        """Everybody's responses in the window that count."""
        return self.population.responses(self.window)

    @cached_property
    def mass_mail(self) -> MassMail:
        """The campaigns to the leader, in the window and outside it."""
        return mass_mail(self.log, self.leader, sorted(self.bots))

    @cached_property
    def network(self) -> Network:
        """The response network of the window."""
        return self.population.network(self.window)
