"""Who has met whom, and how sure."""

import pytest

from tests.kit.logs import weekly

ANN, BO = "email:ann@acme.example", "email:bo@acme.example"
POST = {"id": "1", "time": "2026-03-01T09:00:00Z", "actor": ANN, "verb": "post"}
REPLY = {"id": "2", "time": "2026-03-02T09:00:00Z", "actor": BO, "verb": "reply", "parent": "1"}
TALK = [POST, REPLY]
KEPT = weekly(ANN, "email:dan@acme.example", "2026-03-02T00:00:00")
"""A calendar kept for the whole year before the first response."""


def meeting(**more):
    row = {"time": "2026-02-01T09:00:00Z", "people": [ANN, BO], "kind": "in_person", "evidence": "calendar"}
    return row | more


def found(made, name):
    return made.report(ANN, measures=[name]).findings[name]


def m(made, leader=ANN, person=BO):
    return next(
        (one.m, one.known, one.step)
        for one in made.report(leader, measures=["reach_4"]).people
        if one.person == person
    )


@pytest.mark.parametrize(
    ("encounters", "expected"),
    [
        ([meeting()], 0.95),
        ([meeting(attendees=16)], 0.475),
        ([meeting(people=[ANN, BO, *(f"email:{n}@acme.example" for n in range(14))])], 0.475),
        ([meeting(kind="unknown")], 0.4),
        ([meeting(kind="online")], 0.0),
        ([meeting(evidence="message", kind="unknown")], 0.6),
        ([meeting(evidence="contact", kind="unknown", time=None)], 0.3),
        ([meeting(kind="unknown"), meeting(kind="unknown", time="2026-02-02T09:00:00Z")], 0.4),
        ([meeting(kind="unknown"), meeting(kind="unknown", attendees=16)], 0.4),
        ([meeting(), meeting(kind="unknown")], 1 - 0.05 * 0.6),
        ([meeting(), meeting(time="2026-02-02T09:00:00Z")], 1 - 0.05**2),
        ([meeting(time="2026-03-02T09:00:01Z")], 0.0),  # a second after the first response
        ([meeting(time="2026-03-02T09:00:00Z")], 0.95),
        ([meeting(evidence="declared", time="2026-05-01T00:00:00Z")], 1.0),
        ([meeting(), meeting(evidence="declared", kind="never", time="2026-05-01T00:00:00Z")], 0.0),
        (
            [
                meeting(evidence="declared", kind="never", time="2026-05-01T00:00:00Z"),
                meeting(evidence="declared", time="2026-06-01T00:00:00Z"),
            ],
            1.0,
        ),
    ],
)
def test_strengths(workspace, encounters, expected):
    value, known, step = m(workspace(activities=TALK, encounters=[*encounters, *KEPT]))
    assert expected == pytest.approx(value)
    assert known
    assert step == (3 if expected >= 0.5 else 4)


def test_nothing_known_is_unknown_not_unmet(workspace):
    assert (0.1, False, 4) == m(workspace(activities=TALK))


def test_of_whom_no_calendar_covers_a_meeting_nobody_recorded_is_supposed_beside_the_evidence(workspace):
    assert (1 - 0.9 * 0.05, True, 3) == pytest.approx(m(workspace(activities=TALK, encounters=[meeting()])))
    weak = [meeting(kind="unknown"), meeting(evidence="contact", kind="unknown", time=None)]
    assert (1 - 0.9 * 0.6 * 0.7, False, 4) == pytest.approx(m(workspace(activities=TALK, encounters=weak)))


def test_a_calendar_kept_for_a_year_covers_who_is_not_in_it(workspace):
    assert (0.0, True, 4) == m(workspace(activities=TALK, encounters=KEPT))


def test_one_entry_covers_nobody(workspace):
    made = workspace(activities=TALK, encounters=[meeting(people=[ANN, "email:cia@acme.example"])])
    assert (0.1, False, 4) == m(made)


def test_an_entry_a_year_after_the_first_response_says_nothing(workspace):
    late = meeting(time="2027-03-02T09:00:00Z")
    report = workspace(activities=TALK, encounters=[late]).report(ANN, measures=["reach_4", "crossings"])
    assert [(0.1, False)] == [(one.m, one.known) for one in report.people]
    assert 0.0 == report.findings["crossings"].value


@pytest.mark.parametrize(
    ("weeks", "months", "known"),
    [(52, 12, True), (30, 6, True), (22, 5, False), (3, 0, False), (5, 1, False)],
)
def test_known_is_who_would_stand_in_the_calendar_of_half_of_the_months_before(
    workspace, weeks, months, known
):
    """m = π (1 − q) / (1 − π q), q being the share of months, since nobody here was met more often than once."""
    made = workspace(activities=TALK, encounters=KEPT[:weeks])
    share = months / 12
    chance = 1 / (10 + share)  # learned from Bo, of whom the months kept tell nothing
    assert (chance * (1 - share) / (1 - chance * share), known, 4) == pytest.approx(m(made))


def test_a_calendar_of_other_accounts_does_not_cover(workspace):
    assert (0.1, False, 4) == m(
        workspace(activities=TALK, encounters=weekly(ANN, "x:cia", "2026-03-02T00:00:00"))
    )


def test_a_register_covers_whom_it_names_whatever_its_dates(workspace):
    survey = [meeting(people=["email:cia@acme.example", other], time=None) for other in (ANN, BO)]
    made = workspace(settings='[met]\nregisters = ["encounters.jsonl"]\n', activities=TALK, encounters=survey)
    assert (0.0, True, 4) == m(made)


def test_a_published_network_of_meetings_covers_everybody_whom_it_names(workspace):
    ties = [
        {"source": ANN, "target": "email:cia@acme.example", "meaning": "met"},
        {"source": "email:cia@acme.example", "target": BO, "meaning": "met"},
    ]
    assert (0.0, True, 4) == m(workspace(activities=TALK, ties=ties))


def test_a_calendar_in_plain_words_covers_only_whom_it_names(workspace):
    people = [
        {"person": None, "accounts": [BO], "name": "Bo Ek"},
        {"person": None, "accounts": ["email:cia@acme.example"], "name": "Cia Lind"},
    ]
    other = meeting(people=["email:dan@acme.example", "name:bo ek"])
    mine = meeting(people=[ANN, "name:cia lind"])
    assert (0.1, False, 4) == m(workspace(activities=TALK, people=people, encounters=[mine, other]))


def test_same_manager_and_site_is_evidence_without_a_date(workspace):
    people = [
        {"person": "ann", "accounts": [ANN], "manager": "eva", "site": "Oslo"},
        {"person": "bo", "accounts": [BO], "manager": "eva", "site": "Oslo"},
    ]
    assert (1 - 0.9 * 0.1, True, 3) == pytest.approx(
        m(workspace(activities=TALK, people=people), "ann", "bo")
    )


def test_the_prior_is_a_setting(workspace):
    made = workspace(settings="[met]\nprior = 0.3\n", activities=TALK)
    assert 0.3 == pytest.approx(m(made)[0])
    assert (0.0, 1.0) == (found(made, "reach_4").low, found(made, "reach_4").high)


@pytest.mark.parametrize("prior", [0, 1])
def test_a_prior_that_leaves_no_doubt_still_gives_a_range(workspace, prior):
    """A calendar kept for half of the year before tells that nobody met; π is 0, or little below 1."""
    made = workspace(settings=f"[met]\nprior = {prior}\n", activities=TALK, encounters=KEPT[:30])
    told = found(made, "reach_4")
    assert (1 - prior, 1) == (told.detail.least, told.detail.most)


def test_first_response_before_first_meeting_is_a_crossing(workspace):
    made = workspace(activities=TALK, encounters=[*KEPT, meeting(time="2026-04-01T09:00:00Z")])
    told = found(made, "crossings")
    assert 1.0 == told.value
    assert (BO,) == told.detail.digital_first


def test_who_was_met_and_went_on_digitally_is_listed(workspace):
    made = workspace(activities=TALK, encounters=[meeting()])
    assert (BO,) == found(made, "crossings").detail.met_then_digital


def test_a_network_without_times_gives_reach_and_says_what_it_cannot(workspace):
    ties = [
        {"source": "n:1", "target": "n:2", "meaning": "influence"},
        {"source": "n:3", "target": "n:1", "meaning": "influence", "directed": False},
        {"source": "n:1", "target": "n:2", "meaning": "met", "directed": False},
    ]
    found = workspace(ties=ties).report(
        "n:1", measures=["reach_4", "reach_3", "possible_reach", "passed_on", "crossings"]
    )
    assert {"n:2": 3, "n:3": 4} == {one.person: one.step for one in found.people}
    assert (1.0, 1.0) == (found.findings["reach_3"].value, found.findings["reach_4"].value)
    for name in ("possible_reach", "passed_on", "crossings"):
        assert found.findings[name].value is None
        assert "no times" in found.findings[name].reason
    assert found.findings["reach_4"].interval is None


CALENDAR = f"""BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//test//EN
BEGIN:VEVENT
UID:1@acme.example
DTSTAMP:20260101T000000Z
DTSTART:20260201T090000Z
DTEND:20260201T100000Z
SUMMARY:Review
LOCATION:Room Birch\\, Oslo
ORGANIZER:mailto:{ANN.removeprefix("email:")}
ATTENDEE;PARTSTAT=ACCEPTED:mailto:{ANN.removeprefix("email:")}
ATTENDEE;PARTSTAT=ACCEPTED:mailto:{BO.removeprefix("email:")}
END:VEVENT
END:VCALENDAR
"""
CARD = (
    "BEGIN:VCARD\nVERSION:4.0\nFN:Bo Ek\nN:Ek;Bo;;;\nEMAIL:bo@acme.example\nTEL:+47 22 33 44 55\nEND:VCARD\n"
)
CHART = "person,manager,email,site\n1,,eva@acme.example,Oslo\n2,1,ann@acme.example,Oslo\n3,1,bo@acme.example,Oslo\n"
REGISTER = (
    "time,people,kind,evidence,attendees,place\n"
    f"2026-02-01T09:00:00Z,{ANN};{BO},in_person,event,80,Town hall\n"
)
SAID = f"id,time,actor,verb,to,text\n0,2026-02-01T09:00:00Z,{BO},message,{ANN},Great to meet you yesterday!\n"
DECLARED = f"people,kind,evidence\n{ANN};{BO},in_person,declared\n"


@pytest.mark.parametrize(
    ("name", "content", "options", "expected"),
    [
        ("calendar.ics", CALENDAR.replace("\n", "\r\n"), {}, 1 - 0.9 * 0.05),
        ("cards.vcf", CARD.replace("\n", "\r\n"), {"owner": "ann@acme.example"}, 1 - 0.9 * 0.7),
        ("chart.csv", CHART, {}, 1 - 0.9 * 0.1),
        ("register.csv", REGISTER, {}, 1 - 0.9 * 0.905),
        ("messages.csv", SAID, {}, 1 - 0.9 * 0.4),
        ("declared.csv", DECLARED, {}, 1.0),
    ],
)
def test_every_kind_of_evidence_comes_in_from_a_file(workspace, tmp_path, name, content, options, expected):
    made = workspace(activities=TALK)
    file = tmp_path / name
    file.write_text(content, encoding="utf-8", newline="")
    made.import_path(file, options=options)
    everybody = made.analysis.people
    leader, person = (everybody.who[everybody.find(account)].person for account in (ANN, BO))
    assert (expected, expected >= 0.5) == pytest.approx(m(made, leader, person)[:2])
