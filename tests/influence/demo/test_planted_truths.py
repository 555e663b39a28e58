"""What was planted in the invented company comes out of its reports; when who did what is shuffled, it does not."""

from functools import cache
from pathlib import Path
from tempfile import mkdtemp

import pytest

from influence import Report, Workspace
from influence.contract.campaigned import Campaigned, Stated
from influence.contract.details.next_to_respond import NextToRespond
from influence.contract.headline import sentences, storm
from influence.contract.narrowing import Narrowing
from influence.demo import STATED, TRUTHS, write
from tests.influence.demo.shuffling import shuffled
from tests.kit.invented import company as invented

MEASURES = (
    *("four-steps", "exposure", "carry-on", "influence-test"),
    *("person-against-brand", "exchange", "movement", "stage", "persistence", "first-touch", "walls"),
    *("audience-share", "against-before", "tone", "tags", "among-voices", "employees-against-brand"),
)

BESIDES = {
    "contagious": ("advice",),
    "beyond": ("help-outcome", "introductions"),
    "broadcast": ("team-beyond", "team-follows"),
}
"""What is planted about one leader alone: that the forecast has skill, what became of customers, who opens a door, that
a team stays among itself and does not take up the wiki."""


def reports(*, mixed: bool) -> dict[str, Report]:
    return told(mixed=mixed)[0]


@cache
def place(*, mixed: bool) -> Path:
    """Where the company is, brought in."""
    company = invented()
    folder = Path(mkdtemp())
    files = write(shuffled(company, 7) if mixed else company, folder / "invented")
    Workspace.create(folder / "workspace").close()
    (folder / "workspace" / "influence.toml").write_text(
        f"[brand]\naccounts = {list(company.brand)}\n[voices]\naccounts = {list(company.voices)}\n"
        f"[audiences]\nlaunch = {list(company.audiences['launch'])}\n"
    )
    with Workspace(folder / "workspace") as workspace:
        for file in files:
            workspace.import_path(file)
    return folder / "workspace"


@cache
def told(*, mixed: bool) -> tuple[dict[str, Report], dict[str, Campaigned]]:
    """What is told of each leader, and of the planted campaign and of another subject in the same weeks."""
    with Workspace(place(mixed=mixed)) as workspace:
        found = {
            role: workspace.report(person, measures=[*MEASURES, *BESIDES.get(role, ())])
            for role, person in invented().leaders.items()
        }
        campaigns = {} if mixed else {tag: workspace.campaign(beside(tag)) for tag in ("delivery", "hiring")}
        return found, campaigns


def beside(tag: str) -> Stated:
    """The planted campaign, of its own tag or of another in its weeks."""
    return Stated(tag, Narrowing(tags=[tag]), STATED["since"], STATED["until"])


def outside(role: str, report: Report) -> list[str]:
    """The planted bounds that a report does not keep."""
    kept = []
    for measure, (low, high) in TRUTHS[role].bounds.items():
        value = report.findings[measure].value
        if value is None or not low <= value <= high:
            kept.append(measure)
    return kept


@pytest.mark.parametrize("role", TRUTHS)
def test_every_planted_truth_comes_out_of_the_report(role):
    assert [] == outside(role, reports(mixed=False)[role])


def test_what_she_leads_is_her_leading_tag_and_draws_hundreds_and_in_the_shuffle_it_does_not():
    led, mixed = (reports(mixed=mixed)["beyond"].findings["tags"].detail.tags for mixed in (False, True))
    second = max(one.people for one in led[1:])
    assert ("circular", True) == (led[0].name, led[0].people > 2 * second)
    low, _ = TRUTHS["beyond"].bounds["tags"]
    assert all(one.never_met < low for one in mixed)
    assert "circular" != mixed[0].name or mixed[0].people < 2 * max(one.people for one in mixed[1:])


@pytest.mark.parametrize("role", TRUTHS)
def test_no_planted_truth_survives_a_shuffle(role):
    assert outside(role, reports(mixed=True)[role])


@pytest.mark.parametrize("role", ["carried_on", "contagious"])
def test_that_people_take_up_what_their_contacts_did_cannot_be_chance_and_in_the_shuffle_it_can(role):
    planted, mixed = (reports(mixed=mixed)[role].findings["influence_test"] for mixed in (False, True))
    assert planted.detail.p < 0.01
    assert mixed.value is None or mixed.detail.p > 0.01


def test_what_moved_in_march_is_found_by_week_as_new_people_and_in_the_shuffle_it_is_not():
    planted, mixed = (reports(mixed=mixed)["contagious"].findings for mixed in (False, True))
    (week,) = (each.month for each in planted["weekly_breaks"].detail.breaks)
    assert "2026-W10" == week  # from 2 March on
    moved, chance = planted["against_before"].detail, mixed["against_before"].detail
    assert moved.apart
    assert moved.lapsed < 0.1 * moved.new
    assert chance.lapsed > 0.3 * chance.new
    assert week not in [each.month for each in mixed["weekly_breaks"].detail.breaks]


def test_of_her_list_most_respond_and_those_who_are_nowhere_are_counted_and_in_the_shuffle_fewer_do():
    (planted,), (mixed,) = (
        reports(mixed=mixed)["beyond"].findings["audience_share"].detail.audiences for mixed in (False, True)
    )
    assert (40, 12, 0) == (planted.people, planted.absent, planted.unclear)
    assert planted.reached >= 30
    assert mixed.absent >= 12
    assert mixed.share < planted.interval[0]


@pytest.mark.parametrize("role", ["near", "beyond"])
def test_where_people_only_are_alike_it_can_be_chance(role):
    assert reports(mixed=False)[role].findings["influence_test"].detail.p > 0.05


def test_the_storm_is_told_before_the_number_and_in_the_shuffle_there_is_none():
    planted, mixed = (reports(mixed=mixed)["broadcast"] for mixed in (False, True))
    assert storm(planted).startswith("This is a storm and no influence: of the ")
    assert storm(planted) in sentences(planted)
    assert storm(mixed) == ""
    assert not any(storm(report) for role, report in reports(mixed=False).items() if role != "broadcast")


def test_a_team_that_stays_among_itself_is_told_from_teams_like_it_and_in_the_shuffle_it_is_not():
    planted, mixed = (
        reports(mixed=mixed)["broadcast"].findings["team_beyond"].detail for mixed in (False, True)
    )
    assert (True, False) == (planted.apart, mixed.apart)
    assert planted.reaching < 0.4 * planted.team
    assert planted.typical < planted.peers_typical


def test_the_wiki_is_what_the_team_does_not_take_up_and_the_leader_may_be_why():
    """The shuffle leaves who writes in it at all, and deals out anew when."""
    planted, mixed = (
        {one.system: one for one in reports(mixed=mixed)["broadcast"].findings["team_follows"].detail.systems}
        for mixed in (False, True)
    )
    assert [("wiki", True)] == [(name, one.late) for name, one in planted.items() if one.behind]
    assert mixed["wiki"].place < 0.9 < planted["wiki"].place


def test_of_customers_the_brand_draws_more_than_employees_and_of_all_others_less_and_in_the_shuffle_alike():
    planted, mixed = (
        {
            sphere: employees / brand
            for sphere, (_, employees, brand) in told["employees_against_brand"].detail.spheres.items()
        }
        for told in (reports(mixed=mixed)["broadcast"].findings for mixed in (False, True))
    )
    assert planted.pop("customer") < 0.5
    assert min(planted.values()) > 1.5
    assert all(0.5 < ratio < 1.5 for ratio in mixed.values())


def test_the_brand_draws_less_than_one_leader_more_than_another_and_of_a_third_it_cannot_be_told():
    said = {
        role: one.findings["person_against_brand"].detail.verdict
        for role, one in reports(mixed=False).items()
    }
    assert "the person draws more" == said["beyond"]
    assert "the brand draws more" == said["broadcast"]
    assert "cannot be told apart" == said["near"]


def test_after_the_shuffle_the_brand_is_no_longer_what_no_leader_draws_as_much_as():
    drawn = [one.findings["person_against_brand"].value for one in reports(mixed=True).values()]
    assert all(0.5 < value < 1.3 for value in drawn)


def test_whom_the_contagious_leader_should_turn_to_is_foreseen_and_in_the_shuffle_it_is_not():
    planted, mixed = (
        reports(mixed=mixed)["contagious"].findings["advice_backtest"] for mixed in (False, True)
    )
    assert planted.detail.skill
    assert not mixed.detail.skill


def test_where_to_write_and_to_which_sphere_to_turn_does_not_hold_on_a_year_of_this_company_and_none_is_named():
    for mixed in (False, True):
        told = reports(mixed=mixed)["contagious"].findings["advice"].detail
        assert not {"conversation", "sphere"} & {row.kind for row in told.rows}
        where, sphere = told.tried.split("; ")[0], told.tried.rsplit("; of ", 1)[0]
        assert "conversations in which people not reached wrote lately" in where
        assert sphere.endswith(("so that none is named", "are needed"))


def test_her_reach_rises_to_another_level_in_march_and_in_the_shuffle_in_no_month():
    planted, mixed = (reports(mixed=mixed)["contagious"].findings["trend_breaks"] for mixed in (False, True))
    assert ["2026-03"] == [one.month for one in planted.detail.breaks]
    assert not mixed.detail.breaks


def test_how_long_an_answer_takes_is_told_of_the_leader_who_answers_most_and_of_no_other():
    times = {role: one.findings["response_time"].value for role, one in reports(mixed=False).items()}
    assert ["contagious"] == [role for role, hours in times.items() if hours is not None]


def test_more_of_the_customers_who_were_answered_are_won_and_in_the_shuffle_they_are_not():
    planted, mixed = (reports(mixed=mixed)["beyond"].findings["help_outcome"] for mixed in (False, True))
    assert planted.interval[0] > 5
    assert mixed.interval[0] < 0 < mixed.interval[1]


def test_who_could_introduce_her_best_is_found_and_in_the_shuffle_it_is_somebody_else():
    opener, customer = invented().opens
    planted, mixed = (
        reports(mixed=mixed)["beyond"].findings["introductions"].detail.rows[0] for mixed in (False, True)
    )
    assert (customer, [opener, customer]) == (planted.person, [hop.person for hop in planted.hops])
    assert [opener, customer] != [hop.person for hop in mixed.hops]
    assert planted.score > 10 * mixed.score


@cache
def foreseen(*, mixed: bool):
    """The first ten who were likely to respond to her as it was in June, and everybody reached directly after that."""
    leader = invented().leaders["beyond"]
    with Workspace(place(mixed=mixed)) as workspace:
        week = workspace.this_week(leader, until="2026-07-01")
        report = workspace.report(leader, since="2026-07-01", measures=["four-steps"])
    likely = week.findings["next_to_respond"].told(NextToRespond).rows
    return {one.person for one in likely}, {one.person for one in report.people}


def test_who_comes_near_to_her_is_among_the_first_ten_weeks_before_and_in_the_shuffle_is_not():
    comers = set(invented().comers)
    likely, later = foreseen(mixed=False)
    assert 5 == len(comers)
    assert comers <= likely
    assert comers <= later
    assert len(comers & foreseen(mixed=True)[0]) <= 1


def test_everybody_in_the_evidence_has_a_name():
    report = reports(mixed=False)["beyond"]
    named = {one.person for one in report.people} | report.names.keys() | {report.leader["person"]}
    assert set() == {one.actor for one in report.responses.values()} - named
    assert Report.from_json(report.as_json()) == report


def test_the_planted_campaign_is_told_as_a_change_of_its_size_and_another_subject_of_these_weeks_as_none():
    planted, other = (told(mixed=False)[1][tag] for tag in ("delivery", "hiring"))
    assert planted.before.changed
    assert planted.before.mean.low > 1
    assert not other.before.changed
    # twelve colleagues made 84 posts on it; of its crowd of 160 most responded, and a part came back
    assert planted.took_part.posts >= 84
    assert planted.took_part.responded > other.took_part.responded + 100
    assert planted.remained.share > 1 / 4
