"""A digest of snapshots as plain text, as a page that a mail programme shows, and as a mail that holds both."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path

from influence.contract.errors import InfluenceError
from influence.contract.headline import CAUTION
from influence.contract.language import message, recognised, spoken, translated
from influence.contract.tracked import Digest
from influence.contract.wording import plain
from reports.formats.lines import paragraph
from reports.formats.markup import environment
from reports.formats.writing import write_whole
from reports.story.tracked import Told, advised, told


class NoAddress(InfluenceError):
    """An address that a mail cannot be sent to."""


def write_text(digest: Digest, path: Path) -> list[Path]:
    """Write a digest as plain text.

    Raises:
        OSError: the file cannot be written.
    """
    return [write_whole(path, as_text(digest))]


def write_page(digest: Digest, path: Path) -> list[Path]:
    """Write a digest as a page without scripts and pictures, which mail programmes show.

    Raises:
        OSError: the file cannot be written.
    """
    return [write_whole(path, as_page(digest))]


def write_mail(
    digest: Digest, path: Path, *, to: Sequence[str] = (), sender: str | None = None
) -> list[Path]:
    """Write a digest as a mail that `sendmail -t` takes.

    Raises:
        NoAddress: an address is none.
        OSError: the file cannot be written.
    """
    return [write_whole(path, as_mail(digest, to, sender))]


def as_text(digest: Digest) -> str:
    """Return a digest as plain text of lines that fit a mail."""
    lines = [translated(_TITLE), *([plain(digest.notice)] if digest.notice else [])]
    for one in _said(digest):
        lines += ["", f"{one.who}, {one.when}", *map(paragraph, (*one.headline, *one.moved))]
        if one.look:
            lines += [translated("Look at:"), *(paragraph(each, "  - ") for each in one.look)]
        lines += [paragraph(one.kept)]
    if said := advised(digest):
        lines += ["", translated(_ADVISED), *map(paragraph, said)]
    return "\n".join([*lines, "", paragraph(recognised(CAUTION))]) + "\n"


def as_page(digest: Digest) -> str:
    """Return a digest as a page."""
    return (
        environment()
        .get_template("letter.html")
        .render(
            language=spoken().code,
            title=translated(_TITLE),
            notice=plain(digest.notice) if digest.notice else "",
            leaders=_said(digest),
            advised=(translated(_ADVISED), advised(digest)),
            caution=recognised(CAUTION),
        )
    )


def as_mail(digest: Digest, to: Sequence[str], sender: str | None) -> bytes:
    """Return a digest as a mail of both.

    Raises:
        NoAddress: an address is none.
    """
    mail = EmailMessage(policy=SMTP)
    who = ", ".join(one.who for one in _said(digest))
    mail["Subject"] = f"{translated(_TITLE)}: {textwrap.shorten(who, 100, placeholder=' …')}"
    try:
        if to:
            mail["To"] = ", ".join(to)
        if sender:
            mail["From"] = sender
        mail.set_content(as_text(digest))
        mail.add_alternative(as_page(digest), subtype="html")
        return mail.as_bytes()
    except (ValueError, IndexError) as error:
        raise NoAddress(f"{', '.join((*to, sender or ''))!r} is no address for a mail: {error}") from None


_TITLE, _ADVISED = message("What moved"), message("What was advised")


def _said(digest: Digest) -> list[Told]:
    last = max((str(one.report.window["until"]) for one in digest.tracked), default="")
    return [
        told(one, names_others=digest.names_others, older=str(one.report.window["until"]) < last)
        for one in digest.tracked
    ]
