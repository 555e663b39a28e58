"""A report as slides for a board: one thing a slide, in charts that can be edited; the evidence is in the notes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

from influence.contract.findings import MONTH, WEEK, Coverage, Report
from influence.contract.language import message, translated
from influence.contract.wording import between, counted, people, plain
from reports.formats.deck import SMALL_SIZES, Deck, opened
from reports.formats.native_charts import choices_chart, months_chart, spheres_chart, steps_chart
from reports.formats.template import INCH
from reports.formats.writing import dateless, write_whole
from reports.story import charted, evidence
from reports.story.advice import SEEN, advice_rows, tried, waiting_rows
from reports.story.brief import Brief, brief
from reports.story.doubt import cures, doubts, supposed
from reports.story.evidence import PersonRow, ResponseRow
from reports.story.sentences import Number, Section, Sentence, numbers, say
from reports.story.story import story
from reports.story.waiting import worth_rows
from reports.story.wording import day, month, notice, shortened

LONGEST_NAME = 60
"""Names are cut to so many letters: a slide has little room."""
_NAMED, _CITED = 12, 3
"""So many people of a step, or rows of a list, stand in the notes, each with so many responses."""
_NUMBER_SIZES, _OPENING_SIZES = (60, 24), (22, 11)
"""The sizes of letters on the first slide, in points: its number, and what it says."""
_ROOMY = 3 * INCH
"""Where the first slide has so much room, its number stands large."""
_LISTED, _WHY = 6, 160
"""So many people or places stand on a slide, each with a reason of so many letters."""
_STEPS = ("own_output", "reach_2", "reach_3", "reach_4")
_POSITION = ("pagerank", "betweenness", "constraint", "core_number")
_NUMBERS = {
    "steps": (*_STEPS, "beyond_share", "beyond_ratio", *_POSITION),
    "trend": ("trend_slope", "trend_breaks", "weekly_slope", "weekly_breaks", "against_before"),
    "chance": ("influence_test", "robustness", "unseen", "position_by_chance"),
}
_TITLE = {
    MONTH: message("Movement, month by month"),
    WEEK: message("Movement, week by week"),
}
_CHARTED = {
    MONTH: message("People never met who responded, by month. {words}."),
    WEEK: message("People never met who responded, by week. {words}."),
}
_PARENTS = {
    "explicit": message("what answers what is stated by the source"),
    "inferred": message("what answers what is inferred by the program"),
    "none": message("what answers what is not stated"),
    "undated": message("a network of ties, undated"),
}


@dataclass(frozen=True)
class _Told:
    """What every slide is made of: the report, its first screen, and its sections by their keys."""

    report: Report
    first: Brief
    sections: dict[str, Section]

    def lines(self, key: str) -> list[str]:
        """Return the sentences of a section; none where the report does not hold it."""
        held = self.sections.get(key)
        return [str(sentence) for sentence in held.sentences] if held else []

    def notes(self, key: str, *names: str) -> list[str]:
        """Return all that a section says, and what its numbers mean."""
        held = self.sections.get(key)
        if held is None:
            return []
        untold = [str(sentence) for sentence in held.untold]
        return [*self.lines(key), *untold, *_meanings((*held.numbers, *numbers(self.report, *names)))]


def write_slides(report: Report, path: Path, template: Path | None = None) -> list[Path]:
    """Write the report as slides (`.pptx`), 16:9 or as the template is.

    `template` is a presentation or a template of PowerPoint (`.pptx`, `.potx`): its masters, layouts and fonts are
    used, layouts chosen by what they hold; slides that stand in it are left out, which the first slide's notes say.

    Raises:
        CannotWrite: the extra `slides` is not installed, or the template cannot be filled.
        OSError: the file cannot be written.
    """
    return [write_whole(path, dateless(deck(report, template).bytes()))]


def deck(report: Report, template: Path | None = None) -> Deck:
    """Fill a presentation with a report.

    Raises:
        CannotWrite: the extra `slides` is not installed, or the template cannot be filled.
    """
    report = _short_names(report)
    told = _Told(report, brief(report), {section.key: section for section in story(report)})
    filled = opened(template, _foot(told))
    filled.presentation.core_properties.title = f"{told.first.who}, {told.first.when}"
    filled.presentation.core_properties.author = "influence"
    for add in (_title, _answers, _steps, _spheres, _months, _takes, _holds, _covered):
        add(filled, told)
    return filled


def _short_names(report: Report) -> Report:
    """Cut every name of a report that is too long for a slide."""
    held = tuple(
        replace(one, name=shortened(one.name, LONGEST_NAME)) if len(one.name) > LONGEST_NAME else one
        for one in report.people
    )
    cited = {person: shortened(name, LONGEST_NAME) for person, name in report.names.items()}
    leader = {
        key: shortened(text or "", LONGEST_NAME) if key == "name" else text
        for key, text in report.leader.items()
    }
    return replace(report, people=held, names=cited, leader=leader)


def _foot(told: _Told) -> str:
    """Return what stands on every slide: whose it is, of when, and the report's notice."""
    return " · ".join(part for part in (told.first.who, told.first.when, notice(told.report)) if part)


# --- slides -------------------------------------------------------------------------------------------------


def _title(filled: Deck, told: _Told) -> None:
    first = told.first
    title = str(say("How far {who}'s influence reaches", who=first.who))
    page = filled.page(title, opening=True)
    number = first.number.shown
    number = number[:1].upper() + number[1:]
    said = [_answer(told), *_those(first.range), first.when]
    if page.room.height >= _ROOMY:
        head, rest = page.room.below(0.3)
        page.write([number], head, _NUMBER_SIZES, accent=True)
        page.write(said, rest, _OPENING_SIZES)
    else:
        page.write([f"{number}\n{said[0]}", *said[1:]], sizes=_OPENING_SIZES, accent=True)
    page.tell(
        [
            *told.lines("beyond"),
            *map(str, supposed(told.report)),
            *_meanings((first.number,)),
            *_left_out(filled),
            *([line] if (line := notice(told.report)) else []),
        ]
    )
    page.finish()


def _answer(told: _Told) -> str:
    lines = told.lines("beyond")
    return lines[0] if lines else (told.first.number.reason or "")


def _left_out(filled: Deck) -> list[str]:
    if not filled.left_out:
        return []
    slides = counted(filled.left_out, "slide", "slides")
    return [
        str(
            say("The template's own {slides} were left out; its masters and layouts are used.", slides=slides)
        )
    ]


def _answers(filled: Deck, told: _Told) -> None:
    first = told.first
    texts = [f"{plain(answer.label)}\n{answer.sentence}" for answer in first.answers]
    texts += [f"{label}\n{line}" for label, line in _labelled(told, "start", "stop", "moved", "trust")]
    if not texts:
        return
    page = filled.page(translated("In short"))
    page.write(texts)
    page.tell([line for answer in first.answers for line in told.notes(answer.key)])
    page.finish()


def _labelled(told: _Told, *parts: str) -> Iterator[tuple[str, str]]:
    """Give the parts of the first screen that the report holds, each with its label."""
    labels = {
        "start": translated("Start this week"),
        "stop": translated("Stop"),
        "moved": translated("Movement"),
        "trust": translated("How far to trust it"),
    }
    for part in parts:
        sentence = getattr(told.first, part)
        if sentence is not None:
            yield labels[part], str(sentence)


def _steps(filled: Deck, told: _Told) -> None:
    steps, bars = numbers(told.report, *_STEPS), charted.steps(told.report)
    page = filled.page(translated("Who responded, step by step"))
    meant = [f"{one.label}\n{one.meaning}" for one in steps]
    if any(bar.high for bar in bars):
        left, right = page.room.beside(0.5)
        page.write(meant, left, SMALL_SIZES)
        words = "; ".join(f"{bar.label}: {bar.words}" for bar in bars)
        steps_chart(page, right, bars, str(say("People who responded, by step: {words}.", words=words)))
    else:
        page.write([*told.lines("people")[:1], *meant])
    page.tell([*told.notes("people", *_NUMBERS["steps"]), *_people(told.report)])
    page.finish()


def _spheres(filled: Deck, told: _Told) -> None:
    texts, rows = told.lines("spheres"), charted.spheres(told.report)
    if not texts and not rows:
        return
    page = filled.page(translated("Spheres, outward and back"))
    if rows:
        left, right = page.room.beside(0.45)
        page.write(texts[:4], left, SMALL_SIZES)
        words = "; ".join(_both(row) for row in rows)
        alt = str(say("People never met, by sphere. {words}.", words=words))
        spheres_chart(page, right, rows, alt)
    else:
        page.write(texts[:4])
    page.tell([*told.notes("spheres"), *_members(told.report)])
    page.finish()


def _both(row: charted.Both) -> str:
    reached, heard = between(row.reached.low, row.reached.high), people(row.heard)
    pattern = "{sphere}: reached {reached}, listened to {heard}"
    return str(say(pattern, sphere=row.label, reached=reached, heard=heard))


def _months(filled: Deck, told: _Told) -> None:
    texts = [*_those(told.first.moved), *told.lines("trend")]
    points = charted.months(told.report)
    if len(points) <= 1 and told.first.moved is None:
        return  # what is said of one month, or of none, stands with what was covered
    by = told.report.by
    page = filled.page(translated(_TITLE[by]))
    if len(points) > 1:
        upper, lower = page.room.below(0.34)
        page.write(texts[:3], upper, SMALL_SIZES)
        words = "; ".join(f"{point.label}: {_month(point)}" for point in points)
        months_chart(page, lower, points, str(say(_CHARTED[by], words=words)))
    else:
        page.write(texts)
    page.tell(
        [*texts, *told.notes("trend", *_NUMBERS["trend"]), *(f"{p.label}: {_month(p)}" for p in points)]
    )
    page.finish()


def _month(point: charted.Point) -> str:
    return between(point.low, point.high) if point.unmet is None else people(point.unmet)


def _takes(filled: Deck, told: _Told) -> None:
    said = [f"{label}\n{line}" for label, line in _labelled(told, "start", "stop")]
    texts, rows = [*said, *told.lines("takes")], _whom(told.report)
    if not texts:
        return
    page = filled.page(translated("What it takes"))
    if rows:
        upper, lower = page.room.below(0.52)
        page.write(texts[:5], upper, SMALL_SIZES)
        said = [f"{who}\n{why}" for who, why in rows[:_LISTED]]
        page.columns((said[::2], said[1::2]), lower, SMALL_SIZES)
    else:
        page.write(texts[:5])
    page.tell([*told.notes("takes"), *_advised(told.report), *filter(None, [tried(told.report)])])
    page.finish()


def _whom(report: Report) -> list[tuple[str, str]]:
    """Return whom to turn to or where, with the reason: what the forecast names if it has skill, and who waits."""
    found = [
        (row.who, str(say("{why}: {gain}", why=shortened(row.why, _WHY).rstrip("."), gain=row.gain)))
        for _, rows in advice_rows(report)
        for row in rows[:2]
        if report.known("advice") or not row.forecast
    ]
    first = [(row.who, row.why, row.days) for row in worth_rows(report)]
    longest = [(row.who, row.how, row.days) for row in waiting_rows(report)]
    waiting = [
        (who, str(say("{how}; waits for {days}", how=how, days=days)))
        for who, how, days in (first or longest)[:2]
    ]
    return [(shortened(who, LONGEST_NAME), why) for who, why in (*waiting, *found)]


def _holds(filled: Deck, told: _Told) -> None:
    doubt = [str(sentence) for sentence in doubts(told.report)]
    texts, bars = [*doubt, *_those(told.first.trust), *told.lines("chance")], charted.choices(told.report)
    if not texts:
        return
    page = filled.page(translated("How well it holds"))
    if bars:
        left, right = page.room.beside(0.5)
        page.write(texts[:5], left, SMALL_SIZES)
        words = "; ".join(f"{bar.label}: {people(bar.low)}" for bar in bars)
        choices_chart(page, right, bars, str(say("The number, counted again: {words}.", words=words)))
    else:
        page.write(texts[:6])
    cure = [str(sentence) for sentence in cures(told.report)]
    page.tell([*doubt, *cure, *map(str, supposed(told.report)), *told.notes("chance", *_NUMBERS["chance"])])
    page.finish()


def _covered(filled: Deck, told: _Told) -> None:
    page = filled.page(translated("What was covered, and the limits"))
    sources = [_source(row, named=True) for row in told.report.coverage]
    moves = told.lines("trend") if len(charted.months(told.report)) <= 1 else []
    shown = [_source(row) for row in told.report.coverage]
    page.columns(([*told.lines("coverage"), *moves, *shown], told.lines("limits")), sizes=SMALL_SIZES)
    page.tell([*told.notes("coverage"), *sources, *told.notes("limits")])
    page.finish()


def _source(row: Coverage, *, named: bool = False) -> str:
    """Say what a source held; which months are missing by their names, or how many there are."""
    count = len(row.missing_months)
    gaps = ", ".join(map(month, row.missing_months)) if named else counted(count, "month", "months")
    span = (
        str(say("{first} to {last}", first=day(row.first), last=day(row.last)))
        if row.first
        else translated("no dated activity")
    )
    parts = [
        counted(row.activities, "activity", "activities"),
        span,
        translated(_PARENTS.get(row.parents, "")) or plain(row.parents),
        str(say("{n} set aside", n=counted(row.set_aside, "row", "rows"))) if row.set_aside else "",
        str(say("missing: {months}", months=gaps)) if count else "",
    ]
    name = " · ".join(
        dict.fromkeys((shortened(row.source, LONGEST_NAME), shortened(row.system, LONGEST_NAME)))
    )
    return f"{name}\n{'; '.join(part for part in parts if part)}"


# --- notes --------------------------------------------------------------------------------------------------


def _those(sentence: Sentence | None) -> list[str]:
    return [str(sentence)] if sentence is not None else []


def _meanings(shown: Iterable[Number]) -> list[str]:
    """Say each number once, with its range and what it means."""
    return list(dict.fromkeys(_meaning(number) for number in shown))


def _meaning(number: Number) -> str:
    parts = [
        str(say("{label}: {shown}", label=number.label, shown=number.shown)),
        str(say("range {bounds}", bounds=number.bounds)) if number.bounds else "",
        str(say("95 % interval {interval}", interval=number.interval)) if number.interval else "",
        number.reason or "",
    ]
    return f"{'; '.join(part for part in parts if part)}. {number.meaning}"


def _people(report: Report) -> Iterator[str]:
    """Name the people of each step with the responses that show it, the farthest step first."""
    for step in evidence.steps(report):
        yield str(say("{title}, {count}:", title=step.title, count=step.count))
        for row in step.rows[:_NAMED]:
            yield _person(row)
        more = step.further + max(0, len(step.rows) - _NAMED)
        if more:
            yield str(
                say(
                    "and {people} more, in the page and in the workbook",
                    people=counted(more, "person", "people"),
                )
            )


def _person(row: PersonRow) -> str:
    parts = [
        row.name,
        row.sphere,
        row.responses,
        row.first_response,
        row.how,
        *map(_response, row.evidence[:_CITED]),
    ]
    return "; ".join(part for part in parts if part)


def _response(row: ResponseRow) -> str:
    return " ".join(part for part in (row.when, row.verb, row.target, row.where, f"({row.source})") if part)


def _members(report: Report) -> Iterator[str]:
    """Name people of each sphere."""
    for row in evidence.spheres(report):
        names = ", ".join(name for _, name in islice(row.members, _NAMED))
        yield f"{row.sphere}: {row.people}; {names}" if names else f"{row.sphere}: {row.people}"


def _advised(report: Report) -> Iterator[str]:
    """Give every row of advice and of waiting with its evidence."""
    for kind, rows in advice_rows(report):
        if not (report.known("advice") or kind in SEEN.values()):
            continue
        for row in rows[:_NAMED]:
            parts = [kind, row.who, row.why, row.gain, row.interval, *map(_response, row.evidence[:_CITED])]
            yield "; ".join(part for part in parts if part)
    for waiting in waiting_rows(report)[:_NAMED]:
        parts = [
            waiting.who,
            waiting.sphere,
            waiting.how,
            waiting.days,
            *map(_response, waiting.evidence[:_CITED]),
        ]
        yield "; ".join(part for part in parts if part)
