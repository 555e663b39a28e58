"""A first mapping for a table, made by looking at its columns; every guess is marked with CHECK and says why."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import islice

from connectors.kit import sheets
from connectors.kit.csv_files import plain
from connectors.kit.modality.telling import stated_kind
from connectors.kit.sheets import Row
from connectors.kit.text import clean
from connectors.tables.column_guess import VERBS, Column, Guess, called_off, holds_addresses, met
from connectors.tables.mapping import OWNER
from connectors.tables.name_halves import name_halves, without_half
from influence.contract.connector import Unreadable
from influence.contract.files import Member
from influence.contract.records import SetAside

LOOKED_AT = 500
"""Rows that are looked at."""
_FEWEST_OF_ONE = 3
"""Columns before whose names the same thing stands, so that rows are that."""
_WHOSE = (
    "# CHECK: whose meetings these are: write the account in place of owner, as in email:ann@acme.example,"
    " or import with --set owner=ann@acme.example"
)
_ALL_ROWS = (
    (r"follow|friend", "follow"),
    (r"_like|voted|reacted", "react"),
    (r"message|chat|sms|_msg|_call|phone|_sent|receiver|recipient|^_to_", "message"),
    (r"_rev_|revision|_edit", "edit"),
    (r"comment", "comment"),
)
"""What all rows are, where no column says it but the names of columns or of the file do."""


def draft_mapping(member: Member) -> str:
    """Write a first mapping for a table as TOML with remarks, to be looked through and edited.

    Raises:
        Unreadable: it is no table, or holds no row.
        MissingExtra: it is a workbook, and the package that reads those is not installed.
    """
    columns = _looked_at(member)
    draft = _Draft(Guess(columns), member.name)
    lines = [
        f"# A first mapping for {clean(member.name, 100)}, made by looking at its columns. Look it through, edit it,",
        "# then read the table with: influence import FILE --as table --set mapping=THIS FILE",
        "# {Column} is the value of a column; text around it stands as it is. A rule is passed over where",
        "# its `when` is empty. Accounts are written system:value, and e-mail addresses email:value.",
        "",
        "version = 1",
        f"system = {_quoted(_system(member.name))}  # CHECK: one word for where this table comes from",
        *draft.times(),
        *draft.separator(),
        "",
        *(draft.encounter() if draft.guess.is_register else draft.activities()),
        *draft.unused(),
    ]
    return "\n".join(lines) + "\n"


def _looked_at(member: Member) -> list[Column]:
    names = sheets.columns(member)
    some = list(islice(sheets.rows(member, names), LOOKED_AT))
    found = [item for item in some if not isinstance(item, SetAside)]
    if not found:
        why = next((f" ({one.reason})" for one in some if isinstance(one, SetAside)), "")
        raise Unreadable(f"{member.name}: there is no row by which its columns could be told{why}")
    usable = {plain(name): clean(re.sub(r"[{}]", " ", name), 200) for name in names if plain(name)}
    halves = name_halves(list(usable))
    parts = {first: (first, last) for first, last in halves.items()}
    rows, thing = [row for _, row in found], _thing(usable.values())
    return [
        replace(column, called=column.name.removeprefix(thing))
        for key in usable
        if key not in halves.values()
        for column in (_column(usable, parts.get(key, (key,)), rows),)
    ]


def _thing(names: Iterable[str]) -> str:
    """Return what a row is where it stands before most names, as in `Activity - Type`; empty where none does."""
    found = Counter(name[: name.index(" - ") + 3] for name in names if " - " in name)
    thing, count = next(iter(found.most_common(1)), ("", 0))
    return thing if count >= _FEWEST_OF_ONE else ""


def _column(shown: Mapping[str, str], keys: tuple[str, ...], rows: Sequence[Row]) -> Column:
    """Return a column, or the name that two columns make together."""
    values = (" ".join(filter(None, (row.get(key, "") for key in keys))) for row in rows)
    whole = len(keys) > 1
    name = without_half(shown[keys[0]]) if whole else shown[keys[0]]
    return Column(
        name, tuple(filter(None, values)), len(rows), tuple(shown[key] for key in keys) if whole else ()
    )


def _system(file: str) -> str:
    found = re.sub(r"[^a-z0-9-]+", "-", file.rsplit("/", 1)[-1].rsplit(".", 1)[0].lower()).strip("-")
    return found[:40] if re.match(r"[a-z]", found) else "table"


def _quoted(text: str) -> str:
    """Write text as a TOML string, in which nothing can end it early."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _template(*columns: Column | None, before: str = "") -> str:
    names = (name for column in columns if column for name in column.parts or (column.name,))
    return _quoted(before + " ".join(f"{{{name}}}" for name in names))


def _told(column: Column) -> str:
    """Name a column in a remark, in which nothing can begin a line of its own."""
    return _quoted(clean(column.name, 60))


class _Draft:
    """Writes what was guessed."""

    def __init__(self, guess: Guess, file: str) -> None:
        self.guess = guess
        self.file = file
        self.clock = guess.take(guess.clock_of(guess.time))
        self.closed_clock = guess.take(guess.clock_of(guess.closed))

    def times(self) -> list[str]:
        """Write what is known of times, and what is in doubt."""
        lines = ['zone = "UTC"  # CHECK: the zone of times that state none, as in Europe/Oslo']
        forms = list(dict.fromkeys(self._formats()))
        if forms:
            told = ", ".join(map(_quoted, forms))
            lines.append(f"time_format = [{told}]  # day %d, month %m, year %Y, hour %H, minute %M")
        doubtful = self.guess.doubtful
        joint = next((form[2] for form in forms if re.match(r"%d[/.-]%m", form)), None)
        if joint and doubtful:
            read, other = joint.join(("03", "04", "2026")), joint.join(("%m", "%d", "%Y"))
            lines.append(
                f"# CHECK: {read} is read as 3 April, {_told(doubtful)} does not tell; write {other} if it is 4 March"
            )
        return lines

    def _formats(self) -> list[str]:
        clocks = [self.guess.clocks[one.name] for one in (self.clock, self.closed_clock) if one]
        joined = [f"{form} {clock}" for form in self.guess.formats for clock in clocks]
        return [*joined, *self.guess.formats]

    def separator(self) -> list[str]:
        """Write what stands between several people in one field, where it is no semicolon."""
        lists = [one for one in (self.guess.other, self.guess.to) if one]
        actor = self.guess.actor
        if (
            actor is not None and actor.share(_is_turned) > 0.5
        ):  # "Lee, Ann" is one person, and so it is there
            lists = [one for one in lists if one.share(_is_turned) <= 0.5]
        for mark in (";", ",", "|", "\n"):
            if any(column.share(lambda value, mark=mark: mark in value) > 0.2 for column in lists):  # type: ignore[misc]
                return (
                    []
                    if mark == ";"
                    else [f"separator = {_quoted(mark)}  # CHECK: between several people in one field"]
                )
        return []

    def encounter(self) -> list[str]:
        """Write the rule for a register of meetings."""
        guess = self.guess
        named = [
            _template(one, before="" if holds_addresses(one) else "name:")
            for one in (guess.actor, guess.other)
            if one
        ]
        people = ", ".join(named if guess.other else [*named, _quoted(OWNER)])
        words = guess.subject or guess.text
        why = _told(guess.other or guess.place or guess.kind or guess.free[0])
        return [
            "# A register of meetings: each row is an encounter. Whether it was in person is told by the place.",
            f"# CHECK: that each row is a meeting is a guess, by the column {why}",
            "[[encounter]]",
            *self._held(),
            *([f"id = {_template(guess.id)}"] if guess.id else []),
            self._time(),
            f"people = [{people}]" + ("" if guess.other else f"  {_WHOSE}"),
            *([f"place = {_template(guess.place)}  # CHECK: by its name"] if guess.place else []),
            *([f"kind = {_template(guess.kind)}  # CHECK: it counts before the place"] if guess.kind else []),
            *([f"words = {_template(words)}  # CHECK: what tells a call from a meeting"] if words else []),
        ]

    def _held(self) -> list[str]:
        """Write which rows were held, where a column says it."""
        outcome = self.guess.outcome
        if outcome is None:
            return []
        words = sorted({clean(one, 60) for one in outcome.values if not called_off(one)})
        return [
            f"when = {_template(outcome)}  # CHECK: only rows that say so took place",
            f"is = [{', '.join(map(_quoted, words))}]",
        ]

    def activities(self) -> list[str]:
        """Write the rules for a log of activities, for what answers stand in the same row, and what verbs mean."""
        guess = self.guess
        lines = [
            "[[activity]]",
            f"id = {_template(guess.id)}"
            if guess.id
            else "# id: no column has a value of its own in each row",
            self._time(),
            *self._people(),
            self._verb(),
        ]
        for field in ("parent", "conversation", "channel", "subject", "text", "url"):
            column = getattr(guess, field)
            if column:
                why = (
                    "its values are ids of other rows" if field == "parent" else "by its name and its values"
                )
                lines.append(f"{field} = {_template(column)}  # CHECK: {why}")
        if guess.rating:
            lines.append(f"rating = {_template(guess.rating)}  # CHECK: the scale is below, under [rating]")
        answers = (*self._closing(), *self._responses(), *self._meetings())
        return [*lines, *answers, *self._scale(), *self._verbs()]

    def _scale(self) -> list[str]:
        """Write between which marks a rating lies."""
        if self.guess.rating is None:
            return []
        highest = max(float(one.replace(",", ".")) for one in self.guess.rating.values)
        best = 5 if highest <= 5 else 10
        return [
            "",
            "[rating]  # CHECK: the worst mark and the best",
            f"worst = {int(best == 5)}",
            f"best = {best}",
        ]

    def _time(self) -> str:
        time = self.guess.time
        line = _needed("time", time) if not self.clock else f"time = {_template(time, self.clock)}"
        others = [one for one in self.guess.times if one is not time and one is not self.guess.closed]
        told = f"; other times: {', '.join(map(_told, others[:4]))}" if others else ""
        return line if time is None else f"{line}  # CHECK: taken by its name{told}"

    def _people(self) -> list[str]:
        """Write who did it and to whom; a column that says which way a row went turns it round."""
        guess = self.guess
        if guess.direction and guess.to and guess.actor is None:
            outgoing = guess.direction.named(r"outgoing|outbound|from_me|sent")
            return [
                f"actor = {_quoted(OWNER)}  # CHECK: whose list this is: an account, or import with --set owner=…",
                f"to = {_template(guess.to)}  # CHECK: the other side, by the name of the column",
                f"{'outgoing' if outgoing else 'incoming'} = {_template(guess.direction)}"
                "  # CHECK: where it says so, a row is by the other side and to the owner",
            ]
        lines = [_needed("actor", guess.actor)]
        if guess.actor:
            rivals = [one for one in (guess.closer, guess.to, guess.other) if one]
            told = f"; not {', '.join(map(_told, rivals))}" if rivals else ""
            lines[0] += f"  # CHECK: who begins it, by the name of the column{told}"
        to = guess.to or guess.other
        if to:
            lines.append(f"to = {_template(to)}  # CHECK: whom it is meant for, by the name of the column")
        if guess.turns:
            lines.append(
                f"incoming = {_template(guess.direction)}  # CHECK: where it says so, actor and to change places"
            )
        return lines

    def _verb(self) -> str:
        if self.guess.verb:
            return f"verb = {_template(self.guess.verb)}  # CHECK: its words are below, under [verbs]"
        file = f"_{re.sub(r'[^a-z]+', '_', self.file.lower())}_"
        named = (self.guess.time, self.guess.text, self.guess.direction, self.guess.to)
        names = "".join(one.words for one in named if one)
        verb = next((verb for pattern, verb in _ALL_ROWS if re.search(pattern, names)), None)
        verb = verb or next((verb for pattern, verb in _ALL_ROWS if re.search(pattern, file)), "post")
        return f"verb = {_quoted(verb)}  # CHECK: what every row is: post, reply, comment, message …"

    def _closing(self) -> list[str]:
        """Write a rule for who ended or answered what the row began."""
        guess = self.guess
        if guess.closer is None or guess.actor is None:
            return []
        if guess.id is None:
            return [
                "",
                f"# CHECK: {_told(guess.closer)} seems to answer; a rule for it needs a column that numbers the rows",
            ]
        time = (
            _template(guess.closed, self.closed_clock) if guess.closed else _template(guess.time, self.clock)
        )
        when = guess.closed or guess.closer
        return [
            "",
            "# Who ended or answered it.",
            "[[activity]]",
            f"when = {_template(when)}",
            f"id = {_template(guess.id, before='answer-')}",
            f"time = {time}"
            + ("" if guess.closed else "  # CHECK: no column tells when; this is when it began"),
            f"actor = {_template(guess.closer)}  # CHECK: who answered it, by the name of the column",
            'verb = "reply"  # CHECK: or react, where it is an approval alone',
            f"parent = {_template(guess.id)}",
        ]

    def _responses(self) -> list[str]:
        """Write a rule for the text of answers that stands in the rows of what it answers."""
        guess = self.guess
        if not (guess.response and guess.id) or guess.closer:
            return []
        answers = r"respon[ds]|repl(y|ied|ies)|answer|approv|svar|antwort"
        answered = next((c for c in guess.times if c.named(answers)), None)
        who = guess.take(next((c for c in guess.free if c.named(answers) and c not in guess.times), None))
        return [
            "",
            "# The answer that stands in the same row.",
            "[[activity]]",
            f"when = {_template(guess.response)}",
            f"id = {_template(guess.id, before='response-')}",
            _needed("time", guess.take(answered) or answered)
            if answered and answered is not guess.time
            else f"time = {_template(guess.time)}  # CHECK: no column tells when it was answered",
            f"actor = {_template(who)}  # CHECK: who answers, by the name of the column"
            if who
            else f"actor = {_quoted(OWNER)}  # CHECK: write who answers, as in email:ann@acme.example",
            'verb = "reply"',
            f"parent = {_template(guess.id)}",
            f"text = {_template(guess.response)}",
        ]

    def _words(self) -> list[str]:
        verb = self.guess.verb
        return (
            [word for word, _ in Counter(clean(one, 60).lower() for one in verb.values).most_common()]
            if verb
            else []
        )

    def _met(self) -> list[str]:
        if self.guess.actor is None or not (self.guess.to or self.guess.other):
            return []
        return [word for word in self._words() if met(word)]

    def _meetings(self) -> list[str]:
        """Write a rule for the rows of a log that are meetings."""
        words, guess = self._met(), self.guess
        if not words:
            return []
        people = ", ".join((_template(guess.actor), _template(guess.other or guess.to)))
        return [
            "",
            "# CHECK: that these rows are meetings is a guess, by their words.",
            "[[encounter]]",
            f"when = {_template(guess.verb)}",
            f"is = [{', '.join(map(_quoted, words))}]",
            *([f"id = {_template(guess.id)}"] if guess.id else []),
            self._time(),
            f"people = [{people}]",
            *([f"kind = {_template(guess.verb)}"] if any(map(stated_kind, words)) else []),
            *([f"place = {_template(guess.place)}"] if guess.place else []),
        ]

    def _verbs(self) -> list[str]:
        if not self.guess.verb:
            return []
        meetings = self._met()
        return [
            "",
            '# CHECK: what each word means; "skip" leaves its rows out.',
            "[verbs]",
            *(_meaning(word, meetings) for word in sorted(self._words())),
        ]

    def unused(self) -> list[str]:
        """Name the columns that no rule uses."""
        used = (self.guess.response, self.guess.closed)
        left = [c for c in self.guess.free if c not in used]
        return ["", "# Columns that are not used: " + ", ".join(map(_told, left))] if left else []


def _is_turned(value: str) -> bool:
    """Tell what may be a name with the family's first: it has one comma."""
    return value.count(",") == 1


def _meaning(word: str, meetings: Sequence[str]) -> str:
    known = next((verb for pattern, verb in VERBS if re.search(pattern, word)), "skip")
    return f"{_quoted(word)} = {_quoted('skip' if word in meetings else known)}"


def _needed(field: str, column: Column | None) -> str:
    if column is None:
        return f'{field} = ""  # CHECK: no column looks like it; name one, as in "{{Name of the column}}"'
    return f"{field} = {_template(column)}"
