"""What several test files share: workspaces made of a few written lines, and the outside data if it is there."""

import json
import os
import signal

import pytest

from influence import Workspace
from influence.contract import secrecy
from tests.kit.browser import CHROMIUM, NO_CHROMIUM, launched
from tests.kit.invented import workspace_copied
from tests.kit.places import SHARED

os.environ["PYTHON_KEYRING_BACKEND"] = "keyring.backends.fail.Keyring"
"""No test looks into the keyring of whoever runs it, nor waits for it: those that need one bring it."""

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    # A shell that begins us in the background has us ignore Ctrl-C, and so would the programs that tests stop by it.
    signal.signal(signal.SIGINT, signal.default_int_handler)


LONGEST = (
    *("test_planted_truths", "test_random_logs", "test_networkx_suite", "test_page_in_a_browser"),
    *("test_third_party", "test_lasting", "test_tutorials", "test_real_data", "test_command_line"),
    *("test_demo_company", "test_writers", "test_meetings", "test_killed", "test_request_tracker"),
    *("test_cluster", "test_answers", "test_page", "test_called_off", "test_mailboxes", "test_contract"),
    "test_matrix",
)
"""Files that take about half a minute each: begun last, one would keep one worker busy when the others are done."""


def pytest_collection_modifyitems(items):
    """Begin with the longest files."""
    items.sort(key=lambda item: item.path.stem not in LONGEST)


@pytest.fixture
def shared():
    """The folder with recordings and data made by others; tests that need it skip without it."""
    if not SHARED.is_dir():
        pytest.skip("../shared is not here: the data made by others is needed")
    return SHARED


@pytest.fixture
def workspace(tmp_path):
    """Make a workspace of rows: workspace(activities=[…], people=[…], encounters=[…], ties=[…])."""
    opened = []

    def made(settings="", **kinds):
        place = tmp_path / f"workspace-{len(opened)}"
        one = Workspace.create(place)
        if settings:
            one.close()
            (place / "influence.toml").write_text(settings, encoding="utf-8")
            one = Workspace(place)
        opened.append(one)
        for kind, rows in kinds.items():
            file = tmp_path / f"{kind}.jsonl"
            file.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
            one.import_path(file, connector=kind)
        return one

    yield made
    for one in opened:
        one.close()


@pytest.fixture(scope="session")
def invented(tmp_path_factory, worker_id):
    """Make the demo's workspace: invented(place) is `Workspace.demo(place)`, of which all processes share the work."""
    base = tmp_path_factory.getbasetemp()
    shared = base if worker_id == "master" else base.parent
    return lambda place: workspace_copied(shared / "invented-company", place)


@pytest.fixture(autouse=True)
def _secrets_of_one_test():
    """Blank in a test only the secrets that it handed out itself: a process has those of all its tests."""
    before = set(secrecy._known)
    yield
    secrecy._known.intersection_update(before)


@pytest.fixture(scope="module")
def chromium():
    """One browser for a module: a loop of its own runs while it is open."""
    if CHROMIUM is None:
        pytest.skip(NO_CHROMIUM)
    with launched() as browser:
        yield browser
