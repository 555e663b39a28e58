"""How people met, as an entry tells it: by a stated kind, a link, a place, and words."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache

from connectors.kit.modality.links import LINK, has_join_link, is_phone_number
from connectors.kit.modality.towns import names_town
from connectors.kit.modality.words import REMEMBERED, is_slip, senses, tokens
from connectors.kit.text import clean
from influence.contract.records import Modality

LONGEST_TEXT = 4000
"""Characters of a text in which words are looked for."""
LONGEST_PLACE = 500
_TITLE = 200
_MOST_ROOMS = 10_000
_SEGMENT = re.compile(r"[;|\n\r]+(?![^()]{0,200}\))|\\n")
_IN_BRACKETS = re.compile(r"\([^()]*\)?")
_PIECE = re.compile(
    r"(?<!\s)\s*(?:[,()\[\]{}+&•·:、，；]|/|\s[-–—_]+\s|\s(?:and|und|og|och|et|or|oder|eller)\s)\s*"
)
_JOINED = re.compile(r"[+&/;|•·]|\b(?:and|und|og|och|et|or|oder|eller|plus|y|e|i)\b", re.IGNORECASE)
_ASIDE = re.compile(r"[(\[]|\s[-–—]\s")
_NO_WORD = re.compile(r"[\W_]*")
_NO_ROOM = (
    "RE|FY|CY|PC|NO|CST|PST|EST|CET|GMT|UTC|X|EXT|ID|PIN|TEL|PH|FAX|MTG|KL|"
    "AM|PM|H|Q|V|G|B|F|COVID|ISO|CO|DIN|SOC|COP|MP|ETS|FF|S|T|R|KM"
)
_ROOM_CODE = re.compile(
    r"(?<![\w#/])(?!(?:RE|FY|CY|PC|NO|CST|PST|EST|GMT|UTC|X|EXT)\b)"
    r"[A-Z]{2,4}[ -]?\d{2,5}\s?\d{0,3}[A-Z]{0,2}\d{0,2}\b"
)
_ROOM_NAME = re.compile(
    rf"(?!(?:{_NO_ROOM})\W?\d)[A-Z]{{1,4}}[ .-]?(?:\d{{2,5}}[A-Za-z]?|\d{{1,3}}[A-Z]\d{{1,3}})(?:[.-]\d{{1,4}})?"
)
_ROOM_LISTED = re.compile(r"[\w ]+-\d{1,3}-.+\(\d{1,3}\)")
_AT_PLACE = re.compile(r"(?: at |@ )(?:the |their |his |her |our )?[A-Z][a-z]+")
_PERHAPS, _PLAIN, _STREET = "perhaps_online", "said_with_it", "street"
_NEAR = 4
_FORM = frozenset(("online", "joining"))
_DISTANCE = _FORM | {"distance", "services"}
_OF_DISTANCE = _DISTANCE | {_PERHAPS, "medium", _PLAIN, "with"}
_APART = _DISTANCE | {_PERHAPS}
_IN_A_PLACE = frozenset((_PERHAPS, "medium"))
_MANNER = _FORM | {"distance", _PERHAPS}
_NOTHING: frozenset[str] = frozenset()
_PLACES = frozenset(("room", "building", "in_person"))
_ONLY_ONLINE = (True, False)


@dataclass(frozen=True)
class Told:
    """What an entry tells about how people met.

    `locations` are the texts of its place, `links` those of its own fields for links; `online` that a service
    for meetings was booked, `room` that a room was; `stated` the kind that it states.
    """

    locations: tuple[str, ...] = ()
    title: str = ""
    text: str = ""
    links: tuple[str, ...] = ()
    online: bool = False
    room: bool = False
    stated: Modality | None = None


@dataclass
class BookedRooms:
    """Texts that are the place of entries for which a room was booked: such a text names a room, whatever its words."""

    _seen: Counter[str] = field(default_factory=Counter)

    def learn(self, told: Told) -> None:
        """Remember the place of an entry for which a room was booked; at most 10,000 different ones."""
        if told.room:
            for part in _parts(told.locations):
                key = " ".join(tokens(part))
                if key in self._seen or len(self._seen) < _MOST_ROOMS:
                    self._seen[key] += 1

    def knows(self, part: str) -> bool:
        """Tell whether a room was booked at this place more than once."""
        return self._seen[" ".join(tokens(part))] > 1 if self._seen else False


def kind_of(told: Told, rooms: BookedRooms | None = None) -> Modality:
    """Tell whether people were together.

    A stated kind counts for itself. Else a link, a service's name or a word of distance says online, and a place
    that looks like one (a street, a room, a building, a meal, a town) in person; both or neither is unknown.

    >>> kind_of(Told(("Oslo",))).value, kind_of(Told(("Réunion Microsoft Teams",))).value
    ('in_person', 'online')
    >>> kind_of(Told(("Oslo",), links=("https://zoom.us/j/1",))).value, kind_of(Told(("Bo",))).value
    ('unknown', 'unknown')
    """
    if told.stated is not None:
        return told.stated
    parts = list(_parts(told.locations))
    read = [_of_part(part) for part in parts]
    in_room = told.room or any(place for _, place in read)
    in_room = in_room or (rooms is not None and any(map(rooms.knows, parts)))
    online = told.online or any(apart for apart, _ in read) or _is_online(told)
    if online == in_room:
        return Modality.UNKNOWN
    return Modality.ONLINE if online else Modality.IN_PERSON


def _is_online(told: Told) -> bool:
    if any(has_join_link(text[:LONGEST_TEXT]) for text in (*told.locations, *told.links)):
        return True
    return any(text and told_by(text) is Modality.ONLINE for text in (told.title, told.text))


def place_of(locations: Iterable[str]) -> str | None:
    """Return the parts of the locations that may be a place: no link, no phone, no words of distance, nothing vague.

    >>> place_of(["Room 4; https://zoom.us/j/1", "tbd", "n/a"])
    'Room 4'
    """
    kept = [part for part in _parts(locations) if _of_part(part) != _ONLY_ONLINE]
    return clean("; ".join(dict.fromkeys(kept)), 200) or None


def stated_kind(text: str) -> Modality | None:
    """Return the kind that a column, a property or a field states in words of any language; None if they are not known.

    >>> [stated_kind(text) for text in ("Videokonferenz", "réunion en présentiel", "Hybrid")]
    [<Modality.ONLINE: 'online'>, <Modality.IN_PERSON: 'in_person'>, <Modality.UNKNOWN: 'unknown'>]
    >>> stated_kind("Steering group") is None
    True
    """
    return _stated(text[:LONGEST_PLACE])


@lru_cache(maxsize=REMEMBERED)
def _stated(text: str) -> Modality | None:
    words = tokens(text)
    if " ".join(words).replace(" ", "_") in set(Modality):
        return Modality(" ".join(words).replace(" ", "_"))
    found = frozenset[str]().union(*senses(words))
    if "not" in found:
        return None
    online = bool(found & (_APART | _IN_A_PLACE)) or has_join_link(text)
    together = bool(found & {"in_person", "room", "building"})
    if "hybrid" in found or (online and together):
        return Modality.UNKNOWN
    if online or together:
        return Modality.ONLINE if online else Modality.IN_PERSON
    return None


def says_nothing(text: str) -> bool:
    """Tell a text that leaves open what it stands for.

    >>> [says_nothing(text) for text in ("/", "n/a", "à définir", "Oslo")]
    [True, True, True, False]
    """
    return not any(_parts((text,)))


def told_by(text: str) -> Modality:
    """Tell by the words of a title or a description; online outweighs a room, since a call may be held in one.

    >>> told_by("Lunch with Ann Lee at The Four Seasons").value, told_by("Conf call, dial in 555").value
    ('in_person', 'online')
    >>> told_by("Budget 2001").value, told_by("Virtual power plant").value
    ('unknown', 'unknown')
    """
    return _told_by(text[:LONGEST_TEXT])


@lru_cache(maxsize=REMEMBERED // 10)
def _told_by(text: str) -> Modality:
    if has_join_link(text):
        return Modality.ONLINE
    text = LINK.sub(" ", text)
    found = senses(tokens(text))
    if any("joining" in one for one in found):
        return Modality.ONLINE
    if len(text) <= _TITLE and (any(one & _FORM for one in found) or _names_distance(text)):
        return Modality.ONLINE
    if (
        any("room" in one or "in_person" in one for one in found)
        or _ROOM_CODE.search(text)
        or _AT_PLACE.search(text)
    ):
        return Modality.IN_PERSON
    return Modality.UNKNOWN


def _names_distance(title: str) -> bool:
    """Tell a title of which a part speaks of distance only ("Plan (Zoom)"), or that begins so ("Skype with Bo").

    A title may also have such words for its subject: "Online safety", "Call options".
    """
    pieces = _pieces(title)
    for piece in pieces:
        found = senses(tokens(piece))
        sure = any(one & _DISTANCE for one in found) or len(pieces) > 1
        if sure and all(one & _OF_DISTANCE for one in found) and any(one & _APART for one in found):
            return True
    opening = senses(tokens(title[:60]))[:2]
    if _is_to_call(opening):
        return True
    return len(opening) > 1 and bool(opening[0] & _APART) and "with" in opening[1]


def room_in(title: str) -> str | None:
    """Return the code of a room that a title names.

    >>> room_in("EB2636: Interview w/Mark Anderson")
    'EB2636'
    """
    found = _ROOM_CODE.search(title[:LONGEST_TEXT])
    return found[0] if found else None


def _parts(locations: Iterable[str]) -> Iterable[str]:
    """Yield the parts of locations that say something: no links, nothing vague."""
    for location in locations:
        yield from _parts_of(location[:LONGEST_PLACE])


@lru_cache(maxsize=REMEMBERED)
def _parts_of(location: str) -> tuple[str, ...]:
    if not location or _NO_WORD.fullmatch(location):
        return ()
    parts = (
        re.sub(r"\s+", " ", part).strip(" ,;:-<>\"'") for part in _SEGMENT.split(LINK.sub(" ", location))
    )
    return tuple(part for part in parts if part and not _is_nowhere(part))


def _is_nowhere(part: str) -> bool:
    found = senses(tokens(part))
    return not found or (len(found) == 1 and "nowhere" in found[0])


def _pieces(part: str) -> list[str]:
    return [piece for piece in _PIECE.split(unicodedata.normalize("NFKC", part)) if piece]


@lru_cache(maxsize=REMEMBERED)
def _of_part(part: str) -> tuple[bool, bool]:
    """Tell whether a part of a location speaks of distance, and whether of a place."""
    pieces = _pieces(part)
    read = [_of_piece(piece) for piece in pieces]
    online = any(apart for apart, _ in read) or is_phone_number(part) or has_join_link(part)
    place = (
        any(at for _, at in read)
        or bool(_ROOM_LISTED.fullmatch(part))
        or (not is_phone_number(part) and _is_street(part, online=online))
    )
    if not place:
        left = [piece for piece, (apart, _) in zip(pieces, read, strict=True) if not apart]
        place = bool(left) and names_town(left) and not (online and _is_said_of_town(part, pieces))
    return online, place


def _is_said_of_town(part: str, pieces: list[str]) -> bool:
    """Tell "Virtual (Berlin)" and "Oslo - online", which name whose meeting it is, from "Oslo + Teams"."""
    if _JOINED.search(_IN_BRACKETS.sub(" ", part)):
        return False
    manner = any(one & _MANNER and "by_name" not in one for piece in pieces for one in senses(tokens(piece)))
    return manner or _of_piece(pieces[0])[0] or bool(_ASIDE.search(part))


@lru_cache(maxsize=REMEMBERED)
def _of_piece(piece: str) -> tuple[bool, bool]:
    """Tell the same of a piece: words that only perhaps speak of distance do where no other stands beside them.

    Nor does a town, which then says whose meeting it is: "Teams Oslo".
    """
    found = senses(tokens(piece))
    told = _NOTHING.union(*found)
    if "hybrid" in told:
        return True, True
    places = any(one & _PLACES and not one & _DISTANCE for one in found)
    places = places or bool(_ROOM_NAME.fullmatch(piece) or _ROOM_CODE.search(piece))
    if told & _DISTANCE:
        return True, places
    if told & _IN_A_PLACE and all(one & _OF_DISTANCE for one in found):
        return True, places
    if _PERHAPS in told:
        return places or _is_of_town(piece) or _is_to_call(found), places
    return len(found) == 1 and not places and is_slip(tokens(piece)[0]), places


def _is_to_call(found: list[frozenset[str]]) -> bool:
    """Tell "Call Bo" from "Call on Bo" and "Call centre"."""
    return len(found) > 1 and "to_call" in found[0] and "no_call" not in found[1]


def _is_of_town(piece: str) -> bool:
    others = [word for word in tokens(piece) if not senses([word])[0] & _OF_DISTANCE]
    return bool(others) and names_town([" ".join(others)])


def _is_street(part: str, *, online: bool) -> bool:
    """Tell a street by its word and a number near it, in either order."""
    words = tokens(part)
    numbers = [at for at, word in enumerate(words) if word[0].isdigit() and len(word) <= 6]
    if not numbers:
        return False
    streets = [
        at
        for at, word in enumerate(words)
        for one in senses([word])
        if _STREET in one and not (online and _PLAIN in one)
    ]
    return any(0 < abs(street - number) <= _NEAR for street in streets for number in numbers)
