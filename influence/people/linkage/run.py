"""Runs the linkage by likelihood over a store where something new came in, and keeps what it found.

What is linked, asked or left, with every reason, stands in `link_log`, run by run; the newest run counts.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa

from influence.people.accounts import token
from influence.people.directory import People
from influence.people.identity import Joining, Sources, likely_links
from influence.people.keeping import NAMES, as_tables, from_tables
from influence.people.linkage.choose import Choice, choose
from influence.people.linkage.profiles import PROFILES
from influence.people.linkage.score import Candidates, Pair, candidates
from influence.people.names import bearer_of
from influence.store.engine import Engine
from influence.store.kept import Kept

_HOURS = """
SELECT p.person, hour(a.time) AS hour, count(*) AS acts
FROM activities a JOIN linked_account p ON p.account = a.actor GROUP BY ALL ORDER BY ALL
"""
_CORRESPONDENTS = """
WITH said AS (
    SELECT p.person, unnest(list_concat(a.addressees, a.mentions)) AS account
    FROM activities a JOIN linked_account p ON p.account = a.actor
    UNION ALL
    SELECT p.person, q.actor FROM activities a JOIN linked_account p ON p.account = a.actor
    JOIN activities q ON q.id = a.parent),
pairs AS (SELECT DISTINCT s.person AS one, p.person AS other FROM said s JOIN linked_account p USING (account)
    WHERE s.person <> p.person)
SELECT one, other FROM pairs UNION SELECT other, one FROM pairs ORDER BY ALL
"""

MODEL = 3
"""Counts up when the linkage itself changes, so that older stores are linked anew."""
_LINKS = pa.schema(
    [
        ("one", pa.string()),
        ("other", pa.string()),
        ("probability", pa.float64()),
        ("weight", pa.float64()),
        ("verdict", pa.string()),
        ("reasons", pa.string()),
    ]
)


def link_what_came(engine: Engine, *, sure: float, ask: float) -> Joining | None:
    """Link anew if anything came in since the last time, and return what was read for it.

    What was decided meanwhile needs no new links: decisions go before them whenever people are put together.
    `sure` is the probability from which two people are taken for one, `ask` the one from which the user is asked.
    """
    mark = _watermark(engine, sure, ask)
    if mark == _last(engine):
        return None
    joining = Joining.read(engine)
    _link(engine, joining, mark, sure, ask)
    return joining


def who_is_who(engine: Engine, kept: Kept, joining: Joining | None = None) -> People:
    """Say who is who, as it was worked out before for the same store, or anew from what was read already."""

    def made() -> dict[str, pa.Table]:
        read = joining or Joining.read(engine)
        return as_tables(read.with_links(likely_links(engine)))

    return from_tables(kept.tables("who", NAMES, made))


def _link(engine: Engine, joining: Joining, mark: str, sure: float, ask: float) -> None:
    people = joining.people()
    choice, found = _choice(engine, joining.sources, people, sure, ask)
    _keep(engine, people, choice)
    counts = {"compared": found.compared, "left_out": found.left_out, "common": found.common}
    for key, value in (("linked", mark), ("linkage", json.dumps(counts))):
        engine.run("DELETE FROM meta WHERE key = ?", [key])
        engine.run("INSERT INTO meta VALUES (?, ?)", [key, value])


def _watermark(engine: Engine, sure: float, ask: float) -> str:
    """Return what tells whether anything came in."""
    rows = engine.arrow("""
        SELECT (SELECT count(*) FROM people_log) AS claims, (SELECT count(*) FROM activity_log) AS activities,
            (SELECT count(*) FROM encounter_log) AS encounters, (SELECT count(*) FROM tie_log) AS ties""")
    row = rows.to_pylist()[0]
    return json.dumps({**row, "sure": sure, "ask": ask, "model": MODEL}, sort_keys=True)


def told(engine: Engine) -> dict[str, int]:
    """Return how many pairs the last linkage compared, and how many at most it did not (`common` keys too common)."""
    rows = engine.arrow("SELECT value FROM meta WHERE key = 'linkage'").to_pylist()
    return dict(json.loads(rows[0]["value"])) if rows else {"compared": 0, "left_out": 0, "common": 0}


def _last(engine: Engine) -> str | None:
    rows = engine.arrow("SELECT value FROM meta WHERE key = 'linked'").to_pylist()
    return rows[0]["value"] if rows else None


def _choice(
    engine: Engine, sources: Sources, people: People, sure: float, ask: float
) -> tuple[Choice, Candidates]:
    shared = {account for account, names in sources.names.items() if bearer_of(names) is None}
    chosen = [
        code for code, one in enumerate(people.who) if not one.bot and not shared.issuperset(one.accounts)
    ]  # a set holds all of no accounts: who has none is left out as well
    profiles = profiles_of(engine, sources, people, chosen)
    found = candidates(profiles)
    return choose(found, profiles, upper=sure, lower=ask), found


def _keep(engine: Engine, people: People, choice: Choice) -> None:
    """Append a run to the log; what it did not find again counts no more."""
    run = int(engine.arrow("SELECT coalesce(max(run), 0) + 1 AS run FROM link_log").column("run")[0].as_py())
    found = [(pair, "linked", _words(pair)) for pair in choice.linked]
    found += [(doubt.pair, "review", f"{_words(doubt.pair)} ({doubt.reason})") for doubt in choice.review]
    rows = {
        "one": [_mark(people, pair.one) for pair, _, _ in found],
        "other": [_mark(people, pair.other) for pair, _, _ in found],
        "probability": [pair.probability for pair, _, _ in found],
        "weight": [pair.weight for pair, _, _ in found],
        "verdict": [verdict for _, verdict, _ in found],
        "reasons": [words for _, _, words in found],
    }
    with engine.transaction():
        engine.offer("found_links", pa.table(rows, schema=_LINKS))
        engine.run("INSERT INTO link_log SELECT ?, * FROM found_links", [run])


def _mark(people: People, person: str) -> str:
    """Return what outlives an import: an account of a person, else their id in a people table."""
    accounts = people.who[people.code[person]].accounts
    return accounts[0] if accounts else token(person)


def _words(pair: Pair) -> str:
    """Say what speaks for a pair, the strongest first, and what speaks against it."""
    said = sorted(pair.reasons, key=lambda reason: -reason[2])
    for_it = [f"{words} ({weight:+.1f})" for _, words, weight in said if weight > 0]
    against = [f"{words} ({weight:+.1f})" for _, words, weight in said if weight < 0]
    return "; ".join(for_it) + ("; but " + "; ".join(against) if against else "")


def profiles_of(engine: Engine, sources: Sources, people: People, chosen: Sequence[int]) -> pa.Table:
    """Describe some people for the linkage: names, accounts, organisation, hours, correspondents (`PROFILES`)."""
    engine.offer("linked_account", people.table())
    with_whom, hours = _correspondents(engine, people), _hours(engine)
    who = [people.who[code] for code in chosen]
    columns: dict[str, list[Any]] = {
        "group": [one.person for one in who],
        "names": [
            sorted({name for account in one.accounts for name in sources.names.get(account, ())})
            for one in who
        ],
        "accounts": [list(one.accounts) for one in who],
        "organisation": [one.organisation for one in who],
        "hours": [hours.get(code, []) for code in chosen],
        "correspondents": [with_whom.get(code, []) for code in chosen],
    }
    return pa.table({field.name: pa.array(columns[field.name], field.type) for field in PROFILES})


def _hours(engine: Engine) -> dict[int, list[int]]:
    hours: dict[int, list[int]] = defaultdict(lambda: [0] * 24)
    for row in engine.arrow(_HOURS).to_pylist():
        hours[row["person"]][row["hour"]] = row["acts"]
    return hours


def _correspondents(engine: Engine, people: People) -> Mapping[int, list[str]]:
    found: dict[int, list[str]] = defaultdict(list)
    rows = engine.arrow(_CORRESPONDENTS)
    for one, other in zip(rows.column("one").to_pylist(), rows.column("other").to_pylist(), strict=True):
        found[one].append(people.who[other].person)
    return found
