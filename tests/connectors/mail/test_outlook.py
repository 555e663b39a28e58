"""Outlook's own files: what an item says becomes the mail that it is; what is no mail, or damaged, is said."""

import struct
from base64 import b64encode
from datetime import UTC, datetime
from itertools import pairwise

import pytest

from connectors.mail.files import Mail
from connectors.mail.outlook import Outlook
from connectors.mail.outlook_items import (
    BODY,
    CLASS,
    DELIVERED,
    HEADER,
    INDEX,
    SENT,
    SUBJECT,
    Item,
    as_mail,
    no_mail,
)
from influence.contract.connector import MissingExtra, Unreadable
from influence.contract.records import Activity, SetAside
from influence.contract.testing import member_of

ANN, BO = "ann@acme.example", "bo@acme.example"
WHEN = datetime(2026, 1, 5, 9, tzinfo=UTC)
SENT_BY_ANN = {
    CLASS: "IPM.Note",
    SUBJECT: "Plan",
    SENT: WHEN,
    0x0C1A: "Ann Lee",
    0x5D01: ANN,
    BODY: "Hi\nFrom here on",
}


def read(item):
    """The one activity that mail made of an item gives."""
    found = [one for one in Mail().parse(member_of(as_mail(item), "a.eml")) if isinstance(one, Activity)]
    assert 1 == len(found)
    return found[0]


class TestAsMail:
    def test_an_item_that_was_sent_has_no_header_and_its_properties_make_one(self):
        mail = read(Item(SENT_BY_ANN, [(1, "Bo Ek", BO), (2, "Cy", "cy@acme.example")]))
        assert (f"email:{ANN}", WHEN, "Plan") == (mail.actor, mail.time, mail.subject)
        assert (f"email:{BO}", "email:cy@acme.example") == mail.to

    def test_an_item_that_came_has_its_own_header(self):
        header = f"Received: by x\r\n\tfor you\r\nFrom: Bo <{BO}>\r\nDate: Mon, 5 Jan 2026 09:00:00 +0000\r\n"
        mail = read(
            Item({**SENT_BY_ANN, HEADER: f"Microsoft Mail Internet Headers\r\n{header}Message-ID: <1@x>\r\n"})
        )
        assert ("mail:1@x", f"email:{BO}") == (mail.id, mail.actor)

    def test_the_index_of_a_thread_is_kept(self):
        index = bytes(range(27))
        assert b"Thread-Index: " + b64encode(index) in as_mail(Item({**SENT_BY_ANN, INDEX: index}))

    def test_what_somebody_sent_for_another_is_the_others(self):
        mail = as_mail(Item({**SENT_BY_ANN, 0x0042: "Bo Ek", 0x5D02: BO}))
        assert b"From: Bo Ek <bo@acme.example>\r\nSender: Ann Lee <ann@acme.example>" in mail

    def test_a_time_that_nobody_knows_is_that_of_the_delivery(self):
        never = datetime(1601, 1, 1, tzinfo=UTC)
        assert WHEN == read(Item({**SENT_BY_ANN, SENT: never, DELIVERED: WHEN})).time

    def test_no_property_writes_a_field_of_its_own(self):
        odd = {
            **SENT_BY_ANN,
            SUBJECT: "Plan\r\nBcc: eve@evil.example",
            0x0C1A: 'Ann"\r\nTo: eve@evil.example',
        }
        assert () == read(Item(odd)).to

    @pytest.mark.parametrize(
        "kind", ["IPM.Appointment", "IPM.Contact", "IPM.Task", "IPM.StickyNote", "IPM.DistList"]
    )
    def test_what_is_no_mail_is_told(self, kind):
        assert "not a mail" in (no_mail(Item({CLASS: kind})) or "")


def test_a_damaged_data_file_is_refused_with_the_other_way():
    pytest.importorskip("pypff", reason="the extra `outlook` is not installed (libpff-python)")
    member = member_of(b"!BDN" + bytes(600), "a.pst")
    assert Outlook().recognises(member, member.head())
    with pytest.raises(Unreadable, match=r"a\.pst: .*it is damaged.*readpst"):
        list(Outlook().parse(member))


def test_without_the_package_the_way_to_it_is_named(monkeypatch):
    monkeypatch.setattr("connectors.mail.outlook.find_spec", lambda _: None)
    member = member_of(b"!BDN" + bytes(600), "a.pst")
    assert not Outlook().recognises(member, member.head())
    with pytest.raises(
        MissingExtra, match=r"a\.pst: .*pip install 'networked-influence\[outlook\]'.*readpst"
    ):
        list(Outlook().parse(member))


def test_a_saved_mail_is_read():
    pytest.importorskip("oxmsg", reason="the extra `outlook` is not installed (python-oxmsg)")
    member = member_of(
        saved({0x001A: "IPM.Note", 0x0037: "Plan", 0x0C1A: "Ann Lee", 0x5D01: ANN}, WHEN, (BO, "Bo Ek")),
        "a.msg",
    )
    assert Outlook().recognises(member, member.head())
    (mail,) = [one for one in Outlook().parse(member) if isinstance(one, Activity)]
    assert (f"email:{ANN}", WHEN, (f"email:{BO}",)) == (mail.actor, mail.time, mail.to)


def test_a_saved_appointment_is_set_aside():
    pytest.importorskip("oxmsg", reason="the extra `outlook` is not installed (python-oxmsg)")
    found = list(Outlook().parse(member_of(saved({0x001A: "IPM.Appointment"}, WHEN, (BO, "Bo")), "a.msg")))
    assert ["an appointment, not a mail: save the calendar as iCalendar (.ics)"] == [
        one.reason for one in found if isinstance(one, SetAside)
    ]


def test_a_saved_mail_that_is_cut_off_is_refused():
    pytest.importorskip("oxmsg", reason="the extra `outlook` is not installed (python-oxmsg)")
    content = saved({0x001A: "IPM.Note"}, WHEN, (BO, "Bo"))
    with pytest.raises(Unreadable, match=r"a\.msg: the item is damaged"):
        list(Outlook().parse(member_of(content[:-512], "a.msg")))


# --- a .msg by code: a compound file (MS-CFB) with the streams of MS-OXMSG -------------------------------------

FREE, END, FAT = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD


def saved(texts, sent, recipient):
    """The bytes of a saved item with these texts, sent then, to one recipient."""
    ticks = int((sent - datetime(1601, 1, 1, tzinfo=UTC)).total_seconds()) * 10**7
    top = {number: text.encode("utf-16-le") for number, text in texts.items()}
    to = {0x39FE: recipient[0].encode("utf-16-le"), 0x3001: recipient[1].encode("utf-16-le")}
    streams = {
        "": [
            ("__properties_version1.0", properties(32, top, [(0x0039, 0x40, ticks)])),
            *[(f"__substg1.0_{number:04X}001F", value) for number, value in top.items()],
        ],
        "__recip_version1.0_#00000000": [
            ("__properties_version1.0", properties(8, to, [(0x0C15, 0x03, 1)])),
            *[(f"__substg1.0_{number:04X}001F", value) for number, value in to.items()],
        ],
    }
    return compound(streams)


def properties(header, texts, numbers):
    rows = [struct.pack("<HHIQ", 0x1F, number, 6, len(value) + 2) for number, value in texts.items()]
    rows += [struct.pack("<HHIQ", kind, number, 6, value) for number, kind, value in numbers]
    return bytes(header) + b"".join(rows)


def compound(storages):
    """A compound file whose streams all lie in sectors of their own."""
    entries, content, chains = [["Root Entry", 5, FREE, FREE, END, 0]], b"", []

    def stream(name, data):
        nonlocal content
        first, data = len(content) // 512, data.ljust(4096, b"\0")  # a smaller one would lie elsewhere
        sectors = max(1, -(-len(data) // 512))
        content += data.ljust(sectors * 512, b"\0")
        chains.extend([*range(first + 1, first + sectors), END])
        entries.append([name, 2, FREE, FREE, first, len(data)])

    tops = []
    for storage, inside in storages.items():
        if storage:
            entries.append([storage, 1, FREE, FREE, END, 0])
            tops.append(len(entries) - 1)
        within = []
        for name, data in inside:
            stream(name, data)
            within.append(len(entries) - 1)
        if storage:
            for one, following in pairwise(within):
                entries[one][2] = following
            entries[tops[-1]][3] = within[0]
        else:
            tops += within
    for one, following in pairwise(tops):
        entries[one][2] = following
    entries[0][3] = tops[0]
    listed = b"".join(entry(*one) for one in entries).ljust(-(-len(entries) // 4) * 512, b"\0")
    begins = len(content) // 512
    chains += [*range(begins + 1, begins + len(listed) // 512), END, FAT]
    fat = b"".join(struct.pack("<I", one) for one in chains).ljust(512, b"\xff")
    assert 128 >= len(chains)
    head = (
        bytes.fromhex("d0cf11e0a1b11ae1")
        + bytes(16)
        + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6)
        + bytes(6)
    )
    head += struct.pack("<IIIIIIIII", 0, 1, begins, 0, 0, END, 0, END, 0) + struct.pack("<I", len(chains) - 1)
    return head.ljust(512, b"\xff") + content + listed + fat


def entry(name, kind, right, child, first, size):
    written = name.encode("utf-16-le")
    return (
        written.ljust(64, b"\0")
        + struct.pack("<HBBIII", len(written) + 2, kind, 1, FREE, right, child)
        + bytes(36)
        + struct.pack("<IQ", first, size)
    )
