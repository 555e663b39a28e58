"""Words of places, distance and meetings in some twenty languages, found as words in a text."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files

REMEMBERED = 50_000
"""Texts and words whose reading is kept."""
_LONGEST_PHRASE = 6
_WORD = re.compile(r"[^\W_]+")
_NO_SPACES = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_SPELLINGS = str.maketrans(
    {"ø": "o", "æ": "ae", "œ": "oe", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i"}
)


@lru_cache(maxsize=REMEMBERED)
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
    return _WORD.findall(fold(text))


@dataclass(frozen=True)
class Vocabulary:
    """What words tell: `phrases` by their words, `beginnings` and `endings` of words, and parts of words."""

    phrases: dict[str, frozenset[str]]
    beginnings: dict[str, tuple[str, ...]]
    endings: dict[str, tuple[str, ...]]
    inside: tuple[tuple[re.Pattern[str], str], ...]
    openings: frozenset[str]

    def of_word(self, word: str) -> frozenset[str]:
        """Return the senses of one word."""
        found = set(self.phrases.get(word, ()))
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
    phrases: dict[str, set[str]] = {}
    beginnings: dict[str, list[str]] = {}
    endings: dict[str, list[str]] = {}
    inside: dict[str, list[str]] = {}
    for sense, languages in told.items():
        for word in (word for words in languages.values() for word in words):
            plain = " ".join(tokens(word))
            if _NO_SPACES.search(word):
                inside.setdefault(sense, []).append(plain)
            elif word.startswith("*"):
                endings.setdefault(sense, []).append(plain)
            elif word.endswith("*") and " " not in plain:
                beginnings.setdefault(sense, []).append(plain)
            else:
                phrases.setdefault(plain + "*" * word.endswith("*"), set()).add(sense)
    return Vocabulary(
        phrases={phrase: frozenset(senses) for phrase, senses in phrases.items()},
        beginnings={sense: tuple(stems) for sense, stems in beginnings.items()},
        endings={sense: tuple(stems) for sense, stems in endings.items()},
        inside=tuple((_any_of(parts), sense) for sense, parts in inside.items()),
        openings=frozenset(phrase.split()[0] for phrase in phrases if " " in phrase),
    )


def _any_of(parts: list[str]) -> re.Pattern[str]:
    longest_first = sorted(parts, key=len, reverse=True)
    return re.compile("|".join(re.escape(part).replace(r"\ ", r"\s*") for part in longest_first))


@lru_cache(maxsize=REMEMBERED)
def _senses(word: str) -> frozenset[str]:
    return vocabulary().of_word(word)


def senses(words: list[str]) -> list[frozenset[str]]:
    """Return what each of the words or phrases of a text tells; the longest phrase counts.

    >>> [sorted(one) for one in senses(["video", "call", "oslo"])]
    [['online'], []]
    """
    known, found, at = vocabulary(), [], 0
    while at < len(words):
        length, told = 1, _senses(words[at])
        if words[at] in known.openings:
            length, told = _longest(known, words, at, told)
        found.append(told)
        at += length
    return found


def _longest(
    known: Vocabulary, words: list[str], at: int, alone: frozenset[str]
) -> tuple[int, frozenset[str]]:
    for length in range(min(_LONGEST_PHRASE, len(words) - at), 1, -1):
        phrase = " ".join(words[at : at + length])
        told = known.phrases.get(phrase)
        if told is None:
            head, _, last = phrase.rpartition(" ")
            told = _by_beginning(known, head, last)
        if told is not None:
            return length, told
    return 1, alone


def _by_beginning(known: Vocabulary, head: str, last: str) -> frozenset[str] | None:
    """Return what a phrase tells whose last word is written out only in its beginning, as in "virtual meeting*"."""
    for end in range(len(last), 1, -1):
        told = known.phrases.get(f"{head} {last[:end]}*")
        if told is not None:
            return told
    return None
