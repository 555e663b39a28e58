"""A compiled loop over the bytes of texts that weighs charged words: which language it is, and to which side it leans.

Words are looked up by a hash of their bytes; no text becomes a Python object, and each byte is read at the most twice.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from influence.kernels.arrays import Floats, Ints, read_only
from influence.kernels.compiling import compiled

MOST_WORDS = 100
"""Words of a text that is weighed: longer ones lean by their length alone, and nobody has labelled such."""
SHORT = 6
"""Words of a short text, for which less weight is enough."""
WEIGHT, WEIGHT_OF_SHORT = 3.0, 2.0
TIMES_THE_OTHER = 3.0
"""How many times as heavy the one side must be as the other."""
TURNED = -0.74
"""What becomes of a weight behind a negation (Hutto and Gilbert 2014), at most three words before."""
NEAR = 3
_LONGEST = 40
"""Bytes of a word that is looked up."""
Bytes: TypeAlias = NDArray[np.uint8]
_Table: TypeAlias = tuple[NDArray[np.uint64], Ints, Ints, Floats]
_NEWLINE = 10
_QUOTED = (62, 124)
"""`>` and `|`, with which lines begin that somebody else wrote."""
_SIGN, _BLANK, _APOSTROPHE, _HYPHEN, _PASSED, _SLASH = 0, -1, -2, -3, -4, -5
"""What a byte is that begins no letter; of those that do, how many bytes the letter has."""


def _kinds() -> NDArray[np.int8]:
    kinds = np.zeros(256, np.int8)
    kinds[: ord(" ") + 1] = _BLANK
    kinds[ord("A") : ord("Z") + 1] = kinds[ord("a") : ord("z") + 1] = 1
    kinds[0xC3:0xE0], kinds[0xE0:0xF0], kinds[0xE2] = 2, 3, _SIGN
    for sign, kind in (("'", _APOSTROPHE), ("-", _HYPHEN), ("@", _PASSED), ("/", _SLASH)):
        kinds[ord(sign)] = kind
    return kinds


_KINDS = _kinds()
_QUOTE = (0xE2, 0x80, 0x99)
"""The apostrophe that word processors write."""


@dataclass(frozen=True)
class Vocabulary:
    """Words by their hash: `known` and `negating` are sets of languages, a bit each, `weight` has a column for each."""

    hashes: NDArray[np.uint64]
    known: Ints
    negating: Ints
    weight: Floats


def vocabulary(words: Iterable[tuple[str, int, float, bool]], languages: int) -> Vocabulary:
    """Put words in a table with open places: each with its language's number, its weight, and whether it negates."""
    rows = [(word.encode(), language, weight, negates) for word, language, weight, negates in words]
    size = 1 << max(4, (2 * len(rows)).bit_length())
    table = Vocabulary(
        np.zeros(size, np.uint64),
        np.zeros(size, np.int64),
        np.zeros(size, np.int64),
        np.zeros((size, languages)),
    )
    for word, language, weight, negates in rows:
        found = _hash(word)
        place = found & (size - 1)
        while table.hashes[place] not in (0, found):
            place = (place + 1) & (size - 1)
        table.hashes[place] = found
        table.known[place] |= 1 << language
        table.negating[place] |= int(negates) << language
        table.weight[place, language] = weight or table.weight[place, language]
    return table


def _hash(word: bytes) -> int:
    """Digest a word (FNV-1a, 64 bits); the loop does the same."""
    digest = 0xCBF29CE484222325
    for byte in word:
        digest = ((digest ^ byte) * 0x100000001B3) % 2**64
    return digest or 1


def leanings(begin: Ints, data: Bytes, words: Vocabulary, weighed: int) -> NDArray[np.int8]:
    """Say to which side each text leans: 1 to the good words, −1 to the bad ones, 0 where that is not clear. O(bytes).

    Text i is `data[begin[i]:begin[i + 1]]`, in UTF-8. It is of the language in which most of its words are known, by
    two at least, or one of a short text, and more than in any other; `weighed` are the languages whose words have
    weights, a bit each. It leans where one side weighs 3 (2 in a text of six words) and three times the other. Lines
    that quote (`>`), what stands below `--`, names behind `@`, and addresses behind `//` are passed over.

    >>> english = vocabulary([("you", 0, 0, False), ("bad", 0, -3, False), ("not", 0, 0, True)], 1)
    >>> text = b"You are bad!" + b"You, not bad" + b"Bad, you.\\n> bad bad"
    >>> leanings(np.array([0, 12, 24, len(text)]), np.frombuffer(text, np.uint8), english, 1).tolist()
    [-1, 1, -1]
    """
    table = (
        read_only(words.hashes, np.uint64),
        read_only(words.known, np.int64),
        read_only(words.negating, np.int64),
        read_only(words.weight, np.float64),
    )
    return _leanings(read_only(begin, np.int64), read_only(data, np.uint8), table, weighed)


@compiled
def _leanings(begin: Ints, data: Bytes, table: _Table, weighed: int) -> NDArray[np.int8]:
    languages = table[3].shape[1]
    found = np.zeros(begin.size - 1, np.int8)
    votes, negated = np.zeros(languages, np.int64), np.zeros(languages, np.int64)
    sides = np.zeros((2, languages))
    for row in range(found.size):
        votes[:], negated[:], sides[:] = 0, -NEAR - 1, 0.0
        at, end, count = _line(data, begin[row], begin[row + 1]), begin[row + 1], 0
        while at < end and count <= MOST_WORDS:
            kind = _KINDS[data[at]]
            if kind > 0:
                at, place, denies = _word(data, at, end, table[0])
                count += 1
                if place >= 0 or denies:
                    _weigh(count, place, denies, table, (votes, negated), sides)
            elif data[at] == _NEWLINE:
                at = _line(data, at + 1, end)
            elif kind == _PASSED or (kind == _SLASH and at + 1 < end and data[at + 1] == data[at]):
                while at < end and _KINDS[data[at]] != _BLANK:
                    at += 1
            else:
                at += 1
        if count <= MOST_WORDS:
            found[row] = _side(votes, sides, count, weighed)
    return found


@compiled
def _line(data: Bytes, at: int, end: int) -> int:
    """Return where the next line begins that the writer wrote: none that is quoted, nothing below `--`."""
    while at < end:
        while at < end and _KINDS[data[at]] == _BLANK:
            at += 1
        if at + 1 < end and _KINDS[data[at]] == _HYPHEN and _KINDS[data[at + 1]] == _HYPHEN:
            return end
        if at >= end or (data[at] != _QUOTED[0] and data[at] != _QUOTED[1]):
            return at
        while at < end and data[at] != _NEWLINE:
            at += 1
    return end


@compiled
def _word(data: Bytes, at: int, end: int, hashes: NDArray[np.uint64]) -> tuple[int, np.int64, bool]:
    """Read one word in small letters: where it ends, its place in the table or −1, and whether it ends in n't."""
    digest, begin, tail = np.uint64(0xCBF29CE484222325), at, 0
    while at < end:
        width = int(_KINDS[data[at]])
        one = int(data[at])
        if width == 1:
            one |= 0x20
        elif width <= 0:
            width = _joining(data, at, end)
            one = 39 if width == len(_QUOTE) else one
            if width == 0:
                break
        digest = (digest ^ np.uint64(one)) * np.uint64(0x100000001B3)
        tail = (tail << 8 | one) & 0xFFFFFF
        if one >= 0xC3:
            digest = _rest(data, at, min(width, end - at), digest)
        at += width
    at = min(at, end)
    denies = tail == 0x6E2774
    return at, (_place(digest, hashes) if at - begin <= _LONGEST else np.int64(-1)), denies


@compiled
def _rest(data: Bytes, at: int, width: int, digest: np.uint64) -> np.uint64:
    """Digest the bytes behind the first of a letter, as they stand in small letters of Western Europe."""
    for step in range(1, width):
        one = int(data[at + step])
        if data[at] == 0xC3 and 0x80 <= one <= 0x9E:
            one += 0x20
        digest = (digest ^ np.uint64(one)) * np.uint64(0x100000001B3)
    return digest


@compiled
def _joining(data: Bytes, at: int, end: int) -> int:
    """Return the bytes of an apostrophe or a hyphen between two letters, or 0."""
    kind, width = _KINDS[data[at]], 1
    if data[at] == _QUOTE[0] and at + 2 < end and data[at + 1] == _QUOTE[1] and data[at + 2] == _QUOTE[2]:
        kind, width = _APOSTROPHE, len(_QUOTE)
    if kind != _APOSTROPHE and kind != _HYPHEN:
        return 0
    return width if at + width < end and _KINDS[data[at + width]] > 0 else 0


@compiled
def _place(digest: np.uint64, hashes: NDArray[np.uint64]) -> np.int64:
    mask = np.uint64(hashes.size - 1)
    place = digest & mask
    while hashes[place] != 0:
        if hashes[place] == digest:
            return np.int64(place)
        place = (place + np.uint64(1)) & mask
    return np.int64(-1)


@compiled
def _weigh(
    count: int, place: np.int64, denies: bool, table: _Table, heard: tuple[Ints, Ints], sides: Floats
) -> None:
    """Add a word to the votes of the languages that know it, and its weight to their sides."""
    votes, negated = heard
    for language in range(votes.size):
        bit = 1 << language
        if place >= 0 and table[1][place] & bit:
            votes[language] += 1
            value = table[3][place, language]
            if count - negated[language] <= NEAR:
                value *= TURNED
            if value > 0:
                sides[0, language] += value
            else:
                sides[1, language] -= value
        if denies or (place >= 0 and table[2][place] & bit):
            negated[language] = count


@compiled
def _side(votes: Ints, sides: Floats, count: int, weighed: int) -> int:
    """Say to which side a text leans in its language, if that is clear and its words have weights."""
    best = int(np.argmax(votes))
    ties = int((votes == votes[best]).sum())
    if ties > 1 or votes[best] < (1 if count <= SHORT else 2) or not weighed >> best & 1:
        return 0
    least = WEIGHT_OF_SHORT if count <= SHORT else WEIGHT
    good, bad = sides[0, best], sides[1, best]
    if good - bad >= least and good >= TIMES_THE_OTHER * bad:
        return 1
    return -1 if bad - good >= least and bad >= TIMES_THE_OTHER * good else 0
