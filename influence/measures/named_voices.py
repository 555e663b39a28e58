"""The leader among voices that the settings name: competitors, other executives; compared, never ranked."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from influence.chance.intervals import clustered_share
from influence.contract.details.named_voices import AmongVoices, Voice
from influence.contract.findings import Finding
from influence.contract.language import because
from influence.contract.measures import Definition, finds, near_enough
from influence.measures.brand import FEWEST, Drawn, drawn_by, rate_ratio, side_of, systems_of
from influence.measures.reach import FEWEST_CONVERSATIONS, NO_TIMES
from influence.network.log_queries import items_by, system_of
from influence.reach.everybody import everybodys_reach

if TYPE_CHECKING:
    from influence.reach.ego import Ego

NAME, UNIT = "among_voices", "share of responses"
NO_VOICES = because("no voices are named; name them under [voices] in influence.toml")
NOT_HERE = because("none of the voices named in the settings is in this workspace")
NO_RESPONSE = because("nobody responded to the leader or to the voices named")
LEADER_MORE, VOICE_MORE = because("the leader draws more"), because("the voice draws more")
ALIKE, TOO_LITTLE = because("cannot be told apart"), because("too little to say")


@near_enough
@finds(
    among_voices=Definition(
        "the part of all responses to the leader and the voices named that is to the leader",
        label="Among named voices",
        meaning=(
            "Of all responses to items by the leader and by the voices that the settings name, in the systems in which "
            "these act, the part that is to the leader. Of each voice the details have items, responses per item and "
            "people never met."
        ),
        unit="share of responses",
        family="Spheres and topics",
    ),
)
def among_voices(ego: Ego) -> dict[str, Finding]:
    """Compare what the leader and each voice under `[voices] accounts` draw in the window.

    among_voices = responses to items by the leader / responses to items by the leader or a voice; reactions, bots'
    responses and those of leader and voices themselves are left out, as in `brand.against`; only items in systems in
    which a voice makes any count, so that mail to colleagues is not held against a post. The 95 % interval takes
    whole conversations as what may come again (`chance.clustered_share`). `detail` has of each the items, responses,
    people, responses per item and reach_4 with its range (`reach.everybodys_reach`), and of each voice the leader's
    rate over its rate, with an interval that holds for all voices together (Bonferroni). Voices that are one person
    here are one voice; they stand in the order of the settings, and nobody is ranked.
    """
    reason = NO_VOICES if not ego.settings.voices else None if ego.dated else NO_TIMES
    if reason is not None:
        return {NAME: Finding(NAME, None, UNIT, reason=reason)}
    voices, missing = _voices(ego)
    if not voices:
        return {NAME: Finding(NAME, None, UNIT, reason=NOT_HERE)}
    everybody = {ego.leader, *voices}
    systems = systems_of(ego, set(voices))
    drawn = {code: drawn_by(ego, {code}, everybody, systems) for code in (ego.leader, *voices)}
    detail = AmongVoices(_told(ego, drawn), tuple(missing) or None)
    total = sum(len(one.item) for one in drawn.values())
    if not total:
        return {NAME: Finding(NAME, None, UNIT, reason=NO_RESPONSE, detail=detail)}
    value = len(drawn[ego.leader].item) / total
    return {NAME: Finding(NAME, value, UNIT, interval=_interval(ego, voices, systems), detail=detail)}


def _voices(ego: Ego) -> tuple[list[int], list[str]]:
    """Return the people named, each once and in their order, the leader aside; and the names that nobody has."""
    found: dict[int, None] = {}
    missing = []
    for name in ego.settings.voices:
        codes, unknown = ego.people.owners([name])
        found |= dict.fromkeys(codes - {ego.leader})
        missing += unknown
    return list(found), missing


def _told(ego: Ego, drawn: dict[int, Drawn]) -> tuple[Voice, ...]:
    codes = np.array(sorted(drawn), np.int64)
    beyond = everybodys_reach(ego.population, ego.window, leaders=codes).reach_4()
    who = dict(zip(drawn, ego.people.some(list(drawn)), strict=True))
    rows = []
    for code, one in drawn.items():
        side = side_of(one)
        ratio, within, verdict = (None, None, None) if code == ego.leader else _against(ego, drawn, code)
        rows.append(
            Voice(
                who[code].person,
                who[code].name,
                side.items,
                side.responses,
                side.people,
                side.rate,
                float(beyond[0][code]),
                float(beyond[1][code]),
                float(beyond[2][code]),
                ratio=ratio,
                interval=within,
                verdict=verdict,
            )
        )
    return tuple(rows)


def _against(
    ego: Ego, drawn: dict[int, Drawn], voice: int
) -> tuple[float | None, tuple[float, float | None] | None, str]:
    """Return the leader's rate over a voice's, its interval, and which of the two draws more."""
    mine, theirs = drawn[ego.leader], drawn[voice]
    if min(mine.items, theirs.items) < FEWEST:
        return None, None, TOO_LITTLE
    comparisons, chance = len(drawn) - 1, ego.settings
    share, draws = 1 - 0.05 / comparisons, chance.draws * comparisons
    ratio = rate_ratio(mine.counts(), theirs.counts(), share=share, draws=draws, seed=chance.seed)
    above, below = ratio.low > 1, ratio.high is not None and ratio.high < 1
    return ratio.value, (ratio.low, ratio.high), LEADER_MORE if above else VOICE_MORE if below else ALIKE


def _interval(ego: Ego, voices: list[int], systems: frozenset[str]) -> tuple[float, float] | None:
    everybody, responses = [ego.leader, *voices], ego.responses
    items = items_by(ego.tables, everybody, ego.window)
    items = items[np.isin(system_of(ego.tables, items), sorted(systems))]
    kept = np.isin(responses.parent, items) & np.isin(responses.target, everybody)
    kept &= ~np.isin(responses.responder, [*ego.nobody, *voices])
    _, row = np.unique(ego.log.items.conversation[responses.parent[kept]], return_inverse=True)
    if not len(row) or row.max() + 1 < FEWEST_CONVERSATIONS:
        return None
    mine = (responses.target[kept] == ego.leader).astype(np.float64)
    return clustered_share(np.bincount(row, mine).astype(np.float64), np.bincount(row).astype(np.float64))
