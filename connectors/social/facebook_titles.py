"""Whom the title of an act in Facebook's export names: it is a sentence in the language of the profile.

English sentences are read as such. In any other only the whole names of people are found whom the export knows; what
else it says is not guessed.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

_WHOSE = re.compile(
    r"(?:commented on|replied to|likes|liked|loves|reacted to) (.{1,200}?)['’]s (?:\w+ )?"
    r"(?:post|photo|video|comment|link|status|reel|album|update|reply|story|memory|note|event)"
)
_WALL = re.compile(r"(?:wrote|posted) on (.{1,200}?)['’]s (?:timeline|wall|profile)")
_ENGLISH = re.compile(
    r"\b(?:commented on|replied to|likes|liked|loves|reacted to|(?:wrote|posted)(?: on| in| something)?"
    r"|(?:shared|added|updated|created|published|uploaded|changed|checked in|went live|recommends|sent|invited"
    r"|joined|was|is|are|were)"
    r" (?:a|an|the|to|at|in|on|with|his|her|their|feeling|live|new|\d))\b"
)
_ENDING = r"(?:['’]s|['’]|s|e?n|in)?"
"""What a language puts behind a name to say whose a thing is: Poe's, Poes, Poe’, Poen."""
_LONGEST = 500


def is_english(title: str) -> bool:
    """Tell whether a title is one of the sentences that Facebook writes in English.

    >>> is_english("Ann Lee shared a link."), is_english("Ann Lee hat einen Link geteilt.")
    (True, False)
    """
    return _ENGLISH.search(title[:_LONGEST]) is not None


def whose(title: str) -> str | None:
    """Return whose post or comment was answered, as an English title says it.

    >>> whose("Ann Lee commented on Cai Poe's post."), whose("Ann Lee commented on her own photo.")
    ('Cai Poe', None)
    """
    found = _WHOSE.search(title[:_LONGEST])
    return found[1] if found else None


def wall(title: str) -> str | None:
    """Return on whose timeline a post was written, as an English title says it.

    >>> wall("Ann Lee wrote on Cai Poe's timeline.")
    'Cai Poe'
    """
    found = _WALL.search(title[:_LONGEST])
    return found[1] if found else None


@dataclass
class KnownNames:
    """The full names that an export knows, to be found in titles of any language."""

    _by_first: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))

    def learn(self, names: Iterable[str]) -> None:
        """Take names in; one word alone may be any word of a sentence."""
        for name in names:
            if len(name.split()) > 1:
                self._by_first[name.split()[0]].add(name)

    def named_in(self, title: str, but: str = "") -> list[str]:
        r"""Return who is named, without the owner, who begins each title.

        A name that goes on in another capitalised word, or follows one, is part of another name, as of a group.

        >>> known = KnownNames()
        >>> known.learn(["Ann Lee", "Cai Poe", "Jo Ek"])
        >>> known.named_in("Ann Lee hat Cai Poes Beitrag kommentiert.", but="Ann Lee")
        ['Cai Poe']
        >>> known.named_in("Ann Lee a commenté une publication dans Cai Poe Fan Club.", but="Ann Lee")
        []
        """
        title, found = title[:_LONGEST], list[str]()
        rest = title.removeprefix(but)
        for word in dict.fromkeys(re.findall(r"\w[\w'’-]*", rest)):
            for name in sorted(self._by_first.get(word, ()), key=len, reverse=True):
                if name != but and _stands_in(name, rest):
                    found.append(name)
                    break
        return found


def _stands_in(name: str, title: str) -> bool:
    at = re.search(rf"(?<!\w){re.escape(name)}(?P<ending>{_ENDING})(?!\w)", title)
    if at is None:
        return False
    before, behind = title[: at.start()].split(), title[at.end() :]
    goes_on = not at["ending"] and re.match(r" [^\W\d_a-z]", behind) and behind[1].isupper()
    return not goes_on and not (before and before[-1][:1].isupper() and before[-1][-1:].isalpha())
