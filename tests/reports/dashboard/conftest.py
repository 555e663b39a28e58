"""One small workspace, and its dashboard while a module's tests run."""

import json

import pytest

from influence import Workspace
from tests.kit.dashboard import PEOPLE, activities, open_dashboard


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    """A workspace of two leaders, in which nobody is tracked."""
    folder = tmp_path_factory.mktemp("small")
    made = Workspace.create(folder / "w")
    for kind, rows in {"activities": activities(), "people": PEOPLE}.items():
        file = folder / f"{kind}.jsonl"
        file.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
        made.import_path(file, connector=kind)
    yield made
    made.close()


@pytest.fixture(scope="module")
def dashboard(small):
    """Its dashboard, open to everything."""
    with open_dashboard(small) as opened:
        yield opened


@pytest.fixture(scope="module")
def visitor(dashboard):
    """Somebody who came in by a link."""
    return dashboard.visitor()
