"""What lies in the company's mailboxes besides what its people say: an assistant's letters, a desk's, and nobody's."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from influence.demo.cast import COMPANY, DOMAIN
from influence.demo.conversing import Conversing, Item, Place
from influence.demo.meetings import DAY, SINCE, UNTIL

ASSISTANT = "Signhild Rask"
"""Who writes most of the chief executive's mail; in her own name she writes little."""
WRITES, ON_BEHALF = 0.65, 0.1
"""Of the mails of the chief executive's Sent folder, those by the assistant, and those by her on his behalf."""
TICKETS, TICKETS_ANSWERED, THANKED, STAFF = 320, 0.9, 0.45, 4
"""Mails to the support address in a year, how many are answered and thanked for, and by how many of the company."""
AWAY, ABSENCES = 0.5, 2
"""How many people have a program answer while they are away, and for how many weeks of the year."""
OUT_OF_OFFICE = "I am out of the office until Monday and will answer when I am back."
LETTER = (
    "Dear Ms Nordahl, the repair workshop in Moss is to close in June, as we read in the paper. It has kept our "
    "things in use for nineteen years. We ask you to keep it open. Yours sincerely"
)
LETTERS, LETTER_DAY, LETTER_DAYS = 64, 190, 9
"""So many strangers send one letter, from this day of the year on, in so many days."""
SPAM, DRAFTS, RECEIPTS, BINNED = 45, 12, 9, 7


class Mail(NamedTuple):
    """A mail that was sent: its author and those it went to as people, and where it stands in its conversation."""

    id: str
    conversation: str
    author: int
    time: int
    people: tuple[int, ...]


class Mailroom:
    """Fills the mailboxes of a company that has talked for a year."""

    def __init__(self, talk: Conversing) -> None:
        self.talk, self.cast, self.dice, self.log = talk, talk.cast, talk.dice, talk.log

    def fill(self) -> None:
        """Add the service desk, the mass mail and all that nobody said, and let the assistant write."""
        sent = list(self._sent())
        self._write_for_the_chief()
        self._run_a_desk()
        self._answer_while_away(sent)
        self._accept_invitations()
        self._bear_leaders_mail([mail for mail in sent if mail.author == self.cast.leaders["beyond"]])
        self._write_one_letter()

    def _sent(self) -> Iterator[Mail]:
        """Yield the mails that begin a conversation, of people to people."""
        owner = {account: who.index for who in self.cast.people for account in who.accounts.values()}
        columns = self.log.columns
        names = ("id", "conversation", "actor", "time", "verb", "channel", "to")
        for number, conversation, actor, time, verb, channel, to in zip(
            *(columns[name] for name in names), strict=True
        ):
            if verb == "message" and channel == "email" and isinstance(to, list):
                people = (owner[str(actor)], *(owner[account] for account in to))
                yield Mail(str(number), str(conversation), people[0], int(str(time)), people)

    def _write_for_the_chief(self) -> None:
        """Put all his mail into his Sent folder, most of it as the assistant's, some as typed by her."""
        chief = self.cast.people[self.cast.leaders["near"]]
        address = "signhild.rask"
        accounts = {"email": f"email:{address}@{DOMAIN}", "chat": f"chat:{address}"}
        assistant = self.cast.join(
            "e401", ASSISTANT, accounts, organisation=COMPANY, department="Executive office",
            site=chief.site, zone=chief.zone, manager=chief.index,
        )  # fmt: skip
        his, hers = chief.accounts["email"], accounts["email"]
        for row, actor in enumerate(self.log.columns["actor"]):
            if actor == his:
                self.log.marks["outbox"][row] = his
                drawn = self.dice.uniform()
                if drawn < WRITES:
                    self.log.columns["actor"][row] = hers
                elif drawn < WRITES + ON_BEHALF:
                    self.log.marks["typist"][row] = hers
        colleagues = self.cast.having("email", self.cast.employees())
        for _ in range(40):
            to = self.dice.pick(colleagues)
            if to != assistant:
                self.talk.say(assistant, "message", self.talk.moment(assistant), _mail(assistant, to))

    def _run_a_desk(self) -> None:
        """Let customers write to the support address; employees answer in its name, and some customers thank."""
        accounts = {"email": f"email:support@{DOMAIN}"}
        desk = self.cast.join("desk", f"{COMPANY} Support", accounts, organisation=COMPANY, bot=None)
        customers = self.cast.having("email", [i for i in self.cast.outsiders() if self._is_customer(i)])
        staff = self.dice.some(self.cast.departments["Customer Success"][1:], STAFF)
        for _ in range(TICKETS):
            who = self.dice.pick(customers)
            ticket = self.talk.say(who, "message", self.talk.moment(who), _mail(who, desk))
            if not self.dice.happens(TICKETS_ANSWERED):
                continue
            answer = self.talk.respond(desk, ticket)
            if answer is None:
                continue
            self.log.mark(typist=self.cast.people[self.dice.pick(staff)].accounts["email"])
            if self.dice.happens(THANKED):
                self.talk.respond(who, answer)

    def _is_customer(self, who: int) -> bool:
        return self.cast.people[who].sphere == "customer"

    def _answer_while_away(self, sent: list[Mail]) -> None:
        """Let programs answer for those who are away: the first mail of each sender in each absence."""
        away = {
            who.index: {self.dice.below((UNTIL - SINCE) // DAY // 7) for _ in range(ABSENCES)}
            for who in self.cast.people
            if "email" in who.accounts and not who.bot and self.dice.happens(AWAY)
        }
        answered = set[tuple[int, int, int]]()
        for mail in sent:
            week = (mail.time - SINCE) // DAY // 7
            for who in mail.people[1:]:
                if week in away.get(who, ()) and (who, mail.author, week) not in answered:
                    answered.add((who, mail.author, week))
                    self._by_nobody(who, mail, "automatic", 5 + self.dice.below(90))
                    self.log.mark(text=OUT_OF_OFFICE)

    def _accept_invitations(self) -> None:
        """Let calendars send what their owners pressed: an invitation of a leader is accepted by most."""
        columns, people = self.log.columns, self.cast.people
        leaders = {people[i].accounts["calendar"]: i for i in self.cast.leaders.values()}
        owner = {who.accounts["email"]: who.index for who in people if "calendar" in who.accounts}
        for row in [row for row, actor in enumerate(columns["actor"]) if actor in leaders]:
            number, conversation, actor = (
                str(columns[name][row]) for name in ("id", "conversation", "actor")
            )
            to = columns["to"][row]
            guests = [owner[account] for account in to if account in owner] if isinstance(to, list) else []
            asked = Mail(number, conversation, leaders[actor], int(str(columns["time"][row])), ())
            for who in guests:
                if self.dice.happens(0.6):
                    self._by_nobody(who, asked, "calendar answer", self.dice.delay(4.0), "calendar")

    def _by_nobody(self, who: int, mail: Mail, kind: str, wait: int, system: str = "email") -> None:
        """Answer a mail as a program does."""
        if mail.time + wait < UNTIL:
            above = Item(
                mail.id, mail.author, mail.time, system, mail.conversation, system, 1, mail.people, 0
            )
            self.talk.say(who, "reply", mail.time + wait, _mail(who, mail.author, system), above)
            self.log.mark(unsaid=kind)

    def _bear_leaders_mail(self, sent: list[Mail]) -> None:
        """Add receipts of the leader's mail, her drafts, what she threw away, and what was sold to her."""
        leader = self.cast.leaders["beyond"]
        for mail in self.dice.some(sent, RECEIPTS):
            self._by_nobody(mail.people[-1], mail, "receipt", self.dice.delay(2.0))
        for mail in self.dice.some(sent, DRAFTS):
            self.talk.say(leader, "message", mail.time, _mail(leader, mail.people[-1]))
            self.log.mark(unsaid="draft")
        for number in range(SPAM + BINNED):
            address = f"email:deals{number}@bargains-{self.dice.below(900)}.example"
            seller = self.cast.join(f"s{number}", address, {"email": address}, listed=False)
            self.talk.say(seller, "message", SINCE + self.dice.below(UNTIL - SINCE), _inbox(seller, leader))
            self.log.mark(unsaid="spam" if number < SPAM else "trash", text="Cheap offers only today.")

    def _write_one_letter(self) -> None:
        """Let strangers send the leader the same letter within a few days."""
        leader = self.cast.leaders["beyond"]
        for number in range(LETTERS):
            address = (
                f"email:resident{101 + 7 * number}@{self.dice.pick(('post', 'home', 'fjordnet'))}.example"
            )
            who = self.cast.join(f"l{number}", address, {"email": address}, zone=1, listed=False)
            day = LETTER_DAY + self.dice.below(LETTER_DAYS)
            time = SINCE + day * DAY + 8 * 3600 + self.dice.below(12 * 3600)
            self.talk.say(who, "message", time, _inbox(who, leader))
            self.log.mark(text=LETTER)


def _mail(one: int, other: int, system: str = "email") -> Place:
    return Place(system, system, 1, (one, other))


def _inbox(one: int, other: int) -> Place:
    """Return where a stranger's mail is: in no channel that the company shares."""
    return Place("email", "email/inbox", 1, (one, other))
