"""Nothing of an answer is lost in silence: a list of another kind, or a value of another kind in it, is set aside.

Each list of each recorded answer is changed. Where that changes what is read, either the answer is refused, or
there is something set aside that was not before.
"""

import json
from collections import Counter

import pytest

from influence.contract.records import Note, SetAside
from influence.contract.testing import as_rows, member_of
from tests.connectors.test_changed_answers import EVERY, answers_of, changed, tried
from tests.kit.connector_records import places

OUR_OWN = {("slack", ("channel", "members")), ("zulip", ("gone",))}
"""What our own pull writes beside an answer."""


def at_place(answer, at):
    for key in at:
        answer = answer[key]
    return answer


def lists_of(answer):
    above = {at[:depth] for at in places(answer) for depth in range(1, len(at) + 1)}
    return sorted((at for at in above if isinstance(at_place(answer, at), list)), key=repr)


def told(made, answer):
    """What is read, and the reasons why something is not; nothing where the answer is refused."""
    content = json.dumps(answer).encode()
    records, refusal = tried(lambda: list(made().parse(member_of(content))))
    if refusal is not None:
        return None
    rows = [json.dumps(row, sort_keys=True) for row in as_rows(records)]
    is_aside = [isinstance(one, SetAside | Note) for one in records]
    return (
        Counter(row for row, aside in zip(rows, is_aside, strict=True) if not aside),
        Counter(row for row, aside in zip(rows, is_aside, strict=True) if aside),
    )


def lost_in_silence(made, answer):
    whole = told(made, answer)
    for at in lists_of(answer) if whole else ():
        held = at_place(answer, at)
        without = told(made, changed(answer, at, "x"))
        if not held or (made.name, at) in OUR_OWN:
            continue
        if without is not None and whole[0] - without[0] and not without[1] - whole[1]:
            yield at, "a text in place of the list"
        matters = without is None or whole[0] - without[0] or without[1] - whole[1]
        if matters and (
            all(isinstance(one, dict) for one in held) or all(isinstance(one, str) for one in held)
        ):
            more = told(made, changed(answer, at, [*held, 5]))
            if more is not None and not more[1] - whole[1]:
                yield at, "a number in the list"


@pytest.mark.parametrize(("made", "path"), answers_of(*EVERY), ids=lambda one: getattr(one, "name", ""))
def test_no_list_and_no_value_in_one_is_left_out_in_silence(made, path):
    assert [] == list(lost_in_silence(made, json.loads(path.read_text("utf-8"))))


def test_lists_are_there_to_be_tried():
    many = [path for made, path in answers_of(*EVERY) if lists_of(json.loads(path.read_text("utf-8")))]
    assert len(many) >= 40
