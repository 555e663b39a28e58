"""Which people that exact keys left apart are one person, by likelihood."""

import csv
import hashlib
import subprocess
import sys
from collections import Counter
from math import log2
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from influence import Workspace
from influence.people.identity import Joining, Sources
from influence.people.identity import exact as exactly
from influence.people.linkage.choose import choose
from influence.people.linkage.model import MODEL
from influence.people.linkage.profiles import (
    PROFILES,
    hours_kept,
    rare_correspondents,
    record_of,
    record_table,
)
from influence.people.linkage.run import habits_of, profiles_of
from influence.people.linkage.score import Pair, candidates, counted_u, linker_of, records_of, register_pairs
from influence.people.names import Name, name_forms, parse_name
from tests.kit.places import TRASH_COUNTS

LABELS = Path(__file__).with_name("identity_labels.csv")


def profiles(*rows):
    """Make profiles of (group, names, accounts, and what else is said)."""
    full = [
        {
            "group": row[0],
            "names": row[1],
            "accounts": row[2] if len(row) > 2 else [row[0]],
            **(row[3] if len(row) > 3 else {}),
        }
        for row in rows
    ]
    return pa.Table.from_pylist(full, PROFILES)


def pair_of(*rows):
    """Return the one pair that two profiles make."""
    found = candidates(profiles(*rows))
    assert 1 == len(found.pairs)
    return found.pairs[0]


def said(pair):
    return {name: words for name, words, _ in pair.reasons}


# --- names --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Åsa Öberg", "Oberg, Asa"),
        ("Åsa Öberg", "Aasa Oeberg"),
        ("Kjær, Søren", "Soeren Kjaer"),
        ("Dr. Bo Ek (Sales)", "EK, BO"),
        ("Louise Kitchen/HOU/ECT@ECT", "Kitchen, Louise"),
    ],
)
def test_one_name_written_two_ways_is_one_name(one, other):
    assert parse_name(one) == parse_name(other)


@pytest.mark.parametrize(
    "written", ["Sales", "", "ann@acme.example", "(none)", "The Very Long Name Of A Mailing List", "B"]
)
def test_what_is_no_full_name_is_no_name(written):
    assert parse_name(written) is None


def test_short_forms_stand_for_one_name_and_another_name_does_not():
    assert parse_name("Bob Lee").given == parse_name("Robert Lee").given
    assert parse_name("Lars Lee").given != parse_name("Lawrence Lee").given


@given(st.text(max_size=300))
def test_any_text_can_be_a_name(text):
    parsed = parse_name(text)
    assert parsed is None or (parsed.last and parsed.first)


@given(st.text(max_size=100), st.text(max_size=100))
def test_any_account_and_name_make_a_record(account, name):
    assert "g" == record_of("g", [name], [account, f"email:{account}"], name).group


def test_a_name_makes_the_handles_that_people_make_of_it():
    forms = name_forms(parse_name("Louise Kitchen"))
    assert {"lkitchen", "louisekitchen", "kitchenl", "lkitche"} <= forms
    assert set() == name_forms(Name("", "ek"))


# --- scores -------------------------------------------------------------------------------------------------


def test_the_weight_of_a_pair_is_the_sum_of_m_over_u_by_hand():
    pair = pair_of(("a", ["Louise Kitchen"], ["slack:1"]), ("b", ["Kitchen, Louise"], ["zulip:2"]))
    # two profiles of one full name: nobody else bears it among 1,000 ordinary people and this one
    first, surname = 0.72 / (1000 * 0.002 / 1001), 0.84 / (1000 * 0.0003 / 1001)
    assert log2(first) + log2(surname) == pytest.approx(pair.weight, abs=1e-3)
    odds = first * surname * (0.5 / 500) / (1 - 0.5 / 500)
    assert odds / (1 + odds) == pytest.approx(pair.probability, abs=1e-6)
    assert [("first name", "the same first name"), ("surname", "the same surname")] == [
        r[:2] for r in pair.reasons
    ]


def test_a_common_name_weighs_less_than_a_rare_one():
    rare = pair_of(("a", ["Ebba Kvarnsten"]), ("b", ["Ebba Kvarnsten"]))
    common = pair_of(("a", ["Anna Andersson"]), ("b", ["Anna Andersson"]))
    assert common.weight + 5 < rare.weight


def test_the_reasons_add_up_to_the_weight():
    rows = [
        ("email:louise.kitchen@acme.example", ["Louise J. Kitchen"]),
        ("github:lkitchen", ["Kitchen, L. J."]),
        ("slack:U1", ["Lou Kitchen"], ["slack:U1"], {"organisation": "Acme"}),
    ]
    found = candidates(profiles(*rows))
    assert found.pairs
    for pair in found.pairs:
        assert sum(weight for _, _, weight in pair.reasons) == pytest.approx(pair.weight, abs=0.01)


@pytest.mark.parametrize(
    ("one", "other", "comparison", "words"),
    [
        (("a", ["Bob Kitchen"]), ("b", ["Robert Kitchen"]), "first name", "a first name and its short form"),
        (("a", ["L. Kitchen"]), ("b", ["Louise Kitchen"]), "first name", "an initial that fits"),
        (("a", ["Mark E. Taylor"]), ("b", ["Mark E Taylor"]), "middle name", "the same middle initial"),
        (
            ("email:tstaggs@enron.example", []),
            ("p", ["Tammie Schoppe"], ["email:tammie@enron.example", "exchange:/o=x/cn=tstaggs"]),
            "handle",
            "the same handle in one organisation",
        ),
        (
            ("email:stenb@home.example", ["Ebba Munthe"]),
            ("github:stenb", []),
            "handle",
            "the same unusual handle",
        ),
        (
            ("email:stenbit42@home.example", ["Ebba Munthe"]),
            ("github:stenbit42", []),
            "handle",
            "the same rare handle",
        ),
        (
            ("email:ebba@home.example", ["Blue-Tits"]),
            ("email:7+blue-tits@users.noreply.github.com", ["Ebba Munthe"]),
            "handle",
            "the same rare handle",
        ),
        (
            ("email:munthe77@home.example", ["Ebba Munthe"]),
            ("github:munthe77", []),
            "handle",
            "the same handle with a number, and a name for one at most",
        ),
        (
            ("email:anna.berg@acme.example", ["Anna Lind"]),
            ("slack:U1", ["Anna Berg"], ["slack:U1"], {"organisation": "Acme"}),
            "handle",
            "a handle made of the other's name and not of its own",
        ),
        (
            ("email:bo.ek@sfx.example", ["Bo Ekelund"]),
            ("email:bo@sfxent.example", ["Bo Ekelund"]),
            "organisation",
            "organisations of nearly one name",
        ),
    ],
)
def test_what_two_accounts_have_in_common_is_said_in_plain_words(one, other, comparison, words):
    assert words == said(pair_of(one, other))[comparison]


def test_names_turned_round_are_one_name_unless_both_words_are_first_names():
    kept = ("email:a@home.example", ["Eric Letke"]), ("email:letke.eric@acme.example", [])
    assert "the other's surname, the names being turned round" == said(pair_of(*kept))["first name"]
    two = ("email:a@home.example", ["Martin Robert"]), ("email:b@acme.example", ["Robert Martin"])
    others = [(f"email:{n}@x.example", [f"Martin {last}"]) for n, last in enumerate(("Aberg", "Ceder"))]
    pairs = {(pair.one, pair.other): pair for pair in candidates(profiles(*two, *others))}
    assert ("email:a@home.example", "email:b@acme.example") not in pairs


def test_a_name_is_read_in_a_handle_where_somebody_here_bears_it():
    found = pair_of(("email:oskarvinge42@home.example", []), ("email:oskar@vinge.example", ["Oskar Vinge"]))
    assert "the same surname" == said(found)["surname"]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("email:l.tamm@acme.example", ["Siri L. Tamm"]), ("email:ltamm@acme.example", ["Liv M. Tamm"])),
        (("email:sthune@acme.example", ["Ylva S Thune"]), ("email:s.thune@acme.example", ["Siri Thune"])),
        (("email:p.ros@acme.example", ["Gary P. Ros"]), ("email:pros@acme.example", ["Gregory P. Ros"])),
        (("email:m.ros@acme.example", ["Mark A. Ros"]), ("email:mros@acme.example", ["Mark S. Ros"])),
        (("email:lind@acme.example", ["Leo Lind Jr."]), ("email:l.ind@acme.example", ["Leo Lind Sr"])),
        (("email:.tamm@acme.example", ["Siri Tamm"]), ("email:tamm@acme.example", [])),
        (("email:l..tamm@acme.example", []), ("email:ltamm@acme.example", ["Liv Tamm"])),
        (("email:'tamm@acme.example'", []), ("email:tamm@acme.example", ["Liv Tamm"])),
        (("email:40acme@acme.example", []), ("email:40.acme@acme.example", [])),
    ],
)
def test_one_handle_in_one_organisation_joins_nobody_whose_names_contradict_or_whose_address_is_mangled(
    one, other
):
    made = profiles(one, other)
    assert () == choose(candidates(made), made).linked


@pytest.mark.parametrize(
    "names", [("Mike Ros", "Michael Ros"), ("Tom Ros", "Thomas Ros"), ("Eva Ros", "Eva Ek")]
)
def test_one_handle_in_one_organisation_joins_whose_names_may_be_one_persons(names):
    made = profiles(
        *(
            (f"email:{handle}@acme.example", [name])
            for handle, name in zip(("mros", "m.ros"), names, strict=True)
        )
    )
    assert 1 == len(choose(candidates(made), made).linked)


def test_relatives_at_one_small_house_are_two_people_and_not_even_asked_about():
    family = [
        (f"email:{name}@berg.example", [f"{name.title()} Berg"]) for name in ("eva", "bo", "kim", "tuva")
    ]
    made = profiles(
        *family, ("email:leo@lind.example", ["Leo Lind Jr."]), ("email:l@lind.example", ["Leo Lind III"])
    )
    chosen = choose(candidates(made), made)
    assert ((), ()) == (chosen.linked, chosen.review)


def test_one_handle_and_contradicting_names_are_asked_about():
    made = profiles(("email:mros@acme.example", ["Peggy Ros"]), ("email:m.ros@acme.example", ["Mia Ros"]))
    assert 1 == len(choose(candidates(made), made).review)


def test_a_handle_in_use_with_many_numbers_is_not_rare():
    many = [(f"email:blixtar{n}@home.example", []) for n in range(10, 20)]
    made = profiles(("github:blixtar10", ["Ebba Munthe"]), *many)
    handle = {said(pair).get("handle") for pair in candidates(made)}
    assert "the same rare handle" not in handle


def test_an_initial_and_a_surname_are_read_in_a_handle_where_somebody_has_that_surname():
    pair = pair_of(("email:wgolinkin@home.example", []), ("b", ["Web Golinkin"], ["email:web@firm.example"]))
    assert {"first name": "an initial that fits", "surname": "the same surname"}.items() <= said(pair).items()


def test_two_of_one_name_at_a_mail_provider_share_no_organisation():
    pair = pair_of(("email:annab@gmail.com", ["Anna Berg"]), ("email:berganna@gmail.com", ["Anna Berg"]))
    assert "organisation" not in said(pair)


def test_correspondents_and_hours_lean():
    friends = [f"f{n}" for n in range(6)]
    day, night = [0] * 8 + [9] * 9 + [0] * 7, [9] * 6 + [0] * 16 + [9] * 2
    base = {"hours": day, "correspondents": friends}
    near = pair_of(("a", ["Ebba Munthe"], ["s:1"], base), ("b", ["Ebba Munthe"], ["t:2"], base))
    away = {"hours": night, "correspondents": [f"g{n}" for n in range(6)]}
    far = pair_of(("a", ["Ebba Munthe"], ["s:1"], base), ("b", ["Ebba Munthe"], ["t:2"], away))
    assert {
        "hours": "active at the same hours",
        "correspondents": "many correspondents in common",
    }.items() <= said(near).items()
    assert {"hours": "active at other hours", "correspondents": "no correspondent in common"}.items() <= said(
        far
    ).items()
    assert far.weight < near.weight


def test_a_married_name_is_found_by_first_name_and_friends_and_asked_about():
    friends = {"correspondents": [f"f{n}" for n in range(5)]}
    made = profiles(
        ("email:tuva.berg@acme.example", ["Tuva Lind"], ["email:tuva.berg@acme.example"], friends),
        ("slack:U7", ["Tuva Berg"], ["slack:U7"], friends | {"organisation": "acme"}),
    )
    choice = choose(candidates(made), made)
    assert 1 == len(choice.linked) + len(choice.review)


def test_every_level_weighs_something_and_no_two_of_a_comparison_the_same():
    for compared in MODEL:
        weights = [round(level.weight, 6) for level in compared.levels]
        assert 0.0 not in weights
        assert len(weights) == len(set(weights))
        if compared.name != "handle":
            assert 1.0 == pytest.approx(sum(level.m for level in compared.levels))


# --- hostile and empty input --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "made",
    [
        profiles(),
        profiles(("a", ["Bo Ek"])),
        profiles(("a", []), ("b", [])),
        profiles(("x:12", []), ("y:13", [])),
        profiles(("a", ["Bo Ek"]), ("b", ["Åsa Öberg"])),
    ],
)
def test_nothing_to_compare_gives_no_pairs(made):
    found = candidates(made)
    assert ((), 0) == (found.pairs, found.left_out)
    assert ((), ()) == (choose(found, made).linked, choose(found, made).review)


def test_without_names_splink_is_not_even_imported():
    code = (
        "import sys; from influence.people.linkage.score import candidates; "
        "from influence.people.linkage.profiles import PROFILES; "
        "import pyarrow as pa; candidates(pa.Table.from_pylist([{'group': 'x:1'}, {'group': 'x:2'}], PROFILES)); "
        "sys.exit('splink' in sys.modules)"
    )
    assert 0 == subprocess.run([sys.executable, "-c", code], check=False).returncode


def test_linkage_prints_nothing(capfd):
    candidates(profiles(("a", ["Ebba Munthe"]), ("b", ["Ebba Munthe"])))
    assert ("", "") == tuple(capfd.readouterr())


def test_two_profiles_of_one_group_are_refused():
    with pytest.raises(ValueError, match="one group"):
        candidates(profiles(("a", ["Bo Ek"]), ("a", ["Bo Ek"])))


def test_text_that_looks_like_sql_or_is_endless_is_only_text():
    nasty = "Ebba '; DROP TABLE x; -- Munthe"
    found = candidates(
        profiles(("a'; --", [nasty, "E" * 10_000]), ('b"', [nasty, "Ebba Munthe"]), ("c", ["Ebba Munthe"]))
    )
    assert {"a'; --", 'b"', "c"} >= {end for pair in found.pairs for end in (pair.one, pair.other)}
    assert found.pairs


def test_a_name_that_everybody_has_is_not_compared_and_the_pairs_left_out_are_told():
    found = candidates(profiles(*((f"s:{n}", ["Anna Andersson"]) for n in range(150))))
    assert () == found.pairs
    assert (150 * 150, 1) == (found.left_out, found.common)


# --- the order of rows and threads --------------------------------------------------------------------------

CROWD = [
    (f"s:{n}", [f"{first} {last}"], [f"s:{n}"], {"correspondents": [f"s:{(n * k) % 40}" for k in (1, 2, 3)]})
    for n, (first, last) in enumerate(
        (first, last)
        for first in ("Anna", "Bo", "Ebba", "Lasse", "Lars")
        for last in ("Ek", "Berg", "Berg", "Munthe")
    )
]


@settings(max_examples=8, deadline=None)
@given(st.permutations(CROWD))
def test_the_order_of_the_rows_changes_nothing(rows):
    assert candidates(profiles(*CROWD)) == candidates(profiles(*rows))
    found = candidates(profiles(*CROWD)).pairs
    assert choose(found, profiles(*CROWD)) == choose(found[::-1], profiles(*rows))


def habits(made):
    """Return what is compared of hours and correspondents."""
    hours, correspondents = (made.column(name).combine_chunks() for name in ("hours", "correspondents"))
    return hours_kept(hours), rare_correspondents(correspondents)


def test_the_number_of_threads_changes_nothing():
    made = profiles(*CROWD).sort_by("group")
    table = record_table(records_of(made), *habits(made))
    left, right = np.triu_indices(len(CROWD), 1)
    scores = []
    for threads in (1, 4):
        with duckdb.connect(":memory:", config={"threads": threads}) as connection:
            linker = linker_of(connection, table)
            register_pairs(linker, left.astype(np.int64), right.astype(np.int64))
            rows = linker.inference.predict(warning_mode="never").as_record_list()
            scores.append(
                sorted((row["unique_id_l"], row["unique_id_r"], row["match_weight"]) for row in rows)
            )
    assert len(left) == len(scores[0])
    assert scores[0] == scores[1]


def test_u_is_counted_on_the_pairs_of_a_sample_as_by_hand():
    rows = [
        (f"s:{n:03}", ["Bo Ek"], [f"s:{n}"], {"correspondents": [f"g{n % 5}", f"h{n % 5}", f"i{n % 5}"]})
        for n in range(400)
    ]
    made = profiles(*rows).sort_by("group")
    table = record_table(records_of(made), *habits(made))
    with duckdb.connect() as connection:
        u = counted_u(connection, table)
    together = 5 * (80 * 79 / 2) / (400 * 399 / 2)  # the pairs of one of five circles share all three
    model = next(each for each in MODEL if each.name == "correspondents")
    expected = [
        0.5 * share + 0.5 * level.u
        for share, level in zip((together, 0, 1 - together), model.levels, strict=True)
    ]
    assert expected == pytest.approx(u["correspondents"])


# --- what is linked and what is asked -----------------------------------------------------------------------


def chosen(pairs, *rows, **settings):
    found = [Pair(min(a, b), max(a, b), p, 20 * p if w is None else w) for a, b, p, w in pairs]
    choice = choose(found, profiles(*rows), **settings)
    return [(pair.one, pair.other) for pair in choice.linked], [doubt.reason for doubt in choice.review]


PLAIN = [(name, ["Ebba"], [f"s:{name}"]) for name in "abcdefghijkl"]


def test_likely_is_linked_less_likely_is_asked_and_unlikely_is_left():
    pairs = [("a", "b", 0.99, None), ("c", "d", 0.5, None), ("e", "f", 0.01, None)]
    assert ([("a", "b")], ["likely, but not sure"]) == chosen(pairs, *PLAIN)


def test_an_x_account_is_never_joined_to_somebody_offline_without_asking():
    rows = [
        (account, ["Ebba Munthe"])
        for account in ("x:1", "x-handle:ebba", "twitter:ebba", "email:ebba@acme.example")
    ]
    for x in ("x:1", "x-handle:ebba", "twitter:ebba"):
        linked, reasons = chosen([(x, "email:ebba@acme.example", 0.9999, None)], *rows)
        assert ([], 1) == (linked, len(reasons))
        assert "self-published, public record or consent" in reasons[0]
    assert [("twitter:ebba", "x:1")] == chosen([("x:1", "twitter:ebba", 0.9999, None)], *rows)[0]


def test_an_x_account_does_not_come_in_with_somebody_else():
    rows = [("p", ["Bo Ek"], ["x:1", "email:bo@a.example"]), ("q", ["Bo Ek"], ["email:bo@b.example"])]
    assert [] == chosen([("p", "q", 0.9999, None)], *rows)[0]


def test_namesakes_of_one_organisation_are_not_linked():
    rows = [
        ("p1", ["Anna Berg"], ["email:ab@acme.example"]),
        ("p2", ["Anna Berg"], ["email:ab2@acme.example"]),
    ]
    linked, reasons = chosen([("p1", "p2", 0.9999, None)], *rows)
    assert [] == linked
    assert "namesakes" in reasons[0]


NAMESAKES = [
    ("p1", ["Anna Berg"], ["email:ab@acme.example"]),
    ("p2", ["Anna Berg"], ["email:ab2@acme.example"]),
    ("home", ["Anna Berg"], ["email:anna@home.example"]),
]


def test_an_outside_account_goes_to_neither_of_two_namesakes_but_is_asked_about():
    linked, reasons = chosen([("home", "p1", 0.99, 15.0), ("home", "p2", 0.98, 14.0)], *NAMESAKES)
    assert [] == linked
    assert "home also fits p2, who may be somebody else than p1" == reasons[0]


TWO_FIRMS = [
    ("p1", ["John Smith"], ["email:john.smith@acme.example"]),
    ("p2", ["John Smith"], ["email:john.smith@bolt.example"]),
    ("home", ["John Smith"], ["email:john.smith@gmail.com"]),
]


@pytest.mark.parametrize(("between", "linked"), [(0.78, []), (0.95, [("home", "p1"), ("home", "p2")])])
def test_a_private_address_does_not_join_two_of_two_firms_who_are_asked_about(between, linked):
    scores = [("home", "p1", 0.95, 14.3), ("home", "p2", 0.95, 14.3), ("p1", "p2", between, 11.8)]
    joined, reasons = chosen(scores, *TWO_FIRMS)
    assert linked == joined
    assert linked or "home also fits p2, who may be somebody else than p1" in reasons


def test_an_outside_account_goes_to_the_namesake_that_fits_clearly_better():
    linked, reasons = chosen([("home", "p1", 0.999, 25.0), ("home", "p2", 0.6, 11.0)], *NAMESAKES)
    assert [("home", "p1")] == linked
    assert ["likely, but not sure"] == reasons


def test_a_cluster_takes_in_nobody_who_is_unlike_one_of_it():
    pairs = [("a", "b", 0.99, 30.0), ("c", "d", 0.99, 29.0), ("b", "c", 0.98, 19.0), ("a", "d", 0.01, 3.0)]
    linked, reasons = chosen(pairs, *PLAIN)
    assert [("a", "b"), ("c", "d")] == linked
    assert ["it would also join a and d, who are unlikely to be one person"] == reasons


def test_a_chain_does_not_grow_through_people_who_were_never_compared():
    chain = [(one, other, 0.99, None) for one, other in zip("abcdefg", "bcdefgh", strict=True)]
    linked, reasons = chosen(chain, *PLAIN)
    sizes = Counter(end for pair in linked for end in pair)
    assert max(sizes.values()) <= 2
    assert "nothing in common" in reasons[0]


def test_a_cluster_does_not_grow_beyond_the_cap():
    pairs = [(one, other, 0.99, None) for one in "abcdef" for other in "abcdef" if one < other]
    linked, reasons = chosen(pairs, *PLAIN, cap=4)
    assert 3 + 1 == len(linked)
    assert all("more than 4" in reason for reason in reasons)


@settings(max_examples=50)
@given(
    st.lists(
        st.tuples(st.sampled_from("abcdefghij"), st.sampled_from("abcdefghij"), st.floats(0, 1)), max_size=40
    )
)
def test_no_cluster_holds_a_pair_that_was_found_unlikely_or_more_than_the_cap(drawn):
    scored = {(min(a, b), max(a, b)): p for a, b, p in drawn if a != b}
    linked, _ = chosen([(a, b, p, None) for (a, b), p in scored.items()], *PLAIN, cap=5)
    above = {name: {name} for name in "abcdefghij"}
    for one, other in linked:
        whole = above[one] | above[other]
        for name in whole:
            above[name] = whole
    for cluster in above.values():
        assert len(cluster) <= 5
        assert all(scored.get((a, b), 1.0) >= 0.2 for a in cluster for b in cluster if a < b)


# --- proof: 150 pairs of accounts labelled by hand ----------------------------------------------------------


def test_enron_accounts_labelled_by_hand_are_joined_rightly(shared, tmp_path):
    with Workspace.create(tmp_path / "enron") as workspace:
        workspace.import_path(shared / "data/enron_executives/enron_executives.tar.xz", options=TRASH_COUNTS)
        sources = Sources.read(workspace.store.engine)
        people = Joining(sources, (), exactly(sources)).people()
        everybody = np.arange(len(people))
        made = profiles_of(people, everybody)
        pairs = candidates(made, lambda: habits_of(workspace.store.engine, people, everybody))
    exact = {account: people.who[code].person for account, code in people.account_person.items()}
    above = {group: group for group in exact.values()}
    for pair in choose(pairs, made).linked:
        old, new = above[pair.one], above[pair.other]
        above = {group: new if root == old else root for group, root in above.items()}
    alone, both = precision_and_recall(exact), precision_and_recall({a: above[g] for a, g in exact.items()})
    assert both[0] >= 0.99
    assert both[1] >= 0.90
    assert both[0] >= alone[0]
    assert both[1] >= alone[1] + 0.2


def precision_and_recall(group_of):
    """Score the labelled pairs; an account that is not in the store is joined to nobody."""
    hashed = {
        hashlib.sha256(account.lower().encode()).hexdigest(): group for account, group in group_of.items()
    }
    with LABELS.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    found = Counter(
        (row["answer"], hashed.get(row["one"], row["one"]) == hashed.get(row["other"], row["other"]))
        for row in rows
    )
    assert (75, 75) == tuple(
        Counter(row["answer"] for row in rows)[answer] for answer in ("same", "different")
    )
    right, wrong, missed = found["same", True], found["different", True], found["same", False]
    return right / (right + wrong), right / (right + missed)
