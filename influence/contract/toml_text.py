"""Text of TOML that people write: settings, programmes, mappings, secrets; what is none says why, and where."""

from __future__ import annotations

import re
import tomllib
from typing import Any

_PART = r"""(?:[\w-]++|"[^"\n]*+"|'[^'\n]*+')"""
_LONG_KEY = re.compile(rf"(?<![\w.-]){_PART}(?:[ \t]*+\.[ \t]*+{_PART}){{30}}")
"""More than 30 parts. Python's reader takes time and memory by their square: 200 kB of `a.a.a …` are gigabytes."""
_WHERE = re.compile(r"(.*) \(at line (\d+), column \d+\)", re.DOTALL)


class NotToml(ValueError):
    """A text is no TOML: `why`, and in which `line`, if one can be named."""

    def __init__(self, why: str, line: int | None = None) -> None:
        self.why, self.line = why, line
        super().__init__(f"{why} (at line {line})" if line else why)

    def within(self, name: object) -> str:
        """Return where in a file of some name it is."""
        return f"{name}, line {self.line}" if self.line else f"{name}"


def as_toml(text: str) -> dict[str, Any]:
    """Return what a text of TOML says.

    >>> as_toml("a = " + "[" * 5000)
    Traceback (most recent call last):
    influence.contract.toml_text.NotToml: it is nested deeper than anybody writes

    Raises:
        NotToml: it is none; nor is what Python cannot hold: lists within lists and keys within keys without end, a
            number of thousands of digits.
    """
    if key := _LONG_KEY.search(text):
        raise NotToml("a key in it has more parts than anybody writes", text.count("\n", 0, key.start()) + 1)
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        told = _WHERE.fullmatch(str(error))
        why, line = told.groups() if told else (str(error).partition(" (at")[0], text.count("\n") + 1)
        raise NotToml(why, int(line)) from error
    except RecursionError as error:
        raise NotToml("it is nested deeper than anybody writes") from error
    except ValueError as error:
        raise NotToml("a number in it is longer than anybody writes") from error
