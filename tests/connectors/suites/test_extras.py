"""The libraries of Microsoft, Google and Slack are extras: loaded when they are used, named where they are missing."""

import subprocess
import sys

import pytest

from connectors.chat.slack import Slack
from connectors.chat.yammer import Yammer
from connectors.suites.google import Google
from connectors.suites.microsoft import Microsoft
from influence.contract.connector import MissingExtra
from influence.contract.testing import Remembered

FOUR = [(Microsoft, "msal"), (Yammer, "msal"), (Google, "google_auth_oauthlib"), (Slack, "slack_sdk")]


@pytest.mark.parametrize(("kind", "library"), FOUR)
def test_a_library_that_is_missing_is_named_with_the_command_that_brings_it(monkeypatch, kind, library):
    for module in [library, *(name for name in sys.modules if name.startswith((library, "connectors.")))]:
        if module in {"connectors.chat.slack_api", "connectors.suites.google_sign_in"}:
            monkeypatch.delitem(sys.modules, module)
        elif module.startswith(library):
            monkeypatch.setitem(sys.modules, module, None)
    one = kind() if kind is Slack else kind(client_id="app")
    with pytest.raises(MissingExtra, match=rf"pip install 'networked-influence\[{kind.needs[library]}\]'"):
        one.signed_in_as(Remembered())


def test_nothing_of_them_is_loaded_before_it_is_used():
    program = (
        "import sys, influence.contract.plugins as plugins\n"
        "for name in ('microsoft', 'yammer', 'google', 'slack'): plugins.load('influence.connectors', name)()\n"
        "heavy = ('msal', 'google', 'google_auth_oauthlib', 'slack_sdk', 'requests', 'oauthlib', 'httpx')\n"
        "print([name for name in heavy if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert "[]" == done.stdout.strip()
