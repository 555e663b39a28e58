"""A report as one offline page: nothing loaded, every number opens its evidence or its meaning."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path

from markupsafe import Markup

from influence.contract.details.brand import EmployeesAgainstBrand, PersonAgainstBrand
from influence.contract.details.contact import BeforeContact
from influence.contract.details.reach import Crossings, PossibleReach
from influence.contract.details.voice import Lead, ShareOfVoice, TopicLead, TopicShare
from influence.contract.findings import Coverage, Finding, Month, Report, Week
from influence.contract.headline import leader_name, month_unknown, mostly_unknown
from influence.contract.language import message, recognised, spoken, translated
from influence.contract.wording import between, counted, number, people, people_between, plain
from reports.figures import palette
from reports.figures.bars import bars
from reports.figures.network import network_words
from reports.figures.pictures import page_pictures
from reports.figures.possible import reachable
from reports.figures.trend import MOST, other
from reports.formats import page_words, people_data
from reports.formats.markup import environment
from reports.formats.writing import write_whole
from reports.story import advice as advising
from reports.story import brief as briefing
from reports.story import (
    doubt,
    evidence,
    explorer,
    glossary,
    inbound,
    introductions,
    movement,
    next_to_respond,
    sentences,
    story,
    tags,
    waiting,
    wording,
)
from reports.story import plan as planning
from reports.story.spheres import sphere_name

_ICON = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><circle cx="8" cy="8" r="7" fill="none" '
    'stroke="#d55e00" stroke-width="1.5"/><circle cx="8" cy="8" r="3" fill="#17212b"/></svg>'
)
STILL_OPENED = 40
"""So many people stand with their evidence in the page itself where its script has everybody's."""
_FEW, _FEW_CONVERSATIONS = 60, 12
"""More people of a step, or conversations, than this stay folded until somebody asks: the answers come first."""


@dataclass(frozen=True)
class Grid:
    """The possible reach over k (rows) and δ (columns): each cell is its text and its shade from 0 to 4."""

    waits: tuple[str, ...]
    rows: tuple[tuple[str, tuple[tuple[str, int], ...]], ...]


@dataclass(frozen=True)
class CoverageRow:
    """One source in words."""

    source: str
    system: str
    activities: str
    span: str
    parents: str
    set_aside: str
    missing: tuple[str, ...]


@dataclass(frozen=True)
class MonthRow:
    """One month in words; where of most people nothing tells, met and never met are ranges."""

    month: str
    team: str
    met: str
    unmet: str
    bounds: str
    responses: str


@dataclass(frozen=True)
class Topic:
    """One topic in words: the leader's share of the responses, and who took up new terms, against shuffled times."""

    topic: str
    share: str
    interval: str
    responses: str
    taken: str
    shuffled: str


def write_page(report: Report, path: Path) -> list[Path]:
    """Write the report as one HTML file.

    Raises:
        OSError: the file cannot be written.
    """
    return [write_whole(path, page(report))]


def page(report: Report) -> str:
    """Return the report as one HTML document; the same report gives the same bytes."""
    sheet, scripts = style(), _scripts(report)
    return (
        environment()
        .get_template("page.html")
        .render(
            style=Markup(sheet),  # noqa: S704 (our own file)
            scripts=tuple(Markup(one) for one in scripts),  # noqa: S704 (our own files)
            data=_data(report),
            policy=policy_of(report),
            icon=icon(),
            **_words(report),
            **_rows(report),
            **_pictures(report),
        )
    )


def icon() -> str:
    """Return the picture in the tab, as a data address holds it."""
    return base64.b64encode(_ICON.encode()).decode()


def policy_of(report: Report) -> str:
    """Return the content-security policy of a report's page."""
    return policy(style(), *_scripts(report), *_unpacked(report))


def policy(style: str, *scripts: str) -> str:
    """Return the content-security policy: our own style sheet and scripts by their hashes, our own icon, nothing else.

    >>> policy("").split(";")[0]
    "default-src 'none'"
    >>> "script-src" in policy(""), "script-src 'sha256-" in policy("", "1")
    (False, True)
    """
    allowed = f"script-src {' '.join(map(_hash, scripts))}; " if scripts else ""
    return f"default-src 'none'; style-src {_hash(style)}; {allowed}img-src data:; base-uri 'none'; form-action 'none'"


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


@cache
def style() -> str:
    """Return the style sheet of every page of ours."""
    sheets = ("page.css", "explorer.css")
    return "\n".join(str(environment().get_template(name).render(palette=palette)).strip() for name in sheets)


def _scripts(report: Report) -> tuple[str, ...]:
    """Return the scripts that the page runs, each as it stands between its tags: the charts', and what was built."""
    charts = (files("reports.formats") / "web" / "charts.js").read_text("utf-8")
    loader = people_data.script("loader.js") if report.people else None
    return (charts,) if loader is None else (charts, loader)


def _unpacked(report: Report) -> tuple[str, ...]:
    """Return the scripts that the loader unpacks and runs."""
    script = people_data.script("page.js") if report.people else None
    return () if script is None else (script,)


def _data(report: Report) -> dict[str, object]:
    """Return what the built scripts read, by the id of its element: plain JSON, which the template makes inert."""
    if not _unpacked(report):
        return {}
    return {"people-data": people_data.packed(report), "page-script": people_data.packed_script()}


def grid(finding: Finding | None) -> Grid | None:
    """Arrange `possible_reach`'s grid ("k,δ in days"); None where there is none."""
    cells = reachable(finding.told(PossibleReach).grid) if finding else {}
    if not cells:
        return None
    steps, waits = (sorted({key[place] for key in cells}) for place in (0, 1))
    most = max(cells.values()) or 1
    return Grid(
        tuple(counted(wait, "day", "days") for wait in waits),
        tuple(
            (
                counted(k, "step", "steps"),
                tuple(_shaded(cells.get((k, wait)), most) for wait in waits),
            )
            for k in steps
        ),
    )


def _shaded(value: float | None, most: float) -> tuple[str, int]:
    return number(value), 0 if value is None else round(4 * value / most)


def _words(report: Report) -> dict[str, object]:
    finding = report.findings.get("crossings")
    sections = {section.key: section for section in story.story(report)}
    others = ("spheres",) if report.spheres else ()
    return {
        "brief": briefing.brief(report),
        "language": spoken().code,
        "index": page_words.index(sections, *others),
        "leader": leader_name(report),
        "period": wording.period(report.window),
        "zone": report.window.get("zone"),
        "notice": wording.notice(report),
        "care": wording.care(report),
        "headline": sentences.headline(report),
        "as_range": mostly_unknown(report),
        "doubts": doubt.doubts(report),
        "cures": doubt.cures(report),
        "asked": doubt.asked(report),
        "supposed": doubt.supposed(report),
        "sections": sections,
        "headline_apart": sentences.headline(report).name not in report.findings,
        "families": _families(story.all_numbers(report)),
        "words": page_words.words(),
        "captions": page_words.captions(report),
        "audience_apart": translated(story.AUDIENCE_APART),
        "crossings": _crossings(report, finding),
    }


def _families(every: tuple[sentences.Number, ...]) -> tuple[tuple[str, tuple[sentences.Number, ...]], ...]:
    """Group the numbers by family; those of none come last."""
    families = glossary.families()
    grouped = [
        (title, tuple(one for one in every if one.name in family)) for title, family in families.items()
    ]
    placed = {name for family in families.values() for name in family}
    others = tuple(one for one in every if one.name not in placed)
    return tuple(
        (translated(title), found)
        for title, found in (*grouped, (message("Other measures"), others))
        if found
    )


def _crossings(
    report: Report, finding: Finding | None
) -> tuple[tuple[str, tuple[tuple[str, str], ...]], ...]:
    if finding is None:
        return ()
    names, shown = evidence.names(report), evidence.anchors(report)
    held = finding.told(Crossings)
    kinds = (
        (translated("Responded before the first meeting on record, by name"), held.digital_first),
        (translated("Responded again after the last meeting on record, by name"), held.met_then_digital),
    )
    return tuple(
        (title, tuple((shown.get(person, ""), names.get(person, person)) for person in people))
        for title, people in kinds
        if people
    )


def _rows(report: Report) -> dict[str, object]:
    conversations, more_conversations = evidence.conversations(report)
    live = bool(_unpacked(report))
    steps = evidence.steps(report, STILL_OPENED if live else evidence.PEOPLE_SHOWN)
    campaigns = inbound.campaign_lines(report)
    return {
        "explorer": live,
        "kinds": tuple((kind, translated(palette.MARKS[kind].label)) for kind in people_data.KINDS),
        "live_network_words": explorer.network_words(report),
        "drawn_words": explorer.drawn(report),
        "who_is_where": explorer.who_is_where(report),
        "everybody": len(report.people),
        "steps": steps,
        "few": _FEW,
        "few_conversations": _FEW_CONVERSATIONS,
        "more_people": sum(step.further for step in steps),
        "more_people_words": explorer.more_people(sum(step.further for step in steps)),
        "spheres": evidence.spheres(report),
        "first_contact": _first_contact(report),
        "tagged": tuple((row, bars(row.weeks)) for row in tags.tag_rows(report)),
        "topics": _topics(report),
        "brand": _brand(report),
        "employees": _employees(report),
        "advice": advising.advice_rows(report),
        "advice_tried": advising.tried(report),
        "next": next_to_respond.next_rows(report),
        "plan": planning.plan(report),
        "plan_takes": planning.takes(report),
        "advice_holds": report.known("advice"),
        "worth": waiting.worth_rows(report),
        "waiting": advising.waiting_rows(report),
        "chains": introductions.chain_rows(report),
        "campaigns": campaigns if len(campaigns) > inbound.IN_A_SENTENCE else (),
        "conversations": conversations,
        "travelled": tuple(row for row in conversations if row.tree),
        "more_conversations": more_conversations,
        **_movement(report),
        "coverage": tuple(_coverage(row) for row in report.coverage),
        "grid": grid(report.findings.get("possible_reach")),
    }


def _first_contact(report: Report) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Return by sphere how many responded before first contact and met later, never met so far, or are unknown."""
    return tuple(
        (
            sphere_name(sphere),
            tuple(number(len(people)) for people in (row.met_later, row.never_met, row.unknown)),
        )
        for sphere, row in report.told("before_contact", BeforeContact).by_sphere.items()
    )


def _topics(report: Report) -> tuple[Topic, ...]:
    """Return the topics with the leader's share of the responses, and the people who took up new terms."""
    taken = {row.topic: row for row in report.told("lead", Lead).topics or ()}
    shares = report.told("share_of_voice", ShareOfVoice).topics or ()
    return tuple(_topic(row, taken.get(row.topic)) for row in shares)


def _topic(row: TopicShare, taken: TopicLead | None) -> Topic:
    return Topic(
        topic=plain(row.topic),
        share=number(row.share, "share"),
        interval=between(*row.interval, "share") if row.interval else "",
        responses=number(row.to_all),
        taken=number(taken.new) if taken else "–",
        shuffled=number(taken.shuffled) if taken else "–",
    )


def _brand(report: Report) -> tuple[tuple[str, str, str, str], ...]:
    """Return by sphere the responses per item of the leader and of the brand, and which draws more."""
    spheres = report.told("person_against_brand", PersonAgainstBrand).spheres or {}
    return tuple(
        (
            sphere_name(sphere),
            number(row.person, "responses"),
            number(row.brand, "responses"),
            recognised(plain(row.verdict)),
        )
        for sphere, row in spheres.items()
    )


def _employees(report: Report) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Return by sphere the responses from outside per item of the leader, the other employees and the brand."""
    spheres = report.told("employees_against_brand", EmployeesAgainstBrand).spheres or {}
    return tuple(
        (sphere_name(sphere), tuple(number(rate, "responses") for rate in rates))
        for sphere, rates in spheres.items()
    )


def _movement(report: Report) -> dict[str, object]:
    """Return the table by which the movement is told, the other one, and what both are called."""
    first, then = (movement.rows(report, by)[-MOST[by] :] for by in (report.by, other(report)))
    return {
        "trend": tuple(_month(row) for row in first),
        "other_trend": tuple(_month(row) for row in then),
        "trend_words": page_words.BY[report.by],
        "other_words": page_words.BY[other(report)],
    }


def _month(row: Month | Week) -> MonthRow:
    """Word one month or week; met and never met add up to the people outside the team who responded in it."""
    unsure = month_unknown(row)
    of = row.high - row.low
    held = row.low, row.high
    near = row.reach_3 + row.reach_4 - row.high
    met = people_between(near, near + of, half_up=False) if unsure else people(row.reach_3, half_up=False)
    return MonthRow(
        month=page_words.part_of(row),
        team=people(row.reach_2),
        met=met,
        unmet=movement.in_month(row),
        bounds="" if unsure else people_between(*held),
        responses=number(row.responses),
    )


def _coverage(row: Coverage) -> CoverageRow:
    return CoverageRow(
        source=row.source,
        system=row.system,
        activities=number(row.activities),
        span=wording.days(row.first, row.last) if row.first else translated("no dated activity"),
        parents=translated(page_words.PARENTS.get(row.parents, row.parents)),
        set_aside=number(row.set_aside),
        missing=tuple(wording.month(each) for each in row.missing_months),
    )


def _pictures(report: Report) -> dict[str, object]:
    drawn = {key: Markup(one) for key, one in page_pictures(report).items()}  # noqa: S704 (by an XML writer)
    return {**drawn, "network_words": network_words(report)}
