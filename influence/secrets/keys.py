"""The key of a workspace: what marks those who were forgotten, and what seals the log of who read what."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from influence.contract.secrecy import hush
from influence.secrets.places import PATIENCE, InFile, InKeyring, SecretError

_OWNER, _NAME = ".rights", "key"
"""No source can be called so."""
VARIABLE = "INFLUENCE_RIGHTS_KEY"
"""The environment variable that hands the key in, where it is kept outside the workspace."""
_NAMELESS = ".pseudonyms"
PSEUDONYMS = "INFLUENCE_PSEUDONYM_KEY"
"""The environment variable that hands in the key of the pseudonyms."""


def key_of(workspace: Path) -> bytes:
    """Return the key of a workspace: from the environment, or its `secrets.toml`. No keyring is asked to unlock.

    Raises:
        SecretError: it is nowhere, or may be read by others.
    """
    key = os.environ.get(VARIABLE) or InFile(workspace).read(_OWNER).get(_NAME)
    if not key:
        raise SecretError(
            f"the key of {workspace} is nowhere: it marks who was forgotten and seals the log of readings; put its "
            f"secrets.toml back, or set {VARIABLE}"
        )
    hush(key)
    return key.encode()


def key_made(workspace: Path) -> bytes:
    """Return the key of a workspace; the first time one is made, and kept in its `secrets.toml` for the owner alone.

    Raises:
        SecretError: it cannot be kept, or may be read by others.
    """
    file = InFile(workspace)
    if not os.environ.get(VARIABLE) and _NAME not in file.read(_OWNER):
        file.write(_OWNER, {_NAME: secrets.token_hex(32)})
    return key_of(workspace)


def pseudonym_key(workspace: Path) -> bytes:
    """Return the key of the pseudonyms of a workspace: from the environment or the keyring, never from the workspace.

    Raises:
        SecretError: it is in neither.
    """
    key = os.environ.get(PSEUDONYMS) or InKeyring(workspace, PATIENCE).read(_NAMELESS).get(_NAME)
    if not key:
        raise SecretError(
            f"the key of the pseudonyms of {workspace} is not in the keyring; unlock it, or set {PSEUDONYMS}: "
            "without it nobody can be named and nothing brought in"
        )
    hush(key)
    return key.encode()


def pseudonym_key_made(workspace: Path) -> bytes:
    """Return that key; the first time one is made, and kept in the keyring.

    Raises:
        SecretError: there is no keyring that keeps it.
    """
    ring = InKeyring(workspace, PATIENCE)
    if not os.environ.get(PSEUDONYMS) and _NAME not in ring.read(_NAMELESS):
        try:
            ring.write(_NAMELESS, {_NAME: secrets.token_hex(32)})
        except SecretError as error:
            raise SecretError(
                f"{error}: the key of pseudonyms lies outside the workspace; set {PSEUDONYMS} to a long random word"
            ) from error
    return pseudonym_key(workspace)
