"""A campaign told: found in the settings or given by options, checked, measured."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from difflib import get_close_matches

from influence.analysis.report import Analysis
from influence.campaigns.held import Held
from influence.campaigns.people import beyond, new_people, remained, tone, took_part
from influence.campaigns.travelling import travelled
from influence.campaigns.voices import against_voices
from influence.campaigns.weeks import against_before
from influence.contract.campaigned import Campaigned, CampaignError, Stated
from influence.contract.language import day_in_english
from influence.contract.narrowing import Narrowing
from influence.times import Window, day_at, end_of_day, meant, moment

_SECTION = '[campaigns.NAME] with tags = ["…"] and since = "2026-01-31" in influence.toml'


def named(name: str, known: Mapping[str, Stated]) -> Stated:
    """Return a campaign of the settings.

    Raises:
        CampaignError: there is none of that name.
    """
    if name in known:
        return known[name]
    near = get_close_matches(name, list(known), 3) or list(known)[:8]
    there = f"there are: {', '.join(near)}" if near else f"none are set; write {_SECTION}"
    raise CampaignError(f"there is no campaign {name!r}; {there}, or give --tag and --since")


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


def tell(analysis: Analysis, campaign: Stated, leader: str | None = None) -> Campaigned:
    """Say what a campaign did, as a whole or as far as it was one leader's.

    Raises:
        CampaignError: as `held_of`, and so the rest.
    """
    held, running = held_of(analysis, campaign, leader)
    return told(held, running=running)


def held_of(analysis: Analysis, campaign: Stated, leader: str | None = None) -> tuple[Held, bool]:
    """Return what is part of a campaign, as a whole or as far as it was one leader's, and whether it still runs.

    Raises:
        CampaignError: its window is reversed or not on record, or nothing of it is there.
        EmptyWindow: the workspace holds no activity.
        NarrowingError: there is no such tag, topic or channel.
        NeedsStatsmodels: statsmodels is not installed.
        UnknownPerson: nobody is known by the leader's name.
    """
    analysis.refuse_unsaid()
    code = None if leader is None else analysis.people.find(leader)
    if not campaign.only:
        raise CampaignError(f"nothing says what belongs to {campaign.name}: give it tags, topics or channels")
    window, running = window_of(analysis, campaign)
    return Held(campaign, analysis, analysis.narrowed(campaign.only), window, code), running


def window_of(analysis: Analysis, campaign: Stated) -> tuple[Window, bool]:
    """Return when a campaign ran as far as it is on record, and whether it still does.

    Raises:
        CampaignError: a day cannot be read, it ends before it begins, or it is not on record at all.
    """
    if not analysis.dated:
        raise CampaignError(
            "there is no activity with a time here; bring some in with: influence import PATH"
        )
    recorded, zone = analysis.whole_window(), analysis.settings.zone
    since = _moment(campaign, "since", campaign.since, zone)
    until = None if campaign.until is None else _moment(campaign, "until", campaign.until, zone)
    if until is not None and until <= since:
        raise CampaignError(
            f"{campaign.name} ends ({campaign.until}) before it begins ({campaign.since}): until is the first day "
            "after it"
        )
    if since >= recorded.until or (until is not None and until <= recorded.since):
        first, last = (day_in_english(day_at(one, zone)) for one in (recorded.since, recorded.until - 1))
        begins = day_in_english(day_at(since, zone))
        if since >= recorded.until:
            raise CampaignError(
                f"{campaign.name} begins on {begins} and what is on record ends on {last}: bring its first "
                "days in, then it can be told"
            )
        raise CampaignError(
            f"{campaign.name} (from {begins}) is not on record: the activities here run from {first} to "
            f"{last}; bring in what is missing, or change since and until"
        )
    over = end_of_day(recorded.until, zone)
    running = until is None or until > over
    return Window(since, over if until is None or running else until), running


def _moment(campaign: Stated, name: str, given: str, zone: str) -> int:
    try:
        return meant(given, zone)
    except (ValueError, OverflowError):
        raise CampaignError(f"{campaign.name}: {name} {given!r} is not a date such as 2026-01-31") from None


def _told_as(held: Held) -> Stated:
    return replace(held.stated, voices=tuple(map(held.whole.people.told_as, held.stated.voices)))


def told(held: Held, *, running: bool) -> Campaigned:
    """Measure what is part of a campaign.

    Raises:
        CampaignError: nothing of it was posted.
        NeedsStatsmodels: statsmodels is not installed.
    """
    zone, narrowed = held.whole.settings.zone, held.part.tables.narrowed
    leader = None if held.leader is None else held.whole.people.who[held.leader]
    who = took_part(held)  # first: it says so where nothing was posted at all
    before, weeks = against_before(held)
    since, until = (moment(one, zone) for one in (held.window.since, held.window.until))
    return Campaigned(
        stated=_told_as(held),
        window={"since": since, "until": until, "zone": zone},
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
        unread=narrowed.unread if narrowed else (),
        notice=held.whole.settings.notice,
    )
