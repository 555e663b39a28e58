"""A real Dovecot on this machine, over TLS, and a mail program that puts mail into it."""

import grp
import imaplib
import os
import pwd
import shutil
import socket
import ssl
import subprocess
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path

import pytest

from connectors.mail.imap import Imap
from tests.kit.loopback import free_port

PASSWORD = "placeholder"  # noqa: S105 - of a server that lives as long as its tests

CONFIGURATION = """
base_dir = {base}/run
state_dir = {base}/run
log_path = {base}/log
protocols = imap
listen = 127.0.0.1
ssl = required
ssl_cert = <{base}/certificate.pem
ssl_key = <{base}/key.pem
mail_location = maildir:{base}/mail/%u
first_valid_uid = {uid}
mail_max_userip_connections = 50
auth_failure_delay = 0
service anvil {{
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={user} gid={group} home={base}/mail/%u
}}
namespace inbox {{
  inbox = yes
  separator = /
  mailbox Trash {{
    special_use = \\Trash
    auto = create
  }}
}}
service imap-login {{
  inet_listener imap {{
    port = 0
  }}
  inet_listener imaps {{
    port = {port}
  }}
}}
{rootless}
"""
ROOTLESS = """
default_internal_user = {user}
default_internal_group = {group}
default_login_user = {user}
service anvil {{
  chroot =
}}
service imap-login {{
  chroot =
}}
service stats {{
  chroot =
}}
"""


def _program(name):
    return shutil.which(name, path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin")


def _certificate(base):
    subprocess.run(
        [
            *(
                "openssl",
                "req",
                "-x509",
                "-newkey",
                "rsa:2048",
                "-nodes",
                "-days",
                "2",
                "-subj",
                "/CN=localhost",
            ),
            *("-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"),
            *("-keyout", base / "key.pem", "-out", base / "certificate.pem"),
        ],
        check=True,
        capture_output=True,
    )


def _wait_for(port):
    for _ in range(100):
        with socket.socket() as one:
            if one.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise TimeoutError("Dovecot did not start")


class Server:
    """A Dovecot of our own, and a mail program that puts mail into it."""

    def __init__(self, base, port):
        self.base, self.port, self.clients = base, port, []

    def client(self, user):
        context = ssl.create_default_context(cafile=str(self.base / "certificate.pem"))
        one = imaplib.IMAP4_SSL("localhost", self.port, ssl_context=context)
        one.login(user, PASSWORD)
        self.clients.append(one)
        return one

    def connector(self, user, **options):
        return Imap(host="localhost", port=str(self.port), user=user, **options)


@contextmanager
def dovecot():
    """Run a Dovecot until the block ends; skips where it is not installed."""
    program = _program("dovecot")
    if program is None or _program("openssl") is None:
        pytest.skip("Dovecot is not here: apt-get install dovecot-imapd openssl")
    version = subprocess.run([program, "--version"], capture_output=True, text=True, check=True).stdout
    if not version.startswith("2.3"):
        pytest.skip(f"the configuration is for Dovecot 2.3, this is {version.split()[0]}")
    base, port = Path(tempfile.mkdtemp(prefix="influence-dovecot-")), free_port()
    base.chmod(0o755)  # its mail processes run as a user of their own
    root = os.geteuid() == 0
    user = "mail" if root else pwd.getpwuid(os.geteuid()).pw_name
    group = "mail" if root else grp.getgrgid(os.getegid()).gr_name
    _certificate(base)
    (base / "mail").mkdir()
    if root:
        shutil.chown(base / "mail", user, group)
    (base / "d.conf").write_text(
        CONFIGURATION.format(
            base=base,
            port=port,
            user=user,
            group=group,
            uid=pwd.getpwnam(user).pw_uid,
            password=PASSWORD,
            rootless="" if root else ROOTLESS.format(user=user, group=group),
        )
    )
    running = subprocess.Popen(
        [program, "-F", "-c", base / "d.conf"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        _wait_for(port)
        yield Server(base, port)
    finally:
        running.terminate()
        running.wait(20)
        shutil.rmtree(base, ignore_errors=True)


def message(number, **fields):
    given = {
        "From": "Ann Lee <ann@acme.example>",
        "To": "bob@acme.example",
        "Subject": f"Budget {number}",
        "Date": f"Mon, 5 Jan 2026 09:{number % 60:02}:00 +0100",
        "Message-ID": f"<m{number}@acme.example>",
    } | {name.replace("_", "-"): value for name, value in fields.items()}
    body = f"Number {number}.\r\n\r\nFrom here on we wait.\r\nFrom x Mon Jan  5 09:00:00 2026\r\nTo: y\r\n"
    return ("".join(f"{name}: {value}\r\n" for name, value in given.items()) + "\r\n" + body).encode()


def put(client, folder, *messages):
    for one in messages:
        assert client.append(folder, None, None, one)[0] == "OK"
