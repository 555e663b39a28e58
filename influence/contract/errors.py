"""The one root of all errors that a user can mend: the command line shows any of them as one sentence."""

from __future__ import annotations


class InfluenceError(Exception):
    """What went wrong and what mends it, in one sentence for the person who waits; no fault of the program."""

    near: tuple[tuple[str, str], ...] = ()
    """Who may have been meant: ids and names of people, for those who can point at one."""


class SourceError(InfluenceError):
    """A source that cannot be read, in one sentence that names the cure; connectors raise its kinds."""


def by_hand(error: Exception) -> bool:
    """Tell whether an error of the database is somebody's Ctrl-C, which it tells as a failure of its own.

    >>> by_hand(ValueError("reading failed: KeyboardInterrupt: ")), by_hand(ValueError("no JSON"))
    (True, False)
    """
    return KeyboardInterrupt.__name__ in str(error) or type(error).__name__ == "InterruptException"
