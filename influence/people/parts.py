"""Who is who of a log that lies elsewhere, part by part: what may belong together is joined there, and only then told.

Accounts that a claim, a decision, a link or a key has in common make connected components, each of which lies in one
part whole; `identity` then says of each part what it would say of all at once. This machine holds one part at a time,
and of what is done with only columns.
"""
# ruff: noqa: S608 - SQL made of our own constants; data goes in as parameters

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, pairwise

import numpy as np
import pyarrow as pa

from influence.people.accounts import Accounts
from influence.people.addresses import MAY_BE_OWNED, owners_at_most
from influence.people.components import components
from influence.people.decisions import Decision, Decisions
from influence.people.describing import described, gathered
from influence.people.directory import People
from influence.people.identity import LIKELY, Joining, Sources, as_links, exact, names_of_accounts
from influence.people.names import canonical_name, domain_of, public_mail
from influence.people.uses import USES, Uses
from influence.store.engine import Engine, count

MANY = 200_000
"""Claims from which they are taken in parts where they lie elsewhere: fewer are told of sooner all at once."""
_AT_A_TIME = 50_000
"""Accounts of one part, and rows of which the keys are found at a time: about 100 MB of Python."""
_HEX = 4096
"""What three hexadecimal digits tell apart."""

_ACCOUNTS = f"CREATE OR REPLACE TEMP TABLE who_use AS SELECT * FROM ({USES})"
_MAY_JOIN = f"""
CREATE OR REPLACE TEMP TABLE who_may AS
SELECT account, substr(sha256(account), 1, 3) AS mark FROM who_use
WHERE regexp_matches(account, '^name:|{MAY_BE_OWNED}')
"""
_CLAIMED = "SELECT name, accounts FROM people_log WHERE seq >= $since AND seq < $until"
_WRITTEN = "SELECT account FROM who_may WHERE mark >= $since AND mark < $until"
_JOINED = f"""
CREATE OR REPLACE TEMP TABLE joined AS
SELECT concat('c', seq) AS one, concat('m', account) AS other
FROM (SELECT seq, unnest(accounts) AS account FROM people_log)
UNION ALL SELECT concat('c', seq), concat('m ', person) FROM people_log WHERE person IS NOT NULL
UNION ALL SELECT concat('d', seq), concat('m', mark) FROM who_decided
UNION ALL SELECT concat('m', one), concat('m', other) FROM ({LIKELY})
UNION ALL SELECT concat('k', key), concat('m', account) FROM who_key
WHERE NOT starts_with(key, 'n') OR key IN (SELECT key FROM who_key WHERE asks)
"""
"""A name joins accounts only where somebody is known by nothing else (`asks`)."""
_PART = """
CREATE OR REPLACE TEMP TABLE who_part AS SELECT node, substr(sha256(least), 1, 3) AS part FROM component
"""
_CLAIMS = """
CREATE OR REPLACE TEMP TABLE who_claim AS
SELECT p.*, w.part FROM people_log p JOIN who_part w ON w.node = concat('c', p.seq)
"""
_SIZE = "SELECT count(*) AS n FROM who_part WHERE starts_with(node, 'm')"
_IN_PART = "part >= $since AND part < $until"
_CLAIMS_OF = f"SELECT * FROM who_claim WHERE {_IN_PART} ORDER BY seq"
_USES_OF = f"""
SELECT u.account, u.acted FROM who_use u JOIN who_part w ON w.node = concat('m', u.account) WHERE {_IN_PART}
ORDER BY u.account
"""
_DECIDED_IN = f"SELECT node FROM who_part WHERE starts_with(node, 'd') AND {_IN_PART}"
_LINKS_OF = f"""
SELECT l.one, l.other, l.weight, l.reasons FROM ({LIKELY}) l JOIN who_part w ON w.node = concat('m', l.one)
WHERE {_IN_PART} ORDER BY l.weight DESC, l.one, l.other
"""
_OTHERS = """
SELECT u.account, u.acted FROM who_use u ANTI JOIN who_part w ON w.node = concat('m', u.account) ORDER BY u.account
"""
_KEYS = pa.schema([("key", pa.string()), ("account", pa.string()), ("asks", pa.bool_())])


def in_parts(engine: Engine, at_a_time: int = _AT_A_TIME) -> People:
    """Say who is who by the claims, accounts, decisions and likely links of an engine, so many accounts at a time.

    It is what `identity.resolve` says; links and conflicts are told part by part.
    """
    decided = Decisions(engine).standing()
    engine.run(_ACCOUNTS)
    _offer_decided(engine, decided)
    made = _make_keys(engine, decided, at_a_time)
    engine.run(_JOINED)
    components(engine)
    engine.run(_PART)
    engine.run(_CLAIMS)
    people = gathered(chain(_each_part(engine, decided, at_a_time), [_others(engine)]))
    for name in (*made, "who_use", "who_may", "who_key", "joined", "component", "who_part", "who_claim"):
        engine.run(f"DROP TABLE {name}")
    return people


def _marks(decided: Sequence[Decision]) -> list[str]:
    return [mark for one in decided for mark in (*one.accounts, *one.others)]


def _offer_decided(engine: Engine, decided: Sequence[Decision]) -> None:
    seq = [one.seq for one in decided for _ in _marks([one])]
    columns = {"seq": pa.array(seq, pa.int64()), "mark": pa.array(_marks(decided), pa.string())}
    engine.offer("who_decided", pa.table(columns))


def _make_keys(engine: Engine, decided: Sequence[Decision], at_a_time: int) -> list[str]:
    """Make the table of what two accounts may have in common, some rows at a time; return the tables it took."""
    engine.run(_MAY_JOIN)
    made = []
    asked = _as_keys(key for mark in _marks(decided) if mark.startswith("name:") for key in _keys(mark, None))
    for number, keys in enumerate(chain([asked], _each_keys(engine, at_a_time))):
        engine.offer("who_found", keys)
        made.append(f"who_key_{number}")
        engine.run(f"CREATE OR REPLACE TEMP TABLE {made[-1]} AS SELECT * FROM who_found")
    engine.run(
        "CREATE OR REPLACE TEMP TABLE who_key AS "
        + " UNION ALL ".join(f"SELECT * FROM {one}" for one in made)
    )
    return made


def _each_keys(engine: Engine, at_a_time: int) -> Iterator[pa.Table]:
    last = count(engine, "SELECT coalesce(max(seq), 0) AS n FROM people_log")
    for since in range(0, last + 1, at_a_time):
        claims = engine.arrow(_CLAIMED, {"since": since, "until": since + at_a_time}).to_pylist()
        yield _as_keys(
            key for claim in claims for account in claim["accounts"] for key in _keys(account, claim["name"])
        )
    for part in _parts(count(engine, "SELECT count(*) AS n FROM who_may"), at_a_time):
        accounts = engine.arrow(_WRITTEN, part).column("account").to_pylist()
        yield _as_keys(
            key for account in accounts for key in ((f"s{account}", account, False), *_keys(account, None))
        )


def _keys(account: str, name: str | None) -> Iterator[tuple[str, str, bool]]:
    """Yield what `identity.exact` may join an account by, and whether it asks who bears a name."""
    for owner in owners_at_most(account):
        yield f"o{owner}", account, False
    if account.startswith("name:") and (called := canonical_name(account.removeprefix("name:"))):
        yield f"n{called}", account, True
    if name and (full := canonical_name(name)):
        yield f"n{full}", account, False
        if (domain := domain_of(account)) and not public_mail(domain):
            yield f"a{full} {domain}", account, False


def _as_keys(found: Iterable[tuple[str, str, bool]]) -> pa.Table:
    names = _KEYS.names
    return pa.Table.from_pylist([dict(zip(names, row, strict=True)) for row in set(found)], _KEYS)


def _parts(rows: int, at_a_time: int) -> Iterator[dict[str, str]]:
    """Yield from which digits to which a part goes, of parts alike in size."""
    ends = np.linspace(0, _HEX, min(_HEX, 1 + rows // at_a_time) + 1).astype(int).tolist()
    for since, until in pairwise(ends):
        yield {"since": f"{since:03x}", "until": f"{until:03x}" if until < _HEX else "g"}


def _each_part(engine: Engine, decided: Sequence[Decision], at_a_time: int) -> Iterator[People]:
    for part in _parts(count(engine, _SIZE), at_a_time):
        claims = engine.arrow(_CLAIMS_OF, part).drop_columns("part").to_pylist()
        numbers = {int(node[1:]) for node in engine.arrow(_DECIDED_IN, part).column("node").to_pylist()}
        sources = Sources(claims, names_of_accounts(claims), Uses(engine.arrow(_USES_OF, part)))
        mine = [one for one in decided if one.seq in numbers]
        joining = Joining(sources, mine, exact(sources, mine))
        yield joining.with_links(as_links(engine.arrow(_LINKS_OF, part)))


def _others(engine: Engine) -> People:
    """Return everybody who is but an account."""
    return described(Accounts(), [], Uses(engine.arrow(_OTHERS)), {}, [])
