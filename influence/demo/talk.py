"""The invented year of mail, chat and posts: who begins which conversations, and how they are answered."""

from __future__ import annotations

from influence.demo.cast import Cast
from influence.demo.conversing import OPEN, Conversing, Item, Place
from influence.demo.dice import Dice, Urn
from influence.demo.meetings import DAY, DAYS, SINCE, UNTIL, Meeting
from influence.demo.voices import ORDINARY, VOICES

ROOTS = {"email": 11_300, "chat": 7_900, "yammer": 1_500, "x": 2_500, "blog": 220}
"""Conversations begun by everybody but the four leaders."""


class Talk(Conversing):
    """Lets the cast talk for a year. `first_response` is when each person first answered `beyond`."""

    def __init__(self, cast: Cast, dice: Dice) -> None:
        super().__init__(cast, dice)
        self.first_response: dict[int, int] = {}

    def year(self, meetings: list[Meeting]) -> None:
        """Write the whole year into the log."""
        self._invitations(meetings)
        self._everybody()
        for role in VOICES:
            self._leader(role)
        self._broadcasts()
        self._robots()

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
                    root = self.start(who, system, self.moment(who), ORDINARY)
                    self.grow(root, ORDINARY, self.usual)

    def _leader(self, role: str) -> None:
        """Let a leader begin conversations in the way that is planted for the role."""
        leader, voice = self.cast.leaders[role], VOICES[role]

        def responder(item: Item) -> int | None:
            if item.system in OPEN and self.dice.happens(voice.strangers):
                return self.circles.stranger(role, item.system)
            if item.system in OPEN:
                return self.circles.contact(item.author, item.system)
            return self.usual(item)

        for system, count in voice.roots.items():
            for _ in range(count):
                root = self.start(leader, system, self.moment(leader), voice)
                for said in self.grow(root, voice, responder):
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
            question = self.say(who, "message", self.moment(who), Place("email", "email", 1, (who, leader)))
            answer = self.respond(leader, question) if self.dice.happens(voice.answers) else None
            if answer is not None and self.dice.happens(0.4):
                self.respond(who, answer)

    def _visits(self, role: str) -> None:
        """Let a leader answer and share what others post."""
        leader = self.cast.leaders[role]
        for _ in range(VOICES[role].visits):
            self.respond(leader, self.dice.pick(self.log.open_items))

    def _broadcasts(self) -> None:
        """Send the broadcaster's mails to the whole company and to every address outside."""
        leader = self.cast.leaders["broadcast"]
        inside = tuple(self.cast.having("email", self.cast.employees()))
        outside = (leader, *self.cast.having("email", self.cast.outsiders()))
        for people in (inside,) * 40 + (outside,) * 10:
            self.say(leader, "message", self.moment(leader), Place("email", "email", len(people) - 1, people))

    def _invitations(self, meetings: list[Meeting]) -> None:
        """Send an invitation for a good part of the meetings, one to ten days before."""
        for meeting in meetings:
            if meeting.time is None or meeting.evidence != "calendar" or not self.dice.happens(0.35):
                continue
            time = meeting.time - DAY - self.dice.below(9 * DAY)
            if time >= SINCE:
                self.say(
                    meeting.people[0],
                    "message",
                    time,
                    Place("calendar", "calendar", len(meeting.people) - 1, meeting.people),
                )

    def _robots(self) -> None:
        """Add what no person did: builds, digests, mail to a list, and shares by a headline robot."""
        bots, dice = self.cast.bots, self.dice
        for _ in range(500):
            self.say(
                bots["build"],
                "message",
                SINCE + dice.below(UNTIL - SINCE),
                Place("chat", "chat/engineering", 110),
            )
        for week in range(DAYS // 7):
            self.say(bots["digest"], "post", SINCE + week * 7 * DAY + 25_200, Place("yammer", "yammer", 400))
        writers = self.cast.departments["People"] + self.cast.departments["Finance"]
        for _ in range(150):
            who = dice.pick(writers)
            self.say(who, "message", self.moment(who), Place("email", "email", 400, (who, bots["list"])))
        for item in [i for i in self.log.open_items if i.author == self.cast.leaders["beyond"]]:
            if item.system == "x" and dice.happens(0.3):
                self.respond(bots["news"], item, "share")
