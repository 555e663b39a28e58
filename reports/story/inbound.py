"""What came in and is no conversation: campaigns, one line each, and what nobody said. Nobody is named."""

from __future__ import annotations

from collections.abc import Mapping

from influence.contract.details.inbound import Campaign, MassMail, Unsaid
from influence.contract.findings import Report
from influence.contract.headline import leader_name
from influence.contract.wording import counted, plain
from reports.story.sentences import Sentence, Span, listing, say
from reports.story.wording import days

IN_A_SENTENCE = 3
"""More campaigns than this stand in a list of their own."""
_KINDS = {
    "automatic": ("automatic reply", "automatic replies"),
    "receipt": ("receipt", "receipts"),
    "calendar answer": ("answer to an invitation", "answers to invitations"),
    "draft": ("draft", "drafts"),
    "spam": ("spam", "spam"),
    "trash": ("in the trash", "in the trash"),
}


def campaign_lines(report: Report) -> tuple[str, ...]:
    """Return each campaign to the leader in one line, the largest first."""
    return tuple(_line(one) for one in report.told("mass_mail", MassMail).campaigns)


def campaigns(report: Report) -> tuple[Sentence, ...]:
    """Say how large the campaigns were that are counted apart, and how many of their letters were answered."""
    every = campaign_lines(report)
    if not every:
        return ()
    more = len(every) - IN_A_SENTENCE
    told = "; ".join((*every[:IN_A_SENTENCE], *([f"{more:,} more"] if more > 0 else [])))
    answered = report.told("mass_mail", MassMail).answered or 0
    ending = f" {leader_name(report)} answered {counted(answered, 'letter', 'letters')}." if answered else ""
    many = f", in {len(every):,} campaigns" if len(every) > 1 else ""
    pattern = "{mail} came too{many}, and is counted apart from what waits: {told}.{ending}"
    mail = Span("Mass mail", "mass_mail")
    return (say(pattern, mail=mail, many=Span(many), told=told, ending=Span(ending)),)


def _line(one: Campaign) -> str:
    """Word one campaign: one letter if most are copies of another, else one subject.

    >>> march = {"since": "2026-03-05T08:00:00+00:00", "until": "2026-03-17T08:00:00+00:00"}
    >>> _line(Campaign(1124, 1124, **march, texts=1))
    'one letter, 1,124 senders, 5 to 17 Mar 2026'
    >>> _line(Campaign(62, 60, **march, texts=4))
    'one letter in 4 versions, 60 senders of 62 letters, 5 to 17 Mar 2026'
    """
    letters, texts = one.letters or 0, one.texts or 0
    copies = 0 < texts <= letters / 2
    what = "one letter" if copies else "one subject"
    versions = f" in {texts:,} versions" if copies and texts > 1 else ""
    by = counted(one.senders or 0, "sender", "senders")
    of = f" of {counted(letters, 'letter', 'letters')}" if letters != one.senders else ""
    return f"{what}{versions}, {by}{of}, {days(one.since, one.until)}"


def said_by_nobody(report: Report) -> tuple[Sentence, ...]:
    """Say what the sources hold that nobody said, by or to the leader, and how much there is in all."""
    held, who = report.told("unsaid", Unsaid), leader_name(report)
    if not held.everywhere:
        return ()
    nobody, every = Span("nobody said it", "unsaid"), sum(held.everywhere.values())
    if not held.kinds:
        pattern = "Not counted, because {nobody}: {kinds}; none of it is by or to {who}."
        return (say(pattern, nobody=nobody, kinds=_kinds(held.everywhere), who=who),)
    more = f"; {every:,} in all, by or to anybody" if every > sum(held.kinds.values()) else ""
    pattern = "Not counted, because {nobody}: {kinds}, by or to {who}{more}."
    return (say(pattern, nobody=nobody, kinds=_kinds(held.kinds), who=who, more=Span(more)),)


def _kinds(kinds: Mapping[str, int]) -> str:
    """Word counts by kind, the largest first.

    >>> _kinds({"draft": 3, "spam": 40, "automatic": 1})
    '40 spam, 3 drafts and 1 automatic reply'
    """
    ordered = sorted(kinds.items(), key=lambda row: (-row[1], row[0]))
    return listing([counted(many, *_KINDS.get(kind, (plain(kind), plain(kind)))) for kind, many in ordered])
