"""What a very large mailbox, and an export of very many files, cost to bring in.

    .venv/bin/python benchmarks/large.py FOLDER mailbox 20      a mailbox of 20 GB, most of it attachments
    .venv/bin/python benchmarks/large.py FOLDER files 1000000   an export of Slack in a million files, two messages each
    .venv/bin/python benchmarks/large.py FOLDER document 3000000   one JSON document of Telegram with so many messages

makes it in FOLDER, which must not be there yet, brings it into a new workspace in a process of its own, and prints what
`influence import` says, seconds of the processor and the most memory. FOLDER is left as it is: it is large.
"""

from __future__ import annotations

import base64
import json
import random
import resource
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

from influence import Workspace

START = datetime(2024, 1, 1, tzinfo=UTC)
PEOPLE = 300
SIZES = (0, 0, 0, 200, 2_000, 20_000, 78_000)
"""Lines of an attachment: three of seven mails have none, the largest is 6 MB."""
SAID = "What do you think of the plan that was sent last week?"


def _dice() -> random.Random:
    return random.Random(1)  # noqa: S311 - what is invented need not be secret


def mailbox(folder: Path, gigabytes: int) -> Path:
    """Write a mailbox of mails that answer each other, with attachments."""
    draw, path, number, size = _dice(), folder / "mail.mbox", 0, 0
    lines = base64.encodebytes(draw.randbytes(6_000_000)).splitlines(keepends=True)
    with path.open("wb") as stream:
        while size < gigabytes * 1e9:
            mail = _mail(draw, number, lines)
            size, number = size + stream.write(mail), number + 1
    return path


def _mail(draw: random.Random, number: int, lines: list[bytes]) -> bytes:
    moment, many = START + timedelta(minutes=20 * number), draw.choice(SIZES)
    sender, *to = (f"p{one}@acme.example" for one in draw.sample(range(PEOPLE), draw.randint(2, 5)))
    answers = f"In-Reply-To: <m{number - draw.randint(1, min(number, 200))}@acme.example>\n" if number else ""
    head = (
        f"From {sender} {moment:%a %b %d %H:%M:%S %Y}\nFrom: {sender}\nTo: {', '.join(to)}\n"
        f"Date: {format_datetime(moment)}\nMessage-ID: <m{number}@acme.example>\nSubject: Re: plan\n{answers}"
        'MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary="b"\n\n--b\nContent-Type: text/plain\n\n'
        f"{SAID}\n\n--b\nContent-Type: application/pdf\nContent-Transfer-Encoding: base64\n\n"
    )
    at = draw.randint(0, len(lines) - many)
    return head.encode() + b"".join(lines[at : at + many]) + b"--b--\n\n"


def files(folder: Path, many: int) -> Path:
    """Write an export of Slack: a thousand channels, a file a day."""
    draw, root = _dice(), folder / "slack"
    root.mkdir()
    people = [{"id": f"U{n:05}", "name": f"p{n}", "real_name": f"Person {n}"} for n in range(PEOPLE)]
    (root / "users.json").write_text(json.dumps(people))
    (root / "channels.json").write_text(json.dumps([{"id": f"C{n}", "name": f"c{n}"} for n in range(1_000)]))
    for channel in range(1_000):
        (root / f"c{channel}").mkdir()
        for day in range(many // 1_000):
            moment = START + timedelta(days=day, seconds=channel)
            asked, answered = (f"{moment.timestamp() + wait:.6f}" for wait in (0, 60))
            said = [
                {
                    "type": "message",
                    "user": f"U{draw.randrange(PEOPLE):05}",
                    "ts": ts,
                    "thread_ts": asked,
                    "text": SAID,
                }
                for ts in (asked, answered)
            ]
            (root / f"c{channel}" / f"{moment:%Y-%m-%d}.json").write_text(json.dumps(said))
    return root


def document(folder: Path, many: int) -> Path:
    """Write one group's history as Telegram exports it."""
    draw, path = _dice(), folder / "result.json"
    with path.open("w") as stream:
        stream.write('{"name": "Team", "type": "private_group", "id": 77, "messages": [')
        for number in range(many):
            moment, who = START + timedelta(seconds=30 * number), draw.randrange(PEOPLE)
            row = {"id": number, "type": "message", "date": f"{moment:%Y-%m-%dT%H:%M:%S}", "text": SAID}
            row |= {
                "date_unixtime": f"{moment.timestamp():.0f}",
                "from": f"Person {who}",
                "from_id": f"user{who}",
            }
            if number and draw.random() < 0.5:
                row["reply_to_message_id"] = number - draw.randint(1, min(number, 50))
            stream.write(("," if number else "") + json.dumps(row))
        stream.write("]}")
    return path


KINDS: dict[str, Callable[[Path, int], Path]] = {"mailbox": mailbox, "files": files, "document": document}


def bring_in(folder: Path, source: Path) -> None:
    """Bring it in, and tell what that took."""
    with Workspace.create(folder / "w") as workspace:
        print(workspace.import_path(source).summary)
    used = resource.getrusage(resource.RUSAGE_SELF)
    print(f"{used.ru_utime + used.ru_stime:.0f} s of the processor, {used.ru_maxrss / 1024:.0f} MB")


if __name__ == "__main__":
    if len(sys.argv) == 3:
        bring_in(Path(sys.argv[1]), Path(sys.argv[2]))
    else:
        folder, kind, many = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
        folder.mkdir(parents=True)
        subprocess.run([sys.executable, __file__, str(folder), str(KINDS[kind](folder, many))], check=True)
