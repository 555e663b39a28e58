"""Plain text in lines that fit a mail."""

from __future__ import annotations

import textwrap

from influence.contract.wording import plain, unbroken

WIDTH = 78


def paragraph(text: str, mark: str = "  ") -> str:
    """Break a text into lines of this width behind a mark, such as `  - `, that stands before the first.

    >>> paragraph("One line.", "  - "), paragraph("so " * 30).count(chr(10))
    ('  - One line.', 1)
    """
    return textwrap.fill(unbroken(plain(text)), WIDTH, initial_indent=mark, subsequent_indent=" " * len(mark))
