"""Columns that hold the two halves of a name: the given one and the family's, told by what the columns are called."""

from __future__ import annotations

import re
from collections.abc import Sequence

_HALVES = tuple(
    (re.compile(given), re.compile(family))
    for given, family in (
        (r"(?:first|given|fore)(?=name)|(?<=name)first", r"(?:last|family|sur)(?=name)|(?<=name)last"),
        (r"vorname", r"(?:nach|familien)name"),
        (r"fornavn", r"(?:etter|efter)navn"),
        (r"förnamn|fornamn", r"efternamn"),
        (r"pr[eé]nom", r"(?<!pr[eé])nom"),
        (r"nombre", r"apellidos?"),
        (r"etunimi", r"sukunimi"),
    )
)
"""Given names and family names, as the keys of columns have them (`plain`)."""
_GIVEN = re.compile(r"first|given|fore|vor|f[oö]r(?=na)|pr[eé](?=nom)|etu", re.IGNORECASE)


def name_halves(keys: Sequence[str]) -> dict[str, str]:
    """Return which column of family names belongs to which column of given names.

    >>> name_halves(["namelast", "namefirst", "visiteenamelast", "visiteenamefirst", "lastreply", "firstreply"])
    {'namefirst': 'namelast', 'visiteenamefirst': 'visiteenamelast'}
    >>> name_halves(["prénom", "nom", "contactfirstname", "contactlastname", "lastname"])
    {'contactfirstname': 'contactlastname', 'prénom': 'nom'}
    """
    found: dict[str, str] = {}
    for given, family in _HALVES:
        stems = {family.sub("*", key): key for key in keys if family.search(key) and not given.search(key)}
        firsts = {key: given.sub("*", key) for key in keys if given.search(key)}
        found |= {key: stems[stem] for key, stem in firsts.items() if stem in stems}
    return found


def without_half(name: str) -> str:
    """Return what the name of a column says beside that it is the given one.

    >>> without_half("Contact First Name"), without_half("NAMEFIRST"), without_half("Vorname")
    ('Contact Name', 'NAME', 'name')
    """
    return " ".join(_GIVEN.sub("", name).split()) or "name"
