"""Long posts of an archive of X: their whole text, and who is named in it, stand in a file of their own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from connectors.kit.answers import mapping
from connectors.kit.lists import rows_of
from connectors.social.x_records import dated
from influence.contract.records import Record

_BEGINS = 100
"""Characters by which a text and its short form are one."""


@dataclass
class LongPosts:
    """Whole texts by the number of their post, or by the second in which it was made."""

    _by_number: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    _by_second: dict[int, list[Mapping[str, Any]]] = field(default_factory=dict)

    def learn(self, value: Mapping[str, Any]) -> Iterator[Record]:
        """Remember a text; nothing is yielded.

        Raises:
            ValueError, KeyError: it has another shape.
        """
        note = value["noteTweet"]
        self._by_number[str(note.get("noteTweetId"))] = note
        self._by_second.setdefault(int(dated(note["createdAt"]).timestamp()), []).append(note)
        return iter(())

    def whole(self, post: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return a post with its whole text and all whom it names, where it is a long one.

        Raises:
            ValueError: it states a time that cannot be read.
        """
        note = self._by_number.get(str(post.get("id_str") or post.get("id"))) if self._by_number else None
        if note is None and self._by_second and post.get("created_at"):
            note = self._like(post)
        if note is None:
            return post
        core = mapping(note.get("core"))
        named = [{"screen_name": one.get("screenName"), "id": -1} for one in rows_of(core, "mentions")]
        known = {
            str(one.get("screen_name")).lower()
            for one in rows_of(mapping(post.get("entities")), "user_mentions")
        }
        others = [one for one in named if str(one["screen_name"]).lower() not in known]
        return {
            **post,
            "extended_tweet": {"full_text": core.get("text"), "entities": {"user_mentions": others}},
        }

    def _like(self, post: Mapping[str, Any]) -> Mapping[str, Any] | None:
        """Find the text that begins as a post does and was made in the same second."""
        begins = str(post.get("full_text") or post.get("text") or "")[:_BEGINS]
        second = int(dated(post["created_at"]).timestamp())
        near = (note for at in (second, second - 1, second + 1) for note in self._by_second.get(at, ()))
        found = (note for note in near if str(mapping(note.get("core")).get("text")).startswith(begins))
        return next(found, None) if begins else None
