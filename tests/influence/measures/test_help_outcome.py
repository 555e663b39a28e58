"""What became of those who got help; small cases by hand, and random logs against a plain reading."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from influence.contract.details.help_outcome import Asking
from influence.measures.help_outcome import NO_OUTCOMES, NOBODY_ASKED, TOO_FEW, help_outcome, requests
from influence.people.stated import told_by_tables
from influence.settings import SettingsError, read
from tests.kit.asking import asking
from tests.kit.draws import draws
from tests.kit.logs import iso, logs, stored
from tests.kit.plain_reading import PlainReading

MONDAY = datetime(2026, 1, 5, tzinfo=UTC)
ego_of = asking("m:lea")
HOUSE = [
    {"person": name, "accounts": [f"m:{name}"], "organisation": "Acme", "bot": name == "robot"}
    for name in ("lea", "kai", "robot")
]


def row(name, hours, actor, *to, parent=None, verb=None):
    verb = verb or ("reply" if parent else "message")
    time = (MONDAY + timedelta(hours=hours)).isoformat()
    accounts = [f"m:{one}" for one in to]
    return {"id": name, "time": time, "actor": f"m:{actor}", "verb": verb, "parent": parent, "to": accounts}


def customer(name, outcome, **more):
    return {"person": name, "accounts": [f"m:{name}"], "sphere": "customer", "outcome": outcome, **more}


def asked(name, *, answered, times=1):
    """A customer asks Kai so many times; the first time may be answered."""
    rows = [row(f"{name}{n}", n, name, "kai") for n in range(times)]
    return [*rows, row(f"{name}-a", 50, "kai", name, parent=f"{name}0")] if answered else rows


def many(outcomes, kind, **how):
    """Customers with these outcomes, who asked in one way: people and activities."""
    names = [f"{kind}{n}" for n in range(len(outcomes))]
    told = [customer(name, outcome) for name, outcome in zip(names, outcomes, strict=True)]
    return told, [each for name in names for each in asked(name, **how)]


@pytest.fixture
def measured(workspace):
    def found(people, rows, settings=""):
        one = workspace(settings, activities=list(rows), people=[*HOUSE, *people])
        (finding,) = help_outcome(ego_of(one)).values()
        return finding

    return found


def test_the_difference_is_that_among_people_who_asked_about_as_often(measured):
    """Once: 8 of 10 helped are good, 4 of 10 not helped. Twice: 9 of 10 and 6 of 10. Each weighs 10 · 10 / 20."""
    groups = [
        many(["won"] * 8 + ["lost"] * 2, "a", answered=True),
        many(["won"] * 4 + ["lost"] * 6, "b", answered=False),
        many(["kept"] * 9 + ["left"], "c", answered=True, times=2),
        many(["Kept "] * 6 + ["LEFT"] * 4, "d", answered=False, times=2),
    ]
    found = measured([one for told, _ in groups for one in told], [one for _, rows in groups for one in rows])
    assert found.value == pytest.approx(100 * (0.4 + 0.3) / 2)
    assert found.detail.by_requests[:2] == (Asking(1, 10, 8, 10, 4), Asking(2, 10, 9, 10, 6))
    assert (40, 40, 20, 17, 20, 10) == tuple(
        getattr(found.detail, name)
        for name in ("stated", "asked", "helped", "helped_good", "others", "others_good")
    )
    assert found.detail.crude == pytest.approx(35)
    assert found.detail.apart
    low, high = found.interval
    assert 0 < low < 35 < high < 62


def test_with_fewer_than_ten_on_a_side_there_is_too_little_to_say(measured):
    """Nine were not answered; ten more who asked four times all were, so that nobody stands beside them."""
    groups = [
        many(["won"] * 30, "a", answered=True),
        many(["lost"] * 9, "b", answered=False),
        many(["won"] * 10, "c", answered=True, times=4),
    ]
    found = measured([one for told, _ in groups for one in told], [one for _, rows in groups for one in rows])
    assert (None, TOO_FEW, 49, 40, 9) == (
        found.value, found.reason, found.detail.asked, found.detail.helped, found.detail.others,
    )  # fmt: skip


def test_words_that_are_not_known_and_outcomes_that_disagree_are_counted_and_set_apart(measured):
    people = [
        customer("ann", "won"),
        customer("ann", "lost"),
        customer("bob", "paused"),
        customer("cem", "8"),
        customer("dan", "won"),
        customer("dan", "Won"),
    ]
    found = measured(people, asked("dan", answered=True))
    assert (4, 2, 1) == (found.detail.stated, found.detail.unclear, found.detail.contradicting)
    assert (("8", 1), ("paused", 1)) == found.detail.words
    assert (1, 1) == (found.detail.helped, found.detail.helped_good)
    scored = measured(people, asked("dan", answered=True), "[outcomes]\ngood_from = 7\nbad = ['paused']\n")
    assert (1, 0, (("lost", 1),)) == (
        scored.detail.unclear, scored.detail.contradicting, scored.detail.words,
    )  # fmt: skip


def test_a_bot_a_reaction_and_colleagues_among_themselves_are_no_help(measured):
    rows = [
        *asked("ann", answered=False),
        row("auto", 2, "robot", "ann", parent="ann0"),
        row("like", 3, "kai", parent="ann0", verb="react"),
        row("talk", 4, "kai", "lea"),
        row("all", 5, "bob", *(f"x{n}" for n in range(8)), "kai"),
    ]
    found = measured([customer("ann", "won"), customer("bob", "won")], rows)
    assert (1, 0, 1) == (found.detail.asked, found.detail.helped, found.detail.others)


def test_what_is_asked_in_public_of_somebody_of_the_organisation_counts(measured):
    rows = [
        row("p", 0, "kai", verb="post"),
        row("q", 1, "ann", parent="p"),
        row("r", 2, "lea", parent="q"),
        row("s", 3, "bob", verb="post"),
    ]
    found = measured([customer("ann", "won"), customer("bob", "won")], rows)
    assert (1, 1) == (found.detail.asked, found.detail.helped)


def test_without_outcomes_or_questions_it_says_so(measured):
    ann = {"person": "ann", "accounts": ["m:ann"], "sphere": "customer"}
    assert measured([ann], asked("ann", answered=True)).reason == NO_OUTCOMES
    assert measured([customer("ann", "won")], [row("k", 0, "kai", "lea")]).reason == NOBODY_ASKED
    colleague = {**HOUSE[1], "outcome": "won"}
    assert measured([colleague], [row("k", 0, "kai", "lea")]).reason == NO_OUTCOMES


def test_of_a_row_that_is_imported_again_the_newest_outcome_stands(workspace, tmp_path):
    one = workspace(people=[*HOUSE, customer("ann", "won"), customer("bob", "won")])
    again = tmp_path / "again.jsonl"
    again.write_text(
        '{"person": "ann", "accounts": ["m:ann"], "outcome": "lost"}\n'
        '{"person": "bob", "accounts": ["m:bob"], "outcome": null}\n'
    )
    one.import_path(again, connector="people")
    tables, code = one.analysis.tables, one.analysis.people.code
    assert {code["ann"]: ["lost"], code["bob"]: ["won"]} == told_by_tables(tables).outcomes


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("good_from = 'seven'", "good_from = 'seven' should be a number"),
        ("good = 'won'", "good should be a list of words in quotes"),
        ("fine = ['won']", "has no setting 'fine'; it has: good, bad, good_from"),
        ("good = ['Lost']", "'lost' stands under good and under bad"),
    ],
)
def test_an_outcome_that_cannot_be_meant_is_refused(tmp_path, body, said):
    (tmp_path / "influence.toml").write_text(f"[outcomes]\n{body}\n")
    with pytest.raises(SettingsError, match=said.replace("'", ".")):
        read(tmp_path / "influence.toml")


# --- random logs --------------------------------------------------------------------------------------------

SAID = {"post", "message", "reply", "comment", "quote"}


def plainly(log, inside, people):
    """How often each of some people asked the organisation in the window, and how often they were answered."""
    turned = {(item, who) for item, who, target in log.responses() if target in inside}
    able, counted = inside - log.bots(), {person: [0, 0] for person in people}
    said = [row for row in log.activities if row["verb"] in SAID and log.inside(row["id"])]
    for item in said:
        who = log.author(item)
        to = {log.who(account) for account in item.get("to", [])}
        if who not in counted or not (to & inside or (item["id"], who) in turned):
            continue
        counted[who][0] += 1
        counted[who][1] += any(
            log.author(other) in able
            and other["time"] >= item["time"]
            and (other["id"], item["id"]) in log.links()
            for other in said
        )
    return counted


@settings(max_examples=draws(12, 500), deadline=None, suppress_health_check=list(HealthCheck))
@given(logs(), st.sets(st.integers(1, 5), min_size=1, max_size=3))
def test_who_asked_and_who_was_answered_is_what_a_plain_reading_finds(log, outside):
    activities, people, encounters, since, until = log
    known = [
        {**row, "sphere": "customer" if int(row["person"][1:]) in outside else "company"} for row in people
    ]
    if not activities:
        return
    with TemporaryDirectory() as folder, stored(Path(folder), activities, known, encounters) as one:
        ego = one.ego("p0", iso(since), iso(until))
        ids = [who.person for who in one.people()]
        codes = [code for code, sphere in enumerate(ego.spheres) if sphere == "customer"]
        found = requests(ego, np.array(codes, np.int64), ego.inside)
        inside = {ids[code] for code in np.flatnonzero(ego.inside)}
        log = PlainReading(activities, known, encounters, "p0", since, until)
        assert plainly(log, inside, [ids[code] for code in codes]) == {
            ids[code]: [int(each[n]) for each in found] for n, code in enumerate(codes)
        }
