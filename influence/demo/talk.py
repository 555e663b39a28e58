"""The invented year of mail, chat and posts: every conversation grows as a branching process."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from influence.demo.cast import Cast
from influence.demo.circles import Circles
from influence.demo.dice import Dice, Urn
from influence.demo.meetings import DAY, DAYS, SINCE, UNTIL, Meeting
from influence.demo.voices import ORDINARY, VOICES, Voice

MEDIAN_HOURS = {"email": 3.0, "chat": 0.25, "yammer": 5.0, "x": 2.0, "blog": 18.0}
"""Median wait of a response in each system."""
VERBS = {
    "email": (("reply", 1.0),),
    "chat": (("reply", 0.6), ("react", 0.4)),
    "yammer": (("comment", 0.55), ("react", 0.35), ("share", 0.1)),
    "x": (("reply", 0.35), ("share", 0.3), ("quote", 0.1), ("react", 0.25)),
    "blog": (("comment", 0.8), ("share", 0.2)),
}
ROOTS = {"email": 11_300, "chat": 7_900, "yammer": 1_500, "x": 2_500, "blog": 220}
"""Conversations begun by everybody but the four leaders."""
OPEN = ("yammer", "x", "blog")
"""Systems in which anybody may answer."""


class Item(NamedTuple):
    """What can be answered: `people` are those who can see it where it is not open to all."""

    id: str
    author: int
    time: int
    system: str
    conversation: str
    channel: str
    audience: int
    people: tuple[int, ...]
    depth: int


@dataclass
class Log:
    """The activities, one list a column; `open_items` are the conversations that anybody may join."""

    columns: dict[str, list[object]] = field(
        default_factory=lambda: {
            name: []
            for name in (
                "id", "time", "actor", "verb", "parent", "conversation",
                "to", "mentions", "channel", "audience", "url",
            )
        }
    )  # fmt: skip
    open_items: list[Item] = field(default_factory=list)

    def append(self, row: Sequence[object]) -> None:
        """Add one activity, its fields in the order of the columns."""
        for column, value in zip(self.columns.values(), row, strict=True):
            column.append(value)


class Talk:
    """Lets the cast talk for a year. `first_response` is when each person first answered `beyond`."""

    def __init__(self, cast: Cast, dice: Dice) -> None:
        self.cast, self.dice, self.log = cast, dice, Log()
        self.first_response: dict[int, int] = {}
        self.circles = Circles(cast, dice)

    def year(self, meetings: list[Meeting]) -> None:
        """Write the whole year into the log."""
        self._invitations(meetings)
        self._everybody()
        for role in VOICES:
            self._leader(role)
        self._broadcasts()
        self._robots()

    def _say(
        self,
        who: int,
        verb: str,
        time: int,
        item: Item | None = None,
        *,
        system: str,
        people: tuple[int, ...] = (),
        channel: str = "",
        audience: int = 0,
        mentions: Sequence[int] = (),
    ) -> Item:
        """Log one activity, in answer to `item` if there is one, and return what it creates."""
        number = f"{system[0]}{len(self.log.columns['id']):06}"
        said = Item(
            number, who, time, system, item.conversation if item else number,
            channel, audience, people, item.depth + 1 if item else 0,
        )  # fmt: skip
        accounts = self.cast.people
        spoken = "email" if system == "calendar" else system
        named = [accounts[i].accounts[spoken] for i in mentions if spoken in accounts[i].accounts]
        listed = [accounts[i].accounts[spoken] for i in people if i != who] if self._direct(said) else []
        url = f"https://{system}.example/{number}" if system in OPEN else None
        self.log.append(
            (
                number, time, accounts[who].accounts[system], verb, item.id if item else None,
                said.conversation, listed, named, channel, audience, url,
            )
        )  # fmt: skip
        if system in OPEN and verb != "react":
            self.log.open_items.append(said)
        return said

    @staticmethod
    def _direct(item: Item) -> bool:
        return item.system in {"email", "calendar"} or item.channel == "chat/direct"

    def _start(self, who: int, system: str, time: int, voice: Voice) -> Item:
        """Begin a conversation: with contacts by mail, in a group by chat, before everybody elsewhere."""
        dice = self.dice
        if system in OPEN:
            size = 400 if system == "yammer" else int(voice.followers * dice.pareto())
            names = [
                who for who in [self.circles.contact(who, system)] if who is not None and dice.happens(0.06)
            ]
            return self._say(who, "post", time, system=system, channel=system, audience=size, mentions=names)
        if system == "chat" and not dice.happens(0.25) and self.circles.groups[who]:
            channel, people = dice.pick(self.circles.groups[who])
            return self._say(
                who, "message", time, system=system, channel=f"chat/{channel}", people=people,
                audience=len(people) - 1,
            )  # fmt: skip
        wanted = 1 if system == "chat" else 1 + min(5, dice.count(1.2))
        drawn = [self.circles.contact(who, system) for _ in range(wanted)]
        people = tuple(dict.fromkeys([who, *(i for i in drawn if i is not None)]))
        channel = "chat/direct" if system == "chat" else "email"
        return self._say(
            who, "message", time, system=system, channel=channel, people=people, audience=len(people) - 1
        )

    def _respond(self, who: int, item: Item, verb: str | None = None) -> Item | None:
        """Answer an item after a wait; None where the year is over or one would answer oneself."""
        aloof = who == self.cast.leaders["broadcast"] and item.system in OPEN
        if aloof or who == item.author or item.system not in self.cast.people[who].accounts:
            return None
        time = self._awake(who, item.time + self.dice.delay(MEDIAN_HOURS[item.system]), item.system)
        if time >= UNTIL:
            return None
        names = []
        if self.dice.happens(0.04):
            other = self.circles.contact(who, item.system)
            names = [other] if other is not None and other != item.author else []
        outside = item.system in {"x", "blog"}
        audience = int(ORDINARY.followers * self.dice.pareto()) if outside else item.audience
        return self._say(
            who, verb or self._verb(item.system), time, item,
            system=item.system, people=item.people, channel=item.channel, audience=audience, mentions=names,
        )  # fmt: skip

    def _verb(self, system: str) -> str:
        draw = self.dice.uniform()
        for verb, share in VERBS[system]:
            draw -= share
            if draw < 0:
                return verb
        return VERBS[system][0][0]

    def _awake(self, who: int, time: int, system: str) -> int:
        """Move a time out of the night, and mostly out of the weekend where it is work."""
        zone = self.cast.people[who].zone * 3600
        second = (time + zone) % DAY
        if second < 7 * 3600:
            time += 7 * 3600 - second + self.dice.below(5400)
        weekday = (time + zone - SINCE) // DAY % 7
        if weekday >= 5 and system not in {"x", "blog"} and self.dice.happens(0.7):
            time += (7 - weekday) * DAY
        return time

    def _moment(self, who: int) -> int:
        """Draw a time of the year when somebody is at it: by day, seldom at a weekend."""
        day = self.dice.below(DAYS)
        while day % 7 >= 5 and not self.dice.happens(0.2):
            day = self.dice.below(DAYS)
        hours = 8.0 + 4.0 * (self.dice.uniform() + self.dice.uniform() + self.dice.uniform()) * 0.9
        time = SINCE + day * DAY + int(hours * 3600) - self.cast.people[who].zone * 3600
        return min(max(time, SINCE), UNTIL - 1)

    def _grow(self, root: Item, voice: Voice, responder: Callable[[Item], int | None]) -> list[Item]:
        """Let a conversation grow: each item is answered by a heavy-tailed number of people.

        Returns the responses that others gave.
        """
        frontier, grown = [root], list[Item]()
        while frontier:
            item = frontier.pop()
            least = voice.least if item.depth == 0 else 0
            for _ in range(min(40, max(least, self.dice.count(voice.mean(item.depth))))):
                who = responder(item)
                said = self._respond(who, item) if who is not None else None
                if said is None:
                    continue
                grown.append(said)
                if self.log.columns["verb"][-1] == "react":
                    continue
                if said.depth <= len(voice.onward):
                    frontier.append(said)
                if item.author == root.author and self.dice.happens(voice.answers):
                    self._respond(root.author, said, VERBS[root.system][0][0])
        return grown

    def _usual(self, item: Item) -> int | None:
        """Draw who answers an everyday item: those who got it, contacts of its author, seldom anybody."""
        if item.system not in OPEN:
            return self.dice.pick(item.people)
        if self.dice.happens(0.12):
            return self.dice.pick(self.circles.anyone[item.system])
        return self.circles.contact(item.author, item.system)

    def _everybody(self) -> None:
        """Let all but the leaders begin conversations; few people begin most of them."""
        leaders = set(self.cast.leaders.values())
        eager = [self.dice.pareto() for _ in self.cast.people]
        for system, count in ROOTS.items():
            among = self.cast.employees() if system not in {"x", "blog"} else self.circles.anyone[system]
            authors = [i for i in self.cast.having(system, among) if i not in leaders]
            urn = Urn(authors, [eager[i] for i in authors])
            for _ in range(count):
                who = urn.draw(self.dice)
                if who is not None:
                    root = self._start(who, system, self._moment(who), ORDINARY)
                    self._grow(root, ORDINARY, self._usual)

    def _leader(self, role: str) -> None:
        """Let a leader begin conversations in the way that is planted for the role."""
        leader, voice = self.cast.leaders[role], VOICES[role]

        def responder(item: Item) -> int | None:
            if item.system in OPEN and self.dice.happens(voice.strangers):
                return self.circles.stranger(role, item.system)
            if item.system in OPEN:
                return self.circles.contact(item.author, item.system)
            return self._usual(item)

        for system, count in voice.roots.items():
            for _ in range(count):
                root = self._start(leader, system, self._moment(leader), voice)
                for said in self._grow(root, voice, responder):
                    self._remember(role, said)
        self._questions(role)
        self._visits(role)

    def _remember(self, role: str, said: Item) -> None:
        if role == "beyond":
            self.first_response[said.author] = min(self.first_response.get(said.author, UNTIL), said.time)

    def _questions(self, role: str) -> None:
        """Let people ask a leader by mail; some are answered, and some of these say thank you."""
        leader, voice = self.cast.leaders[role], VOICES[role]
        for _ in range(voice.asked):
            stranger = self.dice.happens(voice.strangers)
            who = self.circles.stranger(role, "email") if stranger else self.circles.contact(leader, "email")
            if who is None:
                continue
            question = self._say(
                who, "message", self._moment(who), system="email", channel="email", people=(who, leader),
                audience=1,
            )  # fmt: skip
            answer = self._respond(leader, question) if self.dice.happens(voice.answers) else None
            if answer is not None and self.dice.happens(0.4):
                self._respond(who, answer)

    def _visits(self, role: str) -> None:
        """Let a leader answer and share what others post."""
        leader = self.cast.leaders[role]
        for _ in range(VOICES[role].visits):
            self._respond(leader, self.dice.pick(self.log.open_items))

    def _broadcasts(self) -> None:
        """Send the broadcaster's mails to the whole company and to every address outside."""
        leader = self.cast.leaders["broadcast"]
        inside = tuple(self.cast.having("email", self.cast.employees()))
        outside = (leader, *self.cast.having("email", self.cast.outsiders()))
        for people in (inside,) * 40 + (outside,) * 10:
            self._say(
                leader, "message", self._moment(leader), system="email", channel="email", people=people,
                audience=len(people) - 1,
            )  # fmt: skip

    def _invitations(self, meetings: list[Meeting]) -> None:
        """Send an invitation for a good part of the meetings, one to ten days before."""
        for meeting in meetings:
            if meeting.time is None or meeting.evidence != "calendar" or not self.dice.happens(0.35):
                continue
            time = meeting.time - DAY - self.dice.below(9 * DAY)
            if time >= SINCE:
                self._say(
                    meeting.people[0], "message", time, system="calendar", channel="calendar",
                    people=meeting.people, audience=len(meeting.people) - 1,
                )  # fmt: skip

    def _robots(self) -> None:
        """Add what no person did: builds, digests, mail to a list, and shares by a headline robot."""
        bots, dice = self.cast.bots, self.dice
        for _ in range(500):
            self._say(
                bots["build"], "message", SINCE + dice.below(UNTIL - SINCE), system="chat",
                channel="chat/engineering", audience=110,
            )  # fmt: skip
        for week in range(DAYS // 7):
            self._say(
                bots["digest"], "post", SINCE + week * 7 * DAY + 25_200, system="yammer", channel="yammer",
                audience=400,
            )  # fmt: skip
        writers = self.cast.departments["People"] + self.cast.departments["Finance"]
        for _ in range(150):
            who = dice.pick(writers)
            self._say(
                who, "message", self._moment(who), system="email", channel="email", audience=400,
                people=(who, bots["list"]),
            )  # fmt: skip
        for item in [i for i in self.log.open_items if i.author == self.cast.leaders["beyond"]]:
            if item.system == "x" and dice.happens(0.3):
                self._respond(bots["news"], item, "share")
