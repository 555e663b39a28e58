"""The tone of a response: a mark, then the kind of a reaction, then words; and nothing where none of them tells."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from influence.contract.records import Activity, Tone, Verb
from influence.store.store import Store
from influence.store.toning import tones
from influence.text.tone import KINDS, is_installed, tone_of

WORDS = pytest.mark.skipif(
    not is_installed(), reason="no list of weighed words is installed: pip install afinn"
)
WHEN = datetime(2026, 1, 5, tzinfo=UTC)


def tone_kept(verb: Verb = Verb.REPLY, actor: str = "x:1", **more: object) -> str | None:
    store = Store()
    with store.batch("test", "test") as batch:
        batch.add(Activity("m1", WHEN, actor, verb, **more), "file")  # type: ignore[arg-type]
    [row] = store.engine.arrow("SELECT tone, text FROM activities").to_pylist()
    assert row["text"] is None
    found: str | None = row["tone"]
    return found


@pytest.mark.parametrize(
    ("rating", "tone"),
    [
        (0.0, "hostile"),
        (0.25, "hostile"),
        (1 / 3, "neutral"),
        (0.5, "neutral"),
        (2 / 3, "neutral"),
        (0.75, "welcomed"),
        (1.0, "welcomed"),
    ],
)
def test_a_mark_tells_by_thirds_of_its_scale(rating: float, tone: str) -> None:
    """Of five stars one and two are 0 and 0.25, three is 0.5, four and five are 0.75 and 1."""
    assert tone == tone_kept(Verb.POST, rating=rating)


@pytest.mark.parametrize(
    ("actor", "reaction", "tone"),
    [
        ("slack:U1", "+1", "welcomed"),
        ("slack:U1", "thumbsup::skin-tone-3", "welcomed"),
        ("slack:U1", "thumbsdown", "hostile"),
        ("slack:U1", "joy", None),
        ("slack:U1", "our-own-parrot", None),
        ("facebook:1", "ANGRY", "hostile"),
        ("facebook:1", "haha", None),
        ("facebook:1", "sad", None),
        ("facebook:1", "❤️", "welcomed"),
        ("linkedin:ann", "empathy", "welcomed"),
        ("linkedin:ann", "maybe", None),
        ("microsoft:1", "surprised", None),
        ("google-chat:1", "👎🏿", "hostile"),
        ("github:1", "-1", "hostile"),
        ("github:1", "confused", None),
        ("bluesky:did", "angry", None),
        ("mastodon:ann@a.example", "favourite", "welcomed"),
        ("unheard-of:1", " :heart: ", "welcomed"),
        ("email:ann@acme.example", "vote", "welcomed"),
        ("reddit:ann", "downvote", "hostile"),
        ("unheard-of:1", "", None),
        ("x:1", "' OR true --", None),
    ],
)
def test_a_kind_of_reaction_tells_by_its_services_table(actor: str, reaction: str, tone: str | None) -> None:
    assert tone == tone_kept(Verb.REACT, actor, reaction=reaction)


def test_the_table_says_the_same_wherever_it_is_asked() -> None:
    asked = [(service, word) for service, kinds in KINDS.items() for word in kinds]
    asked += [("slack", word) for word in ("wow", "❤️", "👍🏽", "tada", "thumbs_down", ":angry:")]
    store = Store()
    with store.batch("test", "test") as batch:
        for number, (service, word) in enumerate(asked):
            acted = Activity(f"r{number:04}", WHEN, f"{service}:1", Verb.REACT, parent="p", reaction=word)
            batch.add(acted, "file")
    rows = store.engine.arrow("SELECT tone FROM activities ORDER BY id")["tone"].to_pylist()
    assert [tone_of(word, service) for service, word in asked] == rows


def test_a_mark_comes_before_a_kind_and_a_kind_before_words() -> None:
    text = "This is terrible, you awful liar"
    assert tone_kept(actor="slack:U1", rating=1.0, reaction="angry", text=text) == "welcomed"
    assert tone_kept(actor="slack:U1", reaction="heart", text=text) == "welcomed"


@WORDS
def test_words_tell_of_responses_alone() -> None:
    text = "Shame on you"
    told = {verb: tone_kept(verb, text=text) for verb in Verb}
    assert {verb for verb, tone in told.items() if tone} == {
        Verb.REPLY,
        Verb.COMMENT,
        Verb.QUOTE,
        Verb.MESSAGE,
    }
    assert set(told.values()) == {"hostile", None}


@WORDS
@pytest.mark.parametrize(
    ("text", "tone"),
    [
        ("Shame on you", "hostile"),
        ("What a wonderful idea, thank you so much", "welcomed"),
        ("This is not good at all", "hostile"),
        ("That isn't bad, is it?", "welcomed"),
        ("That isn’t bad, is it?", "welcomed"),
        ("Det er en fantastisk idé, tak for det", "welcomed"),
        ("Det er noget elendigt lort, og I er nogle idioter", "hostile"),
        ("We will see about that on Monday", None),
        ("I love it and I hate it", None),
        ("This is wonderful, men det er noget værre lort", None),
        ("", None),
        ("👎👎👎", None),
        ("wunderbar, ich danke dir für die tolle Idee", None),
        ("Dette er en fantastisk idé, jeg liker ikke at noen hater den", None),
        ("> Shame on you, terrible\nI agree with you", None),
        ("I agree with you\n-- \nTerrible awful horrible", None),
        ("@terrible @awful see https://bad.example/hate//awful with you", None),
        ("you are " + "so " * 100 + "terrible and awful", None),
    ],
)
def test_words_tell_where_they_tell_clearly(text: str, tone: str | None) -> None:
    assert [tone] == tones([text])


@WORDS
def test_megabytes_without_a_blank_are_read_and_tell_nothing() -> None:
    size = 4_000_000
    assert tones(["hate" * (size // 4), "hate-" * (size // 5), "hate," * (size // 5)]) == [None, None, None]


@WORDS
@settings(deadline=None)
@given(st.lists(st.text(max_size=60), max_size=8))
def test_any_text_is_read_alone_as_among_others(texts: list[str]) -> None:
    sound = [text.encode("utf-16", "surrogatepass").decode("utf-16", "replace") for text in texts]
    together = tones(sound)
    assert together == [tone for text in sound for tone in tones([text])]
    assert set(together) <= {*(one.value for one in Tone), None}


def test_without_a_list_of_words_they_tell_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("influence.store.toning.is_installed", lambda: False)
    assert tone_kept(text="Shame on you") is None
    assert tone_kept(rating=0.0, text="Wonderful") == "hostile"
