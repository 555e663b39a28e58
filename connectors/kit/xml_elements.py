"""XML that others wrote, element by element: nothing is fetched for it, no entity is expanded, sizes are bounded."""

from __future__ import annotations

import codecs
import html
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain
from typing import IO
from xml.parsers import expat

from connectors.kit.text import ODD, clean
from influence.contract.files import Member
from influence.contract.records import SetAside

LARGEST_ITEM = 16 * 1024 * 1024
"""Characters that one item may hold, its markup counted in."""
DEEPEST = 50
_ELEMENT = 100
"""Characters for which an element counts that holds none."""
_CHUNK = 64 * 1024
_SPACES = {
    "http://purl.org/dc/elements/1.1/": "dc",
    "http://purl.org/rss/1.0/modules/content/": "content",
    "http://www.w3.org/2005/Atom": "atom",
    "http://purl.org/atom/ns#": "atom",
    "http://purl.org/syndication/thread/1.0": "thr",
    "http://wellformedweb.org/CommentAPI/": "wfw",
    "http://purl.org/rss/1.0/modules/slash/": "slash",
    "http://www.itunes.com/dtds/podcast-1.0.dtd": "itunes",
    "http://www.w3.org/1999/02/22-rdf-syntax-ns#": "rdf",
}
_PLAIN = re.compile(
    r"http://(?:purl\.org/(?:rss/1\.0/|net/rss1\.1#)|my\.netscape\.com/rdf/simple/0\.9/|backend\.userland\.com/.*)"
)
_WXR = re.compile(r"http://wordpress\.org/export/[\d.]+/")
_ILL = re.compile(
    rb"<!\[CDATA\[|\]\]>"
    rb"|&#?\w{1,31};|&"
    rb"|\xed[\xa0-\xbf][\x80-\xbf]"  # half of a surrogate pair
    rb"|\xef\xbf[\xbe\xbf]"  # no character
    rb"|[\x00-\x08\x0b\x0c\x0e-\x1f]"
)
_BEGUN = re.compile(rb"(?:&#?\w{0,31}|<(?:!(?:\[[CDAT]{0,5})?)?|\]{1,2}|\xed[\xa0-\xbf]?|\xef\xbf?)\Z")
"""What the end of one chunk and the beginning of the next may make together."""
_CODED = re.compile(
    rb"\s*(?:\xef\xbb\xbf)?<\?xml[^<>]{0,100}encoding\s*=\s*[\"'](?!utf-?8[\"'])", re.IGNORECASE
)
"""A file that says that it is in another coding than UTF-8."""
_KNOWN = frozenset((b"&amp;", b"&lt;", b"&gt;", b"&quot;", b"&apos;"))


@dataclass
class Element:
    """One element of the file: its text, its parts (text behind one is a part without a name), and its line."""

    tag: str
    line: int
    attributes: Mapping[str, str] = field(default_factory=dict)
    text: str = ""
    parts: list[Element] = field(default_factory=list)

    def get(self, *tags: str) -> str:
        """Return the text of the first part that has one of these names and says something; empty where none does."""
        found = (part.whole_text().strip() for tag in tags for part in self.all(tag))
        return next((text for text in found if text), "")

    def all(self, tag: str) -> Iterator[Element]:
        """Yield the parts of that name."""
        return (part for part in self.parts if part.tag == tag)

    def whole_text(self) -> str:
        """Return its text and that of the elements within."""
        return " ".join((self.text, *(part.whole_text() for part in self.parts)))


class _NotAllowed(Exception):
    """Why the file is not read further."""


class _Tree:
    """Builds the elements of `wanted`, and gives them away as they end; everything else is passed over.

    A `lenient` one passes over a document type (RSS 0.91 has one); what is declared in it is refused all the same.
    """

    def __init__(self, wanted: frozenset[str], lenient: bool) -> None:
        self.parser = expat.ParserCreate(namespace_separator=" ")
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._text
        self.parser.StartDoctypeDeclHandler = self._declares if lenient else self._doctype
        self.parser.EntityDeclHandler = self._doctype
        self.parser.ProcessingInstructionHandler = self._instruction
        self.done: list[Element] = []
        self._wanted, self._open, self._size, self._depth = wanted, list[Element](), 0, 0

    def _doctype(self, *_: object) -> None:
        raise _NotAllowed("it declares a document type, which no export and no feed does")

    def _declares(self, _: str, __: str | None, ___: str | None, inside: int) -> None:
        if inside:
            self._doctype()

    def _instruction(self, target: str, told: str) -> None:
        if not self._open and f"?{target}" in self._wanted:
            self.done.append(Element(f"?{target}", self.parser.CurrentLineNumber, text=told))

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        name = _short(tag)
        self._depth += 1
        if self._depth > DEEPEST:
            raise _NotAllowed("its elements are nested deeper than those of any export")
        if self._open or (name in self._wanted and self._depth <= 3):
            self._count(_ELEMENT + sum(map(len, attributes.values())))
            self._open.append(Element(name, self.parser.CurrentLineNumber, attributes))

    def _text(self, text: str) -> None:
        if not self._open:
            return
        self._count(len(text))
        place = self._open[-1]
        if place.parts and place.parts[-1].tag:
            if not text.strip():
                return
            self._count(_ELEMENT)
            place.parts.append(Element("", self.parser.CurrentLineNumber))
        (place.parts[-1] if place.parts else place).text += text

    def _count(self, size: int) -> None:
        self._size += size
        if self._size > LARGEST_ITEM:
            raise _NotAllowed("an item is larger than 16 MiB")

    def _end(self, _: str) -> None:
        self._depth -= 1
        if not self._open:
            return
        ended = self._open.pop()
        if self._open:
            self._open[-1].parts.append(ended)
        else:
            self._size = 0
            self.done.append(ended)


def _short(tag: str) -> str:
    """Write `http://wordpress.org/export/1.2/ post_id` as `wp:post_id`."""
    space, _, name = tag.rpartition(" ")
    if not space or _PLAIN.fullmatch(space):
        return name
    return f"{'wp' if _WXR.fullmatch(space) else _SPACES.get(space, 'other')}:{name}"


def elements(
    member: Member, wanted: frozenset[str], *, lenient: bool = False
) -> Iterator[Element | SetAside]:
    """Yield the elements of these names; where the file breaks off, that it does, and on which line.

    Single characters are mended that would end it: control characters, bare ampersands, letters of another coding.
    `lenient` is for feeds, which may name a document type. `?name` wants a processing instruction.
    """
    tree = _Tree(wanted, lenient)
    with member.open() as stream:
        try:
            for chunk in _mended(stream):
                tree.parser.Parse(chunk, False)
                yield from tree.done
                tree.done.clear()
            tree.parser.Parse(b"", True)
        except (expat.ExpatError, _NotAllowed, ValueError, LookupError) as error:
            yield from tree.done
            line = max(1, tree.parser.CurrentLineNumber)
            yield SetAside(f"the file cannot be read from line {line} on: {clean(str(error), 100)}", line)


def _chunks(stream: IO[bytes]) -> Iterator[bytes]:
    while chunk := stream.read(_CHUNK):
        yield chunk


def _mended(stream: IO[bytes]) -> Iterator[bytes]:
    """Replace what a parser would stop at."""
    mend, rest, first = _Mend(), b"", next(_chunks(stream), b"")
    chunks = chain((first,), _chunks(stream))
    for chunk in chunks if _CODED.match(first) else _in_utf8(chunks):
        whole = rest + chunk
        begun = _BEGUN.search(whole, max(0, len(whole) - 40))
        cut = begun.start() if begun else len(whole)
        yield _ILL.sub(mend, whole[:cut])
        rest = whole[cut:]
    yield _ILL.sub(mend, rest)


def _of_windows(error: UnicodeError) -> tuple[str, int]:
    """Read bytes that are no UTF-8 as Windows' Latin letters: names that differ by them stay two."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return error.object[error.start : error.end].decode("windows-1252", "replace"), error.end


codecs.register_error("influence.of-windows", _of_windows)


def _in_utf8(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Mend bytes that are no UTF-8: letters that came from elsewhere."""
    decoder = codecs.getincrementaldecoder("utf-8")("influence.of-windows")
    for chunk in chunks:
        yield decoder.decode(chunk).encode()
    yield decoder.decode(b"", True).encode()


class _Mend:
    r"""Says what stands for a piece in its place: the number of a character for the name that HTML gives it.

    >>> _ILL.sub(_Mend(), b"R&D &nbsp;&amp; &#xD83D; \x01 <![CDATA[R&D]]>").decode()
    'R&amp;D &#160;&amp; &#65533;   <![CDATA[R&D]]>'
    """

    def __init__(self) -> None:
        self._as_it_is = False

    def __call__(self, found: re.Match[bytes]) -> bytes:
        piece = found[0]
        if piece in {b"<![CDATA[", b"]]>"}:
            self._as_it_is = piece != b"]]>"
        elif piece[:1] == b"&":
            return piece if self._as_it_is or piece in _KNOWN else _numbered(piece.decode("latin-1"))
        else:
            return b" " if len(piece) == 1 else "\ufffd".encode()
        return piece


def _numbered(reference: str) -> bytes:
    meant = html.unescape(reference)
    if meant == reference:
        return f"&amp;{reference[1:]}".encode()
    return "".join(f"&#{ord(ODD.sub(chr(0xFFFD), letter))};" for letter in meant).encode()
