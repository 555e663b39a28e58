"""The two places that keep the secrets of a source: a file in the workspace, and the system's keyring."""

from __future__ import annotations

import json
import os
import re
import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

from influence.contract import durably
from influence.contract.errors import SourceError
from influence.contract.toml_text import NotToml, as_toml

FILE = "secrets.toml"
PIECE = 1000
"""Characters of the longest entry in a keyring: that of Windows takes 1,280."""
PATIENCE, UNLOCKING = 20.0, 180.0
"""Seconds that a keyring may take: where nobody sits who could unlock it, and where somebody does."""
_HALVES = re.compile(r"\\ud[89ab][0-9a-f]{2}\\ud[c-f][0-9a-f]{2}")
_GENERATIONS = ("a", "b")


class SecretError(SourceError):
    """A secret is missing or not kept safely; the sentence says where to put it."""


class Place(Protocol):
    """Somewhere that keeps the secrets of each source, all together."""

    told: str
    """What a person calls it."""

    def read(self, source: str, names: Sequence[str] = ()) -> dict[str, str]:
        """Return what is kept of a source by name; an old keyring knows only the `names` that are asked for."""

    def write(self, source: str, body: Mapping[str, str]) -> None:
        """Keep the secrets of a source in place of those before: all of them, or none."""

    def forget(self, source: str, names: Sequence[str] = ()) -> bool:
        """Forget the secrets of a source; say whether there were any."""


class InFile:
    """The workspace's `secrets.toml`, which its owner alone may read.

    Raises:
        SecretError: others may read it, it is not TOML, or it cannot be written.
    """

    def __init__(self, workspace: Path) -> None:
        self.path = workspace / FILE
        self.told = f"{self.path}, which only you may read"

    def read(self, source: str, names: Sequence[str] = ()) -> dict[str, str]:  # noqa: ARG002 - it knows them all
        """Return what is kept of a source, by name."""
        kept = self._all().get(source, {})
        if not isinstance(kept, dict) or not all(isinstance(value, str) for value in kept.values()):
            raise SecretError(f"{self.path}: [{source}] should hold texts in quotes only")
        return kept

    def _all(self) -> dict[str, Any]:
        return as_toml(self._text())

    def _text(self) -> str:
        try:
            if os.name == "posix" and self.path.stat().st_mode & 0o077:
                raise SecretError(
                    f"{self.path} can be read by others; make it yours alone with: chmod 600 {self.path}"
                )
            return _sound(self.path.read_bytes().decode())
        except FileNotFoundError:
            return ""
        except OSError as error:
            raise SecretError(f"{self.path} cannot be read: {error.strerror}") from error
        except ValueError as error:  # what stands there may be a secret: where it is, and no more
            where = re.search(r"\(at (line \d+)", str(error))
            place = f"{self.path}, {where[1]}" if where else str(self.path)
            raise SecretError(f"{place} is not readable as TOML; mend it there") from error

    def write(self, source: str, body: Mapping[str, str]) -> None:
        """Keep the secrets of a source in place of those before."""
        import tomlkit  # the command line must not wait for it

        document: Any = tomlkit.parse(self._text())
        if body:
            section = document.setdefault(source, {})
            for name in section.keys() - body.keys():
                del section[name]
            section.update(body)
        else:
            document.pop(source, None)
        try:
            durably.replace(self.path, tomlkit.dumps(document), 0o600)
        except OSError as error:
            raise SecretError(f"{self.path} cannot be written: {error.strerror}") from error

    def forget(self, source: str, names: Sequence[str] = ()) -> bool:  # noqa: ARG002 - it knows them all
        """Forget the secrets of a source; say whether there were any."""
        there = source in self._all()
        if there:
            self.write(source, {})
        return there


class InKeyring:
    """The system's keyring (package `keyring`): one entry a source, which names its pieces where it is long.

    The pieces of one writing bear a name of their own and the entry that names them is written last: whenever it is
    killed, the secrets are all those before or all the new ones. Older workspaces have an entry for each secret.

    Raises:
        SecretError: the keyring refuses, or does not answer within `patience` seconds.
    """

    told = "the system's keyring"

    def __init__(self, workspace: Path, patience: float = UNLOCKING) -> None:
        self._service, self._patience = f"influence {workspace.resolve()}", patience
        self._silent = False

    def read(self, source: str, names: Sequence[str] = ()) -> dict[str, str]:
        """Return what is kept of a source, by name; nothing where there is no keyring."""
        body = self._read(source)
        for name in names:
            old = None if name in body else self._entry(f"{source} {name}")
            if old is not None:
                body[name] = old
        return body

    def _read(self, source: str) -> dict[str, str]:
        head = self._entry(source)
        pieces = _pieces(source, head)
        whole = "".join(self._entry(piece) or "" for piece in pieces) if pieces else head
        try:
            return dict(json.loads(whole)) if whole else {}
        except (ValueError, TypeError) as error:
            raise SecretError(f"what the keyring holds of {source!r} is damaged; connect it again") from error

    def write(self, source: str, body: Mapping[str, str]) -> None:
        """Keep the secrets of a source in place of those before."""
        text, head = json.dumps(dict(body)), self._entry(source)
        before = _pieces(source, head)
        if len(text) > PIECE:
            fresh = _GENERATIONS[bool(before) and before[0] == _piece(source, "a", 0)]
            parts = [text[start : start + PIECE] for start in range(0, len(text), PIECE)]
            for number, part in enumerate(parts):
                self._put(_piece(source, fresh, number), part)
            text = f"pieces {fresh} {len(parts)}"
        self._put(source, text)
        self._sweep(source, _pieces(source, text))
        for name in body:
            self._drop(f"{source} {name}")

    def _put(self, entry: str, text: str) -> None:
        self._ask("set_password", entry, text)
        if self._entry(entry) != text:
            raise SecretError("the keyring took the secret and does not give it back")

    def _sweep(self, source: str, holding: Sequence[str]) -> bool:
        """Take away the pieces that no entry names any more; from the end, so that a kill leaves no gap."""
        swept = False
        for generation in _GENERATIONS:
            kept = sum(piece == _piece(source, generation, n) for n, piece in enumerate(holding))
            last = kept
            while self._entry(_piece(source, generation, last)) is not None:
                last += 1
            for number in reversed(range(kept, last)):
                swept |= self._drop(_piece(source, generation, number))
        return swept

    def forget(self, source: str, names: Sequence[str] = ()) -> bool:
        """Forget the secrets of a source; say whether there were any."""
        dropped = [self._drop(entry) for entry in (source, *(f"{source} {name}" for name in names))]
        return self._sweep(source, ()) or any(dropped)

    def _drop(self, entry: str) -> bool:
        there = self._entry(entry) is not None
        if there:
            self._ask("delete_password", entry)
        return there

    def _entry(self, entry: str) -> str | None:
        found = self._ask("get_password", entry)
        return str(found) if found is not None else None

    def _ask(self, method: str, *given: str) -> Any:
        def call() -> Any:
            import keyring  # an extra; asked for only by live sources

            return getattr(keyring, method)(self._service, *given)

        try:
            return self._in_time(call)
        except SecretError:
            raise
        except (
            Exception,
            SystemExit,
        ) as error:  # keyrings raise what they like, and may name what they were given
            none = isinstance(error, ImportError) or type(error).__name__ == "NoKeyringError"
            if none and method == "get_password":
                return None  # no keyring is an answer too
            raise SecretError(f"the keyring refuses ({type(error).__name__})") from error

    def _in_time(self, call: Callable[[], Any]) -> Any:
        """Ask in a thread that may be left behind: a locked keyring asks a person, and from cron there is none."""
        answers: list[Any] = []
        refusals: list[BaseException] = []

        def ask() -> None:
            try:
                answers.append(call())
            except BaseException as error:
                refusals.append(error)

        if not self._silent:
            thread = threading.Thread(target=ask, daemon=True)
            thread.start()
            thread.join(self._patience)
        if refusals:
            raise refusals[0]
        if not answers:
            self._silent = True
            raise SecretError("the keyring is locked, or does not answer")
        return answers[0]


def _sound(text: str) -> str:
    """Return a file as TOML: the first version wrote characters beyond U+FFFF as JSON does, in two halves."""
    try:
        as_toml(text)
    except NotToml:
        text = _HALVES.sub(lambda pair: str(json.loads(f'"{pair[0]}"')), text)
        as_toml(text)
    return text


def _piece(source: str, generation: str, number: int) -> str:
    return f"{source} /{generation}/{number}"


def _pieces(source: str, head: str | None) -> list[str]:
    """Name the entries that an entry is made of; none where it holds the secrets itself."""
    named = re.fullmatch(r"pieces ([ab]) (\d{1,6})", head or "")
    return [_piece(source, named[1], n) for n in range(int(named[2]))] if named else []
