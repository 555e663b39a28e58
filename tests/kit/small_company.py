"""Files of a small company: a mailbox, a calendar, a chart, a sheet of posts. The same each time."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

BEGIN = datetime(2026, 1, 5, 9, tzinfo=UTC)
PEOPLE = ("ann", "bo", "cia", "dan", "eva", "fay")


def address(n):
    return f"{PEOPLE[n % 6]}@{'acme' if n % 6 < 4 else 'buyer'}.example"


def mailbox(messages):
    """Messages, every second an answer to the one before."""
    lines = []
    for n in range(messages):
        answers = f"In-Reply-To: <m{n - 1}@acme.example>\n" if n % 2 else ""
        when = format_datetime(BEGIN + timedelta(hours=3 * n))
        lines.append(
            f"From {address(n)} Mon Jan  5 09:00:00 2026\nMessage-ID: <m{n}@acme.example>\n{answers}"
            f"From: {PEOPLE[n % 6].title()} <{address(n)}>\nTo: {address(n + 1)}, {address(n * 5 + 2)}\n"
            f"Date: {when}\nSubject: matter {n // 2}\n\nShall we meet on Monday at ten? It is about {n}.\n\n"
        )
    return "".join(lines)


def calendar(events):
    """Meetings of Ann with two others."""
    parts = ["BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//small//company//EN\r\n"]
    for n in range(events):
        begin = BEGIN + timedelta(days=n)
        parts.append(
            f"BEGIN:VEVENT\r\nUID:e{n}@acme.example\r\nDTSTAMP:{begin:%Y%m%dT%H%M%SZ}\r\n"
            f"DTSTART:{begin:%Y%m%dT%H%M%SZ}\r\nDTEND:{begin + timedelta(hours=1):%Y%m%dT%H%M%SZ}\r\n"
            f"SUMMARY:talk\r\nLOCATION:Room 1\r\nORGANIZER:mailto:ann@acme.example\r\n"
            f"ATTENDEE:mailto:{address(n)}\r\nATTENDEE:mailto:{address(n + 3)}\r\nEND:VEVENT\r\n"
        )
    return "".join((*parts, "END:VCALENDAR\r\n"))


def write(folder, messages=120, events=20):
    """Write all of it into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "mail.mbox").write_text(mailbox(messages), "utf-8")
    (folder / "calendar.ics").write_text(calendar(events), "utf-8")
    chart = "".join(f"{name}@acme.example,{name.title()},ann@acme.example\n" for name in PEOPLE[1:4])
    (folder / "chart.csv").write_text("person,name,manager\nann@acme.example,Ann,\n" + chart, "utf-8")
    posts = "".join(
        f"p{n},{(BEGIN + timedelta(hours=n)).isoformat()},x:{n % 9},{'reply' if n % 3 else 'post'},"
        f"{f'p{n - n % 3}' if n % 3 else ''}\n"
        for n in range(60)
    )
    (folder / "posts.csv").write_text("id,time,actor,verb,parent\n" + posts, "utf-8")
    return folder
