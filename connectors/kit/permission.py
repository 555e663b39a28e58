"""An access token that is renewed when it runs out or is refused, and a service that is asked with it."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from connectors.kit.answers import as_member, read
from connectors.kit.http import Service
from influence.contract.connector import ConnectorError, RateLimited
from influence.contract.secrecy import hush

EARLY = 60.0
"""Seconds before its end at which an access token is renewed."""


class Permission:
    """An access token; `renew` gives one, and for how many seconds, and keeps what must be kept before that."""

    def __init__(
        self, renew: Callable[[], tuple[str, float]], *, now: Callable[[], float] = time.monotonic
    ) -> None:
        self._renew, self._now = renew, now
        self._token, self._end = "", float("-inf")

    def header(self, *, anew: bool = False) -> dict[str, str]:
        """Return the header that a request needs; `anew` where the service refused the one before it.

        Raises:
            NotAuthorised: the permission was taken back or has run out.
        """
        if anew or self._now() >= self._end:
            with undisturbed():
                self._token, seconds = self._renew()
            self._end = self._now() + max(0.0, seconds - EARLY)
            hush(self._token)
        return {"Authorization": f"Bearer {self._token}"}


@dataclass(frozen=True)
class SignedIn:
    """A service, and the permission with which it is asked; where it refuses the token, that is renewed once."""

    service: Service
    permission: Permission

    def get(
        self, path: str, params: Mapping[str, Any] | None = None, headers: Mapping[str, str] | None = None
    ) -> Any:
        """Ask for something and return it as plain values; parameters that are None are left out.

        Raises:
            RateLimited, NotAuthorised, Gone, Changed: as they say.
            Withheld: this is not given to the sign-in.
        """
        given = {name: value for name, value in (params or {}).items() if value is not None}
        return self._ask("GET", path, headers or {}, {"params": given} if given else {})

    def post(self, path: str, body: Mapping[str, Any]) -> Any:
        """Ask by a body of JSON; as `get`."""
        return self._ask("POST", path, {}, {"json": dict(body)})

    def _ask(self, method: str, path: str, headers: Mapping[str, str], more: Mapping[str, Any]) -> Any:
        response = self.service.answer(method, path, headers={**headers, **self.permission.header()}, **more)
        if response.status_code == 401:  # taken back, or its time is over earlier than was said
            response = self.service.answer(
                method, path, headers={**headers, **self.permission.header(anew=True)}, **more
            )
        if (
            response.status_code == 403 and b"ateLimitExceeded" in response.content[:4096]
        ):  # so Google says it
            raise RateLimited("Google allows no more requests for now; pull again in a minute", 60.0)
        return read(as_member(path, self.service.accepted(response).content))


@contextmanager
def undisturbed() -> Iterator[None]:
    """Let Ctrl-C and `kill` wait until this is done; outside the main thread they never come."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    heard: list[int] = []
    before = {
        one: signal.signal(one, lambda number, _: heard.append(number))
        for one in (signal.SIGINT, signal.SIGTERM)
    }
    try:
        yield
    finally:
        for one, handler in before.items():
            signal.signal(one, signal.SIG_DFL if handler is None else handler)
        for number in heard[:1]:
            signal.raise_signal(number)


def parts_chosen(text: str, known: Iterable[str]) -> list[str]:
    """Return the parts of a service that an option names, divided by commas or semicolons.

    Raises:
        ConnectorError: there is no such part.

    >>> parts_chosen("mail; people", ["people", "mail"])
    ['mail', 'people']
    """
    found = [part.strip() for part in text.replace(";", ",").split(",") if part.strip()]
    for part in found:
        if part not in known:
            raise ConnectorError(f"parts has {part[:40]!r}; there are: {', '.join(known)}")
    return found
