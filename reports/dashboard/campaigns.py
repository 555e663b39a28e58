"""The campaigns of the settings: each as its page tells it, written, corrected and taken out without a text editor."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from starlette.responses import Response

from influence.contract.campaigned import Campaigned, Stated
from influence.contract.errors import InfluenceError
from influence.contract.language import translated
from influence.contract.narrowing import Narrowing
from influence.contract.wording import plain
from influence.workspace.workspace import Workspace
from reports.dashboard.asked import Asked, see, shown
from reports.dashboard.desk import Desk, ReadOnly
from reports.dashboard.framed import framed, waited
from reports.dashboard.going import waiting
from reports.dashboard.view import Choice, all_of, one_of, with_query
from reports.dashboard.work import Work
from reports.formats import campaign

_OFFERED = 12
"""So many tags and channels are offered, those that most people use; others are typed."""
_TELL_OF_CAMPAIGNS = ("campaign",)
"""What is worked out anew after a campaign was written; the rest does not hang on it."""
_OF_FORM = {"tags": "tag", "topics": "topic", "channels": "channel"}
"""What belongs to a campaign, as its section calls it and as the boxes of the form do."""


@dataclass(frozen=True)
class Typed:
    """What the form of a campaign holds, the campaign that it corrects (`before`), and why it was not kept."""

    name: str = ""
    since: str = ""
    until: str = ""
    tags: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()
    voices: tuple[str, ...] = ()
    before: str = ""
    why: str = ""

    @classmethod
    def of(cls, stated: Stated) -> Typed:
        """Return a campaign as its form holds it."""
        only, before = stated.only, json.dumps(stated.as_json())
        kinds = (tuple(only.tags), tuple(only.topics), tuple(only.channels))
        return cls(stated.name, stated.since, stated.until or "", *kinds, stated.voices, before)

    @classmethod
    def read(cls, asked: Asked) -> Typed:
        """Return what was sent: what was chosen in boxes, and beside it what was typed."""
        words = dict(asked.form)
        typed = {kind: _lines(words.get(kind, "")) for kind in (*_OF_FORM, "voices")}
        typed["tags"] = [one for one in re.split(r"[,;\s]+", words.get("tags", "")) if one]
        tags, topics, channels = (
            _once(*all_of(asked.form, box), *typed[kind]) for kind, box in _OF_FORM.items()
        )
        name, since, until = (asked.said(one) for one in ("name", "since", "until"))
        before = words.get("before", "")
        return cls(name, since, until, tags, topics, channels, _once(*typed["voices"]), before)

    @property
    def section(self) -> dict[str, str | tuple[str, ...]]:
        """Return it as its section of the settings holds it."""
        kinds = {kind: getattr(self, kind) for kind in (*_OF_FORM, "voices")}
        return {**kinds, "since": self.since, "until": self.until}

    @property
    def stated_before(self) -> Stated | None:
        """The campaign that it corrects, as it stood when the form was opened; None where it is a new one."""
        try:
            held = json.loads(self.before)
            only = Narrowing(*(tuple(held.get(kind, ())) for kind in _OF_FORM))
            return Stated(
                str(held["name"]), only, held["since"], held["until"], tuple(held.get("voices", ()))
            )
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError, InfluenceError):
            return None


def campaigns(desk: Desk, asked: Asked) -> Response:
    """Show the campaigns of the settings, and the one that is asked for."""
    desk.open_to_all()
    name, why, text = one_of(asked.query, "name"), "", ""
    try:
        found = _campaign(desk, name) if name else None
        if isinstance(found, Work):
            return waiting(desk, asked, "/campaigns", plain(name), "/campaigns")
        text = campaign.text(found) if found else ""
    except InfluenceError as error:
        why = desk.said(error)
    known = desk.workspace.settings.campaigns.get(name)
    return _shown(desk, asked, Typed.of(known) if known else Typed(), name=name, why=why, text=text)


def _shown(
    desk: Desk, asked: Asked, typed: Typed, *, name: str = "", why: str = "", text: str = ""
) -> Response:
    offered = _offered(desk)
    return shown(
        desk,
        asked,
        "campaigns.html",
        "/campaigns",
        listed=list(desk.workspace.settings.campaigns),
        name=name,
        why=why,
        text=text,
        frame=with_query("/campaigns/page", [("name", name)]) if text else "",
        typed=typed,
        boxes={kind: _boxes(offered[kind], getattr(typed, kind)) for kind in _OF_FORM},
    )


def campaign_page(desk: Desk, asked: Asked) -> Response:
    """Show a campaign as its page has it."""
    desk.open_to_all()
    found = _campaign(desk, one_of(asked.query, "name"))
    return waited(found) if isinstance(found, Work) else framed(campaign.page(found, scripts=False))


def _campaign(desk: Desk, name: str) -> Campaigned | Work:
    title = translated("The campaign {name}").format(name=plain(name))
    return desk.lasting(("campaign", name), title, lambda workspace: workspace.campaign(name))


# --- writing ----------------------------------------------------------------------------------------------------


def write(desk: Desk, asked: Asked) -> Response:
    """Write a campaign or correct one, or say why it cannot be meant, beside what was typed."""
    desk.open_to_all()
    typed = Typed.read(asked)
    before = typed.stated_before
    try:
        desk.change(
            lambda workspace: workspace.write_campaign(typed.name, typed.section, before), *_TELL_OF_CAMPAIGNS
        )
    except ReadOnly:
        raise
    except InfluenceError as error:
        answer = _shown(desk, asked, replace(typed, why=desk.said(error)), name=before.name if before else "")
        answer.status_code = 400
        return answer
    return see(with_query("/campaigns", [("name", typed.name)]))


def remove(desk: Desk, asked: Asked) -> Response:
    """Take a campaign out of the settings; what was brought in stays."""
    desk.open_to_all()
    desk.may_change()
    before = Typed.read(asked).stated_before
    if before is not None:
        desk.change(lambda workspace: workspace.remove_campaign(before), *_TELL_OF_CAMPAIGNS)
    return see("/campaigns")


def _offered(desk: Desk) -> Mapping[str, tuple[str, ...]]:
    """Return what may belong to a campaign: the topics of the settings, the tags and channels used most."""
    topics = tuple(desk.workspace.settings.topics)
    return {**desk.kept("offered", lambda: _used(desk.workspace)), "topics": topics}


def _used(workspace: Workspace) -> dict[str, tuple[str, ...]]:
    found = workspace.subjects()
    return {
        kind: tuple(sorted(one.name for one in found[kind][:_OFFERED] if one.items))
        for kind in ("tags", "channels")
    }


def _boxes(offered: Sequence[str], chosen: Sequence[str]) -> tuple[Choice, ...]:
    """Return a box for each thing that is offered or chosen."""
    return tuple(Choice(one, plain(one), one in chosen) for one in _once(*offered, *chosen))


def _lines(words: str) -> list[str]:
    return [line.strip() for line in words.splitlines() if line.strip()]


def _once(*words: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(words))
