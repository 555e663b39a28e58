"""Whose reports a workspace is for: about anybody else it reads on a stated basis only."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from influence.contract.errors import InfluenceError
from influence.people.directory import People, UnknownPerson


class PurposeError(InfluenceError):
    """Somebody was asked about whom the workspace is not for, and no basis was stated."""


@dataclass(frozen=True)
class Purpose:
    """Those whom `[purpose]` names (all, where it names nobody), the basis that was stated, and who may be asked.

    >>> from influence.people.columns import Who
    >>> people = People([Who("x:1", "Ann"), Who("x:2", "Bo")], {"x:1": 0, "x:2": 1})
    >>> Purpose(["x:1"]).basis_for(people, [0])
    >>> Purpose(["x:1"], "a question of the works council").basis_for(people, [1])
    'a question of the works council'
    """

    named: Sequence[str] = ()
    basis: str | None = None
    ask: Callable[[str], str] | None = None

    def basis_for(self, people: People, codes: Sequence[int]) -> str | None:
        """Return the basis on which some people are read about: none is needed for those who are named.

        Raises:
            PurposeError: one is needed, none was stated, and nobody can be asked.
        """
        stated = (self.basis or "").strip() or None
        others = sorted(set(codes) - self._allowed(people)) if self.named else []
        if not others or stated:
            return stated
        told = ", ".join(f"{people.who[code].name} ({people.who[code].person})" for code in others[:3])
        asked = self.ask(told).strip() if self.ask else ""
        if not asked:
            raise PurposeError(
                f"this workspace is not for reports about {told}: state on what basis you ask, by --basis WORDS, or "
                "name them under [purpose] for in influence.toml"
            )
        return asked

    def _allowed(self, people: People) -> set[int]:
        found = set()
        for one in self.named:
            try:
                found.add(people.find(one))
            except UnknownPerson:  # not here yet, or forgotten
                continue
        return found
