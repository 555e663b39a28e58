"""The three questions of the mission, and whether it could be chance: what the report says, and when it does not."""

import re
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from influence.contract.findings import Conversation, Finding, Reached, Report, SphereReach
from influence.contract.measures import catalogue
from reports.figures.robustness import robustness_picture
from reports.figures.spheres import MOST_SPHERES, OTHERS, spheres_picture, wings
from reports.figures.svg import house_style
from reports.formats.page import page
from reports.story.advice import TAKES, advice_rows, waiting_rows
from reports.story.chance import CHANCE, alternatives
from reports.story.glossary import FAMILIES, definitions, families
from reports.story.sentences import cannot_tell, joined, say
from reports.story.spheres import OUTWARD, TOPICS
from reports.story.story import story
from reports.story.worth import EXCHANGE
from tests.kit.draws import draws
from tests.kit.sample_findings import measured
from tests.kit.sample_report import LEADER, WINDOW, empty_report, sample_report, ties_report

NAMES = [one.name for one in measured(10.0)]
REPEATED = ("reach_4", "beyond_share", *NAMES)


def with_findings(*findings, **more):
    report = sample_report()
    return replace(report, findings={**report.findings, **{one.name: one for one in findings}}, **more)


def said(report, key):
    for section in story(report):
        if section.key == key:
            return " ".join(str(sentence) for sentence in (*section.sentences, *section.untold))
    return ""


def test_the_mission_asks_in_so_many_words():
    questions = [section.question for section in story(sample_report())]
    assert [
        "How valuable are networked-leadership skills in this role?",
        "Which spheres are reached, which could be, and where do my own influences come from?",
        "What would it take?",
        "How well does it hold?",
    ] == questions[2:6]


# --- how valuable -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("expected", "interval"),
    [
        ("It is mostly exchange", (0.6, 0.8)),
        ("It is mostly one way", (0.1, 0.4)),
        ("It is as much exchange as broadcast", (0.4, 0.6)),
        ("It is as much exchange as broadcast", None),
    ],
)
def test_exchange_or_broadcast_goes_by_the_interval(expected, interval):
    finding = Finding("two_way_share", 0.45, "share", interval=interval)
    assert expected in said(with_findings(finding), "worth")


@pytest.mark.parametrize(
    ("expected", "interval"),
    [
        ("Control is let go", (0.6, 0.8)),
        ("The conversations run through the leader", (0.1, 0.4)),
        ("Others carry on 45 %", (0.4, 0.6)),
    ],
)
def test_control_is_let_go_only_where_the_interval_says_so(expected, interval):
    assert expected in said(with_findings(Finding("carry_on", 0.45, "share", interval=interval)), "worth")


def test_a_step_up_is_promised_only_where_the_forecast_has_skill():
    text = said(sample_report(), "worth")
    assert "is expected to bring 2 people never met" in text
    reason = "too little to say: the ranking cannot be told from chance"
    text = said(with_findings(Finding("advice", None, "people", reason=reason)), "worth")
    assert "cannot be told: the forecast has shown no skill." in text
    assert "is expected to bring" not in text


def test_a_forecast_that_could_not_be_tested_is_not_said_to_lack_skill():
    few = Finding("advice_backtest", None, "AUC", reason="too few", detail={"exchanged": 3})
    text = said(with_findings(Finding("advice", None, "people", reason="too few"), few), "worth")
    assert "there is too little to test a forecast on" in text
    assert "no skill" not in text


def test_why_nobody_tried_a_forecast_is_said():
    untried = [Finding(name, None, "people", reason="no times") for name in ("advice", "advice_backtest")]
    report = with_findings(*untried)
    assert "would bring cannot be told: no times." in said(report, "worth")
    assert "Whom to turn to cannot be told: no times." in said(report, "takes")


@pytest.mark.parametrize(
    ("expected", "value", "interval"),
    [
        ("than its like without: 11 more people in 10 conversations (3 to 20).", 1.1, (0.3, 2.0)),
        ("no more people never met, as far as can be told", 0.2, (-0.3, 0.7)),
        ("was followed by fewer people", -1.1, (-2.0, -0.3)),
        ("no more people never met, as far as can be told", 1.1, None),
    ],
)
def test_coming_back_is_worded_by_its_interval(expected, value, interval):
    finding = Finding("step_up", value, "people a conversation", interval=interval)
    assert expected in said(with_findings(finding), "worth")


def test_a_role_without_a_fourth_step_is_told_so():
    none = Finding("reach_4", 0.0, "people"), Finding("beyond_share", 0.0, "share")
    assert "The fourth step has brought nobody so far." in said(with_findings(*none), "worth")


# --- which spheres ------------------------------------------------------------------------------------------


def test_the_spheres_heard_and_listened_to_are_named_the_largest_first():
    spheres = (SphereReach("media", 2.0, 2, 9, 0.2), SphereReach("customer", 5.0, 6, 30, 0.2))
    text = said(replace(sample_report(), spheres=spheres), "spheres")
    assert "The leader is heard most by customers and the media, and listens most to the company" in text
    assert "customers (24 of 30) and the media (7 of 9)" in text


def test_the_team_is_near_and_no_room_to_grow():
    team = SphereReach("team", 0.0, 3, 300, 0.0)
    assert "300" not in said(replace(sample_report(), spheres=(team,)), "spheres")


def test_without_a_brand_nothing_is_said_about_one():
    none = [
        Finding(name, None, "", reason="no account is flagged as the organisation's own; name …")
        for name in ("person_against_brand", "employees_against_brand")
    ]
    assert "accounts" not in said(with_findings(*none), "spheres")


def test_terms_taken_up_as_often_with_shuffled_times_cannot_be_told_apart():
    text = said(with_findings(Finding("lead", 3.0, "people", detail={"shuffled": 2.9, "p": 0.4})), "spheres")
    assert "3 people first used a term" in text
    assert "cannot be told apart from chance" in text


def test_a_bar_is_as_long_as_its_number():
    spheres = (SphereReach("customer", 4.0, 5, 30, 0.2), SphereReach("team", 0.0, 9, 9, 0.0))
    report = with_findings(Finding("sources", 2.0, "people", detail={"by_sphere": {"media": {"value": 2.0}}}))
    rows = wings(replace(report, spheres=spheres))
    assert [("customer", 4.0, 0.0, 30), ("media", 0.0, 2.0, 0)] == [
        (wing.sphere, wing.reached, wing.heard, wing.known) for wing in rows
    ]
    axes = spheres_picture(replace(report, spheres=spheres)).figure.axes[0]
    longest = axes.patches[1].get_width()
    assert pytest.approx([0.0, 1.0, -0.5, 0.0]) == [bar.get_width() / longest for bar in axes.patches]


def test_a_report_that_was_not_asked_whom_the_leader_listens_to_says_nothing_of_it():
    spheres = (SphereReach("customer", 4.0, 5, 30, 0.2),)
    glance = spheres_picture(replace(sample_report(), spheres=spheres, findings={}))
    shown = [text.get_text() for text in glance.figure.axes[0].texts]
    assert ["reached, of those known", "customer", "4 of 30"] == [text for text in shown if text]
    assert "customer: reached 4 of 30." == glance.description


def test_many_spheres_are_put_together_and_none_is_lost():
    spheres = tuple(SphereReach(f"s{n:02}", float(30 - n), 30, 40, 0.5) for n in range(20))
    rows = wings(replace(sample_report(), spheres=spheres, findings={}))
    assert MOST_SPHERES == len(rows)
    assert OTHERS == rows[-1].sphere
    assert sum(30.0 - n for n in range(20)) == sum(wing.reached for wing in rows)


def test_where_nobody_is_beyond_there_is_no_picture_of_spheres():
    assert spheres_picture(empty_report()) is None
    assert robustness_picture(ties_report()) is None


# --- what would it take -------------------------------------------------------------------------------------


def test_each_advice_has_its_reason_its_gain_and_its_evidence():
    groups = dict(advice_rows(sample_report()))
    assert ["People", "Spheres", "Conversations"] == list(groups)
    first = groups["People"][0]
    assert "answered 2 of your 9 exchanges within 14 days" == first.why
    assert ("4 people in 10 exchanges", "3 to 5") == (first.gain, first.interval)
    assert first.kept == ("k7",)
    assert 1 == len(first.evidence)


def test_a_person_is_named_as_the_advice_or_else_the_report_names_them():
    report = sample_report()
    shown, elsewhere = dict(advice_rows(report))["People"]
    assert ("Ilse Fontaine", "") == (elsewhere.who, elsewhere.anchor)
    assert next(one.name for one in report.people if one.person == "p2") == shown.who
    assert shown.anchor.startswith("person-")


def test_a_conversation_is_told_by_who_began_it_and_when():
    report = replace(
        sample_report(),
        conversations=(Conversation("c1", "2026-02-03T00:00:00+00:00", "p0", 2, 2, 1.0, "Blog"),),
    )
    (row,) = dict(advice_rows(report))["Conversations"]
    assert ("begun by Mara Lindqvist, 3 Feb 2026", "Blog", "conversation-1") == (
        row.who,
        row.about,
        row.anchor,
    )


def test_advice_that_has_shown_no_skill_is_not_shown():
    rows = sample_report().findings["advice"].detail
    report = with_findings(
        Finding("advice", None, "people", reason="too little to say: no skill", detail=rows)
    )
    title = "With whom one more exchange is expected to bring most"
    assert title in page(sample_report())
    assert title not in page(report)
    assert "Ilse Fontaine" in page(sample_report())
    assert "Ilse Fontaine" not in page(report)


def test_topics_and_habits_stand_apart_from_the_forecast_with_or_without_its_skill():
    held = sample_report().findings["advice"].detail
    seen = [
        {
            "kind": kind,
            "who": name,
            "gain": -0.66,
            "interval": [-1.5, 0.2],
            "reason": "as seen",
            "evidence": ["k7"],
        }
        for kind, name in (("topic", "soil, seed"), ("habit", "answering others within 4 hours"))
    ]
    for value, reason in ((2.4, None), (None, "too little to say: no skill")):
        finding = Finding(
            "advice", value, "people", reason=reason, detail={"rows": seen, "words": held.words}
        )
        groups = advice_rows(with_findings(finding))
        assert ["Topics", "Habits"] == [kind for kind, _ in groups]
        assert ("soil, seed", "7 fewer people in 10 conversations", "−15 to 2", False) == (
            groups[0][1][0].who,
            groups[0][1][0].gain,
            groups[0][1][0].interval,
            groups[0][1][0].forecast,
        )
        text = page(with_findings(finding))
        assert "What held when tested" in text
        habit = groups[1][1][0]
        assert ("66 % fewer people", "−150 % to 20 %") == (habit.gain, habit.interval)
        assert "With whom one more exchange is expected to bring most" not in text


def test_conversations_and_spheres_stand_with_what_held_and_what_was_tried_is_said_beside_them():
    groups = dict(advice_rows(sample_report()))
    (sphere,), (conversation,) = groups["Spheres"], groups["Conversations"]
    assert ("40 % more people", False) == (sphere.gain, sphere.forecast)
    assert ("180 % more people", False) == (conversation.gain, conversation.forecast)
    text = page(sample_report())
    seen = text.index("What held when tested")
    assert text.index("With whom one more exchange is expected to bring most") < seen
    tried = "Tried over all leaders here: conversations in which people not reached wrote lately brought more"
    assert tried in text[seen:]


def test_what_waits_is_the_answer_where_there_is_no_advice():
    no = "too little to say: no skill"
    without = with_findings(
        *(Finding(name, None, "people", reason=no) for name in ("advice", "next_to_respond"))
    )
    (takes,) = (section for section in story(without) if section.key == "takes")
    assert str(takes.sentences[0]).startswith(
        "In 2 conversations something said to the leader has had no answer"
    )


def test_who_waits_is_named_with_how_and_how_long():
    first, second = waiting_rows(sample_report())
    assert ("answered the leader", "31 days", 1) == (first.how, first.days, len(first.evidence))
    assert ("Juno Abara", "wrote to the leader", "q1", ()) == (
        second.who,
        second.how,
        second.item,
        second.evidence,
    )


def test_answers_that_were_asked_of_the_leader_alone_are_no_bottleneck():
    alone = Finding("only_leader_answers", 0.4, "share", detail={"only_leader": 7, "asked_alone": 7})
    text = said(with_findings(alone), "takes")
    assert "In 40 % of the conversations of others that the leader answers, nobody else does." in text
    assert "who could have" not in text


# --- how well it holds --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("expected", "p"),
    [
        ("More often than chance gives: they took up", 0.05),
        ("That cannot be told apart from chance", 0.051),
        ("That cannot be told apart from chance", None),
    ],
)
def test_the_verdict_goes_by_p(expected, p):
    finding = Finding("influence_test", 0.3, "exponent", detail={"p": p})
    assert said(with_findings(finding), "chance").startswith(
        f"Did people join because their contacts had? {expected}"
    )


def test_too_little_to_say_is_a_result():
    reason = "too little to say: 2 moments at which the order could tell, 30 needed"
    text = said(with_findings(Finding("influence_test", None, "exponent", reason=reason)), "chance")
    assert text.startswith(
        "Did people join because their contacts had? Too little to say: the influence test found 2 moments at which"
    )


def test_first_hand_is_no_doubt_about_the_number_but_a_part_of_it():
    text = said(sample_report(), "chance")
    assert (
        "Counted again under 2 other choices it moves by 7 % at most: without the one who responded most"
        in text
    )
    assert "First-hand responses alone give 14." in text


def test_every_alternative_has_its_dot():
    report = sample_report()
    axes = robustness_picture(report).figure.axes[0]
    dots = [float(line.get_xdata()[0]) for line in axes.lines if len(line.get_xdata()) == 1]
    headline = report.findings["robustness"].detail.reach_4
    assert [headline, *(value for _, value in alternatives(report))] == dots


@pytest.mark.parametrize("make", [spheres_picture, robustness_picture])
@pytest.mark.parametrize(
    ("scale", "heard"), [(0.02, 2.0), (1, 0.01), (1, 0), (4000, 2.0), (0.001, 4e6), (0, 7.0)]
)
def test_every_word_of_a_picture_stays_inside_its_frame(make, scale, heard):
    long = SphereReach("a sphere with a very long name indeed", 3.0 * scale, 1, 30_000, 0.1)
    other = {"with_bots": {"reach_4": 30 * scale}, "without_largest_conversation": {"reach_4": 25.0 * scale}}
    report = with_findings(
        Finding("robustness", 0.1, "share", detail={"reach_4": 29.0 * scale, "alternatives": other}),
        Finding("sources", 1.0, "people", detail={"by_sphere": {"company": {"value": heard}}}),
        spheres=(long,),
    )
    with house_style():
        figure = make(report).figure
        figure.draw_without_rendering()
        frame = figure.bbox
        for text in figure.axes[0].texts:
            box = text.get_window_extent()
            assert frame.x0 <= box.x0, text.get_text()
            assert box.x1 <= frame.x1, text.get_text()


# --- every answer -------------------------------------------------------------------------------------------


def lacking(names):
    report = sample_report()
    return replace(report, findings={key: one for key, one in report.findings.items() if key not in names})


@pytest.mark.parametrize("name", NAMES)
def test_a_finding_that_is_absent_leaves_no_trace(name):
    told = [
        sentence for section in story(lacking({name})) for sentence in (*section.sentences, *section.untold)
    ]
    assert name not in {span.about for sentence in told for span in sentence.spans}


@pytest.mark.parametrize("names", [NAMES[n::4] for n in range(4)])
def test_findings_that_are_absent_leave_no_trace_in_the_page(names):
    text = page(lacking(names))
    assert [] == [name for name in names if f'href="#n-{name}"' in text]


@pytest.mark.parametrize(
    "name",
    [
        *EXCHANGE,
        *OUTWARD,
        *TOPICS,
        *CHANCE,
        *TAKES,
        "advice",
        "step_up",
        "trend_slope",
        "person_against_brand",
    ],
)
def test_a_finding_without_a_value_says_why_in_its_answer(name):
    report = with_findings(Finding(name, None, "people", reason="the wind was wrong"))
    assert "the wind was wrong" in " ".join(said(report, section.key) for section in story(report))


def test_findings_with_the_same_reason_share_one_sentence():
    report = Report(
        LEADER, {}, {name: Finding(name, None, "", reason="no times") for name in ("pull", "help")}
    )
    (sentence,) = cannot_tell(report, "pull", "help", "carry_on")
    assert "Cannot tell unprompted and answers taken up: no times." == str(sentence)


def test_where_only_the_four_steps_were_asked_for_no_other_question_is_raised():
    kept = {name: one for name, one in sample_report().findings.items() if name not in NAMES}
    keys = [section.key for section in story(replace(sample_report(), findings=kept, spheres=()))]
    assert {"worth", "spheres", "takes"} & set(keys) == set()


def test_everything_undated_is_one_honest_sentence():
    why = "the network has no times, which this measure needs"
    report = replace(ties_report(), findings={name: Finding(name, None, "", reason=why) for name in NAMES})
    for section in story(report):
        if section.key in {"worth", "spheres", "takes", "chance"}:
            assert re.search("cannot|Cannot", str(section.sentences[0])), section.key
    page(report)


def test_sentences_that_belong_together_are_one_paragraph():
    assert ["One. Two."] == [str(one) for one in joined(say("One."), say("Two."))]
    assert () == joined()


def test_every_finding_of_the_glossary_is_in_one_family():
    assert list(FAMILIES) == list(families())
    assert list(definitions()) == [name for family in families().values() for name in family]


def test_no_definition_claims_a_cause_or_ranks_people():
    text = " ".join(f"{one.label} {one.meaning} {one.reading}" for one in definitions().values())
    assert not re.search(r"\bcaus|league|best leader|winner", text)


_ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.just("a0.0"),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["rows", "list", "value", "kind", "who", "topics", "days"]), inner, max_size=3
        )
    ),
    max_leaves=8,
)
_KEYS = st.sampled_from(
    [
        "rows",
        "list",
        "topics",
        "by_sphere",
        "alternatives",
        "sources",
        "breaks",
        "reach_4",
        "p",
        "customers",
        "spheres",
    ]
)


@settings(max_examples=draws(50, 150), deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.sampled_from(REPEATED),
    st.dictionaries(_KEYS, _ANY, max_size=4),
    st.sampled_from([None, 0.0, 0.5, 3.0, -2.0]),
)
def test_whatever_stands_in_a_detail_the_report_is_told(name, detail, value):
    report = with_findings(Finding(name, value, "people", detail=detail))
    assert story(report)
    advice_rows(report)
    waiting_rows(report)
    for make in (spheres_picture, robustness_picture):
        make(report)


def test_a_report_of_one_person_is_told():
    one = Reached("p1", "Ada", 4, 0.0, True, 1, "public", 1)
    findings = {one.name: one for one in measured(1.0)}
    assert "What would it take?" in page(Report(LEADER, WINDOW, findings, people=(one,)))


def test_every_finding_that_a_measure_of_ours_announces_is_told_in_full():
    announced = {name: words for one in catalogue() if one.own for name, words in one.finds.items()}
    assert announced == definitions()
    for name, words in announced.items():
        assert all((words.line, words.label, words.meaning, words.unit)), name


def test_the_glossary_lists_the_findings_in_the_order_of_its_questions():
    how_far = ["reach_beyond", "own_output", "reach_2", "reach_3", "reach_4", "beyond_share", "beyond_ratio"]
    assert how_far == list(families()["How far"])[:7]
    assert ["sphere_breadth", "sources", "balance", "share_of_voice", "lead", "tags", "among_voices"] == list(
        families()["Spheres and topics"]
    )
