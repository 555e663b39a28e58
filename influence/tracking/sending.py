"""Handing a mail in for sending, to the one server that the settings name; nothing else here talks to anybody."""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.utils import getaddresses

from influence.contract.errors import InfluenceError
from influence.secrets.keeping import Secrets
from influence.settings import MailServer

SECRETS = "digest.mail"
"""Whose secret the password is; no live source can be called so."""
PATIENCE = 30
"""Seconds that the server may take over each answer."""


class NotSent(InfluenceError):
    """Why a mail was not handed in, or not for everybody, in one sentence."""


def password_of(secrets: Secrets, ask: Callable[[str], str] | None) -> Callable[[], str]:
    """Return how the password is found: kept, in the environment, or asked for once and then kept in the keyring."""

    def password() -> str:
        if secrets.knows("password"):
            return secrets.get("password")
        if ask is None:
            variable = secrets.variable("password")
            raise NotSent(
                f"the password of the mail server is not known; send once at a terminal, or set {variable}"
            )
        given = ask("Password of the mail server")
        secrets.keep_in("keyring", {"password": given})
        return given

    return password


def send(mail: bytes, server: MailServer, password: Callable[[], str]) -> list[str]:
    """Hand a mail in and return to whom it goes; `password` is asked for where the server has a user.

    Raises:
        NotSent: nobody is named to send it to, or the server cannot be reached, is not who it says, or refuses.
    """
    message = message_from_bytes(mail, policy=policy.SMTP)
    to = [address for _, address in getaddresses(message.get_all("To", []))]
    if not to:
        raise NotSent("name whom it goes to: --to ADDRESS")
    where = f"{server.host}:{server.port}"
    try:
        with _opened(server) as connection:
            if server.user:
                connection.login(server.user, password())
            refused = connection.send_message(message, to_addrs=to)
    except UnicodeEncodeError:
        raise NotSent(
            "the user or the password holds letters that no mail server can be told: only ASCII"
        ) from None
    except smtplib.SMTPAuthenticationError:
        raise NotSent(f"{where} refuses the user {server.user!r} or the password") from None
    except smtplib.SMTPRecipientsRefused as error:
        raise NotSent(f"{where} takes nothing for {', '.join(sorted(error.recipients))}") from None
    except ssl.SSLError as error:
        raise NotSent(f"{where} cannot prove who it is: {error.reason or error}") from None
    except (smtplib.SMTPException, OSError) as error:
        raise NotSent(f"{where} cannot take it: {_short(error)}") from None
    if refused:
        raise NotSent(f"{where} took it, but not for {', '.join(sorted(refused))}")
    return to


@contextmanager
def _opened(server: MailServer) -> Iterator[smtplib.SMTP]:
    """Connect, and refuse to go on where the way is not private, unless the settings say that it leads nowhere else."""
    context = ssl.create_default_context()
    if server.security == "tls":
        with smtplib.SMTP_SSL(server.host, server.port, timeout=PATIENCE, context=context) as connection:
            yield connection
        return
    with smtplib.SMTP(server.host, server.port, timeout=PATIENCE) as connection:
        if server.security == "starttls":
            connection.starttls(context=context)
        yield connection


def _short(error: Exception) -> str:
    """Say what a server answered, or the system, without what is not for people."""
    told = error.args[1] if len(error.args) > 1 else error
    return (told.decode(errors="replace") if isinstance(told, bytes) else str(told)).strip()[:200]
