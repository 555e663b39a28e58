"""The secrets of one source: found, handed back, forgotten; and those of a sign-in that is only being tried."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from influence.contract.secrecy import hush
from influence.secrets.places import InFile, InKeyring, Place, SecretError

_TRIED = ".tried"
"""No source can be called so."""
_INSTEAD = " instead of the environment's"


class Secrets:
    """The secrets of one live source.

    Looked for in this order: the environment variable `INFLUENCE_<SOURCE>_<NAME>`, the workspace's `secrets.toml`, the
    system's keyring (package `keyring`), which may be locked. A secret from the environment that the service has
    renewed is kept beside a digest of it, and holds for as long as the environment has the one that it replaced.
    """

    def __init__(self, workspace: Path, source: str, keyring: InKeyring | None = None) -> None:
        self._source = source
        self._file, self._keyring = InFile(workspace), keyring or InKeyring(workspace)

    @property
    def places(self) -> Mapping[str, Place]:
        """Where secrets are kept, by the words of `--keep-in`, in the order in which they are looked for."""
        return {"file": self._file, "keyring": self._keyring}

    def get(self, name: str) -> str:
        """Return a secret.

        Raises:
            SecretError: it is nowhere, the keyring refuses, or the file can be read by others.
        """
        handed, refusal = os.environ.get(self.variable(name)), None
        found = handed
        for place in self.places.values():
            try:
                body = place.read(self._source, (name,))
            except SecretError as error:
                if place is self._file:
                    raise
                refusal = error
                continue
            if body.get(name) and (not handed or body.get(name + _INSTEAD) == _digest(handed)):
                found = body[name]
                break
        if found:
            hush(found)
            return found
        raise self._unknown(name, refusal)

    def _unknown(self, name: str, refusal: SecretError | None) -> SecretError:
        cure = f"run `influence connect {self._source}`"
        why = "is not known"
        if refusal is not None:
            cure, why = "unlock it, connect again with --keep-in file", f"cannot be read: {refusal}"
        return SecretError(f"the {name} of {self._source!r} {why}; {cure}, or set {self.variable(name)}")

    def knows(self, name: str) -> bool:
        """Tell whether there is a secret of that name."""
        with suppress(SecretError):
            return bool(self.get(name))
        return False

    def variable(self, name: str) -> str:
        """Return the environment variable that may hold a secret.

        >>> Secrets(Path(), "work-mail").variable("password")
        'INFLUENCE_WORK_MAIL_PASSWORD'
        """
        return "INFLUENCE_" + re.sub(r"\W+", "_", f"{self._source}_{name}").upper()

    def keep(self, name: str, value: str) -> None:
        """Keep a renewed secret for good where the one before it was found.

        Raises:
            SecretError: there is no place that keeps it, or half a surrogate pair stands in it.
        """
        self.keep_in(self._where(name), {name: value})

    def keep_in(self, place: str, values: Mapping[str, str]) -> None:
        """Keep secrets for good in a place, "keyring" or "file", beside those that it keeps of the source.

        An empty one is forgotten.

        Raises:
            SecretError: it refuses, or half a surrogate pair stands in one.
        """
        hush(*values.values())
        body = self.read_in(place, tuple(values))
        for name, value in values.items():
            if not _is_whole(value):
                raise SecretError(
                    f"the {name} of {self._source!r} holds half a character and cannot be right; copy it anew"
                )
            handed = os.environ.get(self.variable(name))
            body |= {name: value, name + _INSTEAD: _digest(handed) if handed else ""}
        try:
            self.places[place].write(self._source, {name: value for name, value in body.items() if value})
        except SecretError as error:
            raise _refused(self, place, error, tuple(values)) from error

    def read_in(self, place: str, names: Sequence[str]) -> dict[str, str]:
        """Return what a place keeps of the source; an old keyring is asked for these names.

        Raises:
            SecretError: it refuses.
        """
        try:
            return self.places[place].read(self._source, names)
        except SecretError as error:
            raise _refused(self, place, error, names) from error

    def try_place(self, place: str) -> None:
        """Tell, before a person takes pains to sign in, whether a place will keep what comes of it.

        Raises:
            SecretError: it will not.
        """
        try:
            self.places[place].read(_TRIED)
            if place == "keyring":
                self._keyring.write(_TRIED, {"tried": "yes"})
                self._keyring.forget(_TRIED)
        except SecretError as error:
            raise _refused(self, place, error, ()) from error

    def _where(self, name: str) -> str:
        """Say which place holds a secret; else which holds others of the source; else the file if there is one."""
        handed = os.environ.get(self.variable(name))
        beside = None
        for word, place in self.places.items():
            try:
                body = place.read(self._source, (name,))
            except SecretError as error:
                if not (handed or beside):
                    raise _refused(self, word, error, (name,)) from error
                continue
            if name in body:
                return word
            beside = beside or (word if body else None)
        return beside or ("file" if self._file.path.exists() else "keyring")

    def kept_in(self, names: Sequence[str]) -> list[str]:
        """List the places that keep something of the source; an old keyring is asked for these names."""
        return [word for word, place in self.places.items() if self._holds(place, names)]

    def _holds(self, place: Place, names: Sequence[str]) -> bool:
        try:
            return bool(place.read(self._source, names))
        except SecretError:
            return False

    def forget(self, names: Sequence[str] = (), *, but: str | None = None) -> None:
        """Forget the secrets of the source, in all places but one.

        Raises:
            SecretError: after all places were asked, where the keyring refuses or the file can be read by others.
        """
        refusals = []
        for word, place in self.places.items():
            try:
                if word != but:
                    place.forget(self._source, names)
            except SecretError as error:
                refusals.append(error)
        if refusals:
            raise refusals[0]


class Tried:
    """The secrets of a sign-in that is being tried: what a person gave is in memory, all else as it is kept.

    A renewed secret that a person has just given stays in memory; one that was kept before is kept at once, for the
    one before it may hold no more.
    """

    def __init__(self, kept: Secrets, given: Mapping[str, str]) -> None:
        self.given, self._kept = dict(given), kept
        hush(*given.values())

    def get(self, name: str) -> str:
        """Return a secret.

        Raises:
            SecretError: it is not known.
        """
        found = self.given[name] if name in self.given else self._kept.get(name)
        if not found:
            raise SecretError(f"the {name} of this sign-in is not known")
        return found

    def keep(self, name: str, value: str) -> None:
        """Keep a renewed secret.

        Raises:
            SecretError: there is no place that keeps it.
        """
        if name not in self.given and self._kept.knows(name):
            self._kept.keep(name, value)
        else:
            hush(value)
            self.given[name] = value


def held_by_environment(secrets: Secrets, others: Sequence[Secrets] = ()) -> list[str]:
    """List the variables of the environment that hold a secret of a source, and not of one of the others."""
    own = secrets.variable("")
    longer = tuple(other.variable("") for other in others if other.variable("").startswith(own))
    held = [name for name in os.environ if name.startswith(own) and os.environ[name]]
    return sorted(name for name in held if not name.startswith(longer or ("=",)))


def _refused(secrets: Secrets, place: str, error: SecretError, names: Sequence[str]) -> SecretError:
    if place == "file":
        return SecretError(str(error))
    instead = "".join(f", or set {secrets.variable(name)}" for name in names[:1])
    return SecretError(
        f"{error}: there is no keyring here that can keep the secrets; connect with --keep-in file{instead}"
    )


def _is_whole(text: str) -> bool:
    try:
        return bool(text.encode()) or not text
    except UnicodeEncodeError:
        return False


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode(errors="surrogatepass")).hexdigest()
