"""A language in which every letter of ours is another one, so that what nobody translates stands out."""

from __future__ import annotations

import re
import subprocess
import zipfile
from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from string import Formatter, ascii_letters
from xml.etree import ElementTree as ET

from influence.contract.details.advice import Advice
from influence.contract.findings import Finding, Report
from influence.contract.headline import CAUTION
from influence.contract.headline import sentences as on_a_terminal
from influence.contract.language import Language, speaking
from reports.story.sentences import Number
from reports.story.story import all_numbers, story
from tests.kit.sample_report import sample_report, ties_report
from tools.languages import catalog_of, messages, written

WIDE = str.maketrans({letter: chr(ord(letter) + 0xFEE0) for letter in ascii_letters})
"""Full-width letters: no name, id or address is written in them."""
SHOWN_ATTRIBUTES = frozenset(
    {"title", "alt", "aria-label", "aria-description", "placeholder", "data-label", "content"}
)
UNSEEN = frozenset({"style", "script", "code"})
"""What is in `code` is typed as it stands: names of findings, commands."""
STANDARD_SPHERES = frozenset(
    {"team", "company", "department", "customer", "partner", "industry", "media", "public", "unknown"}
)
ALLOWED = frozenset(
    {
        *("JSON", "CSV", "influence", "met", "label", "waiting", "done", "LEADER", "UTC", "noindex", "no"),
        "referrer",
    }
)
"""Letters that are no language's: names of formats, the words of commands, what only browsers read."""
OF_WINDOWS = frozenset(
    {"jan", "feb", "mars", "apr", "april", "maj", "juni", "juli", "aug", "sep", "sept", "okt"}
)
MONTHS = OF_WINDOWS | frozenset(
    {"nov", "dec", "januari", "februari", "augusti", "september", "oktober", "november", "december"}
)
"""Dates are written as Swedish writes them, out of Unicode's tables."""
CLAIMED = "1,204 accounts are claimed for two people; the command “influence doctor” lists them."
NO_TEXT = frozenset({"key", "name", "about", "anchor", "certainty", "time", "first_time", "counting", "link"})
_ANCHOR = re.compile(r"(person|conversation|sphere)-\d+")
_WORD = re.compile(r"[A-Za-z]+")
_ENGLISH = frozenset(
    {"reason", "reasons", "words", "verdict", "says", "no_interval", "no_bounds", "unit", "direction"}
)
"""Fields of a report that hold English for `recognised`, not data."""


@cache
def pseudo() -> Language:
    """Return the language: every message of ours in wide letters, its parts as they are, dates and figures Swedish."""
    found = messages()
    catalog = catalog_of("sv", found)
    for one in found.values():
        string = (wide(one.text), wide(one.plural)) if one.plural else wide(one.text)
        catalog[one.text].string = string
    return Language.read("sv", written(catalog))


def wide(text: str) -> str:
    """Write a message in wide letters, but not the names of its parts.

    >>> wide("{n} met")
    '{n} ｍｅｔ'
    """
    pieces = Formatter().parse(text)
    return "".join(
        literal.translate(WIDE) + (f"{{{name}}}" if name else "") for literal, name, _, _ in pieces
    )


def in_our_words(report: Report) -> Report:
    """Give a sample report reasons that our measures give, since those of the sample are invented."""
    nobody = "nobody responded to the leader in this window"
    findings = {
        name: replace(one, reason=nobody) if one.reason else one for name, one in report.findings.items()
    }
    if "advice" in findings:
        findings["advice"] = _advised(findings["advice"])
    return replace(
        report,
        findings=findings,
        reasons=(CAUTION, CLAIMED),
    )


def _advised(finding: Finding) -> Finding:
    why = "not reached yet; answered 2 of the leader's 9 exchanges within 14 days"
    held = finding.told(Advice)
    return replace(finding, detail=replace(held, rows=tuple(replace(row, reason=why) for row in held.rows)))


def untranslated(text: str, report: Report) -> set[str]:
    """Return the words in a text that are neither ours in wide letters nor data of the report."""
    by_word: dict[str, list[str]] = {}
    for one in sorted(_data(report), key=len, reverse=True):
        by_word.setdefault(_WORD.findall(one)[0], []).append(one)
    return {word for line in set(text.splitlines()) for word in _left(line, by_word)}


def _left(line: str, by_word: dict[str, list[str]]) -> set[str]:
    """Return the words of a line that are left when its data are taken out, the longest first."""
    line = re.sub(r"(?:\b\w\. )?\w+…", " ", line)  # a word that was cut, with the initial before it
    known = {one for word in _WORD.findall(line) for one in by_word.get(word, ())}
    for one in sorted(known, key=len, reverse=True):
        line = re.sub(rf"(?<!\w){re.escape(one)}(?!\w)", " ", line)
    return {word for word in _WORD.findall(line) if word not in ALLOWED and word.lower() not in MONTHS}


def _data(report: Report) -> set[str]:
    """Return every text of a report that is data: names, ids, addresses, channels, sources, spheres of a user's own."""
    found = set(_texts(report.as_json()))
    hosts = {one.split("/")[2] for one in found if "://" in one}
    names = [*(one.name for one in report.people), *filter(str.istitle, found)]
    named = {piece for one in names for piece in one.split() if len(piece) > 2}
    initials = {"".join(word[0] for word in report.leader["name"].split()[:2]).upper()}
    return {one for one in found | hosts | named | initials if _WORD.search(one)} - STANDARD_SPHERES


def _texts(body: object, key: str = "") -> Iterator[str]:
    if isinstance(body, dict):
        for name, value in body.items():
            if name not in _ENGLISH or (name == "words" and not isinstance(value, str)):
                yield from _texts(value, name)
            if not name.isidentifier():
                yield name
    elif isinstance(body, list | tuple):
        for value in body:
            yield from _texts(value, key)
    elif isinstance(body, str) and key not in {"kind", "way", "verb", "step", "schema", "parents"}:
        yield body


def texts_in(told: object) -> Iterator[str]:
    """Yield every text that stands in what a story hands over, but keys, anchors and addresses."""
    if isinstance(told, str):
        if not _ANCHOR.fullmatch(told):
            yield told
    elif is_dataclass(told):
        for one in fields(told):
            if one.name not in NO_TEXT or (one.name == "name" and hasattr(told, "have_met")):
                yield from texts_in(getattr(told, one.name))
    elif isinstance(told, list | tuple):
        for one in told:
            yield from texts_in(one)


def as_text(code: str) -> str:
    """Return what a sample report tells in a language, one sentence a line, as translators read it over."""
    lines = []
    with speaking(code):
        for report in (in_our_words(sample_report()), in_our_words(ties_report())):
            lines += [*on_a_terminal(report), ""]
            for section in story(report):
                told = (*section.sentences, *section.untold)
                lines += [f"# {section.question}", *map(str, told), *map(_number, section.numbers), ""]
            lines += [*map(_number, all_numbers(report)), ""]
    return "\n".join(lines)


def _number(one: Number) -> str:
    parts = (one.unit, one.interval, one.bounds, one.note, one.reason)
    return " · ".join([f"{one.label}: {one.text}", *(part for part in parts if part)])


def text_of(path: Path) -> str:
    """Return what a reader of a file reads; empty for those that programs read: JSON, tables, networks."""
    if path.suffix == ".html":
        page = _Page()
        page.feed(path.read_text(encoding="utf-8"))
        return "\n".join(page.found)
    if path.suffix in {".md", ".txt"}:
        return path.read_text(encoding="utf-8")
    if path.suffix == ".pdf":
        return subprocess.run(
            ["pdftotext", path, "-"], check=True, capture_output=True, text=True
        ).stdout.replace("\n", " ")
    if path.suffix == ".pptx":
        return "\n".join(_in_archive(path))
    return ""


class _Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self._unseen = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._unseen += tag in UNSEEN
        if tag != "meta":
            self.found += [value for name, value in attrs if name in SHOWN_ATTRIBUTES and value]

    def handle_endtag(self, tag: str) -> None:
        self._unseen -= tag in UNSEEN

    def handle_data(self, data: str) -> None:
        if not self._unseen:
            self.found.append(data)


def _in_archive(path: Path) -> Iterator[str]:
    """Yield the texts of slides and their notes; masters and layouts hold none that is shown."""
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            if re.fullmatch(r"ppt/(slides|notesSlides|charts)/[^/]*\.xml", name):
                tree = ET.fromstring(archive.read(name))  # noqa: S314 (our own file)
                yield from (one.text for one in tree.iter() if one.tag.endswith(("}t", "}v")) and one.text)
