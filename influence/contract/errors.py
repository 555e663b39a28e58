"""The one root of all errors that a user can mend: the command line shows any of them as one sentence."""

from __future__ import annotations


class InfluenceError(Exception):
    """What went wrong and what mends it, in one sentence for the person who waits; no fault of the program."""

    near: tuple[tuple[str, str], ...] = ()
    """Who may have been meant: ids and names of people, for those who can point at one."""


class SourceError(InfluenceError):
    """A source that cannot be read, in one sentence that names the cure; connectors raise its kinds."""
