"""The figures of what may go wrong: lines of several runs are one table, and the document shows what the lines say."""

from tools.reliability import DOCUMENT, KEPT, merged, read, written


def kills(seed, count, **more):
    return {"table": "kills", "row": "pull", "date": "2026-01-01", "kills": count, "seed": seed, **more}


def faults(name, connector, lost):
    told = {
        "table": "services",
        "row": name,
        "date": "2026-01-01",
        "connector": connector,
        "asked": 1,
        "lost": lost,
    }
    return [told | {"place": place, "once": True} for place in ("first", "last")]


def test_other_draws_count_beside_and_the_same_again_takes_their_place():
    found = merged([kills(1, 10), kills(2, 5)], [kills(2, 50)])
    assert [10, 50] == [one["kills"] for one in found]


def test_a_connector_is_counted_once():
    first = merged([], [*faults("429", "slack", 1), *faults("429", "zulip", 0)])
    assert [(["slack", "zulip"], 4, 2)] == [(one["connectors"], one["pulls"], one["lost"]) for one in first]
    beside = merged(first, faults("429", "imap", 0))
    assert [["slack", "zulip"], ["imap"]] == [one["connectors"] for one in beside]
    again = merged(
        beside, [row for name in ("imap", "slack", "x", "zulip") for row in faults("429", name, 0)]
    )
    assert [["imap", "slack", "x", "zulip"]] == [one["connectors"] for one in again]


def test_the_document_shows_the_lines_that_are_kept():
    document = DOCUMENT.read_text("utf-8")
    assert written(document, read([KEPT])) == document
    assert 1 == document.count("### Faults of a service")
