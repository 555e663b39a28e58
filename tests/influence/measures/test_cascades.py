"""What a leader sets in motion: trees by hand, against networkx, and against a plain reading."""

from datetime import timedelta

import networkx as nx
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from influence.contract.details.cascades import Generations, SocialH
from influence.kernels.cascades import depths, grow_trees, subtree_sizes
from influence.measures import cascades
from influence.measures.cascades import h_index, shapes, structural_virality
from influence.network.log_queries import activity_ids
from influence.network.responses import Links
from tests.kit.asking import DAY0, asking, row
from tests.kit.draws import draws
from tests.kit.logs import iso, logs, stored
from tests.kit.plain_reading import PlainReading

SHAPE = ["cascade_size", "cascade_depth", "mean_depth", "structural_virality"]
ego_of = asking("x:lea")


def values(findings):
    return {name: finding.value for name, finding in findings.items()}


@pytest.fixture
def talk(workspace):
    """Ask about the leader of a few activities: talk(row(…), …)."""
    return lambda *rows, **kinds: ego_of(workspace(activities=rows, **kinds))


CONVERSATION = [
    row("p", 0, "lea"),
    row("a", 1, "ann", "p"),
    row("b", 2, "bob", "a"),
    row("c", 3, "cem", "p", "react"),
]


# --- structural virality --------------------------------------------------------------------------------


@pytest.mark.parametrize("n", [2, 3, 10, 1_000])
def test_a_star_is_about_two_hands_wide_and_a_chain_a_third_of_its_length(n):
    """Goel et al. 2016, section 2: 2 (n − 1) / n and (n + 1) / 3."""
    star, chain = [-1] + [0] * (n - 1), list(range(-1, n - 1))
    assert 2 * (n - 1) / n == pytest.approx(structural_virality(star), abs=1e-9)
    assert (n + 1) / 3 == pytest.approx(structural_virality(chain), abs=1e-9)


@settings(max_examples=100, deadline=None)
@given(st.integers(2, 40), st.randoms(use_true_random=False))
def test_structural_virality_is_the_average_shortest_path_length_of_any_tree(n, dice):
    above = [-1] + [dice.randrange(i) for i in range(1, n)]
    names = list(range(n))
    dice.shuffle(names)
    renamed = [0] * n
    for node, up in enumerate(above):
        renamed[names[node]] = names[up] if up >= 0 else -1
    tree = nx.Graph([(node, up) for node, up in enumerate(above) if up >= 0])
    expected = nx.average_shortest_path_length(tree)
    assert expected == pytest.approx(structural_virality(above), abs=1e-9)
    assert expected == pytest.approx(structural_virality(renamed), abs=1e-9)
    assert expected == pytest.approx(structural_virality(tree), abs=1e-9)
    downward = nx.DiGraph([(up, node) for node, up in enumerate(above) if up >= 0])
    assert expected == pytest.approx(structural_virality(downward), abs=1e-9)


def test_one_item_alone_has_no_structural_virality():
    assert all(np.isnan(structural_virality(tree)) for tree in ([-1], [], nx.Graph(), nx.path_graph(1)))


@pytest.mark.parametrize("tree", [[-1, -1], [1, 0], [-1, 2, 1], nx.cycle_graph(3), nx.empty_graph(2)])
def test_what_is_not_one_tree_is_refused(tree):
    with pytest.raises(ValueError, match=r"root|circle|one tree"):
        structural_virality(tree)


@pytest.mark.parametrize("above", [[-1, 7], [-2], [[-1]], [0.5]])
def test_positions_that_are_none_are_refused(above):
    with pytest.raises(ValueError, match="above must be"):
        subtree_sizes(above)


def test_depths_need_nodes_in_order():
    with pytest.raises(ValueError, match="come after"):
        depths([1, -1])


@pytest.mark.parametrize(
    ("changed", "word"),
    [
        ({"child": [1, 2]}, "one length"),
        ({"time": [0, 5, 3]}, "sorted"),
        ({"child": [2, 1], "parent": [0, 0]}, "sorted"),
        ({"parent": [9]}, "parent must be"),
        ({"roots": [-1]}, "roots must be"),
    ],
)
def test_trees_of_arrays_that_do_not_fit_are_refused(changed, word):
    good = {"child": [1], "parent": [0], "time": [0, 1, 2], "author": [1, 2, 3], "roots": [0]}
    with pytest.raises(ValueError, match=word):
        grow_trees(**(good | changed), joined=np.zeros(3, bool))


# --- the conversations of a leader ----------------------------------------------------------------------


def test_a_conversation_by_hand(talk):
    """Ann and cem answer the post, bob answers ann: distances 1 2 1 1 2 3 between the six pairs."""
    found = cascades.cascades(talk(*CONVERSATION))
    assert [4, 2, 4 / 3, 10 / 6] == pytest.approx([found[name].value for name in SHAPE])
    assert [("p", 4, 2)] == [
        (one.conversation, one.size, one.depth) for one in found["cascade_size"].detail.top
    ]
    assert (1, 1) == (found["mean_depth"].detail.conversations, found["mean_depth"].detail.answered)


def test_the_value_is_the_median_of_the_answered_and_the_detail_has_the_largest(talk):
    again = [row(f"q{i}", 50 + i, "lea") for i in range(3)]
    small = [row("r0", 60, "ann", "q0"), row("r1", 60, "ann", "q1")]
    size = cascades.cascades(talk(*CONVERSATION, *again, *small))["cascade_size"]
    assert (2, 4) == (size.value, size.detail.largest)
    assert (4, 3, 8 / 3) == (size.detail.conversations, size.detail.answered, size.detail.mean)
    assert ["p", "q0", "q1"] == [one.conversation for one in size.detail.top]


def test_answering_oneself_makes_no_cascade_larger(talk):
    own = [row(f"s{i}", 3 + i, "lea", f"s{i - 1}" if i else "p") for i in range(10)]
    others = [row(f"t{i}", 3 + i, "ann", f"t{i - 1}" if i else "a") for i in range(10)]
    deep = row("d", 40, "dan", "s9")
    plain = cascades.cascades(talk(*CONVERSATION, row("d", 40, "dan", "p")))
    assert values(plain) == values(cascades.cascades(talk(*CONVERSATION, *own, *others, deep)))


def test_a_bot_is_no_node_and_who_answers_it_hangs_on_what_it_answered(talk):
    bot = {"person": "robot", "accounts": ["x:robot"], "bot": True}
    through = [row("r", 4, "robot", "a", "share"), row("d", 5, "dan", "r")]
    straight = cascades.cascades(talk(*CONVERSATION, row("d", 5, "dan", "a")))
    assert values(straight) == values(cascades.cascades(talk(*CONVERSATION, *through, people=[bot])))


def test_an_answer_at_the_same_moment_or_before_what_it_answers_is_no_part(talk):
    early = [row("e", -1, "eva", "p"), row("f", 0, "fay", "p")]
    assert 4 == cascades.cascades(talk(*CONVERSATION, *early))["cascade_size"].value


def test_a_circle_of_answers_hangs_nothing_up(talk):
    circle = [row("y", 4, "ann", "z"), row("z", 4, "bob", "y"), row("w", 5, "cem", "z")]
    assert 4 == cascades.cascades(talk(*CONVERSATION, *circle))["cascade_size"].value


def test_what_comes_after_the_window_is_not_seen(workspace):
    one = workspace(activities=CONVERSATION)
    size = cascades.cascades(ego_of(one, until=(DAY0 + timedelta(hours=2)).isoformat()))["cascade_size"]
    assert 2 == size.value


@pytest.mark.parametrize(
    "began",
    [
        row("o", -5, "ann", verb="post"),
        row("o", -5, "lea", "gone"),
        row("o", -5, "lea", verb="react"),
        row("o", -5, "lea", verb="follow"),
        row("o", -5, "lea", verb="reply"),
        row("o", -5, "lea", verb="message", subject="Re: the budget"),
    ],
)
def test_a_conversation_begun_by_another_or_by_an_answer_is_not_the_leaders(talk, began):
    found = cascades.cascades(talk(began, row("r", 1, "bob", "o"), row("s", 2, "lea", "r")))
    assert {cascades.BEGAN_NONE} == {finding.reason for finding in found.values()}


def test_a_first_word_in_somebody_elses_topic_begins_nothing(talk):
    """The source names the conversation: ann began it, the leader came to it later without answering."""
    topic = [row("o", 0, "ann", conversation="t"), row("l", 1, "lea", conversation="t")]
    found = cascades.cascades(talk(*topic, row("r", 2, "bob", "l", conversation="t")))
    assert cascades.BEGAN_NONE == found["cascade_size"].reason


def test_conversations_that_nobody_answered_have_no_shape(talk):
    found = cascades.cascades(talk(row("p", 0, "lea"), row("q", 1, "lea")))
    assert {(None, cascades.UNANSWERED)} == {(one.value, one.reason) for one in found.values()}
    assert 2 == found["cascade_size"].detail.conversations


@pytest.mark.parametrize("measure", [cascades.cascades, cascades.generations, cascades.social_h])
def test_an_undated_network_has_no_cascades(workspace, measure):
    ties = [{"source": "x:lea", "target": "x:ann", "meaning": "influence"}]
    found = measure(ego_of(workspace(ties=ties)))
    assert {(None, "the network has no times, which this measure needs")} == {
        (one.value, one.reason) for one in found.values()
    }


@settings(max_examples=draws(8, 40), deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(log=logs())
def test_the_shapes_are_those_of_a_plain_reading(log, tmp_path_factory):
    activities, people, encounters, since, until = log
    if not activities:
        return
    plain = PlainReading(activities, people, encounters, "p0", since, until)
    with stored(tmp_path_factory.mktemp("log"), activities, people, encounters) as workspace:
        ego = ego_of(workspace, since=iso(since), until=iso(until), leader="p0")
        roots = cascades.begun(ego)
        found = cascades.shapes_of(ego, roots)
        ids = activity_ids(ego.tables, roots)
    expected = plainly(plain)
    assert set(expected) == {ids[root] for root in roots.tolist()}
    for at, root in enumerate(found.root.tolist()):
        tree = expected[ids[root]]
        below = nx.single_source_shortest_path_length(tree, ids[root])
        assert (len(tree), max(below.values())) == (found.size[at], found.depth[at])
        if len(tree) > 1:
            assert sum(below.values()) / (len(tree) - 1) == pytest.approx(found.mean_depth[at])
            assert nx.average_shortest_path_length(tree) == pytest.approx(found.virality[at])


def plainly(plain):
    """The trees by the words of the definition, item after item."""
    trees, node = {}, {}
    for item in sorted(plain.activities, key=lambda one: (one["time"], one["id"])):
        name, who = item["id"], plain.author(item)
        begins = item["verb"] in {"post", "message", "share", "quote"} and "parent" not in item
        if begins and who == plain.leader and plain.inside(name) and name not in plain.answers:
            trees[name] = nx.Graph()
            trees[name].add_node(name)
            node[name] = (name, name)
            continue
        above = [p for p in plain.answers.get(name, []) if p in node and plain.item[p]["time"] < item["time"]]
        if not above or item["time"] >= plain.until:
            continue
        root, up = node[above[0]]
        if who in plain.bots() or who == plain.author(plain.item[up]):
            node[name] = (root, up)
        else:
            node[name] = (root, name)
            trees[root].add_edge(up, name)
    return trees


@settings(max_examples=50, deadline=None)
@given(st.integers(1, 30), st.integers(0, 40), st.integers(0, 2**32 - 1))
def test_shapes_hold_together_whatever_the_links(n, links, seed):
    """Trees share no item, none is larger than the log, and depth and virality stay inside their bounds."""
    rng = np.random.default_rng(seed)
    child = np.sort(rng.integers(0, n, links))
    drawn = Links(child, rng.integers(0, n, links), np.zeros(links, bool), np.ones(links, bool))
    time, author = np.sort(rng.integers(0, 20, n)), rng.integers(0, 4, n).astype(np.int32)
    roots = np.flatnonzero(rng.random(n) < 0.3)
    found = shapes(drawn, time, author, roots)
    assert found.size.sum() <= n
    assert (found.depth < found.size).all()
    wide = found.where(found.size > 1)
    assert (wide.virality >= 2 * (wide.size - 1) / wide.size - 1e-9).all()
    assert (wide.virality <= (wide.size + 1) / 3 + 1e-9).all()
    assert (wide.mean_depth <= wide.depth).all()


def test_a_cascade_of_a_million_items_takes_a_moment():
    n = 1_000_000
    chain = Links(np.arange(1, n), np.arange(n - 1), np.zeros(n - 1, bool), np.ones(n - 1, bool))
    found = shapes(chain, np.arange(n), (np.arange(n) % 7).astype(np.int32), np.array([0]))
    assert (n, n - 1) == (found.size[0], found.depth[0])
    assert (n + 1) / 3 == pytest.approx(found.virality[0], rel=1e-9)


# --- others' others -------------------------------------------------------------------------------------


def test_generations_by_hand(talk):
    """Ann and cem answered the leader; ann brought bob, bob brought dan: 2 of 4 were brought by others."""
    ego = talk(*CONVERSATION, row("d", 4, "dan", "b"))
    found = cascades.generations(ego)
    assert (0.5, 0.5) == (found["reproduction"].value, found["second_generation"].value)
    assert Generations((2, 1, 1), ratios=(0.5, 1.0)) == found["reproduction"].detail


def test_who_was_brought_by_others_and_then_answers_the_leader_was_still_brought(talk):
    found = cascades.generations(talk(*CONVERSATION, row("e", 9, "bob", "p")))
    assert (1 / 3, 0) == (found["reproduction"].value, found["second_generation"].value)


def test_one_conversation_alone_has_no_interval_and_several_have_one_that_holds_the_value(talk):
    assert cascades.generations(talk(*CONVERSATION))["reproduction"].interval is None
    more = [row("q", 20, "lea"), row("r", 21, "eva", "q"), row("s", 22, "fay", "r")]
    for finding in cascades.generations(talk(*CONVERSATION, *more)).values():
        low, high = finding.interval
        assert 0 <= low <= finding.value <= high <= 1
        assert low < high


def test_nobody_reached_brings_nobody(talk):
    found = cascades.generations(talk(row("p", 0, "lea")))
    assert {"nobody responded to the leader in this window"} == {one.reason for one in found.values()}


def test_social_h_by_hand(talk):
    """Ann in three conversations, bob in two, cem in one: two people in two each."""
    posts = [row(f"p{i}", i, "lea") for i in range(3)]
    answers = [
        row(f"{who}{i}", 10 + i, who, f"p{i}")
        for who, n in (("ann", 3), ("bob", 2), ("cem", 1))
        for i in range(n)
    ]
    again = [row("more", 30, "cem", "p0", "react")]  # the same conversation once more
    found = cascades.social_h(talk(*posts, *answers, *again))["social_h"]
    assert (2, SocialH(people=3, returning=2)) == (found.value, found.detail)


def test_the_team_does_not_count_for_social_h(talk):
    team = [
        {"person": "lea", "accounts": ["x:lea"]},
        {"person": "ann", "accounts": ["x:ann"], "manager": "lea"},
    ]
    assert 1 == cascades.social_h(talk(*CONVERSATION, people=team))["social_h"].value
    assert 2 == cascades.social_h(talk(*CONVERSATION, people=team))["social_h"].detail.people


@given(st.lists(st.integers(0, 30), max_size=40))
def test_social_h_is_what_its_words_say(counts):
    def holds(h):
        return sum(count >= h for count in counts) >= h

    h = h_index(counts)
    assert holds(h)
    assert not holds(h + 1)
