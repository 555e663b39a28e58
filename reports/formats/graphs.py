"""A report as a network that Gephi and NetworkX open: GEXF and GraphML, written as they are read by their schemas.

NetworkX writes a value that is missing as the word None, which Gephi then takes for a text; here it is left out.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

from influence.contract import durably
from influence.contract.findings import Reached, Report
from influence.contract.headline import leader_name
from influence.contract.wording import plain
from reports.figures.palette import INK, MARKS
from reports.story.evidence import certainty, in_order, mark_of, names
from reports.story.wording import period, shortened

Value = str | int | float | bool | None

NODE_COLUMNS = {
    "person": str,
    "name": str,
    "step": int,
    "sphere": str,
    "m": float,
    "known": bool,
    "met": str,
    "community": int,
    "organisation": str,
    "depth": int,
    "responses": int,
    "first_response": str,
}
TIE_COLUMNS = {"counted": str}
_TYPES = {
    "gexf": {str: "string", int: "integer", float: "double", bool: "boolean"},
    "graphml": {str: "string", int: "long", float: "double", bool: "boolean"},
}
_LABEL = 60
_LEADER = "leader"


@dataclass(frozen=True)
class Node:
    """One person: `key` is unique in the file, `kind` what their colour stands for."""

    key: str
    label: str
    kind: str
    values: Mapping[str, Value]


@dataclass(frozen=True)
class Tie:
    """Responses of one person to another, influence running from source to target; `counted` from what."""

    source: str
    target: str
    weight: float
    counted: str


@dataclass(frozen=True)
class Graph:
    """The leader, everybody reached, and the ties that the report holds among them."""

    title: str
    nodes: tuple[Node, ...]
    ties: tuple[Tie, ...]


def write_gexf(report: Report, path: Path) -> list[Path]:
    """Write the leader's network as GEXF 1.2, which Gephi opens: step, sphere, m and the others as attributes.

    Raises:
        OSError: the file cannot be written.
    """
    return [_written(path, _gexf(graph(report)))]


def write_graphml(report: Report, path: Path) -> list[Path]:
    """Write the leader's network as GraphML: step, sphere, m and the others as attributes.

    Raises:
        OSError: the file cannot be written.
    """
    return [_written(path, _graphml(graph(report)))]


def graph(report: Report) -> Graph:
    """Draw up the leader, everybody reached, and their ties.

    A tie among the people of the picture counts all their responses ("all"); one of anybody else those that stand as
    their evidence ("evidence"), which are the strongest few. A person of whom neither tells stands alone.
    """
    ties = _ties(report)
    keys = _keys([report.leader.get("person", ""), *_persons(report, ties)])
    who, held = names(report), {reached.person: reached for reached in report.people}
    community = {node[0]: node[4] for node in report.network.nodes}
    drawn = {node[0]: (node[2], node[3]) for node in report.network.nodes}
    nodes = [
        _node(
            key,
            who.get(person, plain(person)),
            _kind(report, person, held.get(person)),
            {"person": plain(person)} | _values(held.get(person), drawn.get(person), community.get(person)),
        )
        for person, key in keys.items()
    ]
    return Graph(
        f"{leader_name(report)}, {period(report.window)}",
        tuple(nodes),
        tuple(
            Tie(keys[source], keys[target], weight, counted)
            for (source, target), (weight, counted) in ties.items()
        ),
    )


def _persons(report: Report, ties: Iterable[tuple[str, str]]) -> Iterator[str]:
    yield from (reached.person for reached in in_order(report.people))
    yield from (node[0] for node in report.network.nodes)
    for pair in ties:
        yield from pair


def _ties(report: Report) -> dict[tuple[str, str], tuple[float, str]]:
    ties: dict[tuple[str, str], tuple[float, str]] = {}
    for source, target, weight in report.network.edges:
        if math.isfinite(weight) and weight > 0:
            ties[source, target] = (ties.get((source, target), (0.0, ""))[0] + weight, "all")
    in_picture = {node[0] for node in report.network.nodes}
    for reached in in_order(report.people):
        if reached.person in in_picture:
            continue
        for each in reached.evidence:
            response = report.responses.get(each)
            if response is not None and response.target and response.actor == reached.person:
                pair = response.target, reached.person
                ties[pair] = (ties.get(pair, (0.0, ""))[0] + 1.0, "evidence")
    return ties


def _keys(persons: Iterable[str]) -> dict[str, str]:
    """Give each person a key that XML can hold, their own id wherever two do not look the same."""
    keys: dict[str, str] = {}
    taken: set[str] = set()
    for person in persons:
        if person in keys:
            continue
        shown = plain(person) or "?"
        key, more = shown, 1
        while key in taken:
            more += 1
            key = f"{shown} ({more})"
        keys[person] = key
        taken.add(key)
    return keys


def _kind(report: Report, person: str, reached: Reached | None) -> str:
    if person == report.leader.get("person", ""):
        return _LEADER
    return mark_of(reached) if reached else ""


def _node(key: str, name: str, kind: str, values: Mapping[str, Value]) -> Node:
    return Node(key, shortened(name, _LABEL) or key, kind, {"name": name} | dict(values))


def _values(
    reached: Reached | None, drawn: tuple[int, float] | None, community: int | None
) -> dict[str, Value]:
    """Return what is known of a person; where they are only in the picture (a network of ties), what that says."""
    held = {"community": community if community is not None and community >= 0 else None}
    if reached is None:
        step, m = drawn or (None, None)
        return {"step": step, "m": _finite(m) if step else None, **held}
    return held | {
        "step": reached.step,
        "sphere": plain(reached.sphere),
        "m": _finite(reached.m),
        "known": reached.known,
        "met": certainty(reached),
        "organisation": plain(reached.organisation or ""),
        "depth": reached.depth,
        "responses": reached.responses,
        "first_response": plain(reached.first_response or ""),
    }


def _finite(value: float | None) -> float | None:
    return value if value is not None and math.isfinite(value) else None


def _written(path: Path, lines: Iterable[str]) -> Path:
    with durably.whole(path, durably.OWNER) as stream:
        stream.writelines(f"{line}\n".encode() for line in lines)
    return path


def _attribute(text: str) -> str:
    return f'"{text}"' if text.isalnum() else quoteattr(text)


def _text(value: Value) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _told(values: Mapping[str, Value], columns: Mapping[str, type]) -> Iterator[tuple[str, str]]:
    """Give the values that there are, in the order of the columns."""
    for name in columns:
        value = values.get(name)
        if value is not None and value != "":
            yield name, _text(value)


def _gexf(held: Graph) -> Iterator[str]:
    yield '<?xml version="1.0" encoding="UTF-8"?>'
    yield '<gexf xmlns="http://www.gexf.net/1.2draft" version="1.2">'
    yield f"<meta><creator>influence</creator><description>{escape(held.title)}</description></meta>"
    yield '<graph mode="static" defaultedgetype="directed">'
    for kind, columns in (("node", NODE_COLUMNS), ("edge", TIE_COLUMNS)):
        yield f'<attributes class="{kind}" mode="static">'
        for name, of in columns.items():
            yield f'<attribute id="{name}" title="{name}" type="{_TYPES["gexf"][of]}"/>'
        yield "</attributes>"
    yield "<nodes>"
    for node in held.nodes:
        values = "".join(
            f'<attvalue for="{name}" value={_attribute(text)}/>'
            for name, text in _told(node.values, NODE_COLUMNS)
        )
        yield (
            f"<node id={quoteattr(node.key)} label={quoteattr(node.label)}><attvalues>{values}</attvalues>"
            f"{_colour(node.kind)}</node>"
        )
    yield "</nodes>"
    yield "<edges>"
    for place, tie in enumerate(held.ties):
        yield (
            f'<edge id="{place}" source={quoteattr(tie.source)} target={quoteattr(tie.target)} '
            f'weight="{tie.weight}"><attvalues><attvalue for="counted" value="{tie.counted}"/></attvalues></edge>'
        )
    yield "</edges>"
    yield "</graph>"
    yield "</gexf>"


def _colour(kind: str) -> str:
    """Colour a person as every picture does; white, which stands for unknown there, would be lost on white.

    The schema wants the colour without a prefix; Gephi reads it with or without one.
    """
    mark = MARKS.get(kind)
    colour = INK if kind == _LEADER else mark.edge if mark else MARKS["unknown"].edge
    red, green, blue = (int(colour[place : place + 2], 16) for place in (1, 3, 5))
    return f'<color r="{red}" g="{green}" b="{blue}"/>'


def _graphml(held: Graph) -> Iterator[str]:
    yield '<?xml version="1.0" encoding="UTF-8"?>'
    yield '<graphml xmlns="http://graphml.graphdrawing.org/xmlns">'
    node_columns, tie_columns = {"label": str, **NODE_COLUMNS}, {"weight": float, **TIE_COLUMNS}
    for kind, columns in (("node", node_columns), ("edge", tie_columns)):
        for name, of in columns.items():
            type_ = _TYPES["graphml"][of]
            yield f'<key id="{kind}-{name}" for="{kind}" attr.name="{name}" attr.type="{type_}"/>'
    yield f'<graph id={quoteattr(held.title)} edgedefault="directed">'
    for node in held.nodes:
        values = {"label": node.label, **node.values}
        yield f"<node id={quoteattr(node.key)}>{_data('node', values, node_columns)}</node>"
    for place, tie in enumerate(held.ties):
        ends = f"source={quoteattr(tie.source)} target={quoteattr(tie.target)}"
        tie_values: dict[str, Value] = {"weight": tie.weight, "counted": tie.counted}
        yield f'<edge id="e{place}" {ends}>{_data("edge", tie_values, tie_columns)}</edge>'
    yield "</graph>"
    yield "</graphml>"


def _data(kind: str, values: Mapping[str, Value], columns: Mapping[str, type]) -> str:
    return "".join(
        f'<data key="{kind}-{name}">{escape(text)}</data>' for name, text in _told(values, columns)
    )
