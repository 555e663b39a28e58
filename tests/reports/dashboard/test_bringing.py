"""Files are brought in from a page: read as the terminal reads them, harmless whatever they are called, never kept."""

import http.client
import json

import pytest

from influence import Workspace
from influence.secrets.keys import PSEUDONYMS
from reports.dashboard.bringing import _Form, harmless
from tests.kit.dashboard import open_dashboard

ROW = {"id": "m1", "time": "2026-05-02T09:00:00Z", "actor": "email:ann@acme.example", "verb": "post"}
HOSTILE = "../../<img src=x onerror=alert(1)>\r\nSet-Cookie: a=b.jsonl"
BOUNDARY = b"----ours"


def form(*parts):
    """What a browser sends: each part has a name, what it holds, and the name of a file if it is one."""
    made = b""
    for name, held, file in parts:
        called = b"" if file is None else b'; filename="' + file.encode() + b'"'
        made += (
            b"--" + BOUNDARY + b'\r\nContent-Disposition: form-data; name="' + name.encode() + b'"' + called
        )
        made += b"\r\n\r\n" + held + b"\r\n"
    return made + b"--" + BOUNDARY + b"--\r\n"


def send(visitor, *files, word=None, parts=None):
    """Send files from a form of ours, and return the answer."""
    held = parts or [
        ("word", (visitor.word if word is None else word).encode(), None),
        *(("file", content, name) for name, content in files),
    ]
    headers = {"Content-Type": f"multipart/form-data; boundary={BOUNDARY.decode()}"}
    return visitor.ask("POST", "/import", form(*held), ours(visitor) | headers)


def ours(visitor):
    return {"Origin": visitor.origin, "Sec-Fetch-Site": "same-origin"}


def lines(*ids):
    return "".join(json.dumps(ROW | {"id": one}) + "\n" for one in ids).encode()


def told(opened, visitor):
    """What the page says once all is read."""
    for work in list(opened.serving.desk.works._all):
        opened.serving.desk.works.wait(work, 60)
    return visitor.get("/sources").text.partition('class="work"')[2].partition("</section>")[0]


def copies(workspace):
    return list(workspace.copies.rglob("*"))


def test_a_file_is_read_as_an_import_reads_it_what_was_set_aside_is_told_and_no_copy_stays(
    small, dashboard, visitor
):
    content = lines("m1", "m2") + b"no row\n"
    answer = send(visitor, ("posts.jsonl", content))
    assert (303, "/sources") == (answer.status, answer.headers["location"])
    assert "posts.jsonl (0.2 kB): 3 read = 2 stored + 0 already known + 1 set aside" in told(
        dashboard, visitor
    )
    assert "posts.jsonl" in visitor.get("/aside").text
    send(visitor, ("posts.jsonl", content))
    assert "0 stored + 2 already known + 1 set aside" in told(dashboard, visitor)
    assert [] == copies(small)


def test_several_are_read_one_by_one_and_one_that_nobody_knows_stops_none(small, dashboard, visitor):
    send(visitor, ("odd.bin", b"\0\1\2"), ("more.jsonl", lines("m3")), ("", b""))
    page = told(dashboard, visitor)
    assert "odd.bin (0.0 kB): no file in it is of a known kind" in page
    assert "more.jsonl (0.1 kB): 1 read = 1 stored" in page
    assert str(small.path) not in page
    assert ".brought" not in page


def test_what_is_asked_in_the_terminal_is_said_to_be_asked_on_the_page(dashboard, visitor):
    mails = [
        ROW
        | {
            "id": f"t{n}",
            "verb": "message",
            "to": ["email:bo@acme.example"],
            "typist": "email:cy@acme.example",
        }
        for n in range(5)
    ]
    send(visitor, ("mail.jsonl", "".join(json.dumps(row) + "\n" for row in mails).encode()))
    page = told(dashboard, visitor)
    assert "types mail that goes out as" in page
    assert ": the page “People” asks" in page
    assert "influence people" not in page


@pytest.mark.parametrize("name", [HOSTILE, "/etc/passwd", "..", "x" * 300 + ".jsonl", "C:\\a\\b.jsonl"])
def test_a_name_leads_nowhere_and_is_text(small, dashboard, visitor, name):
    before = sorted(small.path.parent.iterdir())
    send(visitor, (name.replace("\r\n", "%0D%0A"), lines("m4")))
    page = told(dashboard, visitor)
    assert "1 read" in page
    assert "<img" not in page
    assert before == sorted(small.path.parent.iterdir())
    assert [] == copies(small)


def test_names_are_harmless():
    assert "_img src=x onerror=alert(1)___Set-Cookie_ a=b.jsonl" == harmless(HOSTILE)
    assert "cod.exe_" == harmless("cod.exe\u202e")
    assert 200 == len(harmless("ä" * 300).encode())


@pytest.mark.parametrize(
    "parts",
    [
        [("word", b"guess", None), ("file", b"x", "a.jsonl")],
        [("file", b"x", "a.jsonl"), ("word", b"{word}", None)],
        [("file", b"x", "a.jsonl")],
        [("other", b"x", None)],
    ],
)
def test_a_form_without_the_word_of_its_session_first_is_refused_and_nothing_of_it_stays(
    small, visitor, parts
):
    held = [(name, visitor.word.encode() if said == b"{word}" else said, file) for name, said, file in parts]
    answer = send(visitor, parts=held)
    assert 403 == answer.status
    assert "another session" in answer.text
    assert [] == copies(small)


def test_no_file_and_no_form_are_said(small, visitor):
    assert "No file was chosen." in send(visitor, ("", b"")).text
    broken = {"Content-Type": f"multipart/form-data; boundary={BOUNDARY.decode()}"}
    assert 400 == visitor.ask("POST", "/import", b"no form at all", ours(visitor) | broken).status
    assert [] == copies(small)


def test_what_has_no_room_is_refused_before_it_comes(visitor):
    asking = http.client.HTTPConnection("127.0.0.1", visitor.port, timeout=60)
    asking.putrequest("POST", "/import", skip_host=True)
    headers = {"Host": f"127.0.0.1:{visitor.port}", "Cookie": visitor.cookie, "Content-Length": str(10**16)}
    headers |= {"Content-Type": "multipart/form-data; boundary=b"} | ours(visitor)
    for name, value in headers.items():
        asking.putheader(name, value)
    asking.endheaders()
    reply = asking.getresponse()
    assert (400, True) == (reply.status, "This disk has no room" in reply.read().decode())
    asking.close()


def test_a_file_is_written_as_it_comes(tmp_path):
    held = form(("word", b"w", None), ("file", b"begin" + b"x" * 100_000, "a.txt"))
    one = _Form(BOUNDARY, tmp_path, lambda word: word == "w")
    one.write(held[:50_000])
    one.end()
    assert 0 < (tmp_path / "0" / "a.txt").stat().st_size < 50_000


def test_what_a_run_that_was_ended_by_force_left_is_taken_away(small):
    (small.copies / "x" / "0").mkdir(parents=True)
    (small.copies / "x" / "0" / "mail.mbox").write_bytes(b"From ")
    with open_dashboard(small):
        assert [] == copies(small)


def test_where_no_names_are_held_no_copy_lies_either(tmp_path, monkeypatch):
    monkeypatch.setenv(PSEUDONYMS, "a long word that is as good as random")
    with Workspace.create(tmp_path / "w", pseudonymous=True) as held, open_dashboard(held) as opened:
        visitor = opened.visitor()
        assert '<input id="file"' not in visitor.get("/sources").text
        assert "influence import PATH" in visitor.get("/sources").text
        assert "This workspace holds no names" in send(visitor, ("a.jsonl", lines("m1"))).text
        assert [] == copies(held)


@pytest.mark.parametrize(("only", "status"), [((), 403), (("ann",), 404)])
def test_a_door_that_only_shows_takes_no_files(small, only, status):
    with open_dashboard(small, only, read_only=True) as opened:
        visitor = opened.visitor()
        assert status == send(visitor, ("a.jsonl", lines("m9"))).status
        assert "Bring files in" not in visitor.get("/sources").text
    assert [] == copies(small)
