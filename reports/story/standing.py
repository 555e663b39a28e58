"""Where a role stands and what has spread: who carries it, what is a habit, the team, departments."""

from __future__ import annotations

from influence.contract.details.organisation import Followed, TeamBeyond, TeamFollows, Walls
from influence.contract.details.persistence import Persistence
from influence.contract.details.stage import Stage
from influence.contract.findings import Report
from influence.contract.headline import leader_name, mostly_unknown
from influence.contract.language import listing, message, translated
from influence.contract.wording import counted, number, plain, shared
from reports.story.chance import SURE
from reports.story.sentences import Sentence, Span, joined, say
from reports.story.spheres import sphere_words

NAMED = 4
"""So many spheres are named in a sentence."""
FEWEST = 5.0
"""Of fewer people whom one could reach only digitally, a share says nothing."""
_STALE = 2


def four_parts(report: Report) -> tuple[tuple[float, int], ...]:
    """Return the shares by own output, team, people met and people never met, each also in whole per cent.

    The last two are one where of most people nothing tells; nothing where it is not known.
    """
    parts = report.told("stage", Stage).parts
    if not report.known("stage") or parts is None:
        return ()
    held = (*parts[:2], parts[2] + parts[3]) if mostly_unknown(report) else parts
    return tuple(zip(held, shared([100 * part for part in held]), strict=True))


def stage(report: Report) -> tuple[Sentence, ...]:
    """Say whose doing carries the role, and what part of each sphere it reaches of those never met."""
    parts = [f"{percent} %" for _, percent in four_parts(report)]
    if not parts:
        return ()
    who = leader_name(report)
    of = Span(translated("Of all that was done around {who}").format(who=who), "stage")
    if mostly_unknown(report):
        own, team, rest = parts
        return (
            say(
                "{of}, {own} is the leader's own output, {team} is by the team and {rest} by others: who of these has "
                "met {who} is mostly not known.",
                of=of, own=own, team=team, rest=rest, who=who,
            ),
        )  # fmt: skip
    own, team, met, networked = parts
    told = say(
        "{of}, {own} is the leader's own output, {team} is by the team, {met} by people met and {networked} by people "
        "never met.",
        of=of, own=own, team=team, met=met, networked=networked,
    )  # fmt: skip
    return joined(told, *_digitally(report.told("stage", Stage)))


def _digitally(held: Stage) -> tuple[Sentence, ...]:
    shares = {
        sphere: row.reached / row.of
        for sphere, row in held.spheres.items()
        if row.reached is not None and row.of is not None and row.of >= FEWEST and sphere != "unknown"
    }
    ranked = sorted(shares, key=lambda sphere: (-shares[sphere], sphere))[:NAMED]
    if not ranked or not any(shares.values()):
        return ()
    named = [f"{sphere_words(sphere)} {number(shares[sphere], 'share')}" for sphere in ranked]
    return (
        say("Of those known here who were never met, it reaches by sphere: {named}.", named=listing(named)),
    )


def habit(report: Report) -> tuple[Sentence, ...]:
    """Say in how many weeks there was an exchange beyond, the longest run, and how long ago the last was."""
    held = report.told("persistence", Persistence)
    if not report.known("persistence") or held.weeks is None or held.held is None:
        return ()
    of = counted(held.weeks, "week", "weeks")
    if not held.held:
        none = Span(translated("none"), "persistence")
        return (say("In {none} of {of} did exchange with people never met go both ways.", none=none, of=of),)
    told = say(
        "Is it a habit? In {n} of {of} exchange with people never met went both ways, at the longest in {run} on end.",
        n=Span(number(held.held), "persistence"),
        of=of,
        run=counted(held.longest or 0, "week", "weeks"),
    )
    if (held.since_last or 0) < _STALE:
        return (told,)
    since = counted(held.since_last or 0, "week", "weeks")
    return joined(told, say("Since then {since} have passed.", since=since))


def team(report: Report) -> tuple[Sentence, ...]:
    """Say how many of the team are answered by people they never met, beside teams like it."""
    held = report.told("team_beyond", TeamBeyond)
    if not report.known("team_beyond") or held.team is None:
        return ()
    n, of = Span(number(held.reaching or 0), "team_beyond"), number(held.team)
    told = say("Of the {of} of the team, {n} are answered by people whom they never met.", n=n, of=of)
    more = _half(held)
    if held.peers is None or held.teams is None:
        return joined(told, *more)
    like = counted(held.teams, "team", "teams")
    share = number(held.peers, "share")
    pattern = (
        message("In {like} of about that size it is {share}: a difference that chance would hardly give.")
        if held.apart
        else message("In {like} of about that size it is {share}, which cannot be told apart.")
    )
    return joined(told, say(pattern, like=like, share=share), *more)


def _half(held: TeamBeyond) -> tuple[Sentence, ...]:
    """Say how many such people half of the team are answered by: where all are by some, that tells more."""
    if not held.typical:
        return ()
    n = Span(number(held.typical), "team_beyond")
    if held.peers_typical is None:
        return (say("Half of the team are answered by {n} such people or more.", n=n),)
    theirs = number(held.peers_typical)
    return (
        say(
            "Half of the team are answered by {n} such people or more, in those teams by {theirs}.",
            n=n,
            theirs=theirs,
        ),
    )


def follows(report: Report) -> tuple[Sentence, ...]:
    """Say how far the team takes up the ways of working that the leader uses, and whether the leader was late."""
    held = report.told("team_follows", TeamFollows)
    if not report.known("team_follows") or held.place is None:
        return ()
    systems = counted(len(held.systems), "system", "systems")
    share = Span(number(report.value("team_follows"), "share"), "team_follows")
    place = number(held.place, "share")
    told = say(
        "Where the leader is active, in {systems}, {share} of the team is too; {place} of the organisation's people "
        "there began before the leader.",
        systems=systems,
        share=share,
        place=place,
    )
    if held.peers is None:
        return (told,)
    pattern = (
        message("In teams like it {theirs} is: this team is behind.")
        if held.behind
        else message("In teams like it {theirs} is: this team is not behind.")
    )
    return joined(told, say(pattern, theirs=number(held.peers, "share")), *_behind(held))


def _behind(held: TeamFollows) -> tuple[Sentence, ...]:
    """Name the system in which the team is farthest behind teams like it, one with a late leader before others."""
    rows = [one for one in held.systems if one.behind]
    if not rows:
        return ()
    one = max(rows, key=_how_far)
    pattern = (
        message(
            "In {system} {active} of {team} are, where in teams like it {theirs} is; of the organisation's people "
            "there {before} began before the leader, so that the leader may be the reason that the team is not taking "
            "it up."
        )
        if one.late
        else message(
            "In {system} {active} of {team} are, where in teams like it {theirs} is, though only {before} of the "
            "organisation's people there began before the leader."
        )
    )
    told = say(
        pattern,
        system=plain(one.system),
        active=Span(number(one.active or 0), "team_follows"),
        team=number(one.team or 0),
        theirs=number(one.peers or 0, "share"),
        before=number(one.place or 0, "share"),
    )
    return (told,)


def _how_far(one: Followed) -> tuple[bool, float]:
    return bool(one.late), (one.peers or 0) - (one.active or 0) / (one.team or 1)


def walls(report: Report) -> tuple[Sentence, ...]:
    """Say whether people respond across departments as often as chance alone would have it."""
    value, held = report.value("walls"), report.told("walls", Walls)
    if value is None or held.by_chance is None or held.p is None:
        return ()
    pairs = counted(held.pairs or 0, "pair", "pairs")
    across = Span(number((value + 1) / 2, "share"), "walls")
    chance = number((held.by_chance[1] + 1) / 2, "share")
    if held.p > SURE:
        pattern = message(
            "Between departments people respond as often as chance alone gives: {across} of {pairs} are of two "
            "departments ({chance} by chance)."
        )
    elif value < held.by_chance[1]:
        pattern = message(
            "There are walls between departments: of {pairs} who respond to one another {across} are of two "
            "departments, where chance alone gives {chance}."
        )
    else:
        pattern = message(
            "Departments respond to one another more than chance alone gives: of {pairs} {across} are of two "
            "departments, where chance gives {chance}."
        )
    told = say(pattern, across=across, pairs=pairs, chance=chance)
    if held.without_leader is None:
        return (told,)
    without = number((held.without_leader + 1) / 2, "share")
    return joined(told, say("Without the leader it would be {without}.", without=without))
