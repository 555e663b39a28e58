"""The programme: what to write where there is none, its beginning, each mentee's sheet, notes of what was advised."""

from __future__ import annotations

from dataclasses import dataclass, replace

from starlette.responses import Response

from influence.contract.errors import InfluenceError
from influence.contract.language import speaking, translated
from influence.contract.programmed import ADVICE, Note, Sheet
from influence.contract.wording import counted, plain
from influence.workspace.workspace import Workspace
from reports.dashboard.advised import Choices, choices
from reports.dashboard.asked import Asked, numbered, see, shown
from reports.dashboard.desk import Desk, ReadOnly
from reports.dashboard.framed import framed, waited
from reports.dashboard.going import waiting
from reports.dashboard.overview import begin_with
from reports.dashboard.sources import said_of
from reports.dashboard.view import one_of, with_query
from reports.dashboard.work import Progress, Work
from reports.formats import programme
from reports.story.programme import noted
from reports.story.wording import period

BEGIN = "begin the programme"
"""The kind of work that freezes a baseline: one at a time."""


@dataclass(frozen=True)
class Row:
    """A note that stands: its number, and what it says as a sheet does."""

    seq: int
    words: str


@dataclass(frozen=True)
class Typed:
    """What somebody typed into the form of a note, and why it was not kept."""

    words: str = ""
    advice: str = ""
    about: str = ""
    why: str = ""


@dataclass(frozen=True)
class File:
    """What somebody typed as the file of the programme, and why it was not written."""

    text: str = ""
    why: str = ""


END = " end"
"""Stands where a mentee would for the end report, which is about none; nobody is called so."""
TELL_OF_NOTES = ("programme", "digest", "letter")
"""What is worked out anew after a note; the rest does not hang on it."""


_NOTHING = File()


@dataclass(frozen=True)
class _Page:
    """What the page of the programme shows: how it stands, or what is to be done first."""

    why: str = ""
    source: str = ""
    offered: tuple[tuple[str, str], ...] = ()
    text: str = ""
    record: programme.Record | None = None
    example: str = ""
    agreed: str = ""
    mentees: tuple[str, ...] = ()
    sheets: tuple[tuple[str, str], ...] = ()


def programmes(desk: Desk, asked: Asked) -> Response:
    """Show the programme of the workspace: each mentee against their own baseline; one's sheet; or the end report."""
    return _shown(desk, asked, one_of(asked.query, "mentee") or _end(asked), Typed())


def programme_page(desk: Desk, asked: Asked) -> Response:
    """Show the programme, one mentee's sheet or the end report as its page has it."""
    desk.open_to_all()
    found = _programme(desk, one_of(asked.query, "mentee") or _end(asked))
    return waited(found) if isinstance(found, Work) else framed(programme.as_page(found))


def _end(asked: Asked) -> str:
    return END if one_of(asked.query, "end") == "yes" else ""


def _of(mentee: str) -> list[tuple[str, str]]:
    """Return what of the programme is shown as an address holds it."""
    return [("end", "yes")] if mentee == END else [("mentee", mentee)] if mentee else []


def _shown(
    desk: Desk, asked: Asked, mentee: str, typed: Typed, status: int = 200, file: File = _NOTHING
) -> Response:
    desk.open_to_all()
    work = desk.works.latest(BEGIN)
    held = _first(desk, file) if work is None or not work.running else _Page()
    if held is None:
        found = _stands(desk, mentee)
        if isinstance(found, Work) and not (typed.why or file.why):
            return waiting(desk, asked, "/programme", translated("Programme"), "/")
        held = _Page(sheets=_sheets(desk)) if isinstance(found, Work) else found
        held = replace(held, why=file.why or held.why)
    about = _about(desk, held, mentee, plan=one_of(asked.query, "plan") == "yes" and not typed.why)
    if isinstance(about, Work):
        title, back = translated("Programme"), with_query("/programme", _of(mentee))
        return waiting(desk, asked, "/programme", title, back)
    answer = shown(
        desk,
        asked,
        "programme.html",
        "/programme",
        held=held,
        mentee="" if mentee == END else mentee,
        end=mentee == END,
        frame=with_query("/programme/page", _of(mentee)) if held.text else "",
        notes=_notes(held.record),
        practised=_practised(held.record),
        about=about,
        typed=typed,
        undone=numbered(one_of(asked.query, "undone")),
        work=said_of(work),
    )
    answer.status_code = status
    return answer


# --- before it starts -------------------------------------------------------------------------------------------


def _first(desk: Desk, typed: File) -> _Page | None:
    """Return what is to be done before there is a programme to show; None where it was started."""
    asked = desk.workspace.programme()
    if not asked.path.is_file():
        return _Page(why=typed.why, example=asked.example(), offered=tuple(begin_with(desk)["offered"]))
    try:
        plan = asked.file
    except InfluenceError as error:
        return _Page(
            why=typed.why or desk.said(error), example=asked.example(), source=typed.text or asked.text
        )
    if desk.kept(("started", plan.name), lambda: asked.started or None):
        return None
    days = {"since": f"{plan.start}T00:00:00", "until": f"{plan.end}T00:00:00"}
    agreed = translated("{name}, mentor {mentor}: {days}, with {mentees}.").format(
        name=plain(plan.name),
        mentor=plain(plan.mentor),
        days=period(days),
        mentees=counted(len(plan.mentees), "mentee", "mentees"),
    )
    mentees = tuple(_called(desk, one.who) for one in plan.mentees)
    return _Page(why=typed.why, agreed=agreed, mentees=mentees, source=typed.text or asked.text)


def _called(desk: Desk, words: str) -> str:
    """Return the name of a mentee; who is not found stands as the file has it, and the beginning says so."""
    try:
        return plain(desk.person(words)[1])
    except InfluenceError:
        return plain(words)


def write(desk: Desk, asked: Asked) -> Response:
    """Write the file of a programme for some mentees, to be corrected before it is begun."""
    desk.open_to_all()
    desk.may_change()
    named = (word.strip() for name, value in asked.form if name == "who" for word in value.split(","))
    mentees = list(dict.fromkeys(one for one in named if one))
    try:
        if not mentees:
            raise InfluenceError(translated("No mentee is named."))
        desk.change(lambda workspace: workspace.programme().draft(mentees), "programme")
    except InfluenceError as error:
        return _shown(desk, asked, "", Typed(), 400, File(why=desk.said(error)))
    return see("/programme")


def correct(desk: Desk, asked: Asked) -> Response:
    """Write the file of a programme as it was corrected, or say what in it cannot be meant."""
    desk.open_to_all()
    desk.may_change()
    text = next((word for name, word in asked.form if name == "file"), "").replace("\r\n", "\n")
    try:
        desk.change(lambda workspace: workspace.programme().correct(text), "programme")
    except InfluenceError as error:
        return _shown(desk, asked, "", Typed(), 400, File(text, desk.said(error)))
    return see("/programme")


def begin(desk: Desk, _: Asked) -> Response:
    """Freeze the baseline of the programme, once; it goes on when the page is closed."""
    desk.open_to_all()
    desk.may_change()
    desk.works.start(BEGIN, translated("Programme"), lambda tell: _begin(desk, tell))
    return see("/programme")


def _begin(desk: Desk, tell: Progress) -> None:
    tell("")
    try:
        with desk.workspace.alone:
            asked = desk.workspace.programme()
            told = asked.start()
            beside = {person: len(others) for person, others in asked.baseline.beside.items()}
        with speaking(desk.language):
            for sheet in told.sheets:
                pattern = translated("{name}: {leaders} like them stand beside them.")
                leaders = counted(beside[sheet.person], "leader", "leaders")
                tell(pattern.format(name=plain(sheet.name), leaders=leaders))
    finally:
        desk.changed()


# --- how it stands ----------------------------------------------------------------------------------------------


def _stands(desk: Desk, mentee: str) -> _Page | Work:
    sheets = _sheets(desk)
    try:
        found = _programme(desk, mentee)
    except InfluenceError as error:
        return _Page(why=desk.said(error), sheets=sheets)
    if isinstance(found, Work):
        return found
    return _Page(text=programme.as_text(found), record=found, sheets=sheets)


def _programme(desk: Desk, mentee: str) -> programme.Record | Work:
    def make(workspace: Workspace) -> programme.Record:
        asked = workspace.programme()
        if mentee == END:
            return asked.ended()
        return asked.sheet(mentee) if mentee else asked.show()

    return desk.lasting(("programme", mentee), translated("Programme"), make)


def _sheets(desk: Desk) -> tuple[tuple[str, str], ...]:
    return desk.kept("mentees", lambda: _mentees(desk.workspace))


def _mentees(workspace: Workspace) -> tuple[tuple[str, str], ...]:
    frozen = workspace.programme().baseline
    return tuple((person, plain(str(report.leader["name"]))) for person, report in frozen.reports.items())


# --- notes ------------------------------------------------------------------------------------------------------


def _notes(record: programme.Record | None) -> tuple[Row, ...]:
    """Return the notes that stand about the mentee whose sheet is shown, newest first."""
    return (
        tuple(Row(one.seq, _said(one)) for one in reversed(record.notes)) if isinstance(record, Sheet) else ()
    )


def _said(one: Note) -> str:
    return f"{noted(one)} ({plain(one.about)})" if one.about else noted(one)


def _practised(record: programme.Record | None) -> str:
    """Return what the exercise of the sheet is called."""
    return record.exercise.name if isinstance(record, Sheet) and record.exercise is not None else ""


def _about(desk: Desk, held: _Page, mentee: str, *, plan: bool) -> Choices | Work:
    """Return what a note may be about, where one can be written."""
    if not (mentee and held.sheets) or desk.read_only:
        return Choices()
    return choices(desk, mentee, plan=plan) if mentee in dict(held.sheets) else Choices()


def note(desk: Desk, asked: Asked) -> Response:
    """Keep a note about a mentee, or say why it cannot be kept; what is chosen and not said in words says itself."""
    desk.open_to_all()
    mentee = asked.said("mentee")
    words = next((word for name, word in asked.form if name == "words"), "")  # whole, as it was typed
    typed = Typed(words, asked.said("advice"), asked.said("other") or asked.said("about"))
    advice = typed.advice if typed.advice in ADVICE else None
    said = words if plain(words) else _said_by_choice(desk, mentee, typed.about) or words
    try:
        desk.change(
            lambda workspace: workspace.programme().note(mentee, said, advice, typed.about or None),
            *TELL_OF_NOTES,
        )
    except ReadOnly:
        raise
    except InfluenceError as error:
        return _shown(desk, asked, mentee, replace(typed, why=desk.said(error)), 400)
    return see(with_query("/programme", [("mentee", mentee)]) + "#noting")


def _said_by_choice(desk: Desk, mentee: str, about: str) -> str:
    found = choices(desk, mentee, plan=False) if about else None
    chosen = found.named(about) if isinstance(found, Choices) else None
    return chosen.words if chosen is not None else ""


def undo(desk: Desk, asked: Asked) -> Response:
    """Take a note back, or the taking back of one."""
    desk.open_to_all()
    number, mentee, back = numbered(asked.said("number")), asked.said("mentee"), asked.said("back") == "yes"
    taken = desk.change(lambda workspace: workspace.programme().notes.undo(number), *TELL_OF_NOTES)
    pairs = [("mentee", mentee), *([] if back else [("undone", str(taken))])]
    return see(with_query("/programme", pairs))
