"""In which language words are said: messages by gettext, numbers and dates as that language writes them.

English is the language of the code: a message is its own key. Another language is one file,
`influence/contract/languages/<code>.po`.
"""

from __future__ import annotations

import gettext
import io
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import cache, cached_property
from importlib.resources import files
from string import Formatter
from typing import TYPE_CHECKING

from influence.contract.errors import InfluenceError

if TYPE_CHECKING:
    from babel import Locale

ENGLISH = "en"
_FOLDER = files("influence.contract") / "languages"
_FIGURES = re.compile(r"\d[\d,]*(?:\.\d+)?")


class UnknownLanguage(InfluenceError):
    """There is no such language; the sentence lists those there are."""


@dataclass(frozen=True)
class Language:
    """A language that words can be said in: its code, its messages, and the patterns among them."""

    code: str = ENGLISH
    messages: gettext.NullTranslations = field(default_factory=gettext.NullTranslations)

    @cached_property
    def locale(self) -> Locale:
        """How the language writes numbers and dates."""
        from babel import Locale  # its tables cost what a report in English does not need

        return Locale.parse(self.code)

    @cached_property
    def separators(self) -> dict[str, str]:
        """What stands between thousands and before decimals, by the sign that English uses."""
        from babel.numbers import get_decimal_symbol, get_group_symbol

        return {",": get_group_symbol(self.locale), ".": get_decimal_symbol(self.locale)}

    @cached_property
    def patterns(self) -> tuple[tuple[re.Pattern[str], str], ...]:
        """Every message with parts, as what it looks like once said in English, the longest first."""
        keys = [key for key in getattr(self.messages, "_catalog", {}) if isinstance(key, str) and "{" in key]
        return tuple((_look(key), key) for key in sorted(keys, key=len, reverse=True))


_spoken: ContextVar[Language] = ContextVar("language", default=Language())  # noqa: B039 (it is frozen)


def languages() -> tuple[str, ...]:
    """Return the codes of the languages there are, English first.

    >>> languages()[0]
    'en'
    """
    found = sorted(one.name.removesuffix(".po") for one in _FOLDER.iterdir() if one.name.endswith(".po"))
    return (ENGLISH, *found)


def spoken() -> Language:
    """Return the language in which words are said now."""
    return _spoken.get()


@contextmanager
def speaking(language: str | Language) -> Iterator[Language]:
    """Say everything within in a language.

    Raises:
        UnknownLanguage: there is no file for it.
    """
    chosen = language if isinstance(language, Language) else known(language)
    token = _spoken.set(chosen)
    try:
        yield chosen
    finally:
        _spoken.reset(token)


@cache
def known(code: str) -> Language:
    """Read a language's file.

    Raises:
        UnknownLanguage: there is none.
    """
    if code == ENGLISH:
        return Language()
    if code not in languages():
        there = ", ".join(languages())
        raise UnknownLanguage(f"there is no language {code!r} here; there are: {there}")
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    held = io.BytesIO()
    write_mo(held, read_po(io.BytesIO((_FOLDER / f"{code}.po").read_bytes()), locale=code))
    held.seek(0)
    return Language(code, gettext.GNUTranslations(held))


def translated(message: str) -> str:
    """Return a message of ours in the language spoken; the message itself where it has none.

    >>> translated("nobody responded")
    'nobody responded'
    """
    return _spoken.get().messages.gettext(message) if message else message


def message(text: str) -> str:
    """Mark a text as a message that is said later, by `translated`; it stays as it is.

    >>> message("never met")
    'never met'
    """
    return text


def numbered(one: str, many: str, amount: int) -> str:
    """Return the form of a message that goes with an amount, in the language spoken.

    >>> numbered("person", "people", 1), numbered("person", "people", 0)
    ('person', 'people')
    """
    return _spoken.get().messages.ngettext(one, many, amount)


def in_figures(figures: str) -> str:
    """Write a number in English figures as the language spoken writes it.

    >>> in_figures("1,204.5")
    '1,204.5'
    """
    language = _spoken.get()
    if language.code == ENGLISH:
        return figures
    return "".join(language.separators.get(sign, sign) for sign in figures)


def because(pattern: str, **parts: object) -> str:
    """Say why, in English, by a pattern that a language may hold: reasons stand in findings and in JSON.

    >>> because("only {n} people responded; {least} are needed", n=3, least=20)
    'only 3 people responded; 20 are needed'
    """
    return pattern.format(**parts)


def recognised(said: str) -> str:
    """Say in the language spoken what was said in English by one of its messages; what it does not know stays.

    >>> recognised("only 3 people responded; 20 are needed")
    'only 3 people responded; 20 are needed'
    """
    language = _spoken.get()
    if language.code == ENGLISH or not said:
        return said
    direct = language.messages.gettext(said)
    if direct != said:
        return direct
    for look, key in language.patterns:
        if found := look.fullmatch(said):
            return _filled(language.messages.gettext(key), found.groupdict())
    return said


def _look(key: str) -> re.Pattern[str]:
    """Make the pattern that a message with its parts filled in matches.

    >>> _look("only {n} people").fullmatch("only 1,200 people")["n"]
    '1,200'
    """
    seen: set[str] = set()
    parts = []
    for literal, name, _, _ in Formatter().parse(key):
        parts.append(re.escape(literal))
        if name:
            parts.append(f"(?P={name})" if name in seen else f"(?P<{name}>.+?)")
            seen.add(name)
    return re.compile("".join(parts), re.DOTALL)


def _filled(pattern: str, parts: Mapping[str, str]) -> str:
    """Fill a pattern with parts said in English: figures as the language writes them, words if it has them."""
    return pattern.format(**{name: _part(said) for name, said in parts.items()})


def _part(said: str) -> str:
    return in_figures(said) if _FIGURES.fullmatch(said) else recognised(said)
