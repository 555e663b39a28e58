"""Reactions of iMessage and Google Messages that reach another telephone as a text: `Liked “See you at nine”`.

Such a text is a reaction only where what it quotes was written before in the same conversation, by somebody else:
anybody may write `Loved “Dune”`. Apple and Google write the words in the language of who reacted; here they are known
in English.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace

from influence.contract.records import Activity, Verb

_SIGNS = {
    "liked": "👍",
    "loved": "❤",
    "disliked": "👎",
    "laughed at": "😂",
    "emphasized": "‼",
    "emphasised": "‼",
    "questioned": "❓",
}
_TOLD = re.compile(
    r"(?:(?P<word>liked|loved|disliked|laughed at|emphasi[sz]ed|questioned)"
    r"|(?:reacted )?(?P<sign>[^\w\s“”\"]{1,12}) to)\s{1,3}[“\"]\s?(?P<quoted>.{1,2000}?)\s?[”\"]",
    re.IGNORECASE | re.DOTALL,
)
_MOST = 100_000
"""Messages that are remembered."""


@dataclass
class Tapbacks:
    """Remembers what was written in each conversation, and finds what a reaction is to."""

    _written: dict[tuple[str, str], Activity] = field(default_factory=dict)

    def told(self, said: Activity) -> Activity:
        """Return the reaction that a message is; any other message is itself."""
        found = _TOLD.fullmatch(said.text or "")
        answered = self._written.get((said.conversation or "", found["quoted"])) if found else None
        if found is None or answered is None or answered.actor == said.actor:
            self._remember(said)
            return said
        sign = found["sign"] or _SIGNS[found["word"].lower()]
        return replace(said, verb=Verb.REACT, parent=answered.id, to=(), text=None, reaction=sign)

    def _remember(self, said: Activity) -> None:
        if len(self._written) >= _MOST:
            self._written.clear()
        if said.text and len(said.text) <= 2000:
            self._written[said.conversation or "", said.text.strip()] = replace(said, text=None)
