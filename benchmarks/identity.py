"""Who is who: exact keys alone, exact keys and linkage, linkage alone; on Enron labels and on an invented Nordic set.

`python benchmarks/identity.py [DATA]` prints the tables of `identity.md`; DATA is the folder that holds
`enron_executives/enron_executives.tar.xz`, without it only the invented sets are run.
`python benchmarks/identity.py --speed [ACCOUNTS]` links an invented set of 100,000 accounts.
"""

from __future__ import annotations

import csv
import hashlib
import json
import random
import resource
import sys
import tempfile
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

import numpy as np
import pyarrow as pa

from influence import Workspace
from influence.people.directory import People
from influence.people.identity import Joining, Sources, exact
from influence.people.linkage.choose import choose
from influence.people.linkage.profiles import PROFILES
from influence.people.linkage.run import habits_of, profiles_of
from influence.people.linkage.score import Candidates, candidates

LABELS = Path(__file__).parents[1] / "tests/influence/people/linkage/identity_labels.csv"

# --- an invented Nordic set ---------------------------------------------------------------------------------

_GIVEN = """
    Anna Maria Eva Karin Lena Kristina Sara Emma Åsa Ingrid Birgitta Annika Malin Hanna Jenny Frida
    Linnéa Ebba Tuva Saga Lars Erik Anders Johan Per Mikael Jan Peter Fredrik Magnus Henrik Jonas
    Mattias Björn Göran Håkan Jörgen Søren Jens Niels Mette Kirsten Bjørn Øystein Ola Kari Astrid
    Gunnar Leif Åke Jukka Mikko Päivi Sirkka Timo Outi Bo Ulf Stellan
"""
_SURNAMES = """
    Andersson Johansson Karlsson Nilsson Eriksson Larsson Olsson Persson Svensson Hansen Jensen
    Nielsen Pedersen Olsen Berg Lindberg Lindström Lundgren Bergström Sjöberg Öberg Åberg Ekström
    Hallström Söderström Wikström Nyström Holm Björk Kjær Sørensen Mårtensson Håkansson Sjögren
    Engström Dahl Bakke Haugen Virtanen Korhonen Mäkinen Hämäläinen Ångström Östlund Älvros Grönwall
    Rydbeck Tallroth Vingborg Kvarnsten Almkvist Stjärne Fagerlund Ridderstad Munthe
"""
_STARTS = """
    Alm Berg Björk Dal Ek Fors Gran Hag Hult Kvist Lind Lund Malm Nord Ros Sand Sjö Sten Ström Vik
    Öst Ås
"""
_ENDS = """
    berg blad dahl fors gren haga holm kvist lund mark rot sten stig torp vall vik ås qvist löf
    ståhl
"""
_SHORT = {
    "Lars": "Lasse",
    "Mikael": "Micke",
    "Kristina": "Stina",
    "Jan": "Janne",
    "Fredrik": "Fredde",
    "Per": "Pelle",
}
_PLAIN = str.maketrans("åäöøæéÅÄÖØÆ", "aaooaeAAOOA")
_TWO = {"å": "aa", "ä": "ae", "ö": "oe", "ø": "oe", "æ": "ae", "é": "e"}
_NICKS = """
    stenbit vinterskog norrsken tallbarr havsutsikt gnista kopparorm blixt snokaos fjallvind ripan
    isbjorn
"""


@dataclass
class Invented:
    """One invented person; `old` is the surname before a marriage; `friends` are other people's numbers."""

    number: int
    first: str
    last: str
    old: str | None
    organisation: str
    accounts: dict[str, str | None] = field(default_factory=dict)
    friends: list[int] = field(default_factory=list)


@dataclass
class Set:
    """An invented set: its people, claims that exact keys read (people rows) and who acted towards whom, and when."""

    people: list[Invented]
    claims: list[dict[str, Any]]
    acts: list[dict[str, Any]]

    def owner(self) -> dict[str, int]:
        """Return whose each account is."""
        return {account: one.number for one in self.people for account in one.accounts}


def invent(size: int = 2_000, seed: int = 7) -> Set:
    """Make people with homonyms, married names, initials, lost accents, short forms, handles, in five systems."""
    rng = random.Random(seed)  # noqa: S311 - an invented set
    people = [_invented(number, size, rng) for number in range(size)]
    inside: dict[str, list[int]] = defaultdict(list)
    for one in people:
        inside[one.organisation].append(one.number)
    taken: set[str] = set()
    for one in people:
        near, far = inside[one.organisation], range(size)
        one.friends = sorted({*rng.choices(near, k=10), *rng.choices(far, k=4)} - {one.number})
        one.accounts = _accounts(one, taken, rng)
    return Set(people, list(_claims(people, rng)), list(_acts(people, rng)))


def _skewed(values: Sequence[str], rng: random.Random) -> str:
    """Draw with the k-th value about 1/k as common as the first."""
    return rng.choices(values, [1 / (1 + rank / 3) for rank in range(len(values))])[0]


def _surname(size: int, rng: random.Random) -> str:
    """Draw a common surname, or one of many rare ones made of two words."""
    if rng.random() < 0.45:
        return _skewed(_SURNAMES.split(), rng)
    wide = rng.randrange(max(1, size // 300))
    return rng.choice(_STARTS.split()) + rng.choice(_ENDS.split()) + ("" if wide == 0 else _tail(wide))


def _company(number: int) -> str:
    return (
        _STARTS.split()[number % 22].lower().translate(_PLAIN)
        + "bruk"
        + (_tail(number // 22) if number >= 22 else "")
    )


def _tail(number: int) -> str:
    letters = "aeiouy"
    return letters[number % 6] + "nrlstk"[number // 6 % 6] + (_tail(number // 36) if number >= 36 else "")


def _invented(number: int, size: int, rng: random.Random) -> Invented:
    first, last = _skewed(_GIVEN.split(), rng), _surname(size, rng)
    old = _surname(size, rng) if rng.random() < 0.08 else None
    return Invented(number, first, last, old, _company(rng.randrange(max(2, size // 150))))


def _written(text: str, rng: random.Random) -> str:
    """Write a name with its accents, without, or with two letters in their place."""
    way = rng.random()
    if way < 0.6:
        return text
    return text.translate(_PLAIN) if way < 0.85 else "".join(_TWO.get(letter, letter) for letter in text)


def _name(one: Invented, rng: random.Random, *, old: bool = False) -> str:
    last = one.old if old and one.old else one.last
    first, way = one.first, rng.random()
    if way < 0.08:
        first = f"{one.first[0]}."
    elif way < 0.2:
        first = _SHORT.get(one.first, one.first)
    first, last = _written(first, rng), _written(last, rng)
    return f"{last}, {first}" if rng.random() < 0.2 else f"{first} {last}"


def _accounts(one: Invented, taken: set[str], rng: random.Random) -> dict[str, str | None]:
    """Give somebody two to five accounts, each with the name it shows (None: none)."""
    first, last = one.first.lower().translate(_PLAIN), (one.old or one.last).lower().translate(_PLAIN)
    shapes = [
        f"{first}.{last}",
        f"{first[0]}{last}",
        f"{first}{last}",
        f"{first}_{last}",
        f"{last}{first[0]}",
    ]
    habit = (
        rng.choice(_NICKS.split()) + str(rng.randrange(10, 99)) if rng.random() < 0.25 else rng.choice(shapes)
    )
    old = one.old is not None and rng.random() < 0.5
    work = _free(f"email:{first}.{last}", f"@{one.organisation}.example", taken)
    found: dict[str, str | None] = {work: _name(one, rng, old=old)}
    if rng.random() < 0.7:
        found[f"slack:U{one.number:06d}"] = _name(one, rng)
    if rng.random() < 0.4:
        found[_free(f"github:{habit.replace('.', '-')}", "", taken)] = (
            _name(one, rng, old=old) if rng.random() < 0.7 else None
        )
    if rng.random() < 0.5:
        domain = rng.choice(("gmail.example", "hotmail.example", "telia.example"))
        found[_free(f"email:{habit}", f"@{domain}", taken)] = (
            _name(one, rng, old=old) if rng.random() < 0.8 else None
        )
    if rng.random() < 0.2:
        found[_free(f"x-handle:{habit.replace('.', '')}", "", taken)] = _name(one, rng)
    return found


def _free(start: str, end: str, taken: set[str]) -> str:
    number, made = 1, f"{start}{end}"
    while made in taken:
        number += 1
        made = f"{start}{number}{end}"
    taken.add(made)
    return made


def _claims(people: Sequence[Invented], rng: random.Random) -> Iterator[dict[str, Any]]:
    """Yield what sources say: each account's name; for half of the people a directory joins work mail and chat."""
    for one in people:
        for account, name in one.accounts.items():
            inside = account.startswith("slack:") or account.endswith(f"@{one.organisation}.example")
            if name:
                yield {
                    "accounts": [account],
                    "name": name,
                    "organisation": one.organisation if inside else None,
                }
        chat = [account for account in one.accounts if account.startswith("slack:")]
        if chat and rng.random() < 0.5:
            yield {"accounts": [next(iter(one.accounts)), *chat], "organisation": one.organisation}


def _acts(people: Sequence[Invented], rng: random.Random) -> Iterator[dict[str, Any]]:
    """Yield messages from accounts to accounts of friends in the same system, work in office hours, the rest later."""
    by_system = [
        {account.partition(":")[0]: account for account in reversed(one.accounts)}
        | {"work": next(iter(one.accounts))}
        for one in people
    ]
    count = 0
    for one in people:
        start = rng.choice((6, 7, 8))
        for place, account in enumerate(one.accounts):
            system = account.partition(":")[0]
            for friend in rng.sample(one.friends, min(len(one.friends), 6)):
                other = by_system[friend].get("work" if system == "email" else system)
                if other is None:
                    continue
                for _ in range(3):
                    count += 1
                    hour = rng.randrange(start, start + 9) if place < 2 else rng.randrange(15, 23)
                    day = 1 + rng.randrange(28)
                    time = f"2026-0{1 + rng.randrange(6)}-{day:02d}T{hour:02d}:{rng.randrange(60):02d}:00Z"
                    yield {
                        "id": f"m{count}",
                        "time": time,
                        "actor": account,
                        "verb": "message",
                        "to": [other],
                    }


def workspace_of(made: Set, folder: Path) -> Workspace:
    """Import an invented set through the front door."""
    workspace = Workspace.create(folder / "workspace")
    for kind, rows in (("people", made.claims), ("activities", made.acts)):
        file = folder / f"{kind}.jsonl"
        file.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
        workspace.import_path(file, connector=kind)
    return workspace


# --- three ways to say who is who ---------------------------------------------------------------------------


def exact_alone(workspace: Workspace) -> tuple[People, pa.Table]:
    """Return the people that exact keys find, and their profiles."""
    engine = workspace.store.engine
    sources = Sources.read(engine)
    people = Joining(sources, (), exact(sources)).people()
    everybody = np.arange(len(people))
    told, habits = profiles_of(people, everybody), habits_of(engine, people, everybody)
    return people, pa.table([*told.columns, *habits.columns], schema=PROFILES)


def account_profiles(profiles: pa.Table, sources: Sources) -> pa.Table:
    """Return one profile an account, as if nothing had been joined; correspondents and hours are not split."""
    rows = []
    for row in profiles.to_pylist():
        for account in row["accounts"]:
            alone = len(row["accounts"]) == 1
            rows.append(
                {
                    "group": account,
                    "names": sorted(sources.names.get(account, ())),
                    "accounts": [account],
                    "organisation": row["organisation"]
                    if not account.startswith(("github:", "x-handle:"))
                    else None,
                    "hours": row["hours"] if alone else [],
                    "correspondents": row["correspondents"] if alone else [],
                }
            )
    return pa.Table.from_pylist(rows, PROFILES)


def linked(
    profiles: pa.Table, score: Callable[[pa.Table], Candidates] = candidates, upper: float | None = None
) -> Callable[[str], str]:
    """Return, for a group, the group that stands for its person after linkage."""
    above: dict[str, str] = {}

    def root(group: str) -> str:
        while (next_up := above.get(group, group)) != group:
            group = next_up
        return group

    choice = choose(score(profiles), profiles, **({} if upper is None else {"upper": upper}))
    for pair in choice.linked:
        above[root(pair.one)] = root(pair.other)
    return root


# --- scores -------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Score:
    """Pairs joined rightly, joined wrongly, and left apart wrongly."""

    right: int
    wrong: int
    missed: int

    @property
    def precision(self) -> float:
        """Of the pairs joined, the share that is one person."""
        return self.right / max(1, self.right + self.wrong)

    @property
    def recall(self) -> float:
        """Of the pairs that are one person, the share joined."""
        return self.right / max(1, self.right + self.missed)

    def __str__(self) -> str:
        both = self.precision + self.recall
        f1 = 2 * self.precision * self.recall / both if both else 0.0
        return f"| {self.precision:.3f} | {self.recall:.3f} | {f1:.3f} | {self.right} | {self.wrong} | {self.missed} |"


def against_truth(said: Mapping[str, str], owner: Mapping[str, int]) -> Score:
    """Score all pairs of accounts of an invented set; X accounts are left out: they wait for a reason."""
    both = Counter(
        (said.get(account, account), whose)
        for account, whose in owner.items()
        if not account.startswith("x-handle:")
    )
    joined, true = Counter[str](), Counter[int]()
    for (group, whose), count in both.items():
        joined[group] += count
        true[whose] += count
    right = sum(_pairs(count) for count in both.values())
    total, same = sum(map(_pairs, joined.values())), sum(map(_pairs, true.values()))
    return Score(right, total - right, same - right)


def _pairs(count: int) -> int:
    return count * (count - 1) // 2


def against_labels(said: Mapping[str, str], labels: Sequence[Mapping[str, str]]) -> Score:
    """Score the labelled pairs; an account that is not there is one that nobody joined."""
    hashed = {hashlib.sha256(account.lower().encode()).hexdigest(): group for account, group in said.items()}
    found = Counter(
        (row["answer"], hashed.get(row["one"], row["one"]) == hashed.get(row["other"], row["other"]))
        for row in labels
    )
    return Score(found["same", True], found["different", True], found["same", False])


def table(
    workspace: Workspace, score: Callable[[Mapping[str, str]], Score], *, steps: Sequence[float] = ()
) -> None:
    """Print the table of one set: exact alone, exact and linkage, linkage alone, and other thresholds."""
    people, profiles = exact_alone(workspace)
    group = {account: people.who[code].person for account, code in people.account_person.items()}
    print("| | precision | recall | F1 | right | wrong | missed |\n|---|---|---|---|---|---|---|")
    print("| exact keys alone", score(group))
    both = linked(profiles)
    print("| exact keys, then linkage", score({account: both(one) for account, one in group.items()}))
    single = account_profiles(profiles, Sources.read(workspace.store.engine))
    alone = linked(single)
    print("| linkage alone", score({account: alone(account) for account in group}))
    for upper in steps:
        other = linked(profiles, upper=upper)
        print(
            f"| exact keys, then linkage from {upper}",
            score({account: other(one) for account, one in group.items()}),
        )
    try:
        trained = linked(profiles, score=trained_candidates)
    except ValueError as error:  # so splink says that the training failed
        print(f"\nTraining m failed: {error}")
    else:
        print(
            "| exact keys, then linkage with trained m", score({a: trained(one) for a, one in group.items()})
        )


def calibration(workspace: Workspace, owner: Mapping[str, int]) -> None:
    """Print how many of the pairs of accounts scored are one person, by what the linkage says."""
    _, profiles = exact_alone(workspace)
    scored = candidates(account_profiles(profiles, Sources.read(workspace.store.engine))).pairs
    print("\n| probability | pairs | one person |\n|---|---|---|")
    for low, high in ((0.2, 0.68), (0.68, 0.9), (0.9, 0.97), (0.97, 0.99), (0.99, 1.01)):
        right = [owner[pair.one] == owner[pair.other] for pair in scored if low <= pair.probability < high]
        print(f"| {low:.2f}–{min(1, high):.2f} | {len(right):,} | {sum(right) / max(1, len(right)):.3f} |")


def trained_candidates(profiles: pa.Table) -> Candidates:
    """Score with m found by expectation maximisation (two rounds, each blocked on a name) instead of the fixed ones."""

    def train(linker: Any) -> None:
        for rule in ("l.surname = r.surname", "l.first = r.first AND l.organisation = r.organisation"):
            linker.training.estimate_parameters_using_expectation_maximisation(rule)

    return candidates(profiles, prepare=train)


# --- speed --------------------------------------------------------------------------------------------------


def many_profiles(accounts: int, seed: int = 3) -> pa.Table:
    """Return profiles of about that many accounts, one profile an account, with correspondents."""
    made = invent(int(accounts / 2.85), seed)
    account = {one.number: list(one.accounts) for one in made.people}
    rng = random.Random(seed)  # noqa: S311 - an invented set
    rows = [
        {
            "group": each,
            "names": [name] if name else [],
            "accounts": [each],
            "organisation": one.organisation if place < 2 else None,
            "hours": [rng.randrange(9) for _ in range(24)],
            "correspondents": sorted({rng.choice(account[friend]) for friend in one.friends}),
        }
        for one in made.people
        for place, (each, name) in enumerate(one.accounts.items())
    ]
    return pa.Table.from_pylist(rows, PROFILES)


def speed(accounts: int) -> None:
    """Link that many accounts and print seconds and the largest memory."""
    profiles = many_profiles(accounts)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3
    begun, work = perf_counter(), process_time()
    found = candidates(profiles)
    scored = perf_counter()
    choice = choose(found, profiles)
    done = perf_counter()
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3
    print(f"{len(profiles):,} accounts: {scored - begun:.1f} s to score {found.compared:,} pairs,")
    print(
        f"{done - scored:.1f} s to choose: {len(choice.linked):,} linked, {len(choice.review):,} to review;"
    )
    print(f"{process_time() - work:.1f} s of processor time in all;")
    print(
        f"at most {most:,.0f} MB ({before:,.0f} MB before); left out, because {found.common:,} keys are too common:"
    )
    print(f"at most {found.left_out:,} pairs")


def main(words: Sequence[str]) -> None:
    """Run what the command line asks for."""
    if words[:1] == ["--speed"]:
        speed(int(words[1]) if len(words) > 1 else 100_000)
        return
    with tempfile.TemporaryDirectory() as folder:
        if words:
            print("Enron, 150 labelled pairs of accounts")
            labels = list(csv.DictReader(LABELS.open(encoding="utf-8")))
            with Workspace.create(Path(folder) / "enron") as workspace:
                workspace.import_path(
                    Path(words[0]) / "enron_executives/enron_executives.tar.xz", options={"trash": "counts"}
                )
                table(workspace, lambda said: against_labels(said, labels), steps=(0.8, 0.95, 0.99))
        print("An invented Nordic set, all pairs of accounts")
        made = invent()
        owner = made.owner()
        with workspace_of(made, Path(folder)) as workspace:
            table(workspace, lambda said: against_truth(said, owner), steps=(0.8, 0.95, 0.99))
            calibration(workspace, owner)


if __name__ == "__main__":
    main(sys.argv[1:])
