"""The house of the programme, in which all that may name somebody sings, so that it is heard wherever it gets to."""

import re

from tests.kit import programme_log

SINGS = re.compile(r"zyx[\w-]*?quark")
"""Stands in every name, account, id, channel, tag, place and address that is brought in."""
LEADER, OTHER, STRANGER = (
    "x:zyxm0quark",
    "email:zyxm1quark@cage.example",
    "email:zyxstrangerquark@cage.example",
)


def named(word):
    return f"zyx{word}quark"


TWO = "email:zyxtwicequark@cage.example", "slack:T1/zyxtwicequark", "x:zyxthirdquark"
"""The accounts of one person, whose name is `TWICE`."""
TWICE = "Zyxtwicequark Bird"


def account(word):
    """Leader m1 is known by an address."""
    return OTHER if word == "m1" else f"x:{named(word)}"


def rows():
    """The house of the programme, in which everything sings; and what is written like a program's or an id's."""
    leaders = {*programme_log.MENTEES, *programme_log.OTHERS[:14]}
    people = [
        {
            **one,
            "person": named(one["person"]),
            "name": f"Zyx{one['person']}quark Bird",
            "accounts": [account(one["person"])],
        }
        for one in programme_log.people()
        if one["person"] in leaders
    ]
    people.append({"person": "zyxtwiceidquark", "name": TWICE, "accounts": [*TWO]})
    activities = [
        {"id": f"zyxsaid{n}quark", "time": "2026-03-03T09:00:00Z", "actor": one, "verb": "post"}
        for n, one in enumerate(TWO)
    ]
    for row in programme_log.activities():
        who = row["actor"].removeprefix("x:")
        if row["id"].partition("-")[0] not in {*leaders, "end"}:
            continue
        more = {
            "channel": "zyxroomquark: private",
            "tags": ["zyxtagquark"],
            "url": "https://x.example/zyxlinkquark",
        }
        parent = {"parent": named(row["parent"]) + ": item"} if row.get("parent") else {}
        activities.append(row | more | parent | {"id": named(row["id"]) + ": item", "actor": account(who)})
    for n, odd in enumerate(
        ("bounces+zyxverpquark=cage.example", "zyxdailyquark-noreply", "srs0=a=b=cage.example=zyxsrsquark")
    ):
        mail = {
            "time": f"2026-03-0{n + 1}T08:00:00Z",
            "actor": f"email:{odd}@post.example",
            "verb": "message",
        }
        activities.append(
            {"id": f"mail{n}", **mail, "to": [account("m0"), "email:zyxlistquark@lists.example"]}
        )
    met = {
        "people": [account("m0"), account("o01")],
        "kind": "in_person",
        "evidence": "calendar",
        "place": "zyxplacequark",
    }
    encounters = [{"id": "zyxmeetingquark: noon", "time": "2026-02-02T12:00:00Z", **met}]
    return {"people": people, "activities": activities, "encounters": encounters}
