"""A campaign as the house would tell it, with everything in it that a format may meet."""

from __future__ import annotations

from influence.contract.campaigned import (
    AgainstBefore,
    AgainstVoices,
    Campaigned,
    CampaignWeek,
    NewPeople,
    OfSphere,
    Remained,
    Share,
    Stated,
    Times,
    ToneOfCampaign,
    TookPart,
    Travelled,
)
from influence.contract.findings import Finding
from influence.contract.narrowing import Narrowing

HOSTILE = '<script>alert(1)</script>"&{{7*7}}'


def weeks() -> tuple[CampaignWeek, ...]:
    """Return 26 weeks before, six of the campaign and four after; in one of them a source is silent."""
    parts = ["before"] * 26 + ["during"] * 6 + ["after"] * 4
    rows = []
    for n, part in enumerate(parts):
        expected = 20.0 + n / 4
        fitted = expected * (1.6 if part == "during" else 1.1 if part == "after" else 1.0)
        day = f"2026-{1 + n // 4:02}-{1 + 7 * (n % 4):02}T00:00:00+00:00"
        people = None if n == 7 else round(fitted) + n % 3
        rows.append(CampaignWeek(day, part, people, *((None, None) if n == 7 else (fitted, expected))))
    return tuple(rows)


def sample_campaign() -> Campaigned:
    """Return a campaign that changed something; names and channels are hostile."""
    return Campaigned(
        stated=Stated(HOSTILE, Narrowing(tags=["netzero"], channels=[HOSTILE]), "2026-07-15", "2026-08-26"),
        window={
            "since": "2026-07-15T00:00:00+00:00",
            "until": "2026-08-26T00:00:00+00:00",
            "zone": "UTC",
        },
        items=400,
        took_part=TookPart(
            12, 240, 80, 320, (OfSphere("company", 12, 30), OfSphere("customer", 0, 210)), ("Ann Ek", HOSTILE)
        ),
        new=NewPeople(26, 14, 60),
        beyond=Finding("beyond", None, "people", 40.0, 190.0),
        tone=ToneOfCampaign(50, 8, 3, 179, by_words=12),
        travelled=(
            Travelled("2026-07-20T09:00:00+00:00", 25, 40, 18, 4, HOSTILE, HOSTILE, "javascript:alert(1)"),
            Travelled("2026-07-16T09:00:00+00:00", 9, 9, 0, 1, "p2", "x"),
        ),
        before=AgainstBefore(
            before=25,
            during=6,
            mean=Times(1.6, 1.21, 2.1),
            level=Times(1.7, 1.1, 2.6),
            slope=Times(0.98, 0.9, 1.07),
            after=Times(1.1, 0.8, 1.5),
            correlation=0.31,
        ),
        voices=AgainstVoices(
            ("x:rival", HOSTILE),
            ("x:nobody",),
            (
                Share("before", 0.4, (0.3, 0.5), 120),
                Share("during", 0.62, (0.55, 0.7), 400),
                Share("after", 0.5, (0.4, 0.6), 110),
            ),
            apart=True,
        ),
        remained=Remained(252, 60, 60 / 252, (0.19, 0.29), 14, 4),
        weeks=weeks(),
        notice="Draft " + HOSTILE,
    )
