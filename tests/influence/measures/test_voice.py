"""Thought leadership: topics, share of voice, and whose new terms are taken up."""

import json
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from influence import Workspace
from influence.chance import uptake as shuffling
from influence.chance.uptake import Exposures, Said, Slots, Uses, uptake
from influence.contract.records import Activity, Deleted, Verb
from influence.measures.reach import NO_TIMES
from influence.measures.topics import Topics, corpus, topic_of_items, topics
from influence.measures.voice import NO_TEXT, TOO_LITTLE, clustered_share, openings, share_of_voice, voice
from influence.network.responses import Responses
from tests.kit.asking import asking

START = datetime(2026, 1, 1, tzinfo=UTC)
KEEP = "[privacy]\nkeep_text = true\n"
TERMS = "[privacy]\nkeep_terms = true\n"


# --- topics -------------------------------------------------------------------------------------------------


def test_a_term_of_two_people_is_private():
    held = corpus({n: ["shared", "private"] if n < 2 else ["shared"] for n in range(4)}, np.arange(4))
    assert held.vocabulary == ("shared",)


MONEY, GARDEN = ["budget", "forecast", "invoice", "margin"], ["soil", "tomato", "compost", "harvest"]


def two_subjects(conversations=60):
    """Conversations of two items each, about money or about the garden, by five people in turn."""
    random = np.random.default_rng(2)
    documents = {}
    for n in range(conversations):
        words = MONEY if n % 3 else GARDEN
        for item in (2 * n, 2 * n + 1):
            documents[item] = [words[i] for i in random.integers(0, 4, 3)]
    author = np.arange(2 * conversations) % 5
    return documents, author, np.arange(2 * conversations) // 2


def test_two_subjects_come_out_as_two_topics_and_the_commoner_first():
    documents, author, conversation = two_subjects()
    found = topics(corpus(documents, author), conversation, np.ones(120, bool))
    assert [set(MONEY), set(GARDEN)] == [set(terms) for terms in found.terms]
    assert [0 if n // 2 % 3 else 1 for n in range(120)] == found.of_item.tolist()


def test_topics_do_not_depend_on_the_seed_where_they_are_plain():
    documents, author, conversation = two_subjects()
    held = corpus(documents, author)
    one, other = (topics(held, conversation, np.ones(120, bool), seed=seed) for seed in (1, 2))
    assert one.of_item.tolist() == other.of_item.tolist()


def test_nineteen_conversations_have_no_topics():
    documents, author, conversation = two_subjects(19)
    assert topics(corpus(documents, author), conversation, np.ones(38, bool)) is None


def test_a_single_shared_term_is_a_single_topic():
    held = corpus({n: ["plan"] for n in range(30)}, np.arange(30) % 3)
    found = topics(held, np.arange(30), np.ones(30, bool))
    assert found.terms == (("plan",),)
    assert set(found.of_item.tolist()) == {0}


def test_an_item_without_terms_has_the_topic_of_its_conversation():
    documents, author, conversation = two_subjects()
    documents[0], documents[2] = [], []
    held = corpus(documents, author)
    found = topics(held, conversation, np.ones(120, bool))
    assert found.of_item[[0, 2]].tolist() == [-1, -1]
    assert topic_of_items(held, found, conversation)[[0, 2]].tolist() == [1, 0]


# --- share of voice -----------------------------------------------------------------------------------------


def responses_of(rows):
    item, responder, target, parent = np.array(rows).T
    return Responses(item, responder, target, parent, np.zeros(len(rows), bool), item)


def test_the_share_of_voice_by_hand():
    # items 0 and 1 are of topic 0, item 2 of topic 1, item 3 of none; 7 is the leader
    rows = [(4, 1, 7, 0), (5, 2, 7, 0), (6, 1, 8, 1), (7, 3, 8, 2), (8, 3, 7, 3), (9, 2, 7, -1)]
    topic = np.array([0, 0, 1, -1, 0, 0, 0, 1, -1, 1])
    two = Topics((("plan",), ("soil",)), np.array([0, 1]), np.array([], np.int64))
    found = share_of_voice(responses_of(rows), 7, topic, np.arange(10), two)
    assert found.value == pytest.approx(3 / 5)  # the answer to item 3 has no topic
    by_topic = {row.topic: (row.to_leader, row.to_all) for row in found.detail.topics}
    assert by_topic == {"plan": (2, 3), "soil": (1, 2)}  # the mention in item 9 has that item's topic


def test_nobody_responding_to_a_topic_leaves_no_share():
    found = share_of_voice(
        responses_of([(1, 1, 7, 0)]),
        7,
        np.array([-1, -1]),
        np.arange(2),
        Topics((), np.empty(0), np.empty(0)),
    )
    assert found.value is None
    assert "nobody responded" in found.reason


@settings(max_examples=100, deadline=None)
@given(rows=st.lists(st.tuples(st.booleans(), st.integers(0, 4)), min_size=1, max_size=30))
def test_the_interval_of_a_share_holds_it_within_nought_and_one(rows):
    hit, group = (np.array(column) for column in zip(*rows, strict=True))
    share, low, high = clustered_share(hit, group)
    assert share == pytest.approx(sum(hit) / len(hit))
    assert 0 <= low <= share <= high <= 1


def test_the_interval_of_a_share_covers_the_truth_about_95_times_of_100_also_in_clusters():
    random, inside = np.random.default_rng(3), 0
    for _ in range(1_000):
        chance = np.repeat(random.beta(2, 4, 60), 8)
        _, low, high = clustered_share(random.random(480) < chance, np.repeat(np.arange(60), 8))
        inside += low <= 1 / 3 <= high
    assert 0.93 <= inside / 1_000 <= 0.975


# --- taking up new terms ------------------------------------------------------------------------------------


def plain_uptake(slots, uses, exposures, topic, delta):
    """(takers, new) by topic, and for any: sets of people, straight from the definition."""
    takers, new = {}, {}
    for person, term, responded in exposures:
        times = {slots[slot][1] for slot, used in uses if used == term and slots[slot][0] == person}
        if topic[term] < 0 or not any(responded < t <= responded + delta for t in times):
            continue
        for key in (topic[term], "any"):
            takers.setdefault(key, set()).add(person)
            if not any(t < responded for t in times):
                new.setdefault(key, set()).add(person)
    return takers, new


@settings(max_examples=150, deadline=None)
@given(
    slots=st.lists(st.tuples(st.integers(0, 3), st.integers(-10, 20)), min_size=1, max_size=20),
    said=st.lists(st.tuples(st.integers(0, 99), st.integers(0, 3)), max_size=30),
    exposures=st.lists(
        st.tuples(st.integers(0, 3), st.integers(0, 3), st.integers(-10, 20)), min_size=1, max_size=20
    ),
    delta=st.integers(1, 10),
)
def test_uptake_agrees_with_a_plain_reading(slots, said, exposures, delta):
    slots, topic = sorted(slots), [0, 0, 1, -1]
    uses = [(slot % len(slots), term) for slot, term in said]
    takers, new = plain_uptake(slots, uses, exposures, topic, delta)
    columns = [np.array(column, np.int64) for column in zip(*slots, strict=True)]
    used = [np.array([use[n] for use in uses], np.int64) for n in (0, 1)]
    heard = [np.array(column, np.int64) for column in zip(*exposures, strict=True)]
    found = uptake(Said(Slots(*columns), Uses(*used), Exposures(*heard)), np.array(topic), 2, delta, draws=20)
    assert found.takers.tolist() == [len(takers.get(key, ())) for key in (0, 1, "any")]
    assert found.new.tolist() == [len(new.get(key, ())) for key in (0, 1, "any")]
    assert (found.shuffled[:, :2].max(axis=1) <= found.shuffled[:, 2]).all()


def test_the_first_use_after_the_answer_counts_before_1970_too():
    slots = Slots(np.zeros(3, int), np.array([-8, -6, -2]))
    said = Said(slots, Uses(np.array([0, 1, 2]), np.zeros(3, int)), Exposures(*np.array([[0], [0], [-8]])))
    found = uptake(said, np.array([0]), 1, 3)
    assert ([1, 1], [1, 1]) == (found.takers.tolist(), found.new.tolist())


def test_a_use_in_the_answer_itself_counts_neither_way():
    answered = Exposures(np.array([0]), np.array([0]), np.array([5]))
    only = uptake(
        Said(Slots(np.array([0]), np.array([5])), Uses(np.array([0]), np.array([0])), answered),
        np.array([0]),
        1,
        9,
    )
    assert (only.takers.tolist(), only.new.tolist()) == ([0, 0], [0, 0])
    slots = Slots(np.array([0, 0]), np.array([5, 7]))
    again = uptake(Said(slots, Uses(np.array([0, 1]), np.array([0, 0])), answered), np.array([0]), 1, 9)
    assert again.new.tolist() == [1, 1]


def chatter(seed, *, taken_up):
    """Forty people say fifty things; each responds once to a new term, and takes it up next, or at any time."""
    random = np.random.default_rng(seed)
    slots = [
        (person, time) for person in range(40) for time in sorted(random.choice(1000, 50, replace=False))
    ]
    exposures, uses = [], []
    for person in range(40):
        own = [n for n, slot in enumerate(slots) if slot[0] == person]
        at = int(random.integers(10, 40))
        exposures.append((person, 0, slots[own[at]][1]))
        uses.append((own[at + 1] if taken_up else int(random.choice(own)), 0))
    arrays = [
        np.array(column, np.int64) for rows in (slots, uses, exposures) for column in zip(*rows, strict=True)
    ]
    return uptake(
        Said(Slots(*arrays[:2]), Uses(*arrays[2:4]), Exposures(*arrays[4:])), np.array([0]), 1, 60, seed=seed
    )


def test_terms_taken_up_at_once_are_far_more_than_shuffled_ones():
    found = chatter(1, taken_up=True)
    assert found.new[0] >= 35
    assert found.shuffled[:, 0].mean() < 10
    assert found.p()[0] == pytest.approx(1 / 1001)


def test_terms_used_at_any_time_are_found_to_lead_in_about_5_percent():
    told = sum(chatter(seed, taken_up=False).p()[0] <= 0.05 for seed in range(150))
    assert told / 150 <= 0.05 + 3 * (0.05 * 0.95 / 150) ** 0.5


def test_in_how_many_parts_people_are_gone_through_changes_nothing(monkeypatch):
    many = chatter(1, taken_up=False)
    monkeypatch.setattr(shuffling, "PARTS", 1)
    assert np.array_equal(many.shuffled, chatter(1, taken_up=False).shuffled)


def test_slots_out_of_order_are_refused():
    nothing = Exposures(np.array([0]), np.array([0]), np.array([0]))
    with pytest.raises(ValueError, match="sorted"):
        uptake(
            Said(Slots(np.array([1, 0]), np.array([0, 0])), Uses(np.array([0]), np.array([0])), nothing),
            np.array([0]),
            1,
            1,
        )
    with pytest.raises(ValueError, match="name a slot"):
        uptake(
            Said(Slots(np.array([0]), np.array([0])), Uses(np.array([1]), np.array([0])), nothing),
            np.array([0]),
            1,
            1,
        )


# --- the whole measure --------------------------------------------------------------------------------------


ego_of = asking("x:boss")


def talk(conversations=60):
    """The boss opens every other conversation; two of three are about money. Two people answer each."""
    rows, random = [], np.random.default_rng(9)
    for n in range(conversations):
        words = MONEY if n % 3 else GARDEN
        opener = "boss" if n % 2 else f"other{n % 4}"

        def add(hours, actor, text, n=n, **more):
            when = START + timedelta(days=n, hours=hours)
            rows.append(
                {
                    "id": f"{n:03}-{len(rows):04}",
                    "time": when.isoformat(),
                    "actor": f"x:{actor}",
                    "text": text,
                }
                | more
            )
            return rows[-1]["id"]

        said = [" and the ".join(words[i] for i in random.permutation(4)[:3]) for _ in range(3)]
        top = add(0, opener, f"The {said[0]} of Anna", verb="post")
        for m in range(2):
            add(1 + m, f"person{(n + m) % 7}", f"I see the {said[1 + m]}", verb="reply", parent=top)
    return rows


def test_a_workspace_with_text_has_shares_by_topic_and_names_are_in_none(workspace):
    people = [{"person": "anna", "name": "Anna Lind", "accounts": ["x:anna"]}]
    found = voice(ego_of(workspace(KEEP, activities=talk(), people=people)))
    share = found["share_of_voice"]
    assert share.value == pytest.approx(0.5)
    assert share.interval[0] < 0.5 < share.interval[1]
    assert [set(MONEY), set(GARDEN)] == [set(row.terms) for row in share.detail.topics]
    assert [(40, 80), (20, 40)] == [(row.to_leader, row.to_all) for row in share.detail.topics]
    lead = found["lead"]
    assert lead.value <= lead.detail.takers <= 7
    assert 0 < lead.detail.p <= 1
    assert all(row.q >= row.p for row in lead.detail.topics)


@pytest.mark.parametrize("kept", [KEEP, TERMS])
def test_the_order_of_rows_changes_nothing(workspace, kept):
    rows = talk()
    one, other = (voice(ego_of(workspace(kept, activities=given))) for given in (rows, rows[::-1]))
    assert {name: finding.as_json() for name, finding in one.items()} == {
        name: finding.as_json() for name, finding in other.items()
    }


def test_what_was_said_after_the_window_is_not_read(workspace):
    rows = talk()
    until = (START + timedelta(days=45)).date().isoformat()
    before = [row for row in rows if row["time"] < until]
    one, other = (voice(ego_of(workspace(KEEP, activities=given), until=until)) for given in (before, rows))
    assert one["share_of_voice"].as_json() == other["share_of_voice"].as_json()
    assert one["lead"].as_json() == other["lead"].as_json()


def test_without_text_the_reason_names_the_cure(workspace):
    found = voice(ego_of(workspace(activities=talk())))
    assert {NO_TEXT} == {finding.reason for finding in found.values()}
    assert "keep_terms = true" in NO_TEXT


def stored(made, sql="SELECT terms FROM term_log ORDER BY ALL"):
    return [row[0].as_py() for row in zip(*made.store.engine.arrow(sql).columns, strict=True)]


def in_json(found):
    return {name: finding.as_json() for name, finding in found.items()}


def test_where_terms_are_kept_no_text_is_and_the_findings_are_those_of_the_text(workspace):
    made = workspace(TERMS, activities=talk())
    assert {None} == set(stored(made, "SELECT text FROM activity_log"))
    assert in_json(voice(ego_of(workspace(KEEP, activities=talk())))) == in_json(voice(ego_of(made)))


def test_names_of_people_are_in_no_topic_where_only_terms_are_kept(workspace):
    people = [{"person": "anna", "name": "Anna Lind", "accounts": ["x:anna"]}]
    found = voice(ego_of(workspace(TERMS, activities=talk(), people=people)))["share_of_voice"]
    assert [set(MONEY), set(GARDEN)] == [set(row.terms) for row in found.detail.topics]


def test_the_kept_terms_tell_neither_order_nor_addresses_nor_numbers(workspace):
    text = "Wanda owes 500 kronor to bo@x.example, see https://x.example/zebra; the budget of Wanda is gone"
    made = workspace(
        TERMS,
        activities=[
            {"id": "1", "time": START.isoformat(), "actor": "x:ann", "verb": "message", "text": text}
        ],
    )
    assert [["budget", "gone", "kronor", "owes", "wanda", "wanda"]] == stored(made)


def test_what_was_here_before_terms_were_kept_gets_them_when_it_is_imported_again(workspace, tmp_path):
    made = workspace(activities=talk())
    assert [] == stored(made)
    made.close()
    (made.path / "influence.toml").write_text(TERMS, encoding="utf-8")
    with Workspace(made.path) as opened:
        done = opened.import_path(tmp_path / "activities.jsonl", connector="activities")
        assert (0, 180) == (done.summary.stored, done.summary.known)
        assert 180 == len(stored(opened))
        opened.import_path(tmp_path / "activities.jsonl", connector="activities")
        assert 180 == len(stored(opened))
        assert in_json(voice(ego_of(workspace(KEEP, activities=talk())))) == in_json(voice(ego_of(opened)))


def test_terms_that_were_kept_are_read_beside_texts(workspace, tmp_path):
    rows = talk()
    made = workspace(TERMS, activities=rows[:90])
    made.close()
    (made.path / "influence.toml").write_text(KEEP, encoding="utf-8")
    (tmp_path / "later.jsonl").write_text(
        "".join(json.dumps(row) + "\n" for row in rows[90:]), encoding="utf-8"
    )
    with Workspace(made.path) as opened:
        opened.import_path(tmp_path / "later.jsonl", connector="activities")
        assert (90, 90) == (
            len(stored(opened)),
            sum(map(bool, stored(opened, "SELECT text FROM activities"))),
        )
        assert in_json(voice(ego_of(workspace(KEEP, activities=rows)))) == in_json(voice(ego_of(opened)))


def broken_off(made, activity):
    with made.store.batch("a", "b") as batch:
        batch.add(activity, "")
        batch.flush()
        raise RuntimeError(f"{len(stored(made))} stands there")


def test_an_import_that_fails_leaves_no_terms(workspace):
    made = workspace(TERMS)
    activity = Activity("1", START, "x:ann", Verb.POST, text="The budget")
    with pytest.raises(RuntimeError, match="1 stands there"):
        broken_off(made, activity)
    assert [] == stored(made)


def test_a_deleted_message_has_no_terms_in_any_topic(workspace):
    made = workspace(TERMS, activities=talk())
    with made.store.batch("a", "b") as batch:
        for row in talk():
            batch.add(Deleted(row["id"]), "")
    assert (
        0
        == made.store.engine.arrow("SELECT count(*) FROM activities JOIN term_log USING (key)")[0][0].as_py()
    )


def test_what_is_said_again_in_a_conversation_counts_neither_way():
    person, talked, when = np.array([1, 1, 2, 1, 1]), np.array([5, 5, 5, 6, 5]), np.array([2, 1, 3, 4, 9])
    assert [False, True, True, True, False] == openings(person, talked, when).tolist()


@pytest.mark.parametrize("again", [True, False])
def test_to_go_on_in_the_leaders_conversation_is_not_to_take_up_the_terms(workspace, again):
    rows = talk()
    for n in range(40):
        said = START + timedelta(days=n, hours=12)
        where = {"verb": "reply", "parent": f"boss-{n}"} if again else {"verb": "post"}
        for number, hours, more in (
            (f"boss-{n}", 0, {"actor": "x:boss", "verb": "post", "text": "The takeback plan"}),
            (f"first-{n}", 1, {"verb": "react", "parent": f"boss-{n}"}),
            (f"then-{n}", 2, {"verb": "reply", "parent": f"boss-{n}", "text": "The compost"}),
            (f"last-{n}", 3, {"text": "The takeback plan"} | where),
        ):
            when = (said + timedelta(hours=hours)).isoformat()
            rows.append({"id": number, "time": when, "actor": f"x:fan{n}"} | more)
    lead = voice(ego_of(workspace(TERMS, activities=rows)))["lead"]
    least, most = (0, 7) if again else (40, 47)  # seven people talk of other things
    assert least <= lead.detail.takers <= most


def test_too_few_conversations_tell_nothing(workspace):
    found = voice(ego_of(workspace(KEEP, activities=talk(10))))
    assert {TOO_LITTLE} == {finding.reason for finding in found.values()}


def test_an_undated_network_has_no_voice(workspace):
    ego = ego_of(workspace(ties=[{"source": "x:boss", "target": "x:ann", "meaning": "influence"}]))
    assert {NO_TIMES} == {finding.reason for finding in voice(ego).values()}
    assert voice(SimpleNamespace(dated=False))["lead"].value is None
