"""What became of those outside who asked and were answered, beside those who were not."""

from __future__ import annotations

from influence.contract.details.help_outcome import HelpOutcome
from influence.contract.findings import Report
from influence.contract.language import listing, message, translated
from influence.contract.wording import between, counted, number, plain
from reports.story.sentences import Sentence, Span, joined, say, why_too_little

NAMED = 3
"""So many words that are no known outcome are named."""


def help_outcome(report: Report) -> tuple[Sentence, ...]:
    """Say whether more of those helped did well, among people who asked about as often; it never says because."""
    finding = report.findings.get("help_outcome")
    held = report.told("help_outcome", HelpOutcome)
    if finding is None or not (held.stated or held.asked):
        return ()
    if finding.value is None:
        what = Span(translated("Whether more of those who were helped did well"), finding.name)
        told = say("{what} cannot be told: {why}.", what=what, why=why_too_little(finding))
        return joined(told, *_left_out(held))
    value, within = finding.value, finding.interval or (finding.value, finding.value)
    if not held.helped or not held.others:  # a copy without names
        return (_difference(value, within, held),)
    told = say(
        "Of {helped} outside who asked and were answered {good} did well, of {others} who were not {less}.",
        helped=counted(held.helped, "person", "people"),
        good=number((held.helped_good or 0) / held.helped, "share"),
        others=number(held.others),
        less=number((held.others_good or 0) / held.others, "share"),
    )
    return joined(told, _difference(value, within, held), *_left_out(held))


def _difference(value: float, within: tuple[float, float], held: HelpOutcome) -> Sentence:
    if held.apart and value > 0:
        pattern = message(
            "Among people who asked about as often, {points} more of those helped did ({within}): that is consistent "
            "with help that helps, and does not show that it was the help."
        )
    elif held.apart:
        pattern = message(
            "Among people who asked about as often, {points} fewer of those helped did ({within}); who is in trouble "
            "may also be answered first."
        )
    else:
        pattern = message(
            "Among people who asked about as often the difference is {points} ({within}), which cannot be told apart "
            "from none."
        )
    low, high = within
    if held.apart and value < 0:  # how many fewer
        value, low, high = -value, -high, -low
    points = Span(counted_points(value), "help_outcome")
    return say(pattern, points=points, within=between(low, high, "percentage points"))


def counted_points(value: float) -> str:
    """Word a difference of two shares.

    >>> counted_points(1.2), counted_points(18.3), counted_points(-4.0)
    ('1 percentage point', '18 percentage points', '−4 percentage points')
    """
    return counted(round(value), "percentage point", "percentage points")


def _left_out(held: HelpOutcome) -> tuple[Sentence, ...]:
    told = []
    if held.unclear:
        words = [f"“{plain(word)}”" for word, _ in held.words[:NAMED]]
        people = counted(held.unclear, "person", "people")
        told.append(
            say(
                "Left out are {people} whose outcome is no word of [outcomes] in influence.toml, such as {words}.",
                people=people,
                words=listing(words),
            )
            if words
            else say("Left out are {people} whose outcome is no word that is known.", people=people)
        )
    if held.contradicting:
        people = counted(held.contradicting, "person", "people")
        told.append(say("Set apart are {people} of whom two outcomes disagree.", people=people))
    return tuple(told)
