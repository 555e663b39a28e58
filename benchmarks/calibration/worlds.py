"""Invented worlds in which it is known whether anybody influences anybody, to test the tests on.

People stand at places in a plane; near ones are contacts and like the same things. A leader begins threads on
things; people who like them come, each when they wake and get to it. Only where `influence` is above 0 do they
come sooner because contacts came.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray

from influence.chance.thread_test import Contacts, contacts

HOUR = 3_600_000_000
STEPS_AN_HOUR, LONGEST_DAYS = 12, 5


@dataclass(frozen=True)
class World:
    """How people are alike, and how much they influence each other.

    `taste`: whether near people like the same threads; `zones`: whether near people wake at the same hours;
    `keen`: how much quicker those with many contacts are; `alike_keen`: how much quickness goes by place;
    `influence` is α: a person with a active contacts comes (a + 1)^α times as soon.
    """

    people: int = 150
    threads: int = 100
    coming: float = 10.0
    degree: float = 12.0
    taste: bool = True
    zones: bool = False
    keen: float = 0.0
    alike_keen: float = 0.0
    influence: float = 0.0


@dataclass(frozen=True)
class Happened:
    """What happened: who came to which thread when, who knows whom, and people's hours of the day."""

    thread: NDArray[np.int64]
    person: NDArray[np.int64]
    time: NDArray[np.int64]
    opened: NDArray[np.int64]
    known: Contacts
    hours: NDArray[np.float64]
    place: NDArray[np.float64]


def happen(world: World, seed: int) -> Happened:
    """Let a world run once."""
    rng = np.random.default_rng(seed)
    place = rng.uniform(size=(world.people, 2))
    apart = np.linalg.norm(place[:, None] - place[None], axis=2)
    active = rng.lognormal(-0.125, 0.5, world.people)
    likely = np.exp(-((apart / 0.18) ** 2)) * np.outer(active, active)
    np.fill_diagonal(likely, 0)
    likely *= world.degree / likely.sum(axis=1).mean()
    tied = np.triu(rng.uniform(size=likely.shape) < np.minimum(likely, 1), 1)
    one, other = np.nonzero(tied)
    known = contacts(one, other, np.zeros(len(one), np.int64), world.people)
    degree = np.diff(known.indptr)
    rate = ((degree + 1) / (degree.mean() + 1)) ** world.keen * np.exp(
        world.alike_keen * 3 * (place[:, 1] - 0.5)
    )
    awake = _awake(place, world.zones)
    thread, person, time, opened = _threads(world, place, rate, awake, tied | tied.T, rng)
    hours = np.stack([rng.multinomial(60, row / row.sum()) for row in awake]).astype(np.float64)
    return Happened(thread, person, time, opened, known, hours, place)


def _awake(place: NDArray[np.float64], zones: bool) -> NDArray[np.float64]:
    """Return how active each person is in each hour of the day (UTC); the place's first side sets the zone."""
    hour = np.arange(24)
    noon = 12 + (np.round((place[:, 0] - 0.5) * 14) if zones else np.zeros(len(place)))
    from_noon = (hour[None] - noon[:, None] + 12) % 24 - 12
    return np.where(np.abs(from_noon) <= 5, 1.0, 0.05)


def _threads(
    world: World,
    place: NDArray[np.float64],
    rate: NDArray[np.float64],
    awake: NDArray[np.float64],
    tied: NDArray[np.bool_],
    rng: np.random.Generator,
) -> tuple[NDArray[np.int64], ...]:
    rows = []
    for thread in range(world.threads):
        about = rng.uniform(size=2)
        liking = (
            np.exp(-((np.linalg.norm(place - about, axis=1) / 0.25) ** 2)) if world.taste else rate * 0 + 1
        )
        coming = np.flatnonzero(rng.uniform(size=world.people) < liking * world.coming / liking.sum())
        begun = thread * 24 + rng.uniform(7, 18)
        ties = tied[np.ix_(coming, coming)]
        after = _come(rate[coming], awake[coming], ties, begun, world.influence, int(rng.integers(1 << 31)))
        came = np.flatnonzero(after >= 0)
        when = ((begun + after[came]) * HOUR).astype(np.int64)
        rows.append((np.full(len(came), thread), coming[came], when, np.full(len(came), int(begun * HOUR))))
    thread_, person, time, opened = (np.concatenate(column) for column in zip(*rows, strict=True))
    return thread_, person, time, opened


@njit(cache=True)
def _come(rate, awake, tied, begun, influence, seed):  # type: ignore[no-untyped-def]
    np.random.seed(seed)
    n = rate.size
    after, active = np.full(n, -1.0), np.zeros(n)
    for step in range(LONGEST_DAYS * 24 * STEPS_AN_HOUR):
        now = step / STEPS_AN_HOUR
        hour = int(begun + now) % 24
        for i in range(n):
            if after[i] < 0:
                hazard = 0.15 * rate[i] * awake[i, hour] * (active[i] + 1) ** influence
                if np.random.random() < 1 - np.exp(-hazard / STEPS_AN_HOUR):
                    after[i] = now + np.random.random() / STEPS_AN_HOUR
        for i in range(n):
            if after[i] >= now:
                for j in range(n):
                    if tied[i, j]:
                        active[j] += 1
    return after
