"""What came in and is no conversation: campaigns, one line each, and what nobody said. Nobody is named."""

from __future__ import annotations

from collections.abc import Mapping

from influence.contract.details.inbound import Campaign, MassMail, Unsaid
from influence.contract.findings import Report
from influence.contract.headline import leader_name
from influence.contract.language import forms, listing, numbered, translated
from influence.contract.wording import counted, number, plain
from reports.story.sentences import Part, Sentence, Span, joined, row, say
from reports.story.wording import days

IN_A_SENTENCE = 3
"""More campaigns than this stand in a list of their own."""
_KINDS = {
    "automatic": forms("automatic reply", "automatic replies"),
    "receipt": forms("receipt", "receipts"),
    "calendar answer": forms("answer to an invitation", "answers to invitations"),
    "draft": forms("draft", "drafts"),
    "spam": forms("spam", "spam"),
    "trash": forms("in the trash", "in the trash"),
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
    shown: list[Part] = [*every[:IN_A_SENTENCE]]
    if more > 0:
        shown.append(say("{n} more", n=number(more)))
    mail, told = Span(translated("Mass mail"), "mass_mail"), row(shown)
    came = (
        say(
            "{mail} came too, in {n} campaigns, and is counted apart from what waits: {told}.",
            mail=mail,
            n=number(len(every)),
            told=told,
        )
        if len(every) > 1
        else say("{mail} came too, and is counted apart from what waits: {told}.", mail=mail, told=told)
    )
    answered = report.told("mass_mail", MassMail).answered or 0
    if not answered:
        return (came,)
    letters = counted(answered, "letter", "letters")
    return joined(came, say("{who} answered {letters}.", who=leader_name(report), letters=letters))


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
    if copies and texts > 1:
        pattern = translated("one letter in {n} versions, {senders}, {days}")
    elif copies:
        pattern = translated("one letter, {senders}, {days}")
    else:
        pattern = translated("one subject, {senders}, {days}")
    senders = counted(one.senders or 0, "sender", "senders")
    if letters != one.senders:
        of = counted(letters, "letter", "letters")
        senders = translated("{senders} of {letters}").format(senders=senders, letters=of)
    return pattern.format(n=number(texts), senders=senders, days=days(one.since, one.until))


def said_by_nobody(report: Report) -> tuple[Sentence, ...]:
    """Say what the sources hold that nobody said, by or to the leader, and how much there is in all."""
    held, who = report.told("unsaid", Unsaid), leader_name(report)
    if not held.everywhere:
        return ()
    thrown = "trash" in (held.kinds or held.everywhere)
    said = translated("nobody said it, or it was thrown away") if thrown else translated("nobody said it")
    nobody = Span(said, "unsaid")
    every = sum(held.everywhere.values())
    if not held.kinds:
        return (
            say(
                "Not counted, because {nobody}: {kinds}; none of it is by or to {who}.",
                nobody=nobody,
                kinds=_kinds(held.everywhere),
                who=who,
            ),
        )
    kinds = _kinds(held.kinds)
    if every > sum(held.kinds.values()):
        return (
            say(
                "Not counted, because {nobody}: {kinds}, by or to {who}; {every} in all, by or to anybody.",
                nobody=nobody,
                kinds=kinds,
                who=who,
                every=number(every),
            ),
        )
    return (
        say("Not counted, because {nobody}: {kinds}, by or to {who}.", nobody=nobody, kinds=kinds, who=who),
    )


def _kinds(kinds: Mapping[str, int]) -> str:
    """Word counts by kind, the largest first.

    >>> _kinds({"draft": 3, "spam": 40, "automatic": 1})
    '40 spam, 3 drafts and 1 automatic reply'
    """
    ordered = sorted(kinds.items(), key=lambda row: (-row[1], row[0]))
    named = [(many, _KINDS.get(kind, (plain(kind), plain(kind)))) for kind, many in ordered]
    return listing([f"{number(many)} {numbered(*words, many)}" for many, words in named])
