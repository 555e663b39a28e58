"""Words of places, distance and meetings in some twenty languages, found as words in a text."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache, lru_cache
from importlib.resources import files

REMEMBERED = 50_000
"""Texts and words whose reading is kept."""
_OFTEN_WRITTEN = (
    "online",
    "virtual",
    "videocall",
    "videoconference",
    "teleconference",
    "telephone",
    "webinar",
)
_ALIKE = 0.88
_EAST = "\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af"
_WORD = re.compile(rf"[{_EAST}]+|[^\W_{_EAST}]+")
_PLAIN_WORD = re.compile("[a-z0-9]+")
_NO_SPACES = re.compile(f"[{_EAST}]")
_SPELLINGS = str.maketrans(
    {"ø": "o", "æ": "ae", "œ": "oe", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i"}
)


def fold(text: str) -> str:
    """Write a text so that case, accents and forms of Unicode are of no account.

    >>> fold("Réunion"), fold("MØTE"), fold("Straße"), fold("Ｔｅａｍｓ")
    ('reunion', 'mote', 'strasse', 'teams')
    """
    if text.isascii():
        return text.lower()
    taken_apart = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).casefold())
    plain = "".join(one for one in taken_apart if not unicodedata.combining(one))
    return unicodedata.normalize("NFKC", plain).translate(_SPELLINGS)


def tokens(text: str) -> list[str]:
    """Return the words of a text, folded.

    >>> tokens("Bo's face-to-face, Oslo")
    ['bo', 's', 'face', 'to', 'face', 'oslo']
    """
    folded = text.lower() if text.isascii() else fold(text)
    return (_PLAIN_WORD if folded.isascii() else _WORD).findall(folded)


@dataclass(frozen=True)
class Phrase:
    """Words that stand in this order; the last one may be the beginning of a word."""

    words: tuple[str, ...]
    begins: bool
    senses: frozenset[str]

    def stands_in(self, words: list[str], at: int) -> bool:
        """Tell whether it stands at this place of a text."""
        there = words[at : at + len(self.words)]
        if not self.begins:
            return there == list(self.words)
        return (
            len(there) == len(self.words)
            and there[:-1] == list(self.words[:-1])
            and there[-1].startswith(self.words[-1])
        )


@dataclass(frozen=True)
class Opening:
    """The phrases that begin with a word, the longest first, and what their second words begin with."""

    seconds: tuple[str, ...]
    phrases: tuple[Phrase, ...]


@dataclass(frozen=True)
class Vocabulary:
    """What words tell: whole ones, `beginnings` and `endings`, parts of words, and phrases by their first word."""

    whole: dict[str, frozenset[str]]
    beginnings: dict[str, tuple[str, ...]]
    endings: dict[str, tuple[str, ...]]
    inside: tuple[tuple[re.Pattern[str], str], ...]
    openings: dict[str, Opening]

    def of_word(self, word: str) -> frozenset[str]:
        """Return the senses of one word."""
        found = set(self.whole.get(word, ()))
        found.update(sense for sense, stems in self.beginnings.items() if word.startswith(stems))
        found.update(
            sense
            for sense, stems in self.endings.items()
            if word.endswith(stems) and any(len(word) > len(stem) and word.endswith(stem) for stem in stems)
        )
        if _NO_SPACES.search(word):
            found.update(self._within(word))
        return frozenset(found)

    def _within(self, word: str) -> Iterator[str]:
        """Yield the senses of the parts of a word of a language that leaves no spaces."""
        left = word
        for pattern, sense in self.inside:
            if pattern.search(left):
                yield sense
                if sense != "said_with_it":
                    left = pattern.sub(" ", left)
        if left.strip() and _NO_SPACES.search(left):
            rest = next((p.sub("", left) for p, sense in self.inside if sense == "said_with_it"), left)
            if rest.strip():
                yield "unknown"


@cache
def vocabulary() -> Vocabulary:
    """Return the words of `words.toml`."""
    with files("connectors.kit.modality").joinpath("words.toml").open("rb") as stream:
        told = tomllib.load(stream)
    whole: dict[str, set[str]] = {}
    beginnings: dict[str, list[str]] = {}
    endings: dict[str, list[str]] = {}
    inside: dict[str, list[str]] = {}
    longer: dict[tuple[str, bool], set[str]] = {}
    for sense, languages in told.items():
        for word in (word for words in languages.values() for word in words):
            plain = " ".join(tokens(word))
            if _NO_SPACES.search(word):
                inside.setdefault(sense, []).append(plain)
            elif word.startswith("*"):
                endings.setdefault(sense, []).append(plain)
            elif word.endswith("*") and " " not in plain:
                beginnings.setdefault(sense, []).append(plain)
            elif " " in plain:
                longer.setdefault((plain, word.endswith("*")), set()).add(sense)
            else:
                whole.setdefault(plain, set()).add(sense)
    return Vocabulary(
        whole={word: frozenset(told_by) for word, told_by in whole.items()},
        beginnings={sense: tuple(stems) for sense, stems in beginnings.items()},
        endings={sense: tuple(stems) for sense, stems in endings.items()},
        inside=tuple((_any_of(parts), sense) for sense, parts in inside.items()),
        openings=_openings(longer),
    )


def _openings(told: dict[tuple[str, bool], set[str]]) -> dict[str, Opening]:
    phrases: dict[str, list[Phrase]] = {}
    for (text, begins), senses_of in told.items():
        words = tuple(text.split())
        phrases.setdefault(words[0], []).append(Phrase(words, begins, frozenset(senses_of)))
    return {
        word: Opening(
            tuple({one.words[1] for one in found}),
            tuple(sorted(found, key=lambda one: (-len(one.words), one.begins))),
        )
        for word, found in phrases.items()
    }


def _any_of(parts: list[str]) -> re.Pattern[str]:
    longest_first = sorted(parts, key=len, reverse=True)
    return re.compile("|".join(re.escape(part).replace(r"\ ", r"\s*") for part in longest_first))


@lru_cache(maxsize=REMEMBERED)
def is_slip(word: str) -> bool:
    """Tell a word that is one of distance but for a slip of the pen.

    >>> is_slip("vidoeconference"), is_slip("onlne"), is_slip("olive")
    (True, True, False)
    """
    return word.isascii() and bool(get_close_matches(word, _OFTEN_WRITTEN, n=1, cutoff=_ALIKE))


@lru_cache(maxsize=REMEMBERED)
def _senses(word: str) -> frozenset[str]:
    return vocabulary().of_word(word)


def senses(words: list[str]) -> list[frozenset[str]]:
    """Return what each of the words or phrases of a text tells; the longest phrase counts.

    >>> [sorted(one) for one in senses(["video", "call", "oslo"])]
    [['online'], []]
    """
    openings, found, at, last = vocabulary().openings, [], 0, len(words) - 1
    while at <= last:
        word = words[at]
        opening = openings.get(word)
        if opening and at < last and words[at + 1].startswith(opening.seconds):
            for phrase in opening.phrases:
                if phrase.stands_in(words, at):
                    found.append(phrase.senses)
                    at += len(phrase.words)
                    break
            else:
                found.append(_senses(word))
                at += 1
        else:
            found.append(_senses(word))
            at += 1
    return found
