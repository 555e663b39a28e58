"""What belongs to a finding beside its value: a record each, one file a family, as in `influence.measures`."""

from influence.contract.details import (
    advice,
    against_chance,
    brand,
    cascades,
    contact,
    exchange,
    inbound,
    letting_go,
    many,
    own_voice,
    position,
    reach,
    robustness,
    spheres,
    trend,
    voice,
)

__all__ = [
    "advice",
    "against_chance",
    "brand",
    "cascades",
    "contact",
    "exchange",
    "inbound",
    "letting_go",
    "many",
    "own_voice",
    "position",
    "reach",
    "robustness",
    "spheres",
    "trend",
    "voice",
]
