"""Who is who, against a truth that nobody here made: the `.mailmap` of a public project.

`python benchmarks/mailmap.py MAILMAP [AUTHORS]` prints a row of the table in `identity.md`. MAILMAP is the file of
a project; AUTHORS, if given, holds the names and addresses of its commits as they were made, one a line:
`git log --format='%an <%ae>' | sort -u`. Nothing is fetched; a path that is not there is skipped by name.
"""

from __future__ import annotations

import json
import re
import sys
import tempfile
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from pathlib import Path

from influence import Workspace
from influence.people.addresses import login_of
from influence.people.names import canonical_name

_LINE = re.compile(r"\s*([^<#]*?)\s*<([^>]*)>\s*(?:([^<]*?)\s*<([^>]*)>)?")
_AUTHOR = re.compile(r"\s*(.*?)\s*<([^<>]*@[^<>]*)>")


@dataclass
class Truth:
    """Addresses with the names that stand with them, and under which entry of the file each is filed."""

    names: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    entry: dict[str, str] = field(default_factory=dict)

    def twice(self, one: str, other: str) -> bool:
        """Tell whether the file seems to file one person under the entries of two addresses.

        So it is where one name stands in both, or one is named by the login in the other's private address, also
        written together (`annlee`).
        """
        mine, theirs = self._called(self.entry[one]), self._called(self.entry[other])
        return bool(mine & theirs)

    def _called(self, entry: str) -> set[str]:
        own = [address for address, filed in self.entry.items() if filed == entry]
        names = {name for address in own for name in self.names[address]}
        logins = {login for address in own if (login := login_of(address))}
        return {(canonical_name(name) or name.lower()).replace(" ", "") for name in names} | logins


def read(mailmap: Path, authors: Path | None = None) -> Truth:
    """Read a `.mailmap`, and the names of the commits in place of its own if they are given.

    A line of one name and two addresses names both. With the commits only what made one counts.
    """
    truth, filed = Truth(), {}
    for line in mailmap.read_text(encoding="utf-8").splitlines():
        if not (found := _LINE.match(line)):
            continue
        name, address, second, other = found[1], found[2].lower(), found[3], (found[4] or found[2]).lower()
        filed[(second or "").lower(), other] = address
        truth.entry.setdefault(address, address)
        truth.entry[other] = address
        truth.names[address].update({name} - {""})
        truth.names[other].update({second or name} - {""})
    return _of_commits(truth, filed, authors) if authors else truth


def _of_commits(truth: Truth, filed: Mapping[tuple[str, str], str], authors: Path) -> Truth:
    made, votes = Truth(), defaultdict[str, Counter[str]](Counter)
    for line in authors.read_text(encoding="utf-8", errors="replace").splitlines():
        found = _AUTHOR.match(line)
        if found and (address := found[2].strip().lower()) in truth.entry:
            made.names[address].add(found[1])
            entry = filed.get((found[1].lower(), address)) or filed.get(("", address)) or address
            votes[address][entry] += 1
    made.entry = {address: many.most_common(1)[0][0] for address, many in votes.items()}
    return made


def joined(truth: Truth) -> dict[str, str]:
    """Return, for each address, whose it is by what the program says of all of them."""
    rows = [
        {"accounts": [f"email:{address}"], "name": name}
        for address in sorted(truth.entry)
        for name in sorted(truth.names[address]) or [""]
    ]
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "people.jsonl"
        file.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
        with Workspace.create(Path(folder) / "workspace") as workspace:
            workspace.import_path(file, connector="people")
            people = workspace.analysis.people
    found = {address: people.account_person.get(f"email:{address}") for address in truth.entry}
    return {address: address if code is None else people.who[code].person for address, code in found.items()}


def score(truth: Truth) -> str:
    """Return a row: addresses, pairs of one person, precision, recall, right, wrong, missed, filed twice."""
    whose = joined(truth)
    together: dict[str, list[str]] = defaultdict(list)
    for address, person in whose.items():
        together[person].append(address)
    right, wrong, twice = 0, 0, 0
    for many in together.values():
        for one, other in combinations(many, 2):
            if truth.entry[one] == truth.entry[other]:
                right += 1
            elif truth.twice(one, other):
                twice += 1
            else:
                wrong += 1
    pairs = sum(count * (count - 1) // 2 for count in Counter(truth.entry.values()).values())
    shares = f"{right / max(1, right + wrong):.3f} | {right / max(1, pairs):.3f}"
    return f"{len(truth.entry):,} | {pairs} | {shares} | {right} | {wrong} | {pairs - right} | {twice} |"


def main(words: Sequence[str]) -> None:
    """Print a row for what the command line names."""
    paths = [Path(word) for word in words]
    if not 1 <= len(paths) <= 2:
        raise SystemExit(__doc__)
    for path in paths:
        if not path.is_file():
            print(f"skipped: {path} is not there")
            return
    print("| addresses | pairs of one person | precision | recall | right | wrong | missed | filed twice |")
    print("|---|---|---|---|---|---|---|---|")
    print("|", score(read(*paths)))


if __name__ == "__main__":
    main(sys.argv[1:])
