"""An invented company with planted truths, on which every command can be tried without anybody's data.

Nothing in it is real: names, organisations, addresses (all under the reserved domain .example), meetings
and messages are drawn from a seeded generator. What a report should find is known beforehand: `TRUTHS`.
May use the contract alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from influence.contract.language import because

if TYPE_CHECKING:
    import pyarrow as pa

    from influence.demo.cast import Cast
    from influence.demo.conversing import Log
    from influence.demo.dice import Dice
    from influence.demo.meetings import Meeting
    from influence.demo.opener import Door
    from influence.demo.talk import Talk
    from influence.demo.words import Words

__all__ = ["NOTICE", "SINCE", "TRUTHS", "UNTIL", "Company", "Truth", "build", "write"]

_Word: TypeAlias = "tuple[str | None, list[str] | None]"
"""What is written in a row, and its tags."""
NOTICE = because("Invented company: every name, message and meeting in this report was generated.")
SINCE = "2025-09-01T00:00:00+00:00"
UNTIL = "2026-09-01T00:00:00+00:00"
WORDS = 1_000_003
"""Added to the seed for the dice of the words, which draw apart from all others."""
BEFORE = 2_000_003
"""Added to the seed for the dice of the year before, which draw apart as well."""
BESIDES = 3_000_017
"""Added to the seed for the dice of what came in besides: what they draw changes nothing that was said before."""
CALENDAR = 4_000_037
"""Added to the seed for the dice of the calendar file."""
LIST = 6_000_011
"""Added to the seed for the dice of whom she meant to reach."""
DOOR = 7_000_003
"""Added to the seed for the dice of who opens a door."""
ON_TIME = 8_000_009
"""Added to the seed for the dice of the campaign."""
COMING = 9_000_011
"""Added to the seed for the dice of who comes near and responds only in the last weeks."""
WRITING = 10_000_019
"""Added to the seed for the dice of who takes up the wiki."""
LUNCHES = 11_000_027
"""Added to the seed for the dice of whom the broadcaster's team has met."""
CUSTOMERS = 5_000_011
"""Added to the seed for the dice of what the table of people states of customers."""

TOPICS = {
    "circular economy": ["#circular", "recycl*", "repair", "reuse", "waste"],
    "hiring": ["#hiring", "interview", "onboarding"],
}
"""What the company's settings call topics: one that `beyond` leads, and one that is nobody's own."""


CAMPAIGN, STATED = (
    "on-time",
    {"tags": ["#delivery"], "since": "2026-06-01", "until": "2026-07-13", "voices": ["x:vindhall"]},
)
"""What the company's settings call the campaign, and how they state it (`demo.campaign` runs it)."""


@dataclass(frozen=True)
class Truth:
    """What was planted about one leader: in words, and as bounds.

    `bounds` maps a measure of the report to (low, high) over the whole year, team = all reports, direct and
    indirect; `audience` counts the distinct accounts that were written to.
    """

    statement: str
    bounds: Mapping[str, tuple[float, float]]


TRUTHS: Mapping[str, Truth] = {
    "near": Truth(
        "The chief executive reaches the team, which is the whole company, and people met; few beyond.",
        {
            "reach_2": (100, 399),
            "reach_4": (0, 80),
            "beyond_share": (0, 0.25),
            "carry_on": (0, 0.3),
            "stage": (0, 0.1),
            "persistence": (0, 0.1),
        },
    ),
    "beyond": Truth(
        "She reaches hundreds whom she never met, in other departments and in all spheres outside, "
        "first-hand and passed-on; some of them she meets later. She brings up new terms, which those who respond "
        "to her take up; what she tags most is what she leads, and beside two voices of her trade most responses are "
        "hers. Of a list of people whom she meant to reach most respond, and some are nowhere in the data.",
        {
            "reach_4": (400, 1_300),
            "beyond_share": (0.7, 1),
            "passed_on": (40, 1_300),
            "carry_on": (0, 0.3),
            "person_against_brand": (1.2, 5),
            "stage": (0.3, 0.6),
            "persistence": (0.8, 1),
            "first_touch": (40, 300),
            "help_outcome": (15, 50),
            "walls": (-1, 0),
            "audience_share": (0.7, 1),
            "tags": (220, 700),
            "among_voices": (0.65, 1),
        },
    ),
    "broadcast": Truth(
        "He posts and mails to everybody, and hardly anybody responds, fewer than to the brand; only programs "
        "answer him by the hundred, and one post draws the anger of strangers. His team stays among people whom it has "
        "met, and hardly takes up the company's new wiki, in which he was among the last to begin.",
        {
            "audience": (900, 1_403),
            "reach_2": (0, 29),
            "reach_4": (0, 30),
            "person_against_brand": (0, 0.5),
            "among_voices": (0, 0.25),
            "tone": (0.6, 1),
            "team_beyond": (0.1, 0.5),
        },
    ),
    "carried_on": Truth(
        "She starts conversations that her people carry on: most later responses are between others.",
        {"carry_on": (0.7, 1)},
    ),
    "contagious": Truth(
        "She posts often from March on, and people take up what she posts because people close to them have: a few "
        "connectors bring new people each time, all others bring nobody. She answers about half of all she is asked.",
        {
            "reach_4": (200, 600),
            "influence_test": (0.5, 3),
            "advice_backtest": (0.65, 1),
            "trend_breaks": (1, 1),
            "weekly_breaks": (1, 1),
            "against_before": (200, 450),
            "response_rate": (0.35, 1),
        },
    ),
}
"""Role of a leader → what is true of that leader over the whole year, with the default strengths."""


@dataclass(frozen=True)
class Company:
    """The invented company in the generic import format, three Arrow tables.

    `brand` has the company's own accounts, `voices` two of its trade, `topics` two of its subjects, `audiences` whom
    `beyond` meant to reach and `campaigns` what was run, for the settings of these names; `calendar` is the iCalendar
    file of `beyond`; `leaders` maps the roles of `TRUTHS` to person ids; the default report is about `beyond`, and
    `opens` has who could introduce her best to a customer whom she never reached, and the customer; `comers` respond to
    her only from 1 July 2026 on.
    """

    activities: pa.Table
    people: pa.Table
    encounters: pa.Table
    leaders: Mapping[str, str]
    truths: Mapping[str, Truth]
    brand: tuple[str, ...] = ()
    calendar: str = ""
    opens: tuple[str, str] = ("", "")
    notice: str = NOTICE
    voices: tuple[str, ...] = ()
    topics: Mapping[str, Sequence[str]] = field(default_factory=dict)
    audiences: Mapping[str, Sequence[str]] = field(default_factory=dict)
    campaigns: Mapping[str, Mapping[str, str | Sequence[str]]] = field(default_factory=dict)
    comers: tuple[str, ...] = ()


def build(seed: int = 1) -> Company:
    """Invent the company: the same seed gives the same tables with the same NumPy release.

    400 employees on six sites in five time zones and the chief executive's assistant, 1,000 people outside
    (customers, partners, industry, public), four bots, a service desk, the company's own account, and from
    2025-09-01 to 2026-09-01 about 65,000 activities in seven systems and about 8,000 meetings. Waits are
    log-normal, activity is heavy-tailed, conversations are branching processes. Beside them lies what is
    nobody's word: automatic replies, receipts, drafts, spam, meetings called off; and one letter by many.
    What is written is about ten subjects, in six languages; who posts in the open tags it with its subject. The table
    of people states what became of customers and partners: more of those are won and kept whom an employee answered.

    >>> company = build(seed=1)
    >>> company.people.num_rows, company.leaders["beyond"]
    (1407, 'e002')
    """
    from influence.demo.brand import BRAND
    from influence.demo.cast import assemble
    from influence.demo.customers import first_contacts, outcomes
    from influence.demo.dice import Dice
    from influence.demo.indoors import lunches
    from influence.demo.launch import launch_list
    from influence.demo.rivals import rivals
    from influence.demo.words import Words

    dice = Dice(seed)
    cast = assemble(dice)
    talk, meetings, calendar_file = _year(cast, dice, seed)
    words = _worded(talk, Words(cast, Dice(seed + WORDS)), 0)
    said = len(talk.log)
    door, held = _besides(talk, seed)
    words += _worded(talk, Words(cast, Dice(seed + WORDS + BESIDES)), said)
    luck = Dice(seed + CUSTOMERS)
    stated = (first_contacts(cast, luck), outcomes(cast, talk.log, luck))
    audiences = {"launch": launch_list(cast, Dice(seed + LIST), talk.first_response)}
    words += _campaign(talk, cast, seed)
    comers, said_last = _comers(talk, cast, seed)
    said_last += _wiki(talk, cast, seed)
    held += lunches(cast, talk.log, [*meetings, *held], Dice(seed + LUNCHES))
    return Company(
        _activities(talk.log, [*words, *said_last]),
        _people(cast, *stated),
        _encounters(cast, [*meetings, *held]),
        {role: cast.people[index].person for role, index in cast.leaders.items()},
        TRUTHS,
        (BRAND,),
        calendar_file,
        (cast.people[door.opener].person, cast.people[door.customer].person),
        voices=rivals(cast, talk.log),
        topics=TOPICS,
        audiences=audiences,
        campaigns={CAMPAIGN: STATED},
        comers=tuple(cast.people[index].person for index in comers),
    )


def _year(cast: Cast, dice: Dice, seed: int) -> tuple[Talk, list[Meeting], str]:
    """Let them meet and talk for a year; return talk, meetings (the year before's too) and the calendar file."""
    from influence.demo.called_off import called_off_and_online
    from influence.demo.dice import Dice
    from influence.demo.meetings import calendar, met, met_later, year_before
    from influence.demo.talk import Talk

    meetings, talk = calendar(cast, dice), Talk(cast, dice)
    talk.year(meetings)
    leader = cast.leaders["beyond"]
    known = met(leader, meetings) | set(cast.employees())
    meetings += met_later(cast, dice, talk.first_response, known, 24)
    known |= met(leader, meetings)
    strangers = {who: first for who, first in talk.first_response.items() if who not in known}
    file = called_off_and_online(cast, Dice(seed + CALENDAR), strangers)
    return talk, meetings + year_before(cast, Dice(seed + BEFORE)), file


def _besides(talk: Talk, seed: int) -> tuple[Door, list[Meeting]]:
    """Add what lies beside the talk, each with dice of its own; return who opened a door, and its meetings."""
    from influence.demo.brand import post_as_brand
    from influence.demo.contagion import Contagion
    from influence.demo.dice import Dice
    from influence.demo.mailroom import Mailroom
    from influence.demo.opener import open_door
    from influence.demo.storm import break_out, name_kinds

    Mailroom(talk.apart(Dice(seed + BESIDES))).fill()
    post_as_brand(talk.apart(Dice(seed + BESIDES + 1)))
    Contagion(talk.apart(Dice(seed + BESIDES + 2))).spread()
    reacting = talk.apart(Dice(seed + BESIDES + 3))
    name_kinds(reacting)
    break_out(reacting)
    return open_door(talk.apart(Dice(seed + DOOR)))


def _worded(talk: Talk, words: Words, since: int) -> list[_Word]:
    """Return text and tags of every row of the talk from one on."""
    columns = {name: values[since:] for name, values in talk.log.columns.items()}
    return list(zip(words.texts(columns), words.tags(columns), strict=True))


def _campaign(talk: Talk, cast: Cast, seed: int) -> list[_Word]:
    """Run the campaign after all else, with dice of its own, so that nothing that was said before is another."""
    from influence.demo import campaign
    from influence.demo.dice import Dice
    from influence.demo.words import Words

    said = len(talk.log)
    conversations = campaign.run(talk.apart(Dice(seed + ON_TIME)))
    words = Words(cast, Dice(seed + WORDS + ON_TIME))
    words.settle(conversations, campaign.SUBJECT)
    return _worded(talk, words, said)


def _comers(talk: Talk, cast: Cast, seed: int) -> tuple[tuple[int, ...], list[_Word]]:
    """Let a few strangers come near last of all, with dice of their own; return who, and the words."""
    from influence.demo.comers import come_near
    from influence.demo.dice import Dice
    from influence.demo.words import Words

    said = len(talk.log)
    comers = come_near(talk.apart(Dice(seed + COMING)))
    return comers, _worded(talk, Words(cast, Dice(seed + WORDS + COMING)), said)


def _wiki(talk: Talk, cast: Cast, seed: int) -> list[_Word]:
    """Open the wiki after all else, with dice of its own; return the words."""
    from influence.demo.dice import Dice
    from influence.demo.wiki import take_up
    from influence.demo.words import Words

    said = len(talk.log)
    take_up(talk.apart(Dice(seed + WRITING)))
    return _worded(talk, Words(cast, Dice(seed + WORDS + WRITING)), said)


def write(company: Company, folder: Path) -> list[Path]:
    """Write activities, people and encounters as Parquet files and the calendar into `folder`, made if absent.

    Raises:
        OSError: the folder cannot be written to.
    """
    import pyarrow.parquet as pq

    folder.mkdir(parents=True, exist_ok=True)
    tables = {"activities": company.activities, "people": company.people, "encounters": company.encounters}
    for name, table in tables.items():
        pq.write_table(table, folder / f"{name}.parquet")
    (folder / "calendar.ics").write_text(company.calendar, encoding="utf-8", newline="")
    return [*(folder / f"{name}.parquet" for name in tables), folder / "calendar.ics"]


def _instants(seconds: list[object]) -> pa.Array:
    import pyarrow as pa

    micros = [None if second is None else int(str(second)) * 1_000_000 for second in seconds]
    return pa.array(micros, pa.int64()).cast(pa.timestamp("us", tz="UTC"))


def _activities(log: Log, words: list[_Word]) -> pa.Table:
    """Make the table of activities with their words, in the order of time."""
    import pyarrow as pa

    lists = pa.list_(pa.string())
    types = {"to": lists, "mentions": lists, "audience": pa.int64()}
    columns = {
        name: _instants(values) if name == "time" else pa.array(values, types.get(name, pa.string()))
        for name, values in log.columns.items()
    }
    given = log.marks["text"]
    columns["text"] = pa.array([given.get(row, text) for row, (text, _) in enumerate(words)], pa.string())
    columns["tags"] = pa.array([tags for _, tags in words], lists)
    for name in ("outbox", "typist", "unsaid", "reaction"):
        columns[name] = pa.array(log.marked(name), pa.string())
    return pa.table(columns).sort_by([("time", "ascending"), ("id", "ascending")])


def _people(cast: Cast, contacts: Mapping[int, date], outcomes: Mapping[int, str]) -> pa.Table:
    import pyarrow as pa

    rows = [
        {
            "person": who.person,
            "name": who.name,
            "accounts": list(who.accounts.values()),
            "organisation": who.organisation,
            "department": who.department,
            "site": who.site,
            "manager": cast.people[who.manager].person if who.manager is not None else None,
            "sphere": who.sphere,
            "bot": who.bot,
            "first_contact": contacts.get(who.index),
            "outcome": outcomes.get(who.index),
        }
        for who in cast.people
        if who.listed
    ]
    schema = pa.schema(
        [(name, pa.string()) for name in ("person", "name")]
        + [("accounts", pa.list_(pa.string()))]
        + [(name, pa.string()) for name in ("organisation", "department", "site", "manager", "sphere")]
        + [("bot", pa.bool_()), ("first_contact", pa.date32()), ("outcome", pa.string())]
    )
    return pa.Table.from_pylist(rows, schema)


def _encounters(cast: Cast, meetings: list[Meeting]) -> pa.Table:
    """Make the table of encounters, in the order of time, the undated ones last; people by e-mail."""
    import pyarrow as pa

    meetings = sorted(meetings, key=lambda m: (m.time is None, m.time or 0, m.people))
    return pa.table(
        {
            "time": _instants([meeting.time for meeting in meetings]),
            "people": pa.array(
                [[cast.people[i].accounts["email"] for i in meeting.people] for meeting in meetings],
                pa.list_(pa.string()),
            ),
            "kind": pa.array([meeting.kind for meeting in meetings]),
            "evidence": pa.array([meeting.evidence for meeting in meetings]),
            "attendees": pa.array([meeting.attendees for meeting in meetings], pa.int64()),
            "place": pa.array([meeting.place for meeting in meetings], pa.string()),
        }
    )
