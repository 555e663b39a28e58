"""What a notebook shows of a finding, a report and people compared: sentence, number, range, and why there is none.

HTML that takes its colours from the notebook, light or dark; every text is escaped.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from functools import cache
from html import escape

from influence.contract import plugins
from influence.contract.findings import Finding, Report
from influence.contract.headline import bounds, leader_name, sentences, unsure
from influence.contract.language import in_days, recognised, translated
from influence.contract.measures import GROUP, measure
from influence.contract.wording import (
    CANNOT_TELL,
    between,
    form,
    form_between,
    people_between,
    phrase,
    plain,
    scale,
    unit_of,
)

_CARD = "border-left:3px solid #d55e00;padding:.2em 1em;margin:.4em 0;max-width:46em;line-height:1.5"
_QUIET = "opacity:.75;font-size:.92em"
_CELL = "text-align:left;vertical-align:top;padding:.25em 1em .25em 0"


def finding_text(finding: Finding) -> str:
    """Say a finding in one line: what it is called, its number, its range, or why it has none.

    >>> finding_text(Finding("audience", 37.0, "people"))
    'Audience: 37 people'
    >>> finding_text(Finding("our_share", None, "share", reason="nobody responded"))
    'Our share: cannot tell, nobody responded'
    """
    said = ", ".join(part for part in (number_of(finding), *more_of(finding)) if part)
    return f"{label_of(finding.name)}: {said}"


def finding_html(finding: Finding) -> str:
    """Return a finding as a card."""
    number = f'<div style="font-size:1.7em">{_safe(number_of(finding))}</div>'
    return _card(_strong(label_of(finding.name)), number, *map(_quiet, more_of(finding)))


def report_text(report: Report) -> str:
    """Say a report in the lines that a terminal shows."""
    return "\n".join(sentences(report))


def report_html(report: Report) -> str:
    """Return a report as a card: who and when, the headline in sentences, and every number folded below."""
    told = "".join(f"<div>{_safe(line)}</div>" for line in sentences(report))
    rows = [_finding_row(finding) for finding in report.findings.values()]
    folded = f"<details><summary>{_safe(translated('Every number'))}</summary>{table((), rows)}</details>"
    notice = _quiet(report.notice) if report.notice else ""
    return _card(_strong(leader_name(report)), _quiet(_window(report)), told, folded if rows else "", notice)


def compared_html(
    heads: Sequence[str], rows: Iterable[Sequence[str]], told: Iterable[str], limits: Iterable[str]
) -> str:
    """Return people compared as a card: a table, the differences in words, and the limits of both."""
    lines = "".join(f"<div>{_safe(line)}</div>" for line in told)
    return _card(table(heads, rows), lines, *map(_quiet, limits))


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return rows of plain text as a table."""
    head = f"<thead>{_row('th', heads)}</thead>" if heads else ""
    body = "".join(_row("td", row) for row in rows)
    return f"<table>{head}<tbody>{body}</tbody></table>"


def number_of(finding: Finding) -> str:
    """Word a finding's number with its unit: its range where of most of the people it counts nothing tells."""
    held = bounds(finding)
    if held and unsure(finding):
        text = people_between(*held)
        return f"{text} {unit_of(finding.unit, form_between(*held))}"
    if finding.name == "reach_3" and finding.value is not None:  # so that met and never met add up
        text = people_between(finding.value, finding.value, half_up=False)
        return f"{text} {unit_of(finding.unit, form(finding.value, half_up=False))}"
    return translated(CANNOT_TELL) if finding.value is None else phrase(finding.value, finding.unit)


def more_of(finding: Finding) -> tuple[str, ...]:
    """Word what stands beside a finding's number: its range, its 95 % interval, or why there is no number."""
    if finding.value is None:
        return (recognised(plain(finding.reason or "")) or translated("no reason was given"),)
    held, of = None if unsure(finding) else bounds(finding), scale(finding.value, finding.unit)
    said = []
    alone = between(finding.value, finding.value, finding.unit, of=of)
    if held and (ends := between(*held, finding.unit, of=of)) != alone:
        said.append(translated("range {ends}").format(ends=ends))
    if finding.interval and not unsure(finding):
        within = between(*finding.interval, finding.unit, of=of)
        said.append(translated("95 % interval {ends}").format(ends=within))
    return tuple(said)


def label_of(name: str) -> str:
    """Return what a report calls a finding: by its measure, or made of its name.

    >>> label_of("our_own_measure")
    'Our own measure'
    """
    return translated(_labels().get(name, "")) or plain(name).replace("_", " ").capitalize()


@cache
def _labels() -> dict[str, str]:
    """Collect what the measures call their findings; one that cannot be loaded calls them nothing."""
    labels: dict[str, str] = {}
    for name in plugins.names(GROUP):
        try:
            found = measure(name)
        except plugins.PluginError:
            continue
        labels |= {
            each: words.label for each, words in found.finds.items() if each not in labels or found.own
        }
    return labels


def _finding_row(finding: Finding) -> tuple[str, str, str]:
    return label_of(finding.name), number_of(finding), "; ".join(more_of(finding))


def _row(tag: str, cells: Sequence[str]) -> str:
    inside = "".join(f'<{tag} style="{_CELL}">{_safe(cell)}</{tag}>' for cell in cells)
    return f"<tr>{inside}</tr>"


def _window(report: Report) -> str:
    since, until = (_day(plain(report.window.get(key) or "")[:10]) for key in ("since", "until"))
    if not since or not until:
        return translated("the whole record")
    return translated("from {since} on, up to and not including {until}").format(since=since, until=until)


def _day(time: str) -> str:
    try:
        return in_days(date.fromisoformat(time)) if time else ""
    except ValueError:  # a report that was read from a file may hold anything
        return time


def _card(*parts: str) -> str:
    return f'<div style="{_CARD}">{"".join(parts)}</div>'


def _strong(text: str) -> str:
    return f'<div style="font-weight:600"><bdi>{_safe(text)}</bdi></div>'


def _quiet(text: str) -> str:
    return f'<div style="{_QUIET}">{_safe(text)}</div>'


def _safe(text: str) -> str:
    return escape(plain(text))
