"""Every measure keeps the claims of the contract: on an ordinary log, an empty window, and a network without times."""

import json
from functools import cache, wraps

import pytest

from influence import Workspace
from influence.contract.measures import catalogue
from influence.contract.testing import MeasureClaims

PEOPLE = [
    {"person": "ann", "name": "Ann Lee", "accounts": ["email:ann@acme.example"], "organisation": "Acme"},
    {
        "person": "bo",
        "name": "Bo Ek",
        "accounts": ["email:bo@acme.example"],
        "organisation": "Acme",
        "manager": "ann",
    },
    *(
        {
            "person": f"c{n}",
            "accounts": [f"email:c{n}@buyer.example"],
            "organisation": "Buyer",
            "sphere": "customer",
        }
        for n in range(6)
    ),
]
ADDRESS = {"ann": "email:ann@acme.example", "bo": "email:bo@acme.example"} | {
    f"c{n}": f"email:c{n}@buyer.example" for n in range(6)
}


def activities():
    """Eight conversations over eight months: Ann begins, others answer, she answers back, somebody passes it on."""
    for month in range(1, 9):
        opened, who = f"{month}-0", [f"c{(month + n) % 6}" for n in range(3)]
        yield row(opened, month, 1, "ann", "message", to=[ADDRESS[one] for one in (*who, "bo")])
        for n, one in enumerate((*who, "bo"), 1):
            yield row(f"{month}-{n}", month, 1 + n, one, "reply", parent=opened)
        yield row(f"{month}-5", month, 7, "ann", "reply", parent=f"{month}-1")
        yield row(f"{month}-6", month, 8, "bo", "reply", parent=f"{month}-2")


def row(key, month, day, actor, verb, **more):
    return {
        "id": key,
        "time": f"2026-{month:02}-{day:02}T09:00:00Z",
        "actor": ADDRESS[actor],
        "verb": verb,
        "channel": "email",
        **more,
    }


ENCOUNTERS = [
    {
        "time": "2026-02-20T09:00:00Z",
        "people": [ADDRESS["ann"], ADDRESS["c1"]],
        "kind": "in_person",
        "evidence": "calendar",
    }
]
TIES = [
    {"source": f"x:{a}", "target": f"x:{b}", "meaning": "influence"}
    for a, b in ("ab", "ac", "bc", "cd", "da")
]


@pytest.fixture(scope="module")
def egos(tmp_path_factory):
    """The leader of an ordinary log, the same where nothing happened, somebody who only answers, one without times."""
    place = tmp_path_factory.mktemp("measures")
    with Workspace.create(place / "dated") as dated, Workspace.create(place / "undated") as undated:
        for workspace, kind, rows in (
            (dated, "people", PEOPLE),
            (dated, "activities", activities()),
            (dated, "encounters", ENCOUNTERS),
            (undated, "ties", TIES),
        ):
            file = place / f"{kind}.jsonl"
            file.write_text("".join(json.dumps(one) + "\n" for one in rows))
            workspace.import_path(file, connector=kind)
        yield [
            dated.ego("ann"),
            dated.ego("ann", "2030-01-01", "2031-01-01"),
            dated.ego("c3"),
            undated.ego("x:a"),
        ]


@cache
def once(measure):
    """Return what a measure finds of an ego, and look only once: there are several claims on it."""
    return wraps(measure)(cache(measure))


@pytest.fixture
def _claimed(request, egos, measure):
    request.instance.measure = once(measure.function)
    request.instance.tried_on = egos


@pytest.mark.parametrize("measure", catalogue(), ids=lambda one: one.name)
@pytest.mark.usefixtures("_claimed")
class TestEveryMeasure(MeasureClaims):
    def egos(self):
        return self.tried_on

    def test_it_has_a_value_for_somebody_or_says_why_for_all(self, measure, egos):
        for ego in egos:
            assert set(once(measure.function)(ego)) == set(measure.finds)
