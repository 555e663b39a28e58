"""Yes and no, as services write them in the languages of their users."""

from __future__ import annotations

from connectors.kit.text import clean

YES = frozenset(
    ("yes", "true", "ja", "oui", "sí", "sì", "si", "sim", "kyllä", "tak", "ano", "da", "evet", "igen", "はい")
)
NO = frozenset(
    (
        *("no", "false", "nein", "non", "não", "nej", "nei", "nee"),
        *("ei", "nie", "ne", "nu", "hayır", "nem", "いいえ"),
    )
)


def is_yes(told: str, what: str) -> bool:
    """Tell whether a field says yes; `what` is what it tells.

    Raises:
        ValueError: it is no word that is known.

    >>> is_yes("Ja", "whether it is a draft"), is_yes("Non", "whether it is a draft")
    (True, False)
    """
    word = told.strip().lower()
    if word not in YES | NO:
        raise ValueError(f"{what} is told by a word that is not known: {clean(told, 40)!r}")
    return word in YES
