"""The rows behind each number: who, when, where, by which link, and what was left to the table."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from math import isfinite
from urllib.parse import urlsplit

from influence.contract.findings import (
    MET,
    NETWORKED,
    TEAM,
    Conversation,
    MetEvidence,
    Reached,
    Report,
    Response,
    SphereReach,
)
from influence.contract.headline import leader_name, mostly_unknown
from influence.contract.language import message, translated
from influence.contract.wording import between, counted, number, plain
from reports.story.remembered import once_a_report
from reports.story.spheres import sphere_name, unmet_by_sphere, unmet_range
from reports.story.trees import TreeRow, conversation_name, tree
from reports.story.wording import day, day_and_hour

PEOPLE_SHOWN = 400
PEOPLE_LISTED, PEOPLE_OPENED = 50_000, 5_000
"""How many people the searchable table lists, and of how many of them it holds the evidence: the strongest."""
CONVERSATIONS_SHOWN = 100
RESPONSES_SHOWN = 12
MET_SHOWN = 12
NAMES_SHOWN = 24

_VERBS = {
    "reply": message("replied to"),
    "comment": message("commented on an item by"),
    "share": message("shared an item by"),
    "quote": message("quoted"),
    "react": message("reacted to an item by"),
    "edit": message("edited an item by"),
    "post": message("named"),
    "message": message("wrote to"),
    "tie": message("is tied to"),
}
_ALONE = {
    "post": message("wrote a post"),
    "message": message("wrote a message"),
    "share": message("shared something"),
    "edit": message("edited something"),
}
_HOW_MET = {
    "declared": message("Declared"),
    "calendar": message("Calendar"),
    "event": message("Event"),
    "contact": message("Contact card"),
    "message": message("Words in a message"),
}
_KINDS = {
    "in_person": message("in person"),
    "online": message("online"),
    "unknown": message("kind unknown"),
    "never": message("never met"),
}


@dataclass(frozen=True)
class Link:
    """A link that may be followed; `host` is shown, so that nobody is led elsewhere than they read."""

    address: str
    host: str


@dataclass(frozen=True)
class ResponseRow:
    """One response in words."""

    time: str | None
    when: str
    actor: str
    verb: str
    target: str
    where: str
    link: Link | None
    link_withheld: bool
    stated: bool
    source: str


@dataclass(frozen=True)
class PersonRow:
    """One person reached, with the evidence; `anchor` is made from the row, never from the person's id."""

    anchor: str
    name: str
    step: int
    certainty: str
    m: str
    have_met: str
    sphere: str
    organisation: str
    first_time: str | None
    first_response: str
    how: str
    responses: str
    evidence: tuple[ResponseRow, ...]
    further: int
    met: tuple[str, ...]
    why: tuple[str, ...]
    opened: bool = True


@dataclass(frozen=True)
class ConversationRow:
    """One conversation with the responses in it; of one that travelled far, who answered whom.

    `named` is whether its name says what it was about, or only by whom and when it was begun.
    """

    anchor: str
    name: str
    named: bool
    began: str
    begun_by: str
    channel: str
    responses: str
    people: str
    took_part: str
    unmet: str
    evidence: tuple[ResponseRow, ...]
    further: int
    tree: tuple[TreeRow, ...]
    tree_further: int


@dataclass(frozen=True)
class SphereRow:
    """One sphere: how many responded, how many of them never met, and who they are."""

    anchor: str
    sphere: str
    people: str
    unmet: str
    share: str
    known: str
    members: tuple[tuple[str, str], ...]
    further: int


@dataclass(frozen=True)
class StepRows:
    """The people of one step that are shown, by first response, and how many more there are."""

    step: int
    title: str
    count: str
    rows: tuple[PersonRow, ...]
    further: int


def certainty(reached: Reached) -> str:
    """Tell `met`, `unmet` or `unknown`: what a mark's shape and colour stand for."""
    if not reached.known:
        return "unknown"
    return "met" if reached.m >= 0.5 else "unmet"


def mark_of(reached: Reached) -> str:
    """Tell which mark a person has in the pictures: the team is near whether or not a meeting is on record."""
    return "team" if not reached.outside else certainty(reached)


@once_a_report
def anchors(report: Report) -> dict[str, str]:
    """Give each person that is shown an anchor: the strongest few hundred, in the table's order.

    Strongest is most responses, so that what is shown rests on the most evidence.
    """
    strongest = by_strength(report)
    return {r.person: f"person-{n}" for n, r in enumerate(in_order(strongest[:PEOPLE_SHOWN]), start=1)}


@once_a_report
def by_strength(report: Report) -> Sequence[Reached]:
    """Sort people by their responses, most first: what is shown of few rests on the most evidence."""
    return sorted(report.people, key=lambda r: (-r.responses, r.first_response or "", r.person))


def listed(report: Report) -> tuple[tuple[Reached, PersonRow], ...]:
    """List the people of the searchable table in its order, the strongest of them with their evidence.

    Whoever has an anchor on the page keeps it; the others' follow.
    """
    strongest, shown, who = by_strength(report)[:PEOPLE_LISTED], anchors(report), names(report)
    opened = {reached.person for reached in strongest[:PEOPLE_OPENED]}
    rows, last = [], len(shown)
    for reached in in_order(strongest):
        last += reached.person not in shown
        anchor = shown.get(reached.person, f"person-{last}")
        rows.append((reached, _row(reached, report, anchor, who, opened)))
    return tuple(rows)


def steps(report: Report, opened: int = PEOPLE_SHOWN) -> tuple[StepRows, ...]:
    """List the people step by step, step 4 first, each step by first response; `opened` of them with evidence."""
    shown, who = anchors(report), names(report)
    full = {reached.person for reached in by_strength(report)[:opened]}
    return tuple(
        _step(report, step, _step_title(report, step), shown, who, full)
        for step in sorted({reached.step for reached in report.people}, reverse=True)
    )


def _step_title(report: Report, step: int) -> str:
    if step == NETWORKED:
        kinds = {mark_of(reached) for reached in report.people if reached.step == NETWORKED}
        if kinds == {"unmet", "unknown"}:
            return translated("Step 4: never met or unknown")
        return translated("Step 4: unknown") if "unknown" in kinds else translated("Step 4: never met")
    if step == MET:
        return translated("Step 3: met")
    if step == TEAM:
        return translated("Step 2: team")
    return translated("Step {n}").format(n=step)


def _step(
    report: Report, step: int, title: str, shown: dict[str, str], who: dict[str, str], full: set[str]
) -> StepRows:
    people = in_order(reached for reached in report.people if reached.step == step)
    rows = tuple(
        _row(reached, report, shown[reached.person], who, full)
        for reached in people
        if reached.person in shown
    )
    count = translated("{people} by row").format(people=counted(len(people), "person", "people"))
    return StepRows(step, title, count, rows, len(people) - len(rows))


@once_a_report
def names(report: Report) -> dict[str, str]:
    """Map every person id that the report knows to a name that can be shown."""
    known = {reached.person: plain(reached.name) or plain(reached.person) for reached in report.people}
    from_network = {node[0]: plain(node[1]) or plain(node[0]) for node in report.network.nodes}
    cited = {person: plain(name) or plain(person) for person, name in report.names.items()}
    return cited | from_network | known | {report.leader.get("person", ""): leader_name(report)}


def conversations(report: Report) -> tuple[tuple[ConversationRow, ...], int]:
    """List the conversations by what they brought, and count those that are not shown."""
    shown, who = _conversations_shown(report), names(report)
    rows = tuple(_conversation(one, report, f"conversation-{n}", who) for n, one in enumerate(shown, start=1))
    return rows, len(report.conversations) - len(rows)


def conversation_anchors(report: Report) -> dict[str, str]:
    """Give each conversation that is shown an anchor, by its id."""
    return {one.id: f"conversation-{n}" for n, one in enumerate(_conversations_shown(report), start=1)}


def _conversations_shown(report: Report) -> list[Conversation]:
    """Return those that brought most: people never met where that is known, then responses."""
    weighed = not mostly_unknown(report)
    return sorted(
        report.conversations,
        key=lambda c: (-c.unmet if weighed else 0.0, -c.responses, c.began or "", c.id),
    )[:CONVERSATIONS_SHOWN]


def response_rows(
    ids: Iterable[str], report: Report, who: dict[str, str]
) -> tuple[tuple[ResponseRow, ...], tuple[str, ...]]:
    """Word the activities that the report holds, and return the ids of those that it does not."""
    ids = list(ids)
    rows, _ = _responses(ids, report, who)
    return rows, tuple(plain(each) for each in ids if each not in report.responses)


def spheres(report: Report) -> tuple[SphereRow, ...]:
    """List the spheres in the report's order, each with the people that are shown."""
    shown, who = anchors(report), names(report)
    unmet = {row.sphere: text for row, text in unmet_by_sphere(report)}
    return tuple(
        replace(_sphere(row, report, f"sphere-{n}", shown, who), unmet=unmet.get(row.sphere, number(0)))
        for n, row in enumerate(report.spheres, start=1)
    )


def safe_link(url: str | None) -> Link | None:
    """Return a link for an http or https address with a host; anything else stays unlinked.

    >>> safe_link("https://chat.example/m/1").host
    'chat.example'
    >>> safe_link("javascript:alert(1)") is None
    True
    """
    if not url or plain(url) != url or " " in url or "\\" in url:
        return None
    try:
        parts = urlsplit(url)
        host = parts.hostname
    except ValueError:
        return None
    return Link(url, host) if parts.scheme in {"http", "https"} and host else None


def _row(reached: Reached, report: Report, anchor: str, who: dict[str, str], opened: set[str]) -> PersonRow:
    """Word a person; whoever is not among those opened comes without the evidence."""
    if reached.person in opened:
        return _person(reached, report, anchor, who)
    bare = _person(replace(reached, evidence=(), met=(), coverage=None), report, anchor, who)
    return replace(bare, opened=False, why=(translated("The evidence about this person is in the CSV."),))


def _person(reached: Reached, report: Report, anchor: str, who: dict[str, str]) -> PersonRow:
    evidence, further = _responses(reached.evidence, report, who)
    met = (*_strongest(reached.met), *_not_recorded(reached))
    return PersonRow(
        anchor=anchor,
        name=who[reached.person],
        step=reached.step,
        certainty=certainty(reached),
        m=number(reached.m, "share"),
        have_met=_have_met(reached),
        sphere=sphere_name(reached.sphere),
        organisation=plain(reached.organisation or ""),
        first_time=reached.first_response,
        first_response=day(reached.first_response),
        how=translated("first-hand")
        if reached.depth <= 1
        else translated("passed on, depth {n}").format(n=number(reached.depth)),
        responses=counted(reached.responses, "response", "responses"),
        evidence=evidence,
        further=max(further, reached.responses - len(evidence)),
        met=met,
        why=_why(reached, met),
    )


def _why(reached: Reached, met: tuple[str, ...]) -> tuple[str, ...]:
    """Say why somebody counts as met, or not, or as unknown: a sentence, then the pieces of evidence."""
    m, kind = number(reached.m, "share"), certainty(reached)
    if met:
        return (translated("Why met is put at {m}:").format(m=m), *met)
    if kind == "unmet":
        return (translated("No meeting face to face is on record by the first response."),)
    if kind == "met":
        return (translated("Put at {m}; this report lists no single piece of evidence for it.").format(m=m),)
    return (
        translated(
            "Nothing tells whether they have met; the sums put it at {m}, the range shows both cases."
        ).format(m=m),
    )


def _strongest(pieces: tuple[MetEvidence, ...]) -> tuple[str, ...]:
    """Word the pieces of evidence, in their order; of many the strongest, and how many more there are."""
    if len(pieces) <= MET_SHOWN:
        return tuple(map(_met_words, pieces))
    kept = sorted(range(len(pieces)), key=lambda n: (-pieces[n].strength, -n))[:MET_SHOWN]
    more = translated("{n} weaker ones, which are in the JSON").format(n=number(len(pieces) - MET_SHOWN))
    return (*(_met_words(pieces[n]) for n in sorted(kept)), more)


def _not_recorded(reached: Reached) -> tuple[str, ...]:
    """Say how likely a meeting is that nobody recorded, where that is 1 % or more, and what a calendar covers."""
    chance, coverage = reached.unrecorded, reached.coverage
    if (
        chance is None
        or coverage is None
        or not reached.outside
        or not isfinite(coverage)
        or not chance >= 0.005
    ):
        return ()
    months = round(12 * coverage)
    pattern = (
        translated(
            "a meeting that nobody recorded · calendar kept in {n} of the 12 months before · chance {share}"
        )
        if months
        else translated("a meeting that nobody recorded · no calendar kept before · chance {share}")
    )
    return (pattern.format(n=number(months), share=number(chance, "share")),)


def _have_met(reached: Reached) -> str:
    if not reached.known:
        return translated("unknown")
    if reached.m in (0, 1):
        return translated("yes") if reached.m else translated("no")
    pattern = translated("likely, {share}") if reached.m >= 0.5 else translated("unlikely, {share}")
    return pattern.format(share=number(reached.m, "share"))


def _met_words(piece: MetEvidence) -> str:
    parts = [
        translated(_HOW_MET.get(piece.evidence, "")) or plain(piece.evidence),
        translated(_KINDS.get(piece.kind, "")) or plain(piece.kind),
        day(piece.time),
        plain(piece.place or ""),
        counted(piece.attendees, "person there", "people there") if piece.attendees else "",
        translated("strength {n}").format(n=number(piece.strength, "score")),
    ]
    return " · ".join(part for part in parts if part)


def _conversation(one: Conversation, report: Report, anchor: str, who: dict[str, str]) -> ConversationRow:
    evidence, further = _responses(one.evidence, report, who)
    branches, tree_further = tree(one.tree, who)
    return ConversationRow(
        anchor=anchor,
        name=conversation_name(one, who),
        named=bool(one.words or one.tags or one.channel),
        began=day(one.began),
        begun_by=who.get(one.begun_by, plain(one.begun_by)),
        channel=plain(one.channel or ""),
        responses=number(one.responses),
        people=number(one.people),
        took_part=counted(one.people, "person", "people"),
        unmet="" if mostly_unknown(report) else number(one.unmet),
        evidence=evidence,
        further=max(further, one.responses - len(evidence)),
        tree=branches,
        tree_further=tree_further + one.tree_more,
    )


def _sphere(
    row: SphereReach, report: Report, anchor: str, shown: dict[str, str], who: dict[str, str]
) -> SphereRow:
    inside = [
        reached for reached in in_order(report.people) if reached.sphere == row.sphere and reached.outside
    ]
    linked = [(shown[reached.person], who[reached.person]) for reached in inside if reached.person in shown]
    return SphereRow(
        anchor=anchor,
        sphere=sphere_name(row.sphere),
        people=number(row.people),
        unmet=number(row.value),
        share=_share_of_known(report, row),
        known=number(row.known),
        members=tuple(linked[:NAMES_SHOWN]),
        further=max(0, len(inside) - len(linked[:NAMES_SHOWN])),
    )


def _share_of_known(report: Report, row: SphereReach) -> str:
    if not mostly_unknown(report) or not row.known:
        return number(row.share, "share")
    low, high = unmet_range(report, row)
    return between(low / row.known, high / row.known, "share")


def _responses(
    ids: Iterable[str], report: Report, who: dict[str, str]
) -> tuple[tuple[ResponseRow, ...], int]:
    ids = list(ids)
    held = [report.responses[each] for each in ids if each in report.responses][:RESPONSES_SHOWN]
    in_time = sorted(held, key=lambda row: row.time or "")
    return tuple(_response(row, who) for row in in_time), len(ids) - len(held)


def _response(row: Response, who: dict[str, str]) -> ResponseRow:
    link = safe_link(row.url)
    return ResponseRow(
        time=row.time,
        when=day_and_hour(row.time),
        actor=who.get(row.actor, plain(row.actor)),
        verb=_verb(row),
        target=who.get(row.target, plain(row.target)),
        where=plain(row.channel or ""),
        link=link,
        link_withheld=bool(row.url) and link is None,
        stated=not row.inferred,
        source=plain(row.source),
    )


def _verb(row: Response) -> str:
    """Word what somebody did; an item that answers nobody stands alone."""
    if not row.target:
        return translated(_ALONE.get(row.verb, message("wrote an item")))
    return translated(_VERBS.get(row.verb, "")) or plain(row.verb)


def in_order(people: Iterable[Reached]) -> list[Reached]:
    """Sort people by step, then by first response: an order that ranks nobody."""
    return sorted(people, key=lambda reached: (reached.step, reached.first_response or "", reached.person))
