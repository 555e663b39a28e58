"""The first screen of a report: who and when, one number with its one range, three answers, movement, trust.

Page, document, slides and digest all open with it, so that none can say what another does not.
"""

from __future__ import annotations

from dataclasses import dataclass

from influence.contract.findings import Report
from influence.contract.headline import leader_name
from influence.contract.language import translated
from reports.story.advice import advised
from reports.story.doubt import cures, doubts
from reports.story.sentences import Number, Section, Sentence, headline
from reports.story.spheres import spheres
from reports.story.wording import period
from reports.story.worth import worth


@dataclass(frozen=True)
class Answer:
    """One of the three answers in a line: `key` is the section that tells more, `label` the question in a few words."""

    key: str
    label: str
    sentence: Sentence


@dataclass(frozen=True)
class Brief:
    """What a reader with one minute reads.

    `number` leads, `range` says its one range in words and what it depends on; `answers` are value, spheres and what it
    takes; `start` and `stop` one thing each for this week; `moved` how it moved against the period before and what
    moved it; `trust` how far to trust it, with the cure. What the report does not hold is None.
    """

    who: str
    when: str
    number: Number
    range: Sentence | None
    answers: tuple[Answer, ...]
    start: Sentence | None
    stop: Sentence | None
    moved: Sentence | None
    trust: Sentence | None


def brief(report: Report) -> Brief:
    """Say a report in one screen."""
    doubt, cure = doubts(report), cures(report)
    told = (
        _answer(worth(report), translated("Value")),
        _answer(spheres(report), translated("Spheres")),
        _answer(advised(report), translated("What it takes")),
    )
    return Brief(
        who=leader_name(report),
        when=period(report.window),
        number=headline(report),
        range=doubt[0] if doubt else None,
        answers=tuple(one for one in told if one),
        start=None,
        stop=None,
        moved=None,
        trust=cure[0] if cure else None,
    )


def _answer(section: Section, label: str) -> Answer | None:
    return Answer(section.key, label, section.sentences[0]) if section.sentences else None
