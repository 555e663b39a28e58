"""The bottom under the libraries that ask by `requests`: what it does when a service is busy, broken or hostile."""

import gzip
import logging

import pytest

from connectors.kit import limits
from connectors.kit.sessions import session
from influence.contract.connector import ConnectorError, RateLimited
from tests.kit.served import Said, served


def ask(answer, sleep=None):
    """What a session gets from a service that answers so."""
    with served(answer) as here, session(sleep=sleep) as made:
        return made.get(f"{here.url}/list")


def test_what_is_for_a_fixed_address_goes_where_it_is_told():
    with served(lambda _: ["here"]) as here, session("https://api.acme.example", here.url) as made:
        assert ["here"] == made.get("https://api.acme.example/2/list", params={"a": "1"}).json()
    assert ["/2/list"] == [one.path for one in here.asked]
    with pytest.raises(ConnectorError, match="is not https"):
        session("https://api.acme.example", "http://acme.example")


def test_the_sign_in_goes_to_no_other_host():
    with served(lambda _: []) as other:
        sends_on = Said(status=302, headers={"Location": f"{other.url}/list"})
        with pytest.raises(
            ConnectorError, match=r"sends us on to 127\.0\.0\.1:.*; the sign-in is not sent there"
        ):
            ask(lambda _: sends_on)
    assert [] == other.asked


def test_an_address_on_the_same_host_is_followed():
    moved = Said(status=302, headers={"Location": "/new"})
    assert [1] == ask(lambda asked: [1] if asked.path == "/new" else moved).json()


@pytest.mark.parametrize("packed", [False, True])
def test_no_more_is_read_than_the_limit_unpacked(monkeypatch, packed):
    monkeypatch.setattr(limits.within, "__kwdefaults__", {**limits.within.__kwdefaults__, "largest": 1 << 20})
    body = b" " * (3 << 20)
    said = Said(gzip.compress(body), headers={"Content-Encoding": "gzip"}) if packed else Said(body)
    with pytest.raises(ConnectorError, match="answers with more than 1 MiB"):
        ask(lambda _: said)


def test_an_answer_that_drips_ends(monkeypatch):
    monkeypatch.setattr(limits.within, "__kwdefaults__", {**limits.within.__kwdefaults__, "longest": 0.2})

    def drip():
        import time

        for _ in range(40):
            time.sleep(0.05)
            yield b" "

    with pytest.raises(ConnectorError, match="takes more than 0 seconds"):
        ask(lambda _: Said(drip()))


def test_an_answer_of_many_pieces_is_whole():
    pieces = [b"[", b"1,", b"", b"2", b"]"]
    assert [1, 2] == ask(lambda _: Said(iter(pieces))).json()
    packed = gzip.compress(b"[" + b"1," * 100_000 + b"2]")
    assert 100_001 == len(ask(lambda _: Said(packed, headers={"Content-Encoding": "gzip"})).json())


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


def test_a_netrc_file_signs_nobody_in(tmp_path, monkeypatch):
    (tmp_path / "netrc").write_text("default login ann password secret\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    assert [None] == ask(lambda asked: [asked.headers["Authorization"]]).json()


def test_a_new_token_is_hushed_before_a_library_can_log_it(caplog):
    caplog.set_level(logging.DEBUG)
    with served(lambda _: {"access_token": "brand-new-token"}) as here, session() as made:
        logging.getLogger("library").debug("answer %s", made.post(here.url).text)
    assert "answer" in caplog.text
    assert "brand-new-token" not in caplog.text
