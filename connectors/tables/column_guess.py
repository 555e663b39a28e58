"""What each column of a table seems to be, by its name and by what its values look like; each guess says why."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from connectors.kit.csv_files import plain
from connectors.kit.modality.telling import stated_kind
from connectors.tables.time_formats import clock_format, is_doubtful, time_format

_DAY_AND_MONTH = len("%d/%m")
_ODD = re.compile(r"-?\d{0,20}\.\d{1,20}|true|false|yes|no")
_ODD_OR_SMALL = re.compile(rf"{_ODD.pattern}|-?\d{{1,2}}")
"""Values that stand for nobody: marks, shares, counts."""
_LONGEST_NAME = 120
_EMAIL = re.compile(r"[^\s@]{1,128}@[^\s@]{1,253}\.\w+")
_PHONE = re.compile(r"[+(]?\d[\d\s().x/-]{4,30}")
_OPENED = (
    r"creat|open|submit|report|receiv|start|sent|begin|rais|logged|call|occur|_date_|_time_|datetime|timestamp|when|post"
    r"|erstell|angelegt|er[oö]ff|opprett|skapad|inkom|luotu|cr[eé]{1,2}|apert|dato|datum|fecha|tid_"
)
_CLOSED = (
    r"clos|r[eé]sol|solv|complet|finish|_end|ended|done|restor|fulfil"
    r"|geschlossen|gel[oö]st|erledigt|lukk?et|avslut|afslut|ratkaist|suljettu|st[aä]ngd|cierre|cl[oô]tur"
)
_ANSWERED = r"respon[ds]|repl(?:y|ied|ies)|answer|approv|decid|decision|svar|antwort|r[eé]pon"
_ASIDE = r"updat|modif|due|birth|expir|deadline|last_|next_|back|read_|deliver"
"""Times of what nobody may have done."""
_OPENER = (
    r"requester|requestor|requested_by|caller_|associated_contact|anm[aä]lare|innmelder|anmelder|bestiller|best[aä]llare|rekvirent|antragsteller|demandeur"
    r"|anforder|anfragende",
    r"opened_by|reporter|rapporteur|reported_by|submitter|submitted_by|raised_by|creator|ilmoittaja|solicitante",
    r"created_by|author|sender|_from_|posted_by|logged_by|organi[sz][ea]r|reviewer|user_?name|_user_|user_id|user_email|actor",
    r"member|employee|person|customer|client|_who_(?!id_)|minister|contact_name|nickname|handle|principal|_owner_|_host_|_agent_|name_",
    r"organisat[eo]u?r|organizad|veranstalter|arrang[oöø]r|j[aä]rjest[aä]j[aä]|forfatter|bruker|verfasser|auteur|absender|ersteller|melder|skapare|autor|anv[aä]ndare|source|_by_",
)
"""Names of who begins something, the surest first."""
_NEVER_PEOPLE = r"language|locale|device|version|package|currency|country"
_NO_PERSON = (
    r"conversation|file|company|product|group|team|project|channel|event"
    r"|(?:report|task|deal|form|campaign|board|list|item|ticket|page|site|document|plan|section|folder"
    r"|meeting|call|activity|appointment|engagement|session|webinar)_name_"
)
_THING = r"task|issue|ticket|deal|project|card|item|idea|event|case|campaign"
"""Names of what a row is of that is no person: a column that is just called `Name` is its own then."""
_CLOSER = (
    r"closed_by|resolved_by|resolver|solved_by|completed_by|handled_by|fulfilled_by|geschlossen_von|l[oö]st_von"
    r"|avslutad_av|lukket_av|afsluttet_av|l[oø]st_av",
    r"answered_by|responder|responded_by|replied_by|approver|approved_by|decided_by|reviewed_by|reviewer",
    r"assignee|assigned_to|technician|agent|support|handler|owner|bearbeiter|zugewiesen|tilldelad|asignado|assign[eé]"
    r"|handl[aä]ggare|saksbehandler|sagsbehandler|k[aä]sittelij[aä]",
)
_TO = (
    r"^_to_|^_who_id_$|recipient|receiver|callee|_contact_(?:email|called|name)|^_contact_$|_called_$|dialed|addressee|target|partner"
    r"|empf[aä]nger|mottaker|destinat|^_column_[23]_$"
)
_SIDE = r"phone|number|contact|address|party|name|jid|chat"
"""Names of the other side, where a column says which way a row went."""
_OTHER = (
    r"^_with_|_met_with_|_meeting_with_|^_met_|counterpart|participant|attendee|guests?_|visitor|invited"
    r"|other_(?:party|person)|motpart|deltag|deltak|teilnehm|uczestni|kat[iı]l[iı]mc|asistente|osallistuj|partecipant"
    r"|deelnem|aanwezig|участник|учасник|[uú][cč]astn|r[eé]sztvev|参加者|出席者|与会|與會|참석자|visitee|organi[sz]ation_or_individual|(?:organi[sz]ation|person|company)_met_"
)
_DONE_BY = r"assigned|assignee|_owner_|tilldelad|tildelt|zugewiesen|asignado"
_DONE_WITH = (
    r"^_(?:person|contact|lead|customer|client|account_contact)_|_who_$|contact_(?:person|email|name)"
)
"""Of a list of what salespeople and others have done: who did it, and with whom."""
_SOME = 0.3
"""The share of rows that are calls or meetings in a list of them."""
_MEDIA = frozenset(
    (
        "email",
        "e-mail",
        "mail",
        "phone",
        "web",
        "chat",
        "api",
        "portal",
        "form",
        "sms",
        "social",
        "app",
        "call",
    )
)
"""By what something came, which is nobody."""
_HALF = re.compile(r"_(?:full|e|name|mail|email|address|id)(?=_)")
"""Words that tell of a person's column what of them it holds."""
_CALLED_OFF = (
    r"cancel|no.?show|declin|resched|postpon|abgesagt|avlyst|aflyst|inst[aä]lld|peruttu|annul|anulowan"
)
_HINTS = {
    "id": (
        r"[^\W\d_]{3}(?:nr|nummer|schl[uü]ssel)_$|^_cl[eé]_|_(?:ref\w*|guid|uuid|no|nr|id|number|key|code|commit|hash|sha1?)_$|^_(?:id|key)_"
    ),
    "parent": r"parent|repl(?:y|ies)_to|in_re(?:ply|sponse)|answer(?:s|_to)_|response_to|on_idea|idea_id|quoted",
    "kind": (
        r"^_(?:kind|type|format|mode|modality|medium|form|art|how|means|method|contact|via|channel|setting)_$"
        r"|(?:meeting|contact|event|interaction)_(?:type|kind|form|format|mode)|(?:type|kind|form|mode)_of_(?:the_)?(?:meeting|contact|event)"
        r"|motetype|m[oø]teform|m[oø]detype|terminart|besprechungsart|modalit"
    ),
    "place": (
        r"_(?:place|location|where|venue|room|meeting_room|site|sted|ort|lieu|adresse?|plats|paikka|luogo|lugar|local"
        r"|plaats|locatie|miejsce|yer|m[ií]sto|helysz[ií]n|место|місце|場所|地点|地點|장소)_"
    ),
    "verb": r"^_(?:type|kind|action|event|verb|activity|category|interaction)_|type_$|action_$",
    "text": (
        r"text|body|comment|message_$|content|review_$|description|idea_$|notes?|summary|beskrivelse|nachricht"
    ),
    "subject": r"subject|title|topic|headline|betreff|emne|tittel|objet|summary",
    "channel": r"channel|forum|queue|category|group|team|department|kanal|service|system",
    "conversation": r"conversation|thread|chat_id|case_id|session",
    "rating": r"rating|stars?_|score|bewertung|sterne|betyg|vurdering|arvosana|_note_$",
    "direction": r"incoming|outgoing|inbound|outbound|direction|from_me|_sent_$|is_sent|call_type|calltype",
    "outcome": r"outcome|status|state|ergebnis|resultat|utfall",
    "response": r"(?:response|reply|answer|svar|antwort)_(?:text_)?$",
}
_DIRECTIONS = {
    *("in", "out", "incoming", "outgoing", "inbound", "outbound", "sent", "received", "missed", "rejected"),
    *("voicemail", "true", "false", "yes", "no", "y", "n", "0", "1"),
}
VERBS = (
    (r"comment|kommentar", "comment"),
    (r"repl|respon|answer|svar|antwort", "reply"),
    (r"vote|like|react|\bup|rating|stimme|stemme|approv", "react"),
    (r"share|forward|repost|\bdel(t|en)", "share"),
    (r"message|mail|chat|melding|call|phone|sms", "message"),
    (r"edit|update|change|status", "edit"),
    (r"follow|subscri", "follow"),
    (r"view|\bread|seen", "view"),
    (r"post|idea|request|create|open|ticket|topic|question|review|note|incident", "post"),
)
"""Words of a column and what they mean."""
_NO_MEETING = re.compile(r"mail|note|sms|post|message|comment|task|chat")
_MET = re.compile(
    r"meet|visit|lunch|dinner|coffee|face to face|in person|m[oø]te|treffen|besuch|r[eé]union"
    r"|^(?:video ?)?conference$|^zoom|^teams$|^online$"
)


@dataclass(frozen=True)
class Column:
    """A column: its name as it may stand in a template, its values, and how many rows were looked at.

    `parts` are those of which it is put together: the two halves of a name. `called` is its name without what a row is,
    where that stands before most names: `Type` of `Activity - Type`.
    """

    name: str
    values: tuple[str, ...]
    rows: int
    parts: tuple[str, ...] = ()
    called: str = ""

    @property
    def words(self) -> str:
        """The words of its name, each between underscores: `sys_createdOn` is `_sys_created_on_`."""
        apart = re.sub(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Za-z])(?=\d)", "_", self.called or self.name).lower()
        return "_" + re.sub(r"[\W_]+", "_", apart).strip("_") + "_"

    @property
    def key(self) -> str:
        """Its name as names are compared."""
        return plain(self.name)

    def share(self, test: Callable[[str], object]) -> float:
        """Return which share of the values passes a test; none where there are no values."""
        return sum(bool(test(value)) for value in self.values) / len(self.values) if self.values else 0.0

    def hinted(self, what: str) -> bool:
        """Tell whether its name is one of those for it."""
        return bool(re.search(_HINTS[what], self.words))

    def named(self, pattern: str) -> bool:
        """Tell whether its name fits a pattern."""
        return bool(re.search(pattern, self.words))

    @property
    def is_unique(self) -> bool:
        """Whether each row has a value of its own here."""
        return len(self.values) == self.rows and len(set(self.values)) == len(self.values)


class Guess:
    """What each column seems to be; a column is taken for one thing only."""

    def __init__(self, columns: Sequence[Column]) -> None:
        self.free = list(columns)
        self.formats: list[str] = []
        self._doubts: dict[str, Column] = {}
        self.clocks = {c.name: form for c in columns if (form := clock_format(c.values))}
        self.times = [c for c in columns if c.name not in self.clocks and self._is_time(c)]
        self.doubtful = self._settled()
        self.time, self.closed = self._moments()
        self.id = self.take(self._identity())
        ids = set(self.id.values) if self.id else set()
        self.parent = self.take(
            next((c for c in self.free if c.hinted("parent") and c.share(ids.__contains__) >= 0.5), None)
        )
        self.direction = self.take(
            self._hinted("direction", lambda c: {v.lower() for v in c.values} <= _DIRECTIONS)
        )
        self.kind = self.take(self._hinted("kind", _is_kind))
        self.verb = self.take(self._hinted("verb", _says_what))
        self.place = self.take(self._hinted("place"))
        done_by, done_with = self._diary()
        self.other = self.take(next((c for c in self.free if c.named(_OTHER) and self._is_people(c)), None))
        self.closer = None if done_by else self._closer()
        self.rating = self.take(self._hinted("rating", lambda c: c.share(_is_mark) > 0.9))
        self.actor = done_by or self.take(self._actor())
        self.to = done_with or self.take(
            self._addressee() or (None if self.closer else self._of_people(_CLOSER))
        )
        self._turn()
        self.response = self.take(self._hinted("response"))
        self.conversation = self.take(self._hinted("conversation", lambda c: not c.is_unique))
        self.url = self.take(next((c for c in self.free if c.share(_is_link) > 0.8), None))
        self.text = self.take(self._hinted("text"))
        if (
            self.actor
            and not (self.other or self.to or self.closer or self.text)
            and _names_several(self.actor)
        ):
            self.actor, self.other = None, self.actor
        self.is_register = self._register()
        if self.kind and not self.is_register and not self.verb:
            self.verb, self.kind = self.kind, None
        self.outcome = self.take(self._hinted("outcome", _says_called_off)) if self.is_register else None
        self.subject = self.take(self._hinted("subject"))
        self.channel = self.take(self._hinted("channel", lambda c: not c.is_unique))

    def _is_time(self, column: Column) -> bool:
        form = time_format(column.values)
        if form is None or (form.startswith("%Y%m%d") and not column.named(_OPENED)):
            return False
        if is_doubtful(column.values):
            self._doubts.setdefault(form, column)
        elif form:
            self.formats.append(form)
        return True

    def _settled(self) -> Column | None:
        """Read what may have the day or the month first as another column tells it; return one that none tells."""
        sure = {form[:_DAY_AND_MONTH] for form in self.formats}
        open_still = None
        for form, column in self._doubts.items():
            turned = form.replace("%d", "%D").replace("%m", "%d").replace("%D", "%m")
            told = turned[:_DAY_AND_MONTH] in sure
            self.formats.append(turned if told else form)
            if not told and form[:_DAY_AND_MONTH] not in sure:
                open_still = column
        return open_still

    def _moments(self) -> tuple[Column | None, Column | None]:
        """Return when a row began and when it ended; times of changes and of what is due are neither."""
        likely = [c for c in self.times if not c.named(_ASIDE)] or self.times
        begun = [c for c in likely if not c.named(f"{_CLOSED}|{_ANSWERED}")]
        first = _first_named(begun or likely, _OPENED)
        ended = next((c for c in likely if c is not first and c.named(f"{_CLOSED}|{_ANSWERED}")), None)
        return self.take(first), ended

    def clock_of(self, column: Column | None) -> Column | None:
        """Return the column with the time of day that belongs to a column of dates."""
        if column is None or any(re.search(r":\d\d", value) for value in column.values[:5]):
            return None
        own = set(column.words.split("_")) - {"", "date"}
        fitting = [c for c in self.free if c.name in self.clocks]
        return next((c for c in fitting if own & set(c.words.split("_"))), fitting[0] if fitting else None)

    def take(self, column: Column | None) -> Column | None:
        """Take a column for something, so that nothing else is made of it."""
        if column is not None and column in self.free:
            self.free.remove(column)
        return column

    def _identity(self) -> Column | None:
        named = [
            c
            for c in self.free
            if c.hinted("id") and c.is_unique and not c.named(r"phone|email|user_|person")
        ]
        return next((c for c in named if c.name.strip()), None)

    def _hinted(self, what: str, test: Callable[[Column], bool] = lambda _: True) -> Column | None:
        return next((c for c in self._rest() if c.hinted(what) and test(c)), None)

    def _rest(self) -> list[Column]:
        return [c for c in self.free if c not in self.times and c.name not in self.clocks and c.values]

    def _is_people(self, column: Column) -> bool:
        """Tell whether values may stand for people: no long texts, no decimals, no yes and no."""
        if column in self.times or column.name in self.clocks or not column.values:
            return False
        if column.named(_NEVER_PEOPLE) or column.share(lambda one: one.lower() in _MEDIA) > 1 - _SOME:
            return False
        sure = column.named(f"{_TO}|sender|caller|_from_|user|_id_|author|^_column_1_$")
        odd = _ODD if sure else _ODD_OR_SMALL
        return column.share(lambda one: len(one) > _LONGEST_NAME or odd.fullmatch(one.lower())) < 0.5

    def _closer(self) -> Column | None:
        """Return who ended or answered what a row begins; found before who began it, so that nobody is both."""
        found = self._of_people(_CLOSER)
        openers = self._of_people(_OPENER)
        if found is None or (found is openers and (len(self._persons()) < 2 or self.closed is None)):
            return None
        other = next((c for c in self._ranked(_OPENER) if c is not found), None)
        said = found.named(_CLOSER[0]) or found.named(_CLOSER[1])
        return self.take(found) if self.closed or (other and said) else None

    def _diary(self) -> tuple[Column | None, Column | None]:
        """Return who did what a list of calls and meetings holds, and with whom; it was done when it was marked so."""
        what = self.verb or self.kind
        if what is None or what.share(_is_call_or_meeting) < _SOME:
            return None, None
        by = next((c for c in self._rest() if c.named(_DONE_BY) and self._is_people(c)), None)
        found = [c for c in self._rest() if c.named(_DONE_WITH) and c is not by and self._is_people(c)]
        others = sorted(found, key=lambda c: -(c.share(_EMAIL.fullmatch) > 0.8))
        if by is None or not others:
            return None, None
        self.verb, self.kind = what, None
        if self.closed is not None:
            self.time, self.closed = self.take(self.closed), None
        return self.take(by), self.take(others[0])

    def _persons(self) -> list[Column]:
        return [c for c in self._rest() if c.named("|".join((*_OPENER, *_CLOSER))) and self._is_people(c)]

    def _of_people(self, patterns: Sequence[str]) -> Column | None:
        return next(iter(self._ranked(patterns)), None)

    def _ranked(self, patterns: Sequence[str]) -> Iterable[Column]:
        for pattern in patterns:
            fitting = [c for c in self._rest() if c.named(pattern) and self._is_people(c)]
            yield from sorted(fitting, key=lambda c: -(c.share(_EMAIL.fullmatch) > 0.8))

    def _actor(self) -> Column | None:
        is_thing = self.id is not None and self.id.named(_THING)
        no_person = f"{_ANSWERED}|{_NO_PERSON}" + ("|^_name_$" if is_thing else "")
        named = next((c for c in self._ranked(_OPENER) if not c.named(no_person)), None)
        if named:
            same = (c for c in self._rest() if _is_same(named, c) and c.share(_EMAIL.fullmatch) > 0.8)
            return next(same, named)
        addressed = (c for c in self._rest() if c.share(_EMAIL.fullmatch) > 0.8)
        first = (c for c in self._rest() if c.named(r"^_column_[12]_$") and self._is_people(c))
        return next(addressed, None) or next(first, None)

    def _addressee(self) -> Column | None:
        begun = self.actor
        found = [
            c
            for c in self._rest()
            if c.named(_TO) and self._is_people(c) and not (begun and _is_same(begun, c))
        ]
        addressed = [c for c in found if c.share(_EMAIL.fullmatch) > 0.8]
        second = [] if self.actor is None else [c for c in self._rest() if _twin(self.actor, c)]
        sides = [c for c in self._rest() if self.direction and c.named(_SIDE) and self._is_side(c)]
        return next(iter((*addressed, *found, *second, *sides)), None)

    def _is_side(self, column: Column) -> bool:
        return (
            self._is_people(column)
            and column.share(lambda one: _PHONE.fullmatch(one) or re.search(r"[^\W\d]", one)) > 0.8
        )

    def _turn(self) -> None:
        """Put the other side into `to` where a column says which way a row went and only one side is named."""
        if self.direction and self.actor and self.to is None:
            self.actor, self.to = None, self.actor

    @property
    def several(self) -> bool:
        """Whether one column alone names all who met, several in a field."""
        return self.other is not None and self.other.share(lambda value: re.search(r"[;,|\n]", value)) > 0.5

    @property
    def turns(self) -> bool:
        """Whether a column that says which way a row went turns two who stand beside it: not where they say it."""
        sure = self.actor is not None and self.actor.named(r"caller|sender|_from_|source|author")
        return self.direction is not None and self.to is not None and self.actor is not None and not sure

    def _register(self) -> bool:
        if self.direction or self.parent or self.closer or self.response:
            return False
        if self.actor is None and self.several and (self.place or self.kind or not (self.verb or self.text)):
            return True
        where = self.place or self.kind
        alone = self.time and not (self.verb or self.url or self.text)
        return bool(self.actor and ((self.other and (where or alone)) or (where and alone)))


def _names_several(column: Column) -> bool:
    """Tell a column that names several people in most of its fields."""
    return column.share(lambda value: re.search(r"[^;|][;|] ?[^;|]", value)) > 0.5


def _is_same(one: Column, other: Column) -> bool:
    """Tell columns of one person: `Contact Name` and `Contact Email`."""
    stem = _HALF.sub("", one.words)
    return one is not other and stem != "_" and stem == _HALF.sub("", other.words)


def _twin(one: Column, other: Column) -> bool:
    """Tell columns that are called alike but for a number: `User1` and `User2`."""
    apart = re.compile(r"\d+")
    return (
        one is not other
        and apart.search(one.name) is not None
        and apart.sub("", one.key) == apart.sub("", other.key)
    )


def _first_named(columns: Iterable[Column], pattern: str) -> Column | None:
    """Return the first column of such a name, else the first of all."""
    found = list(columns)
    return next((c for c in found if c.named(pattern)), found[0] if found else None)


def _says_what(column: Column) -> bool:
    """Tell a short list of words of which half are known to be something that people do."""
    known = column.share(
        lambda value: any(re.search(pattern, value.lower()) for pattern, _ in VERBS) or met(value)
    )
    return len(set(column.values)) <= 12 and known >= 0.5


def _is_kind(column: Column) -> bool:
    """Tell a column of kinds of meetings, and of nothing else that people do."""
    return column.share(stated_kind) >= 0.5 and not any(
        _NO_MEETING.search(one.lower()) for one in column.values
    )


def _is_call_or_meeting(value: str) -> bool:
    return met(value) or re.search(r"\bcall|anruf|samtal|opkald", value.lower()) is not None


def met(value: str) -> bool:
    """Tell a word for a meeting."""
    return _MET.search(value.lower()) is not None


def holds_addresses(column: Column) -> bool:
    """Tell a column of e-mail addresses, of one person or of several in a field."""
    return (
        column.share(lambda value: all(_EMAIL.fullmatch(one) for one in re.split(r"[;,|\s]+", value.strip())))
        > 0.8
    )


def called_off(word: str) -> bool:
    """Tell a word for a meeting that did not take place.

    >>> called_off("No show"), called_off("Completed")
    (True, False)
    """
    return re.search(_CALLED_OFF, word.lower()) is not None


def _says_called_off(column: Column) -> bool:
    return len(set(column.values)) <= 12 and any(map(called_off, column.values))


def _is_mark(value: str) -> bool:
    """Tell a mark as people give it, up to ten, with a half at most."""
    return re.fullmatch(r"(?:10|\d)(?:[.,][05]0?)?", value) is not None


def _is_link(value: str) -> bool:
    return value.startswith(("http://", "https://"))
