"""Sessions that wait where a service is busy, and let no library log a token that came."""

import logging

import pytest

from connectors.kit.sessions import session
from influence.contract.connector import RateLimited
from tests.kit.served import Said, served


def ask(answer, sleep=None):
    """What a session gets from a service that answers so."""
    with served(answer) as here, session(sleep=sleep) as made:
        return made.get(f"{here.url}/list")


def test_a_busy_service_is_waited_for_only_where_it_is_said_how():
    def busy():
        answers = [Said(status=429, headers={"Retry-After": "3"}), Said([1])]
        return lambda _: answers.pop(0)

    waits = []
    assert [1] == ask(busy(), waits.append).json()
    assert [3.0] == waits
    assert 429 == ask(busy()).status_code
    with pytest.raises(RateLimited, match="asks to wait 900 seconds"):
        ask(lambda _: Said(status=429, headers={"Retry-After": "900"}), waits.append)


def test_a_new_token_is_hushed_before_a_library_can_log_it(caplog):
    caplog.set_level(logging.DEBUG)
    with served(lambda _: {"access_token": "brand-new-token"}) as here, session() as made:
        logging.getLogger("library").debug("answer %s", made.post(here.url).text)
    assert "answer" in caplog.text
    assert "brand-new-token" not in caplog.text
