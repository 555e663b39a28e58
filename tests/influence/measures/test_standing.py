"""Where a role stands: whose doing carries it, exchange as a habit, and who was first; small cases by hand."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from influence.contract.details.first_touch import Touched
from influence.measures.first_touch import NO_SOURCE, NOBODY_OUTSIDE, first_touch
from influence.measures.persistence import longest_run, persistence
from influence.measures.stage import NOTHING, stage
from influence.times import DAY, Window, microseconds, weeks
from tests.kit.asking import asking
from tests.kit.draws import draws
from tests.kit.logs import START, iso, logs, stored
from tests.kit.plain_reading import DAY as SECONDS
from tests.kit.plain_reading import MONTH, PlainReading

MONDAY = datetime(2026, 1, 5, tzinfo=UTC)
ego_of = asking("m:lea")


def row(name, days, actor, *to, parent=None, verb=None):
    verb = verb or ("reply" if parent else "message")
    time = (MONDAY + timedelta(days=days)).isoformat()
    accounts = [f"m:{one}" for one in to]
    return {"id": name, "time": time, "actor": f"m:{actor}", "verb": verb, "parent": parent, "to": accounts}


def person(name, **more):
    return {"person": name, "name": name.title(), "accounts": [f"m:{name}"], **more}


LEADER = person("lea", organisation="Acme")
TEAM = person("tim", organisation="Acme", manager="lea")
COLLEAGUE = person("kai", organisation="Acme")
CUSTOMERS = [person(name, organisation="Buyer", sphere="customer") for name in ("ann", "bob", "cem", "dan")]


@pytest.fixture
def measured(workspace):
    """Measure a few activities: measured(stage, row(…), …)."""

    def found(measure, *rows, told=(), **kinds):
        known = [LEADER, TEAM, COLLEAGUE, *CUSTOMERS]
        one = workspace(activities=list(rows), people=[*known, *told], **kinds)
        (finding,) = measure(ego_of(one)).values()
        return finding

    return found


# --- stage --------------------------------------------------------------------------------------------------


def test_whose_doing_carries_the_role(measured):
    """Two posts of the leader's, one answer by the team, one by a customer met, four by customers never met."""
    found = measured(
        stage,
        row("p", 0, "lea", verb="post"),
        row("q", 1, "lea", verb="post"),
        row("t", 2, "tim", parent="p"),
        row("a", 2, "ann", parent="p"),
        *(row(f"b{n}", 2 + n, name, parent="q") for n, name in enumerate(("bob", "cem", "dan", "bob"))),
        encounters=[
            {"people": ["m:lea", "m:ann"], "kind": "in_person", "evidence": "declared"},
            *(
                {"people": ["m:lea", f"m:{name}"], "kind": "never", "evidence": "declared"}
                for name in ("bob", "cem", "dan")
            ),
        ],
    )
    assert (2, 1, 1, 4) == (found.detail.own, found.detail.team, found.detail.met, found.detail.networked)
    assert (0.5, 0.5, 0.5) == (found.value, found.low, found.high)
    customers = found.detail.spheres["customer"]
    assert (3, 3) == (customers.reached, customers.of)
    assert "team" not in found.detail.spheres


def test_who_was_not_reached_but_could_be_only_digitally_is_counted(measured):
    """Bob answered; Cem and Dan, whom she never met, did not: a third."""
    never = [
        {"people": ["m:lea", f"m:{name}"], "kind": "never", "evidence": "declared"}
        for name in ("bob", "cem", "dan")
    ]
    met = {"people": ["m:lea", "m:ann"], "kind": "in_person", "evidence": "declared"}
    rows = row("p", 0, "lea", verb="post"), row("b", 1, "bob", parent="p")
    found = measured(stage, *rows, encounters=[*never, met])
    customers = found.detail.spheres["customer"]
    assert (1, 3) == (customers.reached, customers.of)


def test_an_unknown_person_makes_the_bounds(measured):
    found = measured(stage, row("p", 0, "lea", verb="post"), row("a", 1, "ann", parent="p"))
    assert (0, 0.5) == (found.low, found.high)
    assert 0 < found.value < 0.5


def test_where_nothing_was_done_there_is_no_stage(measured):
    found = measured(stage, row("p", 0, "ann", verb="post"), row("a", 1, "bob", parent="p"))
    assert (None, NOTHING) == (found.value, found.reason)


# --- persistence --------------------------------------------------------------------------------------------


def a_week(n, *, answered=True):
    """In week n Ann asks and, the next day, the leader answers; Ann answers the leader's post."""
    day = 7 * n
    rows = [row(f"p{n}", day, "lea", verb="post"), row(f"r{n}", day + 1, "ann", parent=f"p{n}")]
    return [*rows, row(f"b{n}", day + 2, "lea", parent=f"r{n}")] if answered else rows


def test_weeks_in_which_it_went_both_ways(measured):
    """Weeks 0, 1 and 3 of six: Ann's answer in week 1 comes six days after the leader's, that in week 2 thirteen."""
    rows = [*a_week(0), *a_week(1, answered=False), *a_week(2, answered=False), *a_week(3)]
    never = {"people": ["m:lea", "m:ann"], "kind": "never", "evidence": "declared"}
    found = measured(persistence, *rows, row("z", 42, "lea", verb="post"), encounters=[never])
    assert (True, True, False, True, False, False) == found.detail.shown
    assert (3 / 6, 2, 2, 1) == (
        found.value,
        found.detail.longest,
        found.detail.since_last,
        found.detail.people,
    )


def test_an_act_seven_days_before_counts_and_an_earlier_one_does_not(measured):
    end = row("z", 42, "lea", verb="post")
    for gap, held in ((7, 1), (8, 0)):
        rows = [row("w", 0, "lea", "ann"), row("a", gap, "ann", parent="w"), end]
        found = measured(persistence, *rows)
        assert held == found.detail.held, gap


def test_a_person_met_and_the_team_make_no_week(measured):
    rows = [*a_week(0), row("t", 1, "tim", parent="p0"), row("u", 2, "lea", parent="t")]
    met = {"people": ["m:lea", "m:ann"], "kind": "in_person", "evidence": "declared"}
    found = measured(persistence, *rows, row("z", 42, "lea", verb="post"), encounters=[met])
    assert (0, 0, None) == (found.value, found.detail.held, found.detail.since_last)


def test_three_weeks_are_too_few(measured):
    found = measured(persistence, *a_week(0), row("z", 21, "lea", verb="post"))
    assert found.value is None
    assert "3 whole weeks in this window, 4 are needed" in found.reason


@given(st.integers(0, 60 * 24 * 3_600), st.integers(0, 90), st.sampled_from(["UTC", "Europe/Stockholm"]))
def test_weeks_are_whole_and_follow_one_another(begin, days, zone):
    window = Window(
        microseconds(MONDAY) + begin * 1_000_000, microseconds(MONDAY) + (begin // 86_400 + days) * DAY
    )
    edges = weeks(window, zone)
    assert all(window.since <= edge <= window.until for edge in edges.tolist())
    assert set(np.diff(edges // (DAY // 24)).tolist()) <= {167, 168, 169}
    assert len(edges) >= (window.until - window.since) // (7 * DAY) - 1


@given(st.lists(st.booleans(), max_size=30))
def test_the_longest_run_is_what_reading_it_finds(held):
    words = "".join("x" if one else " " for one in held).split()
    assert max(map(len, words), default=0) == longest_run(np.array(held, bool))


# --- first touch --------------------------------------------------------------------------------------------


def mail_of_sales(until=400):
    """Two years of a colleague's mail with another customer, four and more a month."""
    return [row(f"s{day}", day, "kai", "dan") for day in range(-300, until, 6)]


def test_who_responded_before_anybody_spoke_with_them(measured):
    """Ann was written to ten days before she answered, Bob twenty days after, Cem never."""
    found = measured(
        first_touch,
        *mail_of_sales(),
        row("p", 100, "lea", verb="post"),
        row("ka", 100, "kai", "ann"),
        *(row(f"r{name}", 110, name, parent="p") for name in ("ann", "bob", "cem")),
        row("kb", 130, "bob", "kai"),
    )
    assert (2, 2, 2, 20) == (found.value, found.low, found.high, found.detail.ahead)
    assert {"customer": Touched(3, ("bob", "cem"), 0, 20)} == found.detail.by_sphere


def test_a_meeting_is_a_contact_and_a_letter_to_many_is_none(measured):
    many = [f"x{n}" for n in range(8)]
    found = measured(
        first_touch,
        *mail_of_sales(),
        row("all", 90, "kai", "ann", *many),
        row("p", 100, "lea", verb="post"),
        *(row(f"r{name}", 110, name, parent="p") for name in ("ann", "bob")),
        encounters=[
            {
                "people": ["m:kai", "m:bob"],
                "kind": "online",
                "evidence": "calendar",
                "time": (MONDAY + timedelta(days=95)).isoformat(),
            }
        ],
    )
    assert {"customer": Touched(2, ("ann",), 0)} == found.detail.by_sphere


def test_the_leaders_own_mailbox_tells_nothing_of_what_others_exchange(measured):
    own = [row(f"s{day}", day, "lea", "dan") for day in range(-300, 400, 6)]
    found = measured(first_touch, *own, row("p", 100, "lea", verb="post"), row("r", 110, "ann", parent="p"))
    assert (None, NO_SOURCE) == (found.value, found.reason)


def test_who_responded_where_no_source_reaches_is_in_the_upper_bound(measured):
    """Ann answered before sales' mail begins, Bob after it had been kept for a year."""
    found = measured(
        first_touch,
        *mail_of_sales(),
        row("p", -302, "lea", verb="post"),
        row("ra", -301, "ann", parent="p"),
        row("rb", 100, "bob", parent="p"),
    )
    assert (1, 1, 2) == (found.value, found.low, found.high)
    assert {"customer": Touched(2, ("bob",), 1)} == found.detail.by_sphere


def test_colleagues_are_not_outside(measured):
    found = measured(first_touch, row("p", 0, "lea", verb="post"), row("k", 1, "kai", parent="p"))
    assert (None, NOBODY_OUTSIDE) == (found.value, found.reason)


def test_the_day_that_a_people_table_states_is_a_contact_from_its_beginning(measured):
    """Ann was spoken with the day before she responded, Bob on that very day, Cem three days later; Dan never."""
    days = {"ann": 99, "bob": 100, "cem": 103, "eva": 300, "fay": 301}
    told = [
        person(name, first_contact=str((MONDAY + timedelta(days=day)).date()), sphere="customer")
        for name, day in days.items()
    ]
    found = measured(
        first_touch,
        row("p", 99, "lea", verb="post"),
        *(row(f"r{name}", 100, name, parent="p") for name in ("ann", "bob", "cem", "dan")),
        told=[*told, person("dan", sphere="customer")],
    )
    assert (2, 2, 2, 3) == (found.value, found.low, found.high, found.detail.ahead)
    assert {"customer": Touched(4, ("cem", "dan"), 0, 3)} == found.detail.by_sphere


def test_a_people_table_that_states_few_first_contacts_covers_those_alone(measured):
    found = measured(
        first_touch,
        row("p", 99, "lea", verb="post"),
        *(row(f"r{name}", 100, name, parent="p") for name in ("ann", "bob")),
        told=[person("ann", first_contact="2027-01-01"), person("bob")],
    )
    assert {"customer": Touched(2, ("ann",), 1, found.detail.ahead)} == found.detail.by_sphere
    assert (1, 2) == (found.low, found.high)


class Touches(PlainReading):
    """Who was first in contact, read as slowly as it likes: mail to at most eight, meetings, days of a table."""

    def contacts(self, inside):
        """(person outside, second, whether the leader took part) of every letter and encounter."""
        found = []
        for row in self.activities:
            to = {self.who(account) for account in row.get("to", [])}
            if row["verb"] in {"post", "message", "reply", "comment"} and len(row.get("to", [])) <= 8:
                for other in to:
                    ends = {self.author(row), other}
                    if len(ends & inside) == 1 and len(ends) == 2:
                        with_leader = self.author(row) == self.leader or self.leader in to
                        found.append((*(ends - inside), row["time"], with_leader))
        for row in self.encounters:
            there = {self.who(account) for account in row["people"]}
            if row["kind"] != "never" and row["time"] is not None and there & inside:
                found += [(one, row["time"], self.leader in there) for one in there - inside]
        return found

    def first(self, person, at, inside, days):
        """Whether somebody who responded at a second was first, and whether anything would tell."""
        contacts = self.contacts(inside)
        before = any(one == person and time < at for one, time, _ in contacts)
        others = [time for _, time, with_leader in contacts if not with_leader]
        kept = sum(
            sum(at - (month + 1) * MONTH < time <= at - month * MONTH for time in others) >= 4
            for month in range(12)
        )
        stated = days.get(person)
        return not before and not (
            stated is not None and stated * SECONDS <= at
        ), kept >= 6 or stated is not None


def stated_day(days):
    return None if days is None else str((START + timedelta(days=days)).date())


@settings(max_examples=draws(10, 400), deadline=None, suppress_health_check=list(HealthCheck))
@given(logs(), st.dictionaries(st.integers(1, 4), st.integers(0, 50), max_size=4))
def test_who_was_first_is_what_a_plain_reading_finds(tmp_path_factory, log, days):
    """The table states the first contacts of few, and covers those alone."""
    activities, people, encounters, since, until = log
    if not activities:
        return
    spheres = {"p1": "customer", "p2": "customer", "p3": "partner", "p4": "company"}
    known = [
        {
            **row,
            "sphere": spheres.get(row["person"]),
            "first_contact": str((START + timedelta(days=days[n])).date())
            if (n := int(row["person"][1:])) in days
            else None,
        }
        for row in people
    ]
    with stored(tmp_path_factory.mktemp("log"), activities, known, encounters) as one:
        ego = one.ego("p0", iso(since), iso(until))
        (found,) = first_touch(ego).values()
        inside = {ego.people.who[code].person for code in np.flatnonzero(ego.inside)}
        responded = {
            ego.people.who[alter.person].person: (alter.first - microseconds(START)) // 1_000_000
            for alter in ego.found
            if alter.outside and ego.spheres[alter.person] in {"customer", "partner"}
        }
    plain = Touches(activities, known, encounters, "p0", since, until)
    stated = {f"p{n}": day for n, day in days.items()}
    read = {who: plain.first(who, at, inside, stated) for who, at in responded.items()}
    if not any(covered for _, covered in read.values()):
        assert found.value is None
        return
    assert sum(first and covered for first, covered in read.values()) == found.low
    assert sum(first for first, _ in read.values()) == found.high
