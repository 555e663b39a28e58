"""What was planted in the invented company comes out of its reports; when who did what is shuffled, it does not."""

from functools import cache
from pathlib import Path
from tempfile import mkdtemp

import numpy as np
import pyarrow as pa
import pytest

from influence import Report, Workspace
from influence.demo import TRUTHS, Company, build, write

MEASURES = ("four-steps", "exposure", "carry-on", "influence-test", "advice")


def shuffled(company: Company, seed: int) -> Company:
    """The same activities at the same times in the same threads, but each by an actor drawn from all of its system."""
    actors = np.array(company.activities.column("actor").to_pylist())
    systems = np.array([actor.partition(":")[0] for actor in actors])
    rng = np.random.default_rng(seed)
    for system in np.unique(systems):
        actors[systems == system] = rng.permutation(actors[systems == system])
    place = company.activities.schema.get_field_index("actor")
    activities = company.activities.set_column(place, "actor", pa.array(actors.tolist(), pa.string()))
    return Company(activities, company.people, company.encounters, company.leaders, company.truths)


@cache
def reports(mixed: bool) -> dict[str, Report]:
    company = build(1)
    folder = Path(mkdtemp())
    files = write(shuffled(company, 7) if mixed else company, folder / "invented")
    with Workspace.create(folder / "workspace") as workspace:
        for file in files:
            workspace.import_path(file)
        return {role: workspace.report(person, measures=MEASURES) for role, person in company.leaders.items()}


def outside(role: str, report: Report) -> list[str]:
    """The planted bounds that a report does not keep."""
    kept = []
    for measure, (low, high) in TRUTHS[role].bounds.items():
        value = report.findings[measure].value
        if value is None or not low <= value <= high:
            kept.append(measure)
    return kept


@pytest.mark.parametrize("role", TRUTHS)
def test_every_planted_truth_comes_out_of_the_report(role):
    assert [] == outside(role, reports(mixed=False)[role])


@pytest.mark.parametrize("role", TRUTHS)
def test_no_planted_truth_survives_a_shuffle(role):
    assert outside(role, reports(mixed=True)[role])


def test_that_her_people_carry_each_other_on_cannot_be_chance_and_in_the_shuffle_it_can():
    planted, mixed = (reports(mixed)["carried_on"].findings["influence_test"] for mixed in (False, True))
    assert planted.detail.p < 0.01
    assert mixed.value is None or mixed.detail.p > 0.01


def test_everybody_in_the_evidence_has_a_name():
    report = reports(mixed=False)["beyond"]
    named = {one.person for one in report.people} | report.names.keys() | {report.leader["person"]}
    assert set() == {one.actor for one in report.responses.values()} - named
    assert Report.from_json(report.as_json()) == report
