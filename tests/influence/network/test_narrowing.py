"""A narrowed log is the log of what is kept and of nothing else, as a plain reading of random logs finds it."""

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from influence import Narrowing
from influence.analysis.report import EmptyWindow
from influence.contract.narrowing import NarrowingError
from influence.network.log_queries import activity_ids
from influence.settings import SettingsError
from tests.kit.asking import row
from tests.kit.draws import draws
from tests.kit.logs import iso, logs, stored
from tests.kit.plain_reading import PlainReading

TAGS = ("climate", "climateaction", "hiring")
SLOW = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow, HealthCheck.data_too_large]}


@st.composite
def tagged_logs(draw):
    """Random logs in which some items have tags, as a service states them."""
    activities, *rest = draw(logs())
    for one in activities:
        one["tags"] = draw(st.lists(st.sampled_from(TAGS), max_size=2, unique=True))
    return activities, *rest


class PlainPart(PlainReading):
    """The plain reading of what is kept, in which nobody guesses anew what answers what."""

    def __init__(self, whole, kept, **more):
        self.whole = whole
        super().__init__([row for row in whole.activities if row["id"] in kept], **more)

    def _systems_without_parents(self):
        return self.whole.no_parents

    def _guess(self):
        return {pair for pair in self.whole.guessed if set(pair) <= set(self.item)}


def kept_plainly(plain, matches):
    """The items that match, or that answer one that does: as stated at any depth, by one guess at most."""
    stated = {
        (one["id"], one["parent"])
        for one in plain.activities
        if one.get("parent") in plain.item and one["parent"] != one["id"]
    }

    def and_all_below(found):
        while more := {child for child, parent in stated if parent in found} - found:
            found = found | more
        return found

    sure = and_all_below({one["id"] for one in plain.activities if matches(one)})
    return sure | and_all_below({child for child, parent in plain.guessed if parent in sure})


def reached(report):
    return {one.person: (one.depth, one.responses) for one in report.people}


@settings(max_examples=draws(8, 60), **SLOW)
@given(
    log=tagged_logs(), tag=st.sampled_from([*TAGS, "climate*"]), channel=st.sampled_from([None, "one", "TW*"])
)
def test_a_narrowed_report_counts_what_a_plain_reading_counts(log, tag, channel, tmp_path_factory):
    activities, people, encounters, since, until = log
    wanted = [one for one in TAGS if one.startswith(tag[:-1])] if tag.endswith("*") else [tag]
    only = Narrowing(tags=[f"#{tag.upper()}"], channels=[channel] if channel else [])
    given_ = {"people": people, "encounters": encounters, "leader": "p0", "since": since, "until": until}
    plain = PlainReading(activities, **given_)
    kept = kept_plainly(plain, lambda one: set(one["tags"]) & set(wanted))
    if channel:
        kept &= kept_plainly(
            plain, lambda one: (one.get("channel") or "").startswith(channel.lower().rstrip("*"))
        )
    part = PlainPart(plain, kept, **given_)
    with stored(tmp_path_factory.mktemp("log"), activities, people, encounters) as workspace:
        if not any(part.inside(one) for one in kept):
            with pytest.raises((NarrowingError, EmptyWindow)):
                workspace.report("p0", iso(since), iso(until), only=only, measures=["four-steps"])
            return
        report = workspace.report("p0", iso(since), iso(until), only=only, measures=["four-steps"])
        population = workspace.part(only)
        ids = activity_ids(population.tables, range(len(population.log.items)))
    assert (len(kept), len(activities)) == (report.narrowed.items, report.narrowed.of)
    assert sorted(kept, key=lambda one: (plain.item[one]["time"], one)) == [ids[n] for n in range(len(ids))]
    assert {person: depth for person, (_, depth) in part.reached().items()} == {
        one.person: one.depth for one in report.people
    }


@settings(max_examples=draws(4, 20), **SLOW)
@given(log=tagged_logs())
def test_two_tags_keep_what_either_keeps_and_no_narrowing_and_all_channels_leave_all_as_it_is(
    log, tmp_path_factory
):
    activities, people, encounters, _, _ = log
    if not activities:
        return
    for one in activities:
        one["channel"] = one.get("channel", "three")
    with stored(tmp_path_factory.mktemp("log"), activities, people, encounters) as workspace:
        whole = workspace.report("p0")
        assert whole == workspace.report("p0", only=Narrowing())
        channels = {one["channel"] for one in activities}
        everywhere = workspace.report("p0", only=Narrowing(channels=sorted(channels)))
        assert everywhere.narrowed.items == everywhere.narrowed.of == len(activities)
        assert whole.as_json() == everywhere.as_json() | {"narrowed": None}
        assert whole == workspace.report("p0"), "the whole stays as it was"
        held = {one: kept_of(workspace, one) for one in TAGS if any(one in row["tags"] for row in activities)}
        if held:
            both = kept_of(workspace, *held)
            assert set().union(*held.values()) == both
            assert len(both) <= sum(map(len, held.values()))


def kept_of(workspace, *tags):
    part = workspace.part(Narrowing(tags=tags))
    return set(activity_ids(part.tables, range(len(part.log.items))).values())


# --- by hand ------------------------------------------------------------------------------------------------

TALK = [
    row("a", 0, "lea", tags=["climate"], channel="General"),
    row("a1", 1, "bo", "a", channel="General"),
    row("a2", 2, "cy", "a1", channel="General"),
    row("b", 3, "lea", tags=["hiring"], channel="generals"),
    row("b1", 4, "cy", "b", channel="generals", tags=["climate"]),
    row("c", 5, "lea", channel="other"),
    row("c1", 6, "di", "c", channel="other"),
]
PEOPLE = [
    {"person": "bo", "accounts": ["x:bo"], "sphere": "customer"},
    {"person": "cy", "accounts": ["x:cy"], "sphere": "partner"},
    {"person": "di", "accounts": ["x:di"], "sphere": "customer"},
]


@pytest.mark.parametrize(
    ("only", "people", "items"),
    [
        ({"tags": ["climate"]}, {"bo", "cy"}, 4),
        ({"tags": ["hiring"]}, {"cy"}, 2),
        ({"tags": ["climate", "hiring"]}, {"bo", "cy"}, 5),
        ({"channels": ["general"]}, {"bo", "cy"}, 3),
        ({"channels": ["GENERAL*"]}, {"bo", "cy"}, 5),
        ({"tags": ["climate"], "channels": ["generals"]}, set(), 1),
        ({"spheres": ["customer"]}, {"bo", "di"}, 5),
        ({"spheres": ["customer", "partner"]}, {"bo", "cy", "di"}, 7),
        ({"tags": ["climate"], "spheres": ["customer"]}, {"bo"}, 2),
        ({"topics": ["planet"]}, {"bo", "cy"}, 5),
    ],
)
def test_who_is_reached_in_a_part_by_hand(workspace, only, people, items):
    place = workspace('[topics]\nplanet = ["#clim*", "#hiring"]\n', activities=TALK, people=PEOPLE)
    found = place.report("x:lea", only=Narrowing(**only), measures=["four-steps"])
    assert (people, items) == ({one.person for one in found.people}, found.narrowed.items)


@pytest.mark.parametrize(
    ("only", "why"),
    [
        (
            {"tags": ["climte"]},
            r"nothing here is tagged #climte; the nearest: #climate; `influence tags` lists",
        ),
        ({"tags": ["zebra"]}, r"nothing here is tagged #zebra; `influence tags` lists"),
        ({"channels": ["genral"]}, r"there is no channel 'genral' here; the nearest: General, generals"),
        ({"topics": ["plnet"]}, r"there is no topic 'plnet' under \[topics\]; there are: planet"),
        ({"topics": ["none"]}, r"nothing here is on the topic 'none'; neither the words nor the text"),
        ({"topics": ["all"]}, r"everything here \(7 items\) is on the topic 'all'"),
        ({"spheres": ["custmer"]}, r"there is no sphere 'custmer'; there are: company, customer"),
        ({"spheres": ["media"]}, r"nobody here is of the sphere media"),
        ({"tags": ["hiring"], "channels": ["other"]}, r"nothing here is all of this at once: #hiring, other"),
        ({"tags": [" # "]}, r"one of the tags is empty"),
    ],
)
def test_what_cannot_be_meant_is_one_sentence(workspace, only, why):
    topics = '[topics]\nplanet = ["#clim*"]\nnone = ["zebra"]\nall = ["#every*"]\n'
    rows = [{**one, "tags": [*one.get("tags", []), "every"]} for one in TALK] if "all" in str(only) else TALK
    place = workspace(topics, activities=rows, people=PEOPLE)
    with pytest.raises(NarrowingError, match=why):
        place.report("x:lea", only=Narrowing(**only))


def test_a_sphere_is_seen_from_somebody(workspace):
    place = workspace(activities=TALK, people=PEOPLE)
    with pytest.raises(NarrowingError, match="customer: a sphere is seen from somebody"):
        place.organisation(only=Narrowing(spheres=["customer"]))


@pytest.mark.parametrize("keeps", ["keep_text", "keep_terms"])
def test_words_of_a_topic_are_looked_for_in_what_is_kept(workspace, keeps):
    rows = [
        row("a", 0, "lea", text="We go for net zero, all of us, and soon enough: decarbonisation is here"),
        row("a1", 1, "bo", "a", text="yes"),
        row("b", 2, "lea", text="A net result of nothing that was wanted, and nobody is happy with that"),
        row("b1", 3, "cy", "b", text="no"),
        row("c", 4, "lea", text="Decarbonising the fleet is what we are going to do in this year"),
        row("c1", 5, "di", "c", text="when"),
    ]
    topics = '[topics]\nzero = ["net zero"]\ncarbon = ["Decarb*"]\nnet = ["net"]\n'
    place = workspace(f"[privacy]\n{keeps} = true\n{topics}", activities=rows)

    def who(*names):
        found = place.report("x:lea", only=Narrowing(topics=names), measures=["four-steps"])
        assert () == found.narrowed.unread
        return {one.person for one in found.people}

    assert {"x:bo"} == who("zero")
    assert {"x:bo", "x:di"} == who("carbon")
    assert {"x:bo", "x:cy"} == who("net")
    assert {"x:bo", "x:cy", "x:di"} == who("net", "carbon")


def test_where_no_words_are_kept_the_report_says_that_only_tags_were_looked_for(workspace):
    place = workspace('[topics]\nplanet = ["#climate", "net zero"]\n', activities=TALK, people=PEOPLE)
    found = place.report("x:lea", only=Narrowing(topics=["planet"]), measures=["four-steps"])
    assert ("planet",) == found.narrowed.unread
    assert any("only the tags were looked for" in line for line in str(found).splitlines())


def test_ties_without_times_have_no_tag_and_go_with_the_spheres_of_both_ends(workspace):
    ties = [{"source": "x:lea", "target": f"x:{who}", "meaning": "influence"} for who in ("bo", "cy")]
    place = workspace(activities=TALK, people=PEOPLE, ties=ties)
    assert 0 == len(place.part(Narrowing(tags=["climate"])).ties.source)
    lea = place.analysis.people.find("x:lea")
    part = place.part(Narrowing(spheres=["customer"]), [lea])
    assert ["bo"] == [place.analysis.people.who[code].person for code in part.ties.target.tolist()]


def test_one_tag_in_a_chat_without_threads_keeps_the_answer_that_is_guessed_and_not_the_whole_chat(workspace):
    rows = [
        row(f"m{n}", n, who, verb="message", channel="hall", tags=["climate"] if n == 1 else [])
        for n, who in enumerate(["bo", "lea", "cy", "di", "bo"])
    ]
    assert {"m1", "m2"} == kept_of(workspace(activities=rows), "climate")


@pytest.mark.parametrize(
    "marks", ['["#a b"]', '["*"]', '["#"]', '[""]', '["a*b"]', '["net #zero"]', "[]", '"a"']
)
def test_a_topic_that_cannot_be_meant_is_named(workspace, marks):
    with pytest.raises(SettingsError, match=r"influence.toml: \[topics\] odd"):
        workspace(f"[topics]\nodd = {marks}\n")


def test_a_report_that_is_narrowed_is_read_back(workspace):
    place = workspace(activities=TALK, people=PEOPLE)
    found = place.report("x:lea", only=Narrowing(tags=["climate"], spheres=["partner"]))
    assert found == type(found).from_json(json.loads(found.to_json()))
    assert {"tags": ["climate"], "spheres": ["partner"], "items": 3, "of": 7} == found.as_json()["narrowed"]
