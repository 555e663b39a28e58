"""From templates to pages: what is data is cleaned on its way and never becomes markup."""

from __future__ import annotations

import re
from typing import Any

from jinja2 import BaseLoader, ChoiceLoader, Environment, PackageLoader, StrictUndefined, Template
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
    made.template_class = _Template
    made.globals |= {"_": translated, "ngettext": numbered, "word_anchor": page_words.word_anchor}
    made.filters |= {"number": number, "by_line": by_line}
    return made


class _Template(Template):
    """A template whose page keeps a share and its sign on one line."""

    def render(self, *args: Any, **more: Any) -> str:
        """Return the page."""
        return shares_kept_together(super().render(*args, **more))


_AS_IT_IS = re.compile(r"<(script|style|textarea|pre|option)\b")
"""Where something begins that is run, sent back or kept as it was written."""
_SHARE = re.compile(r"(?<=\d) (?=%[^<>]*<)")
"""Where a line may break between a number and its sign: in a text, not within a tag."""


def shares_kept_together(page: str) -> str:
    r"""Keep each share and its sign on one line, in the texts of a page alone.

    >>> shares_kept_together('<p title="5 %">5 % of</p><textarea>5 %</textarea>')
    '<p title="5 %">5\xa0% of</p><textarea>5 %</textarea>'
    """
    parts, end = list[str](), 0
    while found := _AS_IT_IS.search(page, end):
        closes = page.find(f"</{found[1]}>", found.end())
        after = len(page) if closes < 0 else closes
        parts += [_SHARE.sub("\u00a0", page[end : found.start()]), page[found.start() : after]]
        end = after
    return "".join([*parts, _SHARE.sub("\u00a0", page[end:])])


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
