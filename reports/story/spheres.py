"""Which spheres are reached, which could be, and where do the leader's own influences come from?"""

from __future__ import annotations

import math

from influence.contract.details.contact import BeforeContact
from influence.contract.details.first_touch import FirstTouch, Touched
from influence.contract.details.spheres import Sources
from influence.contract.findings import Report, SphereReach
from influence.contract.headline import mostly_unknown
from influence.contract.language import listing, message, translated
from influence.contract.wording import between, counted, counted_between, form_of, number, plain, shared
from reports.story import audiences, tags, voices
from reports.story.sentences import (
    Part,
    Section,
    Sentence,
    Span,
    cannot_tell,
    is_range,
    joined,
    numbers,
    say,
    section,
    span,
    why,
)

OUTWARD = ("sphere_breadth", "sources", "balance", "first_touch", "before_contact")
TOPICS = ("share_of_voice", "lead")
_NAMES = {
    "team": message("team"),
    "company": message("company"),
    "department": message("department"),
    "customer": message("customer"),
    "partner": message("partner"),
    "industry": message("industry"),
    "media": message("media"),
    "public": message("public"),
    "unknown": message("unknown"),
}
HALF = 0.5
_BEFORE = {
    (False, False): message("By row, {n} responded before any meeting with the leader that is on record."),
    (False, True): message(
        "By row, {n} responded before any meeting with the leader that is on record, {customers} of them customers."
    ),
    (True, False): message(
        "By row, {n} of the {of} who most likely had not met responded before any meeting with the leader that is on "
        "record."
    ),
    (True, True): message(
        "By row, {n} of the {of} who most likely had not met responded before any meeting with the leader that is on "
        "record, {customers} of them customers."
    ),
}
"""How first contact is said: whether the others who had not met are named, and whether customers are among them."""
NO_ROOM = ("team", "unknown")
"""The team is near, and an unknown sphere is nowhere to go to."""
_SPHERES = {
    "company": message("the company"),
    "department": message("the department"),
    "customer": message("customers"),
    "partner": message("partners"),
    "industry": message("the industry"),
    "media": message("the media"),
    "public": message("the public"),
    "unknown": message("people of unknown sphere"),
}


def reached_outside(report: Report) -> list[SphereReach]:
    """Return the spheres in which somebody never met responded, the largest first."""
    held = [row for row in report.spheres if row.value > 0]
    return sorted(held, key=lambda row: (-row.value, row.sphere))


def unmet_by_sphere(report: Report) -> list[tuple[SphereReach, str]]:
    """Return the spheres in which somebody never met responded, the largest first, with how many in words.

    Whole people that add up to the headline, or a range for each where of most of the people nothing tells.
    """
    if not mostly_unknown(report):
        return [(row, number(count)) for row, count in whole_by_sphere(report)]
    return [(row, between(*unmet_range(report, row))) for row in reached_outside(report)]


def whole_by_sphere(report: Report) -> list[tuple[SphereReach, int]]:
    """Return the same spheres with whole people, which add up to the headline."""
    held = reached_outside(report)
    return list(zip(held, shared([row.value for row in held]), strict=True))


def unmet_range(report: Report, row: SphereReach) -> tuple[float, float]:
    """Return how many people of a sphere had never met the leader if all the unknown had, and if none had."""
    inside = [reached for reached in report.people if reached.sphere == row.sphere and reached.outside]
    surely = math.fsum(1 - reached.m for reached in inside if reached.known)
    return surely, surely + sum(not reached.known for reached in inside)


def sphere_words(sphere: str) -> str:
    """Name a sphere in a sentence; a user's own stands as it is.

    >>> sphere_words("customer"), sphere_words("alumni")
    ('customers', 'alumni')
    """
    return translated(_SPHERES[sphere]) if sphere in _SPHERES else plain(sphere)


def sphere_name(sphere: str) -> str:
    """Name a sphere in a table, as the settings do; a user's own stands as it is.

    >>> sphere_name("customer"), sphere_name("alumni")
    ('customer', 'alumni')
    """
    return translated(_NAMES.get(sphere, "")) or plain(sphere)


def side(report: Report, name: str, above: str, below: str, between_: str) -> str:
    """Say on which side of a half a share lies, if its interval does."""
    low, high = report.findings[name].interval or (0.0, 1.0)
    return above if low > 0.5 else below if high < 0.5 else between_


def spheres(report: Report) -> Section:
    """Answer which spheres are reached and could be, from where the leader is influenced, person against brand."""
    told = (
        *_heard(report),
        *_first_touch(report),
        *audiences.told(report),
        *joined(*_breadth(report), *_room(report)),
        *joined(*_first_contact(report)),
        *voices.brand(report),
        *voices.employees(report),
        *voices.named(report),
    )
    return section(
        "spheres",
        translated("Which spheres are reached, which could be, and where do my own influences come from?"),
        (*told, *voices.on_topics(report), *tags.tagged(report)),
        numbers(report, *OUTWARD),
        cannot_tell(report, *OUTWARD, *TOPICS),
    )


NO_SPHERE = message(
    "Whose world the people beyond belong to is not known. Rules in influence.toml tell; the command “influence people "
    "spheres --suggest” drafts them."
)


def sources_by_sphere(report: Report) -> dict[str, float]:
    """Return whom the leader listens to: people never met, by sphere, the most first."""
    held = {
        sphere: row.value
        for sphere, row in report.told("sources", Sources).by_sphere.items()
        if row.value is not None and row.value > 0
    }
    return dict(sorted(held.items(), key=lambda one: (-one[1], one[0])))


def _heard(report: Report) -> tuple[Sentence, ...]:
    out, back = [row.sphere for row in reached_outside(report)][:3], list(sources_by_sphere(report))[:3]
    if not out:
        return ()
    if {*out, *back} == {"unknown"}:
        return (say(NO_SPHERE),)
    heard = listing([sphere_words(sphere) for sphere in out])
    if not back:
        return (say("The leader is heard most by {out}.", out=heard),)
    return (
        say(
            "The leader is heard most by {out}, and {listens} most to {back}.",
            out=heard,
            listens=Span(translated("listens"), "sources"),
            back=listing([sphere_words(sphere) for sphere in back]),
        ),
    )


def _breadth(report: Report) -> tuple[Sentence, ...]:
    sentences = []
    if report.known("sphere_breadth"):
        breadth = span(report, "sphere_breadth", "sphere", "spheres")
        if form_of(report.value("sphere_breadth") or 0.0, "spheres") == 1:
            sentences.append(say("All of the reach is in {n}.", n=breadth))
        else:
            sentences.append(say("The reach is as broad as {n} of equal size.", n=breadth))
    if report.known("balance"):
        share = span(report, "balance")
        sentences.append(
            say("Where the leader is heard is by {share} also where the leader listens.", share=share)
        )
    return tuple(sentences)


def _room(report: Report) -> tuple[Sentence, ...]:
    """Say where most of the people known have not responded: which spheres could be reached."""
    room = [
        (row.sphere, row.known - row.people, row.known)
        for row in report.spheres
        if row.known > row.people and row.sphere not in NO_ROOM
    ]
    room.sort(key=lambda row: (-row[1], row[0]))
    if not room:
        return ()
    where = [
        translated("{sphere} ({n} of {of})").format(
            sphere=sphere_words(sphere), n=number(left), of=number(of)
        )
        for sphere, left, of in room[:3]
    ]
    return (say("Most room, people known who have not responded yet: {where}.", where=listing(where)),)


def _first_contact(report: Report) -> tuple[Sentence, ...]:
    if not report.known("before_contact"):
        return ()
    held, value = report.told("before_contact", BeforeContact), report.value("before_contact") or 0.0
    ranged = is_range(report, report.findings["before_contact"])
    if value <= 0 and not ranged:
        return ()
    unmet = sum(reached.outside and reached.known and reached.m < 0.5 for reached in report.people)
    parts: dict[str, Part] = {
        "n": span(report, "before_contact", "person", "people"),
        "of": number(unmet),
        "customers": number(held.customers or 0),
    }
    part = not ranged and value >= HALF and unmet > value
    sentence = say(_BEFORE[part, bool(held.customers)], **parts)
    if held.days_ahead is None:
        return (sentence,)
    days = Span(counted(round(held.days_ahead), "day", "days"), "before_contact")
    return (
        sentence,
        say("Those who met later did so {days} after their first response (median).", days=days),
    )


def _first_touch(report: Report) -> tuple[Sentence, ...]:
    """Say how many customers, or people outside, responded before anybody of the organisation spoke with them."""
    finding = report.findings.get("first_touch")
    if finding is None or not report.people:
        return ()
    what = Span(translated("before anybody here had spoken with them"), finding.name)
    held = finding.told(FirstTouch)
    if finding.value is None:
        if not held.by_sphere:
            return ()
        return (
            say(
                "Whether people outside responded {what} cannot be told: {why}.", what=what, why=why(finding)
            ),
        )
    customers = held.by_sphere.get("customer")
    if customers is not None and customers.responded:
        return joined(_customers(customers, finding.name), *_ahead(customers.ahead))
    responded = sum(row.responded or 0 for row in held.by_sphere.values())
    first = Span(counted_between(finding.low or 0.0, finding.high or 0.0, "person", "people"), finding.name)
    told = say(
        "{n} outside the organisation responded, {first} of them before anybody here had spoken with them.",
        n=counted(responded, "person", "people"),
        first=first,
    )
    return joined(told, *_ahead(held.ahead))


def _customers(row: Touched, name: str) -> Sentence:
    sure, unknown = len(row.first), row.unknown or 0
    n = counted(row.responded or 0, "customer", "customers")
    first = Span(number(sure), name)
    if not unknown:
        return say(
            "{n} responded, {first} of them before anybody here had spoken with them.", n=n, first=first
        )
    return say(
        "{n} responded, {first} of them before anybody here had spoken with them, and up to {most} if those count of "
        "whom no source would tell.",
        n=n,
        first=first,
        most=number(sure + unknown),
    )


def _ahead(days: float | None) -> tuple[Sentence, ...]:
    if days is None:
        return ()
    ahead = counted(round(days), "day", "days")
    return (
        say("Those who were spoken with later were {days} ahead (median).", days=Span(ahead, "first_touch")),
    )
