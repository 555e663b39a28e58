"""Collect every message that a report can say, and bring the languages' files up to date with them.

    .venv/bin/python -m tools.languages             every language there is
    .venv/bin/python -m tools.languages nl          a new one too
    .venv/bin/python -m tools.languages --told      what a sample report tells, into tests/reports/golden/

A translation stays with its message; what is no longer said is dropped. Nothing is guessed: a message that changed is
a new one, without a translation.
"""

from __future__ import annotations

import ast
import io
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from babel import Locale, UnknownLocaleError
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po
from jinja2 import Environment
from jinja2.ext import extract_from_ast

from influence.contract.language import ENGLISH, REASON, languages
from influence.contract.measures import catalogue
from influence.contract.wording import unit_of
from reports.story.glossary import FAMILIES, WORDS

ROOT = Path(__file__).resolve().parents[1]
LANGUAGES = ROOT / "influence/contract/languages"
WINGS = (
    *(
        f"influence/{wing}"
        for wing in (
            "contract",
            "reach",
            "chance",
            "measures",
            "advice",
            "tracking",
            "campaigns",
            "programmes",
        )
    ),
    "influence/corrections/writers.py",
    "influence/demo/__init__.py",
    "influence/analysis",
    "reports",
)
"""Where reports and the reasons in them are worded; the terminal's own words stay English."""
SAID = {
    **dict.fromkeys(("say", "because", "translated", "message", "_"), (0,)),
    **dict.fromkeys(("numbered", "forms", "ngettext"), (0, 1)),
    "counted": (1, 2),
    "counted_between": (2, 3),
    "span": (2, 3),
}
"""What says a message, and at which places of its arguments the message stands, or its singular and plural."""
NO_LITERAL = ast.JoinedStr, ast.BinOp
"""A text put together from pieces, which nobody can translate."""


@dataclass
class Message:
    """One message: its English, its plural where it has one, the files that say it, whether findings hold it."""

    text: str
    plural: str = ""
    places: set[str] = field(default_factory=set)
    reason: bool = False

    @property
    def key(self) -> str | tuple[str, str]:
        """What a language's file knows it by."""
        return (self.text, self.plural) if self.plural else self.text


class NotLiteral(Exception):
    """A message that is put together from pieces."""


@cache
def messages() -> dict[str, Message]:
    """Return every message by its English, sorted.

    Raises:
        NotLiteral: one is put together from pieces.
    """
    found: dict[str, Message] = {}
    for place, name, text, plural in (*_in_python(), *_in_templates(), *_in_words()):
        one = found.setdefault(text, Message(text))
        one.plural = one.plural or plural
        one.places.add(place)
        one.reason |= name == "because"
    return dict(sorted(found.items()))


def catalog_of(code: str, found: dict[str, Message], before: Catalog | None = None) -> Catalog:
    """Return a language's catalogue of the messages, with the translations that it had before."""
    catalog = Catalog(locale=code, fuzzy=False)
    for one in found.values():
        kept = before.get(one.text) if before else None
        same = kept is not None and not kept.fuzzy and bool(kept.pluralizable) == bool(one.plural)
        added = catalog.add(
            one.key,
            kept.string if kept is not None and same else None,
            locations=[(place, 0) for place in sorted(one.places)],
            auto_comments=[REASON] if one.reason else [],
        )
        added.flags.discard("python-format")  # a per cent sign is one
    return catalog


def written(catalog: Catalog) -> bytes:
    """Return the text of a language's file: sorted, without dates and line numbers, so that changes are small."""
    body, locale = io.BytesIO(), catalog.locale
    write_po(
        body,
        catalog,
        width=100,
        omit_header=True,
        sort_output=True,
        ignore_obsolete=True,
        include_lineno=False,
    )
    head = (
        f"# {locale.english_name}: what a report says, by its English. Made by: make languages\n"
        'msgid ""\n'
        'msgstr ""\n'
        f'"Language: {locale}\\n"\n'
        '"MIME-Version: 1.0\\n"\n'
        '"Content-Type: text/plain; charset=utf-8\\n"\n'
        '"Content-Transfer-Encoding: 8bit\\n"\n'
        f'"Plural-Forms: {catalog.plural_forms}\\n"\n\n'
    )
    return head.encode() + body.getvalue().rstrip() + b"\n"


def _in_python() -> Iterator[tuple[str, str, str, str]]:
    for wing in WINGS:
        for path in [ROOT / wing] if wing.endswith(".py") else sorted((ROOT / wing).rglob("*.py")):
            place = path.relative_to(ROOT).as_posix()
            tree = ast.parse(path.read_text(encoding="utf-8"))
            functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
            for scope in (tree, *functions):
                known = _assigned(scope) if scope is not tree else {}
                for node in ast.walk(scope):
                    if isinstance(node, ast.Call):
                        yield from ((place, *one) for one in _said(node, place, known))


def _assigned(scope: ast.AST) -> dict[str, list[ast.expr]]:
    """Return what the names of a function may stand for, so that a pattern may be chosen before it is said."""
    found: dict[str, list[ast.expr]] = {}
    for node in ast.walk(scope):
        if isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name):
            found.setdefault(node.targets[0].id, []).append(node.value)
        if isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name):
            found.setdefault(node.target.id, []).append(ast.JoinedStr([]))
    return found


def _said(call: ast.Call, place: str, known: dict[str, list[ast.expr]]) -> Iterator[tuple[str, str, str]]:
    """Yield what a call says: by which function, the message, its plural."""
    name = call.func.id if isinstance(call.func, ast.Name) else ""
    at = SAID.get(name, ())
    if not at or len(call.args) <= at[-1]:
        return
    alike = [list(_literals(call.args[number], known, f"{place}:{call.lineno}: {name}")) for number in at]
    for texts in zip(*alike, strict=False):
        if texts[0]:
            yield name, texts[0], texts[1] if len(texts) > 1 else ""


def _literals(node: ast.expr, known: dict[str, list[ast.expr]], where: str) -> Iterator[str]:
    """Yield the texts that an expression may be: itself, either side of a choice, what its name stands for."""
    if isinstance(node, NO_LITERAL):
        raise NotLiteral(f"{where}() is given a text that is put together from pieces")
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.IfExp):
        yield from (*_literals(node.body, known, where), *_literals(node.orelse, known, where))
    elif isinstance(node, ast.Name):
        for value in known.get(node.id, ()):
            yield from _literals(value, {}, where)


def _in_templates() -> Iterator[tuple[str, str, str, str]]:
    for path in sorted((ROOT / "reports").rglob("templates/*.html")):
        place = path.relative_to(ROOT).as_posix()
        parsed = Environment(autoescape=True).parse(path.read_text(encoding="utf-8"))
        for _, name, said in extract_from_ast(parsed, tuple(SAID), babel_style=False):
            texts = [said] if isinstance(said, str) else [said[at] for at in SAID[name] if at < len(said)]
            if texts and all(isinstance(text, str) and text for text in texts):
                yield place, name, str(texts[0]), str(texts[1]) if len(texts) > 1 else ""


def _in_words() -> Iterator[tuple[str, str, str, str]]:
    """Yield the words of the measures' findings and of the glossary."""
    for measure in catalogue():
        if measure.own:
            place = measure.function.__module__.replace(".", "/") + ".py"
            for words in measure.finds.values():
                texts = (words.label, words.meaning, words.reading, unit_of(words.unit))
                yield from ((place, "message", text, "") for text in texts if text)
    for text in (*FAMILIES, *(text for pair in WORDS for text in pair)):
        yield "reports/story/glossary.py", "message", text, ""


def main(arguments: list[str]) -> int:
    """Write every language's file again, and those that are new; say how much each lacks."""
    if arguments == ["--told"]:
        return tell()
    return update(arguments)


def tell() -> int:
    """Write what a sample report tells in each language, to be read over."""
    from tests.kit.languages import as_text  # not there in what is installed

    for code in languages():
        path = ROOT / f"tests/reports/golden/story.{code}.txt"
        path.write_text(as_text(code), encoding="utf-8")
        sys.stdout.write(f"{path.relative_to(ROOT)}\n")
    return 0


def update(new: list[str]) -> int:
    """Bring every language's file up to date, and make those that are new."""
    found = messages()
    codes = sorted({path.stem for path in LANGUAGES.glob("*.po")} | set(new))
    for code in codes:
        try:
            Locale.parse(code)
        except (UnknownLocaleError, ValueError):
            sys.stderr.write(
                f"{code!r} is no language's code; those of two letters are ISO 639-1: nl, fr, pl\n"
            )
            return 1
        if code == ENGLISH:
            sys.stderr.write("English is the language of the code: its messages are their own keys\n")
            return 1
    for code in codes:
        path = LANGUAGES / f"{code}.po"
        before = read_po(io.BytesIO(path.read_bytes()), locale=code) if path.exists() else None
        catalog = catalog_of(code, found, before)
        path.write_bytes(written(catalog))
        lacking = sum(not all(one.string if one.pluralizable else [one.string]) for one in catalog if one.id)
        sys.stdout.write(
            f"{path.relative_to(ROOT)}: {len(found)} messages, {lacking} without a translation\n"
        )
    wings = Counter(
        "/".join(place.split("/")[:2]) for one in found.values() for place in sorted(one.places)[:1]
    )
    sys.stdout.write("".join(f"{count:5} {wing}\n" for wing, count in sorted(wings.items())))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
