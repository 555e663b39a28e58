"""What the page's script reads about the people: columns of numbers and one list of texts, packed into one string."""

from __future__ import annotations

import base64
import json
import zlib
from collections.abc import Iterable, Sequence
from functools import cache
from importlib.resources import files

from influence.contract.findings import Reached, Report
from influence.contract.headline import leader_name
from influence.contract.language import spoken, translated
from influence.contract.wording import plain
from reports.figures import palette
from reports.story import explorer, wording
from reports.story.evidence import PersonRow, ResponseRow, listed, mark_of

BUILT = files("reports.formats") / "web" / "built"
KINDS = ("team", "met", "unmet", "unknown")
"""The kinds of people, as the script counts them; it knows their shapes in this order."""


def script(name: str) -> str | None:
    """Return a script as it was bundled when the wheel was built; None where it could not be."""
    built = BUILT / name
    return built.read_text("utf-8") if built.is_file() else None


def packed_script() -> str | None:
    """Return the page's script as the loader unpacks it."""
    text = script("page.js")
    return None if text is None else _packed_once(text)


@cache
def _packed_once(text: str) -> str:
    return deflated(text)


def deflated(text: str) -> str:
    """Return text as UTF-8, deflated, in base64."""
    return base64.b64encode(zlib.compress(text.encode("utf-8", "backslashreplace"), 9)).decode()


class Texts:
    """Every text once, in the order in which it was first said; a text is a number from then on."""

    def __init__(self) -> None:
        self.said: dict[str, int] = {}

    def __call__(self, text: str) -> int:
        """Return the number of a text."""
        return self.said.setdefault(text, len(self.said))

    def column(self, texts: Iterable[str]) -> list[int]:
        """Return the numbers of texts."""
        return [self(text) for text in texts]


def packed(report: Report) -> str:
    """Return the people and the network as the script unpacks them; the same report gives the same text."""
    return deflated(json.dumps(people_data(report), ensure_ascii=False, separators=(",", ":")))


def people_data(report: Report) -> dict[str, object]:
    """Return the people by columns, their evidence, the network, and the words that the script says itself."""
    texts, both = Texts(), listed(report)
    rows = [row for _, row in both]
    body: dict[str, object] = {
        "language": spoken().code,
        "words": _words(),
        "leader": leader_name(report),
        "people": _people(report, both, texts),
        "evidence": [[_response(one, texts) for one in row.evidence] for row in rows],
        "why": [texts.column(row.why) for row in rows],
        "network": _network(report, {reached.person: n for n, (reached, _) in enumerate(both)}),
    }
    return body | {"texts": list(texts.said)}


def _people(report: Report, both: Sequence[tuple[Reached, PersonRow]], texts: Texts) -> dict[str, object]:
    reached, rows = [one for one, _ in both], [row for _, row in both]
    named = explorer.communities(report)
    places = {community: place for place, community in enumerate(named)}
    in_picture = {alter.person: alter.community for alter in explorer.alters(report)}
    community = [
        one.community if one.community is not None else in_picture.get(one.person) for one in reached
    ]
    months = sorted({month for one in reached for month in one.months})
    tags = Texts()
    return {
        "anchor": [int(row.anchor.removeprefix("person-")) for row in rows],
        "name": texts.column(row.name for row in rows),
        "organisation": texts.column(row.organisation for row in rows),
        "sphere": texts.column(row.sphere for row in rows),
        "step": [row.step for row in rows],
        "kind": [KINDS.index(mark_of(one)) for one in reached],
        "met": texts.column(row.have_met for row in rows),
        "how": texts.column(row.how for row in rows),
        "first": texts.column(row.first_response for row in rows),
        "order": _order(rows),
        "responses": [one.responses for one in reached],
        "said": texts.column(row.responses for row in rows),
        "opened": [int(row.opened) for row in rows],
        "further": [row.further for row in rows],
        "months": [[months.index(month) for month in one.months] for one in reached],
        "tags": [tags.column(map(plain, one.tags)) for one in reached],
        "community": [places.get(-1 if each is None else each, -1) for each in community],
        "monthNames": [wording.month(month) for month in months],
        "tagNames": list(tags.said),
        "communityNames": list(named.values()),
        "communityBriefs": [explorer.community(place) for place in range(1, len(named) + 1)],
    }


def _order(rows: Sequence[PersonRow]) -> list[int]:
    """Return each person's place by first response."""
    times = {time: place for place, time in enumerate(sorted({row.first_time or "" for row in rows}))}
    return [times[row.first_time or ""] for row in rows]


def _response(row: ResponseRow, texts: Texts) -> list[int]:
    """Return one response as numbers of texts; the address is empty where there is no link to follow."""
    link = (row.link.address, row.link.host) if row.link else ("", "")
    said = texts.column((row.when, row.actor, row.verb, row.target, row.where, row.source, *link))
    return [*said, int(row.stated), int(row.link_withheld)]


def _network(report: Report, rows: dict[str, int]) -> dict[str, object]:
    """Return the people of the network: the row in the table (−1: did not respond), name, kind, community, ties."""
    found = explorer.alters(report)
    places = {community: place for place, community in enumerate(explorer.communities(report))}
    number = {alter.person: n for n, alter in enumerate(found)} | {report.leader.get("person", ""): -1}
    ties = {
        (number[source], number[target]): responses
        for source, target, responses in report.network.edges
        if source in number and target in number and source != target
    }
    return {
        "row": [rows.get(alter.person, -1) for alter in found],
        "name": [alter.name for alter in found],
        "kind": [KINDS.index(alter.kind) for alter in found],
        "community": [places.get(alter.community, -1) for alter in found],
        "ties": [[*ends, round(weight, 2)] for ends, weight in ties.items()],
    }


def _words() -> dict[str, object]:
    """Return what the script says itself; the page's own labels stand in its templates."""
    return {
        "kinds": [translated(palette.MARKS[kind].label) for kind in KINDS],
        "shown": translated("People {first} to {last} of {found} are shown; {all} in all."),
        "everybody": translated("People {first} to {last} of {all} are shown."),
        "nobody": translated("Nobody is left by these filters; {all} in all."),
        "between": translated("{first} to {last}"),
        "page": translated("Page {n} of {of}"),
        "link": translated("open on {host}"),
        "withheld": translated("link withheld: not a web address"),
        "more": translated("And {n} more, not shown here."),
        "undated": translated("This report holds no dated response for this row."),
        "stated": translated("explicit"),
        "inferred": translated("inferred"),
        "rings": [translated("team"), translated("met"), translated("never met"), translated("unknown")],
        "others": translated("other spheres"),
        "wheel": translated("Hold Ctrl and scroll to zoom"),
        "wheelApple": translated("Hold ⌘ and scroll to zoom"),
        "touch": translated("Move the picture with two fingers"),
    }
