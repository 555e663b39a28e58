"""Times as services and files write them."""

from __future__ import annotations

import contextlib
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from influence.contract.connector import ConnectorError


def named_zone(name: str | None) -> ZoneInfo | None:
    """Return the IANA zone of that name, or None for None.

    Raises:
        ConnectorError: there is no such zone.

    >>> named_zone("Europe/Oslo")
    zoneinfo.ZoneInfo(key='Europe/Oslo')
    """
    if name is None:
        return None
    with contextlib.suppress(ZoneInfoNotFoundError, ValueError, OSError):
        return ZoneInfo(name)
    raise ConnectorError(f"{name[:60]!r} is no time zone; write one as in Europe/Oslo or UTC")
