"""Files that others collected because they broke a reader: no traceback, no hang, and every row accounted for.

None of them lies here. `INFLUENCE_COLLECTIONS` names a folder with a folder of them for each kind of file: json, mail,
calendar, table, html, zip, tar (docs/reliability.md says which were tried). Each is brought in as it is, by some
connectors that read its kind, and as a value within some files that are recognised.
"""

import os
import random
from pathlib import Path

import pytest

from influence.store.store import Store
from tests.faults.test_fuzz import JSON, SEED, STORES, TOGETHER, Inputs, seeds
from tests.kit.figures import measured
from tests.kit.mutations import valued

FOLDER = os.environ.get("INFLUENCE_COLLECTIONS", "")
CONNECTORS = {
    "json": JSON,
    "mail": ["mail"],
    "calendar": ["calendar"],
    "table": ["activities", "people", "mail-log"],
}
WITHIN = {
    "json": [f"json of {name}" for name in JSON],
    "mail": ["mbox"],
    "calendar": ["iCalendar"],
    "html": ["mbox"],
}
SOME = 6
"""So many connectors are told to read each, and in so many recognised files it stands as a value."""

pytestmark = pytest.mark.skipif(
    not FOLDER, reason="INFLUENCE_COLLECTIONS names no folder of files that others collected"
)


@pytest.fixture(autouse=True)
def _store():
    STORES[:] = [Store()]
    yield
    STORES[:] = []


def ways(kind, content, chance):
    """Each way in which a file is tried: the connector that is named, and the bytes."""
    yield None, content
    known = CONNECTORS.get(kind, [])
    for connector in chance.sample(known, min(SOME, len(known))):
        yield connector, content
    if kind == "mail":
        yield None, b"From x Thu Jan  1 00:00:00 2026\n" + content
    for _ in range(SOME if kind in WITHIN else 0):
        found, connector = chance.choice(seeds(chance.choice(WITHIN[kind])))
        yield connector, valued(found, chance, content)


@pytest.mark.parametrize("kind", ["json", "mail", "calendar", "table", "html", "zip", "tar"])
def test_what_broke_others_is_read_set_aside_or_refused(kind, tmp_path):
    chance, files = random.Random(f"{kind} {SEED}"), [*Path(FOLDER, kind).rglob("*")]  # noqa: S311
    files = sorted(file for file in files if file.is_file())
    inputs, by_connector = Inputs(kind, tmp_path), {}
    for file in files:
        for connector, content in ways(kind, file.read_bytes(), chance):
            by_connector.setdefault(connector, []).append(content)
    for connector, contents in by_connector.items():
        for begin in range(0, len(contents), TOGETHER):
            inputs.bring_these(dict(enumerate(contents[begin : begin + TOGETHER], begin)), connector)
    assert [] == inputs.failed
    many = sum(map(len, by_connector.values()))
    measured("collections", kind, files=len(files), inputs=many, landed=inputs.landed, failed=0)
