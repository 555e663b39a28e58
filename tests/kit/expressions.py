"""Every regular expression of the project, how it is used, and texts that are bad for it."""

import ast
import importlib
import pkgutil
import re
from collections import defaultdict
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from re import _constants as sre
from re import _parser

import connectors
import influence
import reports

ROOT = Path(influence.__file__).parent.parent
HOUSES = (influence, connectors, reports)
AT_A_PLACE = {"match", "fullmatch"}
ANYWHERE = {"search", "sub", "subn", "split", "findall", "finditer"}
USES = AT_A_PLACE | ANYWHERE


@dataclass
class Expression:
    """A regular expression: where it stands, its compiled form, and the methods by which it is used."""

    where: str
    pattern: re.Pattern
    uses: set = field(default_factory=set)

    def run(self, text):
        """Use it on a text in every way in which it is used."""
        for use in self.uses & AT_A_PLACE:
            getattr(self.pattern, use)(text)
        if self.uses & ANYWHERE:
            for _ in self.pattern.finditer(text):
                pass


def modules():
    for house in HOUSES:
        for found in pkgutil.walk_packages(house.__path__, f"{house.__name__}."):
            if not found.name.endswith("__main__"):
                yield found.name


def trees():
    for house in HOUSES:
        for path in sorted(Path(house.__path__[0]).rglob("*.py")):
            yield path.relative_to(ROOT).as_posix(), ast.parse(path.read_text("utf-8"))


def _held(value, depth=0):
    """The compiled expressions in a value, and in what it holds."""
    if isinstance(value, re.Pattern):
        yield value
    elif isinstance(value, dict) and depth < 3:
        for key, one in value.items():
            yield from _held(key, depth + 1)
            yield from _held(one, depth + 1)
    elif isinstance(value, tuple | list | set | frozenset) and depth < 3:
        for one in islice(value, 1000):
            yield from _held(one, depth + 1)


def _called(node):
    return getattr(node, "id", getattr(node, "attr", None))


def uses_by_name():
    """Of each name that is used like an expression, the methods; a private one is its module's own."""
    found = defaultdict(set)
    for path, tree in trees():
        for node in ast.walk(tree):
            if isinstance(node, ast.Attribute) and node.attr in USES and _called(node.value) != "re":
                name = _called(node.value)
                found[_key(path, name)].add(node.attr)
                if str(name).islower() and not str(name).startswith("_"):
                    found[(path, "")].add(node.attr)
    return found


def _key(path, name):
    return (path, name) if str(name).startswith("_") else name


def _as_another(path, by_name):
    """The methods by which a module uses expressions under names of its functions: those that stand in a table."""
    found = {use for key, uses in by_name.items() if key == (path, "") for use in uses}
    return found or USES


def _in_modules(by_name):
    for name in modules():
        module = importlib.import_module(name)
        path = Path(module.__file__).relative_to(ROOT).as_posix()
        for called, value in vars(module).items():
            for pattern in _held(value):
                yield Expression(
                    f"{name}.{called}",
                    pattern,
                    set(by_name.get(_key(path, called)) or _as_another(path, by_name)),
                )
            if isinstance(value, type) and value.__module__ == name:
                for inner, held in vars(value).items():
                    for pattern in _held(held):
                        where = f"{name}.{called}.{inner}"
                        yield Expression(
                            where, pattern, set(by_name.get(_key(path, inner)) or _as_another(path, by_name))
                        )


def calls_of_re():
    """Each call of the module re: its place, its method, its expression (None where it is put together), its flags."""
    for path, tree in trees():
        for node in ast.walk(tree):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
                continue
            if _called(node.func.value) != "re" or node.func.attr not in USES | {"compile"}:
                continue
            given, flags = node.args[0], [one.value for one in node.keywords if one.arg == "flags"]
            first_flags = {"compile": 1, "sub": 4, "subn": 4, "split": 3}.get(node.func.attr, 2)
            told = ast.unparse((flags or node.args[first_flags:] or [ast.Constant(0)])[0])
            value = given.value if isinstance(given, ast.Constant) else None
            yield f"{path}:{node.lineno}", node.func.attr, value, eval(told, {"re": re})  # noqa: S307 - our own source


def expressions():
    """Every expression once, by its text and its flags."""
    found = {}
    for one in _in_modules(uses_by_name()):
        known = found.setdefault((one.pattern.pattern, one.pattern.flags), one)
        known.uses |= one.uses
    for where, use, text, flags in calls_of_re():
        if text is not None:
            pattern = re.compile(text, flags)
            known = found.setdefault((text, pattern.flags), Expression(where, pattern))
            known.uses |= {use} & USES
    return list(found.values())


# --- texts ------------------------------------------------------------------------------------------------


def _char(kind, value):
    """A character of a set."""
    if kind is sre.LITERAL:
        return chr(value)
    if kind is sre.RANGE:
        return chr(value[0])
    of = {sre.CATEGORY_DIGIT: "7", sre.CATEGORY_SPACE: " ", sre.CATEGORY_WORD: "a"}
    return of.get(value, "-")


def _chars(items):
    """Some characters of a set; of one that is told by what is not in it, some that are not."""
    told = [_char(kind, value) for kind, value in items if kind is not sre.NEGATE]
    if items[0][0] is sre.NEGATE:
        return [one for one in "a 7-x.\n<" if one not in told][:2] or ["\u2603"]
    return told


def sample(tree, texts):
    """A text that a piece of an expression fits, or nearly; of each repetition in it, what stands before and in it."""
    before = ""
    for kind, value in tree:
        before += _sampled(kind, value, before, texts)
    return before


def _sampled(kind, value, before, texts):
    if kind in {sre.MAX_REPEAT, sre.MIN_REPEAT, sre.POSSESSIVE_REPEAT}:
        low, high, inner = value
        body = sample(inner, texts)
        if high > 8:
            texts.append((before, body))
            if len(inner) == 1 and inner[0][0] is sre.IN:
                texts.extend((before, one) for one in _chars(inner[0][1])[:3])
        return body * max(1, min(low, 3))
    if kind is sre.SUBPATTERN:
        return sample(value[-1], texts)
    if kind is sre.ATOMIC_GROUP:
        return sample(value, texts)
    if kind is sre.BRANCH:
        told = [sample(one, texts) for one in value[1]]
        texts.extend((before, one) for one in told[:4])
        return told[0]
    if kind is sre.IN:
        return _chars(value)[0]
    if kind is sre.NOT_LITERAL:
        return "a" if value != ord("a") else "b"
    return {sre.LITERAL: lambda: chr(value), sre.ANY: lambda: "a"}.get(kind, str)()


def bad_texts(pattern):
    """Beginnings and what is said again and again after them: by each repetition, and by the whole that nearly fits."""
    of_bytes = isinstance(pattern.pattern, bytes)
    told = pattern.pattern.decode("latin-1") if of_bytes else pattern.pattern
    texts = []
    whole = sample(_parser.parse(told, pattern.flags & ~re.UNICODE if of_bytes else pattern.flags), texts)
    found = {("", " "), ("", "a"), ("", "\n"), ("", whole), ("", whole[:-1]), ("", whole[: len(whole) // 2])}
    found |= {
        one
        for before, body in texts
        for one in ((before, body), ("", body), ("", before), ("", before + body))
    }
    return sorted(one for one in found if one[1])


def pumped(before, body, length, pattern):
    """The text of a length, with an end that fits nothing."""
    text = (before + body * (length // len(body)))[:length] + "\x01"
    return text.encode("utf-8", "replace")[:length] if isinstance(pattern.pattern, bytes) else text
