"""A first mapping for a table, made by looking at its columns: their names, and what their values look like."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from connectors.kit import sheets
from connectors.kit.csv_files import plain
from connectors.kit.modality.telling import stated_kind
from connectors.kit.text import clean
from connectors.tables.mapping import OWNER
from influence.contract.connector import Unreadable
from influence.contract.files import Member
from influence.contract.records import SetAside

LOOKED_AT = 500
"""Rows that are looked at."""
_FORMATS = (
    *("%d.%m.%Y %H:%M:%S", "%d.%m.%Y %H:%M", "%d.%m.%Y", "%d/%m/%Y %H:%M:%S", "%d/%m/%Y %H:%M", "%d/%m/%Y"),
    *("%m/%d/%Y %H:%M:%S", "%m/%d/%Y %H:%M", "%m/%d/%Y", "%m/%d/%Y %I:%M %p", "%d %B %Y", "%B %d, %Y"),
    *("%d %b %Y", "%b %d, %Y", "%Y/%m/%d %H:%M", "%Y/%m/%d"),
    *(
        "%d-%m-%Y %H:%M:%S",
        "%d-%m-%Y %H:%M",
        "%d-%m-%Y",
        "%m-%d-%Y %H:%M",
        "%m-%d-%Y",
        "%d-%b-%Y",
        "%d-%B-%Y",
    ),
    *("%d. %B %Y", "%d. %b %Y", "%Y.%m.%d", "%d/%m/%y", "%d-%m-%y", "%d.%m.%y", "%m/%d/%y", "%d-%b-%y"),
)
_EMAIL = re.compile(r"[^\s@]{1,128}@[^\s@]{1,253}\.\w+")
_HINTS = {
    "id": r"^(ref\w*|guid|uuid|no|nr)$|(id|number|nr|key|code)$",
    "parent": r"parent|repl(y|ies)to|inre(ply|sponse)|answer(to|s)$|response(to)|onidea|ideaid|quoted",
    "actor": (
        r"^(author|user|actor|from|sender|reviewer|requester|requestor|owner|person|member|employee|name|who)"
        r"|by$|author|createdby|postedby|organi[sz]er|forfatter|bruker|verfasser|auteur|absender"
    ),
    "to": r"^to$|recipient|assignee|assignedto|empf[aä]nger|mottaker|destinataire",
    "other": r"other|counterpart|participants?|attendees?|guests?|with$|^met|visitor|customer|client|motpart|deltag",
    "kind": (
        r"^(kind|type|format|mode|modality|medium|form|art|how|means|method|contact|via|channel|setting)$"
        r"|(meeting|contact|event)(type|kind|form|format|mode)$|(type|kind|form|mode)of(the)?(meeting|contact|event)$"
        r"|motetype|m[oø]teform|m[oø]detype|terminart|besprechungsart|modalit"
    ),
    "place": r"place|location|where|venue|room|site|sted|ort$|lieu|adresse?$",
    "verb": r"^(type|kind|action|event|verb|activity|category)$|type$|action$",
    "text": r"text|body|comment|message|content|review$|description|idea$|note|beskrivelse|nachricht",
    "subject": r"subject|title|topic|headline|betreff|emne|tittel|objet",
    "channel": r"channel|forum|queue|category|group|team|department|kanal",
    "response": r"(response|reply|answer|svar|antwort)(text)?$",
}
_WHOSE = (
    "# CHECK: whose meetings these are: write the account in place of owner, as in email:ann@acme.example,"
    " or import with --set owner=ann@acme.example"
)
_ANSWERS = re.compile(r"respon[ds]|repl(y|ied|ies)|answer|approv|svar|antwort")
_VERBS = (
    (r"comment|kommentar", "comment"),
    (r"repl|respon|answer|svar|antwort", "reply"),
    (r"vote|like|react|up|rating|stimme|stemme|approv", "react"),
    (r"share|forward|repost|del(t|en)", "share"),
    (r"message|mail|chat|melding", "message"),
    (r"edit|update|change|status", "edit"),
    (r"follow|subscri", "follow"),
    (r"view|read|seen", "view"),
    (r"post|idea|request|create|open|ticket|topic|question|review", "post"),
)


@dataclass(frozen=True)
class _Column:
    """A column: its name as it may stand in a template, its values, and how it is compared."""

    name: str
    values: tuple[str, ...]
    rows: int

    @property
    def key(self) -> str:
        return plain(self.name)

    def share(self, test: Callable[[str], object]) -> float:
        """Return which share of the values passes a test; none where there are no values."""
        return sum(bool(test(value)) for value in self.values) / len(self.values) if self.values else 0.0

    def hinted(self, what: str) -> bool:
        return bool(re.search(_HINTS[what], self.key))


def draft_mapping(member: Member) -> str:
    """Write a first mapping for a table as TOML with remarks, to be looked through and edited.

    Raises:
        Unreadable: it is no table, or holds no row.
        MissingExtra: it is a workbook, and the package that reads those is not installed.
    """
    columns = _looked_at(member)
    guess = _Guess(columns)
    lines = [
        f"# A first mapping for {clean(member.name, 100)}, made by looking at its columns. Look it through, edit it,",
        "# then read the table with: influence import FILE --as table --set mapping=THIS FILE",
        "# {Column} is the value of a column; text around it stands as it is. A rule is passed over where",
        "# its `when` is empty. Accounts are written system:value, and e-mail addresses email:value.",
        "",
        "version = 1",
        f"system = {_quoted(_system(member.name))}  # one word for where this table comes from",
        *guess.times(),
        "",
        *(guess.encounter() if guess.is_register else guess.activities()),
        *guess.unused(),
    ]
    return "\n".join(lines) + "\n"


def _looked_at(member: Member) -> list[_Column]:
    names = sheets.columns(member)
    found = [item for item in islice(sheets.rows(member, names), LOOKED_AT) if not isinstance(item, SetAside)]
    if not found:
        raise Unreadable(f"{member.name}: there is no row by which its columns could be told")
    usable = {plain(name): clean(re.sub(r"[{}]", " ", name), 200) for name in names if plain(name)}
    return [
        _Column(shown, tuple(row[key] for _, row in found if row.get(key)), len(found))
        for key, shown in usable.items()
    ]


def _system(file: str) -> str:
    found = re.sub(r"[^a-z0-9-]+", "-", file.rsplit("/", 1)[-1].rsplit(".", 1)[0].lower()).strip("-")
    return found[:40] if re.match(r"[a-z]", found) else "table"


def _quoted(text: str) -> str:
    """Write text as a TOML string, in which nothing can end it early."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _template(*columns: _Column | None, before: str = "") -> str:
    return _quoted("".join(f"{before}{{{column.name}}}" for column in columns if column))


def time_format(values: Sequence[str]) -> str | None:
    """Return how times are written: "" for ISO 8601 or a number of seconds, a format, None for no times.

    >>> time_format(["31/12/2026", "01/02/2026"]), time_format(["2026-01-05"]), time_format(["Ann"])
    ('%d/%m/%Y', '', None)
    """
    if not values:
        return None
    if _most(values, _is_iso):
        return ""
    fitting = [form for form in _FORMATS if _most(values, lambda value, form=form: _fits(value, form))]  # type: ignore[misc]
    return max(fitting, key=lambda form: sum(_fits(value, form) for value in values), default=None)


def _most(values: Sequence[str], test: Callable[[str], bool]) -> bool:
    return sum(map(test, values)) >= 0.9 * len(values)


def _is_iso(value: str) -> bool:
    if re.fullmatch(r"1\d{9}|1\d{12}", value):
        return True
    return bool(re.match(r"\d{4}-?\d\d-?\d\d", value)) and _parses(lambda: datetime.fromisoformat(value))


def _fits(value: str, form: str) -> bool:
    return _parses(lambda: datetime.strptime(value, form))


def _parses(read: Callable[[], object]) -> bool:
    try:
        read()
    except ValueError:
        return False
    return True


class _Guess:
    """What each column seems to be; a column is taken for one thing only."""

    def __init__(self, columns: Sequence[_Column]) -> None:
        self._free = list(columns)
        self.formats: list[str] = []
        self._all_times = [c for c in columns if self._is_time(c)]
        self.time = self._take(_first_named(self._all_times, r"creat|date|time|when|dato|datum|tid"))
        self.id = self._take(next((c for c in self._free if c.hinted("id") and _unique(c)), None))
        ids = set(self.id.values) if self.id else set()
        self.parent = self._take(
            next((c for c in self._free if c.hinted("parent") and c.share(ids.__contains__) >= 0.5), None)
        )
        self.kind = self._take(self._hinted("kind", lambda c: c.share(stated_kind) >= 0.5))
        self.verb = self._take(self._hinted("verb", _is_short_list))
        self.place = self._take(self._hinted("place"))
        self.other = self._take(self._hinted("other"))
        self.actor = self._take(self._actor())
        self.to = self._take(self._hinted("to"))
        self.response = self._take(self._hinted("response"))
        self.url = self._take(next((c for c in self._free if c.share(_is_link) > 0.8), None))
        self.text = self._take(self._hinted("text"))
        alone = self.time and not (self.verb or self.response or self.url or self.text)
        where = self.place or self.kind
        self.is_register = bool(where and self.actor and not self.parent and (self.other or alone))
        if self.kind and not self.is_register:
            self._free.append(self.kind)
            self.kind = None
            self.verb = self.verb or self._take(self._hinted("verb", _is_short_list))
        self.subject = self._take(self._hinted("subject"))
        self.channel = self._take(self._hinted("channel"))

    def _is_time(self, column: _Column) -> bool:
        form = time_format(column.values)
        if form:
            self.formats.append(form)
        return form is not None

    def _take(self, column: _Column | None) -> _Column | None:
        if column is not None:
            self._free.remove(column)
        return column

    def _hinted(self, what: str, test: Callable[[_Column], bool] = lambda _: True) -> _Column | None:
        return next((c for c in self._free if c.hinted(what) and c not in self._all_times and test(c)), None)

    def _actor(self) -> _Column | None:
        addressed = [c for c in self._free if c.share(_EMAIL.fullmatch) > 0.8]
        hinted = [
            c
            for c in self._free
            if c.hinted("actor") and c not in self._all_times and not _ANSWERS.search(c.key)
        ]
        both = [c for c in hinted if c in addressed]
        return next(iter((*both, *hinted, *addressed)), None)

    def times(self) -> list[str]:
        """Write what is known of times."""
        lines = ['zone = "UTC"  # CHECK: the zone of times that state none, as in Europe/Oslo']
        if self.formats:
            forms = list(dict.fromkeys(self.formats))
            told = ", ".join(map(_quoted, forms))
            lines.append(f"time_format = [{told}]  # day %d, month %m, year %Y, hour %H, minute %M")
            joint = next((form[2] for form in forms if form.startswith(("%d/%m", "%d-%m"))), None)
            if joint:
                read, other = joint.join(("03", "04", "2026")), joint.join(("%m", "%d", "%Y"))
                lines.append(f"# CHECK: {read} is read as 3 April; write {other} if it is 4 March")
        return lines

    def encounter(self) -> list[str]:
        """Write the rule for a register of meetings."""
        named = [_template(one, before="name:") for one in (self.actor, self.other) if one]
        people = ", ".join(named if self.other else [*named, _quoted(OWNER)])
        return [
            "# A register of meetings: each row is an encounter. Whether it was in person is told by the place.",
            "[[encounter]]",
            *([f"id = {_template(self.id)}"] if self.id else []),
            _needed("time", self.time),
            f"people = [{people}]" + ("" if self.other else f"  {_WHOSE}"),
            *([f"place = {_template(self.place)}"] if self.place else []),
            *([f"kind = {_template(self.kind)}  # it counts before the place"] if self.kind else []),
            *([f"words = {_template(self.subject or self.text)}"] if self.subject or self.text else []),
        ]

    def activities(self) -> list[str]:
        """Write the rules for a log of activities, one more for a column of responses, and what verbs mean."""
        lines = [
            "[[activity]]",
            *(
                [f"id = {_template(self.id)}"]
                if self.id
                else ["# id: no column has a value of its own in each row"]
            ),
            _needed("time", self.time),
            _needed("actor", self.actor),
            f"verb = {_template(self.verb)}"
            if self.verb
            else 'verb = "post"  # CHECK: or reply, comment, message …',
        ]
        for field in ("parent", "to", "channel", "subject", "text", "url"):
            column = getattr(self, field)
            if column:
                lines.append(f"{field} = {_template(column)}")
        return [*lines, *self._responses(), *self._verbs()]

    def _responses(self) -> list[str]:
        """Write a rule for the answers that stand in the rows of what they answer."""
        if not (self.response and self.id):
            return []
        answered = _first_named(self._all_times, r"respon|repl|answer|svar|antwort")
        who = next((c for c in self._free if _ANSWERS.search(c.key) and c not in self._all_times), None)
        for used in (who, answered):
            if used in self._free:
                self._take(used)
        return [
            "",
            "# The answer that stands in the same row.",
            "[[activity]]",
            f"when = {_template(self.response)}",
            f"id = {_template(self.id, before='response-')}",
            _needed("time", answered if answered is not self.time else None)
            if answered
            else f"time = {_template(self.time)}  # CHECK: no column tells when it was answered",
            f"actor = {_template(who)}"
            if who
            else f"actor = {_quoted(OWNER)}  # CHECK: write who answers, as in email:ann@acme.example",
            'verb = "reply"',
            f"parent = {_template(self.id)}",
            f"text = {_template(self.response)}",
        ]

    def _verbs(self) -> list[str]:
        if not self.verb:
            return []
        words = sorted({clean(value, 60).lower() for value in self.verb.values})
        return [
            "",
            '# CHECK: what each word means; "skip" leaves its rows out.',
            "[verbs]",
            *map(_meaning, words),
        ]

    def unused(self) -> list[str]:
        """Name the columns that no rule uses."""
        left = [c for c in self._free if c is not self.response]
        return (
            ["", "# Columns that are not used: " + ", ".join(_quoted(c.name) for c in left)] if left else []
        )


def _meaning(word: str) -> str:
    known = next((verb for pattern, verb in _VERBS if re.search(pattern, word)), "skip")
    return f"{_quoted(word)} = {_quoted(known)}"


def _needed(field: str, column: _Column | None) -> str:
    if column is None:
        return f'{field} = ""  # CHECK: no column looks like it; name one, as in "{{Name of the column}}"'
    return f"{field} = {_template(column)}"


def _first_named(columns: Iterable[_Column], pattern: str) -> _Column | None:
    found = list(columns)
    return next((c for c in found if re.search(pattern, c.key)), found[0] if found else None)


def _is_short_list(column: _Column) -> bool:
    return len(set(column.values)) <= 12


def _unique(column: _Column) -> bool:
    return len(column.values) == column.rows and len(set(column.values)) == len(column.values)


def _is_link(value: str) -> bool:
    return value.startswith(("http://", "https://"))
