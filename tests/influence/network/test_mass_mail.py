"""Mass mail: one letter from many strangers, by small cases and beside a plain reading of its definition."""

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from influence.network.log_queries import letters_alike
from influence.network.mass_mail import SENDERS, campaigns
from influence.reach.ego import Ego
from influence.text.subjects import SAYING_NOTHING
from tests.kit.asking import row as said
from tests.kit.draws import draws
from tests.kit.logs import DAY, stored
from tests.kit.plain_campaigns import PlainCampaigns

LEADER, DAYS = "x:lea", 24
OWN = "Dear Ann, I live beside the river and have never before written to anybody in your office about any of it: {}. "
SHARED = "We demand that the river is given back to the people who live beside it, and to all who come after them. "


def letter(name, days, actor, text=None, subject="Give the river back", **more):
    given_ = {"verb": "message", "to": [LEADER], "text": text, "subject": subject} | more
    return said(name, days * DAYS, actor, **given_)


def letters(many=SENDERS, *, days=0.5, prefix="p", begin=0.0, **more):
    """One letter each by so many people, some days after one another."""
    return [
        letter(f"{prefix}{n}", begin + n * days, f"{prefix}{n}", **{"text": SHARED} | more)
        for n in range(many)
    ]


def in_own_words(rows):
    return [row | {"text": OWN.format(row["actor"] * 20)} for row in rows]


@pytest.fixture
def sizes(workspace):
    """Return how many letters each campaign to the leader has, the earliest first: sizes(row, …)."""

    def found(*rows, **kinds):
        analysis = workspace(activities=[letter("lea", -90, "lea", to=["x:yan"]), *rows], **kinds).analysis
        ego = Ego(analysis, analysis.people.find(LEADER), analysis.whole_window())
        return [
            int((ego.mass_mail.campaign == n).sum())
            for n in range(1 + max(ego.mass_mail.campaign, default=-1))
        ]

    return found


def test_one_letter_from_twenty_strangers_is_a_campaign_and_from_nineteen_it_is_none(sizes):
    assert [20] == sizes(*letters(20))
    assert [] == sizes(*letters(19))


def test_one_text_under_many_subjects_and_one_subject_without_texts_are_campaigns(sizes):
    under_many = [row | {"subject": f"No {n}"} for n, row in enumerate(letters())]
    assert [20] == sizes(*under_many)
    assert [20] == sizes(*letters(text=None))


def test_one_sender_of_twenty_copies_is_one_sender(sizes):
    alone = [letter(f"c{n}", n * 0.5, "pam", SHARED) for n in range(30)]
    assert [] == sizes(*alone)
    assert [50] == sizes(*alone, *letters(20))


def test_twenty_in_three_weeks_are_none_and_sixty_days_of_them_are_one(sizes):
    assert [] == sizes(*letters(20, days=1))
    assert [120] == sizes(*letters(120, days=0.5))


def test_fourteen_days_hold_their_last_moment_and_no_more(sizes):
    assert [20] == sizes(*letters(20, days=14 / 19))
    assert [] == sizes(*letters(20, days=14.001 / 19))


def test_the_first_letters_of_few_are_no_part_of_what_follows(sizes):
    early = letters(3, prefix="early", begin=-40)
    assert [20] == sizes(*early, *letters(20))


def test_the_same_letter_half_a_year_later_is_another_campaign(sizes):
    assert [20, 25] == sizes(*letters(20), *letters(25, prefix="q", begin=180))


def test_a_letter_alike_by_text_with_some_and_by_subject_with_others_joins_them(sizes):
    by_text = [row | {"subject": f"No {n}"} for n, row in enumerate(letters())]
    by_subject = letters(prefix="q", text=None, subject="Stop")
    assert [20, 20] == sizes(*by_text, *by_subject)
    assert [41] == sizes(*by_text, *by_subject, letter("both", 3, "both", SHARED, "Stop"))


def test_who_writes_in_own_words_under_the_subject_of_nineteen_others_is_one_of_them(sizes):
    assert [20] == sizes(*in_own_words(letters()))


@pytest.mark.parametrize("subject", ["Hello", "Question?", "Ansøgning", "  HEJ! ", "Fw: Bewerbung"])
def test_twenty_strangers_who_say_hello_in_own_words_are_twenty(sizes, subject):
    assert [] == sizes(*in_own_words(letters(subject=subject)))


def test_under_a_subject_that_says_nothing_the_text_tells(sizes):
    assert [20] == sizes(*letters(subject="Hello"))
    assert [20] == sizes(*letters(subject="Hello", text=None))


@pytest.mark.parametrize(
    "more",
    [
        {"subject": "Re: Our new office"},
        {"parent": "lea", "verb": "message"},
        {"parent": "lost", "verb": "reply"},
        {"mentions": [LEADER]},
        {"verb": "comment"},
    ],
)
def test_what_answers_or_names_the_leader_is_no_mass_mail(sizes, more):
    assert [] == sizes(*letters(40, **more))


@pytest.mark.parametrize(
    "act",
    [
        {"to": ["x:p3"]},
        {"to": ["x:p3", *(f"x:n{n}" for n in range(50))]},
        {"verb": "post", "mentions": ["x:p3"], "to": []},
        {"verb": "react", "parent": "before", "to": []},
    ],
)
def test_to_whom_the_leader_had_turned_before_is_no_stranger_and_the_others_are(sizes, act):
    before, turned = letter("before", -60, "p3", subject="Mine"), letter("t", -50, "lea", subject="T", **act)
    assert [20] == sizes(before, turned, *letters(21))
    assert [] == sizes(before, turned, *letters(20))


def test_a_warning_in_front_of_all_that_comes_from_outside_is_no_letter(sizes):
    known = [letter(f"t{n}", -80, "lea", to=[f"x:k{n}"], subject=f"To {n}") for n in range(5)]
    banner = [letter(f"k{n}", n, f"k{n % 5}", SHARED, subject=f"Re: To {n % 5}") for n in range(30)]
    strangers = [row | {"subject": f"No {n}"} for n, row in enumerate(letters(25))]
    assert [] == sizes(*known, *banner, *strangers)
    assert [25] == sizes(*known, *banner[:25], *strangers)


def test_an_answer_to_the_letter_does_not_unmake_the_campaign(sizes):
    answer = letter("t", 30, "lea", to=["x:p3"], parent="p3", verb="reply")
    assert [20] == sizes(*letters(20), answer)


def test_programs_send_no_campaign(sizes):
    people = [{"person": f"p{n}", "accounts": [f"x:p{n}"], "bot": True} for n in range(20)]
    assert [] == sizes(*letters(20), people=people)


def test_one_person_with_twenty_accounts_is_one_sender(sizes):
    people = [{"person": "many", "accounts": [f"x:p{n}" for n in range(20)]}]
    assert [] == sizes(*letters(20), people=people)


def test_a_letter_to_the_whole_board_is_a_letter_to_the_leader(sizes):
    assert [20] == sizes(*letters(to=[LEADER, *(f"x:b{n}" for n in range(30))]))
    assert [] == sizes(*letters(to=["x:somebody"]))


def test_all_that_says_nothing_is_written_as_the_store_writes_a_subject():
    assert all(word == " ".join(word.lower().split()) for word in SAYING_NOTHING)


# --- beside a plain reading ---------------------------------------------------------------------------------

TEXTS = [None, "one", "two"]


@st.composite
def rows(draw):
    """Letters to and from p0 and a few others within sixty days, some answered, some alike."""
    found = []
    times = sorted(draw(st.lists(st.integers(0, 60), min_size=1, max_size=30)))
    for n, day in enumerate(times):
        text = draw(st.sampled_from(TEXTS))
        row = {
            "id": f"i{n:02}",
            "time": day * DAY // 2,
            "actor": f"a:{draw(st.integers(0, 6))}",
            "verb": draw(st.sampled_from(["message", "message", "message", "post", "react", "comment"])),
            "to": [f"a:{draw(st.sampled_from([0, 0, 0, 1, 2, 3]))}"],
            "mentions": ["a:0"] if draw(st.integers(0, 9)) == 0 else [],
            "text": text and SHARED + text if text == "one" else text and OWN.format(text * 30),
            "subject": draw(st.sampled_from([None, "The river", "The sea", "Hello", "Re: The river"])),
        }
        if found and draw(st.integers(0, 4)) == 0:
            row["parent"] = draw(st.sampled_from(found))["id"]
        found.append(row)
    return found


@settings(max_examples=draws(10, 60), deadline=None, suppress_health_check=list(HealthCheck))
@given(rows(), st.booleans(), st.integers(2, 4), st.integers(1, 9))
def test_campaigns_are_what_the_definition_says(tmp_path_factory, rows, bot, senders, within):
    people = [{"person": f"p{n}", "accounts": [f"a:{n}"], "bot": bot and n == 5} for n in range(6)]
    with stored(tmp_path_factory.mktemp("log"), rows, people, []) as one:
        log, code = one.analysis.log, one.analysis.people.find("a:0")
        bots = sorted(one.analysis.bots)
        item, mark = letters_alike(
            log.tables, code, bots, sorted(SAYING_NOTHING), senders=senders, within=within * DAY * 10**6 // 2
        )
    plain = PlainCampaigns(rows, "a:0", {"a:5"} if bot else set(), senders, within * DAY // 2)
    names = [row["id"] for row in sorted(rows, key=lambda row: (row["time"], row["id"]))]
    assert plain.letters() == {names[n] for n in item.tolist()}
    told = {}
    for n, of in zip(item.tolist(), mark.tolist(), strict=True):
        told.setdefault(of, set()).add(names[n])
    assert sorted(map(sorted, plain.alike().values())) == sorted(map(sorted, told.values()))


MARKED = st.tuples(st.integers(0, 60), st.sets(st.integers(0, 4), min_size=1, max_size=2))


@settings(max_examples=200, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, 60), st.sets(st.integers(0, 4), min_size=1, max_size=2)),
        min_size=1,
        max_size=12,
    )
)
def test_what_is_alike_with_what_is_alike_is_one_until_it_rests(rows):
    rows = sorted(rows, key=lambda row: row[0])
    pairs = [(n, mark) for n, (_, marks) in enumerate(rows) for mark in sorted(marks)]
    time = [day * DAY * 10**6 for day, _ in rows]
    found = campaigns(np.array(time), *np.array(pairs).T).tolist()
    assert PlainCampaigns.joined([day for day, _ in rows], [marks for _, marks in rows], 14) == found
