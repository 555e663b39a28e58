"""Terms: which words of a message carry its subject, and what of them is kept in place of the text."""

import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from influence.text.terms import (
    LANGUAGES,
    LONGEST_PIECE,
    LONGEST_TEXT,
    kept_terms,
    languages_of,
    name_words,
    stop_words,
    terms_of,
)

SENTENCES = {
    "sv": "Vi borde träffas i nästa vecka och prata om den nya strategin för marknaden",
    "da": "Vi burde mødes i næste uge og tale om hvad den nye strategi betyder for markedet",
    "no": "Vi bør møtes neste uke og snakke om hva den nye strategien betyr for markedet",
    "fi": "Meidän pitäisi tavata ensi viikolla ja puhua uudesta strategiasta",
    "en": "We should meet next week and talk about the new strategy for the market",
    "de": "Wir sollten uns nächste Woche treffen und über die neue Strategie für den Markt sprechen",
    "fr": "Nous devrions nous rencontrer la semaine prochaine pour parler de la nouvelle stratégie",
}


def test_each_of_the_seven_languages_is_told():
    assert list(SENTENCES) == languages_of(SENTENCES.values())


@pytest.mark.parametrize(
    ("language", "wanted"),
    [
        ("sv", ["träffas", "vecka", "prata", "nya", "strategin", "marknaden"]),
        ("da", ["burde", "mødes", "næste", "uge", "tale", "nye", "strategi", "betyder", "markedet"]),
        ("no", ["møtes", "neste", "uke", "snakke", "nye", "strategien", "betyr", "markedet"]),
        ("fi", ["tavata", "ensi", "viikolla", "puhua", "uudesta", "strategiasta"]),
        ("en", ["meet", "week", "talk", "strategy", "market"]),
        ("de", ["nächste", "woche", "treffen", "neue", "strategie", "markt", "sprechen"]),
        ("fr", ["devrions", "rencontrer", "semaine", "prochaine", "parler", "nouvelle", "stratégie"]),
    ],
)
def test_function_words_are_no_terms(language, wanted):
    assert wanted == terms_of(SENTENCES[language], language)


def test_a_function_word_of_another_language_is_a_term():
    assert terms_of("war", "en") == ["war"]
    assert "war" in stop_words("de")
    assert terms_of("war", "de") == []


def test_every_language_has_function_words():
    assert all(len(stop_words(language)) > 100 for language in LANGUAGES)


def test_names_addresses_links_quotes_code_and_signatures_are_no_terms():
    names = name_words(["Åsa Bergström", "email:bo.ek@acme.example", "x:katt-hund"])
    text = """Åsas budget, Bergström: see https://acme.example/secret, www.hidden.example and bo@x.example
> quoted words
@**Cia Lind** and <@U123|dan> about katt-hund :thumbsup: #channel acme.com
```
code here
```
forecast
--
Erik, telephone"""
    assert terms_of(text, "en", names) == ["budget", "forecast"]


def test_words_of_two_letters_numbers_and_very_long_ones_are_no_terms():
    assert terms_of(f"ab 2026 a1b2c3 {'x' * 31} {'y' * 30}", "en") == ["y" * 30]


def calls(text):
    """How many functions, ours and those of C, are called to find the terms of a text."""
    terms_of(text, "en")  # the function words are put together once, at the first text
    called = 0

    def count(_frame, event, _called):
        nonlocal called
        called += event in ("call", "c_call")

    before = sys.getprofile()
    sys.setprofile(count)
    try:
        terms_of(text, "en")
    finally:
        sys.setprofile(before)
    return called


@pytest.mark.parametrize("piece", ["x", "a.", "<", "@**", "-", "a-", "a ", "> ", "`", "<a ", "a\n"])
def test_a_hostile_text_ten_times_as_long_is_no_more_work(piece):
    text = piece * LONGEST_TEXT
    assert calls(f"{text}@") >= calls(f"{text * 10}@")


def test_nothing_after_the_first_twenty_thousand_characters_counts():
    filled = "budget ".ljust(LONGEST_TEXT)
    assert ["budget"] == terms_of(f"{filled}forecast", "en")
    assert ["budget", "forecast"] == terms_of(f"{filled[: -len('forecast')]}forecast", "en")


@pytest.mark.parametrize("piece", ["x", "a.", "<", "@**", "-", "a-", "@"])
def test_no_pattern_runs_over_a_piece_that_is_too_long_for_a_word(piece):
    long = (piece * LONGEST_PIECE)[:LONGEST_PIECE] + "market"
    assert ["budget", "forecast"] == terms_of(f"budget {long} forecast", "en")


@settings(max_examples=200, deadline=None)
@given(words=st.permutations(SENTENCES["en"].split()))
def test_no_sentence_can_be_read_from_what_is_kept(words):
    assert [["market", "meet", "strategy", "talk", "week"]] == kept_terms([" ".join(words)], [0])


def test_a_conversation_has_one_language():
    english = f"{SENTENCES['en']} after the war"
    assert "war" in kept_terms([SENTENCES["de"], english], ["one", "other"])[1]
    assert "war" not in kept_terms([SENTENCES["de"], english], ["one", "one"])[1]


@settings(max_examples=200, deadline=None)
@given(text=st.text(max_size=300))
def test_any_text_gives_words_without_function_words(text):
    for term in terms_of(text, "sv"):
        assert 3 <= len(term) <= 30
        assert term not in stop_words("sv")
        assert "@" not in term


def test_an_unknown_language_is_refused():
    with pytest.raises(ValueError, match="xx"):
        languages_of(["hej"], ["sv", "xx"])
