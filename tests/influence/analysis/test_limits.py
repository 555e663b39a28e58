"""What a report says that it cannot tell: a rule for a department that nobody is in."""

from influence.analysis.limits import limits
from tests.kit.asking import asking, row

ego_of = asking("x:lea")


def test_a_rule_for_a_department_that_nobody_is_in_is_named_with_the_nearest(workspace):
    people = [{"person": "a", "accounts": ["x:a"], "department": "Alliances"}]
    held = workspace(
        '[spheres]\npartner = ["department:Aliances", "acme.example", "department:alliances"]\n'
        'customer = ["department:Zoo"]\n',
        activities=[row("p", 1, "lea"), row("r", 2, "a", "p")],
        people=people,
    )
    assert [
        "A rule under [spheres] in influence.toml names the department “Aliances”, in which nobody here is; "
        "the nearest is “Alliances”.",
        "A rule under [spheres] in influence.toml names the department “Zoo”, in which nobody here is.",
    ] == limits(ego_of(held), {"reach_4": held.report("x:lea", measures=["four-steps"]).findings["reach_4"]})[
        -2:
    ]
