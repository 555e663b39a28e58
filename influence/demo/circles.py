"""Who is close to whom, and from which crowd the strangers come who answer a leader."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from influence.demo.cast import DEPARTMENTS, Cast
from influence.demo.dice import Dice, Urn
from influence.demo.voices import VOICES

SYSTEMS = ("email", "chat", "yammer", "x", "blog")
"""Systems in which people answer each other."""


class Circles:
    """Contacts with their closeness, the closed groups of a chat, and each leader's crowd of strangers.

    `groups` maps a person to (channel, members); `anyone` a system to all who might turn up there.
    """

    def __init__(self, cast: Cast, dice: Dice) -> None:
        self.cast, self.dice = cast, dice
        self.groups: list[list[tuple[str, tuple[int, ...]]]] = [[] for _ in cast.people]
        self.anyone = {system: cast.having(system, self._public()) for system in SYSTEMS}
        self._contacts = defaultdict[int, dict[int, float]](dict)
        self._urns: dict[tuple[int, str], Urn] = {}
        self._crowds: dict[tuple[str, str], Urn] = {}
        self._acquaint()

    def _public(self) -> list[int]:
        """Return all but the broadcaster, to whom nobody listens, and the bots."""
        deaf = self.cast.leaders["broadcast"]
        return [who.index for who in self.cast.people if not who.bot and who.index != deaf]

    def _acquaint(self) -> None:
        """Give everybody contacts, closer ones heavier, and the closed groups in which they chat."""
        cast = self.cast
        for manager, reports in cast.teams.items():
            self._group(f"team-{cast.people[manager].person}", [manager, *reports], 4.0)
        for number, members in enumerate(cast.projects):
            self._group(f"project-{number + 1}", members, 3.0)
        for ours, theirs in cast.clients.values():
            self._bind([*ours, *theirs], 2.0)
        for name in DEPARTMENTS:
            self._open_group(name, cast.departments[name])
        outsiders = cast.outsiders()
        for who in outsiders:
            self._bind([who, *self.dice.some(outsiders, 6)], 0.3)

    def _group(self, channel: str, members: list[int], closeness: float) -> None:
        self._bind(members, closeness)
        for who in members:
            self.groups[who].append((channel, tuple(members)))

    def _open_group(self, department: str, members: list[int]) -> None:
        for who in members:
            self._bind([who, *self.dice.some(members, 4)], 0.5)
            if who != self.cast.leaders["broadcast"]:
                self.groups[who].append((department.lower().replace(" ", "-"), tuple(members)))

    def _bind(self, members: Sequence[int], closeness: float) -> None:
        for a in members:
            for b in members:
                if a != b:
                    self._contacts[a][b] = self._contacts[a].get(b, 0.0) + closeness

    def contact(self, of: int, system: str) -> int | None:
        """Draw somebody close to a person who uses the system."""
        if (of, system) not in self._urns:
            close = self.cast.having(system, list(self._contacts[of]))
            self._urns[of, system] = Urn(close, [self._contacts[of][who] for who in close])
        return self._urns[of, system].draw(self.dice)

    def stranger(self, role: str, system: str) -> int | None:
        """Draw somebody whom a leader reaches far away; a few of them answer again and again."""
        if (role, system) not in self._crowds:
            inside = [i for name in DEPARTMENTS for i in self.cast.departments[name]]
            inside = [i for i in inside if i not in self._contacts[self.cast.leaders[role]]]
            outside = self.cast.outsiders() if VOICES[role].abroad else []
            far = self.cast.having(system, inside + outside)
            crowd = self.dice.some(far, VOICES[role].crowd)
            crowd = [i for i in crowd if i not in self.cast.leaders.values()]
            self._crowds[role, system] = Urn(crowd, [self.dice.pareto() for _ in crowd])
        return self._crowds[role, system].draw(self.dice)
