"""From templates to pages: what is data is cleaned on its way and never becomes markup."""

from __future__ import annotations

from jinja2 import BaseLoader, ChoiceLoader, Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from influence.contract.language import numbered, translated
from influence.contract.wording import harmless, number, plain
from reports.formats import page_words


def environment(*more: BaseLoader) -> Environment:
    """Return what makes pages of templates, ours and those of `more`: a text of data is cleaned and never markup."""
    made = Environment(
        loader=ChoiceLoader([*more, PackageLoader("reports.formats", "templates")]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_shown,
    )
    made.globals |= {"_": translated, "ngettext": numbered, "word_anchor": page_words.word_anchor}
    made.filters |= {"number": number, "by_line": by_line}
    return made


def by_line(text: str) -> Markup:
    r"""Clean a text whose lines stay lines, as in `pre` and `textarea`; it never becomes markup.

    >>> by_line("one <b>\n  two\x00")
    Markup('one &lt;b&gt;\n  two')
    """
    return Markup("\n").join(escape(harmless(line)) for line in text.splitlines())


def _shown(value: object) -> object:
    """Clean every text on its way into the page; autoescape comes after."""
    if isinstance(value, Markup) or not isinstance(value, str):
        return value
    return plain(value) if value.strip() == value else _padded(value)


def _padded(value: str) -> str:
    """Clean a piece of a sentence and keep the space at its ends."""
    inside = plain(value)
    return f" {inside}"[not value[:1].isspace() :] + (" " if inside and value[-1:].isspace() else "")
