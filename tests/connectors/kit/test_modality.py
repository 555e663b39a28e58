"""How people met: stated kinds, links, services, words of distance, places, and what says nothing."""

from __future__ import annotations

import csv
import unicodedata

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from connectors.kit.modality.links import has_join_link
from connectors.kit.modality.telling import (
    LONGEST_TEXT,
    BookedRooms,
    Told,
    kind_of,
    place_of,
    says_nothing,
    stated_kind,
    told_by,
)
from influence.contract.records import Modality
from tests.kit.places import ROOT

with (ROOT / "benchmarks/modality_phrases.csv").open(encoding="utf-8", newline="") as stream:
    PHRASES = [(row["phrase"], Modality(row["label"])) for row in csv.DictReader(stream)]
LINK = "https://teams.microsoft.com/l/meetup-join/19"


def told(*locations: str) -> Modality:
    return kind_of(Told(locations))


@pytest.mark.parametrize(("phrase", "kind"), PHRASES)
def test_what_calendars_write_as_a_place_tells_how_people_met_in_every_language(
    phrase: str, kind: Modality
) -> None:
    assert kind == told(phrase)
    assert kind == told(phrase.upper() if "http" not in phrase else phrase)
    assert (kind is Modality.IN_PERSON) == (place_of((phrase,)) is not None)


@pytest.mark.parametrize(
    "place",
    [
        *("virtual power plant, Boardroom", "teams of two, Boardroom", "Bridge Street 4", "Callaghan's pub"),
        *("Sala Zoomarine 3", "Distance Road 12", "St. Olavs gate 12 B", "12, rue de la Paix", "via Roma 3"),
        *(
            "Reading, UK",
            "Reading Town Hall",
            "Acme HQ",
            "EB 3125",
            "EB 5C2",
            "HQ-3-Fjord (8)",
            "OSL-4-Birk (12)",
        ),
        *("Office of the Chairman", "oslo", "Radisson Blu, København", "Brüssel", "Praha", "Clarion Bergen"),
    ],
)
def test_a_place_is_in_person_though_words_of_distance_are_parts_of_its_words(place: str) -> None:
    assert Modality.IN_PERSON == told(place)


@pytest.mark.parametrize(
    "text",
    [
        *(
            "small remote communities",
            "call on Bo",
            "Bo Ek",
            "Jordan",
            "Florence",
            "Nice",
            "Reading",
        ),
        *("Kat", "Daring Bakery", "Phong Nguyen", "Владимир Петров", "Милан", "София", "Павел"),
        *("Project Phoenix", "Acme", "see invite", "Q3", "COVID 19", "EB", "To be announced"),
    ],
)
def test_what_is_neither_a_place_nor_distance_is_unknown(text: str) -> None:
    assert Modality.UNKNOWN == told(text)


@pytest.mark.parametrize(
    "text",
    [
        *("", "/", "-", "–", ".", "?", "n/a", "N/A", "tbd", "TBC", "none", "...", " ", "--", "TBA!"),
        *(
            "folgt",
            "wird noch bekannt gegeben",
            "à définir",
            "por definir",
            "da definire",
            "n.v.t.",
            "a definir",
        ),
        *("do ustalenia", "未定", "avtales", "bestäms senare", "ei määritelty", "bude upřesněno", "Home"),
    ],
)
def test_what_says_nothing_is_no_place(text: str) -> None:
    assert says_nothing(text)
    assert (None, Modality.UNKNOWN) == (place_of((text,)), told(text))


@pytest.mark.parametrize(
    ("location", "kind"),
    [
        ("Oslo + Teams", Modality.UNKNOWN),
        ("Oslo / online", Modality.UNKNOWN),
        ("Brussels and Webex", Modality.UNKNOWN),
        ("Oslo, Teams", Modality.UNKNOWN),
        ("Room 4; Microsoft Teams Meeting", Modality.UNKNOWN),
        ("Zoom Room 4", Modality.UNKNOWN),
        ("Hybrid", Modality.UNKNOWN),
        ("Virtual (Berlin, DE)", Modality.ONLINE),
        ("Online - Brussels", Modality.ONLINE),
        ("Brussels, online", Modality.ONLINE),
        ("Virtual (Oslo; Bergen)", Modality.ONLINE),
        ("Teams Oslo", Modality.ONLINE),
    ],
)
def test_distance_and_a_place_are_both_unless_the_town_says_whose_meeting_it_is(
    location: str, kind: Modality
) -> None:
    assert kind == told(location)


@pytest.mark.parametrize("place", ["Storgata 1", "Room 4", "Oslo", "Hotel Central"])
def test_a_link_beside_a_place_is_unknown_and_beside_any_other_text_online(place: str) -> None:
    assert Modality.UNKNOWN == kind_of(Told((place,), text=LINK))
    assert Modality.ONLINE == kind_of(Told(("Acme plan",), text=LINK))


JOINED = [
    *("https://meet.goto.com/1", "https://v.ringcentral.com/join/1", "https://app.slack.com/huddle/T1/C1"),
    *(
        "https://8x8.vc/a/b",
        "https://meet.lync.com/a/b/C",
        "https://join.skype.com/a",
        "https://a.zoomgov.com/j/1",
    ),
    *(
        "https://vc.feishu.cn/j/1",
        "https://meeting.tencent.com/dm/a",
        "https://meet.zoho.eu/a",
        "https://discord.gg/a",
    ),
    *("https://kmeet.infomaniak.com/a", "https://riverside.fm/studio/a", "https://app.gather.town/app/a"),
    *("https://video.ibm.com/a", "https://us06web.zoom.us/j/1?pwd=a", "https://acme.zoom.us/my/ann", LINK),
    *(
        "https://teams.live.com/meet/9",
        "https://teams.microsoft.com/meet/1?p=a",
        "https://meet.google.com/abc-defg-hij",
    ),
    *(
        "https://acme.webex.com/meet/ann",
        "https://acme.webex.com/acme/j.php?MTID=m1",
        "https://meet.jit.si/a",
    ),
    *(
        "https://facetime.apple.com/join#v=1",
        "https://app.livestorm.co/p/1",
        "https://event.on24.com/a",
        "tel:+4722",
    ),
    *(
        "https://pexip.acme.example/webapp/#/?conference=1",
        "https://call.acme.example/webapp3/m/1",
        "zoommtg://zoom.us/join",
    ),
    *(
        "https://bbb.acme.example/b/ann-x",
        "https://acme.example/rooms/abc-def-ghi-jkl/join",
        "meet.acme.example/a-b",
    ),
    *("https://cloud.acme.example/call/ab12cd34", "https://jitsi.acme.example/Plan", "us02web.zoom.us/j/123"),
    "https://eur01.safelinks.protection.outlook.com/?url=https%3A%2F%2Fteams.microsoft.com%2Fl%2Fmeetup-join%2F1",
]
NOT_JOINED = [
    *(
        "https://docs.google.com/document/d/1",
        "https://maps.app.goo.gl/a",
        "https://www.google.com/maps/place/Oslo",
    ),
    *(
        "https://acme.sharepoint.com/sites/plan",
        "https://zoom.us/pricing",
        "https://support.zoom.us/hc/a",
        "ann@meet.acme.example",
    ),
    *(
        "https://teams.microsoft.com/l/channel/19",
        "https://teams.microsoft.com/l/file/1",
        "https://help.webex.com/a",
    ),
    *(
        "https://calendly.com/ann/30min",
        "https://www.meetup.com/a/events/1",
        "https://acme.example/meet-the-team",
    ),
    *(
        "https://miro.com/app/board/1",
        "https://meetings.hubspot.com/ann",
        "https://www.bbb.org/a",
        "acme.example",
    ),
]


@pytest.mark.parametrize("link", JOINED)
def test_a_link_by_which_a_meeting_is_joined_makes_it_online_wherever_it_stands(link: str) -> None:
    assert has_join_link(f"Join: {link}")
    for entry in (Told((link,)), Told(title=link), Told(text=f"Join here: {link}."), Told(links=(link,))):
        assert Modality.ONLINE == kind_of(entry)
    assert place_of((link,)) is None


@pytest.mark.parametrize("link", NOT_JOINED)
def test_a_link_to_a_document_or_a_map_joins_nothing(link: str) -> None:
    assert not has_join_link(link)
    assert Modality.IN_PERSON == kind_of(Told(("Room 4",), text=f"See {link}", links=(link,)))


STATED = {
    Modality.ONLINE: (
        *(
            "Videocall",
            "video conference",
            "Video Conference",
            "Teams",
            "MS Teams",
            "Zoom",
            "Videokonferenz",
            "phone",
        ),
        *(
            "réunion en ligne",
            "visioconférence",
            "Phone call",
            "Telefon",
            "llamada",
            "videochiamata",
            "op afstand",
        ),
        *(
            "zdalnie",
            "オンライン",
            "etäkokous",
            "digitalt møte",
            "virtual",
            "remote",
            "Webex meeting",
            "online",
        ),
    ),
    Modality.IN_PERSON: (
        *(
            "in person",
            "In-Person",
            "face-to-face",
            "F2F",
            "physical meeting",
            "fysisk",
            "fysiskt möte",
            "vor Ort",
        ),
        *(
            "Präsenz",
            "présentiel",
            "en personne",
            "in presenza",
            "op locatie",
            "presencial",
            "osobiście",
            "対面",
            "on site",
        ),
    ),
    Modality.UNKNOWN: ("hybrid", "Hybride", "híbrido", "ハイブリッド", "in person and online", "unknown"),
}


@pytest.mark.parametrize(
    ("value", "kind"), [(value, kind) for kind, values in STATED.items() for value in values]
)
def test_a_stated_kind_is_understood_in_any_language_and_counts_before_all_else(
    value: str, kind: Modality
) -> None:
    assert kind == stated_kind(value)
    assert kind == kind_of(
        Told(("Oslo, Room 4",), text=LINK, online=True, room=True, stated=stated_kind(value))
    )


@pytest.mark.parametrize("value", ["Steering group", "A", "not online", "42", "Bilateral", "Committee"])
def test_a_stated_kind_that_is_not_understood_is_none(value: str) -> None:
    assert stated_kind(value) is None


@pytest.mark.parametrize(
    ("title", "kind"),
    [
        ("Video conference: Plan", Modality.ONLINE),
        ("Video Conf Mtg w/Bo", Modality.ONLINE),
        ("Plan (Zoom)", Modality.ONLINE),
        ("Skype with Bo", Modality.ONLINE),
        ("Call: Bo", Modality.ONLINE),
        ("Call Bo Ek", Modality.ONLINE),
        ("Call on Bo Ek", Modality.UNKNOWN),
        ("Telefonat mit Bo", Modality.ONLINE),
        ("Analyst Visit", Modality.IN_PERSON),
        ("Déjeuner avec Bo", Modality.IN_PERSON),
        ("Online safety bill", Modality.UNKNOWN),
        ("Virtual power plant", Modality.UNKNOWN),
        ("Call options", Modality.UNKNOWN),
        ("EOL w/Piper, Richter & Webb", Modality.UNKNOWN),
        ("Video games: who pays", Modality.UNKNOWN),
        ("Remote communities", Modality.UNKNOWN),
    ],
)
def test_a_title_tells_by_the_form_of_a_meeting_and_not_by_its_subject(title: str, kind: Modality) -> None:
    assert kind == told_by(title)


def test_a_text_is_a_room_where_rooms_were_booked_for_several_entries_at_it() -> None:
    rooms = BookedRooms()
    place = ("Fjellheimen",)
    assert Modality.UNKNOWN == kind_of(Told(place), rooms)
    for _ in range(2):
        rooms.learn(Told(place, room=True))
    rooms.learn(Told(("Tåkeheimen",)))
    assert [Modality.IN_PERSON, Modality.UNKNOWN] == [
        kind_of(Told(p), rooms) for p in (place, ("Tåkeheimen",))
    ]
    assert Modality.UNKNOWN == kind_of(Told(place, text=LINK), rooms)


def test_rooms_that_were_booked_take_no_memory_without_bound() -> None:
    rooms = BookedRooms()
    for n in range(30_000):
        rooms.learn(Told((f"Place {n}",), room=True))
    assert len(rooms._seen) <= 10_000


TEXTS = st.one_of(st.text(max_size=200), st.sampled_from([phrase for phrase, _ in PHRASES]))


@settings(max_examples=300, deadline=None)
@given(TEXTS, TEXTS, TEXTS)
@example("İstanbul ﬁ ß ǅ", "\ud800", "\0" * 9)
def test_every_text_tells_something_and_neither_case_nor_form_of_letters_matters(
    place: str, title: str, text: str
) -> None:
    kind = kind_of(Told((place,), title, text))
    assert kind in set(Modality)
    for form in ("NFC", "NFD"):
        assert kind == kind_of(
            Told(*((unicodedata.normalize(form, place),), unicodedata.normalize(form, title), text))
        )


@settings(max_examples=300, deadline=None)
@given(TEXTS, TEXTS, st.booleans())
def test_a_link_never_makes_a_meeting_in_person(place: str, title: str, room: bool) -> None:
    before = kind_of(Told((place,), title, room=room))
    for linked in (Told((place,), title, text=LINK, room=room), Told((place, LINK), title, room=room)):
        after = kind_of(linked)
        assert after is not Modality.IN_PERSON
        assert not (before is Modality.ONLINE and after is not Modality.ONLINE)


@settings(max_examples=300, deadline=None)
@given(TEXTS, TEXTS, st.sampled_from(Modality), st.booleans(), st.booleans())
def test_a_stated_kind_always_wins(place: str, text: str, stated: Modality, online: bool, room: bool) -> None:
    assert stated == kind_of(Told((place,), text, text, (text,), online, room, stated))


HOSTILE = {
    "one letter": "a" * 1_000_000,
    "links": "https://a.b/" * 80_000,
    "brackets": "(;" * 500_000,
    "dots": "a." * 500_000,
    "numbers": "+1 " * 330_000,
    "words": "virtual meeting to be " * 45_000,
    "percent": "https://x/" + "%25" * 330_000,
    "marks": "e\u0301\u0302" * 330_000,
    "東": "東京会議室" * 200_000,
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_of_a_megabyte_of_anything_only_the_beginning_tells(text: str) -> None:
    short = text[:LONGEST_TEXT]
    assert kind_of(Told((short,), short, short, (short,))) == kind_of(Told((text,), text, text, (text,)))
    assert place_of((short,)) == place_of((text,))
    assert stated_kind(short) == stated_kind(text)
