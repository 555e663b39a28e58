"""Thirty-two researchers who said themselves whom they had met: the program against counting by hand.

EIES (Freeman & Freeman 1979), see examples/eies: messages of eight months in 1978, and a questionnaire before and
after. The counting below shares nothing with the program: it reads the files and uses sets.
"""

from __future__ import annotations

import csv
import json
from collections import Counter
from pathlib import Path

import pytest
from click.testing import CliRunner

from influence import Workspace
from influence.cli import main
from tests.kit.places import ROOT

EIES = ROOT / "examples" / "eies"
RESEARCHERS = [f"eies:{number:02}" for number in range(1, 33)]
MEASURES = ["reach_3", "reach_4", "crossings"]


def rows(name):
    with (EIES / f"{name}.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def wrote(*layers):
    """Who wrote to whom: (writer, addressee)."""
    return {(row["target"], row["source"]) for row in rows("messages") if row["layer"] in layers}


def named(name):
    """Who said of whom that they had met."""
    return {(row["source"], row["target"]) for row in rows(name)}


def by_either(said):
    return {frozenset(each) for each in said}


def by_both(said):
    return {frozenset((i, j)) for i, j in said if (j, i) in said}


WROTE, EXCHANGED = wrote("both ways", "one way"), wrote("both ways")
BEFORE, AFTER = by_either(named("met-before")), by_either(named("met-after"))


def reached(responses):
    """Whom each reached: those who responded to them."""
    return {u: {v for v, to in responses if to == u} for u in RESEARCHERS}


def steps(responses, met):
    """How many of those reached each had met, and had not."""
    return {
        u: (sum(frozenset((u, v)) in met for v in who), sum(frozenset((u, v)) not in met for v in who))
        for u, who in reached(responses).items()
    }


def crossed(responses):
    """Who responded to whom unmet, and had met them at the end."""
    since = AFTER - BEFORE
    return {u: {v for v in who if frozenset((u, v)) in since} for u, who in reached(responses).items()}


# --- what was published -------------------------------------------------------------------------------------


def test_four_hundred_and_forty_ties_join_two_hundred_and_sixty_six_pairs():
    assert (440, 266) == (len(WROTE), len(by_either(WROTE)))
    assert {each for each in WROTE if each[::-1] in WROTE} == EXCHANGED
    assert (348, 174) == (len(EXCHANGED), len(by_either(EXCHANGED)))
    assert set(RESEARCHERS) == {who for pair in BEFORE for who in pair}


def test_of_the_pairs_seventy_four_had_not_met_at_first_and_fifty_of_them_met_later():
    apart = by_either(WROTE) - BEFORE
    assert (74, 50) == (len(apart), len(apart & AFTER))
    both = by_either(EXCHANGED) - BEFORE
    assert (45, 37) == (len(both), len(both & AFTER))


def test_only_the_word_of_either_about_a_person_met_gives_these_numbers():
    pairs = by_either(WROTE)
    friends = [
        {frozenset((row["source"], row["target"])) for row in rows(name) if int(row["weight"]) > 2}
        for name in ("met-before", "met-after")
    ]
    counted = [
        (len(pairs - before), len((pairs - before) & after))
        for before, after in ((by_both(named("met-before")), by_both(named("met-after"))), friends)
    ]
    assert [(120, 58), (190, 32)] == counted


def test_the_files_with_moments_say_the_same():
    messages = {(row["actor"], row["mentions"]) for row in rows("messages-in-between")}
    assert (WROTE, 440) == (messages, len(rows("messages-in-between")))
    assert AFTER - BEFORE == {frozenset(row["people"].split(";")) for row in rows("met-since")}
    assert {"1978-05-01T12:00:00Z"} == {row["time"] for row in rows("messages-in-between")}
    assert {"1978-09-01T12:00:00Z"} == {row["time"] for row in rows("met-since")}


def test_the_table_of_the_walk_is_the_counting():
    text = (EIES / "README.md").read_text(encoding="utf-8")
    wide, narrow = (steps(responses, BEFORE) for responses in (WROTE, EXCHANGED))
    later = crossed(WROTE)
    for u in RESEARCHERS:
        cells = (f"`{u}`", *wide[u], len(later[u]), *narrow[u])
        assert f"| {' | '.join(map(str, cells))} |" in text


# --- what the program finds ---------------------------------------------------------------------------------


def commanded(folder, *files):
    """Import some files by command; return what `influence network` counts."""
    for command in (["init", str(folder)], ["import", *map(str, files), "-w", str(folder)]):
        done = CliRunner().invoke(main, command)
        assert 0 == done.exit_code, done.output
    return json.loads(CliRunner().invoke(main, ["network", "--json", "-w", str(folder)]).stdout)


def files(*names):
    return [EIES / f"{name}.csv" for name in names]


def without(layer, folder):
    """The messages but those of a layer, as the walk makes them with grep."""
    kept = (EIES / "messages.csv").read_text(encoding="utf-8").splitlines()
    place: Path = folder / "exchanges.csv"
    place.write_text("".join(f"{line}\n" for line in kept if f",{layer}," not in line), encoding="utf-8")
    return place


def found_for_all(folder):
    with Workspace(folder) as workspace:
        return {u: workspace.report(u, measures=MEASURES).findings for u in RESEARCHERS}


def sure(findings, name):
    """The value of a finding whose bounds leave nothing open."""
    found = findings[name]
    assert (found.value, found.value) == (found.low, found.high)
    return found.value


def reach_of_all(found):
    return {u: (sure(each, "reach_3"), sure(each, "reach_4")) for u, each in found.items()}


def test_the_commands_count_the_published_ties_and_the_pairs_who_had_not_met(tmp_path):
    counted = commanded(tmp_path / "before", *files("people", "messages", "met-before"))
    assert {
        "people": 32,
        "ties": 440,
        "known": 440,
        "met": 321,
        "not_met": 119,
        "pairs_not_met": 74,
    } == counted


def test_reach_of_all_thirty_two_is_as_counted_and_nobody_is_unknown(tmp_path):
    commanded(tmp_path / "wide", *files("people", "messages", "met-before"))
    found = reach_of_all(found_for_all(tmp_path / "wide"))
    assert steps(WROTE, BEFORE) == found
    assert (321, 119) == tuple(map(sum, zip(*found.values(), strict=True)))


def test_reach_by_messages_both_ways_is_as_counted(tmp_path):
    exchanges = without("one way", tmp_path)
    counted = commanded(tmp_path / "narrow", exchanges, *files("people", "met-before"))
    assert (348, 258, 90, 45) == tuple(counted[name] for name in ("ties", "met", "not_met", "pairs_not_met"))
    assert steps(EXCHANGED, BEFORE) == reach_of_all(found_for_all(tmp_path / "narrow"))


def test_undated_messages_cross_nowhere_and_say_why(tmp_path):
    commanded(tmp_path / "before", *files("people", "messages", "met-before"))
    with Workspace(tmp_path / "before") as workspace:
        crossings = workspace.report("eies:02", measures=["crossings"]).findings["crossings"]
    assert (None, "the network has no times, which this measure needs") == (crossings.value, crossings.reason)


@pytest.fixture(scope="module")
def three_moments(tmp_path_factory):
    """What was said first, messages, and whom each met since."""
    folder = tmp_path_factory.mktemp("eies") / "study"
    commanded(folder, *files("people", "met-before", "messages-in-between", "met-since"))
    return found_for_all(folder)


def test_reach_is_counted_as_things_stood_when_the_messages_were_sent(three_moments):
    assert steps(WROTE, BEFORE) == reach_of_all(three_moments)


def test_fifty_pairs_crossed_from_messages_to_meeting_each_where_it_was_counted(three_moments):
    found = {
        u: {who.replace("researcher-", "eies:") for who in each["crossings"].detail.digital_first}
        for u, each in three_moments.items()
    }
    assert crossed(WROTE) == found
    assert {u: len(who) for u, who in found.items()} == {
        u: each["crossings"].value for u, each in three_moments.items()
    }
    seen = Counter(frozenset((u, v)) for u, who in found.items() for v in who)
    assert (50, 87, 37) == (len(seen), seen.total(), sum(ends == 2 for ends in seen.values()))


def test_who_had_met_before_does_not_cross_by_meeting_again(tmp_path):
    """The second questionnaire as meetings of everybody it names, not only of those who met since."""
    again = tmp_path / "met-after.jsonl"
    meeting = {"time": "1978-09-01T12:00:00Z", "kind": "in_person", "evidence": "event"}
    told = [meeting | {"people": sorted(pair)} for pair in sorted(AFTER, key=sorted)]
    again.write_text("".join(f"{json.dumps(row)}\n" for row in told), encoding="utf-8")
    commanded(tmp_path / "study", again, *files("people", "met-before", "messages-in-between"))
    found = {u: each["crossings"].value for u, each in found_for_all(tmp_path / "study").items()}
    assert {u: len(who) for u, who in crossed(WROTE).items()} == found
