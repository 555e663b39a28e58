"""The audit log of Microsoft 365: who viewed, changed, shared and commented on pages and files, as a table (CSV).

References: Microsoft Learn, Detailed properties in the audit log; Export, configure, and view audit log records.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from connectors.kit.addresses import email_account
from connectors.kit.answers import At, NoJson, guarded, mapping, parsed
from connectors.kit.csv_files import header, plain, rows
from connectors.kit.repeats import Repeats
from connectors.kit.text import clean
from connectors.kit.times import moment
from influence.contract.connector import Unreadable
from influence.contract.files import Member
from influence.contract.records import Activity, Note, Record, SetAside, Verb

_VERBS = {
    **dict.fromkeys(
        (
            *("pageviewed", "pageviewedextended", "fileaccessed", "fileaccessedextended", "filepreviewed"),
            *("filedownloaded", "listitemviewed", "listviewed"),
        ),
        Verb.VIEW,
    ),
    **dict.fromkeys(
        ("filemodified", "filemodifiedextended", "pagemodified", "listitemupdated", "filecheckedin"),
        Verb.EDIT,
    ),
    **dict.fromkeys(
        ("fileuploaded", "pagecreated", "listitemcreated", "newspublished", "sitepagepublished"), Verb.POST
    ),
    **dict.fromkeys(
        (
            *("sharingset", "sharinginvitationcreated", "addedtosecurelink", "securelinkcreated"),
            *("companylinkcreated", "anonymouslinkcreated", "securelinkupdated", "fileshared"),
        ),
        Verb.SHARE,
    ),
}
_COMMENT = re.compile(
    r"(?:page|file|item)?comment(?:s)?(?:created|added|posted)|commentedon\w{0,20}|createdcomment"
)
_LIKE = re.compile(r"(?:page|file|item|comment)?(?:liked|reacted|reactionadded)\w{0,20}")
_GUEST = re.compile(r"([^\s#]{1,128})_([^\s#_]{1,253}\.[^\s#_]{1,60})#ext#@[^\s]{1,253}", re.IGNORECASE)
_ADDRESS = re.compile(
    r"[^\s@<>(),;:\"\[\]\\#|]{1,128}@[^\s@<>(),;:\"\[\]\\#|]{1,253}\.[^\s@<>(),;:\"\[\]\\#|]{1,60}"
)
_GROUPS = frozenset(("securitygroup", "sharepointgroup", "group"))


@dataclass(frozen=True)
class MicrosoftAudit:
    """Views, changes, shares, comments and likes of pages and files in SharePoint and OneDrive."""

    name: ClassVar[str] = "microsoft-audit"
    title: ClassVar[str] = "Microsoft 365: the audit log of SharePoint and OneDrive (CSV)"
    source: ClassVar[str] = (
        "An administrator searches the audit log in Microsoft Purview and exports all results."
    )

    def recognises(self, member: Member, head: bytes) -> bool:  # noqa: ARG002 - a name proves nothing
        """Tell the table by its columns: one holds each record as JSON."""
        columns = {plain(name) for name in header(head)[0]}
        return (
            "auditdata" in columns
            and bool(columns & {"operation", "operations"})
            and bool(columns & {"userid", "userids"})
        )

    def parse(self, member: Member) -> Iterator[Record]:
        """Yield what each record tells; operations that are none of these are counted.

        Raises:
            Unreadable: it is no audit log.
        """
        if not self.recognises(member, member.head()):
            raise Unreadable(
                f"{member.name}: the table has no column AuditData beside the operation and the user"
            )
        log = _Log()
        for item in rows(member):
            if isinstance(item, SetAside):
                yield item
            else:
                yield from guarded(lambda item=item: log.read(item), "", item.line)  # type: ignore[misc]
        yield from log.notes()


@dataclass
class _Log:
    made: Repeats = field(default_factory=Repeats)
    others: Counter[str] = field(default_factory=Counter)
    programs: int = 0

    def notes(self) -> Iterator[Note]:
        if self.others:
            shown = ", ".join(f"{name} ({count:,})" for name, count in self.others.most_common(6))
            yield Note(f"{self.others.total():,} records of other operations are not read: {shown}")
        if self.programs:
            yield Note(f"{self.programs:,} records are of programs or of nobody who signed in")

    def read(self, at: At) -> Iterator[Record]:
        """Yield one record; what is no act of a person on a page or a file is counted."""
        row: Mapping[str, str | None] = at.value
        told = _data(row.get("auditdata") or "")
        operation = str(row.get("operation") or row.get("operations") or told.get("Operation") or "")
        verb = _verb(operation)
        thing = str(told.get("ObjectId") or "")
        if verb is None or not thing:
            self.others[clean(operation, 60) or "none"] += 1
            return
        actor = account_of(str(row.get("userid") or row.get("userids") or told.get("UserId") or ""))
        if actor is None:
            self.programs += 1
            return
        yield self._act(row, told, at.line, verb=verb, actor=actor, thing=thing)

    def _act(
        self,
        row: Mapping[str, Any],
        told: Mapping[str, Any],
        line: int,
        *,
        verb: Verb,
        actor: str,
        thing: str,
    ) -> Activity:
        item = f"sharepoint:{_digest(thing)}"
        own = str(row.get("recordid") or told.get("Id") or "")
        begun = verb is Verb.POST and self.made.named(item) == item
        stated = told.get("CreationTime") or row.get("creationdate")
        target = account_of(str(told.get("TargetUserOrGroupName") or "")) if verb is Verb.SHARE else None
        to = (
            ()
            if str(told.get("TargetUserOrGroupType")).lower() in _GROUPS or target in {None, actor}
            else (target,)
        )
        return Activity(
            id=item
            if begun
            else f"audit:{clean(own, 80) or self.made.named(f'{item}:{stated}:{actor}:{verb}')}",
            time=moment(stated, zone="Z"),
            actor=actor,
            verb=Verb.EDIT if verb is Verb.POST and not begun else verb,
            parent=None if begun else item,
            conversation=item,
            to=tuple(one for one in to if one),
            channel=f"sharepoint:{_digest(str(told['SiteUrl']))}" if told.get("SiteUrl") else None,
            url=clean(thing, 500) if thing.lower().startswith("https://") else None,
            line=line,
        )


def _data(told: str) -> Mapping[str, Any]:
    try:
        return mapping(parsed(told))
    except NoJson as reason:
        raise ValueError(f"AuditData {reason}") from None


def _verb(operation: str) -> Verb | None:
    word = operation.strip().lower()
    if _COMMENT.fullmatch(word):
        return Verb.COMMENT
    return Verb.REACT if _LIKE.fullmatch(word) else _VERBS.get(word)


def _digest(address: str) -> str:
    """Name a thing by its address, which is long, and has names of people in it where it is somebody's own."""
    return hashlib.sha256(address.rstrip("/").lower().encode()).hexdigest()[:24]


def account_of(user: str) -> str | None:
    """Return the account of somebody who signed in; None for programs, groups and links that anybody may follow.

    >>> account_of("Ann@acme.example"), account_of("bo_fabrikam.example#EXT#@acme.onmicrosoft.example")
    ('email:ann@acme.example', 'email:bo@fabrikam.example')
    >>> account_of("app@sharepoint"), account_of("SHAREPOINT\\\\system"), account_of("urn:spo:anon#17")
    (None, None, None)
    """
    told = user.strip().rpartition("|")[2]
    if guest := _GUEST.fullmatch(told):
        return email_account(f"{guest[1]}@{guest[2]}")
    return email_account(told) if _ADDRESS.fullmatch(told) else None
