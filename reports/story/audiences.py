"""Whom the leader means to reach: what part of each intended audience responded, and who of it could not be seen."""

from __future__ import annotations

from influence.contract.details.audience_share import Audience, AudienceShare
from influence.contract.findings import Report
from influence.contract.headline import leader_name
from influence.contract.language import message, recognised
from influence.contract.wording import between, counted, number, people, plain
from reports.story.sentences import Part, Sentence, Span, joined, say
from reports.story.wording import shortened

NAMED = 5
"""So many audiences are told in a sentence each, in the order in which they were named."""
_NAME = 60
_REACHED = {
    (False, False): message("Of the {people} of the audience {name}, {n} responded: {share}."),
    (True, False): message(
        "Of the {people} of the audience {name}, {n} responded: {share} (95 % interval {within})."
    ),
    (False, True): message(
        "{absent} of {listed} of the audience {name} are not in the data: of these it cannot be told. Of the other "
        "{people}, {n} responded: {share}."
    ),
    (True, True): message(
        "{absent} of {listed} of the audience {name} are not in the data: of these it cannot be told. Of the other "
        "{people}, {n} responded: {share} (95 % interval {within})."
    ),
}
"""How many were reached: whether there is an interval, and whether some are not in the data."""


def told(report: Report) -> tuple[Sentence, ...]:
    """Say of each audience how many responded, who of these had never met the leader, and who is not in the data."""
    rows = report.told("audience_share", AudienceShare).audiences[:NAMED]
    return tuple(sentence for row in rows for sentence in joined(*_audience(report, row)))


def _audience(report: Report, row: Audience) -> tuple[Sentence, ...]:
    name = Span(f"“{shortened(row.name, _NAME)}”", "audience_share")
    if row.people is None or row.reached is None or row.share is None:
        reason = recognised(plain(row.reason or "no reason was given")).rstrip(".")
        return (say("Cannot tell how far the audience {name} is reached: {why}.", name=name, why=reason),)
    absent = (row.absent or 0) + (row.unclear or 0)
    parts: dict[str, Part] = {
        "people": counted(row.people, "person", "people"),
        "name": name,
        "n": Span(number(row.reached), "audience_share"),
        "share": number(row.share, "share"),
    }
    if row.interval is not None:
        parts["within"] = between(*row.interval, "share")
    if absent:
        parts |= {"absent": number(absent), "listed": number(row.people + absent)}
    first = say(_REACHED[row.interval is not None, absent > 0], **parts)
    return (first, *_bounds(row, absent), *_met(report, row))


def _bounds(row: Audience, absent: int) -> tuple[Sentence, ...]:
    """Say what the share would be of the whole list, with those who are not in the data out, and in."""
    if not absent or row.people is None or row.reached is None:
        return ()
    listed = row.people + absent
    within = between(row.reached / listed, (row.reached + absent) / listed, "share")
    return (say("Of the whole list that is {within}, whether none or all of the others did.", within=within),)


def _met(report: Report, row: Audience) -> tuple[Sentence, ...]:
    """Tell those never met from those met and the team; as a range where of most of them nothing tells."""
    if not row.reached or row.never_met is None or row.met is None or row.least is None or row.most is None:
        return ()
    who, team = leader_name(report), row.team or 0.0
    if team == row.reached:
        return (say("All of these are in the team."),)
    if 2 * (row.unknown or 0) > row.reached - team:
        return (
            say(
                "How many of these had never met {who} is mostly not known: {within}.",
                who=who,
                within=between(row.least, row.most, "people"),
            ),
        )
    parts = {"never": people(row.never_met), "met": people(row.met, half_up=False), "who": who}
    if team:
        return (
            say(
                "Weighed, these are {never} who had never met {who}, {met} who had, and {team} of the team.",
                **parts,
                team=number(team),
            ),
        )
    return (say("Weighed, these are {never} who had never met {who}, and {met} who had.", **parts),)
