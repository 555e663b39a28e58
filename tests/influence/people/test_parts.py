"""Who is who in parts is who is who at once; connected components are those of a plain walk."""

from datetime import UTC, datetime

import networkx as nx
import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from influence.contract.records import Activity, Person, Verb
from influence.people.components import components
from influence.people.decisions import Decisions
from influence.people.identity import resolve
from influence.people.keeping import as_tables
from influence.people.parts import in_parts
from influence.store.engine import DuckEngine
from influence.store.store import Store
from tests.kit.draws import draws

START = datetime(2026, 1, 5, 9, tzinfo=UTC)
ACCOUNTS = [
    *(
        f"email:{who}@{where}"
        for who in ("ann.berg", "bo.ek", "info")
        for where in ("acme.example", "gmail.com")
    ),
    "email:annberg+news@googlemail.com",
    "email:ann.berg2@acme.example",
    "email:7+boek@users.noreply.github.com",
    "email:8+boek@users.noreply.github.com",
    "github-login:boek",
    "github:7",
    "name:ann berg",
    "name:bo ek",
    "name:dr. ann b. berg",
    "name:ek, bo jr.",
    "x:1",
    "x:2",
    "slack:T1/U1",
]
NAMES = [None, "Ann Berg", "Berg, Ann", "Ann B. Berg", "Bo Ek", "Bo Ek Jr.", "Desk"]
some = st.lists(st.sampled_from(ACCOUNTS), min_size=1, max_size=3, unique=True)
claims = st.lists(
    st.tuples(st.sampled_from([None, "p1", "p2", "x:1"]), st.sampled_from(NAMES), some), max_size=8
)
decisions = st.lists(st.tuples(st.sampled_from(["same", "apart", "rename", "bot"]), some, some), max_size=3)
likely = st.lists(
    st.tuples(st.sampled_from(ACCOUNTS), st.sampled_from(ACCOUNTS), st.integers(1, 9)), max_size=3
)


def a_store(acting, claimed, decided, linked):
    """A store of what was drawn."""
    store = Store()
    with store.batch("drawn", "activities") as batch:
        for n, account in enumerate(acting):
            batch.add(Activity(f"a{n}", START, account, Verb.POST), "log")
        for person, name, accounts in claimed:
            batch.add(Person(person, name, tuple(accounts)), "log")
    for verb, one, other in decided:
        others = other if verb in {"same", "apart"} else ()
        Decisions(store.engine).record(verb, one, others, value="Pia Lund", by="me")
    for one, other, weight in linked:
        store.engine.run(
            "INSERT INTO link_log VALUES (1, ?, ?, 0.99, ?, 'linked', 'alike')", [one, other, float(weight)]
        )
    return store


def told(people):
    """All that is known of people; links and conflicts in any order, since parts tell them part by part."""
    tables = as_tables(people)
    in_order = {name: tables[name].to_pylist() for name in ("people", "accounts")}
    return in_order | {
        name: sorted(map(repr, tables[name].to_pylist())) for name in ("joined", "conflicts", "merged")
    }


@settings(max_examples=draws(8, 2000), deadline=None)
@given(st.lists(st.sampled_from(ACCOUNTS), max_size=8), claims, decisions, likely)
def test_parts_say_what_is_said_at_once(acting, claimed, decided, linked):
    store = a_store(acting, claimed, decided, linked)
    assert told(resolve(store.engine)) == told(in_parts(store.engine, 2))
    store.close()


@settings(max_examples=draws(12, 1000), deadline=None)
@given(st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30)), max_size=60))
def test_components_are_those_of_a_plain_walk(edges):
    engine = DuckEngine()
    one, other = ([f"{edge[side]:02}" for edge in edges] for side in (0, 1))
    engine.offer(
        "joined", pa.table({"one": pa.array(one, pa.string()), "other": pa.array(other, pa.string())})
    )
    components(engine)
    found = {row["node"]: row["least"] for row in engine.arrow("SELECT * FROM component").to_pylist()}
    groups = nx.connected_components(nx.Graph(zip(one, other, strict=True)))
    assert {node: min(group) for group in groups for node in group} == found
    engine.close()


def test_a_long_chain_takes_few_rounds():
    engine = DuckEngine()
    node = [f"{n * 7919 % 5000:04}" for n in range(5000)]
    engine.offer("joined", pa.table({"one": node[:-1], "other": node[1:]}))
    assert components(engine) <= 14
    assert ["0000"] == engine.arrow("SELECT DISTINCT least FROM component").column("least").to_pylist()
    engine.close()
