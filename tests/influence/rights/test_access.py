"""All that is held about somebody is told to them, and others are not named."""

import json
import shutil

from click.testing import CliRunner

from influence import Workspace
from influence.cli import main
from tests.influence.rights.test_readings import LOG

EXTRA = {
    **LOG,
    "encounters": [
        {
            "time": "2026-01-01T10:00:00Z",
            "people": ["x:1", "x:2"],
            "kind": "in_person",
            "evidence": "declared",
        }
    ],
}


def test_it_says_what_whence_since_when_who_decided_and_who_read(workspace):
    held = workspace(**EXTRA)
    held.curation.sphere("x:2", "customer", because="a contract")
    held.report("x:2")
    found = held.access("x:2")
    told = {(row["what"], row["rows"], row["first"]) for row in found.rows}
    assert {
        ("what they did: reply", 1, "2026-03-02"),
        ("meetings: in_person (declared)", 1, "2026-01-01"),
        ("who they are, as a source says", 1, None),
    } == told
    assert (["x:2"], "Bo Ek", 1) == (list(found.accounts), found.name, found.with_others)
    assert [("sphere", "customer", "a contract")] == [
        (one["what"], one["value"], one["because"]) for one in found.decisions
    ]
    assert ["report", "access"] == [one["command"] for one in found.readings]
    for text in (str(found), json.dumps(found.as_json())):
        assert "Ann" not in text
        assert "x:1" not in text


def test_the_commands_write_it_down_forget_and_give_a_receipt(workspace, tmp_path):
    held = workspace(**EXTRA)
    held.close()
    place, run = ["-w", str(held.path)], CliRunner().invoke
    asked = run(main, ["access", "Bo Ek", *place, "-o", str(tmp_path / "bo.json")])
    assert 0 == asked.exit_code, asked.output
    assert "influence.access/1" == json.loads((tmp_path / "bo.json").read_text("utf-8"))["schema"]
    refused = run(main, ["forget", "Bo Ek", *place])
    assert (1, "Error: nobody is there to be asked: say --yes if you mean it\n") == (
        refused.exit_code,
        refused.output,
    )
    done = run(main, ["forget", "Bo Ek", "--yes", *place, "-o", str(tmp_path / "receipt.json")])
    assert 0 == done.exit_code, done.output
    assert "removed in activity_log: 1 row" in done.output
    assert "It cannot be undone" in done.output
    receipt = (tmp_path / "receipt.json").read_text("utf-8")
    assert {"reply": 1} == json.loads(receipt)["kinds"]
    assert "Bo" not in receipt
    assert 1 == run(main, ["forget", "Bo Ek", "--yes", *place]).exit_code, "nobody is called so any more"
    shutil.rmtree(held.path)


def test_prune_says_where_there_is_no_rule(tmp_path):
    Workspace.create(tmp_path / "w").close()
    told = CliRunner().invoke(main, ["prune", "-w", str(tmp_path / "w")])
    assert (0, True) == (told.exit_code, "everything is kept" in told.output)
