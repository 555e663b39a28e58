"""The key of a workspace: what marks those who were forgotten, and what seals the log of who read what."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from influence.contract.secrecy import hush
from influence.secrets.keeping import Secrets
from influence.secrets.places import PATIENCE, InKeyring, SecretError

_OWNER, _NAME = ".rights", "key"
"""No source can be called so."""
VARIABLE = "INFLUENCE_RIGHTS_KEY"
"""The environment variable that hands the key in, where it is kept outside the workspace."""


def key_of(workspace: Path) -> bytes:
    """Return the key of a workspace: from the environment, its `secrets.toml`, or the keyring.

    Raises:
        SecretError: it is nowhere, or may be read by others.
    """
    handed = os.environ.get(VARIABLE)
    if handed:
        hush(handed)
        return handed.encode()
    kept = _kept(workspace)
    if not kept.knows(_NAME):
        raise SecretError(
            f"the key of {workspace} is nowhere: it marks who was forgotten and seals the log of readings; put its "
            f"secrets.toml back, or set {VARIABLE}"
        )
    return kept.get(_NAME).encode()


def key_made(workspace: Path) -> bytes:
    """Return the key of a workspace; the first time one is made, and kept in its `secrets.toml` for the owner alone.

    Raises:
        SecretError: it cannot be kept, or may be read by others.
    """
    if not os.environ.get(VARIABLE) and not _kept(workspace).knows(_NAME):
        _kept(workspace).keep_in("file", {_NAME: secrets.token_hex(32)})
    return key_of(workspace)


def _kept(workspace: Path) -> Secrets:
    return Secrets(workspace, _OWNER, InKeyring(workspace, PATIENCE))
