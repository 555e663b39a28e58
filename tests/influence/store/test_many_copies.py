"""Many copies of one message, by several ways in and in any order: the ledger adds up, and nobody is counted twice."""

import json
import random

import pytest

LEADER, FANS = "email:ann@acme.example", [f"email:f{n}@buyer.example" for n in range(12)]
COPIES = 4
"""So many exports and pulls hold each message, each under an id of its own or all under one."""


def written():
    """Messages as one export holds them: what the leader wrote, and who answered what."""
    rows = []
    for n, fan in enumerate(FANS):
        hour = f"2026-03-{1 + n % 9:02}T{8 + n % 3:02}"
        rows.append(
            {"id": f"a{n}", "time": f"{hour}:00:00Z", "actor": LEADER, "verb": "message", "to": [fan]}
        )
        rows.append(
            {
                "id": f"b{n}",
                "time": f"{hour}:30:00Z",
                "actor": fan,
                "verb": "reply",
                "parent": f"a{n}",
                "to": [LEADER],
            }
        )
    return [row | {"fingerprint": f"print of {row['id']}"} for row in rows]


def copied(rows, chance):
    """What other ways in hold of them: some under ids of their own, and what they answer under an id of any of them."""
    ids = {row["id"]: [row["id"] + chance.choice(("", f"-copy{n}")) for n in range(COPIES)] for row in rows}
    found = []
    for number in range(COPIES):
        way = [
            row
            | {"id": ids[row["id"]][number]}
            | ({"parent": chance.choice(ids[row["parent"]])} if "parent" in row else {})
            for row in rows
        ]
        chance.shuffle(way)
        found.append(way)
    return found


def brought(held, place, ways):
    """Bring each in; give what was read of them together, and what was stored."""
    read = stored = 0
    for number, rows in enumerate(ways):
        file = place / f"way{number}.jsonl"
        file.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
        done = held.import_path(file, connector="activities").summary
        assert done.read == len(rows) == done.stored + done.known + done.aside
        read, stored = read + done.read, stored + done.stored
    return read, stored


@pytest.mark.parametrize("seed", range(4))
def test_however_often_and_in_which_order_a_message_comes_it_counts_once(workspace, tmp_path, seed):
    chance, rows = random.Random(seed), written()  # noqa: S311 - it only draws an order
    plain = workspace(activities=rows).report(LEADER, measures=["reach_4", "own_output"])
    ways = copied(rows, chance)
    every = [row for way in ways for row in way]
    chance.shuffle(every)
    cuts = sorted(chance.sample(range(1, len(every)), COPIES - 1))
    ways += [every[begin:end] for begin, end in zip([0, *cuts], [*cuts, len(every)], strict=True)]
    held = workspace()
    read, stored = brought(held, tmp_path, ways)
    assert (2 * COPIES * len(rows), len(rows)) == (read, stored)
    told = held.report(LEADER, measures=["reach_4", "own_output"])
    for name, finding in plain.findings.items():
        assert finding.value == told.findings[name].value, name
    assert {one.person: one.responses for one in plain.people} == {
        one.person: one.responses for one in told.people
    }
    assert len(FANS) == len(told.people)
