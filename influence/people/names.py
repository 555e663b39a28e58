"""Names as people write them, brought to one form; and whose an account is by the names given for it."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

_PUBLIC_WORDS = """
    gmail googlemail hotmail outlook live msn yahoo ymail aol icloud mac me proton protonmail gmx web mail telia tele2
    online comcast earthlink att sbcglobal verizon worldnet rr btinternet orange wanadoo free laposte t-online spray
    yandex qq 163
"""
PUBLIC_MAIL = frozenset(_PUBLIC_WORDS.split())
"""Who offers mail to everybody (the last label but one): two addresses there are no sign of one organisation."""

_SECOND_LEVEL = frozenset(("co", "com", "org", "ac", "gov", "net", "edu"))
LONGEST = 200
"""Characters of a name or an identifier that are looked at."""
_ROLES_TEXT = """
    info office sales support admin administrator webmaster postmaster noreply no-reply contact help hr it news
    newsletter service team list mail email abuse marketing press jobs billing accounts chairman announcements
    undisclosed recipients root all everyone staff home me address unknown
"""
ROLES = frozenset(_ROLES_TEXT.split())
_TITLES_TEXT = "mr mrs ms miss dr prof sir jr sr ii iii iv phd mba herr frau fru mail e-mail email"
_TITLES = frozenset(_TITLES_TEXT.split())
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


def public_mail(domain: str) -> bool:
    """Tell whether a domain offers mail to everybody.

    >>> public_mail("gmail.com"), public_mail("yahoo.co.uk"), public_mail("mail.acme.example")
    (True, True, False)
    """
    return place_of(domain).partition(".")[0] in PUBLIC_MAIL


def place_of(domain: str) -> str:
    """Return the part of a domain that is an organisation's.

    >>> place_of("mail.acme.example"), place_of("a.ubs.co.uk")
    ('acme.example', 'ubs.co.uk')
    """
    labels = domain.lower().split(".")
    return ".".join(labels[-3:] if len(labels) > 2 and labels[-2] in _SECOND_LEVEL else labels[-2:])


def canonical_name(name: str | None) -> str:
    """Return a full name as `first last`, lower case, without accents, initials, titles and brackets.

    Empty where it is not a full name (one word, or more than four).

    >>> canonical_name("Kitchen, Louise"), canonical_name("John J. Lavorato"), canonical_name("Sales")
    ('louise kitchen', 'john lavorato', '')
    """
    full = [_plain(word) for word in _words(name or "") if len(word) > 1]
    return " ".join(full) if 2 <= len(full) <= 4 else ""


def _words(name: str) -> list[str]:
    """Return the words of a name in lower case, first names first, without titles and what stands in brackets."""
    whole = unicodedata.normalize("NFKC", name[:LONGEST])
    plain = re.sub(r"[(\\\[<].*|[@/].*|['\"]", "", whole)
    last, comma, first = plain.partition(",")
    words = re.findall(r"[^\W\d_]+(?:-[^\W\d_]+)*", f"{first} {last}" if comma and first.strip() else plain)
    return [low for word in words if (low := word.lower()) not in _TITLES]


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

    Three quarters of the names must agree; without a full name it is the empty string.

    >>> bearer_of({"Lavorato, John": 3, "Theresa Lavorato": 1}), bearer_of({"Ann Berg": 1, "Bo Ek": 1})
    ('lavorato j', None)
    """
    votes: Counter[str] = Counter()
    for name, count in names.items():
        if full := canonical_name(name):
            votes[f"{full.split()[-1]} {full[0]}"] += count
    if not votes:
        return ""
    best, count = votes.most_common(1)[0]
    return best if count * 4 >= votes.total() * 3 else None


def initials(name: str) -> str:
    """Return the middle initials of a name, lower case.

    >>> initials("Taylor, Mark E."), initials("Mark Taylor")
    ('e', '')
    """
    return "".join(letter.lower() for letter in re.findall(r"(?<=\s)([A-Za-z])(?:\.|\b)(?!\w)", name))


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


@dataclass(frozen=True)
class Name:
    """A name taken apart, folded: `given` stands for the short forms of `first`; any part may be empty."""

    first: str
    last: str
    middle: str = ""
    given: str = ""

    @property
    def full(self) -> str:
        """First and last name, or nothing where one is missing or is an initial."""
        return f"{self.first} {self.last}" if len(self.first) > 1 and self.last else ""


def parse_name(name: str) -> Name | None:
    """Take apart a name as people write it: `First M. Last`, `Last, First M.`, with titles and brackets dropped.

    None where there is no surname: one word says too little.

    >>> parse_name("Kitchen, Louise J.") == Name("louise", "kitchen", "j", "louise")
    True
    >>> parse_name("Åsa Öberg") == parse_name("OEBERG, Aasa"), parse_name("Sales")
    (True, None)
    """
    low = _words(name)
    if not 2 <= len(low) <= 5 or len(low[-1]) < 2:
        return None
    middle = next((word[0] for word in low[1:-1]), "")
    return Name(fold(low[0]), fold(low[-1]), fold(middle), given_name(low[0]))


def name_of_handle(handle: str) -> Name | None:
    """Return the name that an identifier spells out (`louise.kitchen`, `frank_w_vickers`), if it does.

    >>> name_of_handle("frank.w.vickers").last, name_of_handle("lkitchen"), name_of_handle("ddelain2")
    ('vickers', None, None)
    """
    parts = [part for part in re.split(r"[._-]+", handle.lower()) if part]
    if not 2 <= len(parts) <= 3 or not all(part.isalpha() for part in parts) or ROLES & set(parts):
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
