"""A digest is handed in at a real server, with a password, and never on a way that others can read."""

import ssl
import subprocess
from email import message_from_bytes
from pathlib import Path

import pytest
from aiosmtpd.smtp import AuthResult

from influence.secrets.keeping import Secrets
from influence.settings import MailServer, SettingsError, read
from influence.tracking.sending import SECRETS, NotSent, password_of, send
from tests.kit.mail_server import taking_mail

# The server that asks for a password in the open is this machine's own.
pytestmark = pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")
MAIL = b"From: me@acme.example\r\nTo: Ann <ann@acme.example>, bo@acme.example\r\nSubject: What moved\r\n\r\nHello\r\n"


class Post:
    """Takes mail for all but one, and remembers it."""

    def __init__(self):
        self.taken = []

    async def handle_RCPT(self, _server, _session, envelope, address, _options):  # noqa: N802 -- aiosmtpd's names
        if address.startswith("gone@"):
            return "550 nobody of that name"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server, _session, envelope):  # noqa: N802
        self.taken.append(envelope)
        return "250 OK"


def known(_server, _session, _envelope, _mechanism, data):
    return AuthResult(success=data.password == b"right", handled=False)


@pytest.fixture
def post():
    return Post()


@pytest.fixture
def server(post):
    """A server on this machine that asks for a user."""
    with taking_mail(post, authenticator=known, auth_required=True, auth_require_tls=False) as port:
        yield MailServer("127.0.0.1", port, "none", "ann")


def test_a_mail_goes_to_everybody_it_names(server, post):
    assert ["ann@acme.example", "bo@acme.example"] == send(MAIL, server, lambda: "right")
    (envelope,) = post.taken
    assert ["ann@acme.example", "bo@acme.example"] == envelope.rcpt_tos
    assert "What moved" == message_from_bytes(envelope.content)["Subject"]


@pytest.mark.parametrize(
    ("mail", "password", "told"),
    [
        (MAIL, "rättning", "holds letters that no mail server can be told"),
        (MAIL, "wrong", "refuses the user 'ann' or the password"),
        (MAIL.replace(b"To: ", b"X: "), "right", "name whom it goes to"),
        (MAIL.replace(b"ann@", b"gone@"), "right", "took it, but not for gone@acme.example"),
        (
            MAIL.replace(b"ann@", b"gone@").replace(b"bo@", b"gone@x."),
            "right",
            "takes nothing for gone@acme.example",
        ),
    ],
)
def test_why_it_was_not_sent_is_one_sentence(server, mail, password, told):
    with pytest.raises(NotSent, match=told):
        send(mail, server, lambda: password)


def test_a_server_that_is_not_there_is_named():
    with pytest.raises(NotSent, match=r"127\.0\.0\.1:1 cannot take it: Connection refused"):
        send(MAIL, MailServer("127.0.0.1", 1, "none"), str)


@pytest.fixture(scope="module")
def nobodys(tmp_path_factory):
    """A certificate that nobody vouches for."""
    folder = tmp_path_factory.mktemp("certificate")
    made = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost"]
    key, certificate = folder / "key", folder / "certificate"
    subprocess.run(["openssl", *made, "-keyout", key, "-out", certificate], check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    return context


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_a_password_is_never_told_to_who_cannot_prove_who_they_are(post, nobodys, security):
    how = {"ssl": nobodys} if security == "tls" else {"tls_context": nobodys}
    asked = []
    with taking_mail(post, authenticator=known, **how) as port:
        server = MailServer("127.0.0.1", port, security, "ann")
        with pytest.raises(NotSent, match="cannot prove who it is"):
            send(MAIL, server, lambda: asked.append(1) or "right")
    assert [] == asked == post.taken


def test_a_server_that_offers_no_private_way_gets_nothing(server, post):
    open_way = MailServer(server.host, server.port, "starttls", "ann")
    with pytest.raises(NotSent, match="STARTTLS"):
        send(MAIL, open_way, lambda: "right")
    assert [] == post.taken


def test_the_password_is_kept_once_it_was_told(tmp_path, monkeypatch):
    monkeypatch.setenv("INFLUENCE_DIGEST_MAIL_PASSWORD", "from outside")
    secrets = Secrets(tmp_path, SECRETS)
    assert "from outside" == password_of(secrets, None)()
    monkeypatch.delenv("INFLUENCE_DIGEST_MAIL_PASSWORD")
    with pytest.raises(NotSent, match="send once at a terminal, or set INFLUENCE_DIGEST_MAIL_PASSWORD"):
        password_of(secrets, None)()


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ('host = "mail.example"\nsecurity = "none"', "for a server on this machine alone"),
        ('host = "mail.example"\nsecurity = "ssl"', "a security of: starttls, tls, none"),
        ("port = 25", "should have a host"),
        ('host = "mail.example"\nport = true', "port = True should be a whole number"),
        ('host = "mail.example"\ncolour = "red"', "has no setting 'colour'"),
    ],
)
def test_a_server_that_cannot_be_meant_is_told_in_a_sentence(tmp_path: Path, written, told):
    (tmp_path / "influence.toml").write_text(f"[mail]\n{written}\n")
    with pytest.raises(SettingsError, match=told):
        read(tmp_path / "influence.toml")


def test_a_port_follows_from_how_private_the_way_is(tmp_path):
    (tmp_path / "influence.toml").write_text('[mail]\nhost = "mail.example"\nsecurity = "tls"\n')
    assert MailServer("mail.example", 465, "tls") == read(tmp_path / "influence.toml").mail
