"""What a campaign did, asked of a workspace or of a lake alike."""

from __future__ import annotations

from influence.analysis.writing import Writing
from influence.campaigns.campaigns import named, tell
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
        stated = campaign if isinstance(campaign, Stated) else named(campaign, self.settings.campaigns)
        self.reads("campaign", [self.analysis.people.find(leader)] if leader is not None else [])
        return tell(self.analysis, stated, leader)
