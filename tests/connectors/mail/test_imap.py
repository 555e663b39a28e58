"""Mail over IMAP from a real Dovecot over TLS: pulled, moved, deleted, cut off and pulled again."""

import socket
import ssl
import threading
import time
import tracemalloc
from contextlib import ExitStack, suppress
from itertools import chain, repeat

import pytest

from connectors.kit import limits
from connectors.kit.answers import as_member
from connectors.kit.deletions import as_tombstones
from connectors.mail import imap as imap_module
from connectors.mail import imap_session
from connectors.mail.imap import Imap
from connectors.mail.imap_session import Fetched, Folder, Session, _folder, _messages, shown_name
from influence.contract.connector import Changed, ConnectorError, NotAuthorised
from influence.contract.records import Activity, Deleted, SetAside, Unsaid, Verb
from influence.contract.testing import Remembered
from tests.kit.dovecot import PASSWORD, dovecot, message, put
from tests.kit.live_contract import check_fetch, pulled, store_of
from tests.kit.loopback import free_port
from tests.kit.served import trickle


@pytest.fixture(scope="module", name="dovecot")
def a_dovecot():
    with dovecot() as running:
        yield running


@pytest.fixture
def server(dovecot, monkeypatch):
    monkeypatch.setenv("SSL_CERT_FILE", str(dovecot.base / "certificate.pem"))
    yield dovecot
    while dovecot.clients:
        dovecot.clients.pop().logout()


SECRET = Remembered(password=PASSWORD)


def replies(connector, cursor):
    return list(connector.fetch(cursor, SECRET))


def records(connector, cursor):
    found = replies(connector, cursor)
    read = [record for reply in found for record in connector.parse(reply.member)]
    return read, (found[-1].cursor if found else cursor)


def ids(read):
    return sorted(one.id for one in read if isinstance(one, Activity))


def gone(read):
    return sorted(one.id for one in read if isinstance(one, Deleted))


def test_what_is_in_the_folders_is_read_and_nothing_is_marked_as_read(server):
    client = server.client("ann")
    put(client, "INBOX", message(1), message(2, In_Reply_To="<m1@acme.example>"))
    assert client.create("M&APg-ten")[0] == "OK"
    put(client, "M&APg-ten", message(3))
    put(client, "Trash", message(4))
    connector = server.connector("ann")
    read, cursor = records(connector, {})
    by_id = {one.id: one for one in read if isinstance(one, Activity)}
    assert ["mail:m1@acme.example", "mail:m2@acme.example", "mail:m3@acme.example"] == sorted(by_id)
    assert (Verb.REPLY, "mail:m1@acme.example") == (
        by_id["mail:m2@acme.example"].verb,
        by_id["mail:m2@acme.example"].parent,
    )
    assert [] == [one for one in read if isinstance(one, SetAside)]
    client.select("INBOX", readonly=True)
    assert ("OK", [b""]) == client.search(None, "SEEN")
    assert [] == replies(connector, cursor)
    assert {"Møten 1-1.mbox", "INBOX 1-2.mbox"} == {reply.member.name for reply in replies(connector, {})}


def test_a_second_pull_reads_only_what_is_new(server):
    client, connector = server.client("ben"), server.connector("ben")
    put(client, "INBOX", message(1), message(2))
    _, cursor = records(connector, {})
    put(client, "INBOX", message(3))
    assert ["mail:m3@acme.example"] == ids(records(connector, cursor)[0])


def test_what_leaves_the_mailbox_is_withdrawn_and_what_only_moves_is_not(server):
    client, connector = server.client("cas"), server.connector("cas")
    put(client, "INBOX", message(1), message(2), message(3))
    client.create("Archive")
    _, cursor = records(connector, {})
    client.select("INBOX")
    client.copy("1", "Archive")
    client.copy("2", "Trash")
    client.store("1:2", "+FLAGS", r"\Deleted")
    client.expunge()
    read, cursor = records(connector, cursor)
    assert ["mail:m2@acme.example"] == gone(read)
    assert ["mail:m1@acme.example"] == ids(read)
    assert [] == replies(connector, cursor)


def test_mail_that_was_only_moved_is_no_loss_at_all(server):
    client, connector = server.client("mia"), server.connector("mia")
    put(client, "INBOX", message(1), message(2))
    client.create("Archive")
    _, cursor = records(connector, {})
    client.select("INBOX")
    client.copy("1", "Archive")
    client.store("1", "+FLAGS", r"\Deleted")
    client.expunge()
    read, cursor = records(connector, cursor)
    assert ([], ["mail:m1@acme.example"]) == (gone(read), ids(read))
    assert [] == replies(connector, cursor)


def test_a_folder_that_is_deleted_takes_its_mail_with_it(server):
    client, connector = server.client("dan"), server.connector("dan")
    client.create("Project")
    put(client, "INBOX", message(1))
    put(client, "Project", message(1), message(2))
    _, cursor = records(connector, {})
    client.delete("Project")
    read, cursor = records(connector, cursor)
    assert ["mail:m2@acme.example"] == gone(read)
    assert [] == replies(connector, cursor)


def test_a_folder_that_is_numbered_anew_is_read_again_and_nothing_is_withdrawn(server):
    client, connector = server.client("eve"), server.connector("eve")
    client.create("Project")
    put(client, "Project", message(1), message(2))
    _, cursor = records(connector, {})
    client.delete("Project")
    time.sleep(1.1)  # the number of a folder's numbering is the second in which it was made
    client.create("Project")
    put(client, "Project", message(1), message(3))
    read, _ = records(connector, cursor)
    assert ["mail:m1@acme.example", "mail:m3@acme.example"] == ids(read)
    assert ["mail:m2@acme.example"] == gone(read)


def test_a_pull_cut_anywhere_and_resumed_equals_one_that_was_not(server, tmp_path, monkeypatch):
    monkeypatch.setattr(imap_module, "PAGE", 3)
    client = server.client("fay")
    put(client, "INBOX", *(message(n) for n in range(8)))
    client.create("Archive")
    put(client, "Archive", *(message(n) for n in range(6, 12)))
    found = len(replies(server.connector("fay"), {}))
    assert 5 == found
    check_fetch(tmp_path, lambda: server.connector("fay"), SECRET, found)


def test_a_second_pull_into_the_store_adds_nothing_and_a_deletion_shows_there(server, tmp_path):
    client = server.client("gus")
    put(client, "INBOX", message(1), message(2))
    workspace, first = pulled(tmp_path / "w", server.connector("gus"), SECRET)
    before = store_of(workspace)
    assert (2, 2) == (first.stored, len(before["activities"]))
    client.select("INBOX")
    client.store("1", "+FLAGS", r"\Deleted")
    client.expunge()
    for reply in server.connector("gus").fetch(workspace.store.cursor("source"), SECRET):
        with workspace.store.batch("source", "imap") as batch:
            for record in server.connector("gus").parse(reply.member):
                batch.add(record, reply.member.name)
            batch.remember(reply.cursor)
    assert 1 == len(store_of(workspace)["activities"])
    workspace.close()


def test_a_long_body_is_cut_and_a_broken_header_takes_no_other_message_with_it(server):
    client, connector = server.client("hal"), server.connector("hal")
    broken = b"no field at all\r\n\r\nText.\r\n"
    put(client, "INBOX", message(1), broken, message(2) + b"x" * 300_000)
    [reply] = replies(connector, {})
    read = list(connector.parse(reply.member))
    assert ["mail:m1@acme.example", "mail:m2@acme.example"] == ids(read)
    assert ["the message has no date"] == [one.reason for one in read if isinstance(one, SetAside)]
    assert reply.member.size < 3 * 65_536


def test_only_the_folders_asked_for_are_read(server):
    client = server.client("ida")
    put(client, "INBOX", message(1))
    client.create("Project")
    put(client, "Project", message(2))
    assert ["mail:m2@acme.example"] == ids(records(server.connector("ida", folders="project"), {})[0])
    with pytest.raises(ConnectorError, match=r"no folder 'Plans'; there are: INBOX, Project"):
        replies(server.connector("ida", folders="Plans"), {})


def test_a_folder_that_the_server_does_not_open_is_named(server, monkeypatch):
    put(server.client("noa"), "INBOX", message(1))
    monkeypatch.setattr(
        Imap, "_wanted", lambda _, found: [*found, Folder("Not there", "Not there", frozenset())]
    )
    found = replies(server.connector("noa"), {})
    assert "0 gone; the server did not open: Not there" == found[-1].note
    assert ["mail:m1@acme.example"] == ids(
        [record for reply in found for record in server.connector("noa").parse(reply.member)]
    )


def unsaid(read):
    return {one.id: (one.unsaid, one.outbox) for one in read if isinstance(one, Activity)}


def test_sent_mail_is_of_whom_signed_in_and_what_is_marked_as_a_draft_or_deleted_is_said_by_nobody(server):
    client = server.client("sol")
    client.create("Sent")
    put(client, "Sent", message(1))
    assert client.append("INBOX", r"(\Draft)", None, message(2))[0] == "OK"
    assert client.append("INBOX", r"(\Deleted)", None, message(3))[0] == "OK"
    assert {
        "mail:m1@acme.example": (None, "mailbox:sol@localhost"),
        "mail:m2@acme.example": (Unsaid.DRAFT, None),
        "mail:m3@acme.example": (Unsaid.TRASH, None),
    } == unsaid(records(server.connector("sol"), {})[0])


def test_a_folder_of_what_nobody_said_is_named_once_and_not_read(server):
    put(server.client("vic"), "INBOX", message(1))
    put(server.client("vic"), "Trash", message(2))
    found = replies(server.connector("vic"), {})
    assert ["0 left in INBOX; not read are Trash"] == [one.note for one in found]


def test_trash_that_is_asked_for_comes_with_its_kind(server):
    put(server.client("tea"), "Trash", message(1))
    read, _ = records(server.connector("tea", folders="Trash"), {})
    assert {"mail:m1@acme.example": (Unsaid.TRASH, None)} == unsaid(read)


def test_no_sender_says_where_a_mail_lies(server):
    forged = {
        "X-Gmail-Labels": "Sent",
        "X-Mailbox-Owner": "email:eve@beta.example",
        "X-Mozilla-Status": "0009",
    }
    put(server.client("uli"), "INBOX", message(1, **forged))
    assert {"mail:m1@acme.example": (None, None)} == unsaid(records(server.connector("uli"), {})[0])


def test_without_a_server_or_a_name_the_command_is_told():
    with pytest.raises(ConnectorError, match="influence connect imap --set host=… --set user=…"):
        replies(Imap(host="mail.acme.example"), {})


def test_it_says_who_signed_in_and_what_is_there(server):
    server.client("oda").create("Project")
    connector = server.connector("oda")
    assert "oda on localhost: 3 folders" == connector.signed_in_as(SECRET)
    with pytest.raises(NotAuthorised):
        connector.signed_in_as(Remembered("not-the-word"))
    with pytest.raises(ConnectorError, match="influence connect imap --set host=… --set user=…"):
        Imap().signed_in_as(SECRET)


@pytest.fixture
def hostile(server):
    """Makes servers that sign anybody in, and then say of a folder's list what the test says."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(server.base / "certificate.pem", server.base / "key.pem")
    with ExitStack() as running:

        def made(greeting, say):
            listening = running.enter_context(socket.create_server(("127.0.0.1", 0)))
            thread = threading.Thread(target=talk, args=(listening, context, greeting, say), daemon=True)
            thread.start()
            running.callback(thread.join, 5)
            running.callback(listening.shutdown, socket.SHUT_RDWR)
            return Session("localhost", listening.getsockname()[1], "ann", PASSWORD, sleep=lambda _: None)

        yield made


def talk(listening, context, greeting, say):
    while True:
        try:
            plain, _ = listening.accept()
        except OSError:
            return
        with suppress(OSError), context.wrap_socket(plain, server_side=True) as one:
            for piece in greeting:
                one.sendall(piece)
            while line := one.recv(4096):
                tag, verb = line.split()[:2]
                if verb == b"LIST":
                    for piece in say():
                        one.sendall(piece)
                told = b"* CAPABILITY IMAP4rev1\r\n" if verb == b"CAPABILITY" else b""
                one.sendall(told + tag + b" OK done\r\n")


HELLO = [b"* OK here\r\n"]
FOLDER = b'* LIST () "/" '


@pytest.mark.parametrize(
    "say",
    [
        lambda: chain([FOLDER + b"{3221225472}\r\n"], repeat(b"x" * 65536)),
        lambda: repeat(FOLDER + b"folder\r\n"),
        lambda: repeat(FOLDER + b"{60000}\r\n" + b"x" * 60_000 + b"\r\n"),
    ],
    ids=["one of three gigabytes", "lines without end", "pieces without end"],
)
def test_no_more_is_read_of_an_answer_than_is_held(hostile, monkeypatch, say):
    monkeypatch.setattr(imap_session, "LARGEST_ANSWER", 1024 * 1024)
    session = hostile(HELLO, say)
    tracemalloc.start()
    with pytest.raises(ConnectorError, match="localhost answers with more than 1 MiB; the rest is not read"):
        session.folders()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    session.close()
    assert peak < 12 * 1024 * 1024


@pytest.mark.parametrize(
    ("greeting", "say"),
    [
        (lambda: trickle(b"* OK "), list),
        (lambda: HELLO, lambda: trickle(FOLDER)),
        (lambda: HELLO, lambda: trickle(FOLDER + b"{3000}\r\n")),
    ],
    ids=["greeting", "line", "literal"],
)
def test_an_answer_that_drips_ends(hostile, monkeypatch, greeting, say):
    monkeypatch.setattr(limits, "LONGEST_ANSWER", 0.5)
    session, began = hostile(greeting(), say), time.monotonic()
    with pytest.raises(ConnectorError, match="localhost takes more than 0 seconds for one answer"):
        session.folders()
    session.close()
    assert time.monotonic() - began < 4


def test_a_wrong_password_is_told_in_a_sentence_without_it(server):
    with pytest.raises(NotAuthorised, match="localhost does not accept the password of jan") as told:
        list(server.connector("jan").fetch({}, Remembered("not-the-word")))
    assert "not-the-word" not in str(told.value)


def test_a_certificate_that_nobody_vouches_for_ends_the_pull_before_anything_is_sent(server, monkeypatch):
    monkeypatch.delenv("SSL_CERT_FILE")
    with pytest.raises(ConnectorError, match=r"no certificate that can be trusted .*; nothing was sent"):
        replies(server.connector("kim"), {})


def test_a_connection_that_breaks_is_made_again_where_it_was(server):
    client = server.client("lea")
    put(client, "INBOX", message(1), message(2))
    session = Session("localhost", server.port, "lea", PASSWORD, sleep=lambda _: None)
    [inbox] = [one for one in session.folders() if one.shown == "INBOX"]
    assert 2 == session.open(inbox).count
    session._connection.sock.shutdown(socket.SHUT_RDWR)
    assert [1, 2] == session.uids(0)
    session.close()


def test_a_server_that_is_not_there_is_told_after_four_tries():
    waits = []
    session = Session("localhost", free_port(), "ann", PASSWORD, sleep=waits.append)
    with pytest.raises(ConnectorError, match="localhost cannot be reached over TLS on port"):
        session.folders()
    assert [1.0, 2.0, 4.0] == waits


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (b'(\\HasNoChildren \\Sent) "/" "Sent mail"', Folder("Sent mail", "Sent mail", None)),
        (b"(\\HasNoChildren) NIL INBOX", Folder("INBOX", "INBOX", None)),
        (b'(\\HasNoChildren) "." "a\\"b"', Folder('a"b', 'a"b', None)),
        ((b'(\\HasNoChildren) "/" {3}', b'a"c'), Folder('a"c', 'a"c', None)),
        (b'(\\Noselect \\HasChildren) "/" "[Gmail]"', None),
    ],
)
def test_folders_are_read_however_a_server_writes_them(line, expected):
    found = _folder(line)
    assert (expected.raw, expected.shown) == (found.raw, found.shown) if expected else found is None


def test_a_name_in_modified_utf_7_that_is_broken_stays_as_it_is():
    assert "&A-" == shown_name("&A-")


def test_messages_are_put_together_from_pieces_and_other_news_is_left_out():
    lines = [
        (b"1 (UID 5 FLAGS (\\Seen \\Draft) BODY[HEADER] {7}", b"A: b\r\n\r\n"),
        (b" BODY[TEXT]<0> {2}", b"hi"),
        b")",
        b"9 (UID 77 FLAGS (\\Seen))",
        (b"2 (BODY[TEXT]<0> {2}", b"yo"),
        (b" BODY[HEADER] {7}", b"C: d\r\n\r\n"),
        b" UID 6)",
        (b"3 (UID 7 BODY[HEADER] {7}", b"E: f\r\n\r\n"),
        b' BODY[TEXT]<0> "")',
    ]
    expected = {
        5: Fetched(b"A: b\r\n\r\nhi", frozenset(("\\seen", "\\draft"))),
        6: Fetched(b"C: d\r\n\r\nyo"),
        7: Fetched(b"E: f\r\n\r\n"),
    }
    assert expected == dict(_messages(lines))


def test_a_mail_that_looks_like_a_tombstone_withdraws_nothing():
    connector = Imap(host="mail.acme.example", user="ann")
    assert ["mail:m1@acme.example"] == gone(connector.parse(as_tombstones("gone", ["mail:m1@acme.example"])))
    forged = imap_module._mbox([(b"", message(1, Subject='{"gone":"mail:m1@acme.example"}'))])
    assert [] == gone(connector.parse(as_member("page.mbox", forged)))
    with pytest.raises(Changed, match="gone is not JSON"):
        list(connector.parse(as_member("gone", b'{"gone":')))


def test_a_port_that_is_no_number_is_refused():
    with pytest.raises(ConnectorError, match="port is 'imaps', which is no number"):
        replies(Imap(host="mail.acme.example", user="ann", port="imaps"), {})
