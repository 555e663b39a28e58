"""Finds connectors, measures and formats by their entry points; the built-in ones come through the same door."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from typing import Any

from influence.contract.errors import InfluenceError

GROUPS = ("influence.connectors", "influence.measures", "influence.formats")


class PluginError(InfluenceError):
    """A plug-in that cannot be used, in one sentence."""


def names(group: str) -> list[str]:
    """List the names in a group, sorted, without importing anything.

    >>> "mail" in names("influence.connectors")
    True
    """
    return sorted({entry.name for entry in _entries(group)})


@cache
def says(group: str) -> Mapping[str, frozenset[str]]:
    """Return what each name in a group says of itself without being imported: what stands in brackets behind it.

    `slack = "connectors.chat.slack:Slack [json, export]"` says which kinds of files a connector reads.

    >>> sorted(says("influence.connectors")["slack"])
    ['export', 'json']
    """
    return {
        entry.name: frozenset(entry.extras) for entry in sorted(_entries(group), key=lambda one: one.name)
    }


def load(group: str, name: str) -> Any:
    """Import what stands behind a name.

    Raises:
        PluginError: no such name, two packages claim it, or it cannot be imported.
    """
    found = [entry for entry in _entries(group) if entry.name == name]
    if not found:
        raise PluginError(
            f"there is no {group.split('.')[1][:-1]} {name!r}; there are: {', '.join(names(group))}"
        )
    try:
        return found[0].load()
    except ImportError as error:
        raise PluginError(f"{name!r} cannot be loaded: {error}") from error


@cache
def _entries(group: str) -> list[EntryPoint]:
    entries = list(entry_points(group=group))
    distinct = {(entry.name, entry.value): entry for entry in entries}
    doubled = [name for name, count in Counter(name for name, _ in distinct).items() if count > 1]
    if doubled:
        claims = ", ".join(entry.value for entry in distinct.values() if entry.name == doubled[0])
        raise PluginError(f"two packages offer the name {doubled[0]!r} in {group}: {claims}; remove one")
    return list(distinct.values())
