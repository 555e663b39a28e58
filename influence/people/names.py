"""Names as people write them, brought to one form; and whose an account is by the names given for it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import lru_cache

_PUBLIC_WORDS = """
    gmail googlemail hotmail outlook live msn yahoo ymail aol icloud mac me pm proton protonmail gmx web mail telia
    tele2 online comcast earthlink att sbcglobal bellsouth verizon worldnet rr btinternet orange wanadoo free laposte
    t-online freenet spray yandex rambler qq foxmail 126 163 sina naver daum hanmail rediffmail libero seznam fastmail
    tuta tutanota posteo zoho
"""
PUBLIC_MAIL = frozenset(_PUBLIC_WORDS.split())
"""Who offers mail to everybody (the last label but one): two addresses there are no sign of one organisation."""

_SECOND_LEVEL = frozenset(("co", "com", "org", "ac", "gov", "net", "edu"))
LONGEST = 200
"""Characters of a name or an identifier that are looked at."""
_ROLES_TEXT = """
    info office sales support admin administrator webmaster postmaster noreply no-reply contact help hr it news
    newsletter service team list mail email abuse marketing press jobs billing accounts chairman announcements
    undisclosed recipients root all everyone staff home me address unknown anonymous nobody none null guest user test
    example developer devnull localhost linux ubuntu debian github gitlab git code dev opensource hello public private
    spam junk mailing yourname youremail
"""
ROLES = frozenset(_ROLES_TEXT.split())
_TITLES_TEXT = "mr mrs ms miss dr prof sir phd mba herr frau fru mail e-mail email"
_TITLES = frozenset(_TITLES_TEXT.split())
_SUFFIXES = {"jr": "jr", "jnr": "jr", "sr": "sr", "snr": "sr", "ii": "ii", "iii": "iii", "iv": "iv"}
_PARTICLES = frozenset(
    [
        "af",
        "al",
        "av",
        "bin",
        "da",
        "das",
        "de",
        "del",
        "den",
        "der",
        "di",
        "dos",
        "du",
        "el",
        "ibn",
        "la",
        "le",
        "st",
        "ten",
        "ter",
        "van",
        "vander",
        "von",
    ]
)
_NO_HOUSE = re.compile(r"(users\.)?noreply\..+|localhost|.+\.(\(none\)|localhost|localdomain|local|lan)")
"""Domains that say nothing of where somebody works: private addresses of code hosts, machines without a name."""
_NICKNAMES = """
    robert:bob,rob,robbie,bobby william:bill,will,billy,willy james:jim,jimmy jeffrey:jeff,geoff,jeffery,geoffrey
    gregory:greg,gregg michael:mike,mick,mikael,micke,mikkel thomas:tom,tommy david:dave,davy daniel:dan,danny,danne
    elizabeth:liz,beth,betty,elisabeth,lisbeth katherine:kate,kathy,katie,catherine,kathryn katarina:catarina,kattis
    christopher:chris,kristoffer,kristofer kristina:christina,stina,kicki,christine,kristine anthony:tony
    joseph:joe,joey stephen:steve,steven stefan:steffe,staffan andrew:andy,drew richard:rick,dick,rich,ricky
    kenneth:ken,kenny lawrence:larry lars:lasse mitchell:mitch susan:sue,susie susanne:sanna patricia:patty,tricia
    phillip:phil,philip,filip edward:ed,ted,eddie gerald:jerry,gerry matthew:matt mattias:matte timothy:tim samuel:sam
    benjamin:ben,benny donald:don,donny douglas:doug frederick:fred,freddy fredrik:fredde nicholas:nick
    niklas:nicklas,niclas,nicke ronald:ron,ronnie raymond:ray stanley:stan vincent:vince charles:charlie,chuck
    karl:carl,kalle john:jack,johnny jan:janne margaret:maggie,peggy,meg margareta:greta jennifer:jenny,jen
    rebecca:becky deborah:debbie,deb,debra cynthia:cindy barbara:barb pamela:pam peter:pete,petter per:pelle
    alexander:alex,sasha victoria:vicky,viktoria kimberly:kim theresa:terry,terri,teresa eric:erik,erick
    sophia:sofia,sofie niels:nils,nisse olof:olle,olav hans:hasse joakim:jocke helena:helene charlotta:lotta,charlotte
    bo:bosse kristian:krille,christian gunilla:nilla birgitta:gitta,britta kajsa:kaisa
"""
_MODEL_OF = {
    short: full
    for line in _NICKNAMES.split()
    for full, _, shorts in (line.partition(":"),)
    for short in (full, *shorts.split(","))
}
_LETTERS = str.maketrans({"ø": "o", "æ": "a", "ß": "ss", "ð": "d", "þ": "th", "ł": "l", "đ": "d", "œ": "o"})


_BOTH = re.compile(r"(?<![^\s,])[^\s,]*[^\W\d_]\d+[^\W\d_][^\s,]*")
"""A word with a number within it is a handle (`bl4ckbird`)."""


def public_mail(domain: str) -> bool:
    """Tell whether a domain offers mail to everybody, or is nobody's: two addresses there share no organisation.

    >>> public_mail("gmail.com"), public_mail("users.noreply.github.com"), public_mail("mail.acme.example")
    (True, True, False)
    """
    return place_of(domain).partition(".")[0] in PUBLIC_MAIL or bool(_NO_HOUSE.fullmatch(domain.lower()))


def place_of(domain: str) -> str:
    """Return the part of a domain that is an organisation's.

    >>> place_of("mail.acme.example"), place_of("a.ubs.co.uk")
    ('acme.example', 'ubs.co.uk')
    """
    labels = domain.lower().split(".")
    return ".".join(labels[-3:] if len(labels) > 2 and labels[-2] in _SECOND_LEVEL else labels[-2:])


def canonical_name(name: str | None) -> str:
    """Return a full name as `first last`, lower case, without accents, initials, titles, suffixes and brackets.

    Empty where it is not a full name (one word, or more than four).

    >>> canonical_name("Kitchen, Louise"), canonical_name("John J. Lavorato"), canonical_name("Sales")
    ('louise kitchen', 'john lavorato', '')
    """
    full = [_plain(word) for word in _words(name or "")[0] if len(word) > 1]
    return " ".join(full) if 2 <= len(full) <= 4 else ""


def _words(name: str) -> tuple[list[str], str]:
    """Return the words of a name in lower case, first names first, and its suffix (jr, sr, ii, iii, iv) or nothing.

    Titles and what stands in brackets are left out.
    """
    whole = unicodedata.normalize("NFKC", name[:LONGEST])
    plain = re.sub(r"[(\\\[<].*|[@/].*|['\"]", "", whole)
    plain = _BOTH.sub(" ", plain)
    last, comma, first = plain.partition(",")
    turned = first.strip() and first.strip(" .").lower() not in _SUFFIXES
    words = re.findall(r"[^\W\d_]+(?:-[^\W\d_]+)*", f"{first} {last}" if comma and turned else plain)
    low = [word.lower() for word in words]
    suffix = next((_SUFFIXES[word] for word in low[1:] or low if word in _SUFFIXES), "")
    return [word for word in low if word not in _TITLES and word not in _SUFFIXES], suffix


def _plain(word: str) -> str:
    return "".join(mark for mark in unicodedata.normalize("NFKD", word) if not unicodedata.combining(mark))


def domain_of(account: str) -> str | None:
    """Return the domain of an e-mail account.

    >>> domain_of("email:ann@acme.com"), domain_of("x:12")
    ('acme.com', None)
    """
    system, _, address = account.partition(":")
    return address.rpartition("@")[2] or None if system == "email" and "@" in address else None


def bearer_of(names: Mapping[str, int]) -> str | None:
    """Return whose an account is by the names given for it: last name and first letter; None if contested.

    Three quarters of the names must agree with the one given most: its surname and nothing that contradicts it, or
    its words in another order. Without a full name it is the empty string.

    >>> bearer_of({"Lavorato, John": 3, "Theresa Lavorato": 1}), bearer_of({"Ann Berg": 1, "Bo Ek": 1})
    ('lavorato j', None)
    >>> bearer_of({"Mark S. Palmer": 1, "Mark A. Palmer": 1})
    """
    ordered = sorted(names.items(), key=lambda each: (-each[1], each[0]))
    given = [
        (full, parsed, n)
        for name, n in ordered
        if (full := canonical_name(name)) and (parsed := parse_name(name))
    ]
    if not given:
        return ""
    (full, first, _), total = given[0], sum(count for *_, count in given)
    words = sorted(full.split())
    for_it = sum(
        count
        for other, name, count in given
        if (other != full and sorted(other.split()) == words)
        or (name.last == first.last and not contradict(first, name))
    )
    return f"{full.split()[-1]} {full[0]}" if for_it * 4 >= total * 3 else None


def initials(name: str) -> str:
    """Return the middle initials of a name, lower case.

    >>> initials("Taylor, Mark E."), initials("Mark Taylor")
    ('e', '')
    """
    return "".join(letter.lower() for letter in re.findall(r"(?<=\s)([A-Za-z])(?:\.|\b)(?!\w)", name))


def suffix_of(name: str) -> str:
    """Return what tells a son from his father: jr, sr, ii, iii or iv; nothing where the name has no such word.

    >>> suffix_of("Lind Jr., Leo"), suffix_of("Leo Lind III"), suffix_of("Leo Lind")
    ('jr', 'iii', '')
    """
    return _words(name)[1]


def fold(words: str) -> str:
    """Return words in lower case without accents; what is written å, aa or a (ä, ae; ö, ø, oe) becomes one letter.

    >>> fold("Öberg") == fold("Oberg") == fold("Oeberg"), fold("Åsa Kjær") == fold("Aasa Kjaer")
    (True, True)
    """
    low = words[:LONGEST].lower()
    if not low.isascii():
        low = _plain(low.translate(_LETTERS)).lower()
    return low.replace("aa", "a").replace("ae", "a").replace("oe", "o").replace("ue", "u")


def given_name(first: str) -> str:
    """Return the name that a first name is short for, folded; itself if it is not known to be short for another.

    >>> given_name("bob"), given_name("louise"), given_name("micke")
    ('robert', 'louise', 'michal')
    """
    return fold(_MODEL_OF.get(first, first))


GIVEN_NAMES = frozenset(map(fold, _MODEL_OF))
"""First names that have short forms, and those forms, folded."""


@dataclass(frozen=True)
class Name:
    """A name taken apart, folded: `given` stands for the short forms of `first`; any part may be empty.

    `more` are the further first names that are written out, as `given` is; `suffix` is jr, sr, ii, iii or iv.
    """

    first: str
    last: str
    middle: str = ""
    given: str = ""
    more: tuple[str, ...] = ()
    suffix: str = ""

    @property
    def full(self) -> str:
        """First and last name, or nothing where one is missing or is an initial."""
        return f"{self.first} {self.last}" if len(self.first) > 1 and self.last else ""

    @property
    def givens(self) -> set[str]:
        """Every first name that is written out, or an initial where none is."""
        return {self.given, *self.more} - {""}


def parse_name(name: str) -> Name | None:
    """Take apart a name as people write it: `First M. Last`, `Last, First M.`, with titles and brackets dropped.

    None where there is no surname: one word says too little.

    >>> parse_name("Kitchen, Louise J.") == Name("louise", "kitchen", "j", "louise")
    True
    >>> parse_name("Åsa Öberg") == parse_name("OEBERG, Aasa"), parse_name("Sales")
    (True, None)
    """
    low, suffix = _words(name)
    if not 2 <= len(low) <= 5 or len(low[-1]) < 2:
        return None
    first, *between, last = low
    if len(first) == 1 and between and len(between[0]) > 1:  # called by the second first name: `C. John Berg`
        first, between = between[0], [first, *between[1:]]
    between = [word for word in between if word not in _PARTICLES]
    middle = next((word[0] for word in between), "")
    more = tuple(given_name(word) for word in between if len(word) > 1)
    return Name(fold(first), fold(last), fold(middle), given_name(first), more, suffix)


def contradict(one: Name, other: Name) -> bool:
    """Tell whether two names cannot well be one person's: other first names, initials or suffixes.

    A part that one of them lacks says nothing; short forms, an initial that fits and nearly one spelling agree.

    >>> ann, leo = parse_name("Ann Berg"), parse_name("Leo Lind Jr.")
    >>> [contradict(ann, parse_name(name)) for name in ("A. Berg", "Eva Ann Berg", "Anne Berg", "Eva Berg")]
    [False, False, False, True]
    >>> contradict(leo, parse_name("Leo Lind III")), contradict(leo, parse_name("Leo Lind"))
    (True, False)
    """
    if one.suffix and other.suffix and one.suffix != other.suffix:
        return True
    if not one.given or not other.given:
        return False
    if one.given != other.given:
        called = [(one.given, second) for second in other.givens] + [
            (first, other.given) for first in one.givens
        ]
        return not any(_may_be_one(first, second) for first, second in called)
    return bool(one.middle and other.middle) and one.middle != other.middle


@lru_cache(maxsize=100_000)
def _may_be_one(first: str, second: str) -> bool:
    if min(len(first), len(second)) == 1:
        return first[0] == second[0]
    return (
        first.startswith(second)
        or second.startswith(first)
        or SequenceMatcher(None, first, second).ratio() >= 0.85
    )


def name_of_handle(handle: str) -> Name | None:
    """Return the name that an identifier spells out (`louise.kitchen`, `frank_w_vickers`), if it does.

    Hyphens alone spell none: `blue-tit` is a handle.

    >>> name_of_handle("frank.w.vickers").last, name_of_handle("lkitchen"), name_of_handle("ddelain2")
    ('vickers', None, None)
    """
    parts = [part for part in re.split(r"[._-]+", handle.lower()) if part]
    if (
        not re.search(r"[._]", handle)
        or not 2 <= len(parts) <= 3
        or not all(part.isalpha() for part in parts)
        or ROLES & set(parts)
    ):
        return None
    return parse_name(" ".join(parts)) if len(parts[0]) > 1 else None


def name_forms(name: Name) -> set[str]:
    """Return the handles that people make of a name.

    >>> sorted(name_forms(parse_name("Louise Kitchen")))
    ['kitchenl', 'kitchenlouise', 'lkitche', 'lkitchen', 'louisek', 'louisekitchen']
    """
    first, last = name.first, name.last
    if not first or not last:
        return set()
    made = {last + first[0], first[0] + name.middle + last, first + name.middle + last}
    for given in (first, name.given):
        made |= {given + last, last + given, given[0] + last, given + last[0]}
    made |= {(first[0] + last)[:cut] for cut in (7, 8)}  # older systems cut what is longer
    return {fold(form) for form in made if len(form) >= 4}
