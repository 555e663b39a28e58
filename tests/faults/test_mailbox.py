"""Every fault of a mail server, at the first, a middle and the last command of a pull: bounded, told, nothing lost.

Between the connector and a real Dovecot stands somebody who speaks the fault, in the words that IMAP has for it. As of
other services (`test_services.py`), all are tried with `INFLUENCE_FAULTS=all`, else a few.
"""

import re
import socket
import ssl
import threading
from contextlib import contextmanager, suppress
from functools import partial
from itertools import count

import pytest

from connectors.mail import imap as imap_module
from connectors.mail import imap_session
from connectors.mail.imap import Imap
from influence.contract.testing import Remembered
from tests.faults.test_services import EVERY, MOST, PLACES, read
from tests.kit.dovecot import PASSWORD, dovecot, message, put
from tests.kit.figures import measured

FAULTS = {
    "429": b"%s NO [LIMIT] slow down\r\n",
    "500": b"%s BAD internal error\r\n",
    "503": b"* BYE back in an hour\r\n",
    "time-out": None,
    "reset": b"",
    "cut off": None,
    "no JSON": b"<html>Please sign in to the hotel's network</html>\r\n",
    "401": b"%s NO [AUTHENTICATIONFAILED] your session is over\r\n",
    "other fields": None,
    "empty": b"%s OK done\r\n",
    "in a circle": None,
    "to another host": b"%s NO [REFERRAL imap://ann@other.example/] go there\r\n",
}
"""What is said in place of the answer; None where it is made of it. IMAP has no word for when to come again."""
ONLY_FOR_EVER = {"other fields", "in a circle"}


class Between:
    """One who passes on what a mail server says, but for a fault at its n-th command: once, or from then on."""

    def __init__(self, dovecot, fault="", at=0, *, once=True):
        self._dovecot, self._fault, self._at, self._once = dovecot, fault, at, once
        self._number, self._before, self.signed = count(), {}, []
        self._server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._server.load_cert_chain(dovecot.base / "certificate.pem", dovecot.base / "key.pem")
        self._client = ssl.create_default_context(cafile=str(dovecot.base / "certificate.pem"))

    @property
    def asked(self):
        return next(self._number)

    @contextmanager
    def listening(self):
        """Give the port."""
        with socket.create_server(("127.0.0.1", 0)) as listening:
            thread = threading.Thread(target=self._accept, args=(listening,), daemon=True)
            thread.start()
            yield listening.getsockname()[1]
            listening.shutdown(socket.SHUT_RDWR)
            thread.join(5)

    def _accept(self, listening):
        while True:
            try:
                plain, _ = listening.accept()
            except OSError:
                return
            threading.Thread(target=self._carry, args=(plain,), daemon=True).start()

    def _carry(self, plain):
        with (
            suppress(OSError, ValueError),
            plain,
            self._server.wrap_socket(plain, server_side=True) as here,
            socket.create_connection(("localhost", self._dovecot.port)) as open_,
            self._client.wrap_socket(open_, server_hostname="localhost") as there,
            here.makefile("rb") as asks,
            there.makefile("rb") as says,
        ):
            here.sendall(says.readline())
            while line := asks.readline():
                there.sendall(line)
                told = answer(line.split()[0], says)
                if told.startswith(b"+"):  # the sign-in follows
                    here.sendall(told)
                    there.sendall(asks.readline())
                    told = answer(line.split()[0], says)
                told = self._faulty(line, told)
                if told is None:
                    here.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
                    return
                here.sendall(told)

    def _faulty(self, line, told):
        """What is said of a command; None where the connection ends."""
        number, tag = next(self._number), line.split()[0]
        due = self._fault and number >= self._at and (number == self._at or not self._once)
        kind = line.split(b" ", 1)[1]
        if not due:
            self._before.setdefault(re.sub(rb"\d+", b"", kind), told.replace(tag, b"%s"))
            return told
        match self._fault:
            case "time-out":
                return b""
            case "reset":
                return None
            case "cut off":
                return told[: len(told) // 2]
            case "other fields":
                return re.sub(rb"\b(FETCH|LIST|UIDVALIDITY|UID|BODY)\b", rb"\1X", told)
            case "in a circle":
                return self._before.get(re.sub(rb"\d+", b"", kind), told).replace(b"%s", tag)
        return FAULTS[self._fault].replace(b"%s", tag)


def answer(tag, says):
    """All that a server says of a command, whole with its literals; or that it waits for more."""
    told = b""
    while line := says.readline():
        told += line
        if size := re.search(rb"\{(\d+)\}\r\n$", line):
            told += says.read(int(size[1]))
        elif line.startswith((tag, b"+ ")) or line == b"+\r\n":
            return told
    raise OSError("the server has gone")


@pytest.fixture(scope="module")
def server():
    with dovecot() as running:
        client = running.client("ann")
        put(client, "INBOX", *(message(number) for number in range(1, 5)))
        client.create("Project")
        put(client, "Project", *(message(number) for number in range(5, 8)))
        yield running
        client.logout()


@pytest.fixture(autouse=True)
def at_once(server, monkeypatch):
    """Nobody waits, and two messages are a page."""
    waited = []
    monkeypatch.setenv("SSL_CERT_FILE", str(server.base / "certificate.pem"))
    monkeypatch.setattr(imap_module, "PAGE", 2)
    monkeypatch.setattr(imap_session, "TIMEOUT", 0.4)
    monkeypatch.setattr(imap_module, "Session", partial(imap_session.Session, sleep=waited.append))
    return waited


def pull(between, cursor):
    with between.listening() as port:
        return read(Imap(host="localhost", port=str(port), user="ann"), cursor, Remembered(password=PASSWORD))


def combinations():
    found = [
        (fault, place, once)
        for fault in FAULTS
        for place in PLACES
        for once in (True, False)
        if not (once and fault in ONLY_FOR_EVER)
    ]
    return found if EVERY else found[:: len(found) // 8]


@pytest.mark.parametrize(("fault", "place", "once"), combinations())
def test_a_fault_is_bounded_and_told_and_no_message_is_lost(server, fault, place, once, at_once):
    calm = Between(server)
    expected, _, _ = pull(calm, {})
    requests = calm.asked
    assert 7 == len(expected)
    at = {"first": 0, "middle": requests // 2, "last": requests - 2}[place]
    between = Between(server, fault, at, once=once)
    ids, cursor, refusal = pull(between, {})
    again, cursor, after = pull(Between(server), cursor)
    what = f"{refusal!r}; then {after!r}"
    asked = between.asked
    assert asked <= requests + MOST, what
    assert sum(at_once) < 3600, what
    assert re.fullmatch(r"[^\n\0]{0,700}", refusal), what
    assert PASSWORD not in refusal
    lost = expected - ids - again
    if fault in ("other fields", "in a circle"):
        assert not lost or refusal, what
    elif fault != "empty":
        assert set() == lost, what
    measured(
        "services", fault, connector="imap", place=place, once=once, asked=asked - requests, lost=len(lost)
    )
