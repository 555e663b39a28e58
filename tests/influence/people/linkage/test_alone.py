"""Who can meet nobody is told by columns, and it is the same as if everybody had been looked at singly."""

import pyarrow as pa
from hypothesis import example, given, settings
from hypothesis import strategies as st

from influence.people.linkage.alone import company, handles
from influence.people.linkage.choose import choose
from influence.people.linkage.profiles import PROFILES, record_of
from influence.people.linkage.score import candidates
from influence.people.names import LONGEST

NAMES = ["Louise Kitchen", "Kitchen, L.", "Bo Ek", "Ebba Munthe", "Blue-Tit", "bluetits", "Sales"]
HANDLES = [
    "bluetits",
    "Blue-Tits",
    "blue_tits7",
    "lkitchen",
    "kitchenlouise",
    "ebba.munthe",
    "bo",
    "info",
    "ek-bo",
]
HANDLES += [
    "aaben",
    "abén",
    "1234567",
    "123456789012345678",
    "b1ue42",
    "@munthe",
    "list=bluetits",
    "bo@ek.example",
]
SYSTEMS = ["x", "email", "slack", "github", "mastodon", "x-handle"]
ACCOUNTS = st.builds(
    "{}:{}".format, st.sampled_from(SYSTEMS), st.sampled_from(HANDLES) | st.integers(0, 10**18)
)


@settings(max_examples=300, deadline=None)
@given(st.lists(ACCOUNTS | st.text(max_size=12).map("x:{}".format) | st.text(max_size=12)))
@example([f"x:{'a' * LONGEST}", f"x:{'7' * LONGEST}", "x:b__o--e", "x:bluetits\n", "", ":", "x"])
def test_a_handle_read_by_columns_is_the_one_that_a_record_has(accounts):
    for account, handle in zip(accounts, handles(pa.array(accounts, pa.string())).to_pylist(), strict=True):
        if handle is not None:
            made = record_of("somebody", [], [account], None)
            assert ({handle} - {""}, []) == (made.handles, made.names)
            assert not made.domains


def profiles(people):
    """Return profiles of whom accounts and names are given; each exchanged with some of the others."""
    rows = [
        {
            "group": f"{number:04} {accounts[0]}",
            "names": names,
            "accounts": accounts,
            "organisation": organisation,
            "hours": [(number * hour) % 7 for hour in range(24)],
            "correspondents": [f"{(number * step) % 23:04}" for step in (1, 2, 3)],
        }
        for number, (accounts, names, organisation) in enumerate(people)
    ]
    return pa.Table.from_pylist(rows, PROFILES)


def singly(made):
    """Return the same profiles with a name of no letters, so that each is looked at."""
    names = pa.array([given or [""] for given in made.column("names").to_pylist()], pa.list_(pa.string()))
    return made.set_column(1, "names", names)


PEOPLE = st.tuples(
    st.lists(ACCOUNTS, min_size=1, max_size=2),
    st.lists(st.sampled_from(NAMES), max_size=1),
    st.sampled_from([None, None, None, "Vindhall"]),
)


@settings(max_examples=12, deadline=None)
@given(st.lists(PEOPLE, max_size=14))
def test_leaving_out_who_can_meet_nobody_changes_no_pair_and_no_count(people):
    made = profiles(people)
    found, expected = candidates(made), candidates(singly(made))
    assert expected == found
    assert choose(expected, singly(made)) == choose(found, made)


def test_a_crowd_without_names_is_not_looked_at_and_yet_counts_as_it_did():
    crowd = [([f"x:{number}"], [], None) for number in range(450)]
    crowd += [([f"bluesky:did:plc:{number:024}"], [], None) for number in range(450)]
    few = [
        (["x-handle:bluetits"], [], None),
        (["slack:U7"], ["Bo Ek"], None),
        (["github:bluetits"], ["Bo Ek"], None),
    ]
    made = profiles([*few, *crowd])
    assert len(few) == len(company(made).records)
    found = candidates(made)
    assert candidates(singly(made)) == found
    assert found.pairs
    assert candidates(profiles(few)).pairs[0].probability > found.pairs[0].probability
