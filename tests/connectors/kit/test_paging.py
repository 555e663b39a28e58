"""Pulling page by page: cut anywhere and taken up again, the same is read."""

import pytest

from connectors.kit.answers import as_member
from connectors.kit.paging import Answer, everything, walk
from influence.contract.connector import Changed, Gone


def listing(task, state):
    """Two lists of three pages; where each stands is in the state."""
    (name,) = task
    page = state.get(name, 0) + 1
    state[name] = page
    return Answer(as_member(f"{name}{page}", b"[]"), [task] if page < 3 else [])


def names(replies):
    return [reply.member.name for reply in replies]


def begin(_):
    return [["a"], ["b"]]


@pytest.mark.parametrize("keeps_tasks", [True, False])
def test_a_cursor_is_a_copy_that_later_pages_do_not_touch(keeps_tasks):
    cursors = [reply.cursor for reply in walk({}, begin, listing, keeps_tasks=keeps_tasks)]
    assert [1, 2, 3, 3, 3, 3] == [cursor["a"] for cursor in cursors]


def test_a_cursor_that_keeps_its_tasks_goes_on_with_them_and_begins_nothing():
    second = list(walk({}, begin, listing))[1].cursor
    assert ["a3", "b1", "b2", "b3"] == names(walk(second, lambda _: pytest.fail("begun anew"), listing))


def test_a_cursor_without_tasks_holds_the_state_alone_and_every_pull_begins_anew():
    second = list(walk({}, begin, listing, keeps_tasks=False))[1].cursor
    assert {"a": 2} == second
    assert ["a3", "b1", "b2", "b3"] == names(walk(second, begin, listing, keeps_tasks=False))


def test_an_answer_of_another_shape_has_changed_and_a_refusal_stays_one():
    with pytest.raises(Changed, match="no longer has the shape it had"):
        list(walk({}, begin, lambda *_: {}["id"]))

    def gone(*_):
        raise Gone("not there")

    with pytest.raises(Gone):
        list(walk({}, begin, gone))


@pytest.mark.parametrize(
    ("pages", "expected"),
    [
        ([[1, 2], [2, 3], []], [1, 2, 3]),
        ([[1], [1], [2]], [1]),
        ([[], [1]], [1]),
    ],
    ids=["items that come twice", "a page that says nothing new", "an empty page in the middle"],
)
def test_everything_ends_where_nothing_new_comes(pages, expected):
    found = everything(
        0, pages.__getitem__, list, lambda _, page: page + 1 if page + 1 < len(pages) else None
    )
    assert expected == list(found)


def test_everything_asks_for_no_page_twice():
    asked = []
    list(everything("a", lambda place: asked.append(place) or [len(asked)], list, lambda *_: "a"))
    assert ["a"] == asked
