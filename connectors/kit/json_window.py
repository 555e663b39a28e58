"""JSON of any size, read through a window that moves over it: no more is held than the value that is read.

Values are read by the decoder of `answers`; only where it refuses one is its end looked for by its brackets, so that
the value is set aside and the next one is read. (ijson 3.6 takes half the time, but ends at the first bad value, and a
whole number of 5,000 digits crashes the process.)
"""

from __future__ import annotations

import codecs
import re
from typing import IO

from connectors.kit.answers import At, CutOff, NoJson, TooDeep, flattened, parsed, value_at
from connectors.kit.line_blocks import gathered
from connectors.kit.text import ODD, decoded
from influence.contract.records import SetAside

PIECE = 1024 * 1024
"""Bytes that are read at once, or as many as are held where a value is larger."""
LARGEST_VALUE = 128 * 1024 * 1024
"""Characters of the largest value that is read; a larger one is passed over a piece at a time."""
_REST = 2
"""Characters by which a number may go on that seems to end: of 2e+1 those after the 2."""
_BOM = "\ufeff"
_SPACE = re.compile(r"[\s,;]*+")
_BLANK = re.compile(r"\s*+")
_WORD = re.compile(r'[^\s,\[\]{}"]*+')
_PLAIN = re.compile(r'(?:[^"\[\]{}]++|"(?:[^"\\]++|\\.)*+")*+', re.DOTALL)
"""Whole texts, and whatever opens or closes nothing."""
_TEXT = re.compile(r'(?:[^"\\]++|\\.)*+', re.DOTALL)
_UTF_8 = ("utf-8", "surrogateescape")
"""How bytes become text here: one that is no text comes back as it was."""


class Damaged(NoJson):
    """Nothing shows where the next value begins."""


class Window:
    """A place in a JSON document: what is before it is forgotten, what follows is read as it is needed.

    >>> from io import BytesIO
    >>> window = Window(BytesIO(b'{"a": 1}, [2]'))
    >>> window.value(), window.skip_space(), window.value(), window.ended()
    (At(line=1, value={'a': 1}), None, At(line=1, value=[2]), True)
    """

    def __init__(self, stream: IO[bytes]) -> None:
        self.text, self.at, self.line = "", 0, 1
        self._stream, self._decoder = stream, codecs.getincrementaldecoder("utf-8")("surrogateescape")
        self._all_read, self._is_odd = False, False
        self._damage: Exception | None = None
        self._byte, self._counted = 0, 0
        self._more()
        self.at = self._counted = len(self.text) - len(self.text.removeprefix(_BOM))
        self._byte = 3 * self.at

    # --- where it is --------------------------------------------------------------------------------------

    @property
    def byte(self) -> int:
        """How many bytes of the document are before this place."""
        self._byte += len(self.text[self._counted : self.at].encode(*_UTF_8))
        self._counted = self.at
        return self._byte

    def place(self) -> str:
        """Say where this is, where the line tells nothing: in a document that is all on one."""
        return f" (byte {self.byte:,})" if self.line == 1 else ""

    def ended(self) -> bool:
        """Tell whether nothing follows."""
        return self.at >= len(self.text) and not self._more()

    def follows(self, what: str) -> bool:
        """Tell whether a character follows."""
        return not self.ended() and self.text.startswith(what, self.at)

    def takes(self, what: str) -> bool:
        """Go past a character, and tell whether it was there."""
        if not self.follows(what):
            return False
        self.go_to(self.at + 1)
        return True

    def skip_space(self, space: re.Pattern[str] = _SPACE) -> None:
        """Go past white space, and past what stands between values."""
        while not self.ended():
            found = space.match(self.text, self.at)
            self.go_to(found.end() if found else self.at)
            if self.at < len(self.text):
                return

    def go_to(self, end: int) -> None:
        """Go on to a place in `text`."""
        self.line += self.text.count("\n", self.at, end)
        self.at = end

    def _more(self) -> bool:
        """Read on, and forget what is before this place; False where there is no more."""
        if self._damage is not None:
            raise self._damage
        if self._all_read:
            return False
        content, self._damage = gathered(self._stream, max(PIECE, len(self.text) - self.at))
        self._all_read = not content and self._damage is None
        more = self._decoder.decode(content, final=self._all_read)
        if not more:
            return self._more()
        held, self._byte, self._counted = self.text[self.at :], self.byte, 0
        self._is_odd = _is_odd(more) or (self._is_odd and _is_odd(held))
        self.text, self.at = held + more, 0
        return True

    # --- values -------------------------------------------------------------------------------------------

    def value(self) -> At | SetAside:
        """Read the value that begins here and go past it; one that cannot be read is set aside with its reason.

        Raises:
            Damaged: it is not read, and nothing shows where the next one begins.
        """
        line = self.line
        while True:
            try:
                value, end = value_at(self.text, self.at)
            except CutOff:
                if len(self.text) - self.at <= LARGEST_VALUE and self._more():
                    continue
                return self._refused(line)
            except NoJson:
                return self._refused(line)
            if end + _REST < len(self.text) or not self._more():
                break
        if self._is_odd and ODD.search(self.text, self.at, end):
            return self._refused(line)
        self.go_to(end)
        return At(line, value)

    def pass_over(self) -> None:
        """Go past the value that begins here without reading it.

        Raises:
            Damaged: it has no end, or none begins here.
        """
        if self.ended():
            raise Damaged("breaks off where a value should begin")
        end, begun = _End(self.text[self.at]), self.byte
        while not end.found(self.text, self.at):
            self.go_to(end.place)
            if not self._more():
                raise Damaged("has no end")
        self.go_to(end.place)
        if self.byte == begun:  # a bracket that closes nothing, a colon: whoever goes on from here never ends
            raise Damaged("is no value")

    def _refused(self, line: int) -> At | SetAside:
        """Look for the end of a value that the decoder refuses, and say why it does."""
        where, end, length = self.place(), _End(self.text[self.at : self.at + 1]), 0
        while not end.found(self.text, self.at + length):
            length = end.place - self.at
            if length > LARGEST_VALUE:
                self._pass(end)
                return SetAside(f"the value is larger than {LARGEST_VALUE // 2**20:,} MiB{where}", line)
            if not self._more():
                raise Damaged("has no end")
        raw = self.text[self.at : end.place]
        try:
            value = parsed(_as_utf8(raw))
        except NoJson as reason:
            return self._set_aside(raw, end.place, reason, At(line, where))
        self.go_to(end.place)
        return At(line, value)

    def _pass(self, end: _End) -> None:
        """Go past the rest of a value, holding none of it."""
        self.go_to(end.place)
        while self._more():
            if end.found(self.text, self.at):
                self.go_to(end.place)
                return
            self.go_to(end.place)
        raise Damaged("has no end")

    def _set_aside(self, raw: str, end: int, reason: NoJson, at: At) -> At | SetAside:
        self.go_to(end)
        self.skip_space(_BLANK)
        in_list = self.follows(",") or self.follows("]")
        if isinstance(reason, TooDeep) and not in_list:  # a document of its own
            return At(at.line, parsed(flattened(raw)[0]))
        if not raw or not (in_list or self.follows("}") or self.ended()):
            raise Damaged(str(reason))
        return SetAside(f"the value {reason}{at.value}", at.line)


class _End:
    """Looks for the end of a value by its brackets, in one piece of its text after another.

    >>> end = _End("{")
    >>> end.found('{"a": [1, "}', 0), end.found('"], "b": 2}, 3', 0), end.place
    (False, True, 11)
    """

    def __init__(self, begins: str) -> None:
        self.place, self._depth, self._in_text = 0, 0, False
        self._is_word = begins not in {"{", "[", '"'}

    def found(self, text: str, at: int) -> bool:
        """Look from a place on; `place` is then the end, or where to look on in the next piece."""
        if self._is_word:
            self.place = _end_of(_WORD, text, at)
            return self.place < len(text)
        while at < len(text):
            if self._in_text:
                at = _end_of(_TEXT, text, at)
                if not text.startswith('"', at):
                    break
                at, self._in_text = at + 1, False
            else:
                at = self._mark(text, _end_of(_PLAIN, text, at) if self._depth else at)
            if not self._depth and not self._in_text:
                self.place = at
                return True
        self.place = at
        return False

    def _mark(self, text: str, at: int) -> int:
        mark = text[at : at + 1]
        if not mark:
            return at
        self._in_text = mark == '"'
        self._depth += (mark in {"[", "{"}) - (mark in {"]", "}"})
        return at + 1


def _end_of(pattern: re.Pattern[str], text: str, at: int) -> int:
    found = pattern.match(text, at)
    return found.end() if found else at


def _is_odd(text: str) -> bool:
    """Tell whether bytes of a text were none."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return True
    return False


def _as_utf8(raw: str) -> str:
    """Return a text without odd characters.

    Raises:
        NoJson: bytes of it are no text.
    """
    try:
        return decoded(raw.encode(*_UTF_8))
    except UnicodeDecodeError:
        raise NoJson("is not UTF-8, as JSON must be") from None
