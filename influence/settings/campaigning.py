"""Writing a campaign into `influence.toml`, correcting it and taking it out; all else stays as a person wrote it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, TypeAlias

from influence.contract.campaigned import Stated
from influence.contract.wording import plain
from influence.settings.changing import document_of, replace
from influence.settings.reading import Settings, SettingsError, read, understood

Typed: TypeAlias = Mapping[str, str | Sequence[str]]
"""What a campaign's section holds, as it was typed: what is empty is left out."""
LONGEST = 60
"""So many letters a campaign's name has at most."""


def set_campaign(path: Path, name: str, typed: Typed, before: Stated | None = None) -> Settings:
    """Write a campaign, or correct the one that stood there `before`, which may be called otherwise now.

    Nothing is written that `read` would refuse, nor over what somebody else wrote meanwhile. Returns all settings.

    Raises:
        SettingsError: the name is taken or none, the campaign cannot be meant, or the file cannot be written.
    """
    _refuse_name(name)
    known = read(path).campaigns
    _refuse_changed(known, before)
    if name in known and (before is None or name != before.name):
        raise SettingsError(
            f"there is a campaign {name!r} already; give this one another name, or correct that one"
        )
    document = document_of(path)
    if before is not None and before.name != name:
        del document["campaigns"][before.name]
    _fill(document, name, {key: value for key, value in typed.items() if value})
    left = {one: stated for one, stated in known.items() if before is None or one != before.name}
    return _write(path, document, left, name)


def remove_campaign(path: Path, before: Stated) -> Settings:
    """Take a campaign out of the settings; return them all.

    Raises:
        SettingsError: somebody changed it meanwhile, or the file cannot be written.
    """
    known = read(path).campaigns
    _refuse_changed(known, before)
    document = document_of(path)
    del document["campaigns"][before.name]
    return _write(path, document, {one: stated for one, stated in known.items() if one != before.name}, None)


def _refuse_name(name: str) -> None:
    if not name or len(name) > LONGEST or plain(name) != name:
        raise SettingsError(f"a campaign has a name of its own on one line, of at most {LONGEST} letters")


def _refuse_changed(known: Mapping[str, Stated], before: Stated | None) -> None:
    if before is not None and known.get(before.name) != before:
        raise SettingsError(
            f"somebody has changed the campaign {before.name!r} meanwhile, so nothing was written: look at it as it is "
            "now, then change it"
        )


def _fill(document: Any, name: str, typed: Typed) -> None:
    """Put what was typed into a campaign's section, and touch nothing of it that stays the same."""
    import tomlkit

    campaigns = document.setdefault("campaigns", tomlkit.table())
    fresh = name not in campaigns
    section = tomlkit.table() if fresh else campaigns[name]
    for key in [key for key in section if key not in typed]:
        del section[key]
    for key, value in typed.items():
        held = value if isinstance(value, str) else list(value)
        there = section.get(key)
        if there is None or (there != held and str(there) != held):
            section[key] = held
    if fresh:
        section.add(tomlkit.nl())
        campaigns[name] = section


def _write(path: Path, document: Any, left: Mapping[str, Stated], fresh: str | None) -> Settings:
    """Write the settings if they say afterwards what they should: they are a person's own."""
    import tomlkit

    written = tomlkit.dumps(document)
    found = understood(path, written)
    if {one: stated for one, stated in found.campaigns.items() if one != fresh} != left:
        raise SettingsError(f"{path}: write each campaign there as a section of its own, [campaigns.NAME]")
    replace(path, written)
    return found
