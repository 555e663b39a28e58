"""What a report cannot tell, in plain words."""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches

from influence.contract.details.reach import Reach
from influence.contract.findings import Finding
from influence.contract.headline import CAUTION
from influence.contract.language import ENGLISH, because, speaking
from influence.contract.wording import counted, whole
from influence.corrections.writers import open_about
from influence.met.calibration import Fit
from influence.people.accounts import PROBABLE
from influence.reach.ego import Ego


def limits(ego: Ego, findings: Mapping[str, Finding]) -> list[str]:
    """Say in plain words, in English, what these numbers cannot tell."""
    with speaking(ENGLISH):
        return [
            *open_about(ego.tables.whole, ego.leader),
            CAUTION,
            because(
                "Only what was brought into this workspace was seen. Influence elsewhere leaves no trace here."
            ),
            *_about_what_is_near(ego),
            *_about_meetings(ego),
            *_about_responses(ego, findings),
            *_about_people(ego),
            *_about_departments(ego),
        ]


def _about_what_is_near(ego: Ego) -> list[str]:
    if not ego.tables.near:
        return []
    return [
        because(
            "This report was made of the leader's own conversations alone (--near). What needs everybody's "
            "activity cannot be told from them, and inferred responses are counted among theirs."
        )
    ]


def _about_meetings(ego: Ego) -> list[str]:
    said = []
    outside = [alter for alter in ego.found if alter.outside]
    unknown = sum(not alter.known for alter in outside)
    if unknown:
        said.append(
            because(
                "Whether they have met the leader is not known for {n} of the {of} people outside the team: no "
                "calendar, chart or statement says. Each counts by what is supposed of such people; the one range "
                "beside the number takes all of them as met, then as never met. A calendar of the year before they "
                "responded would tell, or answers: the command “influence met” with “label” asks for them.",
                n=unknown,
                of=len(outside),
            )
        )
    if ego.met.fit is not None:
        said.append(_fitted(ego.met.fit))
    return said


def _fitted(fit: Fit) -> str:
    """Say from how many answers the weights of the evidence are learned, and whether they are better for it."""
    if fit.brier < fit.brier_default:
        return because(
            "How much each kind of evidence of a meeting weighs is learned from {n} answers of yours, to which it "
            "comes closer than the weights that it began with.",
            n=fit.labels,
        )
    return because(
        "How much each kind of evidence of a meeting weighs is learned from {n} answers of yours, to which it comes no "
        "closer than the weights that it began with.",
        n=fit.labels,
    )


def _about_responses(ego: Ego, findings: Mapping[str, Finding]) -> list[str]:
    said = []
    guessed = int(ego.responses.inferred.sum())
    if guessed:
        said.append(
            because(
                "{n} of {of} responses were inferred, because their source does not state what a message answers.",
                n=guessed,
                of=len(ego.responses),
            )
        )
    headline = findings["reach_4"]
    extra = (headline.told(Reach).with_inferred or 0.0) - (headline.value or 0.0)
    if whole(extra) > 0:
        said.append(
            because(
                "Responses that were only inferred are left out; they would add {people} to step 4.",
                people=counted(extra, "person", "people"),
            )
        )
    possible = findings["possible_reach"].value if "possible_reach" in findings else None
    if possible is not None and possible < len(ego.found):
        said.append(
            because(
                "Some people were reached through chains that began before the window or were carried on by their own "
                "author, which the possible reach does not follow; it is smaller than the reach here."
            )
        )
    return said


def _about_people(ego: Ego) -> list[str]:
    said = []
    if ego.people.conflicts:
        said.append(
            because(
                "{n} accounts are claimed for two people; the command “influence doctor” lists them.",
                n=len(ego.people.conflicts),
            )
        )
    likely = sum(link.stage == PROBABLE for link in ego.people.links)
    if likely:
        said.append(
            because(
                "{n} accounts are taken for somebody's by likelihood, not by a source; the command “influence people "
                "show” says why, “influence people review” asks about the doubtful ones.",
                n=likely,
            )
        )
    if ego.bots:
        said.append(
            because(
                "{n} bots, lists, shared mailboxes and deleted users are not counted; the command “influence people "
                "--bots” lists each with its reason.",
                n=len(ego.bots),
            )
        )
    return said


def _about_departments(ego: Ego) -> list[str]:
    """Name the departments in the rules for spheres in which nobody is: most are spelt otherwise."""
    there = {name.lower(): name for _, name in ego.people.told("department") if name}
    named = [mark for marks in ego.settings.spheres.values() for mark in marks]
    said = []
    for mark in dict.fromkeys(named):
        kind, _, name = mark.partition(":")
        if kind.lower() != "department" or name.lower() in there:
            continue
        near = get_close_matches(name.lower(), there, n=1)
        said.append(
            because(
                "A rule under [spheres] in influence.toml names the department “{name}”, in which nobody here is; the "
                "nearest is “{near}”.",
                name=name,
                near=there[near[0]],
            )
            if near
            else because(
                "A rule under [spheres] in influence.toml names the department “{name}”, in which nobody here is.",
                name=name,
            )
        )
    return said
