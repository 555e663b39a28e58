"""A report as a digest for mail and chat: Markdown of a screen that reads as plain text too."""

from __future__ import annotations

import re
from pathlib import Path

from influence.contract.findings import Report
from influence.contract.language import translated
from reports.formats.chapters import CONVERSATIONS, with_short_names
from reports.formats.writing import write_whole
from reports.story import audiences, movement
from reports.story.brief import Brief, brief
from reports.story.evidence import ConversationRow, conversations
from reports.story.plan import answers
from reports.story.sentences import Section, say
from reports.story.story import story
from reports.story.wording import care, isolated, notice, shortened

_LINE = 400
AUDIENCES = 2
"""So many audiences are told."""
_MEANT = re.compile(r"[\\`*_\[\]<>#|~$]|&(?=[#\w]+;)")
"""What Markdown reads as more than a letter, anywhere in a line."""
_STARTING = re.compile(r"^(\d+(?=[.)])|(?=[-+=]))")
_JOINER = "\u2060"
_CALLING = re.compile(
    r"@|(?<=:)//|\bwww(?=\.)|(?<=\w)\.(?!toml\b)(?=[^\W\d]{2})|\b(?:mailto|javascript|data)(?=:)",
    re.IGNORECASE,
)
"""What a chat or a mail programme makes a mention or a link of."""


def write_digest(report: Report, path: Path) -> list[Path]:
    """Write the report's digest as Markdown, at most 40 lines.

    Raises:
        OSError: the file cannot be written.
    """
    return [write_whole(path, digest(report))]


def digest(report: Report) -> str:
    """Return the first screen, what happened, and the limits in a few lines; nothing in it calls or leads anywhere."""
    report = with_short_names(report)
    said, told = brief(report), {section.key: section for section in story(report)}
    lines = [*_opening(report, said, told.get("beyond")), "", *_answers(report, said), "", *_happened(report)]
    return "\n".join(_without_doubled_gaps([*lines, *_closing(report, told)])) + "\n"


def inert(text: str, *, starts: bool = True) -> str:
    r"""Escape a text, so that it stands as it is: no formatting, no link, no mention, no markup.

    One that does not start a line may begin like a list.

    >>> inert("*Ann* [x](javascript:y) <b>")
    '\\*Ann\\* \\[x\\](javascript\u2060:y) \\<b\\>'
    >>> inert("1. @channel")
    '1\\. @\u2060channel'
    """
    escaped = _MEANT.sub(lambda found: "\\" + found[0], shortened(text, _LINE))
    started = _STARTING.sub(lambda found: found[0] + "\\", escaped, count=1) if starts else escaped
    return isolated(_CALLING.sub(lambda found: found[0] + _JOINER, started))


def _opening(report: Report, said: Brief, beyond: Section | None) -> list[str]:
    lead = str(beyond.sentences[0]) if beyond else said.number.reason or said.number.text
    range_ = str(said.range) if said.range else ""
    return [
        f"# {inert(said.who)}",
        "",
        f"*{inert(said.when, starts=False)}*",
        *(["", inert(said_of_itself)] if (said_of_itself := notice(report)) else []),
        "",
        f"**{inert(lead)}**",
        *(["", inert(range_)] if range_ else []),
    ]


def _answers(report: Report, said: Brief) -> list[str]:
    lines = [(one.label, str(one.sentence)) for one in said.answers]
    lines += [
        (label, str(sentence))
        for label, sentence in (
            (translated("Start this week"), said.start),
            (translated("Stop"), said.stop),
            (translated("What moved"), said.moved),
            (translated("How far to trust it"), said.trust),
        )
        if sentence
    ]
    lines += [(one.kind, str(one.words)) for one in answers(report)]
    return [f"- **{inert(label)}:** {inert(text)}" for label, text in lines]


def _happened(report: Report) -> list[str]:
    """Say how it moved and by what, which audiences respond, and name the conversations that brought most people."""
    said = [*movement.in_short(report), *movement.by_what(report)] if report.trend else []
    said += audiences.told(report)[:AUDIENCES]
    moved = [line for sentence in said for line in (inert(str(sentence)), "")]
    every, _ = conversations(report)
    if not every:
        return moved
    rows = [f"{place}. {_conversation(one)}" for place, one in enumerate(every[:CONVERSATIONS], start=1)]
    return [*moved, f"**{translated('Conversations that brought most people')}**", "", *rows, ""]


def _conversation(one: ConversationRow) -> str:
    parts = {"about": one.name, "day": one.began, "who": one.begun_by, "people": one.took_part}
    if one.unmet and one.named:
        pattern = "{about}, begun {day} by {who}: {people}, {unmet} of them never met."
    elif one.unmet:
        pattern = "{about}: {people}, {unmet} of them never met."
    else:
        pattern = "{about}, begun {day} by {who}: {people}." if one.named else "{about}: {people}."
    return inert(str(say(pattern, **parts, unmet=one.unmet)))


def _closing(report: Report, told: dict[str, Section]) -> list[str]:
    limits = told["limits"].sentences[:1] if "limits" in told else ()
    return [*(inert(str(one)) for one in limits), *(["", inert(care(report))] if care(report) else [])]


def _without_doubled_gaps(lines: list[str]) -> list[str]:
    return [line for place, line in enumerate(lines) if line or (place and lines[place - 1])]
