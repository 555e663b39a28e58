"""Calendars and contacts on this machine: a Radicale in this very program, that is asked as any other service."""

import io
import shutil
import tempfile
import weakref

from radicale import Application, config

from tests.kit.served import Said

PASSWORD = "placeholder"  # noqa: S105 - of a server that lives as long as its tests
BOOK = (
    '<?xml version="1.0"?><create xmlns="DAV:" xmlns:CR="urn:ietf:params:xml:ns:carddav"><set><prop>'
    "<resourcetype><collection/><CR:addressbook/></resourcetype></prop></set></create>"
)


class AgendaService:
    """A server with one calendar of `entries` meetings and one address book of as many people, all of `ann`."""

    def __init__(self, entries=5):
        folder = tempfile.mkdtemp(prefix="influence-radicale-")
        weakref.finalize(self, shutil.rmtree, folder, ignore_errors=True)
        configuration = config.load([])
        configuration.update(
            {
                "storage": {"filesystem_folder": folder},
                "auth": {"type": "none"},
                "logging": {"level": "critical"},
            },
            "test",
        )
        self._application = Application(configuration)
        self._ask("MKCALENDAR", "/ann/office/")
        self._ask("MKCOL", "/ann/people/", BOOK)
        for number in range(1, entries + 1):
            self._ask("PUT", f"/ann/office/{number}.ics", meeting(number))
            self._ask("PUT", f"/ann/people/{number}.vcf", contact(number))

    def answer(self, asked):
        """Answer one request; see `served`."""
        headers = {f"HTTP_{name.upper().replace('-', '_')}": value for name, value in asked.headers.items()}
        return self._ask(asked.method, asked.path, asked.body, **headers)

    def _ask(self, method, path, body="", **headers):
        content = body if isinstance(body, bytes) else body.encode()
        kind = "text/vcard" if b"BEGIN:VCARD" in content else "text/calendar"
        told = {}

        def begin(status, fields):
            told.update(status=int(status.split()[0]), headers=dict(fields))

        given = {
            "REQUEST_METHOD": method,
            "PATH_INFO": path,
            "SCRIPT_NAME": "",
            "CONTENT_TYPE": kind,
            "CONTENT_LENGTH": str(len(content)),
            "wsgi.input": io.BytesIO(content),
            "wsgi.errors": io.StringIO(),
            "wsgi.url_scheme": "http",
            "SERVER_NAME": "127.0.0.1",
            "SERVER_PORT": "80",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "HTTP_AUTHORIZATION": "Basic YW5uOnBsYWNlaG9sZGVy",
            **headers,
        }
        given.pop("HTTP_ACCEPT_ENCODING", None)
        whole = b"".join(self._application(given, begin))
        kept = {name: value for name, value in told["headers"].items() if name != "Content-Length"}
        return Said(whole, told["status"], kept)


def meeting(number):
    return "\r\n".join(
        [
            *("BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//example//EN", "BEGIN:VEVENT", f"UID:u{number}"),
            *("DTSTAMP:20260101T000000Z", f"DTSTART:2026010{number}T090000Z", "DURATION:PT1H"),
            *("ORGANIZER:mailto:ann@acme.example", f"ATTENDEE:mailto:guest{number}@customer.example"),
            *("END:VEVENT", "END:VCALENDAR", ""),
        ]
    )


def contact(number):
    return "\r\n".join(
        [
            *("BEGIN:VCARD", "VERSION:3.0", f"UID:c{number}", f"FN:Guest {number}"),
            *(f"EMAIL:guest{number}@customer.example", "END:VCARD", ""),
        ]
    )
