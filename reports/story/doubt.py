"""How sure the headline is: its one range, another run, what is supposed of the unknown, and what would tell."""

from __future__ import annotations

from influence.contract import headline as lead
from influence.contract.details.reach import Prior, Reach
from influence.contract.findings import Report
from influence.contract.wording import counted, odds
from reports.story.evidence import anchors, names
from reports.story.sentences import Sentence, say


def doubts(report: Report) -> tuple[Sentence, ...]:
    """Say what the headline's one range depends on, and apart from it what another run would give."""
    said = (lead.depending(report), lead.again(report))
    return tuple(say("{said}.", said=one[:1].upper() + one[1:]) for one in said if one)


def cures(report: Report) -> tuple[Sentence, ...]:
    """Say what would narrow the range most; nothing where it is known of everybody whether they have met."""
    return tuple(say("{said}", said=one) for one in lead.cures(report))


def asked(report: Report) -> tuple[tuple[str, str], ...]:
    """Return the anchors and the names of the people whose answers would narrow the range."""
    who, shown = names(report), anchors(report)
    return tuple((shown.get(one.person, ""), who[one.person]) for one in lead.asked(report))


def supposed(report: Report) -> tuple[Sentence, ...]:
    """Say what is supposed of the people of whom nothing tells: how many of which group, and from how many learned."""
    unknown, _ = lead.unknown(report)
    if not unknown:
        return ()
    leader = lead.leader_name(report)
    first = say(
        "Of {n} outside the team nothing tells whether they have met {leader}. In the number each of them counts by "
        "what is supposed of such people; the range takes all of them as met, then as never met.",
        n=counted(unknown, "person", "people"),
        leader=leader,
    )
    priors = lead.headline(report).told(Reach).priors or ()
    told = tuple(_prior(one) for one in priors if one.used_for and one.chance is not None)
    return (first, *(told or _as_counted(report)))


def _prior(prior: Prior) -> Sentence:
    of = counted(prior.used_for or 0, "person", "people")
    chance = odds(prior.chance or 0.0)
    return say(
        "{group}: {chance} of {of} is supposed to have met the leader, {source}.",
        group=prior.group,
        chance=chance,
        of=of,
        source=(
            f"learned from {counted(prior.learned_from, 'person', 'people')} of whom it is known"
            if prior.learned_from
            else "which is the setting: nobody like them is known"
        ),
    )


def _as_counted(report: Report) -> tuple[Sentence, ...]:
    """Say what is supposed as the rows show it, where the report does not say by group."""
    chances = sorted({reached.m for reached in report.people if reached.outside and not reached.known})
    if len(chances) != 1:
        return ()
    return (say("Of all of them {chance} is supposed to have met the leader.", chance=odds(chances[0])),)
