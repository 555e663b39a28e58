"""The tone of responses by their words, while they pass: many texts at once, and only the class stays."""

from __future__ import annotations

from functools import cache

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from influence.contract.records import Tone
from influence.text.terms import LANGUAGES
from influence.text.tone import is_installed, weighed_words
from influence.text.weighing import Vocabulary, leanings, vocabulary

_CLASSES = pa.array([Tone.HOSTILE.value, None, Tone.WELCOMED.value], pa.string())


def with_tone(staged: pa.Table) -> pa.Table:
    """Return staged activities whose `tone` is told by their words, where nothing else does; without `words_said`."""
    said, tone = staged["words_said"], staged["tone"]
    if said.null_count < len(said) and is_installed():
        tone = pc.coalesce(tone, _told(said))
    place = staged.schema.get_field_index("tone")
    return staged.set_column(place, "tone", tone).drop_columns(["words_said"])


def tones(texts: list[str]) -> list[str | None]:
    """Return the tone of texts by their words alone, as an import tells it; None where they do not tell.

    >>> tones(["Shame on you, this is a terrible idea!", "We will see."])
    ['hostile', None]
    """
    found: list[str | None] = _told(pa.chunked_array([pa.array(texts, pa.string())])).to_pylist()
    return found


def _told(said: pa.ChunkedArray) -> pa.ChunkedArray:
    return pa.chunked_array([_of(chunk) for chunk in said.chunks], pa.string())


def _of(texts: pa.Array) -> pa.Array:
    if not len(texts):
        return pa.array([], pa.string())
    texts = texts.cast(pa.large_string())
    _, offsets, data = texts.buffers()
    begin = np.frombuffer(offsets, np.int64)[texts.offset : texts.offset + len(texts) + 1]
    held = np.frombuffer(data, np.uint8) if data is not None and data.size else np.zeros(1, np.uint8)
    side = leanings(begin, held, _vocabulary())
    return _CLASSES.take(pa.array(side.astype(np.int64) + 1))


@cache
def _vocabulary() -> Vocabulary:
    return vocabulary(weighed_words(), len(LANGUAGES))
