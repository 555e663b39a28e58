"""Where tokens and passwords are kept: the environment, the keyring, or a file that only its owner may read.

They are never in the settings, the store, a log or a message.
"""

from __future__ import annotations

import os
import re
import tomllib
from pathlib import Path

from influence.contract.errors import SourceError
from influence.contract.secrecy import hush

FILE = "secrets.toml"


class SecretError(SourceError):
    """A secret is missing or not kept safely; the sentence says where to put it."""


class Secrets:
    """The secrets of one live source.

    Looked for in this order: the environment variable `INFLUENCE_<SOURCE>_<NAME>`, the system's keyring
    (package `keyring`), the workspace's `secrets.toml`, which must be readable by its owner only.
    """

    def __init__(self, workspace: Path, source: str) -> None:
        self._file, self._source = workspace / FILE, source

    def get(self, name: str) -> str:
        """Return a secret.

        Raises:
            SecretError: it is nowhere, or the file can be read by others.
        """
        for found in (os.environ.get(self.variable(name)), self._from_keyring(name), self._from_file(name)):
            if found:
                hush(found)
                return found
        raise SecretError(
            f"the {name} of {self._source!r} is not known; run `influence connect`, or set {self.variable(name)}"
        )

    def variable(self, name: str) -> str:
        """Return the environment variable that may hold a secret.

        >>> Secrets(Path(), "work-mail").variable("password")
        'INFLUENCE_WORK_MAIL_PASSWORD'
        """
        return "INFLUENCE_" + re.sub(r"\W+", "_", f"{self._source}_{name}").upper()

    def keep(self, name: str, secret: str) -> None:
        """Keep a renewed secret where the one before it was found.

        Raises:
            SecretError: it came from the environment, to which nothing can be handed back.
        """
        hush(secret)
        if self._file.exists() and self._from_file(name) is not None:
            self.keep_in_file(name, secret)
        else:
            self.keep_in_keyring(name, secret)

    def keep_in_keyring(self, name: str, secret: str) -> None:
        """Keep a secret in the system's keyring.

        Raises:
            SecretError: there is no keyring here.
        """
        try:
            import keyring  # an extra; asked for only by live sources

            keyring.set_password(f"influence {self._file.parent.resolve()}", f"{self._source} {name}", secret)
        except Exception as error:  # keyrings raise what they like
            raise SecretError(
                "there is no keyring here that can keep the secret; keep it in a file with --keep-in file, "
                f"or set {self.variable(name)}"
            ) from error

    def keep_in_file(self, name: str, secret: str) -> None:
        """Keep a secret in the workspace's `secrets.toml`, made readable for its owner only."""
        import json

        body = self._read() if self._file.exists() else {}
        body.setdefault(self._source, {})[name] = secret
        lines = []
        for source, secrets in body.items():
            lines += [f"[{json.dumps(source)}]"]
            lines += [f"{json.dumps(key)} = {json.dumps(value)}" for key, value in secrets.items()]
        waiting = self._file.with_suffix(".new")
        with os.fdopen(
            os.open(waiting, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8"
        ) as file:
            file.write("\n".join(lines) + "\n")
        waiting.replace(self._file)

    def _from_keyring(self, name: str) -> str | None:
        try:
            import keyring  # an extra; asked for only by live sources

            kept = keyring.get_password(f"influence {self._file.parent.resolve()}", f"{self._source} {name}")
            return str(kept) if kept is not None else None
        except Exception:  # no keyring is an answer too: the file comes next
            return None

    def _from_file(self, name: str) -> str | None:
        return self._read().get(self._source, {}).get(name) if self._file.exists() else None

    def _read(self) -> dict[str, dict[str, str]]:
        if self._file.stat().st_mode & 0o077:
            raise SecretError(
                f"{self._file} can be read by others; make it yours alone with: chmod 600 {self._file}"
            )
        return tomllib.loads(self._file.read_text(encoding="utf-8"))
