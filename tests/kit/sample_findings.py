"""What the measures of exchange, spheres, advice and chance hand over, as in a real report: invented people."""

from __future__ import annotations

from dataclasses import replace

from influence.contract.details.advice import Advice, AdviceBacktest, Advised, StepUp
from influence.contract.details.against_chance import InfluenceTest
from influence.contract.details.audience_share import Audience, AudienceShare
from influence.contract.details.brand import EmployeesAgainstBrand, PersonAgainstBrand, SphereSides
from influence.contract.details.cascades import Shape, SocialH
from influence.contract.details.contact import BeforeContact, FirstContacts
from influence.contract.details.exchange import (
    Help,
    Pull,
    ResponseRate,
    ResponseTime,
    TwoWayShare,
    Wait,
    WaitingOnLeader,
    Worth,
)
from influence.contract.details.first_touch import FirstTouch, Touched
from influence.contract.details.help_outcome import HelpOutcome
from influence.contract.details.inbound import Campaign, MassMail, Unsaid
from influence.contract.details.introductions import Chain, Hop, Introductions, Within
from influence.contract.details.letting_go import CarryOn, Centralisation, OnlyLeaderAnswers
from influence.contract.details.many import SecondGenerationLeaders, Spread
from influence.contract.details.named_voices import AmongVoices, Voice
from influence.contract.details.next_to_respond import Likely, NextTested, NextToRespond
from influence.contract.details.organisation import Between, Followed, TeamBeyond, TeamFollows, Walls
from influence.contract.details.persistence import Persistence
from influence.contract.details.robustness import Alternative, Robustness, Unseen, UnseenSource
from influence.contract.details.spheres import Heard, ListenedTo, Sources
from influence.contract.details.stage import Digital, Stage
from influence.contract.details.tags import Carried, Tags
from influence.contract.details.tone import Toned, ToneOf
from influence.contract.details.trend import (
    AgainstBefore,
    ConversationMove,
    LevelBreak,
    SphereMove,
    TrendBreaks,
    TrendSlope,
)
from influence.contract.details.voice import Lead, ShareOfVoice, TopicLead, TopicShare
from influence.contract.findings import Finding

SPHERES = ("company", "customer", "partner")
TOPIC = "ferry, harbour, tide"


def measured(reach_4: float) -> list[Finding]:
    """Return findings of every family for a report whose headline is `reach_4`."""
    return [
        *_exchange(),
        *_spheres(),
        *_voice(),
        *_motion(),
        *_chance(reach_4),
        *_advice(),
        *_movement(reach_4),
        *_many(),
        *_standing(),
    ]


LISTENED_TO = (
    ListenedTo("p3", "", "customer", 14),
    ListenedTo("x9", "Ingrid Abara-Castillo", "company", 9),
    ListenedTo("p5", "", "partner", 4),
)
UNSAID = {"spam": 40, "automatic": 8, "draft": 3}


def _campaigns() -> tuple[Campaign, ...]:
    return (
        Campaign(1124, 1124, "2026-03-05T08:00:00+01:00", "2026-03-17T20:00:00+01:00", texts=1),
        Campaign(60, 60, "2026-04-30T08:00:00+01:00", "2026-05-02T20:00:00+01:00"),
    )


_INTRODUCTIONS = Introductions(
    rows=(
        Chain(
            "o9", "Cem Buyer", "customer", "Harbour Insurance", 0.31,
            (
                Hop("p2", "A. Lind", 9, 7, 0.74, 1.0, "2026-03-04", "2026-04-02", ("a0.0",)),
                Hop("o9", "Cem Buyer", 4, 3, 0.42, 0.98, "2026-02-11", None, ("q8",)),
            ),
        ),
        Chain(
            "o8", "Dora Pace", "partner", None, 0.04,
            (
                Hop("p2", "A. Lind", 9, 7, 0.74, 1.0, None, None),
                Hop("p4", "Bo Ek", 0, 0, 0.3, 0.9, None, None),
                Hop("o8", "Dora Pace", 1, 0, 0.2, 0.9, None, None),
            ),
        ),
    ),
    spheres={"customer": Within(40, 10), "partner": Within(9, 4)},
    skill=False,
    words="too little to say: of 9 people outside to whom a chain led by two thirds of the window, 2 were reached in "
    "the last third; at least 5 who were and 5 who were not are needed to test such an order",
)  # fmt: skip


def _exchange() -> list[Finding]:
    waiting = (
        Wait("a0.0", person="p2", name="", sphere="company", way="in_reply", days=31.2),
        Wait("q1", person="x1", name="Juno Abara", sphere="customer", way="addressed", days=9.0),
    )
    worth = Worth(
        "q1", "q2", "3f9a1c", "x1", "Juno Abara", "customer", "addressed", 9.0, 2, 14, met=False, worth=9.2
    )
    brand = PersonAgainstBrand(
        verdict="the person draws more",
        spheres={"customer": SphereSides(2.0, 0.5, 4.0, (0.8, 9.0), "cannot be told apart")},
    )
    return [
        Finding(
            "two_way_share",
            0.37,
            "share",
            0.36,
            0.38,
            (0.33, 0.41),
            detail=TwoWayShare(both_ways=12, people=33),
        ),
        Finding("pull", 0.47, "share", interval=(0.44, 0.5), detail=Pull(inbound=90, unprompted=42, bulk=3)),
        Finding(
            "response_rate", 0.31, "share", interval=(0.28, 0.34), detail=ResponseRate(asked=90, answered=28)
        ),
        Finding("response_time", 4.2, "hours", interval=(3.0, 6.1), detail=ResponseTime(within_a_day=0.28)),
        Finding("help", 9.0, "times", detail=Help(asked=90, answered=28, taken_up=9)),
        Finding(
            "help_outcome",
            18.0,
            "percentage points",
            interval=(4.0, 31.0),
            detail=HelpOutcome(
                150, 110, 60, 42, 50, 25, 8, 2, 20.0, (2.0, 36.0), True, words=(("paused", 8),)
            ),
        ),
        Finding("mass_mail", 1184.0, "letters", detail=MassMail(_campaigns(), senders=1184, answered=3)),
        Finding("unsaid", 51.0, "items", detail=Unsaid(UNSAID, UNSAID | {"spam": 90})),
        Finding("introductions", 14.0, "people", detail=_INTRODUCTIONS),
        Finding(
            "waiting_on_leader",
            2.0,
            "conversations",
            detail=WaitingOnLeader(
                median_days=20.1, list=waiting, still=1, worth=(worth,), done=0, snoozed=0
            ),
        ),
        Finding(
            "carry_on", 0.81, "share", interval=(0.73, 0.87), detail=CarryOn(130, judged=114, carried_on=92)
        ),
        Finding(
            "only_leader_answers",
            0.39,
            "share",
            interval=(0.3, 0.5),
            detail=OnlyLeaderAnswers(31, only_leader=12, asked_alone=7),
        ),
        Finding(
            "centralisation",
            0.98,
            "share of the largest possible",
            detail=Centralisation(56, without_leader=0.26),
        ),
        Finding(
            "person_against_brand",
            3.1,
            "times the brand's responses per item",
            interval=(2.2, 4.4),
            detail=brand,
        ),
    ]


def _spheres() -> list[Finding]:
    heard = {sphere: Heard(4.0 - place, people=4) for place, sphere in enumerate(SPHERES)}
    before = {"customer": FirstContacts(met_later=("p3",), never_met=("p9", "p4"), unknown=())}
    return [
        Finding("sphere_breadth", 4.3, "spheres", interval=(4.1, 4.5)),
        Finding("sources", 9.0, "people", 8.0, 10.0, detail=Sources(heard, ("p2", "p3"), LISTENED_TO)),
        Finding("balance", 0.94, "share"),
        Finding(
            "before_contact",
            3.0,
            "people",
            3.0,
            4.0,
            detail=BeforeContact(before, days_ahead=83.0, customers=3),
        ),
    ]


_TAGS = Tags(
    tags=(
        Carried("ferry", 12, 40, 25, 16.0, 14.0, 17.0, (3, 9, 0, 21), voices=4),
        Carried("harbour", 3, 0, 0, 0.0, 0.0, 0.0, (0, 0, 0, 0), voices=0),
    ),
    of=2,
    topics=(Carried("clean water", 20, 31, 19, 12.0, 10.0, 13.0),),
    first_week="2026-01-05",
    unread=("clean water",),
)


def _voice() -> list[Finding]:
    terms = tuple(TOPIC.split(", "))
    share = TopicShare(TOPIC, terms, 0.2, interval=(0.1, 0.3), to_leader=8, to_all=40)
    taken = TopicLead(TOPIC, takers=9, new=6, shuffled=2.5, p=0.004, q=0.008)
    return [
        Finding(
            "share_of_voice", 0.2, "share of responses", interval=(0.1, 0.3), detail=ShareOfVoice((share,))
        ),
        Finding("lead", 6.0, "people", detail=Lead(shuffled=2.5, p=0.004, topics=(taken,))),
        Finding("tags", 21.0, "people", 18.0, 22.0, detail=_TAGS),
    ]


def _motion() -> list[Finding]:
    shape = Shape(44, answered=33, mean=12.4, largest=62.0)
    return [
        Finding("cascade_size", 9.0, "items", interval=(8.0, 9.0), detail=shape),
        Finding("cascade_depth", 2.0, "hands", interval=(2.0, 2.0), detail=shape),
        Finding("reproduction", 0.42, "new people per person reached", interval=(0.38, 0.46)),
        Finding("social_h", 5.0, "people and conversations", detail=SocialH(people=47, returning=20)),
    ]


def _chance(reach_4: float) -> list[Finding]:
    other = {
        "with_bots": Alternative(reach_4 + 1, 1 / reach_4, left_out=1, people=("b1",)),
        "without_largest_alter": Alternative(reach_4 - 2, -2 / reach_4, left_out=1, people=("p2",)),
        "first_hand": Alternative(reach_4 / 2, -0.5, left_out=20, people=()),
    }
    missing = UnseenSource("mail.mbox", 4, missing=("2026-01",), set_aside=0, would_add=1.0)
    unseen = Unseen(reach_4, 20.7, not_seen_interval=(15.2, 28.3), coverage=0.89, sources=(missing,))
    return [
        Finding(
            "influence_test",
            0.44,
            "exponent",
            interval=(0.22, 0.67),
            detail=InfluenceTest(
                783, threads=40, threads_of=44, people=56, p=0.001, by_chance=(-0.2, 0.0, 0.2)
            ),
        ),
        Finding("robustness", 0.5, "share", detail=Robustness(reach_4, other)),
        Finding("unseen", reach_4 + 1, "people", reach_4, reach_4 + 28, detail=unseen),
        Finding("position_by_chance", None, "p-value", reason="there are too many ties to draw again"),
    ]


def _advice() -> list[Finding]:
    rows = (
        _row("person", "p2", 0.36, ("a1.0", "k7"), "answered 2 of your 9 exchanges within 14 days"),
        replace(_row("person", "x2", 0.3, ("k8",), "not reached yet"), name="Ilse Fontaine"),
        _row("sphere", "customer", 0.4, (), "of 9 exchanges with people of this sphere 4 were answered"),
        _row("conversation", "c1", 1.8, ("k9",), "26 people who had not responded wrote there"),
    )
    tried = (
        "conversations in which people not reached wrote lately brought more, before the last third of the record and "
        "in it; of 7 habits tried over all leaders here, none held before the last third of the record and in it"
    )
    tested = (
        "on the last third of the window the ranking did better than chance and better than going to those who "
        "responded most before: of two people it put the better one first in 72 % of cases (61 to 83 %)"
    )
    return [
        Finding("advice", 2.4, "people", detail=Advice(rows, tested, tried)),
        Finding(
            "advice_backtest",
            0.72,
            "AUC",
            interval=(0.6, 0.84),
            detail=AdviceBacktest(60, brought=21, skill=True, words=tested),
        ),
        *_next(tested),
        Finding(
            "step_up",
            1.1,
            "people a conversation",
            interval=(0.3, 2.0),
            detail=StepUp(44, came_back=30, compared=25, with_=1.8, without=0.7),
        ),
    ]


def _next(tested: str) -> list[Finding]:
    rows = (
        Likely("reach-0a1b2c", "x5", "Ottilie Brandvold", "customer", 0.41, 0.9, _WHY_NEXT, ("k10",)),
        Likely("reach-3d4e5f", "x6", "Per Asgeirsson", "partner", 0.2, 1.0, "last seen 3 days ago", ("k7",)),
    )
    return [
        Finding("next_to_respond", 0.57, "people", detail=NextToRespond(rows, 320, 122.0, here=True)),
        Finding(
            "next_to_respond_tested",
            0.79,
            "AUC",
            interval=(0.77, 0.81),
            detail=NextTested(True, tested, 55, 0.02, (0.01, 0.04), 0.02, (0.01, 0.03), 0.13),
        ),
        Finding("answer_minutes", 12.0, "minutes"),
    ]


_WHY_NEXT = "answered Ottilie Brandvold and Bo Ek, who both answer the leader; last seen 3 days ago"


def _row(kind: str, who: str, gain: float, evidence: tuple[str, ...], reason: str) -> Advised:
    return Advised(kind, who, "", gain, (gain - 0.1, gain + 0.1), reason, evidence)


def _against_before(reach_4: float) -> Finding:
    told = AgainstBefore(
        since="2026-01-01T00:00:00+00:00",
        until="2026-07-01T00:00:00+00:00",
        before_since="2025-07-01T00:00:00+00:00",
        before_until="2026-01-01T00:00:00+00:00",
        was=reach_4 * 0.75,
        now=reach_4,
        halves=False,
        apart=True,
        came=13,
        stayed=14,
        stayed_away=6,
        by_sphere=(
            SphereMove("customer", 2.0, 7.0, 6.0, 1.0, 2.0),
            SphereMove("public", 4.0, 2.0, 0.5, 0.0, 2.5),
        ),
        covered=1.0,
        before_covered=0.94,
        record_since="2024-10-07",
        came_back=4,
        new=reach_4 * 0.3,
        returned=reach_4 * 0.1,
        lapsed=reach_4 * 0.15,
        anew=0.0,
        brought=(
            ConversationMove(
                "2026-03-02T09:00:00+00:00", "p0", "Mara Lindqvist", "harbour", 6, 5.4, ("a1.0",)
            ),
        ),
        lost=(ConversationMove("2025-11-03T09:00:00+00:00", "p4", "Ivo Quiet", None, 3, 2.7, ("b7",)),),
    )
    return Finding(
        "against_before", reach_4 * 0.25, "people more than before", interval=(1.2, 12.9), detail=told
    )


def _movement(reach_4: float) -> list[Finding]:
    marked = LevelBreak("2026-04", before=6.0, after=9.0, p=0.02, sources=("mail.mbox",))
    return [
        Finding(
            "trend_slope",
            1.6,
            "people more in each month",
            1.2,
            1.9,
            (-4.4, 8.3),
            detail=TrendSlope(6, left_out=(), p=0.7, direction="none to be told"),
        ),
        Finding("trend_breaks", 1.0, "changes of level", detail=TrendBreaks((marked,))),
        Finding(
            "weekly_slope",
            0.4,
            "people more in each week",
            0.3,
            0.5,
            (0.1, 0.7),
            detail=TrendSlope(None, left_out=(), p=0.03, direction="rising", weeks=25),
        ),
        Finding(
            "weekly_breaks", 1.0, "changes of level", detail=TrendBreaks((replace(marked, month="2026-W14"),))
        ),
        _against_before(reach_4),
    ]


def _many() -> list[Finding]:
    return [
        Finding(
            "second_generation_leaders",
            5.0,
            "people",
            4.0,
            6.0,
            detail=SecondGenerationLeaders(9, people=("p3",)),
        ),
        Finding("gini", 0.55, "index", 0.54, 0.72, (0.53, 0.57), detail=Spread(150)),
    ]


_VOICES = (
    Voice("lead", "Mara Lindqvist", 40, 80, 30, 2.0, 30.0, 26.0, 31.0),
    Voice("v1", "Rival & Co", 50, 40, 20, 0.8, 18.0, 2.0, 20.0, 2.5, (1.6, 3.9), "the leader draws more"),
    Voice("v2", "Ivo Quiet", 2, 1, 1, 0.5, 1.0, 0.0, 1.0, verdict="too little to say"),
)


_TONE = ToneOf(
    storm=False,
    people=40,
    told=32,
    by_words=12,
    classes={
        "welcomed": Toned(26, 70, 20.5),
        "neutral": Toned(2, 4, 1.5),
        "hostile": Toned(4, 9, 3.0),
        "unknown": Toned(8, 11, 5.0),
    },
)


def _standing() -> list[Finding]:
    spheres = {"company": Digital(6.0, 40.0), "customer": Digital(4.5, 18.0), "unknown": Digital(0.0, 9.0)}
    touched = {"customer": Touched(12, ("p3", "p5"), 2, 63.0), "partner": Touched(4, ("p7",), 0)}
    between = (Between("Finance", "Research", 4, 18.5), Between("Research", "Research", 60, 31.0))
    return [
        Finding(
            "stage", 0.3, "share", 0.26, 0.31, (0.22, 0.4), detail=Stage(40.0, 20.0, 10.0, 30.0, spheres)
        ),
        Finding("persistence", 0.75, "share", 0.7, 0.75, detail=Persistence(20, 15, 9, 3, 8)),
        Finding("tone", 0.125, "share", 0.1, 0.3, (0.04, 0.3), detail=_TONE),
        Finding("first_touch", 3.0, "people", 3.0, 5.0, detail=FirstTouch(touched, 63.0, 2, 1)),
        Finding(
            "audience_share",
            0.25,
            "share",
            0.2,
            0.4,
            (0.15, 0.36),
            detail=AudienceShare(
                (
                    Audience("launch", 40, 8, 2, 10, 0.25, (0.15, 0.36), 1.0, 2.5, 6.5, 6.0, 7.0, 1),
                    Audience("press", None, None, None, reason="the audience names nobody"),
                )
            ),
        ),
        Finding(
            "employees_against_brand",
            2.2,
            "times the brand's responses per item",
            interval=(1.3, 3.6),
            detail=EmployeesAgainstBrand("the first draws more", 14, None, None, None),
        ),
        Finding("among_voices", 0.6, "share of responses", interval=(0.5, 0.7), detail=AmongVoices(_VOICES)),
        Finding(
            "team_beyond",
            0.58,
            "share",
            0.5,
            0.58,
            (0.3, 0.8),
            detail=TeamBeyond(
                12, 7, 0.1, 0.2, 4, 0.5, (-0.5, -0.02), True, True, None, typical=2, peers_typical=3
            ),
        ),
        Finding(
            "team_follows",
            0.4,
            "share",
            interval=(0.3, 0.5),
            detail=TeamFollows(
                12,
                (Followed("slack", 90, 12, 5, 4, 1, 0.8, late=True, peers=0.7, behind=True),),
                0.8,
                True,
                4,
                0.7,
                (-0.5, -0.1),
                True,
                True,
            ),
        ),
        Finding(
            "walls",
            -0.5,
            "index",
            detail=Walls(60, 400, (0.3, 0.35, 0.4), 0.002, -0.6, -0.4, -0.6, 6, 2, between),
        ),
    ]
