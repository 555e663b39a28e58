"""A campaign told: found in the settings or given by options, checked, measured."""

from __future__ import annotations

from dataclasses import dataclass, replace
from difflib import get_close_matches

from influence.analysis.report import Analysis
from influence.campaigns.held import Held
from influence.campaigns.people import beyond, new_people, remained, tone, took_part
from influence.campaigns.travelling import travelled
from influence.campaigns.voices import against_voices
from influence.campaigns.weeks import against_before
from influence.contract.campaigned import Campaigned, CampaignError, Stated
from influence.contract.narrowing import Narrowing
from influence.times import Window, moment, stated

_SECTION = '[campaigns.NAME] with tags = ["…"] and since = "2026-01-31" in influence.toml'


@dataclass(frozen=True)
class Campaigns:
    """The campaigns over an analysis of what is in the store now."""

    analysis: Analysis

    def listed(self) -> tuple[Stated, ...]:
        """Return the campaigns of the settings, in their order."""
        return tuple(self.analysis.settings.campaigns.values())

    def stated(self, name: str) -> Stated:
        """Return a campaign of the settings.

        Raises:
            CampaignError: there is none of that name.
        """
        known = self.analysis.settings.campaigns
        if name in known:
            return known[name]
        near = get_close_matches(name, list(known), 3) or list(known)[:8]
        there = f"there are: {', '.join(near)}" if near else f"none are set; write {_SECTION}"
        raise CampaignError(f"there is no campaign {name!r}; {there}, or give --tag and --since")

    def tell(self, campaign: Stated, leader: str | None = None) -> Campaigned:
        """Say what a campaign did, as a whole or as far as it was one leader's.

        Raises:
            CampaignError: its window is reversed or not on record, or nothing of it is there.
            EmptyWindow: the workspace holds no activity.
            NarrowingError: there is no such tag, topic or channel.
            NeedsStatsmodels: statsmodels is not installed.
            UnknownPerson: nobody is known by the leader's name.
        """
        self.analysis.refuse_unsaid()
        code = None if leader is None else self.analysis.people.find(leader)
        if not campaign.only:
            raise CampaignError(
                f"nothing says what belongs to {campaign.name}: give it tags, topics or channels"
            )
        window, running = self.window(campaign)
        held = Held(campaign, self.analysis, self.analysis.narrowed(campaign.only), window, code)
        return self._told(held, running=running)

    def window(self, campaign: Stated) -> tuple[Window, bool]:
        """Return when a campaign ran as far as it is on record, and whether it still does.

        Raises:
            CampaignError: a day cannot be read, it ends before it begins, or it is not on record at all.
        """
        recorded, zone = self.analysis.whole_window(), self.analysis.settings.zone
        if not self.analysis.dated:
            raise CampaignError(
                "there is no activity with a time here; bring some in with: influence import PATH"
            )
        since = self._moment(campaign, campaign.since, "since")
        until = None if campaign.until is None else self._moment(campaign, campaign.until, "until")
        if until is not None and until <= since:
            raise CampaignError(
                f"{campaign.name} ends ({campaign.until}) before it begins ({campaign.since}): until is the first day "
                "after it"
            )
        first, last = (str(moment(one, zone))[:10] for one in (recorded.since, recorded.until - 1))
        if since >= recorded.until or (until is not None and until <= recorded.since):
            raise CampaignError(
                f"{campaign.name} (from {campaign.since}) is not on record: the activities here run from {first} to "
                f"{last}; bring in what is missing, or change since and until"
            )
        running = until is None or until > recorded.until
        return Window(since, recorded.until if until is None or running else until), running

    def _moment(self, campaign: Stated, given: str, name: str) -> int:
        try:
            return stated(given, self.analysis.settings.zone)
        except (ValueError, OverflowError):
            raise CampaignError(
                f"{campaign.name}: {name} {given!r} is not a date such as 2026-01-31"
            ) from None

    def _told(self, held: Held, *, running: bool) -> Campaigned:
        zone, people = self.analysis.settings.zone, self.analysis.people
        who = took_part(held)
        before, weeks = against_before(held)
        narrowed = held.part.tables.part
        leader = None if held.leader is None else people.who[held.leader]
        return Campaigned(
            stated=held.stated,
            window={
                "since": moment(held.window.since, zone),
                "until": moment(held.window.until, zone),
                "zone": zone,
            },
            items=len(held.items),
            took_part=who,
            new=new_people(held),
            beyond=beyond(held),
            tone=tone(held),
            travelled=travelled(held),
            before=before,
            voices=against_voices(held),
            remained=remained(held, running=running),
            weeks=weeks,
            running=running,
            leader=None if leader is None else {"person": leader.person, "name": leader.name},
            unread=narrowed.narrowed.unread if narrowed else (),
            notice=self.analysis.settings.notice,
        )


def given(
    name: str | None, only: Narrowing, since: str | None, until: str | None, voices: tuple[str, ...] = ()
) -> Stated:
    """Return a campaign that options state; without a name it is called by what belongs to it.

    Raises:
        CampaignError: nothing says what belongs to it, or when it began.

    >>> given(None, Narrowing(tags=["#Climate"]), "2026-01-31", None).name
    '#climate'
    """
    if not only:
        raise CampaignError("nothing says what belongs to the campaign: give --tag, --topic or --channel")
    if since is None:
        raise CampaignError("nothing says when the campaign began: give --since, such as --since 2026-01-31")
    found = Stated(name or "", only, since, until, voices)
    return found if name else replace(found, name=", ".join(found.marks))
