"""What of an account's names, handles and places can be compared: folded names, name forms, keys to meet by."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from influence.people.addresses import local_part, mangled
from influence.people.linkage.model import COMMON_GIVEN, COMMON_NAMES
from influence.people.names import (
    GIVEN_NAMES,
    LONGEST,
    ROLES,
    Name,
    fold,
    name_forms,
    name_of_handle,
    parse_name,
    place_of,
    public_mail,
)

PROFILES = pa.schema(
    [
        ("group", pa.string()),
        ("names", pa.list_(pa.string())),
        ("accounts", pa.list_(pa.string())),
        ("organisation", pa.string()),
        ("hours", pa.list_(pa.int64())),
        ("correspondents", pa.list_(pa.string())),
    ]
)
"""What linkage reads: one row a person that the exact stage found, `group` its id; `hours` are 24 counts of
activity by UTC hour, or empty; `correspondents` are the groups it exchanged with."""

_MOST_CORRESPONDENTS = 100
"""The rarest are kept: who writes to everybody tells nobody apart."""
FEW_ACTS = 30
"""Fewer acts than this do not show the hours somebody keeps."""
DIGITS = "0123456789"
_LONG = 7
"""A handle this long that is not made of names is hardly chosen by two people."""
_NUMBERED = re.compile(r"[a-z]{4,}\d{2,}")
_NO_NAME = re.compile(r"\S*[\d_-]\S*|[^\W_]*[^\W\d_][A-Z][^\W_]*|[a-z]{7,}")
"""One word that reads as a handle (`Blue-Tit`, `NilsDahl`, `bluetits`), and not as a first name."""
NOBODYS = pa.array([], pa.string())
"""Handles of nobody beside those who are looked at."""


@dataclass
class Record:
    """One profile as it is compared."""

    group: str
    names: list[Name] = field(default_factory=list)
    own_name: bool = False
    handles: set[str] = field(default_factory=set)
    domains: set[str] = field(default_factory=set)
    systems: set[str] = field(default_factory=set)
    organisation: str | None = None

    @property
    def fulls(self) -> set[str]:
        """Every full name that was given, folded."""
        return {name.full for name in self.names if name.full} if self.own_name else set()

    @property
    def forms(self) -> set[str]:
        """The handles that people make of the names that were given."""
        return set().union(*map(name_forms, self.names)) if self.own_name else set()

    @property
    def places(self) -> set[str]:
        """Where two people of one name must be two people: an e-mail domain, or one system in one organisation."""
        inside = (
            {f"{system} in {self.organisation}" for system in self.systems} if self.organisation else set()
        )
        return {*(domain for domain in self.domains if not public_mail(domain)), *inside}


def record_of(group: str, names: Iterable[str], accounts: Iterable[str], organisation: str | None) -> Record:
    """Return what can be compared of one profile."""
    made = Record(group, organisation=fold(organisation) if organisation else None)
    spelt: list[Name] = []
    for account in sorted(accounts):
        system, _, identifier = account[: 2 * LONGEST].partition(":")
        made.systems.add(system)
        _, at, domain = identifier.lower().rpartition("@")
        if system == "email" and at:
            made.domains.add(domain)
        if not mangled(account):
            handle = local_part(identifier) if at else identifier.lower()
            _add_handle(made, handle.rpartition("=")[2].lstrip("@"), spelt)
    given = sorted(names)
    for word in given:
        if _NO_NAME.fullmatch(word[:LONGEST].strip()):
            _add_handle(made, word[:LONGEST].strip().lower(), [])
    made.names = [name for name in map(parse_name, given) if name]
    made.own_name = bool(made.names)
    made.names = list(dict.fromkeys(made.names or spelt))[:10]
    return made


def _add_handle(made: Record, handle: str, spelt: list[Name]) -> None:
    plain = fold(re.sub(r"[^\w-]|_", "", handle))
    bare = plain.replace("-", "")
    letters = sum(letter.isalpha() for letter in bare)
    if len(bare) < 4 or bare in ROLES or (2 * letters < len(bare) < 16):
        return  # mostly a number: an id of one system, which nobody carries to another
    made.handles.add(bare)
    if name := name_of_handle(handle):
        spelt.append(name)


def rare_correspondents(column: pa.ListArray) -> pa.ListArray:
    """Return each profile's correspondents, the rarest first, at most 100.

    >>> rare_correspondents(pa.array([["all", "b"], ["all"], None])).to_pylist()
    [['b', 'all'], ['all'], []]
    """
    words = pc.list_flatten(column).dictionary_encode()
    ordered = pc.sort_indices(words.dictionary)
    rank = np.empty(len(ordered), np.int64)
    rank[ordered.to_numpy()] = np.arange(len(ordered))
    rows = pc.list_parent_indices(column).to_numpy().astype(np.int64)
    pairs = np.unique(rows << 32 | rank[words.indices.to_numpy()])
    rows, which = pairs >> 32, pairs & 0xFFFFFFFF
    spread = np.bincount(which, minlength=len(ordered))
    order = np.lexsort((which, spread[which], rows))
    many = np.bincount(rows, minlength=len(column))
    starts = np.cumsum(many) - many
    kept = order[np.arange(len(order)) - np.repeat(starts, many) < _MOST_CORRESPONDENTS]
    ends = np.concatenate(([0], np.cumsum(np.minimum(many, _MOST_CORRESPONDENTS))))
    found = words.dictionary.take(ordered).take(pa.array(which[kept]))
    return pa.ListArray.from_arrays(pa.array(ends, pa.int32()), found)


def hours_kept(column: pa.ListArray) -> pa.Array:
    """Return the hours of who acted often enough to show any."""
    rows = (row if row and len(row) == 24 and sum(row) >= FEW_ACTS else None for row in column.to_pylist())
    return pa.array(rows, pa.list_(pa.float64()))


def record_table(
    records: Sequence[Record], hours: pa.Array, correspondents: pa.Array, others: pa.Array = NOBODYS
) -> pa.Table:
    """Return the columns that the model compares, one row a record, in the order of the records.

    `others` are the handles of those who have no record, each of which nobody else has.
    """
    _spell(records)
    firsts = _first_names(records)
    mains = [record.names[0] if record.names else None for record in records]
    shapes = [record.forms for record in records]
    text, texts = pa.string(), pa.list_(pa.string())
    return pa.table(
        {
            "unique_id": pa.array(range(len(records)), pa.int64()),
            "first": pa.array([name.first or None if name else None for name in mains], text),
            "given": pa.array([name.given or None if name else None for name in mains], text),
            "surname": pa.array([name.last or None if name else None for name in mains], text),
            "surname_given": pa.array([name.last in firsts if name else None for name in mains], pa.bool_()),
            "givens": pa.array([sorted(set().union(*(n.givens for n in r.names))) for r in records], texts),
            "surnames": pa.array([_surnames(r.names) for r in records], texts),
            "middle": pa.array([_only(name.middle for name in r.names) for r in records], text),
            "suffix": pa.array([_only(name.suffix for name in r.names) for r in records], text),
            "own_name": pa.array([r.own_name for r in records], pa.bool_()),
            "handles": pa.array([sorted(r.handles) for r in records], texts),
            "unusual": pa.array([sorted(_unusual(r)) for r in records], texts),
            "rare": pa.array([sorted(each) for each in _rare_handles(records, others)], texts),
            "numbered": pa.array([sorted(filter(_NUMBERED.fullmatch, r.handles)) for r in records], texts),
            "odd": pa.array(
                [sorted(r.handles.difference(*map(name_forms, r.names))) for r in records], texts
            ),
            "foreign": pa.array([sorted(_foreign(r)) for r in records], texts),
            "forms": pa.array([sorted(shape) for shape in shapes], texts),
            "organisation": pa.array([_organisation(r) for r in records], text),
            "hours": hours,
            "correspondents": correspondents,
        }
    )


def spelt_here(records: Sequence[Record]) -> tuple[dict[str, Name], set[str]]:
    """Return the names that somebody here bears, by the letters that spell them, and the surnames of people here."""
    whole: dict[str, Name] = {}
    surnames: set[str] = set()
    for record in records:
        for name in record.names:
            if name.full and len(name.last) >= 3:
                whole |= dict.fromkeys(map(fold, (name.first + name.last, name.last + name.first)), name)
            if record.own_name and len(name.last) >= 5:
                surnames.add(name.last)
    return whole, surnames


def _spell(records: Sequence[Record]) -> None:
    """Read a name in the handles of who has none: one that somebody here bears (`louisekitchen`, `lkitchen`)."""
    whole, surnames = spelt_here(records)
    for record in records:
        if not record.names:
            letters = [handle.rstrip(DIGITS) for handle in sorted(record.handles)]
            found = [
                replace(whole[plain], middle="", more=(), suffix="") for plain in letters if plain in whole
            ]
            found += [Name(each[0], each[1:], "", each[0]) for each in letters if each[1:] in surnames]
            record.names = found[:1]


def _known_words(records: Sequence[Record]) -> set[str]:
    """Return every name that people here bear, and those that are common at large."""
    borne = {
        part for record in records for name in record.names for part in (name.first, name.last, *name.givens)
    }
    return {part for part in borne | COMMON_NAMES if len(part) > 2}


def _rare_handles(records: Sequence[Record], others: pa.Array) -> list[set[str]]:
    """Return the handles of each record that two people hardly choose: long, and no names, initials or usual words.

    What stands before the number of more than two handles here is usual.
    """
    words = _known_words(records)
    borne = set().union(*(record.handles for record in records))
    stems = Counter(handle.rstrip(DIGITS) for handle in borne)
    alike = pc.utf8_rtrim(others, DIGITS)
    alike = alike.filter(pc.is_in(alike, pa.array(sorted(stems), pa.string())))
    stems.update({each["values"]: each["counts"] for each in pc.value_counts(alike).to_pylist()})
    kept = {handle for handle in borne if _rare(handle, words)}
    return [{each for each in record.handles & kept if stems[each.rstrip(DIGITS)] <= 2} for record in records]


def _rare(handle: str, names: Set[str]) -> bool:
    """Tell whether a handle is long and not made of names and initials.

    >>> [_rare(handle, {"nils", "dahl"}) for handle in ("bluetits", "b1ue42", "nilsdahl", "ndahl1970", "tits")]
    [True, True, False, False, False]
    """
    letters = handle.rstrip(DIGITS)
    if len(handle) < (_LONG if handle.isalpha() else _LONG - 2) or letters in names:
        return False
    cuts = [(letters[:at], letters[at:]) for at in range(1, len(letters))]
    cuts += [
        (one, f"{lost}{other}") for one, other in cuts if one[-1] in "aou" for lost in "ae"
    ]  # `fold` took it
    return not any(all(len(part) == 1 or part in names for part in cut) for cut in cuts)


def _surnames(names: Iterable[Name]) -> list[str]:
    return sorted({part for name in names for part in (name.last, *name.last.split("-")) if len(part) > 1})


def _first_names(records: Sequence[Record]) -> set[str]:
    """Return the words that are first names: those known as such, and those of people here of several surnames."""
    borne = {(name.first, name.last) for record in records if record.own_name for name in record.names}
    often = Counter(first for first, _ in borne)
    return {*GIVEN_NAMES, *COMMON_GIVEN, *(first for first, surnames in often.items() if surnames > 1)}


def _only(parts: Iterable[str]) -> str | None:
    found = set(parts) - {""}
    return min(found) if len(found) == 1 else None


def _unusual(record: Record) -> set[str]:
    """Return the handles that do not follow from the name: who shares one has more than a name in common."""
    words = {part for name in record.names for part in (name.first, name.last)}
    return {
        handle
        for handle in record.handles
        if len(handle) >= 5 and not any(len(word) > 2 and word[:5] in handle for word in words)
    }


def _foreign(record: Record) -> set[str]:
    """Return the handles in which no name of the record is found: an older surname, or nothing of the name."""
    lasts = {name.last for name in record.names}
    return {
        handle for handle in record.handles if not any(last[:5] in handle for last in lasts)
    } - record.forms


def _organisation(record: Record) -> str | None:
    labels = {place_of(domain).partition(".")[0] for domain in record.domains if not public_mail(domain)}
    return record.organisation or (min(labels) if labels else None)


def keys_of(record: Record, correspondents: Sequence[str], spread: Mapping[str, int]) -> dict[str, bool]:
    """Return the keys by which a record meets others, and whether it looks for company there or only waits.

    Full names, handles, and first name and friend look; the forms that handles are made of wait for such a handle,
    and a name turned round for one that is written so.

    >>> keys_of(record_of("a", ["Bo Ek"], ["x-handle:ekbo"], None), [], {})
    {'h bok': False, 'h ekbo': True, 'n bo ek': True, 'n ek bo': False, 'i b ek': False}
    """
    keys: dict[str, bool] = {}
    for name in record.names:
        if record.own_name:
            keys |= dict.fromkeys((f"h {form}" for form in sorted(name_forms(name))), False)
    keys |= dict.fromkeys((f"h {handle}" for handle in sorted(record.handles)), True)
    near = [each for each in correspondents if spread[each] <= 50][:8]
    for name in record.names:
        short = len(name.first) < 2
        if not short:
            full = f"{name.given} {name.last}"
            keys |= dict.fromkeys(
                (f"n {full}", *(f"d {full} {domain}" for domain in sorted(record.domains))), True
            )
            keys.setdefault(f"n {name.last} {name.given}", False)
            keys |= dict.fromkeys((f"c {name.given} {each}" for each in near), True)
        keys[f"i {name.given[:1]} {name.last}"] = short
    return keys
