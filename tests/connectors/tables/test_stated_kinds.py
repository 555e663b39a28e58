"""Registers of meetings: the kind that a column states, dates with dashes, and whose meetings they are."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from connectors.tables.first_mapping import draft_mapping
from connectors.tables.mapped import Table
from connectors.tables.mapping import BadMapping
from connectors.tables.time_formats import time_format
from influence import Workspace
from influence.cli import main
from influence.contract.records import Encounter, Modality, Note, Record, SetAside
from influence.contract.testing import member_of

MAPPING = (
    'system = "register"\nzone = "UTC"\n[[encounter]]\ntime = "2026-01-05"\npeople = ["name:{A}", "name:{B}"]\n'
    'place = "{Place}"\nkind = "{Kind}"\nwords = "{Subject}"\n'
)


def read(tmp_path: Path, rows: list[tuple[str, str, str]], more: str = "") -> list[Record]:
    file = tmp_path / "m.toml"
    file.write_text(MAPPING + more, encoding="utf-8")
    lines = [
        "A;B;Kind;Place;Subject",
        *(f"Ann Lee;Bo Ek;{kind};{place};{words}" for kind, place, words in rows),
    ]
    return list(Table(mapping=str(file)).parse(member_of("\n".join(lines).encode(), "r.csv")))


def kinds(records: list[Record]) -> list[str]:
    return [record.kind.value for record in records if isinstance(record, Encounter)]


def notes(records: list[Record]) -> list[str]:
    return [record.text for record in records if isinstance(record, Note)]


@pytest.mark.parametrize(
    ("kind", "place", "words", "expected"),
    [
        ("Video conference", "Oslo", "", "online"),
        ("Videokonferenz", "Storgata 1", "", "online"),
        ("In person", "Teams", "Webinar", "in_person"),
        ("Hybrid", "Oslo", "", "unknown"),
        ("Bilateral", "Oslo", "", "unknown"),
        ("", "Oslo", "", "in_person"),
        ("n/a", "remote", "", "online"),
        ("", "Oslo", "Virtual power plants", "in_person"),
        ("", "/", "Budget", "unknown"),
    ],
)
def test_a_stated_kind_counts_before_the_place(
    tmp_path: Path, kind: str, place: str, words: str, expected: str
) -> None:
    assert [expected] == kinds(read(tmp_path, [(kind, place, words)]))


def test_a_kind_that_is_not_understood_is_told_and_can_be_set(tmp_path: Path) -> None:
    rows = [("Bilateral", "Oslo", ""), ("bilat", "Teams", ""), ("Bilateral", "Oslo", "")]
    said = "kinds that are not understood are unknown: 'Bilateral' (2), 'bilat' (1); say under [kinds] what they mean"
    assert [said] == notes(read(tmp_path, rows))
    found = read(tmp_path, rows, '[kinds]\nBilateral = "in_person"\n"bilat" = "in_person"\n')
    assert (["in_person"] * 3, []) == (kinds(found), notes(found))


def test_ten_thousand_kinds_are_twenty_values_and_two_numbers(tmp_path: Path) -> None:
    found = read(tmp_path, [(f"Kind of its own {n}", "Oslo", "") for n in range(10_000)])
    assert ["unknown"] * 10_000 == kinds(found)
    (said,) = notes(found)
    assert 20 == said.count("' (1)")
    assert said.endswith(", and 9,980 more in 9,980 rows; say under [kinds] what they mean")
    assert len(said) < 1_000


@pytest.mark.parametrize(
    ("dates", "form"),
    [
        (["27-10-2021", "26-10-2021"], "%d-%m-%Y"),
        (["27-10-2021 09:30"], "%d-%m-%Y %H:%M"),
        (["10-27-2021"], "%m-%d-%Y"),
        (["27-Oct-2021"], "%d-%b-%Y"),
        (["27.10.21"], "%d.%m.%y"),
        (["2021-10-27"], ""),
    ],
)
def test_dates_with_dashes_are_dates(dates: list[str], form: str) -> None:
    assert form == time_format(dates)


def test_a_register_of_one_persons_meetings_asks_whose_they_are(tmp_path: Path) -> None:
    content = b"date,person,place\n27-10-2021,Bo Berg,Bergen\n26-10-2021,Cy Dahl,remote\n"
    draft = draft_mapping(member_of(content, "register.csv"))
    file = tmp_path / "m.toml"
    file.write_text(draft, encoding="utf-8")
    with pytest.raises(BadMapping, match=r"people leaves open whose table this is.*--set owner="):
        list(Table(mapping=str(file)).parse(member_of(content, "register.csv")))
    found = list(Table(mapping=str(file), owner="ann@acme.example").parse(member_of(content, "register.csv")))
    assert [] == [record for record in found if isinstance(record, SetAside)]
    assert [
        (("name:bo berg", "email:ann@acme.example"), Modality.IN_PERSON, "Bergen"),
        (("name:cy dahl", "email:ann@acme.example"), Modality.ONLINE, None),
    ] == [(one.people, one.kind, one.place) for one in found if isinstance(one, Encounter)]


def test_a_register_goes_from_a_file_into_a_workspace(tmp_path: Path) -> None:
    file = tmp_path / "places.csv"
    file.write_text(
        "date,person,place\n27-10-2021,Bo Berg,Oslo\n26-10-2021,Cy Dahl,Remote\n", encoding="utf-8"
    )
    with Workspace.create(tmp_path / "w"):
        pass
    run = CliRunner().invoke
    assert 0 == run(main, ["import", str(file), "--map"]).exit_code
    mapped = ["import", str(file), "--as", "table", "--set", f"mapping={tmp_path / 'places.toml'}"]
    refused = run(main, [*mapped, "-w", str(tmp_path / "w")])
    assert (1, True) == (refused.exit_code, "whose table this is" in refused.output)
    assert 0 == run(main, [*mapped, "--set", "owner=ann@acme.example", "-w", str(tmp_path / "w")]).exit_code
    with Workspace(tmp_path / "w") as workspace:
        told = workspace.store.engine.arrow("SELECT kind FROM encounters ORDER BY kind").to_pylist()
    assert ["in_person", "online"] == [row["kind"] for row in told]


def test_a_column_of_kinds_goes_into_the_first_mapping_of_a_register_and_not_into_that_of_a_log() -> None:
    rows = b"2026-01-05,Ann,Bo Ek,Oslo,Video call\n2026-01-06,Ann,Bo Ek,Oslo,physical\n"
    register = b"Date,Person,Met with,Place,Type\n" + rows
    log = b"ID,Date,Author,Type,Text\n1,2026-01-05,Ann,call,Hi\n2,2026-01-06,Bo,phone,Yes\n"
    assert 'kind = "{Type}"' in draft_mapping(member_of(register, "r.csv"))
    assert 'verb = "{Type}"' in draft_mapping(member_of(log, "l.csv"))
