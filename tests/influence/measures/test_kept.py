"""What is the same whoever a report is about is kept for the window, and never used where anything else is asked."""

from dataclasses import replace

import pytest

from influence.measures.many import many
from influence.measures.position import position
from influence.met.evidence import Strengths
from influence.reach.ego import Ego
from influence.reach.population import Population
from influence.settings import Settings
from influence.store.kept import Kept, stamp
from influence.times import DAY, Window
from tests.kit.logs import post, reply

ASKED = Settings(draws=20)
OTHERWISE = {
    "delta": replace(ASKED, delta_days=1),
    "hands": replace(ASKED, hands=1),
    "draws": replace(ASKED, draws=30),
    "seed": replace(ASKED, seed=2),
    "strengths": replace(ASKED, strengths=Strengths(prior=0.7)),
    "registers": replace(ASKED, registers=["x"]),
    "spheres": replace(ASKED, spheres={"company": ["acme.example"]}),
    "teams": replace(ASKED, teams={"x:ann": ["x:bob"]}),
}


@pytest.fixture
def made(workspace):
    """Threads in which six people answer each other, some of them late."""
    people = ["ann", "bob", "cem", "dan", "eve", "fay"]
    rows = []
    for n in range(12):
        first, second, third = (f"x:{people[(n * step + step) % 6]}" for step in (1, 2, 5))
        rows += [
            post(f"p{n}", first, 3 * n),
            reply(f"q{n}", second, 3 * n + 1, f"p{n}"),
            reply(f"r{n}", third, 3 * n + 3.5, f"q{n}"),
        ]
    return workspace(activities=rows)


def told(made, settings, kept, window=None):
    population = Population(made.store.engine, settings, made.analysis.people, kept)
    ego = Ego(population, population.people.code["x:ann"], window or population.whole_window())
    return {name: one.as_json() for name, one in (many(ego) | position(ego)).items()}


def kept_in(folder, made):
    return Kept(folder, stamp(made.store.engine))


@pytest.mark.parametrize("otherwise", OTHERWISE)
def test_another_setting_finds_what_it_would_find_if_nothing_were_kept(tmp_path, made, otherwise):
    told(made, ASKED, kept_in(tmp_path, made))
    anew = told(made, OTHERWISE[otherwise], Kept(None, ""))
    assert anew == told(made, OTHERWISE[otherwise], kept_in(tmp_path, made))


def test_another_window_finds_its_own_and_the_same_one_finds_the_same(tmp_path, made):
    whole = made.analysis.whole_window()
    part = Window(whole.since, whole.since + 15 * DAY)
    for window in (whole, part, whole, part):
        anew = told(made, ASKED, Kept(None, ""), window)
        assert anew == told(made, ASKED, kept_in(tmp_path, made), window)
    assert told(made, ASKED, Kept(None, ""), whole) != told(made, ASKED, Kept(None, ""), part)


def test_another_leader_starts_from_what_was_kept(tmp_path, made, monkeypatch):
    told(made, ASKED, kept_in(tmp_path, made))
    monkeypatch.setattr("influence.measures.position.scores", None)  # would fail if it were asked again
    monkeypatch.setattr("influence.measures.many.spread", None)
    assert 6 == told(made, ASKED, kept_in(tmp_path, made))["pagerank"]["of"]
