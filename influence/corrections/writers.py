"""Who seems to write for whom: what others wrote in a leader's sent mail, and who is stated to have typed it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from influence.contract.language import because
from influence.contract.no_person import BOT
from influence.contract.wording import counted, plain
from influence.kernels.arrays import Ints
from influence.network.log_tables import LogTables
from influence.network.sent_mail import SentFolder, received, sent_folders, stated_typists
from influence.people.columns import Who
from influence.people.decisions import Decision, Decisions, writers
from influence.people.directory import People

FEWEST, LEAST_SHARE = 5, 0.1
"""From so many mails, or from such a part of the sent mail, somebody is asked about who wrote in it."""
_LONGEST_NAME = 60
_NAMED = 3
"""So many who seem to write for a leader are named in one sentence."""


@dataclass
class Wrote:
    """What one person wrote in the sent mail of another: the `items`, of how many (`of`); `typed` more is stated."""

    writer: int
    leader: int
    items: Ints = field(default_factory=lambda: np.empty(0, np.int64))
    of: int = 0
    typed: int = 0


def called(who: Who) -> str:
    """Return a person's name as a sentence may hold it: one line, and not longer than names are.

    >>> called(Who("p1", "Ann\\n" + "Berg " * 2000))
    'Ann Berg Berg Berg Berg Berg Berg Berg Berg Berg Berg Berg B…'
    """
    return shortened(who.name) or shortened(who.person)


def shortened(words: str) -> str:
    """Return words on one line, cut where they are longer than names are."""
    name = plain(words)
    return name if len(name) <= _LONGEST_NAME else f"{name[:_LONGEST_NAME]}…"


def open_writers(tables: LogTables, decided: Mapping[tuple[int, int], str] | None = None) -> list[Wrote]:
    """Return who seems to write for whom and was not decided about, most mails first.

    Signs are the mails in a sent folder that somebody else than its owner wrote, five or a tenth of them at least, and
    whoever is stated to have typed what bears another's name. Programs are not asked about, nor shared mailboxes.
    """
    if decided is None:
        decided = writers(tables.people, Decisions(tables.engine).standing())
    found: dict[tuple[int, int], Wrote] = {}
    for leader, folder in _owned(tables, decided):
        for writer, items in folder.items.items():
            if writer != leader and (len(items) >= FEWEST or len(items) >= LEAST_SHARE * folder.size):
                one = found.setdefault((writer, leader), Wrote(writer, leader))
                one.items, one.of = np.union1d(one.items, items), one.of + folder.size
    for (writer, leader), count in stated_typists(tables).items():
        found.setdefault((writer, leader), Wrote(writer, leader)).typed = count
    asked = [one for pair, one in found.items() if pair not in decided and _asked(tables.people, one)]
    return sorted(asked, key=lambda one: (-len(one.items), -one.typed, one.writer, one.leader))


def open_about(tables: LogTables, leader: int) -> list[str]:
    """Say whose mails lie in a leader's sent mail and are not counted as the leader's while nobody has said so."""
    asked = [one for one in open_writers(tables) if one.leader == leader and len(one.items)]
    if not asked:
        return []
    named = [
        replace(one, typed=0) for one in asked[:_NAMED]
    ]  # what is stated to be typed is the leader's already
    told = [wrote_in_words(tables.people, one) for one in named]
    if len(asked) > _NAMED:
        told.append(because("{n} more wrote there", n=len(asked) - _NAMED))
    return [
        because(
            "{told}. These mails are not counted as {who}'s until you say so: the command “influence people review” "
            "asks.",
            told="; ".join(told),
            who=called(tables.people.who[leader]),
        )
    ]


def _asked(people: People, one: Wrote) -> bool:
    """Tell a pair worth a question: that many write in the name of a shared mailbox is its use."""
    return people.who[one.writer].kind != BOT and not people.who[one.leader].bot


def _owned(tables: LogTables, decided: Mapping[tuple[int, int], str]) -> Iterator[tuple[int, SentFolder]]:
    """Yield each sent folder and whose it is, or seems to be where no account tells."""
    folders = sent_folders(tables)
    mails = received(tables) if any(folder.owner is None for folder in folders) else {}
    for folder in folders:
        yield _presumed(folder, mails, decided) if folder.owner is None else folder.owner, folder


def _presumed(
    folder: SentFolder, mails: Mapping[tuple[str, int], int], decided: Mapping[tuple[int, int], str]
) -> int:
    """Return whose a folder seems to be: what was answered tells, then who gets most mail of its source, and of all."""
    everywhere: Counter[int] = Counter()
    for (_, code), count in mails.items():
        everywhere[code] += count

    def signs(code: int) -> tuple[bool, int, int, int, int, int]:
        answers = [decided.get((writer, code)) for writer in folder.items if writer != code]
        here = mails.get((folder.source, code), 0)
        return "yes" in answers, -answers.count("no"), here, everywhere[code], len(folder.items[code]), -code

    return max(folder.items, key=signs)


def circle(decided: Mapping[tuple[int, int], str], writer: int, leader: int) -> list[int]:
    """Return who writes for whom from a leader back to their own writer; empty where it is no circle."""
    came = {leader: -1}
    line = [leader]
    for one in line:
        for (of, to), answer in decided.items():
            if of == one and answer == "yes" and to not in came:
                came[to] = one
                line.append(to)
    way, one = [], writer if writer in came else -1
    while one >= 0:
        way.append(one)
        one = came[one]
    return way[::-1]


def wrote_in_words(people: People, one: Wrote) -> str:
    """Say what the signs are, in one sentence.

    >>> people = People([Who("a", "Ann Boss"), Who("p", "Pat Aide")], {})
    >>> wrote_in_words(people, Wrote(1, 0, np.arange(267), 281))
    '267 of the 281 mails in the Sent folder of Ann Boss are written by Pat Aide'
    >>> wrote_in_words(people, Wrote(1, 0, typed=1))
    '1 mail of Ann Boss says that Pat Aide typed it'
    """
    writer, leader = called(people.who[one.writer]), called(people.who[one.leader])
    said = []
    if count := len(one.items):
        held: dict[str, object] = {"n": count, "of": one.of, "who": leader, "name": writer}
        said.append(
            because("{n} of the {of} mails in the Sent folder of {who} is written by {name}", **held)
            if count == 1
            else because("{n} of the {of} mails in the Sent folder of {who} are written by {name}", **held)
        )
    if one.typed:
        held = {"n": one.typed, "who": leader, "name": writer}
        said.append(
            because("{n} mail of {who} says that {name} typed it", **held)
            if one.typed == 1
            else because("{n} mails of {who} say that {name} typed them", **held)
        )
    return "; ".join(said)


def nothing_moves(tables: LogTables, writer: Who, leader: Who, code: int) -> str:
    """Say why a decision gives a leader nothing, and what would help."""
    boss, aide = called(leader), called(writer)
    unowned = [one for one in sent_folders(tables) if one.owner is None and code in one.items]
    if unowned:
        mails, boxes = sum(len(one.items[code]) for one in unowned), {one.outbox for one in unowned}
        return (
            f"no mail of {aide} lies in a Sent folder that is known to be {boss}'s. {mails:,} lie in {min(boxes)}, "
            f"and no account tells whose that is: a people table that gives it to {boss} would"
        )
    return (
        f"no mail of {aide} lies in a Sent folder of {boss}, so nothing moves yet. Bring in the mailbox of {boss} with "
        "its Sent folder: influence import PATH"
    )


def given(decision: Decision, items: int, writer: Who, leader: Who) -> str:
    """Say how many items a decision gives to a leader."""
    if decision.value != "yes":
        return f"{called(writer)} is not taken to write for {called(leader)}, and it is not asked again"
    return (
        f"{counted(items, 'item', 'items')} that {called(writer)} wrote {'is' if items == 1 else 'are'} "
        f"{called(leader)}'s now; who typed them is kept"
    )
