"""In which language words are said: messages by gettext, numbers and dates as that language writes them.

English is the language of the code: a message is its own key. Another language is one file,
`influence/contract/languages/<code>.po`.
"""

from __future__ import annotations

import gettext
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import date
from functools import cache, cached_property
from importlib.resources import files
from string import Formatter
from typing import TYPE_CHECKING

from influence.contract.errors import InfluenceError

if TYPE_CHECKING:
    from babel import Locale

ENGLISH = "en"
_FOLDER = files("influence.contract") / "languages"
_NUMBER = r"[−-]?\d[\d,]*(?:\.\d+)?"
_FIGURE = rf"(?:(?:under |over )?{_NUMBER}(?: %)?|fewer than 1)"
_FIGURES = re.compile(_FIGURE)
_RANGE = re.compile(rf"(?P<low>{_FIGURE}) to (?P<high>{_FIGURE})")
_COUNT = re.compile(rf"(?P<figures>(?:{_NUMBER} to )?{_NUMBER}|fewer than 1) (?P<noun>\D.*)")
_PER_CENT = " %"
MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July"),
    *("August", "September", "October", "November", "December"),
)
_SHORT = tuple(month[:3] for month in MONTHS)
_DAY = re.compile(rf"(?P<day>\d{{1,2}}) (?P<month>{'|'.join(_SHORT)}) (?P<year>\d{{4}})")
_LARGE_NOUNS = frozenset({"de", "lb"})
REASON = "reason"
"""So a message is marked in a language's file that findings hold in English, and that is recognised there."""
AS_IT_IS = frozenset({"who", "name", "topic", "error", "module", "measure"})
"""Parts of a reason that are names: they are never taken for words of ours."""
SEVERAL = frozenset({"told", "why"})
"""Parts of a reason that may hold several others, with semicolons between them."""


class UnknownLanguage(InfluenceError):
    """There is no such language; the sentence lists those there are."""


@dataclass(frozen=True)
class Language:
    """A language that words can be said in: its code, its messages, and those that findings hold in English.

    `forms` are the messages with a plural by their English plural and singular, `reasons` those of findings.
    """

    code: str = ENGLISH
    messages: gettext.NullTranslations = field(default_factory=gettext.NullTranslations)
    forms: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    reasons: frozenset[str] = frozenset()

    @classmethod
    def read(cls, code: str, po: bytes) -> Language:
        """Read a language from the text of its file."""
        from babel.messages.mofile import write_mo
        from babel.messages.pofile import read_po

        catalog, held = read_po(io.BytesIO(po), locale=code), io.BytesIO()
        write_mo(held, catalog)
        held.seek(0)
        plural = [one.id for one in catalog if isinstance(one.id, tuple)]
        return cls(
            code,
            gettext.GNUTranslations(held),
            {form: (ids[0], ids[1]) for ids in plural for form in ids},
            frozenset(str(one.id) for one in catalog if REASON in one.auto_comments),
        )

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

    @property
    def large_nouns(self) -> bool:
        """Whether nouns are written with a capital inside a sentence too."""
        return self.code.partition("_")[0] in _LARGE_NOUNS

    @cached_property
    def per_cent(self) -> str:
        """What stands behind a share in per cent, with the space that keeps it on the line."""
        return str(self.locale.percent_formats[None].suffix[0])

    @cached_property
    def patterns(self) -> tuple[tuple[re.Pattern[str], str], ...]:
        """Every reason with parts, as what it looks like once said in English, the longest first."""
        with_parts = sorted((one for one in self.reasons if "{" in one), key=lambda one: (-len(one), one))
        return tuple((look(one), one) for one in with_parts)


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
    return Language.read(code, (_FOLDER / f"{code}.po").read_bytes())


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


def forms(one: str, many: str) -> tuple[str, str]:
    """Mark the two forms of a noun as a message that is said later, by `numbered`.

    >>> forms("person", "people")
    ('person', 'people')
    """
    return one, many


def numbered(one: str, many: str, amount: int) -> str:
    """Return the form of a message that goes with an amount, in the language spoken.

    >>> numbered("person", "people", 1), numbered("person", "people", 0)
    ('person', 'people')
    """
    return _spoken.get().messages.ngettext(one, many, amount)


def listing(words: Sequence[str]) -> str:
    """Join words as a sentence lists them, in the language spoken.

    >>> listing([]), listing(["a"]), listing(["a", "b", "c"])
    ('', 'a', 'a, b and c')
    """
    if len(words) < 2:
        return "".join(words)
    return translated("{first} and {last}").format(first=", ".join(words[:-1]), last=words[-1])


def in_figures(figures: str) -> str:
    """Write a number in English figures, or a share in per cent, as the language spoken writes it.

    >>> in_figures("1,204.5"), in_figures("43 %")
    ('1,204.5', '43 %')
    """
    language = _spoken.get()
    if language.code == ENGLISH:
        return figures
    bare = figures.removesuffix(_PER_CENT)
    said = "".join(language.separators.get(sign, sign) for sign in bare)
    return said + language.per_cent if bare != figures else said


def day_in_english(day: date) -> str:
    """Write a day as English sentences of ours do.

    >>> day_in_english(date(2026, 1, 5))
    '5 Jan 2026'
    """
    return f"{day.day} {_SHORT[day.month - 1]} {day.year}"


def in_days(day: date) -> str:
    """Write a day as the language spoken writes it.

    >>> in_days(date(2026, 1, 5))
    '5 Jan 2026'
    """
    language = _spoken.get()
    if language.code == ENGLISH:
        return day_in_english(day)
    from babel.dates import format_skeleton  # its tables cost what a report in English does not need

    return str(format_skeleton("yMMMd", date(day.year, day.month, day.day), locale=language.locale))


def because(pattern: str, **parts: object) -> str:
    """Say why, in English, by a pattern that a language may hold: reasons stand in findings and in JSON.

    Whole numbers are written with their thousands, and days as a reader writes them; `recognised` says it in another
    language.

    >>> because("only {n} people responded up to {day}", n=2000, day=date(2026, 1, 5))
    'only 2,000 people responded up to 5 Jan 2026'
    """
    return pattern.format(**{name: _in_english(part) for name, part in parts.items()})


def _in_english(part: object) -> object:
    if isinstance(part, date):
        return day_in_english(part)
    return f"{part:,}" if type(part) is int else part


def recognised(said: str) -> str:
    """Say in the language spoken the reason that was given in English by `because`; what it does not know stays.

    Several reasons with a semicolon between them are said one by one.

    >>> recognised("only 3 people responded; 20 are needed")
    'only 3 people responded; 20 are needed'
    """
    if _spoken.get().code == ENGLISH or not said:
        return said
    pieces = said.split("; ")
    for end in range(len(pieces), 0, -1):
        known = _known("; ".join(pieces[:end]))
        if known is not None:
            rest = "; ".join(pieces[end:])
            return f"{known}; {recognised(rest)}" if rest else known
    return "; ".join([pieces[0], recognised("; ".join(pieces[1:]))]) if len(pieces) > 1 else said


def _known(said: str) -> str | None:
    """Say what one reason says in English; None where none of ours says it."""
    language = _spoken.get()
    if said in language.reasons:
        return language.messages.gettext(said)
    for shape, key in language.patterns:
        if found := shape.fullmatch(said):
            return _filled(language.messages.gettext(key), found.groupdict())
    return None


def look(pattern: str) -> re.Pattern[str]:
    """Return what a reason looks like once its parts are filled in: a part of our own words holds no semicolon.

    >>> look("only {n} people").fullmatch("only 1,200 people")["n"]
    '1,200'
    """
    seen: set[str] = set()
    parts = []
    for literal, name, _, _ in Formatter().parse(pattern):
        parts.append(re.escape(literal))
        if name:
            some = ".+?" if name in AS_IT_IS or name in SEVERAL else "[^;]+?"
            parts.append(f"(?P={name})" if name in seen else f"(?P<{name}>{some})")
            seen.add(name)
    return re.compile("".join(parts), re.DOTALL)


def _filled(pattern: str, parts: Mapping[str, str]) -> str:
    """Fill a pattern with parts said in English: figures as the language writes them, words if it has them."""
    return pattern.format(**{name: said if name in AS_IT_IS else _part(said) for name, said in parts.items()})


def _part(said: str) -> str:
    """Say one part: a number, a day, a range, a count with its noun, or words of ours."""
    if _FIGURES.fullmatch(said):
        return _figure(said)
    if found := _DAY.fullmatch(said):
        return in_days(date(int(found["year"]), _SHORT.index(found["month"]) + 1, int(found["day"])))
    if found := _RANGE.fullmatch(said):
        return translated("{low} to {high}").format(low=_figure(found["low"]), high=_figure(found["high"]))
    found = _COUNT.fullmatch(said)
    known = found and _spoken.get().forms.get(found["noun"])
    if found and known:
        one = found["figures"] in {"1", "fewer than 1"}
        return f"{_part(found['figures'])} {numbered(*known, 1 if one else _amount(found['figures']))}"
    whole = recognised(said)
    return ", ".join(map(_part, said.split(", "))) if whole == said and ", " in said else whole


def _figure(said: str) -> str:
    """Say a number, or that one is smaller or larger than can be told."""
    near = said.removesuffix(_PER_CENT).rpartition(" ")[0]
    figures = said.removeprefix(near).lstrip()
    if near == "under":
        return translated("under {n}").format(n=in_figures(figures))
    if near == "over":
        return translated("over {n}").format(n=in_figures(figures))
    return translated("fewer than 1") if near else in_figures(said)


def _amount(figures: str) -> int:
    """Return the whole number whose form a noun takes; a broken one takes that of many."""
    bare = figures.rpartition(" ")[2].replace(",", "").lstrip("−-")
    return int(bare) if bare.isdecimal() else 2
