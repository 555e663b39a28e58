"""Whose file is it: connectors are loaded as they are asked, first those that say they read files of its kind."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields, is_dataclass
from importlib.util import find_spec
from itertools import takewhile
from pathlib import Path
from typing import Any

from influence.contract import plugins
from influence.contract.connector import MissingExtra
from influence.contract.errors import InfluenceError
from influence.contract.files import Member, children, kind_of, names
from influence.contract.unpacking import DAMAGED_MEMBER

GROUP = "influence.connectors"
EXPORT = "export"
"""The kind of a folder or archive whose files belong together."""


class ReadingError(InfluenceError):
    """A path or an option that cannot be meant, in one sentence."""


def made(name: str, options: Mapping[str, str], zone: str | None = None, *, live: bool = False) -> Any:
    """Make a connector with its options.

    Raises:
        PluginError: there is no such connector.
        ReadingError: it has no such option, or is not a live one where one is wanted.
    """
    connector = checked(name, options, live=live)
    zoned = zone is not None and "zone" in _options_of(connector)
    return connector(**options, **({"zone": zone} if zoned else {}))


def checked(name: str, options: Mapping[str, str], *, live: bool = False) -> Any:
    """Return the class of a connector if it has these options.

    Raises:
        PluginError: there is no such connector.
        ReadingError: it has no such option, or is not a live one where one is wanted.
        MissingExtra: it is wanted live, and what it needs is not installed.
    """
    connector = plugins.load(GROUP, name)
    if live and not hasattr(connector, "fetch"):
        raise ReadingError(
            f"{name!r} reads files only; bring them in with: influence import PATH --as {name}"
        )
    known = _options_of(connector)
    for option in options.keys() - set(known):
        raise ReadingError(f"{name!r} has no option {option!r}; it has: {', '.join(known)}")
    extras = lacking(getattr(connector, "needs", {})) if live else []
    if extras:
        raise MissingExtra(f"{name!r} needs: pip install 'networked-influence[{','.join(extras)}]'")
    return connector


def lacking(needs: Mapping[str, str]) -> list[str]:
    """Return the extras that bring what is not installed; `needs` maps a module to the extra that brings it.

    >>> lacking({"json": "text", "no_such_module": "live", "no_such_module.at.all": "live"})
    ['live']
    """
    return list(dict.fromkeys(extra for module, extra in needs.items() if not _is_installed(module)))


def _is_installed(module: str) -> bool:
    try:
        return find_spec(module) is not None
    except ModuleNotFoundError:  # not even the package that it lies in
        return False


def _options_of(connector: Any) -> list[str]:
    return [one.name for one in fields(connector)] if is_dataclass(connector) else []


def _recognises(connector: Any, member: Member, head: bytes) -> bool:
    return hasattr(connector, "recognises") and bool(connector.recognises(member, head))


def several(connector: Any, names: Sequence[str]) -> list[str]:
    """Return the folders in which exports of one kind lie side by side, each whole; empty where there is but one.

    Each is told by the file of which an export has one (`each_has`), and is one that the connector claims. Where
    such a file lies above others, they belong to it: an organisation holds the lists of its workspaces.

    >>> class Archive:
    ...     each_has = frozenset({"account.js"})
    ...     claims = staticmethod(lambda names: any(name.endswith("tweets.js") for name in names))
    >>> several(Archive, ["a/account.js", "a/tweets.js", "b/account.js", "b/tweets.js", "c.txt"])
    ['a/', 'b/']
    >>> several(Archive, ["account.js", "tweets.js", "b/account.js", "b/tweets.js"])
    []
    """
    marks: frozenset[str] = getattr(connector, "each_has", frozenset())
    found = [name.split("/")[:-1] for name in names if name.rpartition("/")[2] in marks]
    alike = (len(set(parts)) == 1 for parts in zip(*found, strict=False))
    depth = sum(takewhile(bool, alike))
    if any(len(one) == depth for one in found):
        return []
    begins = dict.fromkeys("/".join(one[: depth + 1]) + "/" for one in found)
    whole = [one for one in begins if connector.claims([name for name in names if name.startswith(one)])]
    return whole if len(whole) > 1 else []


class Connectors:
    """The connectors that may read a path: the one that is named, or all; an option goes to those that have it.

    Raises:
        PluginError: there is no connector of that name.
        ReadingError: no connector has such an option.
    """

    def __init__(self, name: str | None, zone: str | None, options: Mapping[str, str]) -> None:
        self._zone, self._options = zone, options
        self._made: dict[str, Any] = {}
        self._forced = name
        if name is not None:
            self._made[name] = made(name, options, zone)
        elif options:
            self._check_options()

    def _check_options(self) -> None:
        every = [plugins.load(GROUP, name) for name in plugins.names(GROUP)]
        known = sorted({option for connector in every for option in _options_of(connector)})
        for option in self._options.keys() - set(known):
            raise ReadingError(f"no connector has an option {option!r}; there are: {', '.join(known)}")

    def claimant(self, path: Path) -> tuple[str, Any] | None:
        """Find the connector that knows a whole folder or archive for its own, by the names of the files in it.

        Raises:
            ArchiveError: the path cannot be opened.
            ReadingError: several know it for their own.
        """
        found = self._claimants(path)
        if len(found) > 1:
            told = " and ".join(repr(name) for name, _ in found)
            raise ReadingError(
                f"{path}: {told} each find an export of theirs in it; import each export by itself, or say which is "
                f"right, as in --as {found[0][0]}"
            )
        return found[0] if found else None

    def side_by_side(self, path: Path) -> list[Path]:
        """List what lies in a folder if exports of several lie in it side by side; of any other path nothing."""
        parts = [] if self._forced else children(path)
        if not parts:
            return []
        apart = dict(one for part in parts for one in self._claimants(part))
        whole = {name for name, _ in self._claimants(path)}
        within = not whole and any(hasattr(one, "each_has") for one in apart.values())
        return parts if within or (len(apart) > 1 and whole <= set(apart)) else []

    def _claimants(self, path: Path) -> list[tuple[str, Any]]:
        if self._forced and not hasattr(self._made[self._forced], "parse_export"):
            return []  # a packed archive would be read once more, for its names alone
        inside = names(path)
        return [
            (name, connector)
            for name, connector in (self._likely(EXPORT) if inside or self._forced else ())
            if hasattr(connector, "parse_export")
            and ((self._forced and not hasattr(connector, "parse")) or connector.claims(inside))
        ]

    def reader(self, member: Member) -> tuple[str, Any] | None:
        """Find the connector that recognises a file; where one is named, it is that.

        Raises:
            ReadingError: several of those that read files of its kind recognise it, and only the user can say.
        """
        if self._forced:
            return self._forced, self._made[self._forced]
        head = member.head()
        likely = list(self._likely(kind_of(head)))
        found = [(name, connector) for name, connector in likely if _recognises(connector, member, head)]
        if len(found) > 1:
            names = " and ".join(repr(name) for name, _ in found)
            raise ReadingError(
                f"{member.name}: {names} could each read this; say which is right, as in --as {found[0][0]}"
            )
        return found[0] if found else self._unlikely(member, head, {name for name, _ in likely})

    def likely(self, member: Member, besides: str) -> bool:
        """Tell whether a file of an export is not its connector's but another one's of those that read its kind."""
        if self._forced:
            return False
        try:
            head = member.head()
        except DAMAGED_MEMBER:
            return False
        asked = [one for one in self._likely(kind_of(head)) if _recognises(one[1], member, head)]
        return bool(asked) and besides not in {name for name, _ in asked}

    def _unlikely(self, member: Member, head: bytes, asked: set[str]) -> tuple[str, Any] | None:
        """Ask all others, up to the first that says yes: a file may begin like one of another kind."""
        for name in plugins.says(GROUP):
            if name not in asked and _recognises(connector := self._of_name(name), member, head):
                return name, connector
        return None

    def _likely(self, kind: str) -> Iterator[tuple[str, Any]]:
        """Yield the connector that is named, or those that say they read the kind or say nothing."""
        if self._forced:
            yield self._forced, self._made[self._forced]
            return
        for name, kinds in plugins.says(GROUP).items():
            if not kinds or kind in kinds:
                yield name, self._of_name(name)

    def _of_name(self, name: str) -> Any:
        if name not in self._made:
            own = set(_options_of(plugins.load(GROUP, name)))
            self._made[name] = made(
                name, {key: value for key, value in self._options.items() if key in own}, self._zone
            )
        return self._made[name]
