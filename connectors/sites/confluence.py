"""Confluence: the export of a space (XML), and saved answers of its API (pages with their history).

References: Atlassian Support, Export content (XML); Confluence REST API, content with history and version.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from connectors.kit.addresses import address_account
from connectors.kit.answers import each, guarded, identifier, mapping
from connectors.kit.apart import not_read
from connectors.kit.exports import each_file
from connectors.kit.json_files import document, holds, rows
from connectors.kit.lists import rows_of
from connectors.kit.text import clean
from connectors.kit.times import in_utc, moment, named_zone
from connectors.kit.xml_elements import Element, elements
from influence.contract.connector import Unreadable
from influence.contract.files import Export, Member
from influence.contract.records import Activity, Note, Person, Record, SetAside, Verb

_BEGINS = re.compile(rb"<hibernate-generic[\s>]")
_ANSWER = ((b'"history"', b'"createdBy"', b'"createdDate"', b'"title"'),)
_ENTITIES = "entities.xml"
_PAGES = frozenset(("Page", "BlogPost"))


@dataclass(frozen=True)
class Confluence:
    """Pages and blog posts, who made and changed them, comments and likes.

    `zone` is that of the server, in which the times of an export stand.
    """

    zone: str | None = None

    name: ClassVar[str] = "confluence"
    title: ClassVar[str] = "Confluence: the export of a space (XML), or saved answers of its API"
    each_has: ClassVar[frozenset[str]] = frozenset(("entities.xml",))
    source: ClassVar[str] = "In the space: Space settings, Export space, XML."

    def claims(self, names: Sequence[str]) -> bool:
        """Tell the export of a space by the two files that each has."""
        return {"entities.xml", "exportDescriptor.properties"} <= set(names)

    def recognises(self, member: Member, head: bytes) -> bool:  # noqa: ARG002 - a name proves nothing
        """Tell the entities of an export by their outermost element, an answer by its fields."""
        return _BEGINS.search(head[:4000]) is not None or holds(head, *_ANSWER)

    def parse(self, member: Member) -> Iterator[Record]:
        """Yield who made, changed, commented and liked what.

        Raises:
            Unreadable: it is neither, or its times state no zone and none is given.
        """
        head = member.head()
        if _BEGINS.search(head[:4000]):
            yield from self._entities(member)
        elif holds(head, *_ANSWER):
            reader = _Answers()
            # What stands before the title of the first page is the list; a page has lists within, after its own title.
            if -1 < head.find(b'"results"') < head.find(b'"title"'):
                yield from each(
                    rows(member, "results"), lambda at: reader.read(at.value, at.line), "the page"
                )
            else:
                yield from guarded(lambda: reader.read(mapping(document(member)), 1), "the page")
        else:
            raise Unreadable(
                f"{member.name}: the file is neither entities.xml of Confluence nor an answer with history"
            )

    def parse_export(self, export: Export) -> Iterator[tuple[str, Record]]:
        """Yield what entities.xml tells; attachments are counted.

        Raises:
            Unreadable: its times state no zone and none is given.
        """
        read = [name for name in export.files if name == _ENTITIES]
        self._zone(export.name)
        yield from each_file(export, read, self._entities)
        if left := len(export.files) - len(read):
            yield export.name, Note(f"files that are not read (attachments): {left:,}")

    def _zone(self, file: str) -> ZoneInfo:
        zone = named_zone(self.zone)
        if zone is None:
            raise Unreadable(
                f"{file}: its times state no zone; say which the server has, as in --zone Europe/Oslo"
            )
        return zone

    def _entities(self, member: Member) -> Iterator[Record]:
        reader = _Entities(self._zone(member.name))
        for element in elements(member, frozenset(("object",))):
            if isinstance(element, SetAside):
                yield element
            else:
                kind = element.attributes.get("class") or ""
                yield from guarded(partial(reader.read, kind, element), f"the {kind.lower()}", element.line)
        yield from not_read(reader.apart)


@dataclass
class _Entities:
    """Reads the objects of an export; a page stands in it once for each of its versions."""

    zone: ZoneInfo
    apart: Counter[str] = field(default_factory=Counter)

    def read(self, kind: str, element: Element) -> Iterator[Record]:
        told = {part.attributes.get("name") or "": part for part in element.all("property")}
        own = element.get("id")
        if kind == "ConfluenceUserImpl":
            yield self._person(own, told, element.line)
        elif told.get("contentStatus") and _text(told, "contentStatus") not in {"current", ""}:
            self.apart["drafts and deleted content"] += 1
        elif kind in _PAGES:
            yield from self._page(own, told, element.line)
        elif kind == "Comment" and "originalVersion" not in told:
            yield self._comment(own, told, element.line)
        elif kind == "LikeEntity":
            yield self._like(own, told, element.line)

    def _person(self, own: str, told: Mapping[str, Element], line: int) -> Person:
        mail = address_account(_text(told, "email"))
        name = _text(told, "name")
        also = (*((f"confluence:@{name.lower()}",) if name else ()), *((mail,) if mail else ()))
        return Person(name=None, accounts=(f"confluence:{identifier(own, 'the user')}", *also), line=line)

    def _page(self, own: str, told: Mapping[str, Element], line: int) -> Iterator[Record]:
        original = _id(told, "originalVersion") or own
        item, version = f"confluence:{identifier(original, 'the page')}", _text(told, "version")
        space = _id(told, "space")
        channel = f"confluence:space-{space}" if space else None
        if original == own:
            yield Activity(
                id=item,
                time=self._time(told, "creationDate"),
                actor=_account(told, "creator"),
                verb=Verb.POST,
                conversation=item,
                channel=channel,
                text=_text(told, "title") or None,
                line=line,
            )
        if version.isdigit() and int(version) > 1:
            yield Activity(
                id=f"{item}:v{version}",
                time=self._time(told, "lastModificationDate"),
                actor=_account(told, "lastModifier"),
                verb=Verb.EDIT,
                parent=item,
                conversation=item,
                channel=channel,
                line=line,
            )

    def _comment(self, own: str, told: Mapping[str, Element], line: int) -> Activity:
        page = _id(told, "containerContent") or _id(told, "owner")
        answers = _id(told, "parent")
        item = f"confluence:{page}" if page else None
        return Activity(
            id=f"confluence:{identifier(own, 'the comment')}",
            time=self._time(told, "creationDate"),
            actor=_account(told, "creator"),
            verb=Verb.REPLY if answers else Verb.COMMENT,
            parent=f"confluence:{answers}" if answers else item,
            conversation=item,
            line=line,
        )

    def _like(self, own: str, told: Mapping[str, Element], line: int) -> Activity:
        item = f"confluence:{identifier(_id(told, 'content'), 'what is liked')}"
        return Activity(
            id=f"confluence:like-{identifier(own, 'the like')}",
            time=self._time(told, "creationDate"),
            actor=_account(told, "user"),
            verb=Verb.REACT,
            parent=item,
            reaction="like",
            line=line,
        )

    def _time(self, told: Mapping[str, Element], name: str) -> datetime:
        return in_utc(datetime.fromisoformat(_text(told, name)).replace(tzinfo=self.zone))


def _text(told: Mapping[str, Element], name: str) -> str:
    return clean(told[name].whole_text(), 2000) if name in told else ""


def _id(told: Mapping[str, Element], name: str) -> str:
    return clean(told[name].get("id"), 100) if name in told else ""


def _account(told: Mapping[str, Element], name: str) -> str:
    """Return the account of a person whom a property names: by key, in older exports by name.

    Raises:
        ValueError: it names nobody.
    """
    key, shown = _id(told, name), _text(told, f"{name}Name")
    if not key and not shown:
        raise ValueError(f"it has no {name}: it was made without signing in, or the account is gone")
    return f"confluence:{key}" if key else f"confluence:@{shown.lower()}"


@dataclass
class _Answers:
    named: set[str] = field(default_factory=set)

    def read(self, row: Mapping[str, Any], line: int) -> Iterator[Record]:
        """Yield who made a page or a comment, and who changed it last."""
        history, kind = mapping(row.get("history")), str(row.get("type") or "page")
        item = f"confluence:{identifier(row['id'], 'id')}"
        *people, actor = self._who(mapping(history.get("createdBy")), line)
        yield from (one for one in people if isinstance(one, Person))
        above = mapping(row.get("container")).get("id") or next(
            (one.get("id") for one in rows_of(row, "ancestors")), None
        )
        space = mapping(row.get("space")).get("key")
        labels = rows_of(mapping(mapping(row.get("metadata")).get("labels")), "results")
        answers = kind == "comment"
        yield Activity(
            id=item,
            time=moment(history.get("createdDate"), "createdDate"),
            actor=str(actor),
            verb=Verb.COMMENT if answers else Verb.POST,
            parent=f"confluence:{identifier(above, 'the page')}" if answers and above else None,
            conversation=f"confluence:{identifier(above, 'the page')}" if answers and above else item,
            channel=f"confluence:{clean(str(space), 60)}" if space else None,
            text=clean(str(row.get("title") or ""), 500) or None,
            tags=tuple(str(one["name"]) for one in labels if one.get("name")),
            line=line,
        )
        yield from self._changed(row, item, line)

    def _changed(self, row: Mapping[str, Any], item: str, line: int) -> Iterator[Record]:
        version = mapping(row.get("version"))
        number = version.get("number")
        if not isinstance(number, int) or number < 2:
            return
        *people, actor = self._who(mapping(version.get("by")), line)
        yield from (one for one in people if isinstance(one, Person))
        when = moment(version.get("when"), "when")
        own = f"{item}:v{number}"
        yield Activity(own, when, str(actor), Verb.EDIT, parent=item, conversation=item, line=line)

    def _who(self, user: Mapping[str, Any], line: int) -> Iterator[Person | str]:
        key, name = user.get("userKey") or user.get("accountId"), str(user.get("username") or "").lower()
        if not key and not name:
            raise ValueError("it names nobody who made it")
        account = (
            f"confluence:{identifier(key, 'the user')}"
            if key
            else f"confluence:@{identifier(name, 'the user')}"
        )
        if account not in self.named:
            self.named.add(account)
            mail = address_account(user.get("email"))
            also = (*((f"confluence:@{name}",) if name and key else ()), *((mail,) if mail else ()))
            shown = clean(str(user.get("displayName") or user.get("publicName") or ""), 200)
            yield Person(name=shown or None, accounts=(account, *also), line=line)
        yield account
