"""The share of an intended audience: who is meant, who is not in the data, and what may be told of how many."""

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from influence.analysis.asking import CannotAsk
from influence.contract.details.audience_share import AudienceShare
from influence.contract.narrowing import Narrowing
from influence.measures.audience_share import NAMES_NOBODY, NO_AUDIENCE
from influence.measures.audiences import UnknownGroup
from influence.people.listed import ListError, read_list
from reports.story.audiences import told as sentences
from tests.kit.asking import row
from tests.kit.logs import logs, stored

CROWD = "abcdefgh"


def talk(also=(), **more):
    """Six posts of the leader in a channel, answered by a to d in turn; e to h only speak; z is written to."""
    rows = [row(f"p{n}", 10 * n, "lea", channel="Plans") for n in range(6)]
    rows += [row(f"r{n}", 10 * n + 1, "abcdab"[n], f"p{n}", channel="Plans") for n in range(6)]
    rows += [row(f"o{who}", 70, who, channel="other") for who in "efgh"]
    rows += [row("m", 71, "lea", to=["x:z"]), *also]
    met = [
        {
            "people": ["x:lea", f"x:{who}"],
            "kind": kind,
            "evidence": "declared",
            "time": "2020-01-01T00:00:00Z",
        }
        for who, kind in (("a", "in_person"), ("b", "never"), ("c", "never"))
    ]
    return {"activities": rows, "encounters": met, **more}


def asked(held, *audience):
    report = held.report("x:lea", measures=["audience-share"], audience=list(audience))
    return report.findings["audience_share"], report


def listed(tmp_path, text, name="list.txt"):
    file = tmp_path / name
    file.write_text(text, encoding="utf-8")
    return str(file)


def test_the_share_is_that_of_the_people_in_the_data_and_the_others_are_counted(workspace, tmp_path):
    """Of eight listed six are here, three of these responded; two are nobody here: 3/6, at least 3/8, at most 5/8."""
    file = listed(tmp_path, "# launch\nx:a\nx:b\nx:d\n\nx:e\nx:f\nx:g\nann@other.example\nNo Body\nx:a\n")
    found, report = asked(workspace(**talk()), file)
    (one,) = found.detail.audiences
    assert (3 / 6, 3 / 8, 5 / 8) == (found.value, found.low, found.high)
    assert ("list", 6, 2, 0, 3) == (one.name, one.people, one.absent, one.unclear, one.reached)
    assert found.interval[0] <= found.value <= found.interval[1] <= 1
    first, *_ = map(str, sentences(report))
    assert "2 of 8 of the audience “list” are not in the data: of these it cannot be told." in first
    assert "Of the other 6 people, 3 responded: 50 %" in first
    assert "Of the whole list that is 38 to 62 %" in first


def test_met_and_never_met_are_told_apart_with_the_unknown_either_way(workspace, tmp_path):
    """a has met the leader, b and c never have, of d nothing tells: a supposed tenth."""
    found, _ = asked(workspace(**talk()), listed(tmp_path, "x:a\nx:b\nx:c\nx:d\nx:e\n"))
    (one,) = found.detail.audiences
    assert (4, 1) == (one.reached, one.unknown)
    assert (2, 3) == (one.least, one.most)
    assert one.met + one.never_met + one.team == pytest.approx(one.reached)
    assert 2 <= one.never_met <= 3


def test_who_was_only_written_to_is_in_the_data_and_who_only_stands_in_a_table_is_not(workspace, tmp_path):
    people = [{"person": "q", "accounts": ["x:q"], "name": "Only Listed"}]
    file = listed(tmp_path, "x:z\nOnly Listed\nx:e\nx:f\nx:g\nx:h\n")
    (one,) = asked(workspace(**talk(people=people)), file)[0].detail.audiences
    assert (5, 1, 0) == (one.people, one.absent, one.reached)


def test_a_name_that_several_have_is_counted_as_unclear(workspace, tmp_path):
    people = [{"person": who, "accounts": [f"x:{who}"], "name": "Bo Ek"} for who in "ef"]
    file = listed(tmp_path, "Bo Ek\nx:a\nx:b\nx:c\nx:g\nx:h\n")
    found, _ = asked(workspace(**talk(people=people)), file)
    (one,) = found.detail.audiences
    assert (5, 0, 1, 3) == (one.people, one.absent, one.unclear, one.reached)
    assert (3 / 6, 4 / 6) == (found.low, found.high)


def test_the_leader_and_bots_are_in_no_audience(workspace, tmp_path):
    people = [{"person": "e", "accounts": ["x:e"], "bot": True}]
    file = listed(tmp_path, "x:lea\nx:e\nx:a\nx:b\nx:f\nx:g\nx:h\n")
    (one,) = asked(workspace(**talk(people=people)), file)[0].detail.audiences
    assert (5, 0) == (one.people, one.absent)


def test_a_sphere_a_channel_and_a_conversation_are_audiences(workspace):
    people = [
        {"person": who, "accounts": [f"x:{who}"], "sphere": "customer" if who in "abefg" else "partner"}
        for who in CROWD
    ]
    held = workspace("[privacy]\nsmallest_group = 3\n", **talk(people=people))
    found, _ = asked(held, "sphere:Customer", "channel:plans", "channel:other", "conversation:p0")
    rows = {one.name: (one.people, one.reached) for one in found.detail.audiences[:3]}
    assert {"sphere:Customer": (5, 2), "channel:plans": (4, 4), "channel:other": (4, 0)} == rows
    assert found.value == 2 / 5
    assert found.detail.audiences[3].reason is not None  # of one person nothing is told


def tagged():
    """Of #zero: c and e use it; g answers e's, a the leader's; f used it before the window; d answers what has none."""
    rows = [
        row("early", 1, "f", tags=["zero"]),
        row("mine", 100, "lea", tags=["zero"]),
        row("to-mine", 101, "a", "mine"),
        row("theirs", 102, "e", tags=["zero", "other"]),
        row("to-theirs", 103, "g", "theirs"),
        row("plain", 104, "lea"),
        row("by-c", 105, "c", "plain", tags=["ZeroWaste"]),
        row("by-d", 106, "d", "plain"),
    ]
    return {"activities": rows}


def test_a_tag_and_a_topic_of_the_settings_are_audiences_that_no_response_to_the_leader_makes(workspace):
    held = workspace(
        '[privacy]\nsmallest_group = 3\n[topics]\nWaste = ["#zero*"]\n'
        '[audiences]\nboth = ["tag:#Zero", "x:d", "x:h"]\n',
        **tagged(),
    )
    report = held.report(
        "x:lea",
        "2026-01-01T10:00:00Z",
        measures=["audience-share"],
        audience=["tag:#ZERO*", "topic:waste", "both"],
    )
    rows = report.told("audience_share", AudienceShare).audiences
    assert [("tag:#ZERO*", 3, 1), ("topic:waste", 3, 1), ("both", 3, 1)] == [
        (one.name, one.people, one.reached) for one in rows
    ]
    assert 1 == rows[2].absent  # h is in no data


def test_a_tag_is_an_audience_of_the_whole_log_however_narrow_the_report(workspace):
    held = workspace("[privacy]\nsmallest_group = 3\n", **tagged())
    report = held.report(
        "x:lea", measures=["audience-share"], audience=["tag:zero*"], only=Narrowing(tags=["other"])
    )
    (one,) = report.told("audience_share", AudienceShare).audiences
    assert (4, 0) == (one.people, one.reached)


def test_a_tag_that_was_used_outside_the_window_alone_is_said_to_be(workspace):
    with pytest.raises(UnknownGroup, match="nobody is in a tag '#other' in this window, only outside it"):
        workspace(**tagged()).report(
            "x:lea", until="2026-01-02", measures=["audience-share"], audience=["tag:other"]
        )


def test_the_audiences_of_the_settings_are_told_in_every_report(workspace):
    held = workspace('[audiences]\nlaunch = ["x:a", "x:b", "x:e", "x:f", "x:g"]\nnobody = []\n', **talk())
    found, report = asked(held)
    assert ["launch", "nobody"] == [one.name for one in found.detail.audiences]
    assert found.value == 2 / 5
    assert NAMES_NOBODY == found.detail.audiences[1].reason
    named, _ = asked(held, "nobody", "channel:plans")
    assert ["nobody", "channel:plans", "launch"] == [one.name for one in named.detail.audiences]
    assert "the audience “nobody” is reached: the audience names nobody" in str(sentences(report)[-1])


def test_of_fewer_people_than_the_smallest_group_nothing_is_told(workspace, tmp_path):
    found, _ = asked(workspace(**talk()), listed(tmp_path, "x:a\nx:b\nx:c\nx:d\nno@one.example\n"))
    assert found.value is None
    assert (
        "fewer than 5 people of the audience are in the data, and nothing is told of so few" == found.reason
    )
    (one,) = found.detail.audiences
    assert (None, None, None) == (one.people, one.reached, one.absent)
    gone, _ = asked(workspace(**talk()), listed(tmp_path, "no@one.example\nother@one.example\n"))
    assert "none of the 2 people of the audience is in the data" == gone.reason


def test_without_an_audience_it_says_how_to_name_one(workspace):
    assert NO_AUDIENCE == asked(workspace(**talk()))[0].reason


def test_nobody_reached_may_be_chance(workspace, tmp_path):
    found, _ = asked(workspace(**talk()), listed(tmp_path, "x:e\nx:f\nx:g\nx:h\nx:z\n"))
    assert found.value == found.interval[0] == 0
    assert 0.6 < found.interval[1] <= 1


@pytest.mark.parametrize(
    ("words", "error", "says"),
    [
        ("lunch", CannotAsk, "did you mean launch?"),
        ("nix", CannotAsk, "there are: launch"),
        ("\0", CannotAsk, "is no file"),
        ("x" * 5_000, CannotAsk, "is no file"),
        ("sphere:custmer", UnknownGroup, "did you mean customer?"),
        ("channel:plan", UnknownGroup, "did you mean Plans?"),
        ("conversation:zzz", UnknownGroup, "there is no conversation 'zzz'"),
        ("tag:climte", UnknownGroup, "nobody is in a tag '#climte' in this window; did you mean #climate?"),
        ("topic:warmt", UnknownGroup, "did you mean warmth?"),
        ("topic:wine", UnknownGroup, "nobody is in a topic 'wine' in this window; there are: warmth"),
    ],
)
def test_an_audience_that_is_not_there_is_one_sentence_with_the_nearest(workspace, words, error, says):
    people = [{"person": "a", "accounts": ["x:a"], "sphere": "customer"}]
    held = workspace(
        '[audiences]\nlaunch = ["x:a"]\n[topics]\nwarmth = ["#climate"]\n',
        **talk([row("tagged", 72, "a", tags=["climate"])], people=people),
    )
    with pytest.raises(error) as told:
        asked(held, words)
    assert says in str(told.value)
    assert "\n" not in str(told.value)


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("empty.txt", b"# nobody\n\n", "names nobody: write one account"),
        ("heading.csv", b"name,email\n", "names nobody"),
        ("latin.txt", "x:a\nJörg\n".encode("latin-1"), "line 2 is not text in UTF-8"),
        ("zero.txt", b"x:a\0", "is no text"),
        ("wild.csv", b'name\n"' + b"x" * 200_000 + b'"\n', "line 2 is not readable as a table"),
    ],
)
def test_a_list_that_cannot_be_read_names_file_line_and_cure(tmp_path, name, content, says):
    file = tmp_path / name
    file.write_bytes(content)
    with pytest.raises(ListError, match=says) as told:
        read_list(file)
    assert str(file) in str(told.value)


def test_a_table_names_people_by_its_columns_and_a_text_by_whole_lines(tmp_path):
    table = listed(
        tmp_path, "Name;Since;E-mail\nAnn Lee;2020;ann@b.example\n\nBo;;\n;;c@b.example;\n", "a.csv"
    )
    assert [("ann@b.example", "Ann Lee"), ("Bo",), ("c@b.example",)] == read_list(tmp_path / "a.csv")
    assert table.endswith("a.csv")
    listed(tmp_path, "\ufeffx:a,2020\nx:b,2021\n", "b.csv")
    assert [("x:a",), ("x:b",)] == read_list(tmp_path / "b.csv")
    listed(tmp_path, "Lind, Ann\n  x:b  \n", "c.txt")
    assert [("Lind, Ann",), ("x:b",)] == read_list(tmp_path / "c.txt")


@settings(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck))
@given(logs(), st.sets(st.sampled_from([f"a:{n}" for n in range(6)] + ["a:77", "a:78"]), min_size=1))
def test_on_random_logs_reached_is_who_responded_of_those_listed(tmp_path_factory, log, names):
    activities, people, encounters, _, _ = log
    activities = [*activities, {"id": "o", "time": 0, "actor": "c:9", "verb": "post"}]
    folder = tmp_path_factory.mktemp("log")
    (folder / "list.txt").write_text("\n".join(sorted(names)), encoding="utf-8")
    with stored(folder, activities, people, encounters) as held:
        held.settings = replace(held.settings, smallest_group=1)
        report = held.report("p0", measures=["audience-share"], audience=[str(folder / "list.txt")])
    one = report.told("audience_share", AudienceShare).audiences[0]
    owner = {account: each["person"] for each in people for account in each["accounts"]}
    meant = {owner.get(name, name) for name in names}
    if one.people is None:
        return
    reached = {each.person for each in report.people} & meant
    assert len(reached) == one.reached
    assert one.people + one.absent == len(meant - {"p0"} - bots(people))
    assert one.team + one.met + one.never_met == pytest.approx(one.reached)


def bots(people):
    return {each["person"] for each in people if each.get("bot")}


def test_in_a_narrowed_report_who_never_spoke_of_it_is_still_in_the_data(workspace, tmp_path):
    """In the channel four responded; e and f only spoke elsewhere, and are no less there for it."""
    file = listed(tmp_path, "x:a\nx:b\nx:c\nx:e\nx:f\nno@one.example\n")
    held = workspace(**talk())
    report = held.report(
        "x:lea", measures=["audience-share"], audience=[file], only=Narrowing(channels=["Plans"])
    )
    (one,) = report.told("audience_share", AudienceShare).audiences
    assert (5, 1, 3) == (one.people, one.absent, one.reached)
