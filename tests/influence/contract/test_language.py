"""Claims about `influence.contract.language`: numbers, dates, plurals and reasons are right in every language."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from string import Formatter

import pytest

from influence.contract.language import (
    AS_IT_IS,
    UnknownLanguage,
    because,
    in_figures,
    known,
    languages,
    listing,
    look,
    recognised,
    speaking,
    spoken,
    translated,
)
from influence.contract.wording import (
    counted,
    counted_between,
    month_of,
    number,
    people,
    plain,
    short_month,
)
from reports.story.wording import day, day_and_hour, days, month, period
from tests.kit.languages import WIDE, pseudo
from tools.languages import ROOT, catalog_of, messages, written

OTHERS = [code for code in languages() if code != "en"]


def parts(text):
    return {name for _, name, _, _ in Formatter().parse(text) if name}


# --- figures and dates --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("en", ("1,204.5", "43 %", "12,000")),
        ("sv", ("1\u00a0204,5", "43\u00a0%", "12\u00a0000")),
        ("da", ("1.204,5", "43\u00a0%", "12.000")),
        ("de", ("1.204,5", "43\u00a0%", "12.000")),
        ("fi", ("1\u00a0204,5", "43\u00a0%", "12\u00a0000")),
    ],
)
def test_figures_are_written_as_the_language_writes_them(code, expected):
    with speaking(code):
        assert expected == (in_figures("1,204.5"), number(0.43, "share"), people(12_000))


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("en", ("5 Jan 2026", "January 2026", "5 Jan 2026, 14:03", "5 to 17 Mar 2026", "Mar")),
        ("sv", ("5 jan. 2026", "januari 2026", "5 jan. 2026, 14:03", "5–17 mars 2026", "mars")),
        ("da", ("5. jan. 2026", "januar 2026", "5. jan. 2026, 14.03", "5.–17. mar. 2026", "mar")),
        ("de", ("5. Jan. 2026", "Januar 2026", "5. Jan. 2026, 14:03", "5.–17. März 2026", "Mär")),
        ("fi", ("5.1.2026", "tammikuu 2026", "5.1.2026, 14.03", "5.–17. maaliskuuta 2026", "maalis")),
    ],
)
def test_dates_are_written_as_the_language_writes_them(code, expected):
    time = "2026-01-05T14:03:00+01:00"
    with speaking(code):
        march = days("2026-03-05T08:00:00+01:00", "2026-03-17T08:00:00+01:00")
        assert expected == (day(time), month("2026-01"), day_and_hour(time), march, short_month(3))


@pytest.mark.parametrize("code", languages())
def test_what_is_no_date_stays_as_it_is_in_every_language(code):
    with speaking(code):
        assert ("soon", "2026-13") == (day("soon"), month("2026-13"))
        assert translated("the whole record") == period({"since": None, "until": None})
        assert days("2026-03-05", "2026-03-05") == day("2026-03-05")


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("en", ("1 person", "0 people", "2 people", "12 to 23 people")),
        ("sv", ("1 person", "0 personer", "2 personer", "12 till 23 personer")),
        ("da", ("1 person", "0 personer", "2 personer", "12 til 23 personer")),
        ("de", ("1 Person", "0 Personen", "2 Personen", "12 bis 23 Personen")),
        ("fi", ("1 henkilö", "0 henkilöä", "2 henkilöä", "12–23 henkilöä")),
    ],
)
def test_a_noun_follows_its_number(code, expected):
    with speaking(code):
        told = [counted(amount, "person", "people") for amount in (1, 0, 2)]
        assert expected == (*told, counted_between(12, 23, "person", "people"))


def test_the_space_within_a_number_survives_the_cleaning():
    assert "1\u00a0204 43\u00a0%" == plain("1\u00a0204  43\u00a0%")
    assert "Ann Lee" == plain("Ann\u00a0\u00a0Lee")


def test_words_are_listed_as_the_language_lists_them():
    with speaking(pseudo()):
        assert f"a, b {'and'.translate(WIDE)} c" == listing(["a", "b", "c"])


# --- which language -----------------------------------------------------------------------------------------


def test_a_language_that_is_not_there_is_refused_in_one_sentence():
    with pytest.raises(UnknownLanguage) as refused, speaking("xx"):
        pass
    assert f"there is no language 'xx' here; there are: {', '.join(languages())}" == str(refused.value)


@pytest.mark.parametrize("code", ["../en", "", "EN", "sv.po", "sv/../da"])
def test_only_a_code_that_is_listed_names_a_file(code):
    with pytest.raises(UnknownLanguage):
        known(code)


def test_a_language_is_spoken_within_and_by_nobody_else():
    with speaking(pseudo()):
        assert pseudo() is spoken()
        with ThreadPoolExecutor(1) as elsewhere:
            assert "en" == elsewhere.submit(lambda: spoken().code).result()
    assert "en" == spoken().code


def test_a_report_in_english_loads_no_tables_of_other_languages():
    code = (
        "import sys; from pathlib import Path; from reports.formats.page import page; "
        "from tests.kit.sample_report import sample_report; page(sample_report()); "
        "sys.exit('babel' in sys.modules)"
    )
    assert 0 == subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode


# --- reasons ------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def reasons():
    """Every reason; to list them takes seconds, which whoever collects tests need not wait for."""
    return [one.text for one in messages().values() if one.reason]


def filled(pattern):
    """Fill a reason with numbers, and with names where a name belongs."""
    given = {name: "Ann Lee" if name in AS_IT_IS else 7 for name in parts(pattern)}
    return because(pattern, **given)


def in_english(text):
    return [letter for letter in text.replace("Ann Lee", "") if letter.isascii() and letter.isalpha()]


def test_every_reason_is_recognised(reasons):
    assert reasons
    with speaking(pseudo()):
        assert [] == [one for one in reasons if in_english(recognised(filled(one)))]


def test_no_two_reasons_look_alike(reasons):
    alike = {one: [other for other in reasons if look(other).fullmatch(filled(one))] for one in reasons}
    assert {one: [one] for one in reasons} == alike


def test_what_stands_in_a_reason_is_said_too():
    why = because(
        "{people} used a term of a topic after responding to the leader's use of it; {least} are needed",
        people="1,204 people",
        least=5,
    )
    with speaking(pseudo()):
        text = recognised(because("too little to say: {why}", why=why))
        ranged = recognised(
            "in the last third of the record 35 % more people never met came so (25 to 45 %, over 12 leaders) than to "
            "conversations just like them, and before it more too; the leader did so in 3 of 9 compared"
        )
    assert f"1\u00a0204 {'people'.translate(WIDE)} " in text
    assert not [letter for letter in text + ranged if letter.isascii() and letter.isalpha()]


def test_several_reasons_are_said_one_by_one():
    with speaking(pseudo()):
        text = recognised(
            "not reached yet; no exchange with the leader yet; by their habit they answer about under 1 %"
        )
    assert not [letter for letter in text if letter.isascii() and letter.isalpha()]


@pytest.mark.parametrize(
    "text", ["", "the dog ate it", "a to b", "Nobody; knows", "12 of 13 {x}", "%s %(n)s"]
)
def test_what_somebody_else_says_stays_as_it_is(text):
    with speaking(pseudo()):
        assert text == recognised(text)


def test_a_name_in_a_reason_is_not_taken_for_a_word_of_ours():
    with speaking(pseudo()):
        said = recognised(because("with an item by {who}, {day}", who="nobody", day=date(2026, 1, 5)))
    assert "nobody" in said


@pytest.mark.parametrize(
    ("code", "words"),
    [("en", "on 5 Jan 2026"), ("sv", "5 jan. 2026"), ("de", "5. Jan. 2026"), ("fi", "5.1.2026")],
)
def test_a_day_in_a_reason_is_written_as_every_other_day(code, words):
    reason = because("{name} responded on {day}", name="Ann on 6 Jan 2026", day=date(2026, 1, 5))
    with speaking(code):
        said = recognised(reason)
        assert day("2026-01-05T09:00:00Z") in said
    assert words in said
    assert "Ann on 6 Jan 2026" in said


# --- every language's file ----------------------------------------------------------------------------------


@pytest.mark.parametrize("code", OTHERS)
def test_a_language_says_every_message(code):
    from babel.messages.pofile import read_po

    with (ROOT / f"influence/contract/languages/{code}.po").open("rb") as file:
        held = read_po(file, locale=code, abort_invalid=True)
    found = messages()
    assert {one.key for one in found.values()} == {one.id for one in held if one.id}, "run: make languages"
    assert [] == [one.id for one in held if one.id and one.fuzzy]
    for one in held:
        if one.id:
            said = one.string if one.pluralizable else (one.string,)
            assert all(said), f"{one.id!r} is not translated"
            assert len(said) == (held.num_plurals if one.pluralizable else 1)
            ids = one.id if one.pluralizable else (one.id,)
            assert {frozenset(parts(each)) for each in said} <= {frozenset(parts(each)) for each in ids}, (
                one.id
            )


@pytest.mark.parametrize("code", OTHERS)
def test_a_language_keeps_what_it_says_when_its_file_is_written_again(code):
    from babel.messages.pofile import read_po

    path = ROOT / f"influence/contract/languages/{code}.po"
    with path.open("rb") as file:
        held = read_po(file, locale=code)
    assert path.read_bytes() == written(catalog_of(code, messages(), held)), "run: make languages"


def test_no_message_is_put_together_from_pieces():
    assert messages()


def test_months_are_named_in_every_language():
    for code in languages():
        with speaking(code):
            assert 12 == len({month_of(2026, number) for number in range(1, 13)})
