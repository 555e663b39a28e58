"""Which accounts are one person."""

import pytest

from influence.people.directory import Ambiguous, UnknownPerson
from influence.people.names import canonical_name
from influence.people.teams import Teams

SEEN = [
    {"id": f"{n}", "time": "2026-01-01T09:00:00Z", "actor": account, "verb": "post"}
    for n, account in enumerate(
        [
            "email:louise.kitchen@enron.example",
            "email:l..kitchen@enron.example",
            "email:l.kitchen@home.example",
            "x:lk",
        ]
    )
]


def accounts_of(made, words):
    people = made.analysis.people
    return set(people.who[people.find(words)].accounts)


def test_accounts_given_together_are_one_person(workspace):
    made = workspace(
        activities=SEEN, people=[{"person": None, "accounts": ["email:louise.kitchen@enron.example", "x:lk"]}]
    )
    assert accounts_of(made, "x:lk") == accounts_of(made, "louise.kitchen@enron.example")


def test_one_full_name_in_one_domain_is_surely_one_person_and_in_another_domain_not_surely(workspace):
    people = [
        {"accounts": ["email:louise.kitchen@enron.example"], "name": "Kitchen, Louise"},
        {"accounts": ["email:l..kitchen@enron.example"], "name": "Louise J. Kitchen"},
        {"accounts": ["email:l.kitchen@home.example"], "name": "Louise Kitchen"},
    ]
    made = workspace(settings="[people]\nlink = 1\n", activities=SEEN, people=people)
    assert {"email:louise.kitchen@enron.example", "email:l..kitchen@enron.example"} == accounts_of(
        made, "louise.kitchen@enron.example"
    )


def test_an_address_with_two_names_joins_nobody(workspace):
    people = [
        {"accounts": ["email:l..kitchen@enron.example"], "name": "Louise Kitchen"},
        {"accounts": ["email:l..kitchen@enron.example"], "name": "Mark Kitchen"},
        {"accounts": ["email:louise.kitchen@enron.example"], "name": "Louise Kitchen"},
    ]
    made = workspace(activities=SEEN, people=people)
    assert {"email:l..kitchen@enron.example"} == accounts_of(made, "l..kitchen@enron.example")


def test_an_address_that_two_people_seem_to_share_does_not_join_them(workspace):
    people = [
        {"person": None, "accounts": ["email:a.b@enron.example", "x:1"], "name": "Ann Berg"},
        {"person": None, "accounts": ["email:a.b@enron.example", "x:2"], "name": "Bo Ek"},
    ]
    made = workspace(people=people)
    assert ({"x:1"}, {"x:2"}) == (accounts_of(made, "x:1"), accounts_of(made, "x:2"))


def test_namesakes_with_different_initials_stay_apart(workspace):
    people = [
        {"person": None, "accounts": ["email:m1@enron.example"], "name": "Michael L. Miller"},
        {"person": None, "accounts": ["email:m2@enron.example"], "name": "Miller, Michael J"},
    ]
    assert {"email:m1@enron.example"} == accounts_of(workspace(people=people), "m1@enron.example")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Leo Lind Jr.", "Leo Lind III"),
        ("Lind, Leo Sr", "Lind Jr., Leo"),
        ("Leo Lind, II", "Leo Lind, jr."),
    ],
)
def test_a_father_and_a_son_of_one_name_stay_apart_and_the_plain_name_with_them(workspace, one, other):
    people = [
        {"accounts": ["email:leo.lind@lind.example"], "name": one},
        {"accounts": ["email:ll@lind.example"], "name": other},
        {"accounts": ["email:leo@lind.example"], "name": "Leo Lind"},
    ]
    made = workspace(people=people)
    assert {"email:leo.lind@lind.example"} == accounts_of(made, "leo.lind@lind.example")
    assert {"email:ll@lind.example"} == accounts_of(made, "ll@lind.example")


def test_a_name_without_a_suffix_beside_one_with_is_no_proof_against(workspace):
    people = [
        {"accounts": ["email:leo.lind@lind.example"], "name": "Leo Lind Jr."},
        {"accounts": ["email:leo@lind.example"], "name": "Leo Lind"},
    ]
    assert 2 == len(accounts_of(workspace(people=people), "leo@lind.example"))


def test_an_address_that_two_namesakes_share_joins_nobody(workspace):
    people = [
        {"accounts": ["email:.lind@lind.example", "exchange:/o=l/cn=mlind"], "name": "Mark A. Lind"},
        {"accounts": ["email:.lind@lind.example", "exchange:/o=l/cn=mlind3"], "name": "Mark S. Lind"},
    ]
    made = workspace(people=people)
    assert {"email:.lind@lind.example"} == accounts_of(made, ".lind@lind.example")


def test_a_private_address_of_github_is_the_account_of_its_number_and_its_login(workspace):
    people = [
        {"accounts": ["github:77", "github-login:bo-ek"], "name": "bo-ek"},
        {"accounts": ["email:77+bo-ek@users.noreply.github.com"], "name": "Bo Ek"},
        {"accounts": ["email:bo-ek@users.noreply.github.com"], "name": "Bo"},
        {"accounts": ["email:77+boek-old@users.noreply.github.com"], "name": "Ek"},
        {"accounts": ["email:bo-ek@users.noreply.other.example"]},
    ]
    made = workspace(settings="[people]\nlink = 1\n", people=people)
    assert {
        "github:77",
        "github-login:bo-ek",
        "email:77+bo-ek@users.noreply.github.com",
        "email:bo-ek@users.noreply.github.com",
        "email:77+boek-old@users.noreply.github.com",
    } == accounts_of(made, "github:77")


def test_a_login_that_two_numbers_had_is_neither_ones(workspace):
    people = [
        {"accounts": [f"email:{mark}bo-ek@users.noreply.github.com"], "name": "Bo"}
        for mark in ("7+", "8+", "")
    ]
    made = workspace(settings="[people]\nlink = 1\n", people=people)
    assert 3 == len(made.people())


def test_two_people_of_one_name_behind_private_addresses_are_two(workspace):
    people = [
        {"accounts": [f"email:{n}+{login}@users.noreply.github.com"], "name": "Anna Andersson"}
        for n, login in enumerate(("aand", "anna-a"), start=7)
    ]
    assert 2 == len(workspace(people=people).people())


def test_one_mailbox_written_with_dots_or_a_tag_is_one_account_where_the_provider_drops_them(workspace):
    people = [
        {"accounts": [f"email:{address}"], "name": "Bo"}
        for address in (
            "bo.ek@gmail.com",
            "boek+news@googlemail.com",
            "bo.ek@acme.example",
            "boek@acme.example",
        )
    ]
    made = workspace(settings="[people]\nlink = 1\n", people=people)
    assert {"email:bo.ek@gmail.com", "email:boek+news@googlemail.com"} == accounts_of(made, "bo.ek@gmail.com")
    assert {"email:bo.ek@acme.example"} == accounts_of(made, "bo.ek@acme.example")


def test_a_name_in_a_calendar_is_the_one_person_of_that_name(workspace):
    people = [{"person": None, "accounts": ["email:bo@enron.example"], "name": "Ek, Bo"}]
    encounters = [
        {
            "time": None,
            "people": ["name:bo ek", "name:staff meeting", "x:lk"],
            "kind": "unknown",
            "evidence": "calendar",
        }
    ]
    made = workspace(activities=SEEN, people=people, encounters=encounters)
    assert {"email:bo@enron.example", "name:bo ek"} == accounts_of(made, "bo@enron.example")
    assert "name:staff meeting" not in made.analysis.people.account_person


def test_a_name_in_a_calendar_is_known_however_it_is_written_and_another_initial_is_another(workspace):
    people = [{"person": None, "accounts": ["email:jm@acme.example"], "name": "Jörg T. Müller"}]
    written = ["name:jörg müller", "name:dr. jörg t. müller (hr)", "name:jörg k. müller"]
    encounter = {"time": None, "people": [*written, "x:lk"], "kind": "unknown", "evidence": "calendar"}
    made = workspace(activities=SEEN, people=people, encounters=[encounter])
    assert {"email:jm@acme.example", *written[:2]} == accounts_of(made, "jm@acme.example")


def test_two_stated_people_are_never_joined_and_the_conflict_is_told(workspace):
    people = [
        {"person": "one", "accounts": ["x:lk"]},
        {"person": "two", "accounts": ["x:lk", "email:l.kitchen@home.example"]},
    ]
    made = workspace(activities=SEEN, people=people)
    assert {"x:lk"} == accounts_of(made, "one")
    assert 1 == len(made.doctor()["conflicts"])


def test_an_account_nobody_claims_is_a_person_of_its_own(workspace):
    made = workspace(activities=SEEN)
    assert "x:lk" == made.analysis.people.who[made.analysis.people.find("x:lk")].person


def test_the_nearest_names_are_suggested(workspace):
    made = workspace(
        activities=SEEN, people=[{"person": "p1", "name": "Louise Kitchen", "accounts": ["x:lk"]}]
    )
    with pytest.raises(UnknownPerson, match=r"did you mean Louise Kitchen \(p1\)"):
        made.report("Luise Kitchn")


CALLED = [
    {
        "person": "p1",
        "name": "Åsa Öberg Jr.",
        "accounts": ["email:asa@acme.example", "slack:T1/U7", "x-handle:asao"],
    },
    {"person": "p2", "name": "Ratatosk", "accounts": ["mastodon:rata@social.example", "x:12"]},
    {"person": "p3", "name": "Leo Lind", "accounts": ["github-login:lind-leo", "reddit:leo_l", "hn:leol"]},
    {
        "person": "p4",
        "name": "Bo Ek (Sales)",
        "accounts": ["matrix:@boek:home.example", "bluesky:bo.bsky.example"],
    },
    {"accounts": ["hn:leol"], "name": "Leopold Lindqvist"},
]


@pytest.mark.parametrize(
    ("words", "person"),
    [
        *((words, "p1") for words in ("p1", "ASA@acme.example", "email:asa@acme.example", "Åsa Öberg Jr.")),
        *(
            (words, "p1")
            for words in ("asa oberg", "OEBERG, AASA", "Åsa Öberg jr", "slack:T1/U7", "T1/U7", "@U7")
        ),
        *((words, "p1") for words in ("@asao", "@AsaO", "asao", " p1 ", "Åsa Öberg Jr. (p1)")),
        *(
            (words, "p2")
            for words in ("rata@social.example", "@rata@social.example", "@rata", "ratatosk", "RATATOSK")
        ),
        *((words, "p3") for words in ("lind-leo", "@lind-leo", "u/leo_l", "Lind, Leo", "leopold lindqvist")),
        *((words, "p4") for words in ("@boek:home.example", "Bo Ek (Sales)", "Bo Ek", "@bo.bsky.example")),
    ],
)
def test_a_person_is_found_by_whatever_is_printed_of_them(workspace, words, person):
    people = workspace(people=CALLED).analysis.people
    assert person == people.who[people.find(words)].person


def test_a_renamed_person_is_found_by_the_new_name_and_by_the_old_one(workspace):
    made = workspace(people=CALLED)
    made.curation.rename("p2", "Squirrel, Rata")
    people = made.analysis.people
    assert ["p2"] * 3 == [
        people.who[people.find(words)].person for words in ("rata squirrel", "Ratatosk", "@rata")
    ]


def test_the_name_in_use_goes_before_one_with_other_accents_or_a_suffix(workspace):
    people = [
        {"person": f"p{n}", "name": name, "accounts": [f"a:{n}"]}
        for n, name in enumerate(("Leo Lind", "Leo Lind Jr.", "Asa Oberg", "Åsa Öberg"))
    ]
    found = workspace(people=people).analysis.people
    assert ["p0", "p1", "p2", "p3"] == [found.who[found.find(one["name"])].person for one in people]
    with pytest.raises(Ambiguous, match="2 people are called 'oberg, asa'"):
        found.find("oberg, asa")


def test_two_people_of_one_name_must_be_told_apart_the_most_active_first(workspace):
    people = [{"person": f"p{n}", "name": "Bo Ek", "accounts": [f"a:{n}"]} for n in (1, 2)]
    acts = [{"id": "1", "time": "2026-01-01T09:00:00Z", "actor": "a:2", "verb": "post"}]
    made = workspace(people=people, activities=acts)
    with pytest.raises(Ambiguous, match="2 people are called 'Bo Ek': p2, p1") as raised:
        made.report("Bo Ek")
    assert [("p2", 1), ("p1", 0)] == [(one.who.person, one.acts) for one in raised.value.meant]


@pytest.mark.parametrize(
    ("words", "sentence"), [("", "nobody is named"), ("  ", "nobody is named"), ("@", "nobody")]
)
def test_no_name_is_answered_with_a_sentence(workspace, words, sentence):
    with pytest.raises(UnknownPerson, match=sentence):
        workspace(people=CALLED).report(words)


@pytest.mark.parametrize("letter", ["x", "é ", "(", "@", ", "])
def test_an_endless_name_is_answered_with_a_short_sentence(workspace, letter):
    with pytest.raises(UnknownPerson) as raised:
        workspace(people=CALLED).report(letter * 10_000)
    assert len(str(raised.value)) < 200


def test_managers_in_a_circle_end(workspace):
    people = [
        {"person": "a", "accounts": ["x:a"], "manager": "c"},
        {"person": "b", "accounts": ["x:b"], "manager": "a"},
        {"person": "c", "accounts": ["x:c"], "manager": "b"},
    ]
    people_found = workspace(people=people).analysis.people
    assert {"b", "c"} == {
        people_found.who[code].person for code in Teams(people_found, {}).of(people_found.find("a"))
    }


@pytest.mark.parametrize(
    ("written", "canonical"),
    [
        ("Kitchen, Louise", "louise kitchen"),
        ("John J Lavorato", "john lavorato"),
        ("Åsa Öberg", "asa oberg"),
        ("Anne-Marie de la Tour", "anne-marie de la tour"),
        ("Dr. Bo Ek (Sales)", "bo ek"),
        ("ann@acme.example", ""),
        ("Enron", ""),
        (None, ""),
    ],
)
def test_full_names(written, canonical):
    assert canonical == canonical_name(written)
