"""What the answers of services that speak JSON have in common: reading them safely, their times, their pages."""

from __future__ import annotations

import contextlib
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from functools import wraps
from typing import Any, ParamSpec
from urllib.parse import urlsplit

from connectors.kit.addresses import email_account
from connectors.kit.text import clean
from influence.contract.connector import Changed, ConnectorError, Reply
from influence.contract.files import Member
from influence.contract.records import Deleted, Note, Record, Rows, SetAside

LARGEST = 64 * 1024 * 1024
"""Bytes of the largest answer that is read."""
EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)
_ADDRESS = re.compile(r"[^\s@<>(),;:\"\[\]\\#$]{1,128}@[^\s@<>(),;:\"\[\]\\#$]{1,253}")
_Given = ParamSpec("_Given")
_NOT_READ = (ConnectorError, KeyError, TypeError, ValueError, AttributeError)


def read(member: Member) -> Any:
    """Read a raw answer, or a saved one, as JSON.

    Raises:
        Changed: it is not JSON, too deep, or larger than 64 MiB.
    """
    with member.open() as stream:
        content = stream.read(LARGEST + 1)
    if len(content) > LARGEST:
        raise Changed(f"{member.name} is larger than 64 MiB, which no answer of the service is")
    try:
        return json.loads(content)
    except RecursionError:
        raise Changed(f"{member.name} is nested deeper than any answer of the service") from None
    except ValueError as error:
        raise Changed(f"{member.name} is not JSON: {clean(str(error), 200)}") from None


def listed(answer: Any, *names: str) -> list[Any]:
    """Return the list in an answer: the answer itself, or what stands under the first of `names` that is there.

    >>> listed([1], "items"), listed({"items": [2]}, "value", "items"), listed({}, "items")
    ([1], [2], [])
    """
    if isinstance(answer, list):
        return answer
    found = [answer[name] for name in names if isinstance(answer, Mapping) and name in answer]
    return found[0] if found and isinstance(found[0], list) else []


def each(
    items: Iterable[Any], read_one: Callable[[Any], Iterable[Record]], what: str, key: str = "id"
) -> Iterator[Record]:
    """Yield the records of each item; one that cannot be read is set aside, named by its `key`, and the rest goes on.

    An answer is one line to the store, so every record stands on line 1.
    """
    for item in items:
        try:
            records = list(read_one(item))
        except _NOT_READ as error:
            known = clean(str(item.get(key, "")), 80) if isinstance(item, Mapping) else ""
            records = [SetAside(f"the {what} {known} cannot be read: {_told(error)}".replace("  ", " "))]
        for record in records:
            yield record if isinstance(record, Note | Rows) else replace(record, line=1)


def once(records: Iterable[Record]) -> Iterator[Record]:
    """Leave out what was said already: the same person, and the same row under the same id.

    >>> from influence.contract.records import Person
    >>> list(once([Person("p1"), Person("p1")])) == [Person("p1")]
    True
    """
    said: set[Record | str] = set()
    for record in records:
        key = getattr(record, "id", None) or record
        if isinstance(record, Rows) or key not in said:
            said.add(key) if not isinstance(record, Rows | Deleted) else None
            yield record


def tells_what_changed(fetch: Callable[_Given, Iterator[Reply]]) -> Callable[_Given, Iterator[Reply]]:
    """Make a fetch raise `Changed` where an answer has a shape in which nothing can be found."""

    @wraps(fetch)
    def fetching(*given: _Given.args, **named: _Given.kwargs) -> Iterator[Reply]:
        try:
            yield from fetch(*given, **named)
        except (KeyError, IndexError, TypeError, ValueError, AttributeError) as error:
            raise Changed(f"the service's answer no longer has the shape it had ({_told(error)})") from error

    return fetching


def _told(error: Exception) -> str:
    if isinstance(error, ConnectorError):
        return str(error)
    return clean(f"{type(error).__name__}: {error}", 160)


def moment(value: Any, what: str) -> datetime:
    """Read a time of a service as UTC: ISO 8601 with a zone, or `2011/03/28 20:39:12 +0000`.

    Raises:
        Changed: it is none of these.

    >>> moment("2011/03/28 20:39:12 +0000", "created_at").isoformat()
    '2011-03-28T20:39:12+00:00'
    """
    text = str(value).strip()[:60]
    plain = re.sub(r"^(\d{4})/(\d\d)/(\d\d) ", r"\1-\2-\3 ", text)
    plain = re.sub(r"(\.\d{6})\d+", r"\1", plain)
    plain = re.sub(r" ?([+-]\d{2}):?(\d{2})$", r"\1:\2", plain.replace(" UTC", "Z"))
    with contextlib.suppress(ValueError, OverflowError):
        found = datetime.fromisoformat(plain)
        if found.tzinfo is not None and found >= EARLIEST:
            return found.astimezone(UTC)
    raise Changed(f"{what} is {clean(text, 40)!r}, which is no time with a zone")


def identifier(value: Any, what: str) -> str:
    """Return an identifier as text.

    Raises:
        Changed: it is missing, or is no identifier.

    >>> identifier(17, "id")
    '17'
    """
    text = str(value) if isinstance(value, int | str) and not isinstance(value, bool) else ""
    if not text or len(text) > 500 or re.search(r"[\s\x00-\x1f]", text):
        raise Changed(f"{what} is {clean(str(value), 40)!r}, which is no identifier")
    return text


def address_account(value: Any) -> str | None:
    """Return the account of an e-mail address; None for what is none (a guest's login name with `#EXT#`).

    >>> address_account("Ann@acme.com"), address_account("ann_fabrikam.com#EXT#@acme.com")
    ('email:ann@acme.com', None)
    """
    text = str(value or "").strip()
    return email_account(text) if _ADDRESS.fullmatch(text) else None


def next_page(link: Any, server: str) -> str | None:
    """Return the address of the next page, if it is one of the same service: the sign-in goes nowhere else.

    Raises:
        Changed: it lies elsewhere.

    >>> next_page("https://graph.acme.example/v1/me?skip=2", "https://graph.acme.example/v1")
    'https://graph.acme.example/v1/me?skip=2'
    """
    if not link:
        return None
    there, here = urlsplit(str(link)), urlsplit(server)
    if (there.scheme, there.netloc) != (here.scheme, here.netloc):
        raise Changed(
            f"the next page lies at {clean(there.netloc, 80)!r}, not at {here.netloc!r}, and is not asked for"
        )
    return str(link)
