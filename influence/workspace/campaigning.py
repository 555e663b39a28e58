"""What a campaign did, asked of a workspace or of a lake alike."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping

from influence.analysis.writing import Writing
from influence.campaigns.campaigns import held_of, named, tell, told
from influence.campaigns.for_others import counted_in, for_others
from influence.contract.campaigned import Campaigned, Stated


class Campaigning(Writing):
    """Whoever answers about leaders answers about campaigns too."""

    def campaign(self, campaign: str | Stated, leader: str | None = None) -> Campaigned:
        """Say what a campaign did: one of the settings by its name, or as `Stated` says; as far as it was a leader's.

        Raises:
            CampaignError: there is no such campaign, its window is not on record, or nothing of it is there.
            NarrowingError: there is no such tag, topic or channel.
            NeedsStatsmodels: statsmodels is not installed.
            UnknownPerson: nobody is known by the leader's name.
        """
        return tell(self.analysis, self._asked(campaign, leader), leader)

    def campaign_for_others(self, campaign: str | Stated, leader: str | None = None) -> Campaigned:
        """Return the copy of the same for others: no names, and no fewer people than `[privacy] smallest_shown`.

        Raises:
            TooAlike: with a copy given before, it would tell of fewer people than that; and as `campaign` does.
        """
        held, running = held_of(self.analysis, self._asked(campaign, leader), leader)
        found, smallest = told(held, running=running), self.settings.smallest_shown
        self.releases(
            "" if found.leader is None else found.leader["person"], counted_in(held, smallest), smallest
        )
        return for_others(found, smallest)

    def _asked(self, campaign: str | Stated, leader: str | None) -> Stated:
        stated = campaign if isinstance(campaign, Stated) else named(campaign, self.settings.campaigns)
        self.reads("campaign", [self.analysis.people.find(leader)] if leader is not None else [])
        return stated

    @abstractmethod
    def releases(self, of: str, sets: Mapping[str, frozenset[str]], smallest: int) -> None:
        """Hear of which people a copy tells, about a leader or ('') everybody; refuse one that would tell of few."""
