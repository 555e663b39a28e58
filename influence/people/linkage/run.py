"""Runs the linkage by likelihood over a store where something new came in, and keeps what it found.

What is linked, asked or left, with every reason, stands in `link_log`, run by run; the newest run counts.
"""

from __future__ import annotations

import json
from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from influence.kernels.arrays import Ints
from influence.people.accounts import token
from influence.people.columns import whole
from influence.people.directory import People
from influence.people.identity import Joining, Sources, likely_links
from influence.people.keeping import NAMES, as_tables, from_tables
from influence.people.linkage.choose import Choice, choose
from influence.people.linkage.profiles import FEW_ACTS, PROFILES
from influence.people.linkage.score import Candidates, Pair, candidates
from influence.people.names import bearer_of
from influence.people.parts import MANY, in_parts
from influence.store.engine import Engine, count
from influence.store.kept import Kept

_HOURS = """
WITH counted AS (SELECT p.person, hour(a.time) AS hour, count(*) AS acts
    FROM activities a JOIN linked_account p ON p.account = a.actor GROUP BY ALL)
FROM counted QUALIFY sum(acts) OVER (PARTITION BY person) >= ? ORDER BY ALL
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

MODEL = 4
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
    """Say who is who, as it was worked out before for the same store, or anew from what was read already.

    Of many who lie elsewhere it is said part by part.
    """

    def made() -> dict[str, pa.Table]:
        if engine.elsewhere and count(engine, "SELECT count(*) AS n FROM people_log") > MANY:
            return as_tables(in_parts(engine))
        read = joining or Joining.read(engine)
        return as_tables(read.with_links(likely_links(engine)))

    return from_tables(kept.tables("who", NAMES, made))


def _link(engine: Engine, joining: Joining, mark: str, sure: float, ask: float) -> None:
    people = joining.people()
    choice, found = _choice(engine, joining.sources, people, sure, ask)
    counts = {"compared": found.compared, "left_out": found.left_out, "common": found.common}
    with engine.transaction():  # stopped in between, the store would say that all was told
        _keep(engine, people, choice)
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
    chosen = _chosen(
        people, [account for account, names in sources.names.items() if bearer_of(names) is None]
    )
    profiles = profiles_of(people, chosen)
    found = candidates(profiles, lambda: habits_of(engine, people, chosen))
    named = {group for pair in found for group in (pair.one, pair.other)}
    met = profiles.filter(pc.is_in(profiles.column("group"), pa.array(sorted(named), pa.string())))
    return choose(found, met, upper=sure, lower=ask), found


def _chosen(people: People, shared: Sequence[str]) -> Ints:
    """Return the codes of all who are a person with an account that is theirs alone."""
    accounts = whole(people.rows, "accounts")
    own = pc.invert(pc.is_in(pc.list_flatten(accounts), pa.array(shared, pa.string())))
    has = np.bincount(pc.list_parent_indices(accounts).filter(own).to_numpy(), minlength=len(people)) > 0
    return np.flatnonzero(has & ~whole(people.rows, "bot").to_numpy(zero_copy_only=False))


def _keep(engine: Engine, people: People, choice: Choice) -> None:
    """Append a run to the log, within a transaction; what it did not find again counts no more."""
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


def profiles_of(people: People, chosen: Ints) -> pa.Table:
    """Describe some people for the linkage: names, accounts, organisation (`PROFILES` without the habits)."""
    codes = pa.array(chosen)
    told = {name: whole(people.rows, name).take(codes) for name in ("person", "accounts", "organisation")}
    names = people.also.take(codes)
    return pa.table([told["person"], names, told["accounts"], told["organisation"]], names=PROFILES.names[:4])


def habits_of(engine: Engine, people: People, chosen: Ints) -> pa.Table:
    """Return at which hours some people acted, where that shows any habit, and with whom they exchanged."""
    engine.offer("linked_account", people.table())
    return pa.table(
        {"hours": _hours(engine, chosen), "correspondents": _correspondents(engine, people, chosen)}
    )


def _hours(engine: Engine, chosen: Ints) -> pa.ListArray:
    rows = engine.arrow(_HOURS, [FEW_ACTS])
    person, nth = np.unique(rows.column("person").to_numpy(), return_inverse=True)
    acts = np.zeros((len(person), 24), np.int64)
    acts[nth, rows.column("hour").to_numpy()] = rows.column("acts").to_numpy()
    ends = np.cumsum(np.isin(chosen, person) * 24)
    theirs = acts[np.isin(person, chosen)]
    return pa.ListArray.from_arrays(pa.array(np.append(0, ends), pa.int32()), pa.array(theirs.ravel()))


def _correspondents(engine: Engine, people: People, chosen: Ints) -> pa.ListArray:
    rows = engine.arrow(_CORRESPONDENTS)
    one, other = (rows.column(name).to_numpy() for name in ("one", "other"))
    many = np.bincount(one, minlength=len(people))[chosen]
    theirs = other[np.isin(one, chosen)]
    ids = whole(people.rows, "person").take(pa.array(theirs))
    return pa.ListArray.from_arrays(pa.array(np.append(0, np.cumsum(many)), pa.int32()), ids)
