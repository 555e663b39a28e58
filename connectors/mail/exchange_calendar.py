"""Calendar entries as an Exchange export keeps them among the mail: a title, a text, and no list of people.

Full names in the title, and in the text's list of attendees, become accounts `name:<first last>`; those
that are nobody's name match nobody later.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from connectors.kit.addresses import display_name
from connectors.kit.modality.telling import LONGEST_TEXT, Told, kind_of, place_of, room_in, told_by
from influence.contract.records import Encounter, Evidence, Modality

MOST_NAMES = 200
_JOINTS = re.compile(
    r"\bw/|[/&,;:()\n\t|+?!\"<>]|\s[-–—]+\s|\b(?:with|and|und|og|och|et|from|for|re|by|at|in|of|to|per)\b",
    re.IGNORECASE,
)
_NAME = re.compile(
    r"[^\W\d_a-z][\w'’-]+(?:\s+(?:[^\W\d_a-z]\.?\s+)?(?:(?:van|von|de|der|la)\s+)?[^\W\d_a-z][\w'’-]+){1,2}\b"
)
_WHEN = re.compile(
    r"^When:\s+\w+,\s+(?P<day>\w+ \d{1,2}, \d{4})\s+(?P<hour>\d{1,2}:\d\d [AP]M)"
    r"[^(\n]*\(GMT(?P<offset>[+-]\d\d:\d\d)\)",
    re.MULTILINE,
)
_DAY = re.compile(
    r"(?:\b(?P<weekday>mon|tue|wed|thu|fri|sat|sun)[a-z]{0,6}\.?,?[ \t]+)?"
    r"\b(?P<month>jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}\.?[ \t]+(?P<day>\d{1,2})"
    r"(?:st|nd|rd|th)?\b(?:,?[ \t]+(?P<year>\d{4})\b)?",
    re.IGNORECASE,
)
_HEADER = re.compile(r"^[ \t>]*(?:from|sent|to|cc|subject):[^\n]*$", re.IGNORECASE | re.MULTILINE)
"""Lines of a forwarded message, whose dates are not the meeting's."""
_AHEAD = timedelta(days=180)
"""How long before a meeting it is entered at most."""
_AFAR = re.compile(
    r"(?<![^\n;,])[^\n;,]*\b(?:by|via|on)[ \t]+(?:the[ \t]+)?(?:tele)?(?:phone|conference|video)\b[^\n;,]*"
    r"|^[ \t]*(?:tele|video)[ -]?conf\w*:[^\n]*$",
    re.IGNORECASE | re.MULTILINE,
)
"""Who in a list of people only rings in."""
_WHERE = re.compile(
    r"^[ \t>]*(?:where|location|place|hvor|sted|var|plats|wo|ort|lieu|o[uù]|lugar|d[oó]nde|luogo|dove|waar|locatie"
    r"|local|onde|gdzie|miejsce|kde|m[ií]sto|miss[aä]|paikka):[ \t]{0,20}(\S[^\n]{0,200})$",
    re.IGNORECASE | re.MULTILINE,
)
_NO_NAME = re.compile(
    r"""(?:[A-Z]{2,5}s?|.*\d.*) | (?i:mtg | meetings? | lunch | dinner | breakfast | conf | call | conference | board
    | committee | review | interview | updated? | office | room | hotel | houston | new | york | london | strategy
    | (?:mon|tues|wednes|thurs|fri|satur|sun)day | january | february | march | april | june | july | august
    | september | october | november | december | golf | flight | staff | team | management | presentation | project
    | budget | training | all | employees? | your? | the | his | her | offsite | tour | visit | center | house | driver
    | limo | reservations? | trip | day | time | free | do | not | schedule | president | chairman | director | vice
    | head | senior | associate | analyst | dial | passcode | participants | attendees | invitees | special | weekly
    | monthly | quarterly | annual | year | end | north | south | east | west | america | power | gas | energy
    | company | corp | inc | co | bank | group | doctors | appointment | hold | cancell?ed | concert | dept | speaking
    | event | club | discuss | writer)""",
    re.VERBOSE,
)
_LIST = re.compile(
    r"^[ \t>]*(?:\w+ )?(?:attendees|participants|invitees|deltakere|deltagere|deltagare|teilnehmer)\b"
    r"[^:\n]{0,20}:?[ \t]*",
    re.IGNORECASE | re.MULTILINE,
)


def encounter(
    owner: str, title: str, text: str, entered: datetime, invited: Sequence[str], line: int
) -> Encounter:
    """Turn one entry into an encounter of the calendar's owner with everybody whose full name it states.

    `time` is when the meeting took place where the text says so ("When: …", or a day in words that lies ahead), else
    when the entry was entered, which is all that the export keeps. `invited` are
    the full names to which a request for a meeting was sent: names, not addresses, because a calendar that
    says most people in words must not seem to tell about everybody with an address. The id is the same for
    copies of one entry.
    """
    asked = [account for name in invited for account in _names(name)]
    people = tuple(dict.fromkeys((owner, *asked, *names_in(title, text))))
    words = re.sub(r"[\W_]+", " ", f"{title} {text}".lower())
    where = tuple(_WHERE.findall(text[:LONGEST_TEXT])[:1])
    seed = "\x1f".join((owner, entered.isoformat(), words))
    return Encounter(
        people=people[:MOST_NAMES],
        kind=_kind(title, text, where),
        evidence=Evidence.CALENDAR,
        time=_stated_time(text) or _day_in_words(text, entered) or entered,
        place=room_in(title) or place_of(where),
        id=f"calendar:{hashlib.sha256(seed.encode()).hexdigest()[:32]}",
        line=line,
    )


def _stated_time(text: str) -> datetime | None:
    """Return the beginning of the meeting as a request states it.

    >>> _stated_time("When: Thursday, June 28, 2001 2:00 PM-5:00 PM (GMT-06:00) Central Time").isoformat()
    '2001-06-28T14:00:00-06:00'
    """
    found = _WHEN.search(text[: LONGEST_TEXT * 4])
    if found is None:
        return None
    try:
        return datetime.strptime(f"{found['day']} {found['hour']} {found['offset']}", "%B %d, %Y %I:%M %p %z")
    except ValueError:
        return None


def _day_in_words(text: str, entered: datetime) -> datetime | None:
    """Return noon of the first day that a text names and that lies ahead, in the zone in which it was entered.

    A weekday must be that day's, and a day without a year is the next one.

    >>> entered = datetime.fromisoformat("2001-07-31T11:38:52-07:00")
    >>> _day_in_words("Sent: Friday, August 3\\nscheduled for Thursday, August 2 from 1pm", entered).isoformat()
    '2001-08-02T12:00:00-07:00'
    """
    for found in _DAY.finditer(_HEADER.sub("", text[: LONGEST_TEXT * 4])):
        years = [int(found["year"])] if found["year"] else [entered.year, entered.year + 1]
        for year in years:
            try:
                day = datetime.strptime(f"{found['day']} {found['month']} {year}", "%d %b %Y")
            except ValueError:
                continue
            noon = day.replace(hour=12, tzinfo=entered.tzinfo)
            named = not found["weekday"] or f"{day:%a}".lower() == found["weekday"].lower()
            if named and entered < noon <= entered + _AHEAD:
                return noon
    return None


def _kind(title: str, text: str, where: tuple[str, ...]) -> Modality:
    """Tell by the title and the place that a request states, else by the text."""
    told = told_by(title)
    if where and told is not Modality.IN_PERSON:
        told = kind_of(Told(where, title=title))
        return told if told is not Modality.UNKNOWN or place_of(where) else told_by(text)
    return told if told is not Modality.UNKNOWN else told_by(text)


def names_in(title: str, text: str) -> Iterator[str]:
    """Yield the account `name:<first last>` of each full name in a title and in the list of those who come.

    >>> list(names_in("Mtg. w/Robert Jones & Ann B. Lee in your office", "Attendees: Bob Fox, Cy Day (by phone)"))
    ['name:robert jones', 'name:ann b lee', 'name:ann lee', 'name:bob fox']
    """
    yield from _names(title[:LONGEST_TEXT])
    for found in _LIST.finditer(text[: LONGEST_TEXT * 4]):
        yield from _names(_AFAR.sub("", _list_after(text[found.end() : found.end() + LONGEST_TEXT])))


def _list_after(text: str) -> str:
    """Take the lines up to the first blank one that follows a name."""
    block = re.split(r"\n[ \t]*\n", text.lstrip(), maxsplit=1)[0]
    return "\n".join(_first_name_first(line) for line in block.splitlines())


def _first_name_first(line: str) -> str:
    entries = line.split(";")
    return ";".join(display_name(entry) for entry in entries) if len(entries) > 1 else line


def _names(text: str) -> Iterator[str]:
    for part in _JOINTS.split(text):
        for run in _runs(part or ""):
            words = [word.strip("'’-.").removesuffix("'s").removesuffix("’s") for word in run.lower().split()]
            if 2 <= len(words) <= 4:
                yield f"name:{' '.join(words)}"
            if len(words) > 2:
                yield f"name:{words[0]} {words[-1]}"


def _runs(part: str) -> Iterator[str]:
    """Yield runs of capitalised words, cut at words that are no part of a name."""
    kept = " ".join("|" if _is_no_name(word) else word for word in part.split())
    for piece in kept.split("|"):
        yield from _NAME.findall(piece)


def _is_no_name(word: str) -> bool:
    return bool(_NO_NAME.fullmatch(word.strip(".'’-")))
