"""Who may come in: one link that works once, then a session; and what every request must show.

A page of somebody else in the same browser can send requests here, and can make a name of its own lead to this machine
(DNS rebinding). So the host must be exactly ours, and whatever changes something must come from a page of ours (Origin,
Sec-Fetch-Site) and hold a word that only such a page knows.
"""

from __future__ import annotations

import hmac
import secrets
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field

HOST = "127.0.0.1"
"""Nothing listens on any other address."""
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "Cache-Control": "no-store",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Referrer-Policy": "same-origin",  # with none at all, a browser says of its own forms that they come from nowhere
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
"""What every answer says; a page may allow itself less or its own scripts, and says so then."""


@dataclass(frozen=True)
class Session:
    """One browser that came in by a link: the word in its cookie, and the one that its forms hold."""

    word: str = field(default_factory=lambda: secrets.token_urlsafe(32), repr=False)
    form: str = field(default_factory=lambda: secrets.token_urlsafe(32), repr=False)


class Door:
    """The links that nobody has used yet, and the sessions of those who did.

    >>> door = Door(8321)
    >>> word = door.new_link()
    >>> session = door.enter(word)
    >>> door.enter(word) is None, door.session(session.word) == session, door.session("guess")
    (True, True, None)
    """

    def __init__(self, port: int) -> None:
        self.host = f"{HOST}:{port}"
        self.origin = f"http://{self.host}"
        self.cookie = f"influence-{port}"
        self._links: set[str] = set()
        self._sessions: dict[str, Session] = {}
        self._one = threading.Lock()

    def new_link(self) -> str:
        """Return the word of a link that lets one browser in, once."""
        word = secrets.token_urlsafe(32)
        with self._one:
            self._links.add(word)
        return word

    def address(self, word: str) -> str:
        """Return the link of a word."""
        return f"{self.origin}/?token={word}"

    def enter(self, word: str) -> Session | None:
        """Use a link up and open a session; None where there is no such link, or it was used."""
        with self._one:
            known = [one for one in self._links if _same(one, word)]
            if not known:
                return None
            self._links.discard(known[0])
            session = Session()
            self._sessions[session.word] = session
            return session

    def session(self, word: str) -> Session | None:
        """Return the session whose cookie holds this word."""
        with self._one:
            return next((one for key, one in self._sessions.items() if _same(key, word)), None)

    def leave(self, session: Session) -> None:
        """End a session: its cookie opens nothing any more."""
        with self._one:
            self._sessions.pop(session.word, None)

    def refuses(self, method: str, headers: Mapping[str, str]) -> str | None:
        """Return why a request is refused whoever sent it, or None; names of headers are in small letters."""
        if headers.get("host", "") != self.host:
            return "host"
        if method in {"GET", "HEAD"}:
            return None
        if method != "POST":
            return "method"
        ours = headers.get("origin") == self.origin
        site = headers.get("sec-fetch-site", "same-origin")
        return None if ours and site == "same-origin" else "origin"


def _same(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode(), other.encode("utf-8", "replace"))


def ours(session: Session, word: str) -> bool:
    """Tell whether a form holds the word of the session that sends it."""
    return _same(session.form, word)
