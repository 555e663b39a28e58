"""The planted truths hold in the demo company when measures.md is read plainly, person by person."""

from __future__ import annotations

import os
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from math import nan
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest

from influence import Workspace
from influence.contract.findings import Finding
from influence.contract.records import RESPONSE_VERBS, Evidence, Modality, Verb
from influence.demo import NOTICE, TRUTHS, Company, write
from influence.demo.words import COINED, COINING, LED, SAID, SUBJECTS
from influence.measures.topics import documents_of
from influence.measures.voice import said, voice, voice_of
from influence.reach.ego import Ego
from influence.reach.population import Population
from influence.text.terms import languages_of, terms_of
from tests.kit.invented import company

DAY = 86_400
WAIT = 14 * DAY
DEEPEST = 4
MONTH = 365.25 * DAY / 12
PRIOR = 0.1
SEEDS = (1, 2)
EMAIL = "ylva.nordahl@vindhall.example"
NOT_READ_PLAINLY = {
    "among_voices",
    "team_beyond",
    "person_against_brand",
    "influence_test",
    "advice_backtest",
    "trend_breaks",
    "response_rate",
    "stage",
    "persistence",
    "first_touch",
    "help_outcome",
    "walls",
    "audience_share",
    "weekly_breaks",
    "against_before",
    "tags",
    "tone",
}
"""What only the report tells: see `test_planted_truths`."""


@lru_cache(maxsize=4)
def reading(seed: int = 1) -> Reading:
    return Reading(company(seed))


@dataclass
class Reading:
    """A slow and plain reading of measures.md over the tables, with nothing of the program's own engine.

    `activities` are those that somebody said; a stranger is a person whom no table names.
    """

    company: Company
    known: dict[str, dict[str, tuple[int, int]]] = field(default_factory=dict)

    @cached_property
    def activities(self) -> list[dict[str, Any]]:
        return [
            row | {"seconds": int(row["time"].timestamp())}
            for row in self.company.activities.to_pylist()
            if row["unsaid"] is None
        ]

    @cached_property
    def strangers(self) -> set[str]:
        named = {account for row in self.company.people.to_pylist() for account in row["accounts"]}
        return {row["actor"] for row in self.company.activities.to_pylist()} - named

    @cached_property
    def people(self) -> dict[str, dict[str, Any]]:
        named = self.company.people.to_pylist()
        unknown = dict.fromkeys(named[0])
        strangers = [unknown | {"person": one, "accounts": [one]} for one in sorted(self.strangers)]
        return {row["person"]: row for row in (*named, *strangers)}

    @cached_property
    def owner(self) -> dict[str, str]:
        return {account: p for p, row in self.people.items() for account in row["accounts"]}

    @cached_property
    def by_id(self) -> dict[str, dict[str, Any]]:
        return {row["id"]: row for row in self.activities}

    def team(self, leader: str) -> set[str]:
        found, frontier = set[str](), {leader}
        while frontier:
            frontier = {p for p, row in self.people.items() if row["manager"] in frontier}
            found |= frontier
        return found

    def author(self, row: dict[str, Any]) -> str:
        return self.owner[row["actor"]]

    def voice(self, row: dict[str, Any]) -> str:
        """Return in whose name it went out, whoever typed it."""
        return self.owner[row["outbox"] or row["actor"]]

    def first_hand(self, leader: str, row: dict[str, Any]) -> bool:
        """Tell whether the row names the leader or, however late, responds to an item by the leader."""
        above = self.by_id.get(row["parent"])
        answers = above is not None and row["verb"] in RESPONSE_VERBS and self.author(above) == leader
        return answers or leader in {self.owner[account] for account in row["mentions"]}

    def depth(self, leader: str, row: dict[str, Any]) -> int | None:
        """Walk up to the nearest item by the leader; None where there is none or a wait is too long."""
        changes, here = 0, row
        while (above := self.by_id.get(here["parent"])) is not None:
            wait = here["seconds"] - above["seconds"]
            if here["verb"] not in RESPONSE_VERBS or not 0 < wait <= WAIT:
                return None
            changes += self.author(above) != self.author(here)
            if self.author(above) == leader:
                return changes if changes <= DEEPEST else None
            here = above
        return None

    def reached(self, leader: str) -> dict[str, tuple[int, int]]:
        """Person → (least depth, seconds of the first response)."""
        if leader not in self.known:
            self.known[leader] = self._reached(leader)
        return self.known[leader]

    def _reached(self, leader: str) -> dict[str, tuple[int, int]]:
        found: dict[str, tuple[int, int]] = {}
        for row in self.activities:
            who = self.author(row)
            depth = 1 if self.first_hand(leader, row) else self.depth(leader, row)
            if depth is None or who == leader or self.people[who]["bot"]:
                continue
            before = found.get(who, (depth, row["seconds"]))
            found[who] = (min(before[0], depth), min(before[1], row["seconds"]))
        return found

    @cached_property
    def together(self) -> dict[str, list[dict[str, Any]]]:
        found = defaultdict(list)
        for row in self.company.encounters.to_pylist():
            for account in row["people"]:
                found[self.owner[account]].append(row)
        return found

    def shared(self, leader: str, who: str) -> list[dict[str, Any]]:
        mine = {id(row) for row in self.together[leader]}
        return [row for row in self.together[who] if id(row) in mine]

    def m(self, leader: str, who: str, until: int) -> float:
        """The probability of having met by then: declarations first, else noisy-or and what is supposed at first."""
        rows = self.shared(leader, who)
        if declared := [row for row in rows if row["evidence"] == Evidence.DECLARED]:
            return float(max(declared, key=lambda row: row["time"])["kind"] != Modality.NEVER)
        rows = [row for row in rows if row["time"] is None or row["time"].timestamp() <= until]
        vague = max((strength(row) for row in rows if is_vague(row)), default=0.0)
        strengths = [strength(row) for row in rows if not is_vague(row)]
        if self.same_desk(leader, who):
            strengths.append(0.9)
        return noisy_or([*strengths, vague, PRIOR * (1 - self.coverage(leader, who, until))])

    def coverage(self, leader: str, who: str, until: int) -> float:
        """The share of the twelve months before in which her calendar names four times a person with an address."""
        if not any(account.startswith("email:") for account in self.people[who]["accounts"]):
            return 0.0
        ago = Counter((until - time) // MONTH for time in self.kept(leader) if time <= until)
        return sum(ago[month] >= 4 for month in range(12)) / 12

    def kept(self, leader: str) -> list[float]:
        return [
            row["time"].timestamp()
            for row in self.together[leader]
            if row["evidence"] in {Evidence.CALENDAR, Evidence.EVENT} and len(row["people"]) > 1
        ]

    def same_desk(self, leader: str, who: str) -> bool:
        mine, theirs = self.people[leader], self.people[who]
        return mine["manager"] is not None and all(mine[k] == theirs[k] for k in ("manager", "site"))

    def measures(self, role: str) -> dict[str, float]:
        leader = self.company.leaders[role]
        team = self.team(leader)
        reached = self.reached(leader)
        outside = {who: self.m(leader, who, first) for who, (_, first) in reached.items() if who not in team}
        near, met, beyond = (
            len(reached) - len(outside),
            sum(outside.values()),
            sum(1 - m for m in outside.values()),
        )
        return {
            "reach_2": near,
            "reach_3": met,
            "reach_4": beyond,
            "beyond_share": beyond / (near + met + beyond),
            "passed_on": sum(depth > 1 for depth, _ in reached.values()),
            "carry_on": self.carry_on(leader),
            "audience": len(self.addressed(leader)),
        }

    def addressed(self, leader: str) -> set[str]:
        return {account for row in self.own(leader) for account in row["to"]}

    def own(self, leader: str) -> list[dict[str, Any]]:
        return [row for row in self.activities if self.author(row) == leader]

    @cached_property
    def conversations(self) -> dict[str, list[dict[str, Any]]]:
        found = defaultdict(list)
        for row in self.activities:
            if row["parent"] is not None:
                found[row["conversation"]].append(row)
        return found

    def carry_on(self, leader: str) -> float:
        """The share of carried-on conversations; not a number where there is no conversation to judge."""
        begun = [row["id"] for row in self.own(leader) if row["parent"] is None]
        told = [self.between_others(leader, self.conversations[c]) for c in begun if c in self.conversations]
        known = [share for share in told if share is not None]
        return sum(share > 0.5 for share in known) / len(known) if known else nan

    def between_others(self, leader: str, rows: list[dict[str, Any]]) -> float | None:
        pairs = [(self.author(row), self.author(self.by_id[row["parent"]])) for row in rows]
        if len({who for who, _ in pairs} - {leader}) < 3:
            return None
        return sum(leader not in pair for pair in pairs) / len(pairs)


def is_vague(row: dict[str, Any]) -> bool:
    return row["evidence"] in {Evidence.CALENDAR, Evidence.EVENT} and row["kind"] == Modality.UNKNOWN


def strength(row: dict[str, Any]) -> float:
    if row["evidence"] == Evidence.CONTACT:
        return 0.3
    if row["evidence"] == Evidence.MESSAGE:
        return 0.6
    base = {Modality.IN_PERSON: 0.95, Modality.UNKNOWN: 0.4}.get(row["kind"], 0.0)
    return base * min(1.0, 8 / (row["attendees"] or len(row["people"])))


def noisy_or(strengths: Iterable[float]) -> float:
    unmet = 1.0
    for value in strengths:
        unmet *= 1 - value
    return 1 - unmet


def leader(role: str) -> str:
    return company().leaders[role]


@pytest.mark.parametrize("role", TRUTHS)
@pytest.mark.parametrize("seed", SEEDS)
def test_every_planted_truth_holds_in_the_data(seed: int, role: str) -> None:
    found = reading(seed).measures(role)
    for measure, (low, high) in TRUTHS[role].bounds.items():
        assert measure in NOT_READ_PLAINLY or low <= found[measure] <= high, (measure, found)


@pytest.mark.parametrize("seed", SEEDS)
def test_she_reaches_many_times_more_people_than_the_chief_although_the_broadcaster_is_heard_by_more(
    seed: int,
) -> None:
    near, beyond, broadcast = (reading(seed).measures(role) for role in ("near", "beyond", "broadcast"))
    assert beyond["reach_4"] >= 5 * near["reach_4"]
    assert beyond["reach_4"] >= 20 * broadcast["reach_4"]
    assert broadcast["audience"] >= 3 * beyond["audience"]


def test_the_broadcaster_has_the_largest_audience_of_a_single_item_too() -> None:
    largest = {role: max(row["audience"] for row in reading().own(leader(role))) for role in TRUTHS}
    assert max(largest, key=largest.__getitem__) == "broadcast"


def test_she_is_reached_from_at_every_depth_to_four() -> None:
    depths = Counter(depth for depth, _ in reading().reached(leader("beyond")).values())
    assert [1, 2, 3, 4] == sorted(depths)
    assert all(depths[depth] >= 3 for depth in depths)


def test_she_reaches_every_sphere_outside_and_other_departments() -> None:
    people = [reading().people[who] for who in reading().reached(leader("beyond"))]
    assert {"customer", "partner", "industry", "public", None} == {row["sphere"] for row in people}
    assert len({row["department"] for row in people} - {None, "Research"}) >= 5


def test_some_whom_she_reached_on_line_she_met_only_later() -> None:
    her, year = leader("beyond"), reading()
    first = {who: time for who, (_, time) in year.reached(her).items()}
    end = max(row["seconds"] for row in year.activities)
    met_later = [who for who in first if year.m(her, who, first[who]) < 0.1 and year.m(her, who, end) >= 0.9]
    assert len(met_later) >= 10


def test_a_minority_of_those_she_reaches_is_unknown_to_any_calendar() -> None:
    her, reached = leader("beyond"), reading().reached(leader("beyond"))
    unknown = [who for who, (_, first) in reached.items() if reading().coverage(her, who, first) < 0.5]
    assert 0.02 < len(unknown) / len(reached) < 0.3


def test_robots_answer_her_and_are_not_counted() -> None:
    robots = {who for who, row in reading().people.items() if row["bot"]}
    answered = [row for row in reading().activities if row["parent"] and reading().author(row) in robots]
    assert leader("beyond") in {reading().author(reading().by_id[row["parent"]]) for row in answered}
    assert set() == robots & set(reading().reached(leader("beyond")))


def test_every_parent_is_there_earlier_and_in_the_same_conversation() -> None:
    year = reading()
    for row in year.activities:
        if row["parent"] is None:
            assert row["id"] == row["conversation"]
            continue
        above = year.by_id[row["parent"]]
        assert (above["conversation"], True) == (row["conversation"], above["seconds"] < row["seconds"])


def test_nobody_answers_themselves_or_a_reaction() -> None:
    year = reading()
    answers = [row for row in year.activities if row["parent"]]
    assert 0 == sum(year.author(row) == year.author(year.by_id[row["parent"]]) for row in answers)
    assert Verb.REACT not in {year.by_id[row["parent"]]["verb"] for row in answers}


def test_the_company_has_the_promised_size_and_seven_systems_in_one_year() -> None:
    year = reading()
    staff = Counter(row["department"] for row in year.people.values() if row["site"])
    assert (401, 1) == (staff.total(), staff["Executive office"])
    assert 55_000 <= len(year.activities) <= 65_000
    systems = {row["actor"].split(":")[0] for row in year.activities}
    assert {"email", "chat", "calendar", "yammer", "x", "blog", "wiki"} == systems
    days = [row["time"].date().isoformat() for row in year.activities]
    assert ("2025-09-01", "2026-08-31") == (min(days), max(days))


def test_the_words_are_those_of_the_import_format() -> None:
    assert {row["verb"] for row in reading().activities} <= {str(verb) for verb in Verb}
    rows = company().encounters.to_pylist()
    assert {str(kind) for kind in Modality} == {row["kind"] for row in rows}
    assert {str(evidence) for evidence in Evidence} == {row["evidence"] for row in rows}


def test_every_account_belongs_to_exactly_one_person() -> None:
    accounts = [account for row in reading().people.values() for account in row["accounts"]]
    assert len(accounts) == len(set(accounts))
    used = {a for row in reading().activities for a in (row["actor"], *row["to"], *row["mentions"])}
    listed = {account for row in company().encounters.to_pylist() for account in row["people"]}
    assert set() == (used | listed) - set(accounts)


def test_a_stranger_writes_one_mail_to_the_leader_and_is_named_nowhere_else() -> None:
    mails = [row for row in company().activities.to_pylist() if row["actor"] in reading().strangers]
    assert len(reading().strangers) == len(mails)
    assert {f"email:{EMAIL}"} == {account for row in mails for account in row["to"]}
    encountered = {account for row in company().encounters.to_pylist() for account in row["people"]}
    assert set() == encountered & reading().strangers


def test_all_managers_lead_up_to_the_chief() -> None:
    employees = {p for p, row in reading().people.items() if row["site"]}
    assert employees == reading().team(leader("near")) | {leader("near")}


def test_every_address_is_under_the_reserved_domain() -> None:
    mail = [account for account in reading().owner if account.startswith("email:")]
    assert {"example"} == {account.rsplit(".", 1)[1] for account in mail}
    urls = [row["url"] for row in reading().activities if row["url"]]
    assert {"example"} == {url.split("/")[2].rsplit(".", 1)[1] for url in urls}


def test_sites_work_by_their_own_clocks() -> None:
    hours = defaultdict(list)
    for row in reading().activities:
        if row["parent"] is None:
            hours[reading().people[reading().author(row)]["site"]].append(row["time"].hour)
    assert 12 <= median(hours["Boston"]) - median(hours["Singapore"]) <= 14


def test_little_is_said_at_weekends_but_something_is() -> None:
    weekend = sum(row["time"].weekday() >= 5 for row in reading().activities) / len(reading().activities)
    assert 0.02 < weekend < 0.2


def test_few_people_say_most_and_waits_have_a_long_tail() -> None:
    year = reading()
    said = sorted(Counter(map(year.author, year.activities)).values(), reverse=True)
    assert sum(said[: len(said) // 10]) > 0.4 * sum(said)
    waits = [r["seconds"] - year.by_id[r["parent"]]["seconds"] for r in year.activities if r["parent"]]
    assert sum(waits) / len(waits) > 2 * median(waits)
    assert max(waits) > WAIT


def test_meetings_are_in_person_online_and_not_stated() -> None:
    kinds = Counter(row["kind"] for row in company().encounters.to_pylist() if row["evidence"] == "calendar")
    assert all(kinds[kind] >= 200 for kind in ("in_person", "online", "unknown"))


def test_the_same_seed_gives_the_same_bytes_in_another_process(tmp_path: Path) -> None:
    script = "import sys, pathlib as p; from influence.demo import *; write(build(3), p.Path(sys.argv[1]))"
    for name, hash_seed in (("a", "1"), ("b", "2")):
        environment = os.environ | {"PYTHONHASHSEED": hash_seed}
        subprocess.run([sys.executable, "-c", script, str(tmp_path / name)], check=True, env=environment)
    for file in ("activities.parquet", "people.parquet", "encounters.parquet", "calendar.ics"):
        first, second = (tmp_path / name / file for name in ("a", "b"))
        assert first.read_bytes() == second.read_bytes()


def test_two_seeds_give_two_companies() -> None:
    assert company(1).activities != company(2).activities
    assert company(1).people != company(2).people


def test_what_is_written_is_what_was_built(tmp_path: Path) -> None:
    paths = write(company(), tmp_path / "new" / "folder")
    tables = ["activities.parquet", "people.parquet", "encounters.parquet"]
    assert [*tables, "calendar.ics"] == [path.name for path in paths]
    assert company().calendar.encode() == paths[-1].read_bytes()
    built = (company().activities, company().people, company().encounters)
    for path, table in zip(paths, built, strict=False):
        assert table == pq.read_table(path)


def test_the_tables_have_the_columns_of_the_import_format() -> None:
    built = company()
    activities = (
        "id time actor verb parent conversation to mentions channel audience url text tags outbox typist unsaid "
        "reaction"
    )
    people = "person name accounts organisation department site manager sphere bot first_contact outcome"
    assert activities == " ".join(built.activities.column_names)
    assert people == " ".join(built.people.column_names)
    assert "time people kind evidence attendees place" == " ".join(built.encounters.column_names)
    for table in (built.activities, built.encounters):
        assert "timestamp[us, tz=UTC]" == str(table.schema.field("time").type)


def test_all_is_written_but_reactions_and_invitations_and_what_robots_send() -> None:
    for row in reading().activities:
        silent = row["verb"] == Verb.REACT or row["actor"].startswith("calendar:")
        silent = silent or reading().people[reading().author(row)]["bot"]
        assert (row["text"] is None) == bool(silent)


def test_the_sentences_are_function_words_so_that_only_the_subject_is_left() -> None:
    for language, sentences in SAID.items():
        for sentence in (*sentences, COINING[language]):
            assert [] == terms_of(sentence.replace("{}", ""), language)
            assert [language] == languages_of([sentence.format("x", "y", "z")])
    for (language, _), words in SUBJECTS.items():
        assert words.split() == terms_of(words, language)
    assert list(COINED) == terms_of(" ".join(COINED), "en")


def test_six_languages_are_written_english_most() -> None:
    texts = [row["text"] for row in reading().activities if row["text"]][::10]
    told = Counter(languages_of(texts))
    assert {"en", "sv", "da", "no", "fi", "de"} == set(told)
    assert "en" == max(told, key=told.__getitem__)
    assert min(told.values()) >= 0.01 * len(texts)


def coined_uses(year: Reading) -> dict[tuple[str, str], list[int]]:
    """(Person, coined term) → when it was written."""
    found = defaultdict(list)
    for row in year.activities:
        for term in COINED:
            if row["text"] and term in row["text"]:
                found[year.voice(row), term].append(row["seconds"])
    return found


@pytest.mark.parametrize("seed", SEEDS)
def test_her_terms_are_taken_up_by_those_who_have_responded_to_them_and_by_nobody_else(seed: int) -> None:
    year = reading(seed)
    her, uses = year.company.leaders["beyond"], coined_uses(year)
    answered = defaultdict(list)
    for row in year.activities:
        above = year.by_id.get(row["parent"])
        if above is not None and year.author(above) == her:
            for term in COINED:
                if term in (above["text"] or ""):
                    answered[year.voice(row), term].append(row["seconds"])
    others = {key: min(times) for key, times in uses.items() if key[0] != her}
    assert len({who for who, _ in others}) >= 100
    assert set(COINED) == {term for who, term in uses if who == her}
    for key, first in others.items():
        assert any(0 < first - time <= WAIT for time in answered[key])


@pytest.fixture(scope="module")
def heard(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], Ego]]:
    """Ask for a leader of the company, of whose messages only the terms were kept."""
    folder = tmp_path_factory.mktemp("terms")
    with Workspace.create(folder / "w"):
        (folder / "w" / "influence.toml").write_text("[privacy]\nkeep_terms = true\n", encoding="utf-8")
    with Workspace(folder / "w") as workspace:
        for file in write(company(), folder / "invented"):
            workspace.import_path(file)
        population = Population(workspace.store.engine, workspace.settings)
        window = workspace.window(None, None)
        yield lambda role: Ego(population, population.people.find(leader(role)), window)


@pytest.fixture(scope="module")
def voice_as(heard: Callable[[str], Ego]) -> Callable[[str], dict[str, Finding]]:
    """Measure the voice of a leader, once for each."""
    return lru_cache(lambda role: voice(heard(role)))


def by_topic(found: dict[str, Finding], name: str) -> tuple[Any, list[Any]]:
    """Return what a finding says of the topic she leads, and of all other topics."""
    of_terms = {row.topic: set(row.terms) for row in found["share_of_voice"].detail.topics}
    hers = set(SUBJECTS["en", LED].split()) | set(COINED)
    rows = sorted(found[name].detail.topics, key=lambda row: len(of_terms[row.topic] & hers))
    return rows[-1], rows[:-1]


def test_her_share_of_voice_is_large_on_the_subject_that_she_leads_and_small_on_all_others(
    voice_as: Callable[[str], dict[str, Finding]],
) -> None:
    found = voice_as("beyond")
    led, rest = by_topic(found, "share_of_voice")
    assert led.interval[0] > 0.2
    assert max(row.share for row in rest) < 0.1
    for role in ("near", "broadcast", "carried_on"):
        assert by_topic(voice_as(role), "share_of_voice")[0].share < 0.05


def test_her_new_terms_are_found_to_be_taken_up_and_nobody_else_s(
    voice_as: Callable[[str], dict[str, Finding]],
) -> None:
    found = voice_as("beyond")
    led, rest = by_topic(found, "lead")
    assert led.new > 2 * led.shuffled
    assert led.q < 0.05
    assert min(row.q for row in rest) > 0.05
    assert found["lead"].detail.p < 0.01
    for role in ("near", "broadcast", "carried_on"):
        assert voice_as(role)["lead"].detail.p > 0.05


def dealt_within(groups: Iterable[int], seed: int = 1) -> list[int]:
    """Return a place for each place, at random among those of the same group."""
    groups = np.asarray(list(groups))
    random = np.random.default_rng(seed)
    places = np.empty(len(groups), np.int64)
    places[np.lexsort((random.random(len(groups)), groups))] = np.argsort(groups, kind="stable")
    return places.tolist()


def test_when_everybody_says_the_same_at_other_times_nothing_is_taken_up(heard: Callable[[str], Ego]) -> None:
    ego = heard("beyond")
    documents = documents_of(ego, *said(ego)[:2])
    items = list(documents)
    dealt = dealt_within(ego.log.items.author[items])
    shuffled = {item: documents[items[other]] for item, other in zip(items, dealt, strict=True)}
    found = voice_of(shuffled, ego)["lead"]
    assert found.value < 1.5 * found.detail.shuffled
    assert found.detail.p > 0.05


def test_in_a_company_whose_messages_were_dealt_at_random_she_leads_no_subject(
    heard: Callable[[str], Ego],
) -> None:
    ego = heard("beyond")
    documents = documents_of(ego, *said(ego)[:2])
    items = list(documents)
    dealt = dealt_within([0] * len(items))
    found = voice_of({item: documents[items[other]] for item, other in zip(items, dealt, strict=True)}, ego)
    assert max(row.share for row in found["share_of_voice"].detail.topics) < 0.12
    assert found["lead"].detail.p > 0.05


def test_the_notice_says_that_all_is_invented() -> None:
    assert "Invented company: every name, message and meeting in this report was generated." == NOTICE
    assert NOTICE == company().notice


def test_naming_the_demo_loads_nothing_heavy() -> None:
    script = "import sys, influence.demo; print(sorted({'numpy', 'pyarrow', 'duckdb'} & set(sys.modules)))"
    out = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True).stdout
    assert "[]" == out.strip()
