"""What a reader can look through: the people with their filters, the network around the leader, in words."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass

from influence.contract.findings import Report
from influence.contract.language import translated
from influence.contract.wording import counted, number
from reports.story.evidence import PEOPLE_LISTED, PEOPLE_OPENED, mark_of, names
from reports.story.sentences import say
from reports.story.spheres import sphere_name

_FAINT = 0.001
"""What a tie among others weighs beside one to the leader: it only decides between equals."""


@dataclass(frozen=True)
class Alter:
    """A person in the network besides the leader: how strong the ties are, and in which community."""

    person: str
    name: str
    kind: str
    community: int
    strength: float


def alters(report: Report) -> tuple[Alter, ...]:
    """List the people of the network, the strongest ties first."""
    leader = report.leader.get("person", "")
    strength: dict[str, float] = defaultdict(float)
    for source, target, responses in report.network.edges:
        weight = responses if leader in (source, target) else responses * _FAINT
        strength[source] += weight
        strength[target] += weight
    kinds, who = {reached.person: mark_of(reached) for reached in report.people}, names(report)
    found = [
        Alter(person, who[person], kinds.get(person) or _kind(m), community, strength[person])
        for person, _, _, m, community in report.network.nodes
        if person != leader
    ]
    return tuple(sorted(found, key=lambda alter: (-alter.strength, alter.person)))


def _kind(m: float) -> str:
    """Tell the kind of a person who did not respond, of whom only m is known."""
    if m >= 0.5:
        return "met"
    return "unmet" if m == 0 else "unknown"


def communities(report: Report) -> dict[int, str]:
    """Name each community with more than two people by the sphere of most of them; the largest is the first."""
    spheres = {reached.person: sphere_name(reached.sphere) for reached in report.people}
    of = {node[0]: node[4] for node in report.network.nodes}
    of |= {reached.person: reached.community for reached in report.people if reached.community is not None}
    members: dict[int, list[str]] = defaultdict(list)
    for person, community in of.items():
        if person != report.leader.get("person", ""):
            members[community].append(person)
    large = sorted((c for c in members if len(members[c]) > 2), key=lambda c: (-len(members[c]), c))
    return {
        community: _named(place, [spheres[each] for each in members[community] if each in spheres])
        for place, community in enumerate(large, start=1)
    }


def community(place: int) -> str:
    """Name a community by its place alone."""
    return str(say("Community {n}", n=number(place)))


def _named(place: int, spheres: list[str]) -> str:
    if not spheres:
        return community(place)
    (sphere, most), *_ = sorted(Counter(spheres).items(), key=lambda item: (-item[1], item[0]))
    if 2 * most <= len(spheres):
        return str(say("Community {n}: mixed", n=number(place)))
    return str(say("Community {n}: mostly {sphere}", n=number(place), sphere=sphere))


def who_is_where(report: Report) -> str:
    """Say how many people the table lists and of how many it holds the evidence, where that is not everybody."""
    of = len(report.people)
    if of <= PEOPLE_OPENED:
        return translated("By step, then by first response; the order ranks nobody.")
    everybody = counted(of, "person", "people")
    if of <= PEOPLE_LISTED:
        return str(
            say(
                "All {people} are listed; the evidence is here for the {opened} with the most responses, "
                "for the others in the CSV.",
                people=everybody,
                opened=number(PEOPLE_OPENED),
            )
        )
    return str(
        say(
            "Of {people}, the {listed} with the most responses are listed, {opened} of them with their evidence; "
            "the others are in the CSV.",
            people=everybody,
            listed=number(PEOPLE_LISTED),
            opened=number(PEOPLE_OPENED),
        )
    )


def drawn(report: Report) -> str:
    """Say how many people the rings draw where that is not everybody; the rings' own counts are of all listed."""
    if len(report.people) <= PEOPLE_OPENED:
        return ""
    return str(say("Drawn are the {n} with the most responses.", n=number(PEOPLE_OPENED)))


def more_people(further: int) -> str:
    """Say that the page shows the people with the most responses, and how many more there are."""
    pattern = "This page shows those with the most responses; {n} more are in the CSV."
    return str(say(pattern, n=number(further)))


def network_words(report: Report) -> str:
    """Say how many people the network shows, and what its areas and lines are."""
    pattern = (
        "{shown} of {of} with the strongest ties to the leader. Soft areas are communities. "
        "A line is one or more responses, the thicker the more; the strongest are drawn."
    )
    shown = len(alters(report))
    return str(
        say(pattern, shown=counted(shown, "person", "people"), of=number(max(report.network.of, shown)))
    )
