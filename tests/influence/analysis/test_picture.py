"""The picture of a network: who is in it, in which communities, and that nothing hangs on Python's own dice."""

import json
import os
import random
import subprocess
import sys

from influence.analysis.picture import picture
from tests.kit.asking import row

GROUPS = {"a": "bcd", "e": "fgh"}


def two_groups():
    """The leader is answered by eight people, who answer one another within two groups of four."""
    rows = [row("p", 0, "lea")]
    everybody = [one for head, rest in GROUPS.items() for one in (head, *rest)]
    rows += [row(f"p{one}", 1 + n, one, "p") for n, one in enumerate(everybody)]
    for head, rest in GROUPS.items():
        group = (head, *rest)
        pairs = [(one, other) for one in group for other in group if one != other]
        rows += [row(f"{one}{other}", 20 + n, one, f"p{other}") for n, (one, other) in enumerate(pairs)]
    return rows


def test_people_who_answer_one_another_are_one_community_and_the_leader_is_in_none(workspace):
    shown = picture(workspace(activities=two_groups()).ego("x:lea"))
    community = {person: group for person, _, _, _, group in shown.nodes}
    assert (8, 8, -1) == (shown.shown, shown.of, community.pop("x:lea"))
    assert {0, 1} == set(community.values())
    for head, rest in GROUPS.items():
        assert 1 == len({community[f"x:{one}"] for one in (head, *rest)})


def test_ties_among_those_shown_are_drawn_with_their_weight(workspace):
    shown = picture(workspace(activities=two_groups()).ego("x:lea"))
    assert ("x:lea", "x:a", 1.0) in shown.edges
    assert ("x:b", "x:a", 1.0) in shown.edges
    assert ("x:e", "x:a", 1.0) not in shown.edges
    assert sorted(shown.edges) == list(shown.edges)


def test_whom_nobody_answered_stands_alone(workspace):
    shown = picture(workspace(activities=[row("p", 0, "lea")]).ego("x:lea"))
    assert ((("x:lea", "lea", 0, 1.0, 0),), ()) == (shown.nodes, shown.edges)


def hard_to_part(people=400):
    """People who answer their neighbours, one more often than back: many ways to part them into communities."""
    dice = random.Random(3)  # noqa: S311 - a test may be foreseen
    rows = [row("p", 0, "lea"), *(row(f"p{n}", 1 + n, f"u{n}", "p") for n in range(people))]
    for n in range(8 * people):
        one = dice.randrange(people)
        other = (one + dice.choice([-2, -1, 1, 2])) % people
        rows.append(row(f"r{n}", 100 + n, f"u{one}", f"p{other}"))
    return rows


def test_a_report_is_the_same_byte_for_byte_whatever_the_hash_seed(workspace):
    made = workspace(activities=hard_to_part())
    folder = made.path
    made.close()
    script = "from influence import Workspace; print(Workspace('.').report('x:lea').to_json())"
    told = {
        subprocess.run(
            [sys.executable, "-c", script],
            cwd=folder,
            env=os.environ | {"PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2", "3")
    }
    assert 1 == len(told)
    assert json.loads(told.pop())["network"]["shown"] == 400
