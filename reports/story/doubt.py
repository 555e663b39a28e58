"""How sure the headline is: its one range, another run, what is supposed of the unknown, and what would tell."""

from __future__ import annotations

from collections.abc import Sequence

from influence.contract import headline as lead
from influence.contract.details.reach import Prior, Reach
from influence.contract.findings import Report
from influence.contract.wording import counted, number, odds, plain
from reports.story.evidence import anchors, names
from reports.story.sentences import Sentence, in_words, joined, row, say
from reports.story.spheres import sphere_words
from reports.story.tone import warned


def doubts(report: Report) -> tuple[Sentence, ...]:
    """Say what the headline's one range depends on, and apart from it what another run would give.

    That most were hostile stands before both: nobody may read the one without the other.
    """
    said = (lead.depending(report), lead.again(report))
    range_, *more = [in_words(f"{one[:1].upper()}{one[1:]}.") if one else None for one in said]
    first = joined(*warned(report), *([range_] if range_ else []))
    return (*first, *(one for one in more if one))


def cures(report: Report) -> tuple[Sentence, ...]:
    """Say what would narrow the range most; nothing where it is known of everybody whether they have met."""
    return tuple(map(in_words, lead.cures(report)))


def asked(report: Report) -> tuple[tuple[str, str], ...]:
    """Return the anchors and the names of the people whose answers would narrow the range."""
    who, shown = names(report), anchors(report)
    return tuple((shown.get(one.person, ""), who[one.person]) for one in lead.asked(report))


def supposed(report: Report) -> tuple[Sentence, ...]:
    """Say what is supposed of the people of whom nothing tells: how many of which group, and from how many learned."""
    unknown, _ = lead.unknown(report)
    if not unknown:
        return _certain(report)
    leader = lead.leader_name(report)
    first = say(
        "Of {n} outside the team nothing tells whether they have met {leader}. In the number each of them counts by "
        "what is supposed of such people; the range takes all of them as met, then as never met.",
        n=counted(unknown, "person", "people"),
        leader=leader,
    )
    told = _priors(lead.headline(report).told(Reach).priors or ())
    return (first, *(told or _as_counted(report)), *_certain(report))


def _certain(report: Report) -> tuple[Sentence, ...]:
    """Say how sure the range is."""
    told = lead.headline(report).told(Reach)
    if told.least is None or told.most is None:
        return ()
    sure = number(0.99, "share")
    if told.unknown:
        return (
            say(
                "The range holds the count with {sure} certainty if the evidence about the others is as right as it "
                "says.",
                sure=sure,
            ),
        )
    return (
        say(
            "The range holds the count with {sure} certainty if the evidence about meetings is as right as it says.",
            sure=sure,
        ),
    )


def _priors(priors: Sequence[Prior]) -> tuple[Sentence, ...]:
    """List what is supposed of each group, in one sentence."""
    told = [_prior(one, one.chance) for one in priors if one.used_for and one.chance is not None]
    return (say("Supposed to have met the leader: {told}.", told=row(told)),) if told else ()


def _prior(one: Prior, chance: float) -> Sentence:
    group, n = _group(one.group), counted(one.used_for or 0, "person", "people")
    if one.learned_from:
        return say(
            "{group}, {n}: {chance}, learned from {known} of whom it is known",
            group=group,
            n=n,
            chance=odds(chance),
            known=number(one.learned_from),
        )
    return say("{group}, {n}: {chance}, which is the setting", group=group, n=n, chance=odds(chance))


def _group(group: str) -> str:
    """Name a group: whose world its people belong to, then where.

    >>> _group("company, Oslo"), _group("public")
    ('the company, Oslo', 'the public')
    """
    sphere, comma, place = plain(group).partition(",")
    return f"{sphere_words(sphere)}{comma}{place}"


def _as_counted(report: Report) -> tuple[Sentence, ...]:
    """Say what is supposed as the rows show it, where the report does not say by group."""
    chances = sorted({reached.m for reached in report.people if reached.outside and not reached.known})
    if len(chances) != 1:
        return ()
    return (say("Of all of them {chance} is supposed to have met the leader.", chance=odds(chances[0])),)
