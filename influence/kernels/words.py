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
_NEWLINE, _BLANK, _APOSTROPHE, _HYPHEN, _SLASH, _AT = 10, 32, 39, 45, 47, 64
_QUOTED = (62, 124)
"""`>` and `|`, with which lines begin that somebody else wrote."""


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
    that quote (`>`), what stands below `--`, names behind `@`, and addresses are passed over.

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
    votes, negated, sides = (
        np.zeros(languages, np.int64),
        np.zeros(languages, np.int64),
        np.zeros((2, languages)),
    )
    for row in range(found.size):
        votes[:], negated[:], sides[:] = 0, -NEAR - 1, 0.0
        at, end, count, fresh = begin[row], begin[row + 1], 0, True
        while at < end and count <= MOST_WORDS:
            at, stop = _piece(data, at, end, fresh)
            fresh = False
            while at < stop:
                if _is_letter(data, at, stop):
                    at, place, denies = _word(data, at, stop, table[0])
                    count += 1
                    _weigh(count, place, denies, table, (votes, negated), sides)
                else:
                    at += _width(data[at])
            at = max(at, stop)
        if count <= MOST_WORDS:
            found[row] = _side(votes, sides, count, weighed)
    return found


@compiled
def _piece(data: Bytes, at: int, end: int, fresh: bool) -> tuple[int, int]:
    """Return where the next piece between blanks begins and ends; one that is passed over begins where it ends."""
    while at < end and data[at] <= _BLANK:
        fresh = fresh or data[at] == _NEWLINE
        at += 1
    if fresh and at < end and data[at] in _QUOTED:
        while at < end and data[at] != _NEWLINE:
            at += 1
        return at, at
    if fresh and at + 1 < end and data[at] == _HYPHEN and data[at + 1] == _HYPHEN:
        return end, end
    stop, passed = at, False
    while stop < end and data[stop] > _BLANK:
        passed = (
            passed or data[stop] == _AT or (data[stop] == _SLASH and stop > at and data[stop - 1] == _SLASH)
        )
        stop += 1
    return (stop, stop) if passed else (at, stop)


@compiled
def _word(data: Bytes, at: int, stop: int, hashes: NDArray[np.uint64]) -> tuple[int, int, bool]:
    """Read one word in small letters: where it ends, its place in the table or −1, and whether it ends in n't."""
    digest, begin = np.uint64(0xCBF29CE484222325), at
    last, before, third = 0, 0, 0
    while at < stop:
        width, joins = _letter(data, at, stop)
        if width == 0:
            break
        for step in range(width):
            one = _APOSTROPHE if joins == _APOSTROPHE else _small(data, at, step, width)
            if joins != _APOSTROPHE or step == 0:
                digest = (digest ^ np.uint64(one)) * np.uint64(0x100000001B3)
                third, before, last = before, last, one
        at += width
    denies = third == 110 and before == _APOSTROPHE and last == 116
    return at, (_place(digest, hashes) if at - begin <= _LONGEST else np.int64(-1)), denies


@compiled
def _letter(data: Bytes, at: int, stop: int) -> tuple[int, int]:
    """Return how many bytes of a word stand here, and the sign that joins its parts: one between letters, or 0."""
    if _is_letter(data, at, stop):
        return _width(data[at]), 0
    joins, width = int(data[at]), 1
    if joins == 0xE2 and at + 2 < stop and data[at + 1] == 0x80 and data[at + 2] == 0x99:
        joins, width = _APOSTROPHE, 3
    if joins in (_APOSTROPHE, _HYPHEN) and at + width < stop and _is_letter(data, at + width, stop):
        return width, joins
    return 0, 0


@compiled
def _small(data: Bytes, at: int, step: int, width: int) -> int:
    """Return a byte as it stands in small letters, of the letters of Western Europe."""
    one = int(data[at + step])
    if width == 1:
        return one + 32 if 65 <= one <= 90 else one
    capital = step == 1 and data[at] == 0xC3 and 0x80 <= one <= 0x9E and one != 0x97
    return one + 32 if capital else one


@compiled
def _place(digest: int, hashes: NDArray[np.uint64]) -> np.int64:
    mask = np.uint64(hashes.size - 1)
    place = np.uint64(digest) & mask
    while hashes[place] != 0:
        if hashes[place] == digest:
            return np.int64(place)
        place = (place + np.uint64(1)) & mask
    return np.int64(-1)


@compiled
def _weigh(
    count: int, place: int, denies: bool, table: _Table, heard: tuple[Ints, Ints], sides: Floats
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
def _is_letter(data: Bytes, at: int, stop: int) -> bool:
    """Tell a letter from a sign: of those that are no ASCII, all but signs of two or three bytes and pictures."""
    byte = data[at]
    if byte < 0x80:
        return 97 <= (byte | 32) <= 122
    if _width(byte) > stop - at or byte < 0xC3 or byte == 0xE2 or byte >= 0xF0:
        return False
    return not (byte == 0xC3 and (data[at + 1] == 0x97 or data[at + 1] == 0xB7))


@compiled
def _width(byte: int) -> int:
    return 1 if byte < 0xC0 else 2 if byte < 0xE0 else 3 if byte < 0xF0 else 4


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
