"""What the readers of the three tutorials would have in their home folders: small, and all of it invented."""

import csv
import random
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.utils import format_datetime
from itertools import count
from pathlib import Path

BEGIN = datetime(2026, 1, 5, 8, tzinfo=UTC)
GIVEN = (
    *("Bo", "Cia", "Dan", "Eva", "Finn", "Gro", "Hans", "Ida", "Jens", "Kaja"),
    *("Lars", "Mia", "Nils", "Oda", "Per", "Rut", "Siv", "Tor", "Una", "Vera"),
)
FAMILY = ("Ek", "Lind", "Holm", "Strand", "Dahl", "Moe", "Vik", "Berg", "Lie", "Sand")
LEADER = ("Ann Berg", "ann@acme.example")
MENTEES = ("Ada", "Ben", "Clea", "Dov", "Elin", "Faye", "Gus", "Hedda")
VOICES = ("Iben", "Jonas", "Karin", "Leo", "Maja")
SUBJECTS = {
    "grid": "battery storage grid balancing capacity",
    "people": "apprentice training welding school",
    "price": "tariff contract winter price",
}


def cast(house: str, size: int) -> list[tuple[str, str]]:
    """People of one house: name and address."""
    names = [f"{GIVEN[n % 20]} {FAMILY[(n * 7 + len(house)) % 10]}" for n in range(size)]
    return [(name, f"{name.lower().replace(' ', '.')}@{house}") for name in names]


def executive(home: Path) -> None:
    """Lay a mailbox, a calendar and an organisation chart into a home folder."""
    dice = random.Random(1)  # noqa: S311 - invented people, no secrets
    team, house = cast("acme.example", 5), cast("acme.example", 18)[5:]
    customers = cast("buyer.example", 12) + cast("partner.example", 8)
    mails = list(_mails(dice, team + house + customers))
    (home / "mail.mbox").write_bytes(b"".join(mails))
    (home / "calendar.ics").write_text(_calendar(team + customers[:3]), encoding="utf-8", newline="")
    chart = [[LEADER[1], ""], *([address, LEADER[1]] for _, address in team)]
    _table(home / "organisation.csv", ["person", "manager"], chart)


def _mails(dice, everybody):
    numbers = count(1)
    for week in range(60):
        begun = BEGIN + timedelta(days=4 * week, hours=dice.random() * 8)
        to = dice.sample(everybody, 6)
        number = next(numbers)
        yield _mail(number, begun, LEADER, to, f"Plan {week}")
        for one in to:
            if dice.random() < 0.4:
                answered, answer = begun + timedelta(hours=1 + dice.random() * 30), next(numbers)
                yield _mail(answer, answered, one, [LEADER], f"Re: Plan {week}", number)


def _mail(number, time, sender, to, subject, answers=None):
    mail = EmailMessage()
    mail["From"] = f"{sender[0]} <{sender[1]}>"
    mail["To"] = ", ".join(f"{name} <{address}>" for name, address in to)
    mail["Date"], mail["Subject"] = format_datetime(time), subject
    mail["Message-ID"] = f"<{number}@acme.example>"
    if answers:
        mail["In-Reply-To"] = f"<{answers}@acme.example>"
    mail.set_content("Invented.\n")
    return b"From invented Mon Jan  5 08:00:00 2026\n" + mail.as_bytes() + b"\n"


def _calendar(guests):
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//invented//EN"]
    for week in range(-14, 34):
        begun = BEGIN + timedelta(days=7 * week, hours=2)
        name, address = guests[week % len(guests)]
        lines += [
            *("BEGIN:VEVENT", f"UID:meeting-{week}@acme.example", f"DTSTART:{begun:%Y%m%dT%H%M%SZ}"),
            *("SUMMARY:Review", "LOCATION:Meeting room 3", f"ORGANIZER;CN={LEADER[0]}:mailto:{LEADER[1]}"),
            *(f"ATTENDEE;CN={name};PARTSTAT=ACCEPTED:mailto:{address}", "END:VEVENT"),
        ]
    return "\r\n".join([*lines, "END:VCALENDAR", ""])


def mentor(home: Path) -> None:
    """Lay the tables of a year of chat, meetings and people into a home folder: eight mentees and those around them."""
    dice = random.Random(2)  # noqa: S311 - invented people, no secrets
    mentees = [(name, f"{name.lower()}@acme.example") for name in MENTEES]
    around = cast("acme.example", 40) + cast("buyer.example", 30)
    said = _conversations(dice, mentees, around)
    _table(home / "chat.csv", ["id", "time", "actor", "verb", "parent", "to"], said)
    people = [[name, f"email:{address}", address.split("@")[1]] for name, address in mentees + around]
    _table(home / "people.csv", ["name", "accounts", "organisation"], people)
    meetings = [
        [
            (BEGIN + timedelta(days=5 * n - 300)).isoformat(),
            f"email:{a[1]};email:{b[1]}",
            "in_person",
            "calendar",
        ]
        for n in range(70)
        for a, b in zip(mentees, dice.sample(around[:20], 8), strict=True)
    ]
    _table(home / "meetings.csv", ["time", "people", "kind", "evidence"], meetings)


def _conversations(dice, leaders, around):
    """The first of the leaders turn to few people, the last to everybody."""
    numbers = count(1)
    for place, (_, leader) in enumerate(leaders):
        for _ in range(12):
            begun = BEGIN + timedelta(days=dice.random() * 260)
            to = dice.sample(around[-12 - 8 * place :], 8)
            number = next(numbers)
            named = ";".join(f"email:{address}" for _, address in to)
            yield [f"m{number}", begun.isoformat(), f"email:{leader}", "message", "", named]
            for _, address in to:
                if dice.random() < 0.5:
                    answered = begun + timedelta(hours=1 + dice.random() * 60)
                    answer = f"m{next(numbers)}"
                    yield [answer, answered.isoformat(), f"email:{address}", "reply", f"m{number}", ""]


def comms_lead(home: Path) -> None:
    """Lay the export of a listening tool and a saved feed into a home folder: five voices, a brand and the public."""
    dice = random.Random(3)  # noqa: S311 - invented people, no secrets
    public = [f"x:{9000 + n}" for n in range(90)]
    speakers = [*((f"x:{n}", 14) for n in range(1, 6)), ("x:100", 25)]
    _table(
        home / "posts.csv", ["id", "time", "actor", "verb", "parent", "text"], _posts(dice, speakers, public)
    )
    people = [[name, f"x:{n}", ""] for n, name in enumerate(VOICES, 1)] + [["Acme", "x:100", ""]]
    _table(home / "voices.csv", ["name", "accounts", "sphere"], people)
    entries = "".join(
        f"<entry><id>tag:blog.acme.example,2026:{n}</id><title>Grid {n}</title><author><name>Iben</name></author>"
        f'<link href="https://blog.acme.example/{n}"/>'
        f"<updated>2026-0{n}-05T08:00:00Z</updated></entry>"
        for n in range(1, 7)
    )
    feed = f'<feed xmlns="http://www.w3.org/2005/Atom"><title>Blog</title><id>b</id>{entries}</feed>'
    (home / "feed.xml").write_text(feed, encoding="utf-8")
    listed = "\n".join(["# whom we mean to reach", *public[:20], "press@paper.example"])
    (home / "press.txt").write_text(listed + "\n", encoding="utf-8")


def _posts(dice, speakers, public):
    numbers = count(1)
    for place, (speaker, size) in enumerate(speakers):
        for _ in range(size):
            begun = BEGIN + timedelta(days=dice.random() * 260)
            subject = dice.choice(list(SUBJECTS))
            words = SUBJECTS[subject]
            number = f"p{next(numbers)}"
            yield [number, begun.isoformat(), speaker, "post", "", f"{words} #{subject}"]
            for one in dice.sample(public, 4 if place < 5 else 1):
                answered = begun + timedelta(hours=1 + dice.random() * 40)
                yield [f"p{next(numbers)}", answered.isoformat(), one, "reply", number, words]


def _table(file, header, rows):
    with file.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows([header, *rows])
