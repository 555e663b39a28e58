"""A copy without names: nobody can be told, groups are large enough to hide in, and sums stay."""

import io
import shutil
import subprocess
import zipfile
from collections import Counter
from dataclasses import fields, replace
from math import fsum

import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from influence import Workspace
from influence.analysis.small_groups import classes, kept
from influence.analysis.without_names import OTHERS, nameless, without_names
from influence.contract import plugins
from influence.contract.details.record import RECORDS, Detail
from influence.contract.details.spheres import Heard, Sources
from influence.contract.details.trend import AgainstBefore, SphereMove
from influence.contract.findings import (
    Branch,
    Conversation,
    Coverage,
    Finding,
    MetEvidence,
    Reached,
    Report,
    Response,
    Week,
)
from influence.contract.records import SPHERES
from influence.demo import NOTICE
from tests.kit.sample_report import LEADER, WINDOW, sample_report

MARK = "Xyzzyplugh"
"""Stands in every text of a hostile report."""


def secret(n=0):
    return f"{MARK}{n}"


def full(kind):
    """Return a detail of a kind with a secret wherever a text may stand."""
    return kind.from_json({one.name.removesuffix("_"): _filled(one.name) for one in fields(kind)})


def _filled(name):
    inside = {
        key: secret()
        for key in ("topic", "person", "name", "who", "item", "source", "sphere", "words", "says")
    }
    row = inside | {"terms": [secret()], "people": [secret()], "evidence": [secret()], "month": secret()}
    texts = {
        "kind",
        "name",
        "words",
        "says",
        "verdict",
        "reason",
        "better",
        "bound",
        "direction",
        "no_interval",
    }
    if name in texts | {"since", "until", "before_since", "at_least", "no_bounds"}:
        return secret()
    if name in {"rows", "list", "by", "ledger", "top", "campaigns", "breaks", "topics", "sources", "priors"}:
        return [row, secret()]
    if name in {"people", "left_out", "not_here", "digital_first"}:
        return [secret()]
    if name in {"by_sphere", "spheres", "alternatives", "gaps", "kinds", "ways", "grid", "everywhere"}:
        return {secret(): row, secret(1): 7, secret(2): [3, 4]}
    return 7


def hostile():
    """A report in which every text, wherever it may stand, is a secret."""
    people = tuple(
        Reached(
            secret(n),
            secret(n),
            2 + n % 3,
            0.3,
            n % 2 == 0,
            1 + n % 3,
            secret(n % 4) if n % 5 == 0 else SPHERES[n % 3],
            n,
            f"2026-03-{1 + n % 28:02}T11:12:13+00:00",
            secret(n),
            (secret(n),),
            (MetEvidence(secret(), secret(), 0.9, secret(), secret(), 3),),
            months=(secret(),),
            tags=(secret(),),
            community=n % 7,
        )
        for n in range(60)
    )
    branch = (Branch(secret(), secret(), secret()),)
    every = {
        name: Finding(name, 3.0, secret(), reason=secret(), detail=full(kind))
        for name, kind in RECORDS.items()
    }
    return replace(
        sample_report(),
        leader={"person": secret(), "name": "Ann Lee"},
        window={"since": "2026-01-01T03:04:05+00:00", "until": secret(), "zone": secret()},
        findings=every | {secret(): Finding(secret(), 1.0, secret(), detail={secret(): secret()})},
        people=people,
        coverage=(Coverage(secret(), secret(), 9, secret(), secret(), secret(), 1, (secret(),)),),
        reasons=(secret(),),
        conversations=tuple(
            Conversation(
                secret(n),
                secret(),
                secret(),
                9,
                9,
                3.0,
                secret(),
                (secret(),),
                (secret(),),
                (secret(),),
                3,
                branch,
            )
            for n in range(3)
        ),
        responses={
            secret(): Response(
                secret(), secret(), secret(), secret(), secret(), url=secret(), source=secret()
            )
        },
        notice=secret(),
        names={secret(): secret()},
    )


def every_text(files):
    """Yield what stands in files: of packed ones in each file inside, of columns and pages what is read back."""
    for file in files:
        held = file.read_bytes()
        yield file.name, held
        if zipfile.is_zipfile(io.BytesIO(held)):
            with zipfile.ZipFile(io.BytesIO(held)) as packed:
                yield from ((f"{file.name}/{name}", packed.read(name)) for name in packed.namelist())
        if held[:4] == b"PAR1":
            yield file.name, str(pq.read_table(file).to_pydict()).encode()
            yield file.name, str(pq.read_schema(file).metadata).encode()
        if held[:5] == b"%PDF-" and shutil.which("pdftotext"):
            yield file.name, subprocess.run(["pdftotext", file, "-"], capture_output=True, check=True).stdout


@pytest.fixture(scope="module")
def held(tmp_path_factory):
    with Workspace.create(tmp_path_factory.mktemp("copies") / "ws") as workspace:
        yield workspace


def words_of(report):
    """Every name, id, address, link, channel, organisation, source and exact time of a report."""
    found = {
        word for one in report.people for word in (one.person, one.name, one.organisation, one.first_response)
    }
    for one in report.responses.values():
        found |= {one.id, one.url, one.channel, one.conversation, one.parent, one.source, one.time}
    found |= {row.source for row in report.coverage} | {row.first for row in report.coverage}
    found |= {one.id for one in report.conversations} | {one.began for one in report.conversations}
    found |= {word for one in report.people for word in one.evidence}
    return {word for word in found if word and len(word) > 3} - {LEADER["name"]}


@pytest.mark.parametrize("kind", plugins.names("influence.formats"))
def test_nothing_of_anybody_stands_in_any_format(held, tmp_path, kind):
    report = sample_report()
    wanted = [word.encode() for word in words_of(report)]
    for told, secrets in ((report, wanted), (hostile(), [MARK.encode(), b"T11:12:13", b"03:04:05"])):
        files = held.write(told, kind, tmp_path / f"copy.{kind}", without_names=True)
        for name, text in every_text(files):
            assert [] == [word for word in secrets if word in text], name


def test_every_record_says_which_of_its_attributes_name_nobody():
    for kind in every_kind(Detail):
        names = {one.name for one in fields(kind)}
        assert set(kind.nameless) | set(kind.counts) <= names, kind
        assert not set(kind.nameless) & set(kind.counts), kind
        assert MARK not in str(nameless(full(kind), 5).as_json()), kind


def every_kind(of):
    ours = [kind for kind in of.__subclasses__() if kind.__module__.startswith("influence.")]
    return [*ours, *(deeper for kind in ours for deeper in every_kind(kind))]


def test_the_leader_is_named_and_the_page_says_that_names_are_left_out():
    copy = without_names(sample_report())
    assert {"person": "leader", "name": LEADER["name"]} == copy.leader
    assert "Names are left out; groups below 5 people are merged." == copy.notice
    assert "groups below 8 people" in (without_names(sample_report(), 8).notice or "")


def test_a_copy_of_an_invented_company_still_says_so_and_a_notice_of_the_users_own_is_left_out():
    invented, own = (
        replace(sample_report(), notice=NOTICE),
        replace(sample_report(), notice="Draft for Bo Ek"),
    )
    assert (without_names(invented).notice or "").startswith(f"{NOTICE}\nNames are left out")
    assert "Bo Ek" not in (without_names(own).notice or "")


def test_the_same_report_gives_the_same_copy_and_another_one_another_order():
    report = sample_report()
    assert without_names(report) == without_names(report)
    more = replace(report, reasons=(*report.reasons, "one more"))
    assert without_names(report).people != without_names(more).people


def test_numbers_go_neither_by_id_nor_by_time():
    report = sample_report()
    order = [
        int(one.name.rpartition(" ")[2]) for one in without_names(report).people if "customer" in one.name
    ]
    assert list(range(1, len(order) + 1)) == order
    assert [one.step for one in without_names(report).people] != [one.step for one in report.people]


CHANCES = st.sampled_from((0.0, 0.3, 0.5, 0.95, 1.0))
PEOPLE = st.lists(
    st.builds(
        Reached,
        person=st.uuids().map(str),
        name=st.just("Somebody Real"),
        step=st.sampled_from((2, 3, 4, 4, 4)),
        m=CHANCES,
        known=st.booleans(),
        depth=st.integers(1, 4),
        sphere=st.sampled_from((*SPHERES[:5], "acme_investors")),
        responses=st.integers(1, 50),
        first_response=st.sampled_from(
            (None, "2026-01-05T10:00:00+00:00", "2026-02-07T10:00:00+00:00", "never")
        ),
        community=st.sampled_from((None, 0, 1, 2, 3)),
    ),
    max_size=60,
    unique_by=lambda one: one.person,
)


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(PEOPLE, st.integers(3, 9))
def test_whatever_is_told_of_somebody_is_told_of_enough_people(people, smallest):
    copy = without_names(Report(LEADER, WINDOW, {}, people=tuple(people)), smallest)
    if len(people) < smallest:
        assert () == copy.people
        return
    assert len(people) == len(copy.people)
    alike = Counter((one.step, one.known) for one in people)
    for step, known in alike:
        mine = [one for one in copy.people if (one.step, one.known) == (step, known)]
        before = [one for one in people if (one.step, one.known) == (step, known)]
        assert fsum(one.m for one in before) == pytest.approx(fsum(one.m for one in mine))
        told = Counter(
            (one.sphere, one.community, one.first_response, one.depth, one.responses, one.m) for one in mine
        )
        if len(mine) < smallest:
            assert 1 == len(told)
            assert {(OTHERS, None, None)} == {one[:3] for one in told}
        else:
            assert min(told.values()) >= smallest
    assert {one.sphere for one in copy.people} <= {*SPHERES, OTHERS}
    assert len(copy.people) == len({one.name for one in copy.people})


@settings(max_examples=60, deadline=None)
@given(st.dictionaries(st.text("abcdef", min_size=1, max_size=1), st.integers(0, 20)), st.integers(2, 9))
def test_groups_that_are_merged_are_enough_together(people, smallest):
    large = kept(people, smallest)
    assert all(people[group] >= smallest for group in large)
    merged = sum(count for group, count in people.items() if group not in large)
    assert merged == 0 or merged >= smallest or not large


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3), st.integers(0, 3))), st.integers(2, 6))
def test_classes_hold_everybody_once(rows, smallest):
    parts = [lambda row, n=n: row[n] for n in range(3)]
    found = list(classes(rows, parts, smallest))
    assert sorted(rows) == sorted(row for inside, _ in found for row in inside)
    assert all(len(inside) >= min(smallest, len(rows)) for inside, _ in found)
    assert len(found) == len({told for _, told in found})


def test_spheres_of_few_people_and_those_of_the_user_are_merged_and_sums_stay():
    report = sample_report()
    spheres = (*report.spheres, replace(report.spheres[0], sphere="acme_investors"))
    copy = without_names(replace(report, spheres=spheres))
    assert {row.sphere for row in copy.spheres} <= {*SPHERES, OTHERS}
    for part in ("value", "people", "known"):
        assert sum(getattr(row, part) for row in spheres) == pytest.approx(
            sum(getattr(row, part) for row in copy.spheres)
        )
    assert all(row.people >= 5 for row in copy.spheres)


def test_months_weeks_and_conversations_of_all_but_few_are_left_out():
    report = sample_report()
    of = len(report.people)
    told = {float(of - missing): missing in (0, 5) for missing in (0, 1, 4, 5)}
    months = tuple(replace(report.trend[0], reach_2=people, reach_3=0.0, reach_4=0.0) for people in told)
    weeks = tuple(Week("2026-W05", people, 0.0, 0.0, 0.0, 0.0, 1) for people in told)
    talks = tuple(replace(report.conversations[0], people=int(people)) for people in told)
    copy = without_names(replace(report, trend=months, weekly=weeks, conversations=talks))
    shown = [people for people, is_told in told.items() if is_told]
    assert shown == [row.reach_2 for row in copy.trend] == [row.reach_2 for row in copy.weekly]
    assert shown == [row.people for row in copy.conversations]


def test_months_and_conversations_of_fewer_than_five_people_are_left_out():
    copy = without_names(sample_report())
    for row in sample_report().trend:
        assert (row in copy.trend) == (row.reach_2 + row.reach_3 + row.reach_4 >= 5 - 1e-6)
    large = [one for one in sample_report().conversations if one.people >= 5]
    assert len(large) == len(copy.conversations)


def test_a_report_on_fewer_than_five_people_lists_none_and_counts_none():
    report = sample_report()
    copy = without_names(
        replace(report, people=report.people[:4], findings={"reach_2": Finding("reach_2", 3.0, "people")})
    )
    assert ((), (), (), ()) == (copy.people, copy.spheres, copy.trend, copy.conversations)
    assert copy.findings["reach_2"].value is None
    assert "fewer than 5" in (copy.findings["reach_2"].reason or "")


def test_the_network_shows_communities_but_not_who_answered_whom():
    copy = without_names(sample_report())
    assert {"leader"} == {source for source, _, _ in copy.network.edges}
    assert {one.person for one in copy.people} >= {node[0] for node in copy.network.nodes[1:]}
    sizes = Counter(node[4] for node in copy.network.nodes[1:] if node[4] >= 0)
    assert all(size >= 5 for size in sizes.values())


def test_how_it_moved_is_told_without_spheres_of_few_people():
    rows = (SphereMove("customer", 3.0, 20.0), SphereMove("acme", 9.0, 2.0), SphereMove("media", 7.0, 9.0))
    told = AgainstBefore(
        "2026-03-02T13:26:21+00:00",
        "2026-08-31T23:59:09+00:00",
        None,
        None,
        19.0,
        31.0,
        False,
        True,
        4,
        20,
        9,
        rows,
    )
    copy = nameless(told, 5)
    assert (SphereMove("media", 7.0, 9.0),) == tuple(row for row in copy.by_sphere if row.sphere != OTHERS)
    assert (None, 20, 9) == (copy.came, copy.stayed, copy.stayed_away)
    assert ("2026-03-02", "2026-09-01") == (copy.since, copy.until)


def test_to_whom_the_leader_listens_is_told_by_spheres_of_enough_people():
    rows = {
        "customer": Heard(8.5, 9),
        "media": Heard(2.0, 2),
        "acme": Heard(3.0, 4),
        "company": Heard(0.5, 6),
    }
    copy = nameless(Sources(rows, (MARK,)), 5)
    assert Sources({"customer": Heard(8.5, 9), "company": Heard(0.5, 6), OTHERS: Heard(5.0, 6)}, ()) == copy


def test_the_smallest_group_shown_is_a_setting_of_five_people_or_more_and_ten_if_left_out(workspace):
    assert "groups below 10 people" in (workspace().without_names(sample_report()).notice or "")
    held = workspace("[privacy]\nsmallest_shown = 12\n")
    assert "groups below 12 people" in (held.without_names(sample_report()).notice or "")
    with pytest.raises(Exception, match="smallest_shown = 4 should be 5 or more"):
        workspace("[privacy]\nsmallest_shown = 4\n")


def test_random_reports_read_back_as_they_were_written():
    copy = without_names(sample_report())
    assert copy == Report.from_json(copy.as_json())
