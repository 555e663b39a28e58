"""The model by which accounts are compared: what may agree, how often it does for one person (m) and for two (u).

Reference: Fellegi & Sunter 1969, J. Am. Stat. Assoc. 64 (328), 1183–1210, doi 10.1080/01621459.1969.10501049.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import log2

from influence.people.names import fold, given_name


@dataclass(frozen=True)
class Level:
    """One way in which two records may agree: what it says, when (SQL), m and u; `rarity`: u by that column."""

    words: str
    condition: str
    m: float
    u: float
    rarity: str | None = None

    @property
    def weight(self) -> float:
        """What the level adds to the log2 odds, before rarity."""
        return log2(self.m / self.u)


@dataclass(frozen=True)
class Compared:
    """One comparison: nothing is said where `missing` holds; the last level is what remains."""

    name: str
    missing: str
    levels: tuple[Level, ...]
    counted: bool = False

    def weighing(self, u: Sequence[float] | None) -> tuple[Level, ...]:
        """Return the levels, with u as counted if it was."""
        if u is None:
            return self.levels
        return tuple(replace(level, u=part) for level, part in zip(self.levels, u, strict=True))


_SHARED = "len(list_intersect(correspondents_l, correspondents_r))"
_FEWER = "least(len(correspondents_l), len(correspondents_r))"
_ALIKE = "list_cosine_similarity(hours_l, hours_r)"
_SAME_ORGANISATION = "organisation_l = organisation_r"
_NEAR_ORGANISATION = """least(len(organisation_l), len(organisation_r)) >= 3 AND (
    starts_with(organisation_l, organisation_r) OR starts_with(organisation_r, organisation_l)
    OR ends_with(organisation_l, organisation_r) OR ends_with(organisation_r, organisation_l))"""
_SAME_HANDLE = "list_has_any(handles_l, handles_r)"
_INITIAL = "least(len(given_l), len(given_r)) = 1 AND given_l[1] = given_r[1]"
_TURNED = "(first_l = surname_r AND first_r = surname_l AND NOT (surname_given_l AND surname_given_r))"
_AGREE = f"""NOT (own_name_l AND own_name_r AND NOT (
    coalesce({_INITIAL} OR list_contains(givens_l, given_r) OR list_contains(givens_r, given_l)
    OR starts_with(given_l, given_r) OR starts_with(given_r, given_l)
    OR jaro_winkler_similarity(given_l, given_r) >= 0.9 OR {_TURNED}, true)
    AND coalesce(middle_l = middle_r, true) AND coalesce(suffix_l = suffix_r, true)))"""
"""First names, initials and suffixes do not say that these are two people: a handle proves something only then."""
_MADE_OF_NAME = "(list_has_any(handles_l, forms_r) OR list_has_any(handles_r, forms_l))"

MODEL = (
    Compared(
        "first_name",
        "given_l IS NULL OR given_r IS NULL",
        (
            Level("the same first name", "first_l = first_r AND len(first_l) > 1", 0.72, 0.01, "given"),
            Level("the other's surname, the names being turned round", _TURNED, 0.01, 1e-5),
            Level(
                "a first name and its short form",
                "given_l = given_r AND len(given_l) > 1",
                0.16,
                0.01,
                "given",
            ),
            Level(
                "an initial that fits",
                _INITIAL,
                0.04,
                0.0032,
            ),
            Level("one of several first names in common", "list_has_any(givens_l, givens_r)", 0.03, 0.005),
            Level(
                "first names nearly alike",
                "jaro_winkler_similarity(given_l, given_r) >= 0.92",
                0.03,
                0.006,
            ),
            Level("different first names", "", 0.01, 0.93),
        ),
    ),
    Compared(
        "surname",
        "surname_l IS NULL OR surname_r IS NULL",
        (
            Level("the same surname", "surname_l = surname_r", 0.84, 0.001, "surname"),
            Level("the other's first name, the names being turned round", _TURNED, 0.01, 3e-5),
            Level("one of several surnames in common", "list_has_any(surnames_l, surnames_r)", 0.05, 0.002),
            Level(
                "surnames nearly alike", "jaro_winkler_similarity(surname_l, surname_r) >= 0.94", 0.03, 0.002
            ),
            Level("different surnames", "", 0.07, 0.99),
        ),
    ),
    Compared(
        "middle_name",
        "middle_l IS NULL OR middle_r IS NULL",
        (
            Level("the same middle initial", "middle_l = middle_r", 0.95, 0.08),
            Level("different middle initials", "", 0.05, 0.92),
        ),
    ),
    Compared(
        "suffix",
        "suffix_l IS NULL OR suffix_r IS NULL",
        (
            Level("the same suffix", "suffix_l = suffix_r", 1 - 1e-9, 0.4),
            Level("father and son, by their suffixes", "", 1e-9, 0.6),
        ),
    ),
    Compared(
        # its levels belong to different cases (names known or not), so that their m do not add up to one
        "handle",
        f"(len(handles_l) = 0 OR len(handles_r) = 0) AND NOT {_MADE_OF_NAME}",
        (
            Level(
                "the same handle in one organisation",
                f"{_SAME_HANDLE} AND {_SAME_ORGANISATION} AND {_AGREE}",
                0.15,
                3e-7,
            ),
            Level("the same rare handle", f"list_has_any(rare_l, rare_r) AND {_AGREE}", 0.15, 1e-6),
            Level(
                "the same handle with a number, and a name for one at most",
                "NOT (own_name_l AND own_name_r) AND list_has_any(numbered_l, numbered_r)",
                0.15,
                2e-6,
            ),
            Level(
                "the same unusual handle",
                f"(own_name_l OR own_name_r) AND list_has_any(unusual_l, unusual_r) AND {_AGREE}",
                0.15,
                1e-5,
            ),
            Level(
                "the same handle, and a name for neither",
                f"given_l IS NULL AND given_r IS NULL AND {_SAME_HANDLE}",
                0.15,
                1e-4,
            ),
            Level(
                "a handle made of the other's name, without a name of its own",
                f"(given_l IS NULL OR given_r IS NULL) AND {_MADE_OF_NAME}",
                0.4,
                2e-4,
            ),
            Level(
                "the same handle, not just the name",
                f"list_has_any(odd_l, odd_r) AND {_AGREE}",
                0.12,
                0.003,
            ),
            Level(
                "the same handle, as people of that name have it",
                f"own_name_l AND own_name_r AND {_SAME_HANDLE}",
                0.3,
                0.16,
            ),
            Level(
                "a handle made of the other's name and not of its own",
                "own_name_l AND own_name_r AND "
                "(list_has_any(foreign_l, forms_r) OR list_has_any(foreign_r, forms_l))",
                0.05,
                0.0005,
            ),
            Level("a handle made of the other's name", f"{_MADE_OF_NAME} OR {_SAME_HANDLE}", 0.2, 0.15),
            Level("different handles", "", 0.4, 0.7),
        ),
    ),
    Compared(
        "organisation",
        "organisation_l IS NULL OR organisation_r IS NULL",
        (
            Level("the same organisation", _SAME_ORGANISATION, 0.65, 0.01, "organisation"),
            Level("organisations of nearly one name", _NEAR_ORGANISATION, 0.05, 0.003),
            Level("different organisations", "", 0.3, 0.65),
        ),
        counted=True,
    ),
    Compared(
        "hours",
        "hours_l IS NULL OR hours_r IS NULL",
        (
            Level("active at the same hours", f"{_ALIKE} >= 0.85", 0.62, 0.35),
            Level("active at similar hours", f"{_ALIKE} >= 0.5", 0.32, 0.45),
            Level("active at other hours", "", 0.06, 0.2),
        ),
        counted=True,
    ),
    Compared(
        "correspondents",
        f"{_FEWER} = 0 OR ({_FEWER} < 3 AND {_SHARED} = 0)",
        (
            Level(
                "many correspondents in common", f"{_SHARED} >= 3 AND {_SHARED} >= 0.3 * {_FEWER}", 0.3, 0.02
            ),
            Level("a correspondent in common", f"{_SHARED} >= 1", 0.4, 0.15),
            Level("no correspondent in common", "", 0.3, 0.6),
        ),
        counted=True,
    ),
)
"""The whole model. Names, handles and places that agree say who; hours and correspondents only lean."""

_ORDINARY = {"given": 0.002, "surname": 0.0003, "organisation": 0.001}
"""How many people at large bear a name that is not among the common ones below, or are in one organisation."""

_COMMON = {
    "given": {
        0.015: "anna maria johan erik lars per peter anders karin eva kristina mikael michael john james robert david "
        "william richard thomas jan hans sofia emma jose juan carlos mohammed muhammad wei",
        0.007: "elisabeth daniel fredrik andreas mattias magnus stefan sara linda jonas marcus niklas susanne mark "
        "paul stephen george charles joseph susan mary patricia jennifer jeffrey kenneth henrik jens ole ola kari juha "
        "luis antonio francisco ali ahmed amit rahul abhishek raj",
    },
    "surname": {
        0.02: "andersson johansson karlsson nilsson jensen nielsen hansen andersen pedersen",
        0.01: "eriksson larsson olsson persson svensson gustafsson pettersson jonsson johansen olsen larsen sorensen "
        "rasmussen christensen smith johnson wang li zhang liu chen kim lee singh kumar nguyen garcia",
        0.004: "jansson hansson bengtsson lindberg lindstrom berg lind kristensen madsen korhonen virtanen williams "
        "brown jones davis miller wilson taylor martin muller schmidt rodriguez martinez hernandez lopez gonzalez "
        "perez silva santos yang huang zhao wu zhou xu sun park tran khan sharma gupta jain patel shah agarwal mishra "
        "yadav",
    },
}
"""Names that are common in the Nordic and English-speaking countries, and those that very many bear elsewhere, to their
order of magnitude (share of the people there; after the national name statistics). They keep a small workspace from
taking a common name for a rare one."""


def at_large(column: str, value: str) -> float:
    """Return about how common a folded name is among people at large, or an organisation among organisations.

    >>> at_large("surname", "andersson"), at_large("surname", "kitchen")
    (0.02, 0.0003)
    """
    return _FOLDED[column].get(value, _ORDINARY[column])


_FOLDED = {
    column: {
        (given_name(name) if column == "given" else fold(name)): share
        for share, names in bands.items()
        for name in names.split()
    }
    for column, bands in {"organisation": {}, **_COMMON}.items()
}
COMMON_GIVEN = frozenset(_FOLDED["given"])
COMMON_NAMES = COMMON_GIVEN | _FOLDED["surname"].keys()
"""First names, and all names, that are common at large, folded."""
RARITIES = tuple(_ORDINARY)
"""The columns whose values weigh by how rare they are."""
