"""Weighs the charged words of many texts at once, over their bytes: no text and no word becomes a Python object.

Words are found by where letters begin and end, and looked up by a digest of their first sixteen bytes and their length.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

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
_AT_ONCE = 100_000
"""Bytes that are looked at together: what is worked out of them is many times as much."""
_VOTE = 7
"""Bits of a count of votes: seven languages stand side by side in a number that is exact."""
_HELD = 16
_NEWLINE, _SPACE, _HYPHEN, _APOSTROPHE = 10, 32, 45, 39
_CURLY = "’".encode()
_QUOTED = np.isin(np.arange(256, dtype=np.uint8), np.frombuffer(b">|", np.uint8))
_WITHIN = np.isin(np.arange(256, dtype=np.uint8), np.frombuffer(b"/@._=&%\\", np.uint8))
"""Behind these stands a part of an address, or somebody's name."""
_BY_LENGTH = np.array([(1 << 8 * min(n, 8)) - 1 for n in range(_HELD + 1)], np.uint64)
Bytes: TypeAlias = NDArray[np.uint8]
Ints: TypeAlias = NDArray[np.int64]
Floats: TypeAlias = NDArray[np.float64]
Flags: TypeAlias = NDArray[np.bool_]


@dataclass(frozen=True)
class Vocabulary:
    """Words by their digest, in a table with open places (`place` is the word's row, −1 where there is none).

    Of each row: `votes` counts one for each language that knows the word, `weight` and `negates` have a column each,
    and `tells` is whether the word weighs or negates in any; `weighed` are the languages in which words weigh.
    """

    digest: NDArray[np.uint64]
    place: NDArray[np.int32]
    votes: Floats
    weight: Floats
    negates: Flags
    tells: Flags
    weighed: tuple[int, ...]


def vocabulary(words: Iterable[tuple[str, int, float, bool]], languages: int) -> Vocabulary:
    """Put words in a table: each with its language's number, its weight, and whether it negates."""
    rows = [
        (form, language, heavy, denies)
        for word, language, heavy, denies in words
        for form in {word, word.replace("'", "’")}
    ]
    forms = sorted({form for form, *_ in rows})
    row_of = {form: row for row, form in enumerate(forms)}
    known, weight = np.zeros((len(forms), languages), bool), np.zeros((len(forms), languages))
    negates = np.zeros((len(forms), languages), bool)
    for form, language, heavy, denies in rows:
        known[row_of[form], language] = True
        weight[row_of[form], language] = heavy
        negates[row_of[form], language] = denies
    encoded = [form.encode() for form in forms]
    ends = np.cumsum([0, *map(len, encoded)])
    digests = _digests(np.frombuffer(b"".join(encoded), np.uint8), ends[:-1], ends[1:])
    size = 1 << max(4, (8 * len(forms)).bit_length())
    table, place = np.zeros(size, np.uint64), np.full(size, -1, np.int32)
    for row, digest in enumerate(digests.tolist()):
        slot = digest & (size - 1)
        while place[slot] >= 0:
            slot = (slot + 1) & (size - 1)
        table[slot], place[slot] = digest, row
    votes = (known * 2.0 ** (_VOTE * np.arange(languages))).sum(axis=1)
    tells: Flags = np.column_stack([negates, weight != 0]).max(axis=1)
    weighed = tuple(np.flatnonzero(weight.any(axis=0)).tolist())
    return Vocabulary(table, place, votes, weight, negates, tells, weighed)


def _digests(data: Bytes, starts: Ints, ends: Ints) -> NDArray[np.uint64]:
    """Digest words by their first sixteen bytes and their length; no digest is 0."""
    whole = np.concatenate([data, np.zeros(_HELD, np.uint8)])
    eights = np.ndarray((len(data) + 8,), "<u8", whole, strides=(1,))
    length = ends - starts
    first = eights[starts] & _BY_LENGTH[np.minimum(length, 8)]
    second = length.astype(np.uint64)
    longer = np.flatnonzero(length > 8)
    more = eights[starts[longer] + 8] & _BY_LENGTH[np.minimum(length[longer] - 8, 8)]
    second[longer] += more * np.uint64(0xC2B2AE3D27D4EB4F)
    mixed = (first ^ (second * np.uint64(0x9E3779B97F4A7C15))) * np.uint64(0xFF51AFD7ED558CCD)
    digests: NDArray[np.uint64] = (mixed ^ (mixed >> np.uint64(32))) | np.uint64(1)
    return digests


def leanings(begin: Ints, data: Bytes, words: Vocabulary) -> NDArray[np.int8]:
    """Say to which side each text leans: 1 to the good words, −1 to the bad ones, 0 where that is not clear. O(bytes).

    Text i is `data[begin[i]:begin[i + 1]]`, in UTF-8. It is of the language in which most of its words are known, by
    two at least, or one of a text of six words, and more than in any other. It leans where one side weighs 3 (2 in a
    text of six words) and three times the other, and where foreign words do not weigh 3 on the other. Quoted lines
    (`>`), what stands below `--`, names behind `@`, and parts of addresses are passed over; texts of more than 100
    other words do not lean.

    >>> english = vocabulary([("you", 0, 0, False), ("bad", 0, -3, False), ("not", 0, 0, True)], 1)
    >>> text = b"You are bad!" + b"You, not bad" + b"Bad, you.\\n> bad bad"
    >>> leanings(np.array([0, 12, 24, len(text)]), np.frombuffer(text, np.uint8), english).tolist()
    [-1, 1, -1]
    """
    found = np.zeros(len(begin) - 1, np.int8)
    at = 0
    while at < len(found):
        until = int(np.searchsorted(begin, begin[at] + _AT_ONCE, side="right")) - 1
        until = min(max(until, at + 1), len(found))
        some = begin[at : until + 1]
        found[at:until] = _some(some - some[0], data[some[0] : some[-1]], words)
        at = until
    return found


def _some(begin: Ints, data: Bytes, words: Vocabulary) -> NDArray[np.int8]:
    texts = len(begin) - 1
    if not len(data):
        return np.zeros(texts, np.int8)
    small, letters = _read(data)
    starts, ends = _spans(letters, begin)
    if not len(starts):
        return np.zeros(texts, np.int8)
    of = np.repeat(np.arange(texts), np.diff(np.searchsorted(starts, begin)))
    kept = _own(data, begin, starts, of)
    count = np.bincount(of[kept], minlength=texts)
    if len(count) and count.max() > MOST_WORDS:
        # A longer text leans nowhere, whatever its words: they need not be looked up.
        kept &= count[of] <= MOST_WORDS
    if not kept.all():
        starts, ends, of = starts[kept], ends[kept], of[kept]
    if not len(starts):
        return np.zeros(texts, np.int8)
    row = _looked_up(_digests(small, starts, ends), words)
    hit = np.flatnonzero(row >= 0)
    heard = _Heard(row[hit], hit, of, _denies(small, ends), texts)
    votes = _summed(of[hit], words.votes[heard.row], texts)
    language = _language(votes, count, words.weight.shape[1])
    tells = words.tells[heard.row]
    heard = replace(heard, row=heard.row[tells], place=heard.place[tells])
    return _lean(heard, words, language, count <= SHORT)


@dataclass(frozen=True)
class _Heard:
    """The words that are known: their rows, their places among all; of all, whose they are and which end in n't."""

    row: NDArray[np.int32]
    place: Ints
    of: Ints
    denies: Flags
    texts: int


def _lean(heard: _Heard, words: Vocabulary, language: Ints, short: Flags) -> NDArray[np.int8]:
    """Say to which side texts lean in their language; where words of another lean to the other, that is not clear."""
    side, other = np.zeros(heard.texts, np.int8), np.zeros((2, heard.texts), bool)
    least = np.where(short, WEIGHT_OF_SHORT, WEIGHT)
    its_own = language[heard.of[heard.place]]
    known = words.votes[heard.row].astype(np.int64) >> _VOTE * np.maximum(its_own, 0) & 1
    foreign = (its_own < 0) | (known == 0)
    for one in words.weighed:
        mine = (its_own == one) | foreign
        good, bad = _sides(replace(heard, row=heard.row[mine], place=heard.place[mine]), words, one)
        its = language == one
        side[its & (good - bad >= least) & (good >= TIMES_THE_OTHER * bad)] = 1
        side[its & (bad - good >= least) & (bad >= TIMES_THE_OTHER * good)] = -1
        other |= ~its & np.stack([good - bad >= WEIGHT, bad - good >= WEIGHT])
    side[((side == 1) & other[1]) | ((side == -1) & other[0])] = 0
    return side


def _read(data: Bytes) -> tuple[Bytes, Flags]:
    """Return the bytes in small letters, of Western Europe's, and which are of a letter."""
    small = data + ((data - np.uint8(ord("A")) < 26).view(np.uint8) << 5)
    letters = (small - np.uint8(ord("a")) < 26) | (data >= 0x80)
    last = len(data) - 1
    leads = np.flatnonzero(data >= 0xC2)
    lead, behind = data[leads], data[np.minimum(leads + 1, last)]
    capital = (lead == 0xC3) & (behind >= 0x80) & (behind <= 0x9E) & (behind != 0x97)
    small[np.minimum(leads[capital] + 1, last)] += 0x20
    sign = (lead == 0xC3) & ((behind == 0x97) | (behind == 0xB7))
    for signs, width in ((sign | (lead == 0xC2), 1), (lead == 0xE2, 2), (lead >= 0xF0, 3)):
        for step in range(width + 1):
            letters[np.minimum(leads[signs] + step, last)] = False
    _join(data, letters)
    return small, letters


def _join(data: Bytes, letters: Flags) -> None:
    """Take an apostrophe or a hyphen between two letters for one."""
    last = len(data) - 1
    plain = np.flatnonzero((data == _APOSTROPHE) | (data == _HYPHEN))
    plain = plain[(plain > 0) & (plain < last)]
    joins = plain[letters[plain - 1] & letters[plain + 1]]
    curly = np.flatnonzero(data == _CURLY[0])
    curly = curly[(curly > 0) & (curly + 3 <= last)]
    curly = curly[(data[curly + 1] == _CURLY[1]) & (data[curly + 2] == _CURLY[2])]
    curly = curly[letters[curly - 1] & letters[curly + 3]]
    letters[joins] = True
    for step in range(3):
        letters[curly + step] = True


def _spans(letters: Flags, begin: Ints) -> tuple[Ints, Ints]:
    """Return where words begin and end; none goes on from one text into the next."""
    opens, closes = letters.copy(), letters.copy()
    opens[1:] &= ~letters[:-1]
    closes[:-1] &= ~letters[1:]
    inner = begin[1:-1]
    inner = inner[(inner > 0) & (inner < len(letters))]
    opens[inner] = letters[inner]
    closes[inner - 1] = letters[inner - 1]
    return np.flatnonzero(opens), np.flatnonzero(closes) + 1


def _own(data: Bytes, begin: Ints, starts: Ints, of: Ints) -> Flags:
    """Tell which words are the writer's own: no part of an address, in no quoted line, above `--`."""
    first = starts == begin[of]
    kept: Flags = first | ~_WITHIN[data[np.maximum(starts - 1, 0)]]
    lines = np.sort(np.concatenate([begin[:-1], np.flatnonzero(data == _NEWLINE) + 1]), kind="stable")
    lines = lines[lines < len(data)]
    opens = lines + (data[lines] == _SPACE)
    sign = data[np.minimum(opens, len(data) - 1)]
    quoted = _QUOTED[sign]
    below = (sign == _HYPHEN) & (data[np.minimum(opens + 1, len(data) - 1)] == _HYPHEN)
    if quoted.any():
        bounds = np.append(lines, len(data))
        of_lines = np.searchsorted(starts, np.stack([bounds[:-1][quoted], bounds[1:][quoted]]))
        inside = np.zeros(len(starts) + 1, np.int64)
        np.add.at(inside, of_lines[0], 1)
        np.add.at(inside, of_lines[1], -1)
        kept &= np.cumsum(inside[:-1]) == 0
    if below.any():
        ends_at = np.full(len(begin) - 1, len(data), np.int64)
        text = np.searchsorted(begin, lines[below], side="right") - 1
        np.minimum.at(ends_at, text, lines[below])
        kept &= starts < ends_at[of]
    return kept


def _looked_up(digests: NDArray[np.uint64], words: Vocabulary) -> NDArray[np.int32]:
    """Return the row of each word, −1 where it is not known."""
    mask = np.uint64(len(words.digest) - 1)
    slot = (digests & mask).view(np.int64)
    row = words.place[slot]
    others = np.flatnonzero((words.digest[slot] != digests) & (row >= 0))
    while len(others):
        slot[others] = (slot[others] + 1) & int(mask)
        at = slot[others]
        row[others] = words.place[at]
        others = others[(words.digest[at] != digests[others]) & (row[others] >= 0)]
    return row


def _language(votes: Floats, count: Ints, languages: int) -> Ints:
    """Return the language of each text by how many of its words each knows; −1 where it is not clear."""
    packed = votes.astype(np.int64)
    each = np.stack([packed >> _VOTE * one & ((1 << _VOTE) - 1) for one in range(languages)])
    best = each.argmax(axis=0)
    most = each.max(axis=0)
    clear = ((each == most).sum(axis=0) == 1) & (most >= np.where(count <= SHORT, 1, 2))
    return np.where(clear & (count <= MOST_WORDS), best, -1)


def _denies(small: Bytes, ends: Ints) -> Flags:
    """Tell which words end in n't."""
    denies = np.zeros(len(ends), bool)
    for sign, width in ((_APOSTROPHE, 1), (_CURLY[2], len(_CURLY))):
        at = np.flatnonzero(small == sign)
        at = at[(at >= width) & (at + 1 < len(small))]
        at = at[(small[at + 1] == ord("t")) & (small[at - width] == ord("n"))]
        word = np.searchsorted(ends, at + 2)
        word, at = word[word < len(ends)], at[word < len(ends)]
        denies[word[ends[word] == at + 2]] = True
    return denies


def _sides(heard: _Heard, words: Vocabulary, language: int) -> tuple[Floats, Floats]:
    """Add up the weights of both sides of each text, those behind a negation turned."""
    value = words.weight[heard.row, language]
    charged = heard.place[value != 0]
    value, whose = value[value != 0], heard.of[charged]
    negates = heard.denies.copy()
    negates[heard.place[words.negates[heard.row, language]]] = True
    behind = np.zeros(len(charged), bool)
    for step in range(1, NEAR + 1):
        before = np.maximum(charged - step, 0)
        behind |= (charged >= step) & (heard.of[before] == whose) & negates[before]
    value = np.where(behind, TURNED * value, value)
    good, bad = np.maximum(value, 0), np.maximum(-value, 0)
    return _summed(whose, good, heard.texts), _summed(whose, bad, heard.texts)


def _summed(of: Ints, values: Floats, texts: int) -> Floats:
    return np.bincount(of, values, texts).astype(np.float64)
