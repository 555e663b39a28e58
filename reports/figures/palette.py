"""Colours and marks of every picture: four kinds of people, told apart by shape as well as by colour."""

from __future__ import annotations

from dataclasses import dataclass

from influence.contract.language import message

INK = "#17212b"
MUTED = "#5a6672"
LINE = "#c9d0d6"
TIE, OWN_TIE = "#d3d9de", "#b9c3cb"
SLATE = "#4a5763"
PAPER = "#ffffff"
MET = "#0072b2"
UNMET = "#d55e00"
UNKNOWN = "#6f7780"
TEAM_BAND = "#f1f3f5"
MET_BAND = "#e8f1f8"
UNMET_BAND = "#fdf1e8"
AREAS = ("#e3eef6", "#fbead9", "#e0f1ea", "#f5e6ef", "#f8f3d8", "#e6e8f4")


@dataclass(frozen=True)
class Mark:
    """How one kind of people is drawn: a matplotlib marker, its fill and its outline; `label` is a message."""

    marker: str
    fill: str
    edge: str
    size: float
    label: str


MARKS = {
    "team": Mark("^", SLATE, SLATE, 1.0, message("team")),
    "met": Mark("o", MET, MET, 1.0, message("met")),
    "unmet": Mark("D", UNMET, UNMET, 0.86, message("never met")),
    "unknown": Mark("s", PAPER, UNKNOWN, 0.9, message("unknown whether met")),
}
