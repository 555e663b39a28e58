"""Changing `influence.toml`: one setting, a source, whose reports it is for; all else stays as a person wrote it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, TypeAlias

from influence.contract import durably
from influence.contract.toml_text import NotToml, as_toml
from influence.settings.reading import DEFAULTS, Settings, SettingsError, parsed, read, text_of, understood

Value: TypeAlias = bool | int | float | str | Sequence[str]
"""What a setting may be."""


def held(path: Path) -> dict[str, Any]:
    """Return what the file holds, over what a new workspace has: by section, those at the top by themselves.

    Raises:
        SettingsError: the file cannot be read.
    """
    body = as_toml(DEFAULTS)
    own = parsed(path, text_of(path)) if path.exists() else {}
    for name, value in own.items():
        body[name] = body.get(name, {}) | value if isinstance(value, dict) else value
    return body


def change(path: Path, section: str, name: str, value: Value | None) -> Settings:
    """Set one setting, or take it out where it is None; all else stays as a person wrote it. Return them all as read.

    `section` is empty for those at the top. Nothing is written that `read` would refuse.

    Raises:
        SettingsError: there is no such setting, it cannot have this value, or the file cannot be written.
    """
    import tomlkit  # the command line must not wait for it

    document = document_of(path)
    table = document.setdefault(section, tomlkit.table()) if section else document
    if not isinstance(table, dict):
        raise SettingsError(f"{path}: {section!r} is no section of settings")
    if value is None:
        table.pop(name, None)
    else:
        table[name] = list(value) if isinstance(value, tuple) else value
    written = tomlkit.dumps(document)
    found = understood(path, written)
    replace(path, written)
    return found


def document_of(path: Path) -> Any:
    """Return the file as a document that keeps its comments; what a new workspace has where there is none.

    Raises:
        SettingsError: the file cannot be read.
    """
    import tomlkit

    text = text_of(path) if path.exists() else DEFAULTS
    parsed(path, text)
    return tomlkit.parse(text)


def replace(path: Path, text: str) -> None:
    """Write the whole file.

    Raises:
        SettingsError: it cannot be written, or not as UTF-8.
    """
    try:
        durably.replace(path, text)
    except UnicodeEncodeError as error:
        raise SettingsError("half a character (a surrogate) stands in the settings; write it anew") from error
    except OSError as error:
        raise SettingsError(f"{path} cannot be written: {error.strerror}") from error


def checked_name(name: str) -> str:
    """Return the name of a source if it can be one.

    Raises:
        SettingsError: it is not letters, digits and dashes.
    """
    if not re.fullmatch(r"[A-Za-z0-9_-]+", name):
        raise SettingsError(f"a source is named with letters, digits and dashes, not {name!r}")
    return name


def set_purpose(path: Path, people: Sequence[str]) -> None:
    """Write whose reports a workspace is for; all else stays as a person wrote it.

    Raises:
        SettingsError: the settings are not readable or not writable.
    """
    import tomlkit  # the command line must not wait for it

    read(path)
    document: Any = tomlkit.parse(text_of(path) if path.exists() else "")
    document.setdefault("purpose", {})["for"] = list(people)
    _write(path, tomlkit.dumps(document), document.unwrap().get("sources", {}))


def set_source(path: Path, name: str, connector: str, options: Mapping[str, str]) -> None:
    """Add a live source, or give it these options in place of those it has; all else stays as a person wrote it.

    Raises:
        SettingsError: the name is not letters, digits and dashes, or the settings are not readable or not writable.
    """
    import tomlkit  # the command line must not wait for it

    wanted = {"connector": connector, **options}
    known = read(path).sources
    before, section, after = _around(path, checked_name(name))
    document: Any = tomlkit.parse(section or f"[sources.{name}]\n")
    table = document["sources"][name]
    for key in table.keys() - wanted.keys():
        del table[key]
    table.update(wanted)
    gap = "" if section or not before or before.endswith("\n\n") else "\n"
    _write(path, before + gap + tomlkit.dumps(document) + after, {**known, name: wanted})


def remove_source(path: Path, name: str) -> None:
    """Take a live source out of the settings; all else stays as a person wrote it.

    Raises:
        SettingsError: the settings are not readable or not writable.
    """
    left = {key: source for key, source in read(path).sources.items() if key != name}
    before, _, after = _around(path, name)
    _write(path, before.rstrip() + "\n" + ("\n" if after.strip() else "") + after.lstrip("\r\n"), left)


def _around(path: Path, name: str) -> tuple[str, str, str]:
    """Split the settings into what stands before the section of a source, the section, and what comes after it.

    Comments at its end are taken for those of what comes after it.
    """
    lines = (text_of(path) if path.exists() else "").splitlines(keepends=True)
    if lines and not lines[-1].endswith("\n"):
        lines[-1] += "\n"
    header = re.compile(rf"""\s*\[\s*["']?sources["']?\s*\.\s*["']?{re.escape(name)}["']?\s*\]""")
    start = next((n for n, line in enumerate(lines) if header.match(line)), len(lines))
    end = next((n for n in range(start + 1, len(lines)) if lines[n].lstrip().startswith("[")), len(lines))
    while end > start + 1 and lines[end - 1].strip()[:1] in {"", "#"}:
        end -= 1
    return "".join(lines[:start]), "".join(lines[start:end]), "".join(lines[end:])


def _write(path: Path, text: str, sources: Mapping[str, Mapping[str, str]]) -> None:
    """Write the settings if they say afterwards what they should: they are a person's own."""
    try:
        right = as_toml(text).get("sources", {}) == sources
    except NotToml:
        right = False
    if not right:
        raise SettingsError(f"{path}: write each source there as a section of its own, [sources.NAME]")
    replace(path, text)
