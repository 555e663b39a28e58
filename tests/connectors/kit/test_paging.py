"""Pulling page by page: cut anywhere and taken up again, the same is read."""

from contextlib import suppress

import pytest

from connectors.kit.answers import as_member
from connectors.kit.paging import MOST_EMPTY, Answer, everything, gathered, walk
from influence.contract.connector import Changed, ConnectorError, Gone, StoppedShort


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


# --- lists that lead nowhere ------------------------------------------------------------------------------


class Listed:
    """A list `a` whose pages name the next as the test says, then an honest list `b` of one page."""

    def __init__(self, pages, **more):
        self.pages, self.more, self.asked = pages, more, []

    def __call__(self, task, state):
        name, page = task
        if name == "b":
            return Answer(as_member("b", b"[]"))
        self.asked.append(page)
        rows, following = self.pages(page)
        if following is None:
            state["mark"] = "moved"
        more = ["a", following] if following is not None else None
        return Answer(as_member(f"a{page}", b"[]"), more=more, empty=not rows, held=("a", rows), **self.more)


def told(listed, **options):
    """What was read before the end, where the list was left, and why."""
    found, reason = [], ""
    try:
        found.extend(walk({}, lambda _: [["a", 0], ["b", 0]], listed, **options))
    except StoppedShort as short:
        reason = str(short)
    return found, reason


@pytest.mark.parametrize(
    ("pages", "count", "reason"),
    [
        (lambda page: ([page], 0), 2, "the list of a went round in a circle"),
        (lambda page: ([page], 1 - page), 3, "the list of a went round in a circle"),
        (lambda page: ([], page + 1), MOST_EMPTY, "in which there was nothing new"),
        (lambda page: ([7], page + 1), 2, "the list of a went round in a circle"),
        (lambda page: ([page % 2], page + 1), 3, "the list of a went round in a circle"),
        (lambda page: ([page], page + 1 if page < 200 else None), 201, ""),
        (lambda page: ([], page + 1 if page < MOST_EMPTY - 1 else None), MOST_EMPTY, ""),
    ],
    ids=[
        "a circle of one",
        "a circle of two",
        "empty pages without end",
        "fresh places with the same rows",
        "fresh places with two pages of rows in turn",
        "a long list",
        "many empty pages and then the end",
    ],
)
@pytest.mark.parametrize("keeps_tasks", [True, False])
def test_a_list_that_leads_nowhere_is_left_and_told_after_all_else(pages, count, reason, keeps_tasks):
    listed = Listed(pages)
    found, short = told(listed, keeps_tasks=keeps_tasks)
    assert count == len(listed.asked)
    assert "b" == found[-1].member.name
    assert reason in short
    assert bool(reason) == bool(short)
    assert ("moved" == found[-1].cursor.get("mark")) == (not reason), (
        "the mark moves with the last page alone"
    )


def test_a_place_in_the_state_is_given_up_where_the_list_is_left():
    def ask(_, state):
        state["after"] = 1 - state.get("after", 1)
        return Answer(as_member("a", b"[]"), more=["a"], afresh={"since": 3})

    found = []
    with pytest.raises(StoppedShort):
        found.extend(walk({"since": 3}, lambda _: [["a"]], ask, keeps_tasks=False))
    assert {"since": 3} == found[-1].cursor


def walked(found, ask):
    """Read a list whole within a walk; what it held, and why it was left."""

    def one(*_):
        found.extend(everything(0, ask, lambda page: page[0], lambda page, _: page[1]))
        return Answer(as_member("a", b"[]"))

    return lambda: list(walk({}, lambda _: [["changed"]], one))


@pytest.mark.parametrize(
    ("pages", "expected", "reason"),
    [
        (lambda page: ([page], 0), [0], "circle"),
        (lambda page: ([page], 1 - page), [0, 1], "circle"),
        (lambda page: ([7], page + 1), [7], "circle"),
        (lambda page: ([], page + 1), [], "nothing new"),
    ],
    ids=["a circle of one", "a circle of two", "fresh places with the same rows", "empty pages without end"],
)
def test_a_list_that_is_needed_whole_tells_at_the_end_of_the_pull_that_it_was_not(pages, expected, reason):
    found = []
    with pytest.raises(
        StoppedShort, match=f"the list of changed .*{reason}.* what lies behind it is not read"
    ):
        walked(found, pages)()
    assert expected == found
    with pytest.raises(StoppedShort, match=reason):
        list(everything(0, pages, lambda page: page[0], lambda page, _: page[1]))


@pytest.mark.parametrize(
    ("pages", "expected"),
    [([[1, 2], [2, 3], []], [1, 2, 3]), ([[], [1]], [1]), ([[1], [1]], [1])],
    ids=["items that come twice", "an empty page in the middle", "a last page that says nothing new"],
)
def test_a_list_is_whole_where_no_page_follows(pages, expected):
    found = everything(
        0, pages.__getitem__, list, lambda _, page: page + 1 if page + 1 < len(pages) else None
    )
    assert (expected, True) == gathered(found)


def test_who_must_know_at_once_whether_that_was_all_asks():
    def one(_, state):
        state["whole"] = gathered(everything(0, lambda _: [1], list, lambda *_: 0))[1]
        return Answer(as_member("a", b"[]"))

    pull = walk({}, lambda _: [["a"]], one)
    assert not next(pull).cursor["whole"]
    with pytest.raises(StoppedShort):
        next(pull)


@pytest.mark.parametrize("keeps_tasks", [True, False])
def test_what_could_not_be_read_is_asked_for_again_by_the_next_pulls_a_few_times(keeps_tasks):
    asked, healed = [], []

    def ask(task, _):
        asked.append(*task)
        if task == ["b"] and not healed:
            raise Changed("b is not JSON")
        return Answer(as_member(*task, b"{}"))

    def pull(cursor, *tasks):
        asked.clear()
        with suppress(Changed):
            for reply in walk(cursor, lambda _: [*tasks, ["a"], ["c"]], ask, keeps_tasks=keeps_tasks):
                cursor = reply.cursor
        return cursor

    first = pull({}, ["b"])
    assert [[["b"], 1]] == first["unread"]
    third = pull(pull(first))
    assert ["b", "a", "c"] == asked
    assert "unread" not in third
    pull(third)
    assert ["a", "c"] == asked
    healed.append(True)
    assert "unread" not in pull(first)
    assert ["b", "a", "c"] == asked


def test_what_is_asked_for_again_and_refused_by_now_stops_no_pull():
    def ask(task, _):
        if task == ["old"]:
            raise ConnectorError("acme.example refuses the request (400)")
        return Answer(as_member(*task, b"{}"))

    replies = list(walk({"unread": [[["old"], 1]]}, lambda _: [["a"]], ask))
    assert ["a"] == names(replies)
    assert [[["old"], 2]] == replies[-1].cursor["unread"]
    with pytest.raises(ConnectorError, match="400"):
        list(walk({}, lambda _: [["old"]], ask))
