"""The key of a workspace: what marks those who were forgotten, and what seals the log of who read what."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from influence.contract.secrecy import hush
from influence.secrets.places import InFile, SecretError

_OWNER, _NAME = ".rights", "key"
"""No source can be called so."""
VARIABLE = "INFLUENCE_RIGHTS_KEY"
"""The environment variable that hands the key in, where it is kept outside the workspace."""


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
