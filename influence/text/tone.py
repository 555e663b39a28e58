"""How a response takes what it answers: by a mark, by the kind of a reaction, or by its words; or nothing tells.

Only the class is kept. A mark in the lower third of its scale is hostile, one in the upper third welcomed. The kinds of
reactions are told by a table for each service; a kind that is not in it is unknown. Words tell where a list of weighed
words is installed (`[tone]`: AFINN, Nielsen 2011, arXiv:1103.2903) whose language was tried on labels that others made,
and they never tell that a text is neutral: most texts without a charged word are not.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from influence.contract.records import Tone
from influence.text.terms import LANGUAGES, stop_words

SAID = ("reply", "comment", "quote", "message")
"""The verbs whose words may tell; a post answers nobody."""
_SHOWN = {
    Tone.WELCOMED: """
        👍 ❤ ♥ 🧡 💛 💚 💙 💜 🤎 🖤 🤍 💗 💖 💕 💓 💞 💝 😍 🥰 😘 😊 ☺ 🙂 😀 😃 😄 😁 🤗 🙏 👏 🙌 🎉 🎊
        🥳 🚀 💯 ⭐ 🌟 ✨ 🔥 💪 ✅ ✔ 👌 🤩 😻 🏆 🥇 🤝 ❣ 👊 🫶""",
    Tone.HOSTILE: "👎 😠 😡 🤬 😤 🤮 🤢 🖕 💩 👿",
}
_NAMED = {
    Tone.WELCOMED: """
        +1 thumbsup thumbs_up like heart hearts love heart_eyes red_heart blue_heart green_heart yellow_heart
        orange_heart purple_heart sparkling_heart two_hearts smiling_face_with_hearts clap raised_hands tada hooray
        rocket 100 star star2 star-struck pray fire muscle white_check_mark heavy_check_mark check ok_hand trophy
        partying_face smile slightly_smiling_face blush grinning hugging_face hug handshake vote upvote""",
    Tone.HOSTILE: """
        -1 thumbsdown thumbs_down angry rage face_with_symbols_on_mouth triumph nauseated_face face_vomiting
        middle_finger hankey poop imp downvote""",
}
"""The names that Slack, Zulip, Discourse, GitHub and Mattermost have for the same pictures, and votes."""


def _by_word(told: Mapping[Tone, str]) -> dict[str, Tone]:
    return {word: tone for tone, words in told.items() for word in words.split()}


_PICTURES = _by_word(_SHOWN)
_EITHER = _PICTURES | _by_word(_NAMED)
KINDS: Mapping[str, Mapping[str, Tone]] = {
    "facebook": _PICTURES
    | _by_word({Tone.WELCOMED: "like love care pride thankful", Tone.HOSTILE: "angry anger"}),
    "linkedin": _by_word(
        {Tone.WELCOMED: ("like praise celebrate empathy love interest insightful appreciation support")}
    ),
    "microsoft": _PICTURES | _by_word({Tone.WELCOMED: "like heart", Tone.HOSTILE: "angry"}),
    "yammer": _by_word({Tone.WELCOMED: "like love celebrate thank"}),
    "x": _PICTURES | _by_word({Tone.WELCOMED: "like agree excited", Tone.HOSTILE: "disagree"}),
    "mastodon": _PICTURES | {"favourite": Tone.WELCOMED},
    "bluesky": {"like": Tone.WELCOMED},
    "github": _EITHER | {"approved": Tone.WELCOMED},
}
"""What each service's kinds mean; of a service that is not listed, those by which most name the same pictures.

Laughter, surprise, sorrow and thought are in none: they are as often with the writer as against.
"""


def tone_of(reaction: str, service: str) -> Tone | None:
    """Return how a kind of reaction takes what it is to; None for a kind that the service's table does not have.

    >>> tone_of("👎🏽", "slack").value, tone_of("thumbsup::skin-tone-2", "slack").value, tone_of("haha", "facebook")
    ('hostile', 'welcomed', None)
    """
    word = reaction.strip().lower().partition("::")[0].strip(":")
    bare = "".join(
        letter for letter in word if letter != "\ufe0f" and not "\U0001f3fb" <= letter <= "\U0001f3ff"
    )
    return KINDS.get(service, _EITHER).get(bare)


def stated_tone(rating: str, reaction: str, actor: str) -> str:
    """Write the expression for what a mark or the kind of a reaction tells; each is an expression itself.

    >>> import duckdb
    >>> sql = stated_tone("rating", "reaction", "actor")
    >>> rows = "VALUES (0.2, 'love', 'x:1'), (0.5, NULL, 'x:1'), (NULL, 'Angry', 'facebook:1'), (NULL, 'wow', 'x:1')"
    >>> duckdb.sql(f"SELECT {sql} FROM ({rows}) t(rating, reaction, actor)").fetchall()
    [('hostile',), ('neutral',), ('hostile',), (None,)]
    """
    cases = []
    if rating != "NULL":
        mark = f"try_cast({rating} AS DOUBLE)"
        cases += [
            f"WHEN {mark} < 1 / 3.0 THEN '{Tone.HOSTILE}'",
            f"WHEN {mark} > 2 / 3.0 THEN '{Tone.WELCOMED}'",
        ]
        cases.append(f"WHEN {mark} IS NOT NULL THEN '{Tone.NEUTRAL}'")
    if reaction != "NULL":
        cases.append(f"WHEN {reaction} IS NOT NULL THEN {_reacted(reaction, actor)}")
    return f"(CASE {' '.join(cases)} END)::VARCHAR" if cases else "NULL::VARCHAR"


def _reacted(reaction: str, actor: str) -> str:
    bare = f"trim(split_part(lower(trim({reaction})), '::', 1), ':')"
    bare = f"regexp_replace({bare}, '[\\x{{fe0f}}\\x{{1f3fb}}-\\x{{1f3ff}}]', '', 'g')"
    of_each = " ".join(f"WHEN '{service}' THEN {_looked_up(bare, kinds)}" for service, kinds in KINDS.items())
    return f"CASE split_part({actor}, ':', 1) {of_each} ELSE {_looked_up(bare, _EITHER)} END"


def _looked_up(bare: str, kinds: Mapping[str, Tone]) -> str:
    lists = [(tone, [word for word, its in kinds.items() if its is tone]) for tone in Tone]
    of_each = " ".join(f"WHEN {bare} IN ({_quoted(words)}) THEN '{tone}'" for tone, words in lists if words)
    return f"CASE {of_each} END"


def _quoted(words: Iterable[str]) -> str:
    return ", ".join(f"'{word}'" for word in words)


_LISTS = {"en": "AFINN-en-165.txt", "da": "AFINN-da-32.txt"}
"""The lists of languages that pass the gate in docs/measures.md, by labels that others made; every other is unknown."""
_NEGATIONS = {
    "en": "not no never none nobody nothing cannot without hardly",
    "da": "ikke ingen intet aldrig uden hverken næppe",
}
_ENGLISH = """
    a about after all am an and are as at be because been but by can could did do does for from had has have he her him
    his how i if in into is it its just me more most my no not now of on or our out she should so some than that the
    their them then there these they this those to too very was we were what when which who why will with would you
    your"""
"""The most frequent function words: what scikit-learn has takes a second to load, and tells no more here."""


def is_installed() -> bool:
    """Whether there is a list of weighed words."""
    return bool(_folder())


@cache
def _folder() -> Path | None:
    found = find_spec("afinn")
    places = found.submodule_search_locations if found else None
    folder = Path(next(iter(places))) / "data" if places else None
    return folder if folder and all((folder / name).is_file() for name in _LISTS.values()) else None


def weighed_words() -> Iterator[tuple[str, int, float, bool]]:
    """Yield each word with the number of its language in `LANGUAGES`, its weight from −5 to 5, and whether it negates.

    Function words weigh nothing: by them, and by the weighed ones, a text's language is told.
    """
    for number, language in enumerate(LANGUAGES):
        negations = frozenset(_NEGATIONS.get(language, "").split())
        common = frozenset(_ENGLISH.split()) if language == "en" else stop_words(language)
        weights = dict(_list(language)) if language in _LISTS else {}
        for word in sorted(common | negations | weights.keys()):
            yield word, number, 0.0 if word in negations else weights.get(word, 0.0), word in negations


def _list(language: str) -> Iterator[tuple[str, float]]:
    """Yield the single words of a list: phrases are what negations are for."""
    folder = _folder()
    lines = (folder / _LISTS[language]).read_text(encoding="utf-8").splitlines() if folder else []
    for line in lines:
        word, _, weight = line.partition("\t")
        if weight and " " not in word:
            yield word.lower(), float(weight)
