"""The one root of all errors that a user can mend: the command line shows any of them as one sentence."""

from __future__ import annotations


class InfluenceError(Exception):
    """What went wrong and what mends it, in one sentence for the person who waits; no fault of the program."""

    near: tuple[tuple[str, str], ...] = ()
    """Who may have been meant: ids and names of people, for those who can point at one."""


class SourceError(InfluenceError):
    """A source that cannot be read, in one sentence that names the cure; connectors raise its kinds."""


def by_hand(error: Exception) -> bool:
    """Tell whether an error is somebody's Ctrl-C, as the database and compiled loops tell it: as a failure of theirs.

    What only speaks of it, as a message may that could not be read, is none.

    >>> by_hand(RuntimeError("Query interrupted")), by_hand(ValueError("no JSON: KeyboardInterrupt: in my loop"))
    (True, False)
    """
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, KeyboardInterrupt):
            return True
        cause = cause.__cause__
    if type(error).__name__ == "InterruptException":
        return True
    told = str(error).rstrip()  # version 1 of the database begins with it, version 2 ends
    return told.startswith("KeyboardInterrupt: ") or told.endswith(
        ("failed: KeyboardInterrupt:", "Query interrupted")
    )
