"""The examples on public data: the committed numbers are the published ones, and say what is told."""

from __future__ import annotations

import csv
import gzip
import json
import re
import subprocess
import sys
from collections import Counter, defaultdict
from itertools import combinations
from pathlib import Path

import networkx as nx
import pytest
from click.testing import CliRunner

from influence.cli import main
from tests.kit.places import ROOT

EXAMPLES = ROOT / "examples"
PUBLISHED = ROOT.parent / "shared" / "data"
TIES = ["source", "target", "weight", "meaning", "layer", "directed"]
Pair = frozenset[str]


def rows(path: str) -> list[dict[str, str]]:
    with (EXAMPLES / path).open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def published(name: str) -> Path:
    if not (PUBLISHED / name).exists():
        pytest.skip(f"the published files of {name} are not at hand (shared/data/{name})")
    return PUBLISHED / name


def convert(example: str, *arguments: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-B", str(EXAMPLES / example / "convert.py"), *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def layers() -> dict[str, set[Pair]]:
    found: dict[str, set[Pair]] = defaultdict(set)
    for row in rows("aucs/ties.csv"):
        found[row["layer"]].add(frozenset((row["source"], row["target"])))
    return found


def committee_pairs() -> set[Pair]:
    return {
        frozenset(row[end].replace("congress:", "x:") for end in ("source", "target"))
        for row in rows("congress/met.csv")
    }


def with_committees() -> set[str]:
    return {row["accounts"].split(";")[0] for row in rows("congress/people.csv")}


def told(example: str) -> str:
    """The words of a README on one line, its emphasis taken off."""
    return " ".join((EXAMPLES / example / "README.md").read_text(encoding="utf-8").replace("*", "").split())


def test_the_department_has_the_published_counts_each_pair_once() -> None:
    counts = Counter(row["layer"] for row in rows("aucs/ties.csv"))
    assert {"lunch": 193, "work": 194, "leisure": 88, "facebook": 124} == counts
    assert counts == {layer: len(pairs) for layer, pairs in layers().items()}
    assert {2} == {len(pair) for pairs in layers().values() for pair in pairs}


def test_sixty_four_facebook_pairs_share_neither_lunch_nor_leisure_and_forty_four_no_work_either() -> None:
    found = layers()
    private = found["facebook"] - found["lunch"] - found["leisure"]
    assert (64, 44) == (len(private), len(private - found["work"]))
    assert "64 share neither lunch nor leisure; 44 share no work either" in told("aucs")


def test_facebook_is_influence_and_the_rest_is_meeting() -> None:
    meaning = {(row["layer"], row["meaning"]) for row in rows("aucs/ties.csv")}
    assert {("facebook", "influence"), ("lunch", "met"), ("work", "met"), ("leisure", "met")} == meaning
    assert {"false"} == {row["directed"] for row in rows("aucs/ties.csv")}


def test_the_walk_through_the_department_tells_its_leaders_numbers() -> None:
    found = layers()
    friends = Counter(person for pair in found["facebook"] for person in pair)
    hers = {pair for pair in found["facebook"] if "aucs:U79" in pair}
    private = hers & (found["lunch"] | found["leisure"])
    met = hers & (found["lunch"] | found["leisure"] | found["work"])
    assert [("aucs:U79", 15)] == friends.most_common(1)
    assert (15, 11, 9) == (len(hers), len(met), len(private))
    assert "most Facebook friends (15): 11 are met" in told("aucs")
    assert "9 of the 15 are met and 6 are not" in told("aucs")
    assert f"of the 61 people, {len(friends)} have any" in told("aucs")


def test_congress_has_the_published_counts() -> None:
    counted = (len(rows(f"congress/{name}.csv")) for name in ("ties", "met", "people"))
    assert (13_289, 2_847, 456) == tuple(counted)
    edges = {(row["source"], row["target"]) for row in rows("congress/ties.csv")}
    assert 13_289 == len(edges)
    assert 475 == len({account for edge in edges for account in edge})


def test_of_the_edges_three_thousand_eight_hundred_and_forty_five_share_a_committee() -> None:
    met = committee_pairs()
    edges = [frozenset((row["source"], row["target"])) for row in rows("congress/ties.csv")]
    assert 3_845 == sum(edge in met for edge in edges)
    assert set() == met - set(edges)


def test_only_members_with_a_committee_have_met_anybody() -> None:
    assert set() == {account for pair in committee_pairs() for account in pair} - with_committees()
    for row in rows("congress/people.csv"):
        number = row["person"].removeprefix("member-")
        assert f"x:{number};congress:{number}" == row["accounts"]


@pytest.mark.parametrize("leader", ["x:393", "x:367"])
def test_the_table_of_congress_tells_its_leaders_numbers(leader: str) -> None:
    met, known = committee_pairs(), with_committees()
    answered = [row["target"] for row in rows("congress/ties.csv") if row["source"] == leader]
    together = sum(frozenset((leader, other)) in met for other in answered)
    unknown = sum(leader not in known or other not in known for other in answered)
    apart = len(answered) - together - unknown
    supposed = (together + 10 * 0.1) / (together + apart + 10)
    reach_4 = apart + (1 - supposed) * unknown
    line = f"| `{leader}` | {len(answered)} | {together} | {apart} | {unknown} | {reach_4:.1f} |"
    assert f"{line} {apart} – {apart + unknown} |" in told("congress")


def test_nobody_in_congress_is_answered_by_more_members_than_the_second_leader() -> None:
    answered = Counter(row["source"] for row in rows("congress/ties.csv"))
    assert [("x:367", 210)] == answered.most_common(1)


@pytest.mark.parametrize("path", ["aucs/ties.csv", "congress/ties.csv", "congress/met.csv"])
def test_ties_hold_numbers_only(path: str) -> None:
    table = rows(path)
    assert TIES == list(table[0])
    for row in table:
        assert all(re.fullmatch(r"aucs:U\d+|x:\d+|congress:\d+", row[end]) for end in ("source", "target"))
        assert 0 < float(row["weight"]) <= 1


def test_converting_the_published_department_again_gives_the_same_file(tmp_path: Path) -> None:
    done = convert("aucs", published("aucs") / "aucs.mpx", tmp_path / "ties.csv")
    assert (0, "599 ties\n") == (done.returncode, done.stdout)
    assert (EXAMPLES / "aucs/ties.csv").read_bytes() == (tmp_path / "ties.csv").read_bytes()


def test_converting_the_published_congress_again_gives_the_same_files(tmp_path: Path) -> None:
    done = convert("congress", published("congress"), tmp_path)
    assert (0, "") == (done.returncode, done.stderr)
    assert "13289 ties, 462 handles matched, 456 with a committee, 2847 pairs share one\n" == done.stdout
    for name in ("ties.csv", "met.csv", "people.csv"):
        assert (EXAMPLES / "congress" / name).read_bytes() == (tmp_path / name).read_bytes()


def test_converting_the_published_researchers_again_gives_the_same_files(tmp_path: Path) -> None:
    done = convert("eies", published("eies"), tmp_path)
    assert (0, "") == (done.returncode, done.stderr)
    assert "440 ties of messages, 293 pairs met before, 372 after\n" == done.stdout
    for made in tmp_path.iterdir():
        assert (EXAMPLES / "eies" / made.name).read_bytes() == made.read_bytes()


@pytest.mark.parametrize("written", [b"", b"RDX3\nX\n", b"RDX3\nX\n" + bytes(400)])
def test_a_file_that_is_no_graph_of_r_is_refused_with_a_cure(tmp_path: Path, written: bytes) -> None:
    (tmp_path / "eies_messages.rda").write_bytes(gzip.compress(written))
    done = convert("eies", tmp_path, tmp_path)
    assert 1 == done.returncode
    assert done.stderr.endswith("eies_messages.rda: this is not the published graph; get the file again\n")
    assert [] == list(tmp_path.glob("*.csv"))


def test_between_matched_members_there_are_as_many_edges_as_the_walk_tells() -> None:
    folder = published("congress")
    script = (
        "import sys, pathlib, convert; c = convert.read(pathlib.Path(sys.argv[1]));"
        "print(sum(a in c.matched and b in c.matched for a, b, _ in c.edges))"
    )
    command = [sys.executable, "-B", "-c", script, str(folder)]
    done = subprocess.run(command, cwd=EXAMPLES / "congress", capture_output=True, text=True, check=True)
    assert "12854" == done.stdout.strip()
    assert "Of the 12,854 edges between matched members 3,845 share a committee." in told("congress")


def test_a_file_that_is_no_multiplex_is_refused_with_a_cure(tmp_path: Path) -> None:
    (tmp_path / "wrong.mpx").write_text("U1,U2,lunch\n")
    done = convert("aucs", tmp_path / "wrong.mpx", tmp_path / "ties.csv")
    assert 1 == done.returncode
    assert done.stderr.endswith(
        "wrong.mpx: no line #EDGES: this is not a multiplex (.mpx) file; take aucs.mpx\n"
    )


def test_a_broken_line_is_named(tmp_path: Path) -> None:
    (tmp_path / "cut.mpx").write_text("#EDGES\nU1,U2,lunch\nU1,U\n")
    done = convert("aucs", tmp_path / "cut.mpx", tmp_path / "ties.csv")
    assert (1, True) == (done.returncode, "line 3" in done.stderr)
    assert not (tmp_path / "ties.csv").exists()


@pytest.mark.parametrize("example", ["aucs", "congress", "eies"])
def test_without_its_two_arguments_a_conversion_tells_its_usage(example: str) -> None:
    done = convert(example)
    assert (2, True) == (done.returncode, done.stderr.startswith("usage: python convert.py"))


@pytest.mark.parametrize("example", ["aucs", "congress", "eies"])
def test_every_file_that_a_walk_names_is_there(example: str) -> None:
    text = (EXAMPLES / example / "README.md").read_text(encoding="utf-8")
    named = re.findall(r"examples/\S+\.csv", text)
    assert named
    assert [] == [path for path in named if not (ROOT / path).is_file()]


def counts(folder: Path, *imports: Path) -> dict[str, int]:
    """What `influence network --json` says of a workspace into which some files were imported by command."""
    for command in (["init", str(folder)], ["import", *map(str, imports), "-w", str(folder)]):
        done = CliRunner().invoke(main, command)
        assert 0 == done.exit_code, done.output
    found: dict[str, int] = json.loads(
        CliRunner().invoke(main, ["network", "--json", "-w", str(folder)]).stdout
    )
    return found


def test_the_commands_find_the_facebook_pairs_of_the_department_who_never_met(tmp_path: Path) -> None:
    every = counts(tmp_path / "all", EXAMPLES / "aucs/ties.csv")
    assert (248, 248, 44) == (every["ties"], every["known"], every["pairs_not_met"])
    text = (EXAMPLES / "aucs/ties.csv").read_text(encoding="utf-8")
    without = tmp_path / "without-work.csv"
    without.write_text(
        "".join(f"{line}\n" for line in text.splitlines() if ",work," not in line), encoding="utf-8"
    )
    assert 64 == counts(tmp_path / "without", without)["pairs_not_met"]


def test_the_digital_part_of_the_department_s_network_is_those_pairs(tmp_path: Path) -> None:
    counts(tmp_path / "all", EXAMPLES / "aucs/ties.csv")
    place = str(tmp_path / "digital.graphml")
    CliRunner().invoke(main, ["network", "--digital", "-o", place, "-w", str(tmp_path / "all")])
    found = layers()
    never = found["facebook"] - found["lunch"] - found["leisure"] - found["work"]
    assert never == {frozenset(edge) for edge in nx.read_graphml(place).edges}


def test_the_commands_match_the_handles_of_congress_with_its_committees(tmp_path: Path) -> None:
    source = published("congress")
    sys.path.insert(0, str(EXAMPLES / "congress"))
    try:
        import convert as congress
    finally:
        sys.path.pop(0)
    handles = congress.handles((source / "legislators-social-media.yaml").read_text(encoding="utf-8"))
    seats = congress.memberships((source / "committee-membership-current.yaml").read_text(encoding="utf-8"))
    names = json.loads((source / "congress_network_data.json").read_text(encoding="utf-8"))[0]["usernameList"]
    edges = congress.edges((source / "congress.edgelist").read_text(encoding="utf-8"))
    people = [[who, f"x-handle:{handle};congress:{who}"] for handle, who in sorted(handles.items())]
    ties = [
        [f"x-handle:{names[a].lower()}", f"x-handle:{names[b].lower()}", "influence", "true"]
        for a, b, _ in edges
    ]
    together = {
        pair
        for committee in set().union(*seats.values())
        for pair in combinations(sorted(who for who, of in seats.items() if committee in of), 2)
    }
    met = [[f"congress:{one}", f"congress:{other}", "met", "false"] for one, other in sorted(together)]
    for name, header, lines in (
        ("people", ["person", "accounts"], people),
        ("ties", ["source", "target", "meaning", "directed"], ties + met),
    ):
        with (tmp_path / f"{name}.csv").open("w", encoding="utf-8", newline="") as stream:
            csv.writer(stream).writerows([header, *lines])
    found = counts(tmp_path / "w", tmp_path / "people.csv", tmp_path / "ties.csv")
    assert (475, 13_289, 11_971, 3_845) == (found["people"], found["ties"], found["known"], found["met"])
    listed = json.loads(CliRunner().invoke(main, ["people", "--json", "-w", str(tmp_path / "w")]).stdout)
    tweeting = {f"x-handle:{name.lower()}" for name in names}
    matched = [one for one in listed if tweeting & set(one["accounts"]) and len(one["accounts"]) > 1]
    assert (462, 456) == (len(matched), sum(one["person"] in seats for one in matched))
