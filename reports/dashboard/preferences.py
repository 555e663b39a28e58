"""The settings with what each is for; a change passes the checks of reading them, or nothing is changed."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from starlette.responses import Response

from influence.contract.errors import InfluenceError
from influence.contract.language import translated
from influence.contract.wording import plain
from reports.dashboard.asked import Asked, see, shown
from reports.dashboard.desk import Desk

_LINE = re.compile(r"^(?:# )?(?P<name>[\w\"@.]+) = [^#]*(?:#\s*(?P<why>.*))?$")
_HEAD = re.compile(r"^\[(?P<name>\w+)\]\s*(?:#\s*(?P<why>.*))?$")


@dataclass(frozen=True)
class Setting:
    """One setting: where it stands, its kind (yes, number, text, list), its value as typed, and what it is for."""

    section: str
    name: str
    kind: str
    value: str
    why: str


@dataclass(frozen=True)
class Section:
    """A section of the settings; an `open` one takes names of the user's own."""

    name: str
    why: str
    settings: tuple[Setting, ...]
    open: bool


def settings(desk: Desk, asked: Asked) -> Response:
    """Show every setting with its value and its explanation."""
    desk.open_to_all()
    return _shown(desk, asked, "")


def _shown(desk: Desk, asked: Asked, why: str, status: int = 200) -> Response:
    answer = shown(desk, asked, "settings.html", "/settings", sections=sections(desk), why=why)
    answer.status_code = status
    return answer


def change(desk: Desk, asked: Asked) -> Response:
    """Change one setting, or say why it cannot have that value."""
    desk.open_to_all()
    section, name, kind, typed = (asked.said(one) for one in ("section", "name", "kind", "value"))
    try:
        value = _meant(kind, next((word for key, word in asked.form if key == "value"), typed))
        desk.change(lambda workspace: workspace.change_setting(section, name, value))
    except InfluenceError as error:
        return _shown(desk, asked, desk.said(error), 400)
    return see(f"/settings#{section}-{name}" if section else f"/settings#{name}")


class NoValue(InfluenceError):
    """What was typed is nothing that the setting can be."""


def _meant(kind: str, typed: str) -> Any:
    """Return the value that was typed; an empty one takes the setting out."""
    words = typed.strip()
    if kind == "yes":
        return words == "yes"
    if kind == "list":
        return [line.strip() for line in typed.splitlines() if line.strip()] or None
    if not words:
        return None
    if kind == "text":
        return words
    for read in (int, float):
        try:
            return read(words)
        except ValueError:
            continue
    raise NoValue(translated("{words} is no number.").format(words=plain(words[:80])))


def sections(desk: Desk) -> list[Section]:
    """Return all settings by section, in the order in which a new workspace has them, with their comments."""
    held = desk.workspace.settings_held()
    found, told = [], desk.workspace.settings_told()
    name, why, rows = "", "", list[tuple[str, str]]()
    for line in [*told.splitlines(), "[end]"]:
        if head := _HEAD.match(line):
            found.append(_section(name, why, rows, held))
            name, why, rows = head["name"], head["why"] or "", []
        elif (setting := _LINE.match(line)) and not (line.startswith("#") and name):
            rows.append((setting["name"], setting["why"] or ""))
    return [one for one in found if one.settings or one.open]


_OPEN = ("spheres", "audiences", "topics", "teams")


def _section(name: str, why: str, rows: list[tuple[str, str]], held: dict[str, Any]) -> Section:
    values = held.get(name, {}) if name else held
    told = dict(rows)
    names = [*told, *(key for key in values if key not in told)] if name in _OPEN else list(told)
    return Section(
        name,
        plain(why),
        tuple(_setting(name, each, values.get(each), told.get(each, "")) for each in names if each != "end"),
        name in _OPEN,
    )


def _setting(section: str, name: str, value: Any, why: str) -> Setting:
    kind = "yes" if isinstance(value, bool) else "list" if isinstance(value, list) else "text"
    if isinstance(value, int | float) and not isinstance(value, bool):
        kind = "number"
    typed = "\n".join(map(str, value)) if isinstance(value, list) else "" if value is None else str(value)
    if isinstance(value, bool):
        typed = "yes" if value else "no"
    return Setting(section, name, kind, typed, plain(why))
