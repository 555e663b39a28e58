"""Reactions that Messenger and Instagram write among the messages, as a sentence: "Reacted ❤ to your message".

Meta documents none of these sentences; they are in the language of the profile. A text is one only where it is nothing
but the sentence and a sign. The same reaction is mostly stated beside its message as well, and is then that one.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

from connectors.kit.modality.words import tokens
from influence.contract.records import Activity, Record, Verb

LONGEST = 120
TOLD = "messages that only tell a reaction are read as one"
_WITH_A_SIGN = frozenset(
    line.strip()
    for line in """
    reacted to your message
    reacted to a message
    reacted to your photo
    reacted to your video
    reacted to your story
    hat mit auf deine nachricht reagiert
    hat mit auf ihre nachricht reagiert
    hat auf deine nachricht reagiert
    reagierte mit auf deine nachricht
    a reagi a votre message
    a reagi a ton message
    a reagi avec a votre message
    a reagi avec a ton message
    a reagi par a votre message
    reacciono con a tu mensaje
    reacciono a tu mensaje
    ha reaccionado con a tu mensaje
    ha reaccionado a tu mensaje
    reagiu com a sua mensagem
    reagiu com a tua mensagem
    reagiu a sua mensagem
    reagiu a tua mensagem
    ha reagito con al tuo messaggio
    ha reagito al tuo messaggio
    heeft op je bericht gereageerd
    heeft met op je bericht gereageerd
    heeft gereageerd met op je bericht
    reageerde met op je bericht
    reagerade med pa ditt meddelande
    reagerade pa ditt meddelande
    reagerede med pa din besked
    reagerede pa din besked
    reagerte med pa meldingen din
    reagerte pa meldingen din
    reagoi viestiisi
    reagoi viestiin
    zareagowal a na twoja wiadomosc
    zareagowal na twoja wiadomosc
    zareagowala na twoja wiadomosc
    reagoval a na vasi zpravu
    reagoval na vasi zpravu
    zareagoval a na vasi zpravu
    mesajina ifadesini birakti
    a reactionat cu la mesajul tau
    отреагировал а на ваше сообщение
    отреагировал на ваше сообщение
    メッセージに でリアクションしました
    """.splitlines()
    if line.strip()
)
"""The words around the sign, folded."""
_LIKED = frozenset(
    line.strip()
    for line in """
    liked a message
    liked your message
    a aime un message
    a aime votre message
    le gusto un mensaje
    curtiu uma mensagem
    gostou de uma mensagem
    ha messo mi piace a un messaggio
    hat eine nachricht mit gefallt mir markiert
    gillade ett meddelande
    synes godt om en besked
    likte en melding
    """.splitlines()
    if line.strip()
)
LIKE = "❤"
"""What a like in a conversation of Instagram is."""
_SIGN = re.compile(r"[^\w\s.,:;!?\"'()“”„«»…-]+")
_VARIANTS = "\ufe0e\ufe0f"


def sign_written(text: str | None) -> str | None:
    """Return the sign of a reaction where a text is nothing but the sentence that tells it; None for any other text.

    >>> sign_written("Reacted ❤️ to your message"), sign_written("Zareagował(a) 👍 na Twoją wiadomość")
    ('❤', '👍')
    >>> sign_written("I reacted to your message"), sign_written("Reacted to your message!"), sign_written("👍")
    (None, None, None)
    """
    if not text or len(text) > LONGEST:
        return None
    words = " ".join(tokens(text))
    if words in _LIKED:
        return LIKE
    found = _SIGN.findall(text.translate(dict.fromkeys(map(ord, _VARIANTS))))
    return found[0] if len(found) == 1 and words in _WITH_A_SIGN else None


def told_apart(records: Iterable[Record], count: Callable[[str], None]) -> Iterator[Record]:
    """Pass on the records of one conversation; a message that only tells a reaction is one, if it is stated nowhere.

    Of two people it names the other; in a group nobody tells whose message it was. `count` hears of each.
    """
    stated: Counter[tuple[str, str]] = Counter()
    written = list[Activity]()
    for record in records:
        sign = sign_written(record.text) if isinstance(record, Activity) else None
        if sign and isinstance(record, Activity):
            written.append(_as_reaction(record, sign))
            count(TOLD)
            continue
        if isinstance(record, Activity) and record.verb is Verb.REACT:
            stated[_key(record)] += 1
        yield record
    for reaction in written:
        stated[_key(reaction)] -= 1
        if stated[_key(reaction)] < 0:
            yield reaction


def _as_reaction(said: Activity, sign: str) -> Activity:
    whose = said.to if len(said.to) == 1 else ()
    return replace(said, verb=Verb.REACT, to=(), mentions=whose, text=None, reaction=sign)


def _key(reaction: Activity) -> tuple[str, str]:
    return reaction.actor, (reaction.reaction or "").rstrip(_VARIANTS)
