"""People as a queue: one question at a time, answered by a key; every answer is a decision that can be taken back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from starlette.responses import Response

from influence.contract.errors import InfluenceError
from influence.contract.language import translated
from influence.contract.wording import plain
from influence.workspace.workspace import Workspace
from reports.dashboard.asked import Asked, see, shown
from reports.dashboard.desk import Desk
from reports.dashboard.view import one_of, with_query
from reports.story.wording import day

MET, WHO = "met", "who"
BASES = ("self-published", "public-record", "consent")
_SHOWN = 12
"""So many accounts and signs of one side are shown."""


@dataclass(frozen=True)
class Side:
    """One of the people a question is about."""

    name: str
    person: str
    organisation: str
    accounts: tuple[str, ...]
    further: int


@dataclass(frozen=True)
class Card:
    """A question as it is shown: its `key` tells it from the others, so that an answer meets its own question."""

    key: str
    kind: str
    question: str
    why: str
    sides: tuple[Side, ...]
    answers: tuple[tuple[str, str, str], ...]
    """The value that is sent, the word, and the key on the keyboard."""
    basis: tuple[str, ...] = ()


class Gone(InfluenceError):
    """A question that somebody else has answered meanwhile."""


def queue(desk: Desk, asked: Asked) -> Response:
    """Show the next question: whether somebody is one person, or writes for whom; or whom a leader has met."""
    desk.open_to_all()
    kind, about = _asked_for(asked)
    passed = {word for name, word in asked.query if name == "passed"}
    cards = [card for card in _cards(desk, kind, about) if card.key not in passed]
    return shown(
        desk,
        asked,
        "people.html",
        "/people",
        kind=kind,
        about=about,
        called=plain(desk.person(about)[1]) if about else "",
        card=cards[0] if cards else None,
        left=len(cards),
        passed=sorted(passed),
        undo=one_of(asked.query, "undo"),
        again=with_query("/people", _address(kind, about, sorted(passed))),
    )


def answer(desk: Desk, asked: Asked) -> Response:
    """Keep an answer, or pass the question over, and go on to the next."""
    desk.open_to_all()
    desk.may_change()
    kind, about, key, said = (asked.said(name) for name in ("kind", "about", "key", "answer"))
    passed = [word for name, word in asked.form if name == "passed"]
    if said == "pass":
        return see(with_query("/people", _address(kind, about, [*passed, key])))
    number = desk.change(
        lambda workspace: _keep(desk, workspace, kind, about, key, said, asked.said("basis"))
    )
    undo = [("undo", str(number))] if number else []
    return see(with_query("/people", [*_address(kind, about, passed), *undo]))


def undo(desk: Desk, asked: Asked) -> Response:
    """Take a decision back."""
    desk.open_to_all()
    said = asked.said("number")
    if not said.isdecimal() or len(said) > 12:
        raise Gone(translated("There is no such decision."))
    desk.change(lambda workspace: workspace.curation.undo(int(said)))
    return see(asked.said("back") if asked.said("back").startswith("/people") else "/people/decisions")


def decisions(desk: Desk, asked: Asked) -> Response:
    """Show every decision, the newest first, with who made it, when and why."""
    desk.open_to_all()
    rows = [
        {
            "number": one.seq,
            "verb": one.verb,
            "accounts": [plain(account) for account in one.accounts[:_SHOWN]],
            "others": [plain(account) for account in one.others[:_SHOWN]],
            "value": plain(one.value or ""),
            "reason": plain(one.reason or ""),
            "by": plain(one.author),
            "day": day(one.decided.isoformat()),
            "stands": stands,
        }
        for one, stands in reversed(desk.workspace.curation.history())
    ]
    return shown(desk, asked, "decisions.html", "/people", decisions=rows[:500], more=max(0, len(rows) - 500))


# --- questions --------------------------------------------------------------------------------------------------


def _asked_for(asked: Asked) -> tuple[str, str]:
    about = one_of(asked.query, "about")
    return (MET if one_of(asked.query, "kind") == MET and about else WHO), about


def _address(kind: str, about: str, passed: Sequence[str]) -> list[tuple[str, str]]:
    held = [("kind", kind)] if kind == MET else []
    return [*held, *([("about", about)] if about else []), *(("passed", key) for key in passed)]


def _cards(desk: Desk, kind: str, about: str) -> list[Card]:
    if kind == MET:
        person, name = desk.person(about)
        return desk.kept(("met", person), lambda: _met_cards(desk.workspace, person, name))
    person = desk.person(about)[0] if about else ""
    return desk.kept(("who", person), lambda: _who_cards(desk.workspace, person))


def _who_cards(workspace: Workspace, about: str) -> list[Card]:
    return [_card(one) for one in workspace.review.questions(about or None)]


def _card(one: Any) -> Card:
    return Card(
        key=_key_of(one),
        kind=one.kind,
        question=plain(one.question),
        why=plain(one.sentence),
        sides=tuple(map(_side, (one.one, *one.others))),
        answers=(
            ("yes", translated("Yes"), "y"),
            ("no", translated("No"), "n"),
            ("unsure", translated("Nobody knows"), "u"),
        ),
        basis=BASES if one.needs_basis else (),
    )


def _key(*parts: str) -> str:
    """Return a word for what a question is about: an id may hold what no form carries as it is."""
    return sha256(repr(parts).encode("utf-8", "backslashreplace")).hexdigest()[:20]


def _key_of(one: Any) -> str:
    return _key(one.kind, one.one.person, *(other.person for other in one.others))


def _side(who: Any) -> Side:
    accounts = tuple(plain(account) for account in who.accounts[:_SHOWN])
    return Side(
        plain(who.name),
        plain(who.person),
        plain(who.organisation or ""),
        accounts,
        max(0, len(who.accounts) - _SHOWN),
    )


def _met_cards(workspace: Workspace, person: str, name: str) -> list[Card]:
    return [_met_card(workspace, one, name) for one in workspace.meetings.questions(person)]


def _met_card(workspace: Workspace, one: Any, name: str) -> Card:
    who = workspace.who(one.person)
    by = day(workspace.moment(one.by))
    pattern = translated("Had {who} met {name} face to face by {day}?")
    pieces = [plain(f"{piece.evidence} {piece.kind} {piece.place or ''}") for piece in one.pieces[:_SHOWN]]
    return Card(
        key=_key(MET, one.person),
        kind=MET,
        question=pattern.format(who=plain(name), name=plain(one.name), day=by),
        why="; ".join(pieces) or translated("Nothing on record tells."),
        sides=(_side(who),),
        answers=(
            ("met", translated("Met"), "y"),
            ("never", translated("Never met"), "n"),
            ("unsure", translated("Nobody knows"), "u"),
        ),
    )


# --- answers ----------------------------------------------------------------------------------------------------


def _keep(
    desk: Desk, workspace: Workspace, kind: str, about: str, key: str, said: str, basis: str
) -> int | None:
    """Keep an answer and return the number of the decision."""
    if kind == MET:
        person, _ = desk.person(about)
        for question in workspace.meetings.questions(person):
            if _key(MET, question.person) == key:
                return workspace.meetings.label(person, question, said)
        raise Gone(_gone())
    for asked in workspace.review.questions(desk.person(about)[0] if about else None):
        if _key_of(asked) == key:
            if said not in {"yes", "no", "unsure"}:
                raise Gone(translated("That is no answer to this question."))
            decision = workspace.review.answer(asked, said, basis=basis or None)
            return decision.seq if decision else None
    raise Gone(_gone())


def _gone() -> str:
    return translated(
        "This question was answered meanwhile, perhaps at another window; here is the next one."
    )
