"""An organisation chart as CSV: who reports to whom, and where the source says so, name, e-mail and site."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar

from connectors.kit import csv_files as delimited
from connectors.kit.addresses import display_name
from connectors.kit.csv_files import plain
from influence.contract.connector import Unreadable
from influence.contract.files import Member
from influence.contract.records import Note, Person, Record, SetAside

SYNONYMS = {
    "person": (
        *("person", "id", "employeeid", "employee", "personid", "userid", "worker", "workerid", "staffid"),
        *("samaccountname", "employeenumber", "personnelnumber", "personalnummer", "userprincipalname"),
        *("mitarbeiter", "mitarbeiterin", "ansatt", "anställd", "medarbejder", "medarbetare", "työntekijä"),
        *("henkilö", "salarié", "employé", "empleado", "medewerker"),
    ),
    "manager": (
        *("managerid", "reportstoid", "supervisorid", "bossid", "manageremail", "manageruserprincipalname"),
        *("manager", "reportsto", "supervisor", "boss", "managername", "managerdisplayname", "linemanager"),
        *("leder", "nærmesteleder", "chef", "närmastechef", "vorgesetzter", "vorgesetzte", "führungskraft"),
        *("esimies", "esihenkilö", "responsable", "jefe", "leidinggevende"),
        *("reportingto", "directmanager", "przełożony", "nadřízený", "yönetici", "gestor", "上司"),
        *("manageremployeeid", "managersemployeeid", "managerworkerid", "managerupn", "managernumber"),
    ),
    "name": (
        "name",
        "fullname",
        "displayname",
        "employeename",
        "worker",
        "workername",
        "legalname",
        "navn",
        "namn",
    ),
    "first": ("firstname", "givenname", "vorname", "prénom", "fornavn", "förnamn", "etunimi", "voornaam"),
    "last": (
        *(
            "lastname",
            "surname",
            "familyname",
            "sn",
            "nachname",
            "nom",
            "etternavn",
            "efternavn",
            "efternamn",
        ),
        *("sukunimi", "achternaam"),
    ),
    "email": (
        *("email", "mail", "emailaddress", "workemail", "emailwork", "workmail", "businessemail", "epost"),
        *("sähköposti", "courriel", "adressemail", "upn", "userprincipalname"),
    ),
    "department": ("department", "dept", "unit", "team", "division", "avdeling", "abteilung"),
    "site": ("site", "office", "location", "city", "place", "standort"),
    "organisation": ("organisation", "organization", "company", "employer"),
    "directory": ("distinguishedname", "dn"),
}
_FEWEST = ("person", "manager")
_SURE_MANAGERS = frozenset(SYNONYMS["manager"]) - {"responsable", "chef", "boss", "leder", "gestor", "jefe"}
"""Words that in a list of customers, too, would not be those of who looks after them."""
_OF_ROWS = frozenset(
    ("from", "to", "amount", "days", "type", "status", "subject", "von", "bis", "fra", "til")
)
"""Columns of lists in which somebody stands many times: leave, orders, requests."""
_NUMBER = re.compile(r"(?P<name>.{2,200}?)\s*\((?P<id>[\w.-]{1,40})\)")
"""A manager with their number behind the name: `Ann Lee (17)`."""
_DATED = frozenset(("date", "time", "datum", "dato", "fecha", "hours", "shift", "timestamp"))
"""Columns of timesheets and rosters, which name a manager too."""
_SHOWN = 10
_ENTRY = re.compile(r"CN=((?:[^,\\]|\\.){1,200}),(?:CN|OU|DC|O)=", re.IGNORECASE)
"""A manager as a directory names them: `CN=Lee\\, Ann,OU=Users,DC=acme`."""
_ESCAPED = re.compile(r"\\(.)")


@dataclass(frozen=True)
class _Row:
    line: int
    person: str
    manager: str | None
    name: str | None = None
    email: str | None = None
    department: str | None = None
    site: str | None = None
    organisation: str | None = None
    directory: str | None = None
    """The name by which a directory (Active Directory, LDAP) knows them."""


@dataclass(frozen=True)
class OrganisationChart:
    """People, their managers and where they belong.

    `zone` is not used: a chart has no times. `system` is the system of the account of somebody without an
    e-mail address: `17` owns `email:17`, `Ann Lee` is `name:Ann Lee`. A manager given by e-mail address or by a
    name that one person
    alone has becomes that person; one who has no row of their own stays as written.
    """

    zone: str | None = None
    system: str = "email"

    name: ClassVar[str] = "chart"
    title: ClassVar[str] = "an organisation chart as CSV: person and manager"
    source: ClassVar[str] = "Export id, manager, name, e-mail, department and site from the staff system."

    def recognises(self, member: Member, head: bytes) -> bool:  # noqa: ARG002 - a name proves nothing
        """Tell by the header: a person and a manager, no day, and not the columns of the generic people table."""
        names = delimited.header(head)[0]
        words = {plain(name) for name in names}
        generic = {
            "person",
            "name",
            "manager",
            "accounts",
            "organisation",
            "department",
            "site",
            "sphere",
            "bot",
        }
        is_people = "accounts" in words or (
            "person" in words and words <= generic and len(words) > len(_FEWEST)
        )
        is_dated = bool(words & _DATED)
        return set(_FEWEST) <= set(_roles(names)) and not is_people and not is_dated

    def parse(self, member: Member) -> Iterator[Record]:
        """Yield one person for each row; a manager that cannot be theirs is left out and noted.

        Raises:
            Unreadable: a column is missing, the file is not UTF-8, or it holds no row.
        """
        names = delimited.columns_of(member)
        roles = _roles(names)
        missing = [role for role in _FEWEST if role not in roles]
        if missing:
            told = ", ".join(repr(name[:60]) for name in names[:12])
            raise Unreadable(f"{member.name}: line 1: a chart needs a column {missing[0]}; there are: {told}")
        unused = [name for at, name in enumerate(names) if at not in roles.values()]
        if unused:
            told = ", ".join(repr(name[:60]) for name in unused[:20])
            yield Note(f"columns that are not used: {told}")
        rows: dict[str, _Row] = {}
        for item in _rows(member, roles):
            if isinstance(item, SetAside):
                yield item
            elif item.person in rows:
                first = rows[item.person].line
                yield SetAside(f"person {item.person[:60]!r} has a row already, on line {first}", item.line)
            else:
                rows[item.person] = item
        yield from self._people(list(rows.values()))

    def _people(self, rows: list[_Row]) -> Iterator[Record]:
        managers = _managers(rows)
        for in_circle in _circles(managers):
            lines = sorted(row.line for row in rows if row.person in in_circle)
            told = ", ".join(str(line) for line in lines[:_SHOWN]) + (", …" if len(lines) > _SHOWN else "")
            what = "manages themself; that manager is"
            if len(lines) > 1:
                what = "manage each other in a circle; these managers are"
            yield Note(f"line {told}: {what} left out")
            managers.update(dict.fromkeys(in_circle))
        for row in rows:
            account = f"email:{row.email.lower()}" if row.email else self._account(row.person)
            yield Person(
                person=row.person,
                name=row.name,
                accounts=(account,),
                organisation=row.organisation,
                department=row.department,
                site=row.site,
                manager=managers[row.person],
                line=row.line,
            )

    def _account(self, person: str) -> str:
        if "@" in person:
            return f"email:{person.lower()}"
        return f"name:{person}" if " " in person else f"{self.system}:{person}"


def _roles(names: Sequence[str]) -> dict[str, int]:
    """Find the column of each role, the first of its words that is there; no column has two roles."""
    found = [plain(name) for name in names]
    roles: dict[str, int] = {}
    for role, words in SYNONYMS.items():
        there = (found.index(word) for word in words if word in found)
        if (at := next((one for one in there if one not in roles.values()), None)) is not None:
            roles[role] = at
    is_staff = (
        "person" not in roles and {"email", "manager", "name"} <= set(roles) and not _OF_ROWS & set(found)
    )
    if is_staff and found[roles["manager"]] in _SURE_MANAGERS:
        roles["person"] = roles.pop("email")
    return roles


def _rows(member: Member, roles: dict[str, int]) -> Iterator[_Row | SetAside]:
    for table in delimited.tables(member, {at: role for role, at in roles.items()}):
        if isinstance(table, SetAside):
            yield table
            continue
        for found in table.to_pylist():
            line = found.pop("line")
            row = {role: (value or "").strip() or None for role, value in found.items()}
            person = row.pop("person")
            if person is None:
                yield SetAside("the row names no person", line)
            else:
                halves = (row.pop("first", None), row.pop("last", None))
                row["name"] = row.get("name") or " ".join(filter(None, halves)) or None
                if row.get("directory") and row.get("name"):
                    row["name"] = display_name(row["name"] or "") or row["name"]
                if " " in person and not row.get("name"):
                    row["name"] = person
                yield _Row(line, person, **row)


def _managers(rows: list[_Row]) -> dict[str, str | None]:
    """Find each person's manager by id, else by e-mail address, else by a name that only one has."""
    ids = {row.person for row in rows}
    by_email = {row.email.lower(): row.person for row in rows if row.email}
    by_entry = {row.directory.lower(): row.person for row in rows if row.directory}
    by_name: dict[str, list[str]] = defaultdict(list)
    for row in rows:
        if row.name:
            by_name[row.name.lower()].append(row.person)

    def person(manager: str | None) -> str | None:
        if manager is None or manager in ids:
            return manager
        if entry := _ENTRY.match(manager):
            if found := by_entry.get(manager.lower()):
                return found
            manager = display_name(_ESCAPED.sub(r"\1", entry[1]))
        numbered = _NUMBER.fullmatch(manager)
        if numbered and numbered["id"] in ids:
            return numbered["id"]
        named = by_name.get(manager.lower()) or by_name.get(display_name(manager).lower(), [])
        return by_email.get(manager.lower()) or (named[0] if len(named) == 1 else manager)

    return {row.person: person(row.manager) for row in rows}


def _circles(managers: dict[str, str | None]) -> Iterator[set[str]]:
    """Yield the people of each circle of managers, every circle once."""
    done: set[str] = set()
    for start in managers:
        path: dict[str, None] = {}
        person: str | None = start
        while person is not None and person in managers and person not in done and person not in path:
            path[person] = None
            person = managers[person]
        if person in path:
            walked = list(path)
            yield set(walked[walked.index(person) :])
        done.update(path)
