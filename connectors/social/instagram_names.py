"""The names of files by which Instagram's download is told from Facebook's, whose conversations look the same."""

from __future__ import annotations

import re
from collections.abc import Sequence

_ITS_OWN = re.compile(
    r"(?:.*/)?(?:your_instagram_activity/.{1,300}|instagram-[^/]{1,100}/.{1,300}|followers_and_following/[^/]{1,100}"
    r"|threads/(?:threads_and_replies|liked_threads)\.json|likes/liked_(?:posts|comments)\.json"
    r"|story_(?:sticker_)?interactions/[^/]{1,100}|comments/(?:post|reels)_comments[^/]{0,20}\.json)"
)
_OTHERS = re.compile(
    r"\.(?:csv|tsv|xml|mbox|ics|eml|emlx|jsonl|ndjson|parquet|vcf|xlsx|pst|msg)", re.IGNORECASE
)
"""Endings that no download of Instagram has: in a folder of several exports each file is asked for itself."""


def is_instagrams(names: Sequence[str]) -> bool:
    """Tell the download of an Instagram account by the names of the files in it.

    >>> is_instagrams(["your_instagram_activity/messages/inbox/bo_1/message_1.json"])
    True
    >>> is_instagrams(["your_facebook_activity/messages/inbox/bo_1/message_1.json"])
    False
    """
    return any(_ITS_OWN.fullmatch(name) for name in names) and not any(
        "your_facebook_activity/" in name or _OTHERS.fullmatch(name[name.rfind(".") :]) for name in names
    )
