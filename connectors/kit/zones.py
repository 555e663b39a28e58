"""Time zones by the names that calendars give them: IANA's, Windows', those of products, and plain offsets."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from functools import cache, lru_cache
from zoneinfo import ZoneInfo, available_timezones

_OFFSET = re.compile(
    r"\(?(?:GMT|UTC|Z)?\s*(?P<sign>[+\-\u2212])\s*(?P<hours>\d{1,2})[:.]?(?P<minutes>\d\d)?\)?\s*(?P<places>.*)",
    re.I,
)
_UNIVERSAL = re.compile(
    r"\(?(?:utc|gmt|z|zulu|universal|coordinated universal time|greenwich mean time)\)?"
    r"(?:\s+coordinated universal time)?",
    re.IGNORECASE,
)
_AMERICAN = {
    "eastern": "America/New_York",
    "central": "America/Chicago",
    "mountain": "America/Denver",
    "pacific": "America/Los_Angeles",
    "atlantic": "America/Halifax",
    "alaska": "America/Anchorage",
    "hawaii": "Pacific/Honolulu",
    "arizona": "America/Phoenix",
    "newfoundland": "America/St_Johns",
}
_AMERICAN_NAME = re.compile(
    rf"(?P<name>{'|'.join(_AMERICAN)})(?:\s+(?:standard|daylight))?(?:\s+time)?"
    r"(?:\s+\((?:us|canada)[^)]*\))?(?:;.{0,60})?",
    re.I,
)
_SHORT = {
    **dict.fromkeys(("edt", "et"), "America/New_York"),
    **dict.fromkeys(("cst", "cdt", "ct"), "America/Chicago"),
    **dict.fromkeys(("mdt", "mt"), "America/Denver"),
    **dict.fromkeys(("pst", "pdt", "pt"), "America/Los_Angeles"),
    **dict.fromkeys(("cest", "mez", "mesz"), "Europe/Berlin"),
    "met_dst": "Europe/Berlin",
    **dict.fromkeys(
        (
            *("central_european_time", "central_european_summer_time"),
            *("mitteleuropäische_zeit", "mitteleuropäische_sommerzeit"),
        ),
        "Europe/Berlin",
    ),
    **{f"us-{name}": zone for name, zone in _AMERICAN.items()},
    "eest": "Europe/Helsinki",
    "bst": "Europe/London",
    "msk": "Europe/Moscow",
    "sast": "Africa/Johannesburg",
    "pkt": "Asia/Karachi",
    "wib": "Asia/Jakarta",
    "hkt": "Asia/Hong_Kong",
    "sgt": "Asia/Singapore",
    "kst": "Asia/Seoul",
    "jst": "Asia/Tokyo",
    "awst": "Australia/Perth",
    **dict.fromkeys(("acst", "acdt"), "Australia/Adelaide"),
    **dict.fromkeys(("aest", "aedt"), "Australia/Sydney"),
    **dict.fromkeys(("nzst", "nzdt"), "Pacific/Auckland"),
    **dict.fromkeys(("akst", "akdt"), "America/Anchorage"),
    **dict.fromkeys(("nst", "ndt"), "America/St_Johns"),
    "adt": "America/Halifax",
    "brt": "America/Sao_Paulo",
}
_VARIANT = re.compile(r"(?<=[a-z])(?:-\d{8}|[- ]?\((?:standard|daylight|summer)\))$", re.IGNORECASE)
"""What programs write behind the name of a zone for the part of its history that they mean."""
_PARTS_OF_HOURS = {
    -570: "Pacific/Marquesas",
    210: "Asia/Tehran",
    270: "Asia/Kabul",
    330: "Asia/Kolkata",
    345: "Asia/Kathmandu",
    390: "Asia/Yangon",
    570: "Australia/Darwin",
}


@lru_cache(maxsize=1000)
def zone_called(name: str) -> str | None:
    """Return the IANA name of the zone that a name means; None where it tells none.

    >>> zone_called("tzone://Microsoft/Utc"), zone_called("(UTC+01:00) Brussels, Copenhagen, Madrid, Paris")
    ('UTC', 'Europe/Brussels')
    >>> zone_called("GMT+0100"), zone_called("W. Europe Standard Time"), zone_called("Customized Time Zone")
    ('Etc/GMT-1', 'Europe/Berlin', None)
    """
    text = re.sub(r"\\(.)", r"\1", name[:200]).strip(" \"'")
    text = re.sub(r"(?<=time) \d{1,2}$", "", text, flags=re.IGNORECASE)  # Outlook numbers zones of one name
    parts = _VARIANT.sub("", text).split("/")
    for at in range(len(parts)):
        if found := _known().get("/".join(parts[at:]).replace(" ", "_").lower()):
            return found
    last = parts[-1].strip()
    if _UNIVERSAL.fullmatch(last):
        return "UTC"
    if short := _SHORT.get(last.lower().replace(" ", "_")):
        return short
    if american := _AMERICAN_NAME.fullmatch(last):
        return _AMERICAN[american["name"].lower()]
    offset = _OFFSET.fullmatch(last)
    return _by_offset(offset) if offset else None


def _by_offset(found: re.Match[str]) -> str | None:
    minutes = int(found["hours"]) * 60 + int(found["minutes"] or 0)
    minutes = minutes if found["sign"] == "+" else -minutes
    if american := _AMERICAN_NAME.fullmatch(found["places"].strip()):
        return _AMERICAN[american["name"].lower()]
    for place in found["places"].split(","):
        zone = _cities().get(re.sub(r"\W+", "_", place.strip().lower()))
        if zone and _standard(zone) == timedelta(minutes=minutes):
            return zone
    if minutes % 60 or abs(minutes) > 12 * 60:
        return _PARTS_OF_HOURS.get(minutes)
    return f"Etc/GMT{-minutes // 60:+d}" if minutes else "UTC"


def _standard(zone: str) -> timedelta | None:
    offsets = (ZoneInfo(zone).utcoffset(datetime(2026, month, 1, tzinfo=UTC)) for month in (1, 7))
    return min((one for one in offsets if one is not None), default=None)


@cache
def _known() -> dict[str, str]:
    """Names in lower case: IANA's, and Windows' where the package that knows them is installed."""
    known = {zone.lower(): zone for zone in available_timezones() if zone not in {"localtime", "Factory"}}
    try:
        from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON
    except ImportError:
        return known
    return {name.lower().replace(" ", "_"): zone for name, zone in WINDOWS_TO_OLSON.items()} | known


@cache
def _cities() -> dict[str, str]:
    """IANA's zones by their city."""
    zones = sorted(zone for zone in available_timezones() if re.match(r"(A|E|Pacific|Indian)\w*/", zone))
    return {zone.rpartition("/")[2].lower(): zone for zone in reversed(zones) if not zone.startswith("Etc/")}
