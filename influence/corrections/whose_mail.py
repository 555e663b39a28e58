"""What an import says at once of mail that others write: told by the rows alone, before anybody is put together."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass, field

from influence.contract.no_person import sign_of
from influence.contract.wording import ASKS
from influence.corrections.writers import FEWEST, shortened
from influence.people.decisions import WRITES_FOR, Decisions
from influence.store.engine import Engine

_MOST = 3
"""So many are said."""
_WRITTEN = """
SELECT s.source, s.outbox, a.actor, count(DISTINCT s.id) AS mails FROM sent_log s JOIN activity_log a USING (id)
WHERE s.outbox IS NOT NULL AND a.unsaid IS NULL GROUP BY ALL ORDER BY ALL
"""
_TYPED = """
SELECT DISTINCT s.typist, a.actor FROM sent_log s JOIN activity_log a USING (id)
WHERE s.typist IS NOT NULL AND s.typist <> a.actor AND a.unsaid IS NULL ORDER BY ALL
"""
_OWNERS = """
SELECT outbox, list_sort(list_distinct(flatten(list(accounts)))) AS accounts FROM people_log
JOIN (SELECT DISTINCT outbox FROM sent_log WHERE outbox IS NOT NULL) ON list_contains(accounts, outbox) GROUP BY outbox
"""
_NAMES = """
SELECT name FROM people_log WHERE name IS NOT NULL AND list_has_any(accounts, $accounts)
GROUP BY name ORDER BY count(*) DESC, name LIMIT 1
"""


@dataclass
class _Outbox:
    """The sent mail of one mailbox: the accounts that are its owner's, and how much each account wrote."""

    name: str
    own: Set[str]
    wrote: dict[str, int] = field(default_factory=dict)

    @property
    def owned(self) -> bool:
        return any(not account.startswith("mailbox:") for account in self.own)


def others_write(engine: Engine) -> list[str]:
    """Say in whose sent mail most was written by others, and who is stated to type for whom, where nobody decided it.

    Costs a few queries over the sent mail; who is one person is not worked out.
    """
    decided = _decided(engine)
    said = [_said(engine, box, decided) for box in _outboxes(engine)]
    for row in engine.arrow(_TYPED).to_pylist():
        if (row["typist"], row["actor"]) not in decided and sign_of(row["actor"]) is None:
            typist, actor = (_called(engine, [row[side]]) for side in ("typist", "actor"))
            said.append(f"{typist} types mail that goes out as {actor}: {ASKS}")
    told = list(dict.fromkeys(words for words in said if words))
    more = [f"and {len(told) - _MOST:,} more such questions: {ASKS}"] if len(told) > _MOST else []
    return [*told[:_MOST], *more]


def _decided(engine: Engine) -> set[tuple[str, str]]:
    return {
        (writer, leader)
        for one in Decisions(engine).standing()
        if one.verb == WRITES_FOR
        for writer in one.accounts
        for leader in one.others
    }


def _outboxes(engine: Engine) -> Iterable[_Outbox]:
    owners: Mapping[str, list[str]] = {
        row["outbox"]: row["accounts"] for row in engine.arrow(_OWNERS).to_pylist()
    }
    found: dict[tuple[str, str], _Outbox] = {}
    for row in engine.arrow(_WRITTEN).to_pylist():
        name = row["outbox"]
        box = _Outbox(name, {name, *owners.get(name, ())})
        key = ("" if box.owned else row["source"], name)
        wrote = found.setdefault(key, box).wrote
        wrote[row["actor"]] = wrote.get(row["actor"], 0) + row["mails"]
    return found.values()


def _said(engine: Engine, box: _Outbox, decided: Set[tuple[str, str]]) -> str:
    leaders = box.own if box.owned else box.wrote.keys()
    undecided = {
        actor: mails
        for actor, mails in box.wrote.items()
        if actor not in box.own and not any((actor, leader) in decided for leader in leaders)
    }
    if not box.owned:
        several = sum(mails >= FEWEST for mails in undecided.values()) > 1
        return (
            f"several people write the mail in {shortened(box.name.removeprefix('mailbox:'))}: {ASKS}"
            if several
            else ""
        )
    if any(map(sign_of, box.own)):
        return ""
    if sum(undecided.values()) >= FEWEST and 2 * sum(undecided.values()) > sum(box.wrote.values()):
        name = _called(engine, sorted(box.own))
        return f"somebody else writes most of the mail in the Sent folder of {name}: {ASKS}"
    return ""


def _called(engine: Engine, accounts: list[str]) -> str:
    """Return the name given most for some accounts, or what the first of them reads."""
    rows = engine.arrow(_NAMES, {"accounts": accounts}).to_pylist()
    return shortened(rows[0]["name"] if rows else accounts[0].partition(":")[2])
