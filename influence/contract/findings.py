"""What was found: numbers with their bounds, evidence and reasons. JSON both ways, schema version 1.

Reports read this module, the `details` and the words of the `measures`, and nothing else. All times are ISO 8601
strings with their offset.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, is_dataclass
from importlib import import_module
from typing import Any, TypeVar

from influence.contract.details.record import Detail, read
from influence.contract.narrowing import Narrowed

SCHEMA = "influence.report/1"
TEAM, MET, NETWORKED = 2, 3, 4
"""The steps of people reached; step 1 is the leader's own output."""
MONTH, WEEK = "month", "week"
"""By what the movement is told."""
_WORDS = "influence.contract.showing"
"""What says a finding in words reads this module, and is found when a notebook or a terminal first asks."""
_Record = TypeVar("_Record", bound=Detail)


@dataclass(frozen=True)
class Finding:
    """One number. `value` is None where it has no meaning for the input; `reason` then says why.

    `low` and `high` are bounds (every unknown met, every unknown unmet); `interval` is the 95 % interval;
    `detail` holds what belongs to it (a grid, a count that inferred responses would add, people's ids): the record of
    this name (`influence.contract.details`), which a mapping is read as; any mapping under a name that has no record.

    >>> Finding("beyond_share", None, "share", reason="nobody responded").as_json()
    {'value': None, 'unit': 'share', 'reason': 'nobody responded'}
    """

    name: str
    value: float | None
    unit: str
    low: float | None = None
    high: float | None = None
    interval: tuple[float, float] | None = None
    reason: str | None = None
    detail: Detail | Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        object.__setattr__(self, "detail", read(self.name, self.detail))

    def told(self, record: type[_Record]) -> _Record:
        """Return the detail as such a record, a mapping read as one; where it is another record it tells nothing.

        >>> from influence.contract.details.voice import Lead
        >>> Finding("lead", 3.0, "people", detail={"p": 0.04}).told(Lead).p
        0.04
        """
        if isinstance(self.detail, record):
            return self.detail
        return record.from_json({} if isinstance(self.detail, Detail) else self.detail)

    def __str__(self) -> str:
        """Say the finding in one line."""
        return str(import_module(_WORDS).finding_text(self))

    def _repr_html_(self) -> str:
        """Show the finding in a notebook."""
        return str(import_module(_WORDS).finding_html(self))

    def as_json(self) -> dict[str, Any]:
        """Return the finding without its name and without what is empty; details stand at its top level."""
        body: dict[str, Any] = {"value": self.value, "unit": self.unit}
        for key in ("low", "high", "reason"):
            if getattr(self, key) is not None:
                body[key] = getattr(self, key)
        if self.interval is not None:
            body["interval"] = list(self.interval)
        return body | (self.detail.as_json() if isinstance(self.detail, Detail) else dict(self.detail))

    @classmethod
    def from_json(cls, name: str, body: Mapping[str, Any]) -> Finding:
        """Read a finding back: `Finding.from_json(f.name, f.as_json()) == f`."""
        known = {"value", "unit", "low", "high", "interval", "reason"}
        interval = body.get("interval")
        return cls(
            name,
            body["value"],
            body["unit"],
            body.get("low"),
            body.get("high"),
            (interval[0], interval[1]) if interval is not None else None,
            body.get("reason"),
            {key: value for key, value in body.items() if key not in known},
        )


@dataclass(frozen=True)
class MetEvidence:
    """One piece of evidence that two people have met: `strength` in [0, 1]."""

    evidence: str
    kind: str
    strength: float
    time: str | None = None
    place: str | None = None
    attendees: int | None = None


@dataclass(frozen=True)
class Reached:
    """A person who responded to the leader, first-hand (depth 1) or passed-on (depth 2 and more).

    `m` is the probability of having met by `first_response`; `known` is False where nothing tells.
    `evidence` lists ids of the strongest responses, earliest first; `met` why `m` is what it is, beside `unrecorded`,
    the chance of a meeting that nobody recorded, and `coverage`, the share of the twelve months before in which a
    calendar would show one; neither is given where it is declared. `months` ("2026-01") are those in which they
    responded, `tags` those of the items by which they did or of what these answer, `community` that of the network
    picture, if they are in it.
    """

    person: str
    name: str
    step: int
    m: float
    known: bool
    depth: int
    sphere: str
    responses: int
    first_response: str | None = None
    organisation: str | None = None
    evidence: tuple[str, ...] = ()
    met: tuple[MetEvidence, ...] = ()
    coverage: float | None = None
    unrecorded: float | None = None
    months: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    community: int | None = None

    @property
    def outside(self) -> bool:
        """Whether the person is outside the team."""
        return self.step != TEAM


@dataclass(frozen=True)
class Response:
    """One response as evidence: who did what, when, where, to whose item; never the text.

    `target` is empty where an item that answers nobody is the evidence.
    """

    id: str
    time: str | None
    actor: str
    verb: str
    target: str
    parent: str | None = None
    conversation: str | None = None
    channel: str | None = None
    url: str | None = None
    inferred: bool = False
    source: str = ""


@dataclass(frozen=True)
class Branch:
    """One item of a conversation's tree: whose it is, when, and which item it answers (None for the beginning)."""

    id: str
    person: str
    time: str | None
    parent: str | None = None


@dataclass(frozen=True)
class Conversation:
    """A conversation in which people responded: how many, how many of them never met, how long.

    `words` and `tags` say what it was about, where the workspace keeps them; `depth` is how many answers the farthest
    item is from the beginning; `tree` holds who answered whom, earliest first, of those that travelled furthest, and
    `tree_more` is how many items more there are than it shows.
    """

    id: str
    began: str | None
    begun_by: str
    responses: int
    people: int
    unmet: float
    channel: str | None = None
    evidence: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    depth: int | None = None
    tree: tuple[Branch, ...] = ()
    tree_more: int = 0


@dataclass(frozen=True)
class Month:
    """The same numbers with the month as the window; `month` is `2026-01`."""

    month: str
    reach_2: float
    reach_3: float
    reach_4: float
    low: float
    high: float
    responses: int

    @property
    def name(self) -> str:
        """The month."""
        return self.month


@dataclass(frozen=True)
class Week:
    """The same numbers with an ISO week of the window's zone as the window; `week` is `2026-W05`.

    The first and the last week of a window may be parts of one: `whole` is False.
    """

    week: str
    reach_2: float
    reach_3: float
    reach_4: float
    low: float
    high: float
    responses: int
    whole: bool = True

    @property
    def name(self) -> str:
        """The week."""
        return self.week


@dataclass(frozen=True)
class SphereReach:
    """`sphere_reach[s]`: the sum of 1 − m(v) over reached v in s; `share` of the `known` people of s."""

    sphere: str
    value: float
    people: int
    known: int
    share: float | None


@dataclass(frozen=True)
class Coverage:
    """What one source held: activities, from when to when, set aside, and how its parents are known."""

    source: str
    system: str
    activities: int
    first: str | None
    last: str | None
    parents: str
    set_aside: int = 0
    missing_months: tuple[str, ...] = ()


@dataclass(frozen=True)
class EgoNetwork:
    """What the network picture shows: the leader, the strongest alters, and the ties among them.

    `nodes` are (person, name, step 0 for the leader, m, community); `edges` (source, target, responses),
    influence running from source to target, the strongest; `ties_more` is how many more there are among the alters.
    """

    nodes: tuple[tuple[str, str, int, float, int], ...] = ()
    edges: tuple[tuple[str, str, float], ...] = ()
    shown: int = 0
    of: int = 0
    ties_more: int = 0


@dataclass(frozen=True, repr=False)
class Report:
    """Everything that was found about one leader in one window.

    `leader` has `person` and `name`; `window` has `since`, `until` and `zone`; `notice` is shown on every
    page (an invented company says so). `reasons` are the limits of this report in plain words. `names` are those of
    people who stand in `responses` but were not reached. `by` says whether the movement is told by week or by month
    first; `trend` and `weekly` hold both. `narrowed` says of which part of the log all of it is; None: of the whole.
    """

    leader: Mapping[str, str]
    window: Mapping[str, str | None]
    findings: Mapping[str, Finding]
    people: tuple[Reached, ...] = ()
    coverage: tuple[Coverage, ...] = ()
    reasons: tuple[str, ...] = ()
    spheres: tuple[SphereReach, ...] = ()
    trend: tuple[Month, ...] = ()
    conversations: tuple[Conversation, ...] = ()
    responses: Mapping[str, Response] = field(default_factory=dict)
    network: EgoNetwork = field(default_factory=EgoNetwork)
    notice: str | None = None
    names: Mapping[str, str] = field(default_factory=dict)
    weekly: tuple[Week, ...] = ()
    by: str = MONTH
    narrowed: Narrowed | None = None

    def __repr__(self) -> str:
        """Name the report; all that it holds would fill screens."""
        who, since, until = self.leader.get("person", ""), self.window.get("since"), self.window.get("until")
        held = f"{len(self.findings)} findings, {len(self.people)} people"
        return f"<Report on {who!r} from {since} to {until}: {held}>"

    def __str__(self) -> str:
        """Say the headline as a terminal does."""
        return str(import_module(_WORDS).report_text(self))

    def _repr_html_(self) -> str:
        """Show the report in a notebook: who, when, the headline in words, and every number folded."""
        return str(import_module(_WORDS).report_html(self))

    def value(self, name: str) -> float | None:
        """Return the value of a finding; None where it has none or the report does not hold it."""
        finding = self.findings.get(name)
        return None if finding is None else finding.value

    def known(self, *names: str) -> bool:
        """Tell whether the report holds all these findings, each with a value."""
        return all(self.value(name) is not None for name in names)

    def told(self, name: str, record: type[_Record]) -> _Record:
        """Return the detail of a finding; one that tells nothing where the report does not hold it."""
        finding = self.findings.get(name)
        return record.from_json({}) if finding is None else finding.told(record)

    def as_json(self) -> dict[str, Any]:
        """Return schema version 1: people by their id, findings by their name."""
        return {
            "schema": SCHEMA,
            "leader": dict(self.leader),
            "window": dict(self.window),
            "findings": {name: finding.as_json() for name, finding in self.findings.items()},
            "people": {reached.person: _row(reached, "person") for reached in self.people},
            "coverage": [_row(row) for row in self.coverage],
            "reasons": list(self.reasons),
            "spheres": [_row(row) for row in self.spheres],
            "trend": [_row(row) for row in self.trend],
            "conversations": [_row(row) for row in self.conversations],
            "responses": {key: _row(row, "id") for key, row in self.responses.items()},
            "network": _row(self.network),
            "notice": self.notice,
            "names": dict(self.names),
            "weekly": [_row(row) for row in self.weekly],
            "by": self.by,
            "narrowed": None if self.narrowed is None else self.narrowed.as_json(),
        }

    def to_json(self) -> str:
        """Return schema version 1 as text: each person, response and finding on a line of its own."""
        sections = (f"{_encode(name)}: {_lines(section)}" for name, section in self.as_json().items())
        return "{\n " + ",\n ".join(sections) + "\n}"

    @classmethod
    def from_json(cls, body: Mapping[str, Any]) -> Report:
        """Read a report back: `Report.from_json(r.as_json()) == r`.

        Raises:
            ValueError: the schema is another one.
        """
        if body.get("schema") != SCHEMA:
            raise ValueError(f"schema {body.get('schema')!r} cannot be read; this version reads {SCHEMA!r}")
        return cls(
            leader=body["leader"],
            window=body["window"],
            findings={name: Finding.from_json(name, row) for name, row in body["findings"].items()},
            people=tuple(_reached(person, row) for person, row in body["people"].items()),
            coverage=tuple(Coverage(**_tuples(row)) for row in body["coverage"]),
            reasons=tuple(body["reasons"]),
            spheres=tuple(SphereReach(**row) for row in body.get("spheres", ())),
            trend=tuple(Month(**row) for row in body.get("trend", ())),
            conversations=tuple(_conversation(row) for row in body.get("conversations", ())),
            responses={key: Response(id=key, **row) for key, row in body.get("responses", {}).items()},
            network=_ego_network(body.get("network", {})),
            notice=body.get("notice"),
            names=body.get("names", {}),
            weekly=tuple(Week(**row) for row in body.get("weekly", ())),
            by=WEEK if body.get("by") == WEEK else MONTH,
            narrowed=Narrowed.from_json(body["narrowed"]) if body.get("narrowed") else None,
        )


_encode = json.JSONEncoder(ensure_ascii=False, allow_nan=False).encode


def _lines(section: Any) -> str:
    """Return a part of a report as JSON, a line for each of what it holds: encoded whole, since that is compiled."""
    if isinstance(section, Mapping):
        lines = [f"{_encode(name)}: {_encode(one)}" for name, one in section.items()]
        return "{\n  " + ",\n  ".join(lines) + "\n }" if lines else "{}"
    if isinstance(section, list):
        return "[\n  " + ",\n  ".join(map(_encode, section)) + "\n ]" if section else "[]"
    return _encode(section)


def _row(record: Any, without: str = "") -> dict[str, Any]:
    """Return what a record holds, those in it as rows too; `asdict` would copy every text."""
    return {
        name: tuple(map(_row, value))
        if isinstance(value, tuple) and value and is_dataclass(value[0])
        else value
        for name, value in vars(record).items()
        if name != without
    }


def _tuples(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: tuple(value) if isinstance(value, list) else value for name, value in row.items()}


def _reached(person: str, row: Mapping[str, Any]) -> Reached:
    met = tuple(MetEvidence(**piece) for piece in row.get("met", ()))
    return Reached(person=person, **(_tuples(row) | {"met": met}))


def _conversation(row: Mapping[str, Any]) -> Conversation:
    tree = tuple(Branch(**item) for item in row.get("tree", ()))
    return Conversation(**(_tuples(row) | {"tree": tree}))


def _ego_network(row: Mapping[str, Any]) -> EgoNetwork:
    return EgoNetwork(
        nodes=tuple((n[0], n[1], n[2], n[3], n[4]) for n in row.get("nodes", ())),
        edges=tuple((e[0], e[1], e[2]) for e in row.get("edges", ())),
        shown=row.get("shown", 0),
        of=row.get("of", 0),
        ties_more=row.get("ties_more", 0),
    )
