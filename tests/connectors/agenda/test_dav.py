"""Calendars and contacts from a real Radicale: pulled, changed, deleted, cut off and pulled again."""

import importlib.util
import socket
import subprocess
import sys
import time
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from connectors.agenda import dav_sync
from connectors.agenda.caldav import CalDav
from connectors.agenda.carddav import CardDav
from connectors.agenda.dav import CALENDARS, Dav, _same_domain
from connectors.kit.answers import as_member
from connectors.kit.paging import Answer, walk
from influence.contract.connector import Changed, ConnectorError, Gone, NotAuthorised, StoppedShort
from influence.contract.records import Deleted, Encounter, Modality, Person, SetAside
from influence.contract.testing import Remembered
from tests.kit.live_contract import check_fetch, pulled, store_of
from tests.kit.served import Said, served

PASSWORD = "placeholder"  # noqa: S105 - of a server that lives as long as its tests
ADDRESS_BOOK = (
    '<?xml version="1.0"?><create xmlns="DAV:" xmlns:CR="urn:ietf:params:xml:ns:carddav"><set><prop>'
    "<resourcetype><collection/><CR:addressbook/></resourcetype></prop></set></create>"
)


SECRET = Remembered(password=PASSWORD)


class Server:
    """A Radicale of our own, and a phone that writes into it."""

    def __init__(self, port):
        self.url = f"http://127.0.0.1:{port}"

    def phone(self, user):
        return Phone(httpx.Client(base_url=f"{self.url}/{user}/", auth=(user, PASSWORD)))


class Phone:
    def __init__(self, client):
        self.client = client

    def make(self, name, *, contacts=False):
        method, body = ("MKCOL", ADDRESS_BOOK) if contacts else ("MKCALENDAR", "")
        assert self.client.request(method, f"{name}/", content=body).status_code == 201

    def put(self, place, text):
        kind = "text/vcard" if "BEGIN:VCARD" in text else "text/calendar"
        answer = self.client.put(place, content=text.encode(), headers={"Content-Type": kind})
        assert answer.status_code in {201, 204}

    def delete(self, place):
        assert self.client.delete(place).status_code == 200


@pytest.fixture(scope="module")
def radicale(tmp_path_factory):
    if importlib.util.find_spec("radicale") is None:
        pytest.skip("Radicale is not here: pip install radicale")
    base = tmp_path_factory.mktemp("radicale")
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port = one.getsockname()[1]
    users = ["ann", "ben", "cas", "dan", "eve", "fay", "gus", "hal", "kai", "leo", "ida@acme.example"]
    (base / "users").write_text("".join(f"{user}:{PASSWORD}\n" for user in users))
    command = [
        *(sys.executable, "-m", "radicale", "--config", "", "--server-hosts", f"127.0.0.1:{port}"),
        *("--storage-filesystem-folder", str(base / "data"), "--auth-type", "htpasswd"),
        *("--auth-htpasswd-filename", str(base / "users"), "--auth-htpasswd-encryption", "plain"),
    ]
    with (base / "log").open("wb") as log:
        running = subprocess.Popen(command, stdout=log, stderr=log)
    try:
        for _ in range(100):
            with socket.socket() as one:
                if one.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.1)
        yield Server(port)
    finally:
        running.terminate()
        running.wait(20)


@pytest.fixture
def phone(radicale):
    opened = []

    def made(user):
        opened.append(radicale.phone(user))
        return opened[-1]

    yield made
    for one in opened:
        one.client.close()


def meeting(uid, start, *lines, guest="bob@customer.example", zone=""):
    return "\r\n".join(
        [
            *(
                "BEGIN:VCALENDAR",
                "VERSION:2.0",
                "PRODID:-//example//EN",
                *([zone] if zone else []),
                "BEGIN:VEVENT",
            ),
            *(f"UID:{uid}", "DTSTAMP:20260101T000000Z", f"DTSTART{start}", "DURATION:PT1H", "SUMMARY:Plans"),
            *("LOCATION:Oslo", "ORGANIZER:mailto:ann@acme.example", f"ATTENDEE:mailto:{guest}", *lines),
            *("END:VEVENT", "END:VCALENDAR", ""),
        ]
    )


def contact(uid, *lines):
    return "\r\n".join(["BEGIN:VCARD", "VERSION:3.0", f"UID:{uid}", *lines, "END:VCARD", ""])


def replies(connector, cursor):
    return list(connector.fetch(cursor, SECRET))


def records(connector, cursor):
    found = replies(connector, cursor)
    read = [record for reply in found for record in connector.parse(reply.member)]
    return read, (found[-1].cursor if found else cursor)


def times(read):
    return sorted(one.time.isoformat()[:16] for one in read if isinstance(one, Encounter))


def held(*pulls):
    """The ids of the encounters that are left after some pulls."""
    left = set()
    for read in pulls:
        left |= {one.id for one in read if isinstance(one, Encounter)}
        left -= {one.id for one in read if isinstance(one, Deleted)}
    return left


class TestCalendars:
    def test_all_calendars_are_found_from_the_address_of_the_server(self, radicale, phone):
        ann = phone("ann")
        ann.make("office")
        ann.make("home")
        ann.make("people", contacts=True)
        ann.put("office/1.ics", meeting("u1", ":20260105T090000Z"))
        ann.put("home/2.ics", meeting("u2", ":20260106T090000Z"))
        for url in (radicale.url, f"{radicale.url}/ann/"):
            read, _ = records(CalDav(url, "ann"), {})
            assert ["2026-01-05T09:00", "2026-01-06T09:00"] == times(read)
        read, _ = records(CalDav(f"{radicale.url}/ann/home/", "ann"), {})
        assert ["2026-01-06T09:00"] == times(read)
        [found] = [one for one in read if isinstance(one, Encounter)]
        assert Modality.IN_PERSON == found.kind
        assert {"email:ann@acme.example", "email:bob@customer.example"} == set(found.people)

    def test_a_meeting_that_is_moved_is_the_same_and_one_that_is_deleted_is_withdrawn(self, radicale, phone):
        ben, connector = phone("ben"), CalDav(radicale.url, "ben")
        ben.make("office")
        for n in (1, 2, 3):
            ben.put(f"office/{n}.ics", meeting(f"u{n}", f":2026010{n}T090000Z"))
        first, cursor = records(connector, {})
        assert [] == replies(connector, cursor)
        ben.put("office/1.ics", meeting("u1", ":20260201T100000Z"))
        ben.delete("office/2.ics")
        ben.put("office/4.ics", meeting("u4", ":20260104T090000Z"))
        second, cursor = records(connector, cursor)
        assert ["2026-01-04T09:00", "2026-02-01T10:00"] == times(second)
        fresh, _ = records(connector, {})
        assert held(fresh) == held(first, second)
        assert 1 == sum(isinstance(one, Deleted) for one in second)
        assert 3 == len(held(first, second))
        assert [] == replies(connector, cursor)

    def test_a_meeting_that_goes_to_another_calendar_is_not_withdrawn(self, radicale, phone):
        cas, connector = phone("cas"), CalDav(radicale.url, "cas")
        cas.make("office")
        cas.make("team")
        cas.put("team/keep.ics", meeting("keep", ":20260101T090000Z"))
        cas.put("office/1.ics", meeting("u1", ":20260105T090000Z"))
        first, cursor = records(connector, {})
        cas.delete("office/1.ics")
        cas.put("team/1.ics", meeting("u1", ":20260105T090000Z"))
        second, cursor = records(connector, cursor)
        assert [] == [one for one in second if isinstance(one, Deleted)]
        cas.delete("team/")
        third, _ = records(connector, cursor)
        assert set() == held(first, second, third)

    def test_what_recurs_or_lies_ahead_is_read_anew_at_every_pull(self, radicale, phone):
        dan, connector = phone("dan"), CalDav(radicale.url, "dan")
        dan.make("office")
        ahead = (datetime.now(UTC) + timedelta(days=9)).strftime("%Y%m%d")
        before = (datetime.now(UTC) - timedelta(days=15)).strftime("%Y%m%d")
        dan.put("office/a.ics", meeting("a", f":{ahead}T090000Z"))
        dan.put("office/r.ics", meeting("r", f":{before}T000000Z", "RRULE:FREQ=WEEKLY"))
        dan.put("office/p.ics", meeting("p", f":{before}T090000Z"))
        first, cursor = records(connector, {})
        again, cursor = records(connector, cursor)
        assert 3 == len([one for one in again if isinstance(one, Encounter)])
        assert held(first) == held(first, again)
        dan.delete("office/r.ics")
        last, _ = records(connector, cursor)
        assert 1 == len(held(first, again, last))

    def test_old_times_of_a_series_that_are_out_of_sight_are_not_withdrawn(self, radicale, phone):
        hal, connector = phone("hal"), CalDav(radicale.url, "hal")
        hal.make("office")
        start = (datetime.now(UTC) - timedelta(days=7)).strftime("%Y%m%d")
        hal.put("office/r.ics", meeting("r", f":{start}T000000Z", "RRULE:FREQ=WEEKLY"))
        _, cursor = records(connector, {})
        [state] = cursor["collections"].values()
        [ids] = state["held"].values()
        ids |= {"calendar:long-ago": int((datetime.now(UTC) - timedelta(days=9 * 365)).timestamp())}
        ids |= {"calendar:last-year": int((datetime.now(UTC) - timedelta(days=365)).timestamp())}
        read, _ = records(connector, cursor)
        assert ["calendar:last-year"] == [one.id for one in read if isinstance(one, Deleted)]

    def test_a_pull_cut_anywhere_and_resumed_equals_one_that_was_not(
        self, radicale, phone, tmp_path, monkeypatch
    ):
        monkeypatch.setattr(dav_sync, "PAGE", 3)
        eve = phone("eve")
        for calendar in ("office", "home"):
            eve.make(calendar)
            for n in range(7):
                eve.put(f"{calendar}/{n}.ics", meeting(f"{calendar}{n}", f":2026011{n}T090000Z"))
        found = len(replies(CalDav(radicale.url, "eve"), {}))
        assert 6 == found
        check_fetch(tmp_path, lambda: CalDav(radicale.url, "eve"), SECRET, found)

    def test_what_changes_during_a_pull_that_was_cut_is_not_missed(self, radicale, phone, monkeypatch):
        monkeypatch.setattr(dav_sync, "PAGE", 2)
        fay, connector = phone("fay"), CalDav(radicale.url, "fay")
        fay.make("office")
        for n in range(6):
            fay.put(f"office/{n}.ics", meeting(f"u{n}", f":2026010{n + 1}T090000Z"))
        pull = connector.fetch({}, SECRET)
        first = next(pull)
        pull.close()
        had = list(connector.parse(first.member))
        changed = first.cursor["collections"][f"{radicale.url}/fay/office/"]["after"].rsplit("/", 1)[1]
        fay.put(f"office/{changed}", meeting(f"u{changed[0]}", ":20260301T090000Z"))
        rest, _ = records(connector, first.cursor)
        fresh, _ = records(connector, {})
        assert held(fresh) == held(had, rest)
        assert "2026-03-01T09:00" in times(rest)

    def test_a_meeting_that_was_called_off_counts_no_more_in_the_store(self, radicale, phone, tmp_path):
        leo, connector = phone("leo"), CalDav(radicale.url, "leo")
        leo.make("office")
        for n in (1, 2):
            leo.put(f"office/{n}.ics", meeting(f"u{n}", f":2026010{n}T090000Z"))
        workspace, _ = pulled(tmp_path / "w", connector, SECRET)
        leo.delete("office/1.ics")
        for reply in connector.fetch(workspace.store.cursor("source"), SECRET):
            with workspace.store.batch("source", "caldav") as batch:
                for record in connector.parse(reply.member):
                    batch.add(record, reply.member.name)
                batch.remember(reply.cursor)
        [left] = store_of(workspace)["encounters"]
        assert "2026, 1, 2" in left
        workspace.close()

    def test_each_calendar_keeps_its_own_time_zones_and_line_numbers(self, radicale, phone):
        gus, connector = phone("gus"), CalDav(radicale.url, "gus")
        gus.make("office")
        for n, offset in enumerate(("+0100", "+0500")):
            zone = "\r\n".join(
                [
                    *("BEGIN:VTIMEZONE", "TZID:Ours", "BEGIN:STANDARD", "DTSTART:19700101T000000"),
                    *(f"TZOFFSETFROM:{offset}", f"TZOFFSETTO:{offset}", "END:STANDARD", "END:VTIMEZONE"),
                ]
            )
            gus.put(f"office/{n}.ics", meeting(f"u{n}", ";TZID=Ours:20260105T090000", zone=zone))
        [reply] = replies(connector, {})
        read = list(connector.parse(reply.member))
        assert ["2026-01-05T04:00", "2026-01-05T08:00"] == times(read)
        lines = reply.member.open().read().splitlines()
        assert [b"BEGIN:VEVENT"] * 2 == [lines[one.line - 1] for one in read if isinstance(one, Encounter)]

    def test_the_user_is_the_owner_where_the_name_is_an_address(self, radicale, phone):
        ida, connector = phone("ida@acme.example"), CalDav(radicale.url, "ida@acme.example")
        ida.make("office")
        text = meeting("u1", ":20260105T090000Z").replace("ORGANIZER:mailto:ann@acme.example\r\n", "")
        ida.put("office/1.ics", text)
        read, _ = records(connector, {})
        [found] = [one for one in read if isinstance(one, Encounter)]
        assert {"email:ida@acme.example", "email:bob@customer.example"} == set(found.people)

    def test_it_says_who_signed_in_and_what_is_there(self, radicale, phone):
        phone("kai").make("office")
        phone("kai").make("home")
        place = radicale.url.removeprefix("http://").partition(":")[0]
        assert f"kai on {place}: 2 calendars" == CalDav(radicale.url, "kai").signed_in_as(SECRET)
        with pytest.raises(NotAuthorised):
            CalDav(radicale.url, "kai").signed_in_as(Remembered("not-the-word"))
        with pytest.raises(ConnectorError, match="shows no address book"):
            CardDav(radicale.url, "kai").signed_in_as(SECRET)
        phone("kai").make("people", contacts=True)
        assert f"kai on {place}: 1 address book" == CardDav(radicale.url, "kai").signed_in_as(SECRET)

    def test_a_wrong_password_is_told_in_a_sentence_without_it(self, radicale):
        with pytest.raises(NotAuthorised, match="does not accept the sign-in") as told:
            list(CalDav(radicale.url, "ann").fetch({}, Remembered("not-the-word")))
        assert "not-the-word" not in str(told.value)

    def test_a_password_is_never_sent_in_the_clear(self):
        with pytest.raises(ConnectorError, match="is not https"):
            replies(CalDav("http://cloud.acme.example", "ann"), {})

    def test_without_an_address_or_a_name_the_options_are_told(self):
        for one in (CalDav(), CalDav(url="https://cloud.acme.example"), CardDav(user="ann")):
            with pytest.raises(ConnectorError, match="Name the address and the user: --set url=https://"):
                replies(one, {})

    def test_an_entry_that_is_no_meeting_and_an_empty_calendar_are_set_aside(self):
        zone = b"BEGIN:VCALENDAR\nBEGIN:VTIMEZONE\nTZID:X\nEND:VTIMEZONE\nEND:VCALENDAR\n"
        body = zone + b"BEGIN:VCALENDAR\nBEGIN:VTODO\nUID:1\nEND:VTODO\nEND:VCALENDAR\n"
        read = list(CalDav("https://cloud.acme.example", "ann").parse(as_member("page.ics", body)))
        assert [("a calendar without an entry", 1), ("a to-do, not a meeting", 7)] == [
            (one.reason, one.line) for one in read if isinstance(one, SetAside)
        ]


class TestContacts:
    ANN = contact("a", "FN:Ann Lee", "N:Lee;Ann;;;", "EMAIL:ann@partner.example", "TEL:90000000")
    BOB = contact("b", "FN:Bob Fox", "N:Fox;Bob;;;", "EMAIL:bob@customer.example")

    def test_contacts_are_read_changed_and_withdrawn(self, radicale, phone):
        one = phone("ann")
        one.make("friends", contacts=True)
        one.put("friends/a.vcf", self.ANN)
        one.put("friends/b.vcf", self.BOB)
        connector = CardDav(radicale.url, "ann", owner="me@acme.example")
        first, cursor = records(connector, {})
        assert {"Ann Lee", "Bob Fox"} == {who.name for who in first if isinstance(who, Person)}
        assert [("email:me@acme.example", "email:ann@partner.example")] == [
            met.people for met in first if isinstance(met, Encounter)
        ]
        assert [] == replies(connector, cursor)
        one.put("friends/b.vcf", self.BOB.replace("END:VCARD", "TEL:91111111\r\nEND:VCARD"))
        one.delete("friends/a.vcf")
        second, cursor = records(connector, cursor)
        assert held(first) == {gone.id for gone in second if isinstance(gone, Deleted)}
        assert 1 == len(held(first, second))
        assert [] == replies(connector, cursor)

    def test_a_pull_cut_anywhere_and_resumed_equals_one_that_was_not(
        self, radicale, phone, tmp_path, monkeypatch
    ):
        monkeypatch.setattr(dav_sync, "PAGE", 2)
        ben = phone("ben")
        ben.make("people", contacts=True)
        for n in range(5):
            ben.put(f"people/{n}.vcf", self.ANN.replace("UID:a", f"UID:{n}").replace("ann@", f"ann{n}@"))
        connector = CardDav(radicale.url, "ben", owner="me@acme.example")
        check_fetch(tmp_path, lambda: connector, SECRET, 3)
        workspace, _ = pulled(tmp_path / "once", connector, SECRET)
        assert 5 == len(store_of(workspace)["encounters"])
        workspace.close()


DAV = 'xmlns="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"'


@pytest.fixture
def dav():
    """Makes a server that gives these answers in turn, the last for ever; a Dav at its /dav/, and what it was asked."""
    with ExitStack() as running:

        def made(*answers):
            left = list(answers)

            def answer(_):
                given = left.pop(0) if len(left) > 1 else left[0]
                return given if isinstance(given, Said) else Said(given.encode(), 207)

            here = running.enter_context(served(answer))
            one = Dav(f"{here.url}/dav/", "ann", PASSWORD, CALENDARS)
            running.callback(one.close)
            return one, here.asked

        yield made


def changed(*hrefs, then="t1", more=""):
    entries = "".join(f"<response><href>{href}</href><propstat/></response>" for href in hrefs)
    return f"<multistatus {DAV}>{entries}{more}<sync-token>{then}</sync-token></multistatus>"


class TestServersThatDiffer:
    def test_a_list_that_is_cut_off_is_asked_for_until_its_end(self, dav):
        cut_off = "<response><href>/dav/</href><status>HTTP/1.1 507 Insufficient Storage</status></response>"
        one, asked = dav(changed("/dav/1.ics", more=cut_off), changed("/dav/2.ics", then="t2"))
        found = one.changes(one.url, "")
        assert [f"{one.url}1.ics", f"{one.url}2.ics"] == found.changed
        assert ("t2", True) == (found.token, found.whole)
        assert b"<d:sync-token>t1</d:sync-token>" in asked[1].body

    @pytest.mark.parametrize("then", ["t1", None], ids=["the same token", "fresh tokens"])
    def test_a_list_that_never_ends_is_left_and_gone_through_again(self, dav, then):
        cut_off = "<response><href>/dav/</href><status>HTTP/1.1 507 Insufficient Storage</status></response>"
        pages = (changed("/dav/1.ics", then=then or f"t{n}", more=cut_off) for n in range(9))
        one, asked = dav(*pages)
        state, found = {}, []

        def ask(*_):
            found.append(one.changes(one.url, ""))
            return Answer(None)

        with pytest.raises(StoppedShort, match="the list of collection went round in a circle"):
            list(walk(state, lambda _: [["collection"]], ask))
        assert 2 == len(asked)
        assert [([f"{one.url}1.ics"], "", False)] == [
            (each.changed, each.token, each.whole) for each in found
        ]

    def test_a_token_that_the_server_forgot_begins_anew(self, dav):
        one, _ = dav(Said(status=403), changed("/dav/1.ics", then="t9"))
        found = one.changes(one.url, "t1")
        assert ("t9", True) == (found.token, found.whole)

    def test_a_calendar_that_is_gone_is_no_forgotten_token(self, dav):
        one, _ = dav(Said(status=404))
        with pytest.raises(Gone):
            one.changes(one.url, "t1")

    def test_a_deleted_resource_is_listed_as_gone(self, dav):
        one, _ = dav(
            changed(
                more="<response><href>/dav/1.ics</href><status>HTTP/1.1 404 Not Found</status></response>"
            )
        )
        found = one.changes(one.url, "t0")
        assert ([f"{one.url}1.ics"], False) == (found.gone, found.whole)

    def test_a_list_without_a_token_names_the_field(self, dav):
        one, _ = dav(f"<multistatus {DAV}></multistatus>")
        with pytest.raises(Changed, match="no 'sync-token'"):
            one.changes(one.url, "")

    def test_the_password_follows_to_hosts_of_the_same_domain_only(self, dav):
        def home(place):
            return (
                f"<multistatus {DAV}><response><href>/dav/</href><propstat><prop><C:calendar-home-set>"
                f"<href>{place}</href></C:calendar-home-set></prop></propstat></response></multistatus>"
            )

        none = f"<multistatus {DAV}><response><href>/dav/</href></response></multistatus>"
        user = none.replace(
            "</response>",
            "<propstat><prop><current-user-principal><href>/me/</href></current-user-principal></prop></propstat>"
            "</response>",
        )
        listed = (
            f"<multistatus {DAV}><response><href>/c/1/</href><propstat><prop><resourcetype><C:calendar/>"
            "</resourcetype></prop></propstat></response></multistatus>"
        )
        with served(lambda _: Said(listed.encode(), 207)) as other:
            for place in (f"{other.url}/c/", "https://evil.example/c/", "http://p42.acme.example/c/"):
                far, asked = dav(none, user, home(place))
                with pytest.raises(ConnectorError, match="which is another domain: not followed"):
                    far.collections()
                assert 3 == len(asked)
        assert [] == other.asked

    @pytest.mark.parametrize(
        ("origin", "goes"),
        [
            ("https://p42.acme.example", True),
            ("https://cloud.acme.example", True),
            ("https://cloud.acme.example:8443", True),
            ("http://cloud.acme.example", False),
            ("http://p42.acme.example", False),
            ("https://evil.example", False),
            ("https://acme.example.evil.example", False),
        ],
    )
    def test_what_is_one_domain(self, origin, goes):
        assert goes == _same_domain(origin, "https://cloud.acme.example/dav/")

    def test_where_a_server_sends_us_on_to_another_host_the_password_stays(self, dav):
        with served(lambda _: "") as other:
            one, _ = dav(Said(status=302, headers={"Location": f"{other.url}/dav/"}))
            with pytest.raises(ConnectorError, match="which is another domain: not followed"):
                one.collections()
        assert [] == other.asked

    def test_where_there_is_no_calendar_the_cure_is_named(self, dav):
        none = f"<multistatus {DAV}><response><href>/dav/</href></response></multistatus>"
        one, _ = dav(none, none, none)
        with pytest.raises(
            ConnectorError, match="shows no calendar; give the address that the provider states"
        ):
            one.collections()

    @pytest.mark.parametrize(
        ("body", "reason"),
        [
            ('<!DOCTYPE x [<!ENTITY a "b">]><multistatus/>', "declares entities"),
            ('<!DOCTYPE x [<!ENTITY a "b">]><multistatus/>'.encode("utf-16"), "declares entities"),
            ("<html><body>Sign in", "is no XML"),
            (f"<multistatus {DAV}><response/></multistatus>", "has no 'href'"),
        ],
        ids=["entities", "utf-16", "html", "no href"],
    )
    def test_an_answer_that_is_no_list_is_refused(self, dav, body, reason):
        one, _ = dav(Said(body if isinstance(body, bytes) else body.encode(), 207))
        with pytest.raises(Changed, match=reason):
            one.changes(one.url, "")
