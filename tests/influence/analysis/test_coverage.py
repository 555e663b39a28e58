"""Which months a source lacks: those that neither it holds nor one that took turns with it."""

from __future__ import annotations

import pytest

from influence.analysis.evidence import Held, coverage
from influence.times import Window, stated

YEAR = Window(stated("2026-01-01", "UTC"), stated("2026-07-01", "UTC"))


def lacks(**held: set[str]) -> dict[str, tuple[str, ...]]:
    """The months that sources of mail lack which hold these."""
    rows = [
        {"source": name, "activities": 1, "system": "email", "first": 0, "last": 0, "stated": 1, "guessed": 0}
        for name in held
    ]
    months = {(name, "email"): {f"2026-{month}" for month in there} for name, there in held.items()}
    return {row.source: row.missing_months for row in coverage(Held([], rows, months, {}), YEAR, "UTC")}


@pytest.mark.parametrize(
    ("held", "lacking"),
    [
        ({"a": {"01", "02", "03", "04", "05", "06"}}, {"a": ()}),
        ({"a": {"02", "04"}}, {"a": ("2026-01", "2026-03", "2026-05", "2026-06")}),
        # each week a file of its own: nothing is missing that another of them brought
        ({"base": {"01", "02", "03"}, "week": {"03", "04", "05", "06"}}, {"base": (), "week": ()}),
        # two mailboxes at one time: what ends early lacks the rest
        (
            {"a": {"01", "02", "03"}, "b": {"01", "02", "03", "04", "05", "06"}},
            {"a": ("2026-04", "2026-05", "2026-06"), "b": ()},
        ),
        (
            {"a": {"01", "06"}, "b": {"02", "03"}},
            {
                "a": ("2026-02", "2026-03", "2026-04", "2026-05"),
                "b": ("2026-01", "2026-04", "2026-05", "2026-06"),
            },
        ),
    ],
)
def test_a_source_lacks_what_neither_it_nor_one_that_took_turns_with_it_holds(
    held: dict[str, set[str]], lacking: dict[str, tuple[str, ...]]
) -> None:
    assert lacking == lacks(**held)
