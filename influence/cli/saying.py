"""What the commands print: whatever stands in a text of others, a terminal only shows it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import click

from influence.contract.wording import harmless

_STEERING = re.compile("[\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]")
"""What JSON does not escape by itself, and a terminal or a reader of UTF-8 stumbles over."""


def say(*lines: str, err: bool = False) -> None:
    """Print lines, on standard error where they tell of an error; a text within a line begins no other."""
    for line in lines:
        click.echo(harmless(line), err=err)


def say_json(value: Any, default: Any = None) -> None:
    """Print a value as one line of JSON, in which odd characters are escaped; nothing of it is lost."""
    written = json.dumps(value, ensure_ascii=False, default=default)
    click.echo(_STEERING.sub(lambda found: f"\\u{ord(found[0]):04x}", written))


def ask(words: str, **how: Any) -> Any:
    """Ask for something; `how` is what `click.prompt` takes."""
    return click.prompt(harmless(words), **how)


@contextmanager
def told_harmlessly() -> Iterator[None]:
    """Make what click says of a wrong usage harmless: it quotes what was typed, and names of files."""
    try:
        yield
    except click.ClickException as error:
        lines = map(harmless, error.message.split("\n"))
        vars(error).update(message="\n".join(lines))
        raise
