"""No regular expression takes longer than the length of its text: all are listed, and given what is bad for them.

Those of DuckDB and Arrow are RE2's, which is linear by construction. An expression that is given short texts alone is
named in SHORT with their longest length.
"""

import re
import time
from itertools import takewhile

import pytest

from tests.kit.draws import LONG
from tests.kit.expressions import Expression, bad_texts, calls_of_re, expressions, pumped
from tests.kit.figures import measured

LONGEST = 1_000_000 if LONG else 20_000
LENGTHS = [
    *range(20, 60, 2),
    *range(60, 200, 10),
    200,
    400,
    800,
    1600,
    3200,
    6400,
    10_000,
    20_000,
    200_000,
    1_000_000,
]
SECONDS = 0.5 * LONGEST / 1_000_000
"""Of CPU, of each text, on the machine that docs/reliability.md was measured on."""
SLOWER, GROWS = 4, 8
"""Another may be so many times slower, where four times the text takes no more than so many times as long."""
SHORT = {
    "connectors.kit.called_off._FRONT": 200,  # LONGEST_FRONT
    "connectors.kit.called_off._DAY": 200,
    "connectors.chat.whatsapp_lines._CREATED": 300,  # cut before
    "influence.people.linkage.profiles._NO_NAME": 200,  # LONGEST
    "influence/people/linkage/score.py": 500,  # our own SQL
    "influence/text/meeting_phrases.py": 500,  # our own phrases
}
"""Expressions that are given no longer texts, by where they stand; each is cut before, or is given what we wrote."""
TOGETHER = {
    "influence/settings/changing.py": "the name of a source is a literal",
    "influence/contract/language.py": "literals of our own sentences, each part lazy up to the next literal",
    "connectors/tables/first_mapping.py": "hints of our own, in the names of columns",
    "connectors/kit/modality/words.py": "a choice of literals",
    "influence/rights/traces.py": "accounts and names, each literally, the longest first",
    "reports/formats/document.py": "a word, literally",
    "reports/formats/template.py": "in a template of our own",
}
"""Files in which expressions are put together when they are needed, and why each is linear."""
MATCHED = {"connectors.kit.called_off._FRONT"}
"""A table of expressions that are used by `match` alone, beside others in the module that are split by."""


@pytest.fixture(scope="module")
def found():
    """Every expression; to list them takes seconds, which whoever collects tests need not wait for."""
    listed = sorted(expressions(), key=lambda one: one.where)
    for known in listed:
        known.uses = {"match"} if known.where in MATCHED else known.uses
    return listed


def seconds(one, text):
    begun = time.process_time()
    one.run(text)
    return time.process_time() - begun


def takes_too_long(one, before, body, length):
    """Return the seconds of a text that takes longer than it may, or than its length asks for; 0 of any other."""
    if seconds(one, pumped(before, body, length, one.pattern)) <= SECONDS:
        return 0.0
    quarter, whole = (
        min(seconds(one, pumped(before, body, many, one.pattern)) for _ in range(3))
        for many in (length // 4, length)
    )
    return whole if whole > SECONDS and (whole > SLOWER * SECONDS or whole > GROWS * quarter) else 0.0


def too_slow(one):
    """The texts that take too long, in steps that double: a bad expression would not end at the longest."""
    longest = SHORT.get(one.where.partition(":")[0], LONGEST)
    for before, body in bad_texts(one.pattern):
        for length in takewhile(lambda one: one <= longest, LENGTHS):
            if took := takes_too_long(one, before, body, length):
                yield before[:40], body[:40], length, round(took, 2)
                break


def test_none_takes_longer_than_its_text(found):
    assert {} == {one.where: slow for one in found if (slow := list(too_slow(one)))}


def test_what_is_put_together_is_known(found):
    held = {one.pattern.pattern for one in found}
    in_functions = {where.partition(":")[0] for where, _, text, _ in calls_of_re() if text is None}
    modules = {
        one.where.rpartition(".")[0].replace(".", "/") + ".py" for one in found if "/" not in one.where
    }
    assert set(TOGETHER) <= in_functions
    assert in_functions - set(TOGETHER) <= modules
    assert len(held) > 300
    measured(
        "expressions",
        "regular expressions",
        told=f"{len(found)} listed, texts of up to {LONGEST:,} characters",
    )


@pytest.mark.parametrize("bad", [r"(a+)+$", r"(?:<!--.{0,2000}?-->\s*){0,20}<r", r"\s*,", r"(\w+\s?)*!"])
def test_a_bad_expression_is_found(bad):
    assert next(too_slow(Expression("here", re.compile(bad, re.DOTALL), {"search"})), None), (
        "one text is enough"
    )
