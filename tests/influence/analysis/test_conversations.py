"""The conversations of a report: in which order, what they were about, how deep, and who answered whom."""

import pytest

from influence.analysis import conversations
from tests.kit.asking import row

FEW = conversations.PER_TREE


def told(workspace, rows, **more):
    held = workspace(activities=rows, **more)
    return held.report("x:lea", measures=["four-steps"])


def test_what_brought_most_people_never_met_comes_first_then_what_drew_most_responses(workspace):
    met = [
        {
            "people": ["x:lea", f"x:m{n}"],
            "kind": "in_person",
            "evidence": "declared",
            "time": "2020-01-01T00:00:00Z",
        }
        for n in range(4)
    ]
    rows = [row(f"p{n}", n, "lea") for n in range(3)]
    rows += [row(f"a{n}", 10 + n, f"m{n}", "p0") for n in range(4)]
    rows += [row("b0", 20, "new", "p1"), row("b1", 21, "newer", "p1")]
    rows += [row("c0", 30, "new", "p2"), row("c1", 31, "newer", "p2"), row("c2", 32, "new", "p2")]
    found = told(workspace, rows, encounters=met).conversations
    assert ["c0", "b0", "a0"] == [one.id for one in found]
    assert [3, 2, 4] == [one.responses for one in found]
    assert [2, 2, 4] == [one.people for one in found]
    assert 0 == found[2].unmet


def test_a_chain_is_as_deep_as_its_answers_and_its_tree_says_who_answered_whom(workspace):
    rows = [row("p", 0, "lea"), row("a", 1, "ann", "p"), row("b", 2, "bob", "a"), row("c", 3, "cem", "p")]
    (one,) = told(workspace, rows).conversations
    assert (2, 0) == (one.depth, one.tree_more)
    assert [("p", "x:lea", None), ("a", "x:ann", "p"), ("b", "x:bob", "a"), ("c", "x:cem", "p")] == [
        (branch.id, branch.person, branch.parent) for branch in one.tree
    ]


def test_five_that_travelled_furthest_have_a_tree(workspace):
    rows = []
    for n in range(8):
        rows += [row(f"p{n}", 100 * n, "lea"), *(row(f"{n}-0", 100 * n + 1, "ann", f"p{n}"),)]
        rows += [row(f"{n}-{k}", 100 * n + 1 + k, f"u{k % 2}", f"{n}-{k - 1}") for k in range(1, n + 1)]
    found = told(workspace, rows).conversations
    assert {8, 7, 6, 5, 4} == {one.depth for one in found if one.tree}


def test_a_large_tree_keeps_the_way_to_its_deepest_item_and_says_how_many_are_left_out(workspace):
    rows = [row("p", 0, "lea")]
    rows += [row(f"w{n:03}", 1 + n / 100, f"u{n}", "p") for n in range(300)]
    rows += [row("d0", 10, "ann", "p"), row("d1", 11, "bob", "d0"), row("d2", 12, "cem", "d1")]
    (one,) = told(workspace, rows).conversations
    assert (3, FEW, 304 - FEW) == (one.depth, len(one.tree), one.tree_more)
    shown = {branch.id for branch in one.tree}
    assert {"p", "d0", "d1", "d2"} <= shown
    assert all(branch.parent is None or branch.parent in shown for branch in one.tree)
    times = [branch.time for branch in one.tree]
    assert sorted(times) == times


def test_whoever_stands_in_a_tree_has_a_name(workspace):
    rows = [row("o", 0, "zoe"), row("p", 1, "lea", "o"), row("a", 2, "ann", "p")]
    report = told(workspace, rows, people=[{"person": "z", "name": "Zoe Ek", "accounts": ["x:zoe"]}])
    assert "Zoe Ek" == report.names["z"]
    assert "z" in {branch.person for branch in report.conversations[0].tree}


def test_answers_in_a_circle_and_at_one_moment_make_a_tree_all_the_same(workspace):
    rows = [row("p", 0, "lea"), row("a", 1, "ann", "b"), row("b", 1, "bob", "a"), row("c", 1, "cem", "p")]
    report = told(workspace, rows)
    assert all(one.depth in {0, 1, None} for one in report.conversations)


def test_a_mention_outside_any_conversation_has_no_depth_and_no_tree(workspace):
    rows = [row("p", 0, "lea"), row("a", 1, "ann", mentions=["x:lea"])]
    (one,) = told(workspace, rows).conversations
    assert (None, (), 0) == (one.depth, one.tree, one.tree_more)


SAID = ("harbour ferry tide quay anchor", "budget ledger audit invoice payroll")


def talked(about):
    rows = []
    for n in range(40):
        text = about(n)
        rows.append(row(f"p{n}", 10 * n, "lea", text=text))
        rows += [row(f"a{n}-{k}", 10 * n + 1 + k, f"u{k}", f"p{n}", text=text) for k in range(3)]
    return rows


@pytest.mark.parametrize("keep", ["keep_text", "keep_terms"])
def test_a_conversation_is_named_by_the_strongest_terms_of_its_topic_where_they_are_kept(workspace, keep):
    rows = talked(lambda n: SAID[n % 2])
    held = workspace(f"[privacy]\n{keep} = true\n", activities=rows)
    for one in held.report("x:lea", measures=["voice"]).conversations:
        assert 3 == len(one.words)
        assert set(one.words) <= set(SAID[int(one.id.split("-")[0][1:]) % 2].split())


def test_a_term_that_few_people_used_names_nothing_and_without_terms_there_are_no_names(workspace):
    rows = talked(lambda n: SAID[n % 2])
    for one in rows:
        if one["actor"] == "x:u0":
            one["text"] += " secretproject"
    held = workspace("[privacy]\nkeep_terms = true\n", activities=rows)
    assert "secretproject" not in held.report("x:lea", measures=["voice"]).to_json()
    assert all(() == one.words for one in told(workspace, rows).conversations)


def test_everybody_reached_has_the_months_in_which_they_responded_and_their_community(workspace):
    rows = [
        row("p", 0, "lea"),
        row("a", 1, "ann", "p"),
        row("b", 24 * 70, "ann", "p"),
        row("c", 2, "bob", "a"),
    ]
    report = told(workspace, rows)
    by_name = {one.person: one for one in report.people}
    assert ("2026-01", "2026-03") == by_name["x:ann"].months
    assert ("2026-01",) == by_name["x:bob"].months
    of_picture = {node[0]: node[4] for node in report.network.nodes}
    assert {one.person: one.community for one in report.people} == {
        person: community for person, community in of_picture.items() if person != "x:lea"
    }
