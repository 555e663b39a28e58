"""How conversations of the invented company begin, are answered, and grow."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from copy import copy
from dataclasses import dataclass, field
from typing import NamedTuple

from influence.demo.cast import Cast
from influence.demo.circles import Circles
from influence.demo.dice import Dice
from influence.demo.meetings import DAY, DAYS, SINCE, UNTIL
from influence.demo.voices import ORDINARY, Voice

MEDIAN_HOURS = {"email": 3.0, "chat": 0.25, "yammer": 5.0, "x": 2.0, "blog": 18.0}
"""Median wait of a response in each system."""
VERBS = {
    "email": (("reply", 1.0),),
    "chat": (("reply", 0.6), ("react", 0.4)),
    "yammer": (("comment", 0.55), ("react", 0.35), ("share", 0.1)),
    "x": (("reply", 0.35), ("share", 0.3), ("quote", 0.1), ("react", 0.25)),
    "blog": (("comment", 0.8), ("share", 0.2)),
}
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
    """The activities, one list a column; `open_items` are the conversations that anybody may join.

    `marks` has the columns that few activities fill (`outbox`, `typist`, `unsaid`, `reaction`, and a `text` that is
    given), by row.
    """

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
    marks: dict[str, dict[int, str]] = field(
        default_factory=lambda: {"outbox": {}, "typist": {}, "unsaid": {}, "reaction": {}, "text": {}}
    )

    def __len__(self) -> int:
        return len(self.columns["id"])

    def mark(self, **marks: str) -> None:
        """Fill columns of the activity that was added last."""
        for column, value in marks.items():
            self.marks[column][len(self) - 1] = value

    def marked(self, column: str) -> list[str | None]:
        """Return one of the columns that few activities fill."""
        return [self.marks[column].get(row) for row in range(len(self))]

    def append(self, row: Sequence[object]) -> None:
        """Add one activity, its fields in the order of the columns."""
        for column, value in zip(self.columns.values(), row, strict=True):
            column.append(value)


class Place(NamedTuple):
    """Where something is said: before how many, and who can see it where it is not open to all."""

    system: str
    channel: str = ""
    audience: int = 0
    people: tuple[int, ...] = ()


class Conversing:
    """Begins conversations and lets them grow, whoever speaks."""

    def __init__(self, cast: Cast, dice: Dice) -> None:
        self.cast, self.dice, self.log = cast, dice, Log()
        self.circles = Circles(cast, dice)

    def apart(self, dice: Dice) -> Conversing:
        """Return the same conversations, to go on with other dice."""
        other = copy(self)
        other.dice = dice
        return other

    def say(
        self,
        who: int,
        verb: str,
        time: int,
        place: Place,
        item: Item | None = None,
        mentions: Sequence[int] = (),
    ) -> Item:
        """Log one activity, in answer to `item` if there is one, and return what it creates."""
        system = place.system
        number = f"{system[0]}{len(self.log):06}"
        said = Item(
            number, who, time, system, item.conversation if item else number,
            place.channel, place.audience, place.people, item.depth + 1 if item else 0,
        )  # fmt: skip
        accounts = self.cast.people
        spoken = "email" if system == "calendar" else system
        named = [accounts[i].accounts[spoken] for i in mentions if spoken in accounts[i].accounts]
        listed = (
            [accounts[i].accounts[spoken] for i in place.people if i != who] if self._direct(said) else []
        )
        url = f"https://{system}.example/{number}" if system in OPEN else None
        self.log.append(
            (
                number, time, accounts[who].accounts[system], verb, item.id if item else None,
                said.conversation, listed, named, place.channel, place.audience, url,
            )
        )  # fmt: skip
        if system in OPEN and verb != "react":
            self.log.open_items.append(said)
        return said

    @staticmethod
    def _direct(item: Item) -> bool:
        return item.system in {"email", "calendar"} or item.channel == "chat/direct"

    def start(self, who: int, system: str, time: int, voice: Voice) -> Item:
        """Begin a conversation: with contacts by mail, in a group by chat, before everybody elsewhere."""
        dice = self.dice
        if system in OPEN:
            size = 400 if system == "yammer" else int(voice.followers * dice.pareto())
            names = [
                who for who in [self.circles.contact(who, system)] if who is not None and dice.happens(0.06)
            ]
            return self.say(who, "post", time, Place(system, system, size), mentions=names)
        if system == "chat" and not dice.happens(0.25) and self.circles.groups[who]:
            channel, people = dice.pick(self.circles.groups[who])
            return self.say(who, "message", time, Place(system, f"chat/{channel}", len(people) - 1, people))
        wanted = 1 if system == "chat" else 1 + min(5, dice.count(1.2))
        drawn = [self.circles.contact(who, system) for _ in range(wanted)]
        people = tuple(dict.fromkeys([who, *(i for i in drawn if i is not None)]))
        channel = "chat/direct" if system == "chat" else "email"
        return self.say(who, "message", time, Place(system, channel, len(people) - 1, people))

    def respond(
        self, who: int, item: Item, verb: str | None = None, hours: float | None = None
    ) -> Item | None:
        """Answer an item after a wait, in the median of so many hours or as long as is usual there.

        None where the year is over or one would answer oneself.
        """
        aloof = who == self.cast.leaders["broadcast"] and item.system in OPEN
        if aloof or who == item.author or item.system not in self.cast.people[who].accounts:
            return None
        time = self._awake(who, item.time + self.dice.delay(hours or MEDIAN_HOURS[item.system]), item.system)
        if time >= UNTIL:
            return None
        names = []
        if self.dice.happens(0.04):
            other = self.circles.contact(who, item.system)
            names = [other] if other is not None and other != item.author else []
        outside = item.system in {"x", "blog"}
        audience = int(ORDINARY.followers * self.dice.pareto()) if outside else item.audience
        place = Place(item.system, item.channel, audience, item.people)
        return self.say(who, verb or self._verb(item.system), time, place, item, names)

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

    def moment(self, who: int) -> int:
        """Draw a time of the year when somebody is at it: by day, seldom at a weekend."""
        day = self.dice.below(DAYS)
        while day % 7 >= 5 and not self.dice.happens(0.2):
            day = self.dice.below(DAYS)
        hours = 8.0 + 4.0 * (self.dice.uniform() + self.dice.uniform() + self.dice.uniform()) * 0.9
        time = SINCE + day * DAY + int(hours * 3600) - self.cast.people[who].zone * 3600
        return min(max(time, SINCE), UNTIL - 1)

    def grow(self, root: Item, voice: Voice, responder: Callable[[Item], int | None]) -> list[Item]:
        """Let a conversation grow: each item is answered by a heavy-tailed number of people.

        Returns the responses that others gave.
        """
        frontier, grown = [root], list[Item]()
        while frontier:
            item = frontier.pop()
            least = voice.least if item.depth == 0 else 0
            for _ in range(min(40, max(least, self.dice.count(voice.mean(item.depth))))):
                who = responder(item)
                said = self.respond(who, item) if who is not None else None
                if said is None:
                    continue
                grown.append(said)
                if self.log.columns["verb"][-1] == "react":
                    continue
                if said.depth <= len(voice.onward):
                    frontier.append(said)
                if item.author == root.author and self.dice.happens(voice.answers):
                    self.respond(root.author, said, VERBS[root.system][0][0])
        return grown

    def usual(self, item: Item) -> int | None:
        """Draw who answers an everyday item: those who got it, contacts of its author, seldom anybody."""
        if item.system not in OPEN:
            return self.dice.pick(item.people)
        if self.dice.happens(0.12):
            return self.dice.pick(self.circles.anyone[item.system])
        return self.circles.contact(item.author, item.system)
