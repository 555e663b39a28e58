"""Everything that any logger says at its lowest level, as one text."""

import logging
from contextlib import contextmanager
from io import StringIO


@contextmanager
def logged():
    """Gather what is logged at DEBUG, by whatever library, until the block ends."""
    text, root = StringIO(), logging.getLogger()
    handler, before = logging.StreamHandler(text), root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    try:
        yield text
    finally:
        root.setLevel(before)
        root.removeHandler(handler)
